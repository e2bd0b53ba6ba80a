//! The page fits the screens that people have: nothing has to be scrolled sideways.

use crate::page::{Page, Role, Within, journey};
use crate::steps::{
    ROLL_BACK, ROLLBACK_FORM, expand, open_promotion, open_rollback, release, run_urls,
};

/// Wide and high: small and usual phones, a tablet.
const SCREENS: [(u32, u32); 3] = [(320, 640), (390, 844), (768, 1024)];

/// Tells what is wider than the screen, of the page and an open form, and by which of its elements.
const TOO_WIDE: &str = "
    const name = it => it.localName + (it.className ? '.' + it.className : '');
    return [document.documentElement, ...document.querySelectorAll('dialog[open]')]
        .filter(it => it.scrollWidth > it.clientWidth)
        .map(it => {
            const right = it.getBoundingClientRect().left + it.clientWidth;
            const beyond = [...it.querySelectorAll('*')]
                .filter(inner => inner.getBoundingClientRect().right > right + 0.5);
            return `${name(it)} is ${it.scrollWidth} wide, with room for ${it.clientWidth}: `
                + beyond.slice(0, 8).map(name).join(', ');
        })
        .join('\\n');";

/// Adds what is too wide on any of the screens.
fn look(page: &Page, what: &str, too_wide: &mut Vec<String>) {
    for (width, height) in SCREENS {
        page.resize(width, height);
        let seen = page.run(TOO_WIDE);
        if seen != "" {
            too_wide.push(format!("{what} at {width} pixels: {seen}"));
        }
    }
    page.resize(1280, 900);
}

/// No page and no form has to be scrolled sideways.
#[test]
fn nothing_has_to_be_scrolled_sideways() {
    journey(|page| {
        let mut too_wide = Vec::new();
        page.heading("Releases").is_there();
        look(page, "The home page on the first visit", &mut too_wide);
        expand(page, "Release B");
        look(page, "A release's details", &mut too_wide);
        let form = open_rollback(page, "Release B");
        look(page, "The rollback form", &mut too_wide);
        form.button("Cancel").click();
        form.is_gone();
        let form = open_promotion(page, "Winter campaign", "Production");
        look(page, "The promotion form", &mut too_wide);
        form.button("Cancel").click();
        form.is_gone();
        let url = run_urls(page, "Production", &["Orders"]);
        look(page, "An environment's flows", &mut too_wide);
        page.go(&url[0]);
        page.only(Role::Article).is_there();
        look(page, "A running flow", &mut too_wide);
        page.go("#/flows");
        page.heading("Flows").is_there();
        look(page, "The flows", &mut too_wide);
        page.row("Orders").link("Orders").click();
        page.heading("Snapshots").is_there();
        look(page, "A flow", &mut too_wide);
        page.go("#/matrix");
        page.heading("Matrix").is_there();
        look(page, "The matrix", &mut too_wide);
        page.go("#/history?at=30");
        page.heading("Then and now").is_there();
        look(page, "The past", &mut too_wide);
        assert!(too_wide.is_empty(), "{}", too_wide.join("\n"));
    });
}

/// R6: on a phone the same steps lead to the same end.
#[test]
fn a_release_is_rolled_back_on_a_phone() {
    journey(|page| {
        page.resize(320, 640);
        let form = open_rollback(page, "Release B");
        // Tables look like cards there, and are tables all the same.
        form.row("Orders")
            .says(&["Goes back from version 3 to version 2 of Release A."]);
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        assert_eq!(page.run(TOO_WIDE), "");
        form.button("Finish").click();
        page.dialog(ROLLBACK_FORM).is_gone();
        release(page, "Release B").says(&["in Test"]);
    });
}
