//! Somebody on the way: what comes before TLS is not believed, and what comes before it was asked for is no answer (row N2).

use super::{FROM, HELLO, MAIL, TO, fate, hand_over, open, patient};
use crate::certificates::Authority;
use crate::fakes::smtp::{At, FakeSmtp, Fault};
use forewarn::model::Security;
use forewarn::smtp::{Smtp, SmtpError, Stage};
use forewarn::tls::{ConnectError, Credentials, Secret};
use std::time::Duration;

fn credentials() -> Credentials {
    Credentials { user: "sam".into(), mailbox: None, secret: Secret::Password("pw".into()) }
}

#[tokio::test]
async fn n2_what_is_injected_before_the_handshake_ends_the_connection() {
    let injected = "220 go ahead\r\n250-evil-injected\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken";
    let fake = FakeSmtp::with().security(Security::StartTls).password("sam", "pw").fault(Fault::at(At::StartTls).says(injected)).start();
    let error = Smtp::open_within(&fake.server(), Some(&credentials()), HELLO, patient()).await.err().unwrap();
    assert!(matches!(error, SmtpError::Connect(ConnectError::Tampered { .. })), "{error}");
    assert_eq!(fake.heard().concat(), format!("EHLO {HELLO}\r\nSTARTTLS\r\n"), "nothing was said behind it");
}

#[tokio::test]
async fn n2_what_is_injected_into_the_handshake_breaks_it() {
    // The server's 220 comes twice: once alone, once a moment later, where the handshake should be.
    let fake = FakeSmtp::with().security(Security::StartTls).password("sam", "pw").start();
    fake.add(Fault::at(At::Ehlo).times(1).says("250-fake\r\n250 STARTTLS"));
    fake.add(Fault::at(At::StartTls).says("220 go ahead"));
    fake.add(Fault::at(At::Greeting).waits(Duration::from_millis(1)));
    let mut server = fake.server();
    server.ca_file = None;
    let error = Smtp::open_within(&server, Some(&credentials()), HELLO, patient()).await.err().unwrap();
    assert!(matches!(error, SmtpError::Connect(ConnectError::Certificate { .. })), "{error}");
    assert!(!fake.heard().concat().contains("AUTH"));
}

#[tokio::test]
async fn n2_what_the_server_offers_before_tls_is_forgotten() {
    let fake = FakeSmtp::with().security(Security::StartTls).offers(&[]).start();
    fake.add(Fault::at(At::Ehlo).times(1).says("250-fake\r\n250-DSN\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 STARTTLS"));
    let error = Smtp::open_within(&fake.server(), Some(&credentials()), HELLO, patient()).await.err().unwrap();
    assert_eq!(fate(&error).0, "password sign-in off", "{error}");
    let mut smtp = open(&fake).await.unwrap();
    fake.add(Fault::at(At::Ehlo).times(1).says("250-fake\r\n250-DSN\r\n250 STARTTLS"));
    hand_over(&mut smtp, TO, MAIL).await.unwrap();
    assert!(fake.heard().concat().contains("MAIL FROM:<noc@harbor.example>\r\n"), "no DSN was offered within TLS");
}

#[tokio::test]
async fn n2_without_starttls_nothing_more_is_said() {
    for (at, answer, words) in [
        (At::Ehlo, "250-fake\r\n250 AUTH PLAIN", "does not offer STARTTLS"),
        (At::StartTls, "502 5.5.1 no such command", "refuses STARTTLS"),
        (At::StartTls, "454 4.7.0 TLS is not available", "454"),
        (At::Greeting, "554 5.3.2 go away", "554"),
        (At::Ehlo, "421 4.3.2 closing", "421"),
    ] {
        let fake = FakeSmtp::with().security(Security::StartTls).password("sam", "pw").fault(Fault::at(at).says(answer)).start();
        let error = Smtp::open_within(&fake.server(), Some(&credentials()), HELLO, patient()).await.err().unwrap();
        assert!(error.is_about_the_server() && error.to_string().contains(words), "{error} should say {words}");
        let heard = fake.heard().concat();
        assert!(!heard.contains("AUTH") && !heard.contains("MAIL") && heard.matches("EHLO").count() <= 1, "{heard}");
    }
}

#[tokio::test]
async fn n2_an_answer_before_its_question_is_none() {
    // Answers for RCPT, DATA and the dot arrive together: a client that takes them in turn thinks that the mail was taken.
    let fake = FakeSmtp::with().fault(Fault::at(At::Rcpt).says("250 ok\r\n354 go\r\n250 taken")).start();
    let mut smtp = open(&fake).await.unwrap();
    let error = smtp.offer(FROM, TO, MAIL, "id").await.unwrap_err();
    assert_eq!(fate(&error), ("later", Some(Stage::Data), None), "{error}");
    assert!(error.to_string().contains("before it was asked") && !smtp.is_usable(), "{error}");

    let fake = FakeSmtp::with().fault(Fault::at(At::Data).says("354 go\r\n250 taken")).start();
    let mut smtp = open(&fake).await.unwrap();
    let error = hand_over(&mut smtp, TO, MAIL).await.unwrap_err();
    assert_eq!(fate(&error), ("later", Some(Stage::Data), None), "{error}");
    assert!(fake.mails().is_empty() && !fake.heard().concat().contains("Subject"), "the text was not written");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_told_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let other = Authority::new(dir.path());
    for security in [Security::Implicit, Security::StartTls] {
        for (name, until, ca, words) in [
            ("localhost", 2021, None, "expired"),
            ("mail.example", 2099, None, "another host"),
            ("localhost", 2099, Some(&other.file), "no authority of"),
        ] {
            let fake = FakeSmtp::with().security(security).password("sam", "pw").certificate(name, until).start();
            let mut server = fake.server();
            if let Some(ca) = ca {
                server.ca_file = Some(ca.clone());
            }
            let error = Smtp::open_within(&server, Some(&credentials()), HELLO, patient()).await.err().unwrap();
            assert!(matches!(error, SmtpError::Connect(ConnectError::Certificate { .. })) && error.to_string().contains(words), "{error}");
            let expected = if security == Security::StartTls { format!("EHLO {HELLO}\r\nSTARTTLS\r\n") } else { String::new() };
            assert_eq!(fake.heard().concat(), expected, "{security:?} {words}");
        }
    }
}
