//! What services suffer when legs of them are taken, one by one and together.

use chrono::{TimeDelta, Utc};

use super::*;
use crate::model::{Needs, Role, Window};

fn leg(object: &str, group: &str) -> StandsOn {
    StandsOn { redundant: Some(group.into()), ..exact(object) }
}

fn need(service: &str, group: Option<&str>) -> Needs {
    Needs { service: service.into(), redundant: group.map(str::to_owned) }
}

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
}

fn window(from: i64, to: i64) -> Window {
    Window {
        start: at(from),
        end: Some(at(to)),
        role: Role::Main,
        status: None,
        zone: None,
        as_written: String::new(),
        precision: crate::model::Precision::Minute,
    }
}

/// A maintenance at Northfield with one window, which takes these objects down.
fn takes(id: i64, objects: &[&str], from: i64, to: i64) -> Maintenance {
    let mut one = maintenance("northfield", objects);
    one.id = MaintenanceId(id);
    one.said.windows = vec![window(from, to)];
    one
}

/// A web service on two feeds; two machines, one of them on feeds of its own, carry the mail service; a database alone.
fn world() -> Inventory {
    let internal = |id: &str, name: &str, stands_on: Vec<StandsOn>| Service { internal: true, ..service(id, name, stands_on) };
    let mut mail = service("mail", "Managed Mail Services", vec![exact("db1")]);
    mail.parts = vec![Part { name: "Webmail".into(), stands_on: Vec::new() }];
    mail.needs = vec![need("vm1", Some("hosts")), need("vm2", Some("hosts"))];
    let mut plant = service("plant", "Plant Control", Vec::new());
    plant.needs = vec![need("vm1", None)];
    Inventory {
        never: Vec::new(),
        providers: super::world().providers,
        services: vec![
            service("web", "Managed Web Services", vec![leg("feed-a", "power"), leg("feed-b", "Power"), exact("web01")]),
            mail,
            internal("vm1", "Machine 1", vec![leg("vm1-a", "power"), leg("vm1-b", "power")]),
            internal("vm2", "Machine 2", vec![exact("vm2")]),
            plant,
        ],
        customers: vec![customer("acme", &["web", "mail"], &[BOTH]), customer("clinic", &["plant"], &[BOTH])],
    }
}

/// `service impact` of everything that is touched, and the collisions.
fn felt(maintenance: &Maintenance, beside: &[Maintenance]) -> (Vec<String>, Vec<String>) {
    let found = super::super::affected(&world(), maintenance, beside);
    let felt = found.services.iter().map(|service| format!("{} {:?}", service.id, service.impact)).collect();
    let collision =
        |one: &Collision| format!("{} of {} with {:?}", one.group, one.service, one.with.iter().map(|id| id.0).collect::<Vec<_>>());
    (felt, found.collisions.iter().map(collision).collect())
}

#[test]
fn w30_one_of_two_lost_is_reduced_redundancy_and_both_are_what_the_provider_says() {
    for (objects, expected) in [
        (&["feed-a"][..], &["web ReducedRedundancy"][..]),
        (&["feed-b"], &["web ReducedRedundancy"]),
        (&["feed-a", "feed-b"], &["web Outage"]),
        (&["feed-a", "web01"], &["web Outage"]),
        (&["vm2"], &["mail ReducedRedundancy", "vm2 Outage"]),
        (&["vm1-a"], &["mail ReducedRedundancy", "vm1 ReducedRedundancy", "plant ReducedRedundancy"]),
        (&["vm1-a", "vm1-b"], &["mail ReducedRedundancy", "vm1 Outage", "plant Outage"]),
        (&["vm1-a", "vm2"], &["mail ReducedRedundancy", "vm1 ReducedRedundancy", "vm2 Outage", "plant ReducedRedundancy"]),
        (&["vm1-a", "vm1-b", "vm2"], &["mail Outage", "vm1 Outage", "vm2 Outage", "plant Outage"]),
    ] {
        assert_eq!(
            felt(&takes(1, objects, 0, 8), &[]),
            (expected.iter().map(|one| (*one).to_owned()).collect(), Vec::new()),
            "{objects:?}"
        );
    }
}

#[test]
fn an_impact_is_the_objects_own_then_the_mails_and_none_stays_none() {
    let felt = |of_object: Impact, of_mail: Impact, objects: &[&str]| {
        let mut one = takes(1, objects, 0, 8);
        one.said.impact = of_mail;
        one.said.objects.iter_mut().for_each(|object| object.impact = of_object);
        affected(&world(), &one).services[0].impact
    };
    assert_eq!(felt(Impact::NoImpact, Impact::Outage, &["feed-a"]), Impact::NoImpact);
    assert_eq!(felt(Impact::NoImpact, Impact::Outage, &["feed-a", "feed-b"]), Impact::NoImpact);
    assert_eq!(felt(Impact::Degraded, Impact::Outage, &["feed-a", "feed-b"]), Impact::Degraded);
    assert_eq!(felt(Impact::Unstated, Impact::Unstated, &["feed-a", "feed-b"]), Impact::Unstated);
    assert_eq!(felt(Impact::Unstated, Impact::Unstated, &["feed-a"]), Impact::ReducedRedundancy);
    assert_eq!(felt(Impact::Unstated, Impact::Degraded, &["web01"]), Impact::Degraded);
    assert_eq!(felt(Impact::Outage, Impact::Degraded, &["web01"]), Impact::Outage);
}

