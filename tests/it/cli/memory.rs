//! What reading mail may cost in memory, measured at the real process.

use super::{World, until};
use std::fs;
use std::path::Path;
use std::process::Child;

/// The peak, in kilobytes. Of an unoptimized binary 32 MB are pages of the file itself, of an optimized one half of that.
const MOST_KB: u64 = if cfg!(debug_assertions) { 62 * 1024 } else { 48 * 1024 };

/// The service, ended with its test whatever becomes of that.
struct Running(Child);

impl Running {
    fn peak_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

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
    let null = std::process::Stdio::null;
    let running = Running(command.stdout(null()).stderr(null()).spawn().unwrap());
    until("there is a store", || world.path("forewarn.sqlite").exists() && world.run(&["status"]).code.is_some());
    until("every mail was read", || ended(&world) == mails.len());
    let peak = running.peak_kb();
    eprintln!("read {} mails: peak {peak} kB", mails.len());
    assert!(peak < MOST_KB, "{peak} kB at the peak");
}
