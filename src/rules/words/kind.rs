//! Whether a text reports an unplanned outage or announces planned work.

use super::{Said, pattern};
use crate::model::Kind;
use crate::rules::search::{Match, Regex};
use std::sync::LazyLock;

static INCIDENT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(INCIDENT_WRITTEN));
static STRONG: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(STRONG_WRITTEN));
static PLANNED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(PLANNED_WRITTEN));

const INCIDENT_WRITTEN: &str = r"\b(?:a fix (?:has been|was|is being) (?:implemented|applied)|incidente?s?|(?:we are|we're|currently|continu\w+ to|engineers are) (?:\w+ )?investigat\w+|incident|unforeseen (?:issue|outage|problem)|unplanned outage|unexpected outage|outage (?:started|began|occurred|report|is ongoing)|(?:service )?disruption (?:on|in|at|affecting)|root cause|mitigated|has been restored|have been restored|service restored|fully operational again|(?:is|are|was|were) (?:currently |now )?(?:down|not reachable|unreachable|experiencing)|we are aware of|fault (?:has been )?(?:detected|reported)|fibre cut|fiber cut|cable cut|störung|ausfall seit|wir untersuchen|incident en cours|panne|nous enquêtons|incidencia|avería|estamos investigando|storing|(?:issue|problem|incident|outage) (?:\w+ ){0,2}?(?:has been|was|is) (?:\w+ )?(?:resolved|fixed|solved)|(?:was|were) restored|identified the cause|(?:network|power|service|cooling|storage) outage\b[^.\n]{0,40}\bsince|power was lost|failure (?:took|caused|hit)|guasto|disservizio|stiamo verificando|falha (?:na|de|no)|queda (?:de|na)|verholpen|we onderzoeken|interrupção não programada|estamos a investigar)\b";

const STRONG_WRITTEN: &str = r"\b(?:post[- ]?mortem|reason for outage|\bRFO\b|incident report|root cause analysis|\bRCA\b|major incident|unplanned outage|störungsmeldung|rapport d['’]incident|informe de incidente|outage report|we are (?:currently |actively )?investigating|investigating\s*[-:–]|identified\s*[-:–]|monitoring\s*[-:–]\s*a fix)";

const PLANNED_WRITTEN: &str = r"\b(?:(?:planned|scheduled|emergency|urgent|upcoming|preventi\w+|essential|remedial) (?:\w+ ){0,3}?(?:maintenance|maint|works?|outage|upgrade|downtime|activity|re-?boots?|restarts?|migrations?)|(?:perform|carry out|conduct|undertake)(?:ing)? (?:\w+ ){0,3}?(?:maintenance|works?)|(?:are|is) going to (?:\w+ )?(?:replace|upgrade|move|migrate|re-?boot|restart)|maintenance (?:window|notification|notice)|maintenance is required|will be (?:\w+ )?(?:re-?booted|restarted|retired|shut down|performing|carrying out|upgrad\w+|migrat\w+|mov\w+|replac\w+)|scheduled for|change window|wartung\w*|geplante[nrs]? (?:\w+ )?(?:\w*arbeiten|abschaltung|unterbrechung|ausfall)|(?:tauschen|ersetzen|aktualisieren|migrieren) wir|maintenance (?:planifiée|programmée|prévue)|travaux programmés|(?:intervention|op[ée]ration) (?:de maintenance )?(?:programm[ée]e|planifi[ée]e|pr[ée]vue)|ventana de mantenimiento|voeren wij (?:\w+ )?onderhoud|wij voeren (?:\w+ )?onderhoud|janela de manuten[çc][ãa]o|manutenzione straordinaria|prace (?:serwisowe|konserwacyjne|planowe)|trabajos programados|mantenimiento (?:programado|planificado)|gepland onderhoud|geplande werkzaamheden|manutenzione programmata|lavori programmati|onderhoudsvenster|manutenção (?:programada|emergencial|preventiva|de emergência)|retirement)\b";

/// Whether a text reports an unplanned outage (`Incident`) or announces planned work (`Maintenance`); none where it does neither. The words given are the
/// first that say so. Planned work wins over a passing mention of an incident, a post-mortem wins over a mention of maintenance.
#[must_use]
pub fn kind(text: &str) -> Option<Said<Kind>> {
    let strong = STRONG.as_ref().and_then(|regex| regex.find(text));
    let planned = PLANNED.as_ref().and_then(|regex| regex.find(text));
    let incident = INCIDENT.as_ref().and_then(|regex| regex.find(text));
    let said = |value, found: Match<'_>| Some(Said { value, at: found.range() });
    match (strong, planned, incident) {
        (Some(strong), _, _) => said(Kind::Incident, strong),
        (_, Some(planned), _) => said(Kind::Maintenance, planned),
        (_, _, Some(incident)) => said(Kind::Incident, incident),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_incidents_from_planned_work() {
        let cases: &[(&str, Option<Kind>)] = &[
            ("We are currently investigating reports of packet loss in FRA2.", Some(Kind::Incident)),
            ("Post-mortem: API errors on 3 March", Some(Kind::Incident)),
            ("Reason for outage: fibre cut near Leiden", Some(Kind::Incident)),
            ("There is an unforeseen issue with the cut over. All systems are currently not reachable.", Some(Kind::Incident)),
            ("Planned maintenance on 4 May will restore redundancy after the incident in April.", Some(Kind::Maintenance)),
            ("We will be replacing the power supply.", Some(Kind::Maintenance)),
            ("We require an emergency outage for maintenance today.", Some(Kind::Maintenance)),
            ("Störung im Netz: wir untersuchen die Ursache.", Some(Kind::Incident)),
            ("Wartungsarbeiten am 3. Mai", Some(Kind::Maintenance)),
            ("Your invoice is attached.", None),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .map(|(text, want)| (text, kind(text).map(|said| said.value), want))
            .filter(|(_, have, want)| have != *want)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
