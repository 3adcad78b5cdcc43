//! Bounds: bombs and large mails over the whole path, pre-scan, parse and read. Each is refused or read in bounded time, and the mail after it is read.
//!
//! Time is what the thread computed, not what passed: other work on the machine does not count. A release build must need less than
//! [`SECONDS`] a mail; a debug build may take [`DEBUG_MULTIPLE`] times as long.
#![expect(clippy::panic, reason = "helpers of tests fail the test")]

mod bombs;

use chrono::DateTime;
use forewarn::mail::{self, prescan};
use forewarn::model::{Mail, Reading, Zones};
use forewarn::rules::{self, Options, RuleSet};
use std::fmt::Write as _;
use std::time::Duration;

/// What one mail may take in a release build.
const SECONDS: u64 = 1;
/// How much slower a debug build may be.
const DEBUG_MULTIPLE: u64 = if cfg!(debug_assertions) { 20 } else { 1 };
/// Largest mail.
const MEGABYTES_25: usize = 25_000_000;

/// What became of a mail.
enum Became {
    Refused(prescan::Refusal),
    Read(Box<Mail>, Box<Reading>),
}

struct Reader {
    rules: RuleSet,
    zones: Zones,
}

/// What this thread has computed so far.
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

impl Reader {
    fn new() -> Self {
        Self { rules: RuleSet::embedded(), zones: forewarn::zones::newest() }
    }

    /// The whole path, in time; then an ordinary mail, which must be read as ever.
    #[track_caller]
    fn takes(&self, name: &str, raw: &[u8]) -> Became {
        let begun = computed();
        let became = self.read(raw);
        let took = computed() - begun;
        let bound = Duration::from_secs(SECONDS * DEBUG_MULTIPLE);
        if std::env::var_os("FOREWARN_BOUNDS").is_some() {
            let outcome = match &became {
                Became::Refused(refusal) => refusal.to_string(),
                Became::Read(_, reading) => rules::outcome(reading).to_owned(),
            };
            println!("{name} | {} bytes | {} ms | {outcome}", raw.len(), took.as_millis());
        }
        assert!(took < bound, "{name} took {took:?}");
        let next = b"From: a@b.example\r\nSubject: Work\r\n\r\nPlanned maintenance: 2026-03-04 01:00 UTC to 2026-03-04 03:00 UTC\r\n";
        let Became::Read(_, reading) = self.read(next) else { panic!("the next mail was refused after {name}") };
        assert_eq!(reading.found.iter().flat_map(|found| &found.windows).count(), 1, "the next mail is read after {name}");
        became
    }

    fn read(&self, raw: &[u8]) -> Became {
        if let Err(refusal) = prescan::prescan(raw) {
            return Became::Refused(refusal);
        }
        let mail = mail::parse(raw);
        let arrived_at = rules::arrived_at(&mail, DateTime::from_timestamp(1_770_000_000, 0).unwrap());
        let reading = rules::read(&self.rules, &self.zones, &mail, arrived_at, Options::default());
        Became::Read(Box::new(mail), Box::new(reading))
    }
}

fn html(body: &str) -> Vec<u8> {
    format!("From: noc@carrier.example\r\nSubject: Planned maintenance\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}")
        .into_bytes()
}

fn text(body: &str) -> Vec<u8> {
    format!("From: noc@carrier.example\r\nSubject: Planned maintenance\r\n\r\n{body}").into_bytes()
}

