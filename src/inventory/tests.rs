//! What is found of what mails name.

mod redundancy;

use chrono::DateTime;

use super::*;
use crate::model::{AffectedObject, Contact, MailId, Mailbox, Notification, ObjectMatch, Part, Place, PlaceKind, StandsOn, Status};

/// What a maintenance touches when nothing else is planned.
fn affected(inventory: &Inventory, maintenance: &Maintenance) -> Affected {
    super::affected(inventory, maintenance, &[])
}

fn on(object: ObjectMatch) -> StandsOn {
    StandsOn { redundant: None, provider: "northfield".into(), object, aliases: Vec::new(), places: Vec::new(), retired: false }
}

fn place(kind: PlaceKind, name: &str) -> Place {
    Place { kind, name: name.into() }
}

fn exact(id: &str) -> StandsOn {
    on(ObjectMatch::Exact(id.into()))
}

fn service(id: &str, name: &str, stands_on: Vec<StandsOn>) -> Service {
    Service { id: id.into(), name: name.into(), stands_on, ..Service::default() }
}

fn customer(id: &str, services: &[&str], kinds: &[&[ContactKind]]) -> Customer {
    let contact = |(number, kinds): (usize, &&[ContactKind])| Contact {
        mailbox: Mailbox { name: String::new(), address: format!("c{number}@{id}.example") },
        kinds: kinds.to_vec(),
        phone: None,
    };
    Customer {
        mail_on: None,
        min_impact: None,
        id: id.into(),
        name: format!("{id} Ltd"),
        zone: chrono_tz::America::Chicago,
        language: "en".into(),
        services: services.iter().map(|service| (*service).to_owned()).collect(),
        notice_days: Some(7),
        contacts: kinds.iter().enumerate().map(contact).collect(),
    }
}

const BOTH: &[ContactKind] = &[ContactKind::Maintenance, ContactKind::Incident];
const OUTAGES: &[ContactKind] = &[ContactKind::Incident];
const MONEY: &[ContactKind] = &[ContactKind::Billing];

fn world() -> Inventory {
    let northfield = Provider {
        id: "northfield".into(),
        name: "Northfield Cloud".into(),
        public_name: "Data Center Provider".into(),
        domains: vec!["northfield.example".into()],
    };
    let carrier = Provider { id: "brightline".into(), domains: vec!["brightline.example".into()], ..Provider::default() };
    let mut mail01 = exact("mail01");
    mail01.aliases = vec!["Mail Server".into(), "203.0.113.25".into()];
    mail01.places = vec![place(PlaceKind::Region, "Dallas")];
    let mut web02 = exact("web02");
    web02.places = vec![place(PlaceKind::Region, "Newark")];
    let mut old = exact("web03");
    old.retired = true;
    let mut fiber = exact("CKT-7781");
    fiber.provider = "brightline".into();
    let mut mail = service("mail", "Managed Mail Services", vec![mail01]);
    mail.parts = vec![
        Part { name: "Webmail".into(), stands_on: vec![exact("hook7")] },
        Part { name: "Send & Receiving".into(), stands_on: Vec::new() },
    ];
    let mut mgmt = service("mgmt", "Server Management", vec![on(ObjectMatch::Exact("Cloud Manager".into()))]);
    mgmt.internal = true;
    Inventory {
        never: Vec::new(),
        providers: vec![northfield, carrier],
        services: vec![
            service("web", "Managed Web Services", vec![exact("web01"), web02, old]),
            mail,
            mgmt,
            service("vpn", "Site Links", vec![fiber]),
        ],
        customers: vec![
            customer("acme", &["web", "mail"], &[BOTH, OUTAGES, MONEY]),
            customer("bakery", &["mail"], &[MONEY]),
            customer("clinic", &["web"], &[BOTH]),
        ],
    }
}

fn maintenance(provider: &str, objects: &[&str]) -> Maintenance {
    let object = |id: &&str| AffectedObject { object_id: (*id).to_owned(), impact: Impact::Outage };
    Maintenance {
        kind: Some(Kind::Maintenance),
        ..Maintenance::opened(
            MaintenanceId(1),
            MailId(1),
            provider,
            Notification { objects: objects.iter().map(object).collect(), ..Notification::default() },
            DateTime::UNIX_EPOCH,
        )
    }
}

