//! The patterns of the rules: compiled small, and searched with working memory that has a bound.
//!
//! A search keeps states and tables so that the next one is faster. The library keeps them for every pattern, thread by thread and as long as
//! the process lives: hundreds of patterns came to 150 MB within a few hundred mails. Here one store a thread holds them, and what was not
//! used lately is dropped; so are the programs of patterns that few mails need. It must never change what a pattern finds. `str` in, byte ranges out, as the `regex` crate has it.
//! Source: regex-automata's `meta::Regex`, which the `regex` crate wraps likewise.

use super::letters;
use regex_automata::meta::{self, BuildError, Cache};
use regex_automata::util::{captures, iter::Searcher, syntax};
use regex_automata::{Input, Span};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory that one pattern may keep for its states, each way.
const STATES_BYTES: usize = 128 << 10;
/// Size of a compiled pattern.
const PROGRAM_BYTES: usize = 1 << 20;
/// How deep a pattern may nest; classes that are written out take two levels.
const DEEPEST: u32 = 52;
/// What the searches of one thread may keep to be faster, and the programs of patterns that few mails need; each in two halves.
const HALF_OF_CACHES_BYTES: usize = 3 << 20;
const HALF_OF_PROGRAMS_BYTES: usize = 2 << 20;

/// A pattern that compiles. Clones share everything.
#[derive(Clone, Debug)]
pub struct Regex {
    /// Names its working memory.
    id: usize,
    program: Program,
}

#[derive(Clone, Debug)]
enum Program {
    Kept(meta::Regex),
    /// Compiled where it is used, and dropped with its working memory.
    Written(Arc<str>, Reading),
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'t> {
    text: &'t str,
    at: Span,
}

/// What was found, with its groups.
#[derive(Clone, Debug)]
pub struct Captures<'t> {
    text: &'t str,
    groups: captures::Captures,
}

/// How a pattern is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Whether the case of letters says something.
    pub case: bool,
    /// Whether `^` and `$` stand at lines.
    pub lines: bool,
}

impl Regex {
    /// A pattern that nearly every mail is searched for: it stays compiled.
    ///
    /// # Errors
    /// Why it cannot be used, one line for the person who wrote it.
    pub fn kept(written: &str, reading: Reading) -> Result<Self, String> {
        Ok(Self { id: next_id(), program: Program::Kept(compiled(written, reading)?) })
    }

    /// A pattern that few mails are searched for: compiled now to see whether it holds, and then when it is used.
    ///
    /// # Errors
    /// Why it cannot be used, one line for the person who wrote it.
    pub fn at_need(written: &str, reading: Reading) -> Result<Self, String> {
        drop(compiled(written, reading)?);
        Ok(Self::proved(written, reading))
    }

    /// The same for a pattern that a test of ours compiles: here only when it is used, since hundreds of them would make every start slow.
    #[must_use]
    pub fn proved(written: &str, reading: Reading) -> Self {
        Self { id: next_id(), program: Program::Written(written.into(), reading) }
    }

