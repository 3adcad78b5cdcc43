//! The outbox: what is to be sent, once, and whether it may still leave.
//!
//! queued → talking → dot-pending → sent | retry | failed | unknown; queued, retry and talking may be cancelled, because no byte
//! of a message counts before the final dot (RFC 5321 section 4.1.1.4). An unknown row is never sent again by itself; one that a person
//! sends again goes back to unknown where it would be cancelled, because it may have arrived.

mod leave;
mod rows;
pub(super) mod together;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::model::{Content, Draft, DraftId, DraftState, OutboxId, OutboxKind, OutboxRow, OutboxState, Outgoing};
use crate::store::values::{instant, json, seconds};
use crate::store::{Store, StoreError, drafts, in_transaction, restored};

use leave::{comes_too_late, why_not};
pub(super) use rows::{canary, fates, left, stuck, tallies, told};
use rows::{filtered, kind_name, state};

/// The kinds that leave by an approval alone, as [`OutboxKind::is_outward`] says.
pub(super) const OUTWARD: &str = "kind IN ('notice', 'reminder', 'copy')";

/// No kind leaves later.
const LAST_RANK: i64 = i64::MAX;

/// Rows found in the middle of sending at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Broken off before the final dot: they are tried again.
    pub retried: u64,
    /// Broken off after it might have left: nobody knows.
    pub unknown: u64,
}

/// Which rows of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxFilter {
    /// Queued, in retry or on their way.
    Unended,
    /// In this state.
    State(OutboxState),
    /// Of this draft.
    Draft(DraftId),
    /// This one.
    Id(OutboxId),
    /// The newest, that many.
    Newest(u32),
}

impl Store {
    /// Takes the next row to send: by kind (alarm, request, answer, notice, digest, mail to ourselves), then by number. Rows that may not leave any
    /// more are cancelled on the way. A notice leaves only if its draft is approved, was made in the mode of the last run, and no
    /// newer notice about the same maintenance is meant for the same address; one whose window was over before it could leave has failed, and
    /// staff hear of it. A request only if its draft is still open.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim(&self, now: DateTime<Utc>) -> Result<Option<OutboxRow>, StoreError> {
        self.write(move |tx| claim(tx, LAST_RANK, now)).await
    }

    /// As [`Store::claim`], but takes only what staff wait for: alarms, requests and answers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim_for_staff(&self, now: DateTime<Utc>) -> Result<Option<OutboxRow>, StoreError> {
        self.write(move |tx| claim(tx, kind_name(OutboxKind::Answer).1, now)).await
    }

    /// When the next row that waits may leave, UTC; none where none waits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|tx| {
            let held = restored::is_held(tx)?;
            let query = format!(
                "SELECT min(due_at) FROM outbox WHERE state IN ('queued', 'retry') AND with_row IS NULL AND NOT (?1 AND {OUTWARD})"
            );
            let at: Option<i64> = tx.query_row(&query, [held], |row| row.get(0))?;
            at.map(instant).transpose()
        })
        .await
    }

    /// Asks once more whether a claimed row may leave, just before the final dot. True: the answer is on disk and the dot may
    /// leave. False: the row is cancelled, or not being sent; break off.
    ///
    /// # Errors
    /// When the store fails; then the dot must not leave.
    pub async fn dot_pending(&self, id: OutboxId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mark = self.sent_mark.clone();
        self.outside_transactions(move |connection| {
            let (may, counted) = in_transaction(connection, TransactionBehavior::Immediate, |tx| {
                let may = dot_pending(tx, id, now)?;
                let notice = may && is_outward(tx, id)?;
                Ok((may, notice.then(|| restored::count(tx)).transpose()?))
            })?;
            if let (Some(mark), Some(counted)) = (mark, counted) {
                restored::write_mark(&mark, &counted).map_err(|source| StoreError::Io(source.into()))?;
            }
            Ok(may)
        })
        .await
    }

    /// Notes how the attempt ended. `retry_at` counts for [`OutboxState::Retry`] alone. An approved draft whose last row ended is
    /// done. An unknown row can be settled as sent or failed, when there is evidence.
    ///
    /// # Errors
    /// When the row is not being sent (nor unknown), the state is no end of an attempt, or the store fails.
    pub async fn ended(
        &self,
        id: OutboxId,
        state: OutboxState,
        answer: Option<String>,
        retry_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| ended(tx, id, state, answer.as_deref(), retry_at, now)).await
    }

    /// Sorts out what a stop left in the middle of sending; to be called once at the start, before the first claim.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(&self, now: DateTime<Utc>) -> Result<Recovered, StoreError> {
        self.write(move |tx| recover(tx, now)).await
    }

    /// Keeps the Message-ID under which deferred mail was rendered.
    ///
    /// # Errors
    /// When the row is frozen mail or unknown, or the store fails.
    pub async fn rendered(&self, id: OutboxId, message_id: &str) -> Result<(), StoreError> {
        let message_id = message_id.to_owned();
        self.write(move |tx| {
            let changed =
                tx.execute("UPDATE outbox SET message_id = ?2 WHERE id = ?1 AND deferred IS NOT NULL", params![id.0, message_id])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::refused(format!("outbox row {} is not rendered when sent", id.0))) }
        })
        .await
    }

    /// The Message-IDs of the requests on a draft that one approver got, oldest first: what a reminder refers to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn request_thread(&self, draft: DraftId, address: &str) -> Result<Vec<String>, StoreError> {
        let address = address.to_owned();
        self.read(move |tx| {
            let mut statement = tx.prepare(
                "SELECT message_id FROM outbox WHERE draft = ?1 AND kind = 'request' AND to_address = ?2 AND message_id IS NOT NULL
                    AND state IN ('sent', 'unknown') ORDER BY id",
            )?;
            let rows = statement.query_map(params![draft.0, address], |row| row.get(0))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }

    /// Rows of the outbox, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outbox(&self, filter: OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
        self.read(move |tx| filtered(tx, filter)).await
    }

    /// The number of rows by kind and state.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outbox_counts(&self) -> Result<BTreeMap<(OutboxKind, OutboxState), u64>, StoreError> {
        self.read(|tx| Ok(tallies(tx, i64::MIN)?.into_iter().map(|(kind, state, number)| ((kind, state), number)).collect())).await
    }
}

