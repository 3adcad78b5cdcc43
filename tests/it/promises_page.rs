//! `docs/promises.md` names only tests that exist, and each fault that is not set aside has one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_page_names_exists_and_every_fault_has_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/promises.md")).unwrap();
    let mut code = String::new();
    for folder in ["src", "tests"] {
        sources(&root.join(folder), &mut code);
    }
    let tests: BTreeSet<&str> = code.split("fn ").skip(1).filter_map(|text| text.split(['(', '<']).next()).collect();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 3 && cells[0].len() <= 3 && cells[0].ends_with(|c: char| c.is_ascii_digit()))
        .collect();
    assert_eq!(rows.len(), 86, "every row of the table");
    for row in rows {
        let (id, what, named) = (row[0], row[1], row[2]);
        let names: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        for name in &names {
            assert!(tests.contains(name), "{id} names {name}, which is no test");
            assert!(name.split('_').any(|part| part.eq_ignore_ascii_case(id)), "{name} does not carry {id}");
        }
        assert!(!names.is_empty() || what.starts_with("set aside: ") || what.starts_with("not built: "), "{id} has no test");
    }
}
