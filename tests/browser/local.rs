//! The journal in localStorage: the contract that every backend holds to, the layout, and every way
//! in which the browser says no.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{ALL, Backend, BackendError, Personal};
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::Hash;
use flow_environments::journal::local::{Local, PREFIX, Watch, claim, key};
use flow_environments::journal::session::{Failure, Session};
use js_sys::{Function, Promise, eval};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::contract;
use crate::world::{
    FOUNDED, Turn, context, create_flow, founding, open, opened, read, sealed, state,
};

macro_rules! local_keeps {
    ($($promise:ident,)*) => {
        mod with_a_lock {
            use super::*;

            $(
                #[wasm_bindgen_test]
                async fn $promise() {
                    empty().await;
                    contract::$promise(&local).await;
                }
            )*
        }

        mod without_a_lock {
            use super::*;

            $(
                #[wasm_bindgen_test]
                async fn $promise() {
                    empty().await;
                    contract::$promise(&|| Rc::new(Local::without_locks())).await;
                }
            )*
        }
    };
}
contract::promises!(local_keeps);

fn local() -> Rc<dyn Backend> {
    Rc::new(Local::open().expect("the browser lets its storage be used"))
}

fn storage() -> web_sys::Storage {
    let window = web_sys::window().expect("there is a window");
    let storage = window.local_storage().expect("it is not blocked");
    storage.expect("there is one")
}

/// Forgets what earlier tests wrote and claim.
async fn empty() {
    storage().clear().expect("it can be cleared");
    js_async(
        "navigator.locks.query().then(all => Promise.all(all.held.map(
            claim => navigator.locks.request(claim.name, { steal: true }, () => {}))))",
    )
    .await;
}

fn put(key: &str, value: &str) {
    storage().set_item(key, value).expect("there is room");
}

fn stored(position: Position) -> Option<String> {
    storage()
        .get_item(&key(position))
        .expect("it is not blocked")
}

fn keys() -> Vec<String> {
    let storage = storage();
    let count = storage.length().expect("it is not blocked");
    let key = |n| storage.key(n).expect("it is not blocked");
    let mut keys: Vec<String> = (0..count).filter_map(key).collect();
    keys.sort();
    keys
}

fn js(script: &str) -> JsValue {
    eval(script).expect("the script runs")
}

async fn js_async(script: &str) -> JsValue {
    let promise = js(script).unchecked_into::<Promise>();
    JsFuture::from(promise).await.expect("it is kept")
}

async fn record(session: &Session, called: &str) -> Result<Position, Failure> {
    let recorded = session.submit(&create_flow(called), &context()).await;
    recorded.map(|entry| entry.position)
}

fn corrupt(position: u64) -> BackendError {
    let position = Position::new(position);
    BackendError::Corrupt { position }
}

// Layout ------------------------------------------------------------------------------------------

#[wasm_bindgen_test]
async fn each_entry_has_a_key_of_its_own() {
    empty().await;
    let session = opened(local()).await;
    record(&session, "Refunds").await.expect("it is recorded");
    let expected = [
        "flow-environments/entries/0000000001",
        "flow-environments/entries/0000000002",
        "flow-environments/entries/0000000003",
        "flow-environments/entries/0000000004",
    ];
    assert_eq!(keys(), expected);
}

#[wasm_bindgen_test]
async fn a_command_writes_one_small_value_however_long_the_history_is() {
    empty().await;
    let session = opened(local()).await;
    js("window.written = [];
        window.setItem = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
            written.push(key.length + value.length);
            return setItem.call(this, key, value);
        };");
    for n in 0..200 {
        let recorded = record(&session, &format!("Flow {n:03}")).await;
        recorded.expect("it is recorded");
    }
    let written = js("Storage.prototype.setItem = setItem; written");
    let written: Vec<f64> = js_sys::Array::from(&written)
        .iter()
        .filter_map(|length| length.as_f64())
        .collect();
    assert_eq!(written.len(), 200);
    // Only the position has more digits.
    assert!(written.iter().all(|length| *length <= written[0] + 2.0));
}

