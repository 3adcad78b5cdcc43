//! Mails that leave, each once, and what became of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{DraftId, MailId, Mailbox, OutboxId};

/// Kinds of mail we send, in the order in which they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutboxKind {
    /// Something is stuck.
    Alarm,
    /// A request to an approver, its reminders and escalations.
    Request,
    /// An answer to staff.
    Answer,
    /// A customer notice.
    Notice,
    /// A notice once more, shortly before its window.
    Reminder,
    /// A copy of a notice for an address of the house's own.
    Copy,
    /// The weekly digest and other summaries.
    Digest,
    /// A mail to ourselves that must come back; no news for anybody.
    Canary,
}

impl OutboxKind {
    /// Whether it leaves the house by an approval alone, and once whatever happens: everything else is for staff, rather twice than never.
    #[must_use]
    pub fn is_outward(self) -> bool {
        matches!(self, Self::Notice | Self::Reminder | Self::Copy)
    }
}

/// Bytes that never change again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenMail {
    /// Message-ID without brackets.
    pub message_id: String,
    /// The whole message, CRLF.
    pub bytes: Vec<u8>,
}

/// What a request mail is for: it is rendered when it is sent, because the store holds no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestFlavour {
    /// Asked for the first time.
    First,
    /// Reminded, the n-th time.
    Reminder(u32),
    /// To the escalation address; carries no token, so approve does not work from it.
    Escalation,
}

/// The content of an outbox row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Bytes as they leave.
    Frozen(FrozenMail),
    /// A request on a draft, rendered when it is sent.
    Request {
        /// The draft.
        draft: DraftId,
        /// The approver's address, for whom the token is made.
        approver: String,
        /// First, reminder or escalation.
        flavour: RequestFlavour,
    },
    /// A request on several drafts at once, rendered when it is sent.
    Bundle {
        /// The drafts, in the order of their numbers.
        drafts: Vec<DraftId>,
        /// The approver's address, for whom the token is made.
        approver: String,
        /// First or reminder.
        flavour: RequestFlavour,
    },
    /// The summary after first contact, rendered when it is sent.
    FirstContact {
        /// The account.
        account: String,
        /// The approver's address.
        approver: String,
    },
    /// A customer's mail on its way to support, put together when it is sent: the bytes of the original lie in the store.
    HandedOn {
        /// The original, which goes with it unchanged.
        original: MailId,
        /// What stands above it.
        letter: Letter,
    },
}

/// A mail without its attachments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Subject.
    pub subject: String,
    /// Plain text, LF.
    pub text: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// In-Reply-To without brackets.
    pub in_reply_to: Option<String>,
    /// References without brackets, oldest first.
    pub references: Vec<String>,
    /// Reply-To.
    pub reply_to: Option<Mailbox>,
    /// Date, UTC.
    pub date: DateTime<Utc>,
}

/// A mail to be sent, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Kind.
    pub kind: OutboxKind,
    /// Unique for ever: what makes `once` true. `notice:17:acme@…`, `digest:2020-W37:sam@…`.
    pub key: String,
    /// The one recipient.
    pub to: Mailbox,
    /// What is sent.
    pub content: Content,
    /// Not sent before, UTC.
    pub not_before: DateTime<Utc>,
    /// The draft whose state decides whether it may still leave.
    pub draft: Option<DraftId>,
    /// The key of the mail in which it leaves, where several drafts say something to one address in one mail.
    pub with: Option<String>,
}

/// State of an outbox row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutboxState {
    /// Waits.
    Queued,
    /// A connection is being made or spoken on.
    Talking,
    /// The final dot may leave at any moment, or has left.
    DotPending,
    /// Accepted by the next server.
    Sent,
    /// Not accepted for now; tried again later.
    Retry,
    /// Refused for good.
    Failed,
    /// The answer to the final dot was lost.
    Unknown,
    /// Taken back before it left.
    Cancelled,
}

impl OutboxState {
    /// The state's name, as stored and counted.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Talking => "talking",
            Self::DotPending => "dot-pending",
            Self::Sent => "sent",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a row still waits: nothing of it counts before the final dot.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Queued | Self::Talking | Self::Retry)
    }

    /// Reads a state's name; none for a word that is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Queued, Self::Talking, Self::DotPending, Self::Sent, Self::Retry, Self::Failed, Self::Unknown, Self::Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Number.
    pub id: OutboxId,
    /// What is sent.
    pub outgoing: Outgoing,
    /// Where it stands.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: u32,
    /// When the state last changed, UTC.
    pub changed_at: DateTime<Utc>,
    /// The last answer or error, for people.
    pub answer: Option<String>,
}

/// A mail that left, or may have, as far as a delivery report can be about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMail {
    /// The outbox row.
    pub outbox: OutboxId,
    /// The recipient's address.
    pub to: String,
    /// Where it stands.
    pub state: OutboxState,
}

/// A row of the outbox that evidence or a person settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The row.
    pub outbox: OutboxId,
    /// Its state as the decision saw it; where it stands otherwise by now, it is decided anew.
    pub seen: OutboxState,
    /// Its state from now on: the same one (only the answer is noted), sent, failed, or queued where a person said resend.
    pub state: OutboxState,
    /// What settles it, for people: `bounced: 5.1.1 user unknown`.
    pub answer: String,
}

/// The newest mail to ourselves, and which one came back last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanaryFacts {
    /// Key of the newest, when it was made, where it stands, and since when; UTC.
    pub newest: Option<(String, DateTime<Utc>, OutboxState, DateTime<Utc>)>,
    /// Key of the last that came back, and when, UTC.
    pub back: Option<(String, DateTime<Utc>)>,
}

impl CanaryFacts {
    /// Whether the newest came back.
    #[must_use]
    pub fn newest_is_back(&self) -> bool {
        self.newest.as_ref().is_some_and(|(key, ..)| self.back.as_ref().is_some_and(|(back, _)| back >= key))
    }
}
