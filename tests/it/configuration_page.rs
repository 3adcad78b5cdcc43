//! `docs/configuration.md` names every key that the configuration knows, and none that it does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;

/// Keys that are made of two words in the code: `password_` and `file`.
const JOINED: [&str; 6] = ["key_file", "key_command", "key_credential", "password_file", "password_command", "password_credential"];
/// Tables, which the page has as headings.
const TABLES: [&str; 14] = [
    "approver",
    "approval",
    "inbox",
    "outbox",
    "notices",
    "digest",
    "agenda",
    "self",
    "on_call",
    "retention",
    "alarm",
    "provider",
    "customer",
    "contact",
];

fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config");
    let names = ["places.rs", "policy.rs", "services.rs"];
    names.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap()).collect()
}

#[test]
fn the_page_names_every_key_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/configuration.md")).unwrap();
    let code = sources();
    let asked = Regex::new(
        r#"(?:\.(?:read|read_required|text|required|number|flag|list|lines|texts|table|tables|get|has)|\b(?:hours|days|path|command|directory))\(\s*(?:&?\w+, )?"([a-z_]+)""#,
    )
    .unwrap();
    let known: BTreeSet<&str> = asked.captures_iter(&code).map(|hit| hit.get(1).unwrap().as_str()).chain(JOINED).collect();
    assert!(known.len() > 70, "the keys are found in the code: {known:?}");
    let first_cells: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1)).collect();
    let rows: BTreeSet<&str> = first_cells.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let missing: Vec<&&str> =
        known.iter().filter(|key| !rows.contains(**key) && !page.contains(&format!("`{key}`")) && !TABLES.contains(key)).collect();
    assert!(missing.is_empty(), "docs/configuration.md has no row for {missing:?}: add one where the others of its table are");
    for table in TABLES {
        assert!(
            page.contains(&format!("[{table}]")) || page.contains(&format!(".{table}]")),
            "docs/configuration.md has no heading for [{table}]"
        );
    }
    let unknown: Vec<&&str> = rows.iter().filter(|row| !known.contains(**row) && !code.contains(&format!("\"{row}\""))).collect();
    assert!(unknown.is_empty(), "docs/configuration.md names {unknown:?}, which the configuration does not know");
}

#[test]
fn every_mailbox_of_the_first_hour_is_a_configuration_that_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/first-hour.md")).unwrap();
    let whole = fs::read_to_string(root.join("fixtures/forewarn.toml")).unwrap();
    let (head, rest) = whole.split_once("[[inbox]]").unwrap();
    let (_, tail) = rest.split_once("[notices]").unwrap();
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(root.join("fixtures/services.toml"), folder.path().join("services.toml")).unwrap();
        for name in ["in/new", "in/cur", "in/tmp", "out"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let file = folder.path().join("forewarn.toml");
        fs::write(&file, format!("{head}{block}\n[notices]{tail}")).unwrap();
        let loaded = forewarn::config::load(&file);
        assert!(loaded.is_ok(), "{block}\n{}", loaded.err().map(|report| report.to_string()).unwrap_or_default());
    }
}
