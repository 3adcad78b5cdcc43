//! The story on the wire: Exim takes a provider's mail, Dovecot holds it, the binary reads, asks, hears the answer and sends.

mod dkim;
mod doctor;
mod killed;
mod mailboxes;
mod random;
mod restored;

use super::service::notice;
use super::{Ran, World, ended, signal, until};
use crate::mailserver::{AUTHSERV, MailServer, PASSWORD};
use chrono::{DateTime, TimeDelta, Utc};
use forewarn::clock::Clock;
use forewarn::model::{Mail, Security};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;

const NOC: &str = "noc@harborlight.example";
const FOREWARN: &str = "forewarn@harborlight.example";
const SAM: &str = "sam@harborlight.example";
const INES: &str = "ines@harborlight.example";
const PROVIDER: &str = "notices@northfield.example";
/// Who is told of work on mail01.
const CONTACTS: [&str; 8] = [
    "ada@willowstreet.example",
    "dana@orchardfinch.example",
    "duty@tidewater-obs.example",
    "joana@ipanema-cafes.example",
    "katrin@bakery-meyer.example",
    "lee@orchardfinch.example",
    "priya@lakesidedental.example",
    "tom@hammerrowe.example",
];
/// Seconds for second thoughts.
const UNDO: u32 = 1;

/// The company of the fixtures with a mail server of its own.
struct Live {
    world: World,
    // After the binary, which ends first.
    server: MailServer,
}

