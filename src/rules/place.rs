//! Where to look: a place of a rule finds values in the subject, the text, the tables and the sheets of a mail.

use crate::model::{EvidenceSource, Mail, Table};
use crate::rules::search::Regex;

/// How much of a text is looked at, in bytes; that more stands in a mail is a doubt. Matching is linear, but slow where letters have accents.
pub const TEXT_CAP_BYTES: usize = 250_000;

/// A pattern with its number, for "every pattern is used by some sample".
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The compiled expression.
    pub regex: Regex,
    /// Where it stands in its rule file.
    pub mark: Mark,
}

/// Names a pattern: its line in the rule file and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Line in the file, from 1.
    pub line: usize,
    /// The key and the text: `label "Start Date"`.
    pub shown: String,
}

impl Mark {
    /// Names what was read by the words of the mail, where no line of the rule asks for it.
    pub(super) fn unwritten(shown: &str) -> Self {
        Self { line: 1, shown: shown.to_owned() }
    }
}

/// A place as compiled.
#[derive(Clone, Debug)]
pub struct Place {
    /// How it looks.
    pub how: How,
    /// Narrows what was found.
    pub take: Option<Pattern>,
    /// Names it.
    pub mark: Mark,
}

/// The ways to look.
#[derive(Clone, Debug)]
pub enum How {
    /// A label in the text; group `value` is what follows it.
    Label {
        /// Finds the label and the rest of its cell.
        regex: Regex,
        /// Whether the value stands on the line below.
        below: bool,
    },
    /// A pattern in the text.
    Text(Regex),
    /// A pattern in the subject.
    Subject(Regex),
    /// The text between two patterns.
    Between(Regex, Regex),
    /// The cells below a head of a table.
    Column(String),
    /// The cells below a head of a sheet.
    Sheet(String),
}

/// What a place found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text, trimmed of white space and emphasis.
    pub text: String,
    /// The part of the mail.
    pub source: EvidenceSource,
    /// What found it, for `--explain`.
    pub mark: Mark,
}

/// A mail as places see it.
#[derive(Debug)]
pub struct View<'a> {
    /// The mail.
    pub mail: &'a Mail,
    /// The text to look at: fresh, or with what is quoted below.
    pub text: String,
}

impl<'a> View<'a> {
    /// The mail's text, with the quoted part below it where asked for or where nothing else stands.
    pub fn new(mail: &'a Mail, quoted: bool) -> Self {
        let fresh = mail.text();
        let chosen = [&mail.html, &mail.plain].into_iter().flatten().find(|body| body.fresh == fresh && !body.fresh.is_empty());
        let below = chosen.or(mail.plain.as_ref()).or(mail.html.as_ref()).map_or("", |body| body.quoted.as_str());
        let mut text = fresh.to_owned();
        if quoted || text.trim().is_empty() {
            // What is quoted keeps its lines: the marks before them are the mailer's.
            for line in below.lines() {
                text.push('\n');
                text.push_str(line.trim_start_matches(['>', ' ']));
            }
        }
        let end = text.floor_char_boundary(TEXT_CAP_BYTES);
        text.truncate(end);
        Self { mail, text }
    }
}

