//! Who may name whom: every path of every source against the tables below, and the rules of form that a reader relies on.
//!
//! Tests in the sources are left out: they may set up what they need.

mod source;

use regex::Regex;
use source::Token;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each module of the crate may name of the others. A module names only those that stand above it.
const MAY_NAME: [(&str, &[&str]); 28] = [
    // Nouns.
    ("model", &[]),
    // Core: values in, values out.
    ("mail", &["model"]),
    ("rules", &["model", "mail"]),
    ("inventory", &["model"]),
    ("lifecycle", &["model"]),
    ("approval", &["model", "mail"]),
    ("draft", &["model", "inventory", "mail::outgoing"]),
    ("digest", &["model", "inventory", "mail::outgoing", "mail::auth"]),
    ("agenda", &["model", "lifecycle", "approval", "draft"]),
    ("record", &["model", "inventory", "mail::outgoing"]),
    ("desk", &["model", "mail", "rules", "inventory", "lifecycle", "approval", "draft", "digest", "agenda"]),
    // Shell: files, sockets, SQL, clock. Not the core, and not each other.
    ("clock", &["model"]),
    ("zones", &["model"]),
    ("config", &["model"]),
    ("store", &["model"]),
    ("alarm", &["model"]),
    ("heartbeat", &["model"]),
    ("web", &["model"]),
    ("dns", &["model"]),
    ("dkim", &["model", "mail", "dns"]),
    ("tls", &["model"]),
    ("imap", &["model", "tls"]),
    ("smtp", &["model", "tls"]),
    ("maildir", &["model"]),
    // Both.
    ("service", ANY),
    ("cli", ANY),
    ("lib", ANY),
    ("main", ANY),
];

const ANY: &[&str] = &["*"];

/// Nouns and core: what they do depends on their arguments alone.
const PURE: [&str; 11] = ["model", "mail", "rules", "inventory", "lifecycle", "approval", "draft", "digest", "agenda", "record", "desk"];

/// What the pure modules never name. Of `std::net` they may name the values that are no sockets.
const IMPURE: [&str; 10] =
    ["tokio", "rusqlite", "async_imap", "std::fs", "std::env", "std::net", "std::process", "std::thread", "lettre::transport", "clap"];

const NET_VALUES: [&str; 4] = ["IpAddr", "Ipv4Addr", "Ipv6Addr", "AddrParseError"];

/// Where an outside crate stands alone.
const STANDS_IN: [(&str, &str); 4] = [("rusqlite", "store"), ("async_imap", "imap"), ("ureq", "heartbeat"), ("clap", "cli")];

/// A file that is longer has several topics.
const LINES_AT_MOST: usize = 700;

/// The beginnings of SQL statements.
const SQL: &str = r"(?is)^\s*(select\s.*\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|replace\s+into\s|update\s.*\sset\s|delete\s+from\s|create\s+(unique\s+)?(table|index|trigger|view)\s|alter\s+table\s|drop\s+table\s|pragma\s|begin\s+(immediate|exclusive|deferred)|with\s+(recursive\s+)?\w+\s+as\s)";

#[test]
fn modules_name_only_what_stands_below_them() {
    report(&sources().iter().flat_map(edges).collect::<Vec<_>>());
}

#[test]
fn the_table_itself_goes_downward() {
    let mut above: Vec<&str> = Vec::new();
    for (module, targets) in MAY_NAME {
        for target in targets.iter().filter(|target| **target != "*") {
            let name = target.split("::").next().unwrap_or_default();
            assert!(above.contains(&name), "{module} may name {target}, which does not stand above it");
        }
        above.push(module);
    }
}

#[test]
fn the_core_is_pure() {
    report(&sources().iter().flat_map(impurities).collect::<Vec<_>>());
}

#[test]
fn sql_stands_in_the_store() {
    report(&sources().iter().flat_map(statements).collect::<Vec<_>>());
}

