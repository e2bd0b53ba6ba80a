//! The page's surroundings: clock, ids, address bar, clipboard, what a reader has chosen before, and
//! times in words.
//!
//! With the backends of the journal this is all that touches the window. A refusal by the browser
//! that costs the reader nothing (a choice that is not remembered, a focus that is not moved) is left
//! at that; every other is returned. Deliberately not here: the journal's storage, and any sentence.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use gloo_storage::{LocalStorage, SessionStorage, Storage};
use js_sys::{Array, Date, Function, Intl, Object, Promise, Reflect};
use uuid::Uuid;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::domain::actor::Timestamp;
use crate::domain::json;

fn window() -> web_sys::Window {
    web_sys::window().expect("a page has a window")
}

/// Returns what the clock says.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds, far below 2^53; before 1970 it is 0"
    )]
    Timestamp::from_millis(Date::now() as u64)
}

/// Makes an id that nothing else has. Works in insecure contexts, too.
#[must_use]
pub fn fresh_uuid() -> Uuid {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid()
}

/// Returns a number from 0 to 1 by chance: good enough to spread requests.
#[must_use]
pub fn chance() -> f64 {
    js_sys::Math::random()
}

fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    window()
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes))
        .expect("every browser that runs WebAssembly has a source of randomness");
    bytes
}

// Address bar -------------------------------------------------------------------------------------

/// Returns what stands behind the address's `#`, as it is written there; empty where nothing does.
#[must_use]
pub fn hash() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_owned()
}

/// Goes to another `#`, as a link would: Back comes back from there.
pub fn set_hash(hash: &str) {
    // A page can always change what is behind its own `#`.
    let _ = window().location().set_hash(hash);
}

/// Puts another `#` in the place of the one that is there; no `hashchange` event follows.
pub fn replace_hash(hash: &str) {
    let address = format!("#{}", hash.strip_prefix('#').unwrap_or(hash));
    if let Ok(history) = window().history() {
        // What the step of the history is known by stays (see `Steps`).
        let step = history.state().unwrap_or(JsValue::NULL);
        // Refused only to pages that do it hundreds of times within seconds.
        let _ = history.replace_state_with_url(&step, "", Some(&address));
    }
}

/// Returns the absolute address that a relative one means on this page, if it is one.
#[must_use]
pub fn absolute(address: &str) -> Option<String> {
    let page = window().location().href().ok()?;
    let url = web_sys::Url::new_with_base(address, &page).ok()?;
    Some(url.href())
}

/// Returns where the page comes from, as its browser tells a store: `https://pages.example`.
#[must_use]
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// How far the page was scrolled at each step of the history, for Back and Forward. The browser would
/// scroll before the page has drawn what belongs there.
#[derive(Default)]
pub struct Steps {
    here: Cell<u64>,
    known: RefCell<HashMap<u64, f64>>,
}

impl Steps {
    /// Begins with the step that the page is at.
    #[must_use]
    pub fn begin() -> Self {
        if let Ok(history) = window().history() {
            // Whoever refuses scrolls by itself, as well as it can.
            let _ = history.set_scroll_restoration(web_sys::ScrollRestoration::Manual);
        }
        let steps = Self::default();
        steps.come();
        steps
    }

    /// Notes how far the step is scrolled that is being left, and tells to which one comes.
    pub fn arrive(&self) -> Arrival {
        let scrolled = window().scroll_y().unwrap_or_default();
        self.known.borrow_mut().insert(self.here.get(), scrolled);
        self.come()
    }

    fn come(&self) -> Arrival {
        let Ok(history) = window().history() else {
            return Arrival::Known(None);
        };
        let known = history.state().ok().and_then(|state| state.as_f64());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time that was written here"
        )]
        let step = known.map(|step| step as u64);
        // A link makes a step that nothing is known of: it is known by its time from now on.
        self.here.set(step.unwrap_or_else(|| now().as_millis()));
        let Some(step) = step else {
            // Refused only to pages that do it hundreds of times within seconds.
            let _ = history.replace_state(&number(self.here.get()).into(), "");
            return Arrival::New;
        };
        Arrival::Known(self.known.borrow().get(&step).copied())
    }
}

