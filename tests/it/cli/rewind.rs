//! `forewarn rewind` over mailboxes that the test writes: the report, the exit code, and that nothing else is touched.

use super::{fits_the_terminal, forewarn, run};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A hosting provider's September: announced, moved, an invoice between, one that names no server of ours, and one in an unknown form.
fn september() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["01-host.eml", "02-invoice.eml", "03-newsletter.eml", "06-unknown-form.eml", "07-host-moved.eml"] {
        fs::copy(fixtures("demo").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file below a folder with its bytes and time.
fn state(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut files: Vec<PathBuf> = super::everything(folder).into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    let modified = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    files.into_iter().map(|path| (path.clone(), fs::read(&path).unwrap(), modified(&path))).collect()
}

#[test]
fn a_september_is_told_with_what_would_have_been_missed() {
    let (mails, here) = (september(), TempDir::new().unwrap());
    let before = state(mails.path());
    let ran = forewarn(&["rewind", text(mails.path()), "--services", text(&fixtures("services.toml"))])
        .current_dir(here.path())
        .env("TMPDIR", here.path())
        .output()
        .unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{out}{}", String::from_utf8_lossy(&ran.stderr));
    fits_the_terminal(&out);
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("America/Chicago (the zone of most customers)"), "{out}");
    assert!(out.contains("5 mails read"), "{out}");
    assert!(out.contains("told 2020-09-01: 7 customers of Managed Mail Services (announced for"), "{out}");
    assert!(out.contains("7 customers of Managed Mail Services (moved for Fri Sep 11 11PM)"), "who was told hears of the change: {out}");
    assert!(out.contains("mail in a form that no rule reads"), "{out}");
    assert!(out.contains("06-unknown-form.eml"), "{out}");
    assert!(out.contains("forewarn rules new"), "{out}");
    assert_eq!(state(mails.path()), before, "the mailbox is only read");
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0, "the scratch folder goes, and nothing else is written");
}

#[test]
fn the_counts_add_up_in_every_form_of_mailbox() {
    let mails = september();
    let world = TempDir::new().unwrap();
    let (maildir, mbox) = (world.path().join("Maildir"), world.path().join("all.mbox"));
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(maildir.join(part)).unwrap();
    }
    let mut joined = String::new();
    for (path, raw, _) in state(mails.path()) {
        let raw = String::from_utf8(raw).unwrap();
        fs::write(maildir.join("cur").join(format!("{}:2,S", path.file_name().unwrap().to_str().unwrap())), &raw).unwrap();
        joined.push_str(&format!("From noc@northfield.example Tue Sep  1 15:00:00 2020\n{}\n\n", raw.replace("\nFrom ", "\n>From ")));
    }
    // The same mail again: a copy in another folder.
    joined.push_str(&format!("From - Tue Sep  1 15:00:00 2020\n{}\n\n", fs::read_to_string(fixtures("demo/02-invoice.eml")).unwrap()));
    fs::write(&mbox, joined).unwrap();
    let mut told = Vec::new();
    for (mailbox, count) in [(mails.path(), 5), (maildir.as_path(), 5), (mbox.as_path(), 6)] {
        let out = run(&["rewind", text(mailbox), "--services", text(&fixtures("services.toml")), "--format", "json"]).exits(1);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        let outcomes: u64 = report["mails"]["outcomes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!((report["mails"]["read"].as_u64().unwrap(), outcomes), (count, count), "{out}");
        assert_eq!(report["mails"]["outcomes"]["duplicate"].as_u64(), (count == 6).then_some(1), "{out}");
        told.push(report["maintenances"].as_array().unwrap().iter().map(|line| line["told"].clone()).collect::<Vec<_>>());
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    assert!(!told[0].is_empty());
}

#[test]
fn without_an_inventory_the_providers_are_listed_with_what_they_name() {
    let mails = september();
    let out = run(&["rewind", text(mails.path()), "--zone", "Europe/Berlin"]).exits(1);
    fits_the_terminal(&out);
    for said in ["nothing can be mapped", "Europe/Berlin (as you asked)", "northfield", "names", "mail01", "forewarn inventory propose"] {
        assert!(out.contains(said), "{said}: {out}");
    }
    assert!(!out.contains("customers of"), "{out}");
}

#[test]
fn days_and_a_new_file_for_the_report() {
    let mails = september();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.txt");
    let services = fixtures("services.toml");
    let arguments = |more: &[&str]| run(&[&["rewind", text(mails.path()), "--services", text(&services)], more].concat());
    let out = arguments(&["--to", "2020-09-01", "--report", text(&file)]).exits(1);
    assert!(out.is_empty(), "{out}");
    let report = fs::read_to_string(&file).unwrap().replace("\n    ", " ");
    assert!(!report.contains('\u{1b}'), "colours are for a terminal");
    assert!(report.contains("Orchard & Finch Law is promised 10 days, gets"), "{report}");
    assert!(report.contains("1 mail read") && report.contains("4 of other days were left out"), "{report}");
    arguments(&["--report", text(&file)]).complains(2, &["report.txt is there already", "name a new file"]);
    assert_eq!(fs::read_to_string(&file).unwrap().replace("\n    ", " "), report);
    let other = folder.path().join("other.txt");
    arguments(&["--from", "2024-01-01", "--report", text(&other)]).complains(2, &["holds no mail of these days (5 of others)"]);
    assert!(!other.exists());
    run(&["rewind", "/absent/mails"]).complains(2, &["/absent/mails cannot be read"]);
    arguments(&["--services", "/absent.toml"]).complains(2, &[]);
}

#[test]
fn a_configuration_gives_its_policy_and_its_store_is_left_alone() {
    let world = super::World::harborlight();
    let mails = september();
    let before = state(&world.path("."));
    let out = world.run(&["rewind", text(mails.path()), "--to", "2020-09-01"]).exits(1);
    assert!(out.contains("7 customers of Managed Mail Services (announced"), "{out}");
    assert_eq!(state(&world.path(".")), before, "no store, no key, no mail");
}
