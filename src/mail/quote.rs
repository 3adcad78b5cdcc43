//! What the sender wrote this time, told apart from the history below and between; and what was forwarded, which is no history.
//!
//! A provider's mail must never end empty here: what would leave nothing is kept whole, and a rule of underscores or a bare `>` is
//! history only where more than that says so.

use std::ops::Range;

use crate::model::{BodyText, Mailbox};

/// Most lines that one header block of a forwarded or answered mail may have.
const MAX_HEADER_LINES: usize = 40;
/// Most levels of `>` taken off a forwarded text.
const MAX_UNQUOTED: usize = 5;
/// A remark above a forwarded mail has at most this many characters.
const MAX_REMARK_CHARS: usize = 600;

/// What the rest of the mail says about its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// It answers another mail: by In-Reply-To or by `Re:`.
    pub(super) answers: bool,
    /// It passes another on: by `Fwd:`.
    pub(super) forwards: bool,
}

impl Hints {
    /// Reads the subject's first prefix in the languages of the common clients.
    pub(super) fn of(subject: &str, in_reply_to: bool) -> Self {
        let prefix = subject.split_once([':', '：']).map(|(prefix, _)| prefix.trim().to_lowercase()).unwrap_or_default();
        let prefix = prefix.split(['[', '(']).next().unwrap_or_default();
        let forwards = matches!(prefix, "fw" | "fwd" | "wg" | "tr" | "rv" | "enc" | "i" | "vb" | "vs" | "doorst" | "pd" | "转发" | "転送");
        let answers = matches!(prefix, "re" | "aw" | "sv" | "antw" | "r" | "res" | "rif" | "odp" | "回复" | "返信");
        Self { answers: answers || in_reply_to && !forwards, forwards }
    }
}

/// A body split, with the lines that stayed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Split {
    pub(super) body: BodyText,
    /// For each line whether it is fresh.
    pub(super) fresh: Vec<bool>,
    /// The inner From of a forwarded mail.
    pub(super) forwarded_from: Option<Mailbox>,
}

/// Splits a body; `quotes` are the lines that the mail client marked, none for plain text.
pub(super) fn split(lines: &[String], quotes: &[Range<usize>], hints: Hints) -> Split {
    let mut reader = Reader {
        lines,
        quotes,
        hints,
        ignored_before: None,
        unquote: 0,
        fresh: vec![true; lines.len()],
        text: Vec::new(),
        forwarded_from: None,
    };
    reader.read();
    let Reader { mut fresh, mut text, forwarded_from, .. } = reader;
    if text.iter().all(|line| line.trim().is_empty()) {
        fresh = vec![true; lines.len()];
        text = lines.iter().map(String::as_str).collect();
    }
    let quoted: Vec<&str> = lines.iter().zip(&fresh).filter(|(_, fresh)| !**fresh).map(|(line, _)| line.as_str()).collect();
    Split { body: BodyText { fresh: trimmed(&text), quoted: trimmed(&quoted) }, fresh, forwarded_from }
}

fn trimmed(lines: &[&str]) -> String {
    lines.join("\n").trim_matches('\n').to_owned()
}

struct Reader<'a> {
    lines: &'a [String],
    quotes: &'a [Range<usize>],
    hints: Hints,
    /// Client marks that begin before this line belong to a forward and hide nothing.
    ignored_before: Option<usize>,
    /// How many `>` the forwarded text carries.
    unquote: usize,
    fresh: Vec<bool>,
    text: Vec<&'a str>,
    forwarded_from: Option<Mailbox>,
}

