//! The text that staff may change: what the provider or we ourselves do, and what to expect of it, in the house's voice.
//!
//! The provider's own prose is never taken over: it names machines, tickets and people that are not the customers' business. What staff
//! wrote of work of our own is.

use super::words::{Voice, Work, impact_on};
use crate::mail::outgoing::phrases::{long_roll_out, main_windows, minutes_in_words};
use crate::mail::outgoing::{clean, one_line};
use crate::model::{AffectedService, Impact, Kind, Maintenance, Phase, Status};

/// The paragraphs of a notice as a person wrote them, else our own; LF, no empty line at either end.
#[must_use]
pub fn paragraphs(maintenance: &Maintenance, provider_public_name: &str, services: &[AffectedService]) -> String {
    if let Some(text) = written(maintenance) {
        return text;
    }
    let voice = Voice::of(maintenance, provider_public_name);
    if maintenance.kind == Some(Kind::Incident) {
        return incident(maintenance, &voice, services);
    }
    let (who, has) = (&voice.who, voice.has());
    match maintenance.status {
        Status::Cancelled if maintenance.said.retracted => {
            format!(
                "This maintenance was announced in error; nothing will take place.\n\n{}",
                as_usual(maintenance, services, "will run as usual")
            )
        }
        Status::Cancelled => format!(
            "{who} {has} cancelled this maintenance. No work will take place{}.\n\n{}",
            within_the_window(maintenance),
            as_usual(maintenance, services, "will run as usual")
        ),
        Status::Completed => {
            format!("{who} {has} completed this maintenance.\n\n{}", as_usual(maintenance, services, "should work as usual again"))
        }
        Status::InProcess => format!("{who} {has} started this maintenance.\n\n{}", expectation(maintenance, &voice, services)),
        Status::Tentative | Status::Confirmed | Status::Rescheduled => {
            let mut first = format!("{who} will be {}{}.", doing(maintenance, &voice), within_the_window(maintenance));
            if maintenance.status == Status::Tentative {
                let unsure = if voice.own { "We have not confirmed" } else { "The provider has not confirmed" };
                first.push_str(&format!(" {unsure} this maintenance yet."));
            }
            if long_roll_out(maintenance) {
                first.push_str(
                    " We do not have a more specific date or time for this maintenance window, we will update this notice when we know more.",
                );
            }
            format!("{first}\n\n{}", expectation(maintenance, &voice, services))
        }
    }
}

/// The paragraphs of work that goes on and takes longer than was said.
#[must_use]
pub fn extended_paragraphs(maintenance: &Maintenance, provider_public_name: &str, services: &[AffectedService]) -> String {
    if maintenance.edited.is_some() {
        return paragraphs(maintenance, provider_public_name, services);
    }
    let voice = Voice::of(maintenance, provider_public_name);
    let need = if voice.own { "need" } else { "needs" };
    format!("{} {need} more time for this maintenance than planned.\n\n{}", voice.who, expectation(maintenance, &voice, services))
}

/// The paragraphs of an emergency window that was announced inside an outage; the window stands below them. How the outage stands is said
/// only where it is known.
#[must_use]
pub fn emergency_paragraphs(
    maintenance: &Maintenance,
    outage: Option<&Maintenance>,
    provider_public_name: &str,
    services: &[AffectedService],
) -> String {
    let planned = matches!(maintenance.status, Status::Tentative | Status::Confirmed | Status::Rescheduled);
    if !planned || written(maintenance).is_some() {
        return paragraphs(maintenance, provider_public_name, services);
    }
    let voice = Voice::of(maintenance, provider_public_name);
    let doing = match Work::of(maintenance) {
        Work::Network => "doing maintenance on network equipment".to_owned(),
        Work::General => "doing maintenance".to_owned(),
        _ => doing(maintenance, &voice).to_owned(),
    };
    let several = if main_windows(maintenance).count() > 1 { "windows" } else { "window" };
    let work = format!("will be {doing} in the emergency maintenance {several} below.");
    let stable = |outage: &Maintenance| outage.status == Status::Completed || outage.said.phase == Some(Phase::Monitoring);
    let first = match outage {
        Some(outage) if stable(outage) => format!("Services are currently stable; however {} {work}", voice.within()),
        Some(_) => format!("Because of the current outage {} {work}", voice.within()),
        None => format!("{} {work}", voice.who),
    };
    let network = Work::of(maintenance) == Work::Network && impact_on(maintenance, services) == Impact::Degraded;
    if network && maintenance.said.expected_downtime_minutes.is_none() {
        return format!(
            "{first}\n\nDuring {} there may be brief moments of packet loss and increased latency.",
            if several == "windows" { "these maintenance windows" } else { "this maintenance window" }
        );
    }
    format!("{first}\n\n{}", expectation(maintenance, &voice, services))
}

