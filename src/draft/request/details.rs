//! The labelled lines between the decision and the notice: when, what, how bad, who, what was read, what is ours to do.

use super::super::words::is_own;
use super::questions::numbered;
use super::{RequestFacts, counted_addresses, provider, push, reach, remarks, worst};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::{counted, length_in_words, listed, main_windows, minutes_in_words};
use crate::model::{Change, Impact, Kind, Mode, Phase, Question, Role, Status, Window};

pub(super) fn details(facts: &RequestFacts<'_>, sure: bool) -> Vec<String> {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let mut lines = Vec::new();
    push(&mut lines, "CLASH", &remarks(facts, "CLASH").collect::<Vec<_>>());
    let open_time = facts.draft.questions.iter().any(|question| matches!(question, Question::Windows(_) | Question::NoWindow));
    if !open_time {
        push(&mut lines, "WHEN", &when(facts, &clock));
    }
    if let Change::Rescheduled { from } | Change::Extended { from } = &facts.draft.change {
        push(&mut lines, "WAS", &from.iter().map(|window| clock.span(window)).collect::<Vec<_>>());
    }
    if let Change::Updated { fields } = &facts.draft.change {
        let names: Vec<String> = facts.maintenance.said.objects.iter().take(6).map(|object| one_line(&object.object_id, 40)).collect();
        let now = if fields.iter().any(|field| field == "objects") { format!(", now {}", listed(&names)) } else { String::new() };
        push(&mut lines, "CHANGE", &[format!("{}{now}", listed(fields).replace('_', " "))]);
    }
    push(&mut lines, "WHAT", &[what(facts)]);
    push(&mut lines, "DOWN", &[down(facts)]);
    push(&mut lines, "WHO", &who(facts));
    for label in ["NOTE", "LAST", "LATE", "ALSO"] {
        push(&mut lines, label, &remarks(facts, label).collect::<Vec<_>>());
    }
    if sure && facts.draft.questions.is_empty() {
        let small: Vec<String> =
            facts.maintenance.problems.iter().filter(|problem| !problem.blocking).map(|problem| one_line(&problem.detail, 300)).collect();
        push(&mut lines, "DOUBT", &if small.is_empty() { vec!["none".to_owned()] } else { small });
    }
    push(&mut lines, "READ", &read(facts));
    push(&mut lines, "FOR US", &for_us(facts));
    lines
}

fn when(facts: &RequestFacts<'_>, clock: &StaffClock<'_>) -> Vec<String> {
    let mut spans: Vec<String> = facts
        .maintenance
        .said
        .windows
        .iter()
        .map(|window| match (window.role, window.status) {
            (_, Some(Status::Cancelled)) => format!("cancelled: {}", clock.span(window)),
            (Role::Backup, _) => format!("backup: {}", clock.span(window)),
            (Role::Main, _) => clock.span(window),
        })
        .collect();
    if let Some(watch) = &facts.maintenance.said.watch {
        spans.push(format!("\"{}\"", one_line(watch, 200)));
    }
    if spans.is_empty() && super::is_incident(facts) {
        spans.push(format!("reported {}", clock.full(facts.maintenance.first_seen_at)));
    }
    if spans.is_empty() {
        spans.push("no time stated".to_owned());
    }
    spans
}

pub(super) fn what(facts: &RequestFacts<'_>) -> String {
    let said = &facts.maintenance.said;
    let summary = said.summary.as_deref().filter(|summary| !summary.trim().is_empty()).unwrap_or(&facts.maintenance.subject);
    let id = said.maintenance_id.as_ref().map_or_else(String::new, |id| format!(" ({})", one_line(id, 60)));
    let state = match (facts.maintenance.kind, facts.maintenance.status) {
        (Some(Kind::Incident), Status::Completed) => " [outage, resolved]",
        (Some(Kind::Incident), Status::Cancelled) => " [outage, withdrawn]",
        (Some(Kind::Incident), _) => match said.phase {
            None => " [outage, not planned]",
            Some(Phase::Investigating) => " [outage, cause looked for]",
            Some(Phase::Identified) => " [outage, cause found]",
            Some(Phase::Monitoring) => " [outage, mended and watched]",
        },
        (_, Status::Tentative) => " [not confirmed yet]",
        (_, Status::Cancelled) => " [cancelled]",
        (_, Status::Completed) => " [completed]",
        (_, Status::InProcess) => " [under way]",
        (_, Status::Confirmed | Status::Rescheduled) => "",
    };
    format!("{}: {}{id}{state}", provider(facts), one_line(summary, 200))
}

