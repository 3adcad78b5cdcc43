//! What happened on the way, kept short: tallies, and for each maintenance whom it would have reached and what was asked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    desk, inventory,
    mail::outgoing::one_line,
    model::{Change, Draft, DraftId, Inventory, MaintenanceId, OutboxKind, Outcome, ProblemKind, Question, Verdict, Window},
    service::past::{Came, Left},
};

/// Mails that nobody could place are noted one by one up to here, then counted.
const MOST_NOTED: usize = 1_000;

/// What is asked where the inventory knows nothing of a provider's.
pub(super) const NOTHING_KNOWN: &str = "what it touches: the inventory knows nothing of this provider's";

/// Everything that a look back came to.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Mails given to the service.
    pub(super) mails: u64,
    /// By outcome.
    pub(super) outcomes: BTreeMap<&'static str, u64>,
    /// By provider: those that the inventory or a rule knows, and whoever wrote what a person had to look at.
    pub(super) providers: BTreeMap<String, Tally>,
    /// By maintenance.
    pub(super) cases: BTreeMap<MaintenanceId, Case>,
    /// Mails that were put aside unread, with the reason.
    pub(super) quarantined: Vec<Note>,
    /// Questions that were put away unanswered.
    pub(super) put_away: BTreeSet<DraftId>,
    /// Mails to staff and customers, and alarms, by what they are.
    pub(super) left: BTreeMap<&'static str, u64>,
}

/// What one provider wrote.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Whether the inventory knows the provider.
    pub(super) known: bool,
    /// Mails, by outcome.
    pub(super) outcomes: BTreeMap<&'static str, u64>,
    /// Objects named: in how many mails, and when last.
    pub(super) objects: BTreeMap<String, (u64, DateTime<Utc>)>,
    /// Forms that no rule reads: how many mails, and one of them.
    pub(super) forms: BTreeMap<String, (u64, String)>,
}

/// A mail, for people.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Note {
    /// When it arrived, UTC.
    pub(super) at: DateTime<Utc>,
    /// Its name below the mailbox.
    pub(super) file: String,
    /// Who wrote it.
    pub(super) from: String,
    /// Its subject.
    pub(super) subject: String,
    /// What is said of it.
    pub(super) why: String,
}

/// What became of one maintenance.
#[derive(Debug, Default)]
pub(super) struct Case {
    /// Mails that made or changed it.
    pub(super) mails: Vec<Note>,
    /// Drafts that were approved.
    pub(super) told: Vec<Told>,
    /// Drafts that waited for an answer.
    pub(super) waits: Vec<Waits>,
    /// When staff were asked too late, UTC.
    pub(super) too_late: Vec<DateTime<Utc>>,
}

/// A word to customers that would have gone out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Told {
    /// When, UTC.
    pub(super) at: DateTime<Utc>,
    /// `announced`, `moved`, `cancelled`, …
    pub(super) what: String,
    /// Services named in it.
    pub(super) services: Vec<String>,
    /// Start of the first window that they would have heard of, UTC.
    pub(super) starts_at: Option<DateTime<Utc>>,
    /// Customers, by id.
    pub(super) customers: BTreeSet<String>,
    /// Mails.
    pub(super) mails: usize,
    /// Customers who were promised more notice than they would have had.
    pub(super) late: Vec<String>,
}

/// A question that would have waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waits {
    pub(super) draft: DraftId,
    /// When it was asked, UTC.
    pub(super) at: DateTime<Utc>,
    /// What was asked.
    pub(super) questions: Vec<String>,
    /// Readings of the time that a person would have chosen from.
    pub(super) readings: Vec<Vec<Window>>,
    /// Whether nothing but the inventory keeps it from an answer.
    pub(super) only_mapping: bool,
}

impl Journal {
    /// Notes what became of a mail.
    pub(super) fn arrived(&mut self, inventory: &Inventory, file: &str, at: DateTime<Utc>, came: &Came) {
        let outcome = came.outcome.name();
        self.mails += 1;
        *self.outcomes.entry(outcome).or_default() += 1;
        let from = came.read.as_ref().and_then(|(mail, _)| mail.original_sender.as_ref().or_else(|| mail.from.first()));
        let note = Note {
            at,
            file: file.to_owned(),
            from: from.map(|from| from.address.clone()).unwrap_or_default(),
            subject: came.read.as_ref().map(|(mail, _)| one_line(&mail.subject, 120)).unwrap_or_default(),
            why: match &came.outcome {
                Outcome::NeedsPerson(why) | Outcome::Quarantined(why) => one_line(why, 300),
                _ => String::new(),
            },
        };
        if let Some((mail, reading)) = &came.read {
            let provider = desk::provider_of(inventory, mail, reading);
            let known = inventory::provider_for(inventory, &provider).is_some();
            let notice = matches!(came.outcome, Outcome::Extracted | Outcome::NeedsPerson(_));
            if notice || known || reading.provider.is_some() {
                let tally = self.providers.entry(provider).or_default();
                tally.known |= known;
                *tally.outcomes.entry(outcome).or_default() += 1;
                let named: BTreeSet<&str> =
                    reading.found.iter().flat_map(|said| &said.objects).map(|object| object.object_id.trim()).collect();
                for object in named.into_iter().filter(|object| notice && !object.is_empty() && *object != inventory::EVERYTHING) {
                    let seen = tally.objects.entry(one_line(object, 120)).or_insert((0, at));
                    *seen = (seen.0 + 1, seen.1.max(at));
                }
                let unread = matches!(came.outcome, Outcome::NeedsPerson(_));
                let no_rule = reading.problems.iter().any(|problem| problem.problem == ProblemKind::NoRule);
                // A known provider's mail without any sign of a notice is shown to a person too (W02).
                if unread && (no_rule || reading.verdict != Verdict::Notice && reading.rule.is_none()) {
                    let seen = tally.forms.entry(form(&mail.subject)).or_insert_with(|| (0, file.to_owned()));
                    seen.0 += 1;
                }
            }
        }
        for maintenance in &came.effects.maintenances {
            let case = self.cases.entry(maintenance.id).or_default();
            if case.mails.len() < MOST_NOTED {
                case.mails.push(note.clone());
            }
        }
        if matches!(came.outcome, Outcome::Quarantined(_)) && self.quarantined.len() < MOST_NOTED {
            self.quarantined.push(note);
        }
        self.left(at, &came.left);
    }

