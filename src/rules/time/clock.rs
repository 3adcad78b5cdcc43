//! Clock times as written: 04:00, 3pm, noon, midnight, 24:00, 0600, 17h30, 8.00 Uhr.

use super::reader::Reader;
use chrono::NaiveTime;

/// A clock time as written, with every meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Days to add to the date, and the time of day. 24:00 is the next day's 00:00.
    pub(super) times: Vec<(i64, NaiveTime)>,
    /// Whether am or pm was said.
    pub(super) half: Half,
    /// The word: the night before the day, or after it?
    pub(super) midnight: bool,
    /// Whether the form is a clock time only beside a date, a zone or another clock time (`0600`).
    pub(super) bare: bool,
    /// Whether seconds were written (an offset may follow without a space).
    pub(super) seconds: bool,
    pub(super) next: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
    /// Not said, and the hour is 1 to 12.
    Open,
    /// Not said, and the hour allows one reading only, or a word said that 24 hours are counted.
    Counted,
}

impl Clock {
    fn at(hour: u32, minute: u32, second: u32, half: Half, next: usize) -> Option<Self> {
        let (shift, hour) = if hour == 24 && minute == 0 && second == 0 { (1, 0) } else { (0, hour) };
        let time = NaiveTime::from_hms_opt(hour, minute, second.min(59))?;
        Some(Self { times: vec![(shift, time)], half, midnight: false, bare: false, seconds: false, next })
    }

    /// The same hour in the other half of the day.
    pub(super) fn in_half(&self, half: Half) -> Option<Self> {
        let (shift, time) = *self.times.first()?;
        let (_, flipped) = shift_half(time, half)?;
        Some(Self { times: vec![(shift, flipped)], half, ..self.clone() })
    }
}

fn shift_half(time: NaiveTime, half: Half) -> Option<(i64, NaiveTime)> {
    use chrono::Timelike as _;
    let hour = match (half, time.hour()) {
        (Half::Am, 12) => 0,
        (Half::Pm, hour) if hour < 12 => hour + 12,
        (_, hour) => hour,
    };
    NaiveTime::from_hms_opt(hour, time.minute(), time.second()).map(|time| (0, time))
}

/// The clock time at token `i`.
pub(super) fn clock(reader: &Reader<'_>, i: usize) -> Option<Clock> {
    if let Some((value, digits)) = reader.number(i) {
        if digits == 2 || digits == 1 {
            return twelve(reader, i, value)
                .or_else(|| colon(reader, i, value))
                .or_else(|| hour_letter(reader, i, value))
                .or_else(|| dotted(reader, i, value))
                .or_else(|| hour_only(reader, i, value));
        }
        return four_digits(reader, i, value, digits);
    }
    match reader.word(i) {
        "午" => asian_half(reader, i),
        "noon" | "midday" | "mittag" | "mittags" | "midi" | "mediodía" | "mediodia" => Clock::at(12, 0, 0, Half::Counted, i + 1),
        "midnight" | "mitternacht" | "minuit" | "medianoche" | "middernacht" | "mezzanotte" => Some(midnight(i + 1)),
        _ => None,
    }
}

/// 午前2時00分, 午後10:30, 下午 is not known.
fn asian_half(reader: &Reader<'_>, i: usize) -> Option<Clock> {
    let half = match reader.word(i + 1) {
        "前" => Half::Am,
        "後" | "后" => Half::Pm,
        _ => return None,
    };
    let hour = reader.small(i + 2).filter(|hour| *hour <= 12)?;
    let said = colon(reader, i + 2, hour).or_else(|| hour_letter(reader, i + 2, hour))?;
    let time = said.times.first()?.1;
    let (shift, time) = shift_half(time, half)?;
    Some(Clock { times: vec![(shift, time)], half, ..said })
}

fn midnight(next: usize) -> Clock {
    Clock { times: vec![(0, NaiveTime::MIN), (1, NaiveTime::MIN)], half: Half::Counted, midnight: true, bare: false, seconds: false, next }
}

/// 12 noon, 12:00 noon, 12 midnight, 12:00 midnight, 0:00 midnight.
fn twelve(reader: &Reader<'_>, i: usize, hour: u32) -> Option<Clock> {
    let zero_minutes = reader.mark(i + 1) == Some(':') && reader.number(i + 2) == Some((0, 2));
    let j = if zero_minutes { i + 3 } else { i + 1 };
    match (hour, reader.word(j)) {
        (12, "noon") => Clock::at(12, 0, 0, Half::Counted, j + 1),
        (12 | 0, "midnight") => Some(midnight(j + 1)),
        _ => None,
    }
}

