//! The weekly mail to staff: what is ahead, what waits for them, what was sent, what was left out.
//!
//! It is sent also when nothing is new, and then it is short: its coming is the proof that somebody watches.

mod account;
mod ahead;
mod strip;

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use crate::inventory::{affected, provider_for};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::{counted, main_windows, short_services};
use crate::mail::outgoing::{Rendered, html, one_line};
use crate::model::{AffectedService, DigestFacts, Draft, DraftState, Inventory, Maintenance, Policy, Question, Status, Zones};

use ahead::Row;

/// Everything that the parts of a digest are written from.
struct Week<'a> {
    facts: &'a DigestFacts,
    policy: &'a Policy,
    zones: &'a Zones,
    inventory: &'a Inventory,
    /// How many days ahead it looks.
    days: u32,
    now: DateTime<Utc>,
    clock: StaffClock<'a>,
}

/// Writes the digest that is due at `now`, for a reader in a zone.
#[must_use]
pub fn compose(facts: &DigestFacts, policy: &Policy, zones: &Zones, inventory: &Inventory, reader: Tz, now: DateTime<Utc>) -> Rendered {
    let days = policy.digest.days_ahead;
    let week = Week { facts, policy, zones, inventory, days, now, clock: StaffClock::new(zones, reader) };
    let (rows, waiting, mut lines) = top(&week);
    let table = ahead::shown(&week, &rows);
    if !table.is_empty() {
        lines.push(String::new());
        lines.extend(table);
    }
    section(&mut lines, "NO DATE YET", undated(&week));
    lines.push(String::new());
    lines.extend(account::shown(&week));
    let above = if rows.is_empty() { String::new() } else { strip::html(&week, &rows) };
    written(&week, &rows, waiting, &lines, &above)
}

/// Writes the short digest of a day between two weekly ones: what waits, deadlines, and the next two days; none where there is nothing of it.
#[must_use]
pub fn brief(
    facts: &DigestFacts,
    policy: &Policy,
    zones: &Zones,
    inventory: &Inventory,
    reader: Tz,
    now: DateTime<Utc>,
) -> Option<Rendered> {
    let week = Week { facts, policy, zones, inventory, days: 2, now, clock: StaffClock::new(zones, reader) };
    let (rows, waiting, mut lines) = top(&week);
    if rows.is_empty() && waiting == 0 {
        return None;
    }
    section(&mut lines, "NEXT 2 DAYS", ahead::table(&week, &rows));
    Some(written(&week, &rows, waiting, &lines, ""))
}

/// The windows ahead, how many things wait for somebody, and what every digest begins with: the summary, those things, deadlines.
fn top<'a>(week: &Week<'a>) -> (Vec<Row<'a>>, usize, Vec<String>) {
    let (rows, waiting) = (ahead::rows(week), waiting(week));
    let todo = todo(week, waiting.len());
    let count = waiting.len() + todo.len();
    let mut lines = vec![summary(week, &rows, count)];
    section(&mut lines, "FOR YOU", waiting.into_iter().flatten().collect());
    section(&mut lines, "TO DO BEFORE A DEADLINE", todo);
    (rows, count, lines)
}

fn written(week: &Week<'_>, rows: &[Row<'_>], waiting: usize, lines: &[String], above: &str) -> Rendered {
    let text = format!("{}\n", lines.join("\n").trim_end());
    Rendered { subject: subject(week, rows, waiting), html: Some(html::framed(above, &text)), text }
}

/// The maintenances of the days ahead, each with what its calendar entry is called.
#[must_use]
pub fn entries<'a>(
    facts: &'a DigestFacts,
    policy: &'a Policy,
    zones: &'a Zones,
    inventory: &'a Inventory,
    now: DateTime<Utc>,
) -> Vec<(&'a Maintenance, String)> {
    let days = policy.digest.days_ahead;
    let week = Week { facts, policy, zones, inventory, days, now, clock: StaffClock::new(zones, policy.zone) };
    let mut seen = BTreeSet::new();
    let rows = ahead::rows(&week);
    rows.iter()
        .filter(|row| seen.insert(row.maintenance.id))
        .map(|row| (row.maintenance, format!("{}: {}, {}", row.maintenance.id, row.services(40), summary_of(row.maintenance))))
        .collect()
}

/// The first moment after `now` at which a digest is due; the second of two where clocks show it twice never makes a second one.
#[must_use]
pub fn next_due(policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = StaffClock::new(zones, policy.zone).local(now).date_naive();
    let days = today.iter_days().take(15).filter(|day| day.weekday() == policy.digest.weekday);
    days.filter_map(|day| zones.next_valid(policy.zone, day.and_time(policy.digest.time))).find(|at| *at > now)
}