    /// Notes what would have left.
    pub(super) fn left(&mut self, at: DateTime<Utc>, left: &Left) {
        for (kind, key) in &left.mails {
            *self.left.entry(named(*kind, key)).or_default() += 1;
        }
        if !left.alarms.is_empty() {
            *self.left.entry("alarms by command").or_default() += u64::try_from(left.alarms.len()).unwrap_or(u64::MAX);
        }
        for draft in &left.approved {
            self.cases.entry(draft.maintenance).or_default().told.push(told(draft, at));
        }
        for draft in &left.waits {
            let waits = Waits {
                draft: draft.id,
                at,
                questions: draft.questions.iter().map(asked).collect(),
                readings: draft
                    .questions
                    .iter()
                    .find_map(|question| if let Question::Windows(readings) = question { Some(readings.clone()) } else { None })
                    .unwrap_or_default(),
                only_mapping: draft.questions.iter().all(|question| {
                    matches!(question, Question::Services(_))
                        || matches!(question, Question::NobodyToTell(why) if why.starts_with("no customer"))
                }),
            };
            self.cases.entry(draft.maintenance).or_default().waits.push(waits);
        }
        for draft in &left.too_late {
            self.cases.entry(draft.maintenance).or_default().too_late.push(at);
        }
    }
}

fn told(draft: &Draft, at: DateTime<Utc>) -> Told {
    let recipients = || draft.variants.iter().flat_map(|variant| &variant.recipients);
    Told {
        at,
        what: change(&draft.change),
        starts_at: draft.starts_at,
        services: draft.services.iter().map(|service| service.name.clone()).collect(),
        customers: recipients().flat_map(|recipient| recipient.customers.clone()).collect(),
        mails: recipients().count(),
        late: draft.remarks.iter().filter(|remark| remark.label == "LATE").map(|remark| remark.text.clone()).collect(),
    }
}

/// A change as customers would have heard of it.
fn change(change: &Change) -> String {
    match change {
        Change::New => "announced".to_owned(),
        Change::Rescheduled { .. } => "moved".to_owned(),
        Change::Updated { fields } => format!("changed ({})", fields.join(", ")),
        Change::Cancelled => "cancelled".to_owned(),
        Change::Started => "begun".to_owned(),
        Change::Extended { .. } => "takes longer".to_owned(),
        Change::Completed => "completed".to_owned(),
        Change::Retracted => "taken back, sent in error".to_owned(),
        Change::Unchanged => "repeated".to_owned(),
        Change::Stale => "an older state".to_owned(),
    }
}

/// What a person would have been asked.
fn asked(question: &Question) -> String {
    match question {
        Question::Windows(readings) if readings.len() < 2 => "whether the time that was read is right".to_owned(),
        Question::Windows(readings) => format!("which of {} readings of the time is right", readings.len()),
        Question::NoWindow => "when it is: no time could be read surely".to_owned(),
        Question::Services(services) if services.is_empty() => NOTHING_KNOWN.to_owned(),
        Question::Services(services) => match services.as_slice() {
            [only] => format!("whether it touches {}", one_line(&only.name, 80)),
            several => format!("which of {} services it touches", several.len()),
        },
        Question::NobodyToTell(why) => format!("whom to tell: {}", one_line(why, 200)),
        Question::SameAs(earlier) => {
            let ids: Vec<String> = earlier.iter().map(|one| one.id.to_string()).collect();
            format!("whether it is {} again, or another one", ids.join(" or "))
        }
        Question::Notify(why) => format!("whether to tell anybody: {}", one_line(why, 200)),
    }
}

fn named(kind: OutboxKind, key: &str) -> &'static str {
    match kind {
        OutboxKind::Alarm => "alarms by mail",
        OutboxKind::Request if key.contains(":reminder:") => "reminders",
        OutboxKind::Request if key.ends_with(":escalation") => "escalations",
        OutboxKind::Request => "requests to approvers",
        OutboxKind::Answer => "answers to staff",
        OutboxKind::Notice => "notices to customers",
        OutboxKind::Reminder => "reminders to customers",
        OutboxKind::Copy => "copies for the house",
        OutboxKind::Digest => "digests",
        OutboxKind::Canary => "mails to itself",
    }
}

/// A subject without what changes from mail to mail: words with digits are `#`.
pub(super) fn form(subject: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in subject.split_whitespace() {
        let word = if word.chars().any(char::is_numeric) { "#" } else { word };
        if word != "#" || words.last() != Some(&"#") {
            words.push(word);
        }
    }
    one_line(&words.join(" "), 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_what_stays_from_mail_to_mail() {
        assert_eq!(form("Maintenance CHG0012 on 2020-09-01 04:00 for web01"), "Maintenance # on # for #");
        assert_eq!(form("  Wartung   am Server "), "Wartung am Server");
    }
}
