//! The configuration of the demo and the stories.

use std::path::Path;

use forewarn::config::{self, InboxKind, SecretSource};
use forewarn::inventory::provider_for;
use forewarn::model::{Inventory, Mode};

fn world() -> Inventory {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forewarn.toml");
    config::load(&path).map_err(|report| report.to_string()).unwrap().inventory
}

#[test]
fn the_fixture_world_is_sound_and_says_no_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let config = config::load(&folder.join("forewarn.toml")).map_err(|report| report.to_string()).expect("the fixture configuration holds");
    assert!(config.warnings.faults().is_empty(), "{}", config.warnings);
    assert_eq!(config.policy.mode, Mode::Rehearsal);
    let InboxKind::Maildir { path } = &config.inboxes[0].kind else { panic!("{:?}", config.inboxes) };
    assert_eq!(*path, folder.join("in"));
    assert_eq!(config.key, SecretSource::File(folder.join("forewarn.key")));
    let zones: std::collections::BTreeSet<&str> = config.inventory.customers.iter().map(|customer| customer.zone.name()).collect();
    assert_eq!(zones.into_iter().collect::<Vec<_>>(), ["America/Chicago", "America/Sao_Paulo", "Europe/Berlin", "UTC"]);
}

#[test]
fn the_fixture_world_knows_its_providers_by_their_senders() {
    let world = world();
    let id = |sender: &str| provider_for(&world, sender).map(|provider| provider.id.clone());
    assert_eq!(id("status.northfield.example"), Some("northfield".to_owned()));
    assert_eq!(id("brightline.example"), Some("brightline".to_owned()));
    assert_eq!(id("harborlight.example"), None);
    assert_eq!(provider_for(&world, "northfield").map(|provider| provider.public_name.as_str()), Some("Data Center Provider"));
}
