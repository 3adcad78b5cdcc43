//! Erasure of one customer (week row W37): their names and addresses go from everything that is stored; what was counted, what was decided and
//! what makes `once` true stays. The mails of providers and the answers of staff are left as they came.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::model::{ERASED, Erased, Erasure, HistoryLine, Maintenance};
use crate::store::outbox::OUTWARD;
use crate::store::redact::Redaction;
use crate::store::values::{from_json, json, seconds, sha256_hex};
use crate::store::{Store, StoreError, facts, retention};

/// Tells whether the bytes of a mail name the customer; the caller knows how mails are read.
pub type Mentions = Box<dyn Fn(&[u8]) -> bool + Send>;

/// Columns that hold JSON values, with the table and its key.
const VALUES: [(&str, &str, &str); 5] = [
    ("draft", "id", "value"),
    ("maintenance", "id", "value"),
    ("decision", "id", "value"),
    ("learnt", "id", "value"),
    ("outbox", "id", "deferred"),
];

impl Store {
    /// What keeps a customer from being erased, sentences for people: mail to them that has not left, a draft about them that is not decided.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keeps_from_erasure(&self, erasure: &Erasure, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let erasure = erasure.clone();
        self.read(move |tx| obstacles(tx, &erasure, now)).await
    }

    /// Erases a customer, or (`really` false) only counts what would go. Asks again, inside the transaction, whether anything keeps them from it.
    ///
    /// # Errors
    /// As overtaken when something does; when the store fails. Nothing is changed then.
    pub async fn erase(&self, erasure: &Erasure, mentions: Mentions, really: bool, now: DateTime<Utc>) -> Result<Erased, StoreError> {
        let erasure = erasure.clone();
        let counted = self
            .outside_transactions(move |connection| {
                let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
                if really && let Some(why) = obstacles(&tx, &erasure, now)?.into_iter().next() {
                    return Err(StoreError::Overtaken(why));
                }
                let counted = erase(&tx, &erasure, &mentions, now)?;
                // Dropping it takes everything back.
                if really {
                    tx.commit()?;
                } else {
                    tx.rollback()?;
                }
                Ok(counted)
            })
            .await?;
        if really {
            self.rebuild().await?;
        }
        Ok(counted)
    }

    /// When a customer of this id was erased, UTC.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn erased_at(&self, id: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let name = setting(id);
        self.read(move |tx| facts::instant_of(tx, &name)).await
    }

    /// Writes the file anew, so that nothing of what was erased is left in free pages or in the write-ahead log.
    async fn rebuild(&self) -> Result<(), StoreError> {
        self.outside_transactions(|connection| {
            // From then on the file gives free pages back, by whatever version it was made.
            connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(())
        })
        .await
    }
}

/// The setting under which the fact of an erasure is kept.
fn setting(id: &str) -> String {
    format!("erased:{}", pseudonym(id))
}

/// What stands in the place of an id.
fn pseudonym(id: &str) -> String {
    let hash: String = sha256_hex(id.to_lowercase().as_bytes()).chars().take(12).collect();
    format!("{ERASED}-{hash}")
}

/// Drafts that name the customer.
const THEIR_DRAFTS: &str = "SELECT d.id FROM draft d, json_each(d.value, '$.variants') v, json_each(v.value, '$.recipients') r,
   json_each(r.value, '$.customers') c WHERE lower(c.value) = lower(?1)";

fn obstacles(tx: &Connection, erasure: &Erasure, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
    let mut why = Vec::new();
    let undecided = format!(
        "SELECT 'FW-' || maintenance || ' v' || revision || ' is ' || state FROM draft
          WHERE state IN ('proposed', 'held', 'approved') AND id IN ({THEIR_DRAFTS}) ORDER BY id"
    );
    let waiting =
        "SELECT o.kind || ' ' || o.id || ' to ' || o.to_address || ' is ' || o.state FROM outbox o LEFT JOIN draft d ON d.id = o.draft
          WHERE lower(o.to_address) IN (SELECT value FROM json_each(?1))
            AND (o.state IN ('queued', 'talking', 'dot-pending', 'retry')
                 OR (o.state = 'unknown' AND coalesce(json_extract(d.value, '$.ends_at') > ?2, 0))) ORDER BY o.id";
    let mut statement = tx.prepare(&undecided)?;
    for text in statement.query_map([&erasure.id], |row| row.get(0))? {
        why.push(text?);
    }
    let mut statement = tx.prepare(waiting)?;
    let addresses = json(&erasure.addresses)?;
    for text in statement.query_map(params![addresses, now.format("%Y-%m-%dT%H:%M:%SZ").to_string()], |row| row.get(0))? {
        why.push(text?);
    }
    Ok(why)
}

