//! Written mail → frozen bytes (RFC 5322, RFC 2045), and the forms that every mail of ours shares.
//!
//! The same `Written` always gives the same bytes: nothing here asks a clock, a host name or chance. What would not be
//! sendable at three in the morning is refused here, when somebody can still mend it.

pub mod html;
pub mod instants;
pub mod language;
pub mod phrases;

use std::time::SystemTime;

use chrono::{DateTime, Datelike, Utc};
use lettre::Message;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox as Named, MultiPart, SinglePart};
use ring::digest::{SHA256, digest};

pub use super::reply::{EDIT_BEGIN, EDIT_END};
use crate::model::{FrozenMail, Mailbox};

/// Stands above the notice in every request; a reply's quoted text begins here at the latest.
pub const NOTICE_MARKER: &str = "--- the notice, exactly as customers get it ------------------------";

/// Subject and bodies of a mail before it has addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject, one line.
    pub subject: String,
    /// Plain text, LF.
    pub text: String,
    /// HTML; none where the plain text is all.
    pub html: Option<String>,
}

/// A mail with everything that it needs to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// From.
    pub from: Mailbox,
    /// The one recipient.
    pub to: Mailbox,
    /// Reply-To.
    pub reply_to: Option<Mailbox>,
    /// Subject; control characters are taken out.
    pub subject: String,
    /// Plain text, LF or CRLF.
    pub text: String,
    /// HTML alternative.
    pub html: Option<String>,
    /// Message-ID without brackets.
    pub message_id: String,
    /// In-Reply-To without brackets.
    pub in_reply_to: Option<String>,
    /// References without brackets, oldest first; of more than twenty the first and the last nineteen are kept.
    pub references: Vec<String>,
    /// Date, UTC.
    pub date: DateTime<Utc>,
    /// Further headers whose names begin with `X-` or `List-`: `X-Forewarn-Id`.
    pub extra: Vec<(String, String)>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a mail; its bytes arrive as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Content type with its parameters.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Attachment {
    /// Calendar entries (RFC 5545) as mail carries them (RFC 6047 section 2.4): the method stands in the content type too.
    #[must_use]
    pub fn calendar(entries: &str) -> Self {
        let method = entries.lines().find_map(|line| line.strip_prefix("METHOD:")).unwrap_or("PUBLISH");
        Self {
            name: "maintenance.ics".to_owned(),
            content_type: format!("text/calendar; method={method}; charset=utf-8"),
            bytes: entries.as_bytes().to_vec(),
        }
    }

    /// Somebody's mail as it came. A mail within a mail must be sent without an encoding (RFC 2046 section 5.2.1): what cannot be goes as a
    /// file that mail programs open.
    #[must_use]
    pub fn mail(raw: &[u8]) -> Self {
        let content_type = if can_be_nested(raw) { MESSAGE } else { "application/octet-stream" };
        Self { name: "original.eml".to_owned(), content_type: content_type.to_owned(), bytes: raw.to_vec() }
    }
}

const MESSAGE: &str = "message/rfc822";

/// ASCII in lines that every server takes, and nothing that could end a part of ours.
fn can_be_nested(raw: &[u8]) -> bool {
    let mut lines = raw.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.all(|line| line.len() <= 990 && line.is_ascii() && !line.contains(&0) && !line.contains(&b'\r') && !line.starts_with(b"--=_fw"))
}

/// Why a mail cannot be sent by anybody; a person must mend the configuration, the inventory or the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsendableMail {
    /// An address that no server takes.
    #[error("address {address:?} in {header}: {why}")]
    Address {
        /// `From`, `To` or `Reply-To`.
        header: &'static str,
        /// As written.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A Message-ID, own or referred to, that is none.
    #[error("message id {0:?} is not of the form local@domain in printable ASCII")]
    MessageId(String),
    /// A header that is not ours to set.
    #[error("header {0:?} cannot be set: its name must begin with X- or List-")]
    Header(String),
    /// A date outside 1970 to 9999.
    #[error("date {0} cannot be written")]
    Date(DateTime<Utc>),
    /// The builder refused for another reason.
    #[error("the message cannot be built: {0}")]
    Build(String),
}

