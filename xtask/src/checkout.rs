//! Where things are: the checkout, its build folders, and the versions that its Cargo.lock holds.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::progress::Outcome;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask
        .parent()
        .map_or_else(|| xtask.clone(), Path::to_path_buf)
}

/// Cargo's build folder.
pub(crate) fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The build folder of everything for WebAssembly. A folder of its own: it may be built by another
/// compiler, and a site being built does not block the native tests.
pub(crate) fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// The log of a build.
pub(crate) fn log(name: &str) -> PathBuf {
    target().join("logs").join(format!("{name}.log"))
}

/// A cargo command in the checkout.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root());
    cargo
}

/// The version of wasm-bindgen that Cargo.lock holds; its command must be of the same one.
pub(crate) fn wasm_bindgen_version() -> Outcome<String> {
    let file = root().join("Cargo.lock");
    let lock = fs::read_to_string(&file)
        .map_err(|error| format!("Cannot read {}: {error}", file.display()))?;
    locked_version(&lock, "wasm-bindgen")
        .map(str::to_owned)
        .ok_or_else(|| {
            "Cargo.lock holds no version of wasm-bindgen. Bring the committed one back: \
             git checkout Cargo.lock"
                .to_owned()
        })
}

fn locked_version<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let mut lines = lock.lines();
    lines.find(|line| value_of(line, "name") == Some(package))?;
    lines.next().and_then(|line| value_of(line, "version"))
}

fn value_of<'line>(line: &'line str, key: &str) -> Option<&'line str> {
    line.strip_prefix(key)?
        .strip_prefix(" = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.80"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
dependencies = [
 "once_cell",
]
"#;

    #[test]
    fn the_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-futures"), Some("0.4.80"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