fn erase(tx: &Connection, erasure: &Erasure, mentions: &Mentions, now: DateTime<Utc>) -> Result<Erased, StoreError> {
    let redaction = Redaction::new(erasure, &pseudonym(&erasure.id));
    let their_drafts = numbers(tx, THEIR_DRAFTS, [&erasure.id])?;
    let mut erased = Erased::default();
    for (table, key, column) in VALUES {
        let changed = values(tx, table, key, column, &redaction)?;
        match table {
            "draft" => erased.drafts = changed.len(),
            "maintenance" => erased.maintenances = changed.len(),
            "decision" => erased.decisions = changed.len(),
            _ => {}
        }
    }
    revisions(tx, &redaction)?;
    texts(tx, &redaction)?;
    erased.notices = notices(tx, erasure, &redaction)?;
    erased.other_mails = other_mails(tx, &their_drafts, mentions)?;
    erased.answers = mails_of_theirs(tx, erasure, &redaction, mentions)?;
    facts::set_instant(tx, &setting(&erasure.id), now)?;
    note(tx, &their_drafts, now)?;
    Ok(erased)
}

fn numbers(tx: &Connection, query: &str, with: impl rusqlite::Params) -> Result<BTreeSet<i64>, StoreError> {
    let mut statement = tx.prepare(query)?;
    let rows = statement.query_map(with, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Redacts a column of JSON values; gives the rows that changed.
fn values(tx: &Connection, table: &str, key: &str, column: &str, redaction: &Redaction) -> Result<Vec<i64>, StoreError> {
    let mut changed = Vec::new();
    let mut select = tx.prepare(&format!("SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"))?;
    let mut update = tx.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE {key} = ?1"))?;
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?.collect::<Result<Vec<_>, _>>()?;
    for (id, text) in rows {
        if let Some(redacted) = redaction.json(&text)? {
            update.execute(params![id, redacted])?;
            changed.push(id);
        }
    }
    Ok(changed)
}

fn revisions(tx: &Connection, redaction: &Redaction) -> Result<(), StoreError> {
    let mut select = tx.prepare("SELECT maintenance, revision, value FROM maintenance_revision")?;
    let mut update = tx.prepare("UPDATE maintenance_revision SET value = ?3 WHERE maintenance = ?1 AND revision = ?2")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?)))?;
    for (maintenance, revision, text) in rows.collect::<Result<Vec<_>, _>>()? {
        if let Some(redacted) = redaction.json(&text)? {
            update.execute(params![maintenance, revision, redacted])?;
        }
    }
    Ok(())
}

/// Redacts what is stored as plain text beside the values.
fn texts(tx: &Connection, redaction: &Redaction) -> Result<(), StoreError> {
    for (table, column) in [("outbox", "answer"), ("outbox", "accepted"), ("alarm", "text"), ("alarm", "answer"), ("mail", "reason")] {
        let mut select = tx.prepare(&format!("SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL"))?;
        let mut update = tx.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE id = ?1"))?;
        let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?.collect::<Result<Vec<_>, _>>()?;
        for (id, text) in rows {
            if let Some(redacted) = redaction.text(&text) {
                update.execute(params![id, redacted])?;
            }
        }
    }
    Ok(())
}

