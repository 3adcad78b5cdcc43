//! Where a mail states its windows: fields first, then tables with a head, then prose, with decoys left out.

use super::fields::{Field, Forms, Listed, Topic, is_backup};
use crate::model::{Precision, Role};
use crate::rules::search::Regex;
use crate::rules::time::{self, Statement, TimeContext};
use crate::rules::words;
use std::ops::Range;
use std::sync::LazyLock;

/// A window as a mail states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) statement: Statement,
    pub(super) role: Role,
    /// Whether it is the window that a reschedule leaves.
    pub(super) former: bool,
    /// Objects that stand in the same row or line.
    pub(super) objects: Vec<String>,
}

/// A time that is no window but a deadline, with its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deadline {
    pub(super) statement: Statement,
    pub(super) sentence: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) stated: Vec<Stated>,
    pub(super) deadlines: Vec<Deadline>,
}

/// Most windows of one mail.
const MOST: usize = 500;

/// Finds the windows of a mail. The subject counts beside fields and prose, so that a disagreement shows.
pub(super) fn windows(subject: &str, forms: &Forms, context: &TimeContext<'_>) -> Times {
    let mut context = *context;
    let mut times = Times::default();
    let zone = forms.fields.iter().find(|field| field.topic == Topic::Zone).map(|field| field.value.clone());
    if let Some(day) = forms.fields.iter().find(|field| field.topic == Topic::Day || field.label.eq_ignore_ascii_case("span")) {
        context.date = context.date.or_else(|| {
            time::statements(&day.value, &context).first().and_then(|first| first.readings.first()).map(|(start, _)| start.date_naive())
        });
    }
    let mut stated = of_fields(&forms.fields, zone.as_deref(), &context);
    for listed in &forms.listed {
        stated.extend(of_rows(listed, zone.as_deref(), &context));
    }
    let prose = of_prose(&forms.prose, &context);
    times.deadlines = prose.deadlines;
    if stated.iter().any(|one| !one.former && !one.statement.readings.is_empty()) {
        times.stated = stated;
        times.stated.extend(prose.stated.into_iter().filter(|one| one.former));
    } else {
        times.stated = if prose.stated.is_empty() { stated } else { prose.stated };
    }
    times.stated.truncate(MOST);
    let ranges: Vec<_> =
        times.stated.iter().flat_map(|one| one.statement.readings.iter()).filter_map(|(start, end)| end.map(|end| (*start, end))).collect();
    // A lone instant inside a window that is stated whole is a step of it.
    times.stated.retain(|one| {
        !one.statement.readings.iter().any(|(start, end)| {
            end.is_none() && one.objects.is_empty() && ranges.iter().any(|(from, until)| from <= start && start <= until)
        })
    });
    for statement in judged(subject, &context) {
        if statement.kind == Sort::Window && (statement.statement.precision == Precision::Minute || times.stated.is_empty()) {
            let known = times.stated.iter().any(|one| agrees(&one.statement, &statement.statement));
            if times.stated.is_empty() || known {
                times.stated.push(Stated { statement: statement.statement, role: Role::Main, former: false, objects: Vec::new() });
            }
        }
    }
    if times.stated.iter().any(|one| one.statement.precision == Precision::Minute && !one.statement.readings.is_empty()) {
        times.stated.retain(|one| one.statement.precision == Precision::Minute);
    }
    times
}

/// Whether two statements touch one another: the same start, or the same end.
fn agrees(one: &Statement, other: &Statement) -> bool {
    one.readings.iter().any(|(start, end)| other.readings.iter().any(|(begin, until)| start == begin || (end.is_some() && end == until)))
}

fn value_with_zone(field: &Field, zone: Option<&str>, context: &TimeContext<'_>) -> String {
    with_zone(&unstruck(&field.value), label_zone(&field.label, context).as_deref().or(zone), context)
}

static ZONE_IN_LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:[(\[]\s*(?:in |all times |times? in )?([\p{L}/_ ]{1,30}?(?: ?[+-] ?\d{1,2}(?::?\d{2})?)?)\s*[)\]]|\b((?-i:UTC|GMT|CES?T|MES?Z|[ECMP][SD]?T|BST|IST|SGT|JST|AES?T|BRT)(?: ?[+-] ?\d{1,2}(?::?\d{2})?)?)(?:\b|$))",
    )
});

