//! What a bounce says of a mail that was sent: RFC 3464 reports, and the forms of servers that know none (qmail's, Exim's).
//!
//! It never decides whether the mail is ours, and it believes nothing: whoever reads it compares Message-ID, envelope id and recipient
//! with what was sent. Everything is bounded, because anybody may write a bounce.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::text::folded;
use crate::model::{DeliveryAction, DeliveryReport, RecipientReport};

/// Longest part that is read, in bytes.
const MAX_PART_BYTES: usize = 64 * 1024;
/// Most recipients and Message-IDs that are kept.
const MAX_KEPT: usize = 100;
/// Longest diagnostic text, in characters.
const MAX_DIAGNOSTIC: usize = 200;

/// Reads the report of a mail that its headers call a bounce; none where it names no recipient.
pub(super) fn read(message: &Message<'_>) -> Option<DeliveryReport> {
    let mut report = DeliveryReport::default();
    for part in &message.parts {
        match (kind(part).as_str(), &part.body) {
            ("message/delivery-status" | "message/global-delivery-status", _) => status(&mut report, &text_of(part)),
            ("text/rfc822-headers" | "message/global-headers" | "message/rfc822-headers", _) => {
                report.message_ids.extend(written_ids(&text_of(part)));
            }
            (_, PartType::Message(inner)) => report.message_ids.extend(inner.message_id().map(folded)),
            _ => {}
        }
    }
    if report.recipients.is_empty() {
        in_words(&mut report, message);
    } else if report.message_ids.is_empty() {
        report.message_ids.extend(said(message).lines().filter_map(message_id));
    }
    report.recipients.truncate(MAX_KEPT);
    report.message_ids.retain(|id| !id.is_empty() && id.len() <= 250);
    report.message_ids.dedup();
    report.message_ids.truncate(MAX_KEPT);
    (!report.recipients.is_empty()).then_some(report)
}

fn kind(part: &MessagePart<'_>) -> String {
    part.content_type()
        .map_or_else(|| "text/plain".to_owned(), |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase())
}

fn text_of<'a>(part: &'a MessagePart<'_>) -> Cow<'a, str> {
    let bytes = part.contents();
    String::from_utf8_lossy(bytes.get(..MAX_PART_BYTES).unwrap_or(bytes))
}

/// The first text for people.
fn said<'a>(message: &'a Message<'_>) -> Cow<'a, str> {
    let plain = message.parts.iter().find(|part| matches!(&part.body, PartType::Text(_)) && kind(part) == "text/plain");
    plain.map_or(Cow::Borrowed(""), text_of)
}

/// The fields of a delivery status: one block for the mail, then one a recipient, apart by empty lines (RFC 3464 section 2.1).
fn status(report: &mut DeliveryReport, text: &str) {
    for block in blocks(text).into_iter().take(MAX_KEPT + 1) {
        let field = |name: &str| block.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        report.envelope_id = report.envelope_id.take().or_else(|| field("original-envelope-id").map(unescaped));
        let addresses: Vec<String> = ["original-recipient", "final-recipient"].iter().filter_map(|name| address(field(name)?)).collect();
        let Some(action) = field("action").and_then(action) else { continue };
        if addresses.is_empty() {
            continue;
        }
        report.recipients.push(RecipientReport {
            addresses,
            action,
            status: field("status").and_then(code),
            diagnostic: cut(field("diagnostic-code").map_or("", |value| after_type(value))),
        });
    }
}

fn blocks(text: &str) -> Vec<Vec<(String, String)>> {
    let mut blocks: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines() {
        let current = blocks.last_mut().filter(|_| !line.trim().is_empty());
        match (current, line.split_once(':')) {
            (None, _) => blocks.push(Vec::new()),
            (Some(block), _) if line.starts_with([' ', '\t']) => {
                if let Some((_, value)) = block.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            (Some(block), Some((name, value))) => block.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
            (Some(_), None) => {}
        }
    }
    blocks
}

/// `rfc822;ana@acme.example` → the address.
fn address(value: &str) -> Option<String> {
    let text = unescaped(after_type(value));
    let bare = text.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    (bare.contains('@') && bare.len() <= 254 && !bare.contains(char::is_whitespace)).then_some(bare)
}

fn after_type(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim()
}

/// `+2B` in an xtext is `+` (RFC 3461 section 4).
fn unescaped(text: &str) -> String {
    let mut parts = text.trim().split('+');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let letter = part.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
        match letter.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii_graphic) {
            Some(byte) => {
                plain.push(char::from(byte));
                plain.push_str(part.get(2..).unwrap_or_default());
            }
            None => {
                plain.push('+');
                plain.push_str(part);
            }
        }
    }
    plain
}

