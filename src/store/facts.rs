//! What the agenda and the digest decide by.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{
    Absence, AgendaFacts, CanaryFacts, DigestFacts, Draft, FirstContact, Maintenance, MaintenanceId, Mode, Near, Outcome, ReplyOutcome,
    Told,
};
use crate::store::values::{NO_SIGN, count, instant, json, mode_name, seconds};
use crate::store::{Store, StoreError, accounts, alarms, drafts, known, ledger, maintenances, outbox, restored, views};

/// Rows `o` of the outbox that did not arrive, or may not have, and that staff have not been told of.
const UNTOLD: &str = "o.state IN ('failed', 'unknown') AND o.told_at IS NULL";

/// The most strangers that a digest names.
const STRANGERS: u32 = 10;

impl Store {
    /// Everything that the agenda decides by at `now`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn agenda_facts(&self, now: DateTime<Utc>) -> Result<AgendaFacts, StoreError> {
        self.read(move |tx| agenda_facts(tx, now)).await
    }

    /// Everything that a digest tells.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn digest_facts(&self) -> Result<DigestFacts, StoreError> {
        self.read(digest_facts).await
    }

    /// How the newest decision that came by mail was proved; none before the first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_proof(&self) -> Result<Option<String>, StoreError> {
        self.read(newest_proof).await
    }

    /// Keeps the mode of this run. From then on notices approved in the other mode do not leave.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mark_mode(&self, mode: Mode) -> Result<(), StoreError> {
        self.write(move |tx| set(tx, "mode", mode_name(mode))).await
    }

    /// Keeps when a digest was made; the next one tells what came since.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn digest_made(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |tx| {
            set(tx, "digest_made_at", &seconds(at).to_string())?;
            set(tx, "repeats_at_digest", &number(tx, "repeats")?.to_string())
        })
        .await
    }

    /// Notes that the short digest of a local day is made, or that there was nothing to say in it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn daily_made(&self, day: chrono::NaiveDate) -> Result<(), StoreError> {
        self.write(move |tx| set(tx, "daily_made", &day.to_string())).await
    }

    /// Adds to the number of mails that only the sweep over whole folders found: each is a defect of the look at what is new.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn add_recovered(&self, more: u64) -> Result<(), StoreError> {
        self.write(move |tx| set(tx, "sweep_recovered", &recovered(tx)?.saturating_add(more).to_string())).await
    }
}

/// An instant among the settings, UTC.
pub(super) fn instant_of(tx: &Connection, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    text(tx, name)?.map(|_| instant(number(tx, name)?)).transpose()
}

pub(super) fn set_instant(tx: &Connection, name: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    set(tx, name, &seconds(at).to_string())
}

fn recovered(tx: &Connection) -> Result<u64, StoreError> {
    Ok(u64::try_from(number(tx, "sweep_recovered")?).unwrap_or(0))
}

fn canary(tx: &Connection) -> Result<CanaryFacts, StoreError> {
    let back = match text(tx, "canary_back")? {
        Some(key) => Some((key, instant(number(tx, "canary_back_at")?)?)),
        None => None,
    };
    Ok(CanaryFacts { back, ..outbox::canary(tx)? })
}

/// Keeps which mail to ourselves came back last; one that comes late changes nothing.
pub(super) fn canary_came_back(tx: &Connection, key: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    if text(tx, "canary_back")?.is_some_and(|known| known.as_str() >= key) {
        return Ok(());
    }
    set(tx, "canary_back", key)?;
    set(tx, "canary_back_at", &seconds(now).to_string())
}

/// What begins the name of the setting that says since when an approver is away.
const AWAY: &str = "away:";

