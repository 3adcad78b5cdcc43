//! That we still see and are heard: the mail to ourselves, looks that end in nothing, mail that somebody took away.

use chrono::TimeDelta;
use forewarn::{
    agenda::{Due, due},
    model::{OutboxKind, OutboxState, Outcome},
    store::OutboxFilter,
};

use super::{ALARMS, INES, SAM, SUBJECT, WINDOW, World, at, host};

#[tokio::test]
async fn blindness_without_an_error_is_told_where_the_service_runs() {
    let world = World::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
    let mut facts = world.service().store().agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let zones = world.service().zones();
    let policy = &world.service().config().policy;
    let blind = |facts: &forewarn::model::AgendaFacts, now: &str| {
        due(facts, policy, zones, at(now)).into_iter().find(|due| matches!(due, Due::Blind(..)))
    };
    let read = facts.accounts[0].last_good_pass_at.unwrap();
    assert_eq!(read, at("2020-09-05T14:45:00Z"));
    assert_eq!(blind(&facts, "2020-09-06T15:00:00Z"), None, "a command does not read mailboxes");
    facts.running_since = Some(at("2020-09-05T14:00:00Z"));
    assert_eq!(blind(&facts, "2020-09-05T14:54:59Z"), None);
    assert_eq!(blind(&facts, "2020-09-05T14:55:00Z"), Some(Due::Blind("noc".into(), read)));
    facts.running_since = Some(at("2020-09-06T00:00:00Z"));
    assert_eq!(blind(&facts, "2020-09-06T00:09:00Z"), None, "just started");
    assert_eq!(blind(&facts, "2020-09-06T00:10:00Z"), Some(Due::Blind("noc".into(), at("2020-09-06T00:00:00Z"))));
    facts.watched = ["other".to_owned()].into();
    assert_eq!(blind(&facts, "2020-09-06T00:10:00Z"), None, "an account that was given up");
    facts.watched = ["noc".to_owned()].into();
    facts.accounts[0].last_good_pass_at = None;
    assert_eq!(blind(&facts, "2020-09-06T00:59:00Z"), None, "a first look takes its time");
    assert!(blind(&facts, "2020-09-06T01:00:00Z").is_some());
}

#[tokio::test]
async fn mail_that_somebody_took_away_is_told_once_and_read_when_it_is_back() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let name = world.put(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW)));
    let place = forewarn::store::Place { account: "noc".into(), folder: "INBOX".into(), generation: "maildir".into() };
    let listing = forewarn::store::Listing { uid: name.clone(), arrived_at: world.now(), ..forewarn::store::Listing::default() };
    let store = world.service().store().clone();
    store.list(&place, vec![listing], world.now()).await.unwrap();
    let mail = store.unstored("noc", 1).await.unwrap()[0].mail;
    let (new, aside) = (world.dir.path().join("in/new").join(&name), world.dir.path().join("aside"));
    std::fs::rename(&new, &aside).unwrap();
    store.vanished(mail).await.unwrap();
    world.later(1).await;
    let out = world.out();
    assert_eq!(out.iter().map(|out| out.to.as_str()).collect::<Vec<_>>(), [INES, SAM]);
    assert!(out[0].mail.subject.contains("1 mail gone unread") && out[0].text().contains("LAY IN noc, INBOX"), "{}", out[0].text());
    world.later(60).await;
    assert_eq!(world.out().len(), 0);
    std::fs::rename(&aside, &new).unwrap();
    world.later(1).await;
    assert_eq!(world.open_drafts().await.len(), 1);
    let again = store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(again.vanished, []);
}

/// A world that mails itself every day, just opened.
async fn with_canary(start: &str) -> World {
    let mut world = World::closed(start, &[ALARMS]);
    world.canary_every = Some(TimeDelta::days(1));
    world.open().await;
    world.round().await;
    world
}

/// The newest mail to ourselves as it left.
fn canary(world: &mut World) -> Option<String> {
    let out = world.out().into_iter().rfind(|out| out.to == "forewarn@harborlight.example")?;
    Some(String::from_utf8(out.bytes).unwrap().replace("\r\n", "\n"))
}

