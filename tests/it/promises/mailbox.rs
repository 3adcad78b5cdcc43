//! The service against an IMAP server that breaks, lies and forgets (fault rows I…): every mail in the ledger once, and nobody left unaware.

use super::{World, at};
use crate::fakes::imap::{FakeImap, Instead, Mailbox, UidNext};
use forewarn::model::Outcome;
use std::collections::BTreeSet;
use std::fs;

const START: &str = "2026-11-24T20:00:00Z";

/// A world whose inbox is the fake's, and that has looked at it once.
async fn reading(imap: &FakeImap, more: &str) -> World {
    let mut world = World::closed(START, &[]);
    let server = imap.server();
    let inbox = format!(
        "imap = \"{server}\"\ntls = \"none\"\nuser = \"noc@harbor.example\"\npassword_command = [\"/bin/cat\", \"{}\"]\n{more}",
        world.dir.path().join("password").display()
    );
    fs::write(world.dir.path().join("password"), "s3cret").unwrap();
    world.change("maildir = \"in\"", &inbox);
    world.open().await;
    world
}

fn letter(number: u32) -> Vec<u8> {
    format!("From: Kim <kim@acme.example>\r\nSubject: letter {number}\r\nMessage-ID: <{number}@acme.example>\r\n\r\nHello {number}.\r\n")
        .into_bytes()
}

/// Subjects of the mails that ended, with their outcomes, in order of their numbers.
fn ended(world: &World) -> Vec<(String, String)> {
    let store = rusqlite::Connection::open(world.dir.path().join("forewarn.sqlite")).unwrap();
    let mut rows = store.prepare("SELECT subject, coalesce(outcome, state) FROM mail ORDER BY id").unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

fn kept(world: &World) -> Vec<Vec<u8>> {
    let store = rusqlite::Connection::open(world.dir.path().join("forewarn.sqlite")).unwrap();
    let mut rows = store.prepare("SELECT length, packed FROM raw ORDER BY id").unwrap();
    let unpack = |row: &rusqlite::Row<'_>| {
        let packed: Vec<u8> = row.get(1)?;
        let length: u32 = row.get(0)?;
        Ok(zstd::bulk::decompress(&packed, usize::try_from(length).unwrap()).unwrap())
    };
    rows.query_map([], unpack).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn i01_a_stream_that_is_cut_at_any_byte_loses_nothing_and_keeps_no_part() {
    let letters = [letter(1), letter(2), letter(3)];
    let imap = FakeImap::plain(Mailbox::of(&letters.each_ref().map(Vec::as_slice)));
    let world = reading(&imap, "").await;
    world.round().await;
    let whole = imap.sent();
    let before = world.service().store().counts().await.unwrap();
    assert_eq!((before.listed, before.waiting), (3, 0));
    // Each time a new generation: its first listing is what is cut. (`imap::` cuts the client's session at every single byte.)
    let cuts: Vec<usize> = (0..whole).step_by(13).collect();
    for cut in cuts.iter().copied() {
        imap.change(|mailbox| {
            mailbox.inbox().uid_validity += 1;
            mailbox.cut_after = Some(cut);
        });
        let round = world.round().await;
        assert!(round.considered.is_empty() || round.considered.iter().all(|(_, outcome)| matches!(outcome, Outcome::Duplicate(_))));
        imap.change(|mailbox| mailbox.cut_after = None);
        let round = world.round().await;
        assert!(round.faults.is_empty(), "cut after {cut} of {whole} bytes: {:?}", round.faults);
    }
    let counts = world.service().store().counts().await.unwrap();
    assert!(counts.adds_up() && counts.waiting == 0 && counts.pending == 0, "{counts:?}");
    let stored: BTreeSet<Vec<u8>> = kept(&world).into_iter().collect();
    assert_eq!(stored, letters.into_iter().collect(), "no partial mail was kept");
    let generations = u64::try_from(cuts.len()).unwrap() + 1;
    assert_eq!(counts.stored, 3 * generations, "each mail of each generation is stored once: {counts:?}");
}

#[tokio::test]
async fn i11_uids_that_begin_anew_under_the_same_uidvalidity_are_a_new_generation() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1), &letter(2)]));
    let world = reading(&imap, "").await;
    world.round().await;
    imap.change(|mailbox| {
        mailbox.inbox().mails.clear();
        mailbox.inbox().uid_next = UidNext::True(1);
        mailbox.deliver("INBOX", &letter(2));
    });
    world.later(1).await;
    imap.change(|mailbox| mailbox.deliver("INBOX", &letter(3)));
    world.later(1).await;
    let outcomes: Vec<_> = ended(&world);
    let outcomes: Vec<_> = outcomes.iter().map(|(subject, outcome)| (subject.as_str(), outcome.as_str())).collect();
    assert_eq!(
        outcomes,
        [("letter 1", "irrelevant"), ("letter 2", "irrelevant"), ("letter 2", "duplicate"), ("letter 3", "irrelevant")],
        "the same uids again, and nothing is taken for read"
    );
}

