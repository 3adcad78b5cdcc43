//! What a mail says, read with rules that are data.
//!
//! A rule only points at where to look; times, status and impact words are read by one shared grammar. Nothing is guessed: doubt is a
//! `Problem`, and what no rule knows is read by the generic reader and put in front of a person.

mod appointed;
pub mod bcop;
pub mod check;
pub mod compile;
mod embedded;
pub mod extract;
pub mod former;
pub mod generic;
mod letters;
pub mod locate;
pub mod place;
pub mod scaffold;
pub mod search;
pub mod sign;
pub mod time;
pub mod windows;
mod wording;
pub mod words;
pub mod written;
pub mod zone;

use crate::model::{Irrelevance, Mail, Mailbox, Problem, ProblemKind, Reading, RuleRef, Verdict, Zones};
use chrono::{DateTime, Utc};
use compile::{Irrelevant, Layout, Patterns, Provider};
use extract::Trace;
use place::{Pattern, TEXT_CAP_BYTES, View};
use std::collections::BTreeMap;
use time::TimeContext;

/// The rules in force.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    providers: Vec<Provider>,
}

/// A fault in a rule file, for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}\n  help: {hint}")]
pub struct RuleFault {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// What a caller may switch off.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether calendar parts are read.
    pub calendars: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { calendars: true }
    }
}

/// One rule, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `zayo/planned`.
    pub name: String,
    /// Name of the file.
    pub file: String,
    /// First 12 hex digits of the file's SHA-256.
    pub version: String,
    /// The reason, where the rule says that a mail announces nothing.
    pub irrelevant: Option<String>,
}

/// The id of the file that switches calendar notices on and holds their words.
pub(crate) const CALENDAR: &str = "bcop-ical";

impl RuleSet {
    /// The shipped rules.
    #[must_use]
    pub fn embedded() -> Self {
        // A shipped file with a fault fails the test below and never leaves the house.
        Self::of(embedded::FILES.iter().map(|(file, text)| (*file, *text, Patterns::Proved))).unwrap_or_default()
    }

    /// The shipped rules with files of one's own beside them; a file of the same name replaces the shipped one.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn embedded_with<'a>(own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<RuleFault>> {
        let shipped = embedded::FILES.iter().map(|(file, text)| (*file, (*text, Patterns::Proved)));
        let mut files: BTreeMap<&str, (&str, Patterns)> = shipped.collect();
        files.extend(own.into_iter().map(|(file, text)| (file, (text, Patterns::Unproved))));
        Self::of(files.into_iter().map(|(file, (text, patterns))| (file, text, patterns)))
    }

    /// No rules at all: only the generic reader is left.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Compiles rule files, given as name and text.
    ///
    /// # Errors
    /// Every fault of every file: what is wrong, where, and what to do.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<RuleFault>> {
        Self::of(files.into_iter().map(|(file, text)| (file, text, Patterns::Unproved)))
    }

    fn of<'a>(files: impl Iterator<Item = (&'a str, &'a str, Patterns)>) -> Result<Self, Vec<RuleFault>> {
        let mut providers: Vec<Provider> = Vec::new();
        let mut faults = Vec::new();
        for (file, text, patterns) in files {
            match compile::compile(file, text, patterns) {
                Ok(provider) => match providers.iter().find(|known| known.id == provider.id) {
                    Some(known) => faults.push(RuleFault {
                        file: file.to_owned(),
                        line: 1,
                        column: 1,
                        what: format!("the provider {:?} is already described by {}", provider.id, known.file),
                        hint: "put all layouts of one provider into one file".to_owned(),
                    }),
                    None => providers.push(provider),
                },
                Err(more) => faults.extend(more),
            }
        }
        providers.sort_by(|left, right| left.id.cmp(&right.id));
        if faults.is_empty() { Ok(Self { providers }) } else { Err(faults) }
    }

    /// Every rule by name.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let mut listed = Vec::new();
        for provider in &self.providers {
            let mut add = |name: String, irrelevant: Option<&str>| {
                let (file, version) = (provider.file.clone(), provider.version.clone());
                listed.push(Listed { name, file, version, irrelevant: irrelevant.map(str::to_owned) });
            };
            if provider.id == CALENDAR {
                add(CALENDAR.to_owned(), None);
            }
            for layout in &provider.layouts {
                add(format!("{}/{}", provider.id, layout.id), None);
            }
            for entry in &provider.irrelevant {
                add(format!("{}/{}", provider.id, entry.id), Some(&entry.reason));
            }
        }
        listed
    }

    /// Name and id of every provider that rules know, by id.
    pub fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.providers.iter().map(|provider| (provider.id.as_str(), provider.name.as_str()))
    }

    fn calendar(&self) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == CALENDAR)
    }

    /// Whether the one author writes from a domain of this provider's.
    fn is_own_sender(&self, provider: Option<&str>, mail: &Mail) -> bool {
        let Some(domain) = mail.author().map(Mailbox::domain) else { return false };
        let named = self.providers.iter().find(|known| Some(known.id.as_str()) == provider);
        named.is_some_and(|known| known.domains.iter().any(|own| own == domain))
    }

    /// The provider whose domain a mailbox of the sender's has: From first, then the original sender that a list keeps.
    fn by_sender(&self, mail: &Mail) -> Option<&Provider> {
        let senders = mail.from.iter().chain(&mail.original_sender);
        senders
            .map(Mailbox::domain)
            .find_map(|domain| self.providers.iter().find(|provider| provider.domains.iter().any(|known| known == domain)))
    }
}

