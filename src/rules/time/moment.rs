//! Moments: a date, a clock time, a weekday and a zone, in any order, with what may stand between them.

use super::clock::{Clock, clock, opening_hour};
use super::date::{Written, date, dates, year4};
use super::glue;
use super::place::{self, zone_word};
use super::reader::{Reader, weekday};
use super::span::join;
use crate::rules::zone::Meaning;
use chrono::Weekday;
use std::ops::Range;

/// Tokens that may stand between two parts of one moment.
const MAX_GLUE: usize = 5;

/// A point in time as written: any of its parts may be missing.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    pub(super) weekday: Option<Weekday>,
    pub(super) date: Option<Written>,
    pub(super) clock: Option<Clock>,
    pub(super) zones: Vec<Meaning>,
    /// Bytes of the zone.
    pub(super) zone_at: Option<Range<usize>>,
    /// Whether the zone stands before the clock time, as in a label: `Start (UTC): …`.
    label_zone: bool,
    /// Days later than the start's, where the text says "the next day" instead of a date.
    pub(super) shift: u32,
    pub(super) next: usize,
}

impl Moment {
    pub(super) fn dated(&self) -> bool {
        self.date.is_some()
    }

    fn empty(&self) -> bool {
        self.date.is_none() && self.clock.is_none() && self.weekday.is_none() && self.zones.is_empty()
    }

    /// Takes the part at token `j`, if it is one that is still missing, and gives the token after it.
    fn take(&mut self, reader: &Reader<'_>, j: usize, ending: Option<&Self>) -> Option<usize> {
        if self.shift == 0
            && self.date.is_none()
            && ending.is_some()
            && let Some(next) = next_day(reader, j, self.clock.is_some())
        {
            self.shift = 1;
            return Some(next);
        }
        let right_after_clock = self.clock.as_ref().is_some_and(|clock| clock.next == j);
        if (self.clock.is_some() || self.empty())
            && let Some(zone) = place::zone(reader, j, self.clock.is_some() && (right_after_clock || !self.zones.is_empty()))
        {
            let next = zone.next;
            if self.empty() {
                if !starts_after_label(reader, next) {
                    return None;
                }
                self.label_zone = true;
            } else if self.label_zone {
                // The zone beside the clock is nearer than the one in the label.
                self.zones.clear();
                self.zone_at = None;
                self.label_zone = false;
            }
            self.zones.push(zone.meaning);
            let from = self.zone_at.as_ref().map_or(reader.start(j), |at| at.start);
            self.zone_at = Some(from..reader.end_before(next));
            return Some(next);
        }
        if self.date.is_none()
            && let Some(written) = self.written(reader, j, ending)
        {
            // "22:00 - 23:00, 6 May 22:00": the date belongs to what follows.
            let taken = self.clock.is_some() && ending.is_some_and(Self::dated) && clock_soon(reader, written.next);
            if !taken {
                let next = written.next;
                self.date = Some(written);
                return Some(next);
            }
            return None;
        }
        if self.clock.is_none() {
            if let Some(clock) = clock(reader, j).filter(|clock| !clock.bare || self.bare_stands(reader, clock, j, ending)) {
                // "5:00 AM (0500) UTC" says its hour twice.
                let again = reader.mark(clock.next) == Some('(')
                    && reader.number(clock.next + 1).is_some_and(|(_, digits)| digits == 4)
                    && reader.mark(clock.next + 2) == Some(')');
                let next = if again { clock.next + 3 } else { clock.next };
                self.clock = Some(Clock { next, ..clock });
                return Some(next);
            }
            if let Some(hour) = opening_hour(reader, j) {
                let next = hour.next;
                self.clock = Some(hour);
                return Some(next);
            }
        }
        // "Wed May 6 22:00:00 2026": the year stands behind the clock time.
        if right_after_clock
            && let Some(date) = self.date.as_mut().filter(|date| date.days.iter().all(|day| day.year.is_none()))
            && let Some(year) = year4(reader, j).filter(|year| (*year - reader.year).abs() <= 3)
            && (reader.word(j + 1).is_empty() || zone_word(reader, j + 1))
            && reader.number(j + 1).is_none()
        {
            for day in date.days.iter_mut().chain(&mut date.until) {
                day.year = Some(year);
            }
            return Some(j + 1);
        }
        if self.weekday.is_none()
            && let Some((weekday, next)) = weekday_at(reader, j)
            && !(self.clock.is_some() && ending.is_some_and(Self::dated) && begins_another(reader, next))
        {
            self.weekday = Some(weekday);
            return Some(next);
        }
        None
    }

