//! The pictures that the README shows, in light and dark, on a desktop and on a phone: `cargo xtask
//! screenshots` makes them anew. The clock stands still and chance is none, so that they change only when
//! the page does.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::driver::setting;
use crate::page::{Page, journey};
use crate::steps::{open_rollback, releases};

/// The moment at which the demo begins, and ids that are drawn in the same order every time. It begins anew
/// with each loading: the page that is there before is not to write down another moment.
const STILL: &str = "
    localStorage.clear();
    const now = Date.UTC(2026, 10, 23, 9, 30);
    Date.now = () => now;
    let drawn = 7;
    crypto.getRandomValues = bytes => {
        for (let at = 0; at < bytes.length; at += 1) {
            drawn = (drawn * 16807) % 2147483647;
            bytes[at] = drawn >> 8;
        }
        return bytes;
    };";

/// The most that a picture may weigh.
const LIMIT: u64 = 150_000;

#[track_caller]
fn draw(page: &Page, name: &str) {
    let folder = PathBuf::from(setting("FLOW_PICTURES"));
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    for theme in ["light", "dark"] {
        page.run(&format!(
            "const root = document.documentElement;
             root.dataset.theme = '{theme}';
             root.style.setProperty('--font', 'Inter');
             document.activeElement.blur();
             return Promise.all(document.getAnimations().map(it => it.finished)).then(() => true)"
        ));
        let file = folder.join(format!("{name}-{theme}.png"));
        page.draw(&file);
        let weight = fs::metadata(&file).expect("it is there").len();
        assert!(weight < LIMIT, "{name}, {theme}: {weight} bytes");
    }
}

/// The home page and the open form.
#[test]
#[ignore = "writes into the checkout"]
fn pictures() {
    journey(|page| {
        page.chromium(
            "Emulation.setTimezoneOverride",
            &json!({ "timezoneId": "UTC" }),
        );
        // They fade, so that it depends on the moment whether there is one.
        page.chromium("Emulation.setScrollbarsHidden", &json!({ "hidden": true }));
        page.run_before(STILL);
        for (width, height, scale, screen) in
            [(1120, 800, 1.0, "desktop"), (390, 844, 1.5, "phone")]
        {
            page.chromium(
                "Emulation.setDeviceMetricsOverride",
                &json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": true }),
            );
            page.go("#/");
            page.reload();
            releases(page).says(&["5 of 5"]);
            draw(page, &format!("home-{screen}"));
            open_rollback(page, "Release B");
            draw(page, &format!("rollback-{screen}"));
        }
        page.go("#/matrix");
        page.complaints();
    });
}
