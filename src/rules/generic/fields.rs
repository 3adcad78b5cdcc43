//! Labelled fields: `Label: value` lines, label and value in two cells, head rows with rows of values.

use super::tables;
use super::topics::{Topic, is_backup, topic};
use crate::model::{Mail, Table};
use crate::rules::search::Regex;
use crate::rules::words;
use std::sync::LazyLock;

/// A field as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) topic: Topic,
    /// Label as written.
    pub(super) label: String,
    /// Value as written; lists are joined by line ends.
    pub(super) value: String,
    /// Whether the label speaks of a spare night.
    pub(super) backup: bool,
}

/// A table with a head: topics by column, then rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) topics: Vec<Option<Topic>>,
    pub(super) labels: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What the forms of a mail say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    pub(super) fields: Vec<Field>,
    pub(super) listed: Vec<Listed>,
    /// Two-cell rows whose first cell is no known label: an object and what it suffers, mostly.
    pub(super) pairs: Vec<(String, String)>,
    /// The text without table rows and without header blocks of forwards.
    pub(super) prose: String,
}

impl Forms {
    /// Whether a field of objects says this name: it is one, then, also where a reference is written alike.
    pub(super) fn names_object(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.topic == Topic::Objects && field.value.contains(name))
    }
}

/// Most fields looked at; a mail with more is read as far as that.
pub(super) const MOST: usize = 2_000;
/// Most lines of running text that are looked at.
const MOST_LINES: usize = 5_000;

/// Takes the forms out of a mail.
pub(super) fn forms(mail: &Mail) -> Forms {
    let mut forms = Forms::default();
    let text = tables::without_leaders(mail.text());
    let mut lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
    let mut tables: Vec<Table> = mail.tables.clone();
    if tables.is_empty() {
        tables = tables::piped(&mut lines);
        tables.extend(tables::aligned(&mut lines));
    } else {
        let rows: std::collections::HashSet<String> =
            tables.iter().flat_map(|table| &table.rows).map(|row| tables::squeezed(&row.join("|"))).collect();
        lines.retain(|line| !line.contains('|') || !rows.contains(&tables::squeezed(line)));
    }
    tables.extend(mail.sheets.iter().map(|sheet| Table { rows: sheet.rows.clone(), head_rows: 1 }));
    let lines: Vec<String> = without_header_blocks(&lines);
    labelled(&lines, &mut forms.fields);
    forms.prose = lines.join("\n");
    for table in &tables {
        tables::of_table(table, &mut forms);
    }
    forms.fields.truncate(MOST);
    forms
}

/// Header blocks of forwarded and quoted mail hold dates that are no windows.
fn without_header_blocks(lines: &[&str]) -> Vec<String> {
    let header = |line: &str| {
        let (label, _) = line.trim_start_matches(['>', ' ', '*', '\t']).split_once(':').unwrap_or_default();
        HEADERS.contains(&label.trim().trim_matches('*').to_lowercase().as_str())
    };
    let marks: Vec<bool> = lines.iter().map(|line| header(line)).collect();
    let mut kept = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let near = (index.saturating_sub(3)..=index + 3).filter(|other| *other != index && marks.get(*other) == Some(&true)).count();
        let in_block = marks.get(index) == Some(&true) && near >= 2;
        kept.push(if in_block { String::new() } else { (*line).to_owned() });
    }
    kept
}

const HEADERS: [&str; 27] = [
    "from",
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "reply-to",
    "von",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "de",
    "envoyé",
    "date d'envoi",
    "à",
    "objet",
    "enviado",
    "fecha",
    "para",
    "asunto",
    "van",
    "verzonden",
    "aan",
    "onderwerp",
    "assunto",
    "enviada",
];

static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^[\s>*•·#_-]*((?:[^\s:|?!][^:|?!\n]{0,58}?)?[^\s:|?!])[ \t*_]*[:：][ \t*_]*(\S.*)?$"));
static INNER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"[\s,;]((?:planned |scheduled |expected |estimated )?(?:start|end|begin|finish|stop|duration|event type|impact)(?: (?:date|time|date/time|date and time|date & time))?)\s*:\s",
    )
});

/// Splits `Start Date: … End Date: … Duration: …` on one line into its fields.
fn pieces(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    for hit in INNER.as_ref().into_iter().flat_map(|regex| regex.captures_iter(line)) {
        let Some(label) = hit.get(1) else { continue };
        // "Previous planned start date:" is one label.
        if !line.get(from..label.start()).is_some_and(|before| before.contains(':')) {
            continue;
        }
        found.extend(line.get(from..label.start()));
        from = label.start();
    }
    found.extend(line.get(from..));
    found
}

pub(super) fn labelled(lines: &[String], fields: &mut Vec<Field>) {
    let Some(label_line) = LABEL.as_ref() else { return };
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        index += 1;
        if let Some(names) = list_below(line, lines.get(index..).unwrap_or_default()) {
            push(fields, Topic::Objects, line.trim(), &names);
            continue;
        }
        if let Some((topic, value)) = stacked(line, lines.get(index).map_or("", String::as_str)) {
            push(fields, topic, line.trim(), value);
            index += 1;
            continue;
        }
        for piece in pieces(line) {
            let piece = piece.trim().trim_end_matches(',');
            let Some(hit) = label_line.captures(piece) else { continue };
            let label = hit.get(1).map_or("", |label| label.as_str()).trim();
            // The colon of a clock time ends no label.
            let clock = label.ends_with(|char: char| char.is_ascii_digit())
                && hit.get(2).is_some_and(|value| value.as_str().starts_with(|char: char| char.is_ascii_digit()));
            let Some(topic) = topic(label).filter(|_| !clock) else { continue };
            let mut value = hit.get(2).map_or("", |value| value.as_str()).trim().trim_end_matches(['*', '_']).to_owned();
            if value.is_empty() || (topic == Topic::Objects && value.ends_with([',', ':'])) {
                let follows = following(lines.get(index..).unwrap_or_default(), topic);
                value.push('\n');
                value.push_str(&follows);
            }
            push(fields, topic, label, &value);
        }
    }
}

