//! Two maintenances at once that take what each alone would leave: seen when either is proposed, and looked at again when one moves.
//!
//! It asks staff; it never tells a customer. What nobody was told and nobody was asked calls for no word.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        Desk, Plan,
        answer::{bare, case},
        propose::{Proposed, propose},
    },
    inventory, lifecycle,
    mail::outgoing::phrases::listed,
    model::{
        Affected, AffectedService, Change, Collision, Draft, DraftState, Effects, HistoryLine, Impact, Inventory, Known, Maintenance,
        MaintenanceId, OutboxKind, Remark, Status,
    },
};

/// The field by which a change of redundancy is named.
const FIELD: &str = "redundancy";

/// Maintenances whose newest draft does not know what they now take together with others: to be reconsidered. `ahead` are all that lie
/// ahead, `drafts` all of theirs.
#[must_use]
pub fn outdated(inventory: &Inventory, ahead: &[Maintenance], drafts: &[Draft], now: DateTime<Utc>) -> Vec<MaintenanceId> {
    let mut newest: BTreeMap<MaintenanceId, &Draft> = BTreeMap::new();
    for draft in drafts {
        let known = newest.entry(draft.maintenance).or_insert(draft);
        if draft.revision > known.revision {
            *known = draft;
        }
    }
    let any = inventory::has_redundancy(inventory) || newest.values().any(|draft| !draft.collides.is_empty());
    let ahead: Vec<Maintenance> = ahead.iter().filter(|one| any && lies_ahead(one, now)).cloned().collect();
    let differs = |one: &&Maintenance| {
        let known = newest.get(&one.id).filter(|_| !one.held_back);
        known.is_some_and(|draft| others(&inventory::affected(inventory, one, &ahead)) != draft.collides)
    };
    ahead.iter().filter(differs).map(|one| one.id).collect()
}

/// What follows where the redundancy of a maintenance is another than its newest draft says: staff are asked anew. None where nothing does.
#[must_use]
pub fn reconsider(desk: &Desk<'_>, known: &Known, id: MaintenanceId, now: DateTime<Utc>) -> Option<Effects> {
    let mut plan = Plan::new(desk, known, now);
    let maintenance = known.maintenances.iter().find(|one| one.id == id).filter(|one| lies_ahead(one, now) && !one.held_back)?;
    let drafts = plan.drafts_of(id);
    let newest = drafts.last()?;
    let affected = inventory::affected(desk.inventory, maintenance, &beside(&plan, id));
    let collides = others(&affected);
    if collides == newest.collides {
        return None;
    }
    let what = if collides.is_empty() {
        format!("{} no longer takes the other leg at the same time", named(&newest.collides))
    } else {
        affected.collisions.iter().map(sentence).collect::<Vec<_>>().join("; ")
    };
    let mut next = maintenance.clone();
    next.history.push(HistoryLine { at: now, text: what.clone() });
    let was_told = !plan.told(id, true).is_empty();
    let last_told = drafts.iter().rev().find(|draft| matches!(draft.state, DraftState::Approved | DraftState::Done));
    let as_told = last_told.map_or(collides.is_empty(), |draft| draft.collides == collides);
    let only_this = |change: &Change| matches!(change, Change::Updated { fields } if fields.iter().all(|field| field == FIELD));
    let change = match &newest.state {
        DraftState::Proposed | DraftState::Held(_) if as_told && only_this(&newest.change) => {
            plan.effects.voided.push((newest.id, format!("overtaken: {what}")));
            let subject = format!("Fell away: {id} keeps a leg");
            tell(&mut plan, &next, &subject, &[&format!("{what}."), "There is nothing to decide."]);
            plan.keep(next);
            return Some(plan.done());
        }
        DraftState::Proposed | DraftState::Held(_) => newest.change.clone(),
        _ if as_told => return None,
        DraftState::Approved | DraftState::Done if was_told && felt(&newest.services) == felt(&affected.services) => {
            let subject = if collides.is_empty() { format!("Fell away: {id} keeps a leg") } else { format!("BOTH LEGS: {id}") };
            tell(
                &mut plan,
                &next,
                &subject,
                &[&format!("{what}."), "What customers were told of it still holds: there is nothing to send."],
            );
            plan.keep_draft(Draft { collides, ..newest.clone() });
            plan.keep(next);
            return Some(plan.done());
        }
        _ if was_told => Change::Updated { fields: vec![FIELD.to_owned()] },
        DraftState::Approved | DraftState::Done | DraftState::Rejected(_) | DraftState::Expired | DraftState::Void(_) => Change::New,
    };
    plan.void_drafts(id, &format!("overtaken: {what}"));
    let resolved = Remark { label: "NOTE".to_owned(), text: what };
    let remarks = if collides.is_empty() { vec![resolved] } else { Vec::new() };
    let Proposed::Asked(_) = propose(&mut plan, &next, &change, remarks) else { return None };
    plan.keep(next);
    Some(plan.done())
}

/// What each service suffers, as customers hear of it.
fn felt(services: &[AffectedService]) -> Vec<(&str, Impact)> {
    services.iter().filter(|service| !service.internal).map(|service| (service.id.as_str(), service.impact)).collect()
}

/// A word to every approver that asks nothing.
fn tell(plan: &mut Plan<'_>, maintenance: &Maintenance, subject: &str, lines: &[&str]) {
    let (desk, line) = (plan.desk, maintenance.history.len());
    let thread = case(plan, maintenance);
    for approver in &desk.policy.approvers {
        let to = &approver.mailbox;
        let key = format!("redundancy:{}:{line}:{}", maintenance.id.0, to.address);
        plan.write(OutboxKind::Answer, key, to, bare(subject.to_owned(), lines), thread.clone());
    }
}

/// Whether it may still take something.
fn lies_ahead(maintenance: &Maintenance, now: DateTime<Utc>) -> bool {
    let is_open = maintenance.closed.is_none() && !matches!(maintenance.status, Status::Cancelled | Status::Completed);
    is_open && !lifecycle::is_over(&maintenance.said, now)
}

/// Every other maintenance that is known to lie ahead, in its newest state.
pub(super) fn beside(plan: &Plan<'_>, id: MaintenanceId) -> Vec<Maintenance> {
    let known = plan.known.ahead.iter().chain(&plan.known.maintenances).chain(&plan.effects.maintenances);
    let newest: BTreeMap<MaintenanceId, &Maintenance> = known.map(|other| (other.id, other)).collect();
    newest.into_values().filter(|other| other.id != id && lies_ahead(other, plan.now)).cloned().collect()
}

/// The other maintenances of all collisions, ascending.
pub(super) fn others(affected: &Affected) -> Vec<MaintenanceId> {
    affected.collisions.iter().flat_map(|collision| collision.with.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// One remark a collision.
pub(super) fn remarks(affected: &Affected) -> impl Iterator<Item = Remark> {
    affected.collisions.iter().map(|collision| Remark { label: "CLASH".to_owned(), text: sentence(collision) })
}

/// `power of Managed Web Services: FW-7 takes the other leg at the same time`.
fn sentence(collision: &Collision) -> String {
    let takes = if collision.with.len() == 1 { "takes the other leg" } else { "take the other legs" };
    format!("{} of {}: {} {takes} at the same time", collision.group, collision.service, named(&collision.with))
}

fn named(ids: &[MaintenanceId]) -> String {
    listed(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}
