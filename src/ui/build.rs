//! The form that builds a flow: a snapshot of its canvas, added to a release (B1–B4).

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::{Button, Weight, fresh_id};
use super::components::combobox::{Choice, Combobox};
use super::components::dialog::Dialog;
use super::components::draft::Draft;
use super::components::notice::{Done, Recording, trouble};
use super::components::picker::picker;
use super::order::{by_name, sorted_by};
use super::problem::{Problem, typed_name};
use super::route::Route;
use super::search::Wanted;
use super::tenant::{Tenant, environment_name, release_name};
use super::wizard::{PlanView, Tense};
use crate::browser;
use crate::domain::actor::Role;
use crate::domain::command::{Command, Into};
use crate::domain::event::Event;
use crate::domain::id::{FlowId, ReleaseId, SnapshotId};
use crate::domain::plan::{self, Plan};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Name, Note};

/// What came of the last attempt.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Asking,
    Recording,
    Failed(Problem),
    Done {
        flow: FlowId,
        number: u32,
        release: ReleaseId,
        reset: Option<Plan>,
    },
}

/// The form.
#[component]
pub fn BuildForm(
    /// The flow that is built, if that is settled already.
    #[prop(into)]
    flow: Option<FlowId>,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let first = flow.or_else(|| {
        tenant.peek(|state| {
            by_name(state.flows().map(|flow| (flow.name.to_string(), flow.id)))
                .first()
                .map(|(_, id)| *id)
        })
    });
    let chosen = RwSignal::new(first);
    let draft = Draft::of("build".to_owned());
    let release = draft.field("release", "");
    let notes = draft.field("notes", "");
    let stage = RwSignal::new(Stage::Asking);
    // One Version ID per form: what the plan shows is what is built.
    let snapshot = SnapshotId::new(browser::fresh_uuid());

    let named = move || {
        let typed = release.read();
        if typed.trim().is_empty() {
            return Err(Problem::release_not_named());
        }
        typed_name("The release’s name", &typed)
    };
    let existing = move || {
        named()
            .ok()
            .and_then(|name| tenant.read(|state| state.release_named(&name)))
    };
    let note = move || Note::new(&notes.read()).map_err(|it| Problem::of_text("The note", it));
    // B3, B4: what the build would do to a release that has moved on.
    let reset = move || -> Result<Option<Plan>, Refusal> {
        tenant.permits(Role::Standard)?;
        let (Some(flow), Some(release)) = (chosen.get(), existing()) else {
            return Ok(None);
        };
        tenant.read(|state| plan::reset(state, release, flow, snapshot))
    };
    let why_not = Signal::derive(move || {
        let refused = reset().err().map(|it| tenant.problem(&it));
        let missing = || chosen.get().is_none().then(no_flow);
        refused
            .or_else(missing)
            .or_else(|| named().err())
            .or_else(|| note().err())
            .map(|problem| problem.text())
    });
    let flows = Memo::new(move |_| {
        let named = tenant.read(|state| {
            let named = state.flows().map(|flow| (flow.name.to_string(), flow.id));
            by_name(named.collect::<Vec<_>>())
        });
        let option = |(name, id): (String, FlowId)| (id.to_string(), name);
        named.into_iter().map(option).collect()
    });
    let choices = Signal::derive(move || {
        let typed = release.get();
        let typed = typed.trim();
        let wanted = Wanted::new(typed);
        let mut choices: Vec<Choice> = tenant.read(|state| {
            state
                .releases()
                .filter(|release| wanted.is_in(release.name.as_str()))
                .map(|release| Choice {
                    text: release.name.to_string(),
                    label: release.name.to_string(),
                    hint: format!("in {}", environment_name(state, release.place.environment)),
                })
                .collect()
        });
        choices.sort_by_cached_key(|choice| sorted_by(&choice.text));
        if let Ok(name) = Name::new(typed)
            && existing().is_none()
        {
            let label = format!("Create \"{name}\"");
            choices.insert(
                0,
                Choice {
                    text: name.to_string(),
                    label,
                    hint: "new release".into(),
                },
            );
        }
        choices
    });

    let build = move || {
        let (Some(flow), Ok(name), Ok(notes), Ok(reset)) = (
            chosen.get_untracked(),
            untrack(named),
            untrack(note),
            untrack(reset),
        ) else {
            return;
        };
        let into = match untrack(existing) {
            Some(id) => Into::Existing(id),
            None => Into::New {
                id: ReleaseId::new(browser::fresh_uuid()),
                name,
            },
        };
        let command = Command::Build {
            snapshot,
            flow,
            into,
            notes,
            reset: reset.clone(),
        };
        stage.set(Stage::Recording);
        spawn_local(async move {
            let answer = tenant.give(command).await;
            if answer.is_ok() {
                draft.forget();
            }
            let next = match answer {
                Ok(entry) => match &entry.event {
                    Event::Built {
                        flow,
                        number,
                        release,
                        ..
                    } => Stage::Done {
                        flow: *flow,
                        number: *number,
                        release: *release,
                        reset,
                    },
                    _ => Stage::Asking,
                },
                Err(failure) => Stage::Failed(tenant.explain(&failure)),
            };
            stage.try_set(next);
        });
    };
    let done = Memo::new(move |_| matches!(*stage.read(), Stage::Done { .. }));
    let note_field = fresh_id("notes");

    view! {
        <Dialog
            title="Build flow"
            on_close=move || {
                draft.forget();
                on_close();
            }
            children=move |frame| {
                // The button that was pressed is gone then.
                Effect::new(move |_| {
                    if done.get() {
                        frame.begin_reading();
                    }
                });
                view! {
                    <div class="dialog-body" role="region" aria-label="Form" tabindex="0">
                        <div class="questions" hidden=move || done.get()>
                            {picker(
                                "Flow",
                                None,
                                flows,
                                Signal::derive(move || chosen.get().map(|id| id.to_string()).unwrap_or_default()),
                                move |id| chosen.set(id.parse().ok()),
                            )}
                            {move || {
                                chosen.get().is_none().then(|| view! {
                                    <p class="hint">
                                        "There is no flow yet. " <a href="#/flows/new">"Create the first one"</a> "."
                                    </p>
                                })
                            }}
                            <Combobox label="Release" value=release choices=choices />
                            <p class="hint">"Pick a release, or name a new one."</p>
                            <label for=note_field.clone()>"Build notes (optional)"</label>
                            <textarea
                                id=note_field
                                rows="2"
                                prop:value=notes
                                on:input=move |event| notes.set(event_target_value(&event))
                            ></textarea>
                        </div>
                        {move || match stage.get() {
                            Stage::Done { flow, number, release, reset } => {
                                view! { <Built flow=flow number=number release=release reset=reset /> }.into_any()
                            }
                            Stage::Failed(problem) => trouble(problem.said()),
                            Stage::Asking | Stage::Recording => ().into_any(),
                        }}
                        {move || {
                            (!done.get())
                                .then(|| reset().ok().flatten())
                                .flatten()
                                .map(|plan| view! { <PlanView plan=plan tense=Tense::Future /> })
                        }}
                    </div>
                    <div class="dialog-foot">
                        {move || {
                            if let Stage::Done { release, .. } = stage.get() {
                                let label = format!("Open {}", tenant.release_name(release));
                                view! {
                                    <a class="button" href=Route::release(release).to_string()>{label}</a>
                                    <Button on_press=move || frame.close() weight=Weight::Main>"Finish"</Button>
                                }
                                    .into_any()
                            } else if *stage.read() == Stage::Recording {
                                view! {
                                    <Recording />
                                }
                                    .into_any()
                            } else {
                                view! {
                                    <Button on_press=move || frame.close()>"Cancel"</Button>
                                    <Button on_press=build weight=Weight::Main why_not=why_not>"Build"</Button>
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
}

/// What was built, and where it runs now.
#[component]
fn Built(flow: FlowId, number: u32, release: ReleaseId, reset: Option<Plan>) -> impl IntoView {
    let tenant = Tenant::of_page();
    let sentence = tenant.peek(|state| {
        format!(
            "Version {number} of {} is in {} and runs in {}.",
            super::problem::flow_name(state, flow),
            release_name(state, release),
            state.pipeline().first().name(),
        )
    });
    view! {
        <Done sentence="Flow built." more=sentence />
        {reset.map(|plan| view! { <PlanView plan=plan tense=Tense::Past /> })}
    }
}

fn no_flow() -> Problem {
    Problem {
        sentence: "There is no flow yet.".into(),
        way_out: "Create one on the Flows page first.".into(),
    }
}