    /// Whether it stands somewhere in the text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let input = Input::new(text).earliest(true);
        self.search(|program, memory| program.search_half_with(memory, &input)).is_some()
    }

    /// Where it stands first.
    #[must_use]
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.find_at(text, 0)
    }

    /// Where it stands first from this byte on; what stands before is looked at for `\b` and `^`. None where the byte lies beyond the end.
    #[must_use]
    pub fn find_at<'t>(&self, text: &'t str, from: usize) -> Option<Match<'t>> {
        let input = Input::new(text).range(from.min(text.len())..);
        (from <= text.len()).then(|| self.found(&input, text)).flatten()
    }

    /// Every place where it stands, one after the other.
    pub fn find_iter<'r, 't>(&'r self, text: &'t str) -> impl Iterator<Item = Match<'t>> + use<'r, 't> {
        let mut searcher = Searcher::new(Input::new(text));
        std::iter::from_fn(move || {
            let found = searcher.advance(|input| Ok(self.search(|program, memory| program.search_with(memory, input))))?;
            Some(Match { text, at: found.span() })
        })
    }

    /// Where it stands first, with its groups.
    #[must_use]
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.captures_iter(text).next()
    }

    /// Every place where it stands, one after the other, with its groups.
    pub fn captures_iter<'r, 't>(&'r self, text: &'t str) -> impl Iterator<Item = Captures<'t>> + use<'r, 't> {
        let mut searcher = Searcher::new(Input::new(text));
        std::iter::from_fn(move || {
            let mut groups = None;
            searcher.advance(|input| {
                groups = self.search(|program, memory| {
                    let mut groups = program.create_captures();
                    program.search_captures_with(memory, input, &mut groups);
                    groups.is_match().then_some(groups)
                });
                Ok(groups.as_ref().and_then(captures::Captures::get_match))
            })?;
            groups.map(|groups| Captures { text, groups })
        })
    }

    /// The names of its groups.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.search(|program, _| program.group_info().all_names().filter_map(|(_, _, name)| name.map(str::to_owned)).collect())
    }

    fn found<'t>(&self, input: &Input<'_>, text: &'t str) -> Option<Match<'t>> {
        let found = self.search(|program, memory| program.search_with(memory, input))?;
        Some(Match { text, at: found.span() })
    }

    fn search<T: Default>(&self, search: impl FnOnce(&meta::Regex, &mut Cache) -> T) -> T {
        MEMORY.with_borrow_mut(|memory| memory.lend(self, search))
    }
}

impl<'t> Match<'t> {
    /// The text found.
    #[must_use]
    pub fn as_str(&self) -> &'t str {
        self.text.get(self.at.range()).unwrap_or_default()
    }

    /// Its first byte.
    #[must_use]
    pub fn start(&self) -> usize {
        self.at.start
    }

    /// The byte behind it.
    #[must_use]
    pub fn end(&self) -> usize {
        self.at.end
    }

    /// Both.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.at.range()
    }
}

impl<'t> Captures<'t> {
    /// The group of this number, 0 for the whole; none where it took no part.
    #[must_use]
    pub fn get(&self, group: usize) -> Option<Match<'t>> {
        self.groups.get_group(group).map(|at| Match { text: self.text, at })
    }

    /// The group of this name; none where it took no part or there is none.
    #[must_use]
    pub fn name(&self, group: &str) -> Option<Match<'t>> {
        self.groups.get_group_by_name(group).map(|at| Match { text: self.text, at })
    }
}

/// A text as a pattern that finds just this text.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if sign.is_alphanumeric() {
            out.push(sign);
        } else {
            out.push_str(&format!("\\x{{{:x}}}", u32::from(sign)));
        }
    }
    out
}

fn next_id() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn compiled(written: &str, reading: Reading) -> Result<meta::Regex, String> {
    let syntax = syntax::Config::new().case_insensitive(!reading.case).multi_line(reading.lines).nest_limit(DEEPEST);
    // The one-pass engine takes much memory for a little speed on patterns that are anchored.
    let limits =
        meta::Config::new().nfa_size_limit(Some(PROGRAM_BYTES)).hybrid_cache_capacity(STATES_BYTES).onepass(false).pool_capacity(1);
    let built = meta::Builder::new().syntax(syntax).configure(limits).build(&letters::written_out(written));
    built.map_err(|error| reason(&error))
}

/// The last line says what is wrong; those before it show the pattern as it was written out.
fn reason(error: &BuildError) -> String {
    let said = match (error.size_limit(), error.syntax_error()) {
        (Some(_), _) => format!("it is too large: compiled, a pattern may have {} KiB", PROGRAM_BYTES >> 10),
        (None, Some(syntax)) => syntax.to_string(),
        (None, None) => error.to_string(),
    };
    said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// What this thread's patterns hold.
#[derive(Debug)]
struct Memory {
    /// By pattern, those that do not keep theirs.
    programs: Halves<(meta::Regex, usize)>,
    /// By program: what one wrote is of no use to another.
    caches: Halves<Cache>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { programs: Halves::bounded(HALF_OF_PROGRAMS_BYTES), caches: Halves::bounded(HALF_OF_CACHES_BYTES) }
    }
}

