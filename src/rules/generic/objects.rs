//! What is touched, and under which reference.

use super::fields::{Field, Forms};
use super::topics::Topic;
use crate::model::{AffectedObject, Impact};
use crate::rules::search::Regex;
use crate::rules::time::duration_minutes;
use crate::rules::words;
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
        && !(text.starts_with(|char: char| char.is_ascii_digit()) && text.contains(' ') && duration_minutes(text).is_some())
        && !["n/a", "na", "none", "tbd", "tba", "see below", "see attached", "yes", "no", "-", "all"].contains(&lower.as_str())
        && !lower.starts_with("http")
        && !lower.starts_with("please")
}

/// The objects of the fields: split at commas, semicolons and line ends.
pub(super) fn of_fields(forms: &Forms) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for field in forms.fields.iter().filter(|field| field.topic == Topic::Objects) {
        for object in of_field(field) {
            add(&object, &mut found);
        }
    }
    found
}

/// The objects of one field.
pub(super) fn of_field(field: &Field) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(heads) = heads_of_lines(&field.value) {
        heads.iter().for_each(|id| add(id, &mut found));
        return found;
    }
    let only_kind = matches!(field.label.to_lowercase().as_str(), "service" | "services" | "resource" | "system" | "leistung" | "dienst");
    for piece in pieces(&field.value) {
        let piece = piece.trim();
        // The last of a list: "A, B and C.".
        let last = if field.value.contains(',') { piece.split_once(" and ") } else { None };
        for part in last.map_or(vec![piece], |(one, other)| vec![one, other]) {
            // "Service: Compute" is a kind of thing, no thing.
            if only_kind && !part.chars().any(|char| char.is_ascii_digit()) && !part.contains(['-', '.', '/', ' ']) {
                continue;
            }
            for id in split_ids(named_alone(part.trim_end_matches('.'))) {
                add(&id, &mut found);
            }
        }
    }
    found
}

/// The ids with which every line of a list begins, where the lines tell more behind them: `KV-4412-1  Hannover, 20 Gbit/s`. None where a line
/// goes on with ids of the same kind.
fn heads_of_lines(value: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = value.lines().filter(|line| !line.trim().is_empty()).collect();
    let several = lines.len() > 1;
    let tells = |line: &&str| line.trim().contains("  ") || several && line.contains(", ") && !line.contains(" and ");
    if !lines.iter().any(tells) {
        return None;
    }
    let head = |line: &&str| {
        let id = line.trim().split([' ', '\t', ',']).next()?;
        let named = id.chars().count() >= 5 && id.chars().any(|char| char.is_ascii_digit()) && id.contains(['-', '/', ':', '_']);
        let kind = id.split(['-', '/', ':']).next()?;
        let goes_on = line.trim().strip_prefix(id)?.contains(kind);
        (named && !id.ends_with(':') && !goes_on).then(|| id.to_owned())
    };
    lines.iter().map(head).collect()
}

/// What fields say of single objects: `TLC-07 (protected) - loss of redundancy`, `impact: IXP-91 down, PNI-40 none`.
pub(super) fn felt_by_each(forms: &Forms, objects: &[AffectedObject]) -> Vec<(String, Impact)> {
    let said = forms.fields.iter().filter(|field| matches!(field.topic, Topic::Objects | Topic::Impact));
    let said: Vec<&str> = said.flat_map(|field| pieces(&field.value)).take(MOST).collect();
    let mut found = Vec::new();
    for object in objects.iter().filter(|object| object.impact == Impact::Unstated).take(500) {
        let told = said.iter().find_map(|piece| {
            let at = piece.find(&object.object_id)?;
            let rest = piece.get(at + object.object_id.len()..)?;
            (!rest.starts_with(|char: char| char.is_alphanumeric())).then_some(rest)
        });
        let others = |rest: &str| objects.iter().any(|other| other.object_id != object.object_id && rest.contains(&other.object_id));
        let impact = told.filter(|rest| !others(rest)).map_or(Impact::Unstated, |rest| match rest.trim().to_lowercase().as_str() {
            "none" | ": none" | "- none" => Impact::NoImpact,
            rest => felt(rest),
        });
        if impact != Impact::Unstated {
            found.push((object.object_id.clone(), impact));
        }
    }
    found
}

