//! Every sample, damaged in a hundred ways: reading never panics, ends in one outcome and in time, and never says what the mail does not.
//!
//! The damage comes from a fixed seed: a failure names its round and happens again.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail the test")]

use chrono::DateTime;
use forewarn::mail::{self, prescan};
use forewarn::model::{Evidence, EvidenceSource, Mail, Verdict, Zones};
use forewarn::rules::{self, Options, RuleSet};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

/// Damaged mails that are read; in a debug build some 15 seconds.
const ROUNDS: usize = if cfg!(debug_assertions) { 1_200 } else { 20_000 };
/// What reading one of them may take.
const MAIL_SECONDS: u64 = if cfg!(debug_assertions) { 5 } else { 1 };

/// A deterministic source of numbers (xorshift64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn range(&mut self, length: usize, most: usize) -> std::ops::Range<usize> {
        let from = self.below(length);
        from..(from + 1 + self.below(most)).min(length)
    }
}

fn samples() -> Vec<Vec<u8>> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail")];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "eml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn lines(raw: &[u8]) -> Vec<&[u8]> {
    raw.split_inclusive(|&byte| byte == b'\n').collect()
}

fn replaced(raw: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match raw.windows(from.len()).position(|window| window.eq_ignore_ascii_case(from)) {
        Some(at) => [&raw[..at], to, &raw[at + from.len()..]].concat(),
        None => raw.to_vec(),
    }
}

/// One kind of damage.
pub(crate) fn damaged(raw: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut raw = raw.to_vec();
    if raw.is_empty() {
        return other.to_vec();
    }
    match numbers.below(10) {
        0 => {
            for _ in 0..=numbers.below(8) {
                let at = numbers.below(raw.len());
                raw[at] ^= 1 << numbers.below(8);
            }
        }
        1 => raw.truncate(numbers.below(raw.len())),
        2 => {
            let (here, there) = (numbers.below(raw.len()), numbers.below(other.len()));
            raw.truncate(here);
            raw.extend(&other[there..]);
        }
        3 | 4 => {
            let all = lines(&raw);
            let from = numbers.below(all.len());
            let mut all: Vec<Vec<u8>> = all.into_iter().map(<[u8]>::to_vec).collect();
            if numbers.below(2) == 0 {
                drop(all.remove(from));
            } else {
                // A line twice, somewhere else: a header, a boundary, a row.
                let to = numbers.below(all.len());
                let line = all[from].clone();
                all.insert(to, line);
            }
            raw = all.concat();
        }
        5 => {
            let lies: [&[u8]; 6] =
                [b"charset=utf-16", b"charset=utf-7", b"charset=x-none", b"charset=shift_jis", b"charset=iso-8859-1", b"charset="];
            raw = replaced(&raw, b"charset=utf-8", lies[numbers.below(lies.len())]);
        }
        6 => {
            let lies: [&[u8]; 4] = [b"boundary=", b"boundary=\"", b"boundary=x", b"Boundary*0="];
            raw = replaced(&raw, b"boundary=", lies[numbers.below(lies.len())]);
        }
        7 => {
            let lies: [&[u8]; 3] = [b"base64", b"quoted-printable", b"binary"];
            raw = replaced(&raw, b"8bit", lies[numbers.below(lies.len())]);
        }
        8 => {
            for _ in 0..=numbers.below(4) {
                let digits: Vec<usize> = raw.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at).collect();
                if digits.len() > 1 {
                    raw.swap(digits[numbers.below(digits.len())], digits[numbers.below(digits.len())]);
                }
            }
        }
        _ => {
            let range = numbers.range(other.len(), 200);
            let at = numbers.below(raw.len());
            drop(raw.splice(at..at, other[range].iter().copied()));
        }
    }
    raw
}

/// The signs of a text that say something, so that folding, cells and marks make no difference.
fn solid(text: &str) -> String {
    text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Everything that the mail says, by part.
fn said(mail: &Mail) -> String {
    let bodies = [&mail.plain, &mail.html].into_iter().flatten().flat_map(|body| [body.fresh.as_str(), body.quoted.as_str()]);
    let mut all: Vec<String> = bodies.map(solid).collect();
    all.push(solid(&mail.subject));
    all.extend(mail.tables.iter().map(|table| solid(&table.rows.concat().concat())));
    all.extend(mail.sheets.iter().map(|sheet| solid(&sheet.rows.concat().concat())));
    all.extend(mail.tables.iter().flat_map(|table| table.rows.concat()).map(|cell| solid(&cell)));
    all.join("\n")
}

/// Whether the digits and words of a quotation stand in the text, in order where it is one piece, else each of its words.
fn stands(quote: &str, text: &str) -> bool {
    text.contains(&solid(quote))
        || quote.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| text.contains(&solid(word)))
}

fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

#[test]
fn damaged_mails_are_read_honestly_or_not_at_all() {
    let (rules, zones): (RuleSet, Zones) = (RuleSet::embedded(), forewarn::zones::newest());
    let samples = samples();
    let mut numbers = Numbers(0x5eed_0f0f_2026_0304);
    let mut outcomes: HashSet<&str> = HashSet::new();
    let (mut windows, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let mut raw = samples[round % samples.len()].clone();
        for _ in 0..=numbers.below(3) {
            let other = &samples[numbers.below(samples.len())];
            raw = damaged(&raw, other, &mut numbers);
        }
        if prescan::prescan(&raw).is_err() {
            refused += 1;
            continue;
        }
        let begun = computed();
        let mail = mail::parse(&raw);
        let arrived_at = rules::arrived_at(&mail, DateTime::from_timestamp(1_770_000_000, 0).unwrap());
        let reading = rules::read(&rules, &zones, &mail, arrived_at, Options::default());
        assert!(computed() - begun < Duration::from_secs(MAIL_SECONDS), "round {round} took {:?}", computed() - begun);
        outcomes.insert(rules::outcome(&reading));
        assert!(matches!(reading.verdict, Verdict::Notice | Verdict::Unread) || reading.found.is_empty(), "round {round}: {reading:?}");
        let text = said(&mail);
        let calendar = solid(&format!("{:?}", mail.calendars));
        for window in reading.found.iter().flat_map(|found| found.windows.iter().chain(&found.former_windows)) {
            windows += 1;
            assert!(
                stands(&window.as_written, &calendar) || stands(&window.as_written, &text),
                "round {round}: the window {:?} stands nowhere in\n{text}",
                window.as_written
            );
            assert!(window.end.is_none_or(|end| end > window.start) || !reading.problems.is_empty(), "round {round}: {window:?}");
        }
        for Evidence { field, source, quote, .. } in &reading.evidence {
            let stands = stands(quote, if *source == EvidenceSource::Calendar { &calendar } else { &text });
            assert!(stands, "round {round}: the evidence for {field}, {quote:?}, stands nowhere in\n{text}");
        }
    }
    assert!(windows > ROUNDS / 3, "most mails still state windows: {windows}");
    assert!(refused < ROUNDS / 10, "most damage passes the pre-scan: {refused}");
    assert!(outcomes.len() >= 3, "{outcomes:?}");
}
