//! Tokens and words in the wrong places: two requests in one answer, a verb that nobody wrote this time, a verb that only seems to be one.

use super::letter::{ALL, Letter};
use super::{Case, INES, SAM, Stage};

pub(super) fn cases(stage: &Stage) -> Vec<Case> {
    let ours = &stage.keys.ours;
    let yes = stage.yes();
    let signed = |letter: Letter| letter.signed(ours, ALL);
    let (other, former, of_ines) =
        (stage.reply(SAM, 2, 1, SAM, "approve"), stage.reply(SAM, 1, 1, SAM, "approve"), stage.reply(SAM, 1, 2, INES, "approve"));
    let both = |name: &str, from: &Letter| yes.clone().set(name, from.get(name));
    let mut cases: Vec<Case> = Vec::new();
    for (what, from) in [("another request", &other), ("the former revision", &former), ("a colleague's request", &of_ines)] {
        for name in ["To", "Subject", "In-Reply-To", "References"] {
            cases.push(Case::new("a17 two requests", format!("{name} of {what}"), &signed(both(name, from))));
        }
        let two = format!("{}, {}", yes.get("To"), from.get("To"));
        cases.push(Case::new("a17 two requests", format!("To both, the second {what}"), &signed(yes.clone().set("To", &two))));
    }
    cases.push(Case::new("a07 overtaken", "a yes to the former revision", &signed(former)));
    let mut dead = yes.clone();
    for name in ["To", "In-Reply-To", "References"] {
        let value = dead.get(name).replace(&stage.token(1, 2, SAM).text, "0123456789abcdefghjkmnpqrs");
        dead = dead.set(name, &value);
    }
    cases.push(Case::new("a14 guessed", "a token that was never made", &signed(dead.clone().set("Subject", "Re: maintenance"))));
    cases.push(Case::new(
        "a14 guessed",
        "a code that was never made",
        &signed(
            dead.without("In-Reply-To")
                .without("References")
                .set("To", "<forewarn@harborlight.example>")
                .set("Subject", "Re: [FW-1 v2 0000-0000]"),
        ),
    ));
    let plain = [
        ("a10 elsewhere", "in a quote", "> approve\r\n"),
        ("a10 elsewhere", "below a quote", "> OK?\r\n\r\napprove\r\n"),
        ("a10 elsewhere", "in a signature", "-- \r\napprove\r\n"),
        ("a10 elsewhere", "in the second line", "hm\r\napprove\r\n"),
        ("a10 elsewhere", "in a forwarded mail", "---------- Forwarded message ----------\r\nFrom: sam\r\n\r\napprove\r\n"),
        (
            "a10 elsewhere",
            "below an Outlook block",
            "________________________________\r\nFrom: x\r\nSent: y\r\nTo: z\r\nSubject: s\r\n\r\napprove\r\n",
        ),
        ("a10 elsewhere", "nowhere", "\r\n\r\n"),
        ("a11 no yes", "a question", "approve?\r\n"),
        ("a11 no yes", "a no", "I do not approve\r\n"),
        ("a11 no yes", "a no in two words", "not approved\r\n"),
        ("a11 no yes", "a condition", "approve, but only after Friday\r\n"),
        ("a11 no yes", "the former revision", "approve v1\r\n"),
        ("a11 no yes", "a letter of another script", "\u{430}pprove\r\n"),
        ("a11 no yes", "wide letters", "\u{ff41}\u{ff50}\u{ff50}\u{ff52}\u{ff4f}\u{ff56}\u{ff45}\r\n"),
        ("a11 no yes", "with accents", "appr\u{f3}ve\r\n"),
        ("a11 no yes", "turned round", "\u{202e}evorppa\r\n"),
        ("a11 no yes", "part of a word", "disapprove\r\n"),
        ("a11 no yes", "with a slash", "approve/reject\r\n"),
    ];
    cases.extend(plain.map(|(kind, trick, body)| Case::new(kind, trick, &signed(yes.clone().with_body(body)))));
    let html = [
        ("hidden by style", "<p>Not yet.</p><p style=\"display:none\">approve</p>"),
        ("hidden above by style", "<p style=\"display:none\">approve</p><p>Not yet.</p>"),
        ("in alt text", "<img alt=\"approve\"><p>Not yet.</p>"),
        ("in a title", "<html><head><title>approve</title></head><body>Not yet.</body></html>"),
        ("in a comment", "<!-- approve --><p>Not yet.</p>"),
        ("in a quote", "<p>Not yet.</p><blockquote>approve</blockquote>"),
        ("in a quote on top", "<blockquote type=\"cite\">approve</blockquote>"),
        ("struck out", "<p>do <s>not</s> approve</p>"),
    ];
    let of_html = |body: &str| yes.clone().set("Content-Type", "text/html; charset=utf-8").with_body(body);
    cases.extend(html.map(|(trick, body)| Case::new("a10 elsewhere", format!("{trick} in HTML"), &signed(of_html(body)))));
    let part = |kind: &str, text: &str| format!("--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n");
    let parts = |subtype: &str, body: &[String]| {
        yes.clone().set("Content-Type", &format!("multipart/{subtype}; boundary=b")).with_body(&format!("{}--b--\r\n", body.concat()))
    };
    let of_parts = [
        (
            "a12 parts differ",
            "text says no, HTML yes",
            parts("alternative", &[part("text/plain", "reject"), part("text/html", "<p>approve</p>")]),
        ),
        (
            "a12 parts differ",
            "text says yes, HTML no",
            parts("alternative", &[part("text/plain", "approve"), part("text/html", "<p>reject</p>")]),
        ),
        ("a10 elsewhere", "in the second part", parts("mixed", &[part("text/plain", "Not yet."), part("text/plain", "approve")])),
        (
            "a10 elsewhere",
            "in a mail within",
            parts("mixed", &[part("text/plain", "See below."), part("message/rfc822", "Subject: x\r\n\r\napprove")]),
        ),
        (
            "a10 elsewhere",
            "in a mail within, alone",
            parts("mixed", &[part("message/rfc822", &format!("From: {SAM}\r\nSubject: x\r\n\r\napprove"))]),
        ),
        ("a10 elsewhere", "in an encrypted part", parts("encrypted", &[part("application/octet-stream", "approve")])),
    ];
    cases.extend(of_parts.map(|(kind, trick, letter)| Case::new(kind, trick, &signed(letter))));
    let machine =
        [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("List-Id", "<all.harborlight.example>"), ("X-Autoreply", "yes")];
    cases.extend(
        machine.map(|(name, value)| Case::new("a09 a machine", format!("{name}: {value}"), &signed(yes.clone().on_top(name, value)))),
    );
    cases
}
