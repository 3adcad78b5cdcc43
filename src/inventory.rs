//! Which of our services and customers a maintenance touches.
//!
//! It never guesses: what the inventory does not know comes back as unknown, and a mail that names nothing comes back as
//! `unstated` with every service that may be meant, for a person to choose from.

mod learnt;
mod objects;
mod places;
mod redundancy;
mod touch;

use std::collections::BTreeSet;

use crate::model::{
    Affected, AffectedCustomer, AffectedService, Collision, ContactKind, Customer, Impact, Inventory, Kind, Maintenance, MaintenanceId,
    Provider, Service,
};
pub use learnt::{is_silenced, with_learnt};
use redundancy::{Losses, Map};
use touch::{Entry, Finder, Touched};

/// The object id that stands for everything of a provider's.
pub const EVERYTHING: &str = "everything";

/// Finds what a maintenance touches: services with parts and what they suffer after redundancy, customers with the contacts for its kind,
/// unknown and retired objects, and what it takes together with others.
///
/// `beside` are other maintenances; those that are closed or over, and those at another time, do not count. A service that needs a touched
/// one is touched. A person's choice (`chosen_services`, `dropped`: ids or names, case does not count) outranks the mapping; a chosen
/// service that is no longer in the inventory comes back as one without customer, so that staff hear of it. After a choice nothing is
/// `unstated`. The lists of services and customers that lack something hold names, for people.
#[must_use]
pub fn affected(inventory: &Inventory, maintenance: &Maintenance, beside: &[Maintenance]) -> Affected {
    let entries = touch::entries(inventory);
    let map = Map::new(inventory, &entries);
    let mut finder = Finder::new(inventory, &entries);
    let touched = finder.touched(maintenance);
    let losses = Losses::of(&map, maintenance, &touched);
    let unstated = touched.unstated && maintenance.chosen_services.is_none();
    let others = if unstated || !map.has_groups() || !redundancy::is_ahead(maintenance) {
        Vec::new()
    } else {
        others(&map, &mut finder, maintenance, beside)
    };
    let (suffered, found) = map.with_others(&losses, maintenance, &others);
    let mut services = services(inventory, &map, &entries, &touched, &losses, &suffered);
    if let Some(chosen) = &maintenance.chosen_services {
        services.retain(|service| names_any(chosen, &service.id, &service.name));
        for name in
            chosen.iter().filter(|name| !inventory.services.iter().any(|service| same(name, &service.id) || same(name, &service.name)))
        {
            let (id, name, impact) = (name.clone(), name.clone(), maintenance.said.impact);
            services.push(AffectedService { impact, id, name, parts: Vec::new(), internal: false, objects: Vec::new() });
        }
    }
    services.retain(|service| !names_any(&maintenance.dropped, &service.id, &service.name));
    let customers = customers(inventory, maintenance, &services);
    let without_customer =
        |service: &&AffectedService| !service.internal && !inventory.customers.iter().any(|customer| has(customer, service));
    let collision = |((number, group), with): ((usize, usize), BTreeSet<MaintenanceId>)| {
        let service = inventory.services.get(number).filter(|service| services.iter().any(|shown| shown.id == service.id))?;
        Some(Collision { service: service.name.clone(), group: map.group(number, group).to_owned(), with: with.into_iter().collect() })
    };
    Affected {
        collisions: found.into_iter().filter_map(collision).collect(),
        services_without_customer: services.iter().filter(without_customer).map(|service| service.name.clone()).collect(),
        customers_without_contact: customers.iter().filter(|one| one.contacts.is_empty()).map(|one| one.name.clone()).collect(),
        customers,
        unknown_objects: touched.unknown,
        retired_objects: touched.retired,
        unstated,
        services,
    }
}

/// The provider that an id or a sender's domain means: the id first, then a listed domain or one below it.
#[must_use]
pub fn provider_for<'a>(inventory: &'a Inventory, provider_or_domain: &str) -> Option<&'a Provider> {
    let same = |provider: &&Provider| provider.id.eq_ignore_ascii_case(provider_or_domain.trim());
    inventory.providers.iter().find(same).or_else(|| is_known_sender(inventory, provider_or_domain))
}

/// The provider that a sender's domain belongs to: a listed domain or one below it; the longest listed one wins.
#[must_use]
pub fn is_known_sender<'a>(inventory: &'a Inventory, domain: &str) -> Option<&'a Provider> {
    let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
    let covers = |listed: &str| {
        let listed = listed.trim().trim_end_matches('.').to_ascii_lowercase();
        let rest = domain.strip_suffix(listed.as_str())?;
        (!listed.is_empty() && (rest.is_empty() || rest.ends_with('.'))).then_some(listed.len())
    };
    let longest = |provider: &'a Provider| Some((provider.domains.iter().filter_map(|listed| covers(listed)).max()?, provider));
    inventory
        .providers
        .iter()
        .filter_map(longest)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, provider)| provider)
}

