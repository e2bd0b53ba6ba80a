//! The page on an nginx with the configuration that docs/hosting.md gives to people, to the letter.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use xtask::ports;

use crate::driver::{products, setting};
use crate::hosting::{
    copy_of_the_site, description, look_for_a_newer_version, publish, wait_until_kept,
};
use crate::page::{NotYet, Role, Within, built_site, journey_on, until};
use crate::steps::{release, roll_back};

/// The journey of the user's document, on a server as a team has it.
#[test]
fn a_release_is_rolled_back_on_a_documented_nginx() {
    let nginx = Nginx::start("journey");
    journey_on(&nginx.url(), |page| {
        page.heading("Releases").is_there();
        let styles =
            page.run("return [...document.styleSheets].map(it => it.cssRules.length > 100)");
        assert_eq!(styles, serde_json::json!([true]));
        let kept = page.run("return navigator.serviceWorker.ready.then(it => it.active !== null)");
        assert_eq!(kept, true);
        roll_back(page, "Release B");
        page.reload();
        release(page, "Release B").says(&["in Test", "rolled back from Production"]);
    });
}

/// A server that says of scripts what it was to say of another version: the new one would not start there.
/// Whoever has the page goes on with the old one, until that is put right.
#[test]
fn a_version_that_its_server_would_not_let_start_is_not_kept() {
    let folder = copy_of_the_site("not-to-start");
    // They are published anew below, and not compressed then.
    for compressed in ["index.html.gz", "sw.js.gz"] {
        fs::remove_file(folder.join(compressed)).unwrap();
    }
    let mut nginx = Nginx::serving("not-to-start", &folder);
    let url = nginx.url();
    journey_on(&url, |page| {
        wait_until_kept(page);
        let older = description(page);
        publish(&folder, "A newer version.");
        nginx.start_again_saying("script-src 'self' 'wasm-unsafe-eval'; ");
        look_for_a_newer_version(page);
        page.reload();
        page.heading("Releases").is_there();
        page.saying(Role::Status, "newer version").is_gone();
        assert_eq!(description(page), older);

        nginx.start_again_saying("");
        look_for_a_newer_version(page);
        page.saying(Role::Status, "A newer version of this page is ready.")
            .is_there();
        // The worker itself tells the console why it was not kept.
        page.complaints();
    });
}

/// What the documentation promises of the configuration is what the server answers.
#[test]
fn nginx_answers_as_documented() {
    let nginx = Nginx::start("headers");
    let page = nginx.ask("/", "");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let in_the_page = fs::read_to_string(built_site().join("index.html")).unwrap();
    let policy = header(&page, "content-security-policy");
    let (policy, framing) = policy
        .rsplit_once("; ")
        .expect("the page's own policy and who may frame it");
    assert_eq!(framing, "frame-ancestors 'none'");
    for directive in policy.split("; ") {
        // What the page says of all that it does not name.
        let by_default = directive.ends_with("-src 'none'");
        assert!(
            in_the_page.contains(directive) || by_default,
            "{directive} is not what the page says"
        );
    }
    // Those have other checksums in each version.
    for of_the_page in ["default-src", "script-src", "style-src"] {
        assert!(!policy.contains(of_the_page), "{policy}");
    }
    assert_eq!(header(&page, "cache-control"), "no-cache");
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");

    for (extension, kind) in [
        ("wasm", "application/wasm"),
        ("js", "application/javascript"),
    ] {
        let file = immutable(extension);
        let plain = nginx.ask(&file, "");
        assert_eq!(header(&plain, "content-type"), kind, "{file}");
        assert_eq!(
            header(&plain, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        let compressed = nginx.ask(&file, "Accept-Encoding: gzip\r\n");
        assert_eq!(header(&compressed, "content-encoding"), "gzip", "{file}");
        assert_eq!(header(&compressed, "content-type"), kind, "{file}");
        let length = |answer: &str| header(answer, "content-length").parse::<u64>().unwrap();
        assert!(length(&compressed) < length(&plain), "{file}");
    }
    let manifest = nginx.ask("/manifest.webmanifest", "");
    assert_eq!(
        header(&manifest, "content-type"),
        "application/manifest+json"
    );
    for changing in ["/sw.js", "/manifest.webmanifest"] {
        assert_eq!(
            header(&nginx.ask(changing, ""), "cache-control"),
            "no-cache"
        );
    }
}

/// The address of the page's own file of this kind whose name changes with its content.
fn immutable(extension: &str) -> String {
    let names = fs::read_dir(built_site()).unwrap();
    let names = names.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    let name = names
        .filter(|name| name.ends_with(&format!(".{extension}")) && name.contains('-'))
        .min();
    format!("/{}", name.expect("a file of this kind"))
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let lines = answer
        .split("\r\n")
        .skip(1)
        .take_while(|line| !line.is_empty());
    let mut values = lines.filter_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then_some(value)
    });
    values.next().unwrap_or_default()
}

