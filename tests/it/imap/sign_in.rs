//! Getting in: certificates, STARTTLS, what is offered, and what is said to whom.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forewarn::imap::{Imap, ImapError};
use forewarn::model::{Security, Server};
use forewarn::tls::{ConnectError, Credentials, Secret};

use super::{MAIL, inbox, password, token};
use crate::certificates::Authority;
use crate::fakes::imap::{FakeImap, Mailbox, Step, send};

async fn refused(fake: &FakeImap, credentials: &Credentials) -> ImapError {
    Imap::open(&fake.server(), credentials).await.unwrap_err()
}

fn starting_tls(authority: &Authority) -> FakeImap {
    FakeImap::presenting(authority.issue(&["localhost"]), Some(authority.file.clone()), Security::StartTls, Mailbox::of(&[MAIL]))
}

fn answers(fake: &FakeImap) -> Vec<String> {
    let decoded = |line: &String| String::from_utf8(STANDARD.decode(line).ok()?).ok();
    fake.commands().iter().filter_map(decoded).filter(|answer| answer.contains(['\0', '\u{1}'])).collect()
}

#[tokio::test]
async fn i20_a_password_refused_three_times_is_then_accepted() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    fake.change(|mailbox| mailbox.refuse_sign_in = vec!["[AUTHENTICATIONFAILED] Authentication failed.".into(); 3]);
    for _ in 0..3 {
        let error = refused(&fake, &password()).await;
        assert!(matches!(error, ImapError::PasswordRefused { .. }) && error.is_permanent(), "{error}");
        assert!(!error.to_string().contains("s3cret"));
    }
    let mut imap = Imap::open(&fake.server(), &password()).await.unwrap();
    assert_eq!(imap.examine(&inbox()).await.unwrap().messages, Some(1));
}

#[tokio::test]
async fn i20_refusals_have_their_real_names() {
    let fake = FakeImap::plain(Mailbox::default());
    for (words, expected) in [
        ("LOGIN failed. Basic authentication is disabled.", "does not let a password sign in"),
        ("[ALERT] Application-specific password required: https://support.example/185833", "does not let a password sign in"),
        ("[UNAVAILABLE] Temporary authentication failure.", "is not available now"),
        ("[LIMIT] Maximum number of connections exceeded", "is not available now"),
        ("[ALERT] Too many simultaneous connections.", "is not available now"),
        ("[INUSE] locked", "is not available now"),
        ("User is authenticated but not connected.", "does not open the mailbox"),
        ("LOGIN failed.", "refuses the password (LOGIN failed.)"),
    ] {
        fake.change(|mailbox| mailbox.refuse_sign_in = vec![words.into()]);
        let error = refused(&fake, &password()).await;
        assert!(error.to_string().contains(expected), "{words}: {error}");
        assert_eq!(error.is_permanent(), !expected.contains("not available"), "{error}");
    }
    // What the server offers can rule a way out before anything is said.
    let before = fake.commands().len();
    fake.change(|mailbox| mailbox.capabilities = "IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER".into());
    assert!(matches!(refused(&fake, &password()).await, ImapError::PasswordsOff { .. }));
    fake.change(|mailbox| mailbox.capabilities = "IMAP4rev1 AUTH=PLAIN".into());
    assert!(matches!(refused(&fake, &token()).await, ImapError::TokensOff { .. }));
    assert_eq!(fake.commands()[before..], ["CAPABILITY", "CAPABILITY"]);
}

#[tokio::test]
async fn i20_a_refused_token_is_told_from_a_refused_password() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    let error = refused(&fake, &token()).await;
    assert!(matches!(error, ImapError::TokenRefused { .. }) && error.is_permanent(), "{error}");
    assert!(error.to_string().contains("scope for IMAP") && !error.to_string().contains("t0ken"), "{error}");
    assert_eq!(fake.commands().last().unwrap(), "", "the server's question is answered with an empty line");
    fake.change(|mailbox| mailbox.token = Some("t0ken".into()));
    Imap::open(&fake.server(), &token()).await.unwrap();
    assert_eq!(answers(&fake).last().unwrap(), "user=noc@harbor.example\u{1}auth=Bearer t0ken\u{1}\u{1}");
}