/// Addresses of approvers who are away at an instant. A value is the instant from which on, or two between which.
pub(super) fn away(tx: &Connection, now: DateTime<Utc>) -> Result<BTreeSet<String>, StoreError> {
    let mut statement =
        tx.prepare("SELECT substr(name, length(?1) + 1), value FROM setting WHERE name >= ?1 AND name < ?1 || char(0x10FFFF)")?;
    let found = statement.query_map([AWAY], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut away = BTreeSet::new();
    for row in found {
        let (address, value) = row?;
        let is_away = match value.split_once(' ') {
            None => true,
            Some((from, until)) => {
                let bounds = from.parse::<i64>().ok().zip(until.parse::<i64>().ok());
                bounds.is_some_and(|(from, until)| (from..until).contains(&seconds(now)))
            }
        };
        if is_away {
            away.insert(address);
        }
    }
    Ok(away)
}

/// Keeps what is known of an approver's absence.
pub(super) fn set_away(tx: &Connection, address: &str, absence: Absence, now: DateTime<Utc>) -> Result<(), StoreError> {
    let name = format!("{AWAY}{address}");
    match absence {
        Absence::Between(from, until) => set(tx, &name, &format!("{} {}", seconds(from), seconds(until)))?,
        // Since the first that said so; what they said themselves holds.
        Absence::Automatic if text(tx, &name)?.is_none() => set_instant(tx, &name, now)?,
        Absence::Automatic => {}
        Absence::Wrote => {
            tx.execute("DELETE FROM setting WHERE name = ?1 AND instr(value, ' ') = 0", [name])?;
        }
        Absence::Back => {
            tx.execute("DELETE FROM setting WHERE name = ?1", [name])?;
        }
    }
    Ok(())
}

fn vanished_of_the_past(tx: &Connection) -> Result<u64, StoreError> {
    Ok(tx.query_row("SELECT count(*) FROM mail WHERE backlog = 1 AND state = 'vanished'", [], |row| count(row, 0))?)
}

fn agenda_facts(tx: &Connection, now: DateTime<Utc>) -> Result<AgendaFacts, StoreError> {
    let accounts = accounts::account_facts(tx)?;
    let first_contact_runs = accounts.iter().any(|account| account.first_contact != FirstContact::Started);
    Ok(AgendaFacts {
        open: with_maintenances(tx, drafts::select(tx, "SELECT value FROM draft WHERE state IN ('proposed', 'held') ORDER BY id", [])?)?,
        rehearsed: with_maintenances(
            tx,
            drafts::select(
                tx,
                "SELECT d.value FROM maintenance m JOIN draft d ON d.maintenance = m.id
                  WHERE m.open = 1 AND d.mode = 'rehearsal' AND d.state IN ('approved', 'done')
                    AND EXISTS (SELECT 1 FROM setting WHERE name = 'mode' AND value = 'live')
                    AND NOT EXISTS (SELECT 1 FROM draft n WHERE n.maintenance = d.maintenance AND n.revision > d.revision)
                  ORDER BY d.id",
                [],
            )?,
        )?,
        approved: approved(tx)?,
        held_back: maintenances::select(tx, "SELECT value FROM maintenance WHERE held_back = 1 ORDER BY id", [])?,
        first_contact_requests: drafts::requests(
            tx,
            &format!(
                "SELECT {} FROM request r JOIN account a ON a.account = r.account WHERE r.account IS NOT NULL AND a.started = 0 ORDER BY r.id",
                drafts::REQUEST
            ),
            [],
        )?,
        backlog_outcomes: if first_contact_runs { outcomes(tx, "mail WHERE backlog = 1", [])? } else { BTreeMap::new() },
        quarantined: views::queue(tx, "m.outcome = 'quarantined' AND m.told_at IS NULL")?,
        unchecked: views::queue(tx, "m.state = 'pending' AND m.told_at IS NULL")?,
        backlog_vanished: if first_contact_runs { vanished_of_the_past(tx)? } else { 0 },
        vanished: views::vanished(tx)?,
        undelivered: outbox::told(tx, &format!("o.kind = 'notice' AND {UNTOLD}"), [])?.into_iter().map(|(told, _)| told.outbox).collect(),
        fates: outbox::fates(
            tx,
            &format!("o.kind = 'notice' AND o.draft IN (SELECT o.draft FROM outbox o WHERE o.kind = 'notice' AND {UNTOLD})"),
            [],
        )?,
        undelivered_drafts: with_maintenances(
            tx,
            drafts::select(
                tx,
                &format!(
                    "SELECT value FROM draft WHERE id IN (SELECT draft FROM outbox o WHERE o.kind = 'notice' AND {UNTOLD}) ORDER BY id"
                ),
                [],
            )?,
        )?,
        held: restored::held_why(tx)?,
        guesses: guesses(tx)?,
        stuck: outbox::stuck(tx)?,
        unreached: alarms::unreached(tx)?,
        last_mode: match text(tx, "mode")?.as_deref() {
            Some("live") => Some(Mode::Live),
            Some(_) => Some(Mode::Rehearsal),
            None => None,
        },
        last_digest_at: last_digest_or_first_contact(tx)?.map(instant).transpose()?,
        near: near(tx, now)?,
        last_daily: text(tx, "daily_made")?.and_then(|day| day.parse().ok()),
        own_windows: Vec::new(),
        away: away(tx, now)?,
        next_draft: known::next_number(tx, "draft")?,
        canary: canary(tx)?,
        recovered: recovered(tx)?,
        running_since: None,
        watched: BTreeSet::new(),
        accounts,
    })
}

/// Answers that named no request of ours, of the hour before the last of them.
fn guesses(tx: &Connection) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT sender, done_at FROM mail WHERE state = 'done' AND outcome = 'reply' AND value = ?1
            AND done_at > (SELECT max(done_at) FROM mail WHERE state = 'done') - 3600",
    )?;
    let unknown = json(&Outcome::Reply(ReplyOutcome::UnknownToken))?;
    let rows = statement.query_map([unknown], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    let mut guesses = Vec::new();
    for row in rows {
        let (sender, at) = row?;
        let domain = sender.rsplit_once('@').map_or("", |(_, rest)| rest);
        let domain: String = domain.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '.')).take(253).collect();
        guesses.push((domain.to_lowercase(), instant(at)?));
    }
    Ok(guesses)
}

