//! The change note: what was done, as Markdown for a ticket.

use std::fmt::Write;

use super::Act;
use super::plan_view::{Column, columns};
use super::wording::{self, Tense};
use crate::domain::id::Position;
use crate::domain::plan::Plan;
use crate::domain::state::State;
use crate::domain::text::Note;
use crate::ui::tenant::Tenant;

/// Writes the note.
#[must_use]
pub fn change_note(tenant: Tenant, act: Act, plan: &Plan, reason: &Note, at: Position) -> String {
    let lead = wording::lead(tenant, &plan.step, Tense::Past);
    let columns = columns(tenant, plan);
    tenant.peek(|state| written(state, act, &lead, plan, &columns, reason, at))
}

fn written(
    state: &State,
    act: Act,
    lead: &str,
    plan: &Plan,
    columns: &[Column],
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
    let names: Vec<String> = columns.iter().map(|it| escape(&it.name)).collect();
    let _ = writeln!(note, "\n| Flow | {} |", names.join(" | "));
    let _ = writeln!(note, "|---|{}", "---|".repeat(columns.len()));
    for (name, row) in wording::rows(state, plan) {
        let cells: Vec<String> = columns
            .iter()
            .filter_map(|column| Some((column.id, row.effects.get(column.index)?)))
            .map(|(id, effect)| {
                let (change, rest, after) = wording::sentence(state, id, effect, Tense::Past);
                escape(&format!("{change} {rest}{after}"))
            })
            .collect();
        let _ = writeln!(note, "| {} | {} |", escape(&name), cells.join(" | "));
    }
    let warnings = wording::warnings(state, plan, Tense::Past);
    for (index, warning) in warnings.iter().enumerate() {
        let begin = if index == 0 { "\n" } else { "" };
        let _ = writeln!(note, "{begin}- {}", escape(warning));
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
