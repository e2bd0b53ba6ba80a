//! What a release has and a page under development has not: the content security policy, its styles and
//! its loader in the page itself, the program in parts, checksums and names by content for all that
//! the page loads, the worker that keeps it for when there is no network, and everything compressed
//! beside itself.
//!
//! The policy stands in `index.html` under a name that no browser knows, because it forbids the
//! script with which Trunk reloads a page under development.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use xtask::integrity::integrity;

use crate::progress::Outcome;
use crate::site::files;
use crate::split;

const POLICY_IN_SOURCE: &str = "release-content-security-policy";
const POLICY: &str = "content-security-policy";
const SCRIPTS_IN_SOURCE: &str = "script-src 'self'";
const STYLES_IN_SOURCE: &str = "style-src 'self'";
const LOADER: &str = "boot.js";

/// The worker: its name never changes, or a browser would keep an old one for ever.
pub(crate) const WORKER: &str = "sw.js";

/// What a site's owner changes without a build: kept by no checksum, compressed by nobody.
pub(crate) const SETTINGS: &str = "config.json";

/// How the name begins of the file with the end of a program that is not in one.
pub(crate) const END: &str = "end-of-";

/// Files shorter than this travel in one packet anyway.
const WORTH_COMPRESSING: usize = 1_000;

/// What the sources say of what a release is finished with.
pub(crate) struct Sources {
    /// The program as the linker left it.
    pub(crate) linked: Vec<u8>,
    /// The worker's source.
    pub(crate) worker: String,
}

/// Finishes the site that Trunk has built for release in `folder`.
pub(crate) fn finish(folder: &Path, sources: &Sources) -> Outcome {
    let cannot =
        |error: io::Error| format!("Cannot finish the site in {}: {error}", folder.display());
    let page = folder.join("index.html");
    let built = Built::read(&fs::read_to_string(&page).map_err(cannot)?)?;
    let taken = |file: &str| -> Outcome<String> {
        let file = folder.join(file);
        let content = fs::read_to_string(&file).map_err(cannot)?;
        fs::remove_file(file).map_err(cannot)?;
        Ok(content)
    };
    let styles: String = built
        .sheets
        .iter()
        .map(|it| taken(it))
        .collect::<Outcome<_>>()?;
    let styles = in_the_page(in_ascii(&styles))?;
    let loader = in_the_page(loader_of(&taken(LOADER)?))?;
    let parts = in_parts(folder, &sources.linked)?;
    let html = with_policy(&built.html, &styles, &loader)?;
    let html = html.replace(HEAD, &head(&styles, &loader, &parts));
    fs::write(&page, html).map_err(cannot)?;

    let worker = worker_of(folder, &sources.worker).map_err(cannot)?;
    fs::write(folder.join(WORKER), worker).map_err(cannot)?;
    compress(folder).map_err(cannot)
}

/// The page with its policy in effect, which lets it have these styles and no others, and of scripts that
/// lie in it this loader only.
fn with_policy(html: &str, styles: &str, loader: &str) -> Outcome<String> {
    let wanted = [POLICY_IN_SOURCE, SCRIPTS_IN_SOURCE, STYLES_IN_SOURCE];
    if wanted.iter().any(|it| html.matches(it).count() != 1) {
        return Err(format!(
            "index.html must hold the policy of a release once: <meta http-equiv=\"{POLICY_IN_SOURCE}\" \
             content=\"… {SCRIPTS_IN_SOURCE} … {STYLES_IN_SOURCE} …\">"
        ));
    }
    let [loader, styles] = [loader, styles].map(|it| integrity(it.as_bytes()));
    Ok(html
        .replace(POLICY_IN_SOURCE, POLICY)
        .replace(
            SCRIPTS_IN_SOURCE,
            &format!("{SCRIPTS_IN_SOURCE} '{loader}'"),
        )
        .replace(STYLES_IN_SOURCE, &format!("style-src '{styles}'")))
}

/// The same styles, whatever a host says that the page's characters are: a browser compares the
/// checksum with what it has read.
fn in_ascii(styles: &str) -> String {
    let mut escaped = String::new();
    for character in styles.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\{:x} ", u32::from(character));
        }
    }
    escaped
}

/// The loader as a script of its own: what it names is nobody else's business.
fn loader_of(script: &str) -> String {
    format!(
        "(()=>{{\"use strict\";\n{}}})()",
        in_fewer_words(script, &[])
    )
}

/// What can lie in the page as it is: a browser compares its checksum with what it has read.
fn in_the_page(text: String) -> Outcome<String> {
    if !text.is_ascii()
        || ["</", "<!--", "\r", "\0"]
            .iter()
            .any(|it| text.contains(it))
    {
        return Err(
            "The styles and the loader of the page must be ASCII, and not hold \"</\", \"<!--\", a \
             carriage return or a NUL, which a browser reads as something else."
                .to_owned(),
        );
    }
    Ok(text)
}

