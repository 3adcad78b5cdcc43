//! Which of the places known at a provider a text names: `DAL2, rack R12, feed A`.
//!
//! A name that is a letter or a number is none by itself: it counts beside the word for its kind. It never decides what is touched; it
//! says which kinds of places a text names, and whether a thing of ours may stand there.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::{cased_words, typed};
use crate::model::{Place, PlaceKind, StandsOn};

/// Shortest name that counts in any case inside prose; `IN` and `de` are words of their own.
const SHORTEST_NAME: usize = 4;
const RACK_WORDS: [&str; 4] = ["rack", "racks", "cabinet", "cabinets"];
const FEED_WORDS: [&str; 12] = ["feed", "feeds", "leg", "legs", "side", "sides", "pdu", "pdus", "ups", "bus", "path", "power"];
/// Words between a kind's word and its ids.
const BETWEEN: [&str; 8] = ["and", "or", "no", "nr", "number", "id", "both", "to"];

/// Every place that is known at one provider.
#[derive(Default)]
pub(super) struct Places {
    /// By their words in small letters.
    known: BTreeMap<String, Vec<Known>>,
    most_words: usize,
}

struct Known {
    kind: PlaceKind,
    cased: String,
    /// Whether it counts only beside the word for its kind.
    needs_word: bool,
}

/// The places that a text names, in small letters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named(BTreeMap<PlaceKind, BTreeSet<String>>);

impl Places {
    pub(super) fn new<'a>(list: impl Iterator<Item = &'a StandsOn>) -> Self {
        let mut places = Self::default();
        for place in list.flat_map(|on| &on.places) {
            let words = own_words(place);
            let known = places.known.entry(words.join(" ").to_lowercase()).or_default();
            if !known.iter().any(|known| known.kind == place.kind) {
                let plain = words.iter().all(|word| {
                    word.chars().all(|letter| letter.is_ascii_digit()) || (word.len() <= 3 && !word.contains(|c: char| c.is_ascii_digit()))
                });
                let needs_word = plain && !kind_words(place.kind).is_empty();
                known.push(Known { kind: place.kind, cased: words.join(" "), needs_word });
            }
            places.most_words = places.most_words.max(words.len());
        }
        places
    }

    /// What the name of an object says of its place. A rack or feed that nobody here knows is one too: ours stands elsewhere.
    pub(super) fn in_object(&self, text: &str) -> Named {
        self.named(text, true)
    }

    /// What a mail's words say of places. A region or site of less than four letters must be written in the same case.
    pub(super) fn in_prose(&self, text: &str) -> Named {
        self.named(text, false)
    }

    fn named(&self, text: &str, is_object: bool) -> Named {
        let mut named = Named::default();
        if self.known.is_empty() {
            return named;
        }
        let cased = cased_words(&typed(text));
        for at in 0..cased.len() {
            for count in 1..=self.most_words {
                let Some(run) = at.checked_add(count).and_then(|end| cased.get(at..end)).map(|run| run.join(" ")) else { break };
                let Some(known) = self.known.get(&run.to_lowercase()) else { continue };
                for known in known.iter().filter(|known| !known.needs_word) {
                    if is_object || known.cased.chars().count() >= SHORTEST_NAME || known.cased == run {
                        named.add(known.kind, &run);
                    }
                }
            }
        }
        let split: Vec<&str> = cased.iter().flat_map(|word| without_hyphen(word)).collect();
        for kind in [PlaceKind::Rack, PlaceKind::Feed] {
            let is_head = |word: &str| kind_words(kind).contains(&word.to_lowercase().as_str());
            for at in (0..split.len()).filter(|at| split.get(*at).is_some_and(|word| is_head(word))) {
                let (before, after) = split.split_at(at);
                let right = self.ids(kind, after.iter().skip(1).copied(), is_object);
                let left = if right.is_empty() { self.ids(kind, before.iter().rev().copied(), is_object) } else { Vec::new() };
                // "A feed is moved" speaks of some feed.
                let article = !is_object && matches!(left.as_slice(), ["A"]);
                right.iter().chain(left.iter().filter(|_| !article)).for_each(|id| named.add(kind, id));
            }
        }
        named
    }

    /// The ids of a kind that follow its word, from the nearest on.
    fn ids<'t>(&self, kind: PlaceKind, words: impl Iterator<Item = &'t str>, unknown_too: bool) -> Vec<&'t str> {
        let mut found = Vec::new();
        for word in words {
            // "the feed a customer uses": a single letter is written large.
            let is_letter = word.len() == 1 && word.chars().all(|letter| letter.is_lowercase());
            if BETWEEN.contains(&word.to_lowercase().as_str()) {
                continue;
            }
            if is_letter || !(self.knows(kind, word) || unknown_too && self.knows_alike(kind, word)) {
                break;
            }
            found.push(word);
        }
        found
    }

    fn knows(&self, kind: PlaceKind, word: &str) -> bool {
        self.known.get(&word.to_lowercase()).is_some_and(|known| known.iter().any(|known| known.kind == kind))
    }

    /// Whether a word has the form of a place that is known: `R44` where `R12` is.
    fn knows_alike(&self, kind: PlaceKind, word: &str) -> bool {
        let form = form(word);
        let elsewhere = self.known.get(&word.to_lowercase()).is_some_and(|known| known.iter().any(|known| known.kind != kind));
        !elsewhere && self.known.values().flatten().any(|known| known.kind == kind && self::form(&known.cased) == form)
    }
}

