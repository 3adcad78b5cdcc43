//! `services.toml` as written → what it means.

use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;

use chrono_tz::Tz;
use globset::Glob;
use ipnet::IpNet;

use super::fault::{Report, Source};
use super::value::{self, Why, nearest};
use super::written::{Notes, Table};
use crate::model::{
    Contact, ContactKind, Customer, Impact, Inventory, Mailbox, Needs, ObjectMatch, Part, Place, PlaceKind, Provider, Service, StandsOn,
};

/// Reads the inventory. Customers without a zone of their own have the organisation's.
pub(super) fn read(source: &Source, zone: Tz, own_addresses: &[String], report: &mut Report) -> Option<Inventory> {
    let notes = Notes::new(source, report);
    let (document, whole) = notes.document();
    if !whole {
        return None;
    }
    let root = Table::root(&notes, &document);
    let mut references = References::default();
    let providers: Vec<Provider> = named(&root, "provider", provider);
    let services: Vec<Service> = named(&root, "service", |table, id| service(table, id, &mut references));
    let customers: Vec<Customer> = named(&root, "customer", |table, id| customer(table, id, zone, own_addresses, &mut references));
    root.finish();
    let inventory = Inventory { providers, services, customers, never: Vec::new() };
    references.check(&notes, &inventory);
    Some(inventory)
}

/// Every `[[key]]` with a new id; the others are noted and left out.
fn named<'a, T>(root: &Table<'a>, key: &'static str, mut read: impl FnMut(&Table<'a>, String) -> T) -> Vec<T> {
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for table in root.tables(key) {
        let id = table.read_required("id", "\"short-name\"", value::id);
        if let Some(id) = &id
            && !taken.insert(id.to_lowercase())
        {
            let help = format!("give each {key} an id of its own; capitals do not count");
            table.notes.error(table.span_of("id"), format!("two {key}s have the id \"{id}\""), help);
        }
        let missing = id.is_none();
        let one = read(&table, id.unwrap_or_default());
        table.finish();
        if !missing {
            found.push(one);
        }
    }
    found
}

/// Ids that are used, to be looked up when all are known.
#[derive(Debug, Default)]
struct References {
    providers: Vec<(String, Range<usize>)>,
    services: Vec<(String, Range<usize>)>,
    /// Which service needs which, and where it says so.
    needs: Vec<(String, String, Range<usize>)>,
    /// Where each service says its id.
    defined: Vec<(String, Range<usize>)>,
}

impl References {
    fn check(&self, notes: &Notes<'_>, inventory: &Inventory) {
        let providers: Vec<&str> = inventory.providers.iter().map(|provider| provider.id.as_str()).collect();
        let services: Vec<&str> = inventory.services.iter().map(|service| service.id.as_str()).collect();
        let needed: Vec<(String, Range<usize>)> = self.needs.iter().map(|(_, needed, span)| (needed.clone(), span.clone())).collect();
        let used = [("provider", &self.providers, &providers), ("service", &self.services, &services), ("service", &needed, &services)];
        for (what, used, known) in used {
            for (id, span) in used.iter().filter(|(id, _)| !known.iter().any(|known| known.eq_ignore_ascii_case(id))) {
                let help = match nearest(id, known.iter().copied()) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => format!("add [[{what}]] with `id = \"{id}\"`, or mend the word"),
                };
                notes.error(span.clone(), format!("there is no {what} \"{id}\""), help);
            }
        }
        for (id, span) in &self.services {
            if let Some(service) = inventory.services.iter().find(|service| service.internal && service.id.eq_ignore_ascii_case(id)) {
                let help = "delete it here, or `internal = true` there";
                notes.error(span.clone(), format!("\"{}\" is internal: customers are never told of it", service.id), help);
            }
        }
        self.check_circles(notes);
        // Allowed while an inventory grows, so a warning.
        for (id, span) in &self.defined {
            let internal = inventory.services.iter().any(|service| service.internal && service.id == *id);
            let needed = self.needs.iter().any(|(_, needed, _)| needed.eq_ignore_ascii_case(id));
            if !internal && !needed && !self.services.iter().any(|(used, _)| used.eq_ignore_ascii_case(id)) {
                let help = "add it to the `services` of a customer, or write `internal = true` if customers never see it";
                notes.warn(span.clone(), format!("no customer has the service \"{id}\""), help);
            }
        }
    }

    /// Notes each circle once, where the service that stands first in the file says what it needs.
    fn check_circles(&self, notes: &Notes<'_>) {
        let mut told: BTreeSet<String> = BTreeSet::new();
        for (first, needed, span) in &self.needs {
            if told.contains(&first.to_lowercase()) {
                continue;
            }
            let mut way: Vec<(&str, Option<usize>)> = vec![(needed, None)];
            let mut at = 0;
            while let Some((here, _)) = way.get(at).copied().filter(|(here, _)| !here.eq_ignore_ascii_case(first)) {
                for (_, further, _) in self.needs.iter().filter(|(service, ..)| service.eq_ignore_ascii_case(here)) {
                    if !way.iter().any(|(known, _)| known.eq_ignore_ascii_case(further)) {
                        way.push((further, Some(at)));
                    }
                }
                at += 1;
            }
            let mut back = way.get(at).copied();
            if back.is_none() {
                continue;
            }
            let mut circle = Vec::new();
            while let Some((name, before)) = back {
                circle.push(name);
                back = before.and_then(|before| way.get(before).copied());
            }
            told.extend(circle.iter().map(|name| name.to_lowercase()));
            let shown: Vec<&str> = std::iter::once(first.as_str()).chain(circle.into_iter().rev()).collect();
            let help = "delete one of these needs: what stands below may not need what stands on it";
            notes.error(span.clone(), format!("these services need each other in a circle: {}", shown.join(" → ")), help);
        }
    }
}

