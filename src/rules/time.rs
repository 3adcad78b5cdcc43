//! The one grammar of time: text → instants in UTC, with every reading that is possible and the doubts as values.
//!
//! It never guesses: no zone, two date orders, a weekday that contradicts, an hour that clocks skip or repeat are `Problem`s.
//! Text becomes tokens (`token`), tokens become dates, clock times and zones (`date`, `clock`, `place`), those become spans
//! (`moment`, `span`), and spans are resolved (`calendar`, `instant`, `resolve`). Work is linear in the text.

mod calendar;
mod clock;
mod date;
mod days;
mod duration;
mod glue;
mod heads;
mod instant;
mod lasting;
mod moment;
mod place;
mod reader;
mod resolve;
mod span;
#[cfg(test)]
mod tests;
mod token;
mod unite;

use crate::model::{Precision, Problem, ProblemKind, Zones};
use crate::rules::zone::Meaning;
use calendar::Around;
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use reader::Reader;
use span::{Label, Span};

/// Labels of a start and its end stand at most this many tokens apart.
const MAX_LABEL_GAP: usize = 40;

/// More full dates than these are a list of something else; a year-less date is compared with each.
const MAX_FULL_DATES: usize = 50;

/// Which comes first in an all-digit date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 31/10/2021
    DayFirst,
    /// 10/31/2021
    MonthFirst,
}

/// The surroundings in which a time is read.
#[derive(Clone, Copy, Debug)]
pub struct TimeContext<'a> {
    /// The zone rules.
    pub zones: &'a Zones,
    /// When the mail arrived, UTC: judges missing years.
    pub arrived_at: DateTime<Utc>,
    /// The zone that holds where the text names none (a rule's, or a column head's); none where nobody declared one.
    pub zone: Option<Tz>,
    /// The order of all-digit dates, where the provider's mails prove it.
    pub order: Option<DateOrder>,
    /// The date that holds where the text gives clock times only (a `DATE:` line elsewhere in the mail).
    pub date: Option<NaiveDate>,
}

/// One statement of a window, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Byte range of the text taken.
    pub at: std::ops::Range<usize>,
    /// The text taken.
    pub as_written: String,
    /// Every reading that is possible, likeliest first: start, and end where one is stated. Empty where none is.
    pub readings: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// The clock times as written, without zone: what `united` compares where a statement names no zone.
    pub walls: Vec<(NaiveDateTime, Option<NaiveDateTime>)>,
    /// Clock times or dates only.
    pub precision: Precision,
    /// The zone as written, or the declared zone's name.
    pub zone: Option<String>,
    /// Whether a zone, offset or `Z` stands in the text itself.
    pub zone_stated: bool,
    /// The doubts.
    pub problems: Vec<Problem>,
}

/// Every window or instant that a text states, in order: `2020-09-10 04:00 – 12:00 UTC`, `from … for 6 hours`, `between … and …`.
#[must_use]
pub fn statements(text: &str, context: &TimeContext<'_>) -> Vec<Statement> {
    let reader = Reader::new(text, context.arrived_at.year(), false);
    let spans: Vec<Span> = paired(dated(span::spans(&reader), &reader), &reader).into_iter().flat_map(days::apart).collect();
    let around = Around {
        order: proved_order(&reader),
        dates: full_dates(&spans),
        days: days_near(&spans, context.arrived_at.date_naive()),
        zone: declared_zone(text, &reader),
    };
    spans
        .iter()
        .flat_map(|span| {
            let bytes = reader.start(span.first)..reader.end_before(span.next);
            resolve::resolve(text, bytes, span, &around, context)
        })
        .collect()
}

