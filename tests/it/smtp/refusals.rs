//! Answers of 4xx and 5xx: a mail's own, the server's own, and the connection that goes on behind them (rows S01, S04).

use super::{FROM, HELLO, MAIL, TO, fate, hand_over, open, patient, send};
use crate::fakes::smtp::{At, FakeSmtp, Fault};
use forewarn::smtp::{Smtp, SmtpError, Stage};
use forewarn::tls::{Credentials, Secret};

#[tokio::test]
async fn s01_a_refusal_at_any_stage_is_named_and_nothing_is_sent() {
    for (at, stage) in [
        (At::Greeting, Stage::Connect),
        (At::Ehlo, Stage::Connect),
        (At::Mail, Stage::Mail),
        (At::Rcpt, Stage::Rcpt),
        (At::Data, Stage::Data),
        (At::Dot, Stage::Dot),
    ] {
        for (code, answer) in [(451, "451-4.3.0 not\r\n451 4.3.0 now"), (421, "421 4.3.2 closing"), (550, "550 5.7.1 never")] {
            let fake = FakeSmtp::with().fault(Fault::at(at).times(1).says(answer)).start();
            let error = send(&fake, patient()).await.unwrap_err();
            let about_the_server = stage == Stage::Connect;
            let expected = if code == 550 && !about_the_server { "refused" } else { "later" };
            assert_eq!(fate(&error), (expected, Some(stage), Some(code)), "{at:?} {answer}: {error}");
            assert_eq!(error.is_about_the_server(), about_the_server, "{error}");
            assert!(error.to_string().contains(&code.to_string()), "{error}");
            assert!(fake.mails().is_empty(), "{at:?} {answer}");
            send(&fake, patient()).await.unwrap();
            assert_eq!(fake.mails().len(), 1, "{at:?} {answer}: tried again once");
        }
    }
}

#[tokio::test]
async fn s01_a_refusal_at_sign_in_is_never_the_mails_own() {
    let fake = FakeSmtp::with().password("sam", "pw").start();
    let credentials = Credentials { user: "sam".into(), mailbox: None, secret: Secret::Password("pw".into()) };
    for (answer, expected) in [
        ("454 4.7.0 temporary failure", ("later", Some(Stage::SignIn), Some(454))),
        ("421 4.7.0 too many sessions", ("later", Some(Stage::SignIn), Some(421))),
        ("535 5.7.8 no", ("password refused", None, None)),
    ] {
        fake.add(Fault::at(At::Auth).times(1).says(answer));
        let error = Smtp::open(&fake.server(), Some(&credentials), HELLO).await.err().unwrap();
        assert_eq!(fate(&error), expected, "{error}");
        assert!(error.is_about_the_server() && error.breaks_connection(), "{error}");
    }
    let mut smtp = open(&fake).await.unwrap();
    let error = hand_over(&mut smtp, TO, MAIL).await.unwrap_err();
    assert!(matches!(error, SmtpError::SignInNeeded { .. }) && error.is_about_the_server(), "{error}");
}