#[tokio::test]
async fn i12_what_is_expunged_between_listing_and_fetching_is_told_with_its_envelope() {
    let imap = FakeImap::plain(Mailbox::default());
    let mut world = reading(&imap, "").await;
    world.round().await;
    imap.change(|mailbox| {
        mailbox.deliver("INBOX", &letter(1));
        mailbox.deliver("INBOX", &letter(2));
        mailbox.instead.push(("UID FETCH 1:2 (UID BODY.PEEK[]".to_owned(), Instead::Close));
    });
    let round = world.later(1).await;
    assert_eq!(round.faults.len(), 1, "{round:?}\n{:?}", imap.commands());
    imap.change(|mailbox| mailbox.inbox().mails.remove(&1));
    let round = world.later(1).await;
    assert!(round.faults.is_empty(), "{round:?}");
    assert_eq!(
        ended(&world),
        [("letter 1".to_owned(), "vanished".to_owned()), ("letter 2".to_owned(), "irrelevant".to_owned())],
        "with the envelope that was listed"
    );
    let told: Vec<String> = world.out().into_iter().filter(|out| out.text().contains("letter 1")).map(|out| out.to).collect();
    assert_eq!(told, [super::INES, super::SAM], "staff hear which mail nobody has read");
}

#[tokio::test]
async fn i15_a_uid_that_becomes_visible_late_is_found_by_the_sweep_and_counted() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(11), &letter(12), &letter(13)]));
    imap.change(|mailbox| mailbox.inbox().mails.get_mut(&2).unwrap().hidden = true);
    let world = reading(&imap, "").await;
    world.round().await;
    assert_eq!(ended(&world).len(), 2);
    imap.change(|mailbox| mailbox.inbox().mails.get_mut(&2).unwrap().hidden = false);
    world.later(61).await;
    let ended = ended(&world);
    assert_eq!(ended.last().unwrap().0, "letter 12");
    assert_eq!(ended.len(), 3);
    let store = rusqlite::Connection::open(world.dir.path().join("forewarn.sqlite")).unwrap();
    let recovered: String = store.query_row("SELECT value FROM setting WHERE name = 'sweep_recovered'", [], |row| row.get(0)).unwrap();
    assert_eq!(recovered, "1", "a find of the sweep counts as a defect");
}

#[tokio::test]
async fn i06_i16_i17_servers_that_say_little_or_the_same_are_asked_by_search() {
    for (uid_next, empty_status, mod_seq) in [
        (UidNext::Untold, false, Some(7)),
        (UidNext::Untold, true, None),
        (UidNext::Says(1_000_000), false, Some(7)),
        (UidNext::Says(4_000_000_000), true, None),
    ] {
        let imap = FakeImap::plain(Mailbox::of(&[&letter(1)]));
        imap.change(|mailbox| {
            mailbox.empty_status = empty_status;
            mailbox.inbox().uid_next = uid_next;
            mailbox.inbox().highest_mod_seq = mod_seq;
        });
        let world = reading(&imap, "").await;
        assert!(world.round().await.faults.is_empty());
        imap.change(|mailbox| mailbox.deliver("INBOX", &letter(2)));
        assert!(world.later(1).await.faults.is_empty());
        assert_eq!(ended(&world).len(), 2, "the mail that came is found");
    }
}

