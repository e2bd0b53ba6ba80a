//! Finding a release: by what it is called, what it holds and where it is. What is asked for stands
//! in the address.

use crate::page::{Role, Within, journey};
use crate::steps::{go_home, releases};

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
        search.fill("nothing is called this");
        list.says(&["0 of 5", "No release matches."]);

        search.fill("release");
        list.says(&["2 of 5"]);
        page.reload();
        list.says(&["2 of 5"]);
        assert_eq!(search.value(), "release");
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
