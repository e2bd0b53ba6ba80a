//! The tables of what can fail, in `docs/journal.md`: every row has tests, and what the page is said to
//! say is in the page.

use std::collections::BTreeSet;

use crate::source::{Source, says};

/// Returns the rows of all tables under the heading, each as its cells; without heads and rules.
pub(crate) fn rows(text: &str, heading: &str) -> Vec<Vec<String>> {
    let part = text.split_once(heading).map_or("", |(_, rest)| rest);
    let part = part.split_once("\n## ").map_or(part, |(part, _)| part);
    let lines: Vec<&str> = part.lines().collect();
    let is_rule = |at: usize| lines.get(at).is_some_and(|line| line.starts_with("|---"));
    (0..lines.len())
        .filter(|at| lines[*at].starts_with('|') && !is_rule(*at) && !is_rule(at + 1))
        .map(|at| {
            let cells = lines[at].trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

/// Returns the names of the tests in a file, and of what is promised of every backend.
pub(crate) fn tests(source: &Source) -> BTreeSet<String> {
    let tokens = source.tokens();
    let is_contract = source.path.ends_with("contract.rs");
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        let attribute = at > 0
            && tokens[at].text == "]"
            && matches!(tokens[at - 1].text.as_str(), "test" | "wasm_bindgen_test");
        let promise = is_contract && says(&tokens[at..], &["async", "fn"]);
        if (attribute || promise)
            && let Some(name) = tokens[at..].windows(2).find(|pair| pair[0].text == "fn")
        {
            found.insert(name[1].text.clone());
        }
    }
    found
}

/// Says which rows name no test, or one that is not there, lose an entry, or quote what no page says.
pub(crate) fn problems(
    rows: &[Vec<String>],
    tests: &BTreeSet<String>,
    pages: &[Source],
) -> Vec<String> {
    let mut problems = Vec::new();
    for row in rows {
        let [fault, said, lost, _, held] = row.as_slice() else {
            problems.push(format!("not five cells: {row:?}"));
            continue;
        };
        if !lost.starts_with('0') {
            problems.push(format!("{fault}: loses {lost}"));
        }
        let named: Vec<&str> = between(held, '`');
        if named.is_empty() && !held.starts_with("the same") {
            problems.push(format!("{fault}: no test holds it"));
        }
        for name in named {
            if !tests.iter().any(|test| test.starts_with(name)) {
                problems.push(format!("{fault}: there is no test {name}"));
            }
        }
        for sentence in between(said, '*') {
            let in_page = |piece: &str| pages.iter().any(|page| page.text.contains(piece));
            if !sentence.split('…').map(str::trim).all(in_page) {
                problems.push(format!("{fault}: the page does not say {sentence}"));
            }
        }
    }
    problems
}

/// What stands between two of these characters.
fn between(text: &str, mark: char) -> Vec<&str> {
    text.split(mark).skip(1).step_by(2).collect()
}

#[cfg(test)]
mod checks {
    use super::*;

    fn found(row: &str) -> usize {
        let text = format!("## Faults\n\n| a | b | c | d | e |\n|---|---|---|---|---|\n{row}\n");
        let tests = tests(&Source::of(
            "tests/x.rs",
            "#[test]\nfn it_holds() {} fn other() {}",
        ));
        let page = Source::of("src/ui/x.rs", "\"Entry {n} is damaged.\"");
        let rows = rows(&text, "## Faults");
        assert_eq!(rows.len(), 1);
        problems(&rows, &tests, &[page]).len()
    }

    #[test]
    fn a_row_needs_a_test_and_true_sentences() {
        assert_eq!(
            found("| x | *Entry … is damaged.* | 0 | – | `it_holds` |"),
            0
        );
        assert_eq!(found("| x | nothing | 0 | – | the same, `it_` |"), 0);
        assert_eq!(found("| x | nothing | 0 | – | the same |"), 0);
        assert_eq!(found("| x | *Entry … is lost.* | 0 | – | `it_holds` |"), 1);
        assert_eq!(found("| x | nothing | 0 | – | `other` |"), 1);
        assert_eq!(found("| x | nothing | 0 | – | |"), 1);
        assert_eq!(found("| x | nothing | 1 | – | `it_holds` |"), 1);
        assert_eq!(found("| x | nothing | 0 | `it_holds` |"), 1);
    }

    #[test]
    fn the_promises_of_a_contract_are_tests() {
        let source = Source::of("tests/contract.rs", "pub(crate) async fn kept(x: X) {}");
        assert_eq!(tests(&source).into_iter().collect::<Vec<_>>(), ["kept"]);
    }
}