/// Makes the bytes: multipart/alternative where there is HTML, within multipart/mixed where files go with it, quoted-printable bodies,
/// CRLF, `Auto-Submitted: auto-generated`.
///
/// # Errors
/// Refuses what could not be sent: a bad address, a bad Message-ID, a header that is not ours to set.
pub fn freeze(mail: &Written) -> Result<FrozenMail, UnsendableMail> {
    if !(1970..=9999).contains(&mail.date.year()) {
        return Err(UnsendableMail::Date(mail.date));
    }
    let mut builder = Message::builder()
        .from(named("From", &mail.from)?)
        .to(named("To", &mail.to)?)
        .subject(one_line(&mail.subject, 300))
        .date(SystemTime::from(mail.date))
        .message_id(Some(bracketed(&mail.message_id)?));
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(named("Reply-To", reply_to)?);
    }
    if let Some(answered) = &mail.in_reply_to {
        builder = builder.in_reply_to(bracketed(answered)?);
    }
    if !mail.references.is_empty() {
        builder = builder.references(thread(&mail.references)?);
    }
    builder = builder.raw_header(header("Auto-Submitted", "auto-generated")?);
    for (name, value) in &mail.extra {
        let lower = name.to_ascii_lowercase();
        if !lower.starts_with("x-") && !lower.starts_with("list-") {
            return Err(UnsendableMail::Header(name.clone()));
        }
        builder = builder.raw_header(header(name, value)?);
    }
    let plain = part(ContentType::TEXT_PLAIN, &mail.text)?;
    let both = |html: &String| -> Result<MultiPart, UnsendableMail> {
        let both = MultiPart::alternative().boundary(boundary(&mail.message_id, "fw"));
        Ok(both.singlepart(plain.clone()).singlepart(part(ContentType::TEXT_HTML, html)?))
    };
    let message = match (&mail.html, mail.attachments.as_slice()) {
        (None, []) => builder.singlepart(plain),
        (Some(html), []) => builder.multipart(both(html)?),
        (html, attachments) => {
            let mixed = MultiPart::mixed().boundary(boundary(&mail.message_id, "fwm"));
            let mut mixed = match html {
                Some(html) => mixed.multipart(both(html)?),
                None => mixed.singlepart(plain),
            };
            for attachment in attachments {
                mixed = mixed.singlepart(attached(attachment)?);
            }
            builder.multipart(mixed)
        }
    };
    let bytes = message.map_err(|error| UnsendableMail::Build(error.to_string()))?.formatted();
    Ok(FrozenMail { message_id: mail.message_id.clone(), bytes })
}

/// Says whether a mailbox can be written to, so that a bad one is refused with the inventory and not at sending time.
///
/// # Errors
/// Names what is wrong with the address.
pub fn check_address(mailbox: &Mailbox) -> Result<(), UnsendableMail> {
    named("To", mailbox).map(drop)
}

/// Text for a header or a table: control and direction characters out, white space folded, at most `max` characters.
#[must_use]
pub fn one_line(text: &str, max: usize) -> String {
    let spaced: String = text.chars().filter(|char| !unseen(*char)).map(|char| if char.is_control() { ' ' } else { char }).collect();
    let folded = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= max {
        return folded;
    }
    let cut: String = folded.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Text for a body: LF alone ends a line; other control characters and those that turn the reading direction are taken out.
#[must_use]
pub fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|char| !unseen(*char))
        .filter(|char| !char.is_control() || matches!(char, '\n' | '\t'))
        .collect()
}

/// A mailbox as people read it: `Sam Doe <sam@example.net>`.
#[must_use]
pub fn shown(mailbox: &Mailbox) -> String {
    let name = one_line(&mailbox.name, 80);
    if name.is_empty() { mailbox.address.clone() } else { format!("{name} <{}>", mailbox.address) }
}

