//! What follows from a provider's notice: the maintenance it makes or changes, and the draft of that change.

use crate::{
    desk::{
        Arrival, Plan, answer, answers,
        propose::{Proposed, propose},
        provider_of,
    },
    lifecycle,
    mail::auth,
    model::{
        Change, DraftState, HistoryLine, Irrelevance, Mail, Maintenance, Notification, Outcome, Problem, ProblemKind, Reading, Remark,
        Status,
    },
};

/// Old mail that cannot be read is shown to staff only up to this age (W01).
const UNREADABLE_MAX_AGE_DAYS: i64 = 60;

/// Considers every notification of a mail, or the mail itself where nothing was found in it.
pub(super) fn notice(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, reading: &Reading) -> Outcome {
    let provider = provider_of(plan.desk.inventory, mail, reading);
    let blank = [Notification { summary: Some(mail.subject.clone()), ..Notification::default() }];
    let found: &[Notification] = if reading.found.is_empty() { &blank } else { &reading.found };
    let answers = answers(mail);
    let mut proposals = Vec::new();
    for said in found {
        let mut said = said.clone();
        said.stamp = said.stamp.or(mail.date);
        let before = lifecycle::matching(&plan.known.maintenances, &provider, &answers, found.len() == 1, &said).cloned();
        proposals.push(match before {
            Some(before) => carry_on(plan, arrival, mail, reading, &before, &said),
            None => open(plan, arrival, mail, reading, &provider, said),
        });
    }
    if !reading.sure() {
        let why = reading.problems.iter().find(|problem| problem.blocking).map(|problem| problem.detail.clone());
        return Outcome::NeedsPerson(why.unwrap_or_else(|| "nothing in it could be read".to_owned()));
    }
    if !proposals.is_empty() && proposals.iter().all(|proposal| *proposal == Some(Proposed::Retired)) {
        return Outcome::Irrelevant(Irrelevance::Retired);
    }
    Outcome::Extracted
}

/// Opens a maintenance, or a case for a mail that nobody understood.
fn open(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, reading: &Reading, provider: &str, said: Notification) -> Option<Proposed> {
    let over = lifecycle::is_over(&said, plan.now);
    let ends_unknown = matches!(said.status, Some(Status::Cancelled | Status::Completed));
    let nothing_found = said.windows.is_empty();
    let mut maintenance = Maintenance {
        id: plan.new_maintenance(),
        revision: 1,
        provider: provider.to_owned(),
        kind: reading.kind,
        status: match said.status {
            None | Some(Status::Rescheduled) => Status::Confirmed,
            Some(status) => status,
        },
        said,
        rule: None,
        problems: Vec::new(),
        evidence: Vec::new(),
        mail: arrival.mail,
        thread: Vec::new(),
        subject: String::new(),
        sender: String::new(),
        chosen_services: None,
        dropped: Vec::new(),
        edited: None,
        closed: None,
        held_back: false,
        first_seen_at: arrival.arrived_at,
        owner: None,
        repeats: 0,
        history: vec![HistoryLine { at: plan.now, text: "announced".to_owned() }],
    };
    take_mail(plan, &mut maintenance, arrival, mail, reading);
    let old = (plan.now - arrival.arrived_at).num_days() > UNREADABLE_MAX_AGE_DAYS;
    if over {
        maintenance.closed = Some("over when first read".to_owned());
    } else if arrival.backlog && nothing_found && old {
        maintenance.closed = Some("not readable, and too old to matter".to_owned());
    } else if arrival.backlog {
        maintenance.held_back = true;
    } else if ends_unknown && !is_anything_ahead(plan, provider) {
        maintenance.closed = Some("ends something that was never announced to us".to_owned());
    }
    let asks = maintenance.closed.is_none() && !maintenance.held_back;
    let proposed = asks.then(|| {
        let mut remarks = sender_remark(plan, mail);
        if ends_unknown {
            let text = "it cancels or ends something; none of the maintenances known here could be matched: answer irrelevant, or say which one it is";
            remarks.push(Remark { label: "DOUBT".to_owned(), text: text.to_owned() });
        }
        propose(plan, &maintenance, &Change::New, remarks)
    });
    match proposed {
        Some(Proposed::Retired) => maintenance.closed = Some("only names what was given back".to_owned()),
        Some(Proposed::Internal) => {
            maintenance.history.push(HistoryLine { at: plan.now, text: "touches internal services only: nobody is written to".to_owned() });
        }
        _ => {}
    }
    plan.keep(maintenance);
    proposed
}

fn is_anything_ahead(plan: &Plan<'_>, provider: &str) -> bool {
    plan.known.ahead.iter().any(|other| other.provider == provider)
}

