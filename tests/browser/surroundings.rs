//! The page's surroundings: what each function promises, and that a browser's refusal is not a panic.

use std::cell::Cell;
use std::rc::Rc;

use flow_environments::browser;
use js_sys::{Promise, eval};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_clock_is_past_the_year_2025() {
    assert!(browser::now().as_millis() > 1_767_225_600_000);
}

#[wasm_bindgen_test]
fn ids_are_random_uuids() {
    let (one, other) = (browser::fresh_uuid(), browser::fresh_uuid());
    assert_ne!(one, other);
    assert_eq!(one.get_version_num(), 4);
}

#[wasm_bindgen_test]
async fn the_hash_is_read_as_it_was_written_and_a_change_is_heard_of() {
    let heard = Rc::new(Cell::new(0));
    let listener = browser::on_window_event("hashchange", {
        let heard = heard.clone();
        move || heard.set(heard.get() + 1)
    });
    let change = || {
        eval("new Promise(it => window.addEventListener('hashchange', it, { once: true }))")
            .expect("the script runs")
            .unchecked_into::<Promise>()
    };
    let changed = change();
    browser::set_hash("/flows/a%20b?x=1");
    JsFuture::from(changed).await.expect("it is resolved");
    assert_eq!(browser::hash(), "/flows/a%20b?x=1");
    assert_eq!(heard.get(), 1);

    browser::replace_hash("/environments");
    assert_eq!(browser::hash(), "/environments");
    drop(listener);
    let changed = change();
    browser::set_hash("");
    JsFuture::from(changed).await.expect("it is resolved");
    assert_eq!(browser::hash(), "");
    assert_eq!(heard.get(), 1);
}

#[wasm_bindgen_test]
fn a_choice_is_remembered() {
    assert_eq!(browser::remembered("never made"), None);
    browser::remember("theme", "dark \"mode\"");
    assert_eq!(
        browser::remembered("theme").as_deref(),
        Some("dark \"mode\"")
    );
    assert_eq!(browser::remembered_here("theme"), None);
    browser::remember_here("theme", "light");
    assert_eq!(browser::remembered_here("theme").as_deref(), Some("light"));
}

#[wasm_bindgen_test]
fn a_theme_is_told_to_the_style_sheets() {
    browser::set_theme("dark");
    let told = eval("document.documentElement.dataset.theme").expect("the script runs");
    assert_eq!(told.as_string().as_deref(), Some("dark"));
}

#[wasm_bindgen_test]
async fn a_copy_without_a_clipboard_takes_the_old_way_and_says_whether_it_worked() {
    eval(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
        document.execCommand = command => {
            const area = document.activeElement;
            window.copied = command + ' ' + area.value.slice(area.selectionStart, area.selectionEnd);
            return window.allowed;
        };
        window.allowed = true;",
    )
    .expect("the script runs");
    let elements = || eval("document.querySelectorAll('*').length").ok();
    let before = elements();
    let done = browser::copy("one\ntwo").await;
    let copied = eval("window.copied").expect("the script runs");
    eval("window.allowed = false").expect("the script runs");
    let refused = browser::copy("one").await;
    eval("delete navigator.clipboard; delete document.execCommand").expect("the script runs");
    assert_eq!(done, Ok(()));
    assert_eq!(copied.as_string().as_deref(), Some("copy one\ntwo"));
    assert_eq!(refused, Err(browser::NotCopied));
    assert_eq!(elements(), before, "the text area was left behind");
}

#[wasm_bindgen_test]
fn a_moment_is_told_to_the_minute() {
    let now = 1_795_403_940_000;
    // A date is told in the way of the reader's locale.
    let exact = browser::exact_time(now);
    assert!(exact.contains("2026"), "{exact}");
    assert_eq!(browser::iso(now), "2026-11-23T03:19:00.000Z");
}

#[wasm_bindgen_test]
fn sizes_are_told_in_round_numbers() {
    let language = eval("navigator.language").expect("the script runs");
    let english = language.as_string().is_some_and(|it| it.starts_with("en"));
    let told = [
        (browser::size(30_847), "31 kB"),
        (browser::size(5 << 20), "5.2 MB"),
        (browser::size(0), "0 kB"),
        (browser::share(30_847, 5 << 20), "0.6%"),
        (browser::share(0, 0), "0%"),
    ];
    for (told, expected) in told {
        assert!(!told.is_empty());
        assert!(!english || told == expected, "{told}, not {expected}");
    }
}

#[wasm_bindgen_test]
fn a_moment_beyond_what_the_browser_can_tell_is_told_as_nothing() {
    assert_eq!(browser::exact_time(u64::MAX), "");
    assert_eq!(browser::iso(u64::MAX), "");
}
