//! Signatures that are none, or not of the sender, or not in full force.

use super::letter::{ALL, Letter};
use super::{Case, SAM, Stage};

pub(super) fn cases(stage: &Stage) -> Vec<Case> {
    let (keys, yes) = (&stage.keys, stage.yes());
    let case = |trick: &str, letter: &Letter| Case::new("a02 unproved", trick, letter);
    let signed = yes.clone().signed(&keys.ours, ALL);
    let no_from: Vec<&str> = ALL.iter().copied().filter(|name| *name != "from").collect();
    let text = |letter: &Letter, from: &str, to: &str| {
        let raw = String::from_utf8(letter.bytes()).unwrap();
        assert!(raw.contains(from), "{from}");
        raw.replacen(from, to, 1).into_bytes()
    };
    let raw = |trick: &str, raw: Vec<u8>| Case::raw("a02 unproved", trick, raw);
    let mut cases = vec![
        case("unsigned", &yes),
        case("signed by an outsider", &yes.clone().signed(&keys.outsider, ALL)),
        case("signed by the provider", &yes.clone().signed(&keys.provider, ALL)),
        case("signed by an outsider under the company's name", &yes.clone().signed(&keys.outsider.named("s1", "harborlight.example"), ALL)),
        case("a selector that is not there", &yes.clone().signed(&keys.ours.named("s9", "harborlight.example"), ALL)),
        case("a selector that no name can be", &yes.clone().signed(&keys.ours.named("a..b", "harborlight.example"), ALL)),
        case(
            "a selector that is longer than a name can be",
            &yes.clone().signed(&keys.ours.named(&"a".repeat(70), "harborlight.example"), ALL),
        ),
        case(
            "a selector with the outsider's name in it",
            &yes.clone().signed(&keys.outsider.named("s1._domainkey.evil.example\0", "harborlight.example"), ALL),
        ),
        case("a domain with a comment in it", &yes.clone().signed(&keys.outsider.named("s1", "harborlight.example(.evil.example"), ALL)),
        case("a key in test mode", &yes.clone().signed(&keys.testing, ALL)),
        case("a key for other services", &yes.clone().signed(&keys.not_for_mail, ALL)),
        case("a key that was taken back", &yes.clone().signed(&keys.revoked, ALL)),
        case("From is not signed", &yes.clone().signed(&keys.ours, &no_from)),
        case("the text is signed in part", &yes.clone().signed_as(&keys.ours, ALL, |signing| signing.body_length(true))),
        case("expired", &expired(yes.clone(), stage)),
        case(
            "an outsider who says that the company lets him sign",
            &yes.clone().signed_as(&keys.outsider, ALL, |signing| signing.atps("harborlight.example")),
        ),
        case(
            "the company's own signature that names another signer",
            &yes.clone().signed_as(&keys.ours, ALL, |signing| signing.atps("evil.example")),
        ),
        raw("one byte of the text", text(&signed, "approve\r\n", "Approve\r\n")),
        raw("one byte of the subject", text(&signed, "Subject: Re: ", "Subject: RE: ")),
        raw("one byte of the date", text(&signed, "10:00:00", "10:00:01")),
        raw("a line behind the text", [signed.bytes(), b"approve\r\n".to_vec()].concat()),
        raw("a text that is gone", {
            let bytes = signed.bytes();
            let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            [bytes[..end].to_vec(), b"approve\r\n".to_vec()].concat()
        }),
        case(
            "the signature of another mail",
            &yes.clone().on_top("DKIM-Signature", stage.reply(SAM, 2, 1, SAM, "approve").signed(&keys.ours, ALL).get("DKIM-Signature")),
        ),
        case(
            "a signature that cannot be read beside",
            &yes.clone().signed(&keys.outsider, ALL).on_top("DKIM-Signature", "v=2; d=harborlight.example"),
        ),
        case(
            "the name of the domain changed in the signature",
            &with_tag(yes.clone().signed(&keys.outsider, ALL), "d=evil.example", "d=harborlight.example"),
        ),
        case(
            "Exchange's word, written by the sender, twice",
            &yes.clone().on_top("X-MS-Exchange-Organization-AuthAs", "Anonymous").below("X-MS-Exchange-Organization-AuthAs", "Internal"),
        ),
        case("Exchange's word for outsiders", &yes.clone().on_top("X-MS-Exchange-Organization-AuthAs", "Anonymous")),
    ];
    // Whoever appends to a text that is signed in part makes the server believe.
    let part = yes.with_body("Not yet, Sam\r\n").signed_as(&keys.ours, ALL, |signing| signing.body_length(true));
    let longer = part.clone().with_body("Not yet, Sam\r\n\r\napprove\r\n");
    cases.push(case("a text signed in part, and more behind it", &longer).fooling_the_server());
    let typed = stage.yes().with_body("Not yet\r\n").signed_as(&keys.ours, &["from", "to", "subject"], |signing| signing.body_length(true));
    let typed = typed.set("Content-Type", "multipart/mixed; boundary=x").with_body("Not yet\r\n--x\r\n\r\napprove\r\n--x--\r\n");
    cases.push(case("a text signed in part, another type, and parts behind it", &typed).fooling_the_server());
    cases
}

fn with_tag(letter: Letter, from: &str, to: &str) -> Letter {
    let signature = letter.get("DKIM-Signature").to_owned();
    assert!(signature.contains(from), "{signature}");
    letter.set("DKIM-Signature", &signature.replacen(from, to, 1))
}

/// Signed so that it was good until the year 2001: the signer counts from now, so the end is written in and the rest signed with it.
fn expired(letter: Letter, stage: &Stage) -> Letter {
    // One second from now is over by the time that it is looked at.
    let signed = letter.signed_as(&stage.keys.ours, ALL, |signing| signing.expiration(1));
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    signed
}
