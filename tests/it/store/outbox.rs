//! Nothing unapproved leaves, and nothing leaves twice.

use forewarn::model::{
    Alarm, Change, Content, Decision, Draft, DraftId, DraftState, Effects, Mode, OutboxId, OutboxKind, OutboxState, Outcome, Outgoing,
    ReplyOutcome, RequestFlavour, Settled,
};
use forewarn::store::{OutboxFilter, Recovered, Store, StoreError};

use super::{Scratch, decision, draft, frozen, later, maintenance, notice, notice_to, now};

fn request(draft: DraftId, flavour: RequestFlavour) -> Outgoing {
    let content = Content::Request { draft, approver: "sam@msp.example".into(), flavour };
    let key = format!("request:{}:sam:{flavour:?}", draft.0, flavour = flavour_name(&content));
    Outgoing { content, draft: Some(draft), ..frozen(OutboxKind::Request, &key, "sam@msp.example", None) }
}

fn flavour_name(content: &Content) -> String {
    format!("{content:?}").chars().filter(char::is_ascii_alphanumeric).collect()
}

async fn send(scratch: &Scratch, outgoing: Vec<Outgoing>) {
    scratch.store.commit(None, &Effects { outgoing, ..Effects::default() }, now()).await.unwrap();
}

async fn claimed(scratch: &Scratch) -> Option<String> {
    scratch.store.claim(now()).await.unwrap().map(|row| row.outgoing.key)
}

async fn states(scratch: &Scratch) -> Vec<OutboxState> {
    scratch.store.outbox(OutboxFilter::Newest(100)).await.unwrap().into_iter().map(|row| row.state).collect()
}

#[tokio::test]
async fn rows_leave_by_kind_and_then_by_number_when_their_time_has_come() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &["b@acme.example", "a@acme.example"]).await;
    let (_, asked) = scratch.proposed(2, "two").await;
    let early = Outgoing { not_before: later(1), ..frozen(OutboxKind::Alarm, "later", "x@msp.example", None) };
    send(
        &scratch,
        vec![
            frozen(OutboxKind::Digest, "digest", "x@msp.example", None),
            early,
            frozen(OutboxKind::Answer, "answer", "x@msp.example", Some(DraftId(1))),
            request(asked.id, RequestFlavour::First),
            frozen(OutboxKind::Alarm, "alarm", "x@msp.example", None),
        ],
    )
    .await;
    let mut order = Vec::new();
    while let Some(key) = claimed(&scratch).await {
        order.push(key.split(':').next().unwrap().to_owned());
    }
    assert_eq!(order, ["alarm", "request", "answer", "notice", "notice", "digest"]);
    assert_eq!(scratch.store.claim(later(1)).await.unwrap().unwrap().outgoing.key, "later");
}

/// What waited since before has failed, and staff are to hear of it; what says that it is over, or was decided then, leaves.
#[tokio::test]
async fn w13_a_notice_of_a_window_that_is_over_does_not_leave() {
    let scratch = Scratch::new();
    let (_, ahead) = scratch.proposed(1, "ahead").await;
    let ended = ahead.ends_at.unwrap();
    scratch.approve(&ahead, &["a@acme.example"]).await;
    assert_eq!(scratch.store.claim(ended).await.unwrap(), None);
    assert_eq!(states(&scratch).await, [OutboxState::Failed]);
    assert_eq!(scratch.state_of(ahead.id).await, DraftState::Done);
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().undelivered.len(), 1);

    let (_, completed) = scratch.proposed(2, "completed").await;
    scratch.approve(&Draft { change: Change::Completed, ..completed }, &["b@acme.example"]).await;
    assert!(scratch.store.claim(ended).await.unwrap().is_some(), "that it is over is no less true later");

    let (_, decided_late) = scratch.proposed(3, "decided late").await;
    send(&scratch, vec![Outgoing { not_before: ended, ..notice_to(decided_late.id, "c@acme.example") }]).await;
    scratch.approve(&decided_late, &[]).await;
    assert!(scratch.store.claim(ended).await.unwrap().is_some(), "approved when it was over");
}

