//! Labelled fields: `Label: value` lines, label and value in two cells, head rows with rows of values.

use crate::model::{Mail, Table};
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

/// A field as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) topic: Topic,
    /// Label as written.
    pub(super) label: String,
    /// Value as written; lists are joined by line ends.
    pub(super) value: String,
    /// Whether the label speaks of a spare night.
    pub(super) backup: bool,
}

/// A table with a head: topics by column, then rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) topics: Vec<Option<Topic>>,
    pub(super) labels: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What the forms of a mail say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    pub(super) fields: Vec<Field>,
    pub(super) listed: Vec<Listed>,
    /// Two-cell rows whose first cell is no known label: an object and what it suffers, mostly.
    pub(super) pairs: Vec<(String, String)>,
    /// The text without table rows and without header blocks of forwards.
    pub(super) prose: String,
}

/// Most fields looked at; a mail with more is read as far as that.
const MOST: usize = 2_000;
/// Most lines of running text that are looked at.
const MOST_LINES: usize = 5_000;

/// Takes the forms out of a mail.
pub(super) fn forms(mail: &Mail) -> Forms {
    let mut forms = Forms::default();
    let mut lines: Vec<&str> = mail.text().lines().take(MOST_LINES).collect();
    let mut tables: Vec<Table> = mail.tables.clone();
    if tables.is_empty() {
        tables = piped(&lines);
        lines.retain(|line| !line.contains(" |"));
    } else {
        let rows: std::collections::HashSet<String> =
            tables.iter().flat_map(|table| &table.rows).map(|row| squeezed(&row.join("|"))).collect();
        lines.retain(|line| !line.contains('|') || !rows.contains(&squeezed(line)));
    }
    tables.extend(mail.sheets.iter().map(|sheet| Table { rows: sheet.rows.clone(), head_rows: 1 }));
    let lines: Vec<String> = without_header_blocks(&lines);
    labelled(&lines, &mut forms.fields);
    forms.prose = lines.join("\n");
    for table in &tables {
        of_table(table, &mut forms);
    }
    forms.fields.truncate(MOST);
    forms
}

/// A row without blanks and empty cells, to know it again in the text.
fn squeezed(row: &str) -> String {
    row.split('|').map(|cell| cell.split_whitespace().collect::<String>()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("|")
}

/// Rows of a text table, `A | B`, one table a run of lines.
fn piped(lines: &[&str]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines.iter().copied().chain([""]) {
        let cells: Vec<String> = line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        if line.contains(" |") && !cells.iter().all(|cell| cell.chars().all(|char| "-=+ ".contains(char))) {
            rows.push(cells);
        } else if !line.contains('|') && !rows.is_empty() {
            tables.push(Table { rows: std::mem::take(&mut rows), head_rows: 0 });
        }
    }
    tables
}

/// Header blocks of forwarded and quoted mail hold dates that are no windows.
fn without_header_blocks(lines: &[&str]) -> Vec<String> {
    let header = |line: &str| {
        let (label, _) = line.trim_start_matches(['>', ' ', '*', '\t']).split_once(':').unwrap_or_default();
        HEADERS.contains(&label.trim().trim_matches('*').to_lowercase().as_str())
    };
    let marks: Vec<bool> = lines.iter().map(|line| header(line)).collect();
    let mut kept = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let near = (index.saturating_sub(3)..=index + 3).filter(|other| *other != index && marks.get(*other) == Some(&true)).count();
        let in_block = marks.get(index) == Some(&true) && near >= 2;
        kept.push(if in_block { String::new() } else { (*line).to_owned() });
    }
    kept
}

const HEADERS: [&str; 27] = [
    "from",
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "reply-to",
    "von",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "de",
    "envoyé",
    "date d'envoi",
    "à",
    "objet",
    "enviado",
    "fecha",
    "para",
    "asunto",
    "van",
    "verzonden",
    "aan",
    "onderwerp",
    "assunto",
    "enviada",
];

static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^[\s>*•·#_-]*((?:[^\s:|?!][^:|?!\n]{0,58}?)?[^\s:|?!])[ \t*_]*[:：][ \t*_]*(\S.*)?$"));
static INNER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"[\s,;]((?:planned |scheduled |expected |estimated )?(?:start|end|begin|finish|stop|duration|event type|impact)(?: (?:date|time|date/time|date and time|date & time))?)\s*:\s",
    )
});

