//! Impact words.

use super::Said;
use super::clause::Clause;
use super::table::{Table, by_sentence, gravest};
use crate::model::Impact;
use std::sync::LazyLock;

/// How heavily a statement weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// A name only: "planned outage notification".
    Name,
    /// Supposed: "in the unlikely case", "risk of".
    Supposed,
    /// Said outright.
    Said,
}

/// The impact that a text states, the gravest where several; none where it states none. "No impact is expected, but there is a risk of packet loss" is
/// degraded; "no downtime is expected; should both feeds fail, servers go down" is reduced redundancy; "planned outage notification" beside "no impact"
/// is no impact.
#[must_use]
pub fn impact(text: &str) -> Option<Said<Impact>> {
    let all = by_sentence(text, |_, words| {
        let lower = words.to_lowercase();
        if BOILERPLATE.iter().any(|mark| lower.contains(mark)) { Vec::new() } else { of_sentence(words, &lower) }
    });
    let none_expected = all.iter().any(|said| said.value.1 == Impact::NoImpact);
    let judged = all.into_iter().filter_map(|said| {
        let value = match (said.value, none_expected) {
            ((Weight::Name, _), true) => return None,
            ((Weight::Supposed, Impact::Outage), true) => Impact::ReducedRedundancy,
            ((_, impact), _) => impact,
        };
        Some(Said { value, at: said.at })
    });
    gravest(judged, |impact| grave(*impact))
}

fn grave(impact: Impact) -> u8 {
    match impact {
        Impact::Unstated => 0,
        Impact::NoImpact => 1,
        Impact::ReducedRedundancy => 2,
        Impact::Degraded => 3,
        Impact::Outage => 4,
    }
}

/// What a match of the table means, and what it means when negated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Negated {
    /// "no outage" says that nothing is felt.
    NoImpact,
    /// "do not reboot" says nothing.
    Nothing,
    /// The pattern holds its own negation.
    Whole,
}

static TABLE: LazyLock<Table<Impact, Negated>> = LazyLock::new(|| Table::new(&WRITTEN));

