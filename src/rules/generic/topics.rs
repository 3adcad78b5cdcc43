//! What a label announces: the words that head windows, references, objects and the like in six languages.

use crate::rules::search::Regex;
use crate::rules::words;
use std::sync::LazyLock;

/// What a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// Begin of a window.
    Start,
    /// End of a window.
    End,
    /// A whole window.
    Window,
    /// A date without its clock times.
    Day,
    /// Clock times without their date.
    Clock,
    /// How long it takes.
    Duration,
    /// The zone of the other fields.
    Zone,
    /// The window that a reschedule leaves.
    Former,
    /// A time that is no window: sent, posted, deadline.
    Other,
    /// The provider's reference.
    Reference,
    /// What is touched.
    Objects,
    /// Where it is.
    Place,
    /// Our account.
    Account,
    /// What is felt.
    Impact,
    /// Downtime inside the window.
    Downtime,
    /// The state of the work.
    Status,
    /// What is done.
    Reason,
}

/// Whether a text speaks of a spare night.
pub(super) fn is_backup(text: &str) -> bool {
    // "web-backup" is the name of a machine.
    let apart = |at: &std::ops::Range<usize>| {
        !text.get(..at.start).is_some_and(|before| before.ends_with(['-', '_', '.']))
            && !text.get(at.end..).is_some_and(|after| after.starts_with(['-', '_']) || after.starts_with(char::is_numeric))
    };
    BACKUP.as_ref().is_some_and(|regex| regex.find_iter(text).any(|hit| apart(&hit.range())))
}

static BACKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:back[- ]?up(?: (?:window|date|night|mw|maintenance|slot|time|start|end|schedule))?|alternat(?:e|ive) (?:night|date|window|day|slot|maintenance|start|end|time)|alternate|fall[- ]?back|contingency|reserve (?:night|date|window|slot)|secondary (?:window|date)|ersatztermin|ausweichtermin|reservetermin|(?:date|cr[ée]neau|nuit) de (?:secours|repli|remplacement)|fecha (?:alternativa|de respaldo)|reservedatum|uitwijk\w*|data alternativa)\b",
    )
});

static TOPICS: LazyLock<Vec<(Regex, Topic)>> =
    LazyLock::new(|| TOPICS_WRITTEN.iter().filter_map(|(written, topic)| Some((words::pattern(written)?, *topic))).collect());

