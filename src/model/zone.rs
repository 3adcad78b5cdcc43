//! Time zones: names are `chrono_tz::Tz`, rules come from the newest tzdata at hand.
//!
//! chrono-tz 0.10.4 compiles in IANA 2025b and is wrong for zones that changed since, so its offsets are never asked for.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use jiff::tz::{AmbiguousOffset, TimeZone as Rules, TimeZoneDatabase};

/// The zone rules that everything resolves local times with. Built once by the shell.
#[derive(Clone, Debug)]
pub struct Zones {
    database: TimeZoneDatabase,
    version: String,
}

/// What a local time means in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    /// One instant.
    One(DateTime<Utc>),
    /// Clocks show it twice: the earlier instant, the later one.
    Twice(DateTime<Utc>, DateTime<Utc>),
    /// Clocks skip it.
    Never,
    /// The zone is not in the tzdata, or the time is out of range.
    Unknown,
}

impl Zones {
    /// Takes a database and the words that name its version and origin (`2026f, embedded`).
    #[must_use]
    pub fn new(database: TimeZoneDatabase, version: impl Into<String>) -> Self {
        Self { database, version: version.into() }
    }

    /// Version and origin of the tzdata, for people.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    fn rules(&self, zone: Tz) -> Option<Rules> {
        self.database.get(zone.name()).ok()
    }

    /// Reads a local time in a zone.
    #[must_use]
    pub fn resolve(&self, zone: Tz, local: NaiveDateTime) -> Local {
        let Some(rules) = self.rules(zone) else { return Local::Unknown };
        let Some(civil) = civil(local) else { return Local::Unknown };
        let at = |offset: jiff::tz::Offset| {
            FixedOffset::east_opt(offset.seconds()).and_then(|fixed| fixed.from_local_datetime(&local).single()).map(|time| time.to_utc())
        };
        match rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset).map_or(Local::Unknown, Local::One),
            AmbiguousOffset::Fold { before, after } => match (at(before), at(after)) {
                (Some(first), Some(second)) => Local::Twice(first, second),
                _ => Local::Unknown,
            },
            AmbiguousOffset::Gap { .. } => Local::Never,
        }
    }

    /// The instant of a planned local time, UTC: a time that clocks skip is the next valid one within four hours, a repeated one its
    /// first. None where the tzdata has no such zone.
    #[must_use]
    pub fn next_valid(&self, zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        (0..=240).find_map(|minutes| match self.resolve(zone, local + TimeDelta::minutes(minutes)) {
            Local::One(at) | Local::Twice(at, _) => Some(at),
            Local::Never | Local::Unknown => None,
        })
    }

    /// What a zone's clocks are ahead of UTC at an instant, seconds.
    #[must_use]
    pub fn offset(&self, zone: Tz, at: DateTime<Utc>) -> i32 {
        self.local(zone, at).0.offset().local_minus_utc()
    }

    /// The local time of an instant, with the abbreviation in force (`CDT`; `-03` where the zone has no letters).
    /// A zone that the tzdata lacks is shown in UTC.
    #[must_use]
    pub fn local(&self, zone: Tz, at: DateTime<Utc>) -> (DateTime<FixedOffset>, String) {
        let info = self.rules(zone).zip(jiff::Timestamp::from_second(at.timestamp()).ok()).map(|(rules, stamp)| {
            let info = rules.to_offset_info(stamp);
            (info.offset().seconds(), info.abbreviation().to_owned())
        });
        let (seconds, name) = info.unwrap_or_else(|| (0, "UTC".to_owned()));
        match FixedOffset::east_opt(seconds) {
            Some(offset) => (at.with_timezone(&offset), name),
            None => (at.fixed_offset(), "UTC".to_owned()),
        }
    }
}

fn civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    use chrono::{Datelike, Timelike};
    let small = |value: u32| i8::try_from(value).ok();
    jiff::civil::DateTime::new(
        i16::try_from(local.year()).ok()?,
        small(local.month())?,
        small(local.day())?,
        small(local.hour())?,
        small(local.minute())?,
        small(local.second())?,
        0,
    )
    .ok()
}
