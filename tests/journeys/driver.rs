//! A session with a browser, Chromium or Firefox: the few commands of the `WebDriver` standard that the
//! journeys need, sent to the browser's driver over one kept-alive connection. For what the standard has
//! no word for, each browser is asked in its own way.
//!
//! Each session has its own driver, its own browser and an empty profile; dropping it ends and deletes
//! all three. It knows nothing of the page.

use std::cell::{Cell, RefCell};
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How the standard marks an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Longer than any one command takes, on a busy machine, too.
const COMMAND_LIMIT: Duration = Duration::from_secs(90);

/// No window, no questions, nothing in the background; root may start it, too.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--lang=en-GB",
];

/// The browser that the journeys go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
}

impl Engine {
    /// Returns the one that this run is for: set by `cargo xtask test`.
    pub(crate) fn of_this_run() -> Self {
        match env::var("FLOW_BROWSER").as_deref() {
            Ok("firefox") => Self::Firefox,
            Ok("chromium") | Err(_) => Self::Chromium,
            Ok(other) => panic!("FLOW_BROWSER is neither chromium nor firefox, but {other}"),
        }
    }

    /// The variable that names the browser's driver.
    const fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "FLOW_CHROMEDRIVER",
            Self::Firefox => "FLOW_GECKODRIVER",
        }
    }

    /// What its driver says before the port on which it listens.
    const fn before_port(self) -> &'static str {
        match self {
            Self::Chromium => "successfully on port ",
            Self::Firefox => "Listening on 127.0.0.1:",
        }
    }

    /// What its driver is started with.
    fn driver_arguments(self, profile: &Path) -> Vec<OsString> {
        match self {
            Self::Chromium => vec!["--port=0".into()],
            Self::Firefox => vec![
                "--port=0".into(),
                "--profile-root".into(),
                profile.into(),
                // Its own settings and its console can be asked for.
                "--allow-system-access".into(),
            ],
        }
    }

    fn capabilities(self, width: u32, height: u32, scripts: bool, profile: &Path) -> Value {
        match self {
            Self::Chromium => {
                let mut flags: Vec<String> = FLAGS.into_iter().map(str::to_owned).collect();
                flags.push(format!("--window-size={width},{height}"));
                flags.push(format!("--user-data-dir={}", profile.display()));
                json!({
                    "goog:chromeOptions": {
                        "binary": setting("FLOW_CHROMIUM").to_string_lossy(),
                        "args": flags,
                        // A person's own setting for all pages: 1 allows, 2 forbids.
                        "prefs": { "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 } },
                    },
                    "goog:loggingPrefs": { "browser": "ALL" },
                    "unhandledPromptBehavior": "ignore",
                })
            }
            Self::Firefox => json!({
                "moz:firefoxOptions": {
                    "binary": setting("FLOW_FIREFOX").to_string_lossy(),
                    "args": ["-headless", format!("--width={width}"), format!("--height={height}")],
                    "prefs": {
                        "javascript.enabled": scripts,
                        "ui.prefersReducedMotion": 1,
                        "intl.accept_languages": "en-GB, en",
                        // Tab stops at links, too, as everywhere but on a Mac.
                        "accessibility.tabfocus": 7,
                    },
                },
                "unhandledPromptBehavior": "ignore",
            }),
        }
    }
}

/// What the browser answered instead of doing it.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The standard's word for it: `stale element reference`, for example.
    pub(crate) error: String,
    message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.message.lines().next().unwrap_or_default();
        write!(formatter, "{}: {first}", self.error)
    }
}

/// What the browser answers to a command.
pub(crate) type Answer<T = Value> = Result<T, Refused>;

/// An element of the document, by the reference that the browser gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element(String);

impl Element {
    fn from(value: &Value) -> Self {
        let reference = value[ELEMENT].as_str();
        Self(reference.expect("an element has a reference").to_owned())
    }

