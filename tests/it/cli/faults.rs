//! What is wrong is named with file, line and what to do; the right exit code comes; nothing is lost.

use super::{World, fits_the_terminal, sample, set_mode, until};
use std::fs;
use std::process::Command;

const NOW: &str = "2020-09-01T15:05:00Z";

/// Makes the world the test needs, spoils it, and fails unless both `once` and `check` stop with each of these texts.
#[track_caller]
fn stops(spoil: impl FnOnce(&World), texts: &[&str]) {
    let world = World::harborlight();
    spoil(&world);
    let before = fs::read_dir(world.path("")).unwrap().count();
    world.once(NOW).complains(2, texts);
    let said = world.run(&["check"]);
    assert_eq!(said.code, Some(2), "{}{}", said.out, said.err);
    for text in texts {
        assert!(said.out.contains(text), "check does not say {text:?}:\n{}", said.out);
    }
    let after = fs::read_dir(world.path("")).unwrap().filter(|entry| !entry.as_ref().unwrap().path().ends_with("forewarn.lock")).count();
    assert_eq!(after, before, "nothing is begun");
}

/// Folded lines in one.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_broken_configuration_stops_everything_with_file_line_and_help() {
    stops(|world| world.edit("forewarn.toml", "zone = \"America/Chicago\"", "zone = America"), &["forewarn.toml:8:8", "= help:"]);
    stops(
        |world| world.edit("forewarn.toml", "undo_seconds = 120", "undo_second = 120"),
        &["unknown key `undo_second`", "did you mean `undo_seconds`?"],
    );
    stops(
        |world| world.edit("forewarn.toml", "undo_seconds = 120", "undo_seconds = \"120\""),
        &["`undo_seconds` must be", "forewarn.toml:"],
    );
    let several = |world: &World| {
        world.edit("forewarn.toml", "mode = \"live\"", "mode = \"dead\"");
        world.edit("forewarn.toml", "time = \"07:00\"", "time = \"25:00\"");
        world.edit("services.toml", "services = [\"web\", \"mail\"]", "services = [\"web\", \"mial\"]");
        world.edit("services.toml", "address = \"ada@willowstreet.example\"", "address = \"ada\"");
    };
    stops(several, &["unknown mode \"dead\"", "25:00", "forewarn.toml:", "did you mean \"mail\"?", "services.toml:", "\"ada\""]);
    stops(|world| fs::remove_file(world.path("services.toml")).unwrap(), &["services.toml", "cannot read this file", "services = "]);
    stops(|world| fs::write(world.path("forewarn.toml"), b"mode = \"\xff\"").unwrap(), &["forewarn.toml"]);
}

#[test]
fn a_missing_configuration_says_how_to_get_one() {
    let world = World::begun();
    fs::remove_file(world.path("forewarn.toml")).unwrap();
    for command in ["run", "once", "status", "queue", "windows", "drafts", "digest", "replay"] {
        world.run(&[command]).complains(2, &["forewarn.toml", "forewarn init", "--config"]);
    }
    assert!(world.run(&["check"]).exits(2).contains("forewarn init"));
}

#[test]
fn a_key_that_others_can_read_or_that_is_missing_stops() {
    stops(|world| set_mode(&world.path("forewarn.key"), 0o640), &["forewarn.key", "mode 640", "chmod 600"]);
    stops(|world| fs::remove_file(world.path("forewarn.key")).unwrap(), &["forewarn.key"]);
    stops(|world| fs::write(world.path("forewarn.key"), "short\n").unwrap(), &["forewarn.key"]);
}

#[test]
fn a_broken_rule_or_template_stops_with_file_and_line() {
    let with = |key: &str, name: &str, text: &str| {
        let (key, name, text) = (key.to_owned(), name.to_owned(), text.to_owned());
        move |world: &World| {
            world.edit("forewarn.toml", "store = ", &format!("{key} = \"own\"\nstore = "));
            fs::create_dir(world.path("own")).unwrap();
            fs::write(world.path("own").join(name), text).unwrap();
        }
    };
    stops(with("rules_dir", "acme.toml", "provider = \"acme\"\nnmae = \"Acme\"\n"), &["/own cannot be used", "acme.toml:2:", "nmae"]);
    stops(with("rules_dir", "acme.toml", "provider = "), &["acme.toml:1:"]);
    stops(with("templates_dir", "notice.j2", "\n{{ nonsense }}\n"), &["/own cannot be used", "notice.j2, line 2", "nonsense"]);
    stops(with("templates_dir", "notice.j2", "{% if %}"), &["notice.j2, line 1"]);
}

