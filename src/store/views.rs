//! What the commands show.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{DecisionRecord, Draft, DraftId, MailId, Maintenance, MaintenanceId, Outcome, QueueItem, Reading, Told};
use crate::store::values::{all_from_json, from_json, instant, seconds};
use crate::store::{Store, StoreError, drafts, facts, maintenances, outbox};

/// Mails `m` that wait for a person: quarantined ones, and cases that are neither decided nor closed.
pub(super) const WAITING: &str = "(m.outcome = 'quarantined' OR (m.outcome = 'needs-person' AND (
    NOT EXISTS (SELECT 1 FROM maintenance_mail c WHERE c.mail = m.id)
    OR EXISTS (SELECT 1 FROM maintenance_mail c JOIN maintenance x ON x.id = c.maintenance WHERE c.mail = m.id AND x.open = 1
                AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.maintenance = c.maintenance AND d.maintenance_revision >= c.revision
                                  AND d.state IN ('approved', 'rejected', 'expired', 'done'))))))";

/// A mail that was considered, for another reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayable {
    /// Number.
    pub mail: MailId,
    /// When the server or folder got it, UTC.
    pub arrived_at: DateTime<Utc>,
    /// What was read in it.
    pub reading: Option<Reading>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Store {
    /// Drafts that wait for a decision, or `all` there ever were, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drafts(&self, all: bool) -> Result<Vec<(Draft, Maintenance)>, StoreError> {
        self.read(move |tx| {
            let query = if all {
                "SELECT value FROM draft ORDER BY id"
            } else {
                "SELECT value FROM draft WHERE state IN ('proposed', 'held') ORDER BY id"
            };
            facts::with_maintenances(tx, drafts::select(tx, query, [])?)
        })
        .await
    }

    /// Maintenances with a main window that touches a span of time, by number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn maintenances(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Maintenance>, StoreError> {
        self.read(move |tx| {
            maintenances::select(
                tx,
                "SELECT value FROM maintenance WHERE id IN
                   (SELECT maintenance FROM maintenance_window WHERE main = 1 AND until_at >= ?1 AND start_at < ?2) ORDER BY id",
                params![seconds(from), seconds(to)],
            )
        })
        .await
    }

    /// Maintenances that name an object of a provider's and are not over at an instant, by number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn maintenances_of(&self, provider: &str, object: &str, from: DateTime<Utc>) -> Result<Vec<Maintenance>, StoreError> {
        let (provider, object) = (provider.to_owned(), object.to_owned());
        self.read(move |tx| {
            maintenances::select(
                tx,
                "SELECT value FROM maintenance WHERE id IN
                   (SELECT maintenance FROM maintenance_object WHERE provider = ?1 AND object = ?2 AND until_at >= ?3) ORDER BY id",
                params![provider, object, seconds(from)],
            )
        })
        .await
    }

    /// A maintenance by number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn maintenance(&self, id: MaintenanceId) -> Result<Option<Maintenance>, StoreError> {
        self.read(move |tx| maintenances::by_id(tx, id)).await
    }

    /// Every revision of a maintenance as it was first kept, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revisions(&self, id: MaintenanceId) -> Result<Vec<Maintenance>, StoreError> {
        self.read(move |tx| {
            maintenances::select(tx, "SELECT value FROM maintenance_revision WHERE maintenance = ?1 ORDER BY revision", [id.0])
        })
        .await
    }

    /// The mails that made or changed a maintenance, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mails_of(&self, id: MaintenanceId) -> Result<Vec<MailId>, StoreError> {
        self.read(move |tx| {
            let mut statement = tx.prepare("SELECT mail FROM maintenance_mail WHERE maintenance = ?1 ORDER BY mail")?;
            let rows = statement.query_map([id.0], |row| row.get(0).map(MailId))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }

    /// A draft by number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        self.read(move |tx| drafts::by_id(tx, id)).await
    }

    /// The decisions on a draft, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn decisions(&self, draft: DraftId) -> Result<Vec<DecisionRecord>, StoreError> {
        self.read(move |tx| {
            let mut statement = tx.prepare("SELECT value FROM decision WHERE draft = ?1 ORDER BY id")?;
            let values = statement.query_map([draft.0], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            all_from_json(&values, "a decision")
        })
        .await
    }

    /// Every customer mail to an address and what became of it, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn told(&self, address: &str) -> Result<Vec<(Told, Option<String>)>, StoreError> {
        let address = address.to_owned();
        self.read(move |tx| outbox::told(tx, "o.kind = 'notice' AND o.to_address = ?1", [address])).await
    }

    /// Mails that wait for a person, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn queue(&self) -> Result<Vec<QueueItem>, StoreError> {
        self.read(|tx| queue(tx, &format!("m.outcome IN ('needs-person', 'quarantined') AND {WAITING}"))).await
    }

    /// What was read in a mail; none where it was not read.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reading(&self, mail: MailId) -> Result<Option<Reading>, StoreError> {
        self.read(move |tx| {
            let value: Option<Option<String>> =
                tx.query_row("SELECT reading FROM mail WHERE id = ?1", [mail.0], |row| row.get(0)).optional()?;
            value.flatten().map(|value| from_json(&value, "a reading")).transpose()
        })
        .await
    }

    /// A page of the mails that were considered, or of those that still wait for a person: the next `limit` with a number above
    /// `after`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mails_for_replay(&self, only_waiting: bool, after: MailId, limit: u32) -> Result<Vec<Replayable>, StoreError> {
        // The plus keeps the state's index out of it: a page is read in the order of numbers.
        self.read(move |tx| {
            let which = if only_waiting { format!("m.outcome IN ('needs-person', 'quarantined') AND {WAITING}") } else { "1".into() };
            let mut statement = tx.prepare(&format!(
                "SELECT m.id, m.arrived_at, m.reading, m.value FROM mail m
                  WHERE m.id > ?1 AND +m.state = 'done' AND m.size IS NOT NULL AND {which} ORDER BY m.id LIMIT ?2"
            ))?;
            let rows = statement.query_map(params![after.0, limit], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?, row.get::<_, String>(3)?))
            })?;
            rows.map(|row| {
                let (mail, arrived_at, reading, outcome) = row?;
                Ok(Replayable {
                    mail: MailId(mail),
                    arrived_at: instant(arrived_at)?,
                    reading: reading.map(|reading| from_json(&reading, "a reading")).transpose()?,
                    outcome: from_json(&outcome, "an outcome")?,
                })
            })
            .collect()
        })
        .await
    }
}