#[wasm_bindgen_test]
async fn keys_of_others_are_left_alone() {
    empty().await;
    let foreign = [
        "0000000001",
        "flow-environments/choices/theme",
        "flow-environments/entries",
        "theme",
    ];
    for key in foreign {
        put(key, "not an entry");
    }
    let session = opened(local()).await;
    record(&session, "Refunds").await.expect("it is recorded");
    assert_eq!(state(&opened(local()).await), state(&session));
    assert_eq!(keys().len(), 4 + foreign.len());
    let checkpoint = local().keep_checkpoint(FOUNDED, "one").await;
    assert_eq!(checkpoint, Ok(()));
    assert_eq!(keys().len(), 5 + foreign.len());
    Local::erase().expect("it is not blocked");
    assert_eq!(keys(), foreign);
    for key in foreign {
        let kept = storage().get_item(key).expect("it is not blocked");
        assert_eq!(kept.as_deref(), Some("not an entry"));
    }
}

// Damage ------------------------------------------------------------------------------------------

/// What an opening says of the damage.
async fn noticed() -> Option<BackendError> {
    match open(local()).await {
        Ok(session) => session.stopped(),
        Err(error) => Some(error),
    }
}

#[wasm_bindgen_test]
async fn a_garbled_key_is_reported_with_its_position() {
    for position in 1..=3 {
        empty().await;
        opened(local()).await;
        put(&key(Position::new(position)), "\u{fffd}{");
        assert_eq!(noticed().await, Some(corrupt(position)));
    }
}

#[wasm_bindgen_test]
async fn a_gap_is_reported_with_its_position() {
    for position in 1..=2 {
        empty().await;
        opened(local()).await;
        let key = key(Position::new(position));
        storage().remove_item(&key).expect("it is not blocked");
        assert_eq!(noticed().await, Some(corrupt(position)));
        assert_eq!(keys().len(), 2, "something was written");
    }
}

#[wasm_bindgen_test]
async fn a_gap_after_a_checkpoint_is_reported_with_its_position() {
    empty().await;
    let session = opened(local()).await;
    let last = stored(FOUNDED).expect("it is there");
    let checkpoint = session.with_state(|state| Checkpoint::write(state, Hash::of(&last)));
    let kept = local().keep_checkpoint(FOUNDED, &checkpoint).await;
    assert_eq!(kept, Ok(()));
    for called in ["Refunds", "Returns"] {
        record(&session, called).await.expect("it is recorded");
    }
    let key = key(FOUNDED.next());
    storage().remove_item(&key).expect("it is not blocked");
    let gap = corrupt(FOUNDED.next().get());
    assert_eq!(noticed().await, Some(gap));
}

#[wasm_bindgen_test]
async fn a_page_left_open_does_no_harm_to_the_journal_begun_since() {
    for (backend, erased) in [
        (local(), false),
        (local(), true),
        (Rc::new(Local::without_locks()) as _, false),
    ] {
        empty().await;
        let old = opened(backend).await;
        Local::erase().expect("it is not blocked");
        if !erased {
            opened(local()).await;
        }
        let before = keys();
        let refused = record(&old, "Refunds").await;
        assert_eq!(refused, Err(Failure::Backend(corrupt(FOUNDED.get()))));
        assert_eq!(keys(), before);
        opened(local()).await;
    }
}

// Refusals ----------------------------------------------------------------------------------------

/// Takes all the room there is, and returns in how many values.
fn fill() -> usize {
    let mut filler = "x".repeat(8 << 20);
    let mut count = 0;
    while !filler.is_empty() {
        let added = storage().set_item(&format!("filler {count}"), &filler);
        match added {
            Ok(()) => count += 1,
            Err(_) => filler.truncate(filler.len() / 2),
        }
    }
    count
}

