//! Nothing keeps people out: axe finds nothing on any page, with any form open, in either theme, on a
//! desktop and on a phone.

use std::fs;

use crate::driver::setting;
use crate::page::{Page, Role, Within, journey, keys};
use crate::steps::{ROLL_BACK, expand, finish, open_profile, open_rollback};

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

/// Returns the address of the first link in the page that begins like this.
fn first_link(page: &Page, begins: &str) -> String {
    let script = format!("return document.querySelector('a[href^=\"{begins}\"]').hash");
    page.run(&script).as_str().unwrap_or_default().to_owned()
}

/// Every page and every form.
#[test]
fn axe_finds_nothing_anywhere() {
    let axe = fs::read_to_string(setting("FLOW_AXE")).expect("axe can be read");
    journey(|page| {
        page.heading("Releases").is_there();
        page.run(&axe);
        let mut found = Vec::new();
        look(page, "The home page on the first visit", &mut found);
        let environment = first_link(page, "#/environments/");
        let environment = environment.trim_end_matches("/releases").to_owned();
        expand(page, "Winter campaign");
        look(page, "A release's details", &mut found);
        let between = page.hash();
        expand(page, "Release B");
        let last = page.hash();
        let flow = first_link(page, "#/flows/");
        let run = first_link(page, "#/play/");

        let dialogs = [
            (format!("{last}/rollback"), "Rollback Release"),
            (format!("{between}/promote"), "Promote release"),
            (format!("{between}/delete"), "Delete release"),
            (format!("{last}/delete"), "Delete release"),
            (format!("{between}/hold"), "Hold release"),
            (format!("{environment}/remove"), "Remove environment"),
            ("#/undo/34".to_owned(), "Undo the promotion of Release B"),
            ("#/build".to_owned(), "Build flow"),
            ("#/flows/new".to_owned(), "New flow"),
            (format!("{flow}/build"), "Build flow"),
        ];
        for (hash, title) in dialogs {
            page.go(&hash);
            page.dialog(title).is_there();
            look(page, &format!("{title} ({})", kind(&hash)), &mut found);
            page.go("#/nowhere");
            page.dialog(title).is_gone();
        }
        let pages = [
            ("#/environments".to_owned(), "Edit environments"),
            (format!("{environment}/releases"), "Development"),
            (format!("{environment}/flows"), "Development"),
            (format!("{environment}/variables"), "Development"),
            (format!("{environment}/settings"), "Development"),
            ("#/flows".to_owned(), "Flows"),
            (flow, "Snapshots"),
            ("#/matrix".to_owned(), "Matrix"),
            ("#/history".to_owned(), "History"),
            ("#/history?at=30".to_owned(), "Then and now"),
            ("#/nowhere".to_owned(), "There is no such page"),
        ];
        for (hash, title) in pages {
            page.go(&hash);
            page.heading(title).is_there();
            look(page, &format!("{title} ({})", kind(&hash)), &mut found);
        }
        page.button("Return to now").click();
        page.go(&run);
        page.only(Role::Article).is_there();
        look(page, "A running flow", &mut found);

        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        look(page, "A rollback that is done", &mut found);
        finish(&form);
        open_profile(page);
        look(page, "The profile", &mut found);
        page.press(keys::ESCAPE);
        page.go("#/matrix");
        page.row("Orders").is_there();
        page.run("document.querySelectorAll('details').forEach(it => { it.open = true; })");
        look(page, "The matrix, with all that lies beneath", &mut found);
        assert!(found.is_empty(), "{}", found.join("\n"));
    });
}

/// An address without its ids.
fn kind(hash: &str) -> String {
    let parts = hash.split('/').filter(|part| part.len() < 30);
    parts.collect::<Vec<_>>().join("/")
}