/// Enters a mail to send, unless its key was used before. A notice that was cancelled before it left may be asked for again, with
/// the bytes of the new approval.
pub(super) fn enqueue(tx: &Connection, outgoing: &Outgoing, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (message_id, bytes, deferred) = match &outgoing.content {
        Content::Frozen(mail) => (Some(&mail.message_id), Some(&mail.bytes), None),
        deferred => (None, None, Some(json(deferred)?)),
    };
    let draft = outgoing.draft.or(match &outgoing.content {
        Content::Request { draft, .. } => Some(*draft),
        Content::Frozen(_) | Content::Bundle { .. } | Content::FirstContact { .. } | Content::HandedOn { .. } => None,
    });
    let (kind, rank) = kind_name(outgoing.kind);
    if outgoing.kind == OutboxKind::Reminder {
        let query = "SELECT EXISTS (SELECT 1 FROM decision WHERE draft = ?1 AND json_extract(value, '$.decision') = 'approve')";
        let approved: bool = tx.query_row(query, [draft.map(|draft| draft.0)], |row| row.get(0))?;
        if !approved {
            return Err(StoreError::refused(format!("{} reminds of what nobody approved", outgoing.key)));
        }
    }
    // Only with what leaves as the very same mail: else it would wait for ever.
    let with: Option<i64> = match &outgoing.with {
        Some(key) => {
            let query = "SELECT id FROM outbox WHERE key = ?1 AND message_id = ?2 AND bytes = ?3 AND state = 'queued' AND with_row IS NULL";
            tx.query_row(query, params![key, message_id, bytes], |row| row.get(0)).optional()?
        }
        None => None,
    };
    tx.execute(
        "INSERT INTO outbox (key, kind, rank, draft, to_name, to_address, not_before_at, due_at, changed_at, message_id, bytes, deferred,
                             with_row)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (key) DO UPDATE SET state = 'queued', attempts = 0, answer = NULL, draft = excluded.draft, to_name = excluded.to_name,
           to_address = excluded.to_address, not_before_at = excluded.not_before_at, due_at = excluded.due_at,
           changed_at = excluded.changed_at, message_id = excluded.message_id, bytes = excluded.bytes, with_row = excluded.with_row
         WHERE outbox.state = 'cancelled' AND outbox.kind = 'notice' AND excluded.kind = 'notice'",
        params![
            outgoing.key,
            kind,
            rank,
            draft.map(|draft| draft.0),
            outgoing.to.name,
            outgoing.to.address,
            seconds(outgoing.not_before),
            seconds(now),
            message_id,
            bytes,
            deferred,
            with
        ],
    )?;
    Ok(())
}

