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
    // 2026-05-06T17:00-05
    let iso =
        digits == 2 && reader.tight(i) && reader.tight(i + 1) && i.checked_sub(4).is_some_and(|j| reader.word(j) == "t" && reader.tight(j));
    (sure || joined || iso).then_some(Zone { meaning: Meaning::Offset(minutes), next })
}

fn seconds_before(reader: &Reader<'_>, i: usize) -> bool {
    let colon = |back: usize| i.checked_sub(back).is_some_and(|j| reader.mark(j) == Some(':'));
    let joined = |back: usize| i.checked_sub(back).is_some_and(|j| reader.word(j) == "t");
    let own = i.checked_sub(3).is_some_and(|j| reader.tight(j));
    own && colon(2) && (colon(4) || joined(4)) && !(reader.mark(i + 2) == Some(':') && reader.mark(i + 4) == Some(':'))
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
    if let Some(zone) = city_in_brackets(reader, i) {
        return Some(zone);
    }
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
    let (zone, mut after) = place(reader, i)?;
    // "Chicago, IL local time"
    let state = reader.mark(after) == Some(',') && reader.word(after + 1).len() == 2 && reader.all_capitals(after + 1);
    if state && said(after + 2).is_some() {
        after += 2;
    }
    if let Some(next) = said(after) {
        return Some(Zone { meaning: Meaning::Wall(zone), next });
    }
    (reader.word(after) == "time").then_some(Zone { meaning: Meaning::Wall(zone), next: after + 1 })
}

/// `22:00 ( London )`: the wall clock of the city.
fn city_in_brackets(reader: &Reader<'_>, i: usize) -> Option<Zone> {
    let before = i.checked_sub(2).filter(|_| reader.mark(i - 1) == Some('('))?;
    let clock = reader.number(before).is_some() || matches!(reader.word(before), "am" | "pm" | "h" | "hrs" | "hours" | "uhr");
    let (zone, next) = place(reader, i).filter(|(_, next)| clock && reader.mark(*next) == Some(')'))?;
    Some(Zone { meaning: Meaning::Wall(zone), next })
}

fn place(reader: &Reader<'_>, i: usize) -> Option<(chrono_tz::Tz, usize)> {
    if !reader.capital(i) {
        return None;
    }
    (1..=4).rev().find_map(|words| {
        let (name, next) = joined(reader, i, words)?;
        zone::place(&name).map(|zone| (zone, next))
    })
}

/// The next words in lower case, parted by one space, and the token after them; none where fewer follow one another. A line may break behind
/// a word that asks for the next: `heure de` / `Paris`.
fn joined(reader: &Reader<'_>, i: usize, words: usize) -> Option<(String, usize)> {
    let mut name = String::new();
    let mut at = i;
    for step in 0..words {
        let open = at
            .checked_sub(1)
            .is_some_and(|before| matches!(reader.word(before), "de" | "da" | "di" | "del" | "du" | "heure" | "hora" | "ora"));
        if step > 0 && open && reader.is_line(at) && !reader.is_line(at + 1) {
            at += 1;
        }
        let word = reader.word(at);
        // Han characters stand side by side, each a word.
        let han = word.chars().all(|character| character > '\u{2fff}');
        if word.is_empty() || (step > 0 && reader.tight(at) && !han) {
            return None;
        }
        if step > 0 {
            name.push(' ');
        }
        name.push_str(word);
        at += 1;
    }
    Some((name, at))
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
    if !zone::begins(reader.word(i)) && !matches!(reader.word(i), "u" | "g") {
        return None;
    }
    if let Some(zone) = apostrophe(reader, i).or_else(|| dotted_letters(reader, i)) {
        return Some(zone);
    }
    // "W. Europe Standard Time": the dot is left out.
    let dotted = reader.mark(i + 1) == Some('.') && matches!(reader.word(i), "w" | "e" | "cen");
    let (meaning, next) = (1..=MAX_WORDS).rev().find_map(|words| {
        let (name, next) = if dotted {
            let (rest, next) = joined(reader, i + 2, words)?;
            (format!("{} {rest}", reader.word(i)), next)
        } else {
            joined(reader, i, words)?
        };
        zone::written(&name).map(|meaning| (meaning, next))
    })?;
    // PT6H is a length of time.
    if reader.word(i) == "pt" && reader.number(i + 1).is_some() && reader.tight(i + 1) {
        return None;
    }
    let letters = next == i + 1 && reader.word(i).chars().count() <= 4;
    let strong = matches!(reader.word(i), "utc" | "gmt" | "zulu");
    // "et", "est", "ist", "art", "west", "cat" are words too: letters count in capitals, "Utc" anyhow.
    let written_so = reader.all_capitals(i) || strong || (after_clock && certain(reader.word(i)));
    if letters && !written_so {
        return None;
    }
    if next == i + 1 && !letters && !(reader.capital(i) || after_clock) {
        return None;
    }
    // EST5EDT names the wall clock by both its letters.
    if letters
        && reader.number(i + 1).is_some()
        && reader.tight(i + 1)
        && reader.tight(i + 2)
        && let Some(zone) = zone::iana(&format!("{}{}{}", reader.word(i), reader.small(i + 1)?, reader.word(i + 2)))
    {
        return Some(Zone { meaning: Meaning::Wall(zone), next: i + 3 });
    }
    if strong && next == i + 1 { Some(with_offset(reader, i)) } else { Some(Zone { meaning, next }) }
}

