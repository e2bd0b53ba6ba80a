//! What is recorded is told as it happens, above whatever is open, and can be read again.

use crate::page::{NotYet, Page, Role, Within, journey, keys, until};
use crate::steps::{expand, open_rollback, roll_back};

/// Holds a release.
#[track_caller]
fn hold(page: &Page, name: &str) {
    expand(page, name).button("Hold").click();
    let form = page.dialog("Hold release");
    form.button("Hold").click();
    form.is_gone();
}

/// A step whose form closes at once is told; it goes away by itself, and is put away by the keyboard.
#[test]
fn what_was_done_is_told_and_can_be_read_again() {
    journey(|page| {
        hold(page, "Winter campaign");
        let toast = page.saying(Role::Status, "Administrator held Winter campaign.");
        toast.is_there();
        toast.is_gone();

        hold(page, "Tax update");
        let toast = page.saying(Role::Status, "Administrator held Tax update.");
        toast.is_there();
        page.tab_to(Role::Button, "Close this message");
        page.press(keys::ENTER);
        toast.is_gone();

        page.button("Recent").click();
        page.saying(Role::Item, "Administrator held Tax update")
            .is_there();
        page.saying(Role::Item, "Administrator held Winter campaign")
            .is_there();
        page.link("Administrator held Winter campaign").click();
        page.named(Role::Region, "Moment")
            .says(&["You are looking at the past. After entry 42 of 43"]);
        page.button("Return to now").click();
        page.button("Recent").click();
        page.link("All of the history").click();
        page.heading("History").is_there();
        page.link("All of the history").is_gone();
    });
}

/// A form that stays open tells of its step itself: nothing is said twice.
#[test]
fn a_form_that_says_what_it_did_is_not_told_twice() {
    journey(|page| {
        roll_back(page, "Release B");
        page.button("Recent").click();
        page.saying(
            Role::Item,
            "Administrator rolled Release B back from Production to Test",
        )
        .is_there();
        let said = page.run("return document.querySelector('.toast').textContent");
        assert_eq!(said, "");
    });
}

/// What others record is told above an open form, too.
#[test]
fn what_another_tab_did_is_told_above_an_open_form() {
    journey(|page| {
        let first = page.window();
        let form = open_rollback(page, "Release B");
        page.open_window();
        hold(page, "Tax update");
        page.switch_to(&first);
        until(|| {
            // Behind an open form nothing has a role; it lies above it all the same.
            let seen = page.run(
                "const toast = document.querySelector('.toast:popover-open');
                 return toast === null ? '' : toast.innerText",
            );
            let seen = seen.as_str().unwrap_or_default();
            if seen.contains("held Tax update") {
                Ok(())
            } else {
                Err(NotYet(format!("It is not told, but {seen:?}")))
            }
        });
        form.is_there();
    });
}

/// U1: what was done last can be undone from wherever one is.
#[test]
fn a_step_is_undone_where_it_is_read_again() {
    journey(|page| {
        roll_back(page, "Release B");
        page.go("#/matrix");
        page.button("Recent").click();
        page.button("Undo the rollback of Release B").click();
        let form = page.dialog("Undo the rollback of Release B");
        form.button("Undo this step").click();
        form.says(&["Step undone."]);
    });
}
