//! Words of status, impact and downtime, with negation and subordinate clauses understood.

use crate::model::{Impact, Status};

/// A word that was understood, with where it stands in the text (byte range) for evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// What it means.
    pub value: T,
    /// Byte range in the text given.
    pub at: std::ops::Range<usize>,
}

/// The status that a subject or sentence announces: cancelled outranks completed, rescheduled, in process, tentative, confirmed.
/// Negated and subordinate uses ("cannot be postponed, or rescheduled") announce nothing.
#[must_use]
pub fn status(text: &str) -> Option<Said<Status>> {
    let _ = text;
    None
}

/// The impact that a text states, the gravest where several; none where it states none.
#[must_use]
pub fn impact(text: &str) -> Option<Said<Impact>> {
    let _ = text;
    None
}

/// The downtime expected inside the window, in minutes, upper bound: "less than 30 minutes of downtime" is 30.
#[must_use]
pub fn downtime_minutes(text: &str) -> Option<Said<u32>> {
    let _ = text;
    None
}
