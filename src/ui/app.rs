//! All of the page: its head and foot, the page that the address means, and what is shown while the
//! journal is being opened, or when it cannot be, or when it is not known where it is.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::begin_anew::{Anew, BeginAnew, WaysToBeginAnew};
use super::components::button::{Button, Weight, hush_at_escape};
use super::components::notice::Trouble;
use super::export::Export;
use super::frame::Head;
use super::keeping::{Beginning, Keeper, Keeping, Unsettled, founding};
use super::navigation::Navigation;
use super::news::News;
use super::pages;
use super::palette::{Palette, at_its_keys};
use super::past::Moment;
use super::problem::Problem;
use super::rest::{Later, OfRest, OfStore, of_the_rest};
use super::route::Route;
use super::team::{NothingYet, SignIn, Team};
use super::tenant::Tenant;
use super::title::title;
use super::turn::{FirstView, in_turn};
use crate::browser;
use crate::domain::actor::Actor;
use crate::journal::backend::BackendError;
use crate::journal::checkpoint::{Checkpoint, Reads};
use crate::journal::entry::EntryId;
use crate::journal::session::Session;

/// How far the opening has come.
#[derive(Clone)]
enum Opening {
    Loading,
    Ready(Tenant),
    Failed(BackendError),
    /// The team's store holds no journal.
    Empty(Team),
}

