//! Drafts, requests and decisions. What an approval stands on is guarded here once more, below everything that decides.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::model::{Decision, DecisionRecord, Draft, DraftId, DraftState, Request, RequestAbout};
use crate::store::values::{all_from_json, from_json, instant, json, mode_name, seconds};
use crate::store::{StoreError, outbox};

pub(super) const WHAT: &str = "a draft";

/// Keeps a draft in its new state. Mails of it that may not leave any more are cancelled.
///
/// Refused as overtaken: a void or done draft in another state. Refused as a defect: other content under the same number, and an
/// approval of what was not stored open before, or without an accepted decision.
pub(super) fn save(tx: &Connection, new: &Draft, decisions: &[DecisionRecord], now: DateTime<Utc>) -> Result<(), StoreError> {
    let stored = by_id(tx, new.id)?;
    if let Some(stored) = &stored {
        if stored.content_hash != new.content_hash || stored.maintenance != new.maintenance || stored.revision != new.revision {
            return Err(StoreError::refused(format!("draft {} would change what it says under the same number", new.id.0)));
        }
        if matches!(stored.state, DraftState::Void(_) | DraftState::Done) && stored.state != new.state {
            return Err(StoreError::Overtaken(format!("draft {} is {}", new.id.0, stored.state.name())));
        }
    }
    if new.state == DraftState::Approved {
        let was_open = stored.as_ref().is_some_and(|stored| stored.state.open());
        let was_approved = stored.as_ref().is_some_and(|stored| stored.state == DraftState::Approved);
        let decided = decisions.iter().any(|record| record.draft == Some(new.id) && record.decision == Decision::Approve);
        let may = was_approved || (was_open && decided);
        if !may {
            return Err(StoreError::refused(format!("draft {} was not asked for, or nobody approved it", new.id.0)));
        }
    }
    tx.execute(
        "INSERT INTO draft (id, maintenance, revision, maintenance_revision, mode, state, changed_at, value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET maintenance_revision = excluded.maintenance_revision, mode = excluded.mode,
           state = excluded.state, changed_at = excluded.changed_at, value = excluded.value",
        params![
            new.id.0,
            new.maintenance.0,
            new.revision,
            new.maintenance_revision,
            mode_name(new.mode),
            new.state.name(),
            seconds(now),
            json(new)?
        ],
    )?;
    match &new.state {
        DraftState::Rejected(why) => outbox::cancel_waiting(tx, new.id, true, &format!("rejected: {why}"), now),
        DraftState::Void(by) => outbox::cancel_waiting(tx, new.id, true, &format!("overtaken: {by}"), now),
        DraftState::Expired => outbox::cancel_waiting(tx, new.id, true, "its windows are over", now),
        DraftState::Proposed | DraftState::Held(_) => outbox::cancel_waiting(tx, new.id, false, "taken back", now),
        DraftState::Approved | DraftState::Done => Ok(()),
    }
}

/// Makes a draft void that can still be overtaken; one that ended otherwise stays as it is.
pub(super) fn void(tx: &Connection, id: DraftId, by: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(mut draft) = by_id(tx, id)? else {
        return Err(StoreError::refused(format!("there is no draft {}", id.0)));
    };
    if draft.state.open() || draft.state == DraftState::Approved {
        draft.state = DraftState::Void(by.to_owned());
        save(tx, &draft, &[], now)?;
    }
    Ok(())
}

/// Makes an approved draft done when every one of its notices ended.
pub(super) fn finish_if_ended(tx: &Connection, id: DraftId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let ended: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM draft WHERE id = ?1 AND state = 'approved')
            AND NOT EXISTS (SELECT 1 FROM outbox WHERE draft = ?1 AND kind = 'notice'
                              AND state IN ('queued', 'talking', 'dot-pending', 'retry'))",
        [id.0],
        |row| row.get(0),
    )?;
    if ended && let Some(mut draft) = by_id(tx, id)? {
        draft.state = DraftState::Done;
        save(tx, &draft, &[], now)?;
    }
    Ok(())
}

