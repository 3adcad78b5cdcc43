//! Whom a maintenance concerns, and whether each of them was told; if not, every reason that the store and the inventory know.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{customer, has, notices, recipients, words};
use crate::inventory::{affected, provider_for};
use crate::mail::outgoing::phrases::{counted, listed, main_windows};
use crate::mail::outgoing::{instants::StaffClock, one_line};
use crate::model::{
    Affected, Case, Customer, Decision, DecisionRecord, Draft, DraftState, Impact, Inventory, Kind, Maintenance, Mode, OutboxState,
    SentMail, Settling,
};
use crate::record::Whose;

/// A customer whom a maintenance concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concerned {
    /// Their name; the id where `services.toml` does not know them any more.
    pub name: String,
    /// The id.
    pub id: String,
    /// Whether it is sure that they are touched; false where a name in the provider's mail is not mapped, so that nobody can tell.
    pub surely: bool,
}

/// One copy of a notice that a customer got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Revision of the draft.
    pub revision: u32,
    /// Address.
    pub address: String,
    /// When the server took it, UTC.
    pub at: DateTime<Utc>,
}

/// What became of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// The copies that the next server took and that did not come back, oldest first.
    pub copies: Vec<Copy>,
    /// Why they were not told, or not of the newest state: a sentence a reason. Empty where they know everything.
    pub why_not: Vec<String>,
}

/// The customers whom a maintenance concerns, by name: those whom any draft names, those who were dropped, those whom it touches by the
/// inventory as it is, and, where the mails name what is not mapped, everybody who has something at that provider.
#[must_use]
pub fn concerned(case: &Case, inventory: &Inventory) -> Vec<Concerned> {
    let maintenance = &case.maintenance;
    let mut ids: BTreeMap<String, bool> = BTreeMap::new();
    let named = case.drafts.iter().flat_map(|(draft, _)| recipients(draft)).flat_map(|recipient| recipient.customers.iter().cloned());
    ids.extend(named.map(|id| (id, true)));
    // The states that staff changed by hand are left out: whom they left out is concerned as well.
    let mapped =
        |state: &Maintenance| affected(inventory, &Maintenance { dropped: Vec::new(), chosen_services: None, ..state.clone() }, &[]);
    for state in case.revisions.iter().map(|(_, revision)| revision).chain([maintenance]) {
        let found = mapped(state);
        ids.extend(found.customers.iter().map(|customer| (customer.id.clone(), true)));
        if !found.unknown_objects.is_empty() {
            for one in inventory.customers.iter().filter(|one| stands_on(inventory, one, &state.provider)) {
                ids.entry(one.id.clone()).or_insert(false);
            }
        }
    }
    for word in &maintenance.dropped {
        ids.extend(inventory.customers.iter().filter(|one| is(one, word)).map(|one| (one.id.clone(), true)));
    }
    let name = |id: &str| customer(inventory, id).map_or_else(|| id.to_owned(), |known| known.name.clone());
    let mut all: Vec<Concerned> = ids.into_iter().map(|(id, surely)| Concerned { name: name(&id), id, surely }).collect();
    all.sort();
    all
}

/// Whether one of a customer's services has anything at a provider.
#[must_use]
pub fn stands_on(inventory: &Inventory, one: &Customer, provider: &str) -> bool {
    let provider = provider_for(inventory, provider).map_or(provider, |known| known.id.as_str());
    let theirs = inventory.services.iter().filter(|service| one.services.iter().any(|id| id.eq_ignore_ascii_case(&service.id)));
    theirs
        .flat_map(|service| service.stands_on.iter().chain(service.parts.iter().flat_map(|part| &part.stands_on)))
        .any(|on| on.provider.eq_ignore_ascii_case(provider) && !on.retired)
}

/// What became of a customer.
#[must_use]
pub fn fate(case: &Case, inventory: &Inventory, whose: &Whose, clock: &StaffClock<'_>) -> Fate {
    let mut fate = Fate::default();
    let theirs = notices(case, Some(whose));
    for (sent, draft) in &theirs {
        let at = sent.accepted.as_ref().map_or(sent.row.changed_at, |(at, _)| *at);
        if draft.mode == Mode::Live && sent.row.state == OutboxState::Sent {
            fate.copies.push(Copy { revision: draft.revision, address: sent.row.outgoing.to.address.clone(), at });
        }
    }
    let newest = case.drafts.iter().map(|(draft, _)| draft).rfind(|draft| !matches!(draft.state, DraftState::Void(_)));
    let in_newest = newest.filter(|draft| recipients(draft).any(|recipient| has(recipient, &whose.id)));
    match (in_newest, newest) {
        (Some(draft), _) if fate.copies.iter().any(|copy| copy.revision == draft.revision) => {
            // Told; a copy of theirs that came back is worth a word all the same.
            fate.why_not.extend(theirs.iter().filter(|(_, one)| one.id == draft.id).filter_map(|(sent, _)| undelivered(sent)));
            return fate;
        }
        (Some(draft), _) => fate.why_not.extend(undecided(case, draft, &theirs, clock)),
        (None, _) if !fate.copies.is_empty() && by_drop(case, inventory, whose).is_none() => return fate,
        (None, newest) => fate.why_not.extend(left_out(case, inventory, whose, newest, clock)),
    }
    fate.why_not.extend(too_late(case, clock));
    if fate.why_not.is_empty() {
        fate.why_not.push("the store does not say why".to_owned());
    }
    fate
}

