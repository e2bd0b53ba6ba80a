//! The page as files on a host: it arrives whole or says that it did not, it stays when the network
//! goes, and a newer version of it comes when it is asked for.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::integrity::integrity;

use crate::driver::products;
use crate::page::{
    NotYet, Page, Role, Within, built_site, journey, journey_in, journey_in_chromium,
    journey_without_scripts, until,
};
use crate::steps::{SHOP, all_run, go_home, release, roll_back, run_urls};

/// Waits until the page is kept for when there is no network.
#[track_caller]
pub(crate) fn wait_until_kept(page: &Page) {
    page.heading("Releases").is_there();
    let kept = page.run("return navigator.serviceWorker.ready.then(it => it.active !== null)");
    assert_eq!(kept, true);
}

/// Without a network, what is not kept cannot be had, and the console says so; nothing else.
#[track_caller]
fn only_the_network_is_missed(page: &Page) {
    let complaints = page.complaints();
    assert!(
        complaints
            .iter()
            .all(|line| line.contains("ERR_CONNECTION_REFUSED") || line.contains("sw.js")),
        "{complaints:?}"
    );
}

/// R5: what is done without a network is there when it is back.
#[test]
fn a_release_is_rolled_back_without_a_network() {
    journey(|page| {
        wait_until_kept(page);
        let in_production = run_urls(page, "Production", &SHOP);
        go_home(page);
        page.without_network(|| {
            page.reload();
            roll_back(page, "Release B");
            page.reload();
            release(page, "Release B").says(&["in Test", "rolled back from Production"]);
            only_the_network_is_missed(page);
        });
        page.reload();
        release(page, "Release B").says(&["in Test", "rolled back from Production"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[2, 1, 1],
            "Release A",
            "Production",
        );
        only_the_network_is_missed(page);
    });
}

/// The page has its picture, and says by what name and pictures it can be installed, as soon as the browser
/// has nothing else to do.
#[test]
fn the_page_can_be_installed() {
    journey(|page| {
        let name = until(|| {
            let link = page.run("return document.querySelector('link[rel=manifest]')?.href");
            let name = link.as_str().and_then(|it| it.rsplit('/').next());
            name.map(str::to_owned)
                .ok_or(NotYet("no manifest is named".into()))
        });
        let picture = page.run("return [...document.querySelectorAll('link[rel=icon]')].map(it => it.href.split('/').pop())");
        assert_eq!(picture, serde_json::json!(["icon.svg"]));
        let manifest = fs::read_to_string(built_site().join(name)).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["name"], "Flow Environments");
        let pictures = manifest["icons"].as_array().expect("it has pictures");
        assert!(!pictures.is_empty());
        for picture in pictures {
            let file = picture["src"].as_str().expect("it is a file");
            assert!(built_site().join(file).is_file(), "{file} is missing");
        }
    });
}

/// A newer version is whole before it is offered, and comes when it is asked for.
#[test]
fn a_newer_version_is_offered_and_comes_when_asked_for() {
    let folder = copy_of_the_site("newer-version");
    journey_in(&folder, |page| {
        wait_until_kept(page);
        // From the second visit on, it is what is kept that is shown.
        page.reload();
        let older = description(page);
        publish(&folder, "A newer version.");
        look_for_a_newer_version(page);
        let offer = page.saying(Role::Status, "A newer version of this page is ready.");
        offer.is_there();

        // Until then everything stays as it is, offered again after a reload.
        page.reload();
        assert_eq!(description(page), older);
        offer.button("Load it now").click();
        until(|| {
            let seen = description(page);
            if seen == "A newer version." {
                Ok(())
            } else {
                Err(NotYet(format!("It is still {seen:?}")))
            }
        });
        page.heading("Releases").is_there();
        offer.is_gone();
        page.without_network(|| {
            page.reload();
            page.heading("Releases").is_there();
            assert_eq!(description(page), "A newer version.");
            only_the_network_is_missed(page);
        });
    });
}

/// A page that cannot go on with the settings of a newer version is offered that version.
#[test]
fn a_newer_version_is_offered_where_this_one_does_not_understand_its_settings() {
    let folder = copy_of_the_site("newer-settings");
    journey_in(&folder, |page| {
        wait_until_kept(page);
        publish(&folder, "A newer version.");
        let settings = r#"{ "journal": "in a way that only the newer version knows" }"#;
        fs::write(folder.join("config.json"), settings).unwrap();
        page.reload();
        page.heading("The journal is not found").is_there();
        page.saying(Role::Status, "A newer version of this page is ready.")
            .is_there();
    });
}

