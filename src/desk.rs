//! The decision: what follows from a mail, given what is known. Pure: values in, `Effects` out; the store commits them whole.
//!
//! A newcomer reads `decide` first. Replies go to `desk/reply.rs`, notices to `desk/notice.rs`; both end in `desk/propose.rs`, which makes
//! the draft and asks the approvers. Nothing here sends: approval is the only road to a customer.

mod absence;
mod answer;
mod blind;
mod bundle;
mod canary;
mod carry_on;
mod collision;
mod command;
mod fate;
mod first_contact;
mod hand_on;
mod hold;
mod incident;
mod letter;
mod moment;
mod night;
mod notice;
mod own;
mod plan;
mod propose;
mod questions;
mod reply;
mod sender;
mod settle;
mod source;
mod teach;
mod trial;
mod trouble;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    approval::{self, Carrier},
    draft::Templates,
    inventory,
    model::{
        Automatic, Effects, Inventory, Irrelevance, Keys, Known, Mail, MailId, MaintenanceId, OutboxId, Outcome, Policy, Problem,
        ProblemKind, Reading, ReplyOutcome, Verdict, Zones,
    },
};
pub use blind::own_windows;
pub use collision::{outdated, reconsider};
pub use command::{command, command_keys};
pub use letter::{bundle, first_contact, handed_on, request, trial};
pub use moment::moment;
pub use plan::{Plan, message_id};
pub(crate) use propose::blocks_sending;
pub use trial::request as trial_request;

/// A mail that came through more servers than this goes round (RFC 5321 section 6.3 advises a hundred; honest mail has ten).
const MAX_HOPS: usize = 25;

/// What a decision is made with.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// How the service behaves.
    pub policy: &'a Policy,
    /// What we run, and for whom.
    pub inventory: &'a Inventory,
    /// Forms of the mails.
    pub templates: &'a Templates,
    /// Zone rules.
    pub zones: &'a Zones,
    /// The key of the tokens.
    pub key: &'a [u8],
}

/// How a mail came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number in the ledger.
    pub mail: MailId,
    /// When it arrived, UTC.
    pub arrived_at: DateTime<Utc>,
    /// Whether it was there before the first contact with its account.
    pub backlog: bool,
}

/// The provider of a mail: the rule's, else the inventory's for the sender's domain, else that domain.
#[must_use]
pub fn provider_of(inventory: &Inventory, mail: &Mail, reading: &Reading) -> String {
    let domain = sender_domain(mail);
    let named = reading.provider.as_deref().unwrap_or(domain);
    inventory::provider_for(inventory, named)
        .or_else(|| inventory::provider_for(inventory, domain))
        .map_or_else(|| named.to_owned(), |provider| provider.id.clone())
}

fn sender_domain(mail: &Mail) -> &str {
    mail.original_sender.as_ref().or_else(|| mail.from.first()).map_or("", |mailbox| mailbox.domain())
}

fn sender_address(mail: &Mail) -> &str {
    mail.original_sender.as_ref().or_else(|| mail.from.first()).map_or("", |mailbox| mailbox.address.as_str())
}

/// The form of a mail, by which the next one like it is known: provider, sender, and the words of the subject without numbers and names.
fn form(provider: &str, sender: &str, subject: &str) -> String {
    let is_word = |word: &&str| word.chars().count() > 2 && word.chars().all(char::is_alphabetic);
    let lower = subject.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '(' | ')' | '[' | ']')).filter(is_word).collect();
    format!("{provider}|{}|{}", sender.to_lowercase(), words.join(" "))
}

