//! Zones that a calendar defines itself (VTIMEZONE, RFC 5545 section 3.6.5) → the offset that they give a local time.
//!
//! Only simple definitions are read: a fixed offset, or one change to summer time and one back, yearly or once. Any other says nothing here, so
//! that a zone nobody knows stays a doubt. Never decides between a definition and the tzdata.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFrequency, ICalendarProperty, ICalendarValue, ICalendarWeekday,
};
use chrono::{Datelike as _, Duration, Month, NaiveDate, NaiveDateTime, Weekday};

use crate::model::{CalendarOffset, CalendarTime};

/// How long a change that is stated once counts: clocks change twice a year.
const ONCE_COUNTS: Duration = Duration::days(180);

/// A zone as a calendar defines it.
#[derive(Debug)]
pub(super) struct Definition {
    /// TZID as written, without quotes and registry.
    id: String,
    /// X-LIC-LOCATION: an IANA name.
    location: Option<String>,
    /// Empty where the definition is not simple.
    changes: Vec<Change>,
}

/// A change of the clocks.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// By the clock before the change.
    first: NaiveDateTime,
    /// Seconds east of UTC before and after.
    from: i32,
    to: i32,
    yearly: Option<Yearly>,
}

/// `BYMONTH=3;BYDAY=-1SU`.
#[derive(Clone, Copy, Debug)]
struct Yearly {
    month: u32,
    /// From the end where negative.
    nth: i16,
    weekday: Weekday,
}

/// Every zone that a calendar defines.
pub(super) fn definitions(calendar: &ICalendar) -> Vec<Definition> {
    let zones = calendar.components.iter().filter(|component| component.component_type == ICalendarComponentType::VTimezone);
    zones.filter_map(|zone| definition(calendar, zone)).collect()
}

/// What the definitions say of a time; none where none is of its zone.
pub(super) fn said(definitions: &[Definition], time: &CalendarTime) -> Option<CalendarOffset> {
    let CalendarTime::Zoned(local, zone) = time else { return None };
    let definition = definitions.iter().find(|definition| definition.id == *zone)?;
    Some(CalendarOffset {
        zone: zone.clone(),
        local: *local,
        location: definition.location.clone(),
        seconds_east: offsets(&definition.changes, *local),
    })
}

fn definition(calendar: &ICalendar, zone: &ICalendarComponent) -> Option<Definition> {
    let id = super::text(zone, &ICalendarProperty::Tzid)?;
    let location = zone.entries.iter().find(|entry| entry.name.as_str().eq_ignore_ascii_case("X-LIC-LOCATION")).map(super::joined);
    let halves: Vec<&ICalendarComponent> = zone.component_ids.iter().filter_map(|id| calendar.component_by_id(*id)).collect();
    let count = |kind: &ICalendarComponentType| halves.iter().filter(|half| half.component_type == *kind).count();
    let is_simple = count(&ICalendarComponentType::Standard) == 1 && count(&ICalendarComponentType::Daylight) <= 1;
    let changes: Option<Vec<Change>> = halves.iter().map(|half| change(half)).collect();
    Some(Definition {
        id: super::bare_zone(&id).to_owned(),
        location: location.map(|location| location.trim().to_owned()),
        changes: changes.filter(|_| is_simple).unwrap_or_default(),
    })
}

fn change(half: &ICalendarComponent) -> Option<Change> {
    if half.property(&ICalendarProperty::Rdate).is_some() {
        return None;
    }
    let value = |name: &ICalendarProperty| half.property(name)?.values.first();
    let moment = |name: &ICalendarProperty| match value(name)? {
        ICalendarValue::PartialDateTime(moment) => Some(moment),
        _ => None,
    };
    let offset = |name: &ICalendarProperty| {
        let offset = moment(name)?;
        let seconds = i32::from(offset.tz_hour?) * 3_600 + i32::from(offset.tz_minute.unwrap_or(0)) * 60;
        Some(if offset.tz_minus { -seconds } else { seconds })
    };
    let CalendarTime::Floating(first) = super::calendar_time(moment(&ICalendarProperty::Dtstart)?, None)? else { return None };
    let yearly = match half.property(&ICalendarProperty::Rrule) {
        Some(_) => Some(yearly(value(&ICalendarProperty::Rrule)?)?),
        None => None,
    };
    let to = offset(&ICalendarProperty::Tzoffsetto)?;
    Some(Change { first, from: offset(&ICalendarProperty::Tzoffsetfrom).unwrap_or(to), to, yearly })
}

fn yearly(rule: &ICalendarValue) -> Option<Yearly> {
    let ICalendarValue::RecurrenceRule(rule) = rule else { return None };
    let others =
        [rule.byhour.len(), rule.byminute.len(), rule.bymonthday.len(), rule.byyearday.len(), rule.byweekno.len(), rule.bysetpos.len()];
    let ends = rule.until.is_some() || rule.count.is_some();
    if rule.freq != ICalendarFrequency::Yearly || ends || rule.interval.unwrap_or(1) > 1 || others.iter().any(|others| *others > 0) {
        return None;
    }
    let ([month], [day]) = (rule.bymonth.as_slice(), rule.byday.as_slice()) else { return None };
    let weekday = match day.weekday {
        ICalendarWeekday::Monday => Weekday::Mon,
        ICalendarWeekday::Tuesday => Weekday::Tue,
        ICalendarWeekday::Wednesday => Weekday::Wed,
        ICalendarWeekday::Thursday => Weekday::Thu,
        ICalendarWeekday::Friday => Weekday::Fri,
        ICalendarWeekday::Saturday => Weekday::Sat,
        ICalendarWeekday::Sunday => Weekday::Sun,
    };
    Some(Yearly { month: u32::from(month.month()), nth: day.ordwk?, weekday })
}

