//! Reads Rust sources as tokens and paths: enough to say who names whom, and no more.

use std::collections::BTreeSet;

/// A word, a sign or a string literal of a source, with its line from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) literal: bool,
}

/// A path as meant: `use a::{b, c::d};` holds `a::b` and `a::c::d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) line: usize,
    pub(super) names: Vec<String>,
}

/// The tokens outside comments and `#[cfg(test)]` items, and the names of modules that are compiled for tests only.
pub(super) fn tokens(text: &str) -> (Vec<Token>, BTreeSet<String>) {
    without_tests(&scan(text))
}

/// Every path, with groups spelt out.
pub(super) fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = if token.is_name() { path(tokens, at, &[], &mut found) } else { at + 1 };
    }
    found
}

impl Token {
    fn is_name(&self) -> bool {
        !self.literal && self.text != "use" && self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

fn is(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| !token.literal && token.text == text)
}

/// Takes the path that starts at a name; the position after it.
fn path(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    let mut names = prefix.to_vec();
    let mut line = 0;
    while let Some(name) = tokens.get(at).filter(|token| token.is_name() || token.text == "*") {
        line = name.line;
        if name.text != "self" || names.is_empty() {
            names.push(name.text.clone());
        }
        at += 1;
        if !is(tokens, at, "::") {
            break;
        }
        if is(tokens, at + 1, "{") {
            return group(tokens, at + 2, &names, found);
        }
        if !tokens.get(at + 1).is_some_and(|next| next.is_name() || next.text == "*") {
            break;
        }
        at += 1;
    }
    found.push(Path { line, names });
    at
}

/// Takes the members of a `{…}` of a `use`; the position after it.
fn group(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    while let Some(token) = tokens.get(at) {
        if is(tokens, at, "}") {
            return at + 1;
        }
        at = if is(tokens, at, "as") {
            at + 2
        } else if token.is_name() || token.text == "*" {
            path(tokens, at, prefix, found)
        } else {
            at + 1
        };
    }
    at
}

const CFG_TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

fn without_tests(tokens: &[Token]) -> (Vec<Token>, BTreeSet<String>) {
    let mut kept = Vec::new();
    let mut modules = BTreeSet::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if CFG_TEST.iter().enumerate().all(|(offset, text)| is(tokens, at + offset, text)) {
            let from = at + CFG_TEST.len();
            at = after_item(tokens, from);
            if let (true, Some(name)) = (is(tokens, from, "mod") && is(tokens, from + 2, ";"), tokens.get(from + 1)) {
                modules.insert(name.text.clone());
            }
        } else {
            kept.push(token.clone());
            at += 1;
        }
    }
    (kept, modules)
}

/// The position after an item: its `;`, or its closing brace where it is no `use` and no value.
fn after_item(tokens: &[Token], mut at: usize) -> usize {
    let ends_with_semicolon = ["use", "const", "static", "type"].iter().any(|word| is(tokens, at, word) || is(tokens, at + 1, word));
    let mut depth = 0_usize;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if token.literal {
            continue;
        }
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.text == "}" && !ends_with_semicolon {
                    return at;
                }
            }
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

fn scan(text: &str) -> Vec<Token> {
    let mut rest = Rest { chars: text.chars().collect(), at: 0, line: 1 };
    let mut tokens = Vec::new();
    while let Some(here) = rest.peek(0) {
        let line = rest.line;
        let mut push = |text: String, literal| tokens.push(Token { line, text, literal });
        match (here, rest.peek(1)) {
            ('/', Some('/')) => drop(rest.take_while(|next| next != '\n')),
            ('/', Some('*')) => rest.block_comment(),
            ('"', _) => push(rest.string(), true),
            ('\'', Some('\\')) => {
                rest.skip(3);
                drop(rest.take_while(|next| next != '\''));
                rest.skip(1);
            }
            ('\'', _) if rest.peek(2) == Some('\'') => rest.skip(3),
            (':', Some(':')) => {
                rest.skip(2);
                push("::".to_owned(), false);
            }
            (first, _) if first.is_alphanumeric() || first == '_' => {
                let word = rest.take_while(|next| next.is_alphanumeric() || next == '_');
                let hashes = (0..).take_while(|&ahead| rest.peek(ahead) == Some('#')).count();
                match word.as_str() {
                    "r" | "br" | "cr" if rest.peek(hashes) == Some('"') => push(rest.raw_string(hashes), true),
                    "b" | "c" if rest.peek(0) == Some('"') => push(rest.string(), true),
                    _ => push(word, false),
                }
            }
            (sign, _) => {
                rest.skip(1);
                if !sign.is_whitespace() {
                    push(sign.to_string(), false);
                }
            }
        }
    }
    tokens
}

/// What is not scanned yet.
struct Rest {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Rest {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.line += usize::from(self.peek(0) == Some('\n'));
            self.at += 1;
        }
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(next) = self.peek(0).filter(|&next| wanted(next)) {
            taken.push(next);
            self.skip(1);
        }
        taken
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(next) = self.peek(0) {
            match (next, self.peek(1)) {
                ('/', Some('*')) => {
                    depth += 1;
                    self.skip(2);
                }
                ('*', Some('/')) => {
                    depth -= 1;
                    self.skip(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.skip(1),
            }
        }
    }

    fn string(&mut self) -> String {
        self.skip(1);
        let mut text = String::new();
        while let Some(next) = self.peek(0).filter(|&next| next != '"') {
            text.push(next);
            if let ('\\', Some(escaped)) = (next, self.peek(1)) {
                text.push(escaped);
                self.skip(1);
            }
            self.skip(1);
        }
        self.skip(1);
        text
    }

    fn raw_string(&mut self, hashes: usize) -> String {
        self.skip(hashes + 1);
        let mut text = String::new();
        while let Some(next) = self.peek(0) {
            if next == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                break;
            }
            text.push(next);
            self.skip(1);
        }
        self.skip(hashes + 1);
        text
    }
}

#[test]
fn paths_are_read_from_code_alone() {
    let text = r##"
//! crate::comment
/* crate::block /* crate::nested */ */
use crate::{mail::{auth, reply::Reply as R}, model::*, rules};
const RAW: &str = r#"crate::raw "quoted" "#;
fn f<'a>(x: &'a str) -> char { let _ = "crate::text \" crate::text"; g(crate::store::Store::open); super::zones::newest(); '"' }
#[cfg(test)]
use crate::{alarm, config};
#[cfg(test)]
mod tests { use crate::imap; fn h() { crate::smtp::x() } }
#[cfg(test)]
mod more;
use ::std::{fs, net::IpAddr};
"##;
    let (tokens, modules) = tokens(text);
    let read: Vec<String> = paths(&tokens)
        .into_iter()
        .filter(|path| path.names.len() > 1)
        .map(|path| format!("{} {}", path.line, path.names.join("::")))
        .collect();
    assert_eq!(
        read,
        [
            "4 crate::mail::auth",
            "4 crate::mail::reply::Reply",
            "4 crate::model::*",
            "4 crate::rules",
            "6 crate::store::Store::open",
            "6 super::zones::newest",
            "13 std::fs",
            "13 std::net::IpAddr",
        ]
    );
    assert_eq!(modules.into_iter().collect::<Vec<_>>(), ["more"]);
    let literals: Vec<&str> = tokens.iter().filter(|token| token.literal).map(|token| token.text.as_str()).collect();
    assert_eq!(literals, [r#"crate::raw "quoted" "#, r#"crate::text \" crate::text"#]);
}
