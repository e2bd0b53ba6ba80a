//! Environments and their variables: what is set where, what is inserted and removed, and what a
//! plan says of it.

use crate::page::{Page, Role, Within, journey};
use crate::steps::{
    Facts, ROLL_BACK, ROLLBACK_FORM, expand, finish, go_home, open_rollback, open_tab, release,
    roll_back, run_urls, runs,
};

const WARNING: &str = "Version 2 of Orders uses {{WarehouseUrl}}, which is blank in Production.";

fn set(page: &Page, environment: &str, variable: &str, value: &str, secret: bool) {
    open_tab(page, environment, "Variables");
    page.button(&format!("Set {variable}")).click();
    let form = page.dialog(&format!("Set {variable}"));
    form.field("Value").fill(value);
    if secret {
        form.named(Role::Checkbox, "The value is a secret").click();
    }
    form.button("Save").click();
    form.is_gone();
}

/// V1, V3, V4: a blank variable is marked, and a plan warns of it until it is set; the running flow
/// shows its value.
#[test]
fn a_blank_variable_is_marked_and_warned_of_until_it_is_set() {
    journey(|page| {
        let url = run_urls(page, "Production", &["Orders"]);
        open_tab(page, "Production", "Variables");
        page.row("WarehouseUrl").says(&["blank"]);
        open_rollback(page, "Release B").says(&[WARNING]);

        page.reload();
        page.dialog(ROLLBACK_FORM).button("Cancel").click();
        set(
            page,
            "Production",
            "WarehouseUrl",
            "https://parcels.example",
            false,
        );
        page.row("WarehouseUrl")
            .says(&["https://parcels.example", "by Administrator"]);
        let form = open_rollback(page, "Release B");
        form.does_not_say(&[WARNING]);
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        finish(&form);
        page.go(&url[0]);
        page.only(Role::Article)
            .says(&["Track it at https://parcels.example."]);
    });
}

/// V1: created in one environment, a variable is in all others, blank.
#[test]
fn a_new_variable_is_blank_in_all_other_environments() {
    journey(|page| {
        open_tab(page, "Test", "Variables");
        page.button("New variable").click();
        let form = page.dialog("New variable");
        form.field("Name").fill("1st");
        form.button("Save").cannot_be_pressed("Begin with a letter");
        form.field("Name").fill("Greeting");
        form.field("Value").fill("Good day");
        form.button("Save").click();
        form.is_gone();
        page.row("Greeting").says(&["Good day"]);
        open_tab(page, "Production", "Variables");
        page.row("Greeting").says(&["blank"]);
    });
}

/// V2: a secret is masked, and its text is nowhere in what the browser keeps.
#[test]
fn the_text_of_a_secret_is_kept_nowhere() {
    journey(|page| {
        let url = run_urls(page, "Production", &["Refunds"]);
        roll_back(page, "Release B");
        set(page, "Production", "SupportMail", "hush@shop.example", true);
        page.row("SupportMail").says(&["(secret)"]);
        let kept = page.run(
            "return JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + location.href;",
        );
        assert!(
            !kept.to_string().contains("hush"),
            "the secret is in {kept}"
        );
        page.go(&url[0]);
        let running = page.only(Role::Article);
        running.says(&["Write to", "••••••"]);
        running.does_not_say(&["hush"]);
        // Write-only: the form does not begin with it.
        open_tab(page, "Production", "Variables");
        page.button("Set SupportMail").click();
        let form = page.dialog("Set SupportMail");
        assert_eq!(form.field("Value").value(), "");
        form.button("Save")
            .cannot_be_pressed("The secret is missing.");
    });
}

/// E1, R3, worked case 7: "previous" is the pipeline's order at the time of the rollback.
#[test]
fn a_release_goes_back_to_an_environment_that_was_inserted() {
    journey(|page| {
        open_tab(page, "Test", "Settings");
        page.button("Insert an environment before Production")
            .click();
        let form = page.dialog("Insert environment");
        form.says(&["It comes between Test and Production, and starts empty."]);
        form.field("Name").fill("production");
        form.button("Save").click();
        form.says(&["An environment is called Production already."]);
        form.field("Name").fill("Staging");
        form.button("Save").click();
        form.is_gone();

        open_rollback(page, "Release B")
            .says(&["Release B leaves Production and goes back to Staging."]);
        let form = page.dialog(ROLLBACK_FORM);
        form.row("Orders")
            .says(&["Can then be run in Staging, in version 3 of Release B."]);
        form.button(ROLL_BACK).click();
        finish(&form);
        release(page, "Release B").says(&["in Staging"]);
        let url = run_urls(page, "Staging", &["Orders"]);
        let facts = Facts {
            flow: "Orders",
            version: 3,
            release: "Release B",
            environment: "Staging",
        };
        runs(page, &url[0], &facts);

        // E3: not while a release is in it.
        open_tab(page, "Staging", "Settings");
        page.button("Remove environment")
            .cannot_be_pressed("Release B is in Staging.");
        roll_back(page, "Release B");
        open_tab(page, "Staging", "Settings");
        page.button("Remove environment").click();
        let form = page.dialog("Remove environment");
        form.says(&["Staging is removed, with all that is deployed there."]);
        form.button("Remove Staging").click();
        form.says(&["Environment removed."]);
        finish(&form);
        page.heading("Edit environments").is_there();
        page.link("Staging").is_gone();
    });
}

/// E2, E3, X1: one environment is the default; the first and the last stay.
#[test]
fn the_settings_of_an_environment_are_changed() {
    journey(|page| {
        open_tab(page, "Production", "Settings");
        page.button("Remove environment")
            .cannot_be_pressed("The first and the last environment cannot be removed.");
        open_tab(page, "Test", "Settings");
        page.button("Edit settings").click();
        let form = page.dialog("Edit settings");
        form.field("Name").fill("Trial");
        form.named(Role::Checkbox, "Make this the default environment")
            .click();
        form.button("Save").click();
        form.is_gone();
        page.heading("Trial").is_there();
        page.button("Remove environment")
            .cannot_be_pressed("Trial is the default environment.");
        go_home(page);
        expand(page, "Winter campaign").says(&["in Trial"]);
    });
}

/// E1–E3: one page has all of the pipeline, in its order.
#[test]
fn the_pipeline_is_edited_on_one_page() {
    journey(|page| {
        page.link("Edit environments").click();
        page.heading("Edit environments").is_there();
        page.button("Remove Production")
            .cannot_be_pressed("The first and the last environment cannot be removed.");
        page.button("Insert an environment between Test and Production")
            .click();
        let form = page.dialog("Insert environment");
        form.says(&["It comes between Test and Production, and starts empty."]);
        form.field("Name").fill("Staging");
        form.button("Save").click();
        form.is_gone();
        page.button("Insert an environment between Staging and Production")
            .is_there();

        page.button("Edit Staging").click();
        let form = page.dialog("Edit settings");
        form.field("Name").fill("Rehearsal");
        form.field("Description")
            .fill("As Production, without users.");
        form.button("Save").click();
        form.is_gone();
        page.saying(Role::Item, "Rehearsal As Production, without users.")
            .is_there();

        page.button("Remove Rehearsal").click();
        let form = page.dialog("Remove environment");
        form.says(&["Rehearsal is removed, with all that is deployed there."]);
        form.button("Remove Rehearsal").click();
        form.says(&["Environment removed."]);
        finish(&form);
        page.link("Rehearsal").is_gone();
        page.focus_is_on(Role::Heading, "Edit environments");
    });
}
