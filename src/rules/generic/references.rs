//! Under which reference a mail speaks of its maintenance: labelled fields first, then tokens of the subject, then of the text.

use super::fields::Field;
use super::topics::Topic;
use crate::rules::search::Regex;
use crate::rules::words;
use std::sync::LazyLock;

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(
        r"(?:\b(?:[A-Z]{2,6}\d?[-_/ ]?)(?:[A-Z]{1,3}-)?\d[\d-]{3,}(?:[-.]\d+)?\b|\b[A-Z]{1,6}-[A-Z0-9]{1,6}-\d{4,}(?:-\d+)?\b|\b[A-Z]{1,5}-\d{4,}(?:-\d+)?\b|#\s?\d{4,}(?:-\d+|-[a-z]{2,4}-\d+)*\b|\b[A-Z]{1,5}#\d{4,}(?:-\d+)?\b|\b\d{7,}(?:-\d+)?\b|\[[A-Z0-9][A-Z0-9-]{5,}\])",
    )
});
/// A word of reference and what it names: `Ticket #4711`, `Ref: MW/2031/118`, `Wartung 20311`, `change CHG-7`.
static WORDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:(?:ticket|case|change|event|incident|issue|tt|ref(?:erence|erenz|[ée]rence|erencia|erentie|er[êe]ncia)?|r[ée]f|vorgang|auftrag|(?:work|change) ?order|work|works|maintenance|maint|wartung\w*|intervention|travaux|mantenimiento|trabajos?|onderhoud|werkzaamheden|manuten[çc][ãa]o|notification|notice|advisory|outage|id|pw|mw|rfc|crq?)(?:[ -](?:id|ids|ref|reference|number|nummer|num[ée]ro|no\.?|nr\.?|n[°º]\.?|ticket))?)(?:[ \t]*[:=#][ \t]*#?|[ \t]+#?)((?:[A-Z]{1,8}[-_/.]?){0,2}\d[\w/.-]*)",
    )
});
/// In running text only words that are said of nothing else count.
static WORDED_IN_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:(?:ticket|case|change|maintenance|event|planned works?|work ?order|work)(?:[ -](?:id|ref|reference|number|no\.?|nr\.?))?|(?:our |your |the )?ref(?:erence|erenz|[ée]rence|erencia|erentie|er[êe]ncia)?\.?(?: number)?|vorgangsnummer|ticketnummer|vorgang|(?:onder |met )?nummer|rif|num[ée]ro de (?:ticket|dossier)|n[úu]mero de (?:ticket|caso))(?:[ \t]*[:#][ \t]*#?|[ \t]+(?:is[ \t]+)?#?)((?:[A-Z]{1,8}[-_/.]?){1,2}\d[\w/-]*|\d{5,}\b)",
    )
});

static INNER_SUBJECT: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"(?m)^[\s>*]*(?:subject|betreff|objet|asunto|onderwerp|assunto|oggetto)\*?[ \t]*:\*?[ \t]*(\S.*)$"));

/// The subject of a mail that stands forwarded in a text.
pub(super) fn inner_subject(text: &str) -> Option<&str> {
    INNER_SUBJECT.as_ref()?.captures(text)?.get(1).map(|subject| subject.as_str().trim())
}

/// The references that a mail gives itself, best first.
pub(super) fn references(subject: &str, prose: &str, fields: &[Field]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let specific = |field: &&Field| {
        !["ticket", "change", "maintenance", "case", "work", "event", "window"].iter().any(|word| field.label.to_lowercase().contains(word))
    };
    let mut labelled: Vec<&Field> = fields.iter().filter(|field| field.topic == Topic::Reference).collect();
    labelled.sort_by_key(specific);
    for field in labelled {
        let line = field.value.lines().next().unwrap_or_default();
        push(line.split(" - ").next().unwrap_or_default(), &mut found);
    }
    for hit in WORDED.as_ref().into_iter().flat_map(|regex| regex.captures_iter(subject)).take(8) {
        let Some(token) = hit.get(1).map(|token| token.as_str().trim_end_matches(['.', '-', '/', ':'])) else { continue };
        let capital = token.chars().filter(|char| char.is_alphabetic()).all(char::is_uppercase);
        if capital && token.chars().filter(char::is_ascii_digit).count() >= 3 && !looks_like_date(token) && !is_asn(token) {
            push(token, &mut found);
        }
    }
    for hit in TOKEN.as_ref().into_iter().flat_map(|regex| regex.find_iter(subject)).take(8) {
        let before = subject.get(..hit.start()).unwrap_or_default().trim_end_matches([' ', ':', '#']).to_lowercase();
        let token = hit.as_str().trim_start_matches('#').trim();
        let held = found.iter().any(|known| known.contains(token));
        if !before.ends_with("account") && !before.ends_with("account id") && !looks_like_date(token) && !is_asn(token) && !held {
            push(token, &mut found);
        }
    }
    if found.is_empty() {
        for hit in WORDED_IN_TEXT.as_ref().into_iter().flat_map(|regex| regex.captures_iter(prose)).take(4) {
            let token = hit.get(1).map_or("", |token| token.as_str().trim_end_matches(['.', '-', '/', ':']));
            let capital = token.chars().filter(|char| char.is_alphabetic()).all(char::is_uppercase);
            if capital && token.chars().filter(char::is_ascii_digit).count() >= 3 && !looks_like_date(token) {
                push(token, &mut found);
            }
        }
        found.truncate(1);
    }
    found
}

