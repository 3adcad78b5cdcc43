//! How long the bytes of mails are kept (week row W37): they are given up, hash and envelope stay.
//!
//! Never those of a mail that waits for a person, or whose maintenance is not over. Work is bounded: each set of bytes carries the time at
//! which it is next looked at, and a pass looks at so many of those whose time has come.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::Retention;
use crate::store::values::{NO_SIGN, instant, seconds};
use crate::store::{Store, StoreError, facts, views};

/// How many sets of bytes one pass looks at.
const A_PASS: u32 = 200;
/// At the latest after so long bytes are looked at again, so that another number of days in the configuration takes hold.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(7);
/// When everything was looked at, the next look is after so long.
const ONCE: TimeDelta = TimeDelta::days(1);
/// The setting that says when everything due was looked at.
const DONE: &str = "retained_at";
/// Pages that a pass gives back to the file system.
const PAGES_A_PASS: u32 = 4000;

impl Store {
    /// Gives up bytes whose time is over: one bounded part of the day's work; gives how many sets went. Does nothing while the day's work
    /// is done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn give_up(&self, retention: Retention, now: DateTime<Utc>) -> Result<u64, StoreError> {
        if self.read(|tx| facts::instant_of(tx, DONE)).await?.is_some_and(|done| now < done + ONCE) {
            return Ok(0);
        }
        let given_up = self.write(move |tx| give_up(tx, retention, now)).await?;
        if given_up > 0 {
            self.shrink().await?;
        }
        Ok(given_up)
    }

    /// Gives free pages back to the file system, where the file was made for that.
    async fn shrink(&self) -> Result<(), StoreError> {
        self.outside_transactions(|connection| {
            let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES_A_PASS})"))?;
            let mut rows = statement.query([])?;
            // Each step frees one page.
            while rows.next()?.is_some() {}
            Ok(())
        })
        .await
    }
}

fn give_up(tx: &Connection, retention: Retention, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let due: Vec<(i64, bool)> = {
        let mut statement =
            tx.prepare("SELECT id, length(packed) > 0 FROM raw WHERE look_at IS NOT NULL AND look_at <= ?1 ORDER BY look_at, id LIMIT ?2")?;
        let rows = statement.query_map(params![seconds(now), A_PASS], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let mut given_up = 0;
    for (raw, kept) in &due {
        match keeps_until(tx, *raw, retention, now)? {
            _ if !kept => forget(tx, *raw)?,
            Some(until) => {
                let look_at = until.clamp(now + ONCE, now + LOOK_AGAIN);
                tx.execute("UPDATE raw SET look_at = ?2 WHERE id = ?1", params![raw, seconds(look_at)])?;
            }
            None => {
                forget(tx, *raw)?;
                given_up += 1;
            }
        }
    }
    if due.len() < usize::try_from(A_PASS).unwrap_or(usize::MAX) {
        facts::set_instant(tx, DONE, now)?;
    }
    Ok(given_up)
}

/// Gives up bytes; their hash and length stay.
pub(super) fn forget(tx: &Connection, raw: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE raw SET packed = x'', look_at = NULL WHERE id = ?1", [raw])?;
    Ok(())
}

/// Until when bytes are kept, over all mails that have them; none where their time is over.
fn keeps_until(tx: &Connection, raw: i64, retention: Retention, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    if is_needed(tx, raw, now)? {
        return Ok(Some(now + ONCE));
    }
    // A duplicate has no end of its own: it is kept as long as the mail whose bytes it repeats.
    let latest: Option<i64> = tx
        .query_row(
            "SELECT max(stored_at + 86400 * iif(outcome = 'irrelevant' AND reason = ?2, ?3, ?4)) FROM mail WHERE raw = ?1 AND outcome <> 'duplicate'",
            params![raw, NO_SIGN, retention.ordinary_days, retention.notices_days],
            |row| row.get(0),
        )
        .optional()?
        .flatten();
    let latest = latest.map(instant).transpose()?;
    Ok(latest.filter(|until| *until > now))
}

/// Whether somebody may still have to read the bytes: a mail that is not considered yet, that waits for a person, whose maintenance is not
/// over or whose draft is not decided.
fn is_needed(tx: &Connection, raw: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(tx.query_row(
        &format!(
            "SELECT EXISTS (SELECT 1 FROM mail m WHERE m.raw = ?1 AND (
                m.state <> 'done' OR {waiting}
                OR EXISTS (SELECT 1 FROM maintenance_mail c WHERE c.mail = m.id AND {going_on_c})
                OR EXISTS (SELECT 1 FROM decision e JOIN draft f ON f.id = e.draft WHERE e.mail = m.id AND {going_on_f})))",
            waiting = views::WAITING,
            going_on_c = going_on("c"),
            going_on_f = going_on("f"),
        ),
        params![raw, seconds(now)],
        |row| row.get(0),
    )?)
}

/// Whether the maintenance that a row names is not over at `?2`: a window ahead, a draft that waits, or work without a date that nobody closed.
fn going_on(row: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM maintenance_window w WHERE w.maintenance = {row}.maintenance AND w.until_at > ?2)
          OR EXISTS (SELECT 1 FROM draft g WHERE g.maintenance = {row}.maintenance AND g.state IN ('proposed', 'held', 'approved'))
          OR EXISTS (SELECT 1 FROM maintenance y WHERE y.id = {row}.maintenance AND y.open = 1 AND y.status NOT IN ('CANCELLED', 'COMPLETED')
                       AND NOT EXISTS (SELECT 1 FROM maintenance_window v WHERE v.maintenance = y.id)))"
    )
}