#[tokio::test]
async fn s04_one_recipients_refusal_leaves_the_connection_to_the_others() {
    let fake = FakeSmtp::start();
    fake.add(Fault::at(At::Rcpt).to("full@customer.example").says("452 4.2.2 mailbox full"));
    fake.add(Fault::at(At::Rcpt).to("grey@customer.example").times(2).says("450 4.7.1 greylisted, come again"));
    fake.add(Fault::at(At::Rcpt).to("gone@customer.example").says("550 5.5.0 try another way"));
    fake.add(Fault::at(At::Data).to("data@customer.example").times(1).says("451 4.3.0 not now"));
    fake.add(Fault::at(At::Dot).to("spam@customer.example").says("554 5.7.1 this is spam"));
    let mut smtp = open(&fake).await.unwrap();
    for (name, expected) in [
        ("full", Some(("later", Stage::Rcpt, 452))),
        ("a", None),
        ("grey", Some(("later", Stage::Rcpt, 450))),
        ("gone", Some(("refused", Stage::Rcpt, 550))),
        ("data", Some(("later", Stage::Data, 451))),
        ("spam", Some(("refused", Stage::Dot, 554))),
        ("b", None),
        ("grey", Some(("later", Stage::Rcpt, 450))),
        ("grey", None),
        ("data", None),
    ] {
        let to = format!("{name}@customer.example");
        let result = hand_over(&mut smtp, &to, MAIL).await;
        match expected {
            None => assert!(result.unwrap().starts_with("250 2.0.0 taken as "), "{name}"),
            Some((what, stage, code)) => {
                let error = result.unwrap_err();
                assert_eq!(fate(&error), (what, Some(stage), Some(code)), "{name}: {error}");
                assert!(!error.breaks_connection() && !error.is_about_the_server(), "{name}: {error}");
            }
        }
        assert!(smtp.is_usable(), "{name}");
    }
    smtp.quit().await;
    let taken: Vec<_> = fake.mails().into_iter().map(|mail| mail.to.concat()).collect();
    assert_eq!(taken, ["a@customer.example", "b@customer.example", "grey@customer.example", "data@customer.example"]);
    let [heard] = fake.heard().try_into().unwrap();
    assert_eq!(heard.matches("RSET\r\n").count(), 5, "one for each refusal behind MAIL and before the mail's text: {heard}");
    assert!(heard.ends_with("QUIT\r\n"), "{heard}");
}

#[tokio::test]
async fn s04_a_throttle_ends_the_connection_and_nothing_is_lost() {
    let fake =
        FakeSmtp::with().fault(Fault::at(At::Mail).after_mails(2).says_and_closes("421 4.7.0 too many mails on this connection")).start();
    let mut sent = 0;
    while sent < 5 {
        let mut smtp = open(&fake).await.unwrap();
        loop {
            match hand_over(&mut smtp, TO, MAIL).await {
                Ok(_) => sent += 1,
                Err(error) => {
                    assert_eq!(fate(&error), ("later", Some(Stage::Mail), Some(421)), "{error}");
                    assert!(error.breaks_connection() && !smtp.is_usable());
                    break;
                }
            }
        }
    }
    assert_eq!(fake.mails().len(), sent);
}

#[tokio::test]
async fn a_sender_that_is_not_ours_is_no_mails_own_fault() {
    let fake = FakeSmtp::start();
    for (at, answer) in [
        (At::Mail, "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        (At::Rcpt, "553 5.7.1 <noc@harbor.example>: Sender address rejected: not owned by user sam"),
        (At::Dot, "554 5.2.252 SendAsDenied; sam@harbor.example not allowed to send as noc@harbor.example"),
    ] {
        fake.add(Fault::at(at).times(1).says(answer));
        let error = send(&fake, patient()).await.unwrap_err();
        assert_eq!(fate(&error).0, "may not send as", "{error}");
        assert!(error.is_about_the_server() && error.to_string().contains(FROM), "{error}");
    }
    assert!(fake.mails().is_empty());
}

#[tokio::test]
async fn s11_an_address_that_servers_read_otherwise_never_reaches_one() {
    let fake = FakeSmtp::start();
    let mut smtp = open(&fake).await.unwrap();
    let long = format!("{}@customer.example", "a".repeat(300));
    for to in [
        "sam@customer.example>\r\nRCPT TO:<eve@evil.example",
        "a@b.example,c@d.example",
        "säm@customer.example",
        "sam@bäckerei.example",
        "\"sam lee\"@customer.example",
        "sam@customer.example> NOTIFY=NEVER",
        "",
        &long,
    ] {
        assert_eq!(fate(&smtp.offer(FROM, to, MAIL, "id").await.unwrap_err()).0, "unsendable", "{to:?}");
        assert!(smtp.offer(to, "nobody", MAIL, "id").await.is_err());
    }
    assert!(smtp.is_usable(), "nothing of it was said");
    smtp.offer("", TO, MAIL, "id").await.unwrap();
    smtp.deliver(MAIL).await.unwrap();
    assert_eq!(fake.mails()[0].from, "", "the null sender is one");
    let heard = fake.heard().concat();
    assert_eq!((heard.matches("MAIL FROM").count(), heard.matches("RCPT TO").count()), (1, 1), "{heard}");
}