#[test]
fn a_leg_that_was_given_back_stands_in_for_nothing() {
    let mut world = world();
    world.services[0].stands_on[1].retired = true;
    assert_eq!(affected(&world, &takes(1, &["feed-a"], 0, 8)).services[0].impact, Impact::Outage);
}

#[test]
fn w18_an_internal_machine_that_carries_a_service_counts_by_it() {
    let mut world = world();
    world.services[1].needs = vec![need("vm2", None)];
    let found = affected(&world, &takes(1, &["vm2"], 0, 8));
    assert_eq!(ids(&found), ["mail", "vm2"]);
    assert_eq!((found.services[0].parts.clone(), found.services[0].objects.clone()), (vec!["Webmail".to_owned()], vec!["vm2".to_owned()]));
    assert_eq!(told(&found), ["c0@acme.example"]);
    assert!(found.services[1].internal && found.services_without_customer.is_empty());
}

#[test]
fn two_at_once_collide_exactly_while_their_windows_overlap() {
    let (a, out) = (takes(1, &["feed-a"], 0, 8), vec!["web Outage".to_owned()]);
    let reduced = vec!["web ReducedRedundancy".to_owned()];
    for (from, to, collides) in [(7, 9, true), (8, 16, false), (-8, 0, false), (-8, 1, true), (2, 3, true), (30, 31, false)] {
        let b = takes(2, &["feed-b"], from, to);
        let expected =
            if collides { (out.clone(), vec!["power of Managed Web Services with [2]".to_owned()]) } else { (reduced.clone(), Vec::new()) };
        assert_eq!(felt(&a, std::slice::from_ref(&b)), expected, "{from} to {to}");
        assert_eq!(felt(&b, std::slice::from_ref(&a)).0, expected.0, "{from} to {to}");
    }
    let mut open = takes(2, &["feed-b"], -20, 0);
    open.said.windows[0].end = None;
    assert_eq!(felt(&a, &[open.clone()]).0, out, "no end is a day");
    open.said.windows[0].start = at(-24);
    assert_eq!(felt(&a, &[open]).0, reduced);
}

#[test]
fn what_does_not_take_the_other_leg_does_not_collide() {
    let a = takes(1, &["feed-a"], 0, 8);
    let change = |change: &dyn Fn(&mut Maintenance)| {
        let mut b = takes(2, &["feed-b"], 0, 8);
        change(&mut b);
        felt(&a, &[b]).1.len()
    };
    assert_eq!(change(&|_| {}), 1);
    assert_eq!(change(&|b| b.status = Status::Cancelled), 0);
    assert_eq!(change(&|b| b.status = Status::Completed), 0);
    assert_eq!(change(&|b| b.closed = Some("irrelevant".into())), 0);
    assert_eq!(change(&|b| b.said.objects[0].impact = Impact::NoImpact), 0);
    assert_eq!(change(&|b| b.said.objects[0].object_id = "feed-a".into()), 0);
    assert_eq!(change(&|b| b.said.windows[0].role = Role::Backup), 0);
    assert_eq!(change(&|b| b.said.windows[0].status = Some(Status::Cancelled)), 0);
    assert_eq!(change(&|b| b.said.objects.clear()), 0);
    assert_eq!(change(&|b| b.said.readings = vec![vec![window(20, 21)], vec![window(0, 8)]]), 1);
    assert_eq!(change(&|b| b.id = MaintenanceId(1)), 0);
    let mut cancelled = a.clone();
    cancelled.status = Status::Cancelled;
    assert_eq!(felt(&cancelled, &[takes(2, &["feed-b"], 0, 8)]).1, Vec::<String>::new());
}

#[test]
fn a_collision_below_takes_what_stands_on_it() {
    let expected = vec!["mail ReducedRedundancy".to_owned(), "vm1 Outage".to_owned(), "plant Outage".to_owned()];
    let collision = vec!["power of Machine 1 with [2]".to_owned()];
    assert_eq!(felt(&takes(1, &["vm1-a"], 0, 8), &[takes(2, &["vm1-b"], 4, 5)]), (expected, collision));
    let three = felt(&takes(1, &["vm1-a"], 0, 8), &[takes(2, &["vm1-b"], 4, 6), takes(3, &["vm2"], 5, 7)]);
    assert_eq!(three.0, ["mail Outage", "vm1 Outage", "plant Outage"]);
    assert_eq!(three.1, ["hosts of Managed Mail Services with [3]", "power of Machine 1 with [2]"]);
}

