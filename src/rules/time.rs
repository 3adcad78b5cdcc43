//! The one grammar of time: text → instants in UTC, with every reading that is possible and the doubts as values.
//!
//! It never guesses: no zone, two date orders, a weekday that contradicts, an hour that clocks skip or repeat are `Problem`s.

use crate::model::{Precision, Problem, Zones};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Which comes first in an all-digit date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 31/10/2021
    DayFirst,
    /// 10/31/2021
    MonthFirst,
}

/// The surroundings in which a time is read.
#[derive(Clone, Copy, Debug)]
pub struct TimeContext<'a> {
    /// The zone rules.
    pub zones: &'a Zones,
    /// When the mail arrived, UTC: judges missing years.
    pub arrived_at: DateTime<Utc>,
    /// The zone that holds where the text names none (a rule's, or a column head's); none where nobody declared one.
    pub zone: Option<Tz>,
    /// The order of all-digit dates, where the provider's mails prove it.
    pub order: Option<DateOrder>,
    /// The date that holds where the text gives clock times only (a `DATE:` line elsewhere in the mail).
    pub date: Option<NaiveDate>,
}

/// One statement of a window, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Byte range of the text taken.
    pub at: std::ops::Range<usize>,
    /// The text taken.
    pub as_written: String,
    /// Every reading that is possible, likeliest first: start, and end where one is stated. Empty where none is.
    pub readings: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// Clock times or dates only.
    pub precision: Precision,
    /// The zone as written, or the declared zone's name.
    pub zone: Option<String>,
    /// Whether a zone, offset or `Z` stands in the text itself.
    pub zone_stated: bool,
    /// The doubts.
    pub problems: Vec<Problem>,
}

/// Every window or instant that a text states, in order: `2020-09-10 04:00 – 12:00 UTC`, `from … for 6 hours`, `between … and …`.
#[must_use]
pub fn statements(text: &str, context: &TimeContext<'_>) -> Vec<Statement> {
    let _ = (text, context);
    Vec::new()
}

/// The one window given by two fields (`Start:` and `End:`), or by a start and a duration text (`6 hours`). None where the start holds no time.
#[must_use]
pub fn between(start: &str, end: Option<&str>, context: &TimeContext<'_>) -> Option<Statement> {
    let _ = (start, end, context);
    None
}

/// Unites statements of one mail that mean the same window (two zones, two languages, subject and body): readings that all agree on remain;
/// overlapping statements that cannot agree become one with a `Conflict`. Statements of different windows stay apart, in order.
#[must_use]
pub fn united(statements: Vec<Statement>) -> Vec<Statement> {
    statements
}

/// A length of time in minutes: `6 hours`, `2-hour`, `1h30`, `30 min`, `1:30 hours`, `halbe Stunde`; the larger of a range.
#[must_use]
pub fn duration_minutes(text: &str) -> Option<u32> {
    let _ = text;
    None
}
