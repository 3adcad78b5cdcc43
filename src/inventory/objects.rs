//! Recognises our objects in the words with which a provider names them: `mail01.example.net (203.0.113.7)`, `Host web01`.
//!
//! Built once a maintenance, then each object costs its own length, however large the inventory is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ipnet::IpNet;

use super::places::{Named, Places, Stands};
use crate::model::{ObjectMatch, StandsOn};

/// Shortest id that counts inside a longer text; a shorter one must be the whole text.
const SHORTEST_WORD: usize = 4;

/// Everything that one provider's objects are compared with. Numbers are those of the list it was made from.
pub(super) struct Index {
    /// Exact ids and aliases without white space.
    squashed: BTreeMap<String, Vec<usize>>,
    /// Exact ids and aliases as words, those long enough.
    worded: BTreeMap<String, Vec<usize>>,
    most_words: usize,
    /// First and last address.
    ranges: Vec<(IpAddr, IpAddr, usize)>,
    globs: GlobSet,
    glob_numbers: Vec<usize>,
    places: Places,
    /// Where each stands.
    stands: Vec<Stands>,
    retired: Vec<bool>,
}

/// What an object is to us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hit {
    /// Numbers of what stands on it, ascending.
    pub(super) needs: Vec<usize>,
    /// Whether it was given back: a retired entry names it more exactly than any other does.
    pub(super) retired: bool,
}

impl Index {
    pub(super) fn new<'a>(list: impl Iterator<Item = &'a StandsOn> + Clone) -> Self {
        let mut index = Self {
            squashed: BTreeMap::new(),
            worded: BTreeMap::new(),
            most_words: 1,
            ranges: Vec::new(),
            globs: GlobSet::empty(),
            glob_numbers: Vec::new(),
            places: Places::new(list.clone()),
            stands: Vec::new(),
            retired: Vec::new(),
        };
        let mut globs = GlobSetBuilder::new();
        for (number, on) in list.enumerate() {
            index.retired.push(on.retired);
            index.stands.push(Stands::of(on));
            match &on.object {
                ObjectMatch::Exact(id) | ObjectMatch::Account(id) => index.name(id, number),
                ObjectMatch::Prefix(net) => index.ranges.push((net.network(), net.broadcast(), number)),
                ObjectMatch::Glob(glob) => {
                    // A glob that does not compile is a fault of the configuration and matches nothing here.
                    if let Ok(glob) = GlobBuilder::new(&glob.to_lowercase()).build() {
                        globs.add(glob);
                        index.glob_numbers.push(number);
                    }
                }
                ObjectMatch::Place | ObjectMatch::Fleet => {}
            }
            on.aliases.iter().for_each(|alias| index.name(alias, number));
        }
        if let Ok(globs) = globs.build() {
            index.globs = globs;
        } else {
            index.glob_numbers.clear();
        }
        index
    }

    fn name(&mut self, name: &str, number: usize) {
        self.squashed.entry(squashed(name)).or_default().push(number);
        let words = words(name);
        if name.trim().chars().count() >= SHORTEST_WORD && !words.is_empty() {
            self.most_words = self.most_words.max(words.len());
            self.worded.entry(words.join(" ")).or_default().push(number);
        }
        if let Some((first, last)) = range(name.trim()) {
            self.ranges.push((first, last, number));
        }
    }

    /// The places that an object's text names.
    pub(super) fn places_in(&self, object: &str) -> Named {
        self.places.in_object(object)
    }

    /// What of ours an object's text names. Fleets are the caller's business: they know nothing of objects.
    pub(super) fn matches(&self, object: &str) -> Hit {
        let words = words(object);
        let places = self.places.in_object(object);
        let agrees = |number: &usize| self.stands.get(*number).is_some_and(|stands| places.agrees(stands));
        // From the most exact to the least: a retired host stays retired although a glob covers it.
        let mut tiers = [self.named(object, &words), self.addressed(object), self.globbed(object, &words), BTreeSet::new()];
        for tier in &mut tiers {
            // One name in two places is told apart by them; a name alone is not doubted for its place.
            if tier.iter().any(agrees) {
                tier.retain(agrees);
            }
        }
        if tiers.iter().all(BTreeSet::is_empty)
            && let [.., last] = &mut tiers
        {
            let stands_there = |(number, stands): (usize, &Stands)| (places.names_any(stands) && places.agrees(stands)).then_some(number);
            *last = self.stands.iter().enumerate().filter_map(stands_there).collect();
        }
        let is_retired = |number: &usize| self.retired.get(*number).copied().unwrap_or(false);
        let best_live = tiers.iter().position(|tier| tier.iter().any(|number| !is_retired(number)));
        let best_retired = tiers.iter().position(|tier| tier.iter().any(is_retired));
        if best_retired.is_some_and(|retired| best_live.is_none_or(|live| retired < live)) {
            return Hit { needs: Vec::new(), retired: true };
        }
        let needs: BTreeSet<usize> = tiers.into_iter().flatten().filter(|number| !is_retired(number)).collect();
        Hit { needs: needs.into_iter().collect(), retired: false }
    }

    fn named(&self, object: &str, words: &[String]) -> BTreeSet<usize> {
        if let Some(numbers) = self.squashed.get(&squashed(object)) {
            return numbers.iter().copied().collect();
        }
        let mut found = BTreeSet::new();
        let mut at = 0;
        while at < words.len() {
            // The longest name that begins here wins: `web01 backup` is not `web01`.
            let longest = (1..=self.most_words).rev().find_map(|count| {
                let run = words.get(at..at.checked_add(count)?)?;
                Some((count, self.worded.get(&run.join(" "))?))
            });
            if let Some((count, numbers)) = longest {
                found.extend(numbers);
                at += count;
            } else {
                let host = words.get(at).map(String::as_str).unwrap_or_default();
                found.extend(host_names(host).find_map(|name| self.worded.get(name)).into_iter().flatten());
                at += 1;
            }
        }
        found
    }

    fn addressed(&self, object: &str) -> BTreeSet<usize> {
        if self.ranges.is_empty() {
            return BTreeSet::new();
        }
        let named = ranges(object);
        let overlaps = |(first, last, number): &(IpAddr, IpAddr, usize)| {
            let same_family = |other: &IpAddr| other.is_ipv4() == first.is_ipv4();
            named.iter().any(|(from, to)| same_family(from) && from <= last && first <= to).then_some(*number)
        };
        self.ranges.iter().filter_map(overlaps).collect()
    }

    fn globbed(&self, object: &str, words: &[String]) -> BTreeSet<usize> {
        if self.glob_numbers.is_empty() {
            return BTreeSet::new();
        }
        let mut found: BTreeSet<usize> = self.globs.matches(object.trim().to_lowercase()).into_iter().collect();
        // Inside a longer text only what looks like an id counts: `web*` is not `Website`.
        for word in words.iter().filter(|word| word.contains(|letter: char| !letter.is_alphabetic())) {
            found.extend(self.globs.matches(word));
        }
        found.into_iter().filter_map(|number| self.glob_numbers.get(number).copied()).collect()
    }
}

