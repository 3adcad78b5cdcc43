//! Calendar notices after the NANOG draft (X-MAINTNOTE-*, BCOP for maintenance notifications): every event → what it says.
//!
//! They are read whoever sent them. Repetitions are never expanded, a floating time is never given a zone.

use super::appointed;
use super::compile::Provider;
use super::place::TEXT_CAP_BYTES;
use super::time::{self, TimeContext};
use crate::model::{
    AffectedObject, CalendarEvent, CalendarTime, Evidence, EvidenceSource, Impact, Kind, Local, Mail, Notification, Precision, Problem,
    ProblemKind, Reading, Role, RuleRef, Status, Verdict, Window,
};
use chrono::{DateTime, NaiveTime, Utc};

/// Whether an event carries a maintenance notice.
#[must_use]
pub fn is_notice(event: &CalendarEvent) -> bool {
    event.extra.iter().any(|property| property.name.starts_with("X-MAINTNOTE-"))
}

/// Reads every notice event of a mail. `calendar` gives the words, `sender` the provider known by its address, `known` one by its domain.
pub(super) fn read<'r>(
    calendar: &Provider,
    sender: Option<&Provider>,
    known: impl Fn(&str) -> Option<&'r Provider>,
    mail: &Mail,
    context: &TimeContext<'_>,
) -> Reading {
    let mut out = Gathered::default();
    for event in mail.calendars.iter().filter(|event| is_notice(event)) {
        let notification = out.event(calendar, event, context);
        // One work in several nights is sent as several events with one reference and the same objects.
        let same = out.found.iter_mut().find(|earlier| {
            earlier.maintenance_id.is_some()
                && earlier.maintenance_id == notification.maintenance_id
                && earlier.objects == notification.objects
                && earlier.status == notification.status
        });
        match same {
            Some(earlier) => {
                for window in notification.windows {
                    if !earlier.windows.contains(&window) {
                        earlier.windows.push(window);
                    }
                }
            }
            None => out.found.push(notification),
        }
    }
    out.compare_with_text(mail, context);
    let stated = mail.calendars.iter().filter(|event| is_notice(event)).find_map(|event| property(event, "PROVIDER"));
    let provider = match &stated {
        Some(domain) => Some(known(&domain.to_lowercase()).map_or_else(|| domain.clone(), |provider| provider.id.clone())),
        None => sender.map(|provider| provider.id.clone()),
    };
    if stated.is_none() {
        out.problems.push(Problem::new(ProblemKind::Missing, "provider", "the event names no provider"));
    }
    Reading {
        verdict: Verdict::Notice,
        rule: Some(RuleRef { name: super::CALENDAR.to_owned(), version: calendar.version.clone() }),
        provider,
        own_sender: false,
        kind: Some(Kind::Maintenance),
        found: out.found,
        evidence: out.evidence,
        problems: out.problems,
    }
}

/// Most entries of evidence: a notice of thousands of objects needs no line each.
const MOST_EVIDENCE: usize = 300;

#[derive(Default)]
struct Gathered {
    found: Vec<Notification>,
    evidence: Vec<Evidence>,
    problems: Vec<Problem>,
}

impl Gathered {
    fn saw(&mut self, field: &str, quote: String) {
        if self.evidence.len() >= MOST_EVIDENCE {
            return;
        }
        let pattern = Some(super::CALENDAR.to_owned());
        self.evidence.push(Evidence { field: field.to_owned(), source: EvidenceSource::Calendar, quote, pattern });
    }