#[tokio::test]
async fn i07_counts_that_lie_and_thousands_of_unasked_lines_change_nothing() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1), &letter(2)]));
    let unasked: String = (0..10_000).map(|number| format!("* {number} EXISTS\r\n* {number} RECENT\r\n")).collect();
    imap.change(|mailbox| {
        for command in ["EXAMINE", "UID SEARCH", "UID FETCH"] {
            let lines = format!("* 4000000000 EXISTS\r\n{unasked}* 1 EXISTS\r\n* 0 EXISTS\r\n");
            mailbox.instead.push((command.to_owned(), Instead::First(lines.into_bytes())));
        }
    });
    let world = reading(&imap, "").await;
    let round = world.round().await;
    assert!(round.faults.is_empty(), "{:?}", round.faults);
    assert_eq!(ended(&world).len(), 2, "the search decides, not a count");
}

#[tokio::test]
async fn i18_a_mail_that_the_server_does_not_hand_out_holds_up_no_other_and_is_told() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1), &letter(2)]));
    let world = reading(&imap, "").await;
    // No body for uid 1, and an unasked one first.
    let answer = format!(
        "* 9 FETCH (UID 9 BODY[]<0> {{3}}\r\nabc)\r\n* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 BODY[]<0> {{{}}}\r\n{})\r\n{{tag}} OK done\r\n",
        letter(2).len(),
        String::from_utf8(letter(2)).unwrap()
    );
    imap.change(|mailbox| mailbox.instead.push(("UID FETCH 1:2 (UID BODY.PEEK[]".to_owned(), Instead::Send(answer.into_bytes()))));
    let round = world.round().await;
    assert_eq!(round.faults, ["noc: the server lists uid 1 in INBOX but does not hand it out"], "{:?}", imap.commands());
    assert_eq!(ended(&world), [("letter 1".to_owned(), "listed".to_owned()), ("letter 2".to_owned(), "irrelevant".to_owned())]);
    assert!(world.later(1).await.faults.is_empty());
    assert_eq!(ended(&world)[0].1, "irrelevant");
    assert_eq!(kept(&world).len(), 2, "what nobody asked for is not kept");
}

#[tokio::test]
async fn i19_a_size_that_lies_changes_no_byte_and_what_is_too_large_is_put_aside() {
    let large = [letter(3), "x".repeat(300_000).into_bytes()].concat();
    let huge = [letter(4), b"y\r\n".repeat(9_000_000)].concat();
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1), &letter(2), &large, &huge, &letter(5)]));
    imap.change(|mailbox| {
        let mails = &mut mailbox.inbox().mails;
        mails.get_mut(&1).unwrap().claimed_size = Some(1);
        mails.get_mut(&2).unwrap().claimed_size = Some(2_000_000);
        // Both larger than they say.
        mails.get_mut(&3).unwrap().claimed_size = Some(100);
        mails.get_mut(&4).unwrap().claimed_size = Some(100);
        mails.get_mut(&5).unwrap().claimed_size = Some(90_000_000);
    });
    let world = reading(&imap, "").await;
    let round = world.round().await;
    assert!(round.faults.is_empty(), "{round:?}");
    let stored = kept(&world);
    for whole in [&letter(1), &letter(2), &large] {
        assert!(stored.contains(whole), "every byte is kept");
    }
    let outcomes: Vec<_> = ended(&world).into_iter().map(|(_, outcome)| outcome).collect();
    // A text longer than is read goes to a person.
    assert_eq!(outcomes, ["irrelevant", "irrelevant", "needs-person", "quarantined", "quarantined"]);
    assert!(stored.iter().all(|bytes| bytes.len() <= 300_000 + 200 || bytes.len() <= 64 * 1024), "of what is too large only the head");
}