#[tokio::test]
async fn a_key_is_used_once() {
    let scratch = Scratch::new();
    let alarms = vec![Alarm { key: "blind:noc".into(), text: "one".into() }];
    for _ in 0..3 {
        send(&scratch, vec![frozen(OutboxKind::Digest, "digest:2031-W10:sam", "sam@msp.example", None)]).await;
        scratch.store.commit(None, &Effects { alarms: alarms.clone(), ..Effects::default() }, now()).await.unwrap();
    }
    assert!(claimed(&scratch).await.is_some());
    assert_eq!(claimed(&scratch).await, None);
    let (id, alarm) = scratch.store.next_alarm(now()).await.unwrap().unwrap();
    assert_eq!(alarm, alarms[0]);
    scratch.store.alarm_ended(id, false, Some("exit 1".into()), Some(later(1)), now()).await.unwrap();
    assert_eq!(scratch.store.next_alarm(now()).await.unwrap(), None);
    assert_eq!(scratch.store.next_alarm(later(1)).await.unwrap().unwrap().0, id);
    scratch.store.alarm_ended(id, true, None, None, later(1)).await.unwrap();
    scratch.store.commit(None, &Effects { alarms, ..Effects::default() }, later(2)).await.unwrap();
    assert_eq!(scratch.store.next_alarm(later(9)).await.unwrap(), None);
}

#[tokio::test]
async fn a_notice_leaves_only_while_its_draft_is_approved() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    send(&scratch, vec![notice_to(draft.id, "a@acme.example")]).await;
    assert_eq!(claimed(&scratch).await, None);
    assert_eq!(states(&scratch).await, [OutboxState::Cancelled]);
    // Approved after all, the same notice is asked for again and leaves.
    scratch.approve(&draft, &["a@acme.example"]).await;
    assert_eq!(claimed(&scratch).await.as_deref(), Some("notice:1:a@acme.example"));
}

#[tokio::test]
async fn an_approval_needs_a_decision_on_what_was_asked() {
    let scratch = Scratch::new();
    let (mail, draft) = scratch.proposed(1, "one").await;
    let approved = Draft { state: DraftState::Approved, ..draft.clone() };
    let refused = async |effects: Effects| matches!(scratch.store.commit(None, &effects, now()).await, Err(StoreError::Refused(_)));
    assert!(refused(Effects { drafts: vec![approved.clone()], ..Effects::default() }).await);
    let held = vec![decision(draft.id, mail, Decision::Hold(later(9)))];
    assert!(refused(Effects { drafts: vec![approved.clone()], decisions: held, ..Effects::default() }).await);
    let decisions = vec![decision(draft.id, mail, Decision::Approve)];
    let other = Draft { content_hash: "other".into(), ..approved.clone() };
    assert!(refused(Effects { drafts: vec![other], decisions: decisions.clone(), ..Effects::default() }).await);
    let never_asked = Draft { id: DraftId(2), revision: 2, ..approved };
    let decisions = vec![decision(DraftId(2), mail, Decision::Approve)];
    assert!(refused(Effects { drafts: vec![never_asked], decisions, ..Effects::default() }).await);
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Proposed);
    assert_eq!(scratch.store.decisions(draft.id).await.unwrap(), []);
}

#[tokio::test]
async fn a_void_draft_takes_its_waiting_mails_along_and_stays_void() {
    let scratch = Scratch::new();
    let (mail, draft) = scratch.proposed(1, "one").await;
    let approved = scratch.approve(&draft, &["a@acme.example", "b@acme.example", "c@acme.example"]).await;
    let first = scratch.store.claim(now()).await.unwrap().unwrap();
    scratch.store.ended(first.id, OutboxState::Retry, Some("450 later".into()), Some(later(5)), now()).await.unwrap();
    let second = scratch.store.claim(now()).await.unwrap().unwrap();
    let void = Effects { voided: vec![(draft.id, "v2".into())], ..Effects::default() };
    scratch.store.commit(None, &void, now()).await.unwrap();
    assert_eq!(states(&scratch).await, [OutboxState::Cancelled, OutboxState::Talking, OutboxState::Cancelled]);
    // The one on its way is stopped before its final dot.
    assert!(!scratch.store.dot_pending(second.id, now()).await.unwrap());
    assert_eq!(states(&scratch).await, [OutboxState::Cancelled; 3]);
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Void("v2".into()));
    let decisions = vec![decision(draft.id, mail, Decision::Approve)];
    let revived = Effects { drafts: vec![approved], decisions, ..Effects::default() };
    assert!(matches!(scratch.store.commit(None, &revived, now()).await, Err(StoreError::Overtaken(_))));
}

