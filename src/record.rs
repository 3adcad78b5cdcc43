//! The record of one maintenance: what happened, in order, and what became of each customer. Pure, and only of what is stored: where a thing
//! was not kept it is not said, and nothing is guessed.

mod fate;
mod missed;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::mail::outgoing::phrases::{counted, listed, main_windows};
use crate::mail::outgoing::{instants::StaffClock, one_line, shown};
use crate::model::{
    Case, Content, Customer, Decision, Draft, DraftState, Inventory, LedgerMail, Maintenance, OutboxKind, OutboxState, Recipient,
    RequestFlavour, SentMail, Settling, Status,
};
pub use fate::{Concerned, Copy, Fate, concerned, fate, stands_on};
pub use missed::{Missed, missed};
use words::{asked, decided, read};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A mail of the provider's came.
    Arrived,
    /// It was read.
    Read,
    /// Something was noted: the provider said more, a customer answered.
    Noted,
    /// A notice was drafted.
    Drafted,
    /// Staff were asked.
    Asked,
    /// Staff were asked again.
    Reminded,
    /// Those were written to who are when nobody decides.
    Escalated,
    /// A person decided.
    Decided,
    /// A draft was overtaken.
    Overtaken,
    /// A draft's windows were over before anybody decided.
    Expired,
    /// A notice left and was taken by the next server.
    Sent,
    /// A notice did not leave, or nobody knows.
    NotSent,
    /// A notice came back.
    Bounced,
    /// A window began.
    Began,
    /// A window ended.
    Ended,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Revision of the draft that it is about; none where it is about none.
    pub revision: Option<u32>,
    /// What kind of thing.
    pub what: What,
    /// What, in words.
    pub text: String,
}

/// Whom the record is about: a customer by id and the addresses that are or were theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// The id.
    pub id: String,
    /// Their name now; the id where `services.toml` does not know them any more.
    pub name: String,
    /// Addresses, lower case.
    pub addresses: BTreeSet<String>,
}

impl Whose {
    /// A customer of an id, with what the inventory and the cases know of them.
    #[must_use]
    pub fn new(id: &str, inventory: &Inventory, cases: &[Case]) -> Self {
        let known = customer(inventory, id);
        let contacts = known.iter().flat_map(|known| &known.contacts).map(|contact| contact.mailbox.address.to_lowercase());
        let written = cases.iter().flat_map(|case| &case.drafts).flat_map(|(draft, _)| recipients(draft));
        let written = written.filter(|recipient| has(recipient, id)).map(|recipient| recipient.mailbox.address.to_lowercase());
        Self {
            id: id.to_owned(),
            name: known.map_or_else(|| id.to_owned(), |known| known.name.clone()),
            addresses: contacts.chain(written).collect(),
        }
    }
}

impl Whose {
    fn is(&self, word: &str) -> bool {
        let word = word.trim().to_lowercase();
        word == self.id.to_lowercase() || word == self.name.to_lowercase()
    }
}

/// A customer of the inventory by id; case does not count.
#[must_use]
pub fn customer<'a>(inventory: &'a Inventory, id: &str) -> Option<&'a Customer> {
    inventory.customers.iter().find(|customer| customer.id.eq_ignore_ascii_case(id))
}

