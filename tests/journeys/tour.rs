//! A tour of everything that there is to see: each page, each form and each state, one after the other,
//! for checks that have to hold everywhere.

use crate::page::{Page, Role, Within, keys};
use crate::steps::{
    ROLL_BACK, begin_empty, expand, finish, open_profile, open_rollback, open_tab, roll_back,
};
use crate::storage::{ENTRIES, keys as stored};

/// What is called at each stop, with what is to be seen there.
pub(crate) type Look<'a> = &'a mut dyn FnMut(&Page, &str);

/// Returns the address of the first link in the page that begins like this.
#[track_caller]
fn first_link(page: &Page, begins: &str) -> String {
    let script = format!("return document.querySelector('main a[href^=\"{begins}\"]').hash");
    page.run(&script).as_str().unwrap_or_default().to_owned()
}

/// An address without its ids.
fn kind(hash: &str) -> String {
    let parts = hash.split('/').filter(|part| part.len() < 30);
    parts.collect::<Vec<_>>().join("/")
}

/// Each page, from the first visit on.
#[track_caller]
pub(crate) fn pages(page: &Page, look: Look<'_>) {
    page.button("Release B").is_there();
    look(page, "The home page on the first visit");
    let environment = first_link(page, "#/environments/");
    let environment = environment.trim_end_matches("/releases").to_owned();
    expand(page, "Winter campaign");
    look(page, "A release's details");
    let flow = first_link(page, "#/flows/");
    let run = first_link(page, "#/play/");
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
        ("#/storage".to_owned(), "Storage"),
        ("#/nowhere".to_owned(), "There is no page at this address"),
    ];
    for (hash, title) in pages {
        page.go(&hash);
        page.heading(title).is_there();
        look(page, &format!("{title} ({})", kind(&hash)));
    }
    page.button("Return to now").click();
    page.go(&run);
    page.button("Continue as Administrator").is_there();
    look(page, "A flow that asks who one is");
    page.button("Continue as Administrator").click();
    page.button("Continue as Administrator").is_gone();
    look(page, "A running flow");
    page.go("#/matrix");
    page.row("Orders").is_there();
    page.run("document.querySelectorAll('details').forEach(it => { it.open = true; })");
    look(page, "The matrix, with all that lies beneath");
    open_profile(page);
    look(page, "The profile");
    page.press(keys::ESCAPE);
    page.button("Recent").click();
    page.saying(Role::Item, "Jonas Weber built version 3")
        .is_there();
    look(page, "What was recorded last");
    page.press(keys::ESCAPE);
    page.button("Find").click();
    page.dialog("Find")
        .saying(Role::Option, "Matrix")
        .is_there();
    look(page, "The palette");
    page.press("release b");
    page.dialog("Find")
        .saying(Role::Option, "There is no next one to promote to.")
        .is_there();
    look(page, "The palette, with what cannot be done");
    page.press(keys::ESCAPE);
}

/// Each form that is opened by an address, and what some of them show later.
#[track_caller]
pub(crate) fn forms(page: &Page, look: Look<'_>) {
    page.button("Release B").is_there();
    let environment = first_link(page, "#/environments/");
    let environment = environment.trim_end_matches("/releases").to_owned();
    expand(page, "Winter campaign");
    let between = page.hash();
    let flow = first_link(page, "#/flows/");
    let removed = flow.replace("#/", "/");
    expand(page, "Release B");
    let last = page.hash();
    let dialogs = [
        (format!("{last}/rollback"), "Rollback Release"),
        (format!("{between}/promote"), "Promote release"),
        (format!("{between}/delete"), "Delete release"),
        (format!("{last}/delete"), "Delete release"),
        (format!("{between}{removed}/remove"), "Remove flow"),
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
        look(page, &format!("{title} ({})", kind(&hash)));
        page.go("#/nowhere");
        page.dialog(title).is_gone();
    }

    page.go("#/build");
    let form = page.dialog("Build flow");
    form.combobox("Flow").pick("Orders");
    form.combobox("Release").fill("Winter campaign");
    form.says(&["Winter campaign"]);
    form.field("Build notes (optional)").fill("Reset");
    form.row("Prices").is_there();
    look(page, "A build that resets a release");
    form.button("Cancel").click();
    form.is_gone();

    page.go(&format!("{between}/hold"));
    let form = page.dialog("Hold release");
    form.field("Reason (optional)").fill("Not approved");
    form.button("Hold").click();
    form.is_gone();
    page.saying(Role::Status, "held Winter campaign").is_there();
    look(page, "A release that is held, and the message that says so");
    page.go(&format!("{between}/hold"));
    page.dialog("Lift hold").is_there();
    look(page, "Lift hold");
    page.go("#/nowhere");

    let form = open_rollback(page, "Release B");
    form.button(ROLL_BACK).click();
    form.says(&["Release rolled back."]);
    look(page, "A rollback that is done");
    finish(&form);
}

