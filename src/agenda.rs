//! What is due at a moment: a pure look at the facts that returns reasons. Who is written to, and what, is the desk's.
//!
//! Every reason has a key under which it happens once, so that a look that is repeated, late or interrupted changes nothing.

mod near;

pub use near::{action_key, again, again_key, night_key, on_call, own_key};

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use crate::{
    draft,
    model::{
        AccountFacts, AgendaFacts, Draft, DraftId, DraftState, FirstContact, Kind, Maintenance, MaintenanceId, OutboxState, OwnWindow,
        Policy, Question, RequestAbout, Zones,
    },
};

/// Time between two alarms of one urgent window (W13).
const ALARM_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Time after which a mailbox that cannot be read, or mail that does not get out, is told by the other path.
const BLIND_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Answers of one domain in an hour that may name no request of ours.
const MOST_WRONG_TOKENS: usize = 20;
/// Time that the first look at a mailbox may take before it is told.
const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);
/// Time in which a mail to ourselves must leave, and in which it must come back.
const CANARY_TIME: TimeDelta = TimeDelta::minutes(15);

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// These drafts waited for each other, and are asked about together.
    Ask(Vec<DraftId>),
    /// The draft was made in another mode, or by clocks that have changed since: it is asked for anew.
    AskAnew(DraftId),
    /// Its windows are over and nobody decided.
    Expire(DraftId),
    /// A hold has ended.
    Wake(DraftId),
    /// Approvers are reminded, the n-th time.
    Remind(DraftId, u32),
    /// The escalation address is written to.
    Escalate(DraftId),
    /// Every approver is away: the escalation address is written to and the alarm command is run, once.
    Unattended(DraftId),
    /// The alarm command is run, the n-th time after the first.
    Alarm(DraftId, u32),
    /// Whoever is on call is told of a window: of which maintenance, its start, and how many hours before.
    Night(MaintenanceId, DateTime<Utc>, i64),
    /// Customers read their notice once more before the first window, as it was approved (W32).
    Again(MaintenanceId),
    /// Something is to be done before a deadline: the place of the action, and how many hours before.
    Act(MaintenanceId, usize, i64),
    /// The past of an account is read; staff get the summary.
    Summary(String),
    /// A mailbox cannot be read since the instant given.
    Blind(String, DateTime<Utc>),
    /// A mailbox cannot be read, as was to be expected: what Forewarn stands on is worked on.
    BlindAsExpected(OwnWindow),
    /// Such a window is over, and every mailbox was read since.
    Back(OwnWindow),
    /// Mail of ours does not get out: told by the second path.
    Stuck,
    /// Notices are held because a backup was put back: told by both paths.
    Held(String),
    /// Mail to staff was refused for good: the others are told.
    Refused,
    /// The alarm command fails: told by mail.
    Unreached,
    /// Mail that was refused is told.
    Quarantined,
    /// Mail that somebody took away before it was read is told.
    Vanished,
    /// Answers whose sender could not be checked for a while are told by both paths.
    Unchecked,
    /// Mails of ours that did not arrive, or may not have, are told.
    Undelivered,
    /// So many answers of this domain named no request of ours that somebody guesses: how many in an hour.
    Guessed(String, usize),
    /// A mail to ourselves is to be sent, under this key.
    Canary(String),
    /// The mail to ourselves did not get out or did not come back.
    CanaryLost,
    /// Every mail of an approved draft has ended.
    Sent(DraftId),
    /// The weekly digest of this local day.
    Digest(NaiveDate),
    /// The short digest of this local day.
    Daily(NaiveDate),
}