/// Splits `Start Date: … End Date: … Duration: …` on one line into its fields.
fn pieces(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    for hit in INNER.as_ref().into_iter().flat_map(|regex| regex.captures_iter(line)) {
        let Some(label) = hit.get(1) else { continue };
        found.extend(line.get(from..label.start()));
        from = label.start();
    }
    found.extend(line.get(from..));
    found
}

fn labelled(lines: &[String], fields: &mut Vec<Field>) {
    let Some(label_line) = LABEL.as_ref() else { return };
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        index += 1;
        if let Some((topic, value)) = stacked(line, lines.get(index).map_or("", String::as_str)) {
            push(fields, topic, line.trim(), value);
            index += 1;
            continue;
        }
        for piece in pieces(line) {
            let piece = piece.trim().trim_end_matches(',');
            let Some(hit) = label_line.captures(piece) else { continue };
            let label = hit.get(1).map_or("", |label| label.as_str()).trim();
            // The colon of a clock time ends no label.
            let clock = label.ends_with(|char: char| char.is_ascii_digit())
                && hit.get(2).is_some_and(|value| value.as_str().starts_with(|char: char| char.is_ascii_digit()));
            let Some(topic) = topic(label).filter(|_| !clock) else { continue };
            let mut value = hit.get(2).map_or("", |value| value.as_str()).trim().trim_end_matches(['*', '_']).to_owned();
            if value.is_empty() || (topic == Topic::Objects && value.ends_with([',', ':'])) {
                let follows = following(lines.get(index..).unwrap_or_default(), topic);
                value.push('\n');
                value.push_str(&follows);
            }
            push(fields, topic, label, &value);
        }
    }
}

/// A label alone on its line without a colon, its value on the next: `Start time` over `11 Oct 2031 15:00 (UTC)`.
fn stacked<'l>(line: &str, next: &'l str) -> Option<(Topic, &'l str)> {
    let (line, next) = (line.trim(), next.trim());
    let words = line.split_whitespace().count();
    let bare = (1..=5).contains(&words)
        && line.starts_with(char::is_uppercase)
        && !line.contains([':', '|', '.', ',', ';', '!', '?'])
        && !line.chars().any(|char| char.is_ascii_digit());
    let topic = topic(line).filter(|_| bare)?;
    let digits = next.chars().filter(char::is_ascii_digit).count();
    let fits = match topic {
        Topic::Start | Topic::End | Topic::Window | Topic::Day | Topic::Clock => digits >= 3,
        Topic::Reference | Topic::Objects => digits >= 2 && next.split_whitespace().count() <= 6,
        Topic::Impact | Topic::Status => next.split_whitespace().count() <= 12,
        _ => false,
    };
    (fits && !next.is_empty() && self::topic(next).is_none() && !next.ends_with(':')).then_some((topic, next))
}

/// The value below its label: the next line, or for objects every line of the list.
fn following(lines: &[String], topic: Topic) -> String {
    let mut taken: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().take(200).enumerate() {
        let line = line.trim();
        if line.is_empty() {
            // One empty line may stand between a label and its list.
            if at == 0 || taken.is_empty() && at == 1 {
                continue;
            }
            break;
        }
        let other = LABEL
            .as_ref()
            .and_then(|regex| regex.captures(line))
            .and_then(|hit| hit.get(1))
            .is_some_and(|label| self::topic(label.as_str()).is_some());
        let sentence = line.ends_with(['.', '!', '?']) && line.split_whitespace().count() > 3 && !line.contains(',');
        if other || topic == Topic::Objects && (super::objects::signs_off(line) || sentence || line.split_whitespace().count() > 8) {
            break;
        }
        taken.push(line);
        if topic != Topic::Objects && topic != Topic::Reason {
            break;
        }
    }
    taken.join("\n")
}

fn push(fields: &mut Vec<Field>, topic: Topic, label: &str, value: &str) {
    let value = value.trim().trim_start_matches([':', ' ']).trim();
    if !value.is_empty() && fields.len() < MOST {
        let backup = is_backup(label);
        fields.push(Field { topic, label: label.to_owned(), value: value.to_owned(), backup });
    }
}

