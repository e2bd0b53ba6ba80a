//! Storage: what keeps the journal, how full it is, whether it is sound; to export it, to import one,
//! to make room. To begin anew is at the foot of every page.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::journal::backend::{BackendError, Room};
use crate::journal::transfer::Copy;
use crate::ui::components::button::{Button, fresh_id};
use crate::ui::components::notice::{Done, outcome};
use crate::ui::export::Export;
use crate::ui::keeping::{Keeper, Keeping};
use crate::ui::make_room::MakeRoom;
use crate::ui::problem::Problem;
use crate::ui::team::CarryOver;
use crate::ui::tenant::Tenant;

/// The page.
#[component]
pub fn Storage() -> impl IntoView {
    let store = expect_context::<Keeper>();
    let own = store.backend().personal().is_some();
    view! {
        <h1>"Storage"</h1>
        <p class="description">{kept_in(expect_context::<Keeping>())}</p>
        {own.then(|| view! { <p>{SHARING}</p> })}
        {facts(store)}
        {part(
            "Verify",
            "Reads every entry and checks that each is the one that was recorded there.",
            verify(store),
        )}
        {part(
            "Export",
            "Saves all that can be read in one file. No variable's secret is in it.",
            view! { <Export /> }.into_any(),
        )}
        {expect_context::<Keeping>()
            .team()
            .map(|team| {
                let tenant = Tenant::of_page();
                let follow = move || spawn_local(tenant.follow());
                part(
                    "Import",
                    "Carries over what an exported file holds more than this journal, as long as both begin with the same entries.",
                    view! { <CarryOver team=team on_carried=follow /> }.into_any(),
                )
            })}
        {own
            .then(|| {
                [
                    part(
                        "Import",
                        "Puts an exported journal in the place of this one, as long as nothing was done in it since it began.",
                        import(store),
                    ),
                    part(
                        "Make room",
                        "Removes the entries that led to what is there now. What happened before can no longer be looked at or undone.",
                        view! { <MakeRoom /> }.into_any(),
                    ),
                ]
            })}
    }
}

fn part(name: &'static str, about: &'static str, content: AnyView) -> AnyView {
    let heading = fresh_id("part");
    let named = heading.clone();
    view! {
        <section aria-labelledby=named>
            <h2 id=heading>{name}</h2>
            <p>{about}</p>
            {content}
        </section>
    }
    .into_any()
}

/// How to change what keeps the journal: that is for whoever runs the site.
const SHARING: &str = "To share it with a team, export it, name the team's store in config.json beside the page, and begin there with the exported file.";

fn kept_in(keeping: Keeping) -> String {
    if let Some(team) = keeping.team() {
        let address = team.address();
        format!(
            "The journal is kept at {address}, in a store that your team shares. config.json beside the page says so."
        )
    } else if keeping.fleeting().is_some() {
        "The journal is kept in the memory of this page, and forgotten when the page closes."
            .to_owned()
    } else {
        "The journal is kept in this browser's storage, for this address only. Clearing the site's data removes it."
            .to_owned()
    }
}

/// How many entries there are, and how full the storage is.
fn facts(store: Keeper) -> AnyView {
    let tenant = Tenant::of_page();
    let recorded = move || format!("{} entries were recorded.", tenant.position());
    let full = move || {
        tenant.position();
        let backend = store.backend();
        let room = backend.personal().and_then(|personal| personal.room().ok());
        room.map(fullness)
    };
    view! {
        <p>{recorded}</p>
        {full}
    }
    .into_any()
}

fn fullness(room: Room) -> AnyView {
    let taken = room.entries + room.checkpoints + room.others;
    let of = room
        .limit
        .map_or_else(String::new, |limit| format!(" of about {limit}"));
    let text = format!(
        "{taken}{of} characters are taken: {} by entries, {} by checkpoints, {} by what else this site keeps here.",
        room.entries, room.checkpoints, room.others,
    );
    let meter = room.limit.map(|limit| {
        view! {
            <p>
                <label>
                    "How full it is "
                    <meter min="0" max=limit.to_string() high=(limit / 10 * 8).to_string() value=taken.to_string()></meter>
                </label>
            </p>
        }
    });
    view! {
        {meter}
        <p>{text}</p>
    }
    .into_any()
}

// Verify ------------------------------------------------------------------------------------------

fn verify(store: Keeper) -> AnyView {
    let said = RwSignal::new(None);
    let press = move || {
        spawn_local(async move {
            let verified = verified(store).await;
            let answer = verified.map_err(|error| Problem::of_backend(&error).said());
            said.try_set(Some(answer));
        });
    };
    view! {
        <Button on_press=press>"Verify"</Button>
        {outcome(said)}
    }
    .into_any()
}

async fn verified(store: Keeper) -> Result<(String, String), BackendError> {
    let copy = Copy::of(&*store.backend()).await?;
    if let Some(error) = copy.broken() {
        return Err(error);
    }
    let (count, from) = (copy.len(), copy.from());
    let more = format!("All {count} entries from entry {from} on are as they were recorded.");
    Ok(("The journal is sound.".to_owned(), more))
}

// Import ------------------------------------------------------------------------------------------

fn import(store: Keeper) -> AnyView {
    let tenant = Tenant::of_page();
    let said = RwSignal::new(None);
    let field = NodeRef::<html::Input>::new();
    let id = fresh_id("file");
    let pick = move |_| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let answer = imported(tenant, store, browser::picked_file(&field).await).await;
            // The same file can be picked again.
            field.set_value("");
            said.try_set(answer.err().map(|problem| Err(problem.said())));
        });
    };
    let done = move || {
        (store.replaced() > 0).then(|| {
            view! { <Done sentence="Imported." more="This is the journal of the file." /> }
        })
    };
    view! {
        <p>
            <label for=id.clone()>"Exported file "</label>
            <input id=id type="file" accept=".json,application/json" node_ref=field on:change=pick />
        </p>
        {outcome(said)}
        {done}
    }
    .into_any()
}

async fn imported(tenant: Tenant, store: Keeper, file: Option<String>) -> Result<(), Problem> {
    let text = file.ok_or_else(Problem::not_read)?;
    let copy = Copy::read(&text).map_err(Problem::of_file)?;
    tenant.follow().await;
    if !Keeper::is_as_founded(tenant.tip()) {
        return Err(Problem::journal_there());
    }
    store.put(&copy).map_err(|error| match error {
        BackendError::Blocked => Problem::shared(),
        error => Problem::of_backend(&error),
    })
}
