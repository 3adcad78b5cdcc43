//! `forewarn settle`: the words that settle, on the command line, beside a running service; and the rule that staff ask for.

use std::fs;

use super::{World, service::Running, until};

fn notice(server: &str) -> String {
    super::service::notice().replace("Server: mail01", &format!("Server: {server}"))
}

#[test]
fn a_doubt_is_settled_while_the_service_runs_and_nothing_is_approved_by_it() {
    let world = World::harborlight();
    world.edit("forewarn.toml", "undo_seconds = 120", "undo_seconds = 0");
    let running = Running::start(&world);
    world.drop_mail("notice", notice("unknown77"));
    until("both approvers are asked", || world.out().len() == 2);

    let said = world.run(&["settle", "FW-1", "services", "2"]).exits(0);
    assert!(said.contains("FW-1 v2 waits for approval"), "{said}");
    until("both are asked anew", || world.out().len() == 4);
    assert!(world.notices().is_empty(), "a word that settles sends nothing");
    world.answer("reply", "sam@harborlight.example", "FW-1 v2", "approve");
    until("the notices have left", || world.notices().len() == 8);
    running.stop("TERM").exits(0);
}

#[test]
fn words_that_do_not_fit_say_what_would() {
    let world = World::harborlight();
    world.run(&["once"]).exits(0);
    world.drop_mail("notice", notice("mail01"));
    world.run(&["once"]).exits(0);
    world.run(&["settle", "FW-1", "approve"]).complains(2, &["nothing changed", "answering the request mail", "services 1 3"]);
    world.run(&["settle", "FW-1", "perhaps"]).complains(2, &["“perhaps” is none of the words", "window N or TEXT"]);
    world.run(&["settle", "FW-9", "irrelevant"]).complains(2, &["there is no FW-9", "forewarn queue"]);
    world.run(&["settle", "FW-1", "services", "9"]).complains(2, &["services are numbered 1 to 1"]);
    world.run(&["settle", "FW-1", "same", "as", "FW-1"]).complains(2, &["FW-1 cannot be it"]);
    world.run(&["settle", "twelve", "irrelevant"]).complains(2, &["write it like FW-12"]);
    let said = world.run(&["settle", "FW-1", "irrelevant"]).exits(0);
    assert!(said.contains("FW-1 is closed: irrelevant, says the command line"), "{said}");
    assert!(world.run(&["queue"]).exits(0).contains("Nothing waits"));
    world.run(&["settle", "FW-1", "irrelevant"]).complains(2, &["overtaken", "forewarn drafts"]);
}

#[test]
fn a_rule_is_begun_from_a_mail_of_the_store() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail(
        "unknown",
        "Message-ID: <1@stonegate-hosting.example>\r\nFrom: Stonegate <noc@stonegate-hosting.example>\r\nTo: noc@harborlight.example\r\n\
         Subject: Planned works\r\nDate: Tue, 01 Sep 2020 15:00:00 +0000\r\n\r\nHello,\r\n\r\nAffected server: db7\r\n\
         Start: 2020-09-10 04:00 UTC\r\nEnd: 2020-09-10 06:00 UTC\r\n\r\nThe server will be unavailable.\r\n",
    );
    world.once("2020-09-01T15:05:00Z").exits(0);
    let said = world.run(&["settle", "FW-1", "rule", "please", "--now", "2020-09-01T15:06:00Z"]);
    said.complains(2, &["none of the words"]);
    let said = world.run(&["settle", "--now", "2020-09-01T15:06:00Z", "FW-1", "rule", "please"]).exits(0);
    assert!(said.contains("Noted for FW-1"), "{said}");
    world.run(&["rules", "new", "--stored", "1"]).complains(2, &["--case"]);
    world.run(&["rules", "new", "--stored", "77", "--case", "plan"]).complains(2, &["the store holds no mail 77"]);
    let (rules, samples) = (world.path("own"), world.path("mine"));
    let (rules, samples) = (rules.to_str().unwrap(), samples.to_str().unwrap());
    let made = world.run(&["rules", "new", "--stored", "1", "--case", "plan", "--rules", rules, "--samples", samples]).exits(0);
    assert!(made.contains("wrote"), "{made}");
    assert!(fs::read_dir(rules).unwrap().count() == 1, "one rule file");
}
