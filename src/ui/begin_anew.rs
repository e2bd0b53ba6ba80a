//! The form that forgets the journal and begins another: with the demo, or empty.

use leptos::prelude::*;

use super::components::button::{Button, Weight};
use super::components::dialog::Dialog;
use super::components::notice::trouble;
use super::export::Export;
use super::keeping::{Beginning, Keeper, Keeping};
use super::problem::Problem;
use super::rest::of_the_rest;

/// The form.
#[component]
pub fn BeginAnew(
    /// What the next journal begins with.
    beginning: Beginning,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let keeping = expect_context::<Keeping>();
    let keeper = expect_context::<Keeper>();
    let failed = RwSignal::new(None::<Problem>);
    let (title, confirm) = match beginning {
        Beginning::Shop => ("Reset the demo", "Delete all entries and begin the demo"),
        Beginning::Empty => ("Begin empty", "Delete all entries and begin empty"),
    };
    view! {
        <Dialog
            title=title
            on_close=on_close
            children=move |frame| {
                let begin = move || match keeping.begin(keeper, beginning) {
                    Ok(()) => frame.close(),
                    Err(error) => failed.set(Some(Problem::of_backend(&error))),
                };
                view! {
                    <div class="dialog-body" role="region" aria-label="Form" tabindex="0">
                        <p class="lead">
                            "All entries of this journal are removed from this browser."
                        </p>
                        <p>"Everything that was built, promoted or rolled back here goes with them."</p>
                        <p>"Export the journal first: the file keeps everything, and an empty journal takes it in again."</p>
                        <div class="actions"><Export /></div>
                        {move || failed.get().map(|problem| trouble(problem.said()))}
                    </div>
                    <div class="dialog-foot">
                        <Button on_press=move || frame.close()>"Cancel"</Button>
                        <Button on_press=begin weight=Weight::Grave>{confirm}</Button>
                    </div>
                }
                    .into_any()
            }
        />
    }
}

/// Which of the forms is open.
#[derive(Clone, Copy, Default)]
pub struct Anew(RwSignal<Option<Beginning>>);

impl Anew {
    /// Asks whether to begin anew.
    pub fn ask(self, beginning: Beginning) {
        self.0.set(Some(beginning));
    }
}

/// The ways to begin anew, each of which asks first.
#[component]
pub fn WaysToBeginAnew() -> impl IntoView {
    let Anew(asked) = expect_context();
    let way = move |beginning, label: &'static str| {
        let press = move || asked.set(Some(beginning));
        view! { <Button on_press=press weight=Weight::Quiet>{label}</Button> }
    };
    view! {
        <p class="actions">
            {way(Beginning::Shop, "Reset the demo")}
            {way(Beginning::Empty, "Begin empty")}
        </p>
        {move || {
            asked
                .get()
                .map(|it| {
                    of_the_rest(move |_| {
                        view! { <BeginAnew beginning=it on_close=move || asked.set(None) /> }.into_any()
                    })
                })
        }}
    }
}
