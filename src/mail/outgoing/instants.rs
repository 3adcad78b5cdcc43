//! How instants are written: the house form in notices, the short form in staff mail.
//!
//! The zone in force is always computed, so that January never says CDT, whatever the author of a template typed.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::language::{Language, german_day};
use crate::model::{Local, NoticeForm, Precision, Window, ZoneOrder, Zones};

/// The house form, for one customer's zone: `2020-09-14 @ 00:00 UTC / September 13, 2020 @ 7:00PM CDT`.
#[derive(Clone, Copy, Debug)]
pub struct Instants<'a> {
    zones: &'a Zones,
    zone: Tz,
    form: &'a NoticeForm,
    language: Language,
}

impl<'a> Instants<'a> {
    /// For a customer's zone and the form that the organisation chose.
    #[must_use]
    pub fn new(zones: &'a Zones, zone: Tz, form: &'a NoticeForm) -> Self {
        Self { zones, zone, form, language: Language::English }
    }

    /// The same in another language.
    #[must_use]
    pub fn in_language(self, code: &str) -> Self {
        Self { language: Language::of(code), ..self }
    }

    /// An instant to the minute. A customer in UTC gets no second half.
    #[must_use]
    pub fn minute(&self, at: DateTime<Utc>) -> String {
        let universal = at.format("%Y-%m-%d @ %H:%M UTC").to_string();
        let (local, name) = self.zones.local(self.zone, at);
        let (day, letters) = (self.spelled(local.date_naive(), self.form.weekday), letters(&local, &name));
        let local_half = format!("{day} @ {} {letters}", self.hour(&local));
        self.ordered(universal, local_half, name == "UTC")
    }

    /// The day on which an instant falls, for subjects: `Sep 13`.
    #[must_use]
    pub fn short_day(&self, window: &Window, at: DateTime<Utc>) -> String {
        match window.precision {
            Precision::Minute => self.short_moment(at),
            Precision::Day => self.short(at.date_naive()),
        }
    }

    /// The day of an instant for subjects: `Sep 13`.
    #[must_use]
    pub fn short_moment(&self, at: DateTime<Utc>) -> String {
        self.short(self.zones.local(self.zone, at).0.date_naive())
    }

    fn short(&self, day: NaiveDate) -> String {
        day.format(self.language.pick("%b %-d", "%-d.%-m.")).to_string()
    }

    fn spelled(&self, day: NaiveDate, weekday: bool) -> String {
        match self.language {
            Language::English => day.format(if weekday { "%A, %B %-d, %Y" } else { "%B %-d, %Y" }).to_string(),
            Language::German => german_day(day, weekday),
        }
    }

    fn hour(&self, local: &DateTime<FixedOffset>) -> String {
        local.format(self.language.pick("%-I:%M%p", "%H:%M")).to_string()
    }

    /// The day of an instant: `June 8, 2021`.
    #[must_use]
    pub fn long_day(&self, at: DateTime<Utc>) -> String {
        self.spelled(self.zones.local(self.zone, at).0.date_naive(), false)
    }