/// Names with an apostrophe: `heure de l'Est`, `heure avancée de l'Est`.
fn apostrophe(reader: &Reader<'_>, i: usize) -> Option<Zone> {
    if reader.word(i) != "heure" {
        return None;
    }
    let mut name = String::from("heure");
    for j in i + 1..i + 9 {
        match reader.mark(j) {
            Some('\'') => name.push('\''),
            None if !reader.word(j).is_empty() => {
                if !name.ends_with('\'') {
                    name.push(' ');
                }
                name.push_str(reader.word(j));
            }
            _ => return None,
        }
        if name.contains('\'')
            && let Some(meaning) = zone::written(&name)
        {
            return Some(Zone { meaning, next: j + 1 });
        }
    }
    None
}

/// `U.S. Eastern Time`, `U.T.C.`, `G.M.T.`
fn dotted_letters(reader: &Reader<'_>, i: usize) -> Option<Zone> {
    let dot = |j: usize| reader.mark(j) == Some('.') && reader.tight(j);
    if !dot(i + 1) || !dot(i + 3) {
        return None;
    }
    match (reader.word(i), reader.word(i + 2), reader.word(i + 4)) {
        ("u", "s", area) => {
            let zone = zone::written(&format!("us {area}"))?;
            Some(Zone { meaning: zone, next: if reader.word(i + 5) == "time" { i + 6 } else { i + 5 } })
        }
        ("u", "t", "c") | ("g", "m", "t") => Some(Zone { meaning: Meaning::Offset(0), next: if dot(i + 5) { i + 6 } else { i + 5 } }),
        _ => None,
    }
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
        // "UTC – 5" with nothing that the number could count.
        let alone = digits <= 2 && (reader.token(after).is_none() || reader.is_line(after) || reader.mark(after) == Some(')'));
        return if alone { Zone { meaning: Meaning::Offset(minutes), next: after } } else { zero };
    }
    let in_parens = i.checked_sub(1).is_some_and(|before| reader.mark(before) == Some('('));
    let sure = match reader.mark(next) {
        Some('+') => true,
        // 10:00 UTC-12:00 UTC is a range; 10:00 UTC-5, (UTC -05:00) and UTC -05:00 are offsets.
        _ if in_parens => true,
        _ if !reader.tight(next) && digits == 4 => {
            minutes % 15 == 0 && !zone_word(reader, after) && !matches!(reader.word(after), "am" | "pm" | "z")
        }
        _ => reader.tight(next) && (digits <= 2 || !zone_word(reader, after)) && !matches!(reader.word(after), "am" | "pm"),
    };
    // A month after the number means a date: "UTC-5 May".
    let date = digits <= 2 && super::reader::month(reader.word(after)).is_some();
    if sure && !date { Zone { meaning: Meaning::Offset(minutes), next: after } } else { zero }
}
