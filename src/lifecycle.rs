//! What a notification changes in what is known: which maintenance it is about, and how that maintenance goes on.
//!
//! The main road is without an id: same provider, same windows, same or overlapping objects are the same maintenance (W08). Anything
//! weaker is asked of a person. A mail about a part of a maintenance changes that part alone. An older mail never overwrites a newer state.

mod change;
mod matching;
mod part;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Kind, Notification, Role, Status, Window};

pub use change::{change, revised, takes_away};
pub use matching::{By, Heard, Match, matching};
pub use part::{Portion, completed, ends_another_window, portion};

/// The windows in which work is planned: main ones that are neither called off nor over.
fn standing(windows: &[Window]) -> impl Iterator<Item = &Window> {
    let ended = |window: &&Window| matches!(window.status, Some(Status::Cancelled | Status::Completed));
    windows.iter().filter(|window| window.role == Role::Main).filter(move |window| !ended(window))
}

/// Start of the first main window, and when the last of them is over, UTC.
#[must_use]
pub fn span(windows: &[Window]) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let main = || standing(windows);
    (main().map(|window| window.start).min(), main().map(over_at).max())
}

/// When a window is over: at its end, or a day after its start where no end is stated. What has begun is not over for that.
fn over_at(window: &Window) -> DateTime<Utc> {
    window.end.unwrap_or(window.start + TimeDelta::days(1))
}

/// Whether nothing of it lies ahead: every window is over in every reading. False where no window is known.
#[must_use]
pub fn is_over(said: &Notification, now: DateTime<Utc>) -> bool {
    !said.windows.is_empty() && said.readings.iter().chain(std::iter::once(&said.windows)).flatten().all(|window| over_at(window) <= now)
}

/// Whether a notification can stand without any window: it cancels, ends, reports an outage or is a watch item.
#[must_use]
pub fn needs_no_window(kind: Option<Kind>, said: &Notification) -> bool {
    kind == Some(Kind::Incident) || said.watch.is_some() || matches!(said.status, Some(Status::Cancelled | Status::Completed))
}

/// Whether two statements share a main window by its start.
fn shares_start(a: &[Window], b: &[Window]) -> bool {
    a.iter().any(|one| b.iter().any(|other| one.start == other.start))
}

/// Whether two statements name an object in common; case does not count.
fn names_meet(a: &Notification, b: &Notification) -> bool {
    a.objects.iter().any(|one| b.objects.iter().any(|other| one.object_id.eq_ignore_ascii_case(&other.object_id)))
}

/// Whether two statements name the same windows that stand; an end that one of them leaves out does not count.
fn same_windows(old: &[Window], new: &[Window]) -> bool {
    let main = |windows: &[Window]| {
        let mut list: Vec<_> = standing(windows).map(|window| (window.start, window.end)).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let (old, new) = (main(old), main(new));
    old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| a.0 == b.0 && (a.1 == b.1 || a.1.is_none() || b.1.is_none()))
}

/// Whether nobody can tell from these windows when exactly it is: none, a window longer than three days, or dates alone.
fn is_rough(windows: &[Window]) -> bool {
    let mut standing = standing(windows);
    match (standing.next(), standing.next()) {
        (None, _) => true,
        (Some(one), None) => {
            one.precision == crate::model::Precision::Day || one.end.is_some_and(|end| end - one.start > TimeDelta::days(3))
        }
        _ => false,
    }
}

/// Whether every window that stands lies inside a rough one and is narrower: the date that was promised.
fn narrows(rough: &[Window], exact: &[Window]) -> bool {
    let (from, until) = span(rough);
    let inside = |window: &Window| from.is_none_or(|from| window.start >= from) && until.is_none_or(|until| over_at(window) <= until);
    is_rough(rough) && !is_rough(exact) && standing(exact).all(inside)
}

#[cfg(test)]
mod tests;
