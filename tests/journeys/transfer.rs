//! The Storage page: a journal is verified, saved as a file and brought in elsewhere; room is made
//! where there is none. What would be lost is said before, and nothing is lost that was not said.

use std::fs;
use std::path::{Path, PathBuf};

use crate::page::{NotYet, Page, Part, Role, Within, journey, keys, until};
use crate::steps::{
    ROLL_BACK, begin_empty, finish, go_home, open_rollback, release, releases, roll_back,
};
use crate::storage::{ENTRIES, FILL, keys as stored};

/// Returns what the browser has saved in a folder, once all of it is there.
pub(crate) fn saved(folder: &Path) -> String {
    let file = saved_file(folder);
    fs::read_to_string(file).expect("it can be read")
}

fn saved_file(folder: &Path) -> PathBuf {
    until(|| {
        let entries = fs::read_dir(folder).map_err(|error| NotYet(error.to_string()))?;
        let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
        files
            .find(|file| file.extension().is_some_and(|it| it == "json"))
            .ok_or_else(|| NotYet("no file was saved".to_owned()))
    })
}

/// A part of the Storage page.
fn part<'a>(page: &'a Page, name: &str) -> Part<'a> {
    page.go("#/storage");
    page.named(Role::Region, name)
}

fn export(page: &Page) -> PathBuf {
    let folder = page.saves_files();
    let part = part(page, "Export");
    part.button("Export").click();
    part.saying(Role::Status, "Exported.").is_there();
    saved_file(&folder)
}

#[test]
fn a_journal_is_carried_to_another_place_in_a_file() {
    journey(|page| {
        roll_back(page, "Release B");
        let count = stored(page, ENTRIES).len();
        let file = export(page);
        go_home(page);
        begin_empty(page);
        part(page, "Import").is_there();
        page.pick_file("Exported file", &file);
        part(page, "Import")
            .saying(Role::Status, "Imported.")
            .is_there();
        assert_eq!(stored(page, ENTRIES).len(), count);
        let verify = part(page, "Verify");
        verify.button("Verify").click();
        verify
            .saying(Role::Status, "The journal is sound.")
            .says(&[&format!("All {count} entries")]);
        go_home(page);
        release(page, "Release B").says(&["in Test"]);
        page.reload();
        release(page, "Release B").says(&["in Test"]);
        roll_back(page, "Loyalty launch");
    });
}

/// What is removed by beginning anew can be exported first, and is there again after an import.
#[test]
fn a_journal_is_begun_anew_on_the_storage_page() {
    journey(|page| {
        roll_back(page, "Release B");
        let folder = page.saves_files();
        part(page, "Begin anew").button("Begin empty").click();
        let form = page.dialog("Begin empty");
        form.says(&["All entries of this journal are removed from this browser."]);
        form.button("Export").click();
        form.saying(Role::Status, "Exported.").is_there();
        form.button("Delete all entries and begin empty").click();
        releases(page).says(&["There are no releases yet."]);
        part(page, "Import").is_there();
        page.pick_file("Exported file", &saved_file(&folder));
        part(page, "Import")
            .saying(Role::Status, "Imported.")
            .is_there();
        go_home(page);
        release(page, "Release B").says(&["in Test"]);

        part(page, "Begin anew").button("Reset the demo").click();
        page.dialog("Reset the demo")
            .button("Delete all entries and begin the demo")
            .click();
        release(page, "Release B").says(&["in Production"]);
    });
}

/// How a journal comes to be kept elsewhere stands where one would look for it.
#[test]
fn the_way_to_a_team_s_store_is_described() {
    journey(|page| {
        let way = part(page, "Move");
        way.button("Export").is_there();
        way.says(&[
            "named in config.json, beside the page",
            r#""profile": "webdav""#,
            "No password belongs there",
            "begins with the exported file",
        ]);
    });
}

