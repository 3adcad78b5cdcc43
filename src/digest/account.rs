//! What was sent, what was left out and why, and whether we still see: the account that must add up.

use chrono::TimeDelta;

use super::{Week, next_due};
use crate::mail::auth;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::listed;
use crate::model::{AccountFacts, AuthMode, Customer, FirstContact, Mode, OutboxKind, OutboxState, Told};

pub(super) fn shown(week: &Week<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    push(&mut lines, "SENT", sent(week));
    push(&mut lines, "LEFT", left(week));
    push(&mut lines, "NEW", strangers(week));
    push(&mut lines, "HEALTH", health(week));
    lines
}

fn push(lines: &mut Vec<String>, label: &str, values: Vec<String>) {
    for (place, value) in values.into_iter().enumerate() {
        let label = if place == 0 { label } else { "" };
        lines.push(format!("{label:<7}{value}"));
    }
}

fn sent(week: &Week<'_>) -> Vec<String> {
    let of = |wanted: &[OutboxState]| -> u64 {
        let notices = week.facts.sent.iter().filter(|(kind, state, _)| *kind == OutboxKind::Notice && wanted.contains(state));
        notices.map(|(_, _, count)| count).sum()
    };
    let all = of(&[
        OutboxState::Queued,
        OutboxState::Talking,
        OutboxState::DotPending,
        OutboxState::Sent,
        OutboxState::Retry,
        OutboxState::Failed,
        OutboxState::Unknown,
    ]);
    if all == 0 {
        return vec!["no notice".to_owned()];
    }
    let mut parts = vec![format!("{} accepted", of(&[OutboxState::Sent]))];
    let mut also = |count: u64, word: &str| {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    };
    also(of(&[OutboxState::Queued, OutboxState::Talking, OutboxState::DotPending, OutboxState::Retry]), "still waiting");
    also(of(&[OutboxState::Unknown]), "with unknown fate");
    let bounced = of(&[OutboxState::Failed]);
    also(bounced, "bounced");
    let plural = if all == 1 { "" } else { "s" };
    let mut lines = vec![format!("{all} notice{plural}; {}", parts.join(", "))];
    let mut unreached = unreached(week);
    if let (1, [one], Some(first)) = (bounced, unreached.as_slice(), lines.first_mut()) {
        first.push_str(&format!(": {one}"));
        unreached.clear();
    }
    lines.extend(unreached);
    lines
}

