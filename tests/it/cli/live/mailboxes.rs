//! Mailboxes that others change, number anew or delete while the service runs.

use super::{Live, NOC, SAM, notice, notice_about};
use crate::cli::sample;
use std::fs;

/// Mail that announces nothing, each its own.
fn newsletters(numbers: std::ops::Range<u32>) -> Vec<String> {
    let text = sample("demo/03-newsletter.eml");
    numbers.map(|number| text.replace("Message-ID: <", &format!("Message-ID: <{number}."))).collect()
}

/// Everything that Sam was asked to decide.
fn asked(live: &Live) -> Vec<String> {
    let mut asked: Vec<String> =
        live.server.inbox(SAM).into_iter().map(|mail| mail.subject).filter(|subject| subject.contains("[FW-")).collect();
    asked.sort();
    asked
}

#[test]
fn i10_a_folder_that_was_numbered_anew_is_read_anew_and_nothing_in_it_counts_twice() {
    let live = Live::two_accounts();
    let running = live.run();
    live.provider_writes(NOC, &notice());
    live.request(SAM, "FW-1");
    live.server.put(NOC, "INBOX", newsletters(0..20));
    live.status_says("stored 21 = 21 ended + 0 pending").exits(0);

    live.server.renumber(NOC, "INBOX");
    live.server.put(NOC, "INBOX", newsletters(20..24));
    live.server.put(NOC, "INBOX", [notice_about("web01", 48214)]);
    live.request(SAM, "FW-2");
    let status = live.status_says("stored 47 = 47 ended + 0 pending").exits(0);
    assert!(status.contains("listed 47 = 47 stored + 0 vanished + 0 waiting"), "{status}");
    assert!(status.contains("21 duplicate") && status.contains("24 irrelevant"), "{status}");
    assert_eq!(asked(&live).len(), 2, "{:?}", asked(&live));
    running.stop();
}

#[test]
fn i11_a_folder_that_was_deleted_and_made_again_is_another_one() {
    let live = Live::two_accounts();
    let known = notice();
    live.server.put(NOC, "Providers", newsletters(0..1));
    let running = live.run();
    live.server.put(NOC, "Providers", [&known]);
    live.request(SAM, "FW-1");
    live.server.doveadm(&["mailbox", "delete", "-u", NOC, "Providers"]);
    live.server.doveadm(&["mailbox", "create", "-u", NOC, "Providers"]);
    live.server.put(NOC, "Providers", [known, notice_about("web01", 48214)]);
    live.request(SAM, "FW-2");
    let status = live.status_says("stored 4 = 4 ended + 0 pending").exits(0);
    assert!(status.contains("listed 4 = 4 stored + 0 vanished + 0 waiting") && status.contains("1 duplicate"), "{status}");
    assert_eq!(asked(&live).len(), 2, "{status}\n{:?}", asked(&live));
    running.stop();
}

#[test]
fn i13_what_another_client_marks_or_moves_is_read_once_all_the_same() {
    let live = Live::two_accounts();
    live.run().stop();
    let mails = [notice(), notice_about("web01", 48214), notice_about("web02", 48215)];
    for (number, mail) in (1..).zip(mails) {
        live.provider_writes(NOC, &mail);
        live.server.await_mails(NOC, number);
    }
    let of = |server: &'static str| ["mailbox", "INBOX", "subject", server];
    let client = |words: &[&str], server| live.server.doveadm(&[words, &of(server)].concat());
    client(&["flags", "add", "-u", NOC, r"\Seen"], "mail01");
    client(&["move", "-u", NOC, "Archive"], "web01");
    client(&["move", "-u", NOC, "Junk"], "web02");
    let held = live.server.held(NOC);
    let mut places: Vec<(&str, &str)> = held.iter().map(|held| (held.folder.as_str(), held.flags.as_str())).collect();
    places.sort_unstable();
    assert_eq!(places, [("Archive", ""), ("INBOX", "S"), ("Junk", "")]);

    let running = live.run();
    live.status_says("stored 3 = 3 ended + 0 pending").exits(0);
    for about in ["FW-1", "FW-2", "FW-3"] {
        live.request(SAM, about);
    }
    // What is moved after it was read is met again, and known.
    client(&["move", "-u", NOC, "Archive"], "mail01");
    let status = live.status_says("stored 4 = 4 ended + 0 pending").exits(0);
    assert!(status.contains("1 duplicate"), "{status}");
    assert_eq!(asked(&live).len(), 3, "{:?}", asked(&live));
    running.stop();
}

#[test]
fn o02_o03_no_secret_and_one_line_a_record_at_the_finest_level_whatever_comes() {
    let live = Live::two_accounts();
    let running = live.run();
    let planted = "\r\nSubject: \n{\"level\":\"INFO\",\"message\":\"all is well\"} \u{1b}[2J\u{1b}]0;x\u{7}";
    let hostile =
        notice().replacen("\nSubject: ", &format!("\nX-Planted: {} {planted}\nSubject: \u{1b}[31m", crate::mailserver::PASSWORD), 1);
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    let arguments = fs::read(format!("/proc/{}/cmdline", running.id())).unwrap();
    assert!(!String::from_utf8_lossy(&arguments).contains(crate::mailserver::PASSWORD));
    live.answer(SAM, &request, "approve");
    live.await_notices(8);
    live.provider_writes(NOC, &hostile);
    live.status_says("listed 3 = 3 stored");
    running.stop();
    // A refused password, and a token command that fails, say what is wrong and not with what.
    fs::write(live.world.path("mail.password"), "correct-horse-7281-and-wrong\n").unwrap();
    let ran = live.world.run(&["once"]);
    assert!(ran.code == Some(1) && ran.err.contains("refuses the password") && !ran.err.contains("correct-horse"), "{ran:?}");
    let fails = format!("token_command = [\"/bin/sh\", \"-c\", \"cat '{}'; exit 1\"]", live.world.path("mail.password").display());
    live.world.edit("forewarn.toml", "password_file = \"mail.password\"", &fails);
    let ran = live.world.run(&["once"]);
    assert!(ran.code == Some(1) && !ran.err.contains("correct-horse"), "{ran:?}");
    let log = fs::read_to_string(live.world.path("log")).unwrap();
    assert!(log.contains("TRACE") || log.contains("DEBUG") || log.contains("INFO"), "something was logged: {log}");
}