/// Keeps of `Ganeti cluster ganeti-prod` and `ganeti-prod`, or of `#22 (AX41)` and `22`, the name that the other only tells more of.
pub(super) fn without_doubles(objects: &mut Vec<AffectedObject>) {
    let names: Vec<String> = objects.iter().take(500).map(|object| object.object_id.clone()).collect();
    let told = |name: &str| {
        name.contains(' ')
            && names.iter().any(|other| {
                other != name
                    && other.chars().count() >= 3
                    && name.split([' ', '(', ')', ',']).any(|word| word.trim_start_matches('#') == other)
            })
    };
    objects.retain(|object| !told(&object.object_id));
}

/// Splits at line ends, semicolons and commas, but not within brackets.
fn pieces(value: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let parts = |char: char| {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '\n' => depth = 0,
            _ => {}
        }
        matches!(char, '\n' | ';') || char == ',' && depth == 0
    };
    value.split(parts).collect()
}

/// An id with what is told of it: `TLC-07 (unprotected) - loss of service` names `TLC-07`.
fn named_alone(part: &str) -> &str {
    let part = part.trim();
    let head = part.split([' ', '\t']).next().unwrap_or(part);
    let id = head.chars().count() >= 5 && head.chars().any(|char| char.is_ascii_digit()) && head.contains(['-', '/', '.', '_']);
    let told = part.get(head.len()..).unwrap_or_default().trim_start();
    if id && (told.starts_with(['(', '–', ':']) || told.starts_with("- ")) && told.split_whitespace().count() > 2 {
        head.trim_end_matches(':')
    } else {
        part
    }
}

/// Several ids in one cell, parted by blanks, are several objects: `AB-1001 AB-1002`, not `SEL TOK EPL 9000`.
pub(super) fn split_ids(cell: &str) -> Vec<String> {
    let id = |word: &str| word.chars().count() >= 6 && word.chars().any(|char| char.is_ascii_digit()) && word.contains('-');
    // The same letters and digits in the same places: `CIR000482 CIR000483`, `vps1.host.example vps2.host.example`.
    let shape = |word: &str| -> String {
        word.chars()
            .map(|char| {
                if char.is_ascii_digit() {
                    '9'
                } else if char.is_alphabetic() {
                    'a'
                } else {
                    char
                }
            })
            .collect()
    };
    let words: Vec<&str> = cell.split_whitespace().collect();
    let first = words.first().map(|word| shape(word)).unwrap_or_default();
    let alike = first.chars().count() >= 6 && first.contains('9') && first.contains('a') && words.iter().all(|word| shape(word) == first);
    if words.len() > 1 && (alike || words.iter().all(|word| id(word))) {
        return words.into_iter().map(str::to_owned).collect();
    }
    vec![cell.trim().to_owned()]
}