#[test]
fn an_import_takes_the_place_of_nothing_that_was_done() {
    journey(|page| {
        let file = export(page);
        go_home(page);
        roll_back(page, "Release B");
        let before = stored(page, ENTRIES);
        let import = part(page, "Import");
        page.pick_file("Exported file", &file);
        import
            .saying(Role::Alert, "There is a journal here already")
            .says(&["Export it, begin anew, and import then."]);
        assert_eq!(stored(page, ENTRIES), before);
        go_home(page);
        release(page, "Release B").says(&["in Test"]);
    });
}

#[test]
fn a_damaged_file_is_refused_with_the_first_bad_entry() {
    journey(|page| {
        let file = export(page);
        let text = fs::read_to_string(&file).expect("it can be read");
        let damaged = text.replacen(r#"position\":7,"#, r#"position\":8,"#, 1);
        assert_ne!(damaged, text);
        fs::write(&file, damaged).expect("it can be written");
        let before = stored(page, ENTRIES);
        let import = part(page, "Import");
        page.pick_file("Exported file", &file);
        import
            .saying(Role::Alert, "Entry 7 in the file is damaged.")
            .says(&["Nothing was changed."]);
        fs::write(&file, "<!DOCTYPE html>").expect("it can be written");
        page.pick_file("Exported file", &file);
        import
            .saying(Role::Alert, "The file is no exported journal")
            .is_there();
        assert_eq!(stored(page, ENTRIES), before);
    });
}

#[test]
fn damage_is_found_by_looking_for_it() {
    journey(|page| {
        let verify = part(page, "Verify");
        verify.button("Verify").click();
        verify
            .saying(Role::Status, "The journal is sound.")
            .is_there();
        let fifth = &stored(page, ENTRIES)[4];
        page.run(&format!("localStorage.removeItem('{fifth}')"));
        verify.button("Verify").click();
        verify
            .saying(Role::Alert, "The journal is damaged at entry 5.")
            .is_there();
    });
}

#[test]
fn room_is_made_and_what_is_there_stays() {
    journey(|page| {
        roll_back(page, "Release B");
        let recorded = stored(page, ENTRIES).len();
        part(page, "Make room").button("Make room").click();
        let form = page.dialog("Make room");
        form.says(&["What happened before now can no longer be looked at or undone."]);
        form.button("Export").is_there();
        form.button("Remove what led here").click();
        form.saying(Role::Status, "There is room.").is_there();
        form.button("Close").click();
        assert_eq!(stored(page, ENTRIES).len(), 1);

        page.reload();
        go_home(page);
        release(page, "Release B").says(&["in Test"]);
        // The last entry is still there, and what it says can be undone; what lies before is gone.
        page.go(&format!("#/undo/{}", recorded - 1));
        page.saying(
            Role::Alert,
            &format!("What happened before entry {recorded} was removed to make room."),
        )
        .says(&["A file that was exported before holds it."]);
        page.press(keys::ESCAPE);
        go_home(page);
        roll_back(page, "Loyalty launch");
        page.reload();
        release(page, "Loyalty launch").says(&["in Test"]);
        let verify = part(page, "Verify");
        verify.button("Verify").click();
        verify
            .saying(Role::Status, "The journal is sound.")
            .says(&[&format!("All 2 entries from entry {recorded} on")]);
    });
}

/// R5: where there is no room for a rollback, room is made from there, and nothing typed is lost.
#[test]
fn room_is_made_where_a_rollback_finds_none() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Totals were wrong");
        page.run(FILL);
        form.button(ROLL_BACK).click();
        let full = form.saying(Role::Alert, "storage is full");
        full.button("Make room").click();
        let room = page.dialog("Make room");
        room.button("Remove what led here").click();
        room.saying(Role::Status, "There is room.").is_there();
        room.button("Close").click();
        form.button(ROLL_BACK).click();
        form.saying(Role::Status, "Release rolled back.").is_there();
        form.says(&["Reason: Totals were wrong"]);
        finish(&form);
        page.reload();
        release(page, "Release B").says(&["Rolled back: Totals were wrong"]);
    });
}
