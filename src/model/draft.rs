//! What is proposed to customers, what staff are asked about it, and what they decide.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::model::{AffectedService, Change, DraftId, Impact, MailId, Mailbox, MaintenanceId, Mode, Status, Window};

/// The customer mails of one change, waiting for a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Number.
    pub id: DraftId,
    /// The maintenance.
    pub maintenance: MaintenanceId,
    /// `v1`, `v2`, … counted over the drafts of one maintenance.
    pub revision: u32,
    /// The maintenance's revision that it was made from.
    pub maintenance_revision: u32,
    /// What changed.
    pub change: Change,
    /// Rehearsal or live when it was made; it is sent in that mode or not at all.
    pub mode: Mode,
    /// The editable paragraphs: what the provider does, what to expect.
    pub paragraphs: String,
    /// The distinct mails with their recipients.
    pub variants: Vec<Variant>,
    /// The address of the house's own that gets a copy, as the request shows it.
    #[serde(default)]
    pub copy_to: Option<Mailbox>,
    /// Whether it becomes a Markdown file for a page of the house's own.
    #[serde(default)]
    pub publish: bool,
    /// The services that the request shows.
    pub services: Vec<AffectedService>,
    /// What staff should know, one sentence each, with a label (`CLASH`, `NOTE`, `LATE`, `ALSO`, `FOR US`).
    pub remarks: Vec<Remark>,
    /// What must be answered before approve counts.
    pub questions: Vec<Question>,
    /// When it was proposed, UTC.
    pub proposed_at: DateTime<Utc>,
    /// When approvers were last asked or reminded, UTC.
    #[serde(default)]
    pub asked_at: Option<DateTime<Utc>>,
    /// How often they were reminded.
    #[serde(default)]
    pub reminders: u32,
    /// When approvers are asked, UTC, where it waits for what the same provider announces beside it; none where they are, or were, asked
    /// at once.
    #[serde(default)]
    pub ask_at: Option<DateTime<Utc>>,
    /// The drafts that were asked about in one request with it, in the order of their numbers, itself included; none where it was asked
    /// about alone.
    #[serde(default)]
    pub bundle: Vec<DraftId>,
    /// Who has approved it so far, where more than one must.
    #[serde(default)]
    pub votes: Vec<String>,
    /// Whose word made this revision, where it was a person's: it does not count as one of several approvals.
    #[serde(default)]
    pub author: Option<String>,
    /// Until when it should be out, UTC.
    pub send_by: Option<DateTime<Utc>>,
    /// Start of the first main window, UTC.
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the last main window, UTC.
    pub ends_at: Option<DateTime<Utc>>,
    /// By which clocks its local times were read and written.
    #[serde(default)]
    pub offsets: Vec<Offset>,
    /// Other maintenances that take redundancy away at the same time, as far as this draft knows of them.
    #[serde(default)]
    pub collides: Vec<MaintenanceId>,
    /// SHA-256 over all variants and recipients, hex: what an approval approves.
    pub content_hash: String,
    /// Where it stands.
    pub state: DraftState,
}

impl Draft {
    /// Whether it waits to be asked about.
    #[must_use]
    pub fn waits_to_be_asked(&self) -> bool {
        self.ask_at.is_some() && self.asked_at.is_none()
    }
}

/// What a zone's clocks were ahead of UTC at an instant, by the rules that were known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    /// The zone.
    pub zone: Tz,
    /// The instant, UTC.
    pub at: DateTime<Utc>,
    /// Seconds ahead of UTC.
    pub seconds: i32,
}

/// A labelled remark of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// `CLASH`, `NOTE`, `LATE`, `ALSO`, `DOUBT`, `FOR US`.
    pub label: String,
    /// One sentence.
    pub text: String,
}

/// What a person must answer first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Which of these readings? Numbered from 1; answered with `window 2`.
    Windows(Vec<Vec<Window>>),
    /// No window was found: answered with `window 2020-09-10 04:00 to 12:00 UTC` or `irrelevant`.
    NoWindow,
    /// Which of these services? Numbered from 1; answered with `services 1 3`, `services all` or `services none`.
    Services(Vec<AffectedService>),
    /// Nobody can be told (no customer, no contact): staff know why.
    NobodyToTell(String),
    /// Is it one of these (moved), or another one? Answered with `same as FW-12` or `new`.
    SameAs(Vec<Earlier>),
    /// Only redundancy is lost, or it is below every threshold: nobody is told unless a person says `notify`; why, a sentence.
    Notify(String),
}

/// An earlier maintenance that a mail may be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Its number.
    pub id: MaintenanceId,
    /// What it is, one line of the provider's words.
    pub what: String,
    /// Its windows.
    pub windows: Vec<Window>,
}

/// One mail of a draft, the same for all its recipients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Services shown.
    pub services: Vec<AffectedService>,
    /// Zone of the local half.
    pub zone: Tz,
    /// Language.
    pub language: String,
    /// Impact after redundancy.
    pub impact: Impact,
    /// Who gets it.
    pub recipients: Vec<Recipient>,
    /// Subject.
    pub subject: String,
    /// Plain text, LF.
    pub text: String,
    /// HTML derived from the text.
    pub html: String,
    /// The calendar entries that go with it (RFC 5545, CRLF); none where the house sends none.
    #[serde(default)]
    pub calendar: Option<String>,
    /// What its recipients read once more shortly before the window: approved with it (W32).
    #[serde(default)]
    pub reminder: Option<Reminder>,
}

