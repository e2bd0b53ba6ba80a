//! The home page: the environments as tiles, the releases below them, and the forms that move
//! releases (R6, P5).

use leptos::html;
use leptos::prelude::*;

use crate::browser;
use crate::domain::actor::{Role, Timestamp};
use crate::domain::id::{EnvironmentId, FlowId, ReleaseId, SnapshotId};
use crate::domain::pipeline::Environment;
use crate::domain::release::{Arrival, Release};
use crate::domain::state::State;
use crate::domain::text::Name;
use crate::ui::build::BuildForm;
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::notice::Trouble;
use crate::ui::hold::HoldForm;
use crate::ui::moment::{Ago, Moment};
use crate::ui::navigation::Navigation;
use crate::ui::problem::flow_name;
use crate::ui::route::{Filter, Form, Open, Route, Since, Tab};
use crate::ui::tenant::{Tenant, environment_name, release_name};
use crate::ui::wizard::{Act, Wizard, why_not};

const DAY: u64 = 24 * 3_600_000;

/// The page.
#[component]
pub fn Environments() -> impl IntoView {
    let navigation = Navigation::of_page();
    let open = Memo::new(move |_| match navigation.route() {
        Route::Environments { open, .. } => open,
        _ => None,
    });
    view! {
        <div class="page-head">
            <h1>"Environments"</h1>
            <a class="button main" href=move || navigation.with_open(Some(Open::Build)).to_string()>
                "Build flow"
            </a>
        </div>
        <Welcome />
        <Tiles />
        <Releases open=open />
        {move || form(navigation, open.get())}
    }
}

/// The form that the address opens, over the page.
fn form(navigation: Navigation, open: Option<Open>) -> Option<AnyView> {
    let tenant = Tenant::of_page();
    // Behind a form lie the release's details, where it still exists.
    let beneath = move |release: Option<ReleaseId>| {
        let left = release.filter(|id| tenant.peek(|state| state.release(*id).is_some()));
        untrack(|| navigation.with_open(left.map(Open::Release)))
    };
    // In the form's own place: Back does not lead to a form that was closed.
    let behind = |release| move || navigation.amend(beneath(release));
    let undo_at = |position| {
        Route::Environments {
            filter: Filter::default(),
            open: Some(Open::Undo(position)),
        }
        .to_string()
    };
    let wizard = |act, release| {
        let on_done = move || navigation.settle(&beneath(release));
        view! { <Wizard act=act on_close=behind(release) on_done=on_done undo_at=undo_at /> }
            .into_any()
    };
    match open? {
        Open::Release(_) => None,
        Open::Build => Some(view! { <BuildForm flow=None on_close=behind(None) /> }.into_any()),
        Open::Undo(position) if tenant.awaits(position) => {
            Some(view! { <p class="loading" role="status">"Reading the history …"</p> }.into_any())
        }
        Open::Undo(position) => {
            let entry = untrack(|| tenant.entry(position));
            let edit = entry.and_then(|entry| entry.event.edits().first().cloned());
            Some(wizard(Act::Undo(position), edit.map(|edit| edit.release())))
        }
        Open::RemoveEnvironment(id) => Some(wizard(Act::RemoveEnvironment(id), None)),
        Open::Form(id, Form::RollBack) => Some(wizard(Act::RollBack(id), Some(id))),
        Open::Form(id, Form::Hold) => {
            Some(view! { <HoldForm release=id on_close=behind(Some(id)) /> }.into_any())
        }
        Open::Form(id, Form::Promote) => Some(wizard(Act::Promote(id), Some(id))),
        Open::Form(id, Form::Delete) => Some(wizard(Act::Delete(id), Some(id))),
        Open::Form(id, Form::RemoveFlow(flow)) => Some(wizard(Act::RemoveFlow(id, flow), Some(id))),
    }
}

// First visit -------------------------------------------------------------------------------------