/// The one window given by two fields (`Start:` and `End:`), or by a start and a duration text (`6 hours`). None where the start holds no time.
#[must_use]
pub fn between(start: &str, end: Option<&str>, context: &TimeContext<'_>) -> Option<Statement> {
    // One text for both, so that byte ranges and as_written have one source.
    let text = end.map_or(start.to_owned(), |end| format!("{start}\n{end}"));
    let head = Reader::new(start, context.arrived_at.year(), true);
    let mut spans = dated(span::spans(&head), &head);
    let best = spans.iter().position(|span| span.start.clock.is_some()).unwrap_or(0);
    if spans.is_empty() {
        return None;
    }
    let mut span = spans.swap_remove(best);
    let mut bytes = head.start(span.first)..head.end_before(span.next);
    if let Some(end) = end {
        let tail = Reader::new(end, context.arrived_at.year(), true);
        let offset = start.len() + 1;
        let other = span::spans(&tail).into_iter().find(|other| other.start.clock.is_some() || other.start.dated());
        if let Some(other) = other {
            // An end field that is itself a range names its end last.
            let mut moment = other.end.unwrap_or(other.start);
            moment.zone_at = moment.zone_at.map(|at| at.start + offset..at.end + offset);
            bytes.end = offset + tail.end_before(other.next);
            span.end = Some(moment);
            span.minutes = None;
        } else if span.end.is_none() {
            span.minutes = duration::longest(&tail);
        }
    }
    let around = Around { order: proved_order(&head), dates: Vec::new(), days: Vec::new(), zone: declared_zone(start, &head) };
    let mut windows =
        days::apart(span.clone()).into_iter().flat_map(|span| resolve::resolve(&text, bytes.clone(), &span, &around, context));
    let mut statement = windows.next()?;
    if windows.next().is_some() {
        statement.problems.push(Problem::new(ProblemKind::AmbiguousTime, "start", "the field names several windows"));
    }
    statement.at = head.start(span.first)..head.end_before(span.next).min(start.len());
    Some(statement)
}

/// Where a statement can be read in several ways, the one of a sane length and near the mail's arrival is shown first; all stay open.
#[must_use]
pub fn likeliest_first(mut statement: Statement, context: &TimeContext<'_>) -> Statement {
    let starts = || statement.readings.iter().map(|(start, _)| *start);
    // Two zones of the same letters are hours apart: the grammar's order holds there.
    if starts().max().zip(starts().min()).is_some_and(|(last, first)| (last - first).num_hours() < 48) {
        return statement;
    }
    statement.readings.sort_by_key(|(start, end)| {
        let long = end.is_some_and(|end| (end - *start).num_days() > 7);
        (long, (*start - context.arrived_at).num_days().abs())
    });
    statement
}

/// The zone that a text declares for all its times, as it is written there: `All times are in UTC`, `Time zone: CET`. None where it declares none or two.
#[must_use]
pub fn declared(text: &str, context: &TimeContext<'_>) -> Option<String> {
    declared_zone(text, &Reader::new(text, context.arrived_at.year(), false)).map(|(_, written)| written)
}

/// Unites statements of one mail that mean the same window (two zones, two languages, subject and body): readings that all agree on remain;
/// overlapping statements that cannot agree become one with a `Conflict`. Statements of different windows stay apart, in order.
#[must_use]
pub fn united(statements: Vec<Statement>) -> Vec<Statement> {
    unite::unite(statements)
}

/// A length of time in minutes: `6 hours`, `2-hour`, `1h30`, `30 min`, `1:30 hours`, `halbe Stunde`; the larger of a range.
#[must_use]
pub fn duration_minutes(text: &str) -> Option<u32> {
    duration::longest(&Reader::new(text, 0, true))
}

/// Joins a date that stands alone to the clock times in the next line: `Date: 5 May 2024`, `Time: 22:00 - 06:00 UTC`; or the other way round.
fn dated(spans: Vec<Span>, reader: &Reader<'_>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for mut span in spans {
        if let Some(before) = joined.last_mut() {
            continued(before, &mut span, reader);
        }
        let dateless =
            |span: &Span| span.start.clock.is_some() && !span.start.dated() && !span.end.as_ref().is_some_and(moment::Moment::dated);
        let clockless =
            |span: &Span| span.start.clock.is_none() && span.start.dated() && span.end.as_ref().is_none_or(|end| end.clock.is_none());
        let several = |span: &Span| span.end.is_some() || span.start.date.as_ref().is_some_and(|date| date.until.is_some());
        let near = joined.last().is_some_and(|before| close(before, &span, reader));
        if near && let Some(before) = joined.last() {
            if dateless(&span) && clockless(before) {
                let weekdays = span.start.weekday.is_some() && span.end.as_ref().is_some_and(|end| end.weekday.is_some());
                span.start.date.clone_from(&before.start.date);
                span.start.weekday = span.start.weekday.or(before.start.weekday);
                span.outer = several(before) && !weekdays;
                // "9 and 10 May, from Saturday 00:00 to Sunday 24:00": the weekdays say which of them.
                if let Some(date) = span.start.date.as_mut().filter(|_| weekdays) {
                    date.until = None;
                    date.each.clear();
                }
                if let (Some(end), Some(outer)) = (span.end.as_mut(), before.end.as_ref()) {
                    end.date.clone_from(&outer.date);
                    end.weekday = end.weekday.or(outer.weekday);
                }
                span.recurs = span.recurs || before.recurs;
                span.first = before.first;
                joined.pop();
            } else if clockless(&span) && dateless(before) && before.label != Label::Start {
                let mut before = before.clone();
                before.outer = several(&span);
                if let (Some(end), Some(outer)) = (before.end.as_mut(), span.end) {
                    end.date = outer.date;
                    end.weekday = end.weekday.or(outer.weekday);
                }
                before.recurs = before.recurs || span.recurs;
                before.start.date = span.start.date;
                before.start.weekday = before.start.weekday.or(span.start.weekday);
                before.next = span.next;
                joined.pop();
                span = before;
            }
        }
        joined.push(span);
    }
    joined
}

