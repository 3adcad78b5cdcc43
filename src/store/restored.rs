//! Copies of the store, and what an old one that comes back must not do: send again what has left since it was made (W36).
//!
//! Beside the store stands a file that counts the customer notices which left; it is written before each final dot. A store that counts
//! less was restored over what has happened since. A copy made by `backup` says of itself that it is one. In both cases notices are held
//! until a person has said what becomes of them; everything for staff goes out.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, params};

use crate::model::{OutboxId, OutboxRow};
use crate::store::facts::{number, set, text};
use crate::store::values::{instant, seconds};
use crate::store::{Store, StoreError, migrations, outbox};

const HELD: &str = "sending_held";
const COPIED: &str = "copied_at";
const LEFT: &str = "notices_left";
const IDENTITY: &str = "identity";

/// What holds notices back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Why, a sentence.
    pub why: String,
    /// Notices that wait for it.
    pub waiting: Vec<OutboxRow>,
}

impl Store {
    /// Writes a whole copy into a new file, readable by its owner alone, while everything goes on. The copy knows that it is one.
    ///
    /// # Errors
    /// When the file exists, cannot be written, or the copy does not pass its check; then nothing is left of it.
    pub async fn backup(&self, to: &Path, now: DateTime<Utc>) -> Result<(), StoreError> {
        let to = to.to_owned();
        self.outside_transactions(move |connection| {
            let part = to.with_extension("part");
            let fail = |source: std::io::Error| StoreError::cannot_open(&to, source);
            if to.exists() {
                return Err(fail(std::io::ErrorKind::AlreadyExists.into()));
            }
            // SQLite writes into a file that is there and empty, so that its mode is ours.
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part).map_err(fail)?;
            let copied = copy(connection, &part, now)
                .and_then(|()| std::fs::rename(&part, &to).map_err(fail))
                .and_then(|()| sync_folder(&to).map_err(fail));
            if copied.is_err() {
                // What is left of it is no copy; where it cannot be removed either, its name says what it is.
                drop(std::fs::remove_file(&part));
            }
            copied
        })
        .await
    }

    /// What holds notices back; none where nothing does.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn held(&self) -> Result<Option<Held>, StoreError> {
        self.read(|tx| {
            let Some(why) = text(tx, HELD)? else { return Ok(None) };
            let ids = waiting(tx)?;
            let rows = ids.into_iter().map(|id| outbox::by_id(tx, id)).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(Held { why, waiting: rows.into_iter().flatten().collect() }))
        })
        .await
    }

    /// Lets notices leave again. With `ask`, those that waited count as unknown, so that staff decide on each draft of them whether it is
    /// sent again; gives how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resume(&self, ask: bool, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let left = self.sent_mark.as_deref().and_then(read_mark);
        self.write(move |tx| {
            let ids = waiting(tx)?;
            if ask {
                for id in &ids {
                    tx.execute(
                        "UPDATE outbox SET state = 'unknown', may_have_arrived = 1, changed_at = ?2,
                                answer = 'the store was restored; it may have left before' WHERE id = ?1",
                        params![id.0, seconds(now)],
                    )?;
                }
                ids.iter().try_for_each(|id| outbox::finish_draft_of(tx, *id, now))?;
            }
            if let Some((identity, left)) = left
                && text(tx, IDENTITY)? == Some(identity)
                && left > number(tx, LEFT)?
            {
                set(tx, LEFT, &left.to_string())?;
            }
            tx.execute("DELETE FROM setting WHERE name = ?1", [HELD])?;
            Ok(ids.len())
        })
        .await
    }
}

/// Customer notices that would leave if nothing held them.
fn waiting(tx: &Connection) -> Result<Vec<OutboxId>, StoreError> {
    let outward = outbox::OUTWARD;
    let query = format!("SELECT id FROM outbox WHERE {outward} AND state IN ('queued', 'retry') AND with_row IS NULL ORDER BY id");
    let mut statement = tx.prepare(&query)?;
    let ids = statement.query_map([], |row| Ok(OutboxId(row.get(0)?)))?;
    Ok(ids.collect::<Result<Vec<_>, _>>()?)
}

