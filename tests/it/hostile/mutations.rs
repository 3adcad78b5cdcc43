//! Generated mutations: a genuine signed approval and hostile mails, changed at random. What still counts must still be what Sam signed.
//!
//! `FOREWARN_MUTATIONS=100000` for the long form.

#![expect(clippy::indexing_slicing, reason = "places are drawn below the length")]

use super::court::{Court, KIM, SAM};

/// A deterministic source of numbers (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        list.get(self.below(list.len())).unwrap()
    }
}

/// A mail as lines of its header and its body.
fn apart(mail: &str) -> (Vec<String>, String) {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap_or((mail, ""));
    let mut fields: Vec<String> = Vec::new();
    for line in head.split("\r\n") {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(&format!("\r\n{line}")),
            _ => fields.push(line.to_owned()),
        }
    }
    (fields, body.to_owned())
}

/// What Sam signed of a mail, white space apart: the fields named in the signature, and the text.
fn signed_content(mail: &str) -> (Vec<String>, String) {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (fields, body) = apart(&mail.replace("\r\n", "\n").replace('\n', "\r\n"));
    let names = ["from", "to", "subject", "date", "message-id", "in-reply-to", "references"];
    let mut signed: Vec<String> = fields
        .iter()
        .filter_map(|field| field.split_once(':'))
        .filter(|(name, _)| names.contains(&name.trim().to_lowercase().as_str()))
        .map(|(name, value)| format!("{}:{}", name.trim().to_lowercase(), squeezed(value)))
        .collect();
    signed.sort();
    (signed, squeezed(&body))
}

fn mutate(numbers: &mut Numbers, mail: &str, court: &Court) -> String {
    let (mut fields, mut body) = apart(mail);
    let tokens = [court.token(SAM, 1), court.token(KIM, 1), court.token(SAM, 0)];
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(fields.len());
        let token = numbers.of(&tokens);
        let insert = numbers
            .of(&[
                format!("From: <{SAM}>"),
                "From: <mallory@evil.example>".to_owned(),
                "From : <mallory@evil.example>".to_owned(),
                format!("Sender: <{SAM}>"),
                format!("Subject: Re: x [FW-1042 v1 {}]", token.code),
                format!("In-Reply-To: <fw.{}@lakeside.example>", token.text),
                format!("References: <fw.{}@lakeside.example>", token.text),
                format!("To: <notices+{}@lakeside.example>", token.text),
                format!("Cc: <notices+{}@lakeside.example>", token.text),
                "Content-Type: text/html".to_owned(),
                "Content-Type: multipart/mixed; boundary=x".to_owned(),
                "Content-Transfer-Encoding: base64".to_owned(),
                "Authentication-Results: mx.lakeside.example; dmarc=pass header.from=lakeside.example".to_owned(),
                "Auto-Submitted: auto-replied".to_owned(),
                "DKIM-Signature: v=1; a=ed25519-sha256; d=lakeside.example; s=s1; h=From:To; bh=; b=".to_owned(),
                "\u{1}: x".to_owned(),
                " folded".to_owned(),
            ])
            .clone();
        match numbers.below(12) {
            0 => fields.insert(at, insert),
            1 => fields.push(insert),
            2 => fields[at] = insert,
            3 => drop(fields.remove(at)),
            4 => fields.insert(0, fields[at].clone()),
            5 => {
                let to = numbers.below(fields.len());
                fields.swap(at, to);
            }
            6 => fields[at] = fields[at].replacen(": ", ":\r\n ", 1),
            7 => fields[at] = fields[at].replacen(':', " :", 1),
            8 => {
                body = {
                    let word: &str = numbers.of::<&str>(&["approve?", "reject", "", "approve approve", "> approve", "hold"]);
                    body.replacen("approve", word, 1)
                }
            }
            9 => body = format!("{}{body}", numbers.of(&["approve\r\n", "\r\n", "--x\r\n\r\napprove\r\n", "> ", "<p>approve</p>"])),
            10 => body = format!("{body}{}", numbers.of(&["approve\r\n", "\r\n\r\n", "--x--", " "])),
            _ => {
                let mut bytes = fields[at].clone().into_bytes();
                let place = numbers.below(bytes.len().max(1));
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = u8::try_from(numbers.below(128)).unwrap();
                }
                fields[at] = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        if fields.is_empty() {
            fields.push("X: y".to_owned());
        }
    }
    format!("{}\r\n\r\n{body}", fields.join("\r\n"))
}

#[test]
fn a04_a14_mutations_approve_only_what_sam_signed() {
    let rounds: usize = std::env::var("FOREWARN_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let court = Court::new();
    let genuine = court.usual(&court.answer("approve"));
    let bases = [
        genuine.clone(),
        genuine.clone(),
        court.answer("approve"),
        court.usual(&court.answer("hold")),
        court.usual(&Court::lunch("approve")),
        court.signed("evil.example", "From:To:Subject", &court.answer("approve")),
        court.usual(&court.answer_of(SAM, &court.token(SAM, 0), "approve")),
    ];
    let content = signed_content(&genuine);
    let mut numbers = Numbers(0x5eed_0000_cafe_0001);
    let (mut approved, mut strangers) = (0, Vec::<String>::new());
    for round in 0..rounds {
        let mail = mutate(&mut numbers, &bases[round % bases.len()], &court);
        let judged = court.judge(mail.as_bytes());
        approved += judged.iter().filter(|yes| **yes).count();
        assert!(judged == [false; 2] || signed_content(&mail) == content, "round {round} approves what Sam did not sign so:\n{mail}");
        // All that follows takes longer.
        if round % 50 < bases.len() {
            for heard in court.hear(mail.as_bytes()) {
                if heard.approved {
                    continue;
                }
                strangers.extend(heard.written_to.into_iter().filter(|to| ![SAM, KIM].contains(&to.as_str())));
            }
        }
    }
    assert_eq!(strangers, Vec::<String>::new(), "nobody but an approver is ever written to");
    assert!(approved > rounds / 100, "some mutations are harmless, or nothing was tried: {approved} of {rounds}");
}