    fn event(&mut self, calendar: &Provider, event: &CalendarEvent, context: &TimeContext<'_>) -> Notification {
        let status = self.status(calendar, event);
        let impact = self.impact(calendar, property(event, "IMPACT").as_deref());
        let mut objects = Vec::new();
        for property in event.extra.iter().filter(|property| property.name == "X-MAINTNOTE-OBJECT-ID") {
            let own = property.parameters.iter().find(|(name, _)| name == "X-MAINTNOTE-OBJECT-IMPACT").map(|(_, value)| value.as_str());
            let object = AffectedObject { object_id: property.value.trim().to_owned(), impact: self.impact(calendar, own) };
            self.saw("object", object.object_id.clone());
            if !object.object_id.is_empty() && !objects.contains(&object) {
                objects.push(object);
            }
        }
        let maintenance_id = property(event, "MAINTENANCE-ID");
        match &maintenance_id {
            Some(id) => self.saw("maintenance_id", id.clone()),
            None => self.problems.push(Problem::new(ProblemKind::Missing, "maintenance_id", "the event has no X-MAINTNOTE-MAINTENANCE-ID")),
        }
        if objects.is_empty() {
            self.problems.push(Problem::new(ProblemKind::Missing, "object", "the event has no X-MAINTNOTE-OBJECT-ID"));
        }
        Notification {
            maintenance_id,
            account: property(event, "ACCOUNT"),
            uid: event.uid.clone(),
            status,
            impact,
            windows: self.window(event, status, context).into_iter().collect(),
            objects,
            summary: event.summary.clone(),
            description: event.description.clone(),
            organizer: event.organizer.clone(),
            sequence: event.sequence,
            stamp: event.stamp,
            ..Notification::default()
        }
    }

