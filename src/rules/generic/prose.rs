//! What running text says beside its times: the paragraph on the work, the subject's gist, times that are no windows.

use super::fields::Forms;
use super::topics::Topic;
use crate::rules::search::Regex;
use crate::rules::words;
use std::sync::LazyLock;

static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^(?:\s*(?:(?:fwd?|re|aw|wg|tr|rv|enc|doorst|antw|sv|vs)\s*:|\[\s*(?:external|ext|extern|externe)\s*\]|\(external\)|external\s*:))+\s*",
    )
});

/// The subject without what mail systems put before it.
pub(super) fn summary(subject: &str) -> String {
    let start = PREFIX.as_ref().and_then(|regex| regex.find(subject)).map_or(0, |found| found.end());
    subject.get(start..).unwrap_or_default().trim().to_owned()
}

/// Longest description taken over.
const DESCRIPTION: usize = 1_500;

/// The paragraph that says what is done: a labelled reason, else the paragraph with the most words of work.
pub(super) fn description(forms: &Forms) -> Option<String> {
    let labelled = forms.fields.iter().filter(|field| field.topic == Topic::Reason && field.value.split_whitespace().count() >= 3);
    if let Some(field) = labelled.max_by_key(|field| field.value.len().min(400)) {
        return Some(folded(&field.value));
    }
    let mut best: Option<(usize, &str)> = None;
    for paragraph in forms.prose.split("\n\n") {
        let score = WORK.as_ref().map_or(0, |regex| regex.find_iter(paragraph).count());
        let count = paragraph.split_whitespace().count();
        if score > 0 && count >= 8 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, paragraph));
        }
    }
    best.map(|(_, paragraph)| folded(paragraph))
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(DESCRIPTION).collect()
}

static WORK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:maintenance|upgrad\w+|replac\w+|migrat\w+|install\w*|repair\w*|relocat\w+|splic\w+|mov(?:e|ed|ing)|patch\w*|reboot\w*|firmware|perform\w*|carry out|work|works|outage|fib(?:er|re)|power|wartung\w*|arbeiten|austausch\w*|travaux|remplac\w+|intervention|mantenimiento|trabajos|reemplaz\w+|onderhoud|werkzaamheden|vervang\w+|manuten[çc][ãa]o|troca|substitui\w+)\b",
    )
});

static WATCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:(?:during|in) the week(?: of| starting| commencing| beginning)?|week (?:starting|commencing|of|beginning)|tba|tbd|to be (?:announced|determined|advised|scheduled)|in the coming (?:days|weeks)|over the (?:coming|next) weeks?|(?:date|time|schedule|details?|window)s? (?:\w+ ){0,3}?(?:will|to) (?:be )?(?:announced|communicated|follow|sent|told)|will be (?:announced|communicated)|noch bekannt(?:gegeben)?|wird noch|in den kommenden wochen|kalenderwoche|sera communiqu[ée]e?|dans les semaines|pr[óo]ximas semanas|se comunicar[áa]|komende weken|nog (?:nader )?te bepalen|pr[óo]ximas semanas|ser[áa] informad[oa])\b",
    )
});

/// The sentence that names a time which is no window.
pub(super) fn watch(text: &str) -> Option<String> {
    let at = WATCH.as_ref()?.find(text)?.range();
    let sentence = words::sentences(text).into_iter().find(|range| range.contains(&at.start)).unwrap_or(at);
    text.get(sentence).map(|sentence| folded(sentence).chars().take(200).collect())
}

static RECURS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:every|each) (?:\w+ ){0,2}?(?:day|night|week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|\b(?:weekly|monthly|nightly) maintenance|\b(?:jede[nrms]?|eines jeden) (?:\w+ ){0,2}?(?:tag|nacht|woche|monats?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)|montag bis freitag|\b(?:chaque|tous les) (?:\w+ ){0,1}?(?:jour|nuit|semaine|mois|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|\b(?:cada|todos los|todas as|todos os) (?:\w+ ){0,1}?(?:d[íi]as?|noches?|semanas?|mes|m[êe]s|lunes|martes|jueves|viernes)|\b(?:elke|iedere) (?:\w+ ){0,1}?(?:dag|nacht|week|maand|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)",
    )
});

/// Whether the text states a recurring habit.
pub(super) fn recurs(text: &str) -> bool {
    RECURS.as_ref().is_some_and(|regex| regex.is_match(text))
}

static TEMPLATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:\[(?:date|time|day|start|end|start time|end time|start date|datum|uhrzeit|fecha|hora)\]|\{\$\w|\{\{ ?\w|<(?:date|start|end)(?: time)?>|%%?(?:date|start|end)[a-z_]*%%?)",
    )
});

/// Whether placeholders stand unfilled.
pub(super) fn is_template(text: &str) -> bool {
    TEMPLATE.as_ref().is_some_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        let tables = [&PREFIX, &WORK, &WATCH, &RECURS, &TEMPLATE];
        assert!(tables.iter().all(|table| table.is_some()));
    }

    #[test]
    fn tells_prose_apart() {
        assert_eq!(summary("Fwd: RE: [EXTERNAL] Works in FRA2"), "Works in FRA2");
        assert!(is_template("The work takes place this [day], [date] from [time]"));
        assert!(recurs("Every Wednesday night our supplier has a window."));
        assert!(!recurs("The work is done on Wednesday night."));
        assert_eq!(
            watch("Hello.\nThe move is planned in the week starting 14th Nov. Bye.").as_deref(),
            Some("The move is planned in the week starting 14th Nov")
        );
    }
}