impl Memory {
    /// What the search gives. A pattern that compiled once compiles again; if not, it would find nothing.
    fn lend<T: Default>(&mut self, regex: &Regex, search: impl FnOnce(&meta::Regex, &mut Cache) -> T) -> T {
        let (program, id) = match &regex.program {
            Program::Kept(program) => (program, regex.id),
            Program::Written(written, reading) => {
                let compile = || {
                    let program = compiled(written, *reading).ok()?;
                    let bytes = program.memory_usage();
                    Some(((program, next_id()), bytes))
                };
                let Some((program, id)) = self.programs.get(regex.id, compile) else { return T::default() };
                (&*program, *id)
            }
        };
        let create = || {
            let cache = program.create_cache();
            let bytes = cache.memory_usage();
            Some((cache, bytes))
        };
        self.caches.change(id, create, |cache| (search(program, cache), cache.memory_usage())).unwrap_or_default()
    }
}

/// Values by number, with their sizes, the newly used apart from those used before: when the new ones exceed their half of the bound, the
/// old are dropped and the new become the old.
#[derive(Debug)]
struct Halves<V> {
    half_bytes: usize,
    new: HashMap<usize, (V, usize)>,
    new_bytes: usize,
    old: HashMap<usize, (V, usize)>,
}

impl<V> Halves<V> {
    fn bounded(half_bytes: usize) -> Self {
        Self { half_bytes, new: HashMap::new(), new_bytes: 0, old: HashMap::new() }
    }

    /// The value of this number, else the one that is made.
    fn get(&mut self, id: usize, make: impl FnOnce() -> Option<(V, usize)>) -> Option<&mut V> {
        self.place(id, make).map(|(value, _)| value)
    }

    /// Lets the value of this number, else the one that is made, be changed; `change` gives its size afterwards.
    fn change<T>(&mut self, id: usize, make: impl FnOnce() -> Option<(V, usize)>, change: impl FnOnce(&mut V) -> (T, usize)) -> Option<T> {
        let (value, bytes) = self.place(id, make)?;
        let before = *bytes;
        let (done, after) = change(value);
        *bytes = after;
        self.new_bytes = (self.new_bytes + after).saturating_sub(before);
        Some(done)
    }

