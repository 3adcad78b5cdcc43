//! What a notification changes in what is known: which maintenance it is about, and how that maintenance goes on.
//!
//! The main road is without an id: same provider, same windows, same or overlapping objects are the same maintenance (W08). Anything
//! weaker is not joined here. An older mail never overwrites a newer state.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{AffectedObject, Change, HistoryLine, Impact, Kind, Maintenance, Notification, Role, Status, Window};

/// Finds the maintenances that a notification is about among those that the store found: none or one, mostly. `answers` are the
/// Message-IDs that the mail answers, `found` is everything that the mail says, the notification included.
///
/// Several are meant only where one reference stands for several works and the notification names neither window nor object: a
/// cancellation of them all.
#[must_use]
pub fn matching<'k>(
    known: &'k [Maintenance],
    provider: &str,
    answers: &[String],
    found: &[Notification],
    said: &Notification,
) -> Vec<&'k Maintenance> {
    let candidates: Vec<&Maintenance> =
        known.iter().filter(|maintenance| maintenance.provider == provider && !contradicts(&maintenance.said, said)).collect();
    let named = by_reference(&candidates, found, said);
    if !named.is_empty() {
        return named;
    }
    let by_thread = || {
        let in_thread = |maintenance: &&&Maintenance| maintenance.thread.iter().any(|id| answers.contains(id));
        only(candidates.iter().filter(in_thread).filter(|maintenance| found.len() == 1 && !is_elsewhere(&maintenance.said, said)).copied())
    };
    let by_windows = || {
        only(candidates.iter().copied().filter(|maintenance| {
            let theirs = &maintenance.said;
            let same_windows = shares_start(&theirs.windows, &said.windows) || shares_start(&theirs.windows, &said.former_windows);
            same_windows && objects_meet(theirs, said)
        }))
    };
    by_thread().or_else(by_windows).into_iter().collect()
}

/// The one of a list; none where there are several, because nobody may guess which of them is meant.
fn only<'k>(mut list: impl Iterator<Item = &'k Maintenance>) -> Option<&'k Maintenance> {
    match (list.next(), list.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// By a reference. Where it stands for several works, in the mail or here, objects and windows say which of them is meant.
fn by_reference<'k>(candidates: &[&'k Maintenance], found: &[Notification], said: &Notification) -> Vec<&'k Maintenance> {
    let sharing: Vec<&Maintenance> = candidates.iter().copied().filter(|maintenance| shares_reference(&maintenance.said, said)).collect();
    let alone = found.iter().filter(|other| shares_reference(other, said)).count() <= 1;
    if alone && (sharing.len() == 1 || said.windows.is_empty() && said.objects.is_empty()) {
        return sharing;
    }
    let windows = |maintenance: &&&Maintenance| {
        let theirs = &maintenance.said.windows;
        shares_start(theirs, &said.windows) || shares_start(theirs, &said.former_windows)
    };
    let objects = |maintenance: &&&Maintenance| names_meet(&maintenance.said, said);
    let fits = [
        only(sharing.iter().filter(windows).filter(objects).copied()),
        only(sharing.iter().filter(objects).copied()),
        only(sharing.iter().filter(windows).filter(|one| one.said.objects.is_empty() || said.objects.is_empty()).copied()),
    ];
    fits.into_iter().flatten().take(1).collect()
}

fn references(said: &Notification) -> impl Iterator<Item = &String> {
    said.maintenance_id.iter().chain(&said.aliases).chain(&said.uid)
}

fn shares_reference(a: &Notification, b: &Notification) -> bool {
    references(a).any(|one| references(b).any(|other| one.eq_ignore_ascii_case(other)))
}

/// Two different ids are two maintenances, whatever else agrees, unless one of them was formerly the other.
fn contradicts(a: &Notification, b: &Notification) -> bool {
    let formerly = |one: &Notification, id: &str| one.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(id));
    match (&a.maintenance_id, &b.maintenance_id) {
        (Some(one), Some(other)) => !one.eq_ignore_ascii_case(other) && !formerly(a, other) && !formerly(b, one),
        _ => false,
    }
}

/// Other objects at another time, and no word of a move or an end: a work of its own, though it stands in the same thread.
fn is_elsewhere(a: &Notification, b: &Notification) -> bool {
    let goes_on = b.status.is_some_and(|status| !matches!(status, Status::Tentative | Status::Confirmed)) || !b.former_windows.is_empty();
    let stated = !a.objects.is_empty() && !b.objects.is_empty() && !a.windows.is_empty() && !b.windows.is_empty();
    stated && !goes_on && !names_meet(a, b) && !shares_start(&a.windows, &b.windows)
}