#[tokio::test]
async fn stop_takes_back_what_has_not_left_and_a_new_approval_sends_it() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &["a@acme.example", "b@acme.example"]).await;
    let row = scratch.store.claim(now()).await.unwrap().unwrap();
    assert!(scratch.store.dot_pending(row.id, now()).await.unwrap());
    scratch.store.ended(row.id, OutboxState::Sent, Some("250 ok".into()), None, now()).await.unwrap();
    scratch.store.commit(None, &Effects { drafts: vec![draft.clone()], ..Effects::default() }, now()).await.unwrap();
    assert_eq!(states(&scratch).await, [OutboxState::Sent, OutboxState::Cancelled]);
    let mail = scratch.kept("approve again").await;
    let effects = Effects {
        outcome: Some(Outcome::Reply(ReplyOutcome::Accepted)),
        drafts: vec![Draft { state: DraftState::Approved, ..draft.clone() }],
        decisions: vec![decision(draft.id, mail, Decision::Approve)],
        outgoing: vec![notice_to(draft.id, "a@acme.example"), notice_to(draft.id, "b@acme.example")],
        ..Effects::default()
    };
    scratch.store.commit(Some(mail), &effects, now()).await.unwrap();
    assert_eq!(states(&scratch).await, [OutboxState::Sent, OutboxState::Queued]);
    assert_eq!(claimed(&scratch).await.as_deref(), Some("notice:1:b@acme.example"));
}

#[tokio::test]
async fn a_newer_notice_to_the_same_address_overtakes_the_older_one() {
    let scratch = Scratch::new();
    let (mail, old) = scratch.proposed(1, "one").await;
    scratch.approve(&old, &["a@acme.example", "b@acme.example"]).await;
    let new = draft(2, 1, 2);
    let effects = Effects { drafts: vec![new.clone()], maintenances: vec![maintenance(1, 2, mail)], ..Effects::default() };
    scratch.store.commit(None, &effects, now()).await.unwrap();
    scratch.approve(&new, &["a@acme.example"]).await;
    assert_eq!(claimed(&scratch).await.as_deref(), Some("notice:1:b@acme.example"));
    assert_eq!(claimed(&scratch).await.as_deref(), Some("notice:2:a@acme.example"));
    assert_eq!(claimed(&scratch).await, None);
    let cancelled = scratch.store.outbox(OutboxFilter::State(OutboxState::Cancelled)).await.unwrap();
    assert_eq!((cancelled.len(), cancelled[0].answer.as_deref()), (1, Some("overtaken by v2")));
}

#[tokio::test]
async fn what_was_approved_in_rehearsal_is_never_sent_live() {
    let scratch = Scratch::new();
    let mail = scratch.kept("one").await;
    let draft = Draft { mode: Mode::Rehearsal, ..draft(1, 1, 1) };
    let effects = Effects { drafts: vec![draft.clone()], ..notice(mail, maintenance(1, 1, mail)) };
    scratch.store.mark_mode(Mode::Rehearsal).await.unwrap();
    scratch.store.commit(Some(mail), &effects, now()).await.unwrap();
    scratch.approve(&draft, &["a@acme.example", "b@acme.example"]).await;
    let row = scratch.store.claim(now()).await.unwrap().unwrap();
    scratch.store.mark_mode(Mode::Live).await.unwrap();
    assert!(!scratch.store.dot_pending(row.id, now()).await.unwrap());
    assert_eq!(claimed(&scratch).await, None);
    let told = scratch.store.told("a@acme.example").await.unwrap();
    assert_eq!((told[0].0.rehearsal, told[0].0.state), (true, OutboxState::Cancelled));
}

