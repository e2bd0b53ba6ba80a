//! The details of a release: what it holds, and what can be done with it.

use leptos::prelude::*;

use crate::domain::actor::Role;
use crate::domain::id::{EnvironmentId, FlowId, ReleaseId, SnapshotId};
use crate::domain::release::{Arrival, Release};
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::rows::rows;
use crate::ui::components::table::{cell, empty, table};
use crate::ui::moment::ago;
use crate::ui::navigation::Navigation;
use crate::ui::order::sorted_by;
use crate::ui::problem::flow_name;
use crate::ui::route::{Form, Open, Route};
use crate::ui::tenant::{Tenant, environment_name, release_name};
use crate::ui::wizard::{Act, why_not};

/// A release's flows, and what can be done with it.
#[component]
pub fn Details(
    /// The release.
    id: ReleaseId,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    // None where it is gone.
    let release = Memo::new(move |_| tenant.read(|state| state.release(id).cloned()));
    let name = move || tenant.release_name(id);
    let content = Memo::new(move |_| {
        let mut content: Vec<(FlowId, SnapshotId)> = release
            .get()
            .map(|it| it.content.iter().collect())
            .unwrap_or_default();
        tenant.read(|state| content.sort_by_key(|(flow, _)| sorted_by(&flow_name(state, *flow))));
        content
    });
    let go = move |form| {
        move || {
            navigation.go(&untrack(|| {
                navigation.with_open(Some(Open::Form(id, form)))
            }));
        }
    };
    let place = Signal::derive(move || release.read().as_ref().map(|it| it.place.environment));
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
        {move || release.read().as_ref().and_then(reasons).map(|text| view! { <p class="reason">{text}</p> })}
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
            <Button on_press=go(Form::Delete) weight=Weight::Away why_not=why_not(tenant, Act::Delete(id))>
                <Glyph icon=Icon::Trash />
                "Delete"
            </Button>
        </div>
        <div class="wide">
            {table(
                view! { "Flows of " {name} }.into_any(),
                &["Name", "Type", "Version ID", "Deployment notes", "Last modified", "Run/Preview", "Actions"],
                rows(move || content.get(), move |held| flow_row(id, held.0, held.1, place)),
            )}
        </div>
        {move || content.read().is_empty().then(|| empty("This release holds no flow."))}
    }
}

/// Says why a release came back, and why it is held, a line each; nothing where nobody said why.
fn reasons(release: &Release) -> Option<String> {
    let back = match &release.place.arrival {
        Arrival::Rollback { reason, .. } => reason.as_str(),
        _ => "",
    };
    let held = release
        .hold
        .as_ref()
        .map_or("", |hold| hold.reason.as_str());
    let mut text = String::new();
    if !back.is_empty() {
        text = ["Rolled back: ", back, "\n"].concat();
    }
    // R10: one that is held as it is rolled back is so for the same reason.
    if !held.is_empty() && held != back {
        text = [&text, "Held: ", held].concat();
    }
    (!text.is_empty()).then_some(text)
}

/// One flow of a release.
fn flow_row(
    release: ReleaseId,
    flow: FlowId,
    snapshot: SnapshotId,
    place: Signal<Option<EnvironmentId>>,
) -> AnyView {
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
    let remove = view! {
        <Button
            on_press=remove
            weight=Weight::Quiet
            label=tenant.peek(|state| format!("Remove {} from {}", flow_name(state, flow), release_name(state, release)))
            why_not=why_not(tenant, Act::RemoveFlow(release, flow))
        >
            <Glyph icon=Icon::Trash />
            "Remove"
        </Button>
    };
    let id = view! {
        <span class="id">
            <code title=version.clone()>{short}"…"</code>
            <CopyButton text=move || version.clone() label=format!("Copy Version ID of {}", name.get_untracked()) />
        </span>
    };
    let run = view! {
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
    };
    view! {
        <tr>
            <th scope="row">
                <a href=Route::Flow { id: flow, building: false }.to_string()>{name}</a>
                {number.map(|number| view! { " " <span class="version">"version " {number}</span> })}
            </th>
            {cell("Type", "flow")}
            {cell("Version ID", id)}
            {cell("Deployment notes", notes)}
            {cell("Last modified", built.map(ago))}
            {cell("Run/Preview", run)}
            {cell("Actions", remove)}
        </tr>
    }
    .into_any()
}
