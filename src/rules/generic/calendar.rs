//! Calendar events of any sender: X-MAINTNOTE properties where they stand, else what an appointment says.

use super::Found;
use crate::model::{
    AffectedObject, CalendarEvent, CalendarTime, EvidenceSource, Impact, Local, Notification, Precision, Problem, ProblemKind, Status,
    Window,
};
use crate::rules::appointed;
use crate::rules::time::TimeContext;
use crate::rules::words;
use chrono::{DateTime, NaiveTime, Utc};

/// Reads every event that tells of maintenance; events with one reference become one notification. Plain invitations tell nothing.
pub(super) fn read(events: &[CalendarEvent], context: &TimeContext<'_>, found: &mut Found) -> Vec<Notification> {
    let mut list: Vec<Notification> = Vec::new();
    for event in events.iter().filter(|event| tells(event)) {
        let notification = one(event, context, found);
        let same = list.iter_mut().find(|earlier| {
            earlier.maintenance_id.is_some()
                && earlier.maintenance_id == notification.maintenance_id
                && earlier.objects == notification.objects
        });
        match same {
            Some(earlier) => {
                for window in notification.windows {
                    if !earlier.windows.contains(&window) {
                        earlier.windows.push(window);
                    }
                }
            }
            None => list.push(notification),
        }
    }
    list
}

fn tells(event: &CalendarEvent) -> bool {
    let text = [&event.summary, &event.description].into_iter().flatten().cloned().collect::<Vec<_>>().join("\n");
    event.extra.iter().any(|property| property.name.starts_with("X-MAINTNOTE")) || words::kind(&text).is_some()
}

fn property<'e>(event: &'e CalendarEvent, name: &str) -> Option<&'e str> {
    let found = event.extra.iter().find(|property| property.name.strip_prefix("X-MAINTNOTE-") == Some(name));
    found.map(|property| property.value.trim()).filter(|value| !value.is_empty())
}

fn one(event: &CalendarEvent, context: &TimeContext<'_>, found: &mut Found) -> Notification {
    let mut note = Notification {
        maintenance_id: property(event, "MAINTENANCE-ID").map(str::to_owned),
        account: property(event, "ACCOUNT").map(str::to_owned),
        uid: event.uid.clone(),
        status: status(event),
        impact: property(event, "IMPACT").map_or(Impact::Unstated, impact),
        summary: event.summary.clone(),
        description: event.description.clone(),
        organizer: event.organizer.clone(),
        sequence: event.sequence,
        stamp: event.stamp,
        ..Notification::default()
    };
    for property in event.extra.iter().filter(|property| property.name == "X-MAINTNOTE-OBJECT-ID" && !property.value.trim().is_empty()) {
        let own = property.parameters.iter().find(|(name, _)| name == "X-MAINTNOTE-OBJECT-IMPACT");
        let object = AffectedObject {
            object_id: property.value.trim().to_owned(),
            impact: own.map_or(Impact::Unstated, |(_, value)| impact(value)),
        };
        found.saw("object", EvidenceSource::Calendar, &object.object_id, "X-MAINTNOTE-OBJECT-ID");
        if !note.objects.contains(&object) {
            note.objects.push(object);
        }
    }
    for (field, value) in [("maintenance_id", &note.maintenance_id), ("account", &note.account), ("summary", &note.summary)] {
        if let Some(value) = value {
            found.saw(field, EvidenceSource::Calendar, value, "calendar");
        }
    }
    if event.repeats {
        found.problems.push(Problem {
            blocking: true,
            ..Problem::new(
                ProblemKind::Implausible,
                "start",
                "the event repeats or is one of several (RRULE, RDATE, RECURRENCE-ID); only this window is shown",
            )
        });
    }
    match event.start.as_ref().and_then(|start| window(event, start, context, found)) {
        Some(window) => note.windows.push(window),
        None if matches!(note.status, Some(Status::Cancelled | Status::Completed)) => {}
        None => found.problems.push(Problem {
            blocking: true,
            ..Problem::new(ProblemKind::Missing, "start", "the calendar event states no start that can be read")
        }),
    }
    note
}

