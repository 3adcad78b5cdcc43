//! What one notice says: its title and times, and the sentences that are ours and not to be edited.

use super::super::templates::{Shown, ShownService, ShownWindow};
use super::super::words::{is_own, title};
use super::{Addressee, Form, NoticeFacts, outage, rehearsal, worst};
use crate::mail::outgoing::instants::Instants;
use crate::mail::outgoing::phrases::{counted, listed, long_roll_out, main_windows};
use crate::mail::outgoing::{clean, one_line};
use crate::model::{AffectedService, CORRECTION, Change, Impact, Kind, Maintenance, Precision, Recipient, Role, Status, Window};

pub(super) fn fill(facts: &NoticeFacts<'_>, reader: &Addressee, recipients: &[Recipient]) -> Shown {
    let maintenance = facts.maintenance;
    let form = &facts.policy.notices;
    let instants = Instants::new(facts.zones, reader.zone, form);
    let incident = maintenance.kind == Some(Kind::Incident);
    let paragraphs = if reader.form == Form::Released {
        let what = if incident { "outage" } else { "maintenance" };
        format!("This {what} no longer affects the services below. They will run as usual.")
    } else {
        clean(facts.paragraphs).trim().to_owned()
    };
    let closed = match reader.form {
        Form::Closing => !matches!(facts.change, Change::Started),
        Form::Released => true,
        Form::First | Form::Update => false,
    };
    let shown = Shown {
        emergency: facts.emergency && reader.form != Form::Released && !closed,
        start: String::new(),
        end: String::new(),
        timeline_heading: String::new(),
        timeline: Vec::new(),
        promise: String::new(),
        prefix: prefix(facts.change, reader.form).to_owned(),
        title: title(maintenance, facts.provider_public_name, facts.emergency),
        when: when(maintenance, &instants),
        rehearsal: if facts.rehearsal { rehearsal(facts.policy, recipients) } else { String::new() },
        windows: windows(facts, reader.form, &instants),
        notes: notes(facts, reader, &instants),
        paragraphs,
        expectation: if closed { String::new() } else { lesser(reader.impact, worst(facts)) },
        heading: match (closed, reader.services.len()) {
            (false, _) => "Affected Service".to_owned(),
            (true, 1) => "Service".to_owned(),
            (true, _) => "Services".to_owned(),
        },
        services: reader.services.iter().map(shown_service).collect(),
        closing: clean(&form.closing).trim().to_owned(),
        signature: clean(&form.signature).trim().to_owned(),
    };
    if incident { outage::body(facts, reader, shown) } else { shown }
}

fn shown_service(service: &AffectedService) -> ShownService {
    ShownService { name: one_line(&service.name, 120), parts: service.parts.iter().map(|part| one_line(part, 120)).collect() }
}

fn prefix(change: &Change, form: Form) -> &'static str {
    match (form, change) {
        (Form::First, _) => "",
        (Form::Update | Form::Released, _) => "UPDATED: ",
        (Form::Closing, Change::Started) => "STARTED: ",
        (Form::Closing, Change::Completed) => "COMPLETED: ",
        (Form::Closing, _) => "CANCELLED: ",
    }
}

/// The days for the subject: `Sep 9`, `Sep 9 and Sep 16`, `Sep 13 - Oct 1`.
fn when(maintenance: &Maintenance, instants: &Instants<'_>) -> String {
    let mains: Vec<&Window> = main_windows(maintenance).collect();
    let long = long_roll_out(maintenance);
    match mains.as_slice() {
        [] => maintenance.said.windows.first().map_or_else(String::new, |window| instants.short_day(window, window.start)),
        [window] if long => {
            let end = window.end.unwrap_or(window.start);
            let last = if window.precision == Precision::Day { end - chrono::TimeDelta::seconds(1) } else { end };
            format!("{} - {}", instants.short_day(window, window.start), instants.short_day(window, last))
        }
        several => {
            let mut days: Vec<String> = several.iter().map(|window| instants.short_day(window, window.start)).collect();
            days.dedup();
            match days.as_slice() {
                [first, _, _, rest @ ..] if !rest.is_empty() => format!("{first} and {}", counted(days.len() - 1, "more night")),
                few => listed(few),
            }
        }
    }
}

