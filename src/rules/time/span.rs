//! Moments (a date, a clock time, a zone in any order) and spans of two moments, found in prose, labels and table rows.

use super::clock::{Clock, Half, clock, opening_hour};
use super::date::{Written, date};
use super::duration;
use super::place::{self, zone_word};
use super::reader::{Reader, month, weekday};
use super::token::STRUCK;
use crate::rules::zone::{self, Meaning};
use chrono::Weekday;
use std::ops::Range;

/// Tokens that may stand between two parts of one moment.
const MAX_GLUE: usize = 5;
/// Tokens that may stand between a start and its end: "and is expected to end at approximately".
const MAX_JOIN: usize = 9;

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
    pub(super) next: usize,
}

/// One statement before it is resolved.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) next: usize,
    pub(super) start: Moment,
    pub(super) end: Option<Moment>,
    /// A length stated right after the start, in minutes.
    pub(super) minutes: Option<u32>,
    /// Whether the clock times hold on each day of the span of dates ("daily", "each night").
    pub(super) daily: bool,
    pub(super) label: Label,
    /// Whether it stands in text that was struck out.
    pub(super) struck: bool,
}

/// What the words before a statement say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Start,
    End,
    None,
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
            && let Some(written) = date(reader, j)
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
                let next = clock.next;
                self.clock = Some(clock);
                return Some(next);
            }
            if let Some(hour) = opening_hour(reader, j) {
                let next = hour.next;
                self.clock = Some(hour);
                return Some(next);
            }
        }
        if self.weekday.is_none()
            && let Some((weekday, next)) = weekday_at(reader, j)
        {
            self.weekday = Some(weekday);
            return Some(next);
        }
        None
    }

    /// Whether a bare form (`0600`) stands where only a clock time can.
    fn bare_stands(&self, reader: &Reader<'_>, clock: &Clock, j: usize, ending: Option<&Self>) -> bool {
        if reader.field || ending.and_then(|start| start.clock.as_ref()).is_some_and(|start| start.bare || start.next + 4 > j) {
            return true;
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
    // A dash may be an offset or a bullet; a number alone is no moment.
    j < reader.len()
        && (date(reader, j).is_some()
            || clock(reader, j).is_some_and(|clock| !clock.bare || reader.field)
            || weekday(reader.word(j)).is_some_and(|(_, short)| !short))
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
    if bare_date && !reader.field && ending.is_none_or(|start| start.clock.is_none()) {
        return None;
    }
    (moment.date.is_some() || moment.clock.is_some()).then_some(moment)
}

fn opened(reader: &Reader<'_>, from: usize, to: usize) -> bool {
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
                ':' if !reader.tight(j + 1) || moment.clock.is_none() => {}
                '|' => cells += 1,
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
            let anywhere = matches!(
                word,
                "at" | "on"
                    | "the"
                    | "of"
                    | "um"
                    | "am"
                    | "den"
                    | "der"
                    | "dem"
                    | "le"
                    | "el"
                    | "à"
                    | "às"
                    | "as"
                    | "a"
                    | "las"
                    | "la"
                    | "om"
                    | "op"
                    | "kl"
                    | "do"
                    | "no"
                    | "dia"
                    | "día"
                    | "approximately"
                    | "approx"
                    | "about"
                    | "around"
                    | "ca"
                    | "circa"
                    | "time"
                    | "timezone"
                    | "zone"
                    | "tz"
                    | "clock"
                    | "in"
                    | "is"
                    | "les"
            );
            let before_clock = open_date
                && matches!(
                    word,
                    "from"
                        | "between"
                        | "von"
                        | "vom"
                        | "ab"
                        | "de"
                        | "desde"
                        | "entre"
                        | "zwischen"
                        | "tussen"
                        | "van"
                        | "starting"
                        | "beginning"
                        | "start"
                        | "begin"
                        | "hours"
                        | "daily"
                        | "nightly"
                        | "each"
                        | "every"
                        | "night"
                        | "day"
                        | "täglich"
                        | "jeweils"
                        | "starts"
                        | "window"
                        | "das"
                        | "dalle"
                        | "and"
                );
            let before_date = open_clock
                && matches!(word, "from" | "den" | "vom" | "del" | "de" | "each" | "night" | "day" | "every" | "daily" | "nightly");
            if word.is_empty() || !(anywhere || before_clock || before_date) {
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

/// The token after what joins a start to its end; none where nothing does.
fn join(reader: &Reader<'_>, from: usize, between: bool) -> Option<usize> {
    let mut strong = false;
    let mut lines = 0;
    let mut j = from;
    for _ in 0..MAX_JOIN {
        if reader.is_line(j) {
            lines += 1;
            if lines > 1 {
                return None;
            }
        } else if let Some(mark) = reader.mark(j) {
            match mark {
                '-' | '~' if lines == 0 => strong = true,
                '>' if strong => {}
                '/' if j == from => strong = true,
                ',' | '(' | '\'' | ':' if j > from || mark == ',' => {}
                _ => return None,
            }
        } else {
            match reader.word(j) {
                "to" | "until" | "till" | "til" | "through" | "thru" | "bis" | "hasta" | "até" | "tot" | "jusqu" | "au" | "al"
                | "ending" | "ends" | "end" | "endet" | "finish" | "finishing" | "finishes" | "concluding" | "conclude" | "fin"
                | "ende" | "至" | "到" => strong = true,
                "and" | "und" | "et" | "y" | "e" | "en" if between => strong = true,
                "à" | "a" | "às" | "as" if !strong || j > from => strong = true,
                "and" | "und" | "will" | "is" | "be" | "at" | "on" | "the" | "approximately" | "approx" | "about" | "around" | "ca"
                | "circa" | "um" | "am" | "expected" | "estimated" | "est" | "time" | "date" | "scheduled" | "zum" | "dem" | "der"
                | "del" | "los" | "les" | "het" | "ao" | "den" | "le" | "el" | "las" | "la" | "up" | "by" | "of" | "runs" | "run"
                | "running" | "lasts" | "last" | "lasting" | "continues" | "continue" | "continuing" | "continued" | "going" | "goes" => {}
                _ => return None,
            }
        }
        j += 1;
        let begins = reader.number(j).is_some()
            || month(reader.word(j)).is_some()
            || weekday(reader.word(j)).is_some()
            || matches!(reader.word(j), "noon" | "midnight" | "mitternacht" | "minuit" | "medianoche" | "mittag");
        if strong && begins {
            return Some(j);
        }
    }
    None
}

/// Every span of a text, in order.
pub(super) fn spans(reader: &Reader<'_>) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut i = 0;
    while i < reader.len() {
        match begins(reader, i).then(|| span(reader, i)).flatten() {
            Some(span) => {
                i = span.next.max(i + 1);
                found.push(span);
            }
            None => i += 1,
        }
    }
    found
}

fn begins(reader: &Reader<'_>, i: usize) -> bool {
    if reader.number(i).is_some() {
        return !reader.inside(i);
    }
    let word = reader.word(i);
    if word.is_empty() {
        return false;
    }
    month(word).is_some()
        || weekday(word).is_some()
        || matches!(word, "noon" | "midnight" | "mitternacht" | "minuit" | "medianoche")
        || (zone::begins(word) && reader.capital(i))
}

fn span(reader: &Reader<'_>, i: usize) -> Option<Span> {
    let mut start = moment(reader, i, None)?;
    let led = lead(reader, i);
    if led == Lead::Until && !reader.field {
        return None;
    }
    let between = led == Lead::Between || between_inside(reader, i, start.next);
    let mut next = start.next;
    let mut end = None;
    if let Some(j) = join(reader, next, between).filter(|j| !reader.inside(*j) || reader.mark(j - 1).is_some())
        && let Some(other) = moment(reader, j, Some(&start))
    {
        if start.clock.is_some() && !start.dated() && other.clock.is_none() {
            // "22:00 UTC - 28 Nov": one moment.
            start.date = other.date;
            start.weekday = start.weekday.or(other.weekday);
            next = other.next;
        } else if start.clock.is_some() && other.clock.is_none() && !other.dated() {
        } else {
            next = other.next;
            end = Some(other);
        }
    } else if let Some((other, after)) = neighbour_cell(reader, &start) {
        next = after;
        end = Some(other);
    }
    // "2 May to 7 May, 7am to 7pm": the second pair are the clock times of each day.
    let mut outer = false;
    if let Some(last) = end.as_mut()
        && start.clock.is_none()
        && last.dated()
        && last.clock.is_some()
    {
        let daily_between = between_inside(reader, i, last.next);
        if let Some(other) = join(reader, last.next, daily_between)
            .and_then(|j| moment(reader, j, Some(last)))
            .filter(|other| other.clock.is_some() && !other.dated())
        {
            start.clock = last.clock.take();
            start.zones = if last.zones.is_empty() { other.zones.clone() } else { last.zones.clone() };
            start.zone_at = if last.zones.is_empty() { other.zone_at.clone() } else { last.zone_at.clone() };
            last.clock = other.clock;
            last.zones = start.zones.clone();
            last.zone_at = start.zone_at.clone();
            next = other.next;
            outer = true;
        }
    } else if let Some(last) = end.as_mut()
        && start.clock.is_some()
        && last.clock.is_some()
        && !start.dated()
        && last.dated()
        && let Some(other) =
            join(reader, next, true).and_then(|j| moment(reader, j, None)).filter(|other| other.dated() && other.clock.is_none())
    {
        // "22:00 to 06:00 UTC, 2 May to 7 May"
        start.date = last.date.take();
        last.date = other.date;
        next = other.next;
        outer = true;
    }
    outer = outer
        || start.date.as_ref().is_some_and(|date| date.until.is_some())
        || end.as_ref().and_then(|end| end.date.as_ref()).is_some_and(|date| date.until.is_some());
    let mut minutes = None;
    if end.is_none()
        && start.clock.is_some()
        && let Some((length, after)) = lasting(reader, next)
    {
        minutes = Some(length);
        next = after;
    }
    halves(&mut start, end.as_mut());
    if start.clock.is_some()
        && start.zones.is_empty()
        && end.as_ref().is_none_or(|end| end.zones.is_empty())
        && let Some(at) = local_label(reader, i)
    {
        start.zones.push(Meaning::Local);
        start.zone_at = Some(at);
    }
    let daily = outer && recurs(reader, i, next);
    Some(Span { first: i, next, start, end, minutes, daily, label: label(reader, i), struck: struck(reader, i) })
}

/// The bytes of "local" in the label before a span, in its line: `Local: Friday 19:00 - 23:00`.
fn local_label(reader: &Reader<'_>, first: usize) -> Option<Range<usize>> {
    let label = (first.saturating_sub(6)..first).rev().take_while(|i| !reader.is_line(*i) && reader.number(*i).is_none());
    let at = label
        .filter(|i| matches!(reader.word(*i), "local" | "ortszeit" | "lokal" | "lokaal" | "lokale" | "locale" | "ローカル" | "現" | "当"))
        .last()?;
    Some(reader.start(at)..reader.end_before(at + 1))
}

/// A clock time in the neighbouring cell is the end: `date | 22:00 | 06:00 | UTC`, or two full moments side by side.
fn neighbour_cell(reader: &Reader<'_>, start: &Moment) -> Option<(Moment, usize)> {
    start.clock.as_ref()?;
    if reader.mark(start.next) != Some('|') || reader.inside(start.next + 1) {
        return None;
    }
    let other = moment(reader, start.next + 1, Some(start))?;
    other.clock.as_ref()?;
    if other.dated() != start.dated() && other.dated() {
        return None;
    }
    // Three in a row are not a start and an end.
    let third = reader.mark(other.next) == Some('|')
        && moment(reader, other.next + 1, None).is_some_and(|third| third.clock.is_some() && (third.dated() || !other.dated()));
    (!third).then(|| {
        let next = other.next;
        (other, next)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Between,
    Until,
    None,
}

/// The word before a span: `between`, or `until` without a start.
fn lead(reader: &Reader<'_>, i: usize) -> Lead {
    for back in 1..=4 {
        let Some(j) = i.checked_sub(back) else { break };
        match reader.word(j) {
            "between" | "zwischen" | "entre" | "tussen" | "tra" => return Lead::Between,
            "until" | "till" | "bis" | "hasta" | "jusqu" | "até" | "tot" => return Lead::Until,
            "the" | "hours" | "of" | "am" | "dem" | "den" | "le" | "el" | "las" | "approximately" | "on" | "à" | "um" | "about" | "at"
            | "dias" | "les" => {}
            _ if reader.mark(j) == Some('(') || reader.mark(j) == Some('\'') => {}
            _ => break,
        }
    }
    Lead::None
}

fn between_inside(reader: &Reader<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|i| matches!(reader.word(i), "between" | "zwischen" | "entre" | "tussen"))
}

/// A length right after a start: "for 6 hours", ", lasting approximately 2 hours", "(duration: 90 minutes)".
fn lasting(reader: &Reader<'_>, from: usize) -> Option<(u32, usize)> {
    let mut j = from;
    let mut said = false;
    for _ in 0..8 {
        if matches!(reader.mark(j), Some(',' | '(' | ':' | ';' | '<' | '~' | '-')) {
            j += 1;
            continue;
        }
        if said && let Some(found) = duration::length(reader, j) {
            let (minutes, next) = found;
            return Some((minutes, if reader.mark(next) == Some(')') && opened(reader, from, next) { next + 1 } else { next }));
        }
        match reader.word(j) {
            "for" | "lasting" | "lasts" | "last" | "duration" | "dauer" | "dauert" | "pendant" | "durante" | "für" | "voor" | "durée"
            | "duración" | "duração" | "duur" => said = true,
            "and" | "will" | "should" | "with" | "of" | "an" | "a" | "the" | "approximately" | "approx" | "about" | "around" | "up"
            | "to" | "max" | "maximum" | "estimated" | "expected" | "ca" | "circa" | "is" | "total" | "period" | "it" | "than" | "less"
            | "une" | "von" | "etwa" | "rund" => {}
            _ => return None,
        }
        j += 1;
    }
    None
}

/// "2:00 - 5:00 PM" is an afternoon, "10 - 2 PM" begins in the morning; "2:00 PM - 5:00" leaves the end open.
fn halves(start: &mut Moment, end: Option<&mut Moment>) {
    let (Some(first), Some(last)) = (start.clock.as_mut(), end.and_then(|end| end.clock.as_mut())) else { return };
    match (first.half, last.half) {
        (Half::Open, Half::Am | Half::Pm) => {
            let Some(same) = first.in_half(last.half) else { return };
            let (Some((_, begin)), Some((_, finish))) = (same.times.first(), last.times.first()) else { return };
            if begin < finish {
                *first = same;
            } else if let Some(other) = first.in_half(if last.half == Half::Pm { Half::Am } else { Half::Pm }) {
                *first = other;
            }
        }
        (Half::Am | Half::Pm, Half::Open) => {
            let both: Vec<_> =
                [Half::Am, Half::Pm].into_iter().filter_map(|half| last.in_half(half)).flat_map(|clock| clock.times).collect();
            last.times = both;
        }
        _ => {}
    }
}

/// Whether words near the span say that it recurs on each of its days.
fn recurs(reader: &Reader<'_>, first: usize, next: usize) -> bool {
    let near = first.saturating_sub(14)..next + 14;
    let stop = |i: usize| reader.mark(i) == Some('.') && !reader.tight(i + 1);
    let from = (near.start..first).rev().find(|i| stop(*i)).map_or(near.start, |i| i + 1);
    let to = (next..near.end).find(|i| stop(*i)).unwrap_or(near.end);
    (from..to).any(|i| {
        matches!(reader.word(i), "daily" | "nightly" | "täglich" | "quotidien" | "quotidiennement" | "diario" | "diariamente" | "dagelijks")
            || (matches!(reader.word(i), "each" | "every" | "per" | "jede" | "jeden" | "chaque" | "cada" | "elke")
                && matches!(
                    reader.word(i + 1),
                    "day" | "night" | "nacht" | "tag" | "nuit" | "jour" | "noche" | "día" | "noite" | "dia" | "dag" | "morning" | "evening"
                ))
    })
}

/// Whether token `i` stands in text that was struck out, by the marks in its line.
fn struck(reader: &Reader<'_>, i: usize) -> bool {
    if !reader.strikes {
        return false;
    }
    let line = (i.saturating_sub(200)..i).rev().take_while(|j| !reader.is_line(*j));
    line.filter(|j| reader.mark(*j) == Some(STRUCK)).count() % 2 == 1
}

/// The label before a span: in its line or cell, else alone in the line above.
fn label(reader: &Reader<'_>, first: usize) -> Label {
    let mut hops = 0;
    let mut words = 0;
    let mut colon = false;
    let mut i = first;
    while let Some(j) = i.checked_sub(1) {
        i = j;
        if reader.mark(j) == Some(STRUCK) && !struck(reader, first) {
            // What was struck out lies between the label and the new time.
            i = (j.saturating_sub(40)..j).rev().find(|k| reader.mark(*k) == Some(STRUCK)).unwrap_or(j);
            continue;
        }
        if reader.is_line(j) || reader.mark(j) == Some('|') {
            if words > 0 || hops > 2 {
                break;
            }
            hops += 1;
            continue;
        }
        colon = colon || reader.mark(j) == Some(':') || hops > 0;
        if reader.number(j).is_some() && words == 0 {
            break;
        }
        let word = reader.word(j);
        if word.is_empty() {
            if matches!(reader.mark(j), Some('.' | ';')) && !reader.tight(j + 1) {
                break;
            }
            continue;
        }
        words += 1;
        if words > 7 {
            break;
        }
        match word {
            "start" | "starts" | "starting" | "started" | "begin" | "begins" | "beginning" | "beginn" | "commence" | "commences"
            | "commencing" | "début" | "debut" | "inicio" | "início" | "aanvang" | "startzeit" | "startdatum" | "anfang" | "starttime"
            | "startdate" | "inizio" => return Label::Start,
            "end" | "ends" | "ending" | "finish" | "finishes" | "finishing" | "completion" | "fin" | "ende" | "einde" | "término"
            | "termino" | "fim" | "endzeit" | "enddatum" | "endtime" | "enddate" | "eindtijd" | "fine" | "stop" => return Label::End,
            "from" | "von" | "de" | "desde" | "van" | "du" if colon && words == 1 => return Label::Start,
            "to" | "until" | "till" | "bis" | "hasta" | "até" | "tot" | "au" if colon && words == 1 => return Label::End,
            _ => {}
        }
    }
    Label::None
}
