//! How a known maintenance goes on with what is said of it next: the change, and its draft for exactly those who were told.

use crate::{
    desk::{
        Plan, answer, incident,
        notice::{Opening, blank, open},
        propose::{Proposed, propose, put, told},
        settle::is_about_time,
        source::Source,
    },
    inventory,
    lifecycle::{self, By, Portion},
    model::{Change, DraftState, HistoryLine, Kind, Maintenance, Notification, Problem, ProblemKind, Remark, Status},
};

/// Goes on with a maintenance that is known.
pub(super) fn carry_on(plan: &mut Plan<'_>, source: &Source, before: &Maintenance, by: By, said: &Notification) -> Option<Proposed> {
    if before.kind == Some(Kind::Incident) {
        return incident::next_word(plan, source, before, said);
    }
    let whole = lifecycle::completed(before, by, said);
    let change = lifecycle::change(before, &whole, plan.now);
    let portion = lifecycle::portion(before, by, said);
    if withheld(plan, source, before, &whole, &change, portion.is_some()) {
        return asked_first(plan, source, before, said);
    }
    if let Some(portion) = portion {
        return in_part(plan, source, before, said, portion);
    }
    if !lifecycle::ends_another_window(before, said) {
        return changed(plan, source, before, &whole, &change, Vec::new());
    }
    let text = format!(
        "the mail calls off another window than the one that {} has now: is all of it off, or only what it was moved from?",
        before.id
    );
    let doubt = vec![Remark { label: "DOUBT".to_owned(), text }];
    // Whoever sent it, that is asked: nothing that is on its way is stopped by it.
    changed(plan, &source.doubted(), before, &whole, &change, doubt)
}

/// Whether a mail whose sender is not proved would take away from what customers hear. A plain cancellation or end has a road of its own,
/// on which nothing is undone either.
fn withheld(plan: &Plan<'_>, source: &Source, before: &Maintenance, said: &Notification, change: &Change, part: bool) -> bool {
    let news = !matches!(change, Change::Unchanged | Change::Stale);
    let takes_away = if part { said.status != Some(Status::Completed) } else { lifecycle::takes_away(before, said, change) };
    let at_stake = plan.drafts_of(before.id).iter().any(|draft| draft.state.open() || draft.state == DraftState::Approved)
        || !plan.told(before.id, true).is_empty();
    news && at_stake && source.asks_first(takes_away) && (part || source.contradicted || !change.reduces())
}

/// What is known stays as it is; the mail becomes a case of its own, of which a person says whether it is the same.
fn asked_first(plan: &mut Plan<'_>, source: &Source, before: &Maintenance, said: &Notification) -> Option<Proposed> {
    let said = Notification { maintenance_id: None, aliases: Vec::new(), uid: None, ..said.clone() };
    let again = |one: &&Maintenance| {
        one.closed.is_none() && one.perhaps.contains(&before.id) && one.said.windows == said.windows && one.said.status == said.status
    };
    if let Some(asked) = plan.known.maintenances.iter().chain(&plan.known.ahead).find(again).cloned() {
        let mut asked = Maintenance { repeats: asked.repeats + 1, ..asked };
        source.tie(&mut asked);
        plan.keep(asked);
        return None;
    }
    let text = format!(
        "the mail would change {id}, but nothing proves its sender: {id} stands as it was. Check with the provider; \"same as {id}\" applies it, \
         \"irrelevant\" drops it",
        id = before.id
    );
    let remarks = vec![Remark { label: "DOUBT".to_owned(), text }];
    let perhaps = vec![before.id];
    open(plan, source, Opening { provider: &before.provider, said, perhaps, part_of: None, chosen: None, remarks }).1
}

