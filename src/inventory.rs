//! Which of our services and customers a maintenance touches.
//!
//! It never guesses: what the inventory does not know comes back as unknown, and a mail that names nothing comes back as
//! `unstated` with every service that may be meant, for a person to choose from.

mod learnt;
mod objects;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Affected, AffectedCustomer, AffectedService, ContactKind, Customer, Impact, Inventory, Kind, Maintenance, ObjectMatch, Provider,
    Service, StandsOn,
};
pub use learnt::{is_silenced, with_learnt};
use objects::Index;

/// The object id that stands for everything of a provider's.
pub const EVERYTHING: &str = "everything";

/// Finds what a maintenance touches: services with parts, customers with the contacts for its kind, unknown and retired objects.
///
/// A person's choice (`chosen_services`, `dropped`: ids or names, case does not count) outranks the mapping; a chosen service that is
/// no longer in the inventory comes back as one without customer, so that staff hear of it. After a choice nothing is `unstated`.
/// The lists of services and customers that lack something hold names, for people.
#[must_use]
pub fn affected(inventory: &Inventory, maintenance: &Maintenance) -> Affected {
    let mut touched = touched(inventory, maintenance);
    let mut services = match &maintenance.chosen_services {
        Some(chosen) => {
            touched.unstated = false;
            chosen_services(inventory, chosen, &touched.services)
        }
        None => std::mem::take(&mut touched.services),
    };
    services.retain(|service| !names_any(&maintenance.dropped, &service.id, &service.name));
    let customers = customers(inventory, maintenance, &services);
    let without_customer =
        |service: &&AffectedService| !service.internal && !inventory.customers.iter().any(|customer| has(customer, service));
    Affected {
        services_without_customer: services.iter().filter(without_customer).map(|service| service.name.clone()).collect(),
        customers_without_contact: customers.iter().filter(|one| one.contacts.is_empty()).map(|one| one.name.clone()).collect(),
        services,
        customers,
        ..touched
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

/// A thing of the provider's that we stand on, and which service or part needs it.
struct Need<'a> {
    service: &'a Service,
    /// Number of the part; none where the whole service stands on it.
    part: Option<usize>,
    on: &'a StandsOn,
}

fn needs<'a>(inventory: &'a Inventory, provider: &str) -> Vec<Need<'a>> {
    let mut needs = Vec::new();
    for service in &inventory.services {
        let whole = service.stands_on.iter().map(|on| (None, on));
        let parts = service.parts.iter().enumerate().flat_map(|(number, part)| part.stands_on.iter().map(move |on| (Some(number), on)));
        needs.extend(whole.chain(parts).map(|(part, on)| Need { service, part, on }));
    }
    needs.retain(|need| need.on.provider.eq_ignore_ascii_case(provider));
    needs
}

fn touched(inventory: &Inventory, maintenance: &Maintenance) -> Affected {
    let provider = provider_for(inventory, &maintenance.provider).map_or(maintenance.provider.as_str(), |provider| provider.id.as_str());
    let needs = needs(inventory, provider);
    let mut seen = BTreeSet::new();
    let objects = maintenance.said.objects.iter().map(|object| object.object_id.trim());
    let stated: Vec<&str> = objects.filter(|object| !object.is_empty() && seen.insert(*object)).collect();
    if stated.is_empty() {
        return Affected { services: anything_in_the_region(inventory, &needs, maintenance), unstated: true, ..Affected::default() };
    }
    let mut found = Touches::default();
    let mut unknown = Vec::new();
    let mut retired = Vec::new();
    let index = Index::new(needs.iter().map(|need| need.on));
    let fleets: Vec<&Need<'_>> = needs.iter().filter(|need| need.on.object == ObjectMatch::Fleet && !need.on.retired).collect();
    // Where nothing but fleets is written down, no object can be unknown.
    let only_fleets = !fleets.is_empty() && needs.iter().all(|need| need.on.object == ObjectMatch::Fleet);
    for object in stated {
        if object.eq_ignore_ascii_case(EVERYTHING) {
            needs.iter().filter(|need| !need.on.retired).for_each(|need| found.add(need, object));
            continue;
        }
        let hit = index.matches(object);
        if hit.retired {
            retired.push(object.to_owned());
            continue;
        }
        if hit.needs.is_empty() && !only_fleets {
            unknown.push(object.to_owned());
        }
        hit.needs.iter().filter_map(|number| needs.get(*number)).for_each(|need| found.add(need, object));
        fleets.iter().for_each(|need| found.add(need, object));
    }
    // Work on something in a region that we only know as a whole: the text may name the region where the object does not.
    if !unknown.is_empty() {
        let text = prose(maintenance);
        for need in &needs {
            if let ObjectMatch::Region(region) = &need.on.object
                && !need.on.retired
                && objects::prose_names(&text, region)
            {
                found.add(need, region);
            }
        }
    }
    Affected { services: found.services(inventory), unknown_objects: unknown, retired_objects: retired, ..Affected::default() }
}