#[tokio::test]
async fn a_shared_mailbox_is_named_in_what_is_sent() {
    let fake = FakeImap::plain(Mailbox::default());
    fake.change(|mailbox| {
        mailbox.token = Some("t0ken".into());
        mailbox.shared = vec!["maintenance@harbor.example".into()];
    });
    let of = |mailbox: &str, credentials: Credentials| Credentials { mailbox: Some(mailbox.into()), ..credentials };
    Imap::open(&fake.server(), &of("maintenance@harbor.example", password())).await.unwrap();
    Imap::open(&fake.server(), &of("maintenance@harbor.example", token())).await.unwrap();
    assert_eq!(
        answers(&fake),
        ["maintenance@harbor.example\0noc@harbor.example\0s3cret", "user=maintenance@harbor.example\u{1}auth=Bearer t0ken\u{1}\u{1}",]
    );
    for credentials in [password(), token()] {
        let error = refused(&fake, &of("board@harbor.example", credentials)).await;
        assert!(matches!(error, ImapError::NoAccess { .. }) && error.is_permanent(), "{error}");
    }
    fake.change(|mailbox| mailbox.capabilities = "IMAP4rev1 AUTH=LOGIN".into());
    let error = refused(&fake, &of("maintenance@harbor.example", password())).await;
    assert!(matches!(error, ImapError::PasswordsOff { .. }), "{error}");
    assert!(!fake.commands().iter().any(|command| command.starts_with("LOGIN")));
}

#[tokio::test]
async fn passwords_are_quoted_or_go_as_plain() {
    let fake = FakeImap::plain(Mailbox::default());
    for (secret, login) in [("a\\\"b c", true), ("", true), ("grün", false), ("a\r\nF9 DELETE x", false)] {
        fake.change(|mailbox| mailbox.password = secret.into());
        let credentials = Credentials { secret: Secret::Password(secret.into()), ..password() };
        let before = fake.commands().len();
        Imap::open(&fake.server(), &credentials).await.unwrap();
        let commands = fake.commands().split_off(before);
        assert_eq!(commands[1].starts_with("LOGIN"), login, "{secret:?}");
        assert_eq!(commands[1] == "AUTHENTICATE PLAIN", !login, "{secret:?}");
    }
    let nul = Credentials { secret: Secret::Password("a\0b".into()), ..password() };
    assert!(matches!(refused(&fake, &nul).await, ImapError::PasswordRefused { .. }));
}

#[tokio::test]
async fn i21_no_login_goes_to_a_server_that_is_not_trusted() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (authority, other) = (Authority::new(ours.path()), Authority::new(theirs.path()));
    for (issued, ca_file, expected) in [
        (authority.issue_until(&["localhost"], 2021), Some(&authority.file), "it has expired"),
        (authority.issue(&["mail.example"]), Some(&authority.file), "for another host"),
        (authority.issue(&["localhost"]), Some(&other.file), "no authority of"),
        (authority.issue(&["localhost"]), None, "no authority that this machine knows"),
        (crate::certificates::self_signed(&["localhost"]), Some(&authority.file), "no authority of"),
    ] {
        for security in [Security::Implicit, Security::StartTls] {
            let issued = crate::certificates::Issued { certificate: issued.certificate.clone(), key: issued.key.clone() };
            let fake = FakeImap::presenting(issued, ca_file.cloned(), security, Mailbox::default());
            if security == Security::StartTls {
                fake.script(vec![send("* OK ready\r\n"), Step::Expect("STARTTLS"), send("{tag} OK go\r\n"), Step::StartTls, Step::Serve]);
            }
            let error = refused(&fake, &password()).await;
            assert!(matches!(error, ImapError::Connect(ConnectError::Certificate { .. })) && error.is_permanent(), "{error}");
            assert!(error.to_string().contains(expected), "{error} should say {expected}");
            let said = fake.commands();
            assert!(said.is_empty() || said == ["STARTTLS"], "{said:?}");
        }
    }
}

#[tokio::test]
async fn i21_tls_1_0_is_refused() {
    let fake = FakeImap::plain(Mailbox::default());
    // A record of TLS 1.0 with a ServerHello that chooses TLS 1.0 and TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246 section 7.4.1.3).
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    fake.script(vec![Step::Send(hello), Step::Silence]);
    let server = Server { security: Security::Implicit, ..fake.server() };
    let error = Imap::open(&server, &password()).await.unwrap_err();
    assert!(matches!(error, ImapError::Connect(ConnectError::Tls { .. })) && error.is_permanent(), "{error}");
    assert!(error.to_string().contains("TLS 1.2"), "{error}");
    assert!(!fake.commands().iter().any(|line| line.contains("LOGIN")));
}

#[tokio::test]
async fn n1_bytes_behind_the_answer_to_starttls_are_tampering() {
    let dir = tempfile::tempdir().unwrap();
    let fake = starting_tls(&Authority::new(dir.path()));
    let begin = || vec![send("* OK ready\r\n"), Step::Expect("STARTTLS")];
    fake.script([begin(), vec![send("{tag} OK go\r\nF1 OK you are in\r\n"), Step::StartTls, Step::Serve]].concat());
    let error = refused(&fake, &password()).await;
    assert!(matches!(error, ImapError::Connect(ConnectError::Tampered { .. })) && error.is_permanent(), "{error}");
    assert_eq!(fake.commands(), ["STARTTLS"]);
    // The same without them gets in.
    let able = "* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n";
    let inside = vec![Step::Expect("CAPABILITY"), send(able), Step::Expect("LOGIN"), send("{tag} OK in\r\n"), Step::Serve];
    fake.script([begin(), vec![send("{tag} OK go\r\n"), Step::StartTls], inside].concat());
    let mut imap = Imap::open(&fake.server(), &password()).await.unwrap();
    assert_eq!(imap.examine(&inbox()).await.unwrap().messages, Some(1));
}