/// What to try, on the first visit.
#[component]
fn Welcome() -> impl IntoView {
    let tenant = Tenant::of_page();
    let wanted = RwSignal::new(browser::remembered("welcome").is_none());
    // It speaks of two releases of the demo, as long as both are where it says.
    let shown = Memo::new(move |_| {
        let ready = |name: &'static str| {
            tenant.read(|state| {
                let id = state.release_named(&Name::known(name))?;
                let place = state.release(id)?.place.environment;
                (place == state.pipeline().last().id).then_some(())
            })
        };
        wanted.get() && (ready("Release B").is_some() || ready("Loyalty launch").is_some())
    });
    let dismiss = move || {
        browser::remember("welcome", "dismissed");
        wanted.set(false);
    };
    view! {
        <section class="welcome" aria-labelledby="welcome" hidden=move || !shown.get()>
            <h2 id="welcome">"Try a rollback"</h2>
            <p>
                "This is a demo, kept in this browser only. "
                <strong>"Release B"</strong>
                " lies over Release A in Production: open it below, press "
                <em>"Rollback to previous release"</em>
                ", and your users are back on Release A’s versions. "
                <strong>"Loyalty launch"</strong>
                " has nothing beneath it: roll it back, and its flows can no longer be run there."
            </p>
            <p class="actions">
                <Button on_press=dismiss>"Dismiss"</Button>
            </p>
        </section>
    }
}

// Tiles -------------------------------------------------------------------------------------------

/// The environments, in the pipeline's order.
#[component]
fn Tiles() -> impl IntoView {
    let tenant = Tenant::of_page();
    let environments = Memo::new(move |_| {
        tenant.read(|state| {
            state
                .pipeline()
                .iter()
                .cloned()
                .collect::<Vec<Environment>>()
        })
    });
    view! {
        <ol class="tiles">
            <For each=move || environments.get() key=|environment| environment.clone().id let:environment>
                <Tile id=environment.id />
            </For>
        </ol>
    }
}

/// One environment at a glance.
#[component]
fn Tile(id: EnvironmentId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let environment = Memo::new(move |_| tenant.read(|state| state.pipeline().get(id).cloned()));
    let is_default =
        Memo::new(move |_| tenant.read(|state| state.pipeline().default_environment() == id));
    let releases = Memo::new(move |_| tenant.read(|state| state.releases_in(id).count()));
    let flows = Memo::new(move |_| tenant.read(|state| state.live_in(id).count()));
    let changed = Memo::new(move |_| tenant.read(|state| last_changed(state, id)));
    let name = move || {
        environment
            .get()
            .map(|it| it.name().to_string())
            .unwrap_or_default()
    };
    view! {
        <li class="tile">
            <h2>
                {name}
                {move || is_default.get().then(|| view! { " " <span class="badge">"default"</span> })}
            </h2>
            <p class="description">
                {move || environment.get().map(|it| it.settings.description.to_string())}
            </p>
            <dl class="figures">
                <div><dt>{move || if releases.get() == 1 { "release" } else { "releases" }}</dt><dd>{releases}</dd></div>
                <div><dt>{move || if flows.get() == 1 { "flow" } else { "flows" }}</dt><dd>{flows}</dd></div>
            </dl>
            <p class="quiet">
                {move || match changed.get() {
                    Some(at) => {
                        view! { "Last changed " <Ago at=at now=tenant.now /> }.into_any()
                    }
                    None => "Nothing was deployed yet".into_any(),
                }}
            </p>
            <a class="manage" href=Route::Environment { id, tab: Tab::Releases }.to_string()>
                "Manage " {name}
            </a>
        </li>
    }
}

/// Returns when something was last deployed to an environment or withdrawn from it.
fn last_changed(state: &State, id: EnvironmentId) -> Option<Timestamp> {
    let latest = state.last_touch_in(id)?;
    state.moment(latest).map(|moment| moment.at)
}

// Releases ----------------------------------------------------------------------------------------

