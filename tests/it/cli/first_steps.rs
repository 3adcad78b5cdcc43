//! From `init` to the first notice, and what each command shows and explains on the way.

use super::service::{mail01_stands_at_acme, notice_of_acme, rule_of_acme};
use super::{World, fits_the_terminal, run, sample};
use std::fs;

#[test]
fn from_init_to_the_first_notice() {
    let world = World::begun();
    world.run(&["check"]).exits(0);
    world.run(&["status"]).complains(2, &["there is no store at", "forewarn.sqlite", "start the service once"]);
    assert!(world.once("2020-09-01T15:00:00Z").exits(0).ends_with("0 considered, 0 sent, 0 alarms\n"));
    world.drop_mail("notice", sample("demo/01-host.eml"));
    let out = world.once("2020-09-01T15:05:00Z").exits(0);
    assert_eq!(out, "mail 1      extracted: a rule read it\n1 considered, 1 sent, 0 alarms\n");
    assert_eq!(world.out().len(), 1);
    world.answer("reply", "sam@example.net", "FW-1", "approve");
    assert!(world.once("2020-09-01T15:10:00Z").exits(0).ends_with("reply accepted\n1 considered, 1 sent, 0 alarms\n"));
    let answers: Vec<String> =
        world.out().into_iter().map(|(_, mail)| mail.subject).filter(|subject| subject.starts_with("Approved")).collect();
    assert_eq!(answers.len(), 1, "the approver is told");
    assert!(!world.path("out/staff@example.net").exists(), "nothing leaves before the time for second thoughts is over");
    assert!(world.once("2020-09-01T15:12:30Z").exits(0).contains("1 sent"));
    let rehearsed: Vec<_> = world.out().into_iter().filter(|(to, _)| to == "staff@example.net").collect();
    assert_eq!(rehearsed.len(), 1);
    assert!(world.once("2020-09-01T15:13:00Z").exits(0).contains("0 considered, 0 sent"), "once is once");
    let status = world.run(&["status", "--now", "2020-09-01T15:14:00Z"]).exits(0);
    assert!(status.contains("notices   1 sent") && status.contains("All is well"), "{status}");
}

/// The company of the fixtures with a notice in front of its approvers.
fn asked() -> World {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("notice", sample("demo/01-host.eml"));
    world.once("2020-09-01T15:05:00Z").exits(0);
    world
}

#[test]
fn in_live_mode_each_customer_gets_the_notice_once() {
    let world = asked();
    world.answer("approval", "ines@harborlight.example", "FW-1", "approve");
    world.once("2020-09-01T15:10:00Z").exits(0);
    assert!(world.notices().is_empty());
    for now in ["2020-09-01T15:12:01Z", "2020-09-01T15:12:02Z", "2020-09-01T16:00:00Z"] {
        world.once(now).exits(0);
    }
    let to: Vec<String> = world.notices().into_iter().map(|(to, _)| to).collect();
    let expected = [
        "ada@willowstreet.example",
        "dana@orchardfinch.example",
        "duty@tidewater-obs.example",
        "joana@ipanema-cafes.example",
        "katrin@bakery-meyer.example",
        "lee@orchardfinch.example",
        "priya@lakesidedental.example",
        "tom@hammerrowe.example",
    ];
    assert_eq!(to, expected);
}

#[test]
fn what_is_taken_back_in_time_reaches_no_customer() {
    let world = asked();
    world.answer("approval", "sam@harborlight.example", "FW-1", "approve");
    world.once("2020-09-01T15:10:00Z").exits(0);
    world.answer("thoughts", "sam@harborlight.example", "FW-1", "stop");
    world.once("2020-09-01T15:11:00Z").exits(0);
    world.answer("other", "ines@harborlight.example", "FW-1", "approve");
    let late = world.once("2020-09-01T15:31:00Z").exits(0);
    assert!(late.contains("reply came too late: told what is current"), "{late}");
    world.once("2020-09-01T16:00:00Z").exits(0);
    assert!(world.notices().is_empty());
    let status = world.run(&["status", "--now", "2020-09-01T16:00:00Z"]).exits(0);
    assert!(status.contains("notices   8 cancelled"), "{status}");
}

