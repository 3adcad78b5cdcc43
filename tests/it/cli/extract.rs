//! `forewarn extract`: the contract that scripts read.

use super::{Ran, fed, forewarn, run};
use serde_json::Value;
use std::fs;
use std::io::Read as _;
use std::process::Stdio;

fn mails(name: &str) -> String {
    format!("{}/fixtures/mail/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn json(ran: Ran) -> Vec<Value> {
    ran.exits(0).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_has_every_key_of_the_contract() {
    let path = mails("zayo/two-nights-and-backup.eml");
    let read = json(run(&["extract", "--format", "json", &path]));
    let [mail] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!(mail["file"], path.as_str());
    assert_eq!((&mail["outcome"], &mail["kind"]), (&"extracted".into(), &"maintenance".into()));
    assert_eq!((&mail["provider"], &mail["rule"]), (&"zayo".into(), &"zayo/planned".into()));
    let has = |value: &Value, keys: &[&str]| {
        let object = value.as_object().expect("an object");
        for key in keys {
            assert!(object.contains_key(*key), "{key} is missing in {value}");
        }
    };
    has(mail, &["file", "outcome", "kind", "provider", "rule", "maintenances", "problems", "evidence"]);
    let maintenance = &mail["maintenances"][0];
    has(
        maintenance,
        &["maintenance_id", "aliases", "account", "uid", "status", "impact", "windows", "objects", "expected_downtime_minutes"],
    );
    has(maintenance, &["actions", "summary", "organizer", "sequence", "stamp"]);
    has(&maintenance["windows"][0], &["start", "end", "role", "precision", "status", "zone", "as_written"]);
    has(&maintenance["objects"][0], &["object_id", "impact"]);
    has(&mail["evidence"][0], &["field", "source", "quote"]);
    let start = maintenance["windows"][0]["start"].as_str().unwrap();
    assert!(start.len() == 20 && start.ends_with('Z'), "{start}");
    assert!(maintenance["windows"].as_array().unwrap().iter().any(|window| window["role"] == "backup"));

    let doubtful = json(run(&["extract", "--format", "json", &mails("zayo/zones-disagree.eml")]));
    assert_eq!(doubtful[0]["outcome"], "needs-person");
    has(&doubtful[0]["problems"][0], &["problem", "blocking", "field", "detail"]);
}

#[test]
fn what_is_no_notice_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        let read = json(run(&["extract", "--format", "json", folder.path().join(name).to_str().unwrap()]));
        assert_eq!(read.len(), 1, "{name}");
        read.into_iter().next().unwrap()
    };
    let empty = at("empty.eml", b"");
    assert_eq!(
        (&empty["outcome"], &empty["kind"], &empty["maintenances"]),
        (&"quarantined".into(), &Value::Null, &Value::Array(Vec::new()))
    );
    assert_eq!(at("large.eml", &vec![b'x'; 60_000_000])["outcome"], "quarantined");
    // Whatever fits, never a crash.
    let mut noise = 7_u32;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    })
    .take(100_000)
    .collect();
    for (name, bytes) in [("random.eml", random), ("nul.eml", b"Subject: a\0b\r\n\r\n\0\0\0maintenance\0".to_vec())] {
        let outcome = at(name, &bytes)["outcome"].as_str().unwrap().to_owned();
        assert!(["irrelevant", "needs-person", "quarantined"].contains(&outcome.as_str()), "{name}: {outcome}");
    }
    let none = json(run(&["extract", "--format", "json", &mails("none/colleague.eml")]));
    assert_eq!((&none[0]["outcome"], &none[0]["kind"]), (&"irrelevant".into(), &Value::Null));
}

#[test]
fn a_folder_is_read_in_order_of_the_relative_path_and_standard_input_too() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("b/deep")).unwrap();
    for name in ["b/deep/2.eml", "b.eml", "a.eml", "B.EML", "notes.txt", "b/1.eml"] {
        fs::copy(mails("zayo/one-night.eml"), root.join(name)).unwrap();
    }
    std::os::unix::fs::symlink(root, root.join("b/round")).unwrap();
    let read = json(run(&["extract", "--format", "json", root.to_str().unwrap()]));
    let files: Vec<String> = read.iter().map(|mail| mail["file"].as_str().unwrap().replace(&format!("{}/", root.display()), "")).collect();
    assert_eq!(files, ["B.EML", "a.eml", "b.eml", "b/1.eml", "b/deep/2.eml"]);

    let raw = fs::read(mails("zayo/one-night.eml")).unwrap();
    let read = json(fed(forewarn(&["extract", "--format", "json", "-"]), &raw));
    assert_eq!((&read[0]["file"], &read[0]["outcome"]), (&"-".into(), &"extracted".into()));
}

#[test]
fn a_path_that_cannot_be_read_is_named_and_the_others_are_read() {
    let good = mails("zayo/one-night.eml");
    let ran = run(&["extract", "--format", "json", "/nowhere/at/all.eml", &good]);
    assert_eq!(ran.out.lines().count(), 1);
    ran.complains(2, &["/nowhere/at/all.eml cannot be read"]);
    run(&["extract", "--rules", "/nowhere/rules", &good]).complains(2, &["/nowhere/rules"]);
    run(&["extract", "--format", "xml", &good]).complains(2, &["xml", "circuit-maintenance"]);
}

