//! Spans → statements: every reading that dates, orders, years and zones allow, and the doubts.

use super::calendar::{Around, MAX_WINDOW, World, dates};
use super::instant::{Choice, Instants, Zoned, instants, utc, zones};
use super::moment::Moment;
use super::span::Span;
use super::{Statement, TimeContext};
use crate::model::{Precision, Problem, ProblemKind};
use crate::rules::zone::Meaning;
use chrono::{DateTime, Duration, NaiveDateTime, NaiveTime, Utc};

/// One date with only an earlier end: the end is on the next day if the window is then no longer than this (half a day).
const MAX_ROLL: Duration = Duration::hours(12);
const MAX_AHEAD: Duration = Duration::days(731);
const MAX_READINGS: usize = 8;
const MAX_DAILY: i64 = 31;

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
        if span.end.as_ref().is_some_and(|end| end.clock.is_some()) {
            problem(&mut statement, ProblemKind::Missing, "start", String::from("the start has no clock time"));
        }
        if let Some(doubt) = span.doubt {
            problem(&mut statement, ProblemKind::AmbiguousTime, "start", doubt.to_owned());
        }
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
    if let Some(morning) = morning(text, &statement.at, span, &dates.worlds) {
        timed(&mut statement, span, &[morning], &zones, context);
        return vec![statement];
    }
    timed(&mut statement, span, &dates.worlds, &zones, context);
    if may_recur(span, &dates.worlds) || one_clock(span, &dates.worlds) {
        let words = "the clock times may hold on each of the days, or from the first to the last";
        problem(&mut statement, ProblemKind::AmbiguousTime, "start", words.to_owned());
    }
    if let Some(doubt) = span.doubt {
        problem(&mut statement, ProblemKind::AmbiguousTime, "start", doubt.to_owned());
    }
    vec![statement]
}

/// The days of a span that recurs daily, when its dates are certain.
fn daily(span: &Span, worlds: &[World]) -> Vec<World> {
    let (true, [world], true) = (span.recurs && span.outer, worlds, span.end.is_some()) else { return Vec::new() };
    let Some(last) = world.last else { return Vec::new() };
    let count = (last - world.first).num_days();
    if !(0..MAX_DAILY).contains(&count) {
        return Vec::new();
    }
    world.first.iter_days().take_while(|day| *day <= last).map(|day| World { first: day, last: None, end_dated: false }).collect()
}

/// "In the night from 11 to 12 March between 02:00 and 05:00": both hours are those of the later day.
fn morning(text: &str, bytes: &std::ops::Range<usize>, span: &Span, worlds: &[World]) -> Option<World> {
    use chrono::Timelike as _;
    let time = |moment: &Moment| moment.clock.as_ref().and_then(|clock| clock.times.first()).map(|(_, time)| *time);
    let (start, end) = (time(&span.start)?, time(span.end.as_ref()?)?);
    let [world] = worlds else { return None };
    let last = world.last.filter(|last| (*last - world.first).num_days() == 1)?;
    let before = text.get(..bytes.start).unwrap_or_default();
    let near = before.get(before.ceil_char_boundary(before.len().saturating_sub(30))..).unwrap_or_default();
    let said = format!("{near}{}", text.get(bytes.clone()).unwrap_or_default()).to_lowercase();
    let night = ["night", "nacht", "nuit", "noche", "notte", "noite", "nocy", "natten"].iter().any(|word| said.contains(word));
    (night && start < end && end.hour() < 12).then_some(World { first: last, last: None, end_dated: false })
}

/// Whether one pair of clock times beside a span of days leaves open if each day is meant. Two days around a midnight are one night.
fn may_recur(span: &Span, worlds: &[World]) -> bool {
    let time = |moment: &Moment| moment.clock.as_ref().and_then(|clock| clock.times.first()).map(|(_, time)| *time);
    let (true, Some(end)) = (span.outer, span.end.as_ref()) else { return false };
    let night = time(end) <= time(&span.start);
    let days = |world: &World| world.last.map_or(0, |last| (last - world.first).num_days());
    time(end).is_some() && worlds.iter().any(|world| days(world) > i64::from(night))
}

/// Whether one clock time stands beside several days: `6-8 May 22:00`, or a window of days is said to recur.
fn one_clock(span: &Span, worlds: &[World]) -> bool {
    use chrono::Timelike as _;
    let until = span.start.date.as_ref().is_some_and(|date| date.until.is_some());
    let days = worlds.iter().map(|world| world.last.map_or(0, |last| (last - world.first).num_days())).max().unwrap_or(0);
    let evening = span.start.clock.as_ref().and_then(|clock| clock.times.first()).is_some_and(|(_, time)| time.hour() >= 12);
    let alone = until && span.end.is_none() && days > i64::from(evening);
    alone || (span.recurs && !span.outer && days > 1)
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
