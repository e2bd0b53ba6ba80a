//! The page as a person meets it: everything is looked for by its role and its accessible name, as
//! the browser tells them to assistive technology, and waited for with a deadline.
//!
//! What lies behind an open form has no role for the browser: finding something proves that it can
//! be reached.

use std::any::type_name;
use std::cell::RefCell;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::ports;
use xtask::serve::StaticSite;

use crate::driver::{Answer, Element, Engine, Refused, Session, Window, products, setting};

/// Where the site lies for every journey but those that say otherwise: below a path of its own.
const MOUNT: &str = "/some/repo/";

/// Longer than anything on the page takes, on a busy machine, too.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// As many browsers at once as a small machine carries.
const BROWSERS: usize = 2;

/// The keys that have no character of their own, as `WebDriver` writes them.
pub(crate) mod keys {
    pub(crate) const TAB: &str = "\u{E004}";
    pub(crate) const ENTER: &str = "\u{E007}";
    pub(crate) const ESCAPE: &str = "\u{E00C}";
    pub(crate) const LEFT: &str = "\u{E012}";
    pub(crate) const UP: &str = "\u{E013}";
    pub(crate) const DOWN: &str = "\u{E015}";
    pub(crate) const SPACE: &str = " ";
    pub(crate) const SHIFT: &str = "\u{E008}";
    pub(crate) const CONTROL: &str = "\u{E009}";
    pub(super) const DELETE: &str = "\u{E017}";
    /// Control and A, then nothing held any more.
    pub(super) const SELECT_ALL: &str = "\u{E009}a\u{E000}";
}

/// Runs a journey through the page, which starts as on a first visit.
#[track_caller]
pub(crate) fn journey<F: FnOnce(&Page)>(through: F) {
    journey_at(MOUNT, through);
}

/// Runs a journey that needs what only Chromium can do; in Firefox, says why it is not gone there.
#[track_caller]
pub(crate) fn journey_in_chromium<F: FnOnce(&Page)>(why: &str, through: F) {
    if in_chromium(why) {
        journey(through);
    }
}

/// Tells whether this is Chromium; says why the journey is not gone where it is not.
#[allow(
    clippy::print_stdout,
    reason = "what is left out belongs to the result"
)]
pub(crate) fn in_chromium(why: &str) -> bool {
    let chromium = Engine::of_this_run() == Engine::Chromium;
    if !chromium {
        println!("Not gone in Firefox: {why}");
    }
    chromium
}

/// Runs a journey with the site lying below `mount`.
#[track_caller]
pub(crate) fn journey_at<F: FnOnce(&Page)>(mount: &str, through: F) {
    journey_through(&built_site(), mount, true, through);
}

/// Runs a journey through the site in this folder, a changed copy of the built one.
#[track_caller]
pub(crate) fn journey_in<F: FnOnce(&Page)>(folder: &Path, through: F) {
    journey_through(folder, MOUNT, true, through);
}

/// Runs a journey in a browser that runs no script of a page.
#[track_caller]
pub(crate) fn journey_without_scripts<F: FnOnce(&Page)>(through: F) {
    journey_through(&built_site(), MOUNT, false, through);
}

/// Runs a journey through the page on a host that somebody else has started, at this address.
#[track_caller]
pub(crate) fn journey_on<F: FnOnce(&Page)>(url: &str, through: F) {
    let _turn = Turn::take();
    let browser = Session::start(1280, 900, true);
    let page = Page::of(type_name::<F>(), browser, url.to_owned(), None);
    run(&page, through);
}

#[track_caller]
fn journey_through<F: FnOnce(&Page)>(folder: &Path, mount: &str, scripts: bool, through: F) {
    let _turn = Turn::take();
    let port = ports::free().expect("a free port");
    let host = StaticSite::start(folder, mount, port).expect("it is free still");
    let browser = Session::start(1280, 900, scripts);
    let url = host.url().to_owned();
    let page = Page::of(type_name::<F>(), browser, url, Some(host));
    run(&page, through);
}

#[track_caller]
fn run<F: FnOnce(&Page)>(page: &Page, through: F) {
    page.go("");
    through(page);
    page.check_console();
}