fn provider(table: &Table<'_>, id: String) -> Provider {
    let name = table.required("name", "\"Northfield Cloud\"").unwrap_or_default();
    let public_name = table.text("public_name").unwrap_or_else(|| "Data Center Provider".to_owned());
    let domains = table.list("domains", value::sender_domain).unwrap_or_default();
    Provider { id, name, public_name, domains: domains.into_iter().map(|(domain, _)| domain).collect() }
}

fn service(table: &Table<'_>, id: String, references: &mut References) -> Service {
    if !id.is_empty() {
        references.defined.push((id.clone(), table.span_of("id")));
    }
    let name = table.required("name", "\"Managed Mail Services\"").unwrap_or_default();
    let internal = table.flag("internal").unwrap_or(false);
    let mut parts: Vec<Part> = table.texts("parts").into_iter().map(|name| Part { name, stands_on: Vec::new() }).collect();
    let stands_on = stands_on(table, references);
    let needs = needs(table, &id, references);
    for part in table.tables("part") {
        let name = part.required("name", "\"Webmail\"");
        let own = self::stands_on(&part, references);
        if let Some(name) = name {
            if parts.iter().any(|known| known.name.eq_ignore_ascii_case(&name)) {
                part.notes.error(part.span_of("name"), format!("two parts are called \"{name}\""), "name each part once");
            }
            parts.push(Part { name, stands_on: own });
        }
        part.finish();
    }
    if !table.has("stands_on") && !table.has("needs") && parts.iter().all(|part| part.stands_on.is_empty()) {
        let help = "add [[service.stands_on]] with `provider` and `object`: without it no notice ever touches this service";
        table.notes.warn(table.span.clone(), format!("\"{id}\" stands on nothing of any provider's"), help);
    }
    let service = Service { id, name, parts, stands_on, needs, internal };
    warn_of_lonely_legs(table, &service);
    service
}

/// Other services of ours that this one needs.
fn needs(table: &Table<'_>, id: &str, references: &mut References) -> Vec<Needs> {
    let mut found: Vec<Needs> = Vec::new();
    for table in table.tables("needs") {
        let service = table.read_required("service", "\"vmhost\"", value::id);
        let redundant = table.text("redundant");
        if let Some(service) = service {
            let span = table.span_of("service");
            if found.iter().any(|known| known.service.eq_ignore_ascii_case(&service)) {
                table.notes.error(
                    span.clone(),
                    format!("\"{id}\" needs \"{service}\" twice"),
                    "keep one [[service.needs]] for each service",
                );
            }
            references.needs.push((id.to_owned(), service.clone(), span));
            found.push(Needs { service, redundant });
        }
        table.finish();
    }
    found
}

