//! Mails to staff about what became of their answers. Words are `draft`'s; here is who gets them.

use chrono::{DateTime, Utc};

use crate::{
    approval::{self, Accepted, Verb},
    desk::{
        Arrival, Plan, bundle,
        plan::{Thread, case_thread},
        reply::{Answered, thread_of},
        source::Source,
    },
    draft::{self, AnswerFacts},
    mail::outgoing::Rendered,
    model::{Draft, DraftState, Mail, Mailbox, Maintenance, OutboxKind, OutboxState, Remark, Request, RequestAbout, Told},
};

/// Answers to one reply, to its sender or to every approver.
pub(super) fn approved(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    let now = Draft { state: DraftState::Approved, ..reply.draft.clone() };
    let leaves_at = plan.leaves_at();
    // First decision wins; the others get one line in the thread (W25).
    for to in approvers(plan) {
        let rendered = rendered(plan, &now, &reply.maintenance, &to, |facts| draft::approved(facts, reply.by(), leaves_at));
        send(plan, reply, &to, rendered);
    }
}

/// To every approver: one of several approvals is there.
pub(super) fn voted(plan: &mut Plan<'_>, reply: &Answered<'_>, now: &Draft) {
    for to in approvers(plan) {
        let rendered = rendered(plan, now, &reply.maintenance, &to, |facts| draft::voted(facts, reply.by(), &to.address));
        send(plan, reply, &to, rendered);
    }
}

/// To the one who answered, and to the other approvers.
pub(super) fn rejected(plan: &mut Plan<'_>, reply: &Answered<'_>, why: &str) {
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::rejected(facts, reply.by(), why));
        send(plan, reply, &to, rendered);
    }
}

/// To the one who answered.
pub(super) fn held(plan: &mut Plan<'_>, reply: &Answered<'_>, until: DateTime<Utc>) {
    to_sender(plan, reply, &reply.draft, |facts| draft::held(facts, reply.by(), until));
}

/// To the one who answered: what is current.
pub(super) fn superseded(plan: &mut Plan<'_>, reply: &Answered<'_>, newest: Option<&Draft>) {
    to_sender(plan, reply, newest.unwrap_or(&reply.draft), |facts| draft::superseded(facts, &reply.draft));
}

/// To the one who answered: the windows are over.
pub(super) fn too_late(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    let now = Draft { state: DraftState::Expired, ..reply.draft.clone() };
    to_sender(plan, reply, &now, |facts| draft::superseded(facts, &reply.draft));
}

/// To every approver: what was taken back.
pub(super) fn stopped(plan: &mut Plan<'_>, reply: &Answered<'_>, rows: &[Told]) {
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::stopped(facts, reply.by(), rows));
        send(plan, reply, &to, rendered);
    }
}

/// To the one who answered: everything had left.
pub(super) fn left_already(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    let rows = taken_back(plan, &reply.draft);
    to_sender(plan, reply, &reply.draft, |facts| draft::stopped(facts, reply.by(), &rows));
}

/// To the one who answered: there was nothing to take back.
pub(super) fn nothing_to_stop(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    let newest = plan.drafts_of(reply.maintenance.id).pop();
    superseded(plan, reply, newest.as_ref());
}

/// To every approver: somebody looks after it.
pub(super) fn mine(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::mine(facts, reply.by()));
        send(plan, reply, &to, rendered);
    }
}

/// To every approver: it calls for nothing.
pub(super) fn closed(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::closed(facts, reply.by()));
        send(plan, reply, &to, rendered);
    }
}

/// Remarks of the new request that answers an edit or a settling word: old and new side by side.
pub(super) fn changed_remark(reply: &Answered<'_>, next: &Maintenance) -> Vec<Remark> {
    let note = |text: String| Remark { label: "NOTE".to_owned(), text };
    match reply.verb {
        Verb::Edit(_) | Verb::Correct(_) => {
            let old: Vec<&str> = reply.draft.paragraphs.split_whitespace().collect();
            vec![note(format!("text changed by {}; it was: {}", reply.by(), old.join(" ")))]
        }
        _ => next.history.last().map(|line| note(format!("{}; approve still has to be said", line.text))).into_iter().collect(),
    }
}

