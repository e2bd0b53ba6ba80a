//! The history: who did what and why, and everything as it was then.

use crate::figures::{journal, put};
use crate::page::{Role, Within, journey, keys};
use crate::steps::{
    ROLL_BACK, begin_empty, expand, finish, go_home, open_rollback, release, releases,
};

const MOMENT: &str = "Moment in the history";

/// D2: what became of a release that is gone can still be asked for.
#[test]
fn the_history_of_a_deleted_release_can_be_asked_for() {
    journey(|page| {
        expand(page, "Tax update").button("Delete").click();
        let form = page.dialog("Delete release");
        form.button("Delete Tax update").click();
        form.says(&["Release deleted."]);
        // Behind the form that says so nothing says that something is wrong.
        let seen = page.run("return document.body.innerText");
        let seen = seen.as_str().unwrap_or_default();
        assert!(!seen.contains("There is no such release"), "{seen}");
        finish(&form);
        page.go("#/history");
        page.combobox("Release").pick("Tax update (deleted)");
        page.saying(Role::Item, "Administrator deleted Tax update")
            .is_there();
        page.saying(Role::Item, "into Tax update").is_there();
        page.saying(Role::Item, "Release B").is_gone();
    });
}

/// A long history shows its newest entries first, and the rest on demand.
#[test]
fn a_long_history_is_shown_in_parts() {
    journey(|page| {
        releases(page).says(&["5 of 5"]);
        put(page, &journal(70));
        page.go("#/history");
        page.reload();
        page.saying(Role::Status, "30 of 70 are shown.").is_there();
        page.saying(Role::Item, "Entry 70 ").is_there();
        page.saying(Role::Item, "Entry 30 ").is_gone();
        page.button("Show more").click();
        page.saying(Role::Status, "60 of 70 are shown.").is_there();
        page.saying(Role::Item, "Entry 30 ").is_there();
        page.button("Show more").click();
        page.button("Show more").is_gone();
        page.saying(Role::Item, "Entry 1 ").is_there();
    });
}

/// The moment is the history's: a reload of another page shows how it is.
#[test]
fn a_reload_returns_to_now_except_on_the_history() {
    journey(|page| {
        releases(page).says(&["5 of 5"]);
        page.go("#/history?at=30");
        let moment = page.named(Role::Region, "Moment");
        moment.says(&["You are looking at the past."]);
        page.reload();
        moment.says(&["You are looking at the past."]);
        go_home(page);
        moment.says(&["You are looking at the past."]);
        page.reload();
        releases(page).says(&["5 of 5"]);
        moment.is_gone();
    });
}

/// Whoever begins anew while looking at the past is in the new journal's present.
#[test]
fn beginning_anew_in_the_past_begins_now() {
    journey(|page| {
        releases(page).says(&["5 of 5"]);
        page.go("#/history?at=30");
        let moment = page.named(Role::Region, "Moment");
        moment.says(&["You are looking at the past."]);
        begin_empty(page);
        moment.is_gone();
        page.go("#/history?at=30");
        moment.says(&["This is now. After entry 1 of 1"]);
        page.button("Reset the demo").click();
        page.dialog("Reset the demo")
            .button("Delete all entries and begin the demo")
            .click();
        releases(page).says(&["5 of 5"]);
        moment.is_gone();
    });
}

/// R9: the history says who, what and why, and what is asked for stands in the address.
#[test]
fn the_history_says_who_did_what_and_why() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Prices were wrong");
        form.button(ROLL_BACK).click();
        finish(&form);
        page.named(Role::Navigation, "Pages")
            .link("History")
            .click();
        page.is_titled("History · Flow Environments");
        let rollback = page.saying(Role::Item, "Prices were wrong");
        rollback.says(&[
            "Administrator rolled Release B back from Production to Test",
            "Rollback",
            "Reason: Prices were wrong",
        ]);
        page.button("Show more").click();
        page.saying(Role::Item, "created the flow Orders")
            .is_there();

        page.combobox("Kind").pick("Rollbacks");
        page.saying(Role::Item, "created the flow Orders").is_gone();
        assert_eq!(page.hash(), "#/history?kind=rollback");
        page.reload();
        rollback.is_there();
        page.combobox("Release").pick("Loyalty launch");
        rollback.is_gone();
        page.combobox("Release").pick("Release B");
        page.combobox("Person").pick("Administrator");
        rollback.is_there();
        page.combobox("Flow").pick("Vouchers");
        page.saying(Role::Status, "0 of 42").is_there();
    });
}

/// The whole page can be seen as it was, compared with now, and not changed (R1).
#[test]
fn everything_can_be_seen_as_it_was() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        finish(&form);
        release(page, "Release B").says(&["in Test"]);

        page.go("#/history");
        page.named(Role::Region, "Moment").says(&["This is now."]);
        page.tab_to(Role::Slider, MOMENT);
        page.press(keys::LEFT);
        let moment = page.named(Role::Region, "Moment");
        moment.says(&["You are looking at the past."]);
        page.named(Role::Table, "Then and now")
            .row("Orders")
            .says(&[
                "Production",
                "version 3 of Release B",
                "version 2 of Release A",
            ]);
        assert!(page.hash().starts_with("#/history?at="), "{}", page.hash());
        page.reload();
        moment.says(&["You are looking at the past."]);
        page.button("Undo: entry 42")
            .cannot_be_pressed("You are looking at the past, which cannot be changed.");

        go_home(page);
        let then = release(page, "Release B");
        then.says(&["in Production"]);
        page.button("Release B").click();
        then.button(ROLL_BACK)
            .cannot_be_pressed("You are looking at the past, which cannot be changed.");
        page.button("Build flow")
            .cannot_be_pressed("You are looking at the past, which cannot be changed.");
        page.button("Return to now").click();
        then.says(&["in Test"]);
        moment.is_gone();
        then.button(ROLL_BACK).can_be_pressed();
    });
}
