//! The whole rollback with the keyboard alone.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, open_rollback, release};

/// R6, R9, R10: Tab, Enter, Space and Escape are enough.
#[test]
fn a_release_is_rolled_back_with_the_keyboard_alone() {
    journey(|page| {
        page.heading("Releases").is_there();
        page.tab_to(Role::Button, "Release B");
        page.press(keys::ENTER);
        page.tab_to(Role::Button, ROLL_BACK);
        page.press(keys::ENTER);
        let form = page.dialog(ROLLBACK_FORM);
        form.is_there();
        page.focus_is_on(Role::Heading, ROLLBACK_FORM);

        // Escape closes the form; the focus is back where it came from.
        page.press(keys::ESCAPE);
        form.is_gone();
        page.focus_is_on(Role::Button, ROLL_BACK);

        page.press(keys::ENTER);
        form.is_there();
        page.tab_to(Role::TextBox, "Reason (optional)");
        page.press("Totals were wrong");
        page.tab_to(
            Role::Checkbox,
            "Hold this release so that it cannot be promoted",
        );
        page.press(keys::SPACE);
        page.tab_to(Role::Button, ROLL_BACK);
        page.press(keys::ENTER);
        form.saying(Role::Status, "Release rolled back.").is_there();
        page.tab_to(Role::Button, "Finish");
        page.press(keys::ENTER);
        form.is_gone();
        page.focus_is_on(Role::Button, ROLL_BACK);
        release(page, "Release B").says(&[
            "in Test",
            "rolled back from Production",
            "Rolled back: Totals were wrong",
            "Held",
        ]);
    });
}

/// The focus stays in an open form, and the page behind it cannot be reached.
#[test]
fn an_open_form_keeps_the_focus() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        let mut seen = Vec::new();
        for _ in 0..20 {
            page.press(keys::TAB);
            seen.push(page.focus().1);
        }
        for name in [
            "Close this form",
            "Reason (optional)",
            "Hold this release so that it cannot be promoted",
            "Cancel",
            ROLL_BACK,
        ] {
            assert!(seen.iter().any(|it| it == name), "{name} in {seen:?}");
        }
        assert!(!seen.iter().any(|it| it == "Release B"), "{seen:?}");
        form.is_there();
        page.button("Build flow").is_gone();
    });
}

/// A list of suggestions closes with the first Escape, the form around it with the second.
#[test]
fn escape_closes_the_suggestions_before_the_form() {
    journey(|page| {
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        form.combobox("Release").fill("tax");
        form.named(Role::Option, "Tax update in Development")
            .is_there();
        page.press(keys::ESCAPE);
        form.named(Role::Option, "Tax update in Development")
            .is_gone();
        form.is_there();
        page.press(keys::ESCAPE);
        form.is_gone();
        page.focus_is_on(Role::Button, "Build flow");
    });
}

/// WCAG 1.4.13: why a button cannot be pressed can be put away without moving on; the form around it
/// stays.
#[test]
fn escape_puts_the_reason_of_a_button_away_before_the_form() {
    journey(|page| {
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        page.tab_to(Role::Button, "Build");
        let reason = form.only(Role::Tooltip);
        reason.says(&["Name a release."]);
        page.press(keys::ESCAPE);
        reason.is_gone();
        form.is_there();
        // It comes again with the focus.
        page.press_with(keys::SHIFT, keys::TAB);
        page.focus_is_on(Role::Button, "Cancel");
        page.press(keys::TAB);
        page.focus_is_on(Role::Button, "Build");
        reason.is_there();
        page.press(keys::ESCAPE);
        page.press(keys::ESCAPE);
        form.is_gone();
    });
}
