//! What a person waits for, at growing sizes, beside a page of the same look that is written in plain
//! JavaScript (`baseline/`): from the start to the list, from a key to what it finds, from a click to
//! the details, from the confirmation of a rollback to its outcome. Prints figures and their ratios,
//! and asserts nothing about time: `cargo xtask bench page` runs it.
//!
//! Both pages read from, and write to, a real HTTP store with the same tenant in it, and both show the
//! same: what they show is compared element by element, and a difference fails the bench. The moments
//! are the browser's own, from its trace. The plain page is spared the rules, the history and its
//! checks: it is given the plans with the tenant.
#![allow(clippy::print_stdout, reason = "figures are printed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use flow_environments::domain::actor::Timestamp;
use flow_environments::domain::id::{EnvironmentId, Position, ReleaseId};
use flow_environments::domain::plan::{self, Effect, Plan};
use flow_environments::domain::state::State;
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::Hash;
use serde_json::{Value, json};
use xtask::stores::Kind;

use crate::driver::products;
use crate::page::{NotYet, Page, Role, Within, journey_in, until};
use crate::places::{Place, authorized, fresh, running};
use crate::shop::{self, Size};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM, finish, releases};
use crate::team::{Site, sign_in};
use crate::tenant::Tenant;

/// How many releases; a fifth as many flows, about twice as many entries.
const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// How often each thing is done.
const STARTS: usize = 21;
const EXPANDED: usize = 15;
const CONFIRMED: usize = 15;

/// Typed key by key, then deleted key by key.
const WORDS: [&str; 3] = ["orders", "release 77", "norway"];

/// Notes in the trace whenever the document changes, when the list is first there, and when the page is
/// idle after that; and the memory of the program, if there is one.
const WATCH: &str = "
    window.lastChange = 0;
    let noteIdle;
    window.idle = new Promise((resolve) => noteIdle = resolve);
    new MutationObserver(() => {
        performance.mark('changed');
        window.lastChange = performance.now();
        if (!window.listed && document.querySelector('.releases > li')) {
            window.listed = true;
            performance.mark('listed');
            requestIdleCallback(() => { performance.mark('idle'); noteIdle(); });
        }
    }).observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const real = WebAssembly[name];
        WebAssembly[name] = async (...given) => {
            const made = await real.apply(WebAssembly, given);
            window.memory ??= (made.instance ?? made).exports.memory;
            return made;
        };
    }";

/// Writes down what is shown, without what only ties elements together and without the times.
const SHOWN: &str = "
    const dropped = new Set(['id', 'for', 'aria-controls', 'aria-labelledby', 'aria-describedby',
        'popovertarget', 'aria-owns', 'style', 'tabindex', 'autofocus', 'data-theme', 'data-part', 'data-action', 'data-release']);
    const write = (node) => {
        if (node.nodeType === Node.TEXT_NODE) {
            return node.data.replaceAll('<', '&lt;');
        }
        if (node.nodeType !== Node.ELEMENT_NODE || ['SCRIPT', 'NOSCRIPT', 'TEMPLATE'].includes(node.tagName)) {
            return '';
        }
        const name = node.localName;
        if (name === 'time') {
            return '<time>';
        }
        const attributes = [...node.attributes]
            .filter(it => !dropped.has(it.name) && !(it.name === 'class' && !it.value.trim()))
            .map(it => ` ${it.name}=${JSON.stringify(it.value.trim())}`)
            .sort();
        const content = [...node.childNodes].map(write).join('');
        return `\\n<${name}${attributes.join('')}>${content}</${name}>`;
    };
    return write(document.body)
        .replace(/[ \\t]+/g, ' ')
        .replace(/\\s*\\n\\s*/g, '\\n')
        .replace(/journals.journal-\\d+/, 'journal');";

