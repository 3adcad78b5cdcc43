//! What a person must answer before a draft can be approved: which reading of the time, which services, who can be told.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    desk::{Desk, Plan},
    inventory, lifecycle,
    model::{
        Affected, AffectedService, Change, Earlier, EvidenceSource, Impact, Inventory, Kind, Local, Maintenance, MaintenanceId,
        ProblemKind, Question, Role, Status, Window,
    },
    rules::time::{self, Statement, TimeContext},
};

/// The questions that a change leaves open; empty where approve may be offered.
pub(super) fn questions(
    plan: &Plan<'_>,
    maintenance: &Maintenance,
    affected: &Affected,
    change: &Change,
    anybody_told: bool,
) -> Vec<Question> {
    let (desk, said) = (plan.desk, &maintenance.said);
    let follows = change.reduces() && anybody_told;
    let mut questions = Vec::new();
    let earlier = earlier(plan, maintenance);
    if !earlier.is_empty() {
        questions.push(Question::SameAs(earlier));
    }
    let ended = matches!(maintenance.status, Status::Cancelled | Status::Completed) && maintenance.kind != Some(Kind::Incident);
    if questions.is_empty() && ended && *change == Change::New && !anybody_told {
        let what = "it cancels or ends something that no customer was told of, and none of what is known here could be matched";
        return vec![Question::NobodyToTell(what.to_owned())];
    }
    // What ends one of several is asked by its number alone.
    let which = !questions.is_empty() && said.windows.is_empty() && lifecycle::needs_no_window(maintenance.kind, said);
    let readings = readings(desk, maintenance, plan.now);
    if !readings.is_empty() && !follows {
        questions.push(Question::Windows(readings));
    } else if said.windows.is_empty() && !follows && (said.watch.is_some() || !lifecycle::needs_no_window(maintenance.kind, said)) {
        questions.push(Question::NoWindow);
    }
    if !follows && !which && (affected.unstated || affected.services.is_empty()) && maintenance.chosen_services.is_none() {
        questions.push(Question::Services(candidates(desk.inventory, maintenance, affected)));
    }
    questions
}

/// The earlier maintenances that it may be, as they stand now.
fn earlier(plan: &Plan<'_>, maintenance: &Maintenance) -> Vec<Earlier> {
    let known = |id: &MaintenanceId| plan.known.maintenances.iter().chain(&plan.known.ahead).find(|one| one.id == *id);
    let shown = |one: &Maintenance| {
        let said = &one.said;
        let what = [said.summary.as_ref(), Some(&one.subject)].into_iter().flatten().find(|text| !text.trim().is_empty());
        let names: Vec<&str> = said.objects.iter().take(3).map(|object| object.object_id.as_str()).collect();
        let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        Earlier { id: one.id, what: format!("{}{names}", what.map_or("", String::as_str)), windows: said.windows.clone() }
    };
    maintenance.perhaps.iter().filter_map(known).map(shown).collect()
}

/// The readings that a person chooses from: those that the mail leaves open; where only the zone is missing, UTC and staff's zone; where
/// anything else about the time is in doubt, or a mail in doubt names the past, the one that was found, to be confirmed. Empty where the
/// time is sure.
fn readings(desk: &Desk<'_>, maintenance: &Maintenance, now: DateTime<Utc>) -> Vec<Vec<Window>> {
    let said = &maintenance.said;
    let doubted = |kinds: &[ProblemKind]| maintenance.problems.iter().any(|problem| problem.blocking && kinds.contains(&problem.problem));
    let zone_missing = doubted(&[ProblemKind::UnknownZone]);
    if said.readings.len() >= 2 || (said.windows.is_empty() && !zone_missing) {
        return said.readings.clone();
    }
    if zone_missing {
        let in_utc = if said.windows.is_empty() { in_utc(desk, maintenance) } else { said.windows.clone() };
        let staff: Option<Vec<Window>> = in_utc.iter().map(|window| as_local(desk, window)).collect();
        let staff = staff.filter(|staff| *staff != in_utc);
        return std::iter::once(in_utc).chain(staff).filter(|windows| !windows.is_empty()).collect();
    }
    let in_doubt = [
        ProblemKind::Conflict,
        ProblemKind::AmbiguousTime,
        ProblemKind::NonexistentTime,
        ProblemKind::WeekdayMismatch,
        ProblemKind::EndsBeforeStart,
    ];
    let said_by_person = maintenance.evidence.iter().any(|one| one.field == "window" && matches!(one.source, EvidenceSource::Person(_)));
    let past = lifecycle::is_over(said, now) && maintenance.problems.iter().any(|problem| problem.blocking) && !said_by_person;
    if doubted(&in_doubt) || past { vec![said.windows.clone()] } else { Vec::new() }
}

/// The windows of a text without a zone, were it UTC; empty where more than the zone is in doubt.
fn in_utc(desk: &Desk<'_>, maintenance: &Maintenance) -> Vec<Window> {
    let Some(text) = &maintenance.said.watch else { return Vec::new() };
    let context = TimeContext { zones: desk.zones, arrived_at: maintenance.first_seen_at, zone: Some(Tz::UTC), order: None, date: None };
    let statements = time::united(time::statements(text, &context));
    let window = |statement: Statement| match statement.readings.as_slice() {
        [(start, end)] if statement.problems.iter().all(|problem| !problem.blocking) => Some(Window {
            start: *start,
            end: *end,
            role: Role::Main,
            status: None,
            zone: None,
            as_written: statement.as_written.clone(),
            precision: statement.precision,
        }),
        _ => None,
    };
    statements.into_iter().map(window).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// A window whose clock times were taken for UTC, taken for staff's zone; none where the clocks skip or repeat one.
fn as_local(desk: &Desk<'_>, window: &Window) -> Option<Window> {
    let zone = desk.policy.zone;
    let at = |utc: DateTime<Utc>| match desk.zones.resolve(zone, utc.naive_utc()) {
        Local::One(at) => Some(at),
        _ => None,
    };
    let end = match window.end {
        Some(end) => Some(at(end)?),
        None => None,
    };
    Some(Window { start: at(window.start)?, end, zone: Some(zone.name().to_owned()), ..window.clone() })
}

/// The services that a person chooses from: those at that provider, else all of them.
fn candidates(inventory: &Inventory, maintenance: &Maintenance, affected: &Affected) -> Vec<AffectedService> {
    if !affected.services.is_empty() {
        return affected.services.clone();
    }
    let mut unnamed = maintenance.clone();
    unnamed.said.objects.clear();
    let at_provider = inventory::affected(inventory, &unnamed, &[]).services;
    if !at_provider.is_empty() {
        return at_provider;
    }
    let whole = |service: &crate::model::Service| AffectedService {
        impact: Impact::Unstated,
        id: service.id.clone(),
        name: service.name.clone(),
        parts: service.parts.iter().map(|part| part.name.clone()).collect(),
        internal: service.internal,
        objects: Vec::new(),
    };
    inventory.services.iter().map(whole).collect()
}
