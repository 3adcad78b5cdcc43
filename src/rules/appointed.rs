//! A local time of a calendar event → an instant, by the tzdata where the zone is known, else by the calendar's own definition of it.
//!
//! Never chooses between the two: where they disagree, a person does (RFC 5545 section 3.6.5 lets a calendar define any name as it likes).

use super::zone;
use crate::model::{CalendarEvent, Local, Zones};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};

/// Resolves a local time of an event in the zone of this TZID; `Unknown` where neither the tzdata nor the calendar know the zone.
///
/// # Errors
/// The two instants, where the calendar defines a known zone otherwise than the tzdata.
pub(super) fn resolve(event: &CalendarEvent, name: &str, local: NaiveDateTime, zones: &Zones) -> Result<Local, String> {
    let said = event.offsets.iter().find(|said| said.zone == name && said.local == local);
    let known = zone::named(name).or_else(|| zone::named(said?.location.as_deref()?));
    let instant = |seconds: &i32| Some(local.checked_sub_signed(Duration::seconds(i64::from(*seconds)))?.and_utc());
    let own: Vec<DateTime<Utc>> = said.iter().flat_map(|said| &said.seconds_east).filter_map(instant).collect();
    let Some(zone) = known else {
        return Ok(match own.as_slice() {
            [at] => Local::One(*at),
            [first, second] => Local::Twice(*first.min(second), *first.max(second)),
            _ => Local::Unknown,
        });
    };
    match (zones.resolve(zone, local), own.as_slice()) {
        (Local::One(at), [stated]) if at != *stated => {
            Err(format!("{local} in {name:?} is {at} after the tzdata and {stated} after the calendar's own definition"))
        }
        (resolved, _) => Ok(resolved),
    }
}

#[cfg(test)]
mod tests {
    use crate::mail;
    use crate::model::{ProblemKind, Reading, Verdict};
    use crate::rules::{self, Options, RuleSet};
    use chrono::DateTime;

    const OWN: &str = "BEGIN:VTIMEZONE\r\nTZID:ZONE\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nDTSTART:19700329T020000\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nDTSTART:19701025T030000\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

    /// A calendar of one event with these lines; a notice with X-MAINTNOTE properties, or an appointment.
    fn calendar(zone: &str, event: &str, note: bool) -> String {
        let note = if note {
            "X-MAINTNOTE-PROVIDER:carrier.example\r\nX-MAINTNOTE-MAINTENANCE-ID:CHG1\r\nX-MAINTNOTE-OBJECT-ID:AB-12345\r\n\
             X-MAINTNOTE-IMPACT:OUTAGE\r\nX-MAINTNOTE-STATUS:CONFIRMED\r\n"
        } else {
            ""
        };
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{zone}BEGIN:VEVENT\r\nUID:{event}\r\nSUMMARY:Planned network maintenance\r\n{note}END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    fn read(calendars: &[String]) -> Reading {
        let parts: String =
            calendars.iter().map(|text| format!("--b\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n{text}\r\n")).collect();
        let raw = format!(
            "From: noc@carrier.example\r\nSubject: Planned maintenance CHG1\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\n\r\nSee the attached appointment.\r\n{parts}--b--\r\n"
        );
        let (rules, zones) = (RuleSet::embedded(), crate::zones::newest());
        rules::read(&rules, &zones, &mail::parse(raw.as_bytes()), DateTime::from_timestamp(1_935_000_000, 0).unwrap(), Options::default())
    }

    fn starts(reading: &Reading) -> Vec<String> {
        let windows = reading.found.iter().flat_map(|found| &found.windows);
        windows.map(|window| window.start.format("%Y-%m-%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn m12_zones_of_a_calendar_are_used_or_doubted() {
        let event = |zone: &str| format!("1\r\nDTSTART;TZID={zone}:20310715T100000\r\nDTEND;TZID={zone}:20310715T120000");
        let own = |name: &str| OWN.replace("TZID:ZONE", &format!("TZID:{name}"));
        let two_winters = own("Own").replacen(
            "END:VTIMEZONE",
            "BEGIN:STANDARD\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nDTSTART:20300101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE",
            1,
        );
        let located = "BEGIN:VTIMEZONE\r\nTZID:Own\r\nX-LIC-LOCATION:Europe/Berlin\r\nEND:VTIMEZONE\r\n".to_owned();
        let table = [
            (own("Own"), "Own", vec!["2031-07-15T08:00"], None),
            (own("Europe/Berlin"), "Europe/Berlin", vec!["2031-07-15T08:00"], None),
            (own("W. Europe Standard Time"), "W. Europe Standard Time", vec!["2031-07-15T08:00"], None),
            (located, "Own", vec!["2031-07-15T08:00"], None),
            (String::new(), "Own", vec![], Some(ProblemKind::UnknownZone)),
            (two_winters, "Own", vec![], Some(ProblemKind::UnknownZone)),
            (own("America/Chicago"), "America/Chicago", vec![], Some(ProblemKind::Conflict)),
        ];
        for (zone, name, expected, doubt) in table {
            for note in [true, false] {
                let reading = read(&[calendar(&zone, &event(name), note)]);
                assert_eq!(starts(&reading), expected, "{name} {note}: {:?}", reading.problems);
                let doubts = |kind| reading.problems.iter().any(|problem| problem.problem == kind && problem.blocking);
                assert!(doubt.is_none_or(doubts), "{name} {note}: {:?}", reading.problems);
                assert!(doubt.is_some() || !doubts(ProblemKind::UnknownZone) && !doubts(ProblemKind::Conflict), "{:?}", reading.problems);
            }
        }
    }

    #[test]
    fn m12_what_repeats_or_is_one_of_several_is_doubted() {
        let lines = ["RRULE:FREQ=DAILY;COUNT=3", "RDATE:20310716T010000Z", "RECURRENCE-ID:20310715T010000Z"];
        for (line, note) in lines.iter().flat_map(|line| [(line, true), (line, false)]) {
            let reading = read(&[calendar("", &format!("1\r\nDTSTART:20310715T010000Z\r\nDTEND:20310715T030000Z\r\n{line}"), note)]);
            assert_eq!((starts(&reading), reading.verdict == Verdict::Notice), (vec!["2031-07-15T01:00".to_owned()], true), "{line}");
            assert!(reading.problems.iter().any(|problem| problem.blocking && problem.detail.contains("RECURRENCE-ID")), "{line} {note}");
        }
        let reading = read(&[calendar("", "1\r\nDTSTART:20310715T010000\r\nDTEND:20310715T030000", true)]);
        assert!(reading.problems.iter().any(|problem| problem.problem == ProblemKind::UnknownZone && problem.blocking), "floating");
    }

    #[test]
    fn m12_several_calendar_parts_are_one_reading() {
        let night = |uid: u32, day: u32| calendar("", &format!("{uid}\r\nDTSTART:203107{day}T010000Z\r\nDTEND:203107{day}T030000Z"), true);
        let reading = read(&[night(1, 15), night(2, 16), night(1, 15)]);
        assert_eq!((starts(&reading), reading.found.len()), (vec!["2031-07-15T01:00".to_owned(), "2031-07-16T01:00".to_owned()], 1));
        let other = night(3, 17).replace("AB-12345", "CD-67890").replace("CHG1", "CHG2");
        let reading = read(&[night(1, 15), other]);
        assert_eq!(reading.found.iter().map(|found| found.maintenance_id.clone().unwrap()).collect::<Vec<_>>(), ["CHG1", "CHG2"]);
    }
}
