//! Which moment of the history the page shows: a scrubber over all of it, and the way back to now.
//!
//! The address of the **History** page names the moment; the other pages then stay in it until one
//! returns. A reload of those shows how it is.

use leptos::prelude::*;

use super::components::button::{Button, Weight};
use super::components::icon::{Glyph, Icon};
use super::moment::ago;
use super::navigation::Navigation;
use super::route::Route;
use super::tenant::Tenant;
use crate::domain::id::Position;
use crate::domain::state::State;

/// The scrubber: on the **History** page, and wherever the past is shown.
#[component]
pub fn Moment() -> impl IntoView {
    let (tenant, navigation) = (Tenant::of_page(), Navigation::of_page());
    Effect::new(move |_| {
        if let Route::History { at, .. } = navigation.route() {
            tenant.look_at(at);
        }
    });
    let in_the_past = Memo::new(move |_| tenant.past().is_some());
    let there = Memo::new(move |_| {
        in_the_past.get() || matches!(navigation.route(), Route::History { .. })
    });
    let last = Memo::new(move |_| tenant.read_last(State::position));
    let at = move || tenant.past().unwrap_or(last.get());
    let text = move || format!("After entry {} of {}", at(), last.get());
    let go = move |at: Option<Position>| go(tenant, navigation, at);
    let said = move || {
        let when = tenant.read_last(|state| state.moment(at()).map(|moment| moment.at));
        view! {
            <p role="status">
                <strong>{if in_the_past.get() { "You are looking at the past. " } else { "This is now. " }}</strong>
                {text()}
                {when.map(|when| view! { ", recorded " {ago(when)} })}
                {in_the_past.get().then_some(". Nothing can be changed here.")}
            </p>
        }
    };
    let strip = move || {
        view! {
            <section class="moment" class:past=in_the_past aria-label="Moment">
                <Glyph icon=Icon::Clock />
                {said}
                <input
                    type="range"
                    aria-label="Moment in the history"
                    min="1"
                    max=move || last.get().to_string()
                    prop:value=move || at().to_string()
                    aria-valuetext=text
                    on:input=move |event| {
                        if let Ok(position) = event_target_value(&event).parse() {
                            go(Some(Position::new(position)));
                        }
                    }
                />
                {move || {
                    in_the_past
                        .get()
                        .then(|| view! { <Button on_press=move || go(None) weight=Weight::Main>"Return to now"</Button> })
                }}
            </section>
        }
    };
    move || there.get().then(strip)
}

/// Goes to another moment, on the page that one is on.
fn go(tenant: Tenant, navigation: Navigation, at: Option<Position>) {
    let last = tenant.peek_last(State::position);
    let at = at.filter(|at| *at < last);
    match untrack(|| navigation.route()) {
        Route::History { story, .. } => navigation.amend(Route::History { story, at }),
        _ => tenant.look_at(at),
    }
}
