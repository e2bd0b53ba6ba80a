//! The page fits the screens that people have: nothing has to be scrolled sideways, nothing is cut off,
//! nothing jumps, and a finger is enough.

use crate::page::{Page, Role, Within, journey, journey_in_chromium, keys};
use crate::steps::{
    ROLL_BACK, ROLLBACK_FORM, act_as, expand, open_profile, open_rollback, release, releases,
};
use crate::tour::{self, Look};

/// Wide and high: small and usual phones, a tablet upright and on its side, a desk.
const SCREENS: [(u32, u32); 5] = [
    (320, 640),
    (390, 844),
    (768, 1024),
    (1024, 768),
    (1440, 900),
];

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

/// Tells which words of a table are broken within, a whole Version ID left out: it is longer than a
/// phone's line.
const BROKEN: &str = "
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (!text.parentElement.closest('th, td')) continue;
        for (const { 0: word, index } of text.data.matchAll(/(?<!\\S)[^\\s/@]{2,30}(?!\\S)/g)) {
            const range = document.createRange();
            range.setStart(text, index);
            range.setEnd(text, index + word.length);
            const lines = new Set([...range.getClientRects()].map(it => Math.round(it.top)));
            if (lines.size > 1) found.push(`${word} is broken`);
        }
    }
    return found.join('\\n');";

/// Adds what is too wide on any of the screens, cut off or broken there.
fn look(page: &Page, what: &str, found: &mut Vec<String>) {
    for (width, height) in SCREENS {
        page.resize(width, height);
        for script in [TOO_WIDE, CUT_OFF, BROKEN] {
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

/// Gives the focus to each button that cannot be pressed, and tells whose reason is not seen, is cut
/// off, makes the page wider or, on a phone, lies over another button.
const REASONS: &str = "
    const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const found = async () => {
        const all = [...(document.querySelector('dialog[open]') ?? document.body).querySelectorAll('button, .button')]
            .filter(it => it.checkVisibility());
        const blocked = all.filter(it => it.ariaDisabled === 'true');
        const seen = [];
        for (const button of blocked) {
            button.scrollIntoView({ block: 'center' });
            button.focus();
            await drawn();
            const why = document.getElementById(button.getAttribute('aria-describedby'));
            const { left, right, top, bottom } = why.getBoundingClientRect();
            const { clientWidth, scrollWidth } = document.documentElement;
            const over = all.filter(it => it !== button).find(it => {
                const other = it.getBoundingClientRect();
                return other.left < right && other.right > left && other.top < bottom && other.bottom > top;
            });
            const problem = !why.checkVisibility() || right - left < 24 ? 'is not seen'
                : left < 0 || right > clientWidth || top < 0 || bottom > innerHeight ? 'is cut off'
                : scrollWidth > clientWidth ? 'makes the page wider'
                : innerWidth < 768 && over ? `lies over ${over.innerText}`
                : '';
            if (problem) seen.push(`The reason of ${button.innerText} ${problem}`);
        }
        return { count: blocked.length, problems: seen.join('; ') };
    };
    return found();";

/// Why a button cannot be pressed can be read on every screen.
#[test]
fn every_reason_fits() {
    journey(|page| {
        expand(page, "Release B");
        let last = page.hash();
        let environment = page.link("Manage Production").target();
        let environment = environment.trim_end_matches("/releases").to_owned();
        let mut found = Vec::new();
        let mut look = |what: &str, least: u64| {
            for (width, height) in SCREENS {
                page.resize(width, height);
                let told = page.run(REASONS);
                let count = told["count"].as_u64().unwrap_or_default();
                assert!(count >= least, "{what} at {width} pixels: {count} reasons");
                if told["problems"] != "" {
                    found.push(format!("{what} at {width} pixels: {}", told["problems"]));
                }
            }
            page.resize(1280, 900);
        };
        look("A release", 3);
        page.go("#/build");
        page.dialog("Build flow").is_there();
        look("Build flow", 1);
        page.go("#/environments");
        page.button("Remove Production").is_there();
        look("Edit environments", 2);
        act_as(page, "Viewer");
        look("Edit environments, to a viewer", 7);
        page.go(&last);
        releases(page).button(ROLL_BACK).is_there();
        look("A release, to a viewer", 5);
        for (tab, least) in [("Variables", 2), ("Settings", 2)] {
            page.go(&format!("{environment}/{}", tab.to_lowercase()));
            page.heading(tab).is_there();
            look(tab, least);
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}

/// The head stays one line high, however long the name of who acts is.
#[test]
fn the_head_is_one_line() {
    journey(|page| {
        releases(page).says(&["5 of 5"]);
        let mut found = Vec::new();
        let mut look = |who: &str| {
            for width in (768..=1440).step_by(32) {
                page.resize(width, 800);
                let high = page.run("return document.querySelector('header').offsetHeight");
                if high.as_u64().is_none_or(|high| high > 60) || page.run(TOO_WIDE) != "" {
                    found.push(format!("{who} at {width} pixels: {high} high"));
                }
            }
            page.resize(1280, 900);
        };
        look("An administrator");
        open_profile(page);
        page.field("Your name").fill(&"Wilhelmina ".repeat(7));
        page.press(keys::ESCAPE);
        look("A long name");
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}

/// The fields of the profile are named for those who see, on a phone, too.
#[test]
fn the_profile_names_its_fields_on_every_screen() {
    journey(|page| {
        open_profile(page);
        page.field("Your name").is_there();
        for (width, height) in SCREENS {
            page.resize(width, height);
            let seen = page.run(
                "return [...document.querySelectorAll('#profile label > span')]
                    .filter(it => it.getBoundingClientRect().width > 8 && getComputedStyle(it).clipPath === 'none')
                    .map(it => it.innerText)",
            );
            let all = serde_json::json!(["Your name", "Acting as", "Theme"]);
            assert_eq!(seen, all, "at {width} pixels");
        }
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
                .map(({ node, previousRect: was, currentRect: is }) =>
                    `${node?.outerHTML?.slice(0, 80) ?? 'text'} from ${was.y}, ${was.height} high, to ${is.y}, ${is.height}`)
                .join('; '))))));
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
            // By its address, what is open is there at once, with why it cannot be deleted.
            let open = page.hash();
            page.reload();
            let delete = release(page, "Release B").button("Delete");
            delete.cannot_be_pressed("cannot be changed there");
            let moved = page.run(MOVED);
            assert_eq!(moved, serde_json::json!([]), "opened, at {width} pixels");
            page.go(&format!("{open}/rollback"));
            page.reload();
            let form = page.dialog(ROLLBACK_FORM);
            form.button(ROLL_BACK).can_be_pressed();
            let moved = page.run(MOVED);
            assert_eq!(moved, serde_json::json!([]), "the form, at {width} pixels");
            page.go("#/");
            page.reload();
        }
    });
}
