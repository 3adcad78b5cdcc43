//! The genuine approvals and the hostile ones, changed at random: none is accepted but where everything that was signed is still there
//! and says the same about the same request.
//!
//! The changes come from a fixed seed; a failure names its round and happens again. `FOREWARN_MUTATIONS=100000` plays more of them.

use forewarn::dkim;
use forewarn::mail::{self, prescan};
use forewarn::model::{AuthMode, Decision, DraftId};

use super::controls::{Genuine, genuine};
use super::letter::{AS_GOOGLE, AS_MICROSOFT};
use super::{AUTHSERV, Case, DOMAIN, INES, SAM, Stage, cases, verdict};

/// Mutations in a run of the whole suite; in a debug build they take less than a minute.
const ROUNDS: usize = 15_000;
/// Larger mails say nothing more and take longer.
const MOST_BYTES: usize = 20_000;

/// A deterministic source of numbers (xorshift64).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A mail as fields, each with its line end, and a body.
#[derive(Clone)]
struct Apart {
    fields: Vec<Vec<u8>>,
    body: Vec<u8>,
}

impl Apart {
    fn of(raw: &[u8]) -> Self {
        let mut fields: Vec<Vec<u8>> = Vec::new();
        let mut at = 0;
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            at += line.len();
            if line == b"\r\n" || line == b"\n" {
                break;
            }
            match fields.last_mut() {
                Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => last.extend_from_slice(line),
                _ => fields.push(line.to_vec()),
            }
        }
        Self { fields, body: raw[at..].to_vec() }
    }

    fn whole(&self) -> Vec<u8> {
        [self.fields.concat(), b"\r\n".to_vec(), self.body.clone()].concat()
    }

    /// Fields by name (lower case) and value as relaxed canonicalization sees them (RFC 6376 section 3.4.2), in order.
    fn named(&self) -> Vec<(String, String)> {
        let parts = self.fields.iter().filter_map(|field| {
            let colon = field.iter().position(|byte| *byte == b':')?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Some((text(&field[..colon]).trim().to_lowercase(), folded(&text(&field[colon + 1..]))))
        });
        parts.collect()
    }

    /// The body as relaxed canonicalization sees it (section 3.4.4); a return within a line is one.
    fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let lines = text.split('\n').map(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let blank = line.starts_with([' ', '\t']);
            format!("{}{}", if blank { " " } else { "" }, folded(line)).trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n").trim_end_matches('\n').to_owned()
    }
}