// The server --------------------------------------------------------------------------------------

/// An nginx of its own, ended with this.
struct Nginx {
    process: Child,
    port: u16,
    /// Its own folder, and that of the site.
    folders: [PathBuf; 2],
}

impl Nginx {
    fn start(name: &str) -> Self {
        Self::serving(name, &built_site())
    }

    fn serving(name: &str, site: &Path) -> Self {
        let folder = products().join("nginx").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("logs")).unwrap();
        // Free a moment ago; a server that does not get it says so, and the journey fails.
        let port = ports::free().unwrap();
        let folders = [folder, site.to_path_buf()];
        Self {
            process: run(&folders, port, ""),
            port,
            folders,
        }
    }

    /// Starts it anew, with this before what its policy says as documented.
    fn start_again_saying(&mut self, policy: &str) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.process = run(&self.folders, self.port, policy);
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Asks for a path; returns the answer as far as it is text.
    fn ask(&self, path: &str, headers: &str) -> String {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        write!(
            connection,
            "GET {path} HTTP/1.1\r\nHost: flows.example\r\n{headers}Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns once it listens.
fn run(folders: &[PathBuf; 2], port: u16, policy: &str) -> Child {
    let [folder, site] = folders;
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(folder, site, port, policy)).unwrap();
    let process = Command::new(program())
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx starts");
    until(|| {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .map(drop)
            .map_err(|error| {
                let log = fs::read_to_string(folder.join("logs/error.log"));
                NotYet(format!("nginx: {error}; {}", log.unwrap_or_default()))
            })
    });
    process
}

fn program() -> PathBuf {
    PathBuf::from(setting("FLOW_NGINX"))
}

/// The documented configuration, with this machine's port and folder and this before what its policy says,
/// in what a distribution puts around it.
fn configuration(folder: &Path, site: &Path, port: u16, policy: &str) -> String {
    let documentation = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hosting.md");
    let documentation = fs::read_to_string(documentation).unwrap();
    let (_, rest) = documentation
        .split_once("```nginx\n")
        .expect("nginx's part");
    let (documented, _) = rest.split_once("```").expect("its end");
    let stated = "Content-Security-Policy \"";
    let here = documented
        .replacen("listen 80;", &format!("listen 127.0.0.1:{port};"), 1)
        .replacen("/srv/flow-environments", &site.to_string_lossy(), 1)
        .replacen(stated, &[stated, policy].concat(), 1);
    assert_ne!(here, documented, "a port and a folder to put in");
    let types = types();
    let folder = folder.display();
    // One process and no daemon: killing it is all that it takes to end it.
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/logs/error.log;\n\
         events {{ worker_connections 64; }}\n\
         http {{\ninclude {types};\ndefault_type application/octet-stream;\naccess_log off;\n\
         client_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi;\nuwsgi_temp_path {folder}/uwsgi;\n\
         scgi_temp_path {folder}/scgi;\n{here}\n}}\n",
        types = types.display(),
    )
}

/// nginx's table of types: beside the program that was unpacked, or where it is installed.
fn types() -> PathBuf {
    let beside = program()
        .ancestors()
        .nth(3)
        .map(|root| root.join("etc/nginx/mime.types"));
    beside
        .filter(|file| file.is_file())
        .unwrap_or_else(|| PathBuf::from("/etc/nginx/mime.types"))
}