#[tokio::test]
async fn a_request_leaves_only_while_its_draft_is_open() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    send(&scratch, vec![request(draft.id, RequestFlavour::First), request(draft.id, RequestFlavour::Reminder(1))]).await;
    let row = scratch.store.claim(now()).await.unwrap().unwrap();
    scratch.store.rendered(row.id, "request-1@msp.example").await.unwrap();
    assert!(scratch.store.dot_pending(row.id, now()).await.unwrap());
    scratch.store.ended(row.id, OutboxState::Sent, None, None, now()).await.unwrap();
    assert_eq!(scratch.store.request_thread(draft.id, "sam@msp.example").await.unwrap(), ["request-1@msp.example"]);
    scratch.approve(&draft, &["a@acme.example"]).await;
    assert_eq!(claimed(&scratch).await.as_deref(), Some("notice:1:a@acme.example"));
    assert_eq!(states(&scratch).await, [OutboxState::Sent, OutboxState::Cancelled, OutboxState::Talking]);
    assert!(scratch.store.rendered(OutboxId(3), "x").await.is_err());
}

#[tokio::test]
async fn a_draft_is_done_when_its_last_notice_ended() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &["a@acme.example", "b@acme.example", "c@acme.example"]).await;
    for (state, before) in [(OutboxState::Sent, true), (OutboxState::Failed, true), (OutboxState::Unknown, true)] {
        assert_eq!(scratch.state_of(draft.id).await, DraftState::Approved);
        let row = scratch.store.claim(now()).await.unwrap().unwrap();
        assert_eq!(scratch.store.dot_pending(row.id, now()).await.unwrap(), before);
        scratch.store.ended(row.id, state, Some(state.name().into()), None, now()).await.unwrap();
    }
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Done);

    let facts = scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((facts.approved.len(), facts.approved[0].1.len()), (1, 3));
    let fates: Vec<_> = facts.fates.iter().map(|fate| (fate.told.state, fate.answer.as_deref(), fate.told.may_have_arrived)).collect();
    assert_eq!(
        fates,
        [
            (OutboxState::Sent, Some("sent"), false),
            (OutboxState::Failed, Some("failed"), false),
            (OutboxState::Unknown, Some("unknown"), true)
        ]
    );
    let told = facts.undelivered;
    assert_eq!(told, [OutboxId(2), OutboxId(3)]);
    let effects = Effects { told_undelivered: told, told_done: vec![draft.id], ..Effects::default() };
    scratch.store.commit(None, &effects, now()).await.unwrap();
    let facts = scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((facts.approved.len(), facts.undelivered.len()), (0, 0));

    // The bytes stay, an end stays an end, and only evidence settles what is unknown.
    let rows = scratch.store.outbox(OutboxFilter::Draft(draft.id)).await.unwrap();
    assert!(matches!(&rows[0].outgoing.content, Content::Frozen(mail) if mail.bytes.starts_with(b"Subject: notice:1:a@")));
    assert!(scratch.store.ended(rows[0].id, OutboxState::Failed, None, None, now()).await.is_err());
    assert!(scratch.store.ended(rows[2].id, OutboxState::Retry, None, None, now()).await.is_err());
    scratch.store.ended(rows[2].id, OutboxState::Sent, Some("it bounced not".into()), None, now()).await.unwrap();
    assert_eq!(scratch.store.outbox_counts().await.unwrap()[&(OutboxKind::Notice, OutboxState::Sent)], 2);
}

