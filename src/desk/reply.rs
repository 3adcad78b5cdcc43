//! What follows from a reply of staff: the decision is checked against the present state and carried out, and the reply is answered.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::{
    approval::{self, Accepted, Refused, Verb},
    desk::{
        Arrival, Plan, absence, answer, blocks_sending, bundle, fate, first_contact, hold, moment,
        plan::{Thread, message_id},
        propose::{Proposed, put},
        settle,
    },
    draft,
    mail::{
        auth,
        outgoing::{Attachment, Rendered, Written, freeze},
        reply,
    },
    model::{
        Change, Content, Decision, DecisionRecord, Draft, DraftState, FrozenMail, Kind, Mail, Mailbox, Maintenance, MaintenanceId,
        OutboxKind, OutboxState, Outcome, Outgoing, ProblemKind, Recipient, Remark, ReplyOutcome, Request, RequestAbout, Status, Variant,
    },
};

/// What clocks may differ by.
const SKEW: TimeDelta = TimeDelta::minutes(10);
/// Help mails a request may have.
const MAX_HELP: u32 = 3;

/// Judges a reply that carries a token or code, and carries it out.
pub(super) fn reply(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail) -> Outcome {
    let judged = approval::judge(plan.desk.policy, mail, &plan.known.requests);
    if judged.as_ref().is_err_and(|refused| refused.outcome == ReplyOutcome::Unclear) && mail.away {
        // A mailbox that answers without saying so in its headers: help would be answered in the same way.
        absence::noted(plan, mail);
        return Outcome::Automatic;
    }
    absence::back(plan, mail);
    Outcome::Reply(match judged {
        // A store that was put back asks again under the same token: the answer of that time is none to this question.
        Ok(accepted) if arrival.arrived_at + SKEW < accepted.request.made_at => {
            help(plan, arrival, mail, &accepted.request, "it came before the question was asked (a backup was put back since)");
            ReplyOutcome::Superseded
        }
        Ok(accepted) => act(plan, arrival, mail, &accepted),
        Err(refused) => refuse(plan, arrival, mail, &refused),
    })
}

/// An approver's word without any carrier: some clients strip them all. Nothing is decided, but the approver is told; none where the mail
/// is no answer at all.
pub(super) fn without_carrier(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail) -> Option<ReplyOutcome> {
    let said = approval::verb(&reply::reply(mail))?;
    if approval::automatic(mail).is_some() || auth::proof(mail, &plan.desk.policy.auth).is_err() || said == Verb::Help {
        return None;
    }
    answer::no_request(plan, arrival, mail, "your mail program left out what ties an answer to its request");
    Some(ReplyOutcome::UnknownToken)
}

pub(super) fn refuse(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, refused: &Refused) -> ReplyOutcome {
    if let Some(request) = &refused.request {
        if refused.answerable {
            help(plan, arrival, mail, request, &refused.detail);
        } else if let Some(colleague) = colleague(plan, mail, refused) {
            answer::not_your_request(plan, arrival, request, &colleague);
        } else {
            answer::note_to_rightful_approver(plan, request, &refused.detail);
        }
    } else if mail.header_faults.is_empty()
        && let Some(author) = mail.author()
        && plan.desk.policy.approvers.iter().any(|approver| approver.mailbox.address.eq_ignore_ascii_case(&author.address))
        && auth::proof(mail, &plan.desk.policy.auth).is_ok()
    {
        // They must not believe that it counted.
        answer::no_request(plan, arrival, mail, &refused.detail);
    }
    refused.outcome
}

/// The approver at whose listed, proved address a reply to somebody else's request was written: they must not believe that it counted.
fn colleague(plan: &Plan<'_>, mail: &Mail, refused: &Refused) -> Option<Mailbox> {
    let author = mail.author().filter(|_| refused.outcome == ReplyOutcome::WrongSender)?;
    let approvers = &plan.desk.policy.approvers;
    let known = approvers.iter().find(|approver| approver.mailbox.address.eq_ignore_ascii_case(&author.address))?;
    auth::proof(mail, &plan.desk.policy.auth).ok().map(|_| known.mailbox.clone())
}