    /// The date or the list of dates at token `j`; of a list that has its own clock times behind it, the first alone.
    fn written(&self, reader: &Reader<'_>, j: usize, ending: Option<&Self>) -> Option<Written> {
        let listed = dates(reader, j)?;
        let apart = ending.is_some_and(Self::dated) || (self.clock.is_some() && clock_soon(reader, listed.next));
        if !listed.each.is_empty() && apart { date(reader, j) } else { Some(listed) }
    }

    /// Whether a bare form (`0600`) stands where only a clock time can.
    fn bare_stands(&self, reader: &Reader<'_>, clock: &Clock, j: usize, ending: Option<&Self>) -> bool {
        if reader.field || ending.and_then(|start| start.clock.as_ref()).is_some_and(|start| start.bare || start.next + 4 > j) {
            return true;
        }
        // "22 UTC" only beside a date or a start.
        if reader.small(j).is_some() && clock.next == j + 1 {
            let zulu = reader.word(clock.next) == "z" && reader.tight(clock.next);
            return (zulu || zone_word(reader, clock.next)) && (self.date.is_some() || ending.is_some_and(|start| start.clock.is_some()));
        }
        let four = reader.number(j).is_some_and(|(_, digits)| digits == 4);
        if zone_word(reader, clock.next) || (reader.word(clock.next) == "z" && reader.tight(clock.next)) {
            return true;
        }
        if !four {
            return self.date.is_some() || join(reader, clock.next, true).is_some();
        }
        // 0600 - 1200, 0600 GMT - 1200 GMT; the second must be a clock time as well.
        let joined =
            matches!(reader.mark(clock.next), Some('-' | '~')) || matches!(reader.word(clock.next), "to" | "until" | "till" | "bis");
        let second = self::clock(reader, clock.next + 1)
            .filter(|second| !second.bare || reader.number(clock.next + 1).is_some_and(|(_, digits)| digits == 4));
        joined && second.is_some_and(|second| self.date.is_some() || zone_word(reader, second.next) || !second.bare)
    }
}

/// The token after "next day", "+1", "Folgetag", 翌 at `j`.
fn next_day(reader: &Reader<'_>, j: usize, after_clock: bool) -> Option<usize> {
    if reader.word(j) == "翌" {
        return Some(if reader.word(j + 1) == "日" { j + 2 } else { j + 1 });
    }
    if !after_clock {
        return None;
    }
    if reader.mark(j) == Some('+') && reader.number(j + 1) == Some((1, 1)) && reader.tight(j + 1) {
        let next = if matches!(reader.word(j + 2), "day" | "d" | "tag" | "jour" | "día" | "dia" | "dag") { j + 3 } else { j + 2 };
        let ends = reader.token(next).is_none() || reader.is_line(next) || reader.mark(next) == Some(')') || zone_word(reader, next);
        return (next > j + 2 || ends).then_some(next);
    }
    match (reader.word(j), reader.word(j + 1)) {
        ("next" | "following", "day" | "morning")
        | ("day", "after")
        | ("nächsten" | "folgenden" | "darauffolgenden", "tag" | "tages" | "morgen" | "tags")
        | ("día" | "dia", "siguiente" | "seguinte")
        | ("volgende", "dag" | "ochtend")
        | ("giorno", "successivo" | "seguente") => Some(j + 2),
        ("folgetag" | "folgetages" | "lendemain", _) => Some(j + 1),
        _ => None,
    }
}

