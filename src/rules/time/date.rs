//! Dates as written: ISO, all digits in open order, month names in seven languages, with or without a year, and spans of days.

use super::DateOrder;
use super::days::{Joins, More, between_led, joiner, more_days};
use super::reader::{Reader, month, weekday};
use chrono::{Datelike as _, NaiveDate, Weekday};

/// More days than these are no list of nights.
const MAX_LISTED: usize = 31;

/// A day that may lack its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: Option<i32>,
    pub(super) month: u32,
    pub(super) day: u32,
    /// The order by which all-digit dates give this day; none where the form leaves no choice.
    pub(super) order: Option<DateOrder>,
}

impl Day {
    fn sure(year: Option<i32>, month: u32, day: u32) -> Option<Self> {
        let day = Self { year, month, day, order: None };
        day.exists().then_some(day)
    }

    fn exists(self) -> bool {
        // 2024 has a 29 February; whether a year-less one exists is judged with its year.
        NaiveDate::from_ymd_opt(self.year.unwrap_or(2024), self.month, self.day).is_some()
    }

    pub(super) fn on(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year.unwrap_or(year), self.month, self.day)
    }
}

/// A date as written: every day that it can mean, and the last day where it names several (`2–4 May`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) days: Vec<Day>,
    pub(super) until: Option<Day>,
    /// The further days of a list, each with its weekday where one is said (`3, 4 and 5 May`).
    pub(super) each: Vec<(Day, Option<Weekday>)>,
    /// Whether the form is a date only beside a clock time (`8/24`, `20210520`).
    pub(super) beside_clock: bool,
    /// Whether all parts are digits in an order that the form does not fix.
    pub(super) digits: bool,
    pub(super) next: usize,
}

impl Written {
    pub(super) fn one(day: Day, next: usize) -> Self {
        Self { days: vec![day], until: None, each: Vec::new(), beside_clock: false, digits: false, next }
    }
}

/// The date at token `i`, or the list of dates: `3 May, 4 May and Tuesday 5 May 2026`.
pub(super) fn dates(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let first = date(reader, i)?;
    if first.days.len() != 1 || first.until.is_some() || !first.each.is_empty() || between_led(reader, i) {
        return Some(first);
    }
    let mut each = Vec::new();
    let mut next = first.next;
    for _ in 0..MAX_LISTED {
        let Some((Joins::List { last }, mut j)) = joiner(reader, next) else { break };
        let said = weekday(reader.word(j)).filter(|(_, short)| !short).map(|(weekday, _)| weekday);
        if said.is_some() {
            j += 1;
            while matches!(reader.mark(j), Some(',' | '.')) || matches!(reader.word(j), "the" | "den" | "le" | "el") {
                j += 1;
            }
        }
        let Some(other) = date(reader, j).filter(|other| other.days.len() == 1 && other.until.is_none()) else { break };
        each.extend(other.days.first().map(|day| (*day, said)));
        each.extend(other.each);
        next = other.next;
        if last {
            return Some(Written { each, next, beside_clock: other.beside_clock, ..first });
        }
    }
    Some(first)
}

/// The date at token `i`.
pub(super) fn date(reader: &Reader<'_>, i: usize) -> Option<Written> {
    if reader.number(i).is_some() {
        iso(reader, i)
            .or_else(|| han(reader, i))
            .or_else(|| compact(reader, i))
            .or_else(|| day_first(reader, i))
            .or_else(|| dotted_days(reader, i))
            .or_else(|| all_digits(reader, i))
    } else {
        month_first(reader, i)
    }
}

pub(super) fn year4(reader: &Reader<'_>, i: usize) -> Option<i32> {
    reader.number(i).filter(|(value, digits)| *digits == 4 && (1990..2100).contains(value)).and_then(|(value, _)| i32::try_from(value).ok())
}

/// A two-digit year; this century, as mails are.
fn year2(reader: &Reader<'_>, i: usize) -> Option<i32> {
    reader.number(i).filter(|(_, digits)| *digits == 2).and_then(|(value, _)| i32::try_from(value).ok()).map(|value| 2000 + value)
}

/// 2021-08-13, 2021/08/13, 2021.08.13, 2021-Aug-13, 2021 August 13, each with a `T` after it.
fn iso(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let year = year4(reader, i)?;
    let separator = reader.mark(i + 1).filter(|mark| matches!(mark, '-' | '/' | '.'));
    let (day, next) = match separator {
        Some(separator) if reader.mark(i + 3) == Some(separator) && (1..5).all(|step| reader.tight(i + step)) => {
            let month = reader.small(i + 2).or_else(|| month(reader.word(i + 2)).map(|(month, _)| month))?;
            (Day::sure(Some(year), month, reader.small(i + 4)?)?, i + 5)
        }
        Some(_) => return None,
        None => {
            let (month, _) = month(reader.word(i + 1))?;
            let after = ordinal(reader, i + 3);
            if matches!(reader.mark(i + 3), Some(':')) {
                return None;
            }
            (Day::sure(Some(year), month, reader.small(i + 2)?)?, after)
        }
    };
    if separator.is_some() && continues(reader, next) {
        return None;
    }
    let joined = reader.word(next) == "t" && reader.tight(next) && reader.tight(next + 1) && reader.number(next + 1).is_some();
    Some(Written::one(day, if joined { next + 1 } else { next }))
}

