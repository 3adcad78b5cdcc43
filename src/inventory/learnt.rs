//! The inventory with what staff taught by their answers: it stands in the store, `services.toml` stays as the admin wrote it.

use crate::model::{Inventory, Learnt, ObjectMatch, StandsOn};

/// Adds what staff taught to an inventory as it was written.
#[must_use]
pub fn with_learnt(mut inventory: Inventory, learnt: &[Learnt]) -> Inventory {
    for one in learnt {
        match one {
            Learnt::Never(sender) => inventory.never.push(sender.to_lowercase()),
            Learnt::Provider { domain, provider } => {
                if let Some(known) = inventory.providers.iter_mut().find(|known| known.id.eq_ignore_ascii_case(provider)) {
                    known.domains.push(domain.clone());
                }
            }
            Learnt::Gone { provider, object } => gone(&mut inventory, provider, object),
            Learnt::Habit(_) | Learnt::RuleWanted(_) => {}
        }
    }
    inventory
}

/// Marks what is written as given back; an object that nobody wrote down is written down as given back.
fn gone(inventory: &mut Inventory, provider: &str, object: &str) {
    let names = |on: &StandsOn| {
        let exact = matches!(&on.object, ObjectMatch::Exact(id) if id.eq_ignore_ascii_case(object));
        on.provider.eq_ignore_ascii_case(provider) && (exact || on.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(object)))
    };
    let mut known = false;
    for service in &mut inventory.services {
        let parts = service.parts.iter_mut().flat_map(|part| &mut part.stands_on);
        for on in service.stands_on.iter_mut().chain(parts).filter(|on| names(on)) {
            on.retired = true;
            known = true;
        }
    }
    if let Some(first) = inventory.services.first_mut().filter(|_| !known) {
        first.stands_on.push(StandsOn {
            provider: provider.to_owned(),
            object: ObjectMatch::Exact(object.to_owned()),
            aliases: Vec::new(),
            places: Vec::new(),
            redundant: None,
            retired: true,
        });
    }
}

/// Whether staff said `never` of a sender: of the address, its domain, or a domain above it.
#[must_use]
pub fn is_silenced(inventory: &Inventory, address: &str) -> bool {
    let address = address.to_lowercase();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    inventory.never.iter().any(|never| *never == address || domain == never || domain.ends_with(&format!(".{never}")))
}
