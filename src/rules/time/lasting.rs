//! Lengths of time beside a start: "for 6 hours", "(approx. 6 hrs)", "Duration: 6 hours", "a 6-hour window starting at".

use super::duration;
use super::moment::opened;
use super::reader::Reader;

/// A length right after a start: "for 6 hours", ", lasting approximately 2 hours", "(duration: 90 minutes)".
pub(super) fn lasting(reader: &Reader<'_>, from: usize) -> Option<(u32, usize)> {
    let mut j = from;
    let mut said = false;
    if let Some(found) = apposed(reader, from) {
        return Some(found);
    }
    // "Duration: 6 hours" in the next line.
    if reader.is_line(j) && matches!(reader.word(j + 1), "duration" | "dauer" | "durée" | "duración" | "duração" | "duur") {
        j += 1;
    }
    for _ in 0..8 {
        let abbreviated = reader.mark(j) == Some('.') && matches!(reader.word(j.saturating_sub(1)), "ca" | "approx" | "max");
        if abbreviated || matches!(reader.mark(j), Some(',' | '(' | ':' | ';' | '<' | '~' | '-')) || (reader.mark(j) == Some('|') && said) {
            j += 1;
            continue;
        }
        if said && let Some(found) = duration::length(reader, j) {
            let (minutes, next) = found;
            return Some((minutes, if reader.mark(next) == Some(')') && opened(reader, from, next) { next + 1 } else { next }));
        }
        match reader.word(j) {
            "for" | "lasting" | "lasts" | "last" | "take" | "takes" | "duration" | "dauer" | "dauert" | "pendant" | "durante" | "für"
            | "voor" | "durée" | "duración" | "duração" | "duur" => said = true,
            "and" | "will" | "should" | "with" | "of" | "an" | "a" | "the" | "approximately" | "approx" | "about" | "around" | "up"
            | "to" | "max" | "maximum" | "estimated" | "expected" | "ca" | "circa" | "is" | "total" | "period" | "it" | "than" | "less"
            | "une" | "von" | "etwa" | "rund" => {}
            _ => return None,
        }
        j += 1;
    }
    None
}

/// A length that stands alone beside a start: "(approx. 6 hrs)", "+ 6h", "– 6 hours".
fn apposed(reader: &Reader<'_>, from: usize) -> Option<(u32, usize)> {
    let opening = reader.mark(from).filter(|mark| matches!(mark, '(' | '+' | '-' | '/'))?;
    if opening == '/' && !matches!(reader.word(from + 1), "pt" | "p") {
        return None;
    }
    let mut j = from + 1;
    while matches!(reader.word(j), "approx" | "approximately" | "ca" | "about" | "circa" | "etwa" | "max" | "up" | "to")
        || matches!(reader.mark(j), Some('.' | '~' | '<'))
    {
        j += 1;
    }
    let (minutes, next) = duration::length(reader, j)?;
    match (opening, reader.mark(next)) {
        ('(', Some(')')) => Some((minutes, next + 1)),
        ('(', _) => None,
        (_, Some(',' | '.' | ';' | ')')) => Some((minutes, next)),
        _ => (reader.token(next).is_none() || reader.is_line(next)).then_some((minutes, next)),
    }
}

/// A length right before a start: "for 6 hours from 22:00", "a 6-hour window starting at 22:00".
pub(super) fn lasting_before(reader: &Reader<'_>, first: usize) -> Option<u32> {
    let mut leads = false;
    let mut j = first;
    for _ in 0..5 {
        j = j.checked_sub(1)?;
        match reader.word(j) {
            "from" | "starting" | "beginning" | "commencing" | "begins" | "starts" | "partir" | "ab" | "desde" => leads = true,
            "at" | "on" | "the" | "du" | "window" | "period" | "maintenance" | "de" | "à" | "a" => {}
            _ => break,
        }
    }
    if !leads {
        return None;
    }
    (j.saturating_sub(3)..=j).find_map(|k| {
        let said = k.checked_sub(1).is_some_and(|before| matches!(reader.word(before), "for" | "pendant" | "für" | "durante" | "a" | "of"));
        duration::length(reader, k).filter(|(_, next)| said && *next == j + 1).map(|(minutes, _)| minutes)
    })
}
