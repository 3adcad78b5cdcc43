//! Mails of which nobody knew, and mails that came back: what a delivery report says (RFC 3464), and the two words by which a person settles
//! what stays unknown. Nothing here sends by itself: a report never does, and `resend` is a recorded decision.

use crate::{
    desk::{
        Plan,
        answer::{approvers, rendered, send, to_sender},
        reply::Answered,
    },
    draft,
    model::{Decision, DeliveryAction, DeliveryReport, DraftState, OutboxState, RecipientReport, ReplyOutcome, Settled, Told},
};

/// Ties a report to the mails of ours that it is about. One about another address, or about no mail of ours, changes nothing.
pub(super) fn reported(plan: &mut Plan<'_>, report: &DeliveryReport) {
    for left in &plan.known.left {
        let about = |one: &&RecipientReport| one.addresses.iter().any(|address| address.eq_ignore_ascii_case(&left.to));
        let Some(said) = report.recipients.iter().find(about) else { continue };
        let state = match (said.action, left.state) {
            (DeliveryAction::Failed, OutboxState::Sent | OutboxState::Unknown | OutboxState::DotPending) => OutboxState::Failed,
            (DeliveryAction::Delivered | DeliveryAction::Relayed | DeliveryAction::Expanded, OutboxState::Unknown) => OutboxState::Sent,
            (DeliveryAction::Failed, _) => continue,
            (_, OutboxState::Sent | OutboxState::Unknown) => left.state,
            _ => continue,
        };
        plan.effects.settled.push(Settled { outbox: left.outbox, seen: left.state, state, answer: in_words(said) });
    }
}

/// `bounced: 5.1.1 user unknown`.
fn in_words(said: &RecipientReport) -> String {
    let word = if said.action == DeliveryAction::Failed { "bounced" } else { said.action.name() };
    let code = said.status.as_deref().unwrap_or_default();
    // Servers repeat their codes in front of their words.
    let words = said.diagnostic.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let words = words.strip_prefix(code).unwrap_or(words).trim_start();
    let all: Vec<&str> = [code, words].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{word}: {}", if all.is_empty() { "no reason given".to_owned() } else { all.join(" ") })
}

/// `resend`: the same bytes leave again, under the same Message-ID.
pub(super) fn resend(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    let Some(rows) = unknown(plan, reply) else { return ReplyOutcome::Superseded };
    if let Some(why) = why_not_again(plan, reply) {
        to_sender(plan, reply, &reply.draft, |facts| draft::not_resent(facts, &why));
        return ReplyOutcome::Superseded;
    }
    reply.record(plan, Decision::Resend);
    settle(plan, &rows, OutboxState::Queued, &format!("resend, says {}", reply.by()));
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::resent(facts, reply.by(), &rows));
        send(plan, reply, &to, rendered);
    }
    ReplyOutcome::Accepted
}

/// `assume-sent`: a person knows that they heard of it.
pub(super) fn assume_sent(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    let Some(rows) = unknown(plan, reply) else { return ReplyOutcome::Superseded };
    reply.record(plan, Decision::AssumeSent);
    settle(plan, &rows, OutboxState::Sent, &format!("taken for sent, says {}", reply.by()));
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::assumed_sent(facts, reply.by(), &rows));
        send(plan, reply, &to, rendered);
    }
    ReplyOutcome::Accepted
}

/// The notices of the draft of which nobody knows. Where there are none any more, the answer says how they ended.
fn unknown(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Option<Vec<Told>> {
    let rows: Vec<Told> = plan.known.told.iter().filter(|told| told.draft == reply.draft.id).cloned().collect();
    let unknown: Vec<Told> = rows.iter().filter(|told| told.state == OutboxState::Unknown).cloned().collect();
    if unknown.is_empty() {
        to_sender(plan, reply, &reply.draft, |facts| draft::nothing_unknown(facts, &rows));
        return None;
    }
    Some(unknown)
}

/// Why a notice may not leave again, though a person says so: it would tell customers what does not hold any more.
fn why_not_again(plan: &Plan<'_>, reply: &Answered<'_>) -> Option<String> {
    let draft = &reply.draft;
    let newest = plan.drafts_of(draft.maintenance).pop();
    if let Some(newest) = newest.filter(|newest| newest.id != draft.id) {
        return Some(format!("v{} came after it", newest.revision));
    }
    if !matches!(draft.state, DraftState::Approved | DraftState::Done) {
        return Some(format!("v{} is {}", draft.revision, draft.state.name()));
    }
    if draft.mode != plan.desk.policy.mode {
        return Some("it was approved in another mode".to_owned());
    }
    draft.ends_at.is_some_and(|end| end <= plan.now).then(|| "its window is over".to_owned())
}

fn settle(plan: &mut Plan<'_>, rows: &[Told], state: OutboxState, answer: &str) {
    let settled = |told: &Told| Settled { outbox: told.outbox, seen: told.state, state, answer: answer.to_owned() };
    plan.effects.settled.extend(rows.iter().map(settled));
}
