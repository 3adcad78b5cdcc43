//! Every listed mail ends once, and the counts add up after each step.

use chrono::TimeDelta;
use forewarn::model::{Effects, FirstContact, Irrelevance, LedgerCounts, MailId, Mode, Outcome, RawMail, Reading, Verdict};
use forewarn::store::{Kept, Listed, Listing, MAX_MAIL_BYTES, Place, Store, StoreError};

use super::{Scratch, draft, inbox, later, listings, maintenance, notice, now};

async fn counts(scratch: &Scratch) -> LedgerCounts {
    let counts = scratch.store.counts().await.unwrap();
    assert!(counts.adds_up(), "{counts:?}");
    counts
}

async fn ids(scratch: &Scratch) -> Vec<MailId> {
    scratch.store.unstored("noc", 1000).await.unwrap().into_iter().map(|mail| mail.mail).collect()
}

#[tokio::test]
async fn the_counts_add_up_after_each_step() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    store.account_seen("noc", now()).await.unwrap();
    assert_eq!(counts(&scratch).await, LedgerCounts::default());

    assert_eq!(store.list(&inbox(), listings(0..6), now()).await.unwrap(), Listed { new: 6 });
    assert_eq!(store.list(&inbox(), listings(0..7), now()).await.unwrap(), Listed { new: 1 });
    assert_eq!(counts(&scratch).await.waiting, 7);

    let ids = ids(&scratch).await;
    assert_eq!(store.keep(ids[0], b"a".to_vec(), now()).await.unwrap(), Kept::New);
    assert_eq!(store.keep(ids[1], b"b".to_vec(), now()).await.unwrap(), Kept::New);
    assert_eq!(store.keep(ids[2], b"a".to_vec(), now()).await.unwrap(), Kept::Duplicate(ids[0]));
    assert_eq!(store.keep(ids[3], b"c".to_vec(), now()).await.unwrap(), Kept::New);
    counts(&scratch).await;
    store.vanished(ids[4]).await.unwrap();
    store.refuse(ids[5], "30 MB", b"From: big@lux.example\r\nSubject: big\r\n\r\n".to_vec(), now()).await.unwrap();
    counts(&scratch).await;
    store.commit(Some(ids[0]), &Effects { outcome: Some(Outcome::Automatic), ..Effects::default() }, now()).await.unwrap();
    store.wait(ids[1], later(10), later(60)).await.unwrap();

    let counts = counts(&scratch).await;
    assert_eq!((counts.listed, counts.stored, counts.vanished, counts.waiting, counts.pending), (7, 5, 1, 1, 2));
    let outcomes: Vec<_> = counts.outcomes.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    assert_eq!(outcomes, [("automatic", 1), ("duplicate", 1), ("quarantined", 1)]);
}

#[tokio::test]
async fn a_mail_is_kept_once_and_only_when_listed() {
    let scratch = Scratch::new();
    let mail = scratch.kept("From: a@b.example\r\n\r\nhello").await;
    assert!(matches!(scratch.store.keep(mail, b"other".to_vec(), now()).await, Err(StoreError::WrongState { .. })));
    assert!(matches!(scratch.store.vanished(mail).await, Err(StoreError::WrongState { .. })));
    assert!(matches!(scratch.store.refuse(mail, "x", Vec::new(), now()).await, Err(StoreError::WrongState { .. })));
    assert_eq!(scratch.store.mail_raw(mail).await.unwrap().kept().unwrap(), b"From: a@b.example\r\n\r\nhello");
    assert_eq!(scratch.store.mail_raw(MailId(99)).await.unwrap(), RawMail::NeverKept);
}