/// The words that work, to a proved approver.
pub(super) fn help(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, request: &Request, why: &str) {
    let to = Mailbox { name: String::new(), address: request.approver.clone() };
    let rendered = match &request.about {
        RequestAbout::Trial => {
            bare("Not understood: your answer does not count yet".to_owned(), &[why, "Please answer with the one word \"ok\"."])
        }
        RequestAbout::FirstContact(account) => {
            let code = approval::token(plan.desk.key, &request.about, 0, &request.approver).code;
            draft::help_with_start(account, &code, why)
        }
        RequestAbout::Bundle(ids) => {
            let found: Vec<(Draft, Maintenance)> = ids.iter().filter_map(|id| find(plan, *id)).collect();
            bundle::with_code(plan, request, &found, &to.address, |facts| draft::bundle_help(facts, why))
        }
        RequestAbout::Draft(id) => match find(plan, *id) {
            Some((found, maintenance)) => rendered(plan, &found, &maintenance, &to, |facts| draft::help(facts, why)),
            None => bare("Not understood: nothing changed".to_owned(), &[why]),
        },
    };
    plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), &to, rendered, thread_of(mail));
}

/// To an approver whose answer names no request, or several.
pub(super) fn no_request(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, why: &str) {
    // At the listed address: how From writes it is the sender's choice.
    let Some(author) = mail.author() else { return };
    let is = |known: &Mailbox| known.address.eq_ignore_ascii_case(&author.address);
    let approver = plan
        .desk
        .policy
        .approvers
        .iter()
        .find(|approver| is(&approver.mailbox) || approver.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(&author.address)));
    let Some(to) = approver.map(|approver| approver.mailbox.clone()) else { return };
    let rendered = bare(
        "Not understood: your answer names no single request".to_owned(),
        &[
            &format!("Nothing changed: {why}."),
            "Answer one request a mail, the newest about it , and leave its subject as it is: [FW-12 v1 …] names it.",
        ],
    );
    plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), &to, rendered, thread_of(mail));
}

/// To an approver who answered a colleague's request: which one is theirs.
pub(super) fn not_your_request(plan: &mut Plan<'_>, arrival: &Arrival, request: &Request, to: &Mailbox) {
    let Some((found, maintenance)) = first_of(plan, request) else { return };
    let rendered = match &request.about {
        // A code of one of them would make an answer to this mail count for that one alone.
        RequestAbout::Bundle(_) => bare(
            "Not accepted: the request is a colleague's".to_owned(),
            &[&format!("Nothing changed: you answered the request that went to {}.", request.approver), "Please answer your own."],
        ),
        _ => rendered(plan, &found, &maintenance, to, |facts| draft::not_yours(facts, &request.approver)),
    };
    let thread = case(plan, &maintenance);
    plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), to, rendered, thread);
}

/// To the approver in whose name somebody wrote, at most once an hour and request; never to the one who wrote.
pub(super) fn note_to_rightful_approver(plan: &mut Plan<'_>, request: &Request, detail: &str) {
    let to = Mailbox { name: String::new(), address: request.approver.clone() };
    let Some((found, maintenance)) = first_of(plan, request) else { return };
    let rendered = rendered(plan, &found, &maintenance, &to, |facts| draft::wrong_sender(facts, detail));
    let thread = case(plan, &maintenance);
    let key = format!("note:{}:{}:{}", found.id.0, to.address, plan.now.timestamp() / 3600);
    plan.write(OutboxKind::Answer, key, &to, rendered, thread);
}

