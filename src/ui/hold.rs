//! The form that holds a release, or lifts its hold (H1).

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::{Button, Weight, fresh_id};
use super::components::dialog::Dialog;
use super::components::notice::{Recording, Trouble};
use super::problem::Problem;
use super::tenant::Tenant;
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::id::ReleaseId;
use crate::domain::refusal::Refusal;
use crate::domain::text::Note;

/// The form.
#[component]
pub fn HoldForm(
    /// The release.
    release: ReleaseId,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let reason = RwSignal::new(String::new());
    let recording = RwSignal::new(false);
    let failed = RwSignal::new(None::<Problem>);
    let done = RwSignal::new(false);
    let field = fresh_id("reason");
    let name = tenant.peek(|state| super::tenant::release_name(state, release));
    // What the form is for is settled when it opens.
    let hold = tenant.peek(|state| state.release(release).and_then(|it| it.hold.clone()));
    let lifts = hold.is_some();
    let sentence = match hold {
        None => {
            format!("{name} cannot be promoted until the hold is lifted. It can be rolled back.")
        }
        Some(hold) if hold.reason.is_empty() => format!("{name} is held."),
        Some(hold) => format!("{name} is held: {}", hold.reason),
    };
    let note = move || Note::new(&reason.read()).map_err(|it| Problem::of_text("The reason", it));
    let why_not = Signal::derive(move || {
        let exists = tenant.read(|state| {
            state
                .release(release)
                .map(|_| ())
                .ok_or(Refusal::NoSuchRelease(release))
        });
        let refused = tenant.permits(Role::Administrator).and(exists).err();
        refused
            .map(|it| tenant.read(|state| Problem::of_refusal(state, &it)))
            .or_else(|| note().err())
            .map(|problem| problem.text())
    });
    let confirm = move || {
        let Ok(reason) = untrack(note) else { return };
        let command = if lifts {
            Command::LiftHold { release }
        } else {
            Command::Hold { release, reason }
        };
        recording.set(true);
        spawn_local(async move {
            match tenant.give(command).await {
                Ok(_) => {
                    done.try_set(true);
                }
                Err(failure) => {
                    let problem = tenant.peek(|state| Problem::of_failure(state, &failure));
                    failed.try_set(Some(problem));
                }
            }
            recording.try_set(false);
        });
    };
    view! {
        <Dialog
            title=if lifts { "Lift hold" } else { "Hold release" }
            on_close=on_close
            children=move |closer| {
                Effect::new(move |_| {
                    if done.get() {
                        closer.close();
                    }
                });
                view! {
                    <div class="dialog-body">
                        <p class="lead">{sentence}</p>
                        {(!lifts)
                            .then(|| {
                                view! {
                                    <div class="questions">
                                        <label for=field.clone()>"Reason (optional)"</label>
                                        <textarea
                                            id=field
                                            rows="2"
                                            prop:value=reason
                                            on:input=move |event| reason.set(event_target_value(&event))
                                        ></textarea>
                                    </div>
                                }
                            })}
                        {move || {
                            failed
                                .get()
                                .map(|problem| {
                                    view! {
                                        <Trouble sentence=problem.sentence way_out=problem.way_out />
                                    }
                                })
                        }}
                    </div>
                    <footer class="dialog-foot">
                        <Button on_press=move || closer.close()>"Cancel"</Button>
                        {move || {
                            if recording.get() {
                                view! { <Recording /> }.into_any()
                            } else {
                                view! {
                                    <Button on_press=confirm weight=Weight::Main why_not=why_not>
                                        {if lifts { "Lift hold" } else { "Hold" }}
                                    </Button>
                                }
                                    .into_any()
                            }
                        }}
                    </footer>
                }
                    .into_any()
            }
        />
    }
}