/// Returns the folder of the site as it was built for release.
pub(crate) fn built_site() -> PathBuf {
    let folder = PathBuf::from(setting("FLOW_SITE"));
    assert!(
        folder.join("index.html").is_file(),
        "FLOW_SITE holds no built site"
    );
    folder
}

/// The right to have a browser open.
struct Turn;

static OPEN: Mutex<usize> = Mutex::new(0);
static CLOSED: Condvar = Condvar::new();

impl Turn {
    fn take() -> Self {
        let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = CLOSED
            .wait_while(open, |open| *open >= BROWSERS)
            .unwrap_or_else(PoisonError::into_inner);
        *open += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        CLOSED.notify_one();
    }
}

// The page ----------------------------------------------------------------------------------------

/// A browser on the page, on a site of its own.
pub(crate) struct Page {
    name: &'static str,
    // The browser goes before the host that it reads from.
    browser: Session,
    /// Where the page is, with a slash at the end.
    url: String,
    /// The journey's own host, where it has one and is not cut off from it.
    host: RefCell<Option<StaticSite>>,
    console: RefCell<Vec<String>>,
}

impl Page {
    fn of(name: &'static str, browser: Session, url: String, host: Option<StaticSite>) -> Self {
        Self {
            name,
            browser,
            url,
            host: RefCell::new(host),
            console: RefCell::default(),
        }
    }

    /// Cuts the page off from its host for as long as `meanwhile` takes.
    #[track_caller]
    pub(crate) fn without_network(&self, meanwhile: impl FnOnce()) {
        let host = self.host.take().expect("a host to be cut off from");
        let (folder, mount, port) = host.place();
        drop(host);
        meanwhile();
        let again = StaticSite::start(&folder, &mount, port).expect("the same port again");
        self.host.replace(Some(again));
    }

    /// Runs a script before any of the page's own, from the next reload on.
    #[track_caller]
    pub(crate) fn run_before(&self, script: &str) {
        let source = json!({ "source": script });
        done(
            self.browser
                .chromium("Page.addScriptToEvaluateOnNewDocument", &source),
        );
    }

    /// Goes to an address of the page: what stands behind its own, `#/flows` for example.
    #[track_caller]
    pub(crate) fn go(&self, hash: &str) {
        let address = format!("{}{hash}", self.url);
        done(self.browser.go(&address));
    }

    /// Returns what stands in the address bar behind the page's own address.
    #[track_caller]
    pub(crate) fn hash(&self) -> String {
        let address = done(self.browser.address());
        let hash = address.strip_prefix(&self.url);
        hash.unwrap_or_else(|| panic!("{address} has left the page"))
            .to_owned()
    }

    /// Waits until the browser's tab has this title.
    #[track_caller]
    pub(crate) fn is_titled(&self, title: &str) {
        until(|| {
            let found = self.browser.run("return document.title", &[])?;
            if found == title {
                Ok(())
            } else {
                Err(NotYet(format!("The title is {found}, not {title:?}")))
            }
        });
    }

    /// Waits until the page is scrolled to this height, counted from its top.
    #[track_caller]
    pub(crate) fn is_scrolled_to(&self, height: u32) {
        until(|| {
            let found = self.browser.run("return Math.round(scrollY)", &[])?;
            if found == height {
                Ok(())
            } else {
                Err(NotYet(format!("It is scrolled to {found}, not {height}")))
            }
        });
    }

    /// Loads the page anew.
    #[track_caller]
    pub(crate) fn reload(&self) {
        self.keep_console();
        done(self.browser.reload());
    }

    /// Goes one step back.
    #[track_caller]
    pub(crate) fn back(&self) {
        done(self.browser.back());
    }

    /// Returns the window that is looked at.
    #[track_caller]
    pub(crate) fn window(&self) -> Window {
        done(self.browser.window())
    }

    /// Opens the page in a second window and looks at that one.
    #[track_caller]
    pub(crate) fn open_window(&self) -> Window {
        let window = done(self.browser.new_window());
        self.switch_to(&window);
        self.go("");
        window
    }

