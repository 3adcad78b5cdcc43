//! Spans → statements: every reading that dates, orders, years and zones allow, and the doubts.
//!
//! A *world* fixes what start and end share: the order of digits and the year. Worlds that contradict themselves (no such day,
//! another weekday, an end before its start) fall away where another stands; the zone's meanings are tried in each.

use super::date::{Day, Written, nearest};
use super::span::{Moment, Span};
use super::{DateOrder, Statement, TimeContext};
use crate::model::{Local, Precision, Problem, ProblemKind};
use crate::rules::zone::Meaning;
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

/// One date with only an earlier end: the end is on the next day if the window is then no longer than this (half a day).
const MAX_ROLL: Duration = Duration::hours(12);
const MAX_WINDOW: Duration = Duration::days(62);
const MAX_AHEAD: Duration = Duration::days(731);
/// A year-less date is the next one within this time of the receipt …
const NEAR_FUTURE: Duration = Duration::days(180);
/// … or has just passed.
const JUST_PAST: Duration = Duration::days(2);
const MAX_READINGS: usize = 8;
const MAX_DAILY: i64 = 31;

/// What the rest of the text says, for spans that do not say it themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The order proved by other all-digit dates.
    pub(super) order: Option<DateOrder>,
    /// The full dates of the text: they give the year to the same day without one.
    pub(super) dates: Vec<NaiveDate>,
    /// The zone that the text declares for all its times, and the declaration as written.
    pub(super) zone: Option<(Meaning, String)>,
}

struct World {
    first: NaiveDate,
    last: Option<NaiveDate>,
    /// Whether the last day is stated, not inherited.
    end_dated: bool,
}

struct Dates {
    worlds: Vec<World>,
    problems: Vec<Problem>,
}

/// The statements of a span: one, or one a day where it recurs daily; none without any date.
pub(super) fn resolve(
    text: &str,
    bytes: std::ops::Range<usize>,
    span: &Span,
    around: &Around,
    context: &TimeContext<'_>,
) -> Vec<Statement> {
    let Some(dates) = dates(span, around, context) else { return Vec::new() };
    let as_written = text.get(bytes.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let zone_at = [Some(&span.start), span.end.as_ref()].into_iter().flatten().find_map(|moment| moment.zone_at.clone());
    let zone_text = zone_at.and_then(|at| text.get(at)).map(|zone| {
        let open = zone.contains('(') && !zone.contains(')');
        if open { format!("{zone})") } else { zone.to_owned() }
    });
    let mut statement = Statement {
        at: bytes,
        as_written,
        readings: Vec::new(),
        walls: Vec::new(),
        precision: Precision::Minute,
        zone: zone_text,
        zone_stated: false,
        problems: dates.problems,
    };
    if span.start.clock.is_none() {
        whole_days(&mut statement, &dates.worlds);
        remarks(&mut statement, context);
        return vec![statement];
    }
    let zones = zones(span, around, context, &mut statement);
    let days = daily(span, &dates.worlds);
    if !days.is_empty() {
        return days
            .into_iter()
            .map(|world| {
                let mut day = statement.clone();
                timed(&mut day, span, &[world], &zones, context);
                day
            })
            .collect();
    }
    timed(&mut statement, span, &dates.worlds, &zones, context);
    vec![statement]
}

/// The days of a span that recurs daily, when its dates are certain.
fn daily(span: &Span, worlds: &[World]) -> Vec<World> {
    let (true, [world], true) = (span.daily, worlds, span.end.is_some()) else { return Vec::new() };
    let Some(last) = world.last else { return Vec::new() };
    let count = (last - world.first).num_days();
    if !(0..MAX_DAILY).contains(&count) {
        return Vec::new();
    }
    world.first.iter_days().take_while(|day| *day <= last).map(|day| World { first: day, last: None, end_dated: false }).collect()
}

fn whole_days(statement: &mut Statement, worlds: &[World]) {
    statement.precision = Precision::Day;
    statement.zone = None;
    for world in worlds {
        let last = world.last.unwrap_or(world.first);
        let start = world.first.and_time(NaiveTime::MIN).and_utc();
        if last < world.first {
            problem(statement, ProblemKind::EndsBeforeStart, "end", format!("{last} is before {}", world.first));
            statement.readings.push((start, None));
            continue;
        }
        let end = last.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_utc());
        statement.readings.push((start, end));
    }
    statement.readings.dedup();
}

