//! What is known that a mail touches: found by indexes, so the work grows with what is found and not with what is stored.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{Draft, DraftId, Keys, Known, Maintenance, MaintenanceId, Request, RequestAbout};
use crate::store::values::{json, seconds};
use crate::store::{Store, StoreError, drafts, facts, learnt, maintenances, outbox};

impl Store {
    /// What the store knows that a mail with these keys touches. `ahead` is asked for only where there is any key, `held_back` only
    /// for an answer about a first contact.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn known_for(&self, keys: &Keys, now: DateTime<Utc>) -> Result<Known, StoreError> {
        let keys = keys.clone();
        self.read(move |tx| known_for(tx, &keys, now)).await
    }
}

fn known_for(tx: &Connection, keys: &Keys, now: DateTime<Utc>) -> Result<Known, StoreError> {
    let requests = requests(tx, keys)?;
    let asked: BTreeSet<DraftId> = requests.iter().flat_map(|request| request.about.drafts()).copied().collect();
    let answers_notice = answers_notice(tx, keys)?;
    let surely = surely(tx, keys, &asked, answers_notice)?;
    let mut found = maintenances::by_ids(tx, surely.iter().copied())?;
    found.extend(same_start(tx, keys)?.into_iter().filter(|other| !surely.contains(&other.id)));
    let seen: BTreeSet<MaintenanceId> = found.iter().map(|maintenance| maintenance.id).collect();
    found.extend(outages(tx, keys)?.into_iter().filter(|other| !seen.contains(&other.id)));
    // Of what was split off, or is an outage's emergency window, the whole: by it people know of the part.
    let seen: BTreeSet<MaintenanceId> = found.iter().map(|maintenance| maintenance.id).collect();
    let wholes: BTreeSet<MaintenanceId> =
        found.iter().filter_map(|maintenance| maintenance.part_of).filter(|id| !seen.contains(id)).collect();
    found.extend(maintenances::by_ids(tx, wholes)?);
    let ids: BTreeSet<MaintenanceId> = found.iter().map(|maintenance| maintenance.id).collect();
    let ahead = if *keys == Keys::default() {
        Vec::new()
    } else {
        maintenances::ahead(tx, now)?.into_iter().filter(|other| !ids.contains(&other.id)).collect()
    };
    let ids = json(&ids)?;
    Ok(Known {
        silent_until: None,
        away: facts::away(tx, now)?,
        habit: learnt::habit(tx, keys.form.as_deref())?,
        held_back: held_back(tx, &requests)?,
        drafts: drafts_of(tx, &ids)?,
        told: told_of(tx, &ids)?,
        requests,
        maintenances: found,
        answers_notice,
        left: outbox::left(tx, &json(&keys.returned)?, keys.envelope)?,
        ahead,
        next_maintenance: next_number(tx, "maintenance")?,
        next_draft: next_number(tx, "draft")?,
        as_of: Some(facts::commits(tx)?),
    })
}

fn requests(tx: &Connection, keys: &Keys) -> Result<Vec<Request>, StoreError> {
    drafts::requests(
        tx,
        &format!(
            "SELECT {} FROM request r WHERE r.token_hash IN (SELECT value FROM json_each(?1))
                OR r.code_hash IN (SELECT value FROM json_each(?2)) ORDER BY r.id",
            drafts::REQUEST
        ),
        params![json(&keys.token_hashes)?, json(&keys.code_hashes)?],
    )
}

fn answers_notice(tx: &Connection, keys: &Keys) -> Result<Option<DraftId>, StoreError> {
    let draft: Option<i64> = tx
        .query_row(
            "SELECT draft FROM outbox WHERE kind = 'notice' AND message_id IS NOT NULL AND message_id IN (SELECT value FROM json_each(?1))
              ORDER BY id DESC LIMIT 1",
            [json(&keys.answers)?],
            |row| row.get(0),
        )
        .optional()?;
    Ok(draft.map(DraftId))
}

