//! The parts of a message → bodies, calendars and sheets. Every text part is read, an attached mail as a forwarded one; what is not read is named.

use std::ops::Range;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::model::{BodyText, CalendarEvent, Mail, Sheet, Table};

use super::html::HtmlText;
use super::quote::Hints;
use super::{headers, html, ical, quote, repair, sheet, text};

/// Most text of the plain parts of a mail together, and of its HTML parts, that is read, in bytes; what is more is cut, and that is said.
const MAX_BODY_BYTES: usize = 1_000_000;
/// Most text of its calendar parts together, and most bytes of its csv attachments.
const MAX_CALENDAR_BYTES: usize = 2_000_000;
const MAX_SHEET_BYTES: usize = 4_000_000;

/// Most lines kept in which no word counts.
const MAX_VEILED: usize = 200;

/// Most attached sheets read.
const MAX_SHEETS: usize = 20;

/// A body before quotes are told apart.
#[derive(Clone, Debug, Default)]
struct Body {
    lines: Vec<String>,
    tables: Vec<(usize, Table)>,
    quotes: Vec<Range<usize>>,
}

impl Body {
    fn plain(lines: Vec<String>) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Adds another body below an empty line.
    fn append(&mut self, other: Self) {
        if !self.lines.is_empty() && !other.lines.is_empty() {
            self.lines.push(String::new());
        }
        let shift = self.lines.len();
        // An open quote of the body above ends with it.
        for range in &mut self.quotes {
            range.end = range.end.min(shift);
        }
        self.lines.extend(other.lines);
        self.tables.extend(other.tables.into_iter().map(|(at, table)| (at + shift, table)));
        self.quotes.extend(other.quotes.into_iter().map(|range| range.start + shift..range.end.saturating_add(shift)));
    }
}

impl From<HtmlText> for Body {
    fn from(text: HtmlText) -> Self {
        Self { lines: text.lines, tables: text.tables, quotes: text.quotes }
    }
}

/// How many bytes were read so far: a mail of many long parts costs no more than one of a single long part.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    plain: usize,
    html: usize,
    calendars: usize,
    sheets: usize,
}

/// What the parts of a message hold.
#[derive(Default)]
pub(super) struct Parts {
    plain: Option<Body>,
    html: Option<Body>,
    calendars: Vec<CalendarEvent>,
    sheets: Vec<Sheet>,
    unread: Vec<String>,
    defects: Vec<String>,
    hidden_in_words: bool,
    /// What was left out for its length.
    cut: Vec<String>,
    spent: Spent,
    /// Text that came as an attachment: read where the mail has no other text.
    attached: Option<Body>,
    /// Lines in which no word counts: a reader may not see them, or the writer did not write them as the text of this mail.
    veiled: Vec<String>,
    /// It cannot be told which lines those are.
    any_veiled: bool,
    /// A mail attached to this one: its header block and its parts.
    forwarded: Vec<(Vec<String>, Self)>,
}

impl Parts {
    /// Whether a calendar answers an invitation: a click on "accept".
    pub(super) fn answers_an_invitation(&self) -> bool {
        self.calendars.iter().any(|event| event.method.as_deref() == Some("REPLY"))
    }

    pub(super) fn collect(&mut self, message: &Message<'_>, is_bounce: bool) {
        for part in &message.parts {
            match &part.body {
                PartType::Text(text) => self.text_or_repaired(part, text, message.raw_message()),
                PartType::Html(text) => self.html(part, text),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.binary(part, bytes),
                PartType::Message(_) if is_bounce => {}
                PartType::Message(inner) => {
                    let mut parts = Self { spent: self.spent, ..Self::default() };
                    parts.collect_below(inner);
                    self.spent = parts.spent;
                    self.forwarded.push((headers::block(inner), parts));
                }
                PartType::Multipart(_) => {}
            }
        }
    }

    /// The parts of an attached mail; what is attached to that is only named.
    fn collect_below(&mut self, message: &Message<'_>) {
        for part in &message.parts {
            match &part.body {
                PartType::Text(text) => self.text_or_repaired(part, text, message.raw_message()),
                PartType::Html(text) => self.html(part, text),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.binary(part, bytes),
                PartType::Message(inner) => self.unread.push(inner.subject().unwrap_or("message/rfc822").to_owned()),
                PartType::Multipart(_) => {}
            }
        }
    }