impl Live {
    /// Provider mail comes to one account, answers to another.
    fn two_accounts() -> Self {
        Self::with(&[("noc", NOC, r#"["providers"]"#), ("replies", FOREWARN, r#"["replies"]"#)])
    }

    fn with(accounts: &[(&str, &str, &str)]) -> Self {
        let (world, server) = (World::harborlight(), MailServer::start());
        let (imap, submission) = (server.imap(Security::Implicit).port, server.submission(Security::StartTls).port);
        let ca = server.ca_file().display();
        let mut places = String::new();
        for (account, user, reads) in accounts {
            write!(
                places,
                "[[inbox]]\naccount = \"{account}\"\nimap = \"localhost:{imap}\"\nca_file = \"{ca}\"\nuser = \"{user}\"\n\
                 password_file = \"mail.password\"\npoll_seconds = 1\nreads = {reads}\n\n"
            )
            .unwrap();
        }
        write!(
            places,
            "[outbox]\nsmtp = \"localhost:{submission}\"\ntls = \"starttls\"\nca_file = \"{ca}\"\nuser = \"{FOREWARN}\"\n\
             password_file = \"mail.password\"\nmails_a_minute = 600\ncanary_hours = 0\n"
        )
        .unwrap();
        fs::write(world.path("mail.password"), format!("{PASSWORD}\n")).unwrap();
        super::set_mode(&world.path("mail.password"), 0o600);
        let maildirs =
            "[[inbox]]\naccount = \"noc\"\nmaildir = \"in\"\nreads = [\"providers\", \"replies\"]\n\n[outbox]\nmaildir = \"out\"\n";
        world.edit("forewarn.toml", maildirs, &places);
        world.edit("forewarn.toml", "auth = \"token-only\"\ni_accept_forgery_risk = true\n", &format!("auth = \"authserv:{AUTHSERV}\"\n"));
        world.edit("forewarn.toml", "undo_seconds = 120", &format!("undo_seconds = {UNDO}"));
        Self { world, server }
    }

    /// The service, after it has met its empty inboxes.
    fn run(&self) -> Running {
        let running = Running::start(&self.world, None);
        // Whoever looks into a store in the moment in which it is made can hold up its making.
        until("the store is open", || fs::read_to_string(self.world.path("log")).unwrap().contains("opened its store"));
        until("the inboxes were read", || self.world.run(&["status"]).code == Some(0));
        running
    }

    /// A provider's mail comes in from outside.
    fn provider_writes(&self, to: &str, text: &str) -> DateTime<Utc> {
        self.server.deliver(PROVIDER, &[to], text).unwrap();
        Clock::System.now()
    }

    /// The one request about a maintenance in somebody's mailbox, as soon as it is there. After a kill staff may get a copy of it, rather
    /// twice than never, which mail clients know by its Message-ID.
    fn request(&self, who: &str, about: &str) -> Mail {
        let asks = format!("OK? [{about} ");
        let requests = || self.server.inbox(who).into_iter().filter(|mail| mail.subject.contains(&asks)).collect::<Vec<Mail>>();
        until("the approver is asked", || !requests().is_empty());
        let mut requests = requests();
        requests.dedup_by(|one, other| one.message_id == other.message_id);
        assert_eq!(requests.len(), 1, "{who} about {about}");
        requests.remove(0)
    }

    /// Somebody answers a request with their mail client, and their mail server lets them.
    fn answer(&self, who: &str, request: &Mail, text: &str) -> DateTime<Utc> {
        self.server.submit(who, &[&reply_to(request)], reply(who, request, text)).unwrap();
        Clock::System.now()
    }

    /// How many notices each mailbox outside the company holds.
    fn notices(&self) -> BTreeMap<String, usize> {
        let outside = self.server.users().into_iter().filter(|user| !user.ends_with("@harborlight.example"));
        outside.map(|user| (user.clone(), self.server.held(&user).len())).collect()
    }

    /// Waits until so many notices lie in mailboxes outside.
    fn await_notices(&self, count: usize) -> DateTime<Utc> {
        until("the notices are there", || self.notices().values().sum::<usize>() >= count);
        Clock::System.now()
    }

    /// Each contact holds one notice, and nobody else outside holds anything.
    #[track_caller]
    fn each_contact_has_one(&self) {
        let expected: BTreeMap<String, usize> = CONTACTS.iter().map(|contact| ((*contact).to_owned(), 1)).collect();
        assert_eq!(self.notices(), expected);
    }

    /// Waits until `status` says this, white space aside; gives all it says and its exit code.
    #[track_caller]
    fn status_says(&self, text: &str) -> Ran {
        let status = || {
            let mut ran = self.world.run(&["status"]);
            ran.out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
            ran
        };
        let came = (0..600).any(|_| {
            status().out.contains(text) || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                false
            }
        });
        assert!(came, "{text:?} is not said:\n{}", self.world.run(&["status"]).out);
        status()
    }
}

impl Live {
    /// O02: whatever the test did, nothing secret stands in the log, which is written at its finest level, in the store, or beside it; and each
    /// record of the log is one line of its own (O03).
    fn nothing_secret_lies_about(&self) {
        let key = fs::read_to_string(self.world.path("forewarn.key")).unwrap_or_else(|_| "no key was made".to_owned());
        let secrets = [PASSWORD, crate::mailserver::READER.1, key.trim()];
        let token = regex::bytes::Regex::new(r"fw\.[0-9a-hjkmnp-tv-z]{26}|\+[0-9a-hjkmnp-tv-z]{26}@").unwrap();
        for path in super::everything(&self.world.path("")) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !path.is_file() || name == "mail.password" || name == "forewarn.key" {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            for secret in secrets {
                assert!(!text.contains(secret), "a secret stands in {name}");
            }
            if name == "log" {
                assert!(!token.is_match(&bytes), "a token stands in the log:\n{text}");
                assert!(
                    text.lines().all(|line| line.starts_with("20") || line.starts_with("forewarn: ")),
                    "a record has several lines:\n{text}"
                );
            }
        }
    }
}

impl Drop for Live {
    /// Says what the binary said, where the test has failed; looks for secrets where it has not.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.nothing_secret_lies_about();
        } else {
            eprintln!("{}\n{}", fs::read_to_string(self.world.path("log")).unwrap_or_default(), self.world.run(&["status"]).out);
        }
    }
}

/// Where an answer to a mail goes.
fn reply_to(request: &Mail) -> String {
    request.reply_to.first().or(request.from.first()).unwrap().address.clone()
}

