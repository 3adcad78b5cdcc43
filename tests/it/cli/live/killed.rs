//! Killed right after a durable step, and started again: nothing is lost, nothing is sent twice.

use super::{CONTACTS, Live, NOC, Running, SAM, notice, until};
use std::ops::RangeInclusive;

/// How many notices the service hands in at the same time.
const CONNECTIONS: usize = 2;

/// Kills the service after this step of what follows a provider's mail, then lets it go to the end.
fn killed_before_the_answer(step: &str) {
    let live = Live::two_accounts();
    live.run().stop();
    let running = Running::start(&live.world, Some(step));
    live.provider_writes(NOC, &notice());
    running.killed();
    let running = Running::start(&live.world, None);
    let request = live.request(SAM, "FW-1");
    live.answer(SAM, &request, "approve");
    live.await_notices(CONTACTS.len());
    let status = live.status_says("notices 8 sent").exits(0);
    assert!(status.contains("listed 2 = 2 stored + 0 vanished + 0 waiting"), "{status}");
    live.each_contact_has_one();
    // And still it is the one request.
    live.request(SAM, "FW-1");
    running.stop();
}

#[test]
fn s05_killed_after_a_mail_was_listed() {
    killed_before_the_answer("uid-listed");
}

#[test]
fn s05_killed_after_its_bytes_were_stored() {
    killed_before_the_answer("raw-stored");
}

#[test]
fn s05_killed_after_its_effects_were_committed() {
    killed_before_the_answer("effects-committed");
}

#[test]
fn s05_killed_after_a_request_was_sent() {
    killed_before_the_answer("request-sent");
}

/// Kills the service after this step of what follows the answer, and starts it again. As many notices as there are connections may have
/// been at the final dot in that moment: their fate is unknown, and they are never sent again. All others lie in their mailboxes, once.
fn killed_after_the_answer(step: &str, in_doubt: RangeInclusive<usize>) {
    let live = Live::two_accounts();
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    live.status_says("requests 2 sent").exits(0);
    running.stop();
    let running = Running::start(&live.world, Some(step));
    live.answer(SAM, &request, "approve");
    running.killed();

    let running = Running::start(&live.world, None);
    let mut status = String::new();
    let doubted =
        |status: &str| CONTACTS.iter().filter(|to| status.contains(&format!("A notice to {to} may or may not have arrived"))).count();
    until("every notice has left or is in doubt", || {
        let ran = live.world.run(&["status"]);
        status = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let doubts = doubted(&status);
        let counts =
            if doubts == 0 { "notices 8 sent".to_owned() } else { format!("notices {} sent, {doubts} unknown", CONTACTS.len() - doubts) };
        status.contains(&counts) && ran.code == Some(i32::from(doubts > 0))
    });
    assert!(in_doubt.contains(&doubted(&status)), "{status}");
    for contact in CONTACTS {
        if !status.contains(&format!("A notice to {contact} ")) {
            live.server.await_mails(contact, 1);
        }
    }
    let notices = live.notices();
    assert!(notices.iter().all(|(user, count)| CONTACTS.contains(&user.as_str()) && *count == 1), "{notices:?}");
    running.stop();
}

#[test]
fn s05_killed_after_the_approval_was_committed() {
    killed_after_the_answer("approval-committed", 0..=0);
}

#[test]
fn s05_killed_before_the_last_dot_it_is_in_doubt_and_never_sent_again() {
    killed_after_the_answer("dot-pending", 1..=CONNECTIONS);
}

#[test]
fn s05_killed_after_the_server_took_it_it_is_in_doubt_and_never_sent_again() {
    killed_after_the_answer("accepted", 1..=CONNECTIONS);
}

#[test]
fn s05_killed_after_a_notice_was_sent() {
    killed_after_the_answer("notice-sent", 0..=CONNECTIONS - 1);
}
