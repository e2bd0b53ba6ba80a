//! What the browser keeps: no room left, a journal that was damaged by hand, and one that is long.
//! Nothing is half recorded, nothing typed is lost, and what can be read is shown.

use std::rc::Rc;

use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::MANY;
use pollster::block_on;

use crate::page::{NotYet, Page, Part, Role, Within, journey, journey_in_chromium, keys, until};
use crate::steps::{
    ROLL_BACK, SHOP, all_run, begin_empty, expand, finish, go_home, open_rollback, open_tab,
    release, releases, roll_back, run_urls,
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
        release(page, "Release B").says(&["Rolled back: Totals were wrong"]);
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

const FULL: &str = "This browser's storage is full, so nothing was recorded.";

/// Confirms with no room: the form offers to make some, and keeps what was typed into it. Then there
/// is room, and it is done.
#[track_caller]
fn finds_no_room<'p>(page: &'p Page, form: &impl Within<'p>, confirm: &str, typed: (&str, &str)) {
    let (field, text) = typed;
    form.field(field).fill(text);
    page.run(FILL);
    form.button(confirm).click();
    let trouble = form.saying(Role::Alert, FULL);
    trouble.button("Make room").is_there();
    assert_eq!(form.field(field).value(), text);
    page.run(FREE);
    form.button(confirm).click();
    trouble.is_gone();
}

/// Every form that finds no room offers to make some, and keeps what was typed.
#[test]
fn every_form_that_finds_no_room_offers_to_make_some() {
    journey(|page| {
        open_tab(page, "Test", "Settings");
        page.button("Edit settings").click();
        let form = page.dialog("Edit settings");
        finds_no_room(page, &form, "Save", ("Description", "As Production."));
        form.is_gone();

        open_tab(page, "Test", "Variables");
        page.button("New variable").click();
        let form = page.dialog("New variable");
        form.field("Value").fill("Good day");
        finds_no_room(page, &form, "Save", ("Name", "Greeting"));
        form.is_gone();

        page.go("#/flows/new");
        let form = page.dialog("New flow");
        finds_no_room(page, &form, "Create flow", ("Name", "Returns"));
        form.is_gone();
        let canvas = page.named(Role::Region, "Canvas");
        finds_no_room(page, &canvas, "Save", ("Title", "Send it back"));
        canvas
            .button("Save")
            .cannot_be_pressed("Everything is saved.");

        go_home(page);
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        form.combobox("Flow").pick("Returns");
        form.combobox("Release").fill("Autumn");
        finds_no_room(
            page,
            &form,
            "Build",
            ("Build notes (optional)", "First of all"),
        );
        form.says(&["Flow built."]);
        finish(&form);

        expand(page, "Winter campaign").button("Hold").click();
        let form = page.dialog("Hold release");
        finds_no_room(
            page,
            &form,
            "Hold",
            ("Reason (optional)", "Not before the snow"),
        );
        form.is_gone();
    });
}

/// Room can be made over any form, and what was typed into it is recorded then.
#[test]
fn room_is_made_over_a_form() {
    journey(|page| {
        roll_back(page, "Release B");
        page.go("#/flows/new");
        let form = page.dialog("New flow");
        form.field("Name").fill("Returns");
        page.run(FILL);
        form.button("Create flow").click();
        form.saying(Role::Alert, FULL).button("Make room").click();
        let room = page.dialog("Make room");
        room.button("Remove what led here").click();
        room.saying(Role::Status, "There is room.").is_there();
        room.button("Close").click();
        assert_eq!(form.field("Name").value(), "Returns");
        form.button("Create flow").click();
        page.heading("Returns").is_there();
        page.reload();
        page.heading("Returns").is_there();
        go_home(page);
        release(page, "Release B").says(&["in Test"]);
    });
}

/// A first visit for which there is no room says so, and begins as soon as there is.
#[test]
fn a_journal_that_finds_no_room_to_begin_begins_when_there_is() {
    journey(|page| {
        releases(page).is_there();
        page.run(&format!("localStorage.clear(); {FILL}"));
        page.reload();
        page.heading("The journal cannot be opened").is_there();
        page.only(Role::Main).says(&[
            "This browser's storage is full, so no journal can begin here.",
            "Remove what other pages of this site keep in this browser",
        ]);
        page.run(FREE);
        page.button("Try again").click();
        release(page, "Release B").says(&["in Production"]);
        page.reload();
        roll_back(page, "Release B");
    });
}

