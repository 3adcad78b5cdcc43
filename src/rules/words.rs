//! Words of status, impact and downtime, with negation and subordinate clauses understood.
//!
//! Every word is judged inside its own sentence and clause: "cannot be altered, postponed, or rescheduled" announces nothing, and neither does
//! "you will be told when it has been rescheduled". Languages: English, German, French, Spanish, Dutch, Portuguese, Italian.

mod clause;
mod downtime;
mod impact;
mod kind;
mod status;
mod table;

pub use downtime::downtime_minutes;
pub use impact::impact;
pub use kind::kind;
pub use status::status;

use super::search::{Reading, Regex};
use crate::model::Status;
use std::ops::Range;

/// A word that was understood, with where it stands in the text (byte range) for evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// What it means.
    pub value: T,
    /// Byte range in the text given.
    pub at: Range<usize>,
}

/// The sentences of a text, as byte ranges in order: ended by a full stop, a line end that is no soft wrap, a cell border.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    clause::sentences(text)
}

/// How strongly a status outranks the others where a mail says several: cancelled wins.
#[must_use]
pub fn rank(status: Status) -> u8 {
    match status {
        Status::Cancelled => 6,
        Status::Completed => 5,
        Status::Rescheduled => 4,
        Status::InProcess => 3,
        Status::Tentative => 2,
        Status::Confirmed => 1,
    }
}

/// Compiles a fixed pattern, letters in either case. A pattern that does not compile would match nothing; a test of each table forbids it.
pub(crate) fn pattern(written: &str) -> Option<Regex> {
    Regex::kept(written, Reading { case: false, lines: false }).ok()
}

/// Compiles a fixed pattern in which the case of letters says something.
pub(crate) fn exact_pattern(written: &str) -> Option<Regex> {
    Regex::kept(written, Reading { case: true, lines: false }).ok()
}

#[cfg(test)]
mod tests;
