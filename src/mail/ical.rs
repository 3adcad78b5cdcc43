//! Calendar parts (RFC 5545) → events, with X-MAINTNOTE-* properties (BCOP) kept whole.
//!
//! calcard does the grammar; its resolved times are not used, since its time zones are out of date: a local time and its TZID are handed on.

mod zones;

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarDuration, ICalendarEntry, ICalendarParameterName,
    ICalendarParameterValue, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

use crate::model::{CalendarEvent, CalendarProperty, CalendarTime};

use super::text::folded;

/// Most events of one part.
const MAX_EVENTS: usize = 500;

/// Most `X-…` properties of one event.
const MAX_EXTRA: usize = 3_000;

/// What a calendar part holds.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    /// Its events.
    pub(super) events: Vec<CalendarEvent>,
    /// What could not be read of it.
    pub(super) defects: Vec<String>,
    /// What was left out for its length.
    pub(super) cut: Vec<String>,
}

/// Reads one calendar part.
pub(super) fn events(text: &str) -> Calendar {
    let mut read = Calendar::default();
    let text = unfolded(text);
    let mut parser = Parser::new(&text);
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => of_calendar(&calendar, &mut read),
            Entry::InvalidLine(line) => {
                read.defects.push(format!("calendar line not read: {}", line.chars().take(60).collect::<String>().trim()));
            }
            Entry::Eof => break,
            Entry::TooManyComponents => {
                read.cut.push("a calendar part of too many components was not read to its end".to_owned());
                break;
            }
            _ => {}
        }
        if read.defects.len() > 20 || !read.cut.is_empty() {
            break;
        }
    }
    if !text.is_empty() && !text.to_ascii_uppercase().contains("END:VCALENDAR") {
        read.defects.push("calendar part is cut off".to_owned());
    }
    read
}

/// One property a line. A line that neither continues (white space first) nor opens a property (`NAME:` or `NAME;`) was folded badly and belongs to the line before.
fn unfolded(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim_end_matches('\r');
        if let Some(rest) = line.strip_prefix([' ', '\t']) {
            whole.push_str(rest);
        } else if opens_property(line) || whole.is_empty() {
            if !whole.is_empty() {
                whole.push_str("\r\n");
            }
            whole.push_str(line);
        } else if !line.is_empty() {
            whole.push_str("\\n");
            whole.push_str(line);
        }
    }
    whole.push_str("\r\n");
    whole
}

/// Property names are upper case letters, digits and hyphens in practice; prose before a colon (`Impact: outage`) is not one.
fn opens_property(line: &str) -> bool {
    let name: &str = line.split([':', ';']).next().unwrap_or_default();
    let known = [
        "begin",
        "end",
        "dtstart",
        "dtend",
        "dtstamp",
        "summary",
        "description",
        "uid",
        "organizer",
        "status",
        "sequence",
        "method",
        "version",
        "prodid",
    ];
    let upper = name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    name.len() < line.len()
        && (upper
            || known.contains(&name.to_ascii_lowercase().as_str())
            || name.to_ascii_lowercase().starts_with("x-") && !name.contains(' '))
}

fn of_calendar(calendar: &ICalendar, read: &mut Calendar) {
    let zones = zones::definitions(calendar);
    let method = calendar
        .components
        .iter()
        .filter(|component| component.component_type == ICalendarComponentType::VCalendar)
        .find_map(|component| text(component, &ICalendarProperty::Method))
        .map(|method| method.to_ascii_uppercase());
    for component in &calendar.components {
        if component.component_type == ICalendarComponentType::VEvent {
            if read.events.len() >= MAX_EVENTS {
                read.cut.push(format!("calendar events after the first {MAX_EVENTS} were not read"));
                return;
            }
            let mut event = event(component, method.clone(), &mut read.defects);
            event.offsets = [&event.start, &event.end].into_iter().flatten().filter_map(|time| zones::said(&zones, time)).collect();
            if component.entries.iter().filter_map(extra).nth(MAX_EXTRA).is_some() {
                read.cut.push(format!("of a calendar event the first {MAX_EXTRA} properties were read"));
            }
            read.events.push(event);
        }
    }
}