impl<'a> Reader<'a> {
    fn line(&self, at: usize) -> Option<&'a str> {
        let line = self.lines.get(at)?;
        Some((0..self.unquote).fold(line.as_str(), |line, _| unquoted(line).unwrap_or(line)))
    }

    fn read(&mut self) {
        let mut at = 0;
        let mut answered = false;
        while let Some(line) = self.line(at) {
            let kind = kind(line);
            match kind {
                Kind::OwnMark => return self.drop_to(at, self.lines.len()),
                Kind::ForwardMark => {
                    at = self.forward(at, at + 1);
                    continue;
                }
                Kind::OriginalMark | Kind::Field(Field::From) | Kind::Rule => {
                    let from = if kind == Kind::Field(Field::From) { at } else { self.next_filled(at + 1) };
                    if let Some(block) = self.header_block(from) {
                        if self.passes_on() {
                            at = self.forward_block(at, &block);
                            continue;
                        }
                        return self.drop_to(at, self.lines.len());
                    }
                    if kind == Kind::OriginalMark && self.wrote_something() {
                        return self.drop_to(at, self.lines.len());
                    }
                }
                _ => {}
            }
            if let Some(end) = self.attribution(at) {
                let next = self.next_filled(end);
                if self.line(next).is_some_and(|line| unquoted(line).is_some()) {
                    self.drop_to(at, next);
                    at = next;
                    answered = true;
                    continue;
                }
                if self.hidden(next) {
                    self.drop_to(at, next);
                    at = next;
                    continue;
                }
                if self.hints.answers || self.wrote_something() {
                    return self.drop_to(at, self.lines.len());
                }
            }
            if self.hidden(at) && !self.holds_forward(at) || (answered || self.hints.answers) && unquoted(line).is_some() {
                self.drop_to(at, at + 1);
            } else {
                self.text.push(line);
            }
            at += 1;
        }
    }

    /// Whether a client mark covers a line.
    fn hidden(&self, at: usize) -> bool {
        self.quotes.iter().any(|range| range.contains(&at) && self.ignored_before.is_none_or(|before| range.start >= before))
    }

    /// Gmail puts forwards into the same element as quotes: the first filled line inside tells them apart.
    fn holds_forward(&self, at: usize) -> bool {
        self.quotes.iter().any(|range| range.start == at)
            && self.line(self.next_filled(at)).is_some_and(|line| kind(line) == Kind::ForwardMark)
    }

    fn wrote_something(&self) -> bool {
        self.text.iter().any(|line| !line.trim().is_empty())
    }

    /// An Outlook header block opens a forward where the subject says so, or where it does not say otherwise and only a remark stands above.
    fn passes_on(&self) -> bool {
        let remark: usize = self.text.iter().map(|line| line.len()).sum();
        self.hints.forwards || !self.hints.answers && remark <= MAX_REMARK_CHARS || !self.wrote_something()
    }

    fn drop_to(&mut self, from: usize, to: usize) {
        for fresh in self.fresh.iter_mut().take(to).skip(from) {
            *fresh = false;
        }
    }

    fn next_filled(&self, from: usize) -> usize {
        (from..self.lines.len()).find(|at| self.line(*at).is_some_and(|line| !line.trim().is_empty())).unwrap_or(self.lines.len())
    }

    /// Takes out a forward's mark and header block, and returns where its text begins.
    fn forward(&mut self, mark: usize, after: usize) -> usize {
        let next = self.next_filled(after);
        if self.line(next).is_some_and(|line| unquoted(line).is_some()) {
            self.unquote = (self.unquote + 1).min(MAX_UNQUOTED);
        }
        match self.header_block(next) {
            Some(block) => self.forward_block(mark, &block),
            None => {
                self.drop_to(mark, after);
                self.ignored_before = Some(after + 1);
                after
            }
        }
    }

    fn forward_block(&mut self, mark: usize, block: &Block) -> usize {
        self.drop_to(mark, block.end);
        // The inner subject is content; its dates and addresses are not.
        for at in block.subject.clone() {
            if let Some(fresh) = self.fresh.get_mut(at) {
                *fresh = true;
            }
            if let Some(line) = self.line(at) {
                self.text.push(line);
            }
        }
        if self.forwarded_from.is_none() {
            self.forwarded_from.clone_from(&block.from);
        }
        // What was answered inside the forward is history again, so its own subject decides from here on.
        self.hints = Hints { answers: true, forwards: false };
        self.ignored_before = Some(self.next_filled(block.end) + 1);
        block.end
    }

    /// A header block: From, and two of the other fields, one a line, long ones wrapped.
    fn header_block(&self, from: usize) -> Option<Block> {
        let mut block = Block { from: None, subject: 0..0, end: from };
        let (mut at, mut empty) = (from, 0);
        let mut seen: Vec<Field> = Vec::new();
        while at < from + MAX_HEADER_LINES {
            let Some(line) = self.line(at) else { break };
            match kind(line) {
                // A field that stood already belongs to the text: many notices begin with a date of their own.
                Kind::Field(field) if seen.contains(&field) && field != Field::Other => break,
                Kind::Field(field) => {
                    if field == Field::From {
                        block.from = mailbox(line);
                    } else if field == Field::Subject {
                        block.subject = at..at + 1;
                    }
                    seen.push(field);
                    block.end = at + 1;
                    empty = 0;
                }
                Kind::Empty if seen.is_empty() || empty > 0 => break,
                // Paragraph per field: one empty line between two fields is no end.
                Kind::Empty => empty += 1,
                _ if seen.is_empty() || empty > 0 => break,
                // A long value is wrapped: another field follows close below.
                _ if (at + 1..at + 4).any(|below| {
                    self.line(below).is_some_and(|line| matches!(kind(line), Kind::Field(field) if !seen.contains(&field)))
                }) =>
                {
                    if seen.last() == Some(&Field::From) && block.from.is_none() {
                        block.from = mailbox(line);
                    } else if seen.last() == Some(&Field::Subject) {
                        block.subject.end = at + 1;
                    }
                    block.end = at + 1;
                }
                _ => break,
            }
            at += 1;
        }
        (seen.contains(&Field::From) && seen.len() >= 3).then_some(block)
    }

    /// The end of an attribution (`On … wrote:`) that begins at a line and runs over three at most.
    fn attribution(&self, at: usize) -> Option<usize> {
        let first = self.line(at)?.trim();
        if !opens_attribution(first) {
            return None;
        }
        let mut whole = String::new();
        for end in at..at + 4 {
            let line = self.line(end)?.trim();
            if line.is_empty() || whole.len() + line.len() > 500 {
                return None;
            }
            whole.push(' ');
            whole.push_str(line);
            if whole.ends_with([':', '：']) {
                return ends_attribution(&whole.to_lowercase()).then_some(end + 1);
            }
        }
        None
    }
}