/// 2021年5月20日, 5月20日.
fn han(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let (year, i) = if reader.word(i + 1) == "年" { (Some(year4(reader, i)?), i + 2) } else { (None, i) };
    if reader.word(i + 1) != "月" || reader.word(i + 3) != "日" {
        return None;
    }
    Some(Written::one(Day::sure(year, reader.small(i)?, reader.small(i + 2)?)?, i + 4))
}

/// 20210520 and 20210520T.
fn compact(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let (value, _) = reader.number(i).filter(|(_, digits)| *digits == 8)?;
    let year = i32::try_from(value / 10_000).ok().filter(|year| (2000..2100).contains(year))?;
    let day = Day::sure(Some(year), value / 100 % 100, value % 100)?;
    let joined = reader.word(i + 1) == "t" && reader.tight(i + 1) && reader.number(i + 2).is_some();
    Some(Written { beside_clock: !reader.field, ..Written::one(day, if joined { i + 2 } else { i + 1 }) })
}

/// 15-Aug-2021, 29 August 2022, 2nd of May, 2. März 2024, 3 de mayo de 2024, 2–4 May 2024.
fn day_first(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let first = reader.small(i)?;
    let mut j = ordinal(reader, i + 1);
    let mut more = More::None;
    if let Some((found, after)) = more_days(reader, j, first, between_led(reader, i)) {
        more = found;
        j = after;
    }
    let mut separator = None;
    if let Some(mark) = reader.mark(j).filter(|mark| matches!(mark, '.' | '-' | '/' | ',')) {
        separator = Some(mark);
        j += 1;
    } else if matches!(reader.word(j), "of" | "de" | "di" | "den") {
        separator = Some('o');
        j += 1;
    }
    let (month, doubtful) = month(reader.word(j))?;
    j += 1;
    let (mut year, mut next) = year_after(reader, j, separator);
    // 06MAY26
    if year.is_none() && separator.is_none() && reader.tight(j - 1) && reader.tight(j) && !is_clock_tail(reader, j + 1) {
        year = year2(reader, j);
        next = if year.is_some() { j + 1 } else { next };
    }
    // "10 out of 12" and "2 set" are no dates.
    if doubtful && year.is_none() && separator.is_none() && !reader.capital(j - 1) {
        return None;
    }
    if separator == Some(',') && year.is_none() {
        return None;
    }
    spanned(year, month, first, &more, next)
}

/// 04.-06.05.2026, 04. bis 06.05.2026.
fn dotted_days(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let first = reader.small(i)?;
    let (more, after) = more_days(reader, i + 1, first, between_led(reader, i))?;
    let whole = all_digits(reader, after.checked_sub(1)?).filter(|whole| reader.mark(after) == Some('.') && !whole.digits)?;
    let day = *whole.days.first()?;
    spanned(day.year, day.month, first, &more, whole.next)
}

/// Aug 29, 2022; Aug 17 2021; Nov 4th; August-29-2022; May 2-4, 2024.
fn month_first(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let (month, doubtful) = month(reader.word(i))?;
    let mut j = i + 1;
    let mut separator = None;
    if let Some(mark) = reader.mark(j).filter(|mark| matches!(mark, '.' | '-' | '/' | ',')) {
        if mark != '.' && !reader.tight(j + 1) {
            return None;
        }
        separator = Some(mark);
        j += 1;
    } else if reader.word(j) == "the" {
        j += 1;
    }
    let first = reader.small(j).filter(|day| *day > 0)?;
    let plain = ordinal(reader, j + 1);
    let ordinal_said = plain > j + 1;
    // "May 10:00" is no date.
    if !ordinal_said && is_clock_tail(reader, j + 1) {
        return None;
    }
    j = plain;
    let mut more = More::None;
    if let Some((found, after)) = more_days(reader, j, first, between_led(reader, i)).filter(|(_, after)| {
        self::month(reader.word(*after)).is_none() && !is_clock_tail(reader, *after) && reader.word(after + 1) != "uhr"
    }) {
        // "May 6 and 20 servers" is one day; a list goes on by ones, with ordinals, to a year or to a clock time.
        let sure = match &more_gaps(first, &found) {
            true => true,
            false => {
                ordinal_said && matches!(reader.word(after - 1), "st" | "nd" | "rd" | "th")
                    || year_after(reader, after, separator).0.is_some()
                    || matches!(reader.word(after), "from" | "between" | "at" | "von" | "zwischen" | "de" | "entre")
            }
        };
        if sure {
            more = found;
            j = after;
        }
    }
    let (year, next) = year_after(reader, j, separator);
    if doubtful && year.is_none() && !ordinal_said && !reader.capital(i) {
        return None;
    }
    spanned(year, month, first, &more, next)
}

