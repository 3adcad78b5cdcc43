//! Rows of the outbox as values.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::model::{
    CanaryFacts, Content, DraftId, Fate, FrozenMail, LeftMail, Mailbox, MaintenanceId, OutboxId, OutboxKind, OutboxRow, OutboxState,
    Outgoing, StuckMail, Told,
};
use crate::store::values::{count, from_json, instant};
use crate::store::{OutboxFilter, StoreError};

pub(super) fn filtered(tx: &Connection, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
    match filter {
        OutboxFilter::Unended => rows(
            tx,
            "id IN (SELECT id FROM outbox WHERE state IN ('queued', 'retry')
                    UNION ALL SELECT id FROM outbox WHERE state IN ('talking', 'dot-pending')) AND with_row IS NULL ORDER BY id",
            [],
        ),
        OutboxFilter::State(state) => rows(tx, "state = ?1 AND with_row IS NULL ORDER BY id", [state.name()]),
        OutboxFilter::Draft(draft) => rows(tx, "draft = ?1 ORDER BY id", [draft.0]),
        OutboxFilter::Id(id) => rows(tx, "id = ?1", [id.0]),
        OutboxFilter::Newest(number) => rows(tx, "id IN (SELECT id FROM outbox ORDER BY id DESC LIMIT ?1) ORDER BY id", [number]),
    }
}

pub(super) fn rows(tx: &Connection, which: &str, with: impl rusqlite::Params) -> Result<Vec<OutboxRow>, StoreError> {
    let mut statement = tx.prepare(&format!(
        "SELECT id, key, kind, draft, to_name, to_address, not_before_at, state, attempts, changed_at, answer, message_id, bytes, deferred,
                (SELECT w.key FROM outbox w WHERE w.id = outbox.with_row)
           FROM outbox WHERE {which}"
    ))?;
    let rows = statement.query_map(with, Columns::read)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(Columns::row).collect()
}

struct Columns {
    id: i64,
    key: String,
    kind: String,
    draft: Option<i64>,
    to: Mailbox,
    not_before_at: i64,
    state: String,
    attempts: u32,
    changed_at: i64,
    answer: Option<String>,
    message_id: Option<String>,
    bytes: Option<Vec<u8>>,
    deferred: Option<String>,
    with: Option<String>,
}

impl Columns {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            key: row.get(1)?,
            kind: row.get(2)?,
            draft: row.get(3)?,
            to: Mailbox { name: row.get(4)?, address: row.get(5)? },
            not_before_at: row.get(6)?,
            state: row.get(7)?,
            attempts: row.get(8)?,
            changed_at: row.get(9)?,
            answer: row.get(10)?,
            message_id: row.get(11)?,
            bytes: row.get(12)?,
            deferred: row.get(13)?,
            with: row.get(14)?,
        })
    }

    fn row(self) -> Result<OutboxRow, StoreError> {
        let content = match (self.deferred, self.message_id, self.bytes) {
            (Some(deferred), _, _) => from_json(&deferred, "a mail to send")?,
            (None, Some(message_id), Some(bytes)) => Content::Frozen(FrozenMail { message_id, bytes }),
            _ => return Err(StoreError::unreadable(format!("outbox row {}", self.id), "it has no content")),
        };
        Ok(OutboxRow {
            id: OutboxId(self.id),
            outgoing: Outgoing {
                kind: kind(&self.kind)?,
                key: self.key,
                to: self.to,
                content,
                not_before: instant(self.not_before_at)?,
                draft: self.draft.map(DraftId),
                with: self.with,
            },
            state: state(&self.state)?,
            attempts: self.attempts,
            changed_at: instant(self.changed_at)?,
            answer: self.answer,
        })
    }
}

/// Mail that does not get out: tried again since before an instant, or, where it is for staff, refused for good. Oldest first. The mail to
/// ourselves has a watch of its own.
pub(in crate::store) fn stuck(tx: &Connection) -> Result<Vec<StuckMail>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT id, kind, to_address, not_before_at, state, answer, key FROM outbox
          WHERE kind <> 'canary' AND with_row IS NULL AND (state = 'retry' OR (state IN ('failed', 'unknown') AND kind <> 'notice' AND told_at IS NULL)) ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        let read: (i64, String, String, i64, String, Option<String>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
        Ok(read)
    })?;
    rows.map(|row| {
        let (id, kind_name, to, since, state_name, answer, key) = row?;
        let (kind, state) = (kind(&kind_name)?, state(&state_name)?);
        Ok(StuckMail { outbox: OutboxId(id), kind, key, to, since: instant(since)?, state, answer })
    })
    .collect()
}

/// Who was told, of a mail that leaves with another the number of that one, from a condition on `o` (outbox rows with a draft) and `d` (their drafts), oldest first, each with the last answer.
pub(in crate::store) fn told(tx: &Connection, which: &str, with: impl rusqlite::Params) -> Result<Vec<(Told, Option<String>)>, StoreError> {
    Ok(fates(tx, which, with)?.into_iter().map(|fate| (fate.told, fate.answer)).collect())
}