    /// The time of day of an instant: `5:39PM`.
    #[must_use]
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        self.hour(&self.zones.local(self.zone, at).0)
    }

    /// What the zone was called at these instants: `Central Time, CDT`, `UTC`, `UTC-03:00`; `CDT and CST` where clocks changed between.
    #[must_use]
    pub fn zone_in_force(&self, instants: &[DateTime<Utc>]) -> String {
        let mut names: Vec<String> = Vec::new();
        for at in instants {
            let (local, name) = self.zones.local(self.zone, *at);
            let name = letters(&local, &name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let common = match self.zone {
            _ if self.language == Language::German => "",
            Tz::America__New_York => "Eastern Time, ",
            Tz::America__Chicago => "Central Time, ",
            Tz::America__Denver => "Mountain Time, ",
            Tz::America__Los_Angeles => "Pacific Time, ",
            _ => "",
        };
        format!("{common}{}", self.language.listed(&names))
    }

    /// What stands after `Start:`.
    #[must_use]
    pub fn start(&self, window: &Window) -> String {
        match window.precision {
            Precision::Minute => self.minute(window.start),
            Precision::Day => self.day(window.start),
        }
    }

    /// What stands after `End:`. A day's end is the last day itself.
    #[must_use]
    pub fn end(&self, window: &Window) -> String {
        match (window.end, window.precision) {
            (None, _) => self.language.pick("not stated by the provider", "vom Anbieter nicht genannt").to_owned(),
            (Some(end), Precision::Minute) => self.minute(end),
            (Some(end), Precision::Day) => self.day(last_day(window.start, end)),
        }
    }

    /// A sentence where clocks change inside the window, so that nobody shows up an hour off.
    #[must_use]
    pub fn changeover(&self, window: &Window) -> Option<String> {
        if window.precision == Precision::Day {
            return None;
        }
        let end = window.end.unwrap_or(window.start);
        let twice = |at: DateTime<Utc>| {
            let (local, name) = self.zones.local(self.zone, at);
            match self.zones.resolve(self.zone, local.naive_local()) {
                Local::Twice(first, _) => {
                    let first = first.timestamp() == at.timestamp();
                    let which = self.language.pick(("first", "second"), ("erste", "zweite"));
                    let which = if first { which.0 } else { which.1 };
                    let means = self.language.pick("means the", "meint die");
                    Some(format!("{} {means} {which}, {}", self.hour(&local), letters(&local, &name)))
                }
                _ => None,
            }
        };
        let mut meanings: Vec<String> = [twice(window.start), twice(end)].into_iter().flatten().collect();
        meanings.dedup();
        let reach = if meanings.is_empty() { TimeDelta::zero() } else { TimeDelta::hours(2) };
        let at = changeover(self.zones, self.zone, window.start - reach, end + reach)?;
        let (before, before_name) = self.zones.local(self.zone, at - TimeDelta::seconds(1));
        let (after, after_name) = self.zones.local(self.zone, at);
        let shown = at.with_timezone(before.offset());
        let (before_name, after_name) = (letters(&before, &before_name), letters(&after, &after_name));
        let back = after.offset().local_minus_utc() < before.offset().local_minus_utc();
        let meaning = match meanings.as_slice() {
            [] if self.language == Language::German => format!("Zeiten davor sind {before_name}, Zeiten danach {after_name}"),
            [] => format!("times before that are {before_name}, times after it {after_name}"),
            some => some.join(", "),
        };
        let (day, hour) = (self.spelled(shown.date_naive(), false), self.hour(&shown));
        Some(match self.language {
            Language::English => format!("Clocks go {} at {hour} on {day}: {meaning}.", if back { "back" } else { "forward" }),
            Language::German => {
                format!("Die Uhren werden am {day} um {hour} Uhr {}: {meaning}.", if back { "zurückgestellt" } else { "vorgestellt" })
            }
        })
    }

    fn day(&self, day: DateTime<Utc>) -> String {
        let spelled = self.spelled(day.date_naive(), self.form.weekday);
        let (_, name) = self.zones.local(self.zone, day);
        self.ordered(day.format("%Y-%m-%d").to_string(), spelled, name == "UTC")
    }

    fn ordered(&self, universal: String, local: String, same: bool) -> String {
        match self.form.zone_order {
            _ if same => universal,
            ZoneOrder::UtcFirst => format!("{universal} / {local}"),
            ZoneOrder::LocalFirst => format!("{local} / {universal}"),
            ZoneOrder::LocalOnly => local,
        }
    }
}

/// The short form, for staff: `Wed Sep 9 11:00 PM CDT`.
#[derive(Clone, Copy, Debug)]
pub struct StaffClock<'a> {
    zones: &'a Zones,
    zone: Tz,
}

impl<'a> StaffClock<'a> {
    /// For the zone of staff.
    #[must_use]
    pub fn new(zones: &'a Zones, zone: Tz) -> Self {
        Self { zones, zone }
    }

    /// `Tue Sep 8, 11:00 PM CDT`.
    #[must_use]
    pub fn full(&self, at: DateTime<Utc>) -> String {
        let (local, name) = self.zones.local(self.zone, at);
        format!("{} {}", local.format("%a %b %-d, %-I:%M %p"), letters(&local, &name))
    }

