//! Real stores for the tests of the journal: Apache httpd and Kinto, each in a folder of its own and
//! on a free port of 127.0.0.1, set up by the very files that `docs/stores` hands to people.
//!
//! A store ends with whoever started it, however that ends: a shell waits at the other end of a pipe.
//! Nothing outside its folder is touched.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::ports;

/// The name and the password of who may write.
pub const WHO: (&str, &str) = ("ada", "journal");

/// Its line in the file of passwords.
const PASSWORDS: &str = "ada:{SHA}SVTM9YfXkxZolgCb+gc9aMM5WDo=\n";

/// The user `nobody` of every Unix with a proper numbering; root makes httpd run as that one.
const NOBODY: u32 = 65_534;

/// Where distributions keep the modules of httpd.
const MODULES: [&str; 4] = [
    "/usr/lib/apache2/modules",
    "/usr/lib64/httpd/modules",
    "/usr/libexec/apache2",
    "/opt/homebrew/lib/httpd/modules",
];

/// Becomes the store, and leaves a watcher at the pipe, who ends the store when the pipe is closed and
/// removes its folder unless there is a word in the pipe. A httpd that ends tells its whole group to,
/// which the watcher survives.
const SHELL: &str = r#"exec 3<&0
    (
        trap "" TERM
        read -r word <&3
        kill $$
        while kill -0 $$; do sleep 0.1; done
        [ -n "$word" ] || rm -rf -- "$FLOW_STORE"
    ) 2>/dev/null &
    exec "$@" </dev/null 3<&-"#;

/// Starts Kinto by its Python.
const KINTO: &str = "import sys; from kinto.__main__ import main; sys.exit(main())";

/// Longer than a store takes to start, on a busy machine, too.
const STARTED: Duration = Duration::from_mins(1);

/// The programs of the stores.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Apache httpd.
    pub httpd: PathBuf,
    /// The Python that has Kinto.
    pub kinto: PathBuf,
}

impl Programs {
    /// Those that `FLOW_HTTPD` and `FLOW_KINTO` name.
    ///
    /// # Errors
    ///
    /// When one is not named, with what to do.
    pub fn named() -> io::Result<Self> {
        let named = |variable| {
            env::var_os(variable).map(PathBuf::from).ok_or_else(|| {
                io::Error::other(format!(
                    "{variable} is not set: run these tests with cargo xtask test"
                ))
            })
        };
        Ok(Self {
            httpd: named("FLOW_HTTPD")?,
            kinto: named("FLOW_KINTO")?,
        })
    }
}

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Apache httpd with `mod_dav`, many requests at a time.
    Webdav,
    /// Apache httpd with `mod_dav`, one request at a time.
    Plain,
    /// Kinto, in memory.
    Kinto,
}

/// A running store.
pub struct Store {
    kind: Kind,
    program: PathBuf,
    port: u16,
    folder: PathBuf,
    /// None while it is stopped.
    running: Option<Child>,
}

