//! Local times → instants: what a zone's name means on a day, with gaps, folds and letters that mean several zones.

use super::calendar::Around;
use super::span::Span;
use super::{Statement, TimeContext};
use crate::model::{Local, ProblemKind};
use crate::rules::zone::Meaning;
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// The zones in which start and end are read.
#[derive(Clone, Debug)]
pub(super) struct Zoned {
    pub(super) start: Vec<Meaning>,
    pub(super) end: Vec<Meaning>,
    /// Whether nobody says which zone holds.
    pub(super) unknown: bool,
}

/// The zones of a span: its own, else the text's, else the declared one.
pub(super) fn zones(span: &Span, around: &Around, context: &TimeContext<'_>, statement: &mut Statement) -> Zoned {
    let start = span.start.zones.clone();
    let end = span.end.as_ref().map(|end| end.zones.clone()).unwrap_or_default();
    let stated = [&start, &end].into_iter().flatten().any(|meaning| *meaning != Meaning::Local);
    if !start.is_empty() || !end.is_empty() {
        let local_only = !stated;
        let declared = context.zone.filter(|zone| local_only && *zone != Tz::UTC);
        statement.zone_stated = stated;
        if let Some(zone) = declared {
            statement.zone = Some(zone.name().to_owned());
            return Zoned { start: vec![Meaning::Wall(zone)], end: vec![Meaning::Wall(zone)], unknown: false };
        }
        let fill = |own: &[Meaning], other: &[Meaning]| if own.is_empty() { other.to_vec() } else { own.to_vec() };
        let (start, end) = (fill(&start, &end), fill(&end, &start));
        return match common(&start, &end) {
            Some((start, end)) => Zoned { start, end, unknown: local_only },
            None => Zoned { start, end, unknown: local_only },
        };
    }
    if let Some((meaning, written)) = &around.zone {
        statement.zone = Some(written.clone());
        statement.zone_stated = true;
        return Zoned { start: vec![meaning.clone()], end: vec![meaning.clone()], unknown: false };
    }
    if let Some(zone) = context.zone {
        statement.zone = Some(zone.name().to_owned());
        return Zoned { start: vec![Meaning::Wall(zone)], end: vec![Meaning::Wall(zone)], unknown: false };
    }
    Zoned { start: Vec::new(), end: Vec::new(), unknown: true }
}

/// `EDT` beside `EST`: only the places that use both letters are meant.
fn common(start: &[Meaning], end: &[Meaning]) -> Option<(Vec<Meaning>, Vec<Meaning>)> {
    let ([Meaning::Letters(first)], [Meaning::Letters(last)]) = (start, end) else { return None };
    let both = |these: &[(Tz, i32)], those: &[(Tz, i32)]| -> Vec<(Tz, i32)> {
        these.iter().copied().filter(|(zone, _)| those.iter().any(|(other, _)| other == zone)).collect()
    };
    let (one, other) = (both(first, last), both(last, first));
    (!one.is_empty() && first != last).then(|| (vec![Meaning::Letters(one)], vec![Meaning::Letters(other)]))
}

/// An instant that a local time can mean, and by which meaning of the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) key: usize,
    pub(super) at: DateTime<Utc>,
}

