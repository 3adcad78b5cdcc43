//! What a notification changes in what is known: which maintenance it is about, and how that maintenance goes on.
//!
//! The main road is without an id: same provider, same windows, same or overlapping objects are the same maintenance (W08). Anything
//! weaker is not joined here. An older mail never overwrites a newer state.

use chrono::{DateTime, Utc};

use crate::model::{Change, HistoryLine, Impact, Kind, Maintenance, Notification, Role, Status, Window};

/// Finds the maintenance that a notification is about among those that the store found. `answers` are the Message-IDs that the mail
/// answers, `alone` says whether the mail holds this one notification only (a thread then names it).
#[must_use]
pub fn matching<'k>(
    known: &'k [Maintenance],
    provider: &str,
    answers: &[String],
    alone: bool,
    said: &Notification,
) -> Option<&'k Maintenance> {
    let candidates = || known.iter().filter(|maintenance| maintenance.provider == provider);
    // Blocks of one mail may share its reference: then the objects tell them apart, else the windows.
    let referred = || candidates().filter(|maintenance| shares_reference(&maintenance.said, said));
    let by_reference = referred()
        .find(|maintenance| shares_object(&maintenance.said, said))
        .or_else(|| referred().find(|maintenance| shares_start(&maintenance.said.windows, &said.windows)))
        .or_else(|| referred().next());
    let by_thread = || {
        let mut hits = candidates()
            .filter(|maintenance| !contradicts(&maintenance.said, said) && maintenance.thread.iter().any(|id| answers.contains(id)));
        match (hits.next(), hits.next(), alone) {
            (Some(one), None, true) => Some(one),
            _ => None,
        }
    };
    let by_windows = || {
        candidates().find(|maintenance| {
            let theirs = &maintenance.said;
            let same_windows = shares_start(&theirs.windows, &said.windows) || shares_start(&theirs.windows, &said.former_windows);
            !contradicts(theirs, said) && same_windows && objects_meet(theirs, said)
        })
    };
    by_reference.or_else(by_thread).or_else(by_windows)
}

fn references(said: &Notification) -> impl Iterator<Item = &String> {
    said.maintenance_id.iter().chain(&said.aliases).chain(&said.uid)
}

fn shares_reference(a: &Notification, b: &Notification) -> bool {
    references(a).any(|one| references(b).any(|other| one.eq_ignore_ascii_case(other)))
}

/// Two different ids are two maintenances, whatever else agrees.
fn contradicts(a: &Notification, b: &Notification) -> bool {
    matches!((&a.maintenance_id, &b.maintenance_id), (Some(one), Some(other)) if !one.eq_ignore_ascii_case(other))
}

fn shares_start(a: &[Window], b: &[Window]) -> bool {
    a.iter().any(|one| b.iter().any(|other| one.start == other.start))
}

fn objects_meet(a: &Notification, b: &Notification) -> bool {
    let silent = a.objects.is_empty() || b.objects.is_empty();
    if silent {
        // Nobody names an object: the same line of summary is needed as well, or two different works of one night become one.
        return a.objects.is_empty() == b.objects.is_empty() && a.summary == b.summary || b.status == Some(Status::Cancelled);
    }
    shares_object(a, b)
}

fn shares_object(a: &Notification, b: &Notification) -> bool {
    a.objects.iter().any(|one| b.objects.iter().any(|other| one.object_id.eq_ignore_ascii_case(&other.object_id)))
}

/// What a notification changes in the maintenance that it is about.
#[must_use]
pub fn change(known: &Maintenance, said: &Notification) -> Change {
    let old = &known.said;
    let older = match (said.sequence, old.sequence) {
        (Some(new), Some(before)) if new != before => new < before,
        _ => matches!((said.stamp, old.stamp), (Some(new), Some(before)) if new < before),
    };
    if older {
        return Change::Stale;
    }
    let moved = !said.windows.is_empty() && !same_windows(&old.windows, &said.windows);
    match said.status {
        Some(Status::Cancelled) if known.status == Status::Cancelled => Change::Unchanged,
        Some(Status::Cancelled) => Change::Cancelled,
        Some(Status::Completed) if known.status == Status::Completed => Change::Unchanged,
        Some(Status::Completed) => Change::Completed,
        Some(Status::InProcess) if moved && is_longer(&old.windows, &said.windows) => Change::Extended { from: old.windows.clone() },
        Some(Status::InProcess) if known.status != Status::InProcess && !moved => Change::Started,
        _ if moved && old.windows.is_empty() => Change::Updated { fields: vec!["windows".to_owned()] },
        _ if moved => Change::Rescheduled { from: old.windows.clone() },
        _ => {
            let fields = changed_fields(known, said);
            if fields.is_empty() { Change::Unchanged } else { Change::Updated { fields } }
        }
    }
}

