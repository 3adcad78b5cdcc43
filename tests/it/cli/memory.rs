//! What reading mail may cost in memory, measured at the real process.

use super::{World, forewarn, until};
use crate::backlog::Running;
use crate::bounds::large_mails;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

/// The peak, in kilobytes. Of an unoptimized binary 36 MB are pages of the file itself, of an optimized one half of that; 60 rule files hold 10 MB.
const MOST_KB: u64 = if cfg!(debug_assertions) { 74 * 1024 } else { 54 * 1024 };

/// Mails of which an end is known.
fn ended(world: &World) -> usize {
    let store = rusqlite::Connection::open(world.path("forewarn.sqlite")).unwrap();
    store.query_row("SELECT count(done_at) FROM mail", [], |row| row.get::<_, u32>(0)).map_or(0, |done| usize::try_from(done).unwrap())
}

#[test]
fn i14_reading_the_mails_of_many_senders_takes_bounded_memory() {
    let world = World::harborlight();
    let inbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/inbox");
    let files: Vec<_> = fs::read_dir(inbox).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mails: Vec<_> = files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml")).collect();
    assert!(mails.len() > 200);
    for mail in &mails {
        world.drop_mail(mail.file_name().unwrap().to_str().unwrap(), fs::read(mail).unwrap());
    }
    let mut command = world.command(&["run"]);
    let null = Stdio::null;
    let running = Running(command.stdout(null()).stderr(null()).spawn().unwrap());
    until("there is a store", || world.path("forewarn.sqlite").exists() && world.run(&["status"]).code.is_some());
    until("every mail was read", || ended(&world) == mails.len());
    let peak = running.peak_kb();
    eprintln!("read {} mails: peak {peak} kB", mails.len());
    assert!(peak < MOST_KB, "{peak} kB at the peak");
}

/// Of the largest mails; an unoptimized binary is larger itself.
const MOST_OF_LARGE_KB: u64 = if cfg!(debug_assertions) { 144 * 1024 } else { 128 * 1024 };

#[test]
fn m03_the_largest_mails_take_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let greedy = ["table of 25 MB", "deep quotes", "7 csv", "objects of a calendar", "24 texts", "14 calendars", "attachment of 25 MB"];
    let mut files = Vec::new();
    for (name, raw) in large_mails().into_iter().filter(|(name, _)| greedy.contains(name)) {
        let file = folder.path().join(format!("{name}.eml"));
        fs::write(&file, raw).unwrap();
        files.push(file);
    }
    assert_eq!(files.len(), greedy.len());
    // Having read the files it waits for standard input: then its peak can be read.
    let mut command = forewarn(&["extract", "--format", "json"]);
    command.args(&files).arg("-").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    for _ in &files {
        assert!(lines.next().unwrap().unwrap().contains("\"outcome\":\"needs-person\""));
    }
    let peak = running.peak_kb();
    eprintln!("read {} large mails: peak {peak} kB", files.len());
    assert!(peak < MOST_OF_LARGE_KB, "{peak} kB at the peak");
}