fn ids(affected: &Affected) -> Vec<&str> {
    affected.services.iter().map(|service| service.id.as_str()).collect()
}

fn told(affected: &Affected) -> Vec<String> {
    let addresses = |one: &AffectedCustomer| one.contacts.iter().map(|contact| contact.mailbox.address.clone()).collect::<Vec<_>>();
    affected.customers.iter().flat_map(addresses).collect()
}

fn touched_by(inventory: &Inventory, object: &str) -> Vec<String> {
    affected(inventory, &maintenance("northfield", &[object])).services.into_iter().map(|service| service.id).collect()
}

#[test]
fn finds_an_object_however_it_is_decorated() {
    let world = world();
    for (object, service) in [
        ("web01", "web"),
        ("  WEB01 ", "web"),
        ("mail01.example.net (203.0.113.99)", "mail"),
        ("Host mail01", "mail"),
        ("mail server", "mail"),
        ("MailServer", "mail"),
        ("Mail Server (id 4711)", "mail"),
        ("203.0.113.25", "mail"),
        ("203.0.113.0/24", "mail"),
        ("host9 (203.0.113.25)", "mail"),
        ("203.0.113.20 - 203.0.113.30", "mail"),
        ("Cloud Manager", "mgmt"),
        ("web01 in Dallas", "web"),
        ("we\u{200b}b01", "web"),
        ("Mail\u{a0}Server", "mail"),
    ] {
        assert_eq!(touched_by(&world, object), [service], "{object}");
    }
    assert_eq!(touched_by(&world, "web01, mail01"), ["web", "mail"]);
    assert_eq!(touched_by(&world, "Dallas"), ["mail"]);
}

#[test]
fn leaves_what_only_looks_alike_unknown() {
    let world = world();
    for object in ["web011", "db.web01.example.net", "xmail01", "mail01-old", "203.0.113.2", "203.0.113.250", "198.51.100.0/24", "CKT-7781"]
    {
        let affected = affected(&world, &maintenance("northfield", &[object]));
        assert!(affected.services.is_empty(), "{object}: {:?}", affected.services);
        assert_eq!(affected.unknown_objects, [object]);
        assert!(!affected.unstated);
    }
}

#[test]
fn a_short_id_must_be_the_whole_object() {
    let mut world = world();
    world.services[0].stands_on = vec![exact("w1")];
    assert_eq!(touched_by(&world, "W1"), ["web"]);
    assert_eq!(touched_by(&world, "row w1"), Vec::<String>::new());
}

#[test]
fn prefixes_match_both_ways_and_globs_match_ids() {
    let mut world = world();
    world.services[0].stands_on = vec![on(ObjectMatch::Prefix("198.51.100.64/26".parse().unwrap())), on(ObjectMatch::Glob("app-*".into()))];
    for object in ["198.51.100.70", "198.51.100.0/24", "198.51.100.64/27", "APP-7", "VM app-7.example.net", "app-7/eth0"] {
        assert_eq!(touched_by(&world, object), ["web"], "{object}");
    }
    for object in ["198.51.100.10", "2001:db8::1", "application farm", "an app - seven"] {
        assert_eq!(touched_by(&world, object), Vec::<String>::new(), "{object}");
    }
}

#[test]
fn everything_touches_all_that_stands_at_the_provider() {
    let affected = affected(&world(), &maintenance("northfield", &["Everything"]));
    assert_eq!(ids(&affected), ["web", "mail", "mgmt"]);
    assert!(affected.unknown_objects.is_empty() && !affected.unstated);
}

#[test]
fn a_fleet_is_touched_by_any_object_but_makes_none_known() {
    let mut world = world();
    world.services[2].stands_on = vec![on(ObjectMatch::Fleet)];
    let with_others = affected(&world, &maintenance("northfield", &["db07"]));
    assert_eq!((ids(&with_others), &with_others.unknown_objects), (vec!["mgmt"], &vec!["db07".to_owned()]));
    world.services[0].stands_on = Vec::new();
    world.services[1].stands_on = Vec::new();
    world.services[1].parts = Vec::new();
    let alone = affected(&world, &maintenance("northfield", &["db07"]));
    assert_eq!((ids(&alone), &alone.unknown_objects), (vec!["mgmt"], &Vec::new()));
}

