//! A session with a browser: the few commands of the `WebDriver` standard that the journeys need,
//! sent to chromedriver over one kept-alive connection.
//!
//! Each session has its own chromedriver, its own browser and an empty profile; dropping it ends
//! and deletes all three. It knows nothing of the page.

use std::cell::RefCell;
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

/// A running chromedriver. Whatever becomes of its session, it ends with this.
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

/// A browser, steered by chromedriver.
pub(crate) struct Session {
    connection: RefCell<BufReader<TcpStream>>,
    /// Where the session's commands lie.
    path: String,
    /// Held open: chromedriver would end at its next line if nobody could read it.
    _said: BufReader<ChildStdout>,
    // The profile goes after the browser that writes to it.
    _driver: Driver,
    _profile: Profile,
}

impl Session {
    /// Starts a browser with a window of this size, in which pages may run scripts or not.
    pub(crate) fn start(width: u32, height: u32, scripts: bool) -> Self {
        let profile = fresh_profile();
        let (driver, said, port) = chromedriver();
        let connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(COMMAND_LIMIT))?;
                Ok(stream)
            })
            .expect("chromedriver listens");

        let mut flags: Vec<String> = FLAGS.into_iter().map(str::to_owned).collect();
        flags.push(format!("--window-size={width},{height}"));
        flags.push(format!("--user-data-dir={}", profile.0.display()));
        let capabilities = json!({
            "goog:chromeOptions": {
                "binary": setting("FLOW_CHROMIUM").to_string_lossy(),
                "args": flags,
                // A person's own setting for all pages: 1 allows, 2 forbids.
                "prefs": { "profile.managed_default_content_settings.javascript": if scripts { 1 } else { 2 } },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "ignore",
        });
        let mut session = Self {
            connection: RefCell::new(BufReader::new(connection)),
            path: String::new(),
            _said: said,
            _driver: driver,
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
            .unwrap_or_else(|error| panic!("chromedriver did not answer {path}: {error}"));
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
        self.post("/refresh", &json!({}))
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
        self.get(&format!("/element/{}/computedrole", element.0))
            .map(|it| text(&it))
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

    /// Returns what the browser's console said since the last call, as `LEVEL message`.
    pub(crate) fn console(&self) -> Answer<Vec<String>> {
        let log = self.post("/se/log", &json!({ "type": "browser" }))?;
        let lines = log.as_array().into_iter().flatten();
        Ok(lines
            .map(|line| format!("{} {}", text(&line["level"]), text(&line["message"])))
            .collect())
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
            let _ = exchange(&mut connection, "GET", "/shutdown", &Value::Null);
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

/// Starts chromedriver and returns it with what it says and the port on which it listens.
///
/// It takes a free port of IPv6 and then asks for the same number of IPv4. If another process has
/// that one, it ends; the next start draws another number.
fn chromedriver() -> (Driver, BufReader<ChildStdout>, u16) {
    const STARTS: usize = 10;
    let mut last_words = String::new();
    for _ in 0..STARTS {
        let driver = Command::new(setting("FLOW_CHROMEDRIVER"))
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = Driver(driver.expect("chromedriver starts"));
        let mut said = BufReader::new(driver.0.stdout.take().expect("its output is piped"));
        match port(&mut said) {
            Ok(port) => return (driver, said, port),
            Err(words) => last_words = words,
        }
    }
    panic!("chromedriver ended {STARTS} times before it listened, the last time with: {last_words}")
}

/// Reads on which port chromedriver listens, or, if it ends before that, all that it said.
fn port(said: &mut impl BufRead) -> Result<u16, String> {
    let mut words = String::new();
    loop {
        let begun = words.len();
        if said.read_line(&mut words).expect("chromedriver speaks") == 0 {
            return Err(words);
        }
        let port = words[begun..]
            .split_once("successfully on port ")
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
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; \
         charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
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