/// A second pair of clock times on the same day: "on 6 May from 10:00 to 11:00 and from 14:00 to 15:00 UTC".
fn continued(before: &mut Span, span: &mut Span, reader: &Reader<'_>) {
    let pair = |span: &Span| span.start.clock.is_some() && span.end.as_ref().is_some_and(|end| end.clock.is_some() && !end.dated());
    let dateless = pair(span) && !span.start.dated() && span.start.weekday.is_none();
    let and = |i: usize| {
        matches!(
            reader.word(i),
            "and" | "und" | "et" | "y" | "e" | "en" | "from" | "von" | "de" | "van" | "between" | "again" | "das" | "sowie"
        ) || matches!(reader.mark(i), Some(',' | '&'))
    };
    if !dateless || !pair(before) || !before.start.dated() || !(before.next..span.first).all(and) {
        return;
    }
    span.start.date.clone_from(&before.start.date);
    span.start.weekday = before.start.weekday;
    let zone = span.end.as_ref().map(|end| (end.zones.clone(), end.zone_at.clone())).unwrap_or_default();
    if let (true, true, Some(end)) = (before.start.zones.is_empty(), span.start.zones.is_empty(), before.end.as_mut())
        && end.zones.is_empty()
    {
        (end.zones, end.zone_at) = zone;
    }
}

/// Whether two spans are neighbours: few words, at most two line ends between them, no number.
fn close(before: &Span, after: &Span, reader: &Reader<'_>) -> bool {
    let gap = before.next..after.first;
    gap.len() <= 10
        && gap.clone().filter(|i| reader.is_line(*i)).count() <= 2
        && gap.clone().all(|i| reader.number(i).is_none())
        && gap.filter(|i| reader.mark(*i) == Some('.') && !reader.tight(*i + 1)).count() == 0
}

/// Joins `Start: X` to the `End: Y` after it.
fn paired(spans: Vec<Span>, reader: &Reader<'_>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        let partner = out.iter().enumerate().rev().take(3).find(|(_, before)| {
            before.struck == span.struck
                && before.label == Label::Start
                && before.end.is_none()
                && span.first.saturating_sub(before.next) <= MAX_LABEL_GAP
        });
        let joins = span.label == Label::End && span.end.is_none();
        let Some((index, _)) = partner.filter(|_| joins) else {
            out.push(span);
            continue;
        };
        let lines = out.get(index).map_or(0, |before| (before.next..span.first).filter(|i| reader.is_line(*i)).count());
        match out.get_mut(index).filter(|before| lines <= 5 && (before.start.clock.is_some() || span.start.clock.is_none())) {
            Some(before) => {
                before.next = span.next;
                before.end = Some(span.start);
                before.minutes = None;
            }
            None => out.push(span),
        }
    }
    out
}

/// The dates that the text states with their year and in one reading.
fn full_dates(spans: &[Span]) -> Vec<NaiveDate> {
    let moments = spans.iter().flat_map(|span| [Some(&span.start), span.end.as_ref()]).flatten();
    let written = moments.filter_map(|moment| moment.date.as_ref()).filter(|written| written.days.len() == 1);
    let days = written.flat_map(|written| written.days.first().into_iter().chain(&written.until));
    let mut dates: Vec<NaiveDate> = days.filter_map(|day| day.year.and_then(|year| day.on(year))).collect();
    dates.sort();
    dates.dedup();
    dates.truncate(MAX_FULL_DATES);
    dates
}