/// What is ahead and begins within a day and an hour, or leaves us something to do.
fn near(tx: &Connection, now: DateTime<Utc>) -> Result<Vec<Near>, StoreError> {
    let soon = seconds(now + TimeDelta::hours(25));
    let found = maintenances::select(
        tx,
        "SELECT value FROM maintenance m WHERE m.open = 1 AND m.held_back = 0 AND m.id IN (
             SELECT maintenance FROM maintenance_window WHERE main = 1 AND until_at > ?1 - 7200
              AND (start_at <= ?2 OR json_array_length(m.value, '$.said.actions') > 0)) ORDER BY m.id",
        params![seconds(now), soon],
    )?;
    found
        .into_iter()
        .map(|maintenance| {
            let id = maintenance.id;
            let drafts = drafts::select(tx, "SELECT value FROM draft WHERE maintenance = ?1 ORDER BY revision", [id.0])?;
            let told = known::told_of(tx, &json(&[id])?)?;
            Ok(Near { keys: keys(tx, &format!("near:{id}:"))?, maintenance, drafts, told })
        })
        .collect()
}

fn approved(tx: &Connection) -> Result<Vec<(Draft, Vec<Told>)>, StoreError> {
    let mut approved = drafts::select(tx, "SELECT value FROM draft WHERE state = 'approved' ORDER BY id", [])?;
    approved.extend(drafts::select(tx, "SELECT value FROM draft WHERE state = 'done' AND told_at IS NULL ORDER BY id", [])?);
    approved
        .into_iter()
        .map(|draft| {
            let told = outbox::told(tx, "o.kind = 'notice' AND o.draft = ?1", [draft.id.0])?;
            Ok((draft, told.into_iter().map(|(told, _)| told).collect()))
        })
        .collect()
}