#[tokio::test]
async fn a_mail_over_the_cap_is_refused_with_its_head() {
    let scratch = Scratch::new();
    scratch.store.list(&inbox(), listings(0..1), now()).await.unwrap();
    let mail = ids(&scratch).await[0];
    assert!(matches!(scratch.store.keep(mail, vec![b'x'; MAX_MAIL_BYTES + 1], now()).await, Err(StoreError::TooLarge { .. })));
    let mut head = b"From: Big <big@lux.example>\r\nSubject: big\r\n\r\n".to_vec();
    head.resize(200_000, b'x');
    scratch.store.refuse(mail, "31 MB", head, now()).await.unwrap();
    assert_eq!(scratch.store.mail_raw(mail).await.unwrap().kept().unwrap().len(), 65_536);
    let queue = scratch.store.queue().await.unwrap();
    assert_eq!((queue[0].from.as_str(), queue[0].subject.as_str(), queue[0].why.as_str()), ("Big <big@lux.example>", "big", "31 MB"));
    assert!(matches!(scratch.store.reconsider(mail).await, Err(StoreError::WrongState { .. })));

    let told = Effects { told_quarantined: vec![mail], ..Effects::default() };
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().quarantined.len(), 1);
    scratch.store.commit(None, &told, now()).await.unwrap();
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().quarantined, []);
    assert_eq!(scratch.store.queue().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_past_comes_after_what_is_live_and_newest_first() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    store.list(&inbox(), listings(0..4), now()).await.unwrap();
    store.list(&inbox(), listings(10..13), now()).await.unwrap();
    let order: Vec<_> = store.unstored("noc", 5).await.unwrap().into_iter().map(|mail| (mail.uid, mail.backlog)).collect();
    let expected = [("10", false), ("11", false), ("12", false), ("3", true), ("2", true)];
    assert_eq!(order, expected.map(|(uid, backlog)| (uid.to_owned(), backlog)));

    for (n, mail) in ids(&scratch).await.into_iter().enumerate() {
        store.keep(mail, format!("mail {n}").into_bytes(), now()).await.unwrap();
    }
    let mut considered = Vec::new();
    while let Some(next) = store.next_to_consider(now()).await.unwrap() {
        considered.push((String::from_utf8(next.raw).unwrap(), next.backlog));
        store.commit(Some(next.mail), &Effects { outcome: Some(Outcome::Bounce), ..Effects::default() }, now()).await.unwrap();
    }
    let expected: Vec<_> = (0..7).map(|n| (format!("mail {n}"), n > 2)).collect();
    assert_eq!(considered, expected);
    assert_eq!(store.backlog_bytes_today("noc", now().date_naive()).await.unwrap(), 24);
    assert_eq!(store.backlog_bytes_today("noc", later(24 * 60).date_naive()).await.unwrap(), 0);
    assert_eq!(store.backlog_bytes_today("other", now().date_naive()).await.unwrap(), 0);
}

#[tokio::test]
async fn first_contact_reads_every_folder_then_asks_then_starts() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    let contact = async || store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().accounts.pop().unwrap().first_contact;
    let junk = Place { folder: "Junk".into(), ..inbox() };
    store.list(&inbox(), listings(0..1), now()).await.unwrap();
    store.list(&junk, listings(0..1), now()).await.unwrap();
    assert_eq!(contact().await, FirstContact::Reading);
    store.good_pass("noc", now()).await.unwrap();
    // A folder that is made later is live from its first mail on.
    store.list(&Place { folder: "New".into(), ..inbox() }, listings(0..1), now()).await.unwrap();
    let backlog: Vec<_> = store.unstored("noc", 9).await.unwrap().into_iter().map(|mail| (mail.place.folder, mail.backlog)).collect();
    assert_eq!(backlog, [("New".into(), false), ("INBOX".into(), true), ("Junk".into(), true)]);
    assert_eq!(contact().await, FirstContact::Reading);
    for mail in ids(&scratch).await {
        store.vanished(mail).await.unwrap();
    }
    assert_eq!(contact().await, FirstContact::Asked);
    store.commit(None, &Effects { first_contact_started: vec!["noc".into()], ..Effects::default() }, now()).await.unwrap();
    assert_eq!(contact().await, FirstContact::Started);
}

#[tokio::test]
async fn an_empty_mailbox_has_no_past() {
    let scratch = Scratch::new();
    scratch.store.list(&inbox(), Vec::new(), now()).await.unwrap();
    scratch.store.list(&inbox(), listings(0..1), now()).await.unwrap();
    let account = scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().accounts.pop().unwrap();
    assert_eq!((account.first_contact, account.backlog), (FirstContact::Started, 0));
}

