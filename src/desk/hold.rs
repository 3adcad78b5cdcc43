//! `hold`: not now, but surely before it is too late.

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, Weekday};

use crate::{
    desk::{
        Plan, answer,
        reply::{Answered, unclear},
    },
    model::{Decision, Draft, DraftState, Local, ReplyOutcome, Zones},
    rules::time::{self, TimeContext},
};

pub(super) fn hold(plan: &mut Plan<'_>, reply: &Answered<'_>, day: Option<&str>) -> ReplyOutcome {
    let wanted = match day {
        None => Ok(next_working_day(plan)),
        Some(text) => hold_until(plan, text),
    };
    let begun = reply.draft.starts_at.is_some_and(|start| start <= plan.now);
    let until = match wanted {
        Ok(_) if begun => {
            let why = "the window has begun, so it cannot be held any more";
            return unclear(plan, reply, why);
        }
        Ok(until) => latest_hold(plan, &reply.draft).map_or(until, |latest| until.min(latest)),
        Err(why) => {
            return unclear(plan, reply, &why);
        }
    };
    reply.record(plan, Decision::Hold(until));
    plan.keep_draft(Draft { state: DraftState::Held(until), ..reply.draft.clone() });
    answer::held(plan, reply, until);
    ReplyOutcome::Accepted
}

/// A hold ends when the notice must be out and when the window becomes urgent, whichever of them is still ahead.
fn latest_hold(plan: &Plan<'_>, draft: &Draft) -> Option<DateTime<Utc>> {
    let urgent_from = draft.starts_at.map(|start| start - plan.desk.policy.agenda.urgent_within);
    [draft.send_by, urgent_from, draft.starts_at].into_iter().flatten().filter(|at| *at > plan.now).min()
}

/// Nine o'clock of the next working day, staff's zone.
fn next_working_day(plan: &Plan<'_>) -> DateTime<Utc> {
    let zone = plan.desk.policy.zone;
    let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
    let today = plan.desk.zones.local(zone, plan.now).0.date_naive();
    let mut day = today.succ_opt().unwrap_or(today);
    let holidays = &plan.desk.policy.agenda.holidays;
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || holidays.contains(&day) {
        day = day.succ_opt().unwrap_or(day);
    }
    match plan.desk.zones.resolve(zone, day.and_time(nine)) {
        Local::One(at) | Local::Twice(at, _) => at,
        Local::Never | Local::Unknown => plan.now + TimeDelta::hours(24),
    }
}

/// `Thu 9:00`, `2020-09-08 14:00`, `Friday`: in staff's zone, the next such time.
fn hold_until(plan: &Plan<'_>, text: &str) -> Result<DateTime<Utc>, String> {
    let (zone, zones) = (plan.desk.policy.zone, plan.desk.zones);
    let unclear = || format!("“{text}” is no time that I understand; write hold until Thu 9:00, or hold until 2026-09-08 14:00");
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let at = match weekday(first) {
        Some(wanted) => {
            let rest: Vec<&str> = words.filter(|word| !word.eq_ignore_ascii_case("at")).collect();
            let time = if rest.is_empty() { NaiveTime::from_hms_opt(9, 0, 0) } else { clock(&rest.join("")) }.ok_or_else(unclear)?;
            let today = zones.local(zone, plan.now).0.date_naive();
            let days = today.iter_days().take(15).filter(|day| day.weekday() == wanted);
            days.filter_map(|day| local(zones, zone, day, time)).find(|at| *at > plan.now).ok_or_else(unclear)?
        }
        None => {
            let context = TimeContext { zones, arrived_at: plan.now, zone: Some(zone), order: None, date: None };
            let statement = time::statements(text, &context).into_iter().next().ok_or_else(unclear)?;
            match statement.readings.as_slice() {
                [(start, _)] if statement.problems.iter().all(|problem| !problem.blocking) => *start,
                _ => return Err(unclear()),
            }
        }
    };
    if at <= plan.now { Err(format!("“{text}” is past")) } else { Ok(at) }
}

fn local(zones: &Zones, zone: chrono_tz::Tz, day: chrono::NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    match zones.resolve(zone, day.and_time(time)) {
        Local::One(at) | Local::Twice(at, _) => Some(at),
        Local::Never | Local::Unknown => None,
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    word.trim_end_matches([',', '.']).parse().ok()
}

/// `9:00`, `9am`, `14:30`, `9`.
fn clock(text: &str) -> Option<NaiveTime> {
    let lower = text.to_lowercase();
    let (digits, shift) = match lower.strip_suffix("pm") {
        Some(digits) => (digits, 12),
        None => (lower.strip_suffix("am").unwrap_or(&lower), 0),
    };
    let (hour, minute) = digits.split_once(':').unwrap_or((digits, "0"));
    let hour: u32 = hour.trim().parse().ok()?;
    NaiveTime::from_hms_opt(if shift == 12 && hour < 12 { hour + 12 } else { hour }, minute.trim().parse().ok()?, 0)
}