/// Empties the notices to them. The key keeps its beginning and gets the hash of the address, so that it stays unique for ever.
fn notices(tx: &Connection, erasure: &Erasure, redaction: &Redaction) -> Result<usize, StoreError> {
    let addresses = json(&erasure.addresses)?;
    let mut select = tx.prepare("SELECT id, key, to_address FROM outbox WHERE lower(to_address) IN (SELECT value FROM json_each(?1))")?;
    let mut update =
        tx.prepare("UPDATE outbox SET key = ?2, to_name = ?3, to_address = ?3, bytes = iif(bytes IS NULL, NULL, x'') WHERE id = ?1")?;
    let rows = select
        .query_map([addresses], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    for (id, key, address) in &rows {
        let hashed = key.replace(address.as_str(), &sha256_hex(address.to_lowercase().as_bytes()));
        let hashed = redaction.text(&hashed).unwrap_or(hashed);
        update.execute(params![id, hashed, ERASED])?;
    }
    Ok(rows.len())
}

/// Empties other mails that ended and name them: answers and summaries to staff, what a rehearsal sent to staff in their place, and what went
/// to an address that they share. A notice of which nobody knows stays whole, because it may have to leave again.
fn other_mails(tx: &Connection, their_drafts: &BTreeSet<i64>, mentions: &Mentions) -> Result<usize, StoreError> {
    let mut select = tx.prepare(&format!(
        "SELECT id, bytes, iif({OUTWARD}, NULL, draft) FROM outbox WHERE bytes IS NOT NULL AND length(bytes) > 0
            AND (state IN ('sent', 'failed', 'cancelled') OR (state = 'unknown' AND NOT ({OUTWARD})))"
    ))?;
    let mut update = tx.prepare("UPDATE outbox SET bytes = x'' WHERE id = ?1")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Option<i64>>(2)?)))?;
    let mut emptied = 0;
    for row in rows.collect::<Result<Vec<_>, _>>()? {
        let (id, bytes, draft) = row;
        if draft.is_some_and(|draft| their_drafts.contains(&draft)) || mentions(&bytes) {
            update.execute([id])?;
            emptied += 1;
        }
    }
    Ok(emptied)
}

/// Gives up the bytes of their answers and of machines' mails that name them, and redacts what the ledger shows of those.
fn mails_of_theirs(tx: &Connection, erasure: &Erasure, redaction: &Redaction, mentions: &Mentions) -> Result<usize, StoreError> {
    let mut select = tx.prepare(
        "SELECT m.id, m.raw, m.sender, m.subject, m.reading FROM mail m WHERE m.state = 'done' AND m.outcome NOT IN ('reply', 'duplicate')",
    )?;
    let rows = select
        .query_map([], |row| {
            let texts: (String, String, Option<String>) = (row.get(2)?, row.get(3)?, row.get(4)?);
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, texts))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let machines = numbers(tx, "SELECT id FROM mail WHERE state = 'done' AND outcome IN ('bounce', 'automatic', 'customer-reply')", [])?;
    let mut update = tx.prepare("UPDATE mail SET sender = ?2, subject = ?3, reading = ?4 WHERE id = ?1")?;
    let mut given_up = 0;
    for (id, raw, (sender, subject, reading)) in rows {
        let theirs = erasure.addresses.iter().any(|address| sender.to_lowercase().contains(address.as_str()));
        let named = || -> Result<bool, StoreError> {
            let bytes = crate::store::ledger::raw_of(tx, crate::model::MailId(id))?;
            Ok(bytes.kept().is_some_and(|bytes| mentions(&bytes)))
        };
        let by_a_machine = machines.contains(&id) && named()?;
        if !theirs && !by_a_machine {
            continue;
        }
        let redacted = |text: String| redaction.text(&text).unwrap_or(text);
        let reading = match reading {
            Some(text) => Some(redaction.json(&text)?.unwrap_or(text)),
            None => None,
        };
        let sender = if theirs { ERASED.to_owned() } else { redacted(sender) };
        update.execute(params![id, sender, redacted(subject), reading])?;
        if let Some(raw) = raw {
            retention::forget(tx, raw)?;
            given_up += 1;
        }
    }
    // The same bytes under another number show the same envelope.
    tx.execute(
        "UPDATE mail SET sender = ?1, subject = ?1 WHERE outcome = 'duplicate' AND raw IN (SELECT raw FROM mail WHERE sender = ?1)",
        [ERASED],
    )?;
    Ok(given_up)
}

/// A line of history in each maintenance that they were told of.
fn note(tx: &Connection, their_drafts: &BTreeSet<i64>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let maintenances = numbers(tx, "SELECT maintenance FROM draft WHERE id IN (SELECT value FROM json_each(?1))", [json(their_drafts)?])?;
    for id in maintenances {
        let value: String = tx.query_row("SELECT value FROM maintenance WHERE id = ?1", [id], |row| row.get(0))?;
        let mut maintenance: Maintenance = from_json(&value, "a maintenance")?;
        maintenance.history.push(HistoryLine { at: now, text: "the names and addresses of a customer were erased".to_owned() });
        tx.execute(
            "UPDATE maintenance SET value = ?2, changed_at = max(changed_at, ?3) WHERE id = ?1",
            params![id, json(&maintenance)?, seconds(now)],
        )?;
    }
    Ok(())
}
