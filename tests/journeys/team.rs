//! A journal in a store that a team shares: real stores, in a browser that asks them whether it may;
//! and whatever becomes of the network between.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{ALL, Backend};
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::Session;
use flow_environments::journal::transfer::Copy;
use pollster::block_on;
use xtask::stores::{Kind, Store, WHO};

use crate::driver::products;
use crate::hosting::only_file;
use crate::page::{NotYet, Page, Part, Role, Within, built_site, in_chromium, journey_in, until};
use crate::places::{Place, fresh, make, start};
use crate::proxy::{Fault, Proxy};
use crate::steps::{
    ROLL_BACK, finish, open_rollback, release, releases, roll_back, wait_for_the_rest,
};
use crate::wire::parts;
use crate::world::{entry_id, founding};

/// A copy of the site with other settings; it goes with this.
pub(crate) struct Site(PathBuf);

impl Site {
    pub(crate) fn with(config: Option<&str>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("team-{}-{number}", std::process::id());
        let folder = products().join("sites").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for the site");
        for file in fs::read_dir(built_site()).expect("there is one") {
            let file = file.expect("it can be read");
            fs::copy(file.path(), folder.join(file.file_name())).expect("it can be copied");
        }
        let settings = folder.join("config.json");
        match config {
            Some(config) => fs::write(settings, config).expect("it can be written"),
            None => fs::remove_file(settings).expect("it was built"),
        }
        Self(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A team's journal, and the way to it.
struct Team {
    place: Place,
    proxy: Proxy,
    site: Site,
}

impl Team {
    fn at(place: Place) -> Self {
        let (authority, path) = parts(&place.base);
        let proxy = Proxy::to(&format!("http://{authority}"));
        let profile = match place.kind {
            Kind::Webdav => "webdav",
            Kind::Plain => "plain",
            Kind::Kinto => "kinto",
        };
        let config = format!(
            r#"{{ "journal": {{ "http": {{ "profile": "{profile}", "base": "{}{path}/", "auth": "basic" }} }} }}"#,
            proxy.origin()
        );
        let site = Site::with(Some(&config));
        Self { place, proxy, site }
    }

    fn of(kind: Kind) -> Self {
        Self::at(fresh(kind))
    }

    /// Runs a journey with the demo in the store and somebody signed in.
    #[track_caller]
    fn journey<F: FnOnce(&Page)>(&self, through: F) {
        journey_in(&self.site.0, |page| {
            sign_in(page);
            page.heading("There is no journal here yet").is_there();
            page.button("Begin with the demo").click();
            page.heading("Releases").is_there();
            through(page);
            only_the_store_is_missed(page);
        });
    }

    /// The store ends. This Kinto keeps its journals in memory, so that it is only out of reach.
    fn dies(&self, store: &mut Store) {
        match self.place.kind {
            Kind::Webdav | Kind::Plain => store.stop(),
            Kind::Kinto => self.proxy.fail_all(Some(Fault::LostRequest)),
        }
    }

    /// The store is there again, on the same port.
    fn goes_on(&self, store: &mut Store) {
        match self.place.kind {
            Kind::Webdav | Kind::Plain => store.go_on().expect("it starts again"),
            Kind::Kinto => self.proxy.fail_all(None),
        }
    }

    fn entries(&self) -> usize {
        let reading = block_on(self.place.backend().read(Position::FIRST, ALL));
        assert_eq!(reading.broken, None);
        reading.texts.len()
    }
}

#[track_caller]
pub(crate) fn sign_in(page: &Page) {
    let form = page.dialog("Sign in to the store");
    form.field("Name").fill(WHO.0);
    form.field("Password").fill(WHO.1);
    form.button("Sign in").click();
    form.is_gone();
}

/// What is not there, or cannot be had, the browser tells the console; nothing else.
#[track_caller]
fn only_the_store_is_missed(page: &Page) {
    let complaints = page.complaints();
    let of_network = |line: &String| {
        line.contains("Failed to load resource") || line.contains("blocked by CORS policy")
    };
    assert!(complaints.iter().all(of_network), "{complaints:?}");
}

/// The last request by which an entry comes to be.
fn decisive(kind: Kind) -> &'static str {
    match kind {
        Kind::Webdav => "MOVE",
        Kind::Plain | Kind::Kinto => "PUT",
    }
}

/// Opens the rollback form and fills it in.
#[track_caller]
fn fill_in(page: &Page) -> Part<'_> {
    let form = open_rollback(page, "Release B");
    form.field("Reason (optional)").fill("Totals were wrong");
    form
}

/// Confirms; the form says what went wrong, and has kept what was typed.
#[track_caller]
fn confirm_in_vain(form: &Part<'_>, said: &[&str]) {
    form.button(ROLL_BACK).click();
    form.only(Role::Alert).says(said);
    form.does_not_say(&["Release rolled back."]);
    assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");
}

#[track_caller]
fn confirm(page: &Page, form: &Part<'_>) {
    form.button(ROLL_BACK).click();
    form.saying(Role::Status, "Release rolled back.").is_there();
    finish(form);
    release(page, "Release B").says(&["Rolled back: Totals were wrong"]);
}

const AWAY: &str = "The journal could not be reached.";

// Ahead ---------------------------------------------------------------------------------------------

/// Notes who asks for what: the loader, or the program.
const NOTE_WHO_ASKS: &str = "
    window.asked = [];
    const real = window.fetch;
    window.fetch = (...request) => {
        const who = new Error().stack.includes('/page-') ? 'program' : 'loader';
        window.asked.push([who, String(request[0]?.url ?? request[0])]);
        return real(...request);
    };";

/// Returns who asked the store for a file.
fn who_asked_for(page: &Page, file: &str) -> Vec<String> {
    let who = page.run(&format!(
        "return window.asked.filter(([, what]) => what.endsWith('/{file}')).map(([who]) => who)"
    ));
    serde_json::from_value(who).expect("names")
}

/// Returns what the loader is to ask for at the next visit.
fn remembered(page: &Page) -> Option<String> {
    let remembered = page.run(
        "return Object.entries(localStorage).find(([choice]) => choice.includes('first requests of http'))?.[1] ?? null",
    );
    serde_json::from_value(remembered).expect("it is text")
}

/// What an opening begins with; all of that is asked for at once.
const BEGINNING: [&str; 3] = [
    "checkpoint.txt",
    "entries/0000000001.json",
    "entries/0000000002.json",
];

/// From the second visit on the store answers while the program is on its way: it is asked once, in the
/// name of who signed in here, and not at all where it would not be the first thing that is asked for.
#[test]
fn a_store_that_was_asked_before_is_asked_while_the_program_is_on_its_way() {
    if !in_chromium("only Chromium can be told to run a script before a page's own") {
        return;
    }
    let team = Team::of(Kind::Plain);
    team.journey(|page| {
        page.run_before(NOTE_WHO_ASKS);
        let load = |asked: &[&str]| {
            page.reload();
            releases(page).is_there();
            for file in BEGINNING {
                assert_eq!(who_asked_for(page, file), asked, "{file}");
            }
        };
        // It is remembered when the list has been seen.
        let known = until(|| remembered(page).ok_or(NotYet("nothing is remembered".into())));
        assert!(BEGINNING.iter().all(|file| known.contains(file)), "{known}");
        let visit = |asked: &[&str]| {
            load(asked);
            until(|| match remembered(page) {
                Some(it) if it == known => Ok(()),
                other => Err(NotYet(format!("{other:?} is remembered"))),
            });
        };
        visit(&["loader"]);
        assert_eq!(who_asked_for(page, "entries/0000000003.json"), ["program"]);

        // Another address, or another name: what was asked ahead is not taken for it, nor what came with it.
        for change in ["'checkpoint.txt', 'another/checkpoint.txt'", "'omit', 'include'"] {
            page.run(&format!(
                "const choice = Object.keys(localStorage).find(it => it.includes('first requests of http'));
                localStorage.setItem(choice, localStorage.getItem(choice).replace({change}));"
            ));
            visit(&["loader", "program"]);
            visit(&["loader"]);
        }

        // Nobody is signed in any more: the loader asks nothing in nobody's name.
        page.run("sessionStorage.clear()");
        page.reload();
        sign_in(page);
        releases(page).is_there();
        for file in BEGINNING {
            assert!(!who_asked_for(page, file).contains(&"loader".to_owned()));
        }
        visit(&["loader"]);

        // The site keeps its journal elsewhere now: the store is asked a last time.
        let settings = team.site.folder().join("config.json");
        fs::write(settings, r#"{ "journal": "browser" }"#).expect("it can be written");
        load(&["loader"]);
        load(&[]);
        // No secret is kept but in the tab.
        let kept = page.run("return JSON.stringify(localStorage)");
        let kept = kept.as_str().expect("it is text");
        assert!(!kept.contains("Basic"), "{kept}");
    });
}

/// While the site itself cannot be reached, its settings are those that were last heard: the team goes on with its
/// journal. What its owner changes counts from the next answer on.
#[test]
fn the_settings_that_were_last_heard_hold_while_the_site_is_away() {
    let team = Team::of(Kind::Plain);
    team.journey(|page| {
        let kept = page.run("return navigator.serviceWorker.ready.then(it => it.active !== null)");
        assert_eq!(kept, true);
        let settings = team.site.folder().join("config.json");
        for (settled, where_it_is) in [
            (None, "a store that your team shares"),
            (
                Some(r#"{ "journal": "browser" }"#),
                "kept in this browser only",
            ),
        ] {
            if let Some(settled) = settled {
                fs::write(&settings, settled).expect("it can be written");
                page.reload();
            }
            page.only(Role::Footer).says(&[where_it_is]);
            // Firefox complains of the worker whose page is left while it answers.
            wait_for_the_rest(page);
            page.without_network(|| {
                page.reload();
                page.only(Role::Footer).says(&[where_it_is]);
                releases(page).is_there();
                wait_for_the_rest(page);
            });
        }
    });
}

/// A team's releases are seen before the rest of the program is there; and where what opens its journal does not
/// arrive, the page says so, and it can be tried again.
#[test]
fn a_team_s_releases_are_seen_without_the_rest_of_the_program() {
    let team = Team::of(Kind::Plain);
    let site = team.site.folder();
    // What the worker keeps would not be missed.
    fs::remove_file(site.join("sw.js")).expect("it was built");
    team.journey(|page| {
        let missing = page.saying(Role::Alert, "This part of the page could not be loaded.");
        for part in ["rest-", "store-"] {
            let program = only_file(site, part, "wasm");
            let away = site.join("away");
            fs::rename(&program, &away).expect("it can be moved");
            page.reload();
            if part == "rest-" {
                release(page, "Release B").says(&["in Production"]);
                releases(page).button("Release B").click();
            }
            missing.button("Try again").is_there();
            fs::rename(&away, &program).expect("it can be moved back");
            missing.button("Try again").click();
            missing.is_gone();
            let opened = release(page, "Release B");
            opened.button(ROLL_BACK).is_there();
        }
        let told = page.complaints();
        let missed = ["401", "404", "rest-", "store-", "sw.js"];
        let only_those = |line: &String| missed.iter().any(|it| line.contains(it));
        assert!(told.iter().all(only_those), "{told:?}");
    });
}

// Together ------------------------------------------------------------------------------------------

fn two_people_share_a_journal(kind: Kind) {
    let team = Team::of(kind);
    team.journey(|page| {
        page.only(Role::Footer)
            .says(&["a store that your team shares", &team.proxy.origin()]);
        let first = page.window();
        page.open_window();
        sign_in(page);
        releases(page).is_there();
        let before = team.entries();
        roll_back(page, "Release B");
        assert_eq!(team.entries(), before + 1);
        page.switch_to(&first);
        // R8: without a reload.
        release(page, "Release B").says(&["in Test", "rolled back from Production"]);
        roll_back(page, "Loyalty launch");
        // Nobody who comes later is asked anything but who they are.
        page.reload();
        release(page, "Loyalty launch").says(&["in Test"]);
        assert_eq!(team.entries(), before + 2);
    });
}

#[test]
fn two_people_share_a_journal_in_a_webdav_folder() {
    two_people_share_a_journal(Kind::Webdav);
}

#[test]
fn two_people_share_a_journal_in_plain_files() {
    two_people_share_a_journal(Kind::Plain);
}

#[test]
fn two_people_share_a_journal_in_kinto() {
    two_people_share_a_journal(Kind::Kinto);
}

/// One person's journal becomes the team's: exported, and carried over entry by entry.
#[test]
fn an_exported_journal_is_carried_over() {
    let entries = Memory::default();
    let session = Session::open(Rc::new(entries.clone()), founding, entry_id);
    let session = block_on(session).expect("it is founded");
    let copied = block_on(Copy::of(&entries)).expect("it is sound");
    let team = Team::of(Kind::Webdav);
    let file = team.site.0.with_extension("json");
    fs::write(&file, copied.write()).expect("it can be written");
    journey_in(&team.site.0, |page| {
        sign_in(page);
        page.heading("There is no journal here yet").is_there();
        // The server dies in the middle of it; the same file goes on.
        team.proxy.fail("MOVE", [Fault::Late, Fault::Crash]);
        page.pick_file("Exported file", &file);
        page.saying(Role::Alert, AWAY).is_there();
        team.proxy.fail_all(None);
        page.pick_file("Exported file", &file);
        release(page, "Release A").says(&["in Development"]);
        assert_eq!(team.entries() as u64, session.position().get());
        only_the_store_is_missed(page);
    });
    let _ = fs::remove_file(&file);
}

// Apart ---------------------------------------------------------------------------------------------

/// R5: all of a rollback is recorded, or none of it.
fn a_rollback_survives_what_becomes_of_the_network(kind: Kind) {
    let team = Team::of(kind);
    team.journey(|page| {
        let before = team.entries();
        let form = fill_in(page);
        let decisive = decisive(kind);

        team.proxy.fail_all(Some(Fault::LostRequest));
        confirm_in_vain(&form, &[AWAY, "is not recorded twice"]);
        team.proxy.fail_all(None);
        for (fault, said) in [
            (Fault::Status(500), AWAY),
            (Fault::Html, AWAY),
            (Fault::Busy(60), AWAY),
            (Fault::Status(403), "does not allow you this."),
            (Fault::Status(413), "more than the store takes"),
            (Fault::Status(507), "The store of the journal is full"),
            (Fault::Status(418), "refused this (HTTP 418)."),
        ] {
            team.proxy.fail(decisive, [fault]);
            confirm_in_vain(&form, &[said]);
        }
        assert_eq!(team.entries(), before);

        // It is asked who one is in the middle of it, over the form.
        team.proxy.fail(decisive, [Fault::Status(401)]);
        form.button(ROLL_BACK).click();
        sign_in(page);
        form.only(Role::Alert).says(&["does not know who you are."]);
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");

        // Recorded, and only the answer lost: it is done, and done once.
        team.proxy.fail(decisive, [Fault::LostAnswer]);
        confirm(page, &form);
        assert_eq!(team.entries(), before + 1);

        // So it is where half of the answer is lost, and where the request is overtaken by itself.
        for (n, fault) in [Fault::HalfAnswer, Fault::Late].into_iter().enumerate() {
            let name = ["Loyalty launch", "Winter campaign"][n];
            team.proxy.fail(decisive, [fault]);
            roll_back(page, name);
            assert_eq!(team.entries(), before + 2 + n);
        }
    });
}

#[test]
fn a_rollback_survives_what_becomes_of_the_network_to_a_webdav_folder() {
    a_rollback_survives_what_becomes_of_the_network(Kind::Webdav);
}

#[test]
fn a_rollback_survives_what_becomes_of_the_network_to_plain_files() {
    a_rollback_survives_what_becomes_of_the_network(Kind::Plain);
}

#[test]
fn a_rollback_survives_what_becomes_of_the_network_to_kinto() {
    a_rollback_survives_what_becomes_of_the_network(Kind::Kinto);
}

/// R5: the server dies before, while and after a rollback is recorded.
fn a_rollback_survives_a_server_that_dies(kind: Kind) {
    let mut store = start(kind).expect("it starts");
    let team = Team::at(make(&store, kind, "journal"));
    team.journey(|page| {
        let before = team.entries();
        let form = fill_in(page);

        // Before.
        team.dies(&mut store);
        confirm_in_vain(&form, &[AWAY]);
        team.goes_on(&mut store);
        assert_eq!(team.entries(), before);

        // While: the entry is there, and nobody is told. The page does not hear of it by itself either,
        // which it could as soon as the store is back: a page that nobody looks at does not look.
        page.run("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
        page.run("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
        team.proxy.fail(decisive(kind), [Fault::Crash]);
        confirm_in_vain(&form, &[AWAY, "is not recorded twice"]);
        assert_eq!(team.entries(), before + 1);
        team.proxy.fail_all(None);
        confirm(page, &form);
        assert_eq!(team.entries(), before + 1);

        // After: what was said to be done is there when the server is.
        team.dies(&mut store);
        page.reload();
        page.heading("The journal cannot be opened").is_there();
        page.only(Role::Main).says(&[
            AWAY,
            "The page opens by itself as soon as the store answers.",
            "has to allow pages from http://127.0.0.1:",
        ]);
        team.goes_on(&mut store);
        release(page, "Release B").says(&["in Test", "Totals were wrong"]);
    });
}

#[test]
fn a_rollback_survives_a_webdav_server_that_dies() {
    a_rollback_survives_a_server_that_dies(Kind::Webdav);
}

#[test]
fn a_rollback_survives_a_server_of_plain_files_that_dies() {
    a_rollback_survives_a_server_that_dies(Kind::Plain);
}

#[test]
fn a_rollback_survives_a_kinto_that_dies() {
    a_rollback_survives_a_server_that_dies(Kind::Kinto);
}

/// R5: a rollback whose answer was lost, and of which the page hears by itself, is told as done. Nobody
/// confirms the next one for it.
#[test]
fn a_rollback_that_the_page_hears_of_later_is_told_as_done() {
    let team = Team::of(Kind::Plain);
    team.journey(|page| {
        let before = team.entries();
        let form = fill_in(page);
        team.proxy.fail(decisive(Kind::Plain), [Fault::Crash]);
        confirm_in_vain(&form, &[AWAY, "is not recorded twice"]);
        team.proxy.fail_all(None);
        page.run("window.dispatchEvent(new Event('online'))");
        form.saying(Role::Status, "Release rolled back.").is_there();
        form.says(&["Totals were wrong"]);
        assert_eq!(team.entries(), before + 1);
        finish(&form);
        release(page, "Release B").says(&[
            "in Test",
            "rolled back from Production",
            "Rolled back: Totals were wrong",
        ]);
    });
}

/// A page that is open says that it no longer hears of others, and hears of them again by itself.
fn a_store_that_goes_away_is_missed_and_found_again(kind: Kind) {
    let team = Team::of(kind);
    team.journey(|page| {
        team.proxy.fail_all(Some(Fault::LostRequest));
        // The browser says so when the network changes; else the page looks every now and then.
        page.run("window.dispatchEvent(new Event('online'))");
        let notice = page.saying(Role::Alert, AWAY);
        notice.button("Try again").is_there();
        team.proxy.fail_all(Some(Fault::Html));
        // It may have looked again by itself meanwhile.
        page.only(Role::Alert).button("Try again").click();
        let notice = page.saying(
            Role::Alert,
            "Something else answers where the journal should be.",
        );
        notice.says(&["Sign in to the network"]);
        team.proxy.fail_all(None);
        page.run("window.dispatchEvent(new Event('online'))");
        notice.is_gone();
    });
}

#[test]
fn a_webdav_folder_that_goes_away_is_missed_and_found_again() {
    a_store_that_goes_away_is_missed_and_found_again(Kind::Webdav);
}

#[test]
fn plain_files_that_go_away_are_missed_and_found_again() {
    a_store_that_goes_away_is_missed_and_found_again(Kind::Plain);
}

#[test]
fn a_kinto_that_goes_away_is_missed_and_found_again() {
    a_store_that_goes_away_is_missed_and_found_again(Kind::Kinto);
}

/// What the page knows of the store is not only what its last look said: one that let nobody in, and goes away after it
/// has let one in, is missed.
#[test]
fn a_store_that_goes_away_once_one_has_signed_in_is_missed() {
    let team = Team::of(Kind::Plain);
    journey_in(team.site.folder(), |page| {
        let form = page.dialog("Sign in to the store");
        form.is_there();
        team.proxy.count("GET");
        until(|| match team.proxy.count("GET") {
            0 => Err(NotYet("the page has not looked again".to_owned())),
            _ => Ok(()),
        });
        sign_in(page);
        page.button("Begin with the demo").click();
        page.heading("Releases").is_there();
        team.proxy.fail_all(Some(Fault::LostRequest));
        page.run("window.dispatchEvent(new Event('online'))");
        page.saying(Role::Alert, AWAY).is_there();
        team.proxy.fail_all(None);
        page.run("window.dispatchEvent(new Event('online'))");
        page.saying(Role::Alert, AWAY).is_gone();
        only_the_store_is_missed(page);
    });
}

/// That a form could not record anything is no news to whoever closes it; that the store is away, the page says then, too;
/// and no more once it is back, whoever reached it first.
#[test]
fn a_store_that_goes_away_under_a_form_is_missed_and_found_again() {
    let team = Team::of(Kind::Plain);
    team.journey(|page| {
        let form = fill_in(page);
        team.proxy.fail_all(Some(Fault::LostRequest));
        confirm_in_vain(&form, &[AWAY]);
        form.button("Cancel").click();
        form.is_gone();
        page.saying(Role::Alert, AWAY).is_there();
        let form = fill_in(page);
        team.proxy.fail_all(None);
        confirm(page, &form);
        page.saying(Role::Alert, AWAY).is_gone();
    });
}

/// A store whose entries were changed behind everybody's back is shown up to the damage, and takes no
/// more.
#[test]
fn a_team_s_journal_that_was_damaged_is_shown_up_to_its_last_sound_entry() {
    let store = start(Kind::Plain).expect("it starts");
    let team = Team::at(make(&store, Kind::Plain, "journal"));
    team.journey(|page| {
        roll_back(page, "Release B");
        let last = team.entries();
        let file = store
            .journals()
            .join(format!("journal/entries/{last:010}.json"));
        fs::write(&file, "{").expect("it can be written");
        page.reload();
        let damaged = format!("The journal is damaged at entry {last}.");
        page.saying(Role::Alert, &damaged).is_there();
        release(page, "Release B").says(&["in Production"]);
        let form = fill_in(page);
        confirm_in_vain(&form, &[&damaged]);
        form.button("Cancel").click();
        page.go("#/storage");
        page.named(Role::Region, "Export").button("Export").click();
        page.saying(Role::Status, "Exported.")
            .says(&[&format!("has {} entries", last - 1)]);
    });
}

/// A team's journal is not one person's to remove, and the page says where another one would be.
#[test]
fn the_storage_page_says_how_it_stands_with_a_team_s_store() {
    let team = Team::of(Kind::Webdav);
    team.journey(|page| {
        page.go("#/storage");
        let main = page.only(Role::Main);
        main.says(&[
            "in a store that your team shares",
            "The store answers.",
            "kept in this tab until you close it.",
            "not one person's to remove",
        ]);
        page.named(Role::Region, "Begin anew").is_there();
        page.button("Reset the demo").is_gone();
        page.button("Make room").is_gone();
        page.named(Role::Region, "Move").button("Export").is_there();
        page.named(Role::Region, "Verify").button("Verify").click();
        page.saying(Role::Status, "The journal is sound.")
            .is_there();
    });
}

// Settings ------------------------------------------------------------------------------------------

#[test]
fn settings_that_are_wrong_are_said_to_be_and_nothing_else_is_opened() {
    for (config, said) in [
        ("{ \"journal\": ", "is wrong at line 1, character 13."),
        ("{\n  \"journal\": \"elsewhere\"\n}", "is wrong at line 2,"),
        ("<!DOCTYPE html>", "is wrong at line 1, character 1."),
        (
            r#"{"journal": {"http": {"profile": "plain", "base": "https://ada:secret@store.example"}}}"#,
            "The base in config.json is no address of a store",
        ),
    ] {
        let site = Site::with(Some(config));
        journey_in(&site.0, |page| {
            page.heading("The journal is not found").is_there();
            page.only(Role::Alert)
                .says(&[said, "Whoever runs this site has to correct it."]);
            // Once it is corrected.
            fs::write(site.0.join("config.json"), r#"{ "journal": "browser" }"#)
                .expect("it can be");
            page.button("Try again").click();
            releases(page).is_there();
        });
    }
}

#[test]
fn without_settings_the_journal_is_in_this_browser() {
    let site = Site::with(None);
    journey_in(&site.0, |page| {
        releases(page).is_there();
        page.only(Role::Footer).says(&["kept in this browser only"]);
        only_the_store_is_missed(page);
    });
}
