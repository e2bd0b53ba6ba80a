//! A small tenant to keep journals of, and futures that take turns.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use flow_environments::domain::actor::{Actor, Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{
    EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId,
};
use flow_environments::domain::pipeline::{Environment, Pipeline, Settings};
use flow_environments::domain::plan;
use flow_environments::domain::state::State;
use flow_environments::domain::text::{Body, Name, Note};
use flow_environments::journal::backend::{ALL, Backend, BackendError, Reading};
use flow_environments::journal::entry::{Entry, EntryId, Hash, Sealed};
use flow_environments::journal::session::Session;
use uuid::Uuid;

/// Of all threads: some write into one journal.
static IDS: AtomicU64 = AtomicU64::new(1);

pub(crate) fn entry_id() -> EntryId {
    let id = IDS.fetch_add(1, Ordering::Relaxed);
    EntryId::new(Uuid::from_u128(id.into()))
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("the name is short")
}

pub(crate) fn context() -> Context {
    Context {
        at: Timestamp::from_millis(1_795_403_940_000),
        by: Actor {
            name: name("Ada"),
            role: Role::Administrator,
        },
    }
}

pub(crate) const RELEASE: ReleaseId = ReleaseId::new(Uuid::from_u128(0xA));
pub(crate) const FLOW: FlowId = FlowId::new(Uuid::from_u128(0xF));

fn environment(id: u128, called: &str) -> Environment {
    let settings = Settings {
        name: name(called),
        description: Note::default(),
        player: name("default"),
    };
    let id = EnvironmentId::new(Uuid::from_u128(id));
    Environment { id, settings }
}

pub(crate) fn tenant_begun() -> Event {
    Event::TenantBegun {
        tenant: TenantId::new(Uuid::from_u128(1)),
        pipeline: Pipeline::new(
            environment(0xE1, "Development"),
            vec![environment(0xE2, "Test")],
            environment(0xE3, "Production"),
        ),
    }
}

pub(crate) fn create_flow(called: &str) -> Command {
    let digest = Hash::of(called).to_string();
    let id = u128::from_str_radix(&digest[..32], 16).expect("a hash is hexadecimal");
    Command::CreateFlow {
        flow: FlowId::new(Uuid::from_u128(id)),
        name: name(called),
        canvas: canvas(called),
    }
}

fn canvas(title: &str) -> Canvas {
    Canvas {
        title: name(title),
        body: Body::default(),
    }
}

/// One flow, "Orders ✓", built into one release, "Release A", which is in Development.
pub(crate) fn founding() -> Vec<(Context, Event)> {
    let mut events = vec![tenant_begun()];
    let mut state = State::begin(&events[0], context()).expect("a tenant begins");
    let commands = [
        Command::CreateFlow {
            flow: FLOW,
            name: name("Orders ✓"),
            canvas: canvas("Orders"),
        },
        Command::Build {
            snapshot: SnapshotId::new(Uuid::from_u128(0x51)),
            flow: FLOW,
            into: Into::New {
                id: RELEASE,
                name: name("Release A"),
            },
            notes: Note::default(),
            reset: None,
        },
    ];
    for command in commands {
        let event = decide(&state, &command, &context()).expect("the command is allowed");
        state
            .apply(&event, context())
            .expect("what was decided applies");
        events.push(event);
    }
    events.into_iter().map(|event| (context(), event)).collect()
}

/// How many entries [`founding`] makes.
pub(crate) const FOUNDED: Position = Position::new(3);

pub(crate) fn promote(session: &Session) -> Command {
    let shown = session.with_state(|state| plan::promotion(state, RELEASE));
    Command::Promote {
        release: RELEASE,
        shown: shown.expect("the release can be promoted"),
    }
}

/// The entries of a journal that holds `events`.
pub(crate) fn sealed(events: impl IntoIterator<Item = (Context, Event)>) -> Vec<Sealed> {
    let mut sealed: Vec<Sealed> = Vec::new();
    let mut position = Position::FIRST;
    for (context, event) in events {
        let previous = sealed.last().map(|before| Hash::of(&before.text));
        sealed.push(Entry::seal(position, entry_id(), previous, context, event));
        position = position.next();
    }
    sealed
}

pub(crate) fn texts(sealed: &[Sealed]) -> Vec<String> {
    sealed.iter().map(|sealed| sealed.text.clone()).collect()
}

pub(crate) async fn open(backend: Rc<dyn Backend>) -> Result<Session, BackendError> {
    Session::open(backend, founding, entry_id).await
}

pub(crate) async fn opened(backend: Rc<dyn Backend>) -> Session {
    open(backend).await.expect("the journal opens")
}

/// Reads all entries from `from` on, and expects that nothing is in the way.
pub(crate) async fn read(
    backend: Rc<dyn Backend>,
    from: Position,
) -> Result<Vec<String>, BackendError> {
    let Reading { texts, broken } = backend.read(from, ALL).await;
    broken.map_or(Ok(texts), Err)
}

pub(crate) fn state(session: &Session) -> State {
    session.with_state(State::clone)
}

pub(crate) type Turn<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Lets all of the futures take turns until each is done.
pub(crate) async fn together<'a, F, T: 'a>(futures: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + 'a,
{
    let mut turns: Vec<Result<T, Turn<'a, T>>> = futures
        .into_iter()
        .map(|future| Err(Box::pin(future) as Turn<'a, T>))
        .collect();
    poll_fn(|context| {
        for turn in &mut turns {
            if let Err(future) = turn
                && let Poll::Ready(done) = future.as_mut().poll(context)
            {
                *turn = Ok(done);
            }
        }
        if turns.iter().all(Result::is_ok) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    turns.into_iter().filter_map(Result::ok).collect()
}
