//! Runs all tests, in the order in which they are quickest to fail: the rules natively, the page's
//! parts in a browser, the built site as a person uses it. All of them run, whichever fail.

use std::fmt;
use std::fs;
use std::process::Command;

use xtask::stores::{Kind, Store};

use crate::checkout;
use crate::progress::{self, Outcome};
use crate::site;
use crate::tools;
use crate::wasm_target::{For, WasmEnvironment};

/// One of the groups of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// What needs neither browser nor page.
    Native,
    /// The page's own parts that need no browser, such as addresses and the demo.
    Page,
    /// The journal in real stores: Apache httpd and Kinto.
    Stores,
    /// What runs as WebAssembly inside a headless browser.
    Browser,
    /// What steers a browser through the site, built for release.
    Journeys,
}

impl Group {
    /// All groups, in the order in which they run.
    pub(crate) const ALL: [Self; 5] = [
        Self::Native,
        Self::Page,
        Self::Stores,
        Self::Browser,
        Self::Journeys,
    ];

    /// The group of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|group| group.to_string() == name)
    }

    /// Runs its tests, with everything that they need in place.
    fn run(self, deep: bool, arguments: &[String]) -> Outcome {
        // Stopped when they go, after the tests.
        let mut running = Vec::new();
        let mut cargo = match self {
            Self::Native => {
                let mut cargo = checkout::cargo();
                cargo.args(["test", "--locked", "--workspace", "--no-default-features"]);
                cargo
            }
            Self::Page => {
                let mut cargo = checkout::cargo();
                cargo.args(["test", "--locked", "--lib"]);
                cargo
            }
            Self::Stores => stores()?,
            Self::Browser => {
                running = running_stores()?;
                browser_tests(&running)?
            }
            Self::Journeys => return in_both_browsers(deep, arguments),
        };
        if deep {
            cargo.env("FLOW_DEEP", "1");
        }
        let result = progress::watch(&format!("{self} tests"), cargo.args(arguments));
        drop(running);
        result
    }
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Native => "native",
            Self::Page => "page",
            Self::Stores => "stores",
            Self::Browser => "browser",
            Self::Journeys => "journeys",
        })
    }
}

/// Runs these groups; `arguments` go to every one's `cargo test`. Says at the end which of them
/// failed.
pub(crate) fn run(groups: &[Group], deep: bool, arguments: &[String]) -> Outcome {
    let results: Vec<(String, Outcome)> = groups
        .iter()
        .map(|group| (format!("{group} tests"), group.run(deep, arguments)))
        .collect();
    progress::summary(&results)
}

fn stores() -> Outcome<Command> {
    let mut cargo = checkout::cargo();
    cargo.args([
        "test",
        "--locked",
        "--no-default-features",
        "--features",
        "stores",
        "--test",
        "stores",
    ]);
    with_stores(&mut cargo)?;
    Ok(cargo)
}

/// Tells the tests where the stores are.
fn with_stores(cargo: &mut Command) -> Outcome {
    let stores = tools::stores()?;
    cargo
        .env("FLOW_HTTPD", &stores.httpd)
        .env("FLOW_KINTO", &stores.kinto);
    Ok(())
}

/// The stores that pages in a browser can use.
fn running_stores() -> Outcome<Vec<Store>> {
    let programs = tools::stores()?;
    [Kind::Webdav, Kind::Kinto]
        .into_iter()
        .map(|kind| {
            Store::start(kind, &programs, "*")
                .map_err(|error| format!("{kind:?} does not start: {error}"))
        })
        .collect()
}

fn browser_tests(stores: &[Store]) -> Outcome<Command> {
    let browser = tools::browser()?;
    let environment = WasmEnvironment::new(vec![tools::wasm_bindgen()?], For::Us)?;
    let settings = checkout::wasm_target().join("webdriver.json");
    progress::create_parent(&settings)?;
    fs::write(
        &settings,
        webdriver_settings(&browser.chromium.to_string_lossy()),
    )
    .map_err(|error| format!("Cannot write {}: {error}", settings.display()))?;

    let origins: Vec<String> = stores.iter().map(Store::origin).collect();
    let mut cargo = environment.command("cargo");
    cargo
        .args(["test", "--locked", "--target", "wasm32-unknown-unknown"])
        .args([
            "--no-default-features",
            "--features",
            "browser",
            "--test",
            "browser",
        ])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            "wasm-bindgen-test-runner",
        )
        .env("CHROMEDRIVER", &browser.driver)
        // A page has no environment: the tests are built with it.
        .env("FLOW_STORES", origins.join(" "))
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &settings)
        // Seconds. Its own 5 for the browser's start and 20 for all tests are short for a small or
        // busy machine.
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    Ok(cargo)
}

/// A browser without a window, that asks nobody anything, and that root may start, too.
fn webdriver_settings(chromium: &str) -> String {
    format!(
        r#"{{ "goog:chromeOptions": {{ "binary": {chromium:?}, "args": [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"
] }} }}
"#
    )
}

/// The same journeys through both, whichever fails.
fn in_both_browsers(deep: bool, arguments: &[String]) -> Outcome {
    let results = ["chromium", "firefox"].map(|browser| {
        let what = format!("journeys through {browser}");
        let journeys = || {
            let mut cargo = journeys()?;
            cargo.env("FLOW_BROWSER", browser).args(arguments);
            if deep {
                cargo.env("FLOW_DEEP", "1");
            }
            progress::watch(&what, &mut cargo)
        };
        (what.clone(), journeys())
    });
    progress::summary(&results)
}

fn journeys() -> Outcome<Command> {
    let (browser, firefox) = (tools::browser()?, tools::firefox()?);
    let folder = checkout::target().join("journeys/site");
    site::build(&folder)?;
    let mut cargo = checkout::cargo();
    cargo
        .args([
            "test",
            "--locked",
            "--no-default-features",
            "--features",
            "journeys",
            "--test",
            "journeys",
        ])
        .env("FLOW_SITE", &folder)
        .env("FLOW_CHROMIUM", &browser.chromium)
        .env("FLOW_CHROMEDRIVER", &browser.driver)
        .env("FLOW_FIREFOX", &firefox.firefox)
        .env("FLOW_GECKODRIVER", &firefox.driver)
        .env("FLOW_NGINX", tools::nginx()?)
        .env("FLOW_AXE", tools::axe()?);
    with_stores(&mut cargo)?;
    Ok(cargo)
}

/// Prints the figures that the journeys of this name measure, in Chromium.
pub(crate) fn figures(what: &str, journeys_named: &str) -> Outcome {
    let mut cargo = journeys()?;
    cargo.args([
        // Who drives the browser slowly takes from it what is measured.
        "--profile",
        "bench",
        journeys_named,
        "--",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    progress::watch(what, &mut cargo)
}

/// Makes the pictures that the README shows, anew.
pub(crate) fn screenshots() -> Outcome {
    let folder = checkout::root().join("docs/pictures");
    tools::typeface()?;
    let mut cargo = journeys()?;
    cargo
        .args(["pictures", "--", "--ignored", "--nocapture"])
        .env("FLOW_PICTURES", &folder);
    progress::watch("the pictures", &mut cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_found_by_its_name() {
        for group in Group::ALL {
            assert_eq!(Group::named(&group.to_string()), Some(group));
        }
        assert_eq!(Group::named("all"), None);
    }
}