/// A step of the history, as one comes to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrival {
    /// It was made by coming to it.
    New,
    /// It was there, and one came to it by Back or Forward. It was scrolled so far, where one has been
    /// there since the page was loaded.
    Known(Option<f64>),
}

/// Goes a step back.
pub fn back() {
    if let Ok(history) = window().history() {
        // Where there is none, one stays.
        let _ = history.back();
    }
}

/// Scrolls the page to a height, counted from its top.
pub fn scroll_to(height: f64) {
    window().scroll_to_with_x_and_y(0.0, height);
}

// Made by `src/boot.js`.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = loadPart, catch)]
    fn part_of_the_program(name: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = settingsOfSite, catch)]
    fn settings_of_site() -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = askedAhead, catch)]
    fn asked_ahead(
        method: &str,
        url: &str,
        credentials: &str,
        authorization: &str,
    ) -> Result<JsValue, JsValue>;
}

/// Several pages of one host share their storage.
fn first_requests() -> String {
    ["first requests of ", &absolute("./").unwrap_or_default()].concat()
}

/// Remembers what a store was asked for first, for `src/boot.js` to ask for it at the next visit; and
/// which choice that is made in a tab proves who asks, where that must be proved.
pub fn remember_first_requests(urls: &[String], cookies: bool, proof: Option<&str>) {
    let mut requests = [credentials(cookies), proof.unwrap_or_default()].join("\n");
    for url in urls {
        requests.extend(["\n", url]);
    }
    remember(&first_requests(), &requests);
}

/// Asks no other store than the one at `base` for anything ahead at the next visit.
pub fn forget_first_requests_of_others(base: &str) {
    let known = remembered(&first_requests()).unwrap_or_default();
    if !known.split('\n').skip(2).all(|url| url.starts_with(base)) {
        forget_first_requests();
    }
}

/// Asks for nothing ahead at the next visit.
pub fn forget_first_requests() {
    if window().local_storage().is_ok_and(|it| it.is_some()) {
        LocalStorage::delete(format!("{CHOICES}{}", first_requests()));
    }
}

/// Returns what comes of this request, if `src/boot.js` has sent the very same one to be the next: the
/// answer and its body, or nothing.
#[must_use]
pub fn sent_ahead(method: &str, url: &str, cookies: bool, authorization: &str) -> Option<Promise> {
    let sent = asked_ahead(method, url, credentials(cookies), authorization);
    sent.ok()?.dyn_into().ok()
}

/// Takes no answer any more that `src/boot.js` has asked for: whatever is asked for now is to be new.
pub fn forget_sent_ahead() {
    let _ = asked_ahead("", "", "", "");
}

const fn credentials(cookies: bool) -> &'static str {
    if cookies { "include" } else { "omit" }
}

/// Returns `config.json`, which lies beside the page, and the status with which the site answered, or did
/// when it answered last; none where it never has.
pub async fn site_settings() -> Option<(u16, String)> {
    let answer = JsFuture::from(settings_of_site().ok()?).await.ok()?;
    let answer: Array = answer.dyn_into().ok()?;
    let status = answer.get(0).as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a status has three digits"
    )]
    Some((status as u16, answer.get(1).as_string()?))
}

/// Loads a part of the program that the page did not start with, unless it is there.
///
/// # Errors
///
/// [`NotLoaded`]; it can be tried again.
pub async fn load_part(name: &str) -> Result<(), NotLoaded> {
    let loading = part_of_the_program(name).map_err(|_| NotLoaded)?;
    let loaded = JsFuture::from(loading).await;
    loaded.map(drop).map_err(|_| NotLoaded)
}

/// Part of the program could not be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLoaded;

