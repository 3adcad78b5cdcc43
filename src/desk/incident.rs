//! An outage from its first word to its end: what happened is kept as a timeline in words for customers, and an emergency window that is
//! announced inside it is a maintenance of its own.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        Plan, answer,
        carry_on::changed,
        propose::{Proposed, public_name, put},
        source::Source,
    },
    lifecycle::{self, Heard},
    model::{Change, Kind, Maintenance, MaintenanceId, Notification, Phase, Status, Update},
};

/// An outage report with a window ahead, as the outage and its emergency maintenance; none for every other mail.
pub(super) fn apart(kind: Option<Kind>, said: &Notification, now: DateTime<Utc>) -> Option<(Notification, Notification)> {
    let ahead = kind == Some(Kind::Incident) && !said.windows.is_empty() && !lifecycle::is_over(said, now);
    let ended = matches!(said.status, Some(Status::Completed | Status::Cancelled)) || said.retracted;
    if !ahead || ended {
        return None;
    }
    let outage = Notification { windows: Vec::new(), readings: Vec::new(), former_windows: Vec::new(), ..said.clone() };
    let emergency = Notification {
        // The reference is the outage's; its windows and objects tell the maintenance.
        maintenance_id: None,
        aliases: Vec::new(),
        uid: None,
        status: None,
        phase: None,
        watch: None,
        ..said.clone()
    };
    Some((outage, emergency))
}

/// What is said next of an outage. Every word of the provider's reaches staff, also one in which nothing new could be read.
pub(super) fn next_word(plan: &mut Plan<'_>, source: &Source, before: &Maintenance, said: &Notification) -> Option<Proposed> {
    let change = lifecycle::change(before, said, plan.now);
    let new = source.message_ids.iter().any(|id| !before.thread.contains(id));
    if change == Change::Unchanged && new {
        let mut next = lifecycle::revised(before, said, &change, plan.now);
        source.tie(&mut next);
        // Whoever closed it is not asked again for words that change nothing.
        if before.closed_by.is_none() {
            answer::wrote_again(plan, &next, source);
        }
        plan.keep(next);
        return None;
    }
    changed(plan, source, before, said, &change, Vec::new())
}

/// What an emergency window takes over from its outage where its mail does not say it: the objects, and the services that staff chose.
pub(super) fn inherit(plan: &Plan<'_>, outage: Option<MaintenanceId>, said: &mut Notification) -> Option<Vec<String>> {
    let mut known = plan.effects.maintenances.iter().chain(&plan.known.maintenances);
    let outage = known.find(|one| Some(one.id) == outage && one.kind == Some(Kind::Incident))?;
    if said.objects.is_empty() {
        said.objects.clone_from(&outage.said.objects);
        return outage.chosen_services.clone();
    }
    None
}

/// The open outage in whose thread a maintenance is announced.
pub(super) fn in_its_thread(plan: &Plan<'_>, heard: &Heard<'_>) -> Option<MaintenanceId> {
    if heard.kind != Some(Kind::Maintenance) {
        return None;
    }
    let is = |known: &&Maintenance| {
        let open = known.kind == Some(Kind::Incident) && known.closed.is_none() && known.provider == heard.provider;
        open && known.thread.iter().any(|id| heard.answers.contains(id))
    };
    plan.known.maintenances.iter().find(is).map(|known| known.id)
}

/// The first line of an outage's timeline.
pub(super) fn begin(plan: &Plan<'_>, source: &Source, maintenance: &mut Maintenance) {
    if maintenance.kind != Some(Kind::Incident) || !maintenance.updates.is_empty() {
        return;
    }
    let first = format!("Our {} reported an outage.", public_name(plan.desk, maintenance));
    maintenance.updates.push(Update { at: source.written_at, text: first, by: None });
    if maintenance.said.phase.is_some_and(|phase| phase != Phase::Investigating) || maintenance.status == Status::Completed {
        go_on(plan, source, maintenance, &Change::New);
    }
}

/// Asks about an outage with its newest state; what waited before falls away.
pub(super) fn asked_anew(plan: &mut Plan<'_>, next: Maintenance, change: &Change, by: &str) {
    plan.void_drafts(next.id, &format!("overtaken: an update by {by}"));
    put(plan, next, change, Vec::new());
}

/// The next line of an outage's timeline.
pub(super) fn go_on(plan: &Plan<'_>, source: &Source, maintenance: &mut Maintenance, change: &Change) {
    let news = !matches!(change, Change::Unchanged | Change::Stale);
    if maintenance.kind != Some(Kind::Incident) || !news || source.person.is_some() && source.mail.is_none() {
        return;
    }
    let our = format!("Our {}", public_name(plan.desk, maintenance));
    let text = match (change, maintenance.status, maintenance.said.phase) {
        (Change::Retracted | Change::Cancelled, ..) => format!("{our} has withdrawn its report."),
        (_, Status::Completed, _) => format!("{our} says that it is resolved."),
        (_, _, Some(Phase::Monitoring)) => format!("{our} has put a fix in place and is watching it."),
        (_, _, Some(Phase::Identified)) => format!("{our} has found the cause and is working on it."),
        (_, _, Some(Phase::Investigating)) => format!("{our} is looking for the cause."),
        (_, _, None) => format!("{our} is working on it."),
    };
    if maintenance.updates.last().is_none_or(|last| last.text != text) {
        maintenance.updates.push(Update { at: source.written_at, text, by: None });
        maintenance.updates.sort_by_key(|update| update.at);
    }
}
