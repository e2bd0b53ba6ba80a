//! The form that holds a release, or lifts its hold (H1).

use leptos::prelude::*;

use super::components::draft::Draft;
use super::components::field::Lines;
use super::components::form::Form;
use super::problem::Problem;
use super::tenant::{Tenant, release_name};
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::id::ReleaseId;
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
    let draft = Draft::of(format!("hold/{release}"));
    let reason = draft.field("reason", "");
    let name = tenant.peek(|state| release_name(state, release));
    // What the form is for is settled when it opens.
    let hold = tenant.peek(|state| state.release(release).and_then(|it| it.hold.clone()));
    let lifts = hold.is_some();
    let (title, confirm) = if lifts {
        ("Lift hold", "Lift hold")
    } else {
        ("Hold release", "Hold")
    };
    let sentence = match hold {
        None => {
            format!("{name} cannot be promoted until the hold is lifted. It can be rolled back.")
        }
        Some(hold) if hold.reason.is_empty() => format!("{name} is held."),
        Some(hold) => format!("{name} is held: {}", hold.reason),
    };
    let note = move || Note::new(&reason.read()).map_err(|it| Problem::of_text("The reason", it));
    let why_not = tenant.why_not(Role::Administrator, move || note().err());
    let give = move || async move {
        let command = if lifts {
            Command::LiftHold { release }
        } else {
            Command::Hold {
                release,
                reason: untrack(note).unwrap_or_default(),
            }
        };
        tenant.say(command).await
    };
    view! {
        <Form title=title confirm=confirm why_not=why_not give=give on_close=on_close draft=draft>
            <p class="lead">{sentence}</p>
            {(!lifts)
                .then(|| {
                    view! {
                        <div class="questions">
                            <Lines label="Reason (optional)" value=reason />
                        </div>
                    }
                })}
        </Form>
    }
}
