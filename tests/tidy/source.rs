//! Reads Rust sources as far as the tidy checks need: code without comments and texts, split into
//! tokens; the comments by themselves; and the paths that the code names, from the crate's root.
//!
//! Not a parser. It knows inline modules, nested comments, raw texts and grouped imports, and leaves
//! alone what it does not know.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// From the repository's root, with `/` between: `src/domain/id.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A token of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// Reads every file under `folder` whose name ends in `.rs`, in order; none where it is not there.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join(folder), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(root).unwrap();
            let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
            Source {
                path: names.join("/"),
                text: fs::read_to_string(&path).unwrap(),
            }
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

impl Source {
    /// Makes a source of a text, to try the checks on.
    pub(crate) fn of(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Returns the tokens of the code: words, `::` and single signs.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let code = split(&self.text).code;
        let mut tokens = Vec::new();
        let (mut line, mut word) = (1, String::new());
        let characters: Vec<char> = code.chars().collect();
        let mut at = 0;
        while at < characters.len() {
            let c = characters[at];
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
            } else {
                if !word.is_empty() {
                    tokens.push(Token {
                        text: std::mem::take(&mut word),
                        line,
                    });
                }
                if c == ':' && characters.get(at + 1) == Some(&':') {
                    tokens.push(Token {
                        text: "::".to_owned(),
                        line,
                    });
                    at += 1;
                } else if c == '\n' {
                    line += 1;
                } else if !c.is_whitespace() {
                    tokens.push(Token {
                        text: c.to_string(),
                        line,
                    });
                }
            }
            at += 1;
        }
        if !word.is_empty() {
            tokens.push(Token { text: word, line });
        }
        tokens
    }

    /// Returns the tokens of the code that is not in a module for tests only.
    pub(crate) fn tokens_outside_tests(&self) -> Vec<Token> {
        let tokens = self.tokens();
        let mut kept: Vec<Token> = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if says(
                &tokens[at..],
                &["#", "[", "cfg", "(", "test", ")", "]", "mod"],
            ) {
                while at < tokens.len() && !matches!(tokens[at].text.as_str(), "{" | ";") {
                    at += 1;
                }
                let mut depth = 0;
                while at < tokens.len() {
                    match tokens[at].text.as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            } else {
                kept.push(tokens[at].clone());
                at += 1;
            }
        }
        kept
    }

    /// Returns the text of all comments, line by line.
    pub(crate) fn comments(&self) -> String {
        split(&self.text).comments
    }

    /// Returns the texts in the code, each with the line where it begins.
    pub(crate) fn texts(&self) -> Vec<Token> {
        split(&self.text).texts
    }

    /// Returns the module that the file is, from the crate's root: `["domain", "id"]`.
    pub(crate) fn module(&self) -> Vec<String> {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let mut module: Vec<String> = path
            .trim_end_matches(".rs")
            .split('/')
            .map(ToOwned::to_owned)
            .collect();
        if module
            .last()
            .is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main"))
        {
            module.pop();
        }
        module
    }

    /// Returns every path that begins with `crate`, `self` or `super`, from the crate's root, with
    /// the line where it stands. Groups are taken apart.
    pub(crate) fn paths(&self) -> Vec<(Vec<String>, usize)> {
        let tokens = self.tokens();
        let mut module = self.module();
        // For each open brace, whether it opened an inline module.
        let mut braces = Vec::new();
        let mut found = Vec::new();
        for at in 0..tokens.len() {
            match tokens[at].text.as_str() {
                "{" => {
                    let named = at >= 2 && tokens[at - 2].text == "mod";
                    if named {
                        module.push(tokens[at - 1].text.clone());
                    }
                    braces.push(named);
                }
                "}" => module.truncate(module.len() - usize::from(braces.pop() == Some(true))),
                start @ ("crate" | "self" | "super")
                    if tokens.get(at + 1).is_some_and(|next| next.text == "::")
                        && (at == 0 || tokens[at - 1].text != "::") =>
                {
                    let mut base = match start {
                        // The rules are a crate of their own.
                        "crate" if self.path.starts_with("src/domain/") => {
                            vec!["domain".to_owned()]
                        }
                        "crate" => Vec::new(),
                        "self" => module.clone(),
                        _ => parent(&module),
                    };
                    let mut rest = at + 2;
                    while says(&tokens[rest..], &["super", "::"]) {
                        base = parent(&base);
                        rest += 2;
                    }
                    branches(&tokens, rest, &base, &mut found);
                }
                _ => {}
            }
        }
        found
    }
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// Tells whether `tokens` begin with `words`.
pub(crate) fn says(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len()
        && tokens
            .iter()
            .zip(words)
            .all(|(token, word)| token.text == *word)
}