/// Why a draft that names them did not reach them.
fn undecided(case: &Case, draft: &Draft, theirs: &[(&SentMail, &Draft)], clock: &StaffClock<'_>) -> Vec<String> {
    let name = format!("v{}", draft.revision);
    let by = |wanted: fn(&Decision) -> bool| {
        let said = case.decisions.iter().rfind(|record| record.draft == Some(draft.id) && wanted(&record.decision));
        said.map_or_else(|| "staff".to_owned(), |record| record.by.clone())
    };
    let said = match &draft.state {
        DraftState::Proposed => format!("nobody has decided on {name} since {}", clock.full(draft.proposed_at)),
        DraftState::Held(until) => format!("{} holds {name} until {}", by(|said| matches!(said, Decision::Hold(_))), clock.full(*until)),
        DraftState::Expired => format!("nobody decided on {name} before its windows were over"),
        DraftState::Rejected(why) => format!("{} rejected {name}: {}", by(|said| matches!(said, Decision::Reject(_))), one_line(why, 200)),
        DraftState::Void(by) => format!("{name} was overtaken before it left: {}", one_line(by, 200)),
        DraftState::Approved | DraftState::Done if draft.mode == Mode::Rehearsal => {
            format!("{name} was approved in rehearsal: it went to staff, not to customers")
        }
        DraftState::Approved | DraftState::Done => {
            let found: Vec<String> =
                theirs.iter().filter(|(_, one)| one.id == draft.id).filter_map(|(sent, _)| undelivered(sent)).collect();
            return if found.is_empty() { vec![format!("{name} was approved, but no mail of it was made for them")] } else { found };
        }
    };
    vec![said]
}

/// Why a notice did not arrive; none where it did.
fn undelivered(sent: &SentMail) -> Option<String> {
    let row = &sent.row;
    let to = &row.outgoing.to.address;
    let answer = one_line(row.answer.as_deref().unwrap_or("no reason was kept"), 200);
    Some(match row.state {
        OutboxState::Sent => return None,
        OutboxState::Failed if answer.starts_with("bounced: ") => format!("{to} {answer}"),
        OutboxState::Failed => format!("{to} was refused: {answer}"),
        OutboxState::Unknown => format!("nobody knows whether it reached {to}: {answer}"),
        OutboxState::Cancelled => format!("the mail to {to} was taken back: {answer}"),
        OutboxState::Queued | OutboxState::Talking | OutboxState::DotPending | OutboxState::Retry => {
            format!("the mail to {to} has not left yet")
        }
    })
}

/// Why no draft that counts names them.
fn left_out(case: &Case, inventory: &Inventory, whose: &Whose, newest: Option<&Draft>, clock: &StaffClock<'_>) -> Vec<String> {
    let maintenance = &case.maintenance;
    let mut why: Vec<String> = by_drop(case, inventory, whose).into_iter().collect();
    if let Some(closed) = &maintenance.closed {
        let by =
            maintenance.closed_by.as_ref().filter(|by| !closed.contains(by.as_str())).map_or(String::new(), |by| format!(" (by {by})"));
        why.push(format!("it was closed: {}{by}", one_line(closed, 200)));
    }
    if maintenance.held_back {
        why.push("it came with the mailbox's past, and nobody answered \"start\"".to_owned());
    }
    let found = affected(inventory, &Maintenance { dropped: Vec::new(), ..maintenance.clone() }, &[]);
    why.extend(by_mapping(case, inventory, whose, &found));
    if let Some(draft) = newest {
        let questions: Vec<String> = draft.questions.iter().map(words::asked).collect();
        if !questions.is_empty() {
            let until = match draft.state {
                DraftState::Expired => "before its windows were over".to_owned(),
                _ => format!("since {}", clock.full(draft.proposed_at)),
            };
            why.push(format!("nobody answered {until}: {}", questions.join("; ")));
        } else if let DraftState::Rejected(said) = &draft.state {
            why.push(format!("v{} was rejected: {}", draft.revision, one_line(said, 200)));
        }
    }
    why
}