/// The zone that a label or a column head names: `Start (UTC)`, `Beginn (MEZ)`, `Start Time [GMT+2]`. Only what the grammar of time knows counts.
fn label_zone(label: &str, context: &TimeContext<'_>) -> Option<String> {
    let known = |zone: &str| {
        zone.to_lowercase().contains("local")
            || time::between(&format!("2030-01-15 10:00 {zone}"), None, context).is_some_and(|one| one.zone_stated)
    };
    ZONE_IN_LABEL
        .as_ref()?
        .captures_iter(label)
        .filter_map(|hit| hit.get(1).or_else(|| hit.get(2)))
        .map(|zone| zone.as_str().trim())
        .find(|zone| known(zone))
        .map(str::to_owned)
}

/// Adds the zone of a label, a column or a zone field to each line of a value that states none. Whether a line states one is judged by the
/// grammar of time: the year of `19-May-2031` is no offset.
fn with_zone(value: &str, zone: Option<&str>, context: &TimeContext<'_>) -> String {
    let Some(zone) = zone else { return value.trim().to_owned() };
    let line = |line: &str| {
        let line = line.trim();
        let clocked = line.chars().any(|char| char.is_ascii_digit());
        let states = NAMED_ZONE.as_ref().is_some_and(|regex| regex.is_match(line))
            || time::between(line, None, context).is_some_and(|one| one.zone_stated)
            || time::statements(line, context).iter().any(|one| one.zone_stated);
        if clocked && !states { format!("{line} {zone}") } else { line.to_owned() }
    };
    value.trim().lines().map(line).collect::<Vec<_>>().join("\n")
}

static NAMED_ZONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:\b(?-i:UTC|GMT|CES?T|MES?Z|ET|CT|MT|PT|[ECMP][SD]T)\b|\b(?:eastern|central|mountain|pacific|greenwich|standard time|daylight time|local time|heure de \w+|hora de \w+)\b)",
    )
});

fn of_fields(fields: &[Field], zone: Option<&str>, context: &TimeContext<'_>) -> Vec<Stated> {
    let mut found: Vec<Stated> = Vec::new();
    let timed: Vec<&Field> = fields
        .iter()
        .filter(|field| {
            matches!(field.topic, Topic::Start | Topic::End | Topic::Window | Topic::Day | Topic::Clock | Topic::Former | Topic::Duration)
        })
        .collect();
    let labels: Vec<&str> = timed.iter().map(|field| field.label.as_str()).collect();
    let mut index = 0;
    while let Some(field) = timed.get(index) {
        index += 1;
        let former = left_for_new(&field.label, &labels);
        match field.topic {
            Topic::Start => {
                let rest = timed.get(index..).unwrap_or_default();
                let (value, used) = joined(field, rest, zone, context);
                index += used;
                let rest = timed.get(index..).unwrap_or_default();
                let next = rest.first().filter(|next| next.topic == Topic::End);
                let statement = if let Some(end) = next {
                    index += 1;
                    let (until, used) = joined(end, timed.get(index..).unwrap_or_default(), zone, context);
                    index += used;
                    time::between(&value, Some(&until), context)
                } else {
                    let own = time::statements(&value, context).into_iter().find(|one| one.readings.iter().any(|(_, end)| end.is_some()));
                    let length = rest.iter().take(2).find(|next| next.topic == Topic::Duration).map(|length| length.value.as_str());
                    own.or_else(|| length.and_then(|length| time::between(&value, Some(length), context)))
                        .or_else(|| time::between(&value, None, context))
                };
                found.extend(statement.map(|statement| Stated { former, ..stated(statement, field.backup) }));
                let was = time::between(&struck(&field.value), next.map(|end| struck(&end.value)).as_deref(), context);
                found.extend(was.map(|statement| Stated { former: true, ..stated(statement, false) }));
            }
            Topic::Window => {
                found.extend(of_window(field, zone, context).into_iter().map(|one| Stated { former: former || one.former, ..one }));
            }
            Topic::Day => {
                let clock = timed.get(index..).unwrap_or_default().iter().take(3).find(|next| next.topic == Topic::Clock);
                let both = clock.map(|clock| format!("{} {}", field.value, value_with_zone(clock, zone, context)));
                let value = both.unwrap_or_else(|| field.value.clone());
                let mut list =
                    time::statements(&with_zone(&value, label_zone(&field.label, context).as_deref().or(zone), context), context);
                // A lone `Date: … 10:42` is when the notice was written; a range or a bare date is a window.
                list.retain(|one| clock.is_some() || one.precision == Precision::Day || one.readings.iter().any(|(_, end)| end.is_some()));
                found.extend(list.into_iter().map(|statement| stated(statement, field.backup)));
            }
            Topic::Clock if context.date.is_some() && !timed.iter().any(|other| other.topic == Topic::Day) => {
                found.extend(
                    time::statements(&value_with_zone(field, zone, context), context)
                        .into_iter()
                        .map(|statement| stated(statement, field.backup)),
                );
            }
            Topic::Former => {
                let list = time::statements(&value_with_zone(field, zone, context), context);
                found.extend(list.into_iter().map(|statement| Stated { former: true, ..stated(statement, false) }));
            }
            _ => {}
        }
    }
    found
}