    /// Where the parser met a broken encoding it hands on the part's bytes as they stand, HTML too.
    fn text_or_repaired(&mut self, part: &MessagePart<'_>, text: &str, raw: &[u8]) {
        let repaired = if part.is_encoding_problem { repair::text(part, raw) } else { None };
        let text = repaired.as_deref().unwrap_or(text);
        if matches!(kind(part).as_str(), "text/csv" | "text/tab-separated-values") || named(part, ".csv") || named(part, ".tsv") {
            // A charset that the parser took for granted (csv is often UTF-16) would be lost in its text.
            return self.sheet(part, &repair::bytes(part, raw).unwrap_or_default());
        }
        if kind(part) == "text/html" { self.html(part, text) } else { self.text(part, text) }
    }

    fn text(&mut self, part: &MessagePart<'_>, text: &str) {
        let kind = kind(part);
        self.note_defects(part, text);
        if kind == "text/calendar" || named(part, ".ics") {
            self.calendar(text);
        } else if kind == "message/delivery-status" || kind == "text/rfc822-headers" {
        } else if headers::is_attachment(part) && matches!(kind.as_str(), "text/plain" | "text/html") {
            self.unread.push(headers::file_name(part).unwrap_or(kind));
            let text = self.bounded(text, |spent| &mut spent.plain);
            add(&mut self.attached, Body::plain(text::lines(text)));
        } else if !matches!(kind.as_str(), "text/plain" | "text/html" | "text/enriched") {
            self.unread.push(headers::file_name(part).unwrap_or(kind));
        } else {
            let text = self.bounded(text, |spent| &mut spent.plain);
            // A third form of the text may say something else; and what stands first is empty, not the part below it.
            self.any_veiled |= kind == "text/enriched" || self.plain.is_some() && says_nothing(&self.plain);
            if holds_tags(text) {
                let read = if is_laid_out_by_tags(text) { html::read(text) } else { html::read_preformatted(text) };
                self.veil(&read.veiled);
                add(&mut self.plain, read.into());
            } else {
                self.veiled.extend(text::patched(text));
                add(&mut self.plain, Body::plain(text::lines(&unflowed(part, text))));
            }
        }
    }

    fn html(&mut self, part: &MessagePart<'_>, text: &str) {
        self.note_defects(part, text);
        if headers::is_attachment(part) {
            self.unread.push(headers::file_name(part).unwrap_or_else(|| kind(part)));
            let text = self.bounded(text, |spent| &mut spent.html);
            add(&mut self.attached, html::read(text).into());
            return;
        }
        let text = self.bounded(text, |spent| &mut spent.html);
        let read = html::read(text);
        if read.lines.is_empty() && !text.trim().is_empty() {
            self.defects.push("the HTML part shows no text".to_owned());
        }
        self.veil(&read.veiled);
        self.any_veiled |= self.html.is_some() && says_nothing(&self.html);
        add(&mut self.html, read.into());
    }

    fn veil(&mut self, veiled: &html::Veiled) {
        self.any_veiled |= veiled.any;
        self.veiled.extend(veiled.lines.iter().cloned());
    }

    fn binary(&mut self, part: &MessagePart<'_>, bytes: &[u8]) {
        let kind = kind(part);
        if kind == "application/ics" || named(part, ".ics") {
            self.calendar(&String::from_utf8_lossy(bytes));
        } else if kind == "text/csv" || named(part, ".csv") || named(part, ".tsv") || kind == "text/tab-separated-values" {
            self.sheet(part, bytes);
        } else if sheet::xlsx::is_zip(bytes) && (named(part, ".xlsx") || named(part, ".xlsm") || kind.ends_with("spreadsheetml.sheet")) {
            self.workbook(part, bytes);
        } else if kind == "message/delivery-status" || headers::is_embedded(part) {
        } else {
            self.unread.push(headers::file_name(part).unwrap_or(kind));
        }
    }

    fn sheet(&mut self, part: &MessagePart<'_>, bytes: &[u8]) {
        let name = headers::file_name(part).unwrap_or_else(|| kind(part));
        let left = MAX_SHEET_BYTES.saturating_sub(self.spent.sheets);
        if self.sheets.len() >= MAX_SHEETS || left == 0 {
            self.cut.push(format!("the sheet {name} was not read: there are too many sheets"));
            self.unread.push(name);
            return;
        }
        self.spent.sheets = self.spent.sheets.saturating_add(bytes.len());
        let (sheet, lost) = sheet::csv(&name, bytes, left);
        self.sheets.push(sheet);
        self.cut.extend(lost);
    }

