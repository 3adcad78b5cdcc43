//! Which announcement was missed and why, over all customers whom a maintenance concerns: the heart of a post-mortem.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Whose, concerned, fate};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::main_windows;
use crate::model::{Case, Inventory};

/// Who knew in time, and why others did not. Names of customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// Those of whom a copy was taken before the first window began.
    pub in_time: BTreeSet<String>,
    /// Those who were told when it had begun, each with when, UTC.
    pub late: BTreeMap<String, DateTime<Utc>>,
    /// Those who were never told, by reason.
    pub never: BTreeMap<String, BTreeSet<String>>,
    /// Those who were told of it and not of the last change, by reason.
    pub change: BTreeMap<String, BTreeSet<String>>,
    /// How many may be touched, because the provider's mails name what is not mapped.
    pub unsure: usize,
}

impl Missed {
    /// How many customers it surely concerns.
    #[must_use]
    pub fn concerned(&self) -> usize {
        let never: BTreeSet<&String> = self.never.values().flatten().collect();
        self.in_time.len() + self.late.len() + never.len()
    }
}

/// Sorts the customers whom a maintenance concerns by what they knew when its first window began.
#[must_use]
pub fn missed(case: &Case, inventory: &Inventory, clock: &StaffClock<'_>) -> Missed {
    let start = main_windows(&case.maintenance).map(|window| window.start).min();
    let mut missed = Missed::default();
    for one in concerned(case, inventory) {
        if !one.surely {
            missed.unsure += 1;
            continue;
        }
        let found = fate(case, inventory, &Whose::new(&one.id, inventory, std::slice::from_ref(case)), clock);
        let first = found.copies.iter().map(|copy| copy.at).min();
        let reasons = match first {
            Some(at) if start.is_none_or(|start| at < start) => {
                missed.in_time.insert(one.name.clone());
                &mut missed.change
            }
            Some(at) => {
                missed.late.insert(one.name.clone(), at);
                &mut missed.change
            }
            None => &mut missed.never,
        };
        for why in found.why_not {
            reasons.entry(why).or_default().insert(one.name.clone());
        }
    }
    missed
}
