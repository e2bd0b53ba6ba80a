//! A plain static server: it hands out the files of one folder below one path, and nothing else.
//!
//! No listing, no rewriting of unknown paths to the page, no compression: what works here works on
//! any static host. No path leads out of the folder.

use std::fs::File;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tiny_http::{Header, Method, Request, Response, Server};

/// Enough for the connections that one browser keeps open.
const THREADS: usize = 6;

/// A folder being served on 127.0.0.1 by background threads, until it is dropped.
pub struct StaticSite {
    server: Arc<Server>,
    site: Arc<Mounted>,
    port: u16,
    threads: Vec<JoinHandle<()>>,
    url: String,
}

impl StaticSite {
    /// Serves `folder` below `mount`, a path such as `/` or `/some/repo/`. Port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub fn start(folder: &Path, mount: &str, port: u16) -> io::Result<Self> {
        let server = Server::http((Ipv4Addr::LOCALHOST, port)).map_err(io::Error::other)?;
        let address = server.server_addr();
        let port = address
            .clone()
            .to_ip()
            .map_or(port, |address| address.port());
        let site = Arc::new(Mounted {
            folder: folder.to_path_buf(),
            mount: format!("{}/", mount.trim_end_matches('/')),
        });
        let url = format!("http://{address}{}", site.mount);
        let server = Arc::new(server);
        let threads = (0..THREADS)
            .map(|_| {
                let (server, site) = (Arc::clone(&server), Arc::clone(&site));
                std::thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        // A browser that hangs up in the middle of an answer is no fault of the
                        // server's.
                        let _ = site.answer(request);
                    }
                })
            })
            .collect();
        Ok(Self {
            server,
            site,
            port,
            threads,
            url,
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
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for StaticSite {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

struct Mounted {
    folder: PathBuf,
    mount: String,
}

impl Mounted {
    fn answer(&self, request: Request) -> io::Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request
                .respond(Response::from_string("Only GET and HEAD.\n").with_status_code(405));
        }
        let path = request
            .url()
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned();
        if format!("{path}/") == self.mount {
            let there = header("Location", &self.mount);
            return request.respond(Response::empty(301).with_header(there));
        }
        let file = file_of(&path, &self.mount).map(|file| self.folder.join(file));
        let opened = file
            .filter(|file| file.is_file())
            .and_then(|file| Some((File::open(&file).ok()?, file)));
        match opened {
            Some((opened, file)) => request.respond(
                Response::from_file(opened)
                    .with_chunked_threshold(usize::MAX)
                    .with_header(header("Content-Type", content_type(&file)))
                    .with_header(header("Cache-Control", "no-cache")),
            ),
            None => request.respond(Response::from_string("Not found.\n").with_status_code(404)),
        }
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

fn header(name: &'static str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values here are ASCII without line breaks")
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