fn shares_start(a: &[Window], b: &[Window]) -> bool {
    a.iter().any(|one| b.iter().any(|other| one.start == other.start))
}

fn names_meet(a: &Notification, b: &Notification) -> bool {
    a.objects.iter().any(|one| b.objects.iter().any(|other| one.object_id.eq_ignore_ascii_case(&other.object_id)))
}

fn objects_meet(a: &Notification, b: &Notification) -> bool {
    if a.objects.is_empty() || b.objects.is_empty() {
        // Nobody names an object: the same line of summary is needed as well, or two different works of one night become one.
        return a.objects.is_empty() == b.objects.is_empty() && a.summary == b.summary || b.status == Some(Status::Cancelled);
    }
    names_meet(a, b)
}

/// What a notification changes in the maintenance that it is about.
#[must_use]
pub fn change(known: &Maintenance, said: &Notification) -> Change {
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
    match said.status {
        Some(Status::Cancelled) if known.status == Status::Cancelled => Change::Unchanged,
        Some(Status::Cancelled) => Change::Cancelled,
        Some(Status::Completed) if known.status == Status::Completed => Change::Unchanged,
        Some(Status::Completed) => Change::Completed,
        Some(Status::InProcess) if moved && is_longer(&old.windows, &said.windows) => Change::Extended { from: old.windows.clone() },
        Some(Status::InProcess) if !moved && matches!(known.status, Status::Tentative | Status::Confirmed | Status::Rescheduled) => {
            Change::Started
        }
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

/// Start of the first main window, and when the last of them is over, UTC.
#[must_use]
pub fn span(windows: &[Window]) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let main = || windows.iter().filter(|window| window.role == Role::Main);
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
    use crate::model::{MailId, MaintenanceId};

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
            closed_by: None,
            held_back: false,
            first_seen_at: at("2020-09-01T00:00:00Z"),
            owner: None,
            perhaps: Vec::new(),
            part_of: None,
            updates: Vec::new(),
            notify: false,
            repeats: 0,
            history: Vec::new(),
        }
    }

    const A: (&str, &str) = ("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z");
    const B: (&str, &str) = ("2020-09-12T04:00:00Z", "2020-09-12T12:00:00Z");

    #[test]
    fn w08_without_an_id_windows_and_objects_join() {
        let list = [known(said("mail01", A.0, A.1))];
        let hit = |provider: &str, answers: &[String], new: &Notification| {
            !matching(&list, provider, answers, std::slice::from_ref(new), new).is_empty()
        };
        assert!(hit("northfield", &[], &said("MAIL01", A.0, A.1)));
        assert!(!hit("northfield", &[], &said("web01", A.0, A.1)));
        assert!(!hit("northfield", &[], &said("mail01", B.0, B.1)));
        assert!(!hit("other", &[], &said("mail01", A.0, A.1)));
        let moved = Notification { former_windows: vec![window(A.0, A.1)], ..said("mail01", B.0, B.1) };
        assert!(hit("northfield", &[], &moved));
        let thread = ["first@northfield.example".to_owned()];
        assert!(hit("northfield", &thread, &said("mail01", B.0, B.1)));
        assert!(!hit("northfield", &thread, &said("web01", B.0, B.1)), "other objects at another time are a work of their own");
        let rescheduled = Notification { status: Some(Status::Rescheduled), ..said("web01", B.0, B.1) };
        assert!(hit("northfield", &thread, &rescheduled));
    }

    #[test]
    fn two_different_ids_are_two_maintenances() {
        let with = |id: &str| Notification { maintenance_id: Some(id.into()), ..said("mail01", A.0, A.1) };
        let list = [known(with("M-1"))];
        let hits = |list: &[Maintenance], new: Notification| matching(list, "northfield", &[], std::slice::from_ref(&new), &new).len();
        assert_eq!(hits(&list, with("M-2")), 0);
        assert_eq!(hits(&list, with("m-1")), 1);
        let shared = |id: &str| Notification { aliases: vec!["CHG-1".into()], ..with(id) };
        assert_eq!(hits(&[known(shared("M-1"))], shared("M-2")), 0, "a number above both joins them not");
        assert_eq!(hits(&list, Notification { aliases: vec!["M-1".into()], ..with("M-2") }), 1, "formerly M-1");
    }

    #[test]
    fn one_reference_may_stand_for_several_works() {
        let with = |id: i64, object: &str, window: (&str, &str)| {
            let said = Notification { maintenance_id: Some("M-1".into()), ..said(object, window.0, window.1) };
            Maintenance { id: MaintenanceId(id), ..known(said) }
        };
        let list = [with(1, "mail01", A), with(2, "web01", B)];
        let found: Vec<Notification> = list.iter().map(|one| one.said.clone()).collect();
        let hits = |found: &[Notification], new: &Notification| -> Vec<i64> {
            matching(&list, "northfield", &[], found, new).iter().map(|one| one.id.0).collect()
        };
        assert_eq!((hits(&found, &found[0]), hits(&found, &found[1])), (vec![1], vec![2]));
        let moved = Notification { maintenance_id: Some("M-1".into()), ..said("web01", A.0, A.1) };
        assert_eq!(hits(std::slice::from_ref(&moved), &moved), [2]);
        let all = Notification { maintenance_id: Some("M-1".into()), status: Some(Status::Cancelled), ..Notification::default() };
        assert_eq!(hits(std::slice::from_ref(&all), &all), [1, 2]);
        let third = Notification { maintenance_id: Some("M-1".into()), ..said("db01", A.0, A.1) };
        assert_eq!(hits(std::slice::from_ref(&third), &third), Vec::<i64>::new());
    }

    #[test]
    fn nobody_guesses_which_of_two_works_of_one_night_is_cancelled() {
        let list = [known(said("mail01", A.0, A.1)), Maintenance { id: MaintenanceId(2), ..known(said("web01", A.0, A.1)) }];
        let cancel = Notification { status: Some(Status::Cancelled), objects: Vec::new(), ..said("", A.0, A.1) };
        assert!(matching(&list, "northfield", &[], std::slice::from_ref(&cancel), &cancel).is_empty());
        assert_eq!(matching(&list[..1], "northfield", &[], std::slice::from_ref(&cancel), &cancel).len(), 1);
    }

    #[test]
    fn what_has_begun_without_an_end_is_not_over() {
        let mut open = said("mail01", A.0, A.1);
        open.windows[0].end = None;
        assert!(!is_over(&open, at("2020-09-10T04:10:00Z")));
        assert!(is_over(&open, at("2020-09-11T04:00:00Z")));
        let mut two = said("mail01", A.0, A.1);
        two.windows.push(Window { end: None, ..window(B.0, B.1) });
        assert_eq!(span(&two.windows).1, Some(at("2020-09-13T04:00:00Z")), "the last night counts, though the first alone has an end");
    }

    #[test]
    fn a_known_end_stays_and_a_new_one_counts() {
        let mut open = said("mail01", A.0, A.1);
        open.windows[0].end = None;
        let m = known(said("mail01", A.0, A.1));
        assert_eq!(change(&m, &open), Change::Unchanged);
        let outage = Notification { impact: Impact::Outage, ..open.clone() };
        assert_eq!(revised(&m, &outage, &change(&m, &outage), at(A.0)).said.windows, m.said.windows);
        assert_eq!(change(&known(open), &m.said), Change::Updated { fields: vec!["end".into()] });
    }

    #[test]
    fn the_impact_of_one_object_counts() {
        let with = |impact: Impact| {
            let mut one = said("mail01", A.0, A.1);
            one.objects[0].impact = impact;
            one
        };
        let m = known(with(Impact::NoImpact));
        assert_eq!(change(&m, &with(Impact::Outage)), Change::Updated { fields: vec!["impact".into()] });
        assert_eq!(change(&m, &with(Impact::Unstated)), Change::Unchanged);
    }

    #[test]
    fn a_lower_count_in_a_later_mail_is_not_swallowed() {
        let numbered =
            |sequence: i64, stamp: &str| Notification { sequence: Some(sequence), stamp: Some(at(stamp)), ..said("mail01", B.0, B.1) };
        let mut m = known(numbered(2, "2020-09-05T00:00:00Z"));
        m.said.windows = vec![window(A.0, A.1)];
        assert_eq!(change(&m, &numbered(1, "2020-09-04T00:00:00Z")), Change::Stale);
        assert!(matches!(change(&m, &numbered(0, "2020-09-06T00:00:00Z")), Change::Rescheduled { .. }));
    }

    #[test]
    fn another_reading_that_a_person_chose_is_no_move() {
        let m = known(said("mail01", B.0, B.1));
        let both = Notification { readings: vec![vec![window(A.0, A.1)], vec![window(B.0, B.1)]], ..said("mail01", A.0, A.1) };
        assert_eq!(change(&m, &both), Change::Unchanged);
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
