//! Windows of a layout: the texts that its rule points to → statements of the time grammar → windows, with every doubt kept.

use super::compile::{Provider, WindowPlaces};
use super::former;
use super::generic;
use super::place::{self, Mark, Value, View};
use super::time::{self, Statement, TimeContext};
use crate::model::{EvidenceSource, Precision, Problem, ProblemKind, Role, Status, Window};
use chrono::{DateTime, Days, TimeDelta, Utc};

/// A window as a text states it, with what found it.
#[derive(Clone, Debug)]
pub struct Stated {
    /// What the grammar read.
    pub statement: Statement,
    /// Main or backup.
    pub role: Role,
    /// Whether the mail leaves this window.
    pub former: bool,
    /// What pointed there.
    pub mark: Mark,
    /// The part of the mail.
    pub source: EvidenceSource,
}

/// Windows that stand together, every possible reading of them, and the doubts.
#[derive(Debug, Default)]
pub struct Windows {
    /// The likeliest reading.
    pub windows: Vec<Window>,
    /// Every reading, when there are two or more.
    pub readings: Vec<Vec<Window>>,
    /// The doubts.
    pub problems: Vec<Problem>,
}

/// Every window that labels or running text state. A declared start that holds no time is a problem, never silence.
pub fn stated(
    places: &WindowPlaces,
    provider: &Provider,
    view: &View<'_>,
    context: &TimeContext<'_>,
) -> (Vec<Stated>, Vec<Problem>, Vec<Mark>) {
    let mut used = Vec::new();
    let mut problems = Vec::new();
    let mut context = *context;
    if let Some(zone) = places.zone_is {
        context.zone = Some(zone);
    }
    let zone = place::first(&places.zone, view).into_iter().next();
    let mut beside = String::new();
    if let Some(zone) = zone {
        used.push(zone.mark);
        let lower = zone.text.to_lowercase();
        // A zone that the rule's list does not know goes to the grammar as it is written, never silently to the provider's own zone.
        // Two places in two zones leave it open.
        let mut zones: Vec<_> = provider.zones.iter().filter(|(place, _)| lower.contains(place)).map(|(_, zone)| *zone).collect();
        zones.dedup();
        context.zone = if let [only] = zones.as_slice() { Some(*only) } else { None };
        if context.zone.is_none() {
            beside = format!(" {}", zone.text);
        }
    }
    if let Some(date) = place::first(&places.date, view).into_iter().next() {
        let civil = TimeContext { zone: context.zone.or(Some(chrono_tz::UTC)), ..context };
        let first =
            time::statements(&date.text, &civil).into_iter().find_map(|statement| statement.readings.first().map(|(start, _)| *start));
        used.push(date.mark);
        if let Some(start) = first {
            context.date = Some(start.date_naive());
            // The day that the date line names judges the year of days without one, also across a new year.
            context.arrived_at = start.checked_sub_days(Days::new(7)).unwrap_or(start);
        }
    }
    // "All times are in CET" holds where neither the rule nor the value says more.
    let declared = if context.zone.is_none() && beside.is_empty() { time::declared(&view.text, &context) } else { None };
    let zoned = |text: String| match &declared {
        Some(zone) if !time::statements(&text, &context).iter().any(|one| one.zone_stated) => format!("{text} {zone}"),
        _ => format!("{text}{beside}"),
    };
    let mut found: Vec<Stated> = Vec::new();
    let push = |found: &mut Vec<Stated>, statement: Statement, value: &Value, former: bool| {
        let former = former || places.former;
        let statement = time::likeliest_first(statement, &context);
        found.push(Stated { statement, role: places.role, former, mark: value.mark.clone(), source: value.source.clone() });
    };
    let missing = |value: &Value| {
        let detail = format!("{} holds no time that can be read: {:?}", value.mark.shown, value.text);
        Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) }
    };
    for value in place::first(&places.within, view) {
        let text = local(&zoned(value.text.clone()), &context);
        let parted = former::parted(&text, &context);
        if parted.current.is_empty() && !places.former {
            problems.push(missing(&value));
        }
        used.push(value.mark.clone());
        parted.current.into_iter().for_each(|statement| push(&mut found, statement, &value, false));
        parted.former.into_iter().for_each(|statement| push(&mut found, statement, &value, true));
    }
    if let Some(mark) = &places.stated {
        let told = generic::told(view.mail, &context);
        problems.extend(told.problems);
        used.push(mark.clone());
        let value = Value { text: String::new(), source: EvidenceSource::Text, mark: mark.clone() };
        for (statement, role, former) in told.windows {
            push(&mut found, statement, &value, former);
            if let Some(one) = found.last_mut().filter(|_| role == Role::Backup) {
                one.role = role;
            }
        }
    }
    let ends = place::first(&places.end, view);
    let starts = place::first(&places.start, view);
    if ends.len() > 1 && ends.len() != starts.len() {
        let detail = format!("{} starts stand beside {} ends", starts.len(), ends.len());
        problems.push(Problem::new(ProblemKind::Conflict, "end", detail));
    }
    for (index, start) in starts.into_iter().enumerate() {
        let end = ends.get(index);
        used.push(start.mark.clone());
        used.extend(end.map(|end| end.mark.clone()));
        let text = |value: &Value| local(&zoned(former::unstruck(&value.text)), &context);
        let left = |value: &Value| local(&zoned(former::struck(&value.text)), &context);
        match time::between(&text(&start), end.map(text).as_deref(), &context) {
            Some(statement) => {
                problems.extend(endless(&statement, end.map(|end| end.text.as_str()), !places.end.is_empty()).filter(|_| !places.former));
                push(&mut found, statement, &start, false);
            }
            None if places.former => {}
            None => problems.push(missing(&start)),
        }
        if start.text.contains("~~")
            && let Some(statement) = time::between(&left(&start), end.map(left).as_deref(), &context)
        {
            push(&mut found, statement, &start, true);
        }
    }
    (found, problems, used)
}

