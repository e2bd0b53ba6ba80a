//! The first view, and the rest of the program, which comes after it.

use std::fs;

use crate::hosting::{copy_of_the_site, only_file};
use crate::page::{Page, Role, Within, built_site, journey, journey_in, keys};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, finish, go_home, open_profile, release, releases};

/// What a first view may load, compressed.
const BUDGET: u64 = 200_000;

/// Every page and form but the first, and what a release holds, has a sentence in its place as long as it
/// is not there, and the first goes on working.
#[test]
fn without_the_rest_the_first_view_works_and_all_else_can_be_tried_again() {
    all_else_can_be_tried_again("rest-");
}

/// The rest needs the other part that comes after the first one.
#[test]
fn without_what_the_rest_needs_the_first_view_works_and_all_else_can_be_tried_again() {
    all_else_can_be_tried_again("store-");
}

#[track_caller]
fn all_else_can_be_tried_again(part: &str) {
    let folder = copy_of_the_site(&format!("missing-{part}"));
    let rest = only_file(&folder, part, "wasm");
    let away = folder.join("away");
    fs::rename(&rest, &away).unwrap();
    journey_in(&folder, |page| {
        let missing = page.saying(Role::Alert, "This part of the page could not be loaded.");
        release(page, "Release B").says(&["in Production"]);
        releases(page).button("Release B").click();
        missing.button("Try again").is_there();
        let in_release = page.hash();
        page.back();
        missing.is_gone();
        let tile = page.link("Manage Production").target();
        let (_, environment) = tile.split_once('#').expect("an address of this page");
        for address in [
            "#/flows",
            "#/matrix",
            "#/history",
            "#/storage",
            "#/environments",
            "#/build",
            "#/nowhere",
            &in_release,
            &format!("{in_release}/rollback"),
            &format!("{in_release}/promote"),
            &format!("{in_release}/hold"),
            &format!("{in_release}/delete"),
            &format!("#{environment}"),
        ] {
            page.go(address);
            missing.button("Try again").is_there();
            go_home(page);
            missing.is_gone();
        }
        open_profile(page);
        missing.button("Try again").is_there();
        page.press(keys::ESCAPE);
        missing.is_gone();
        page.reload();
        page.go(&format!("{in_release}/rollback"));
        missing.button("Try again").click();
        missing.button("Try again").is_there();

        fs::rename(&away, &rest).unwrap();
        missing.button("Try again").click();
        let form = page.dialog(ROLLBACK_FORM);
        form.button(ROLL_BACK).click();
        finish(&form);
        release(page, "Release B").says(&["in Test"]);
        assert!(
            page.complaints()
                .iter()
                .all(|line| line.contains("404") || line.contains(part) || line.contains("sw.js")),
            "the console says what is missing, and nothing else"
        );
    });
}

/// What is loaded until the first view can be seen is within its budget.
#[test]
fn the_first_view_is_small() {
    journey(|page| {
        page.heading("Releases").is_there();
        let names = loaded(page);
        assert!(
            names.iter().any(|name| name.starts_with("page-")),
            "{names:?}"
        );
        let sizes = names.iter().map(|name| {
            let compressed = built_site().join(format!("{name}.br"));
            let plain = || fs::metadata(built_site().join(name));
            let size = fs::metadata(compressed).or_else(|_| plain()).unwrap().len();
            (name, size)
        });
        let sizes: Vec<_> = sizes.collect();
        let total: u64 = sizes.iter().map(|(_, size)| size).sum();
        assert!(total <= BUDGET, "{total} bytes: {sizes:?}");
    });
}

/// What is painted first has the network for itself: the end of the program is asked for after that, or
/// after a second where the browser does not tell.
#[test]
fn the_end_of_the_program_waits_for_what_is_painted_first() {
    journey(|page| {
        page.heading("Releases").is_there();
        let asked = page.run(
            "const begun = (name) => performance.getEntriesByType('resource')
                 .find(it => it.name.includes(name)).startTime;
             const [painted] = performance.getEntriesByName('first-contentful-paint');
             return [begun('/page-'), begun('/end-of-page-'), Math.min(painted?.startTime ?? 1_000, 1_000)]",
        );
        let asked: Vec<f64> = serde_json::from_value(asked).expect("three times");
        let [beginning, end, painted] = asked[..] else {
            panic!("three times: {asked:?}");
        };
        assert!(beginning < painted && painted <= end, "{asked:?}");
    });
}

/// The page and what it has loaded, but for what comes after the first view.
fn loaded(page: &Page) -> Vec<String> {
    let names = page.run(
        "return ['index.html', ...performance.getEntriesByType('resource').map(it =>
             new URL(it.name).pathname.split('/').pop())]",
    );
    let names = names.as_array().cloned().unwrap_or_default();
    let after = |name: &str| {
        let parts = ["rest-", "store-"];
        parts.iter().any(|part| name.starts_with(part)) || name == "sw.js"
    };
    let mut names: Vec<String> = names
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .filter(|name| !after(name))
        .collect();
    names.sort();
    names.dedup();
    names
}