#[test]
fn a_service_touched_as_a_whole_lists_every_part_and_else_only_those() {
    let world = world();
    let parts = |object: &str| affected(&world, &maintenance("northfield", &[object])).services[0].parts.clone();
    assert_eq!(parts("mail01"), ["Webmail", "Send & Receiving"]);
    assert_eq!(parts("hook7"), ["Webmail"]);
}

#[test]
fn no_object_lists_every_service_at_the_provider() {
    let affected = affected(&world(), &maintenance("northfield", &[]));
    assert!(affected.unstated);
    assert_eq!(ids(&affected), ["web", "mail", "mgmt"]);
    assert_eq!(affected.services[0].objects, ["web01", "web02"]);
    let blank = super::affected(&world(), &maintenance("northfield", &[" "]), &[]);
    assert!(blank.unstated && blank.unknown_objects.is_empty());
}

#[test]
fn no_object_but_a_region_limits_the_list_to_it() {
    let mut asked = maintenance("northfield", &[]);
    asked.said.description = Some("We will move racks at our Newark site.".into());
    let found = affected(&world(), &asked);
    // web01, the webmail host and the manager state no region: they may stand there. mail01 stands in Dallas.
    assert_eq!(ids(&found), ["web", "mail", "mgmt"]);
    assert_eq!(found.services[1].parts, ["Webmail"]);
    asked.said.description = Some("We will move racks at our Osaka site.".into());
    assert_eq!(ids(&affected(&world(), &asked)), ["web", "mail", "mgmt"]);
}

#[test]
fn a_region_as_such_is_touched_when_the_text_names_it_beside_an_unknown_object() {
    let mut world = world();
    world.services[3].stands_on = vec![StandsOn { places: vec![place(PlaceKind::Region, "Dallas")], ..on(ObjectMatch::Place) }];
    let mut asked = maintenance("northfield", &["core router cr4"]);
    assert!(affected(&world, &asked).services.is_empty());
    asked.said.summary = Some("Router upgrade in Dallas".into());
    let found = affected(&world, &asked);
    assert_eq!((ids(&found), &found.unknown_objects), (vec!["vpn"], &vec!["core router cr4".to_owned()]));
    asked.said.objects[0].object_id = "web01".into();
    assert_eq!(ids(&affected(&world, &asked)), ["web"]);
}

/// Two servers in racks of one site, on one feed each, and everything in a third rack.
fn racks() -> Inventory {
    let mut world = world();
    let there = |object: ObjectMatch, places: &[(PlaceKind, &str)]| StandsOn {
        places: places.iter().map(|(kind, name)| place(*kind, name)).collect(),
        ..on(object)
    };
    let (site, rack, feed) = (PlaceKind::Site, PlaceKind::Rack, PlaceKind::Feed);
    world.services[0].stands_on = vec![there(ObjectMatch::Exact("web01".into()), &[(site, "DAL2"), (rack, "R12"), (feed, "A")])];
    world.services[1].stands_on = vec![there(ObjectMatch::Exact("mail01".into()), &[(site, "DAL2"), (rack, "R12"), (feed, "B")])];
    world.services[1].parts.clear();
    world.services[2].stands_on = vec![there(ObjectMatch::Place, &[(site, "DAL2"), (rack, "R13")])];
    world
}

#[test]
fn sites_racks_and_feeds_are_places_as_regions_are() {
    let racks = racks();
    for (object, expected) in [
        ("DAL2 rack R12 feed A", &["web"][..]),
        ("DAL2, rack R12", &["web", "mail"]),
        ("R13", &["mgmt"]),
        ("PDU B, rack R12", &["mail"]),
        ("DAL2", &["web", "mail", "mgmt"]),
        ("rack R44", &[]),
        ("web01 in rack R13", &["web"]),
    ] {
        assert_eq!(touched_by(&racks, object), expected, "{object}");
    }
    let mut unnamed = maintenance("northfield", &[]);
    unnamed.said.description = Some("The B-feed in DAL2 is switched off.".into());
    let found = affected(&racks, &unnamed);
    assert!(found.unstated);
    assert_eq!(ids(&found), ["mail", "mgmt"]);
    let mut router = maintenance("northfield", &["router cr4, rack R12"]);
    router.said.summary = Some("Router upgrade in DAL2".into());
    assert_eq!(ids(&affected(&racks, &router)), ["web", "mail"]);
}