    fn workbook(&mut self, part: &MessagePart<'_>, bytes: &[u8]) {
        let name = headers::file_name(part).unwrap_or_else(|| kind(part));
        let is_left = self.sheets.len() < MAX_SHEETS && self.spent.sheets < MAX_SHEET_BYTES;
        self.spent.sheets = self.spent.sheets.saturating_add(bytes.len());
        let read = if is_left { sheet::xlsx::sheets(&name, bytes) } else { Err("there are too many sheets".to_owned()) };
        match read {
            Ok(sheets) => self.sheets.extend(sheets),
            Err(why) => {
                self.cut.push(format!("the sheet {name} was not read: {why}"));
                self.unread.push(name);
            }
        }
    }

    fn calendar(&mut self, text: &str) {
        self.spent.calendars = self.spent.calendars.saturating_add(text.len());
        if self.spent.calendars > MAX_CALENDAR_BYTES {
            self.cut.push(format!("a calendar part of {} bytes was not read", text.len()));
            return;
        }
        let read = ical::events(text);
        // The same calendar comes often twice: as a part and as an attachment.
        for event in read.events {
            if !self.calendars.contains(&event) {
                self.calendars.push(event);
            }
        }
        self.defects.extend(read.defects);
        self.cut.extend(read.cut);
    }

    /// The part of a body that is read; what is beyond the bound is said to be cut.
    fn bounded<'a>(&mut self, text: &'a str, spent: impl Fn(&mut Spent) -> &mut usize) -> &'a str {
        let spent = spent(&mut self.spent);
        let left = MAX_BODY_BYTES.saturating_sub(*spent);
        *spent = spent.saturating_add(text.len());
        if text.len() <= left {
            return text;
        }
        let read = text.get(..text.floor_char_boundary(left)).unwrap_or_default();
        self.cut.push(format!("a body of {} bytes was read as far as {}", text.len(), read.len()));
        read
    }

    fn note_defects(&mut self, part: &MessagePart<'_>, text: &str) {
        if part.is_encoding_problem {
            self.defects.push("a part could not be decoded".to_owned());
        }
        if let Some(charset) = headers::unknown_charset(part) {
            self.defects.push(format!("unknown charset {charset}"));
        }
        if text.contains('\u{fffd}') {
            self.defects.push("some characters could not be decoded".to_owned());
        }
        self.hidden_in_words |= text::hides_in_words(text);
        if text::turns_direction(text) {
            self.defects.push("the text holds marks that turn its direction".to_owned());
        }
    }

    pub(super) fn fill(mut self, mail: &mut Mail) {
        for (head, inner) in std::mem::take(&mut self.forwarded) {
            self.pass_on(head, inner);
        }
        mail.hidden_in_words = self.hidden_in_words;
        if says_nothing(&self.plain) && says_nothing(&self.html) && self.attached.is_some() {
            self.plain = self.attached.take();
            self.any_veiled = true;
        }
        // Where one of the two says nothing, they do not say the same.
        self.any_veiled |= self.plain.is_some() && self.html.is_some() && says_nothing(&self.plain) != says_nothing(&self.html);
        let hints = Hints::of(&mail.subject, !mail.in_reply_to.is_empty());
        let mut inner_from = None;
        if let Some(body) = self.html {
            let split = quote::split(&body.lines, &body.quotes, hints);
            let fresh = |at: &usize| split.fresh.get(*at).copied().unwrap_or(false);
            mail.tables.extend(body.tables.into_iter().filter(|(at, _)| fresh(at)).map(|(_, table)| table));
            inner_from = split.forwarded_from;
            mail.only_forwards = split.only_forwards;
            self.veiled.extend(split.passed_on);
            mail.html = Some(split.body).filter(|body| *body != BodyText::default());
        }
        if let Some(body) = self.plain {
            let split = quote::split(&body.lines, &body.quotes, hints);
            let fresh = |at: &usize| split.fresh.get(*at).copied().unwrap_or(false);
            if mail.html.is_none() {
                mail.tables.extend(body.tables.into_iter().filter(|(at, _)| fresh(at)).map(|(_, table)| table));
            }
            inner_from = inner_from.or(split.forwarded_from);
            mail.only_forwards = split.only_forwards;
            self.veiled.extend(split.passed_on);
            mail.plain = Some(split.body).filter(|body| *body != BodyText::default());
        }
        mail.original_sender = mail.original_sender.take().or(inner_from);
        mail.any_veiled = self.any_veiled || self.veiled.len() > MAX_VEILED;
        self.veiled.truncate(MAX_VEILED);
        mail.veiled = self.veiled;
        mail.calendars = self.calendars;
        mail.sheets = self.sheets;
        mail.unread_attachments = self.unread;
        self.defects.dedup();
        mail.defects.extend(self.defects);
        mail.cut = self.cut;
    }

    /// An attached mail is read as a forwarded one: below what was written, under its header block, in each of the two bodies.
    fn pass_on(&mut self, head: Vec<String>, inner: Self) {
        let wants_html = self.html.is_some() || inner.html.is_some();
        let text_of = |plain: &Option<Body>, html: &Option<Body>| html.clone().or_else(|| plain.clone()).unwrap_or_default();
        if wants_html {
            let mut html = text_of(&self.plain, &self.html);
            html.append(Body::plain(head.clone()));
            html.append(text_of(&inner.plain, &inner.html));
            self.html = Some(html);
        }
        let mut plain = self.plain.take().unwrap_or_default();
        plain.append(Body::plain(head));
        plain.append(inner.plain.or(inner.html).unwrap_or_default());
        self.plain = Some(plain);
        for event in inner.calendars {
            if !self.calendars.contains(&event) {
                self.calendars.push(event);
            }
        }
        self.sheets.extend(inner.sheets);
        self.unread.extend(inner.unread);
        self.defects.extend(inner.defects);
        self.cut.extend(inner.cut);
    }
}

