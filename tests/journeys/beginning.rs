//! The first visit, and beginning anew: never without being asked.

use crate::page::{Role, Within, journey};
use crate::steps::{begin_empty, release, releases, roll_back};

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
            .button("Forget this and begin the demo again")
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
