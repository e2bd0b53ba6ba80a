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

use gloo_storage::{LocalStorage, SessionStorage, Storage as _};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::backend::{Answer, Backend, BackendError, Personal, Reading, Room};
use super::entry::{Hash, sealed_upon};
use crate::browser::{WindowListener, breathe, listen};
use crate::domain::id::Position;

/// What the key of every entry begins with; its position follows, ten digits long.
pub const PREFIX: &str = "flow-environments/entries/";

/// The key of the newest checkpoint.
pub const CHECKPOINT: &str = "flow-environments/checkpoint";

/// What the key of a checkpoint begins with that the journal begins with, entries before it having
/// been removed; its position follows, ten digits long.
pub const BASE: &str = "flow-environments/base/";

/// The characters that browsers let one address keep, by custom: 5 MiB of them.
const LIMIT: usize = 5 << 20;

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
        for key in keys(&storage, PREFIX).iter().rev() {
            LocalStorage::delete(key);
        }
        // A checkpoint alone is no journal.
        for key in keys(&storage, BASE) {
            LocalStorage::delete(key);
        }
        if let Some(session) = session_storage() {
            keys(&session, BASE).iter().for_each(SessionStorage::delete);
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
        Box::pin(async move {
            let reading = read(from, limit);
            // What was read may be much to take in.
            breathe().await;
            reading
        })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            match locks().filter(|_| self.locking) {
                Some(locks) => append_claimed(&locks, position, &[text.to_owned()]).await,
                None => append_and_look(position, text).await,
            }
        })
    }

    /// All of them, where there are locks: neither a reload nor another tab finds a part.
    fn begin<'a>(&'a self, texts: &'a [String]) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            match (locks().filter(|_| self.locking), texts.first()) {
                (Some(locks), _) => {
                    let begun = append_claimed(&locks, Position::FIRST, texts).await;
                    // They are many, and read next.
                    breathe().await;
                    begun
                }
                (None, Some(first)) => append_and_look(Position::FIRST, first).await,
                (None, None) => Ok(()),
            }
        })
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        let checkpoints = storage().map(|storage| {
            let kept = std::iter::once(CHECKPOINT.to_owned())
                .chain(keys(&storage, BASE).into_iter().rev())
                .filter_map(|key| get(&storage, &key).ok().flatten());
            let staged = session_storage().into_iter().flat_map(|session| {
                let keys = keys(&session, BASE).into_iter().rev();
                keys.filter_map(move |key| get(&session, &key).ok().flatten())
            });
            kept.chain(staged).collect()
        });
        Box::pin(ready(checkpoints.unwrap_or_default()))
    }

    fn keep_checkpoint<'a>(
        &'a self,
        _: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        let kept = storage().and_then(|storage| set(&storage, CHECKPOINT, text));
        Box::pin(ready(kept))
    }

    fn personal(&self) -> Option<&dyn Personal> {
        Some(self)
    }
}

impl Personal for Local {
    fn room(&self) -> Result<Room, BackendError> {
        let storage = storage()?;
        let mut room = Room {
            limit: Some(LIMIT),
            ..Room::default()
        };
        for key in keys(&storage, "") {
            // As the browser counts: UTF-16.
            let text = get(&storage, &key)?.unwrap_or_default();
            let taken = key.encode_utf16().count() + text.encode_utf16().count();
            if key.starts_with(PREFIX) {
                room.entries += taken;
            } else if key.starts_with(BASE) || key == CHECKPOINT {
                room.checkpoints += taken;
            } else {
                room.others += taken;
            }
        }
        Ok(room)
    }

    fn shorten(&self, position: Position, tip: Hash, checkpoint: &str) -> Result<(), BackendError> {
        let storage = storage()?;
        let stored = entry(&storage, position)?.map(|stored| Hash::of(&stored));
        if stored != Some(tip) {
            return Err(BackendError::Corrupt { position });
        }
        let (base, first_kept) = (base(position), key(position));
        let before = |key: &String| *key < base || (key.starts_with(PREFIX) && *key < first_kept);
        let mut going = [keys(&storage, BASE), keys(&storage, PREFIX)].concat();
        going.retain(before);
        match set_in_place_of_a_hint(&storage, &base, checkpoint) {
            Ok(()) => {}
            Err(BackendError::Full) => make_way(&storage, &base, checkpoint, &going)?,
            Err(error) => return Err(error),
        }
        if get(&storage, &base)?.as_deref() != Some(checkpoint) {
            return Err(BackendError::Unavailable);
        }
        // From here on all that matters is in place; what goes is not read any more.
        for key in going {
            LocalStorage::delete(&key);
        }
        Ok(())
    }

    fn replace(
        &self,
        checkpoint: Option<&str>,
        from: Position,
        texts: &[String],
    ) -> Result<(), BackendError> {
        let storage = storage()?;
        let mut before = Vec::new();
        for key in [keys(&storage, BASE), keys(&storage, PREFIX)].concat() {
            let text = get(&storage, &key)?.unwrap_or_default();
            before.push((key, text));
        }
        let base = checkpoint.map(|text| (base(from), text.to_owned()));
        let mut position = from;
        let entries = texts.iter().map(|text| {
            let key = key(position);
            position = position.next();
            (key, text.clone())
        });
        let replacing = base.into_iter().chain(entries);
        Self::erase()?;
        write_all(&storage, replacing).inspect_err(|_| {
            // It was there, so there is room for it.
            let _ = Self::erase().and_then(|()| write_all(&storage, before));
        })
    }
}

