//! Walks a TOML document key by key, so that every wrong type, missing key and unknown key of a file comes out at once:
//! a deserializer stops at the first. The known keys of a table are those that were asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Report, Severity, Source};
use super::value::{Why, nearest};

/// Name of the document's own table.
const TOP: &str = "the top of the file";

/// Faults of one file on their way into the report.
#[derive(Debug)]
pub(super) struct Notes<'a> {
    source: &'a Source,
    report: RefCell<&'a mut Report>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(source: &'a Source, report: &'a mut Report) -> Self {
        Self { source, report: RefCell::new(report) }
    }

    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.report.borrow_mut().note(self.source, Severity::Error, span, message.into(), help.into());
    }

    pub(super) fn warn(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.report.borrow_mut().note(self.source, Severity::Warning, span, message.into(), help.into());
    }

    /// The document, and whether it is whole. A broken one is still worth a look for the file names in it.
    pub(super) fn document(&self) -> (Spanned<DeTable<'a>>, bool) {
        let (table, errors) = DeTable::parse_recoverable(&self.source.text);
        for error in &errors {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let help = if message.contains("duplicate key") {
                "keep one of the two; what may stand more than once is written with two brackets: [[customer]]"
            } else {
                "mend the TOML here: text stands in \"quotes\", lists in [brackets]"
            };
            self.error(error.span().unwrap_or(0..0), message, help);
        }
        (table, errors.is_empty())
    }
}

/// A table of the document, and which of its keys were asked for.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) notes: &'a Notes<'a>,
    /// Where it begins.
    pub(super) span: Range<usize>,
    /// As people write it: `[[customer]]`.
    name: String,
    entries: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<&'static str>>,
    /// The tables around it, outermost first, with the keys asked of them so far: a line below the wrong head is often theirs.
    around: Vec<(String, BTreeSet<&'static str>)>,
}

impl<'a> Table<'a> {
    pub(super) fn root(notes: &'a Notes<'a>, entries: &'a Spanned<DeTable<'a>>) -> Self {
        let (asked, around) = (RefCell::default(), Vec::new());
        Self { notes, span: 0..0, name: TOP.to_owned(), entries: entries.get_ref(), asked, around }
    }

