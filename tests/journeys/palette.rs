//! The palette: everything can be gone to and begun from everywhere by its name, and what cannot be done
//! says why.

use crate::page::{Page, Part, Role, Within, journey, keys};
use crate::steps::{ROLLBACK_FORM, act_as, open_rollback};

const FIND: &str = "Find";

/// Opens the palette by its keys, and types.
#[track_caller]
fn look_for<'p>(page: &'p Page, text: &str) -> Part<'p> {
    page.press_with(keys::CONTROL, "k");
    let palette = page.dialog(FIND);
    page.focus_is_on(Role::Combobox, FIND);
    page.press(text);
    palette
}

/// R6: the rollback is begun with the keyboard alone, from any page.
#[test]
fn a_step_is_begun_by_its_name() {
    journey(|page| {
        page.go("#/matrix");
        page.row("Orders").is_there();
        let palette = look_for(page, "rollback release b");
        palette
            .saying(Role::Option, "Rollback Release B")
            .is_there();
        page.press(keys::ENTER);
        palette.is_gone();
        let form = page.dialog(ROLLBACK_FORM);
        form.says(&["Release B leaves Production and goes back to Test."]);
        page.focus_is_on(Role::Heading, ROLLBACK_FORM);
        page.press(keys::ESCAPE);
        form.is_gone();
        page.focus_is_on(Role::Button, "Release B");
    });
}

/// P4, O1: what cannot be done is listed with the reason, and does nothing when it is picked.
#[test]
fn what_cannot_be_done_says_why() {
    journey(|page| {
        page.heading("Releases").is_there();
        let palette = look_for(page, "promote release b");
        let promotion = palette.saying(Role::Option, "Promote Release B");
        promotion.says(&["Production is the last environment."]);
        page.press(keys::ENTER);
        promotion.click();
        palette.is_there();
        page.press(keys::ESCAPE);
        palette.is_gone();

        act_as(page, "Viewer");
        let palette = look_for(page, "build flow");
        palette
            .saying(Role::Option, "Build flow")
            .says(&["You act as Viewer, who may not do this."]);
    });
}

/// Pages, environments, releases and flows; the focus goes where one goes, and back where one does not.
#[test]
fn everything_is_gone_to_by_its_name_and_the_focus_follows() {
    journey(|page| {
        page.heading("Releases").is_there();
        page.tab_to(Role::Button, "Recent");
        let palette = look_for(page, "nothing is called this");
        palette.says(&["Nothing found for"]);
        page.press(keys::ESCAPE);
        palette.is_gone();
        page.focus_is_on(Role::Button, "Recent");

        for (text, role, name) in [
            ("history", Role::Heading, "History"),
            ("variables test", Role::Heading, "Test"),
            ("gift cards", Role::Heading, "Gift cards"),
            ("winter campaign", Role::Button, "Winter campaign"),
        ] {
            let palette = look_for(page, text);
            page.press(keys::ENTER);
            palette.is_gone();
            page.focus_is_on(role, name);
        }
    });
}

/// The second one down is picked; the arrows go round.
#[test]
fn the_arrows_choose_among_what_is_found() {
    journey(|page| {
        page.heading("Releases").is_there();
        let palette = look_for(page, "of production");
        palette
            .saying(Role::Option, "Releases of Production")
            .is_there();
        page.press(keys::DOWN);
        page.press(keys::DOWN);
        page.press(keys::ENTER);
        page.heading("Variables").is_there();
        assert!(page.hash().ends_with("/variables"), "{}", page.hash());

        let palette = look_for(page, "of production");
        page.press(keys::UP);
        page.press(keys::ENTER);
        palette.is_gone();
        page.heading("Settings").is_there();
    });
}

/// On a phone there is a button for it.
#[test]
fn it_opens_by_its_button_on_a_phone() {
    journey(|page| {
        page.resize(390, 844);
        page.button(FIND).tap();
        let palette = page.dialog(FIND);
        palette.saying(Role::Option, "Matrix").tap();
        palette.is_gone();
        page.heading("Matrix").is_there();
    });
}

/// What is typed into a form is not left by mistake.
#[test]
fn it_does_not_open_over_a_form() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        page.press_with(keys::CONTROL, "k");
        form.is_there();
        page.dialog(FIND).is_gone();
    });
}
