//! What the store tells the agenda, the digest and the commands.

use chrono::{DateTime, Utc};

use crate::model::{
    Alarm, CanaryFacts, Draft, Fate, LedgerCounts, MailId, Maintenance, MaintenanceId, OutboxId, OutboxKind, OutboxState, Request, Told,
};

/// Where the first contact with an account's past stands (week row W01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstContact {
    /// Old mails wait to be read.
    Reading,
    /// All are read; staff are asked, or about to be, and have not answered `start`.
    Asked,
    /// Over, or there was no past.
    Started,
}

/// An account as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// Name in the configuration.
    pub account: String,
    /// First contact.
    pub first_contact: FirstContact,
    /// Mails of the past.
    pub backlog: u64,
    /// Mails of the past that are not yet considered.
    pub backlog_left: u64,
    /// End of the last complete good pass, UTC.
    pub last_good_pass_at: Option<DateTime<Utc>>,
    /// The failure that lasts since, if any.
    pub failing: Option<String>,
    /// Since when, UTC.
    pub failing_since: Option<DateTime<Utc>>,
}

/// Everything that the agenda decides by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgendaFacts {
    /// Accounts.
    pub accounts: Vec<AccountFacts>,
    /// Drafts that wait for a decision, with their maintenances.
    pub open: Vec<(Draft, Maintenance)>,
    /// Drafts that were approved in rehearsal, are the newest of their open maintenance, and with it.
    pub rehearsed: Vec<(Draft, Maintenance)>,
    /// Approved drafts whose rows have not all ended, and drafts whose rows all ended since.
    pub approved: Vec<(Draft, Vec<Told>)>,
    /// Maintenances held back since first contact.
    pub held_back: Vec<Maintenance>,
    /// Requests for first contact.
    pub first_contact_requests: Vec<Request>,
    /// Counts of outcomes of the past's mails, for the summary.
    pub backlog_outcomes: std::collections::BTreeMap<String, u64>,
    /// Quarantined mails that staff have not been told of.
    pub quarantined: Vec<QueueItem>,
    /// Answers whose sender cannot be checked just now, which staff have not been told of.
    pub unchecked: Vec<QueueItem>,
    /// Mails of the past that went before they were read, for the summary.
    pub backlog_vanished: u64,
    /// Live mails that went before they were read, which staff have not been told of; `why` says where they lay.
    pub vanished: Vec<QueueItem>,
    /// Notices that failed for good or are unknown, not told of yet.
    pub undelivered: Vec<OutboxId>,
    /// Every notice of the drafts that those belong to.
    pub fates: Vec<Fate>,
    /// The drafts of those notices, with their maintenances.
    pub undelivered_drafts: Vec<(Draft, Maintenance)>,
    /// Why notices are held after a backup was put back, a sentence; none where nothing holds them.
    pub held: Option<String>,
    /// Answers that named no request of ours, of the last hour in which there were any: the sender's domain, and when; UTC.
    pub guesses: Vec<(String, DateTime<Utc>)>,
    /// Mail that is tried again and again, and mail to staff that was refused for good and not told of yet.
    pub stuck: Vec<StuckMail>,
    /// Alarms that were tried and reached nobody yet.
    pub unreached: Vec<Unreached>,
    /// The mode of the last run; none on the first.
    pub last_mode: Option<crate::model::Mode>,
    /// When the last digest was made, or when the store was made; UTC.
    pub last_digest_at: Option<DateTime<Utc>>,
    /// The local day of the last short digest.
    pub last_daily: Option<chrono::NaiveDate>,
    /// Maintenances that are ahead and begin soon, or leave us something to do, and those that were over within two hours.
    pub near: Vec<Near>,
    /// Windows in which what Forewarn stands on may be down, set by the service.
    pub own_windows: Vec<OwnWindow>,
    /// Addresses of approvers who are away.
    pub away: std::collections::BTreeSet<String>,
    /// The next number of a draft.
    pub next_draft: i64,
    /// The mail to ourselves.
    pub canary: CanaryFacts,
    /// Mails that only the sweep over whole folders found, which should be none.
    pub recovered: u64,
    /// Since when this process runs, UTC; none in commands. Set by the service: only then is an inbox expected to be looked at.
    pub running_since: Option<DateTime<Utc>>,
    /// Names of the accounts that this process reads, set by the service; empty for all that the store knows.
    pub watched: std::collections::BTreeSet<String>,
}