/// Every value that the first successful place of a list finds.
pub fn first(places: &[Place], view: &View<'_>) -> Vec<Value> {
    places.iter().map(|place| values(place, view)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Every value that a place finds, in order; empty ones are left out.
pub fn values(place: &Place, view: &View<'_>) -> Vec<Value> {
    let text = view.text.as_str();
    let found: Vec<(String, EvidenceSource)> = match &place.how {
        How::Label { regex, below } => regex
            .captures_iter(text)
            .map(|hit| {
                let value = hit.name("value").map_or("", |value| value.as_str());
                let end = hit.get(0).map_or(0, |all| all.end());
                let next = || text.get(end..).and_then(|rest| rest.lines().map(str::trim).find(|line| !line.is_empty())).unwrap_or("");
                let value = if *below && clean(value).is_empty() { next() } else { value };
                (value.to_owned(), EvidenceSource::Text)
            })
            .collect(),
        How::Text(regex) => captured(regex, text).map(|value| (value, EvidenceSource::Text)).collect(),
        How::Subject(regex) => captured(regex, &view.mail.subject).map(|value| (value, EvidenceSource::Subject)).collect(),
        How::Between(from, until) => between(from, until, text).map(|value| (value.to_owned(), EvidenceSource::Text)).collect(),
        How::Column(head) => view
            .mail
            .tables
            .iter()
            .filter_map(|table| Grid::find(table, &[head.as_str()]))
            .flat_map(|grid| grid.rows().map(|row| row.cell(&[head.as_str()])).collect::<Vec<_>>())
            .map(|value| (value, EvidenceSource::Text))
            .collect(),
        How::Sheet(head) => view
            .mail
            .sheets
            .iter()
            .flat_map(|sheet| {
                let table = Table { rows: sheet.rows.clone(), head_rows: 0 };
                let cells: Vec<String> = Grid::find(&table, &[head.as_str()])
                    .map(|grid| grid.rows().map(|row| row.cell(&[head.as_str()])).collect())
                    .unwrap_or_default();
                cells.into_iter().map(|cell| (cell, EvidenceSource::Attachment(sheet.name.clone())))
            })
            .collect(),
    };
    let narrowed = found.into_iter().flat_map(|(value, source)| match &place.take {
        Some(take) => captured(&take.regex, &value).map(|value| (value, source.clone())).collect(),
        None => vec![(value, source)],
    });
    narrowed
        .map(|(value, source)| Value { text: clean(&value).to_owned(), source, mark: place.mark.clone() })
        .filter(|value| !value.text.is_empty())
        .collect()
}

/// What a pattern finds in a text: its group `value`, else all of it.
fn captured<'t>(regex: &'t Regex, text: &'t str) -> impl Iterator<Item = String> + 't {
    regex.captures_iter(text).filter_map(|hit| hit.name("value").or_else(|| hit.get(0)).map(|value| value.as_str().to_owned()))
}

fn between<'t>(from: &'t Regex, until: &'t Regex, text: &'t str) -> impl Iterator<Item = &'t str> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = from.find_at(text, at)?.end();
        let end = until.find_at(text, start).map_or(text.len(), |hit| hit.start());
        // An empty match of either pattern must not stand still.
        at = text.ceil_char_boundary(end.max(start + 1));
        if at >= text.len() && end <= start { None } else { text.get(start..end) }
    })
}

/// A value without the white space and emphasis around it.
pub fn clean(value: &str) -> &str {
    value.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, '*' | '|' | '\u{a0}' | '\u{200b}'))
}

/// A name without the punctuation of the sentence or list around it.
pub fn bare(name: &str) -> &str {
    clean(name).trim_end_matches(['.', ',', ';', ':', '!', ' ']).trim_start_matches([',', ';', ':', ' '])
}

/// A table with the row that holds its heads.
pub struct Grid<'a> {
    heads: Vec<String>,
    below: &'a [Vec<String>],
}

/// A row of a grid.
pub struct GridRow<'a> {
    heads: &'a [String],
    /// The cells.
    pub cells: &'a [String],
}

impl<'a> Grid<'a> {
    /// The table's body, when one of its first rows holds one of the heads.
    pub fn find(table: &'a Table, heads: &[&str]) -> Option<Self> {
        let row = table.rows.iter().take(8).position(|row| row.iter().any(|cell| heads.iter().any(|head| same_head(cell, head))))?;
        let names = table.rows.get(row)?.iter().map(|cell| folded(cell)).collect();
        Some(Self { heads: names, below: table.rows.get(row + 1..)? })
    }

    /// Whether one of these heads stands over a column.
    pub fn has(&self, heads: &[&str]) -> bool {
        self.heads.iter().any(|name| heads.iter().any(|head| same_head(name, head)))
    }

    /// The rows below the heads; a row that repeats them is left out.
    pub fn rows(&self) -> impl Iterator<Item = GridRow<'_>> {
        self.below
            .iter()
            .filter(|row| row.iter().map(|cell| folded(cell)).ne(self.heads.iter().cloned()))
            .map(|row| GridRow { heads: &self.heads, cells: row })
    }
}

impl GridRow<'_> {
    /// What stands below the first of these heads that is not empty; several columns below one head are joined.
    pub fn cell(&self, heads: &[&str]) -> String {
        heads.iter().map(|head| self.joined(head)).find(|value| !blank(value)).unwrap_or_default()
    }

    fn joined(&self, head: &str) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for (name, cell) in self.heads.iter().zip(self.cells) {
            let cell = clean(cell);
            // A spanning cell is repeated in every column it covers.
            if same_head(name, head) && parts.last() != Some(&cell) {
                parts.push(cell);
            }
        }
        parts.join(" ").trim().to_owned()
    }
}

fn same_head(cell: &str, head: &str) -> bool {
    folded(cell) == folded(head)
}

fn folded(cell: &str) -> String {
    let words: Vec<String> = cell.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_matches(|sign: char| matches!(sign, ':' | '*' | ' ')).to_owned()
}

/// Whether a cell says nothing.
pub fn blank(cell: &str) -> bool {
    matches!(clean(cell).to_ascii_lowercase().as_str(), "" | "-" | "--" | "_" | "n/a" | "na")
}