/// Keys of mails of ours that begin with a prefix.
fn keys(tx: &Connection, prefix: &str) -> Result<BTreeSet<String>, StoreError> {
    // The highest character ends the range.
    let mut statement = tx.prepare("SELECT key FROM outbox WHERE key >= ?1 AND key < ?1 || char(0x10FFFF)")?;
    Ok(statement.query_map([prefix], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn newest_proof(tx: &rusqlite::Transaction<'_>) -> Result<Option<String>, StoreError> {
    let query = "SELECT json_extract(value, '$.proof') FROM decision WHERE mail IS NOT NULL ORDER BY id DESC LIMIT 1";
    Ok(tx.query_row(query, [], |row| row.get(0)).optional()?)
}

fn digest_facts(tx: &rusqlite::Transaction<'_>) -> Result<DigestFacts, StoreError> {
    let since = last_digest_at(tx)?;
    let from = since.unwrap_or(i64::MIN);
    let maintenances = maintenances::select(
        tx,
        "SELECT value FROM maintenance WHERE id IN (SELECT id FROM maintenance WHERE open = 1
                                                       UNION SELECT id FROM maintenance WHERE changed_at >= ?1) ORDER BY id",
        [from],
    )?;
    let ids: Vec<MaintenanceId> = maintenances.iter().map(|maintenance| maintenance.id).collect();
    let ids = json(&ids)?;
    Ok(DigestFacts {
        drafts: drafts::select(
            tx,
            "SELECT value FROM draft WHERE id IN (SELECT max(id) FROM draft WHERE maintenance IN (SELECT value FROM json_each(?1))
               GROUP BY maintenance) ORDER BY id",
            [&ids],
        )?,
        told: known::told_of(tx, &ids)?,
        maintenances,
        newest_proof: newest_proof(tx)?,
        since: since.map(instant).transpose()?,
        outcomes: outcomes(tx, "mail INDEXED BY mail_done WHERE state = 'done' AND done_at >= ?1", [from])?,
        repeats: u64::try_from(number(tx, "repeats")?.saturating_sub(number(tx, "repeats_at_digest")?)).unwrap_or(0),
        strangers: tally(
            tx,
            "SELECT sender, count(*) FROM mail INDEXED BY mail_done WHERE state = 'done' AND done_at >= ?1 AND outcome = 'irrelevant' AND reason = ?2
              GROUP BY sender ORDER BY count(*) DESC, sender LIMIT ?3",
            params![from, NO_SIGN, STRANGERS],
        )?,
        irrelevant: tally(
            tx,
            "SELECT reason, count(*) FROM mail INDEXED BY mail_done WHERE state = 'done' AND done_at >= ?1 AND outcome = 'irrelevant'
              GROUP BY reason ORDER BY count(*) DESC, reason",
            [from],
        )?,
        counts: ledger::counts(tx)?,
        accounts: accounts::account_facts(tx)?,
        sent: outbox::tallies(tx, from)?,
        canary: canary(tx)?,
        recovered: recovered(tx)?,
    })
}

/// Counts of outcomes of certain mails.
fn outcomes(tx: &Connection, which: &str, with: impl rusqlite::Params) -> Result<BTreeMap<String, u64>, StoreError> {
    let query = format!("SELECT outcome, count(*) FROM {which} AND outcome IS NOT NULL GROUP BY outcome");
    Ok(tally(tx, &query, with)?.into_iter().collect())
}

fn tally(tx: &Connection, query: &str, with: impl rusqlite::Params) -> Result<Vec<(String, u64)>, StoreError> {
    let mut statement = tx.prepare(query)?;
    let rows = statement.query_map(with, |row| Ok((row.get(0)?, count(row, 1)?)))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}

/// Each draft with its maintenance.
pub(super) fn with_maintenances(tx: &Connection, drafts: Vec<Draft>) -> Result<Vec<(Draft, Maintenance)>, StoreError> {
    drafts
        .into_iter()
        .map(|draft| match maintenances::by_id(tx, draft.maintenance)? {
            Some(maintenance) => Ok((draft, maintenance)),
            None => Err(StoreError::unreadable(format!("draft {}", draft.id.0), "its maintenance is gone")),
        })
        .collect()
}

/// Adds to how often providers repeated themselves.
pub(super) fn add_repeats(tx: &Connection, more: u64) -> Result<(), StoreError> {
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    set(tx, "repeats", &number(tx, "repeats")?.saturating_add(more).to_string())
}

fn last_digest_at(tx: &Connection) -> Result<Option<i64>, StoreError> {
    let made = text(tx, "digest_made_at")?.is_some();
    made.then(|| number(tx, "digest_made_at")).transpose()
}

/// A store that never made a digest counts from when it first saw an account.
fn last_digest_or_first_contact(tx: &Connection) -> Result<Option<i64>, StoreError> {
    match last_digest_at(tx)? {
        Some(at) => Ok(Some(at)),
        None => Ok(tx.query_row("SELECT min(first_seen_at) FROM account", [], |row| row.get(0))?),
    }
}

pub(super) fn text(tx: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(tx.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0)).optional()?)
}

/// A number among the settings; 0 where it was never set.
pub(super) fn number(tx: &Connection, name: &str) -> Result<i64, StoreError> {
    text(tx, name)?.map_or(Ok(0), |value| value.parse().map_err(|error| StoreError::unreadable(format!("the setting {name}"), error)))
}

/// Number of the last commit of a decision.
pub(super) fn commits(tx: &Connection) -> Result<i64, StoreError> {
    number(tx, "commits")
}

/// Counts a commit, which is overtaken where another came since the one that it rests on.
pub(super) fn count_commit(tx: &Connection, as_of: Option<i64>) -> Result<(), StoreError> {
    let last = commits(tx)?;
    if as_of.is_some_and(|seen| seen != last) {
        return Err(StoreError::Overtaken("another decision was committed".to_owned()));
    }
    set(tx, "commits", &last.saturating_add(1).to_string())
}

pub(super) fn set(tx: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", [name, value])?;
    Ok(())
}
