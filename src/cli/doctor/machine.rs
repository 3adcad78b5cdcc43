//! This machine: disk, permissions, zone data.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chrono::{DateTime, Datelike as _, Utc};

use super::Finding;
use crate::config::Config;
use crate::model::Zones;

/// Below this much free space the store's folder is too full to go on.
const TOO_FULL_BYTES: u64 = 200 << 20;
/// Below this much it is worth a look.
const NEARLY_FULL_BYTES: u64 = 1 << 30;

pub(super) fn findings(config: &Config, zones: &Zones, now: DateTime<Utc>) -> Vec<Finding> {
    let folder = config.store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut findings = vec![space(folder)];
    findings.extend(permissions(&config.store));
    findings.push(zone_data(zones.version(), now));
    findings
}

fn space(folder: &Path) -> Finding {
    match rustix::fs::statvfs(folder) {
        Err(error) => Finding::Broken(format!("the store's folder {} cannot be looked at: {error}", folder.display())),
        Ok(about) => judged_space(folder, about.f_bavail.saturating_mul(about.f_frsize)),
    }
}

fn judged_space(folder: &Path, free_bytes: u64) -> Finding {
    let text = format!("{} MB are free where the store lies, {}", free_bytes >> 20, folder.display());
    match free_bytes {
        free if free < TOO_FULL_BYTES => {
            Finding::Broken(format!("only {text}\n  help: make room: mail is kept there, and nothing is sent without it"))
        }
        free if free < NEARLY_FULL_BYTES => Finding::Doubtful(format!("only {text}")),
        _ => Finding::Well(text),
    }
}

/// Nothing to say of a store that is not there yet.
fn permissions(store: &Path) -> Option<Finding> {
    let mode = std::fs::metadata(store).ok()?.permissions().mode() & 0o777;
    Some(if mode & 0o077 == 0 {
        Finding::Well(format!("the store {} can be read by its owner alone", store.display()))
    } else {
        let path = store.display();
        Finding::Broken(format!("{path} can be read by others (mode {mode:o}); mails of customers stand in it\n  help: chmod 600 {path}"))
    })
}

/// `2026f, embedded`: a release is a year and a letter.
fn zone_data(version: &str, now: DateTime<Utc>) -> Finding {
    let year = version.get(..4).and_then(|year| year.parse::<i32>().ok());
    match year {
        Some(year) if year >= now.year() - 1 => Finding::Well(format!("time zones: tzdata {version}; now {}", now.format("%F %H:%M:%SZ"))),
        _ => Finding::Doubtful(format!(
            "time zones: tzdata {version} is old; clocks may have been changed since\n  help: update tzdata or Forewarn"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_open_files_and_old_zones_are_named_with_their_mend() {
        let here = Path::new("/srv");
        assert!(matches!(judged_space(here, 5 << 30), Finding::Well(_)));
        assert!(matches!(judged_space(here, 500 << 20), Finding::Doubtful(_)));
        assert!(matches!(judged_space(here, 1 << 20), Finding::Broken(text) if text.contains("make room")));
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        assert_eq!(permissions(&store), None);
        std::fs::write(&store, "").unwrap();
        std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(permissions(&store), Some(Finding::Broken(text)) if text.contains("chmod 600")));
        std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(permissions(&store), Some(Finding::Well(_))));
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        assert!(matches!(zone_data("2026f, embedded", now), Finding::Well(_)));
        assert!(matches!(zone_data("2019c", now), Finding::Doubtful(_)));
        assert!(matches!(space(folder.path()), Finding::Well(_) | Finding::Doubtful(_) | Finding::Broken(_)));
    }
}
