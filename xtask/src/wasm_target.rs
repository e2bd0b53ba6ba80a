//! Sees to it that cargo can compile for WebAssembly, and to the environment in which it does.
//!
//! Three ways, the first that works: the toolchain already has the target; rustup adds it; Debian's
//! newer compiler with a standard library built from its sources. The last is for machines that
//! reach Debian's packages but not rustup's, and only the builds for WebAssembly see it: native
//! builds, clippy and rustfmt stay with the user's own toolchain.
//!
//! A release is for those who wait for it: its standard library is built for size, and a panic,
//! which is a mistake of the program, ends it without a sentence. That takes a tenth off what a
//! visitor loads. It wants the library's sources, from rustup or from Debian, and without them a
//! release is built as everything else is, and is larger.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::checkout;
use crate::progress::{self, Outcome};
use crate::tools;

const TARGET: &str = "wasm32-unknown-unknown";
/// Where rustup's server cannot be reached, rustup hangs instead of failing.
const RUSTUP_LIMIT: Duration = Duration::from_secs(20);
/// For how long a rustup that failed is not asked again.
const RUSTUP_PAUSE: Duration = Duration::from_hours(24);
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "lld"];

/// What something is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// For us, who want to know where it panics: while developing, and in tests.
    Us,
    /// For visitors.
    Visitors,
}

