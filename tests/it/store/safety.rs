//! What is found for a mail, what a killed process leaves, and what it all costs.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use forewarn::model::{Effects, Keys, Known, MailId, Maintenance, MaintenanceId, OutboxKind, OutboxState, Request, RequestAbout, Status};
use forewarn::store::{Listing, Place, Store, StoreError};

use super::{Scratch, at, draft, frozen, inbox, later, listings, maintenance, notice, now, window};

fn ids(maintenances: &[Maintenance]) -> Vec<i64> {
    maintenances.iter().map(|maintenance| maintenance.id.0).collect()
}

fn request(about: RequestAbout, token: &str) -> Request {
    Request {
        about,
        approver: "sam@msp.example".into(),
        token_hash: format!("token {token}"),
        code_hash: format!("code {token}"),
        made_at: now(),
        helped: 0,
    }
}

async fn known(scratch: &Scratch, keys: Keys) -> Known {
    scratch.store.known_for(&keys, now()).await.unwrap()
}

#[tokio::test]
async fn a_maintenance_is_found_by_every_key_and_the_sure_ones_come_first() {
    let scratch = Scratch::new();
    for id in 1..=4 {
        scratch.proposed(id, &format!("mail {id}")).await;
    }
    let mut other = maintenance(5, 1, MailId(1));
    other.provider = "other".into();
    other.said.windows = vec![window("2031-03-10T01:00:00Z", "2031-03-10T02:00:00Z")];
    scratch.store.commit(None, &Effects { maintenances: vec![other], ..Effects::default() }, now()).await.unwrap();
    let keys = Keys::default();
    let references = |value: &str| Keys { references: vec![("lux".into(), "alias".into(), value.into())], ..keys.clone() };

    assert_eq!(ids(&known(&scratch, references("LUX-3")).await.maintenances), [3]);
    assert_eq!(ids(&known(&scratch, references("LUX-9")).await.maintenances), Vec::<i64>::new());
    assert_eq!(ids(&known(&scratch, Keys { answers: vec!["mail-2@lux.example".into()], ..keys.clone() }).await.maintenances), [2]);
    assert_eq!(ids(&known(&scratch, Keys { maintenances: vec![MaintenanceId(4)], ..keys.clone() }).await.maintenances), [4]);
    let starts = vec![at("2031-03-10T01:00:00Z")];
    let all = known(&scratch, Keys { provider: Some("lux".into()), starts, ..references("LUX-3") }).await;
    assert_eq!(ids(&all.maintenances), [3, 1, 2, 4]);
    assert_eq!((ids(&all.ahead), all.drafts.len()), (vec![5], 4));
    assert_eq!((all.next_maintenance, all.next_draft), (6, 5));
    let nothing = known(&scratch, keys).await;
    assert_eq!((nothing.maintenances, nothing.ahead, nothing.next_draft), (Vec::new(), Vec::new(), 5));
}

#[tokio::test]
async fn a_key_of_an_earlier_revision_still_finds_it_and_an_earlier_window_does_not() {
    let scratch = Scratch::new();
    let (mail, _) = scratch.proposed(1, "one").await;
    let mut moved = maintenance(1, 2, mail);
    moved.said.maintenance_id = Some("LUX-NEW".into());
    moved.said.windows = vec![window("2031-04-01T01:00:00Z", "2031-04-01T05:00:00Z")];
    scratch.store.commit(None, &Effects { maintenances: vec![moved.clone()], ..Effects::default() }, now()).await.unwrap();
    for reference in ["LUX-1", "LUX-NEW"] {
        let keys = Keys { references: vec![("lux".into(), "id".into(), reference.into())], ..Keys::default() };
        assert_eq!(known(&scratch, keys).await.maintenances, [moved.clone()]);
    }
    for (start, found) in [("2031-03-10T01:00:00Z", 0), ("2031-04-01T01:00:00Z", 1)] {
        let keys = Keys { provider: Some("lux".into()), starts: vec![at(start)], ..Keys::default() };
        assert_eq!(known(&scratch, keys).await.maintenances.len(), found);
    }
    assert_eq!(scratch.store.revisions(MaintenanceId(1)).await.unwrap().len(), 2);
    assert_eq!(scratch.store.maintenances(at("2031-03-31T00:00:00Z"), at("2031-04-02T00:00:00Z")).await.unwrap().len(), 1);
    assert_eq!(scratch.store.maintenances(at("2031-03-09T00:00:00Z"), at("2031-03-11T00:00:00Z")).await.unwrap().len(), 0);
    assert_eq!(scratch.store.maintenances_of("lux", "circuit-1", now()).await.unwrap().len(), 1);
    assert_eq!(scratch.store.maintenances_of("lux", "circuit-1", at("2031-05-01T00:00:00Z")).await.unwrap().len(), 0);
    assert_eq!(scratch.store.mails_of(MaintenanceId(1)).await.unwrap(), [mail]);

    // Older than what is known by now: decided on a state that is gone.
    let stale = Effects { maintenances: vec![maintenance(1, 1, mail)], ..Effects::default() };
    assert!(matches!(scratch.store.commit(None, &stale, now()).await, Err(StoreError::Overtaken(_))));
}

