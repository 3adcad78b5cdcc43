//! Monday: an inbox of 3,000 mails is met for the first time, then a day's ordinary mail comes in (W01, W02).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::World;

/// Ordinary mails, notices among them, and the ordinary mails of the days after.
const ORDINARY: usize = 2_880;
const NOTICES: usize = 120;
const LATER: usize = 1_000;

/// Every mail below a folder of the fixtures, in order.
fn below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)];
    while let Some(dir) = open.pop() {
        for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "eml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect()
}

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The same kind of mail from another day: other numbers, months and days of the week; encoded texts stay as they are.
fn another(text: &str, dice: &mut Dice) -> String {
    if text.contains("base64") || text.contains("multipart") {
        return format!("X-Copy: {}\r\n{text}", dice.below(1 << 30));
    }
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut out = String::new();
    let mut digits = String::new();
    let flush = |out: &mut String, digits: &mut String, dice: &mut Dice| {
        // Years and times of day stay what they are.
        if digits.len() >= 3 && !digits.starts_with("20") {
            digits.chars().for_each(|_| out.push(char::from(b'1' + u8::try_from(dice.below(9)).unwrap())));
        } else {
            out.push_str(digits);
        }
        digits.clear();
    };
    for char in body.chars() {
        if char.is_ascii_digit() {
            digits.push(char);
        } else {
            flush(&mut out, &mut digits, dice);
            out.push(char);
        }
    }
    flush(&mut out, &mut digits, dice);
    for names in [&MONTHS[..], &DAYS[..]] {
        let shift = 1 + dice.below(names.len() - 1);
        for (place, name) in names.iter().enumerate() {
            // In two steps, so that no name is shifted twice.
            out = out.replace(name, &format!("\u{1}{}\u{1}", (place + shift) % names.len()));
        }
        for (place, name) in names.iter().enumerate() {
            out = out.replace(&format!("\u{1}{place}\u{1}"), name);
        }
    }
    let id = dice.below(1 << 30);
    let head: Vec<&str> = head.lines().filter(|line| !line.to_lowercase().starts_with("message-id:")).collect();
    format!("Message-ID: <copy-{id}@ordinary.example>\n{}\n\n{out}", head.join("\n"))
}

/// Mails of which an end is known, and the names of those that somebody may have to look at.
fn ended(world: &World) -> (usize, Vec<String>) {
    let store = rusqlite::Connection::open(world.path("forewarn.sqlite")).unwrap();
    let count = |which: &str| store.query_row(&format!("SELECT count(*) FROM mail WHERE {which}"), [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("state <> 'done'"), 0, "every mail has an end");
    let mut waits =
        store.prepare("SELECT uid FROM mail WHERE outcome IN ('needs-person', 'extracted', 'quarantined') ORDER BY uid").unwrap();
    let waits = waits.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    (usize::try_from(count("1")).unwrap(), waits)
}

#[test]
fn w01_w02_mondays_inbox_of_three_thousand_mails() {
    let world = World::harborlight();
    let (ordinary, notices) = (below("inbox"), below("demo").into_iter().chain(below("mail")).collect::<Vec<_>>());
    assert!(ordinary.len() > 350 && notices.len() >= NOTICES, "{} and {}", ordinary.len(), notices.len());
    let mut dice = Dice(20_200_907);
    let mut texts: Vec<String> = Vec::new();
    for number in 0..ORDINARY {
        let text = ordinary.get(number % ordinary.len()).unwrap();
        texts.push(if number < ordinary.len() { text.clone() } else { another(text, &mut dice) });
    }
    texts.extend(notices.iter().take(NOTICES).cloned());
    for (number, text) in texts.iter().enumerate() {
        world.drop_mail(&format!("{}-{number:04}", if number < ORDINARY { "ordinary" } else { "notice" }), text);
    }

    let out = world.once("2020-09-07T12:00:00Z").exits(0);
    let (done, waits) = ended(&world);
    assert_eq!(done, ORDINARY + NOTICES, "every mail has one end: {}", out.lines().last().unwrap_or_default());
    // Of the past nobody is asked and nobody is told: one summary for each approver is all.
    let mails = world.out();
    let to: Vec<&str> = mails.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(
        to,
        ["ines@harborlight.example", "sam@harborlight.example"],
        "{:?}",
        mails.iter().map(|(_, mail)| &mail.subject).collect::<Vec<_>>()
    );
    assert!(world.notices().is_empty());
    let needless: Vec<&String> = waits.iter().filter(|name| name.starts_with("ordinary")).collect();
    eprintln!("{ORDINARY} ordinary mails, taken for more: {needless:?}; {NOTICES} notices, {} seen", waits.len() - needless.len());
    assert!(needless.len() * 1000 <= 2 * ORDINARY, "{needless:?}");

    world.answer("start", "sam@harborlight.example", "FW start", "start");
    world.once("2020-09-07T12:10:00Z").exits(0);
    let before: BTreeSet<Option<String>> = world.out().into_iter().map(|(_, mail)| mail.message_id).collect();

    // What comes in afterwards may cost two questions in a thousand.
    for number in 0..LATER {
        let text = another(ordinary.get((number * 7) % ordinary.len()).unwrap(), &mut dice);
        world.drop_mail(&format!("ordinary-later-{number:04}"), text);
    }
    world.once("2020-09-07T13:00:00Z").exits(0);
    let new = world.out().into_iter().filter(|(_, mail)| !before.contains(&mail.message_id));
    let questions: Vec<String> = new.map(|(to, mail)| format!("{to}: {}", mail.subject)).collect();
    let (done, waits) = ended(&world);
    let needless: Vec<&String> = waits.iter().filter(|name| name.starts_with("ordinary-later")).collect();
    eprintln!("{LATER} more, taken for more: {needless:?}; mails to staff: {questions:?}");
    assert!(needless.len() <= 2, "{needless:?}");
    // Two approvers get each question; the digest of this Monday may be among them.
    assert!(questions.len() <= 2 * needless.len() + 2, "{questions:?}");
    assert_eq!(done, ORDINARY + NOTICES + 1 + LATER);
}
