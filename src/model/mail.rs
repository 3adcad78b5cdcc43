//! A mail as values: what stands in it, with no judgement of what it means.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// A mailbox of a header (RFC 5322 section 3.4): the address is the identity, the name never is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mailbox {
    /// Display name; may be empty, proves nothing.
    pub name: String,
    /// `local@domain`, the domain in lower case.
    pub address: String,
}

impl Mailbox {
    /// The domain in lower case; empty where there is no `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Text of a body with the quoted history cut off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyText {
    /// What the sender wrote this time.
    pub fresh: String,
    /// What was quoted below or between; empty where nothing was.
    pub quoted: String,
    /// Whether none of the fresh text is the sender's own word: it begins with what was forwarded, or all there is was quoted.
    #[serde(default)]
    pub no_own_word: bool,
}

/// A table of an HTML body as a full grid: spans are filled with the spanning cell's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Rows of cells, white space folded; rows may differ in length.
    pub rows: Vec<Vec<String>>,
    /// How many rows at the top are heads (`th` cells).
    pub head_rows: usize,
}

/// A sheet of an attachment (csv, xlsx).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Name of the attachment.
    pub name: String,
    /// Rows of cells.
    pub rows: Vec<Vec<String>>,
}

/// A time of a calendar part (RFC 5545 section 3.3.5), not yet resolved to an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarTime {
    /// Ends in `Z`.
    Utc(DateTime<Utc>),
    /// Local with a TZID as written (IANA, Windows or the sender's own).
    Zoned(NaiveDateTime, String),
    /// Local without any zone.
    Floating(NaiveDateTime),
    /// `VALUE=DATE`.
    Date(NaiveDate),
}

/// A property of a calendar event with its parameters: `X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:circuit`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarProperty {
    /// Name in upper case.
    pub name: String,
    /// Value, unescaped.
    pub value: String,
    /// Parameters: name in upper case, value.
    pub parameters: Vec<(String, String)>,
}

/// What a calendar's own definition of a zone (VTIMEZONE) says of a local time of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarOffset {
    /// TZID as written in the event.
    pub zone: String,
    /// The local time.
    pub local: NaiveDateTime,
    /// An IANA name that stands beside the definition (`X-LIC-LOCATION`).
    pub location: Option<String>,
    /// Every offset at which the local time exists, in seconds east of UTC: one as a rule, two where clocks repeat it, none where they skip it
    /// or the definition is not a simple one.
    pub seconds_east: Vec<i32>,
}

/// One VEVENT of a calendar part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEvent {
    /// METHOD of the calendar (`REQUEST`, `CANCEL`, `PUBLISH`), upper case.
    pub method: Option<String>,
    /// UID.
    pub uid: Option<String>,
    /// SEQUENCE.
    pub sequence: Option<i64>,
    /// DTSTAMP.
    pub stamp: Option<DateTime<Utc>>,
    /// SUMMARY.
    pub summary: Option<String>,
    /// DESCRIPTION.
    pub description: Option<String>,
    /// ORGANIZER without `mailto:`.
    pub organizer: Option<String>,
    /// STATUS, upper case.
    pub status: Option<String>,
    /// DTSTART.
    pub start: Option<CalendarTime>,
    /// DTEND, or DTSTART plus DURATION.
    pub end: Option<CalendarTime>,
    /// What the calendar's own definitions of zones say of the start and the end.
    #[serde(default)]
    pub offsets: Vec<CalendarOffset>,
    /// Whether the event repeats or is one of a repeating one (RRULE, RDATE, RECURRENCE-ID); repetitions are never expanded silently.
    pub repeats: bool,
    /// Every `X-…` property, in order.
    pub extra: Vec<CalendarProperty>,
}

/// What a mail is when a machine and no person wrote it as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Automatic {
    /// A delivery report (RFC 3464), or mail from the null sender.
    Bounce,
    /// A vacation answer or the like (RFC 3834 `auto-replied`).
    Reply,
}

/// What a mail server did with one recipient of a mail (RFC 3464 section 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryAction {
    /// It will not arrive.
    Failed,
    /// It is tried again.
    Delayed,
    /// It lies in the recipient's mailbox.
    Delivered,
    /// It was handed to a server that sends no reports.
    Relayed,
    /// It was handed on to several others.
    Expanded,
}

impl DeliveryAction {
    /// The action's word, as servers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }
}

/// What a delivery report says of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientReport {
    /// Addresses that it may be known by: the one we wrote to, and the one that it became. At least one.
    pub addresses: Vec<String>,
    /// What was done.
    pub action: DeliveryAction,
    /// Status code, `5.1.1`.
    pub status: Option<String>,
    /// The server's words, one line, cut; empty where there are none.
    pub diagnostic: String,
}

/// A delivery report (RFC 3464), or what a bounce of another form says of the same. Nothing in it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryReport {
    /// Original-Envelope-Id: the ENVID that we gave the mail (RFC 3461).
    pub envelope_id: Option<String>,
    /// Message-IDs of the mail that is returned, without brackets.
    pub message_ids: Vec<String>,
    /// Each recipient that it speaks of.
    pub recipients: Vec<RecipientReport>,
}

/// One fact about who sent a mail, as the shell found it; the core judges it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthFact {
    /// One `Authentication-Results` header as it stands, topmost first (RFC 8601).
    Results(String),
    /// One `X-MS-Exchange-Organization-AuthAs` header as it stands: Exchange Online's word on where a mail came from.
    ExchangeAuthAs(String),
    /// One `DKIM-Signature` header (RFC 6376).
    Signature(DkimSignature),
}