/// Whether two statements name the same windows; an end that one of them leaves out does not count.
fn same_windows(old: &[Window], new: &[Window]) -> bool {
    let main = |windows: &[Window]| {
        let mut list: Vec<_> = windows.iter().filter(|window| window.role == Role::Main).map(|window| (window.start, window.end)).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let (old, new) = (main(old), main(new));
    old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| a.0 == b.0 && (a.1 == b.1 || a.1.is_none() || b.1.is_none()))
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
    let mut fields = Vec::new();
    let mut differs = |field: &str, is: bool| {
        if is {
            fields.push(field.to_owned());
        }
    };
    differs("objects", !said.objects.is_empty() && ids(old) != ids(said));
    differs("impact", said.impact != Impact::Unstated && said.impact != old.impact);
    differs(
        "expected downtime",
        said.expected_downtime_minutes.is_some() && said.expected_downtime_minutes != old.expected_downtime_minutes,
    );
    differs("actions", !said.actions.is_empty() && said.actions != old.actions);
    // Planned again after a cancellation, in the same windows.
    differs("status", known.status == Status::Cancelled && !said.windows.is_empty());
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
    if reduces(change) || *change == Change::Started {
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
    let keep = |new: &Vec<_>, old: Vec<_>| if new.is_empty() { old } else { new.clone() };
    Notification {
        maintenance_id: new.maintenance_id.clone().or(old.maintenance_id),
        aliases,
        account: new.account.clone().or(old.account),
        uid: new.uid.clone().or(old.uid),
        status: new.status.or(old.status),
        impact: if new.impact == Impact::Unstated { old.impact } else { new.impact },
        windows: keep(&new.windows, old.windows),
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
        watch: if new.windows.is_empty() { new.watch.clone().or(old.watch) } else { None },
    }
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

/// Start of the first main window and end of the last, UTC.
#[must_use]
pub fn span(windows: &[Window]) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let main = || windows.iter().filter(|window| window.role == Role::Main);
    (main().map(|window| window.start).min(), main().filter_map(|window| window.end).max())
}

/// Whether nothing of it lies ahead: every window's end (its start, where no end is stated) is past. False where no window is known.
#[must_use]
pub fn is_over(said: &Notification, now: DateTime<Utc>) -> bool {
    !said.windows.is_empty()
        && said.readings.iter().chain(std::iter::once(&said.windows)).flatten().all(|window| window.end.unwrap_or(window.start) <= now)
}

/// Whether a change narrows what customers will hear: from a sender that is not proved it never undoes anything by itself.
#[must_use]
pub fn reduces(change: &Change) -> bool {
    matches!(change, Change::Cancelled | Change::Completed | Change::Retracted)
}

/// Whether a notification can stand without any window: it cancels, ends, reports an outage or is a watch item.
#[must_use]
pub fn needs_no_window(kind: Option<Kind>, said: &Notification) -> bool {
    kind == Some(Kind::Incident) || said.watch.is_some() || matches!(said.status, Some(Status::Cancelled | Status::Completed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AffectedObject, MailId, MaintenanceId};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn window(start: &str, end: &str) -> Window {
        Window {
            start: at(start),
            end: Some(at(end)),
            role: Role::Main,
            status: None,
            zone: None,
            as_written: String::new(),
            precision: crate::model::Precision::Minute,
        }
    }

    fn said(object: &str, start: &str, end: &str) -> Notification {
        Notification {
            windows: vec![window(start, end)],
            objects: vec![AffectedObject { object_id: object.into(), impact: Impact::Unstated }],
            ..Notification::default()
        }
    }

    fn known(said: Notification) -> Maintenance {
        Maintenance {
            id: MaintenanceId(1),
            revision: 1,
            provider: "northfield".into(),
            kind: Some(Kind::Maintenance),
            status: Status::Confirmed,
            said,
            rule: None,
            problems: Vec::new(),
            evidence: Vec::new(),
            mail: MailId(1),
            thread: vec!["first@northfield.example".into()],
            subject: String::new(),
            sender: String::new(),
            chosen_services: None,
            dropped: Vec::new(),
            edited: None,
            closed: None,
            held_back: false,
            first_seen_at: at("2020-09-01T00:00:00Z"),
            owner: None,
            repeats: 0,
            history: Vec::new(),
        }
    }

    const A: (&str, &str) = ("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z");
    const B: (&str, &str) = ("2020-09-12T04:00:00Z", "2020-09-12T12:00:00Z");

    #[test]
    fn w08_without_an_id_windows_and_objects_join() {
        let list = [known(said("mail01", A.0, A.1))];
        let hit = |provider: &str, answers: &[String], new: &Notification| matching(&list, provider, answers, true, new).is_some();
        assert!(hit("northfield", &[], &said("MAIL01", A.0, A.1)));
        assert!(!hit("northfield", &[], &said("web01", A.0, A.1)));
        assert!(!hit("northfield", &[], &said("mail01", B.0, B.1)));
        assert!(!hit("other", &[], &said("mail01", A.0, A.1)));
        let moved = Notification { former_windows: vec![window(A.0, A.1)], ..said("mail01", B.0, B.1) };
        assert!(hit("northfield", &[], &moved));
        assert!(hit("northfield", &["first@northfield.example".into()], &said("web01", B.0, B.1)));
    }

    #[test]
    fn blocks_that_share_a_reference_are_told_apart_by_their_objects() {
        let with =
            |object: &str, window: (&str, &str)| Notification { maintenance_id: Some("M-1".into()), ..said(object, window.0, window.1) };
        let second = Maintenance { id: MaintenanceId(2), ..known(with("web01", B)) };
        let list = [known(with("mail01", A)), second];
        let hit = |new: &Notification| matching(&list, "northfield", &[], false, new).map(|maintenance| maintenance.id);
        assert_eq!(hit(&with("web01", A)), Some(MaintenanceId(2)));
        assert_eq!(hit(&with("mail01", B)), Some(MaintenanceId(1)));
        assert_eq!(hit(&with("db01", B)), Some(MaintenanceId(2)));
    }

    #[test]
    fn two_different_ids_are_two_maintenances() {
        let with = |id: &str| Notification { maintenance_id: Some(id.into()), ..said("mail01", A.0, A.1) };
        let list = [known(with("M-1"))];
        assert!(matching(&list, "northfield", &[], true, &with("M-2")).is_none());
        assert!(matching(&list, "northfield", &[], true, &with("m-1")).is_some());
    }

    #[test]
    fn the_table_of_changes() {
        let m = known(said("mail01", A.0, A.1));
        let status = |status: Status, new: Notification| Notification { status: Some(status), ..new };
        let cases: Vec<(Notification, Change)> = vec![
            (said("mail01", A.0, A.1), Change::Unchanged),
            (Notification::default(), Change::Unchanged),
            (said("mail01", B.0, B.1), Change::Rescheduled { from: m.said.windows.clone() }),
            (said("web01", A.0, A.1), Change::Updated { fields: vec!["objects".into()] }),
            (status(Status::Cancelled, Notification::default()), Change::Cancelled),
            (status(Status::Completed, Notification::default()), Change::Completed),
            (status(Status::InProcess, said("mail01", A.0, A.1)), Change::Started),
            (status(Status::InProcess, said("mail01", A.0, "2020-09-10T15:00:00Z")), Change::Extended { from: m.said.windows.clone() }),
            (Notification { impact: Impact::Outage, ..said("mail01", A.0, A.1) }, Change::Updated { fields: vec!["impact".into()] }),
        ];
        for (new, expected) in cases {
            assert_eq!(change(&m, &new), expected, "{new:?}");
        }
    }

    #[test]
    fn an_older_mail_never_overwrites() {
        let mut m = known(said("mail01", A.0, A.1));
        m.said.stamp = Some(at("2020-09-05T00:00:00Z"));
        let old = Notification { stamp: Some(at("2020-09-04T00:00:00Z")), ..said("mail01", B.0, B.1) };
        assert_eq!(change(&m, &old), Change::Stale);
        let next = revised(&m, &old, &Change::Stale, at("2020-09-06T00:00:00Z"));
        assert_eq!((next.revision, &next.said), (1, &m.said));
    }

    #[test]
    fn a_cancellation_inherits_what_it_does_not_say() {
        let m = known(said("mail01", A.0, A.1));
        let cancel = Notification { status: Some(Status::Cancelled), ..Notification::default() };
        let next = revised(&m, &cancel, &Change::Cancelled, at("2020-09-06T00:00:00Z"));
        assert_eq!((next.revision, next.status), (2, Status::Cancelled));
        assert_eq!((&next.said.windows, &next.said.objects), (&m.said.windows, &m.said.objects));
    }
}
