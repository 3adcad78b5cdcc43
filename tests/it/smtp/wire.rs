//! The bytes on the wire are those of the mail (row S12), and there are many mails a second.

use super::{FROM, HELLO, MAIL, TO, fate, hand_over, open, patient};
use crate::fakes::smtp::FakeSmtp;
use chrono::DateTime;
use forewarn::mail::outgoing::{Written, freeze};
use forewarn::model::{Mailbox, Security};
use forewarn::smtp::Smtp;
use std::time::Duration;

#[tokio::test]
async fn s12_what_arrives_is_what_was_frozen_to_the_byte() {
    let fake = FakeSmtp::start();
    let mut smtp = open(&fake).await.unwrap();
    let large = [b"x: y\r\n\r\n".to_vec(), b".dots and text\r\n..\r\n.\r\n".repeat(20_000)].concat();
    let mails: [&[u8]; 8] = [
        MAIL,
        b".\r\n",
        b"..\r\n.\r\n.a\r\n\r\n.\r\n",
        b"no body\r\n\r\n",
        b"\r\n",
        b"\r\n\r\n\r\n",
        &[vec![b'.'; 998], b"\r\n".to_vec()].concat(),
        &large,
    ];
    for bytes in mails {
        hand_over(&mut smtp, TO, bytes).await.unwrap();
        let taken = fake.mails().pop().unwrap();
        assert_eq!(taken.bytes, bytes, "no line was added, cut or changed");
        assert!(taken.wire.ends_with(b"\r\n.\r\n") && (taken.from.as_str(), taken.to.as_slice()) == (FROM, &[TO.to_owned()]));
        let stuffed = |line: &[u8]| !line.starts_with(b".") || line.starts_with(b"..");
        let text = taken.wire.strip_suffix(b".\r\n").unwrap();
        assert!(text.split(|byte| *byte == b'\n').all(stuffed), "a dot at a line's start is doubled");
    }
    assert_eq!(fake.heard().len(), 1, "on one connection");
}

#[tokio::test]
async fn s12_a_text_that_could_end_the_mail_early_never_reaches_the_wire() {
    let fake = FakeSmtp::with().offers(&[]).start();
    let mut smtp = open(&fake).await.unwrap();
    let long = [vec![b'x'; 10_000], b"\r\n".to_vec()].concat();
    let texts: [&[u8]; 9] = [
        b"hello\n.\nMAIL FROM:<evil@x.example>\n",
        b"hello\r\n\n.\r\n\r\n",
        b"hello\r\n.\rMAIL FROM:<evil@x.example>\r\n",
        b"hello\r.\r\r\n",
        b"hello\r\n.\n\r\n",
        b"a\0b\r\n",
        "grün\r\n".as_bytes(),
        b"no end",
        &long,
    ];
    for bytes in texts {
        assert_eq!(fate(&smtp.offer(FROM, TO, bytes, "id").await.unwrap_err()).0, "unsendable", "{:?}", String::from_utf8_lossy(bytes));
    }
    assert!(smtp.is_usable());
    assert_eq!(fake.heard().concat(), format!("EHLO {HELLO}\r\n"), "not one byte of it was said");
    smtp.offer(FROM, TO, MAIL, "id").await.unwrap();
    assert_eq!(fate(&smtp.deliver(b"hello\n.\n").await.unwrap_err()).0, "unsendable", "nor in place of what was offered");
    assert!(!smtp.is_usable() && fake.mails().is_empty());
}

#[tokio::test]
async fn s12_a_frozen_notice_with_hostile_text_arrives_whole() {
    let mailbox = |address: &str| Mailbox { name: "Nächte \u{202E}".into(), address: address.into() };
    let written = Written {
        from: mailbox(FROM),
        to: mailbox(TO),
        reply_to: None,
        subject: format!("x\r\nBcc: eve@evil.example {}", "ü".repeat(400)),
        text: format!("\n.\n.\r\n..\rbare\u{FFFD}\u{0}\n{}\n.", "ä".repeat(10_000)),
        html: Some(format!("<p>\n.\n{}</p>", "x".repeat(10_000))),
        message_id: "17@harbor.example".into(),
        in_reply_to: None,
        references: Vec::new(),
        date: DateTime::from_timestamp(1_900_000_000, 0).unwrap(),
        extra: Vec::new(),
        attachments: Vec::new(),
    };
    let frozen = freeze(&written).unwrap();
    let fake = FakeSmtp::with().offers(&[]).start();
    let mut smtp = open(&fake).await.unwrap();
    hand_over(&mut smtp, TO, &frozen.bytes).await.unwrap();
    let taken = fake.mails().pop().unwrap();
    assert_eq!(taken.bytes, frozen.bytes);
    assert!(taken.wire.split(|byte| *byte == b'\n').all(|line| line.is_empty() || line.ends_with(b"\r") && line.len() <= 999));
}

#[tokio::test]
async fn the_envelope_asks_for_bounces_where_the_server_offers_them() {
    let fake = FakeSmtp::with().offers(&["DSN", "8bitmime", "Size 100000"]).start();
    let mut smtp = open(&fake).await.unwrap();
    smtp.offer(FROM, TO, MAIL, "notice:17+a=b").await.unwrap();
    smtp.deliver(MAIL).await.unwrap();
    let eight = "x: y\r\n\r\ngrün\r\n".as_bytes();
    hand_over(&mut smtp, TO, eight).await.unwrap();
    let heard = fake.heard().concat();
    for line in [
        format!("MAIL FROM:<{FROM}> SIZE={} RET=HDRS ENVID=notice:17+2Ba+3Db\r\n", MAIL.len()),
        format!("MAIL FROM:<{FROM}> BODY=8BITMIME SIZE={} RET=HDRS ENVID=notice:17\r\n", eight.len()),
        format!("RCPT TO:<{TO}> NOTIFY=FAILURE\r\n"),
    ] {
        assert!(heard.contains(&line), "{heard} should hold {line}");
    }
    let mut smtp = open(&fake).await.unwrap();
    assert_eq!(fate(&smtp.offer(FROM, TO, MAIL, "a b").await.unwrap_err()).0, "unsendable");
}

#[tokio::test]
async fn many_mails_a_second_leave_on_one_connection() {
    // Without TCP_NODELAY each would wait 40 ms for the acknowledgement of the text before its dot.
    for security in [Security::Plain, Security::Implicit] {
        let fake = FakeSmtp::with().security(security).start();
        let mut smtp = Smtp::open_within(&fake.server(), None, HELLO, patient()).await.unwrap();
        let sending = async {
            for _ in 0..300 {
                hand_over(&mut smtp, TO, MAIL).await.unwrap();
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(8), sending).await.is_ok(), "{security:?}");
        fake.heal();
        assert_eq!(fake.mails().len(), 300);
    }
}
