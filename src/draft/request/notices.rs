//! The notices as a request shows them: every byte that approval covers, and everybody who gets it.

use std::collections::BTreeSet;

use super::{RequestFacts, counted_addresses};
use crate::draft::calendar;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::{counted, listed};
use crate::mail::outgoing::{EDIT_BEGIN, EDIT_END, one_line, shown};
use crate::model::{Mode, Reminder, Variant};

/// Up to this many variants are shown whole.
const WHOLE: usize = 2;

/// `editable` says whether an answer may change the text: then it stands between two marker lines.
pub(super) fn shown_notices(facts: &RequestFacts<'_>, editable: bool) -> Vec<String> {
    let variants = &facts.draft.variants;
    if variants.is_empty() {
        return vec!["(there is none yet)".to_owned()];
    }
    let mut lines = Vec::new();
    for (place, variant) in variants.iter().enumerate() {
        if variants.len() > 1 {
            lines.push(format!("=== notice {} of {}: {} ===", place + 1, variants.len(), about(variant)));
        }
        if place == 0 && editable {
            lines.push(format!("Subject: {}", variant.subject));
            lines.push(String::new());
            lines.extend(with_markers(&variant.text, &facts.draft.paragraphs));
        } else if place == 0 || variants.len() <= WHOLE || alike(variants, place).is_none() {
            lines.push(format!("Subject: {}", variant.subject));
            lines.push(String::new());
            lines.extend(variant.text.lines().map(str::to_owned));
        } else {
            lines.extend(alike(variants, place).map(|(number, first)| differing(number, first, variant)).into_iter().flatten());
        }
        lines.push(String::new());
        if let Some(entries) = &variant.calendar {
            lines.push(format!("With it: {}", calendar::summary(entries)));
        }
        if let Some(reminder) = &variant.reminder {
            lines.extend(once_more(facts, variant, reminder));
        }
        lines.extend(recipients(facts, variant));
        lines.push(String::new());
    }
    lines
}

/// What approval covers as well: the reminder, by what it says otherwise than the notice.
fn once_more(facts: &RequestFacts<'_>, variant: &Variant, reminder: &Reminder) -> Vec<String> {
    let at = StaffClock::new(facts.zones, facts.policy.zone).full(reminder.at);
    let again = Variant { subject: reminder.subject.clone(), text: reminder.text.clone(), ..variant.clone() };
    let lines = differing(1, variant, &again).into_iter().skip(1).map(|line| format!("  {line}"));
    std::iter::once(format!("And once more {at}, with these lines instead, unless something changed until then:")).chain(lines).collect()
}

fn about(variant: &Variant) -> String {
    let language = match variant.language.as_str() {
        "en" => String::new(),
        "de" => ", in German".to_owned(),
        other => format!(", language {other}"),
    };
    format!("{}, times in {}{language}", counted_addresses(variant.recipients.len()), variant.zone.name())
}

/// The paragraphs stand between the markers within the notice; where a template has changed them, above it.
fn with_markers(text: &str, paragraphs: &str) -> Vec<String> {
    let parts = if paragraphs.is_empty() { None } else { text.split_once(paragraphs) };
    let mut lines: Vec<String> = Vec::new();
    let mut extend = |text: &str| lines.extend(text.lines().map(str::to_owned));
    match parts {
        Some((before, after)) => {
            extend(before);
            extend(EDIT_BEGIN);
            extend(paragraphs);
            extend(EDIT_END);
            extend(after.strip_prefix('\n').unwrap_or(after));
        }
        None => {
            extend(EDIT_BEGIN);
            extend(paragraphs);
            extend(EDIT_END);
            extend("");
            extend(text);
        }
    }
    lines
}

/// The first notice in the same language before the one at a place, with its number.
fn alike(variants: &[Variant], place: usize) -> Option<(usize, &Variant)> {
    let language = variants.get(place).map(|variant| &variant.language);
    (1..).zip(variants.iter().take(place)).find(|(_, first)| Some(&first.language) == language)
}

/// What this notice says otherwise than the one of that number: each line that one of them has and the other lacks.
fn differing(number: usize, first: &Variant, variant: &Variant) -> Vec<String> {
    let lines_of = |variant: &Variant| -> Vec<String> {
        std::iter::once(format!("Subject: {}", variant.subject)).chain(variant.text.lines().map(str::to_owned)).collect()
    };
    let (one, other) = (lines_of(first), lines_of(variant));
    let (in_one, in_other): (BTreeSet<&String>, BTreeSet<&String>) = (one.iter().collect(), other.iter().collect());
    let mut lines = vec![format!("As notice {number}, with these lines instead:")];
    lines.extend(one.iter().filter(|line| !in_other.contains(line)).map(|line| format!("- {line}")));
    lines.extend(other.iter().filter(|line| !in_one.contains(line)).map(|line| format!("+ {line}")));
    if lines.len() == 1 {
        lines = vec![format!("Word for word as notice {number}.")];
    }
    lines
}

fn recipients(facts: &RequestFacts<'_>, variant: &Variant) -> Vec<String> {
    let name = |id: &String| {
        let known = facts.inventory.customers.iter().find(|customer| customer.id == *id);
        one_line(known.map_or(id.as_str(), |customer| customer.name.as_str()), 80)
    };
    let customers: BTreeSet<&String> = variant.recipients.iter().flat_map(|recipient| &recipient.customers).collect();
    let whom = counted(customers.len(), "customer");
    let mut lines = if facts.draft.mode == Mode::Rehearsal {
        vec![format!("In rehearsal, for {whom}, it goes to:")]
    } else {
        vec![format!("It goes to {whom}, {}:", counted_addresses(variant.recipients.len()))]
    };
    lines.extend(variant.recipients.iter().map(|recipient| {
        let names: Vec<String> = recipient.customers.iter().map(name).collect();
        format!("  {}: {}", listed(&names), shown(&recipient.mailbox))
    }));
    lines
}