/// Calls back when what is on the page now has been painted.
pub fn after_paint(callback: impl FnOnce() + 'static) {
    // A frame begins before it is painted; what is put off from there comes after that.
    let later = Closure::once_into_js(callback);
    let frame = Closure::once_into_js(move || {
        let _ = window().set_timeout_with_callback(later.unchecked_ref());
    });
    let _ = window().request_animation_frame(frame.unchecked_ref());
}

/// Calls back when what is on the page now has been painted, and there is nothing else to do; soon after
/// that in any case.
pub fn when_idle(callback: impl FnOnce() + 'static) {
    const SOON: u32 = 200; // Milliseconds.
    after_paint(move || {
        let later = Closure::once_into_js(callback);
        let later = later.unchecked_ref();
        let soon = web_sys::IdleRequestOptions::new();
        soon.set_timeout(SOON);
        let asked = window().request_idle_callback_with_options(later, &soon);
        // Not every browser tells when it is; what was painted is over then at least.
        if asked.is_err() {
            let _ = window().set_timeout_with_callback(later);
        }
    });
}

/// Loads the page anew.
pub fn reload() {
    // A page can always reload itself.
    let _ = window().location().reload();
}

// Events ------------------------------------------------------------------------------------------

/// Listens to an event of the window until it is dropped.
#[must_use = "dropping it ends the listening"]
pub struct WindowListener {
    name: &'static str,
    callback: Closure<dyn FnMut(web_sys::Event)>,
}

/// Calls back whenever the window has the event.
pub fn on_window_event(name: &'static str, callback: impl Fn() + 'static) -> WindowListener {
    listen(name, move |_| callback())
}

/// Calls back with each event of the window that has the name.
pub(crate) fn listen(
    name: &'static str,
    callback: impl Fn(web_sys::Event) + 'static,
) -> WindowListener {
    let callback = Closure::<dyn FnMut(web_sys::Event)>::new(callback);
    // Every name and every function will do.
    let _ = window().add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
    WindowListener { name, callback }
}

impl Drop for WindowListener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = window().remove_event_listener_with_callback(self.name, callback);
    }
}

/// Ticks until it is dropped.
#[must_use = "dropping it ends the ticking"]
pub struct Ticking {
    interval: Option<i32>,
    #[expect(dead_code, reason = "held as long as the browser may call it")]
    callback: Closure<dyn FnMut()>,
}

/// Calls back every half minute: often enough for times that are told to the minute.
pub fn every_half_minute(callback: impl Fn() + 'static) -> Ticking {
    let callback = Closure::<dyn FnMut()>::new(callback);
    let function = callback.as_ref().unchecked_ref();
    let interval = window()
        .set_interval_with_callback_and_timeout_and_arguments_0(function, 30_000)
        .ok();
    Ticking { interval, callback }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        if let Some(interval) = self.interval {
            window().clear_interval_with_handle(interval);
        }
    }
}

/// Calls back once, unless it is dropped before.
#[must_use = "dropping it ends the waiting"]
pub struct Timer {
    timeout: Option<i32>,
    #[expect(dead_code, reason = "held as long as the browser may call it")]
    callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back after so many milliseconds.
    pub fn start(milliseconds: i32, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let function = callback.as_ref().unchecked_ref();
        let timeout = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(function, milliseconds)
            .ok();
        Self { timeout, callback }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(timeout) = self.timeout {
            window().clear_timeout_with_handle(timeout);
        }
    }
}

/// Waits.
pub async fn pause(milliseconds: u32) {
    let waited = Promise::new(&mut |over, _| {
        let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
        // Fails only where there is no timer: then nobody waits.
        let _ = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&over, milliseconds)
            .or_else(|_| over.call0(&JsValue::NULL).map(|_| 0));
    });
    // A timer's promise is not rejected.
    let _ = JsFuture::from(waited).await;
}

thread_local! {
    /// When the browser was last free to do what waits, in milliseconds since the epoch.
    static FREE: Cell<f64> = const { Cell::new(0.0) };
}