#[test]
fn a_store_that_is_none_or_newer_is_never_written_to() {
    let untouched = |spoil: &dyn Fn(&World), texts: &[&str]| {
        let world = World::harborlight();
        world.once(NOW).exits(0);
        spoil(&world);
        let before = fs::read(world.path("forewarn.sqlite")).unwrap();
        for command in [&["once", "--now", NOW][..], &["run"], &["status"], &["queue"], &["windows"], &["drafts"], &["digest"], &["replay"]]
        {
            world.run(command).complains(2, &[&["forewarn.sqlite"], texts].concat());
        }
        assert_eq!(fs::read(world.path("forewarn.sqlite")).unwrap(), before, "untouched");
    };
    let no_database = |world: &World| fs::write(world.path("forewarn.sqlite"), "my shopping list, for a long week").unwrap();
    untouched(&no_database, &["not a store of forewarn", "name another file, or move this one away"]);
    let newer = |world: &World| {
        // The version stands big-endian at byte 60 of the header (<https://www.sqlite.org/fileformat2.html#user_version_number>).
        let mut bytes = fs::read(world.path("forewarn.sqlite")).unwrap();
        bytes[60..64].copy_from_slice(&7_u32.to_be_bytes());
        fs::write(world.path("forewarn.sqlite"), bytes).unwrap();
    };
    untouched(&newer, &["newer forewarn", "store version 7", "run the newer one"]);
    let other = |world: &World| {
        // The application id stands at byte 68.
        let mut bytes = fs::read(world.path("forewarn.sqlite")).unwrap();
        bytes[68..72].copy_from_slice(&1_u32.to_be_bytes());
        fs::write(world.path("forewarn.sqlite"), bytes).unwrap();
    };
    untouched(&other, &["another program's SQLite file"]);
    let folder = |world: &World| {
        fs::remove_file(world.path("forewarn.sqlite")).unwrap();
        fs::create_dir(world.path("forewarn.sqlite")).unwrap();
    };
    let world = World::harborlight();
    fs::write(world.path("forewarn.sqlite"), "").unwrap();
    folder(&world);
    world.once(NOW).complains(2, &["forewarn.sqlite"]);
}

#[test]
fn a_missing_inbox_is_told_and_the_other_is_read() {
    let world = World::harborlight();
    world.edit("forewarn.toml", "[[inbox]]", "[[inbox]]\naccount = \"second\"\nmaildir = \"second\"\nreads = [\"providers\"]\n\n[[inbox]]");
    world.once("2020-09-01T15:00:00Z").complains(1, &["second", "is no Maildir", "mkdir -p"]);
    world.drop_mail("notice", sample("demo/01-host.eml"));
    let ran = world.once(NOW);
    assert!(ran.out.contains("1 considered"), "{}", ran.out);
    ran.complains(1, &["mkdir -p"]);
    let status = world.run(&["status", "--now", NOW]).exits(1);
    assert!(
        status.contains("noc     read") && status.contains("FAILING since") && status.contains("Account second cannot be read"),
        "{status}"
    );
    fits_the_terminal(&status.lines().filter(|line| !line.contains("/tmp")).collect::<Vec<_>>().join("\n"));
    let check = world.run(&["check"]).exits(1);
    assert!(check.contains("the inbox \"second\" is no Maildir yet"), "{check}");
}

#[test]
fn a_mail_that_cannot_be_read_stays_listed_until_it_can() {
    let world = World::harborlight().without_privileges();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("locked", sample("demo/01-host.eml"));
    set_mode(&world.path("in/new/locked"), 0o000);
    world.drop_mail("open", sample("demo/02-invoice.eml"));
    if world.as_nobody {
        std::os::unix::fs::chown(world.path("in/new/open"), Some(super::NOBODY), None).unwrap();
    }
    let ran = world.once(NOW);
    assert!(ran.out.contains("1 considered"), "the other one is read: {}", ran.out);
    ran.complains(1, &["in/new/locked", "Permission denied"]);
    let status = world.run(&["status", "--now", NOW]).exits(1);
    assert!(
        status.contains("listed       2  = 1 stored + 0 vanished + 1 waiting") && flat(&status).contains("Permission denied"),
        "{status}"
    );
    set_mode(&world.path("in/new/locked"), 0o644);
    assert!(world.once("2020-09-01T15:10:00Z").exits(0).contains("extracted"));
    world.run(&["status", "--now", "2020-09-01T15:10:00Z"]).exits(0);
}