    fn as_json(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// A window of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window(String);

/// A running driver. Whatever becomes of its session, it ends with this.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(3);
        while Instant::now() < deadline && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder that goes with this.
struct Profile(PathBuf);

impl Drop for Profile {
    fn drop(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(3);
        // The browser's last process may still be writing.
        while fs::remove_dir_all(&self.0).is_err() && self.0.exists() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A browser, steered by its driver.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    connection: RefCell<BufReader<TcpStream>>,
    /// Where the session's commands lie.
    path: String,
    /// How many traces were written.
    traces: Cell<u32>,
    /// Held open: the driver would end at its next line if nobody could read it.
    _said: BufReader<ChildStdout>,
    // The profile goes after the browser that writes to it.
    driver: Driver,
    _profile: Profile,
}

impl Session {
    /// Starts a browser with a window of this size, in which pages may run scripts or not.
    pub(crate) fn start(width: u32, height: u32, scripts: bool) -> Self {
        let engine = Engine::of_this_run();
        let profile = fresh_profile();
        let (driver, said, port) = start_driver(engine, &profile.0);
        let connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(COMMAND_LIMIT))?;
                Ok(stream)
            })
            .expect("the driver listens");

        let capabilities = engine.capabilities(width, height, scripts, &profile.0);
        let mut session = Self {
            engine,
            connection: RefCell::new(BufReader::new(connection)),
            path: String::new(),
            traces: Cell::new(0),
            _said: said,
            driver,
            _profile: profile,
        };
        let begun = session
            .send(
                "POST",
                "/session",
                &json!({ "capabilities": { "alwaysMatch": capabilities } }),
            )
            .unwrap_or_else(|refused| panic!("The browser does not start: {refused}"));
        let id = begun["sessionId"].as_str().expect("a session has an id");
        session.path = format!("/session/{id}");
        session
    }

    fn get(&self, command: &str) -> Answer {
        self.send("GET", &format!("{}{command}", self.path), &Value::Null)
    }

    fn post(&self, command: &str, body: &Value) -> Answer {
        self.send("POST", &format!("{}{command}", self.path), body)
    }