#[test]
fn a_persons_choice_holds_for_both_sides_of_a_collision() {
    let (a, mut b) = (takes(1, &["feed-a"], 0, 8), takes(2, &["feed-b"], 0, 8));
    b.chosen_services = Some(vec!["mail".into()]);
    assert_eq!(felt(&a, &[b]).1.len(), 0);
    let mut unstated = takes(2, &[], 0, 8);
    unstated.chosen_services = Some(vec!["vm2".into()]);
    assert_eq!(felt(&takes(1, &["vm1-a", "vm1-b"], 0, 8), &[unstated.clone()]).1, ["hosts of Managed Mail Services with [2]"]);
    let found = super::super::affected(&world(), &unstated, &[]);
    assert_eq!(ids(&found), ["vm2"]);
    let mut dropped = a.clone();
    dropped.dropped = vec!["web".into()];
    assert_eq!(felt(&dropped, &[takes(2, &["feed-b"], 0, 8)]), (Vec::new(), Vec::new()));
}

#[test]
fn a_circle_of_needs_ends() {
    let mut world = world();
    world.services[2].needs = vec![need("plant", None)];
    assert!(ids(&affected(&world, &takes(1, &["vm1-a"], 0, 8))).contains(&"vm1"));
}

#[test]
fn thousands_of_entries_beside_hundreds_of_maintenances_take_bounded_time() {
    let mut world = world();
    world.services[0].stands_on = (0..2_000).map(|number| leg(&format!("host{number:05}"), &format!("pair{}", number / 2))).collect();
    let beside: Vec<Maintenance> = (0..200).map(|number| takes(number + 2, &[&format!("host{number:05}")], number % 7, 30)).collect();
    let found = super::super::affected(&world, &takes(1, &["host00001", "host00010"], 0, 40), &beside);
    assert_eq!(found.collisions.len(), 2);
}

/// What a maintenance of the property takes: legs by number, and windows as begin and length in hours.
type Taking = (Vec<usize>, Vec<(i64, i64)>);

proptest::proptest! {
    #[test]
    fn a_group_that_is_wholly_taken_at_one_instant_is_out_and_no_other(
        legs in proptest::collection::vec(proptest::bool::ANY, 1..5),
        takings in proptest::collection::vec((proptest::collection::vec(0usize..4, 1..3), proptest::collection::vec((0i64..24, 1i64..8), 1..3)), 1..5),
    ) {
        // A leg is something of a provider's, or a machine of ours that stands on it.
        let mut top = service("top", "Top", Vec::new());
        let mut services = Vec::new();
        for (number, is_machine) in legs.iter().enumerate() {
            let object = format!("leg{number}");
            if *is_machine {
                services.push(service(&object, &object, vec![exact(&object)]));
                top.needs.push(need(&object, Some("group")));
            } else {
                top.stands_on.push(leg(&object, "group"));
            }
        }
        services.insert(0, top);
        let inventory = Inventory { services, providers: super::world().providers, ..Inventory::default() };
        let all: Vec<Maintenance> = takings.iter().zip(1i64..).map(|((objects, windows), id): (&Taking, i64)| {
            let objects: Vec<String> = objects.iter().filter(|object| **object < legs.len()).map(|object| format!("leg{object}")).collect();
            // What would name nothing of ours names something else.
            let objects = if objects.is_empty() { vec!["elsewhere".to_owned()] } else { objects };
            let mut one = takes(id, &objects.iter().map(String::as_str).collect::<Vec<_>>(), 0, 1);
            one.said.windows = windows.iter().map(|(from, hours)| window(*from, from + hours)).collect();
            one
        }).collect();
        let (first, beside) = all.split_first().unwrap();
        let found = super::super::affected(&inventory, first, beside);
        let is_under_way = |one: &Maintenance, hour: i64| one.said.windows.iter().any(|span| span.start <= at(hour) && at(hour) < span.end.unwrap());
        let gone = |hour: i64, leg: usize, of: &[&Maintenance]| of.iter().any(|one| is_under_way(one, hour) && one.said.objects.iter().any(|object| object.object_id == format!("leg{leg}")));
        let touches = (0..legs.len()).any(|leg| (0..40).any(|hour| gone(hour, leg, &[first])));
        let everyone: Vec<&Maintenance> = all.iter().collect();
        let wholly = |of: &[&Maintenance]| (0..40).any(|hour| is_under_way(first, hour) && (0..legs.len()).all(|leg| gone(hour, leg, of)));
        let top = found.services.iter().find(|service| service.id == "top").map(|service| service.impact);
        let expected = match (touches, wholly(&everyone)) {
            (false, _) => None,
            (true, true) => Some(Impact::Outage),
            (true, false) => Some(Impact::ReducedRedundancy),
        };
        proptest::prop_assert_eq!(top, expected);
        proptest::prop_assert_eq!(!found.collisions.is_empty(), touches && wholly(&everyone) && !wholly(&[first]));
        for other in found.collisions.iter().flat_map(|collision| &collision.with) {
            proptest::prop_assert!(beside.iter().any(|one| one.id == *other));
        }
    }
}
