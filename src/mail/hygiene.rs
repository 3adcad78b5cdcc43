//! What no honest mail has in its headers: where two parsers may read two mails, nobody decides anything by it.
//!
//! The published attacks on sender checks (espoofer; "Weak Links in Authentication Chains", USENIX 2021) all need one of these.

use super::{reply, text::seen};

/// Fields that stand once in an honest mail (RFC 5322 section 3.6; RFC 2045 for the MIME ones).
const ONCE: &[&str] = &[
    "date",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// Most DKIM signatures that a mail may carry.
pub(super) const MAX_SIGNATURES: usize = 20;

/// The faults of a raw mail's header block, a sentence each; empty for an honest mail.
pub(super) fn faults(raw: &[u8]) -> Vec<String> {
    let block = block(raw);
    let mut faults = Vec::new();
    let mut say = |fault: String| {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    };
    if block.contains(&0) {
        say("a NUL stands in the headers".to_owned());
    }
    let lines: Vec<&[u8]> = block.split_inclusive(|byte| *byte == b'\n').collect();
    let bare = lines.iter().filter(|line| line.ends_with(b"\n") && !line.ends_with(b"\r\n")).count();
    let lines: Vec<&[u8]> = lines.into_iter().map(|line| line.strip_suffix(b"\n").unwrap_or(line)).collect();
    let lines: Vec<&[u8]> = lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    if lines.iter().any(|line| line.contains(&b'\r')) || bare != 0 && bare != lines.len() {
        say("the lines of the headers end in several ways".to_owned());
    }
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    for line in lines {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            match fields.last_mut() {
                Some((_, value)) if line.iter().any(|byte| !byte.is_ascii_whitespace()) => value.extend_from_slice(line),
                _ => say("a folded line of the headers is empty or continues nothing".to_owned()),
            }
            continue;
        }
        match line.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let (name, value) = line.split_at(colon);
                if name.is_empty() || name.iter().any(|byte| !(33..=126).contains(byte)) {
                    say("the name of a field holds a space or another sign that no name has".to_owned());
                }
                let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
                fields.push((name, value.get(1..).unwrap_or_default().to_vec()));
            }
            None => say("a line of the headers is no field".to_owned()),
        }
    }
    for name in ONCE {
        if fields.iter().filter(|(other, _)| other == name).count() > 1 {
            say(format!("{name} stands more than once"));
        }
    }
    // All of them are looked at, or none counts: the one that matters could be the last.
    if fields.iter().filter(|(name, _)| name == "dkim-signature").count() > MAX_SIGNATURES {
        say("more DKIM signatures than any honest mail has".to_owned());
    }
    for (_, value) in fields.iter().filter(|(name, _)| name == "from") {
        if let Some(fault) = of_from(value) {
            say(fault.to_owned());
        }
    }
    faults
}

/// How the headers of a mail say that its body is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// Parts, with this boundary.
    Multipart(&'a str),
    /// One part in base64.
    Base64,
    /// One part of HTML.
    Html,
    /// One part of any other text.
    Text,
}

/// Whether the body can be read in the way that its headers say and in no other, as far as its first line goes. `line` is the line that
/// was read. A signature covers the body, and rarely the content type: with another boundary, charset or encoding the same bytes would
/// show other lines.
pub(super) fn body_fits_type(raw: &[u8], shape: Shape<'_>, line: &str) -> bool {
    let body = raw.get(block(raw).len()..).unwrap_or_default();
    let mut lines = body.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let shown = |line: &&[u8]| !line.trim_ascii().is_empty() && !PREAMBLES.contains(&line.trim_ascii().to_ascii_lowercase().as_slice());
    match shape {
        Shape::Multipart(boundary) => {
            let first = lines.find(shown).unwrap_or_default();
            first.strip_prefix(b"--").is_some_and(|rest| rest.trim_ascii_end() == boundary.as_bytes())
        }
        Shape::Base64 => body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte)),
        Shape::Html => lines.find(shown).and_then(|first| first.trim_ascii_start().strip_prefix(b"<")).is_some_and(|first| {
            let name = first.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'!').next().unwrap_or_default();
            OPENING.iter().any(|tag| name.eq_ignore_ascii_case(tag.as_bytes()))
        }),
        // A line that ends in a space goes on in the next one where it is flowed (RFC 3676).
        Shape::Text => {
            let first = lines.find(|line| shown(line) && !reply::is_banner(&String::from_utf8_lossy(line)));
            first.is_some_and(|first| first.trim_ascii_start() == line.as_bytes())
        }
    }
}

/// Tags with which mail programs begin a text in HTML. A comment is none: a person can have written its signs.
const OPENING: &[&str] = &["!doctype", "html", "head", "meta", "body", "style", "div", "p", "span", "font", "table", "br", "b", "center"];

/// What mail programs write before the first boundary, for readers of another age.
const PREAMBLES: &[&[u8]] = &[b"this is a multi-part message in mime format.", b"this is a multi-part message in mime format"];

/// The header block with the line end of its last field, and the empty line behind it left in the body.
fn block(raw: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\n" || line == b"\r\n" {
            break;
        }
        at += line.len();
    }
    raw.get(..at).unwrap_or(raw)
}

