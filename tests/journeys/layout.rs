//! The page fits the screens that people have: nothing has to be scrolled sideways, nothing is cut off,
//! nothing jumps, and a finger is enough.

use crate::page::{Page, Role, Within, journey, journey_in_chromium};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, expand, open_rollback, release, releases};
use crate::tour::{self, Look};

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

/// Tells what is cut off without a way to read it: text that is wider than where it may be seen, and
/// of which no title says all.
const CUT_OFF: &str = "
    return [...document.querySelectorAll('body *')]
        .filter(it => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 1
            && getComputedStyle(it).overflowX !== 'visible' && getComputedStyle(it).clipPath === 'none'
            && !['INPUT', 'SELECT', 'TEXTAREA'].includes(it.tagName) && !it.title)
        .map(it => `${it.localName}.${it.className} cuts off ${it.innerText.slice(0, 60)}`)
        .join('\\n');";

/// Adds what is too wide on any of the screens, or cut off there.
fn look(page: &Page, what: &str, found: &mut Vec<String>) {
    for (width, height) in SCREENS {
        page.resize(width, height);
        for script in [TOO_WIDE, CUT_OFF] {
            let seen = page.run(script);
            if seen != "" {
                found.push(format!("{what} at {width} pixels: {seen}"));
            }
        }
    }
    page.resize(1280, 900);
}

/// Takes the tour, and expects that nothing is too wide or cut off at any stop.
#[track_caller]
fn everything_fits(tour: fn(&Page, Look<'_>)) {
    journey(|page| {
        let mut found = Vec::new();
        tour(page, &mut |page, what| look(page, what, &mut found));
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}

/// No page has to be scrolled sideways.
#[test]
fn every_page_fits() {
    everything_fits(tour::pages);
}

/// No form has to be scrolled sideways.
#[test]
fn every_form_fits() {
    everything_fits(tour::forms);
    everything_fits(tour::forms_of_settings);
}

/// Nor has anything that is damaged, gone or empty.
#[test]
fn every_state_fits() {
    everything_fits(tour::states);
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

/// R6: the seed's rollback with a finger, on a phone's screen.
#[test]
fn a_release_is_rolled_back_with_a_finger() {
    let why = "only Chromium can be made a phone";
    journey_in_chromium(why, |page| {
        releases(page).says(&["5 of 5"]);
        page.become_phone(390, 844, 1);
        page.reload();
        page.run(
            "window.touched = 0;
             addEventListener('touchend', () => { window.touched += 1; }, { capture: true });",
        );
        releases(page).button("Release B").tap();
        let details = release(page, "Release B");
        details.button(ROLL_BACK).tap();
        let form = page.dialog(ROLLBACK_FORM);
        form.says(&["Release B leaves Production and goes back to Test."]);
        form.row("Orders")
            .says(&["Goes back from version 3 to version 2 of Release A."]);
        form.button(ROLL_BACK).tap();
        form.saying(Role::Status, "Release rolled back.").is_there();
        assert_eq!(page.run(TOO_WIDE), "");
        form.button("Finish").tap();
        form.is_gone();
        details.says(&["in Test", "rolled back from Production"]);
        assert_eq!(page.run("return window.touched"), 4, "each was a touch");
    });
}

/// What has moved although nobody did anything, and what of it moved.
const MOVED: &str = "
    return new Promise(told => {
        const seen = [];
        new PerformanceObserver(list => seen.push(...list.getEntries()))
            .observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => told(seen
            .filter(it => !it.hadRecentInput)
            .map(it => `${it.value}: ` + it.sources
                .map(({ node }) => node?.outerHTML?.slice(0, 80) ?? 'text').join('; '))))));
    });";

/// Nothing jumps: the layout shift is 0 when the page is loaded and when a release is expanded.
#[test]
fn nothing_jumps() {
    let why = "only Chromium tells what has moved";
    journey_in_chromium(why, |page| {
        releases(page).says(&["5 of 5"]);
        for (width, height) in [(1280, 900), (390, 844)] {
            page.resize(width, height);
            for address in ["#/", "#/flows", "#/matrix", "#/history", "#/storage"] {
                page.go(address);
                page.reload();
                page.only(Role::Main).is_there();
                page.saying(Role::Status, "Opening the journal").is_gone();
                page.named(Role::Navigation, "Pages")
                    .link("History")
                    .is_there();
                let moved = page.run(MOVED);
                assert_eq!(moved, serde_json::json!([]), "{address} at {width} pixels");
            }
            page.go("#/");
            page.reload();
            expand(page, "Release B");
            let moved = page.run(MOVED);
            assert_eq!(moved, serde_json::json!([]), "expanded, at {width} pixels");
            page.button("Release B").click();
        }
    });
}
