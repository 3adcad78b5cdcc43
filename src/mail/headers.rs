//! Header fields → the contract's values. Nothing here is trusted: a name never stands for an address (RFC 5322 section 3.4).

use chrono::{DateTime, Duration, NaiveDate, Utc};
use mail_parser::{HeaderName, HeaderValue, Message, MimeHeaders};

use crate::model::{AuthFact, DkimCheck, DkimSignature, Mail, Mailbox};

use super::automatic;
use super::hygiene::{MAX_SIGNATURES, Shape};
use super::text::folded;

/// Most facts of one kind on who sent a mail.
const MAX_FACTS: usize = 20;
/// Most mailboxes kept of one kind of field.
const MAX_MAILBOXES: usize = 1_000;

/// Fills everything of a mail that stands in its headers.
pub(super) fn read(message: &Message<'_>) -> Mail {
    let mut mail = Mail {
        message_id: ids(message, "message-id").into_iter().next(),
        in_reply_to: ids(message, "in-reply-to"),
        references: ids(message, "references"),
        from: mailboxes(message, &["from"]),
        reply_to: mailboxes(message, &["reply-to"]),
        to: mailboxes(message, &["to"]),
        cc: mailboxes(message, &["cc"]),
        delivered_to: mailboxes(message, &["delivered-to", "x-original-to"]),
        original_sender: original_sender(message),
        date: values(message, "date").find_map(|value| value.as_datetime()).and_then(instant),
        received: values(message, "received")
            .next()
            .and_then(received)
            .or_else(|| raw(message, "received").next().and_then(|line| after_semicolon(&line))),
        hops: values(message, "received").count(),
        subject: values(message, "subject").find_map(|value| value.as_text()).map(folded).unwrap_or_default(),
        auth: auth(message),
        ..Mail::default()
    };
    mail.machine_sent = automatic::machine_sent(message, &mail);
    mail.handed_on = HANDED_ON.iter().any(|name| has(message, name));
    mail.automatic = automatic::kind(message, &mail);
    mail
}

/// Everything that says who sent the mail; the signatures unchecked.
fn auth(message: &Message<'_>) -> Vec<AuthFact> {
    let results = raw(message, "authentication-results").map(AuthFact::Results);
    let exchange = raw(message, "x-ms-exchange-organization-authas").map(AuthFact::ExchangeAuthAs);
    let signatures = signatures(message).flatten().map(|signature| AuthFact::Signature(claim(&signature)));
    results.take(MAX_FACTS).chain(exchange.take(MAX_FACTS)).chain(signatures.take(MAX_SIGNATURES)).collect()
}

/// Each DKIM signature, none where it cannot be read.
fn signatures(message: &Message<'_>) -> impl Iterator<Item = Option<mail_auth::dkim::Signature>> {
    message.headers().iter().filter(|header| header.name().eq_ignore_ascii_case("dkim-signature")).map(|header| {
        let (from, to) = (usize::try_from(header.offset_start()).ok()?, usize::try_from(header.offset_end()).ok()?);
        mail_auth::dkim::Signature::parse(message.raw_message().get(from..to)?).ok()
    })
}

/// What a signature claims, unchecked.
#[must_use]
pub fn claim(signature: &mail_auth::dkim::Signature) -> DkimSignature {
    DkimSignature {
        domain: signature.d.to_ascii_lowercase(),
        selector: signature.s.clone(),
        signed: signature.h.iter().map(|name| name.to_ascii_lowercase()).collect(),
        whole_body: signature.l == 0,
        third_party: signature.atps.is_some(),
        check: DkimCheck::Unchecked,
    }
}

/// How the headers say that the body is to be read.
pub(super) fn shape<'a>(message: &'a Message<'_>) -> Shape<'a> {
    let is = |kind: &mail_parser::ContentType<'_>, name: &str| kind.ctype().eq_ignore_ascii_case(name);
    match message.content_type() {
        Some(kind) if is(kind, "multipart") => Shape::Multipart(kind.attribute("boundary").unwrap_or_default()),
        _ if message.content_transfer_encoding().is_some_and(|name| name.trim().eq_ignore_ascii_case("base64")) => Shape::Base64,
        Some(kind) if is(kind, "text") && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("html")) => Shape::Html,
        _ => Shape::Text,
    }
}

