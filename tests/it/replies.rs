//! What people's mail programs make of an answer, and what machines answer by themselves.
//!
//! `layouts` writes a whole mail as each program does, with the request quoted in its own manner. Every mail must be read as it was meant,
//! or be answered with help; none that says no approval may be read as one.

mod automatic;
mod layouts;

use forewarn::approval::{Verb, automatic, verb};
use forewarn::mail::{parse, prescan, reply};
use layouts::{Layout, layouts};

/// What a mail is read as: the word, or none where its writer gets help.
fn read(raw: &str) -> Option<Verb> {
    assert!(prescan::prescan(raw.as_bytes()).is_ok());
    let mail = parse(raw.as_bytes());
    assert_eq!(automatic(&mail), None, "a person wrote it:\n{raw}");
    if mail.hidden_in_words {
        return None;
    }
    let reply = reply::reply(&mail);
    if reply.parts_differ { None } else { verb(&reply) }
}

/// What people write, and what it means; none where it means nothing that works.
fn words() -> Vec<(&'static str, Option<Verb>)> {
    vec![
        ("approve", Some(Verb::Approve)),
        ("OK, thanks", Some(Verb::Approve)),
        ("Yes.", Some(Verb::Approve)),
        ("reject wrong customer list", Some(Verb::Reject("wrong customer list".into()))),
        ("hold until Thu 9:00", Some(Verb::Hold(Some("Thu 9:00".into())))),
        ("ok but not before noon", None),
        ("", None),
        ("Please call me about this first.\n\nok?", None),
    ]
}

#[test]
fn a13_w21_every_programs_answers_are_read_as_meant_or_get_help() {
    let (mut right, mut helped, mut misread, mut all) = (0, Vec::new(), Vec::new(), 0);
    for Layout { name, write } in layouts() {
        for (text, meant) in words() {
            all += 1;
            let raw = write(text);
            match read(&raw) {
                said if said == meant => right += 1,
                None => helped.push(format!("{name}: {text:?}")),
                Some(said) => misread.push(format!("{name}: {text:?} as {said:?}\n{raw}")),
            }
        }
    }
    eprintln!("{all} answers of {} layouts: {right} right, {} helped instead, {} misread", layouts().len(), helped.len(), misread.len());
    assert!(misread.is_empty(), "{}", misread.join("\n\n"));
    assert!(helped.is_empty(), "a person who said it right is not understood:\n{}", helped.join("\n"));
    assert!(layouts().len() >= 50 && all >= 120);
}

#[test]
fn a10_a13_below_the_quote_nothing_counts() {
    for raw in layouts::bottom_posted("approve") {
        assert_eq!(read(&raw), None, "{raw}");
    }
}

#[test]
fn a13_mutated_answers_never_become_an_approval() {
    let rounds: usize = std::env::var("FOREWARN_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(4_000);
    let mails: Vec<String> =
        layouts().iter().flat_map(|layout| ["", "reject no", "Please wait."].map(|text| (layout.write)(text))).collect();
    let mut state = 0x5eed_0bad_cafe_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(bound.max(1)).unwrap()).unwrap()
    };
    for round in 0..rounds {
        let mail = mails.get(round % mails.len()).unwrap();
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<String> = body.split("\r\n").map(str::to_owned).collect();
        // Lines that come twice, go, or change places below the person's own; no line of the request is a word by itself.
        for _ in 0..=below(4) {
            let at = below(lines.len());
            match below(3) {
                0 => lines.insert(at, lines.get(below(lines.len())).unwrap().clone()),
                1 => drop(lines.remove(at)),
                _ => {
                    let to = below(lines.len());
                    lines.swap(at, to);
                }
            }
            if lines.is_empty() {
                lines.push(String::new());
            }
        }
        let raw = format!("{head}\r\n\r\n{}", lines.join("\r\n"));
        if prescan::prescan(raw.as_bytes()).is_err() {
            continue;
        }
        let said = verb(&reply::reply(&parse(raw.as_bytes())));
        assert_ne!(said, Some(Verb::Approve), "round {round}:\n{raw}");
    }
}