    /// Looks at another window.
    #[track_caller]
    pub(crate) fn switch_to(&self, window: &Window) {
        done(self.browser.switch_to(window));
    }

    /// Lets the browser save files without asking. Returns the folder in which it does, which is empty.
    #[track_caller]
    pub(crate) fn saves_files(&self) -> PathBuf {
        let folder = products().join("saved").join(self.file_name());
        // What an earlier run saved, if there was one.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder can be made");
        done(self.browser.save_in(&folder));
        folder
    }

    /// Picks a file in the field of this name.
    #[track_caller]
    pub(crate) fn pick_file(&self, field: &str, file: &Path) {
        until(|| {
            let fields = self.browser.elements(None, "input[type=file]")?;
            for one in fields {
                if self.browser.label(&one)?.contains(field) {
                    self.browser.write(&one, &file.to_string_lossy())?;
                    return Ok(());
                }
            }
            Err(NotYet(format!("There is no field {field:?} for a file")))
        });
    }

    /// Makes the page as wide and high as a device's screen.
    #[track_caller]
    pub(crate) fn resize(&self, width: u32, height: u32) {
        done(self.browser.resize(width, height));
    }

    /// Makes the browser that of a phone. For Chromium, which can be one.
    #[track_caller]
    pub(crate) fn become_phone(&self, width: u32, height: u32, scale: u32) {
        done(self.browser.become_phone(width, height, scale));
    }

    /// Keeps a picture of what is seen in a file.
    #[track_caller]
    pub(crate) fn draw(&self, file: &Path) {
        let picture = from_base64(&done(self.browser.picture()));
        fs::write(file, picture).expect("the picture can be written");
    }

    /// Gives Chromium a command of its own protocol.
    #[track_caller]
    pub(crate) fn chromium(&self, command: &str, parameters: &Value) {
        done(self.browser.chromium(command, parameters));
    }

    /// Presses keys, wherever the focus is.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        done(self.browser.press(keys));
    }

    /// Presses a key while another one is held.
    #[track_caller]
    pub(crate) fn press_with(&self, held: &str, key: &str) {
        done(self.browser.press_with(held, key));
    }

    /// Tells whether the console tells of files that could not be loaded: that of Firefox tells it
    /// nobody outside.
    pub(crate) fn tells_of_missing_files(&self) -> bool {
        self.browser.engine == Engine::Chromium
    }

    /// Presses Tab until the focus is on what has this role and name, as often as the page has
    /// stops.
    #[track_caller]
    pub(crate) fn tab_to(&self, role: Role, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..80 {
            self.press(keys::TAB);
            let (known, label) = self.focus();
            if known == role.word() && label == name {
                return;
            }
            passed.push(format!("{known} {label:?}"));
        }
        panic!(
            "Tab does not lead to the {} {name:?}, but to {}",
            role.word(),
            passed.join(", ")
        );
    }

    /// Returns the role and the name of what has the focus.
    #[track_caller]
    pub(crate) fn focus(&self) -> (String, String) {
        let focused = done(self.browser.focused());
        (
            done(self.browser.role(&focused)),
            done(self.browser.label(&focused)),
        )
    }

    /// Waits until the focus is on what has this role and name.
    #[track_caller]
    pub(crate) fn focus_is_on(&self, role: Role, name: &str) {
        let wanted = (role.word().to_owned(), name.to_owned());
        until(|| {
            let focused = self.browser.focused()?;
            let found = (self.browser.role(&focused)?, self.browser.label(&focused)?);
            if found == wanted {
                Ok(())
            } else {
                Err(NotYet(format!("The focus is on {found:?}, not {wanted:?}")))
            }
        });
    }

    /// Runs a script in the page, for what a person cannot do, and returns what it returns.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Value {
        done(self.browser.run(script, &[]))
    }

    /// Lets Chromium note what it does and when.
    #[track_caller]
    pub(crate) fn begin_trace(&self) {
        // The one before may be ending still.
        until(|| Ok(self.browser.begin_trace()?));
    }

    /// Returns what it has noted since then, as events of its trace.
    #[track_caller]
    pub(crate) fn end_trace(&self) -> Vec<Value> {
        let mut trace = done(self.browser.end_trace());
        serde_json::from_value(trace["traceEvents"].take()).expect("a trace has events")
    }

    // Console --------------------------------------------------------------------------------

    fn keep_console(&self) {
        if let Ok(lines) = self.browser.console() {
            self.console.borrow_mut().extend(lines);
        }
    }

    /// Returns what the console has complained about so far, and forgets it.
    #[track_caller]
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.keep_console();
        let lines = self.console.take();
        lines.into_iter().filter(|line| complains(line)).collect()
    }

    #[track_caller]
    fn check_console(&self) {
        let complaints = self.complaints();
        assert!(
            complaints.is_empty(),
            "The console complains:\n{}",
            complaints.join("\n")
        );
    }

    // Evidence -------------------------------------------------------------------------------

    /// Keeps what is to be seen, for whoever looks into the failure.
    fn save_evidence(&self) -> std::io::Result<PathBuf> {
        let folder = products().join("failures").join(self.file_name());
        fs::create_dir_all(&folder)?;
        self.keep_console();
        let seen = self.browser.run(
            "return location.href + '\\n\\n' + document.body.innerText",
            &[],
        );
        let seen = seen.map_or_else(|refused| refused.to_string(), |it| plain(&it));
        let console = self.console.borrow().join("\n");
        fs::write(
            folder.join("page.txt"),
            format!("{seen}\n\nConsole:\n{console}\n"),
        )?;
        if let Ok(picture) = self.browser.picture() {
            fs::write(folder.join("page.png"), from_base64(&picture))?;
        }
        Ok(folder)
    }

    /// The journey's name, without what Rust puts around it.
    fn file_name(&self) -> String {
        let name = self.name.trim_end_matches("::{{closure}}");
        name.replace("::", "-")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if thread::panicking() {
            // The failure itself is being told already; this only adds to it.
            match self.save_evidence() {
                Ok(folder) => eprintln!("What was to be seen: {}", relative(&folder).display()),
                Err(error) => eprintln!("What was to be seen could not be kept: {error}"),
            }
        }
    }
}