/// The environment of every build for WebAssembly.
pub(crate) struct WasmEnvironment(Vec<(&'static str, OsString)>);

impl WasmEnvironment {
    /// Brings the target where it is missing. `tools` come first on the PATH.
    pub(crate) fn new(tools: Vec<PathBuf>, whom: For) -> Outcome<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(tools.into_iter().chain(env::split_paths(&path)))
            .map_err(|error| format!("The PATH cannot hold the tools' folder: {error}"))?;
        let mut variables = vec![
            ("PATH", path),
            ("CARGO_TARGET_DIR", checkout::wasm_target().into()),
        ];
        variables.extend(match whom {
            For::Us => compiler()?,
            For::Visitors => {
                let compiler = compiler_for_size()?.map_or_else(compiler, Ok)?;
                with_flag(compiler, FOR_SPLITTING)
            }
        });
        Ok(Self(variables))
    }

    /// A command that runs in the checkout with this environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(checkout::root());
        // It would take the place of the flags that name the standard library's folder.
        command.env_remove("RUSTFLAGS");
        // Trunk does not start when it is set to 1, as it is by convention.
        command.env_remove("NO_COLOR");
        command.envs(self.0.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Lines for a shell that is to have this environment.
    pub(crate) fn exports(&self) -> String {
        let line = |(name, value): &(&str, OsString)| {
            format!("export {name}={}", quoted(&value.to_string_lossy()))
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The variables that choose the compiler: none where the user's own toolchain has the target.
fn compiler() -> Outcome<Vec<(&'static str, OsString)>> {
    if toolchain_has_target() || added_by_rustup(&THE_TARGET)? {
        return Ok(Vec::new());
    }
    debian_packages().map_err(|error| {
        format!(
            "{error}\n\nWith rustup and its server in reach, this is all that is needed:\n\n    \
             rustup target add {TARGET}"
        )
    })?;
    with_std(DEBIAN_RUSTC, &PLAIN)
}

/// The variables that choose a compiler with a standard library built for size. None where its
/// sources cannot be had.
fn compiler_for_size() -> Outcome<Option<Vec<(&'static str, OsString)>>> {
    if has_sources("rustc") || added_by_rustup(&SOURCES)? {
        return with_std("rustc", &SMALL).map(Some);
    }
    if let Err(reason) = debian_packages() {
        eprintln!(
            "The page becomes larger than it need be, for want of the standard library's sources \
             ({reason}). With rustup's server in reach: rustup component add rust-src"
        );
        return Ok(None);
    }
    with_std(DEBIAN_RUSTC, &SMALL).map(Some)
}

/// Has the linker say who refers to what, for `split`.
const FOR_SPLITTING: &str = "-Clink-arg=--emit-relocs";

/// What the compiler is told, after what cargo tells it anyway.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

fn with_flag(
    mut compiler: Vec<(&'static str, OsString)>,
    flag: &str,
) -> Vec<(&'static str, OsString)> {
    match compiler.iter_mut().find(|(name, _)| *name == FLAGS) {
        Some((_, flags)) => {
            flags.push(" ");
            flags.push(flag);
        }
        None => compiler.push((FLAGS, flag.into())),
    }
    compiler
}

/// How a standard library is built, and what is built upon it.
struct Std {
    /// What its folder in the cache is called, before the compiler's version.
    name: &'static str,
    /// What cargo has to be told, to build it.
    parts: &'static [&'static str],
    /// As a profile has it.
    opt_level: &'static str,
    /// What the compiler has to be told, then and whenever it uses the library.
    flags: &'static [&'static str],
}

const PLAIN: Std = Std {
    name: "wasm-std",
    parts: &["-Zbuild-std=std,panic_abort,test"],
    opt_level: "3",
    flags: &[],
};

const SMALL: Std = Std {
    name: "wasm-std-small",
    parts: &[
        "-Zbuild-std=std,panic_abort",
        "-Zbuild-std-features=optimize_for_size",
    ],
    opt_level: "\"z\"",
    flags: &["-Zunstable-options", "-Cpanic=immediate-abort"],
};

/// The variables that choose this compiler with a standard library of its own, built once.
fn with_std(rustc: &'static str, std: &Std) -> Outcome<Vec<(&'static str, OsString)>> {
    let sysroot = sysroot(rustc, std)?;
    let mut flags = OsString::from("--sysroot=");
    flags.push(&sysroot);
    for flag in std.flags {
        flags.push(" ");
        flags.push(flag);
    }
    let mut variables = vec![(FLAGS, flags)];
    if rustc == DEBIAN_RUSTC {
        variables.extend([
            ("RUSTC", rustc.into()),
            // Debian's own linker is older than the compiler; the user's toolchain brings a newer
            // one.
            (
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                toolchain_linker().map_or_else(|| "wasm-ld".into(), OsString::from),
            ),
        ]);
    }
    if !std.flags.is_empty() {
        variables.push((BOOTSTRAP.0, BOOTSTRAP.1.into()));
    }
    Ok(variables)
}

/// Lets a stable cargo and compiler build their own standard library, and take flags that are not
/// stable.
const BOOTSTRAP: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

fn toolchain_has_target() -> bool {
    let libraries = answer("rustc", &["--print", "target-libdir", "--target", TARGET]);
    libraries.is_some_and(|folder| holds_std(Path::new(&folder)))
}

fn holds_std(folder: &Path) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|mut files| files.any(|file| file.is_ok_and(|file| is_std(&file.path()))))
}

fn is_std(file: &Path) -> bool {
    let named = file
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("libstd-"));
    named
        && file
            .extension()
            .is_some_and(|extension| extension == "rlib")
}

/// Something that rustup brings.
struct Wanted {
    what: &'static str,
    /// The name of the note that it could not be had.
    note: &'static str,
    arguments: [&'static str; 3],
    is_there: fn() -> bool,
}

const THE_TARGET: Wanted = Wanted {
    what: "the WebAssembly target",
    note: "rustup-failed",
    arguments: ["target", "add", TARGET],
    is_there: toolchain_has_target,
};

const SOURCES: Wanted = Wanted {
    what: "the standard library's sources",
    note: "rustup-failed-sources",
    arguments: ["component", "add", "rust-src"],
    is_there: || has_sources("rustc"),
};

/// Whether the sources of this compiler's standard library are there.
fn has_sources(rustc: &str) -> bool {
    answer(rustc, &["--print", "sysroot"]).is_some_and(|sysroot| {
        Path::new(&sysroot)
            .join("lib/rustlib/src/rust/library/std/Cargo.toml")
            .is_file()
    })
}

/// Asks rustup for it, unless that failed with this toolchain less than a day ago.
fn added_by_rustup(wanted: &Wanted) -> Outcome<bool> {
    if tools::find("rustup").is_none() {
        return Ok(false);
    }
    let _lock = tools::lock("wasm-target")?;
    if (wanted.is_there)() {
        return Ok(true);
    }
    let note = tools::cache()?.join(wanted.note);
    let toolchain = answer("rustc", &["-vV"]).unwrap_or_default();
    if failed_lately(&note, &toolchain) {
        return Ok(false);
    }
    let mut rustup = Command::new("rustup");
    rustup.current_dir(checkout::root()).args(wanted.arguments);
    let added = progress::step(&format!("Adding {} (rustup)", wanted.what), || {
        progress::run_within(&mut rustup, &tools::log("rustup")?, RUSTUP_LIMIT)
    });
    if added.is_ok() && (wanted.is_there)() {
        return Ok(true);
    }
    eprintln!(
        "rustup cannot bring {} here. Taking Debian's compiler for WebAssembly instead.",
        wanted.what
    );
    fs::write(&note, toolchain)
        .map_err(|error| format!("Cannot write {}: {error}", note.display()))?;
    Ok(false)
}

fn failed_lately(note: &Path, toolchain: &str) -> bool {
    let age = fs::metadata(note)
        .and_then(|note| note.modified())
        .ok()
        .and_then(|written| written.elapsed().ok());
    age.is_some_and(|age| age < RUSTUP_PAUSE)
        && fs::read_to_string(note).is_ok_and(|failed| failed == toolchain)
}

fn debian_packages() -> Outcome {
    let _lock = tools::lock("wasm-std")?;
    let query = ["--show", "--showformat=${db:Status-Abbrev}\\n"];
    let states = answer("dpkg-query", &[&query[..], &DEBIAN_PACKAGES[..]].concat());
    if states.is_some_and(|states| all_installed(&states)) {
        return Ok(());
    }
    tools::apt_install("A compiler for WebAssembly", &DEBIAN_PACKAGES)
}

/// The folder that stands for a compiler's sysroot, with a standard library for WebAssembly in it.
fn sysroot(rustc: &str, std: &Std) -> Outcome<PathBuf> {
    let _lock = tools::lock("wasm-std")?;
    let about = answer(rustc, &["-vV"])
        .ok_or_else(|| format!("{rustc} does not run. Install it again."))?;
    let sysroot = tools::cache()?.join(format!("{}-{}", std.name, identity(&about)));
    if !sysroot.exists() {
        progress::step("Building the standard library for WebAssembly", || {
            build_std(&sysroot, rustc, std)
        })?;
    }
    Ok(sysroot)
}

/// Whether dpkg says of every package that it is installed, not merely known or half removed.
fn all_installed(states: &str) -> bool {
    states.lines().all(|state| state.trim_end() == "ii")
}

/// What tells one compiler from another: `1.96.0-ac68faa20`, from the answer to `rustc -vV`.
fn identity(about: &str) -> String {
    let field = |name| {
        about
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or("unknown")
            .trim()
    };
    format!("{}-{:.9}", field("release:"), field("commit-hash:"))
}

fn build_std(sysroot: &Path, rustc: &str, std: &Std) -> Outcome {
    let partial = sysroot.with_added_extension("partial");
    let cannot = |error: std::io::Error| {
        format!(
            "Cannot build the standard library in {}: {error}",
            partial.display()
        )
    };
    tools::remove(&partial)?;

    let empty = partial.join("empty");
    tools::make(&empty.join("src"))?;
    fs::write(
        empty.join("Cargo.toml"),
        format!(
            "[package]\nname = \"empty\"\nedition = \"2024\"\n[profile.release]\nopt-level = {}\n",
            std.opt_level
        ),
    )
    .map_err(cannot)?;
    fs::write(empty.join("src/lib.rs"), "#![no_std]\n").map_err(cannot)?;
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(&empty)
        .args(["build", "--release", "--target", TARGET])
        .args(std.parts)
        .env("RUSTC", rustc)
        .envs([BOOTSTRAP])
        // Without bitcode, link-time optimisation cannot look into the library.
        .env(
            "RUSTFLAGS",
            [&["-Cembed-bitcode=yes"], std.flags].concat().join(" "),
        )
        .env("CARGO_TARGET_DIR", empty.join("target"));
    progress::run(&mut cargo, &tools::log("wasm-std")?)?;

    let libraries = partial.join("lib/rustlib").join(TARGET).join("lib");
    tools::make(&libraries)?;
    let built = empty.join("target").join(TARGET).join("release/deps");
    for file in fs::read_dir(&built).map_err(cannot)? {
        let file = file.map_err(cannot)?.path();
        if let (Some("rlib"), Some(name)) = (
            file.extension().and_then(|extension| extension.to_str()),
            file.file_name(),
        ) {
            fs::copy(&file, libraries.join(name)).map_err(cannot)?;
        }
    }
    tools::remove(&empty)?;
    fs::rename(&partial, sysroot).map_err(cannot)
}

fn toolchain_linker() -> Option<PathBuf> {
    let host = answer("rustc", &["-vV"])?
        .lines()
        .find_map(|line| Some(line.strip_prefix("host: ")?.to_owned()))?;
    let linker = Path::new(&answer("rustc", &["--print", "sysroot"])?)
        .join("lib/rustlib")
        .join(host)
        .join("bin/rust-lld");
    linker.is_file().then_some(linker)
}

/// What a command that succeeds says.
fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .current_dir(checkout::root())
        .args(arguments)
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_is_known_by_its_release_and_commit() {
        let about = "rustc 1.96.0\nbinary: rustc\ncommit-hash: ac68faa20aaaaaaaaaaa\nhost: x86_64\nrelease: 1.96.0\n";
        assert_eq!(identity(about), "1.96.0-ac68faa20");
        assert_eq!(
            identity("commit-hash: unknown\nrelease: 1.96.0"),
            "1.96.0-unknown"
        );
    }

    #[test]
    fn a_package_that_was_removed_is_not_installed() {
        assert!(all_installed("ii \nii \nii"));
        assert!(!all_installed("ii \nrc \nii"));
    }

    #[test]
    fn only_the_library_itself_counts_as_the_target() {
        assert!(is_std(Path::new("lib/libstd-1234.rlib")));
        assert!(!is_std(Path::new("lib/libstd-1234.so")));
        assert!(!is_std(Path::new("lib/libstd_detect-1234.rlib")));
    }

    #[test]
    fn a_failure_of_rustup_is_remembered_for_the_same_toolchain_only() -> std::io::Result<()> {
        let note = env::temp_dir().join(format!("rustup-failed-{}", std::process::id()));
        assert!(!failed_lately(&note, "1.95"));
        fs::write(&note, "1.95")?;
        assert!(failed_lately(&note, "1.95"));
        assert!(!failed_lately(&note, "1.96"));
        let two_days_ago = std::time::SystemTime::now() - 2 * RUSTUP_PAUSE;
        fs::File::options()
            .write(true)
            .open(&note)?
            .set_modified(two_days_ago)?;
        assert!(!failed_lately(&note, "1.95"));
        fs::remove_file(note)
    }

    #[test]
    fn a_value_with_quotes_survives_the_shell() {
        assert_eq!(quoted("a'b c"), r"'a'\''b c'");
    }
}