fn section(lines: &mut Vec<String>, heading: &str, of: Vec<String>) {
    if !of.is_empty() {
        lines.extend([String::new(), heading.to_owned()]);
        lines.extend(of);
    }
}

fn subject(week: &Week<'_>, rows: &[Row<'_>], waiting: usize) -> String {
    let day = week.clock.local(week.now).format("%a %b %-d");
    let ahead = if rows.is_empty() { "nothing ahead".to_owned() } else { format!("{} ahead", counted(rows.len(), "window")) };
    let waits = match waiting {
        0 => "nothing waits for you".to_owned(),
        1 => "1 thing waits for you".to_owned(),
        many => format!("{many} things wait for you"),
    };
    let next =
        next(rows, week.now).map_or_else(String::new, |row| format!(", next {} {}", week.clock.brief(row.window.start), row.services(24)));
    format!("{day}: {ahead}, {waits}{next}")
}

fn summary(week: &Week<'_>, rows: &[Row<'_>], waiting: usize) -> String {
    let days = week.days;
    let ahead = match rows.len() {
        0 => format!("No window in the next {days} days."),
        1 => format!("One window in {days} days."),
        many => format!("{} windows in {days} days.", number(many)),
    };
    let next =
        next(rows, week.now).map_or_else(String::new, |row| format!(" Next: {}, {}.", week.clock.full(row.window.start), row.services(40)));
    let waits = match waiting {
        0 => " Nothing waits for you.".to_owned(),
        1 => " One thing needs you.".to_owned(),
        many => format!(" {} things need you.", number(many)),
    };
    format!("{ahead}{next}{waits}")
}

fn next<'r, 'a>(rows: &'r [Row<'a>], now: DateTime<Utc>) -> Option<&'r Row<'a>> {
    rows.iter().find(|row| row.window.start >= now)
}

fn number(count: usize) -> String {
    let words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    words.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// The newest draft of a maintenance.
fn draft_of<'a>(week: &Week<'a>, maintenance: &Maintenance) -> Option<&'a Draft> {
    week.facts.drafts.iter().filter(|draft| draft.maintenance == maintenance.id).max_by_key(|draft| (draft.revision, draft.id))
}

/// Maintenances that still call for something.
fn open<'a>(week: &Week<'a>) -> impl Iterator<Item = &'a Maintenance> {
    let over = |status: Status| matches!(status, Status::Cancelled | Status::Completed);
    week.facts.maintenances.iter().filter(move |maintenance| maintenance.closed.is_none() && !over(maintenance.status))
}

/// What waits for a decision or an eye, the most pressing first; each entry is one or two lines.
fn waiting(week: &Week<'_>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for maintenance in week.facts.maintenances.iter().filter(|maintenance| maintenance.closed.is_none()) {
        let draft = draft_of(week, maintenance);
        let undecided = draft.filter(|draft| draft.state.open());
        let unclear = draft.is_none() && maintenance.problems.iter().any(|problem| problem.blocking);
        if undecided.is_some() || unclear {
            let by = undecided
                .and_then(|draft| draft.send_by.or(draft.starts_at))
                .or_else(|| main_windows(maintenance).next().map(|window| window.start));
            found.push((by, maintenance, undecided));
        }
    }
    found.sort_by_key(|(by, maintenance, _)| (by.is_none(), *by, maintenance.id));
    found.iter().zip(1..).map(|((_, maintenance, draft), place)| wait(week, place, maintenance, *draft)).collect()
}

