//! Tells by the content of the sources whether the site that lies there was built from them.
//!
//! Every file of the checkout counts, but those that no build of the page reads: a new kind of
//! source is never forgotten, and a checkout or a touched file does not cost a build.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::progress::Outcome;

/// What lies in the checkout and does not go into the page; hidden files don't either, but for
/// Cargo's settings.
const NOT_OF_THE_PAGE: [&str; 5] = ["target", "dist", "docs", "tests", "README.md"];

/// A text that changes when a source of the page does.
pub(crate) fn of_sources(root: &Path) -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    hash_folder(root, &mut hasher, &|name| NOT_OF_THE_PAGE.contains(&name))?;
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash_folder(
    folder: &Path,
    hasher: &mut DefaultHasher,
    left_out: &dyn Fn(&str) -> bool,
) -> Outcome {
    let cannot = |error: std::io::Error| format!("Cannot read {}: {error}", folder.display());
    let mut entries = fs::read_dir(folder)
        .map_err(cannot)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(cannot)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if (name.starts_with('.') && name != ".cargo") || left_out(&name) {
            continue;
        }
        name.hash(hasher);
        if path.is_dir() {
            hash_folder(&path, hasher, &|_| false)?;
        } else if let Ok(content) = fs::read(&path) {
            // A file that is gone by now is an editor's.
            content.hash(hasher);
        }
        "end".hash(hasher);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamp_follows_the_content_of_sources_and_nothing_else()
    -> Result<(), Box<dyn std::error::Error>> {
        let root = std::env::temp_dir().join(format!("stamp-{}", std::process::id()));
        fs::create_dir_all(root.join("src/tests"))?;
        fs::create_dir_all(root.join("target"))?;
        fs::write(root.join("src/main.rs"), "one")?;
        let first = of_sources(&root)?;

        fs::write(root.join("src/main.rs"), "one")?;
        fs::write(root.join("target/built"), "built")?;
        fs::write(root.join(".hidden"), "hidden")?;
        assert_eq!(
            of_sources(&root)?,
            first,
            "same content, and files that are no sources"
        );

        fs::write(root.join("src/main.rs"), "two")?;
        let second = of_sources(&root)?;
        assert_ne!(second, first, "changed content");

        fs::rename(root.join("src/main.rs"), root.join("src/lib.rs"))?;
        assert_ne!(of_sources(&root)?, second, "changed name");

        fs::rename(root.join("src/lib.rs"), root.join("src/main.rs"))?;
        fs::write(root.join("src/tests/new.rs"), "")?;
        assert_ne!(
            of_sources(&root)?,
            second,
            "new file, in a folder that is left out elsewhere only"
        );
        fs::remove_dir_all(root)?;
        Ok(())
    }
}
