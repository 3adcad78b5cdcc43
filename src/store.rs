//! One SQLite file: ledger, raw mail, maintenances with revisions, drafts, requests, outbox. No SQL stands outside.
//!
//! One thread owns the connection; every method sends it one job and awaits the answer, so each method is one transaction and
//! takes and gives values only. What was committed survives a loss of power (`synchronous=FULL`); what was not leaves nothing.
//! Instants are kept to the second. `store/schema.sql` explains the tables.

mod accounts;
mod alarms;
mod crash;
mod drafts;
mod effects;
mod erase;
mod error;
mod facts;
mod known;
mod learnt;
mod ledger;
mod maintenances;
mod migrations;
mod outbox;
mod record;
mod redact;
mod restored;
mod retention;
mod settle;
mod values;
mod views;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use crash::Moment;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

pub use alarms::AlarmId;
pub use erase::Mentions;
pub use error::StoreError;
pub use ledger::{Kept, Listed, Listing, MAX_MAIL_BYTES, Place, ToFetch};
pub use outbox::{OutboxFilter, Recovered};
pub use restored::Held;
pub use views::Replayable;

/// How long a job waits for another process's transaction before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// The store. Clones share one connection; it closes when the last clone is gone, or with [`Store::close`].
#[derive(Clone, Debug)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    /// The file that counts the notices which left; none for a store that nobody needs later.
    sent_mark: Option<PathBuf>,
}

/// What the thread is asked to do.
enum Job {
    Work(Box<dyn FnOnce(&mut Connection) + Send>),
    Close(oneshot::Sender<()>),
}

impl Store {
    /// Opens a store for the service: makes the file if there is none (readable by its owner alone), checks it, brings an older
    /// one up to date.
    ///
    /// # Errors
    /// When the file is no store, is damaged, was written by a newer version, or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        create_private(path).map_err(|source| StoreError::cannot_open(path, source))?;
        let mut connection = connect(path, |_| Ok(()))?;
        migrations::check_whole(&connection, path)?;
        migrations::migrate(&mut connection, path)?;
        let mark = restored::mark_path(path);
        restored::check(&mut connection, &mark, path)?;
        Self::start(connection, path, Some(mark))
    }

    /// Makes a store for a look back, which nobody needs when the process is gone: nothing waits for the disk.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open_passing(path: &Path) -> Result<Self, StoreError> {
        create_private(path).map_err(|source| StoreError::cannot_open(path, source))?;
        let mut connection = connect(path, |_| Ok(()))?;
        migrations::migrate(&mut connection, path)?;
        connection.execute_batch("PRAGMA synchronous = OFF;")?;
        Self::start(connection, path, None)
    }

    /// Opens a store that exists, for a command beside the service: changes nothing by itself.
    ///
    /// # Errors
    /// When there is no such file, it is no store, or was written by another version.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::NotFound { path: path.to_owned() });
        }
        // Before anything else: a file that the service is making at this moment is left alone.
        let connection = connect(path, |connection| {
            if migrations::is_empty(connection)? {
                Err(StoreError::NotFound { path: path.to_owned() })
            } else {
                migrations::check_current(connection, path)
            }
        })?;
        Self::start(connection, path, Some(restored::mark_path(path)))
    }

    /// Closes the connection after the jobs that wait, and folds the write-ahead log into the file. Other clones fail from then on.
    pub async fn close(self) {
        let (closed, told) = oneshot::channel();
        if self.jobs.send(Job::Close(closed)).is_ok() {
            // An error only says that the thread ended before, which is what was asked for.
            drop(told.await);
        }
    }

    fn start(mut connection: Connection, path: &Path, sent_mark: Option<PathBuf>) -> Result<Self, StoreError> {
        let (jobs, todo) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                let mut asked_to_close = None;
                while let Ok(job) = todo.recv() {
                    match job {
                        Job::Work(work) => work(&mut connection),
                        Job::Close(closed) => {
                            asked_to_close = Some(closed);
                            break;
                        }
                    }
                }
                drop(connection);
                // Nobody may be waiting any more.
                asked_to_close.map(|closed| closed.send(()))
            })
            .map_err(|source| StoreError::cannot_open(path, source))?;
        Ok(Self { jobs, sent_mark })
    }

    /// Runs one job in a transaction that takes the write lock at its start, and commits it if it succeeds.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.call(TransactionBehavior::Immediate, work).await
    }

    /// Runs one job that only reads, on one state of the store.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.call(TransactionBehavior::Deferred, work).await
    }

    async fn call<T, F>(&self, behavior: TransactionBehavior, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.outside_transactions(move |connection| in_transaction(connection, behavior, work)).await
    }

    /// Runs one job that makes its own transactions, or needs none.
    async fn outside_transactions<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Job::Work(Box::new(move |connection| {
            let result = work(connection);
            // The caller may have given up; what was done stands all the same.
            drop(answer.send(result));
        }));
        self.jobs.send(job).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let value = work(&transaction)?;
    let durable = matches!(behavior, TransactionBehavior::Immediate);
    if durable {
        crash::at(Moment::Before);
    }
    transaction.commit()?;
    if durable {
        crash::at(Moment::After);
    }
    Ok(value)
}

/// Makes an empty file that only its owner can read, if there is none; SQLite gives its side files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens a file that passes the check, and only then touches it.
fn connect(path: &Path, check: impl FnOnce(&Connection) -> Result<(), StoreError>) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|source| StoreError::cannot_open(path, source))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    migrations::check_ours(&connection, path)?;
    check(&connection)?;
    // Only in a file that is still empty, because it writes: free pages can then be given back piece by piece.
    if migrations::is_empty(&connection)? {
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::cannot_open(path, format!("the file system allows no write-ahead log (journal mode {mode})")));
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}