#[tokio::test]
async fn a_new_generation_lists_anew_and_ends_what_can_not_be_read_any_more() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    store.list(&inbox(), listings(0..3), now()).await.unwrap();
    let first = ids(&scratch).await[0];
    store.keep(first, b"two".to_vec(), now()).await.unwrap();
    assert_eq!(store.highest_uid(&inbox()).await.unwrap(), Some(2));

    let again = Place { generation: "8".into(), ..inbox() };
    let mut anew = listings(0..3);
    anew.push(Listing { uid: "20".into(), arrived_at: now(), ..Listing::default() });
    store.list(&again, anew, now()).await.unwrap();
    assert_eq!(counts(&scratch).await.vanished, 2);
    assert_eq!(store.highest_uid(&again).await.unwrap(), Some(20));
    let listed = store.unstored("noc", 9).await.unwrap();
    assert_eq!(
        listed.iter().map(|mail| (mail.uid.as_str(), mail.backlog)).collect::<Vec<_>>(),
        [("20", false), ("2", true), ("1", true), ("0", true)]
    );
    assert_eq!(store.keep(listed[1].mail, b"two".to_vec(), now()).await.unwrap(), Kept::Duplicate(first));
    counts(&scratch).await;
}

#[tokio::test]
async fn an_attempt_is_counted_before_the_mail_is_handed_out() {
    let scratch = Scratch::new();
    let mail = scratch.kept("poison").await;
    for attempts in 0..4 {
        let next = scratch.store.next_to_consider(now()).await.unwrap().unwrap();
        assert_eq!((next.mail, next.attempts, next.account.as_str()), (mail, attempts, "noc"));
    }
}

#[tokio::test]
async fn a_pending_mail_comes_back_at_its_time_with_its_attempts_forgotten() {
    let scratch = Scratch::new();
    let mail = scratch.kept("reply").await;
    scratch.store.next_to_consider(now()).await.unwrap();
    scratch.store.wait(mail, later(5), later(60)).await.unwrap();
    assert_eq!(scratch.store.next_to_consider(later(4)).await.unwrap(), None);
    assert_eq!(scratch.store.waits_until(mail).await.unwrap(), Some(later(60)));
    assert_eq!(scratch.store.next_to_consider(later(5)).await.unwrap().unwrap().attempts, 0);
}

#[tokio::test]
async fn bytes_that_cannot_be_unpacked_never_block_the_next() {
    let scratch = Scratch::new();
    let broken = scratch.kept("broken").await;
    let next = scratch.kept("next one").await;
    let raw = rusqlite::Connection::open(scratch.path()).unwrap();
    raw.execute("UPDATE raw SET packed = x'00' WHERE id = (SELECT raw FROM mail WHERE id = ?1)", [broken.0]).unwrap();
    assert_eq!(scratch.store.next_to_consider(now()).await.unwrap().unwrap().mail, next);
    assert_eq!(scratch.store.queue().await.unwrap()[0].mail, broken);
    counts(&scratch).await;
}

#[tokio::test]
async fn a_mail_ends_once() {
    let scratch = Scratch::new();
    let (mail, draft) = scratch.proposed(1, "one").await;
    let again = Effects { drafts: vec![draft], ..notice(mail, maintenance(1, 1, mail)) };
    assert!(matches!(scratch.store.commit(Some(mail), &again, now()).await, Err(StoreError::AlreadyDone(done)) if done == mail));
    assert!(matches!(scratch.store.commit(Some(MailId(99)), &again, now()).await, Err(StoreError::WrongState { .. })));
    let bare = Effects { outcome: None, ..again };
    assert!(matches!(scratch.store.commit(Some(mail), &bare, now()).await, Err(StoreError::Refused(_))));
}