/// Neither a reload nor another tab comes between the entries that a journal is begun with.
#[wasm_bindgen_test]
async fn a_journal_is_begun_in_one_go_or_not_at_all() {
    empty().await;
    let texts: Vec<String> = sealed(founding()).into_iter().map(|it| it.text).collect();
    assert!(texts.len() > 1);
    js("window.seen = [];
        window.setItem = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
            if (seen.length === 0) {
                // Comes after whatever is done in one go.
                queueMicrotask(() => { window.then = Object.keys(localStorage).length });
            }
            seen.push(key);
            return setItem.call(this, key, value);
        };");
    let begun = local().begin(&texts).await;
    js("Storage.prototype.setItem = window.setItem");
    assert_eq!(begun, Ok(()));
    let then = js("String(window.then)").as_string();
    assert_eq!(then, Some(texts.len().to_string()));
    assert_eq!(read(local(), Position::FIRST).await, Ok(texts.clone()));
    assert_eq!(local().begin(&texts).await, Err(BackendError::Taken));

    // Where there is room for the first of them only, there is none of them.
    empty().await;
    fill();
    let filler = storage().get_item("filler 0").expect("it is not blocked");
    let filler = filler.expect("it was put there");
    let room = texts[0].encode_utf16().count() + key(Position::FIRST).len() + 8;
    put("filler 0", &filler[room..]);
    let before = keys();
    assert_eq!(local().begin(&texts).await, Err(BackendError::Full));
    assert_eq!(keys(), before);
    put(&key(Position::FIRST), &texts[0]);
}

#[wasm_bindgen_test]
async fn a_full_storage_records_nothing_and_stays_usable() {
    empty().await;
    let session = opened(local()).await;
    let count = fill();
    let before = keys();
    let full = record(&session, "Refunds").await;
    assert_eq!(full, Err(Failure::Backend(BackendError::Full)));
    assert_eq!(keys(), before);
    assert_eq!(session.position(), FOUNDED);
    assert_eq!(session.follow().await, Ok(false));

    for n in 0..count {
        let key = format!("filler {n}");
        storage().remove_item(&key).expect("it is not blocked");
    }
    let recorded = record(&session, "Refunds").await;
    assert_eq!(recorded, Ok(FOUNDED.next()));
    assert_eq!(state(&opened(local()).await), state(&session));
}

#[wasm_bindgen_test]
async fn a_blocked_storage_is_said_to_be_blocked() {
    empty().await;
    let backend = local();
    let entry = sealed(founding()).remove(0);
    for blocked in [
        "{ get() { throw new DOMException('no', 'SecurityError') } }",
        "{ get() { return null } }",
    ] {
        js("window.real = Object.getOwnPropertyDescriptor(window, 'localStorage')");
        js(&format!(
            "Object.defineProperty(window, 'localStorage', {{ ...{blocked}, configurable: true }})"
        ));
        let answers = (
            Local::open().err(),
            Local::erase().err(),
            backend.read(Position::FIRST, ALL).await.broken,
            backend.keep_checkpoint(FOUNDED, "one").await.err(),
            backend.append(Position::FIRST, &entry.text).await.err(),
        );
        flow_environments::browser::remember("theme", "dark");
        let remembered = flow_environments::browser::remembered("theme");
        js("Object.defineProperty(window, 'localStorage', real)");
        let error = Some(BackendError::Blocked);
        assert_eq!(answers, (error, error, error, error, error));
        assert_eq!(remembered, None);
    }
    assert_eq!(read(backend, Position::FIRST).await, Ok(vec![]));
}

// Claims ------------------------------------------------------------------------------------------

