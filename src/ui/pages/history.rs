//! The journal: who did what, when and why, the newest first; and how what runs then differs from
//! what runs now.

use leptos::prelude::*;

use crate::domain::id::{EnvironmentId, Position};
use crate::domain::state::{Deployment, State};
use crate::journal::entry::Entry;
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::more::{STEP, more};
use crate::ui::components::picker::picker;
use crate::ui::components::table::{cell, empty, table};
use crate::ui::deed::{belongs, deed, kind};
use crate::ui::moment::ago;
use crate::ui::navigation::Navigation;
use crate::ui::order::sorted_by;
use crate::ui::problem::flow_name;
use crate::ui::route::{Kind, Open, Route, Story};
use crate::ui::tenant::{Tenant, environment_name, release_name};
use crate::ui::wizard::{Act, why_not};

/// The page.
#[component]
pub fn History() -> impl IntoView {
    let (tenant, navigation) = (Tenant::of_page(), Navigation::of_page());
    let story = Memo::new(move |_| match navigation.route() {
        Route::History { story, .. } => story,
        _ => Story::default(),
    });
    let last = Memo::new(move |_| tenant.read_last(State::position));
    let shown = RwSignal::new(STEP);
    // What is read of a long history: as much as is shown, or all that is searched.
    let from = Memo::new(move |_| {
        let newest = u64::try_from(shown.get()).unwrap_or(u64::MAX);
        let first = last.get().get().saturating_sub(newest).saturating_add(1);
        if everything(story) {
            Position::new(first)
        } else {
            Position::FIRST
        }
    });
    let reading = move || tenant.awaits(from.get());
    let entries = Memo::new(move |_| {
        let story = story.read();
        let entries = tenant.entries(from.get()).into_iter();
        entries
            .filter(|entry| belongs(entry, &story))
            .map(|entry| entry.position)
            .collect::<Vec<_>>()
    });
    let all = move || usize::try_from(last.get().get()).unwrap_or(usize::MAX);
    let found = move || {
        if everything(story) {
            all()
        } else {
            entries.read().len()
        }
    };
    let listed = move || {
        let entries = entries.read();
        entries
            .iter()
            .take(shown.get())
            .copied()
            .collect::<Vec<_>>()
    };
    view! {
        <div class="page-head">
            <h1>"History"</h1>
            {filters(tenant, navigation, story, Signal::derive(move || format!("{} of {}", found(), all())))}
        </div>
        <ThenAndNow story=story />
        {move || reading().then(|| view! { <p class="loading" role="status">"Reading the history …"</p> })}
        <ol class="history" aria-label="Entries">
            <For each=listed key=|position| *position let:position>
                {tenant.entry(position).map(|entry| item(tenant, &entry, story))}
            </For>
        </ol>
        {move || (!reading() && found() == 0).then(|| empty("No entry matches. Choose other filters to see more."))}
        {more(shown, found)}
    }
}

/// Tells whether no entry is left out.
fn everything(story: Memo<Story>) -> bool {
    *story.read() == Story::default()
}

/// One entry: who did what and why, when, and the ways from it.
fn item(tenant: Tenant, entry: &Entry, story: Memo<Story>) -> AnyView {
    let position = entry.position;
    let shown = Memo::new(move |_| tenant.past() == Some(position));
    let rollback = kind(&entry.event) == Kind::Rollback;
    let reason = entry.event.reason().filter(|reason| !reason.is_empty());
    let then = move || {
        let (story, at) = (story.get(), Some(position));
        Route::History { story, at }.to_string()
    };
    let undo = entry.event.can_be_undone().then(|| {
        let navigation = Navigation::of_page();
        view! {
            <Button
                on_press=move || navigation.go(&Route::open(Open::Undo(position)))
                weight=Weight::Quiet
                label=format!("Undo: entry {position}")
                why_not=why_not(tenant, Act::Undo(position))
            >
                "Undo"
            </Button>
        }
    });
    view! {
        <li class:shown=shown aria-current=move || shown.get().then_some("true")>
            <p>
                <strong>{entry.by.name.to_string()}</strong>
                " "
                {move || tenant.entry(position).map(|entry| deed(tenant, &entry.event))}
                {rollback.then(|| view! { " " <span class="badge back"><Glyph icon=Icon::Back />"Rollback"</span> })}
            </p>
            {reason.map(|reason| view! { <p class="reason">"Reason: " {reason.to_string()}</p> })}
            <p class="quiet">
                <span>"Entry " {position.get()}</span>
                {ago(entry.at)}
                <a href=then aria-label=format!("See this moment: after entry {position}")>"See this moment"</a>
                {undo}
            </p>
        </li>
    }
    .into_any()
}

// What is asked for -------------------------------------------------------------------------------