/// The number of signatures that cannot be read; whether they would count is not known.
pub(super) fn broken_signatures(message: &Message<'_>) -> usize {
    signatures(message).filter(Option::is_none).count()
}

/// The header block of a mail within a mail, as clients write it above a forwarded text.
pub(super) fn block(message: &Message<'_>) -> Vec<String> {
    let inner = read(message);
    let list = |mailboxes: &[Mailbox]| {
        mailboxes.iter().map(|one| format!("{} <{}>", one.name, one.address).trim().to_owned()).collect::<Vec<_>>().join(", ")
    };
    vec![
        "---------- Forwarded message ----------".to_owned(),
        format!("From: {}", list(&inner.from)),
        format!("Date: {}", inner.date.map(|date| date.to_rfc2822()).unwrap_or_default()),
        format!("Subject: {}", inner.subject),
        format!("To: {}", list(&inner.to)),
    ]
}

/// A mailbox of a header value; text that is no address leaves the address empty, so that it is seen and never matched.
fn mailbox(name: Option<&str>, address: Option<&str>) -> Mailbox {
    let address = address.unwrap_or_default().trim();
    let name = folded(name.unwrap_or_default());
    match address.rsplit_once('@') {
        Some((local, domain)) if is_local(local) && is_domain(domain) => {
            Mailbox { name, address: format!("{local}@{}", domain.to_lowercase()) }
        }
        _ if name.is_empty() => Mailbox { name: folded(address), address: String::new() },
        _ => Mailbox { name, address: String::new() },
    }
}

fn is_local(local: &str) -> bool {
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    !local.is_empty()
        && !local.chars().any(char::is_control)
        && (quoted || !local.contains(|c: char| c.is_whitespace() || "<>()[],;:@\"".contains(c)))
}

fn is_domain(domain: &str) -> bool {
    !domain.is_empty() && !domain.starts_with('.') && domain.chars().all(|c| c.is_alphanumeric() || "-._[]:".contains(c))
}

fn values<'a>(message: &'a Message<'_>, name: &'a str) -> impl Iterator<Item = &'a HeaderValue<'a>> {
    message.headers().iter().filter(move |header| header.name().eq_ignore_ascii_case(name)).map(|header| &header.value)
}

/// Values as they stand, unfolded.
pub(super) fn raw<'a>(message: &'a Message<'_>, name: &'a str) -> impl Iterator<Item = String> {
    message.headers().iter().filter(move |header| header.name().eq_ignore_ascii_case(name)).filter_map(|header| {
        let (from, to) = (usize::try_from(header.offset_start()).ok()?, usize::try_from(header.offset_end()).ok()?);
        Some(folded(&String::from_utf8_lossy(message.raw_message().get(from..to)?)))
    })
}

fn ids(message: &Message<'_>, name: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for value in values(message, name) {
        match value {
            HeaderValue::Text(id) => ids.push(folded(id)),
            HeaderValue::TextList(list) => ids.extend(list.iter().map(|id| folded(id))),
            _ => {}
        }
    }
    ids.retain(|id| !id.is_empty());
    ids
}

fn mailboxes(message: &Message<'_>, names: &[&str]) -> Vec<Mailbox> {
    let mut found: Vec<Mailbox> = Vec::new();
    for name in names {
        for value in values(message, name) {
            match value {
                HeaderValue::Address(list) => found.extend(list.iter().map(|one| mailbox(one.name(), one.address()))),
                HeaderValue::Text(text) => found.extend(text.split(',').map(bare)),
                HeaderValue::TextList(list) => found.extend(list.iter().flat_map(|text| text.split(',')).map(bare)),
                _ => {}
            }
        }
    }
    found.retain(|one| *one != Mailbox::default());
    found.truncate(MAX_MAILBOXES);
    found
}

/// A mailbox of a field that the parser reads as plain text: `Name <address>` or the bare address.
fn bare(text: &str) -> Mailbox {
    match text.rsplit_once('<').and_then(|(name, rest)| Some((name, rest.split_once('>')?.0))) {
        Some((name, address)) => mailbox(Some(name.trim().trim_matches('"')), Some(address)),
        None => mailbox(None, Some(text)),
    }
}