/// Claims to write `text`, as another tab would. Call what is returned to give the claim back.
async fn claim_elsewhere(text: &str) -> Function {
    let claim = claim(text);
    let claimed = js_async(&format!(
        "new Promise(taken =>
            navigator.locks.request('{claim}', () => new Promise(give => taken({{ give }}))))"
    ))
    .await;
    let give = js_sys::Reflect::get(&claimed, &"give".into()).expect("there is one");
    give.unchecked_into()
}

async fn is_claimed(text: &str) -> bool {
    let claim = claim(text);
    js_async(&format!(
        "navigator.locks.query().then(all => all.held.some(lock => lock.name == '{claim}'))"
    ))
    .await
    .is_truthy()
}

/// Lets the future have its turn, a few times over.
async fn expect_pending<T>(future: &mut Turn<'_, T>) {
    for _ in 0..3 {
        let turn = poll_fn(|turn| Poll::Ready(future.as_mut().poll(turn).is_pending())).await;
        assert!(turn, "it did not wait");
        js_async("new Promise(over => setTimeout(over, 20))").await;
    }
}

fn first_texts() -> (String, String) {
    let text = || sealed(founding()).remove(0).text;
    (text(), text())
}

#[wasm_bindgen_test]
async fn an_append_waits_for_the_entry_of_the_one_that_has_the_claim() {
    empty().await;
    let (mine, theirs) = first_texts();
    let _keep = claim_elsewhere(&theirs).await;
    let backend = local();
    let mut append = backend.append(Position::FIRST, &mine);
    expect_pending(&mut append).await;
    assert_eq!(stored(Position::FIRST), None);

    put(&key(Position::FIRST), &theirs);
    assert_eq!(append.await, Err(BackendError::Taken));
    assert_eq!(stored(Position::FIRST), Some(theirs));
}

#[wasm_bindgen_test]
async fn an_append_takes_over_a_claim_that_came_to_nothing() {
    empty().await;
    let (mine, theirs) = first_texts();
    let give_back = claim_elsewhere(&theirs).await;
    let backend = local();
    let mut append = backend.append(Position::FIRST, &mine);
    expect_pending(&mut append).await;

    give_back.call0(&JsValue::NULL).expect("it is given back");
    assert_eq!(append.await, Ok(()));
    assert_eq!(stored(Position::FIRST).as_ref(), Some(&mine));
}

#[wasm_bindgen_test]
async fn an_entry_that_has_not_reached_another_tab_yet_is_not_written_over() {
    empty().await;
    let (mine, theirs) = first_texts();
    assert_eq!(local().append(Position::FIRST, &theirs).await, Ok(()));
    assert!(is_claimed(&theirs).await);
    // What the other tab sees, as long as it has not heard of the entry.
    storage()
        .remove_item(&key(Position::FIRST))
        .expect("it is not blocked");
    let other = local();
    let mut append = other.append(Position::FIRST, &mine);
    expect_pending(&mut append).await;

    put(&key(Position::FIRST), &theirs);
    assert_eq!(append.await, Err(BackendError::Taken));
}

#[wasm_bindgen_test]
async fn a_claim_is_kept_for_a_while_and_only_after_writing() {
    empty().await;
    let (mine, theirs) = first_texts();
    put(&key(Position::FIRST), &theirs);
    let taken = local().append(Position::FIRST, &mine).await;
    assert_eq!(taken, Err(BackendError::Taken));
    assert!(!is_claimed(&mine).await);

    empty().await;
    assert_eq!(local().append(Position::FIRST, &mine).await, Ok(()));
    while is_claimed(&mine).await {
        js_async("new Promise(over => setTimeout(over, 100))").await;
    }
}

#[wasm_bindgen_test]
async fn an_append_that_is_given_up_while_it_waits_records_nothing() {
    empty().await;
    let (mine, theirs) = first_texts();
    let give_back = claim_elsewhere(&theirs).await;
    let backend = local();
    {
        let mut append = backend.append(Position::FIRST, &mine);
        expect_pending(&mut append).await;
    }
    give_back.call0(&JsValue::NULL).expect("it is given back");
    assert_eq!(backend.append(Position::FIRST, &theirs).await, Ok(()));
    assert_eq!(stored(Position::FIRST), Some(theirs));
}