/// Everything that is due, in the order in which it matters.
#[must_use]
pub fn due(facts: &AgendaFacts, policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> Vec<Due> {
    let mut due = Vec::new();
    // What was to be expected is no failure.
    let silent = facts.own_windows.iter().find(|window| window.start <= now && now < window.end + BLIND_AFTER);
    for account in &facts.accounts {
        if let Some(since) = blind_since(facts, account, now).filter(|_| silent.is_none()) {
            due.push(Due::Blind(account.account.clone(), since));
        }
    }
    due.extend(near::own(facts, now, silent, |account| blind_since(facts, account, now).is_some()));
    if silent.is_none() && canary_lost(facts, policy, now) {
        due.push(Due::CanaryLost);
    }
    if silent.is_none() && facts.stuck.iter().any(|mail| mail.state == OutboxState::Retry && now - mail.since >= BLIND_AFTER) {
        due.push(Due::Stuck);
    }
    due.extend(facts.held.clone().map(Due::Held));
    if facts.stuck.iter().any(|mail| mail.state != OutboxState::Retry) {
        due.push(Due::Refused);
    }
    if facts.unreached.iter().any(|one| now - one.raised_at >= BLIND_AFTER) {
        due.push(Due::Unreached);
    }
    let asked: Vec<Vec<DraftId>> = to_ask(facts, policy, now).collect();
    let waits = |draft: &Draft| draft.waits_to_be_asked() && !asked.iter().flatten().any(|id| *id == draft.id);
    let nobody_there = policy.approvers.iter().all(|approver| facts.away.contains(&approver.mailbox.address));
    for (draft, maintenance) in &facts.open {
        due.extend(due_of_draft(draft, maintenance, policy, zones, now));
        if nobody_there && draft.state == DraftState::Proposed && !waits(draft) {
            due.push(Due::Unattended(draft.id));
        }
    }
    due.extend(asked.into_iter().map(Due::Ask));
    // What was approved in rehearsal told nobody: customers are still to hear of what is ahead (W04).
    let ahead = |draft: &Draft| draft.ends_at.or(draft.starts_at).is_some_and(|end| end > now) && !draft.change.reduces();
    due.extend(
        facts.rehearsed.iter().filter(|(draft, _)| draft.mode != policy.mode && ahead(draft)).map(|(draft, _)| Due::AskAnew(draft.id)),
    );
    due.extend(near::due(facts, policy, now));
    if !facts.quarantined.is_empty() {
        due.push(Due::Quarantined);
    }
    if !facts.vanished.is_empty() {
        due.push(Due::Vanished);
    }
    if facts.unchecked.iter().any(|mail| now - mail.arrived_at >= BLIND_AFTER) {
        due.push(Due::Unchecked);
    }
    if !facts.undelivered.is_empty() {
        due.push(Due::Undelivered);
    }
    due.extend(guessed(facts, now));
    due.extend(facts.approved.iter().filter(|(draft, _)| draft.state == DraftState::Done).map(|(draft, _)| Due::Sent(draft.id)));
    let asked = |account: &str| {
        let mut requests = facts.first_contact_requests.iter();
        requests.any(|request| matches!(&request.about, RequestAbout::FirstContact(name) if name == account))
    };
    for account in facts.accounts.iter().filter(|account| account.first_contact == FirstContact::Asked && !asked(&account.account)) {
        due.push(Due::Summary(account.account.clone()));
    }
    due.extend(canary_due(facts, policy, now).filter(|_| silent.is_none()).map(Due::Canary));
    due.extend(digest_due(facts, policy, zones, now).map(Due::Digest));
    due.extend(daily_due(facts, policy, zones, now).map(Due::Daily));
    due
}

/// Drafts that waited long enough, by provider and in the order of time: with each those of its provider that wait as well. Where no loop
/// runs, nothing more comes that could be waited for.
fn to_ask(facts: &AgendaFacts, policy: &Policy, now: DateTime<Utc>) -> impl Iterator<Item = Vec<DraftId>> {
    let mut waiting: BTreeMap<&str, Vec<&Draft>> = BTreeMap::new();
    for (draft, maintenance) in facts.open.iter().filter(|(draft, _)| draft.waits_to_be_asked() && draft.mode == policy.mode) {
        waiting.entry(&maintenance.provider).or_default().push(draft);
    }
    let is_over = move |drafts: &Vec<&Draft>| facts.running_since.is_none() || drafts.iter().any(|draft| draft.ask_at <= Some(now));
    waiting.into_values().filter(is_over).map(|mut drafts| {
        drafts.sort_by_key(|draft| (draft.starts_at, draft.id));
        drafts.into_iter().map(|draft| draft.id).collect()
    })
}

/// The domain from which most answers of the last hour named no request of ours, where they are more than anybody gets wrong.
fn guessed(facts: &AgendaFacts, now: DateTime<Utc>) -> Option<Due> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (domain, _) in facts.guesses.iter().filter(|(_, at)| now - *at < TimeDelta::hours(1)) {
        *counts.entry(domain).or_default() += 1;
    }
    let (domain, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count > MOST_WRONG_TOKENS).then(|| Due::Guessed(domain.to_owned(), count))
}

