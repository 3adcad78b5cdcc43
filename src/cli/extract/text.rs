//! The form of `extract` for people.

use super::{Read, json::reason};
use crate::model::{EvidenceSource, Impact, Kind, Notification, Precision, Reading, Role, Status, Window};
use crate::rules::{check::word, outcome};
use std::io::{Result, Write};

/// Prints one mail.
pub(super) fn print(out: &mut impl Write, file: &str, read: &Read, explain: bool) -> Result<()> {
    match read {
        Read::Quarantined(why) => writeln!(out, "{file}\n  quarantined: {why}\n"),
        Read::Read(reading) => {
            writeln!(out, "{file}\n  {}", headline(reading))?;
            for notification in &reading.found {
                maintenance(out, notification)?;
            }
            for problem in &reading.problems {
                let weight = if problem.blocking { "DOUBT" } else { "note " };
                writeln!(out, "  {weight}     {} ({})", problem.detail, problem.field)?;
            }
            if explain {
                evidence(out, reading)?;
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

fn evidence(out: &mut impl Write, reading: &Reading) -> Result<()> {
    for evidence in &reading.evidence {
        let source = match &evidence.source {
            EvidenceSource::Subject => "subject",
            EvidenceSource::Text => "text",
            EvidenceSource::Calendar => "calendar",
            EvidenceSource::Attachment(name) => name,
            EvidenceSource::Person(address) => address,
        };
        writeln!(out, "  because   {}: {source} {:?}", evidence.field, evidence.quote)?;
        if let Some(pattern) = &evidence.pattern {
            writeln!(out, "            by {pattern}")?;
        }
    }
    Ok(())
}