fn event(component: &ICalendarComponent, method: Option<String>, defects: &mut Vec<String>) -> CalendarEvent {
    let start = time(component, &ICalendarProperty::Dtstart, defects);
    let end = time(component, &ICalendarProperty::Dtend, defects).or_else(|| {
        let duration = component.property(&ICalendarProperty::Duration)?.values.iter().find_map(|value| match value {
            ICalendarValue::Duration(duration) => length(duration),
            _ => None,
        })?;
        later(start.as_ref()?, duration)
    });
    CalendarEvent {
        method,
        uid: text(component, &ICalendarProperty::Uid),
        sequence: component.property(&ICalendarProperty::Sequence).and_then(|entry| entry.values.first()).and_then(|value| match value {
            ICalendarValue::Integer(number) => Some(*number),
            other => other.as_text()?.trim().parse().ok(),
        }),
        stamp: match time(component, &ICalendarProperty::Dtstamp, defects) {
            Some(CalendarTime::Utc(stamp)) => Some(stamp),
            _ => None,
        },
        summary: text(component, &ICalendarProperty::Summary).map(|summary| folded(&summary)),
        description: text(component, &ICalendarProperty::Description).map(|text| super::text::lines(&text).join("\n")),
        organizer: text(component, &ICalendarProperty::Organizer).map(|organizer| {
            let bare = organizer.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).and_then(|_| organizer.get(7..));
            bare.unwrap_or(&organizer).to_owned()
        }),
        status: text(component, &ICalendarProperty::Status).map(|status| status.to_ascii_uppercase()),
        start,
        end,
        repeats: component
            .entries
            .iter()
            .any(|entry| matches!(entry.name, ICalendarProperty::Rrule | ICalendarProperty::Rdate | ICalendarProperty::RecurrenceId)),
        offsets: Vec::new(),
        extra: component.entries.iter().filter_map(extra).take(MAX_EXTRA).collect(),
    }
}

