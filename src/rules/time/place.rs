//! Zones as written beside a clock time: UTC, +02:00, `UTC+1`, EST, `( Pacific )`, `America/Chicago`, `local time, Chicago`.

use super::reader::Reader;
use crate::rules::zone::{self, Meaning};

/// The longest zone name in the tables has five words.
const MAX_WORDS: usize = 5;

/// A zone as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) meaning: Meaning,
    pub(super) next: usize,
}

/// Whether a zone's name certainly stands at `i`.
pub(super) fn zone_word(reader: &Reader<'_>, i: usize) -> bool {
    let i = if reader.mark(i) == Some('(') { i + 1 } else { i };
    !reader.word(i).is_empty() && zone(reader, i, false).is_some()
}

/// The zone at token `i`. `after_clock` says that a clock time stands right before it: then offsets count, and `Z`.
pub(super) fn zone(reader: &Reader<'_>, i: usize, after_clock: bool) -> Option<Zone> {
    if reader.word(i).is_empty() {
        return if after_clock { offset_alone(reader, i) } else { None };
    }
    if reader.word(i) == "z" && after_clock && reader.all_capitals(i) {
        return Some(Zone { meaning: Meaning::Offset(0), next: i + 1 });
    }
    local(reader, i, after_clock).or_else(|| iana(reader, i)).or_else(|| named(reader, i, after_clock))
}

/// +0000, +00:00, -0500, -05:00 after a clock time.
fn offset_alone(reader: &Reader<'_>, i: usize) -> Option<Zone> {
    let (minutes, next, digits) = offset(reader, i)?;
    let minus = reader.mark(i) == Some('-');
    // 10:00-12:00 is a range; an offset is written with two digits of hours, and apart from the clock before it.
    let apart = reader.token(i).is_some_and(|token| token.spaced);
    let sure = digits >= 4 && (!minus || apart) && reader.tight(i + 1);
    let joined = digits >= 4 && minus && !apart && reader.tight(i + 1) && minutes % 15 == 0 && seconds_before(reader, i);
    (sure || joined).then_some(Zone { meaning: Meaning::Offset(minutes), next })
}

fn seconds_before(reader: &Reader<'_>, i: usize) -> bool {
    let colon = |back: usize| i.checked_sub(back).is_some_and(|j| reader.mark(j) == Some(':'));
    let joined = |back: usize| i.checked_sub(back).is_some_and(|j| reader.word(j) == "t");
    colon(2) && (colon(4) || joined(4)) && !(reader.mark(i + 2) == Some(':') && reader.mark(i + 4) == Some(':'))
}