    /// `Wed Sep 9 11PM`, minutes only where there are some: for subjects.
    #[must_use]
    pub fn brief(&self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        format!("{} {}", local.format("%a %b %-d"), hour(&local))
    }

    /// `11PM`, `10:30PM`.
    #[must_use]
    pub fn hour(&self, at: DateTime<Utc>) -> String {
        hour(&self.local(at))
    }

    /// The local time.
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        self.zones.local(self.zone, at).0
    }

    /// The zone's letters in force: `CDT`.
    #[must_use]
    pub fn letters(&self, at: DateTime<Utc>) -> String {
        let (local, name) = self.zones.local(self.zone, at);
        letters(&local, &name)
    }

    /// The next change of clocks after `from` and not after `until`.
    #[must_use]
    pub fn changeover(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        changeover(self.zones, self.zone, from, until)
    }

    /// `Wed Sep 9 11:00 PM - Thu Sep 10 7:00 AM CDT  (Sep 10 04:00-12:00 UTC)`.
    #[must_use]
    pub fn span(&self, window: &Window) -> String {
        if window.precision == Precision::Day {
            let last = window.end.map_or(window.start, |end| last_day(window.start, end));
            let first = window.start.format("%a %b %-d").to_string();
            let till = last.format("%a %b %-d").to_string();
            return if window.end.is_none() {
                format!("{first}, no hours and no end stated")
            } else if first == till {
                format!("{first}, no hours stated")
            } else {
                format!("{first} - {till}, no hours stated")
            };
        }
        let (start, start_name) = self.zones.local(self.zone, window.start);
        let start_letters = letters(&start, &start_name);
        let Some(end) = window.end else {
            return format!("{} {start_letters}, end not stated{}", start.format("%a %b %-d %-I:%M %p"), self.universal(window));
        };
        let (until, until_name) = self.zones.local(self.zone, end);
        let until_letters = letters(&until, &until_name);
        let same_day = start.date_naive() == until.date_naive();
        let until_form = if same_day {
            "%-I:%M %p"
        } else if start.year() == until.year() {
            "%a %b %-d %-I:%M %p"
        } else {
            "%a %b %-d, %Y, %-I:%M %p"
        };
        let changed = if start_letters == until_letters { String::new() } else { format!(" {start_letters}") };
        format!("{}{changed} - {} {until_letters}{}", start.format("%a %b %-d %-I:%M %p"), until.format(until_form), self.universal(window))
    }

    fn universal(&self, window: &Window) -> String {
        if self.letters(window.start) == "UTC" {
            return String::new();
        }
        let start = window.start.format("%b %-d %H:%M");
        match window.end {
            None => format!("  ({start} UTC)"),
            Some(end) if end.date_naive() == window.start.date_naive() => format!("  ({start}-{} UTC)", end.format("%H:%M")),
            Some(end) => format!("  ({start} - {} UTC)", end.format("%b %-d %H:%M")),
        }
    }
}

/// The zone's letters, or `UTC-03:00` where it has none.
fn letters(local: &DateTime<FixedOffset>, name: &str) -> String {
    if name.starts_with(['+', '-']) { format!("UTC{}", local.format("%:z")) } else { name.to_owned() }
}

fn hour(local: &DateTime<FixedOffset>) -> String {
    local.format(if local.minute() == 0 { "%-I%p" } else { "%-I:%M%p" }).to_string()
}

/// The last day of a half-open span of days.
fn last_day(start: DateTime<Utc>, end: DateTime<Utc>) -> DateTime<Utc> {
    (end - TimeDelta::seconds(1)).max(start)
}

/// The first instant in `(from, until]` at which the zone's offset differs from before; looks 400 days far.
fn changeover(zones: &Zones, zone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zones.offset(zone, at);
    let mut low = from;
    for _ in 0..400 {
        if low >= until {
            return None;
        }
        let mut high = (low + TimeDelta::days(1)).min(until);
        if offset(low) != offset(high) {
            while high - low > TimeDelta::seconds(1) {
                let middle = low + (high - low) / 2;
                if offset(middle) == offset(low) { low = middle } else { high = middle }
            }
            return Some(high - TimeDelta::nanoseconds(i64::from(high.timestamp_subsec_nanos())));
        }
        low = high;
    }
    None
}