/// A group with one member is no redundancy: the name of the group is misspelt, or the other member is not written down.
fn warn_of_lonely_legs(table: &Table<'_>, service: &Service) {
    let entries = service.stands_on.iter().chain(service.parts.iter().flat_map(|part| &part.stands_on));
    let legs =
        entries.map(|on| (on.redundant.as_deref(), !on.retired)).chain(service.needs.iter().map(|need| (need.redundant.as_deref(), true)));
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for (name, is_live) in legs.filter_map(|(name, is_live)| Some((name?, is_live))) {
        match groups.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, live)) => *live += usize::from(is_live),
            None => groups.push((name, usize::from(is_live))),
        }
    }
    let names: Vec<&str> = groups.iter().map(|(name, _)| *name).collect();
    for (name, _) in groups.iter().filter(|(_, live)| *live < 2) {
        let help = match nearest(name, names.iter().copied().filter(|other| other != name)) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => format!("add the other with `redundant = \"{name}\"`, or delete the word: nothing stands in for it"),
        };
        let message = format!("the redundancy group \"{name}\" of \"{}\" has only one member", service.id);
        table.notes.warn(table.span.clone(), message, help);
    }
}

fn stands_on(table: &Table<'_>, references: &mut References) -> Vec<StandsOn> {
    let mut found = Vec::new();
    for table in table.tables("stands_on") {
        let provider = table.read_required("provider", "\"northfield\"", value::id);
        if let Some(provider) = &provider {
            references.providers.push((provider.clone(), table.span_of("provider")));
        }
        // Alone a place is the object; beside another object it says where that stands.
        let places = places(&table);
        let object = object(&table);
        let aliases = table.texts("aliases");
        let redundant = table.text("redundant");
        let retired = table.flag("retired").unwrap_or(false);
        if let (Some(provider), Some(object)) = (provider, object) {
            found.push(StandsOn { provider, object, aliases, places, redundant, retired });
        }
        table.finish();
    }
    found
}

const PLACES: [(&str, PlaceKind); 4] =
    [("region", PlaceKind::Region), ("site", PlaceKind::Site), ("rack", PlaceKind::Rack), ("feed", PlaceKind::Feed)];

/// Where it stands, from the widest place to the narrowest.
fn places(table: &Table<'_>) -> Vec<Place> {
    PLACES.into_iter().filter_map(|(key, kind)| Some(Place { kind, name: table.text(key)? })).collect()
}

/// Exactly one of `object`, `prefix`, `glob`, `account`, `fleet`, or places alone.
fn object(table: &Table<'_>) -> Option<ObjectMatch> {
    let exact = table.text("object").map(ObjectMatch::Exact);
    let prefix = table.read("prefix", prefix).map(ObjectMatch::Prefix);
    let glob = table.read("glob", glob).map(ObjectMatch::Glob);
    let account = table.text("account").map(ObjectMatch::Account);
    let fleet = table.flag("fleet");
    let given: Vec<&str> = ["object", "prefix", "glob", "account", "fleet"].into_iter().filter(|key| table.has(key)).collect();
    match given.as_slice() {
        [] if PLACES.iter().any(|(key, _)| table.has(key)) => {
            let all_read =
                PLACES.iter().all(|(key, _)| !table.has(key) || table.get(key).is_some_and(|value| value.get_ref().as_str().is_some()));
            all_read.then_some(ObjectMatch::Place)
        }
        [] => {
            let help = "add one of `object = \"web01\"`, `prefix = \"203.0.113.0/28\"`, `glob = \"web*\"`, `account = \"12345\"`, \
                        `region = \"Dallas\"`, `site`, `rack`, `feed`, `fleet = true`";
            table.notes.error(table.span.clone(), "this says not on which object of the provider's it stands", help);
            None
        }
        ["fleet"] if fleet == Some(false) => {
            table.notes.error(table.span_of("fleet"), "`fleet = false` names no object", "write `fleet = true`, or `object = \"…\"`");
            None
        }
        ["fleet"] => fleet.map(|_| ObjectMatch::Fleet),
        [_] => exact.or(prefix).or(glob).or(account),
        [first, second, ..] => {
            let help = "keep one, and make another [[…stands_on]] for the other; other names of one object are `aliases`";
            table.notes.error(table.span_of(second), format!("both `{first}` and `{second}` are set"), help);
            None
        }
    }
}

fn prefix(text: &str) -> Result<IpNet, Why> {
    let Ok(net) = IpNet::from_str(text) else {
        return Err(Why::new(
            format!("\"{text}\" is no address prefix"),
            "write \"203.0.113.0/28\", or \"2001:db8:7::/48\"; one address ends in /32 or /128",
        ));
    };
    if net.addr() != net.network() {
        return Err(Why::new(
            format!("\"{text}\" has bits set behind its length"),
            format!("write \"{}\", or a longer prefix", net.trunc()),
        ));
    }
    Ok(net)
}

