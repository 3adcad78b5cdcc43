//! By which clocks the local times of a draft were written: zone rules change, between a draft and its approval too (T08).

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::model::{Draft, Variant, Window, Zones};

/// The offset from UTC in each zone that is shown or was read, at the begin and end of each window: `America/Chicago 1599710400 -18000`,
/// a line each. A zone that a mail names by letters alone has no rules that could change.
#[must_use]
pub fn clocks(variants: &[Variant], windows: &[Window], staff: Tz, zones: &Zones) -> String {
    let read = windows.iter().filter_map(|window| window.zone.as_deref()?.parse().ok());
    let shown: BTreeSet<&str> = variants.iter().map(|variant| variant.zone).chain([staff]).chain(read).map(Tz::name).collect();
    let instants: BTreeSet<_> = windows.iter().flat_map(|window| [Some(window.start), window.end]).flatten().collect();
    let line = |name: &&str, at| {
        let offset = name.parse().map_or(0, |zone| zones.local(zone, at).0.offset().local_minus_utc());
        format!("{name} {} {offset}", at.timestamp())
    };
    let lines: Vec<String> = shown.iter().flat_map(|name| instants.iter().map(move |at| line(name, *at))).collect();
    lines.join("\n")
}

/// Whether a zone's clocks show another time now than when the draft was made.
#[must_use]
pub fn clocks_changed(draft: &Draft, zones: &Zones) -> bool {
    let changed = |line: &str| {
        let mut words = line.split(' ');
        let zone: Tz = words.next()?.parse().ok()?;
        let at = DateTime::from_timestamp(words.next()?.parse().ok()?, 0)?;
        let offset: i32 = words.next()?.parse().ok()?;
        Some(zones.local(zone, at).0.offset().local_minus_utc() != offset)
    };
    draft.clocks.lines().any(|line| changed(line) == Some(true))
}
