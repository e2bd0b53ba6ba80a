//! Who may import whom, and who may touch the browser. See `src/lib.rs` for the map. That the rules
//! import nothing of the others is the compiler's business: they are a crate of their own.

use crate::source::{Source, says};

/// The only files that touch window, storage, network, clock or randomness.
const AMBIENT: [&str; 3] = [
    "src/browser.rs",
    "src/journal/local.rs",
    "src/journal/http/fetch.rs",
];

/// What only those may say. What is of the document only (`HtmlDialogElement`, `Event`) is free.
const SURROUNDINGS: [&[&str]; 18] = [
    &["web_sys", "::", "window"],
    &["window", "(", ")"],
    &["Window"],
    &["js_sys"],
    &["Math", "::", "random"],
    &["Date", "::", "now"],
    &["gloo_storage"],
    &["gloo_net"],
    &["gloo_timers"],
    &["web_sys", "::", "Storage"],
    &["local_storage"],
    &["session_storage"],
    &["fetch_with_str"],
    &["fetch_with_request"],
    &["SystemTime"],
    &["Instant"],
    &["getrandom"],
    &["new_v4"],
];

/// What the rules must never say.
const NOT_IN_DOMAIN: [&[&str]; 8] = [
    &["leptos"],
    &["web_sys"],
    &["js_sys"],
    &["gloo_storage"],
    &["wasm_bindgen"],
    &["wasm_bindgen_futures"],
    &["std", "::", "time"],
    &["async"],
];

/// Says what is wrong with the imports of one file of `src`.
pub(crate) fn problems(source: &Source) -> Vec<String> {
    let mut problems = Vec::new();
    let path = source.path.as_str();
    let mut tell = |line: usize, what: &str| problems.push(format!("{path}:{line}: {what}"));

    for (target, line) in source.paths() {
        let root = target.first().map_or("", String::as_str);
        if path.starts_with("src/journal/") && root == "ui" {
            tell(line, "the journal knows nothing of the page");
        }
        if path == "src/browser.rs" && matches!(root, "ui" | "journal") {
            tell(line, "the surroundings know neither journal nor page");
        }
        if path.starts_with("src/ui/components/") && matches!(root, "domain" | "journal") {
            tell(line, "a widget knows neither rules nor journal");
        }
        if let Some(page) = page(path)
            && let [ui, pages, other, ..] = target.as_slice()
            && (ui.as_str(), pages.as_str()) == ("ui", "pages")
            && other != page
        {
            tell(line, &format!("page `{page}` imports page `{other}`"));
        }
    }

    let tokens = source.tokens();
    for (at, token) in tokens.iter().enumerate() {
        if path.starts_with("src/domain/") {
            for words in NOT_IN_DOMAIN {
                if says(&tokens[at..], words) {
                    tell(token.line, &format!("`{}` in the rules", words.concat()));
                }
            }
        }
        if path.starts_with("src/") && !AMBIENT.contains(&path) {
            for words in SURROUNDINGS {
                if says(&tokens[at..], words) {
                    tell(
                        token.line,
                        &format!("`{}` outside of browser.rs", words.concat()),
                    );
                }
            }
        }
    }
    problems
}

/// The page that a file belongs to: `pages/flow.rs` and all of `pages/flow/` are page `flow`.
fn page(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/ui/pages/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (name != "mod").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        problems(&Source::of(path, text)).len()
    }

    #[test]
    fn the_rules_know_neither_browser_nor_clock() {
        for bad in [
            "use leptos::prelude::*;",
            "use std::time::Duration;",
            "async fn f() {}",
            "use wasm_bindgen::JsValue;",
        ] {
            assert!(found("src/domain/plan.rs", bad) > 0, "{bad}");
        }
        for good in [
            "use super::id::FlowId; use crate::text::Name;",
            "// no async, no leptos",
            "const X: &str = \"leptos\";",
            "mod tests { use super::*; }",
        ] {
            assert_eq!(found("src/domain/plan.rs", good), 0, "{good}");
        }
    }

    #[test]
    fn the_journal_does_not_import_the_page() {
        assert_eq!(
            found("src/journal/session.rs", "use crate::ui::problem;"),
            1
        );
        assert_eq!(
            found("src/journal/session.rs", "use crate::{domain::id, ui};"),
            1
        );
        assert_eq!(
            found(
                "src/journal/session.rs",
                "use crate::domain::id; async fn f() {}"
            ),
            0
        );
    }

    #[test]
    fn widgets_import_neither_rules_nor_journal() {
        let widget = "src/ui/components/button.rs";
        assert_eq!(found(widget, "use crate::domain::id::FlowId;"), 1);
        assert_eq!(found(widget, "use super::super::super::journal::entry;"), 1);
        assert_eq!(
            found(widget, "use super::icon::Icon; use leptos::prelude::*;"),
            0
        );
    }

    #[test]
    fn pages_do_not_import_pages() {
        let page = "src/ui/pages/flow.rs";
        assert_eq!(found(page, "use super::environments::Row;"), 1);
        assert_eq!(found(page, "use crate::ui::pages::{flow, flows};"), 1);
        assert_eq!(found(page, "use crate::ui::problem::say;"), 0);
        assert_eq!(
            found("src/ui/pages/environment/settings.rs", "use super::Shell;"),
            0
        );
        assert_eq!(
            found("src/ui/pages/environment/mod.rs", "use super::flow::Row;"),
            1
        );
        assert_eq!(
            found("src/ui/pages/mod.rs", "pub use self::flow::FlowPage;"),
            0
        );
    }

    #[test]
    fn only_the_backends_and_one_file_touch_the_browser() {
        for bad in [
            "let w = web_sys::window();",
            "use leptos::prelude::window; fn f() { window().scroll(); }",
            "js_sys::Date::now()",
            "use js_sys::Math; Math::random()",
            "use gloo_storage::LocalStorage;",
            "std::time::Instant::now()",
            "Uuid::new_v4()",
        ] {
            assert!(found("src/ui/app.rs", bad) > 0, "{bad}");
            assert!(found("src/main.rs", bad) > 0, "{bad}");
            assert_eq!(found("src/browser.rs", bad), 0, "{bad}");
            assert_eq!(found("src/journal/local.rs", bad), 0, "{bad}");
        }
        let good = "use web_sys::HtmlDialogElement; fn f(event: web_sys::Event) {}";
        assert_eq!(found("src/ui/components/dialog.rs", good), 0);
    }
}
