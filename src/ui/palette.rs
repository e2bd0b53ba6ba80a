//! What can be gone to and done from everywhere, by its name: each page, environment, release and flow,
//! and each step that they can take. Whatever cannot be done now says why, from the same function that
//! decides it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::begin_anew::Anew;
use super::components::finder::{Found, finder};
use super::keeping::{Beginning, Keeping};
use super::navigation::Navigation;
use super::order::by_name;
use super::problem::flow_name;
use super::route::{Form, Open, Route, Story, Tab};
use super::tenant::{Tenant, environment_name};
use super::title::tab_name;
use super::wizard::{Act, expander_id};
use crate::browser::{self, WindowListener};
use crate::domain::actor::Role;
use crate::domain::id::ReleaseId;
use crate::domain::state::State;

/// As many are shown at once: whoever looks for another one types more of its name.
const SHOWN: usize = 50;

/// One thing that can be picked.
#[derive(Clone, Debug, PartialEq)]
struct Way {
    label: String,
    hint: String,
    /// What may stand in its way.
    needs: Needs,
    to: To,
}

/// Where picking leads.
#[derive(Clone, Debug, PartialEq)]
enum To {
    Address(Route),
    /// The form that begins another journal.
    Anew(Beginning),
}

/// What decides whether it can be done now.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Needs {
    Nothing,
    Role(Role),
    Plan(Act),
}

impl Needs {
    fn why_not(self, tenant: Tenant) -> Option<String> {
        let refused = match self {
            Self::Nothing => return None,
            Self::Role(role) => tenant.permits(role),
            Self::Plan(act) => act.plan(tenant).map(drop),
        };
        refused.err().map(|it| tenant.problem(&it).text())
    }
}

/// Opens the palette as long as `open` says so.
#[component]
pub fn Palette(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    move || open.get().then(|| palette(open))
}

fn palette(open: RwSignal<bool>) -> AnyView {
    let tenant = Tenant::of_page();
    let own = expect_context::<Keeping>().team().is_none();
    let anew = expect_context::<Anew>();
    let text = RwSignal::new(String::new());
    // Each with why it cannot be done; what can be done comes first.
    let ways = Memo::new(move |_| {
        let text = text.read().trim().to_lowercase();
        let ways = tenant.read(|state| ways(state, &text, own));
        let mut ways: Vec<(Option<String>, Way)> = ways
            .into_iter()
            .map(|way| (way.needs.why_not(tenant), way))
            .collect();
        ways.sort_by_key(|(why_not, _)| why_not.is_some());
        ways
    });
    let found = Signal::derive(move || {
        let ways = ways.read();
        let found = ways.iter().map(|(why_not, way)| Found {
            label: way.label.clone(),
            hint: way.hint.clone(),
            why_not: why_not.clone(),
        });
        found.collect::<Vec<_>>()
    });
    let navigation = Navigation::of_page();
    let pick = move |index: usize| {
        let picked = ways.with_untracked(|ways| ways.get(index).map(|(_, way)| way.to.clone()));
        match picked {
            Some(To::Address(route)) => go(navigation, &route),
            Some(To::Anew(beginning)) => anew.ask(beginning),
            None => {}
        }
    };
    finder(
        text,
        found,
        Box::new(pick),
        Box::new(move || open.set(false)),
    )
}

/// Goes there, and moves the focus to what is there.
fn go(navigation: Navigation, route: &Route) {
    let focus = match route {
        Route::Environments {
            open: Some(Open::Release(id)),
            ..
        } => format!("#{}", expander_id(*id)),
        _ => "main h1".to_owned(),
    };
    navigation.go_and_focus(route, &focus);
}

/// Opens the palette at Ctrl or ⌘ and K. Not over a form: what is typed there stays.
#[must_use = "dropping it ends the listening"]
pub fn at_its_keys(open: RwSignal<bool>) -> WindowListener {
    browser::listen("keydown", move |event| {
        let Some(event) = event.dyn_ref::<leptos::ev::KeyboardEvent>() else {
            return;
        };
        let meant = (event.ctrl_key() || event.meta_key())
            && !event.shift_key()
            && !event.alt_key()
            && event.key().eq_ignore_ascii_case("k");
        if meant {
            event.prevent_default();
            if !browser::is_form_open() {
                open.set(true);
            }
        }
    })
}

// What there is -----------------------------------------------------------------------------------

