//! Outcomes and maintenances in a line or two, for people at a terminal.

use crate::{
    config::Config,
    inventory,
    model::{Irrelevance, Maintenance, Outcome, Precision, ReplyOutcome, Zones},
};

/// What became of a mail.
#[must_use]
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Extracted => "extracted: a rule read it".to_owned(),
        Outcome::NeedsPerson(why) => format!("needs a person: {why}"),
        Outcome::Irrelevant(Irrelevance::Rule(reason)) => format!("irrelevant: {reason}, says a rule"),
        Outcome::Irrelevant(Irrelevance::NoSign) => "irrelevant: no sign of a maintenance".to_owned(),
        Outcome::Irrelevant(Irrelevance::Retired) => "irrelevant: only names what was given back".to_owned(),
        Outcome::Irrelevant(Irrelevance::Person(who)) => format!("irrelevant, says {who}"),
        Outcome::Reply(ReplyOutcome::Accepted) => "reply accepted".to_owned(),
        Outcome::Reply(ReplyOutcome::Superseded) => "reply came too late: told what is current".to_owned(),
        Outcome::Reply(ReplyOutcome::Unclear) => "reply unclear: told the words that work".to_owned(),
        Outcome::Reply(ReplyOutcome::WrongSender) => "reply from an address that does not count".to_owned(),
        Outcome::Reply(ReplyOutcome::Unauthenticated) => "reply whose sender is not proved".to_owned(),
        Outcome::Reply(ReplyOutcome::Ambiguous) => "reply that names several requests or senders".to_owned(),
        Outcome::Reply(ReplyOutcome::UnknownToken) => "reply that names no request of ours".to_owned(),
        Outcome::CustomerReply => "a customer's answer: handed to support".to_owned(),
        Outcome::Bounce => "a delivery report".to_owned(),
        Outcome::Automatic => "automatic".to_owned(),
        Outcome::Duplicate(of) => format!("duplicate of mail {}", of.0),
        Outcome::Quarantined(why) => format!("quarantined: {why}"),
    }
}

/// A maintenance with its windows in UTC and staff's zone, and the services that it touches.
#[must_use]
pub fn maintenance(maintenance: &Maintenance, config: &Config, zones: &Zones) -> Vec<String> {
    let said = &maintenance.said;
    let title = said.title.as_deref().or(said.summary.as_deref()).unwrap_or(&maintenance.subject);
    let mut lines = vec![format!("{} {title}", maintenance.id)];
    for window in &said.windows {
        let utc = match (window.precision, window.end) {
            (Precision::Day, Some(end)) => format!("{} to {} (days only)", window.start.format("%F"), end.format("%F")),
            (Precision::Day, None) => format!("{} (day only)", window.start.format("%F")),
            (Precision::Minute, Some(end)) => format!("{} to {} UTC", window.start.format("%F %H:%M"), end.format("%F %H:%M")),
            (Precision::Minute, None) => format!("{} UTC, end not stated", window.start.format("%F %H:%M")),
        };
        let zone = config.policy.zone;
        let (start, name) = zones.local(zone, window.start);
        let end = window.end.map(|end| zones.local(zone, end).0.format(" to %a %b %-d %-I:%M %p").to_string()).unwrap_or_default();
        lines.push(format!("  {utc}  =  {}{end} {name}", start.format("%a %b %-d %-I:%M %p")));
    }
    if maintenance.problems.iter().any(|problem| problem.blocking) {
        lines.push("  in doubt: a person must say so first".to_owned());
    }
    let affected = inventory::affected(&config.inventory, maintenance, &[]);
    let services: Vec<&str> = affected.services.iter().map(|service| service.name.as_str()).collect();
    let touched = if services.is_empty() { "no service known".to_owned() } else { services.join(", ") };
    lines.push(format!("  touches {touched}{}", if affected.unstated { " (not stated: a person chooses)" } else { "" }));
    lines
}