fn text(component: &ICalendarComponent, name: &ICalendarProperty) -> Option<String> {
    let text = joined(component.property(name)?);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// All values of a property as text; calcard splits unknown ones at `;`.
fn joined(entry: &ICalendarEntry) -> String {
    let values: Vec<String> = entry.values.iter().filter_map(|value| value.clone().into_text()).map(std::borrow::Cow::into_owned).collect();
    values.join(";")
}

fn extra(entry: &ICalendarEntry) -> Option<CalendarProperty> {
    let name = entry.name.as_str().to_ascii_uppercase();
    name.starts_with("X-").then(|| CalendarProperty {
        name,
        value: joined(entry).trim().to_owned(),
        parameters: entry.params.iter().map(|parameter| (parameter.name.as_str().to_ascii_uppercase(), value(&parameter.value))).collect(),
    })
}

fn value(value: &ICalendarParameterValue) -> String {
    match value {
        ICalendarParameterValue::Integer(number) => number.to_string(),
        ICalendarParameterValue::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        other => other.as_text().unwrap_or_default().to_owned(),
    }
}

fn time(component: &ICalendarComponent, name: &ICalendarProperty, defects: &mut Vec<String>) -> Option<CalendarTime> {
    let entry = component.property(name)?;
    let zone = entry.parameter(&ICalendarParameterName::Tzid).and_then(|zone| zone.as_text()).map(|zone| bare_zone(zone).to_owned());
    let read = entry.values.iter().find_map(|value| match value {
        ICalendarValue::PartialDateTime(time) => calendar_time(time, zone.clone()),
        _ => None,
    });
    if read.is_none() {
        defects.push(format!("calendar time not read: {}", name.as_str()));
    }
    read
}

/// A TZID without quotes, and without the prefix of a global registry (RFC 5545 section 3.8.3.1): `/registry.example/20260101/Europe/Berlin`.
fn bare_zone(zone: &str) -> &str {
    let zone = zone.trim().trim_matches('"');
    if !zone.starts_with('/') {
        return zone;
    }
    // The registry's name and its version stand before; of `America/Indiana/Knox` three parts are the zone's.
    let places =
        ["Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/", "Etc/"];
    places.iter().find_map(|place| zone.find(place).and_then(|at| zone.get(at..))).unwrap_or(zone)
}

fn calendar_time(time: &PartialDateTime, zone: Option<String>) -> Option<CalendarTime> {
    let date = NaiveDate::from_ymd_opt(i32::from(time.year?), u32::from(time.month?), u32::from(time.day?))?;
    let Some(hour) = time.hour else { return Some(CalendarTime::Date(date)) };
    let local: NaiveDateTime = date.and_hms_opt(u32::from(hour), u32::from(time.minute?), u32::from(time.second.unwrap_or(0)))?;
    if let Some(hours) = time.tz_hour {
        let minutes = i64::from(hours) * 60 + i64::from(time.tz_minute.unwrap_or(0));
        let offset = Duration::minutes(if time.tz_minus { -minutes } else { minutes });
        return Some(CalendarTime::Utc(local.checked_sub_signed(offset)?.and_utc()));
    }
    Some(match zone {
        Some(zone) if !zone.is_empty() => CalendarTime::Zoned(local, zone),
        _ => CalendarTime::Floating(local),
    })
}

fn length(duration: &ICalendarDuration) -> Option<Duration> {
    let days = i64::from(duration.weeks) * 7 + i64::from(duration.days);
    let seconds = i64::from(duration.hours) * 3_600 + i64::from(duration.minutes) * 60 + i64::from(duration.seconds);
    let length = Duration::try_days(days)?.checked_add(&Duration::try_seconds(seconds)?)?;
    (!duration.neg).then_some(length)
}

fn later(start: &CalendarTime, length: Duration) -> Option<CalendarTime> {
    let utc = |at: &DateTime<Utc>| at.checked_add_signed(length);
    Some(match start {
        CalendarTime::Utc(at) => CalendarTime::Utc(utc(at)?),
        CalendarTime::Zoned(at, zone) => CalendarTime::Zoned(at.checked_add_signed(length)?, zone.clone()),
        CalendarTime::Floating(at) => CalendarTime::Floating(at.checked_add_signed(length)?),
        CalendarTime::Date(day) => CalendarTime::Date(day.checked_add_signed(length)?),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn one(lines: &str) -> CalendarEvent {
        let Calendar { events, defects, .. } =
            events(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"));
        assert_eq!(defects, Vec::<String>::new(), "{lines}");
        events.into_iter().next().unwrap()
    }

    fn local(day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
    }

    #[test]
    fn times_keep_their_zone_as_written() {
        let utc = |day, hour| CalendarTime::Utc(Utc.from_utc_datetime(&local(day, hour)));
        let table = [
            ("DTSTART:20260307T040000Z\r\nDTEND:20260307T060000Z", Some(utc(7, 4)), Some(utc(7, 6))),
            ("DTSTART;VALUE=DATE-TIME:20260307T040000Z\r\nDURATION:PT2H", Some(utc(7, 4)), Some(utc(7, 6))),
            (
                "DTSTART;TZID=\"America/Chicago\":20260307T040000\r\nDTEND;TZID=Central Standard Time:20260307T060000",
                Some(CalendarTime::Zoned(local(7, 4), "America/Chicago".to_owned())),
                Some(CalendarTime::Zoned(local(7, 6), "Central Standard Time".to_owned())),
            ),
            (
                "DTSTART;TZID=/registry.example/20260101_1/Europe/Berlin:20260307T040000",
                Some(CalendarTime::Zoned(local(7, 4), "Europe/Berlin".to_owned())),
                None,
            ),
            ("DTSTART:20260307T040000", Some(CalendarTime::Floating(local(7, 4))), None),
            (
                "DTSTART;VALUE=DATE:20260307\r\nDURATION:P2D",
                Some(CalendarTime::Date(local(7, 0).date())),
                Some(CalendarTime::Date(local(9, 0).date())),
            ),
            ("SUMMARY:none", None, None),
        ];
        for (lines, start, end) in table {
            let event = one(lines);
            assert_eq!((event.start, event.end), (start, end), "{lines}");
        }
    }

    #[test]
    fn a_maintenance_note_keeps_every_property() {
        let event = one(
            "UID:1@p.example\r\nSEQUENCE:3\r\nDTSTAMP:20260301T000000Z\r\nSTATUS:confirmed\r\nORGANIZER;CN=\"P NOC\":MAILTO:noc@p.example\r\n\
            SUMMARY:Work\\, on\r\n  AB-1\r\nDESCRIPTION:one\\ntwo\r\nRRULE:FREQ=DAILY;COUNT=2\r\nX-MAINTNOTE-PROVIDER:p.example\r\n\
            X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:AB-1; A:B\r\nX-MAINTNOTE-OBJECT-ID:AB-2",
        );
        assert_eq!((event.uid.as_deref(), event.sequence), (Some("1@p.example"), Some(3)));
        assert_eq!(event.stamp, Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).single());
        assert_eq!((event.status.as_deref(), event.organizer.as_deref()), (Some("CONFIRMED"), Some("noc@p.example")));
        assert_eq!((event.summary.as_deref(), event.description.as_deref()), (Some("Work, on AB-1"), Some("one\ntwo")));
        assert!(event.repeats);
        let property = |name: &str, value: &str, parameters: &[(&str, &str)]| CalendarProperty {
            name: name.to_owned(),
            value: value.to_owned(),
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        assert_eq!(
            event.extra,
            [
                property("X-MAINTNOTE-PROVIDER", "p.example", &[]),
                property("X-MAINTNOTE-OBJECT-ID", "AB-1; A:B", &[("X-MAINTNOTE-OBJECT-IMPACT", "OUTAGE")]),
                property("X-MAINTNOTE-OBJECT-ID", "AB-2", &[]),
            ]
        );
    }

    #[test]
    fn several_events_bad_folds_and_cut_calendars_are_read() {
        let text = "BEGIN:VCALENDAR\nMETHOD:cancel\nBEGIN:VEVENT\nUID:1\nDTSTART:20260307T040000Z\nDESCRIPTION:The work will be done\nin two parts: first the core\n Impact: none\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:2\nDTSTART:2026030";
        let Calendar { events, defects, .. } = events(text);
        assert_eq!(events.iter().filter_map(|event| event.uid.as_deref()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(events.first().unwrap().method.as_deref(), Some("CANCEL"));
        assert_eq!(events.first().unwrap().description.as_deref(), Some("The work will be done\nin two parts: first the coreImpact: none"));
        assert_eq!(events.get(1).unwrap().start, None);
        assert_eq!(defects, ["calendar time not read: DTSTART", "calendar part is cut off"]);
    }
}