#[tokio::test]
async fn o01_the_test_mail_goes_out_daily_and_is_known_when_it_comes_back() {
    let mut world = with_canary("2020-09-05T15:00:00Z").await;
    let raw = canary(&mut world).unwrap();
    world.later(1).await;
    assert_eq!(canary(&mut world), None, "once");
    let back = async |world: &World| world.service().store().agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().canary.back;
    let id = raw.lines().find_map(|line| line.strip_prefix("Message-ID: <canary.2020-09-05T14.")).unwrap();
    let tag = id.split('@').next().unwrap().to_owned();
    for forged in
        [raw.replace(&tag, &tag.to_uppercase()), raw.replace("T14.", "T15."), raw.replace("Message-ID: <canary", "Message-ID: <other")]
    {
        world.arrives(&forged).await;
        assert_eq!(back(&world).await, None, "{forged}");
    }
    assert_eq!(world.arrives(&raw).await, Outcome::Automatic);
    assert_eq!(back(&world).await, Some(("canary:2020-09-05T14".to_owned(), world.now())));
    world.later(60).await;
    world.later(60).await;
    let out = world.out();
    assert!(out.is_empty() && world.alarms().is_empty(), "it is no news: {:?} {}", out.len(), world.alarms());
    world.later(24 * 60).await;
    assert!(canary(&mut world).unwrap().contains("<canary.2020-09-06T16."));
    // One that comes late does not stand for the newer one.
    world.arrives(&raw.replace("Subject: ", "X-Late: yes\nSubject: ")).await;
    assert_eq!(back(&world).await.unwrap().0, "canary:2020-09-05T14");
    assert!(!world.service().store().agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().canary.newest_is_back());
}

#[tokio::test]
async fn o01_a_test_mail_that_does_not_come_back_is_told_by_both_paths_once() {
    let mut world = with_canary("2020-09-05T15:00:00Z").await;
    assert!(canary(&mut world).is_some());
    world.later(14).await;
    assert_eq!((world.out().len(), world.alarms()), (0, String::new()));
    world.later(1).await;
    world.later(10).await;
    let out = world.out();
    assert_eq!(out.iter().map(|out| out.to.as_str()).collect::<Vec<_>>(), [INES, SAM]);
    assert!(out[0].mail.subject.starts_with("TEST MAIL LOST"), "{}", out[0].mail.subject);
    assert!(out[0].text().contains("has not come back"), "{}", out[0].text());
    assert_eq!(world.alarms().matches("Write to forewarn@harborlight.example").count(), 1, "{}", world.alarms());
}

#[tokio::test]
async fn o01_a_test_mail_that_cannot_leave_is_told_but_not_because_nobody_ran() {
    let mut world = with_canary("2020-09-05T15:00:00Z").await;
    world.out();
    std::fs::rename(world.dir.path().join("out"), world.dir.path().join("away")).unwrap();
    std::fs::write(world.dir.path().join("out"), "no folder").unwrap();
    world.arrives(&world.notice("nothing", "nothing")).await;
    world.later(24 * 60).await;
    let store = world.service().store().clone();
    let mut facts = store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let (_, made_at, state, _) = facts.canary.newest.clone().unwrap();
    assert_eq!((made_at, state), (world.now(), OutboxState::Retry));
    let policy = &world.service().config().policy;
    let lost = |facts: &forewarn::model::AgendaFacts, minutes: i64| {
        due(facts, policy, world.service().zones(), made_at + TimeDelta::minutes(minutes)).contains(&Due::CanaryLost)
    };
    assert_eq!((lost(&facts, 14), lost(&facts, 15)), (false, true));
    facts.running_since = Some(made_at + TimeDelta::minutes(60));
    assert_eq!((lost(&facts, 74), lost(&facts, 75)), (false, true));
    world.later(15).await;
    assert!(world.alarms().contains("Look at the outgoing mail server: Forewarn's test mail of Sun Sep 6"), "{}", world.alarms());
    let rows = store.outbox(OutboxFilter::State(OutboxState::Retry)).await.unwrap();
    assert!(rows.iter().any(|row| row.outgoing.kind == OutboxKind::Canary));
    assert!(facts.stuck.iter().all(|mail| mail.kind != OutboxKind::Canary), "its own watch, not that of other mail");
}