/// Who did not get a notice, and whether another contact of that customer got the same one (W28).
fn unreached(week: &Week<'_>) -> Vec<String> {
    let told = &week.facts.told;
    let mut lines: Vec<String> = Vec::new();
    for row in told.iter().filter(|row| matches!(row.state, OutboxState::Failed | OutboxState::Unknown)) {
        let reached = |address: &str| {
            let same = |other: &&Told| other.draft == row.draft && other.state == OutboxState::Sent;
            told.iter().filter(same).any(|other| other.address.eq_ignore_ascii_case(address))
        };
        let theirs =
            |customer: &&Customer| customer.contacts.iter().any(|contact| contact.mailbox.address.eq_ignore_ascii_case(&row.address));
        let customers: Vec<&Customer> = week.inventory.customers.iter().filter(theirs).collect();
        let names: Vec<String> = customers.iter().map(|customer| one_line(&customer.name, 80)).collect();
        let alone = customers.iter().any(|customer| !customer.contacts.iter().any(|contact| reached(&contact.mailbox.address)));
        let note = if row.state == OutboxState::Unknown {
            "nobody knows whether it arrived"
        } else if customers.is_empty() {
            "no customer"
        } else if alone {
            "NO OTHER CONTACT"
        } else {
            "another contact has it"
        };
        let line = format!("{} <{}>, {note}", listed(&names), row.address).trim_start().to_owned();
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let more = lines.len().saturating_sub(MOST_UNREACHED);
    lines.truncate(MOST_UNREACHED);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}

/// The most addresses that a digest names as not reached.
const MOST_UNREACHED: usize = 20;

fn left(week: &Week<'_>) -> Vec<String> {
    let facts = week.facts;
    let mut parts = Vec::new();
    if facts.repeats > 0 {
        parts.push(format!("{} repeated", facts.repeats));
    }
    let total: u64 = facts.irrelevant.iter().map(|(_, count)| count).sum();
    if total == 0 {
        parts.extend(facts.outcomes.get("irrelevant").map(|count| format!("{count} irrelevant")));
    }
    parts.extend(facts.irrelevant.iter().take(8).map(|(reason, count)| format!("{count} {}", one_line(reason, 60))));
    for (name, word) in
        [("automatic", "automatic"), ("bounce", "delivery reports"), ("duplicate", "duplicates"), ("quarantined", "quarantined")]
    {
        parts.extend(facts.outcomes.get(name).filter(|count| **count > 0).map(|count| format!("{count} {word}")));
    }
    let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    let counts = &facts.counts;
    let all = if counts.listed == 1 { "1 mail".to_owned() } else { format!("{} mails", counts.listed) };
    let account = if counts.adds_up() {
        let waiting = counts.waiting + counts.pending;
        let still = if waiting == 0 { String::new() } else { format!(", {waiting} still to be read") };
        let gone = if counts.vanished == 0 { String::new() } else { format!(", {} gone before they were read", counts.vanished) };
        format!("{all} in all{still}{gone}: 0 unaccounted")
    } else {
        format!("{all} in all: THE ACCOUNT DOES NOT ADD UP, see \"forewarn status\"")
    };
    vec![parts, account]
}

fn strangers(week: &Week<'_>) -> Vec<String> {
    if week.facts.strangers.is_empty() {
        return Vec::new();
    }
    let senders: Vec<String> =
        week.facts.strangers.iter().take(10).map(|(sender, count)| format!("{} ({count})", one_line(sender, 80))).collect();
    vec![
        format!("senders whose mail shows no sign of a maintenance: {}", senders.join(", ")),
        "a provider among them? Add its domain to the inventory.".to_owned(),
    ]
}

fn health(week: &Week<'_>) -> Vec<String> {
    let mut lines: Vec<String> = week.facts.accounts.iter().map(|account| one_account(week, account)).collect();
    lines.extend(canary(week));
    if week.facts.recovered > 0 {
        let them = if week.facts.recovered == 1 { "1 mail was".to_owned() } else { format!("{} mails were", week.facts.recovered) };
        lines.push(format!("{them} found by the hourly sweep only, so far: a defect, please report it."));
    }
    if week.policy.mode == Mode::Rehearsal {
        lines.push("REHEARSAL: no customer gets a notice.".to_owned());
    }
    if week.policy.auth == AuthMode::TokenOnly {
        lines.push("Answers count by their token alone: the sender of an answer is not proved.".to_owned());
    }
    if week.policy.auth != AuthMode::TokenOnly
        && !week.facts.newest_proof.as_ref().is_some_and(|proof| auth::is_of(&week.policy.auth, proof))
    {
        lines.push("No answer has counted yet: forewarn doctor --approver ADDRESS tries whether one does.".to_owned());
    }
    let today = week.clock.local(week.now).date_naive();
    let next = next_due(week.policy, week.zones, week.now).map(|next| {
        let same = week.clock.local(next).date_naive() == today;
        if same { "later today".to_owned() } else { week.clock.full(next) }
    });
    lines.push(format!("Next digest {}.", next.unwrap_or_else(|| "not known".to_owned())));
    lines
}

/// When the last mail to ourselves came back, and whether a newer one is missing.
fn canary(week: &Week<'_>) -> Option<String> {
    week.policy.canary_every?;
    let facts = &week.facts.canary;
    let newest = facts.newest.as_ref().filter(|(_, made_at, ..)| week.now - *made_at >= MISSING_AFTER && !facts.newest_is_back());
    Some(match (&facts.back, newest) {
        (_, Some((_, made_at, ..))) => format!("test mail {} HAS NOT COME BACK", week.clock.full(*made_at)),
        (Some((_, at)), None) => format!("test mail {} ok", week.clock.full(*at)),
        (None, None) => "no test mail has come back yet".to_owned(),
    })
}

/// Time after which a mail to ourselves is missing.
const MISSING_AFTER: TimeDelta = TimeDelta::minutes(15);

fn one_account(week: &Week<'_>, account: &AccountFacts) -> String {
    let name = one_line(&account.account, 60);
    let mut parts = vec![match account.last_good_pass_at {
        Some(at) => format!("{name} read {}", week.clock.full(at)),
        None => format!("{name} NOT READ yet"),
    }];
    if let Some(failure) = &account.failing {
        let since = account.failing_since.map_or_else(String::new, |since| format!(" since {}", week.clock.full(since)));
        parts.push(format!("FAILING{since}: {}", one_line(failure, 160)));
    }
    match account.first_contact {
        FirstContact::Reading => parts.push(format!("{} of {} old mails still to be read", account.backlog_left, account.backlog)),
        FirstContact::Asked => parts.push("the first look waits for your \"start\"".to_owned()),
        FirstContact::Started => {}
    }
    parts.join("; ")
}