#[test]
#[ignore = "prints figures"]
fn the_page_next_to_plain_javascript() {
    let grown = SIZES.map(|releases| {
        let now = Timestamp::from_millis(now());
        let size = Size {
            releases,
            flows: releases / 5,
        };
        let tenant = shop::grown(size, 1, now);
        let entries = tenant.history.len();
        println!(
            "\n{releases} releases, {} flows, {entries} entries",
            size.flows
        );
        let subjects = [Subject::ours(&tenant), Subject::plain(&tenant)];
        let rolled_back = subjects[0].releases.len();
        assert!(rolled_back > 0, "none can be rolled back");
        println!("{rolled_back} are rolled back");
        let [page, plain] = measured(&subjects);
        compare(&page, &plain);
        page.print_beside(&plain);
        tenant
    });
    let [_, thousand, ten_thousand] = &grown;
    let [thousand, ten_thousand] = measured(&[thousand, ten_thousand].map(Subject::ours));
    println!(
        "\nFrom {} to {} releases, both measured once more, in turns; times as much",
        SIZES[1], SIZES[2]
    );
    for (what, took) in &ten_thousand.took {
        let before = median(&thousand.took[what]);
        println!("  {what:<34} {:>6.2}", median(took) / before);
    }
    for (what, count) in &ten_thousand.counted {
        println!("  {what:<34} {:>6.2}", count / thousand.counted[what]);
    }
}

fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}

// The two pages -----------------------------------------------------------------------------------

/// The page of this project, as it is built for release, with its own copy of the tenant in the store.
fn our_page(tenant: &Tenant) -> Site {
    let place = filled(tenant);
    let config = format!(
        r#"{{ "journal": {{ "http": {{ "profile": "plain", "base": "{}/", "auth": "basic" }} }} }}"#,
        place.base
    );
    Site::with(Some(&config))
}

/// The plain page, with the same styles, and its own copy, too. Its script lies in the page as the loader
/// of ours does, and asks for the tenant as early.
fn plain_page(tenant: &Tenant) -> Site {
    let place = filled(tenant);
    let (_, authorization) = authorized()[0];
    let config = json!({
        "base": place.base,
        "authorization": authorization,
        "next": tenant.history.len() + 1,
    });
    let site = Site::with(Some(&config.to_string()));
    let baseline = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/baseline");
    let source = |file| fs::read_to_string(baseline.join(file)).expect("it is there");
    let index = site.folder().join("index.html");
    let built = fs::read_to_string(&index).expect("it is there");
    let styles = built.find("<style>").zip(built.find("</style>"));
    let styles = styles.and_then(|(from, to)| built.get(from..to));
    let script = format!("<script>(async () => {{{}}})()", source("baseline.js"));
    let html = source("index.html")
        .replace("<style>", styles.expect("its styles lie in it"))
        .replace("<script>", &script);
    fs::write(index, html).expect("it can be written");
    // As src/ui/rest.rs has them.
    let later = ["tables", "history", "dialog", "play"].map(|sheet| {
        let sheet = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("style/{sheet}.css"));
        fs::read_to_string(sheet).expect("it is there")
    });
    let sheet = site.folder().join("later.css");
    fs::write(sheet, later.concat()).expect("it can be written");
    site
}

/// A place in the store with the tenant's journal, its checkpoint, and the tenant as the plain page
/// reads it.
fn filled(tenant: &Tenant) -> Place {
    let place = fresh(Kind::Plain);
    let (_, name) = place.base.rsplit_once('/').expect("a base has a path");
    let folder = running(Kind::Plain).journals().join(name);
    let texts = tenant.seal();
    for (text, position) in texts.iter().zip(1..) {
        let file = folder.join(format!("entries/{position:010}.json"));
        fs::write(file, text).expect("the store's folder can be written");
    }
    let tip = Hash::of(texts.last().expect("it has entries"));
    let checkpoint = Checkpoint::write(&tenant.state, tip);
    fs::write(folder.join("checkpoint.txt"), checkpoint).expect("it can be written");
    let plain = in_plain(&tenant.state).to_string();
    fs::write(folder.join("tenant.json"), plain).expect("it can be written");
    place
}

