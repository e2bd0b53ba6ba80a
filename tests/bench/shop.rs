//! A large tenant that one could meet: flows are built into releases, most of one flow, some of many;
//! releases move on, some come back, some are held.

use flow_environments::domain::actor::Timestamp;
use flow_environments::domain::command::Command;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::FlowId;
use flow_environments::domain::plan;
use flow_environments::domain::text::{Body, Note};

use crate::tenant::{Tenant, name};

/// How large a tenant is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) releases: usize,
    pub(crate) flows: usize,
}

const YEAR: u64 = 365 * 24 * 3_600_000;

const SUBJECTS: [&str; 20] = [
    "Orders",
    "Prices",
    "Refunds",
    "Invoices",
    "Returns",
    "Deliveries",
    "Vouchers",
    "Loyalty",
    "Contracts",
    "Claims",
    "Payments",
    "Bookings",
    "Stock",
    "Suppliers",
    "Complaints",
    "Surveys",
    "Quotes",
    "Onboarding",
    "Payroll",
    "Audits",
];

const PLACES: [&str; 10] = [
    "Norway", "Portugal", "Ireland", "Japan", "Chile", "Kenya", "Canada", "Vietnam", "Greece",
    "Peru",
];

const NOTES: [&str; 5] = [
    "Fixes rounding of totals",
    "Asks for the delivery address once",
    "Follows the new tax rate",
    "Shows the sum before it is confirmed",
    "",
];

const PEOPLE: [&str; 4] = ["Ada", "Grace", "Edsger", "Barbara"];

/// Of a hundred releases, so many hold so many flows.
const CONTENTS: [(usize, usize); 4] = [(94, 1), (4, 3), (1, 8), (1, 12)];

/// Grows the tenant whose history ends at `until`. About twice as many entries as releases.
pub(crate) fn grown(size: Size, seed: u64, until: Timestamp) -> Tenant {
    let begun = until.as_millis().saturating_sub(YEAR);
    let mut tenant = Tenant::begin(seed, Timestamp::from_millis(begun));
    let step = YEAR / (size.releases + size.flows).max(1) as u64;
    let mut turn = 0;
    let mut go_on = |tenant: &mut Tenant| {
        turn += 1;
        tenant.context.at = Timestamp::from_millis(begun + turn * step);
        let person = PEOPLE[below(tenant, PEOPLE.len())];
        tenant.context.by.name = name(person);
    };
    let flows: Vec<FlowId> = (0..size.flows)
        .map(|number| {
            go_on(&mut tenant);
            flow(&mut tenant, number)
        })
        .collect();
    for number in 0..size.releases {
        go_on(&mut tenant);
        release(&mut tenant, number, &flows);
    }
    tenant
}

fn flow(tenant: &mut Tenant, number: usize) -> FlowId {
    let subject = SUBJECTS[number % SUBJECTS.len()];
    let place = PLACES[number / SUBJECTS.len() % PLACES.len()];
    let title = match number / (SUBJECTS.len() * PLACES.len()) {
        0 => format!("{subject} {place}"),
        round => format!("{subject} {place} {}", round + 1),
    };
    let body = Body::new(&format!("{title}, by {{{{ApiUrl}}}}")).expect("it is short");
    let canvas = Canvas {
        title: name(&title),
        body,
    };
    tenant.flow(name(&title), canvas)
}

fn release(tenant: &mut Tenant, number: usize, flows: &[FlowId]) {
    let mut chosen = below(tenant, 100);
    let share = CONTENTS.iter().find(|(share, _)| {
        let found = chosen < *share;
        chosen = chosen.saturating_sub(*share);
        found
    });
    let count = share.map_or(1, |(_, count)| *count).min(flows.len());
    // Neighbours: a release holds no flow twice.
    let first = below(tenant, flows.len());
    let content: Vec<FlowId> = flows
        .iter()
        .cycle()
        .skip(first)
        .take(count)
        .copied()
        .collect();
    let notes = Note::new(NOTES[below(tenant, NOTES.len())]).expect("it is short");
    let release = tenant.release(&name(&format!("Release {}", number + 1)), &content, &notes);
    let steps = [0, 0, 0, 0, 0, 0, 0, 1, 2, 2][below(tenant, 10)];
    for _ in 0..steps {
        tenant.promote(release);
    }
    let fate = below(tenant, 100);
    if steps == 2 && fate < 10 {
        let shown = plan::rollback(&tenant.state, release).expect("it can be rolled back");
        let reason = Note::new("Totals were wrong").expect("it is short");
        let hold = fate < 3;
        tenant.give(&Command::RollBack {
            release,
            shown,
            reason,
            hold,
        });
    }
}

/// Returns a number below `end`, or 0 where there is none.
fn below(tenant: &mut Tenant, end: usize) -> usize {
    let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
    usize::try_from(tenant.chance.number() % end).unwrap_or(0)
}