#[test]
fn one_name_in_two_places_is_told_apart_by_them() {
    let mut world = world();
    let pdu = |site: &str| StandsOn { places: vec![place(PlaceKind::Site, site)], ..exact("PDU 12") };
    world.services[0].stands_on = vec![pdu("DAL2")];
    world.services[1].stands_on = vec![pdu("NYC1")];
    assert_eq!(touched_by(&world, "PDU 12 (NYC1)"), ["mail"]);
    assert_eq!(touched_by(&world, "PDU 12"), ["web", "mail"]);
}

#[test]
fn an_account_is_an_object_and_says_what_a_mail_without_one_means() {
    let mut world = world();
    world.services[0].stands_on = vec![on(ObjectMatch::Account("C-12345".into()))];
    world.services[1].stands_on = vec![on(ObjectMatch::Account("C-777".into()))];
    world.services[1].parts.clear();
    assert_eq!(touched_by(&world, "Account C-12345"), ["web"]);
    let mut unnamed = maintenance("northfield", &[]);
    unnamed.said.account = Some(" c-12345".into());
    let found = affected(&world, &unnamed);
    // The manager may be meant too: it is no account.
    assert_eq!((ids(&found), found.unstated), (vec!["web", "mgmt"], true));
    world.services[2].stands_on.clear();
    let found = affected(&world, &unnamed);
    assert_eq!((ids(&found), found.unstated), (vec!["web"], false));
    unnamed.said.account = Some("C-9".into());
    assert!(affected(&world, &unnamed).unstated);
    unnamed.said.account = None;
    assert_eq!((ids(&affected(&world, &unnamed)), affected(&world, &unnamed).unstated), (vec!["web", "mail"], true));
    let mut everything = maintenance("northfield", &["everything"]);
    everything.said.account = Some("C-777".into());
    assert_eq!(ids(&affected(&world, &everything)), ["mail"]);
}

#[test]
fn w17_a_retired_object_touches_nothing_even_under_a_glob() {
    let mut world = world();
    world.services[0].stands_on.push(on(ObjectMatch::Glob("web*".into())));
    let only = affected(&world, &maintenance("northfield", &["web03"]));
    assert!(only.services.is_empty() && only.unknown_objects.is_empty());
    assert_eq!(only.retired_objects, ["web03"]);
    let mixed = affected(&world, &maintenance("northfield", &["web03", "web01"]));
    assert_eq!((mixed.services[0].objects.clone(), mixed.retired_objects), (vec!["web01".to_owned()], vec!["web03".to_owned()]));
}

#[test]
fn w18_an_internal_service_tells_no_customer() {
    let mut world = world();
    world.customers[0].services.push("mgmt".into());
    let found = affected(&world, &maintenance("northfield", &["Cloud Manager"]));
    assert!(found.services[0].internal);
    assert!(found.customers.is_empty() && found.services_without_customer.is_empty());
}

#[test]
fn w28_contacts_are_those_for_the_kind_and_never_billing() {
    let mut asked = maintenance("northfield", &["mail01"]);
    let planned = affected(&world(), &asked);
    assert_eq!(told(&planned), ["c0@acme.example"]);
    assert_eq!(planned.customers_without_contact, ["bakery Ltd"]);
    assert_eq!(planned.customers[1].id, "bakery");
    asked.kind = Some(Kind::Incident);
    assert_eq!(told(&affected(&world(), &asked)), ["c0@acme.example", "c1@acme.example"]);
    asked.kind = None;
    assert_eq!(told(&affected(&world(), &asked)), ["c0@acme.example"]);
}

#[test]
fn a_service_without_customer_is_told_to_staff() {
    let found = affected(&world(), &maintenance("brightline", &["CKT-7781"]));
    assert_eq!(found.services_without_customer, ["Site Links"]);
    assert!(found.customers.is_empty());
}

