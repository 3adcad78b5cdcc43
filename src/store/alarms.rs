//! Alarms: what must reach a person by another path than mail, at least once.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{Alarm, Unreached};
use crate::store::values::{instant, seconds};
use crate::store::{Store, StoreError};

/// Number of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlarmId(pub i64);

impl Store {
    /// The alarm that is due longest; the same again until it has ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_alarm(&self, now: DateTime<Utc>) -> Result<Option<(AlarmId, Alarm)>, StoreError> {
        self.read(move |tx| {
            let query = "SELECT id, key, text FROM alarm WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, id LIMIT 1";
            let alarm = tx
                .query_row(query, [seconds(now)], |row| Ok((AlarmId(row.get(0)?), Alarm { key: row.get(1)?, text: row.get(2)? })))
                .optional()?;
            Ok(alarm)
        })
        .await
    }

    /// Notes how an attempt ended. Reached, or not reached and no `retry_at`: it is over; else it comes again then.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn alarm_ended(
        &self,
        id: AlarmId,
        reached: bool,
        answer: Option<String>,
        retry_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            let due_at = if reached { None } else { retry_at.map(seconds) };
            let ended_at = if due_at.is_some() { None } else { Some(seconds(now)) };
            tx.execute(
                "UPDATE alarm SET attempts = attempts + 1, reached = ?2, answer = ?3, due_at = ?4, ended_at = ?5 WHERE id = ?1",
                params![id.0, reached, answer, due_at, ended_at],
            )?;
            Ok(())
        })
        .await
    }
}

/// Alarms that were tried and reached nobody, oldest first.
pub(super) fn unreached(tx: &Connection) -> Result<Vec<Unreached>, StoreError> {
    let mut statement =
        tx.prepare("SELECT key, text, raised_at, answer FROM alarm WHERE due_at IS NOT NULL AND attempts > 0 ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((Alarm { key: row.get(0)?, text: row.get(1)? }, row.get(2)?, row.get(3)?)))?;
    rows.map(|row| {
        let (alarm, raised_at, error) = row?;
        Ok(Unreached { alarm, raised_at: instant(raised_at)?, error })
    })
    .collect()
}

/// Raises an alarm, unless its key was used before.
pub(super) fn raise(tx: &Connection, alarm: &Alarm, now: DateTime<Utc>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO alarm (key, text, raised_at, due_at) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (key) DO NOTHING",
        params![alarm.key, alarm.text, seconds(now)],
    )?;
    Ok(())
}