/// A browser that keeps nothing for the site lets everything be tried, says that it is forgotten, and
/// keeps the journal as soon as it is allowed to.
#[test]
fn where_storage_is_blocked_everything_can_be_tried_and_exported() {
    // As a browser does whose settings block the site's data.
    const BLOCK: &str = "
        if (!document.cookie.includes('allowed')) {
            for (const name of ['localStorage', 'sessionStorage']) {
                Object.defineProperty(window, name, { get() {
                    throw new DOMException('Access is denied for this document.', 'SecurityError');
                } });
            }
        }";
    fn said(page: &Page) -> Part<'_> {
        page.saying(
            Role::Alert,
            "This browser does not let the page keep anything.",
        )
    }
    let why = "only Chromium can be told to run a script before a page's own";
    journey_in_chromium(why, |page| {
        releases(page).is_there();
        page.run_before(BLOCK);
        page.reload();
        said(page).says(&[
            "You can try everything; it is forgotten when the page closes.",
            "Allow storage for this site, then load the page again.",
        ]);
        roll_back(page, "Release B");
        release(page, "Release B").says(&["in Test"]);

        let folder = page.saves_files();
        page.go("#/storage");
        page.only(Role::Main)
            .says(&["kept in the memory of this page, and forgotten when the page closes."]);
        let export = page.named(Role::Region, "Export");
        export.button("Export").click();
        export.saying(Role::Status, "Exported.").is_there();
        assert!(saved(&folder).contains("rolledBack"));

        go_home(page);
        begin_empty(page);
        // Nothing of it is there after a reload, as was said.
        page.reload();
        said(page).is_there();
        release(page, "Release B").says(&["in Production"]);

        page.run("document.cookie = 'allowed=yes'");
        page.reload();
        said(page).is_gone();
        roll_back(page, "Release B");
        page.reload();
        release(page, "Release B").says(&["in Test"]);
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
            .button("Delete all entries and begin the demo")
            .click();
        page.saying(Role::Alert, &damaged).is_gone();
        roll_back(page, "Release B");
    });
}

/// A journal that a newer page has written in is shown as far as it is understood, and takes no more.
#[test]
fn a_journal_of_a_newer_format_is_shown_up_to_what_is_understood() {
    journey(|page| {
        roll_back(page, "Release B");
        let entries = keys(page, ENTRIES);
        let next = format!("{ENTRIES}{:010}", entries.len() + 1);
        page.run(&format!(
            "localStorage.setItem('{next}', '{{\"format\": 2, \"what\": \"nobody knows\"}}')"
        ));
        page.reload();
        let newer = "The journal was written by a newer version of this page.";
        page.saying(Role::Alert, newer)
            .says(&["Load the page again to get that version."]);
        release(page, "Release B").says(&["in Test"]);
        let form = open_rollback(page, "Loyalty launch");
        form.field("Reason (optional)").fill("Totals were wrong");
        form.button(ROLL_BACK).click();
        form.saying(Role::Alert, newer).is_there();
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");
        form.button("Cancel").click();
        assert_eq!(keys(page, ENTRIES).len(), entries.len() + 1);

        // All that is understood can be taken along.
        let folder = page.saves_files();
        page.go("#/storage");
        let export = page.named(Role::Region, "Export");
        export.button("Export").click();
        export
            .saying(Role::Status, "Exported.")
            .says(&[&format!("has {} entries", entries.len())]);
        assert!(saved(&folder).contains("nobody knows"));
    });
}

/// U2: what a step needs may be gone.
#[test]
fn a_step_whose_environment_was_removed_since_says_that_it_cannot_be_undone() {
    journey(|page| {
        open_tab(page, "Test", "Settings");
        page.button("Insert an environment before Production")
            .click();
        let form = page.dialog("Insert environment");
        form.field("Name").fill("Staging");
        form.button("Save").click();
        form.is_gone();
        crate::steps::promote(page, "Winter campaign", "Staging");
        roll_back(page, "Winter campaign");
        let rolled_back = keys(page, ENTRIES).len();
        open_tab(page, "Staging", "Settings");
        page.button("Remove environment").click();
        let form = page.dialog("Remove environment");
        form.button("Remove Staging").click();
        finish(&form);

        page.go(&format!("#/undo/{rolled_back}"));
        page.dialog("Undo the rollback of Winter campaign")
            .saying(
                Role::Alert,
                "Staging has been removed since, and undoing this step needs it.",
            )
            .says(&["Move the release with a promotion or a rollback instead."]);
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
            .button("Delete all entries and begin the demo")
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

/// How full the storage is is told in round numbers, and what uses it on demand.
#[test]
fn how_full_the_storage_is_is_told_in_round_numbers() {
    journey(|page| {
        page.go("#/storage");
        let main = page.only(Role::Main);
        main.says(&["kB of about 5", "MB (", ") used."]);
        main.does_not_say(&["Checkpoints:"]);
        page.tab_to(Role::Button, "Verify");
        page.press_with(keys::SHIFT, keys::TAB);
        page.press(keys::ENTER);
        main.says(&[
            "Entries:",
            "Checkpoints:",
            "What else this site keeps here:",
        ]);
    });
}