/// Follows a path from `at`; where it forks into a group, follows each branch. Returns where it ends.
fn branches(
    tokens: &[Token],
    mut at: usize,
    base: &[String],
    found: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let mut path = base.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                let before = at;
                at = branches(tokens, at, &path, found);
                // Whatever stands between two branches: a comma, `as` and a name.
                while tokens
                    .get(at)
                    .is_some_and(|token| !matches!(token.text.as_str(), "," | "}"))
                {
                    at += 1;
                }
                if tokens.get(at).is_some_and(|token| token.text == ",") {
                    at += 1;
                }
                if at == before {
                    break;
                }
            }
            return at + 1;
        }
        if !token
            .text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
        {
            break;
        }
        path.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    found.push((path, line));
    at
}

/// A source in its parts.
struct Parts {
    /// In which comments and texts are blank.
    code: String,
    comments: String,
    texts: Vec<Token>,
}

/// Splits a text into its parts.
fn split(text: &str) -> Parts {
    let all: Vec<char> = text.chars().collect();
    let (mut code, mut comments, mut texts) = (String::new(), String::new(), Vec::new());
    // Before the text's own lines are counted.
    let note = |code: &str, from: usize, to: usize, texts: &mut Vec<Token>| {
        texts.push(Token {
            text: all[from.min(to)..to].iter().collect(),
            line: 1 + code.matches('\n').count(),
        });
    };
    let mut at = 0;
    let next = |at: usize| all.get(at).copied().unwrap_or('\n');
    while at < all.len() {
        let c = all[at];
        let after_word = at > 0 && (all[at - 1].is_alphanumeric() || all[at - 1] == '_');
        if c == '/' && next(at + 1) == '/' {
            while at < all.len() && all[at] != '\n' {
                comments.push(all[at]);
                at += 1;
            }
            comments.push('\n');
        } else if c == '/' && next(at + 1) == '*' {
            let mut depth = 0;
            while at < all.len() {
                if all[at] == '/' && next(at + 1) == '*' {
                    depth += 1;
                    at += 1;
                } else if all[at] == '*' && next(at + 1) == '/' {
                    depth -= 1;
                    at += 1;
                    if depth == 0 {
                        at += 1;
                        break;
                    }
                } else {
                    comments.push(all[at]);
                    if all[at] == '\n' {
                        code.push('\n');
                    }
                }
                at += 1;
            }
            comments.push('\n');
        } else if let Some(hashes) = raw_text(&all[at..]).filter(|_| !after_word || c == '#') {
            // From its first quote to the quote with as many hashes.
            while all[at] != '"' {
                at += 1;
            }
            at += 1;
            let end: Vec<char> = std::iter::once('"')
                .chain((0..hashes).map(|_| '#'))
                .collect();
            let from = at;
            while at < all.len() && !all[at..].starts_with(&end) {
                at += 1;
            }
            note(&code, from, at, &mut texts);
            code.extend(all[from..at].iter().filter(|c| **c == '\n'));
            at += end.len();
            code.push_str("\"\"");
        } else if c == '"' {
            at += 1;
            let from = at;
            while at < all.len() && all[at] != '"' {
                at += if all[at] == '\\' { 2 } else { 1 };
            }
            at = at.min(all.len());
            note(&code, from, at, &mut texts);
            code.extend(all[from..at].iter().filter(|c| **c == '\n'));
            at += 1;
            code.push_str("\"\"");
        } else if c == '\'' && (next(at + 1) == '\\' || next(at + 2) == '\'') {
            // A character; a lifetime has no second quote there.
            at += if next(at + 1) == '\\' { 3 } else { 2 };
            while at < all.len() && all[at] != '\'' {
                at += 1;
            }
            at += 1;
            code.push_str("' '");
        } else {
            code.push(c);
            at += 1;
        }
    }
    Parts {
        code,
        comments,
        texts,
    }
}

