//! Promoting a release: its form, what it says before and after, and where it leads no further.

use crate::page::{Role, Within, journey};
use crate::steps::{Facts, expand, finish, open_promotion, release, run_urls, runs};

/// P2, P3, P5.
#[test]
fn promoting_a_release_takes_it_to_the_next_environment() {
    journey(|page| {
        let in_test = run_urls(page, "Test", &["Prices"]);
        let in_production = run_urls(page, "Production", &["Prices"]);

        let form = open_promotion(page, "Winter campaign", "Production");
        form.says(&[
            "Winter campaign goes from Test to Production.",
            "What it deployed in Test goes on running there.",
            "Target environment Production",
        ]);
        form.row("Newsletter")
            .says(&["Can then be run in Production, in version 1 of Winter campaign."]);
        form.row("Prices")
            .says(&["Moves up from version 2 to version 3 of Winter campaign."]);
        form.button("Promote to Production").click();
        form.saying(Role::Status, "Promote release successful")
            .says(&["Winter campaign is in Production now."]);
        finish(&form);
        release(page, "Winter campaign").says(&["in Production"]);

        for (url, environment) in [(&in_production[0], "Production"), (&in_test[0], "Test")] {
            let prices = Facts {
                flow: "Prices",
                version: 3,
                release: "Winter campaign",
                environment,
            };
            runs(page, url, &prices);
        }
    });
}

/// P1: never past the next environment, and no further than the last.
#[test]
fn a_release_goes_one_environment_at_a_time_and_no_further_than_the_last() {
    journey(|page| {
        let release = expand(page, "Tax update");
        release.button("Promote to Test").can_be_pressed();
        release.button("Promote to Production").is_gone();
        expand(page, "Release B")
            .button("Promote")
            .cannot_be_pressed("Production is the last environment.");
    });
}