/// Writes a checkpoint where there is no room for it as long as the entries are there that it takes
/// the place of. While they go it lies in the tab's own storage, from which a journal opens, too.
fn make_way(
    storage: &web_sys::Storage,
    base: &str,
    checkpoint: &str,
    going: &[String],
) -> Result<(), BackendError> {
    let session = session_storage().ok_or(BackendError::Full)?;
    set(&session, base, checkpoint)?;
    let mut gone = Vec::new();
    let mut written = Err(BackendError::Full);
    for key in going {
        gone.push((key.clone(), get(storage, key)?.unwrap_or_default()));
        LocalStorage::delete(key);
        written = set(storage, base, checkpoint);
        if written != Err(BackendError::Full) {
            break;
        }
    }
    if written.is_err() {
        // They were there, so there is room for them. The oldest comes last: no gap is left.
        gone.reverse();
        write_all(storage, gone)?;
    }
    SessionStorage::delete(base);
    written
}

fn write_all(
    storage: &web_sys::Storage,
    values: impl IntoIterator<Item = (String, String)>,
) -> Result<(), BackendError> {
    values
        .into_iter()
        .try_for_each(|(key, text)| set(storage, &key, &text))
}

fn base(position: Position) -> String {
    format!("{BASE}{:010}", position.get())
}

/// Asks before gloo-storage does, which panics where the browser blocks the storage.
fn storage() -> Result<web_sys::Storage, BackendError> {
    web_sys::window()
        .and_then(|window| window.local_storage().ok()?)
        .map(|_| LocalStorage::raw())
        .ok_or(BackendError::Blocked)
}

/// This tab's own storage, where it has one.
fn session_storage() -> Option<web_sys::Storage> {
    let window = web_sys::window()?;
    window.session_storage().ok()??;
    Some(SessionStorage::raw())
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

/// A checkpoint that is only a hint gives way to what is none.
fn set_in_place_of_a_hint(
    storage: &web_sys::Storage,
    key: &str,
    text: &str,
) -> Result<(), BackendError> {
    match set(storage, key, text) {
        Err(BackendError::Full) if get(storage, CHECKPOINT)?.is_some() => {
            LocalStorage::delete(CHECKPOINT);
            set(storage, key, text)
        }
        answer => answer,
    }
}

fn entry(storage: &web_sys::Storage, position: Position) -> Result<Option<String>, BackendError> {
    get(storage, &key(position))
}

/// The keys that begin so, in order. All in one call: asking for them one by one takes quadratic time
/// in some browsers.
fn keys(storage: &web_sys::Storage, prefix: &str) -> Vec<String> {
    let all = Object::keys(storage).into_iter();
    let mut keys: Vec<String> = all
        .filter_map(|key| key.as_string())
        .filter(|key| key.starts_with(prefix))
        .collect();
    keys.sort_unstable();
    keys
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
            return nothing_there(&storage, position);
        };
        texts.push(text);
        position = position.next();
    }
    Ok(())
}

/// No entry may stand behind the end; but before a checkpoint that the journal begins with, entries
/// may have been removed.
fn nothing_there(storage: &web_sys::Storage, end: Position) -> Result<(), BackendError> {
    let last = key(end);
    let behind = |key: &&String| key.len() == last.len() && **key > last;
    let entries = keys(storage, PREFIX);
    let Some(next) = entries.iter().find(behind) else {
        return Ok(());
    };
    let first = entries.first() == Some(next);
    let staged = session_storage().map_or_else(Vec::new, |session| keys(&session, BASE));
    let bases = [keys(storage, BASE), staged].concat();
    if first && bases.iter().any(|key| *key > base(end)) {
        let number = next
            .strip_prefix(PREFIX)
            .and_then(|digits| digits.parse().ok());
        let before = Position::new(number.unwrap_or(end.get()));
        return Err(BackendError::Removed { before });
    }
    Err(BackendError::Corrupt { position: end })
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
    set_in_place_of_a_hint(&storage, &key(position), text)?;
    look(position, text)
}

/// Appends entries in one go: all of them, or none.
fn append_all(from: Position, texts: &[String]) -> Result<(), BackendError> {
    let mut position = from;
    for text in texts {
        if let Err(error) = append(position, text) {
            // The last one first: what is left of an interrupted removal is a journal.
            while position > from {
                position = Position::new(position.get() - 1);
                LocalStorage::delete(key(position));
            }
            return Err(error);
        }
        position = position.next();
    }
    Ok(())
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

/// Appends entries, or waits for the entry of the page that has the claim. Where there are no locks to be
/// had, the first of them.
async fn append_claimed(
    locks: &JsValue,
    position: Position,
    texts: &[String],
) -> Result<(), BackendError> {
    let Some(first) = texts.first() else {
        return Ok(());
    };
    loop {
        match claimed(locks, position, claim(first), texts.to_vec()).await {
            Claimed::Here(answer) => return answer,
            Claimed::Elsewhere => {}
            Claimed::Nowhere => return append_and_look(position, first).await,
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

async fn claimed(
    locks: &JsValue,
    position: Position,
    claim: String,
    texts: Vec<String>,
) -> Claimed {
    let outcome = Rc::new(Cell::new(Claimed::Nowhere));
    let (told, tell) = promise();
    // Dropped with this future: what is given up before its turn is not written.
    let callback = Closure::once({
        let outcome = Rc::clone(&outcome);
        move |lock: JsValue| {
            if lock.is_null() {
                outcome.set(Claimed::Elsewhere);
                return JsValue::UNDEFINED;
            }
            let answer = append_all(position, &texts);
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
            let name = claim.into();
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
