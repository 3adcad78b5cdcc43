//! Erasure: nothing of the customer is left in the file, and everything that others need still stands.

use forewarn::cli::erase::EraseArgs;
use forewarn::model::{Effects, OutboxState};
use forewarn::store::{OutboxFilter, Store};
use rusqlite::Connection;

use super::{Played, for_customer, later, of};

fn erase(played: &Played, customer: &str, yes: bool) -> (bool, String) {
    let mut out = Vec::new();
    let erased = EraseArgs { customer: customer.into(), yes, at: later() }.show(&played.config(), &mut out).unwrap();
    (erased, super::plain(&out))
}

fn refused(played: &Played, customer: &str) -> String {
    EraseArgs { customer: customer.into(), yes: true, at: later() }.show(&played.config(), &mut Vec::new()).unwrap_err().to_string()
}

/// The store's files as text, lower case.
fn file(played: &Played) -> String {
    let path = played.config().store;
    let mut text = String::new();
    for end in ["", "-wal"] {
        let path = path.with_file_name(format!("{}{end}", path.file_name().unwrap().to_str().unwrap()));
        text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).to_lowercase());
    }
    text
}

fn with_store<T>(played: &Played, work: impl AsyncFnOnce(&Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open_existing(&played.config().store).unwrap();
        let answer = work(&store).await;
        store.close().await;
        answer
    })
}

#[test]
fn w37_without_yes_nothing_goes() {
    let played = Played::of("w28-bounces");
    let before = with_store(&played, async |store| store.drafts(true).await.unwrap());
    let (erased, shown) = erase(&played, "orchard & finch law", false);
    assert!(!erased && shown.contains("would be erased; nothing was changed, --yes does it"), "{shown}");
    assert_eq!(with_store(&played, async |store| store.drafts(true).await.unwrap()), before);
    assert!(file(&played).contains("lee@orchardfinch.example"));
}

#[test]
fn w37_no_trace_is_left_in_the_file_and_what_was_counted_stands() {
    for (story, customer, traces) in [
        ("w28-bounces", "Orchard & Finch Law", ["orchard & finch", "orchard &amp; finch", "orchardfinch.example", "lee orchard"]),
        ("w29-customer-answers", "Bakery Meyer", ["bakery meyer", "bakery-meyer.example", "katrin meyer", "\"meyer\""]),
        ("w31-cancelled-after-telling", "Bakery Meyer", ["bakery meyer", "bakery-meyer.example", "katrin meyer", "\"meyer\""]),
    ] {
        let played = Played::of(story);
        let count = |store: &Store| {
            let store = store.clone();
            async move { (store.counts().await.unwrap(), store.outbox_counts().await.unwrap(), store.drafts(true).await.unwrap().len()) }
        };
        let before = with_store(&played, async |store| count(store).await);
        assert!(traces.iter().any(|trace| file(&played).contains(trace)), "{story}");
        let (erased, shown) = erase(&played, customer, true);
        assert!(erased && shown.contains("is erased from the store") && shown.contains("services.toml: take the customer out"), "{shown}");
        let left = file(&played);
        for trace in traces {
            let at =
                left.find(trace).map(|at| left.get(at.saturating_sub(120)..).unwrap_or_default().chars().take(240).collect::<String>());
            assert_eq!(at, None, "{story}: {trace} is left");
        }
        assert_eq!(with_store(&played, async |store| count(store).await), before, "{story}");
        // Every row is still read, the record of the others still told.
        let page = played.history(&of(1));
        assert!(page.contains("the names and addresses of a customer were erased"), "{page}");
        assert!(page.contains("TOLD      Lakeside Dental: v") && page.contains(" to priya@lakesidedental.example on "), "{page}");
        with_store(&played, async |store| {
            let rows = store.outbox(OutboxFilter::State(OutboxState::Sent)).await.unwrap();
            let keys: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.outgoing.key.as_str()).collect();
            assert_eq!(keys.len(), rows.len());
        });
        assert_eq!(
            Connection::open(played.config().store)
                .unwrap()
                .query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
                .unwrap(),
            "ok"
        );
    }
}

