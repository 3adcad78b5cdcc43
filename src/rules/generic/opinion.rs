//! What the reader without rules says of a mail beside a rule: the windows that it surely states, the one window of a letter in free words,
//! a notice among a newsletter's offers. None of it decides alone: a rule asks, or a person looks.

use super::{MOST_PROSE, bounded_forms, running, window, windows};
use crate::model::{Mail, Precision, Problem, ProblemKind, Role, Status, Window};
use crate::rules::sign;
use crate::rules::time::{self, Statement, TimeContext};
use crate::rules::words;

/// The windows with a start and an end that a mail's text surely states, whatever a rule reads in it: the second opinion on that rule.
/// Former windows, days, and what can be read in two ways are left out.
pub(in crate::rules) fn certain_windows(mail: &Mail, context: &TimeContext<'_>) -> Vec<Window> {
    let inner = forwarded(mail);
    let (forms, _) = bounded_forms(inner.as_ref().unwrap_or(mail));
    let stated = windows::windows(&mail.subject, &forms, context).stated;
    let current = stated.into_iter().filter(|one| !one.former).map(|one| one.statement).collect();
    let certain = time::united(current).into_iter().filter(|statement| {
        statement.precision == Precision::Minute
            && statement.readings.len() == 1
            && !statement.problems.iter().any(|problem| problem.blocking)
    });
    certain.filter_map(|statement| window(&statement, Role::Main, 0)).filter(|window| window.end.is_some()).collect()
}

/// The windows of a letter in free words, for a rule that knows the letter.
#[derive(Debug, Default)]
pub(in crate::rules) struct Told {
    /// Each window with its role, and whether the letter leaves it.
    pub(in crate::rules) windows: Vec<(Statement, Role, bool)>,
    /// What keeps the letter from being sure: several windows, or a time that is neither window nor anything else known.
    pub(in crate::rules) problems: Vec<Problem>,
}

/// Reads the windows of a letter in free words. Sure is only the letter that states one window, in however many zones or places, and no other time.
pub(in crate::rules) fn told(mail: &Mail, context: &TimeContext<'_>) -> Told {
    let inner = forwarded(mail);
    let mail = inner.as_ref().unwrap_or(mail);
    let stated = windows::windows(&mail.subject, &bounded_forms(mail).0, context).stated;
    let current = |role: Role| stated.iter().filter(|one| !one.former && one.role == role).map(|one| one.statement.clone()).collect();
    let mut told = Told::default();
    let mut read = Vec::new();
    for role in [Role::Main, Role::Backup] {
        let united = time::united(current(role));
        if role == Role::Main && united.len() > 1 {
            let detail = format!("the letter states {} windows: which hold, and for what?", united.len());
            told.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
        read.extend(united.iter().flat_map(|one| one.readings.clone()));
        told.windows.extend(united.into_iter().map(|statement| (statement, role, false)));
    }
    let left = stated.iter().filter(|one| one.former).map(|one| one.statement.clone());
    told.windows.extend(left.map(|statement| (statement, Role::Main, true)));
    read.extend(stated.iter().filter(|one| one.former).flat_map(|one| one.statement.readings.clone()));
    let known = |one: &Statement| {
        one.readings.iter().any(|(start, end)| {
            read.iter().any(|(from, until)| {
                let last = until.unwrap_or(*from);
                if one.precision == Precision::Day {
                    // The day of a window, or a day in it.
                    return *from < end.unwrap_or(*start) && *start <= last;
                }
                from <= start && *start <= last && end.is_none_or(|end| end <= last)
            })
        })
    };
    let other = running::judged(mail.text().get(..mail.text().floor_char_boundary(MOST_PROSE)).unwrap_or_default(), context)
        .into_iter()
        .find(|one| {
            let ahead =
                one.statement.precision == Precision::Day && one.statement.readings.iter().any(|(start, _)| *start > context.arrived_at);
            let meant = matches!(one.kind, running::Sort::Window | running::Sort::End) || one.kind == running::Sort::Other && ahead;
            meant && !one.statement.readings.is_empty() && !known(&one.statement)
        });
    if let Some(other) = other.filter(|_| !told.windows.is_empty()) {
        let detail = format!("beside the window the letter states {:?}: what is that?", other.statement.as_written);
        told.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
    }
    told
}

/// How far above a window the phrase may stand that says what it is for, in bytes.
const NOTICE_ABOVE: usize = 500;

/// A longer text is not searched whole for the phrase before its windows are: that would take longer than they do.
const SEARCHED_WHOLE: usize = 50_000;

/// More windows ahead than these are not looked at one by one; a person does.
const MOST_AHEAD: usize = 100;

/// A newsletter may carry one notice among its offers: a phrase of notices shortly above a window that lies ahead.
pub(super) fn notice_beside_window(mail: &Mail, context: &TimeContext<'_>) -> bool {
    let text = mail.text();
    if text.len() <= SEARCHED_WHOLE && !sign::speaks_of_notice(text) {
        return false;
    }
    let above = |one: &Statement| {
        let begin: String = one.as_written.chars().take(16).collect();
        let at = text.find(&begin)?;
        text.get(text.floor_char_boundary(at.saturating_sub(NOTICE_ABOVE))..at)
    };
    let ahead = |one: &Statement| {
        // A stranger's appointment names no zone; a provider's window does.
        one.precision == Precision::Minute
            && one.zone_stated
            && one
                .readings
                .iter()
                .any(|(start, end)| *start > context.arrived_at && end.is_some_and(|end| (end - *start).num_hours() <= 72))
    };
    let stated = windows::windows(&mail.subject, &bounded_forms(mail).0, context).stated;
    let coming: Vec<&Statement> = stated.iter().map(|one| &one.statement).filter(|one| ahead(one)).collect();
    coming.len() > MOST_AHEAD || coming.into_iter().any(|one| above(one).is_some_and(sign::speaks_of_notice))
}

/// A mail whose own words are few carries its notice below them: a bare forward, or a body that is quoted whole.
pub(super) fn forwarded(mail: &Mail) -> Option<Mail> {
    let fresh = mail.text().trim();
    if fresh.chars().count() >= 300 || words::status(fresh).is_some_and(|said| said.value != Status::Confirmed) || !time_like(fresh) {
        let quoted = [&mail.plain, &mail.html].into_iter().flatten().any(|body| !body.quoted.trim().is_empty());
        let few = fresh.chars().count() < 300 && words::status(fresh).is_none_or(|said| said.value == Status::Confirmed);
        if !(few && quoted) {
            return None;
        }
        let mut inner = mail.clone();
        for body in [&mut inner.plain, &mut inner.html].into_iter().flatten() {
            let below = body.quoted.lines().map(|line| line.trim_start_matches(['>', ' '])).collect::<Vec<_>>().join("\n");
            body.fresh = format!("{}\n\n{below}", body.fresh);
        }
        return Some(inner);
    }
    None
}

fn time_like(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 6
}