static NEW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(r"\b(?:new|revised|re-?scheduled|amended|corrected|neue[rsn]?|nouve(?:au|lle)|nuev[oa]|nieuwe?|nov[oa]|nuov[oa])\b")
});

/// Whether another label says that it is the new one of this: `Start` beside `New start`, `Window (GMT)` beside `Revised window (GMT)`.
fn left_for_new(label: &str, labels: &[&str]) -> bool {
    let Some(new) = NEW.as_ref() else { return false };
    let plain = |label: &str| {
        label.to_lowercase().split_whitespace().filter(|word| !new.is_match(word)).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    !new.is_match(label) && labels.iter().any(|other| new.is_match(other) && plain(other) == plain(label))
}

/// A date field and the time field that follows it are one value: `Start Date: 3 May` and `Start Time: 22:00 UTC`.
fn joined(field: &Field, rest: &[&Field], zone: Option<&str>, context: &TimeContext<'_>) -> (String, usize) {
    let names_date = |label: &str| ["date", "datum", "fecha", "data", "jour"].iter().any(|word| label.to_lowercase().contains(word));
    let names_time = |label: &str| ["time", "zeit", "hora", "heure", "tijd"].iter().any(|word| label.to_lowercase().contains(word));
    match rest.first() {
        Some(next)
            if (next.topic == field.topic || next.topic == Topic::Clock)
                && names_date(&field.label)
                && !names_time(&field.label)
                && names_time(&next.label)
                && !names_date(&next.label) =>
        {
            (format!("{} {}", field.value, value_with_zone(next, label_zone(&field.label, context).as_deref().or(zone), context)), 1)
        }
        _ => (value_with_zone(field, zone, context), 0),
    }
}

fn of_window(field: &Field, zone: Option<&str>, context: &TimeContext<'_>) -> Vec<Stated> {
    let value = value_with_zone(field, zone, context);
    judged(&value, context)
        .into_iter()
        .filter(|one| one.kind != Sort::Other)
        .map(|one| Stated { former: one.kind == Sort::Former, objects: one.objects, ..stated(one.statement, field.backup || one.backup) })
        .collect()
}

fn stated(statement: Statement, backup: bool) -> Stated {
    Stated { statement, role: if backup { Role::Backup } else { Role::Main }, former: false, objects: Vec::new() }
}

/// Rows under a head: `Circuit | Start | End`, `Window | Primary Start (GMT) | Primary End (GMT) | Backup Start …`.
fn of_rows(listed: &Listed, zone: Option<&str>, context: &TimeContext<'_>) -> Vec<Stated> {
    let mut found = Vec::new();
    for row in &listed.rows {
        let cell = |index: usize| row.get(index).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let own_zone = listed.topics.iter().position(|topic| *topic == Some(Topic::Zone)).and_then(cell).or(zone);
        let objects: Vec<String> = objects_of(listed, row);
        let labels: Vec<&str> = listed.labels.iter().map(String::as_str).collect();
        let mut columns = listed.topics.iter().enumerate().peekable();
        while let Some((index, topic)) = columns.next() {
            let label = listed.labels.get(index).map_or("", String::as_str);
            let former = left_for_new(label, &labels);
            let stated_zone = label_zone(label, context);
            let zone = stated_zone.as_deref().or(own_zone);
            let mut gather = |wanted: Topic| {
                // A head that spans a date and a time column stands twice.
                let mut value = unstruck(cell(index).unwrap_or_default());
                while let Some((next, _)) =
                    columns.next_if(|(next, topic)| **topic == Some(wanted) && listed.labels.get(*next).map(String::as_str) == Some(label))
                {
                    value = format!("{value} {}", cell(next).unwrap_or_default());
                }
                value
            };
            match topic {
                Some(Topic::Start) => {
                    let start = with_zone(&gather(Topic::Start), zone, context);
                    let end = columns.next_if(|(_, topic)| **topic == Some(Topic::End)).map(|(next, _)| next);
                    let until = end.map(|next| {
                        let own = listed.labels.get(next).map_or("", String::as_str);
                        let mut value = cell(next).unwrap_or_default().to_owned();
                        while let Some((more, _)) = columns.next_if(|(more, topic)| {
                            **topic == Some(Topic::End) && listed.labels.get(*more).map(String::as_str) == Some(own)
                        }) {
                            value = format!("{value} {}", cell(more).unwrap_or_default());
                        }
                        with_zone(&value, label_zone(own, context).as_deref().or(own_zone), context)
                    });
                    let statement = time::between(&start, until.as_deref(), context);
                    found.extend(statement.map(|statement| Stated {
                        former,
                        objects: objects.clone(),
                        ..stated(statement, is_backup(label))
                    }));
                }
                Some(Topic::Window | Topic::Day) => {
                    let value = with_zone(cell(index).unwrap_or_default(), zone, context);
                    let list = time::statements(&value, context).into_iter().filter(|one| !one.readings.is_empty());
                    found.extend(list.map(|statement| Stated {
                        former,
                        objects: objects.clone(),
                        ..stated(statement, is_backup(label))
                    }));
                }
                Some(Topic::Former) => {
                    let list = time::statements(&with_zone(cell(index).unwrap_or_default(), zone, context), context);
                    found.extend(list.into_iter().map(|statement| Stated {
                        former: true,
                        objects: objects.clone(),
                        ..stated(statement, false)
                    }));
                }
                _ => {}
            }
        }
    }
    found
}

/// The objects of one row: of the column whose head names ids best. The others are the customer's or the carrier's names for the same.
pub(super) fn objects_of(listed: &Listed, row: &[String]) -> Vec<String> {
    let mut columns: Vec<(usize, usize)> = listed
        .topics
        .iter()
        .enumerate()
        .filter(|(_, topic)| **topic == Some(Topic::Objects))
        .map(|(index, _)| (listed.labels.get(index).map_or(9, |label| named(label)), index))
        .collect();
    columns.sort_unstable();
    let cell = columns.iter().filter_map(|(_, index)| row.get(*index)).map(|cell| cell.trim()).find(|cell| super::objects::plausible(cell));
    cell.map(super::objects::split_ids).unwrap_or_default()
}

/// How well a head names ids; lower is better.
fn named(label: &str) -> usize {
    let label = label.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
    match () {
        () if has(&["alt ", "legacy", "customer"]) => 4,
        () if has(&["circuit id", "circuit number", "cid"]) => 0,
        () if has(&["service id", "slid", "sid", "serial", "instance id", "id", "#", "number"]) && !has(&["order"]) => 1,
        () if has(&["order"]) => 3,
        () => 2,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Window,
    Former,
    Deadline,
    Other,
}

struct Judged {
    statement: Statement,
    kind: Sort,
    backup: bool,
    sentence: Range<usize>,
    objects: Vec<String>,
}

static LEADS_OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:\b(?:posted|updated|created|sent|opened|generated|published|issued|last update|as of|since|on|wrote|notification time|notified|received|dated|known from|resolved|identified|detected|discovered|public on|disclosed)(?: (?:at|on))?|\bevent (?:in|on|of))\s*[:\-–]?\s*$",
    )
});
static STAMPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:posted|updated|created|sent|generated|published|issued|last update|wrote|notification time|received|dated|public on|as of|since)(?: (?:at|on|the))?\s*[:\-–]?\s*$",
    )
});
static LEADS_DEADLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:prior to|before|no later than|not later than|latest by|by|by eod|deadline(?: is)?|any time up to|up to|on or before|until|at the latest|vor(?: dem)?|bis(?: zum| sp[äa]testens)?|sp[äa]testens(?: am| bis)?|avant(?: le)?|au plus tard(?: le)?|antes del?(?: d[íi]a)?|a m[áa]s tardar(?: el)?|v[óo][óo]r|uiterlijk(?: op)?|at[ée](?: o dia)?)\s*[:\-–]?\s*$",
    )
});
static MOVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:re-?scheduled|moved|postponed|shifted|brought forward|changed|verschoben|verlegt|report[ée]e?|d[ée]plac[ée]e?|reprogramad[oa]|aplazad[oa]|verplaatst|uitgesteld|adiad[oa]|reagendad[oa])\b",
    )
});
static FORMER_BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:from|instead of|rather than|originally (?:\w+ ){0,3}?(?:for|on|at|planned|scheduled)|previously (?:\w+ ){0,3}?(?:for|on|at)|initially (?:\w+ ){0,3}?(?:for|on|at)|original(?:ly)?(?: date| window| schedule)?|vom|statt(?: am)?|urspr[üu]nglich(?: am| f[üu]r)?|du|au lieu du|initialement (?:pr[ée]vue? )?(?:le|du)?|del?|en lugar del?|oorspronkelijk|van|in plaats van|em vez d[eo]|do dia)\s*[:\-–]?\s*(?:the |den |le |el |o dia )?$",
    )
});
static UPDATE_AFTER: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^\s*[-–:]\s+(?:the|we|this|an?|please|work|maintenance|update|technicians?|engineers?)\b"));
static STATUS_BELOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^\s*\n\s*(?:scheduled|update|updated|in progress|completed|verifying|investigating|identified|monitoring|resolved|cancelled)\b",
    )
});
static OBJECT_AFTER: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"^\s*[-–:|,]\s*([a-z0-9][\w./:@-]{1,60})[ \t]*(?:\n|$)"));
static STRUCK: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"~~[^~\n]*~~"));

