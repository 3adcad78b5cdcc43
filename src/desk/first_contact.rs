//! The answer to the summary of a first contact: draft what lies ahead, or leave it.

use crate::{
    approval::{Accepted, Verb},
    desk::{Arrival, Plan, answer, propose::put, reply::help},
    lifecycle,
    model::{Change, Decision, DecisionRecord, Mail, Maintenance, ReplyOutcome, Status},
};

/// `start` drafts what lies ahead; `reject` leaves it.
pub(super) fn first_contact(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, accepted: &Accepted, account: &str) -> ReplyOutcome {
    let by = accepted.request.approver.clone();
    let starts = match &accepted.verb {
        Verb::Start | Verb::Approve | Verb::ApproveUnverified => true,
        Verb::Reject(_) | Verb::Irrelevant => false,
        _ => {
            help(plan, arrival, mail, &accepted.request, "answer start to draft what lies ahead, or reject to leave it");
            return ReplyOutcome::Unclear;
        }
    };
    let held: Vec<Maintenance> = plan.known.held_back.clone();
    if held.is_empty() {
        // Somebody else's word came first.
        answer::first_contact_settled(plan, arrival, accepted, account);
        plan.effects.first_contact_started.push(account.to_owned());
        return ReplyOutcome::Superseded;
    }
    let mut drafted = 0;
    for mut maintenance in held {
        maintenance.held_back = false;
        if matches!(maintenance.status, Status::Cancelled | Status::Completed) {
            maintenance.closed = Some("cancelled or over before the start".to_owned());
        } else if starts && !lifecycle::is_over(&maintenance.said, plan.now) {
            maintenance.revision += 1;
            put(plan, maintenance, &Change::New, Vec::new());
            drafted += 1;
            continue;
        } else {
            maintenance.closed = Some(if starts { "over before the start".to_owned() } else { format!("left at first contact by {by}") });
        }
        plan.keep(maintenance);
    }
    let decision = if starts { Decision::Start } else { Decision::Reject("left at first contact".to_owned()) };
    plan.effects.decisions.push(DecisionRecord {
        draft: None,
        by,
        decision,
        mail: Some(arrival.mail),
        at: plan.now,
        proof: accepted.proof.clone(),
    });
    plan.effects.first_contact_started.push(account.to_owned());
    answer::first_contact(plan, arrival, accepted, account, starts, drafted);
    ReplyOutcome::Accepted
}
