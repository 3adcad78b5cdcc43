//! The ledger: what was listed, what is kept, what is next to be considered. Nothing that was ever listed leaves it.

mod bytes;
mod listing;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{LedgerCounts, MailId, Outcome, RawMail, Reading, ToConsider};
use crate::store::values::{count, instant, json, reason, seconds, sha256_hex};
use crate::store::{Store, StoreError};

pub use listing::{Listed, Listing, Place};

pub(super) use bytes::raw_of;
use bytes::{HEAD_BYTES, header, keep_again, put_raw};

/// The most bytes of a mail that are kept: 25 MiB.
pub const MAX_MAIL_BYTES: usize = 25 * 1024 * 1024;

/// A listed mail whose bytes are still to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToFetch {
    /// Number.
    pub mail: MailId,
    /// Where it lies.
    pub place: Place,
    /// Its name there.
    pub uid: String,
    /// Whether it was there before the first contact.
    pub backlog: bool,
}

/// What keeping a mail's bytes brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Bytes not seen before; the mail is to be considered.
    New,
    /// The bytes of this earlier mail; the new one has ended as its duplicate.
    Duplicate(MailId),
}

impl Store {
    /// Mails of an account that are listed and not yet kept: live ones oldest first, then the past, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unstored(&self, account: &str, limit: u32) -> Result<Vec<ToFetch>, StoreError> {
        let account = account.to_owned();
        self.read(move |tx| {
            let mut statement = tx.prepare(
                "SELECT m.id, p.folder, p.generation, m.uid, m.backlog FROM place p JOIN mail m ON m.place = p.id
                  WHERE p.account = ?1 AND m.state = 'listed'
                  ORDER BY m.backlog, CASE m.backlog WHEN 1 THEN -m.arrived_at ELSE m.arrived_at END, m.id LIMIT ?2",
            )?;
            let rows = statement.query_map(params![account, limit], |row| {
                Ok(ToFetch {
                    mail: MailId(row.get(0)?),
                    place: Place { account: account.clone(), folder: row.get(1)?, generation: row.get(2)? },
                    uid: row.get(3)?,
                    backlog: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }

    /// Keeps a listed mail's bytes. Bytes that are kept already end the mail as a duplicate in the same transaction.
    ///
    /// # Errors
    /// When the mail is not listed, has more than [`MAX_MAIL_BYTES`] (then it is to be refused), or the store fails.
    pub async fn keep(&self, mail: MailId, raw: Vec<u8>, now: DateTime<Utc>) -> Result<Kept, StoreError> {
        may_be_kept(&raw)?;
        self.write(move |tx| keep(tx, mail, &raw, now)).await
    }

    /// Keeps the bytes of several listed mails in one transaction.
    ///
    /// # Errors
    /// As for [`Store::keep`]; then none of them is kept.
    pub async fn keep_all(&self, mails: Vec<(MailId, Vec<u8>)>, now: DateTime<Utc>) -> Result<Vec<Kept>, StoreError> {
        mails.iter().try_for_each(|(_, raw)| may_be_kept(raw))?;
        self.write(move |tx| mails.iter().map(|(mail, raw)| keep(tx, *mail, raw, now)).collect()).await
    }

    /// Ends a listed mail that is too big to be kept as quarantined, with the first of its bytes (the headers, mostly).
    ///
    /// # Errors
    /// When the mail is not listed, or the store fails.
    pub async fn refuse(&self, mail: MailId, why: &str, mut head: Vec<u8>, now: DateTime<Utc>) -> Result<(), StoreError> {
        head.truncate(HEAD_BYTES);
        let why = why.to_owned();
        self.write(move |tx| {
            let raw = put_raw(tx, &sha256_hex(&head), &head)?;
            must_be_listed(tx.execute(
                "UPDATE mail SET state = 'stored', stored_at = ?2, raw = ?3, sender = ?4, subject = ?5 WHERE id = ?1 AND state = 'listed'",
                params![mail.0, seconds(now), raw, header(&head, "from"), header(&head, "subject")],
            )?, mail)?;
            end(tx, mail, &Outcome::Quarantined(why), None, now)
        })
        .await
    }

    /// Notes that a listed mail went from its place before its bytes were read.
    ///
    /// # Errors
    /// When the mail is not listed, or the store fails.
    pub async fn vanished(&self, mail: MailId) -> Result<(), StoreError> {
        self.write(move |tx| {
            must_be_listed(tx.execute("UPDATE mail SET state = 'vanished' WHERE id = ?1 AND state = 'listed'", [mail.0])?, mail)
        })
        .await
    }

    /// Bytes of the past that were kept on a UTC day for an account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn backlog_bytes_today(&self, account: &str, day: NaiveDate) -> Result<u64, StoreError> {
        let account = account.to_owned();
        let from = seconds(day.and_time(NaiveTime::MIN).and_utc());
        let to = day.succ_opt().map_or(i64::MAX, |next| seconds(next.and_time(NaiveTime::MIN).and_utc()));
        self.read(move |tx| {
            Ok(tx.query_row(
                "SELECT coalesce(sum(m.size), 0) FROM mail m INDEXED BY mail_backlog_stored JOIN place p ON p.id = m.place
                  WHERE m.backlog = 1 AND m.stored_at >= ?2 AND m.stored_at < ?3 AND p.account = ?1",
                params![account, from, to],
                |row| count(row, 0),
            )?)
        })
        .await
    }

    /// Takes the next mail to be considered: live ones oldest first, then pending ones whose time has come, then the past, newest
    /// first. The attempt is counted and on disk before the mail is handed out; `attempts` 2 means that two attempts never came
    /// to an end. A mail whose kept bytes cannot be read is quarantined here and the next one taken.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_to_consider(&self, now: DateTime<Utc>) -> Result<Option<ToConsider>, StoreError> {
        self.write(move |tx| next_to_consider(tx, now)).await
    }

    /// Lets a mail wait for proof of its sender: it is handed out again at `again_at`, and waits no longer than `until`.
    ///
    /// # Errors
    /// When the mail has ended or is not kept, or the store fails.
    pub async fn wait(&self, mail: MailId, again_at: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |tx| {
            may_end(tx, mail)?;
            tx.execute(
                "UPDATE mail SET state = 'pending', again_at = ?2, pending_until_at = ?3, attempts = 0 WHERE id = ?1",
                params![mail.0, seconds(again_at), seconds(until)],
            )?;
            Ok(())
        })
        .await
    }

    /// Until when a pending mail waits for proof of its sender, UTC; none where it does not wait.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waits_until(&self, mail: MailId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(move |tx| {
            let until: Option<Option<i64>> =
                tx.query_row("SELECT pending_until_at FROM mail WHERE id = ?1", [mail.0], |row| row.get(0)).optional()?;
            until.flatten().map(instant).transpose()
        })
        .await
    }

    /// Puts a mail that waits for a person back among those to be considered, because a rule was mended.
    ///
    /// # Errors
    /// When it did not end as needs-person or quarantined, was too big to be kept whole, its bytes were given up, or the store fails.
    pub async fn reconsider(&self, mail: MailId) -> Result<(), StoreError> {
        self.write(move |tx| {
            let changed = tx.execute(
                "UPDATE mail SET state = 'stored', attempts = 0, outcome = NULL, reason = NULL, value = NULL, done_at = NULL, told_at = NULL
                  WHERE id = ?1 AND state = 'done' AND outcome IN ('needs-person', 'quarantined') AND size IS NOT NULL
                    AND EXISTS (SELECT 1 FROM raw WHERE raw.id = mail.raw AND length(packed) > 0)",
                [mail.0],
            )?;
            if changed == 1 { Ok(()) } else { Err(StoreError::WrongState { mail, needed: "waiting for a person with its bytes kept" }) }
        })
        .await
    }

    /// The numbers of mails in each state.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn counts(&self) -> Result<LedgerCounts, StoreError> {
        self.read(|tx| counts(tx)).await
    }

    /// The bytes of a mail, or that they were given up.
    ///
    /// # Errors
    /// When the bytes cannot be unpacked, or the store fails.
    pub async fn mail_raw(&self, mail: MailId) -> Result<RawMail, StoreError> {
        self.read(move |tx| raw_of(tx, mail)).await
    }
}

