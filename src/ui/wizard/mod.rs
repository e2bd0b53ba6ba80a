//! The forms that move releases: one wizard, from the plan to the confirmation that it is done.
//!
//! What it shows is the [`Plan`] that the rules execute (R7). When what the plan rests on changes
//! while the form is open, it shows both and asks again (R8).

pub mod act;
pub mod note;
pub mod plan_view;
pub mod wording;

pub use act::Act;
pub use plan_view::PlanView;
pub use wording::Tense;

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::components::button::{Button, Weight, fresh_id};
use super::components::copy::CopyButton;
use super::components::dialog::{Dialog, Frame};
use super::components::draft::Draft;
use super::components::icon::{Glyph, Icon};
use super::components::notice::{Done, Recording, Trouble, trouble};
use super::deed::deed;
use super::navigation::Navigation;
use super::problem::Problem;
use super::rest::{Later, OfRest};
use super::route::Open;
use super::tenant::Tenant;
use super::turn::in_turn;
use crate::domain::command::Command;
use crate::domain::id::{Position, ReleaseId};
use crate::domain::plan::Plan;
use crate::domain::refusal::Refusal;
use crate::domain::text::Note;
use crate::journal::session::Failure;

/// How far the wizard has come.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// The plan is shown and can be confirmed.
    Reviewing(Plan),
    /// What was shown is not what would happen now (R8).
    Changed { was: Plan, now: Plan },
    /// It is being recorded.
    Recording(Plan),
    /// It is recorded.
    Done(Receipt),
    /// It could not be recorded; all that was typed is still there.
    Failed(Plan, Problem),
    /// It cannot be done.
    Refused(Problem),
}

/// What was done, and where it is recorded.
#[derive(Clone, Debug, PartialEq)]
struct Receipt {
    plan: Plan,
    position: Position,
    reason: Note,
    held: bool,
}

/// What was confirmed: as it is asked for, and as it is told once it is done.
#[derive(Clone)]
struct Confirmed {
    command: Command,
    plan: Plan,
    reason: Note,
    held: bool,
}

impl Confirmed {
    fn done_at(self, position: Position) -> Receipt {
        Receipt {
            plan: self.plan,
            position,
            reason: self.reason,
            held: self.held,
        }
    }
}

/// What was typed.
#[derive(Clone, Copy)]
struct Inputs {
    reason: RwSignal<String>,
    /// Empty, or not.
    hold: RwSignal<String>,
}

impl Inputs {
    fn of(draft: Draft) -> Self {
        Self {
            reason: draft.field("reason", ""),
            hold: draft.field("hold", ""),
        }
    }

    fn reason(self) -> Result<Note, Problem> {
        Note::new(&self.reason.read()).map_err(|problem| Problem::of_text("The reason", problem))
    }
}

/// The wizard for one act.
#[component]
pub fn Wizard(
    /// What is to be done.
    act: Act,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
    /// Hears that the act is done, while the form still shows it.
    on_done: impl Fn() + 'static,
) -> impl IntoView {
    wizard(act, Box::new(on_close), Rc::new(on_done))
}

