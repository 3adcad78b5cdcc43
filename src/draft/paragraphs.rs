//! The text that staff may change: what the provider does, and what to expect of it, in the house's voice.
//!
//! The provider's own prose is never taken over: it names machines, tickets and people that are not the customers' business.

use super::words::{Work, impact_on};
use crate::mail::outgoing::phrases::{long_roll_out, minutes_in_words};
use crate::mail::outgoing::{clean, one_line};
use crate::model::{AffectedService, Impact, Kind, Maintenance, Status};

/// The paragraphs of a notice as a person wrote them, else our own; LF, no empty line at either end.
#[must_use]
pub fn paragraphs(maintenance: &Maintenance, provider_public_name: &str, services: &[AffectedService]) -> String {
    if let Some(edited) = &maintenance.edited {
        return clean(edited).trim().to_owned();
    }
    let name = one_line(provider_public_name, 60);
    let our = if name.is_empty() { "Our provider".to_owned() } else { format!("Our {name}") };
    if maintenance.kind == Some(Kind::Incident) {
        return incident(maintenance, &our);
    }
    match maintenance.status {
        Status::Cancelled => format!(
            "{our} has cancelled this maintenance. No work will take place during the above maintenance window.\n\n\
             The services below will run as usual."
        ),
        Status::Completed => format!("{our} has completed this maintenance.\n\nThe services below should work as usual again."),
        Status::InProcess => format!("{our} has started this maintenance.\n\n{}", expectation(maintenance, services)),
        Status::Tentative | Status::Confirmed | Status::Rescheduled => {
            let mut first = work(maintenance, &our);
            if maintenance.status == Status::Tentative {
                first.push_str(" The provider has not confirmed this maintenance yet.");
            }
            if long_roll_out(maintenance) {
                first.push_str(
                    " We do not have a more specific date or time for this maintenance window, we will update this notice when we know more.",
                );
            }
            format!("{first}\n\n{}", expectation(maintenance, services))
        }
    }
}

fn incident(maintenance: &Maintenance, our: &str) -> String {
    match maintenance.status {
        Status::Completed => format!("{our} has resolved this outage.\n\nThe services below should work as usual again."),
        Status::Cancelled => format!("{our} has withdrawn this outage notice.\n\nThe services below should work as usual."),
        _ => format!(
            "{our} is having an outage and is working on it.\n\n\
             The services below may be unavailable until it is resolved. We will update this notice when we know more."
        ),
    }
}

fn work(maintenance: &Maintenance, our: &str) -> String {
    let long = long_roll_out(maintenance);
    let doing = match Work::of(maintenance) {
        Work::Hypervisor | Work::Software if long => "rolling out updates across its servers",
        Work::Migration => "moving servers that our services run on to new hosts",
        Work::Hypervisor => "updating the servers that our services run on",
        Work::Tooling => "updating internal tooling that will limit our ability to manage clients' servers",
        Work::Power => "performing maintenance on its power systems",
        Work::Cooling => "performing maintenance on its cooling systems",
        Work::Storage => "performing maintenance on its storage systems",
        Work::Network => "performing maintenance on its network",
        Work::Software => "updating its systems",
        Work::General => "performing maintenance",
    };
    let when = if maintenance.said.windows.is_empty() { "" } else { " during the above maintenance window" };
    let plural = if maintenance.said.windows.len() > 1 { "s" } else { "" };
    format!("{our} will be {doing}{when}{}.", if when.is_empty() { "" } else { plural })
}

fn expectation(maintenance: &Maintenance, services: &[AffectedService]) -> String {
    let whole = if maintenance.said.windows.is_empty() { "maintenance" } else { "window" };
    match (impact_on(maintenance, services), maintenance.said.expected_downtime_minutes) {
        (Impact::NoImpact, _) | (_, Some(0)) => {
            "We expect no downtime from this maintenance window for all client and managed services.".to_owned()
        }
        (Impact::ReducedRedundancy, _) => {
            "We expect no downtime from this maintenance window. The services below will run with less redundancy than usual.".to_owned()
        }
        (Impact::Degraded | Impact::Outage | Impact::Unstated, Some(minutes)) => {
            format!("We expect less than {} of downtime for the following services:", minutes_in_words(minutes))
        }
        (Impact::Degraded, None) => {
            "This update should have limited to no downtime associated with the maintenance. The services below may be slower than usual."
                .to_owned()
        }
        (Impact::Outage | Impact::Unstated, None) => {
            format!("The services below may be unavailable during the whole {whole}; the provider gives no figure.")
        }
    }
}
