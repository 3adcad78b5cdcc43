//! Notices that reached nobody, or of which nobody knows: whom to call, and the two words that settle it.

use super::{AnswerFacts, answer, clock, name};
use crate::draft::words::impact_on;
use crate::mail::outgoing::phrases::{counted, effect, listed, main_windows};
use crate::mail::outgoing::{Rendered, one_line};
use crate::model::{Customer, Fate, OutboxState, Told};

/// A customer none of whose addresses took the notice, with every try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReached {
    /// Id of the customer; none for mails of a rehearsal.
    pub customer: Option<String>,
    /// The notices to them and the server's words.
    pub tried: Vec<Fate>,
}

/// Customers who do not know: what they should know, each address with the server's words, and whom to call.
#[must_use]
pub fn not_reached(facts: &AnswerFacts<'_>, lost: &[NotReached]) -> Rendered {
    let names: Vec<String> = lost.iter().filter_map(|one| one.customer.as_ref()).map(|id| customer_name(facts, id)).collect();
    let (word, first) = match names.as_slice() {
        [] => ("Rehearsal mail NOT DELIVERED".to_owned(), "No customer is concerned: mails of the rehearsal did not arrive.".to_owned()),
        [one] => (format!("{one} NOT REACHED"), format!("{one} does not know: no address of theirs took the notice. Please call.")),
        many => (
            format!("{} NOT REACHED", counted(many.len(), "customer")),
            format!("{} do not know: no address of theirs took the notice. Please call.", listed(many)),
        ),
    };
    let mut lines = vec![first, String::new()];
    lines.extend(what_and_when(facts));
    for one in lost {
        lines.push(String::new());
        if let Some(id) = &one.customer {
            lines.push(customer_name(facts, id));
        }
        for fate in &one.tried {
            lines.push(format!("  {}: {}", fate.told.address, one_line(fate.answer.as_deref().unwrap_or("refused"), 200)));
        }
        lines.extend(one.customer.as_ref().map(|id| format!("  call: {}", phones(customer(facts, id)))));
    }
    answer(facts, &word, &lines)
}

/// Notices of which nobody knows whether they arrived: what is known, that nothing happens by itself, and what settles it.
#[must_use]
pub fn unknown(facts: &AnswerFacts<'_>, rows: &[Fate]) -> Rendered {
    let clock = clock(facts);
    let them = if rows.len() == 1 { "it" } else { "them" };
    let mut lines = vec![
        format!("{} may or may not have arrived. Forewarn never sends {them} again by itself.", counted(rows.len(), "notice")),
        "Answer \"resend\" to send the same again: whoever got the first one reads it twice.".to_owned(),
        "Answer \"assume-sent\" when you know that they heard of it.".to_owned(),
    ];
    for fate in rows {
        let theirs: Vec<&Customer> = customers_of(facts, &fate.told.address).collect();
        let said = one_line(fate.answer.as_deref().unwrap_or("the connection ended before the server's answer"), 200);
        lines.extend([String::new(), format!("  {}", fate.told.address), format!("    {}: {said}", clock.full(fate.at))]);
        lines.extend(theirs.iter().map(|customer| format!("    call {}: {}", one_line(&customer.name, 80), phones(Some(customer)))));
    }
    answer(facts, "UNKNOWN whether it arrived", &lines)
}

/// To every approver: the same notices leave again.
#[must_use]
pub fn resent(facts: &AnswerFacts<'_>, by: &str, rows: &[Told]) -> Rendered {
    let mut lines = vec![
        format!(
            "{} said resend. {} again, the same as before:",
            name(by),
            if rows.len() == 1 { "1 notice leaves" } else { "These notices leave" }
        ),
        String::new(),
    ];
    lines.extend(rows.iter().map(|row| format!("  {}", row.address)));
    answer(facts, "Sent again", &lines)
}

/// To every approver: what was unknown counts as sent.
#[must_use]
pub fn assumed_sent(facts: &AnswerFacts<'_>, by: &str, rows: &[Told]) -> Rendered {
    let mut lines = vec![format!("{} knows that they heard of it. Nothing is sent again to:", name(by)), String::new()];
    lines.extend(rows.iter().map(|row| format!("  {}", row.address)));
    answer(facts, "Taken for sent", &lines)
}

/// To the one who answered: nothing is unknown any more, and how each notice ended.
#[must_use]
pub fn nothing_unknown(facts: &AnswerFacts<'_>, rows: &[Told]) -> Rendered {
    let first = format!("No notice of v{} is unknown any more: a report or a colleague settled it. Nothing changed.", facts.draft.revision);
    let mut lines = vec![first, String::new()];
    lines.extend(rows.iter().map(|row| {
        let end = match row.state {
            OutboxState::Sent => "sent",
            OutboxState::Failed => "NOT delivered",
            OutboxState::Cancelled => "taken back",
            OutboxState::Unknown => "unknown",
            OutboxState::Queued | OutboxState::Talking | OutboxState::DotPending | OutboxState::Retry => "on its way",
        };
        format!("  {}: {end}", row.address)
    }));
    answer(facts, "Nothing changed", &lines)
}

/// To the one who answered: why nothing is sent again.
#[must_use]
pub fn not_resent(facts: &AnswerFacts<'_>, why: &str) -> Rendered {
    let lines = [
        format!("Nothing was sent again: {why}."),
        "Where customers may not know, please call them, then answer \"assume-sent\".".to_owned(),
    ];
    answer(facts, "Not sent again", &lines)
}

fn what_and_when(facts: &AnswerFacts<'_>) -> Vec<String> {
    let clock = clock(facts);
    let services: Vec<String> =
        facts.draft.services.iter().filter(|service| !service.internal).map(|service| one_line(&service.name, 80)).collect();
    let impact = effect(impact_on(facts.maintenance, &facts.draft.services));
    let mut lines =
        vec![format!("WHAT   {}: {impact}", if services.is_empty() { "unknown services".to_owned() } else { listed(&services) })];
    let windows: Vec<String> = main_windows(facts.maintenance).take(5).map(|window| clock.span(window)).collect();
    lines.extend(windows.iter().enumerate().map(|(place, window)| format!("{:<7}{window}", if place == 0 { "WHEN" } else { "" })));
    lines
}

fn customer<'a>(facts: &AnswerFacts<'a>, id: &str) -> Option<&'a Customer> {
    facts.inventory.customers.iter().find(|customer| customer.id == id)
}

fn customer_name(facts: &AnswerFacts<'_>, id: &str) -> String {
    one_line(customer(facts, id).map_or(id, |customer| &customer.name), 80)
}

fn customers_of<'a>(facts: &AnswerFacts<'a>, address: &'a str) -> impl Iterator<Item = &'a Customer> {
    let theirs = |customer: &&Customer| customer.contacts.iter().any(|contact| contact.mailbox.address.eq_ignore_ascii_case(address));
    facts.inventory.customers.iter().filter(move |customer| theirs(customer))
}

/// `Ana Roy 555-0101, 555-0102 (office@bakery.example)`, of every contact that has a number.
fn phones(customer: Option<&Customer>) -> String {
    let numbers: Vec<String> = customer
        .into_iter()
        .flat_map(|customer| &customer.contacts)
        .filter_map(|contact| {
            let phone = one_line(contact.phone.as_ref()?, 40);
            let named = &contact.mailbox.name;
            Some(if named.is_empty() {
                format!("{phone} ({})", contact.mailbox.address)
            } else {
                format!("{} {phone}", one_line(named, 60))
            })
        })
        .collect();
    if numbers.is_empty() { "no telephone number is in services.toml".to_owned() } else { numbers.join(", ") }
}
