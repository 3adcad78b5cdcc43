//! Between values of the model and columns.

use chrono::{DateTime, Utc};
use ring::digest;
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{Irrelevance, Mode, Outcome};
use crate::store::StoreError;

/// A value as JSON text.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.into()))
}

/// A value from JSON text; `what` names it in the error.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::unreadable(what, error))
}

/// Values from rows of JSON text.
pub(super) fn all_from_json<T: DeserializeOwned>(texts: &[String], what: &str) -> Result<Vec<T>, StoreError> {
    texts.iter().map(|text| from_json(text, what)).collect()
}

/// UTC seconds.
pub(super) fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}

/// An instant from UTC seconds.
pub(super) fn instant(seconds: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp(seconds, 0).ok_or_else(|| StoreError::unreadable("an instant", format!("{seconds} seconds")))
}

/// A count from a column that is never negative.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    Ok(u64::try_from(number).unwrap_or(0))
}

/// SHA-256 as lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The word of a mode.
pub(super) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Rehearsal => "rehearsal",
        Mode::Live => "live",
    }
}

/// Why a mail ended as it did, in words for people; empty where the outcome's name says it all.
pub(super) fn reason(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NeedsPerson(why) | Outcome::Quarantined(why) | Outcome::Irrelevant(Irrelevance::Rule(why)) => why.clone(),
        Outcome::Irrelevant(Irrelevance::NoSign) => NO_SIGN.into(),
        Outcome::Irrelevant(Irrelevance::Retired) => "given back".into(),
        Outcome::Irrelevant(Irrelevance::Person(who)) => format!("says {who}"),
        Outcome::Extracted | Outcome::Reply(_) | Outcome::CustomerReply | Outcome::Bounce | Outcome::Automatic | Outcome::Duplicate(_) => {
            String::new()
        }
    }
}

/// The reason of mail from strangers that shows no sign of a notice.
pub(super) const NO_SIGN: &str = "no sign";
