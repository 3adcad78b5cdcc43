//! What services suffer when something is taken from under them: dependencies, redundancy groups, and two maintenances at once.
//!
//! One of a redundancy group is enough. It never promises more than the provider does: what is not known to stand is taken for gone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::names_any;
use super::touch::{Entry, Touched};
use crate::model::{Impact, Inventory, Maintenance, MaintenanceId, Role, Status};

/// What a window without an end is taken to last.
const NO_END: TimeDelta = TimeDelta::days(1);

fn worst(impacts: impl Iterator<Item = Impact>) -> Option<Impact> {
    impacts.max_by_key(|impact| impact.severity())
}

/// What one maintenance takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses {
    of_entry: BTreeMap<usize, Impact>,
    /// Services that a person named and nothing of the mail's leads to.
    of_service: BTreeMap<usize, Impact>,
}

impl Losses {
    /// What a maintenance takes by what it touches; after a person's choice what carries the services chosen, and nothing else.
    pub(super) fn of(map: &Map<'_>, maintenance: &Maintenance, touched: &Touched) -> Self {
        let said = &maintenance.said;
        let suffers = |objects: &Vec<String>| {
            let of_object = |id: &String| {
                let own = worst(said.objects.iter().filter(|object| object.object_id.trim() == id).map(|object| object.impact));
                own.filter(|impact| *impact != Impact::Unstated).unwrap_or(said.impact)
            };
            worst(objects.iter().map(of_object)).unwrap_or(said.impact)
        };
        let mut losses =
            Self { of_entry: touched.entries.iter().map(|(entry, objects)| (*entry, suffers(objects))).collect(), ..Self::default() };
        if let Some(chosen) = &maintenance.chosen_services {
            let is_chosen =
                |service: usize| map.inventory.services.get(service).is_some_and(|service| names_any(chosen, &service.id, &service.name));
            let chosen: BTreeSet<usize> = (0..map.inventory.services.len()).filter(|service| is_chosen(*service)).collect();
            let carriers = map.carriers(&chosen);
            losses.of_entry.retain(|entry, _| map.entries.get(*entry).is_some_and(|entry| carriers.contains(&entry.service)));
            let alone = map.suffered(&[&losses]);
            let unmapped = chosen.into_iter().filter(|service| alone.get(*service).copied().flatten().is_none());
            losses.of_service = unmapped.map(|service| (service, said.impact)).collect();
        }
        losses
    }

    /// Whether an entry is taken, or at least touched.
    pub(super) fn takes(&self, entry: usize) -> bool {
        self.of_entry.contains_key(&entry)
    }

    /// Whether a person named the service.
    pub(super) fn names(&self, service: usize) -> bool {
        self.of_service.contains_key(&service)
    }
}

/// One of the things that a service needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leg {
    /// Number of an entry.
    Entry(usize),
    /// Number of a service.
    Service(usize),
}

/// Where maintenances take together what each alone leaves: number of the service, of its group, and the others.
pub(super) type Together = BTreeMap<(usize, usize), BTreeSet<MaintenanceId>>;

/// What carries what.
pub(super) struct Map<'a> {
    inventory: &'a Inventory,
    entries: &'a [Entry<'a>],
    services: Vec<Carried>,
    /// Numbers of the services, each behind everything that it needs.
    order: Vec<usize>,
}

#[derive(Default)]
struct Carried {
    /// What nothing stands in for.
    alone: Vec<Leg>,
    /// Redundancy groups by name, with the legs that are not given back.
    groups: Vec<(String, Vec<Leg>)>,
}

impl<'a> Map<'a> {
    pub(super) fn new(inventory: &'a Inventory, entries: &'a [Entry<'a>]) -> Self {
        let mut services: Vec<Carried> = inventory.services.iter().map(|_| Carried::default()).collect();
        for (number, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.on.retired) {
            if let Some(carried) = services.get_mut(entry.service) {
                carried.add(entry.on.redundant.as_deref(), Leg::Entry(number));
            }
        }
        for (service, carried) in inventory.services.iter().zip(&mut services) {
            for need in &service.needs {
                let known = inventory.services.iter().position(|other| other.id.eq_ignore_ascii_case(&need.service));
                if let Some(known) = known {
                    carried.add(need.redundant.as_deref(), Leg::Service(known));
                }
            }
        }
        let order = order(&services);
        Self { inventory, entries, services, order }
    }

    /// Whether anything stands in for anything: without that no two maintenances can collide.
    pub(super) fn has_groups(&self) -> bool {
        self.services.iter().any(|carried| !carried.groups.is_empty())
    }

    /// Services and everything that they need, directly or not.
    fn carriers(&self, services: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut found = services.clone();
        // Behind what it needs stands who needs it, so one way back through the order finds all.
        for number in self.order.iter().rev() {
            if found.contains(number) {
                found.extend(self.needed_by(*number));
            }
        }
        found
    }

    /// The services that one needs.
    pub(super) fn needed_by(&self, service: usize) -> impl Iterator<Item = usize> + '_ {
        let legs = self
            .services
            .get(service)
            .into_iter()
            .flat_map(|carried| carried.alone.iter().chain(carried.groups.iter().flat_map(|(_, legs)| legs)));
        legs.filter_map(|leg| if let Leg::Service(number) = leg { Some(*number) } else { None })
    }

