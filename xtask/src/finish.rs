//! What a release has and a page under development has not: the content security policy, its styles in
//! the page itself, the program in two parts, checksums and names by content for all that the page
//! loads, the worker that keeps it for when there is no network, and everything compressed beside
//! itself.
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
use sha2::{Digest, Sha384};
use xtask::integrity::integrity;

use crate::progress::Outcome;
use crate::site::files;
use crate::split;

const POLICY_IN_SOURCE: &str = "release-content-security-policy";
const POLICY: &str = "content-security-policy";
const STYLES_IN_SOURCE: &str = "style-src 'self'";
const LOADER: &str = "boot.js";

/// The worker: its name never changes, or a browser would keep an old one for ever.
pub(crate) const WORKER: &str = "sw.js";

/// What a site's owner changes without a build: kept by no checksum, compressed by nobody.
pub(crate) const SETTINGS: &str = "config.json";

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
    let (html, sheets) = with_one_sheet(&fs::read_to_string(&page).map_err(cannot)?);
    let mut styles = String::new();
    for sheet in &sheets {
        styles += &fs::read_to_string(folder.join(sheet)).map_err(cannot)?;
        fs::remove_file(folder.join(sheet)).map_err(cannot)?;
    }
    let styles = in_ascii(&styles);
    let html = with_styles(&with_policy(&html, &styles)?, &styles)?;

    let loader = fs::read_to_string(folder.join(LOADER)).map_err(cannot)?;
    fs::remove_file(folder.join(LOADER)).map_err(cannot)?;
    let loader = Named::put(
        folder,
        "boot",
        "js",
        in_fewer_words(&loader, &[]).as_bytes(),
    )?;
    let (html, rest) = in_two_parts(folder, &html, &sources.linked)?;
    let html = with_loader(&html, &loader, &rest)?;
    fs::write(&page, html).map_err(cannot)?;

    let worker = worker_of(folder, &sources.worker).map_err(cannot)?;
    fs::write(folder.join(WORKER), worker).map_err(cannot)?;
    compress(folder).map_err(cannot)
}