/// The days that the text states in one reading; without a year the one nearest to the receipt.
fn days_near(spans: &[Span], received: NaiveDate) -> Vec<NaiveDate> {
    let moments = spans.iter().flat_map(|span| [Some(&span.start), span.end.as_ref()]).flatten();
    let written = moments.filter_map(|moment| moment.date.as_ref()).filter(|written| written.days.len() == 1);
    let days = written.flat_map(|written| written.days.iter().chain(&written.until)).take(MAX_FULL_DATES);
    let mut dates: Vec<NaiveDate> =
        days.filter_map(|day| day.year.map_or_else(|| date::nearest(*day, received), |year| day.on(year))).collect();
    dates.sort();
    dates.dedup();
    dates
}

/// The order that all-digit dates of the text prove: some day above twelve, and no date of the other order.
fn proved_order(reader: &Reader<'_>) -> Option<DateOrder> {
    let mut seen = Vec::new();
    let mut i = 0;
    while i < reader.len() {
        if reader.mark(i + 1) == Some('/')
            && !reader.inside(i)
            && let Some(written) = date::date(reader, i)
        {
            if written.digits
                && !written.beside_clock
                && let [only] = written.days.as_slice()
                && let Some(order) = only.order.filter(|_| only.day != only.month)
                && !seen.contains(&order)
            {
                seen.push(order);
            }
            i = written.next;
        } else {
            i += 1;
        }
    }
    for i in 0..reader.len() {
        let order = match (reader.word(i), reader.mark(i + 1), reader.word(i + 2)) {
            ("dd", Some('/' | '-' | '.'), "mm" | "mmm") => DateOrder::DayFirst,
            ("mm", Some('/' | '-' | '.'), "dd") => DateOrder::MonthFirst,
            _ => continue,
        };
        if !seen.contains(&order) {
            seen.push(order);
        }
    }
    match seen.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The zone that a text declares for all its times: "all times are in UTC", "Time zone: CET". None where it declares two.
fn declared_zone(text: &str, reader: &Reader<'_>) -> Option<(Meaning, String)> {
    let mut found: Option<(Meaning, String)> = None;
    for i in 0..reader.len() {
        let plural = matches!(
            reader.word(i),
            "times" | "timezone" | "timezones" | "zeiten" | "zeitzone" | "horarios" | "horários" | "heures" | "tijden" | "tijdzone"
        );
        let zone_word = i > 0
            && matches!(
                (reader.word(i - 1), reader.word(i)),
                ("time", "zone") | ("huso" | "zona", "horario" | "horaria") | ("fuso", "horário" | "orario") | ("fuseau", "horaire")
            );
        if !(plural || zone_word) {
            continue;
        }
        let mut j = i + 1;
        for _ in 0..8 {
            let filler = matches!(reader.mark(j), Some('(' | ':' | ',' | '|' | '-'))
                || matches!(
                    reader.word(j),
                    "are"
                        | "is"
                        | "in"
                        | "shown"
                        | "given"
                        | "listed"
                        | "the"
                        | "displayed"
                        | "stated"
                        | "expressed"
                        | "noted"
                        | "below"
                        | "above"
                        | "zone"
                        | "sind"
                        | "ist"
                        | "zijn"
                        | "local"
                        | "provided"
                        | "quoted"
                        | "indicated"
                        | "using"
                        | "as"
                        | "specified"
                        | "mentioned"
                        | "sont"
                        | "en"
                        | "son"
                        | "em"
                        | "reported"
                        | "referenced"
                        | "this"
                        | "notice"
                        | "of"
                );
            if !filler {
                break;
            }
            j += 1;
        }
        let backward = i
            .checked_sub(1)
            .filter(|_| reader.word(i) == "timezone")
            .and_then(|before| place::zone(reader, before, false).map(|zone| (before, zone)));
        let Some((at, zone)) = (if j > i + 1 || plural { place::zone(reader, j, true).map(|zone| (j, zone)) } else { None }).or(backward)
        else {
            continue;
        };
        if zone.meaning == Meaning::Local || reader.number(at).is_some() {
            continue;
        }
        let written = text.get(reader.start(at)..reader.end_before(zone.next)).unwrap_or_default().to_owned();
        match &found {
            Some((known, _)) if *known != zone.meaning => return None,
            _ => found = Some((zone.meaning, written)),
        }
    }
    found
}