fn of_table(table: &Table, forms: &mut Forms) {
    let head = table.rows.iter().take(3).enumerate().find(|(index, row)| is_head(row, *index < table.head_rows));
    let wide = table.rows.iter().any(|row| filled(row).len() > 2);
    // Two columns are label and value, unless the first row is nothing but labels and the next nothing but values.
    let values = |row: &[String]| filled(row).iter().all(|cell| topic(cell).is_none() && cell.chars().any(|char| char.is_ascii_digit()));
    let under = |at: usize| table.rows.get(at + 1).is_some_and(|row| values(row));
    if let Some((at, head)) = head
        && (wide || table.head_rows > 0 || under(at))
        && table.rows.len() > at + 1
    {
        let rows = table.rows.iter().skip(at + 1).filter(|row| filled(row).len() > 1 || head.len() == 1).cloned().collect();
        let topics = head.iter().map(|cell| topic(cell)).collect();
        forms.listed.push(Listed { topics, labels: head.clone(), rows });
        return;
    }
    let lines: Vec<String> = table
        .rows
        .iter()
        .filter(|row| filled(row).len() == 1)
        .filter_map(|row| filled(row).first().map(|cell| (*cell).to_owned()))
        .collect();
    labelled(&lines, &mut forms.fields);
    forms.prose.push('\n');
    forms.prose.push_str(&lines.join("\n"));
    for row in &table.rows {
        // Label and value, pairwise: `ASN | 1 | Peer | 2` too; a lone ":" is a border.
        let cells: Vec<&str> = filled(row).into_iter().filter(|cell| *cell != ":").collect();
        for pair in cells.chunks(2) {
            let [label, value] = pair else { continue };
            let label = label.trim_end_matches([':', ' ', '*']);
            match topic(label) {
                Some(topic) => push(&mut forms.fields, topic, label, value),
                None if forms.pairs.len() < MOST => forms.pairs.push((label.to_owned(), (*value).to_owned())),
                None => {}
            }
        }
    }
}

fn filled(row: &[String]) -> Vec<&str> {
    let mut cells: Vec<&str> = Vec::new();
    for cell in row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        // A spanning cell stands in every place that it covers.
        if cells.last() != Some(&cell) {
            cells.push(cell);
        }
    }
    cells
}

/// A head row: several cells, known labels among them, none that looks like a value.
fn is_head(row: &[String], marked: bool) -> bool {
    let cells = filled(row);
    let known = cells.iter().filter(|cell| topic(cell).is_some()).count();
    let values = cells.iter().filter(|cell| cell.chars().filter(char::is_ascii_digit).count() >= 3).count();
    values == 0
        && known > 0
        && (cells.len() > 2 && known * 3 >= cells.len()
            || marked && cells.len() > 1
            || cells.len() == 2 && known == 2 && !cells.iter().any(|cell| cell.ends_with(':')))
}

