//! The plan: one table for promotion, rollback, reset, removal, deletion and undo (R7).

use leptos::prelude::*;

use super::wording::{self, Kind, Tense};
use crate::domain::plan::{Effect, Plan, Step};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::problem::flow_name;
use crate::ui::tenant::{Tenant, environment_name};

/// Shows what a step changes: in one sentence, in counts, and flow by flow.
#[component]
pub fn PlanView(
    /// The plan, or what became of it.
    plan: Plan,
    /// Whether it will happen or has happened.
    tense: Tense,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let lead = tenant.peek(|state| wording::lead(state, &plan.step, tense));
    let environments: Vec<String> = tenant.peek(|state| {
        plan.environments
            .iter()
            .map(|id| environment_name(state, *id))
            .collect()
    });
    let counts = environments
        .iter()
        .enumerate()
        .map(|(column, environment)| {
            let counts = wording::counts(&plan, column, tense)
                .into_iter()
                .map(|(kind, text)| {
                    view! { <li class=kind.class()><Glyph icon=kind.icon() />{text}</li> }
                })
                .collect_view();
            let heading = format!("In {environment}");
            view! { <div class="count"><h3>{heading}</h3><ul>{counts}</ul></div> }
        })
        .collect_view();
    let warnings: Vec<String> = tenant.peek(|state| {
        plan.warnings
            .iter()
            .map(|it| wording::warning(state, it))
            .collect()
    });
    // Sorted by name: the order in which people look for a flow.
    let mut rows: Vec<_> = tenant.peek(|state| {
        plan.rows
            .iter()
            .map(|row| (flow_name(state, row.flow), row))
            .collect()
    });
    rows.sort_by_key(|(name, _)| name.to_lowercase());
    let rows = rows
        .into_iter()
        .map(|(name, row)| {
            let cells = plan
                .environments
                .iter()
                .zip(&row.effects)
                .zip(&environments)
                .map(|((id, effect), environment)| {
                    let sentence = tenant
                        .peek(|state| wording::sentence(state, *id, row.flow, effect, tense));
                    let kind = Kind::of(effect);
                    view! {
                        <td data-label=environment.clone() class=kind.class()>
                            <span class="change"><Glyph icon=kind.icon() />{transition(effect)}</span>
                            <span class="sentence">{sentence}</span>
                        </td>
                    }
                })
                .collect_view();
            view! { <tr><th scope="row">{name}</th>{cells}</tr> }
        })
        .collect_view();
    let nothing = plan.rows.is_empty();
    // P5: the form names where the release goes.
    let target = match plan.step {
        Step::Promote { to, .. } => Some(tenant.peek(|state| environment_name(state, to))),
        _ => None,
    };
    view! {
        <div class="plan">
            {(tense == Tense::Future).then(|| view! { <p class="lead">{lead}</p> })}
            {target
                .map(|target| {
                    view! {
                        <dl class="target">
                            <dt>"Target environment"</dt>
                            <dd>{target}</dd>
                        </dl>
                    }
                })}
            <div class="counts">{counts}</div>
            {if nothing {
                view! { <p class="quiet">"No flow runs in another version than before."</p> }.into_any()
            } else {
                view! {
                    <table class="plan-table cards">
                        <thead>
                            <tr>
                                <th scope="col">"Flow"</th>
                                {environments.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view()}
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
            {(tense == Tense::Future && !warnings.is_empty())
                .then(|| {
                    let warnings = warnings
                        .into_iter()
                        .map(|text| view! { <li><Glyph icon=Icon::Warning />{text}</li> })
                        .collect_view();
                    view! { <ul class="notice warnings" aria-label="Warnings">{warnings}</ul> }
                })}
        </div>
    }
}

/// Returns what runs before and after, as short as can be.
fn transition(effect: &Effect) -> String {
    match (effect.before(), effect.after()) {
        (Some(was), Some(now)) if was == now => now.number.to_string(),
        (Some(was), Some(now)) => format!("{} → {}", was.number, now.number),
        (Some(was), None) => format!("{} → not available", was.number),
        (None, Some(now)) => format!("not available → {}", now.number),
        (None, None) => "not available".to_owned(),
    }
}
