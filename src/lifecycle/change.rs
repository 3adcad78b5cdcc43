//! What a notification changes in the maintenance that it is about, and the maintenance after it.

use chrono::{DateTime, Utc};

use super::{narrows, same_windows, standing};
use crate::model::{AffectedObject, Change, HistoryLine, Impact, Kind, Maintenance, Notification, Role, Status, Window};

/// What a notification changes in the maintenance that it is about.
#[must_use]
pub fn change(known: &Maintenance, said: &Notification, now: DateTime<Utc>) -> Change {
    let old = &known.said;
    // A count that goes down in a mail that is written later is the provider's slip: nothing is swallowed for it.
    let later = matches!((said.stamp, old.stamp), (Some(new), Some(before)) if new > before);
    let older = match (said.sequence, old.sequence) {
        (Some(new), Some(before)) if new != before => new < before && !later,
        _ => matches!((said.stamp, old.stamp), (Some(new), Some(before)) if new < before),
    };
    if older {
        return Change::Stale;
    }
    // Of several readings a person may have chosen another than the first: the same words again are no move.
    let read_before = said.readings.iter().any(|reading| same_windows(&old.windows, reading));
    let moved = !said.windows.is_empty() && !same_windows(&old.windows, &said.windows) && !read_before;
    let ended = matches!(known.status, Status::Cancelled | Status::Completed);
    let begun = known.status == Status::InProcess || standing(&old.windows).any(|window| window.start <= now);
    match said.status {
        _ if said.retracted && known.status == Status::Cancelled => Change::Unchanged,
        _ if said.retracted => Change::Retracted,
        Some(Status::Cancelled) if known.status == Status::Cancelled => Change::Unchanged,
        Some(Status::Cancelled) => Change::Cancelled,
        Some(Status::Completed) if known.status == Status::Completed => Change::Unchanged,
        Some(Status::Completed) => Change::Completed,
        status if moved && !ended && (begun || status == Some(Status::InProcess)) && is_longer(&old.windows, &said.windows) => {
            Change::Extended { from: old.windows.clone() }
        }
        Some(Status::InProcess) if !moved && matches!(known.status, Status::Tentative | Status::Confirmed | Status::Rescheduled) => {
            Change::Started
        }
        _ if moved && is_date(&old.windows, &said.windows) => Change::Updated { fields: vec!["date".to_owned()] },
        _ if moved && is_no_move(&old.windows, &said.windows) => Change::Updated { fields: vec!["windows".to_owned()] },
        _ if moved => Change::Rescheduled { from: old.windows.clone() },
        _ => {
            let fields = changed_fields(known, said);
            if fields.is_empty() { Change::Unchanged } else { Change::Updated { fields } }
        }
    }
}

/// Whether a change takes away from what customers hear: a window, an object, how bad it is, or the whole.
#[must_use]
pub fn takes_away(known: &Maintenance, said: &Notification, change: &Change) -> bool {
    let old = &known.said;
    let kept = |window: &Window| standing(&said.windows).any(|one| one.start <= window.start && one.end >= window.end);
    let lost_window = !said.windows.is_empty() && !standing(&old.windows).all(kept);
    let lost_object = !said.objects.is_empty()
        && !old.objects.iter().all(|object| said.objects.iter().any(|one| one.object_id.eq_ignore_ascii_case(&object.object_id)));
    let milder = said.impact != Impact::Unstated && said.impact.severity() < old.impact.severity();
    match change {
        Change::Updated { .. } => lost_window || lost_object || milder,
        Change::Rescheduled { .. } => true,
        _ => change.reduces(),
    }
}

/// The date of what was rough, or had none yet.
fn is_date(old: &[Window], new: &[Window]) -> bool {
    standing(old).next().is_none() || narrows(old, new)
}

/// Other windows, and nothing is moved: one night of several less, or one more.
fn is_no_move(old: &[Window], new: &[Window]) -> bool {
    let among = |window: &Window, list: &[Window]| standing(list).any(|one| one.start == window.start && one.end == window.end);
    standing(new).next().is_some() && standing(new).all(|window| among(window, old)) || standing(old).all(|window| among(window, new))
}

fn is_longer(old: &[Window], new: &[Window]) -> bool {
    let first = |windows: &[Window]| windows.iter().map(|window| window.start).min();
    let last = |windows: &[Window]| windows.iter().filter_map(|window| window.end).max();
    first(old) == first(new) && last(new) > last(old)
}

