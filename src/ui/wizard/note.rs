//! The change note: what was done, as Markdown for a ticket.

use std::fmt::Write;

use super::Act;
use super::wording::{self, Tense};
use crate::domain::id::Position;
use crate::domain::plan::Plan;
use crate::domain::state::State;
use crate::domain::text::Note;
use crate::ui::problem::flow_name;
use crate::ui::tenant::{Tenant, environment_name};

/// Writes the note.
#[must_use]
pub fn change_note(tenant: Tenant, act: Act, plan: &Plan, reason: &Note, at: Position) -> String {
    let lead = wording::lead(tenant, &plan.step, Tense::Past);
    tenant.peek(|state| written(state, act, &lead, plan, reason, at))
}

fn written(
    state: &State,
    act: Act,
    lead: &str,
    plan: &Plan,
    reason: &Note,
    at: Position,
) -> String {
    let mut note = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(note, "**{}.** {}", act.done(), escape(lead));
    if let Some(moment) = state.moment(at) {
        let when = crate::browser::exact_time(moment.at.as_millis());
        let _ = writeln!(
            note,
            "\nBy {}, {when} (entry {at}).",
            escape(moment.by.name.as_str())
        );
    }
    if !reason.is_empty() {
        let _ = writeln!(note, "\nReason: {}", escape(reason.as_str()));
    }
    let columns: Vec<String> = plan
        .environments
        .iter()
        .map(|id| escape(&environment_name(state, *id)))
        .collect();
    let _ = writeln!(note, "\n| Flow | {} |", columns.join(" | "));
    let _ = writeln!(note, "|---|{}", "---|".repeat(columns.len()));
    for row in &plan.rows {
        let cells: Vec<String> = plan
            .environments
            .iter()
            .zip(&row.effects)
            .map(|(id, effect)| {
                let (change, rest, after) = wording::sentence(state, *id, effect, Tense::Past);
                escape(&format!("{change} {rest}{after}"))
            })
            .collect();
        let _ = writeln!(
            note,
            "| {} | {} |",
            escape(&flow_name(state, row.flow)),
            cells.join(" | ")
        );
    }
    for (index, warning) in plan.warnings.iter().enumerate() {
        let begin = if index == 0 { "\n" } else { "" };
        let warning = wording::warning(state, warning, Tense::Past);
        let _ = writeln!(note, "{begin}- {}", escape(&warning));
    }
    note
}

/// Keeps a name from being read as Markdown: text is data (B5).
fn escape(text: &str) -> String {
    text.chars().fold(
        String::with_capacity(text.len()),
        |mut escaped, character| {
            match character {
                '\n' | '\r' => escaped.push(' '),
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~'
                | '!' => {
                    escaped.push('\\');
                    escaped.push(character);
                }
                _ => escaped.push(character),
            }
            escaped
        },
    )
}

#[cfg(test)]
mod tests {
    use super::escape;

    /// B5: a name is shown, never interpreted.
    #[test]
    fn markup_in_a_name_stays_text() {
        assert_eq!(escape("a|b *c* <i>\nd"), r"a\|b \*c\* \<i\> d");
    }
}
