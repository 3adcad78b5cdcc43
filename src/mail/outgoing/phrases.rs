//! Words that staff mails, notices and the digest share: how many, how long, how bad, which service.

use chrono::TimeDelta;

use super::language::Language;
use crate::model::{Impact, Maintenance, Role, Status, Window};

/// `30 minutes`, `1 hour`, `2 hours 15 minutes`.
#[must_use]
pub fn minutes_in_words(minutes: u32) -> String {
    let unit = |count: u32, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    match (minutes / 60, minutes % 60) {
        (0, rest) => unit(rest, "minute"),
        (hours, 0) => unit(hours, "hour"),
        (hours, rest) => format!("{} {}", unit(hours, "hour"), unit(rest, "minute")),
    }
}

/// `8 hours`, `45 minutes`, `18 days`: the length of a window.
#[must_use]
pub fn length_in_words(length: TimeDelta) -> String {
    let minutes = length.num_minutes().max(0);
    if minutes >= 72 * 60 {
        let days = minutes / (24 * 60);
        return format!("{days} days");
    }
    minutes_in_words(u32::try_from(minutes).unwrap_or(u32::MAX))
}

/// `1 customer`, `14 customers`.
#[must_use]
pub fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn listed(words: &[String]) -> String {
    Language::English.listed(words)
}

/// `1-8, 10`: ascending numbers, runs of them as one.
#[must_use]
pub fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let words: Vec<String> =
        runs.into_iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") }).collect();
    words.join(", ")
}

/// The windows in which work is planned: main ones that are not called off.
pub fn main_windows(maintenance: &Maintenance) -> impl Iterator<Item = &Window> {
    maintenance.said.windows.iter().filter(|window| window.role == Role::Main && window.status != Some(Status::Cancelled))
}

/// Whether the only planned window is a roll-out.
#[must_use]
pub fn long_roll_out(maintenance: &Maintenance) -> bool {
    let mut mains = main_windows(maintenance);
    let (Some(window), None) = (mains.next(), mains.next()) else { return false };
    is_roll_out(window)
}

/// A window longer than three days is a roll-out: nobody knows yet which night is ours.
#[must_use]
pub fn is_roll_out(window: &Window) -> bool {
    window.end.is_some_and(|end| end - window.start > TimeDelta::days(3))
}

/// A service's name for subjects and tables: `Managed Mail Services` is `Mail`.
#[must_use]
pub fn short_service(name: &str) -> String {
    let front = name.strip_prefix("Managed ").unwrap_or(name);
    let short = front.strip_suffix(" Services").or_else(|| front.strip_suffix(" Service")).unwrap_or(front).trim();
    if short.is_empty() { name.trim().to_owned() } else { short.to_owned() }
}

/// Short service names within `max` characters: `Web, Mail`, or `Web +3` where they do not fit.
#[must_use]
pub fn short_services<'a>(names: impl IntoIterator<Item = &'a str>, max: usize) -> String {
    let short: Vec<String> = names.into_iter().map(|name| super::one_line(&short_service(name), max.max(4))).collect();
    let all = short.join(", ");
    if all.chars().count() <= max {
        return all;
    }
    match short.as_slice() {
        [first, rest @ ..] => {
            let more = format!(" +{}", rest.len());
            let room = max.saturating_sub(more.len()).max(4);
            format!("{}{}", super::one_line(first, room), if rest.is_empty() { "" } else { &more })
        }
        [] => String::new(),
    }
}

/// What may happen, in two or three words for subjects and tables.
#[must_use]
pub fn effect(impact: Impact) -> &'static str {
    match impact {
        Impact::NoImpact => "no downtime",
        Impact::ReducedRedundancy => "less redundant",
        Impact::Degraded => "may be slow",
        Impact::Outage | Impact::Unstated => "may go DOWN",
    }
}