/// Since when a mailbox is not read: it fails, or, where this process runs, no look at it came to an end for as long.
fn blind_since(facts: &AgendaFacts, account: &AccountFacts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Some(since) = account.failing_since {
        return (now - since >= BLIND_AFTER).then_some(since);
    }
    let running_since = facts.running_since?;
    if !facts.watched.is_empty() && !facts.watched.contains(&account.account) {
        return None;
    }
    let (since, patience) = match account.last_good_pass_at {
        Some(at) => (at.max(running_since), BLIND_AFTER),
        // The first look at a full mailbox takes its time.
        None => (running_since, FIRST_LOOK),
    };
    (now - since >= patience).then_some(since)
}

/// The key of the mail to ourselves that is due: none before a mailbox was read once, and one an hour at most.
fn canary_due(facts: &AgendaFacts, policy: &Policy, now: DateTime<Utc>) -> Option<String> {
    let every = policy.canary_every?;
    facts.accounts.iter().any(|account| account.last_good_pass_at.is_some()).then_some(())?;
    let key = now.format("canary:%Y-%m-%dT%H").to_string();
    let due = facts.canary.newest.as_ref().is_none_or(|(newest, made_at, ..)| now - *made_at >= every && *newest != key);
    due.then_some(key)
}

/// Whether the newest mail to ourselves did not leave in time, or left and did not come back although mailboxes were read since.
fn canary_lost(facts: &AgendaFacts, policy: &Policy, now: DateTime<Utc>) -> bool {
    let Some((_, made_at, state, changed_at)) = facts.canary.newest.as_ref().filter(|_| policy.canary_every.is_some()) else {
        return false;
    };
    if facts.canary.newest_is_back() {
        return false;
    }
    match state {
        OutboxState::Sent => {
            facts.accounts.iter().filter_map(|account| account.last_good_pass_at).any(|at| at - *changed_at >= CANARY_TIME)
        }
        _ => now - facts.running_since.map_or(*made_at, |since| since.max(*made_at)) >= CANARY_TIME,
    }
}