/// Some of the objects go another way than the rest. What is cancelled leaves the maintenance; what is moved becomes one of its own.
fn in_part(plan: &mut Plan<'_>, source: &Source, before: &Maintenance, said: &Notification, portion: Portion) -> Option<Proposed> {
    let names: Vec<&str> = portion.part.iter().map(|object| object.object_id.as_str()).collect();
    let names = names.join(", ");
    let stale = lifecycle::change(before, &Notification { objects: Vec::new(), ..said.clone() }, plan.now) == Change::Stale;
    if stale || said.status == Some(Status::Completed) {
        // That a part is done is no news for customers as long as the rest is not.
        let mut next = before.clone();
        let text =
            if stale { "an older mail came late and changed nothing".to_owned() } else { format!("done for {names}, says the provider") };
        next.history.push(HistoryLine { at: plan.now, text });
        source.tie(&mut next);
        plan.keep(next);
        return None;
    }
    let rest = Notification { objects: portion.rest.clone(), stamp: said.stamp, ..Notification::default() };
    if said.status == Some(Status::Cancelled) || said.retracted {
        let mut remarks = vec![Remark { label: "NOTE".to_owned(), text: format!("called off for {names}; the rest stands") }];
        if !source.verified {
            let text = format!("a mail says CANCELLED for {names}, but its sender is not proved: check with the provider");
            remarks.push(Remark { label: "DOUBT".to_owned(), text });
        }
        return changed(plan, source, before, &rest, &Change::Updated { fields: vec!["objects".to_owned()] }, remarks);
    }
    let told = !told(plan, before, true).is_empty();
    let from = before.said.windows.clone();
    let mut stays = lifecycle::revised(before, &rest, &Change::Updated { fields: vec!["objects".to_owned()] }, plan.now);
    let moved = Notification {
        maintenance_id: None,
        aliases: Vec::new(),
        uid: None,
        objects: portion.part,
        former_windows: from.clone(),
        readings: said.readings.clone(),
        windows: said.windows.clone(),
        status: None,
        impact: if said.impact == crate::model::Impact::Unstated { before.said.impact } else { said.impact },
        summary: said.summary.clone().or_else(|| before.said.summary.clone()),
        title: said.title.clone().or_else(|| before.said.title.clone()),
        ..said.clone()
    };
    let mut split = blank(plan, source, &before.provider, moved);
    split.part_of = Some(before.id);
    split.kind = before.kind;
    split.history.push(HistoryLine { at: plan.now, text: format!("moved away from {}: {names}", before.id) });
    stays.history.push(HistoryLine { at: plan.now, text: format!("{names} moved to another time: {}", split.id) });
    let customers = |maintenance: &Maintenance| -> Vec<String> {
        inventory::affected(plan.desk.inventory, maintenance, &[]).customers.into_iter().map(|customer| customer.id).collect()
    };
    let rest = customers(&stays);
    stays.moved_away.extend(customers(before).into_iter().filter(|id| !rest.contains(id)));
    source.tie(&mut stays);
    if before.held_back && source.backlog {
        // The past asks nobody: staff say start first, then both are drafted (W01).
        split.held_back = true;
        plan.keep(stays);
        plan.keep(split);
        return None;
    }
    let open = plan.drafts_of(before.id).into_iter().rev().find(|draft| draft.state.open() || draft.state == DraftState::Approved);
    let unsent = open.filter(|draft| draft.state.open() || plan.told(before.id, false).is_empty());
    if let Some(draft) = unsent {
        plan.void_drafts(before.id, &format!("overtaken: {names} moved to another time"));
        put(plan, stays, &draft.change, Vec::new());
    } else {
        plan.keep(stays);
    }
    let note = format!("only {names} moved: {} stands for the rest as it was", before.id);
    let mut remarks = source.remarks();
    remarks.push(Remark { label: "NOTE".to_owned(), text: note });
    let change = if told { Change::Rescheduled { from } } else { Change::New };
    Some(put(plan, split, &change, remarks))
}

