//! Answers to staff: what their word did, in a few lines that can be read on a lock screen.
//!
//! None of them holds a line that is by itself a word that decides, because each may be answered in its turn.

use chrono::{DateTime, Utc};

use super::request::{head, reach, reference};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::counted;
use crate::mail::outgoing::{Rendered, clean, one_line, shown};
use crate::model::{Draft, DraftState, Inventory, Kind, Maintenance, Mode, OutboxState, Policy, Question, Told, Zones};

mod alarm;
mod customer;
mod fate;
mod first_contact;
mod night;
mod unread;

pub use alarm::alarm;
pub use customer::customer_reply;
pub use fate::{NotReached, assumed_sent, not_reached, not_resent, nothing_unknown, resent, unknown};
pub use first_contact::{FirstContactFacts, first_contact, help_with_start};
pub use night::{NightFacts, deadline, night};
pub use unread::{quarantined, unchecked, vanished};

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub struct AnswerFacts<'a> {
    /// The draft as it is now.
    pub draft: &'a Draft,
    /// Its maintenance as it is now.
    pub maintenance: &'a Maintenance,
    /// Zone of staff, undo time.
    pub policy: &'a Policy,
    /// Names and telephone numbers of customers.
    pub inventory: &'a Inventory,
    /// Zone rules.
    pub zones: &'a Zones,
    /// The short code of the reader's request, so that an answer to this answer finds its draft; may be empty.
    pub code: &'a str,
}

/// The notices are in the outbox: how many, when they leave, and how to take them back until then.
#[must_use]
pub fn approved(facts: &AnswerFacts<'_>, by: &str, leaves_at: DateTime<Utc>) -> Rendered {
    let clock = clock(facts);
    let (customers, addresses) = reach(facts.draft);
    let by = name(by);
    let mut lines = vec![match (facts.draft.mode, &facts.policy.rehearsal_to) {
        (Mode::Rehearsal, Some(to)) => {
            format!("Approved by {by}. Rehearsal: {} to {} leave at {}.", counted(addresses, "mail"), to.address, clock.full(leaves_at))
        }
        _ => {
            let whom = counted(customers, "customer");
            format!("Approved by {by}. {} to {whom} leave at {}.", counted(addresses, "notice"), clock.full(leaves_at))
        }
    }];
    lines.push("Until then an answer \"stop\" takes everything back. What has left stays out.".to_owned());
    if facts.draft.mode == Mode::Live {
        lines.push(String::new());
        lines.extend(
            facts.draft.variants.iter().flat_map(|variant| &variant.recipients).map(|recipient| format!("  {}", shown(&recipient.mailbox))),
        );
    }
    answer(facts, "Approved", &lines)
}

/// One of several approvals is there: how many, and what the reader can do.
#[must_use]
pub fn voted(facts: &AnswerFacts<'_>, by: &str, reader: &str) -> Rendered {
    let counts = |address: &str| {
        let is = |other: &String| other.eq_ignore_ascii_case(address);
        !facts.draft.votes.iter().any(is) && !facts.draft.author.as_ref().is_some_and(is)
    };
    let (votes, needed) = (facts.draft.votes.len(), facts.policy.approvals);
    let mut lines = vec![format!("{} approved: {votes} of {needed}. Nobody is told before all have.", name(by))];
    if counts(reader) {
        lines.push("Your answer \"approve\" counts; \"reject WHY\" ends it.".to_owned());
    }
    answer(facts, &format!("{votes} of {needed}"), &lines)
}

/// Nobody is told, and why.
#[must_use]
pub fn rejected(facts: &AnswerFacts<'_>, by: &str, why: &str) -> Rendered {
    let why = one_line(why, 300);
    let why = if why.is_empty() { "no reason given".to_owned() } else { why };
    let (customers, _) = reach(facts.draft);
    let lines = [
        format!("Rejected by {}: {why}", name(by)),
        format!("{} not told. If the provider changes the maintenance you are asked again.", are(customers)),
    ];
    answer(facts, "Rejected", &lines)
}

/// There is nothing to act on; what would open it again.
#[must_use]
pub fn closed(facts: &AnswerFacts<'_>, by: &str) -> Rendered {
    let lines = [
        format!("Closed by {}: nothing to act on. Nobody is told.", name(by)),
        "You are asked again only if the provider names other objects or a worse effect.".to_owned(),
    ];
    answer(facts, "Closed", &lines)
}

/// A word was kept that asks nothing of anybody; the text says what it means.
#[must_use]
pub fn noted(facts: &AnswerFacts<'_>, text: &str) -> Rendered {
    answer(facts, "Noted", &text.lines().map(str::to_owned).collect::<Vec<_>>())
}

/// The provider cancelled it, by a proved mail, before any customer heard of it.
#[must_use]
pub fn withdrawn(facts: &AnswerFacts<'_>) -> Rendered {
    answer(facts, "Fell away", &["The provider cancelled or ended it before a customer was told. There is nothing to do.".to_owned()])
}

