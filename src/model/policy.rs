//! How the service behaves: everything of `forewarn.toml` that the core asks for, checked.

use chrono::{NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

use crate::model::Mailbox;

/// Whether customers are really written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Everything real, but notices go to the rehearsal address with the true recipients on top.
    Rehearsal,
    /// Notices go to customers.
    Live,
}

/// How a reply's sender is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// Our own check of a DKIM signature of the From domain.
    Dkim,
    /// The topmost Authentication-Results of exactly this authserv-id must say that the From domain passed.
    Authserv(String),
    /// Exchange Online must say that the mail came from inside the tenant (`X-MS-Exchange-Organization-AuthAs: Internal`).
    M365Internal,
    /// Token and listed sender only. Must be accepted in writing: `i_accept_forgery_risk = true`.
    TokenOnly,
}

/// Somebody who may decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// Name and address; replies count from this address.
    pub mailbox: Mailbox,
    /// Other addresses of theirs from which replies count.
    pub aliases: Vec<String>,
    /// Zone in which they read the digest; that of staff where none is named.
    pub zone: Option<Tz>,
}

/// Order of the two halves of an instant in notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneOrder {
    /// UTC, then the customer's zone.
    #[default]
    UtcFirst,
    /// The customer's zone, then UTC.
    LocalFirst,
    /// The customer's zone only.
    LocalOnly,
}

/// What calendar entry goes with a customer notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarForm {
    /// A plain event, as every calendar reads it.
    #[default]
    Plain,
    /// With the properties of BCOP (X-MAINTNOTE) as well, for customers who read them by machine.
    Bcop,
    /// None.
    None,
}

/// The form of customer notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeForm {
    /// Order of the halves of an instant.
    pub zone_order: ZoneOrder,
    /// Whether the weekday stands before the local date.
    pub weekday: bool,
    /// The closing line: `If you have questions or concerns, please feel free to contact us.`
    pub closing: String,
    /// The same in German, for customers who read that.
    pub closing_de: String,
    /// Lines below the closing; empty for none.
    pub signature: String,
    /// Who gets one copy of what customers get, where the house has such an address: a ticket system.
    pub copy_to: Option<Mailbox>,
    /// The folder into which each notice that leaves is written as Markdown; none for no such file.
    pub publish_dir: Option<std::path::PathBuf>,
    /// Whether a calendar entry goes with each notice.
    pub calendar: CalendarForm,
    /// How long before the first window customers read a notice once more; none for never.
    pub remind_before: Option<TimeDelta>,
    /// Whether staff are asked to tell customers that the work has begun, where the provider says so.
    pub tell_started: bool,
}

/// Weekly digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestPlan {
    /// Day of the week.
    pub weekday: Weekday,
    /// Local time.
    pub time: NaiveTime,
    /// Who gets it.
    pub to: Vec<Mailbox>,
    /// How many days ahead it looks.
    pub days_ahead: u32,
    /// Whether a short one comes on the other days, where there is something to say.
    pub daily: bool,
}

/// When staff are reminded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaPlan {
    /// Time between two reminders of an undecided draft.
    pub remind_every: TimeDelta,
    /// Time before the window from which the escalation address is written to as well.
    pub escalate_before: TimeDelta,
    /// A window that starts sooner than this after reading is urgent.
    pub urgent_within: TimeDelta,
    /// Time before the window by which a notice should be out.
    pub send_before: TimeDelta,
    /// Days on which nobody works, staff's zone.
    pub holidays: Vec<chrono::NaiveDate>,
    /// How long a new notice that is not urgent waits for others of the same provider, to be asked about with them; zero for not at all.
    pub bundle_within: TimeDelta,
    /// First and last local hour for ordinary reminders (8 and 18).
    pub day_starts: NaiveTime,
    /// End of the day for ordinary reminders.
    pub day_ends: NaiveTime,
}

/// Who is on call: one after the other, a week each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// In the order of their turns, at least one.
    pub turns: Vec<Mailbox>,
    /// The first day of the first turn, staff's zone.
    pub since: chrono::NaiveDate,
}

/// How the service behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Rehearsal or live.
    pub mode: Mode,
    /// Where notices go in rehearsal.
    pub rehearsal_to: Option<Mailbox>,
    /// Name of the organisation.
    pub organisation: String,
    /// From of every mail we write, and the address to which staff reply (plus addresses are made from it).
    pub from: Mailbox,
    /// Reply-To of customer notices.
    pub support: Mailbox,
    /// Zone of staff.
    pub zone: Tz,
    /// Who may decide.
    pub approvers: Vec<Approver>,
    /// Ids of the services that Forewarn itself stands on.
    pub stands_on: Vec<String>,
    /// Who is told of a window before it begins; nobody where it is left out.
    pub on_call: Option<OnCall>,
    /// Who is written to when nobody decides.
    pub escalation: Vec<Mailbox>,
    /// How a reply's sender is proved.
    pub auth: AuthMode,
    /// How many approvers must approve, at least one.
    pub approvals: u32,
    /// Whether replies to `local+token@domain` reach us. The token then stands in the Reply-To as well.
    pub plus_addresses: bool,
    /// Time between approval and the first byte sent, in which `stop` undoes.
    pub undo: TimeDelta,
    /// Form of notices.
    pub notices: NoticeForm,
    /// Weekly digest.
    pub digest: DigestPlan,
    /// Reminders.
    pub agenda: AgendaPlan,
    /// Command for urgent windows, argv; the alarm's text is its standard input.
    pub alarm_command: Option<Vec<String>>,
    /// Bytes of old mail read a day and account on first contact.
    pub backlog_bytes_a_day: u64,
    /// Time between two mails to ourselves, at least an hour; none for no such mail.
    pub canary_every: Option<TimeDelta>,
}
