//! The first visit, and beginning anew: never without being asked.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{begin_empty, go_home, promote, release, releases, roll_back};

/// E1: an empty tenant is begun only when that is confirmed, and has three environments.
#[test]
fn an_empty_tenant_is_begun_only_when_that_is_confirmed() {
    journey(|page| {
        page.button("Begin empty").click();
        let form = page.dialog("Begin empty");
        form.button("Cancel").click();
        form.is_gone();
        releases(page).says(&["5 of 5"]);

        begin_empty(page);
        for environment in ["Development", "Test", "Production"] {
            page.link(&format!("Manage {environment}")).is_there();
        }
        page.reload();
        releases(page).says(&["0 of 0"]);
    });
}

/// The demo can be had again after it was played with.
#[test]
fn the_demo_is_reset_to_what_it_was() {
    journey(|page| {
        roll_back(page, "Release B");
        release(page, "Release B").says(&["in Test"]);
        page.button("Reset the demo").click();
        page.dialog("Reset the demo")
            .button("Delete all entries and begin the demo")
            .click();
        release(page, "Release B")
            .says(&["in Production"])
            .does_not_say(&["rolled back"]);
    });
}

/// What was dismissed stays away.
#[test]
fn the_welcome_is_dismissed_for_good() {
    journey(|page| {
        let welcome = page.named(Role::Region, "Try a rollback");
        welcome.is_there();
        page.button("Dismiss").click();
        welcome.is_gone();
        page.reload();
        page.heading("Releases").is_there();
        welcome.is_gone();
    });
}

/// What it says of a release holds, or is not said.
#[test]
fn the_welcome_says_only_what_holds() {
    journey(|page| {
        let welcome = page.named(Role::Region, "Try a rollback");
        let (over_another, over_nothing) = (
            "Release B lies over Release A in Production",
            "Loyalty launch has nothing beneath it in Production",
        );
        welcome.says(&[over_another, over_nothing]);
        roll_back(page, "Release B");
        welcome.does_not_say(&[over_another]);
        welcome.says(&[over_nothing]);
        // What is beneath Release A is nothing, and not Release B any more.
        promote(page, "Release B", "Production");
        welcome.says(&[over_another]);
        promote(page, "Winter campaign", "Production");
        welcome.does_not_say(&[over_another]);
        roll_back(page, "Loyalty launch");
        welcome.is_gone();
    });
}

/// Where there is nothing yet, the way to the first of it stands in its place.
#[test]
fn where_there_is_nothing_yet_the_first_is_a_press_away() {
    journey(|page| {
        begin_empty(page);
        releases(page).button("Create the first flow").click();
        let form = page.dialog("New flow");
        form.field("Name").fill("Orders");
        form.button("Create flow").click();
        form.is_gone();
        page.button("Build the first version").click();
        let form = page.dialog("Build flow");
        form.is_there();
        page.press(keys::ESCAPE);
        form.is_gone();
        go_home(page);
        releases(page).button("Build the first release").click();
        form.combobox("Release").fill("First release");
        form.button("Build").click();
        form.says(&["Flow built."]);
        form.link("Open First release").click();
        form.is_gone();
        release(page, "First release")
            .row("Orders version 1")
            .is_there();
    });
}
