//! The record: everything that is kept of a maintenance, read for `forewarn history` and `forewarn postmortem`. It changes nothing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::model::{Case, Draft, LedgerMail, MailId, Maintenance, MaintenanceId, Recipient, SentMail};
use crate::store::values::{NO_SIGN, all_from_json, from_json, instant, json, seconds};
use crate::store::{Store, StoreError, drafts, maintenances, outbox};

impl Store {
    /// Everything that is kept of one maintenance; none where there is no such number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn case(&self, id: MaintenanceId) -> Result<Option<Case>, StoreError> {
        self.read(move |tx| maintenances::by_id(tx, id)?.map(|found| case(tx, found)).transpose()).await
    }

    /// The maintenances that have to do with a span of time, by number: a window of any revision lies in it, or a mail about it came in it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cases(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Case>, StoreError> {
        self.read(move |tx| {
            // Instants in values are written as RFC 3339 in UTC, so they stand in the order of their text.
            let found = maintenances::select(
                tx,
                "SELECT value FROM maintenance WHERE id IN (
                   SELECT maintenance FROM maintenance_window WHERE until_at >= ?1 AND start_at < ?2
                   UNION SELECT c.maintenance FROM maintenance_mail c JOIN mail m ON m.id = c.mail WHERE m.arrived_at >= ?1 AND m.arrived_at < ?2
                   UNION SELECT r.maintenance FROM maintenance_revision r, json_each(r.value, '$.said.windows') w
                          WHERE coalesce(json_extract(w.value, '$.end'), json_extract(w.value, '$.start')) >= ?3
                            AND json_extract(w.value, '$.start') < ?4)
                 ORDER BY id",
                params![seconds(from), seconds(to), written(from), written(to)],
            )?;
            found.into_iter().map(|maintenance| case(tx, maintenance)).collect()
        })
        .await
    }

    /// Mails that came in a span of time and of which no maintenance was made: put aside unread, or taken for irrelevant for a reason. Those of
    /// strangers without a sign of a notice are left out. The first thousand, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn made_nothing(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<LedgerMail>, StoreError> {
        self.read(move |tx| {
            mails(
                tx,
                "m.id IN (SELECT id FROM mail WHERE state = 'done' AND outcome IN ('quarantined', 'irrelevant') AND reason <> ?3
                    AND arrived_at >= ?1 AND arrived_at < ?2 AND id NOT IN (SELECT mail FROM maintenance_mail) ORDER BY arrived_at, id LIMIT 1000)",
                params![seconds(from), seconds(to), NO_SIGN],
            )
        })
        .await
    }

    /// Everybody whom any draft was for, with the customers behind each address: what the inventory may not know any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn written_to(&self) -> Result<Vec<Recipient>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare(
                "SELECT DISTINCT r.value FROM draft d, json_each(d.value, '$.variants') v, json_each(v.value, '$.recipients') r ORDER BY 1",
            )?;
            let values = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            all_from_json(&values, "a recipient")
        })
        .await
    }
}

/// An instant as values hold it.
fn written(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn case(tx: &Connection, maintenance: Maintenance) -> Result<Case, StoreError> {
    let id = maintenance.id.0;
    let drafts = drafts_of(tx, id)?;
    let numbers = json(&drafts.iter().map(|(draft, _)| draft.id).collect::<Vec<_>>())?;
    Ok(Case {
        revisions: revisions(tx, id)?,
        mails: mails(tx, "m.id IN (SELECT mail FROM maintenance_mail WHERE maintenance = ?1) AND m.id NOT IN (SELECT mail FROM decision WHERE mail IS NOT NULL)
               AND coalesce(m.outcome, '') NOT IN ('customer-reply', 'bounce', 'automatic')", [id])?,
        decisions: decisions(tx, &numbers)?,
        replies: mails(tx, "m.id IN (SELECT mail FROM decision WHERE draft IN (SELECT value FROM json_each(?1)))", [&numbers])?,
        rows: rows(tx, &drafts.iter().map(|(draft, _)| draft).collect::<Vec<_>>())?,
        drafts,
        maintenance,
    })
}

fn revisions(tx: &Connection, id: i64) -> Result<Vec<(DateTime<Utc>, Maintenance)>, StoreError> {
    let mut statement = tx.prepare("SELECT at, value FROM maintenance_revision WHERE maintenance = ?1 ORDER BY revision")?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|(at, value)| Ok((instant(at)?, from_json(&value, "a maintenance")?))).collect()
}

fn drafts_of(tx: &Connection, id: i64) -> Result<Vec<(Draft, DateTime<Utc>)>, StoreError> {
    let mut statement = tx.prepare("SELECT changed_at, value FROM draft WHERE maintenance = ?1 ORDER BY revision")?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|(at, value)| Ok((from_json(&value, drafts::WHAT)?, instant(at)?))).collect()
}

fn decisions(tx: &Connection, drafts: &str) -> Result<Vec<crate::model::DecisionRecord>, StoreError> {
    let mut statement = tx.prepare("SELECT value FROM decision WHERE draft IN (SELECT value FROM json_each(?1)) ORDER BY id")?;
    let values = statement.query_map([drafts], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    all_from_json(&values, "a decision")
}

/// Mails `m` under a condition, oldest first.
fn mails(tx: &Connection, which: &str, with: impl rusqlite::Params) -> Result<Vec<LedgerMail>, StoreError> {
    let mut statement = tx.prepare(&format!(
        "SELECT m.id, m.arrived_at, m.done_at, m.sender, m.subject, m.value, m.reading, coalesce(length(r.packed) > 0, 0)
           FROM mail m LEFT JOIN raw r ON r.id = m.raw WHERE {which} ORDER BY m.arrived_at, m.id"
    ))?;
    let rows = statement.query_map(with, |row| {
        let mail = LedgerMail {
            mail: MailId(row.get(0)?),
            arrived_at: DateTime::UNIX_EPOCH,
            done_at: None,
            sender: row.get(3)?,
            subject: row.get(4)?,
            outcome: None,
            reading: None,
            kept: row.get(7)?,
        };
        let times: (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
        let values: (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
        Ok((mail, times, values))
    })?;
    rows.map(|row| {
        let (mail, (arrived_at, done_at), (outcome, reading)) = row?;
        Ok(LedgerMail {
            arrived_at: instant(arrived_at)?,
            done_at: done_at.map(instant).transpose()?,
            outcome: outcome.map(|outcome| from_json(&outcome, "an outcome")).transpose()?,
            reading: reading.map(|reading| from_json(&reading, "a reading")).transpose()?,
            ..mail
        })
    })
    .collect()
}

/// The mails of drafts, and the requests on several drafts in which they were asked about.
fn rows(tx: &Connection, drafts: &[&Draft]) -> Result<Vec<SentMail>, StoreError> {
    let mut accepted = tx.prepare("SELECT accepted_at, accepted FROM outbox WHERE id = ?1")?;
    let mut found = Vec::new();
    for draft in drafts {
        for row in outbox::of_draft(tx, draft.id)?.into_iter().chain(outbox::together::requests(tx, &draft.bundle)?) {
            let (at, answer): (Option<i64>, Option<String>) = accepted.query_row([row.id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let accepted = at.map(|at| Ok::<_, StoreError>((instant(at)?, answer.unwrap_or_default()))).transpose()?;
            found.push(SentMail { row, accepted });
        }
    }
    Ok(found)
}