#[tokio::test]
async fn n3_nothing_is_said_without_tls() {
    let dir = tempfile::tempdir().unwrap();
    let fake = starting_tls(&Authority::new(dir.path()));
    fake.script(vec![send("* PREAUTH welcome\r\n"), Step::Silence]);
    let error = refused(&fake, &password()).await;
    assert!(matches!(error, ImapError::Connect(ConnectError::Tampered { .. })), "{error}");
    assert!(fake.commands().is_empty());
    for answer in ["{tag} BAD unknown command\r\n", "{tag} NO not now\r\n"] {
        fake.script(vec![send("* OK [CAPABILITY IMAP4rev1] ready\r\n"), Step::Expect("STARTTLS"), send(answer), Step::Silence]);
        let error = refused(&fake, &password()).await;
        assert!(matches!(error, ImapError::NoStartTls { .. }) && error.is_permanent(), "{error}");
    }
    fake.script(vec![send("* BYE too many connections from your host\r\n")]);
    assert!(matches!(refused(&fake, &password()).await, ImapError::Unavailable { .. }));
    fake.script(vec![send("220 mail.example ESMTP\r\n"), Step::Silence]);
    assert!(matches!(refused(&fake, &password()).await, ImapError::Garbled { .. }));
    assert_eq!(fake.commands(), ["STARTTLS", "STARTTLS"]);
    // With TLS a greeting that skips the sign-in is no better.
    let plain = FakeImap::plain(Mailbox::default());
    plain.script(vec![send("* PREAUTH welcome\r\n"), Step::Silence]);
    assert!(matches!(refused(&plain, &password()).await, ImapError::Connect(ConnectError::Tampered { .. })));
    assert!(plain.commands().is_empty());
}

#[tokio::test]
async fn n4_only_what_is_said_within_tls_counts() {
    let dir = tempfile::tempdir().unwrap();
    let fake = starting_tls(&Authority::new(dir.path()));
    // Before TLS it claims tokens; within, passwords alone.
    let claimed = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=XOAUTH2] ready\r\n";
    let within = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done\r\n";
    let begin = vec![
        send(claimed),
        Step::Expect("STARTTLS"),
        send("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n{tag} OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] go\r\n"),
        Step::StartTls,
        Step::Expect("CAPABILITY"),
        send(within),
    ];
    fake.script([begin.clone(), vec![Step::Silence]].concat());
    assert!(matches!(refused(&fake, &token()).await, ImapError::TokensOff { .. }));
    // And what it says once we are signed in replaces what it said before.
    let after = "* CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED\r\n{tag} OK done\r\n";
    let signing = vec![
        Step::Expect("LOGIN"),
        send("{tag} OK [CAPABILITY IMAP4rev1 ODD] in\r\n"),
        Step::Expect("CAPABILITY"),
        send(after),
        Step::Serve,
    ];
    fake.script([begin, signing].concat());
    Imap::open(&fake.server(), &password()).await.unwrap().folders().await.unwrap();
    assert_eq!(fake.commands().last().unwrap(), r#"LIST "" "*" RETURN (SPECIAL-USE)"#);
}

#[tokio::test]
async fn n5_logindisabled_is_heeded_and_an_alert_is_escaped() {
    let fake = FakeImap::plain(Mailbox::default());
    fake.change(|mailbox| mailbox.capabilities = "IMAP4rev1 LOGINDISABLED AUTH=PLAIN".into());
    let error = refused(&fake, &password()).await;
    assert!(matches!(error, ImapError::PasswordsOff { .. }) && error.is_permanent(), "{error}");
    assert_eq!(fake.commands(), ["CAPABILITY"]);

    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    fake.change(|mailbox| {
        mailbox.capabilities = "IMAP4rev1".into();
        mailbox.refuse_sign_in = vec!["[ALERT] \u{1b}]0;owned\u{7} pay now".into()];
    });
    let error = refused(&fake, &password()).await;
    assert!(error.to_string().contains("\\u{1b}]0;owned\\u{7} pay now"), "{error}");
    let mut imap = Imap::open(&fake.server(), &password()).await.unwrap();
    let alert = crate::fakes::imap::Instead::First(b"* NO [ALERT] \x1b]0;owned\x07 disk is full\r\n".to_vec());
    fake.change(|mailbox| mailbox.instead.push(("EXAMINE".into(), alert)));
    imap.examine(&inbox()).await.unwrap();
    let logged = log.text();
    assert!(logged.contains("disk is full") && logged.contains("pay now"), "{logged}");
    assert!(!logged.contains(['\u{1b}', '\u{7}']), "{logged:?}");
    assert!(!logged.contains("s3cret"), "O02: {logged}");
}

#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