/// What is wrong with a From value, where it is not one plain mailbox (RFC 5322 section 3.4, without groups, routes and comments that
/// hold addresses).
fn of_from(value: &[u8]) -> Option<&'static str> {
    let Ok(value) = std::str::from_utf8(value) else { return Some("From holds bytes that are no text") };
    if value.chars().any(|c| c != '\t' && seen(c).is_none()) {
        return Some("a character that cannot be seen stands in From");
    }
    let (mut bare, mut quoted, mut escaped) = (String::new(), false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted => bare.push(c),
            _ => {}
        }
    }
    if quoted || bare.contains([':', ';', '\\']) || bare.matches('@').count() != 1 {
        return Some("From is not one plain mailbox");
    }
    let brackets = (bare.matches('<').count(), bare.matches('>').count());
    let behind = bare.rsplit_once('>').map_or("", |(_, rest)| rest.trim());
    if !matches!(brackets, (0, 0) | (1, 1)) || !(behind.is_empty() || behind.starts_with('(')) {
        return Some("From is not one plain mailbox");
    }
    let address = bare.rsplit_once('<').map_or(bare.as_str(), |(_, rest)| rest.split('>').next().unwrap_or_default());
    (!address.contains('@') || address.contains("=?")).then_some("From is not one plain mailbox")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, expected: &[&str]) {
        assert_eq!(faults(head.as_bytes()), expected, "{head:?}");
    }

    #[test]
    fn honest_headers_have_no_fault() {
        for head in [
            "From: Sam Lee <sam@harbor.example>\r\nTo: x@y.example\r\n\r\nx\ny",
            "From: sam@harbor.example\nSubject: x\n\n",
            "From: \"Lee, Sam (NOC): <b@c>\" <sam@harbor.example>\r\nSubject: a\r\n b\r\n\r\n",
            "From: =?utf-8?q?S=C3=A4m?= <sam@harbor.example>\r\n\r\n",
            "From: sam@harbor.example (Sam Lee)\r\nReceived: a\r\nReceived: b\r\n\r\nFrom: x\r\nFrom: y",
        ] {
            check(head, &[]);
        }
    }

    #[test]
    fn a03_what_two_parsers_read_differently_is_named() {
        let several = "From is not one plain mailbox";
        check("From: a@b.example\r\nFROM: c@d.example\r\n\r\n", &["from stands more than once"]);
        check(
            "From : a@b.example\r\nFrom: c@d.example\r\n\r\n",
            &["the name of a field holds a space or another sign that no name has", "from stands more than once"],
        );
        check("From: a@b.example\r\nX\r\n\r\n", &["a line of the headers is no field"]);
        check("From: a@b.example\r\n \r\n\r\n", &["a folded line of the headers is empty or continues nothing"]);
        check(" From: a@b.example\r\n\r\n", &["a folded line of the headers is empty or continues nothing"]);
        check("From: a@b.example\r\nSubject: x\n\r\n", &["the lines of the headers end in several ways"]);
        check("From: a@b.example\r\nSubject: x\ry\r\n\r\n", &["the lines of the headers end in several ways"]);
        check("From: a@b.example\r\nSubject: x\0y\r\n\r\n", &["a NUL stands in the headers"]);
        for from in [
            "a@b.example, c@d.example",
            "<a@b.example><c@d.example>",
            "<@x.example,@y.example:a@b.example>",
            "team: a@b.example;",
            "<=?utf-8?q?a=40b.example?=@d.example>",
            "a@b.example <c@d.example>",
            "\"a@b.example <c@d.example>",
            "a@b.example\\ <c>",
            "a(c@d.example)@b.example",
            "<a@b.example",
            "a@b.example>",
            "<a@b.example> c",
            "nobody",
        ] {
            check(&format!("From: {from}\r\n\r\n"), &[several]);
        }
        check("From: a\u{1}@b.example\r\n\r\n", &["a character that cannot be seen stands in From"]);
        check("From: a@b\u{200b}.example\r\n\r\n", &["a character that cannot be seen stands in From"]);
    }

    #[test]
    fn a04_another_boundary_over_the_same_body_is_seen() {
        let fits = |body: &str, shape, line| body_fits_type(format!("Subject: x\r\n\r\n{body}").as_bytes(), shape, line);
        let (b, c) = (Shape::Multipart("b"), Shape::Multipart("c"));
        assert!(fits("--b\r\n\r\napprove\r\n--b--", b, "approve"));
        assert!(fits("\r\n--b\r\n", b, ""));
        assert!(fits("This is a multi-part message in MIME format.\r\n--b\r\n", b, ""));
        assert!(!fits("--b\r\n\r\nreject\r\n--c\r\n\r\napprove\r\n", c, "approve"));
        assert!(!fits("no\r\n--c\r\n\r\napprove\r\n", c, "approve"));
        assert!(!fits("--b\r\n\r\nreject\r\n", Shape::Text, "reject"));
    }

    #[test]
    fn a04_another_type_charset_or_encoding_over_the_same_body_is_seen() {
        let fits = |body: &str, shape, line| body_fits_type(format!("Subject: x\n\n{body}").as_bytes(), shape, line);
        assert!(fits("approve\n\nSam", Shape::Text, "approve"));
        assert!(fits("[EXTERNAL] from outside\n  approve\nSam", Shape::Text, "approve"));
        assert!(!fits("approve \nthe second, not this one", Shape::Text, "approve"), "flowed before");
        assert!(!fits("approve=20of nothing", Shape::Text, "approve of nothing"), "as it stands or decoded");
        assert!(!fits("+AGEAcABwAHIAbwB2AGU-", Shape::Text, "approve"), "UTF-7");
        assert!(!fits("approve\u{85} of nothing", Shape::Text, "approve"));
        assert!(!fits("", Shape::Text, "approve"));
        assert!(fits("YXBwcm92ZQ==\n", Shape::Base64, "approve"));
        assert!(!fits("not yet, Sam\n", Shape::Base64, "approve"));
        assert!(fits("<p>approve</p>", Shape::Html, "approve"));
        assert!(!fits("Not yet.\n<p>approve</p>", Shape::Html, "approve"));
    }
}