/// Spaces, tabs and folds as one space, none at the ends.
fn folded(text: &str) -> String {
    let unfolded = text.replace("\r\n", "").replace('\n', "");
    unfolded.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What was signed, and what it said.
struct Signed {
    fields: Vec<(String, Option<String>)>,
    text: String,
    said: (Option<DraftId>, Decision),
}

impl Signed {
    fn of(stage: &Stage, genuine: &Genuine) -> Vec<Self> {
        let apart = Apart::of(&genuine.letter.bytes());
        let named = apart.named();
        let signatures = named.iter().filter(|(name, value)| name == "dkim-signature" && value.contains(&format!("d={DOMAIN};")));
        let lists = signatures.map(|(_, value)| {
            let list = value.split("h=").nth(1).unwrap().split(';').next().unwrap();
            list.split(':').map(|name| name.trim().to_lowercase()).collect::<Vec<String>>()
        });
        let draft = stage.draft(genuine.about.0, genuine.about.1).id;
        lists
            .map(|list| Self {
                fields: list.into_iter().map(|name| (name.clone(), last(&named, &name))).collect(),
                text: apart.text(),
                said: (Some(draft), genuine.decision.clone()),
            })
            .collect()
    }

    /// Whether a mail holds all of it, and its headers say nothing twice.
    fn stands_in(&self, mail: &Apart) -> bool {
        let named = mail.named();
        let once = |name: &str| named.iter().filter(|(other, _)| other == name).count() <= 1;
        self.text == mail.text()
            && self.fields.iter().all(|(name, value)| last(&named, name) == *value && once(name))
            && ["from", "to", "cc", "subject", "in-reply-to", "references", "content-type"].into_iter().all(once)
    }
}

fn last(named: &[(String, String)], name: &str) -> Option<String> {
    named.iter().rfind(|(other, _)| other == name).map(|(_, value)| value.clone())
}

/// Fields and lines that a forger would like to see in a mail.
struct Pieces {
    fields: Vec<String>,
    names: Vec<&'static str>,
    lines: Vec<&'static str>,
}

impl Pieces {
    fn of(stage: &Stage) -> Self {
        let mut fields: Vec<String> = Vec::new();
        for (maintenance, revision, approver) in [(1, 1, SAM), (1, 2, SAM), (1, 2, INES), (2, 1, SAM), (2, 1, INES)] {
            let reply = stage.reply(approver, maintenance, revision, approver, "approve");
            for name in ["To", "Subject", "In-Reply-To", "References"] {
                fields.push(format!("{name}: {}\r\n", reply.get(name)));
            }
            fields.push(format!("Cc: {}\r\n", reply.get("To")));
            fields.push(format!("Delivered-To: {}\r\n", reply.get("To")));
        }
        let more = [
            format!("From: <{SAM}>"),
            format!("From: Sam <{SAM}>, <eve@evil.example>"),
            "From: <eve@evil.example>".to_owned(),
            format!("From : <{SAM}>"),
            format!("Sender: <{SAM}>"),
            format!("Reply-To: <{SAM}>"),
            "Reply-To: <eve@evil.example>".to_owned(),
            format!("X-Original-Sender: {SAM}"),
            format!("Authentication-Results: {AUTHSERV}; dmarc=pass header.from={DOMAIN}"),
            format!("Authentication-Results: {AUTHSERV};\r\n\tdkim=pass (x) header.d={DOMAIN}"),
            format!("Authentication-Results: evil.example; dmarc=pass header.from={DOMAIN}"),
            format!("authentication-RESULTS: {AUTHSERV}; auth=pass smtp.auth={SAM}"),
            "X-MS-Exchange-Organization-AuthAs: Internal".to_owned(),
            "Content-Type: text/html".to_owned(),
            "Content-Type: text/plain; charset=utf-7".to_owned(),
            "Content-Type: text/plain; format=flowed".to_owned(),
            "Content-Type: multipart/mixed; boundary=c".to_owned(),
            "Content-Type: multipart/alternative; boundary=\"b1\"".to_owned(),
            "Content-Type: message/rfc822".to_owned(),
            "Content-Transfer-Encoding: base64".to_owned(),
            "Content-Transfer-Encoding: quoted-printable".to_owned(),
            "Content-Transfer-Encoding: 7bit".to_owned(),
            "DKIM-Signature: v=1; a=ed25519-sha256; d=harborlight.example; s=s1; h=from:to:subject; bh=AAAA; b=AAAA".to_owned(),
            "List-Id: <x.example>".to_owned(),
            "Received: from a by b; Sat, 5 Sep 2020 15:00:00 +0000".to_owned(),
            "nothing".to_owned(),
            "X-Note: \0".to_owned(),
        ];
        fields.extend(more.into_iter().map(|field| field + "\r\n"));
        let names = vec![
            "From",
            "To",
            "Cc",
            "Subject",
            "In-Reply-To",
            "References",
            "Sender",
            "Reply-To",
            "Content-Type",
            "X-Note",
            "DKIM-Signature",
            "Content-Transfer-Encoding",
            "Delivered-To",
            "Date",
            "Message-ID",
            "FROM",
            "subject",
            "From ",
            "MIME-Version",
        ];
        let lines = vec![
            "approve\r\n",
            "reject\r\n",
            "\r\n",
            " ",
            "\t",
            "\r",
            "\n",
            "\0",
            "> ",
            "--b1\r\n",
            "--c\r\n\r\n",
            "--b1--\r\n",
            "<p>",
            "<!--",
            "-->",
            "=\r\n",
            "=20",
            "-- \r\n",
            "\u{200b}",
            "\u{85}",
            "Content-Type: text/html\r\n\r\n",
            "<blockquote type=\"cite\">",
            "YXBwcm92ZQ==\r\n",
        ];
        Self { fields, names, lines }
    }
}

fn changed(mail: &mut Apart, other: &Apart, pieces: &Pieces, numbers: &mut Numbers) {
    let count = mail.fields.len();
    match numbers.below(21) {
        0 => {
            let field = numbers.one(&pieces.fields).clone().into_bytes();
            mail.fields.insert(numbers.below(count + 1), field);
        }
        1 if count > 0 => {
            let field = numbers.one(&mail.fields).clone();
            mail.fields.insert(numbers.below(count + 1), field);
        }
        2 if count > 1 => {
            let (one, two) = (numbers.below(count), numbers.below(count));
            mail.fields.swap(one, two);
        }
        3 if count > 0 => drop(mail.fields.remove(numbers.below(count))),
        4 if !other.fields.is_empty() => {
            let field = numbers.one(&other.fields).clone();
            mail.fields.insert(numbers.below(count + 1), field);
        }
        // A field of another mail in place of this one's.
        5 | 6 if count > 0 && !other.fields.is_empty() => {
            let field = numbers.one(&other.fields).clone();
            let name = |field: &[u8]| field.split(|byte| *byte == b':').next().unwrap_or_default().to_ascii_lowercase();
            let wanted = name(&field);
            match mail.fields.iter_mut().find(|old| name(old) == wanted) {
                Some(old) => *old = field,
                None => mail.fields.push(field),
            }
        }
        7 | 8 if count > 0 => {
            let field = numbers.one(&pieces.fields).clone().into_bytes();
            let name = |field: &[u8]| field.split(|byte| *byte == b':').next().unwrap_or_default().to_ascii_lowercase();
            let wanted = name(&field);
            match mail.fields.iter_mut().find(|old| name(old) == wanted) {
                Some(old) => *old = field,
                None => mail.fields.insert(0, field),
            }
        }
        9 if count > 0 => {
            let at = numbers.below(count);
            let colon = mail.fields[at].iter().position(|byte| *byte == b':').unwrap_or(0);
            mail.fields[at] = [numbers.one(&pieces.names).as_bytes(), &mail.fields[at][colon..]].concat();
        }
        // Folded, unfolded, blanks put in.
        10 if count > 0 => {
            let at = numbers.below(count);
            let field = &mut mail.fields[at];
            let blanks: Vec<usize> = field.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at).collect();
            if let Some(blank) = blanks.get(numbers.below(blanks.len())) {
                let with = numbers.one(&["\r\n ", "\r\n\t", "  ", "\t", " \r\n \r\n ", "\r ", "\n "]);
                drop(field.splice(*blank..=*blank, with.bytes()));
            }
        }
        11 if count > 0 => {
            let at = numbers.below(count);
            let text = String::from_utf8_lossy(&mail.fields[at]).replace("\r\n ", " ").replace("\r\n\t", " ");
            mail.fields[at] = text.into_bytes();
        }
        12 if count > 0 => {
            let at = numbers.below(count);
            let place = numbers.below(mail.fields[at].len());
            mail.fields[at][place] = u8::try_from(numbers.below(256)).unwrap();
        }
        13 if !mail.body.is_empty() => {
            let place = numbers.below(mail.body.len());
            mail.body[place] = u8::try_from(numbers.below(256)).unwrap();
        }
        14 | 15 => {
            let place = if numbers.below(2) == 0 { 0 } else { numbers.below(mail.body.len().min(60) + 1) };
            let line = numbers.one(&pieces.lines).bytes();
            drop(mail.body.splice(place..place, line));
        }
        16 => {
            let place = numbers.below(mail.body.len() + 1);
            let line = numbers.one(&pieces.lines).bytes();
            drop(mail.body.splice(place..place, line));
        }
        17 if !other.body.is_empty() => {
            let (place, from) = (numbers.below(mail.body.len() + 1), numbers.below(other.body.len()));
            let to = (from + 1 + numbers.below(400)).min(other.body.len());
            drop(mail.body.splice(place..place, other.body[from..to].iter().copied()));
        }
        18 => other.body.clone_into(&mut mail.body),
        19 => mail.body.truncate(numbers.below(mail.body.len() + 1)),
        // In parts now.
        _ => {
            let before = numbers.one(&["", "--c\r\n\r\napprove\r\n", "--c\r\nContent-Type: text/html\r\n\r\n<p>approve</p>\r\n"]);
            mail.body = [before.as_bytes(), b"--c\r\n\r\n", &mail.body, b"\r\n--c--\r\n"].concat();
            mail.fields.retain(|field| !field.to_ascii_lowercase().starts_with(b"content-type"));
            mail.fields.push(b"Content-Type: multipart/mixed; boundary=c\r\n".to_vec());
        }
    }
}

