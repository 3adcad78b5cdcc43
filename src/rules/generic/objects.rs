//! What is touched, and under which reference.

use super::fields::{Field, Forms, Topic};
use crate::model::{AffectedObject, Impact};
use crate::rules::time::duration_minutes;
use crate::rules::words;
use regex::Regex;
use std::sync::LazyLock;

/// Most objects of one mail.
const MOST: usize = 5_000;

/// Whether a text can be the name of a circuit, host or the like: short, with a letter or digit, no sentence, no placeholder.
pub(super) fn plausible(text: &str) -> bool {
    let text = text.trim();
    let length = text.chars().count();
    let lower = text.to_lowercase();
    (2..=90).contains(&length)
        && text.chars().any(char::is_alphanumeric)
        && text.split_whitespace().count() <= 7
        && !text.ends_with(['.', '!', '?', ':'])
        && !["n/a", "na", "none", "tbd", "tba", "see below", "see attached", "yes", "no", "-", "all"].contains(&lower.as_str())
        && !lower.starts_with("http")
        && !lower.starts_with("please")
}

/// The objects of the fields: split at commas, semicolons and line ends.
pub(super) fn of_fields(forms: &Forms) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for field in forms.fields.iter().filter(|field| field.topic == Topic::Objects) {
        for piece in field.value.split(['\n', ',', ';']) {
            let piece = piece.trim();
            // The last of a list: "A, B and C.".
            let last = if field.value.contains(',') { piece.split_once(" and ") } else { None };
            for part in last.map_or(vec![piece], |(one, other)| vec![one, other]) {
                for id in split_ids(part.trim_end_matches('.')) {
                    add(&id, &mut found);
                }
            }
        }
    }
    found
}

/// Several ids in one cell, parted by blanks, are several objects: `AB-1001 AB-1002`, not `SEL TOK EPL 9000`.
pub(super) fn split_ids(cell: &str) -> Vec<String> {
    let id = |word: &str| word.chars().count() >= 6 && word.chars().any(|char| char.is_ascii_digit()) && word.contains('-');
    let words: Vec<&str> = cell.split_whitespace().collect();
    if words.len() > 1 && words.iter().all(|word| id(word)) {
        return words.into_iter().map(str::to_owned).collect();
    }
    vec![cell.trim().to_owned()]
}

fn add(piece: &str, found: &mut Vec<String>) {
    let piece = piece.trim().trim_start_matches(['*', '-', '•', '·', '>', ' ']).trim_end_matches([',', ';', ' ']).trim();
    let piece = piece.strip_prefix("and ").unwrap_or(piece).trim_matches(['\'', '"', '[', ']']);
    if plausible(piece) && found.len() < MOST && !found.iter().any(|known| known == piece) {
        found.push(piece.to_owned());
    }
}

/// The objects of tables with a head, with the impact of their row.
pub(super) fn of_tables(forms: &Forms) -> Vec<AffectedObject> {
    let mut found: Vec<AffectedObject> = Vec::new();
    for listed in &forms.listed {
        let impact_at = listed.topics.iter().position(|topic| *topic == Some(Topic::Impact));
        for row in &listed.rows {
            let said = impact_at.and_then(|index| row.get(index)).map_or(Impact::Unstated, |cell| felt(cell));
            for object_id in super::windows::objects_of(listed, row) {
                if found.len() < MOST && !found.iter().any(|known| known.object_id == object_id) {
                    found.push(AffectedObject { object_id, impact: said });
                }
            }
        }
    }
    found
}

/// What a cell of an impact column says: words, or the minutes that it lasts.
pub(super) fn felt(cell: &str) -> Impact {
    match words::impact(cell) {
        Some(said) => said.value,
        None if duration_minutes(cell).is_some_and(|minutes| minutes > 0) => Impact::Outage,
        None => Impact::Unstated,
    }
}

