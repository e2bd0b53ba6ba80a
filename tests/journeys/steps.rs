//! The steps that people take on this page, in the fixed words of the user's document.

use crate::page::{NotYet, Page, Part, Role, Within, keys, until};

/// What the button says that opens the rollback form, and the one that confirms it.
pub(crate) const ROLL_BACK: &str = "Rollback to previous release";

/// The form's name.
pub(crate) const ROLLBACK_FORM: &str = "Rollback Release";

/// The three flows of the demo's Release A and Release B.
pub(crate) const SHOP: [&str; 3] = ["Orders", "Prices", "Refunds"];

/// The three flows of the demo's Loyalty launch.
pub(crate) const LOYALTY: [&str; 3] = ["Gift cards", "Loyalty", "Vouchers"];

/// Goes to the Environments page by the navigation.
#[track_caller]
pub(crate) fn go_home(page: &Page) {
    let pages = page.named(Role::Navigation, "Pages");
    pages.link("Environments").click();
    page.heading("Releases").is_there();
}

/// Waits until what comes after the first view has arrived.
#[track_caller]
pub(crate) fn wait_for_the_rest(page: &Page) {
    let arrived = "return performance.getEntriesByType('resource')
        .some(it => it.name.includes('/rest-') && it.responseEnd > 0)";
    until(|| {
        if page.run(arrived) == true {
            Ok(())
        } else {
            Err(NotYet("The rest of the program is not there".to_owned()))
        }
    });
}

/// Acts in another role from now on.
#[track_caller]
pub(crate) fn act_as(page: &Page, role: &str) {
    open_profile(page);
    page.combobox("Acting as").pick(role);
    page.press(keys::ESCAPE);
    page.button(&format!("Acting as: {role}")).is_there();
}

/// Opens what lies behind the name in the page's head.
#[track_caller]
pub(crate) fn open_profile(page: &Page) {
    page.saying(Role::Button, "Acting as:").click();
}

/// Begins an empty tenant, as the first visit offers.
#[track_caller]
pub(crate) fn begin_empty(page: &Page) {
    page.button("Begin empty").click();
    page.dialog("Begin empty")
        .button("Delete all entries and begin empty")
        .click();
    releases(page).says(&["There are no releases yet."]);
}

/// The **Releases** section of the **Environments** page.
pub(crate) fn releases(page: &Page) -> Part<'_> {
    page.named(Role::Region, "Releases")
}

/// A release in that section: its line, with its details where they are expanded.
pub(crate) fn release<'p>(page: &'p Page, name: &str) -> Part<'p> {
    releases(page).with(Role::Item, Role::Button, name)
}

/// Clicks on a release on the **Environments** page; its details expand.
#[track_caller]
pub(crate) fn expand<'p>(page: &'p Page, name: &str) -> Part<'p> {
    go_home(page);
    releases(page).button(name).click();
    let release = release(page, name);
    release
        .named(Role::Table, &format!("Flows of {name}"))
        .is_there();
    release
}

/// Opens the rollback form of a release, from the **Environments** page.
#[track_caller]
pub(crate) fn open_rollback<'p>(page: &'p Page, name: &str) -> Part<'p> {
    expand(page, name).button(ROLL_BACK).click();
    let form = page.dialog(ROLLBACK_FORM);
    form.is_there();
    form
}

/// Rolls a release back and finishes the form.
#[track_caller]
pub(crate) fn roll_back(page: &Page, name: &str) {
    let form = open_rollback(page, name);
    form.button(ROLL_BACK).click();
    form.says(&["Release rolled back."]);
    finish(&form);
}

/// Opens the form that promotes a release to an environment.
#[track_caller]
pub(crate) fn open_promotion<'p>(page: &'p Page, name: &str, target: &str) -> Part<'p> {
    expand(page, name)
        .button(&format!("Promote to {target}"))
        .click();
    let form = page.dialog("Promote release");
    form.is_there();
    form
}