fn action(word: &str) -> Option<DeliveryAction> {
    use DeliveryAction::{Delayed, Delivered, Expanded, Failed, Relayed};
    let word = word.split([' ', '(', ';']).next().unwrap_or_default();
    [Failed, Delayed, Delivered, Relayed, Expanded].into_iter().find(|action| action.name().eq_ignore_ascii_case(word))
}

/// The first enhanced status code in a text (RFC 3463): `5.1.1`.
fn code(text: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let numbers: Vec<&str> = word.split('.').collect();
        let digits = |number: &&str| !number.is_empty() && number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
        numbers.len() == 3 && numbers.iter().all(digits) && matches!(numbers.first(), Some(&("2" | "4" | "5")))
    };
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|word| word.trim_end_matches('.')).find(is_code).map(str::to_owned)
}

fn cut(text: &str) -> String {
    folded(text).chars().take(MAX_DIAGNOSTIC).collect::<String>().trim_end().to_owned()
}

/// Bounces of servers that know no reports: the recipients of `X-Failed-Recipients`, or the addresses that stand alone on a line with
/// the reason below, and a Message-ID in the copy of the mail.
fn in_words(report: &mut DeliveryReport, message: &Message<'_>) {
    let text = said(message);
    let lines: Vec<&str> = text.lines().collect();
    let copy = lines.iter().position(|line| is_copy(line)).unwrap_or(lines.len());
    let words = lines.get(..copy).unwrap_or_default();
    let headers = message.headers().iter().filter(|header| header.name().eq_ignore_ascii_case("x-failed-recipients"));
    let stated: Vec<String> = headers
        .filter_map(|header| {
            let (from, to) = (usize::try_from(header.offset_start()).ok()?, usize::try_from(header.offset_end()).ok()?);
            Some(String::from_utf8_lossy(message.raw_message().get(from..to)?).into_owned())
        })
        .flat_map(|value| value.split(',').filter_map(address).collect::<Vec<_>>())
        .collect();
    let action = if stated.is_empty() && waits(message.subject().unwrap_or_default(), words) {
        DeliveryAction::Delayed
    } else {
        DeliveryAction::Failed
    };
    let recipients = if stated.is_empty() { words.iter().filter_map(|line| alone(line)).collect() } else { stated };
    for recipient in recipients.into_iter().take(MAX_KEPT) {
        if report.recipients.iter().any(|known| known.addresses.contains(&recipient)) {
            continue;
        }
        let below = words.iter().skip_while(|line| !line.contains(&recipient)).skip(1);
        let reason: Vec<&str> = below.take_while(|line| !line.trim().is_empty() && alone(line).is_none()).copied().collect();
        let reason = reason.join(" ");
        report.recipients.push(RecipientReport { addresses: vec![recipient], action, status: code(&reason), diagnostic: cut(&reason) });
    }
    if report.message_ids.is_empty() {
        report.message_ids = lines.iter().filter_map(|line| message_id(line)).collect();
    }
}

/// Where the copy of the returned mail begins.
fn is_copy(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let ruled = lower.starts_with("--") && (lower.contains("copy") || lower.contains("original") || lower.contains("returned"));
    ruled || lower.starts_with("return-path:") || lower.starts_with("received:")
}

/// An address that stands alone on a line: `<ana@acme.example>:`, or indented.
fn alone(line: &str) -> Option<String> {
    let bare = line.trim().trim_end_matches(':');
    let marked = bare.starts_with('<') && bare.ends_with('>') || line.starts_with([' ', '\t']);
    address(bare).filter(|_| marked && !bare.contains(';'))
}

/// Whether it warns that a mail is late and still tried.
fn waits(subject: &str, words: &[&str]) -> bool {
    let said = format!("{subject} {}", words.join(" ")).to_lowercase();
    ["delayed", "not yet been delivered", "will be retried", "still being retried", "keep trying", "no action is required"]
        .iter()
        .any(|sign| said.contains(sign))
}

/// Every Message-ID in a block of headers.
fn written_ids(headers: &str) -> Vec<String> {
    let unfolded = headers.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    unfolded.lines().filter_map(message_id).collect()
}

/// `Message-ID: <1@x.example>`, also quoted, → `1@x.example`.
fn message_id(line: &str) -> Option<String> {
    let line = line.trim_start_matches(['>', ' ', '\t', '|']);
    let (name, value) = line.split_once(':')?;
    let id = value.split_once('<')?.1.split_once('>')?.0;
    (name.trim().eq_ignore_ascii_case("message-id") && id.contains('@')).then(|| folded(id))
}

#[cfg(test)]
mod tests;
