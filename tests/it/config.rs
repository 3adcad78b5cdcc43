//! The configuration of the demo and the stories.

use std::path::Path;

use forewarn::config::{self, InboxKind, SecretSource};
use forewarn::model::Mode;

#[test]
fn the_fixture_world_is_sound_and_says_no_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let config = config::load(&folder.join("forewarn.toml")).unwrap_or_else(|report| panic!("{report}"));
    assert!(config.warnings.faults().is_empty(), "{}", config.warnings);
    assert_eq!(config.policy.mode, Mode::Rehearsal);
    let InboxKind::Maildir { path } = &config.inboxes[0].kind;
    assert_eq!(*path, folder.join("in"));
    assert_eq!(config.key, SecretSource::File(folder.join("forewarn.key")));
    let zones: std::collections::BTreeSet<&str> = config.inventory.customers.iter().map(|customer| customer.zone.name()).collect();
    assert_eq!(zones.into_iter().collect::<Vec<_>>(), ["America/Chicago", "America/Sao_Paulo", "Europe/Berlin", "UTC"]);
}