/// Mails `m` under a condition, oldest first, with the case that was opened for each.
pub(super) fn queue(tx: &Connection, which: &str) -> Result<Vec<QueueItem>, StoreError> {
    // Sender and subject as the case has them are decoded; the ledger has them as written.
    let mut statement = tx.prepare(&format!(
        "SELECT m.id, m.reason, coalesce(json_extract(x.value, '$.sender'), m.sender), coalesce(json_extract(x.value, '$.subject'), m.subject),
                m.arrived_at, (SELECT max(c.maintenance) FROM maintenance_mail c WHERE c.mail = m.id)
           FROM mail m LEFT JOIN maintenance x ON x.mail = m.id
            AND x.id = (SELECT max(c.maintenance) FROM maintenance_mail c WHERE c.mail = m.id)
          WHERE {which} ORDER BY m.id"
    ))?;
    let rows = statement.query_map([], |row| {
        let item = QueueItem {
            mail: MailId(row.get(0)?),
            why: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            from: row.get(2)?,
            subject: row.get(3)?,
            arrived_at: DateTime::UNIX_EPOCH,
            maintenance: row.get::<_, Option<i64>>(5)?.map(MaintenanceId),
        };
        Ok((item, row.get(4)?))
    })?;
    rows.map(|row| {
        let (item, arrived_at) = row?;
        Ok(QueueItem { arrived_at: instant(arrived_at)?, ..item })
    })
    .collect()
}

/// Live mails that went before they were read and that nobody was told of, oldest first; why says where they lay.
pub(super) fn vanished(tx: &Connection) -> Result<Vec<QueueItem>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT m.id, p.account, p.folder, m.sender, m.subject, m.arrived_at FROM mail m JOIN place p ON p.id = m.place
          WHERE m.state = 'vanished' AND m.told_at IS NULL AND m.backlog = 0 ORDER BY m.id",
    )?;
    let rows = statement.query_map([], |row| {
        let place = format!("{}, {}", row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        Ok((MailId(row.get(0)?), place, row.get(3)?, row.get(4)?, row.get(5)?))
    })?;
    rows.map(|row| {
        let (mail, why, from, subject, arrived_at) = row?;
        Ok(QueueItem { mail, why, from, subject, arrived_at: instant(arrived_at)?, maintenance: None })
    })
    .collect()
}
