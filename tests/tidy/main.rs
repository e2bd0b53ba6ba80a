//! Proves that the sources keep to the project's own rules: who may import whom, how every file
//! opens, what no code may say, that each numbered rule of `docs/spec.md` is held by a test, and that
//! so is each row of the tables of what can fail in `docs/journal.md`.
//!
//! Each check is tried on snippets that it must find fault with.

#![allow(clippy::unwrap_used, reason = "a test that fails says so by panicking")]

mod citations;
mod faults;
mod imports;
mod source;

use source::{Source, says, sources};

/// Rules whose tests come with later work. One that gets a test must be taken off.
const TESTS_TO_COME: [&str; 0] = [];

/// Files of the tests that are about this check, and cite rules of no spec.
const OWN: &str = "tests/tidy/";

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn imports_go_one_way() {
    let sources = sources("src");
    assert!(
        sources
            .iter()
            .any(|source| source.path == "src/domain/decide.rs")
    );
    none(
        &sources
            .iter()
            .flat_map(imports::problems)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let problems: Vec<String> = ["src", "tests", "xtask/src"]
        .into_iter()
        .flat_map(sources)
        .filter(|source| !opens_well(source))
        .map(|source| format!("{}: does not open with `//!`", source.path))
        .collect();
    none(&problems);
}

fn opens_well(source: &Source) -> bool {
    source.text.lines().next().is_some_and(|first| {
        first
            .strip_prefix("//! ")
            .is_some_and(|said| !said.trim().is_empty())
    })
}

#[test]
fn no_code_gives_up_on_purpose() {
    none(
        &sources("src")
            .iter()
            .flat_map(surrenders)
            .collect::<Vec<_>>(),
    );
    let tests = sources("tests");
    none(&tests.iter().flat_map(unfinished).collect::<Vec<_>>());
}

/// `unwrap()` outside tests, and what is not finished.
fn surrenders(source: &Source) -> Vec<String> {
    let tokens = source.tokens_outside_tests();
    let mut problems: Vec<String> = (0..tokens.len())
        .filter(|at| {
            ["unwrap", "unwrap_err"]
                .iter()
                .any(|word| says(&tokens[*at..], &[".", word, "("]))
        })
        .map(|at| {
            format!(
                "{}:{}: `unwrap` outside tests",
                source.path, tokens[at].line
            )
        })
        .collect();
    problems.extend(unfinished(source));
    problems
}

fn unfinished(source: &Source) -> Vec<String> {
    let tokens = source.tokens();
    (0..tokens.len())
        .filter(|at| {
            ["todo", "unimplemented"]
                .iter()
                .any(|word| says(&tokens[*at..], &[word, "!"]))
        })
        .map(|at| format!("{}:{}: not finished", source.path, tokens[at].line))
        .collect()
}

#[test]
fn only_the_page_speaks_to_people() {
    let outside = sources("src");
    let outside = outside.iter().filter(|source| {
        // The demo's names and texts are what a person could have typed.
        !source.path.starts_with("src/ui/") && source.path != "src/demo.rs"
    });
    none(&outside.flat_map(sentences).collect::<Vec<_>>());
}

/// Texts that begin with a capital and go on with another word. What a program says to itself, such as
/// the reason of an `expect`, begins with a small letter.
fn sentences(source: &Source) -> Vec<String> {
    let texts = source.texts().into_iter();
    texts
        .filter(|it| it.text.starts_with(char::is_uppercase) && it.text.trim().contains(' '))
        .map(|it| {
            format!(
                "{}:{}: a sentence outside the page: {:?}",
                source.path, it.line, it.text
            )
        })
        .collect()
}

#[test]
fn no_style_stands_in_an_attribute() {
    let mut problems: Vec<String> = sources("src").iter().flat_map(styles).collect();
    for (name, text) in [
        ("index.html", include_str!("../../index.html")),
        ("src/boot.js", include_str!("../../src/boot.js")),
    ] {
        if text.contains("style=") || text.contains("cssText") {
            problems.push(format!("{name}: a style in an attribute"));
        }
    }
    none(&problems);
}

/// `style=` in a view, which the content security policy forbids; `style:color=` is set by the program.
fn styles(source: &Source) -> Vec<String> {
    let tokens = source.tokens();
    (0..tokens.len())
        .filter(|at| {
            says(&tokens[*at..], &["style", "=", "\""]) || says(&tokens[*at..], &["set_css_text"])
        })
        .map(|at| {
            format!(
                "{}:{}: a style in an attribute",
                source.path, tokens[at].line
            )
        })
        .collect()
}

#[test]
fn every_rule_of_the_spec_is_held_by_a_test() {
    let spec = include_str!("../../docs/spec.md");
    let rules = citations::stated(spec).unwrap();
    assert!(rules.len() > 30, "{rules:?}");
    let tests: Vec<Source> = sources("tests")
        .into_iter()
        .filter(|source| !source.path.starts_with(OWN))
        .collect();
    none(&citations::problems(
        &rules,
        &tests,
        &sources("src"),
        &TESTS_TO_COME,
    ));
}

#[test]
fn the_tables_of_what_can_fail_are_true() {
    let rows = faults::rows(include_str!("../../docs/journal.md"), "## What can fail\n");
    assert!(rows.len() > 30, "{}", rows.len());
    let tests = sources("tests").iter().flat_map(faults::tests).collect();
    none(&faults::problems(&rows, &tests, &sources("src/ui")));
}

#[test]
fn the_checks_can_fail() {
    let opens = |text: &str| opens_well(&Source::of("src/x.rs", text));
    assert!(opens("//! Says.\nfn f() {}"));
    assert!(!opens("// Says.\n"));
    assert!(!opens("//!\n//! Says late."));
    assert!(!opens("\n//! Late."));
    assert!(!opens(""));

    let spoken = |text: &str| sentences(&Source::of("src/x.rs", text)).len();
    assert_eq!(spoken("f(\"It is full.\", \"Basic \", \"it is known\")"), 1);
    assert_eq!(spoken("/// \"It is full.\"\nfn f() {}"), 0);
    let styled = |text: &str| styles(&Source::of("src/x.rs", text)).len();
    assert_eq!(
        styled("view! { <p style=\"color: red\" style:color=\"red\"></p> }"),
        1
    );

    let found = |text: &str| surrenders(&Source::of("src/x.rs", text)).len();
    assert_eq!(found("fn f() { g().unwrap(); h().unwrap_or(1); }"), 1);
    assert_eq!(
        found("fn f() { todo!() } fn g() { unimplemented!(\"x\") }"),
        2
    );
    assert_eq!(
        found("// .unwrap()\n#[cfg(test)] mod tests { fn f() { g().unwrap(); } }"),
        0
    );
}