fn by_drop(case: &Case, inventory: &Inventory, whose: &Whose) -> Option<String> {
    let said = |words: &BTreeSet<String>| -> Option<&DecisionRecord> {
        case.decisions.iter().rfind(|record| match &record.decision {
            Decision::Settle(Settling::Drop(word)) => words.contains(&word.trim().to_lowercase()),
            _ => false,
        })
    };
    let by = |words: &BTreeSet<String>| said(words).map_or_else(|| "staff".to_owned(), |record| record.by.clone());
    let dropped: BTreeSet<String> = case.maintenance.dropped.iter().map(|word| word.trim().to_lowercase()).collect();
    let names = BTreeSet::from([whose.id.to_lowercase(), whose.name.to_lowercase()]);
    if !dropped.is_disjoint(&names) {
        return Some(format!("they were dropped by {}", by(&names)));
    }
    // Every service of theirs that it touches was dropped.
    let theirs = customer(inventory, &whose.id)?;
    let touched = affected(inventory, &Maintenance { dropped: Vec::new(), ..case.maintenance.clone() }, &[]);
    let services: Vec<_> =
        touched.services.iter().filter(|service| theirs.services.iter().any(|id| id.eq_ignore_ascii_case(&service.id))).collect();
    let gone = |id: &str, name: &str| dropped.contains(&id.to_lowercase()) || dropped.contains(&name.to_lowercase());
    if services.is_empty() || !services.iter().all(|service| gone(&service.id, &service.name)) {
        return None;
    }
    let words = services.iter().flat_map(|service| [service.id.to_lowercase(), service.name.to_lowercase()]).collect();
    let names: Vec<String> = services.iter().map(|service| service.name.clone()).collect();
    Some(format!("{} was dropped by {}", listed(&names), by(&words)))
}

fn by_mapping(case: &Case, inventory: &Inventory, whose: &Whose, found: &Affected) -> Vec<String> {
    let maintenance = &case.maintenance;
    let Some(known) = customer(inventory, &whose.id) else {
        return vec!["services.toml does not know them any more".to_owned()];
    };
    let mut why = Vec::new();
    let Some(touched) = found.customers.iter().find(|customer| customer.id == known.id) else {
        if !found.unknown_objects.is_empty() && stands_on(inventory, known, &maintenance.provider) {
            why.push(format!("not mapped: services.toml does not know {}", listed(&found.unknown_objects)));
        }
        if let Some(chosen) = &maintenance.chosen_services {
            let by = case
                .decisions
                .iter()
                .rfind(|record| matches!(record.decision, Decision::Settle(Settling::Services(_) | Settling::AllServices)));
            let by = by.map_or_else(|| "staff".to_owned(), |record| record.by.clone());
            why.push(format!("{by} chose the services that are touched ({}), and they have none of them", listed(chosen)));
        }
        if why.is_empty() {
            why.push("nothing of theirs is touched, as services.toml stands now".to_owned());
        }
        return why;
    };
    let kind = if maintenance.kind == Some(Kind::Incident) { "incidents" } else { "maintenances" };
    if touched.contacts.is_empty() {
        why.push(format!("services.toml names no contact of theirs for {kind}"));
    }
    let services = found.services.iter().filter(|service| touched.services.contains(&service.id));
    let worst = services.map(|service| if service.impact == Impact::Unstated { maintenance.said.impact } else { service.impact });
    if let Some(worst) = worst.max_by_key(|impact| impact.severity()).filter(|_| !maintenance.notify) {
        let below = known.min_impact.map_or(worst == Impact::ReducedRedundancy, |least| worst.severity() < least.severity());
        if below {
            why.push(format!("{} is below their threshold", impact(worst)));
        }
    }
    why
}

fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::NoImpact => "no impact",
        Impact::ReducedRedundancy => "reduced redundancy",
        Impact::Degraded => "a degraded service",
        Impact::Outage => "an outage",
        Impact::Unstated => "an impact that the provider does not state",
    }
}

/// That the first mail came or was read when its window had begun.
fn too_late(case: &Case, clock: &StaffClock<'_>) -> Option<String> {
    let first = case.mails.first()?;
    let announced = case.revisions.first().map_or(&case.maintenance, |(_, revision)| revision);
    let start = main_windows(announced).map(|window| window.start).min()?;
    if first.arrived_at >= start {
        return Some(format!("the announcement came too late: {}, when the window had begun", clock.full(first.arrived_at)));
    }
    let done_at = first.done_at?;
    (done_at >= start).then(|| {
        let late = counted(usize::try_from((done_at - first.arrived_at).num_hours()).unwrap_or(0), "hour");
        format!("it was read too late: {}, {late} after it came, when the window had begun", clock.full(done_at))
    })
}

fn is(one: &Customer, word: &str) -> bool {
    one.id.to_lowercase() == word.trim().to_lowercase() || one.name.to_lowercase() == word.trim().to_lowercase()
}