#[wasm_bindgen_test]
async fn without_locks_an_entry_that_was_written_over_is_not_acknowledged() {
    empty().await;
    let (mine, theirs) = first_texts();
    let backend = Local::without_locks();
    let mut append = backend.append(Position::FIRST, &mine);
    let begun = poll_fn(|turn| Poll::Ready(append.as_mut().poll(turn))).await;
    assert_eq!(begun, Poll::Pending);
    assert_eq!(stored(Position::FIRST), Some(mine.clone()));
    put(&key(Position::FIRST), &theirs);
    assert_eq!(append.await, Err(BackendError::Taken));
}

#[wasm_bindgen_test]
async fn where_there_are_no_locks_or_none_to_be_had_an_append_does_without() {
    for locks in [
        "undefined",
        "{ request: () => Promise.reject(new Error('no')) }",
        "{}",
    ] {
        empty().await;
        js(&format!(
            "Object.defineProperty(navigator, 'locks', {{ value: {locks}, configurable: true }})"
        ));
        let session = opened(local()).await;
        let recorded = record(&session, "Refunds").await;
        js("delete navigator.locks");
        assert_eq!(recorded, Ok(FOUNDED.next()), "{locks}");
    }
    assert!(js("navigator.locks").is_object());
}

// Watching ----------------------------------------------------------------------------------------

/// Changes the storage as another tab would: from another document of the same origin.
fn elsewhere(change: &str) {
    js(&format!(
        "if (!window.elsewhere) {{
            window.elsewhere = document.createElement('iframe');
            document.body.append(elsewhere);
        }}
        elsewhere.contentWindow.localStorage.{change}"
    ));
}

fn counting() -> (Watch, Rc<Cell<u32>>) {
    let count = Rc::new(Cell::new(0));
    let watch = Local::watch({
        let count = count.clone();
        move || count.set(count.get() + 1)
    });
    (watch, count)
}

/// Waits until another document's change to the key has been heard of here.
async fn heard_of(change: &str) {
    let heard =
        js("new Promise(heard => window.addEventListener('storage', heard, { once: true }))");
    elsewhere(change);
    let heard = JsFuture::from(heard.unchecked_into::<Promise>()).await;
    heard.expect("it is resolved");
}

#[wasm_bindgen_test]
async fn what_another_tab_writes_is_heard_of_until_the_watch_is_dropped() {
    empty().await;
    put("theme", "dark");
    let (watch, count) = counting();
    heard_of(&format!("setItem('{PREFIX}0000000001', '1')")).await;
    assert_eq!(count.get(), 1);
    heard_of("setItem('theme', 'light')").await;
    assert_eq!(count.get(), 1);
    heard_of(&format!("removeItem('{PREFIX}0000000001')")).await;
    assert_eq!(count.get(), 2);
    heard_of("clear()").await;
    assert_eq!(count.get(), 3);
    drop(watch);
    heard_of(&format!("setItem('{PREFIX}0000000001', '1')")).await;
    assert_eq!(count.get(), 3);
}

// Making room -------------------------------------------------------------------------------------

#[wasm_bindgen_test]
async fn a_checkpoint_that_is_a_hint_gives_way_to_an_entry() {
    empty().await;
    let session = opened(local()).await;
    let hint = "a hint ".repeat(1_000);
    let kept = local().keep_checkpoint(FOUNDED, &hint).await;
    assert_eq!(kept, Ok(()));
    fill();
    let recorded = record(&session, "Refunds").await;
    assert_eq!(recorded, Ok(FOUNDED.next()));
    assert_eq!(local().checkpoints().await, Vec::<String>::new());
    assert_eq!(state(&opened(local()).await), state(&session));
}