/// Carries out a change of the whole; `extra` are remarks for the request.
pub(super) fn changed(
    plan: &mut Plan<'_>,
    source: &Source,
    before: &Maintenance,
    said: &Notification,
    change: &Change,
    extra: Vec<Remark>,
) -> Option<Proposed> {
    let mut next = lifecycle::revised(before, said, change, plan.now);
    if let (Some(person), Some(line)) = (&source.person, next.history.last_mut()) {
        line.text = format!("{}, says {person}", line.text.replace(", says the provider", "").replace(" by the provider", ""));
    }
    let delivered_before = source.message_ids.iter().any(|id| before.thread.contains(id));
    source.tie(&mut next);
    if matches!(change, Change::Unchanged | Change::Stale) {
        if *change == Change::Unchanged && !source.sure && says_nothing(said) && !delivered_before {
            // Nobody can tell that it repeats what is known: a person looks at it.
            let text = format!("it stands in the thread of {}; what it says could not be read", before.id);
            let remarks = vec![Remark { label: "DOUBT".to_owned(), text }];
            let opening =
                Opening { provider: &before.provider, said: said.clone(), perhaps: Vec::new(), part_of: None, chosen: None, remarks };
            return open(plan, source, opening).1;
        }
        if *change == Change::Unchanged && source.sure && !said.windows.is_empty() {
            return clearer(plan, source, before, next, said);
        }
        plan.keep(next);
        return None;
    }
    source.mark(&mut next);
    incident::go_on(plan, source, &mut next, change);
    if said.windows.is_empty() {
        // It says nothing of the time, so it settles no doubt about it.
        let doubts = before.problems.iter().filter(|problem| problem.blocking && is_about_time(problem.problem));
        let new: Vec<Problem> = doubts.filter(|problem| !next.problems.contains(problem)).cloned().collect();
        next.problems.extend(new);
    }
    let renamed = !said.objects.is_empty() && before.said.objects != said.objects;
    let mut remarks = source.remarks();
    remarks.extend(extra);
    if let (Some(person), Some(line)) = (&source.person, next.history.last()) {
        let text = if line.text.contains(person) { line.text.clone() } else { format!("{}, says {person}", line.text) };
        remarks.push(Remark { label: "NOTE".to_owned(), text });
    }
    if renamed && next.chosen_services.take().is_some() {
        let text = "the services chosen before do not hold any more: the provider names other objects".to_owned();
        remarks.push(Remark { label: "NOTE".to_owned(), text });
    }
    if next.edited.is_some() {
        let text = "the text was changed by hand for what was known before: check that it still fits".to_owned();
        remarks.push(Remark { label: "NOTE".to_owned(), text });
    }
    // Staff said that it calls for nothing; what was closed unasked is asked about as soon as there is news.
    let settled = before.closed_by.is_some() && source.person.is_none() && !touches_otherwise(plan, before, &next, change);
    if before.held_back && source.backlog || settled {
        plan.keep(next);
        return None;
    }
    let (was_over, over) = (lifecycle::is_over(&before.said, plan.now), lifecycle::is_over(&next.said, plan.now));
    let ends = change.reduces();
    if over && !ends && was_over && source.sure {
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
        ended_unasked(plan, source, before, &mut next, change)
    } else if unasked {
        Some(propose(plan, &next, &Change::New, remarks))
    } else if ends {
        ended(plan, source, before, &mut next, change, remarks)
    } else if *change == Change::Started {
        // What is undecided is asked anew as under way (W13); who was told needs no word of it, unless the house wants it (W32).
        let open = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open());
        match open {
            Some(open) => {
                plan.void_drafts(next.id, "overtaken: under way, says the provider");
                Some(propose(plan, &next, &open.change, remarks))
            }
            None if plan.desk.policy.notices.tell_started && !told(plan, &next, true).is_empty() => {
                Some(propose(plan, &next, change, remarks))
            }
            None => None,
        }
    } else {
        plan.void_drafts(next.id, &format!("overtaken: {}", next.history.last().map_or("changed", |line| line.text.as_str())));
        Some(propose(plan, &next, change, remarks))
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
fn clearer(plan: &mut Plan<'_>, source: &Source, before: &Maintenance, mut next: Maintenance, said: &Notification) -> Option<Proposed> {
    let open = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open() && !draft.questions.is_empty());
    let Some(open) = open.filter(|_| before.problems.iter().any(|problem| problem.blocking)) else {
        plan.keep(next);
        return None;
    };
    source.mark(&mut next);
    next.said.windows.clone_from(&said.windows);
    next.said.readings.clone_from(&said.readings);
    next.revision += 1;
    plan.void_drafts(next.id, "overtaken: a clearer mail came");
    let proposed = propose(plan, &next, &open.change, source.remarks());
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
fn ended_unasked(plan: &mut Plan<'_>, source: &Source, before: &Maintenance, next: &mut Maintenance, change: &Change) -> Option<Proposed> {
    let matters = before.held_back && !lifecycle::is_over(&before.said, plan.now);
    if !matters || source.verified {
        next.closed = before.closed.clone().or_else(|| next.history.last().map(|line| line.text.clone()));
        return None;
    }
    next.status = before.status;
    next.said = before.said.clone();
    if source.backlog {
        // The past asks nobody: the doubt waits with it until staff say start (W01).
        next.held_back = true;
        let doubts = unproved(change)
            .into_iter()
            .map(|remark| Problem { blocking: true, ..Problem::new(ProblemKind::Unauthenticated, "status", &remark.text) });
        next.problems.extend(doubts);
        return None;
    }
    Some(propose(plan, next, &Change::New, unproved(change)))
}

/// The provider cancels or ends it. Nothing is undone by an unproved mail: those told are proposed a word, an open draft is asked about.
fn ended(
    plan: &mut Plan<'_>,
    source: &Source,
    before: &Maintenance,
    next: &mut Maintenance,
    change: &Change,
    extra: Vec<Remark>,
) -> Option<Proposed> {
    if source.verified {
        let undecided = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open() || draft.state == DraftState::Approved);
        // Rows that have not left are stopped in the same transaction (W31).
        plan.void_drafts(next.id, "the provider cancelled or ended it");
        if !told(plan, next, false).is_empty() {
            return Some(propose(plan, next, change, extra));
        }
        if let Some(draft) = undecided {
            answer::withdrawn(plan, &draft, next);
        }
        return None;
    }
    let doubts: Vec<Remark> = if extra.iter().any(|remark| remark.label == "DOUBT") { extra } else { unproved(change) };
    let asked = plan.drafts_of(next.id).into_iter().rev().find(|draft| draft.state.open());
    let told = !told(plan, next, true).is_empty();
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
            Some(propose(plan, next, change, doubts))
        }
        Some(open) => {
            // The draft stays, and staff are asked again with the doubt on top.
            plan.void_drafts(next.id, "asked anew: the provider says that it is cancelled or over");
            next.status = before.status;
            next.said = before.said.clone();
            Some(propose(plan, next, &open.change, doubts))
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
    let what = match change {
        Change::Completed => "COMPLETED",
        Change::Retracted => "SENT IN ERROR",
        _ => "CANCELLED",
    };
    let text = format!("a mail says {what}, but its sender is not proved: check with the provider. reject drops this draft");
    vec![Remark { label: "DOUBT".to_owned(), text }]
}