fn may_be_kept(raw: &[u8]) -> Result<(), StoreError> {
    if raw.len() > MAX_MAIL_BYTES { Err(StoreError::TooLarge { length: raw.len(), cap: MAX_MAIL_BYTES }) } else { Ok(()) }
}

fn keep(tx: &Connection, mail: MailId, raw: &[u8], now: DateTime<Utc>) -> Result<Kept, StoreError> {
    let sha256 = sha256_hex(raw);
    let known: Option<i64> = tx.query_row("SELECT id FROM raw WHERE sha256 = ?1", [&sha256], |row| row.get(0)).optional()?;
    let id = match known {
        Some(id) => id,
        None => put_raw(tx, &sha256, raw)?,
    };
    let size = i64::try_from(raw.len()).unwrap_or(i64::MAX);
    must_be_listed(
        tx.execute(
            "UPDATE mail SET state = 'stored', stored_at = ?2, raw = ?3, size = ?4, sender = ?5, subject = ?6 WHERE id = ?1 AND state = 'listed'",
            params![mail.0, seconds(now), id, size, header(raw, "from"), header(raw, "subject")],
        )?,
        mail,
    )?;
    if known.is_none() {
        return Ok(Kept::New);
    }
    let first = tx
        .query_row("SELECT id FROM mail WHERE raw = ?1 AND id <> ?2 ORDER BY stored_at, id LIMIT 1", params![id, mail.0], |row| row.get(0))
        .optional()?
        .map(MailId);
    match first {
        Some(first) => {
            end(tx, mail, &Outcome::Duplicate(first), None, now)?;
            Ok(Kept::Duplicate(first))
        }
        None => {
            keep_again(tx, id, raw)?;
            Ok(Kept::New)
        }
    }
}

