//! What a provider says: windows, objects, status, impact, and the doubts about them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Planned work, or an unplanned outage that a provider reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Planned work with windows.
    Maintenance,
    /// An unplanned outage.
    Incident,
}

/// The status that a mail announces. `Rescheduled` is said by mails only; a stored maintenance is then `Confirmed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Status {
    /// May happen.
    Tentative,
    /// Will happen.
    Confirmed,
    /// Moved to other windows (BCOP `RE-SCHEDULED`).
    #[serde(rename = "RE-SCHEDULED")]
    Rescheduled,
    /// Has begun (BCOP `IN-PROCESS`).
    InProcess,
    /// Is over.
    Completed,
    /// Will not happen.
    Cancelled,
}

/// How far a provider is with an outage; that it is over is [`Status::Completed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The cause is looked for.
    Investigating,
    /// The cause is found.
    Identified,
    /// It is mended and watched.
    Monitoring,
}

/// What the provider says the objects will suffer. `Unstated` is handled as an outage and shown as unstated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Impact {
    /// Nothing is felt.
    NoImpact,
    /// One of several paths is lost.
    ReducedRedundancy,
    /// Slower, lossy or only partly usable.
    Degraded,
    /// Down, for a part of the window at least.
    Outage,
    /// The provider does not say.
    #[default]
    Unstated,
}

impl Impact {
    /// How bad it is, from 0; what nobody states is taken for an outage all but in name.
    #[must_use]
    pub fn severity(self) -> u8 {
        match self {
            Self::NoImpact => 0,
            Self::ReducedRedundancy => 1,
            Self::Degraded => 2,
            Self::Unstated => 3,
            Self::Outage => 4,
        }
    }
}

/// Whether a window is the night itself or the spare one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The work is planned for this window.
    #[default]
    Main,
    /// The window is used only if the main one fails.
    Backup,
}

/// How exactly the provider states a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Clock times are stated.
    #[default]
    Minute,
    /// Only dates are stated; start and end are the UTC days' bounds.
    Day,
}

/// A time in which work is done: UTC, half-open, with the text it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Begin, UTC.
    pub start: DateTime<Utc>,
    /// End, UTC, exclusive; none where the provider states none (a retirement is a point in time).
    pub end: Option<DateTime<Utc>>,
    /// Main or backup.
    pub role: Role,
    /// Status of this window alone, where the mail states one.
    pub status: Option<Status>,
    /// The zone as the mail writes it, or as the rule declares it.
    pub zone: Option<String>,
    /// The text that was read.
    pub as_written: String,
    /// Clock times or dates only.
    pub precision: Precision,
}

/// Something of the provider's that the work touches: circuit, host, VM, address or prefix, rack, feed, region, or `everything`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AffectedObject {
    /// The provider's name for it, exactly as written.
    pub object_id: String,
    /// What it suffers; `Unstated` where the mail says nothing of this object.
    pub impact: Impact,
}

/// Something we must do before a deadline, or lose something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What is to be done, in the provider's words.
    pub text: String,
    /// Until when, UTC; none where no date is stated.
    pub by: Option<DateTime<Utc>>,
    /// What happens otherwise.
    pub consequence: Option<String>,
}

impl Action {
    /// What happens otherwise, where the text does not say it itself.
    #[must_use]
    pub fn otherwise(&self) -> Option<&str> {
        self.consequence.as_deref().filter(|consequence| !self.text.contains(consequence))
    }
}

/// What one mail says about one maintenance or incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notification {
    /// The provider's reference.
    pub maintenance_id: Option<String>,
    /// Other references of the provider's for the same work.
    pub aliases: Vec<String>,
    /// Our account at the provider.
    pub account: Option<String>,
    /// UID of the calendar event.
    pub uid: Option<String>,
    /// The status announced; none where the mail states none (handled and printed as confirmed).
    pub status: Option<Status>,
    /// The impact on all objects that state none of their own.
    pub impact: Impact,
    /// The windows. Where `readings` holds several, this is the first of them and nothing may be sent by it.
    pub windows: Vec<Window>,
    /// Every possible reading of the windows, when there are two or more; else empty.
    pub readings: Vec<Vec<Window>>,
    /// The windows that a reschedule leaves, where the mail states them.
    pub former_windows: Vec<Window>,
    /// What is touched.
    pub objects: Vec<AffectedObject>,
    /// Downtime expected inside the window, in minutes.
    pub expected_downtime_minutes: Option<u32>,
    /// What we must do.
    pub actions: Vec<Action>,
    /// One line of what is done.
    pub summary: Option<String>,
    /// Title for the customer notice, given by the rule: `Data Center Maintenance (Hypervisor)`.
    pub title: Option<String>,
    /// The provider's own paragraph on what is done, as text.
    pub description: Option<String>,
    /// Who organises the work (a mail address, mostly).
    pub organizer: Option<String>,
    /// Revision count of the calendar event.
    pub sequence: Option<i64>,
    /// When the provider wrote this state, UTC.
    pub stamp: Option<DateTime<Utc>>,
    /// Whether the mail says that an earlier one was sent in error.
    pub retracted: bool,
    /// How far the provider is with an outage; none where the mail does not say, and for planned work.
    pub phase: Option<Phase>,
    /// Words of a time that is no window: `during the week`, `to be announced`. Makes a watch item.
    pub watch: Option<String>,
}

