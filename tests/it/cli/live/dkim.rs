//! Approval by our own check of DKIM, on Exim's signatures and a real name server.

use super::{AUTHSERV, FOREWARN, Live, NOC, SAM, notice, reply, reply_to, until};
use crate::mailserver::{Names, Signing};

/// The company checks signatures by itself, and asks this name server for keys.
fn live(records: impl Fn(&Live) -> Vec<(String, String)>) -> (Live, Names) {
    let live = Live::two_accounts();
    let records = records(&live);
    let records: Vec<(&str, &str)> = records.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let names = live.server.names(&records);
    let mode = format!("auth = \"dkim\"\nname_server = \"{}\"\n", names.address);
    live.world.edit("forewarn.toml", &format!("auth = \"authserv:{AUTHSERV}\"\n"), &mode);
    (live, names)
}

/// Somebody of the company who has no part in it.
const LUIS: &str = "luis@harborlight.example";

fn key(selector: &str) -> String {
    format!("{selector}._domainkey.harborlight.example")
}

/// A mail that came, out of its mailbox: what somebody who saw it could send again.
fn newest(live: &Live, who: &str) -> Vec<u8> {
    live.server.held(who).pop().unwrap().bytes
}

#[test]
fn a02_exims_own_signature_approves_and_one_flipped_byte_does_not() {
    let (live, names) = live(|live| vec![(key("fw1"), live.server.sign("fw1", Signing::Rsa))]);
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    assert!(request.text().contains("No answer has counted here yet"), "{}", request.text());

    // Unsigned: nothing follows, and Sam hears of it.
    live.server.sign_nothing();
    live.server.submit(SAM, &[&reply_to(&request)], reply(SAM, &request, "approve")).unwrap();
    let told = || live.server.inbox(SAM).iter().filter(|mail| mail.text().contains("wrote in your name")).count();
    until("Sam hears that somebody wrote in his name", || told() == 1);

    // Signed as it should be, but looked at by somebody who changes a byte: of the text, then of a signed header.
    live.server.sign("fw1", Signing::Rsa);
    live.server.submit(SAM, &[LUIS], reply(SAM, &request, "reject not ours")).unwrap();
    live.server.await_mails(LUIS, 1);
    let signed = String::from_utf8(newest(&live, LUIS)).unwrap();
    assert!(signed.contains("DKIM-Signature: "), "{signed}");
    let again = |text: &str| {
        let text = text.replace("Delivered-To: ", "X-Before: ").replace("Message-ID: <", "X-Id: <");
        live.server.deliver(SAM, &[FOREWARN], text).unwrap();
    };
    again(&signed.replace("reject not ours", "approve\n"));
    again(&signed.replace("Subject: Re:", "Subject: Aw:"));
    until("all were looked at", || live.world.run(&["status"]).out.contains("3  reply"));
    assert_eq!((told(), live.notices().len()), (1, 0), "once an hour is enough, and nobody was told");

    live.server.submit(SAM, &[&reply_to(&request)], reply(SAM, &request, "approve")).unwrap();
    live.await_notices(8);
    live.each_contact_has_one();
    running.stop();
    drop(names);
}

#[test]
fn a15_without_a_name_server_an_answer_waits_and_then_counts() {
    let (live, mut names) = live(|live| vec![(key("fw1"), live.server.sign("fw1", Signing::Ed25519))]);
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    names.stop();
    live.answer(SAM, &request, "approve");
    until("the answer waits", || live.world.run(&["status"]).out.contains("1 pending"));
    assert_eq!(live.notices().len(), 0, "nothing is decided by it");
    let told = live.server.inbox(SAM).iter().filter(|mail| mail.text().contains("wrote in your name")).count();
    assert_eq!(told, 0, "nor is it called forged");
    names.start(&live.server);
    until("it is looked at again", || live.world.run(&["status"]).out.contains("0 pending"));
    live.await_notices(8);
    live.each_contact_has_one();
    running.stop();
}

#[test]
fn a02_a_key_that_is_gone_proves_nothing_and_the_next_one_does() {
    // The record of the old selector is not published any more.
    let (live, names) = live(|live| vec![(key("new"), live.server.sign("new", Signing::Ed25519))]);
    live.server.sign("old", Signing::Rsa);
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    live.answer(SAM, &request, "approve");
    let said = || live.server.inbox(SAM).into_iter().find(|mail| mail.text().contains("there is no key of that name"));
    until("Sam hears that it did not count", || said().is_some());
    assert_eq!(live.notices().len(), 0);
    running.stop();
    drop(names);
}