fn problem(statement: &mut Statement, kind: ProblemKind, field: &str, detail: String) {
    if !statement.problems.iter().any(|known| known.problem == kind && known.detail == detail) {
        statement.problems.push(Problem::new(kind, field, detail));
    }
}

// ---- dates ----

fn dates(span: &Span, around: &Around, context: &TimeContext<'_>) -> Option<Dates> {
    let start = &span.start;
    let end = span.end.as_ref();
    let end_date = end.and_then(|end| end.date.as_ref());
    let mut out = Dates { worlds: Vec::new(), problems: Vec::new() };
    let stated: Vec<&Written> = [start.date.as_ref(), end_date].into_iter().flatten().collect();
    let Some(lead) = stated.first().copied() else {
        return by_context(span, context);
    };
    let orders = orders(&stated, around, context);
    let mut rejected = Vec::new();
    let mut yearless = Vec::new();
    for order in &orders {
        let pick =
            |written: &Written| written.days.iter().copied().find(|day| day.order.is_none() || order.is_none() || day.order == *order);
        let Some(lead_day) = pick(lead) else { continue };
        let end_day = end_date.and_then(pick);
        if end_date.is_some() && end_day.is_none() {
            continue;
        }
        let until = lead.until.or_else(|| end_date.and_then(|date| date.until));
        let (start_day, own_end) = if start.date.is_some() { (lead_day, end_day) } else { (lead_day, until) };
        for (first, doubt) in years(start_day, own_end.or(until), start.weekday, around, context) {
            if let Some(doubt) = doubt {
                yearless.push(doubt);
            }
            let last = own_end.or(until).and_then(|day| after(day, first));
            let mut world = World { first, last, end_dated: own_end.or(until).is_some() };
            let weekday_of_end = end.and_then(|end| end.weekday);
            if start.date.is_none() {
                // The only date stands at the end; a weekday at the start names an earlier day.
                if let Some(weekday) =
                    start.weekday.filter(|weekday| *weekday != first.weekday() || weekday_of_end.is_some_and(|end| end != *weekday))
                {
                    world.last = Some(first);
                    world.end_dated = true;
                    world.first = back_to(first, weekday);
                }
            } else if let (None, Some(weekday), Some(_)) = (world.last, weekday_of_end, end) {
                world.last = Some(on_to(first, weekday));
                world.end_dated = true;
            }
            let wrong = [(start.weekday, Some(world.first)), (weekday_of_end, world.last.or(Some(world.first)))]
                .into_iter()
                .find_map(|(said, date)| said.zip(date).filter(|(said, date)| date.weekday() != *said));
            let backwards = world.last.is_some_and(|last| last < world.first) && orders.len() > 1;
            match wrong {
                Some((said, date)) => rejected.push((world, format!("{date} is a {}, not a {}", name(date.weekday()), name(said)))),
                None if backwards => rejected.push((world, String::from("the end is before the start"))),
                None => out.worlds.push(world),
            }
        }
    }
    if out.worlds.is_empty() {
        for (world, why) in rejected {
            let kind = if why.starts_with("the end") { ProblemKind::EndsBeforeStart } else { ProblemKind::WeekdayMismatch };
            out.problems.push(Problem::new(kind, "start", why));
            out.worlds.push(world);
        }
    } else {
        let proved = out.worlds.len() == 1 && yearless.len() <= 1;
        if !(proved && yearless.iter().all(|doubt: &YearDoubt| doubt.settled_by_weekday)) {
            out.problems.extend(yearless.iter().map(|doubt| Problem::new(doubt.kind, "start", doubt.detail.clone())));
        }
    }
    out.problems.dedup();
    if out.worlds.is_empty() {
        return None;
    }
    // The shorter window first: a window of hours is likelier than one of months.
    out.worlds.sort_by_key(|world| world.last.map_or(0, |last| (last - world.first).num_days().abs()));
    let mut days: Vec<NaiveDate> = out.worlds.iter().map(|world| world.first).collect();
    days.dedup();
    let explained =
        out.problems.iter().any(|known| known.problem == ProblemKind::AmbiguousTime || known.problem == ProblemKind::WeekdayMismatch);
    if days.len() > 1 && !explained {
        let all = days.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(" or ");
        out.problems.push(Problem::new(ProblemKind::AmbiguousTime, "start", format!("the date is {all}")));
    }
    Some(out)
}

