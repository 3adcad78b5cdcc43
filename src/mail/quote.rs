//! What the sender wrote this time, told apart from the history below and between; and what was forwarded, which is no history.
//!
//! A provider's mail must never end empty here: what would leave nothing is kept whole, and a rule of underscores or a bare `>` is
//! history only where more than that says so.

#[cfg(test)]
mod clients;
mod marks;

use std::ops::Range;

use crate::model::{BodyText, Mailbox};

use marks::{Field, Kind, closes_attribution, ends_attribution, kind, mailbox, may_open_attribution, opens_attribution, unquoted};

/// Most lines that one header block of a forwarded or answered mail may have.
const MAX_HEADER_LINES: usize = 40;
/// Most levels of `>` taken off a forwarded text.
const MAX_UNQUOTED: usize = 5;
/// Most lines kept of what is forwarded.
const MAX_PASSED_ON: usize = 10;
/// Most forwards within forwards.
const MAX_FORWARDS: usize = 10;
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
    /// The first lines of what is forwarded.
    pub(super) passed_on: Vec<String>,
    /// A forwarded mail, and nothing stands above it.
    pub(super) only_forwards: bool,
}

/// Splits a body; `quotes` are the lines that the mail client marked, none for plain text.
pub(super) fn split(lines: &[String], quotes: &[Range<usize>], hints: Hints) -> Split {
    let mut reader = Reader {
        lines,
        quotes,
        hints,
        ignored_before: None,
        unquote: 0,
        forwards: 0,
        only_forwards: false,
        own_text: None,
        forwarded_text: 0,
        no_own_word: false,
        fresh: vec![true; lines.len()],
        text: Vec::new(),
        forwarded_from: None,
    };
    reader.read();
    let Reader { mut fresh, mut text, forwarded_from, mut no_own_word, only_forwards, own_text, .. } = reader;
    let passed_on = own_text.map_or(Vec::new(), |own| {
        text.iter().skip(own).filter(|line| !line.trim().is_empty()).take(MAX_PASSED_ON).map(|line| (*line).to_owned()).collect()
    });
    if text.iter().all(|line| line.trim().is_empty()) {
        no_own_word = true;
        fresh = vec![true; lines.len()];
        text = lines.iter().map(String::as_str).collect();
    }
    let quoted: Vec<&str> = lines.iter().zip(&fresh).filter(|(_, fresh)| !**fresh).map(|(line, _)| line.as_str()).collect();
    Split {
        body: BodyText { fresh: trimmed(&text), quoted: trimmed(&quoted), no_own_word },
        fresh,
        forwarded_from,
        passed_on,
        only_forwards,
    }
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
    /// How many forwards were opened, and how many lines of text stood when the last one was.
    forwards: usize,
    only_forwards: bool,
    /// How many lines of text stood when the first forward was opened.
    own_text: Option<usize>,
    forwarded_text: usize,
    /// Whether nothing of the sender's own stands on top.
    no_own_word: bool,
    fresh: Vec<bool>,
    text: Vec<&'a str>,
    forwarded_from: Option<Mailbox>,
}

