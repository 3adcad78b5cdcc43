//! Days that stand side by side: ranges (`4–6 May`, `vom 4. bis 6. Mai`) and lists (`3, 4 and 5 May`).

use super::date::{Day, Written, ordinal};
use super::moment::Moment;
use super::reader::{Reader, weekday};
use super::span::Span;
use chrono::Weekday;

/// More days than these are no list of nights.
const MAX_LISTED: usize = 31;

/// What follows the first day of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// Nothing.
    None,
    /// The last day of a range.
    Until(u32),
    /// The further days of a list.
    Each(Vec<u32>),
}

/// How two days are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joins {
    /// The days between them count.
    Range,
    /// They alone count; `last` says that a list ends here (`and`).
    List { last: bool },
}

/// What joins two days at token `j`, with the token after it.
pub(super) fn joiner(reader: &Reader<'_>, j: usize) -> Option<(Joins, usize)> {
    let list = |reader: &Reader<'_>, j: usize| {
        matches!(reader.word(j), "and" | "or" | "und" | "oder" | "y" | "et" | "ou" | "e" | "en" | "och" | "og" | "sowie")
            || matches!(reader.mark(j), Some('&' | '+'))
    };
    if matches!(reader.mark(j), Some('-' | '~')) {
        return Some((Joins::Range, j + 1));
    }
    if reader.mark(j) == Some(',') {
        return Some(if list(reader, j + 1) { (Joins::List { last: true }, j + 2) } else { (Joins::List { last: false }, j + 1) });
    }
    if list(reader, j) {
        return Some((Joins::List { last: true }, j + 1));
    }
    let next = match reader.word(j) {
        "t" if reader.mark(j + 1) == Some('/') && reader.word(j + 2) == "m" => j + 3,
        "tot" if reader.word(j + 1) == "en" && reader.word(j + 2) == "met" => j + 3,
        "bis" | "auf" if matches!(reader.word(j + 1), "zum" | "den" | "einschließlich") => j + 2,
        "to" | "through" | "until" | "till" if reader.word(j + 1) == "the" => j + 2,
        "to" | "bis" | "auf" | "through" | "thru" | "au" | "al" | "tot" | "until" | "till" | "til" | "a" | "à" | "até" | "op" | "na" => {
            j + 1
        }
        _ => return None,
    };
    Some((Joins::Range, next))
}

/// The days after the first one of a month, at token `j`, with the token after them; `between` makes "and" a range.
pub(super) fn more_days(reader: &Reader<'_>, j: usize, first: u32, between: bool) -> Option<(More, usize)> {
    // "6/7 May": the night between two days.
    if reader.mark(j) == Some('/') && reader.tight(j) && reader.tight(j + 1) && reader.small(j + 1) == Some(first + 1) {
        return Some((More::Until(first + 1), ordinal(reader, j + 2)));
    }
    // "4. bis 6."
    let past_dot = |k: usize| if reader.mark(k) == Some('.') && reader.tight(k) && joiner(reader, k + 1).is_some() { k + 1 } else { k };
    // "Monday 4 to Wednesday 6 May"
    let past_weekday = |k: usize| match weekday(reader.word(k)) {
        Some((_, false)) if matches!(reader.mark(k + 1), Some('.' | ',')) => k + 2,
        Some((_, false)) => k + 1,
        _ => k,
    };
    let (kind, after) = joiner(reader, past_dot(j))?;
    let after = past_weekday(after);
    if kind == Joins::Range || (between && kind == Joins::List { last: true }) {
        let last = reader.small(after).filter(|last| *last > first)?;
        return Some((More::Until(last), ordinal(reader, after + 1)));
    }
    let mut days: Vec<u32> = Vec::new();
    let mut next = j;
    while days.len() < MAX_LISTED {
        let Some((Joins::List { last }, after)) = joiner(reader, past_dot(next)) else { return None };
        let after = past_weekday(after);
        let day = reader.small(after).filter(|day| *day > days.last().copied().unwrap_or(first) && *day <= 31)?;
        days.push(day);
        next = ordinal(reader, after + 1);
        if last {
            return Some((More::Each(days), next));
        }
    }
    None
}

/// Whether "between" leads to token `i`, so that an "and" behind it names the other end.
pub(super) fn between_led(reader: &Reader<'_>, i: usize) -> bool {
    for back in 1..=5 {
        let Some(j) = i.checked_sub(back) else { return false };
        match reader.word(j) {
            "between" | "zwischen" | "entre" | "tussen" | "mellan" | "mellem" | "tra" => return true,
            "the" | "dem" | "den" | "le" | "el" | "de" | "los" | "les" | "days" | "of" => {}
            "" if matches!(reader.mark(j), Some(',' | '.')) => {}
            word if weekday(word).is_some() => {}
            _ => return false,
        }
    }
    false
}

/// The spans of each day that a list names (`3, 4 and 5 May between …`); a list of whole days in a row stays one span.
pub(super) fn apart(mut span: Span) -> Vec<Span> {
    let at_start = span.start.date.is_some();
    let listed = |moment: &Moment| moment.date.as_ref().filter(|date| !date.each.is_empty()).cloned();
    let Some(written) = (if at_start { listed(&span.start) } else { span.end.as_ref().and_then(listed) }) else { return vec![span] };
    let Some(first) = written.days.first().copied() else { return vec![span] };
    if at_start && span.end.as_ref().is_some_and(Moment::dated) {
        span.doubt = Some("a list of days begins before a date that ends");
        return vec![span];
    }
    let mut days = vec![(first, if at_start { span.start.weekday } else { span.end.as_ref().and_then(|end| end.weekday) })];
    days.extend(written.each.iter().copied());
    // The year stands at the last of them.
    let year = days.iter().rev().find_map(|(day, _)| day.year);
    for (day, _) in &mut days {
        day.year = day.year.or(year);
    }
    let dates: Vec<_> = days.iter().filter_map(|(day, _)| day.on(2024)).collect();
    let in_a_row = dates.iter().zip(dates.iter().skip(1)).all(|(one, two)| one.succ_opt() == Some(*two));
    let Some(clock) = span.start.clock.as_ref() else {
        if in_a_row && let (Some(date), Some((first, _)), Some((last, _))) = (span.start.date.as_mut(), days.first(), days.last()) {
            date.until = Some(*last);
            date.days = vec![*first];
            date.each.clear();
            return vec![span];
        }
        return each(&span, &days, written.next);
    };
    let end = span.end.as_ref().and_then(|end| end.clock.as_ref());
    let past_midnight = end.is_some_and(|end| end.times.first().map(|(_, time)| *time) <= clock.times.first().map(|(_, time)| *time));
    if in_a_row && days.len() == 2 && past_midnight && !span.recurs {
        span.doubt = Some("two days and a window past midnight may be one night or two");
    }
    each(&span, &days, written.next)
}

fn each(span: &Span, days: &[(Day, Option<Weekday>)], next: usize) -> Vec<Span> {
    let on = |(day, weekday): &(Day, Option<Weekday>)| {
        let mut one = span.clone();
        one.start.date = Some(Written::one(*day, next));
        one.start.weekday = *weekday;
        if let Some(end) = one.end.as_mut() {
            end.date = None;
            end.weekday = None;
        }
        one
    };
    days.iter().map(on).collect()
}