/// The text of a shipped rule file.
#[must_use]
pub fn shipped(file: &str) -> Option<&'static str> {
    embedded::FILES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
}

/// When a mail arrived: the topmost Received header, else its Date, else what the caller says.
#[must_use]
pub fn arrived_at(mail: &Mail, otherwise: DateTime<Utc>) -> DateTime<Utc> {
    mail.received.or(mail.date).unwrap_or(otherwise)
}

/// The word for what a reading comes to: `extracted`, `needs-person`, `irrelevant`, `automatic` or `bounce`.
#[must_use]
pub fn outcome(reading: &Reading) -> &'static str {
    match reading.verdict {
        Verdict::Notice if !reading.blocked() => "extracted",
        Verdict::Notice | Verdict::Unread => "needs-person",
        Verdict::Irrelevant(_) => "irrelevant",
        Verdict::Automatic => "automatic",
        Verdict::Bounce => "bounce",
    }
}

/// Reads a mail. `arrived_at` judges missing years and nothing else.
#[must_use]
pub fn read(rules: &RuleSet, zones: &Zones, mail: &Mail, arrived_at: DateTime<Utc>, options: Options) -> Reading {
    read_traced(rules, zones, mail, arrived_at, options).0
}

/// Reads a mail and tells which patterns took part.
pub(crate) fn read_traced(rules: &RuleSet, zones: &Zones, mail: &Mail, arrived_at: DateTime<Utc>, options: Options) -> (Reading, Trace) {
    let (mut reading, trace) = read_whole(rules, zones, mail, arrived_at, options);
    reading.own_sender = rules.is_own_sender(reading.provider.as_deref(), mail);
    wording::mark(&mut reading, mail);
    doubt_what_was_cut(&mut reading, mail);
    (reading, trace)
}

/// What was not read can announce anything: such a mail goes to a person, unless a rule knows that its kind announces nothing.
fn doubt_what_was_cut(reading: &mut Reading, mail: &Mail) {
    let settled = matches!(reading.verdict, Verdict::Irrelevant(Irrelevance::Rule(_)) | Verdict::Automatic | Verdict::Bounce);
    let length = mail.text().len();
    let too_long = (length > TEXT_CAP_BYTES).then(|| format!("the text of {length} bytes was read as far as {TEXT_CAP_BYTES}"));
    let cut: Vec<&String> = mail.cut.iter().chain(&too_long).take(5).collect();
    if cut.is_empty() || settled {
        return;
    }
    if reading.verdict == Verdict::Irrelevant(Irrelevance::NoSign) {
        reading.verdict = Verdict::Unread;
    }
    for cut in cut {
        reading.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "mail", cut.as_str()) });
    }
}