#[tokio::test]
async fn what_waits_for_a_person_waits_until_it_is_decided() {
    let scratch = Scratch::new();
    let mail = scratch.kept("From: noc@lux.example\r\nSubject: as written\r\n\r\n").await;
    let mut case = maintenance(1, 1, mail);
    case.subject = "as decoded".into();
    let reading = Reading {
        verdict: Verdict::Unread,
        rule: None,
        provider: None,
        own_sender: false,
        kind: None,
        found: Vec::new(),
        evidence: Vec::new(),
        problems: Vec::new(),
    };
    let effects = Effects {
        outcome: Some(Outcome::NeedsPerson("no window".into())),
        reading: Some(reading.clone()),
        maintenances: vec![case.clone()],
        drafts: vec![draft(1, 1, 1)],
        ..Effects::default()
    };
    scratch.store.commit(Some(mail), &effects, now()).await.unwrap();
    let queue = scratch.store.queue().await.unwrap();
    assert_eq!(queue.len(), 1);
    assert_eq!((queue[0].subject.as_str(), queue[0].why.as_str(), queue[0].maintenance), ("as decoded", "no window", Some(case.id)));
    assert_eq!(scratch.store.reading(mail).await.unwrap(), Some(reading.clone()));
    let replay = scratch.store.mails_for_replay(true, MailId(0), 10).await.unwrap();
    assert_eq!((replay.len(), replay[0].reading.as_ref()), (1, Some(&reading)));

    scratch.approve(&draft(1, 1, 1), &["acme@acme.example"]).await;
    assert_eq!(scratch.store.queue().await.unwrap(), []);
    assert_eq!(scratch.store.mails_for_replay(true, MailId(0), 10).await.unwrap(), []);
    assert_eq!(scratch.store.mails_for_replay(false, MailId(0), 1).await.unwrap().len(), 1);
    assert_eq!(scratch.store.mails_for_replay(false, mail, 10).await.unwrap().len(), 1);

    // A closed case waits for nobody either, and a mended rule may take the mail again.
    let other = scratch.kept("another").await;
    let effects = Effects { maintenances: vec![maintenance(2, 1, other)], drafts: Vec::new(), ..effects };
    scratch.store.commit(Some(other), &effects, now()).await.unwrap();
    assert_eq!(scratch.store.queue().await.unwrap().len(), 1);
    scratch.store.reconsider(other).await.unwrap();
    assert_eq!(scratch.store.next_to_consider(now()).await.unwrap().unwrap().mail, other);
    let mut closed = maintenance(2, 2, other);
    closed.closed = Some("irrelevant, says sam@msp.example".into());
    scratch.store.commit(Some(other), &Effects { maintenances: vec![closed], ..effects }, now()).await.unwrap();
    assert_eq!(scratch.store.queue().await.unwrap(), []);
    counts(&scratch).await;
}

#[tokio::test]
async fn a_digest_tells_what_came_since_the_last_one() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    for (n, from) in ["Shop <news@shop.example>", "news@shop.example", "news@shop.example"].iter().enumerate() {
        let mail = scratch.kept(&format!("From: {from}\r\n\r\n{n}")).await;
        let outcome = Some(Outcome::Irrelevant(Irrelevance::NoSign));
        store.commit(Some(mail), &Effects { outcome, ..Effects::default() }, now()).await.unwrap();
    }
    let (mail, _) = scratch.proposed(1, "one").await;
    let repeated = forewarn::model::Maintenance { repeats: 2, ..maintenance(1, 1, mail) };
    store.commit(None, &Effects { maintenances: vec![repeated.clone()], ..Effects::default() }, now()).await.unwrap();

    let facts = store.digest_facts().await.unwrap();
    assert_eq!(facts.strangers, [("news@shop.example".into(), 2), ("Shop <news@shop.example>".into(), 1)]);
    assert_eq!(facts.irrelevant, [("no sign".into(), 3)]);
    assert_eq!((facts.repeats, facts.since, facts.maintenances.len(), facts.drafts.len()), (2, None, 1, 1));
    assert!(facts.counts.adds_up());

    assert_eq!(store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().last_digest_at, Some(now()));
    store.digest_made(later(1)).await.unwrap();
    assert_eq!(store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().last_digest_at, Some(later(1)));
    let closed = forewarn::model::Maintenance { repeats: 3, closed: Some("over".into()), ..repeated };
    store.commit(None, &Effects { maintenances: vec![closed], ..Effects::default() }, later(2)).await.unwrap();
    let facts = store.digest_facts().await.unwrap();
    assert_eq!((facts.repeats, facts.since, facts.maintenances.len()), (1, Some(later(1)), 1));
    assert_eq!((facts.outcomes.len(), facts.strangers.len()), (0, 0));
    store.digest_made(later(3)).await.unwrap();
    assert_eq!(store.digest_facts().await.unwrap().maintenances, []);
}