#[tokio::test]
async fn what_is_called_off_over_or_closed_is_not_ahead() {
    let scratch = Scratch::new();
    let mail = scratch.kept("one").await;
    let make = |id, status, closed: Option<&str>| Maintenance { status, closed: closed.map(Into::into), ..maintenance(id, 1, mail) };
    let mut over = make(5, Status::Confirmed, None);
    over.said.windows = vec![window("2031-03-01T01:00:00Z", "2031-03-01T02:00:00Z")];
    let maintenances = vec![
        make(1, Status::Confirmed, None),
        make(2, Status::Cancelled, None),
        make(3, Status::Completed, None),
        make(4, Status::Confirmed, Some("irrelevant")),
        over,
    ];
    scratch.store.commit(None, &Effects { maintenances, ..Effects::default() }, now()).await.unwrap();
    let keys = Keys { answers: vec!["anything".into()], ..Keys::default() };
    assert_eq!(ids(&known(&scratch, keys).await.ahead), [1]);
}

#[tokio::test]
async fn a_reply_finds_its_request_and_a_customer_the_notice() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    let mut asked = request(RequestAbout::Draft(draft.id), "1");
    scratch.store.commit(None, &Effects { requests: vec![asked.clone()], ..Effects::default() }, now()).await.unwrap();
    asked.helped = 2;
    scratch.store.commit(None, &Effects { requests: vec![asked.clone()], ..Effects::default() }, now()).await.unwrap();
    scratch.approve(&draft, &["a@acme.example"]).await;
    for keys in [
        Keys { token_hashes: vec!["token 1".into(), "no".into()], ..Keys::default() },
        Keys { code_hashes: vec!["code 1".into()], ..Keys::default() },
    ] {
        let known = known(&scratch, keys).await;
        assert_eq!(known.requests, [asked.clone()]);
        assert_eq!((ids(&known.maintenances), known.drafts.len(), known.answers_notice), (vec![1], 1, None));
        assert_eq!((known.told[0].address.as_str(), known.told[0].state), ("a@acme.example", OutboxState::Queued));
    }
    let keys = Keys { answers: vec!["notice:1:a@acme.example@msp.example".into()], ..Keys::default() };
    let known = known(&scratch, keys).await;
    assert_eq!((known.answers_notice, ids(&known.maintenances)), (Some(draft.id), vec![1]));
}

#[tokio::test]
async fn start_finds_what_was_held_back() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    let mut held = Vec::new();
    for account in ["noc", "old", "other"] {
        let place = Place { account: account.into(), ..inbox() };
        store.list(&place, listings(0..1), now()).await.unwrap();
        let mail = store.unstored(account, 1).await.unwrap()[0].mail;
        store.keep(mail, account.as_bytes().to_vec(), now()).await.unwrap();
        let maintenance = Maintenance { held_back: true, ..maintenance(mail.0, 1, mail) };
        store.commit(Some(mail), &notice(mail, maintenance), now()).await.unwrap();
        held.push(mail.0);
    }
    let requests = vec![request(RequestAbout::FirstContact("noc".into()), "1")];
    let effects = Effects { requests: requests.clone(), first_contact_started: vec!["old".into()], ..Effects::default() };
    store.commit(None, &effects, now()).await.unwrap();
    let facts = store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((ids(&facts.held_back), facts.first_contact_requests), (held.clone(), requests));
    assert_eq!(facts.backlog_outcomes["extracted"], 3);
    let known = known(&scratch, Keys { token_hashes: vec!["token 1".into()], ..Keys::default() }).await;
    assert_eq!(ids(&known.held_back), held[..2]);
}

#[tokio::test]
async fn numbers_are_never_used_again() {
    let scratch = Scratch::new();
    scratch.proposed(7, "one").await;
    let raw = rusqlite::Connection::open(scratch.path()).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM draft; DELETE FROM maintenance;").unwrap();
    let known = known(&scratch, Keys::default()).await;
    assert_eq!((known.next_maintenance, known.next_draft), (8, 8));
}