#[tokio::test]
async fn after_a_stop_only_what_cannot_have_left_is_tried_again() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &["a@acme.example", "b@acme.example"]).await;
    let dotted = scratch.store.claim(now()).await.unwrap().unwrap();
    assert!(scratch.store.dot_pending(dotted.id, now()).await.unwrap());
    let talking = scratch.store.claim(now()).await.unwrap().unwrap();
    assert_eq!(scratch.store.recover(now()).await.unwrap(), Recovered { retried: 1, unknown: 1 });
    assert_eq!(scratch.store.recover(now()).await.unwrap(), Recovered::default());
    let again = scratch.store.claim(now()).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (talking.id, 2));
    assert_eq!(scratch.store.claim(now()).await.unwrap(), None);
    assert_eq!(scratch.store.outbox(OutboxFilter::State(OutboxState::Unknown)).await.unwrap()[0].id, dotted.id);
    assert!(!scratch.store.dot_pending(dotted.id, now()).await.unwrap());
}

#[tokio::test]
async fn a_customer_gets_nothing_but_frozen_bytes_of_a_draft() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    let rendered = Outgoing { kind: OutboxKind::Notice, ..request(draft.id, RequestFlavour::First) };
    let loose = frozen(OutboxKind::Notice, "loose", "a@acme.example", None);
    for outgoing in [rendered, loose] {
        let effects = Effects { outgoing: vec![outgoing], ..Effects::default() };
        assert!(matches!(scratch.store.commit(None, &effects, now()).await, Err(StoreError::Refused(_))));
    }
    assert_eq!(states(&scratch).await, []);
}

#[tokio::test]
async fn an_approved_draft_without_a_mail_to_send_is_done() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &[]).await;
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Done);
}

#[tokio::test]
async fn two_processes_never_claim_the_same_row() {
    let scratch = Scratch::new();
    send(&scratch, (0..40).map(|n| frozen(OutboxKind::Answer, &format!("answer {n}"), "sam@msp.example", None)).collect()).await;
    let other = Store::open_existing(&scratch.path()).unwrap();
    let claim_all = async |store: Store| {
        let mut claimed = Vec::new();
        while let Some(row) = store.claim(now()).await.unwrap() {
            claimed.push(row.id);
        }
        claimed
    };
    let (mut one, two) = tokio::join!(claim_all(scratch.store.clone()), claim_all(other));
    one.extend(two);
    one.sort();
    assert_eq!(one, (1..=40).map(OutboxId).collect::<Vec<_>>());
}

/// Settles a row as the desk would; gives whether the store took it.
async fn settle(
    scratch: &Scratch,
    id: OutboxId,
    seen: OutboxState,
    state: OutboxState,
    decisions: Vec<Decision>,
) -> Result<(), StoreError> {
    let mail = scratch.kept(&format!("settles {id:?} {seen:?} {state:?} {decisions:?}")).await;
    let effects = Effects {
        outcome: Some(Outcome::Bounce),
        settled: vec![Settled { outbox: id, seen, state, answer: "bounced: 5.1.1".into() }],
        decisions: decisions.into_iter().map(|said| decision(DraftId(1), mail, said)).collect(),
        ..Effects::default()
    };
    scratch.store.commit(Some(mail), &effects, now()).await
}

#[tokio::test]
async fn s02_only_a_decision_lets_an_unknown_notice_leave_again() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &["a@acme.example"]).await;
    let row = scratch.store.claim(now()).await.unwrap().unwrap();
    assert!(scratch.store.dot_pending(row.id, now()).await.unwrap());
    scratch.store.ended(row.id, OutboxState::Unknown, Some("lost".into()), None, now()).await.unwrap();
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Done);
    let (unknown, queued) = (OutboxState::Unknown, OutboxState::Queued);
    for said in [vec![], vec![Decision::Approve], vec![Decision::AssumeSent]] {
        assert!(matches!(settle(&scratch, row.id, unknown, queued, said).await, Err(StoreError::Refused(_))));
    }
    assert!(matches!(settle(&scratch, row.id, OutboxState::Sent, OutboxState::Failed, vec![]).await, Err(StoreError::Overtaken(_))));
    assert_eq!(claimed(&scratch).await, None);
    settle(&scratch, row.id, unknown, queued, vec![Decision::Resend]).await.unwrap();
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Approved);
    // Taken back on its way, it is unknown again and not cancelled: the first one may have arrived.
    let void = Effects { voided: vec![(draft.id, "v2".into())], ..Effects::default() };
    scratch.store.commit(None, &void, now()).await.unwrap();
    assert_eq!(states(&scratch).await, [unknown]);
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().undelivered, [], "which staff have been told");
}