fn add(piece: &str, found: &mut Vec<String>) {
    let piece = piece.trim().trim_start_matches(['*', '-', '•', '·', '>', ' ']).trim_end_matches([',', ';', ' ']).trim();
    // "kvm-7 (all instances)" and "scw-hopper (7f1b0f0a-26a5-…)" tell more of the name before the bracket.
    let piece = match piece.split_once(" (") {
        Some((name, told)) if told.starts_with("all ") || told.len() > 20 && !name.contains(' ') => name,
        _ => piece,
    };
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
        r"\b(?:following|below|affected|impacted|your|concerned|folgende\w*|betroffene\w*|suivante?s?|siguientes?|volgende|getroffen|seguintes?)\b.{0,60}\b(?:circuits?|services?|servers?|hosts?|instances?|droplets?|linodes?|vms?|vps|machines?|ips?|addresses|connections?|ports?|racks?|systems?|nodes?|volumes?|databases?|domains?|server|dienste?|leitungen|systeme|serveurs?|circuitos|servicios|servidores|servi[çc]os|diensten|verbindingen)\b(?:[^.\n]*:|[^.\n]*\b(?:below|following)\b[^.\n]*[:.]?)\s*$|\b(?:following|below|folgende\w*|suivante?s?|siguientes?|volgende|seguintes?)\b[^.\n]{0,40}\b(?:circuits?|services?|servers?|hosts?|instances?|droplets?|linodes?|vms?|machines?|ips?|addresses|systems?|nodes?|volumes?|server|dienste?|leitungen|systeme|serveurs?|circuitos|servicios|servidores|servi[çc]os|diensten|verbindingen)\b[^.\n]*[:.]?\s*$|\b(?:seguenti|seguintes?|siguientes|suivants?|volgende|folgenden?|following|our|your|these)\b[^.\n]{0,30}\b(?:hosting )?(?:server|servers|servidores|serveurs?|macchine|vps(?:['’]?en)?|domini|domains|sites)\b[^.\n]*:\s*$|^(?:your |affected |impacted |(?:db|database|virtual|compute|the|my|cloud) )*(?:circuits?|services?|servers?|server|servern|instances?|machines?|hosts?|devices?|resources?|routers?|switches|droplets?|ips?|volumes?|clusters?|nodes?|databases?)(?:\(s\))?(?: (?:affected|impacted|list|concerned|involved))?:\s*$|\b(?:following|below|these)\b[^.\n]{0,30}\b(?:routers?|switches|devices?|resources?|clusters?|hypervisors?|appliances?|gateways?)\b[^.\n]*:\s*$",
    )
});
static SIGN_OFF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^(?:many thanks|thanks?\b|thank you|(?:kind|best|warm) regards|regards|best\b|sincerely|yours|cheers|mit freundlichen|freundliche|viele gr[üu][ßs]+e|beste gr[üu][ßs]+e|gr[üu][ßs]+e|cordialement|bien à vous|merci|saludos|un saludo|atentamente|gracias|groet|met vriendelijke|bedankt|atenciosamente|obrigad[oa]|the .{1,40} team|ihr .{1,40}team|l['’]équipe|el equipo|your .{1,40} team|support team|-- ?)",
    )
});

/// Whether a line ends a mail rather than names something.
pub(super) fn signs_off(line: &str) -> bool {
    SIGN_OFF.as_ref().is_some_and(|regex| regex.is_match(line.trim()))
}

static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(
        r"(?:\b(?:in|at|im|à|en|maintenance|Maintenance)\s+|:\s*)([A-Z]{2,5}-?\d{1,2}(?:\.[A-Z]{2}\d{1,2})?)\b|\b([A-Z]{3})\s+\([A-Z][a-z]|\b([A-Z]{3}\d{2}\.[A-Z]{2}\d{2})\b",
    )
});

/// A site by its name or code beside the noun: `our Mumbai data center`, `datacenter FR-SD6`, `in our New Jersey location`.
static SITE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(
        r"\b(?:[Ii]n|[Oo]ur|[Tt]he|[Aa]t)\s+((?:[A-Z][\p{L}]+)(?:[ -][A-Z][\p{L}]+){0,2})\s+(?:[Dd]ata ?[Cc]ent(?:er|re)|location|facility|site|[Rr]egion|PoP)\b|\b(?:[Dd]ata ?[Cc]ent(?:er|re)|[Ff]acility|[Ss]ite|[Rr]echenzentrum|RZ|[Cc]entre de données)\s+([A-Z]{2,}[A-Z0-9-]*\d[A-Z0-9-]*)\b",
    )
});

static REGION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:regions?|zones?|regi[óo]n|regi[ãa]o|availability zone)[ \t]*[:\s][ \t]*['`(]?((?-i:[A-Z]\b)|[a-z]{2,12}(?:-[a-z]{2,12}){0,2}-?\d{1,2}[a-z]?\b)",
    )
});