/// Promotes a release to an environment and finishes the form.
#[track_caller]
pub(crate) fn promote(page: &Page, name: &str, target: &str) {
    let form = open_promotion(page, name, target);
    form.button(&format!("Promote to {target}")).click();
    form.says(&["Promote release successful"]);
    finish(&form);
    release(page, name).says(&[&format!("in {target}")]);
}

/// Clicks **Finish**; the form is gone.
#[track_caller]
pub(crate) fn finish(form: &Part<'_>) {
    form.button("Finish").click();
    form.is_gone();
}

/// Creates a flow.
#[track_caller]
pub(crate) fn create_flow(page: &Page, name: &str) {
    page.named(Role::Navigation, "Pages").link("Flows").click();
    page.button("New flow").click();
    let form = page.dialog("New flow");
    form.field("Name").fill(name);
    form.button("Create flow").click();
    form.is_gone();
    page.heading(name).is_there();
}

/// Builds a flow into a release, which is made by it unless there is one of this name.
#[track_caller]
pub(crate) fn build(page: &Page, flow: &str, release: &str) {
    go_home(page);
    page.button("Build flow").click();
    let form = page.dialog("Build flow");
    form.combobox("Flow").pick(flow);
    form.combobox("Release").fill(release);
    form.button("Build").click();
    form.says(&["Flow built."]);
    finish(&form);
}

/// Opens a tab of an environment's page.
#[track_caller]
pub(crate) fn open_tab(page: &Page, environment: &str, tab: &str) {
    go_home(page);
    page.link(&format!("Manage {environment}")).click();
    page.heading(environment).is_there();
    let tabs = page.named(Role::Navigation, "Environment");
    tabs.link(tab).click();
    page.heading(tab).is_there();
}

/// Returns the Run URLs of flows in an environment, as its page lists them.
#[track_caller]
pub(crate) fn run_urls(page: &Page, environment: &str, flows: &[&str]) -> Vec<String> {
    open_tab(page, environment, "Flows");
    let table = page.only(Role::Table);
    flows
        .iter()
        .map(|flow| table.link(&format!("Run {flow}")).target())
        .collect()
}

/// Runs a flow by its Run URL; makes sure that it is this version, from this release (X2, X4).
#[track_caller]
pub(crate) fn runs(page: &Page, url: &str, facts: &Facts<'_>) {
    page.go(url);
    let Facts {
        flow,
        version,
        release,
        environment,
    } = facts;
    let known =
        format!("Flow {flow} Version {version} Release {release} Environment {environment}");
    let running = page.only(Role::Article);
    until(|| {
        let said = running.look()?;
        if said.contains(&known) {
            return Ok(());
        }
        // X3: asked once in each tab, outside the last environment.
        if said.contains("Sign in to run this flow") {
            running.button("Continue as Administrator").click();
        }
        Err(NotYet(format!("It does not say {known:?}, but {said:?}")))
    });
}

/// What a running flow says about itself.
pub(crate) struct Facts<'a> {
    pub(crate) flow: &'a str,
    pub(crate) version: u32,
    pub(crate) release: &'a str,
    pub(crate) environment: &'a str,
}

/// Makes sure that these flows run in Production: each in its version, from one release.
#[track_caller]
pub(crate) fn all_run(
    page: &Page,
    urls: &[String],
    flows: &[&str],
    versions: &[u32],
    release: &str,
    environment: &str,
) {
    for ((url, flow), version) in urls.iter().zip(flows).zip(versions) {
        runs(
            page,
            url,
            &Facts {
                flow,
                version: *version,
                release,
                environment,
            },
        );
    }
}

/// Makes sure that none of these flows can be run in an environment, and that the page says until
/// when (X2).
#[track_caller]
pub(crate) fn none_runs(page: &Page, urls: &[String], flows: &[&str], environment: &str) {
    for (url, flow) in urls.iter().zip(flows) {
        page.go(url);
        page.only(Role::Article).says(&[
            &format!("{flow} cannot be run in {environment}."),
            &format!("No version of it is there until one is promoted to {environment}."),
        ]);
    }
}