/// The tenant as the plain page reads it.
fn in_plain(state: &State) -> Value {
    let at = |position: Position| state.moment(position).map(|it| it.at.as_millis());
    let environments = state.pipeline().iter().map(|environment| {
        json!({
            "id": environment.id,
            "name": environment.name(),
            "description": environment.settings.description,
            "player": environment.settings.player,
            "isDefault": state.pipeline().default_environment() == environment.id,
            "changed": state.last_touch_in(environment.id).and_then(at),
            "live": state.live_in(environment.id).count(),
        })
    });
    let releases = state.releases().map(|release| {
        let content: Vec<_> = release
            .content
            .iter()
            .map(|(flow, snapshot)| {
                let live = state.live(release.place.environment, flow);
                let covered = live.filter(|live| live.release != release.id);
                json!([
                    flow,
                    snapshot,
                    covered.map(|live| json!([live.number, live.release]))
                ])
            })
            .collect();
        json!({
            "id": release.id,
            "name": release.name,
            "environment": release.place.environment,
            "since": release.place.since,
            "at": at(release.place.since),
            "arrival": release.place.arrival,
            "hold": release.hold.as_ref().map(|hold| hold.reason.to_string()),
            "content": content,
            "plan": plan::rollback(state, release.id).ok().map(|it| plan_in_plain(&it)),
        })
    });
    let flows = state.flows().map(|flow| json!([flow.id, flow.name]));
    let snapshots = state
        .releases()
        .flat_map(|release| release.content.snapshots())
        .filter_map(|snapshot| state.snapshot(snapshot))
        .map(|it| json!([it.id, it.number, it.notes, at(it.built)]));
    json!({
        "environments": environments.collect::<Vec<_>>(),
        "releases": releases.collect::<Vec<_>>(),
        "flows": flows.collect::<Vec<_>>(),
        "snapshots": snapshots.collect::<Vec<_>>(),
    })
}

