//! Genuine signed mails of an approver, sent again with what was not signed changed: to another request, or to another reading.

use super::letter::{ALL, AS_GOOGLE, AS_MICROSOFT, LITTLE, Letter};
use super::{Case, INES, SAM, Stage};

pub(super) fn cases(stage: &Stage) -> Vec<Case> {
    [carriers(stage), whole_genuine(stage), readings(stage), many(stage)].into_iter().flatten().collect()
}

fn case(trick: impl Into<String>, letter: &Letter) -> Case {
    Case::new("a04 replay", trick, letter)
}

/// The yes was about something else; a carrier of the wanted request is put in where the signature does not reach.
fn carriers(stage: &Stage) -> Vec<Case> {
    let keys = &stage.keys;
    let wanted = stage.yes();
    let colleague = Letter::new(&[
        ("Message-ID", "<lunch@laptop.harborlight.example>"),
        ("Date", "Fri, 4 Sep 2020 10:00:00 -0500"),
        ("From", &format!("Sam Okafor <{SAM}>")),
        ("To", &format!("<{INES}>")),
        ("Subject", "Re: lunch at twelve?"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ])
    .with_body("ok\r\n\r\nSam\r\n");
    let other = stage.reply(SAM, 2, 1, SAM, "approve");
    let former = stage.reply(SAM, 1, 1, SAM, "approve");
    let mut cases = Vec::new();
    for (what, base) in [("lunch", &colleague), ("another request", &other), ("the former revision", &former)] {
        for field in ["To", "Subject", "In-Reply-To", "References"] {
            let signed = base.clone().signed(&keys.ours, LITTLE);
            let mut moved = signed.clone();
            for carrier in ["To", "Subject", "In-Reply-To", "References"] {
                moved = moved.without(carrier);
            }
            cases.push(case(format!("{what}, and {field} of the wanted request"), &moved.set(field, wanted.get(field))));
        }
        let signed = base.clone().signed(&keys.ours, AS_GOOGLE);
        cases.push(case(format!("{what}, and Cc to the wanted request"), &signed.clone().set("Cc", wanted.get("To"))));
        cases.push(case(
            format!("{what}, and Delivered-To the wanted request"),
            &signed.clone().on_top("Delivered-To", token_address(&wanted)),
        ));
        cases.push(case(
            format!("{what}, and X-Original-To the wanted request"),
            &signed.clone().on_top("X-Original-To", token_address(&wanted)),
        ));
        cases.push(case(format!("{what}, and a second subject"), &signed.clone().on_top("Subject", wanted.get("Subject"))));
        cases.push(case(format!("{what}, and a second To"), &signed.clone().on_top("To", wanted.get("To"))));
        cases.push(case(format!("{what}, and a second To below"), &signed.below("To", wanted.get("To"))));
        let signed = base.clone().signed(&keys.ours, AS_MICROSOFT);
        cases.push(case(format!("{what}, as Microsoft signs, with all unsigned carriers"), &{
            signed.set("To", wanted.get("To")).set("In-Reply-To", wanted.get("In-Reply-To")).set("References", wanted.get("References"))
        }));
        // Servers on the way write Delivered-To; a signature over one does not cover the one above it.
        let signed = base.clone().below("Delivered-To", "noc@harborlight.example").signed(&keys.ours, &["from", "date", "delivered-to"]);
        let mut moved = signed.on_top("Delivered-To", token_address(&wanted));
        for carrier in ["To", "Subject", "In-Reply-To", "References"] {
            moved = moved.without(carrier);
        }
        cases.push(case(format!("{what}, with a signed Delivered-To below the other"), &moved));
    }
    // Signed by a part or the whole of the company: the server takes it for the author's (DMARC's relaxed alignment).
    let moved = colleague.signed(&keys.part, LITTLE).set("To", wanted.get("To"));
    cases.push(case("lunch, signed by a part of the company, and To the wanted request", &moved).fooling_the_server());
    cases
}

fn token_address(letter: &Letter) -> &str {
    let to = letter.get("To");
    to.split_once('<').unwrap().1.trim_end_matches('>')
}

/// A yes that would count, with more in its headers than an honest one has.
fn whole_genuine(stage: &Stage) -> Vec<Case> {
    let signed = stage.yes().signed(&stage.keys.ours, ALL);
    let mut cases = Vec::new();
    for name in [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Content-Type",
        "MIME-Version",
        "Content-Transfer-Encoding",
    ] {
        let value = signed.get(name).to_owned();
        cases.push(case(format!("{name} stands twice"), &signed.clone().on_top(name, &value)));
    }
    cases
        .push(case("Reply-To stands twice", &signed.clone().on_top("Reply-To", "<a@evil.example>").on_top("Reply-To", "<b@evil.example>")));
    cases.push(case("an outsider's Content-Type above", &signed.on_top("Content-Type", "text/html")));
    cases
}

/// The text says something else, and is made to show other lines.
fn readings(stage: &Stage) -> Vec<Case> {
    let ours = &stage.keys.ours;
    // No host signs less than these two of what says how the text is to be read.
    let plain = |body: &str| stage.yes().with_body(body).signed(ours, AS_GOOGLE);
    let two = "--b\r\nContent-Type: text/plain\r\n\r\nNot yet.\r\n--c\r\nContent-Type: text/plain\r\n\r\napprove\r\n--c--\r\n--b--\r\n";
    let parts = stage.yes().set("Content-Type", "multipart/mixed; boundary=b").with_body(two).signed(ours, AS_GOOGLE);
    let nested = "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nNot yet.\r\n--c--\r\n--b\r\n\
                  Content-Type: text/plain\r\n\r\napprove\r\n--b--\r\n";
    let nested = stage.yes().set("Content-Type", "multipart/mixed; boundary=b").with_body(nested).signed(ours, AS_GOOGLE);
    let base64 = stage.yes().with_body("Tm90IHlldA==\r\n").set("Content-Transfer-Encoding", "base64").signed(ours, AS_GOOGLE);
    vec![
        case("another boundary", &parts.clone().set("Content-Type", "multipart/mixed; boundary=c")),
        case("another boundary, folded and quoted", &parts.clone().set("Content-Type", "multipart/mixed;\r\n boundary=\"c\"")),
        case("two boundaries", &parts.clone().set("Content-Type", "multipart/mixed; boundary=b; boundary=c")),
        case("a boundary in pieces", &parts.clone().set("Content-Type", "multipart/mixed; boundary*0=c")),
        case("no type at all", &parts.clone().without("Content-Type")),
        case("a mail within", &parts.set("Content-Type", "message/rfc822")),
        case("the inner boundary outside", &nested.set("Content-Type", "multipart/mixed; boundary=c")),
        case(
            "the boundary that a text quotes",
            &plain("Not yet, see\r\n--x\r\n\r\napprove\r\n").set("Content-Type", "multipart/mixed; boundary=x"),
        ),
        case(
            "the boundary with which a text begins",
            &plain("--\r\n\r\napprove\r\n").set("Content-Type", "multipart/mixed; boundary=\"\""),
        ),
        case("text as HTML", &plain("<!-- not yet: -->\r\n<p>approve</p>\r\nwas what I said before").set("Content-Type", "text/html")),
        case("text as HTML that hides", &plain("Not yet <!--\r\n-->\r\napprove").set("Content-Type", "text/html")),
        case("HTML as text", &{
            stage
                .yes()
                .set("Content-Type", "text/html")
                .with_body("<p>approve\r\nof nothing before Friday</p>")
                .signed(ours, AS_GOOGLE)
                .set("Content-Type", "text/plain")
        }),
        case("flowed lines cut", &plain("approve \r\nthe other one, not this\r\n")),
        case("text as quoted-printable", &plain("approve=\r\n of nothing =\r\n").set("Content-Transfer-Encoding", "quoted-printable")),
        case("quoted-printable as text", &plain("approve=20of nothing\r\n").set("Content-Transfer-Encoding", "7bit")),
        case(
            "a text that decodes to a yes",
            &plain("YXBwcm92ZQo= is how one would write it\r\n").set("Content-Transfer-Encoding", "base64"),
        ),
        case("base64 as text", &base64.set("Content-Transfer-Encoding", "7bit")),
        case("text in UTF-7", &plain("+AGEAcABwAHIAbwB2AGU- would be a yes\r\n").set("Content-Type", "text/plain; charset=utf-7")),
        case("a text all in UTF-7", &plain("+AGEAcABwAHIAbwB2AGU-\r\n").set("Content-Type", "text/plain; charset=utf-7")),
        case(
            "a character that is a new line elsewhere",
            &plain("approve\u{85}of nothing\r\n").set("Content-Type", "text/plain; charset=utf-8"),
        ),
        // The library that checks leaves a bare return out of what it hashes.
        case("a bare return put into the text", &{
            let signed = plain("approve of nothing before Friday\r\n");
            let body = signed.body.replace("approve ", "approve\r ");
            signed.with_body(&body)
        }),
        case("a bare return put into the text behind a line", &{
            let signed = plain("approve of nothing before Friday\r\n");
            let body = signed.body.replacen("approve ", "\r\napprove\r\r ", 1);
            signed.with_body(&body)
        }),
    ]
}

/// So many of one thing that what matters is not looked at any more.
fn many(stage: &Stage) -> Vec<Case> {
    let (ours, wanted) = (&stage.keys.ours, stage.yes());
    let lunch =
        wanted.clone().without("In-Reply-To").without("References").set("To", "<ines@harborlight.example>").set("Subject", "Re: lunch");
    let signed = lunch.with_body("ok\r\n").signed(ours, LITTLE).set("To", wanted.get("To"));
    let claims = "v=1; a=rsa-sha256; d=harborlight.example; s=s1; h=from:to:subject:content-type:in-reply-to:references; bh=AAAA; b=AAAA";
    let mut more = signed.clone();
    for _ in 0..25 {
        more = more.on_top("DKIM-Signature", claims);
    }
    let codes = |letter: Letter| {
        let many: String = (0..2_000).map(|number| format!(" [FW-1 v2 {number:04}-0000]")).collect();
        let subject = format!("{}{many}", letter.get("Subject"));
        letter.set("Subject", &subject)
    };
    vec![
        case("signatures that claim all, above the one that says little", &more),
        case("a signature that claims all beside the one that says little", &signed.on_top("DKIM-Signature", claims)),
        case("thousands of codes", &codes(wanted.clone()).without("To").without("In-Reply-To").without("References").signed(ours, ALL)),
        case("a thousand tokens in To", &{
            let many: String = (0..999).map(|number| format!(", <forewarn+{number:026}@harborlight.example>")).collect();
            let to = format!("{}{many}", wanted.get("To"));
            wanted.set("To", &to).signed(ours, ALL)
        }),
    ]
}
