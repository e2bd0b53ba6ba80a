//! Finding a release: by what it is called, what it holds and where it is. What is asked for stands
//! in the address.

use flow_environments::domain::actor::Timestamp;
use flow_environments::domain::text::Name;

use crate::figures::put;
use crate::page::{NotYet, Role, Within, journey, until};
use crate::shop::{self, Size};
use crate::steps::{build, create_flow, expand, go_home, releases};

/// Search finds a release by its name, a flow's name, a Version ID and notes.
#[test]
fn a_release_is_found_by_whatever_is_known_of_it() {
    journey(|page| {
        let list = releases(page);
        list.says(&["5 of 5"]);
        let search = list.named(Role::SearchBox, "Search");
        for (known, found) in [
            ("loyalty LAUNCH", "Loyalty launch"),
            ("newsletter", "Winter campaign"),
            ("for one hour", "Release B"),
        ] {
            search.fill(known);
            list.says(&["1 of 5"]);
            list.button(found).is_there();
        }
        expand(page, "Loyalty launch");
        let version =
            page.run("return document.querySelector('.details:not([hidden]) code').title");
        search.fill(version.as_str().expect("a Version ID is a text"));
        list.says(&["1 of 5"]);
        list.button("Loyalty launch").is_there();
        search.fill("nothing is called this");
        list.says(&["0 of 5", "No release matches."]);

        search.fill("release");
        list.says(&["2 of 5"]);
        page.reload();
        list.says(&["2 of 5"]);
        assert_eq!(search.value(), "release");
    });
}

/// When something was is told in words, and to the minute by whoever points at it.
#[test]
fn each_moment_has_its_exact_time() {
    const EXACT: &str = "return [...document.querySelectorAll('main time')]
        .map(it => it.title === new Date(it.dateTime)
            .toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }))";
    journey(|page| {
        releases(page).says(&["Last deployed"]);
        page.heading("Releases").click();
        until(|| match page.run(EXACT).as_array() {
            Some(all) if !all.is_empty() && all.iter().all(|it| it == true) => Ok(()),
            all => Err(NotYet(format!("Of the moments, these are exact: {all:?}"))),
        });
    });
}

/// The list can be narrowed to an environment and to what was deployed lately.
#[test]
fn the_list_is_narrowed_by_environment_and_by_time() {
    journey(|page| {
        let list = releases(page);
        list.combobox("Environment").pick("Production");
        list.says(&["3 of 5"]);
        list.button("Tax update").is_gone();
        list.combobox("Deployed").pick("Last 7 days");
        list.says(&["2 of 5"]);
        list.button("Release A").is_gone();

        // An open release keeps what the list was narrowed to, and so does a reload.
        list.button("Release B").click();
        list.named(Role::Table, "Flows of Release B").is_there();
        page.reload();
        list.named(Role::Table, "Flows of Release B").is_there();
        list.says(&["2 of 5"]);
        go_home(page);
        list.says(&["5 of 5"]);
    });
}

/// A long list shows its beginning, and more on demand. What is looked for is looked for in all of it,
/// and an address shows its release wherever it lies.
#[test]
fn a_long_list_shows_its_beginning_and_more_on_demand() {
    let size = Size {
        releases: 90,
        flows: 40,
    };
    let shop = shop::grown(size, 1, Timestamp::from_millis(1_790_000_000_000));
    let first = Name::new("Release 1").expect("a name");
    let first = shop.state.release_named(&first).expect("it was built");
    journey(|page| {
        let list = releases(page);
        list.says(&["5 of 5"]);
        put(page, &shop.seal());
        page.reload();
        list.says(&["90 of 90", "30 of 90 are shown."]);
        list.button("Release 1").is_gone();

        let search = list.named(Role::SearchBox, "Search");
        search.fill("release 12");
        list.button("Release 12").is_there();
        search.fill("");
        list.says(&["30 of 90 are shown."]);

        page.go(&format!("#/releases/{first}"));
        list.named(Role::Table, "Flows of Release 1").is_there();
        list.button("Release 1").click();
        list.named(Role::Table, "Flows of Release 1").is_gone();
        list.button("Release 1").is_there();

        list.button("Show more").click();
        list.says(&["60 of 90 are shown."]);
        list.button("Show more").click();
        list.button("Show more").is_gone();
        list.says(&["90 of 90"]);
    });
}

/// Numbers in names count as numbers, wherever names are listed.
#[test]
fn names_are_listed_in_the_order_of_their_numbers() {
    journey(|page| {
        for name in ["Flow 10", "Flow 9", "Flow 1"] {
            create_flow(page, name);
            build(page, name, "Numbered");
        }
        let order = |text: &str| ["Flow 1 ", "Flow 9 ", "Flow 10 "].map(|name| text.find(name));
        page.go("#/flows");
        page.row("Flow 10").is_there();
        let listed = order(&page.named(Role::Table, "Flows").text());
        assert!(listed.is_sorted() && listed[0].is_some(), "{listed:?}");
        let details = expand(page, "Numbered");
        let listed = order(&details.named(Role::Table, "Flows of Numbered").text());
        assert!(listed.is_sorted() && listed[0].is_some(), "{listed:?}");
    });
}
