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