const WRITTEN: [(&str, Impact, Negated); 15] = [
    // NoImpact first: what it covers is not read again below.
    (
        r"\b(?:none expected|no (?:\w+ ){0,3}?impact(?:s|ed)?|no (?:\w+ ){0,2}?(?:downtime|outages?|interruptions?|disruptions?|loss of service)|not (?:be )?(?:service[- ])?(?:affect\w*|impact\w*|disrupt\w*|interrupt\w*|cause (?:any|an) (?:\w+ )?(?:impact|outage|interruption|disruption|downtime))|non[- ]?(?:service[- ])?(?:affecting|impacting|disruptive|intrusive)|without (?:any )?(?:\w+ )?(?:impact|interruption|disruption|downtime|outage)|(?:not|n['’]t) (?:expect|anticipate|foresee|envisage) (?:any |an )?(?:\w+ ){0,2}?(?:impact|effects?|outages?|downtime|interruptions?|disruptions?)|not notice (?:any(?:thing)?|this|the)|transparent (?:to|for)|hitless|unaffected|remain (?:online|available|operational|reachable|up)|stay (?:online|available|up)|continue to (?:function|run|operate)|(?:impact|duration|effect)\W{1,4}(?:none|n/a|no impact|nil)\b)",
        Impact::NoImpact,
        Negated::Whole,
    ),
    (
        r"\b(?:keine(?:rlei|n)? (?:\w+ ){0,2}?(?:auswirkung\w*|beeintr[äa]chtigung\w*|unterbrechung\w*|einschr[äa]nkung\w*|ausf[äa]lle?|downtime)|kein (?:\w+ )?ausfall|unterbrechungsfrei\w*|ohne (?:\w+ )?(?:unterbrechung\w*|auswirkung\w*|ausfall|beeintr[äa]chtigung\w*)|aucune? (?:\w+ )?(?:impact|interruption|coupure|perturbation|indisponibilit[ée])|sans (?:\w+ )?(?:impact|interruption|coupure)|pas (?:d['’]|de )(?:impact|interruption|coupure)|sin (?:\w+ )?(?:impacto|interrupci[óo]n\w*|afectaci[óo]n|cortes?)|ning[úu]n (?:\w+ )?(?:impacto|corte)|no (?:se (?:espera|prev[ée]|esperan|prev[ée]n)|habr[áa]) (?:\w+ ){0,3}?(?:impacto|interrupci\w*|afectaci\w*|cortes?)|geen (?:\w+ ){0,2}?(?:impact|onderbreking\w*|uitval|hinder|gevolgen|downtime)|zonder (?:\w+ )?(?:onderbreking\w*|uitval|impact)|nessun[ao]? (?:\w+ )?(?:impatto|interruzion\w+|disservizio)|senza (?:\w+ )?(?:impatto|interruzion\w+|disservizi\w*)|non (?:[èe]|sono|si) (?:previst\w+|prevede|prevedono) (?:\w+ )?(?:impatt\w+|interruzion\w+|disservizi\w*)|sem (?:\w+ )?(?:impacto|interrup\w*|indisponibilidade)|nenhum (?:\w+ )?impacto|n[ãa]o haver[áa] (?:\w+ ){0,2}?(?:impacto|interrup\w*|indisponibilidade))",
        Impact::NoImpact,
        Negated::Whole,
    ),
    (
        r"\b(?:(?:reduc\w+|los[st]\w*|losing|lack|lower|decreas\w+|limited|impair\w+|partial) (?:of |in |your |the |path |network |power )*(?:redundan\w+|protection|diversity|resilien\w+)|(?:without|no) (?:redundan\w+|protection|resilien\w+|diversity)|(?:redundan\w+|protection|diversity|resilien\w+) (?:will be |is |may be |is temporarily |will temporarily be )?(?:reduced|lost|lower|limited|unavailable|degraded)|at[ -](?:a )?(?:high |higher |increased )?risk|(?:redundancy|resiliency|protection) loss|risk only|unprotected|single[- ](?:path|homed|threaded|feed)|on one (?:feed|leg|path) only|n\+0)\b",
        Impact::ReducedRedundancy,
        Negated::Whole,
    ),
    (
        r"\b(?:(?:reduzierte|eingeschr[äa]nkte|verminderte) redundanz|redundanzverlust|redundanz (?:\w+ ){0,3}?(?:ist |wird )?(?:reduziert|eingeschr[äa]nkt)|ohne redundanz|keine redundanz|(?:redondance|protection) r[ée]duite|perte de (?:redondance|protection)|sans redondance|[àa] risque|(?:redundancia|protecci[óo]n) reducida|p[ée]rdida de (?:redundancia|protecci[óo]n)|sin (?:redundancia|protecci[óo]n)|en riesgo|(?:verminderde|beperkte|gereduceerde) redundantie|verlies van redundantie|(?:geen|zonder) redundantie|redund[âa]ncia reduzida|perda de redund[âa]ncia|sem redund[âa]ncia|em risco|(?:perdita|riduzione) (?:di|della) ridondanza|senza ridondanza|ridondanza ridotta|a rischio)\b",
        Impact::ReducedRedundancy,
        Negated::Whole,
    ),
    // Sure outages, said in a way that no negation is looked for.
    (
        r"\b(?:(?:will|may|can|could|might|would|are|is|be)(?: be)?(?: \w+){0,2}? (?:not|n['’]t)(?: be)? (?:available|accessible|reachable|able to)|cannot be (?:reached|accessed|used)|not (?:be )?(?:available|accessible|reachable)|no (?:network )?(?:connectivity|access|service|power)\b|without (?:power|network|connectivity|service)|nicht (?:\w+ ){0,3}?(?:erreichbar|verf[üu]gbar)|keine (?:\w+ )?(?:verbindung|konnektivit[äa]t)|sans (?:service|alimentation)|sin (?:servicio|conexi[óo]n|suministro)|no (?:estar[áa]n?|est[áa]n?) disponibles?|(?:niet|on)[ -]?(?:bereikbaar|beschikbaar)|sem (?:servi[çc]o|energia|conex[ãa]o)|non (?:sar[àa]|saranno|[èe]) (?:raggiungibil[ei]|disponibil[ei]|accessibil[ei])|n[ãa]o (?:estar[áa]|ficar[áa]) dispon[íi]vel)",
        Impact::Outage,
        Negated::Whole,
    ),
    (
        r"\b(?:outages?|loss of (?:all )?(?:service|services|connectivity|power|signal|light|traffic|network)|lose (?:power|connectivity|service|network)|down ?times?|unavailab\w+|inaccessib\w+|unreachab\w+|(?:service |brief |short |momentary )*interruptions?|interrupted|service disruptions?|disruption (?:of|to|in) (?:your )?(?:service|services)|service losses|blackout)\b",
        Impact::Outage,
        Negated::NoImpact,
    ),
    (
        r"\b(?:hard[- ]down|node down|service down|down (?:for|throughout|during|up to|max)|(?:loses?|losing) (?:\w+ ){0,3}?(?:links?|uplinks?|connections?|network)|without a (?:\w+ )?(?:link|connection)|(?:servers?|machines?|hosts?|vms?|instances?) (?:will be|is|are) off\b|switch(?:ed|es)? (?:\w+ ){0,3}?off|power(?:s|ed)? (?:\w+ ){0,3}?(?:off|down)|traffic (?:loss|hit)|signal loss|(?:50 ?ms|brief|short) hits?|disconnections?|(?:be|go|goes|going|went|taken|is|are|brought) (?:down|offline|off ?line|dark)|power(?:ed|ing)? (?:off|down)|switched off|turned off|power[- ]?down|shut ?down|shutting down|re ?boot(?:ed|s|ing)?|re ?start(?:ed|s|ing)?|power[- ]cycl\w+|terminated|stop your instance|(?:is|will be) (?:stopped|retired and stopped)|(?:servers?|vms?|vps|machines?) (?:is|are|will be) (?:stopped|moved offline)|service[- ](?:affecting|impacting)|offline)\b",
        Impact::Outage,
        Negated::Nothing,
    ),
    (
        r"\b(?:ausf[äa]lle?n?|ausfall\w*|(?:dienst|strom|netz|verbindungs|betriebs)?unterbrechung\w*|unterbrochen|downtime|stromlos|coupures?|interruptions?|interrompu\w*|indisponib\w+|perte de (?:service|connectivit[ée])|hors service|injoignables?|interrupci[óo]n(?:es)?|interrumpid[oa]s?|cortes?|ca[íi]das?|fuera de servicio|p[ée]rdida de (?:servicio|conectividad)|onderbreking(?:en)?|onderbroken|uitval|interrup[çc](?:[ãa]o|[õo]es)|interrompid[oa]s?|indispon[íi]ve(?:l|is)|indisponibilidade|queda|fora do ar|interruzion[ei]|disservizi[o]?|irraggiungibil[ei]|fermo|perda de (?:servi[çc]o|conectividade))\b",
        Impact::Outage,
        Negated::NoImpact,
    ),
    (
        r"\b(?:neu ?gestartet|neustarts?|heruntergefahren|abgeschaltet|ausgeschaltet|vom netz|coup[ée]e?s?|wy[łl][ąa]czon\w+|przerw[ayę]\w*|niedost[ęe]pn\w+|red[ée]marr\w+|arr[êe]t[ée]s?|reinici\w+|apagad[oa]s?|herstart\w*|uitgeschakeld|afgesloten worden|desligad[oa]s?|reinicializ\w+|riavvi\w+|spent[oaie])\b",
        Impact::Outage,
        Negated::Nothing,
    ),
    (
        r"\b(?:degrad\w+|packet[- ]loss|intermittent\w*|flap(?:s|ping)?|switch(?:ing)?[- ]?hits?|protection switch\w*|slow(?:er|ness|down|ly)?|jitter|hiccups?|(?:reduced|lower|limited|impaired) (?:performance|capacity|throughput|bandwidth|functionality|availability)|performance impact|time-?outs|(?:build )?failures and|brief disconnects?|short disconnects?|(?:deliver(?:y|ed|ies)|mails?|messages?|mail flow|processing|responses?|queues?) (?:\w+ ){0,4}?delay(?:ed|s)?|delayed (?:delivery|mails?|messages?)|packet drops|(?:throughput|performance|bandwidth|speeds?|capacity) (?:\w+ ){0,3}?(?:lower|reduced|slower|limited|worse))\b",
        Impact::Degraded,
        Negated::NoImpact,
    ),
    (
        r"\b(?:(?:increase\w*|high\w*|elevated|additional|slight(?:ly)?|added|some|potential|more|network) (?:\w+ ){0,3}?latency|latency (?:[\w-]+ ){0,5}?(?:increases?|rises?|higher|expected|spikes?)|higher latency|latency and|and latency)",
        Impact::Degraded,
        Negated::NoImpact,
    ),
    (
        r"\b(?:beeintr[äa]chtig\w+|einschr[äa]nkung\w*|paketverlust\w*|(?:erh[öo]hte|h[öo]here)\w* latenz\w*|latenzen|verlangsam\w*|perte de paquets|d[ée]grad[ée]\w*|d[ée]gradation\w*|ralentissement\w*|latence|perturbation\w*|intermitente\w*|p[ée]rdida de paquetes|latencia|lentitud|degradaci[óo]n|pakketverlies|vertraging\w*|hinder|verminderde prestaties|perda de pacotes|lat[êe]ncia|lentid[ãa]o|degrada[çc][ãa]o|intermit[êe]n\w+|rallentament\w+|perdita di pacchetti|latenza|degrad[oi])\b",
        Impact::Degraded,
        Negated::NoImpact,
    ),
    (
        r"\b(?:will|may|could|might|expected to|that) (?:\w+ )?(?:impact|affect)(?:s|ed)? (?:your|the|all|our|these|customer) (?:\w+ )?(?:services?|circuits?|connections?|servers?)",
        Impact::Unstated,
        Negated::Nothing,
    ),
    (r"\bguarantee the availability\b", Impact::Degraded, Negated::Whole),
    (r"\bdata (?:on \w+ )?(?:will be |is )?lost\b", Impact::Outage, Negated::Nothing),
];

