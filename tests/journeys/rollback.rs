//! Rolling a release back: the two examples of the user's document to the letter, a release of which
//! one flow has an earlier version and another none, the reason, the hold, and the way back.

use crate::page::{NotYet, Role, Within, journey, until};
use crate::steps::{
    Facts, LOYALTY, ROLL_BACK, ROLLBACK_FORM, SHOP, all_run, begin_empty, build, create_flow,
    expand, finish, go_home, none_runs, open_rollback, promote, release, releases, roll_back,
    run_urls, runs,
};

/// R2, R3, R6, R7, X2, X4; the user's document, first example.
#[test]
fn rolling_release_b_back_brings_the_versions_of_release_a_back() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &SHOP);
        let in_test = run_urls(page, "Test", &SHOP);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[3, 2, 2],
            "Release B",
            "Production",
        );

        // "Click on the release you want to roll back in the Release section of the Environments
        // page."
        go_home(page);
        releases(page).button("Release B").click();
        // "The details for the release are expanded. Click Rollback to previous release to open the
        // Rollback Release form."
        let release = release(page, "Release B");
        release.named(Role::Table, "Flows of Release B").is_there();
        release.button(ROLL_BACK).click();
        let form = page.dialog(ROLLBACK_FORM);
        form.says(&[
            "Release B leaves Production and goes back to Test.",
            "In Production 3 flows go back to an earlier version",
            "In Test 1 flow goes back to an earlier version 2 flows stay as they are",
        ]);
        form.row("Orders").says(&[
            "Goes back from version 3 to version 2 of Release A.",
            "Stays at version 3 of Release B.",
        ]);
        form.row("Prices").says(&[
            "Goes back from version 2 to version 1 of Release A.",
            "Goes back from version 3 to version 2 of Release B.",
        ]);
        form.row("Refunds").says(&[
            "Goes back from version 2 to version 1 of Release A.",
            "Stays at version 2 of Release B.",
        ]);
        // R3, V4: what to think of before.
        form.says(&[
            "In Test, Prices goes back from version 3 (Winter campaign) to version 2 (Release B).",
            "Version 2 of Orders uses {{WarehouseUrl}}, which is blank in Production.",
        ]);
        // "Confirm that you want to roll back to the previous release, and click Rollback to previous
        // release."
        form.button(ROLL_BACK).click();
        // "Once the release is rolled back, the Rollback Release form confirms this. Click Finish."
        form.saying(Role::Status, "Release rolled back.")
            .says(&["Release B left Production and is back in Test."]);
        form.row("Orders")
            .says(&["Went back from version 3 to version 2 of Release A."]);
        // What there was to think of is still there to be read.
        form.says(&[
            "In Test, Prices went back from version 3 (Winter campaign) to version 2 (Release B).",
            "Version 2 of Orders uses {{WarehouseUrl}}, which is blank in Production.",
        ]);
        finish(&form);
        // "The release is removed from the environment, and deployed back to the previous
        // environment."
        release.says(&["in Test", "rolled back from Production"]);

        // "Users running these flows will use those versions of the flow."
        all_run(
            page,
            &in_production,
            &SHOP,
            &[2, 1, 1],
            "Release A",
            "Production",
        );
        all_run(page, &in_test, &SHOP, &[3, 2, 2], "Release B", "Test");
    });
}

/// R2, R6, R7, X2; the user's document, second example.
#[test]
fn flows_with_nothing_beneath_cannot_be_run_until_they_are_promoted_again() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &LOYALTY);
        all_run(
            page,
            &in_production,
            &LOYALTY,
            &[1, 1, 1],
            "Loyalty launch",
            "Production",
        );

        let form = open_rollback(page, "Loyalty launch");
        form.says(&[
            "Loyalty launch leaves Production and goes back to Test.",
            "In Production 3 flows can no longer be run",
        ]);
        for flow in LOYALTY {
            form.row(flow)
                .says(&["Can no longer be run in Production; version 1 runs there now."]);
        }
        form.button(ROLL_BACK).click();
        form.saying(Role::Status, "Release rolled back.").is_there();
        finish(&form);
        release(page, "Loyalty launch").says(&["in Test", "rolled back from Production"]);

        // "Users cannot run any of these flows, as they no longer exist in the production
        // environment."
        none_runs(page, &in_production, &LOYALTY, "Production");

        // "… until a version of the flow is once again promoted to that environment."
        promote(page, "Loyalty launch", "Production");
        all_run(
            page,
            &in_production,
            &LOYALTY,
            &[1, 1, 1],
            "Loyalty launch",
            "Production",
        );
    });
}

/// R2; worked case 3: one flow is restored, the other removed.
#[test]
fn one_release_can_restore_one_flow_and_remove_another() {
    journey(|page| {
        begin_empty(page);
        create_flow(page, "Orders");
        create_flow(page, "Prices");
        build(page, "Orders", "First");
        build(page, "Orders", "Second");
        build(page, "Prices", "Second");
        for release in ["First", "Second"] {
            promote(page, release, "Test");
            promote(page, release, "Production");
        }
        let flows = ["Orders", "Prices"];
        let urls = run_urls(page, "Production", &flows);
        all_run(page, &urls, &flows, &[2, 1], "Second", "Production");

        let form = open_rollback(page, "Second");
        form.says(&[
            "In Production 1 flow can no longer be run 1 flow goes back to an earlier version",
        ]);
        form.row("Orders")
            .says(&["Goes back from version 2 to version 1 of First."]);
        form.row("Prices")
            .says(&["Can no longer be run in Production; version 1 runs there now."]);
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        finish(&form);

        all_run(page, &urls[..1], &flows[..1], &[1], "First", "Production");
        none_runs(page, &urls[1..], &flows[1..], "Production");
    });
}

