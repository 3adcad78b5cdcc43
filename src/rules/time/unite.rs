//! Statements of one mail that mean one window become one.

use super::Statement;
use crate::model::{Precision, Problem, ProblemKind};
use chrono::Duration;

/// A local day reaches this far beyond the UTC day of the same name.
const DAY_MARGIN: Duration = Duration::hours(14);

pub(super) fn unite(statements: Vec<Statement>) -> Vec<Statement> {
    let mut kept: Vec<Statement> = Vec::new();
    // Surer statements first, so that they decide what the doubtful ones mean; order of the text is restored after.
    let mut order: Vec<(usize, Statement)> = statements.into_iter().enumerate().collect();
    order.sort_by_key(|(index, statement)| (statement.precision == Precision::Day, doubts(statement), *index));
    let mut places: Vec<usize> = Vec::new();
    for (index, statement) in order {
        let Some(at) = kept.iter().position(|known| related(known, &statement)) else {
            kept.push(statement);
            places.push(index);
            continue;
        };
        if let (Some(known), Some(place)) = (kept.get_mut(at), places.get_mut(at)) {
            join(known, statement);
            *place = (*place).min(index);
        }
    }
    let mut placed: Vec<(usize, Statement)> = places.into_iter().zip(kept).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, statement)| statement).collect()
}

fn doubts(statement: &Statement) -> usize {
    let unzoned = has(statement, ProblemKind::UnknownZone);
    statement.problems.iter().filter(|problem| problem.blocking).count()
        + usize::from(unzoned) * 10
        + usize::from(statement.readings.is_empty()) * 20
}

fn has(statement: &Statement, kind: ProblemKind) -> bool {
    statement.problems.iter().any(|problem| problem.problem == kind)
}

/// Whether two statements speak of one window: they agree, or they contradict each other.
fn related(known: &Statement, other: &Statement) -> bool {
    agree(known, other)
        || same_wall(known, other)
        || clash(known, other)
        || slipped(known, other)
        || local_of(known, other)
        || covers(other, known)
}

fn agree(known: &Statement, other: &Statement) -> bool {
    known.precision == other.precision && known.readings.iter().any(|one| other.readings.iter().any(|two| same(*one, *two)))
}

type Reading = (chrono::DateTime<chrono::Utc>, Option<chrono::DateTime<chrono::Utc>>);

fn same(one: Reading, two: Reading) -> bool {
    one.0 == two.0 && (one.1 == two.1 || one.1.is_none() || two.1.is_none())
}

/// The same clock times on the same days, whatever the zones.
fn same_wall(known: &Statement, other: &Statement) -> bool {
    known.walls.iter().any(|one| other.walls.iter().any(|two| one.0 == two.0 && (one.1 == two.1 || one.1.is_none() || two.1.is_none())))
}

/// One start, two ends: no window can be both.
fn clash(known: &Statement, other: &Statement) -> bool {
    known.precision == Precision::Minute
        && other.precision == Precision::Minute
        && !has(known, ProblemKind::UnknownZone)
        && !has(other, ProblemKind::UnknownZone)
        && known.readings.iter().any(|one| other.readings.iter().any(|two| one.0 == two.0 && one.1 != two.1))
}

/// Two windows of one length an hour apart that overlap: one of them was put into its zone with the wrong half of the year.
fn slipped(known: &Statement, other: &Statement) -> bool {
    let zoned = |statement: &Statement| statement.precision == Precision::Minute && statement.zone_stated && statement.readings.len() == 1;
    let (Some(one), Some(two)) = (known.readings.first(), other.readings.first()) else { return false };
    let lengths = length(known).zip(length(other));
    zoned(known)
        && zoned(other)
        && (one.0 - two.0).abs() == Duration::hours(1)
        && lengths.is_some_and(|(one, two)| one == two && one > Duration::hours(1))
}

