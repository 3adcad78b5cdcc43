//! One request for a provider's burst (W11): what each window is in two lines, the words that decide over all of them or some, and below
//! every notice exactly as customers get it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{RequestFacts, buttons, counted_addresses, details, finished_with, notices, reach, remarks, services_within, who_works, worst};
use crate::draft::together::together_subject;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::{counted, effect, main_windows, ranges, short_services};
use crate::mail::outgoing::{NOTICE_MARKER, Rendered, clean, html, one_line};
use crate::model::{Draft, Impact, Inventory, Mailbox, Maintenance, Mode, Policy, RequestFlavour, Variant, Zones};

/// Everything that a request on several drafts is written from.
#[derive(Clone, Debug)]
pub struct BundleFacts<'a> {
    /// The drafts with their maintenances, in the order of their numbers, as they stand now.
    pub drafts: &'a [(Draft, Maintenance)],
    /// Zone of staff, mode.
    pub policy: &'a Policy,
    /// Names of customers and providers.
    pub inventory: &'a Inventory,
    /// Zone rules.
    pub zones: &'a Zones,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// The short code of this approver's request.
    pub code: &'a str,
    /// Where answers go, token included.
    pub reply_to: &'a Mailbox,
    /// First or reminder.
    pub flavour: RequestFlavour,
}

/// Writes a request on several drafts, or a reminder of it.
#[must_use]
pub fn bundle_request(facts: &BundleFacts<'_>) -> Rendered {
    let subject = subject(facts);
    let mut lines = decision(facts);
    lines.push(String::new());
    lines.extend(windows(facts));
    lines.push(String::new());
    lines.extend(said(facts));
    lines.push(NOTICE_MARKER.to_owned());
    lines.extend(shown(facts));
    let text = format!("{}\n", lines.join("\n").trim_end());
    let (customers, _) = reached(facts);
    let deed = format!("tell {} of all {}", counted(customers, "customer"), open(facts).count());
    let html = Some(html::framed(&buttons::both(facts.reply_to, &subject, Some(deed)), &text));
    Rendered { subject, text, html }
}

/// What an answer to a request on several drafts says: `[FW-3 +11 7kq2-m9xd]` names it in the subject.
#[must_use]
pub fn bundle_answer(facts: &BundleFacts<'_>, word: &str, lines: &[String]) -> Rendered {
    let subject = format!("{word}: {} {}", head(facts), reference(facts));
    Rendered { subject, text: format!("{}\n", lines.join("\n").trim_end()), html: None }
}

/// The words that work on a request on several drafts.
#[must_use]
pub fn bundle_help(facts: &BundleFacts<'_>, detail: &str) -> Rendered {
    let count = facts.drafts.len();
    let lines = [
        format!("Nothing changed: {}.", one_line(detail, 200).trim_end_matches('.')),
        "Begin your answer with one of these, alone on its first line:".to_owned(),
        String::new(),
        format!("  approve              tells the customers of all {count} (ok, yes, send do the same)"),
        "  approve 1-2          tells those of the first two; the others stay undecided".to_owned(),
        "  reject 1 WHY         tells nobody of the first; without a number nobody of any".to_owned(),
        "  hold 1 until Thu 9:00  asks again then".to_owned(),
        "  open 1               sends the request of the first by itself: edit, drop, services and the rest work there".to_owned(),
        "  mine                 tells the others that you look after them".to_owned(),
        "  stop                 takes back what has not left yet".to_owned(),
    ];
    bundle_answer(facts, "Not understood", &lines)
}

/// Those that a person must still decide, with their numbers.
fn open<'a>(facts: &BundleFacts<'a>) -> impl Iterator<Item = (usize, &'a Draft, &'a Maintenance)> + use<'a> {
    let numbered = facts.drafts.iter().zip(1..).map(|((draft, maintenance), number)| (number, draft, maintenance));
    numbered.filter(|(_, draft, _)| draft.state.open())
}

/// Customers and addresses that the open ones would reach, each once.
fn reached(facts: &BundleFacts<'_>) -> (usize, usize) {
    let recipients = || open(facts).flat_map(|(_, draft, _)| &draft.variants).flat_map(|variant| &variant.recipients);
    let customers: BTreeSet<&String> = recipients().flat_map(|recipient| &recipient.customers).collect();
    let addresses: BTreeSet<String> = recipients().map(|recipient| recipient.mailbox.address.to_lowercase()).collect();
    (customers.len(), addresses.len())
}