#[test]
fn whatever_falls_in_has_one_named_end() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    let mut noise = 11_u32;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    })
    .take(50_000)
    .collect();
    world.drop_mail("1-empty", "");
    world.drop_mail("2-random", random);
    world.drop_mail("3-nul", b"From: a@northfield.example\r\nSubject: mainten\0ance\r\n\r\n\0window\0 2020-09-10 04:00 UTC\0\r\n");
    world.drop_mail("4-large", vec![b'x'; 60_000_000]);
    world.drop_mail("5-good", sample("demo/01-host.eml"));
    // Neither is a mail, and neither stops the others.
    fs::create_dir(world.path("in/new/6-folder")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", world.path("in/new/7-dangling")).unwrap();
    let out = world.once(NOW).exits(0);
    assert!(out.contains("extracted: a rule read it"), "{out}");
    let status = world.run(&["status", "--now", NOW]).out;
    assert!(
        status.contains("listed       5  = 5 stored + 0 vanished + 0 waiting") && status.contains("stored       5  = 5 ended + 0 pending"),
        "{status}"
    );
    assert!(status.contains("quarantined") && status.contains("extracted"), "{status}");
    let queue = world.run(&["queue", "--now", NOW]).exits(0);
    assert!(queue.contains("60000000 bytes are more than"), "a person is told: {queue}");
    assert!(fs::metadata(world.path("forewarn.sqlite")).unwrap().len() < 2_000_000, "a large mail is not kept whole");
}

#[test]
fn an_outbox_that_cannot_be_written_keeps_every_mail_for_later() {
    let world = World::harborlight().without_privileges();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("notice", sample("demo/01-host.eml"));
    if world.as_nobody {
        std::os::unix::fs::chown(world.path("in/new/notice"), Some(super::NOBODY), None).unwrap();
    }
    set_mode(&world.path("out"), 0o555);
    let ran = world.once(NOW);
    assert!(ran.out.contains("1 considered, 0 sent"), "{}", ran.out);
    ran.complains(1, &["out/", "Permission denied"]);
    let status = world.run(&["status", "--now", NOW]).out;
    assert!(status.contains("requests  2 retry"), "{status}");
    set_mode(&world.path("out"), 0o755);
    assert!(world.once("2020-09-01T15:30:00Z").exits(0).contains("2 sent"));
    assert_eq!(world.out().len(), 2);
}

#[test]
fn a_store_in_a_folder_that_cannot_be_written_is_told() {
    let world = World::harborlight();
    fs::create_dir(world.path("state")).unwrap();
    world.edit("forewarn.toml", "store = \"forewarn.sqlite\"", "store = \"state/forewarn.sqlite\"");
    let world = world.without_privileges();
    set_mode(&world.path("state"), 0o555);
    world.once(NOW).complains(2, &["state/forewarn", "Permission denied"]);
    set_mode(&world.path("state"), 0o755);
    world.once(NOW).exits(0);
    set_mode(&world.path("state"), 0o555);
    let said = world.run(&["status", "--now", NOW]);
    assert!(matches!(said.code, Some(0 | 2)) && !said.err.contains("panicked"), "{said:?}");
    set_mode(&world.path("state"), 0o755);
}

#[test]
fn the_alarm_command_is_tried_again_until_it_works() {
    let world = World::harborlight();
    let (program, page) = (world.path("page"), world.path("paged"));
    fs::write(&program, format!("#!/bin/sh\n[ -e '{}' ] || exit 1\ncat > '{}'\n", world.path("pager-works").display(), page.display()))
        .unwrap();
    set_mode(&program, 0o755);
    let text = fs::read_to_string(world.path("forewarn.toml")).unwrap();
    fs::write(world.path("forewarn.toml"), format!("{text}\n[alarm]\ncommand = [\"{}\"]\n", program.display())).unwrap();
    world.once("2020-09-01T15:00:00Z").exits(0);
    fs::rename(world.path("in"), world.path("elsewhere")).unwrap();
    world.once("2020-09-01T15:01:00Z").complains(1, &["is no Maildir"]);
    world.once("2020-09-01T15:30:00Z").complains(1, &["is no Maildir", "page"]);
    assert!(!page.exists());
    fs::write(world.path("pager-works"), "").unwrap();
    world.once("2020-09-01T15:40:00Z").complains(1, &["is no Maildir"]);
    until("somebody is woken", || page.exists());
    assert!(fs::read_to_string(&page).unwrap().contains("noc"));
}

#[test]
fn a_process_that_only_looks_does_not_wait_for_one_that_sends() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    // Whoever holds the lock of the service: a second one is refused, those that look are not.
    let mut holder = Command::new("flock").arg(world.path("forewarn.lock")).args(["sleep", "30"]).spawn().unwrap();
    until("the lock is held", || world.once("2020-09-01T15:01:00Z").code == Some(2));
    world.once("2020-09-01T15:01:00Z").complains(2, &["another forewarn runs on", "forewarn status"]);
    world.run(&["status", "--now", "2020-09-01T15:01:00Z"]).exits(0);
    world.run(&["queue"]).exits(0);
    holder.kill().unwrap();
    holder.wait().unwrap();
}