#[test]
fn what_is_shown_can_be_read_at_eighty_columns() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("w");
    run(&["demo", "--keep", dir.to_str().unwrap()]).exits(0);
    let configuration = dir.join("forewarn.toml");
    let shown = |arguments: &[&str]| run(&[&["--config", configuration.to_str().unwrap()], arguments].concat());
    let now = "2020-09-08T14:15:00Z";
    for (arguments, says) in [
        (&["status", "--now", now][..], "listed      12  = 12 stored"),
        (&["queue", "--now", now], "1 thing waits for a person."),
        (&["drafts"], "FW-4 v1  proposed"),
        (&["drafts", "--all"], "FW-2 v1  void"),
        (&["windows", "--now", now], "Northfield Cloud: Data Center Maintenance (Host)"),
        (&["windows", "--from", "2020-09-12", "--to", "2020-09-13"], "1 window from Sat Sep 12, 12:00 AM CDT"),
        (&["check"], "2 providers, 4 services, 8 customers"),
        (&["replay"], "12 read again, 0 differ"),
        (&["replay", "--waiting"], "1 read again, 0 differ"),
        (&["rules", "list"], "northfield/host-moved"),
    ] {
        let out = shown(arguments).exits(0);
        assert!(out.contains(says), "{arguments:?} does not say {says:?}:\n{out}");
        fits_the_terminal(&out);
    }
    let digest = shown(&["digest", "--now", now]).exits(0);
    assert!(digest.starts_with("Subject: Tue Sep 8: ") && digest.contains("NEXT 14 DAYS"), "{digest}");
    let one = shown(&["drafts", "FW-1"]).exits(0);
    assert!(one.contains("To: \"Priya Raman\" <priya@lakesidedental.example>") || one.contains("priya@lakesidedental.example"), "{one}");
    shown(&["drafts", "FW-99"]).complains(2, &["FW-99 has no draft", "forewarn drafts --all"]);
    shown(&["drafts", "twelve"]).complains(2, &["write it like FW-12"]);
    shown(&["windows", "--from", "soon"]).complains(2, &["\"soon\" is neither a day like 2026-03-01 nor an instant"]);
    shown(&["windows", "--from", "2020-09-12", "--to", "2020-09-12"]).complains(2, &["the end is not after the beginning"]);
}

#[test]
fn a_digest_is_sent_out_of_turn() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    let before = world.out().len();
    let out = world.run(&["digest", "--send", "--now", "2020-09-01T16:00:00Z"]).exits(0);
    assert!(out.starts_with("2 digests in the outbox"), "{out}");
    assert_eq!(world.out().len(), before, "a command sends nothing itself");
    assert!(world.once("2020-09-01T16:01:00Z").exits(0).contains("2 sent"));
}

#[test]
fn a_mended_rule_reads_again_what_waits_and_does_so_once() {
    let world = World::harborlight();
    mail01_stands_at_acme(&world);
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("strange", notice_of_acme(&sample("demo/01-host.eml")).replace(" UTC", ""));
    assert!(world.once("2020-09-01T15:05:00Z").exits(0).contains("needs a person"));
    fs::create_dir(world.path("rules")).unwrap();
    // The shipped rule of another provider, taught this one's sender, words and zone: it stands beside the shipped ones.
    fs::write(world.path("rules/acme.toml"), rule_of_acme().replacen("marks = ", "zone = \"UTC\"\nmarks = ", 1)).unwrap();
    world.edit("forewarn.toml", "store = ", "rules_dir = \"rules\"\nstore = ");
    let summary = world.run(&["check"]).exits(0);
    let shipped = run(&["rules", "list"]).exits(0).lines().filter(|line| line.starts_with(' ')).count();
    assert!(!summary.contains(&format!(" {shipped} rules")), "rules of one's own stand beside the shipped ones: {summary}");

    // The difference is printed, and nothing changes by that.
    let seen = world.run(&["replay"]).exits(0);
    assert!(seen.contains("   was    ") && seen.contains("generic; no rule knows this"), "{seen}");
    assert!(seen.contains("   is     2020-09-10 04:00Z to 2020-09-10 12:00Z, acme/host\n"), "{seen}");
    assert!(seen.ends_with("1 read again, 1 differ\n"), "{seen}");
    fits_the_terminal(&seen);
    assert!(world.once("2020-09-01T15:06:00Z").exits(0).contains("0 considered"));

    let before = world.run(&["drafts"]).exits(0);
    let replay = world.run(&["replay", "--apply"]).exits(0);
    assert!(replay.contains("1 read again, 1 differ, 1 are considered again"), "{replay}");
    fits_the_terminal(&replay);
    let again = world.once("2020-09-01T15:10:00Z").exits(0);
    assert!(again.contains("mail 1 ") && again.contains("\n1 considered"), "{again}");
    let outcome = again.lines().next().unwrap_or_default().to_owned();
    assert!(!outcome.contains("no rule knows"), "{outcome}");
    let drafts = world.run(&["drafts"]).exits(0);
    assert!(!before.contains("Mail  7 customers") && drafts.contains("Mail  7 customers"), "{before}\n{drafts}\n{again}");
    assert!(again.contains(", 2 sent,"), "both approvers are asked about it: {again}");

    // A second time there is nothing to do.
    let second = world.run(&["replay", "--apply"]).exits(0);
    assert!(second.contains(" 0 differ, 0 are considered again"), "{second}");
    assert!(world.once("2020-09-01T15:15:00Z").exits(0).contains("0 considered"));
    assert_eq!(world.run(&["drafts"]).exits(0), drafts, "no second draft");
}