/// Cancels what waits of a draft: its notices, and its requests too where `requests` says so. Answers to staff go out all the same. A
/// mail that holds what other drafts say as well is cancelled whole, and those are undecided again.
pub(super) fn cancel_waiting(tx: &Connection, draft: DraftId, requests: bool, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let others = together::with_others(tx, draft)?;
    let update = format!(
        "UPDATE outbox SET state = iif(may_have_arrived, 'unknown', 'cancelled'), told_at = iif(may_have_arrived, ?4, told_at), answer = ?3,
                changed_at = ?4
          WHERE (draft = ?1 AND with_row IS NULL OR id IN (SELECT with_row FROM outbox WHERE draft = ?1))
            AND state IN ('queued', 'retry') AND ({OUTWARD} OR (?2 AND kind = 'request'))"
    );
    tx.execute(&update, params![draft.0, requests, why, seconds(now)])?;
    others.into_iter().try_for_each(|other| together::undecided_again(tx, other, now))
}

/// Fails as overtaken where a row has left, or was taken back, since a decision saw it.
pub(super) fn must_wait_or_not(tx: &Connection, id: OutboxId, seen: OutboxState) -> Result<(), StoreError> {
    match state_of(tx, id)? {
        Some(state) if state.waits() == seen.waits() => Ok(()),
        _ => Err(StoreError::Overtaken(format!("outbox row {} is not {} any more", id.0, seen.name()))),
    }
}

fn claim(tx: &Connection, up_to_rank: i64, now: DateTime<Utc>) -> Result<Option<OutboxRow>, StoreError> {
    let held = restored::is_held(tx)?;
    let query = format!(
        "SELECT id FROM outbox WHERE state IN ('queued', 'retry') AND with_row IS NULL AND rank <= ?2 AND due_at <= ?1
            AND NOT (?3 AND {OUTWARD}) ORDER BY rank, id LIMIT 1"
    );
    while let Some(id) = tx.query_row(&query, params![seconds(now), up_to_rank, held], |row| row.get(0)).optional()?.map(OutboxId) {
        if let Some(why) = why_not(tx, id)? {
            cancel(tx, id, &why, now)?;
            continue;
        }
        if comes_too_late(tx, id, now)? {
            tx.execute(
                "UPDATE outbox SET state = 'failed', answer = ?2, changed_at = ?3 WHERE id = ?1",
                params![id.0, "not sent: the window was over before the notice could leave", seconds(now)],
            )?;
            finish_draft_of(tx, id, now)?;
            continue;
        }
        tx.execute(
            "UPDATE outbox SET state = 'talking', attempts = attempts + 1, changed_at = ?2 WHERE id = ?1",
            params![id.0, seconds(now)],
        )?;
        return by_id(tx, id);
    }
    Ok(None)
}

fn is_outward(tx: &Connection, id: OutboxId) -> Result<bool, StoreError> {
    Ok(tx.query_row(&format!("SELECT {OUTWARD} FROM outbox WHERE id = ?1"), [id.0], |row| row.get(0))?)
}

fn dot_pending(tx: &Connection, id: OutboxId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    if state_of(tx, id)? != Some(OutboxState::Talking) {
        return Ok(false);
    }
    if let Some(why) = why_not(tx, id)? {
        cancel(tx, id, &why, now)?;
        return Ok(false);
    }
    tx.execute("UPDATE outbox SET state = 'dot-pending', changed_at = ?2 WHERE id = ?1", params![id.0, seconds(now)])?;
    Ok(true)
}

fn ended(
    tx: &Connection,
    id: OutboxId,
    state: OutboxState,
    answer: Option<&str>,
    retry_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use OutboxState::{Cancelled, DotPending, Failed, Retry, Sent, Talking, Unknown};
    let before = state_of(tx, id)?;
    if before == Some(Failed) && state != Failed && bounced(tx, id)? {
        // Its bounce was quicker than the server's answer to the final dot.
        return if state == Sent { accepted(tx, id, answer, now) } else { Ok(()) };
    }
    let may = matches!(
        (before, state),
        (Some(Talking), Sent | Retry | Failed | Cancelled)
            | (Some(DotPending), Sent | Retry | Failed | Unknown)
            | (Some(Unknown), Sent | Failed)
    );
    if !may {
        let before = before.map_or("not there", OutboxState::name);
        return Err(StoreError::refused(format!("outbox row {} is {before}, it cannot become {}", id.0, state.name())));
    }
    tx.execute(
        "UPDATE outbox SET state = ?2, answer = ?3, due_at = ?4, changed_at = ?5, may_have_arrived = may_have_arrived OR ?2 = 'unknown' WHERE id = ?1",
        params![id.0, state.name(), answer, seconds(retry_at.unwrap_or(now)), seconds(now)],
    )?;
    if state == Sent {
        accepted(tx, id, answer, now)?;
    }
    finish_draft_of(tx, id, now)
}