/// Maintenances that are named outright: by number, reference, thread, or by a request or notice that the mail answers.
fn surely(
    tx: &Connection,
    keys: &Keys,
    asked: &BTreeSet<DraftId>,
    answers_notice: Option<DraftId>,
) -> Result<BTreeSet<MaintenanceId>, StoreError> {
    let mut ids: BTreeSet<MaintenanceId> = keys.maintenances.iter().copied().collect();
    // The kind of a key is not compared: one mail's id is another's alias.
    let mut by_reference = tx.prepare("SELECT maintenance FROM maintenance_key WHERE provider = ?1 AND reference = ?2")?;
    for (provider, _, reference) in &keys.references {
        for id in by_reference.query_map(params![provider, reference.to_lowercase()], |row| row.get(0).map(MaintenanceId))? {
            ids.insert(id?);
        }
    }
    let drafts: BTreeSet<DraftId> = asked.iter().copied().chain(answers_notice).collect();
    let mut rest = tx.prepare(
        "SELECT maintenance FROM maintenance_thread WHERE message_id IN (SELECT value FROM json_each(?1))
         UNION SELECT maintenance FROM draft WHERE id IN (SELECT value FROM json_each(?2))",
    )?;
    for id in rest.query_map(params![json(&keys.answers)?, json(&drafts)?], |row| row.get(0).map(MaintenanceId))? {
        ids.insert(id?);
    }
    Ok(ids)
}

fn same_start(tx: &Connection, keys: &Keys) -> Result<Vec<Maintenance>, StoreError> {
    let Some(provider) = &keys.provider else { return Ok(Vec::new()) };
    let starts: Vec<i64> = keys.starts.iter().copied().map(seconds).collect();
    maintenances::select(
        tx,
        "SELECT value FROM maintenance WHERE id IN (SELECT maintenance FROM maintenance_window
           WHERE main = 1 AND provider = ?1 AND start_at IN (SELECT value FROM json_each(?2))) ORDER BY id",
        params![provider, json(&starts)?],
    )
}

/// What is open at the provider without any window, the newest of it: outages, and what has no date yet.
fn outages(tx: &Connection, keys: &Keys) -> Result<Vec<Maintenance>, StoreError> {
    let Some(provider) = &keys.provider else { return Ok(Vec::new()) };
    maintenances::select(
        tx,
        "SELECT value FROM maintenance m WHERE open = 1 AND provider = ?1
            AND NOT EXISTS (SELECT 1 FROM maintenance_window w WHERE w.maintenance = m.id) ORDER BY id DESC LIMIT 20",
        [provider],
    )
}

/// Every draft of the maintenances whose ids stand in a JSON array, oldest first.
fn drafts_of(tx: &Connection, ids: &str) -> Result<Vec<Draft>, StoreError> {
    drafts::select(tx, "SELECT value FROM draft WHERE maintenance IN (SELECT value FROM json_each(?1)) ORDER BY id", [ids])
}

/// Who was told of the maintenances whose ids stand in a JSON array, oldest first.
pub(super) fn told_of(tx: &Connection, ids: &str) -> Result<Vec<crate::model::Told>, StoreError> {
    let told = outbox::told(tx, "o.kind = 'notice' AND d.maintenance IN (SELECT value FROM json_each(?1))", [ids])?;
    Ok(told.into_iter().map(|(told, _)| told).collect())
}

/// What the first contacts that the requests ask about found, with what is left of those that are over.
fn held_back(tx: &Connection, requests: &[Request]) -> Result<Vec<Maintenance>, StoreError> {
    let accounts: Vec<&String> = requests
        .iter()
        .filter_map(|request| match &request.about {
            RequestAbout::FirstContact(account) => Some(account),
            RequestAbout::Draft(_) | RequestAbout::Bundle(_) | RequestAbout::Trial => None,
        })
        .collect();
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    maintenances::select(
        tx,
        "SELECT x.value FROM maintenance x JOIN mail m ON m.id = x.mail JOIN place p ON p.id = m.place JOIN account a ON a.account = p.account
          WHERE x.held_back = 1 AND (a.started = 1 OR a.account IN (SELECT value FROM json_each(?1))
             OR NOT EXISTS (SELECT 1 FROM place q JOIN mail n ON n.place = q.id AND n.backlog = 1 WHERE q.account = a.account))
          ORDER BY x.id",
        [json(&accounts)?],
    )
}

/// One more than the highest number that a table ever gave.
pub(super) fn next_number(tx: &Connection, table: &str) -> Result<i64, StoreError> {
    let last: Option<i64> = tx.query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0).saturating_add(1))
}
