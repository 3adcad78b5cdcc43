//! Any bytes → the pre-scan → the parser: what the pre-scan lets through is parsed, and nothing else happens.
#![no_main]

use forewarn::mail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    if mail::prescan::prescan(raw).is_ok() {
        let parsed = mail::parse(raw);
        assert!(parsed.text().len() <= 20 * raw.len() + 2_000_000, "text grew from {} to {} bytes", raw.len(), parsed.text().len());
    }
});
