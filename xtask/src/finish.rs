//! What a release has and a page under development has not: the content security policy, and one
//! style sheet.
//!
//! The policy stands in `index.html` under a name that no browser knows, because it forbids the
//! script with which Trunk reloads a page under development.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::progress::Outcome;

const POLICY_IN_SOURCE: &str = "release-content-security-policy";
const POLICY: &str = "content-security-policy";

/// Finishes the site that Trunk has built for release in `folder`.
pub(crate) fn finish(folder: &Path) -> Outcome {
    let page = folder.join("index.html");
    let cannot =
        |error: std::io::Error| format!("Cannot finish the site in {}: {error}", folder.display());
    let html = with_policy(&fs::read_to_string(&page).map_err(cannot)?)?;
    let (html, sheets) = with_one_sheet(&html);

    let mut styles = String::new();
    for sheet in &sheets {
        styles += &fs::read_to_string(folder.join(sheet)).map_err(cannot)?;
        fs::remove_file(folder.join(sheet)).map_err(cannot)?;
    }
    let mut hasher = DefaultHasher::new();
    styles.hash(&mut hasher);
    let name = format!("style-{:016x}.css", hasher.finish());
    fs::write(folder.join(&name), styles).map_err(cannot)?;
    fs::write(page, html.replace(SHEET, &name)).map_err(cannot)
}

fn with_policy(html: &str) -> Outcome<String> {
    if html.matches(POLICY_IN_SOURCE).count() == 1 {
        Ok(html.replace(POLICY_IN_SOURCE, POLICY))
    } else {
        Err(format!(
            "index.html must hold the policy of a release once: <meta http-equiv=\"{POLICY_IN_SOURCE}\" content=\"…\">"
        ))
    }
}

/// Stands for the one sheet's name until its content is known.
const SHEET: &str = "the-one-sheet.css";

/// The page with one link, to [`SHEET`], where the first of its style sheets was linked, and the
/// names of all of them.
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
                    page.extend(["<link rel=\"stylesheet\" href=\"./", SHEET, "\">"]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_takes_effect_in_a_release() {
        let html =
            "<meta http-equiv=release-content-security-policy content=\"default-src 'none'\">";
        assert_eq!(
            with_policy(html),
            Ok(
                "<meta http-equiv=content-security-policy content=\"default-src 'none'\">"
                    .to_owned()
            )
        );
        assert!(with_policy("<meta charset=utf-8>").is_err());
    }

    #[test]
    fn all_style_sheets_become_one_in_their_order() {
        let html = "<head><link rel=icon href=a.svg><link rel=stylesheet href=./b-1.css integrity=sha384-x><p>\
                    <link rel=\"stylesheet\" href=\"./c-2.css\"/><link rel=modulepreload href=./d.js></head>";
        let (page, sheets) = with_one_sheet(html);
        assert_eq!(
            page,
            "<head><link rel=icon href=a.svg><link rel=\"stylesheet\" href=\"./the-one-sheet.css\"><p><link rel=modulepreload href=./d.js></head>"
        );
        assert_eq!(sheets, ["b-1.css", "c-2.css"]);
    }
}