/// 4:00, 04:00:00, 04:00:00.000, `10: 00`.
fn colon(reader: &Reader<'_>, i: usize, hour: u32) -> Option<Clock> {
    if reader.mark(i + 1) != Some(':') || !reader.tight(i + 1) {
        return None;
    }
    let minute = two_digits(reader, i + 2)?;
    let mut j = i + 3;
    if !reader.tight(i + 2) {
        // `10: 00` only where a clock time goes on, else it is "Item 10: 20 racks".
        let goes_on = matches!(reader.mark(j), Some('-' | '~')) || super::place::zone_word(reader, j) || half(reader, j).is_some();
        if !goes_on {
            return None;
        }
    }
    let mut second = None;
    if reader.mark(j) == Some(':') && reader.tight(j) && reader.tight(j + 1) {
        second = Some(two_digits(reader, j + 1)?);
        j += 2;
        if matches!(reader.mark(j), Some('.' | ',')) && reader.tight(j) && reader.tight(j + 1) && reader.number(j + 1).is_some() {
            j += 2;
        }
        // 12:34:56:78 is an address or a counter.
        if reader.mark(j) == Some(':') && reader.tight(j) && reader.tight(j + 1) && reader.number(j + 1).is_some() {
            return None;
        }
    }
    let clock = finish(reader, hour, minute, second.unwrap_or(0), j)?;
    Some(Clock { seconds: second.is_some(), ..clock })
}

fn two_digits(reader: &Reader<'_>, i: usize) -> Option<u32> {
    reader.number(i).filter(|(value, digits)| *digits == 2 && *value < 61).map(|(value, _)| value)
}

/// 17h30, 17h, 17 h 30, 22時30分.
fn hour_letter(reader: &Reader<'_>, i: usize, hour: u32) -> Option<Clock> {
    let letter = reader.word(i + 1);
    if letter == "時" || letter == "时" {
        let minutes = two_digits(reader, i + 2).filter(|_| reader.word(i + 3) == "分");
        return Clock::at(hour, minutes.unwrap_or(0), 0, Half::Counted, if minutes.is_some() { i + 4 } else { i + 2 });
    }
    if !matches!(letter, "h" | "u") || (letter == "u" && !reader.tight(i + 1)) {
        return None;
    }
    if let Some(minute) =
        two_digits(reader, i + 2).filter(|_| reader.tight(i + 2) || reader.tight(i + 1) || super::place::zone_word(reader, i + 3))
    {
        // 1h30 is a length of time as often as a clock time; two digits of hours make a clock time.
        let bare = reader.number(i).is_none_or(|(_, digits)| digits != 2) && !reader.field;
        return Clock::at(hour, minute, 0, Half::Counted, i + 3).map(|clock| Clock { bare, ..clock });
    }
    let before = i.checked_sub(1).map_or("", |before| reader.word(before));
    let led = matches!(
        before,
        "à" | "às"
            | "as"
            | "las"
            | "la"
            | "de"
            | "a"
            | "entre"
            | "et"
            | "y"
            | "e"
            | "hasta"
            | "até"
            | "om"
            | "um"
            | "at"
            | "das"
            | "dalle"
            | "alle"
    );
    let followed = matches!(reader.word(i + 2), "à" | "às" | "a" | "et" | "y" | "e" | "hasta" | "até")
        && reader.small(i + 3).is_some()
        && reader.word(i + 4) == "h";
    if led || followed { Clock::at(hour, 0, 0, Half::Counted, i + 2).map(|clock| Clock { bare: true, ..clock }) } else { None }
}

/// 8.00 Uhr, 8.30 pm, um 8.00, 8.00 bis 16.00 Uhr.
fn dotted(reader: &Reader<'_>, i: usize, hour: u32) -> Option<Clock> {
    if reader.mark(i + 1) != Some('.') || !reader.tight(i + 1) || !reader.tight(i + 2) {
        return None;
    }
    let minute = two_digits(reader, i + 2).filter(|minute| *minute < 60)?;
    let j = i + 3;
    // 8.00.1 is a version, 29.99 an amount.
    if matches!(reader.mark(j), Some('.' | '/' | '-'))
        && reader.tight(j)
        && reader.tight(j + 1)
        && reader.number(j + 1).is_some()
        && !is_unit_ahead(reader, j + 1)
    {
        return None;
    }
    let before = i.checked_sub(1).map_or("", |before| reader.word(before));
    let before_dot = i.checked_sub(2).map_or("", |before| reader.word(before));
    let led = matches!(before, "um" | "ab" | "kl" | "klo" | "om" | "uhr" | "klokken" | "klockan" | "ore" | "alle" | "dalle")
        || matches!(before_dot, "kl" | "klo");
    let joined = matches!(reader.mark(j), Some('-' | '~'))
        || matches!(reader.word(j), "bis" | "und" | "tot" | "en" | "til" | "till" | "to" | "och" | "og");
    let zoned = super::place::zone_word(reader, j) && !(reader.tight(j));
    if zoned
        || unit(reader, j).is_some()
        || half(reader, j).is_some()
        || led
        || (joined && (is_unit_ahead(reader, j + 1) || is_zone_ahead(reader, j + 1)))
    {
        return finish(reader, hour, minute, 0, j);
    }
    // The second of "8.00 Uhr bis 16.00".
    None
}

