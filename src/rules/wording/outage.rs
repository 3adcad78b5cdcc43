//! How far a provider is with an outage, by its newest word.

use super::any;
use crate::model::Phase;

/// How far an outage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Goes(Phase),
    Over,
}

/// The newest word of a mail. Reports put it first or last, so one of those two it is: the further one, because an outage goes forward. Only
/// a first word that begins anew outranks it.
pub(super) fn newest(sentences: &[String]) -> Option<Stage> {
    let mut said = sentences.iter().filter_map(|sentence| Some((stage(sentence)?, sentence)));
    let (first, words) = said.next()?;
    let last = said.next_back().map_or(first, |(last, _)| last);
    if any(words, &["again", "has returned", "recurred", "erneut"]) { Some(first) } else { Some(first.max(last)) }
}

/// What a sentence says of an outage; the furthest where it says several.
fn stage(sentence: &str) -> Option<Stage> {
    const NOT_YET: &[&str] = &[
        "not resolved",
        "unresolved",
        "not yet",
        "until ",
        "once ",
        "when ",
        "will be resolved",
        "will be restored",
        "to be ",
        "being ",
        "as soon as",
        "no estimate",
        "not been",
        "not restored",
        "not back",
        "working to restore",
        "working on restoring",
        "hope",
        "expect",
        "resolved earlier",
        "still unknown",
        "unknown",
        "trying to",
        "noch nicht",
        "bis ",
        "sobald",
        "unbekannt",
        "nicht behoben",
        "pas encore",
        "nog niet",
    ];
    const OVER: &[&str] = &[
        "resolved",
        "been restored",
        "is restored",
        "are restored",
        "was restored",
        "were restored",
        "fully restored",
        "back online",
        "back to normal",
        "is back",
        "are back",
        "operating normally",
        "working normally",
        "functioning normally",
        "been fixed",
        "is fixed",
        "was fixed",
        "have recovered",
        "has recovered",
        "outage has ended",
        "outage is over",
        "outage ended",
        "behoben",
        "wiederhergestellt",
        "wieder verfügbar",
        "wieder zur verfügung",
        "résolu",
        "est rétabli",
        "a été rétabli",
        "resuelto",
        "restablecido",
        "solucionado",
        "risolto",
        "ripristinato",
        "opgelost",
        "hersteld",
        "is up again",
        "are up again",
        "service restored",
        "services restored",
        "issue closed",
        "normal operation",
        "all clear",
    ];
    const WATCHED: &[&str] = &[
        "are monitoring",
        "will monitor",
        "monitoring -",
        "monitoring:",
        "monitoring the",
        "monitoring it",
        "keep monitoring",
        "continue to monitor",
        "continuing to monitor",
        "fix has been implemented",
        "implemented a fix",
        "fix has been applied",
        "fix was applied",
        "fix is in place",
        "has been replaced",
        "watching the",
        "überwachen",
        "beobachten",
        "surveillons",
        "monitorizando",
        "in de gaten",
        "monitoriamo",
    ];
    const FOUND: &[&str] = &[
        "identified",
        "found the cause",
        "cause has been found",
        "cause was found",
        "cause of the outage has been found",
        "root cause is",
        "root cause was",
        "located the",
        "isolated the",
        "determined that",
        "work on a fix",
        "working on a fix",
        "ursache ist gefunden",
        "ursache gefunden",
        "ursache wurde",
        "identifié",
        "identificad",
        "origine du problème",
        "geïdentificeerd",
        "individuata",
        "fix is being prepared",
        "cause:",
    ];
    const LOOKED_FOR: &[&str] = &[
        "investigat",
        "looking into",
        "aware of",
        "troubleshooting",
        "techs are",
        "technicians are",
        "engineers are",
        "engineers have been",
        "been dispatched",
        "root cause",
        "not been identified",
        "keep looking",
        "unresolved",
        "untersuch",
        "bewusst",
        "techniker",
        "unbekannt",
        "ursache",
        "enquêt",
        "investigando",
        "indagando",
        "onderzoek",
        "experiencing an outage",
        "reports of",
        "packet loss",
        "detected an outage",
        "are working on it",
        "working to restore",
        "analys",
        "checking the",
    ];
    let open = any(sentence, NOT_YET);
    if any(sentence, OVER) && !open {
        Some(Stage::Over)
    } else if any(sentence, WATCHED) {
        Some(Stage::Goes(Phase::Monitoring))
    } else if any(sentence, FOUND) && !any(sentence, &["not been", "unknown", "unbekannt", "trying to", "not yet", "noch nicht"]) {
        Some(Stage::Goes(Phase::Identified))
    } else if any(sentence, LOOKED_FOR) {
        Some(Stage::Goes(Phase::Investigating))
    } else {
        None
    }
}