/// Of a version that is only half published nothing is taken.
#[test]
fn versions_are_never_mixed() {
    let folder = copy_of_the_site("half-published");
    journey_in(&folder, |page| {
        wait_until_kept(page);
        let older = description(page);
        publish(&folder, "A newer version.");
        // The page's own file has not reached the host yet; the worker that knows of it has.
        change_page(&folder, "Something else.");
        look_for_a_newer_version(page);
        page.reload();
        page.heading("Releases").is_there();
        page.saying(Role::Status, "newer version").is_gone();
        page.without_network(|| {
            page.reload();
            page.heading("Releases").is_there();
            assert_eq!(description(page), older);
        });
        // The browser itself names the file whose checksum is another one.
        page.complaints();
    });
}

/// A program that does not arrive is said to be missing, and can be tried again.
#[test]
fn a_page_that_does_not_start_says_so_and_can_be_tried_again() {
    for file in ["page-", "end-of-page-"] {
        let folder = copy_of_the_site("missing-program");
        let program = only_file(&folder, file, "wasm");
        let away = folder.join("away");
        fs::rename(&program, &away).unwrap();
        journey_in(&folder, |page| {
            let trouble = page.saying(Role::Alert, "The page did not start.");
            trouble.says(&["Check the connection and try again."]);
            fs::rename(&away, &program).unwrap();
            trouble.button("Try again").click();
            page.heading("Releases").is_there();
            let told = page.complaints();
            assert!(
                !page.tells_of_missing_files() || told.iter().any(|line| line.contains("404")),
                "the console says what is missing"
            );
        });
    }
}

/// Without WebAssembly, the page says what it needs.
#[test]
fn without_webassembly_the_page_says_what_it_needs() {
    let why = "only Chromium can be told to run a script before a page's own";
    journey_in_chromium(why, |page| {
        page.heading("Releases").is_there();
        page.run_before("delete globalThis.WebAssembly");
        page.reload();
        page.saying(Role::Alert, "This page needs WebAssembly")
            .says(&["Use another browser, or switch it on and try again."])
            .button("Try again")
            .is_there();
        page.complaints();
    });
}

/// Without JavaScript, the page says what it needs, and not that it is loading.
#[test]
fn without_javascript_the_page_says_what_it_needs() {
    journey_without_scripts(|page| {
        page.saying(Role::Alert, "needs JavaScript and WebAssembly")
            .is_there();
        page.saying(Role::Status, "Loading").is_gone();
    });
}

// Sites -------------------------------------------------------------------------------------------

pub(crate) fn copy_of_the_site(name: &str) -> PathBuf {
    let copy = products().join("sites").join(name);
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).unwrap();
    for file in fs::read_dir(built_site()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    copy
}

pub(crate) fn only_file(folder: &Path, beginning: &str, extension: &str) -> PathBuf {
    let mut found = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|it| it == extension))
        .filter(|file| {
            let name = file.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with(beginning)
        });
    let file = found.next().unwrap();
    assert_eq!(found.next(), None, "one file {beginning}….{extension}");
    file
}

/// Publishes the site anew, with another description of itself.
pub(crate) fn publish(folder: &Path, description: &str) {
    let before = fs::read(folder.join("index.html")).unwrap();
    change_page(folder, description);
    let after = fs::read(folder.join("index.html")).unwrap();
    let worker = fs::read_to_string(folder.join("sw.js")).unwrap();
    assert!(
        worker.contains(&integrity(&before)),
        "the worker keeps the page"
    );
    let worker = worker
        .replace(&integrity(&before), &integrity(&after))
        .replace("const VERSION=\"", "const VERSION=\"newer-");
    fs::write(folder.join("sw.js"), worker).unwrap();
}

fn change_page(folder: &Path, description: &str) {
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    let begin = page
        .find("<meta content=\"Release flows")
        .or_else(|| page.find("<meta content=\"A newer"));
    let (before, rest) = page.split_at(begin.expect("a description"));
    let (_, after) = rest.split_once('>').unwrap();
    let meta = format!("<meta content=\"{description}\" name=description>");
    fs::write(folder.join("index.html"), [before, &meta, after].concat()).unwrap();
}

/// What the page that is being shown says of itself in its file.
#[track_caller]
pub(crate) fn description(page: &Page) -> String {
    let said = page.run("return document.querySelector('meta[name=description]').content");
    said.as_str().unwrap_or_default().to_owned()
}

/// Lets the browser look, as it does by itself now and then. It says nothing where what it finds is
/// damaged.
#[track_caller]
pub(crate) fn look_for_a_newer_version(page: &Page) {
    page.run(
        "return navigator.serviceWorker.getRegistration()
             .then(it => it.update())
             .then(() => null, () => null)",
    );
}
