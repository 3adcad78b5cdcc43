//! The request: what an approver reads on a phone at eleven at night, and answers with one word.
//!
//! Time and service stand in the first 40 characters of the subject, the decision first in the text, and no line is by itself
//! a word that decides. Approve is offered only where no question is open.

use chrono::{DateTime, Utc};

use super::words::{impact_on, is_own};
use crate::inventory::provider_for;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::{counted, effect, listed, main_windows, short_services};
use crate::mail::outgoing::{NOTICE_MARKER, Rendered, clean, html, one_line, shown};
use crate::model::{
    AuthMode, Change, Draft, Impact, Inventory, Kind, Mailbox, Maintenance, Mode, Policy, Problem, Question, RequestFlavour, Zones,
};

mod bundle;
mod buttons;
mod details;
mod notices;
mod questions;

pub use bundle::{BundleFacts, bundle_answer, bundle_help, bundle_request};

/// Everything that a request is written from.
#[derive(Clone, Debug)]
pub struct RequestFacts<'a> {
    /// The draft that is asked about.
    pub draft: &'a Draft,
    /// Its maintenance.
    pub maintenance: &'a Maintenance,
    /// Zone of staff, approvers, mode.
    pub policy: &'a Policy,
    /// Names of customers and providers.
    pub inventory: &'a Inventory,
    /// Zone rules.
    pub zones: &'a Zones,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// The short code of this approver's request; empty for an escalation.
    pub code: &'a str,
    /// Where answers go, token included.
    pub reply_to: &'a Mailbox,
    /// First, reminder or escalation.
    pub flavour: RequestFlavour,
    /// Whether an answer of any approver has counted before, under the proof that is asked for now.
    pub tried: bool,
}

/// Writes a request, a reminder of it, or its escalation.
#[must_use]
pub fn request(facts: &RequestFacts<'_>) -> Rendered {
    let subject = subject(facts);
    let mut lines = Vec::new();
    let doubts = doubts(facts);
    let cannot: Vec<String> = remarks(facts, "CANNOT").collect();
    if !doubts.is_empty() || !cannot.is_empty() {
        push(&mut lines, "DOUBT", &doubts);
        push(&mut lines, "CANNOT", &cannot);
        lines.push(String::new());
    }
    lines.extend(details::deadlines(facts));
    lines.extend(decision(facts));
    lines.push(String::new());
    lines.extend(details::details(facts, doubts.is_empty()));
    lines.push(NOTICE_MARKER.to_owned());
    lines.extend(notices::shown_notices(facts, true));
    let text = format!("{}\n", lines.join("\n").trim_end());
    let above = if facts.flavour == RequestFlavour::Escalation {
        String::new()
    } else {
        buttons::both(facts.reply_to, &subject, (approvable(facts) && !facts.maintenance.is_contradicted()).then(|| audience(facts)))
    };
    let html = Some(html::framed(&above, &text));
    Rendered { subject, text, html }
}

/// `[FW-12 v1 7kq2-m9xd]`, the part of a subject by which answers find their draft.
#[must_use]
pub(super) fn reference(maintenance: &Maintenance, draft: &Draft, code: &str) -> String {
    let code = if code.is_empty() { String::new() } else { format!(" {code}") };
    // Revision 0 stands for no draft at all.
    let revision = if draft.revision == 0 { String::new() } else { format!(" v{}", draft.revision) };
    format!("[{}{revision}{code}]", maintenance.id)
}

/// `Wed Sep 9 11PM: Mail`: what a subject begins with, time and service in at most 40 characters.
pub(super) fn head(clock: &StaffClock<'_>, draft: &Draft, maintenance: &Maintenance) -> String {
    let start = draft.starts_at.or_else(|| main_windows(maintenance).next().map(|window| window.start));
    let undated = if maintenance.kind == Some(Kind::Incident) { "Outage" } else { "No date" };
    let time = start.map_or_else(|| undated.to_owned(), |at| clock.brief(at));
    format!("{time}: {}", services_within(draft, 38_usize.saturating_sub(time.chars().count())))
}