impl<'a> Reader<'a> {
    fn line(&self, at: usize) -> Option<&'a str> {
        let line = self.lines.get(at)?;
        Some((0..self.unquote).fold(line.as_str(), |line, _| unquoted(line).unwrap_or(line)))
    }

    /// From the first sign of history on everything is history: what a person writes below it cannot be told from it with certainty.
    fn read(&mut self) {
        let mut at = 0;
        while let Some(line) = self.line(at) {
            if let Some(next) = self.forwarded_at(at, kind(line)) {
                at = next;
                continue;
            }
            if self.is_history(at, line) {
                return self.drop_to(at, self.lines.len());
            }
            self.text.push(line);
            at += 1;
        }
    }

    /// Where the text of a forwarded mail begins whose mark or header block stands at a line.
    fn forwarded_at(&mut self, at: usize, kind: Kind) -> Option<usize> {
        let from = match kind {
            Kind::ForwardMark => return Some(self.forward(at)),
            Kind::OriginalMark | Kind::Rule => self.next_filled(at + 1),
            Kind::Field(Field::From) => at,
            _ => return None,
        };
        let block = self.header_block(from).filter(|_| self.passes_on())?;
        Some(self.forward_block(at, &block))
    }

    fn is_history(&self, at: usize, line: &str) -> bool {
        let by_kind = match kind(line) {
            Kind::Empty => return false,
            Kind::OwnMark => true,
            Kind::OriginalMark => self.hints.answers || self.wrote_something(),
            Kind::Rule => self.header_block(self.next_filled(at + 1)).is_some(),
            Kind::Field(Field::From) => self.header_block(at).is_some(),
            _ => false,
        };
        let attributed = || {
            self.attribution(at).is_some_and(|end| {
                let below = self.next_filled(end);
                self.hints.answers
                    || self.wrote_something()
                    || self.hidden(below)
                    || self.line(below).is_some_and(|line| unquoted(line).is_some())
            })
        };
        by_kind || self.hidden(at) && !self.holds_forward(at) || self.hints.answers && unquoted(line).is_some() || attributed()
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
        self.text.iter().skip(self.forwarded_text).any(|line| !line.trim().is_empty())
    }

    /// A bare header block opens a forward where the subject says so, or where it does not say otherwise and only a remark stands above;
    /// within a forward only where nothing stands above.
    fn passes_on(&self) -> bool {
        let remark: usize = self.text.iter().skip(self.forwarded_text).map(|line| line.len()).sum();
        let says_so = self.hints.forwards || !self.hints.answers && remark <= MAX_REMARK_CHARS && self.forwards == 0;
        self.forwards < MAX_FORWARDS && (says_so || !self.wrote_something())
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
    fn forward(&mut self, mark: usize) -> usize {
        let next = self.next_filled(mark + 1);
        if self.line(next).is_some_and(|line| unquoted(line).is_some()) {
            self.unquote = (self.unquote + 1).min(MAX_UNQUOTED);
        }
        let block = self.header_block(next).unwrap_or(Block { from: None, subject: 0..0, end: mark + 1 });
        self.forward_block(mark, &block)
    }

    fn forward_block(&mut self, mark: usize, block: &Block) -> usize {
        self.no_own_word |= self.forwards == 0 && !self.wrote_something();
        self.own_text.get_or_insert(self.text.len());
        self.only_forwards |= self.forwards == 0 && !self.hints.answers && !self.wrote_something();
        self.drop_to(mark, block.end);
        // The inner subject is content; its dates and addresses are not.
        let mut subject = String::new();
        for at in block.subject.clone() {
            if let Some(fresh) = self.fresh.get_mut(at) {
                *fresh = true;
            }
            if let Some(line) = self.line(at) {
                self.text.push(line);
                subject.push_str(line);
            }
        }
        if self.forwarded_from.is_none() {
            self.forwarded_from.clone_from(&block.from);
        }
        // What was answered inside the forward is history again: the inner subject decides from here on.
        let inner = subject.split_once([':', '：']).map(|(_, inner)| inner).unwrap_or_default();
        self.hints = Hints::of(inner, false);
        self.forwards += 1;
        self.forwarded_text = self.text.len();
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
        // In an answer any language will do; in a notice only what is known to be one.
        let answers = self.hints.answers;
        if !(opens_attribution(first) || answers && may_open_attribution(first)) {
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
                let lower = whole.to_lowercase();
                if ends_attribution(&lower) || answers && closes_attribution(&lower) {
                    return Some(end + 1);
                }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn split_of(subject: &str, text: &str) -> Split {
        split(&super::super::text::lines(text), &[], Hints::of(subject, false))
    }

    #[test]
    fn history_is_cut_from_its_first_sign() {
        let table = [
            ("approve\n\nOn Mon, Oct 5, 2020 at 10:00 AM Desk <desk@msp.example> wrote:\n> old\n> older", "approve"),
            ("approve\n\nOn Mon, Oct 5, 2020 at 10:00 AM Desk\n<desk@msp.example> wrote:\n\nold", "approve"),
            ("ok\n\nAm 05.10.2020 um 10:00 schrieb Desk:\n> alt", "ok"),
            ("ok\n\nAm Mo., 5. Okt. 2020 um 10:00 Uhr schrieb Desk <desk@msp.example>:\nalt", "ok"),
            ("ok\n\nLe lun. 5 oct. 2020 à 10:00, Desk <desk@msp.example> a écrit :\n> vieux", "ok"),
            ("ok\n\nEl lun, 5 oct 2020 a las 10:00, Desk (<desk@msp.example>) escribió:\nviejo", "ok"),
            ("ok\n\nOp ma 5 okt. 2020 om 10:00 schreef Desk <desk@msp.example>:\noud", "ok"),
            ("ok\n\nEm seg., 5 de out. de 2020 às 10:00, Desk <desk@msp.example> escreveu:\nvelho", "ok"),
            ("ok\n\n2020年10月5日(月) 10:00 Desk <desk@msp.example>:\n古い", "ok"),
            ("ok\n\n-----Original Message-----\nFrom: Desk\nSent: Monday\nTo: Sam\nSubject: x\n\nold", "ok"),
            (
                "ok\n\n________________________________\nFrom: Desk <desk@msp.example>\nSent: Monday, October 5\nTo: Sam\nSubject: x\n\nold",
                "ok",
            ),
            ("ok\n\nVon: Desk\nGesendet: Montag\nAn: Sam\nBetreff: x\n\nalt", "ok"),
            ("ok\n\n> From: Desk\n> old", "ok"),
            ("approve\nWrite above this line\nold", "approve"),
            (
                "--- the notice, exactly as customers get it ---\nStart: 10:00",
                "--- the notice, exactly as customers get it ---\nStart: 10:00",
            ),
            ("edit\nNew words\n-- \nSam", "edit\nNew words\n--\nSam"),
        ];
        for (text, fresh) in table {
            assert_eq!(split_of("Re: Wed 11PM: Mail", text).body.fresh, fresh, "{text}");
        }
    }

    #[test]
    fn a_notice_is_not_mistaken_for_history() {
        let table = [
            "Window:\n____________________________\nStart: 10:00\nEnd: 12:00",
            "Affected:\n> circuit A\n> circuit B",
            "> Your instance will be stopped\n> after 2019-09-16 19:00 UTC",
            "From: 10:00 UTC\nTo: 12:00 UTC\nAffected: AB-1",
            "Date: 17 December\nFrom 10:00\nSubject: work\n\nText",
            "On Monday we stop the following:\nAB-1",
        ];
        for text in table {
            assert_eq!(split_of("Planned work AB-1", text).body, BodyText { fresh: text.to_owned(), ..BodyText::default() }, "{text}");
        }
    }

    #[test]
    fn forwarded_text_is_fresh_and_its_sender_is_known() {
        let gmail = "FYI\n\n---------- Forwarded message ---------\nFrom: Provider NOC <noc@provider.example>\nDate: Mon, 5 Oct 2020 at 10:00\nSubject: Work on AB-1\n that is long\nTo: <us@msp.example>\n\nStart: 10:00";
        let apple = "Begin forwarded message:\n\n> From: Provider NOC <noc@provider.example>\n> Subject: Work on AB-1\n> Date: 5 October 2020 at 10:00:00 BST\n> To: us@msp.example\n>\n> Start: 10:00\n> On 1 Oct 2020, Sam <sam@msp.example> wrote:\n>> When?";
        let outlook = "see below\n\nFrom: Provider NOC <noc@provider.example>\nSent: Monday, October 5, 2020 10:00 AM\nTo: us@msp.example\nSubject: Work on AB-1\n\nStart: 10:00\n\nFrom: Sam\nSent: Sunday\nTo: NOC\nSubject: When?\n\nold";
        let table = [
            (gmail, "Fwd: Work on AB-1", "FYI\n\nSubject: Work on AB-1\n that is long\n\nStart: 10:00"),
            (apple, "Fwd: Work on AB-1", "Subject: Work on AB-1\n\nStart: 10:00"),
            (outlook, "FW: Work on AB-1", "see below\n\nSubject: Work on AB-1\n\nStart: 10:00"),
            (outlook, "Work on AB-1", "see below\n\nSubject: Work on AB-1\n\nStart: 10:00"),
            (outlook, "Re: Work on AB-1", "see below"),
        ];
        for (text, subject, fresh) in table {
            let split = split_of(subject, text);
            assert_eq!(split.body.fresh, fresh, "{subject}: {text}");
            let from = split.forwarded_from.map(|from| from.address);
            assert_eq!(from.as_deref(), (!subject.starts_with("Re")).then_some("noc@provider.example"), "{subject}");
        }
    }

    #[test]
    fn marks_of_clients_cut_and_forwards_within_them_do_not() {
        let lines: Vec<String> = ["approve", "", "Sam wrote", "old"].map(str::to_owned).to_vec();
        assert_eq!(split(&lines, std::slice::from_ref(&(2..usize::MAX)), Hints::default()).body.fresh, "approve");
        let lines: Vec<String> = [
            "---------- Forwarded message ----------",
            "From: N <n@p.example>",
            "Date: x",
            "Subject: s",
            "",
            "Start: 10:00",
            "On 1 Oct 2020 S wrote:",
            "x",
        ]
        .map(str::to_owned)
        .to_vec();
        let split = split(&lines, &[0..8, 7..8], Hints { answers: false, forwards: true });
        assert_eq!(split.body.fresh, "Subject: s\n\nStart: 10:00");
    }

    #[test]
    fn prefixes_of_subjects_are_known() {
        let table = [
            ("RE: x", true, false),
            ("AW: x", true, false),
            ("Fwd: Re: x", false, true),
            ("WG: x", false, true),
            ("Maintenance: x", false, false),
            ("x", false, false),
        ];
        for (subject, answers, forwards) in table {
            assert_eq!(Hints::of(subject, false), Hints { answers, forwards }, "{subject}");
        }
        assert!(Hints::of("x", true).answers);
        assert!(!Hints::of("Fwd: x", true).answers);
    }
}
