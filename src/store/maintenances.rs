//! Maintenances: the newest revision, every revision as it came, and the tables by which they are found.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{MailId, Maintenance, MaintenanceId, Role, Status, Window};
use crate::store::StoreError;
use crate::store::values::{all_from_json, from_json, json, seconds};

const WHAT: &str = "a maintenance";

/// Keeps a maintenance as it now is; a revision not seen before is kept for good. Gives how many repeats it gained.
pub(super) fn save(tx: &Connection, new: &Maintenance, mail: Option<MailId>, now: DateTime<Utc>) -> Result<u32, StoreError> {
    let stored = by_id(tx, new.id)?;
    if let Some(stored) = &stored
        && stored.revision > new.revision
    {
        return Err(StoreError::Overtaken(format!("{} has revision {}, not {}", new.id, stored.revision, new.revision)));
    }
    let value = json(new)?;
    let status = json(&new.status)?;
    tx.execute(
        "INSERT INTO maintenance (id, revision, provider, status, open, held_back, mail, changed_at, value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, provider = excluded.provider, status = excluded.status,
           open = excluded.open, held_back = excluded.held_back, mail = excluded.mail, changed_at = excluded.changed_at, value = excluded.value",
        params![
            new.id.0,
            new.revision,
            new.provider,
            status.trim_matches('"'),
            new.closed.is_none(),
            new.held_back,
            new.mail.0,
            seconds(now),
            value
        ],
    )?;
    tx.execute(
        "INSERT INTO maintenance_revision (maintenance, revision, at, value) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (maintenance, revision) DO NOTHING",
        params![new.id.0, new.revision, seconds(now), value],
    )?;
    if let Some(mail) = mail {
        tx.execute(
            "INSERT INTO maintenance_mail (mail, maintenance, revision) VALUES (?1, ?2, ?3)
             ON CONFLICT (mail, maintenance) DO UPDATE SET revision = excluded.revision",
            params![mail.0, new.id.0, new.revision],
        )?;
    }
    index(tx, new)?;
    Ok(new.repeats.saturating_sub(stored.map_or(0, |stored| stored.repeats)))
}

/// Renews what a maintenance is found by.
fn index(tx: &Connection, new: &Maintenance) -> Result<(), StoreError> {
    let said = &new.said;
    let mut key =
        tx.prepare("INSERT INTO maintenance_key (provider, reference, maintenance) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    for reference in said.maintenance_id.iter().chain(&said.aliases).chain(&said.uid) {
        // Providers write the same reference in either case.
        key.execute(params![new.provider, reference.to_lowercase(), new.id.0])?;
    }
    let mut thread = tx.prepare("INSERT INTO maintenance_thread (message_id, maintenance) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for message_id in &new.thread {
        thread.execute(params![message_id, new.id.0])?;
    }
    tx.execute("DELETE FROM maintenance_window WHERE maintenance = ?1", [new.id.0])?;
    let mut insert = tx.prepare(
        "INSERT INTO maintenance_window (maintenance, provider, main, start_at, until_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    for window in windows(new) {
        insert.execute(params![new.id.0, new.provider, window.role == Role::Main, seconds(window.start), until(window)])?;
    }
    tx.execute("DELETE FROM maintenance_object WHERE maintenance = ?1", [new.id.0])?;
    let mut insert = tx.prepare(
        "INSERT INTO maintenance_object (provider, object, until_at, maintenance) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    let last = windows(new).filter(|window| window.role == Role::Main).map(until).max().unwrap_or(i64::MAX);
    for object in &said.objects {
        insert.execute(params![new.provider, object.object_id, last, new.id.0])?;
    }
    Ok(())
}

/// The windows in every reading of them.
fn windows(maintenance: &Maintenance) -> impl Iterator<Item = &Window> {
    maintenance.said.windows.iter().chain(maintenance.said.readings.iter().flatten())
}

/// The end, or the start where no end is stated.
fn until(window: &Window) -> i64 {
    seconds(window.end.unwrap_or(window.start))
}

pub(super) fn by_id(tx: &Connection, id: MaintenanceId) -> Result<Option<Maintenance>, StoreError> {
    let value: Option<String> = tx.query_row("SELECT value FROM maintenance WHERE id = ?1", [id.0], |row| row.get(0)).optional()?;
    value.map(|value| from_json(&value, WHAT)).transpose()
}

/// The maintenances with these ids, in ascending order.
pub(super) fn by_ids(tx: &Connection, ids: impl IntoIterator<Item = MaintenanceId>) -> Result<Vec<Maintenance>, StoreError> {
    let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
    select(tx, "SELECT value FROM maintenance WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id", [json(&ids)?])
}

/// Open maintenances with a main window that ends after an instant, by number; those called off or over are left out.
pub(super) fn ahead(tx: &Connection, now: DateTime<Utc>) -> Result<Vec<Maintenance>, StoreError> {
    select(
        tx,
        "SELECT value FROM maintenance WHERE open = 1 AND status NOT IN (?2, ?3)
            AND id IN (SELECT maintenance FROM maintenance_window WHERE main = 1 AND until_at > ?1) ORDER BY id",
        params![seconds(now), json(&Status::Cancelled)?.trim_matches('"'), json(&Status::Completed)?.trim_matches('"')],
    )
}

/// Maintenances from a query that gives their values.
pub(super) fn select(tx: &Connection, query: &str, with: impl rusqlite::Params) -> Result<Vec<Maintenance>, StoreError> {
    let mut statement = tx.prepare(query)?;
    let values = statement.query_map(with, |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    all_from_json(&values, WHAT)
}
