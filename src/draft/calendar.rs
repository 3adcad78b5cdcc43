//! The calendar entries that go with a notice (RFC 5545; published and taken back after RFC 5546 sections 3.2.1 and 3.2.5, without answers).
//!
//! One entry a main window, under a UID that is the same in every notice of a maintenance, with a higher SEQUENCE each time: a reader's
//! calendar follows every change by itself. Nothing of the provider's own words stands in it.

use chrono::{DateTime, TimeDelta, Utc};

use super::words::title;
use crate::draft::NoticeFacts;
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::counted;
use crate::model::{AffectedService, CalendarForm, Change, Impact, Kind, Maintenance, Policy, Precision, Role, Status, Window};

/// Longest line in octets, its line end not counted (RFC 5545 section 3.1).
const MOST_OCTETS: usize = 75;

/// An entry that an earlier notice put into a reader's calendar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    uid: String,
    sequence: u32,
    /// DTSTART and DTEND as they were written, names included.
    times: Vec<String>,
}

/// For whom entries are written.
pub(super) struct Reader<'a> {
    /// The services that the notice shows.
    pub(super) services: &'a [AffectedService],
    /// What they suffer.
    pub(super) impact: Impact,
    /// Ids of the customers, for BCOP.
    pub(super) customers: &'a [String],
    /// The entries that they have.
    pub(super) has: &'a [Entry],
    /// Their language.
    pub(super) language: Language,
    /// Whether it is called off, or off for them.
    pub(super) is_off: bool,
}

/// The entries of a calendar of ours that stand in a reader's calendar after it: those that it did not cancel.
pub(super) fn entries(calendar: &str) -> Vec<Entry> {
    let unfolded = calendar.replace("\r\n ", "");
    let mut entries = Vec::new();
    for event in unfolded.split("BEGIN:VEVENT").skip(1) {
        let lines = || event.split("\r\n");
        let value = |name: &str| lines().find_map(|line| line.strip_prefix(name));
        if let Some(uid) = value("UID:").filter(|_| value("STATUS:") != Some("CANCELLED")) {
            let times = lines().filter(|line| line.starts_with("DTSTART") || line.starts_with("DTEND")).map(str::to_owned).collect();
            let sequence = value("SEQUENCE:").and_then(|number| number.parse().ok()).unwrap_or(0);
            entries.push(Entry { uid: uid.to_owned(), sequence, times });
        }
    }
    entries
}

/// Of the entries that a reader has, what makes their next calendar another than their neighbours': those to be cancelled. Of one that
/// stands for a window that is still there, only that they have it, and only where it is called off.
pub(super) fn relevant(facts: &NoticeFacts<'_>, entries: Vec<Entry>, is_off: bool) -> Vec<Entry> {
    let windows = windows(facts.maintenance);
    let window_of = |uid: &str| windows.iter().zip(1..).find(|(_, place)| uid == uid_of(facts, *place)).map(|(window, _)| window);
    let kept = |entry: Entry| match window_of(&entry.uid) {
        Some(window) if is_off || window.status == Some(Status::Cancelled) => Some(Entry { sequence: 0, times: Vec::new(), ..entry }),
        Some(_) => None,
        None => Some(entry),
    };
    entries.into_iter().filter_map(kept).collect()
}

/// `fw-12-3@lakeside.example`: the same in every notice of a maintenance, for the window at this place.
fn uid_of(facts: &NoticeFacts<'_>, place: usize) -> String {
    uid(facts.policy, facts.maintenance, place)
}

fn uid(policy: &Policy, maintenance: &Maintenance, place: usize) -> String {
    format!("fw-{}-{place}@{}", maintenance.id.0, policy.from.domain())
}

