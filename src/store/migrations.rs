//! From any released version of the store to this one: each step one transaction, the version in `PRAGMA user_version`.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::store::StoreError;

/// The steps, oldest first; a released step is never changed. Step n makes version n.
const STEPS: [&str; 5] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
];

/// Marks a SQLite file as ours (`PRAGMA application_id`): "FWRN".
const APPLICATION_ID: i64 = 0x4657_524E;

/// Fails unless the file is empty or a store of this program.
pub(super) fn check_ours(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let not_ours = |detail: &str| StoreError::NotAStore { path: path.to_owned(), detail: detail.into() };
    let tables: i64 = match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)) {
        Ok(tables) => tables,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => return Err(not_ours("it is no SQLite file")),
        Err(error) => return Err(error.into()),
    };
    if tables > 0 && pragma(connection, "application_id")? != APPLICATION_ID {
        return Err(not_ours("it is another program's SQLite file"));
    }
    Ok(())
}

/// Whether nothing stands in the file yet.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}

/// Fails when pages or indexes contradict each other.
pub(super) fn check_whole(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Damaged { detail: format!("{}: {found}", path.display()) }) }
}

/// Fails unless the store has exactly the version of this program.
pub(super) fn check_current(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = pragma(connection, "user_version")?;
    let known = newest();
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(StoreError::Older { path: path.to_owned(), found, known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(StoreError::Newer { path: path.to_owned(), found, known }),
    }
}

/// Takes the steps that the store has not taken.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    for (version, step) in (1_i64..).zip(STEPS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked inside the transaction: another process may have taken the step in the meantime.
        if pragma(&transaction, "user_version")? < version {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
    }
    check_current(connection, path)
}

fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}