/// Sends the words that work, at most three times a request.
pub(super) fn help(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, request: &Request, why: &str) {
    if request.helped >= MAX_HELP {
        return;
    }
    plan.effects.requests.push(Request { helped: request.helped + 1, ..request.clone() });
    answer::help(plan, arrival, mail, request, why);
}

fn act(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, accepted: &Accepted) -> ReplyOutcome {
    let draft = match &accepted.request.about {
        RequestAbout::Trial => return ReplyOutcome::Unclear,
        RequestAbout::FirstContact(account) => return first_contact::first_contact(plan, arrival, mail, accepted, account),
        RequestAbout::Bundle(drafts) => return bundle::answered(plan, arrival, mail, accepted, drafts),
        RequestAbout::Draft(id) => plan.known.drafts.iter().find(|draft| draft.id == *id).cloned(),
    };
    let maintenance = draft.as_ref().and_then(|draft| plan.known.maintenances.iter().find(|known| known.id == draft.maintenance)).cloned();
    let (Some(draft), Some(maintenance)) = (draft, maintenance) else {
        help(plan, arrival, mail, &accepted.request, "the draft it is about is not in the store any more");
        return ReplyOutcome::Superseded;
    };
    let from = Some((arrival, mail, accepted));
    let reply = Answered { from, by: &accepted.request.approver, verb: &accepted.verb, proof: &accepted.proof, draft, maintenance };
    act_on(plan, &reply)
}

/// Carries out a person's word about one draft.
pub(super) fn act_on(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    match reply.verb {
        Verb::Help => unclear(plan, reply, "you asked for help"),
        Verb::Stop => stop(plan, reply),
        Verb::Mine => mine(plan, reply),
        Verb::Resend => fate::resend(plan, reply),
        Verb::AssumeSent => fate::assume_sent(plan, reply),
        _ => settle::settle(plan, reply).unwrap_or_else(|| decide(plan, reply)),
    }
}

/// A person's word with everything that it is about.
pub(super) struct Answered<'a> {
    /// The mail that says it; none for the command line.
    pub(super) from: Option<(&'a Arrival, &'a Mail, &'a Accepted)>,
    /// Who says it: an approver's address, or the command line.
    pub(super) by: &'a str,
    pub(super) verb: &'a Verb,
    pub(super) proof: &'a str,
    pub(super) draft: Draft,
    pub(super) maintenance: Maintenance,
}

impl Answered<'_> {
    pub(super) fn by(&self) -> &str {
        self.by
    }

    pub(super) fn record(&self, plan: &mut Plan<'_>, decision: Decision) {
        plan.effects.decisions.push(DecisionRecord {
            // What was never drafted has no draft that a decision could be about.
            draft: (self.draft.revision > 0).then_some(self.draft.id),
            by: self.by().to_owned(),
            decision,
            mail: self.from.map(|(arrival, ..)| arrival.mail),
            at: plan.now,
            proof: self.proof.to_owned(),
        });
    }
}

/// Help for a word that does not fit.
pub(super) fn unclear(plan: &mut Plan<'_>, reply: &Answered<'_>, why: &str) -> ReplyOutcome {
    if let Some((arrival, mail, accepted)) = reply.from {
        help(plan, arrival, mail, &accepted.request, why);
    }
    ReplyOutcome::Unclear
}

/// Whether a word about the draft comes too late: another one is current, or it is decided.
pub(super) fn is_overtaken(plan: &Plan<'_>, reply: &Answered<'_>) -> bool {
    let newest = plan.drafts_of(reply.maintenance.id).pop();
    if newest.is_none() && reply.draft.revision == 0 {
        return false;
    }
    newest.is_none_or(|newest| newest.id != reply.draft.id)
        || !reply.draft.state.open()
        || reply.draft.maintenance_revision != reply.maintenance.revision
        || reply.draft.mode != plan.desk.policy.mode
}