fn read_whole(rules: &RuleSet, zones: &Zones, mail: &Mail, arrived_at: DateTime<Utc>, options: Options) -> (Reading, Trace) {
    let mut trace = Trace::default();
    let bare = |verdict: Verdict| Reading {
        verdict,
        rule: None,
        provider: None,
        own_sender: false,
        kind: None,
        found: Vec::new(),
        evidence: Vec::new(),
        problems: Vec::new(),
    };
    match mail.automatic {
        Some(crate::model::Automatic::Bounce) => return (bare(Verdict::Bounce), trace),
        Some(crate::model::Automatic::Reply) => return (bare(Verdict::Automatic), trace),
        None => {}
    }
    let sender = rules.by_sender(mail);
    let context = |provider: Option<&Provider>| TimeContext {
        zones,
        arrived_at,
        zone: provider.and_then(|provider| provider.zone),
        order: provider.and_then(|provider| provider.order),
        date: None,
    };
    if options.calendars
        && let Some(calendar) = rules.calendar()
        && mail.calendars.iter().any(bcop::is_notice)
    {
        let known = |domain: &str| rules.providers.iter().find(|provider| provider.domains.iter().any(|own| own == domain));
        let reading = bcop::read(calendar, sender, known, mail, &context(sender));
        return (reading, trace);
    }
    let view = View::new(mail, false);
    let whole = View::new(mail, true);
    let marked = || rules.providers.iter().filter(|provider| provider.marks.iter().any(|mark| seen(mark, &whole)));
    let mut candidates: Vec<&Provider> = sender.into_iter().collect();
    let mut matched = matching(&candidates, &view, &whole);
    if matched.is_empty() {
        // Mergers and forwarders change senders: then the content says whose mail it is.
        candidates = marked().collect();
        matched = matching(&candidates, &view, &whole);
        candidates.extend(sender);
    }
    if let Some((provider, layout)) = matched.first() {
        let chosen = if layout.quoted { &whole } else { &view };
        let mut reading = extract::read(provider, layout, chosen, &context(Some(provider)), options, &mut trace);
        if matched.len() > 1 {
            let names: Vec<String> = matched.iter().map(|(provider, layout)| format!("{}/{}", provider.id, layout.id)).collect();
            reading.problems.push(Problem::new(ProblemKind::TwoRules, "rule", format!("these rules claim the mail: {}", names.join(", "))));
        }
        return (reading, trace);
    }
    for provider in &candidates {
        if let Some(entry) = provider.irrelevant.iter().find(|entry| entry.matches(&view)) {
            trace.uses(entry.subject.as_ref().map(|pattern| &pattern.mark), &provider.file);
            trace.uses(entry.text.as_ref().map(|pattern| &pattern.mark), &provider.file);
            let mut reading = bare(Verdict::Irrelevant(Irrelevance::Rule(entry.reason.clone())));
            reading.provider = Some(provider.id.clone());
            reading.rule = Some(RuleRef { name: format!("{}/{}", provider.id, entry.id), version: provider.version.clone() });
            return (reading, trace);
        }
    }
    let mut reading = generic::read(mail, &context(sender), options.calendars, sender.is_some());
    if reading.provider.is_none() {
        reading.provider = candidates.first().filter(|_| reading.kind.is_some()).map(|provider| provider.id.clone());
    }
    (reading, trace)
}

fn matching<'r>(candidates: &[&'r Provider], view: &View<'_>, whole: &View<'_>) -> Vec<(&'r Provider, &'r Layout)> {
    let all = candidates.iter().flat_map(|provider| provider.layouts.iter().map(move |layout| (*provider, layout)));
    all.filter(|(_, layout)| layout.matches(if layout.quoted { whole } else { view })).collect()
}

fn seen(pattern: &Pattern, view: &View<'_>) -> bool {
    pattern.regex.is_match(&view.mail.subject) || pattern.regex.is_match(&view.text)
}

impl Layout {
    fn matches(&self, view: &View<'_>) -> bool {
        self.subject.as_ref().is_none_or(|pattern| pattern.regex.is_match(&view.mail.subject))
            && self.text.as_ref().is_none_or(|pattern| pattern.regex.is_match(&view.text))
            && !self.except.as_ref().is_some_and(|pattern| seen(pattern, view))
    }
}

