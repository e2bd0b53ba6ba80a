//! What a first visit loads: by file, and of the program by crate and by part of our own.
//!
//! The parts are read from the names that the program has until it is split; the size of what a
//! visitor loads is shared out among them by how well each compresses alone. Good for seeing what
//! grew, not to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::checkout;
use crate::finish;
use crate::progress::{self, Outcome};
use crate::site;
use crate::split;

/// What a first visit may load, in bytes, until it sees something. A journey holds it.
const BUDGET: usize = 200_000;
/// How many parts of the program are listed by themselves.
const LISTED: usize = 40;

/// Builds the site and prints the tables.
pub(crate) fn bench() -> Outcome {
    let dist = checkout::root().join("dist");
    site::build(&dist)?;
    let cannot = |error: io::Error| format!("Cannot measure {}: {error}", dist.display());
    let files = first_view(&dist).map_err(cannot)?;
    let total = files
        .iter()
        .fold(("in all".to_owned(), 0, 0), |(name, raw, small), file| {
            (name, raw + file.1, small + file.2)
        });
    progress::say("First view, in bytes:                                  plain   brotli");
    for (name, raw, compressed) in files.iter().chain([&total]) {
        progress::say(&row(name, *raw, *compressed));
    }
    let (word, by) = if total.2 > BUDGET {
        ("over", total.2 - BUDGET)
    } else {
        ("below", BUDGET - total.2)
    };
    progress::say(&format!(
        "{by} bytes {word} the {BUDGET} that it may have\n"
    ));

    let linked = site::read(&site::linked_program())?;
    let whole = site::read(&site::whole_program())?;
    let named = split::split(&linked, &whole, split::Names::Kept)?;
    let later = split::LATER.into_iter().zip(named.later);
    for (part, module) in [("page", named.first)].into_iter().chain(later) {
        let parts =
            parts(&module).ok_or("The program is not the WebAssembly that it should be.")?;
        let program = program(&dist, &format!("{part}-")).map_err(cannot)?;
        progress::say(&format!(
            "{:<50}   plain  ≈ brotli",
            format!("Of {part}-….wasm:")
        ));
        for (name, raw, compressed) in shared_out(parts, &program).map_err(cannot)? {
            progress::say(&row(&name, raw, compressed));
        }
        let (name, raw, compressed) = program;
        progress::say(&format!("{}\n", row(&name, raw, compressed)));
    }
    Ok(())
}

