//! A plan of hundreds of flows: grouped by what changes, searched, and confirmed like any other.

use std::rc::Rc;

use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::id::SnapshotId;
use flow_environments::domain::text::Note;
use flow_environments::journal::memory::Memory;
use pollster::block_on;
use uuid::Uuid;

use crate::figures::put;
use crate::page::{Role, Within, journey};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, finish, open_rollback, release, releases};
use crate::world::{RELEASE, context, create_flow, opened, promote};

/// How many flows the release holds beside "Orders ✓".
const FLOWS: u128 = 240;

/// The journal of one release of hundreds of flows, which was promoted to Production.
fn journal() -> Vec<String> {
    let memory = Memory::default();
    block_on(async {
        let session = opened(Rc::new(memory.clone())).await;
        let give = async |command: Command| {
            let recorded = session.submit(&command, &context()).await;
            recorded.expect("it is recorded");
        };
        for n in 0..FLOWS {
            let created = create_flow(&format!("Flow {n}"));
            let Command::CreateFlow { flow, .. } = created else {
                unreachable!("it creates a flow")
            };
            give(created).await;
            give(Command::Build {
                snapshot: SnapshotId::new(Uuid::from_u128(0x1000 + n)),
                flow,
                into: Into::Existing(RELEASE),
                notes: Note::default(),
                reset: None,
            })
            .await;
        }
        give(promote(&session)).await;
        give(promote(&session)).await;
    });
    memory.texts()
}

/// R6, R7: what happens to each of hundreds of flows can be found and read before it is confirmed.
#[test]
fn a_plan_of_hundreds_of_flows_is_grouped_and_searched() {
    journey(|page| {
        releases(page).says(&["5 of 5"]);
        put(page, &journal());
        page.reload();
        releases(page).says(&["1 of 1", "241 flows"]);
        let form = open_rollback(page, "Release A");
        form.says(&["In Production 241 flows can no longer be run"]);
        form.saying(Role::Row, "Flow Production Test").is_there();
        let search = form.named(Role::SearchBox, "Find a flow");
        search.fill("flow 123");
        form.row("Flow 123")
            .says(&["Can no longer be run in Production; version 1 runs there now."]);
        form.row("Flow 124").is_gone();
        form.button(ROLL_BACK).click();
        form.saying(Role::Status, "Release rolled back.").is_there();
        finish(&form);
        page.dialog(ROLLBACK_FORM).is_gone();
        release(page, "Release A").says(&["in Test", "rolled back from Production"]);
    });
}