/// Keeps the server's word for the record, whatever becomes of the mail later.
fn accepted(tx: &Connection, id: OutboxId, answer: Option<&str>, now: DateTime<Utc>) -> Result<(), StoreError> {
    tx.execute("UPDATE outbox SET accepted_at = ?2, accepted = ?3 WHERE id = ?1", params![id.0, seconds(now), answer.unwrap_or_default()])?;
    Ok(())
}

fn recover(tx: &Connection, now: DateTime<Utc>) -> Result<Recovered, StoreError> {
    let query = "SELECT id, state FROM outbox WHERE state IN ('talking', 'dot-pending') AND with_row IS NULL ORDER BY id";
    let mut statement = tx.prepare(query)?;
    let rows = statement.query_map([], |row| Ok((OutboxId(row.get(0)?), row.get::<_, String>(1)?)))?;
    let mut recovered = Recovered::default();
    for (id, state) in rows.collect::<Result<Vec<_>, _>>()? {
        let to_staff = !is_outward(tx, id)?;
        if to_staff && state != OutboxState::Talking.name() {
            // Rather twice than never: staff must hear of it, and the Message-ID is the same.
            recovered.retried += 1;
            ended(tx, id, OutboxState::Retry, Some("the program stopped at the final dot"), None, now)?;
        } else if state == OutboxState::Talking.name() {
            recovered.retried += 1;
            ended(tx, id, OutboxState::Retry, Some("the program stopped before the final dot"), None, now)?;
        } else {
            recovered.unknown += 1;
            ended(tx, id, OutboxState::Unknown, Some("the program stopped at the final dot"), None, now)?;
        }
    }
    Ok(recovered)
}

fn cancel(tx: &Connection, id: OutboxId, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (parts, of) = (together::rows(tx, id)?, together::drafts_of(tx, id)?);
    tx.execute(
        "UPDATE outbox SET state = iif(may_have_arrived, 'unknown', 'cancelled'), told_at = iif(may_have_arrived, ?3, told_at), answer = ?2,
                changed_at = ?3 WHERE id = ?1",
        params![id.0, why, seconds(now)],
    )?;
    for part in &parts {
        // A notice of another mode has told nobody: its draft is undecided again, so that it is asked for in this mode.
        let of_other_mode: Option<i64> = tx
            .query_row(
                "SELECT d.id FROM outbox o JOIN draft d ON d.id = o.draft
                  WHERE o.id = ?1 AND o.kind = 'notice' AND d.state = 'approved' AND d.mode <> (SELECT value FROM setting WHERE name = 'mode')",
                [part.0],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(draft) = of_other_mode.map(|draft| drafts::by_id(tx, DraftId(draft))).transpose()?.flatten() {
            drafts::save(tx, &Draft { state: DraftState::Proposed, ..draft }, &[], now)?;
        }
    }
    if parts.len() > 1 {
        of.iter().try_for_each(|draft| together::undecided_again(tx, *draft, now))?;
    }
    of.into_iter().try_for_each(|draft| drafts::finish_if_ended(tx, draft, now))
}

/// Ends each draft of a mail whose last row it was.
pub(super) fn finish_draft_of(tx: &Connection, id: OutboxId, now: DateTime<Utc>) -> Result<(), StoreError> {
    together::drafts_of(tx, id)?.into_iter().try_for_each(|draft| drafts::finish_if_ended(tx, draft, now))
}

/// Whether a report said that the mail came back.
fn bounced(tx: &Connection, id: OutboxId) -> Result<bool, StoreError> {
    Ok(tx.query_row("SELECT coalesce(answer LIKE 'bounced: %', 0) FROM outbox WHERE id = ?1", [id.0], |row| row.get(0))?)
}

pub(super) fn state_of(tx: &Connection, id: OutboxId) -> Result<Option<OutboxState>, StoreError> {
    let name: Option<String> = tx.query_row("SELECT state FROM outbox WHERE id = ?1", [id.0], |row| row.get(0)).optional()?;
    name.map(|name| state(&name)).transpose()
}

/// Rows of a draft, oldest first.
pub(super) fn of_draft(tx: &Connection, draft: DraftId) -> Result<Vec<OutboxRow>, StoreError> {
    filtered(tx, OutboxFilter::Draft(draft))
}

pub(super) fn by_id(tx: &Connection, id: OutboxId) -> Result<Option<OutboxRow>, StoreError> {
    Ok(filtered(tx, OutboxFilter::Id(id))?.pop())
}