    /// A value, asked for by its key.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key);
        self.entries.get(key)
    }

    /// Whether a key is there, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where a key's value stands, or the table's head.
    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.entries.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Notes a key that must be there.
    pub(super) fn missing(&self, key: &str, example: &str) {
        self.notes.error(self.span.clone(), format!("`{key}` is missing in {}", self.name), format!("add `{key} = {example}`"));
    }

    /// One line of text that is not empty.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.read(key, |text| Ok(text.to_owned()))
    }

    /// One line of text that must be there.
    pub(super) fn required(&self, key: &'static str, example: &str) -> Option<String> {
        self.read_required(key, example, |text| Ok(text.to_owned()))
    }

    /// A line of text with a meaning that must be there.
    pub(super) fn read_required<T>(&self, key: &'static str, example: &str, meaning: impl Fn(&str) -> Result<T, Why>) -> Option<T> {
        if self.get(key).is_none() {
            self.missing(key, example);
        }
        self.read(key, meaning)
    }

    /// A line of text with a meaning.
    pub(super) fn read<T>(&self, key: &'static str, meaning: impl Fn(&str) -> Result<T, Why>) -> Option<T> {
        self.line(key, self.get(key)?, meaning)
    }

    fn line<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, meaning: impl Fn(&str) -> Result<T, Why>) -> Option<T> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "text", "\"…\"");
            return None;
        };
        let found = if text.trim().is_empty() {
            Err(Why::new(format!("`{key}` is empty"), "write a value, or delete the line"))
        } else if text.contains(char::is_control) {
            Err(Why::new(format!("`{key}` holds a line break or another control character"), "write it on one line"))
        } else {
            meaning(text.trim())
        };
        found.map_err(|why| self.notes.error(value.span(), why.message, why.help)).ok()
    }

    /// Text that may be empty or of several lines; other control characters are refused.
    pub(super) fn lines(&self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "text", "\"…\"");
            return None;
        };
        let text = text.replace("\r\n", "\n");
        if text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t')) {
            self.notes.error(value.span(), format!("`{key}` holds a control character"), "write plain text");
            return None;
        }
        Some(text.trim().to_owned())
    }

    /// A list of lines, each with its place.
    pub(super) fn list<T>(&self, key: &'static str, meaning: impl Fn(&str) -> Result<T, Why>) -> Option<Vec<(T, Range<usize>)>> {
        let value = self.get(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list", "[\"…\", \"…\"]");
            return None;
        };
        Some(items.iter().filter_map(|item| Some((self.line(key, item, &meaning)?, item.span()))).collect())
    }

    /// A list of lines without their places; none asked for is empty.
    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        self.list(key, |text| Ok(text.to_owned())).unwrap_or_default().into_iter().map(|(text, _)| text).collect()
    }

    /// true or false.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, value, "true or false", "true");
        }
        flag
    }

    /// A whole number of these; the unit is for people.
    pub(super) fn number(&self, key: &'static str, range: RangeInclusive<u32>, unit: &str) -> Option<u32> {
        let value = self.get(key)?;
        let Some(written) = value.get_ref().as_integer() else {
            self.wrong_type(key, value, format!("a whole number of {unit}"), &range.start().to_string());
            return None;
        };
        let number = u32::from_str_radix(written.as_str(), written.radix()).ok().filter(|number| range.contains(number));
        if number.is_none() {
            let bounds = format!("from {} to {}", range.start(), range.end());
            self.notes.error(value.span(), format!("`{key}` is out of range"), format!("write a number of {unit} {bounds}"));
        }
        number
    }

    /// `[key]`.
    pub(super) fn table(&self, key: &'static str) -> Option<Self> {
        let value = self.get(key)?;
        let entries = value.get_ref().as_table();
        if entries.is_none() {
            self.wrong_type(key, value, "a table", &format!("a line [{key}] with its keys below it"));
        }
        Some(self.inner(format!("[{}]", self.path(key)), value, entries?))
    }

    /// Every `[[key]]`.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let name = format!("[[{}]]", self.path(key));
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of tables", &format!("{name} with two brackets"));
            return Vec::new();
        };
        let table = |item: &'a Spanned<DeValue<'a>>| {
            let entries = item.get_ref().as_table();
            if entries.is_none() {
                self.wrong_type(key, item, "a table", &format!("a line {name} with its keys below it"));
            }
            Some(self.inner(name.clone(), item, entries?))
        };
        items.iter().filter_map(table).collect()
    }

    fn inner(&self, name: String, value: &Spanned<DeValue<'_>>, entries: &'a DeTable<'a>) -> Self {
        let mut around = self.around.clone();
        around.push((self.name.clone(), self.asked.borrow().clone()));
        Self { notes: self.notes, span: value.span(), name, entries, asked: RefCell::default(), around }
    }

    fn path(&self, key: &str) -> String {
        match self.name.trim_matches(['[', ']']) {
            TOP => key.to_owned(),
            outer => format!("{outer}.{key}"),
        }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: impl Display, example: &str) {
        let found = value.get_ref().type_str();
        self.notes.error(value.span(), format!("`{key}` must be {wanted}, found {found}"), format!("write {example}"));
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries.iter().filter(|(key, _)| !asked.contains(key.get_ref().as_ref())) {
            let (span, key) = (key.span(), key.get_ref().as_ref());
            let known: Vec<&str> = asked.iter().copied().collect();
            let owner = self.around.iter().rev().find(|(_, keys)| keys.contains(key));
            let help = match (owner, nearest(key, known.iter().copied())) {
                (Some((owner, _)), _) => format!("`{key}` belongs to {owner}: move the line up, above {}", self.name),
                (None, Some(meant)) => format!("did you mean `{meant}`?"),
                (None, None) => format!("known here: {}", known.join(", ")),
            };
            self.notes.error(span, format!("unknown key `{key}` in {}", self.name), help);
        }
    }
}