fn says_nothing(body: &Option<Body>) -> bool {
    body.as_ref().is_none_or(|body| body.lines.iter().all(String::is_empty))
}

fn add(place: &mut Option<Body>, body: Body) {
    match place {
        Some(above) => above.append(body),
        None => *place = Some(body),
    }
}

/// `type/subtype` in lower case; `text/plain` where none is stated (RFC 2045 section 5.2).
fn kind(part: &MessagePart<'_>) -> String {
    part.content_type()
        .map_or_else(|| "text/plain".to_owned(), |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase())
}

fn named(part: &MessagePart<'_>, ending: &str) -> bool {
    headers::file_name(part).is_some_and(|name| name.to_lowercase().ends_with(ending))
}

/// Whether text is HTML sent as plain text: some providers do.
fn holds_tags(text: &str) -> bool {
    const TAGS: &[&str] =
        &["<br", "</b>", "</p>", "</td>", "</tr>", "</div>", "</span>", "</strong>", "</a>", "<html", "</font>", "</i>", "</u>", "</li>"];
    let lower = text.to_ascii_lowercase();
    TAGS.iter().map(|tag| lower.matches(tag).take(2).count()).sum::<usize>() > 1
}

/// Whether such text breaks its lines by tags; else by its line ends.
fn is_laid_out_by_tags(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["<br", "<p", "<div", "<td", "<li"].iter().any(|tag| lower.contains(tag))
}

/// `format=flowed` (RFC 3676): a line that ends in a space goes on in the next one.
fn unflowed(part: &MessagePart<'_>, text: &str) -> String {
    let parameter = |name: &str| part.content_type().and_then(|kind| kind.attribute(name)).map(str::to_lowercase);
    if parameter("format").as_deref() != Some("flowed") {
        return text.to_owned();
    }
    let delete_space = parameter("delsp").as_deref() == Some("yes");
    let depth = |line: &str| line.chars().take_while(|c| *c == '>').count();
    let mut whole = String::with_capacity(text.len());
    let mut goes_on: Option<usize> = None;
    for line in text.lines() {
        let level = depth(line);
        let words = line.trim_start_matches('>');
        let words = words.strip_prefix(' ').unwrap_or(words);
        if goes_on == Some(level) && words != "-- " {
            if delete_space {
                whole.truncate(whole.len() - 1);
            }
            whole.push_str(words);
        } else {
            if !whole.is_empty() {
                whole.push('\n');
            }
            whole.push_str(&">".repeat(level));
            if level > 0 {
                whole.push(' ');
            }
            whole.push_str(words);
        }
        goes_on = (words.ends_with(' ') && words != "-- ").then_some(level);
    }
    whole
}