pub(super) fn squashed(text: &str) -> String {
    typed(text).chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> Vec<String> {
    cased_words(&typed(text).to_lowercase())
}

/// The text as a keyboard writes it: HTML mail has hyphens that do not break, and letters of no width where a line may.
pub(super) fn typed(text: &str) -> String {
    let plain = |letter: char| match letter {
        '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => None,
        other => Some(other),
    };
    text.chars().filter_map(plain).collect()
}

/// Runs of letters, digits, `-`, `_` and `.`, without the dots and hyphens of the sentence around them.
pub(super) fn cased_words(text: &str) -> Vec<String> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.')))
        .map(|word| word.trim_matches(|letter| matches!(letter, '-' | '.')))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `mail01.dc1.example.net` → `mail01.dc1.example`, `mail01.dc1`, `mail01`; nothing for an address, whose parts name no host.
fn host_names(word: &str) -> impl Iterator<Item = &str> {
    let is_address = word.parse::<IpAddr>().is_ok() || !word.contains(char::is_alphabetic);
    let ends = word.match_indices('.').rev().filter_map(move |(end, _)| word.get(..end));
    ends.filter(move |_| !is_address)
}

/// Every address, prefix and `first - last` range in a text, as first and last address.
fn ranges(text: &str) -> Vec<(IpAddr, IpAddr)> {
    let inside = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, '.' | ':' | '/');
    let mut found: Vec<(IpAddr, IpAddr)> = Vec::new();
    // A range that begins with the address found last, when nothing but a dash stands between the two.
    let mut open: Option<IpAddr> = None;
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        let between = rest.get(..start).unwrap_or_default().trim();
        let tail = rest.get(start..).unwrap_or_default();
        let end = tail.find(|letter: char| !inside(letter)).unwrap_or(tail.len());
        let token = tail.get(..end).unwrap_or_default().trim_matches(|letter| matches!(letter, '.' | '/')).trim_end_matches(':');
        rest = tail.get(end..).unwrap_or_default();
        let Some((first, last)) = range(token).or_else(|| range(token.split_once(':')?.0)) else {
            open = None;
            continue;
        };
        match open.take() {
            Some(from) if matches!(between, "-" | "–" | "—") && first == last && from.is_ipv4() == first.is_ipv4() && from <= first => {
                found.push((from, first));
            }
            _ => found.push((first, last)),
        }
        open = (first == last).then_some(first);
    }
    found
}

fn range(token: &str) -> Option<(IpAddr, IpAddr)> {
    let net = token.parse::<IpNet>().or_else(|_| token.parse::<IpAddr>().map(IpNet::from)).ok()?;
    Some((net.network(), net.broadcast()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_prefixes_and_ranges_out_of_words() {
        let shown = |text: &str| ranges(text).iter().map(|(from, to)| format!("{from} {to}")).collect::<Vec<_>>();
        assert_eq!(shown("mail01.example.net (203.0.113.7)"), ["203.0.113.7 203.0.113.7"]);
        assert_eq!(shown("203.0.113.64/26."), ["203.0.113.64 203.0.113.127"]);
        assert_eq!(
            shown("2001:db8::/32 and 2001:db8:1::5"),
            ["2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:1::5 2001:db8:1::5"]
        );
        assert_eq!(shown("203.0.113.1 – 203.0.113.9"), ["203.0.113.1 203.0.113.1", "203.0.113.1 203.0.113.9"]);
        assert_eq!(shown("203.0.113.1, 203.0.113.9"), ["203.0.113.1 203.0.113.1", "203.0.113.9 203.0.113.9"]);
        assert_eq!(shown("198.51.100.4:443"), ["198.51.100.4 198.51.100.4"]);
        assert_eq!(shown("a dead beef: 12:30, ID 4711, 1.2.3"), Vec::<String>::new());
    }

    #[test]
    fn cuts_a_host_name_label_by_label_but_never_an_address() {
        assert_eq!(host_names("mail01.dc1.example.net").collect::<Vec<_>>(), ["mail01.dc1.example", "mail01.dc1", "mail01"]);
        assert_eq!(host_names("10.20.30.40").count(), 0);
        assert_eq!(host_names("2020.09.10").count(), 0);
        assert_eq!(host_names("mail01").count(), 0);
    }
}