    fn place(&mut self, id: usize, make: impl FnOnce() -> Option<(V, usize)>) -> Option<&mut (V, usize)> {
        if self.new_bytes > self.half_bytes {
            self.old = std::mem::take(&mut self.new);
            self.new_bytes = 0;
        }
        match self.new.entry(id) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(place) => {
                let made = self.old.remove(&id).or_else(make)?;
                self.new_bytes += made.1;
                Some(place.insert(made))
            }
        }
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.new.values().chain(self.old.values()).map(|(_, bytes)| bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{HALF_OF_CACHES_BYTES, HALF_OF_PROGRAMS_BYTES, Halves, MEMORY, Reading, Regex, STATES_BYTES, escaped};

    const PLAIN: Reading = Reading { case: false, lines: false };

    #[test]
    fn it_finds_what_the_library_finds() {
        let texts = ["", "aäb Ä x-1 2026-01-02\nNächste Wartung: morgen, 日本 12", "é", "start | a\nend | b", "ſtart \u{212a}"];
        let patterns = [r"\b\w+\b", r"x*", r"(?<a>\w)(?<b>\d)?", r"^n(ä|a)", r"[a-z]*?(\d+)", r"\s*$", r"(?s)start.{0,9}end", "", r"\W"];
        for (written, text) in patterns.iter().flat_map(|written| texts.iter().map(move |text| (written, text))) {
            let reading = Reading { case: false, lines: true };
            let theirs = regex::RegexBuilder::new(written).case_insensitive(true).multi_line(true).build().unwrap();
            for ours in [Regex::kept(written, reading).unwrap(), Regex::at_need(written, reading).unwrap()] {
                finds_the_same(&ours, &theirs, text);
            }
        }
    }

    #[track_caller]
    fn finds_the_same(ours: &Regex, theirs: &regex::Regex, text: &str) {
        let written = theirs.as_str();
        assert_eq!(ours.is_match(text), theirs.is_match(text), "{written} {text}");
        assert!(ours.find_iter(text).map(|hit| hit.range()).eq(theirs.find_iter(text).map(|hit| hit.range())), "{written} {text}");
        let groups =
            |text| ours.captures_iter(text).map(|hit| [0, 1, 2].map(|group| hit.get(group).map(|hit| hit.range()))).collect::<Vec<_>>();
        let others = theirs.captures_iter(text).map(|hit| [0, 1, 2].map(|group| hit.get(group).map(|hit| hit.range()))).collect::<Vec<_>>();
        assert_eq!(groups(text), others, "{written} {text}");
        let from = text.ceil_char_boundary(text.len() / 2);
        assert_eq!(ours.find_at(text, from).map(|hit| hit.range()), theirs.find_at(text, from).map(|hit| hit.range()), "{written} {text}");
        assert!(ours.names().iter().eq(theirs.capture_names().flatten()), "{written}");
    }

    #[test]
    fn groups_have_names_and_texts() {
        let regex = Regex::kept(r"(?<day>\d+)\.(?<rest>x)?", PLAIN).unwrap();
        let hit = regex.captures("am 12.").unwrap();
        assert_eq!(hit.name("day").map(|day| (day.as_str(), day.start(), day.end())), Some(("12", 3, 5)));
        assert!(hit.name("rest").is_none() && hit.name("none").is_none());
        assert_eq!(regex.find_at("am 12.", 7), None);
    }

    #[test]
    fn a_text_escaped_finds_itself() {
        let text = r"a.b\<c>[d] (e) + {f}|^$ #&-~ ä 日";
        let regex = Regex::kept(&format!("^{}$", escaped(text)), PLAIN).unwrap();
        assert!(regex.is_match(text));
        assert!(!regex.is_match(&text.replace('.', "x")));
    }

    #[test]
    fn a_fault_is_one_line() {
        assert_eq!(Regex::kept("(", PLAIN).unwrap_err(), "unclosed group");
        assert!(Regex::kept("(a{1000}){1000}", PLAIN).unwrap_err().starts_with("it is too large"));
    }

    #[test]
    fn the_working_memory_has_a_bound() {
        let text: String = (0..2000).map(|n| format!("wort{n} ä{} ", n * 7919)).collect();
        let (mut most, mut most_programs) = (0, 0);
        for n in 0..200 {
            let regex = Regex::at_need(&format!(r"\b(?:\w+{n}|ä\w{{0,40}}{n}) (\w+)"), PLAIN).unwrap();
            let found = regex.captures_iter(&text).count();
            assert_eq!(regex.captures_iter(&text).count(), found);
            let (caches, programs) = MEMORY.with_borrow(|memory| (memory.caches.bytes(), memory.programs.bytes()));
            (most, most_programs) = (most.max(caches), most_programs.max(programs));
        }
        // What one search adds before it is looked at comes on top.
        let bound = |half: usize| half..2 * half + 16 * STATES_BYTES;
        assert!(bound(HALF_OF_CACHES_BYTES).contains(&most), "{most}");
        assert!(bound(HALF_OF_PROGRAMS_BYTES).contains(&most_programs), "{most_programs}");
    }

    #[test]
    fn what_was_used_lately_stays() {
        let mut halves = Halves::bounded(2);
        let make = |value: u32| move || Some((value, 1));
        for n in 0..20_u32 {
            assert_eq!(halves.get(0, make(n)), Some(&mut 0), "asked for each time, it is never made anew");
            halves.get(usize::try_from(n).unwrap() + 1, make(0)).unwrap();
        }
        assert_eq!(halves.get(1, make(7)), Some(&mut 7), "long not asked for, it was dropped");
        assert!(halves.bytes() <= 6);
    }
}
