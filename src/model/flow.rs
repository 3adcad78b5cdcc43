//! What becomes of a mail and of a maintenance, and what a decision makes happen.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{
    DecisionRecord, Draft, Habit, Irrelevance, Learnt, LeftMail, Maintenance, OutboxState, Outgoing, Reading, Request, Settled,
};

/// In place of a provider's id: what staff announced by themselves.
pub const OURSELVES: &str = "ourselves";

/// Number of a mail in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailId(pub i64);

/// Our number of a maintenance, shown as `FW-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaintenanceId(pub i64);

/// Number of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DraftId(pub i64);

/// Number of an outbox row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutboxId(pub i64);

impl fmt::Display for MaintenanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FW-{}", self.0)
    }
}

/// The one end of a mail in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A rule read it; it made or changed the maintenances.
    Extracted,
    /// A person must look, and why.
    NeedsPerson(String),
    /// It announces nothing to act on.
    Irrelevant(Irrelevance),
    /// A staff reply, and what became of it.
    Reply(ReplyOutcome),
    /// A customer's answer to a notice.
    CustomerReply,
    /// A delivery report.
    Bounce,
    /// A machine's answer.
    Automatic,
    /// The same bytes as another mail.
    Duplicate(MailId),
    /// Refused before parsing, or the parser died on it twice, and why.
    Quarantined(String),
}

/// What became of a staff reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyOutcome {
    /// The decision was carried out.
    Accepted,
    /// The draft it decides was overtaken, decided or sent before.
    Superseded,
    /// No word in it that works; help was sent.
    Unclear,
    /// Not from the approver that the token was made for.
    WrongSender,
    /// The sender is not proved.
    Unauthenticated,
    /// Several requests are named, or its headers are not those of an honest mail.
    Ambiguous,
    /// A token or code that we never made.
    UnknownToken,
}

/// Where a listed mail stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerState {
    /// Seen in the mailbox, not yet read.
    Listed,
    /// Its bytes are kept.
    Stored,
    /// Waits for proof of its sender until the instant given.
    Pending(DateTime<Utc>),
    /// Ended.
    Done(Outcome),
    /// Gone from the mailbox before it was read.
    Vanished,
}

/// The number of mails in each state; `adds_up` must hold at all times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerCounts {
    /// Ever listed.
    pub listed: u64,
    /// Bytes kept at some time.
    pub stored: u64,
    /// Gone before they were read.
    pub vanished: u64,
    /// Listed, not yet stored.
    pub waiting: u64,
    /// Stored, outcome pending (authentication) or not yet considered.
    pub pending: u64,
    /// By outcome's name (`extracted`, `needs-person`, …).
    pub outcomes: std::collections::BTreeMap<String, u64>,
}

impl LedgerCounts {
    /// listed = stored + vanished + waiting, stored = Σ outcomes + pending.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.listed == self.stored + self.vanished + self.waiting && self.stored == self.outcomes.values().sum::<u64>() + self.pending
    }
}

impl Outcome {
    /// The outcome's name, as counted.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Extracted => "extracted",
            Self::NeedsPerson(_) => "needs-person",
            Self::Irrelevant(_) => "irrelevant",
            Self::Reply(_) => "reply",
            Self::CustomerReply => "customer-reply",
            Self::Bounce => "bounce",
            Self::Automatic => "automatic",
            Self::Duplicate(_) => "duplicate",
            Self::Quarantined(_) => "quarantined",
        }
    }
}

/// Something that must reach a person by another path than mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Unique for ever: the same alarm is raised once.
    pub key: String,
    /// The text, a few lines; the first says what to do.
    pub text: String,
}

/// What is known of somebody's absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Their mailbox answers that they are away: until they write.
    Automatic,
    /// They said when, from the first instant to the second, UTC.
    Between(DateTime<Utc>, DateTime<Utc>),
    /// They wrote something else: an automatic answer does not hold any more.
    Wrote,
    /// They said that they are back.
    Back,
}