/// Words that need the draft to be the current one and undecided.
fn decide(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    if is_overtaken(plan, reply) {
        let newest = plan.drafts_of(reply.maintenance.id).pop();
        answer::superseded(plan, reply, newest.as_ref());
        return ReplyOutcome::Superseded;
    }
    match reply.verb.clone() {
        Verb::Approve | Verb::ApproveUnverified => approve(plan, reply),
        Verb::Reject(why) => {
            reply.record(plan, Decision::Reject(why.clone()));
            let why = if why.is_empty() { "no reason given".to_owned() } else { why };
            plan.keep_draft(Draft { state: DraftState::Rejected(why.clone()), ..reply.draft.clone() });
            answer::rejected(plan, reply, &why);
            bring_back(plan, reply);
            ReplyOutcome::Accepted
        }
        Verb::Hold(day) => hold::hold(plan, reply, day.as_deref()),
        Verb::Edit(text) => {
            let text = text.trim().to_owned();
            if text == reply.draft.paragraphs.trim() {
                return unclear(plan, reply, "the text you sent is the text that stands");
            }
            reply.record(plan, Decision::Edit(text.clone()));
            let mut next = settle::next(plan, reply, "text changed");
            next.edited = Some(text);
            renew(plan, reply, next);
            ReplyOutcome::Accepted
        }
        _ => unclear(plan, reply, "that word does not work here"),
    }
}

/// A cancellation that nobody proved had overtaken what was still undecided. It is refused, so that is asked again.
fn bring_back(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    if !reply.draft.change.reduces() || matches!(reply.maintenance.status, Status::Cancelled | Status::Completed) {
        return;
    }
    let earlier = |draft: &Draft| draft.revision < reply.draft.revision && !draft.change.reduces();
    let overtaken = plan.drafts_of(reply.maintenance.id).into_iter().rfind(earlier);
    if let Some(overtaken) = overtaken.filter(|draft| matches!(draft.state, DraftState::Void(_))) {
        let text = "asked again: the mail that ended it was called wrong".to_owned();
        put(plan, reply.maintenance.clone(), &overtaken.change, vec![Remark { label: "NOTE".to_owned(), text }]);
    }
}

/// Drafts anew what a person changed: the new request is the answer to the reply, and approves nothing.
pub(super) fn renew(plan: &mut Plan<'_>, reply: &Answered<'_>, next: Maintenance) {
    renew_as(plan, reply, next, &reply.draft.change);
}

/// The same where it is another change for those who read of it.
pub(super) fn renew_as(plan: &mut Plan<'_>, reply: &Answered<'_>, next: Maintenance, change: &Change) {
    plan.void_drafts(next.id, &format!("changed by {}", reply.by()));
    let remarks = answer::changed_remark(reply, &next);
    let nothing = match put(plan, next, change, remarks) {
        Proposed::Asked(id) => {
            plan.credit(id, Some(reply.by()));
            return;
        }
        Proposed::Retired => "It only names what was given back, so it is closed. Nobody is told.",
        Proposed::Internal => "It touches internal services only: nobody is written to, and it stands in the digest.",
        Proposed::NobodyTold => "Those who know of it read the same as before: there is nothing to send.",
    };
    answer::taught(plan, reply, nothing);
}

