//! What is near: the night before a window that touches us, and what is ours to do before a deadline (W34, W16).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::Due;
use crate::model::{
    AccountFacts, AgendaFacts, Draft, Mailbox, Maintenance, Mode, Near, OnCall, OutboxState, OwnWindow, Policy, Recipient, Reminder,
    Status, Zones,
};

/// How long before a window whoever is on call is told of it, hours.
const BEFORE_WINDOW: [i64; 2] = [24, 1];
/// How long before a deadline it is reminded of, hours.
const BEFORE_DEADLINE: [i64; 3] = [168, 48, 4];
/// How long after such a window it is said that Forewarn is back.
const BACK_WITHIN: TimeDelta = TimeDelta::hours(2);
/// What was just asked about needs no reminder.
const JUST_READ: TimeDelta = TimeDelta::hours(2);

/// Who is on call at an instant: the turns change weekly, at the hour at which staff's day begins; who is away is passed over. None where
/// nobody is named or everybody is away.
#[must_use]
pub fn on_call<'a>(away: &BTreeSet<String>, policy: &'a Policy, zones: &Zones, at: DateTime<Utc>) -> Option<&'a Mailbox> {
    let OnCall { turns, since } = policy.on_call.as_ref()?;
    let local = zones.local(policy.zone, at).0.naive_local() - (policy.agenda.day_starts - chrono::NaiveTime::MIN);
    let weeks = (local.date() - *since).num_days().div_euclid(7);
    let first = usize::try_from(weeks.rem_euclid(i64::try_from(turns.len()).ok()?.max(1))).ok()?;
    turns.iter().cycle().skip(first).take(turns.len()).find(|one| !away.contains(&one.address))
}

pub(super) fn due(facts: &AgendaFacts, policy: &Policy, now: DateTime<Utc>) -> Vec<Due> {
    let mut due = Vec::new();
    for near in facts.near.iter().filter(|near| is_on(&near.maintenance)) {
        let maintenance = &near.maintenance;
        let begins = starts(maintenance).filter(|_| policy.on_call.is_some());
        due.extend(begins.filter_map(|start| {
            let hours = stage(&BEFORE_WINDOW, start, maintenance.first_seen_at, now)?;
            (!known(near, &night_key(maintenance, start, hours))).then_some(Due::Night(maintenance.id, start, hours))
        }));
        if !again(near, policy, now).is_empty() {
            due.push(Due::Again(maintenance.id));
        }
        let open = maintenance.said.actions.iter().enumerate().filter(|(_, action)| !maintenance.is_done(action));
        due.extend(open.filter_map(|(place, action)| {
            let by = action.by?;
            let hours = stage(&BEFORE_DEADLINE, by, maintenance.first_seen_at, now)?;
            (!known(near, &action_key(maintenance, by, place, hours))).then_some(Due::Act(maintenance.id, place, hours))
        }));
    }
    due
}

/// What is said of a window in which Forewarn itself goes silent: once that it is blind as expected, and once that it is back.
pub(super) fn own(
    facts: &AgendaFacts,
    now: DateTime<Utc>,
    silent: Option<&OwnWindow>,
    is_blind: impl Fn(&AccountFacts) -> bool,
) -> Vec<Due> {
    let said = |window: &OwnWindow, what: &str| {
        let key = own_key(window, what);
        facts.near.iter().any(|near| near.maintenance.id == window.maintenance && known(near, &key))
    };
    let blind = silent.filter(|window| !said(window, "blind") && facts.accounts.iter().any(is_blind));
    let read_since = |window: &OwnWindow| {
        !facts.accounts.is_empty() && facts.accounts.iter().all(|account| account.last_good_pass_at.is_some_and(|at| at >= window.end))
    };
    let over = facts.own_windows.iter().filter(|window| (window.end..window.end + BACK_WITHIN).contains(&now));
    let back = over.filter(|window| read_since(window) && !said(window, "back"));
    blind.cloned().map(Due::BlindAsExpected).into_iter().chain(back.cloned().map(Due::Back)).collect()
}

/// Under which a window of what Forewarn stands on is spoken of once.
#[must_use]
pub fn own_key(window: &OwnWindow, what: &str) -> String {
    format!("near:{}:{what}:{}:", window.maintenance, window.end.timestamp())
}