/// Whether a list goes on by ones, or is a range.
fn more_gaps(first: u32, more: &More) -> bool {
    match more {
        More::Each(days) => days.iter().zip(first + 1..).all(|(day, next)| *day == next),
        More::Until(_) | More::None => true,
    }
}

fn spanned(year: Option<i32>, month: u32, first: u32, more: &More, next: usize) -> Option<Written> {
    let whole = Written::one(Day::sure(year, month, first)?, next);
    Some(match more {
        More::None => whole,
        More::Until(last) => Written { until: Some(Day::sure(year, month, *last)?), ..whole },
        More::Each(days) => {
            let each: Option<Vec<_>> = days.iter().map(|day| Day::sure(year, month, *day).map(|day| (day, None))).collect();
            Written { each: each?, ..whole }
        }
    })
}

/// The token after an ordinal ending at `j`.
pub(super) fn ordinal(reader: &Reader<'_>, j: usize) -> usize {
    let ending = matches!(reader.word(j), "st" | "nd" | "rd" | "th" | "er" | "ère" | "ste" | "de" | "e" | "o" | "a" | "º" | "ª");
    let degree = reader.mark(j) == Some('°');
    if (ending || degree) && reader.tight(j) { j + 1 } else { j }
}

fn is_clock_tail(reader: &Reader<'_>, j: usize) -> bool {
    let colon = reader.mark(j) == Some(':') && reader.tight(j) && reader.number(j + 1).is_some_and(|(_, digits)| digits == 2);
    let hour = reader.word(j) == "h" && reader.tight(j);
    let half =
        matches!(reader.word(j), "am" | "pm" | "uhr" | "uur") || (matches!(reader.word(j), "a" | "p") && reader.mark(j + 1) == Some('.'));
    colon || hour || half
}

/// A year after day and month: `2024`, `, 2024`, `de 2024`, `-21`, `'21`.
fn year_after(reader: &Reader<'_>, j: usize, separator: Option<char>) -> (Option<i32>, usize) {
    let mut k = j;
    let mut two_digits = false;
    let mut comma = false;
    if let Some(mark) = reader.mark(k) {
        match mark {
            '.' | ',' => {
                comma = true;
                k += 1;
            }
            '-' | '/' if separator == Some(mark) && reader.tight(k) => {
                two_digits = true;
                k += 1;
            }
            '\'' => {
                two_digits = true;
                k += 1;
            }
            _ => return (None, j),
        }
    } else if matches!(reader.word(k), "de" | "del" | "of" | "do" | "in") {
        k += 1;
    }
    if let Some(year) = year4(reader, k) {
        let clock_after = reader.mark(k + 1) == Some(':') && reader.tight(k + 1) && reader.tight(k + 2) && reader.number(k + 2).is_some();
        let range_of_clocks = reader.mark(k + 1) == Some('-')
            && reader.number(k + 2).is_some_and(|(_, digits)| digits == 4)
            && year4(reader, k + 2).is_none_or(|year| (year - reader.year).abs() > 3);
        let as_clock = (year - reader.year).abs() > 3 && (super::place::zone_word(reader, k + 1) || range_of_clocks) && year % 100 < 60;
        if !clock_after && !as_clock {
            return (Some(year), k + 1);
        }
        return (None, j);
    }
    if two_digits && let Some(year) = year2(reader, k).filter(|_| !is_clock_tail(reader, k + 1)) {
        return (Some(year), k + 1);
    }
    // The dot of an abbreviated month belongs to it.
    let dot = comma
        && reader.mark(j) == Some('.')
        && reader.tight(j)
        && !reader.capital(j + 1)
        && !reader.is_line(j + 1)
        && reader.token(j + 1).is_some();
    (None, if dot && separator.is_none() { j + 1 } else { j })
}