fn original_sender(message: &Message<'_>) -> Option<Mailbox> {
    let stated = ["x-original-sender", "x-original-from"].iter().flat_map(|name| mailboxes(message, &[name]));
    stated.into_iter().find(|one| !one.address.is_empty())
}

fn instant(date: &mail_parser::DateTime) -> Option<DateTime<Utc>> {
    let day = NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))?;
    // A leap second counts as the second before it.
    let local = day.and_hms_opt(u32::from(date.hour), u32::from(date.minute), u32::from(date.second.min(59)))?;
    let minutes = i64::from(date.tz_hour) * 60 + i64::from(date.tz_minute);
    let offset = Duration::minutes(if date.tz_before_gmt { -minutes } else { minutes });
    (minutes <= 24 * 60).then_some(())?;
    Some(local.checked_sub_signed(offset)?.and_utc())
}

fn received(value: &HeaderValue<'_>) -> Option<DateTime<Utc>> {
    value.as_received()?.date().as_ref().and_then(instant)
}

fn after_semicolon(line: &str) -> Option<DateTime<Utc>> {
    instant(&mail_parser::DateTime::parse_rfc822(line.rsplit_once(';')?.1.trim())?)
}

/// The first word of a field, in lower case: what stands before parameters and comments.
pub(super) fn word(message: &Message<'_>, name: &str) -> Option<String> {
    raw(message, name).next().map(|value| value.split([';', ' ', '(']).next().unwrap_or_default().to_lowercase())
}

pub(super) fn has(message: &Message<'_>, name: &str) -> bool {
    message.headers().iter().any(|header| header.name().eq_ignore_ascii_case(name))
}

/// Fields that lists and forwarders add.
const HANDED_ON: &[&str] =
    &["list-id", "list-post", "resent-from", "x-forwarded-to", "x-forwarded-for", "x-original-sender", "x-original-from"];

/// Whether the body is encrypted (RFC 1847).
pub(super) fn is_sealed(message: &Message<'_>) -> bool {
    message.content_type().and_then(|kind| kind.subtype()).is_some_and(|sub| sub.eq_ignore_ascii_case("encrypted"))
}

/// Whether the content type names a charset that cannot be decoded.
pub(super) fn unknown_charset(part: &mail_parser::MessagePart<'_>) -> Option<String> {
    let charset = part.content_type()?.attribute("charset")?.trim_matches('"');
    // The parser takes text without a decoder as UTF-8, which holds ASCII.
    let native = ["utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit"].iter().any(|name| charset.eq_ignore_ascii_case(name));
    (!native && mail_parser::decoders::charsets::map::charset_decoder(charset.as_bytes()).is_none())
        .then(|| charset.chars().take(40).collect())
}

/// The name of a part's file; none where it has none.
pub(super) fn file_name(part: &mail_parser::MessagePart<'_>) -> Option<String> {
    part.attachment_name().map(folded).filter(|name| !name.is_empty())
}

/// The disposition says that a part is an attachment.
pub(super) fn is_attachment(part: &mail_parser::MessagePart<'_>) -> bool {
    part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment)
}