impl Yearly {
    fn day(self, year: i32) -> Option<NaiveDate> {
        if self.nth > 0 {
            return NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, u8::try_from(self.nth).ok()?);
        }
        let days = Month::try_from(u8::try_from(self.month).ok()?).ok()?.num_days(year)?;
        let last = NaiveDate::from_ymd_opt(year, self.month, u32::from(days))?;
        let back = last.weekday().days_since(self.weekday);
        let weeks = i64::from(self.nth.checked_neg()?.checked_sub(1)?);
        last.checked_sub_signed(Duration::days(i64::from(back) + 7 * weeks)).filter(|day| day.month() == self.month)
    }
}

/// Every offset at which a local time exists: one as a rule, two where clocks repeat it, none where they skip it or nothing is known.
fn offsets(changes: &[Change], local: NaiveDateTime) -> Vec<i32> {
    if let [only] = changes {
        // Without summer time the offset holds from its beginning on.
        return if only.first <= local && only.yearly.is_none() { vec![only.to] } else { Vec::new() };
    }
    if changes.iter().any(|change| change.yearly.is_some()) && changes.iter().any(|change| change.yearly.is_none()) {
        return Vec::new();
    }
    let mut moments: Vec<(NaiveDateTime, i32)> = Vec::new();
    for change in changes {
        let days: Vec<NaiveDateTime> = match change.yearly {
            None => vec![change.first],
            Some(yearly) => {
                let years = local.year().saturating_sub(1)..=local.year().saturating_add(1);
                let days = years.filter_map(|year| yearly.day(year));
                days.map(|day| day.and_time(change.first.time())).filter(|at| *at >= change.first).collect()
            }
        };
        moments.extend(days.into_iter().filter_map(|at| Some((utc(at, change.from)?, change.to))));
    }
    moments.sort_unstable();
    let mut stated: Vec<i32> = changes.iter().map(|change| change.to).collect();
    stated.sort_unstable();
    stated.dedup();
    let once = changes.iter().all(|change| change.yearly.is_none());
    let holds = |offset: &i32| {
        let Some(at) = utc(local, *offset) else { return false };
        let last = moments.iter().rev().find(|(moment, _)| *moment <= at);
        last.is_some_and(|(moment, to)| {
            to == offset && (!once || at - *moment < ONCE_COUNTS || moments.last().is_some_and(|end| end.0 > at))
        })
    };
    stated.into_iter().filter(holds).collect()
}

fn utc(local: NaiveDateTime, seconds_east: i32) -> Option<NaiveDateTime> {
    local.checked_sub_signed(Duration::seconds(i64::from(seconds_east)))
}

#[cfg(test)]
mod tests {
    use super::super::events;

    const SUMMER: &str = "BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n";
    const WINTER: &str = "BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n";

    /// Offsets in minutes of a local time in the zone `Own`, and the place that the definition names.
    fn offsets(definition: &str, local: &str) -> (Vec<i32>, Option<String>) {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\n{definition}END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n\
             DTSTART;TZID=Own:{local}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        let read = events(&text);
        assert_eq!(read.defects, Vec::<String>::new(), "{definition}");
        let event = read.events.into_iter().next().unwrap();
        let said = event.offsets.into_iter().next().unwrap();
        (said.seconds_east.into_iter().map(|seconds| seconds / 60).collect(), said.location)
    }

    #[test]
    fn m12_simple_definitions_give_an_offset_and_others_none() {
        let both = format!("{SUMMER}{WINTER}");
        let fixed = "BEGIN:STANDARD\r\nTZOFFSETFROM:-0330\r\nTZOFFSETTO:-0330\r\nDTSTART:16010101T000000\r\nEND:STANDARD\r\n";
        let once =
            both.replace("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n", "").replace("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n", "");
        let once = once.replace("19700329", "20310330").replace("19701025", "20311026");
        let table: [(&str, &str, &[i32]); 17] = [
            (&both, "20310115T100000", &[60]),
            (&both, "20310715T100000", &[120]),
            (&both, "20310330T015959", &[60]),
            (&both, "20310330T020000", &[]),
            (&both, "20310330T030000", &[120]),
            (&both, "20311026T020000", &[60, 120]),
            (&both, "20311026T030000", &[60]),
            (fixed, "20310715T100000", &[-210]),
            (&once, "20310715T100000", &[120]),
            (&once, "20311215T100000", &[60]),
            (&once, "20320715T100000", &[]),
            (&once, "20310115T100000", &[]),
            (SUMMER, "20310715T100000", &[]),
            (&format!("{both}{WINTER}"), "20310715T100000", &[]),
            (&both.replace("BYDAY=-1SU", "BYDAY=-1SU;UNTIL=20200101T000000Z"), "20310715T100000", &[]),
            (&both.replace("BYDAY=-1SU", "BYMONTHDAY=25"), "20310715T100000", &[]),
            (&both.replace("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n", ""), "20310715T100000", &[]),
        ];
        for (definition, local, minutes) in table {
            assert_eq!(offsets(definition, local).0, minutes, "{local}\n{definition}");
        }
        let second = both.replace("BYMONTH=3;BYDAY=-1SU", "BYMONTH=3;BYDAY=2SU");
        assert_eq!((offsets(&second, "20310308T100000").0, offsets(&second, "20310310T100000").0), (vec![60], vec![120]));
    }

    #[test]
    fn m12_a_definition_may_name_its_place() {
        assert_eq!(
            offsets(&format!("X-LIC-LOCATION:Europe/Berlin\r\n{SUMMER}{WINTER}"), "20310715T100000").1.as_deref(),
            Some("Europe/Berlin")
        );
    }
}
