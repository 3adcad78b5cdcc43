//! Rows of the outbox that a delivery report or a person settles: what was taken for sent has bounced, what was unknown is known.
//!
//! Only a recorded decision lets an unknown notice leave again; evidence never does.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::model::{Decision, DecisionRecord, DraftId, OutboxState, Settled};
use crate::store::values::seconds;
use crate::store::{StoreError, drafts, outbox};

/// Settles a row, or, where its state stays, notes what was said of it.
///
/// Refused as overtaken where the row does not stand any more as the decision saw it. Refused as a defect: any other way through the
/// states, and a notice that is to leave again without a decision that says so.
pub(super) fn settle(tx: &Connection, settled: &Settled, decisions: &[DecisionRecord], now: DateTime<Utc>) -> Result<(), StoreError> {
    use OutboxState::{DotPending, Failed, Queued, Sent, Unknown};
    let Settled { outbox: id, seen, state, answer } = settled;
    if outbox::state_of(tx, *id)? != Some(*seen) {
        return Err(StoreError::Overtaken(format!("outbox row {} is not {} any more", id.0, seen.name())));
    }
    if seen == state {
        // Nothing became of it: what the digest counts by the time of the last change stays.
        tx.execute("UPDATE outbox SET answer = ?2 WHERE id = ?1", params![id.0, answer])?;
        return Ok(());
    }
    let of: Vec<DraftId> = outbox::together::drafts_of(tx, *id)?;
    match (seen, state) {
        // The report may be here before the sender has noted that the server took the mail.
        (Sent | Unknown | DotPending, Failed) | (Unknown, Sent) => {}
        (Unknown, Queued) => {
            let said =
                decisions.iter().any(|record| record.decision == Decision::Resend && record.draft.is_some_and(|draft| of.contains(&draft)));
            let emptied: bool = tx.query_row("SELECT length(bytes) = 0 FROM outbox WHERE id = ?1", [id.0], |row| row.get(0))?;
            if !said || emptied {
                return Err(StoreError::refused(format!(
                    "outbox row {} may have left, and nobody said that it is to be sent again, or its recipient was erased",
                    id.0
                )));
            }
            of.iter().try_for_each(|draft| drafts::reopen(tx, *draft, now))?;
        }
        _ => {
            return Err(StoreError::refused(format!("outbox row {} is {}, it cannot become {}", id.0, seen.name(), state.name())));
        }
    }
    tx.execute(
        "UPDATE outbox SET state = ?2, answer = ?3, due_at = ?4, changed_at = ?4, told_at = NULL WHERE id = ?1",
        params![id.0, state.name(), answer, seconds(now)],
    )?;
    outbox::finish_draft_of(tx, *id, now)
}
