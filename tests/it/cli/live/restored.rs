//! A store that is put back is older than what has happened: nothing leaves twice, and a person hears of it (W36).

use super::{Live, NOC, Running, SAM, notice, until};
use std::fs;

/// Puts a copy in the place of the store.
fn put_back(live: &Live, copy: &str) {
    for side in ["forewarn.sqlite-wal", "forewarn.sqlite-shm"] {
        drop(fs::remove_file(live.world.path(side)));
    }
    fs::copy(live.world.path(copy), live.world.path("forewarn.sqlite")).unwrap();
}

/// The store is older than the eight notices: they are held, asked about, and called sent.
fn comes_back_and_asks(live: &Live, why: &str) {
    let running = Running::start(&live.world, None);
    let held = || live.server.inbox(SAM).iter().filter(|mail| mail.subject == "HELD: no customer notice leaves").count();
    until("staff hear that notices are held", || held() == 1);
    // The old answer lies in the mailbox still and approves once more: what follows is held.
    until("eight notices wait", || live.world.run(&["resume"]).out.matches("waits since").count() == 8);
    let shown = live.world.run(&["resume"]);
    assert!(shown.out.contains(why) && shown.code == Some(1), "{}", shown.out);
    assert!(!live.world.run(&["status"]).out.contains("All is well"), "what is held is no good state");
    live.each_contact_has_one();

    live.world.run(&["resume", "--ask"]).exits(0);
    let unknown = || live.server.inbox(SAM).into_iter().find(|mail| mail.text().contains("assume-sent"));
    until("staff are asked what became of them", || unknown().is_some());
    live.answer(SAM, &unknown().unwrap(), "assume-sent");
    until("they count as sent", || live.world.run(&["status"]).out.contains("All is well"));
    live.each_contact_has_one();
    assert!(live.world.run(&["resume"]).exits(0).contains("Nothing holds notices back."));
    running.stop();
    assert_eq!(held(), 1, "it was said once");
}

#[test]
fn w36_a_backup_that_is_put_back_sends_nothing_again() {
    let live = Live::two_accounts();
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    let copy = live.world.path("copy.sqlite");
    live.world.run(&["backup", copy.to_str().unwrap()]).exits(0);
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&copy).unwrap()) & 0o777, 0o600);
    let again = live.world.run(&["backup", copy.to_str().unwrap()]);
    assert!(again.code == Some(2) && again.err.contains("copy.sqlite was not written"), "{}", again.err);
    live.answer(SAM, &request, "approve");
    live.await_notices(8);
    running.stop();
    put_back(&live, "copy.sqlite");
    comes_back_and_asks(&live, "this store is a backup of ");
}

#[test]
fn w36_an_old_file_in_the_stores_place_sends_nothing_again() {
    let live = Live::two_accounts();
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    running.stop();
    assert!(!live.world.path("forewarn.sqlite-wal").exists(), "a store that was closed is one file");
    // The file itself, which says nothing of being a copy.
    fs::copy(live.world.path("forewarn.sqlite"), live.world.path("snapshot")).unwrap();
    let running = live.run();
    live.answer(SAM, &request, "approve");
    live.await_notices(8);
    running.stop();
    put_back(&live, "snapshot");
    comes_back_and_asks(&live, "this store is older than what was sent: 8 notices left since");
}

#[test]
fn w36_a_store_that_is_whole_is_never_held() {
    let live = Live::two_accounts();
    for _ in 0..2 {
        let running = live.run();
        running.stop();
    }
    assert!(live.world.run(&["resume"]).exits(0).contains("Nothing holds notices back."));
}
