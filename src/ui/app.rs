//! The frame around every page: name, navigation, who acts, theme; and what is shown while the
//! journal is being opened, or when it cannot be.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::begin_anew::{BeginAnew, WaysToBeginAnew};
use super::components::button::{Button, Weight};
use super::components::icon::{Glyph, Icon};
use super::components::notice::Trouble;
use super::keeping::{Beginning, Keeping, founding};
use super::navigation::Navigation;
use super::pages;
use super::problem::{Problem, role_name};
use super::route::Route;
use super::tenant::Tenant;
use crate::browser;
use crate::domain::actor::{Actor, Role};
use crate::domain::text::Name;
use crate::journal::backend::BackendError;
use crate::journal::entry::EntryId;
use crate::journal::session::Session;

/// How far the opening has come.
#[derive(Clone)]
enum Opening {
    Loading,
    Ready(Tenant),
    Failed(BackendError),
}

/// The page.
#[component]
pub fn App(
    /// Where the journal is kept.
    keeping: Keeping,
) -> impl IntoView {
    let navigation = Navigation::begin();
    provide_context(navigation);
    let actor = RwSignal::new(remembered_actor());
    let opening = RwSignal::new(Opening::Loading);
    provide_context(keeping);

    let backend = StoredValue::new_local(keeping.backend());
    let open = move || {
        let backend = backend.get_value();
        spawn_local(async move {
            let opened =
                Session::open(backend, founding, || EntryId::new(browser::fresh_uuid())).await;
            match opened {
                Ok(session) => {
                    let tenant = Tenant::new(session, actor);
                    opening.set(Opening::Ready(tenant));
                    tenant.keep_checkpoint().await;
                }
                Err(error) => opening.set(Opening::Failed(error)),
            }
        });
    };
    open();
    let watched = keeping.watch(move || {
        if let Opening::Ready(tenant) = opening.get_untracked() {
            spawn_local(tenant.follow());
        }
    });
    // Dropped with the page, which ends the watching.
    StoredValue::new_local(watched);

    let theme = RwSignal::new(Theme::remembered());
    Effect::new(move |_| theme.get().apply());
    let content = NodeRef::<leptos::html::Main>::new();
    let page = Memo::new(move |_| page_of(&navigation.route()));
    Effect::new(move |_| browser::set_title(page.get().title()));

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
        <header class="bar">
            <a class="brand" href="#/">
                <Glyph icon=Icon::Back />
                "Flow Environments"
            </a>
            <nav aria-label="Pages">
                <a href="#/" aria-current=move || (page.get() == Page::Environments).then_some("page")>
                    "Environments"
                </a>
                <a href="#/flows" aria-current=move || (page.get() == Page::Flows).then_some("page")>
                    "Flows"
                </a>
            </nav>
            <div class="who">
                <label>
                    <span class="label">"Acting as"</span>
                    <select on:change=move |event| {
                        let role = Role::ALL.into_iter().find(|role| role_slug(*role) == event_target_value(&event));
                        if let Some(role) = role {
                            browser::remember("role", role_slug(role));
                            actor.update(|actor| *actor = acting_as(role));
                        }
                    }>
                        {Role::ALL
                            .into_iter()
                            .rev()
                            .map(|role| {
                                view! {
                                    <option value=role_slug(role) selected=actor.get_untracked().role == role>
                                        {role_name(role)}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
                <label>
                    <span class="label">"Theme"</span>
                    <select on:change=move |event| {
                        let chosen = Theme::parse(&event_target_value(&event));
                        browser::remember("theme", chosen.slug());
                        theme.set(chosen);
                    }>
                        {Theme::ALL
                            .into_iter()
                            .map(|it| {
                                view! {
                                    <option value=it.slug() selected=theme.get_untracked() == it>
                                        {it.name()}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
            </div>
        </header>
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
                Opening::Failed(error) => {
                    view! { <CannotOpen error=error again=open /> }.into_any()
                }
                Opening::Ready(tenant) => {
                    provide_context(tenant);
                    view! { <Pages tenant=tenant page=page /> }.into_any()
                }
            }}
        </main>
        // O1: said on every page.
        <footer class="foot">
            <p>
                "Everything here is kept in this browser only. The role in “Acting as” is a setting of the page: it protects nothing."
            </p>
            <WaysToBeginAnew />
        </footer>
    }
}

/// The page that the address means.
#[component]
fn Pages(tenant: Tenant, page: Memo<Page>) -> impl IntoView {
    let tick = browser::every_half_minute(move || {
        tenant.now.try_set(browser::now());
    });
    // Dropped with the page, which ends the ticking.
    StoredValue::new_local(tick);
    view! {
        {move || {
            tenant
                .lost()
                .map(|error| {
                    let problem = Problem::of_backend(&error);
                    // Where following has stopped for good, only loading the page anew helps.
                    let (label, press): (_, fn(Tenant)) = if error.stops_writing() {
                        ("Load the page again", |_| browser::reload())
                    } else {
                        ("Try again", |tenant| spawn_local(tenant.follow()))
                    };
                    view! {
                        <Trouble sentence=problem.sentence way_out=problem.way_out>
                            <Button on_press=move || press(tenant)>{label}</Button>
                        </Trouble>
                    }
                })
        }}
        {move || match page.get() {
            Page::Environments => view! { <pages::environments::Environments /> }.into_any(),
            Page::Environment => view! { <pages::environment::OneEnvironment /> }.into_any(),
            Page::Flows => view! { <pages::flows::Flows /> }.into_any(),
            Page::Flow => view! { <pages::flow::OneFlow /> }.into_any(),
            Page::Play => view! { <pages::play::Play /> }.into_any(),
            Page::Unknown => {
                view! {
                    <h1>"There is no such page"</h1>
                    <p>"The address is none of this page's. " <a href="#/">"Go to the environments"</a> "."</p>
                }
                    .into_any()
            }
        }}
    }
}

/// Which page is shown. What is open on it is the page's own business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Environments,
    Environment,
    Flows,
    Flow,
    Play,
    Unknown,
}

impl Page {
    const fn title(self) -> &'static str {
        match self {
            Self::Environments => "Environments · Flow Environments",
            Self::Environment => "Environment · Flow Environments",
            Self::Flows => "Flows · Flow Environments",
            Self::Flow => "Flow · Flow Environments",
            Self::Play => "Running flow · Flow Environments",
            Self::Unknown => "Not found · Flow Environments",
        }
    }
}

const fn page_of(route: &Route) -> Page {
    match route {
        Route::Environments { .. } => Page::Environments,
        Route::Environment { .. } => Page::Environment,
        Route::Flows { .. } => Page::Flows,
        Route::Flow { .. } => Page::Flow,
        Route::Play { .. } => Page::Play,
        Route::Unknown(_) => Page::Unknown,
    }
}

/// What is shown when the journal cannot be opened.
#[component]
fn CannotOpen(error: BackendError, again: impl Fn() + 'static) -> impl IntoView {
    let problem = Problem::of_backend(&error);
    let anew = RwSignal::new(false);
    view! {
        <h1>"The journal cannot be opened"</h1>
        <p>{problem.sentence}" "{problem.way_out}</p>
        <p class="actions">
            <Button on_press=again>"Try again"</Button>
            <Button on_press=move || anew.set(true) weight=Weight::Quiet>"Begin anew"</Button>
        </p>
        {move || {
            anew.get()
                .then(|| view! { <BeginAnew beginning=Beginning::Shop on_close=move || anew.set(false) /> })
        }}
    }
}

// Who acts, and how the page looks ----------------------------------------------------------------

const fn role_slug(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Standard => "standard",
        Role::Administrator => "administrator",
    }
}

fn acting_as(role: Role) -> Actor {
    Actor {
        name: Name::known(role_name(role)),
        role,
    }
}

fn remembered_actor() -> Actor {
    let slug = browser::remembered("role");
    let role = Role::ALL
        .into_iter()
        .find(|role| Some(role_slug(*role)) == slug.as_deref());
    acting_as(role.unwrap_or(Role::Administrator))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    const fn slug(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    fn parse(slug: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.slug() == slug)
            .unwrap_or(Self::System)
    }

    fn remembered() -> Self {
        Self::parse(&browser::remembered("theme").unwrap_or_default())
    }

    fn apply(self) {
        browser::set_theme(self.slug());
    }
}