fn wizard(act: Act, on_close: Box<dyn Fn()>, on_done: Rc<dyn Fn()>) -> AnyView {
    let tenant = Tenant::of_page();
    let on_done = StoredValue::new_local(on_done);
    let opened = untrack(|| tenant.position());
    let stage = RwSignal::new(first_stage(tenant, act));
    let draft = Draft::of(format!("{act:?}"));
    let inputs = Inputs::of(draft);

    // All that was confirmed without being told that it is recorded. It can be, and then it is done.
    let confirmed = StoredValue::new(Vec::<Confirmed>::new());
    let found = move || {
        let find = |it: &Confirmed| {
            let position = tenant.recorded(&it.command)?;
            Some(it.clone().done_at(position))
        };
        // The form may have been left.
        let found = confirmed.try_with_value(|all| all.iter().find_map(find));
        found.flatten()
    };
    let finish = move |receipt| {
        // The form may have been left while it was being recorded.
        if stage.try_set(Stage::Done(receipt)).is_none() {
            // A reload must not offer to do it again.
            draft.forget();
            on_done.with_value(|on_done| on_done());
        }
    };

    // R8: whatever is recorded meanwhile, here or elsewhere, is held against what is shown.
    Effect::new(move |_| {
        let plan = act.plan(tenant);
        let told = stage.with_untracked(|it| matches!(it, Stage::Recording(_) | Stage::Done(_)));
        match found() {
            Some(receipt) if !told => finish(receipt),
            _ => {
                let explain = |refusal: &_| explain_since(tenant, act, opened, refusal);
                stage.maybe_update(|stage| follow(stage, plan, explain));
            }
        }
    });

    let confirm = move || {
        let (plan, Ok(reason)) = (stage.with_untracked(shown), inputs.reason()) else {
            return;
        };
        let Some(plan) = plan else { return };
        let hold = act.offers_hold() && !inputs.hold.read_untracked().is_empty();
        let command = match act.command(tenant, plan.clone(), reason.clone(), hold) {
            Ok(command) => command,
            Err(refusal) => {
                return stage.set(Stage::Refused(explain_since(tenant, act, opened, &refusal)));
            }
        };
        stage.set(Stage::Recording(plan.clone()));
        let asked = Confirmed {
            command,
            plan,
            reason,
            held: hold,
        };
        confirmed.update_value(|all| all.push(asked.clone()));
        spawn_local(async move {
            let answer = tenant.give(asked.command.clone()).await;
            let plan = asked.plan.clone();
            let next = match answer {
                Ok(entry) => return finish(asked.done_at(entry.position)),
                Err(Failure::Refused(Refusal::PlanChanged { now: Some(now) })) => Stage::Changed {
                    was: plan,
                    now: *now,
                },
                Err(Failure::Refused(refusal)) => {
                    Stage::Refused(explain_since(tenant, act, opened, &refusal))
                }
                Err(Failure::Backend(error)) => Stage::Failed(plan, Problem::of_backend(&error)),
            };
            match found() {
                // What was confirmed before this.
                Some(receipt) => finish(receipt),
                None => {
                    stage.try_set(next);
                }
            }
        });
    };

    // A release's line stays when what opened the form is gone.
    let back_to = untrack(|| act.release(tenant))
        .map_or_else(String::new, |release| format!("#{}", expander_id(release)));
    let changed = Memo::new(move |_| matches!(*stage.read(), Stage::Changed { .. }));
    let settled = Memo::new(move |_| matches!(*stage.read(), Stage::Done(_) | Stage::Refused(_)));
    view! {
        <Dialog
            title=untrack(|| act.title(tenant))
            back_to=back_to
            on_close=move || {
                draft.forget();
                on_close();
            }
            locked=Signal::derive(move || matches!(*stage.read(), Stage::Recording(_)))
            children=move |frame| {
                // R8: the notice stands at the top, and the fields that one types into do not.
                Effect::new(move |_| {
                    if changed.get() {
                        frame.show_top();
                    }
                });
                // The button that was pressed is gone then.
                Effect::new(move |_| {
                    if settled.get() {
                        frame.begin_reading();
                    }
                });
                view! {
                    <div class="dialog-body" role="region" aria-label="Form" tabindex="0">
                        {move || {
                            let body: AnyView = match stage.get() {
                                Stage::Reviewing(plan) | Stage::Recording(plan) => {
                                    view! { <PlanView plan=plan tense=Tense::Future /> }.into_any()
                                }
                                Stage::Failed(plan, problem) => {
                                    view! {
                                        {trouble(problem.said())}
                                        <PlanView plan=plan tense=Tense::Future />
                                    }
                                        .into_any()
                                }
                                Stage::Changed { was, now } => {
                                    let done = done_since(tenant, act, opened);
                                    view! { <BothPlans was=was now=now done=done /> }.into_any()
                                }
                                Stage::Refused(problem) => trouble(problem.said()),
                                Stage::Done(receipt) => {
                                    view! { <Outcome act=act receipt=receipt /> }.into_any()
                                }
                            };
                            body
                        }}
                        {in_turn(move || view! { <Questions act=act stage=stage inputs=inputs /> }.into_any())}
                    </div>
                    <div class="dialog-foot">
                        {move || buttons(act, stage, inputs, frame, confirm)}
                    </div>
                }
                    .into_any()
            }
        />
    }
    .into_any()
}

