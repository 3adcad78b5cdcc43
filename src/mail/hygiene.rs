//! What no honest mail has in its headers: where two parsers may read two mails, nobody decides anything by it.
//!
//! The published attacks on sender checks (espoofer; "Weak Links in Authentication Chains", USENIX 2021) all need one of these.

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
    for (_, value) in fields.iter().filter(|(name, _)| name == "from") {
        if let Some(fault) = of_from(value) {
            say(fault.to_owned());
        }
    }
    faults
}

/// Whether the body begins as its content type says. A signature covers the body, and rarely the content type: with another boundary the
/// same bytes would show other lines.
pub(super) fn body_fits_type(raw: &[u8], boundary: Option<&str>) -> bool {
    let head = block(raw).len();
    let body = raw.get(head..).unwrap_or_default();
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.filter(|line| !line.is_empty() && !PREAMBLES.contains(&line.to_ascii_lowercase().as_slice())).take(1).next();
    let first = first.unwrap_or_default();
    match boundary {
        Some(boundary) => first.strip_prefix(b"--").is_some_and(|rest| rest == boundary.as_bytes()),
        None => !first.starts_with(b"--"),
    }
}

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
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Some("a control character stands in From");
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
    if quoted || bare.contains([':', ';', '\\']) || bare.matches('@').count() != 1 || bare.matches('<').count() > 1 {
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
            "nobody",
        ] {
            check(&format!("From: {from}\r\n\r\n"), &[several]);
        }
        check("From: a\u{1}@b.example\r\n\r\n", &["a control character stands in From"]);
    }

    #[test]
    fn a04_another_boundary_over_the_same_body_is_seen() {
        let raw = |body: &str| format!("Subject: x\r\n\r\n{body}").into_bytes();
        assert!(body_fits_type(&raw("--b\r\n\r\napprove\r\n--b--"), Some("b")));
        assert!(body_fits_type(&raw("\r\n--b\r\n"), Some("b")));
        assert!(body_fits_type(&raw("This is a multi-part message in MIME format.\r\n--b\r\n"), Some("b")));
        assert!(body_fits_type(&raw("approve\r\n"), None));
        assert!(!body_fits_type(&raw("--b\r\n\r\nreject\r\n--c\r\n\r\napprove\r\n"), Some("c")));
        assert!(!body_fits_type(&raw("no\r\n--c\r\n\r\napprove\r\n"), Some("c")));
        assert!(!body_fits_type(&raw("--b\r\n\r\nreject\r\n"), None));
    }
}