/// Whether notices are held back.
pub(super) fn is_held(tx: &Connection) -> Result<bool, StoreError> {
    Ok(text(tx, HELD)?.is_some())
}

/// Why notices are held back; none where nothing does.
pub(super) fn held_why(tx: &Connection) -> Result<Option<String>, StoreError> {
    text(tx, HELD)
}

/// Counts one more notice, in the transaction before its final dot; gives what the file beside the store must say before the dot leaves.
pub(super) fn count(tx: &Connection) -> Result<(String, i64), StoreError> {
    let left = number(tx, LEFT)? + 1;
    set(tx, LEFT, &left.to_string())?;
    let identity = text(tx, IDENTITY)?.unwrap_or_default();
    Ok((identity, left))
}

/// At the service's start: holds notices where the store is a copy, or older than what has left.
pub(super) fn check(connection: &mut Connection, mark: &Path, path: &Path) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let known = mark_of(mark, path)?;
    if text(&tx, IDENTITY)?.is_none() {
        let identity: String = tx.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
        set(&tx, IDENTITY, &identity)?;
    }
    let identity = text(&tx, IDENTITY)?.unwrap_or_default();
    let older = known.filter(|(other, left)| *other == identity && *left > number(&tx, LEFT).unwrap_or(0));
    let copied = text(&tx, COPIED)?.and_then(|at| at.parse().ok()).map(instant).transpose()?;
    let why = match (copied, older) {
        (Some(at), _) => Some(format!("this store is a backup of {}", at.format("%F %H:%MZ"))),
        (None, Some((_, left))) => {
            let more = left - number(&tx, LEFT)?;
            Some(format!("this store is older than what was sent: {more} {} left since", if more == 1 { "notice" } else { "notices" }))
        }
        (None, None) => None,
    };
    if let Some(why) = why
        && text(&tx, HELD)?.is_none()
    {
        set(&tx, HELD, &why)?;
    }
    tx.execute("DELETE FROM setting WHERE name = ?1", [COPIED])?;
    tx.commit()?;
    Ok(())
}

/// The file beside the store.
pub(super) fn mark_path(store: &Path) -> PathBuf {
    store.with_extension("sent")
}

fn mark_of(mark: &Path, store: &Path) -> Result<Option<(String, i64)>, StoreError> {
    match mark.try_exists() {
        Ok(_) => Ok(read_mark(mark)),
        Err(error) => Err(StoreError::cannot_open(store, error)),
    }
}

/// Identity and count; none where there is no such file or it says nothing.
fn read_mark(mark: &Path) -> Option<(String, i64)> {
    let mut text = String::new();
    File::open(mark).ok()?.take(200).read_to_string(&mut text).ok()?;
    let (identity, left) = text.trim().split_once(' ')?;
    Some((identity.to_owned(), left.parse().ok()?))
}

/// Writes the file and waits until it is on the disk. One block, one length: it is never half written.
pub(super) fn write_mark(mark: &Path, (identity, left): &(String, i64)) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(mark)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(format!("{identity} {left:020}\n").as_bytes())?;
    file.sync_data()
}

fn copy(connection: &Connection, part: &Path, now: DateTime<Utc>) -> Result<(), StoreError> {
    let name = part.to_str().ok_or_else(|| StoreError::cannot_open(part, "the name is no text"))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    let copy = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    copy.execute_batch("PRAGMA synchronous = FULL;")?;
    set(&copy, COPIED, &seconds(now).to_string())?;
    migrations::check_whole(&copy, part)?;
    copy.close().map_err(|(_, error)| error)?;
    File::open(part).and_then(|file| file.sync_all()).map_err(|source| StoreError::cannot_open(part, source))
}

fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
