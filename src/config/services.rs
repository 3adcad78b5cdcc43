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
use crate::model::{Contact, ContactKind, Customer, Inventory, Mailbox, ObjectMatch, Part, Provider, Service, StandsOn};

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
    /// Where each service says its id.
    defined: Vec<(String, Range<usize>)>,
}

impl References {
    fn check(&self, notes: &Notes<'_>, inventory: &Inventory) {
        let providers: Vec<&str> = inventory.providers.iter().map(|provider| provider.id.as_str()).collect();
        let services: Vec<&str> = inventory.services.iter().map(|service| service.id.as_str()).collect();
        for (what, used, known) in [("provider", &self.providers, &providers), ("service", &self.services, &services)] {
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
        // Allowed while an inventory grows, so a warning.
        for (id, span) in &self.defined {
            let internal = inventory.services.iter().any(|service| service.internal && service.id == *id);
            if !internal && !self.services.iter().any(|(used, _)| used.eq_ignore_ascii_case(id)) {
                let help = "add it to the `services` of a customer, or write `internal = true` if customers never see it";
                notes.warn(span.clone(), format!("no customer has the service \"{id}\""), help);
            }
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
    if !table.has("stands_on") && parts.iter().all(|part| part.stands_on.is_empty()) {
        let help = "add [[service.stands_on]] with `provider` and `object`: without it no notice ever touches this service";
        table.notes.warn(table.span.clone(), format!("\"{id}\" stands on nothing of any provider's"), help);
    }
    Service { id, name, parts, stands_on, needs: Vec::new(), internal }
}

fn stands_on(table: &Table<'_>, references: &mut References) -> Vec<StandsOn> {
    let mut found = Vec::new();
    for table in table.tables("stands_on") {
        let provider = table.read_required("provider", "\"northfield\"", value::id);
        if let Some(provider) = &provider {
            references.providers.push((provider.clone(), table.span_of("provider")));
        }
        // Alone a region is the object; beside another object it says where that stands.
        let region = table.text("region");
        let object = object(&table, region.clone());
        let region = region.filter(|_| !matches!(object, Some(ObjectMatch::Region(_))));
        let aliases = table.texts("aliases");
        let retired = table.flag("retired").unwrap_or(false);
        if let (Some(provider), Some(object)) = (provider, object) {
            found.push(StandsOn { provider, object, aliases, region, redundant: None, retired });
        }
        table.finish();
    }
    found
}

/// Exactly one of `object`, `prefix`, `glob`, `fleet`, or `region` alone.
fn object(table: &Table<'_>, region: Option<String>) -> Option<ObjectMatch> {
    let exact = table.text("object").map(ObjectMatch::Exact);
    let prefix = table.read("prefix", prefix).map(ObjectMatch::Prefix);
    let glob = table.read("glob", glob).map(ObjectMatch::Glob);
    let fleet = table.flag("fleet");
    let given: Vec<&str> = ["object", "prefix", "glob", "fleet"].into_iter().filter(|key| table.has(key)).collect();
    match given.as_slice() {
        [] if table.has("region") => region.map(ObjectMatch::Region),
        [] => {
            let help =
                "add one of `object = \"web01\"`, `prefix = \"203.0.113.0/28\"`, `glob = \"web*\"`, `region = \"Dallas\"`, `fleet = true`";
            table.notes.error(table.span.clone(), "this says not on which object of the provider's it stands", help);
            None
        }
        ["fleet"] if fleet == Some(false) => {
            table.notes.error(table.span_of("fleet"), "`fleet = false` names no object", "write `fleet = true`, or `object = \"…\"`");
            None
        }
        ["fleet"] => fleet.map(|_| ObjectMatch::Fleet),
        [_] => exact.or(prefix).or(glob),
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
    let contacts = contacts(table, own_addresses);
    // A contact that could not be read has its own fault.
    let all_read = contacts.len() == table.tables("contact").len();
    if all_read && !contacts.iter().any(|contact| contact.kinds.contains(&ContactKind::Maintenance)) {
        let help = "add [[customer.contact]] with `name` and `address`; until then staff are asked each time";
        table.notes.warn(table.span.clone(), format!("customer \"{id}\" has no contact for maintenances"), help);
    }
    let services = services.into_iter().map(|(id, _)| id).collect();
    Customer { id, name, zone, language: language.unwrap_or_else(|| "en".to_owned()), services, notice_days, min_impact: None, contacts }
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
