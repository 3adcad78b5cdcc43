//! The running service gives up what it may, and the commands say so.

use forewarn::clock::Clock;
use forewarn::model::{MailId, RawMail};
use forewarn::{config, service};

use super::{Played, of};

/// Runs the binary on a story's store; gives its exit code with everything that it printed.
fn ran(played: &Played, words: &[&str]) -> (i32, String) {
    let config = played.folder.path().join("forewarn.toml");
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_forewarn")).arg("--config").arg(config).args(words).output().unwrap();
    let text = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn the_commands_end_with_the_codes_that_scripts_rely_on() {
    let played = Played::of("w28-bounces");
    for (words, code, says) in [
        (vec!["history", "FW-1"], 0, "FW-1 Northfield Cloud"),
        (vec!["history", "FW-99"], 2, "there is no FW-99"),
        (vec!["history", "--customer", "Bakery Mayer"], 2, "did you mean \"Bakery Meyer\"?"),
        (vec!["history", "--customer", "meyer", "--service", "mial"], 2, "did you mean \"mail\"?"),
        (vec!["history", "--customer", "meyer", "--from", "soon"], 2, "neither a day like"),
        (vec!["history", "--customer", "kestrel"], 0, "concerned Kestrel Cycling Club"),
        (vec!["postmortem", "FW-1"], 0, "Outage - Post-Mortem"),
        (vec!["postmortem", "FW-99"], 2, "there is no FW-99"),
        (vec!["erase", "meyer"], 2, "nothing was changed, --yes does it"),
        (vec!["erase", "meyer", "--yes"], 0, "is erased from the store"),
    ] {
        let (found, text) = ran(&played, &words);
        assert!(found == code && text.contains(says), "{words:?} ended with {found}:\n{text}");
    }
}

#[test]
fn w37_the_service_gives_up_ordinary_mail_and_everything_else_goes_on() {
    let played = Played::of("w02-strangers");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let raw = |now: &str| {
        runtime.block_on(async {
            let config = config::load(&played.folder.path().join("forewarn.toml")).unwrap();
            let (service, lock) = service::open(config, Clock::fixed(now.parse().unwrap())).await.unwrap();
            let round = service.once().await.unwrap();
            assert!(round.faults.is_empty(), "{round:?}");
            let raw = service.store().mail_raw(MailId(1)).await.unwrap();
            assert!(service.store().counts().await.unwrap().adds_up());
            service.store().clone().close().await;
            drop(lock);
            raw
        })
    };
    assert!(matches!(raw("2020-10-01T12:00:00Z"), RawMail::Kept(_)), "29 days");
    assert_eq!(raw("2020-10-04T12:00:00Z"), RawMail::GivenUp, "32 days");
    let (code, replayed) = ran(&played, &["replay"]);
    assert_eq!(code, 0);
    assert!(replayed.contains("1 cannot be read again: their bytes were given up ([retention] in forewarn.toml)"), "{replayed}");
}

#[test]
fn w37_the_record_tells_what_was_read_after_the_bytes_are_gone() {
    let played = Played::of("w28-bounces");
    let before = played.history(&of(1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = played.config();
        let store = forewarn::store::Store::open_existing(&config.store).unwrap();
        assert!(store.give_up(config.retention, "2024-01-01T00:00:00Z".parse().unwrap()).await.unwrap() > 0);
        assert_eq!(store.mail_raw(MailId(1)).await.unwrap(), RawMail::GivenUp);
        store.close().await;
    });
    assert_eq!(played.history(&of(1)), before);
}