/// Whether a UID is one of ours, so that our own entries are never read as a provider's.
#[must_use]
pub fn is_own_uid(uid: &str, domain: &str) -> bool {
    let own = |(local, host): (&str, &str)| {
        let numbers = local.strip_prefix("fw-").and_then(|rest| rest.split_once('-'));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        host.eq_ignore_ascii_case(domain) && numbers.is_some_and(|(maintenance, place)| digits(maintenance) && digits(place))
    };
    uid.rsplit_once('@').is_some_and(own)
}

/// `maintenance.ics (2 entries, update 3)`: what a request says of a calendar.
pub(super) fn summary(calendar: &str) -> String {
    let all = calendar.matches("BEGIN:VEVENT\r\n").count();
    let off = calendar.matches("\r\nSTATUS:CANCELLED\r\n").count();
    let entries = if all == 1 { "1 entry".to_owned() } else { format!("{all} entries") };
    let what = match off {
        0 => entries,
        off if off == all => format!("cancels {entries}"),
        off => format!("{entries}, {off} of them cancelled"),
    };
    let update = calendar.split("\r\n").find_map(|line| line.strip_prefix("SEQUENCE:")).filter(|number| *number != "0");
    let update = update.map_or_else(String::new, |number| format!(", update {number}"));
    format!("maintenance.ics ({what}{update})")
}

/// One VCALENDAR for a reader; none where the house sends none, or nothing in it would say anything to them.
pub(super) fn calendar(facts: &NoticeFacts<'_>, reader: &Reader<'_>) -> Option<String> {
    let maintenance = facts.maintenance;
    let form = facts.policy.notices.calendar;
    // Of an outage only a window with an end is planned; of what is over nothing is to be put into a calendar.
    let unplanned = maintenance.kind == Some(Kind::Incident) && !maintenance.said.windows.iter().any(|window| window.end.is_some());
    if form == CalendarForm::None || unplanned || *facts.change == Change::Completed {
        return None;
    }
    let windows = windows(maintenance);
    let revision = facts.revision.saturating_sub(1);
    let mut events: Vec<Event<'_>> = Vec::new();
    for (window, place) in windows.iter().zip(1..) {
        let uid = uid_of(facts, place);
        let off = reader.is_off || window.status == Some(Status::Cancelled);
        // Nobody is told that something is off which they never had.
        if !off || reader.has.iter().any(|entry| entry.uid == uid) {
            events.push(Event { uid, sequence: revision, times: times(window), off, window: Some(window) });
        }
    }
    // Nights that are no longer planned, and entries of the work from which this one was split.
    for entry in reader.has {
        if !windows.iter().zip(1..).any(|(_, place)| entry.uid == uid_of(facts, place)) {
            let sequence = revision.max(entry.sequence.saturating_add(1));
            events.push(Event { uid: entry.uid.clone(), sequence, times: entry.times.clone(), off: true, window: None });
        }
    }
    if events.is_empty() {
        return None;
    }
    let mut out = Lines::begun(if events.iter().all(|event| event.off) { "CANCEL" } else { "PUBLISH" });
    for event in &events {
        written(&mut out, facts, reader, event);
    }
    Some(out.ended())
}

/// The windows of maintenances for the calendars of staff, each with what its entries are called: the entries that customers have, under
/// the same UIDs, with what staff must know.
#[must_use]
pub fn staff_calendar(policy: &Policy, entries: &[(&Maintenance, String)], now: DateTime<Utc>) -> String {
    let mut out = Lines::begun("PUBLISH");
    for (maintenance, summary) in entries {
        for (window, place) in windows(maintenance).iter().zip(1..) {
            out.plain("BEGIN", "VEVENT");
            out.plain("UID", &uid(policy, maintenance, place));
            out.plain("SEQUENCE", &maintenance.revision.saturating_sub(1).to_string());
            out.plain("DTSTAMP", &instant(now));
            times(window).iter().for_each(|line| out.line(line));
            out.text("SUMMARY", summary);
            out.plain("STATUS", if window.status == Some(Status::Cancelled) { "CANCELLED" } else { "CONFIRMED" });
            out.plain("TRANSP", "TRANSPARENT");
            out.plain("END", "VEVENT");
        }
    }
    out.ended()
}

