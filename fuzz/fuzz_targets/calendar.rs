//! Any text as a calendar part → its events → the reading of the mail that carries it.
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
    |calendar: &str| {
    let head = b"Subject: x\r\nContent-Type: text/calendar; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    let raw = [head.as_slice(), calendar.as_bytes()].concat();
    let parsed = mail::parse(&raw);
    let reading = rules::read(&RULES, &ZONES, &parsed, DateTime::UNIX_EPOCH, Options::default());
    assert!(!rules::outcome(&reading).is_empty());
});