/// Sentences that speak of impact without stating one.
const BOILERPLATE: [&str; 43] = [
    "avoid",
    "prevent",
    "minimi",
    "apolog",
    "inconvenience",
    "unplanned",
    "proactive",
    "if you experience",
    "if your ",
    "remains down",
    "still down",
    "to report",
    "vermeiden",
    "verhindern",
    "entschuldig",
    "unannehmlichkeit",
    "bitten um verständnis",
    "éviter",
    "excus",
    "désagrément",
    "gêne",
    "evitar",
    "disculpa",
    "molestias",
    "inconvenient",
    "voorkomen",
    "excuses",
    "ongemak",
    "desculp",
    "transtorno",
    "every maintenance",
    "at risk period is",
    "mitigate",
    "you are receiving",
    "unsubscribe",
    "credit",
    "detection",
    "outage of last",
    "outage last",
    "recent outage",
    "previous outage",
    "scus",
    "disagi",
];

const SUPPOSED: [&str; 22] = [
    "unlikely",
    "risk of",
    "in the event",
    "in case",
    "worst case",
    "should both",
    "should the",
    "should this",
    "should any",
    "should that",
    "highly improbable",
    "unwahrscheinlich",
    "risiko ",
    "risque de",
    "peu probable",
    "riesgo de",
    "poco probable",
    "onwaarschijnlijk",
    "risico op",
    "risco de",
    "although no",
    "as a precaution",
];