/// A window in which what Forewarn itself stands on may be down (W19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnWindow {
    /// The maintenance.
    pub maintenance: MaintenanceId,
    /// Start, UTC.
    pub start: DateTime<Utc>,
    /// End, UTC.
    pub end: DateTime<Utc>,
}

/// A maintenance that is near, with what is known of its notices.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// The maintenance.
    pub maintenance: Maintenance,
    /// Its drafts, oldest first.
    pub drafts: Vec<Draft>,
    /// Its notices.
    pub told: Vec<Told>,
    /// Keys under which staff were told that it is near.
    pub keys: std::collections::BTreeSet<String>,
}

impl Near {
    /// Its newest draft.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.drafts.last()
    }
}

/// An alarm that the alarm command could not raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// The alarm.
    pub alarm: Alarm,
    /// When it was to be raised first, UTC.
    pub raised_at: DateTime<Utc>,
    /// The last error, for people.
    pub error: Option<String>,
}

/// A mail of ours that does not get out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckMail {
    /// The outbox row.
    pub outbox: OutboxId,
    /// What it is.
    pub kind: OutboxKind,
    /// Its key.
    pub key: String,
    /// The recipient's address.
    pub to: String,
    /// From when on it should have left, UTC.
    pub since: DateTime<Utc>,
    /// Retry, failed or unknown.
    pub state: OutboxState,
    /// The last answer or error, for people.
    pub answer: Option<String>,
}

/// A mail that waits for a person or that a person should see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueItem {
    /// Number in the ledger.
    pub mail: MailId,
    /// Why it waits.
    pub why: String,
    /// Sender as written.
    pub from: String,
    /// Subject.
    pub subject: String,
    /// When it arrived, UTC.
    pub arrived_at: DateTime<Utc>,
    /// The case that was opened for it.
    pub maintenance: Option<MaintenanceId>,
}

/// Everything that a digest tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DigestFacts {
    /// Maintenances that are not closed, or changed since the last digest.
    pub maintenances: Vec<Maintenance>,
    /// Newest draft of each of them.
    pub drafts: Vec<Draft>,
    /// Who was told of what.
    pub told: Vec<Told>,
    /// When the last digest was made, UTC.
    pub since: Option<DateTime<Utc>>,
    /// Counts of outcomes since then.
    pub outcomes: std::collections::BTreeMap<String, u64>,
    /// Repeated notices since then.
    pub repeats: u64,
    /// How the newest decision that came by mail was proved; none before the first.
    pub newest_proof: Option<String>,
    /// Senders of `no sign` mail since then with counts, most first, at most ten.
    pub strangers: Vec<(String, u64)>,
    /// Irrelevant mails since then by reason.
    pub irrelevant: Vec<(String, u64)>,
    /// The ledger, whole.
    pub counts: LedgerCounts,
    /// Accounts.
    pub accounts: Vec<AccountFacts>,
    /// Notices by state since then.
    pub sent: Vec<(OutboxKind, OutboxState, u64)>,
    /// The mail to ourselves.
    pub canary: CanaryFacts,
    /// Mails that only the sweep over whole folders found, which should be none.
    pub recovered: u64,
}

/// A listed mail to be considered: bytes, place, and how often that was tried before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToConsider {
    /// Number.
    pub mail: MailId,
    /// The whole message.
    pub raw: Vec<u8>,
    /// Attempts before this one.
    pub attempts: u32,
    /// When the server or folder got it, UTC.
    pub arrived_at: DateTime<Utc>,
    /// The account it came from.
    pub account: String,
    /// Whether it was there before the first contact.
    pub backlog: bool,
}