/// Where no object is named: the site or region that the subject names by its code, then the region that the text names.
pub(super) fn places(subject: &str, forms: &Forms) -> Vec<String> {
    let prose = forms.prose.as_str();
    let mut found = Vec::new();
    for hit in PLACE.as_ref().into_iter().flat_map(|regex| regex.captures_iter(subject)).take(8) {
        if let Some(code) = (1..4).find_map(|group| hit.get(group)).filter(|code| {
            // "HMF-26" of "HMF-26-1190" is no site.
            !subject
                .get(code.end()..)
                .is_some_and(|after| after.starts_with(['-', '.']) && after.chars().nth(1).is_some_and(char::is_alphanumeric))
        }) {
            add(code.as_str(), &mut found);
        }
    }
    for text in [subject, prose] {
        for hit in REGION.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text)).take(8) {
            match hit.get(1).map(|name| name.as_str()) {
                // A letter alone says nothing without its noun.
                Some(letter) if letter.len() == 1 => add(hit.get(0).map_or(letter, |whole| whole.as_str()), &mut found),
                Some(name) => add(name, &mut found),
                None => {}
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() {
        for field in forms.fields.iter().filter(|field| field.topic == Topic::Place).take(8) {
            let value = field.value.lines().next().unwrap_or_default().trim();
            if value.split_whitespace().count() <= 5 {
                add(value, &mut found);
            }
        }
    }
    if found.is_empty() {
        for hit in SITE.as_ref().into_iter().flat_map(|regex| regex.captures_iter(prose)).take(8) {
            if let Some(site) = hit.get(1).or_else(|| hit.get(2)) {
                add(site.as_str(), &mut found);
            }
        }
    }
    found
}

/// Objects of prose: lists under a line that announces them, then names after nouns of things and those that name themselves.
pub(super) fn of_prose(subject: &str, prose: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines: Vec<&str> = prose.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if LIST_HEAD.as_ref().is_some_and(|regex| regex.is_match(line.trim())) {
            listed_below(lines.get(index + 1..).unwrap_or_default(), &mut found);
        }
    }
    let whole = format!("{subject}\n{prose}");
    for name in super::named::names(&whole) {
        // "198.51.100.17 (web-2)" of a list holds both of its names.
        let held = found.iter().any(|known: &String| known.split([' ', '(', ')', ',']).any(|word| word == name));
        if !held {
            add(&name, &mut found);
        }
    }
    if found.is_empty() {
        found = super::named::of_subject(subject);
    }
    if found.is_empty() {
        found = super::named::zones_of_names(&whole);
    }
    found
}

/// The items below a line that announces a list: they end at an empty line, a label, a sentence, a sign-off.
fn listed_below(lines: &[&str], found: &mut Vec<String>) {
    let mut taken = 0;
    for line in lines.iter().take(500) {
        let item = line.trim();
        if item.is_empty() {
            if taken > 0 {
                break;
            }
            continue;
        }
        let name = item.trim_start_matches(['*', '-', '•', '·', ' ']);
        let set_off = name.len() < line.len();
        // What stands in brackets belongs to the name before it.
        let core = name.split(" (").next().unwrap_or(name);
        let single = core.split([',', ' ']).filter(|word| !word.is_empty()).count() == 1;
        let series = core.contains(',') && core.split(',').all(|part| part.split_whitespace().count() <= 2) && !core.ends_with(',');
        let label = name.split(':').next().unwrap_or_default();
        let labelled = name.contains(": ") && super::topics::topic(label).is_some();
        if signs_off(name)
            || labelled
            || name.ends_with(['!', '?', ':'])
            || !(single || series || set_off && core.split_whitespace().count() <= 4)
        {
            break;
        }
        taken += 1;
        // A time beside the name is the window's, not the name's.
        let name = name.split(" - ").next().unwrap_or(name);
        // So is what is told of it in a column beside.
        let name = name.split("  ").next().unwrap_or(name);
        for piece in if name.contains('(') { vec![name] } else { name.split(',').collect() } {
            add(piece, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_lists_under_a_heading() {
        let prose = "Your services listed below may become unavailable.\n\nabc-001\nabc-002\n\nThis is scheduled so.\nThe instance (instance-ID: i-a89572aa) is old.";
        assert_eq!(of_prose("", prose), ["abc-001", "abc-002", "i-a89572aa"]);
    }
}
