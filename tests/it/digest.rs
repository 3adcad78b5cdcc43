//! The weekly mail to staff, word by word.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use forewarn::digest::{compose, next_due};
use forewarn::model::{
    AccountFacts, Action, AuthMode, CanaryFacts, Change, DigestFacts, Draft, DraftId, DraftState, FirstContact, Impact, LedgerCounts,
    Maintenance, MaintenanceId, Mode, OutboxId, OutboxKind, OutboxState, Problem, ProblemKind, Question, Status, Told,
};

use crate::drafts::world::{at, inventory, maintenance, policy, window, zones};
use crate::drafts::{draft, notices};

fn shown(facts: &DigestFacts, now: &str) -> String {
    let written = compose(facts, &policy(), &zones(), &inventory(), policy().zone, at(now));
    format!("Subject: {}\n\n{}", written.subject, written.text)
}

fn account() -> AccountFacts {
    AccountFacts {
        account: "noc@lakeside.example".to_owned(),
        first_contact: FirstContact::Started,
        backlog: 0,
        backlog_left: 0,
        last_good_pass_at: Some(at("2020-09-07T11:59:00Z")),
        failing: None,
        failing_since: None,
    }
}

fn counts(listed: u64) -> LedgerCounts {
    LedgerCounts { listed, stored: listed, outcomes: BTreeMap::from([("irrelevant".to_owned(), listed)]), ..LedgerCounts::default() }
}

fn numbered(id: i64, start: &str, end: &str) -> Maintenance {
    let mut one = maintenance();
    one.id = MaintenanceId(id);
    one.said.windows = vec![window(start, end)];
    one
}

fn drafted(maintenance: &Maintenance, number: i64, state: DraftState) -> Draft {
    let mut draft = draft(maintenance, Change::New, notices(maintenance, &Change::New, &policy(), &[]));
    (draft.id, draft.state) = (DraftId(number), state);
    draft
}

fn sent(draft: &Draft, failed: &str) -> Vec<Told> {
    let recipients = draft.variants.iter().flat_map(|variant| &variant.recipients);
    recipients
        .zip(1..)
        .map(|(recipient, number)| Told {
            draft: draft.id,
            maintenance: draft.maintenance,
            outbox: OutboxId(number),
            address: recipient.mailbox.address.clone(),
            message_id: format!("{number}@lakeside.example"),
            state: if recipient.mailbox.address == failed { OutboxState::Failed } else { OutboxState::Sent },
            rehearsal: false,
            may_have_arrived: false,
        })
        .collect()
}

/// Nothing, in a house whose answers count.
fn quiet() -> DigestFacts {
    DigestFacts { newest_proof: Some("authserv:mx.lakeside.example".into()), ..DigestFacts::default() }
}