#[test]
fn files_have_a_head_and_a_limit() {
    let mut faults = Vec::new();
    for file in rust_files("src").iter().chain(&rust_files("tests")) {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let (name, lines) = (file.display(), text.lines().count());
        if file.ends_with("mod.rs") {
            faults.push(format!("{name}: a module's file is named after it, never mod.rs"));
        }
        if !file.starts_with("src") {
            continue;
        }
        // Tables of cases are read by searching, not from top to bottom.
        if file.with_extension("").iter().any(|part| part == "tests") {
            continue;
        }
        if lines > LINES_AT_MOST {
            faults.push(format!("{name}: {lines} lines, at most {LINES_AT_MOST}: split it by topic"));
        }
        if !text.starts_with("//! ") {
            faults.push(format!("{name}:1: begin with a `//!` line that says what the file is for"));
        }
    }
    report(&faults);
}

#[test]
fn every_dependency_has_its_reason() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let reasoned = Regex::new(r"^[\w-]+ = .*[}\x22]\s+# \S").unwrap();
    let mut among_dependencies = false;
    let mut faults = Vec::new();
    let mut seen = 0;
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('[') {
            among_dependencies = line.ends_with("dependencies]");
        } else if among_dependencies && !line.trim().is_empty() && !line.starts_with('#') {
            seen += 1;
            if !reasoned.is_match(line) {
                faults.push(format!("Cargo.toml:{number}: say in a comment on this line why it is needed: {line}"));
            }
        }
    }
    assert!(seen > 20, "Cargo.toml was read wrongly: {seen} dependencies");
    report(&faults);
}

#[test]
fn faults_are_found_and_named() {
    let check = |path: &str, text: &str, expected: &[&str]| {
        let source = Source::new(PathBuf::from(path), text);
        let found: Vec<String> = [edges(&source), impurities(&source), statements(&source)].concat();
        assert_eq!(found, expected, "{path}: {text}");
    };
    check("src/model/flow.rs", "use crate::model::Mail;", &[]);
    check("src/model/flow.rs", "\nuse crate::{model::Mail, mail};", &["src/model/flow.rs:2: model names crate::mail; it may name nothing"]);
    check("src/draft/variants.rs", "use crate::mail::outgoing::instants;", &[]);
    check(
        "src/draft/variants.rs",
        "use crate::mail::reply;",
        &["src/draft/variants.rs:1: draft names crate::mail::reply; it may name model, inventory, mail::outgoing"],
    );
    check("src/imap.rs", "use crate::tls; use super::model;", &[]);
    check("src/imap.rs", "use super::store::Store;", &["src/imap.rs:1: imap names crate::store::Store; it may name model, tls"]);
    check("src/imap/wire.rs", "use super::store; use super::super::tls;", &[]);
    check("src/cli/status.rs", "use crate::{service, store}; fn f() { std::env::args(); }", &[]);
    check("src/fresh.rs", "", &["src/fresh.rs: fresh is not in the table of tests/it/layers.rs: say what it may name"]);
    check("src/desk.rs", "fn f(x: std::net::IpAddr) {}", &[]);
    check("src/desk.rs", "use std::{fmt, fs::File};", &["src/desk.rs:1: desk names std::fs::File, and no pure module may"]);
    check("src/desk.rs", "use std::net::TcpStream;", &["src/desk.rs:1: desk names std::net::TcpStream, and no pure module may"]);
    check("src/web.rs", "use rusqlite::Connection;", &["src/web.rs:1: web names rusqlite, which stands in store alone"]);
    check("src/store/ledger.rs", "const ALL: &str = \"SELECT id FROM mail\";", &[]);
    check(
        "src/cli/queue.rs",
        "fn f() { x(\"select id from mail where id = 1\", \"select a line\") }\n#[cfg(test)] mod t { const T: &str = \"DELETE FROM x\"; }",
        &["src/cli/queue.rs:1: SQL stands in the store alone: select id from mail where id = 1"],
    );
}

/// A source without its tests.
struct Source {
    file: PathBuf,
    /// `draft::variants` as its names.
    module: Vec<String>,
    tokens: Vec<Token>,
}