#[tokio::test]
async fn s02_a_bounce_turns_sent_and_unknown_into_failed_and_never_back() {
    let scratch = Scratch::new();
    let (_, draft) = scratch.proposed(1, "one").await;
    scratch.approve(&draft, &["a@acme.example", "b@acme.example", "c@acme.example"]).await;
    let mut ids = Vec::new();
    for state in [OutboxState::Sent, OutboxState::Unknown, OutboxState::DotPending] {
        let row = scratch.store.claim(now()).await.unwrap().unwrap();
        assert!(scratch.store.dot_pending(row.id, now()).await.unwrap());
        if state != OutboxState::DotPending {
            scratch.store.ended(row.id, state, Some("250 ok".into()), None, now()).await.unwrap();
        }
        ids.push(row.id);
    }
    // What was said without a change leaves the state, and the time by which the digest counts, alone.
    settle(&scratch, ids[0], OutboxState::Sent, OutboxState::Sent, vec![]).await.unwrap();
    let failed = OutboxState::Failed;
    for (id, seen) in ids.iter().zip([OutboxState::Sent, OutboxState::Unknown, OutboxState::DotPending]) {
        settle(&scratch, *id, seen, failed, vec![]).await.unwrap();
    }
    assert_eq!(states(&scratch).await, [failed; 3]);
    assert_eq!(scratch.state_of(draft.id).await, DraftState::Done);
    // The server's answer to the third came after its bounce.
    scratch.store.ended(ids[2], OutboxState::Sent, Some("250 ok".into()), None, now()).await.unwrap();
    assert_eq!(states(&scratch).await, [failed; 3]);
    // What the server said when it took a mail outlives the bounce: the record tells both.
    let case = scratch.store.case(forewarn::model::MaintenanceId(1)).await.unwrap().unwrap();
    let notices = case.rows.iter().filter(|sent| sent.row.outgoing.kind == OutboxKind::Notice);
    let accepted: Vec<_> = notices.map(|sent| sent.accepted.clone()).collect();
    assert_eq!(accepted, [Some((now(), "250 ok".to_owned())), None, Some((now(), "250 ok".to_owned()))]);
    for to in [OutboxState::Sent, OutboxState::Queued, OutboxState::Cancelled] {
        assert!(settle(&scratch, ids[0], failed, to, vec![Decision::Resend]).await.is_err());
    }
    assert_eq!(scratch.store.recover(now()).await.unwrap(), Recovered::default());
    assert_eq!(claimed(&scratch).await, None);
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().undelivered, ids);
}

#[tokio::test]
async fn a_report_finds_mail_by_its_message_id_or_its_number() {
    let scratch = Scratch::new();
    send(
        &scratch,
        vec![frozen(OutboxKind::Answer, "one", "sam@msp.example", None), frozen(OutboxKind::Canary, "two", "fw@msp.example", None)],
    )
    .await;
    let left = async |keys: forewarn::model::Keys| {
        let known = scratch.store.known_for(&keys, now()).await.unwrap();
        known.left.into_iter().map(|left| (left.outbox, left.to, left.state)).collect::<Vec<_>>()
    };
    let keys = forewarn::model::Keys::default();
    let one = (OutboxId(1), "sam@msp.example".to_owned(), OutboxState::Queued);
    let two = (OutboxId(2), "fw@msp.example".to_owned(), OutboxState::Queued);
    assert_eq!(left(keys.clone()).await, []);
    let returned = vec!["one@msp.example".to_owned(), "never@msp.example".to_owned()];
    assert_eq!(left(forewarn::model::Keys { returned: returned.clone(), ..keys.clone() }).await, std::slice::from_ref(&one));
    assert_eq!(left(forewarn::model::Keys { envelope: Some(OutboxId(2)), ..keys.clone() }).await, std::slice::from_ref(&two));
    assert_eq!(left(forewarn::model::Keys { returned, envelope: Some(OutboxId(2)), ..keys }).await, [one, two]);
}

