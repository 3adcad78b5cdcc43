//! Accounts: first contact, good passes, lasting failures.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use crate::model::{AccountFacts, FirstContact};
use crate::store::values::{count, instant, seconds};
use crate::store::{Store, StoreError};

impl Store {
    /// Notes that an account is configured; the first time begins its first contact.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_seen(&self, account: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.write(move |tx| see(tx, &account, now)).await
    }

    /// Notes the end of a complete good pass: every folder was listed and everything listed was asked for. Ends a failure.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn good_pass(&self, account: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let account = account.to_owned();
        self.write(move |tx| {
            see(tx, &account, now)?;
            tx.execute(
                "UPDATE account SET last_good_pass_at = ?2, failing = NULL, failing_since_at = NULL WHERE account = ?1",
                params![account, seconds(now)],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes that an account cannot be read, and why. The beginning of the failure stays until the next good pass.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn failing(&self, account: &str, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (account, why) = (account.to_owned(), why.to_owned());
        self.write(move |tx| {
            see(tx, &account, now)?;
            tx.execute(
                "UPDATE account SET failing = ?2, failing_since_at = coalesce(failing_since_at, ?3) WHERE account = ?1",
                params![account, why, seconds(now)],
            )?;
            Ok(())
        })
        .await
    }
}

/// Makes the account's row if there is none.
pub(super) fn see(tx: &Connection, account: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO account (account, first_seen_at) VALUES (?1, ?2) ON CONFLICT (account) DO NOTHING",
        params![account, seconds(now)],
    )?;
    Ok(())
}

/// Every account, by name.
pub(super) fn account_facts(tx: &Connection) -> Result<Vec<AccountFacts>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT a.account, a.started, a.last_good_pass_at, a.failing, a.failing_since_at,
                EXISTS (SELECT 1 FROM place p WHERE p.account = a.account),
                (SELECT count(*) FROM place p JOIN mail m ON m.place = p.id AND m.backlog = 1 WHERE p.account = a.account),
                (SELECT count(*) FROM place p JOIN mail m ON m.place = p.id AND m.backlog = 1
                  WHERE p.account = a.account AND m.state IN ('listed', 'stored', 'pending'))
           FROM account a ORDER BY a.account",
    )?;
    let rows = statement.query_map([], AccountRow::read)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(AccountRow::facts).collect()
}

struct AccountRow {
    account: String,
    started: bool,
    last_good_pass_at: Option<i64>,
    failing: Option<String>,
    failing_since_at: Option<i64>,
    listed: bool,
    backlog: u64,
    backlog_left: u64,
}

impl AccountRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            account: row.get(0)?,
            started: row.get(1)?,
            last_good_pass_at: row.get(2)?,
            failing: row.get(3)?,
            failing_since_at: row.get(4)?,
            listed: row.get(5)?,
            backlog: count(row, 6)?,
            backlog_left: count(row, 7)?,
        })
    }

    fn facts(self) -> Result<AccountFacts, StoreError> {
        let first_contact = if self.started || (self.listed && self.backlog == 0) {
            FirstContact::Started
        } else if self.last_good_pass_at.is_none() || self.backlog_left > 0 {
            // Before the first good pass some folder may not have been listed at all.
            FirstContact::Reading
        } else {
            FirstContact::Asked
        };
        Ok(AccountFacts {
            account: self.account,
            first_contact,
            backlog: self.backlog,
            backlog_left: self.backlog_left,
            last_good_pass_at: self.last_good_pass_at.map(instant).transpose()?,
            failing: self.failing,
            failing_since: self.failing_since_at.map(instant).transpose()?,
        })
    }
}