/// The doubt about a window without an end where the rule knows where the end stands: it is not dropped in silence. Words instead of a time
/// (`until further notice`) leave the end open.
pub fn endless(statement: &Statement, end: Option<&str>, expected: bool) -> Option<Problem> {
    let open = statement.readings.iter().any(|(_, end)| end.is_none()) && !statement.problems.iter().any(|problem| problem.blocking);
    let words = end.is_some_and(|end| !end.trim().is_empty() && !end.chars().any(|sign| sign.is_ascii_digit()));
    (expected && open && statement.precision == Precision::Minute).then(|| {
        let detail = match end {
            Some(end) if !end.trim().is_empty() => format!("the end is {end:?}, beside the start {:?}", statement.as_written),
            _ => format!("no end stands beside the start {:?}", statement.as_written),
        };
        Problem { blocking: !words, ..Problem::new(ProblemKind::Missing, "end", detail) }
    })
}

/// "(local time)" says nothing once the rule has named the place's zone.
fn local(text: &str, context: &TimeContext<'_>) -> String {
    if context.zone.is_some() { text.replace("(local time)", " ").replace("local time", " ") } else { text.to_owned() }
}

/// Unites what is stated of one set of objects: the same window in two zones or languages is one.
pub fn settled(stated: &[Stated], tolerance_minutes: u32) -> Windows {
    let mut out = Windows::default();
    let mut choices: Vec<Vec<Window>> = Vec::new();
    for role in [Role::Main, Role::Backup] {
        let statements =
            stated.iter().filter(|stated| stated.role == role && !stated.former).map(|stated| stated.statement.clone()).collect();
        for statement in time::united(snapped(statements, tolerance_minutes)) {
            out.problems.extend(statement.problems.iter().cloned());
            let window = |start: DateTime<Utc>, end: Option<DateTime<Utc>>| Window {
                start,
                end,
                role,
                status: (role == Role::Backup).then_some(Status::Tentative),
                zone: statement.zone.clone(),
                as_written: statement.as_written.clone(),
                precision: statement.precision,
            };
            let choice: Vec<Window> = statement.readings.iter().map(|(start, end)| window(*start, *end)).collect();
            if choice.is_empty() && statement.problems.is_empty() {
                let detail = format!("{:?} cannot be read as a time", statement.as_written);
                out.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
            }
            if choice.len() > 1 && !statement.problems.iter().any(|problem| problem.blocking) {
                let detail = format!("{:?} can be read in {} ways", statement.as_written, choice.len());
                out.problems.push(Problem::new(ProblemKind::AmbiguousTime, "start", detail));
            }
            if !choice.is_empty() {
                choices.push(choice);
            }
        }
    }
    let several = choices.iter().map(Vec::len).max().unwrap_or(0);
    let nth = |index: usize| choices.iter().filter_map(|choice| choice.get(index).or(choice.last())).cloned().collect::<Vec<_>>();
    let readings: Vec<Vec<Window>> = (0..several).map(nth).collect();
    out.windows = readings.first().cloned().unwrap_or_default();
    if readings.len() > 1 {
        out.readings = readings;
    }
    out.problems.extend(suspicious(&out.windows));
    if out.windows.iter().any(|window| window.end.is_some_and(|end| end <= window.start))
        && !out.problems.iter().any(|problem| problem.problem == ProblemKind::EndsBeforeStart)
    {
        out.problems.push(Problem::new(ProblemKind::EndsBeforeStart, "end", "a window ends before it starts"));
    }
    out
}