fn approve(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    let draft = &reply.draft;
    if blocks_sending(draft) {
        return unclear(plan, reply, "there is a question to answer first, so approve does not work yet");
    }
    let outage = reply.maintenance.kind == Some(Kind::Incident);
    // The end of an outage is somebody's guess: it may go on, and what is said of it is still news.
    if draft.ends_at.is_some_and(|end| end <= plan.now) && !draft.change.reduces() && !outage {
        plan.keep_draft(Draft { state: DraftState::Expired, ..draft.clone() });
        answer::too_late(plan, reply);
        return ReplyOutcome::Superseded;
    }
    if reply.maintenance.is_contradicted() && *reply.verb != Verb::ApproveUnverified {
        return unclear(plan, reply, "the sender is contradicted: check with the provider, then answer approve unverified");
    }
    if draft::clocks_changed(draft, plan.desk.zones) {
        moment::by_new_clocks(plan, draft, &reply.maintenance);
        unclear(plan, reply, "the rules of a time zone changed since you were asked; a new request is on its way");
        return ReplyOutcome::Superseded;
    }
    match votes(plan, draft, reply.by()) {
        Ok(votes) if votes.len() < usize::try_from(plan.desk.policy.approvals).unwrap_or(usize::MAX) => {
            reply.record(plan, Decision::Vote);
            let draft = Draft { votes, ..draft.clone() };
            plan.keep_draft(draft.clone());
            answer::voted(plan, reply, &draft);
            return ReplyOutcome::Accepted;
        }
        Ok(_) => {}
        Err(why) => return unclear(plan, reply, why),
    }
    let rows: Result<Vec<Outgoing>, String> = draft
        .variants
        .iter()
        .flat_map(|variant| variant.recipients.iter().map(move |recipient| (variant, recipient)))
        .enumerate()
        .map(|(index, (variant, recipient))| notice_row(plan, draft, &index.to_string(), variant, recipient))
        .chain(copy(plan, draft))
        .collect();
    match rows {
        Ok(rows) => {
            reply.record(plan, Decision::Approve);
            plan.keep_draft(Draft { state: DraftState::Approved, ..draft.clone() });
            if let Some(status) = ended_status(&draft.change) {
                plan.keep(Maintenance { status, ..reply.maintenance.clone() });
            }
            answer::approved(plan, reply);
            plan.effects.outgoing.extend(rows);
            ReplyOutcome::Accepted
        }
        Err(why) => unclear(plan, reply, &format!("nothing was sent: {why}")),
    }
}