/// The orders under which all stated dates exist: the declared or proved one if it is among them.
fn orders(stated: &[&Written], around: &Around, context: &TimeContext<'_>) -> Vec<Option<DateOrder>> {
    if stated.iter().all(|written| written.days.len() == 1) {
        // A single reading each; but 31/10 and 01/11 must agree on the order, so what is fixed in one holds in the other.
        return vec![None];
    }
    let possible = |order: DateOrder| stated.iter().all(|written| written.days.iter().any(|day| day.order.is_none_or(|own| own == order)));
    let both: Vec<DateOrder> = [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().filter(|order| possible(*order)).collect();
    let wanted = context.order.or(around.order).filter(|order| both.contains(order));
    match wanted {
        Some(order) => vec![Some(order)],
        None => both.into_iter().map(Some).collect(),
    }
}

#[derive(Clone, Debug)]
struct YearDoubt {
    kind: ProblemKind,
    detail: String,
    settled_by_weekday: bool,
}

/// The dates that a day can be: itself with its year; without one, judged by its end's year, by a date given for the mail, by the same day
/// elsewhere in the text, by the receipt.
fn years(
    day: Day,
    end: Option<Day>,
    weekday: Option<Weekday>,
    around: &Around,
    context: &TimeContext<'_>,
) -> Vec<(NaiveDate, Option<YearDoubt>)> {
    if let Some(year) = day.year {
        return day.on(year).map(|date| (date, None)).into_iter().collect();
    }
    if let Some(end) = end.and_then(|end| end.year.and_then(|year| end.on(year))) {
        let same = day.on(end.year()).filter(|date| *date <= end);
        return same.or_else(|| day.on(end.year() - 1)).map(|date| (date, None)).into_iter().collect();
    }
    if let Some(given) = context.date {
        return nearest(day, given).map(|date| (date, None)).into_iter().collect();
    }
    let elsewhere = |margin: i64| {
        let mut dates: Vec<NaiveDate> =
            around.dates.iter().filter_map(|full| nearest(day, *full).filter(|date| (*date - *full).num_days().abs() <= margin)).collect();
        dates.sort();
        dates.dedup();
        if let [only] = dates.as_slice() { Some(*only) } else { None }
    };
    if let Some(date) = elsewhere(0).or_else(|| elsewhere(1)) {
        return vec![(date, None)];
    }
    let received = context.arrived_at.date_naive();
    let candidates: Vec<NaiveDate> = (received.year() - 1..=received.year() + 1).filter_map(|year| day.on(year)).collect();
    let near = |date: &NaiveDate| *date >= received - JUST_PAST && *date <= received + NEAR_FUTURE;
    if let Some(date) = candidates.iter().copied().find(near) {
        return vec![(date, None)];
    }
    let fitting: Vec<NaiveDate> =
        candidates.iter().copied().filter(|date| weekday.is_some_and(|weekday| date.weekday() == weekday)).collect();
    if let [only] = fitting.as_slice() {
        return vec![(*only, None)];
    }
    let past = candidates.iter().copied().rfind(|date| *date < received);
    let future = candidates.iter().copied().find(|date| *date >= received);
    let all: Vec<NaiveDate> = [future, past].into_iter().flatten().collect();
    let words = all.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(" or ");
    let doubt = YearDoubt {
        kind: ProblemKind::AmbiguousTime,
        detail: format!("no year is stated: {words}, the mail came on {received}"),
        settled_by_weekday: false,
    };
    all.into_iter().map(|date| (date, Some(doubt.clone()))).collect()
}

/// The date of an end whose start is known: of the same year, or of the next where that is before the start.
fn after(day: Day, start: NaiveDate) -> Option<NaiveDate> {
    match day.year {
        Some(year) => day.on(year),
        None => day.on(start.year()).filter(|date| *date >= start).or_else(|| {
            // Only the turn of the year makes an earlier day the next year's.
            let next = day.on(start.year() + 1)?;
            if next - start <= MAX_WINDOW { Some(next) } else { day.on(start.year()) }
        }),
    }
}

/// A text without any date: the date given for the mail, moved on to a weekday where one is said.
fn by_context(span: &Span, context: &TimeContext<'_>) -> Option<Dates> {
    let given = context.date?;
    let first = span.start.weekday.map_or(given, |weekday| on_to(given, weekday));
    let last = span.end.as_ref().and_then(|end| end.weekday).map(|weekday| on_to(first, weekday));
    Some(Dates { worlds: vec![World { first, last, end_dated: last.is_some() }], problems: Vec::new() })
}

fn back_to(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    date - Duration::days(i64::from(date.weekday().days_since(weekday)))
}

fn on_to(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    date + Duration::days(i64::from(weekday.days_since(date.weekday())))
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

// ---- zones ----

#[derive(Clone, Debug)]
struct Zoned {
    start: Vec<Meaning>,
    end: Vec<Meaning>,
    unknown: bool,
}

fn zones(span: &Span, around: &Around, context: &TimeContext<'_>, statement: &mut Statement) -> Zoned {
    let start = span.start.zones.clone();
    let end = span.end.as_ref().map(|end| end.zones.clone()).unwrap_or_default();
    let stated = [&start, &end].into_iter().flatten().any(|meaning| *meaning != Meaning::Local);
    if !start.is_empty() || !end.is_empty() {
        let local_only = !stated;
        let declared = context.zone.filter(|zone| local_only && *zone != Tz::UTC);
        statement.zone_stated = stated;
        if let Some(zone) = declared {
            statement.zone = Some(zone.name().to_owned());
            return Zoned { start: vec![Meaning::Wall(zone)], end: vec![Meaning::Wall(zone)], unknown: false };
        }
        let fill = |own: &[Meaning], other: &[Meaning]| if own.is_empty() { other.to_vec() } else { own.to_vec() };
        return Zoned { start: fill(&start, &end), end: fill(&end, &start), unknown: local_only };
    }
    if let Some((meaning, written)) = &around.zone {
        statement.zone = Some(written.clone());
        statement.zone_stated = true;
        return Zoned { start: vec![meaning.clone()], end: vec![meaning.clone()], unknown: false };
    }
    if let Some(zone) = context.zone {
        statement.zone = Some(zone.name().to_owned());
        return Zoned { start: vec![Meaning::Wall(zone)], end: vec![Meaning::Wall(zone)], unknown: false };
    }
    Zoned { start: Vec::new(), end: Vec::new(), unknown: true }
}

/// An instant that a local time can mean, and by which meaning of the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Choice {
    key: usize,
    at: DateTime<Utc>,
}

#[derive(Clone, Debug, Default)]
struct Instants {
    choices: Vec<Choice>,
    /// Kind, field (`zone` where only the zone's meaning is open) and words.
    doubt: Option<(ProblemKind, Option<&'static str>, String)>,
}

fn instants(local: NaiveDateTime, meanings: &[Meaning], context: &TimeContext<'_>) -> Instants {
    let mut sets: Vec<Instants> =
        meanings.iter().filter(|meaning| **meaning != Meaning::Local).map(|meaning| one(local, meaning, context)).collect();
    let Some(mut all) = sets.pop() else {
        return Instants { choices: vec![Choice { key: 0, at: local.and_utc() }], doubt: None };
    };
    // "EST/EDT": both letters of one zone mean its wall clock.
    if let [Meaning::Letters(first), Meaning::Letters(second)] = meanings
        && let (Some((zone, one_offset)), Some((other, offset))) = (first.first(), second.first())
        && zone == other
        && one_offset != offset
    {
        return one(local, &Meaning::Wall(*zone), context);
    }
    for set in sets {
        let agreed: Vec<Choice> =
            all.choices.iter().copied().filter(|choice| set.choices.iter().any(|other| other.at == choice.at)).collect();
        if agreed.is_empty() {
            let mut choices = set.choices;
            choices.extend(all.choices);
            return Instants {
                choices,
                doubt: Some((ProblemKind::Conflict, Some("zone"), format!("the zones given for {} do not agree", local.format("%F %R")))),
            };
        }
        let doubt = if agreed.len() == 1 { None } else { set.doubt.or(all.doubt) };
        all = Instants { choices: agreed, doubt };
    }
    all
}

fn one(local: NaiveDateTime, meaning: &Meaning, context: &TimeContext<'_>) -> Instants {
    match meaning {
        Meaning::Offset(minutes) => Instants { choices: vec![Choice { key: 0, at: shifted(local, *minutes) }], doubt: None },
        Meaning::Wall(zone) => wall(local, *zone, context),
        Meaning::Letters(places) => letters(local, places, context),
        Meaning::Local => Instants::default(),
    }
}

fn shifted(local: NaiveDateTime, minutes_east: i32) -> DateTime<Utc> {
    local.and_utc() - Duration::minutes(i64::from(minutes_east))
}

fn wall(local: NaiveDateTime, zone: Tz, context: &TimeContext<'_>) -> Instants {
    let when = local.format("%F %R");
    match context.zones.resolve(zone, local) {
        Local::One(at) => Instants { choices: vec![Choice { key: 0, at }], doubt: None },
        Local::Twice(first, second) => Instants {
            choices: vec![Choice { key: 100, at: first }, Choice { key: 101, at: second }],
            doubt: Some((ProblemKind::AmbiguousTime, None, format!("{when} happens twice in {zone}: {} and {}", utc(first), utc(second)))),
        },
        Local::Never => Instants {
            choices: Vec::new(),
            doubt: Some((ProblemKind::NonexistentTime, None, format!("{when} does not exist in {zone}: clocks skip it"))),
        },
        Local::Unknown => Instants {
            choices: Vec::new(),
            doubt: Some((ProblemKind::UnknownZone, Some("zone"), format!("{zone} is not in the zone rules"))),
        },
    }
}

fn letters(local: NaiveDateTime, places: &[(Tz, i32)], context: &TimeContext<'_>) -> Instants {
    let minutes_in = |zone: Tz, at: DateTime<Utc>| context.zones.local(zone, at).0.offset().local_minus_utc() / 60;
    let places = declared(local, places, context);
    let mut choices = Vec::new();
    let mut off_season = Vec::new();
    for (index, (zone, minutes)) in places.iter().enumerate() {
        let at = shifted(local, *minutes);
        choices.push(Choice { key: index * 2, at });
        if minutes_in(*zone, at) != *minutes {
            off_season.push(zone.name());
            choices.extend(wall(local, *zone, context).choices.into_iter().map(|choice| Choice { key: index * 2 + 1, at: choice.at }));
        }
    }
    choices.sort_by_key(|choice| choice.key);
    let mut distinct: Vec<Choice> = Vec::new();
    for choice in choices {
        if !distinct.iter().any(|known| known.at == choice.at) {
            distinct.push(choice);
        }
    }
    let when = local.format("%F %R");
    let all = distinct.iter().map(|choice| utc(choice.at)).collect::<Vec<_>>().join(" or ");
    let doubt = match (places.len(), off_season.is_empty()) {
        (1, true) => None,
        (1, false) => {
            let zone = off_season.join(", ");
            Some((ProblemKind::AmbiguousTime, Some("zone"), format!("the zone's letters are not those of {zone} on {when}: {all}")))
        }
        _ => {
            let names = places.iter().map(|(zone, _)| zone.name()).collect::<Vec<_>>().join(", ");
            Some((ProblemKind::AmbiguousTime, Some("zone"), format!("the zone's letters are used in {names}: {all}")))
        }
    };
    Instants { choices: distinct, doubt }
}

/// The places that remain when a zone is declared: its own, else the one that agrees with its offset, else the one of its continent.
fn declared(local: NaiveDateTime, places: &[(Tz, i32)], context: &TimeContext<'_>) -> Vec<(Tz, i32)> {
    let Some(declared) = context.zone else { return places.to_vec() };
    let agrees = |minutes: i32| {
        let at = shifted(local, minutes);
        context.zones.local(declared, at).0.offset().local_minus_utc() / 60 == minutes
    };
    // The declared zone uses this offset then: its own letters.
    if declared != Tz::UTC
        && let Some((_, minutes)) = places.iter().find(|(_, minutes)| agrees(*minutes))
    {
        return vec![(declared, *minutes)];
    }
    let continent = |zone: Tz| zone.name().split('/').next().map(str::to_owned);
    let near: Vec<(Tz, i32)> = places.iter().copied().filter(|(zone, _)| continent(*zone) == continent(declared)).collect();
    if near.len() == 1 { near } else { places.to_vec() }
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%F %R UTC").to_string()
}

// ---- clock times ----

fn timed(statement: &mut Statement, span: &Span, worlds: &[World], zones: &Zoned, context: &TimeContext<'_>) {
    let Some(clock) = span.start.clock.as_ref() else { return };
    for world in worlds {
        // A window that goes on past midnight of a day range may name its first hour so.
        if clock.times.len() > 1 {
            let kind =
                if clock.midnight { "midnight may be the one before or after the day" } else { "the clock time contradicts its am or pm" };
            problem(statement, ProblemKind::AmbiguousTime, "start", kind.to_owned());
        }
        for (shift, time) in &clock.times {
            let local = (world.first + Duration::days(*shift)).and_time(*time);
            let begin = instants(local, &zones.start, context);
            note(statement, &begin, "start");
            ends(statement, span, world, zones, context, local, &begin);
        }
    }
    if zones.unknown && !statement.readings.is_empty() {
        let said = statement.zone.as_ref().map_or(String::from("no zone is stated"), |said| format!("the zone of \"{said}\" is not known"));
        let first = statement.readings.first().map(|(start, _)| utc(*start)).unwrap_or_default();
        problem(statement, ProblemKind::UnknownZone, "zone", format!("{said}; read as UTC it would start at {first}"));
    }
    statement.readings.truncate(MAX_READINGS);
    remarks(statement, context);
}

fn note(statement: &mut Statement, instants: &Instants, field: &str) {
    if let Some((kind, own, detail)) = &instants.doubt {
        problem(statement, *kind, own.unwrap_or(field), detail.clone());
    }
}

fn ends(
    statement: &mut Statement,
    span: &Span,
    world: &World,
    zones: &Zoned,
    context: &TimeContext<'_>,
    local: NaiveDateTime,
    begin: &Instants,
) {
    let push = |statement: &mut Statement, reading: (DateTime<Utc>, Option<DateTime<Utc>>)| {
        if !statement.readings.contains(&reading) {
            statement.readings.push(reading);
        }
    };
    let wall = |statement: &mut Statement, end: Option<NaiveDateTime>| {
        if !statement.walls.contains(&(local, end)) {
            statement.walls.push((local, end));
        }
    };
    let end_clock = span.end.as_ref().and_then(|end: &Moment| end.clock.as_ref());
    let Some(end_clock) = end_clock else {
        let length = span.minutes.map(|minutes| Duration::minutes(i64::from(minutes)));
        wall(statement, length.map(|length| local + length));
        for choice in &begin.choices {
            push(statement, (choice.at, length.map(|length| choice.at + length)));
        }
        if span.end.as_ref().is_some_and(Moment::dated) {
            statement.problems.push(Problem::new(ProblemKind::Missing, "end", "the end has no clock time"));
        }
        return;
    };
    let day = world.last.unwrap_or(world.first);
    // Midnight as the end of a window that begins that day is the one after it.
    let closing = end_clock.midnight && (!world.end_dated || day == world.first);
    // An open half of the day is settled where only one of both comes after the start.
    let possible = |(shift, time): &(i64, NaiveTime)| {
        let gone = (day + Duration::days(*shift)).and_time(*time) - local;
        let rolled = !world.end_dated && gone + Duration::days(1) <= MAX_ROLL;
        if end_clock.midnight { !closing || *shift == 1 } else { gone > Duration::zero() || rolled }
    };
    let mut times: Vec<(i64, NaiveTime)> = end_clock.times.iter().copied().filter(possible).collect();
    if times.is_empty() {
        times.clone_from(&end_clock.times);
    }
    if times.len() > 1 {
        let words = if end_clock.midnight { "midnight may be the one before or after the day" } else { "the end is said without am or pm" };
        problem(statement, ProblemKind::AmbiguousTime, "end", words.to_owned());
    }
    let before = statement.readings.len();
    for (shift, time) in times {
        let stated = (day + Duration::days(shift)).and_time(time);
        let finish = instants(stated, &zones.end, context);
        note(statement, &finish, "end");
        let same_keys = zones.start == zones.end
            && begin.choices.iter().map(|choice| choice.key).eq(finish.choices.iter().map(|choice| choice.key))
            && begin.choices.iter().all(|choice| choice.key < 100);
        if begin.choices.is_empty() {
            continue;
        }
        wall(statement, Some(stated));
        if finish.choices.is_empty() {
            for choice in &begin.choices {
                push(statement, (choice.at, None));
            }
        }
        for first in &begin.choices {
            for last in finish.choices.iter().filter(|last| !same_keys || last.key == first.key) {
                if last.at > first.at {
                    push(statement, (first.at, Some(last.at)));
                    continue;
                }
                // "01:30 - 01:45" in the hour that clocks repeat: the pair that goes backwards is no reading.
                if begin.choices.len() > 1 && finish.choices.len() > 1 && !same_keys {
                    continue;
                }
                let rolled = roll(stated, &zones.end, first, last, context).filter(|_| !world.end_dated);
                match rolled {
                    Some(at) => push(statement, (first.at, Some(at))),
                    None => {
                        let detail = format!("the end {} is not after the start {}", utc(last.at), utc(first.at));
                        problem(statement, ProblemKind::EndsBeforeStart, "end", detail);
                        push(statement, (first.at, None));
                    }
                }
            }
        }
    }
    if let (true, Some(first)) = (statement.readings.len() == before, begin.choices.first()) {
        problem(statement, ProblemKind::EndsBeforeStart, "end", format!("no end comes after the start {}", utc(first.at)));
        push(statement, (first.at, None));
    }
}

/// The end on the next day, if the window is then short enough to be meant so.
fn roll(stated: NaiveDateTime, meanings: &[Meaning], first: &Choice, last: &Choice, context: &TimeContext<'_>) -> Option<DateTime<Utc>> {
    let next = instants(stated + Duration::days(1), meanings, context);
    let at = next.choices.iter().find(|choice| choice.key == last.key).or_else(|| next.choices.first())?.at;
    (at > first.at && at - first.at <= MAX_ROLL && last.at != first.at).then_some(at)
}

fn remarks(statement: &mut Statement, context: &TimeContext<'_>) {
    let Some((start, end)) = statement.readings.first().copied() else { return };
    if let Some(end) = end.filter(|end| *end - start > MAX_WINDOW) {
        problem(statement, ProblemKind::Implausible, "end", format!("the window is {} days long", (end - start).num_days()));
    }
    if start - context.arrived_at > MAX_AHEAD {
        problem(statement, ProblemKind::Implausible, "start", format!("the start {} is more than two years ahead", utc(start)));
    }
}