/// What happened, oldest first, until `now`; of the notices and answers of one customer only where `whose` names one.
#[must_use]
pub fn events(case: &Case, whose: Option<&Whose>, clock: &StaffClock<'_>, now: DateTime<Utc>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut say = |at: DateTime<Utc>, revision: Option<u32>, what: What, text: String| events.push(Event { at, revision, what, text });
    for mail in &case.mails {
        say(
            mail.arrived_at,
            None,
            What::Arrived,
            format!("mail {} came from {}: “{}”", mail.mail.0, from(mail), subject_line(&subject(case, mail))),
        );
        if let Some(at) = mail.done_at {
            say(at, None, What::Read, read(mail, clock));
        }
    }
    for line in &case.maintenance.history {
        let by_decision = case.decisions.iter().any(|record| record.at == line.at);
        let of_another = line.text.contains(" answered: ")
            && whose.is_some_and(|whose| !whose.addresses.iter().any(|address| line.text.to_lowercase().contains(address.as_str())));
        if line.text != "announced" && !by_decision && !of_another {
            say(line.at, None, What::Noted, one_line(&line.text, 300));
        }
    }
    for (draft, changed_at) in &case.drafts {
        let revision = Some(draft.revision);
        say(draft.proposed_at, revision, What::Drafted, drafted(draft, whose));
        match &draft.state {
            DraftState::Void(by) => {
                say(*changed_at, revision, What::Overtaken, format!("v{} was overtaken: {}", draft.revision, one_line(by, 150)));
            }
            DraftState::Expired => {
                say(
                    *changed_at,
                    revision,
                    What::Expired,
                    format!("v{} expired: its windows were over and nobody had decided", draft.revision),
                );
            }
            _ => {}
        }
    }
    for record in &case.decisions {
        let reply = record.mail.and_then(|mail| case.replies.iter().find(|reply| reply.mail == mail));
        let way = match (record.mail, reply) {
            (None, _) => "on the command line".to_owned(),
            (Some(mail), None) => format!("by mail {}; {}", mail.0, record.proof),
            (Some(mail), Some(reply)) => {
                format!(
                    "by mail {} of {}: “{}”; proof: {}",
                    mail.0,
                    clock.full(reply.arrived_at),
                    subject_line(&reply.subject),
                    record.proof
                )
            }
        };
        let said = match (&record.decision, whose) {
            // One customer's page says nothing of another.
            (Decision::Settle(Settling::Drop(word)), Some(whose)) if !whose.is(word) => "drop another customer or a service".to_owned(),
            (decision, _) => decided(decision, clock),
        };
        let about = record.draft.and_then(|id| case.drafts.iter().find(|(draft, _)| draft.id == id));
        let revision = about.map(|(draft, _)| draft.revision);
        let about = revision.map_or(String::new(), |revision| format!(" on v{revision}"));
        say(record.at, revision, What::Decided, format!("{} decided{about}: {} ({way})", record.by, said));
    }
    events.extend(questions_put(case));
    for (sent, draft) in notices(case, whose) {
        events.extend(left(sent, draft));
    }
    if case.maintenance.status != Status::Cancelled {
        for window in main_windows(&case.maintenance) {
            events.push(Event {
                at: window.start,
                revision: None,
                what: What::Began,
                text: format!("the window began: {}", clock.span(window)),
            });
            events.extend(window.end.map(|at| Event { at, revision: None, what: What::Ended, text: "the window ended".to_owned() }));
        }
    }
    events.retain(|event| event.at <= now);
    // What one mail or one answer made happen has one time: it stands in the order in which it follows.
    events.sort_by_key(|event| (event.at, event.revision, event.what));
    events
}

/// The notices of a case with their drafts, oldest first; of one customer only where `whose` names one.
#[must_use]
pub fn notices<'a>(case: &'a Case, whose: Option<&Whose>) -> Vec<(&'a SentMail, &'a Draft)> {
    let mut found = Vec::new();
    for sent in case.rows.iter().filter(|sent| matches!(sent.row.outgoing.kind, OutboxKind::Notice | OutboxKind::Reminder)) {
        let draft = case.drafts.iter().map(|(draft, _)| draft).find(|draft| sent.row.outgoing.draft == Some(draft.id));
        let Some(draft) = draft else { continue };
        let address = &sent.row.outgoing.to.address;
        let theirs =
            |id: &str| recipients(draft).any(|recipient| recipient.mailbox.address.eq_ignore_ascii_case(address) && has(recipient, id));
        if whose.is_none_or(|whose| theirs(&whose.id)) {
            found.push((sent, draft));
        }
    }
    found
}