/// Stands for what the page loads and what lies in it.
const HEAD: &str = "<all-that-it-loads>";

/// What Trunk has built.
#[derive(Debug, PartialEq, Eq)]
struct Built {
    /// The page, with [`HEAD`] in the place of the first of what it loads.
    html: String,
    /// Its style sheets, in their order.
    sheets: Vec<String>,
}

impl Built {
    fn read(built: &str) -> Outcome<Self> {
        let mut parts = built.split('<');
        let mut html = parts.next().unwrap_or_default().to_owned();
        let mut sheets = Vec::new();
        let (mut loads, mut in_loader) = (false, false);
        for part in parts {
            let (tag, after) = part.split_once('>').unwrap_or((part, ""));
            let link = tag.strip_prefix("link ");
            let begins = tag.starts_with("script ")
                && attribute(tag, "src").is_some_and(|it| it.ends_with(LOADER));
            let ends = in_loader && tag == "/script";
            let goes = match link.and_then(|tag| attribute(tag, "rel")) {
                Some("stylesheet") => {
                    sheets.extend(attribute(tag, "href").map(in_folder));
                    true
                }
                Some("modulepreload" | "preload") => true,
                _ => begins || ends,
            };
            if !goes {
                html.extend(["<", part]);
            } else if html.contains(HEAD) {
                html += after;
            } else {
                html.extend([HEAD, after]);
            }
            loads |= ends;
            in_loader = begins || in_loader && !ends;
        }
        if loads {
            Ok(Self { html, sheets })
        } else {
            Err(format!(
                "The built page must load ./{LOADER}: see pattern_script in Trunk.toml."
            ))
        }
    }
}

fn in_folder(address: &str) -> String {
    address.trim_start_matches("./").to_owned()
}

/// What the page loads, and what lies in it: the loader comes first, and does not wait for what is painted.
fn head(styles: &str, loader: &str, parts: &Parts) -> String {
    let Parts { joint, programs } = parts;
    let mut head = format!(
        "<link rel=modulepreload crossorigin href=\"./{0}\" integrity=\"{1}\"><script data-js=\"./{0}\"",
        joint.name, joint.integrity
    );
    for (part, Named { name, integrity }) in programs {
        // Writing to a string cannot fail.
        let _ = write!(
            head,
            " data-{part}=\"./{name}\" data-{part}-integrity=\"{integrity}\""
        );
    }
    head + &format!(" data-worker=\"./{WORKER}\">{loader}</script><style>{styles}</style>")
}

/// The value of an attribute, quoted or not, of a tag without `>` in its values.
fn attribute<'tag>(tag: &'tag str, name: &str) -> Option<&'tag str> {
    tag.split_ascii_whitespace().find_map(|word| {
        let value = word
            .strip_prefix(name)?
            .strip_prefix('=')?
            .trim_end_matches('/');
        Some(value.trim_matches('"'))
    })
}

/// What a page names by its checksum.
struct Named {
    name: String,
    integrity: String,
}

impl Named {
    fn put(folder: &Path, stem: &str, extension: &str, content: &[u8]) -> Outcome<Self> {
        let name = named_by_content(stem, extension, content);
        fs::write(folder.join(&name), content)
            .map_err(|error| format!("Cannot write {name} to {}: {error}", folder.display()))?;
        let integrity = integrity(content);
        Ok(Self { name, integrity })
    }
}