/// Everything at the provider, or, where the text names regions that we know there, everything that may stand in them.
fn anything_in_the_region(inventory: &Inventory, needs: &[Need<'_>], maintenance: &Maintenance) -> Vec<AffectedService> {
    let text = prose(maintenance);
    let named = |on: &StandsOn| region_of(on).map(|region| objects::prose_names(&text, region));
    let live = || needs.iter().filter(|need| !need.on.retired);
    let limited = live().any(|need| named(need.on) == Some(true));
    let mut found = Touches::default();
    for need in live() {
        // Without a region of its own a thing may stand anywhere.
        if !limited || named(need.on).unwrap_or(true) {
            found.add(need, &label(need.on));
        }
    }
    found.services(inventory)
}

fn region_of(on: &StandsOn) -> Option<&str> {
    match &on.object {
        ObjectMatch::Region(region) => Some(region),
        _ => on.region.as_deref(),
    }
}

fn label(on: &StandsOn) -> String {
    match &on.object {
        ObjectMatch::Exact(text) | ObjectMatch::Glob(text) | ObjectMatch::Region(text) => text.clone(),
        ObjectMatch::Prefix(net) => net.to_string(),
        ObjectMatch::Fleet => EVERYTHING.to_owned(),
    }
}

fn prose(maintenance: &Maintenance) -> String {
    let said = &maintenance.said;
    [Some(&maintenance.subject), said.summary.as_ref(), said.title.as_ref(), said.description.as_ref()]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What of each service is touched, gathered over the objects of a mail.
#[derive(Default)]
struct Touches<'a> {
    by_service: BTreeMap<&'a str, Touch>,
}

#[derive(Default)]
struct Touch {
    whole: bool,
    parts: BTreeSet<usize>,
    objects: Vec<String>,
    seen: BTreeSet<String>,
}

impl<'a> Touches<'a> {
    fn add(&mut self, need: &Need<'a>, object: &str) {
        let touch = self.by_service.entry(&need.service.id).or_default();
        match need.part {
            Some(number) => {
                touch.parts.insert(number);
            }
            None => touch.whole = true,
        }
        if touch.seen.insert(object.to_owned()) {
            touch.objects.push(object.to_owned());
        }
    }

    fn services(mut self, inventory: &Inventory) -> Vec<AffectedService> {
        let one = |service: &Service| {
            let touch = self.by_service.remove(service.id.as_str())?;
            let shown = |number: &usize| touch.whole || touch.parts.contains(number);
            let parts = service.parts.iter().enumerate().filter(|(number, _)| shown(number)).map(|(_, part)| part.name.clone()).collect();
            Some(AffectedService {
                impact: Impact::Unstated,
                id: service.id.clone(),
                name: service.name.clone(),
                parts,
                internal: service.internal,
                objects: touch.objects,
            })
        };
        inventory.services.iter().filter_map(one).collect()
    }
}

fn chosen_services(inventory: &Inventory, chosen: &[String], mapped: &[AffectedService]) -> Vec<AffectedService> {
    let mut services: Vec<AffectedService> = Vec::new();
    let known = inventory.services.iter().filter(|service| names_any(chosen, &service.id, &service.name));
    services.extend(known.map(|service| {
        mapped.iter().find(|one| one.id == service.id).cloned().unwrap_or_else(|| AffectedService {
            impact: Impact::Unstated,
            id: service.id.clone(),
            name: service.name.clone(),
            parts: service.parts.iter().map(|part| part.name.clone()).collect(),
            internal: service.internal,
            objects: Vec::new(),
        })
    }));
    for name in chosen {
        if !services.iter().any(|service| same(name, &service.id) || same(name, &service.name)) {
            let (id, name) = (name.clone(), name.clone());
            services.push(AffectedService { impact: Impact::Unstated, id, name, parts: Vec::new(), internal: false, objects: Vec::new() });
        }
    }
    services
}

fn customers(inventory: &Inventory, maintenance: &Maintenance, services: &[AffectedService]) -> Vec<AffectedCustomer> {
    let kind = match maintenance.kind {
        Some(Kind::Incident) => ContactKind::Incident,
        Some(Kind::Maintenance) | None => ContactKind::Maintenance,
    };
    let one = |customer: &Customer| {
        let theirs: Vec<String> =
            services.iter().filter(|service| !service.internal && has(customer, service)).map(|service| service.id.clone()).collect();
        let told = !theirs.is_empty() && !names_any(&maintenance.dropped, &customer.id, &customer.name);
        told.then(|| AffectedCustomer {
            min_impact: None,
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
