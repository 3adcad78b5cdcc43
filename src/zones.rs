//! Builds `Zones` from the newer of the system's tzdata and the embedded one.

use crate::model::Zones;

/// The newest zone rules at hand.
#[must_use]
pub fn newest() -> Zones {
    Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded")
}