/// Whether a statement in "local time", place not said, is of the same length and some zone's offset away from a zoned one.
fn local_of(known: &Statement, local: &Statement) -> bool {
    let local_said = has(local, ProblemKind::UnknownZone) && local.zone.is_some() && !local.zone_stated;
    let (Some(sure), Some((wall, _)), 1) = (known.readings.first(), local.walls.first(), known.readings.len()) else { return false };
    let offset = wall.and_utc() - sure.0;
    local_said
        && known.zone_stated
        && length(known).is_some()
        && length(known) == length(local)
        && offset.abs() <= DAY_MARGIN
        && offset.num_minutes() % 15 == 0
}

/// Whether a day names what another statement says with clock times.
fn covers(day: &Statement, exact: &Statement) -> bool {
    day.precision == Precision::Day
        && exact.precision == Precision::Minute
        && day.readings.iter().any(|(from, to)| {
            exact.readings.iter().any(|(start, _)| *start >= *from - DAY_MARGIN && to.is_none_or(|to| *start < to + DAY_MARGIN))
        })
}

fn join(known: &mut Statement, other: Statement) {
    if other.precision == Precision::Day && known.precision == Precision::Minute {
        keep_readings_of(known, &other);
        return;
    }
    if agree(known, &other) {
        let readings =
            known.readings.iter().flat_map(|one| other.readings.iter().filter(|two| same(*one, **two)).map(|two| (one.0, one.1.or(two.1))));
        let mut agreed: Vec<Reading> = Vec::new();
        for reading in readings {
            if !agreed.contains(&reading) {
                agreed.push(reading);
            }
        }
        known.readings = agreed;
        settle(known, &other);
    } else if has(&other, ProblemKind::UnknownZone) && (same_wall(known, &other) || local_of(known, &other)) {
        // The same clock times without a zone: the statement with the zone says which.
        for reading in known.readings.iter_mut().filter(|reading| reading.1.is_none()) {
            reading.1 = length(&other).map(|length| reading.0 + length);
        }
    } else {
        let detail = format!("\"{}\" and \"{}\" do not agree", known.as_written, other.as_written);
        let problem = Problem::new(ProblemKind::Conflict, "start", detail);
        if !has(known, ProblemKind::Conflict) {
            known.problems.push(problem);
        }
        for reading in other.readings {
            if !known.readings.contains(&reading) {
                known.readings.push(reading);
            }
        }
    }
    for wall in other.walls {
        if !known.walls.contains(&wall) {
            known.walls.push(wall);
        }
    }
    known.zone_stated = known.zone_stated || other.zone_stated;
    known.zone = known.zone.take().or(other.zone);
}

fn length(statement: &Statement) -> Option<Duration> {
    statement.readings.first().and_then(|(start, end)| end.map(|end| end - *start))
}

/// Drops the doubts that two agreeing statements settle: all of them where one reading is left, else those that only one of the two has.
fn settle(known: &mut Statement, other: &Statement) {
    let certain = known.readings.len() == 1;
    let open = |problem: &Problem, partner: &[Problem]| match problem.problem {
        // Two statements without a zone do not give each other one.
        ProblemKind::UnknownZone => partner.iter().any(|own| own.problem == ProblemKind::UnknownZone),
        ProblemKind::AmbiguousTime => !certain && partner.iter().any(|own| own.problem == problem.problem && own.field == problem.field),
        _ => true,
    };
    let mut problems: Vec<Problem> = known.problems.iter().filter(|problem| open(problem, &other.problems)).cloned().collect();
    for problem in other.problems.iter().filter(|problem| open(problem, &known.problems)) {
        if !problems.contains(problem) {
            problems.push(problem.clone());
        }
    }
    known.problems = problems;
}

/// A day beside an ambiguous date proves the reading that falls on it.
fn keep_readings_of(known: &mut Statement, day: &Statement) {
    if day.readings.len() != 1 || known.readings.len() < 2 {
        return;
    }
    let on_day = |reading: &Reading| {
        day.readings.iter().any(|(from, to)| reading.0 >= *from - DAY_MARGIN && to.is_none_or(|to| reading.0 < to + DAY_MARGIN))
    };
    let kept: Vec<Reading> = known.readings.iter().copied().filter(on_day).collect();
    if kept.len() == 1 {
        known.readings = kept;
        known.problems.retain(|problem| problem.problem != ProblemKind::AmbiguousTime);
    }
}
