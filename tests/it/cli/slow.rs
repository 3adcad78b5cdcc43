//! `forewarn run` before a submission server that is slow, and one that falls silent: nobody else waits for it.

use super::service::{Running, notice};
use super::{World, until};
use crate::fakes::imap::{FakeImap, Mailbox, Step};
use crate::fakes::smtp::{At, FakeSmtp, Fault, Taken};
use chrono::{DateTime, TimeDelta, Utc};
use forewarn::clock::Clock;
use forewarn::mail;
use forewarn::model::Mail;
use std::fs;

const SAM: &str = "sam@harborlight.example";
const PRIYA: &str = "priya@lakesidedental.example";

/// The invented company, sending over this server.
fn sending(server: &FakeSmtp, mails_a_minute: u32) -> World {
    let world = World::harborlight();
    world.edit("forewarn.toml", "undo_seconds = 120", "undo_seconds = 0");
    let port = server.server().port;
    let outbox = format!("smtp = \"127.0.0.1:{port}\"\ntls = \"none\"\nmails_a_minute = {mails_a_minute}\ncanary_hours = 0");
    world.edit("forewarn.toml", "maildir = \"out\"", &outbox);
    world
}

/// What was taken for customers.
fn notices(server: &FakeSmtp) -> Vec<Taken> {
    let mut mails = server.mails();
    mails.retain(|taken| !taken.to.concat().ends_with("@harborlight.example"));
    mails
}

/// The first mail to Sam with these words in its subject, and when it was taken.
fn to_sam(server: &FakeSmtp, words: &str) -> Option<(Mail, DateTime<Utc>)> {
    let mut mails = server.mails().into_iter().filter(|taken| taken.to == [SAM]).map(|taken| (mail::parse(&taken.bytes), taken.at));
    mails.find(|(mail, _)| mail.subject.contains(words))
}

/// Sam approves the first maintenance; since when it can be read.
fn approve(world: &World, server: &FakeSmtp) -> DateTime<Utc> {
    until("Sam is asked", || to_sam(server, "OK? [FW-1 ").is_some());
    let (request, _) = to_sam(server, "OK? [FW-1 ").unwrap();
    world.answer_to(&request, "reply", SAM, "approve");
    Clock::System.now()
}

/// Another notice falls in, of another server; since when it can be read.
fn another(world: &World) -> DateTime<Utc> {
    world.drop_mail("another", notice().replace("48213", "50001").replace("mail01", "web01"));
    Clock::System.now()
}

/// What the store says of one thing; none where it has no such row.
fn stored(world: &World, query: &str) -> Option<String> {
    let store = rusqlite::Connection::open(world.path("forewarn.sqlite")).unwrap();
    store.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    store.query_row(query, [], |row| row.get(0)).ok()
}

fn seconds(time: TimeDelta) -> f64 {
    f64::from(i32::try_from(time.num_milliseconds()).unwrap()) / 1000.0
}

#[test]
fn s02_s14_a_server_that_falls_silent_on_one_mail_holds_up_nobody_and_sigterm_ends_it_in_time() {
    let server = FakeSmtp::with().fault(Fault::at(At::Dot).to(PRIYA).falls_silent()).start();
    let world = sending(&server, 10_000);
    let running = Running::start(&world);
    world.drop_mail("notice", notice());
    approve(&world, &server);
    let state_of_priya = || stored(&world, "SELECT state FROM outbox WHERE kind = 'notice' AND to_address LIKE 'priya@%'");
    until("the server is silent on Priya's notice", || {
        server.heard().iter().any(|heard| heard.contains("RCPT TO:<priya@") && heard.ends_with("\r\n.\r\n"))
    });
    let silent_since = Clock::System.now();
    until("the other seven have theirs", || notices(&server).len() == 7);
    let others = notices(&server).iter().map(|taken| taken.at).max().unwrap() - silent_since;

    let dropped = another(&world);
    until("the new mail is listed", || stored(&world, "SELECT state FROM mail WHERE subject LIKE '%web01'").is_some());
    let listed = Clock::System.now();
    until("Sam is asked about the new mail", || to_sam(&server, "OK? [FW-2 ").is_some());
    let (_, asked) = to_sam(&server, "OK? [FW-2 ").unwrap();
    assert_eq!(state_of_priya().as_deref(), Some("dot-pending"), "all the while the server is silent");
    let (polling, asking) = (listed - dropped, asked - listed);
    eprintln!(
        "while the server is silent: other notices {:.2} s, the next mail read after {:.2} s and asked about {:.2} s later",
        seconds(others),
        seconds(polling),
        seconds(asking)
    );
    assert!(others < TimeDelta::seconds(5), "the other notices took {others}");
    // A Maildir is looked at every five seconds.
    assert!(polling < TimeDelta::seconds(7), "reading the next mail took {polling}");
    assert!(asking < TimeDelta::seconds(5), "asking about it took {asking}");

    let told_to_stop = Clock::System.now();
    running.stop("TERM").exits(0);
    let stopping = Clock::System.now() - told_to_stop;
    eprintln!("from SIGTERM to the end {:.2} s", seconds(stopping));
    assert!(stopping < TimeDelta::seconds(30), "stopping took {stopping}");
    assert_eq!(state_of_priya().as_deref(), Some("unknown"));

    server.heal();
    let running = Running(Some(world.start(&["run"])));
    until("Sam is told that it is unknown", || to_sam(&server, "UNKNOWN").is_some());
    let (told, _) = to_sam(&server, "UNKNOWN").unwrap();
    assert!(told.plain.as_ref().unwrap().fresh.contains(PRIYA));
    running.stop("TERM").exits(0);
    let offered = server.heard().iter().map(|heard| heard.matches("RCPT TO:<priya@").count()).sum::<usize>();
    assert_eq!(offered, 1, "never again by itself");
    assert_eq!(state_of_priya().as_deref(), Some("unknown"));
    assert_eq!(notices(&server).len(), 7);
}