/// The struck parts of a text alone.
fn struck(text: &str) -> String {
    STRUCK
        .as_ref()
        .into_iter()
        .flat_map(|regex| regex.find_iter(text))
        .map(|found| found.as_str().trim_matches('~'))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Text with the struck parts blanked out, bytes kept in place.
fn unstruck(text: &str) -> String {
    let mut out = text.to_owned();
    for found in STRUCK.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)) {
        out.replace_range(found.range(), &" ".repeat(found.range().len()));
    }
    out
}

/// Every statement of a text with what it is for.
fn judged(text: &str, context: &TimeContext<'_>) -> Vec<Judged> {
    let text = unstruck(text);
    let sentences = words::sentences(&text);
    let list = time::statements(&text, context);
    let is = |table: &LazyLock<Option<Regex>>, text: &str| table.as_ref().is_some_and(|regex| regex.is_match(text));
    let mut found: Vec<Judged> = Vec::new();
    for (index, statement) in list.iter().enumerate() {
        let at = statement.at.clone();
        let holding = sentences.partition_point(|range| range.end <= at.start);
        let sentence = sentences.get(holding).filter(|range| range.start <= at.start).cloned().unwrap_or_else(|| at.clone());
        let whole = text.get(sentence.clone()).unwrap_or_default();
        let before = text.get(sentence.start..at.start).unwrap_or_default();
        let after = text.get(at.end..).unwrap_or_default();
        // A day alone has its bounds, and is a point all the same.
        let open = statement.readings.iter().all(|(_, end)| end.is_none()) || statement.precision == Precision::Day && !is_days(statement);
        let same_sentence = |other: &&Statement| sentence.contains(&other.at.start);
        let later = list.iter().skip(index + 1).find(same_sentence);
        let moved = is(&MOVED, whole);
        let kind = if moved && later.is_some() && is(&FORMER_BEFORE, before)
            || is(&FORMER_BEFORE, before) && before.to_lowercase().contains("origin")
        {
            Sort::Former
        } else if is(&STAMPS, before) || open && (is(&UPDATE_AFTER, after) || at.start == sentence.start && is(&STATUS_BELOW, after)) {
            Sort::Other
        } else if open && is(&LEADS_DEADLINE, before) {
            Sort::Deadline
        } else if open && statement.precision == Precision::Day && is(&LEADS_OTHER, before) && !words_of_work(whole) {
            Sort::Other
        } else {
            Sort::Window
        };
        let own = beside(&text, &at, open, context);
        let heading = heading_above(&text, sentence.start);
        let backup = is_backup(before) || is_backup(heading) || is_backup(text.get(at.end..sentence.end).unwrap_or_default());
        found.push(Judged { statement: statement.clone(), kind, backup, sentence, objects: own });
    }
    found
}

