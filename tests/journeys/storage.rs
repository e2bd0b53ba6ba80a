//! What the browser keeps: no room left, a journal that was damaged by hand, and one that is long.
//! Nothing is half recorded, nothing typed is lost, and what can be read is shown.

use std::rc::Rc;

use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::MANY;
use pollster::block_on;

use crate::page::{NotYet, Page, Role, Within, journey, until};
use crate::steps::{
    ROLL_BACK, SHOP, all_run, finish, go_home, open_rollback, release, roll_back, run_urls,
};
use crate::transfer::saved;
use crate::world::{FOUNDED, context, create_flow, opened, promote};

/// Fills what room there is, with a key of another page of the same host.
pub(crate) const FILL: &str = "
    let size = 1 << 22, count = 0;
    while (size >= 1) {
        try { localStorage.setItem('another page/' + count, 'x'.repeat(size)); count += 1; }
        catch { size = Math.floor(size / 2); }
    }
    return count;";

/// Takes all of it away again.
const FREE: &str = "
    Object.keys(localStorage).filter(key => key.startsWith('another page/'))
        .forEach(key => localStorage.removeItem(key));";

/// R5: all of a rollback is recorded, or none of it.
#[test]
fn a_full_storage_records_nothing_and_loses_nothing() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &SHOP);
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Totals were wrong");
        let filled = page.run(FILL);
        assert!(filled.as_u64() > Some(1), "{filled}");

        form.button(ROLL_BACK).click();
        form.saying(
            Role::Alert,
            "This browser's storage is full, so nothing was recorded.",
        )
        .says(&["Make room"]);
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");
        // In the same place again: it fails again, and still loses nothing.
        form.button(ROLL_BACK).click();
        form.saying(Role::Alert, "storage is full").is_there();
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");

        // A second tab sees that nothing has happened.
        let first = page.window();
        page.open_window();
        go_home(page);
        release(page, "Release B").says(&["in Production"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[3, 2, 2],
            "Release B",
            "Production",
        );
        page.switch_to(&first);

        page.run(FREE);
        form.button(ROLL_BACK).click();
        form.saying(Role::Status, "Release rolled back.").is_there();
        form.says(&["Reason: Totals were wrong"]);
        finish(&form);
        release(page, "Release B").says(&["rolled back from Production: Totals were wrong"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[2, 1, 1],
            "Release A",
            "Production",
        );
    });
}

/// Returns the keys under which the page keeps something with this prefix.
pub(crate) fn keys(page: &Page, prefix: &str) -> Vec<String> {
    let keys = page.run(&format!(
        "return Object.keys(localStorage).filter(key => key.startsWith('{prefix}')).sort()"
    ));
    serde_json::from_value(keys).expect("keys are text")
}

pub(crate) const ENTRIES: &str = "flow-environments/entries/";
pub(crate) const CHECKPOINT: &str = "flow-environments/checkpoint";

/// A journal that was damaged by hand shows all that lies before, and takes no more.
#[test]
fn a_damaged_journal_is_shown_up_to_its_last_sound_entry() {
    journey(|page| {
        roll_back(page, "Release B");
        let entries = keys(page, ENTRIES);
        let last = entries.last().expect("there are entries");
        page.run(&format!("localStorage.setItem('{last}', '{{')"));
        page.reload();

        let damaged = format!("The journal is damaged at entry {}.", entries.len());
        page.saying(Role::Alert, &damaged)
            .says(&["What was recorded before it can be seen"]);
        release(page, "Release B").says(&["in Production"]);
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Totals were wrong");
        form.button(ROLL_BACK).click();
        form.saying(Role::Alert, &damaged).is_there();
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");
        form.button("Cancel").click();
        assert_eq!(keys(page, ENTRIES), entries);

        page.button("Reset the demo").click();
        page.dialog("Reset the demo")
            .button("Forget this and begin the demo again")
            .click();
        page.saying(Role::Alert, &damaged).is_gone();
        roll_back(page, "Release B");
    });
}

/// A journal of which not even the first entry is sound says so, and can be begun anew.
#[test]
fn a_journal_with_nothing_sound_in_it_can_be_begun_anew() {
    journey(|page| {
        release(page, "Release B").is_there();
        let first = &keys(page, ENTRIES)[0];
        page.run(&format!("localStorage.setItem('{first}', '')"));
        page.reload();
        page.heading("The journal cannot be opened").is_there();
        let folder = page.saves_files();
        page.button("Export").click();
        page.saying(Role::Status, "Exported.")
            .says(&["0 entries and, apart from them,"]);
        assert!(saved(&folder).contains(r#""apart":[{"position":1,"text":""}"#));
        page.button("Begin anew").click();
        page.dialog("Reset the demo")
            .button("Forget this and begin the demo again")
            .click();
        release(page, "Release B").says(&["in Production"]);
    });
}

/// U3: what lies before a checkpoint is read when it is asked for.
#[test]
fn a_step_before_the_checkpoint_of_a_long_journal_can_be_undone() {
    let memory = Memory::default();
    block_on(async {
        let session = opened(Rc::new(memory.clone())).await;
        let commands = (0..MANY).map(|n| create_flow(&format!("Flow {n}")));
        for command in std::iter::once(promote(&session)).chain(commands) {
            let recorded = session.submit(&command, &context()).await;
            recorded.expect("it is recorded");
        }
    });
    let promoted = FOUNDED.next();
    journey(|page| {
        release(page, "Release B").is_there();
        let texts = serde_json::to_string(&memory.texts()).expect("texts are text");
        page.run(&format!(
            "localStorage.clear();
            {texts}.forEach((text, index) =>
                localStorage.setItem('{ENTRIES}' + String(index + 1).padStart(10, '0'), text))"
        ));
        page.reload();
        release(page, "Release A").says(&["in Test"]);
        until(|| match keys(page, CHECKPOINT).len() {
            1 => Ok(()),
            _ => Err(NotYet("no checkpoint was kept".into())),
        });

        page.reload();
        page.go(&format!("#/undo/{promoted}"));
        let form = page.dialog("Undo the promotion of Release A");
        form.row("Orders ✓").says(&["Can no longer be run in Test"]);
        form.button("Undo this step").click();
        form.says(&["Step undone."]);
        finish(&form);
        release(page, "Release A").says(&["in Development"]);
        page.reload();
        release(page, "Release A").says(&["in Development"]);
        assert_eq!(keys(page, ENTRIES).len(), memory.texts().len() + 1);
    });
}
