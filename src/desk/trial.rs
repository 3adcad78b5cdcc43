//! The trial: `forewarn doctor --approver` asks an approver for a word that decides nothing, to see whether their answers count (W05).
//!
//! Its token stands in no store: whoever answers it with proof has shown that approval by mail works for them, and nothing else follows.

use chrono::{DateTime, Utc};

use crate::{
    approval,
    desk::{
        Arrival, Plan,
        answer::bare,
        propose::request_row,
        reply::{refuse, thread_of},
    },
    mail::outgoing::Rendered,
    model::{Decision, DecisionRecord, Mail, Mailbox, OutboxKind, Policy, ReplyOutcome, Request, RequestAbout},
};

/// What the approver reads. None of its lines is by itself a word that decides.
pub(super) fn written(policy: &Policy, code: &str) -> Rendered {
    let text = format!(
        "This is a test of {}'s maintenance notices: do your answers count?\n\n\
         Please answer with the one word \"ok\", as you would approve a notice, from the mail program that you will use.\n\
         Nothing is sent to anybody for it.\n",
        policy.organisation
    );
    Rendered { subject: format!("Please answer ok: do your answers count? [FW trial {code}]"), text, html: None }
}

/// The trial that a mail answers, whoever wrote it.
pub(super) fn asked(plan: &Plan<'_>, mail: &Mail) -> Option<Request> {
    let carriers = approval::carriers(mail, &plan.desk.policy.from);
    let trials = plan
        .desk
        .policy
        .approvers
        .iter()
        .map(|approver| request_row(plan.desk, RequestAbout::Trial, 0, &approver.mailbox.address, plan.now));
    trials.into_iter().find(|trial| carriers.iter().any(|(_, carrier)| carrier.names(trial)))
}

/// Takes the answer to a trial: a proved one is kept as a decision about nothing, and its writer hears that it counted.
pub(super) fn answered(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, trial: Request) -> ReplyOutcome {
    let accepted = match approval::judge(plan.desk.policy, mail, std::slice::from_ref(&trial)) {
        Ok(accepted) => accepted,
        Err(refused) => return refuse(plan, arrival, mail, &refused),
    };
    plan.effects.decisions.push(DecisionRecord {
        draft: None,
        by: trial.approver.clone(),
        decision: Decision::Trial,
        mail: Some(arrival.mail),
        at: plan.now,
        proof: accepted.proof.clone(),
    });
    let to = Mailbox { name: String::new(), address: trial.approver };
    let how = format!("It is believed by {}.", accepted.proof);
    let rendered = bare("Your answers count".to_owned(), &["Your answer arrived and counts.", &how, "You need not do anything else."]);
    plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), &to, rendered, thread_of(mail));
    ReplyOutcome::Accepted
}

/// The trial of one approver as the store would hold it, for who looks for its answer by themselves.
#[must_use]
pub fn request(desk: &super::Desk<'_>, approver: &str, now: DateTime<Utc>) -> Request {
    request_row(desk, RequestAbout::Trial, 0, approver, now)
}