static LIST_HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:following|below|affected|impacted|your|concerned|folgende\w*|betroffene\w*|suivante?s?|siguientes?|volgende|getroffen|seguintes?)\b.{0,60}\b(?:circuits?|services?|servers?|hosts?|instances?|droplets?|linodes?|vms?|machines?|ips?|addresses|connections?|ports?|racks?|systems?|nodes?|server|dienste?|leitungen|systeme|serveurs?|circuitos|servicios|servidores|servi[çc]os|diensten|verbindingen)\b[^.\n]*[:.]?\s*$|^(?:your |affected |impacted )?(?:circuits?|services?|servers?|instances?|droplets?|ips?)(?: (?:affected|impacted|list))?:\s*$",
    )
});
static SERIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:hosts?|servers?|nodes?|vms?|instances?|circuits?|racks?|cabinets?|linodes?|serveurs?|servidores?|hypervisors?)\s+((?:[\w.]*\d[\w.-]*)(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+und\s+|\s+et\s+|\s+y\s+|\s+en\s+|\s+e\s+)[\w.]*\d[\w.-]*)*)",
    )
});
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:\b(?:in|at|im|à|en|maintenance|Maintenance)\s+|:\s*)([A-Z]{2,5}-?\d{1,2}(?:\.[A-Z]{2}\d{1,2})?)\b|\b([A-Z]{3})\s+\([A-Z][a-z]|\b([A-Z]{3}\d{2}\.[A-Z]{2}\d{2})\b").ok()
});

/// Where no object is named: the site or region that the subject names by its code.
pub(super) fn places(subject: &str) -> Vec<String> {
    let mut found = Vec::new();
    for hit in PLACE.as_ref().into_iter().flat_map(|regex| regex.captures_iter(subject)).take(8) {
        if let Some(code) = hit.iter().skip(1).flatten().next() {
            add(code.as_str(), &mut found);
        }
    }
    found
}

static INLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(r"\b(?:instance[- ]?id|server|host|circuit id|service id|vm|droplet|volume)\s*[:#=]\s*([a-z0-9][\w./-]{3,60})")
});
static INSTANCE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"\b(i-[0-9a-f]{8,17}|dx(?:con|vif)-[0-9a-z]{8,})\b"));

/// Objects of prose: lists under a line that announces them, and ids that name themselves.
pub(super) fn of_prose(prose: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines: Vec<&str> = prose.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if !LIST_HEAD.as_ref().is_some_and(|regex| regex.is_match(line.trim())) {
            continue;
        }
        let mut taken = 0;
        for item in lines.iter().skip(index + 1).take(500) {
            let item = item.trim();
            if item.is_empty() {
                if taken > 0 {
                    break;
                }
                continue;
            }
            let name = item.trim_start_matches(['*', '-', '•', '·', ' ']);
            let bulleted = name.len() < item.len();
            let single = name.split([',', ' ']).filter(|word| !word.is_empty()).count() == 1;
            let listed = name.contains(',') && name.split(',').all(|part| part.split_whitespace().count() <= 2);
            if !(single || listed || bulleted && name.split_whitespace().count() <= 4)
                || super::fields::topic(name.split(':').next().unwrap_or_default()).is_some() && name.contains(": ")
            {
                break;
            }
            taken += 1;
            for piece in name.split(',') {
                add(piece, &mut found);
            }
        }
    }
    for hit in SERIES.as_ref().into_iter().flat_map(|regex| regex.captures_iter(prose)).take(100) {
        let series = hit.get(1).map_or("", |series| series.as_str());
        if series.contains(char::is_alphabetic) {
            for piece in series.split([',', ' ']).filter(|piece| piece.chars().any(|char| char.is_ascii_digit())) {
                add(piece.trim_end_matches('.'), &mut found);
            }
        }
    }
    for regex in [INLINE.as_ref(), INSTANCE.as_ref()].into_iter().flatten() {
        for hit in regex.captures_iter(prose).take(200) {
            if let Some(name) = hit.get(1) {
                let name = name.as_str().trim_end_matches(['.', '-', '/']);
                if name.chars().any(|char| char.is_ascii_digit()) {
                    add(name, &mut found);
                }
            }
        }
    }
    found
}

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:\b(?:[A-Z]{2,6}\d?[-_/ ]?)(?:[A-Z]{1,3}-)?\d[\d-]{3,}(?:[-.]\d+)?\b|\b[A-Z]{1,6}-[A-Z0-9]{1,6}-\d{4,}(?:-\d+)?\b|#\s?\d{4,}\b|\b(?:[Ee]vent|[Tt]icket|[Cc]ase|[Cc]hange|[Rr]eference|ISSUE|TT|[Ii]ncident)[ =:#]+\d{4,}\b|\b\d{7,}(?:-\d+)?\b|\[[A-Z0-9][A-Z0-9-]{5,}\])").ok()
});