/// In order: the first that fits names the label.
const TOPICS_WRITTEN: [(&str, Topic); 20] = [
    (
        r"\b(?:notice|sent|posted|updated?|creat(?:ed|ion)|issued|opened|submitted|received|printed|generated|reported|published|last|deadline|object(?:ion)? (?:by|until)|respon[ds]\w* by|reply by|no later|before|valid|next update|message|due|gesendet|erstellt|aktualisiert|stand|frist|envoy[ée]|publi[ée]|enviado|publicado|verzonden|aangemaakt|gepubliceerd)\b.{0,20}(?:date|time|on|at|by|until|update)?$",
        Topic::Other,
    ),
    (
        r"\b(?:original|originally|previous|previously|former|old|initial|bisher\w*|alter termin|urspr[üu]nglich\w*|ancien\w*|initiale|anterior|original|oude|vorige)\b.{0,24}(?:date|window|start|end|time|schedule|termin|zeit\w*|fecha|datum|tijd|ventana|cr[ée]neau|d[ée]but|fin)?",
        Topic::Former,
    ),
    (
        r"\b(?:down ?time|outage (?:duration|time)|impact (?:duration|time)|expected (?:outage|duration of impact)|(?:maximum|max\.?) (?:duration|outage)|unavailab\w+|expected impact duration|effect duration|ausfallzeit|ausfalldauer|unterbrechungsdauer|dur[ée]e (?:de (?:la )?coupure|d['’](?:indisponibilit[ée]|interruption))|duraci[óo]n del corte|tiempo de (?:corte|inactividad)|uitvalduur|tempo de (?:indisponibilidade|parada))",
        Topic::Downtime,
    ),
    (
        r"\b(?:impact|effect|severity|business risk|service affecting|affects service|auswirkung\w*|beeintr[äa]chtigung|incidence|cons[ée]quences?|impacto|afectaci[óo]n|gevolgen|hinder)\b",
        Topic::Impact,
    ),
    (
        r"^(?:change |activity |maintenance |event |work |current |ticket |notification )?(?:status|state|zustand|statut|[ée]tat|estado|situa[çc][ãa]o)$",
        Topic::Status,
    ),
    (r"^(?:time ?zone|zone|tz|zeitzone|fuseau(?: horaire)?|zona horaria|huso horario|tijdzone|fuso(?: hor[áa]rio)?)$", Topic::Zone),
    (r"\b(?:duration|length|dauer|dur[ée]e|duraci[óo]n|duur|dura[çc][ãa]o)\b", Topic::Duration),
    (
        r"\b(?:start(?:s|ing|time|ed)?|begins?|beginning|from|commenc\w+|beginn|anfang|von|d[ée]but|inicio|inizio|in[íi]cio|comienzo|aanvang|begin|starttijd|desde)\b.{0,45}$",
        Topic::Start,
    ),
    (
        r"\b(?:end(?:s|ing|time)?|finish(?:es)?|fine|stop|until|till|completion(?: (?:date|time))?|to|bis|ende|fin|einde|eindtijd|t[ée]rmino|fim|tot|hasta|termina)\b.{0,45}$",
        Topic::End,
    ),
    (
        r"\b(?:affected|impacted|betroffene?\w*|concern[ée]e?s?|impact[ée]e?s?|afectad\w+|getroffen|betrokken|afetad\w+|afeta|at risk|lichtpad(?:en)?|interessat[ioae]|coinvolt[ioae]|dotyczy|ber[öo]rda|ber[øo]rte|effected)\b",
        Topic::Objects,
    ),
    (
        r"^(?:your |customer |primary |alt |list of )?(?:circuits?|circuit ?(?:id|number|name)s?(?:\(s\))?|circuit\(s\).*|service ?(?:id|number|serial)s?(?: #)?(?: \(sid\))?|services?(?:\(s\))?|service\(s\).*|order ?(?:id|number)?s?(?:\(s\))?|servers?|server name|hosts?|host ?names?|nodes?|instances?|instance[- ]ids?|vms?|vm names?|droplets?|linodes?|ips?|ip address(?:es)?|addresses|ports?|cross[- ]?connects?|racks?|cabinets?|devices?|assets?|resources?|equipment|systems?|sid|cid|slid(?:/ccsd)?|leistung|dienste?|leitung\w*|objekte?|serveurs?|liens?|lignes?|circuitos?|servicios?|servidores?|diensten|verbinding(?:en)?|servi[çc]os?|serviz[io](?: interessat[io])?|circuit[io]|db instances?(?:\(s\))?|configuration items?|capacity|capacity affected|peer(?:ing)? (?:ips?|address\w*)|interfaces?|service id|product id|subscription ids?)$",
        Topic::Objects,
    ),
    (
        r"\b(?:account|customer|client|kunde\w*|kundennummer|vertrag|compte|cliente|klant\w*|company name|customer name|contract)\b",
        Topic::Account,
    ),
    (
        r"\b(?:(?:ticket|case|change|maintenance|work|event|incident|outage|planned work|pw|window|notification|rfo|rpo|request|job|crq?|chg|rfc|task|project)\b.{0,22}(?:id|#|number|no\.?|nr\.?|ref(?:erence)?\.?|code|nummer|num[ée]ro|n[°º])|(?:ticket|reference|ref|our ref|chamado|protocolo|numer zg[łl]oszenia|sagsnummer|[äa]rende(?:nummer)?|riferimento|rif\.?(?: intervento)?|referenz|r[ée]f[ée]rence|referencia|referentie|refer[êe]ncia|vorgangsnummer|ticketnummer|auftragsnummer|id|case|change|maintenance #|scheduled maintenance window #|id del (?:trabajo|cambio))\b)[ .#:()\w-]{0,14}$",
        Topic::Reference,
    ),
    (
        r"\b(?:location|site|place|region|data ?cent(?:er|re)|facility|ibx(?:\(s\))?|pop|standort|ort|rechenzentrum|lieu|localisation|ubicaci[óo]n|lugar|locatie|local)\b",
        Topic::Place,
    ),
    (
        r"\b(?:window|data e hor[áa]rio|fecha y hora|date et heure|datum (?:en|und) (?:tijd|uhrzeit|zeit)|data e ora|time ?slot|schedule|date ?(?:/|and|&|,|-)? ?time|date\(s\)|timeframe|time ?frame|when|period|maintenance (?:date|time|hours)|activity (?:date|time|window)|work (?:date|time)|outage (?:date|time)|zeitraum|zeitfenster|wartungsfenster|wann|termin|cr[ée]neau|fen[êe]tre|plage horaire|p[ée]riode|ventana|periodo|venster|tijdvak|wanneer|janela|per[íi]odo|utc|gmt|local|span)\b",
        Topic::Window,
    ),
    (r"^(?:maintenance |planned |scheduled |new |activity |work )?(?:date|day|datum|tag|jour|fecha|d[íi]a|data|dag)s?$", Topic::Day),
    (
        r"^(?:maintenance |planned |scheduled |new |expected |work )?(?:times?|hours?|clock|uhrzeit|zeit|heures?|horaires?|horas?|horario|hor[áa]rio|tijd(?:en)?|tijdstip)(?: \([a-z/+\-0-9 ]+\))?$",
        Topic::Clock,
    ),
    (
        r"\b(?:reason|description|details|purpose|summary|work (?:type|description)|activity|scope|justification|what|subject|grund|beschreibung|zweck|t[äa]tigkeit|ma(?:ß|ss)nahme|raison|motif|objet|nature|motivo|descripci[óo]n|reden|omschrijving|beschrijving|descri[çc][ãa]o)\b",
        Topic::Reason,
    ),
    (r"^(?:new|neu|nouveau|nuevo|nieuw|novo)\b.{0,12}(?:date|time|window|termin|fecha|datum)", Topic::Window),
    (r"^(?:kontonummer|acct|asn|peer asn|peer as)$", Topic::Account),
];

