//! A journal in this browser's localStorage: one key per entry, so that a command writes one small
//! value however long the history is.
//!
//! localStorage has no "create if absent". The append holds a Web Lock where there is one (secure
//! contexts only), and reads back what it wrote in either case. Keys that do not begin with
//! [`PREFIX`] are neither read nor changed.
//!
//! A damaged journal is not written on: an append looks at the entry before, which must be there and
//! be the one that the new entry names. So a tab that was left open while another one erased the
//! journal and began a new one does no harm to it.

use std::cell::Cell;
use std::rc::Rc;

use gloo_storage::{LocalStorage, Storage as _};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::backend::{Answer, Backend, BackendError};
use super::entry::follows;
use crate::browser::{WindowListener, listen};
use crate::domain::id::Position;

/// What the key of every entry begins with; its position follows, ten digits long.
pub const PREFIX: &str = "flow-environments/entries/";

/// The name of the Web Lock that an append holds.
pub const LOCK: &str = "flow-environments/append";

/// Returns the key of the entry at `position`.
#[must_use]
pub fn key(position: Position) -> String {
    format!("{PREFIX}{:010}", position.get())
}

/// The journal of this page's origin.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    locking: bool,
}

impl Local {
    /// Uses the browser's localStorage, with a Web Lock where there is one.
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
    fn read(&self, from: Position) -> Answer<'_, Vec<String>> {
        Box::pin(async move { read(from) })
    }

    fn append<'a>(&'a self, position: Position, text: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            match locks().filter(|_| self.locking) {
                Some(locks) => append_alone(&locks, position, text).await,
                None => append(position, text),
            }
        })
    }
}

/// Asks before gloo-storage does, which panics where the browser blocks the storage.
fn storage() -> Result<web_sys::Storage, BackendError> {
    web_sys::window()
        .and_then(|window| window.local_storage().ok()?)
        .map(|_| LocalStorage::raw())
        .ok_or(BackendError::Blocked)
}

fn get(storage: &web_sys::Storage, position: Position) -> Result<Option<String>, BackendError> {
    // The exact text, which is what is hashed: not through gloo-storage's own JSON.
    storage
        .get_item(&key(position))
        .map_err(|_| BackendError::Blocked)
}

/// All keys in one call: asking for them one by one takes quadratic time in some browsers.
fn keys(storage: &web_sys::Storage) -> impl Iterator<Item = String> {
    Object::keys(storage)
        .into_iter()
        .filter_map(|key| key.as_string())
        .filter(|key| key.starts_with(PREFIX))
}

fn read(from: Position) -> Result<Vec<String>, BackendError> {
    let storage = storage()?;
    let mut texts = Vec::new();
    let mut position = from;
    while let Some(text) = get(&storage, position)? {
        texts.push(text);
        position = position.next();
    }
    // A whole reading notices a gap, too: no entry may stand behind the end.
    let end = key(position);
    if from <= Position::FIRST && keys(&storage).any(|key| key.len() == end.len() && key > end) {
        return Err(BackendError::Corrupt { position });
    }
    Ok(texts)
}

/// Checks and writes in one go: within this tab nothing comes between.
fn append(position: Position, text: &str) -> Result<(), BackendError> {
    let storage = storage()?;
    if get(&storage, position)?.is_some() {
        return Err(BackendError::Taken);
    }
    if position > Position::FIRST {
        let before = Position::new(position.get() - 1);
        if !get(&storage, before)?.is_some_and(|stored| follows(text, &stored)) {
            return Err(BackendError::Corrupt { position: before });
        }
    }
    storage
        .set_item(&key(position), text)
        .map_err(|error| not_written(&error))?;
    match get(&storage, position)? {
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

/// Appends while no other tab does.
async fn append_alone(locks: &JsValue, position: Position, text: &str) -> Result<(), BackendError> {
    let answer = Rc::new(Cell::new(None));
    let callback = Closure::once({
        let answer = answer.clone();
        let text = text.to_owned();
        move || answer.set(Some(append(position, &text)))
    });
    let held = Reflect::get(locks, &"request".into())
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|request| request.call2(locks, &LOCK.into(), callback.as_ref()))
        .and_then(JsCast::dyn_into::<Promise>);
    if let Ok(held) = held {
        // It is rejected where the lock cannot be had; then nothing was called.
        let _ = JsFuture::from(held).await;
    }
    answer.take().unwrap_or_else(|| append(position, text))
}
