//! That the two servers do what the stories take for granted.

use super::{AUTHSERV, MailServer, PASSWORD, Programs, READER, members, padded};
use async_imap::{Authenticator, Client, Session};
use forewarn::clock::Clock;
use forewarn::mail::auth::proof;
use forewarn::model::{AuthMode, Automatic, Security};
use forewarn::tls::{Wire, connect, plain_line, upgrade};
use std::path::PathBuf;

const NOC: &str = "noc@harborlight.example";
const SAM: &str = "sam@harborlight.example";
const PROVIDER: &str = "notices@northfield.example";

/// A mail from somebody, with a forged word of our own server and another server's true one.
fn mail(from: &str) -> String {
    format!(
        "Message-ID: <one@northfield.example>\nFrom: <{from}>\nSubject: Work on mail01\nAuthentication-Results: {AUTHSERV};\n dmarc=pass header.from=harborlight.example\n\
         authentication-results: mx.northfield.example; dmarc=pass header.from=harborlight.example\n\n.a line with a dot\n"
    )
}

/// A session signed in by this means.
async fn session(server: &MailServer, security: Security, means: Means<'_>) -> Result<Session<Wire>, String> {
    let place = server.imap(security);
    let mut wire = connect(&place).await.unwrap();
    if security == Security::StartTls {
        plain_line(&place, &mut wire).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut wire, b"A STARTTLS\r\n").await.unwrap();
        assert!(plain_line(&place, &mut wire).await.unwrap().starts_with("A OK"));
        wire = upgrade(&place, wire).await.unwrap();
    }
    let mut client = Client::new(wire);
    if security != Security::StartTls {
        client.read_response().await.unwrap();
    }
    let done = match means {
        Means::Login(user, password) => client.login(user, password).await,
        Means::Sasl(name, answer) => client.authenticate(name, Says(vec![answer])).await,
    };
    done.map_err(|(error, _)| error.to_string())
}

enum Means<'a> {
    Login(&'a str, &'a str),
    Sasl(&'a str, String),
}

/// Answers the first challenge with this, and each further one with nothing.
struct Says(Vec<String>);

impl Authenticator for Says {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.pop().unwrap_or_default()
    }
}

/// How many mails a session sees in INBOX.
async fn seen(mut session: Session<Wire>) -> u32 {
    let mailbox = session.examine("INBOX").await.unwrap();
    session.logout().await.unwrap();
    mailbox.exists
}

#[tokio::test]
async fn mail_from_outside_lies_in_the_mailbox_and_nothing_it_says_of_itself_is_kept() {
    let server = MailServer::start();
    server.deliver(PROVIDER, &["noc+token@harborlight.example"], mail(PROVIDER)).unwrap();
    let held = server.await_mails(NOC, 1);
    let text = String::from_utf8(held[0].bytes.clone()).unwrap();
    assert_eq!(text.to_lowercase().matches("authentication-results:").count(), 1, "{text}");
    assert!(text.contains(&format!("Authentication-Results: {AUTHSERV}; none\n")), "{text}");
    assert!(text.contains("Delivered-To: noc+token@harborlight.example\n") && text.ends_with("\n.a line with a dot\n"), "{text}");
    assert_eq!((held[0].folder.as_str(), held[0].flags.as_str(), held[0].mail().subject.as_str()), ("INBOX", "", "Work on mail01"));

    let exists = [
        session(&server, Security::Implicit, Means::Login(NOC, PASSWORD)).await,
        session(&server, Security::StartTls, Means::Login(NOC, PASSWORD)).await,
        session(&server, Security::Plain, Means::Login(NOC, PASSWORD)).await,
    ];
    for session in exists {
        assert_eq!(seen(session.unwrap()).await, 1);
    }
    assert_eq!(server.held(NOC)[0].flags, "", "it was only looked at");
    assert_eq!(server.users(), [NOC]);
}

#[tokio::test]
async fn who_may_sign_in_and_as_whom() {
    let server = MailServer::start();
    let sasl = |name, answer: String| session(&server, Security::Implicit, Means::Sasl(name, answer));
    let as_another = |(user, password): (&str, &str)| format!("{NOC}\0{user}\0{password}");
    sasl("PLAIN", as_another(READER)).await.unwrap();
    sasl("PLAIN", as_another((SAM, PASSWORD))).await.unwrap_err();
    sasl("PLAIN", format!("\0{SAM}\0{PASSWORD}")).await.unwrap();
    let bearer = |until| format!("user={NOC}\x01auth=Bearer {}\x01\x01", MailServer::token(NOC, until));
    let now = Clock::System.now().timestamp();
    sasl("XOAUTH2", bearer(now + 3600)).await.unwrap();
    sasl("XOAUTH2", bearer(now - 3600)).await.unwrap_err();
    for (user, password) in [(SAM, "wrong"), ("locked@harborlight.example", PASSWORD)] {
        session(&server, Security::Implicit, Means::Login(user, password)).await.unwrap_err();
    }
}

