//! The written cases: what the published attacks on sender checks do (espoofer's server and client cases, replays), and what is peculiar to us.

use super::court::{Court, KIM, SAM, USUAL};
use super::refused;

/// Replaces the From line.
fn from(mail: &str, line: &str) -> String {
    mail.replacen(&format!("From: Somebody <{SAM}>\r\n"), line, 1)
}

#[test]
fn a02_what_no_signature_of_sams_domain_covers() {
    let court = Court::new();
    let mail = court.answer("approve");
    for (name, raw) in [
        ("unsigned", mail.clone()),
        ("signed by an outsider", court.signed("evil.example", USUAL, &mail)),
        ("signed by the provider", court.signed("hosting.example", USUAL, &mail)),
        ("signed by a domain below", court.signed("mail.lakeside.example", USUAL, &mail)),
        ("signed by a domain above", court.signed("example", USUAL, &mail)),
        ("From is not signed", court.signed("lakeside.example", "To:Subject:Date:In-Reply-To:References", &mail)),
        ("signed with a key that is gone", court.usual(&mail).replacen("s=s1", "s=old", 1)),
        ("signed for one who stands in for us", court.signed_by("evil.example", USUAL, &mail, |signer| signer.atps("lakeside.example"))),
        ("a key in test mode", court.usual(&mail).replacen("s=s1", "s=test", 1)),
        ("covers a part of the text", court.signed_by("lakeside.example", USUAL, &mail, |signer| signer.body_length(true))),
        ("a byte of the text changed", court.usual(&court.answer("approvf")).replace("approvf", "approve")),
        ("a byte of the subject changed", court.usual(&mail).replace("Subject: Re: Wed", "Subject: Re: Thu")),
        ("a signature without its end", court.usual(&mail).replacen("; b=", "; x=", 1)),
    ] {
        refused(&court, name, &raw);
    }
    let short = court.signed_by("lakeside.example", USUAL, &mail, |signer| signer.expiration(1));
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    refused(&court, "expired", &short);
}

#[test]
fn a03_headers_that_two_readers_read_differently() {
    let court = Court::new();
    let mail = court.answer("approve");
    let evil = "evil@evil.example";
    for (name, line) in [
        ("two From, evil first", format!("From: <{evil}>\r\nFrom: <{SAM}>\r\n")),
        ("two From, evil last", format!("From: <{SAM}>\r\nFrom: <{evil}>\r\n")),
        ("a space before the colon", format!("From : <{SAM}>\r\nFrom: <{evil}>\r\n")),
        ("a space before the colon, last", format!("From: <{evil}>\r\nFrom : <{SAM}>\r\n")),
        ("a space before the name", format!(" From: <{SAM}>\r\nFrom: <{evil}>\r\n")),
        ("folded name", format!("From\r\n : <{SAM}>\r\nFrom: <{evil}>\r\n")),
        ("a NUL in the name", format!("From\0: <{SAM}>\r\nFrom: <{evil}>\r\n")),
        ("an empty From first", format!("From:\r\nFrom: <{SAM}>\r\n")),
        ("two mailboxes in one", format!("From: <{SAM}>, <{evil}>\r\n")),
        ("two mailboxes, evil first", format!("From: <{evil}>, <{SAM}>\r\n")),
        ("a group", format!("From: staff: <{SAM}>, <{evil}>;\r\n")),
        ("a route", format!("From: <@evil.example,@x.example:{SAM}>\r\n")),
        ("an encoded address", "From: <=?utf-8?q?sam=40lakeside.example?=@evil.example>\r\n".to_owned()),
        ("an encoded word that hides the end", format!("From: =?utf-8?b?{}?= <{evil}>\r\n", "PHNhbUBsYWtlc2lkZS5leGFtcGxlPg==")),
        ("a quoted local part", "From: \"sam@lakeside.example\"@evil.example\r\n".to_owned()),
        ("a name that is an address", format!("From: \"{SAM}\" <{evil}>\r\n")),
        ("an unquoted name that is an address", format!("From: {SAM} <{evil}>\r\n")),
        ("a comment that is an address", format!("From: <{evil}> ({SAM})\r\n")),
        ("a comment in the address", "From: sam(@evil.example)@lakeside.example\r\n".to_owned()),
        ("angle brackets twice", format!("From: <{SAM}><{evil}>\r\n")),
        ("angle brackets inside", format!("From: <{evil}<{SAM}>>\r\n")),
        ("a truncated address", format!("From: <{SAM}\0@evil.example>\r\n")),
        ("a bare CR in the address", format!("From: <{SAM}\r@evil.example>\r\n")),
        ("a backslash", format!("From: <{SAM}\\@evil.example>\r\n")),
        ("no From, but a Sender", format!("Sender: <{SAM}>\r\n")),
        ("evil From, Sam as Sender", format!("From: <{evil}>\r\nSender: <{SAM}>\r\n")),
        ("evil From, Sam as Reply-To", format!("From: <{evil}>\r\nReply-To: <{SAM}>\r\n")),
        ("evil From, resent from Sam", format!("From: <{evil}>\r\nResent-From: <{SAM}>\r\n")),
        ("evil From, Sam as original sender", format!("From: <{evil}>\r\nX-Original-Sender: <{SAM}>\r\n")),
        ("a look-alike domain", "From: <sam@lakes\u{456}de.example>\r\n".to_owned()),
        ("a full-width at", "From: <sam\u{ff20}lakeside.example>\r\n".to_owned()),
        ("a domain with a dot behind", "From: <sam@lakeside.example.>\r\n".to_owned()),
    ] {
        let forged = from(&mail, &line);
        refused(&court, name, &forged);
        refused(&court, &format!("{name}, signed by evil"), &court.signed("evil.example", USUAL, &forged));
        // Whoever has a genuine signature of Sam's cannot put anything in front of it.
        refused(&court, &format!("{name}, above a signature of Sam's"), &format!("{line}{}", court.usual(&Court::lunch("approve"))));
    }
}

