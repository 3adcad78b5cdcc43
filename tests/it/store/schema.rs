//! Which files are opened, and what the migrations make of them.

use forewarn::store::{Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use super::Scratch;
use super::now;

/// Statements of a schema by name, without comments and with white space folded.
fn statements(connection: &Connection) -> Vec<(String, String)> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    rows.map(|row| {
        let (name, sql) = row.unwrap();
        let bare: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap()).collect();
        // A column that was added later stands after a space of its own.
        (name, bare.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").replace(" )", ")"))
    })
    .collect()
}

#[test]
fn the_commented_schema_is_what_the_migrations_make() {
    let scratch = Scratch::new();
    let made = Connection::open(scratch.path()).unwrap();
    let written = Connection::open_in_memory().unwrap();
    written.execute_batch(include_str!("../../../src/store/schema.sql")).unwrap();
    assert!(statements(&made).len() > 20);
    assert_eq!(statements(&made), statements(&written));
}

#[test]
fn every_table_is_strict_and_the_pragmas_hold() {
    let scratch = Scratch::new();
    let connection = Connection::open(scratch.path()).unwrap();
    let lax: i64 = connection
        .query_row("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(lax, 0);
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn only_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = Scratch::new();
    assert_eq!(std::fs::metadata(scratch.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_store_opens_again_and_keeps_what_it_had() {
    let scratch = Scratch::new();
    scratch.proposed(1, "one").await;
    scratch.store.clone().close().await;
    let again = Store::open(&scratch.path()).unwrap();
    assert_eq!(again.drafts(false).await.unwrap().len(), 1);
    assert_eq!(Store::open_existing(&scratch.path()).unwrap().counts().await.unwrap(), again.counts().await.unwrap());
    assert!(matches!(scratch.store.counts().await, Err(StoreError::Closed)));
}

#[test]
fn a_newer_store_is_refused_and_the_message_says_what_to_do() {
    let scratch = Scratch::new();
    Connection::open(scratch.path()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    for result in [Store::open(&scratch.path()), Store::open_existing(&scratch.path())] {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 999, .. }));
        let message = error.to_string();
        for part in [scratch.path().to_str().unwrap(), "999", "restore a backup"] {
            assert!(message.contains(part), "{message} lacks {part}");
        }
    }
}

#[tokio::test]
async fn an_older_store_keeps_its_mails_and_their_numbers() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("old.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../../src/store/migrations/0001.sql")).unwrap();
    old.pragma_update(None, "application_id", 0x4657_524E).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    for (number, state) in [(3, "sent"), (7, "unknown")] {
        let row = rusqlite::params![number, format!("answer {number}"), state];
        let query =
            "INSERT INTO outbox (id, key, kind, rank, to_name, to_address, not_before_at, state, due_at, changed_at, message_id, bytes)
                     VALUES (?1, ?2, 'answer', 2, '', 'sam@msp.example', 1, ?3, 1, 1, ?2 || '@x', x'00')";
        old.execute(query, row).unwrap();
    }
    drop(old);
    let store = Store::open(&path).unwrap();
    let outgoing = vec![super::frozen(forewarn::model::OutboxKind::Canary, "canary:1", "fw@msp.example", None)];
    let effects = forewarn::model::Effects { outgoing, ..forewarn::model::Effects::default() };
    store.commit(None, &effects, now()).await.unwrap();
    let rows = store.outbox(forewarn::store::OutboxFilter::Newest(9)).await.unwrap();
    let shown: Vec<_> = rows.iter().map(|row| (row.id.0, row.outgoing.key.as_str(), row.state.name())).collect();
    assert_eq!(shown, [(3, "answer 3", "sent"), (7, "answer 7", "unknown"), (8, "canary:1", "queued")]);
    let made = Connection::open(&path).unwrap();
    let maybe: Vec<bool> = {
        let mut query = made.prepare("SELECT may_have_arrived FROM outbox ORDER BY id").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(maybe, [false, true, false]);
    let accepted: Vec<Option<i64>> = {
        let mut query = made.prepare("SELECT accepted_at FROM outbox ORDER BY id").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(accepted, [Some(1), None, None], "what was sent had been accepted");
}

#[test]
fn a_command_does_not_bring_an_older_store_up_to_date() {
    let scratch = Scratch::new();
    Connection::open(scratch.path()).unwrap().pragma_update(None, "user_version", 0).unwrap();
    assert!(matches!(Store::open_existing(&scratch.path()), Err(StoreError::Older { found: 0, .. })));
}

#[test]
fn what_is_no_store_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "These are notes and not a database, however long they are. ".repeat(40)).unwrap();
    assert!(matches!(Store::open(&text), Err(StoreError::NotAStore { .. })));
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("These are notes"));

    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(Store::open(&other), Err(StoreError::NotAStore { .. })));

    let missing = folder.path().join("missing.db");
    assert!(matches!(Store::open_existing(&missing), Err(StoreError::NotFound { .. })));
    assert!(!missing.exists());
    assert!(matches!(Store::open(&folder.path().join("no/such/folder.db")), Err(StoreError::CannotOpen { .. })));
}

#[tokio::test]
async fn damage_is_found_at_the_start() {
    let scratch = Scratch::new();
    for n in 0..40 {
        scratch.proposed(n + 1, &format!("mail {n} {}", "x".repeat(2000))).await;
    }
    scratch.store.clone().close().await;
    let mut bytes = std::fs::read(scratch.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xA5);
    std::fs::write(scratch.path(), bytes).unwrap();
    assert!(matches!(Store::open(&scratch.path()), Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn a_backup_is_a_store() {
    let scratch = Scratch::new();
    scratch.proposed(1, "one").await;
    let copy = scratch.folder.path().join("copy.db");
    scratch.store.backup(&copy, now()).await.unwrap();
    assert!(scratch.store.backup(&copy, now()).await.is_err());
    let copy = Store::open_existing(&copy).unwrap();
    assert_eq!(copy.drafts(true).await.unwrap(), scratch.store.drafts(true).await.unwrap());
}
