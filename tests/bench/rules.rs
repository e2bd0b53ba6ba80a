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

#[path = "tenant.rs"]
mod tenant;

use std::hint::black_box;
use std::time::Instant;

use flow_environments::domain::actor::{Context, Timestamp};
use flow_environments::domain::command::Command;
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{FlowId, Position, ReleaseId};
use flow_environments::domain::plan::{self, Undoing};
use flow_environments::domain::state::State;
use flow_environments::domain::text::{Body, Note};
use flow_environments::journal::entry::{Entry, Hash};

use tenant::{Tenant, name};

fn begin() -> Tenant {
    Tenant::begin(0, Timestamp::from_millis(1_800_000_000_000))
}

fn canvas() -> Canvas {
    Canvas {
        title: name("Title"),
        body: Body::default(),
    }
}

/// Flows that are told apart by their ids alone.
fn flows(tenant: &mut Tenant, count: usize) -> Vec<FlowId> {
    (0..count)
        .map(|_| {
            let unique = tenant.chance.id().to_string();
            tenant.flow(name(&unique), canvas())
        })
        .collect()
}

fn built(tenant: &mut Tenant, flows: &[FlowId]) -> ReleaseId {
    let unique = tenant.chance.id().to_string();
    tenant.release(&name(&unique), flows, &Note::default())
}

/// Fills the tenant with other releases of one flow each, all in Production.
fn fill(tenant: &mut Tenant, releases: usize, flows: &[FlowId]) {
    for index in 0..releases {
        let release = built(tenant, &flows[index % flows.len()..][..1]);
        tenant.promote(release);
        tenant.promote(release);
    }
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

/// A tenant with `others` releases, and one of `count` flows over another of the same flows.
fn tenant(count: usize, others: usize) -> (Tenant, ReleaseId) {
    let mut tenant = begin();
    if others > 2 {
        let filling = flows(&mut tenant, 200);
        fill(&mut tenant, others - 2, &filling);
    }
    let flows = flows(&mut tenant, count);
    let mut top = None;
    for _ in 0..2 {
        let release = built(&mut tenant, &flows);
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
            let events = tenant.history.len();
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
        let flow = flows(&mut tenant, 1)[0];
        while tenant.history.len() < length {
            let (name, canvas) = (name(&flow.to_string()), canvas());
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
    let mut long = begin();
    while long.history.len() < 100_000 {
        let flows = flows(&mut long, 3);
        for _ in 0..5 {
            let release = built(&mut long, &flows);
            long.promote(release);
            long.promote(release);
        }
    }
    let sealed = long.seal();
    println!(
        "\nReplaying a journal: from its text as a page does when it opens (read, checked, applied);"
    );
    println!("and from events that lie in memory (applied). Medians.\n");
    println!("| events | from text, ms | events per second | applied, ms | events per second |");
    println!("|---:|---:|---:|---:|---:|");
    let mut times = Vec::new();
    for length in [1_000, 10_000, 100_000] {
        let from_text = timed(|| open(&sealed[..length]));
        let applied = timed(|| replay(&long.history[..length]));
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
fn replay(history: &[(Context, Event)]) -> State {
    let ((context, begun), history) = history.split_first().expect("it has events");
    let mut state = State::begin(begun, context.clone()).expect("it begins");
    for (context, event) in history {
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
