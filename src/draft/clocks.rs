//! By which clocks the local times of a draft were written: zone rules change, between a draft and its approval too (T08).

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::model::{Draft, Offset, Variant, Window, Zones};

/// The offset from UTC in each zone that is shown or was read, at the begin and end of each window. A zone that a mail names by letters
/// alone has no rules that could change.
#[must_use]
pub fn offsets(variants: &[Variant], windows: &[Window], staff: Tz, zones: &Zones) -> Vec<Offset> {
    let read = windows.iter().filter_map(|window| window.zone.as_deref()?.parse::<Tz>().ok());
    let all = variants.iter().map(|variant| variant.zone).chain([staff]).chain(read);
    let shown: BTreeMap<&str, Tz> = all.map(|zone| (zone.name(), zone)).collect();
    let instants = || windows.iter().flat_map(|window| [Some(window.start), window.end]).flatten();
    shown.into_values().flat_map(|zone| instants().map(move |at| Offset { zone, at, seconds: zones.offset(zone, at) })).collect()
}

/// Whether a zone's clocks show another time now than when the draft was made.
#[must_use]
pub fn clocks_changed(draft: &Draft, zones: &Zones) -> bool {
    draft.offsets.iter().any(|then| zones.offset(then.zone, then.at) != then.seconds)
}