/// Takes what hangs on the mail itself.
fn take_mail(plan: &Plan<'_>, maintenance: &mut Maintenance, arrival: &Arrival, mail: &Mail, reading: &Reading) {
    maintenance.mail = arrival.mail;
    maintenance.kind = reading.kind.or(maintenance.kind);
    maintenance.rule = reading.rule.as_ref().map(|rule| rule.name.clone());
    maintenance.problems = reading.problems.clone();
    maintenance.evidence = reading.evidence.clone();
    maintenance.subject = mail.subject.clone();
    let sender = mail.original_sender.as_ref().or_else(|| mail.from.first());
    maintenance.sender = sender.map(|sender| sender.address.clone()).unwrap_or_default();
    if !auth::provider_verified(mail, &plan.desk.policy.auth) {
        maintenance.problems.push(Problem::new(ProblemKind::Unauthenticated, "sender", format!("{} is not proved", maintenance.sender)));
    }
    maintenance.thread.extend(mail.message_id.iter().filter(|id| !maintenance.thread.contains(id)).cloned().collect::<Vec<_>>());
}

fn sender_remark(plan: &Plan<'_>, mail: &Mail) -> Vec<Remark> {
    if auth::provider_verified(mail, &plan.desk.policy.auth) {
        return Vec::new();
    }
    let several = mail.from.len() > 1;
    let text = if several { "the mail names several senders" } else { return Vec::new() };
    vec![Remark { label: "DOUBT".to_owned(), text: text.to_owned() }]
}

/// Goes on with a maintenance that is known.
fn carry_on(
    plan: &mut Plan<'_>,
    arrival: &Arrival,
    mail: &Mail,
    reading: &Reading,
    before: &Maintenance,
    said: &Notification,
) -> Option<Proposed> {
    let change = lifecycle::change(before, said);
    let mut next = lifecycle::revised(before, said, &change, plan.now);
    next.thread.extend(mail.message_id.iter().filter(|id| !before.thread.contains(id)).cloned().collect::<Vec<_>>());
    if matches!(change, Change::Unchanged | Change::Stale) {
        plan.keep(next);
        return None;
    }
    take_mail(plan, &mut next, arrival, mail, reading);
    // New windows are read afresh: what a person chose for the old ones does not hold for them.
    if !said.windows.is_empty() {
        next.said.readings.clone_from(&said.readings);
    }
    if before.held_back || stays_closed(before, &change) {
        plan.keep(next);
        return None;
    }
    next.closed = None;
    if lifecycle::is_over(&next.said, plan.now) && !lifecycle::reduces(&change) {
        plan.keep(next);
        return None;
    }
    let proposed = match &change {
        Change::Started => None,
        change if lifecycle::reduces(change) => ended(plan, mail, before, &mut next, change),
        _ => {
            plan.void_drafts(next.id, &format!("overtaken: {}", next.history.last().map_or("changed", |line| line.text.as_str())));
            Some(propose(plan, &next, &change, sender_remark(plan, mail)))
        }
    };
    if proposed == Some(Proposed::Retired) {
        next.closed = Some("only names what was given back".to_owned());
    }
    plan.keep(next);
    proposed
}

/// Whether a closed case stays closed. What a person called irrelevant opens again only where other things are touched, or worse; everything
/// else opens again with any change but its end.
fn stays_closed(before: &Maintenance, change: &Change) -> bool {
    match before.closed.as_deref() {
        None => false,
        Some(why) if why.starts_with("over ") => false,
        Some(why) if why.starts_with("irrelevant") => {
            !matches!(change, Change::Updated { fields } if fields.iter().any(|field| field == "objects" || field == "impact"))
        }
        Some(_) => lifecycle::reduces(change),
    }
}

/// The provider cancels or ends it. Nothing is undone by an unproved mail: those told are proposed a word, an open draft is asked about.
fn ended(plan: &mut Plan<'_>, mail: &Mail, before: &Maintenance, next: &mut Maintenance, change: &Change) -> Option<Proposed> {
    let verified = auth::provider_verified(mail, &plan.desk.policy.auth);
    let undecided = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open() || draft.state == DraftState::Approved);
    if verified {
        // Rows that have not left are stopped in the same transaction (W31).
        plan.void_drafts(next.id, "the provider cancelled or ended it");
    }
    if !plan.told(next.id, !verified).is_empty() {
        if !verified {
            for draft in plan.drafts_of(next.id).iter().filter(|draft| draft.state.open()) {
                plan.effects.voided.push((draft.id, "overtaken: the provider cancelled or ended it".to_owned()));
            }
        }
        return Some(propose(plan, next, change, unproved(verified, change)));
    }
    if let Some(draft) = undecided.filter(|_| verified) {
        answer::withdrawn(plan, &draft, next);
    }
    let open = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open())?;
    // Not told, not proved: the draft stays, and staff are asked again with the doubt on top.
    plan.void_drafts(next.id, "asked anew: the provider says that it is cancelled or over");
    next.status = before.status;
    next.said = before.said.clone();
    Some(propose(plan, next, &open.change, unproved(verified, change)))
}

fn unproved(verified: bool, change: &Change) -> Vec<Remark> {
    if verified {
        return Vec::new();
    }
    let what = if *change == Change::Completed { "COMPLETED" } else { "CANCELLED" };
    let text = format!("a mail says {what}, but its sender is not proved: check with the provider. reject drops this draft");
    vec![Remark { label: "DOUBT".to_owned(), text }]
}