#[tokio::test]
async fn i20_a_refused_password_is_named_told_after_ten_minutes_and_recovers_alone() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1)]));
    imap.change(|mailbox| mailbox.refuse_sign_in = vec!["NO [AUTHENTICATIONFAILED] no".to_owned(); 3]);
    let mut world = reading(&imap, "").await;
    for _ in 0..3 {
        let round = world.later(6).await;
        assert_eq!(round.faults.len(), 1);
        assert!(round.faults[0].contains("password") && !round.faults[0].contains("s3cret"), "{:?}", round.faults);
    }
    let told: Vec<String> = world.out().into_iter().map(|out| out.mail.subject).collect();
    assert!(told.iter().any(|subject| subject.contains("noc")), "staff hear of a blind inbox: {told:?}");
    assert!(world.later(1).await.faults.is_empty(), "accepted now");
    assert_eq!(ended(&world), [("letter 1".to_owned(), "irrelevant".to_owned())]);
    let facts = world.service().store().agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(facts.accounts[0].failing, None);
}

#[tokio::test]
async fn w07_all_folders_but_sent_drafts_and_trash_are_read_over_one_connection_and_nothing_is_changed() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1)]));
    imap.change(|mailbox| {
        for (number, (folder, attributes)) in
            [("Junk", "\\Junk"), ("Sent", "\\Sent"), ("Papierkorb", ""), ("Provider", ""), ("Entwürfe", "\\Drafts")].into_iter().enumerate()
        {
            mailbox.deliver(folder, &letter(10 + u32::try_from(number).unwrap()));
            mailbox.folders.get_mut(folder).unwrap().attributes = attributes.to_owned();
        }
    });
    let world = reading(&imap, "").await;
    assert!(world.round().await.faults.is_empty(), "{:?}", imap.commands());
    let mut read: Vec<String> = ended(&world).into_iter().map(|(subject, _)| subject).collect();
    read.sort();
    assert_eq!(read, ["letter 1", "letter 10", "letter 13"]);
    assert_eq!(imap.connections(), 1);
    for forbidden in ["SELECT", "STORE", "EXPUNGE", "COPY", "MOVE", "APPEND", "DELETE", "CREATE", "RFC822 ", "CLOSE"] {
        assert!(!imap.commands().iter().any(|command| command.contains(forbidden)), "{forbidden}: {:?}", imap.commands());
    }
    assert!(imap.commands().iter().filter(|command| command.contains("BODY")).all(|command| command.contains("BODY.PEEK")));

    let world = reading(&imap, "folders = [\"Inbox\", \"Sent\"]").await;
    assert!(world.round().await.faults.is_empty());
    assert_eq!(ended(&world).len(), 2);
    let world = reading(&imap, "folders = [\"Proviter\"]").await;
    let faults = world.round().await.faults;
    assert!(faults[0].contains("there is no folder Proviter") && faults[0].contains("Provider"), "{faults:?}");
}

#[tokio::test]
async fn w01_the_past_is_read_newest_first_and_only_so_much_a_day() {
    let mut mailbox = Mailbox::default();
    for number in 1..=6 {
        let bytes = [letter(number), vec![b'.'; 400_000], b"\r\n".to_vec()].concat();
        let uid = mailbox.deliver("INBOX", &bytes);
        mailbox.inbox().mails.get_mut(&uid).unwrap().arrived = format!("{:02}-Nov-2026 10:00:00 +0000", 10 + number);
    }
    let imap = FakeImap::plain(mailbox);
    let mut world = reading(&imap, "").await;
    world.stop().await;
    world.change("mode = \"live\"", "mode = \"live\"\nbacklog_mb_a_day = 1");
    world.open().await;
    world.clock.set(at(START));
    world.round().await;
    let first: Vec<String> = ended(&world).into_iter().filter(|(_, state)| state != "listed").map(|(subject, _)| subject).collect();
    assert!(first.contains(&"letter 6".to_owned()) && !first.contains(&"letter 1".to_owned()) && first.len() < 6, "{first:?}");
    // What is new comes first, whatever the day's bound.
    imap.change(|mailbox| mailbox.deliver("INBOX", &letter(7)));
    world.later(5).await;
    assert!(ended(&world).contains(&("letter 7".to_owned(), "irrelevant".to_owned())));
    for day in 25..=29 {
        world.at(&format!("2026-11-{day}T20:00:00Z")).await;
    }
    assert!(ended(&world).iter().all(|(_, outcome)| outcome != "listed"), "{:?}", ended(&world));
}

