//! The plan: one view for promotion, rollback, reset, removal, deletion and undo (R7).
//!
//! A long plan is grouped by what changes, the gravest first, and can be searched.

use leptos::prelude::*;

use super::wording::{self, Kind, Tense};
use crate::domain::id::EnvironmentId;
use crate::domain::plan::{Plan, Row, Step};
use crate::domain::state::State;
use crate::ui::components::field::search;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::tenant::{Tenant, environment_name};

/// More rows than these are grouped.
const SHORT: usize = 20;

/// More warnings than these are folded.
const FEW: usize = 6;

/// Shows what a step changes: in one sentence, in counts, and flow by flow.
#[component]
pub fn PlanView(
    /// The plan, or what became of it.
    plan: Plan,
    /// Whether it will happen or has happened.
    tense: Tense,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let lead = wording::lead(tenant, &plan.step, tense);
    // P5: the form names where the release goes.
    let target = match plan.step {
        Step::Promote { to, .. } => Some(tenant.peek(|state| environment_name(state, to))),
        _ => None,
    };
    let columns = columns(tenant, &plan);
    let flows = if plan.rows.is_empty() {
        view! { <p class="quiet">"No flow runs in another version than before."</p> }.into_any()
    } else {
        flows(tenant, &plan, &columns, tense)
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
            <div class="counts">{counts(&plan, &columns, tense)}</div>
            {warnings(tenant, &plan, tense)}
            {flows}
        </div>
    }
}

/// An environment of the plan: which of the rows' effects is about it, and its name.
pub struct Column {
    /// Which of a row's effects.
    pub index: usize,
    /// The environment.
    pub id: EnvironmentId,
    /// Its name.
    pub name: String,
}

/// Returns the environments in the order in which they are shown: of an undoing, in the order of the
/// step that it undoes.
#[must_use]
pub fn columns(tenant: Tenant, plan: &Plan) -> Vec<Column> {
    let mut columns: Vec<Column> = tenant.peek(|state| {
        let named = plan.environments.iter().enumerate();
        named
            .map(|(index, id)| Column {
                index,
                id: *id,
                name: environment_name(state, *id),
            })
            .collect()
    });
    if let Step::Undo { position } = plan.step
        && let Some(entry) = untrack(|| tenant.entry(position))
    {
        let undone = entry.event.edits();
        columns.sort_by_key(|column| {
            undone
                .iter()
                .position(|edit| edit.environment() == Some(column.id))
        });
    }
    columns
}

fn counts(plan: &Plan, columns: &[Column], tense: Tense) -> AnyView {
    columns
        .iter()
        .map(|column| {
            let counts = wording::counts(plan, column.index, tense)
                .into_iter()
                .map(|(kind, text)| {
                    view! { <li class=kind.class()><Glyph icon=kind.icon() />{text}</li> }
                })
                .collect_view();
            let heading = format!("In {}", column.name);
            view! { <div class="count"><h3>{heading}</h3><ul>{counts}</ul></div> }
        })
        .collect_view()
        .into_any()
}

fn warnings(tenant: Tenant, plan: &Plan, tense: Tense) -> Option<AnyView> {
    let told = tenant.peek(|state| wording::warnings(state, plan, tense));
    let mut warnings = told
        .into_iter()
        .map(|text| view! { <li><Glyph icon=Icon::Warning />{text}</li> }.into_any());
    let first: Vec<AnyView> = warnings.by_ref().take(FEW).collect();
    let rest: Vec<AnyView> = warnings.collect();
    let more = (!rest.is_empty()).then(|| {
        let text = format!("{} more warnings", rest.len());
        view! { <li><details><summary>{text}</summary><ul>{rest}</ul></details></li> }
    });
    (!first.is_empty()).then(|| {
        view! { <ul class="notice warnings" aria-label="Warnings">{first}{more}</ul> }.into_any()
    })
}

/// A flow of the plan, with what it is sorted, grouped and found by.
struct Line<'a> {
    name: String,
    kind: Kind,
    row: &'a Row,
}

fn flows<'a>(tenant: Tenant, plan: &'a Plan, columns: &[Column], tense: Tense) -> AnyView {
    let lines: Vec<Line<'a>> = tenant.peek(|state| {
        let first = columns.first().map_or(0, |column| column.index);
        let line = |(name, row): (String, &'a Row)| Line {
            name,
            kind: row.effects.get(first).map_or(Kind::Same, Kind::of),
            row,
        };
        wording::rows(state, plan).into_iter().map(line).collect()
    });
    let wanted = RwSignal::new(String::new());
    let row = |line: &Line| tenant.peek(|state| flow_row(state, line, columns, tense, wanted));
    if lines.len() <= SHORT {
        return table(None, columns, lines.iter().map(row).collect());
    }
    let first = columns.first().map_or(0, |column| column.index);
    let groups: Vec<AnyView> = wording::counts(plan, first, tense)
        .into_iter()
        .map(|(kind, text)| {
            let rows = lines.iter().filter(|line| line.kind == kind).map(row);
            let rows = table(Some(text.clone()), columns, rows.collect());
            // What stays as it is can be looked up, and is not what one came for.
            let open = move || kind != Kind::Same || !wanted.read().is_empty();
            view! {
                <details class=format!("group {}", kind.class()) open=open>
                    <summary>
                        <Glyph icon=Icon::Chevron />
                        <span class="change"><Glyph icon=kind.icon() />{text}</span>
                    </summary>
                    {rows}
                </details>
            }
            .into_any()
        })
        .collect();
    view! {
        <label class="find">
            <span class="label">"Find a flow"</span>
            {search("Find a flow", "Flow or release", wanted)}
        </label>
        {groups}
    }
    .into_any()
}

fn table(caption: Option<String>, columns: &[Column], rows: Vec<AnyView>) -> AnyView {
    let names = columns
        .iter()
        .map(|column| view! { <th scope="col">{column.name.clone()}</th> })
        .collect_view();
    view! {
        <table class="plan-table cards">
            {caption.map(|caption| view! { <caption class="hidden">{caption}</caption> })}
            <thead>
                <tr>
                    <th scope="col">"Flow"</th>
                    {names}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn flow_row(
    state: &State,
    line: &Line,
    columns: &[Column],
    tense: Tense,
    wanted: RwSignal<String>,
) -> AnyView {
    let mut found_by = line.name.to_lowercase();
    let cells: Vec<AnyView> = columns
        .iter()
        .filter_map(|column| Some((column, line.row.effects.get(column.index)?)))
        .map(|(column, effect)| {
            let (change, rest, after) = wording::sentence(state, column.id, effect, tense);
            let kind = Kind::of(effect);
            found_by.push_str(&after.to_lowercase());
            view! {
                <td data-label=column.name.clone() class=kind.class()>
                    <p>
                        <span class="change"><Glyph icon=kind.icon() />{change}</span>
                        " "
                        {rest}
                        <strong>{after}</strong>
                    </p>
                </td>
            }
            .into_any()
        })
        .collect();
    let hidden = move || !found_by.contains(&wanted.read().trim().to_lowercase());
    let name = line.name.clone();
    view! { <tr hidden=hidden><th scope="row">{name}</th>{cells}</tr> }.into_any()
}
