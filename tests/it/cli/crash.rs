//! The process ends before and after every commit of whole stories; the next start brings each to the end that it has undisturbed.
//!
//! `FOREWARN_CRASH=all` tries every commit; without it every third, another third in each step.

use super::{World, everything, sample};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use forewarn::model::OutboxKind;
use forewarn::store::{OutboxFilter, Store};

const SAM: &str = "sam@harborlight.example";

/// What happens before a round.
#[derive(Clone, Copy)]
enum Event {
    Mail(&'static str),
    /// Sam answers his request about a maintenance.
    Answer(&'static str, &'static str),
    /// One customer's notice comes back.
    Bounce(&'static str),
    Nothing,
}

use Event::{Answer, Bounce, Mail, Nothing};

/// A story: when, and what has happened by then.
type Story = &'static [(&'static str, Event)];

/// What stands after a step, as far as it must be the same however often the process died.
#[derive(Debug, PartialEq, Eq)]
struct State {
    /// Customer, subject, text: how many copies.
    notices: BTreeMap<(String, String), usize>,
    /// Who of staff has read what; a copy more is allowed.
    staff: Vec<(String, String)>,
    ledger: String,
    drafts: Vec<String>,
    rows: Vec<String>,
}

impl World {
    fn happens(&self, step: usize, event: Event) {
        let name = format!("{step:02}");
        match event {
            Mail(file) => self.drop_mail(&name, sample(&format!("stories/mail/{file}")).replace('\n', "\r\n")),
            Answer(about, text) => {
                let asks = format!("[{about} ");
                let requests =
                    self.out().into_iter().filter(|(to, mail)| to == SAM && mail.subject.contains(&asks) && mail.subject.contains("OK?"));
                let newest = requests.max_by_key(|(_, mail)| (mail.date, mail.subject.clone())).unwrap().1;
                self.answer_to(&newest, &name, SAM, text);
            }
            Bounce(to) => {
                let (_, notice) = self.notices().into_iter().find(|(who, _)| who == to).unwrap();
                let report = format!(
                    "Message-ID: <b{name}@mx.example>\r\nFrom: Mail Delivery System <mailer-daemon@mx.example>\r\nTo: <forewarn@harborlight.example>\r\n\
                     Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
                     Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nIt could not be delivered.\r\n\
                     --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
                     Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822-headers\r\n\r\n\
                     Message-ID: <{}>\r\n\r\n--b--\r\n",
                    notice.message_id.as_deref().unwrap()
                );
                self.drop_mail(&name, report);
            }
            Nothing => {}
        }
    }

    /// One round that dies at a moment of a commit; whether it came to that.
    fn dies(&self, now: &str, moment: &str) -> bool {
        let output = self.command(&["once", "--now", now]).env("FOREWARN_KILL_AT_COMMIT", moment).output().unwrap();
        output.status.signal() == Some(9)
    }

    fn state(&self) -> State {
        let mut notices = BTreeMap::new();
        for (to, mail) in self.notices() {
            *notices.entry((to, format!("{}\n{}", mail.subject, mail.text()))).or_default() += 1;
        }
        let mut staff: Vec<(String, String)> =
            self.out().into_iter().filter(|(to, _)| to.ends_with("@harborlight.example")).map(|(to, mail)| (to, mail.subject)).collect();
        staff.sort();
        staff.dedup();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (ledger, drafts, rows) = runtime.block_on(async {
            let store = Store::open_existing(&self.path("forewarn.sqlite")).unwrap();
            let counts = store.counts().await.unwrap();
            assert!(counts.adds_up(), "{counts:?}");
            let drafts = store.drafts(false).await.unwrap();
            let drafts = drafts
                .iter()
                .map(|(draft, _)| format!("{} v{} {} {}", draft.maintenance, draft.revision, draft.state.name(), draft.content_hash));
            let drafts: Vec<String> = drafts.collect();
            let rows = store.outbox(OutboxFilter::Newest(10_000)).await.unwrap();
            let mut rows: Vec<String> = rows
                .iter()
                .filter(|row| row.outgoing.kind == OutboxKind::Notice)
                .map(|row| format!("{} {}", row.outgoing.key, row.state.name()))
                .collect();
            rows.sort();
            store.close().await;
            (format!("{counts:?}"), drafts, rows)
        });
        State { notices, staff, ledger, drafts, rows }
    }
}