/// The weekday at token `j`, with the token after it. Two letters count only before a mark or a number: `Mo., 5. Mai`.
fn weekday_at(reader: &Reader<'_>, j: usize) -> Option<(Weekday, usize)> {
    let (weekday, short) = weekday(reader.word(j))?;
    if reader.word(j).chars().all(|character| character > '\u{2fff}') {
        // 金曜日 or (金); 日 alone is a day of the month.
        if reader.word(j + 1) == "曜" {
            return Some((weekday, if reader.word(j + 2) == "日" { j + 3 } else { j + 2 }));
        }
        let in_parens = j.checked_sub(1).is_some_and(|before| reader.mark(before) == Some('(')) && reader.mark(j + 1) == Some(')');
        return in_parens.then_some((weekday, j + 1));
    }
    if reader.mark(j + 1) == Some('-') && reader.word(j + 2) == "feira" {
        return Some((weekday, j + 3));
    }
    if matches!(reader.word(j), "segunda" | "terça" | "quarta" | "quinta" | "sexta") {
        return None;
    }
    let followed = matches!(reader.mark(j + 1), Some(',' | '.' | ')')) || reader.number(j + 1).is_some();
    if short && !(followed && reader.capital(j)) {
        return None;
    }
    Some((weekday, if reader.mark(j + 1) == Some('.') { j + 2 } else { j + 1 }))
}

/// After a zone in a label, a moment must follow: `(UTC): 2024-05-05 10:00`.
fn starts_after_label(reader: &Reader<'_>, next: usize) -> bool {
    let mut j = next;
    for _ in 0..4 {
        if matches!(reader.mark(j), Some(')' | ':' | '|')) || reader.is_line(j) || reader.word(j) == "time" {
            j += 1;
        } else {
            break;
        }
    }
    // The head of a column speaks of its cells: `span` finds them.
    let crossed = (next..j).any(|i| reader.is_line(i));
    if crossed && table_line(reader, next.saturating_sub(1)) {
        return false;
    }
    // A dash may be an offset or a bullet; a number alone is no moment.
    j < reader.len()
        && (date(reader, j).is_some()
            || clock(reader, j).is_some_and(|clock| !clock.bare || reader.field)
            || weekday(reader.word(j)).is_some_and(|(_, short)| !short))
}

/// Whether the line of token `i` is a row of a table, looking back.
fn table_line(reader: &Reader<'_>, i: usize) -> bool {
    (i.saturating_sub(60)..=i).rev().take_while(|j| !reader.is_line(*j)).any(|j| reader.mark(j) == Some('|'))
}

/// Whether a date with its own clock time stands at `j`, past a comma: "…, Thursday 7 May: 12:00".
fn begins_another(reader: &Reader<'_>, j: usize) -> bool {
    let j = if matches!(reader.mark(j), Some(',' | '.')) { j + 1 } else { j };
    date(reader, j).is_some_and(|written| clock_soon(reader, written.next))
}

/// Whether a clock time follows a date directly, so that both are one moment.
fn clock_soon(reader: &Reader<'_>, next: usize) -> bool {
    let mut j = next;
    for _ in 0..2 {
        if matches!(reader.mark(j), Some(',' | ':' | '@' | '|')) || matches!(reader.word(j), "at" | "from" | "um" | "between" | "von") {
            j += 1;
        }
    }
    clock(reader, j).is_some_and(|clock| !clock.bare)
}

/// The moment that begins at token `i`; `ending` is the start whose end this is.
pub(super) fn moment(reader: &Reader<'_>, i: usize, ending: Option<&Moment>) -> Option<Moment> {
    let mut moment = Moment { next: i, ..Moment::default() };
    let mut j = i;
    loop {
        if let Some(next) = moment.take(reader, j, ending) {
            moment.next = next;
            j = next;
            continue;
        }
        let Some(next) = after_glue(reader, j, &mut moment, ending) else { break };
        moment.next = next;
        j = next;
    }
    if reader.mark(moment.next) == Some(')') && opened(reader, i, moment.next) {
        moment.next += 1;
    }
    let bare_date = moment.date.as_ref().is_some_and(|date| date.beside_clock) && moment.clock.is_none();
    // "5/13 through 5/15 from 7am": the clock times stand behind the second.
    let begins_range = || {
        ending.is_none()
            && join(reader, moment.next, false)
                .and_then(|j| self::moment(reader, j, Some(&moment)))
                .is_some_and(|other| other.dated() && other.clock.is_some())
    };
    if bare_date && !reader.field && ending.is_none_or(|start| start.clock.is_none()) && !begins_range() {
        return None;
    }
    (moment.date.is_some() || moment.clock.is_some()).then_some(moment)
}

pub(super) fn opened(reader: &Reader<'_>, from: usize, to: usize) -> bool {
    let count = |mark| (from..to).filter(|i| reader.mark(*i) == Some(mark)).count();
    count('(') > count(')')
}