/// A label alone on its line without a colon, its value on the next: `Start time` over `11 Oct 2031 15:00 (UTC)`.
fn stacked<'l>(line: &str, next: &'l str) -> Option<(Topic, &'l str)> {
    let (line, next) = (line.trim(), next.trim());
    let words = line.split_whitespace().count();
    let bare = (1..=5).contains(&words)
        && line.starts_with(char::is_uppercase)
        && !line.contains([':', '|', '.', ',', ';', '!', '?'])
        && !line.chars().any(|char| char.is_ascii_digit());
    let named = topic(line).filter(|_| bare)?;
    let digits = next.chars().filter(char::is_ascii_digit).count();
    let short = |most: usize| next.split_whitespace().count() <= most;
    let first = next.split_inclusive(['.', ';']).next().unwrap_or(next);
    let fits = match named {
        Topic::Start | Topic::End | Topic::Window | Topic::Day | Topic::Clock => digits >= 3,
        // "Change Management" over a number of the company's register is no reference.
        Topic::Reference => digits >= 2 && next.split_whitespace().count() == 1 && words <= 3,
        Topic::Objects => digits >= 2 && short(6),
        Topic::Impact | Topic::Status => short(12) || first.split_whitespace().count() <= 8,
        _ => false,
    };
    (fits && !next.is_empty() && topic(next).is_none() && !next.ends_with(':')).then_some((named, next))
}

/// A heading of objects without a colon over a list of single names: `Affected resources` over `vm-sql-1` and `vm-sql-2`.
fn list_below(line: &str, below: &[String]) -> Option<String> {
    let line = line.trim();
    let heading = line.starts_with(char::is_uppercase)
        && (1..=4).contains(&line.split_whitespace().count())
        && line.chars().all(|char| char.is_alphabetic() || " ()/-".contains(char))
        && topic(line) == Some(Topic::Objects);
    if !heading {
        return None;
    }
    let name = |line: &&String| {
        let line = line.trim().trim_start_matches(['*', '-', '•', '·', ' ']);
        let word = line.split(" (").next().unwrap_or(line);
        !word.is_empty()
            && !word.contains(' ')
            && word.chars().any(|char| char.is_ascii_digit() || "-._".contains(char))
            && !word.ends_with([':', '.'])
    };
    let names: Vec<&str> =
        below.iter().skip_while(|line| line.trim().is_empty()).take_while(name).map(|line| line.trim()).take(500).collect();
    (!names.is_empty()).then(|| names.join("\n"))
}

/// The value below its label: the next line, or for objects every line of the list.
fn following(lines: &[String], of: Topic) -> String {
    let mut taken: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().take(200).enumerate() {
        let line = line.trim();
        if line.is_empty() {
            // One empty line may stand between a label and its list.
            if at == 0 || taken.is_empty() && at == 1 {
                continue;
            }
            break;
        }
        let other = LABEL
            .as_ref()
            .and_then(|regex| regex.captures(line))
            .and_then(|hit| hit.get(1))
            .is_some_and(|label| topic(label.as_str()).is_some());
        let sentence = line.ends_with(['.', '!', '?']) && line.split_whitespace().count() > 3 && !line.contains(',');
        if other || of == Topic::Objects && (super::objects::signs_off(line) || sentence || line.split_whitespace().count() > 8) {
            break;
        }
        taken.push(line);
        if of != Topic::Objects && of != Topic::Reason {
            break;
        }
    }
    taken.join("\n")
}

pub(super) fn push(fields: &mut Vec<Field>, topic: Topic, label: &str, value: &str) {
    let value = value.trim().trim_start_matches([':', ' ']).trim();
    if !value.is_empty() && fields.len() < MOST {
        let backup = is_backup(label);
        fields.push(Field { topic, label: label.to_owned(), value: value.to_owned(), backup });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(LABEL.is_some() && INNER.is_some());
    }

    fn mail(text: &str) -> Mail {
        Mail { plain: Some(crate::model::BodyText { fresh: text.to_owned(), ..crate::model::BodyText::default() }), ..Mail::default() }
    }

    #[test]
    fn takes_lines_lists_and_text_tables() {
        let forms = forms(&mail(
            "Start Date: 5 May 2031 06:00 UTC End Date: 5 May 2031 08:00 UTC Duration: 2 hours\n\nAffected servers:\n\nalpha\nbeta\n\nID | 77 |\nEnd | 09:00 |\n",
        ));
        let have: Vec<(Topic, &str)> = forms.fields.iter().map(|field| (field.topic, field.value.as_str())).collect();
        assert_eq!(
            have,
            [
                (Topic::Start, "5 May 2031 06:00 UTC"),
                (Topic::End, "5 May 2031 08:00 UTC"),
                (Topic::Duration, "2 hours"),
                (Topic::Objects, "alpha\nbeta"),
                (Topic::Reference, "77"),
                (Topic::End, "09:00"),
            ]
        );
    }

    #[test]
    fn leaves_header_blocks_out() {
        let forms = forms(&mail(
            "FYI\n\nFrom: NOC <noc@carrier.example>\nDate: Thu, 1 May 2031 at 11:05\nSubject: Works\nTo: me\n\nStart: 5 May 2031 06:00 UTC\n",
        ));
        assert_eq!(forms.fields.iter().map(|field| field.topic).collect::<Vec<_>>(), [Topic::Start]);
        assert!(!forms.prose.contains("11:05"));
    }
}