impl Store {
    /// Starts a store of which `page`, an origin or `*`, may be used by pages from there.
    ///
    /// # Errors
    ///
    /// When it does not start, with what it said.
    pub fn start(kind: Kind, programs: &Programs, page: &str) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("flow-store-{}-{number}", std::process::id());
        let folder = env::temp_dir().join(name);
        // Left over from a process that had the same number and was killed.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let program = match kind {
            Kind::Kinto => &programs.kinto,
            Kind::Webdav | Kind::Plain => &programs.httpd,
        };
        let mut store = Self {
            kind,
            program: program.clone(),
            port: 0,
            folder,
            running: None,
        };
        // Somebody else may take the port between finding it free and using it.
        let mut failed = None;
        for _ in 0..5 {
            store.port = ports::free()?;
            match kind {
                Kind::Kinto => store.write_kinto()?,
                Kind::Webdav | Kind::Plain => store.write_httpd(page)?,
            }
            match store.go_on() {
                Ok(()) => return Ok(store),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| io::ErrorKind::Other.into()))
    }

    /// The address that the store's own begin with.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The base of a journal of this name.
    #[must_use]
    pub fn base(&self, journal: &str) -> String {
        let between = match self.kind {
            Kind::Kinto => "/v1/buckets/journals/collections/",
            Kind::Webdav | Kind::Plain => "/journals/",
        };
        format!("{}{between}{journal}", self.origin())
    }

    /// Where httpd keeps the journals.
    #[must_use]
    pub fn journals(&self) -> PathBuf {
        self.folder.join("journals")
    }

    /// Stops the store; what it keeps in files stays.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // `wait` closes the pipe; the word before that spares the folder.
            let _ = running.stdin.as_mut().map(|pipe| pipe.write_all(b"stay\n"));
            let _ = running.wait();
        }
    }

    /// Starts the store again, on the same port.
    ///
    /// # Errors
    ///
    /// When it does not start, with what it said.
    pub fn go_on(&mut self) -> io::Result<()> {
        self.stop();
        let said = self.folder.join("said");
        let output = fs::File::create(&said)?;
        let mut shell = Command::new("sh");
        shell
            .args(["-c", SHELL, "sh"])
            .arg(&self.program)
            .args(self.arguments())
            .env("FLOW_STORE", &self.folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output);
        if self.kind == Kind::Kinto {
            shell.envs([
                ("KINTO_STORAGE_BACKEND", "kinto.core.storage.memory"),
                ("KINTO_PERMISSION_BACKEND", "kinto.core.permission.memory"),
                ("KINTO_STORAGE_URL", ""),
                ("KINTO_PERMISSION_URL", ""),
                // So that the tests can make the administrator, which memory forgets.
                ("KINTO_ACCOUNT_CREATE_PRINCIPALS", "system.Everyone"),
            ]);
        }
        let mut running = shell.spawn()?;
        let deadline = Instant::now() + STARTED;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if running.try_wait()?.is_some() || Instant::now() > deadline {
                let _ = running.stdin.as_mut().map(|pipe| pipe.write_all(b"stay\n"));
                let _ = running.kill();
                let _ = running.wait();
                return Err(io::Error::other(fs::read_to_string(&said)?));
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.running = Some(running);
        Ok(())
    }

    fn arguments(&self) -> Vec<String> {
        let file = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        match self.kind {
            Kind::Kinto => {
                let (ini, port) = (file("kinto.ini"), self.port.to_string());
                let words = ["-c", KINTO, "start", "--ini", &ini, "--port", &port];
                words.map(str::to_owned).to_vec()
            }
            Kind::Webdav | Kind::Plain => {
                let words = ["-f", &file("httpd.conf"), "-DFOREGROUND"];
                words.map(str::to_owned).to_vec()
            }
        }
    }

    fn write_kinto(&self) -> io::Result<()> {
        let ini = documented("kinto.ini")?
            .replace("https://pages.example", "*")
            .replace("change-this", "of no one's interest");
        fs::write(self.folder.join("kinto.ini"), ini)
    }

    fn write_httpd(&self, page: &str) -> io::Result<()> {
        let folder = self.folder.display();
        let (mpm, rules) = match self.kind {
            Kind::Plain => ("prefork", "apache-plain.conf"),
            Kind::Webdav | Kind::Kinto => ("event", "apache-webdav.conf"),
        };
        let modules = MODULES.into_iter().find(|it| Path::new(it).is_dir());
        let modules = modules.ok_or_else(|| io::Error::other("httpd's modules are not found"))?;
        let mpm = format!("mpm_{mpm}");
        let mut conf = format!(
            "ServerRoot \"{folder}\"\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n\
             PidFile \"{folder}/pid\"\nErrorLog \"{folder}/errors\"\nLogLevel crit\n\
             Define JOURNALS \"{folder}/journals\"\nDefine PEOPLE \"{folder}/people\"\nDefine PAGE \"{page}\"\n",
            port = self.port,
        );
        for module in [
            mpm.as_str(),
            "unixd",
            "authn_core",
            "authn_file",
            "authz_core",
            "authz_user",
            "auth_basic",
            "alias",
            "headers",
            "reqtimeout",
            "dav",
            "dav_fs",
        ] {
            // Some distributions build some of them in.
            let _ = writeln!(
                conf,
                "<IfModule !{module}_module>\nLoadModule {module}_module {modules}/mod_{module}.so\n</IfModule>"
            );
        }
        let journals = self.journals();
        fs::create_dir_all(&journals)?;
        fs::write(self.folder.join("people"), PASSWORDS)?;
        if fs::metadata(&self.folder)?.uid() == 0 {
            let _ = writeln!(conf, "User #{NOBODY}\nGroup #{NOBODY}");
            chown(&self.folder, Some(NOBODY), Some(NOBODY))?;
            chown(&journals, Some(NOBODY), Some(NOBODY))?;
        }
        conf += &documented(rules)?;
        fs::write(self.folder.join("httpd.conf"), conf)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A file that is handed to people.
fn documented(name: &str) -> io::Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/stores");
    fs::read_to_string(folder.join(name))
}
