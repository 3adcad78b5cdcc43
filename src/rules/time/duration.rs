//! Lengths of time: `6 hours`, `2-hour`, `1h30`, `1 hour 30 minutes`, `halbe Stunde`, `PT6H`.

use super::reader::Reader;

/// The longest length among all that a text names, in minutes; seconds round up.
pub(super) fn longest(reader: &Reader<'_>) -> Option<u32> {
    let mut best = None;
    let mut i = 0;
    while i < reader.len() {
        match length(reader, i) {
            Some((minutes, next)) => {
                best = best.max(Some(minutes));
                i = next;
            }
            None => i += 1,
        }
    }
    best.or_else(|| clock_form(reader))
}

/// The length at token `i`, with the token after it. A chain counts as one: `1 hour and 30 minutes`.
pub(super) fn length(reader: &Reader<'_>, i: usize) -> Option<(u32, usize)> {
    if let Some(found) = iso(reader, i) {
        return Some(found);
    }
    let (mut seconds, mut last, mut next) = piece(reader, i)?;
    for _ in 0..4 {
        let k = if matches!(reader.word(next), "and" | "und" | "et" | "y" | "e" | "en") || reader.mark(next) == Some(',') {
            next + 1
        } else {
            next
        };
        // "1h30": minutes without a word.
        if last == 3600
            && reader.tight(k)
            && k == next
            && !reader.word(k - 1).is_empty()
            && let Some(minutes) = reader.small(k).filter(|minutes| *minutes < 60)
            && unit(reader, k + 1).is_none_or(|(unit, _)| unit == 60)
        {
            seconds += u64::from(minutes) * 60;
            // "2h30" and "2h30m".
            next = unit(reader, k + 1).map_or(k + 1, |(_, after)| after);
            break;
        }
        match piece(reader, k) {
            Some((more, smaller, after)) if smaller < last => {
                seconds += more;
                last = smaller;
                next = after;
            }
            _ => break,
        }
    }
    let minutes = u32::try_from(seconds.div_ceil(60)).ok()?;
    // Five years are no maintenance.
    (minutes > 0 && minutes < 60 * 24 * 366 * 5).then_some((minutes, next))
}

/// One number and unit: seconds, seconds of the unit, the token after.
fn piece(reader: &Reader<'_>, i: usize) -> Option<(u64, u64, usize)> {
    if let Some((seconds, next)) = half(reader, i) {
        return Some((seconds, 60, next));
    }
    let (mut milli, mut j) = amount(reader, i)?;
    // 1:30 hours
    if reader.mark(j) == Some(':')
        && reader.tight(j)
        && let Some(minutes) = reader.small(j + 1).filter(|_| reader.tight(j + 1))
    {
        let (_, next) = unit(reader, j + 2).filter(|(unit, _)| *unit == 3600)?;
        return Some((milli / 1000 * 3600 + u64::from(minutes) * 60, 60, next));
    }
    // Two ends of a range: the larger. Or one number twice: eight (8) hours. Or a product: 2 x 30 minutes.
    let joins = matches!(reader.mark(j), Some('-' | '~' | '/'))
        || matches!(reader.word(j), "to" | "or" | "and" | "bis" | "à" | "a" | "tot" | "oder");
    if joins
        && let Some((second, after)) = amount(reader, j + 1)
        && unit(reader, after).is_some()
    {
        milli = milli.max(second);
        j = after;
    } else if reader.mark(j) == Some('(')
        && reader.mark(j + 2) == Some(')')
        && let Some(same) = reader.number(j + 1)
    {
        milli = milli.max(u64::from(same.0) * 1000);
        j += 3;
    } else if (reader.word(j) == "x" || reader.mark(j) == Some('×'))
        && let Some((times, after)) = amount(reader, j + 1)
    {
        milli = milli.saturating_mul(times) / 1000;
        j = after;
    }
    if reader.mark(j) == Some('-') || reader.word(j) == "full" || reader.word(j) == "consecutive" {
        j += 1;
    }
    let (unit, next) = unit(reader, j)?;
    Some((milli.saturating_mul(unit) / 1000, unit, next))
}

/// "half an hour", "an hour and a half" is an hour and a bit: only the first is read; "eine halbe Stunde", "une demi-heure", "media hora".
fn half(reader: &Reader<'_>, i: usize) -> Option<(u64, usize)> {
    match (reader.word(i), reader.word(i + 1), reader.word(i + 2)) {
        ("half", "an" | "a", "hour") => Some((1800, i + 3)),
        ("half", "hour", _) | ("halbe" | "halben", "stunde", _) | ("media", "hora", _) | ("meia", "hora", _) | ("half", "uur", _) => {
            Some((1800, i + 2))
        }
        ("demi", "", "heure") => Some((1800, i + 3)),
        ("halbstündige" | "halbstündig", ..) => Some((1800, i + 1)),
        _ => None,
    }
}