#[test]
fn every_command_teaches() {
    let commands = [
        "",
        "demo",
        "init",
        "run",
        "once",
        "check",
        "extract",
        "rules",
        "rules check",
        "rules list",
        "rules new",
        "replay",
        "windows",
        "drafts",
        "queue",
        "history",
        "postmortem",
        "erase",
        "digest",
        "status",
    ];
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = run(&words).exits(0);
        assert!(help.contains("Usage: forewarn"), "{help}");
        let example = format!("forewarn {command}").trim_end().to_owned();
        let examples = help.split("Usage:").next().unwrap_or_default().matches(&example).count();
        assert!(examples > 0, "`forewarn {command} --help` gives no example:\n{help}");
        fits_the_terminal(&help);
    }
    for command in ["check", "once", "status", "extract", "rules check"] {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = run(&words).exits(0).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("Exit code"), "{help}");
    }
    let list = run(&["help"]).exits(0);
    for command in commands.iter().filter(|command| !command.contains(' ') && !command.is_empty()) {
        assert!(list.contains(&format!("\n  {command} ")), "{command}");
    }
}

#[test]
fn wrong_use_is_refused_with_a_hint() {
    run(&["--bogus"]).complains(2, &["unexpected argument '--bogus'", "--help"]);
    run(&["status", "--colour"]).complains(2, &["unexpected argument '--colour'"]);
    run(&["statsu"]).complains(2, &["'statsu'", "status"]);
    run(&[]).complains(2, &["Usage: forewarn"]);
    run(&["extract"]).complains(2, &["<PATH>"]);
    run(&["history"]).complains(2, &["FW-12", "--customer"]);
    run(&["history", "twelve"]).complains(2, &["write it like FW-12"]);
    run(&["erase"]).complains(2, &["<CUSTOMER>"]);
    for command in ["status", "once", "queue", "windows", "digest", "history FW-1", "postmortem FW-1", "erase x"] {
        let words: Vec<&str> = command.split_whitespace().chain(["--now", "tomorrow"]).collect();
        run(&words).complains(2, &["'tomorrow'", "2026-03-01T00:00:00Z"]);
    }
    run(&["--version"]).exits(0);
}

#[test]
fn rules_are_proved_by_their_samples() {
    let root = env!("CARGO_MANIFEST_DIR");
    let samples = format!("{root}/fixtures/mail");
    assert!(run(&["rules", "check", "--samples", &samples]).exits(0).contains(" 0 to mend"));
    let folder = tempfile::tempdir().unwrap();
    fs::copy(format!("{root}/rules/zayo.toml"), folder.path().join("zayo.toml")).unwrap();
    let dir = folder.path().to_str().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let unproved = run(&["rules", "check", dir, "--samples", empty.path().to_str().unwrap()]).exits(1);
    assert!(unproved.contains("missing   zayo/planned"), "{unproved}");
    assert!(run(&["rules", "list", dir]).exits(0).starts_with("zayo.toml  "));
    fs::write(folder.path().join("acme.toml"), "provider = \"acme\"\nlayuot = 7\n").unwrap();
    run(&["rules", "list", dir]).complains(2, &[dir, "acme.toml:2:", "layuot"]);
    run(&["rules", "list", empty.path().to_str().unwrap()]).complains(2, &["holds no rule file"]);
    run(&["rules", "check", "--samples", "/nowhere/at/all"]).complains(2, &["/nowhere/at/all"]);
}