impl Named {
    fn add(&mut self, kind: PlaceKind, name: &str) {
        self.0.entry(kind).or_default().insert(name.to_lowercase());
    }

    /// Whether what stands there may stand where the text says: no kind of place that it names is another one.
    pub(super) fn agrees(&self, stands: &Stands) -> bool {
        self.0.iter().all(|(kind, names)| {
            let mut own = stands.0.iter().filter(|(own, _)| own == kind).peekable();
            own.peek().is_none() || own.any(|(_, name)| names.contains(name))
        })
    }

    /// Whether the text names a place in which it stands.
    pub(super) fn names_any(&self, stands: &Stands) -> bool {
        !self.0.is_empty() && stands.0.iter().any(|(kind, name)| self.0.get(kind).is_some_and(|names| names.contains(name)))
    }
}

/// Where a thing of ours stands, as texts are compared with it.
pub(super) struct Stands(Vec<(PlaceKind, String)>);

impl Stands {
    pub(super) fn of(on: &StandsOn) -> Self {
        Self(on.places.iter().map(|place| (place.kind, own_words(place).join(" ").to_lowercase())).collect())
    }
}

/// The words of a name without the word for its kind: `Rack R12` is `R12`.
fn own_words(place: &Place) -> Vec<String> {
    let words = cased_words(&typed(&place.name));
    let own: Vec<String> = words.iter().flat_map(|word| without_hyphen(word)).map(str::to_owned).collect();
    let heads = kind_words(place.kind);
    let rest: Vec<String> = own.iter().filter(|word| !heads.contains(&word.to_lowercase().as_str())).cloned().collect();
    if rest.len() == own.len() || rest.is_empty() { words } else { rest }
}

fn kind_words(kind: PlaceKind) -> &'static [&'static str] {
    match kind {
        PlaceKind::Region | PlaceKind::Site => &[],
        PlaceKind::Rack => &RACK_WORDS,
        PlaceKind::Feed => &FEED_WORDS,
    }
}

/// `A-feed` and `feed-A` → `feed`, `A`; any other word stays whole.
fn without_hyphen(word: &str) -> Vec<&str> {
    let is_head = |part: &&str| {
        let part = part.to_lowercase();
        RACK_WORDS.contains(&part.as_str()) || FEED_WORDS.contains(&part.as_str())
    };
    let (mut heads, rest): (Vec<&str>, Vec<&str>) = word.split('-').filter(|part| !part.is_empty()).partition(is_head);
    if heads.is_empty() {
        return vec![word];
    }
    heads.extend(rest);
    heads
}