/// Walks over what may stand between two parts of a moment, takes the part behind it, and gives the token after that.
fn after_glue(reader: &Reader<'_>, from: usize, moment: &mut Moment, ending: Option<&Moment>) -> Option<usize> {
    let (mut lines, mut cells, mut dashes) = (0, 0, 0);
    let mut j = from;
    for _ in 0..MAX_GLUE {
        let open_date = moment.date.is_some() && moment.clock.is_none();
        let open_clock = moment.clock.is_some() && moment.date.is_none();
        if reader.is_line(j) {
            lines += 1;
            if lines > 1 || !(open_date || open_clock || moment.zones.is_empty() || moment.label_zone) {
                return None;
            }
        } else if let Some(mark) = reader.mark(j) {
            match mark {
                ',' | '@' | '(' | ')' | '·' | '•' | '[' | ']' => {}
                '.' if reader.tight(j) && !reader.is_line(j + 1) && moment.clock.is_none() => {}
                '/' if open_date && lines == 0 && !reader.tight(j) && !reader.tight(j + 1) => {}
                ':' if !reader.tight(j + 1) || moment.clock.is_none() => {}
                '|' => cells += 1,
                '~' if open_date && lines == 0 && reader.tight(j + 1) => {}
                '-' if lines == 0
                    && (moment.clock.is_none() || zone_word(reader, j + 1))
                    && (moment.clock.is_none() || opened(reader, moment.next.saturating_sub(6), j)) =>
                {
                    dashes += 1;
                }
                '/' if moment.clock.is_some() && (moment.date.is_none() || zone_word(reader, j + 1)) => {}
                _ => return None,
            }
        } else {
            let word = reader.word(j);
            let before_clock = open_date && (glue::before_clock(word) || (ending.is_some() && lines > 0 && glue::before_end(word)));
            let before_date = open_clock && glue::before_date(word);
            if word.is_empty() || !(glue::anywhere(word) || before_clock || before_date) {
                return None;
            }
        }
        if cells > 1 || dashes > 1 {
            return None;
        }
        j += 1;
        if reader.number(j).is_none() && reader.word(j).is_empty() && !matches!(reader.mark(j), Some('+' | '-')) {
            continue;
        }
        let clocked = moment.clock.is_some();
        if (lines > 0 || cells > 0)
            && clocked
            && moment.date.is_none()
            && date(reader, j).is_some_and(|written| clock_soon(reader, written.next))
            && (lines > 0 || ending.is_some())
        {
            return None;
        }
        // A zone after a comma, a slash, a line or a cell that has its own time behind it is the label of that.
        if clocked && place::zone(reader, j, false).is_some_and(|zone| is_label(reader, zone.next, lines > 0, cells > 0)) {
            return None;
        }
        // A bullet at a line's start is no sign.
        if lines > 0 && matches!(reader.mark(j), Some('+' | '-')) {
            return None;
        }
        if (lines > 0 || cells > 0) && reader.inside(j) {
            return None;
        }
        if let Some(next) = moment.take(reader, j, ending) {
            return Some(next);
        }
    }
    None
}

/// Whether a zone is the label of the time after it: `UTC: 10:00`, or across a line or cell also `UTC | 5 May 10:00`.
fn is_label(reader: &Reader<'_>, next: usize, lines: bool, cells: bool) -> bool {
    let apart = lines || cells;
    let mut j = next;
    let mut colon = false;
    for _ in 0..4 {
        let cell = (apart && reader.mark(j) == Some('|')) || (lines && reader.is_line(j));
        colon = colon || reader.mark(j) == Some(':');
        if matches!(reader.mark(j), Some(':' | ')')) || reader.word(j) == "time" || cell {
            j += 1;
        } else {
            break;
        }
    }
    if let Some(clock) = clock(reader, j).filter(|clock| !clock.bare) {
        // `10:00 | UTC | 12:00 | UTC`: the zones stand behind their times.
        let behind = apart && !colon && reader.mark(clock.next) == Some('|') && zone_word(reader, clock.next + 1);
        return !behind;
    }
    (colon || (apart && j > next)) && (date(reader, j).is_some_and(|date| clock_soon(reader, date.next)) || weekday_at(reader, j).is_some())
}