#[test]
fn a_persons_choice_outranks_the_mapping() {
    let mut asked = maintenance("northfield", &["web01"]);
    asked.chosen_services = Some(vec!["managed mail services".into(), "WEB".into()]);
    let found = affected(&world(), &asked);
    assert_eq!(ids(&found), ["web", "mail"]);
    assert_eq!(found.services[0].objects, ["web01"]);
    assert_eq!(found.services[1].parts, ["Webmail", "Send & Receiving"]);
    asked.dropped = vec!["Web".into(), "ACME LTD".into()];
    let fewer = affected(&world(), &asked);
    assert_eq!(ids(&fewer), ["mail"]);
    assert_eq!(fewer.customers.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["bakery"]);
    asked.chosen_services = Some(Vec::new());
    assert!(affected(&world(), &asked).services.is_empty());
}

#[test]
fn a_choice_answers_unstated_and_a_vanished_service_is_not_silent() {
    let mut asked = maintenance("northfield", &[]);
    asked.chosen_services = Some(vec!["mail".into(), "gone".into()]);
    let found = affected(&world(), &asked);
    assert!(!found.unstated);
    assert_eq!(ids(&found), ["mail", "gone"]);
    assert_eq!(found.services_without_customer, ["gone"]);
}

#[test]
fn a_dropped_customer_does_not_leave_its_service_without_customer() {
    let mut asked = maintenance("northfield", &["web01"]);
    asked.dropped = vec!["acme".into(), "clinic".into()];
    let found = affected(&world(), &asked);
    assert!(found.customers.is_empty() && found.services_without_customer.is_empty());
}

#[test]
fn knows_a_provider_by_id_domain_and_domain_below() {
    let world = world();
    let id = |word: &str| provider_for(&world, word).map(|provider| provider.id.as_str());
    assert_eq!(id("Northfield"), Some("northfield"));
    assert_eq!(id("northfield.example"), Some("northfield"));
    assert_eq!(id("mail.NORTHFIELD.example."), Some("northfield"));
    assert_eq!(id("evilnorthfield.example"), None);
    assert_eq!(id("northfield.example.evil.example"), None);
    assert_eq!(id(""), None);
    assert!(is_known_sender(&world, "northfield").is_none());
    assert_eq!(ids(&affected(&world, &maintenance("notices.northfield.example", &["web01"]))), ["web"]);
}

#[test]
fn an_unknown_provider_touches_nothing_and_says_so() {
    let found = affected(&world(), &maintenance("stranger.example", &["web01"]));
    assert!(found.services.is_empty());
    assert_eq!(found.unknown_objects, ["web01"]);
    assert!(affected(&world(), &maintenance("stranger.example", &[])).unstated);
}

#[test]
fn ten_thousand_objects_are_matched_in_bounded_time() {
    let mut world = world();
    world.services[0].stands_on = (0..5_000).map(|number| exact(&format!("host{number:05}"))).collect();
    let names: Vec<String> =
        (0..10_000).map(|number| format!("VM host{number:05}.example.net (10.1.{}.{})", number / 250, number % 250)).collect();
    let objects: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = affected(&world, &maintenance("northfield", &objects));
    assert_eq!(found.services[0].objects.len(), 5_000);
    assert_eq!(found.unknown_objects.len(), 5_000);
}

proptest::proptest! {
    #[test]
    fn any_text_is_matched_unknown_or_retired_and_never_two_of_them(objects in proptest::collection::vec("\\PC{0,40}|(web0[1-4]|mail01|hook7|203\\.0\\.113\\.\\d{1,3})[ ,./-]\\PC{0,10}", 1..6)) {
        let mut world = world();
        world.services[0].stands_on.push(on(ObjectMatch::Glob("w?b*".into())));
        world.services[2].stands_on.push(on(ObjectMatch::Prefix("2001:db8::/32".parse().unwrap())));
        let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
        let found = affected(&world, &maintenance("northfield", &objects));
        for object in objects.iter().map(|object| object.trim()).filter(|object| !object.is_empty()) {
            let named = |list: &[String]| usize::from(list.iter().any(|known| known == object));
            let touched = usize::from(found.services.iter().any(|service| named(&service.objects) == 1));
            proptest::prop_assert_eq!(touched + named(&found.unknown_objects) + named(&found.retired_objects), 1, "{}", object);
        }
    }
}
