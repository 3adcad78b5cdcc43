//! What is due, from facts that are written down here.

use std::path::Path;

use chrono::TimeDelta;
use forewarn::{
    agenda::{self, Due},
    config,
    model::{AccountFacts, AgendaFacts, Draft, DraftId, FirstContact, MailId, Maintenance, Mode, Near, OwnWindow, Policy},
};

use crate::store::{draft, maintenance, now};

/// Drafts that wait for each other, by number: when each of them is to be asked about, minutes from now.
fn waiting(all: &[(i64, &str, i64)]) -> Vec<(Draft, Maintenance)> {
    all.iter()
        .map(|(id, provider, minutes)| {
            let draft = Draft { ask_at: Some(now() + TimeDelta::minutes(*minutes)), asked_at: None, ..draft(*id, *id, 1) };
            (draft, Maintenance { provider: (*provider).to_owned(), ..maintenance(*id, 1, MailId(*id)) })
        })
        .collect()
}

fn policy() -> Policy {
    let config = config::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/forewarn.toml"))).unwrap();
    Policy { mode: Mode::Live, ..config.policy }
}

fn asked(open: Vec<(Draft, Maintenance)>, running: bool) -> Vec<Vec<i64>> {
    let policy = policy();
    let facts = AgendaFacts { open, running_since: running.then(now), ..AgendaFacts::default() };
    let due = agenda::due(&facts, &policy, &forewarn::zones::newest(), now());
    let of = |due: Due| if let Due::Ask(ids) = due { Some(ids.into_iter().map(|DraftId(id)| id).collect()) } else { None };
    due.into_iter().filter_map(of).collect()
}

/// The first that has waited long enough takes the others of its provider with it, and nobody else's.
#[test]
fn w11_what_waits_is_asked_about_with_the_rest_of_its_provider() {
    let burst = || waiting(&[(1, "lux", 10), (2, "lux", 4), (3, "other", 7)]);
    assert_eq!(asked(burst(), true), Vec::<Vec<i64>>::new(), "nothing has waited long enough");
    let later = waiting(&[(1, "lux", 6), (2, "lux", 0), (3, "other", 3)]);
    assert_eq!(asked(later, true), [vec![1, 2]]);
    // In a single round nothing more comes that could be waited for.
    assert_eq!(asked(burst(), false), [vec![1, 2], vec![3]]);
}

/// What waits is not reminded of, not escalated, and raises no alarm of its own.
#[test]
fn w11_what_waits_is_quiet() {
    let policy = policy();
    let facts = AgendaFacts { open: waiting(&[(1, "lux", 10)]), running_since: Some(now()), ..AgendaFacts::default() };
    let later = now() + TimeDelta::minutes(9);
    let due = agenda::due(&facts, &policy, &forewarn::zones::newest(), later);
    assert_eq!(due, Vec::<Due>::new());
}

/// A mailbox that cannot be read while what Forewarn stands on is worked on is no failure: it is said once, and afterwards it is one.
#[test]
fn w19_blindness_that_was_to_be_expected_is_called_so() {
    let start = now();
    let window = OwnWindow { maintenance: maintenance(1, 1, MailId(1)).id, start, end: start + TimeDelta::hours(4) };
    let failing = |since| AccountFacts {
        account: "noc".into(),
        first_contact: FirstContact::Started,
        backlog: 0,
        backlog_left: 0,
        last_good_pass_at: Some(start),
        failing: Some("refused".into()),
        failing_since: Some(since),
    };
    let near = |keys: &[&str]| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Near { maintenance: maintenance(1, 1, MailId(1)), drafts: Vec::new(), told: Vec::new(), keys }
    };
    let due = |facts: &AgendaFacts, minutes: i64| {
        let due = agenda::due(facts, &policy(), &forewarn::zones::newest(), start + TimeDelta::minutes(minutes));
        due.into_iter().filter(|due| !matches!(due, Due::Digest(_))).collect::<Vec<_>>()
    };
    let since = start + TimeDelta::minutes(3);
    let facts =
        AgendaFacts { accounts: vec![failing(since)], own_windows: vec![window.clone()], near: vec![near(&[])], ..AgendaFacts::default() };
    assert_eq!(due(&facts, 20), [Due::BlindAsExpected(window.clone())]);
    let said = AgendaFacts { near: vec![near(&[&agenda::own_key(&window, "blind")])], ..facts.clone() };
    assert_eq!(due(&said, 40), []);
    assert_eq!(due(&said, 4 * 60 + 11), [Due::Blind("noc".into(), since)], "after it, it is a failure");
    let read = AccountFacts { failing: None, failing_since: None, last_good_pass_at: Some(window.end), ..failing(since) };
    let back = AgendaFacts { accounts: vec![read], ..said };
    assert_eq!(due(&back, 4 * 60 + 1), [Due::Back(window.clone())]);
    let told = AgendaFacts { near: vec![near(&[&agenda::own_key(&window, "back")])], ..back };
    assert_eq!(due(&told, 4 * 60 + 2), []);
    // Without a window of our own it is a failure at once.
    let other = AgendaFacts { own_windows: Vec::new(), ..facts };
    assert_eq!(due(&other, 20), [Due::Blind("noc".into(), since)]);
}