fn wait(week: &Week<'_>, place: usize, maintenance: &Maintenance, draft: Option<&Draft>) -> Vec<String> {
    let doubt = maintenance.problems.iter().find(|problem| problem.blocking).map(|problem| one_line(&problem.detail, 160));
    let owner = maintenance.owner.as_ref().map_or_else(String::new, |owner| format!(" ({} has it)", one_line(owner, 60)));
    let what = format!("{} {}", maintenance.id, services(week, maintenance, 30));
    let when = main_windows(maintenance).next().map_or_else(|| "no date".to_owned(), |window| week.clock.brief(window.start));
    let mut lines = Vec::new();
    match draft {
        Some(draft) if draft.questions.is_empty() && doubt.is_none() => {
            let by = draft.send_by.map_or_else(String::new, |by| format!(" by {}", week.clock.brief(by)));
            let customers = count_customers(draft);
            let asked = week.clock.local(draft.proposed_at).format("%a %b %-d");
            let state = match &draft.state {
                DraftState::Held(until) => format!("held until {}", week.clock.brief(*until)),
                _ => format!("asked {asked}"),
            };
            let news = if draft.change == crate::model::Change::New { "" } else { " of the change" };
            lines.push(format!(
                "{place:>2} Approve{by}: {what}, {when}, {} NOT TOLD{news} ({state}){owner}",
                counted(customers, "customer")
            ));
        }
        other => {
            let subject = one_line(&maintenance.subject, 60);
            lines.push(format!("{place:>2} Unclear: {} \"{subject}\" ({what}, {when}){owner}", one_line(&maintenance.sender, 60)));
            if let Some(doubt) = doubt {
                lines.push(format!("   {doubt}"));
            }
            let words = match other.and_then(|draft| draft.questions.first()) {
                Some(Question::Windows(_)) => "window 1 | window 2 | irrelevant",
                Some(Question::NoWindow) => "window DATE TIME to TIME ZONE | irrelevant",
                Some(Question::Services(_)) => "services 1 3 | services all | irrelevant",
                Some(Question::SameAs(_)) => "same as FW-12 | new | irrelevant",
                Some(Question::Notify(_)) => "notify | irrelevant",
                Some(Question::NobodyToTell(_)) => "services 1 2 | irrelevant, or complete the inventory",
                None => "approve, or the words that it names",
            };
            lines.push(format!("   answer its request: {words}"));
        }
    }
    lines
}

fn count_customers(draft: &Draft) -> usize {
    let customers: BTreeSet<&String> =
        draft.variants.iter().flat_map(|variant| &variant.recipients).flat_map(|recipient| &recipient.customers).collect();
    customers.len()
}

/// Actions of ours, the earliest deadline first, numbered on from what waits.
fn todo(week: &Week<'_>, numbered: usize) -> Vec<String> {
    let mut actions: Vec<_> = open(week)
        .flat_map(|maintenance| {
            let open = maintenance.said.actions.iter().filter(|action| !maintenance.is_done(action));
            open.map(move |action| (maintenance, action))
        })
        .collect();
    actions.sort_by_key(|(maintenance, action)| (action.by.is_none(), action.by, maintenance.id));
    let line = |((maintenance, action), place): ((&Maintenance, &crate::model::Action), usize)| {
        let by = match action.by {
            Some(by) if by < week.now => format!("WAS DUE {}", week.clock.full(by)),
            Some(by) => format!("by {}", week.clock.full(by)),
            None => "no date".to_owned(),
        };
        let or = action.otherwise().map_or_else(String::new, |or| format!(", else {}", one_line(or, 80)));
        let owner = maintenance.owner.as_ref().map_or_else(String::new, |owner| format!(", {} has it", one_line(owner, 60)));
        format!("{place:>2} {by}: {}{or} ({}{owner})", one_line(&action.text, 160), maintenance.id)
    };
    actions.into_iter().zip(numbered + 1..).map(line).collect()
}

/// What is announced without a date, until the concrete mail joins it.
fn undated(week: &Week<'_>) -> Vec<String> {
    open(week)
        .filter(|maintenance| maintenance.said.windows.is_empty() && maintenance.said.readings.is_empty())
        .map(|maintenance| {
            let said = maintenance.said.watch.as_ref().map_or_else(String::new, |watch| format!(" \"{}\"", one_line(watch, 80)));
            format!(
                " {} {}, {}:{said} {}",
                maintenance.id,
                services(week, maintenance, 30),
                provider(week, maintenance),
                summary_of(maintenance)
            )
        })
        .collect()
}

fn summary_of(maintenance: &Maintenance) -> String {
    one_line(maintenance.said.summary.as_deref().unwrap_or(&maintenance.subject), 80)
}

fn provider(week: &Week<'_>, maintenance: &Maintenance) -> String {
    let known = provider_for(week.inventory, &maintenance.provider);
    one_line(known.map_or(maintenance.provider.as_str(), |provider| &provider.name), 60)
}

/// Short names of the services touched: those of the newest draft, else those that the inventory finds.
fn services(week: &Week<'_>, maintenance: &Maintenance, max: usize) -> String {
    in_short(&touched(week, maintenance), max)
}

fn in_short(found: &[AffectedService], max: usize) -> String {
    let visible: Vec<&str> = found.iter().filter(|service| !service.internal).map(|service| service.name.as_str()).collect();
    match (visible.is_empty(), found.is_empty()) {
        (false, _) => short_services(visible, max),
        (true, false) => "internal".to_owned(),
        (true, true) => "nothing known".to_owned(),
    }
}

fn touched(week: &Week<'_>, maintenance: &Maintenance) -> Vec<AffectedService> {
    match draft_of(week, maintenance) {
        Some(draft) if !draft.services.is_empty() => draft.services.clone(),
        _ => affected(week.inventory, maintenance, &[]).services,
    }
}