/// The reminders that are due to customers: of each address the newest notice that reached it, where what it says still stands and nothing
/// else about it waits for a decision. Each comes with its draft.
pub fn again<'a>(near: &'a Near, policy: &Policy, now: DateTime<Utc>) -> Vec<(&'a Draft, &'a Reminder, &'a Recipient)> {
    let rehearsal = policy.mode == Mode::Rehearsal;
    let first = starts(&near.maintenance).min().filter(|start| *start > now);
    let has_it = |draft: &Draft, recipient: &Recipient| {
        near.told.iter().any(|told| {
            let left = matches!(told.state, OutboxState::Sent | OutboxState::Unknown);
            left && told.draft == draft.id && told.rehearsal == rehearsal && told.address == recipient.mailbox.address
        })
    };
    let mut seen = BTreeSet::new();
    let mut due = Vec::new();
    let undecided = near.drafts.iter().any(|draft| draft.state.open());
    for draft in near.drafts.iter().rev().filter(|_| !undecided) {
        for variant in &draft.variants {
            for recipient in variant.recipients.iter().filter(|recipient| has_it(draft, recipient)) {
                // What an older notice said to the same address does not count any more.
                let newest = seen.insert((&recipient.mailbox.address, &recipient.customers));
                let reminder = variant.reminder.as_ref().filter(|reminder| reminder.at <= now && draft.starts_at == first);
                if let (true, Some(reminder)) = (newest, reminder)
                    && !near.keys.contains(&again_key(draft, &recipient.mailbox.address))
                {
                    due.push((draft, reminder, recipient));
                }
            }
        }
    }
    due
}

/// The hours of the stage in which an instant ahead is: none where it is too early, over, or was just read of.
fn stage(stages: &[i64], of: DateTime<Utc>, read_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let hours = stages.iter().copied().filter(|hours| of - TimeDelta::hours(*hours) <= now).min()?;
    let begins = of - TimeDelta::hours(hours);
    (now < of && read_at <= begins - JUST_READ).then_some(hours)
}

/// Whether a mail of this key was written.
fn known(near: &Near, key: &str) -> bool {
    near.keys.iter().any(|known| known.starts_with(key))
}

/// Under which the mail to whoever is on call is written once.
#[must_use]
pub fn night_key(maintenance: &Maintenance, start: DateTime<Utc>, hours: i64) -> String {
    format!("near:{}:{}:{hours}:", maintenance.id, start.timestamp())
}

/// Under which an address is reminded once of what a draft told it.
#[must_use]
pub fn again_key(draft: &Draft, address: &str) -> String {
    format!("near:{}:again:{}:{address}", draft.maintenance, draft.id.0)
}

/// Under which a deadline is reminded of once.
#[must_use]
pub fn action_key(maintenance: &Maintenance, by: DateTime<Utc>, place: usize, hours: i64) -> String {
    format!("near:{}:act{place}:{}:{hours}:", maintenance.id, by.timestamp())
}

fn is_on(maintenance: &Maintenance) -> bool {
    maintenance.closed.is_none() && !maintenance.held_back && !matches!(maintenance.status, Status::Cancelled | Status::Completed)
}

fn starts(maintenance: &Maintenance) -> impl Iterator<Item = DateTime<Utc>> {
    let on = maintenance.said.windows.iter().filter(|window| !matches!(window.status, Some(Status::Cancelled | Status::Completed)));
    on.map(|window| window.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w34_a_stage_is_told_once_it_has_begun_and_never_of_what_was_just_read() {
        let at = |hour: i64| DateTime::from_timestamp(1_800_000_000 + hour * 3600, 0).unwrap();
        let told = |now, read| stage(&BEFORE_WINDOW, at(0), at(read), at(now));
        assert_eq!(told(-30, -100), None, "too early");
        assert_eq!(told(-24, -100), Some(24));
        assert_eq!(told(-2, -100), Some(24), "late rather than never");
        assert_eq!(told(-1, -100), Some(1));
        assert_eq!(told(0, -100), None, "begun");
        assert_eq!(told(-20, -25), None, "its request is an hour old");
        assert_eq!(told(-1, -4), Some(1));
        assert_eq!(told(-1, -2), None);
    }
}