fn windows(facts: &NoticeFacts<'_>, form: Form, instants: &Instants<'_>) -> Vec<ShownWindow> {
    let now = &facts.maintenance.said.windows;
    let own = is_own(facts.maintenance);
    match (facts.change, form) {
        (Change::Rescheduled { from } | Change::Extended { from }, Form::Update) if !from.is_empty() => {
            let same = |one: &Window, other: &Window| one.start == other.start && one.end == other.end && one.role == other.role;
            let parted = |these: &[Window], those: &[Window], stays: bool| -> Vec<Window> {
                these.iter().filter(|one| those.iter().any(|other| same(one, other)) == stays).cloned().collect()
            };
            let (mut gone, new, stay) = (parted(from, now, false), parted(now, from, false), parted(now, from, true));
            gone.retain(|window| window.role == Role::Main);
            let (was, is) = match (gone.is_empty(), new.is_empty()) {
                (true, _) => ("", "New:"),
                (_, true) => ("No longer planned:", ""),
                _ => ("Was:", "Now:"),
            };
            let mut all = pairs(&gone, was, own, instants);
            all.extend(pairs(&new, is, own, instants));
            all.extend(pairs(&stay, "As before:", own, instants));
            all
        }
        _ => pairs(now, "", own, instants),
    }
}

fn pairs(windows: &[Window], heading: &str, own: bool, instants: &Instants<'_>) -> Vec<ShownWindow> {
    let mut last = "";
    windows
        .iter()
        .map(|window| {
            let role = match (window.role, window.status) {
                (_, Some(Status::Cancelled)) => "Cancelled:",
                (_, Some(Status::Completed)) => "Completed:",
                (Role::Backup, _) => "Backup window, used only if the work cannot be done before:",
                (Role::Main, _) => heading,
            };
            let shown = if role == last { "" } else { role };
            last = role;
            let end = if own && window.end.is_none() { "not known yet".to_owned() } else { instants.end(window) };
            ShownWindow { heading: shown.to_owned(), start: instants.start(window), end }
        })
        .collect()
}

fn notes(facts: &NoticeFacts<'_>, reader: &Addressee, instants: &Instants<'_>) -> Vec<String> {
    let windows = &facts.maintenance.said.windows;
    let mut notes: Vec<String> = Vec::new();
    if let (Change::Updated { fields }, Form::Update) = (facts.change, reader.form) {
        let mut fields = fields.clone();
        // Until now there was a roll-out, a day or a vague word: that the time is exact is the news.
        let exact = !windows.is_empty() && windows.iter().all(|window| window.precision == Precision::Minute);
        if exact && !long_roll_out(facts.maintenance) && fields.iter().any(|field| field == "date") {
            notes.push("We now have the exact time of this maintenance.".to_owned());
            fields.retain(|field| !matches!(field.as_str(), "date" | "start" | "end"));
        }
        if fields.iter().any(|field| field == CORRECTION) {
            notes.push("This corrects our last notice; please go by this one.".to_owned());
        }
        let changed = changed(&fields);
        if !changed.is_empty() {
            notes.push(format!("Changed since our last notice: {}.", listed(&changed)));
        }
    }
    if windows.iter().any(|window| window.precision == Precision::Day) {
        let whose = if is_own(facts.maintenance) {
            "We know the dates only, not yet the times."
        } else {
            "The provider states dates only, no times."
        };
        notes.push(whose.to_owned());
    }
    for note in windows.iter().filter_map(|window| instants.changeover(window)) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    if reader.names.len() > 1 {
        notes.push(format!("This notice is for {}.", listed(&reader.names)));
    }
    notes
}

/// The fields of a change in the customers' words; those that they never saw are left out.
fn changed(fields: &[String]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for field in fields {
        let word = match field.as_str() {
            "date" | "windows" | "start" | "end" | "backup window" => "the times",
            "impact" | "redundancy" | "expected downtime" | "expected_downtime_minutes" | "expected_downtime" | "downtime" => {
                "the expected downtime"
            }
            "objects" | "services" => "the affected services",
            "status" => "the status",
            "title" | "summary" | "description" => "the description",
            _ => continue,
        };
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// What a reader is told whose services are touched less than the shared paragraphs say.
fn lesser(own: Impact, worst: Impact) -> String {
    if own.severity() >= worst.severity() {
        return String::new();
    }
    match own {
        Impact::NoImpact => "Your services are touched less than that: we expect no downtime for them.".to_owned(),
        Impact::ReducedRedundancy => {
            "Your services are touched less than that: we expect no downtime for them, but less redundancy than usual.".to_owned()
        }
        Impact::Degraded => "Your services are touched less than that: they may be slower than usual.".to_owned(),
        Impact::Outage | Impact::Unstated => String::new(),
    }
}
