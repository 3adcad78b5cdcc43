//! What staff taught: senders to leave out, providers' domains, objects that were given back, words that settled a form of mail.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{Habit, Learnt};
use crate::store::values::{all_from_json, json, seconds};
use crate::store::{Store, StoreError};

const WHAT: &str = "what staff taught";

impl Store {
    /// Everything that staff taught, oldest first; habits are left out, because they are asked for by the form of a mail.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn learnt(&self) -> Result<Vec<Learnt>, StoreError> {
        self.read(|tx| {
            let mut statement = tx.prepare("SELECT value FROM learnt WHERE key NOT LIKE 'habit:%' ORDER BY id")?;
            let values = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            all_from_json(&values, WHAT)
        })
        .await
    }
}

/// Keeps what a decision teaches; of the same thing the latest counts.
pub(super) fn save(tx: &Connection, learnt: &Learnt, now: DateTime<Utc>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO learnt (key, at, value) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET at = excluded.at, value = excluded.value",
        params![key(learnt), seconds(now), json(learnt)?],
    )?;
    Ok(())
}

/// What was answered last to a mail of a form.
pub(super) fn habit(tx: &Connection, form: Option<&str>) -> Result<Option<Habit>, StoreError> {
    let Some(form) = form else { return Ok(None) };
    let key = format!("habit:{form}");
    let value: Option<String> = tx.query_row("SELECT value FROM learnt WHERE key = ?1", [key], |row| row.get(0)).optional()?;
    let found: Vec<Learnt> = all_from_json(value.as_slice(), WHAT)?;
    Ok(found.into_iter().find_map(|learnt| if let Learnt::Habit(habit) = learnt { Some(habit) } else { None }))
}

fn key(learnt: &Learnt) -> String {
    match learnt {
        Learnt::Never(sender) => format!("never:{}", sender.to_lowercase()),
        Learnt::Provider { domain, .. } => format!("provider:{}", domain.to_lowercase()),
        Learnt::Gone { provider, object } => format!("gone:{}:{}", provider.to_lowercase(), object.to_lowercase()),
        Learnt::Habit(habit) => format!("habit:{}", habit.form),
        Learnt::RuleWanted(mail) => format!("rule:{}", mail.0),
    }
}