/// Returns the id of the button that expands a release.
#[must_use]
pub fn expander_id(release: ReleaseId) -> String {
    format!("expand-{release}")
}

/// Returns why something cannot be done now: from the same function that decides it. Nothing until
/// the rest of the page is there, without which nothing is done.
pub fn why_not(tenant: Tenant, act: Act) -> Signal<Option<String>> {
    let rest = Later::<OfRest>::of_page();
    Memo::new(move |_| {
        rest.arrived()?.run(|| {
            let refusal = act.plan(tenant).err()?;
            Some(tenant.problem(&refusal).text())
        })
    })
    .into()
}

fn first_stage(tenant: Tenant, act: Act) -> Stage {
    match untrack(|| act.plan(tenant)) {
        Ok(plan) => Stage::Reviewing(plan),
        Err(refusal) => Stage::Refused(untrack(|| tenant.problem(&refusal))),
    }
}

/// Says who has done just this since the form was opened, and what that was.
fn done_since(tenant: Tenant, act: Act, opened: Position) -> Option<String> {
    untrack(|| {
        let since = tenant.entries(opened.next());
        let done = since.iter().find(|entry| act.is_done_by(&entry.event))?;
        Some(format!("{} {}", done.by.name, deed(tenant, &done.event)))
    })
}

/// Explains why the act cannot be done any more: where somebody has done it, by that.
fn explain_since(tenant: Tenant, act: Act, opened: Position, refusal: &Refusal) -> Problem {
    done_since(tenant, act, opened).map_or_else(
        || untrack(|| tenant.problem(refusal)),
        |done| Problem::done_meanwhile(&done),
    )
}

/// Returns the plan that confirming would confirm.
fn shown(stage: &Stage) -> Option<Plan> {
    match stage {
        Stage::Reviewing(plan) | Stage::Failed(plan, _) | Stage::Changed { now: plan, .. } => {
            Some(plan.clone())
        }
        Stage::Recording(_) | Stage::Done(_) | Stage::Refused(_) => None,
    }
}

/// Holds what is shown against the plan as it is now; tells whether the stage changed.
fn follow(
    stage: &mut Stage,
    plan: Result<Plan, Refusal>,
    explain: impl FnOnce(&Refusal) -> Problem,
) -> bool {
    let next = match (&*stage, plan) {
        (Stage::Reviewing(was) | Stage::Failed(was, _), Ok(now)) => (!now.shows_the_same_as(was))
            .then(|| Stage::Changed {
                was: was.clone(),
                now,
            }),
        (Stage::Changed { was, now: known }, Ok(now)) => {
            (!now.shows_the_same_as(known)).then(|| Stage::Changed {
                was: was.clone(),
                now,
            })
        }
        (Stage::Reviewing(_) | Stage::Failed(..) | Stage::Changed { .. }, Err(refusal)) => {
            Some(Stage::Refused(explain(&refusal)))
        }
        // What stands in the way is named as soon as it has been read.
        (Stage::Refused(was), Err(refusal)) => {
            let now = explain(&refusal);
            (now != *was).then_some(Stage::Refused(now))
        }
        (Stage::Recording(_) | Stage::Done(_) | Stage::Refused(_), _) => None,
    };
    next.map(|next| *stage = next).is_some()
}

/// R8: what was shown, and what would happen now.
#[component]
fn BothPlans(
    was: Plan,
    now: Plan,
    /// Who has done just this meanwhile, where somebody has.
    done: Option<String>,
) -> impl IntoView {
    let way_out = match done {
        None => {
            "Nothing has been done. Look at what would happen now, and confirm again.".to_owned()
        }
        Some(done) => {
            format!("{done}. Confirm again only if what would happen now is to be done, too.")
        }
    };
    view! {
        <Trouble
            sentence="Something changed while this form was open."
            way_out=way_out
        />
        <section class="plan-now">
            <h3>"What would happen now"</h3>
            <PlanView plan=now tense=Tense::Future />
        </section>
        <section class="plan-was">
            <h3>"What you were shown before"</h3>
            <PlanView plan=was tense=Tense::Future />
        </section>
    }
}

