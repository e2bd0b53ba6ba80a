//! The spec's numbered rules, and who cites them: each must be held by a test, and nobody may cite
//! a rule that is not there.

use std::collections::BTreeSet;

use crate::source::Source;

/// Returns the numbers of the rules that a spec states: `- **R2** …`, each once.
///
/// # Errors
///
/// The number that is stated twice.
pub(crate) fn stated(spec: &str) -> Result<BTreeSet<String>, String> {
    let mut rules = BTreeSet::new();
    for line in spec.lines() {
        let number = line
            .strip_prefix("- **")
            .and_then(|rest| rest.split_once("**"));
        if let Some((number, _)) = number
            && is_number(number)
            && !rules.insert(number.to_owned())
        {
            return Err(format!("{number} is stated twice"));
        }
    }
    Ok(rules)
}

/// A capital letter and digits.
fn is_number(word: &str) -> bool {
    let mut characters = word.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_uppercase())
        && word.len() > 1
        && characters.all(|c| c.is_ascii_digit())
}

/// Returns the rules that a file's comments cite: of a range (`B1–B5`) its ends.
pub(crate) fn cited(source: &Source) -> BTreeSet<String> {
    source
        .comments()
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .filter(|word| is_number(word))
        .map(ToOwned::to_owned)
        .collect()
}

/// Tells whether there are tests in a file: by whatever attribute, or as promises of a contract.
pub(crate) fn has_tests(source: &Source) -> bool {
    let tokens = source.tokens();
    tokens.windows(2).any(|pair| {
        pair[1].text == "]" && matches!(pair[0].text.as_str(), "test" | "wasm_bindgen_test")
    })
}

/// Says which rules no test cites, and which cited rules there are none of. `later` are those whose
/// tests are still to come: one that has a test must not stand there any more.
pub(crate) fn problems(
    rules: &BTreeSet<String>,
    tests: &[Source],
    others: &[Source],
    later: &[&str],
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut held = BTreeSet::new();
    for source in tests.iter().filter(|source| has_tests(source)) {
        held.extend(cited(source));
    }
    for rule in rules {
        let later = later.contains(&rule.as_str());
        if !held.contains(rule) && !later {
            problems.push(format!("docs/spec.md: no test cites {rule}"));
        }
        if held.contains(rule) && later {
            problems.push(format!(
                "{rule} has a test: take it off the list of those to come"
            ));
        }
    }
    for rule in later.iter().filter(|rule| !rules.contains(**rule)) {
        problems.push(format!("there is no rule {rule} whose tests could come"));
    }
    // Only letters that rules have: `T1` is nobody's rule.
    let letters: BTreeSet<char> = rules
        .iter()
        .filter_map(|rule| rule.chars().next())
        .collect();
    for source in tests.iter().chain(others) {
        for rule in cited(source) {
            if rule.starts_with(|c| letters.contains(&c)) && !rules.contains(&rule) {
                problems.push(format!("{}: there is no rule {rule}", source.path));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "# The rules\n\n- **B1** One.\n- **B2** Two, see **B1**.\n- **Not** one.\n";

    fn rules() -> BTreeSet<String> {
        stated(SPEC).unwrap()
    }

    #[test]
    fn rules_are_read_from_the_spec() {
        assert_eq!(rules().into_iter().collect::<Vec<_>>(), ["B1", "B2"]);
        assert!(stated("- **B1** One.\n- **B1** Again.").is_err());
    }

    #[test]
    fn only_comments_of_files_with_tests_hold_a_rule() {
        let held =
            |text: &str| problems(&rules(), &[Source::of("tests/x.rs", text)], &[], &[]).is_empty();
        assert!(held("/// B1, B2.\n#[test]\nfn f() {}"));
        assert!(held("/// B1–B2.\n#[wasm_bindgen_test]\nfn f() {}"));
        assert!(!held("/// B1.\n#[test]\nfn f() {}"));
        assert!(!held("/// B1, B2.\nfn f() {}"));
        assert!(!held("/// B1.\n#[test]\nfn f() { say(\"// B2\"); }"));
        assert!(!held("/// B1, AB2, B-2, b2.\n#[test]\nfn f() {}"));
    }

    #[test]
    fn nobody_cites_a_rule_that_is_not_there() {
        let test = Source::of("tests/x.rs", "/// B1, B2, B3.\n#[test]\nfn f() {}");
        assert_eq!(
            problems(&rules(), &[test], &[], &[]),
            ["tests/x.rs: there is no rule B3"]
        );
        let test = Source::of("tests/x.rs", "/// B1, B2.\n#[test]\nfn f() {}");
        let code = Source::of("src/x.rs", "// B9: because. T1 is no rule's letter.");
        assert_eq!(
            problems(&rules(), &[test], &[code], &[]),
            ["src/x.rs: there is no rule B9"]
        );
    }

    #[test]
    fn the_list_of_tests_to_come_shrinks() {
        let one = [Source::of("tests/x.rs", "/// B1.\n#[test]\nfn f() {}")];
        assert_eq!(problems(&rules(), &one, &[], &["B2"]), Vec::<String>::new());
        assert_eq!(problems(&rules(), &one, &[], &["B1", "B2"]).len(), 1);
        assert_eq!(problems(&rules(), &one, &[], &["B2", "B7"]).len(), 1);
    }
}