/// Whether a text speaks of a spare night.
pub(super) fn is_backup(text: &str) -> bool {
    BACKUP.as_ref().is_some_and(|regex| regex.is_match(text))
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
        r"\b(?:start(?:s|ing|time|ed)?|begins?|beginning|from|commenc\w+|beginn|anfang|von|d[ée]but|inicio|in[íi]cio|comienzo|aanvang|begin|starttijd|desde)\b.{0,45}$",
        Topic::Start,
    ),
    (
        r"\b(?:end(?:s|ing|time)?|finish(?:es)?|stop|until|till|completion(?: (?:date|time))?|to|bis|ende|fin|einde|eindtijd|t[ée]rmino|fim|tot|hasta|termina)\b.{0,45}$",
        Topic::End,
    ),
    (r"\b(?:affected|impacted|betroffene?\w*|concern[ée]e?s?|impact[ée]e?s?|afectad\w+|getroffen|afetad\w+|effected)\b", Topic::Objects),
    (
        r"^(?:your |customer |primary |alt |list of )?(?:circuits?|circuit ?(?:id|number|name)s?(?:\(s\))?|circuit\(s\).*|service ?(?:id|number|serial)s?(?: #)?(?: \(sid\))?|services?(?:\(s\))?|service\(s\).*|order ?(?:id|number)?s?(?:\(s\))?|servers?|server name|hosts?|host ?names?|nodes?|instances?|instance[- ]ids?|vms?|vm names?|droplets?|linodes?|ips?|ip address(?:es)?|addresses|ports?|cross[- ]?connects?|racks?|cabinets?|devices?|assets?|resources?|equipment|systems?|sid|cid|slid(?:/ccsd)?|leistung|dienste?|leitung\w*|objekte?|serveurs?|liens?|lignes?|circuitos?|servicios?|servidores?|diensten|verbinding(?:en)?|servi[çc]os?|peer(?:ing)? (?:ips?|address\w*)|interfaces?|service id|product id|subscription ids?)$",
        Topic::Objects,
    ),
    (
        r"\b(?:account|customer|client|kunde\w*|kundennummer|vertrag|compte|cliente|klant\w*|company name|customer name|contract)\b",
        Topic::Account,
    ),
    (
        r"\b(?:(?:ticket|case|change|maintenance|work|event|incident|outage|planned work|pw|window|notification|rfo|rpo|request|job|crq?|chg|rfc|task|project)\b.{0,22}(?:id|#|number|no\.?|nr\.?|ref(?:erence)?\.?|code|nummer|num[ée]ro|n[°º])|(?:ticket|reference|ref|our ref|referenz|r[ée]f[ée]rence|referencia|referentie|refer[êe]ncia|vorgangsnummer|ticketnummer|auftragsnummer|id|case|change|maintenance #|scheduled maintenance window #|id del (?:trabajo|cambio))\b)[ .#:()\w-]{0,14}$",
        Topic::Reference,
    ),
    (
        r"\b(?:location|site|place|region|data ?cent(?:er|re)|facility|ibx(?:\(s\))?|pop|standort|ort|rechenzentrum|lieu|localisation|ubicaci[óo]n|lugar|locatie|local)\b",
        Topic::Place,
    ),
    (
        r"\b(?:window|time ?slot|schedule|date ?(?:/|and|&|,|-)? ?time|date\(s\)|timeframe|time ?frame|when|period|maintenance (?:date|time|hours)|activity (?:date|time|window)|work (?:date|time)|outage (?:date|time)|zeitraum|zeitfenster|wartungsfenster|wann|termin|cr[ée]neau|fen[êe]tre|plage horaire|p[ée]riode|ventana|periodo|venster|tijdvak|wanneer|janela|per[íi]odo|utc|gmt|local|span)\b",
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
        assert!(LABEL.is_some() && INNER.is_some() && BACKUP.is_some());
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

    fn mail(text: &str) -> Mail {
        Mail { plain: Some(crate::model::BodyText { fresh: text.to_owned(), quoted: String::new() }), ..Mail::default() }
    }

    #[test]
    fn takes_lines_lists_and_text_tables() {
        let forms = forms(&mail(
            "Start Date: 5 May 2031 06:00 UTC End Date: 5 May 2031 08:00 UTC Duration: 2 hours\n\nAffected servers:\n\nalpha\nbeta\n\nID | 77 |\nEnd | 09:00 |\n",
        ));
        let have: Vec<(Topic, &str)> = forms.fields.iter().map(|field| (field.topic, field.value.as_str())).collect();
        assert_eq!(
            have,
            [
                (Topic::Start, "5 May 2031 06:00 UTC"),
                (Topic::End, "5 May 2031 08:00 UTC"),
                (Topic::Duration, "2 hours"),
                (Topic::Objects, "alpha\nbeta"),
                (Topic::Reference, "77"),
                (Topic::End, "09:00"),
            ]
        );
    }

    #[test]
    fn leaves_header_blocks_out() {
        let forms = forms(&mail(
            "FYI\n\nFrom: NOC <noc@carrier.example>\nDate: Thu, 1 May 2031 at 11:05\nSubject: Works\nTo: me\n\nStart: 5 May 2031 06:00 UTC\n",
        ));
        assert_eq!(forms.fields.iter().map(|field| field.topic).collect::<Vec<_>>(), [Topic::Start]);
        assert!(!forms.prose.contains("11:05"));
    }
}
