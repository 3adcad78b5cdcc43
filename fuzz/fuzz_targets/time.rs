//! Any text → the time grammar: every window stands in the text as written, and has a reading or a problem.
#![no_main]

use chrono::DateTime;
use forewarn::rules::time::{TimeContext, statements};
use forewarn::{model::Zones, zones};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ZONES: LazyLock<Zones> = LazyLock::new(zones::newest);

// Loading is not the first mail's time.
fuzz_target!(
    init: {
        LazyLock::force(&ZONES);
    },
    |text: &str| {
    let arrived_at = DateTime::from_timestamp(1_600_000_000, 0).unwrap_or_default();
    let context = TimeContext { zones: &ZONES, arrived_at, zone: None, order: None, date: None };
    for statement in statements(text, &context) {
        assert!(!statement.readings.is_empty() || !statement.problems.is_empty(), "silent: {statement:?}");
    }
});
