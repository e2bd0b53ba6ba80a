//! What is recorded, by oneself or by others: told once as it happens, over whatever is open, and to be
//! read again under **Recent**. Both are read from the journal: nothing is said here alone.

use leptos::html;
use leptos::prelude::*;

use super::components::button::{Button, Weight};
use super::components::icon::{Glyph, Icon};
use super::deed::deed;
use super::moment::ago;
use super::navigation::Navigation;
use super::route::{Open, Route, Story};
use super::tenant::Tenant;
use super::wizard::{Act, why_not};
use crate::browser::{self, Timer};
use crate::domain::id::Position;
use crate::journal::entry::Entry;

/// How long it is shown, in milliseconds.
const SHOWN: i32 = 7_000;

/// How many can be read again.
const KEPT: u64 = 6;

/// The id of what the button **Recent** opens.
pub const RECENT: &str = "recent";

/// What was just recorded, and what was before.
#[component]
pub fn News() -> impl IntoView {
    let tenant = Tenant::of_page();
    let told = RwSignal::new(None::<String>);
    let toast = NodeRef::<html::Div>::new();
    let timer = StoredValue::new_local(None::<Timer>);
    let last = StoredValue::new(untrack(|| tenant.position()));
    Effect::new(move |_| {
        let (now, before) = (tenant.position(), last.get_value());
        last.set_value(now);
        if now <= before {
            return;
        }
        let others = now.get() - before.get() - 1;
        // A form that closes when its step is recorded is closed by then. One that stays tells of its
        // step itself.
        request_animation_frame(move || {
            if tenant.given() != Some(now) || !browser::is_form_open() {
                tell(tenant, told, toast, timer, now, others);
            }
        });
    });
    let close = move || told.set(None);
    view! {
        <div class="toast" popover="manual" role="status" node_ref=toast>
            {move || {
                told.get()
                    .map(|sentence| {
                        view! {
                            <Glyph icon=Icon::Check />
                            <p>{sentence}</p>
                            <Button on_press=close weight=Weight::Quiet label="Close this message">
                                <Glyph icon=Icon::Close />
                            </Button>
                        }
                    })
            }}
        </div>
        {recent(tenant)}
    }
}

/// Shows the sentence above all else, for a while; longer where somebody is at it.
fn tell(
    tenant: Tenant,
    told: RwSignal<Option<String>>,
    toast: NodeRef<html::Div>,
    timer: StoredValue<Option<Timer>, LocalStorage>,
    at: Position,
    others: u64,
) {
    let (Some(node), Some(entry)) = (toast.get_untracked(), untrack(|| tenant.entry(at))) else {
        return;
    };
    let more = match others {
        0 => String::new(),
        1 => " One more step was recorded before.".to_owned(),
        _ => format!(" {others} more steps were recorded before."),
    };
    told.set(Some(format!("{}.{more}", sentence(tenant, &entry))));
    // What was opened last lies above: a form that has been opened meanwhile.
    let _ = node.hide_popover();
    let _ = node.show_popover();
    wait(told, toast, timer);
}

fn wait(
    told: RwSignal<Option<String>>,
    toast: NodeRef<html::Div>,
    timer: StoredValue<Option<Timer>, LocalStorage>,
) {
    timer.set_value(Some(Timer::start(SHOWN, move || {
        let used = toast
            .get_untracked()
            .is_some_and(|toast| toast.matches(":hover, :focus-within") == Ok(true));
        if used {
            wait(told, toast, timer);
        } else {
            told.try_set(None);
        }
    })));
}

fn sentence(tenant: Tenant, entry: &Entry) -> String {
    untrack(|| format!("{} {}", entry.by.name, deed(tenant, &entry.event)))
}

/// The last entries, read once they are asked for.
fn recent(tenant: Tenant) -> AnyView {
    let navigation = Navigation::of_page();
    let asked = RwSignal::new(false);
    let node = NodeRef::<html::Div>::new();
    let close = move || {
        if let Some(node) = node.get_untracked() {
            // It is open when what is in it is clicked.
            let _ = node.hide_popover();
        }
    };
    let entries = move || {
        let last = tenant.position();
        let first = last.get().saturating_sub(KEPT - 1).max(1);
        let entries = tenant.entries(Position::new(first));
        entries.into_iter().map(move |entry| {
            let then = Route::History {
                story: Story::default(),
                at: Some(entry.position),
            };
            let undo = entry.event.can_be_undone().then(|| {
                let form = Route::open(Open::Undo(entry.position));
                let act = Act::Undo(entry.position);
                view! {
                    <Button
                        on_press=move || {
                            close();
                            navigation.go(&form);
                        }
                        weight=Weight::Quiet
                        why_not=why_not(tenant, act)
                    >
                        {act.title(tenant)}
                    </Button>
                }
            });
            view! {
                <li>
                    <a href=then.to_string() on:click=move |_| close()>{sentence(tenant, &entry)}</a>
                    <span class="quiet">{ago(entry.at)}</span>
                    {undo}
                </li>
            }
        })
    };
    let story = Story::default();
    view! {
        <div
            id=RECENT
            node_ref=node
            class="profile recent"
            popover="auto"
            role="group"
            aria-label="Recent"
            on:beforetoggle=move |_: leptos::web_sys::Event| asked.set(true)
        >
            <h2>"Recent"</h2>
            {move || {
                asked
                    .get()
                    .then(|| view! { <ol>{move || entries().collect_view()}</ol> })
            }}
            <a href=Route::History { story, at: None }.to_string() on:click=move |_| close()>"All of the history"</a>
        </div>
    }
    .into_any()
}