/// Lets the browser do what is urgent, such as to answer to whoever presses something, unless it was
/// free to do so just before: what is touched is to be free often while a page opens, and a desk's
/// machine, which is fast, is not to draw what is replaced at once.
pub async fn breathe() {
    // Milliseconds.
    let just_before = match window().navigator().max_touch_points() {
        0 => 8.0,
        _ => 4.0,
    };
    // A clock that was set back has been free for a time that nobody knows.
    if !(0.0..just_before).contains(&(Date::now() - FREE.get())) {
        match yielded() {
            // Its promise is not rejected.
            Ok(yielded) => drop(JsFuture::from(yielded).await),
            Err(_) => pause(0).await,
        }
        was_free();
    }
}

#[wasm_bindgen]
extern "C" {
    /// Goes on before all else that is not more urgent than the page. Not every browser has it.
    #[wasm_bindgen(js_namespace = scheduler, js_name = "yield", catch)]
    fn yielded() -> Result<Promise, JsValue>;
}

/// Notes that the browser was free just now: it has found the time to bring what came from outside.
pub fn was_free() {
    FREE.set(Date::now());
}

// Choices -----------------------------------------------------------------------------------------

const CHOICES: &str = "flow-environments/choices/";

/// Remembers a choice in this browser.
pub fn remember(choice: &str, made: &str) {
    if window().local_storage().is_ok_and(|it| it.is_some()) {
        // A choice that does not fit is made again at the next visit.
        let _ = LocalStorage::set(format!("{CHOICES}{choice}"), made);
    }
}

/// Returns a choice that was made in this browser.
#[must_use]
pub fn remembered(choice: &str) -> Option<String> {
    made(window().local_storage(), choice)
}

/// Remembers a choice in this tab.
pub fn remember_here(choice: &str, made: &str) {
    if window().session_storage().is_ok_and(|it| it.is_some()) {
        let _ = SessionStorage::set(format!("{CHOICES}{choice}"), made);
    }
}

/// Returns a choice that was made in this tab.
#[must_use]
pub fn remembered_here(choice: &str) -> Option<String> {
    made(window().session_storage(), choice)
}

// gloo-storage would bring a second reader of JSON into the page.
fn made(storage: Result<Option<web_sys::Storage>, JsValue>, choice: &str) -> Option<String> {
    let kept = storage.ok()??.get_item(&format!("{CHOICES}{choice}"));
    json::read(&kept.ok()??).ok()
}

/// Forgets a choice that was made in this tab.
pub fn forget_here(choice: &str) {
    if window().session_storage().is_ok_and(|it| it.is_some()) {
        SessionStorage::delete(format!("{CHOICES}{choice}"));
    }
}

// Document ----------------------------------------------------------------------------------------

/// Tells the style sheets which theme was chosen: `data-theme` on the root element.
pub fn set_theme(theme: &str) {
    if let Some(root) = window().document().and_then(|it| it.document_element()) {
        // The attribute's name is a valid one.
        let _ = root.set_attribute("data-theme", theme);
    }
}

/// Names the page in the browser's tab and in its history.
pub fn set_title(title: &str) {
    if let Some(document) = window().document() {
        document.set_title(title);
    }
}

/// Tells whether nobody can see the page.
#[must_use]
pub fn is_hidden() -> bool {
    window()
        .document()
        .is_some_and(|document| document.hidden())
}

#[wasm_bindgen]
extern "C" {
    /// A style sheet that no element holds.
    #[wasm_bindgen(js_name = CSSStyleSheet)]
    type Sheet;

    #[wasm_bindgen(constructor, js_class = "CSSStyleSheet")]
    fn new() -> Sheet;

    #[wasm_bindgen(method, js_name = replaceSync)]
    fn replace(this: &Sheet, rules: &str);

    #[wasm_bindgen(js_namespace = ["document", "adoptedStyleSheets"], js_name = push)]
    fn adopt(sheet: &Sheet);
}

/// Adds rules to those of the page, after them.
pub fn add_styles(rules: &str) {
    let sheet = Sheet::new();
    sheet.replace(rules);
    adopt(&sheet);
}

