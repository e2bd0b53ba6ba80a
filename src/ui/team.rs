//! A store that a team shares: who one is to it, and what is shown while it holds no journal or is
//! away.

use std::any::Any;
use std::rc::Rc;

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::{Button, Weight, fresh_id};
use super::components::dialog::Dialog;
use super::components::field::Line;
use super::components::notice::{Recording, outcome};
use super::keeping::Beginning;
use super::problem::Problem;
use super::rest::{Arrived, OfStore};
use crate::browser;
use crate::journal::backend::{Backend, BackendError};
use crate::journal::http::Http;
use crate::journal::http::fetch::Fetch;
use crate::journal::http::store::{Auth, Store, basic, bearer};
use crate::journal::http::watch;
use crate::journal::transfer;

/// Asks a store for what an opening begins with, as who signed in to it in this tab: it answers while the
/// page is made.
fn ask_ahead(store: Store) -> Rc<Http> {
    let authorization = browser::remembered_here(&choice(&store));
    let http = Http::new(store, Box::<Fetch>::default());
    if let Some(authorization) = authorization {
        http.authorize(authorization);
    }
    http.ask_ahead();
    browser::forget_first_requests_of_others(&http.store().base);
    Rc::new(http)
}

/// Of this store: another one behind the same page is told nothing.
fn choice(store: &Store) -> String {
    ["authorization for ", &store.base].concat()
}

/// A store that a team shares. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Team {
    http: StoredValue<Rc<Http>, LocalStorage>,
    arrived: Arrived<OfStore>,
}

impl Team {
    /// Uses `store`, and asks it at once for what opening the journal begins with.
    #[must_use]
    pub fn new(arrived: Arrived<OfStore>, store: Store) -> Self {
        let http = arrived.run(|| ask_ahead(store));
        let http = StoredValue::new_local(http);
        Self { http, arrived }
    }

    /// Proves from now on who asks, and remembers it in this tab only.
    pub fn authorize(self, authorization: String) {
        self.arrived.run(|| {
            let http = self.http();
            browser::remember_here(&choice(http.store()), &authorization);
            http.authorize(authorization);
        });
    }

    fn http(self) -> Rc<Http> {
        self.http.get_value()
    }

    /// Returns what keeps the journal.
    #[must_use]
    pub fn backend(self) -> Rc<dyn Backend> {
        self.arrived.run::<Rc<dyn Backend>>(|| self.http())
    }

    /// Returns the addresses that opening the journal began with. It is over.
    #[must_use]
    pub fn opened_by(self) -> Vec<String> {
        browser::forget_sent_ahead();
        self.arrived.run(|| self.http().asked_first())
    }

    /// Remembers what opening the journal began with: it is asked for at the next visit while the program
    /// is on its way.
    pub fn remember_opening(self, addresses: &[String]) {
        self.arrived.run(|| {
            let http = self.http();
            let proved = matches!(self.auth(), Auth::Bearer | Auth::Basic);
            let proof = proved.then(|| choice(http.store()));
            let cookies = http.first_request().cookies;
            browser::remember_first_requests(addresses, cookies, proof.as_deref());
        });
    }

    /// Calls back when others have written, and when the store is away or back again, until what is
    /// returned is dropped.
    pub fn watch(self, callback: impl Fn() + 'static) -> Box<dyn Any> {
        let callback: Box<dyn Fn()> = Box::new(callback);
        self.arrived
            .run::<Box<dyn Any>>(|| Box::new(watch::Watch::new(self.http(), callback)))
    }

    /// Hears whether the journal is shown as one that cannot be reached. That it is so, or is so no more, is
    /// news then to whoever [watches](Self::watch).
    pub fn shown(self, missed: bool) {
        self.arrived.run(|| self.http().note_missed(missed));
    }

    /// Returns the address of the journal.
    #[must_use]
    pub fn address(self) -> String {
        self.arrived.run(|| self.http().store().base.clone())
    }

    /// Returns how the store learns who asks.
    #[must_use]
    pub fn auth(self) -> Auth {
        self.arrived.run(|| self.http().store().auth)
    }

    /// Tells whether the error is that the store wants to know who one is, and takes a typed answer.
    #[must_use]
    pub fn asks_who(self, error: BackendError) -> bool {
        error == BackendError::Refused { status: 401 }
            && matches!(self.auth(), Auth::Bearer | Auth::Basic)
    }
}