/// Customers and addresses that the draft would reach.
pub(super) fn reach(draft: &Draft) -> (usize, usize) {
    let recipients = || draft.variants.iter().flat_map(|variant| &variant.recipients);
    let customers: std::collections::BTreeSet<&String> = recipients().flat_map(|recipient| &recipient.customers).collect();
    (customers.len(), recipients().count())
}

fn subject(facts: &RequestFacts<'_>) -> String {
    let (draft, clock) = (facts.draft, StaffClock::new(facts.zones, facts.policy.zone));
    let clash = if draft.collides.is_empty() { "" } else { " BOTH LEGS," };
    let head = format!("{}{clash}", head(&clock, draft, facts.maintenance));
    let provider = provider(facts);
    let said = match draft.questions.first() {
        Some(Question::Windows(readings)) => {
            let starts: Vec<String> =
                readings.iter().filter_map(|windows| windows.first()).map(|window| clock.brief(window.start)).collect();
            format!("{}? {}: which time is right?", starts.join(" or "), services_within(draft, 20))
        }
        Some(Question::NoWindow) => format!("No time found: {} \"{}\"", provider, one_line(&facts.maintenance.subject, 60)),
        Some(Question::Services(_)) if is_incident(facts) => format!("OUTAGE: which services? {provider}"),
        Some(Question::Services(_)) => match draft.starts_at {
            Some(at) => format!("{}: which services? {provider}", clock.brief(at)),
            None => format!("Which services? {provider}"),
        },
        Some(Question::NobodyToTell(_)) if facts.maintenance.kind == Some(Kind::Incident) => {
            format!("OUTAGE reported: {}, {provider}", services_within(draft, 20))
        }
        Some(Question::SameAs(_)) => match questions::ending(facts.maintenance) {
            Some(what) => format!("{what}: which one? {provider} \"{}\"", one_line(&facts.maintenance.subject, 60)),
            None => format!("{head}: moved, or another one? {provider}"),
        },
        Some(Question::Notify(_)) => format!("{head} {}, nobody told by default", effect(worst(facts))),
        Some(Question::NobodyToTell(_)) => format!("{head}, NOBODY TO TELL"),
        None => {
            let (customers, _) = reach(draft);
            let whom = counted(customers, "customer");
            let doubt = match (&facts.flavour, doubts(facts).is_empty()) {
                (RequestFlavour::Escalation, _) => "Not decided.",
                (_, true) => "OK?",
                (_, false) => "UNCLEAR, please check.",
            };
            if is_incident(facts) {
                let what = services_within(draft, 24);
                return finished(
                    facts,
                    &match draft.change {
                        Change::New => format!("OUTAGE: {what}, {whom}. {doubt}"),
                        Change::Completed => format!("RESOLVED: {what}, tell {whom}? {doubt}"),
                        Change::Cancelled | Change::Retracted => format!("OUTAGE WITHDRAWN: {what}, tell {whom}? {doubt}"),
                        _ => format!("OUTAGE UPDATE: {what}, {whom}. {doubt}"),
                    },
                );
            }
            match draft.change {
                Change::Cancelled | Change::Retracted => format!("{head} CANCELLED, tell {whom}? {doubt}"),
                Change::Completed => format!("{head} is over, tell {whom}? {doubt}"),
                Change::Started => format!("{head} has begun, tell {whom}? {doubt}"),
                Change::Rescheduled { .. } => format!("{head} MOVED, {}, {whom}. {doubt}", effect(worst(facts))),
                Change::Extended { .. } => format!("{head} TAKES LONGER, {whom}. {doubt}"),
                Change::Updated { .. } => format!("{head} CHANGED, {}, {whom}. {doubt}", effect(worst(facts))),
                Change::New | Change::Unchanged | Change::Stale => format!("{head} {}, {whom}. {doubt}", effect(worst(facts))),
            }
        }
    };
    finished(facts, &said)
}

fn finished(facts: &RequestFacts<'_>, said: &str) -> String {
    finished_with(&facts.flavour, said, facts.draft.mode, &reference(facts.maintenance, facts.draft, facts.code))
}