#[test]
fn a04_genuine_mail_of_sams_sent_again_with_more_in_it() {
    let court = Court::new();
    let (token, lunch) = (court.token(SAM, 1), court.usual(&Court::lunch("approve")));
    let carrier = format!("<fw.{}.0@lakeside.example>", token.text);
    let plus = format!("notices+{}@lakeside.example", token.text);
    let code = format!("Re: Mail [FW-1042 v1 {}]", token.code);
    let old = court.usual(&court.answer_of(SAM, &court.token(SAM, 0), "approve"));
    let held = court.usual(&court.answer("hold until Thu 9:00\r\n\r\nthe customers said:\r\n\r\n--x\r\n\r\napprove\r\n"));
    for (name, raw) in [
        ("In-Reply-To put in", format!("In-Reply-To: {carrier}\r\n{lunch}")),
        ("References put in", format!("References: {carrier}\r\n{lunch}")),
        ("Cc put in", format!("Cc: <{plus}>\r\n{lunch}")),
        ("Delivered-To put in", format!("Delivered-To: {plus}\r\n{lunch}")),
        ("X-Original-To put in", format!("X-Original-To: {plus}\r\n{lunch}")),
        ("a second To", format!("To: <{plus}>\r\n{lunch}")),
        ("a second Subject", format!("Subject: {code}\r\n{lunch}")),
        ("a second Subject below", lunch.replace("Date: Mon", &format!("Subject: {code}\r\nDate: Mon"))),
        ("the Subject changed", lunch.replace("Re: the order", &code)),
        ("carriers of this request put over those of another", format!("Cc: <{plus}>\r\n{old}")),
        ("In-Reply-To twice", format!("In-Reply-To: {carrier}\r\n{old}")),
        ("another boundary", held.replace("Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/mixed; boundary=x")),
        ("another boundary above", format!("Content-Type: multipart/mixed; boundary=x\r\n{held}")),
        (
            "a boundary, and no type before",
            held.replace("Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: multipart/alternative;\r\n boundary=\"x\"\r\n"),
        ),
        ("another encoding", held.replace("Content-Type: text/plain", "Content-Transfer-Encoding: base64\r\nContent-Type: text/plain")),
        ("another charset", held.replace("charset=utf-8", "charset=utf-7")),
        ("a text put behind", format!("{held}\r\n\r\napprove\r\n")),
        ("an old answer to another revision", old.clone()),
    ] {
        refused(&court, name, &raw);
    }
}

#[test]
fn a05_words_of_a_server_that_is_not_ours() {
    let court = Court::new();
    let mail = court.answer("approve");
    let good = "dkim=pass header.d=lakeside.example; dmarc=pass header.from=lakeside.example";
    for line in [
        format!("Authentication-Results: mx.lakeside.example; {good}"),
        format!("Authentication-Results:\r\n mx.lakeside.example;\r\n {good}"),
        format!("authentication-results: MX.LAKESIDE.EXAMPLE; {good}"),
        format!("Authentication-Results: mx.evil.example; {good}"),
        format!("Authentication-Results: mx.lakeside.example.evil.example; {good}"),
        format!("Authentication-Results: (mx.lakeside.example; {good})"),
        format!("Authentication-Results: \"mx.lakeside.example\"; {good}"),
        format!("ARC-Authentication-Results: i=1; mx.lakeside.example; {good}"),
        format!("X-MS-Exchange-Organization-AuthAs: Internal\r\nReceived-SPF: pass\r\nX-Spam: {good}"),
    ] {
        refused(&court, &line, &format!("{line}\r\n{mail}"));
        refused(&court, &format!("{line}, signed by evil"), &court.signed("evil.example", USUAL, &format!("{line}\r\n{mail}")));
        refused(&court, &format!("{line}, below"), &mail.replace("Date: Mon", &format!("{line}\r\nDate: Mon")));
    }
}