/// Nobody decided, and the windows are over.
#[must_use]
pub fn expired(facts: &AnswerFacts<'_>) -> Rendered {
    let (customers, _) = reach(facts.draft);
    let whom = if customers == 0 { String::new() } else { format!(" {} not told.", are(customers)) };
    let lines = [
        format!("Nobody decided on v{} before its window was over.{whom}", facts.draft.revision),
        "Nothing is sent any more. Where customers felt it, please write to them yourself.".to_owned(),
    ];
    answer(facts, "NOT DECIDED", &lines)
}

/// Asked again at the instant given.
#[must_use]
pub fn held(facts: &AnswerFacts<'_>, by: &str, until: DateTime<Utc>) -> Rendered {
    let mut lines = vec![format!("Held by {}: asked again {}. Nobody is told before.", name(by), clock(facts).full(until))];
    if let Some(send_by) = facts.draft.send_by {
        lines.push(format!("It should be out by {}. \"approve\" works at any time.", clock(facts).full(send_by)));
    }
    answer(facts, "Held", &lines)
}

/// Shows the old text and the new. The facts are those of the new revision, which nobody has approved.
#[must_use]
pub fn edited(facts: &AnswerFacts<'_>, by: &str, old: &str) -> Rendered {
    let mut lines = vec![
        format!("{} changed the text. This is v{} now, and it is not approved: it has its own request.", name(by), facts.draft.revision),
        String::new(),
        "OLD".to_owned(),
    ];
    lines.extend(quoted(old));
    lines.extend([String::new(), "NEW".to_owned()]);
    lines.extend(quoted(&facts.draft.paragraphs));
    answer(facts, "Changed", &lines)
}

/// A settling word was taken: what it means, and that the new revision waits for its own approval.
#[must_use]
pub fn settled(facts: &AnswerFacts<'_>, by: &str, meaning: &str) -> Rendered {
    let lines = [
        format!("{} settled: {}", name(by), one_line(meaning, 400)),
        format!("This is v{} now, and it is not approved: it has its own request.", facts.draft.revision),
    ];
    answer(facts, "Settled", &lines)
}

/// What `stop` took back, and what had left before it came.
#[must_use]
pub fn stopped(facts: &AnswerFacts<'_>, by: &str, rows: &[Told]) -> Rendered {
    let of =
        |states: &[OutboxState]| rows.iter().filter(|row| states.contains(&row.state)).map(|row| row.address.clone()).collect::<Vec<_>>();
    let back = of(&[OutboxState::Cancelled]);
    let gone = of(&[OutboxState::Sent, OutboxState::Unknown, OutboxState::DotPending, OutboxState::Talking]);
    let mut lines = Vec::new();
    let word = if gone.is_empty() {
        lines.push(format!("Stopped by {}. All {} taken back; nobody was told.", name(by), counted(back.len(), "notice")));
        lines.push("It is undecided again: its new request is under way to you.".to_owned());
        "Stopped"
    } else if back.is_empty() {
        lines.push(format!("Too late: all {} had left before {} said stop.", counted(gone.len(), "notice"), name(by)));
        lines.push(
            "To set it right for those who have it: \"correct\" with the right text below, \"services 1 3\", \"window ...\" or".to_owned(),
        );
        lines.push("\"cancelled\". Each makes a new draft, which needs its own approve.".to_owned());
        "Too late"
    } else {
        lines.push(format!("Stopped by {}. {} taken back, but {} had left:", name(by), counted(back.len(), "notice"), gone.len()));
        lines.extend(gone.iter().map(|address| format!("  {address}")));
        "Stopped in part"
    };
    answer(facts, word, &lines)
}

/// The answer came for an earlier revision, or after the decision. The facts are those of the newest draft.
#[must_use]
pub fn superseded(facts: &AnswerFacts<'_>, answered: &Draft) -> Rendered {
    let clock = clock(facts);
    let draft = facts.draft;
    let now = match &draft.state {
        DraftState::Proposed => format!("v{} waits for a decision; its request is under way to you.", draft.revision),
        DraftState::Held(until) => format!("v{} is held until {}.", draft.revision, clock.full(*until)),
        DraftState::Approved => format!("v{} is approved already and on its way.", draft.revision),
        DraftState::Done => format!("v{} is approved already and was sent.", draft.revision),
        DraftState::Rejected(why) => format!("v{} was rejected: {}", draft.revision, one_line(why, 200)),
        DraftState::Void(why) => format!("v{} fell away: {}", draft.revision, one_line(why, 200)),
        DraftState::Expired => format!("v{} expired: its windows were over before anybody decided.", draft.revision),
    };
    let first = if draft.state == DraftState::Expired {
        format!("Your answer about v{} came too late. It changed nothing.", answered.revision)
    } else if answered.revision == draft.revision {
        format!("Your answer came after the decision on v{} and changed nothing.", answered.revision)
    } else {
        format!("Your answer was about v{}, which is not current. It changed nothing.", answered.revision)
    };
    answer(facts, "Nothing changed", &[first, now])
}