    /// One request, one answer. A connection that breaks ends the journey.
    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let mut connection = self.connection.borrow_mut();
        let answer = exchange(&mut connection, method, path, body)
            .unwrap_or_else(|error| panic!("The driver did not answer {path}: {error}"));
        let value = &answer["value"];
        match value["error"].as_str() {
            Some(error) => Err(Refused {
                error: error.to_owned(),
                message: value["message"].as_str().unwrap_or_default().to_owned(),
            }),
            None => Ok(value.clone()),
        }
    }

    // Where one is ---------------------------------------------------------------------------

    /// Goes to an address. Returns once it has been loaded.
    pub(crate) fn go(&self, address: &str) -> Answer {
        self.post("/url", &json!({ "url": address }))
    }

    /// Returns the address that the browser shows.
    pub(crate) fn address(&self) -> Answer<String> {
        self.get("/url").map(|it| text(&it))
    }

    /// Goes one step back.
    pub(crate) fn back(&self) -> Answer {
        self.post("/back", &json!({}))
    }

    /// Loads the page anew.
    pub(crate) fn reload(&self) -> Answer {
        match self.engine {
            Engine::Chromium => self.post("/refresh", &json!({})),
            // Firefox's own command loads a page past its worker, which no person can.
            Engine::Firefox => {
                self.run("window.before = true; location.reload()", &[])?;
                let deadline = Instant::now() + COMMAND_LIMIT;
                let arrived =
                    "return !window.before && document.readyState === 'complete' ? 'yes' : ''";
                while !matches!(self.run(arrived, &[]), Ok(it) if it == "yes") {
                    assert!(Instant::now() < deadline, "The page is not loaded again");
                    thread::sleep(Duration::from_millis(20));
                }
                Ok(Value::Null)
            }
        }
    }

    /// Returns the window that commands go to.
    pub(crate) fn window(&self) -> Answer<Window> {
        self.get("/window").map(|it| Window(text(&it)))
    }

    /// Opens another window; commands go on going to the one that is there.
    pub(crate) fn new_window(&self) -> Answer<Window> {
        self.post("/window/new", &json!({ "type": "window" }))
            .map(|it| Window(text(&it["handle"])))
    }

    /// Commands go to this window from now on.
    pub(crate) fn switch_to(&self, window: &Window) -> Answer {
        self.post("/window", &json!({ "handle": window.0 }))
    }

    // Elements -------------------------------------------------------------------------------

    /// Returns the elements that a CSS selector finds, in all of the document or inside `root`.
    pub(crate) fn elements(&self, root: Option<&Element>, css: &str) -> Answer<Vec<Element>> {
        let from = root.map_or_else(String::new, |root| format!("/element/{}", root.0));
        let found = self.post(
            &format!("{from}/elements"),
            &json!({ "using": "css selector", "value": css }),
        )?;
        let found = found.as_array().into_iter().flatten();
        Ok(found.map(Element::from).collect())
    }

    /// Returns the element that has the focus.
    pub(crate) fn focused(&self) -> Answer<Element> {
        self.get("/element/active").map(|it| Element::from(&it))
    }

    /// Returns the role that the browser tells assistive technology.
    pub(crate) fn role(&self, element: &Element) -> Answer<String> {
        let role = self.get(&format!("/element/{}/computedrole", element.0))?;
        // The standard has no role for a password's field. Chromium tells the one of other fields,
        // Firefox none; of what cannot be reached it tells "none".
        if role == "" && self.property(element, "type")? == "password" {
            return Ok("textbox".to_owned());
        }
        Ok(text(&role))
    }

    /// Returns the name that the browser tells assistive technology.
    pub(crate) fn label(&self, element: &Element) -> Answer<String> {
        self.get(&format!("/element/{}/computedlabel", element.0))
            .map(|it| text(&it))
    }

    /// Returns the text as it is seen.
    pub(crate) fn text(&self, element: &Element) -> Answer<String> {
        self.get(&format!("/element/{}/text", element.0))
            .map(|it| text(&it))
    }

    /// Returns a property of the element's object.
    pub(crate) fn property(&self, element: &Element, name: &str) -> Answer {
        self.get(&format!("/element/{}/property/{name}", element.0))
    }

    /// Returns an attribute, if it is there.
    pub(crate) fn attribute(&self, element: &Element, name: &str) -> Answer<Option<String>> {
        let value = self.get(&format!("/element/{}/attribute/{name}", element.0))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Clicks in the middle, as a mouse does: refused where something else lies over it.
    pub(crate) fn click(&self, element: &Element) -> Answer {
        self.post(&format!("/element/{}/click", element.0), &json!({}))
    }

    /// Types into the element.
    pub(crate) fn write(&self, element: &Element, keys: &str) -> Answer {
        self.post(
            &format!("/element/{}/value", element.0),
            &json!({ "text": keys }),
        )
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) fn press(&self, keys: &str) -> Answer {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() }))
            })
            .collect();
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        )
    }

    /// Presses a key while another one is held.
    pub(crate) fn press_with(&self, held: &str, key: &str) -> Answer {
        let stroke = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        let strokes = [
            stroke("keyDown", held),
            stroke("keyDown", key),
            stroke("keyUp", key),
            stroke("keyUp", held),
        ];
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        )
    }

    // Beyond the page ------------------------------------------------------------------------

    /// Runs a script in the page and returns what it returns.
    pub(crate) fn run(&self, script: &str, arguments: &[&Element]) -> Answer {
        let arguments: Vec<Value> = arguments.iter().map(|it| it.as_json()).collect();
        self.post(
            "/execute/sync",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// Returns a picture of what is seen, as PNG in Base64.
    pub(crate) fn picture(&self) -> Answer<String> {
        self.get("/screenshot").map(|it| text(&it))
    }

    /// Taps in the middle of the element, as a finger does.
    pub(crate) fn tap(&self, element: &Element) -> Answer {
        self.run(
            "arguments[0].scrollIntoView({ block: 'center' })",
            &[element],
        )?;
        self.post(
            "/actions",
            &json!({ "actions": [{
                "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
                "actions": [
                    { "type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": element.as_json() },
                    { "type": "pointerDown", "button": 0 },
                    { "type": "pointerUp", "button": 0 },
                ],
            }] }),
        )
    }

    /// Makes the page's view this wide and high: a window cannot be made as narrow as a phone, its
    /// content can.
    pub(crate) fn resize(&self, width: u32, height: u32) -> Answer {
        match self.engine {
            Engine::Chromium => self.chromium(
                "Emulation.setDeviceMetricsOverride",
                &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
            ),
            Engine::Firefox => {
                self.firefox(&format!(
                    "const view = window.gBrowser.selectedBrowser;
                     for (const [side, length] of [['width', {width}], ['height', {height}]])
                         for (const bound of [side, 'min-' + side, 'max-' + side])
                             view.style.setProperty(bound, length + 'px', 'important');"
                ))?;
                // The page hears of it a little later.
                self.run(
                    &format!(
                        "return new Promise(resized => {{
                             const look = () => innerWidth === {width} && innerHeight === {height}
                                 ? resized() : requestAnimationFrame(look);
                             look();
                         }})"
                    ),
                    &[],
                )
            }
        }
    }

    /// Makes the browser that of a phone: its view this wide and high, its finger a touch.
    pub(crate) fn become_phone(&self, width: u32, height: u32, scale: u32) -> Answer {
        self.chromium(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": true }),
        )?;
        self.chromium(
            "Emulation.setTouchEmulationEnabled",
            &json!({ "enabled": true }),
        )
    }

    /// Lets the browser save files in this folder without asking.
    pub(crate) fn save_in(&self, folder: &Path) -> Answer {
        match self.engine {
            Engine::Chromium => self.chromium(
                "Browser.setDownloadBehavior",
                &json!({ "behavior": "allow", "downloadPath": folder }),
            ),
            Engine::Firefox => self.firefox(&format!(
                "Services.prefs.setIntPref('browser.download.folderList', 2);
                 Services.prefs.setStringPref('browser.download.dir', {});",
                json!(folder)
            )),
        }
    }

    /// Returns what the browser's console said since the last call, as `LEVEL message`.
    pub(crate) fn console(&self) -> Answer<Vec<String>> {
        let log = match self.engine {
            Engine::Chromium => self.post("/se/log", &json!({ "type": "browser" }))?,
            // Errors, and what the policy forbade: Firefox warns of much that is no fault of a page.
            Engine::Firefox => self.firefox(
                "const said = Services.console.getMessageArray().filter(it =>
                     it instanceof Ci.nsIScriptError && /^(http|blob)/.test(it.sourceName)
                         && (!(it.flags & it.warningFlag) || it.category.startsWith('CSP')));
                 Services.console.reset();
                 return said.map(it => ({ level: 'SEVERE', message: `${it.sourceName} ${it.errorMessage}` }));",
            )?,
        };
        let lines = log.as_array().into_iter().flatten();
        Ok(lines
            .map(|line| format!("{} {}", text(&line["level"]), text(&line["message"])))
            .collect())
    }

    /// Lets Chromium note what it does and when.
    pub(crate) fn begin_trace(&self) -> Answer {
        let categories = ["devtools.timeline", "blink.user_timing"];
        let chosen = json!({ "includedCategories": categories, "excludedCategories": ["*"] });
        let wanted = json!({ "transferMode": "ReturnAsStream", "traceConfig": chosen });
        self.chromium("Tracing.start", &wanted)
    }

    /// Returns what Chromium has noted since then: its trace, when it has been written.
    pub(crate) fn end_trace(&self) -> Answer {
        self.chromium("Tracing.end", &json!({}))?;
        // It tells the name of the stream only to who listens to its events; it numbers them.
        let stream = self.traces.get() + 1;
        self.traces.set(stream);
        let read = json!({ "handle": stream.to_string(), "size": 1 << 20 });
        let begun = Instant::now();
        let mut text = String::new();
        loop {
            match self.chromium("IO.read", &read) {
                Ok(part) => {
                    text.push_str(part["data"].as_str().unwrap_or_default());
                    if part["eof"] != true {
                        continue;
                    }
                    // The end of what has been written so far.
                    if let Ok(trace) = serde_json::from_str(&text) {
                        return Ok(trace);
                    }
                }
                Err(refused) if begun.elapsed() > COMMAND_LIMIT => return Err(refused),
                Err(_) => {}
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs a script in Firefox itself, for what the standard has no word for.
    fn firefox(&self, script: &str) -> Answer {
        self.post("/moz/context", &json!({ "context": "chrome" }))?;
        let answer = self.run(script, &[]);
        self.post("/moz/context", &json!({ "context": "content" }))?;
        answer
    }

    /// Gives Chromium a command of its own protocol, for what the standard has no word for.
    pub(crate) fn chromium(&self, command: &str, parameters: &Value) -> Answer {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Nothing here may panic: a failed journey gets here, too, and maybe because the browser
        // is gone.
        if let Ok(mut connection) = self.connection.try_borrow_mut() {
            if !self.path.is_empty() {
                let _ = exchange(&mut connection, "DELETE", &self.path, &Value::Null);
            }
            match self.engine {
                Engine::Chromium => {
                    let _ = exchange(&mut connection, "GET", "/shutdown", &Value::Null);
                }
                // It has ended its browser by now, and has no word for ending itself.
                Engine::Firefox => {
                    let _ = self.driver.0.kill();
                }
            }
        }
    }
}

/// Returns a path from the environment, set by `cargo xtask test`.
pub(crate) fn setting(name: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| {
        panic!("{name} is not set: run the journeys with `cargo xtask test --only journeys`")
    })
}

/// Returns a folder of this name beside the build's other products.
pub(crate) fn products() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary).join("journeys")
}

