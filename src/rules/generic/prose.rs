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
        r"\b(?:(?:during|in) the week(?: of| starting| commencing| beginning)?|week (?:starting|commencing|of|beginning)|tba|tbd|to be (?:announced|determined|advised|scheduled|confirmed)|(?:in|over|during|within) the (?:coming|next)(?: (?:few|two|three))? (?:days|weeks|months)|in the near future|later this (?:week|month|quarter|year)|(?:early|mid|late|in) (?:q[1-4]|(?:the )?(?:first|second|third|fourth) quarter)|(?:between|from) (?:january|february|march|april|may|june|july|august|september|october|november|december) (?:and|to|until|through) (?:january|february|march|april|may|june|july|august|september|october|november|december)|until further notice|new (?:date|window) follows|(?:date|time|schedule|details?|window)s? (?:\w+ ){0,3}?(?:will|to) (?:be )?(?:announced|communicated|follow|sent|told)|will be (?:announced|communicated)|noch bekannt(?:gegeben)?|wird noch|in den (?:kommenden|n[äa]chsten) (?:tagen|wochen|monaten)|(?:im laufe|anfang|mitte|ende) (?:de[sr] )?(?:monats|quartals|jahres|n[äa]chsten? \w+)|zwischen (?:januar|februar|m[äa]rz|april|mai|juni|juli|august|september|oktober|november|dezember) und|bis auf weiteres|entre (?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre) et|dans les prochain\w+ (?:jours|semaines|mois)|en (?:los|las) pr[óo]xim[oa]s (?:d[íi]as|semanas|meses)|entre (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre) y|in de komende (?:dagen|weken|maanden)|nas pr[óo]ximas semanas|nelle prossime settimane|nei prossimi (?:giorni|mesi)|kalenderwoche|sera communiqu[ée]e?|dans les semaines|pr[óo]ximas semanas|se comunicar[áa]|komende weken|nog (?:nader )?te bepalen|pr[óo]ximas semanas|ser[áa] informad[oa])\b",
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
    fn times_that_are_no_windows() {
        let watched = [
            "The move takes place in the coming weeks.",
            "We will upgrade all hosts over the next few weeks.",
            "The work happens between January and March.",
            "Works from March to June on your route.",
            "The date is to be announced.",
            "The window is TBD.",
            "Details will follow.",
            "The time will be communicated later.",
            "This will happen later this year.",
            "The migration is planned for early Q3.",
            "The work is postponed until further notice.",
            "A new date follows.",
            "The work is in the week starting 14th Nov.",
            "Die Umstellung erfolgt in den kommenden Wochen.",
            "Der Termin wird noch bekannt gegeben.",
            "Der Umzug ist zwischen Januar und März geplant.",
            "La date sera communiquée.",
            "Les travaux ont lieu entre janvier et mars.",
            "Los trabajos se harán en las próximas semanas.",
            "Het onderhoud volgt in de komende weken.",
            "A data será informada.",
            "I lavori avverranno nelle prossime settimane.",
        ];
        let missed: Vec<_> = watched.iter().filter(|text| watch(text).is_none()).collect();
        assert!(missed.is_empty(), "{missed:#?}");
        let plain = [
            "The work takes place on 4 May 2031, 01:00 to 03:00 UTC.",
            "We may need up to two weeks for an answer.",
            "The weekly report is attached.",
            "Please answer within three days.",
            "We start at 01:00 and follow up by mail.",
            "Die Arbeiten beginnen am 4. Mai um 2 Uhr.",
            "Les travaux commencent le 4 mai à 2h.",
            "Het onderhoud begint op 4 mei.",
        ];
        let seen: Vec<_> = plain.iter().filter(|text| watch(text).is_some()).collect();
        assert!(seen.is_empty(), "{seen:#?}");
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
