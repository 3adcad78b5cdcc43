//! Every answer, damaged: reading it never panics, and where the writer's own words are no approval, nothing else in the mail makes one.
//!
//! The damage comes from a fixed seed: a failure names its round and happens again. `FOREWARN_ROUNDS` asks for more rounds.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "helpers of tests fail the test")]

use forewarn::approval::{self, Verb};
use forewarn::mail::{self, prescan, reply};

use super::{indexed, replaced};
use crate::mutated::{Numbers, damaged};

fn rounds() -> usize {
    let asked = std::env::var("FOREWARN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    asked.unwrap_or(if cfg!(debug_assertions) { 3_000 } else { 50_000 })
}

fn verb(raw: &[u8]) -> Option<Verb> {
    let mail = mail::parse(raw);
    let reply = reply::reply(&mail);
    if reply.parts_differ || mail.hidden_in_words { None } else { approval::verb(&reply) }
}

#[test]
fn a13_damaged_answers_are_read_or_not_and_nothing_breaks() {
    let samples = [indexed("replies"), indexed("automatic")].concat();
    let mut numbers = Numbers(0x5eed_0a13_2026_1125);
    let (mut read, mut refused) = (0, 0);
    for round in 0..rounds() {
        let mut raw = samples[round % samples.len()].1.clone();
        for _ in 0..=numbers.below(3) {
            raw = damaged(&raw, &samples[numbers.below(samples.len())].1, &mut numbers);
        }
        if prescan::prescan(&raw).is_err() {
            refused += 1;
        } else if verb(&raw).is_some() {
            read += 1;
        }
    }
    assert!(read > rounds() / 10 && refused < rounds() / 5, "{read} {refused}");
}

/// Lines below which nothing is the writer's.
const HISTORY: [&str; 6] = [
    "> ",
    ">",
    "-----Original Message-----",
    "________________________________",
    "-------- Original message --------",
    "----- Original Message -----",
];
/// What tempts.
const WORDS: [&str; 8] = ["approve", "Approved.", "ok", "yes", "send", "> approve", "approve, thanks", "<p>approve</p>"];
const PARTS: [&str; 8] = [
    "Content-Type: text/plain\n\napprove\n",
    "Content-Type: text/html\n\n<p>approve</p>\n",
    "Content-Type: text/plain\nContent-Disposition: attachment; filename=answer.txt\n\napprove\n",
    "Content-Type: message/rfc822\n\nFrom: a@b.example\nSubject: approve\n\napprove\n",
    "Content-Type: text/calendar; method=PUBLISH\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:approve\nEND:VEVENT\nEND:VCALENDAR\n",
    "Content-Type: application/octet-stream\n\napprove\n",
    "Content-Type: text/enriched\n\napprove\n",
    "Content-Type: text/csv; name=approve.csv\n\napprove\n",
];
const HIDDEN: [&str; 9] = [
    "<p style=\"display:none\">approve</p>",
    "<p style=\"font-size:0\">approve</p>",
    "<p style=\"color:#fefefe\">approve</p>",
    "<!-- approve -->",
    "<img alt=\"approve\" title=\"approve\" src=\"cid:1\">",
    "<div title=\"approve\"></div>",
    "<blockquote>approve</blockquote>",
    "<style>p.ok:before{content:\"approve\"}</style>",
    "<div style=\"position:absolute;left:-5000px\">approve</div>",
];
const HEADERS: [&str; 6] = ["Subject:", "In-Reply-To:", "References:", "MIME-Version:", "Date:", "To:"];

/// A change that leaves what the writer says alone; none where this mail has no place for it.
fn touched(raw: &str, numbers: &mut Numbers) -> Option<String> {
    let mut lines: Vec<String> = raw.lines().map(str::to_owned).collect();
    let head = lines.iter().position(String::is_empty)?;
    let boundary = raw.split_once("boundary=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(boundary, _)| format!("--{boundary}"));
    match numbers.below(5) {
        // Words among the history.
        0 | 1 => {
            let from = (head..lines.len()).find(|at| HISTORY.iter().any(|mark| lines[*at].starts_with(mark)))? + 1;
            let is_end = |at: &usize| boundary.as_ref().is_some_and(|boundary| lines[*at].starts_with(boundary));
            let end = (from..lines.len()).find(is_end).unwrap_or(lines.len());
            let at = from + numbers.below(end - from);
            let word = WORDS[numbers.below(WORDS.len())].to_owned();
            if numbers.below(2) == 0 || at >= end {
                lines.insert(at, word);
            } else {
                lines[at] = word;
            }
        }
        // Another part below those that are there.
        2 => {
            let boundary = boundary?;
            let at = lines.iter().rposition(|line| *line == format!("{boundary}--"))?;
            lines.insert(at, format!("{boundary}\n{}", PARTS[numbers.below(PARTS.len())]));
        }
        // Something that is not seen, above the HTML.
        3 => {
            let at = lines.iter().position(|line| line.contains("<body"))?;
            let end = lines[at].find("<body").and_then(|from| lines[at][from..].find('>').map(|to| from + to + 1))?;
            lines[at].insert_str(end, HIDDEN[numbers.below(HIDDEN.len())]);
        }
        // A header less, or one twice.
        _ => {
            let name = HEADERS[numbers.below(HEADERS.len())];
            let at = lines[..head].iter().position(|line| line.starts_with(name))?;
            if numbers.below(2) == 0 {
                drop(lines.remove(at));
            } else {
                lines.insert(at, lines[at].clone());
            }
        }
    }
    Some(lines.join("\n") + "\n")
}

#[test]
fn a10_what_is_quoted_hidden_or_beside_never_becomes_an_approval() {
    let samples: Vec<(String, String)> = indexed("replies")
        .into_iter()
        // A mail without any text of its own gets one by another part.
        .filter(|(file, _, expected)| expected != "approve" && file != "traps/attachment-only.eml")
        .filter_map(|(file, raw, _)| {
            let raw = replaced(&raw, b"{subject}", b"Tue: Web. OK? [FW-1 v1 7kq2-m9xd]");
            Some((file, String::from_utf8(raw).ok()?))
        })
        .collect();
    let mut numbers = Numbers(0x5eed_0a10_2026_1125);
    let mut changed = 0;
    for round in 0..rounds() {
        let (file, sample) = &samples[round % samples.len()];
        let mut raw = sample.clone();
        for _ in 0..=numbers.below(3) {
            if let Some(next) = touched(&raw, &mut numbers) {
                changed += 1;
                raw = next;
            }
        }
        assert_ne!(verb(raw.as_bytes()), Some(Verb::Approve), "round {round}, {file}:\n{raw}");
    }
    assert!(changed > rounds() / 2, "{changed}");
}
