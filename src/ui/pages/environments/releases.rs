//! The list of releases, with what narrows it.

use std::cell::LazyCell;

use leptos::html;
use leptos::prelude::*;
use rustc_hash::FxHashSet;

use super::details::Details;
use crate::browser;
use crate::domain::actor::{Role, Timestamp};
use crate::domain::id::{ReleaseId, SnapshotId};
use crate::domain::release::{Arrival, Release};
use crate::domain::state::State;
use crate::domain::text::Name;
use crate::ui::components::button::Weight;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::more::{STEP, more};
use crate::ui::components::notice::Trouble;
use crate::ui::components::rows::rows;
use crate::ui::components::table::{empty, none_yet};
use crate::ui::moment::ago;
use crate::ui::navigation::Navigation;
use crate::ui::opener::opener;
use crate::ui::pick::environment_options;
use crate::ui::rest::{Later, OfRest, of_the_rest};
use crate::ui::route::{Filter, Open, Route, Since};
use crate::ui::search::Wanted;
use crate::ui::tenant::{Tenant, environment_name};
use crate::ui::turn::in_turn;
use crate::ui::wizard::expander_id;

const DAY: u64 = 24 * 3_600_000;

/// All releases, the last deployed first.
fn newest_first(state: &State) -> Vec<ReleaseId> {
    let mut all: Vec<&Release> = state.releases().collect();
    all.sort_by_key(|release| (std::cmp::Reverse(release.place.since), release.id));
    all.into_iter().map(|release| release.id).collect()
}

/// Those of the releases that the filter lets through.
fn listed(state: &State, releases: &[ReleaseId], filter: &Filter, now: u64) -> Vec<ReleaseId> {
    let wanted = Wanted::new(&filter.search);
    // Asked for at the first release whose name does not match.
    let versions = LazyCell::new(|| versions(state, &wanted));
    let matches = |release: &Release| {
        let found = |version| versions.contains(&version);
        wanted.is_in(release.name.as_str()) || release.content.snapshots().any(found)
    };
    let since = filter
        .since
        .days()
        .map(|days| now.saturating_sub(u64::from(days) * DAY));
    let lets_through = |release: &Release| {
        let environment = release.place.environment;
        filter.environment.is_none_or(|id| environment == id)
            && since.is_none_or(|since| arrived(state, release) >= since)
            && matches(release)
    };
    let through = releases
        .iter()
        .filter(|id| state.release(**id).is_some_and(lets_through));
    through.copied().collect()
}

/// Returns the versions that match by their flow's name, their Version ID or their notes. Most of them
/// are in several releases: each is looked at once.
fn versions(state: &State, wanted: &Wanted) -> FxHashSet<SnapshotId> {
    let by_id = wanted.may_be_id();
    let mut found = FxHashSet::default();
    for flow in state.flows() {
        let all = wanted.is_in(flow.name.as_str());
        for version in &flow.snapshots {
            if all
                || wanted.is_in(version.notes.as_str())
                || by_id && wanted.is_in(&version.id.to_string())
            {
                found.insert(version.id);
            }
        }
    }
    found
}

fn arrived(state: &State, release: &Release) -> u64 {
    state
        .moment(release.place.since)
        .map_or(0, |moment| moment.at.as_millis())
}