/// A part of the program, whose files begin so, or are the end of one that does.
fn program(dist: &Path, stem: &str) -> io::Result<Sized> {
    let mut program = (format!("{stem}….wasm"), 0, 0);
    for file in site::files(dist, Path::new(""))? {
        let name = file.to_string_lossy().into_owned();
        let of_part = name.strip_prefix(finish::END).unwrap_or(&name);
        if of_part.starts_with(stem) && is_wasm(&file) {
            let (_, raw, compressed) = sized(dist, name)?;
            program.1 += raw;
            program.2 += compressed;
        }
    }
    if program.1 > 0 {
        Ok(program)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A file of the site, as it is and as a browser gets it.
fn sized(dist: &Path, name: String) -> io::Result<Sized> {
    let content = fs::read(dist.join(&name))?;
    let beside = fs::metadata(dist.join(format!("{name}.br")));
    let compressed = match beside {
        Ok(beside) => usize::try_from(beside.len()).unwrap_or(usize::MAX),
        Err(_) => finish::brotli(&content, finish::BEST)?.len(),
    };
    Ok((name, content.len(), compressed))
}

fn row(name: &str, raw: usize, compressed: usize) -> String {
    format!("  {name:<48} {raw:>9} {compressed:>8}")
}

/// A name, and its size plain and compressed.
type Sized = (String, usize, usize);

/// What a browser loads before the page is seen, and what the page is called and looks like in the browser's
/// own parts. Not the worker, the later parts of the program and the pictures for whoever installs it, which
/// come after that.
fn first_view(dist: &Path) -> io::Result<Vec<Sized>> {
    let page = fs::read_to_string(dist.join("index.html"))?;
    let mut loaded = Vec::new();
    for file in site::files(dist, Path::new(""))? {
        let name = file.to_string_lossy().into_owned();
        let asked_for = name == "index.html" || name == finish::SETTINGS || page.contains(&name);
        let later = name == finish::WORKER
            || split::LATER
                .iter()
                .any(|part| name.starts_with(&format!("{part}-")))
            || file.extension().is_some_and(|it| it == "png");
        if asked_for && !later {
            loaded.push(sized(dist, name)?);
        }
    }
    loaded.sort_by_key(|(_, _, compressed)| std::cmp::Reverse(*compressed));
    Ok(loaded)
}

fn is_wasm(file: &Path) -> bool {
    file.extension().is_some_and(|it| it == "wasm")
}

/// The largest parts with their share of what the whole program is compressed to.
fn shared_out(parts: BTreeMap<String, Vec<u8>>, program: &Sized) -> io::Result<Vec<Sized>> {
    let mut sized = Vec::new();
    for (name, code) in parts {
        // Fast rather than good: only the proportions count.
        sized.push((name, code.len(), finish::brotli(&code, 5)?.len()));
    }
    let whole: usize = sized.iter().map(|(_, _, compressed)| compressed).sum();
    for (_, _, compressed) in &mut sized {
        *compressed = *compressed * program.2 / whole.max(1);
    }
    sized.sort_by_key(|(_, _, compressed)| std::cmp::Reverse(*compressed));
    let rest = sized.split_off(LISTED.min(sized.len()));
    let rest = rest
        .into_iter()
        .fold((0, 0), |sum, part| (sum.0 + part.1, sum.1 + part.2));
    sized.push(("all others".to_owned(), rest.0, rest.1));
    Ok(sized)
}

// The module --------------------------------------------------------------------------------------

/// The code and constants of a module, by the part that they belong to. None where it is garbled.
fn parts(module: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    let mut parts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut rest = Bytes(module.get(8..)?);
    while !rest.0.is_empty() {
        let id = rest.byte()?;
        let section = rest.prefixed()?;
        let mut content = Bytes(section);
        match id {
            0 if content.text()? == "name" => names = content.function_names()?,
            2 => imported = content.imported_functions()?,
            10 => {
                for _ in 0..content.number()? {
                    bodies.push(content.prefixed()?);
                }
            }
            0 => {}
            11 => parts
                .entry("(constants)".to_owned())
                .or_default()
                .extend(section),
            _ => parts
                .entry("(tables)".to_owned())
                .or_default()
                .extend(section),
        }
    }
    for (number, body) in bodies.into_iter().enumerate() {
        let name = names.get(&(imported + number)).copied().unwrap_or_default();
        parts.entry(part(name)).or_default().extend(body);
    }
    Some(parts)
}

/// The part of the program that a function belongs to, by its name: our own by module, others by
/// crate, and by themselves the two of which generics make many.
fn part(name: &str) -> String {
    let name = without_hashes(&rustc_demangle::demangle(name).to_string());
    let name = name.as_str();
    for (of_core, shown) in [
        ("core::slice::sort", "sorting"),
        ("core::ptr::drop_in_place", "dropping"),
    ] {
        if name.starts_with(of_core) {
            return shown.to_owned();
        }
    }
    // What implements a trait for something of nobody's belongs to the trait: `<F as tachys::Render>`.
    let path = [name]
        .into_iter()
        .chain(name.split_once(" as ").map(|(_, of)| of))
        .map(path)
        .find(|path| path.len() > 1)
        .unwrap_or_default();
    match path.as_slice() {
        ["flow_environments", "ui", module, ..] if !module.starts_with(char::is_uppercase) => {
            format!("page: {module}")
        }
        ["flow_environments", module, ..] => format!("page: {module}"),
        ["flow_domain", ..] => "page: domain".to_owned(),
        [owner, ..] => (*owner).to_owned(),
        [] => "(no name)".to_owned(),
    }
}

/// A name without what tells one version of a crate from another: `core[123456789abcdef]::str`.
fn without_hashes(name: &str) -> String {
    let mut pieces = name.split('[');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(']') {
            Some((hash, rest)) if rest.starts_with("::") && is_hash(hash) => plain += rest,
            _ => plain.extend(["[", piece]),
        }
    }
    plain
}

fn is_hash(text: &str) -> bool {
    (8..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The first path in a name: `["core", "str"]` of `<&core::str::Chars<'_>>::next`.
fn path(name: &str) -> Vec<&str> {
    let name = name.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
    let name = ["mut ", "const ", "dyn ", "impl "]
        .iter()
        .fold(name, |name, word| name.strip_prefix(word).unwrap_or(name));
    let end = name.find(|it: char| !(it.is_alphanumeric() || "_:".contains(it)));
    name[..end.unwrap_or(name.len())]
        .split("::")
        .filter(|word| !word.is_empty())
        .collect()
}

/// What has not been read yet. Every read is none past the end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number in LEB128.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Bytes with their number before them.
    fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.prefixed()?).ok()
    }

    /// From a section of names, those of functions by their number.
    fn function_names(&mut self) -> Option<BTreeMap<usize, &'a str>> {
        let mut names = BTreeMap::new();
        while !self.0.is_empty() {
            let kind = self.byte()?;
            let mut content = Bytes(self.prefixed()?);
            if kind == 1 {
                for _ in 0..content.number()? {
                    names.insert(content.number()?, content.text()?);
                }
            }
        }
        Some(names)
    }

    /// From a section of imports, how many are functions.
    fn imported_functions(&mut self) -> Option<usize> {
        let mut functions = 0;
        for _ in 0..self.number()? {
            let _ = (self.text()?, self.text()?);
            match self.byte()? {
                0 => {
                    functions += 1;
                    self.number()?;
                }
                1 => {
                    self.byte()?;
                    self.limits()?;
                }
                2 => self.limits()?,
                _ => drop((self.byte()?, self.byte()?)),
            }
        }
        Some(functions)
    }

    fn limits(&mut self) -> Option<()> {
        let bounded = self.byte()? & 1 == 1;
        self.number()?;
        if bounded {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        assert_eq!(part(name), expected, "{name}");
    }

    #[test]
    fn a_function_belongs_to_our_own_module_or_to_its_crate() {
        check(
            "flow_environments::ui::pages::flow::page::{{closure}}",
            "page: pages",
        );
        check("<flow_domain::state::State>::apply", "page: domain");
        check("serde_json::ser::format_escaped_str", "serde_json");
        check(
            "<&mut serde_json::de::Deserializer<R> as serde::de::Deserializer>::x",
            "serde_json",
        );
        check("<F as tachys::view::Render>::build", "tachys");
        check("<[core[123456789abcdef]::cell::Cell<u8>]>::len", "core");
        check("core::slice::sort::stable::drift::sort::h1", "sorting");
        check(
            "core::ptr::drop_in_place<alloc::string::String>",
            "dropping",
        );
        check("", "(no name)");
    }

    #[test]
    fn a_module_is_read_by_its_names() {
        let body = [0, 0x0b];
        let module = [
            &b"\0asm\x01\0\0\0"[..],
            &[2, 7, 1, 1, b'a', 1, b'b', 0, 0],
            &[3, 3, 2, 0, 0],
            &[10, 7, 2, 2, body[0], body[1], 2, body[0], body[1]],
            &[11, 3, 9, 9, 9],
            &[0, 18, 4],
            b"name",
            &[1, 11, 2, 1, 4],
            b"a::b",
            &[2, 2],
            b"::",
        ]
        .concat();
        let parts = parts(&module).unwrap_or_default();
        let sizes: Vec<(&str, usize)> = parts
            .iter()
            .map(|(name, code)| (&**name, code.len()))
            .collect();
        assert_eq!(
            sizes,
            [
                ("(constants)", 3),
                ("(no name)", 2),
                ("(tables)", 3),
                ("a", 2)
            ]
        );
    }

    #[test]
    fn a_module_that_is_cut_off_is_noticed() {
        assert!(parts(b"\0asm\x01\0\0\0\x0a\x07\x02").is_none());
        assert!(parts(b"\0asm").is_none());
    }
}