/// Whether `16.00 Uhr` or `16 Uhr` stands at `j`.
fn is_unit_ahead(reader: &Reader<'_>, j: usize) -> bool {
    let k = if reader.mark(j + 1) == Some('.') && reader.tight(j + 1) && two_digits(reader, j + 2).is_some() { j + 3 } else { j + 1 };
    reader.small(j).is_some() && (unit(reader, k).is_some() || half(reader, k).is_some())
}

/// Whether `16.00 UTC` stands at `j`.
fn is_zone_ahead(reader: &Reader<'_>, j: usize) -> bool {
    let dotted = reader.small(j).is_some() && reader.mark(j + 1) == Some('.') && reader.tight(j + 1) && reader.tight(j + 2);
    dotted && two_digits(reader, j + 2).is_some() && super::place::zone_word(reader, j + 3)
}

/// 3pm, 17 Uhr, 20 uur.
fn hour_only(reader: &Reader<'_>, i: usize, hour: u32) -> Option<Clock> {
    if let Some((said, next)) = half(reader, i + 1).filter(|_| (1..=12).contains(&hour)) {
        return with_half(hour, 0, 0, said, next);
    }
    match reader.word(i + 1) {
        "uhr" => {
            let minutes = two_digits(reader, i + 2).filter(|_| reader.mark(i + 3) != Some('.') && reader.mark(i + 3) != Some(':'));
            Clock::at(hour, minutes.unwrap_or(0), 0, Half::Counted, if minutes.is_some() { i + 3 } else { i + 2 })
        }
        "z" if reader.tight(i + 1) && reader.all_capitals(i + 1) && reader.number(i).is_some_and(|(_, digits)| digits == 2) => {
            Clock::at(hour, 0, 0, Half::Counted, i + 1).map(|clock| Clock { bare: true, ..clock })
        }
        "o" => {
            let after = unit(reader, i + 1)?;
            let (said, next) = half(reader, after).filter(|_| (1..=12).contains(&hour))?;
            with_half(hour, 0, 0, said, next)
        }
        _ if super::place::zone_word(reader, i + 1) && reader.mark(i + 1) != Some('(') && !reader.tight(i + 1) => {
            Clock::at(hour, 0, 0, Half::Counted, i + 1).map(|clock| Clock { bare: true, ..clock })
        }
        "uur" if hour > 0 => Clock::at(hour, 0, 0, Half::Counted, i + 2).map(|clock| Clock { bare: true, ..clock }),
        _ => None,
    }
}

/// 0600, 0600h, 2400 hrs, 070021 after a `T`.
fn four_digits(reader: &Reader<'_>, i: usize, value: u32, digits: usize) -> Option<Clock> {
    let joined = reader.tight(i) && i.checked_sub(1).is_some_and(|before| reader.word(before) == "t");
    if digits == 6 && joined {
        return Clock::at(value / 10_000, value / 100 % 100, value % 100, Half::Counted, i + 1)
            .map(|clock| Clock { seconds: true, ..clock });
    }
    if digits != 4 || value % 100 > 59 || value > 2400 {
        return None;
    }
    let unit = unit(reader, i + 1);
    let said = half(reader, i + 1);
    if let Some((said, next)) = said {
        return with_half(value / 100, value % 100, 0, said, next);
    }
    let next = unit.unwrap_or(i + 1);
    let bare = unit.is_none() && !joined && !reader.field;
    Clock::at(value / 100, value % 100, 0, Half::Counted, next).map(|clock| Clock { bare, ..clock })
}

fn finish(reader: &Reader<'_>, hour: u32, minute: u32, second: u32, j: usize) -> Option<Clock> {
    if let Some((said, next)) = half(reader, j).filter(|(said, _)| !(*said == Half::Am && hour > 12 && is_german_am(reader, j))) {
        return with_half(hour, minute, second, said, next);
    }
    let unit = unit(reader, j);
    let half = if (1..=12).contains(&hour) && unit.is_none() { Half::Open } else { Half::Counted };
    Clock::at(hour, minute, second, half, unit.unwrap_or(j))
}

