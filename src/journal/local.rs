//! A journal in this browser's localStorage: one key per entry, so that a command writes one small
//! value however long the history is.
//!
//! localStorage has no "create if absent", and what one page wrote reaches a page in another process
//! some milliseconds later, even where the two take turns by a lock. So a page claims, by a Web Lock,
//! to be the one that writes after a certain entry, and keeps the claim until every page must have
//! heard of what it wrote. Where there are no Web Locks (outside secure contexts) it waits a moment
//! after writing and looks whether its entry is still there, which is likely enough to tell.
//!
//! A damaged journal is not written on: an append looks at the entry before, which must be there and
//! be the one that the new entry names. So a page that was left open while another one erased the
//! journal and began a new one does no harm to it. Keys that do not begin with [`PREFIX`] are neither
//! read nor changed.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;

use gloo_storage::{LocalStorage, Storage as _};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::backend::{Answer, Backend, BackendError, Reading};
use super::entry::{Hash, sealed_upon};
use crate::browser::{WindowListener, listen};
use crate::domain::id::Position;

/// What the key of every entry begins with; its position follows, ten digits long.
pub const PREFIX: &str = "flow-environments/entries/";

/// The key of the newest checkpoint.
pub const CHECKPOINT: &str = "flow-environments/checkpoint";

/// Returns the key of the entry at `position`.
#[must_use]
pub fn key(position: Position) -> String {
    format!("{PREFIX}{:010}", position.get())
}

/// Returns the name of the Web Lock that is held by whoever writes `text`, or anything else upon the
/// same entry: that entry's hash makes it a claim on one position of one journal.
#[must_use]
pub fn claim(text: &str) -> String {
    let before = sealed_upon(text).map_or_else(|| "nothing".to_owned(), String::from);
    format!("flow-environments/after/{before}")
}

/// How long a claim is kept, in milliseconds: longer than a write takes to reach every page.
const KEPT: i32 = 2_000;

/// How long a page waits before it looks again whether another one's entry has reached it.
const GLANCE: i32 = 10;

/// How long a page without locks waits before it looks whether another one wrote over its entry.
const SETTLED: i32 = 25;

/// The journal of this page's origin.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    locking: bool,
}

impl Local {
    /// Uses the browser's localStorage, with Web Locks where there are any.
    ///
    /// # Errors
    ///
    /// [`BackendError::Blocked`] where the browser keeps the page from it.
    pub fn open() -> Result<Self, BackendError> {
        storage().map(|_| Self { locking: true })
    }

    /// Uses localStorage as if there were no Web Locks.
    #[must_use]
    pub const fn without_locks() -> Self {
        Self { locking: false }
    }

    /// Removes all entries, the last one first: what is left of an interrupted removal is a journal.
    ///
    /// # Errors
    ///
    /// [`BackendError::Blocked`].
    pub fn erase() -> Result<(), BackendError> {
        let storage = storage()?;
        let mut keys: Vec<String> = keys(&storage).collect();
        keys.sort_unstable();
        for key in keys.iter().rev() {
            LocalStorage::delete(key);
        }
        LocalStorage::delete(CHECKPOINT);
        Ok(())
    }

    /// Calls back whenever another tab wrote or removed an entry.
    pub fn watch(callback: impl Fn() + 'static) -> Watch {
        Watch(listen("storage", move |event| {
            let Ok(event) = event.dyn_into::<web_sys::StorageEvent>() else {
                return;
            };
            // Without a key all of the storage was cleared.
            if event.key().is_none_or(|key| key.starts_with(PREFIX)) {
                callback();
            }
        }))
    }
}

/// Watches the journal until it is dropped.
#[must_use = "dropping it ends the watching"]
pub struct Watch(#[expect(dead_code, reason = "held for its drop")] WindowListener);

impl Backend for Local {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        Box::pin(async move { read(from, limit) })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            match locks().filter(|_| self.locking) {
                Some(locks) => append_claimed(&locks, position, text).await,
                None => append_and_look(position, text).await,
            }
        })
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        let checkpoint = storage().and_then(|storage| get(&storage, CHECKPOINT));
        Box::pin(ready(checkpoint.ok().flatten().into_iter().collect()))
    }

    fn keep_checkpoint<'a>(
        &'a self,
        _: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        let kept = storage().and_then(|storage| set(&storage, CHECKPOINT, text));
        Box::pin(ready(kept))
    }
}

/// Asks before gloo-storage does, which panics where the browser blocks the storage.
fn storage() -> Result<web_sys::Storage, BackendError> {
    web_sys::window()
        .and_then(|window| window.local_storage().ok()?)
        .map(|_| LocalStorage::raw())
        .ok_or(BackendError::Blocked)
}

// Exact texts, which are what is hashed: not through gloo-storage's own JSON.

fn get(storage: &web_sys::Storage, key: &str) -> Result<Option<String>, BackendError> {
    storage.get_item(key).map_err(|_| BackendError::Blocked)
}

fn set(storage: &web_sys::Storage, key: &str, text: &str) -> Result<(), BackendError> {
    storage
        .set_item(key, text)
        .map_err(|error| not_written(&error))
}

fn entry(storage: &web_sys::Storage, position: Position) -> Result<Option<String>, BackendError> {
    get(storage, &key(position))
}

/// All keys in one call: asking for them one by one takes quadratic time in some browsers.
fn keys(storage: &web_sys::Storage) -> impl Iterator<Item = String> {
    Object::keys(storage)
        .into_iter()
        .filter_map(|key| key.as_string())
        .filter(|key| key.starts_with(PREFIX))
}

