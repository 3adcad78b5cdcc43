//! The one summary after the first contact with an inbox (week row W01).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::plain;
use crate::inventory::{affected, provider_for};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::{counted, main_windows, short_services};
use crate::mail::outgoing::{Rendered, one_line};
use crate::model::{Inventory, Maintenance, Policy, Zones};

/// At most so many lines of each list; the rest is counted.
const LISTED: usize = 40;

/// Everything that the summary is written from.
#[derive(Clone, Copy, Debug)]
pub struct FirstContactFacts<'a> {
    /// Name of the account.
    pub account: &'a str,
    /// Counts of outcomes of the past's mails.
    pub outcomes: &'a BTreeMap<String, u64>,
    /// Mails of the past that were gone before they were read.
    pub vanished: u64,
    /// Maintenances that wait for `start`.
    pub held_back: &'a [Maintenance],
    /// Zone of staff.
    pub policy: &'a Policy,
    /// Services and providers.
    pub inventory: &'a Inventory,
    /// Zone rules.
    pub zones: &'a Zones,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// The short code of the reader's request.
    pub code: &'a str,
}

/// How many mails were read, which windows are still ahead that nobody was told of, which notices could not be read.
#[must_use]
pub fn first_contact(facts: &FirstContactFacts<'_>) -> Rendered {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let (mut ahead, mut unread) = (Vec::new(), Vec::new());
    for maintenance in facts.held_back.iter().filter(|maintenance| maintenance.closed.is_none()) {
        let next =
            main_windows(maintenance).filter(|window| window.end.unwrap_or(window.start) > facts.now).min_by_key(|window| window.start);
        match next {
            Some(window) if !maintenance.problems.iter().any(|problem| problem.blocking) => ahead.push((window, maintenance)),
            _ => unread.push(maintenance),
        }
    }
    ahead.sort_by_key(|(window, maintenance)| (window.start, maintenance.id));
    let read: u64 = facts.outcomes.values().sum();
    let count = |name: &str| facts.outcomes.get(name).copied().unwrap_or(0);
    let mut lines = vec![
        format!(
            "Answer \"start\" to have notices drafted for {}. Each comes for approval; nothing is sent by this.",
            these(ahead.len(), unread.len())
        ),
        String::new(),
        format!(
            "READ   {read} old mails of {}: {} announced something, {} need a person, {} concern nothing",
            one_line(facts.account, 60),
            count("extracted"),
            count("needs-person"),
            count("irrelevant")
        ),
    ];
    if facts.vanished > 0 {
        lines.push(format!("GONE   {} more were deleted or moved before they were read", facts.vanished));
    }
    lines.extend([String::new(), format!("AHEAD, and nobody was told: {}", ahead.len())]);
    lines.extend(ahead.iter().take(LISTED).map(|(window, maintenance)| {
        let touched = affected(facts.inventory, maintenance, &[]);
        let services = short_services(touched.services.iter().map(|service| service.name.as_str()), 40);
        let services = if services.is_empty() { "touches nothing known".to_owned() } else { services };
        format!("  {}  {}, {} ({})", clock.span(window), services, provider(facts, maintenance), maintenance.id)
    }));
    lines.extend(more(ahead.len()));
    lines.extend([String::new(), format!("NOT READ with certainty, of the last 60 days: {}", unread.len())]);
    lines.extend(unread.iter().take(LISTED).map(|maintenance| {
        let came = clock.local(maintenance.first_seen_at).format("%b %-d");
        format!("  {came}  {}: \"{}\" ({})", provider(facts, maintenance), one_line(&maintenance.subject, 100), maintenance.id)
    }));
    lines.extend(more(unread.len()));
    let what = format!("{} ahead that nobody was told of", counted(ahead.len(), "window"));
    plain(format!("First look at {}: {what} [FW start {}]", one_line(facts.account, 40), facts.code), &lines)
}

/// Help after an answer to the summary that holds no word that works.
#[must_use]
pub fn help_with_start(account: &str, code: &str, detail: &str) -> Rendered {
    let lines = [
        format!("Nothing changed: {}.", one_line(detail, 200).trim_end_matches('.')),
        "Begin your answer with the word start, alone on its first line, to have the windows ahead drafted.".to_owned(),
        "Without it what is old stays untouched; new mail is handled all the same.".to_owned(),
    ];
    plain(format!("Not understood: first look at {} [FW start {code}]", one_line(account, 40)), &lines)
}

fn these(ahead: usize, unread: usize) -> String {
    match (ahead, unread) {
        (0, 0) => "what is still ahead (nothing, as it seems)".to_owned(),
        (ahead, 0) => format!("the {} below", counted(ahead, "window")),
        (0, unread) => format!("the {} below that could not be read", counted(unread, "mail")),
        (ahead, unread) => format!("the {} below, and be asked about {}", counted(ahead, "window"), counted(unread, "unclear mail")),
    }
}

fn more(all: usize) -> Option<String> {
    all.checked_sub(LISTED).filter(|rest| *rest > 0).map(|rest| format!("  and {rest} more"))
}

fn provider(facts: &FirstContactFacts<'_>, maintenance: &Maintenance) -> String {
    let known = provider_for(facts.inventory, &maintenance.provider);
    one_line(known.map_or(maintenance.provider.as_str(), |provider| &provider.name), 60)
}