static IN_BRACKETS: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^[ \t]*[-–:,]?[ \t]*[(\[]([^()\[\]\n]{2,40})[)\]][ \t.,;]*(?:\n|$)"));
static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(r"^[\s>*•·-]*([^\n:|]{2,50}?)[ \t]*(?::|\||[ \t][-–—][ \t]|[-–—]>|→)[ \t]*(?:from |on |am |le |vom |del? )?$")
});
static NO_THING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:nights?|days?|windows?|phases?|steps?|slots?|rounds?|dates?|times?|weeks?|notices?|maintenance|reminder|scheduled|planned|primary|backup|main|alternate|local|approx\w*|estimated|expected|hours?|minutes?|tentative|confirmed|completed|cancell?ed|new|old|start|end|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*|nacht|tag|termin|fenster|zeit\w*|uhr|nuit|jour|noche|noite|when|utc|gmt|nacht|wann|quand|cuando|wanneer|what|update|posted)\b",
    )
});

/// The thing that stands on the line of a time: `2031-05-14 03:00 UTC - kvm1181`, `… - … UTC (Region A)`, `Frankfurt: 14 May, …`; on the line of a
/// whole window also a name in its words.
fn beside(text: &str, at: &Range<usize>, open: bool, context: &TimeContext<'_>) -> Vec<String> {
    let after = text.get(at.end..).unwrap_or_default();
    let start = text.get(..at.start).unwrap_or_default().rfind('\n').map_or(0, |end| end + 1);
    let before = text.get(start..at.start).unwrap_or_default();
    let captured = |table: &LazyLock<Option<Regex>>, part: &str| {
        let hit = table.as_ref().and_then(|regex| regex.captures(part));
        hit.and_then(|hit| hit.get(1)).map(|name| name.as_str().trim().to_owned()).filter(|name| super::objects::plausible(name))
    };
    let thing = |name: &String| {
        !NO_THING.as_ref().is_some_and(|regex| regex.is_match(name))
            && super::fields::topic(name).is_none_or(|topic| matches!(topic, Topic::Place | Topic::Objects))
            && label_zone(&format!("({name})"), context).is_none()
            && time::duration_minutes(name).is_none()
            && name.chars().next().is_some_and(|first| {
                first.is_uppercase() || name.chars().any(|char| char.is_ascii_digit()) && !first.is_ascii_punctuation()
            })
    };
    let own = captured(&OBJECT_AFTER, after)
        .or_else(|| captured(&IN_BRACKETS, after).filter(thing))
        .or_else(|| captured(&BEFORE, before).filter(thing));
    if let Some(own) = own {
        return vec![own];
    }
    if open {
        return Vec::new();
    }
    super::named::names(&format!("{before} \n{}", after.lines().next().unwrap_or_default()))
}

