//! Dates of a span: which day, by which order of digits, in which year.
//!
//! A *world* fixes what start and end share. Worlds that contradict themselves (no such day, another weekday, an end before its
//! start) fall away where another stands.

use super::date::{Day, Written, nearest};
use super::span::Span;
use super::{DateOrder, TimeContext};
use crate::model::{Problem, ProblemKind};
use crate::rules::zone::Meaning;
use chrono::{Datelike as _, Duration, NaiveDate, Weekday};

/// A year-less date is the next one within this time of the receipt …
const NEAR_FUTURE: Duration = Duration::days(180);
/// … or has just passed.
const JUST_PAST: Duration = Duration::days(2);
/// Longer windows than this are hard to believe.
pub(super) const MAX_WINDOW: Duration = Duration::days(62);

/// What the rest of the text says, for spans that do not say it themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The order proved by other all-digit dates.
    pub(super) order: Option<DateOrder>,
    /// The full dates of the text: they give the year to the same day without one.
    pub(super) dates: Vec<NaiveDate>,
    /// Every day of the text, those without a year by the receipt: a weekday alone may mean one of them.
    pub(super) days: Vec<NaiveDate>,
    /// The zone that the text declares for all its times, and the declaration as written.
    pub(super) zone: Option<(Meaning, String)>,
}

/// What start and end share: one choice among the orders and years.
pub(super) struct World {
    pub(super) first: NaiveDate,
    pub(super) last: Option<NaiveDate>,
    /// Whether the last day is stated, not inherited.
    pub(super) end_dated: bool,
}

/// The worlds that stand, with the doubts about them.
pub(super) struct Dates {
    pub(super) worlds: Vec<World>,
    pub(super) problems: Vec<Problem>,
}

/// The days of start and end, in every world that does not contradict itself; none where no date is known.
pub(super) fn dates(span: &Span, around: &Around, context: &TimeContext<'_>) -> Option<Dates> {
    let start = &span.start;
    let end = span.end.as_ref();
    let end_date = end.and_then(|end| end.date.as_ref());
    let mut out = Dates { worlds: Vec::new(), problems: Vec::new() };
    let stated: Vec<&Written> = [start.date.as_ref(), end_date].into_iter().flatten().collect();
    let Some(lead) = stated.first().copied() else {
        return by_context(span, around, context);
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
            if let (None, Some(shift)) = (world.last, end.map(|end| end.shift).filter(|shift| *shift > 0)) {
                world.last = Some(first + Duration::days(i64::from(shift)));
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
    let mut days: Vec<(NaiveDate, Option<NaiveDate>)> = out.worlds.iter().map(|world| (world.first, world.last)).collect();
    days.dedup();
    let explained =
        out.problems.iter().any(|known| known.problem == ProblemKind::AmbiguousTime || known.problem == ProblemKind::WeekdayMismatch);
    if days.len() > 1 && !explained {
        let words = |(first, last): &(NaiveDate, Option<NaiveDate>)| match last {
            Some(last) if last != first => format!("{first} to {last}"),
            _ => first.to_string(),
        };
        let all = days.iter().map(words).collect::<Vec<_>>().join(" or ");
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
    // A declared order that another date of the text disproves decides nothing.
    let wanted = match (context.order, around.order) {
        (Some(declared), Some(proved)) if declared != proved => None,
        (declared, proved) => declared.or(proved),
    };
    match wanted.filter(|order| both.contains(order)) {
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

/// A span without a date: the date given for the mail, or the only day of the text with its weekday, moved on to a weekday where one is said.
fn by_context(span: &Span, around: &Around, context: &TimeContext<'_>) -> Option<Dates> {
    let named = || {
        let weekday = span.start.weekday?;
        let mut fitting = around.days.iter().filter(|day| day.weekday() == weekday);
        fitting.next().filter(|_| fitting.next().is_none()).copied()
    };
    let given = context.date.or_else(named)?;
    let first = span.start.weekday.map_or(given, |weekday| on_to(given, weekday));
    let end = span.end.as_ref();
    let shifted = end.filter(|end| end.shift > 0).map(|end| first + Duration::days(i64::from(end.shift)));
    let last = end.and_then(|end| end.weekday).map(|weekday| on_to(first, weekday)).or(shifted);
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
