//! Which of the things that we stand on a maintenance touches, and through which of its objects.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::{Index, squashed};
use super::places::{Places, Stands};
use super::{EVERYTHING, provider_for};
use crate::model::{Inventory, Maintenance, ObjectMatch, StandsOn};

/// A thing of a provider's that we stand on, and which service or part needs it.
pub(super) struct Entry<'a> {
    /// Number of the service.
    pub(super) service: usize,
    /// Number of the part; none where the whole service stands on it.
    pub(super) part: Option<usize>,
    pub(super) on: &'a StandsOn,
}

/// Everything that the services stand on, in the inventory's order; what is touched is named by its number here.
pub(super) fn entries(inventory: &Inventory) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for (number, service) in inventory.services.iter().enumerate() {
        let whole = service.stands_on.iter().map(|on| (None, on));
        let parts = service.parts.iter().enumerate().flat_map(|(part, named)| named.stands_on.iter().map(move |on| (Some(part), on)));
        entries.extend(whole.chain(parts).map(|(part, on)| Entry { service: number, part, on }));
    }
    entries
}

/// What a maintenance touches.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Numbers of entries, each with the objects through which it is touched in the mail's order.
    pub(super) entries: BTreeMap<usize, Vec<String>>,
    /// Objects that the inventory does not know.
    pub(super) unknown: Vec<String>,
    /// Objects that were given back.
    pub(super) retired: Vec<String>,
    /// Whether the mail names nothing: the entries are those that may be meant.
    pub(super) unstated: bool,
}

impl Touched {
    fn add(&mut self, entry: usize, object: &str) {
        let objects = self.entries.entry(entry).or_default();
        if !objects.iter().any(|known| known == object) {
            objects.push(object.to_owned());
        }
    }
}

/// Finds what maintenances touch, whatever a person chose. What one provider's mails are compared with is made once.
pub(super) struct Finder<'a> {
    inventory: &'a Inventory,
    entries: &'a [Entry<'a>],
    at: BTreeMap<String, At<'a>>,
}

/// What stands at one provider.
struct At<'a> {
    /// With the numbers of the entries.
    there: Vec<(usize, &'a StandsOn)>,
    index: Index,
    /// Those in which something stands that was not given back.
    places: Places,
    fleets: Vec<(usize, Stands)>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(inventory: &'a Inventory, entries: &'a [Entry<'a>]) -> Self {
        Self { inventory, entries, at: BTreeMap::new() }
    }

    pub(super) fn touched(&mut self, maintenance: &Maintenance) -> Touched {
        let known = provider_for(self.inventory, &maintenance.provider);
        let provider = known.map_or(maintenance.provider.as_str(), |provider| provider.id.as_str());
        let at = self.at.entry(provider.to_lowercase()).or_insert_with(|| At::new(self.entries, provider));
        let mut seen = BTreeSet::new();
        let objects = maintenance.said.objects.iter().map(|object| object.object_id.trim());
        let stated: Vec<&str> = objects.filter(|object| !object.is_empty() && seen.insert(*object)).collect();
        if stated.is_empty() { at.perhaps(maintenance) } else { at.surely(maintenance, &stated) }
    }
}

impl<'a> At<'a> {
    fn new(entries: &[Entry<'a>], provider: &str) -> Self {
        let here = |(_, entry): &(usize, &Entry<'_>)| entry.on.provider.eq_ignore_ascii_case(provider);
        let there: Vec<(usize, &StandsOn)> = entries.iter().enumerate().filter(here).map(|(number, entry)| (number, entry.on)).collect();
        let live = || there.iter().filter(|(_, on)| !on.retired);
        let fleets = live().filter(|(_, on)| on.object == ObjectMatch::Fleet).map(|(number, on)| (*number, Stands::of(on))).collect();
        let index = Index::new(there.iter().map(|(_, on)| *on));
        Self { places: Places::new(live().map(|(_, on)| *on)), index, fleets, there }
    }

    fn live(&self) -> impl Iterator<Item = &(usize, &'a StandsOn)> {
        self.there.iter().filter(|(_, on)| !on.retired)
    }

    fn surely(&self, maintenance: &Maintenance, stated: &[&str]) -> Touched {
        let mut touched = Touched::default();
        // Where nothing but fleets is written down, no object can be unknown.
        let only_fleets = !self.fleets.is_empty() && self.there.iter().all(|(_, on)| on.object == ObjectMatch::Fleet);
        for object in stated {
            if object.eq_ignore_ascii_case(EVERYTHING) {
                self.live().filter(|(_, on)| !is_under_another(on, maintenance)).for_each(|(number, _)| touched.add(*number, object));
                continue;
            }
            let hit = self.index.matches(object);
            if hit.retired {
                touched.retired.push((*object).to_owned());
                continue;
            }
            if hit.needs.is_empty() && !only_fleets {
                touched.unknown.push((*object).to_owned());
            }
            hit.needs.iter().filter_map(|number| self.there.get(*number)).for_each(|(number, _)| touched.add(*number, object));
            let places = self.index.places_in(object);
            self.fleets.iter().filter(|(_, stands)| places.agrees(stands)).for_each(|(number, _)| touched.add(*number, object));
        }
        // Work on something in a place that we only know as a whole: the text may name the place where the object does not.
        if !touched.unknown.is_empty() {
            let places = self.places.in_prose(&prose(maintenance));
            let elsewhere: Vec<_> = touched.unknown.iter().map(|object| self.index.places_in(object)).collect();
            for (number, on) in self.live().filter(|(_, on)| on.object == ObjectMatch::Place) {
                let stands = Stands::of(on);
                if places.names_any(&stands) && places.agrees(&stands) && elsewhere.iter().any(|named| named.agrees(&stands)) {
                    touched.add(*number, &label(on));
                }
            }
        }
        touched
    }

    /// Everything that may be meant by a mail that names nothing: what the places in its text leave, and what stands under the account
    /// that it names. Where nothing but accounts is written down, the account says it.
    fn perhaps(&self, maintenance: &Maintenance) -> Touched {
        let places = self.places.in_prose(&prose(maintenance));
        let mut touched = Touched::default();
        for (number, on) in self.live().filter(|(_, on)| places.agrees(&Stands::of(on)) && !is_under_another(on, maintenance)) {
            touched.add(*number, &label(on));
        }
        let by_account = maintenance.said.account.is_some() && self.live().all(|(_, on)| matches!(on.object, ObjectMatch::Account(_)));
        touched.unstated = !by_account || touched.entries.is_empty();
        touched
    }
}

/// Whether it stands under another account than the one that the mail names.
fn is_under_another(on: &StandsOn, maintenance: &Maintenance) -> bool {
    match (&on.object, &maintenance.said.account) {
        (ObjectMatch::Account(own), Some(named)) => {
            let named = squashed(named);
            squashed(own) != named && !on.aliases.iter().any(|alias| squashed(alias) == named)
        }
        _ => false,
    }
}

fn label(on: &StandsOn) -> String {
    match &on.object {
        ObjectMatch::Exact(text) | ObjectMatch::Glob(text) | ObjectMatch::Account(text) => text.clone(),
        ObjectMatch::Prefix(net) => net.to_string(),
        ObjectMatch::Place => on.places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>().join(" "),
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
