//! Text is data everywhere: markup in a name or a note is shown, and never interpreted.

use crate::page::{Role, Within, journey};
use crate::steps::{
    ROLL_BACK, ROLLBACK_FORM, begin_empty, build, create_flow, finish, open_rollback, promote,
    release, run_urls,
};

const MARKUP: &str = "<img src=x onerror=alert(1)>";
const BRACES: &str = "{{x}} <b>&amp;</b> ' \"";

/// B5.
#[test]
fn markup_in_names_and_reasons_is_shown_as_text() {
    journey(|page| {
        begin_empty(page);
        create_flow(page, MARKUP);
        build(page, MARKUP, BRACES);
        promote(page, BRACES, "Test");
        let url = run_urls(page, "Test", &[MARKUP]);
        let form = open_rollback(page, BRACES);
        form.row(MARKUP)
            .says(&["Can no longer be run in Test; version 1 runs there now."]);
        form.field("Reason (optional)").fill(MARKUP);
        form.button(ROLL_BACK).click();
        form.says(&[
            &format!("{BRACES} left Test and is back in Development."),
            &format!("Reason: {MARKUP}"),
        ]);
        finish(&form);
        page.dialog(ROLLBACK_FORM).is_gone();
        release(page, BRACES).says(&["rolled back from Test", &format!("Rolled back: {MARKUP}")]);
        page.go(&url[0]);
        page.only(Role::Article)
            .says(&[&format!("{MARKUP} cannot be run in Test.")]);
        let images = page.run("return document.querySelectorAll('img').length");
        assert_eq!(images, 0);
    });
}

/// B5: names are trimmed, and told apart without regard to case.
#[test]
fn a_name_that_is_taken_is_refused_and_what_was_typed_stays() {
    journey(|page| {
        page.go("#/flows/new");
        let form = page.dialog("New flow");
        form.button("Create flow")
            .cannot_be_pressed("The flow’s name is missing.");
        form.field("Name").fill("  orders ");
        form.button("Create flow").click();
        form.saying(Role::Alert, "A flow is called Orders already.")
            .says(&["Choose another name."]);
        assert_eq!(form.field("Name").value(), "  orders ");
        form.field("Name").fill(&"x".repeat(81));
        form.button("Create flow")
            .cannot_be_pressed("has 81 characters; 80 are possible. Shorten it by 1.");
    });
}
