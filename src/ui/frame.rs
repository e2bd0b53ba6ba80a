//! The head of every page: its name, the way to the other pages, who acts, and the theme.

use leptos::prelude::*;

use super::components::icon::{Glyph, Icon};
use super::navigation::Navigation;
use super::news::RECENT;
use super::problem::role_name;
use super::rest::of_the_rest;
use super::route::Route;
use super::turn::in_turn;
use crate::browser;
use crate::domain::actor::{Actor, Role};
use crate::domain::text::Name;

/// The head.
#[component]
pub fn Head(
    /// Who acts from this page.
    actor: RwSignal<Actor>,
    /// Whether the palette is open.
    finding: RwSignal<bool>,
) -> impl IntoView {
    let theme = RwSignal::new(Theme::remembered());
    Effect::new(move |_| browser::set_theme(theme.get().slug()));
    view! {
        <header class="bar">
            <a class="brand" href="#/">
                <Glyph icon=Icon::Stack />
                <span>"Flow Environments"</span>
            </a>
            {pages()}
            <div class="who">
                {in_turn(move || {
                    view! {
                        {find(finding)}
                        <button type="button" class="button quiet icon" aria-label="Recent" title="Recent" popovertarget=RECENT>
                            <Glyph icon=Icon::Clock />
                        </button>
                        {profile(actor, theme)}
                    }
                        .into_any()
                })}
            </div>
        </header>
    }
}

/// The pages that one can go to from everywhere.
fn pages() -> AnyView {
    let navigation = Navigation::of_page();
    let page = Memo::new(move |_| match navigation.route() {
        Route::Environments { .. } | Route::Environment { .. } | Route::Pipeline { .. } => "#/",
        Route::Flows { .. } | Route::Flow { .. } => "#/flows",
        Route::Matrix { .. } => "#/matrix",
        Route::History { .. } => "#/history",
        Route::Play { .. } | Route::Storage | Route::Unknown(_) => "",
    });
    let link = |address: &'static str, name: &'static str| {
        let here = move || (page.get() == address).then_some("page");
        view! { <a href=address aria-current=here>{name}</a> }
    };
    view! {
        <nav aria-label="Pages">
            {link("#/", "Environments")}
            {link("#/flows", "Flows")}
            {link("#/matrix", "Matrix")}
            {link("#/history", "History")}
        </nav>
    }
    .into_any()
}

/// The button that opens the palette, with the keys that do the same.
fn find(finding: RwSignal<bool>) -> AnyView {
    let keys = if browser::has_command_key() {
        "⌘ K"
    } else {
        "Ctrl K"
    };
    view! {
        <button
            type="button"
            class="button find-opener"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
            on:click=move |_| finding.set(true)
        >
            <Glyph icon=Icon::Search />
            <span class="name">"Find"</span>
            <kbd aria-hidden="true">{keys}</kbd>
        </button>
    }
    .into_any()
}

/// Who acts, and how the page looks: behind one button.
fn profile(actor: RwSignal<Actor>, theme: RwSignal<Theme>) -> AnyView {
    let opened = RwSignal::new(false);
    // As the actor was made from it.
    let own = RwSignal::new(browser::remembered("name").unwrap_or_default());
    let who = move || {
        let Actor { name, role } = &*actor.read();
        let role = role_name(*role);
        if name.as_str() == role {
            role.to_owned()
        } else {
            format!("{name}, {role}")
        }
    };
    view! {
        <button
            type="button"
            class="button profile-opener"
            popovertarget="profile"
            on:click=move |_| opened.set(true)
        >
            <Glyph icon=Icon::Person />
            <span class="label">"Acting as: "</span>
            <span class="name" title=who>{who}</span>
        </button>
        <div id="profile" class="profile" popover="auto" role="group" aria-label="Profile">
            {move || opened.get().then(|| of_the_rest(move |_| settings(actor, own, theme)))}
        </div>
    }
    .into_any()
}

/// What the profile holds.
fn settings(actor: RwSignal<Actor>, own: RwSignal<String>, theme: RwSignal<Theme>) -> AnyView {
    let become_one = move |role: Role| {
        actor.set(acting_as(role, &own.read_untracked()));
    };
    let roles = Role::ALL.into_iter().rev().map(|role| {
        let picked = move || actor.read().role == role;
        view! { <option value=role_slug(role) selected=picked>{role_name(role)}</option> }
    });
    let themes = Theme::ALL.into_iter().map(|it| {
        view! { <option value=it.slug() selected=move || theme.get() == it>{it.name()}</option> }
    });
    view! {
        <label>
            <span class="label">"Your name"</span>
            <input
                type="text"
                autocomplete="name"
                maxlength=Name::LIMIT
                prop:value=own
                on:input=move |event| {
                    let name = event_target_value(&event);
                    browser::remember("name", &name);
                    own.set(name);
                    let role = actor.read_untracked().role;
                    become_one(role);
                }
            />
        </label>
        <p class="hint">"The history names you by it. Without a name it names your role."</p>
        <label>
            <span class="label">"Acting as"</span>
            <select on:change=move |event| {
                let slug = event_target_value(&event);
                if let Some(role) = Role::ALL.into_iter().find(|role| role_slug(*role) == slug) {
                    browser::remember("role", role_slug(role));
                    become_one(role);
                }
            }>{roles.collect_view()}</select>
        </label>
        <p class="hint">"A setting of this page: it protects nothing."</p>
        <label>
            <span class="label">"Theme"</span>
            <select on:change=move |event| {
                let chosen = Theme::parse(&event_target_value(&event));
                browser::remember("theme", chosen.slug());
                theme.set(chosen);
            }>{themes.collect_view()}</select>
        </label>
    }
    .into_any()
}

// Who acts ----------------------------------------------------------------------------------------

const fn role_slug(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Standard => "standard",
        Role::Administrator => "administrator",
    }
}

fn acting_as(role: Role, name: &str) -> Actor {
    Actor {
        name: Name::new(name).unwrap_or_else(|_| Name::known(role_name(role))),
        role,
    }
}

/// Returns who acted from this browser before; on the first visit, an administrator.
#[must_use]
pub fn remembered_actor() -> Actor {
    let slug = browser::remembered("role");
    let role = Role::ALL
        .into_iter()
        .find(|role| Some(role_slug(*role)) == slug.as_deref());
    let name = browser::remembered("name").unwrap_or_default();
    acting_as(role.unwrap_or(Role::Administrator), &name)
}

// How the page looks ------------------------------------------------------------------------------

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
}