#[tokio::test]
async fn a03_a04_mutations_of_every_approval_are_accepted_only_where_all_that_was_signed_still_stands() {
    let rounds = std::env::var("FOREWARN_MUTATIONS").ok().map_or(ROUNDS, |text| text.parse().unwrap());
    let stage = Stage::new();
    let mut honest = genuine(&stage);
    for fields in [AS_GOOGLE, AS_MICROSOFT] {
        let letter = stage.reply(SAM, 2, 1, SAM, "approve").signed(&stage.keys.ours, fields);
        honest.push(Genuine { what: "about FW-2, as hosts sign".into(), letter, about: (2, 1), decision: Decision::Approve });
    }
    let signed: Vec<Signed> = honest.iter().flat_map(|one| Signed::of(&stage, one)).collect();
    let hostile: Vec<Case> = cases(&stage);
    // Relaxed canonicalization leaves the blank at the end of a line out: with or without it, the same was signed.
    let hostile = hostile.iter().filter(|case| case.trick != "flowed lines cut").map(|case| Apart::of(&case.raw));
    let mut pool: Vec<Apart> = Vec::new();
    let controls: Vec<Apart> = honest.iter().map(|one| Apart::of(&one.letter.bytes())).collect();
    // As many of the one kind as of the other.
    for (at, case) in hostile.enumerate() {
        pool.push(case);
        pool.push(controls[at % controls.len()].clone());
    }
    pool.retain(|mail| mail.body.len() + mail.fields.concat().len() < MOST_BYTES);
    let pieces = Pieces::of(&stage);
    let mut numbers = Numbers(0x5eed_0da7_2020_0905);
    let (mut right, mut wrong, mut strangers, mut refused_whole) = (0, Vec::new(), Vec::new(), 0);
    let server = AuthMode::Authserv(AUTHSERV.to_owned());
    for round in 0..rounds {
        let mut mail = pool[round % pool.len()].clone();
        for _ in 0..=numbers.below(3) {
            let other = numbers.below(pool.len());
            changed(&mut mail, &pool[other], &pieces, &mut numbers);
        }
        let raw = mail.whole();
        if prescan::prescan(&raw).is_err() {
            refused_whole += 1;
            continue;
        }
        let mut parsed = mail::parse(&raw);
        dkim::settle(&stage.dns, &raw, &mut parsed).await;
        let on_top = format!("Authentication-Results: {AUTHSERV}; {}\r\n", verdict(&parsed));
        let vouched = mail::parse(&[on_top.as_bytes(), &raw].concat());
        for (mode, mail_read) in [(&AuthMode::Dkim, &parsed), (&server, &vouched)] {
            let result = stage.decide(mode, mail_read);
            if !result.accepted() {
                if !result.strangers().is_empty() {
                    strangers.push(format!("round {round} under {mode:?}: {result:?}\n{}", String::from_utf8_lossy(&raw)));
                }
                continue;
            }
            let apart = Apart::of(&raw);
            let stands = |one: &&Signed| result.decisions == [one.said.clone()] && one.stands_in(&apart);
            if signed.iter().any(|one| stands(&one)) {
                right += 1;
            } else {
                wrong.push(format!("round {round} under {mode:?}: {:?}\n{}", result.decisions, String::from_utf8_lossy(&raw)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} accepted wrongly:\n{}", wrong.len(), wrong[..wrong.len().min(3)].join("\n\n"));
    // Nobody but an approver is written to where nothing was accepted.
    assert!(strangers.is_empty(), "{}", strangers.join("\n\n"));
    assert!(right > rounds / 50, "the controls are accepted where only what is not signed was changed: {right}");
    eprintln!("{rounds} mutations, {refused_whole} refused by the pre-scan, {right} rightly accepted, 0 wrongly");
}