/// Every instant that a local time can mean, and the doubt if it is not one.
#[derive(Clone, Debug, Default)]
pub(super) struct Instants {
    pub(super) choices: Vec<Choice>,
    /// Kind, field (`zone` where only the zone's meaning is open) and words.
    pub(super) doubt: Option<(ProblemKind, Option<&'static str>, String)>,
}

/// The instants of a local time in a zone; where several names stand side by side, those that all of them mean.
pub(super) fn instants(local: NaiveDateTime, meanings: &[Meaning], context: &TimeContext<'_>) -> Instants {
    let mut sets: Vec<Instants> =
        meanings.iter().filter(|meaning| **meaning != Meaning::Local).map(|meaning| one(local, meaning, context)).collect();
    let Some(mut all) = sets.pop() else {
        return Instants { choices: vec![Choice { key: 0, at: local.and_utc() }], doubt: None };
    };
    // "EST/EDT": both letters of one zone mean its wall clock.
    if let [Meaning::Letters(first), Meaning::Letters(second)] = meanings
        && let (Some((zone, one_offset)), Some((other, offset))) = (first.first(), second.first())
        && zone == other
        && one_offset != offset
    {
        return one(local, &Meaning::Wall(*zone), context);
    }
    for set in sets {
        let agreed: Vec<Choice> =
            all.choices.iter().copied().filter(|choice| set.choices.iter().any(|other| other.at == choice.at)).collect();
        if agreed.is_empty() {
            let mut choices = set.choices;
            choices.extend(all.choices);
            return Instants {
                choices,
                doubt: Some((ProblemKind::Conflict, Some("zone"), format!("the zones given for {} do not agree", local.format("%F %R")))),
            };
        }
        let doubt = if agreed.len() == 1 { None } else { set.doubt.or(all.doubt) };
        all = Instants { choices: agreed, doubt };
    }
    all
}

fn one(local: NaiveDateTime, meaning: &Meaning, context: &TimeContext<'_>) -> Instants {
    match meaning {
        Meaning::Offset(minutes) => Instants { choices: vec![Choice { key: 0, at: shifted(local, *minutes) }], doubt: None },
        Meaning::Wall(zone) => wall(local, *zone, context),
        Meaning::Letters(places) => letters(local, places, context),
        Meaning::Local => Instants::default(),
    }
}

fn shifted(local: NaiveDateTime, minutes_east: i32) -> DateTime<Utc> {
    local.and_utc() - Duration::minutes(i64::from(minutes_east))
}

fn wall(local: NaiveDateTime, zone: Tz, context: &TimeContext<'_>) -> Instants {
    let when = local.format("%F %R");
    match context.zones.resolve(zone, local) {
        Local::One(at) => Instants { choices: vec![Choice { key: 0, at }], doubt: None },
        Local::Twice(first, second) => Instants {
            choices: vec![Choice { key: 100, at: first }, Choice { key: 101, at: second }],
            doubt: Some((ProblemKind::AmbiguousTime, None, format!("{when} happens twice in {zone}: {} and {}", utc(first), utc(second)))),
        },
        Local::Never => Instants {
            choices: Vec::new(),
            doubt: Some((ProblemKind::NonexistentTime, None, format!("{when} does not exist in {zone}: clocks skip it"))),
        },
        Local::Unknown => Instants {
            choices: Vec::new(),
            doubt: Some((ProblemKind::UnknownZone, Some("zone"), format!("{zone} is not in the zone rules"))),
        },
    }
}

fn letters(local: NaiveDateTime, places: &[(Tz, i32)], context: &TimeContext<'_>) -> Instants {
    let minutes_in = |zone: Tz, at: DateTime<Utc>| context.zones.local(zone, at).0.offset().local_minus_utc() / 60;
    let places = declared(local, places, context);
    let mut choices = Vec::new();
    let mut off_season = Vec::new();
    for (index, (zone, minutes)) in places.iter().enumerate() {
        let at = shifted(local, *minutes);
        choices.push(Choice { key: index * 2, at });
        if minutes_in(*zone, at) != *minutes {
            off_season.push(zone.name());
            choices.extend(wall(local, *zone, context).choices.into_iter().map(|choice| Choice { key: index * 2 + 1, at: choice.at }));
        }
    }
    choices.sort_by_key(|choice| choice.key);
    let mut distinct: Vec<Choice> = Vec::new();
    for choice in choices {
        if !distinct.iter().any(|known| known.at == choice.at) {
            distinct.push(choice);
        }
    }
    let when = local.format("%F %R");
    let all = distinct.iter().map(|choice| utc(choice.at)).collect::<Vec<_>>().join(" or ");
    let doubt = match (places.len(), off_season.is_empty()) {
        (1, true) => None,
        (1, false) => {
            let zone = off_season.join(", ");
            Some((ProblemKind::AmbiguousTime, Some("zone"), format!("the zone's letters are not those of {zone} on {when}: {all}")))
        }
        _ => {
            let names = places.iter().map(|(zone, _)| zone.name()).collect::<Vec<_>>().join(", ");
            Some((ProblemKind::AmbiguousTime, Some("zone"), format!("the zone's letters are used in {names}: {all}")))
        }
    };
    Instants { choices: distinct, doubt }
}

/// The places that remain when a zone is declared: its own, else the one that agrees with its offset, else the one of its continent.
fn declared(local: NaiveDateTime, places: &[(Tz, i32)], context: &TimeContext<'_>) -> Vec<(Tz, i32)> {
    let Some(declared) = context.zone else { return places.to_vec() };
    let agrees = |minutes: i32| {
        let at = shifted(local, minutes);
        context.zones.local(declared, at).0.offset().local_minus_utc() / 60 == minutes
    };
    // The declared zone uses this offset then: its own letters.
    if declared != Tz::UTC
        && let Some((_, minutes)) = places.iter().find(|(_, minutes)| agrees(*minutes))
    {
        return vec![(declared, *minutes)];
    }
    let continent = |zone: Tz| zone.name().split('/').next().map(str::to_owned);
    let near: Vec<(Tz, i32)> = places.iter().copied().filter(|(zone, _)| continent(*zone) == continent(declared)).collect();
    if near.len() == 1 { near } else { places.to_vec() }
}

/// An instant for people.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    at.format("%F %R UTC").to_string()
}
