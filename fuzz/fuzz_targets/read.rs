//! Any bytes → the whole reading of a mail by the shipped rules: one outcome, and every window is one that the mail states.
#![no_main]

use chrono::DateTime;
use forewarn::rules::{self, Options, RuleSet};
use forewarn::{mail, model::Zones, zones};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::embedded);
static ZONES: LazyLock<Zones> = LazyLock::new(zones::newest);

// Loading is not the first mail's time.
fuzz_target!(
    init: {
        LazyLock::force(&RULES);
        LazyLock::force(&ZONES);
    },
    |raw: &[u8]| {
    if mail::prescan::prescan(raw).is_err() {
        return;
    }
    let parsed = mail::parse(raw);
    let arrived_at = rules::arrived_at(&parsed, DateTime::from_timestamp(1_600_000_000, 0).unwrap_or_default());
    let reading = rules::read(&RULES, &ZONES, &parsed, arrived_at, Options::default());
    assert!(!rules::outcome(&reading).is_empty());
    assert!(reading.found.iter().flat_map(|found| &found.windows).all(|window| !window.as_written.is_empty()));
});