fn read(from: Position, limit: usize) -> Reading {
    let mut reading = Reading::of(Vec::new());
    reading.broken = read_into(&mut reading.texts, from, limit).err();
    reading
}

fn read_into(texts: &mut Vec<String>, from: Position, limit: usize) -> Result<(), BackendError> {
    let storage = storage()?;
    let mut position = from;
    while texts.len() < limit {
        let Some(text) = entry(&storage, position)? else {
            return no_gap(&storage, position);
        };
        texts.push(text);
        position = position.next();
    }
    Ok(())
}

/// No entry may stand behind the end.
fn no_gap(storage: &web_sys::Storage, end: Position) -> Result<(), BackendError> {
    let last = key(end);
    if keys(storage).any(|key| key.len() == last.len() && key > last) {
        return Err(BackendError::Corrupt { position: end });
    }
    Ok(())
}

/// Checks and writes in one go: within this tab nothing comes between.
fn append(position: Position, text: &str) -> Result<(), BackendError> {
    let storage = storage()?;
    if entry(&storage, position)?.is_some() {
        return Err(BackendError::Taken);
    }
    if position > Position::FIRST {
        let before = Position::new(position.get() - 1);
        let stored = entry(&storage, before)?.map(|stored| Hash::of(&stored));
        if stored.is_none() || stored != sealed_upon(text) {
            return Err(BackendError::Corrupt { position: before });
        }
    }
    set(&storage, &key(position), text)?;
    look(position, text)
}

fn look(position: Position, text: &str) -> Result<(), BackendError> {
    match entry(&storage()?, position)? {
        Some(stored) if stored == text => Ok(()),
        Some(_) => Err(BackendError::Taken),
        None => Err(BackendError::Unavailable),
    }
}

fn not_written(error: &JsValue) -> BackendError {
    let name = Reflect::get(error, &"name".into()).ok();
    match name.and_then(|name| name.as_string()).as_deref() {
        Some("SecurityError") => BackendError::Blocked,
        // QuotaExceededError, or an old browser's own name for it: what throws has not written.
        _ => BackendError::Full,
    }
}

// Web Locks ---------------------------------------------------------------------------------------

/// Returns the browser's `navigator.locks`. web-sys has it behind unstable flags only.
fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}

/// Appends, or waits for the entry of the page that has the claim.
async fn append_claimed(
    locks: &JsValue,
    position: Position,
    text: &str,
) -> Result<(), BackendError> {
    loop {
        match claimed(locks, position, text).await {
            Claimed::Here(answer) => return answer,
            Claimed::Elsewhere => {}
            Claimed::Nowhere => return append_and_look(position, text).await,
        }
        if entry(&storage()?, position)?.is_some() {
            return Err(BackendError::Taken);
        }
        pause(GLANCE).await;
    }
}

/// Who has the claim.
enum Claimed {
    /// This page, and what came of the append.
    Here(Result<(), BackendError>),
    /// Another page, or another call.
    Elsewhere,
    /// No one: there are no locks to be had.
    Nowhere,
}

async fn claimed(locks: &JsValue, position: Position, text: &str) -> Claimed {
    let outcome = Rc::new(Cell::new(Claimed::Nowhere));
    let (told, tell) = promise();
    // Dropped with this future: what is given up before its turn is not written.
    let callback = Closure::once({
        let outcome = Rc::clone(&outcome);
        let text = text.to_owned();
        move |lock: JsValue| {
            if lock.is_null() {
                outcome.set(Claimed::Elsewhere);
                return JsValue::UNDEFINED;
            }
            let answer = append(position, &text);
            outcome.set(Claimed::Here(answer));
            if answer.is_err() {
                return JsValue::UNDEFINED;
            }
            // It cannot fail: it is the browser's own function.
            let _ = tell.call0(&JsValue::NULL);
            timer(KEPT).into()
        }
    });
    let options = Object::new();
    let asked = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE)
        .and_then(|_| Reflect::get(locks, &"request".into()))
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|request| {
            let name = claim(text).into();
            request.call3(locks, &name, &options, callback.as_ref())
        });
    if let Ok(over) = asked {
        // The lock's own promise is over when the lock has been given back, or is not to be had.
        let either = Promise::race(&Array::of2(&told, &over));
        let _ = JsFuture::from(either).await;
    }
    outcome.replace(Claimed::Nowhere)
}

/// Appends, waits a moment, and looks whether the entry is still there.
async fn append_and_look(position: Position, text: &str) -> Result<(), BackendError> {
    append(position, text)?;
    pause(SETTLED).await;
    look(position, text)
}

// Promises ----------------------------------------------------------------------------------------

/// Returns a promise, and the function that keeps it.
fn promise() -> (Promise, Function) {
    // Not a default Function: that one is made from text, which the content security policy forbids.
    let mut keep = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _| keep = resolve.into());
    // The promise has called its executor before it was returned.
    (promise, keep.unchecked_into())
}

/// Returns a promise that is kept after so many milliseconds.
fn timer(milliseconds: i32) -> Promise {
    let (promise, keep) = promise();
    let set = web_sys::window().map(|window| {
        window.set_timeout_with_callback_and_timeout_and_arguments_0(&keep, milliseconds)
    });
    if !matches!(set, Some(Ok(_))) {
        // Nothing to wait by: do not wait for ever.
        let _ = keep.call0(&JsValue::NULL);
    }
    promise
}

async fn pause(milliseconds: i32) {
    // A timer's promise is not rejected.
    let _ = JsFuture::from(timer(milliseconds)).await;
}