/// The page.
#[component]
pub fn App(
    /// Where the journal is kept.
    keeping: Keeping,
    /// Who acts at first.
    acting: Actor,
) -> impl IntoView {
    let navigation = Navigation::begin();
    provide_context(navigation);
    let (store, rest) = (Later::<OfStore>::of_page(), Later::<OfRest>::of_page());
    let actor = RwSignal::new(acting);
    let opening = RwSignal::new(Opening::Loading);
    provide_context(keeping);
    provide_context(Anew::default());
    let first_view = FirstView::of_page();
    let finding = RwSignal::new(false);

    let keeper = Keeper::new(keeping.backend());
    provide_context(keeper);
    // How many openings are under way.
    let openings = StoredValue::new(0_u32);
    // Nothing is begun in a team's name unasked.
    let open_or = move |beginning: Option<Beginning>| {
        openings.update_value(|count| *count += 1);
        spawn_local(async move {
            // Most first views have no checkpoint to read.
            let reads = async || {
                let arrived = store.arrival().await?;
                Some(arrived.run::<Reads>(|| Checkpoint::read))
            };
            let ids = || EntryId::new(browser::fresh_uuid());
            browser::breathe().await;
            let opened = match Session::find(reads, keeper.backend(), ids).await {
                Ok(None) => match (beginning, keeping.team()) {
                    (None, Some(_)) => Ok(None),
                    (beginning, _) => {
                        browser::breathe().await;
                        let founding = founding(beginning.unwrap_or(keeper.beginning()));
                        browser::breathe().await;
                        let begun = Session::begin(reads, keeper.backend(), founding, ids).await;
                        begun.map(|session| {
                            Keeper::remember_founded(session.tip());
                            Some(session)
                        })
                    }
                },
                found => found,
            };
            let opened_by = keeping.team().map(|team| {
                team.shown(opened.is_err());
                team.opened_by()
            });
            browser::breathe().await;
            openings.update_value(|count| *count -= 1);
            match opened {
                Ok(Some(session)) => {
                    let tenant = Tenant::new(session, keeping.team(), actor);
                    opening.set(Opening::Ready(tenant));
                    // The first view is not to wait for what comes after it.
                    browser::when_idle(move || {
                        spawn_local(async move {
                            let arrived = rest.arrival().await;
                            browser::breathe().await;
                            first_view.end();
                            if let Some(arrived) = arrived {
                                if let Some((team, addresses)) = keeping.team().zip(opened_by) {
                                    team.remember_opening(&addresses);
                                }
                                tenant.keep_checkpoint(arrived).await;
                            }
                        });
                    });
                }
                Ok(None) => {
                    if let Some(team) = keeping.team() {
                        opening.set(Opening::Empty(team));
                    }
                }
                Err(error) => opening.set(Opening::Failed(error)),
            }
        });
    };
    let open = move || open_or(None);
    Effect::new(move |_| {
        keeper.replaced();
        open();
    });
    // What one begins here oneself is not opened while it is half there.
    let begun_here = StoredValue::new(false);
    let begin = move |beginning| {
        opening.set(Opening::Loading);
        open_or(Some(beginning));
    };
    let hear = move || match opening.get_untracked() {
        Opening::Ready(tenant) => spawn_local(tenant.follow()),
        // Two at once would not know of each other what was asked first.
        _ if openings.get_value() > 0 => {}
        // The store is back, or somebody has begun.
        Opening::Failed(error) if !error.stops_writing() => open(),
        Opening::Empty(_) if !begun_here.get_value() => open(),
        Opening::Loading | Opening::Failed(_) | Opening::Empty(_) => {}
    };
    // Dropped with the page, which ends the watching. What is on its way is not asked for twice.
    let watched = StoredValue::new_local(None);
    Effect::new(move |_| {
        let opened = !matches!(*opening.read(), Opening::Loading);
        if opened && watched.with_value(Option::is_none) {
            watched.set_value(Some(keeping.watch(hear)));
        }
    });
    // The store wants to know who one is: asked at once, whatever is being done.
    let asked = RwSignal::new(false);
    Effect::new(move |_| {
        let error = match opening.get() {
            Opening::Failed(error) => Some(error),
            Opening::Ready(tenant) => tenant.lost(),
            Opening::Loading | Opening::Empty(_) => None,
        };
        let asks = error
            .zip(keeping.team())
            .is_some_and(|(error, team)| team.asks_who(error));
        // A store that is looked at again meanwhile does not begin the form anew.
        if asked.get_untracked() != asks {
            asked.set(asks);
        }
    });
    let again = move || match opening.get_untracked() {
        Opening::Ready(tenant) => spawn_local(tenant.follow()),
        _ => open(),
    };

    // Dropped with the page, which ends the listening.
    StoredValue::new_local((hush_at_escape(), at_its_keys(finding)));
    let content = NodeRef::<leptos::html::Main>::new();

    in_turn(move || {
        view! {
            <button
                type="button"
                class="skip"
                on:click=move |_| {
                    if let Some(main) = content.get_untracked() {
                        // Nothing is lost where the browser refuses to move the focus.
                        let _ = main.focus();
                    }
                }
            >
                "Skip to content"
            </button>
            {in_turn(move || {
                browser::remove_shell();
                view! { <Head actor=actor finding=finding /> }.into_any()
            })}
            {keeping.fleeting()
                .map(|error| {
                    let problem = Problem::of_backend(&error);
                    let way_out = format!(
                        "You can try everything; it is forgotten when the page closes. {}",
                        problem.way_out,
                    );
                    view! { <Trouble sentence=problem.sentence way_out=way_out /> }
                })}
            <main id="content" tabindex="-1" node_ref=content>
                {move || match opening.get() {
                    Opening::Loading => view! { <p class="loading" role="status">"Opening the journal …"</p> }.into_any(),
                    Opening::Failed(error) => of_the_rest(move |_| {
                        view! { <CannotOpen error=error again=open asked=asked /> }.into_any()
                    }),
                    Opening::Empty(team) => of_the_rest(move |_| {
                        let picked = move || begun_here.set_value(true);
                        view! { <NothingYet team=team on_begin=begin on_picked=picked on_carried=open /> }.into_any()
                    }),
                    Opening::Ready(tenant) => {
                        provide_context(tenant);
                        let news = move || {
                            rest.arrived().map(|arrived| arrived.run(|| view! { <News /> }.into_any()))
                        };
                        let palette = move || match rest.arrived() {
                            Some(arrived) => arrived.run(|| view! { <Palette open=finding /> }.into_any()),
                            // Says that it is coming, or that it does not come.
                            None if finding.get() => of_the_rest(|_| ().into_any()),
                            None => ().into_any(),
                        };
                        view! {
                            {news}
                            <Pages tenant=tenant asked=asked />
                            {palette}
                        }
                            .into_any()
                    }
                }}
            </main>
            {keeping
                .team()
                .map(|team| {
                    move || {
                        asked.get().then(|| {
                            of_the_rest(move |_| {
                                view! { <SignIn team=team on_answer=again on_close=move || asked.set(false) /> }
                                    .into_any()
                            })
                        })
                    }
                })}
            <footer class="foot">{in_turn(move || view! { <Foot keeping=keeping /> }.into_any())}</footer>
        }
        .into_any()
    })
}