/// Puts a folder into the place of another, times of files included.
pub(super) fn copied(from: &Path, to: &Path) {
    drop(fs::remove_dir_all(to));
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// Plays a story, and at each step lets the process die at its commits; gives how often it died.
fn dies_everywhere(story: Story) -> usize {
    let all = std::env::var("FOREWARN_CRASH").is_ok_and(|what| what == "all");
    let world = World::harborlight();
    let (place, before) = (world.path(""), world.folder.path().join("before"));
    let mut died = 0;
    for (step, (now, event)) in story.iter().enumerate() {
        world.happens(step, *event);
        copied(&place, &before);
        world.once(now).exits(0);
        let undisturbed = world.state();
        let after = world.folder.path().join("after");
        copied(&place, &after);
        let mut number = if all { 1 } else { 1 + u32::try_from(step % 3).unwrap() };
        loop {
            let mut came = false;
            for moment in ["before", "after"] {
                copied(&before, &place);
                let moment = format!("{moment}:{number}");
                if !world.dies(now, &moment) {
                    continue;
                }
                came = true;
                died += 1;
                world.once(now).exits(0);
                let state = world.state();
                assert_eq!(state, undisturbed, "killed {moment} in step {step} ({now})");
            }
            if !came {
                break;
            }
            number += if all { 1 } else { 3 };
        }
        copied(&after, &place);
    }
    assert!(!everything(&place).is_empty());
    died
}

#[test]
fn s05_killed_at_every_commit_of_an_approval() {
    let died = dies_everywhere(&[
        ("2020-09-01T15:00:00Z", Nothing),
        ("2020-09-01T15:05:00Z", Mail("host-mail01.eml")),
        ("2020-09-01T15:10:00Z", Answer("FW-1", "approve")),
        ("2020-09-01T15:15:00Z", Nothing),
        ("2020-09-07T12:00:00Z", Nothing),
    ]);
    assert!(died > 20, "{died}");
}

#[test]
fn s05_killed_at_every_commit_of_an_edit_and_a_stop() {
    let died = dies_everywhere(&[
        ("2020-09-01T15:00:00Z", Nothing),
        ("2020-09-01T15:05:00Z", Mail("host-mail01.eml")),
        ("2020-09-01T15:10:00Z", Answer("FW-1", "edit\r\n\r\nThe provider replaces a failing host.")),
        ("2020-09-01T15:12:00Z", Answer("FW-1", "approve")),
        ("2020-09-01T15:13:00Z", Answer("FW-1", "stop")),
        ("2020-09-01T15:20:00Z", Nothing),
    ]);
    assert!(died > 20, "{died}");
}

#[test]
fn s05_killed_at_every_commit_of_a_move_after_sending() {
    let died = dies_everywhere(&[
        ("2020-09-01T15:00:00Z", Nothing),
        ("2020-09-01T15:05:00Z", Mail("host-mail01.eml")),
        ("2020-09-01T15:10:00Z", Answer("FW-1", "approve")),
        ("2020-09-01T15:15:00Z", Nothing),
        ("2020-09-03T14:05:00Z", Mail("host-mail01-moved.eml")),
        ("2020-09-03T14:20:00Z", Nothing),
    ]);
    assert!(died > 20, "{died}");
}

#[test]
fn s05_killed_at_every_commit_of_a_cancellation_within_the_undo_time() {
    let died = dies_everywhere(&[
        ("2020-09-01T15:00:00Z", Nothing),
        ("2020-09-01T15:05:00Z", Mail("host-mail01.eml")),
        ("2020-09-01T15:10:00Z", Answer("FW-1", "approve")),
        ("2020-09-01T15:11:00Z", Mail("host-mail01-cancelled.eml")),
        ("2020-09-01T15:20:00Z", Nothing),
    ]);
    assert!(died > 20, "{died}");
}

#[test]
fn s05_killed_at_every_commit_of_a_bounce() {
    let died = dies_everywhere(&[
        ("2020-09-01T15:00:00Z", Nothing),
        ("2020-09-01T15:05:00Z", Mail("host-mail01.eml")),
        ("2020-09-01T15:10:00Z", Answer("FW-1", "approve")),
        ("2020-09-01T15:15:00Z", Nothing),
        ("2020-09-01T15:20:00Z", Bounce("katrin@bakery-meyer.example")),
        ("2020-09-01T15:25:00Z", Nothing),
    ]);
    assert!(died > 20, "{died}");
}

#[test]
fn s05_killed_at_every_commit_of_a_first_contact() {
    let died = dies_everywhere(&[
        ("2020-09-01T15:05:00Z", Mail("host-mail01.eml")),
        ("2020-09-01T15:10:00Z", Mail("unnamed-server.eml")),
        ("2020-09-01T15:15:00Z", Nothing),
    ]);
    assert!(died > 10, "{died}");
}