/// 31/10/2021, 8/12/2021, 06/8/21, 01.11.2026, 01-11-2026; beside a clock also 8/24 and 01.11.
fn all_digits(reader: &Reader<'_>, i: usize) -> Option<Written> {
    let (first, second) = (reader.small(i)?, reader.small(i + 2)?);
    let separator = reader.mark(i + 1).filter(|mark| matches!(mark, '/' | '-' | '.'))?;
    if !reader.tight(i + 1) || !reader.tight(i + 2) {
        return None;
    }
    let third = reader.mark(i + 3) == Some(separator) && reader.tight(i + 3) && reader.tight(i + 4);
    if third && reader.number(i + 4).is_some() {
        return with_year(reader, i, separator, first, second);
    }
    // Without a year: 8/24 beside a clock; 01.11. beside a clock.
    let next = match separator {
        '/' => i + 3,
        '.' if reader.mark(i + 3) == Some('.') && reader.tight(i + 3) => i + 4,
        _ => return None,
    };
    if (first == 24 && second == 7) || reader.inside(i) || (separator == '/' && percent_or_path(reader, next)) {
        return None;
    }
    let days = orders(separator, None, first, second);
    // "04.05. - 06.05.2026"
    let goes_on = separator == '.'
        && joiner(reader, next).is_some_and(|(_, after)| {
            reader.mark(after + 1) == Some('.') && all_digits(reader, after).is_some_and(|other| !other.beside_clock)
        });
    (!days.is_empty()).then_some(Written { days, until: None, each: Vec::new(), beside_clock: !goes_on, digits: separator != '.', next })
}

fn percent_or_path(reader: &Reader<'_>, next: usize) -> bool {
    reader.tight(next) && matches!(reader.mark(next), Some('/' | '%' | '.')) && reader.tight(next + 1) && reader.token(next + 1).is_some()
        || (reader.tight(next) && !reader.word(next).is_empty())
}

fn with_year(reader: &Reader<'_>, i: usize, separator: char, first: u32, second: u32) -> Option<Written> {
    let next = i + 5;
    if continues(reader, next) {
        return None;
    }
    if let Some(year) = year4(reader, i + 4) {
        let days = orders(separator, Some(year), first, second);
        return (!days.is_empty()).then_some(Written {
            days,
            until: None,
            each: Vec::new(),
            beside_clock: false,
            digits: separator != '.',
            next,
        });
    }
    // A two-digit year: also 21/05/12 for 2012-05-21 or 2021-05-12. Years far from the receipt are no readings.
    let mut days = orders(separator, Some(year2(reader, i + 4)?), first, second);
    if let (Some(year), Some(day)) = (year2(reader, i), reader.small(i + 4))
        && let Some(day) = Day::sure(Some(year), second, day)
        && separator != '.'
    {
        days.push(day);
    }
    days.retain(|day| day.year.is_some_and(|year| (year - reader.year).abs() <= 2));
    (!days.is_empty()).then_some(Written { days, until: None, each: Vec::new(), beside_clock: false, digits: separator != '.', next })
}

/// The days that two numbers can mean. Dots are written day first, everywhere. 12/12 says nothing of the order.
fn orders(separator: char, year: Option<i32>, first: u32, second: u32) -> Vec<Day> {
    let day = |month, day, order| Some(Day { year, month, day, order }).filter(|day: &Day| day.exists());
    if separator == '.' {
        return day(second, first, None).into_iter().collect();
    }
    if first == second {
        return day(second, first, None).into_iter().collect();
    }
    let both = [day(second, first, Some(DateOrder::DayFirst)), day(first, second, Some(DateOrder::MonthFirst))];
    both.into_iter().flatten().collect()
}

/// Whether what follows an all-digit date shows that it was no date: 10.10.2021.3, 2021-05-20-001.
fn continues(reader: &Reader<'_>, next: usize) -> bool {
    if !reader.tight(next) {
        return false;
    }
    if !reader.word(next).is_empty() {
        return !(matches!(reader.word(next), "t" | "至" | "到" | "at")
            || reader.word(next).chars().all(|character| character > '\u{2fff}'));
    }
    let Some(mark) = reader.mark(next) else { return false };
    if !matches!(mark, '-' | '.' | '/' | ':' | '_') || !reader.tight(next + 1) {
        return false;
    }
    match reader.number(next + 1) {
        Some(_) if matches!(mark, '-' | ':') => {
            let then = reader.mark(next + 2).filter(|_| reader.tight(next + 2));
            !matches!(then, Some(':' | '/' | '.' | '-'))
        }
        Some(_) => true,
        // 12-05-2026-A1 is an order's number.
        None => mark == '_' || (mark == '-' && reader.capital(next + 1) && reader.word(next + 1).len() <= 2),
    }
}

/// The day nearest to a date, of the years around it.
pub(super) fn nearest(day: Day, to: NaiveDate) -> Option<NaiveDate> {
    (to.year() - 1..=to.year() + 1).filter_map(|year| day.on(year)).min_by_key(|date| (*date - to).num_days().abs())
}