fn next_to_consider(tx: &Connection, now: DateTime<Utc>) -> Result<Option<ToConsider>, StoreError> {
    while let Some(mail) = first_to_consider(tx, now)? {
        let lost = match raw_of(tx, mail) {
            Ok(RawMail::Kept(raw)) => return hand_out(tx, mail, raw).map(Some),
            Ok(RawMail::GivenUp | RawMail::NeverKept) => "its kept bytes are gone".into(),
            Err(StoreError::Unreadable { source, .. }) => format!("its kept bytes cannot be unpacked: {source}"),
            Err(error) => return Err(error),
        };
        end(tx, mail, &Outcome::Quarantined(lost), None, now)?;
    }
    Ok(None)
}

fn first_to_consider(tx: &Connection, now: DateTime<Utc>) -> Result<Option<MailId>, StoreError> {
    let live = "SELECT id FROM mail WHERE state = 'stored' AND backlog = 0 ORDER BY arrived_at, id LIMIT 1";
    let pending = "SELECT id FROM mail WHERE state = 'pending' AND again_at <= ?1 ORDER BY again_at, id LIMIT 1";
    let past = "SELECT id FROM mail WHERE state = 'stored' AND backlog = 1 ORDER BY arrived_at DESC, id DESC LIMIT 1";
    let mut id: Option<i64> = tx.query_row(live, [], |row| row.get(0)).optional()?;
    if id.is_none() {
        id = tx.query_row(pending, [seconds(now)], |row| row.get(0)).optional()?;
    }
    if id.is_none() {
        id = tx.query_row(past, [], |row| row.get(0)).optional()?;
    }
    Ok(id.map(MailId))
}

fn hand_out(tx: &Connection, mail: MailId, raw: Vec<u8>) -> Result<ToConsider, StoreError> {
    tx.execute("UPDATE mail SET attempts = attempts + 1 WHERE id = ?1", [mail.0])?;
    let (attempts, arrived_at, account, backlog): (u32, i64, String, bool) = tx.query_row(
        "SELECT m.attempts, m.arrived_at, p.account, m.backlog FROM mail m JOIN place p ON p.id = m.place WHERE m.id = ?1",
        [mail.0],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    Ok(ToConsider { mail, raw, attempts: attempts.saturating_sub(1), arrived_at: instant(arrived_at)?, account, backlog })
}

/// Fails unless a mail is kept and has not ended: what lets its effects be committed once.
pub(super) fn may_end(tx: &Connection, mail: MailId) -> Result<(), StoreError> {
    let state: Option<String> = tx.query_row("SELECT state FROM mail WHERE id = ?1", [mail.0], |row| row.get(0)).optional()?;
    match state.as_deref() {
        Some("stored" | "pending") => Ok(()),
        Some("done") => Err(StoreError::AlreadyDone(mail)),
        _ => Err(StoreError::WrongState { mail, needed: "kept" }),
    }
}

/// Ends a kept mail.
pub(super) fn end(
    tx: &Connection,
    mail: MailId,
    outcome: &Outcome,
    reading: Option<&Reading>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    may_end(tx, mail)?;
    tx.execute(
        "UPDATE mail SET state = 'done', outcome = ?2, reason = ?3, value = ?4, reading = coalesce(?5, reading), done_at = ?6,
                again_at = NULL, pending_until_at = NULL WHERE id = ?1",
        params![mail.0, outcome.name(), reason(outcome), json(outcome)?, reading.map(json).transpose()?, seconds(now)],
    )?;
    Ok(())
}

fn must_be_listed(changed: usize, mail: MailId) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::WrongState { mail, needed: "listed" }) }
}

pub(super) fn counts(tx: &Connection) -> Result<LedgerCounts, StoreError> {
    let mut statement = tx.prepare("SELECT state, outcome, count(*) FROM mail GROUP BY state, outcome")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, count(row, 2)?)))?;
    let mut counts = LedgerCounts { outcomes: BTreeMap::new(), ..LedgerCounts::default() };
    for row in rows {
        let (state, outcome, number): (String, Option<String>, u64) = row?;
        counts.listed += number;
        match state.as_str() {
            "listed" => counts.waiting += number,
            "vanished" => counts.vanished += number,
            _ => counts.stored += number,
        }
        match outcome {
            Some(outcome) => *counts.outcomes.entry(outcome).or_default() += number,
            None if state == "stored" || state == "pending" => counts.pending += number,
            None => {}
        }
    }
    Ok(counts)
}
