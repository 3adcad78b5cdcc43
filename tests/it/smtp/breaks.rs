//! Connections that break or fall silent: before the dot a mail may be tried again, behind it nobody knows (rows S01, S02, S03, S14).

use super::{FROM, HELLO, MAIL, TO, fate, hand_over, impatient, open, patient, send, within};
use crate::fakes::smtp::{At, FakeSmtp, Fault};
use forewarn::smtp::{Smtp, SmtpError, Stage};
use forewarn::tls::{Credentials, Secret};
use std::time::Duration;

fn breaks(at: At) -> [(Fault, &'static str); 4] {
    [
        (Fault::at(at).closes(), "closed"),
        (Fault::at(at).resets(), "reset"),
        (Fault::at(at).falls_silent(), "silent"),
        (Fault::at(at).says_and_closes("25"), "half an answer"),
    ]
}

#[tokio::test]
async fn s01_a_break_before_the_dot_is_safe_to_try_again() {
    for (at, stage) in [
        (At::Greeting, Stage::Connect),
        (At::Ehlo, Stage::Connect),
        (At::Mail, Stage::Mail),
        (At::Rcpt, Stage::Rcpt),
        (At::Data, Stage::Data),
    ] {
        for (fault, how) in breaks(at) {
            let fake = FakeSmtp::with().fault(fault.times(1)).start();
            let error = send(&fake, if how == "silent" { impatient() } else { patient() }).await.unwrap_err();
            assert_eq!(fate(&error), ("later", Some(stage), None), "{at:?} {how}: {error}");
            assert!(error.breaks_connection(), "{at:?} {how}: {error}");
            assert!(error.to_string().contains("localhost:"), "the server is named: {error}");
            send(&fake, patient()).await.unwrap();
            assert_eq!(fake.mails().len(), 1, "{at:?} {how}");
        }
    }
}

#[tokio::test]
async fn s01_a_break_at_sign_in_is_safe_to_try_again() {
    let credentials = Credentials { user: "sam".into(), mailbox: None, secret: Secret::Password("pw".into()) };
    for (fault, how) in breaks(At::Auth) {
        let fake = FakeSmtp::with().password("sam", "pw").fault(fault).start();
        let patience = if how == "silent" { impatient() } else { patient() };
        let error = Smtp::open_within(&fake.server(), Some(&credentials), HELLO, patience).await.err().unwrap();
        assert_eq!(fate(&error), ("later", Some(Stage::SignIn), None), "{how}: {error}");
        assert!(error.is_about_the_server(), "{how}: {error}");
    }
}

#[tokio::test]
async fn s01_nobody_listening_is_no_mails_own_fault() {
    let fake = FakeSmtp::start();
    let (server, port) = (fake.server(), fake.server().port);
    drop(fake);
    let error = Smtp::open(&server, None, HELLO).await.err().unwrap();
    assert_eq!(fate(&error).0, "connect", "{error}");
    assert!(error.is_about_the_server() && error.breaks_connection());
    let back = FakeSmtp::with().port(port).start();
    send(&back, patient()).await.unwrap();
}

/// A mail that no socket swallows whole.
fn large() -> Vec<u8> {
    let line = [vec![b'x'; 98], b"\r\n".to_vec()].concat();
    [MAIL.to_vec(), line.repeat(200_000)].concat()
}

#[tokio::test]
async fn s01_a_break_within_the_text_is_safe_to_try_again() {
    let large = large();
    for (fault, words) in [
        (Fault::at(At::Body).closes(), "broke"),
        (Fault::at(At::Body).resets(), "broke"),
        (Fault::at(At::Body).waits(Duration::from_secs(3600)), "was silent"),
        (Fault::at(At::Body).says_and_closes("552 5.3.4 too large for us"), "552 5.3.4 too large"),
    ] {
        let fake = FakeSmtp::with().fault(fault).start();
        // The kernel takes the text in pieces; each has its own deadline.
        let mut smtp = Smtp::open_within(&fake.server(), None, HELLO, within(Duration::from_secs(2))).await.unwrap();
        smtp.offer(FROM, TO, &large, "id").await.unwrap();
        let error = smtp.deliver(&large).await.unwrap_err();
        assert_eq!(fate(&error), ("later", Some(Stage::Data), None), "{words}: {error}");
        // An RST throws away what the server had said before it.
        assert!(error.to_string().contains(words) || words.starts_with("552"), "{error} should say {words}");
        assert!(!smtp.is_usable() && fake.mails().is_empty());
    }
}

#[tokio::test]
async fn s02_a_break_behind_the_dot_leaves_the_mail_unknown() {
    for keeps in [false, true] {
        for (fault, how) in breaks(At::Dot) {
            let fault = if keeps { fault.keeps() } else { fault };
            let fake = FakeSmtp::with().fault(fault).start();
            let mut smtp =
                Smtp::open_within(&fake.server(), None, HELLO, if how == "silent" { impatient() } else { patient() }).await.unwrap();
            let error = hand_over(&mut smtp, TO, MAIL).await.unwrap_err();
            assert!(matches!(error, SmtpError::Unknown { .. }), "{how}, keeps {keeps}: {error}");
            assert!(error.breaks_connection() && !error.is_about_the_server() && !smtp.is_usable(), "{how}: {error}");
            assert!(error.to_string().contains("localhost:"), "{error}");
            assert_eq!(fake.mails().len(), usize::from(keeps), "{how}: the server alone knows");
        }
    }
}

#[tokio::test]
async fn s03_a_server_that_takes_the_mail_and_leaves_has_it_once() {
    let fake = FakeSmtp::with().fault(Fault::at(At::Dot).to(TO).times(1).keeps().closes()).start();
    let error = send(&fake, patient()).await.unwrap_err();
    assert_eq!(fate(&error).0, "unknown", "{error}");
    let mut smtp = open(&fake).await.unwrap();
    hand_over(&mut smtp, "other@customer.example", MAIL).await.unwrap();
    let to: Vec<_> = fake.mails().into_iter().map(|mail| mail.to.concat()).collect();
    assert_eq!(to, [TO, "other@customer.example"], "nothing was sent again by itself");
}

#[tokio::test]
async fn s02_a_late_answer_within_the_deadline_is_an_answer() {
    let fake = FakeSmtp::with().fault(Fault::at(At::Dot).waits(Duration::from_millis(700))).start();
    let mut patience = impatient();
    patience.dot = Duration::from_secs(20);
    assert_eq!(send(&fake, patience).await.unwrap(), "250 2.0.0 taken as 1");
}

#[tokio::test]
async fn s02_answers_in_odd_forms_are_read_and_unreadable_ones_are_no_acceptance() {
    let long_line = format!("250 {}", "x".repeat(1200));
    let no_end = "x".repeat(5000);
    let many_lines = format!("{}250 ok", format!("250-{}\r\n", "x".repeat(900)).repeat(200));
    let good: [&[u8]; 4] = [b"250", b"250 angenommen, sch\xF6n", b"250-a\r\n250-\r\n250 b", b"250-a\n250 b"];
    let bad: [&[u8]; 7] =
        [b"OK", b"999 what", b"250-a\r\n550 b", b"354 go on", long_line.as_bytes(), no_end.as_bytes(), many_lines.as_bytes()];
    for answer in good {
        for at in [At::Mail, At::Rcpt, At::Dot] {
            let fake = FakeSmtp::with().fault(Fault::at(at).keeps().says(answer)).start();
            let mut smtp = open(&fake).await.unwrap();
            let result = hand_over(&mut smtp, TO, MAIL).await;
            assert!(result.is_ok() && smtp.is_usable(), "{at:?} {:?}: {result:?}", String::from_utf8_lossy(answer));
            hand_over(&mut smtp, TO, MAIL).await.unwrap();
        }
    }
    for answer in bad {
        for (at, stage) in [(At::Greeting, Stage::Connect), (At::Mail, Stage::Mail), (At::Rcpt, Stage::Rcpt)] {
            // A greeting of any 2xx or 3xx, and of any length within reason, is one.
            if at == At::Greeting && answer.starts_with(b"354") {
                continue;
            }
            let fake = FakeSmtp::with().fault(Fault::at(at).says_and_closes(answer)).start();
            let error = send(&fake, patient()).await.unwrap_err();
            assert_eq!(fate(&error), ("later", Some(stage), None), "{at:?} {:?}: {error}", String::from_utf8_lossy(answer));
            assert!(error.to_string().len() < 500, "server text is cut: {error}");
        }
        let fake = FakeSmtp::with().fault(Fault::at(At::Dot).keeps().says(answer)).start();
        let error = send(&fake, impatient()).await.unwrap_err();
        assert_eq!(fate(&error).0, "unknown", "{:?}: {error}", String::from_utf8_lossy(answer));
        assert!(error.to_string().len() < 500 && !error.to_string().contains(char::is_control), "server text is cut: {error}");
    }
    let fake = FakeSmtp::with().fault(Fault::at(At::Data).says("250 no 354")).start();
    let error = send(&fake, patient()).await.unwrap_err();
    assert_eq!(fate(&error), ("later", Some(Stage::Data), None), "{error}");
}

#[tokio::test]
async fn s14_what_is_abandoned_or_dropped_before_the_dot_was_not_sent() {
    let fake = FakeSmtp::start();
    let mut smtp = open(&fake).await.unwrap();
    smtp.offer(FROM, TO, MAIL, "id").await.unwrap();
    assert!(!smtp.is_usable(), "another mail cannot be offered in between");
    assert_eq!(fate(&smtp.offer(FROM, TO, MAIL, "id").await.unwrap_err()), ("later", Some(Stage::Mail), None));
    smtp.abandon();

    let mut smtp = open(&fake).await.unwrap();
    assert_eq!(fate(&smtp.deliver(MAIL).await.unwrap_err()), ("later", Some(Stage::Data), None), "nothing was offered");
    assert!(!smtp.is_usable());

    let stuck = FakeSmtp::with().fault(Fault::at(At::Rcpt).falls_silent()).start();
    let mut smtp = open(&stuck).await.unwrap();
    let offering = smtp.offer(FROM, TO, MAIL, "id");
    assert!(tokio::time::timeout(Duration::from_millis(200), offering).await.is_err());
    assert!(!smtp.is_usable(), "a call that was dropped leaves nothing half said");
    smtp.quit().await;

    let stuck = FakeSmtp::with().fault(Fault::at(At::Body).falls_silent()).start();
    let large = large();
    let mut smtp = open(&stuck).await.unwrap();
    smtp.offer(FROM, TO, &large, "id").await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(300), smtp.deliver(&large)).await.is_err());
    assert!(!smtp.is_usable());
    drop(smtp);
    assert!(fake.mails().is_empty() && stuck.mails().is_empty());
    assert!(!fake.heard().concat().contains("\r\n.\r\n"));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_found_out_before_a_mail() {
    let fake = FakeSmtp::with().fault(Fault::at(At::Dot).keeps().says("250 ok\r\n421 4.4.2 idle for too long")).start();
    let mut smtp = open(&fake).await.unwrap();
    hand_over(&mut smtp, TO, MAIL).await.unwrap();
    let error = hand_over(&mut smtp, TO, MAIL).await.unwrap_err();
    assert_eq!(fate(&error), ("later", Some(Stage::Mail), None), "{error}");
    assert!(error.to_string().contains("421 4.4.2 idle"), "{error}");
    assert_eq!(fake.mails().len(), 1);
}