/// By what a mail is tied to what is known: asked of the store before `decide`.
#[must_use]
pub fn keys(policy: &Policy, inventory: &Inventory, mail: &Mail, reading: &Reading) -> Keys {
    let carriers = approval::carriers(mail, &policy.from);
    let hashes = |kind: fn(&Carrier) -> bool| -> Vec<String> {
        let hashes: BTreeSet<String> =
            carriers.iter().map(|(_, carrier)| carrier).filter(|carrier| kind(carrier)).map(Carrier::hash).collect();
        hashes.into_iter().collect()
    };
    let provider = provider_of(inventory, mail, reading);
    let references = reading.found.iter().flat_map(|said| {
        let id = said.maintenance_id.iter().map(|id| ("id", id));
        let aliases = said.aliases.iter().map(|id| ("id", id));
        let uid = said.uid.iter().map(|id| ("uid", id));
        id.chain(aliases).chain(uid).map(|(kind, id)| (provider.clone(), kind.to_owned(), id.clone()))
    });
    let windows =
        reading.found.iter().flat_map(|said| said.windows.iter().chain(&said.former_windows).chain(said.readings.iter().flatten()));
    let mut starts: Vec<DateTime<Utc>> = windows.map(|window| window.start).collect();
    starts.sort_unstable();
    starts.dedup();
    Keys {
        token_hashes: hashes(|carrier| matches!(carrier, Carrier::Token(_))),
        code_hashes: hashes(|carrier| matches!(carrier, Carrier::Code(_))),
        answers: answers(mail),
        references: references.collect(),
        provider: Some(provider),
        starts,
        maintenances: named_cases(&mail.subject).into_iter().chain(named_cases(&reply::first_line(mail))).collect(),
        form: Some(form(&provider_of(inventory, mail, reading), sender_address(mail), &mail.subject)),
        returned: mail.report.iter().flat_map(|report| report.message_ids.clone()).collect(),
        envelope: mail.report.as_ref().and_then(|report| envelope(report.envelope_id.as_deref()?)),
    }
}

/// `fw-12`, as mails are handed to the server (ENVID, RFC 3461 section 4.4), → the outbox row.
fn envelope(id: &str) -> Option<OutboxId> {
    id.strip_prefix("fw-")?.parse().ok().map(OutboxId)
}

/// The Message-IDs that tie a mail to what is known: those it answers, and its own, for a mail that is considered again.
fn answers(mail: &Mail) -> Vec<String> {
    mail.in_reply_to.iter().chain(&mail.references).chain(&mail.message_id).cloned().collect()
}

/// Our own numbers in a subject, `[FW-12 v1 …]`.
fn named_cases(subject: &str) -> Vec<MaintenanceId> {
    let words = subject.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter_map(|word| word.strip_prefix("FW-")?.parse().ok()).map(MaintenanceId).collect()
}

/// For what a mail's sender is to be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing hangs on it.
    Needless,
    /// A provider's notice: it goes to staff at once, proved or not.
    ForANotice,
    /// A person's word: it counts only when it is proved.
    ForAWord,
}

/// For what the sender of a mail is to be proved, before it is decided on.
#[must_use]
pub fn needs_proof(policy: &Policy, mail: &Mail, reading: &Reading) -> Proof {
    if mail.automatic.is_some() {
        Proof::Needless
    } else if is_from_approver(policy, mail) || !approval::carriers(mail, &policy.from).is_empty() {
        Proof::ForAWord
    } else if matches!(reading.verdict, Verdict::Notice | Verdict::Unread) {
        Proof::ForANotice
    } else {
        Proof::Needless
    }
}

fn is_from_approver(policy: &Policy, mail: &Mail) -> bool {
    policy.approvers.iter().any(|approver| {
        let mut known = std::iter::once(&approver.mailbox.address).chain(&approver.aliases);
        known.any(|address| mail.from.iter().any(|mailbox| mailbox.address.eq_ignore_ascii_case(address)))
    })
}

/// Decides what follows from a mail. Always gives an outcome.
#[must_use]
pub fn decide(desk: &Desk<'_>, known: &Known, arrival: &Arrival, mail: &Mail, reading: &Reading, now: DateTime<Utc>) -> Effects {
    let mut plan = Plan::new(desk, known, now);
    let outcome = outcome(&mut plan, arrival, mail, reading);
    plan.effects.outcome = Some(outcome);
    plan.effects.reading = Some(reading.clone());
    plan.done()
}