fn finished_with(flavour: &RequestFlavour, said: &str, mode: Mode, reference: &str) -> String {
    let flavour = match flavour {
        RequestFlavour::First => String::new(),
        RequestFlavour::Reminder(count) => format!("Reminder {count}: "),
        RequestFlavour::Escalation => "NO ANSWER: ".to_owned(),
    };
    let rehearsal = if mode == Mode::Rehearsal { " (rehearsal)" } else { "" };
    format!("{flavour}{}{rehearsal} {reference}", one_line(said, 140))
}

fn is_incident(facts: &RequestFacts<'_>) -> bool {
    facts.maintenance.kind == Some(Kind::Incident)
}

fn approvable(facts: &RequestFacts<'_>) -> bool {
    facts.draft.questions.is_empty() && !facts.draft.variants.is_empty()
}

/// `tell 14 customers`, `tell 14 customers that it is cancelled`.
fn audience(facts: &RequestFacts<'_>) -> String {
    let (customers, _) = reach(facts.draft);
    let whom = counted(customers, "customer");
    let what = match facts.draft.change {
        Change::Completed if is_incident(facts) => " that it is resolved",
        Change::Cancelled | Change::Retracted if is_incident(facts) => " that it is withdrawn",
        Change::New if is_incident(facts) => " of the outage",
        _ if is_incident(facts) => " what is new",
        Change::Cancelled | Change::Retracted => " that it is cancelled",
        Change::Completed => " that it is over",
        Change::Started => " that it has begun",
        Change::Rescheduled { .. } => " the new time",
        Change::Extended { .. } => " that it takes longer",
        Change::Updated { .. } | Change::New | Change::Unchanged | Change::Stale => "",
    };
    format!("tell {whom}{what}")
}

fn decision(facts: &RequestFacts<'_>) -> Vec<String> {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let mut lines = flavour(facts, &clock);
    if facts.flavour == RequestFlavour::Escalation {
        return lines;
    }
    if approvable(facts) {
        let rehearsal = match (facts.draft.mode, &facts.policy.rehearsal_to) {
            (Mode::Rehearsal, Some(to)) => format!(" In rehearsal it goes to {} only.", to.address),
            _ => String::new(),
        };
        let word = if facts.maintenance.is_contradicted() { "approve unverified" } else { "approve" };
        lines.push(format!("Answer \"{word}\" to {}.{}{rehearsal}", audience(facts), deadline(facts, &clock)));
        lines.extend(several(facts));
        lines.extend(untried(facts).map(str::to_owned));
        let services = if facts.draft.services.len() > 1 { " | services 1 2" } else { "" };
        let goes_on = is_incident(facts) && !matches!(facts.draft.change, Change::Completed | Change::Cancelled | Change::Retracted);
        let outage = if goes_on { " | update TEXT | resolved" } else { "" };
        lines.push(format!("Or: edit | reject WHY{outage} | hold until DAY | drop NAME{services} | mine | help"));
        return lines;
    }
    if facts.draft.questions.is_empty() {
        lines.push(format!("There is nobody to tell.{}", deadline(facts, &clock)));
        lines.push("Answer: services 1 2 | irrelevant | reject WHY | mine | help".to_owned());
    }
    for question in &facts.draft.questions {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(questions::asked(question, facts, &clock));
    }
    lines
}