fn glob(text: &str) -> Result<String, Why> {
    match Glob::new(text) {
        Ok(_) if text.chars().all(|letter| matches!(letter, '*' | '?')) => {
            Err(Why::new("this glob matches everything", "write `fleet = true` instead"))
        }
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Why::new(format!("\"{text}\" is no glob: {}", error.kind()), "write \"web*\" or \"db-??\"")),
    }
}

const IMPACTS: [(&str, Impact); 4] = [
    ("no-impact", Impact::NoImpact),
    ("reduced-redundancy", Impact::ReducedRedundancy),
    ("degraded", Impact::Degraded),
    ("outage", Impact::Outage),
];

fn customer(table: &Table<'_>, id: String, zone: Tz, own_addresses: &[String], references: &mut References) -> Customer {
    let name = table.required("name", "\"Bakery Meyer\"").unwrap_or_default();
    let services = table.list("services", value::id);
    if services.is_none() && !table.has("services") {
        table.missing("services", "[\"mail\"]");
    }
    let services = services.unwrap_or_default();
    references.services.extend(services.iter().cloned());
    let language = table.read("language", |text| {
        let plain = text.len() == 2 && text.chars().all(|letter| letter.is_ascii_lowercase());
        if plain { Ok(text.to_owned()) } else { Err(Why::new(format!("\"{text}\" is no language"), "write two small letters: \"en\"")) }
    });
    let zone = table.read("zone", value::zone).unwrap_or(zone);
    let notice_days = table.number("notice_days", 1..=365, "days");
    let min_impact = table.read("min_impact", |word| value::choice("impact", word, &IMPACTS));
    let mail_on = table.read("mail_on", value::id);
    references.services.extend(mail_on.iter().map(|id| (id.clone(), table.span_of("mail_on"))));
    let contacts = contacts(table, own_addresses);
    // A contact that could not be read has its own fault.
    let all_read = contacts.len() == table.tables("contact").len();
    if all_read && !contacts.iter().any(|contact| contact.kinds.contains(&ContactKind::Maintenance)) {
        let help = "add [[customer.contact]] with `name` and `address`; until then staff are asked each time";
        table.notes.warn(table.span.clone(), format!("customer \"{id}\" has no contact for maintenances"), help);
    }
    let services = services.into_iter().map(|(id, _)| id).collect();
    Customer { id, name, zone, language: language.unwrap_or_else(|| "en".to_owned()), services, notice_days, min_impact, contacts, mail_on }
}

fn contacts(table: &Table<'_>, own_addresses: &[String]) -> Vec<Contact> {
    const KINDS: [(&str, ContactKind); 3] =
        [("maintenance", ContactKind::Maintenance), ("incident", ContactKind::Incident), ("billing", ContactKind::Billing)];
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for table in table.tables("contact") {
        let name = table.text("name").unwrap_or_default();
        let address = table.read_required("address", "\"it@customer.example\"", value::address);
        let kinds = table.list("kinds", |word| value::choice("kind of contact", word, &KINDS)).unwrap_or_default();
        let mut kinds: Vec<ContactKind> = kinds.into_iter().map(|(kind, _)| kind).collect();
        if table.get("kinds").and_then(|value| value.get_ref().as_array()).is_some_and(|written| written.is_empty()) {
            let help = "name some, or delete the line: then it is written to about maintenances and incidents";
            table.notes.error(table.span_of("kinds"), "`kinds` is empty, so nobody writes to this contact", help);
        }
        if kinds.is_empty() {
            kinds = vec![ContactKind::Maintenance, ContactKind::Incident];
        }
        let phone = table.text("phone");
        if let Some(address) = address {
            if own_addresses.iter().any(|own| own.eq_ignore_ascii_case(&address)) {
                let help = "name the customer's own address: this notice would come back as a mail to read";
                table.notes.error(table.span_of("address"), format!("{address} is Forewarn's own address (`from`)"), help);
            }
            if !taken.insert(address.to_lowercase()) {
                table.notes.error(table.span_of("address"), format!("{address} is a contact here twice"), "keep one, with all its `kinds`");
            }
            found.push(Contact { mailbox: Mailbox { name, address }, kinds, phone });
        }
        table.finish();
    }
    found
}