/// "18:00 PM" is 18:00; "18:00 AM" and "0:30 PM" contradict themselves and keep both readings.
fn with_half(hour: u32, minute: u32, second: u32, said: Half, next: usize) -> Option<Clock> {
    let (first, other) = match (said, hour) {
        (Half::Am, 12) => (0, None),
        (Half::Am, 13..=23) => (hour, Some(hour - 12)),
        (Half::Pm, 0) => (12, Some(0)),
        (Half::Pm, 1..=11) => (hour + 12, None),
        _ => (hour, None),
    };
    let mut clock = Clock::at(first, minute, second, said, next)?;
    if let Some(other) = other {
        clock.times.push((0, NaiveTime::from_hms_opt(other, minute, second)?));
    }
    Some(clock)
}

/// am or pm at `j`, with the token after it: `pm`, `p.m.`, `PM`.
fn half(reader: &Reader<'_>, j: usize) -> Option<(Half, usize)> {
    let said = match reader.word(j) {
        "am" | "vorm" => Half::Am,
        "pm" | "nachm" => Half::Pm,
        "a" | "p" if reader.mark(j + 1) == Some('.') && reader.word(j + 2) == "m" => {
            let said = if reader.word(j) == "a" { Half::Am } else { Half::Pm };
            let dot = reader.mark(j + 3) == Some('.') && reader.tight(j + 3);
            return Some((said, if dot { j + 4 } else { j + 3 }));
        }
        "a" | "p" if reader.word(j + 1) == "m" => {
            return Some((if reader.word(j) == "a" { Half::Am } else { Half::Pm }, j + 2));
        }
        "a" | "p" if reader.tight(j) && !reader.tight(j + 1) => {
            if reader.word(j) == "a" {
                Half::Am
            } else {
                Half::Pm
            }
        }
        _ => return None,
    };
    if said == Half::Am && is_german_am(reader, j) {
        return None;
    }
    let dot = reader.mark(j + 1) == Some('.') && reader.tight(j + 1) && super::place::zone_word(reader, j + 2);
    Some((said, if dot { j + 2 } else { j + 1 }))
}

/// "22:00 am 5. Mai", "22:00 am Montag".
fn is_german_am(reader: &Reader<'_>, j: usize) -> bool {
    // "10 AM 27. March" and "10 am 27. March" are English.
    let english = matches!(reader.word(j + 3), "january" | "february" | "march" | "may" | "june" | "july" | "october" | "december");
    reader.word(j) == "am"
        && !english
        && !reader.all_capitals(j)
        && !reader.tight(j)
        && ((reader.small(j + 1).is_some() && reader.mark(j + 2) == Some('.'))
            || reader.word(j + 1).ends_with("tag")
            || reader.word(j + 1) == "mittwoch")
}

/// The token after a word for hours of the clock.
fn unit(reader: &Reader<'_>, j: usize) -> Option<usize> {
    match reader.word(j) {
        "hr" | "hrs" | "hs" if reader.mark(j + 1) == Some('.') && reader.tight(j + 1) => Some(j + 2),
        "h" | "hr" | "hrs" | "hs" | "hours" | "uhr" | "uur" | "heures" | "horas" => Some(j + 1),
        "o" if reader.mark(j + 1) == Some('\'') && reader.word(j + 2) == "clock" => Some(j + 3),
        _ => None,
    }
}

/// The bare hour at `i` that a range completes: `7` of "7-9pm", `8` of "8 bis 16 Uhr", `8.00` of the same. Gives the hour's two forms.
pub(super) fn opening_hour(reader: &Reader<'_>, i: usize) -> Option<Clock> {
    let hour = reader.small(i).filter(|hour| *hour <= 24)?;
    let joined = matches!(reader.mark(i + 1), Some('-' | '~'))
        || matches!(reader.word(i + 1), "to" | "bis" | "and" | "und" | "until" | "till" | "tot" | "en" | "à" | "a" | "et" | "y");
    if !joined {
        return None;
    }
    let end = clock(reader, i + 2)?;
    let said_by_word =
        matches!(end.half, Half::Am | Half::Pm) || (end.half == Half::Counted && unit(reader, end.next.saturating_sub(1)).is_some());
    // "10 to 11 UTC"
    let zoned = end.bare && end.next == i + 3 && super::place::zone_word(reader, end.next);
    let plain = (said_by_word || zoned) && (end.half == Half::Counted || (1..=12).contains(&hour));
    if plain { Clock::at(hour, 0, 0, if end.half == Half::Counted { Half::Counted } else { Half::Open }, i + 1) } else { None }
}
