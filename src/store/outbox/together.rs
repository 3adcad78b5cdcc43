//! Rows that leave as one mail: what several drafts say to one address. The first of them leaves, the others stand as it stands
//! (the trigger `outbox_together`).

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::model::{Draft, DraftId, DraftState, OutboxId, OutboxRow, Remark};
use crate::store::{StoreError, drafts};

/// A row that leaves with those that go with it; itself alone mostly.
pub(in crate::store) fn rows(tx: &Connection, id: OutboxId) -> Result<Vec<OutboxId>, StoreError> {
    let mut statement = tx.prepare("SELECT id FROM outbox WHERE id = ?1 UNION SELECT id FROM outbox WHERE with_row = ?1 ORDER BY 1")?;
    let ids = statement.query_map([id.0], |row| Ok(OutboxId(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The drafts whose words a mail holds.
pub(in crate::store) fn drafts_of(tx: &Connection, id: OutboxId) -> Result<Vec<DraftId>, StoreError> {
    let query = "SELECT draft FROM outbox WHERE id = ?1 AND draft IS NOT NULL
                 UNION SELECT draft FROM outbox WHERE with_row = ?1 AND draft IS NOT NULL ORDER BY 1";
    let mut statement = tx.prepare(query)?;
    let ids = statement.query_map([id.0], |row| Ok(DraftId(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The other drafts that speak in mails of this one which have not left.
pub(super) fn with_others(tx: &Connection, draft: DraftId) -> Result<Vec<DraftId>, StoreError> {
    let mails = "SELECT coalesce(with_row, id) FROM outbox WHERE draft = ?1 AND kind = 'notice' AND state IN ('queued', 'retry')";
    let query = format!(
        "SELECT draft FROM outbox WHERE id IN ({mails}) AND draft <> ?1 UNION SELECT draft FROM outbox WHERE with_row IN ({mails}) AND draft <> ?1"
    );
    let mut statement = tx.prepare(&query)?;
    let ids = statement.query_map([draft.0], |row| Ok(DraftId(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The requests in which several drafts were asked about together, oldest first.
pub(in crate::store) fn requests(tx: &Connection, bundle: &[DraftId]) -> Result<Vec<OutboxRow>, StoreError> {
    if bundle.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = bundle.iter().map(|draft| draft.0.to_string()).collect();
    // The highest character ends the range.
    super::rows::rows(tx, "key >= ?1 AND key < ?1 || char(0x10FFFF) ORDER BY id", [format!("bundle:{}:", ids.join(","))])
}

/// Makes an approved draft undecided again whose mail was taken back for another's sake: staff are asked about it anew.
pub(super) fn undecided_again(tx: &Connection, id: DraftId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(mut draft) = drafts::by_id(tx, id)?.filter(|draft| draft.state == DraftState::Approved) else { return Ok(()) };
    let text = "taken back: it was to leave in one mail with another that changed. Who has it already does not get it twice".to_owned();
    draft.remarks.push(Remark { label: "NOTE".to_owned(), text });
    let again = Draft { state: DraftState::Proposed, ask_at: Some(now), asked_at: None, bundle: Vec::new(), votes: Vec::new(), ..draft };
    drafts::save(tx, &again, &[], now)
}