/// The subject of the notice that an address got with a draft; empty where the draft has none for it.
#[must_use]
pub fn subject_for<'a>(draft: &'a Draft, address: &str) -> &'a str {
    let for_it = |recipient: &Recipient| recipient.mailbox.address.eq_ignore_ascii_case(address);
    draft.variants.iter().find(|variant| variant.recipients.iter().any(for_it)).map_or("", |variant| variant.subject.as_str())
}

/// What became of a mail of which no maintenance was made, in words.
#[must_use]
pub fn unmade(mail: &LedgerMail, clock: &StaffClock<'_>) -> String {
    format!("mail {} came from {}: “{}”; {}", mail.mail.0, from(mail), subject_line(&mail.subject), read(mail, clock))
}

/// The title of a maintenance, for people.
#[must_use]
pub fn title(maintenance: &Maintenance) -> String {
    let said = &maintenance.said;
    one_line(said.title.as_deref().or(said.summary.as_deref()).unwrap_or(&maintenance.subject), 120)
}

fn recipients(draft: &Draft) -> impl Iterator<Item = &Recipient> {
    draft.variants.iter().flat_map(|variant| &variant.recipients)
}

fn has(recipient: &Recipient, id: &str) -> bool {
    recipient.customers.iter().any(|one| one.eq_ignore_ascii_case(id))
}

/// Sender and subject as the case has them are decoded; the ledger has them as written.
fn from(mail: &LedgerMail) -> String {
    one_line(&mail.sender, 120)
}

/// A subject without the short code by which an answer counts: the page may go to a customer.
fn subject_line(subject: &str) -> String {
    one_line(subject.split(" [FW").next().unwrap_or(subject), 120)
}

fn subject(case: &Case, mail: &LedgerMail) -> String {
    if case.maintenance.mail == mail.mail {
        return case.maintenance.subject.clone();
    }
    let known = case.revisions.iter().find(|(_, revision)| revision.mail == mail.mail);
    known.map_or_else(|| mail.subject.clone(), |(_, revision)| revision.subject.clone())
}

fn drafted(draft: &Draft, whose: Option<&Whose>) -> String {
    let name = format!("v{} was drafted ({})", draft.revision, words::change(&draft.change));
    if !draft.questions.is_empty() {
        let questions: Vec<String> = draft.questions.iter().map(asked).collect();
        return format!("{name}; staff must answer first: {}", questions.join("; "));
    }
    match whose {
        None => {
            let reach: BTreeSet<String> = recipients(draft).map(|recipient| recipient.mailbox.address.to_lowercase()).collect();
            let subjects: BTreeSet<&str> = draft.variants.iter().map(|variant| variant.subject.as_str()).collect();
            let subjects: Vec<String> = subjects.into_iter().take(3).map(|subject| format!("“{}”", one_line(subject, 100))).collect();
            format!(
                "{name} for {}: {}",
                if reach.len() == 1 { "1 address".to_owned() } else { format!("{} addresses", reach.len()) },
                listed(&subjects)
            )
        }
        Some(whose) => {
            let to: Vec<&Recipient> = recipients(draft).filter(|recipient| has(recipient, &whose.id)).collect();
            let addresses: Vec<String> = to.iter().map(|recipient| recipient.mailbox.address.clone()).collect();
            match to.first() {
                None => format!("{name}, not for them"),
                Some(first) => {
                    format!("{name} for {}: “{}”", listed(&addresses), one_line(subject_for(draft, &first.mailbox.address), 120))
                }
            }
        }
    }
}