/// Everything that one mail, or one moment of the agenda, makes happen: committed in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// The mail's outcome; none for the agenda.
    pub outcome: Option<Outcome>,
    /// What the mail says, kept for `windows`, `replay` and the record.
    pub reading: Option<Reading>,
    /// New revisions of maintenances (or the same revision with a new history line), whole.
    pub maintenances: Vec<Maintenance>,
    /// New drafts, and drafts in a new state.
    pub drafts: Vec<Draft>,
    /// Drafts that are overtaken, and by what. Their queued outbox rows are cancelled.
    pub voided: Vec<(DraftId, String)>,
    /// Rows of the outbox as the decision saw them: where one has left, or was taken back, since then, it is decided anew.
    pub rests_on: Vec<(OutboxId, OutboxState)>,
    /// Rows of the outbox that a report or a person settles.
    pub settled: Vec<Settled>,
    /// Accepted decisions.
    pub decisions: Vec<DecisionRecord>,
    /// What staff taught with them.
    pub learnt: Vec<Learnt>,
    /// Approvers who are away or back: the address, and what is known of it.
    pub away: Vec<(String, Absence)>,
    /// Requests whose tokens count from now on; replaces the counters of those that exist.
    pub requests: Vec<Request>,
    /// Mails to send.
    pub outgoing: Vec<Outgoing>,
    /// Alarms to raise.
    pub alarms: Vec<Alarm>,
    /// Accounts whose first contact ends with this: what was held back is drafted or left.
    pub first_contact_started: Vec<String>,
    /// Quarantined mails that `outgoing` or `alarms` tell staff of; the agenda is not given them again.
    pub told_quarantined: Vec<MailId>,
    /// Failed and unknown rows that `outgoing` or `alarms` tell staff of; the agenda is not given them again.
    pub told_undelivered: Vec<OutboxId>,
    /// Done drafts that staff are told of, or need not be; the agenda is not given them again.
    pub told_done: Vec<DraftId>,
    /// Mails that went before they were read and that `outgoing` tells staff of; the agenda is not given them again.
    pub told_vanished: Vec<MailId>,
    /// Answers that wait for a check of their sender, of which staff are told.
    pub told_unchecked: Vec<MailId>,
    /// Key of a mail to ourselves that came back with this mail.
    pub canary_back: Option<String>,
    /// The commit as of which it was decided, [`Known::as_of`]: where another came in between, it is decided anew. None where every guard
    /// below is enough.
    pub as_of: Option<i64>,
}

/// By what a mail is tied to what is known: asked of the store before a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Hashes of every token found in the mail's carriers.
    pub token_hashes: Vec<String>,
    /// Hashes of every short code found in its subject.
    pub code_hashes: Vec<String>,
    /// Message-IDs that it answers.
    pub answers: Vec<String>,
    /// `(provider, kind of key, value)`: maintenance id, alias, calendar UID.
    pub references: Vec<(String, String, String)>,
    /// The provider, for a look by windows and objects.
    pub provider: Option<String>,
    /// Starts of its windows, UTC.
    pub starts: Vec<DateTime<Utc>>,
    /// Maintenances named outright (`same as FW-12`, a subject's `[FW-12 …]`).
    pub maintenances: Vec<MaintenanceId>,
    /// Form of the mail, by which what staff said to such a mail before is found.
    pub form: Option<String>,
    /// Message-IDs of mails of ours on which it reports.
    pub returned: Vec<String>,
    /// The outbox row that its envelope id names (`fw-12`).
    pub envelope: Option<OutboxId>,
}

/// What the store knows that a mail touches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Requests whose token or code the mail carries.
    pub requests: Vec<Request>,
    /// Maintenances found by a reference or a thread, those first; then those of the same provider with a window that starts at the same instant.
    pub maintenances: Vec<Maintenance>,
    /// Every draft of those maintenances and of the requests, oldest first.
    pub drafts: Vec<Draft>,
    /// Every notice row of those drafts: who was told, and of what.
    pub told: Vec<Told>,
    /// Whether the mail answers a customer notice of ours.
    pub answers_notice: Option<DraftId>,
    /// Mails of ours that it reports on, by Message-ID or envelope id, whoever they went to.
    pub left: Vec<LeftMail>,
    /// Other maintenances with a main window ahead, for `ALSO`.
    pub ahead: Vec<Maintenance>,
    /// Addresses of approvers who are away.
    pub away: std::collections::BTreeSet<String>,
    /// Until when no notice leaves, because what Forewarn stands on may be down, UTC; set by the service.
    pub silent_until: Option<DateTime<Utc>>,
    /// What staff said last to a mail of this form.
    pub habit: Option<Habit>,
    /// Maintenances held back since first contact.
    pub held_back: Vec<Maintenance>,
    /// The next number of a maintenance.
    pub next_maintenance: i64,
    /// The next number of a draft.
    pub next_draft: i64,
    /// Number of the last commit; none where nobody counted.
    pub as_of: Option<i64>,
}

/// One customer mail of a draft and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The draft.
    pub draft: DraftId,
    /// The maintenance.
    pub maintenance: MaintenanceId,
    /// The outbox row.
    pub outbox: OutboxId,
    /// The recipient's address.
    pub address: String,
    /// Message-ID of what was sent, without brackets.
    pub message_id: String,
    /// Where it stands.
    pub state: OutboxState,
    /// Whether it was sent in rehearsal only.
    pub rehearsal: bool,
    /// Whether an earlier attempt may have reached them, whatever the row says now.
    pub may_have_arrived: bool,
}

/// A notice with the last answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The notice and where it stands.
    pub told: Told,
    /// The last answer or error, for people.
    pub answer: Option<String>,
    /// When its state last changed, UTC.
    pub at: DateTime<Utc>,
}