    /// The services' numbers, each behind everything that it needs.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// What each service suffers when these losses come together; none where nothing of it is touched.
    pub(super) fn suffered(&self, losses: &[&Losses]) -> Vec<Option<Impact>> {
        self.judged(losses, |_, _, _| false)
    }

    /// What each service suffers, those first that others need. `also_gone` says of a group that is not wholly taken (service, group, the
    /// state of its legs) whether something else takes the rest.
    fn judged(&self, losses: &[&Losses], mut also_gone: impl FnMut(usize, usize, &[(Leg, Option<Impact>)]) -> bool) -> Vec<Option<Impact>> {
        let mut judged: Vec<Option<Impact>> = vec![None; self.services.len()];
        for number in &self.order {
            let Some(carried) = self.services.get(*number) else { continue };
            let named = worst(losses.iter().filter_map(|losses| losses.of_service.get(number).copied()));
            let state = |leg: &Leg| match leg {
                Leg::Entry(entry) => worst(losses.iter().filter_map(|losses| losses.of_entry.get(entry).copied())),
                Leg::Service(service) => judged.get(*service).copied().flatten(),
            };
            let mut all: Vec<Impact> = carried.alone.iter().filter_map(state).chain(named).collect();
            for (group, (_, legs)) in carried.groups.iter().enumerate() {
                let states: Vec<(Leg, Option<Impact>)> = legs.iter().map(|leg| (*leg, state(leg))).collect();
                let Some(most) = worst(states.iter().filter_map(|(_, impact)| *impact)) else { continue };
                all.push(if states.iter().all(|(leg, impact)| is_taken(*leg, *impact)) {
                    most
                } else if also_gone(*number, group, &states) {
                    Impact::Outage
                } else if most == Impact::NoImpact {
                    most
                } else {
                    Impact::ReducedRedundancy
                });
            }
            if let Some(found) = judged.get_mut(*number) {
                *found = worst(all.into_iter());
            }
        }
        judged
    }

    /// What each service suffers by a maintenance while others, which `beside` gives with their losses, are under way; and where they
    /// collide.
    pub(super) fn with_others(
        &self,
        own: &Losses,
        maintenance: &Maintenance,
        beside: &[(&Maintenance, Losses)],
    ) -> (Vec<Option<Impact>>, Together) {
        let mut suffered = self.suffered(&[own]);
        let mut collisions = Together::new();
        for together in together(maintenance, beside) {
            let alone: Vec<Vec<Option<Impact>>> = together.iter().map(|(_, losses)| self.suffered(&[*losses])).collect();
            let all: Vec<&Losses> = std::iter::once(own).chain(together.iter().map(|(_, losses)| *losses)).collect();
            let union = self.suffered(&all);
            let in_union = |leg: &Leg| match leg {
                Leg::Entry(entry) => worst(all.iter().filter_map(|losses| losses.of_entry.get(entry).copied())),
                Leg::Service(service) => union.get(*service).copied().flatten(),
            };
            let judged = self.judged(&[own], |service, group, legs| {
                let ours = legs.iter().any(|(leg, impact)| is_taken(*leg, *impact));
                let rest = || legs.iter().filter(|(leg, impact)| !is_taken(*leg, *impact)).map(|(leg, _)| leg);
                let gone = ours && rest().all(|leg| is_taken(*leg, in_union(leg)));
                if gone {
                    let with = collisions.entry((service, group)).or_default();
                    for ((other, losses), alone) in together.iter().zip(&alone) {
                        let touches = |leg: &Leg| match leg {
                            Leg::Entry(entry) => losses.of_entry.get(entry).copied(),
                            Leg::Service(service) => alone.get(*service).copied().flatten(),
                        };
                        if rest().any(|leg| touches(leg).is_some_and(|impact| impact != Impact::NoImpact)) {
                            with.insert(other.id);
                        }
                    }
                }
                gone
            });
            for (suffered, judged) in suffered.iter_mut().zip(judged) {
                *suffered = worst(suffered.iter().copied().chain(judged));
            }
        }
        (suffered, collisions)
    }