/// Whom staff's requests went to: one event for each time that a draft was asked about.
fn questions_put(case: &Case) -> Vec<Event> {
    let mut groups: BTreeMap<Question, (DateTime<Utc>, Vec<String>)> = BTreeMap::new();
    for sent in &case.rows {
        let (asked, flavour) = match &sent.row.outgoing.content {
            Content::Request { draft, flavour, .. } => (std::slice::from_ref(draft), flavour),
            Content::Bundle { drafts, flavour, .. } => (drafts.as_slice(), flavour),
            Content::Frozen(_) | Content::FirstContact { .. } | Content::HandedOn { .. } => continue,
        };
        let revision = case.drafts.iter().find(|(one, _)| asked.contains(&one.id)).map_or(0, |(one, _)| one.revision);
        let question = match flavour {
            RequestFlavour::First => Question { revision, what: What::Asked, number: 0 },
            RequestFlavour::Reminder(number) => Question { revision, what: What::Reminded, number: *number },
            RequestFlavour::Escalation => Question { revision, what: What::Escalated, number: 0 },
        };
        let failed = match sent.row.state {
            OutboxState::Sent => String::new(),
            OutboxState::Cancelled => " (not needed any more)".to_owned(),
            other => format!(" ({})", other.name()),
        };
        let group = groups.entry(question).or_insert_with(|| (sent.row.outgoing.not_before, Vec::new()));
        group.1.push(format!("{}{failed}", sent.row.outgoing.to.address));
    }
    let mut events = Vec::new();
    for (Question { revision, what, number }, (at, mut to)) in groups {
        to.sort();
        let text = match what {
            What::Reminded => format!("{} reminded of v{revision} (reminder {number})", were(&to)),
            What::Escalated => format!("nobody had decided on v{revision}: {} told", were(&to)),
            _ => format!("{} asked to decide on v{revision}", were(&to)),
        };
        events.push(Event { at, revision: Some(revision), what, text });
    }
    events
}

/// One round of requests on a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    revision: u32,
    what: What,
    number: u32,
}

fn were(people: &[String]) -> String {
    format!("{} {}", listed(people), if people.len() == 1 { "was" } else { "were" })
}

/// What became of one notice: that it was taken, and that it came back or did not leave.
fn left(sent: &SentMail, draft: &Draft) -> Vec<Event> {
    let row = &sent.row;
    let to = shown(&row.outgoing.to);
    let name = format!("v{}{}", draft.revision, if draft.mode == crate::model::Mode::Rehearsal { " (rehearsal)" } else { "" });
    let mut events = Vec::new();
    if let Some((at, answer)) = &sent.accepted {
        let subject = one_line(subject_for(draft, &row.outgoing.to.address), 120);
        let id = match &row.outgoing.content {
            Content::Frozen(mail) => format!(", Message-ID {}", mail.message_id),
            _ => String::new(),
        };
        let answer =
            if answer.is_empty() { "no answer of a server is kept".to_owned() } else { format!("answer: {}", one_line(answer, 200)) };
        events.push(Event {
            at: *at,
            revision: Some(draft.revision),
            what: What::Sent,
            text: format!("{name} was sent to {to}: “{subject}”{id}; {answer}"),
        });
    }
    let answer = one_line(row.answer.as_deref().unwrap_or("no reason was kept"), 200);
    let (what, text) = match row.state {
        OutboxState::Sent => return events,
        OutboxState::Failed if answer.starts_with("bounced: ") => (What::Bounced, format!("{name} to {to} came back: {answer}")),
        OutboxState::Failed => (What::NotSent, format!("{name} to {to} was refused: {answer}")),
        OutboxState::Unknown => (What::NotSent, format!("nobody knows whether {name} reached {to}: {answer}")),
        OutboxState::Cancelled => (What::NotSent, format!("{name} to {to} was taken back before it left: {answer}")),
        OutboxState::Queued | OutboxState::Talking | OutboxState::DotPending => (What::NotSent, format!("{name} to {to} is on its way")),
        OutboxState::Retry => {
            let tries = counted(usize::try_from(row.attempts).unwrap_or(usize::MAX), "attempt");
            (What::NotSent, format!("{name} to {to} has not left after {tries}: {answer}"))
        }
    };
    events.push(Event { at: row.changed_at, revision: Some(draft.revision), what, text });
    events
}