/// The text that a person wrote for it: an edit, or what staff said of work of our own while it is ahead or goes on.
pub(super) fn written(maintenance: &Maintenance) -> Option<String> {
    if let Some(edited) = &maintenance.edited {
        return Some(clean(edited).trim().to_owned());
    }
    let over = matches!(maintenance.status, Status::Cancelled | Status::Completed);
    let begun = maintenance.status == Status::InProcess && maintenance.kind != Some(Kind::Incident);
    let voice = Voice::of(maintenance, "");
    let own = maintenance.said.description.as_deref().filter(|_| voice.own && !over && !begun);
    own.map(|text| clean(text).trim().to_owned()).filter(|text| !text.is_empty())
}

fn incident(maintenance: &Maintenance, voice: &Voice, services: &[AffectedService]) -> String {
    let (who, has, is) = (&voice.who, voice.has(), voice.is());
    match maintenance.status {
        Status::Completed => {
            return format!("{who} {has} resolved this outage.\n\n{}", as_usual(maintenance, services, "should work as usual again"));
        }
        Status::Cancelled if maintenance.said.retracted => {
            return format!("This outage was announced in error.\n\n{}", as_usual(maintenance, services, "should work as usual"));
        }
        Status::Cancelled => {
            return format!("{who} {has} withdrawn this outage notice.\n\n{}", as_usual(maintenance, services, "should work as usual"));
        }
        _ => {}
    }
    let doing = match maintenance.said.phase {
        Some(Phase::Investigating) => format!("{who} {is} having an outage and {is} looking for its cause."),
        Some(Phase::Identified) => format!("{who} {has} found the cause of the outage and {is} working on a fix."),
        Some(Phase::Monitoring) => format!("{who} {has} put a fix for the outage in place and {is} watching the result."),
        None => format!("{who} {is} having an outage and {is} working on it."),
    };
    let felt = match (maintenance.said.phase, impact_on(maintenance, services)) {
        (_, Impact::NoImpact) => "Our services are not affected.",
        (_, Impact::ReducedRedundancy) => "Our services are working; they run with less redundancy than usual.",
        (Some(Phase::Monitoring), _) => "The services below should be coming back; they may still be interrupted at times.",
        (_, Impact::Degraded) => "The services below may be slow or interrupted at times until it is resolved.",
        (_, Impact::Outage | Impact::Unstated) => "The services below may be unavailable until it is resolved.",
    };
    format!("{doing}\n\n{felt}")
}

/// `The services below will run as usual.`, without a list where nothing was felt.
fn as_usual(maintenance: &Maintenance, services: &[AffectedService], how: &str) -> String {
    let listed = impact_on(maintenance, services).severity() > 0;
    format!("{} {how}.", if listed { "The services below" } else { "All services" })
}

fn within_the_window(maintenance: &Maintenance) -> &'static str {
    match maintenance.said.windows.len() {
        0 => "",
        1 => " during the above maintenance window",
        _ => " during the above maintenance windows",
    }
}

fn doing(maintenance: &Maintenance, voice: &Voice) -> String {
    let long = long_roll_out(maintenance);
    let its = voice.its();
    match Work::of(maintenance) {
        Work::Hypervisor | Work::Software if long => format!("rolling out updates across {its} servers"),
        Work::Migration if voice.own => "moving our services to new servers".to_owned(),
        Work::Migration => "moving servers that our services run on to new hosts".to_owned(),
        Work::Hypervisor => "updating the servers that our services run on".to_owned(),
        Work::Tooling => "updating internal tooling that will limit our ability to manage clients' servers".to_owned(),
        Work::Power => format!("performing maintenance on {its} power systems"),
        Work::Cooling => format!("performing maintenance on {its} cooling systems"),
        Work::Storage => format!("performing maintenance on {its} storage systems"),
        Work::Network => format!("performing maintenance on {its} network"),
        Work::Software => format!("updating {its} systems"),
        Work::General if voice.own && says_server(maintenance) => "performing some server maintenance".to_owned(),
        Work::General => "performing maintenance".to_owned(),
    }
}

fn says_server(maintenance: &Maintenance) -> bool {
    let said = [maintenance.said.title.as_deref(), maintenance.said.summary.as_deref()];
    said.into_iter().flatten().any(|text| one_line(text, 200).to_lowercase().contains("server"))
}

fn expectation(maintenance: &Maintenance, voice: &Voice, services: &[AffectedService]) -> String {
    if !services.is_empty() && services.iter().all(|service| service.internal) {
        // Customers see nothing of it: staff want them to know all the same.
        return "We expect no downtime from this maintenance window for all client and managed services.".to_owned();
    }
    let whole = match main_windows(maintenance).count() {
        0 => "during the whole maintenance",
        1 => "during the whole window",
        _ => "during the whole of these windows",
    };
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
        (Impact::Outage | Impact::Unstated, None) if voice.own => {
            format!("The services below may be unavailable {whole}.")
        }
        (Impact::Outage | Impact::Unstated, None) => {
            format!("The services below may be unavailable {whole}; the provider gives no figure.")
        }
    }
}