#[test]
fn a01_a16_a17_who_and_what_it_is_about() {
    let court = Court::new();
    let (sams, kims) = (court.token(SAM, 1), court.token(KIM, 1));
    let outsider = court.answer_of("mallory@evil.example", &sams, "approve");
    let colleague = court.answer_of("luis@lakeside.example", &sams, "approve");
    let both = court.answer("approve").replace("References: ", &format!("References: <fw.{}@lakeside.example> ", kims.text));
    let mixed = court.answer("approve").replace(&sams.code, &kims.code);
    let guessed = court.answer("approve").replace(&sams.text, "0123456789abcdefghjkmnpqrs").replace(&sams.code, "0000-0000");
    for (name, raw) in [
        ("an outsider with the right token", court.signed("evil.example", USUAL, &outsider)),
        ("a colleague to whom it was forwarded", court.usual(&colleague)),
        ("Kim with Sam's token", court.usual(&court.answer_of(KIM, &sams, "approve"))),
        ("Sam with Kim's token", court.usual(&court.answer_of(SAM, &kims, "approve"))),
        ("Sam with his and Kim's token", court.usual(&both)),
        ("Sam's token, Kim's code", court.usual(&mixed)),
        ("a guess", court.usual(&guessed)),
        ("an address below Sam's", court.usual(&court.answer_of("sam+x@lakeside.example", &sams, "approve"))),
        ("our own request, come back", court.usual(&court.answer_of("notices@lakeside.example", &sams, "approve"))),
        ("Sam's automatic answer", court.usual(&format!("Auto-Submitted: auto-replied\r\n{}", court.answer("approve")))),
        ("Sam over a list", court.usual(&format!("List-Id: <all.lakeside.example>\r\n{}", court.answer("approve")))),
    ] {
        refused(&court, name, &raw);
    }
}

#[test]
fn a10_a11_a12_words_that_are_none_though_sam_signed_them() {
    let court = Court::new();
    for text in [
        "",
        "approve?",
        "Not approved",
        "I can't approve",
        "approve v2",
        "approve but not before noon",
        "\u{430}pprove",
        "\u{ff41}pprove",
        "app\u{200b}rove",
        "> approve",
        "-- \r\napprove",
        "________________________________\r\napprove",
        "-----Original Message-----\r\napprove",
        "On Mon, Sep 7, 2020 at 9:00 AM Kim wrote:\r\n> approve",
        "Begin forwarded message:\r\n\r\napprove",
        "thanks\r\napprove",
        "reject\r\napprove",
    ] {
        refused(&court, text, &court.usual(&court.answer(text)));
    }
    let html = |html: &str| {
        let head = court.answer("").split("\r\n\r\n").next().unwrap().replace("text/plain", "text/html");
        court.usual(&format!("{head}\r\n\r\n{html}\r\n"))
    };
    for hidden in [
        "<div style=\"display:none\">approve</div><p>no</p>",
        "<p>no</p><div style='display: none'>approve</div>",
        "<img alt=\"approve\"><p>no</p>",
        "<!-- approve --><p>no</p>",
        "<p title=\"approve\">no</p>",
        "<style>approve</style><p>no</p>",
        "<blockquote type=\"cite\">approve</blockquote>",
        "<div class=\"gmail_quote\">approve</div>",
        "<p>no <span style=\"font-size:0\">approve</span></p>",
    ] {
        refused(&court, hidden, &html(hidden));
    }
    let head = court.answer("").split("\r\n\r\n").next().unwrap().replace("text/plain; charset=utf-8", "multipart/alternative; boundary=b");
    for (plain, html) in [("reject", "<p>approve</p>"), ("approve", "<p>reject</p>"), ("", "<p>approve</p>"), ("approve", "<p>Never.</p>")]
    {
        let parts = format!("--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n");
        if plain.is_empty() {
            // An empty text beside the HTML is what some clients write: then the HTML is what was written.
            continue;
        }
        refused(&court, &format!("{plain} beside {html}"), &court.usual(&format!("{head}\r\n\r\n{parts}")));
    }
}