/// Tells whether a line of the console is a complaint. Warnings are, too, but for the one that no
/// build can help: the browser compares a preloaded file with its checksum only when it is used.
fn complains(line: &str) -> bool {
    let of_preload = line.contains("preload") && line.contains("integrity");
    (line.starts_with("SEVERE") || line.starts_with("WARNING")) && !of_preload
}

fn relative(path: &Path) -> &Path {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR"))
        .unwrap_or(path)
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values: Vec<u32> = text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte))
        .filter_map(|value| u32::try_from(value).ok())
        .collect();
    let mut bytes = Vec::with_capacity(values.len() * 3 / 4);
    for group in values.chunks(4) {
        let bits = group.iter().fold(0, |bits, value| bits << 6 | value) << (6 * (4 - group.len()));
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

// Roles -------------------------------------------------------------------------------------------

/// What something is to assistive technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Alert,
    Article,
    Button,
    Checkbox,
    Combobox,
    Dialog,
    Footer,
    Heading,
    Item,
    Link,
    Main,
    Navigation,
    Option,
    Region,
    Row,
    RowHeader,
    SearchBox,
    Slider,
    Status,
    Table,
    TextBox,
    Tooltip,
}

impl Role {
    /// The role as the browser names it.
    const fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Article => "article",
            Self::Button => "button",
            Self::Checkbox => "checkbox",
            Self::Combobox => "combobox",
            Self::Dialog => "dialog",
            Self::Footer => "contentinfo",
            Self::Heading => "heading",
            Self::Item => "listitem",
            Self::Link => "link",
            Self::Main => "main",
            Self::Navigation => "navigation",
            Self::Option => "option",
            Self::Region => "region",
            Self::Row => "row",
            Self::RowHeader => "rowheader",
            Self::SearchBox => "searchbox",
            Self::Slider => "slider",
            Self::Status => "status",
            Self::Table => "table",
            Self::TextBox => "textbox",
            Self::Tooltip => "tooltip",
        }
    }

    /// The elements that can have the role; which of them do, the browser says.
    const fn candidates(self) -> &'static str {
        match self {
            Self::Alert => "[role=alert]",
            Self::Article => "article",
            Self::Button => "button, [role=button]",
            Self::Checkbox => "input[type=checkbox]",
            Self::Combobox => "select, [role=combobox]",
            Self::Dialog => "dialog, [role=dialog]",
            Self::Footer => "footer",
            Self::Heading => "h1, h2, h3, h4, h5, h6",
            Self::Item => "li",
            Self::Link => "a[href]",
            Self::Main => "main",
            Self::Navigation => "nav",
            Self::Option => "option, [role=option]",
            Self::Region => "section",
            Self::Row => "tr",
            Self::RowHeader => "th",
            Self::SearchBox => "input[type=search]",
            Self::Slider => "input[type=range]",
            Self::Status => "[role=status]",
            Self::Table => "table",
            Self::TextBox => "textarea, input",
            Self::Tooltip => "[role=tooltip]",
        }
    }
}

