//! The table of what is ahead, in the order of the nights, and what moved, fell away or falls together.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Week, draft_of, in_short, open, strip, touched};
use crate::inventory::affected;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::{counted, effect, is_roll_out, listed, main_windows};
use crate::model::{Change, Impact, Maintenance, MaintenanceId, OutboxState, Precision, Role, Status, Window};

/// One window of a maintenance.
pub(super) struct Row<'a> {
    pub(super) maintenance: &'a Maintenance,
    pub(super) window: &'a Window,
    services: String,
    /// Whether anything that customers have is touched, and felt.
    pub(super) felt: bool,
}

impl Row<'_> {
    /// Short names within `max` characters.
    pub(super) fn services(&self, max: usize) -> String {
        one_line(&self.services, max)
    }
}

/// Windows that are not over and begin within the days ahead, in order of their start.
pub(super) fn rows<'a>(week: &Week<'a>) -> Vec<Row<'a>> {
    let until = week.now + TimeDelta::days(i64::from(week.days));
    let mut rows: Vec<Row<'a>> = Vec::new();
    for maintenance in open(week) {
        let ahead = |window: &&Window| window.end.unwrap_or(window.start) > week.now && window.start < until;
        let on = |window: &&Window| window.status != Some(Status::Cancelled);
        let windows: Vec<&Window> = maintenance.said.windows.iter().filter(ahead).filter(on).collect();
        if windows.is_empty() {
            continue;
        }
        let touched = touched(week, maintenance);
        let felt = touched.iter().any(|service| !service.internal && service.impact != Impact::NoImpact);
        for window in windows {
            rows.push(Row { maintenance, window, services: in_short(&touched, 40), felt });
        }
    }
    rows.sort_by_key(|row| (row.window.start, row.maintenance.id));
    rows
}

/// The table with its heading and the three lines below it.
pub(super) fn shown(week: &Week<'_>, rows: &[Row<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    if !rows.is_empty() {
        lines.push(format!("NEXT {} DAYS ({})", week.days, zone(week)));
        lines.extend(strip::text(week, rows));
        lines.extend(table(week, rows));
    }
    let (moved, cancelled, together) = (moved(week), cancelled(week), together(rows));
    if !rows.is_empty() || [&moved, &cancelled, &together].iter().any(|said| *said != "none") {
        lines.push(format!("Moved: {moved}.  Cancelled: {cancelled}.  Two at once: {together}."));
    }
    lines.extend(both_legs(week, rows));
    lines.extend(nothing_heard(week));
    lines
}

/// Work whose windows ended since the last digest, of which customers were told and the provider said no word since (W32).
fn nothing_heard(week: &Week<'_>) -> Option<String> {
    let since = week.facts.since.unwrap_or(DateTime::<Utc>::MIN_UTC);
    let told = |maintenance: &Maintenance| {
        week.facts.told.iter().any(|row| row.maintenance == maintenance.id && row.state == OutboxState::Sent && !row.rehearsal)
    };
    let over = |maintenance: &&Maintenance| {
        let end = main_windows(maintenance).map(|window| window.end.unwrap_or(window.start)).max();
        end.is_some_and(|end| since < end && end <= week.now) && told(maintenance)
    };
    let over: Vec<&Maintenance> = open(week).filter(over).collect();
    let first = over.first()?;
    let names = named(over.iter().copied());
    Some(format!(
        "Over, and the provider said nothing since: {names}. To tell customers, answer \"completed\" to a mail about it ([{} …]).",
        first.id
    ))
}

/// One line a window.
pub(super) fn table(week: &Week<'_>, rows: &[Row<'_>]) -> Vec<String> {
    let (mut lines, mut last) = (Vec::new(), String::new());
    for row in rows {
        let (day, time) = when(week, row.window);
        let shown = if day == last { "" } else { &day };
        let (mark, told) = (mark(week, row), told(week, row.maintenance));
        let services = row.services(12);
        let line = format!(" {shown:<10} {time:<16} {mark:<6} {services:<12} {:<16} {told}", expected(week, row));
        lines.push(line.trim_end().to_owned());
        last = day;
    }
    lines
}