/// `Wed Sep 9 11PM +11 more: Mail, Web`: time and service in the first 40 characters (W20).
fn head(facts: &BundleFacts<'_>) -> String {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let first = facts.drafts.iter().filter_map(|(draft, _)| draft.starts_at).min();
    let time = first.map_or_else(|| "No date".to_owned(), |at| clock.brief(at));
    let mut names: Vec<&str> = Vec::new();
    for service in facts.drafts.iter().flat_map(|(draft, _)| &draft.services).filter(|service| !service.internal) {
        if !names.contains(&service.name.as_str()) {
            names.push(&service.name);
        }
    }
    let front = format!("{time} +{} more", facts.drafts.len().saturating_sub(1));
    format!("{front}: {}", clean(&short_services(names, 38_usize.saturating_sub(front.chars().count()))))
}

fn reference(facts: &BundleFacts<'_>) -> String {
    let first = facts.drafts.first().map_or_else(String::new, |(_, maintenance)| maintenance.id.to_string());
    let code = if facts.code.is_empty() { String::new() } else { format!(" {}", facts.code) };
    format!("[{first} +{}{code}]", facts.drafts.len().saturating_sub(1))
}

fn subject(facts: &BundleFacts<'_>) -> String {
    let worst = open(facts).map(|(_, draft, maintenance)| worst(&one(facts, draft, maintenance))).max_by_key(|impact| impact.severity());
    let (customers, _) = reached(facts);
    let said = format!("{} {}, {}. OK?", head(facts), effect(worst.unwrap_or(Impact::Unstated)), counted(customers, "customer"));
    finished_with(&facts.flavour, &said, facts.policy.mode, &reference(facts))
}

fn decision(facts: &BundleFacts<'_>) -> Vec<String> {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let numbers: Vec<usize> = open(facts).map(|(number, ..)| number).collect();
    let (customers, _) = reached(facts);
    let rehearsal = match (facts.policy.mode, &facts.policy.rehearsal_to) {
        (Mode::Rehearsal, Some(to)) => format!(" In rehearsal each goes to {} only, by itself.", to.address),
        _ => String::new(),
    };
    let due = open(facts).filter_map(|(_, draft, _)| draft.send_by).min();
    let due = due.map_or_else(String::new, |at| format!(" Send by {}.", clock.full(at)));
    let mut lines = Vec::new();
    if let RequestFlavour::Reminder(count) = facts.flavour {
        lines.push(format!("Reminder {count}: not decided yet: {}.", ranges(&numbers)));
    }
    let all = match numbers.len() {
        2 => "both".to_owned(),
        count if count == facts.drafts.len() => format!("all {count}"),
        count => format!("the {count}"),
    };
    lines.push(format!("Answer \"approve\" to tell {} of {all}.{due}{rehearsal}", counted(customers, "customer")));
    if facts.policy.approvals > 1 {
        lines.push(format!("{} of you must approve.", facts.policy.approvals));
    }
    let (first, last) = (numbers.first().copied().unwrap_or(1), numbers.last().copied().unwrap_or(1));
    let some = if last > first + 1 { format!("{first}-{}", last - 1) } else { first.to_string() };
    lines.push(format!("Or some: approve {some} | hold {last} | hold {last} until DAY | reject {last} WHY"));
    lines.push(format!("To change one: open {last} sends it by itself (edit, drop, services work there). Or: mine | help"));
    lines
}

/// Three lines a window: when, what of ours with whom, and by what it was read.
fn windows(facts: &BundleFacts<'_>) -> Vec<String> {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let mut lines = Vec::new();
    for ((draft, maintenance), number) in facts.drafts.iter().zip(1..) {
        let spans: Vec<String> = main_windows(maintenance).map(|window| clock.span(window)).collect();
        let when = if spans.is_empty() { "no exact date yet".to_owned() } else { spans.join("; ") };
        lines.push(format!("{number:>2}  {when}"));
        let (customers, _) = reach(draft);
        lines.push(if draft.state.open() {
            let facts = one(facts, draft, maintenance);
            let what = format!("{} {}, {}", services_within(draft, 40), effect(worst(&facts)), counted(customers, "customer"));
            let read = details::read(&facts).into_iter().next().unwrap_or_default();
            format!("    {what} ({})\n    read {read}", maintenance.id)
        } else {
            format!("    {} ({}): {}", services_within(draft, 40), maintenance.id, draft.state.name())
        });
    }
    lines
}