/// Who has approved a draft after this person did. One approval decides, whoever made the revision; where several must, each person counts
/// once, and whoever's word made the revision does not.
///
/// # Errors
/// Why this word does not count.
fn votes(plan: &Plan<'_>, draft: &Draft, by: &str) -> Result<Vec<String>, &'static str> {
    let is = |other: &String| other.eq_ignore_ascii_case(by);
    if plan.desk.policy.approvals > 1 && draft.author.as_ref().is_some_and(is) {
        return Err("your word made this revision, so somebody else must approve it");
    }
    if draft.votes.iter().any(is) {
        return Err("you have approved it already; somebody else must, too");
    }
    Ok(draft.votes.iter().cloned().chain([by.to_owned()]).collect())
}

/// What an approved word about the end makes of the maintenance, where its mail alone was not believed.
fn ended_status(change: &Change) -> Option<Status> {
    match change {
        Change::Cancelled | Change::Retracted => Some(Status::Cancelled),
        Change::Completed => Some(Status::Completed),
        _ => None,
    }
}

/// What the house's own address gets: one of the mails that customers get, in staff's zone if any is.
fn copy(plan: &Plan<'_>, draft: &Draft) -> Option<Result<Outgoing, String>> {
    let to = draft.copy_to.as_ref()?;
    let variant = draft.variants.iter().find(|variant| variant.zone == plan.desk.policy.zone).or_else(|| draft.variants.first())?;
    let row = notice_row(plan, draft, "copy", variant, &Recipient { customers: Vec::new(), mailbox: to.clone() });
    Some(row.map(|row| Outgoing { kind: OutboxKind::Copy, ..row }))
}

/// One customer mail, frozen now: approval is of these bytes.
fn notice_row(plan: &Plan<'_>, draft: &Draft, index: &str, variant: &Variant, recipient: &Recipient) -> Result<Outgoing, String> {
    let key = notice_key(draft, index, &recipient.mailbox.address);
    let content = Rendered { subject: variant.subject.clone(), text: variant.text.clone(), html: Some(variant.html.clone()) };
    let about = BTreeSet::from([draft.maintenance]);
    let mail = frozen(plan, &key, &recipient.mailbox, &about, content, variant.calendar.as_deref())?;
    Ok(Outgoing {
        kind: OutboxKind::Notice,
        key,
        to: recipient.mailbox.clone(),
        content: Content::Frozen(mail),
        not_before: plan.now + plan.desk.policy.undo,
        draft: Some(draft.id),
        with: None,
    })
}

/// What makes a notice of a draft to an address leave once.
pub(super) fn notice_key(draft: &Draft, index: &str, address: &str) -> String {
    format!("notice:{}:{index}:{address}", draft.id.0)
}

/// A mail to a customer about maintenances, as it leaves.
///
/// # Errors
/// Why it cannot be written.
pub(super) fn frozen(
    plan: &Plan<'_>,
    key: &str,
    to: &Mailbox,
    about: &BTreeSet<MaintenanceId>,
    content: Rendered,
    calendar: Option<&str>,
) -> Result<FrozenMail, String> {
    let (policy, address) = (plan.desk.policy, &to.address);
    // Updates stand in the thread of what this address was told before, also of the whole that this was split from.
    let wholes: BTreeSet<MaintenanceId> =
        plan.known.maintenances.iter().filter(|one| about.contains(&one.id)).filter_map(|one| one.part_of).collect();
    let earlier: Vec<String> = plan
        .known
        .told
        .iter()
        .filter(|told| about.contains(&told.maintenance) || wholes.contains(&told.maintenance))
        .filter(|told| told.address == *address)
        .map(|told| told.message_id.clone())
        .collect();
    let written = Written {
        from: policy.from.clone(),
        to: to.clone(),
        reply_to: Some(policy.support.clone()),
        subject: content.subject,
        text: content.text,
        html: content.html,
        message_id: message_id(key, &policy.from),
        in_reply_to: earlier.last().cloned(),
        references: earlier,
        date: plan.now,
        extra: Vec::new(),
        attachments: calendar.into_iter().map(Attachment::calendar).collect(),
    };
    freeze(&written).map_err(|error| error.to_string())
}

/// Takes back what has not left, also from a draft that was overtaken since.
fn stop(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    match reply.draft.state {
        DraftState::Approved => {}
        DraftState::Done => {
            answer::left_already(plan, reply);
            return ReplyOutcome::Superseded;
        }
        _ => {
            answer::nothing_to_stop(plan, reply);
            return ReplyOutcome::Superseded;
        }
    }
    reply.record(plan, Decision::Stop);
    let why = format!("stopped by {}", reply.by());
    let rows = answer::taken_back(plan, &reply.draft);
    let is_newest = plan.drafts_of(reply.maintenance.id).pop().is_some_and(|newest| newest.id == reply.draft.id);
    if is_newest && rows.iter().all(|row| matches!(row.state, OutboxState::Cancelled | OutboxState::Failed)) {
        // Undone is undecided, not decided otherwise: what was approved by mistake can be mended and approved.
        plan.void_drafts(reply.maintenance.id, &why);
        let remark = Remark { label: "NOTE".to_owned(), text: format!("approved before, then {why}; nobody was told") };
        let mut maintenance = reply.maintenance.clone();
        let unproved = maintenance.problems.iter().any(|problem| problem.problem == ProblemKind::Unauthenticated);
        if unproved && ended_status(&reply.draft.change) == Some(maintenance.status) {
            // It was taken for ended on the word that is now taken back.
            maintenance.status = Status::Confirmed;
        }
        put(plan, maintenance, &reply.draft.change, vec![remark]);
    } else {
        plan.keep_draft(Draft { state: DraftState::Rejected(why), ..reply.draft.clone() });
    }
    answer::stopped(plan, reply, &rows);
    ReplyOutcome::Accepted
}

fn mine(plan: &mut Plan<'_>, reply: &Answered<'_>) -> ReplyOutcome {
    reply.record(plan, Decision::Mine);
    plan.keep(Maintenance { owner: Some(reply.by().to_owned()), ..reply.maintenance.clone() });
    answer::mine(plan, reply);
    ReplyOutcome::Accepted
}

/// The thread of a reply: what it answers stays connected.
pub(super) fn thread_of(mail: &Mail) -> Thread {
    let mut references = mail.references.clone();
    references.extend(mail.message_id.iter().cloned());
    Thread { in_reply_to: mail.message_id.clone(), references, reply_to: None }
}

/// The first line of a reply that counts, for the maintenance that it may name.
pub(super) fn first_line(mail: &Mail) -> String {
    reply::reply(mail).line
}