/// How long the service takes to end once the server has heard these words, and what becomes of the request to Sam.
fn stopped_after(words: &str, faults: &[Fault]) -> (TimeDelta, Option<String>) {
    let server = FakeSmtp::start();
    faults.iter().for_each(|fault| server.add(fault.clone()));
    let world = sending(&server, 10_000);
    let running = Running::start(&world);
    world.drop_mail("notice", notice());
    until("the server has heard it", || server.heard().iter().any(|heard| heard.contains(words)));
    let told_to_stop = Clock::System.now();
    running.stop("TERM").exits(0);
    let state = stored(&world, "SELECT state FROM outbox WHERE kind = 'request' AND to_address LIKE 'sam@%'");
    (Clock::System.now() - told_to_stop, state)
}

#[test]
fn s14_sigterm_ends_it_in_time_before_a_server_that_does_not_greet() {
    let (took, state) = stopped_after("", &[Fault::at(At::Greeting).falls_silent()]);
    eprintln!("from SIGTERM to the end before a silent greeting {:.2} s", seconds(took));
    assert!(took < TimeDelta::seconds(30), "stopping took {took}");
    assert_eq!(state.as_deref(), Some("retry"));
}

#[test]
fn s14_sigterm_ends_it_in_time_where_one_slow_answer_follows_another() {
    let pause = std::time::Duration::from_secs(14);
    let slow = [Fault::at(At::Rcpt).waits(pause), Fault::at(At::Dot).waits(pause).falls_silent()];
    let (took, state) = stopped_after("RCPT TO:<sam@", &slow);
    eprintln!("from SIGTERM to the end with slow answers {:.2} s", seconds(took));
    assert!(took < TimeDelta::seconds(30), "stopping took {took}");
    assert_eq!(state.as_deref(), Some("retry"), "of a mail to staff rather two than none");
}

#[test]
fn s02_a_server_that_falls_silent_on_one_request_holds_up_no_other_approver_and_no_notice() {
    let server = FakeSmtp::with().fault(Fault::at(At::Dot).to("ines@harborlight.example").times(1).falls_silent()).start();
    let world = sending(&server, 10_000);
    let running = Running::start(&world);
    world.drop_mail("notice", notice());
    approve(&world, &server);
    until("all eight have theirs", || notices(&server).len() == 8);
    another(&world);
    until("both are asked about the next mail", || {
        let mails = server.mails();
        let asked = mails.iter().filter(|taken| mail::parse(&taken.bytes).subject.contains("OK? [FW-2 "));
        asked.count() == 2
    });
    let first = "SELECT state FROM outbox WHERE kind = 'request' AND to_address LIKE 'ines@%' ORDER BY id";
    assert_eq!(stored(&world, first).as_deref(), Some("dot-pending"), "all the while the server is silent");
    drop(running);
}

#[test]
fn w38_the_pace_holds_notices_back_and_no_request() {
    let server = FakeSmtp::start();
    let world = sending(&server, 60);
    let running = Running::start(&world);
    world.drop_mail("notice", notice());
    approve(&world, &server);
    until("the first notice has left", || !notices(&server).is_empty());
    let dropped = another(&world);
    until("Sam is asked about another mail", || to_sam(&server, "OK? [FW-2 ").is_some());
    let (_, asked) = to_sam(&server, "OK? [FW-2 ").unwrap();
    until("all eight have left", || notices(&server).len() == 8);
    running.stop("TERM").exits(0);
    let times: Vec<DateTime<Utc>> = notices(&server).iter().map(|taken| taken.at).collect();
    let gaps: Vec<f64> = times.windows(2).map(|pair| seconds(pair[1] - pair[0])).collect();
    eprintln!("gaps of the notices {gaps:?}; the request left {:.2} s after its mail fell in", seconds(asked - dropped));
    // A slot is taken before the mail is claimed and talked about, which takes its own time.
    assert!(gaps.iter().all(|gap| *gap > 0.7), "{gaps:?}");
    assert!(seconds(times[7] - times[0]) > 6.5, "{gaps:?}");
    assert!(times.iter().any(|time| *time > asked), "the request left between the notices");
}

#[test]
fn s14_sigterm_ends_it_in_time_before_a_mailbox_that_does_not_greet() {
    let imap = FakeImap::plain(Mailbox::default());
    imap.script(vec![Step::Silence]);
    let world = World::harborlight();
    fs::write(world.path("password"), "s3cret").unwrap();
    super::set_mode(&world.path("password"), 0o600);
    let inbox = format!("imap = \"{}\"\ntls = \"none\"\nuser = \"noc@harbor.example\"\npassword_file = \"password\"", imap.server());
    world.edit("forewarn.toml", "maildir = \"in\"", &inbox);
    let running = Running(Some(world.start(&["run"])));
    until("it waits for the greeting", || imap.connections() == 1);
    let told = Clock::System.now();
    running.stop("TERM").exits(0);
    let ended = Clock::System.now() - told;
    eprintln!("SIGTERM to the end, silent mailbox: {:.2} s", seconds(ended));
    assert!(ended < TimeDelta::seconds(30));
}