#[tokio::test]
async fn an_account_fails_since_its_first_failure_until_a_good_pass() {
    let scratch = Scratch::new();
    let account = async || scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().accounts.pop().unwrap();
    scratch.store.failing("noc", "no route", now()).await.unwrap();
    scratch.store.failing("noc", "refused", later(5)).await.unwrap();
    let facts = account().await;
    assert_eq!((facts.failing.as_deref(), facts.failing_since), (Some("refused"), Some(now())));
    scratch.store.good_pass("noc", now() + TimeDelta::hours(1)).await.unwrap();
    let facts = account().await;
    assert_eq!((facts.failing, facts.failing_since, facts.last_good_pass_at), (None, None, Some(later(60))));
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().last_mode, None);
    scratch.store.mark_mode(Mode::Live).await.unwrap();
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().last_mode, Some(Mode::Live));
}

#[tokio::test]
async fn w01_a_first_listing_in_parts_is_the_past_until_its_end_also_over_a_stop() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    store.list_part(&inbox(), listings(0..3), now()).await.unwrap();
    store.clone().close().await;
    let store = &Store::open(&scratch.path()).unwrap();
    store.list_part(&inbox(), listings(3..5), now()).await.unwrap();
    store.list(&inbox(), Vec::new(), now()).await.unwrap();
    store.list(&inbox(), listings(5..6), now()).await.unwrap();
    let backlog: Vec<bool> = store.unstored("noc", 10).await.unwrap().into_iter().map(|item| item.backlog).collect();
    assert_eq!(backlog, [false, true, true, true, true, true], "what came after the end is live, and first");
}

#[tokio::test]
async fn what_is_not_listed_yet_is_told_apart_and_what_went_may_come_back() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    assert_eq!(store.newest_generation("noc", "INBOX").await.unwrap(), None);
    assert_eq!(store.not_listed(&inbox(), vec![1, 2]).await.unwrap(), [1, 2]);
    store.list(&inbox(), listings(1..4), now()).await.unwrap();
    assert_eq!(store.newest_generation("noc", "INBOX").await.unwrap(), Some(inbox().generation));
    assert_eq!(store.not_listed(&inbox(), vec![9, 1, 2, 7]).await.unwrap(), [9, 7]);
    let first = store.unstored("noc", 1).await.unwrap()[0].clone();
    store.vanished(first.mail).await.unwrap();
    let uid: u32 = first.uid.parse().unwrap();
    assert_eq!(store.not_listed(&inbox(), vec![1, 2, 3]).await.unwrap(), [uid]);
}

#[tokio::test]
async fn several_mails_are_kept_at_once_or_none() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    store.list(&inbox(), listings(0..3), now()).await.unwrap();
    let ids: Vec<_> = store.unstored("noc", 3).await.unwrap().into_iter().map(|item| item.mail).collect();
    let kept = store.keep_all(vec![(ids[0], b"one".to_vec()), (ids[1], b"one".to_vec())], now()).await.unwrap();
    assert_eq!(kept, [Kept::New, Kept::Duplicate(ids[0])]);
    let again = store.keep_all(vec![(ids[2], b"two".to_vec()), (ids[0], b"one".to_vec())], now()).await;
    assert!(matches!(again, Err(StoreError::WrongState { .. })), "{again:?}");
    assert_eq!(store.unstored("noc", 3).await.unwrap().len(), 1, "none of the second call");
}

#[tokio::test]
async fn i11_a_new_generation_tells_of_those_alone_that_are_not_in_it() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    let about = |uid: &str, subject: &str| Listing {
        uid: uid.into(),
        arrived_at: now(),
        sender: "noc@lux.example".into(),
        subject: subject.into(),
    };
    store.list(&inbox(), vec![about("1", "here again"), about("2", "gone")], now()).await.unwrap();
    let again = Place { generation: "2".into(), ..inbox() };
    store.list_part(&again, vec![about("7", "here again")], now()).await.unwrap();
    let untold = || {
        let connection = rusqlite::Connection::open(scratch.path()).unwrap();
        let mut rows = connection.prepare("SELECT subject FROM mail WHERE state = 'vanished' AND told_at IS NULL").unwrap();
        rows.query_map([], |row| row.get::<_, String>(0)).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    assert!(untold().is_empty(), "not before the new one is listed whole");
    store.list(&again, Vec::new(), now()).await.unwrap();
    assert_eq!(untold(), ["gone"]);
}