    /// A cancelled event is cancelled however it says so: METHOD, STATUS or the notice's own word.
    fn status(&mut self, calendar: &Provider, event: &CalendarEvent) -> Option<Status> {
        let by_method = event.method.as_deref() == Some("CANCEL");
        if by_method || event.status.as_deref() == Some("CANCELLED") {
            self.saw("status", if by_method { "METHOD:CANCEL" } else { "STATUS:CANCELLED" }.to_owned());
            return Some(Status::Cancelled);
        }
        let word = property(event, "STATUS")?;
        self.saw("status", word.clone());
        let known = calendar.status_words.iter().find(|(own, _)| *own == word.to_lowercase()).map(|(_, status)| *status);
        if known.is_none() {
            let detail = format!("the status {word:?} is none of the words that {} lists", calendar.file);
            self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "status", detail) });
        }
        known
    }

    fn impact(&mut self, calendar: &Provider, word: Option<&str>) -> Impact {
        let Some(word) = word else { return Impact::Unstated };
        let known = calendar.impact_words.iter().find(|(own, _)| *own == word.to_lowercase()).map(|(_, impact)| *impact);
        known.unwrap_or_else(|| {
            let detail = format!("the impact {word:?} is none of the words that {} lists; it is handled as unstated", calendar.file);
            self.problems.push(Problem::new(ProblemKind::Missing, "impact", detail));
            Impact::Unstated
        })
    }

    fn window(&mut self, event: &CalendarEvent, status: Option<Status>, context: &TimeContext<'_>) -> Option<Window> {
        if event.repeats {
            let detail = "the event repeats or is one of several (RRULE, RDATE, RECURRENCE-ID): this window alone is shown";
            self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "windows", detail) });
        }
        let Some(start) = &event.start else {
            let over = matches!(status, Some(Status::Cancelled | Status::Completed));
            self.problems.push(Problem { blocking: !over, ..Problem::new(ProblemKind::Missing, "start", "the event has no start") });
            return None;
        };
        let begin = self.instant(event, "start", start, context)?;
        let end = match &event.end {
            Some(end) => self.instant(event, "end", end, context),
            None => {
                self.problems.push(Problem::new(ProblemKind::Missing, "end", "the event has no end"));
                None
            }
        };
        if end.is_some_and(|end| end <= begin) {
            self.problems.push(Problem::new(ProblemKind::EndsBeforeStart, "end", "the event ends before it starts"));
        }
        let written = |time: &CalendarTime| match time {
            CalendarTime::Utc(at) => (at.format("%Y%m%dT%H%M%SZ").to_string(), "UTC".to_owned()),
            CalendarTime::Zoned(at, zone) => (at.format("%Y%m%dT%H%M%S").to_string(), zone.clone()),
            CalendarTime::Floating(at) => (at.format("%Y%m%dT%H%M%S").to_string(), String::new()),
            CalendarTime::Date(date) => (date.format("%Y%m%d").to_string(), String::new()),
        };
        let (start_text, zone) = written(start);
        let as_written = event.end.as_ref().map_or(start_text.clone(), |end| format!("{start_text} / {}", written(end).0));
        self.saw("start", as_written.clone());
        let precision = if matches!(start, CalendarTime::Date(_)) { Precision::Day } else { Precision::Minute };
        let zone = Some(zone).filter(|zone| !zone.is_empty());
        Some(Window { start: begin, end, role: Role::Main, status: None, zone, as_written, precision })
    }

    /// A time of the event as an instant; a floating one, an unknown zone, a skipped or doubled hour is a problem, not a guess.
    fn instant(&mut self, event: &CalendarEvent, field: &str, time: &CalendarTime, context: &TimeContext<'_>) -> Option<DateTime<Utc>> {
        let mut problem = |kind: ProblemKind, detail: String| self.problems.push(Problem::new(kind, field, detail));
        match time {
            CalendarTime::Utc(at) => Some(*at),
            // The end of a day event is exclusive already (RFC 5545 section 3.6.1).
            CalendarTime::Date(date) => Some(date.and_time(NaiveTime::MIN).and_utc()),
            CalendarTime::Floating(at) => {
                problem(ProblemKind::UnknownZone, format!("{at} stands without a zone in the calendar part"));
                None
            }
            CalendarTime::Zoned(at, name) => match appointed::resolve(event, name, *at, context.zones) {
                Err(contradiction) => {
                    problem(ProblemKind::Conflict, contradiction);
                    None
                }
                Ok(Local::One(at)) => Some(at),
                Ok(Local::Twice(first, second)) => {
                    problem(ProblemKind::AmbiguousTime, format!("{at} happens twice in {name}: {first} or {second}"));
                    None
                }
                Ok(Local::Never) => {
                    problem(ProblemKind::NonexistentTime, format!("{at} does not exist in {name}"));
                    None
                }
                Ok(Local::Unknown) => {
                    problem(ProblemKind::UnknownZone, format!("the zone {name:?} of the calendar part is not known"));
                    None
                }
            },
        }
    }

    /// The mail's text may state the window as well: when it states whole windows and none of them is the calendar's, a person decides.
    fn compare_with_text(&mut self, mail: &Mail, context: &TimeContext<'_>) {
        let windows: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> =
            self.found.iter().flat_map(|notification| &notification.windows).map(|window| (window.start, window.end)).collect();
        let text = mail.text();
        let text = text.get(..text.floor_char_boundary(TEXT_CAP_BYTES)).unwrap_or_default();
        let stated: Vec<_> = time::statements(text, context)
            .into_iter()
            .filter(|statement| statement.zone_stated && statement.precision == Precision::Minute)
            .filter(|statement| statement.readings.iter().any(|(_, end)| end.is_some()))
            .collect();
        let agrees = |statement: &time::Statement| {
            statement.readings.iter().any(|(start, end)| {
                windows.iter().any(|(own, own_end)| start == own && (end.is_none() || own_end.is_none() || end == own_end))
            })
        };
        let Some(other) = stated.first().filter(|_| !windows.is_empty() && !stated.iter().any(agrees)) else { return };
        let detail = format!("the calendar part and the text state different windows; the text says {:?}", other.as_written);
        self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        self.evidence.push(Evidence {
            field: "start".to_owned(),
            source: EvidenceSource::Text,
            quote: other.as_written.chars().take(200).collect(),
            pattern: None,
        });
    }
}

fn property(event: &CalendarEvent, name: &str) -> Option<String> {
    let found = event.extra.iter().find(|property| property.name.strip_prefix("X-MAINTNOTE-") == Some(name));
    found.map(|property| property.value.trim().to_owned()).filter(|value| !value.is_empty())
}