impl Irrelevant {
    fn matches(&self, view: &View<'_>) -> bool {
        self.subject.as_ref().is_none_or(|pattern| pattern.regex.is_match(&view.mail.subject))
            && self.text.as_ref().is_none_or(|pattern| pattern.regex.is_match(&view.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_rule_compiles() {
        let faults = RuleSet::from_files(embedded::FILES.iter().copied()).err().unwrap_or_default();
        assert_eq!(faults, []);
    }

    #[test]
    fn every_rule_file_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        files.sort();
        assert_eq!(files, embedded::FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    }

    #[test]
    fn a_mail_that_was_cut_goes_to_a_person() {
        let (rules, zones) = (RuleSet::embedded(), crate::zones::newest());
        let own = "provider = 'carrier'\nname = 'Carrier'\ndomains = ['carrier.example']\n[[irrelevant]]\nid = 'bill'\nreason = 'a bill'\nsubject = '^Your bill'\n";
        let known = RuleSet::embedded_with([("carrier.toml", own)]).unwrap();
        let read = |rules: &RuleSet, subject: &str, length: usize| {
            let line = "Nothing to see in this line of the letter.\r\n";
            let raw = format!("From: a@carrier.example\r\nSubject: {subject}\r\n\r\n{}", line.repeat(length / line.len()));
            read(rules, &zones, &crate::mail::parse(raw.as_bytes()), DateTime::UNIX_EPOCH, Options::default())
        };
        let (short, long) = (2_000, 1_200_000);
        let table = [
            (&rules, "Hello", short, "irrelevant", 0),
            (&rules, "Hello", 300_000, "needs-person", 1),
            (&rules, "Hello", long, "needs-person", 2),
            (&known, "Hello", short, "needs-person", 0),
            (&known, "Hello", long, "needs-person", 2),
            (&known, "Your bill", long, "irrelevant", 0),
        ];
        for (rules, subject, length, expected, said) in table {
            let reading = read(rules, subject, length);
            assert_eq!(outcome(&reading), expected, "{subject} {length}");
            let cut = reading.problems.iter().filter(|problem| problem.blocking && problem.detail.contains("was read as far as"));
            assert_eq!(cut.count(), said, "{subject} {length}: {:?}", reading.problems);
        }
    }

    #[test]
    fn faults_name_the_place_and_the_remedy() {
        let cases = [
            ("provider = 'x'\nname = 'X'\ndomain = ['x.example']\n", 3, 1, "unknown field"),
            ("provider = 'X y'\nname = 'X'\n", 1, 12, "is no id"),
            ("provider = 'x'\nname = 'X'\ndomains = ['noc@x.example']\n", 3, 12, "is no domain"),
            ("provider = 'x'\nname = 'X'\nzone = 'Mars/Base'\n", 3, 8, "is no zone"),
            ("provider = 'x'\nname = 'X'\n[[layout]]\nid = 'a'\nsubject = '('\n", 5, 11, "cannot be used"),
            ("provider = 'x'\nname = 'X'\n[[layout]]\nid = 'a'\nsubject = '(a{1000}){1000}'\n", 5, 11, "cannot be used"),
            ("provider = 'x'\nname = 'X'\n[[layout]]\nid = 'a'\n", 4, 6, "recognised"),
            ("provider = 'x'\nname = 'X'\n[[layout]]\nid = 'a'\ntext = 'b'\naccount = [{ label = 'c', column = 'd' }]\n", 6, 36, "not 2"),
            ("provider = 'x'\nname = 'X'\n[[layout]]\nid = 'a'\ntext = 'b'\nobject = [{ from = 'c' }]\n", 6, 20, "without `until`"),
        ];
        for (text, line, column, what) in cases {
            let faults = RuleSet::from_files([("x.toml", text)]).unwrap_err();
            let [fault] = faults.as_slice() else { panic!("{text}: {faults:?}") };
            assert_eq!((fault.line, fault.column), (line, column), "{text}\n{fault}");
            assert!(fault.what.contains(what), "{text}\n{fault}");
            assert!(!fault.hint.is_empty());
        }
    }
}