/// Several calendars of ours as one.
pub(super) fn joined(calendars: &[&str]) -> String {
    let events = calendars.iter().filter_map(|calendar| {
        let from = calendar.find("BEGIN:VEVENT\r\n")?;
        calendar.get(from..calendar.rfind("END:VCALENDAR")?)
    });
    let mut out = Lines::begun("PUBLISH");
    out.text.extend(events);
    out.ended()
}

/// The main windows in the order of time: the place of each is its number.
fn windows(maintenance: &Maintenance) -> Vec<Window> {
    let mut windows: Vec<Window> = maintenance.said.windows.iter().filter(|window| window.role == Role::Main).cloned().collect();
    windows.sort_by_key(|window| (window.start, window.end));
    windows.dedup_by_key(|window| (window.start, window.end));
    windows
}

/// One entry to write.
struct Event<'a> {
    uid: String,
    sequence: u32,
    times: Vec<String>,
    off: bool,
    window: Option<&'a Window>,
}

fn written(out: &mut Lines, facts: &NoticeFacts<'_>, reader: &Reader<'_>, event: &Event<'_>) {
    let off = event.off;
    let (maintenance, policy) = (facts.maintenance, facts.policy);
    let said = event.window.and_then(|window| window.status).unwrap_or(maintenance.status);
    let status = match said {
        _ if off => "CANCELLED",
        Status::Tentative => "TENTATIVE",
        _ => "CONFIRMED",
    };
    let rehearsal = if facts.rehearsal { "[REHEARSAL] " } else { "" };
    let cancelled = if off { reader.language.pick("CANCELLED: ", "ABGESAGT: ") } else { "" };
    let title = title(maintenance, facts.provider_public_name, facts.emergency, reader.language);
    out.plain("BEGIN", "VEVENT");
    out.plain("UID", &event.uid);
    out.plain("SEQUENCE", &event.sequence.to_string());
    out.plain("DTSTAMP", &instant(facts.proposed_at));
    event.times.iter().for_each(|line| out.line(line));
    out.text("SUMMARY", &format!("{rehearsal}{cancelled}{title}"));
    out.text("DESCRIPTION", &description(facts, reader, off));
    out.plain("STATUS", status);
    out.plain("TRANSP", "TRANSPARENT");
    let name = one_line(&policy.support.name, 80).replace(['"', '\\'], "'");
    let named = if name.is_empty() { String::new() } else { format!(";CN=\"{name}\"") };
    out.plain(&format!("ORGANIZER{named}"), &format!("mailto:{}", policy.support.address));
    if policy.notices.calendar == CalendarForm::Bcop {
        bcop(out, facts, reader, off, said);
    }
    out.plain("END", "VEVENT");
}

fn description(facts: &NoticeFacts<'_>, reader: &Reader<'_>, off: bool) -> String {
    let service = |service: &AffectedService| {
        let parts: Vec<String> = service.parts.iter().map(|part| one_line(part, 80)).collect();
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        format!("{}{parts}", one_line(&service.name, 120))
    };
    let services: Vec<String> = reader.services.iter().take(20).map(service).collect();
    let more = reader.services.len().saturating_sub(services.len());
    let language = reader.language;
    let more = match language {
        _ if more == 0 => String::new(),
        Language::English => format!("\nand {}", counted(more, "more service")),
        Language::German => format!("\nund {more} weitere"),
    };
    let called_off = matches!(facts.change, Change::Cancelled | Change::Retracted);
    match services.as_slice() {
        _ if off && called_off => language.pick("No work will take place.", "Es finden keine Arbeiten statt.").to_owned(),
        _ if off && !reader.is_off => {
            language.pick("No work will take place in this window.", "In diesem Fenster finden keine Arbeiten statt.").to_owned()
        }
        [] if off => language.pick("You are not affected any more.", "Sie sind nicht mehr betroffen.").to_owned(),
        all if off => format!("{}:\n{}{more}", language.pick("Not affected any more", "Nicht mehr betroffen"), all.join("\n")),
        [] => language.pick("We expect no downtime.", "Wir erwarten keinen Ausfall.").to_owned(),
        all => format!("{}:\n{}{more}", language.pick("Affected", "Betroffen"), all.join("\n")),
    }
}