struct Block {
    from: Option<Mailbox>,
    subject: Range<usize>,
    end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Empty,
    Text,
    /// Our own request's marker lines.
    OwnMark,
    /// `---------- Forwarded message ---------`
    ForwardMark,
    /// `-----Original Message-----`
    OriginalMark,
    /// `________________`
    Rule,
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Subject,
    Other,
}

const FORWARDED: &[&str] = &[
    "forwarded message",
    "forwarded by",
    "weitergeleitete nachricht",
    "message transféré",
    "message transfere",
    "mensaje reenviado",
    "doorgestuurd bericht",
    "mensagem encaminhada",
    "messaggio inoltrato",
    "vidarebefordrat meddelande",
    "転送メッセージ",
    "转发的消息",
    "转发邮件",
    "weitergeleitet von",
    "videresendt meddelelse",
];
const BEGIN_FORWARDED: &[&str] = &[
    "begin forwarded message:",
    "anfang der weitergeleiteten nachricht:",
    "début du message réexpédié",
    "début du message transféré",
    "inicio del mensaje reenviado:",
    "begin doorgestuurd bericht:",
    "início da mensagem encaminhada:",
    "início da mensagem reencaminhada:",
    "inizio messaggio inoltrato:",
    "転送されたメッセージ",
];
const ORIGINAL: &[&str] = &[
    "original message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "oorspronkelijk bericht",
    "mensagem original",
    "messaggio originale",
    "ursprungligt meddelande",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "元のメッセージ",
    "原始邮件",
    "邮件原件",
];
const FROM: &[&str] = &["from", "von", "de", "da", "van", "från", "fra", "od", "expéditeur", "remitente", "差出人", "送信者", "发件人"];
const SUBJECT: &[&str] =
    &["subject", "betreff", "objet", "asunto", "assunto", "onderwerp", "oggetto", "ämne", "emne", "temat", "件名", "主题"];
const DATE: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "enviado el",
    "enviada em",
    "enviado em",
    "fecha",
    "verzonden",
    "data",
    "inviato",
    "skickat",
    "sendt",
    "dato",
    "wysłano",
    "送信日時",
    "日時",
    "日付",
    "发送时间",
    "日期",
];
const TO: &[&str] = &["to", "an", "à", "para", "aan", "a", "till", "til", "do", "宛先", "收件人"];
const OTHER: &[&str] = &["cc", "bcc", "reply-to", "importance", "kopie", "抄送"];