/// Takes away what was shown while the page's program was on its way.
pub fn remove_shell() {
    let document = window().document();
    if let Some(shell) = document.and_then(|it| it.get_element_by_id("shell")) {
        shell.remove();
    }
}

/// Gives the focus to the first of these elements that there is, where nothing has it: for when what
/// had it is gone. Each is named by a selector.
pub fn keep_focus(choices: &[&str]) {
    let document = window().document();
    // What has just been hidden keeps the focus until the browser draws the page.
    let lost = document
        .and_then(|it| it.active_element())
        .is_none_or(|element| {
            element.local_name() == "body" || element.get_client_rects().length() == 0
        });
    if lost {
        give_focus(choices);
    }
}

/// Gives the focus to the first of these elements that there is. Behind an open form it stays in the
/// form.
pub fn give_focus(choices: &[&str]) {
    let Some(document) = window().document() else {
        return;
    };
    let found = choices
        .iter()
        .find_map(|choice| document.query_selector(choice).ok()?);
    if let Some(Ok(element)) = found.map(JsCast::dyn_into::<web_sys::HtmlElement>) {
        if element.tab_index() < 0 && !element.has_attribute("tabindex") {
            // A heading: it takes the focus, and Tab does not stop at it.
            element.set_tab_index(-1);
        }
        let where_it_is = web_sys::FocusOptions::new();
        where_it_is.set_prevent_scroll(true);
        // Nothing is lost where the browser refuses to move the focus.
        let _ = element.focus_with_options(&where_it_is);
    }
}

/// Tells whether a form is open over the page.
#[must_use]
pub fn is_form_open() -> bool {
    let open = |document: web_sys::Document| document.query_selector("dialog[open]").ok()?;
    window().document().and_then(open).is_some()
}