/// The program as a release has it.
struct Parts {
    /// What joins it to the browser.
    joint: Named,
    /// What a page starts with, in two files, and what is loaded after that, each with what the loader calls
    /// it.
    programs: Vec<(&'static str, Named)>,
}

/// Puts the parts in the place of the program, and what joins it to the browser in fewer words beside
/// them.
fn in_parts(folder: &Path, linked: &[u8]) -> Outcome<Parts> {
    let cannot =
        |error: io::Error| format!("Cannot split the program in {}: {error}", folder.display());
    let files = files(folder, Path::new("")).map_err(cannot)?;
    let mut programs = files
        .iter()
        .filter(|file| file.extension().is_some_and(|it| it == "wasm"));
    let (Some(program), None) = (programs.next(), programs.next()) else {
        return Err("The built page must have one program.".to_owned());
    };
    let joint = program.to_string_lossy().replace("_bg.wasm", ".js");
    let [program, joint] = [program, Path::new(&joint)].map(|it| folder.join(it));
    let whole = fs::read(&program).map_err(cannot)?;
    let joining = fs::read_to_string(&joint).map_err(cannot)?;
    fs::remove_file(program).map_err(cannot)?;
    fs::remove_file(joint).map_err(cannot)?;
    let parts = split::split(linked, &whole, split::Names::Dropped)?;
    let joining = in_fewer_words(&joining, &parts.imports);
    let (beginning, end) = parts.first.split_at(parts.first.len() / 2);
    let mut programs = vec![
        ("wasm", Named::put(folder, "page", "wasm", beginning)?),
        (
            "end",
            Named::put(folder, &format!("{END}page"), "wasm", end)?,
        ),
    ];
    for (part, program) in split::LATER.into_iter().zip(&parts.later) {
        programs.push((part, Named::put(folder, part, "wasm", program)?));
    }
    let joint = Named::put(folder, "page", "js", joining.as_bytes())?;
    Ok(Parts { joint, programs })
}

/// A script without what only its readers need, in which what the program imports has other names.
fn in_fewer_words(script: &str, names: &[(String, String)]) -> String {
    let names: HashMap<&str, &str> = names.iter().map(|(old, new)| (&**old, &**new)).collect();
    let mut shorter = String::new();
    for line in script.lines().map(str::trim) {
        if line.is_empty() || ["//", "/*", "*"].iter().any(|it| line.starts_with(it)) {
            continue;
        }
        let of_word = |it: char| it.is_alphanumeric() || it == '_' || it == '$';
        let mut rest = line;
        while !rest.is_empty() {
            let end = rest.find(|it| !of_word(it)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            shorter += names.get(word).copied().unwrap_or(word);
            let end = after.find(of_word).unwrap_or(after.len());
            let (between, after) = after.split_at(end);
            shorter += between;
            rest = after;
        }
        shorter.push('\n');
    }
    shorter
}

fn named_by_content(stem: &str, extension: &str, content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let mut name = format!("{stem}-");
    for byte in &digest[..8] {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    format!("{name}.{extension}")
}

/// The worker, told which version of the page it keeps and what the page's files are.
fn worker_of(folder: &Path, source: &str) -> io::Result<String> {
    let mut kept = String::new();
    let mut names = files(folder, Path::new(""))?;
    names.sort();
    for name in names {
        let name = name.to_string_lossy();
        if name == WORKER || name == SETTINGS {
            continue;
        }
        // The page goes by its folder's address: some hosts redirect from its own.
        let address = if name == "index.html" { "./" } else { &name };
        let content = fs::read(folder.join(&*name))?;
        let _ = write!(kept, "{address:?}:{:?},", integrity(&content));
    }
    let version = named_by_content("", "", kept.as_bytes());
    let version = version.trim_matches(['-', '.']);
    Ok(format!(
        "const VERSION={version:?},FILES={{{kept}}};\n{source}"
    ))
}

/// Puts `.br` and `.gz` beside each file for hosts that hand those out instead.
fn compress(folder: &Path) -> io::Result<()> {
    for name in files(folder, Path::new(""))? {
        let extension = name.extension().unwrap_or_default();
        let content = fs::read(folder.join(&name))?;
        if extension == "png" || name == Path::new(SETTINGS) || content.len() < WORTH_COMPRESSING {
            continue;
        }
        let beside = |ending: &str| folder.join(format!("{}.{ending}", name.to_string_lossy()));
        fs::write(beside("br"), brotli(&content, BEST)?)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&content)?;
        fs::write(beside("gz"), gzip.finish()?)?;
    }
    Ok(())
}

/// The quality of brotli that takes longest and gains most.
pub(crate) const BEST: i32 = 11;

/// Compresses by brotli, as well as `quality` says.
pub(crate) fn brotli(content: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = BrotliEncoderParams {
        quality,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_takes_effect_in_a_release_and_allows_its_own_styles_and_loader() {
        let html = "<meta http-equiv=release-content-security-policy content=\"default-src 'none'; \
                    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'\">";
        // Of "a" and of "b", by `openssl dgst -sha256 -binary | base64`.
        assert_eq!(
            with_policy(html, "a", "b"),
            Ok("<meta http-equiv=content-security-policy content=\"default-src 'none'; \
                script-src 'self' 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=' 'wasm-unsafe-eval'; style-src \
                'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='\">"
                .to_owned())
        );
        assert!(with_policy("<meta charset=utf-8>", "a", "b").is_err());
        for missing in ["; style-src 'self'", "script-src 'self' "] {
            assert!(with_policy(&html.replace(missing, ""), "a", "b").is_err());
        }
    }

    #[test]
    fn what_lies_in_the_page_cannot_end_before_its_end_nor_be_read_as_something_else() {
        assert_eq!(in_the_page("a{b:c}".to_owned()).as_deref(), Ok("a{b:c}"));
        for misread in ["</style>", "<!--", "\r", "\0", "→"] {
            assert!(in_the_page(format!("a{{b:\"{misread}\"}}")).is_err());
        }
        assert_eq!(in_ascii("a{b:\"→ c\"}"), "a{b:\"\\2192  c\"}");
        assert_eq!(
            loader_of("// Why.\nconst a = 1;\n"),
            "(()=>{\"use strict\";\nconst a = 1;\n})()"
        );
    }

    #[test]
    fn all_that_trunk_links_makes_room_for_what_a_release_loads() {
        for loader in [
            "<script data-js=./a.js src=./boot.js type=module></script>",
            "<script data-js=./a.js src=\"./boot.js\" type=module></script>",
        ] {
            let html = format!(
                "<head><link rel=icon href=a.svg><link rel=stylesheet href=./b-1.css integrity=sha256-x>\
                 <link rel=\"stylesheet\" href=\"./c-2.css\"/><link rel=modulepreload href=./d.js>{loader}\
                 <link rel=preload href=./e.wasm></head><script>a < b</script>"
            );
            assert_eq!(
                Built::read(&html),
                Ok(Built {
                    html: "<head><link rel=icon href=a.svg><all-that-it-loads></head><script>a < b</script>"
                        .to_owned(),
                    sheets: vec!["b-1.css".to_owned(), "c-2.css".to_owned()],
                })
            );
        }
        for html in [
            "<script src=./other.js></script></head>",
            "<script src=./boot.js>",
        ] {
            assert!(Built::read(html).is_err());
        }
    }

    #[test]
    fn the_page_names_all_that_it_loads_with_its_checksum_and_begins_with_its_loader() {
        let named = |name: &str, integrity: &str| Named {
            name: name.to_owned(),
            integrity: integrity.to_owned(),
        };
        let parts = Parts {
            joint: named("page-1.js", "sha256-x"),
            programs: vec![
                ("wasm", named("page-1.wasm", "sha256-y")),
                ("store", named("store-1.wasm", "sha256-z")),
            ],
        };
        assert_eq!(
            head("a{}", "load()", &parts),
            "<link rel=modulepreload crossorigin href=\"./page-1.js\" integrity=\"sha256-x\">\
             <script data-js=\"./page-1.js\" data-wasm=\"./page-1.wasm\" data-wasm-integrity=\"sha256-y\" \
             data-store=\"./store-1.wasm\" data-store-integrity=\"sha256-z\" data-worker=\"./sw.js\">load()</script>\
             <style>a{}</style>"
        );
    }

    #[test]
    fn a_script_in_fewer_words_does_the_same() {
        let script = "/**\n * @returns {any}\n */\nconst a = {\n    // Why.\n    __wbg_now_1: () => now(),\n\n    \
                      __wbg_now_12: '// no comment',\n};\n";
        let names = [("__wbg_now_1".to_owned(), "_0".to_owned())];
        assert_eq!(
            in_fewer_words(script, &names),
            "const a = {\n_0: () => now(),\n__wbg_now_12: '// no comment',\n};\n"
        );
    }

    #[test]
    fn the_worker_keeps_each_file_but_what_the_owner_may_change() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("finish-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        for (name, content) in [("index.html", "<p>"), ("a.js", "a"), (SETTINGS, "{}")] {
            fs::write(folder.join(name), content)?;
        }
        let worker = worker_of(&folder, "keep();")?;
        // Of "a", by `openssl dgst -sha256 -binary | base64`.
        let of_a = "\"a.js\":\"sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=\"";
        assert!(worker.contains(of_a), "{worker}");
        assert!(worker.contains("\"./\":\"sha256-"), "{worker}");
        assert!(!worker.contains(SETTINGS), "{worker}");
        assert!(worker.ends_with("};\nkeep();"), "{worker}");

        // Another content is another version.
        fs::write(folder.join("a.js"), "b")?;
        let version = |worker: &str| worker.split(',').next().map(str::to_owned);
        assert_ne!(version(&worker_of(&folder, "keep();")?), version(&worker));
        fs::remove_dir_all(&folder)
    }

    #[test]
    fn what_is_compressed_is_what_it_was() -> io::Result<()> {
        let content = "a page, ".repeat(1_000);
        let compressed = brotli(content.as_bytes(), BEST)?;
        let mut again = Vec::new();
        brotli::BrotliDecompress(&mut &*compressed, &mut again)?;
        assert_eq!(again, content.as_bytes());
        assert!(compressed.len() < 100, "{}", compressed.len());
        Ok(())
    }
}
