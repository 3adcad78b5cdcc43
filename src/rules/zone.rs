//! What the names of zones mean: abbreviations, written-out names, IANA and Windows ids, cities.
//!
//! A name never gets one meaning by preference where people use it for several: `Meaning::Letters` lists them all.

mod names;
mod places;

use chrono_tz::Tz;
use names::{FIXED, LETTERS, WALL, WINDOWS};
use places::CITIES;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a zone's name in a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A fixed offset from UTC, in minutes east.
    Offset(i32),
    /// The wall clock of a zone: `Eastern`, `PT`, `Europe/Berlin`.
    Wall(Tz),
    /// Letters for one half of the year (`CDT`), or used in several places (`IST`): each place with its minutes east.
    Letters(Vec<(Tz, i32)>),
    /// `local time`, place not said.
    Local,
}

/// The meaning of a zone's name in lower case, words parted by one space: `est`, `eastern time`, `w europe standard time`.
#[must_use]
pub fn written(name: &str) -> Option<Meaning> {
    NAMES.get(name).cloned()
}

/// Whether some zone's name begins with this word in lower case.
#[must_use]
pub fn begins(word: &str) -> bool {
    FIRST_WORDS.contains(word)
}

/// The zone of an IANA id, whatever its case.
#[must_use]
pub fn iana(id: &str) -> Option<Tz> {
    IANA.get(id.to_lowercase().as_str()).copied()
}

/// The zone of a Windows id (`Romance Standard Time`), whatever its case.
#[must_use]
pub fn windows(id: &str) -> Option<Tz> {
    let plain = id.to_lowercase().replace('.', "");
    WINDOWS.iter().find(|(name, _)| *name == plain).map(|(_, zone)| *zone)
}

/// The zone of an IANA or Windows id, or of a name that means the wall clock of one zone.
#[must_use]
pub fn named(name: &str) -> Option<Tz> {
    iana(name).or_else(|| windows(name)).or_else(|| match written(&name.to_lowercase())? {
        Meaning::Wall(zone) => Some(zone),
        Meaning::Offset(0) => Some(Tz::UTC),
        _ => None,
    })
}

/// The zone of a well-known city or country in lower case, words parted by one space. Used beside "local time" only.
#[must_use]
pub fn place(name: &str) -> Option<Tz> {
    PLACES.get(name).copied()
}

static IANA: LazyLock<HashMap<String, Tz>> =
    LazyLock::new(|| chrono_tz::TZ_VARIANTS.iter().map(|zone| (zone.name().to_lowercase(), *zone)).collect());

static FIRST_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| NAMES.keys().filter_map(|name| name.split(' ').next()).collect());

static NAMES: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (name, zone) in WINDOWS {
        names.insert(*name, Meaning::Wall(*zone));
    }
    for (name, minutes) in FIXED {
        names.insert(*name, Meaning::Offset(*minutes));
    }
    for (name, zone) in WALL {
        names.insert(*name, Meaning::Wall(*zone));
    }
    for (name, places) in LETTERS {
        names.insert(*name, Meaning::Letters(places.to_vec()));
    }
    names
});

static PLACES: LazyLock<HashMap<&'static str, Tz>> = LazyLock::new(|| CITIES.iter().copied().collect());

#[cfg(test)]
mod tests {
    use super::{Meaning, iana, named, place, windows, written};
    use chrono_tz::Tz;

    #[test]
    fn names_are_found_whatever_their_case() {
        assert_eq!(iana("europe/BERLIN"), Some(Tz::Europe__Berlin));
        assert_eq!(windows("W. Europe Standard Time"), Some(Tz::Europe__Berlin));
        assert_eq!(named("Romance Standard Time"), Some(Tz::Europe__Paris));
        assert_eq!(named("Eastern"), Some(Tz::America__New_York));
        assert_eq!(named("UTC"), Some(Tz::UTC));
        assert_eq!(named("IST"), None);
        assert_eq!(place("chicago"), Some(Tz::America__Chicago));
    }

    #[test]
    fn letters_used_in_several_places_list_them_all() {
        for letters in ["est", "cst", "ist", "bst", "ast", "gst", "sst"] {
            assert!(matches!(written(letters), Some(Meaning::Letters(places)) if places.len() > 1), "{letters}");
        }
        for letters in ["edt", "cdt", "pst", "cet", "sgt", "brt", "jst"] {
            assert!(matches!(written(letters), Some(Meaning::Letters(places)) if places.len() == 1), "{letters}");
        }
    }
}