impl Source {
    fn new(file: PathBuf, text: &str) -> Self {
        let module = file.with_extension("").iter().skip(1).map(|name| name.to_string_lossy().into_owned()).collect();
        Self { file, module, tokens: source::tokens(text).0 }
    }

    fn top(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// Names of other modules that the table does not allow.
fn edges(source: &Source) -> Vec<String> {
    let (file, top) = (source.file.display(), source.top());
    let Some((_, allowed)) = MAY_NAME.iter().find(|(module, _)| *module == top) else {
        return vec![format!("{file}: {top} is not in the table of tests/it/layers.rs: say what it may name")];
    };
    let mut faults = Vec::new();
    for path in source::paths(&source.tokens) {
        let Some(target) = within_crate(&path.names, source.module.len()) else { continue };
        let named = target.join("::");
        let below = |parent: &str| named == parent || named.starts_with(&format!("{parent}::"));
        if !below(top) && !allowed.iter().any(|parent| *parent == "*" || below(parent)) {
            let may = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
            faults.push(format!("{file}:{}: {top} names crate::{named}; it may name {may}", path.line));
        }
    }
    faults
}

/// The path from the crate's root; none for a path that leads elsewhere or stays inside the module.
fn within_crate(names: &[String], depth: usize) -> Option<&[String]> {
    let ups = names.iter().take_while(|name| *name == "super").count();
    match names.first()?.as_str() {
        "crate" if names.len() > 1 => names.get(1..),
        "super" if ups == depth && names.len() > ups => names.get(ups..),
        _ => None,
    }
}

/// Names of files, sockets, threads and the like in pure modules, and of crates outside the module that wraps them.
fn impurities(source: &Source) -> Vec<String> {
    let (file, top) = (source.file.display(), source.top());
    let mut faults = Vec::new();
    for path in source::paths(&source.tokens) {
        let named = path.names.join("::");
        let below = |parent: &str| named.strip_prefix(parent).is_some_and(|rest| rest.starts_with("::"));
        let value_of_net = named.strip_prefix("std::net::").is_some_and(|rest| NET_VALUES.iter().any(|value| rest.starts_with(value)));
        let impure = IMPURE.iter().any(|parent| named == *parent && named.contains("::") || below(parent)) && !value_of_net;
        if impure && PURE.contains(&top) {
            faults.push(format!("{file}:{}: {top} names {named}, and no pure module may", path.line));
        } else if let Some((outside, home)) = STANDS_IN.iter().find(|(outside, home)| below(outside) && *home != top && top != "main") {
            faults.push(format!("{file}:{}: {top} names {outside}, which stands in {home} alone", path.line));
        }
    }
    faults
}

/// SQL statements outside the store.
fn statements(source: &Source) -> Vec<String> {
    if source.top() == "store" {
        return Vec::new();
    }
    let Ok(sql) = Regex::new(SQL) else { return vec!["the pattern for SQL is none".to_owned()] };
    let literals = source.tokens.iter().filter(|token| token.literal && sql.is_match(&token.text));
    literals.map(|token| format!("{}:{}: SQL stands in the store alone: {}", source.file.display(), token.line, token.text)).collect()
}

/// Every source but those of modules that are compiled for tests only.
fn sources() -> Vec<Source> {
    let mut tests_only = BTreeSet::new();
    let mut sources = Vec::new();
    for file in rust_files("src") {
        let text = std::fs::read_to_string(root().join(&file)).unwrap_or_default();
        tests_only.extend(source::tokens(&text).1.into_iter().map(|name| file.with_extension("").join(name)));
        sources.push(Source::new(file, &text));
    }
    assert!(sources.len() > 40, "the sources were not found: {}", sources.len());
    sources.retain(|source| !tests_only.iter().any(|module| source.file.with_extension("").starts_with(module)));
    sources
}

/// Every `*.rs` below a folder of the checkout, relative to the checkout.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).into_iter().flatten().filter_map(Result::ok) {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} to mend\n{}", faults.len(), faults.join("\n"));
}
