//! Where in a mail something stands that was quoted from it: white space may differ, and of a long quote the beginning is enough.

use super::place::View;
use crate::model::{Evidence, EvidenceSource, Mail};
use std::ops::Range;

/// Where a value stands in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// For people: `line 12`, `subject`, `calendar X-MAINTNOTE-STATUS`, `list.csv row 3`.
    pub place: String,
    /// The line, row or property.
    pub text: String,
    /// In the reading text: the line from 1, and the bytes of the value.
    pub at: Option<(usize, Range<usize>)>,
}

/// The text that rules read, with what is quoted below it; lines of spots count in it.
#[must_use]
pub fn reading_text(mail: &Mail) -> String {
    View::new(mail, true).text
}

/// Where a piece of evidence stands; none where it stands nowhere as it was quoted. `text` is the mail's [`reading_text`].
#[must_use]
pub fn spot(mail: &Mail, text: &str, evidence: &Evidence) -> Option<Spot> {
    match &evidence.source {
        EvidenceSource::Subject => Some(Spot { place: "subject".to_owned(), text: mail.subject.clone(), at: None }),
        EvidenceSource::Text => in_text(text, evidence).or_else(|| {
            let all = mail.sheets.iter().find_map(|sheet| in_sheet(mail, &sheet.name, &evidence.quote));
            all.or_else(|| {
                find(&mail.subject, &evidence.quote).map(|_| Spot { place: "subject".to_owned(), text: mail.subject.clone(), at: None })
            })
        }),
        EvidenceSource::Calendar => in_calendar(mail, evidence),
        EvidenceSource::Attachment(name) => in_sheet(mail, name, &evidence.quote),
        EvidenceSource::Person(_) => None,
    }
}

