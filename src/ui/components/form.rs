//! A form in a dialog that gives one command: fields, what went wrong, **Cancel** and a button that
//! confirms. It closes when the command is done, and keeps what was typed when it is not.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::button::{Button, Weight};
use super::dialog::Dialog;
use super::draft::Draft;
use super::notice::{Recording, Said, trouble};

/// A form in a dialog. `give` gives the command and says what went wrong, if anything did.
#[component]
pub fn Form<Given: Future<Output = Result<(), Said>> + 'static>(
    /// The heading.
    #[prop(into)]
    title: String,
    /// What stands on the button that confirms.
    #[prop(into)]
    confirm: String,
    /// Why it cannot be confirmed.
    #[prop(into)]
    why_not: Signal<Option<String>>,
    /// Gives the command.
    give: impl Fn() -> Given + 'static,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
    /// What is typed into it, where that is kept.
    #[prop(optional)]
    draft: Option<Draft>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    form(
        title,
        confirm,
        why_not,
        Rc::new(move || Box::pin(give())),
        Box::new(move || {
            if let Some(draft) = draft {
                draft.forget();
            }
            on_close();
        }),
        children,
    )
}

/// Gives a command, and says what went wrong.
type Give = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Said>>>>>;

// Once for all forms, whatever they give.
fn form(
    title: String,
    confirm: String,
    why_not: Signal<Option<String>>,
    give: Give,
    on_close: Box<dyn Fn()>,
    children: Children,
) -> AnyView {
    let give = StoredValue::new_local(give);
    let recording = RwSignal::new(false);
    let failed = RwSignal::new(None::<Said>);
    let done = RwSignal::new(false);
    let press = move || {
        recording.set(true);
        let given = give.with_value(|give| give());
        spawn_local(async move {
            match given.await {
                Ok(()) => {
                    done.try_set(true);
                }
                Err(said) => {
                    failed.try_set(Some(said));
                }
            }
            recording.try_set(false);
        });
    };
    let fields = children();
    view! {
        <Dialog
            title=title
            on_close=on_close
            children=move |frame| {
                Effect::new(move |_| {
                    if done.get() {
                        frame.close();
                    }
                });
                view! {
                    <div class="dialog-body" role="region" aria-label="Form" tabindex="0">
                        {fields}
                        {move || failed.get().map(trouble)}
                    </div>
                    <div class="dialog-foot">
                        <Button on_press=move || frame.close()>"Cancel"</Button>
                        {move || {
                            if recording.get() {
                                view! { <Recording /> }.into_any()
                            } else {
                                let confirm = confirm.clone();
                                view! {
                                    <Button on_press=press weight=Weight::Main why_not=why_not>
                                        {confirm}
                                    </Button>
                                }
                                    .into_any()
                            }
                        }}
                    </div>
                }
                    .into_any()
            }
        />
    }
    .into_any()
}