// Waiting -----------------------------------------------------------------------------------------

/// Why something cannot be had at this moment.
#[derive(Debug)]
pub(crate) struct NotYet(pub(crate) String);

impl From<Refused> for NotYet {
    fn from(refused: Refused) -> Self {
        Self(refused.to_string())
    }
}

/// Looks again and again, until there is what is looked for.
#[track_caller]
pub(crate) fn until<T>(mut look: impl FnMut() -> Result<T, NotYet>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(found) => return found,
            Err(NotYet(why)) if Instant::now() >= deadline => panic!("{why}"),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

#[track_caller]
fn done<T>(answer: Answer<T>) -> T {
    answer.unwrap_or_else(|refused| panic!("{refused}"))
}

// Parts of the page -------------------------------------------------------------------------------

/// Which of the things with a role.
#[derive(Clone, Debug)]
enum Which {
    /// The one with this name.
    Named(String),
    /// The one that has something of this role and name in it.
    With(Role, String),
    /// The one in which this is to be read.
    Saying(String),
    /// The only one.
    Only,
}

#[derive(Clone, Debug)]
struct Step {
    role: Role,
    which: Which,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = self.role.word();
        match &self.which {
            Which::Named(name) => write!(formatter, "the {role} {name:?}"),
            Which::With(inner, name) => {
                write!(formatter, "the {role} with the {} {name:?}", inner.word())
            }
            Which::Saying(text) => write!(formatter, "the {role} that says {text:?}"),
            Which::Only => write!(formatter, "the {role}"),
        }
    }
}

/// Something on the page, looked for anew whenever it is used: a part that was drawn again in the
/// meantime is the same to a person.
#[derive(Clone)]
pub(crate) struct Part<'p> {
    page: &'p Page,
    steps: Vec<Step>,
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = self.steps.iter().rev();
        if let Some(step) = steps.next() {
            write!(formatter, "{step}")?;
        }
        steps.try_for_each(|step| write!(formatter, " in {step}"))
    }
}

/// What has parts: the page, and each of its parts.
pub(crate) trait Within<'p> {
    /// This, as a part.
    fn part(&self) -> Part<'p>;

    /// The thing in here that has this role and name.
    fn named(&self, role: Role, name: &str) -> Part<'p> {
        self.part().then(role, Which::Named(name.to_owned()))
    }

    /// The thing of this role in here that has something else in it.
    fn with(&self, role: Role, inner: Role, name: &str) -> Part<'p> {
        self.part().then(role, Which::With(inner, name.to_owned()))
    }

    /// The thing of this role in here in which `text` is to be read.
    fn saying(&self, role: Role, text: &str) -> Part<'p> {
        self.part().then(role, Which::Saying(text.to_owned()))
    }

    /// The only thing in here that has this role.
    fn only(&self, role: Role) -> Part<'p> {
        self.part().then(role, Which::Only)
    }

    /// The button of this name.
    fn button(&self, name: &str) -> Part<'p> {
        self.named(Role::Button, name)
    }

    /// The link of this name.
    fn link(&self, name: &str) -> Part<'p> {
        self.named(Role::Link, name)
    }

    /// The open form of this name.
    fn dialog(&self, name: &str) -> Part<'p> {
        self.named(Role::Dialog, name)
    }

    /// The heading of this name.
    fn heading(&self, name: &str) -> Part<'p> {
        self.named(Role::Heading, name)
    }

    /// The text field of this name.
    fn field(&self, name: &str) -> Part<'p> {
        self.named(Role::TextBox, name)
    }

    /// The field of this name in which something is picked.
    fn combobox(&self, name: &str) -> Part<'p> {
        self.named(Role::Combobox, name)
    }

    /// The row of a table that is about `name`.
    fn row(&self, name: &str) -> Part<'p> {
        self.with(Role::Row, Role::RowHeader, name)
    }
}