/// What is said on every page (O1).
#[component]
fn Foot(keeping: Keeping) -> impl IntoView {
    let navigation = Navigation::of_page();
    let own = keeping.team().is_none();
    let at_storage = Memo::new(move |_| navigation.route() == Route::Storage);
    view! {
        {match keeping.team() {
            Some(team) => {
                view! {
                    <p>
                        "The journal is kept in a store that your team shares: " {team.address()}
                        ". The store decides who may read and write. The role in “Acting as” is a setting of the page: it protects nothing."
                    </p>
                }
                    .into_any()
            }
            None => {
                view! {
                    <p>
                        "Everything here is kept in this browser only. The role in “Acting as” is a setting of the page: it protects nothing."
                    </p>
                }
                    .into_any()
            }
        }}
        <p><a href="#/storage">"Storage"</a></p>
        // Where the journal is kept they have their own place.
        {move || (own && !at_storage.get()).then(|| view! { <WaysToBeginAnew /> })}
    }
}

/// The page that the address means.
#[component]
fn Pages(tenant: Tenant, asked: RwSignal<bool>) -> impl IntoView {
    let (navigation, rest) = (Navigation::of_page(), Later::<OfRest>::of_page());
    let page = Memo::new(move |_| {
        let route = navigation.route();
        // The history lists all moments; the other pages show one, and nothing typed in another.
        let moment = match route {
            Route::History { .. } => None,
            _ => tenant.past(),
        };
        (Page(route), moment)
    });
    Effect::new(move |_| browser::set_title(&title(tenant, &navigation.route())));
    let tick = browser::every_half_minute(move || {
        tenant.now.try_set(browser::now());
    });
    let pointing = browser::on_window_event("pointerover", move || {
        let at_first = move || tenant.pointed.try_get_untracked() == Some(false);
        if at_first() {
            // Until then it may go over much else.
            browser::when_idle(move || {
                if at_first() {
                    tenant.pointed.set(true);
                }
            });
        }
    });
    // Dropped with the page, which ends the ticking and the listening.
    StoredValue::new_local((tick, pointing));
    view! {
        {move || {
            tenant
                .lost()
                .map(|error| {
                    let problem = Problem::of_backend(&error);
                    let press = move || {
                        if error.stops_writing() {
                            browser::reload();
                        } else if asks_who(error) {
                            asked.set(true);
                        } else {
                            spawn_local(tenant.follow());
                        }
                    };
                    // Where following has stopped for good, only loading the page anew helps.
                    let label = if error.stops_writing() {
                        "Load the page again"
                    } else {
                        way_on(error)
                    };
                    view! {
                        <Trouble sentence=problem.sentence way_out=problem.way_out>
                            <Button on_press=press>{label}</Button>
                        </Trouble>
                    }
                })
        }}
        {move || {
            rest.arrived().map(|arrived| arrived.run(|| view! { <Moment /> }.into_any()))
        }}
        {move || match page.get().0.0 {
            // What is open may say why something cannot be done, which the rest knows: all of it is shown at
            // once, or the list would jump.
            Route::Environments { open: Some(_), .. } => of_the_rest(|_| environments()),
            Route::Environments { open: None, .. } => environments(),
            other => of_the_rest(move |_| page_after_the_first(&other)),
        }}
    }
}