fn plan_in_plain(plan: &Plan) -> Value {
    let live = |live: &plan::Live| json!([live.number, live.release]);
    let effect = |effect: &Effect| match effect {
        Effect::Restored { was, now } => json!(["restored", live(was), live(now)]),
        Effect::Removed { was } => json!(["removed", live(was)]),
        Effect::Replaced { was, now } => json!(["replaced", live(was), live(now)]),
        Effect::Introduced { now } => json!(["introduced", null, live(now)]),
        Effect::Unaffected { live: it } => json!(["unaffected", null, live(it)]),
        Effect::Absent => json!(["absent"]),
    };
    let rows = plan.rows.iter().map(|row| {
        let effects: Vec<_> = row.effects.iter().map(effect).collect();
        json!([row.flow, effects])
    });
    let warnings = plan.warnings.iter().map(|warning| match warning {
        plan::Warning::OlderReplacesNewer {
            flow,
            environment,
            was,
            now,
        } => json!(["older", flow, environment, live(was), live(now)]),
        plan::Warning::VariableMissing {
            flow,
            environment,
            now,
            variable,
            blank,
        } => json!(["variable", flow, environment, live(now), variable, blank]),
    });
    json!({
        "environments": plan.environments,
        "rows": rows.collect::<Vec<_>>(),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}

// Measuring -----------------------------------------------------------------------------------------

/// What was measured of a page.
#[derive(Default)]
struct Figures {
    /// Milliseconds.
    took: BTreeMap<&'static str, Vec<f64>>,
    counted: BTreeMap<&'static str, f64>,
    /// What was shown at each step.
    shown: Vec<(&'static str, String)>,
}

/// What is measured: a page, with a tenant in its store.
struct Subject {
    site: Site,
    /// The releases that are rolled back.
    releases: Vec<ReleaseId>,
    signs_in: bool,
}

impl Subject {
    fn ours(tenant: &Tenant) -> Self {
        Self {
            site: our_page(tenant),
            releases: to_roll_back(&tenant.state),
            signs_in: true,
        }
    }

    fn plain(tenant: &Tenant) -> Self {
        Self {
            site: plain_page(tenant),
            releases: to_roll_back(&tenant.state),
            signs_in: false,
        }
    }

    fn journey(&self, journey: impl FnOnce(&Page)) {
        journey_in(self.site.folder(), |page| {
            if self.signs_in {
                sign_in(page);
            }
            page.run_before(WATCH);
            journey(page);
            // What is not there yet, the store says so.
            let _ = page.complaints();
        });
    }
}

/// Measures both, in turns: whatever else the machine does in the meantime, it does to both.
fn measured([one, other]: &[Subject; 2]) -> [Figures; 2] {
    let mut both = [Figures::default(), Figures::default()];
    one.journey(|first| {
        other.journey(|second| {
            let mut take_turns = |times, act: &dyn Fn(&mut Figures, &Page, &Subject, usize)| {
                for turn in 0..times {
                    for (figures, (page, subject)) in
                        both.iter_mut().zip([(first, one), (second, other)])
                    {
                        act(figures, page, subject, turn);
                    }
                }
            };
            take_turns(STARTS, &|figures, page, _, _| figures.start(page));
            take_turns(1, &|figures, page, _, _| {
                until(|| match page.run(&format!("return {LATER}")).as_f64() {
                    Some(rules) if rules > 0.0 => Ok(()),
                    _ => Err(NotYet("how the rest looks is not there".into())),
                });
                figures.count("elements", page, ELEMENTS);
                figures.count("rules that came later", page, LATER);
                figures.see("the list", page);
            });
            take_turns(WORDS.len(), &|figures, page, _, turn| {
                figures.search(page, WORDS[turn]);
            });
            take_turns(EXPANDED, &|figures, page, _, turn| {
                figures.expand(page, turn);
            });
            take_turns(1, &|figures, page, _, _| {
                figures.count("elements with details open", page, ELEMENTS);
                figures.see("the details", page);
            });
            take_turns(CONFIRMED, &|figures, page, subject, turn| {
                if let Some(release) = subject.releases.get(turn) {
                    figures.confirm(page, *release);
                }
            });
            take_turns(1, &|figures, page, _, _| {
                figures.see("the list after that", page);
                figures.count("JavaScript heap, MB", page, HEAP);
                figures.count("memory of the program, MB", page, MEMORY);
            });
        });
    });
    both
}

const ELEMENTS: &str = "document.body.querySelectorAll('*').length";
const LATER: &str =
    "[...document.adoptedStyleSheets].reduce((sum, it) => sum + it.cssRules.length, 0)";
const HEAP: &str = "performance.memory.usedJSHeapSize / 1e6";
const MEMORY: &str = "(window.memory?.buffer.byteLength ?? 0) / 1e6";

impl Figures {
    fn note(&mut self, what: &'static str, trace: &Trace, from: f64, until: f64) {
        let after = trace.after_paint(from, until);
        let (painted, presented) = after.unwrap_or_else(|| panic!("{what}: nothing was painted"));
        self.took
            .entry(what)
            .or_default()
            .push((painted - from) / 1e3);
        let on_screen = match what {
            KEY => "  and on the screen (key)",
            DETAILS => "  and on the screen (details)",
            _ => "  and on the screen (outcome)",
        };
        let presented = (presented - from) / 1e3;
        self.took.entry(on_screen).or_default().push(presented);
    }

    fn count(&mut self, what: &'static str, page: &Page, script: &str) {
        let found = page.run(&format!("return {script}"));
        self.counted
            .insert(what, found.as_f64().unwrap_or(f64::NAN));
    }

    fn see(&mut self, what: &'static str, page: &Page) {
        let shown = page.run(SHOWN);
        self.shown
            .push((what, shown.as_str().unwrap_or_default().to_owned()));
    }

    fn start(&mut self, page: &Page) {
        page.begin_trace();
        page.reload();
        // Whoever asked again and again would have the page answer while it starts.
        page.run("return window.idle.then(() => true)");
        settle(page);
        let trace = Trace::of(page);
        let listed = trace.last("listed");
        let begun = listed - trace.since_start("listed") * 1e3;
        let painted = trace.paint_after(listed).expect("it is painted").0;
        let first =
            page.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime");
        let first = begun + first.as_f64().unwrap_or(f64::NAN) * 1e3;
        for (what, at) in [
            ("start to first paint", first),
            ("start to the list, painted", painted),
            ("start to idle with the list", trace.last("idle")),
        ] {
            self.took.entry(what).or_default().push((at - begun) / 1e3);
        }
    }

    fn search(&mut self, page: &Page, word: &str) {
        releases(page).named(Role::SearchBox, "Search").click();
        settle(page);
        page.begin_trace();
        for key in word.chars() {
            page.press(&key.to_string());
            settle(page);
        }
        self.see("what was found", page);
        for _ in word.chars() {
            page.press("\u{E003}");
            settle(page);
        }
        let trace = Trace::of(page);
        let keys = trace.interactions("keydown");
        let next = keys.iter().skip(1).copied().chain([f64::MAX]);
        for (key, next) in keys.iter().zip(next) {
            self.note(KEY, &trace, *key, next);
        }
    }

    fn expand(&mut self, page: &Page, index: usize) {
        let name = page.run(&format!(
            "return document.querySelectorAll('.expander')[{index}].innerText.trim()"
        ));
        let name = name.as_str().expect("a name is text");
        settle(page);
        page.begin_trace();
        releases(page).button(name).click();
        releases(page)
            .named(Role::Table, &format!("Flows of {name}"))
            .is_there();
        settle(page);
        let trace = Trace::of(page);
        let click = trace.interactions("click").pop().expect("it was clicked");
        self.note(DETAILS, &trace, click, f64::MAX);
    }

    fn confirm(&mut self, page: &Page, release: ReleaseId) {
        page.go(&format!("#/releases/{release}/rollback"));
        let form = page.dialog(ROLLBACK_FORM);
        let confirm = form.button(ROLL_BACK);
        confirm.can_be_pressed();
        settle(page);
        self.see("the form", page);
        page.begin_trace();
        confirm.click();
        form.says(&["Release rolled back."]);
        settle(page);
        let trace = Trace::of(page);
        let click = trace.interactions("click").pop().expect("it was clicked");
        self.note(CONFIRM, &trace, click, f64::MAX);
        self.see("the outcome", page);
        finish(&form);
        settle(page);
    }

    fn print_beside(&self, plain: &Self) {
        println!(
            "  {:<34} {:>9} {:>17} {:>9} {:>17} {:>6}",
            "", "page", "middle half", "plain", "middle half", "ratio"
        );
        for (what, took) in &self.took {
            let other = &plain.took[what];
            println!(
                "  {what:<34} {:>6.1} ms {:>17} {:>6.1} ms {:>17} {:>6.2}",
                median(took),
                spread(took),
                median(other),
                spread(other),
                median(took) / median(other),
            );
        }
        for (what, count) in &self.counted {
            println!(
                "  {what:<34} {count:>9.1} {:>17} {:>9.1}",
                "", plain.counted[what]
            );
        }
    }
}

const KEY: &str = "key in search to painted";
const DETAILS: &str = "click on a release to painted";
const CONFIRM: &str = "click on confirm to painted";

/// The releases that are rolled back, from the last environment. No two of them hold the same flow, so
/// that the plans that the plain page was given hold to the end.
fn to_roll_back(state: &State) -> Vec<ReleaseId> {
    let last: Option<EnvironmentId> = state.pipeline().iter().next_back().map(|it| it.id);
    let mut taken = BTreeSet::new();
    state
        .releases()
        .filter(|release| Some(release.place.environment) == last)
        .filter(|release| plan::rollback(state, release.id).is_ok())
        .filter(|release| {
            let free = release.content.flows().all(|flow| !taken.contains(&flow));
            if free {
                taken.extend(release.content.flows());
            }
            free
        })
        .map(|release| release.id)
        .take(CONFIRMED)
        .collect()
}

/// Waits until nothing has changed for a while: what follows is not mixed with what came before.
#[track_caller]
fn settle(page: &Page) {
    until(|| {
        let still = page.run("return performance.now() - (window.lastChange ?? 0)");
        match still.as_f64() {
            Some(still) if still > 120.0 => Ok(()),
            _ => Err(NotYet("the page still changes".into())),
        }
    });
}

/// What the browser has noted since it was last asked. Moments are in microseconds.
struct Trace(Vec<Value>);

impl Trace {
    fn of(page: &Page) -> Self {
        let mut events = page.end_trace();
        events.sort_by(|a, b| moment(a).total_cmp(&moment(b)));
        Self(events)
    }

    fn named<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a Value> {
        self.0.iter().filter(move |event| event["name"] == name)
    }

    /// When this happened last.
    #[track_caller]
    fn last(&self, name: &str) -> f64 {
        let event = self.named(name).next_back();
        event.map_or_else(|| panic!("There is no {name} in the trace"), moment)
    }

    /// The same, in milliseconds since the page began to load.
    fn since_start(&self, name: &str) -> f64 {
        let event = self.named(name).next_back();
        let at = event.and_then(|event| event["args"]["data"]["startTime"].as_f64());
        at.unwrap_or(f64::NAN)
    }

    /// When a person did this, as the browser had it from the system.
    fn interactions(&self, kind: &str) -> Vec<f64> {
        self.named("EventTiming")
            .filter(|event| event["args"]["data"]["type"] == kind)
            .map(moment)
            .collect()
    }

    /// When the last change between these moments was painted, and when that was on the screen.
    fn after_paint(&self, from: f64, until: f64) -> Option<(f64, f64)> {
        let changed = self
            .named("changed")
            .map(moment)
            .rfind(|at| (from..until).contains(at))?;
        self.paint_after(changed)
    }

    /// When the document was painted next, and when that was on the screen.
    fn paint_after(&self, changed: f64) -> Option<(f64, f64)> {
        let painted = self
            .named("Layerize")
            .find(|event| moment(event) > changed)?;
        let painted = moment(painted) + painted["dur"].as_f64().unwrap_or(0.0);
        let shown = |event: &&Value| moment(event) > painted;
        let presented = self.named("AnimationFrame::Presentation").find(shown)?;
        Some((painted, moment(presented)))
    }
}

fn moment(event: &Value) -> f64 {
    event["ts"].as_f64().unwrap_or(f64::NAN)
}

fn quantile(all: &[f64], part: usize, of: usize) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    let index = (all.len() * part / of).min(all.len().saturating_sub(1));
    all.get(index).copied().unwrap_or(f64::NAN)
}

fn median(all: &[f64]) -> f64 {
    quantile(all, 1, 2)
}

fn spread(all: &[f64]) -> String {
    format!("{:.1} to {:.1}", quantile(all, 1, 4), quantile(all, 3, 4))
}

/// Both must have shown the same, or the figures say nothing.
#[track_caller]
fn compare(page: &Figures, plain: &Figures) {
    let folder: PathBuf = products().join("bench");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let names =
        |index: usize| ["page", "plain"].map(|name| folder.join(format!("{index:02}-{name}.txt")));
    let [styled, plainly] = [page, plain].map(|it| it.counted["rules that came later"]);
    assert!(
        (styled - plainly).abs() < 0.5,
        "{styled} rules came later, and {plainly}"
    );
    let both = || page.shown.iter().zip(&plain.shown).enumerate();
    for (index, (one, other)) in both() {
        for (name, (_, shown)) in names(index).iter().zip([one, other]) {
            fs::write(name, shown).expect("it can be written");
        }
    }
    for (index, ((what, one), (_, other))) in both() {
        let [page, plain] = names(index).map(|name| name.display().to_string());
        assert!(
            one == other,
            "{what} is not the same in both: compare {page} with {plain}"
        );
    }
    assert_eq!(page.shown.len(), plain.shown.len());
}
