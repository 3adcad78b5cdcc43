//! What follows from a provider's notice: the maintenance it makes or changes, and the draft of that change.

use crate::{
    desk::{
        Arrival, Plan, answers,
        carry_on::carry_on,
        incident,
        propose::{Proposed, put},
        provider_of,
        source::Source,
    },
    lifecycle::{self, Heard},
    model::{
        Change, HistoryLine, Irrelevance, Kind, Known, Mail, MailId, Maintenance, MaintenanceId, Notification, Outcome, Reading, Remark,
        Status,
    },
};

/// Old mail that cannot be read is shown to staff only up to this age (W01).
const UNREADABLE_MAX_AGE_DAYS: i64 = 60;

/// Considers every notification of a mail, or the mail itself where nothing was found in it.
pub(super) fn notice(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, reading: &Reading) -> Outcome {
    let provider = provider_of(plan.desk.inventory, mail, reading);
    let source = Source::mail(plan, arrival, mail, reading);
    let blank = [Notification { summary: Some(mail.subject.clone()), ..Notification::default() }];
    let found: &[Notification] = if reading.found.is_empty() { &blank } else { &reading.found };
    let answers = answers(mail);
    let mut proposals = Vec::new();
    for said in found {
        let mut said = said.clone();
        said.stamp = Some(said.stamp.unwrap_or(source.written_at).min(arrival.arrived_at));
        let heard = Heard { provider: &provider, kind: reading.kind, rule: source.rule(), answers: &answers, found };
        let Some((outage, mut emergency)) = incident::apart(reading.kind, &said, plan.now) else {
            let part_of = incident::in_its_thread(plan, &heard);
            let chosen = incident::inherit(plan, part_of, &mut said);
            proposals.extend(hear(plan, &source, &heard, said, (part_of, chosen)).1);
            continue;
        };
        // An emergency window that is announced inside an outage becomes its maintenance.
        let (id, proposed) = hear(plan, &source, &heard, outage, (None, None));
        proposals.extend(proposed);
        let heard = Heard { kind: Some(Kind::Maintenance), ..heard };
        let chosen = incident::inherit(plan, id, &mut emergency);
        proposals.extend(hear(plan, &source.of_kind(Kind::Maintenance), &heard, emergency, (id, chosen)).1);
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

/// Joins one notification to what is known, or opens what is new. Gives the maintenance, where it is one, and what was proposed.
fn hear(
    plan: &mut Plan<'_>,
    source: &Source,
    heard: &Heard<'_>,
    said: Notification,
    (part_of, chosen): (Option<MaintenanceId>, Option<Vec<String>>),
) -> (Option<MaintenanceId>, Vec<Option<Proposed>>) {
    let known: &Known = plan.known;
    let found = lifecycle::matching(known, heard, &said, plan.now);
    if found.same.is_empty() {
        let perhaps = found.perhaps.iter().map(|one| one.id).collect();
        let opening = Opening { provider: heard.provider, said, perhaps, part_of, chosen, remarks: Vec::new() };
        let (id, proposed) = open(plan, source, opening);
        return (Some(id), vec![proposed]);
    }
    let id = found.same.first().map(|one| one.id);
    (id, found.same.into_iter().map(|before| carry_on(plan, source, before, found.by, &said)).collect())
}

/// What a maintenance is opened with.
pub(super) struct Opening<'a> {
    pub(super) provider: &'a str,
    pub(super) said: Notification,
    /// Earlier ones that it may be.
    pub(super) perhaps: Vec<MaintenanceId>,
    pub(super) part_of: Option<MaintenanceId>,
    /// Services that staff chose for the outage that it is part of.
    pub(super) chosen: Option<Vec<String>>,
    pub(super) remarks: Vec<Remark>,
}

/// Opens a maintenance, or a case for a mail that nobody understood.
pub(super) fn open(plan: &mut Plan<'_>, source: &Source, opening: Opening<'_>) -> (MaintenanceId, Option<Proposed>) {
    let Opening { provider, said, perhaps, part_of, chosen, mut remarks } = opening;
    let over = lifecycle::is_over(&said, plan.now);
    let ends_unknown = matches!(said.status, Some(Status::Cancelled | Status::Completed)) || said.retracted;
    let nothing_found = said.windows.is_empty();
    let mut maintenance = blank(plan, source, provider, said);
    maintenance.part_of = part_of;
    maintenance.chosen_services = chosen;
    maintenance.perhaps = perhaps;
    incident::begin(plan, source, &mut maintenance);
    let old = (plan.now - source.at).num_days() > UNREADABLE_MAX_AGE_DAYS;
    // What is new and was read too late is no history: the draft is made, and expires before everybody's eyes (T11).
    if over && (source.backlog || ends_unknown && source.sure) {
        maintenance.closed = Some("over when first read".to_owned());
    } else if source.backlog && nothing_found && old {
        maintenance.closed = Some("not readable, and too old to matter".to_owned());
    } else if source.backlog {
        maintenance.held_back = true;
    } else if ends_unknown && source.sure && !is_anything_ahead(plan, provider) {
        maintenance.closed = Some("ends something that was never announced to us".to_owned());
    }
    let id = maintenance.id;
    if maintenance.closed.is_some() || maintenance.held_back {
        plan.keep(maintenance);
        return (id, None);
    }
    remarks.extend(source.remarks());
    (id, Some(put(plan, maintenance, &Change::New, remarks)))
}

/// A maintenance as its first statement makes it, with a number of its own.
pub(super) fn blank(plan: &mut Plan<'_>, source: &Source, provider: &str, said: Notification) -> Maintenance {
    let mail = source.mail.unwrap_or(MailId(0));
    let mut maintenance = Maintenance::opened(plan.new_maintenance(), mail, provider, said, source.at);
    maintenance.kind = source.kind;
    maintenance.history.push(HistoryLine { at: plan.now, text: "announced".to_owned() });
    source.mark(&mut maintenance);
    maintenance
}

fn is_anything_ahead(plan: &Plan<'_>, provider: &str) -> bool {
    let open = |other: &&Maintenance| other.closed.is_none() && !lifecycle::is_over(&other.said, plan.now);
    plan.known.ahead.iter().chain(plan.known.maintenances.iter().filter(open)).any(|other| other.provider == provider)
}
