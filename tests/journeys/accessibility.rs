//! Nothing keeps people out: axe finds nothing on any page, with any form open, in either theme, on a
//! desktop and on a phone.

use std::fs;

use crate::driver::setting;
use crate::page::{Page, Role, Within, journey, journey_in_chromium};
use crate::tour::{self, Look};

/// Wide and high, and what has a screen like this.
const SCREENS: [(u32, u32, &str); 2] = [(1280, 900, "desktop"), (390, 844, "phone")];

const THEMES: [&str; 2] = ["light", "dark"];

/// Says what axe finds, a line each, and ends with how many rules had something to look at.
const LOOK: &str = "
    return axe.run(document).then(found => {
        const told = found.violations.flatMap(rule =>
            rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
        return { told, passed: found.passes.length };
    });";

/// The number of rules that find something to look at on the barest page, and more.
const RULES: u64 = 15;

/// Adds what axe finds on what is open, on all screens and in both themes.
#[allow(
    clippy::print_stdout,
    reason = "a list of what was looked at belongs to the result"
)]
fn look(page: &Page, what: &str, found: &mut Vec<String>) {
    for (width, height, screen) in SCREENS {
        page.resize(width, height);
        for theme in THEMES {
            page.run(&format!(
                "document.documentElement.dataset.theme = '{theme}'"
            ));
            let seen = page.run(LOOK);
            let passed = seen["passed"].as_u64().unwrap_or_default();
            assert!(
                passed > RULES,
                "axe looked at nothing: {what}, {screen}, {theme}"
            );
            let told = seen["told"].as_array().cloned().unwrap_or_default();
            println!(
                "{what}, {screen}, {theme}: {passed} rules hold, {} found",
                told.len()
            );
            found.extend(
                told.iter()
                    .map(|it| format!("{what}, {screen}, {theme}: {it}")),
            );
        }
    }
    page.resize(1280, 900);
}

/// Takes the tour, and expects that axe finds nothing at any stop.
#[track_caller]
fn axe_finds_nothing(tour: fn(&Page, Look<'_>)) {
    let axe = fs::read_to_string(setting("FLOW_AXE")).expect("axe can be read");
    journey(|page| {
        let mut found = Vec::new();
        tour(page, &mut |page, what| {
            // A page that was loaded anew has it no more.
            page.run(&format!("if (!globalThis.axe) {{ {axe} }}"));
            look(page, what, &mut found);
        });
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}

/// Every page.
#[test]
fn axe_finds_nothing_on_any_page() {
    axe_finds_nothing(tour::pages);
}

/// Every form that moves releases or makes something.
#[test]
fn axe_finds_nothing_in_any_form() {
    axe_finds_nothing(tour::forms);
}

/// Every form of settings, and of the journal itself.
#[test]
fn axe_finds_nothing_in_any_form_of_settings() {
    axe_finds_nothing(tour::forms_of_settings);
}

/// Everything that is damaged, gone or empty.
#[test]
fn axe_finds_nothing_in_any_state() {
    axe_finds_nothing(tour::states);
}

/// A browser that keeps nothing.
#[test]
fn axe_finds_nothing_where_the_storage_is_blocked() {
    let why = "only Chromium can be told to run a script before a page's own";
    let axe = fs::read_to_string(setting("FLOW_AXE")).expect("axe can be read");
    journey_in_chromium(why, |page| {
        page.run_before(
            "for (const name of ['localStorage', 'sessionStorage'])
                 Object.defineProperty(window, name, {
                     get() { throw new DOMException('no', 'SecurityError'); },
                 });",
        );
        page.reload();
        page.saying(Role::Alert, "it is forgotten when the page closes")
            .is_there();
        page.run(&axe);
        let mut found = Vec::new();
        look(page, "A browser that keeps nothing", &mut found);
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}