fn full_week() -> DigestFacts {
    let mut host = numbered(1042, "2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z");
    host.said.actions = vec![Action {
        text: "move vm-batch2".to_owned(),
        by: Some(at("2020-09-11T21:00:00Z")),
        consequence: Some("its disk is lost".to_owned()),
    }];
    let mut fleet = numbered(1043, "2020-09-14T00:00:00Z", "2020-10-02T00:00:00Z");
    fleet.said.impact = Impact::Degraded;
    let mut internal = numbered(1044, "2020-09-18T03:30:00Z", "2020-09-18T04:30:00Z");
    internal.said.objects.iter_mut().for_each(|object| object.object_id = "batch02".to_owned());
    internal.owner = Some("Sam Reed".to_owned());
    let mut unclear = numbered(1045, "2020-09-18T04:00:00Z", "2020-09-18T06:00:00Z");
    unclear.subject = "cluster work".to_owned();
    unclear.sender = "colo@dc.example".to_owned();
    unclear.first_seen_at = at("2020-08-20T00:00:00Z");
    unclear.problems = vec![Problem::new(ProblemKind::UnknownZone, "start", "\"Sep 18 02:00\" has no zone: UTC or Central")];
    let mut watched = numbered(1046, "2020-09-18T04:00:00Z", "");
    watched.said.windows.clear();
    watched.said.watch = Some("some time in October".to_owned());
    let mut gone = numbered(1047, "2020-09-12T04:00:00Z", "2020-09-12T06:00:00Z");
    gone.status = Status::Cancelled;
    let first = drafted(&host, 17, DraftState::Proposed);
    let second = drafted(&fleet, 18, DraftState::Done);
    let mut third = drafted(&unclear, 19, DraftState::Proposed);
    third.variants.clear();
    third.questions = vec![Question::Windows(vec![unclear.said.windows.clone(), host.said.windows.clone()])];
    DigestFacts {
        newest_proof: quiet().newest_proof,
        told: sent(&second, "office@bakery.example"),
        maintenances: vec![fleet, host, internal, unclear, watched, gone],
        drafts: vec![first, second, third],
        since: Some(at("2020-08-31T12:00:00Z")),
        outcomes: BTreeMap::from([("automatic".to_owned(), 3), ("irrelevant".to_owned(), 395)]),
        repeats: 5,
        strangers: vec![("billing@shop.example".to_owned(), 12), ("news@club.example".to_owned(), 4)],
        irrelevant: vec![("no sign".to_owned(), 394), ("given back: web03".to_owned(), 1)],
        counts: counts(2401),
        accounts: vec![account()],
        sent: vec![
            (OutboxKind::Notice, OutboxState::Sent, 3),
            (OutboxKind::Notice, OutboxState::Failed, 1),
            (OutboxKind::Request, OutboxState::Sent, 9),
        ],
        canary: CanaryFacts::default(),
        recovered: 0,
    }
}

#[test]
fn a_full_week() {
    insta::assert_snapshot!(shown(&full_week(), "2020-09-07T12:00:00Z"));
}

