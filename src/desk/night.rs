//! What whoever is on call reads before a window, and what is ours to do before a deadline (W34, W16).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    agenda::{self, Due},
    desk::{
        Plan,
        answer::{self, approvers, case},
        propose, reply,
    },
    draft::{self, NightFacts},
    inventory,
    mail::outgoing::{Attachment, Rendered},
    model::{AgendaFacts, Content, Draft, DraftState, Mailbox, Near, OutboxKind, OutboxState, Outgoing},
};

/// Tells what is due of a maintenance that is near.
pub(super) fn told(plan: &mut Plan<'_>, facts: &AgendaFacts, near: &Near, due: &Due) {
    match due {
        Due::Night(_, start, hours) => before(plan, facts, near, *start, *hours),
        Due::Act(_, place, hours) => deadline(plan, facts, near, *place, *hours),
        Due::Again(_) => again(plan, near),
        _ => {}
    }
}

/// To whoever is on call: a window that touches us begins, whether anybody was told or not.
fn before(plan: &mut Plan<'_>, facts: &AgendaFacts, near: &Near, start: DateTime<Utc>, hours: i64) {
    let desk = plan.desk;
    let affected = inventory::affected(desk.inventory, &near.maintenance, &[]);
    let Some(to) = agenda::on_call(&facts.away, desk.policy, desk.zones, start).filter(|_| !affected.services.is_empty()) else { return };
    let mut draft = shown(plan, near);
    if draft.services.is_empty() {
        draft.services.clone_from(&affected.services);
    }
    let told: BTreeSet<&str> = near
        .told
        .iter()
        .filter(|told| !told.rehearsal && matches!(told.state, OutboxState::Sent | OutboxState::Unknown | OutboxState::DotPending))
        .map(|told| told.address.as_str())
        .collect();
    let (mut heard, mut untold) = (0, Vec::new());
    for customer in &affected.customers {
        if customer.contacts.iter().any(|contact| told.contains(contact.mailbox.address.as_str())) {
            heard += 1;
        } else {
            untold.push(customer.name.clone());
        }
    }
    let why = near.draft().map_or("not drafted", |draft| match draft.state {
        DraftState::Proposed | DraftState::Held(_) => "not decided",
        DraftState::Rejected(_) => "rejected",
        DraftState::Approved => "approved, not out yet",
        _ => "left out",
    });
    let night = NightFacts { start, hours, heard, untold: &untold, why };
    let rendered = answer::rendered(plan, &draft, &near.maintenance, to, |facts| draft::night(facts, &night));
    let calendar = draft::staff_calendar(desk.policy, &[(&near.maintenance, rendered.subject.clone())], plan.now);
    let key = format!("{}{}", agenda::night_key(&near.maintenance, start, hours), to.address);
    let attachments = vec![Attachment::calendar(&calendar)];
    plan.write_with(OutboxKind::Answer, key, to, rendered, case(plan, &near.maintenance), attachments);
}

/// To customers: what they were told, once more, as it was approved with the notice. What cannot be written is told by the alarm.
fn again(plan: &mut Plan<'_>, near: &Near) {
    for (draft, reminder, recipient) in agenda::again(near, plan.desk.policy, plan.now) {
        let key = agenda::again_key(draft, &recipient.mailbox.address);
        let content = Rendered { subject: reminder.subject.clone(), text: reminder.text.clone(), html: Some(reminder.html.clone()) };
        match reply::frozen(plan, &key, &recipient.mailbox, &BTreeSet::from([draft.maintenance]), content, None) {
            Ok(mail) => plan.effects.outgoing.push(Outgoing {
                kind: OutboxKind::Reminder,
                key,
                to: recipient.mailbox.clone(),
                content: Content::Frozen(mail),
                not_before: plan.now,
                draft: Some(draft.id),
                with: None,
            }),
            Err(error) => plan.alarm(key, format!("a reminder to {} could not be written: {error}", recipient.mailbox.address)),
        }
    }
}

/// To whoever has it, else to whoever is on call, else to every approver: it must be done before a deadline. In the last hours the alarm is
/// raised too.
fn deadline(plan: &mut Plan<'_>, facts: &AgendaFacts, near: &Near, place: usize, hours: i64) {
    let desk = plan.desk;
    let maintenance = &near.maintenance;
    let Some((action, by)) = maintenance.said.actions.get(place).and_then(|action| Some((action, action.by?))) else { return };
    let all = approvers(plan);
    let owner = maintenance.owner.as_ref().and_then(|owner| all.iter().find(|one| one.address == *owner)).cloned();
    let on_call = || agenda::on_call(&facts.away, desk.policy, desk.zones, plan.now).cloned();
    let to = match owner.or_else(on_call) {
        Some(one) => vec![one],
        None => all,
    };
    let key = agenda::action_key(maintenance, by, place, hours);
    let shown = shown(plan, near);
    let to_reader = |plan: &Plan<'_>, to: &Mailbox| {
        answer::rendered(plan, &shown, maintenance, to, |facts| draft::deadline(facts, action, near.draft().is_some()))
    };
    for to in to {
        let rendered = to_reader(plan, &to);
        plan.write(OutboxKind::Answer, format!("{key}{}", to.address), &to, rendered, case(plan, maintenance));
    }
    if hours <= 4 {
        let rendered = to_reader(plan, &desk.policy.from);
        plan.alarm(key, format!("{}\n{}", rendered.subject, rendered.text.trim_end()));
    }
}

fn shown(plan: &Plan<'_>, near: &Near) -> Draft {
    near.draft().cloned().unwrap_or_else(|| propose::no_draft(plan.desk, &near.maintenance, plan.now))
}