#[test]
fn staff_who_sign_in_are_vouched_for_and_nobody_else_is() {
    let server = MailServer::start();
    let ines = "ines@harborlight.example";
    server.submit(SAM, &[NOC], mail(SAM)).unwrap();
    server.await_mails(NOC, 1);
    server.submit_over(Security::StartTls, SAM, PASSWORD, SAM, &[NOC], mail(SAM)).unwrap();
    server.await_mails(NOC, 2);
    server.submit(SAM, &[NOC], mail(ines)).unwrap();
    server.await_mails(NOC, 3);
    server.deliver(SAM, &[NOC], mail(SAM)).unwrap();
    server.await_mails(NOC, 4);
    server.submit(SAM, &[NOC], mail(&format!("{SAM}>, <{ines}"))).unwrap();
    let mails = server.await_mails(NOC, 5);
    let mode = AuthMode::Authserv(AUTHSERV.into());
    assert_eq!(mails.iter().map(|held| proof(&held.mail(), &mode).is_ok()).collect::<Vec<_>>(), [true, true, false, false, false]);
    assert!(String::from_utf8_lossy(&mails[3].bytes).contains("; dmarc=fail header.from=harborlight.example\n"));

    for (who, password) in [(SAM, "wrong"), ("locked@harborlight.example", PASSWORD)] {
        let refused = server.submit_over(Security::Implicit, who, password, who, &[NOC], mail(who)).unwrap_err();
        assert!(refused.starts_with("535 "), "{refused}");
    }
}

#[test]
fn some_addresses_refuse_put_off_or_send_back() {
    let server = MailServer::start();
    let to = |address: &str| server.submit(SAM, &[address], mail(SAM));
    assert!(to("refused@willowstreet.example").unwrap_err().starts_with("550 5.1.1"));
    assert!(to("deferred@willowstreet.example").unwrap_err().starts_with("451 4.2.0"));
    assert!(to("somebody@elsewhere.test").unwrap_err().starts_with("550 5.7.1"));
    to("bounces@willowstreet.example").unwrap();
    let returned = server.await_mails(SAM, 1)[0].mail();
    assert_eq!(
        (returned.automatic, returned.subject.as_str()),
        (Some(Automatic::Bounce), "Mail delivery failed: returning message to sender")
    );
    assert_eq!(server.users(), [SAM]);
}

#[tokio::test]
async fn mailboxes_change_behind_the_back_of_a_session() {
    let server = MailServer::start();
    server.put(NOC, "INBOX", (0..300).map(|_| mail(PROVIDER)));
    server.put(NOC, "Providers", [mail(PROVIDER)]);
    let examine = async || {
        let mut session = session(&server, Security::Plain, Means::Login(NOC, PASSWORD)).await.unwrap();
        let mailbox = session.examine("INBOX").await.unwrap();
        session.logout().await.unwrap();
        (mailbox.exists, mailbox.uid_validity.unwrap())
    };
    let (exists, first) = examine().await;
    assert_eq!(exists, 300);
    server.renumber(NOC, "INBOX");
    let (exists, second) = examine().await;
    assert!(exists == 300 && second != first, "{exists} {first} {second}");

    server.doveadm(&["flags", "add", "-u", NOC, r"\Seen", "mailbox", "INBOX", "uid", "1"]);
    server.doveadm(&["move", "-u", NOC, "Archive", "mailbox", "INBOX", "uid", "2"]);
    server.doveadm(&["expunge", "-u", NOC, "mailbox", "INBOX", "uid", "3:301"]);
    let mut held: Vec<(String, String)> = server.held(NOC).into_iter().map(|held| (held.folder, held.flags)).collect();
    held.sort();
    let places: Vec<(&str, &str)> = held.iter().map(|(folder, flags)| (folder.as_str(), flags.as_str())).collect();
    assert_eq!(places, [("Archive", ""), ("INBOX", "S"), ("Providers", "")]);
}

#[test]
fn it_ends_with_its_test_and_says_what_is_missing() {
    let began = Clock::System.now();
    let server = MailServer::start();
    let started = Clock::System.now();
    let groups: Vec<i32> = server.running.iter().map(|child| i32::try_from(child.id()).unwrap()).collect();
    server.deliver(PROVIDER, &[NOC], mail(PROVIDER)).unwrap();
    server.await_mails(NOC, 1);
    assert!(groups.iter().any(|group| members(*group).len() > 1), "Dovecot has children");
    let folder = server.folder.path().to_owned();
    let before = Clock::System.now();
    drop(server);
    eprintln!(
        "mail servers: {} ms to start, {} ms to end",
        (started - began).num_milliseconds(),
        (Clock::System.now() - before).num_milliseconds()
    );
    assert!(groups.iter().all(|group| members(*group).is_empty()) && !folder.exists());

    let missing = |folders: &[&str]| Programs::find(&folders.iter().map(PathBuf::from).collect::<Vec<_>>()).err().unwrap();
    assert_eq!(missing(&[]), "lmtp is needed: apt-get install dovecot-lmtpd, as root");
    assert_eq!(missing(&["/usr/lib/dovecot"]), "dovecot is needed: apt-get install dovecot-imapd, as root");
    assert_eq!(padded(b"a"), "YQ==");
}