/// The form that asks who one is. Over another form, it leaves that one as it is.
#[component]
pub fn SignIn(
    /// The store.
    team: Team,
    /// Hears that there is an answer to try.
    on_answer: impl Fn() + 'static,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let secret = RwSignal::new(String::new());
    let by_token = team.auth() == Auth::Bearer;
    let id = fresh_id("field");
    view! {
        <Dialog
            title="Sign in to the store"
            on_close=on_close
            children=move |frame| {
                let submit = move |event: SubmitEvent| {
                    event.prevent_default();
                    let secret = secret.get_untracked();
                    team.authorize(
                        if by_token { bearer(&secret) } else { basic(&name.get_untracked(), &secret) },
                    );
                    frame.close();
                    on_answer();
                };
                view! {
                    <form on:submit=submit>
                        <div class="dialog-body" role="region" aria-label="Form" tabindex="0">
                            <p class="lead">"The journal is kept at "{team.address()}</p>
                            {(!by_token).then(|| view! { <Line label="Name" value=name /> })}
                            <label for=id.clone()>{if by_token { "Token" } else { "Password" }}</label>
                            <input
                                id=id
                                type="password"
                                autocomplete="off"
                                on:input=move |event| secret.set(event_target_value(&event))
                            />
                            <p>"It is kept in this tab until you close it, and sent to this store only."</p>
                        </div>
                        <div class="dialog-foot">
                            <Button on_press=move || frame.close()>"Cancel"</Button>
                            <button type="submit" class="button main">"Sign in"</button>
                        </div>
                    </form>
                }
                    .into_any()
            }
        />
    }
}

/// What is shown where the store holds no journal: nothing is begun in a team's name unasked.
#[component]
pub fn NothingYet(
    /// The store.
    team: Team,
    /// Hears what the journal is to begin with.
    on_begin: impl Fn(Beginning) + Copy + 'static,
    /// Hears that a file was picked to begin with.
    on_picked: impl Fn() + Copy + 'static,
    /// Hears that a file's journal is there.
    on_carried: impl Fn() + Copy + 'static,
) -> impl IntoView {
    view! {
        <h1>"There is no journal here yet"</h1>
        <p>
            "The store answers, and holds no entry at "<strong>{team.address()}</strong>
            ". If your team has a journal, the address in config.json is another one."
        </p>
        <p class="actions">
            <Button on_press=move || on_begin(Beginning::Empty) weight=Weight::Main>"Begin an empty journal"</Button>
            <Button on_press=move || on_begin(Beginning::Shop)>"Begin with the demo"</Button>
        </p>
        <p>"Or begin with an exported journal:"</p>
        <CarryOver team=team on_picked=on_picked on_carried=on_carried />
    }
}

/// Carries an exported journal over into a store that holds none, or the beginning of the same one.
#[component]
pub fn CarryOver(
    /// The store.
    team: Team,
    /// Hears that a file was picked.
    on_picked: impl Fn() + Copy + 'static,
    /// Hears that all of it is there.
    on_carried: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let said = RwSignal::new(None);
    let carrying = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let id = fresh_id("file");
    let pick = move |_| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        carrying.set(true);
        on_picked();
        spawn_local(async move {
            let carried = carried(team, browser::picked_file(&field).await).await;
            // The same file can be picked again.
            field.set_value("");
            carrying.try_set(false);
            let done = carried.is_ok();
            said.try_set(Some(match carried {
                Ok(()) => {
                    let more = "The store holds all entries of the file.".to_owned();
                    Ok(("Carried over.".to_owned(), more))
                }
                // What is there already is no journal yet that anybody meant: the same file goes on.
                Err(problem) => Err(problem.said()),
            }));
            if done {
                on_carried();
            }
        });
    };
    view! {
        <p>
            <label for=id.clone()>"Exported file "</label>
            <input id=id type="file" accept=".json,application/json" node_ref=field on:change=pick />
        </p>
        {move || carrying.get().then(|| view! { <Recording /> })}
        {outcome(said)}
    }
}

async fn carried(team: Team, file: Option<String>) -> Result<(), Problem> {
    let text = file.ok_or_else(Problem::not_read)?;
    let copy = transfer::Copy::read(&text).map_err(Problem::of_file)?;
    let carried = copy.carry_into(&*team.http()).await;
    carried.map_err(|error| match error {
        BackendError::Taken => Problem::begun_otherwise(),
        BackendError::Removed { .. } => Problem::not_from_the_first(),
        error => Problem::of_backend(&error),
    })
}