/// What has all words of `text` in its name or beside it, those first whose name begins so, then those
/// that have it so. Without a text, only what there is few of.
fn ways(state: &State, text: &str, own: bool) -> Vec<Way> {
    let mut found = Vec::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut add = |label: String, hint: &str, needs: Needs, to: To| {
        let name = format!("{label} {hint}").to_lowercase();
        if words.iter().all(|word| name.contains(word)) {
            found.push(Way {
                label,
                hint: hint.to_owned(),
                needs,
                to,
            });
        }
    };
    let mut go = |label: String, hint: &str, needs: Needs, route: Route| {
        add(label, hint, needs, To::Address(route));
    };
    pages(&mut go);
    environments(state, &mut go, !words.is_empty());
    if !words.is_empty() {
        let releases = state.releases();
        for (_, id) in by_name(releases.map(|it| (it.name.to_string(), it.id))) {
            steps_of(state, id, &mut go);
        }
        flows(state, &mut go);
    }
    if own {
        for (label, beginning) in [
            ("Reset the demo", Beginning::Shop),
            ("Begin empty", Beginning::Empty),
        ] {
            add(
                label.to_owned(),
                "Journal",
                Needs::Nothing,
                To::Anew(beginning),
            );
        }
    }
    found.sort_by_key(|way| {
        let at = way.label.to_lowercase().find(text);
        at.map_or(2, |at| at.min(1))
    });
    found.truncate(SHOWN);
    found
}

type Go<'a> = &'a mut dyn FnMut(String, &str, Needs, Route);

fn pages(go: Go<'_>) {
    let (search, differing) = (String::new(), false);
    let story = Story::default();
    let standard = Needs::Role(Role::Standard);
    for (label, hint, needs, route) in [
        ("Environments", "Page", Needs::Nothing, Route::home()),
        (
            "Flows",
            "Page",
            Needs::Nothing,
            Route::Flows { creating: false },
        ),
        (
            "Matrix",
            "Page",
            Needs::Nothing,
            Route::Matrix { search, differing },
        ),
        (
            "History",
            "Page",
            Needs::Nothing,
            Route::History { story, at: None },
        ),
        (
            "Storage",
            "Page: verify, export, import",
            Needs::Nothing,
            Route::Storage,
        ),
        (
            "Edit environments",
            "Page",
            Needs::Nothing,
            Route::Pipeline { removing: None },
        ),
        ("Build flow", "Action", standard, Route::open(Open::Build)),
        (
            "New flow",
            "Action",
            standard,
            Route::Flows { creating: true },
        ),
    ] {
        go(label.to_owned(), hint, needs, route);
    }
}

fn environments(state: &State, go: Go<'_>, all: bool) {
    for environment in state.pipeline().iter() {
        let (id, name) = (environment.id, environment.name());
        let tab = Tab::default();
        let route = Route::Environment { id, tab };
        go(
            format!("Manage {name}"),
            "Environment",
            Needs::Nothing,
            route,
        );
        if !all {
            continue;
        }
        for tab in Tab::ALL {
            let route = Route::Environment { id, tab };
            let label = format!("{} of {name}", tab_name(tab));
            go(label, "Environment", Needs::Nothing, route);
        }
        let removing = Some(id);
        go(
            format!("Remove environment {name}"),
            "Action",
            Needs::Plan(Act::RemoveEnvironment(id)),
            Route::Pipeline { removing },
        );
    }
}

/// A release, and the steps that it can take.
fn steps_of(state: &State, id: ReleaseId, go: Go<'_>) {
    let Some(release) = state.release(id) else {
        return;
    };
    let (name, place) = (&release.name, release.place.environment);
    let hint = format!("Release in {}", environment_name(state, place));
    go(name.to_string(), &hint, Needs::Nothing, Route::release(id));
    let mut step = |label: String, needs: Needs, form: Form| {
        go(label, "Action", needs, Route::open(Open::Form(id, form)));
    };
    let target = state.pipeline().next(place);
    let target = target.map_or_else(String::new, |target| format!(" to {}", target.name()));
    step(
        format!("Promote {name}{target}"),
        Needs::Plan(Act::Promote(id)),
        Form::Promote,
    );
    step(
        format!("Rollback {name}"),
        Needs::Plan(Act::RollBack(id)),
        Form::RollBack,
    );
    let hold = if release.hold.is_some() {
        format!("Lift hold of {name}")
    } else {
        format!("Hold {name}")
    };
    step(hold, Needs::Role(Role::Administrator), Form::Hold);
    step(
        format!("Delete {name}"),
        Needs::Plan(Act::Delete(id)),
        Form::Delete,
    );
    let flows = release.content.flows();
    for (flow_name, flow) in by_name(flows.map(|flow| (flow_name(state, flow), flow))) {
        step(
            format!("Remove {flow_name} from {name}"),
            Needs::Plan(Act::RemoveFlow(id, flow)),
            Form::RemoveFlow(flow),
        );
    }
    let story = Story {
        release: Some(id),
        ..Story::default()
    };
    go(
        format!("History of {name}"),
        "Page",
        Needs::Nothing,
        Route::History { story, at: None },
    );
}

fn flows(state: &State, go: Go<'_>) {
    let flows = state.flows();
    for (name, id) in by_name(flows.map(|flow| (flow.name.to_string(), flow.id))) {
        let building = false;
        go(
            name.clone(),
            "Flow",
            Needs::Nothing,
            Route::Flow { id, building },
        );
        let needs = Needs::Role(Role::Standard);
        let building = true;
        go(
            format!("Build {name}"),
            "Action",
            needs,
            Route::Flow { id, building },
        );
    }
}