fn due_of_draft(draft: &Draft, maintenance: &Maintenance, policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> Vec<Due> {
    let (plan, id) = (&policy.agenda, draft.id);
    if draft.mode != policy.mode || draft::clocks_changed(draft, zones) {
        return vec![Due::AskAnew(id)];
    }
    // A window without an end is over a day after its start.
    let over = draft.ends_at.or(draft.starts_at.map(|start| start + TimeDelta::days(1)));
    // What was past when it was asked about may have been misread: that question stays until it is answered.
    let asks_time = draft.questions.iter().any(|question| matches!(question, Question::Windows(_)));
    let asked_too_late = asks_time && over.is_some_and(|end| end <= draft.proposed_at);
    // The end of an outage is somebody's guess.
    let outage = maintenance.kind == Some(Kind::Incident);
    if over.is_some_and(|end| end <= now) && !draft.change.reduces() && !asked_too_late && !outage {
        return vec![Due::Expire(id)];
    }
    let mut due = Vec::new();
    if draft.waits_to_be_asked() {
        return due;
    }
    // Whoever is asked has ten minutes before it is said that nobody decided.
    let unanswered = now >= draft.ask_at.unwrap_or(draft.proposed_at) + ALARM_EVERY;
    // What has no date yet stands in each digest and is asked about once (W15); what could not be read is not left to it.
    let doubted = maintenance.problems.iter().any(|problem| problem.blocking);
    let watched = maintenance.said.watch.is_some() && maintenance.said.windows.is_empty() && !doubted;
    let escalate_from = match draft.starts_at {
        Some(start) => Some(start - plan.escalate_before),
        None => (!watched).then(|| draft.proposed_at + plan.escalate_before),
    };
    if unanswered && escalate_from.is_some_and(|from| now >= from) && !policy.escalation.is_empty() {
        due.push(Due::Escalate(id));
    }
    // An outage that is reported without a time is going on (W14).
    let going_on = draft.starts_at.is_none() && maintenance.kind == Some(Kind::Incident);
    let urgent_from = match draft.starts_at {
        Some(start) => Some((start - plan.urgent_within).max(draft.proposed_at)),
        None => going_on.then_some(draft.proposed_at),
    };
    let urgent = urgent_from.is_some_and(|from| now >= from);
    if let Some(from) = urgent_from.filter(|from| now >= *from && maintenance.owner.is_none()) {
        due.push(Due::Alarm(id, times(now - from, ALARM_EVERY)));
    }
    match draft.state {
        DraftState::Held(until) if until > now => {}
        DraftState::Held(_) => due.push(Due::Wake(id)),
        _ => {
            if !watched && now >= next_reminder(draft, policy) && (urgent || in_working_hours(policy, zones, now)) {
                due.push(Due::Remind(id, draft.reminders + 1));
            }
        }
    }
    due
}

/// When approvers are reminded next: halfway to the time by which the notice should be out, again halfway from there, and never sooner than
/// the plan's step. A window that is weeks away is not asked about every day (W27).
fn next_reminder(draft: &Draft, policy: &Policy) -> DateTime<Utc> {
    let asked_at = draft.asked_at.unwrap_or(draft.proposed_at);
    let halfway = draft.send_by.map_or(TimeDelta::zero(), |send_by| (send_by - asked_at) / 2);
    asked_at + halfway.max(policy.agenda.remind_every)
}

/// How many whole steps fit into a time.
fn times(passed: TimeDelta, step: TimeDelta) -> u32 {
    let step = step.num_seconds().max(60);
    u32::try_from(passed.num_seconds().max(0) / step).unwrap_or(u32::MAX)
}

/// Whether it is a working hour for staff: ordinary reminders wait for one (W24).
fn in_working_hours(policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> bool {
    let local = zones.local(policy.zone, now).0;
    let holiday = policy.agenda.holidays.contains(&local.date_naive());
    !holiday && (policy.agenda.day_starts..policy.agenda.day_ends).contains(&local.time())
}

/// The local day whose digest is due: the latest planned one that is past and later than the last that was made. After a downtime over
/// several weeks that is one digest, not several.
fn digest_due(facts: &AgendaFacts, policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> Option<NaiveDate> {
    let last = facts.last_digest_at?;
    let today = zones.local(policy.zone, now).0.date_naive();
    let days = std::iter::successors(Some(today), NaiveDate::pred_opt).take(8);
    let (day, at) = days
        .filter(|day| day.weekday() == policy.digest.weekday)
        .filter_map(|day| Some((day, zones.next_valid(policy.zone, day.and_time(policy.digest.time))?)))
        .find(|(_, at)| *at <= now)?;
    (at > last).then_some(day)
}

/// The local day whose short digest is due: today, once its hour has come, unless the weekly one comes on it. What was missed is not made up.
fn daily_due(facts: &AgendaFacts, policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> Option<NaiveDate> {
    facts.last_digest_at.filter(|_| policy.digest.daily)?;
    let today = zones.local(policy.zone, now).0.date_naive();
    let at = zones.next_valid(policy.zone, today.and_time(policy.digest.time))?;
    (at <= now && today.weekday() != policy.digest.weekday && facts.last_daily.is_none_or(|last| last < today)).then_some(today)
}

/// The key of the n-th alarm of a draft's window: the same window raises the same alarm once, whatever the draft's revision.
#[must_use]
pub fn urgent_key(draft: &Draft, number: u32) -> String {
    let start = draft.starts_at.map_or(0, |start| start.timestamp());
    format!("urgent:{}:{start}:{number}", draft.maintenance)
}