/// A notice once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// When it leaves, UTC.
    pub at: DateTime<Utc>,
    /// Subject.
    pub subject: String,
    /// Plain text, LF.
    pub text: String,
    /// HTML derived from the text.
    pub html: String,
}

/// Who gets a variant: one copy an address, whatever the number of customers behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipient {
    /// Ids of the customers, one mostly.
    pub customers: Vec<String>,
    /// Name and address.
    pub mailbox: Mailbox,
}

/// Where a draft stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DraftState {
    /// Staff are asked.
    Proposed,
    /// Staff said not now.
    Held(DateTime<Utc>),
    /// Its mails are in the outbox.
    Approved,
    /// Staff said no, and why.
    Rejected(String),
    /// Overtaken, and by what.
    Void(String),
    /// Its windows were over before anybody decided.
    Expired,
    /// Every mail ended.
    Done,
}

impl DraftState {
    /// Whether a person must still decide.
    #[must_use]
    pub fn open(&self) -> bool {
        matches!(self, Self::Proposed | Self::Held(_))
    }

    /// The state's name, as counted.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Held(_) => "held",
            Self::Approved => "approved",
            Self::Rejected(_) => "rejected",
            Self::Void(_) => "void",
            Self::Expired => "expired",
            Self::Done => "done",
        }
    }
}

/// What staff say to a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Send it.
    Approve,
    /// Do not send it, and why.
    Reject(String),
    /// Take this text for the paragraphs.
    Edit(String),
    /// An answer that was asked for to see whether it counts.
    Trial,
    /// Approve it, which is not enough yet: more than one must.
    Vote,
    /// Ask again then.
    Hold(DateTime<Utc>),
    /// Take back what is not sent yet.
    Stop,
    /// I look after it.
    Mine,
    /// A settling word; changes what is known, approves nothing.
    Settle(Settling),
    /// Draft the windows ahead that the first contact found.
    Start,
    /// Send the notices again of which nobody knows whether they arrived.
    Resend,
    /// Take those notices for sent.
    AssumeSent,
}

/// Words that settle a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settling {
    /// The reading with this number, from 1.
    Reading(usize),
    /// These windows.
    Windows(Vec<Window>),
    /// The services with these numbers, from 1.
    Services(Vec<usize>),
    /// Every service listed.
    AllServices,
    /// Without this customer or service.
    Drop(String),
    /// Nothing to act on.
    Irrelevant,
    /// It is this one, which was known before.
    SameAs(MaintenanceId),
    /// It is none of those known before.
    New,
    /// Customers are told although only redundancy is lost, or an internal service is touched.
    Notify,
    /// This object was given back.
    Gone(String),
    /// Mail of this address or domain announces nothing.
    Never(String),
    /// Mail of this sender's domain is this provider's.
    Provider(String),
    /// Somebody should write a rule for this form.
    RulePlease,
    /// The maintenance or incident stands so, says a person who knows: cancelled, under way, over.
    Stands(Status),
    /// What was to be done before a deadline is.
    Done,
    /// Away from the first day to the last, or back.
    Away(Option<(chrono::NaiveDate, chrono::NaiveDate)>),
    /// What happened in the incident.
    Update(String),
}

/// What a decision teaches for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learnt {
    /// Mail of this address or domain announces nothing.
    Never(String),
    /// This sender's domain is that provider's.
    Provider {
        /// The domain.
        domain: String,
        /// The provider's id.
        provider: String,
    },
    /// This object of the provider's was given back.
    Gone {
        /// The provider's id.
        provider: String,
        /// The object.
        object: String,
    },
    /// What settled a mail of this form.
    Habit(Habit),
    /// A rule is wanted for the form of this mail.
    RuleWanted(MailId),
}

/// What a person answered to a mail of one form; it is proposed for the next such mail and never applied by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habit {
    /// The form: provider, sender, and the subject's words without numbers and names.
    pub form: String,
    /// The settling words, as they would be typed.
    pub words: String,
    /// Who answered.
    pub by: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// The maintenance that it was about.
    pub maintenance: MaintenanceId,
}

/// A decision that was accepted, for the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// The draft; none for `start`.
    pub draft: Option<DraftId>,
    /// The approver's address.
    pub by: String,
    /// What was said.
    pub decision: Decision,
    /// The mail that said it; none for the command line.
    pub mail: Option<MailId>,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// How the sender was proved: `token-only`, `authserv:mx.example`, `command line`.
    pub proof: String,
}

/// A question that was put to one approver: what a reply's token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    pub about: RequestAbout,
    /// The approver's address.
    pub approver: String,
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// SHA-256 of the short code, hex.
    pub code_hash: String,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// How many help mails it has had.
    pub helped: u32,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestAbout {
    /// A decision on this draft.
    Draft(DraftId),
    /// A decision on each of these drafts, numbered from 1 (W11).
    Bundle(Vec<DraftId>),
    /// Whether to draft what the first contact with this account found.
    FirstContact(String),
    /// Nothing: whether the approver's answers count. It stands in no store.
    Trial,
}

impl RequestAbout {
    /// The drafts on which a decision is asked, in the order of their numbers.
    #[must_use]
    pub fn drafts(&self) -> &[DraftId] {
        match self {
            Self::Draft(draft) => std::slice::from_ref(draft),
            Self::Bundle(drafts) => drafts,
            Self::FirstContact(_) | Self::Trial => &[],
        }
    }
}
