//! Taking things away: a flow out of a release, a release out of the pipeline; never what users are
//! running.

use crate::page::{Role, Within, journey};
use crate::steps::{Facts, expand, finish, go_home, release, releases, run_urls, runs};

/// D1.
#[test]
fn a_flow_is_removed_from_a_release() {
    journey(|page| {
        let url = run_urls(page, "Test", &["Newsletter"]);
        let winter = expand(page, "Winter campaign");
        winter
            .button("Remove Newsletter from Winter campaign")
            .click();
        let form = page.dialog("Remove flow");
        form.says(&["Newsletter is taken out of Winter campaign. Its versions are kept."]);
        form.row("Newsletter")
            .says(&["Can no longer be run in Test; version 1 runs there now."]);
        form.button("Remove Newsletter from Winter campaign")
            .click();
        form.says(&[
            "Flow removed.",
            "Newsletter is no longer part of Winter campaign.",
        ]);
        finish(&form);
        winter.says(&["1 flow"]);
        winter.row("Newsletter version 1").is_gone();
        winter.row("Prices version 3").is_there();
        page.go(&url[0]);
        page.only(Role::Article)
            .says(&["Newsletter cannot be run in Test."]);
    });
}

/// D2, U1: what was beneath it runs again; nothing built is lost, and the deletion can be undone.
#[test]
fn a_release_is_deleted_and_brought_back() {
    journey(|page| {
        let in_test = run_urls(page, "Test", &["Prices"]);
        expand(page, "Winter campaign").button("Delete").click();
        let form = page.dialog("Delete release");
        form.says(&[
            "Winter campaign is deleted, and withdrawn wherever it is deployed. Its versions are \
             kept.",
        ]);
        form.row("Prices")
            .says(&["Goes back from version 3 to version 2 of Release B."]);
        form.button("Delete Winter campaign").click();
        form.says(&["Release deleted."]);
        form.button("Undo").can_be_pressed();
        finish(&form);
        releases(page).button("Winter campaign").is_gone();
        // What was meant to happen is not told as trouble.
        page.only(Role::Alert).is_gone();
        let prices = |version, release| Facts {
            flow: "Prices",
            version,
            release,
            environment: "Test",
        };
        runs(page, &in_test[0], &prices(2, "Release B"));

        page.go("#/undo/42");
        let form = page.dialog("Undo the deletion of Winter campaign");
        form.button("Undo this step").click();
        form.says(&["Step undone."]);
        finish(&form);
        release(page, "Winter campaign").says(&["in Test", "2 flows"]);
        runs(page, &in_test[0], &prices(3, "Winter campaign"));
    });
}

/// B4, D1, D2: users are running it.
#[test]
fn nothing_is_taken_away_from_the_last_environment() {
    journey(|page| {
        let release = expand(page, "Release B");
        let why = "Release B is in Production, the last environment, and cannot be changed there.";
        release.button("Delete").cannot_be_pressed(why);
        for flow in ["Orders", "Prices", "Refunds"] {
            release
                .button(&format!("Remove {flow} from Release B"))
                .cannot_be_pressed(why);
        }
        release.button("Delete").click();
        page.dialog("Delete release").is_gone();
        go_home(page);
        releases(page).button("Release B").is_there();
    });
}
