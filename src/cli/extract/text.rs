//! The form of `extract` for people.

use super::{Read, json::reason};
use crate::mail::outgoing::one_line;
use crate::model::{Evidence, EvidenceSource, Impact, Kind, Mail, Notification, Precision, Reading, Role, Status, Window};
use crate::rules::{check::word, locate, outcome};
use std::io::{Result, Write};

/// Prints one mail.
pub(super) fn print(out: &mut impl Write, file: &str, read: &Read, explain: bool) -> Result<()> {
    match read {
        Read::Quarantined(why) => writeln!(out, "{file}\n  quarantined: {why}\n"),
        Read::Read(reading, mail) => {
            writeln!(out, "{file}\n  {}", headline(reading))?;
            for notification in &reading.found {
                maintenance(out, notification)?;
            }
            for problem in &reading.problems {
                let weight = if problem.blocking { "DOUBT" } else { "note " };
                writeln!(out, "  {weight}     {} ({})", problem.detail, problem.field)?;
            }
            if explain {
                evidence(out, reading, mail)?;
            }
            writeln!(out)
        }
    }
}

fn headline(reading: &Reading) -> String {
    let kind = match reading.kind {
        Some(Kind::Maintenance) => " maintenance",
        Some(Kind::Incident) => " incident",
        None => "",
    };
    let who = reading.provider.as_ref().map_or(String::new(), |provider| format!(" of {provider}"));
    let rule = reading.rule.as_ref().map_or(String::new(), |rule| format!(" (rule {})", rule.name));
    let why = reason(reading).map_or(String::new(), |reason| format!(": {reason}"));
    format!("{}{kind}{who}{rule}{why}", outcome(reading))
}

fn maintenance(out: &mut impl Write, notification: &Notification) -> Result<()> {
    let mut line = |label: &str, value: &str| writeln!(out, "  {label:<9} {value}");
    if let Some(id) = &notification.maintenance_id {
        line("reference", id)?;
    }
    line("status", &status(notification.status))?;
    match notification.readings.as_slice() {
        [] => {
            for window in &notification.windows {
                line("window", &period(window))?;
            }
            if notification.windows.is_empty() {
                line("window", notification.watch.as_deref().unwrap_or("none stated"))?;
            }
        }
        readings => {
            for (index, windows) in readings.iter().enumerate() {
                for window in windows {
                    line(&format!("reading {}", index + 1), &period(window))?;
                }
            }
        }
    }
    for object in &notification.objects {
        let impact = if object.impact == Impact::Unstated { notification.impact } else { object.impact };
        line("object", &format!("{} ({})", object.object_id, word(impact).to_lowercase()))?;
    }
    if notification.objects.is_empty() {
        line("impact", &word(notification.impact).to_lowercase())?;
    }
    if let Some(minutes) = notification.expected_downtime_minutes {
        line("downtime", &format!("up to {minutes} minutes"))?;
    }
    for action in &notification.actions {
        let by = action.by.map_or(String::new(), |by| format!(" by {}", by.format("%Y-%m-%d %H:%M UTC")));
        line("to do", &format!("{}{by}", action.text))?;
    }
    if let Some(summary) = &notification.summary {
        line("summary", summary)?;
    }
    Ok(())
}

fn status(status: Option<Status>) -> String {
    let name = match status {
        None => "confirmed (not stated)",
        Some(Status::Tentative) => "tentative",
        Some(Status::Confirmed) => "confirmed",
        Some(Status::Rescheduled) => "rescheduled",
        Some(Status::InProcess) => "in process",
        Some(Status::Completed) => "completed",
        Some(Status::Cancelled) => "cancelled",
    };
    name.to_owned()
}

fn period(window: &Window) -> String {
    let form = if window.precision == Precision::Day { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M UTC" };
    let end = window.end.map_or("no end stated".to_owned(), |end| end.format(form).to_string());
    let role = if window.role == Role::Backup { ", backup" } else { "" };
    format!("{} to {end}{role}", window.start.format(form))
}

/// Where each value stands: the pattern that took it, and the line, row or property.
fn evidence(out: &mut impl Write, reading: &Reading, mail: &Mail) -> Result<()> {
    let text = locate::reading_text(mail);
    for evidence in reading.evidence.iter().cloned().chain(unexplained(reading)) {
        let spot = locate::spot(mail, &text, &evidence);
        let source = match (&spot, &evidence.source) {
            (Some(spot), _) => spot.place.as_str(),
            (None, EvidenceSource::Subject) => "subject",
            (None, EvidenceSource::Text) => "text",
            (None, EvidenceSource::Calendar) => "calendar",
            (None, EvidenceSource::Attachment(name)) => name,
            (None, EvidenceSource::Person(address)) => address,
        };
        writeln!(out, "  because   {}: {source} {:?}", evidence.field, evidence.quote)?;
        if let Some(pattern) = &evidence.pattern {
            writeln!(out, "            by {pattern}")?;
        }
        if let Some(spot) = spot.filter(|spot| spot.text.split_whitespace().ne(evidence.quote.split_whitespace())) {
            writeln!(out, "            in {}", one_line(&spot.text, 200))?;
        }
    }
    Ok(())
}

/// Evidence for values that the reader took without saying from where: they are looked for in the mail.
fn unexplained(reading: &Reading) -> Vec<Evidence> {
    let mut more: Vec<Evidence> = Vec::new();
    let mut look = |field: &str, value: &str, pattern: &str| {
        let known = |evidence: &Evidence| {
            evidence.field == field && (evidence.quote.contains(value) || value.contains(evidence.quote.as_str()) || field == "status")
        };
        if !value.is_empty() && !reading.evidence.iter().any(known) && !more.iter().any(known) {
            let quote = value.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
            more.push(Evidence { field: field.to_owned(), source: EvidenceSource::Text, quote, pattern: Some(pattern.to_owned()) });
        }
    };
    for said in &reading.found {
        let taken = "the words as they stand";
        for (field, value) in [
            ("maintenance_id", &said.maintenance_id),
            ("account", &said.account),
            ("summary", &said.summary),
            ("description", &said.description),
            ("watch", &said.watch),
        ] {
            look(field, value.as_deref().unwrap_or_default(), taken);
        }
        said.aliases.iter().for_each(|alias| look("alias", alias, taken));
        said.objects.iter().for_each(|object| look("object", &object.object_id, taken));
        said.former_windows.iter().for_each(|window| look("former", &window.as_written, "a window that the mail leaves"));
        if said.status.is_none() {
            look("status", "confirmed", "no words of a status, so it is taken as confirmed");
        }
    }
    more
}
