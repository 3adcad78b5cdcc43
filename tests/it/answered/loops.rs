//! A mailbox that forwards our mails back to us: nothing is answered (A20).

use std::fs;

use super::{Court, Outcome, ReplyOutcome, SAM, approves, files};

/// The request that Sam got, as it left.
fn request(court: &Court) -> String {
    let found = files(&court.dir.path().join("out").join(SAM).join("new"));
    String::from_utf8(fs::read(found.first().unwrap()).unwrap()).unwrap()
}

/// Ways in which a mailbox forwards by itself.
fn forwarded(raw: &str, number: usize) -> Vec<(&'static str, String)> {
    let subject = forewarn::mail::parse(raw.as_bytes()).subject;
    let text = "Answer \"approve\" to tell 6 customers.\r\nOr: edit | reject WHY\r\n";
    let head = format!(
        "Message-ID: <forward-{number}@mx.example>\r\nFrom: Sam <{SAM}>\r\nTo: noc@harborlight.example\r\nSubject: FW: {subject}\r\n\
         MIME-Version: 1.0\r\n"
    );
    let from = |raw: &str| {
        let line = |line| if str::starts_with(line, "From: ") { "From: Sam <sam@harborlight.example>" } else { line };
        raw.lines().map(line).collect::<Vec<_>>().join("\r\n")
    };
    let without = |raw: &str, name: &str| raw.lines().filter(|line| !line.starts_with(name)).collect::<Vec<_>>().join("\r\n");
    let by = "From: Harborlight Forewarn <forewarn@harborlight.example>\r\n";
    let block = format!("{by}Sent: Tuesday, September 1, 2020 10:05 AM\r\nTo: Sam\r\nSubject: {subject}\r\n\r\n{text}");
    let gmail = format!("{by}Date: Tue, Sep 1, 2020 at 10:05 AM\r\nSubject: {subject}\r\nTo: Sam\r\n\r\n{text}");
    let attached = "Content-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n";
    vec![
        ("redirected", format!("X-Forwarded-To: noc@harborlight.example\r\n{raw}")),
        ("redirected, From rewritten", from(raw)),
        ("redirected, From rewritten, Auto-Submitted gone", without(&from(raw), "Auto-Submitted")),
        ("as an attachment", format!("{head}{attached}{raw}\r\n--f--\r\n")),
        ("inline, as Outlook", format!("{head}\r\n________________________________\r\n{block}")),
        ("inline, as Outlook in plain text", format!("{head}\r\n-----Original Message-----\r\n{block}")),
        ("inline, as Gmail", format!("{head}\r\n---------- Forwarded message ---------\r\n{gmail}")),
    ]
}

#[tokio::test]
async fn a20_a_request_that_is_forwarded_back_in_any_way_is_not_answered() {
    let court = Court::new().await;
    for (way, raw) in forwarded(&request(&court), 0) {
        let effects = court.effects(&court.read(raw.as_bytes())).await;
        assert_eq!(effects.outcome, Some(Outcome::Automatic), "{way}");
        assert!(effects.outgoing.is_empty() && effects.decisions.is_empty() && effects.requests.is_empty(), "{way}: {effects:?}");
    }
    // A mail that goes round among servers.
    let received = "Received: from a.example by b.example; Tue, 1 Sep 2020 15:09:00 +0000\r\n".repeat(26);
    let raw = "Message-ID: <1@client.example>\r\nFrom: <sam@harborlight.example>\r\nTo: <{to}>\r\nSubject: Re: {subject}\r\n\
               In-Reply-To: <{message-id}>\r\n\r\nhm\r\n";
    let effects = court.effects(&court.read(&court.filled(format!("{received}{raw}").as_bytes()))).await;
    assert_eq!((effects.outcome, effects.outgoing.len()), (Some(Outcome::Automatic), 0));
    let effects = court.effects(&court.read(&court.filled(raw.as_bytes()))).await;
    assert_eq!(effects.outcome, Some(Outcome::Reply(ReplyOutcome::Unclear)), "the same mail by the straight way is answered with help");
}

#[tokio::test]
async fn a20_a_mailbox_that_forwards_everything_gets_no_second_mail_for_it() {
    for way in 0..7 {
        let court = Court::new().await;
        let before = court.got(SAM).len();
        let mut seen = 0;
        for round in 0..3 {
            let mails = files(&court.dir.path().join("out").join(SAM).join("new"));
            for path in &mails[seen..] {
                let (_, raw) = forwarded(&String::from_utf8(fs::read(path).unwrap()).unwrap(), round).swap_remove(way);
                assert_eq!(court.arrives(&format!("back-{way}-{round}"), raw.as_bytes()).await, Outcome::Automatic);
            }
            seen = mails.len();
        }
        assert_eq!(court.got(SAM).len(), before, "way {way}");
    }
}

#[tokio::test]
async fn a20_a_person_who_forwards_a_request_with_a_word_is_heard() {
    let court = Court::new().await;
    let (_, raw) = forwarded(&request(&court), 0).swap_remove(6);
    for (said, approved) in [("approve", true), ("who knows?", false)] {
        let raw = raw.replacen("\r\n\r\n", &format!("\r\n\r\n{said}\r\n\r\n"), 1);
        let effects = court.effects(&court.read(raw.as_bytes())).await;
        assert_eq!(approves(&effects), approved, "{said}: {:?}", effects.outcome);
        assert!(!effects.outgoing.is_empty(), "somebody is answered: {said}");
    }
}