/// To every approver after `start` or `reject`: the first decision wins, the others hear of it (W25).
pub(super) fn first_contact(plan: &mut Plan<'_>, arrival: &Arrival, accepted: &Accepted, account: &str, starts: bool, drafted: usize) {
    let by = &accepted.request.approver;
    let (word, first) = match (starts, drafted) {
        (false, _) => ("Left as it is", "What lay in the mailbox is history. New mail is handled from now on.".to_owned()),
        (true, 0) => ("Started", "Nothing of it is ahead, so nothing was drafted. New mail is handled from now on.".to_owned()),
        (true, 1) => ("Started", "1 draft is made; its request is under way to you. Nothing is sent without your approval.".to_owned()),
        (true, count) => {
            ("Started", format!("{count} drafts are made; their requests are under way to you. Nothing is sent without your approval."))
        }
    };
    for to in approvers(plan) {
        let rendered = bare(format!("{word}: first look at {account}"), &[&format!("{word} by {by}. {first}")]);
        plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), &to, rendered, Thread::default());
    }
}

/// To the one who answered a first contact that was decided before.
pub(super) fn first_contact_settled(plan: &mut Plan<'_>, arrival: &Arrival, accepted: &Accepted, account: &str) {
    let to = Mailbox { name: String::new(), address: accepted.request.approver.clone() };
    let line = "Your answer came after the decision on it, or nothing of it waits any more. It changed nothing.";
    let rendered = bare(format!("Nothing changed: first look at {account}"), &[line]);
    plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), &to, rendered, Thread::default());
}

/// To every approver: nobody decided, and the window is over.
pub(super) fn expired(plan: &mut Plan<'_>, found: &Draft, maintenance: &Maintenance) {
    for to in approvers(plan) {
        let rendered = rendered(plan, found, maintenance, &to, draft::expired);
        let key = format!("expired:{}:{}", found.id.0, to.address);
        let thread = case(plan, maintenance);
        plan.write(OutboxKind::Alarm, key, &to, rendered, thread);
    }
}

/// To every approver: the provider took it back, and no customer had heard of it (W31).
pub(super) fn withdrawn(plan: &mut Plan<'_>, found: &Draft, maintenance: &Maintenance) {
    for to in approvers(plan) {
        let rendered = rendered(plan, found, maintenance, &to, draft::withdrawn);
        let thread = case(plan, maintenance);
        plan.write(OutboxKind::Answer, format!("withdrawn:{}:{}", found.id.0, to.address), &to, rendered, thread);
    }
}

/// Rows of a draft as they will be once what waits is taken back.
pub(super) fn taken_back(plan: &Plan<'_>, draft: &Draft) -> Vec<Told> {
    let back = |told: &Told| match told.state {
        OutboxState::Queued | OutboxState::Retry if told.may_have_arrived => Told { state: OutboxState::Unknown, ..told.clone() },
        OutboxState::Queued | OutboxState::Retry => Told { state: OutboxState::Cancelled, ..told.clone() },
        _ => told.clone(),
    };
    plan.known.told.iter().filter(|told| told.draft == draft.id).map(back).collect()
}

pub(super) fn approvers(plan: &Plan<'_>) -> Vec<Mailbox> {
    plan.desk.policy.approvers.iter().map(|approver| approver.mailbox.clone()).collect()
}

pub(super) fn find(plan: &Plan<'_>, id: crate::model::DraftId) -> Option<(Draft, Maintenance)> {
    let found = plan.known.drafts.iter().find(|draft| draft.id == id)?;
    let maintenance = plan.known.maintenances.iter().find(|known| known.id == found.maintenance)?;
    Some((found.clone(), maintenance.clone()))
}

/// The draft that a request is about, of several the first.
fn first_of(plan: &Plan<'_>, request: &Request) -> Option<(Draft, Maintenance)> {
    find(plan, *request.about.drafts().first()?)
}

pub(super) fn case(plan: &Plan<'_>, maintenance: &Maintenance) -> Thread {
    let case = case_thread(maintenance.id, &plan.desk.policy.from);
    Thread { in_reply_to: Some(case.clone()), references: vec![case], reply_to: None }
}