/// Whether anything that we run has something that stands in for it.
#[must_use]
pub fn has_redundancy(inventory: &Inventory) -> bool {
    let entries = touch::entries(inventory);
    Map::new(inventory, &entries).has_groups()
}

/// What other maintenances take while this one is under way, where it is known what they touch.
fn others<'b>(
    map: &Map<'_>,
    finder: &mut Finder<'_>,
    maintenance: &Maintenance,
    beside: &'b [Maintenance],
) -> Vec<(&'b Maintenance, Losses)> {
    let counts =
        |other: &&Maintenance| other.id != maintenance.id && redundancy::is_ahead(other) && redundancy::overlap(maintenance, other);
    let losses = |other: &'b Maintenance| {
        let touched = finder.touched(other);
        let known = !touched.unstated || other.chosen_services.is_some();
        known.then(|| (other, Losses::of(map, other, &touched)))
    };
    beside.iter().filter(counts).filter_map(losses).collect()
}

/// The services that suffer anything, with the parts and objects through which they do.
fn services(
    inventory: &Inventory,
    map: &Map<'_>,
    entries: &[Entry<'_>],
    touched: &Touched,
    losses: &Losses,
    suffered: &[Option<Impact>],
) -> Vec<AffectedService> {
    let mut found: Vec<Touch> = inventory.services.iter().map(|_| Touch::default()).collect();
    for (number, objects) in touched.entries.iter().filter(|(number, _)| losses.takes(**number)) {
        let Some(entry) = entries.get(*number) else { continue };
        let Some(touch) = found.get_mut(entry.service) else { continue };
        touch.parts.extend(entry.part);
        touch.whole |= entry.part.is_none();
        objects.iter().for_each(|object| touch.add(object));
    }
    for number in map.order() {
        let carriers: Vec<usize> = map.needed_by(*number).filter(|carrier| suffered.get(*carrier).is_some_and(Option::is_some)).collect();
        let through: Vec<String> =
            carriers.iter().filter_map(|carrier| found.get(*carrier)).flat_map(|touch| touch.objects.clone()).collect();
        if let Some(touch) = found.get_mut(*number) {
            touch.whole |= !carriers.is_empty() || losses.names(*number);
            through.iter().for_each(|object| touch.add(object));
        }
    }
    let one = |((service, touch), impact): ((&Service, Touch), &Option<Impact>)| {
        let shown = |number: &usize| touch.whole || touch.parts.contains(number);
        let parts = service.parts.iter().enumerate().filter(|(number, _)| shown(number)).map(|(_, part)| part.name.clone()).collect();
        Some(AffectedService {
            impact: (*impact)?,
            id: service.id.clone(),
            name: service.name.clone(),
            parts,
            internal: service.internal,
            objects: touch.objects,
        })
    };
    inventory.services.iter().zip(found).zip(suffered).filter_map(one).collect()
}

/// What of a service is touched.
#[derive(Default)]
struct Touch {
    whole: bool,
    parts: BTreeSet<usize>,
    objects: Vec<String>,
    seen: BTreeSet<String>,
}

impl Touch {
    fn add(&mut self, object: &str) {
        if self.seen.insert(object.to_owned()) {
            self.objects.push(object.to_owned());
        }
    }
}

fn customers(inventory: &Inventory, maintenance: &Maintenance, services: &[AffectedService]) -> Vec<AffectedCustomer> {
    let kind = match maintenance.kind {
        Some(Kind::Incident) => ContactKind::Incident,
        Some(Kind::Maintenance) | None => ContactKind::Maintenance,
    };
    // Staff said `notify` of what no customer sees: then it is everybody's business, and no service of theirs is named.
    let everybody = maintenance.notify && !services.is_empty() && services.iter().all(|service| service.internal);
    let one = |customer: &Customer| {
        let theirs: Vec<String> =
            services.iter().filter(|service| !service.internal && has(customer, service)).map(|service| service.id.clone()).collect();
        let told = (!theirs.is_empty() || everybody) && !names_any(&maintenance.dropped, &customer.id, &customer.name);
        told.then(|| AffectedCustomer {
            min_impact: customer.min_impact,
            mail_on: customer.mail_on.clone(),
            id: customer.id.clone(),
            name: customer.name.clone(),
            zone: customer.zone,
            language: customer.language.clone(),
            services: theirs,
            notice_days: customer.notice_days,
            contacts: customer.contacts.iter().filter(|contact| contact.kinds.contains(&kind)).cloned().collect(),
        })
    };
    inventory.customers.iter().filter_map(one).collect()
}

fn has(customer: &Customer, service: &AffectedService) -> bool {
    customer.services.iter().any(|id| id.eq_ignore_ascii_case(&service.id))
}

fn names_any(words: &[String], id: &str, name: &str) -> bool {
    words.iter().any(|word| same(word, id) || same(word, name))
}

fn same(word: &str, name: &str) -> bool {
    word.trim().to_lowercase() == name.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