fn changed_fields(known: &Maintenance, said: &Notification) -> Vec<String> {
    let old = &known.said;
    let ids = |said: &Notification| {
        let mut ids: Vec<String> = said.objects.iter().map(|object| object.object_id.to_lowercase()).collect();
        ids.sort();
        ids
    };
    // An object whose impact the mail leaves out is not said to suffer less.
    let impact_of = |object: &AffectedObject| {
        let before = old.objects.iter().find(|known| known.object_id.eq_ignore_ascii_case(&object.object_id));
        before.is_some_and(|known| object.impact != Impact::Unstated && object.impact != known.impact)
    };
    let backup = |windows: &[Window]| {
        let mut list: Vec<_> =
            windows.iter().filter(|window| window.role == Role::Backup).map(|window| (window.start, window.end)).collect();
        list.sort_unstable();
        list
    };
    let ends = |windows: &[Window]| windows.iter().filter(|window| window.role == Role::Main && window.end.is_some()).count();
    let mut fields = Vec::new();
    let mut differs = |field: &str, is: bool| {
        if is {
            fields.push(field.to_owned());
        }
    };
    differs("objects", !said.objects.is_empty() && ids(old) != ids(said));
    differs("end", ends(&said.windows) > ends(&old.windows));
    differs("backup window", !backup(&said.windows).is_empty() && backup(&said.windows) != backup(&old.windows));
    differs("impact", said.impact != Impact::Unstated && said.impact != old.impact || said.objects.iter().any(impact_of));
    differs(
        "expected downtime",
        said.expected_downtime_minutes.is_some() && said.expected_downtime_minutes != old.expected_downtime_minutes,
    );
    differs("actions", !said.actions.is_empty() && said.actions != old.actions);
    // Planned again after a cancellation, in the same windows; or under way though it was cancelled or over.
    let again = known.status == Status::Cancelled && !said.windows.is_empty();
    let under_way = said.status == Some(Status::InProcess) && matches!(known.status, Status::Cancelled | Status::Completed);
    differs("status", again || under_way);
    differs("phase", known.kind == Some(Kind::Incident) && said.phase.is_some() && said.phase != old.phase);
    differs("status", known.status == Status::Tentative && matches!(said.status, Some(Status::Confirmed)));
    fields
}

/// The maintenance after a notification: what the mail says, with earlier values kept where it is silent. The caller sets what hangs on
/// the mail itself (thread, subject, problems, evidence).
#[must_use]
pub fn revised(known: &Maintenance, said: &Notification, change: &Change, now: DateTime<Utc>) -> Maintenance {
    let mut next = known.clone();
    next.history.push(HistoryLine { at: now, text: history_text(change) });
    match change {
        Change::Unchanged => {
            next.repeats += 1;
            return next;
        }
        Change::Stale => return next,
        _ => {}
    }
    next.revision += 1;
    next.status = match (change, said.status) {
        (Change::Cancelled | Change::Retracted, _) => Status::Cancelled,
        (Change::Completed, _) => Status::Completed,
        (Change::Started | Change::Extended { .. }, _) => Status::InProcess,
        (_, Some(Status::Tentative)) => Status::Tentative,
        (Change::Rescheduled { .. }, _) => Status::Confirmed,
        (_, Some(Status::Confirmed | Status::Rescheduled)) => Status::Confirmed,
        (_, Some(Status::InProcess)) => Status::InProcess,
        _ if known.status == Status::Cancelled => Status::Confirmed,
        _ => known.status,
    };
    if change.reduces() || *change == Change::Started {
        // A person's words for what was planned do not fit its end.
        next.edited = None;
    }
    let old = std::mem::take(&mut next.said);
    next.said = merged(old, said);
    next
}

fn merged(old: Notification, new: &Notification) -> Notification {
    let mut aliases = old.aliases.clone();
    aliases.extend(new.aliases.iter().filter(|alias| !old.aliases.contains(alias)).cloned());
    if let (Some(before), Some(after)) = (&old.maintenance_id, &new.maintenance_id)
        && before != after
        && !aliases.contains(before)
    {
        aliases.push(before.clone());
    }
    Notification {
        maintenance_id: new.maintenance_id.clone().or(old.maintenance_id),
        aliases,
        account: new.account.clone().or(old.account),
        uid: new.uid.clone().or(old.uid),
        status: new.status.or(old.status),
        impact: if new.impact == Impact::Unstated { old.impact } else { new.impact },
        windows: windows(&new.windows, old.windows),
        readings: if new.windows.is_empty() { old.readings } else { new.readings.clone() },
        former_windows: new.former_windows.clone(),
        objects: if new.objects.is_empty() { old.objects } else { new.objects.clone() },
        expected_downtime_minutes: new.expected_downtime_minutes.or(old.expected_downtime_minutes),
        actions: if new.actions.is_empty() { old.actions } else { new.actions.clone() },
        summary: new.summary.clone().or(old.summary),
        title: new.title.clone().or(old.title),
        description: new.description.clone().or(old.description),
        organizer: new.organizer.clone().or(old.organizer),
        sequence: new.sequence.or(old.sequence),
        stamp: new.stamp.or(old.stamp),
        retracted: new.retracted,
        phase: new.phase.or(old.phase),
        watch: if new.windows.is_empty() { new.watch.clone().or(old.watch) } else { None },
    }
}

/// The windows that a mail states, each with the end that was known where the mail leaves it out; those known where it states none.
fn windows(new: &[Window], old: Vec<Window>) -> Vec<Window> {
    if new.is_empty() {
        return old;
    }
    let known_end = |window: &Window| {
        let same = |known: &&Window| known.start == window.start && known.role == window.role;
        old.iter().find(same).and_then(|known| known.end)
    };
    new.iter().map(|window| Window { end: window.end.or_else(|| known_end(window)), ..window.clone() }).collect()
}

fn history_text(change: &Change) -> String {
    match change {
        Change::New => "announced".to_owned(),
        Change::Rescheduled { .. } => "moved to other windows".to_owned(),
        Change::Updated { fields } => format!("changed: {}", fields.join(", ")),
        Change::Cancelled => "cancelled by the provider".to_owned(),
        Change::Started => "under way, says the provider".to_owned(),
        Change::Extended { .. } => "extended by the provider".to_owned(),
        Change::Completed => "completed, says the provider".to_owned(),
        Change::Retracted => "sent in error, says the provider".to_owned(),
        Change::Unchanged => "repeated by the provider, nothing changed".to_owned(),
        Change::Stale => "an older mail came late and changed nothing".to_owned(),
    }
}
