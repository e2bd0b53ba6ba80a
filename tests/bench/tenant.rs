//! A tenant that grows command by command, through the rules, and the journal that it leaves.
//!
//! The same seed grows the same tenant. Deliberately not here: what is measured on it.

use flow_environments::demo;
use flow_environments::domain::actor::{Actor, Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{FlowId, Position, ReleaseId, SnapshotId};
use flow_environments::domain::plan;
use flow_environments::domain::state::State;
use flow_environments::domain::text::{Name, Note};
use flow_environments::journal::entry::{Entry, EntryId, Hash};
use uuid::Uuid;

/// A source of chance that can be repeated (xorshift).
#[derive(Clone, Copy)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        // Neighbouring seeds are far apart; none of them is 0, which would stay 0.
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Random ids, as the page makes them: the tables are not filled in order.
    pub(crate) fn id(&mut self) -> Uuid {
        Uuid::from_u128(u128::from(self.number()) << 64 | u128::from(self.number()))
    }
}

/// A tenant that grows, and its history.
pub(crate) struct Tenant {
    pub(crate) state: State,
    /// When the next command is given, and by whom.
    pub(crate) context: Context,
    pub(crate) history: Vec<(Context, Event)>,
    pub(crate) chance: Chance,
}

impl Tenant {
    pub(crate) fn begin(seed: u64, at: Timestamp) -> Self {
        let mut chance = Chance::seeded(seed);
        let history = demo::empty(at, &mut || chance.id()).expect("an empty tenant begins");
        let (context, begun) = history.first().expect("a tenant begins with an event");
        Self {
            state: State::begin(begun, context.clone()).expect("it is the first event"),
            context: Context {
                at,
                by: Actor {
                    name: name("Ada"),
                    role: Role::Administrator,
                },
            },
            history,
            chance,
        }
    }

    pub(crate) fn give(&mut self, command: &Command) {
        let event = decide(&self.state, command, &self.context).expect("the rules allow it");
        let context = self.context.clone();
        self.state
            .apply(&event, context.clone())
            .expect("what was decided fits");
        self.history.push((context, event));
    }

    pub(crate) fn flow(&mut self, name: Name, canvas: Canvas) -> FlowId {
        let flow = FlowId::new(self.chance.id());
        self.give(&Command::CreateFlow { flow, name, canvas });
        flow
    }

    pub(crate) fn release(&mut self, name: &Name, flows: &[FlowId], notes: &Note) -> ReleaseId {
        let id = ReleaseId::new(self.chance.id());
        for (index, flow) in flows.iter().enumerate() {
            let into = match index {
                0 => Into::New {
                    id,
                    name: name.clone(),
                },
                _ => Into::Existing(id),
            };
            let snapshot = SnapshotId::new(self.chance.id());
            self.give(&Command::Build {
                snapshot,
                flow: *flow,
                into,
                notes: notes.clone(),
                reset: None,
            });
        }
        id
    }

    pub(crate) fn promote(&mut self, release: ReleaseId) {
        let shown = plan::promotion(&self.state, release).expect("it can be promoted");
        self.give(&Command::Promote { release, shown });
    }

    /// Returns the texts of the journal's entries.
    pub(crate) fn seal(&self) -> Vec<String> {
        let (mut texts, mut previous) = (Vec::new(), None);
        for ((context, event), number) in self.history.iter().zip(1..) {
            let id = EntryId::new(Uuid::from_u128(number));
            let position = Position::new(texts.len() as u64 + 1);
            let sealed = Entry::seal(position, id, previous, context.clone(), event.clone());
            previous = Some(Hash::of(&sealed.text));
            texts.push(sealed.text);
        }
        texts
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}
