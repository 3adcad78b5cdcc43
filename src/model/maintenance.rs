//! A maintenance or incident as we know it, and what a mail changes in it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Action, Evidence, Kind, MailId, MaintenanceId, Notification, Problem, ProblemKind, Status, Window};

/// A maintenance or incident as we know it: the newest revision. Also the case that a mail in front of a person opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Our number.
    pub id: MaintenanceId,
    /// 1, 2, … ; every stored change makes a new one.
    pub revision: u32,
    /// The provider's id; the sender's domain where no provider is known.
    pub provider: String,
    /// Maintenance or incident; none while nobody can tell.
    pub kind: Option<Kind>,
    /// Current status.
    pub status: Status,
    /// What the provider says, the latest with earlier values kept where the latest is silent.
    pub said: Notification,
    /// The rule that read the newest mail.
    pub rule: Option<String>,
    /// Doubts of the newest mail that no person has settled.
    pub problems: Vec<Problem>,
    /// Where the values stand.
    pub evidence: Vec<Evidence>,
    /// The newest mail that changed it.
    pub mail: MailId,
    /// Message-IDs of the provider's mails, for threads.
    pub thread: Vec<String>,
    /// Subject of the newest mail.
    pub subject: String,
    /// Sender of the newest mail, for people.
    pub sender: String,
    /// Services that a person chose, by id; none where the mapping holds.
    pub chosen_services: Option<Vec<String>>,
    /// Customers and services that a person dropped, by id.
    pub dropped: Vec<String>,
    /// The editable paragraphs as a person wrote them.
    pub edited: Option<String>,
    /// Set when it calls for nothing any more, and why: `over when first read`, `irrelevant, says sam@…`.
    pub closed: Option<String>,
    /// The approver who closed it; none where nobody did, or Forewarn itself.
    #[serde(default)]
    pub closed_by: Option<String>,
    /// Whether it came with the mailbox's past and waits for `start`.
    pub held_back: bool,
    /// When the first mail about it arrived, UTC.
    pub first_seen_at: DateTime<Utc>,
    /// What was to be done before a deadline and is, says a person.
    #[serde(default)]
    pub done: Vec<Done>,
    /// Last `mine`: who has it.
    pub owner: Option<String>,
    /// Earlier ones that it may be, which a person says with `same as FW-12` or `new`; empty where that is sure or settled.
    #[serde(default)]
    pub perhaps: Vec<MaintenanceId>,
    /// The maintenance that it was found to be: a person said `same as FW-12`. It is no more looked at.
    #[serde(default)]
    pub same_as: Option<MaintenanceId>,
    /// The incident whose emergency window it is, or the maintenance that it was split from.
    #[serde(default)]
    pub part_of: Option<MaintenanceId>,
    /// Customers, by id, whose share of it was split off: they are told of that one, and of this one no more.
    #[serde(default)]
    pub moved_away: Vec<String>,
    /// What happened in an incident, oldest first, in words for customers.
    #[serde(default)]
    pub updates: Vec<Update>,
    /// Whether a person said `notify`: customers are told whatever their threshold, and of an internal service too.
    #[serde(default)]
    pub notify: bool,
    /// How often the provider repeated it without a change.
    pub repeats: u32,
    /// Changes so far, oldest first, for people.
    pub history: Vec<HistoryLine>,
}

impl Maintenance {
    /// Whether somebody said `done` of an action, as it stands now: another deadline makes it open again.
    #[must_use]
    pub fn is_done(&self, action: &Action) -> bool {
        self.done.iter().any(|done| done.text == action.text && done.by == action.by)
    }

    /// Whether something says that its mail is from somebody else than it claims.
    #[must_use]
    pub fn is_contradicted(&self) -> bool {
        self.problems.iter().any(|problem| problem.problem == ProblemKind::Contradicted)
    }

    /// What one statement makes of it: revision 1, standing as the statement says, with nothing decided, joined or asked yet. The instant is
    /// when the first mail about it arrived, UTC.
    #[must_use]
    pub fn opened(id: MaintenanceId, mail: MailId, provider: &str, said: Notification, first_seen_at: DateTime<Utc>) -> Self {
        Self {
            id,
            revision: 1,
            provider: provider.to_owned(),
            kind: None,
            status: match said.status {
                _ if said.retracted => Status::Cancelled,
                None | Some(Status::Rescheduled) => Status::Confirmed,
                Some(status) => status,
            },
            said,
            rule: None,
            problems: Vec::new(),
            evidence: Vec::new(),
            mail,
            thread: Vec::new(),
            subject: String::new(),
            sender: String::new(),
            chosen_services: None,
            dropped: Vec::new(),
            edited: None,
            closed: None,
            closed_by: None,
            held_back: false,
            first_seen_at,
            done: Vec::new(),
            owner: None,
            perhaps: Vec::new(),
            same_as: None,
            part_of: None,
            moved_away: Vec::new(),
            updates: Vec::new(),
            notify: false,
            repeats: 0,
            history: Vec::new(),
        }
    }
}

/// One line of an incident's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// When it happened, UTC.
    pub at: DateTime<Utc>,
    /// What, a sentence for customers.
    pub text: String,
    /// The approver who said it; none where the provider's mail did.
    pub by: Option<String>,
}

/// One line of a maintenance's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What, a sentence.
    pub text: String,
}

/// An action that a person called done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The action's text.
    pub text: String,
    /// Its deadline as it stood then, UTC.
    pub by: Option<DateTime<Utc>>,
    /// Who said so.
    pub who: String,
}

/// What the timeline of an outage says where staff end it without words of their own.
pub const RESOLVED: &str = "The issue is resolved.";

/// The field of an `Updated` by which staff set right what was sent.
pub const CORRECTION: &str = "correction";

/// What a mail changes in a maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Not known before.
    New,
    /// Other windows; the earlier ones are given.
    Rescheduled {
        /// The windows before.
        from: Vec<Window>,
    },
    /// Other values; the fields are named.
    Updated {
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// Will not happen.
    Cancelled,
    /// Has begun.
    Started,
    /// Takes longer.
    Extended {
        /// The windows before.
        from: Vec<Window>,
    },
    /// Is over.
    Completed,
    /// Was sent in error.
    Retracted,
    /// Says what is known.
    Unchanged,
    /// Older than what is known.
    Stale,
}

impl Change {
    /// Whether it narrows what customers will hear: from a sender that is not proved it never undoes anything by itself.
    #[must_use]
    pub fn reduces(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Completed | Self::Retracted)
    }
}