/// R2, R4; worked case 4: what a newer release covers is unaffected, and never comes back up.
#[test]
fn a_covered_version_never_comes_back_up() {
    journey(|page| {
        begin_empty(page);
        create_flow(page, "Orders");
        for release in ["First", "Second", "Third"] {
            build(page, "Orders", release);
            promote(page, release, "Test");
            promote(page, release, "Production");
        }
        let urls = run_urls(page, "Production", &["Orders"]);

        let form = open_rollback(page, "Second");
        form.row("Orders").says(&["Stays at version 3 of Third."]);
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        finish(&form);
        all_run(page, &urls, &["Orders"], &[3], "Third", "Production");

        roll_back(page, "Third");
        all_run(page, &urls, &["Orders"], &[1], "First", "Production");
    });
}

/// R9, R10, H1.
#[test]
fn the_reason_is_kept_and_a_held_release_waits_until_the_hold_is_lifted() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Totals were wrong");
        form.named(
            Role::Checkbox,
            "Hold this release so that it cannot be promoted",
        )
        .click();
        form.button(ROLL_BACK).click();
        form.says(&[
            "Release rolled back.",
            "It is held: it cannot be promoted until the hold is lifted.",
            "Reason: Totals were wrong",
        ]);
        finish(&form);

        page.reload();
        let release = release(page, "Release B");
        release.says(&[
            "in Test",
            "rolled back from Production",
            "Rolled back: Totals were wrong",
            "Held",
        ]);
        let promotion = release.button("Promote to Production");
        promotion.cannot_be_pressed("Release B is held. Lift the hold to promote it.");
        // Pressing it all the same does nothing.
        promotion.click();
        page.dialog("Promote release").is_gone();

        release.button("Lift hold").click();
        let form = page.dialog("Lift hold");
        form.says(&["Release B is held: Totals were wrong"]);
        form.button("Lift hold").click();
        form.is_gone();
        promotion.can_be_pressed();
        release.does_not_say(&["Held"]);
        promote(page, "Release B", "Production");
    });
}

/// H1: a held release can be rolled back.
#[test]
fn a_held_release_can_be_rolled_back() {
    journey(|page| {
        let release = expand(page, "Winter campaign");
        release.button("Hold").click();
        let form = page.dialog("Hold release");
        form.field("Reason (optional)")
            .fill("Prices are not approved");
        form.button("Hold").click();
        form.is_gone();
        release.says(&["Held"]);
        release
            .button("Promote to Production")
            .cannot_be_pressed("Winter campaign is held.");

        release.button(ROLL_BACK).click();
        let form = page.dialog(ROLLBACK_FORM);
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back.", "is back in Development"]);
        finish(&form);
        release.says(&["in Development", "Held"]);
    });
}

/// U1: from the form that says that it is done.
#[test]
fn undo_puts_the_release_and_every_version_back() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &SHOP);
        let in_test = run_urls(page, "Test", &SHOP);
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        form.button("Undo").click();

        let form = page.dialog("Undo the rollback of Release B");
        // The columns are those of the step that is undone, in the same order.
        form.row("Orders").says(&[
            "Moves up from version 2 to version 3 of Release B. Stays at version 3 of Release B.",
        ]);
        form.button("Undo this step").click();
        form.says(&["Step undone."]);
        finish(&form);

        release(page, "Release B").says(&["in Production"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[3, 2, 2],
            "Release B",
            "Production",
        );
        let prices = Facts {
            flow: "Prices",
            version: 3,
            release: "Winter campaign",
            environment: "Test",
        };
        runs(page, &in_test[1], &prices);
    });
}

/// U2: refused once something after it touched the same flows, and the later change is named.
#[test]
fn undo_is_refused_once_the_release_has_moved_again() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        finish(&form);
        promote(page, "Release B", "Production");

        page.go("#/history");
        page.button("Undo: entry 42")
            .cannot_be_pressed("Administrator promoted Release B to Production afterwards");
        page.go("#/undo/42");
        let form = page.dialog("Undo the rollback of Release B");
        form.saying(
            Role::Alert,
            "Administrator promoted Release B to Production afterwards",
        )
        .is_there();
        form.button("Undo this step").is_gone();
    });
}

/// R7: the note for a ticket says what the form says, in the form's order.
#[test]
fn the_change_note_lists_the_flows_as_the_form_does() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        page.run("navigator.clipboard.writeText = async text => { window.copied = text }");
        form.button("Copy change note").click();
        let note = until(|| {
            let copied = page.run("return window.copied ?? ''");
            let copied = copied.as_str().unwrap_or_default();
            if copied.is_empty() {
                Err(NotYet("nothing was copied".into()))
            } else {
                Ok(copied.to_owned())
            }
        });
        assert!(
            note.starts_with("**Release rolled back.** Release B left Production"),
            "{note}"
        );
        let rows = SHOP.map(|flow| note.find(&format!("\n| {flow} | Went back from version")));
        assert!(rows[0].is_some() && rows.is_sorted(), "{note}");
        let warnings = [
            "\n- Version 2 of Orders uses",
            "\n- In Test, Prices went back from version 3",
        ]
        .map(|warning| note.find(warning));
        assert!(warnings[0].is_some() && warnings.is_sorted(), "{note}");
    });
}