/// The exact words that work, after an answer that holds none of them.
#[must_use]
pub fn help(facts: &AnswerFacts<'_>, detail: &str) -> Rendered {
    let mut lines = vec![
        format!("Nothing changed: {}.", one_line(detail, 200).trim_end_matches('.')),
        "Begin your answer with one of these, alone on its first line:".to_owned(),
        String::new(),
    ];
    let (customers, _) = reach(facts.draft);
    if facts.draft.questions.is_empty() && customers > 0 {
        let whom = counted(customers, "customer");
        lines.push(if facts.maintenance.is_contradicted() {
            format!("  approve unverified   tells {whom}, though the sender is contradicted")
        } else {
            format!("  approve              tells {whom} (ok, yes, send do the same)")
        });
    }
    lines.extend(HELP.map(str::to_owned));
    for question in &facts.draft.questions {
        lines.extend(settling_words(question).iter().map(|line| (*line).to_owned()));
    }
    lines.extend(
        [
            "  irrelevant           there is nothing to act on",
            "  mine                 tells the others that you look after it",
            "  stop                 takes back what has not left yet",
            "  correct              after sending: the right text below that line, for those who have the notice",
            "",
            "What you know by telephone: cancelled, started, completed, window 2020-09-10 04:00 to 12:00 UTC",
            "To teach for later: gone web03, never ads@shop.example, provider ID, rule please",
            "To settle a notice of which nobody knows whether it arrived: resend, assume-sent",
        ]
        .map(str::to_owned),
    );
    if facts.maintenance.kind == Some(Kind::Incident) {
        lines.push("To add to the outage's timeline: update TEXT".to_owned());
    }
    lines.extend([String::new(), "Words around them (\"ok but …\", \"approve?\") change nothing.".to_owned()]);
    answer(facts, "Not understood", &lines)
}

/// The words that work on every request.
const HELP: [&str; 4] = [
    "  reject WHY           tells nobody",
    "  edit                 takes the text below that line, or between the two marker lines of the request",
    "  hold until Thu 9:00  asks again then",
    "  drop NAME            leaves out a customer or a service",
];

/// The words that settle a question.
fn settling_words(question: &Question) -> &'static [&'static str] {
    match question {
        Question::Windows(_) | Question::NoWindow => {
            &["  window 2             takes the second of two readings", "  window 2020-09-10 04:00 to 12:00 UTC   (with the right times)"]
        }
        Question::Services(_) | Question::NobodyToTell(_) => &["  services 1 3         (or: services all, services none)"],
        Question::SameAs(_) => &["  same as FW-12, new   it is one that was announced before, or another one"],
        Question::Notify(_) => &["  notify               tells customers whom it would not reach by itself"],
    }
}

/// To the approver at the known address: somebody else, or another address of theirs, used their request.
#[must_use]
pub fn wrong_sender(facts: &AnswerFacts<'_>, detail: &str) -> Rendered {
    let lines = [
        format!("An answer to your request was not accepted: {}.", one_line(detail, 300).trim_end_matches('.')),
        "Nothing changed. Answer from the address that this mail was sent to; if it was not you, tell your colleagues.".to_owned(),
    ];
    answer(facts, "Not accepted", &lines)
}

/// To an approver who answered the request that a colleague got.
#[must_use]
pub fn not_yours(facts: &AnswerFacts<'_>, whose: &str) -> Rendered {
    let lines = [
        format!("Nothing changed: you answered the request that went to {}. Each of you has one of your own.", name(whose)),
        "An answer to this mail, or to your own request, counts.".to_owned(),
    ];
    answer(facts, "Not accepted", &lines)
}

/// To the other approvers: who looks after it.
#[must_use]
pub fn mine(facts: &AnswerFacts<'_>, by: &str) -> Rendered {
    let open = facts.draft.state.open();
    let mut lines = vec![format!("{} has it.{}", name(by), if open { " Nothing is decided yet." } else { "" })];
    if let Some(send_by) = facts.draft.send_by.filter(|_| open) {
        lines.push(format!("It should be out by {}.", clock(facts).full(send_by)));
    }
    answer(facts, "Taken", &lines)
}

fn clock<'a>(facts: &AnswerFacts<'a>) -> StaffClock<'a> {
    StaffClock::new(facts.zones, facts.policy.zone)
}

fn name(by: &str) -> String {
    one_line(by, 80)
}

fn are(customers: usize) -> String {
    if customers == 1 { "1 customer is".to_owned() } else { format!("{customers} customers are") }
}

/// Somebody's text, each line behind a bar, so that none of its lines can decide anything.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> = clean(text).trim().lines().map(|line| format!("| {line}").trim_end().to_owned()).collect();
    lines.into_iter()
}

fn answer(facts: &AnswerFacts<'_>, word: &str, lines: &[String]) -> Rendered {
    let head = head(&clock(facts), facts.draft, facts.maintenance);
    plain(format!("{word}: {head} {}", reference(facts.maintenance, facts.draft, facts.code)), lines)
}

fn plain(subject: String, lines: &[String]) -> Rendered {
    Rendered { subject, text: format!("{}\n", lines.join("\n").trim_end()), html: None }
}