impl<'p> Within<'p> for &'p Page {
    fn part(&self) -> Part<'p> {
        Part {
            page: self,
            steps: Vec::new(),
        }
    }
}

impl<'p> Within<'p> for Part<'p> {
    fn part(&self) -> Part<'p> {
        self.clone()
    }
}

impl Part<'_> {
    fn then(mut self, role: Role, which: Which) -> Self {
        self.steps.push(Step { role, which });
        self
    }

    /// Looks for it once.
    fn find(&self) -> Result<Element, NotYet> {
        let mut found = self.find_all()?;
        match (found.pop(), found.is_empty()) {
            (Some(element), true) => Ok(element),
            (Some(_), false) => Err(NotYet(format!("There is more than one of {self}"))),
            (None, _) => Err(NotYet(format!("There is not: {self}"))),
        }
    }

    fn find_all(&self) -> Result<Vec<Element>, NotYet> {
        let (last, before) = self.steps.split_last().expect("a part has a step");
        let root = if before.is_empty() {
            None
        } else {
            let outer = Self {
                page: self.page,
                steps: before.to_vec(),
            };
            Some(outer.find()?)
        };
        let mut found = Vec::new();
        for element in self
            .page
            .browser
            .elements(root.as_ref(), last.role.candidates())?
        {
            if self.fits(&element, last)? {
                found.push(element);
            }
        }
        Ok(found)
    }

    fn fits(&self, element: &Element, step: &Step) -> Answer<bool> {
        let browser = &self.page.browser;
        let fits = match &step.which {
            Which::Named(name) => browser.label(element)? == *name,
            Which::With(inner, name) => {
                let mut has = false;
                for one in browser.elements(Some(element), inner.candidates())? {
                    has =
                        has || browser.label(&one)? == *name && browser.role(&one)? == inner.word();
                }
                has
            }
            Which::Saying(text) => on_one_line(&browser.text(element)?).contains(text),
            Which::Only => true,
        };
        // What cannot be reached has no role.
        Ok(fits && browser.role(element)? == step.role.word())
    }

    /// Waits until it is there.
    #[track_caller]
    pub(crate) fn is_there(&self) -> &Self {
        until(|| self.find());
        self
    }

    /// Waits until it is not there, or cannot be reached.
    #[track_caller]
    pub(crate) fn is_gone(&self) {
        until(|| match self.find_all() {
            Ok(found) if !found.is_empty() => Err(NotYet(format!("There still is {self}"))),
            // Where what it would be in is not there, it is not there either.
            Ok(_) | Err(_) => Ok(()),
        });
    }

    /// Clicks it.
    #[track_caller]
    pub(crate) fn click(&self) {
        until(|| {
            let element = self.find()?;
            self.page
                .browser
                .click(&element)
                .map_err(|refused| NotYet(format!("{self} cannot be clicked: {refused}")))
        });
    }

    /// Taps on it with a finger.
    #[track_caller]
    pub(crate) fn tap(&self) {
        until(|| {
            let element = self.find()?;
            self.page
                .browser
                .tap(&element)
                .map_err(|refused| NotYet(format!("{self} cannot be tapped: {refused}")))
        });
    }

    /// Writes `text` into it, in the place of what is there.
    #[track_caller]
    pub(crate) fn fill(&self, text: &str) {
        until(|| {
            let element = self.find()?;
            self.page.browser.write(&element, keys::SELECT_ALL)?;
            let typed = if text.is_empty() { keys::DELETE } else { text };
            Ok(self.page.browser.write(&element, typed)?)
        });
    }

    /// Picks an option of it.
    #[track_caller]
    pub(crate) fn pick(&self, option: &str) {
        self.named(Role::Option, option).click();
    }

    /// Returns what is to be read in it, on one line.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        until(|| self.look())
    }

    /// Reads what is to be read in it, if it is there.
    pub(crate) fn look(&self) -> Result<String, NotYet> {
        Ok(on_one_line(&self.page.browser.text(&self.find()?)?))
    }

    /// Waits until all of this is to be read in it.
    #[track_caller]
    pub(crate) fn says(&self, texts: &[&str]) -> &Self {
        until(|| {
            let found = self.look()?;
            match texts.iter().find(|text| !found.contains(**text)) {
                None => Ok(()),
                Some(text) => Err(NotYet(format!(
                    "{self} does not say {text:?}, but {found:?}"
                ))),
            }
        });
        self
    }

    /// Makes sure that none of this is to be read in it now.
    #[track_caller]
    pub(crate) fn does_not_say(&self, texts: &[&str]) -> &Self {
        let found = self.text();
        for text in texts {
            assert!(!found.contains(text), "{self} says {text:?} in {found:?}");
        }
        self
    }

    /// Returns what was written into it.
    #[track_caller]
    pub(crate) fn value(&self) -> String {
        until(|| {
            let element = self.find()?;
            Ok(plain(&self.page.browser.property(&element, "value")?))
        })
    }

    /// Returns where it leads.
    #[track_caller]
    pub(crate) fn target(&self) -> String {
        let target = until(|| {
            let element = self.find()?;
            Ok(self.page.browser.attribute(&element, "href")?)
        });
        target.unwrap_or_else(|| panic!("{self} leads nowhere"))
    }

    /// Waits until it can be pressed.
    #[track_caller]
    pub(crate) fn can_be_pressed(&self) -> &Self {
        until(|| {
            let told = self.told()?;
            if told.disabled {
                Err(NotYet(format!(
                    "{self} cannot be pressed: {}",
                    told.description
                )))
            } else {
                Ok(())
            }
        });
        self
    }

    /// Waits until it cannot be pressed and its description says why: with all of these words.
    #[track_caller]
    pub(crate) fn cannot_be_pressed(&self, why: &str) -> &Self {
        until(|| {
            let told = self.told()?;
            if told.disabled && told.description.contains(why) {
                Ok(())
            } else {
                Err(NotYet(format!("{self} does not say {why:?}: {told:?}")))
            }
        });
        self
    }

    /// Returns what the browser tells assistive technology beyond role and name. The standard has no
    /// command for it.
    fn told(&self) -> Result<Told, NotYet> {
        let element = self.find()?;
        let browser = &self.page.browser;
        if browser.engine == Engine::Firefox {
            // Nobody outside it can ask Firefox: what the standard says that it tells.
            let told = browser.run(
                "const it = arguments[0], by = it.getAttribute('aria-describedby') ?? '';
                 return {
                     description: by.split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' '),
                     disabled: it.disabled || it.ariaDisabled === 'true',
                 };",
                &[&element],
            )?;
            return Ok(Told {
                description: plain(&told["description"]),
                disabled: told["disabled"] == true,
            });
        }
        browser.run("window.journeyElement = arguments[0]", &[&element])?;
        let object = browser.chromium(
            "Runtime.evaluate",
            &json!({ "expression": "window.journeyElement" }),
        )?;
        let tree = browser.chromium(
            "Accessibility.getPartialAXTree",
            &json!({ "objectId": object["result"]["objectId"], "fetchRelatives": false }),
        )?;
        let node = &tree["nodes"][0];
        let properties = node["properties"].as_array().into_iter().flatten();
        let mut disabled = properties.filter(|it| it["name"] == "disabled");
        Ok(Told {
            description: plain(&node["description"]["value"]),
            disabled: disabled.any(|it| it["value"]["value"] == true),
        })
    }
}

/// What assistive technology is told beyond role and name.
#[derive(Debug)]
struct Told {
    description: String,
    disabled: bool,
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