/// Each form that a button opens.
#[track_caller]
pub(crate) fn forms_of_settings(page: &Page, look: Look<'_>) {
    open_tab(page, "Test", "Variables");
    for (button, form) in [
        ("New variable", "New variable"),
        ("Set ShopName", "Set ShopName"),
    ] {
        page.button(button).click();
        let form = page.dialog(form);
        form.is_there();
        look(page, button);
        form.button("Cancel").click();
        form.is_gone();
    }
    open_tab(page, "Test", "Settings");
    page.button("Edit settings").click();
    let form = page.only(Role::Dialog);
    form.is_there();
    look(page, "An environment's settings");
    form.button("Cancel").click();
    form.is_gone();
    page.button("Insert an environment before Production")
        .click();
    form.field("Name").fill("Acceptance");
    look(page, "A new environment");
    form.button("Save").click();
    form.is_gone();
    page.go("#/environments");
    page.button("Remove Acceptance").click();
    form.button("Remove Acceptance").can_be_pressed();
    look(page, "The removal of an environment");
    form.button("Cancel").click();
    form.is_gone();

    page.go("#/storage");
    page.button("Make room").click();
    form.is_there();
    look(page, "Make room");
    form.button("Cancel").click();
    form.is_gone();
    page.button("Verify").click();
    page.saying(Role::Status, "The journal is sound.")
        .is_there();
    look(page, "A journal that was verified");
    page.button("Reset the demo").click();
    form.is_there();
    look(page, "Begin anew");
    form.button("Cancel").click();
    form.is_gone();
}

/// What is seen when things are not as they should be, or nothing is there yet.
#[track_caller]
pub(crate) fn states(page: &Page, look: Look<'_>) {
    roll_back(page, "Release B");
    let entries = stored(page, ENTRIES);
    let last = entries.last().expect("there are entries");
    page.run(&format!("localStorage.setItem('{last}', '{{')"));
    page.reload();
    page.saying(Role::Alert, "The journal is damaged")
        .is_there();
    look(page, "A damaged journal");
    let first = entries.first().expect("there are entries");
    page.run(&format!("localStorage.setItem('{first}', '{{')"));
    page.reload();
    page.heading("The journal cannot be opened").is_there();
    look(page, "A journal that cannot be opened");
    begin_empty(page);
    look(page, "An empty tenant");
    for (address, heading) in [
        ("#/flows", "Flows"),
        ("#/matrix", "Matrix"),
        ("#/history", "History"),
    ] {
        page.go(address);
        page.heading(heading).is_there();
        look(page, &format!("{heading}, empty"));
    }
    for (address, what) in [
        (
            "#/releases/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11",
            "No such release",
        ),
        (
            "#/flows/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11",
            "No such flow",
        ),
        (
            "#/environments/6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11",
            "No such environment",
        ),
    ] {
        page.go(address);
        page.saying(Role::Main, "There is no such").is_there();
        look(page, what);
    }
}