fn kind(line: &str) -> Kind {
    let line = line.trim();
    if line.is_empty() {
        return Kind::Empty;
    }
    if line.len() > 400 {
        return match line.split_once(':').and_then(|(name, _)| field(name)) {
            Some(field) => Kind::Field(field),
            None => Kind::Text,
        };
    }
    let lower = line.to_lowercase();
    if lower.starts_with("--- the notice, exactly as customers get it") || lower.contains("write above this line") {
        return Kind::OwnMark;
    }
    if BEGIN_FORWARDED.iter().any(|begin| lower.starts_with(begin)) {
        return Kind::ForwardMark;
    }
    if let Some(inner) = dashed(&lower) {
        if FORWARDED.iter().any(|mark| inner.starts_with(mark)) {
            return Kind::ForwardMark;
        }
        if ORIGINAL.iter().any(|mark| inner.starts_with(mark)) {
            return Kind::OriginalMark;
        }
    }
    if line.len() >= 16 && line.chars().all(|c| c == '_') {
        return Kind::Rule;
    }
    line.split_once([':', '：']).and_then(|(name, _)| field(name)).map_or(Kind::Text, Kind::Field)
}

/// The text between dashes: `-----text-----`, `---------- text ---------`.
fn dashed(line: &str) -> Option<&str> {
    let inner = line.strip_prefix("--").or_else(|| line.strip_prefix('\u{2014}'))?;
    Some(inner.trim_matches(['-', '\u{2014}', ' ']))
}

fn field(name: &str) -> Option<Field> {
    let name = name.trim_matches([' ', '*', '_', '\u{a0}']).to_lowercase();
    let one_of = |names: &[&str]| names.contains(&name.as_str());
    if one_of(FROM) {
        Some(Field::From)
    } else if one_of(SUBJECT) {
        Some(Field::Subject)
    } else if one_of(DATE) {
        Some(Field::Date)
    } else if one_of(TO) {
        Some(Field::To)
    } else if one_of(OTHER) {
        Some(Field::Other)
    } else {
        None
    }
}

/// A line without one level of `>`; none where it has none. `>From` is mbox's escape and not a quote.
fn unquoted(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('>')?;
    (!rest.starts_with("From ")).then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

fn opens_attribution(line: &str) -> bool {
    const OPENERS: &[&str] = &["On ", "Am ", "Le ", "El ", "Op ", "Em ", "Il ", "Den ", "Dnia ", "W dniu ", "A "];
    OPENERS.iter().any(|opener| line.starts_with(opener))
        || line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(['年', '/', '-'])
        || line.ends_with("wrote:")
}

fn ends_attribution(whole: &str) -> bool {
    const VERBS: &[&str] = &[
        "wrote:",
        "schrieb:",
        "a écrit :",
        "a écrit:",
        "a écrit\u{a0}:",
        "escribió:",
        "escribio:",
        "schreef:",
        "escreveu:",
        "ha scritto:",
        "skrev:",
        "napisał:",
        "napisał(a):",
        "のメール:",
        "は書きました:",
        "さんは書きました:",
        "写道：",
        "写道:",
    ];
    let digits = whole.chars().any(|c| c.is_ascii_digit());
    let address = whole.contains('@') && (whole.ends_with(">:") || whole.ends_with("):"));
    let verb = VERBS.iter().any(|verb| whole.ends_with(verb));
    // German, Dutch and Swedish put the verb before the name.
    let verb_inside = [" schrieb ", " schreef ", " skrev ", " escribió ", " escreveu "].iter().any(|verb| whole.contains(verb));
    digits && (verb || verb_inside || address) || verb && whole.contains('@')
}

/// The mailbox of a `From:` line: `Name <address>`, `Name [mailto:address]`, or the bare address.
fn mailbox(line: &str) -> Option<Mailbox> {
    let value = match line.split_once([':', '：']) {
        Some((name, value)) if field(name).is_some() => value,
        _ => line,
    };
    let value = value.trim_matches([' ', '*']);
    let clean = value.replace("mailto:", "");
    let word = clean.split([' ', '<', '>', '[', ']', '(', ')', ',', ';', '"', '\'']).rfind(|word| is_address(word))?;
    let name = clean.split(['<', '[', '(']).next().unwrap_or_default().trim_matches([' ', '"', '\'', '*']);
    let name = if name.contains(word) { String::new() } else { name.to_owned() };
    let (local, domain) = word.rsplit_once('@')?;
    Some(Mailbox { name, address: format!("{local}@{}", domain.to_lowercase()) })
}

fn is_address(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.ends_with('.'))
}