fn fresh_profile() -> Profile {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let profile = products()
        .join("profiles")
        .join(format!("{}-{number}", std::process::id()));
    // Left over from a process that had the same number and was killed.
    let _ = fs::remove_dir_all(&profile);
    fs::create_dir_all(&profile).expect("a folder for the profile");
    Profile(profile)
}

/// Starts the browser's driver and returns it with what it says and the port on which it listens.
///
/// Chromium's takes a free port of IPv6 and then asks for the same number of IPv4. If another process
/// has that one, it ends; the next start draws another number.
fn start_driver(engine: Engine, profile: &Path) -> (Driver, BufReader<ChildStdout>, u16) {
    const STARTS: usize = 10;
    let mut last_words = String::new();
    for _ in 0..STARTS {
        let driver = Command::new(setting(engine.driver()))
            .args(engine.driver_arguments(profile))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = Driver(driver.expect("the driver starts"));
        let mut said = BufReader::new(driver.0.stdout.take().expect("its output is piped"));
        match port(&mut said, engine.before_port()) {
            Ok(port) => return (driver, said, port),
            Err(words) => last_words = words,
        }
    }
    panic!("The driver ended {STARTS} times before it listened, the last time with: {last_words}")
}

/// Reads on which port the driver listens, or, if it ends before that, all that it said.
fn port(said: &mut impl BufRead, before: &str) -> Result<u16, String> {
    let mut words = String::new();
    loop {
        let begun = words.len();
        if said.read_line(&mut words).expect("the driver speaks") == 0 {
            return Err(words);
        }
        let port = words[begun..]
            .split_once(before)
            .and_then(|(_, rest)| rest.trim().trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            return Ok(port);
        }
    }
}

/// Sends one HTTP request and reads the JSON that answers it.
fn exchange(
    connection: &mut BufReader<TcpStream>,
    method: &str,
    path: &str,
    body: &Value,
) -> std::io::Result<Value> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json; \
         charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        connection.get_ref().peer_addr()?,
        body.len()
    );
    connection.get_mut().write_all(request.as_bytes())?;
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if connection.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut answer = vec![0; length];
    connection.read_exact(&mut answer)?;
    serde_json::from_slice(&answer).map_err(std::io::Error::other)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
