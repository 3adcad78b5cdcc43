//! Whether a row may still leave: asked when it is taken and once more before its final dot.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::together;
use crate::model::{Content, DraftId, Kind, OutboxId};
use crate::store::values::{from_json, instant};
use crate::store::{StoreError, drafts, maintenances};

/// Why a row may not leave any more; none where it may.
pub(super) fn why_not(tx: &Connection, id: OutboxId) -> Result<Option<String>, StoreError> {
    let (kind, draft, deferred): (String, Option<i64>, Option<String>) =
        tx.query_row("SELECT kind, draft, deferred FROM outbox WHERE id = ?1", [id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    match (kind.as_str(), draft) {
        ("notice" | "reminder" | "copy", _) => {
            let parts = together::rows(tx, id)?;
            let whys = parts.into_iter().map(|part| why_not_outward(tx, part)).collect::<Result<Vec<_>, _>>()?;
            Ok(whys.into_iter().flatten().next())
        }
        ("request", Some(draft)) => {
            let state: String = tx.query_row("SELECT state FROM draft WHERE id = ?1", [draft], |row| row.get(0))?;
            Ok((state != "proposed" && state != "held").then(|| format!("the draft is {state}")))
        }
        _ => match deferred.map(|deferred| from_json::<Content>(&deferred, "a mail to send")).transpose()? {
            Some(Content::Bundle { drafts, .. }) => {
                let open = drafts.iter().map(|draft| drafts::by_id(tx, *draft)).collect::<Result<Vec<_>, _>>()?;
                let any = open.iter().flatten().any(|draft| draft.state.open());
                Ok((!any).then(|| "each of its drafts is decided".into()))
            }
            Some(Content::FirstContact { account, .. }) => {
                let started: Option<bool> =
                    tx.query_row("SELECT started FROM account WHERE account = ?1", [account], |row| row.get(0)).optional()?;
                Ok((started == Some(true)).then(|| "it was answered".into()))
            }
            _ => Ok(None),
        },
    }
}

/// What an approval lets out leaves as long as nothing newer is said of it: a notice while its draft is approved, a copy with the notices or
/// after them, a reminder after them, and only while no change waits for a decision.
fn why_not_outward(tx: &Connection, id: OutboxId) -> Result<Option<String>, StoreError> {
    let (is_notice, state, mode, last_mode, changing, newer): (bool, String, String, Option<String>, bool, Option<i64>) = tx.query_row(
        "SELECT o.kind = 'notice', d.state, d.mode, (SELECT value FROM setting WHERE name = 'mode'),
                o.kind = 'reminder' AND EXISTS (SELECT 1 FROM draft d2 WHERE d2.maintenance = d.maintenance AND d2.state IN ('proposed', 'held')),
                (SELECT max(d2.revision) FROM draft d2 JOIN outbox o2 ON o2.draft = d2.id AND o2.kind = 'notice' AND o2.to_address = o.to_address
                  WHERE d2.maintenance = d.maintenance AND d2.revision > d.revision AND o2.state <> 'cancelled')
           FROM outbox o JOIN draft d ON d.id = o.draft WHERE o.id = ?1",
        [id.0],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
    )?;
    if state != "approved" && (is_notice || state != "done") {
        return Ok(Some(format!("the draft is {state}")));
    }
    if let Some(last_mode) = last_mode.filter(|last_mode| *last_mode != mode) {
        return Ok(Some(format!("approved in {mode}, now {last_mode}")));
    }
    if changing {
        return Ok(Some("a change of it waits for a decision".to_owned()));
    }
    Ok(newer.map(|revision| format!("overtaken by v{revision}")))
}

/// Whether a notice of what lies ahead could have left before its windows were over, and now they are (W13): the machine was off, or the
/// mail server took nothing. Approved when they were over already, it leaves; so does what says that work is cancelled or done, news of
/// an outage, and what may have arrived before.
pub(super) fn comes_too_late(tx: &Connection, id: OutboxId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let query = "SELECT draft, not_before_at FROM outbox
                  WHERE id = ?1 AND kind IN ('notice', 'reminder') AND NOT may_have_arrived AND draft IS NOT NULL";
    let Some((draft, not_before)) = tx.query_row(query, [id.0], |row| Ok((DraftId(row.get(0)?), row.get(1)?))).optional()? else {
        return Ok(false);
    };
    let Some(draft) = drafts::by_id(tx, draft)?.filter(|draft| !draft.change.reduces()) else { return Ok(false) };
    let missed = draft.ends_at.is_some_and(|end| instant(not_before).is_ok_and(|earliest| earliest < end) && end <= now);
    Ok(missed && maintenances::by_id(tx, draft.maintenance)?.is_some_and(|maintenance| maintenance.kind != Some(Kind::Incident)))
}
