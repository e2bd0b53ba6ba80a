//! How long planning, deciding and applying a rollback takes, by the size of the release, of the
//! tenant and of the journal; and how fast a journal is replayed. Prints tables and ratios; asserts
//! nothing about time.
//!
//! Each figure is the median of many rollbacks, each of which is undone before the next, so that
//! every one of them meets the same stacks.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a bench prints its figures, and stops where the rules refuse what it sets up"
)]

use std::hint::black_box;
use std::time::Instant;

use flow_environments::domain::actor::{Actor, Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{
    EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId,
};
use flow_environments::domain::pipeline::{Environment, Pipeline, Settings};
use flow_environments::domain::plan::{self, Undoing};
use flow_environments::domain::state::State;
use flow_environments::domain::text::{Body, Name, Note};
use flow_environments::journal::entry::{Entry, EntryId, Hash};
use uuid::Uuid;

/// A tenant that grows, and its journal.
struct Tenant {
    state: State,
    context: Context,
    events: Vec<Event>,
    random: u64,
}

impl Tenant {
    fn begin() -> Self {
        let context = Context {
            at: Timestamp::from_millis(1_800_000_000_000),
            by: Actor {
                name: name("Bench"),
                role: Role::Administrator,
            },
        };
        let environment = |number, title: &str| Environment {
            id: EnvironmentId::new(Uuid::from_u128(number)),
            settings: Settings {
                name: name(title),
                description: Note::default(),
                player: name("default"),
            },
        };
        let begun = Event::TenantBegun {
            tenant: TenantId::new(Uuid::from_u128(1)),
            pipeline: Pipeline::new(
                environment(1, "Development"),
                vec![environment(2, "Test")],
                environment(3, "Production"),
            ),
        };
        let state = State::begin(&begun, context.clone()).expect("a tenant begins");
        Self {
            state,
            context,
            events: vec![begun],
            random: 0x9E37_79B9_7F4A_7C15,
        }
    }

    /// Random ids, as the page makes them: the tables are not filled in order.
    fn id(&mut self) -> Uuid {
        let mut half = || {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            u128::from(self.random)
        };
        Uuid::from_u128(half() << 64 | half())
    }

    fn give(&mut self, command: &Command) {
        let event = decide(&self.state, command, &self.context).expect("the rules allow it");
        self.take(event);
    }

    fn take(&mut self, event: Event) {
        self.state
            .apply(&event, self.context.clone())
            .expect("the event fits");
        self.events.push(event);
    }

    fn flows(&mut self, count: usize) -> Vec<FlowId> {
        (0..count)
            .map(|_| {
                let flow = FlowId::new(self.id());
                let canvas = Canvas {
                    title: name("Title"),
                    body: Body::default(),
                };
                self.give(&Command::CreateFlow {
                    flow,
                    name: name(&flow.to_string()),
                    canvas,
                });
                flow
            })
            .collect()
    }

    fn release(&mut self, flows: &[FlowId]) -> ReleaseId {
        let id = ReleaseId::new(self.id());
        for (index, flow) in flows.iter().enumerate() {
            let into = if index == 0 {
                Into::New {
                    id,
                    name: name(&id.to_string()),
                }
            } else {
                Into::Existing(id)
            };
            let snapshot = SnapshotId::new(self.id());
            let (flow, notes) = (*flow, Note::default());
            self.give(&Command::Build {
                snapshot,
                flow,
                into,
                notes,
                reset: None,
            });
        }
        id
    }

    fn promote(&mut self, release: ReleaseId) {
        let shown = plan::promotion(&self.state, release).expect("it can be promoted");
        self.give(&Command::Promote { release, shown });
    }

    /// Fills the tenant with other releases of one flow each, all in Production.
    fn fill(&mut self, releases: usize, flows: &[FlowId]) {
        for index in 0..releases {
            let release = self.release(&flows[index % flows.len()..][..1]);
            self.promote(release);
            self.promote(release);
        }
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

/// Microseconds of planning, deciding and applying one rollback.
#[derive(Clone, Copy)]
struct Figures {
    plan: f64,
    decide: f64,
    apply: f64,
}

impl Figures {
    fn whole(self) -> f64 {
        self.decide + self.apply
    }
}

/// Rolls the release back and undoes it again, many times.
fn measure(tenant: &mut Tenant, release: ReleaseId) -> Figures {
    let rounds = 61;
    let (mut planned, mut decided, mut applied) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = Instant::now();
        let shown = plan::rollback(&tenant.state, release).expect("it can be rolled back");
        planned.push(micros(begun));

        let command = Command::RollBack {
            release,
            shown,
            reason: Note::default(),
            hold: false,
        };
        let begun = Instant::now();
        let event = decide(&tenant.state, &command, &tenant.context).expect("it is allowed");
        decided.push(micros(begun));

        let context = tenant.context.clone();
        let begun = Instant::now();
        tenant
            .state
            .apply(black_box(&event), context)
            .expect("it fits");
        applied.push(micros(begun));

        let undoing = Undoing {
            position: tenant.state.position(),
            event,
        };
        let shown = plan::undo(&tenant.state, &undoing).expect("it can be undone");
        let undo = decide(
            &tenant.state,
            &Command::Undo { undoing, shown },
            &tenant.context,
        );
        let context = tenant.context.clone();
        tenant
            .state
            .apply(&undo.expect("it is allowed"), context)
            .expect("it fits");
    }
    Figures {
        plan: median(planned),
        decide: median(decided),
        apply: median(applied),
    }
}

fn micros(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A tenant with `others` releases, and one of `flows` flows over another of the same flows.
fn tenant(flows: usize, others: usize) -> (Tenant, ReleaseId) {
    let mut tenant = Tenant::begin();
    if others > 2 {
        let filling = tenant.flows(200);
        tenant.fill(others - 2, &filling);
    }
    let flows = tenant.flows(flows);
    let mut top = None;
    for _ in 0..2 {
        let release = tenant.release(&flows);
        tenant.promote(release);
        tenant.promote(release);
        top = Some(release);
    }
    (tenant, top.expect("two were built"))
}

fn main() {
    println!("Rolling back, by the size of the release and of the tenant (µs, medians)\n");
    println!("| flows | releases | events | plan | decide | apply | decide + apply |");
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    let mut figures = Vec::new();
    for flows in [1, 10, 100, 1_000] {
        for releases in [2, 100, 10_000] {
            let (mut tenant, release) = tenant(flows, releases);
            let events = tenant.events.len();
            let it = measure(&mut tenant, release);
            println!(
                "| {flows} | {releases} | {events} | {:.1} | {:.1} | {:.1} | {:.1} |",
                it.plan,
                it.decide,
                it.apply,
                it.whole()
            );
            figures.push((flows, releases, it));
        }
    }
    let of = |flows, releases| {
        let found = figures.iter().find(|it| (it.0, it.1) == (flows, releases));
        found.expect("it was measured").2.whole()
    };
    println!();
    for flows in [1, 10, 100, 1_000] {
        println!(
            "{flows} flows, 100 times the releases: {:.2} times the time",
            of(flows, 10_000) / of(flows, 100)
        );
    }
    for flows in [1, 10, 100] {
        println!(
            "{flows} → {} flows among 100 releases: {:.1} times the time",
            flows * 10,
            of(flows * 10, 100) / of(flows, 100)
        );
    }

    println!("\nRolling back 10 flows, by the length of the journal (µs, medians)\n");
    println!("| events | decide + apply |\n|---:|---:|");
    for length in [100, 1_000, 10_000, 100_000] {
        let (mut tenant, release) = tenant(10, 2);
        let flow = tenant.flows(1)[0];
        let canvas = Canvas {
            title: name("Title"),
            body: Body::default(),
        };
        while tenant.events.len() < length {
            let (name, canvas) = (name(&flow.to_string()), canvas.clone());
            tenant.give(&Command::EditFlow { flow, name, canvas });
        }
        let it = measure(&mut tenant, release);
        println!("| {length} | {:.1} |", it.whole());
    }

    // Three deployments for each of the other releases: one in each environment.
    let (mut large, release) = tenant(1_000, 33_000);
    let it = measure(&mut large, release);
    println!(
        "\nRolling back 1,000 flows among 100,000 deployments: {:.0} µs, of which {:.0} % decide (it plans again) and {:.0} % apply",
        it.whole(),
        100.0 * it.decide / it.whole(),
        100.0 * it.apply / it.whole()
    );

    // One mix from beginning to end: flows are created, built and promoted, release by release.
    let mut long = Tenant::begin();
    while long.events.len() < 100_000 {
        let flows = long.flows(3);
        for _ in 0..5 {
            let release = long.release(&flows);
            long.promote(release);
            long.promote(release);
        }
    }
    let sealed = seal(&long);
    println!(
        "\nReplaying a journal: from its text as a page does when it opens (read, checked, applied);"
    );
    println!("and from events that lie in memory (applied). Medians.\n");
    println!("| events | from text, ms | events per second | applied, ms | events per second |");
    println!("|---:|---:|---:|---:|---:|");
    let mut times = Vec::new();
    for length in [1_000, 10_000, 100_000] {
        let from_text = timed(|| open(&sealed[..length]));
        let applied = timed(|| replay(&long.events[..length], &long.context));
        let rate = |time: f64| length as f64 / (time / 1e6);
        println!(
            "| {length} | {:.1} | {:.0} | {:.1} | {:.0} |",
            from_text / 1e3,
            rate(from_text),
            applied / 1e3,
            rate(applied)
        );
        times.push((from_text, applied));
    }
    println!(
        "\n10 times the events: {:.1} and {:.1} times the time from text, {:.1} and {:.1} times applied",
        times[1].0 / times[0].0,
        times[2].0 / times[1].0,
        times[1].1 / times[0].1,
        times[2].1 / times[1].1
    );
}

/// The texts of a tenant's entries.
fn seal(tenant: &Tenant) -> Vec<String> {
    let (mut texts, mut previous) = (Vec::new(), None);
    for (event, number) in tenant.events.iter().zip(1..) {
        let id = EntryId::new(Uuid::from_u128(number));
        let position = Position::new(texts.len() as u64 + 1);
        let context = tenant.context.clone();
        let sealed = Entry::seal(position, id, previous, context, event.clone());
        previous = Some(Hash::of(&sealed.text));
        texts.push(sealed.text);
    }
    texts
}

/// Replays entries, and checks their chain.
fn open(texts: &[String]) -> State {
    let mut held: Option<(State, Hash)> = None;
    for text in texts {
        let position = held
            .as_ref()
            .map_or(Position::FIRST, |(state, _)| state.position().next());
        let previous = held.as_ref().map(|(_, tip)| *tip);
        let entry = Entry::parse(text, position, previous)
            .expect("it is an entry")
            .entry;
        let (event, context) = (&entry.event, entry.context());
        let state = match held {
            None => State::begin(event, context).expect("it begins"),
            Some((mut state, _)) => {
                state.apply(event, context).expect("it fits");
                state
            }
        };
        held = Some((state, Hash::of(text)));
    }
    held.expect("it has entries").0
}

/// Replays events.
fn replay(events: &[Event], context: &Context) -> State {
    let (begun, events) = events.split_first().expect("it has events");
    let mut state = State::begin(begun, context.clone()).expect("it begins");
    for event in events {
        state.apply(event, context.clone()).expect("it fits");
    }
    state
}

/// The median of several runs, in µs. What they make is kept until the last one is over: each begins
/// with fresh memory, as a page does.
fn timed<T>(run: impl Fn() -> T) -> f64 {
    let (mut times, mut made) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        let begun = Instant::now();
        made.push(run());
        times.push(micros(begun));
    }
    black_box(made);
    median(times)
}