const NAMES: [&str; 17] = [
    "outage notification",
    "outage notice",
    "outage window",
    "outage work",
    "outage maintenance",
    "maintenance outage",
    "outage duration",
    "outage description",
    "the outage",
    "planned outage",
    "the planned outage",
    "expected outage",
    "downtime duration",
    "expected downtime duration",
    "outages that",
    "no other outage",
    "upcoming outage",
];

fn of_sentence(sentence: &str, lower: &str) -> Vec<Said<(Weight, Impact)>> {
    let mut found = Vec::new();
    let mut taken: Vec<std::ops::Range<usize>> = Vec::new();
    let supposed = SUPPOSED.iter().any(|mark| lower.contains(mark));
    let named = NAMES.iter().any(|mark| lower.contains(mark));
    for (at, impact, negated) in TABLE.hits(sentence) {
        if taken.iter().any(|known| known.start < at.end && at.start < known.end) {
            continue;
        }
        taken.push(at.clone());
        let clause = Clause::around(sentence, &at);
        let denied = negated != Negated::Whole && clause.negated() && !clause.before.iter().any(|word| word == "unlikely");
        let conditional = negated != Negated::Whole && clause.before.iter().any(|word| CONDITIONS.contains(&word.as_str()));
        let value = match (denied, negated) {
            (true, Negated::Nothing) => continue,
            (true, _) => Impact::NoImpact,
            (false, _) => impact,
        };
        let classifies = potential(&clause) && sentence.get(at.clone()).is_some_and(|word| word.to_lowercase().starts_with("service"));
        if value == Impact::Unstated || classifies {
            continue;
        }
        let minutes = value == Impact::Degraded && felt_for_minutes(sentence, &at);
        let value = if minutes { Impact::Outage } else { value };
        let weight = match value {
            Impact::Outage if supposed || conditional => Weight::Supposed,
            Impact::Outage if named || potential(&clause) => Weight::Name,
            _ => Weight::Said,
        };
        found.push(Said { value: (weight, value), at });
    }
    found
}

