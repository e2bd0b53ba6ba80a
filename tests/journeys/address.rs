//! Addresses: every page and form can be linked to, reloaded and left with Back, wherever the site
//! lies on its host.

use crate::page::{Page, Part, Role, Within, journey, journey_at};
use crate::steps::{
    ROLL_BACK, ROLLBACK_FORM, SHOP, all_run, create_flow, expand, finish, open_rollback, release,
    roll_back, run_urls,
};

/// R5: what was recorded is there after a reload.
#[test]
fn a_reload_shows_the_same_state() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &SHOP);
        roll_back(page, "Release B");
        page.reload();
        release(page, "Release B").says(&["in Test", "rolled back from Production"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[2, 1, 1],
            "Release A",
            "Production",
        );
        page.reload();
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

/// R6, R7: the form has an address of its own.
#[test]
fn a_form_can_be_reloaded_and_left_with_back() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        let address = page.hash();
        assert!(address.ends_with("/rollback"), "{address}");
        page.reload();
        form.says(&["Release B leaves Production and goes back to Test."]);
        page.back();
        form.is_gone();
        release(page, "Release B").button(ROLL_BACK).is_there();

        // From anywhere, as a link in a message would.
        page.go("#/flows");
        page.heading("Flows").is_there();
        page.go(&address);
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        finish(&form);
        release(page, "Release B").says(&["in Test"]);
        assert_eq!(page.hash(), address.replace("/rollback", ""));
    });
}

/// Nothing but files is asked of the host.
#[test]
fn the_site_runs_at_the_root_of_a_host_too() {
    journey_at("/", |page| {
        expand(page, "Release B").button(ROLL_BACK).click();
        page.dialog(ROLLBACK_FORM)
            .says(&["Release B leaves Production and goes back to Test."]);
    });
}

/// An address that is none of the page's says so, and leads on.
#[test]
fn an_unknown_address_says_so() {
    journey(|page| {
        page.go("#/nowhere");
        page.heading("There is no page at this address").is_there();
        page.link("Go to the environments").click();
        page.heading("Releases").is_there();

        page.go("#/releases/00000000-0000-4000-8000-000000000000");
        page.named(Role::Region, "Releases")
            .says(&["There is no such release."]);
        page.go("#/flows/00000000-0000-4000-8000-000000000000");
        page.heading("There is no such flow").is_there();
        page.go("#/environments/00000000-0000-4000-8000-000000000000/flows");
        page.heading("There is no such environment").is_there();
    });
}

/// R6: what is done is offered again neither by a reload nor by Back.
#[test]
fn a_rollback_that_is_done_is_not_offered_again() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        page.reload();
        release(page, "Release B").says(&["in Test"]);
        page.dialog(ROLLBACK_FORM).is_gone();

        roll_back(page, "Loyalty launch");
        page.back();
        release(page, "Loyalty launch").says(&["in Test"]);
        page.dialog(ROLLBACK_FORM).is_gone();
    });
}

/// Every page says in the browser's tab which one it is.
#[test]
fn every_page_has_a_title_of_its_own() {
    journey(|page| {
        page.is_titled("Environments · Flow Environments");
        page.go("#/nowhere");
        page.is_titled("Not found · Flow Environments");
        let form = open_rollback(page, "Release B");
        page.is_titled("Rollback Release · Release B · Environments · Flow Environments");
        form.button("Cancel").click();
        page.is_titled("Release B · Environments · Flow Environments");
        let url = run_urls(page, "Production", &["Orders"]);
        page.is_titled("Flows · Production · Flow Environments");
        page.go(&url[0]);
        page.is_titled("Orders in Production · Flow Environments");
        page.go("#/flows");
        page.row("Orders").link("Orders").click();
        page.is_titled("Orders · Flows · Flow Environments");
    });
}

/// R9: what was typed into a form is there after a reload, until the form is done or cancelled.
#[test]
fn a_reason_that_was_typed_survives_a_reload() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        let reason = form.field("Reason (optional)");
        reason.fill("Totals were wrong");
        page.reload();
        assert_eq!(reason.value(), "Totals were wrong");
        form.button("Cancel").click();
        form.is_gone();
        open_rollback(page, "Release B");
        assert_eq!(reason.value(), "");
        reason.fill("Rounding");
        page.reload();
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back.", "Reason: Rounding"]);
        finish(&form);
        open_rollback(page, "Release B");
        assert_eq!(reason.value(), "");
    });
}

/// What is only for those who work on the page is in no release.
#[test]
fn a_release_has_no_styleguide() {
    journey(|page| {
        page.go("#/styleguide");
        page.heading("There is no page at this address").is_there();
        page.heading("Styleguide").is_gone();
    });
}

/// A form that was closed is no step of the history, and the page behind it is only one.
#[test]
fn back_goes_past_a_form_that_was_closed() {
    journey(|page| {
        for close in [cancel, confirm_and_undo, confirm] {
            let form = open_rollback(page, "Release B");
            close(page, &form);
            form.is_gone();
            release(page, "Release B").button(ROLL_BACK).is_there();
            page.back();
            release(page, "Release B").button(ROLL_BACK).is_gone();
        }

        page.go("#/matrix");
        page.heading("Matrix").is_there();
        page.named(Role::Navigation, "Pages").link("Flows").click();
        page.button("New flow").click();
        let form = page.dialog("New flow");
        form.button("Cancel").click();
        form.is_gone();
        page.heading("Flows").is_there();
        page.back();
        page.heading("Matrix").is_there();

        // What the form has led to takes its place.
        create_flow(page, "Parcels");
        page.back();
        page.heading("Flows").is_there();
    });
}

fn cancel(_: &Page, form: &Part<'_>) {
    form.button("Cancel").click();
}

fn confirm(_: &Page, form: &Part<'_>) {
    form.button(ROLL_BACK).click();
    form.says(&["Release rolled back."]);
    form.button("Finish").click();
}

fn confirm_and_undo(page: &Page, form: &Part<'_>) {
    form.button(ROLL_BACK).click();
    form.says(&["Release rolled back."]);
    form.button("Undo").click();
    let undoing = page.dialog("Undo the rollback of Release B");
    undoing.button("Undo this step").click();
    undoing.says(&["Step undone."]);
    finish(&undoing);
}
