//! Tables of correlation and change.

use super::*;
use crate::model::{AffectedObject, Change, Impact, Known, MailId, Maintenance, MaintenanceId, Precision};

/// The numbers of those that it is about, and of those that a person is asked about.
fn found(list: &[Maintenance], provider: &str, answers: &[String], all: &[Notification], said: &Notification) -> (Vec<i64>, Vec<i64>) {
    let known = Known { maintenances: list.to_vec(), ..Known::default() };
    let heard = Heard { provider, kind: Some(Kind::Maintenance), rule: Some("northfield/planned"), answers, found: all };
    let hit = matching(&known, &heard, said, at("2020-09-05T00:00:00Z"));
    let ids = |list: &[&Maintenance]| list.iter().map(|one| one.id.0).collect();
    (ids(&hit.same), ids(&hit.perhaps))
}

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
        precision: Precision::Minute,
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
        kind: Some(Kind::Maintenance),
        rule: Some("northfield/planned".into()),
        thread: vec!["first@northfield.example".into()],
        ..Maintenance::opened(MaintenanceId(1), MailId(1), "northfield", said, at("2020-09-01T00:00:00Z"))
    }
}

const A: (&str, &str) = ("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z");
const B: (&str, &str) = ("2020-09-12T04:00:00Z", "2020-09-12T12:00:00Z");

#[test]
fn w08_without_an_id_windows_and_objects_join() {
    let list = [known(said("mail01", A.0, A.1))];
    let hit = |provider: &str, answers: &[String], new: &Notification| {
        !found(&list, provider, answers, std::slice::from_ref(new), new).0.is_empty()
    };
    assert!(hit("northfield", &[], &said("MAIL01", A.0, A.1)));
    assert!(hit("northfield", &[], &said("web01", A.0, A.1)), "the same words in the same windows are one work on several objects (W12)");
    let other = Notification { summary: Some("other work".into()), ..said("web01", A.0, A.1) };
    assert!(!hit("northfield", &[], &other));
    assert!(!hit("northfield", &[], &said("mail01", B.0, B.1)));
    assert!(!hit("other", &[], &said("mail01", A.0, A.1)));
    let moved = Notification { former_windows: vec![window(A.0, A.1)], ..said("mail01", B.0, B.1) };
    assert!(hit("northfield", &[], &moved));
    let thread = ["first@northfield.example".to_owned()];
    let again = said("mail01", B.0, B.1);
    assert!(!hit("northfield", &thread, &again), "moved, or another one? A person says it");
    assert_eq!(found(&list, "northfield", &thread, std::slice::from_ref(&again), &again).1, [1]);
    assert!(!hit("northfield", &thread, &said("web01", B.0, B.1)), "other objects at another time are a work of their own");
    let rescheduled = Notification { status: Some(Status::Rescheduled), ..said("web01", B.0, B.1) };
    assert!(hit("northfield", &thread, &rescheduled));
}

#[test]
fn two_different_ids_are_two_maintenances() {
    let with = |id: &str| Notification { maintenance_id: Some(id.into()), ..said("mail01", A.0, A.1) };
    let list = [known(with("M-1"))];
    let hits = |list: &[Maintenance], new: Notification| found(list, "northfield", &[], std::slice::from_ref(&new), &new).0.len();
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
    let all: Vec<Notification> = list.iter().map(|one| one.said.clone()).collect();
    let hits = |all: &[Notification], new: &Notification| found(&list, "northfield", &[], all, new).0;
    assert_eq!((hits(&all, &all[0]), hits(&all, &all[1])), (vec![1], vec![2]));
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
    let hits = |list: &[Maintenance]| found(list, "northfield", &[], std::slice::from_ref(&cancel), &cancel);
    assert_eq!(hits(&list), (vec![], vec![1, 2]));
    assert_eq!(hits(&list[..1]), (vec![1], vec![]));
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
    assert_eq!(change(&m, &open, at("2020-09-05T00:00:00Z")), Change::Unchanged);
    let outage = Notification { impact: Impact::Outage, ..open.clone() };
    assert_eq!(revised(&m, &outage, &change(&m, &outage, at("2020-09-05T00:00:00Z")), at(A.0)).said.windows, m.said.windows);
    assert_eq!(change(&known(open), &m.said, at("2020-09-05T00:00:00Z")), Change::Updated { fields: vec!["end".into()] });
}

#[test]
fn the_impact_of_one_object_counts() {
    let with = |impact: Impact| {
        let mut one = said("mail01", A.0, A.1);
        one.objects[0].impact = impact;
        one
    };
    let m = known(with(Impact::NoImpact));
    assert_eq!(change(&m, &with(Impact::Outage), at("2020-09-05T00:00:00Z")), Change::Updated { fields: vec!["impact".into()] });
    assert_eq!(change(&m, &with(Impact::Unstated), at("2020-09-05T00:00:00Z")), Change::Unchanged);
}