/// That nobody knows yet whether answers count here (W05).
fn untried(facts: &RequestFacts<'_>) -> Option<&'static str> {
    (!facts.tried && facts.policy.auth != AuthMode::TokenOnly)
        .then_some("No answer has counted here yet: if none of yours does, `forewarn doctor --approver ADDRESS` tells why.")
}

/// That more than one must approve, and who has.
fn several(facts: &RequestFacts<'_>) -> Option<String> {
    let needed = facts.policy.approvals;
    let voted = facts.draft.votes.iter().map(|vote| one_line(vote, 80)).collect::<Vec<_>>();
    let voted = if voted.is_empty() { String::new() } else { format!(" So far: {}.", listed(&voted)) };
    (needed > 1).then(|| format!("{needed} of you must approve.{voted}"))
}

fn deadline(facts: &RequestFacts<'_>, clock: &StaffClock<'_>) -> String {
    if is_incident(facts) {
        return String::new();
    }
    let verb = if approvable(facts) { "Send" } else { "Decide" };
    let begun = facts.draft.starts_at.is_some_and(|start| start <= facts.now);
    let over = facts.draft.ends_at.is_some_and(|end| end <= facts.now);
    match facts.draft.send_by {
        _ if over => " The window is over.".to_owned(),
        _ if begun => " The window has begun.".to_owned(),
        Some(by) if by <= facts.now => format!(" {verb} now: it was due {}.", clock.full(by)),
        Some(by) => format!(" {verb} by {}.", clock.full(by)),
        None => String::new(),
    }
}

fn flavour(facts: &RequestFacts<'_>, clock: &StaffClock<'_>) -> Vec<String> {
    let owner = facts.maintenance.owner.as_ref().map(|owner| format!("{} has it.", one_line(owner, 80)));
    let repeated = match facts.maintenance.repeats {
        0 => String::new(),
        1 => " The provider reminded again.".to_owned(),
        count => format!(" The provider reminded again, {count} times so far."),
    };
    match facts.flavour {
        RequestFlavour::First => owner.into_iter().collect(),
        RequestFlavour::Reminder(count) => {
            let asked = clock.full(facts.draft.proposed_at);
            let mut lines = vec![format!("Reminder {count}: asked {asked}, not decided.{repeated}")];
            lines.extend(owner);
            lines
        }
        RequestFlavour::Escalation => {
            let approvers: Vec<String> = facts.policy.approvers.iter().map(|approver| shown(&approver.mailbox)).collect();
            let mut lines = vec![format!("Nobody has decided.{}", deadline(facts, clock))];
            lines.push(format!("Asked {}: {}.{repeated}", clock.full(facts.draft.proposed_at), listed(&approvers)));
            lines.extend(owner);
            lines.push("Only their answers count: please reach one of them. An answer to this mail changes nothing.".to_owned());
            lines
        }
    }
}

/// The doubts that are not settled: blocking problems, and what the desk remarks as a doubt.
fn doubts(facts: &RequestFacts<'_>) -> Vec<String> {
    let doubted = |problem: &&Problem| problem.blocking || facts.maintenance.is_contradicted() && problem.field == "sender";
    let blocking = facts.maintenance.problems.iter().filter(doubted).map(|problem| one_line(&problem.detail, 300));
    let mut all: Vec<String> = Vec::new();
    for doubt in blocking.chain(remarks(facts, "DOUBT")) {
        if !all.contains(&doubt) {
            all.push(doubt);
        }
    }
    all
}

fn remarks<'a>(facts: &RequestFacts<'a>, label: &'a str) -> impl Iterator<Item = String> + 'a {
    let draft = facts.draft;
    draft.remarks.iter().filter(move |remark| remark.label == label).map(|remark| one_line(&remark.text, 300))
}

fn services_within(draft: &Draft, max: usize) -> String {
    let visible: Vec<&str> = draft.services.iter().filter(|service| !service.internal).map(|service| service.name.as_str()).collect();
    if visible.is_empty() {
        return if draft.services.is_empty() { "services?".to_owned() } else { "internal".to_owned() };
    }
    clean(&short_services(visible, max))
}

fn provider(facts: &RequestFacts<'_>) -> String {
    who_works(facts.policy, facts.inventory, facts.maintenance)
}

/// Who does the work, as staff read it: the provider's name, or our own.
pub(super) fn who_works(policy: &Policy, inventory: &Inventory, maintenance: &Maintenance) -> String {
    if is_own(maintenance) {
        return one_line(&policy.organisation, 60);
    }
    let name = provider_for(inventory, &maintenance.provider).map(|provider| provider.name.clone());
    one_line(&name.filter(|name| !name.is_empty()).unwrap_or_else(|| maintenance.provider.clone()), 60)
}

fn worst(facts: &RequestFacts<'_>) -> Impact {
    impact_on(facts.maintenance, &facts.draft.services)
}

fn counted_addresses(count: usize) -> String {
    if count == 1 { "1 address".to_owned() } else { format!("{count} addresses") }
}

/// Each value on a line of its own, the label before the first.
fn push(lines: &mut Vec<String>, label: &str, values: &[String]) {
    for (place, value) in values.iter().enumerate() {
        let label = if place == 0 { label } else { "" };
        lines.push(format!("{label:<7}{value}"));
    }
}