/// A DKIM signature: what it claims to cover, and what the check of it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimSignature {
    /// Signing domain (`d=`), lower case.
    pub domain: String,
    /// Selector (`s=`).
    pub selector: String,
    /// Signed header fields (`h=`), lower case.
    pub signed: Vec<String>,
    /// Whether it covers the whole body (no `l=`).
    pub whole_body: bool,
    /// Whether it claims to sign for another domain (RFC 6541); it never counts.
    pub third_party: bool,
    /// What the check came to.
    pub check: DkimCheck,
}

/// What the check of a DKIM signature came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DkimCheck {
    /// Nobody checked it.
    #[default]
    Unchecked,
    /// It holds for the bytes that we have, under a key in full force.
    Pass,
    /// It does not hold, and why.
    Fail(String),
    /// The key could not be asked for just now, and why.
    NotYet(String),
}

/// A mail, parsed. Nothing in it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// Message-ID without the angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To, without brackets.
    pub in_reply_to: Vec<String>,
    /// References, without brackets, oldest first.
    pub references: Vec<String>,
    /// Every mailbox of every From header; honest mail has one.
    pub from: Vec<Mailbox>,
    /// Reply-To.
    pub reply_to: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Delivered-To and X-Original-To: written by servers on the way.
    pub delivered_to: Vec<Mailbox>,
    /// The first sender where a list or a forwarder rewrote From (`X-Original-Sender`, `X-Original-From`).
    pub original_sender: Option<Mailbox>,
    /// The Date header, UTC.
    pub date: Option<DateTime<Utc>>,
    /// The date of the topmost Received header, UTC.
    pub received: Option<DateTime<Utc>>,
    /// Subject, decoded, white space folded.
    pub subject: String,
    /// The plain text part, several joined by an empty line; none where there is none.
    pub plain: Option<BodyText>,
    /// The HTML part as reading text, tables as ` | ` rows; none where there is none.
    pub html: Option<BodyText>,
    /// Tables of the fresh HTML, in reading order; layout tables with one cell are not tables.
    pub tables: Vec<Table>,
    /// Events of every calendar part and `.ics` attachment.
    pub calendars: Vec<CalendarEvent>,
    /// Sheets of attachments.
    pub sheets: Vec<Sheet>,
    /// Names of attachments that were not read.
    pub unread_attachments: Vec<String>,
    /// Who sent it, as far as facts go.
    pub auth: Vec<AuthFact>,
    /// A machine's answer, by its headers.
    pub automatic: Option<Automatic>,
    /// What a bounce says of a mail that was sent; none where it is no bounce or says nothing.
    pub report: Option<DeliveryReport>,
    /// Whether any sign of automatic sending stands in the headers (`Auto-Submitted` other than `no`, `Precedence: bulk`, `List-Id`, a
    /// subject as mailboxes write it): normal for provider mail, never accepted for a decision.
    pub machine_sent: bool,
    /// Whether a list or a forwarder handed it on (`List-Id`, `Resent-From`, `X-Forwarded-To`, `X-Original-Sender`): those break signatures
    /// without any ill will.
    pub handed_on: bool,
    /// What no honest mail has in its headers, a sentence each: a field that must stand once and stands more often, a name that two
    /// parsers read differently (RFC 5322 section 3.6). Nobody decides anything by such a mail.
    pub header_faults: Vec<String>,
    /// Whether the body begins as the content type says: a multipart with its boundary, a text with the line that is read. Where a
    /// signature leaves the content type out, a changed one could show other lines of the signed body.
    pub body_fits_type: bool,
    /// Whether it says that its writer is away, be it in the subject or in what was written this time.
    pub away: bool,
    /// Lines in which no word decides: hidden by their looks or by signs that are not seen, or of a mail that is passed on.
    pub veiled: Vec<String>,
    /// Whether no line of it decides anything: its parts say different things, its text came as an attachment, or its style hides some.
    pub any_veiled: bool,
    /// Whether it passes another mail on and says nothing of its own.
    pub only_forwards: bool,
    /// How many servers it came through: its Received headers.
    pub hops: usize,
    /// What was lost in decoding: unknown charset, cut part, calendar line that cannot be read.
    pub defects: Vec<String>,
    /// Whether characters that cannot be seen stand inside words of its text: then no word in it decides anything.
    pub hidden_in_words: bool,
    /// What was not read for its length, a sentence each: a mail with such can announce what nobody saw.
    pub cut: Vec<String>,
}

impl Mail {
    /// The text to read first: the HTML's where it holds tables or the plain part is missing or a stub, else the plain part's. Fresh only.
    #[must_use]
    pub fn text(&self) -> &str {
        let plain = self.plain.as_ref().map_or("", |body| body.fresh.as_str());
        let html = self.html.as_ref().map_or("", |body| body.fresh.as_str());
        if html.is_empty() || (!plain.trim().is_empty() && self.tables.is_empty() && plain.len() * 2 >= html.len()) { plain } else { html }
    }

    /// Everybody that it went to, as far as its headers say.
    pub fn recipients(&self) -> impl Iterator<Item = &Mailbox> {
        self.to.iter().chain(&self.cc).chain(&self.delivered_to)
    }

    /// The one From mailbox; none where there is none or several.
    #[must_use]
    pub fn author(&self) -> Option<&Mailbox> {
        match self.from.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}