/// The releases that the filter lets through, the last deployed first.
fn listed(state: &State, filter: &Filter, now: u64) -> Vec<ReleaseId> {
    let wanted = filter.search.trim().to_lowercase();
    let since = filter
        .since
        .days()
        .map(|days| now.saturating_sub(u64::from(days) * DAY));
    let mut listed: Vec<&Release> = state
        .releases()
        .filter(|release| {
            filter
                .environment
                .is_none_or(|id| release.place.environment == id)
        })
        .filter(|release| since.is_none_or(|since| arrived(state, release) >= since))
        .filter(|release| wanted.is_empty() || matches(state, release, &wanted))
        .collect();
    listed.sort_by_key(|release| (std::cmp::Reverse(release.place.since), release.id));
    listed.into_iter().map(|release| release.id).collect()
}

/// Tells whether a release matches by its name, a flow's name, a Version ID or notes.
fn matches(state: &State, release: &Release, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(release.name.as_str())
        || release.content.iter().any(|(flow, snapshot)| {
            has(&flow_name(state, *flow))
                || has(&snapshot.to_string())
                || state
                    .snapshot(*snapshot)
                    .is_some_and(|snapshot| has(snapshot.notes.as_str()))
        })
}

fn arrived(state: &State, release: &Release) -> u64 {
    state
        .moment(release.place.since)
        .map_or(0, |moment| moment.at.as_millis())
}

/// The list of releases, with what narrows it.
#[component]
fn Releases(open: Memo<Option<Open>>) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let filter = Memo::new(move |_| navigation.filter());
    let ids = Memo::new(move |_| {
        let now = tenant.now.get().as_millis();
        tenant.read(|state| listed(state, &filter.read(), now))
    });
    let all = Memo::new(move |_| tenant.read(|state| state.releases().count()));
    let expanded = Memo::new(move |_| match open.get() {
        Some(Open::Release(id) | Open::Form(id, _)) => Some(id),
        _ => None,
    });
    let narrow = move |change: &dyn Fn(&mut Filter)| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
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
                        <select on:change=move |event| {
                            let id = event_target_value(&event).parse().ok();
                            narrow(&|filter| filter.environment = id);
                        }>
                            <option value="" selected=move || filter.read().environment.is_none()>
                                "All environments"
                            </option>
                            {move || {
                                tenant
                                    .read(|state| {
                                        state.pipeline().iter().map(|it| (it.id, it.name().to_string())).collect::<Vec<_>>()
                                    })
                                    .into_iter()
                                    .map(|(id, name)| {
                                        view! {
                                            <option
                                                value=id.to_string()
                                                selected=move || filter.read().environment == Some(id)
                                            >
                                                {name}
                                            </option>
                                        }
                                    })
                                    .collect_view()
                            }}
                        </select>
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
                        {move || format!("{} of {}", ids.read().len(), all.get())}
                    </p>
                </div>
            </div>
            <ul class="releases">
                <For each=move || ids.get() key=|id| *id let:id>
                    <ReleaseRow id=id expanded=expanded />
                </For>
            </ul>
            {move || {
                (ids.read().is_empty())
                    .then(|| {
                        let text = if all.get() == 0 {
                            "There are no releases yet. Create a flow on the Flows page, then build it into a new release."
                        } else {
                            "No release matches. Choose other filters to see more."
                        };
                        view! { <p class="empty">{text}</p> }
                    })
            }}
            {move || {
                expanded
                    .get()
                    .filter(|id| tenant.read(|state| state.release(*id).is_none()))
                    .map(|_| {
                        view! {
                            <Trouble
                                sentence="There is no such release."
                                way_out="It may have been deleted. Pick another one from the list."
                            />
                        }
                    })
            }}
        </section>
    }
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