#[tokio::test]
async fn i20_a_token_is_asked_for_at_each_sign_in_and_its_failures_are_named() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1)]));
    imap.change(|mailbox| mailbox.token = Some("fresh-t0ken".to_owned()));
    let mut world = reading(&imap, "").await;
    world.stop().await;
    let file = world.dir.path().join("password").display().to_string();
    world.change(&format!("password_command = [\"/bin/cat\", \"{file}\"]"), &format!("token_command = [\"/bin/cat\", \"{file}\"]"));
    world.open().await;
    fs::write(&file, "stale-t0ken").unwrap();
    let faults = world.round().await.faults;
    assert!(faults[0].contains("token") && !faults[0].contains("t0ken"), "refused, and not shown: {faults:?}");
    fs::remove_file(&file).unwrap();
    let faults = world.later(1).await.faults;
    assert!(faults[0].contains("the command `/bin/cat` gave no secret"), "{faults:?}");
    fs::write(&file, "fresh-t0ken\n").unwrap();
    assert!(world.later(1).await.faults.is_empty(), "it recovers alone");
    assert_eq!(ended(&world), [("letter 1".to_owned(), "irrelevant".to_owned())]);
}

#[tokio::test]
async fn w07_a_folder_that_the_server_does_not_open_keeps_no_other_back_and_is_named() {
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1)]));
    imap.change(|mailbox| {
        mailbox.deliver("Agenda", &letter(2));
        mailbox.deliver("Provider", &letter(3));
        mailbox.instead.push(("STATUS \"Agenda\"".to_owned(), Instead::Send(b"{tag} NO this folder holds no mail\r\n".to_vec())));
    });
    let world = reading(&imap, "").await;
    let faults = world.round().await.faults;
    assert!(faults.len() == 1 && faults[0].contains("Agenda") && faults[0].contains("`folders`"), "{faults:?} {:?}", imap.commands());
    let read: BTreeSet<String> = ended(&world).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(read, ["letter 1", "letter 3"].map(str::to_owned).into());
    assert!(world.later(1).await.faults.is_empty());
    assert_eq!(ended(&world).len(), 3);
}

#[tokio::test]
async fn i18_a_mail_that_the_server_refuses_keeps_no_other_back() {
    let no = || Instead::Send(b"{tag} NO the mail is damaged\r\n".to_vec());
    let imap = FakeImap::plain(Mailbox::of(&[&letter(1), &letter(2), &letter(3)]));
    imap.change(|mailbox| {
        // Together and, of the second, alone.
        for command in ["UID FETCH 1:3 (UID RFC822.SIZE", "UID FETCH 1:3 (UID BODY.PEEK[]", "UID FETCH 2 (UID BODY.PEEK[]"] {
            mailbox.instead.push((command.to_owned(), no()));
        }
    });
    let world = reading(&imap, "").await;
    let faults = world.round().await.faults;
    assert_eq!(faults, ["noc: the server lists uid 2 in INBOX but does not hand it out"], "{:?}", imap.commands());
    let outcomes: Vec<_> = ended(&world).into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(outcomes, ["irrelevant", "listed", "irrelevant"]);
    assert!(world.later(1).await.faults.is_empty());
    assert_eq!(kept(&world).len(), 3);
}