/// The list of releases, with what narrows it.
#[component]
pub fn Releases(
    /// What is open on the page.
    open: Memo<Option<Open>>,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let (navigation, rest) = (Navigation::of_page(), Later::<OfRest>::of_page());
    let filter = Memo::new(move |_| navigation.filter());
    // Sorted once, not at every key.
    let ordered = Memo::new(move |_| tenant.read(newest_first));
    let ids = Memo::new(move |_| {
        let now = tenant.now.get().as_millis();
        tenant.read(|state| listed(state, &ordered.read(), &filter.read(), now))
    });
    let expanded = Memo::new(move |_| match open.get() {
        Some(Open::Release(id)) => Some(id),
        // Where the rest is not there yet, the form says so.
        Some(Open::Form(id, _)) => rest.arrived().map(|_| id),
        _ => None,
    });
    let shown = RwSignal::new(STEP);
    // An address can name a release that lies far down: it is shown above the others, and stays there
    // when it is closed.
    let above = Memo::new(move |before: Option<&Option<ReleaseId>>| {
        let ids = ids.read();
        let near = |id: &ReleaseId| ids.iter().take(shown.get()).any(|it| it == id);
        let before = before.copied().flatten();
        expanded
            .get()
            .filter(|id| !near(id))
            .or(before)
            .filter(|id| !near(id) && ids.contains(id))
    });
    let in_view = move || {
        let ids = ids.read();
        let first = ids.iter().take(shown.get()).copied();
        above.get().into_iter().chain(first).collect::<Vec<_>>()
    };
    let narrow = move |change: &dyn Fn(&mut Filter)| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
        shown.set(STEP);
        navigation.amend(Route::Environments {
            filter,
            open: open.get_untracked(),
        });
    };
    view! {
        <section aria-labelledby="releases">
            <div class="section-head">
                <h2 id="releases">"Releases"</h2>
                <div class="filters" role="search" aria-label="Releases">
                    <label>
                        <span class="label">"Environment"</span>
                        {environment_options(
                            tenant,
                            move || filter.read().environment,
                            move |id| narrow(&|filter| filter.environment = id),
                            Some("All environments"),
                        )}
                    </label>
                    <label>
                        <span class="label">"Deployed"</span>
                        <select on:change=move |event| {
                            let since = Since::parse(&event_target_value(&event));
                            narrow(&|filter| filter.since = since);
                        }>
                            {Since::ALL
                                .into_iter()
                                .map(|since| {
                                    view! {
                                        <option
                                            value=since.slug()
                                            selected=move || filter.read().since == since
                                        >
                                            {since_name(since)}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        <span class="label">"Search"</span>
                        <input
                            type="search"
                            placeholder="Release, flow, version, notes"
                            prop:value=move || filter.read().search.clone()
                            on:input=move |event| {
                                let search = event_target_value(&event);
                                narrow(&|filter| filter.search.clone_from(&search));
                            }
                        />
                    </label>
                    <p class="quiet" role="status">
                        {move || format!("{} of {}", ids.read().len(), ordered.read().len())}
                    </p>
                </div>
            </div>
            {move || {
                // A form says of its release itself what became of it.
                let Some(Open::Release(id)) = open.get() else {
                    return None;
                };
                tenant
                    .read(|state| state.release(id).is_none())
                    .then(|| {
                        view! {
                            <Trouble
                                sentence="There is no such release."
                                way_out="It may have been deleted. Pick another one from the list."
                            />
                        }
                    })
            }}
            {in_turn(move || {
                view! {
                    <ul class="releases">
                        {rows(
                            in_view,
                            move |id| view! { <ReleaseRow id=id expanded=expanded /> }.into_any(),
                        )}
                    </ul>
                    {more(shown, move || ids.read().len())}
                    {move || {
                        (ids.read().is_empty())
                            .then(|| {
                                if ordered.read().is_empty() {
                                    of_the_rest(move |_| no_release_yet(tenant))
                                } else {
                                    empty("No release matches. Choose other filters to see more.")
                                }
                            })
                    }}
                }
                    .into_any()
            })}
        </section>
    }
}

/// The way to the first release: there must be a flow to build.
fn no_release_yet(tenant: Tenant) -> AnyView {
    let may = tenant.why_not(Role::Standard, || None);
    let (label, form) = if tenant.read(|state| state.flows().next().is_none()) {
        ("Create the first flow", Route::Flows { creating: true })
    } else {
        ("Build the first release", Route::open(Open::Build))
    };
    none_yet(
        "There are no releases yet. A flow is built into one.",
        opener(label, Weight::Main, may, move || form.clone()),
    )
}

const fn since_name(since: Since) -> &'static str {
    match since {
        Since::Ever => "Any time",
        Since::Day => "Last 24 hours",
        Since::Week => "Last 7 days",
        Since::Month => "Last 30 days",
        Since::Quarter => "Last 90 days",
    }
}

/// What a line tells of its release.
#[derive(Clone, PartialEq)]
struct Facts {
    name: Name,
    /// The environment that it is in.
    place: String,
    deployed: Option<Timestamp>,
    flows: usize,
    held: bool,
    /// That it came back from a later environment.
    back: Option<String>,
}

impl Facts {
    fn of(state: &State, release: &Release) -> Self {
        let deployed = state.moment(release.place.since);
        Self {
            name: release.name.clone(),
            place: environment_name(state, release.place.environment),
            deployed: deployed.map(|moment| moment.at),
            flows: release.content.len(),
            held: release.hold.is_some(),
            back: came_back(state, release),
        }
    }
}

/// One release: a line, and its details when it is expanded.
#[component]
fn ReleaseRow(id: ReleaseId, expanded: Memo<Option<ReleaseId>>) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    // All at once: after an entry, most lines tell the same as before, and nothing of them is made anew.
    let facts = Memo::new(move |_| tenant.read(|state| Some(Facts::of(state, state.release(id)?))));
    let is_open = Memo::new(move |_| expanded.get() == Some(id));
    let name = move || facts.read().as_ref().map(|it| it.name.to_string());
    let place = move || facts.read().as_ref().map(|it| it.place.clone());
    let details = format!("release-{id}");
    let node = NodeRef::<html::Li>::new();
    // An address that names a release shows it: it may lie far down the list.
    Effect::new(move |before: Option<bool>| {
        let open = is_open.get();
        if open
            && before.is_none()
            && let Some(node) = node.get()
        {
            // Where the page is laid out anyway.
            request_animation_frame(move || browser::reveal(&node));
        }
        open
    });
    view! {
        <li class="release" class:expanded=is_open node_ref=node>
            <div class="release-head">
            <h3>
                <button
                    type="button"
                    id=expander_id(id)
                    class="expander"
                    aria-expanded=move || is_open.get().to_string()
                    aria-controls=details.clone()
                    on:click=move |_| {
                        let open = (!is_open.get_untracked()).then_some(Open::Release(id));
                        navigation.go(&untrack(|| navigation.with_open(open)));
                    }
                >
                    <Glyph icon=Icon::Chevron />
                    <span class="release-name">{name}</span>
                </button>
            </h3>
            <p class="facts">
                <span class="fact">"in " <strong>{place}</strong></span>
                <span class="fact">
                    {move || facts.read().as_ref().and_then(|it| it.deployed)
                        .map(|at| view! { "Last deployed: " {ago(at)} })}
                </span>
                <span class="fact">
                    {move || facts.read().as_ref().map(|it| flows_counted(it.flows))}
                </span>
                <span class="fact">
                    {move || facts.read().as_ref().is_some_and(|it| it.held)
                        .then(|| view! { <span class="badge held"><Glyph icon=Icon::Hold />"Held"</span> })}
                    {move || facts.read().as_ref().and_then(|it| it.back.clone())
                        .map(|text| view! { <span class="badge back"><Glyph icon=Icon::Back />{text}</span> })}
                </span>
            </p>
            </div>
            <div id=details class="details" hidden=move || !is_open.get()>
                {move || {
                    is_open.get()
                        .then(|| {
                            let details = move || view! { <Details id=id /> }.into_any();
                            in_turn(move || of_the_rest(move |_| details()))
                        })
                }}
            </div>
        </li>
    }
}

fn flows_counted(count: usize) -> String {
    if count == 1 {
        "1 flow".to_owned()
    } else {
        format!("{count} flows")
    }
}

/// Says that a release came back from a later environment.
fn came_back(state: &State, release: &Release) -> Option<String> {
    match &release.place.arrival {
        Arrival::Rollback { from, .. } => Some(format!(
            "rolled back from {}",
            environment_name(state, *from)
        )),
        Arrival::Reset { from } => {
            let from = environment_name(state, *from);
            Some(format!("reset from {from} by a build"))
        }
        Arrival::Build | Arrival::Promotion { .. } => None,
    }
}