fn filled(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

/// A mail of 25 MB in so many parts.
fn several(count: usize, kind: &str, unit: &str) -> Vec<u8> {
    let part = format!("--b\r\nContent-Type: {kind}\r\n\r\n{}\r\n", filled(unit, HEAD_ROOM / count - 200));
    let head = "From: noc@carrier.example\r\nSubject: Planned maintenance\r\nContent-Type: multipart/mixed; boundary=b";
    format!("{head}\r\n\r\n{}--b--\r\n", part.repeat(count)).into_bytes()
}

const HEAD_ROOM: usize = MEGABYTES_25 - 1_000;

/// Legal mails near the largest size, each with a name.
pub(crate) fn large_mails() -> Vec<(&'static str, Vec<u8>)> {
    let row = "<tr><td>Circuit</td><td>AB-1</td><td>2026-03-04 01:00 UTC</td><td>2026-03-04 03:00 UTC</td></tr>\r\n";
    let mut deep = String::new();
    for level in 0..2_000_usize {
        writeln!(deep, "{}line {level} at 10:00 UTC", "> ".repeat(level.min(400))).unwrap();
    }
    let attached = |kind: &str, name: &str, body: &str| {
        format!(
            "From: noc@carrier.example\r\nSubject: Planned maintenance\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nStart: 2026-03-04 01:00 UTC\r\n\
             --b\r\nContent-Type: {kind}; name={name}\r\n{body}\r\n--b--\r\n"
        )
        .into_bytes()
    };
    vec![
        ("table of 25 MB", html(&format!("<table>{}", filled(row, HEAD_ROOM)))),
        ("20,000 rows", html(&format!("<table>{}</table>", row.repeat(20_000)))),
        ("100,000 div", html(&"<div>".repeat(100_000))),
        ("100,000 div with text", html(&"<div>Start: 10:00 UTC</div>".repeat(100_000))),
        ("one line of 25 MB", text(&filled("a", HEAD_ROOM))),
        ("one line of words", text(&filled("maintenance 10:00 ", HEAD_ROOM))),
        ("one line of dates", text(&filled("2026-03-04 01:00 UTC to 2026-03-04 03:00 UTC, ", HEAD_ROOM))),
        ("lines of dates", text(&filled("Start: 2026-03-04 01:00 UTC\r\n", HEAD_ROOM))),
        ("lines of digits", text(&filled("1 2 3/4 5:6 ", HEAD_ROOM))),
        ("1 M labels", text(&filled("Reference: X\r\n", HEAD_ROOM))),
        ("colons", text(&filled("a: ", HEAD_ROOM))),
        ("empty lines", text(&filled("\r\n", HEAD_ROOM))),
        ("brackets", text(&filled("(", HEAD_ROOM))),
        ("pipes", text(&filled("a | ", HEAD_ROOM))),
        ("header blocks", text(&filled("From: a@b.example\r\nSent: x\r\nTo: y\r\nSubject: z\r\n\r\n", HEAD_ROOM))),
        ("deep quotes", text(&filled(&deep, HEAD_ROOM))),
        ("words of status", text(&filled("cancelled not postponed, rescheduled from Monday to ", HEAD_ROOM))),
        ("csv of 25 MB", attached("text/csv", "list.csv", &format!("\r\n{}", filled("Circuit,Site,AB-1,10:00\r\n", HEAD_ROOM)))),
        (
            "attachment of 25 MB",
            attached(
                "application/pdf",
                "plan.pdf",
                &format!("Content-Transfer-Encoding: base64\r\n\r\n{}", filled(&format!("{}\r\n", "QUJD".repeat(19)), HEAD_ROOM)),
            ),
        ),
        (
            "calendar of 25 MB",
            attached(
                "text/calendar",
                "x.ics",
                &format!("\r\nBEGIN:VCALENDAR\r\n{}", filled("BEGIN:VEVENT\r\nDTSTART:20260304T010000Z\r\nEND:VEVENT\r\n", HEAD_ROOM)),
            ),
        ),
        (
            "objects of a calendar",
            attached(
                "text/calendar",
                "x.ics",
                &format!(
                    "\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260304T010000Z\r\n{}END:VEVENT\r\nEND:VCALENDAR\r\n",
                    (0..60_000).map(|n| format!("X-MAINTNOTE-OBJECT-ID:AB-{n}\r\n")).collect::<String>()
                ),
            ),
        ),
        ("24 texts", several(24, "text/plain", "Start: 2026-03-04 01:00 UTC\r\n")),
        ("24 pages", several(24, "text/html", row)),
        ("7 csv", several(7, "text/csv; name=a.csv", "Circuit,Site,AB-1,10:00\r\n")),
        ("14 calendars", several(14, "text/calendar", "BEGIN:VEVENT\r\nDTSTART:20260304T010000Z\r\nEND:VEVENT\r\n")),
        (
            "sentences",
            text(&filled("Our provider will perform maintenance on 4 March 2026 at 01:00 UTC; circuit AB-1 is not affected. ", HEAD_ROOM)),
        ),
        (
            "calendar of 2 MB",
            attached("text/calendar", "x.ics", &format!("\r\nBEGIN:VCALENDAR\r\n{}", filled("X-MAINTNOTE-OBJECT-ID:AB-1\r\n", 1_900_000))),
        ),
        ("quoted-printable of 25 MB", {
            let head = "From: noc@carrier.example\r\nSubject: Planned maintenance\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
            format!("{head}{}", filled("=3Cp=3EStart: 10:00 =E2=9C=93 UTC=3C/p=3E=\r\n", HEAD_ROOM)).into_bytes()
        }),
        ("accents", text(&filled("Wartungsarbeiten am 4. März von 10 Uhr bis 12 Uhr für die Leitung AB-1. ", HEAD_ROOM))),
        ("accents of a known sender", {
            let text = filled("Wartungsarbeiten am 4. März 2031 von 10:00 Uhr bis 12:00 Uhr für den Server AB-1.\r\n", HEAD_ROOM);
            format!("From: noc@hetzner.com\r\nSubject: Geplante Wartung\r\n\r\n{text}").into_bytes()
        }),
    ]
}

#[test]
fn large_mails_are_read_in_time() {
    let reader = Reader::new();
    for (name, raw) in large_mails() {
        assert!(raw.len() <= MEGABYTES_25, "{name} has {} bytes", raw.len());
        match reader.takes(name, &raw) {
            Became::Refused(refusal) => panic!("{name} is legal, but {refusal}"),
            Became::Read(mail, _) => assert!(
                !mail.cut.is_empty() || raw.len() < 10_000_000 || !mail.unread_attachments.is_empty(),
                "{name}: what is cut is said"
            ),
        }
    }
}

#[test]
fn a_rule_searches_a_megabyte_quickly() {
    let reader = Reader::new();
    let bound = Duration::from_millis(50 * DEBUG_MULTIPLE);
    let rules = reader.rules.list().len();
    for (name, unit) in
        [("letters", "a"), ("words", "maintenance window "), ("lines", "Start: 10:00\n"), ("digits", "12:00 "), ("spaces", " ")]
    {
        let raw = text(&filled(unit, 1_000_000));
        let begun = computed();
        let Became::Read(..) = reader.read(&raw) else { panic!("{name} was refused") };
        let each = (computed() - begun) / u32::try_from(rules).unwrap();
        assert!(each < bound, "{name}: {each:?} a rule");
    }
}