/// Whether a part belongs to an HTML body as a picture or the like.
pub(super) fn is_embedded(part: &mail_parser::MessagePart<'_>) -> bool {
    part.headers.iter().any(|header| header.name == HeaderName::ContentId) && !is_attachment(part)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::super::parse;
    use super::*;

    fn one(name: &str, address: &str) -> Mailbox {
        Mailbox { name: name.to_owned(), address: address.to_owned() }
    }

    #[test]
    fn a_name_never_stands_for_an_address() {
        let table: Vec<(&str, Vec<Mailbox>)> = vec![
            ("\"<maint@provider.example>\" <evil@evil.example>", vec![one("<maint@provider.example>", "evil@evil.example")]),
            ("\"maint@provider.example\" <evil@evil.example>", vec![one("maint@provider.example", "evil@evil.example")]),
            ("maint@provider.example <evil@evil.example>", vec![one("maint@provider.example", "evil@evil.example")]),
            ("=?utf-8?q?=3Cmaint=40provider.example=3E?= <evil@evil.example>", vec![one("<maint@provider.example>", "evil@evil.example")]),
            ("evil@evil.example (maint@provider.example)", vec![one("maint@provider.example", "evil@evil.example")]),
            ("noc+maint@Provider.EXAMPLE", vec![one("", "noc+maint@provider.example")]),
            ("=?iso-8859-1?q?St=F6rung?= <a@b.example>", vec![one("Störung", "a@b.example")]),
            ("a@b.example, C <c@d.example>", vec![one("", "a@b.example"), one("C", "c@d.example")]),
            ("<maint@provider.example>, <evil@evil.example>", vec![one("", "maint@provider.example"), one("", "evil@evil.example")]),
            ("nobody", vec![one("nobody", "")]),
        ];
        for (value, expected) in table {
            let mail = parse(format!("From: {value}\r\nSubject: s\r\n\r\nx").as_bytes());
            assert_eq!(mail.from, expected, "{value}");
        }
    }

    #[test]
    fn every_from_header_counts_and_repetition_is_named() {
        let mail = parse(b"From: a@x.example\r\nfrom: B <b@y.example>\r\nSubject: one\r\nSubject: two\r\nTo: t@z.example\r\n\r\n");
        assert_eq!(mail.from, [one("", "a@x.example"), one("B", "b@y.example")]);
        assert_eq!(mail.author(), None);
        assert_eq!(mail.header_faults, ["from stands more than once", "subject stands more than once"]);
        assert_eq!(mail.subject, "one");
    }

    #[test]
    fn recipients_ids_dates_and_results_are_read() {
        let raw = "Received: from a.example by b.example with ESMTPS id 1 for <c@d.example>; Mon, 05 Oct 2020 10:00:07 +0200\r\n\
            Received: from z.example by a.example; Mon, 05 Oct 2020 09:00:00 +0200\r\n\
            Authentication-Results: mx.d.example;\r\n dkim=pass header.d=p.example\r\n\
            Authentication-Results: other.example; dkim=fail\r\n\
            Delivered-To: inbox@d.example\r\nX-Original-To: alias@d.example\r\n\
            Message-ID: <1@p.example>\r\nIn-Reply-To: <0@p.example>\r\nReferences: <a@p.example>\r\n <0@p.example>\r\n\
            X-Original-Sender: noc@p.example\r\nReply-To: R <r@p.example>\r\n\
            From: N via list <list@g.example>\r\nTo: T <t@D.example>\r\nCc: u@d.example\r\n\
            Date: Mon, 5 Oct 2020 03:00:00 -0500\r\nSubject: =?utf-8?q?Wartung_f=C3=BCr?=\r\n =?utf-8?q?_AB-1?=\r\n\r\nx";
        let mail = parse(raw.as_bytes());
        assert_eq!(mail.received, Utc.with_ymd_and_hms(2020, 10, 5, 8, 0, 7).single());
        assert_eq!(mail.date, Utc.with_ymd_and_hms(2020, 10, 5, 8, 0, 0).single());
        assert_eq!(
            mail.auth,
            [
                AuthFact::Results("mx.d.example; dkim=pass header.d=p.example".to_owned()),
                AuthFact::Results("other.example; dkim=fail".to_owned())
            ]
        );
        assert_eq!(
            mail.recipients().map(|to| to.address.as_str()).collect::<Vec<_>>(),
            ["t@d.example", "u@d.example", "inbox@d.example", "alias@d.example"]
        );
        assert_eq!((mail.message_id.as_deref(), mail.in_reply_to.as_slice()), (Some("1@p.example"), ["0@p.example".to_owned()].as_slice()));
        assert_eq!(mail.references, ["a@p.example", "0@p.example"]);
        assert_eq!(mail.original_sender, Some(one("", "noc@p.example")));
        assert_eq!(mail.reply_to, [one("R", "r@p.example")]);
        assert_eq!(mail.subject, "Wartung für AB-1");
    }

    #[test]
    fn an_impossible_date_is_none() {
        for date in ["Mon, 99 Oct 2020 10:00:00 +0000", "yesterday", "Mon, 5 Oct 2020 25:00:00 +0000", ""] {
            assert_eq!(parse(format!("Date: {date}\r\nSubject: x\r\n\r\n").as_bytes()).date, None, "{date}");
        }
    }
}
