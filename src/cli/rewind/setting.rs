//! What a look back is made with: the inventory given, and the house's configuration or values that most houses have.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::{
    cli::init,
    config::{self, Config},
    model::{AuthMode, Inventory, Mode},
};

/// What a house that has written no configuration yet is taken to want. Addresses below `.invalid` reach nobody (RFC 2606 section 2).
const CONFIGURATION: &str = r#"mode = "live"
organisation = "Rewind"
from = "Forewarn <forewarn@rewind.invalid>"
support = "Support <support@rewind.invalid>"
store = "forewarn.sqlite"
services = "none.toml"

[[approver]]
name = "Staff"
address = "staff@rewind.invalid"

[approval]
auth = "token-only"
i_accept_forgery_risk = true
plus_addresses = true

[[inbox]]
account = "past"
maildir = "in"
reads = ["providers", "replies"]

[outbox]
maildir = "out"

[agenda]
escalate_to = ["Escalation <escalation@rewind.invalid>"]
"#;

/// Everything that a look back is made with, and where it came from.
#[derive(Debug)]
pub(super) struct Setting {
    /// Ready for the service, in a folder of its own.
    pub(super) config: Config,
    /// The configuration's file; none where there is none.
    pub(super) policy_from: Option<String>,
    /// The inventory's file; none where there is none.
    pub(super) services_from: Option<String>,
    /// Why times are shown in this zone, for people.
    pub(super) zone_from: &'static str,
}

/// Makes the setting in a scratch folder. Nothing of the configuration's store, mailboxes, servers, commands or key is used.
///
/// # Errors
/// Every fault of the files that are named.
pub(super) fn setting(folder: &Path, config: Option<&Path>, services: Option<&Path>, zone: Option<Tz>) -> anyhow::Result<Setting> {
    init::begin(folder)?;
    fs::write(folder.join("none.toml"), "")?;
    let house = config.map(super::super::load).transpose()?;
    let (zone, zone_from) = match (zone, &house, services) {
        (Some(zone), ..) => (zone, "as you asked"),
        (None, Some(house), _) => (house.policy.zone, "the zone of your configuration"),
        (None, None, Some(services)) => match majority(&fs::read_to_string(services).unwrap_or_default()) {
            Some(zone) => (zone, "the zone of most customers"),
            None => (Tz::UTC, "no customer has a zone; --zone names another"),
        },
        (None, None, None) => (Tz::UTC, "--zone names another"),
    };
    let path = folder.join("forewarn.toml");
    fs::write(&path, format!("zone = \"{}\"\n{CONFIGURATION}", zone.name()))?;
    let mut setting = config::load(&path).map_err(|report| anyhow::anyhow!("{report}"))?;
    let services_from = services.or(house.as_ref().map(|house| house.services_file.as_path())).map(|path| path.display().to_string());
    if let Some(house) = house {
        setting.rules_dir = house.rules_dir;
        setting.templates_dir = house.templates_dir;
        setting.policy = house.policy;
        setting.inventory = house.inventory;
        setting.warnings = house.warnings;
    }
    let policy = &mut setting.policy;
    (policy.mode, policy.rehearsal_to, policy.zone) = (Mode::Live, None, zone);
    // Told is told: what is approved here has left when the next mail is read.
    policy.undo = TimeDelta::zero();
    // Each mail is given at the time it came; nobody waits for the next.
    policy.agenda.bundle_within = TimeDelta::zero();
    (policy.alarm_command, policy.canary_every) = (None, None);
    if matches!(policy.auth, AuthMode::Dkim | AuthMode::M365Internal) {
        // Nobody signs the answers that are made up here, and the keys of old mail are gone.
        policy.auth = AuthMode::TokenOnly;
    }
    policy.approvals = 1;
    if let Some(services) = services {
        let own = [policy.from.address.clone()];
        let (inventory, warnings) = config::load_inventory(services, zone, &own)
            .map_err(|report| anyhow::anyhow!("the inventory does not hold\n{report}"))
            .with_context(|| format!("{} cannot be used", services.display()))?;
        (setting.inventory, setting.warnings) = (inventory, warnings);
    }
    setting.heartbeat_url = None;
    Ok(Setting { config: setting, policy_from: config.map(|path| path.display().to_string()), services_from, zone_from })
}

/// The zone that most customers of an inventory have written down.
fn majority(services: &str) -> Option<Tz> {
    let document: toml::Table = services.parse().ok()?;
    let mut zones: BTreeMap<&str, u32> = BTreeMap::new();
    for customer in document.get("customer")?.as_array()? {
        if let Some(zone) = customer.get("zone").and_then(toml::Value::as_str) {
            *zones.entry(zone).or_default() += 1;
        }
    }
    zones.into_iter().max_by_key(|(_, count)| *count)?.0.parse().ok()
}

impl Setting {
    /// Whether anything can be mapped.
    pub(super) fn has_inventory(&self) -> bool {
        let Inventory { providers, services, customers, .. } = &self.config.inventory;
        !(providers.is_empty() && services.is_empty() && customers.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_configuration_the_inventory_alone_is_enough_and_gives_the_zone() {
        let scratch = tempfile::tempdir().unwrap();
        let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/services.toml");
        let made = setting(&scratch.path().join("a"), None, Some(&services), None).unwrap();
        assert_eq!((made.config.policy.zone, made.zone_from), (Tz::America__Chicago, "the zone of most customers"));
        assert!(made.has_inventory() && made.policy_from.is_none());
        let made = setting(&scratch.path().join("b"), None, None, Some(Tz::Asia__Tokyo)).unwrap();
        assert_eq!(made.config.policy.zone, Tz::Asia__Tokyo);
        assert!(!made.has_inventory());
    }

    #[test]
    fn a_configuration_gives_policy_and_rules_but_no_store_server_or_command() {
        let scratch = tempfile::tempdir().unwrap();
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forewarn.toml");
        let folder = scratch.path().join("a");
        let made = setting(&folder, Some(&house), None, None).unwrap();
        assert_eq!(made.config.policy.organisation, "Harborlight IT");
        assert_eq!((made.config.policy.mode, made.config.policy.undo), (Mode::Live, TimeDelta::zero()));
        assert!(made.config.store.starts_with(&folder), "{}", made.config.store.display());
        assert!(matches!(&made.config.outbox, config::SinkConfig::Maildir { path } if path.starts_with(&folder)));
        assert!(made.has_inventory());
        let absent = setting(&scratch.path().join("b"), None, Some(Path::new("/absent.toml")), None).unwrap_err();
        assert!(format!("{absent:#}").contains("/absent.toml"), "{absent:#}");
    }
}
