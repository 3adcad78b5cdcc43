//! What follows from a provider's notice: the maintenance it makes or changes, and the draft of that change.

use crate::{
    desk::{
        Arrival, Plan, answer, answers,
        propose::{Proposed, propose},
        provider_of,
        settle::is_about_time,
    },
    inventory, lifecycle,
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
        // A stamp from the future would make everything that follows it look old.
        said.stamp = said.stamp.or(mail.date).map(|stamp| stamp.min(arrival.arrived_at));
        let known = plan.known;
        let before = lifecycle::matching(&known.maintenances, &provider, &answers, found, &said);
        if before.is_empty() {
            proposals.push(open(plan, arrival, mail, reading, &provider, said, Vec::new()));
            continue;
        }
        for before in before {
            proposals.push(carry_on(plan, arrival, mail, reading, before, &said));
        }
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
fn open(
    plan: &mut Plan<'_>,
    arrival: &Arrival,
    mail: &Mail,
    reading: &Reading,
    provider: &str,
    said: Notification,
    mut remarks: Vec<Remark>,
) -> Option<Proposed> {
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
        closed_by: None,
        held_back: false,
        first_seen_at: arrival.arrived_at,
        owner: None,
        perhaps: Vec::new(),
        part_of: None,
        updates: Vec::new(),
        notify: false,
        repeats: 0,
        history: vec![HistoryLine { at: plan.now, text: "announced".to_owned() }],
    };
    take_mail(plan, &mut maintenance, arrival, mail, reading);
    let old = (plan.now - arrival.arrived_at).num_days() > UNREADABLE_MAX_AGE_DAYS;
    // What is new and was read too late is no history: the draft is made, and expires before everybody's eyes (T11).
    if over && (arrival.backlog || ends_unknown && reading.sure()) {
        maintenance.closed = Some("over when first read".to_owned());
    } else if arrival.backlog && nothing_found && old {
        maintenance.closed = Some("not readable, and too old to matter".to_owned());
    } else if arrival.backlog {
        maintenance.held_back = true;
    } else if ends_unknown && reading.sure() && !is_anything_ahead(plan, provider) {
        maintenance.closed = Some("ends something that was never announced to us".to_owned());
    }
    let asks = maintenance.closed.is_none() && !maintenance.held_back;
    let proposed = asks.then(|| {
        remarks.extend(sender_remark(plan, mail));
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
    let open = |other: &&Maintenance| other.closed.is_none() && !lifecycle::is_over(&other.said, plan.now);
    plan.known.ahead.iter().chain(plan.known.maintenances.iter().filter(open)).any(|other| other.provider == provider)
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
    let delivered_before = mail.message_id.iter().any(|id| before.thread.contains(id));
    next.thread.extend(mail.message_id.iter().filter(|id| !before.thread.contains(id)).cloned().collect::<Vec<_>>());
    if matches!(change, Change::Unchanged | Change::Stale) {
        if change == Change::Unchanged && !reading.sure() && says_nothing(said) && !delivered_before {
            // Nobody can tell that it repeats what is known: a person looks at it.
            let text = format!("it stands in the thread of {}; what it says could not be read", before.id);
            let remark = Remark { label: "DOUBT".to_owned(), text };
            return open(plan, arrival, mail, reading, &before.provider, said.clone(), vec![remark]);
        }
        if change == Change::Unchanged && reading.sure() && !said.windows.is_empty() {
            return clearer(plan, arrival, mail, reading, before, next, said);
        }
        plan.keep(next);
        return None;
    }
    take_mail(plan, &mut next, arrival, mail, reading);
    if said.windows.is_empty() {
        // It says nothing of the time, so it settles no doubt about it.
        next.problems.extend(before.problems.iter().filter(|problem| problem.blocking && is_about_time(problem.problem)).cloned());
    }
    let renamed = !said.objects.is_empty() && before.said.objects != said.objects;
    let mut remarks = sender_remark(plan, mail);
    if renamed && next.chosen_services.take().is_some() {
        let text = "the services chosen before do not hold any more: the provider names other objects".to_owned();
        remarks.push(Remark { label: "NOTE".to_owned(), text });
    }
    if next.edited.is_some() {
        let text = "the text was changed by hand for what was known before: check that it still fits".to_owned();
        remarks.push(Remark { label: "NOTE".to_owned(), text });
    }
    // Staff said that it calls for nothing; what was closed unasked is asked about as soon as there is news.
    let settled = before.closed_by.is_some() && !touches_otherwise(plan, before, &next, &change);
    if before.held_back && arrival.backlog || settled {
        plan.keep(next);
        return None;
    }
    let (was_over, over) = (lifecycle::is_over(&before.said, plan.now), lifecycle::is_over(&next.said, plan.now));
    let ends = lifecycle::reduces(&change);
    if over && !ends && was_over && reading.sure() {
        plan.keep(next);
        return None;
    }
    if over && !ends && !was_over {
        let detail = "the mail moves it to a time that is past";
        next.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Implausible, "start", detail) });
    }
    let unasked = before.held_back || before.closed.is_some();
    next.closed = None;
    next.closed_by = None;
    next.held_back = false;
    let proposed = if unasked && ends {
        ended_unasked(plan, mail, before, &mut next, &change)
    } else if unasked {
        Some(propose(plan, &next, &Change::New, remarks))
    } else if ends {
        ended(plan, mail, before, &mut next, &change)
    } else if change == Change::Started {
        // What is undecided is asked anew as under way (W13); who was told needs no word of it (W32).
        let open = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open());
        open.map(|open| {
            plan.void_drafts(next.id, "overtaken: under way, says the provider");
            propose(plan, &next, &open.change, remarks)
        })
    } else {
        plan.void_drafts(next.id, &format!("overtaken: {}", next.history.last().map_or("changed", |line| line.text.as_str())));
        Some(propose(plan, &next, &change, remarks))
    };
    if proposed == Some(Proposed::Retired) {
        next.closed = Some("only names what was given back".to_owned());
    }
    plan.keep(next);
    proposed
}