/// A number in thousandths: 6, 1.5, 1,5, six, an.
fn amount(reader: &Reader<'_>, i: usize) -> Option<(u64, usize)> {
    if let Some((value, digits)) = reader.number(i) {
        if digits > 5 || (i > 0 && reader.tight(i) && !reader.word(i - 1).is_empty() && reader.word(i - 1) != "x") {
            return None;
        }
        let value = u64::from(value) * 1000;
        if matches!(reader.mark(i + 1), Some('.' | ','))
            && reader.tight(i + 1)
            && reader.tight(i + 2)
            && let Some((fraction, digits)) = reader.number(i + 2)
        {
            let scale = match digits {
                1 => 100,
                2 => 10,
                _ => 1,
            };
            return Some((value + u64::from(fraction).saturating_mul(scale).min(999), i + 3));
        }
        return Some((value, i + 1));
    }
    if reader.word(i) == "anderthalb" {
        return Some((1500, i + 1));
    }
    let value = match reader.word(i) {
        "a" | "an" | "one" | "eine" | "einer" | "ein" | "une" | "un" | "una" | "uma" | "um" | "een" => 1,
        "two" | "zwei" | "deux" | "dos" | "duas" | "dois" | "twee" => 2,
        "three" | "drei" | "trois" | "tres" | "três" | "drie" => 3,
        "four" | "vier" | "quatre" | "cuatro" | "quatro" => 4,
        "five" | "fünf" | "cinq" | "cinco" | "vijf" => 5,
        "six" | "sechs" | "seis" | "zes" => 6,
        "seven" | "sieben" | "sept" | "siete" | "sete" | "zeven" => 7,
        "eight" | "acht" | "huit" | "ocho" | "oito" => 8,
        "nine" | "neun" | "neuf" | "nueve" | "nove" | "negen" => 9,
        "ten" | "zehn" | "dix" | "diez" | "dez" | "tien" => 10,
        "twelve" | "zwölf" | "douze" | "doce" | "doze" | "twaalf" => 12,
        "fifteen" => 15,
        "twenty" => 20,
        "thirty" | "dreißig" => 30,
        "forty" => 40,
        "sixty" => 60,
        "ninety" => 90,
        _ => return None,
    };
    Some((value * 1000, i + 1))
}

/// Seconds of the unit at `j`, and the token after it.
fn unit(reader: &Reader<'_>, j: usize) -> Option<(u64, usize)> {
    let seconds = match reader.word(j) {
        "second" | "seconds" | "sec" | "secs" | "sekunden" | "sekunde" | "secondes" | "segundos" | "seconden" => 1,
        "minute" | "minutes" | "min" | "mins" | "minuten" | "minuto" | "minutos" | "minuut" | "minuti" => 60,
        "m" if reader.tight(j) => 60,
        "s" if reader.tight(j) => 1,
        "hour" | "hours" | "hr" | "hrs" | "h" | "stunde" | "stunden" | "std" | "heure" | "heures" | "hora" | "horas" | "uur" | "uren"
        | "ore" | "ora" | "stündige" | "stündiges" | "stündiger" => 3600,
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "día" | "días" | "dia" | "dias" | "dag" | "dagen" | "giorni" => {
            86_400
        }
        "d" if reader.tight(j) => 86_400,
        "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" | "semana" | "semanas" | "weken" => 604_800,
        _ => return None,
    };
    let dot =
        reader.mark(j + 1) == Some('.') && reader.tight(j + 1) && matches!(reader.word(j), "min" | "std" | "hr" | "hrs" | "mins" | "sec");
    Some((seconds, if dot { j + 2 } else { j + 1 }))
}

/// PT6H, PT1H30M, P1D, P1DT2H.
fn iso(reader: &Reader<'_>, i: usize) -> Option<(u32, usize)> {
    let mut dated = match reader.word(i) {
        "pt" => false,
        "p" => true,
        _ => return None,
    };
    let (mut minutes, mut j) = (0_u32, i + 1);
    for _ in 0..4 {
        let Some((value, _)) = reader.number(j).filter(|_| reader.tight(j)) else { break };
        if !reader.tight(j + 1) {
            return None;
        }
        let each = match (dated, reader.word(j + 1)) {
            (true, "d" | "dt") => {
                dated = reader.word(j + 1) == "d";
                1440
            }
            (true, "w") => 10_080,
            (false, "h") => 60,
            (false, "m") => 1,
            (false, "s") => 0,
            _ => return None,
        };
        minutes = minutes.checked_add(value.checked_mul(each)?)?;
        j += 2;
    }
    (minutes > 0).then_some((minutes, j))
}

/// A field of its own: `6:00`, `02:30:00`.
fn clock_form(reader: &Reader<'_>) -> Option<u32> {
    let i = (0..reader.len().min(6)).find(|i| reader.number(*i).is_some())?;
    let hours = reader.small(i)?;
    let minutes = reader.small(i + 2).filter(|minutes| *minutes < 60 && reader.mark(i + 1) == Some(':'))?;
    let seconds = reader.mark(i + 3) == Some(':') && reader.small(i + 4).is_some();
    let next = if seconds { i + 5 } else { i + 3 };
    let total = hours * 60 + minutes;
    (reader.token(next).is_none() && total > 0).then_some(total)
}