fn in_text(text: &str, evidence: &Evidence) -> Option<Spot> {
    let found = all(text, &evidence.quote);
    let line = |at: &Range<usize>| {
        let start = text.get(..at.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let end = text.get(at.start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at.start + end);
        text.get(start..end).unwrap_or_default()
    };
    // The label or head that the rule names stands on the line of its value, or above it.
    let label = evidence.pattern.as_deref().and_then(named).map(str::to_lowercase);
    let on_line = |at: &&Range<usize>| label.as_ref().is_some_and(|label| line(at).to_lowercase().contains(label));
    let below = || {
        let head = text.to_lowercase().find(label.as_ref()?)?;
        found.iter().find(|at| at.start >= head)
    };
    let at = found.iter().find(on_line).or_else(below).or_else(|| found.first())?.clone();
    let number = text.get(..at.start)?.matches('\n').count() + 1;
    Some(Spot { place: format!("line {number}"), text: line(&at).trim().to_owned(), at: Some((number, at)) })
}

/// The words of a label or head in a pattern as evidence names it: `x.toml:4 label "Start"`.
fn named(pattern: &str) -> Option<&str> {
    let (_, rest) = pattern.split_once("label \"").or_else(|| pattern.split_once("column \"")).or_else(|| pattern.split_once("rows \""))?;
    rest.strip_suffix('"')
}

fn in_calendar(mail: &Mail, evidence: &Evidence) -> Option<Spot> {
    let extra = mail.calendars.iter().flat_map(|event| &event.extra).find(|property| property.value.trim() == evidence.quote.trim());
    let name = match (extra, evidence.field.as_str()) {
        (Some(property), _) => property.name.clone(),
        (None, "start" | "end" | "former") => "DTSTART and DTEND".to_owned(),
        (None, field) => field.to_uppercase().replace('_', "-"),
    };
    (!mail.calendars.is_empty()).then(|| Spot { place: format!("calendar {name}"), text: evidence.quote.clone(), at: None })
}

fn in_sheet(mail: &Mail, name: &str, quote: &str) -> Option<Spot> {
    let sheet = mail.sheets.iter().find(|sheet| sheet.name == name)?;
    let row = sheet.rows.iter().position(|row| row.iter().any(|cell| find(cell, quote).is_some()))?;
    let cells = sheet.rows.get(row)?.join(" | ");
    Some(Spot { place: format!("{name} row {}", row + 1), text: cells, at: None })
}

/// Where the quote stands first.
#[must_use]
pub fn find(text: &str, quote: &str) -> Option<Range<usize>> {
    all(text, quote).into_iter().next()
}

/// Every place where the quote stands; where it stands nowhere whole, those of as many of its first words as do.
#[must_use]
pub fn all(text: &str, quote: &str) -> Vec<Range<usize>> {
    let (flat, offsets) = folded(text);
    let words: Vec<&str> = quote.split_whitespace().collect();
    // A statement may be put together from two cells: its beginning then shows where it stands.
    let enough = |count: usize| count == words.len() || count >= 2 || words.first().is_some_and(|word| word.len() >= 6);
    for count in (1..=words.len().min(60)).rev().filter(|count| enough(*count)) {
        let part = words.get(..count).unwrap_or_default().join(" ");
        let found: Vec<Range<usize>> = flat
            .match_indices(&part)
            .filter_map(|(at, _)| {
                let start = *offsets.get(at)?;
                let last = *offsets.get(at + part.len() - 1)?;
                let end = text.get(last..)?.chars().next().map_or(last, |sign| last + sign.len_utf8());
                Some(start..text.ceil_char_boundary(end))
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The text with every run of white space as one blank, and for each of its bytes where it stood.
fn folded(text: &str) -> (String, Vec<usize>) {
    let mut flat = String::with_capacity(text.len());
    let mut offsets = Vec::with_capacity(text.len());
    let mut blank = false;
    for (at, sign) in text.char_indices() {
        if sign.is_whitespace() {
            if !blank {
                flat.push(' ');
                offsets.push(at);
            }
            blank = true;
        } else {
            flat.push(sign);
            offsets.extend(std::iter::repeat_n(at, sign.len_utf8()));
            blank = false;
        }
    }
    (flat, offsets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_is_the_line_that_the_label_names() {
        let mail = crate::mail::parse(
            b"From: a@b.example\nSubject: Works 5 May\nContent-Type: text/plain\n\nSent: 5 May 08:00\n\nStart: 5 May 08:00\nEnd: 6 May\n",
        );
        let text = reading_text(&mail);
        let evidence = |field: &str, quote: &str, pattern: &str| Evidence {
            field: field.to_owned(),
            source: EvidenceSource::Text,
            quote: quote.to_owned(),
            pattern: Some(pattern.to_owned()),
        };
        let start = spot(&mail, &text, &evidence("start", "5 May 08:00 6 May", "x.toml:4 label \"Start\"")).unwrap();
        assert_eq!((start.place.as_str(), start.text.as_str()), ("line 3", "Start: 5 May 08:00"));
        assert_eq!(text.get(start.at.unwrap().1), Some("5 May 08:00"));
        assert_eq!(spot(&mail, &text, &evidence("start", "5 May 08:00", "prose")).unwrap().place, "line 1");
        assert_eq!(spot(&mail, &text, &evidence("start", "7 June 2031", "prose")), None);
    }

    #[test]
    fn finds_what_was_quoted() {
        let text = "Start:  5 May\n  06:00 Zürich\nEnd | 5 May 08:00\n";
        let at = |quote: &str| all(text, quote).into_iter().map(|range| text.get(range).unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(at("5 May 06:00 Zürich"), ["5 May\n  06:00 Zürich"]);
        assert_eq!(at("5 May"), ["5 May", "5 May"]);
        assert_eq!(at("5 May 08:00 UTC"), ["5 May 08:00"], "the beginning is enough");
        assert_eq!(at("nowhere"), Vec::<String>::new());
        assert_eq!(at(""), Vec::<String>::new());
    }
}