/// The hashes of the raw text that begins here: `r"`, `r#"`, `br##"`; none where none does.
fn raw_text(rest: &[char]) -> Option<usize> {
    let marked = rest.strip_prefix(&['b']).unwrap_or(rest);
    let marked = marked.strip_prefix(&['r'])?;
    let hashes = marked.iter().take_while(|c| **c == '#').count();
    (marked.get(hashes) == Some(&'"')).then_some(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Source::of("src/x.rs", text)
            .tokens()
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    fn paths(path: &str, text: &str) -> Vec<String> {
        let paths = Source::of(path, text).paths();
        paths.into_iter().map(|(path, _)| path.join("::")).collect()
    }

    #[test]
    fn comments_and_texts_are_not_code() {
        assert_eq!(words("a // b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(
            words(r#"a("b // c", 'd', '\'') // e"#),
            ["a", "(", "\"", "\"", ",", "'", "'", ",", "'", "'", ")"]
        );
        assert_eq!(words("r#\"b \" c\"# d"), ["\"", "\"", "d"]);
        assert_eq!(words("fn f<'a>(x: &'a str) {}").len(), 16);
    }

    #[test]
    fn texts_are_told_with_their_lines() {
        let source = Source::of(
            "src/x.rs",
            "f(\"a \\\" b\");\n// \"c\"\ng(r#\"d \" e\"#, 'f')",
        );
        let texts: Vec<_> = source.texts();
        let told: Vec<_> = texts.iter().map(|it| (it.text.as_str(), it.line)).collect();
        assert_eq!(told, [("a \\\" b", 1), ("d \" e", 3)]);
    }

    #[test]
    fn lines_are_counted_across_comments_and_texts() {
        let tokens = Source::of("src/x.rs", "/* 1\n2 */\n\"3\n4\"\nlast").tokens();
        assert_eq!(tokens.last().map(|token| token.line), Some(5));
    }

    #[test]
    fn paths_are_told_from_the_root() {
        assert_eq!(
            paths("src/domain/id.rs", "use super::text::Name;"),
            ["domain::text::Name"]
        );
        assert_eq!(
            paths("src/domain/state/written.rs", "use crate::text::Name;"),
            ["domain::text::Name"]
        );
        assert_eq!(paths("src/journal/mod.rs", "use super::ui;"), ["ui"]);
        assert_eq!(
            paths("src/ui/pages/a.rs", "super::super::problem::say()"),
            ["ui::problem::say"]
        );
        assert_eq!(
            paths(
                "src/ui/a.rs",
                "use crate::{domain::{id::X as Y, text}, ui};"
            ),
            ["domain::id::X", "domain::text", "ui"]
        );
        assert_eq!(
            paths("src/ui/a.rs", "mod tests { use super::*; } use super::b;"),
            ["ui::a", "ui::b"]
        );
    }

    #[test]
    fn modules_for_tests_are_left_out() {
        let source = Source::of("src/x.rs", "a #[cfg(test)] mod tests { b { c } } d");
        let kept: Vec<String> = source
            .tokens_outside_tests()
            .into_iter()
            .map(|token| token.text)
            .collect();
        assert_eq!(kept, ["a", "d"]);
    }
}