/// Sign and number at `i`: minutes east, the token after, and how many digits the offset has.
fn offset(reader: &Reader<'_>, i: usize) -> Option<(i32, usize, usize)> {
    let sign = match reader.mark(i)? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (value, digits) = reader.number(i + 1)?;
    let (hours, minutes, next, digits) = if digits <= 2 {
        if reader.mark(i + 2) == Some(':') && reader.tight(i + 2) && reader.tight(i + 3) {
            let (minutes, more) = reader.number(i + 3).filter(|(_, more)| *more == 2)?;
            // -05:00:00 is a clock.
            if reader.mark(i + 4) == Some(':') && reader.tight(i + 4) {
                return None;
            }
            (value, minutes, i + 4, digits + more)
        } else {
            (value, 0, i + 2, digits)
        }
    } else if digits == 4 {
        (value / 100, value % 100, i + 2, 4)
    } else {
        return None;
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    let total = i32::try_from(hours * 60 + minutes).ok()?;
    Some((sign * total, next, digits))
}

/// `local time`, with the place before or after it: `Chicago local time`, `local time, Chicago`, `local time in Chicago`.
fn local(reader: &Reader<'_>, i: usize, after_clock: bool) -> Option<Zone> {
    let said = |j: usize| match reader.word(j) {
        "local" if matches!(reader.word(j + 1), "time" | "times") => Some(j + 2),
        "ortszeit" | "lokalzeit" => Some(j + 1),
        "heure" | "hora" if matches!(reader.word(j + 1), "locale" | "local") => Some(j + 2),
        "local" | "lt" if after_clock => Some(j + 1),
        _ => None,
    };
    if let Some(next) = said(i) {
        if reader.word(i) == "lt" && !reader.all_capitals(i) {
            return None;
        }
        let mut j = next;
        for _ in 0..2 {
            if matches!(reader.mark(j), Some(',' | '(' | '-' | ':')) || matches!(reader.word(j), "in" | "at" | "of" | "for" | "the") {
                j += 1;
            }
        }
        if let Some((place, after)) = place(reader, j) {
            return Some(Zone { meaning: Meaning::Wall(place), next: after });
        }
        return Some(Zone { meaning: Meaning::Local, next });
    }
    let (zone, after) = place(reader, i)?;
    if let Some(next) = said(after) {
        return Some(Zone { meaning: Meaning::Wall(zone), next });
    }
    (reader.word(after) == "time").then_some(Zone { meaning: Meaning::Wall(zone), next: after + 1 })
}

fn place(reader: &Reader<'_>, i: usize) -> Option<(chrono_tz::Tz, usize)> {
    if !reader.capital(i) {
        return None;
    }
    (1..=4).rev().find_map(|words| {
        let name = joined(reader, i, words)?;
        zone::place(&name).map(|zone| (zone, i + words))
    })
}

/// The next words in lower case, parted by one space; none where fewer follow one another.
fn joined(reader: &Reader<'_>, i: usize, words: usize) -> Option<String> {
    let mut name = String::new();
    for step in 0..words {
        let word = reader.word(i + step);
        if word.is_empty() || (step > 0 && reader.tight(i + step)) {
            return None;
        }
        if step > 0 {
            name.push(' ');
        }
        name.push_str(word);
    }
    Some(name)
}

/// America/Chicago, `America/Argentina/Buenos_Aires`, `Etc/GMT+5`.
fn iana(reader: &Reader<'_>, i: usize) -> Option<Zone> {
    let slash = |j: usize| reader.mark(j) == Some('/') && reader.tight(j) && reader.tight(j + 1) && !reader.word(j + 1).is_empty();
    if !slash(i + 1) {
        return None;
    }
    let mut name = format!("{}/{}", reader.word(i), reader.word(i + 2));
    let mut next = i + 3;
    if slash(next) {
        name = format!("{name}/{}", reader.word(next + 1));
        next += 2;
    } else if name == "etc/gmt"
        && let (Some(sign), Some(hours)) = (reader.mark(next).filter(|mark| matches!(mark, '+' | '-')), reader.small(next + 1))
    {
        name = format!("{name}{sign}{hours}");
        next += 2;
    }
    zone::iana(&name).map(|zone| Zone { meaning: Meaning::Wall(zone), next })
}

/// A name from the tables, the longest that fits, with an offset where UTC or GMT takes one.
fn named(reader: &Reader<'_>, i: usize, after_clock: bool) -> Option<Zone> {
    if !zone::begins(reader.word(i)) {
        return None;
    }
    // "W. Europe Standard Time": the dot is left out.
    let dotted = reader.mark(i + 1) == Some('.') && matches!(reader.word(i), "w" | "e" | "cen");
    let (meaning, next) = (1..=MAX_WORDS).rev().find_map(|words| {
        let (name, next) = if dotted {
            (format!("{} {}", reader.word(i), joined(reader, i + 2, words)?), i + 2 + words)
        } else {
            (joined(reader, i, words)?, i + words)
        };
        zone::written(&name).map(|meaning| (meaning, next))
    })?;
    let letters = next == i + 1 && reader.word(i).chars().count() <= 4;
    let strong = matches!(reader.word(i), "utc" | "gmt");
    // "et", "est", "ist", "art", "west", "cat" are words too: letters count in capitals, "Utc" anyhow.
    let written_so = reader.all_capitals(i) || strong || (after_clock && certain(reader.word(i)));
    if letters && !written_so {
        return None;
    }
    if next == i + 1 && !letters && !(reader.capital(i) || after_clock) {
        return None;
    }
    if strong { Some(with_offset(reader, i)) } else { Some(Zone { meaning, next }) }
}

/// Letters that are no word of a language, so that small ones count too.
fn certain(word: &str) -> bool {
    matches!(
        word,
        "edt"
            | "zulu"
            | "cst"
            | "cdt"
            | "mst"
            | "mdt"
            | "pst"
            | "pdt"
            | "bst"
            | "cet"
            | "cest"
            | "mez"
            | "mesz"
            | "sgt"
            | "jst"
            | "hkt"
            | "aest"
            | "aedt"
    )
}

/// UTC, GMT, UTC/GMT, then +1, `UTC +01:00`, `UTC/GMT +8`, `UTC+0200`.
fn with_offset(reader: &Reader<'_>, i: usize) -> Zone {
    let mut next = i + 1;
    if reader.mark(next) == Some('/') && matches!(reader.word(next + 1), "utc" | "gmt" | "z") {
        next += 2;
    }
    if matches!(reader.word(next), "time") {
        return Zone { meaning: Meaning::Offset(0), next: next + 1 };
    }
    let zero = Zone { meaning: Meaning::Offset(0), next };
    let Some((minutes, after, digits)) = offset(reader, next) else { return zero };
    if !reader.tight(next + 1) {
        return zero;
    }
    let in_parens = i.checked_sub(1).is_some_and(|before| reader.mark(before) == Some('('));
    let sure = match reader.mark(next) {
        Some('+') => true,
        // 10:00 UTC-12:00 UTC is a range; 10:00 UTC-5 and (UTC -05:00) are offsets.
        _ if in_parens => true,
        _ => reader.tight(next) && (digits <= 2 || !zone_word(reader, after)) && !matches!(reader.word(after), "am" | "pm"),
    };
    // A month after the number means a date: "UTC-5 May".
    let date = digits <= 2 && super::reader::month(reader.word(after)).is_some();
    if sure && !date { Zone { meaning: Meaning::Offset(minutes), next: after } } else { zero }
}