/// What is kept in this tab and in this browser.
const SNAPSHOT: &str = "window.snapshot = [localStorage, sessionStorage].map(it => ({ ...it }))";

/// Notes every change to a storage, as far as it was made.
const NOTE: &str = "
    window.changes = [];
    window.real = { setItem: Storage.prototype.setItem, removeItem: Storage.prototype.removeItem };
    for (const name of ['setItem', 'removeItem'])
        Storage.prototype[name] = function (...values) {
            const made = real[name].apply(this, values);
            changes.push([this === sessionStorage, name, values]);
            return made;
        };";

/// Brings back what was kept, and makes so many of the changes.
fn interrupted_after(changes: u32) {
    js(&format!(
        "[localStorage, sessionStorage].forEach((storage, index) => {{
            storage.clear();
            Object.entries(snapshot[index]).forEach(([key, value]) => storage.setItem(key, value));
        }});
        changes.slice(0, {changes}).forEach(([ofTab, name, values]) =>
            (ofTab ? sessionStorage : localStorage)[name](...values));"
    ));
}

#[wasm_bindgen_test]
async fn room_that_was_begun_to_be_made_leaves_a_journal_that_opens() {
    for full in [false, true] {
        empty().await;
        js("sessionStorage.clear()");
        let session = opened(local()).await;
        for n in 0..6 {
            let called = format!("Flow {n} {}", "and so on ".repeat(6));
            record(&session, &called).await.expect("it is recorded");
        }
        let last = session.position();
        if full {
            fill();
        }
        js(SNAPSHOT);
        js(NOTE);
        let shortened = session.shorten().await;
        js("Object.assign(Storage.prototype, real)");
        assert_eq!(shortened, Ok(()), "full: {full}");
        assert_eq!(stored(Position::FIRST), None);
        let count = js("String(changes.length)").as_string();
        let count: u32 = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        assert!(count > 6, "{count}");
        for changes in 0..=count {
            interrupted_after(changes);
            let again = opened(local()).await;
            assert_eq!(again.stopped(), None, "{changes} of {count}, full: {full}");
            assert_eq!(again.position(), last);
            assert_eq!(state(&again), state(&session));
            // And room can be made again.
            assert_eq!(again.shorten().await, Ok(()));
            let opened = opened(Rc::new(Local::without_locks())).await;
            assert_eq!(state(&opened), state(&session));
            let recorded = record(&opened, "Afterwards").await;
            assert_eq!(recorded, Ok(last.next()));
        }
    }
    js("sessionStorage.clear()");
}

#[wasm_bindgen_test]
async fn room_that_cannot_be_made_leaves_everything_as_it_is() {
    empty().await;
    let session = opened(local()).await;
    fill();
    let before = js("JSON.stringify({ ...localStorage })").as_string();
    let last = stored(FOUNDED).expect("it is there");
    // Longer than all entries together.
    let long = "x".repeat(1 << 20);
    let local = Local::open().expect("it is not blocked");
    let answer = Personal::shorten(&local, FOUNDED, Hash::of(&last), &long);
    assert_eq!(answer, Err(BackendError::Full));
    assert_eq!(
        js("JSON.stringify({ ...localStorage })").as_string(),
        before
    );
    assert_eq!(state(&opened(Rc::new(local)).await), state(&session));
    empty().await;
}

#[wasm_bindgen_test]
async fn a_copy_that_does_not_fit_leaves_the_journal_that_is_there() {
    empty().await;
    let session = opened(local()).await;
    let before = keys();
    let texts = vec!["x".repeat(4 << 20), "x".repeat(4 << 20)];
    let local = Local::open().expect("it is not blocked");
    let full = local.replace(None, Position::FIRST, &texts);
    assert_eq!(full, Err(BackendError::Full));
    assert_eq!(keys(), before);
    assert_eq!(state(&opened(Rc::new(local)).await), state(&session));
}