/// The properties of the BCOP for maintenance notifications, ours in the place of the provider's.
fn bcop(out: &mut Lines, facts: &NoticeFacts<'_>, reader: &Reader<'_>, off: bool, said: Status) {
    let impact = |impact: Impact| match impact {
        Impact::NoImpact => "NO-IMPACT",
        Impact::ReducedRedundancy => "REDUCED-REDUNDANCY",
        Impact::Degraded => "DEGRADED",
        Impact::Outage | Impact::Unstated => "OUTAGE",
    };
    let status = match said {
        _ if off => "CANCELLED",
        Status::Tentative => "TENTATIVE",
        Status::InProcess => "IN-PROCESS",
        Status::Completed => "COMPLETED",
        Status::Cancelled => "CANCELLED",
        Status::Confirmed | Status::Rescheduled => "CONFIRMED",
    };
    out.text("X-MAINTNOTE-PROVIDER", facts.policy.from.domain());
    out.text("X-MAINTNOTE-ACCOUNT", &reader.customers.join(" "));
    out.text("X-MAINTNOTE-MAINTENANCE-ID", &facts.maintenance.id.to_string());
    for service in reader.services {
        out.text("X-MAINTNOTE-OBJECT-ID", &one_line(&service.name, 120));
    }
    out.plain("X-MAINTNOTE-IMPACT", impact(reader.impact));
    out.plain("X-MAINTNOTE-STATUS", status);
}

/// DTSTART and, where an end is stated, DTEND. Days have no hour, and their end is the day after the last (RFC 5545 section 3.6.1).
fn times(window: &Window) -> Vec<String> {
    let end = window.end.filter(|end| *end > window.start);
    match window.precision {
        Precision::Minute => {
            let start = format!("DTSTART:{}", instant(window.start));
            std::iter::once(start).chain(end.map(|end| format!("DTEND:{}", instant(end)))).collect()
        }
        Precision::Day => {
            let day = |at: DateTime<Utc>| at.format("%Y%m%d").to_string();
            let start = format!("DTSTART;VALUE=DATE:{}", day(window.start));
            let after = |end: DateTime<Utc>| day(end - TimeDelta::seconds(1) + TimeDelta::days(1));
            std::iter::once(start).chain(end.map(|end| format!("DTEND;VALUE=DATE:{}", after(end)))).collect()
        }
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Content lines, CRLF, folded (RFC 5545 section 3.1).
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// A calendar that is opened, with its method.
    fn begun(method: &str) -> Self {
        let mut out = Self::default();
        out.plain("BEGIN", "VCALENDAR");
        out.plain("VERSION", "2.0");
        out.plain("PRODID", "-//Forewarn//Forewarn//EN");
        out.plain("CALSCALE", "GREGORIAN");
        out.plain("METHOD", method);
        out
    }

    fn ended(mut self) -> String {
        self.plain("END", "VCALENDAR");
        self.text
    }

    /// A property of type TEXT (RFC 5545 section 3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let escaped = value.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n");
        self.line(&format!("{name}:{escaped}"));
    }

    fn plain(&mut self, name: &str, value: &str) {
        self.line(&format!("{name}:{value}"));
    }

    fn line(&mut self, line: &str) {
        let mut octets = 0;
        for char in line.chars() {
            if octets + char.len_utf8() > MOST_OCTETS {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(char);
            octets += char.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}
