//! Storage: what keeps the journal, how full it is, whether it is sound; to export it, to import one,
//! to carry it elsewhere, to make room, to begin anew. What keeps it is named by `config.json` and not
//! here: the page cannot write beside itself.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::journal::backend::{BackendError, Room};
use crate::journal::http::store::Auth;
use crate::journal::transfer::Copy;
use crate::ui::begin_anew::WaysToBeginAnew;
use crate::ui::components::button::{Button, fresh_id};
use crate::ui::components::notice::{Done, outcome};
use crate::ui::export::Export;
use crate::ui::keeping::{Keeper, Keeping};
use crate::ui::make_room::make_room;
use crate::ui::problem::Problem;
use crate::ui::team::CarryOver;
use crate::ui::tenant::Tenant;

/// The page.
#[component]
pub fn Storage() -> impl IntoView {
    let store = expect_context::<Keeper>();
    let keeping = expect_context::<Keeping>();
    let own = store.backend().personal().is_some();
    view! {
        <div class="part">
            <h1>"Storage"</h1>
            <p class="description">{kept_in(keeping)}</p>
            {facts(store, keeping)}
        </div>
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
        {keeping
            .team()
            .map(|team| {
                let tenant = Tenant::of_page();
                let follow = move || spawn_local(tenant.follow());
                part(
                    "Import",
                    "Carries over what an exported file holds more than this journal, as long as both begin with the same entries.",
                    view! { <CarryOver team=team on_picked=|| () on_carried=follow /> }.into_any(),
                )
            })}
        {own
            .then(|| {
                part(
                    "Import",
                    "Puts an exported journal in the place of this one, as long as nothing was done in it since it began.",
                    import(store),
                )
            })}
        {part(
            "Move",
            "What keeps the journal is named in config.json, beside the page, by whoever runs this site. The journal can be carried over:",
            carry(keeping),
        )}
        {if own {
                vec![
                    part(
                        "Make room",
                        "Removes the entries that led to what is there now. What happened before can no longer be looked at or undone.",
                        make_room(),
                    ),
                    part(
                        "Begin anew",
                        "Removes this journal, and begins another: with the demo, or empty.",
                        view! { <WaysToBeginAnew /> }.into_any(),
                    ),
                ]
            } else {
                vec![part("Begin anew", ANOTHER, ().into_any())]
            }}
    }
}

/// A team's journal cannot be removed by the page.
const ANOTHER: &str = "What a team has recorded is not one person's to remove. Another base in config.json is the place of another journal.";

fn part(name: &'static str, about: &'static str, content: AnyView) -> AnyView {
    let heading = fresh_id("part");
    let named = heading.clone();
    view! {
        <section class="card part" aria-labelledby=named>
            <h2 id=heading>{name}</h2>
            <p>{about}</p>
            {content}
        </section>
    }
    .into_any()
}

// Move --------------------------------------------------------------------------------------------

/// What `config.json` says of a team's store, to be filled in.
const TEAM: &str = r#"{ "journal": { "http": { "profile": "webdav", "base": "https://store.example/journals/team", "auth": "basic" } } }"#;

/// What it says where the journal is one person's own.
const BROWSER: &str = r#"{ "journal": "browser" }"#;

/// Says how the journal is carried to what keeps it from then on.
fn carry(keeping: Keeping) -> AnyView {
    let shared = keeping.team().is_some();
    let goes_on = if shared {
        "Load the page again, begin empty, and import the file on this page: everybody for themselves. The team's journal stays where it is."
    } else {
        "Load the page again. It says that there is no journal there yet, and begins with the exported file. The journal in this browser stays where it is."
    };
    view! {
        <ol class="steps">
            <li>"Export the journal. " <Export /></li>
            <li>
                {if shared {
                    "Let config.json name another store, or each person's own browser:"
                } else {
                    "Let config.json name a store that your team has, by its address and how one signs in:"
                }}
                <p><code>{if shared { BROWSER } else { TEAM }}</code></p>
                {(!shared)
                    .then_some(
                        "The profile is webdav or plain for files, or kinto; auth is none, cookies, bearer or basic. No password belongs there: the page asks for it.",
                    )}
            </li>
            <li>{goes_on}</li>
        </ol>
    }
    .into_any()
}

// What there is -----------------------------------------------------------------------------------

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

/// How many entries there are, how full the storage is, and whether a store answers.
fn facts(store: Keeper, keeping: Keeping) -> AnyView {
    let tenant = Tenant::of_page();
    let recorded = move || format!("{} entries were recorded.", tenant.position());
    let full = move || {
        tenant.position();
        let backend = store.backend();
        let room = backend.personal().and_then(|personal| personal.room().ok());
        room.map(fullness)
    };
    let answers = keeping.team().map(|team| {
        let signed_in = match team.auth() {
            Auth::None => "It asks nobody who they are.",
            Auth::Cookies => "It knows you by what your browser keeps for it.",
            Auth::Bearer => "It knows you by a token, which is kept in this tab until you close it.",
            Auth::Basic => {
                "It knows you by a name and a password, which are kept in this tab until you close it."
            }
        };
        let state = move || {
            tenant.lost().map_or("The store answers.", |_| {
                "The store could not be read when it was last asked."
            })
        };
        view! { <p>{state}" "{signed_in}</p> }
    });
    view! {
        <p>{recorded}</p>
        {full}
        {answers}
    }
    .into_any()
}

fn fullness(room: Room) -> AnyView {
    let taken = room.entries + room.checkpoints + room.others;
    let of = room.limit.map_or_else(String::new, |limit| {
        let (limit, share) = (browser::size(limit), browser::share(taken, limit));
        format!(" of about {limit} ({share})")
    });
    let text = format!("{}{of} used.", browser::size(taken));
    let split = [
        ("Entries", room.entries),
        ("Checkpoints", room.checkpoints),
        ("What else this site keeps here", room.others),
    ]
    .map(|(whose, size)| view! { <li>{whose} ": " {browser::size(size)}</li> });
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
        <details>
            <summary>"What uses it"</summary>
            <ul>{split}</ul>
        </details>
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
    // The page is made anew for the other journal.
    let done = store.was_imported().then(|| {
        view! { <Done sentence="Imported." more="This is the journal of the file." /> }
    });
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