/// What a mail client sends as an answer: the words on top, the request quoted below.
fn reply(who: &str, request: &Mail, text: &str) -> String {
    let now = Clock::System.now();
    let id = request.message_id.as_deref().unwrap();
    let quoted: String = request.plain.as_ref().unwrap().fresh.lines().map(|line| format!("> {line}\r\n")).collect();
    format!(
        "Message-ID: <{}.{who}>\r\nDate: {}\r\nFrom: <{who}>\r\nTo: <{}>\r\nSubject: Re: {}\r\nIn-Reply-To: <{id}>\r\nReferences: <{id}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         {text}\r\n\r\nOn Tue, 1 Sep 2020 at 10:02, Harborlight Forewarn wrote:\r\n{quoted}",
        now.timestamp_micros(),
        now.to_rfc2822(),
        reply_to(request),
        request.subject,
    )
}

/// Another notice of the same provider, about another server.
fn notice_about(server: &str, number: u32) -> String {
    let text = notice().replace("mail01", server).replace("48213", &number.to_string());
    assert!(text.contains(server) && text.contains(&format!("NF-{number}")));
    text
}

/// The service, ended with its test whatever becomes of that.
struct Running(Option<Child>);

impl Running {
    /// Starts it; it kills itself after this step if one is named.
    fn start(world: &World, kill_after: Option<&str>) -> Self {
        let mut command = world.command(&["run"]);
        let log = fs::File::options().create(true).append(true).open(world.path("log")).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log).env("FOREWARN_LOG", "trace");
        if let Some(step) = kill_after {
            command.env("FOREWARN_KILL_AFTER", step);
        }
        Self(Some(command.spawn().unwrap()))
    }

    fn id(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    fn stop(mut self) {
        let child = self.0.take().unwrap();
        signal(&child, "TERM");
        ended(child).exits(0);
    }

    /// Waits until it has killed itself.
    #[track_caller]
    fn killed(mut self) {
        let mut child = self.0.take().unwrap();
        until("the process has killed itself", || child.try_wait().unwrap().is_some());
        assert_eq!(child.wait().unwrap().signal(), Some(9));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

#[test]
fn from_a_providers_mail_to_a_notice_in_each_contacts_mailbox() {
    let began = Clock::System.now();
    let live = Live::two_accounts();
    let running = live.run();
    let ready = Clock::System.now();
    let delivered = live.provider_writes(NOC, &notice());
    let inbox = live.server.await_mails(NOC, 1);
    let request = live.request(SAM, "FW-1");
    let asked = Clock::System.now();
    let answered = live.answer(SAM, &request, "Approved, thanks");
    let told = live.await_notices(CONTACTS.len());
    let status = live.status_says("notices 8 sent").exits(0);
    live.each_contact_has_one();
    assert!(status.contains("All is well"), "{status}");
    assert!(status.contains("listed 2 = 2 stored + 0 vanished + 0 waiting"), "{status}");
    assert!(status.contains("stored 2 = 2 ended + 0 pending"), "{status}");
    running.stop();
    let ran = Clock::System.now() - began;

    assert_eq!(live.server.held(NOC), inbox, "nothing in the provider inbox was marked, moved or opened");
    assert!(live.server.held(FOREWARN).iter().all(|held| held.new && held.flags.is_empty()), "nor among the answers");
    assert_eq!(live.server.held(SAM).len(), 2, "the request, and that it was approved");
    let to_ines: Vec<String> = live.server.inbox(INES).into_iter().map(|mail| mail.subject).collect();
    assert!(to_ines.iter().any(|subject| subject.contains("[FW-1 ")), "{to_ines:?}");
    for contact in CONTACTS {
        let held = &live.server.held(contact)[0];
        let (bytes, notice) = (String::from_utf8_lossy(&held.bytes), held.mail());
        assert!(notice.subject.starts_with("Data Center Maintenance (Host): "), "{}", notice.subject);
        let others: Vec<&&str> = CONTACTS.iter().filter(|other| **other != contact && bytes.contains(**other)).collect();
        assert!(others.is_empty(), "{contact} learns of {others:?}");
    }
    let log = fs::read_to_string(live.world.path("log")).unwrap();
    for secret in [PASSWORD, "NF-48213", SAM] {
        assert!(!log.contains(secret), "{secret} is logged:\n{log}");
    }
    eprintln!(
        "the story: {} ms in all, {} ms to be ready; delivery to request {} ms; reply to the last of eight notices {} ms less {UNDO} s of second thoughts",
        ran.num_milliseconds(),
        (ready - began).num_milliseconds(),
        (asked - delivered).num_milliseconds(),
        (told - answered - TimeDelta::seconds(i64::from(UNDO))).num_milliseconds(),
    );
}

#[test]
fn a_forged_approval_from_outside_does_nothing_and_the_true_one_after_it_does() {
    let live = Live::two_accounts();
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    // The token is right: somebody has seen the request.
    let forged =
        format!("Authentication-Results: {AUTHSERV}; dmarc=pass header.from=harborlight.example\r\n{}", reply(SAM, &request, "approve"));
    live.server.deliver(SAM, &[&reply_to(&request)], forged).unwrap();
    live.status_says("stored 2 = 2 ended + 0 pending");
    // The next mail is an honest one of the same sender; by the time it is dealt with, a notice would have left.
    live.answer(SAM, &request, "what is this about?");
    live.status_says("stored 3 = 3 ended + 0 pending");
    let told = |word: &str| live.server.inbox(SAM).iter().filter(|mail| mail.subject.starts_with(word)).count();
    until("Sam is told of both", || (told("Not accepted: "), told("Not understood: ")) == (1, 1));
    assert!(live.world.run(&["queue"]).exits(0).contains("FW-1"));
    assert_eq!(live.notices(), BTreeMap::new());

    live.answer(SAM, &request, "ok to send");
    live.await_notices(CONTACTS.len());
    live.status_says("notices 8 sent").exits(0);
    live.each_contact_has_one();
    running.stop();
}

#[test]
fn w06_one_account_for_both() {
    let live = Live::with(&[("noc", FOREWARN, r#"["providers", "replies"]"#)]);
    let running = live.run();
    live.provider_writes(FOREWARN, &notice());
    live.answer(SAM, &live.request(SAM, "FW-1"), "Yes.");
    live.await_notices(CONTACTS.len());
    let status = live.status_says("notices 8 sent").exits(0);
    assert!(status.contains("listed 2 = 2 stored + 0 vanished + 0 waiting"), "{status}");
    live.each_contact_has_one();
    running.stop();
}

#[test]
fn w28_a_contact_who_is_refused_and_one_whose_mail_comes_back_are_named_to_staff() {
    let live = Live::two_accounts();
    live.world.edit("services.toml", "ada@willowstreet.example", "bounces@willowstreet.example");
    live.world.edit("services.toml", "dana@orchardfinch.example", "refused@orchardfinch.example");
    let running = live.run();
    live.provider_writes(NOC, &notice());
    live.answer(SAM, &live.request(SAM, "FW-1"), "approve");
    live.await_notices(CONTACTS.len() - 2);
    // One refused at once, one taken and sent back.
    live.status_says("notices 6 sent, 2 failed");
    // The provider's mail, the answer, and what the server sent back.
    let status = live.status_says("stored 3 = 3 ended + 0 pending").exits(1);
    assert!(status.contains("1 bounce"), "{status}");
    assert!(status.contains("A notice to refused@orchardfinch.example was refused for good: refused at RCPT: 550 5.1.1"), "{status}");
    let words = |mail: Mail| format!("{}\n{}", mail.subject, mail.plain.unwrap().fresh);
    let told = || live.server.inbox(SAM).into_iter().map(words).find(|text| text.contains("NOT REACHED"));
    until("Sam is told whom to call", || told().is_some());
    let told = told().unwrap();
    assert!(told.contains("bounces@willowstreet.example: bounced: 5"), "{told}");
    // A colleague of theirs was reached: that is a line of the digest and no call.
    assert!(!told.contains("orchardfinch"), "{told}");
    assert_eq!(live.notices().len(), CONTACTS.len() - 2, "nobody else was written to");
    running.stop();
}