#[tokio::test]
async fn a_failure_in_the_middle_leaves_nothing() {
    let scratch = Scratch::new();
    let mail = scratch.kept("one").await;
    let before = scratch.store.counts().await.unwrap();
    let loose = frozen(OutboxKind::Notice, "loose", "a@acme.example", None);
    let effects = Effects { drafts: vec![draft(1, 1, 1)], outgoing: vec![loose], ..notice(mail, maintenance(1, 1, mail)) };
    assert!(matches!(scratch.store.commit(Some(mail), &effects, now()).await, Err(StoreError::Refused(_))));
    assert_eq!(scratch.store.counts().await.unwrap(), before);
    assert_eq!(scratch.store.maintenance(MaintenanceId(1)).await.unwrap(), None);
    assert_eq!(known(&scratch, Keys::default()).await.next_maintenance, 1);
}

/// What the killed process does: keeps mails and ends them, and says each number after it was acknowledged.
const CHILD: &str = "FOREWARN_TEST_STORE_TO_BE_KILLED";

#[tokio::test]
async fn the_process_that_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let store = Store::open(path.as_ref()).unwrap();
    store.good_pass("noc", now()).await.unwrap();
    for n in 1..1_000_000 {
        let listing = Listing { uid: n.to_string(), arrived_at: now(), ..Listing::default() };
        store.list(&inbox(), vec![listing], now()).await.unwrap();
        let mail = store.unstored("noc", 1).await.unwrap()[0].mail;
        store.keep(mail, format!("mail {n} in {path:?}").into_bytes(), now()).await.unwrap();
        let outgoing = vec![frozen(OutboxKind::Digest, &format!("key {n}"), "sam@msp.example", None)];
        let effects = Effects { outgoing, drafts: vec![draft(n, n, 1)], ..notice(mail, maintenance(n, 1, mail)) };
        store.commit(Some(mail), &effects, now()).await.unwrap();
        println!("committed {n}");
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_acknowledged_and_leaves_no_half() {
    for kill_after in [1, 7, 40] {
        let scratch = Scratch::new();
        let path = scratch.folder.path().join("killed.db");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["store::safety::the_process_that_is_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut acknowledged = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let Some(number) = line.split("committed ").nth(1) else { continue };
            acknowledged = number.parse().unwrap();
            if acknowledged == kill_after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged >= kill_after);

        let store = Store::open(&path).unwrap();
        let counts = store.counts().await.unwrap();
        assert!(counts.adds_up(), "{counts:?}");
        let drafts: BTreeSet<i64> = store.drafts(true).await.unwrap().iter().map(|(draft, _)| draft.id.0).collect();
        let ended = i64::try_from(counts.outcomes["extracted"]).unwrap();
        // Whole effects or none: as many drafts and mails to send as mails that ended, and every acknowledged one among them.
        assert_eq!(drafts, (1..=ended).collect());
        assert_eq!(store.outbox_counts().await.unwrap()[&(OutboxKind::Digest, OutboxState::Queued)], counts.outcomes["extracted"]);
        assert!(ended >= acknowledged && ended <= acknowledged + 1, "{ended} ended, {acknowledged} acknowledged");
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "measures real time; nothing is decided by it")]
async fn the_cost_of_a_thousand_commits_is_printed() {
    let scratch = Scratch::new();
    let store = &scratch.store;
    store.good_pass("noc", now()).await.unwrap();
    let started = std::time::Instant::now();
    store.list(&inbox(), listings(0..1000), now()).await.unwrap();
    let listed = started.elapsed();
    for mail in store.unstored("noc", 1000).await.unwrap() {
        let body = format!("Subject: {}\r\n\r\n{}", mail.uid, "Planned work on your circuit. ".repeat(300));
        store.keep(mail.mail, body.into_bytes(), now()).await.unwrap();
    }
    let kept = started.elapsed();
    let (mut looked, mut committed) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    for id in 1..=1000 {
        let mail = store.next_to_consider(now()).await.unwrap().unwrap().mail;
        let step = std::time::Instant::now();
        let references = vec![("lux".into(), "id".into(), format!("LUX-{id}"))];
        // After all windows, so that the look-up alone is measured and not a thousand maintenances ahead.
        store.known_for(&Keys { references, ..Keys::default() }, later(60 * 24 * 30)).await.unwrap();
        looked += step.elapsed();
        let step = std::time::Instant::now();
        let effects = Effects { drafts: vec![draft(id, id, 1)], ..notice(mail, maintenance(id, 1, mail)) };
        store.commit(Some(mail), &effects, now()).await.unwrap();
        committed += step.elapsed();
    }
    let step = std::time::Instant::now();
    let ahead = known(&scratch, Keys { answers: vec!["x".into()], ..Keys::default() }).await.ahead.len();
    println!(
        "1000 mails: list {listed:?}, keep {:?}, known_for {looked:?}, commit {committed:?}; known_for with {ahead} ahead {:?}",
        kept - listed,
        step.elapsed()
    );
    assert_eq!(store.counts().await.unwrap().outcomes["extracted"], 1000);
}