#[test]
fn rules_and_calendars_can_be_left_out() {
    let zayo = mails("zayo/one-night.eml");
    let outcome = |arguments: &[&str], path: &str| json(run(&[&["extract", "--format", "json", path], arguments].concat())).remove(0);
    let without = outcome(&["--rules", "none"], &zayo);
    assert_ne!(without["rule"], "zayo/planned");
    let calendar = mails("bcop-ical/confirmed.eml");
    assert_eq!(outcome(&[], &calendar)["rule"], "bcop-ical");
    let blind = outcome(&["--no-calendar"], &calendar);
    assert_ne!((&blind["rule"], &blind["outcome"]), (&"bcop-ical".into(), &"extracted".into()));
    let generic = outcome(&["--rules", "none"], &calendar);
    assert_eq!(generic["outcome"], "needs-person", "the generic reader reads calendars: {generic}");
    assert!(!generic["maintenances"].as_array().unwrap().is_empty());
    // A folder stands instead of the shipped rules here, as the help says.
    let folder = tempfile::tempdir().unwrap();
    fs::copy(format!("{}/rules/lumen.toml", env!("CARGO_MANIFEST_DIR")), folder.path().join("lumen.toml")).unwrap();
    let other = outcome(&["--rules", folder.path().to_str().unwrap()], &zayo);
    assert_ne!(other["rule"], "zayo/planned");
}

#[test]
fn records_are_those_of_circuit_maintenance_tooling() {
    let records = json(run(&["extract", "--format", "circuit-maintenance", &mails("zayo")]));
    assert!(!records.is_empty());
    for record in &records {
        let keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "account",
            "circuits",
            "end",
            "maintenance_id",
            "organizer",
            "provider",
            "sequence",
            "stamp",
            "start",
            "status",
            "summary",
            "uid",
        ];
        assert_eq!(keys, expected);
        assert!(record["start"].as_i64().unwrap() < record["end"].as_i64().unwrap());
        for circuit in record["circuits"].as_array().unwrap() {
            assert!(circuit["impact"].is_string(), "{record}");
        }
    }
}

#[test]
fn people_are_shown_what_was_found_and_where() {
    let path = mails("zayo/one-night.eml");
    let out = run(&["extract", "--explain", &path]).exits(0);
    assert!(out.contains("extracted maintenance of zayo (rule zayo/planned)") && out.contains("  because   "), "{out}");
    assert!(!run(&["extract", &path]).exits(0).contains("because"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let corpus = mails("");
    let printing = [
        &["extract", "--explain", &corpus][..],
        &["extract", "--format", "json", &corpus],
        &["rules", "list"],
        &["rules", "check", "--samples", &corpus],
        &["demo"],
        &["--help"],
    ];
    for arguments in printing {
        let mut child = forewarn(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Closed before anything is written: whoever reads had enough.
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let code = child.wait().unwrap().code();
        assert!(err.is_empty() && matches!(code, Some(0 | 141)), "{arguments:?}: {code:?} {err}");
    }
}

#[test]
fn a_full_disk_is_told() {
    for arguments in [&["extract", &mails("zayo/one-night.eml")][..], &["rules", "list"], &["demo"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = forewarn(arguments).stdout(full).output().unwrap();
        Ran::of(output).complains(2, &["No space left"]);
    }
}

#[test]
fn explain_names_the_pattern_and_the_line_of_each_value() {
    let rule = run(&["extract", "--explain", &fixture("demo/01-host.eml")]).exits(0);
    for said in [
        "  because   start: line 8 \"2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC\"\n            by northfield.toml:",
        "label \"Maintenance window\"\n            in Maintenance window: 2020-09-10 04:00 UTC to",
        "  because   object: line 6 \"mail01\"",
        "  because   summary: line 7 ",
        "  because   maintenance_id: line 5 ",
    ] {
        assert!(rule.contains(said), "{said}\n{rule}");
    }
    let generic = run(&["extract", "--explain", "--rules", "none", &fixture("demo/01-host.eml")]).exits(0);
    for said in ["  because   start: line 8 ", "  because   object: line 6 ", "  because   summary: subject ", "  because   status: "] {
        assert!(generic.contains(said), "{said}\n{generic}");
    }
    let calendar = run(&["extract", "--explain", &fixture("mail/bcop-ical/confirmed.eml")]).exits(0);
    assert!(calendar.contains("calendar DTSTART and DTEND") && calendar.contains("calendar X-MAINTNOTE-OBJECT-ID"), "{calendar}");
}

#[test]
fn show_marks_what_each_pattern_took_and_colours_it_only_where_asked() {
    let mail = fixture("demo/01-host.eml");
    let plain = run(&["rules", "check", "--show", &mail]).exits(0);
    assert!(plain.contains("    8  Maintenance window: [start: 2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC]\n"), "{plain}");
    assert!(plain.contains("    6  Server: [object: mail01]\n") && plain.starts_with("extracted, read by northfield/host\n"), "{plain}");
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let coloured = run(&["rules", "check", "--show", &mail, "--color", "always"]).exits(0);
    assert!(coloured.contains("\u{1b}[30m\u{1b}[46mmail01\u{1b}[0m"), "{coloured:?}");
}

fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}