/// Makes a done draft approved again, because one of its notices is to leave again. Whoever calls it holds the decision.
pub(super) fn reopen(tx: &Connection, id: DraftId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(draft) = by_id(tx, id)?.filter(|draft| draft.state == DraftState::Done) else { return Ok(()) };
    let draft = Draft { state: DraftState::Approved, ..draft };
    tx.execute(
        "UPDATE draft SET state = ?2, changed_at = ?3, told_at = NULL, value = ?4 WHERE id = ?1",
        params![id.0, draft.state.name(), seconds(now), json(&draft)?],
    )?;
    Ok(())
}

pub(super) fn by_id(tx: &Connection, id: DraftId) -> Result<Option<Draft>, StoreError> {
    let value: Option<String> = tx.query_row("SELECT value FROM draft WHERE id = ?1", [id.0], |row| row.get(0)).optional()?;
    value.map(|value| from_json(&value, WHAT)).transpose()
}

/// Drafts from a query that gives their values.
pub(super) fn select(tx: &Connection, query: &str, with: impl rusqlite::Params) -> Result<Vec<Draft>, StoreError> {
    let mut statement = tx.prepare(query)?;
    let values = statement.query_map(with, |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    all_from_json(&values, WHAT)
}

pub(super) fn save_decision(tx: &Connection, decision: &DecisionRecord) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO decision (draft, mail, at, value) VALUES (?1, ?2, ?3, ?4)",
        params![decision.draft.map(|draft| draft.0), decision.mail.map(|mail| mail.0), seconds(decision.at), json(decision)?],
    )?;
    Ok(())
}

/// Keeps a request; one with the same token takes the new counters.
pub(super) fn save_request(tx: &Connection, request: &Request) -> Result<(), StoreError> {
    let (draft, account, bundle) = match &request.about {
        RequestAbout::Draft(draft) => (Some(draft.0), None, None),
        RequestAbout::Bundle(drafts) => (drafts.first().map(|draft| draft.0), None, Some(json(drafts)?)),
        RequestAbout::FirstContact(account) => (None, Some(account), None),
        // A trial is known by its token alone.
        RequestAbout::Trial => return Ok(()),
    };
    tx.execute(
        "INSERT INTO request (token_hash, code_hash, draft, account, approver, made_at, helped, bundle) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (token_hash) DO UPDATE SET helped = max(helped, excluded.helped)",
        params![request.token_hash, request.code_hash, draft, account, request.approver, seconds(request.made_at), request.helped, bundle],
    )?;
    Ok(())
}

/// The columns that [`requests`] wants, in order.
pub(super) const REQUEST: &str = "r.draft, r.account, r.approver, r.token_hash, r.code_hash, r.made_at, r.helped, r.bundle";

/// Requests from a query that gives the columns of [`REQUEST`].
pub(super) fn requests(tx: &Connection, query: &str, with: impl rusqlite::Params) -> Result<Vec<Request>, StoreError> {
    let mut statement = tx.prepare(query)?;
    let rows = statement.query_map(with, request)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter()
        .map(|(request, made_at, bundle)| {
            let about = match bundle {
                Some(drafts) => RequestAbout::Bundle(from_json(&drafts, "the drafts of a request")?),
                None => request.about,
            };
            Ok(Request { about, made_at: instant(made_at)?, ..request })
        })
        .collect()
}

fn request(row: &Row<'_>) -> rusqlite::Result<(Request, i64, Option<String>)> {
    let about = match row.get::<_, Option<i64>>(0)? {
        Some(draft) => RequestAbout::Draft(DraftId(draft)),
        None => RequestAbout::FirstContact(row.get(1)?),
    };
    let request = Request {
        about,
        approver: row.get(2)?,
        token_hash: row.get(3)?,
        code_hash: row.get(4)?,
        made_at: DateTime::UNIX_EPOCH,
        helped: row.get(6)?,
    };
    Ok((request, row.get(5)?, row.get(7)?))
}
