//! What cannot be done says why: at either end of the pipeline, and to whoever may not do it.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, act_as, build, expand, open_rollback, release};

/// R1, P1: each end of the pipeline has one button that says why not.
#[test]
fn neither_end_of_the_pipeline_leads_any_further() {
    journey(|page| {
        let release = expand(page, "Tax update");
        release.button(ROLL_BACK).cannot_be_pressed(
            "Development is the first environment. There is no previous one to roll back to.",
        );
        release.button("Promote to Test").can_be_pressed();
        // Pressing it all the same does nothing.
        release.button(ROLL_BACK).click();
        page.dialog(ROLLBACK_FORM).is_gone();

        let release = expand(page, "Release B");
        release.button("Promote").cannot_be_pressed(
            "Production is the last environment. There is no next one to promote to.",
        );
        release.button(ROLL_BACK).can_be_pressed();
    });
}

/// O1: a viewer sees everything and changes nothing.
#[test]
fn a_viewer_can_press_nothing_and_is_told_why() {
    journey(|page| {
        let form = open_rollback(page, "Winter campaign");
        let address = page.hash();
        form.button("Cancel").click();
        form.is_gone();

        act_as(page, "Viewer");
        let why =
            "You act as Viewer, who may not do this. Act as Administrator, or ask one to do it.";
        let release = release(page, "Winter campaign");
        for name in [
            "Promote to Production",
            ROLL_BACK,
            "Hold",
            "Delete",
            "Remove Newsletter from Winter campaign",
        ] {
            release.button(name).cannot_be_pressed(why);
        }
        release.button(ROLL_BACK).click();
        page.dialog(ROLLBACK_FORM).is_gone();

        // Nor by a form's address, nor after a reload.
        page.go(&address);
        page.reload();
        form.saying(Role::Alert, why).is_there();
        form.button(ROLL_BACK).is_gone();
        page.back();
        form.is_gone();

        page.go("#/build");
        let form = page.dialog("Build flow");
        form.combobox("Release").fill("Mine");
        form.button("Build")
            .cannot_be_pressed("You act as Viewer, who may not do this. Act as Standard user");
    });
}

/// O1: no form is begun that could not be confirmed. What would open it says why, to the keyboard, too.
#[test]
fn a_viewer_can_open_no_form_and_is_told_why() {
    journey(|page| {
        act_as(page, "Viewer");
        let why = "You act as Viewer, who may not do this.";
        page.button("Build flow").cannot_be_pressed(why);
        page.tab_to(Role::Button, "Build flow");
        page.press(keys::ENTER);
        page.dialog("Build flow").is_gone();
        page.go("#/flows");
        page.button("New flow").cannot_be_pressed(why);
        page.button("Build Orders").cannot_be_pressed(why);
        page.row("Orders").link("Orders").click();
        page.button("Build flow").cannot_be_pressed(why);
        page.go("#/matrix");
        page.tab_to(Role::Link, "Orders");
        // Development, Test, Production.
        for _ in 0..3 {
            page.press(keys::TAB);
        }
        page.press(keys::ENTER);
        page.button("See the rollback of Release B")
            .cannot_be_pressed(why);
        page.go("#/history");
        page.button("Undo: entry 39").cannot_be_pressed(why);
        page.button("Recent").click();
        page.button("Undo the promotion of Winter campaign")
            .cannot_be_pressed(why);
    });
}

/// O1: a standard user builds, and moves nothing.
#[test]
fn a_standard_user_builds_flows_and_moves_no_release() {
    journey(|page| {
        act_as(page, "Standard user");
        expand(page, "Winter campaign")
            .button("Promote to Production")
            .cannot_be_pressed("You act as Standard user, who may not do this.");
        build(page, "Orders", "Mine");
        release(page, "Mine").says(&["in Development", "1 flow"]);
    });
}
