//! Spans of two moments, found in prose, labels and table rows.

use super::clock::Half;
use super::heads::heads;
use super::lasting::{lasting, lasting_before};
use super::moment::{Moment, moment};
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
    /// Whether words near it say that it recurs ("daily", "each night").
    pub(super) recurs: bool,
    /// Whether one pair of clock times stands beside a span of days.
    pub(super) outer: bool,
    /// What is doubtful about the days it names.
    pub(super) doubt: Option<&'static str>,
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
                // A line of its own; at the head of a line with words it is a bullet.
                '-' if lines == 1 && reader.is_line(j + 1) => {
                    strong = true;
                    lines = 0;
                }
                '-' | '~' if lines == 0 => strong = true,
                '>' if strong => {}
                '=' if reader.mark(j + 1) == Some('>') => strong = true,
                '.' if reader.mark(j + 1) == Some('.') && reader.mark(j + 2) == Some('.') => strong = true,
                '.' if matches!(reader.word(j.saturating_sub(1)), "kl" | "ca" | "approx" | "est" | "godz") && j > from => {}
                '.' if strong && reader.mark(j.saturating_sub(1)) == Some('.') => {}
                '/' if j == from => strong = true,
                ',' | '(' | '\'' | ':' if j > from || mark == ',' => {}
                _ => return None,
            }
        } else {
            match reader.word(j) {
                "to" if lines == 1 && reader.is_line(j + 1) => {
                    strong = true;
                    lines = 0;
                }
                "to" | "until" | "till" | "til" | "through" | "thru" | "bis" | "hasta" | "até" | "tot" | "jusqu" | "au" | "al"
                | "ending" | "ends" | "end" | "endet" | "finish" | "finishing" | "finishes" | "concluding" | "conclude" | "fin"
                | "ende" | "至" | "到" => strong = true,
                "zu" | "en" | "met" | "ore" | "ora" | "kl" | "klo" | "klockan" | "klokken" | "before" | "no" | "later" | "than"
                | "voraussichtlich" | "etwa"
                    if strong => {}
                "and" | "und" | "et" | "y" | "e" | "en" | "och" | "og" if between => strong = true,
                "à" | "a" | "às" | "as" | "alle" | "do" if !strong || j > from => strong = true,
                "completed" | "complete" | "finished" => strong = true,
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
            || matches!(reader.word(j), "noon" | "midnight" | "mitternacht" | "minuit" | "medianoche" | "mittag" | "午" | "翌");
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
            None => i = past_deadline(reader, i).unwrap_or(i + 1),
        }
    }
    found
}

/// The token after a moment that ends something whose start is not told: "until 22:00 UTC on 6 May".
fn past_deadline(reader: &Reader<'_>, i: usize) -> Option<usize> {
    if reader.field || !begins(reader, i) || lead(reader, i) != Lead::Until {
        return None;
    }
    let next = moment(reader, i, None)?.next;
    super::clock::clock(reader, next).is_none().then_some(next)
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
        || matches!(word, "noon" | "midnight" | "mitternacht" | "minuit" | "medianoche" | "午")
        || (zone::begins(word) && (reader.capital(i) || word.chars().all(|character| character > '\u{2fff}')))
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
        // "10:00 UTC / 12:00 CEST" is one time in two zones.
        && !(reader.mark(next) == Some('/') && !other.dated() && !other.zones.is_empty() && !start.zones.is_empty() && other.zones != start.zones)
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
    } else if end.is_none() && start.clock.is_some() {
        minutes = lasting_before(reader, i);
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
    if reader.tables && start.clock.is_some() && start.zones.is_empty() && end.as_ref().is_none_or(|end| end.zones.is_empty()) {
        heads(reader, i, &mut start, end.as_mut());
    }
    let several = end.is_some() || start.date.as_ref().is_some_and(|date| date.until.is_some() || !date.each.is_empty());
    let recurs = several && recurs(reader, i, next);
    let either_of = (i..next).any(|i| matches!(reader.word(i), "or" | "oder" | "ou"));
    let listed = |moment: &Moment| moment.date.as_ref().is_some_and(|date| !date.each.is_empty());
    // "5/6 and 6/7 May": the first night is not read.
    let nights = i >= 4
        && start.date.as_ref().is_some_and(|date| date.until.is_some())
        && (!reader.word(i - 1).is_empty() || reader.mark(i - 1) == Some(','))
        && reader.small(i - 2).is_some()
        && reader.mark(i - 3) == Some('/')
        && reader.small(i - 4).is_some();
    let before = nights.then_some("more days stand before it");
    let doubt =
        before.or_else(|| (either_of && (listed(&start) || end.as_ref().is_some_and(listed))).then_some("one of several days is meant"));
    Some(Span { first: i, next, start, end, minutes, recurs, outer, doubt, label: label(reader, i), struck: struck(reader, i) })
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
            "between" | "zwischen" | "entre" | "tussen" | "tra" | "mellan" | "mellem" => return Lead::Between,
            // "Postponed until 7 May" tells a start, "extended until 12:00 UTC" an end that is asked for: both are told.
            "until" | "till" | "bis" | "hasta" | "jusqu" | "até" | "tot" if moves(reader.word(j.saturating_sub(1))) => return Lead::None,
            "until" | "till" | "bis" | "hasta" | "jusqu" | "até" | "tot" => return Lead::Until,
            "the" | "hours" | "of" | "am" | "dem" | "den" | "le" | "el" | "las" | "approximately" | "on" | "à" | "um" | "about" | "at"
            | "dias" | "les" => {}
            _ if reader.mark(j) == Some('(') || reader.mark(j) == Some('\'') => {}
            _ => break,
        }
    }
    Lead::None
}

/// Words that move or stretch something to the time behind them.
fn moves(word: &str) -> bool {
    const STEMS: [&str; 17] = [
        "postponed",
        "extended",
        "prolonged",
        "moved",
        "rescheduled",
        "deferred",
        "delayed",
        "shifted",
        "verschoben",
        "verlängert",
        "verlegt",
        "reporté",
        "reportée",
        "prolongé",
        "prolongée",
        "aplazado",
        "uitgesteld",
    ];
    STEMS.contains(&word)
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
    (from..to).any(|i| matches!(reader.word(i), "between" | "zwischen" | "entre" | "tussen" | "mellan" | "mellem" | "tra"))
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
        matches!(
            reader.word(i),
            "daily"
                | "nightly"
                | "täglich"
                | "jeweils"
                | "allnächtlich"
                | "nächtlich"
                | "quotidien"
                | "quotidiennement"
                | "diario"
                | "diariamente"
                | "dagelijks"
        ) || (reader.word(i) == "between" && (reader.word(i + 1) == "hours" || reader.word(i + 2) == "hours"))
            || (matches!(reader.word(i), "tous" | "toutes" | "todos" | "todas")
                && matches!(reader.word(i + 1), "les" | "los" | "las" | "os" | "as")
                && matches!(reader.word(i + 2), "jours" | "nuits" | "días" | "dias" | "noches" | "noites"))
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
            | "termino" | "fim" | "endzeit" | "enddatum" | "endtime" | "enddate" | "eindtijd" | "einddatum" | "fine" | "stop" => {
                return Label::End;
            }
            "from" | "von" | "de" | "desde" | "van" | "du" if colon && words == 1 => return Label::Start,
            "to" | "until" | "till" | "bis" | "hasta" | "até" | "tot" | "au" if colon && words == 1 => return Label::End,
            _ => {}
        }
    }
    Label::None
}