/// What a label announces; none for words that are no known label.
pub(super) fn topic(label: &str) -> Option<Topic> {
    let folded = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let label = folded.trim_matches(|char: char| matches!(char, '*' | '_' | ':' | '#' | '•' | '-' | ' ') && char != '#');
    let words = label.split_whitespace().count();
    if label.is_empty() || words > 8 || label.chars().count() > 60 {
        return None;
    }
    TOPICS.iter().find(|(regex, _)| regex.is_match(label)).map(|(_, topic)| *topic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(TOPICS.len(), TOPICS_WRITTEN.len());
        assert!(BACKUP.is_some());
    }

    #[test]
    fn names_labels() {
        let cases: &[(&str, Option<Topic>)] = &[
            ("Start", Some(Topic::Start)),
            ("Start Date & Time", Some(Topic::Start)),
            ("Scheduled Start Date & Time", Some(Topic::Start)),
            ("Maintenance Window start date & time", Some(Topic::Start)),
            ("Timeslot end time", Some(Topic::End)),
            ("Finish date/time", Some(Topic::End)),
            ("Primary Start Date (GMT)", Some(Topic::Start)),
            ("Maintenance Window", Some(Topic::Window)),
            ("Activity Window (GMT)", Some(Topic::Window)),
            ("Date Time", Some(Topic::Window)),
            ("Date", Some(Topic::Day)),
            ("Date Notice Sent", Some(Topic::Other)),
            ("Created", Some(Topic::Other)),
            ("Original start", Some(Topic::Former)),
            ("Ticket Number", Some(Topic::Reference)),
            ("Maintenance Ticket #", Some(Topic::Reference)),
            ("Planned Work (PW)Ref.", Some(Topic::Reference)),
            ("Change Reference", Some(Topic::Reference)),
            ("Reference Internal Ticket", Some(Topic::Reference)),
            ("Event ID", Some(Topic::Reference)),
            ("Circuit ID", Some(Topic::Objects)),
            ("Circuit(s) Affected", Some(Topic::Objects)),
            ("Service ID", Some(Topic::Objects)),
            ("Affected Droplets", Some(Topic::Objects)),
            ("Expected Impact", Some(Topic::Impact)),
            ("Service Impact", Some(Topic::Impact)),
            ("Expected Impact Duration", Some(Topic::Downtime)),
            ("Outage Duration", Some(Topic::Downtime)),
            ("Duration", Some(Topic::Duration)),
            ("Activity Status", Some(Topic::Status)),
            ("Time Zone", Some(Topic::Zone)),
            ("Customer Name", Some(Topic::Account)),
            ("Reason for Maintenance", Some(Topic::Reason)),
            ("Location of Work", Some(Topic::Place)),
            ("Beginn", Some(Topic::Start)),
            ("Ende", Some(Topic::End)),
            ("Betroffene Server", Some(Topic::Objects)),
            ("Zeitraum", Some(Topic::Window)),
            ("Début", Some(Topic::Start)),
            ("Fecha", Some(Topic::Day)),
            ("Uhrzeit", Some(Topic::Clock)),
            ("Hello", None),
        ];
        let wrong: Vec<_> = cases.iter().map(|(label, want)| (label, topic(label), want)).filter(|(_, have, want)| have != *want).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