fn filters(
    tenant: Tenant,
    navigation: Navigation,
    story: Memo<Story>,
    found: Signal<String>,
) -> AnyView {
    let narrow = move |change: &dyn Fn(&mut Story)| {
        let mut story = story.get_untracked();
        change(&mut story);
        let at = untrack(|| match navigation.route() {
            Route::History { at, .. } => at,
            _ => None,
        });
        navigation.amend(Route::History { story, at });
    };
    let environments = move || {
        tenant.read_last(|state| {
            let all = state.pipeline().iter();
            let mut all: Vec<_> = all
                .map(|it| (it.id.to_string(), it.name().to_string()))
                .collect();
            keep(&mut all, story.read().environment, |id| {
                environment_name(state, id)
            });
            all
        })
    };
    let releases = move || {
        tenant.read_last(|state| {
            let there = state.releases();
            let there = there.map(|it| (it.id.to_string(), it.name.to_string()));
            let deleted = state.deleted_releases();
            let deleted = deleted.map(|(id, name)| (id.to_string(), format!("{name} (deleted)")));
            let mut all: Vec<_> = there.chain(deleted).collect();
            keep(&mut all, story.read().release, |id| release_name(state, id));
            all.sort_by_cached_key(|(_, name)| sorted_by(name));
            all
        })
    };
    let flows = move || {
        tenant.read_last(|state| {
            let mut all: Vec<_> = state
                .flows()
                .map(|it| (it.id.to_string(), it.name.to_string()))
                .collect();
            all.sort_by_cached_key(|(_, name)| sorted_by(name));
            all
        })
    };
    let people = move || {
        let names: std::collections::BTreeSet<String> = tenant.read_last(|state| {
            let last = state.position().get();
            let moments = (1..=last).filter_map(|at| state.moment(Position::new(at)));
            moments.map(|moment| moment.by.name.to_string()).collect()
        });
        names.into_iter().map(|name| (name.clone(), name)).collect()
    };
    let kinds = || {
        Kind::ALL
            .into_iter()
            .map(|kind| (kind.slug().to_owned(), kind_name(kind).to_owned()))
            .collect()
    };
    let text = |id: Option<String>| id.unwrap_or_default();
    view! {
        <div class="filters" role="search" aria-label="History">
            {picker("Environment", Some("All environments"), Memo::new(move |_| environments()),
                Signal::derive(move || text(story.read().environment.map(|id| id.to_string()))),
                move |id| narrow(&|story| story.environment = id.parse().ok()))}
            {picker("Release", Some("All releases"), Memo::new(move |_| releases()),
                Signal::derive(move || text(story.read().release.map(|id| id.to_string()))),
                move |id| narrow(&|story| story.release = id.parse().ok()))}
            {picker("Flow", Some("All flows"), Memo::new(move |_| flows()),
                Signal::derive(move || text(story.read().flow.map(|id| id.to_string()))),
                move |id| narrow(&|story| story.flow = id.parse().ok()))}
            {picker("Person", Some("Everybody"), Memo::new(move |_| people()),
                Signal::derive(move || story.read().person.clone()),
                move |name| narrow(&|story| story.person.clone_from(&name)))}
            {picker("Kind", Some("All kinds"), Memo::new(move |_| kinds()),
                Signal::derive(move || story.read().kind.map(Kind::slug).unwrap_or_default().to_owned()),
                move |kind| narrow(&|story| story.kind = Kind::parse(&kind)))}
            <p class="quiet" role="status">{found}</p>
        </div>
    }
    .into_any()
}

/// Adds what is asked for and is gone, so that it can be seen that it is asked for.
fn keep<Id: ToString + Copy>(
    all: &mut Vec<(String, String)>,
    asked: Option<Id>,
    name: impl Fn(Id) -> String,
) {
    if let Some(id) = asked
        && all.iter().all(|(known, _)| *known != id.to_string())
    {
        all.push((id.to_string(), name(id)));
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Build => "Builds",
        Kind::Promotion => "Promotions",
        Kind::Rollback => "Rollbacks",
        Kind::Removal => "Removals",
        Kind::Hold => "Holds",
        Kind::Undo => "Undone steps",
        Kind::Flow => "Flows",
        Kind::Environment => "Environments",
        Kind::Variable => "Variables",
    }
}

// Then and now ------------------------------------------------------------------------------------

/// What runs in an environment at two moments.
#[derive(Clone, PartialEq, Eq)]
struct Change {
    flow: String,
    environment: String,
    then: String,
    now: String,
}

/// What ran then and what runs now, where that differs.
fn changes(then: &State, now: &State, only: Option<EnvironmentId>) -> Vec<Change> {
    let environments = now
        .pipeline()
        .iter()
        .filter(|it| only.is_none_or(|id| it.id == id));
    let mut changes: Vec<Change> = environments
        .flat_map(|environment| {
            now.flows().filter_map(move |flow| {
                let was = then.live(environment.id, flow.id);
                let is = now.live(environment.id, flow.id);
                let snapshot = |it: Option<Deployment>| it.map(|it| it.snapshot);
                (snapshot(was) != snapshot(is)).then(|| Change {
                    flow: flow_name(now, flow.id),
                    environment: environment.name().to_string(),
                    then: version(now, was),
                    now: version(now, is),
                })
            })
        })
        .collect();
    changes.sort_by_cached_key(|change| sorted_by(&change.flow));
    changes
}

fn version(state: &State, live: Option<Deployment>) -> String {
    live.map_or_else(
        || "not available".to_owned(),
        |it| {
            format!(
                "version {} of {}",
                it.number,
                release_name(state, it.release)
            )
        },
    )
}

#[component]
fn ThenAndNow(story: Memo<Story>) -> impl IntoView {
    let tenant = Tenant::of_page();
    let changes = Memo::new(move |_| {
        let only = story.read().environment;
        tenant.past()?;
        Some(tenant.read(|then| tenant.read_last(|now| changes(then, now, only))))
    });
    let row = |change: Change| {
        view! {
            <tr>
                <th scope="row">{change.flow}</th>
                {cell("Environment", change.environment)}
                {cell("Then", change.then)}
                {cell("Now", change.now)}
            </tr>
        }
    };
    move || {
        changes.get().map(|changes| {
            let none = changes.is_empty();
            view! {
                <section class="then" aria-labelledby="then">
                    <h2 id="then">"Then and now"</h2>
                    {if none {
                        empty("Users ran then what they run now.")
                    } else {
                        table(
                            "Then and now".into_any(),
                            &["Flow", "Environment", "Then", "Now"],
                            changes.into_iter().map(row).collect_view().into_any(),
                        )
                    }}
                </section>
            }
        })
    }
}