/// Tells whether the keyboard has a ⌘ where others have Ctrl.
#[must_use]
pub fn has_command_key() -> bool {
    let platform = window().navigator().platform();
    platform.is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// Scrolls as little as it takes for the element of this id to be seen, if there is one.
pub fn reveal_id(id: &str) {
    let document = window().document();
    if let Some(element) = document.and_then(|it| it.get_element_by_id(id)) {
        reveal(&element);
    }
}

/// Scrolls as little as it takes for the element to be seen.
pub fn reveal(element: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

// Files -------------------------------------------------------------------------------------------

/// Lets the browser save a text as a file of this name.
///
/// # Errors
///
/// [`NotSaved`] where the browser cannot.
pub fn save_as(name: &str, text: &str) -> Result<(), NotSaved> {
    offer(name, text).ok_or(NotSaved)
}

/// The browser would not have the text saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSaved;

fn offer(name: &str, text: &str) -> Option<()> {
    let document = window().document()?;
    let blob = web_sys::Blob::new_with_str_sequence(&Array::of1(&text.into())).ok()?;
    let address = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let link = document.create_element("a").ok()?;
    let link: web_sys::HtmlElement = link.dyn_into().ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    // The browser has taken hold of what is behind the address by the click. The address was valid.
    let _ = web_sys::Url::revoke_object_url(&address);
    Some(())
}

/// Reads the file that was picked in a field; none where none was, or it cannot be read.
pub async fn picked_file(field: &web_sys::HtmlInputElement) -> Option<String> {
    let file = field.files()?.get(0)?;
    let text = JsFuture::from(file.text()).await.ok()?;
    text.as_string()
}

// Clipboard ---------------------------------------------------------------------------------------

/// The browser would not have the text copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCopied;

/// Puts a text on the clipboard. To be called from a click: browsers want to see one.
///
/// # Errors
///
/// [`NotCopied`] where the browser does not let the page; the text is to be selected by hand then.
pub async fn copy(text: &str) -> Result<(), NotCopied> {
    let clipboard = window().navigator().clipboard();
    // It is missing outside secure contexts.
    if clipboard.is_undefined() {
        return copy_by_selection(text).ok_or(NotCopied);
    }
    match JsFuture::from(clipboard.write_text(text)).await {
        Ok(_) => Ok(()),
        Err(_) => copy_by_selection(text).ok_or(NotCopied),
    }
}

/// The way before there was a clipboard to write to: select a text, and say "copy".
fn copy_by_selection(text: &str) -> Option<()> {
    let document = window().document()?;
    let focused = document.active_element();
    // Around an open dialog nothing can be selected: the text must lie inside.
    let dialog = focused
        .as_ref()
        .and_then(|element| element.closest("dialog").ok()?);
    let parent = dialog.or_else(|| document.body().map(Into::into))?;

    let area = document.create_element("textarea").ok()?;
    let area: web_sys::HtmlTextAreaElement = area.dyn_into().ok()?;
    area.set_value(text);
    // Where it does not make the page scroll.
    area.style().set_property("position", "fixed").ok()?;
    area.style().set_property("top", "0").ok()?;
    area.style().set_property("opacity", "0").ok()?;
    parent.append_child(&area).ok()?;
    area.select();
    let copy = Reflect::get(&document, &"execCommand".into())
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|command| command.call1(&document, &"copy".into()));
    area.remove();
    if let Some(Ok(focused)) = focused.map(JsCast::dyn_into::<web_sys::HtmlElement>) {
        // Nothing is lost where it cannot have the focus back.
        let _ = focused.focus();
    }
    copy.is_ok_and(|copied| copied.is_truthy()).then_some(())
}

// Times -------------------------------------------------------------------------------------------

thread_local! {
    // Made once: making one costs more than all of its uses on a page.
    static EXACT: Intl::DateTimeFormat = Intl::DateTimeFormat::new(
        &Array::new(),
        &options([("dateStyle", "medium"), ("timeStyle", "short")]),
    );
}

fn options<const N: usize>(entries: [(&str, &str); N]) -> Object {
    let options = Object::new();
    for (key, value) in entries {
        // A fresh object takes any key.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    options
}

// Moments are milliseconds since the epoch here: widgets know nothing of the domain.

/// Says a moment in the way of the browser's locale: "23 Nov 2026, 03:19".
#[must_use]
pub fn exact_time(at: u64) -> String {
    EXACT
        .with(|exact| exact.format().call1(exact, &date(at)))
        .ok()
        .and_then(|text| text.as_string())
        // A moment beyond what a Date holds.
        .unwrap_or_default()
}

/// Writes a moment for machines: "2026-11-23T03:19:00.000Z".
#[must_use]
pub fn iso(at: u64) -> String {
    let date = date(at);
    // A moment beyond what a Date holds would throw.
    if date.get_time().is_nan() {
        return String::new();
    }
    date.to_iso_string().into()
}

// Sizes -------------------------------------------------------------------------------------------

/// Says how long a text of so many characters is, in the way of the browser's locale: "31 kB". As one
/// speaks of a storage's size: each character of it is a byte.
#[must_use]
pub fn size(characters: usize) -> String {
    let thousands = count(characters) / 1_000.0;
    if thousands < 1_000.0 {
        in_unit(thousands.ceil(), "unit", "kilobyte")
    } else {
        in_unit(thousands / 1_000.0, "unit", "megabyte")
    }
}

/// Says how much of a whole a part is, in the way of the browser's locale: "0.6%".
#[must_use]
pub fn share(part: usize, whole: usize) -> String {
    in_unit(count(part) / count(whole.max(1)), "percent", "percent")
}

fn in_unit(number: f64, style: &str, unit: &str) -> String {
    let options = options([
        ("style", style),
        ("unit", unit),
        ("maximumFractionDigits", "1"),
    ]);
    let format = Intl::NumberFormat::new(&Array::new(), &options);
    let text = format.format().call1(&format, &number.into());
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "no storage is that large")]
const fn count(characters: usize) -> f64 {
    characters as f64
}

fn date(at: u64) -> Date {
    Date::new(&JsValue::from_f64(number(at)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact for the next 280,000 years"
)]
const fn number(at: u64) -> f64 {
    at as f64
}