/// An answer with the short code of its reader's request, so that an answer to it finds the draft.
pub(super) fn rendered(
    plan: &Plan<'_>,
    draft: &Draft,
    maintenance: &Maintenance,
    to: &Mailbox,
    write: impl Fn(&AnswerFacts<'_>) -> Rendered,
) -> Rendered {
    let desk = plan.desk;
    let is_approver = desk.policy.approvers.iter().any(|approver| approver.mailbox.address == to.address);
    // What was never drafted has no request that could be answered.
    let token =
        (is_approver && draft.revision > 0).then(|| approval::token(desk.key, &RequestAbout::Draft(draft.id), draft.revision, &to.address));
    write(&AnswerFacts {
        draft,
        maintenance,
        policy: desk.policy,
        inventory: desk.inventory,
        zones: desk.zones,
        code: token.as_ref().map_or("", |token| token.code.as_str()),
    })
}

pub(super) fn to_sender(plan: &mut Plan<'_>, reply: &Answered<'_>, draft: &Draft, write: impl Fn(&AnswerFacts<'_>) -> Rendered) {
    let to = Mailbox { name: String::new(), address: reply.by().to_owned() };
    let rendered = rendered(plan, draft, &reply.maintenance, &to, write);
    send(plan, reply, &to, rendered);
}

pub(super) fn send(plan: &mut Plan<'_>, reply: &Answered<'_>, to: &Mailbox, rendered: Rendered) {
    let thread = match reply.from {
        Some((_, mail, _)) if to.address == reply.by() => thread_of(mail),
        _ => case(plan, &reply.maintenance),
    };
    let key = match reply.from {
        Some((arrival, ..)) => format!("answer:{}:{}", arrival.mail.0, to.address),
        None => format!("settled:{}:{}:{}", reply.maintenance.id, plan.now.timestamp(), to.address),
    };
    plan.write(OutboxKind::Answer, key, to, rendered, thread);
}

pub(super) fn bare(subject: String, lines: &[&str]) -> Rendered {
    Rendered { subject, text: format!("{}\n", lines.join("\n")), html: None }
}

/// To every approver: a mail was joined to a maintenance that is known, and changes nothing in it.
pub(super) fn joined(plan: &mut Plan<'_>, reply: &Answered<'_>, known: &Maintenance) {
    let text = format!(
        "{} is the same as {}, says {}. It changes nothing there; nobody is written to.",
        reply.maintenance.id,
        known.id,
        reply.by()
    );
    taught(plan, reply, &text);
}

/// To every approver: what a person said is kept, and there is nobody to tell.
pub(super) fn noted(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    let text = format!("Noted by {}. Nobody is written to for it.", reply.by());
    taught(plan, reply, &text);
}

/// To every approver: a word that asks nothing of them.
pub(super) fn taught(plan: &mut Plan<'_>, reply: &Answered<'_>, text: &str) {
    for to in approvers(plan) {
        let rendered = rendered(plan, &reply.draft, &reply.maintenance, &to, |facts| draft::noted(facts, text));
        send(plan, reply, &to, rendered);
    }
}

/// To every approver: the provider wrote again of an outage, and nothing in it could be read as news.
pub(super) fn wrote_again(plan: &mut Plan<'_>, maintenance: &Maintenance, source: &Source) {
    let Some(newest) = plan.drafts_of(maintenance.id).pop() else { return };
    let text = format!(
        "The provider wrote again: \"{}\". Nothing in it could be read as news; please look at the mail.\nTo tell customers more, answer: update TEXT. When it is over: resolved.",
        source.subject
    );
    for to in approvers(plan) {
        let rendered = rendered(plan, &newest, maintenance, &to, |facts| draft::noted(facts, &text));
        let thread = case(plan, maintenance);
        let key = format!("news:{}:{}:{}", maintenance.id, source.mail.map_or(0, |mail| mail.0), to.address);
        plan.write(OutboxKind::Answer, key, &to, rendered, thread);
    }
}
