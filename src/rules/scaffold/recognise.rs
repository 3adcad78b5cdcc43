//! By what a layout is recognised: words of the subject, and the label or head that its first place looks for.

use super::probe::literal;
use crate::rules::words;

/// A pattern for the words of the subject that every mail of the kind shares: its longest run without names, numbers and dates.
pub(super) fn recognised(subject: &str) -> Option<String> {
    let stop = |word: &str| {
        let lower = word.to_lowercase();
        let named = word.chars().any(|sign| sign.is_ascii_digit() || matches!(sign, '@' | '#'));
        let dated = MONTHS_AND_DAYS.iter().any(|name| lower.trim_matches(|sign: char| !sign.is_alphabetic()) == *name);
        named || dated || matches!(lower.as_str(), "re:" | "fw:" | "fwd:" | "aw:" | "wg:" | "[external]" | "customer" | "-" | "–" | "|")
    };
    let mut best: Vec<&str> = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for word in subject.split_whitespace().chain(["#"]) {
        let ends = word.ends_with([':', ',', ';', ']']) && !stop(word);
        if !stop(word) {
            run.push(word.trim_matches(['[', ']', ':', ',', ';', '(', ')', '"', '*']));
        }
        if stop(word) || ends {
            run.retain(|word| !word.is_empty());
            if run.len() > best.len() {
                best.clone_from(&run);
            }
            run.clear();
        }
    }
    best.truncate(6);
    let signs: usize = best.iter().map(|word| word.chars().filter(|sign| sign.is_alphabetic()).count()).sum();
    let words: Vec<String> = best.iter().map(|word| literal(word)).filter(|word| !word.is_empty()).collect();
    // Signs between the words were left out.
    let forms = [r"\s+", r"\W+"].map(|between| words.join(between));
    forms.into_iter().filter(|_| signs >= 8).find(|form| words::pattern(form).is_some_and(|regex| regex.is_match(subject)))
}

const MONTHS_AND_DAYS: [&str; 46] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "utc",
    "gmt",
    "cet",
    "cest",
    "est",
    "edt",
    "pst",
    "pdt",
];

/// The label or head that the first place of the windows names, as a pattern.
pub(super) fn mark_of(windows: &str, text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(&format!("[[layout]]{windows}")).ok()?;
    let layout = table.get("layout")?.as_array()?.first()?;
    let first = |key: &str| layout.get(key).and_then(|list| list.as_array()).and_then(|list| list.first());
    if let Some(window) = first("window") {
        let place = window.get("within").or_else(|| window.get("start"))?.as_array()?.first()?;
        let label = place.get("label")?.as_str()?;
        let words: Vec<String> = label.split_whitespace().map(literal).collect();
        return Some(format!(r"(?:^|\|)[ \t*•>-]*{}", words.join(r"\s+")));
    }
    let rows = first("rows").filter(|rows| rows.get("sheet").is_none())?;
    let heads = ["window", "start", "end", "object"].iter().filter_map(|key| rows.get(*key)?.as_array()?.first()?.as_str());
    // The head stands over the rows: two of its cells, in the order of the table.
    let heads: Vec<String> = heads.take(2).map(literal).collect();
    let in_order = |text: &str, one: &String, other: &String| {
        let both = format!(r"{one}[^\n]*\|[^\n]*{other}");
        words::pattern(&both).filter(|regex| regex.is_match(text)).map(|_| both)
    };
    match heads.as_slice() {
        [one, other] => in_order(text, one, other).or_else(|| in_order(text, other, one)),
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The first words of a text, where nothing else is known of its form.
pub(super) fn first_words(text: &str) -> String {
    let plain = |word: &&str| word.chars().all(char::is_alphabetic) && word.chars().count() >= 3;
    let line = text.lines().find(|line| line.split_whitespace().filter(plain).count() >= 4).unwrap_or(".");
    let words: Vec<String> =
        line.split_whitespace().take_while(|word| !word.chars().any(|sign| sign.is_ascii_digit())).take(6).map(literal).collect();
    if words.is_empty() { ".".to_owned() } else { words.join(r"\s+") }
}
