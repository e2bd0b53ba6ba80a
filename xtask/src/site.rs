//! Builds the page into a folder that any static host can serve.
//!
//! Trunk builds in one place, and only when a source has changed; whoever wants the site gets a
//! copy, so that a site being served or tested is never half built.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checkout;
use crate::finish::{self, SETTINGS, Sources};
use crate::progress::{self, Outcome};
use crate::stamp;
use crate::tools;
use crate::wasm_target::{For, WasmEnvironment};

/// Builds the site for release, where the last build is not of the same sources, and puts it into
/// `folder`.
pub(crate) fn build(folder: &Path) -> Outcome {
    let built = checkout::target().join("site");
    let stamp_file = built.with_extension("stamp");
    let _lock = progress::lock(&built.with_extension("lock"), "it is building the site")?;

    let stamp = stamp::of_sources(&checkout::root())?;
    if fs::read_to_string(&stamp_file).ok().as_deref() != Some(&stamp) || !built.exists() {
        let environment = environment(For::Visitors)?;
        progress::step("Building the site", || {
            let mut trunk = environment.command("trunk");
            trunk.args(["build", "--release", "--dist"]).arg(&built);
            // The log's end is to show what the compiler said, not where Trunk was when it heard of
            // it.
            trunk.env("RUST_BACKTRACE", "0");
            progress::run(&mut trunk, &checkout::log("site"))
        })?;
        finish::finish(&built, &sources()?)?;
        fs::write(&stamp_file, stamp)
            .map_err(|error| format!("Cannot write {}: {error}", stamp_file.display()))?;
    }
    mirror(&built, folder)
}

fn sources() -> Outcome<Sources> {
    let worker = checkout::root().join("src/worker.js");
    Ok(Sources {
        linked: read(&linked_program())?,
        worker: fs::read_to_string(&worker)
            .map_err(|error| format!("Cannot read {}: {error}", worker.display()))?,
    })
}

/// Where the program lies as the linker left it.
pub(crate) fn linked_program() -> PathBuf {
    checkout::wasm_target().join("wasm32-unknown-unknown/release/page.wasm")
}

/// Where the program lies as wasm-opt left it, in one piece.
pub(crate) fn whole_program() -> PathBuf {
    checkout::wasm_target().join("wasm-opt/release/page_bg.wasm")
}

/// Reads a file of a build.
pub(crate) fn read(file: &Path) -> Outcome<Vec<u8>> {
    fs::read(file).map_err(|error| format!("Cannot read {}: {error}", file.display()))
}

/// Everything that Trunk needs: its tools, the target, and the crates, which it doesn't download
/// itself.
pub(crate) fn environment(whom: For) -> Outcome<WasmEnvironment> {
    let environment = WasmEnvironment::new(tools::for_the_page()?, whom)?;
    progress::step("Fetching the page's crates", || {
        let mut cargo = environment.command("cargo");
        cargo.args(["fetch", "--locked"]);
        progress::run(&mut cargo, &checkout::log("fetch"))
    })?;
    Ok(environment)
}

/// Makes `to` hold what `from` holds. The page itself comes last and what it no longer needs goes
/// after that, so that whoever is loading it meanwhile gets all of the old one or all of the new
/// one. Its settings are its owner's, once they are there.
fn mirror(from: &Path, to: &Path) -> Outcome {
    let cannot =
        |error: std::io::Error| format!("Cannot write the site to {}: {error}", to.display());
    let mut files = files(from, Path::new("")).map_err(cannot)?;
    files.sort_by_key(|file| file.ends_with("index.html"));
    for file in &files {
        if file == Path::new(SETTINGS) && to.join(file).is_file() {
            continue;
        }
        progress::create_parent(&to.join(file))?;
        fs::copy(from.join(file), to.join(file)).map_err(cannot)?;
    }
    for old in self::files(to, Path::new("")).map_err(cannot)? {
        if !files.contains(&old) {
            fs::remove_file(to.join(old)).map_err(cannot)?;
        }
    }
    Ok(())
}

/// All files below `folder`, by their paths from `root`.
pub(crate) fn files(root: &Path, folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            found.extend(files(root, &path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_holds_the_same_files_and_no_others() -> Result<(), Box<dyn std::error::Error>> {
        let folder = std::env::temp_dir().join(format!("mirror-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(from.join("sub"))?;
        fs::create_dir_all(&to)?;
        fs::write(from.join("index.html"), "new")?;
        fs::write(from.join("sub/a.js"), "a")?;
        fs::write(to.join("index.html"), "old")?;
        fs::write(to.join("stale.js"), "stale")?;
        fs::write(from.join(SETTINGS), "as built")?;

        mirror(&from, &to)?;
        assert_eq!(fs::read_to_string(to.join(SETTINGS))?, "as built");
        fs::write(to.join(SETTINGS), "as its owner wants it")?;
        mirror(&from, &to)?;
        let settings = fs::read_to_string(to.join(SETTINGS))?;
        assert_eq!(settings, "as its owner wants it");
        fs::remove_file(from.join(SETTINGS))?;
        mirror(&from, &to)?;
        let mut copied = files(&to, Path::new(""))?;
        copied.sort();
        assert_eq!(
            copied,
            [PathBuf::from("index.html"), PathBuf::from("sub/a.js")]
        );
        assert_eq!(fs::read_to_string(to.join("index.html"))?, "new");
        fs::remove_dir_all(folder)?;
        Ok(())
    }
}