/// The number of a network names the network.
fn is_asn(token: &str) -> bool {
    token.strip_prefix("AS").is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
}

fn push(value: &str, found: &mut Vec<String>) {
    let value = value.trim().trim_matches(['"', '\'', '#', '*', '[', ']', '(', ')', '.', ',', ' ']);
    // A telephone number or an entry in a register is no reference.
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let phone = digits >= 9
        && value.chars().all(|char| char.is_ascii_digit() || "+-() ./".contains(char))
        && (value.starts_with('+') || value.split(['-', ' ', '/', '.', '(', ')']).filter(|part| part.len() >= 3).count() >= 3);
    let register = ["kvk", "hrb", "vat", "btw", "siret", "ust", "gmbh", "amtsgericht", "msg"]
        .iter()
        .any(|word| value.to_lowercase().starts_with(word));
    // A mailer's own mark of its thread: `ref:!00D5A0wxyz.!5005A01abcd:ref`.
    let thread =
        value.ends_with(":ref") || value.contains("00D") && value.contains(".!500") || value.contains("00D") && value.contains(".500");
    if phone || register || thread {
        return;
    }
    if value.chars().any(|char| char.is_ascii_digit())
        && value.chars().count() <= 60
        && value.split_whitespace().count() <= 3
        && !found.iter().any(|known| known == value)
    {
        found.push(value.to_owned());
    }
}

/// A date, a year or clock times; `PW-2031-0519` is none, `May-2031`, `NOTICE 2031-05-04` and `2200-0600` are.
fn looks_like_date(token: &str) -> bool {
    let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let short = |text: &&str| !text.is_empty() && text.len() <= 2 && text.chars().all(|char| char.is_ascii_digit());
    let upper = token.to_uppercase();
    let letters = upper.trim_end_matches(|char: char| !char.is_alphabetic());
    let rest = upper.get(letters.len()..).unwrap_or_default();
    let parts: Vec<&str> = rest.split(['-', ' ', '/', '.', '_']).filter(|part| !part.is_empty()).collect();
    let month = months.iter().any(|month| letters.rsplit([' ', '-']).next().unwrap_or_default().starts_with(month));
    let apart = rest.starts_with(' ') || letters.is_empty();
    let whole_date = match parts.as_slice() {
        [first, second, third] => {
            year(first) && short(second) && short(third) || short(first) && short(second) && (year(third) || short(third))
        }
        [first, second] => {
            apart
                && (short(first) && short(second)
                    || year(first) && short(second)
                    || short(first) && year(second)
                    || first.len() == 4 && second.len() == 4 && letters.is_empty())
        }
        [only] => year(only) || apart && only.len() == 8 && year(only.get(..4).unwrap_or_default()),
        _ => false,
    };
    month || whole_date && (apart || !parts.len().eq(&3) || rest.starts_with([' ', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(TOKEN.is_some() && WORDED.is_some() && WORDED_IN_TEXT.is_some());
    }

    #[test]
    fn finds_references() {
        let field = Field { topic: Topic::Reference, label: "Ticket".to_owned(), value: "\"CHG-1\"".to_owned(), backup: false };
        assert_eq!(references("Works CHG0031337 on 4 May 2031", "", &[field]), ["CHG-1", "CHG0031337"]);
        let cases: &[(&str, &[&str])] = &[
            ("Event 29111222 - SCHEDULED MAINTENANCE - 29 JUN 2031", &["29111222"]),
            ("***ACME***TTN-0000777 Planned", &["TTN-0000777"]),
            ("Maintenance [NOC-3-1234567]", &["NOC-3-1234567"]),
            ("Maintenance 2031-05-04 in FRA2", &[]),
            ("Maintenance 10/11/2031", &[]),
            ("Maintenance 2031", &[]),
            ("Maintenance NOTICE 2031-05-04", &[]),
            ("Works 2200-0600 on 4 May", &[]),
            ("Hello AS65000", &[]),
            ("Planned Work PW-2031-0519 - Notification", &["PW-2031-0519"]),
            ("CANCELLED: Planned Work PW-2031-0519", &["PW-2031-0519"]),
            ("Re: [CHG0099118] Router reload", &["CHG0099118"]),
            ("Maintenance M-12345", &["M-12345"]),
            ("Ticket #4711229: reboot", &["4711229"]),
            ("Maintenance Ref: MW/2031/118", &["MW/2031/118"]),
            ("Wartung 20311 abgesagt", &["20311"]),
            ("Change CR-118/2 approved", &["CR-118/2"]),
            ("Planned works GCR-20311118 Reminder", &["GCR-20311118"]),
            ("INC0012345 Outage", &["INC0012345"]),
            ("Maintenance in DC2 on May 14, 2031", &[]),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .map(|(subject, want)| (subject, references(subject, "", &[]), want))
            .filter(|(_, have, want)| have != *want)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(references("Works", "Please quote our reference FX-118022 in any answer.", &[]), ["FX-118022"]);
        assert!(references("Works", "The maintenance 2031-05-04 22:00 UTC is work for 2 hours.", &[]).is_empty());
    }
}
