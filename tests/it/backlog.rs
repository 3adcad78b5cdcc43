//! An inbox with 20,000 mails, met for the first time: all of them in the ledger, in bounded memory, and nothing fetched twice after a kill.

use crate::mailserver::{MailServer, PASSWORD, soon};
use forewarn::clock::Clock;
use forewarn::model::Security;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const USER: &str = "noc@harborlight.example";
const MAILS: u64 = 20_000;
/// What the service may hold at its peak. Of an unoptimized binary 16 MB more than of an optimized one are pages of the file itself.
const MOST_KB: u64 = if cfg!(debug_assertions) { 72 * 1024 } else { 64 * 1024 };
/// Set to wait until every mail was read as well, which takes minutes.
const WHOLE: &str = "FOREWARN_LONG_TESTS";

/// The service on its own folder, killed with the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forewarn"));
        command.arg("--config").arg(folder.join("forewarn.toml")).arg("run").env("FOREWARN_LOG", "warn");
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }

    /// Its peak memory so far in kilobytes.
    pub(crate) fn peak_kb(&self) -> u64 {
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

/// Ordinary mail and notices, each of its own.
fn mails() -> impl Iterator<Item = Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let of = |folder: &Path| -> Vec<Vec<u8>> {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
        files.sort();
        files.iter().map(|path| fs::read(path).unwrap()).collect()
    };
    let mut texts = of(&folder.join("inbox"));
    texts.extend(of(&folder.join("demo")));
    (0..MAILS).zip(texts.into_iter().cycle()).map(|(number, text)| {
        let filler =
            "A line of an ordinary mail, with nothing in it that anybody announces.\r\n".repeat(usize::try_from(number % 60).unwrap());
        [format!("X-Number: {number}\r\n").into_bytes(), text, filler.into_bytes()].concat()
    })
}

fn configure(server: &MailServer) -> TempDir {
    let folder = TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let imap = server.imap(Security::Implicit);
    let text = fs::read_to_string(fixtures.join("forewarn.toml")).unwrap();
    let maildir = text.lines().find(|line| line.starts_with("maildir = ")).unwrap();
    let inbox = format!(
        "imap = \"{imap}\"\nca_file = \"{}\"\nuser = \"{USER}\"\npassword_file = \"password\"\npoll_seconds = 2",
        server.ca_file().display()
    );
    fs::write(folder.path().join("forewarn.toml"), text.replacen(maildir, &inbox, 1)).unwrap();
    fs::copy(fixtures.join("services.toml"), folder.path().join("services.toml")).unwrap();
    fs::write(folder.path().join("forewarn.key"), "0123456789abcdef".repeat(4)).unwrap();
    fs::write(folder.path().join("password"), PASSWORD).unwrap();
    for secret in ["forewarn.key", "password"] {
        fs::set_permissions(folder.path().join(secret), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::create_dir(folder.path().join("out")).unwrap();
    folder
}

/// Mails listed, and of them those whose bytes are kept, and those that have ended.
fn counts(folder: &Path) -> Option<(u64, u64, u64)> {
    let store = rusqlite::Connection::open(folder.join("forewarn.sqlite")).ok()?;
    let query = "SELECT count(*), count(stored_at), count(done_at) FROM mail";
    let counted = store.query_row(query, [], |row| Ok([0, 1, 2].map(|column| row.get::<_, u32>(column).unwrap()))).ok()?;
    let [listed, kept, done] = counted.map(u64::from);
    Some((listed, kept, done))
}

#[test]
fn i14_w01_twenty_thousand_mails_are_kept_in_bounded_memory_and_none_is_fetched_twice() {
    let server = MailServer::start();
    server.put(USER, "INBOX", mails());
    let folder = configure(&server);
    let clock = || Clock::System.now();

    let began = clock();
    let first = Running::start(folder.path());
    let kept = soon(Duration::from_secs(600), || counts(folder.path()).filter(|(_, kept, _)| *kept >= MAILS / 3));
    let first_peak = first.peak_kb();
    drop(first);
    let (_, kept, _) = kept.expect("a third of them is kept within ten minutes");
    let until_killed = clock() - began;

    let again = clock();
    let second = Running::start(folder.path());
    let whole = soon(Duration::from_secs(600), || counts(folder.path()).filter(|(_, kept, _)| *kept == MAILS));
    let took = clock() - again;
    if std::env::var_os(WHOLE).is_some() {
        let read = soon(Duration::from_secs(3600), || counts(folder.path()).filter(|(.., done)| *done == MAILS));
        eprintln!("backlog: all of them read {} s after the start", (clock() - again).num_seconds());
        assert!(read.is_some());
    }
    let done = counts(folder.path());
    let second_peak = second.peak_kb();
    assert_eq!(whole.map(|(listed, kept, _)| (listed, kept)), Some((MAILS, MAILS)), "{done:?}\n{}", server.logs());
    drop(second);

    // Dovecot says of each connection how many bodies it sent.
    let bodies =
        |logs: &str| -> u64 { logs.split(" body_count=").skip(1).filter_map(|rest| rest.split(' ').next()?.parse::<u64>().ok()).sum() };
    let sent = soon(Duration::from_secs(20), || Some(bodies(&server.logs())).filter(|sent| *sent >= MAILS)).unwrap();
    let rate = (MAILS - kept) * 1000 / u64::try_from(took.num_milliseconds()).unwrap().max(1);
    eprintln!(
        "backlog: {kept} mails kept in {} ms, then killed; the other {} in {} ms, {rate} mails a second; peak {first_peak} and {second_peak} kB; \
         {sent} bodies sent by the server; {done:?} listed, kept, ended",
        until_killed.num_milliseconds(),
        MAILS - kept,
        took.num_milliseconds(),
    );
    // What was under way when it was killed comes again: one batch at the most.
    assert!(sent <= MAILS + 200, "{sent} bodies were sent for {MAILS} mails");
    assert!(first_peak.max(second_peak) < MOST_KB, "{first_peak} and {second_peak} kB at the peak");
}