/// One release: a line, and its details when it is expanded.
#[component]
fn ReleaseRow(id: ReleaseId, expanded: Memo<Option<ReleaseId>>) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let release = Memo::new(move |_| tenant.read(|state| state.release(id).cloned()));
    let is_open = Memo::new(move |_| expanded.get() == Some(id));
    let name = move || {
        release
            .get()
            .map(|it| it.name.to_string())
            .unwrap_or_default()
    };
    let place = move || {
        release
            .get()
            .map(|it| tenant.environment_name(it.place.environment))
            .unwrap_or_default()
    };
    let details = format!("release-{id}");
    let node = NodeRef::<html::Li>::new();
    // An address that names a release shows it: it may lie far down the list.
    Effect::new(move |before: Option<bool>| {
        let open = is_open.get();
        if open
            && before.is_none()
            && let Some(node) = node.get()
        {
            browser::reveal(&node);
        }
        open
    });
    view! {
        <li class="release" class:expanded=is_open node_ref=node>
            <div class="release-head">
            <h3>
                <button
                    type="button"
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
                    {move || {
                        release.get().and_then(|it| tenant.read(|state| state.moment(it.place.since).map(|moment| moment.at)))
                            .map(|at| view! { "Last deployed: " <Moment at=at /> })
                    }}
                </span>
                <span class="fact">
                    {move || release.get().map(|it| flows_counted(it.content.len()))}
                </span>
                {move || release.get().and_then(|it| it.hold).map(|hold| {
                    let title = hold.reason.to_string();
                    view! { <span class="badge held" title=title><Glyph icon=Icon::Hold />"Held"</span> }
                })}
                {move || release.get().and_then(|it| came_back(tenant, &it))
                    .map(|text| view! { <span class="badge back"><Glyph icon=Icon::Back />{text}</span> })}
            </p>
            </div>
            <div id=details class="details" hidden=move || !is_open.get()>
                {move || is_open.get().then(|| view! { <Details id=id release=release /> })}
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

/// Says that a release came back from a later environment, and why.
fn came_back(tenant: Tenant, release: &Release) -> Option<String> {
    match &release.place.arrival {
        Arrival::Rollback { from, reason } => {
            let from = tenant.environment_name(*from);
            Some(if reason.is_empty() {
                format!("rolled back from {from}")
            } else {
                format!("rolled back from {from}: {reason}")
            })
        }
        Arrival::Reset { from } => Some(format!(
            "reset from {} by a build",
            tenant.environment_name(*from)
        )),
        Arrival::Build | Arrival::Promotion { .. } => None,
    }
}

/// A release's flows, and what can be done with it.
#[component]
fn Details(id: ReleaseId, release: Memo<Option<Release>>) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let name = move || tenant.release_name(id);
    let content = Memo::new(move |_| {
        let mut content: Vec<(FlowId, SnapshotId)> = release
            .get()
            .map(|it| it.content.into_iter().collect())
            .unwrap_or_default();
        tenant
            .read(|state| content.sort_by_key(|(flow, _)| flow_name(state, *flow).to_lowercase()));
        content
    });
    let go = move |form| {
        move || {
            navigation.go(&untrack(|| {
                navigation.with_open(Some(Open::Form(id, form)))
            }));
        }
    };
    let held = move || release.read().as_ref().is_some_and(|it| it.hold.is_some());
    let may_hold = tenant.why_not(Role::Administrator, || None);
    let target = move || {
        tenant.read(|state| {
            let place = state.release(id)?.place.environment;
            state
                .pipeline()
                .next(place)
                .map(|next| next.name().to_string())
        })
    };
    view! {
        <table class="cards">
            <caption class="hidden">"Flows of " {name}</caption>
            <thead>
                <tr>
                    <th scope="col">"Actions"</th>
                    <th scope="col">"Type"</th>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Version ID"</th>
                    <th scope="col">"Deployment notes"</th>
                    <th scope="col">"Last modified"</th>
                    <th scope="col">"Run/Preview"</th>
                </tr>
            </thead>
            <tbody>
                <For each=move || content.get() key=|held| *held let:held>
                    <FlowRow release=id flow=held.0 snapshot=held.1 place=Signal::derive(move || release.get().map(|it| it.place.environment)) />
                </For>
            </tbody>
        </table>
        {move || content.read().is_empty().then(|| view! { <p class="empty">"This release holds no flow."</p> })}
        <div class="actions">
            <Button on_press=go(Form::Promote) why_not=why_not(tenant, Act::Promote(id))>
                {move || target().map_or_else(|| "Promote".to_owned(), |target| format!("Promote to {target}"))}
            </Button>
            <Button on_press=go(Form::RollBack) why_not=why_not(tenant, Act::RollBack(id))>
                <Glyph icon=Icon::Back />
                "Rollback to previous release"
            </Button>
            <Button on_press=go(Form::Hold) why_not=may_hold>
                <Glyph icon=Icon::Hold />
                {move || if held() { "Lift hold" } else { "Hold" }}
            </Button>
            <Button on_press=go(Form::Delete) weight=Weight::Quiet why_not=why_not(tenant, Act::Delete(id))>
                "Delete"
            </Button>
        </div>
    }
}