/// The windows that a mail leaves, where each can be read in one way.
pub fn left(statements: Vec<Statement>) -> Vec<Window> {
    let certain = time::united(statements).into_iter().filter(|statement| !statement.problems.iter().any(|problem| problem.blocking));
    let window = |statement: Statement| match statement.readings.as_slice() {
        [(start, end)] => Some(Window {
            start: *start,
            end: *end,
            role: Role::Main,
            status: None,
            zone: statement.zone.clone(),
            as_written: statement.as_written.clone(),
            precision: statement.precision,
        }),
        _ => None,
    };
    certain.filter_map(window).collect()
}

/// Windows of the same objects that cannot all be meant: they overlap, some have an end and others none, some are days and others hours.
fn suspicious(windows: &[Window]) -> Option<Problem> {
    let end = |window: &Window| window.end.unwrap_or(window.start);
    let overlap = |left: &Window, right: &Window| left.start < end(right) && right.start < end(left);
    let doubt = windows.iter().enumerate().find_map(|(index, left)| {
        windows.iter().skip(index + 1).find_map(|right| {
            let why = if overlap(left, right) {
                "overlap"
            } else if left.end.is_none() || right.end.is_none() {
                "stand apart, and not each has an end"
            } else if left.precision != right.precision {
                "are stated one by the day, one by the clock"
            } else {
                return None;
            };
            Some(format!("{:?} and {:?} {why}", left.as_written, right.as_written))
        })
    })?;
    Some(Problem::new(ProblemKind::Conflict, "start", doubt))
}

/// Draws statements together that differ by no more than the rule allows (a provider that rounds one zone row): the wider window counts.
fn snapped(mut statements: Vec<Statement>, tolerance_minutes: u32) -> Vec<Statement> {
    let allowed = TimeDelta::minutes(i64::from(tolerance_minutes));
    let near = |left: DateTime<Utc>, right: DateTime<Utc>| (left - right).abs() <= allowed;
    if tolerance_minutes == 0 {
        return statements;
    }
    let bounds: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> =
        statements.iter().filter_map(|statement| statement.readings.first().filter(|_| statement.readings.len() == 1).copied()).collect();
    for statement in &mut statements {
        if let [(start, end)] = statement.readings.as_mut_slice() {
            let close = |other: &&(DateTime<Utc>, Option<DateTime<Utc>>)| {
                near(other.0, *start) && other.1.zip(*end).is_some_and(|(a, b)| near(a, b))
            };
            let together: Vec<_> = bounds.iter().filter(close).copied().collect();
            *start = together.iter().map(|(start, _)| *start).min().unwrap_or(*start);
            *end = together.iter().filter_map(|(_, end)| *end).max().or(*end);
        }
    }
    statements
}

/// Whether a window that the subject states is one of those found: the same start, or the same day give or take a zone.
pub fn agrees(statement: &Statement, windows: &[Window], tolerance_minutes: u32) -> bool {
    let allowed = TimeDelta::minutes(i64::from(tolerance_minutes));
    // A date in a subject is the provider's local day, which begins up to 14 hours before the UTC day or ends 12 after.
    let zone = TimeDelta::hours(14);
    statement.readings.iter().any(|(start, end)| {
        windows.iter().any(|window| match statement.precision {
            Precision::Minute => {
                let same_end = end.zip(window.end).is_none_or(|(stated, found)| (stated - found).abs() <= allowed);
                (*start - window.start).abs() <= allowed && same_end
            }
            Precision::Day => {
                let last = end.unwrap_or(*start + TimeDelta::days(1));
                window.start < last + zone && window.end.unwrap_or(window.start + TimeDelta::minutes(1)) > *start - zone
            }
        })
    })
}