fn environments() -> AnyView {
    view! { <pages::environments::Environments /> }.into_any()
}

fn page_after_the_first(route: &Route) -> AnyView {
    match route {
        Route::Environments { .. } => ().into_any(),
        Route::Pipeline { .. } => view! { <pages::pipeline::EditEnvironments /> }.into_any(),
        Route::Environment { .. } => view! { <pages::environment::OneEnvironment /> }.into_any(),
        Route::Flows { .. } => view! { <pages::flows::Flows /> }.into_any(),
        Route::Flow { .. } => view! { <pages::flow::OneFlow /> }.into_any(),
        Route::Matrix { .. } => view! { <pages::matrix::Matrix /> }.into_any(),
        Route::History { .. } => view! { <pages::history::History /> }.into_any(),
        Route::Play { .. } => view! { <pages::play::Play /> }.into_any(),
        Route::Storage => view! { <pages::storage::Storage /> }.into_any(),
        #[cfg(debug_assertions)]
        Route::Unknown(hash) if hash == super::styleguide::ADDRESS => {
            view! { <super::styleguide::Styleguide /> }.into_any()
        }
        Route::Unknown(_) => view! {
            <h1>"There is no page at this address"</h1>
            <p><a href="#/">"Go to the environments"</a> "."</p>
        }
        .into_any(),
    }
}

/// An address, of which only the page counts. What is open on it is the page's own business.
#[derive(Clone)]
struct Page(Route);

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(&self.0) == std::mem::discriminant(&other.0)
    }
}

/// Tells whether a team's store wants to know who one is.
fn asks_who(error: BackendError) -> bool {
    let team = expect_context::<Keeping>().team();
    team.is_some_and(|team| team.asks_who(error))
}

/// What the button says that gets past the error.
fn way_on(error: BackendError) -> &'static str {
    if asks_who(error) {
        "Sign in"
    } else {
        "Try again"
    }
}

/// What is shown when the journal cannot be opened.
#[component]
fn CannotOpen(
    error: BackendError,
    again: impl Fn() + 'static,
    /// Whether the store's form is open.
    asked: RwSignal<bool>,
) -> impl IntoView {
    let problem = match error {
        // There is nothing that room could be made of.
        BackendError::Full => Problem::no_room_to_begin(),
        error => Problem::of_backend(&error),
    };
    let team = expect_context::<Keeping>().team();
    let anew = RwSignal::new(false);
    let press = move || {
        if asks_who(error) {
            asked.set(true);
        } else {
            again();
        }
    };
    view! {
        <h1>"The journal cannot be opened"</h1>
        <p>{problem.sentence}" "{problem.way_out}</p>
        {(team.is_some() && error == BackendError::Unavailable)
            .then(|| {
                let waiting = Problem::of_waiting(&browser::origin());
                view! { <p>{waiting.sentence}" "{waiting.way_out}</p> }
            })}
        <p class="actions">
            <Button on_press=press>{way_on(error)}</Button>
            <Export />
            {team
                .is_none()
                .then(|| {
                    view! {
                        <Button on_press=move || anew.set(true) weight=Weight::Quiet>"Begin anew"</Button>
                    }
                })}
        </p>
        {move || {
            anew.get()
                .then(|| view! { <BeginAnew beginning=Beginning::Shop on_close=move || anew.set(false) /> })
        }}
    }
}

/// What is shown when it is not known where the journal is kept.
#[component]
pub fn Unset(
    /// Why.
    unsettled: Unsettled,
) -> impl IntoView {
    let problem = Problem::of_settings(unsettled);
    view! {
        <main id="content">
            <h1>"The journal is not found"</h1>
            <p role="alert">{problem.sentence}" "{problem.way_out}</p>
            <p class="actions">
                <Button on_press=browser::reload>"Try again"</Button>
            </p>
        </main>
    }
}
