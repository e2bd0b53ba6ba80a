//! The focus is never lost: when what had it is gone, it goes to what comes next to be read.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, finish, open_rollback, run_urls};

/// After an undo, nothing is left of what opened its form.
#[test]
fn finishing_an_undo_leaves_the_focus_on_the_release() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        form.button("Undo").click();
        let form = page.dialog("Undo the rollback of Release B");
        form.button("Undo this step").click();
        form.says(&["Step undone."]);
        finish(&form);
        page.focus_is_on(Role::Button, "Release B");
    });
}

/// Nothing on the page opened a form that came with the address.
#[test]
fn closing_a_form_that_came_with_the_address_leaves_the_focus_on_what_it_was_about() {
    journey(|page| {
        open_rollback(page, "Release B");
        page.reload();
        let form = page.dialog(ROLLBACK_FORM);
        form.button("Cancel").click();
        form.is_gone();
        page.focus_is_on(Role::Button, "Release B");

        page.go("#/build");
        page.reload();
        let form = page.dialog("Build flow");
        form.is_there();
        page.press(keys::ESCAPE);
        form.is_gone();
        page.focus_is_on(Role::Heading, "Environments");
    });
}

/// A button that takes itself away hands the focus on.
#[test]
fn what_takes_itself_away_hands_the_focus_on() {
    journey(|page| {
        page.button("Dismiss").click();
        page.focus_is_on(Role::Heading, "Environments");

        let in_test = run_urls(page, "Test", &["Prices"]);
        page.go(&in_test[0]);
        page.button("Continue as Administrator").click();
        page.focus_is_on(Role::Heading, "Our prices");
    });
}

/// Another page begins at its heading and its top; Back shows the one before where it was left.
#[test]
fn another_page_begins_at_its_top_and_back_returns_to_where_one_was() {
    journey(|page| {
        page.resize(390, 844);
        page.button("Release A").is_there();
        page.run("scrollTo(0, 900)");
        page.link("Manage Test").click();
        page.focus_is_on(Role::Heading, "Test");
        page.is_scrolled_to(0);
        page.back();
        page.is_scrolled_to(900);
    });
}

/// Back leaves a form as Escape does: the focus is where the form was opened.
#[test]
fn back_leaves_a_form_with_the_focus_where_it_was_opened() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        page.back();
        form.is_gone();
        page.focus_is_on(Role::Button, ROLL_BACK);

        page.go("#/matrix");
        page.tab_to(Role::Link, "Orders");
        // Development, Test, Production.
        for _ in 0..3 {
            page.press(keys::TAB);
        }
        page.press(keys::ENTER);
        page.button("See the rollback of Release B").click();
        form.is_there();
        page.back();
        form.is_gone();
        page.focus_is_on(Role::Heading, "Matrix");
    });
}
