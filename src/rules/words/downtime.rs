//! Downtime expected inside a window.

use super::clause::{Clause, sentences};
use super::{Said, pattern};
use crate::rules::search::Regex;
use crate::rules::time::duration_minutes;
use std::sync::LazyLock;

static LENGTH: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(LENGTH_WRITTEN));
static FELT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(FELT_WRITTEN));

const LENGTH_WRITTEN: &str = r"(?:\b(?:\d{1,2} ?[x×*] ?)?(?:\d{1,4}(?:[.,:]\d+)?|one|two|three|four|five|six|eight|ten|fifteen|twenty|thirty|forty[- ]five|sixty|ninety|an?|half an|eine[rn]?|zwei|une|deux|dos|una|twee|een|uma|duas)\s*(?:\([0-9]{1,3}\)\s*)?(?:(?:-|–|to|bis|à|a|and|und)\s*\d{1,4}\s*)?-?\s*(?:minutes?|minuten|minutos|minut[oi]|mins?|hours?|hrs?|heures?|horas?|or[ae]|stunden?|uur|uren|h|milliseconds?|msec|ms|seconds?|sekunden?|secondes?|segundos?|seconden)\b(?:\s*(?:and|und|et|y|en|e)?\s*\d{1,2}\s*(?:minutes?|minuten|minutos|mins?|m)\b)?|\b\d{1,2}h\d{2}m?(?:0s)?\b)";

const FELT_WRITTEN: &str = r"\b(?:down ?time|outage|unavailab\w+|not available|fail-?over|no (?:estar[áa]n?|est[áa]n?) disponibles?|niet (?:bereikbaar|beschikbaar)|non (?:disponible|accessible)|injoignable|inaccessib\w+|unreachab\w+|interrupt\w+|disruption|disconnect\w*|hard down|(?:be|is|are|go) down|offline|impact duration|switch(?:ing)? hits?|loss of (?:service|connectivity)|reboot(?:ed|s)?|powered off|ausfall\w*|unterbrechung\w*|nicht (?:erreichbar|verfügbar)|coupures?|indisponib\w+|interrupci\w+|cortes?|onderbreking\w*|uitval|onbereikbaar|indispon\w+|interrup\w+|interruzion\w+|disservizio|fermo|irraggiungibil\w+)\b";

/// The downtime expected inside the window, in minutes, upper bound: "less than 30 minutes of downtime" is 30. Seconds count as a minute.
#[must_use]
pub fn downtime_minutes(text: &str) -> Option<Said<u32>> {
    let (length, felt) = (LENGTH.as_ref()?, FELT.as_ref()?);
    let mut best: Option<Said<u32>> = None;
    for sentence in sentences(text) {
        let Some(words) = text.get(sentence.clone()) else { continue };
        let felt_at: Vec<_> = felt.find_iter(words).map(|found| found.range()).filter(|at| !Clause::around(words, at).negated()).collect();
        if felt_at.is_empty() {
            continue;
        }
        for found in length.find_iter(words) {
            let at = found.range();
            let after = words.get(at.end..).unwrap_or_default().trim_start_matches(['-', ' ']).to_lowercase();
            let before = words.get(..at.start).unwrap_or_default().to_lowercase();
            let of_window = WINDOW.iter().any(|word| after.starts_with(word)) || after.starts_with("per ") || after.contains(" per gb");
            let other =
                BEFORE_OTHER.iter().any(|word| before.trim_end().ends_with(word)) || AFTER_OTHER.iter().any(|word| after.starts_with(word));
            let near = felt_at.iter().any(|felt| gap(felt, &at) <= 70);
            let Some(minutes) = minutes(found.as_str()) else { continue };
            if near && !of_window && !other && best.as_ref().is_none_or(|known| minutes > known.value) {
                best = Some(Said { value: minutes, at: sentence.start + at.start..sentence.start + at.end });
            }
        }
        if best.is_some() {
            break;
        }
    }
    best
}

const WINDOW: [&str; 8] = ["window", "maintenance", "time frame", "wartung", "zeitfenster", "notice", "slot", "block"];
const BEFORE_OTHER: [&str; 9] = ["window:", "window :", "lasted", "every", "within", "next", "window of", "innerhalb von", "last"];
const AFTER_OTHER: [&str; 9] = ["before", "prior", "after", "in advance", "ago", "later", "of the start", "notice", "vor "];

fn minutes(written: &str) -> Option<u32> {
    let lower = written.to_lowercase();
    if lower.ends_with("ms") || lower.contains("msec") || lower.contains("milli") {
        return Some(1);
    }
    // "2 x 30 minutes": all of it is felt.
    let (times, one) =
        lower.split_once(['x', '×', '*']).map_or((Some(1), lower.as_str()), |(times, one)| (times.trim().parse::<u32>().ok(), one));
    let seconds = ["second", "sekunde", "segundo", "seconde"].iter().any(|unit| one.contains(unit));
    let length = if seconds {
        let number: String = one.chars().rev().skip_while(|char| !char.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        let number: String = number.chars().rev().collect();
        Some(number.parse::<u32>().map_or(1, |seconds| seconds.div_ceil(60).max(1)))
    } else {
        duration_minutes(one.trim()).or_else(|| duration_minutes(&one.replace("minuti", "minutes").replace("minuto", "minute")))
    };
    times?.checked_mul(length?)
}

fn gap(one: &std::ops::Range<usize>, other: &std::ops::Range<usize>) -> usize {
    if one.end <= other.start { other.start - one.end } else { one.start.saturating_sub(other.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(LENGTH.is_some() && FELT.is_some());
    }

    #[test]
    fn reads_the_downtime() {
        let cases: &[(&str, Option<u32>)] = &[
            ("A two-hour window is allocated. However, the actual downtime is typically less than 30 minutes.", Some(30)),
            ("Expected downtime will be approximately 60 minutes.", Some(60)),
            ("Expect each virtual machine to be unavailable for up to 15 minutes.", Some(15)),
            ("Hard Down - up to 5 min", Some(5)),
            ("Expected Outage/Downtime: 45-60 minutes", Some(60)),
            ("4 hours outage during the change window", Some(240)),
            ("expect about 1 minute of downtime per GB of disk.", None),
            ("The window lasts 6 hours and no downtime is planned in it. We will write 24 hours before.", None),
            ("The failover causes a disruption of less than 3 seconds.", Some(1)),
            ("Während der Wartung kommt es zu einer Unterbrechung von bis zu 30 Minuten.", Some(30)),
            ("The maintenance starts at 02:00 for 6 hours.", None),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .map(|(text, want)| (text, downtime_minutes(text).map(|said| said.value), want))
            .filter(|(_, have, want)| have != *want)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