fn zone(week: &Week<'_>) -> String {
    let until = week.now + TimeDelta::days(i64::from(week.days));
    let letters = week.clock.letters(week.now);
    match week.clock.changeover(week.now, until) {
        Some(at) => {
            format!("CLOCKS CHANGE {}: {letters} before, {} after", week.clock.local(at).format("%a %b %-d"), week.clock.letters(at))
        }
        None => format!("{letters}; clocks do not change"),
    }
}

/// Day and hours in the zone of staff: `Wed Sep  9`, `11:00PM-7:00AM`; a window past the next day shows the day of its end.
fn when(week: &Week<'_>, window: &Window) -> (String, String) {
    if window.precision == Precision::Day {
        let last = window.end.map_or(window.start, |end| end - TimeDelta::seconds(1));
        let days =
            if last.date_naive() > window.start.date_naive() { format!("to {}", last.format("%b %-d")) } else { "all day?".to_owned() };
        return (window.start.format("%a %b %e").to_string(), days);
    }
    let start = week.clock.local(window.start);
    let from = start.format("%-I:%M%p");
    let time = match window.end.map(|end| (end, week.clock.local(end))) {
        None => format!("{from}-?"),
        Some((end, _)) if end - window.start > TimeDelta::days(1) => format!("{from}-{}", week.clock.local(end).format("%b %-d")),
        Some((end, local)) if week.clock.letters(end) != week.clock.letters(window.start) => {
            format!("{from} {}-{} {}", week.clock.letters(window.start), local.format("%-I:%M%p"), week.clock.letters(end))
        }
        Some((_, end)) if end.format("%p").to_string() == start.format("%p").to_string() && end.date_naive() == start.date_naive() => {
            format!("{}-{}", start.format("%-I:%M"), end.format("%-I:%M%p"))
        }
        Some((_, end)) => format!("{from}-{}", end.format("%-I:%M%p")),
    };
    (start.format("%a %b %e").to_string(), time)
}

fn new(week: &Week<'_>, maintenance: &Maintenance) -> bool {
    week.facts.since.is_none_or(|since| maintenance.first_seen_at >= since)
}

fn mark(week: &Week<'_>, row: &Row<'_>) -> &'static str {
    let change = draft_of(week, row.maintenance).filter(|draft| week.facts.since.is_none_or(|since| draft.proposed_at >= since));
    match (row.window.role, change.map(|draft| &draft.change)) {
        (Role::Backup, _) => "BACKUP",
        (Role::Main, _) if row.window.start <= week.now => "NOW",
        (Role::Main, Some(Change::Rescheduled { .. })) => "MOVED",
        (Role::Main, Some(Change::Updated { .. } | Change::Extended { .. })) => "OTHER",
        (Role::Main, _) if new(week, row.maintenance) => "NEW",
        (Role::Main, _) => "",
    }
}

fn expected(week: &Week<'_>, row: &Row<'_>) -> &'static str {
    if is_roll_out(row.window) {
        return "no exact date";
    }
    let said = &row.maintenance.said;
    let touched = touched(week, row.maintenance);
    if touched.is_empty() {
        return "touches nothing";
    }
    let stated = |impact: &Impact| *impact != Impact::Unstated;
    let worst = |impacts: &mut dyn Iterator<Item = Impact>| impacts.filter(stated).max_by_key(|impact| impact.severity());
    // What no customer sees counts only where they see nothing of it.
    let felt = worst(&mut touched.iter().filter(|service| !service.internal).map(|service| service.impact));
    let felt = felt.or_else(|| worst(&mut touched.iter().map(|service| service.impact)));
    effect(felt.or_else(|| worst(&mut said.objects.iter().map(|object| object.impact))).unwrap_or(said.impact))
}