/// Whether a statement of days names more than one: `12 to 16 May`.
fn is_days(statement: &Statement) -> bool {
    statement.readings.iter().any(|(start, end)| end.is_some_and(|end| (end - *start).num_hours() > 30))
}

fn words_of_work(sentence: &str) -> bool {
    words::kind(sentence).is_some() || words::status(sentence).is_some() || words::impact(sentence).is_some()
}

/// The line above, where it is short and ends in a colon or stands alone.
fn heading_above(text: &str, at: usize) -> &str {
    let above = text.get(..at).unwrap_or_default().trim_end();
    let line = above.rsplit('\n').next().unwrap_or_default().trim();
    if line.chars().count() <= 60 && !line.chars().any(|char| char.is_ascii_digit()) { line } else { "" }
}

static LENGTH_OF_WINDOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b((?:\w+|\d+)[- ]hours?) (?:maintenance )?windows?\b|\bwindow of ((?:\w+|\d+) hours?)\b|\b(?:work|works|maintenance|window|activity|upgrade|migration|wartung\w*|arbeiten|intervention|travaux|maintenance|mantenimiento|trabajos|onderhoud|werkzaamheden|manuten[çc][ãa]o|it|this) (?:(?:is|are) (?:expected|estimated|scheduled|planned) to |will |should |wird |werden |durer\w* |zal )?(?:take|takes|last|lasts|dauer\w*|dure\w*|durar\w*|duurt|duren)(?: for)? (?:approximately |approx\.? |about |around |up to |roughly |ca\.? |circa |etwa |environ |unos |unas |ongeveer |cerca de |aproximadamente )?((?:\w+|\d+(?:[.,]\d+)?) (?:hours?|minutes?|stunden?|minuten|heures?|horas?|minutos?|uur|uren))\b",
    )
});

