//! Two tabs at once: a plan that has gone stale is never executed, and a change elsewhere that does
//! not concern the plan disturbs nobody.

use crate::page::{NotYet, Page, Role, Within, journey, until};
use crate::steps::{
    Facts, ROLL_BACK, SHOP, begin_empty, build, expand, finish, none_runs, open_rollback, promote,
    release, releases, roll_back, run_urls, runs,
};

/// Waits until the page has heard of a release that another tab built. Behind an open form it has
/// neither role nor name.
#[track_caller]
fn hears_of(page: &Page, release: &str) {
    until(|| {
        let seen = page.run("return document.body.innerText");
        if seen.as_str().is_some_and(|seen| seen.contains(release)) {
            Ok(())
        } else {
            Err(NotYet(format!("The page has not heard of {release}")))
        }
    });
}

/// R7, R8.
#[test]
fn a_plan_that_another_tab_makes_stale_is_shown_anew_and_asked_again() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &SHOP);
        let first = page.window();
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Totals were wrong");

        // Nothing of this concerns the plan.
        let second = page.open_window();
        build(page, "Newsletter", "Aside");
        page.switch_to(&first);
        hears_of(page, "Aside");
        form.does_not_say(&["Something changed"]);
        form.row("Prices")
            .says(&["Goes back from version 2 to version 1 of Release A."]);
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");

        // This does: it puts a newer version of Prices over Release B's.
        page.switch_to(&second);
        promote(page, "Winter campaign", "Production");
        page.switch_to(&first);
        form.saying(Role::Alert, "Something changed while this form was open.")
            .says(&["Nothing has been done."]);
        let said = form.text();
        let (now, was) = said
            .split_once("What you were shown before")
            .expect("both plans are there");
        assert!(now.contains("What would happen now"), "{now}");
        assert!(
            now.contains("Stays at version 3 of Winter campaign."),
            "{now}"
        );
        assert!(
            was.contains("Goes back from version 2 to version 1 of Release A."),
            "{was}"
        );
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");

        // Asked again, and confirmed: what is done is the new plan.
        form.button(ROLL_BACK).click();
        form.saying(Role::Status, "Release rolled back.").is_there();
        form.row("Prices")
            .says(&["Stayed at version 3 of Winter campaign."]);
        form.says(&["Reason: Totals were wrong"]);
        finish(&form);
        for (url, flow, version, release) in [
            (&in_production[0], "Orders", 2, "Release A"),
            (&in_production[1], "Prices", 3, "Winter campaign"),
            (&in_production[2], "Refunds", 1, "Release A"),
        ] {
            let facts = Facts {
                flow,
                version,
                release,
                environment: "Production",
            };
            runs(page, url, &facts);
        }
    });
}

/// R8: what another tab has done already is not done twice.
#[test]
fn a_rollback_that_another_tab_has_done_is_not_done_twice() {
    journey(|page| {
        let first = page.window();
        let form = open_rollback(page, "Release B");
        page.open_window();
        roll_back(page, "Release B");
        page.switch_to(&first);
        form.saying(Role::Alert, "Something changed while this form was open.")
            .is_there();
        form.only(Role::Alert).says(&[
            "Administrator rolled Release B back from Production to Test. Confirm again only if",
        ]);
        // What would happen now is another rollback, and the form says which.
        form.says(&["Release B leaves Test and goes back to Development."]);
        form.button("Cancel").click();
        form.is_gone();
        release(page, "Release B").says(&["in Test"]);
    });
}

/// R8: a release that another tab has deleted can no longer be rolled back.
#[test]
fn a_release_that_another_tab_has_deleted_cannot_be_rolled_back() {
    journey(|page| {
        let first = page.window();
        let form = open_rollback(page, "Winter campaign");
        page.open_window();
        expand(page, "Winter campaign").button("Delete").click();
        let deletion = page.dialog("Delete release");
        deletion.button("Delete Winter campaign").click();
        deletion.says(&["Release deleted."]);
        page.switch_to(&first);
        form.saying(Role::Alert, "Winter campaign has been deleted.")
            .is_there();
        form.button(ROLL_BACK).is_gone();
    });
}

/// X2: a flow that is being run follows what is live.
#[test]
fn a_running_flow_hears_of_a_rollback_in_another_tab() {
    journey(|page| {
        let url = run_urls(page, "Production", &["Loyalty"]);
        page.go(&url[0]);
        page.only(Role::Article).says(&["Version 1"]);
        let first = page.window();
        page.open_window();
        roll_back(page, "Loyalty launch");
        page.switch_to(&first);
        page.only(Role::Article)
            .says(&["Loyalty cannot be run in Production."]);
        none_runs(page, &url, &["Loyalty"], "Production");
    });
}

/// R5: a tab that was left open while another one began anew does no harm to the new journal.
#[test]
fn a_tab_that_is_left_over_from_another_journal_records_nothing() {
    journey(|page| {
        let first = page.window();
        let form = open_rollback(page, "Release B");
        page.open_window();
        begin_empty(page);
        page.switch_to(&first);
        form.button(ROLL_BACK).click();
        form.only(Role::Alert).is_there();
        form.does_not_say(&["Release rolled back."]);

        page.go("#/");
        page.reload();
        releases(page).says(&["0 of 0", "There are no releases yet."]);
    });
}

/// R5: of two tabs that confirm in the same instant neither loses what it was told is done. The
/// second one to record decides again on what the first one recorded.
#[test]
fn two_tabs_that_confirm_at_once_both_get_it_done() {
    /// Presses the form's last button when the clock reaches a whole fifth second: in every tab at
    /// the same time, which no person manages.
    const AT_ONCE: &str = "
        const press = () => [...document.querySelectorAll('dialog button')].at(-1).click();
        setTimeout(press, 5000 - Date.now() % 5000);";
    journey(|page| {
        let first = page.window();
        let release_b = open_rollback(page, "Release B");
        let second = page.open_window();
        let loyalty = open_rollback(page, "Loyalty launch");
        loyalty.button(ROLL_BACK).is_there();
        page.run(AT_ONCE);
        page.switch_to(&first);
        release_b.button(ROLL_BACK).is_there();
        page.run(AT_ONCE);

        release_b.says(&["Release B left Production and is back in Test."]);
        finish(&release_b);
        page.switch_to(&second);
        loyalty.says(&["Loyalty launch left Production and is back in Test."]);
        finish(&loyalty);
        for window in [&first, &second] {
            page.switch_to(window);
            release(page, "Release B").says(&["in Test"]);
            release(page, "Loyalty launch").says(&["in Test"]);
            page.reload();
            release(page, "Release B").says(&["in Test"]);
            release(page, "Loyalty launch").says(&["in Test"]);
        }
    });
}

/// R8: who has done just what a form was for is said, and what there is left to do.
#[test]
fn a_step_that_another_tab_has_done_is_told_as_done() {
    journey(|page| {
        let first = page.window();
        let form = open_rollback(page, "Winter campaign");
        page.open_window();
        roll_back(page, "Winter campaign");
        page.switch_to(&first);
        form.only(Role::Alert).says(&[
            "Administrator rolled Winter campaign back from Test to Development while this form \
             was open. There is nothing left to do here.",
        ]);
        form.button(ROLL_BACK).is_gone();
        form.button("Close").click();
        form.is_gone();
    });
}