/// `14 not told`, `36 told`, `nobody to tell`.
fn told(week: &Week<'_>, maintenance: &Maintenance) -> String {
    let Some(draft) = draft_of(week, maintenance) else {
        let drafted = touched(week, maintenance).iter().all(|service| service.internal);
        return if drafted { "nobody to tell" } else { "not drafted" }.to_owned();
    };
    let recipients = || draft.variants.iter().flat_map(|variant| &variant.recipients);
    if recipients().next().is_none() {
        return if draft.state.open() { "waits for you".to_owned() } else { "nobody to tell".to_owned() };
    }
    let reached: BTreeSet<&str> = week
        .facts
        .told
        .iter()
        .filter(|row| row.draft == draft.id && row.state == OutboxState::Sent && !row.rehearsal)
        .map(|row| row.address.as_str())
        .collect();
    let customers: BTreeSet<&String> = recipients().flat_map(|recipient| &recipient.customers).collect();
    let known: BTreeSet<&String> = recipients()
        .filter(|recipient| reached.contains(recipient.mailbox.address.as_str()))
        .flat_map(|recipient| &recipient.customers)
        .collect();
    match (known.len(), customers.len()) {
        (0, all) => format!("{all} not told"),
        (some, all) if some == all => format!("{all} told"),
        (some, all) => format!("{some} of {all} told"),
    }
}

fn moved(week: &Week<'_>) -> String {
    let newer = |maintenance: &&Maintenance| {
        draft_of(week, maintenance).is_some_and(|draft| {
            matches!(draft.change, Change::Rescheduled { .. }) && week.facts.since.is_none_or(|since| draft.proposed_at >= since)
        })
    };
    named(week.facts.maintenances.iter().filter(newer))
}

fn cancelled(week: &Week<'_>) -> String {
    let off = |maintenance: &&Maintenance| maintenance.status == Status::Cancelled && maintenance.closed.is_none();
    named(week.facts.maintenances.iter().filter(off))
}

fn named<'a>(of: impl Iterator<Item = &'a Maintenance>) -> String {
    let all: Vec<String> = of.map(|maintenance| maintenance.id.to_string()).collect();
    if all.is_empty() { "none".to_owned() } else { listed(&all) }
}

/// What maintenances ahead take together, one line each: `BOTH LEGS: FW-1 with FW-2, power of Managed Web Services`.
fn both_legs(week: &Week<'_>, rows: &[Row<'_>]) -> Vec<String> {
    let ahead: BTreeSet<MaintenanceId> = rows.iter().map(|row| row.maintenance.id).collect();
    let open: Vec<Maintenance> = open(week).cloned().collect();
    let mut told: BTreeSet<(BTreeSet<MaintenanceId>, String, String)> = BTreeSet::new();
    let mut lines = Vec::new();
    for maintenance in open.iter().filter(|maintenance| ahead.contains(&maintenance.id)) {
        for collision in affected(week.inventory, maintenance, &open).collisions {
            let ids = collision.with.iter().copied().chain([maintenance.id]).collect();
            let others: Vec<String> = collision.with.iter().map(ToString::to_string).collect();
            let line = format!(
                "BOTH LEGS: {} with {}, {} of {}.",
                maintenance.id,
                listed(&others),
                collision.group,
                one_line(&collision.service, 60)
            );
            if told.insert((ids, collision.service, collision.group)) {
                lines.push(line);
            }
        }
    }
    lines
}

/// Main windows of different maintenances that overlap; a roll-out of many days overlaps with everything and tells nothing.
fn together(rows: &[Row<'_>]) -> String {
    let short = |row: &&Row<'_>| row.window.role == Role::Main && row.window.end.is_some() && !is_roll_out(row.window);
    let mains: Vec<&Row<'_>> = rows.iter().filter(short).collect();
    let mut pairs: Vec<String> = Vec::new();
    for (place, row) in mains.iter().enumerate() {
        let later = mains.iter().skip(place + 1).take_while(|other| row.window.end.is_some_and(|end| other.window.start < end));
        for other in later.filter(|other| other.maintenance.id != row.maintenance.id) {
            let pair = format!("{} with {}", row.maintenance.id, other.maintenance.id);
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
            if pairs.len() > 10 {
                return format!("{} and more", counted(pairs.len(), "pair"));
            }
        }
    }
    if pairs.is_empty() { "none".to_owned() } else { listed(&pairs) }
}
