//! The form that makes room in a storage that is one person's own: what is known now takes the place of
//! all entries that led to it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::{Button, Weight};
use super::components::dialog::Dialog;
use super::components::notice::outcome;
use super::export::Export;
use super::keeping::Keeper;
use super::problem::Problem;
use super::tenant::Tenant;
use crate::browser;

/// The button that opens the form, and the form.
#[must_use]
pub fn make_room() -> AnyView {
    let asked = RwSignal::new(false);
    view! {
        <Button on_press=move || asked.set(true)>"Make room"</Button>
        {move || asked.get().then(|| form(asked))}
    }
    .into_any()
}

fn form(asked: RwSignal<bool>) -> AnyView {
    let tenant = Tenant::of_page();
    let store = expect_context::<Keeper>();
    let said = RwSignal::new(None);
    let made = move || said.with(|said| matches!(said, Some(Ok(_))));
    let remove = move || {
        spawn_local(async move {
            let before = taken(store);
            let answer = match tenant.make_room().await {
                Ok(()) => {
                    let freed = before.saturating_sub(taken(store));
                    let more = format!("{} are free again.", browser::size(freed));
                    Ok(("There is room.".to_owned(), more))
                }
                Err(error) => Err(Problem::of_backend(&error).said()),
            };
            said.try_set(Some(answer));
        });
    };
    let explained = move || {
        (!made()).then(|| {
            view! {
                <p class="lead">"What happened before now can no longer be looked at or undone."</p>
                <p>
                    "The entries that led to what is there now are removed from this browser. Flows, releases, environments and variables stay as they are, and you can go on. Export the journal first: the file keeps everything."
                </p>
                <div class="actions"><Export /></div>
            }
        })
    };
    view! {
        <Dialog
            title="Make room"
            on_close=move || asked.set(false)
            children=move |frame| {
                let buttons = move || {
                    let close = move || frame.close();
                    if made() {
                        view! { <Button on_press=close weight=Weight::Main>"Close"</Button> }.into_any()
                    } else {
                        view! {
                            <Button on_press=close>"Cancel"</Button>
                            <Button on_press=remove weight=Weight::Grave>"Remove what led here"</Button>
                        }
                            .into_any()
                    }
                };
                view! {
                    <div class="dialog-body" role="region" aria-label="Form" tabindex="0">
                        {explained}
                        {outcome(said)}
                    </div>
                    <div class="dialog-foot">{buttons}</div>
                }
                    .into_any()
            }
        />
    }
    .into_any()
}

/// The characters that the journal takes.
fn taken(store: Keeper) -> usize {
    let backend = store.backend();
    let room = backend.personal().and_then(|personal| personal.room().ok());
    room.map_or(0, |room| room.entries + room.checkpoints)
}
