//! Listings → the ledger: what a server or folder says it holds, in which generation, before any of it is read.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::bytes::ENVELOPE_CHARS;
use crate::store::values::seconds;
use crate::store::{Store, StoreError, accounts};

/// A folder of an account in one generation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the account in the configuration.
    pub account: String,
    /// Name of the folder.
    pub folder: String,
    /// What changes when uids lose their meaning (IMAP: UIDVALIDITY, RFC 9051 section 2.3.1.1).
    pub generation: String,
}

/// A mail as a server or folder lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its name in the place: an IMAP UID, a Maildir's unique name.
    pub uid: String,
    /// When the server or folder got it, UTC.
    pub arrived_at: DateTime<Utc>,
    /// From as written, for people, should it go before it is read; empty where the listing does not say.
    pub sender: String,
    /// Subject as written.
    pub subject: String,
}

/// What a listing brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Mails not known before.
    pub new: u64,
}

impl Store {
    /// Enters what a place lists, in one transaction: its whole listing, all that is new in it, or the last part of either.
    ///
    /// A folder's first listing before the account's first complete pass is the past (`backlog`); everything later is live. Where
    /// a folder that is known comes in a new generation, what was listed in the old ones and not read has vanished, and the
    /// unread past stays past.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, place: &Place, listings: Vec<Listing>, now: DateTime<Utc>) -> Result<Listed, StoreError> {
        let place = place.clone();
        self.write(move |tx| list(tx, &place, &listings, true, now)).await
    }

    /// Enters a part of a listing, of which more follows: a first listing goes on until [`Store::list`] brings its last part, also over
    /// a stop of the program.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_part(&self, place: &Place, listings: Vec<Listing>, now: DateTime<Utc>) -> Result<Listed, StoreError> {
        let place = place.clone();
        self.write(move |tx| list(tx, &place, &listings, false, now)).await
    }

    /// Those of some uids that are not listed in a place, or went and are back, in the order given.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn not_listed(&self, place: &Place, uids: Vec<u32>) -> Result<Vec<u32>, StoreError> {
        let place = place.clone();
        self.read(move |tx| {
            let mut known = tx.prepare(
                "SELECT 1 FROM mail WHERE place = (SELECT id FROM place WHERE account = ?1 AND folder = ?2 AND generation = ?3)
                    AND uid = ?4 AND state <> 'vanished'",
            )?;
            let mut missing = Vec::new();
            for uid in uids {
                if !known.exists(params![place.account, place.folder, place.generation, uid.to_string()])? {
                    missing.push(uid);
                }
            }
            Ok(missing)
        })
        .await
    }

    /// The newest generation in which a folder was listed; none where it never was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_generation(&self, account: &str, folder: &str) -> Result<Option<String>, StoreError> {
        let (account, folder) = (account.to_owned(), folder.to_owned());
        self.read(move |tx| {
            let query = "SELECT generation FROM place WHERE account = ?1 AND folder = ?2 ORDER BY id DESC LIMIT 1";
            Ok(tx.query_row(query, [account, folder], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// The highest uid ever listed in a place whose uids are numbers; none where nothing is listed. A poller asks the server for
    /// what lies above it, and at times for everything, because uids may become visible late.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn highest_uid(&self, place: &Place) -> Result<Option<u64>, StoreError> {
        let place = place.clone();
        self.read(move |tx| {
            let highest: Option<i64> = tx
                .query_row(
                    "SELECT CAST(m.uid AS INTEGER) FROM mail m WHERE m.place = (SELECT id FROM place WHERE account = ?1 AND folder = ?2
                        AND generation = ?3) ORDER BY CAST(m.uid AS INTEGER) DESC LIMIT 1",
                    params![place.account, place.folder, place.generation],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(highest.and_then(|uid| u64::try_from(uid).ok()))
        })
        .await
    }
}

fn list(tx: &Connection, place: &Place, listings: &[Listing], whole: bool, now: DateTime<Utc>) -> Result<Listed, StoreError> {
    accounts::see(tx, &place.account, now)?;
    let known: Option<(i64, Option<i64>)> = tx
        .query_row(
            "SELECT p.id, f.past_until_at FROM place p LEFT JOIN first_listing f ON f.place = p.id
              WHERE p.account = ?1 AND p.folder = ?2 AND p.generation = ?3",
            params![place.account, place.folder, place.generation],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (id, past_until) = match known {
        Some(known) => known,
        None => enter_place(tx, place, now)?,
    };
    let mut insert = tx.prepare(
        // A mail that was out of sight for a moment is back.
        "INSERT INTO mail (place, uid, arrived_at, listed_at, backlog, sender, subject) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (place, uid) DO UPDATE SET state = 'listed', told_at = NULL WHERE mail.state = 'vanished'",
    )?;
    let mut new = 0;
    for listing in listings {
        let arrived_at = seconds(listing.arrived_at);
        let backlog = past_until.is_some_and(|until| arrived_at <= until);
        let about = params![id, listing.uid, arrived_at, seconds(now), backlog, shown(&listing.sender), shown(&listing.subject)];
        if insert.execute(about)? == 1 {
            new += 1;
        }
    }
    if whole {
        tx.execute("DELETE FROM first_listing WHERE place = ?1", [id])?;
        missed_by_generation(tx, id)?;
        left_in_later_ones(tx, id)?;
    }
    Ok(Listed { new })
}

/// Makes a place's row; gives its id and until which arrival its mails are the past.
fn enter_place(tx: &Connection, place: &Place, now: DateTime<Utc>) -> Result<(i64, Option<i64>), StoreError> {
    let folder = params![place.account, place.folder];
    let folder_known: bool =
        tx.query_row("SELECT EXISTS (SELECT 1 FROM place WHERE account = ?1 AND folder = ?2)", folder, |row| row.get(0))?;
    let (started, good_pass): (bool, bool) =
        tx.query_row("SELECT started, last_good_pass_at IS NOT NULL FROM account WHERE account = ?1", [&place.account], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let past_until = if folder_known && !started {
        tx.query_row(
            "SELECT max(m.arrived_at) FROM place p JOIN mail m ON m.place = p.id AND m.backlog = 1 WHERE p.account = ?1 AND p.folder = ?2",
            folder,
            |row| row.get(0),
        )?
    } else if !folder_known && !good_pass {
        Some(i64::MAX)
    } else {
        None
    };
    if folder_known {
        // Most of them come again under new uids, so nobody is told yet.
        tx.execute(
            "UPDATE mail SET state = 'vanished', told_at = ?3
              WHERE state = 'listed' AND place IN (SELECT id FROM place WHERE account = ?1 AND folder = ?2)",
            params![place.account, place.folder, seconds(now)],
        )?;
    }
    tx.execute(
        "INSERT INTO place (account, folder, generation, first_listed_at) VALUES (?1, ?2, ?3, ?4)",
        params![place.account, place.folder, place.generation, seconds(now)],
    )?;
    let id = tx.last_insert_rowid();
    if let Some(until) = past_until {
        tx.execute("INSERT INTO first_listing (place, past_until_at) VALUES (?1, ?2)", [id, until])?;
    }
    Ok((id, past_until))
}

/// Once a new generation is listed whole: what the old one listed, nobody read and this one lacks is gone, and staff are to hear of it.
fn missed_by_generation(tx: &Connection, place: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mail SET told_at = NULL
          WHERE state = 'vanished' AND told_at = (SELECT first_listed_at FROM place WHERE id = ?1) AND place IN
                (SELECT o.id FROM place o JOIN place n ON n.account = o.account AND n.folder = o.folder WHERE n.id = ?1 AND o.id < ?1)
            AND NOT EXISTS (SELECT 1 FROM mail n WHERE n.place = ?1 AND n.arrived_at = mail.arrived_at AND n.sender = mail.sender
                               AND n.subject = mail.subject)",
        [place],
    )?;
    Ok(())
}

/// Where an earlier generation is back (a restored mailbox), nothing can be read of the later ones any more.
fn left_in_later_ones(tx: &Connection, place: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mail SET state = 'vanished' WHERE state = 'listed' AND place IN
                (SELECT l.id FROM place l JOIN place e ON e.account = l.account AND e.folder = l.folder WHERE e.id = ?1 AND l.id > ?1)",
        [place],
    )?;
    Ok(())
}

/// A header as written, cut to what a person needs.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(ENVELOPE_CHARS).collect()
}