/// Letters and digits without their values: `R12` and `B7` are `a9`.
fn form(word: &str) -> String {
    let mut form = String::new();
    for letter in word.chars() {
        let class = if letter.is_ascii_digit() {
            '9'
        } else if letter.is_alphabetic() {
            'a'
        } else {
            letter
        };
        // One letter is no word: `A` and `B` are alike, `A` and `maintenance` are not.
        if class == 'a' || !form.ends_with(class) {
            form.push(class);
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ObjectMatch;

    fn on(places: &[(PlaceKind, &str)]) -> StandsOn {
        StandsOn {
            provider: "northfield".into(),
            object: ObjectMatch::Place,
            aliases: Vec::new(),
            places: places.iter().map(|(kind, name)| Place { kind: *kind, name: (*name).to_owned() }).collect(),
            redundant: None,
            retired: false,
        }
    }

    const R12_A: [(PlaceKind, &str); 3] = [(PlaceKind::Site, "DAL2"), (PlaceKind::Rack, "R12"), (PlaceKind::Feed, "A")];
    const R12_B: [(PlaceKind, &str); 3] = [(PlaceKind::Site, "DAL2"), (PlaceKind::Rack, "Rack R12"), (PlaceKind::Feed, "Feed B")];
    const R13: [(PlaceKind, &str); 1] = [(PlaceKind::Rack, "R13")];
    const TEXAS: [(PlaceKind, &str); 1] = [(PlaceKind::Region, "Dallas")];

    /// Which of the four a text may mean, `AB3D` in this order.
    fn meant(text: &str, is_object: bool) -> String {
        let list = [on(&R12_A), on(&R12_B), on(&R13), on(&TEXAS)];
        let places = Places::new(list.iter());
        let named = if is_object { places.in_object(text) } else { places.in_prose(text) };
        list.iter().zip("AB3D".chars()).filter(|(on, _)| named.agrees(&Stands::of(on))).map(|(_, letter)| letter).collect()
    }

    #[test]
    fn a_thing_may_stand_where_no_kind_of_place_is_another_one() {
        for (text, expected) in [
            ("DAL2 rack R12 feed A", "AD"),
            ("dal2, Rack R12: feed B", "BD"),
            ("rack R12", "ABD"),
            ("R13", "3D"),
            ("rack R44", "D"),
            ("racks R12 and R13", "AB3D"),
            ("feed C", "3D"),
            ("A-feed", "A3D"),
            ("A and B feeds", "AB3D"),
            ("PDU-B in DAL2", "B3D"),
            ("Dallas", "AB3D"),
            ("rack 7", "AB3D"),
            ("DAL2 rack maintenance", "AB3D"),
            ("host web01", "AB3D"),
        ] {
            assert_eq!(meant(text, true), expected, "{text}");
        }
    }

    #[test]
    fn prose_names_only_what_is_known() {
        for (text, expected) in [
            ("A feed is replaced in every rack", "AB3D"),
            ("The A-feed and later the B-feed are switched off", "AB3D"),
            ("Work on feed B of DAL2", "B3D"),
            ("Work on rack R44", "AB3D"),
            ("the feed a customer uses", "AB3D"),
        ] {
            assert_eq!(meant(text, false), expected, "{text}");
        }
    }

    #[test]
    fn names_regions_as_whole_words() {
        let names = |text: &str, region: &str| {
            let there = on(&[(PlaceKind::Region, region)]);
            Places::new(std::iter::once(&there)).in_prose(text).names_any(&Stands::of(&there))
        };
        assert!(names("Work in FRANKFURT.", "Frankfurt"));
        assert!(names("at our New  York (NYC3) site", "new york"));
        assert!(!names("us-east-1 only", "us-east"));
        assert!(!names("no region de tail", "DE"));
        assert!(names("region DE", "DE"));
        assert!(!names("anything", ""));
    }
}