/// Whose it is and what staff should know: what is said of several once, with their numbers.
fn said(facts: &BundleFacts<'_>) -> Vec<String> {
    let who = facts.drafts.first().map(|(_, maintenance)| who_works(facts.policy, facts.inventory, maintenance)).unwrap_or_default();
    let (customers, addresses) = reached(facts);
    let mut lines = vec![
        format!("{:<7}{who}: {} announced together", "WHAT", facts.drafts.len()),
        format!(
            "{:<7}{}, {}; who is touched by several gets one mail",
            "WHO",
            counted(customers, "customer"),
            counted_addresses(addresses)
        ),
    ];
    for label in ["CANNOT", "CLASH", "NOTE", "LAST", "LATE", "FOR US"] {
        let mut texts: Vec<(String, Vec<usize>)> = Vec::new();
        for (number, draft, maintenance) in open(facts) {
            for text in remarks(&one(facts, draft, maintenance), label) {
                match texts.iter_mut().find(|(known, _)| *known == text) {
                    Some((_, numbers)) => numbers.push(number),
                    None => texts.push((text, vec![number])),
                }
            }
        }
        let values: Vec<String> = texts.into_iter().map(|(text, numbers)| format!("{}: {text}", ranges(&numbers))).collect();
        super::push(&mut lines, label, &values);
    }
    let small: BTreeSet<String> =
        open(facts).flat_map(|(_, _, maintenance)| &maintenance.problems).map(|problem| one_line(&problem.detail, 300)).collect();
    super::push(&mut lines, "DOUBT", &if small.is_empty() { vec!["none".to_owned()] } else { small.into_iter().collect() });
    lines
}

fn one<'a>(facts: &BundleFacts<'a>, draft: &'a Draft, maintenance: &'a Maintenance) -> RequestFacts<'a> {
    RequestFacts {
        draft,
        maintenance,
        policy: facts.policy,
        inventory: facts.inventory,
        zones: facts.zones,
        now: facts.now,
        code: facts.code,
        reply_to: facts.reply_to,
        flavour: facts.flavour.clone(),
        tried: true,
    }
}

/// Every notice, and which of them leave as one mail.
fn shown(facts: &BundleFacts<'_>) -> Vec<String> {
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let mut lines = Vec::new();
    for (number, draft, maintenance) in open(facts) {
        let when = draft.starts_at.map_or_else(|| "no date".to_owned(), |at| clock.brief(at));
        lines.push(format!("##### {number} of {}: {when}, {} ({}) #####", facts.drafts.len(), services_within(draft, 40), maintenance.id));
        lines.extend(notices::shown_notices(&one(facts, draft, maintenance), false));
    }
    let several = several(facts);
    if !several.is_empty() && facts.policy.mode == Mode::Live {
        lines.push("##### In one mail #####".to_owned());
        lines.push("Whoever gets several of these notices gets them in one mail, one after the other, the closing once:".to_owned());
        for (address, parts) in several {
            let numbers: Vec<usize> = parts.iter().map(|(number, _)| *number).collect();
            let variants: Vec<&Variant> = parts.iter().map(|(_, variant)| *variant).collect();
            lines.push(format!("  {address}: {}, \"{}\"", ranges(&numbers), together_subject(&variants)));
        }
    }
    lines
}

/// Addresses that more than one of the open drafts writes to, with the notices that they get.
fn several<'a>(facts: &BundleFacts<'a>) -> BTreeMap<String, Vec<(usize, &'a Variant)>> {
    let mut by_address: BTreeMap<String, Vec<(usize, &Variant)>> = BTreeMap::new();
    for (number, draft, _) in open(facts) {
        for variant in &draft.variants {
            for recipient in &variant.recipients {
                by_address.entry(recipient.mailbox.address.to_lowercase()).or_default().push((number, variant));
            }
        }
    }
    by_address.retain(|_, parts| parts.len() > 1);
    by_address
}