/// "on 26 September for 2 hours each, starting between 02:00 UTC and 10:00 UTC": clock times that stand apart belong to the only date there is.
fn with_only_date(prose: &str, context: &TimeContext<'_>) -> Vec<Judged> {
    let list = judged(prose, context);
    let mut days: Vec<_> = list.iter().flat_map(|one| one.statement.readings.first()).map(|(start, _)| start.date_naive()).collect();
    days.dedup();
    match days.as_slice() {
        [day] if context.date.is_none() && list.iter().all(|one| one.statement.precision == Precision::Day) => {
            let again = judged(prose, &TimeContext { date: Some(*day), ..*context });
            let better = again.iter().any(|one| {
                one.kind == Sort::Window
                    && one.statement.precision == Precision::Minute
                    && one.statement.readings.iter().any(|(_, end)| end.is_some())
            });
            if better { again } else { list }
        }
        _ => list,
    }
}

fn of_prose(prose: &str, context: &TimeContext<'_>) -> Times {
    let mut times = Times::default();
    let list = with_only_date(prose, context);
    let ranges = list.iter().any(|one| {
        one.kind == Sort::Window
            && one.statement.precision == Precision::Minute
            && one.statement.readings.iter().any(|(_, end)| end.is_some())
    });
    let length = LENGTH_OF_WINDOW
        .as_ref()
        .and_then(|regex| regex.captures(prose))
        .and_then(|hit| hit.get(1).or_else(|| hit.get(2)).or_else(|| hit.get(3)));
    for one in list {
        let sentence = || prose.get(one.sentence.clone()).unwrap_or_default().to_owned();
        let open = one.statement.readings.iter().all(|(_, end)| end.is_none());
        match one.kind {
            Sort::Other => {}
            Sort::Deadline => times.deadlines.push(Deadline { sentence: sentence(), statement: one.statement }),
            Sort::Former => times.stated.push(Stated { former: true, ..stated(one.statement, false) }),
            // Beside real windows a lone instant is a decoy: a posting time, a first step, an earlier event.
            Sort::Window if ranges && open && one.objects.is_empty() => {}
            Sort::Window => {
                let mut statement = one.statement;
                if open
                    && statement.precision == Precision::Minute
                    && let Some(length) = length
                    && let Some(whole) = time::between(&statement.as_written, Some(length.as_str()), context)
                {
                    statement = Statement { at: statement.at, ..whole };
                }
                times.stated.push(Stated { objects: one.objects, ..stated(statement, one.backup) });
            }
        }
    }
    times
}