#[tokio::test]
async fn what_only_a_sweep_found_is_counted() {
    let scratch = Scratch::new();
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().recovered, 0);
    scratch.store.add_recovered(2).await.unwrap();
    scratch.store.add_recovered(1).await.unwrap();
    assert_eq!(scratch.store.agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().recovered, 3);
    assert_eq!(scratch.store.digest_facts().await.unwrap().recovered, 3);
}

/// What several drafts say to one address is one mail (W11): it leaves once, and what becomes of it becomes of each part.
#[tokio::test]
async fn w11_one_mail_of_several_drafts_leaves_once_and_ends_for_each() {
    let scratch = Scratch::new();
    let (_, one) = scratch.proposed(1, "one").await;
    let (_, two) = scratch.proposed(2, "two").await;
    scratch.approve_together(&[&one, &two], "a@acme.example").await;
    let row = scratch.store.claim(now()).await.unwrap().unwrap();
    assert_eq!(row.outgoing.key, "notice:1:a@acme.example");
    assert_eq!(scratch.store.claim(now()).await.unwrap(), None, "the second part never leaves by itself");
    assert!(scratch.store.dot_pending(row.id, now()).await.unwrap());
    scratch.store.ended(row.id, OutboxState::Sent, Some("250 ok".into()), None, now()).await.unwrap();
    assert_eq!(states(&scratch).await, [OutboxState::Sent, OutboxState::Sent]);
    assert_eq!((scratch.state_of(one.id).await, scratch.state_of(two.id).await), (DraftState::Done, DraftState::Done));
    let told = scratch.store.told("a@acme.example").await.unwrap();
    let ids: Vec<(i64, OutboxId, &str)> = told.iter().map(|(told, _)| (told.draft.0, told.outbox, told.message_id.as_str())).collect();
    assert_eq!(ids, [(1, row.id, "notice:1:a@acme.example@msp.example"), (2, row.id, "notice:1:a@acme.example@msp.example")]);
    let counts = scratch.store.outbox_counts().await.unwrap();
    assert_eq!(counts.get(&(OutboxKind::Notice, OutboxState::Sent)), Some(&1), "one mail is counted once");
}

/// Where one of the drafts falls away before the mail leaves, the mail does not leave, and the others are undecided again.
#[tokio::test]
async fn w11_one_mail_of_several_drafts_does_not_leave_once_one_of_them_is_void() {
    let scratch = Scratch::new();
    let (_, one) = scratch.proposed(1, "one").await;
    let (_, two) = scratch.proposed(2, "two").await;
    scratch.approve_together(&[&one, &two], "a@acme.example").await;
    let voided = Effects { voided: vec![(two.id, "cancelled".into())], ..Effects::default() };
    scratch.store.commit(None, &voided, now()).await.unwrap();
    assert_eq!(scratch.store.claim(now()).await.unwrap(), None);
    assert_eq!(states(&scratch).await, [OutboxState::Cancelled, OutboxState::Cancelled]);
    let again = scratch.store.draft(one.id).await.unwrap().unwrap();
    assert_eq!((again.state.clone(), again.waits_to_be_asked()), (DraftState::Proposed, true));
    // Approved once more it leaves by itself.
    scratch.approve(&again, &["a@acme.example"]).await;
    assert_eq!(claimed(&scratch).await.as_deref(), Some("notice:1:a@acme.example"));

    // The same while the mail is being handed over: the last look before the final dot.
    let scratch = Scratch::new();
    let (_, one) = scratch.proposed(1, "one").await;
    let (_, two) = scratch.proposed(2, "two").await;
    scratch.approve_together(&[&one, &two], "a@acme.example").await;
    let row = scratch.store.claim(now()).await.unwrap().unwrap();
    scratch.store.commit(None, &voided, now()).await.unwrap();
    assert!(!scratch.store.dot_pending(row.id, now()).await.unwrap());
    assert!(scratch.store.draft(one.id).await.unwrap().unwrap().waits_to_be_asked());
}
