//! What is kept of one maintenance from its first mail to the last: the values that the record is written from.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::model::{DecisionRecord, Draft, MailId, Maintenance, OutboxRow, Outcome, Reading};

/// Everything that is kept of one maintenance.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The maintenance as it stands.
    pub maintenance: Maintenance,
    /// Every revision as it was first kept, oldest first, and when that was, UTC.
    pub revisions: Vec<(DateTime<Utc>, Maintenance)>,
    /// The mails that made or changed it, oldest first.
    pub mails: Vec<LedgerMail>,
    /// Its drafts, oldest first, each with the time of its last change, UTC.
    pub drafts: Vec<(Draft, DateTime<Utc>)>,
    /// What was decided on them, oldest first.
    pub decisions: Vec<DecisionRecord>,
    /// The mails that said so.
    pub replies: Vec<LedgerMail>,
    /// Requests and notices of its drafts, oldest first.
    pub rows: Vec<SentMail>,
}

/// A mail as the ledger has it.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerMail {
    /// Number.
    pub mail: MailId,
    /// When the server or folder got it, UTC.
    pub arrived_at: DateTime<Utc>,
    /// When it was read and decided on, UTC; none where that is still to come.
    pub done_at: Option<DateTime<Utc>>,
    /// From, as written.
    pub sender: String,
    /// Subject, as written.
    pub subject: String,
    /// How it ended; none where it has not.
    pub outcome: Option<Outcome>,
    /// What was read in it.
    pub reading: Option<Reading>,
    /// Whether its bytes are still kept.
    pub kept: bool,
}

/// A row of the outbox with the server's word when it took the mail, which a later bounce does not take away.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMail {
    /// The row.
    pub row: OutboxRow,
    /// What the server answered when it took the mail, and when, UTC; none where none ever did.
    pub accepted: Option<(DateTime<Utc>, String)>,
}

/// The bytes of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawMail {
    /// As received; of a mail over the size cap the first of them.
    Kept(Vec<u8>),
    /// They were given up after the time that the configuration names; hash and envelope stay.
    GivenUp,
    /// None were ever kept.
    NeverKept,
}

impl RawMail {
    /// The bytes, where there are any.
    #[must_use]
    pub fn kept(self) -> Option<Vec<u8>> {
        match self {
            Self::Kept(bytes) => Some(bytes),
            Self::GivenUp | Self::NeverKept => None,
        }
    }
}

/// How long the bytes of mails are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days for ordinary mail: from strangers and without a sign of a notice.
    pub ordinary_days: u32,
    /// Days for every other mail.
    pub notices_days: u32,
}

/// What stands in the place of a name or an address that was erased.
pub const ERASED: &str = "erased";

/// A customer who is to be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// The id.
    pub id: String,
    /// Their name and the names of their contacts.
    pub names: BTreeSet<String>,
    /// Their addresses in lower case, without those that another customer has as well.
    pub addresses: BTreeSet<String>,
}

/// What an erasure changed, or would change: numbers of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Drafts.
    pub drafts: usize,
    /// Maintenances.
    pub maintenances: usize,
    /// Decisions.
    pub decisions: usize,
    /// Mails to them, emptied.
    pub notices: usize,
    /// Other mails that named them, emptied: to staff, mostly.
    pub other_mails: usize,
    /// Their answers and machines' mails about them, emptied.
    pub answers: usize,
}