/// "Switch hits up to 5 minutes" is an outage of minutes, whatever it is called.
fn felt_for_minutes(sentence: &str, at: &std::ops::Range<usize>) -> bool {
    let word = sentence.get(at.clone()).unwrap_or_default().to_lowercase();
    let after = sentence.get(at.end..).unwrap_or_default();
    (word.contains("hit") || word.contains("flap"))
        && super::clause::words_of(after).windows(2).take(7).any(|pair| {
            matches!(pair, [number, unit] if number.chars().all(|char| char.is_ascii_digit()) && (unit.starts_with("min") || unit.starts_with("hour")))
        })
}

/// "Potential service affecting" classifies; it states no impact.
fn potential(clause: &Clause) -> bool {
    clause.before.first().is_some_and(|word| ["potential", "potentially", "possibly", "possible"].contains(&word.as_str()))
}

const CONDITIONS: [&str; 5] = ["if", "falls", "unless", "indien", "unlikely"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(TABLE.len(), WRITTEN.len());
    }

    #[test]
    fn says_the_impact() {
        use Impact::{Degraded, NoImpact, Outage, ReducedRedundancy};
        let cases: &[(&str, Option<Impact>)] = &[
            ("Hard Down - up to 5 min", Some(Outage)),
            ("Loss of service for the full duration of the change window", Some(Outage)),
            ("Your servers will be powered off and stay inaccessible.", Some(Outage)),
            ("Each VM will be rebooted.", Some(Outage)),
            ("During the maintenance you may experience up to two brief interruptions in service.", Some(Outage)),
            ("A short interruption is possible.", Some(Outage)),
            ("The services will not be available during this time.", Some(Outage)),
            ("Servers will lose power, thus sites are unreachable.", Some(Outage)),
            ("Switch hits UP to 5 minutes", Some(Outage)),
            ("50ms switch hits", Some(Degraded)),
            ("You will see BGP flaps.", Some(Degraded)),
            ("Traffic may see increased latency and packet loss.", Some(Degraded)),
            ("No impact on customer traffic is expected, but there is a risk of increased latency and packet loss.", Some(Degraded)),
            ("Users may notice slowness.", Some(Degraded)),
            ("Loss of redundancy to your service", Some(ReducedRedundancy)),
            ("Impact: At risk", Some(ReducedRedundancy)),
            ("At risk only", Some(ReducedRedundancy)),
            ("The B feed is down for works; your rack stays on one feed only without redundancy.", Some(Outage)),
            (
                "No downtime is expected as the power is redundant. In the highly unlikely case that both feeds are lost, servers may be down briefly.",
                Some(ReducedRedundancy),
            ),
            ("No impact to your service", Some(NoImpact)),
            ("IMPACT: None expected", Some(NoImpact)),
            ("No downtime is expected.", Some(NoImpact)),
            ("This is a non service affecting maintenance.", Some(NoImpact)),
            ("Work is done without interruption.", Some(NoImpact)),
            ("Outage Duration: No Impact", Some(NoImpact)),
            ("Planned Outage Notification\nImpact: none", Some(NoImpact)),
            ("We should stay online during the planned outage.", Some(NoImpact)),
            ("Planned Outage Notification", Some(Outage)),
            ("Please do not reboot your server.", None),
            ("We apologise for any inconvenience and try to minimise any service disruption.", None),
            ("In order to avoid unplanned outages we replace the fuse.", None),
            ("If your circuit remains down after the window, call us.", None),
            ("We replace the fans.", None),
            ("Expected Customer Impact: Potential Service Affecting", None),
            ("Während der Arbeiten ist der Server nicht erreichbar.", Some(Outage)),
            ("Es sind keine Auswirkungen zu erwarten.", Some(NoImpact)),
            ("Es kommt zu kurzen Unterbrechungen.", Some(Outage)),
            ("Die Redundanz ist eingeschränkt.", Some(ReducedRedundancy)),
            ("Aucun impact n'est attendu.", Some(NoImpact)),
            ("Une coupure de 10 minutes est à prévoir.", Some(Outage)),
            ("No se espera impacto en el servicio.", Some(NoImpact)),
            ("Se producirá un corte de servicio.", Some(Outage)),
            ("Er wordt geen hinder verwacht.", Some(NoImpact)),
            ("Houd rekening met korte onderbrekingen.", Some(Outage)),
            ("Haverá indisponibilidade do serviço.", Some(Outage)),
            ("Não haverá impacto.", Some(NoImpact)),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .map(|(text, want)| (text, impact(text).map(|said| said.value), want))
            .filter(|(_, have, want)| have != *want)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn points_at_its_words() {
        let text = "Hello.\nThe circuit will be hard down.";
        assert_eq!(impact(text).and_then(|said| text.get(said.at)), Some("hard down"));
    }
}