#[test]
fn w28_who_was_not_reached_is_named_with_whether_another_contact_was() {
    let mut facts = full_week();
    let of = |address: &str, state| facts.told.iter().find(|row| row.address == address).map(|row| Told { state, ..row.clone() }).unwrap();
    let told = vec![
        of("office@bakery.example", OutboxState::Failed),
        of("lee@harbor.example", OutboxState::Failed),
        of("rui@clinica.example", OutboxState::Unknown),
        of("ana@acme.example", OutboxState::Sent),
    ];
    facts.told = told;
    let states = [OutboxState::Sent, OutboxState::Failed, OutboxState::Unknown];
    facts.sent = states.into_iter().zip([1, 2, 1]).map(|(state, count)| (OutboxKind::Notice, state, count)).collect();
    let text = shown(&facts, "2020-09-07T12:00:00Z");
    let lines: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("SENT")).take_while(|line| !line.starts_with("LEFT")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn o01_the_test_mail_and_the_sweep_are_told_under_health() {
    let mut policy = policy();
    policy.canary_every = Some(chrono::TimeDelta::days(1));
    let (key, made) = ("canary:2020-09-07T11".to_owned(), at("2020-09-07T11:44:00Z"));
    let newest = Some((key.clone(), made, OutboxState::Sent, made));
    let back = Some((key, at("2020-09-07T11:45:00Z")));
    let older = Some(("canary:2020-09-06T11".to_owned(), at("2020-09-06T11:45:00Z")));
    let mut all = Vec::new();
    for (back, recovered) in [(back, 0), (older, 2), (None, 1)] {
        let newest = newest.clone().filter(|_| recovered != 1);
        let canary = CanaryFacts { newest, back };
        let facts = DigestFacts { accounts: vec![account()], counts: counts(5), canary, recovered, ..quiet() };
        let text = compose(&facts, &policy, &zones(), &inventory(), policy.zone, at("2020-09-07T12:00:00Z")).text;
        all.push(text.lines().skip_while(|line| !line.starts_with("HEALTH")).collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn a_week_without_anything_is_short_but_sent() {
    let facts = DigestFacts { counts: counts(2401), accounts: vec![account()], ..quiet() };
    insta::assert_snapshot!(shown(&facts, "2020-09-07T12:00:00Z"));
}

#[test]
fn blindness_rehearsal_and_a_broken_account_are_said() {
    let mut account = account();
    account.failing = Some("login refused".to_owned());
    account.failing_since = Some(at("2020-09-06T20:00:00Z"));
    (account.first_contact, account.backlog, account.backlog_left) = (FirstContact::Reading, 30_000, 12_000);
    let mut counts = counts(10);
    counts.listed = 11;
    let mut policy = policy();
    policy.mode = Mode::Rehearsal;
    policy.auth = AuthMode::TokenOnly;
    let facts = DigestFacts { counts, accounts: vec![account], ..quiet() };
    let written = compose(&facts, &policy, &zones(), &inventory(), policy.zone, at("2020-10-26T12:00:00Z"));
    insta::assert_snapshot!(written.text);
}

#[test]
fn two_at_once_and_clocks_that_change() {
    let facts = DigestFacts {
        maintenances: vec![
            numbered(1, "2020-11-01T05:00:00Z", "2020-11-01T07:30:00Z"),
            numbered(2, "2020-11-01T07:00:00Z", "2020-11-01T09:00:00Z"),
        ],
        counts: counts(1),
        since: Some(at("2020-10-19T12:00:00Z")),
        ..quiet()
    };
    insta::assert_snapshot!(shown(&facts, "2020-10-26T12:00:00Z"));
}

#[test]
fn the_next_digest_keeps_its_local_hour_over_a_change_of_clocks() {
    let next = |now: &str| -> Option<DateTime<Utc>> { next_due(&policy(), &zones(), at(now)) };
    for (now, due) in [
        ("2020-10-26T11:59:59Z", "2020-10-26T12:00:00Z"),
        ("2020-10-26T12:00:00Z", "2020-11-02T13:00:00Z"),
        ("2021-03-08T13:00:00Z", "2021-03-15T12:00:00Z"),
    ] {
        assert_eq!(next(now), Some(at(due)), "{now}");
    }
}

#[test]
fn the_days_are_drawn_alike_in_text_and_html_and_each_reads_them_in_their_zone() {
    let facts = DigestFacts {
        maintenances: vec![
            numbered(1, "2020-09-09T04:00:00Z", "2020-09-09T05:30:00Z"),
            numbered(2, "2020-09-12T07:00:00Z", "2020-09-12T09:00:00Z"),
            numbered(3, "2020-09-12T08:00:00Z", "2020-09-12T10:00:00Z"),
        ],
        counts: counts(3),
        accounts: vec![account()],
        ..quiet()
    };
    let now = at("2020-09-07T12:00:00Z");
    let written = compose(&facts, &policy(), &zones(), &inventory(), policy().zone, now);
    let strip: Vec<&str> = written.text.lines().skip_while(|line| !line.starts_with(" Mo")).take(4).collect();
    assert_eq!(
        strip,
        [
            " Mo Tu We Th Fr Sa Su Mo Tu We Th Fr Sa Su",
            "  7  8  9 10 11 12 13 14 15 16 17 18 19 20",
            "  .  #  #  .  .  X  .  .  .  .  .  .  .  .",
            " # customers may feel it, X several at once",
        ]
    );
    let html = written.html.unwrap();
    assert_eq!(html.matches("<td").count(), 14);
    assert_eq!(html.matches("bgcolor=\"#b42318\"").count(), 1, "one day with several");
    assert_eq!(html.matches("bgcolor=\"#b35900\"").count(), 2);
    for line in written.text.lines().filter(|line| !line.is_empty()) {
        let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
        assert!(html.contains(&escaped), "the HTML lacks: {line}");
    }
    let berlin = compose(&facts, &policy(), &zones(), &inventory(), chrono_tz::Europe::Berlin, now);
    assert!(berlin.text.contains("CEST") && berlin.text.contains(" Wed Sep  9 6:00-7:30AM"), "{}", berlin.text);
    assert!(written.text.contains(" Tue Sep  8 11:00PM-12:30AM"), "{}", written.text);
}