/// What was done.
#[component]
fn Outcome(act: Act, receipt: Receipt) -> impl IntoView {
    let tenant = Tenant::of_page();
    let mut sentence = wording::lead(tenant, &receipt.plan.step, Tense::Past);
    if receipt.held {
        sentence.push_str(" It is held: it cannot be promoted until the hold is lifted.");
    }
    view! {
        <Done sentence=format!("{}.", act.done()) more=sentence />
        <PlanView plan=receipt.plan tense=Tense::Past />
        {(!receipt.reason.is_empty())
            .then(|| view! { <p class="reason">"Reason: " {receipt.reason.to_string()}</p> })}
    }
}

/// What the form asks for beside the confirmation (R9, R10). Kept mounted while the act is being
/// recorded, so that nothing typed is lost when that fails.
#[component]
fn Questions(act: Act, stage: RwSignal<Stage>, inputs: Inputs) -> impl IntoView {
    let asked = Memo::new(move |_| !matches!(*stage.read(), Stage::Done(_) | Stage::Refused(_)));
    let busy = move || matches!(*stage.read(), Stage::Recording(_));
    let field = fresh_id("reason");
    let help = fresh_id("help");
    act.offers_reason().then(|| {
        view! {
            <div class="questions" hidden=move || !asked.get()>
                <label for=field.clone()>"Reason (optional)"</label>
                <textarea
                    id=field
                    rows="2"
                    prop:value=inputs.reason
                    readonly=busy
                    aria-describedby=help.clone()
                    aria-invalid=move || inputs.reason().is_err().then_some("true")
                    on:input=move |event| inputs.reason.set(event_target_value(&event))
                ></textarea>
                <p class="field-problem" id=help role="status">
                    {move || inputs.reason().err().map(|problem| problem.text())}
                </p>
                {act
                    .offers_hold()
                    .then(|| {
                        view! {
                            <label class="check">
                                <input
                                    type="checkbox"
                                    prop:checked=move || !inputs.hold.read().is_empty()
                                    disabled=busy
                                    on:change=move |event| {
                                        let hold = if event_target_checked(&event) { "hold" } else { "" };
                                        inputs.hold.set(hold.to_owned());
                                    }
                                />
                                "Hold this release so that it cannot be promoted"
                            </label>
                        }
                    })}
            </div>
        }
    })
}

fn buttons(
    act: Act,
    stage: RwSignal<Stage>,
    inputs: Inputs,
    frame: Frame,
    confirm: impl Fn() + Copy + 'static,
) -> AnyView {
    let (tenant, navigation) = (Tenant::of_page(), Navigation::of_page());
    let confirm_label = move || tenant.read(|state| act.confirm_label(state));
    match stage.get() {
        Stage::Reviewing(_) | Stage::Changed { .. } | Stage::Failed(..) => {
            let why_not =
                Signal::derive(move || inputs.reason().err().map(|problem| problem.text()));
            let changed = matches!(*stage.read(), Stage::Changed { .. });
            view! {
                {changed.then(|| {
                    view! { <p class="changed"><Glyph icon=Icon::Warning />"The plan has changed: look again"</p> }
                })}
                <Button on_press=move || frame.close()>"Cancel"</Button>
                <Button on_press=confirm weight=act.weight() why_not=why_not>
                    {confirm_label}
                </Button>
            }
            .into_any()
        }
        Stage::Recording(_) => view! {
            <Recording />
        }
        .into_any(),
        Stage::Refused(_) => {
            view! { <Button on_press=move || frame.close()>"Close"</Button> }.into_any()
        }
        Stage::Done(receipt) => {
            let position = receipt.position;
            let note =
                move || note::change_note(tenant, act, &receipt.plan, &receipt.reason, position);
            view! {
                <CopyButton text=note label="Copy change note" labelled=true />
                {act
                    .can_be_undone()
                    .then(|| {
                        let undo = Act::Undo(position);
                        // In the place of the form that is done: Back leads to neither.
                        let press = move || {
                            let form = untrack(|| navigation.with_open(Some(Open::Undo(position))));
                            navigation.amend(form);
                        };
                        view! { <Button on_press=press why_not=why_not(tenant, undo)>"Undo"</Button> }
                    })}
                <Button on_press=move || frame.close() weight=Weight::Main>"Finish"</Button>
            }
            .into_any()
        }
    }
}
