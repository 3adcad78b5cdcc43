//! Who seems to have written: another person's token, addresses that two programs read differently, names that look like the company's.
//!
//! After espoofer's list (Chen, Paxson, Jiang, "Composition Kills", USENIX Security 2020), written anew: what it calls A1 to A19 and
//! three for mail programs. Where a trick is meant to fool the mail server, the server falls for it here.

use super::letter::{ALL, Letter};
use super::{Case, DOMAIN, INES, OURS, SAM, Stage};

pub(super) fn cases(stage: &Stage) -> Vec<Case> {
    [wrong_sender(stage), two_readings(stage), look_alikes(stage), ourselves(stage)].into_iter().flatten().collect()
}

/// The token is right, and whoever writes is proved, and is somebody else.
fn wrong_sender(stage: &Stage) -> Vec<Case> {
    let (keys, yes) = (&stage.keys, stage.yes());
    let from = |address: &str| yes.clone().set("From", address);
    let of_ines = stage.reply(SAM, 1, 2, INES, "approve");
    let case = |trick: &str, letter: Letter| Case::new("a01 wrong sender", trick, &letter);
    vec![
        case("an outsider who has seen the request", from("Sam Okafor <eve@evil.example>").signed(&keys.outsider, ALL)),
        case("the provider's own desk", from("Sam Okafor <notices@northfield.example>").signed(&keys.provider, ALL)),
        case("a colleague who is no approver", from("Sam Okafor <bob@harborlight.example>").signed(&keys.ours, ALL)),
        case("a colleague with an own token", from(&format!("<{INES}>")).signed(&keys.ours, ALL)),
        case("a colleague's token in one's own name", of_ines.clone().signed(&keys.ours, ALL)),
        case("a colleague's code in one's own subject", yes.clone().set("Subject", of_ines.get("Subject")).signed(&keys.ours, ALL)),
        case("the support address", from("<support@harborlight.example>").signed(&keys.ours, ALL)),
        case("Sam at a part of the company", from("<sam@lists.harborlight.example>").signed(&keys.part, ALL)),
        case("Sam with a plus", from("<sam+x@harborlight.example>").signed(&keys.ours, ALL)),
        case("Sam with a dot at the end", from("<sam@harborlight.example.>").signed(&keys.ours, ALL)),
        case("an alias with a letter more", from("<sam.okafor2@harborlight.example>").signed(&keys.ours, ALL)),
        case("Sam's local part elsewhere", from("<sam@evil.example>").signed(&keys.outsider, ALL)),
        case("Sam in Sender alone", from("<eve@evil.example>").set("Sender", &format!("<{SAM}>")).signed(&keys.outsider, ALL)),
        case("Sam in Reply-To alone", from("<eve@evil.example>").set("Reply-To", &format!("<{SAM}>")).signed(&keys.outsider, ALL)),
        case("Sam in Resent-From alone", from("<eve@evil.example>").on_top("Resent-From", SAM).signed(&keys.outsider, ALL)),
        case("Sam in X-Original-Sender", from("<eve@evil.example>").on_top("X-Original-Sender", SAM).signed(&keys.outsider, ALL)),
        case("Sam in Return-Path alone", from("<eve@evil.example>").on_top("Return-Path", &format!("<{SAM}>")).signed(&keys.outsider, ALL)),
        case(
            "no From at all",
            yes.clone().without("From").set("Sender", &format!("<{SAM}>")).signed(&keys.ours, &["sender", "to", "subject"]),
        ),
    ]
}

