//! What is near: a window that begins, a deadline of ours.

use chrono::{DateTime, Utc};

use super::{AnswerFacts, answer, clock, name};
use crate::draft::request::who_works;
use crate::draft::words::impact_on;
use crate::mail::outgoing::phrases::{counted, effect, listed};
use crate::mail::outgoing::{Rendered, one_line};
use crate::model::Action;

/// What is known of a window that begins.
#[derive(Clone, Copy, Debug)]
pub struct NightFacts<'a> {
    /// When it begins, UTC.
    pub start: DateTime<Utc>,
    /// How many hours before it this is said.
    pub hours: i64,
    /// How many of the customers touched were told.
    pub heard: usize,
    /// Names of those who were not.
    pub untold: &'a [String],
    /// Why not.
    pub why: &'a str,
}

/// To whoever is on call: what begins, how bad it may be, and who knows of it.
#[must_use]
pub fn night(facts: &AnswerFacts<'_>, night: &NightFacts<'_>) -> Rendered {
    let maintenance = facts.maintenance;
    let all = night.heard + night.untold.len();
    let mut lines = Vec::new();
    lines.push(match night.untold {
        _ if all == 0 => "No customer is touched.".to_owned(),
        [] => format!("Customers told: {} of {all}.", night.heard),
        untold => {
            let names: Vec<String> = untold.iter().take(10).map(|name| one_line(name, 60)).collect();
            let more = untold.len().saturating_sub(names.len());
            let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "more customer")) };
            format!("NOT TOLD: {} of {all} ({}): {}{more}.", untold.len(), night.why, listed(&names))
        }
    });
    lines.extend(maintenance.owner.as_ref().map(|owner| format!("{} has it.", name(owner))));
    lines.push(String::new());
    let windows = maintenance.said.windows.iter().filter(|window| window.start >= night.start);
    lines.extend(windows.take(5).zip(0..).map(|(window, place)| {
        let label = if place == 0 { "WHEN" } else { "" };
        format!("{label:<7}{}", clock(facts).span(window))
    }));
    let provider = who_works(facts.policy, facts.inventory, maintenance);
    let said = &maintenance.said;
    let id = said.maintenance_id.as_ref().map_or_else(String::new, |id| format!(" ({})", one_line(id, 60)));
    let summary = said.summary.as_deref().filter(|summary| !summary.trim().is_empty()).unwrap_or(&maintenance.subject);
    lines.push(format!("WHAT   {}: {}{id}", provider, one_line(summary, 160)));
    let objects: Vec<String> = said.objects.iter().take(8).map(|object| one_line(&object.object_id, 60)).collect();
    if !objects.is_empty() {
        lines.push(format!("ON     {}", listed(&objects)));
    }
    let services: Vec<String> = facts.draft.services.iter().take(8).map(|service| one_line(&service.name, 60)).collect();
    lines.push(format!("OURS   {} {}", listed(&services), effect(impact_on(maintenance, &facts.draft.services))));
    if let Some(minutes) = said.expected_downtime_minutes {
        lines.push(format!("DOWN   {minutes} minutes, says the provider; at worst the whole window"));
    }
    lines.extend([
        String::new(),
        "An approver who hears more answers: started, completed, cancelled, or window DATE TIME to TIME ZONE.".to_owned(),
    ]);
    let word = match night.hours {
        1 => "Within the hour".to_owned(),
        24 => "Within a day".to_owned(),
        hours => format!("Within {hours} hours"),
    };
    let told = if night.untold.is_empty() { "" } else { "NOT TOLD, " };
    answer(facts, &format!("{told}{word}"), &lines)
}

/// What is to be done before a deadline, and the word that ends it. `drafted` says whether the reader has a request to answer.
#[must_use]
pub fn deadline(facts: &AnswerFacts<'_>, action: &Action, drafted: bool) -> Rendered {
    let by = action.by.map_or_else(String::new, |by| format!(" by {}", clock(facts).full(by)));
    let mut lines = vec![format!("DO{by}: {}", one_line(&action.text, 300))];
    lines.extend(action.otherwise().map(|or| format!("Else: {}", one_line(or, 300))));
    lines.extend(facts.maintenance.owner.as_ref().map(|owner| format!("{} has it.", name(owner))));
    lines.push(String::new());
    lines.push(if drafted {
        "Answer \"done\" when it is; \"mine\" says that you look after it.".to_owned()
    } else {
        format!("When it is done: forewarn settle {} done", facts.maintenance.id)
    });
    answer(facts, &format!("TO DO{by}"), &lines)
}
