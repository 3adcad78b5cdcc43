//! What we are asked to do before a time, and what happens otherwise: "Move your data before Friday or its disk is lost".

use super::windows::Times;
use crate::model::{Action, Precision, Problem, ProblemKind};
use crate::rules::search::Regex;
use crate::rules::time::{self, TimeContext};
use crate::rules::words;
use std::sync::LazyLock;

/// Most actions of one mail.
const MOST: usize = 8;

static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:^(?:please |you (?:must|need to|have to|should) |kindly )?(?:move|migrate|redeploy|back ?up|save|copy|export|download|upgrade|update|replace|switch|reconfigure|renumber|change|shut|stop|restart|reboot|power|confirm|reply|respond|choose|select|schedule|resize|rebuild|recreate|remove|delete|ensure|make sure|verify|check|plan)\b|\b(?:please|must|need(?:s)? to|have to|has to|are required to|required|requires|recommend|should|we ask you|action (?:is )?required|bitte|m[üu]ssen|veuillez|merci de|devez|pri[èe]re de|por favor|debe|deben|deber[áa]n?|gelieve|verzoek\w*|dient|moet|favor|deve|devem)\b)",
    )
});
/// To write to them is nothing to do.
static COURTESY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:contact|questions?|concerns?|let us know|do not hesitate|call us|write to|e-?mail us|reach out|accept our|apolog\w+|be advised|be informed|note that|please note|fragen|wenden|contacter|h[ée]siter|contactar|contacte|preguntas|vragen|d[úu]vidas|contato|visit|see our|refer to|find (?:below|more)|status page|you (?:can|may)|no action|nothing to do)\b",
    )
});
static LIMIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:before|by (?:the )?(?:\d+\w*|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|end|eod|close|then|midnight|noon)|prior to|no later than|not later than|at the latest|until|on or before|in advance of|ahead of|within (?:the next )?\d+|deadline|vor|bis|sp[äa]testens|avant|au plus tard|antes d\w+|a m[áa]s tardar|v[óo][óo]r|uiterlijk|tot|at[ée])\b",
    )
});
static CONSEQUENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:[,;.:–—-]|\s)\s*\b(?:or(?: else)?|otherwise|failing which|failure to do so|if (?:you do not|you don['’]t|not)|after (?:that|this)(?: date| time)?|sonst|andernfalls|ansonsten|oder|sinon|faute de quoi|ou|de lo contrario|si no|o|anders|of|zo niet|caso contr[áa]rio)[, ]\s*([^.!?\n]{0,160}\b(?:lost|lose|losing|deleted?|destroyed|terminated|erased|removed|suspended|unavailable|stopped|shut down|wiped|expire[ds]?|automatically|forced?|gel[öo]scht|verloren|beendet|abgeschaltet|automatisch|perdue?s?|supprim[ée]e?s?|arr[êe]t[ée]e?s?|automatiquement|perder\w*|perdid\w+|eliminad\w+|borrad\w+|verwijderd|verloren|gestopt|perdid[oa]s?|exclu[íi]d[oa]s?|removid[oa]s?)\b[^.!?\n]*)",
    )
});
static THEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^(?:otherwise|after (?:that|this)|if you (?:do not|don['’]t|take no)|failure to|instances? (?:that|which)|any .{0,40} (?:not|still|remaining)|sonst|andernfalls|danach|nach diesem|sinon|pass[ée] (?:ce|cette)|de lo contrario|despu[ée]s de|anders|daarna|caso contr[áa]rio|ap[óo]s)\b",
    )
});