/// The page with its policy in effect, which lets it have these styles and no others.
fn with_policy(html: &str, styles: &str) -> Outcome<String> {
    let held = [POLICY_IN_SOURCE, STYLES_IN_SOURCE].map(|it| html.matches(it).count());
    if held != [1, 1] {
        return Err(format!(
            "index.html must hold the policy of a release once: <meta http-equiv=\"{POLICY_IN_SOURCE}\" \
             content=\"… {STYLES_IN_SOURCE} …\">"
        ));
    }
    let checksum = integrity(styles.as_bytes());
    Ok(html
        .replace(POLICY_IN_SOURCE, POLICY)
        .replace(STYLES_IN_SOURCE, &format!("style-src '{checksum}'")))
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

/// The page with its styles in place of [`SHEET`]: its frame is painted as soon as the page is there,
/// which over a slow line is a round trip sooner.
fn with_styles(html: &str, styles: &str) -> Outcome<String> {
    if ["</", "\r", "\0"].iter().any(|it| styles.contains(it)) {
        return Err(
            "The styles of the page must not hold \"</\", a carriage return or a NUL, which a browser \
             reads as something else."
                .to_owned(),
        );
    }
    Ok(html.replace(SHEET, &format!("<style>{styles}</style>")))
}

/// Stands for the styles of the page.
const SHEET: &str = "<the-one-sheet>";

/// The page with [`SHEET`] where the first of its style sheets was linked, and the names of all of
/// them.
fn with_one_sheet(html: &str) -> (String, Vec<String>) {
    let mut page = String::new();
    let mut sheets = Vec::new();
    for (number, part) in html.split("<link ").enumerate() {
        let link = part
            .split_once('>')
            .filter(|(tag, _)| number > 0 && attribute(tag, "rel") == Some("stylesheet"));
        match link {
            Some((tag, rest)) => {
                if sheets.is_empty() {
                    page += SHEET;
                }
                sheets.extend(
                    attribute(tag, "href").map(|href| href.trim_start_matches("./").to_owned()),
                );
                page += rest;
            }
            None if number == 0 => page += part,
            None => page.extend(["<link ", part]),
        }
    }
    (page, sheets)
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

/// Puts two parts in the place of the program, and what joins it to the browser in fewer words beside
/// them. Returns the page that starts with the first, and the other.
fn in_two_parts(folder: &Path, html: &str, linked: &[u8]) -> Outcome<(String, Named)> {
    let cannot =
        |error: io::Error| format!("Cannot split the program in {}: {error}", folder.display());
    let files = files(folder, Path::new("")).map_err(cannot)?;
    let mut programs = files
        .iter()
        .filter(|file| file.extension().is_some_and(|it| it == "wasm"));
    let (Some(program), None) = (programs.next(), programs.next()) else {
        return Err("The built page must have one program.".to_owned());
    };
    let whole = fs::read(folder.join(program)).map_err(cannot)?;
    let parts = split::split(linked, &whole, split::Names::Dropped)?;

    let first = Named::put(folder, "page", "wasm", &parts.first)?;
    let rest = Named::put(folder, "rest", "wasm", &parts.rest)?;
    let mut page = html.to_owned();
    let mut replace = |old: &Path, content: &[u8], new: &Named| {
        let (name, checksum) = (old.to_string_lossy(), integrity(content));
        if !page.contains(&*name) || !page.contains(&checksum) {
            return Err(format!(
                "The built page must name {name} with its checksum."
            ));
        }
        page = page
            .replace(&*name, &new.name)
            .replace(&checksum, &new.integrity);
        fs::remove_file(folder.join(old)).map_err(cannot)
    };
    replace(program, &whole, &first)?;

    let joint = program.to_string_lossy().replace("_bg.wasm", ".js");
    let joint = Path::new(&joint);
    let joining = fs::read_to_string(folder.join(joint)).map_err(cannot)?;
    let shorter = in_fewer_words(&joining, &parts.imports);
    let shorter = Named::put(folder, "page", "js", shorter.as_bytes())?;
    replace(joint, joining.as_bytes(), &shorter)?;
    Ok((page, rest))
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

/// The page with its loader under the name of its content, with its checksum, and told of the rest of
/// the program and of the worker. It comes last in the head: it runs as soon as it is there, and looks
/// for what the page preloads.
fn with_loader(html: &str, boot: &Named, rest: &Named) -> Outcome<String> {
    const END: &str = "</script>";
    let plain = html.replace(&format!("src=\"./{LOADER}\""), &format!("src=./{LOADER}"));
    let parts = plain
        .split_once(&format!("src=./{LOADER}"))
        .and_then(|(before, after)| {
            let (before, opened) = before.split_at(before.rfind("<script")?);
            let (attributes, after) = after.split_once(END)?;
            let (between, after) = after.split_once("</head>")?;
            Some((before, opened, attributes, between, after))
        });
    let (before, opened, attributes, between, after) = parts.ok_or_else(|| {
        format!(
            "The head of the built page must load ./{LOADER}: see pattern_script in Trunk.toml."
        )
    })?;
    Ok(format!(
        "{before}{between}{opened}src=\"./{}\" integrity=\"{}\" data-rest=\"./{}\" \
         data-rest-integrity=\"{}\" data-worker=\"./{WORKER}\"{attributes}{END}</head>{after}",
        boot.name, boot.integrity, rest.name, rest.integrity
    ))
}

fn named_by_content(stem: &str, extension: &str, content: &[u8]) -> String {
    let digest = Sha384::digest(content);
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
    fn the_policy_takes_effect_in_a_release_and_allows_its_own_styles() {
        let html = "<meta http-equiv=release-content-security-policy content=\"default-src 'none'; style-src 'self'\">";
        // Of "a", by `openssl dgst -sha384 -binary | base64`.
        assert_eq!(
            with_policy(html, "a"),
            Ok(
                "<meta http-equiv=content-security-policy content=\"default-src 'none'; \
                style-src 'sha384-VKWbnyKwuAiA2EJ+VIt8I6vYc0huHwNdzpzWl+hRdQM8qojm1XvDXvrgta/TFF8x'\">"
                    .to_owned()
            )
        );
        assert!(with_policy("<meta charset=utf-8>", "a").is_err());
        let without = html.replace("; style-src 'self'", "");
        assert!(with_policy(&without, "a").is_err());
    }

    #[test]
    fn the_styles_lie_in_the_page_and_cannot_end_before_their_end() {
        let html = format!("<head>{SHEET}<p>");
        assert_eq!(
            with_styles(&html, "a{b:c}").as_deref(),
            Ok("<head><style>a{b:c}</style><p>")
        );
        for misread in ["</style>", "\r", "\0"] {
            assert!(with_styles(&html, &format!("a{{b:\"{misread}\"}}")).is_err());
        }
        assert_eq!(in_ascii("a{b:\"→ c\"}"), "a{b:\"\\2192  c\"}");
    }

    #[test]
    fn all_style_sheets_become_one_in_their_order() {
        let html = "<head><link rel=icon href=a.svg><link rel=stylesheet href=./b-1.css integrity=sha384-x><p>\
                    <link rel=\"stylesheet\" href=\"./c-2.css\"/><link rel=modulepreload href=./d.js></head>";
        let (page, sheets) = with_one_sheet(html);
        assert_eq!(
            page,
            "<head><link rel=icon href=a.svg><the-one-sheet><p><link rel=modulepreload href=./d.js></head>"
        );
        assert_eq!(sheets, ["b-1.css", "c-2.css"]);
    }

    #[test]
    fn the_loader_has_a_checksum_and_knows_the_rest_and_the_worker() {
        let named = |name: &str, integrity: &str| Named {
            name: name.to_owned(),
            integrity: integrity.to_owned(),
        };
        let (loader, rest) = (
            named("boot-1.js", "sha384-x"),
            named("rest-1.wasm", "sha384-y"),
        );
        for html in [
            "<script data-js=./a.js src=./boot.js type=module></script><link></head>",
            "<script data-js=./a.js src=\"./boot.js\" type=module></script><link></head>",
        ] {
            assert_eq!(
                with_loader(html, &loader, &rest),
                Ok(
                    "<link><script data-js=./a.js src=\"./boot-1.js\" integrity=\"sha384-x\" \
                    data-rest=\"./rest-1.wasm\" data-rest-integrity=\"sha384-y\" \
                    data-worker=\"./sw.js\" type=module></script></head>"
                        .to_owned()
                )
            );
        }
        for html in [
            "<script src=./other.js></script></head>",
            "</head><script src=./boot.js></script>",
        ] {
            assert!(with_loader(html, &loader, &rest).is_err());
        }
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
        // Of "a", by `openssl dgst -sha384 -binary | base64`.
        let of_a =
            "\"a.js\":\"sha384-VKWbnyKwuAiA2EJ+VIt8I6vYc0huHwNdzpzWl+hRdQM8qojm1XvDXvrgta/TFF8x\"";
        assert!(worker.contains(of_a), "{worker}");
        assert!(worker.contains("\"./\":\"sha384-"), "{worker}");
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