/// From as one program reads it, and as another does.
fn two_readings(stage: &Stage) -> Vec<Case> {
    let evil = &stage.keys.outsider;
    let yes = stage.yes();
    let values = [
        ("an empty sender", String::new()),
        ("two mailboxes", format!("<{SAM}>, <eve@evil.example>")),
        ("two mailboxes, the other way", format!("<eve@evil.example>, <{SAM}>")),
        ("two mailboxes without a comma", format!("<{SAM}> <eve@evil.example>")),
        ("two mailboxes, the first quoted away", format!("\"<{SAM}>, \" <eve@evil.example>")),
        ("a list with nothing in it first", format!(",,<{SAM}>,<eve@evil.example>")),
        ("a group", format!("staff: {SAM};")),
        ("a group with both", format!("staff: {SAM}, eve@evil.example;")),
        ("a route", format!("<@evil.example:{SAM}>")),
        ("a route of two", format!("<@harborlight.example,@evil.example:{SAM}>")),
        ("a route to the outsider", format!("<@{DOMAIN}:eve@evil.example>")),
        ("an address as a name", format!("\"{SAM}\" <eve@evil.example>")),
        ("an address as a bare name", format!("{SAM} <eve@evil.example>")),
        ("an address in a comment", format!("eve@evil.example ({SAM})")),
        ("a comment within the address", format!("sam(eve@evil.example)@{DOMAIN}")),
        ("a comment that does not end", format!("({SAM} <eve@evil.example>")),
        ("an encoded address", "=?utf-8?q?sam=40harborlight.example?=".to_owned()),
        ("an encoded address in brackets", "<=?utf-8?b?c2FtQGhhcmJvcmxpZ2h0LmV4YW1wbGU=?=>".to_owned()),
        ("an encoded address before the other", "=?utf-8?b?c2FtQGhhcmJvcmxpZ2h0LmV4YW1wbGU=?= <eve@evil.example>".to_owned()),
        ("an encoded address that ends in a NUL", "=?utf-8?q?sam=40harborlight.example=00?=@evil.example".to_owned()),
        ("a quoted local part with the address", format!("\"{SAM}\"@evil.example")),
        ("a quoted local part with an @", format!("\"eve@evil.example\"@{DOMAIN}, <{SAM}>")),
        ("a quoted pair", format!("<{SAM}\\>, <eve@evil.example>")),
        ("a quote that does not end", format!("\"{SAM} <eve@evil.example>")),
        ("a semicolon between", format!("{SAM}; eve@evil.example")),
        ("a NUL behind the address", format!("<{SAM}\0@evil.example>")),
        ("a NUL before the other", format!("<{SAM}>\0, <eve@evil.example>")),
        ("a bare return between two", format!("<{SAM}>\r <eve@evil.example>")),
        ("a character that is not seen", "<sam@harbor\u{200b}light.example>".to_owned()),
        ("brackets in brackets", format!("<<{SAM}>eve@evil.example>")),
        ("a bracket that does not end", format!("<{SAM}")),
    ];
    let mut cases: Vec<Case> = values
        .iter()
        .map(|(trick, value)| Case::new("a03 two readings", *trick, &yes.clone().set("From", value).signed(evil, ALL)).fooling_the_server())
        .collect();
    let signed = yes.clone().set("From", "<eve@evil.example>").signed(evil, ALL);
    let more = |trick: &str, letter: &Letter| Case::new("a03 two readings", trick, letter).fooling_the_server();
    let sam = format!("<{SAM}>");
    cases.extend([
        more("two From fields", &signed.clone().on_top("From", &sam)),
        more("two From fields, below", &signed.clone().below("From", &sam)),
        more("two From fields in other letters", &signed.clone().on_top("fROM", &sam)),
        more("From with a space before the colon", &signed.clone().on_top("From ", &sam)),
        more("From with a tab before the colon", &signed.clone().on_top("From\t", &sam)),
        more("From after a space", &signed.clone().on_top(" From", &sam)),
        more("From whose name is folded", &signed.clone().on_top("From\r\n ", &sam)),
        more("From whose value begins in the next line", &signed.clone().on_top("From", &format!("\r\n {sam}"))),
        more("From with a NUL in its name", &signed.clone().on_top("From\0", &sam)),
        more("From with an unseen character in its name", &signed.clone().on_top("From\u{200b}", &sam)),
        more("From behind a bare line feed", &signed.clone().on_top("X-Note", &format!("x\nFrom: {sam}"))),
        more("From behind a bare return", &signed.clone().on_top("X-Note", &format!("x\rFrom: {sam}"))),
        more("From behind an empty folded line", &signed.clone().on_top("X-Note", &format!("x\r\n \r\nFrom: {sam}"))),
        more("From behind a line that is no field", &signed.clone().on_top("X-Note", &format!("x\r\nnothing\r\nFrom: {sam}"))),
        more("From in Sender's place too", &signed.clone().on_top("Sender", &sam).on_top("Sender", "<eve@evil.example>").set("From", &sam)),
        more(
            "an envelope line of an mbox on top",
            &signed.clone().on_top("From sam@harborlight.example Sat Sep  5 10", "00:00 2020").set("From", &sam),
        ),
    ]);
    cases
}

/// Domains that a person takes for the company's.
fn look_alikes(stage: &Stage) -> Vec<Case> {
    let (keys, yes) = (&stage.keys, stage.yes());
    let case = |trick: &str, from: &str, signer: &super::Signer| {
        Case::new("a03 look-alike", trick, &yes.clone().set("From", &format!("Sam Okafor <{from}>")).signed(signer, ALL))
    };
    vec![
        case("a one for an l", "sam@harborl1ght.example", &keys.look_alike),
        case("the company as a part of another", "sam@harborlight.example.evil.example", &keys.longer),
        case("a part of the company for the whole", SAM, &keys.part),
        case("the top for the company", SAM, &keys.parent),
        case("a letter of another script", "sam@h\u{430}rborlight.example", &keys.outsider),
        case("the same letters in their wide form", "sam@\u{ff48}arborlight.example", &keys.outsider),
        case("a soft hyphen within", "sam@harbor\u{ad}light.example", &keys.ours),
        case("another dot", "sam@harborlight\u{3002}example", &keys.ours),
        case("letters of the local part in another script", "s\u{430}m@harborlight.example", &keys.ours),
    ]
}

/// What we wrote ourselves comes back.
fn ourselves(stage: &Stage) -> Vec<Case> {
    let (keys, yes) = (&stage.keys, stage.yes());
    let case = |trick: &str, letter: Letter| Case::new("ours reflected", trick, &letter);
    vec![
        Case::raw("ours reflected", "the request as it left", stage.request(1, 2, SAM)),
        case("a yes in our own name", yes.clone().set("From", &format!("<{OURS}>")).signed(&keys.ours, ALL)),
        case("a yes in our own name with Sam beside", yes.clone().set("From", &format!("<{OURS}>, <{SAM}>")).signed(&keys.ours, ALL)),
        case("the request, resent by an outsider", {
            let request = String::from_utf8(stage.request(1, 2, SAM)).unwrap();
            let (_, body) = request.split_once("\r\n\r\n").unwrap();
            yes.set("From", &format!("<{SAM}>")).with_body(body).signed(&keys.outsider, ALL)
        }),
    ]
}