fn outcome(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, reading: &Reading) -> Outcome {
    let desk = plan.desk;
    // A list that rewrites From to the address that it delivers to says who wrote.
    let by_another = mail.original_sender.as_ref().is_some_and(|sender| !sender.address.eq_ignore_ascii_case(&desk.policy.from.address));
    let from_us = !by_another && mail.from.iter().any(|mailbox| mailbox.address.eq_ignore_ascii_case(&desk.policy.from.address));
    if from_us && let Some(key) = canary::came_back(plan, mail) {
        plan.effects.canary_back = Some(key);
        return Outcome::Automatic;
    }
    if is_ours(desk.policy, mail) {
        return Outcome::Automatic;
    }
    match mail.automatic {
        Some(Automatic::Bounce) => {
            mail.report.iter().for_each(|report| fate::reported(plan, report));
            return Outcome::Bounce;
        }
        Some(Automatic::Reply) => return automatic(plan, mail),
        None if from_us => return Outcome::Automatic,
        None => {}
    }
    let from_approver = is_from_approver(desk.policy, mail);
    if let Some(trial) = trial::asked(plan, mail) {
        let by_machine = approval::automatic(mail).is_some();
        return if by_machine { Outcome::Automatic } else { Outcome::Reply(trial::answered(plan, arrival, mail, trial)) };
    }
    let carries = !approval::carriers(mail, &desk.policy.from).is_empty();
    if (from_approver || carries) && (mail.hops > MAX_HOPS || passes_ours_on(desk.policy, mail)) {
        return Outcome::Automatic;
    }
    if carries && (from_approver || !plan.known.requests.is_empty()) {
        return if approval::automatic(mail).is_some() { automatic(plan, mail) } else { reply::reply(plan, arrival, mail) };
    }
    if from_approver && approval::automatic(mail).is_none() {
        absence::back(plan, mail);
    }
    if from_approver && let Some(outcome) = own::announced(plan, arrival, mail, reading) {
        return Outcome::Reply(outcome);
    }
    if from_approver && let Some(outcome) = reply::without_carrier(plan, arrival, mail) {
        return Outcome::Reply(outcome);
    }
    // A notice of ours that somebody sends back outside its thread is no provider's, however well its calendar reads.
    let own_entry = |event: &crate::model::CalendarEvent| {
        event.uid.as_deref().is_some_and(|uid| crate::draft::is_own_uid(uid, desk.policy.from.domain()))
    };
    if plan.known.answers_notice.is_some() || mail.calendars.iter().any(own_entry) {
        hand_on::hand_on(plan, arrival, mail);
        return Outcome::CustomerReply;
    }
    if inventory::is_silenced(desk.inventory, sender_address(mail)) && !reading.sure() {
        return Outcome::Irrelevant(Irrelevance::Person("staff (never)".to_owned()));
    }
    match &reading.verdict {
        Verdict::Automatic => Outcome::Automatic,
        Verdict::Bounce => Outcome::Bounce,
        Verdict::Irrelevant(Irrelevance::NoSign) if inventory::is_known_sender(desk.inventory, sender_domain(mail)).is_some() => {
            // A known provider's mail is never "no sign" (W02): somebody looks at it once and writes a rule.
            let mut unread = reading.clone();
            unread.verdict = Verdict::Unread;
            unread.problems.push(Problem::new(ProblemKind::NoRule, "layout", "no rule knows this form of the provider's mails"));
            notice::notice(plan, arrival, mail, &unread)
        }
        // Whoever guesses tokens is counted; nobody is answered.
        Verdict::Irrelevant(_) if carries => Outcome::Reply(ReplyOutcome::UnknownToken),
        Verdict::Irrelevant(why) => Outcome::Irrelevant(why.clone()),
        Verdict::Notice | Verdict::Unread => notice::notice(plan, arrival, mail, reading),
    }
}

/// A machine's answer decides nothing; where a person's mailbox says that they are away, the others are told.
fn automatic(plan: &mut Plan<'_>, mail: &Mail) -> Outcome {
    absence::noted(plan, mail);
    Outcome::Automatic
}

/// Whether it is a mail of ours that came back: forwarders put another sender into From, and leave the Message-ID. A loop ends here (A20).
fn is_ours(policy: &Policy, mail: &Mail) -> bool {
    let made_here = |id: &String| {
        let ours = ["fw.", "fwm.", "fwe."].iter().any(|prefix| id.starts_with(prefix));
        ours && id.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(policy.from.domain()))
    };
    mail.automatic.is_none() && mail.message_id.as_ref().is_some_and(made_here)
}

/// Whether a mail forwards one of ours and says nothing of its own: a mailbox that forwards by itself, which would do so with any answer.
fn passes_ours_on(policy: &Policy, mail: &Mail) -> bool {
    mail.only_forwards && mail.original_sender.as_ref().is_some_and(|from| from.address.eq_ignore_ascii_case(&policy.from.address))
}

/// What follows from a mail that the pre-scan refused or the parser died on: it is kept, named, and staff are told by the agenda.
#[must_use]
pub fn quarantine(why: &str) -> Effects {
    Effects { outcome: Some(Outcome::Quarantined(why.to_owned())), ..Effects::default() }
}