/// What a text asks of us with a limit or a loss, in order. A limit that names no instant (`before Friday`, `before the maintenance`) leaves `by` open.
pub(super) fn actions(prose: &str, times: &Times, context: &TimeContext<'_>) -> Vec<Action> {
    let is = |table: &LazyLock<Option<Regex>>, text: &str| table.as_ref().is_some_and(|regex| regex.is_match(text));
    let sentences: Vec<&str> = words::sentences(prose).into_iter().filter_map(|range| prose.get(range)).collect();
    let mut found: Vec<Action> = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        if !is(&ASKS, sentence) || is(&COURTESY, sentence) || found.len() >= MOST {
            continue;
        }
        let own =
            CONSEQUENCE.as_ref().and_then(|regex| regex.captures(sentence)).and_then(|hit| hit.get(1)).map(|loss| folded(loss.as_str()));
        let next = sentences.get(index + 1).filter(|next| is(&THEN, next)).map(|next| folded(next));
        if !is(&LIMIT, sentence) && own.is_none() {
            continue;
        }
        let stated =
            times.deadlines.iter().find(|deadline| deadline.sentence.contains(sentence) || sentence.contains(deadline.sentence.as_str()));
        let own_time = || {
            time::statements(sentence, context)
                .into_iter()
                .next()
                .filter(|one| one.readings.iter().all(|(_, end)| end.is_none() || one.precision == Precision::Day))
        };
        let statement = stated.map(|deadline| deadline.statement.clone()).or_else(own_time);
        let unzoned = |problems: &[Problem]| problems.iter().any(|problem| problem.problem == ProblemKind::UnknownZone);
        let by = match statement {
            Some(one) if !unzoned(&one.problems) || one.precision == Precision::Day => match one.readings.as_slice() {
                [(start, _)] => Some(*start),
                _ => None,
            },
            _ => None,
        };
        found.push(Action { text: folded(sentence), by, consequence: own.or(next) });
    }
    found
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!([&ASKS, &COURTESY, &LIMIT, &CONSEQUENCE, &THEN].iter().all(|table| table.is_some()));
    }

    #[test]
    fn says_what_is_to_be_done_and_what_is_lost() {
        let zones = crate::model::Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded");
        let arrived_at = "2031-05-01T10:00:00Z".parse().unwrap();
        let context = TimeContext { zones: &zones, arrived_at, zone: None, order: None, date: None };
        // Sentence, until when, what is lost; none where nothing is asked.
        let cases: &[(&str, Option<(&str, &str)>)] = &[
            ("Please move it before Friday or its disk is lost.", Some(("", "its disk is lost"))),
            (
                "Move your data before 2031-05-12 20:00 UTC, otherwise it will be deleted.",
                Some(("2031-05-12T20:00:00Z", "it will be deleted")),
            ),
            (
                "You must migrate by 12 May 2031. After this date remaining instances are terminated.",
                Some(("2031-05-12T00:00:00Z", "After this date remaining instances are terminated")),
            ),
            (
                "Bitte sichern Sie Ihre Daten bis zum 12.05.2031, sonst werden sie gelöscht.",
                Some(("2031-05-12T00:00:00Z", "werden sie gelöscht")),
            ),
            (
                "Veuillez migrer avant le 12 mai 2031, sinon le disque sera supprimé.",
                Some(("2031-05-12T00:00:00Z", "le disque sera supprimé")),
            ),
            (
                "Por favor, mueva sus datos antes del 12 de mayo de 2031; de lo contrario serán eliminados.",
                Some(("2031-05-12T00:00:00Z", "serán eliminados")),
            ),
            ("Please ensure that both feeds are connected prior to the maintenance.", Some(("", ""))),
            ("Please contact us before 12 May 2031 if you have questions.", None),
            ("You can reboot earlier at a time of your choice.", None),
            ("We will finish before 06:00 UTC.", None),
        ];
        let told = |text: &str| {
            let list = actions(text, &Times::default(), &context);
            list.first().map(|action| {
                let by = action.by.map_or(String::new(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
                (by, action.consequence.clone().unwrap_or_default())
            })
        };
        let wrong: Vec<_> = cases
            .iter()
            .map(|(text, want)| (text, told(text), want.map(|(by, loss)| (by.to_owned(), loss.to_owned()))))
            .filter(|(_, have, want)| have != want)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
