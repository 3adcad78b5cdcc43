//! Many weeks at random: mails of a provider, answers of staff right and wrong, time that passes, a process that is killed. After each step the
//! promises are asked of the store and of what lies in the outbox.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    model::{Change, Content, Decision, Draft, DraftState, Maintenance, MaintenanceId, OutboxKind, OutboxState, Status},
    store::OutboxFilter,
};
use proptest::{
    prelude::{Just, Strategy, prop_oneof},
    sample::select,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::{INES, SAM, World, at};

/// A maintenance of the provider's: reference, server.
const WORKS: [Work; 3] = [("NF-1", "mail01"), ("NF-2", "web01"), ("NF-3", "web02")];

type Work = (&'static str, &'static str);

#[derive(Clone, Debug)]
enum Step {
    /// The provider announces a work, or announces it again: which, on which day.
    Announce(Work, i64),
    /// It moves to another day.
    Move(Work, i64),
    Cancel(Work),
    /// The provider names no reference: which servers, on which day, and whether it cancels them.
    Bare(&'static [&'static str], i64, bool),
    /// The provider moves a server without a reference: which, from which day, to which.
    BareMove(&'static str, i64, i64),
    /// Something in the thread that nobody can read.
    Murmur(Work),
    /// Somebody answers their newest request about the n-th maintenance.
    Answer(&'static str, i64, &'static str),
    /// Somebody answers the first request that they ever got about it.
    Stale(&'static str, i64, &'static str),
    /// The request is answered by somebody else.
    Stranger(i64, &'static str),
    /// Minutes pass, with a round after them.
    Wait(i64),
    /// The process is killed, and started anew.
    Kill,
    /// A mail is claimed and given up at the final dot, then the process is killed.
    KillAtTheDot,
}

fn step() -> impl Strategy<Value = Step> {
    let work = || select(WORKS.to_vec());
    let day = || 8_i64..20;
    let case = || 1_i64..5;
    let word = || {
        select(vec![
            "approve",
            "approve",
            "approve",
            "ok, thanks",
            "reject not ours",
            "edit\n\nOther words for it.",
            "hold",
            "stop",
            "mine",
            "services 1",
            "services none",
            "irrelevant",
            "drop Lakeside Dental",
            "window 2020-09-21 04:00 to 12:00 UTC",
            "approve?",
            "same as FW-1",
            "same as FW-2",
            "new",
            "cancelled",
            "completed",
            "gone web01",
            "notify",
        ])
    };
    let servers = || select(vec![&["mail01", "web01"][..], &["mail01", "web01"], &["web02"], &["web01", "web02"], &["mail01"]]);
    let who = || select(vec![SAM, INES]);
    prop_oneof![
        8 => (work(), day()).prop_map(|(work, day)| Step::Announce(work, day)),
        6 => (work(), day()).prop_map(|(work, day)| Step::Move(work, day)),
        4 => work().prop_map(Step::Cancel),
        8 => (servers(), 8_i64..12, select(vec![false, false, false, true])).prop_map(|(servers, day, cancel)| Step::Bare(servers, day, cancel)),
        6 => (select(vec!["mail01", "web01", "web02"]), 8_i64..12, 8_i64..20).prop_map(|(server, from, to)| Step::BareMove(server, from, to)),
        2 => work().prop_map(Step::Murmur),
        16 => (who(), case(), word()).prop_map(|(who, case, word)| Step::Answer(who, case, word)),
        4 => (who(), case(), word()).prop_map(|(who, case, word)| Step::Stale(who, case, word)),
        2 => (case(), word()).prop_map(|(case, word)| Step::Stranger(case, word)),
        10 => select(vec![1_i64, 3, 3, 30, 600, 2000]).prop_map(Step::Wait),
        1 => Just(Step::Kill),
        1 => Just(Step::KillAtTheDot),
    ]
}

#[test]
fn the_promises_hold_in_random_weeks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: cases(), max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
    runner
        .run(&proptest::collection::vec(step(), 20..36), |steps| runtime.block_on(async { play(steps).await }).map_err(TestCaseError::fail))
        .unwrap();
}

/// How many weeks are played; more by `FOREWARN_WEEKS`.
fn cases() -> u32 {
    std::env::var("FOREWARN_WEEKS").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

async fn play(steps: Vec<Step>) -> Result<(), String> {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let mut approved = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        world.clock.advance(TimeDelta::seconds(20));
        act(&mut world, step).await;
        hold(&world, &mut approved).await.map_err(|fault| format!("after step {number} {step:?}: {fault}"))?;
    }
    Ok(())
}

async fn act(world: &mut World, step: &Step) {
    let from = "Northfield Cloud <notices@northfield.example>";
    let raw = match step {
        Step::Announce(work, day) => {
            let (reference, server) = *work;
            let subject = format!("Scheduled maintenance for your server {server}");
            world.mail(from, &subject, "", &super::host(reference, server, &window(*day)))
        }
        Step::Move(work, day) => {
            let (reference, server) = *work;
            let body =
                format!("Hello,\n\nReference: {reference}\nServer: {server}\nReason: parts\nNew maintenance window: {}", window(*day));
            world.mail(from, &format!("Maintenance rescheduled for your server {server}"), "", &body)
        }
        Step::Cancel(work) => {
            let (reference, server) = *work;
            world.mail(from, "Maintenance cancelled", "", &format!("Hello,\n\nReference: {reference}\nServer: {server}"))
        }
        Step::Bare(servers, day, cancel) => {
            let named: String = servers.iter().map(|server| format!("Server: {server}\n")).collect();
            let subject = if *cancel { "Maintenance cancelled" } else { "Scheduled maintenance for your servers" };
            world.mail(from, subject, "", &format!("Hello,\n\n{named}Reason: parts\nMaintenance window: {}", window(*day)))
        }
        Step::BareMove(server, from_day, to_day) => {
            let body = format!(
                "Hello,\n\nServer: {server}\nReason: parts\nPrevious window: {}\nNew maintenance window: {}",
                window(*from_day),
                window(*to_day)
            );
            world.mail(from, &format!("Maintenance rescheduled for your server {server}"), "", &body)
        }
        Step::Murmur(work) => {
            let (reference, server) = *work;
            let body = format!("Hello,\n\nabout {reference}: the maintenance of {server} will be some other night.");
            world.mail(from, "About your server", "", &body)
        }
        Step::Answer(who, case, text) => match requests(world, who, *case).pop() {
            Some(request) => world.answer(who, &request, text),
            None => return,
        },
        Step::Stale(who, case, text) => match requests(world, who, *case).into_iter().next() {
            Some(request) => world.answer(who, &request, text),
            None => return,
        },
        Step::Stranger(case, text) => match requests(world, SAM, *case).pop() {
            Some(request) => world.answer("stranger@elsewhere.example", &request, text),
            None => return,
        },
        Step::Wait(minutes) => {
            world.later(*minutes).await;
            return;
        }
        Step::Kill => {
            world.restart().await;
            return;
        }
        Step::KillAtTheDot => {
            let store = world.service().store().clone();
            if let Some(row) = store.claim(world.now()).await.unwrap() {
                store.dot_pending(row.id, world.now()).await.unwrap();
            }
            drop(store);
            world.restart().await;
            return;
        }
    };
    world.put(&raw);
    world.round().await;
}

fn window(day: i64) -> String {
    let start = at("2020-09-01T04:00:00Z") + TimeDelta::days(day - 1);
    format!("{} UTC to {} UTC", start.format("%F %H:%M"), (start + TimeDelta::hours(8)).format("%F %H:%M"))
}

/// The requests that somebody got about a case, in order of revision.
fn requests(world: &World, who: &str, case: i64) -> Vec<forewarn::model::Mail> {
    let Ok(files) = std::fs::read_dir(world.dir.path().join("out").join(who).join("new")) else { return Vec::new() };
    let mut found: Vec<_> = files
        .map(|file| forewarn::mail::parse(&std::fs::read(file.unwrap().path()).unwrap()))
        .filter(|mail| mail.subject.contains(&format!("[FW-{case} ")) && mail.message_id.as_deref().is_some_and(|id| id.starts_with("fw.")))
        .collect();
    found.sort_by_key(|mail| (super::revision(mail), mail.date));
    found
}

/// Asks whether the promises hold. `approved` remembers the bytes of every notice from when it was approved.
async fn hold(world: &World, approved: &mut BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let store = world.service().store();
    if !store.counts().await.unwrap().adds_up() {
        return Err("the ledger does not add up".to_owned());
    }
    let drafts = store.drafts(true).await.unwrap();
    let rows = store.outbox(OutboxFilter::Newest(10_000)).await.unwrap();
    let mut messages = BTreeSet::new();
    for row in rows.iter().filter(|row| row.outgoing.kind == OutboxKind::Notice) {
        let Content::Frozen(mail) = &row.outgoing.content else { return Err(format!("{} is not frozen", row.outgoing.key)) };
        let before = approved.entry(row.outgoing.key.clone()).or_insert_with(|| mail.bytes.clone());
        if *before != mail.bytes {
            return Err(format!("{} changed after its approval", row.outgoing.key));
        }
        let id = row.outgoing.draft.unwrap();
        let accepted = store
            .decisions(id)
            .await
            .unwrap()
            .iter()
            .any(|record| record.decision == Decision::Approve && [SAM, INES].contains(&&*record.by));
        if !accepted {
            return Err(format!("{} was never approved", row.outgoing.key));
        }
        let (draft, _) = drafts.iter().find(|(draft, _)| draft.id == id).unwrap();
        let shown = forewarn::mail::parse(&mail.bytes);
        if !draft.variants.iter().any(|variant| {
            variant.subject == shown.subject && variant.recipients.iter().any(|one| one.mailbox.address == row.outgoing.to.address)
        }) {
            return Err(format!("{} says what was not shown", row.outgoing.key));
        }
        messages.insert(mail.message_id.clone());
    }
    sent_once(world, &messages, approved)?;
    for (id, of_case) in by_case(&drafts) {
        followed(world, id, &of_case).await?;
    }
    let cases = by_case(&drafts);
    let span = TimeDelta::days(90);
    for maintenance in store.maintenances(world.now() - span, world.now() + span).await.unwrap() {
        let of_case = cases.get(&maintenance.id).map(Vec::as_slice).unwrap_or_default();
        knows(world, &maintenance, of_case, &drafts, &rows)?;
    }
    Ok(())
}

/// Every customer mail that lies in the outbox folder is one of those that were approved, byte for byte.
fn sent_once(world: &World, messages: &BTreeSet<String>, approved: &BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for recipient in std::fs::read_dir(world.dir.path().join("out")).unwrap() {
        let recipient = recipient.unwrap();
        if recipient.file_name().to_string_lossy().ends_with("harborlight.example") {
            continue;
        }
        for file in std::fs::read_dir(recipient.path().join("new")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let id = forewarn::mail::parse(&bytes).message_id.unwrap_or_default();
            if !messages.contains(&id) || !approved.values().any(|known| *known == bytes) {
                return Err(format!("{:?} got {id}, which nobody approved", recipient.file_name()));
            }
            if !seen.insert(id.clone()) {
                return Err(format!("{id} left twice"));
            }
        }
    }
    Ok(())
}

fn by_case(drafts: &[(Draft, Maintenance)]) -> BTreeMap<MaintenanceId, Vec<&(Draft, Maintenance)>> {
    let mut cases: BTreeMap<MaintenanceId, Vec<&(Draft, Maintenance)>> = BTreeMap::new();
    for pair in drafts {
        cases.entry(pair.1.id).or_default().push(pair);
    }
    cases
}

/// Who has been told what equals what the state says that they should know, or a request for the difference is open, or a person decided
/// otherwise: asked of each contact of each customer that a maintenance ahead touches, and of each who was told of one that is off.
fn knows(
    world: &World,
    maintenance: &Maintenance,
    of_case: &[&(Draft, Maintenance)],
    drafts: &[(Draft, Maintenance)],
    rows: &[forewarn::model::OutboxRow],
) -> Result<(), String> {
    let id = maintenance.id;
    let newest = of_case.iter().map(|(draft, _)| draft).max_by_key(|draft| draft.revision);
    let ahead = maintenance.said.windows.iter().any(|window| window.end.is_none_or(|end| end > world.now()));
    let decided = newest.is_some_and(|draft| draft.state.open() || matches!(draft.state, DraftState::Rejected(_) | DraftState::Expired));
    if decided || maintenance.closed.is_some() || !ahead {
        return Ok(());
    }
    let of_maintenance = |draft: &Option<forewarn::model::DraftId>, wanted: MaintenanceId| {
        drafts.iter().any(|(one, case)| Some(one.id) == *draft && case.id == wanted)
    };
    // The newest notice of this maintenance to an address, else of the whole that it was split from.
    let told = |address: &str| {
        let to = |row: &&forewarn::model::OutboxRow| {
            let gone = matches!(row.state, OutboxState::Failed | OutboxState::Cancelled);
            row.outgoing.kind == OutboxKind::Notice && !gone && row.outgoing.to.address == address
        };
        let of = |wanted: MaintenanceId| {
            let hits = rows.iter().filter(to).filter(|row| of_maintenance(&row.outgoing.draft, wanted));
            hits.max_by_key(|row| row.id).cloned()
        };
        of(id).or_else(|| maintenance.part_of.and_then(of))
    };
    let text = |row: &forewarn::model::OutboxRow| match &row.outgoing.content {
        Content::Frozen(mail) => forewarn::mail::parse(&mail.bytes).plain.map(|body| body.fresh).unwrap_or_default(),
        _ => String::new(),
    };
    let inventory = world.service().inventory();
    let affected = forewarn::inventory::affected(&inventory, maintenance, &[]);
    if matches!(maintenance.status, Status::Cancelled | Status::Completed) {
        return Ok(());
    }
    let starts: Vec<String> = maintenance.said.windows.iter().map(|window| window.start.format("%F @ %H:%M UTC").to_string()).collect();
    for contact in affected.customers.iter().flat_map(|customer| &customer.contacts) {
        let address = &contact.mailbox.address;
        let Some(row) = told(address) else {
            return Err(format!("{address} should know of {id} and was told nothing; newest {:?}", newest.map(|draft| &draft.state)));
        };
        let text = text(&row);
        if let Some(start) = starts.iter().find(|start| !text.contains(*start)) {
            return Err(format!("{address} does not know that {id} begins {start}; it reads:\n{text}"));
        }
        if text.starts_with("CANCELLED") {
            return Err(format!("{address} believes that {id} is cancelled"));
        }
    }
    Ok(())
}

/// Where a maintenance is ahead, its customers were told of its present windows, or somebody is asked, or somebody decided against it.
async fn followed(world: &World, id: MaintenanceId, drafts: &[&(Draft, Maintenance)]) -> Result<(), String> {
    let store = world.service().store();
    let maintenance = store.maintenance(id).await.unwrap().unwrap();
    let now: DateTime<Utc> = world.now();
    let ahead = maintenance.said.windows.iter().any(|window| window.end.is_none_or(|end| end > now));
    let ended = matches!(maintenance.status, Status::Cancelled | Status::Completed);
    let Some((newest, _)) = drafts.iter().max_by_key(|(draft, _)| draft.revision) else { return Ok(()) };
    if newest.state.open() && newest.maintenance_revision != maintenance.revision {
        return Err(format!("{id} v{} waits for a decision that would not count", newest.revision));
    }
    let ends = matches!(newest.change, Change::Cancelled | Change::Completed | Change::Retracted);
    // What an unproved mail says of the end takes nothing back until somebody approves it.
    for (draft, _) in drafts.iter().filter(|(draft, _)| draft.id != newest.id && !ends) {
        let rows = store.outbox(OutboxFilter::Draft(draft.id)).await.unwrap();
        if draft.state.open() || rows.iter().any(|row| row.outgoing.kind == OutboxKind::Notice && row.state.waits()) {
            return Err(format!("{id} v{} goes on beside v{}", draft.revision, newest.revision));
        }
    }
    if maintenance.closed.is_some() || !ahead || newest.state.open() {
        return Ok(());
    }
    let rows = store.outbox(OutboxFilter::Draft(newest.id)).await.unwrap();
    let notices: Vec<OutboxState> = rows.iter().filter(|row| row.outgoing.kind == OutboxKind::Notice).map(|row| row.state).collect();
    let on_its_way = !notices.is_empty() && notices.iter().all(|state| *state != OutboxState::Cancelled);
    let fine = match &newest.state {
        // Told of the present windows, or of the end.
        DraftState::Approved | DraftState::Done => {
            on_its_way && (ended == ends) && newest.starts_at == maintenance.said.windows.iter().map(|window| window.start).min()
        }
        DraftState::Rejected(_) => {
            store.decisions(newest.id).await.unwrap().iter().any(|record| !matches!(record.decision, Decision::Approve))
        }
        // The provider ended it before anybody was told.
        DraftState::Void(_) => ended,
        DraftState::Expired | DraftState::Proposed | DraftState::Held(_) => false,
    };
    if fine {
        Ok(())
    } else {
        Err(format!(
            "{id} is ahead and nobody follows it: v{} is {:?}, rows {notices:?}, status {:?}",
            newest.revision, newest.state, maintenance.status
        ))
    }
}
