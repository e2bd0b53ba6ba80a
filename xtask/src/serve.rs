//! A plain static server: it hands out the files of one folder below one path, and nothing else.
//!
//! No listing, no rewriting of unknown paths to the page, no compression: what works here works on
//! any static host. No path leads out of the folder.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// A folder being served on 127.0.0.1 by background threads, one for each connection, until it is
/// dropped.
pub struct StaticSite {
    site: Arc<Mounted>,
    connections: Connections,
    port: u16,
    url: String,
    listening: Option<JoinHandle<()>>,
}

/// Those that are open, by number; none any more once nothing is served.
type Connections = Arc<Mutex<Option<HashMap<usize, TcpStream>>>>;

impl StaticSite {
    /// Serves `folder` below `mount`, a path such as `/` or `/some/repo/`. Port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub fn start(folder: &Path, mount: &str, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let site = Arc::new(Mounted {
            folder: folder.to_path_buf(),
            mount: format!("{}/", mount.trim_end_matches('/')),
        });
        let connections: Connections = Arc::new(Mutex::new(Some(HashMap::new())));
        let url = format!("http://{address}{}", site.mount);
        let listening = thread::spawn({
            let (site, connections) = (Arc::clone(&site), Arc::clone(&connections));
            move || {
                for (number, accepted) in listener.incoming().enumerate() {
                    let Ok(stream) = accepted else {
                        continue;
                    };
                    let Ok(own) = stream.try_clone() else {
                        continue;
                    };
                    match &mut *locked(&connections) {
                        Some(open) => drop(open.insert(number, own)),
                        None => return,
                    }
                    let (site, connections) = (Arc::clone(&site), Arc::clone(&connections));
                    thread::spawn(move || {
                        // A browser that hangs up in the middle of an answer is no fault of the
                        // server's.
                        let _ = site.serve(&stream);
                        if let Some(open) = &mut *locked(&connections) {
                            open.remove(&number);
                        }
                    });
                }
            }
        });
        Ok(Self {
            site,
            connections,
            port: address.port(),
            url,
            listening: Some(listening),
        })
    }

    /// The address of the page, with its mount and a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder, the mount and the port: what it takes to start it again in the same place.
    #[must_use]
    pub fn place(&self) -> (PathBuf, String, u16) {
        (self.site.folder.clone(), self.site.mount.clone(), self.port)
    }

    /// Serves until the process is ended.
    pub fn serve_on(mut self) {
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Drop for StaticSite {
    fn drop(&mut self) {
        let open = locked(&self.connections).take().unwrap_or_default();
        for stream in open.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the one that listens, who finds that it is over.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn locked(
    connections: &Connections,
) -> std::sync::MutexGuard<'_, Option<HashMap<usize, TcpStream>>> {
    connections.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Mounted {
    folder: PathBuf,
    mount: String,
}

/// What is said to a request, without what is said to every one.
struct Answer {
    status: &'static str,
    header: Option<(&'static str, String)>,
    body: Vec<u8>,
}

impl Mounted {
    /// Answers request after request of one connection.
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        // Head and body go out by themselves: the body is not to wait until the head was acknowledged.
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        let mut writer = stream;
        loop {
            let mut request = String::new();
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
            let (mut last, mut line) = (false, String::new());
            while reader.read_line(&mut line)? > 0 && !line.trim().is_empty() {
                line.make_ascii_lowercase();
                // What comes with a request is not read, so that nothing can follow it.
                last |= line.starts_with("connection: close") || line.starts_with("content-length");
                line.clear();
            }
            let mut words = request.split(' ');
            let (method, target) = (words.next(), words.next().unwrap_or_default());
            let answer = match method {
                Some("GET" | "HEAD") => self.answer(target),
                _ => said("405 Method Not Allowed", "Only GET and HEAD.\n"),
            };
            // Hosts that compress say what their answers depend on, and some say more than is so.
            let mut head = format!(
                "HTTP/1.1 {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nVary: Accept, User-Agent\r\n",
                answer.status,
                answer.body.len()
            );
            if let Some((name, value)) = answer.header {
                head = format!("{head}{name}: {value}\r\n");
            }
            let end = if last {
                "Connection: close\r\n\r\n"
            } else {
                "\r\n"
            };
            writer.write_all((head + end).as_bytes())?;
            if method != Some("HEAD") {
                writer.write_all(&answer.body)?;
            }
            if last {
                return stream.shutdown(Shutdown::Both);
            }
        }
    }

    fn answer(&self, target: &str) -> Answer {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if format!("{path}/") == self.mount {
            return Answer {
                header: Some(("Location", self.mount.clone())),
                ..said("301 Moved Permanently", "")
            };
        }
        let file = file_of(path, &self.mount).map(|file| self.folder.join(file));
        let read = file.and_then(|file| Some((fs::read(&file).ok()?, file)));
        match read {
            Some((body, file)) => Answer {
                status: "200 OK",
                header: Some(("Content-Type", content_type(&file).to_owned())),
                body,
            },
            None => said("404 Not Found", "Not found.\n"),
        }
    }
}

fn said(status: &'static str, body: &str) -> Answer {
    Answer {
        status,
        header: Some((
            "Content-Type",
            content_type(Path::new("said.txt")).to_owned(),
        )),
        body: body.into(),
    }
}

/// The file that a request's path asks for, relative to the folder; none when the path leads
/// elsewhere.
fn file_of(path: &str, mount: &str) -> Option<PathBuf> {
    let inside = decoded(path.strip_prefix(mount)?)?;
    let file = PathBuf::from(if inside.is_empty() {
        "index.html"
    } else {
        &inside
    });
    let stays_inside = file
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    (stays_inside && !inside.contains(['\\', '\0'])).then_some(file)
}

/// The text behind the `%41` of a path; none when it is not UTF-8.
fn decoded(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

fn content_type(file: &Path) -> &'static str {
    match file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn check(path: &str, mount: &str, expected: Option<&str>) {
        assert_eq!(
            file_of(path, mount),
            expected.map(PathBuf::from),
            "{path} below {mount}"
        );
    }

    #[test]
    fn the_mount_itself_is_the_page() {
        check("/", "/", Some("index.html"));
        check("/some/repo/", "/some/repo/", Some("index.html"));
    }

    #[test]
    fn files_are_found_below_the_mount_only() {
        check("/page.js", "/", Some("page.js"));
        check("/some/repo/a/b.css", "/some/repo/", Some("a/b.css"));
        check("/some/repo/a%20b.txt", "/some/repo/", Some("a b.txt"));
        check("/page.js", "/some/repo/", None);
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in [
            "/../secret",
            "/a/../../secret",
            "/%2e%2e/secret",
            "/%2e%2e%2fsecret",
            "//etc/passwd",
            "/%2fetc",
            "/..%5csecret",
        ] {
            check(path, "/", None);
        }
    }

    #[test]
    fn a_garbled_path_is_not_found() {
        check("/%", "/", None);
        check("/%zz", "/", None);
        check("/%ff", "/", None);
        check("/%é", "/", None);
    }

    #[test]
    fn wasm_and_modules_have_the_types_that_browsers_insist_on() {
        assert_eq!(content_type(Path::new("page_bg.wasm")), "application/wasm");
        assert_eq!(
            content_type(Path::new("page.js")),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            content_type(Path::new("unknown")),
            "application/octet-stream"
        );
    }

    /// One request over a connection of its own; the whole answer as text.
    fn ask(site: &StaticSite, request_line: &str) -> io::Result<String> {
        let address = site
            .url()
            .trim_start_matches("http://")
            .split('/')
            .next()
            .unwrap_or_default();
        let mut connection = TcpStream::connect(address)?;
        write!(
            connection,
            "{request_line} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    }

    #[test]
    fn a_site_answers_below_its_mount_until_it_is_dropped() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("static-site-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("index.html"), "<p>here</p>")?;

        let site = StaticSite::start(&folder, "/some/repo/", 0)?;
        let page = ask(&site, "GET /some/repo/?a=1")?;
        assert!(
            page.starts_with("HTTP/1.1 200") && page.ends_with("<p>here</p>"),
            "{page}"
        );
        assert!(page.contains("Cache-Control: no-cache"), "{page}");
        assert!(ask(&site, "GET /some/repo")?.contains("Location: /some/repo/"));
        assert!(ask(&site, "GET /")?.starts_with("HTTP/1.1 404"));
        assert!(ask(&site, "GET /some/repo/../../etc/passwd")?.starts_with("HTTP/1.1 404"));
        assert!(ask(&site, "PUT /some/repo/")?.starts_with("HTTP/1.1 405"));

        let address = site.url().to_owned();
        drop(site);
        std::fs::remove_dir_all(&folder)?;
        assert!(
            TcpStream::connect(
                address
                    .trim_start_matches("http://")
                    .split('/')
                    .next()
                    .unwrap_or_default()
            )
            .is_err()
        );
        Ok(())
    }
}