    /// The name of a redundancy group.
    pub(super) fn group(&self, service: usize, group: usize) -> &str {
        self.services.get(service).and_then(|carried| carried.groups.get(group)).map_or("", |(name, _)| name)
    }
}

impl Carried {
    fn add(&mut self, group: Option<&str>, leg: Leg) {
        let Some(group) = group else {
            self.alone.push(leg);
            return;
        };
        match self.groups.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(group)) {
            Some((_, legs)) => legs.push(leg),
            None => self.groups.push((group.to_owned(), vec![leg])),
        }
    }
}

/// Whether a leg is gone. Of a service of ours we know what its own redundancy leaves; a provider's "reduced redundancy" promises nothing.
fn is_taken(leg: Leg, impact: Option<Impact>) -> bool {
    match leg {
        Leg::Entry(_) => impact.is_some_and(|impact| impact != Impact::NoImpact),
        Leg::Service(_) => impact.is_some_and(|impact| impact.severity() > Impact::ReducedRedundancy.severity()),
    }
}

/// Every service behind those that it needs. What needs itself in a circle is a fault of the configuration and stands in any order here.
fn order(services: &[Carried]) -> Vec<usize> {
    let needs = |number: usize| -> Vec<usize> {
        let Some(carried) = services.get(number) else { return Vec::new() };
        let legs = carried.alone.iter().chain(carried.groups.iter().flat_map(|(_, legs)| legs));
        legs.filter_map(|leg| if let Leg::Service(other) = leg { Some(*other) } else { None }).collect()
    };
    let mut placed = BTreeSet::new();
    let mut begun = BTreeSet::new();
    let mut order = Vec::new();
    for first in 0..services.len() {
        // A service is looked at twice: before what it needs, and behind it.
        let mut stack = vec![first];
        while let Some(number) = stack.last().copied() {
            if placed.contains(&number) {
                stack.pop();
            } else if begun.insert(number) {
                stack.extend(needs(number).into_iter().filter(|other| !begun.contains(other)));
            } else {
                stack.pop();
                placed.insert(number);
                order.push(number);
            }
        }
    }
    order
}

/// The others that are under way at one instant, for every set of them that there is while a maintenance is.
fn together<'b>(maintenance: &Maintenance, beside: &'b [(&'b Maintenance, Losses)]) -> Vec<Vec<(&'b Maintenance, &'b Losses)>> {
    let own = spans(maintenance);
    let theirs: Vec<(&Maintenance, &Losses, Vec<Span>)> = beside.iter().map(|(other, losses)| (*other, losses, spans(other))).collect();
    // Whoever is under way at some instant was so when the last of them began.
    let starts: BTreeSet<DateTime<Utc>> =
        own.iter().chain(theirs.iter().flat_map(|(_, _, spans)| spans)).map(|(start, _)| *start).collect();
    let mut seen: BTreeSet<Vec<MaintenanceId>> = BTreeSet::new();
    let mut sets = Vec::new();
    for at in starts {
        let is_under_way = |spans: &[Span]| spans.iter().any(|(start, end)| *start <= at && at < *end);
        if !is_under_way(&own) {
            continue;
        }
        let set: Vec<(&Maintenance, &Losses)> =
            theirs.iter().filter(|(_, _, spans)| is_under_way(spans)).map(|(other, losses, _)| (*other, *losses)).collect();
        if !set.is_empty() && seen.insert(set.iter().map(|(other, _)| other.id).collect()) {
            sets.push(set);
        }
    }
    sets
}

type Span = (DateTime<Utc>, DateTime<Utc>);

/// The main windows in every reading that is possible.
fn spans(maintenance: &Maintenance) -> Vec<Span> {
    let said = &maintenance.said;
    let windows = said.windows.iter().chain(said.readings.iter().flatten());
    let counts = windows.filter(|window| window.role == Role::Main && window.status != Some(Status::Cancelled));
    counts.map(|window| (window.start, window.end.unwrap_or_else(|| window.start + NO_END))).collect()
}

/// Whether two maintenances have main windows at one time.
pub(super) fn overlap(one: &Maintenance, other: &Maintenance) -> bool {
    let theirs = spans(other);
    spans(one).iter().any(|(start, end)| theirs.iter().any(|(from, to)| start < to && from < end))
}

/// Whether a maintenance takes anything from anybody still.
pub(super) fn is_ahead(maintenance: &Maintenance) -> bool {
    maintenance.closed.is_none() && !matches!(maintenance.status, Status::Cancelled | Status::Completed)
}