fn window(event: &CalendarEvent, start: &CalendarTime, context: &TimeContext<'_>, found: &mut Found) -> Option<Window> {
    let end = event.end.as_ref();
    let begin = instant(event, start, context, found)?;
    let until = end.and_then(|end| instant(event, end, context, found));
    if until.is_some_and(|until| until < begin) {
        let detail = format!("the event ends before it starts: {} – {}", written(start), end.map(written).unwrap_or_default());
        found.problems.push(Problem::new(ProblemKind::EndsBeforeStart, "end", detail));
    }
    let as_written = end.map_or_else(|| written(start), |end| format!("{} – {}", written(start), written(end)));
    found.saw("start", EvidenceSource::Calendar, &as_written, "DTSTART");
    Some(Window {
        start: begin,
        end: until,
        role: crate::model::Role::Main,
        status: None,
        zone: match start {
            CalendarTime::Utc(_) => Some("UTC".to_owned()),
            CalendarTime::Zoned(_, zone) => Some(zone.clone()),
            CalendarTime::Floating(_) | CalendarTime::Date(_) => None,
        },
        as_written,
        precision: if matches!(start, CalendarTime::Date(_)) { Precision::Day } else { Precision::Minute },
    })
}

fn written(time: &CalendarTime) -> String {
    match time {
        CalendarTime::Utc(at) => at.format("%Y%m%dT%H%M%SZ").to_string(),
        CalendarTime::Zoned(at, zone) => format!("{} {zone}", at.format("%Y%m%dT%H%M%S")),
        CalendarTime::Floating(at) => at.format("%Y%m%dT%H%M%S").to_string(),
        CalendarTime::Date(date) => date.format("%Y%m%d").to_string(),
    }
}

fn instant(event: &CalendarEvent, time: &CalendarTime, context: &TimeContext<'_>, found: &mut Found) -> Option<DateTime<Utc>> {
    let resolved = match time {
        CalendarTime::Utc(at) => return Some(*at),
        CalendarTime::Date(date) => return Some(date.and_time(NaiveTime::MIN).and_utc()),
        CalendarTime::Zoned(local, name) => appointed::resolve(event, name, *local, context.zones),
        CalendarTime::Floating(local) => Ok(context.zone.map_or(Local::Unknown, |zone| context.zones.resolve(zone, *local))),
    };
    let mut problem = |kind: ProblemKind, detail: String| found.problems.push(Problem::new(kind, "start", detail));
    match resolved {
        Ok(Local::One(at)) => return Some(at),
        Ok(Local::Twice(first, second)) => {
            problem(ProblemKind::AmbiguousTime, format!("{} happens twice: {first} or {second}", written(time)));
            return Some(first);
        }
        Ok(Local::Never) => problem(ProblemKind::NonexistentTime, format!("{} is skipped by the clocks", written(time))),
        Ok(Local::Unknown) => problem(ProblemKind::UnknownZone, format!("{} has no zone that is known", written(time))),
        Err(contradiction) => problem(ProblemKind::Conflict, contradiction),
    }
    None
}

/// A cancelled event is cancelled however it says so: METHOD, STATUS, the notice's own word, or its summary.
fn status(event: &CalendarEvent) -> Option<Status> {
    if event.method.as_deref() == Some("CANCEL") || event.status.as_deref() == Some("CANCELLED") {
        return Some(Status::Cancelled);
    }
    let own = property(event, "STATUS").and_then(|word| match word.to_uppercase().replace('_', "-").as_str() {
        "TENTATIVE" => Some(Status::Tentative),
        "CONFIRMED" => Some(Status::Confirmed),
        "CANCELLED" | "CANCELED" => Some(Status::Cancelled),
        "IN-PROCESS" | "IN-PROGRESS" => Some(Status::InProcess),
        "COMPLETED" => Some(Status::Completed),
        "RE-SCHEDULED" | "RESCHEDULED" => Some(Status::Rescheduled),
        _ => None,
    });
    own.or_else(|| event.summary.as_deref().and_then(words::status).map(|said| said.value))
}

fn impact(word: &str) -> Impact {
    match word.trim().to_uppercase().replace('_', "-").as_str() {
        "NO-IMPACT" => Impact::NoImpact,
        "REDUCED-REDUNDANCY" => Impact::ReducedRedundancy,
        "DEGRADED" => Impact::Degraded,
        "OUTAGE" => Impact::Outage,
        _ => Impact::Unstated,
    }
}