/// Zero-width and direction characters: they let a line read otherwise than it is.
fn unseen(char: char) -> bool {
    matches!(char, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn named(header: &'static str, mailbox: &Mailbox) -> Result<Named, UnsendableMail> {
    let refuse = |why| UnsendableMail::Address { header, address: mailbox.address.clone(), why };
    let address = mailbox.address.as_str();
    let Some((local, domain)) = address.rsplit_once('@') else { return Err(refuse("there is no @")) };
    let why = if !address.is_ascii() {
        Some("only ASCII is sent; write an international domain in its xn-- form")
    } else if address.chars().any(|char| char.is_ascii_control() || char == ' ') {
        Some("a space or control character stands in it")
    } else if local.contains(['%', '!', '"', ',', ';', ':', '<', '>', '(', ')', '[', ']', '\\', '@']) {
        Some("one plain mailbox is needed: no list, no route, no quoted part")
    } else if local.len() > 64 || address.len() > 254 {
        Some("it is longer than RFC 5321 allows")
    } else if domain.parse::<std::net::IpAddr>().is_ok() || domain.starts_with('[') {
        Some("a host name is needed, not a number")
    } else {
        None
    };
    if let Some(why) = why {
        return Err(refuse(why));
    }
    let parsed = address.parse().map_err(|_| refuse("it is not a mail address"))?;
    let name = one_line(&mailbox.name, 100);
    Ok(Named::new((!name.is_empty()).then_some(name), parsed))
}

fn bracketed(id: &str) -> Result<String, UnsendableMail> {
    let good = id.len() <= 250
        && id.matches('@').count() == 1
        && !id.starts_with('@')
        && !id.ends_with('@')
        && id.chars().all(|char| char.is_ascii_graphic() && !matches!(char, '<' | '>'));
    if good { Ok(format!("<{id}>")) } else { Err(UnsendableMail::MessageId(id.to_owned())) }
}

fn thread(references: &[String]) -> Result<String, UnsendableMail> {
    let skipped = references.len().saturating_sub(20);
    let kept = references.iter().enumerate().filter(|(place, _)| *place == 0 || *place > skipped);
    Ok(kept.map(|(_, id)| bracketed(id)).collect::<Result<Vec<_>, _>>()?.join(" "))
}

fn header(name: &str, value: &str) -> Result<HeaderValue, UnsendableMail> {
    let named = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| UnsendableMail::Header(name.to_owned()))?;
    Ok(HeaderValue::new(named, one_line(value, 400)))
}

/// Quoted-printable always: short lines whatever the text, and no dot or `From ` at a line's start that a relay could change.
fn part(content_type: ContentType, text: &str) -> Result<SinglePart, UnsendableMail> {
    let mut clean = clean(text);
    if !clean.ends_with('\n') {
        clean.push('\n');
    }
    let body = Body::new_with_encoding(clean.replace('\n', "\r\n"), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| UnsendableMail::Build("the body cannot be encoded".to_owned()))?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

/// Base64 but for a mail: every byte arrives as it was approved.
fn attached(attachment: &Attachment) -> Result<SinglePart, UnsendableMail> {
    let refuse = |_| UnsendableMail::Build(format!("{} cannot be attached", one_line(&attachment.name, 80)));
    let content_type = ContentType::parse(&attachment.content_type).map_err(|_| refuse(()))?;
    let body = if attachment.content_type == MESSAGE {
        // lettre takes lines over 76 octets for no 7bit, which RFC 2045 section 2.7 allows up to 998: they were looked at before.
        Body::dangerous_pre_encoded(crlf(&attachment.bytes), ContentTransferEncoding::SevenBit)
    } else {
        Body::new_with_encoding(attachment.bytes.clone(), ContentTransferEncoding::Base64).map_err(|_| refuse(()))?
    };
    Ok(SinglePart::builder().header(content_type).header(ContentDisposition::attachment(&one_line(&attachment.name, 80))).body(body))
}

/// The same lines, each ended as mail ends them.
fn crlf(text: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    lines.join(&b"\r\n"[..])
}

/// A boundary that no quoted-printable or base64 body can hold (`=_`, RFC 2045 section 6.7) and that is the same each time.
fn boundary(message_id: &str, kind: &str) -> String {
    let hash = digest(&SHA256, message_id.as_bytes());
    let hex: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{kind}_{hex}")
}

#[cfg(test)]
mod tests;