/// The references that the mail gives itself: labelled ones first, then tokens of the subject that look like one.
pub(super) fn references(subject: &str, fields: &[Field]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut push = |value: &str| {
        let value = value.trim().trim_matches(['"', '\'', '#', '*', '[', ']', '(', ')', '.', ',', ' ']);
        if value.chars().any(|char| char.is_ascii_digit())
            && value.chars().count() <= 60
            && value.split_whitespace().count() <= 3
            && !found.iter().any(|known| known == value)
        {
            found.push(value.to_owned());
        }
    };
    let specific = |field: &&Field| {
        !["ticket", "change", "maintenance", "case", "work", "event", "window"].iter().any(|word| field.label.to_lowercase().contains(word))
    };
    let mut labelled: Vec<&Field> = fields.iter().filter(|field| field.topic == Topic::Reference).collect();
    labelled.sort_by_key(specific);
    for field in labelled {
        let line = field.value.lines().next().unwrap_or_default();
        push(line.split(" - ").next().unwrap_or_default());
    }
    for hit in TOKEN.as_ref().into_iter().flat_map(|regex| regex.find_iter(subject)).take(8) {
        let before = subject.get(..hit.start()).unwrap_or_default().trim_end_matches([' ', ':', '#']).to_lowercase();
        if before.ends_with("account") || before.ends_with("account id") {
            continue;
        }
        let token = hit.as_str().trim_start_matches('#').trim();
        let lower = token.to_lowercase();
        let bare = ["event", "ticket", "case", "change", "reference", "issue", "tt", "incident"].iter().find_map(|word| {
            lower
                .starts_with(word)
                .then(|| token.get(word.len()..).unwrap_or_default())
                .filter(|rest| rest.starts_with([' ', '=', ':', '#']))
        });
        let token = bare.map_or(token, |rest| rest.trim_start_matches([' ', '=', ':', '#']));
        if !looks_like_date(token) && !lower.starts_with("as") {
            push(token);
        }
    }
    found
}

fn looks_like_date(token: &str) -> bool {
    let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let upper = token.to_uppercase();
    months.iter().any(|month| upper.starts_with(month)) || token.split(['-', ' ', '/']).any(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_references() {
        let field = Field { topic: Topic::Reference, label: "Ticket".to_owned(), value: "\"CHG-1\"".to_owned(), backup: false };
        assert_eq!(references("Works CHG0031337 on 4 May 2031", &[field]), ["CHG-1", "CHG0031337"]);
        let cases: &[(&str, &[&str])] = &[
            ("Event 29111222 - SCHEDULED MAINTENANCE - 29 JUN 2031", &["29111222"]),
            ("***ACME***TTN-0000777 Planned", &["TTN-0000777"]),
            ("Maintenance [NOC-3-1234567]", &["NOC-3-1234567"]),
            ("Maintenance 2031-05-04 in FRA2", &[]),
            ("Hello AS65000", &[]),
        ];
        for (subject, want) in cases {
            assert_eq!(references(subject, &[]), *want, "{subject}");
        }
    }

    #[test]
    fn finds_lists_under_a_heading() {
        let prose = "Your services listed below may become unavailable.\n\nabc-001\nabc-002\n\nThis is scheduled so.\nThe instance (instance-ID: i-a89572aa) is old.";
        assert_eq!(of_prose(prose), ["abc-001", "abc-002", "i-a89572aa"]);
    }
}
