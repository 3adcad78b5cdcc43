//! Any text as a rule file → compiled rules or faults that name the place.
#![no_main]

use forewarn::rules::RuleSet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(faults) = RuleSet::from_files([("x.toml", text)]) {
        assert!(faults.iter().all(|fault| fault.file == "x.toml" && fault.line > 0 && !fault.what.is_empty()), "{faults:?}");
    }
});
