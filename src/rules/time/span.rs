//! Spans of two moments, found in prose, labels and table rows.

use super::clock::Half;
use super::duration;
use super::moment::{Moment, moment, opened};
use super::reader::{Reader, month, weekday};
use super::token::STRUCK;
use crate::rules::zone::{self, Meaning};
use std::ops::Range;

/// Tokens that may stand between a start and its end: "and is expected to end at approximately".
const MAX_JOIN: usize = 9;

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

/// The token after what joins a start to its end; none where nothing does.
pub(super) fn join(reader: &Reader<'_>, from: usize, between: bool) -> Option<usize> {
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
        // "rescheduled from 6 May 22:00 to 7 May 22:00" names two starts, no window.
        && !(other.dated() && moved_from(reader, i) && !(next..j).any(|k| matches!(reader.mark(k), Some('-' | '~'))))
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

/// Whether the words before a span say that something moved away from it: `rescheduled from`, `verschoben vom`, `déplacé du`.
fn moved_from(reader: &Reader<'_>, i: usize) -> bool {
    let mut from = false;
    for back in 1..=6 {
        let Some(j) = i.checked_sub(back) else { break };
        match reader.word(j) {
            "from" | "vom" | "von" | "du" | "del" | "van" | "de" | "do" => from = true,
            "rescheduled" | "moved" | "postponed" | "shifted" | "changed" | "forward" | "verschoben" | "verlegt" | "reporté"
            | "reportée" | "déplacé" | "déplacée" | "reprogramado" | "reprogramada" | "aplazado" | "aplazada" | "verplaatst"
            | "uitgesteld" | "adiado" | "adiada" | "reagendado" | "reagendada" => return from,
            "scheduled" if reader.mark(j.saturating_sub(1)) == Some('-') && reader.word(j.saturating_sub(2)) == "re" => return from,
            "the" | "its" | "original" | "date" | "window" | "den" | "le" | "el" | "dem" | "on" | "at" | "um" => {}
            "" if matches!(reader.mark(j), Some(':' | '(')) => {}
            _ => break,
        }
    }
    false
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
