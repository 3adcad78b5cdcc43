//! The bytes of old mail go, what is known of it stays; nobody's open work loses anything.

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::model::{Decision, Effects, Irrelevance, MailId, Outcome, RawMail, ReplyOutcome, Retention};
use forewarn::store::{Kept, Listing, StoreError};
use rusqlite::Connection;

use super::{Scratch, at, decision, draft, inbox, maintenance, notice, now};

const DAYS: Retention = Retention { ordinary_days: 30, notices_days: 1095 };

fn in_days(days: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(days)
}

async fn ended(scratch: &Scratch, bytes: &str, outcome: Outcome) -> MailId {
    let mail = scratch.kept(bytes).await;
    let effects = Effects { outcome: Some(outcome), ..Effects::default() };
    scratch.store.commit(Some(mail), &effects, now()).await.unwrap();
    mail
}

fn no_sign() -> Outcome {
    Outcome::Irrelevant(Irrelevance::NoSign)
}

async fn kept(scratch: &Scratch, mail: MailId) -> bool {
    let raw = scratch.store.mail_raw(mail).await.unwrap();
    assert_ne!(raw, RawMail::NeverKept, "{mail:?}");
    raw != RawMail::GivenUp
}

#[tokio::test]
async fn w37_ordinary_mail_goes_after_a_month_and_every_other_after_three_years() {
    let scratch = Scratch::new();
    let stranger = ended(&scratch, "From: a@b.example\r\nSubject: offer\r\n\r\nbuy", no_sign()).await;
    let by_rule = ended(&scratch, "by a rule", Outcome::Irrelevant(Irrelevance::Rule("newsletter".into()))).await;
    let bounce = ended(&scratch, "a report", Outcome::Bounce).await;
    for (days, left) in [(29, [true, true, true]), (31, [false, true, true]), (1094, [false, true, true]), (1097, [false, false, false])] {
        scratch.store.give_up(DAYS, in_days(days)).await.unwrap();
        let found = [kept(&scratch, stranger).await, kept(&scratch, by_rule).await, kept(&scratch, bounce).await];
        assert_eq!(found, left, "after {days} days");
    }
    let counts = scratch.store.counts().await.unwrap();
    assert!(counts.adds_up() && counts.stored == 3, "{counts:?}");
    let row: (String, String, i64) = Connection::open(scratch.path())
        .unwrap()
        .query_row(
            "SELECT m.sender, m.subject, length(r.sha256) FROM mail m JOIN raw r ON r.id = m.raw WHERE m.id = ?1",
            [stranger.0],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(row, ("a@b.example".into(), "offer".into(), 64));
}

#[tokio::test]
async fn w37_what_somebody_may_still_have_to_read_stays() {
    let scratch = Scratch::new();
    let waits = ended(&scratch, "odd", Outcome::NeedsPerson("no window".into())).await;
    let quarantined = ended(&scratch, "bad", Outcome::Quarantined("died twice".into())).await;
    let unread = scratch.kept("not yet considered").await;
    // A window three years and four months ahead, and the reply that approved its notice.
    let ahead = scratch.kept("a window far ahead").await;
    let mut far = maintenance(1, 1, ahead);
    far.said.windows = vec![super::window("2034-07-01T00:00:00Z", "2034-07-01T04:00:00Z")];
    let effects = Effects { drafts: vec![draft(1, 1, 1)], ..notice(ahead, far) };
    scratch.store.commit(Some(ahead), &effects, now()).await.unwrap();
    let reply = scratch.kept("reject").await;
    let rejected = forewarn::model::Draft { state: forewarn::model::DraftState::Rejected("no".into()), ..draft(1, 1, 1) };
    let effects = Effects {
        outcome: Some(Outcome::Reply(ReplyOutcome::Accepted)),
        drafts: vec![rejected],
        decisions: vec![decision(rejected_id(), reply, Decision::Reject("no".into()))],
        ..Effects::default()
    };
    scratch.store.commit(Some(reply), &effects, now()).await.unwrap();
    scratch.store.give_up(DAYS, in_days(1100)).await.unwrap();
    for mail in [waits, quarantined, unread, ahead, reply] {
        assert!(kept(&scratch, mail).await, "{mail:?}");
    }
    scratch.store.give_up(DAYS, at("2034-07-20T00:00:00Z")).await.unwrap();
    for (mail, left) in [(waits, true), (quarantined, true), (unread, true), (ahead, false), (reply, false)] {
        assert_eq!(kept(&scratch, mail).await, left, "{mail:?}");
    }
}

fn rejected_id() -> forewarn::model::DraftId {
    draft(1, 1, 1).id
}

#[tokio::test]
async fn w37_bytes_that_another_mail_needs_stay_and_what_is_gone_harms_nothing() {
    let scratch = Scratch::new();
    let stranger = ended(&scratch, "twice", no_sign()).await;
    scratch.store.give_up(DAYS, in_days(31)).await.unwrap();
    assert!(!kept(&scratch, stranger).await);
    // The same bytes again: still a duplicate, and nothing is considered twice.
    let listing = Listing { uid: "77".into(), arrived_at: in_days(40), ..Listing::default() };
    scratch.store.list(&inbox(), vec![listing], in_days(40)).await.unwrap();
    let again = scratch.store.unstored("noc", 10).await.unwrap().pop().unwrap().mail;
    assert_eq!(scratch.store.keep(again, b"twice".to_vec(), in_days(40)).await.unwrap(), Kept::Duplicate(stranger));
    assert!(scratch.store.next_to_consider(in_days(40)).await.unwrap().is_none());
    // Considered again after years: said clearly, not quarantined as broken.
    let waits = ended(&scratch, "odd", Outcome::NeedsPerson("no window".into())).await;
    let mut closed = maintenance(5, 1, waits);
    closed.closed = Some("over".into());
    scratch.store.commit(None, &Effects { maintenances: vec![closed], ..Effects::default() }, now()).await.unwrap();
    let connection = Connection::open(scratch.path()).unwrap();
    connection.execute("INSERT INTO maintenance_mail (mail, maintenance, revision) VALUES (?1, 5, 1)", [waits.0]).unwrap();
    scratch.store.give_up(DAYS, in_days(1200)).await.unwrap();
    assert!(!kept(&scratch, waits).await);
    let error = scratch.store.reconsider(waits).await.unwrap_err();
    assert!(matches!(error, StoreError::WrongState { .. }) && error.to_string().contains("kept"), "{error}");
    assert_eq!(scratch.store.mails_for_replay(false, MailId(0), 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn w37_the_work_of_a_day_comes_in_bounded_parts_and_the_file_shrinks() {
    let scratch = Scratch::new();
    for number in 0..450_u64 {
        // Bytes that can hardly be packed smaller, on pages of their own.
        let mut state = number + 1;
        let next = |state: &mut u64| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(33 + u8::try_from((*state >> 33) % 89).unwrap())
        };
        let noise: String = (0..12_000).map(|_| next(&mut state)).collect();
        ended(&scratch, &format!("{number} {noise}"), no_sign()).await;
    }
    let size = || std::fs::metadata(scratch.path()).unwrap().len();
    let connection = Connection::open(scratch.path()).unwrap();
    let checkpoint = || connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    checkpoint();
    let before = size();
    let mut parts = Vec::new();
    for _ in 0..5 {
        parts.push(scratch.store.give_up(DAYS, in_days(31)).await.unwrap());
    }
    assert_eq!(parts, [200, 200, 50, 0, 0]);
    checkpoint();
    assert!(size() * 2 < before, "{} of {before} bytes are left", size());
    // The same day nothing is looked at again, the next day it is.
    ended(&scratch, "late", no_sign()).await;
    assert_eq!(scratch.store.give_up(DAYS, in_days(31) + TimeDelta::hours(23)).await.unwrap(), 0);
    assert_eq!(scratch.store.give_up(DAYS, in_days(32)).await.unwrap(), 1);
}