/// As [`told`], with the time of the last change.
pub(in crate::store) fn fates(tx: &Connection, which: &str, with: impl rusqlite::Params) -> Result<Vec<Fate>, StoreError> {
    let mut statement = tx.prepare(&format!(
        "SELECT d.id, d.maintenance, coalesce(o.with_row, o.id), o.to_address, coalesce(o.message_id, ''), o.state, d.mode = 'rehearsal', o.answer, o.changed_at,
                o.may_have_arrived
           FROM outbox o JOIN draft d ON d.id = o.draft WHERE {which} ORDER BY o.id"
    ))?;
    let rows = statement.query_map(with, |row| {
        let told = Told {
            draft: DraftId(row.get(0)?),
            maintenance: MaintenanceId(row.get(1)?),
            outbox: OutboxId(row.get(2)?),
            address: row.get(3)?,
            message_id: row.get(4)?,
            state: OutboxState::Queued,
            rehearsal: row.get(6)?,
            may_have_arrived: row.get(9)?,
        };
        Ok((told, row.get::<_, String>(5)?, row.get(7)?, row.get(8)?))
    })?;
    rows.map(|row| {
        let (told, name, answer, at) = row?;
        Ok(Fate { told: Told { state: state(&name)?, ..told }, answer, at: instant(at)? })
    })
    .collect()
}

/// Mails of ours with one of these Message-IDs (a JSON array), or with this number, oldest first.
pub(in crate::store) fn left(tx: &Connection, message_ids: &str, envelope: Option<OutboxId>) -> Result<Vec<LeftMail>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT id, to_address, state FROM outbox
          WHERE (id IN (SELECT id FROM outbox WHERE message_id IS NOT NULL AND message_id IN (SELECT value FROM json_each(?1))) OR id = ?2)
            AND with_row IS NULL ORDER BY id",
    )?;
    let rows = statement.query_map(rusqlite::params![message_ids, envelope.map(|id| id.0)], |row| {
        Ok((OutboxId(row.get(0)?), row.get(1)?, row.get::<_, String>(2)?))
    })?;
    rows.map(|row| {
        let (outbox, to, name) = row?;
        Ok(LeftMail { outbox, to, state: state(&name)? })
    })
    .collect()
}

/// The newest mail to ourselves; which one came back is for the caller to add.
pub(in crate::store) fn canary(tx: &Connection) -> Result<CanaryFacts, StoreError> {
    let query = "SELECT key, not_before_at, state, changed_at FROM outbox WHERE kind = 'canary' ORDER BY id DESC LIMIT 1";
    let newest: Option<(String, i64, String, i64)> =
        tx.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
    let newest = newest.map(|(key, made, name, changed)| Ok::<_, StoreError>((key, instant(made)?, state(&name)?, instant(changed)?)));
    Ok(CanaryFacts { newest: newest.transpose()?, back: None })
}

/// The number of rows by kind and state that changed at or after an instant.
pub(in crate::store) fn tallies(tx: &Connection, since: i64) -> Result<Vec<(OutboxKind, OutboxState, u64)>, StoreError> {
    let mut statement =
        tx.prepare("SELECT kind, state, count(*) FROM outbox WHERE changed_at >= ?1 AND with_row IS NULL GROUP BY rank, kind, state ORDER BY rank, state")?;
    let rows = statement.query_map([since], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, count(row, 2)?)))?;
    rows.map(|row| {
        let (kind_name, state_name, number) = row?;
        Ok((kind(&kind_name)?, state(&state_name)?, number))
    })
    .collect()
}

/// The word of a kind, and its place in the order of leaving.
pub(super) fn kind_name(kind: OutboxKind) -> (&'static str, i64) {
    match kind {
        OutboxKind::Alarm => ("alarm", 0),
        OutboxKind::Request => ("request", 1),
        OutboxKind::Answer => ("answer", 2),
        OutboxKind::Notice => ("notice", 3),
        OutboxKind::Reminder => ("reminder", 3),
        OutboxKind::Copy => ("copy", 4),
        OutboxKind::Digest => ("digest", 4),
        OutboxKind::Canary => ("canary", 5),
    }
}

fn kind(name: &str) -> Result<OutboxKind, StoreError> {
    use OutboxKind::{Alarm, Answer, Canary, Copy, Digest, Notice, Reminder, Request};
    [Alarm, Request, Answer, Notice, Reminder, Copy, Digest, Canary]
        .into_iter()
        .find(|kind| kind_name(*kind).0 == name)
        .ok_or_else(|| StoreError::unreadable("a kind of mail", name))
}

pub(super) fn state(name: &str) -> Result<OutboxState, StoreError> {
    OutboxState::from_name(name).ok_or_else(|| StoreError::unreadable("a state of the outbox", name))
}