/// One flow of a release.
#[component]
fn FlowRow(
    release: ReleaseId,
    flow: FlowId,
    snapshot: SnapshotId,
    place: Signal<Option<EnvironmentId>>,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let name = Memo::new(move |_| tenant.read(|state| flow_name(state, flow)));
    let (number, notes, built) = tenant.peek(|state| {
        let snapshot = state.snapshot(snapshot);
        (
            snapshot.map(|it| it.number),
            snapshot.map(|it| it.notes.to_string()).unwrap_or_default(),
            snapshot
                .and_then(|it| state.moment(it.built))
                .map(|moment| moment.at),
        )
    });
    let remove = move || {
        let form = Form::RemoveFlow(flow);
        navigation.go(&untrack(|| {
            navigation.with_open(Some(Open::Form(release, form)))
        }));
    };
    let version = snapshot.to_string();
    let short: String = version.chars().take(13).collect();
    let run = move || {
        let environment = place.get()?;
        tenant.read(|state| {
            let player = state
                .pipeline()
                .get(environment)?
                .settings
                .player
                .to_string();
            let route = Route::Play {
                player,
                flow,
                environment: Some(environment),
            };
            Some((route.to_string(), environment_name(state, environment)))
        })
    };
    // Running a flow runs what is live, which may be another release's (X2).
    let covered = move || {
        let environment = place.get()?;
        tenant.read(|state| {
            let live = state.live(environment, flow)?;
            (live.release != release).then(|| {
                let number = live.number;
                format!(
                    "Version {number} of {} runs there",
                    release_name(state, live.release)
                )
            })
        })
    };
    view! {
        <tr>
            <td data-label="Actions">
                <Button
                    on_press=remove
                    weight=Weight::Quiet
                    label=tenant.peek(|state| format!("Remove {} from {}", flow_name(state, flow), release_name(state, release)))
                    why_not=why_not(tenant, Act::RemoveFlow(release, flow))
                >
                    <Glyph icon=Icon::Close />
                </Button>
            </td>
            <td data-label="Type">"flow"</td>
            <th scope="row" data-label="Name">
                <a href=Route::Flow { id: flow, building: false }.to_string()>{name}</a>
                {number.map(|number| view! { " " <span class="version">"version " {number}</span> })}
            </th>
            <td data-label="Version ID">
                <code title=version.clone()>{short}"…"</code>
                <CopyButton text=move || version.clone() label=format!("Copy Version ID of {}", name.get_untracked()) />
            </td>
            <td data-label="Deployment notes">{notes}</td>
            <td data-label="Last modified">{built.map(|at| view! { <Moment at=at /> })}</td>
            <td data-label="Run/Preview">
                {move || {
                    run()
                        .map(|(href, place)| {
                            // Begins with what is seen, then tells one row's link from another's.
                            let label = format!("Run in {place}: {}", name.get());
                            view! {
                                <a class="run" href=href aria-label=label>
                                    <Glyph icon=Icon::Play />
                                    "Run in "
                                    {place}
                                </a>
                            }
                        })
                }}
                {move || covered().map(|text| view! { <span class="quiet covered">{text}</span> })}
            </td>
        </tr>
    }
}