fn down(facts: &RequestFacts<'_>) -> String {
    let mains: Vec<&Window> = main_windows(facts.maintenance).collect();
    let whole = match mains.as_slice() {
        all if super::is_incident(facts) && all.iter().all(|window| window.end.is_none()) => "until it is resolved".to_owned(),
        [window] => match window.end {
            Some(end) => {
                let length = length_in_words(end - window.start);
                let one = length.strip_prefix("1 ").filter(|unit| !unit.contains(' '));
                format!("the whole {}", one.unwrap_or(&length))
            }
            None => "until it ends, and no end is stated".to_owned(),
        },
        [] => "as long as it takes".to_owned(),
        several => format!("all of the {} windows", several.len()),
    };
    let said = &facts.maintenance.said;
    let stated = said.objects.iter().map(|object| if object.impact == Impact::Unstated { said.impact } else { object.impact });
    let said_worse = stated.chain(said.objects.is_empty().then_some(said.impact)).any(|impact| impact > Impact::ReducedRedundancy);
    match (worst(facts), said.expected_downtime_minutes) {
        (Impact::NoImpact, _) | (_, Some(0)) => "nothing is felt, says the provider".to_owned(),
        (Impact::ReducedRedundancy, _) if said_worse => "one leg; what stands in for it carries on".to_owned(),
        (Impact::ReducedRedundancy, _) => "less redundancy, no outage, says the provider".to_owned(),
        (_, Some(minutes)) => format!(
            "{} {}; at worst {whole}",
            minutes_in_words(minutes),
            if is_own(facts.maintenance) { "as announced" } else { "says the provider" }
        ),
        (Impact::Degraded, None) => "slow or partly usable; no figure given".to_owned(),
        (Impact::Outage, None) => format!("no figure given; at worst {whole}"),
        (Impact::Unstated, None) => format!("impact not stated; at worst {whole}"),
    }
}

fn who(facts: &RequestFacts<'_>) -> Vec<String> {
    let (customers, addresses) = reach(facts.draft);
    let open = |question: &Question| !matches!(question, Question::NobodyToTell(_));
    if facts.draft.questions.iter().any(|question| matches!(question, Question::Services(_))) {
        return Vec::new();
    }
    let by_default = facts.draft.questions.iter().any(|question| matches!(question, Question::Notify(_)));
    let reached = match (customers, facts.draft.mode) {
        (0, _) if by_default => "nobody by default".to_owned(),
        (0, _) if facts.draft.questions.iter().any(open) => "told once that is settled".to_owned(),
        (0, _) => "nobody to tell".to_owned(),
        (_, Mode::Rehearsal) => format!("{} (names below)", counted(customers, "customer")),
        (_, Mode::Live) => format!("{}, {} (names below)", counted(customers, "customer"), counted_addresses(addresses)),
    };
    let copy = facts.draft.copy_to.as_ref().map(|to| format!(", and a copy to {}", one_line(&to.address, 80)));
    let page = if facts.draft.publish { ", and your page (Markdown)" } else { "" };
    let reached = format!("{reached}{}{page}", copy.unwrap_or_default());
    match facts.draft.services.as_slice() {
        [] => vec![reached],
        [one] => vec![format!("{}: {reached}", one_line(&one.name, 100))],
        several => std::iter::once(reached).chain(numbered(several)).collect(),
    }
}

pub(super) fn read(facts: &RequestFacts<'_>) -> Vec<String> {
    let quote = |fields: &[&str]| -> Vec<String> {
        let mut quotes: Vec<String> = Vec::new();
        for evidence in facts.maintenance.evidence.iter().filter(|evidence| fields.contains(&evidence.field.as_str())) {
            let quote = format!("\"{}\"", one_line(&evidence.quote, 80));
            if !quotes.contains(&quote) {
                quotes.push(quote);
            }
        }
        quotes.truncate(4);
        quotes
    };
    let times = quote(&["start", "window", "windows", "end"]).join(" to ");
    let mut all: Vec<String> = if times.is_empty() { Vec::new() } else { vec![times] };
    all.extend(quote(&["status", "impact", "downtime"]));
    all.extend(quote(&["object", "objects"]));
    let from = format!("from {}, \"{}\"", one_line(&facts.maintenance.sender, 80), one_line(&facts.maintenance.subject, 120));
    if all.is_empty() { vec![from] } else { vec![all.join(", "), from] }
}

/// What must be done before a deadline, and is not: it stands first, whatever becomes of the notice (W16).
pub(super) fn deadlines(facts: &RequestFacts<'_>) -> Vec<String> {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let open = facts.maintenance.said.actions.iter().filter(|action| !facts.maintenance.is_done(action));
    let line = |action: &crate::model::Action| {
        let by = action.by?;
        let or = action.otherwise().map_or_else(String::new, |or| format!(" (else: {})", one_line(or, 120)));
        Some(format!("DO BY {}: {}{or}. Answer \"done\" when it is.", clock.full(by), one_line(&action.text, 200).trim_end_matches('.')))
    };
    let mut lines: Vec<String> = open.filter_map(line).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// What is asked of us without a deadline: those with one stand first of all.
fn for_us(facts: &RequestFacts<'_>) -> Vec<String> {
    let actions = &facts.maintenance.said.actions;
    let mut all: Vec<String> = actions
        .iter()
        .filter(|action| action.by.is_none())
        .map(|action| {
            let or = action.otherwise().map_or_else(String::new, |or| format!(" (else: {})", one_line(or, 120)));
            format!("{}{or}", one_line(&action.text, 200))
        })
        .collect();
    all.extend(remarks(facts, "FOR US"));
    if all.is_empty() {
        let none = if actions.is_empty() { "nothing to do beforehand" } else { "what stands on top" };
        all.push(none.to_owned());
    }
    all
}
