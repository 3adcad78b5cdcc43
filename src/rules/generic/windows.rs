//! Where a mail states its windows: fields first, then tables with a head, then prose, with decoys left out.

use super::fields::{Field, Forms, Listed};
use super::running::{Sort, judged, of_prose};
use super::topics::{Topic, is_backup};
use crate::model::{Precision, Role};
use crate::rules::former::{self, unstruck};
use crate::rules::search::Regex;
use crate::rules::time::{self, Statement, TimeContext};
use crate::rules::words;
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
    let zone = zone.or_else(|| time::declared(&forms.prose, &context));
    if let Some(day) = forms.fields.iter().find(|field| field.topic == Topic::Day || field.label.eq_ignore_ascii_case("span")) {
        context.date = context.date.or_else(|| {
            time::statements(&day.value, &context).first().and_then(|first| first.readings.first()).map(|(start, _)| start.date_naive())
        });
    }
    let mut stated = of_fields(&forms.fields, zone.as_deref(), &context);
    in_blocks(&forms.fields, &mut stated);
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
    leave(&mut times.stated);
    if times.stated.iter().any(|one| one.statement.precision == Precision::Minute && !one.statement.readings.is_empty()) {
        times.stated.retain(|one| one.statement.precision == Precision::Minute);
    }
    times
}

/// Blocks of a window and its objects, one after the other, bind them: `Start … End … Your devices: a, b`, then the same again.
fn in_blocks(fields: &[Field], stated: &mut [Stated]) {
    let mut order: Vec<Option<&Field>> = Vec::new();
    for field in fields {
        match field.topic {
            Topic::Start | Topic::Window => order.push(None),
            Topic::Objects => order.push(Some(field)),
            _ => {}
        }
    }
    let alternating = order.len() == stated.len() * 2 && order.chunks(2).all(|pair| matches!(pair, [None, Some(_)] | [Some(_), None]));
    let same_way =
        order.chunks(2).map(|pair| pair.first().is_some_and(Option::is_none)).collect::<std::collections::HashSet<_>>().len() == 1;
    if stated.len() < 2 || !alternating || !same_way || stated.iter().any(|one| !one.objects.is_empty()) {
        return;
    }
    for (one, field) in stated.iter_mut().zip(order.into_iter().flatten()) {
        one.objects = super::objects::of_field(field);
    }
}

/// "Moved from 6 August": a window on a day that the mail leaves is left too, where another one remains.
fn leave(stated: &mut [Stated]) {
    let left: Vec<_> = stated
        .iter()
        .filter(|one| one.former && one.statement.precision == Precision::Day)
        .flat_map(|one| one.statement.readings.iter())
        .filter_map(|(start, end)| end.map(|end| (*start, end)))
        .collect();
    let on_left = |one: &Stated| {
        one.statement.precision == Precision::Minute
            && one.statement.readings.iter().any(|(start, _)| left.iter().any(|(from, until)| from <= start && start < until))
    };
    if stated.iter().any(|one| !one.former && one.statement.precision == Precision::Minute && !on_left(one)) {
        for one in stated.iter_mut().filter(|one| on_left(one)) {
            one.former = true;
        }
    }
}

/// Whether two statements touch one another: the same start, or the same end.
fn agrees(one: &Statement, other: &Statement) -> bool {
    one.readings.iter().any(|(start, end)| other.readings.iter().any(|(begin, until)| start == begin || (end.is_some() && end == until)))
}

/// The struck parts of a field on one line.
fn struck(text: &str) -> String {
    former::struck(text).replace('\n', " ")
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
pub(super) fn label_zone(label: &str, context: &TimeContext<'_>) -> Option<String> {
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

pub(super) fn stated(statement: Statement, backup: bool) -> Stated {
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
        let day = listed.topics.iter().position(|topic| *topic == Some(Topic::Day)).and_then(cell);
        let clocked = listed.topics.contains(&Some(Topic::Start));
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
                    // The day stands in a column of its own: `Date | From | To`.
                    let start = match day {
                        Some(day) if time::between(&start, None, context).is_none_or(|one| one.readings.is_empty()) => {
                            format!("{day} {start}")
                        }
                        _ => start,
                    };
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
                Some(Topic::Day) if clocked => {}
                Some(Topic::Window | Topic::Day) => {
                    let value = with_zone(cell(index).unwrap_or_default(), zone, context);
                    let list = time::statements(&value, context).into_iter().filter(|one| !one.readings.is_empty());
                    found.extend(list.map(|statement| Stated { former, objects: objects.clone(), ..stated(statement, is_backup(label)) }));
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