/// Whether a notification holds nothing by which it could be compared with what is known.
fn says_nothing(said: &Notification) -> bool {
    said.windows.is_empty() && !matches!(said.status, Some(Status::Cancelled | Status::Completed | Status::InProcess))
}

/// The same again, surely read: where the earlier mail left a question, it is answered, and what waits is asked anew without it.
fn clearer(
    plan: &mut Plan<'_>,
    arrival: &Arrival,
    mail: &Mail,
    reading: &Reading,
    before: &Maintenance,
    mut next: Maintenance,
    said: &Notification,
) -> Option<Proposed> {
    let open = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open() && !draft.questions.is_empty());
    let Some(open) = open.filter(|_| before.problems.iter().any(|problem| problem.blocking)) else {
        plan.keep(next);
        return None;
    };
    take_mail(plan, &mut next, arrival, mail, reading);
    next.said.windows.clone_from(&said.windows);
    next.said.readings.clone_from(&said.readings);
    next.revision += 1;
    plan.void_drafts(next.id, "overtaken: a clearer mail came");
    let proposed = propose(plan, &next, &open.change, sender_remark(plan, mail));
    plan.keep(next);
    Some(proposed)
}

/// Whether other things are touched than when staff looked at it, or worse.
fn touches_otherwise(plan: &Plan<'_>, before: &Maintenance, next: &Maintenance, change: &Change) -> bool {
    if matches!(change, Change::Updated { fields } if fields.iter().any(|field| field == "objects" || field == "impact")) {
        return true;
    }
    let touched = |maintenance: &Maintenance| -> Vec<String> {
        inventory::affected(plan.desk.inventory, maintenance, &[]).services.into_iter().map(|service| service.id).collect()
    };
    touched(before) != touched(next)
}

/// The provider cancels or ends what nobody was ever asked about.
fn ended_unasked(plan: &mut Plan<'_>, mail: &Mail, before: &Maintenance, next: &mut Maintenance, change: &Change) -> Option<Proposed> {
    let matters = before.held_back && !lifecycle::is_over(&before.said, plan.now);
    if !matters || auth::provider_verified(mail, &plan.desk.policy.auth) {
        next.closed = before.closed.clone().or_else(|| next.history.last().map(|line| line.text.clone()));
        return None;
    }
    next.status = before.status;
    next.said = before.said.clone();
    Some(propose(plan, next, &Change::New, unproved(change)))
}

/// The provider cancels or ends it. Nothing is undone by an unproved mail: those told are proposed a word, an open draft is asked about.
fn ended(plan: &mut Plan<'_>, mail: &Mail, before: &Maintenance, next: &mut Maintenance, change: &Change) -> Option<Proposed> {
    if auth::provider_verified(mail, &plan.desk.policy.auth) {
        let undecided = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open() || draft.state == DraftState::Approved);
        // Rows that have not left are stopped in the same transaction (W31).
        plan.void_drafts(next.id, "the provider cancelled or ended it");
        if !plan.told(next.id, false).is_empty() {
            return Some(propose(plan, next, change, Vec::new()));
        }
        if let Some(draft) = undecided {
            answer::withdrawn(plan, &draft, next);
        }
        return None;
    }
    let asked = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open());
    let told = !plan.told(next.id, true).is_empty();
    let proposed = match asked {
        // Asked already.
        Some(open) if open.change == *change || open.remarks.iter().any(|remark| unproved(change).contains(remark)) => {
            let again = Maintenance { repeats: before.repeats + 1, thread: next.thread.clone(), ..before.clone() };
            *next = again;
            return None;
        }
        _ if told => {
            for draft in plan.drafts_of(next.id).iter().filter(|draft| draft.state.open()) {
                plan.effects.voided.push((draft.id, "overtaken: the provider cancelled or ended it".to_owned()));
            }
            Some(propose(plan, next, change, unproved(change)))
        }
        Some(open) => {
            // The draft stays, and staff are asked again with the doubt on top.
            plan.void_drafts(next.id, "asked anew: the provider says that it is cancelled or over");
            next.status = before.status;
            next.said = before.said.clone();
            Some(propose(plan, next, &open.change, unproved(change)))
        }
        None => None,
    };
    // Until somebody approves the word to customers, what was known holds.
    if proposed.is_some() {
        next.status = before.status;
        next.said = before.said.clone();
        next.edited.clone_from(&before.edited);
    }
    proposed
}

fn unproved(change: &Change) -> Vec<Remark> {
    let what = if *change == Change::Completed { "COMPLETED" } else { "CANCELLED" };
    let text = format!("a mail says {what}, but its sender is not proved: check with the provider. reject drops this draft");
    vec![Remark { label: "DOUBT".to_owned(), text }]
}
