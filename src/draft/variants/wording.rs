//! What one notice says: its title and times, and the sentences that are ours and not to be edited.

use super::super::templates::{Shown, ShownService, ShownWindow};
use super::super::words::title;
use super::{Addressee, Form, NoticeFacts, rehearsal, worst};
use crate::mail::outgoing::instants::Instants;
use crate::mail::outgoing::phrases::{counted, listed, long_roll_out, main_windows, severity};
use crate::mail::outgoing::{clean, one_line};
use crate::model::{AffectedService, Change, Impact, Maintenance, Precision, Recipient, Role, Status, Window};

pub(super) fn fill(facts: &NoticeFacts<'_>, reader: &Addressee, recipients: &[Recipient]) -> Shown {
    let maintenance = facts.maintenance;
    let form = &facts.policy.notices;
    let instants = Instants::new(facts.zones, reader.zone, form);
    let paragraphs = if reader.form == Form::Released {
        "This maintenance no longer affects the services below. They will run as usual.".to_owned()
    } else {
        clean(facts.paragraphs).trim().to_owned()
    };
    let closed = match reader.form {
        Form::Closing => !matches!(facts.change, Change::Started),
        Form::Released => true,
        Form::First | Form::Update => false,
    };
    Shown {
        prefix: prefix(facts.change, reader.form).to_owned(),
        title: title(maintenance, facts.provider_public_name),
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
    }
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
    match (facts.change, form) {
        (Change::Rescheduled { from } | Change::Extended { from }, Form::Update) if !from.is_empty() => {
            let mut both = pairs(from, "Was:", instants);
            both.extend(pairs(now, "Now:", instants));
            both
        }
        _ => pairs(now, "", instants),
    }
}

fn pairs(windows: &[Window], heading: &str, instants: &Instants<'_>) -> Vec<ShownWindow> {
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
            ShownWindow { heading: shown.to_owned(), start: instants.start(window), end: instants.end(window) }
        })
        .collect()
}

fn notes(facts: &NoticeFacts<'_>, reader: &Addressee, instants: &Instants<'_>) -> Vec<String> {
    let windows = &facts.maintenance.said.windows;
    let mut notes: Vec<String> = Vec::new();
    if let (Change::Updated { fields }, Form::Update) = (facts.change, reader.form) {
        let changed = changed(fields);
        if !changed.is_empty() {
            notes.push(format!("Changed since our last notice: {}.", listed(&changed)));
        }
    }
    if windows.iter().any(|window| window.precision == Precision::Day) {
        notes.push("The provider states dates only, no times.".to_owned());
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
            "windows" | "start" | "end" => "the times",
            "impact" | "redundancy" | "expected_downtime_minutes" | "expected_downtime" | "downtime" => "the expected downtime",
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
    if severity(own) >= severity(worst) {
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