#[test]
fn a_lower_count_in_a_later_mail_is_not_swallowed() {
    let numbered =
        |sequence: i64, stamp: &str| Notification { sequence: Some(sequence), stamp: Some(at(stamp)), ..said("mail01", B.0, B.1) };
    let mut m = known(numbered(2, "2020-09-05T00:00:00Z"));
    m.said.windows = vec![window(A.0, A.1)];
    assert_eq!(change(&m, &numbered(1, "2020-09-04T00:00:00Z"), at("2020-09-05T00:00:00Z")), Change::Stale);
    assert!(matches!(change(&m, &numbered(0, "2020-09-06T00:00:00Z"), at("2020-09-05T00:00:00Z")), Change::Rescheduled { .. }));
}

#[test]
fn another_reading_that_a_person_chose_is_no_move() {
    let m = known(said("mail01", B.0, B.1));
    let both = Notification { readings: vec![vec![window(A.0, A.1)], vec![window(B.0, B.1)]], ..said("mail01", A.0, A.1) };
    assert_eq!(change(&m, &both, at("2020-09-05T00:00:00Z")), Change::Unchanged);
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
        assert_eq!(change(&m, &new, at("2020-09-05T00:00:00Z")), expected, "{new:?}");
    }
}

#[test]
fn an_older_mail_never_overwrites() {
    let mut m = known(said("mail01", A.0, A.1));
    m.said.stamp = Some(at("2020-09-05T00:00:00Z"));
    let old = Notification { stamp: Some(at("2020-09-04T00:00:00Z")), ..said("mail01", B.0, B.1) };
    assert_eq!(change(&m, &old, at("2020-09-05T00:00:00Z")), Change::Stale);
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

fn objects(names: &[&str], start: &str, end: &str) -> Notification {
    let object = |name: &&str| AffectedObject { object_id: (*name).to_owned(), impact: Impact::Unstated };
    Notification { objects: names.iter().map(object).collect(), ..said("", start, end) }
}

fn named(list: &[AffectedObject]) -> Vec<&str> {
    list.iter().map(|object| object.object_id.as_str()).collect()
}

#[test]
fn some_of_the_objects_may_go_another_way() {
    let m = known(objects(&["mail01", "web01"], A.0, A.1));
    let parts =
        |by: By, new: &Notification| portion(&m, by, new).map(|portion| (named(&portion.part).join(" "), named(&portion.rest).join(" ")));
    let web01 = Some(("web01".to_owned(), "mail01".to_owned()));
    let cancel = Notification { status: Some(Status::Cancelled), ..objects(&["WEB01"], A.0, A.1) };
    assert_eq!(parts(By::Likeness, &cancel), web01);
    assert_eq!(parts(By::Reference, &cancel), web01, "also by the number of the whole");
    assert_eq!(parts(By::Likeness, &Notification { windows: Vec::new(), ..cancel.clone() }), web01);
    let moved = objects(&["web01"], B.0, B.1);
    assert_eq!(parts(By::Person, &moved), web01);
    assert_eq!(parts(By::Reference, &moved), None, "the number stands for the whole: it names its objects anew");
    assert_eq!(parts(By::Likeness, &objects(&["web01"], A.0, A.1)), None, "a repeat about one of them");
    assert_eq!(parts(By::Likeness, &Notification { status: Some(Status::Cancelled), ..objects(&["mail01", "web01"], A.0, A.1) }), None);
    assert_eq!(parts(By::Likeness, &Notification { status: Some(Status::Cancelled), ..objects(&["web01", "db01"], A.0, A.1) }), None);
}

#[test]
fn one_of_several_nights_may_go_another_way() {
    let mut two = said("mail01", A.0, A.1);
    two.windows.push(window(B.0, B.1));
    let m = known(two.clone());
    const C: (&str, &str) = ("2020-09-14T04:00:00Z", "2020-09-14T12:00:00Z");
    let starts = |whole: &Notification| whole.windows.iter().map(|window| window.start).collect::<Vec<_>>();
    let moved = Notification { former_windows: vec![window(B.0, B.1)], status: Some(Status::Rescheduled), ..said("mail01", C.0, C.1) };
    let whole = completed(&m, By::Reference, &moved);
    assert_eq!(starts(&whole), [at(A.0), at(C.0)]);
    assert!(matches!(change(&m, &whole, at("2020-09-05T00:00:00Z")), Change::Rescheduled { .. }));
    let off = completed(&m, By::Reference, &Notification { status: Some(Status::Cancelled), ..said("mail01", B.0, B.1) });
    assert_eq!((off.status, starts(&off).len()), (None, 2));
    assert_eq!(change(&m, &off, at("2020-09-05T00:00:00Z")), Change::Updated { fields: vec!["windows".into()] });
    assert_eq!(span(&off.windows).0, Some(at(A.0)));
    let all = completed(&m, By::Reference, &Notification { status: Some(Status::Cancelled), ..two.clone() });
    assert_eq!(change(&m, &all, at("2020-09-05T00:00:00Z")), Change::Cancelled);
    let one = completed(&m, By::Likeness, &said("mail01", B.0, B.1));
    assert_eq!(change(&m, &one, at("2020-09-05T00:00:00Z")), Change::Unchanged, "a word about one night takes nothing from the other");
    let more = Notification { windows: vec![window(A.0, A.1), window(B.0, B.1), window(C.0, C.1)], ..two };
    assert_eq!(change(&m, &more, at("2020-09-05T00:00:00Z")), Change::Updated { fields: vec!["windows".into()] });
}

#[test]
fn the_date_of_a_roll_out_is_no_move() {
    let rough = known(said("everything", "2020-09-14T00:00:00Z", "2020-10-02T00:00:00Z"));
    let now = at("2020-09-05T00:00:00Z");
    let updated = Change::Updated { fields: vec!["date".into()] };
    assert_eq!(change(&rough, &said("everything", "2020-09-21T04:00:00Z", "2020-09-21T06:00:00Z"), now), updated);
    let outside = said("everything", "2020-10-05T04:00:00Z", "2020-10-05T06:00:00Z");
    assert!(matches!(change(&rough, &outside, now), Change::Rescheduled { .. }));
    let watched = known(Notification { watch: Some("during the week".into()), windows: Vec::new(), ..said("mail01", A.0, A.1) });
    assert_eq!(change(&watched, &said("mail01", A.0, A.1), now), updated);
}

#[test]
fn what_has_begun_is_extended_and_what_is_ahead_is_moved() {
    let m = known(said("mail01", A.0, A.1));
    let longer = said("mail01", A.0, "2020-09-10T15:00:00Z");
    assert!(matches!(change(&m, &longer, at("2020-09-10T11:00:00Z")), Change::Extended { .. }));
    assert!(matches!(change(&m, &longer, at("2020-09-09T11:00:00Z")), Change::Rescheduled { .. }));
    let over = Maintenance { status: Status::Completed, ..m };
    assert!(!matches!(change(&over, &longer, at("2020-09-10T11:00:00Z")), Change::Extended { .. }));
}

#[test]
fn sent_in_error_takes_back() {
    let m = known(said("mail01", A.0, A.1));
    let error = Notification { retracted: true, status: Some(Status::Cancelled), ..Notification::default() };
    let now = at("2020-09-05T00:00:00Z");
    assert_eq!(change(&m, &error, now), Change::Retracted);
    let next = revised(&m, &error, &Change::Retracted, now);
    assert_eq!((next.status, change(&next, &error, now)), (Status::Cancelled, Change::Unchanged));
}

#[test]
fn what_is_too_weak_to_join_is_asked() {
    let other = |id: i64, said: Notification| Maintenance { id: MaintenanceId(id), thread: Vec::new(), ..known(said) };
    let list = [other(1, said("mail01", A.0, A.1)), other(2, said("web01", B.0, B.1))];
    let asked = |new: &Notification| found(&list, "northfield", &[], std::slice::from_ref(new), new);
    let cancel = Notification { status: Some(Status::Cancelled), ..Notification::default() };
    assert_eq!(asked(&cancel), (vec![], vec![1, 2]), "which of the two?");
    let of_mail01 = Notification { windows: Vec::new(), ..Notification { status: Some(Status::Cancelled), ..said("mail01", A.0, A.1) } };
    assert_eq!(asked(&of_mail01), (vec![], vec![1]), "it names the server, and no time");
    assert_eq!(asked(&said("mail01", B.0, B.1)), (vec![], vec![1]), "the same server at another time");
    assert_eq!(asked(&objects(&[], A.0, A.1)), (vec![], vec![1]), "the same windows, and no server");
    assert_eq!(asked(&said("db01", "2020-09-20T04:00:00Z", "2020-09-20T06:00:00Z")), (vec![], vec![]), "nothing agrees");
    let far = said("mail01", "2020-12-01T04:00:00Z", "2020-12-01T06:00:00Z");
    assert_eq!(asked(&far), (vec![], vec![]), "a quarter later it is another one");
    let numbered = Notification { maintenance_id: Some("M-9".into()), ..said("mail01", B.0, B.1) };
    assert_eq!(asked(&numbered), (vec![], vec![]), "a number of its own is a work of its own");
}

#[test]
fn an_outage_goes_on_by_likeness() {
    let first = Maintenance { kind: Some(Kind::Incident), thread: Vec::new(), ..known(Notification::default()) };
    let first = Maintenance { first_seen_at: at("2020-09-04T22:00:00Z"), ..first };
    let known = Known { maintenances: vec![first], ..Known::default() };
    let hit = |kind: Kind, now: &str| {
        let said = Notification::default();
        let all = [said.clone()];
        let heard = Heard { provider: "northfield", kind: Some(kind), rule: None, answers: &[], found: &all };
        matching(&known, &heard, &said, at(now)).same.len()
    };
    assert_eq!(hit(Kind::Incident, "2020-09-05T00:00:00Z"), 1);
    assert_eq!(hit(Kind::Maintenance, "2020-09-05T00:00:00Z"), 0, "planned work is no word about an outage");
    assert_eq!(hit(Kind::Incident, "2020-09-09T00:00:00Z"), 0, "days later it is another outage");
}