#[test]
fn w37_what_a_rehearsal_sent_in_their_place_goes_too() {
    let played = Played::of("w04-rehearsal");
    let rejected =
        "UPDATE draft SET state = 'rejected', value = json_set(value, '$.state', json('{\"rejected\":\"no\"}')) WHERE state = 'proposed'";
    Connection::open(played.config().store).unwrap().execute(rejected, []).unwrap();
    let rehearsal = "rehearsal@harborlight.example";
    assert!(file(&played).contains("bakery-meyer.example"));
    erase(&played, "meyer", true);
    let left = file(&played);
    for trace in ["bakery-meyer.example", "bakery meyer", "katrin meyer", "(meyer)", "\"meyer\""] {
        assert!(
            !left.contains(trace),
            "{trace} is left: {:?}",
            left.find(trace).map(|at| left.chars().skip(at.saturating_sub(100)).take(200).collect::<String>())
        );
    }
    assert!(left.contains(rehearsal), "the house's own address is nobody's to erase");
}

#[test]
fn w37_a_file_of_an_earlier_version_shrinks_from_an_erasure_on() {
    let played = Played::of("w28-bounces");
    let old = played.config().store;
    let mode = || Connection::open(&old).unwrap().pragma_query_value(None, "auto_vacuum", |row| row.get::<_, i64>(0)).unwrap();
    Connection::open(&old).unwrap().execute_batch("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM;").unwrap();
    assert_eq!(mode(), 0);
    erase(&played, "meyer", true);
    assert_eq!(mode(), 2);
}

#[test]
fn w37_who_was_erased_is_known_by_the_fact_alone() {
    let played = Played::of("w28-bounces");
    erase(&played, "meyer", true);
    let path = played.folder.path().join("services.toml");
    let services = std::fs::read_to_string(&path).unwrap();
    let blocks: Vec<&str> = services.split("[[customer]]").filter(|block| !block.contains("id = \"meyer\"")).collect();
    std::fs::write(&path, blocks.join("[[customer]]")).unwrap();
    assert_eq!(refused(&played, "meyer"), "\"meyer\" was erased on 2020-09-20 12:00 UTC");
    assert!(for_customer("meyer").show(&played.config(), &mut Vec::new()).is_err());
}

#[test]
fn w37_a_mail_that_waits_or_a_draft_that_is_not_decided_comes_first() {
    let undecided = Played::of("w08-moved-before-decision");
    with_store(&undecided, async |store| {
        // The story ends with a decision or not; here a draft about them is open again.
        let open = store.drafts(false).await.unwrap();
        if open.is_empty() {
            let (draft, _) = store.drafts(true).await.unwrap().pop().unwrap();
            let next = forewarn::model::Draft {
                id: forewarn::model::DraftId(draft.id.0 + 1),
                revision: draft.revision + 1,
                state: forewarn::model::DraftState::Proposed,
                ..draft
            };
            let effects = Effects { drafts: vec![next], ..Effects::default() };
            store.commit(None, &effects, later().now.unwrap()).await.unwrap();
        }
    });
    let error = refused(&undecided, "Bakery Meyer");
    assert!(error.starts_with("Bakery Meyer cannot be erased yet: FW-") && error.contains(" is proposed"), "{error}");

    let queued = Played::of("w28-bounces");
    let connection = Connection::open(queued.config().store).unwrap();
    connection.execute("UPDATE outbox SET state = 'retry' WHERE to_address = 'katrin@bakery-meyer.example'", []).unwrap();
    drop(connection);
    let error = refused(&queued, "Bakery Meyer");
    assert!(error.contains("to katrin@bakery-meyer.example is retry"), "{error}");
    assert!(file(&queued).contains("katrin@bakery-meyer.example"));
}
