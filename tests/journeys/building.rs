//! Building flows: from nothing, into a release that has moved on, and into one that is final.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{
    Facts, begin_empty, build, create_flow, expand, finish, go_home, release, releases, run_urls,
    runs,
};

/// B1, O1: a flow, a release and a version, from nothing; the release is named with the keyboard.
#[test]
fn a_flow_is_built_into_a_release_that_the_form_creates() {
    journey(|page| {
        begin_empty(page);
        go_home(page);
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        form.button("Build")
            .cannot_be_pressed("There is no flow yet. Create one on the Flows page first.");
        form.button("Cancel").click();
        form.is_gone();

        create_flow(page, "Orders");
        page.button("Build flow").click();
        form.is_there();
        form.button("Build").cannot_be_pressed("Name a release.");
        let release = form.combobox("Release");
        release.fill("First release");
        form.named(Role::Option, "Create \"First release\" new release")
            .is_there();
        page.press(keys::DOWN);
        page.press(keys::ENTER);
        assert_eq!(release.value(), "First release");
        page.tab_to(Role::TextBox, "Build notes (optional)");
        page.press("Begins");
        page.tab_to(Role::Button, "Build");
        page.press(keys::ENTER);
        form.saying(Role::Status, "Flow built.")
            .says(&["Version 1 of Orders is in First release and runs in Development."]);
        finish(&form);

        go_home(page);
        let release = expand(page, "First release");
        release.says(&["in Development", "1 flow"]);
        release.row("Orders version 1").says(&["Begins"]);
        let orders = Facts {
            flow: "Orders",
            version: 1,
            release: "First release",
            environment: "Development",
        };
        runs(
            page,
            &run_urls(page, "Development", &["Orders"])[0],
            &orders,
        );
    });
}

/// B1: a release that exists is offered, and picked with the keyboard.
#[test]
fn the_form_offers_the_releases_that_exist() {
    journey(|page| {
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        form.combobox("Flow").pick("Orders");
        let name = form.combobox("Release");
        name.fill("TAX");
        form.named(Role::Option, "Create \"TAX\" new release")
            .is_there();
        page.press(keys::DOWN);
        page.press(keys::DOWN);
        page.press(keys::ENTER);
        assert_eq!(name.value(), "Tax update");
        // Names are the same whatever their case (B5): this one is not created a second time.
        name.fill("tax UPDATE");
        form.named(Role::Option, "Create \"tax UPDATE\" new release")
            .is_gone();
        form.button("Build").click();
        form.says(&["Version 4 of Orders is in Tax update and runs in Development."]);
        finish(&form);
        release(page, "Tax update").says(&["2 flows"]);
    });
}

/// B3: the form shows what the reset changes, then does it.
#[test]
fn building_into_a_release_that_has_moved_on_brings_it_back() {
    journey(|page| {
        let in_test = run_urls(page, "Test", &["Prices"]);
        go_home(page);
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        form.combobox("Flow").pick("Prices");
        form.combobox("Release").fill("Winter campaign");
        form.says(&[
            "Building Prices into Winter campaign takes it out of Test and back to Development.",
        ]);
        form.row("Newsletter")
            .says(&["Can no longer be run in Test; version 1 runs there now."]);
        form.row("Prices")
            .says(&["Goes back from version 3 to version 2 of Release B."]);
        form.button("Build").click();
        form.says(&[
            "Flow built.",
            "Version 4 of Prices is in Winter campaign and runs in Development.",
        ]);
        form.row("Prices")
            .says(&["Went back from version 3 to version 2 of Release B."]);
        finish(&form);
        release(page, "Winter campaign").says(&["in Development", "reset from Test by a build"]);
        let prices = Facts {
            flow: "Prices",
            version: 2,
            release: "Release B",
            environment: "Test",
        };
        runs(page, &in_test[0], &prices);
    });
}

/// B4: a release in the last environment is final; the way out is named.
#[test]
fn nothing_can_be_built_into_a_release_in_the_last_environment() {
    journey(|page| {
        page.button("Build flow").click();
        let form = page.dialog("Build flow");
        form.combobox("Release").fill("release b");
        form.button("Build").cannot_be_pressed(
            "Release B is in Production, the last environment, and cannot be changed there. Build into a new \
             release, or roll this one back first.",
        );
        form.button("Build").click();
        form.does_not_say(&["Flow built."]);
        form.combobox("Release").fill("Release C");
        form.button("Build").can_be_pressed();
    });
}

/// B2: the new version takes the older one's place in the release.
#[test]
fn a_newer_version_takes_the_place_of_the_older_one_in_its_release() {
    journey(|page| {
        begin_empty(page);
        create_flow(page, "Orders");
        build(page, "Orders", "First");
        build(page, "Orders", "First");
        releases(page).button("First").click();
        let release = release(page, "First");
        release.row("Orders version 2").is_there();
        release.row("Orders version 1").is_gone();
        release.says(&["1 flow"]);
    });
}

/// V3: while one writes, the preview shows what users would see in an environment.
#[test]
fn the_canvas_previews_what_an_environment_would_show() {
    journey(|page| {
        page.go("#/flows");
        page.row("Orders").link("Orders").click();
        page.field("Text")
            .fill("{{ShopName}} packs it. Track it at {{WarehouseUrl}}.");
        let preview = page.named(Role::Region, "Preview");
        preview.says(&["Corner Shop packs it. Track it at {{WarehouseUrl}}."]);
        preview.combobox("Preview in").pick("Test");
        preview.says(&["Corner Shop (test) packs it. Track it at https://warehouse.example."]);

        // Not saved yet, and not lost either.
        page.reload();
        preview.says(&["Corner Shop packs it."]);
        page.button("Discard changes").click();
        preview.says(&["Thank you for shopping at Corner Shop."]);
        page.button("Save")
            .cannot_be_pressed("Everything is saved.");
    });
}