/// Which rule read a mail: `zayo/planned` and the first 12 hex digits of its file's SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// Provider and layout, `zayo/planned`; `bcop-ical`; `generic`.
    pub name: String,
    /// First 12 hex digits of the rule file's SHA-256; empty for the generic reader.
    pub version: String,
}

/// Why a mail announces nothing to act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Irrelevance {
    /// A rule of a known provider says so, with its reason.
    Rule(String),
    /// Unknown sender and no maintenance words beside a date.
    NoSign,
    /// Only objects that were given back are named.
    Retired,
    /// A person said so.
    Person(String),
}

/// What a mail is, before anything is known of our own services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It announces something: `found` says what.
    Notice,
    /// It may matter but nothing was found in it.
    Unread,
    /// It announces nothing to act on.
    Irrelevant(Irrelevance),
    /// A machine answered (vacation and the like).
    Automatic,
    /// A delivery report.
    Bounce,
}

/// What a mail says: the value of the reading step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What the mail is.
    pub verdict: Verdict,
    /// The rule that read it; none where nothing did.
    pub rule: Option<RuleRef>,
    /// The provider's id (`zayo`), of the rule or of the calendar part; none where unknown.
    pub provider: Option<String>,
    /// Maintenance or incident; none where the mail is neither or nobody can tell.
    pub kind: Option<Kind>,
    /// Whether the domain of From is one of those that the rules know of that provider.
    #[serde(default)]
    pub own_sender: bool,
    /// What it says, one entry a maintenance.
    pub found: Vec<Notification>,
    /// Where each value stands.
    pub evidence: Vec<Evidence>,
    /// The doubts.
    pub problems: Vec<Problem>,
}

/// Where a value was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `start`, `end`, `status`, `impact`, `maintenance_id`, `object`, `account`, `downtime`, `action`, …
    pub field: String,
    /// The part of the mail.
    pub source: EvidenceSource,
    /// The text, at most 200 characters.
    pub quote: String,
    /// The rule's pattern or word that took it, for `--explain`.
    pub pattern: Option<String>,
}

/// A part of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSource {
    /// The subject.
    Subject,
    /// The reading text, plain or HTML.
    Text,
    /// A calendar part.
    Calendar,
    /// An attachment, by name.
    Attachment(String),
    /// A person's reply, by address.
    Person(String),
}

/// A doubt that a person sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which doubt.
    pub problem: ProblemKind,
    /// Whether it puts the mail in front of a person.
    pub blocking: bool,
    /// The field in doubt: `start`, `zone`, `object`, …
    pub field: String,
    /// A sentence with every reading that is possible.
    pub detail: String,
}

/// The doubts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Two statements of one value disagree.
    Conflict,
    /// A time can be read in two ways: day and month, zone abbreviation, the hour that clocks repeat, the year.
    AmbiguousTime,
    /// A local time that clocks skip.
    NonexistentTime,
    /// No zone, or one that nobody knows.
    UnknownZone,
    /// The weekday is not that of the date.
    WeekdayMismatch,
    /// The end is before the start.
    EndsBeforeStart,
    /// Two rules claim the mail.
    TwoRules,
    /// No rule knows the layout.
    NoRule,
    /// A field is not stated.
    Missing,
    /// An object that the inventory does not know.
    UnknownObject,
    /// A value that is hard to believe: a window of a month, a start years ahead.
    Implausible,
    /// The sender is not proved.
    Unauthenticated,
    /// Something says that it is from somebody else than it claims.
    Contradicted,
    /// An older mail than the state that is known.
    Stale,
    /// The window starts sooner than promised to a customer, or has begun.
    LateNotice,
}

impl Problem {
    /// Makes a problem with the kind's usual weight: times, conflicts and rules block; the rest are remarks.
    #[must_use]
    pub fn new(problem: ProblemKind, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { problem, blocking: problem.blocks(), field: field.into(), detail: detail.into() }
    }
}

impl ProblemKind {
    /// Whether the doubt puts a mail in front of a person. `Missing` does only for a start; whoever finds that says so.
    #[must_use]
    pub fn blocks(self) -> bool {
        matches!(
            self,
            Self::Conflict
                | Self::AmbiguousTime
                | Self::NonexistentTime
                | Self::UnknownZone
                | Self::WeekdayMismatch
                | Self::EndsBeforeStart
                | Self::TwoRules
                | Self::NoRule
        )
    }
}

impl Reading {
    /// Whether some doubt puts the mail in front of a person.
    #[must_use]
    pub fn blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.blocking)
    }

    /// Whether the mail is a notice that was read surely: a rule matched and nothing blocks.
    #[must_use]
    pub fn sure(&self) -> bool {
        self.verdict == Verdict::Notice && !self.blocked()
    }
}
