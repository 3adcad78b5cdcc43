//! `forewarn demo`.

use super::{everything, forewarn, run};
use std::fs;
use std::process::{Command, Stdio};

/// Seconds of CPU that the demo may take without optimisation; the optimised binary takes about a tenth.
const CPU_SECONDS: f64 = 10.0;

#[test]
fn the_story_ends_with_the_ledger_and_stays_where_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("story");
    let name = dir.to_str().unwrap();
    let told = run(&["demo", "--keep", name]).exits(0);
    let ledger = told.split("The ledger: every mail has one end").nth(1).expect("the ledger");
    assert!(ledger.contains("  listed 12 = stored 12 + vanished 0 + waiting 0\n  stored 12 = "), "{ledger}");
    assert!(told.trim_end().ends_with(&format!("  forewarn --config {name}/forewarn.toml status --now 2020-09-08T14:20:00Z")), "{told}");
    for kept in ["forewarn.toml", "services.toml", "forewarn.sqlite", "digest.txt", "transcript.txt", "in/new", "in/cur", "in/tmp"] {
        assert!(dir.join(kept).exists(), "{kept}");
    }
    let files: Vec<String> = everything(&dir).iter().map(|path| path.strip_prefix(&dir).unwrap().display().to_string()).collect();
    assert!(files.iter().any(|file| file.starts_with("replies/") && file.ends_with(".eml")), "{files:?}");
    assert!(files.iter().any(|file| file.starts_with("out/priya@lakesidedental.example/new/")), "{files:?}");
    let transcript = fs::read_to_string(dir.join("transcript.txt")).unwrap();
    assert!(told.starts_with(&transcript), "the transcript is what was printed");
    assert!(transcript.contains("Subject: ") && fs::read_to_string(dir.join("digest.txt")).unwrap().starts_with("Subject: Mon Sep 7"));

    let configuration = dir.join("forewarn.toml");
    let as_of = |now: &str| run(&["--config", configuration.to_str().unwrap(), "status", "--now", now]);
    assert!(as_of("2020-09-08T14:15:00Z").exits(0).contains("All is well"));
    assert!(as_of("2020-10-08T14:15:00Z").exits(1).contains("does `forewarn run` run?"));

    let before = everything(&dir);
    run(&["demo", "--keep", name]).complains(2, &[name, "is not empty", "absent or empty"]);
    assert_eq!(everything(&dir), before, "nothing was touched");
}

#[test]
fn a_file_is_no_folder_to_keep_it_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "mine").unwrap();
    run(&["demo", "--keep", file.to_str().unwrap()]).complains(2, &["notes.txt"]);
    run(&["demo", "--keep", file.join("below").to_str().unwrap()]).complains(2, &["notes.txt"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn an_empty_folder_serves_and_the_scratch_folder_goes() {
    let folder = tempfile::tempdir().unwrap();
    run(&["demo", "--keep", folder.path().to_str().unwrap()]).exits(0);
    let scratch = tempfile::tempdir().unwrap();
    let output = forewarn(&["demo"]).env("TMPDIR", scratch.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(everything(scratch.path()), [scratch.path()]);
}

#[test]
fn it_is_quick() {
    // The shell's `times` prints, on its second line, what its children took: user and system.
    let script = format!("'{}' demo >/dev/null && times", super::BINARY);
    let output = Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let children = text.lines().nth(1).expect("two lines").split_whitespace();
    let seconds: f64 = children
        .map(|time| {
            let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
            minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
        })
        .sum();
    assert!(seconds > 0.0 && seconds < CPU_SECONDS, "{seconds} s of CPU");
}
