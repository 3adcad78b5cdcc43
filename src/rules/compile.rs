//! A rule as written → a rule as compiled, or every fault in it with line and column.

use super::RuleFault;
use super::place::{How, Mark, Pattern, Place};
use super::search::{self, Reading, Regex};
use super::time::DateOrder;
use super::written::{RuleFile, Text, WrittenAction, WrittenIrrelevant, WrittenLayout, WrittenPlace, WrittenRows, WrittenWindow};
use crate::model::{Impact, Kind, Role, Status};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use toml::Spanned;

/// Rules are written for lines, letters in either case.
const BY_LINES: Reading = Reading { case: false, lines: true };

/// A provider's rules, compiled.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Short id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Name of its file.
    pub file: String,
    /// First 12 hex digits of the file's SHA-256.
    pub version: String,
    /// Domains its mail comes from.
    pub domains: Vec<String>,
    /// What marks its mail from other senders.
    pub marks: Vec<Pattern>,
    /// The zone of times that state none.
    pub zone: Option<Tz>,
    /// The order of all-digit dates.
    pub order: Option<DateOrder>,
    /// Places to zones.
    pub zones: Vec<(String, Tz)>,
    /// Own status words, the longest first.
    pub status_words: Vec<(String, Status)>,
    /// Own impact words, the longest first.
    pub impact_words: Vec<(String, Impact)>,
    /// Mails that announce nothing.
    pub irrelevant: Vec<Irrelevant>,
    /// Mails that announce something.
    pub layouts: Vec<Layout>,
}

/// A mail that announces nothing, compiled.
#[derive(Clone, Debug)]
pub struct Irrelevant {
    /// Short id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// In the subject.
    pub subject: Option<Pattern>,
    /// In the text.
    pub text: Option<Pattern>,
}

/// A layout, compiled: the keys of `written::WrittenLayout`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the keys are documented where they are written")]
pub struct Layout {
    pub id: String,
    pub kind: Kind,
    pub subject: Option<Pattern>,
    pub text: Option<Pattern>,
    pub except: Option<Pattern>,
    pub quoted: bool,
    pub subject_times: bool,
    pub tolerance_minutes: u32,
    pub title: Option<String>,
    pub maintenance_id: Vec<Place>,
    pub alias: Vec<Place>,
    pub account: Vec<Place>,
    pub summary: Vec<Place>,
    pub description: Vec<Place>,
    pub status: Vec<Place>,
    pub status_is: Option<Fixed<Status>>,
    pub impact: Vec<Place>,
    pub impact_is: Option<Fixed<Impact>>,
    pub downtime: Vec<Place>,
    pub watch: Vec<Place>,
    pub object: Vec<Place>,
    pub object_is: Option<Fixed<String>>,
    pub windows: Vec<WindowPlaces>,
    pub rows: Vec<Rows>,
    pub actions: Vec<ActionPlaces>,
    pub doubts: Vec<(Pattern, String)>,
}

/// A value that the layout itself means, with where the rule says so.
#[derive(Clone, Debug)]
pub struct Fixed<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the rule file.
    pub mark: Mark,
}

/// Where a window stands, compiled.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the keys are documented where they are written")]
pub struct WindowPlaces {
    pub role: Role,
    pub former: bool,
    pub within: Vec<Place>,
    pub stated: Option<Mark>,
    pub start: Vec<Place>,
    pub end: Vec<Place>,
    pub zone: Vec<Place>,
    pub zone_is: Option<Tz>,
    pub date: Vec<Place>,
}

/// Rows of a table, sheet or list, compiled.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the keys are documented where they are written")]
pub struct Rows {
    pub mark: Mark,
    pub pattern: Option<Regex>,
    pub sheet: bool,
    pub start: Vec<String>,
    pub end: Vec<String>,
    pub window: Vec<String>,
    pub zone: Vec<String>,
    pub object: Vec<String>,
    pub impact: Vec<String>,
    pub former: bool,
    pub id: Option<Pattern>,
    pub backup: Option<Pattern>,
    pub duration: Vec<Place>,
}

/// Where an action stands, compiled.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the keys are documented where they are written")]
pub struct ActionPlaces {
    pub text: Vec<Place>,
    pub by: Vec<Place>,
    pub consequence: Vec<Place>,
}

impl Provider {
    /// Every pattern, label and head of this provider's rules.
    pub fn every_mark(&self) -> Vec<Mark> {
        fn places<'a>(lists: &[&'a Vec<Place>]) -> impl Iterator<Item = Mark> + use<'a> {
            let all: Vec<&'a Place> = lists.iter().flat_map(|list| list.iter()).collect();
            all.into_iter().flat_map(|place| std::iter::once(place.mark.clone()).chain(place.take.iter().map(|take| take.mark.clone())))
        }
        let pattern = |pattern: &Option<Pattern>| pattern.iter().map(|pattern| pattern.mark.clone()).collect::<Vec<_>>();
        let mut marks: Vec<Mark> = self.marks.iter().map(|pattern| pattern.mark.clone()).collect();
        for irrelevant in &self.irrelevant {
            marks.extend(pattern(&irrelevant.subject));
            marks.extend(pattern(&irrelevant.text));
        }
        for layout in &self.layouts {
            marks.extend(pattern(&layout.subject));
            marks.extend(pattern(&layout.text));
            marks.extend(layout.doubts.iter().map(|(pattern, _)| pattern.mark.clone()));
            marks.extend(places(&[
                &layout.maintenance_id,
                &layout.alias,
                &layout.account,
                &layout.summary,
                &layout.description,
                &layout.status,
                &layout.impact,
                &layout.downtime,
                &layout.watch,
                &layout.object,
            ]));
            for window in &layout.windows {
                marks.extend(window.stated.clone());
                marks.extend(places(&[&window.within, &window.start, &window.end, &window.zone, &window.date]));
            }
            for rows in &layout.rows {
                marks.push(rows.mark.clone());
                marks.extend(pattern(&rows.id));
                marks.extend(pattern(&rows.backup));
                marks.extend(places(&[&rows.duration]));
            }
            for action in &layout.actions {
                marks.extend(places(&[&action.text, &action.by, &action.consequence]));
            }
        }
        marks
    }
}

/// Who vouches for the patterns of a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patterns {
    /// Nobody yet: each is compiled now.
    Unproved,
    /// A test compiles the file as it is shipped: each is compiled when a mail needs it.
    Proved,
}

/// Compiles one rule file, or says everything that is wrong with it.
pub fn compile(file: &str, text: &str, patterns: Patterns) -> Result<Provider, Vec<RuleFault>> {
    let mut faults = Faults { file, text, patterns, found: Vec::new() };
    let written: RuleFile = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            faults.add_at(at, error.message().to_owned(), "see rules/README.md for the keys that a rule has");
            return Err(faults.found);
        }
    };
    let provider = faults.provider(&written);
    if faults.found.is_empty() { Ok(provider) } else { Err(faults.found) }
}

struct Faults<'a> {
    file: &'a str,
    text: &'a str,
    patterns: Patterns,
    found: Vec<RuleFault>,
}

impl Faults<'_> {
    fn place_of(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        (line, column)
    }

    fn add_at(&mut self, at: usize, what: String, hint: &str) {
        let (line, column) = self.place_of(at);
        self.found.push(RuleFault { file: self.file.to_owned(), line, column, what, hint: hint.to_owned() });
    }

    fn add(&mut self, text: &Text, what: String, hint: &str) {
        self.add_at(text.span().start, what, hint);
    }

    fn mark(&self, key: &str, text: &Text) -> Mark {
        Mark { line: self.place_of(text.span().start).0, shown: format!("{key} {:?}", text.get_ref()) }
    }

    fn fixed<T: Clone + std::fmt::Debug>(&self, key: &str, value: &Spanned<T>) -> Fixed<T> {
        let mark = Mark { line: self.place_of(value.span().start).0, shown: format!("{key} {:?}", value.get_ref()) };
        Fixed { value: value.get_ref().clone(), mark }
    }

    fn compiled(&self, written: &str) -> Result<Regex, String> {
        match self.patterns {
            Patterns::Unproved => Regex::at_need(written, BY_LINES),
            Patterns::Proved => Ok(Regex::proved(written, BY_LINES)),
        }
    }

    fn regex(&mut self, text: &Text) -> Regex {
        self.compiled(text.get_ref()).unwrap_or_else(|reason| {
            self.add(text, format!("this pattern cannot be used: {reason}"), "mend the pattern; '…' quotes keep backslashes as they are");
            nothing()
        })
    }

    fn pattern(&mut self, key: &str, text: Option<&Text>) -> Option<Pattern> {
        text.map(|text| Pattern { regex: self.regex(text), mark: self.mark(key, text) })
    }

    fn zone(&mut self, text: &Text) -> Option<Tz> {
        let zone = text.get_ref().parse::<Tz>().ok();
        if zone.is_none() {
            self.add(text, format!("{:?} is no zone", text.get_ref()), "write an IANA name like \"America/Chicago\" or \"UTC\"");
        }
        zone
    }

    fn id(&mut self, text: &Text) -> String {
        let id = text.get_ref();
        if id.is_empty() || !id.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-') {
            self.add(text, format!("{id:?} is no id"), "use lower-case letters, digits and hyphens");
        }
        id.clone()
    }

    fn provider(&mut self, written: &RuleFile) -> Provider {
        let id = self.id(&written.provider);
        for domain in &written.domains {
            let name = domain.get_ref();
            if name.contains('@') || name.contains('/') || !name.contains('.') || name.chars().any(char::is_uppercase) {
                self.add(domain, format!("{name:?} is no domain"), "write the domain alone, in lower case, like \"example.com\"");
            }
        }
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for text in written.layout.iter().map(|layout| &layout.id).chain(written.irrelevant.iter().map(|entry| &entry.id)) {
            let count = seen.entry(text.get_ref()).or_default();
            *count += 1;
            if *count == 2 {
                self.add(text, format!("the id {:?} stands twice", text.get_ref()), "give every layout an id of its own");
            }
        }
        let marks = written.marks.iter().filter_map(|mark| self.pattern("mark", Some(mark))).collect();
        Provider {
            name: written.name.clone(),
            file: self.file.to_owned(),
            version: version(self.text),
            domains: written.domains.iter().map(|domain| domain.get_ref().clone()).collect(),
            marks,
            zone: written.zone.as_ref().and_then(|zone| self.zone(zone)),
            order: written.date_order,
            zones: longest_first(written.zones.iter().filter_map(|(place, zone)| self.zone(zone).map(|zone| (place.to_lowercase(), zone)))),
            status_words: longest_first(written.status_words.iter().map(|(word, status)| (word.to_lowercase(), *status))),
            impact_words: longest_first(written.impact_words.iter().map(|(word, impact)| (word.to_lowercase(), *impact))),
            irrelevant: written.irrelevant.iter().map(|entry| self.irrelevant(entry)).collect(),
            layouts: written.layout.iter().map(|layout| self.layout(layout)).collect(),
            id,
        }
    }

    fn irrelevant(&mut self, written: &WrittenIrrelevant) -> Irrelevant {
        if written.subject.is_none() && written.text.is_none() {
            self.add(&written.id, "nothing says how this mail is recognised".to_owned(), "give `subject` or `text`, or both");
        }
        Irrelevant {
            id: self.id(&written.id),
            reason: written.reason.clone(),
            subject: self.pattern("subject", written.subject.as_ref()),
            text: self.pattern("text", written.text.as_ref()),
        }
    }

    fn layout(&mut self, written: &WrittenLayout) -> Layout {
        if written.subject.is_none() && written.text.is_none() {
            self.add(&written.id, "nothing says how this layout is recognised".to_owned(), "give `subject` or `text`, or both");
        }
        Layout {
            id: self.id(&written.id),
            kind: written.kind,
            subject: self.pattern("subject", written.subject.as_ref()),
            text: self.pattern("text", written.text.as_ref()),
            except: self.pattern("except", written.except.as_ref()),
            quoted: written.quoted,
            subject_times: written.subject_times,
            tolerance_minutes: written.tolerance_minutes,
            title: written.title.clone(),
            maintenance_id: self.places(&written.maintenance_id, &written.id),
            alias: self.places(&written.alias, &written.id),
            account: self.places(&written.account, &written.id),
            summary: self.places(&written.summary, &written.id),
            description: self.places(&written.description, &written.id),
            status: self.places(&written.status, &written.id),
            status_is: written.status_is.as_ref().map(|status| self.fixed("status_is", status)),
            impact: self.places(&written.impact, &written.id),
            impact_is: written.impact_is.as_ref().map(|impact| self.fixed("impact_is", impact)),
            downtime: self.places(&written.downtime, &written.id),
            watch: self.places(&written.watch, &written.id),
            object: self.places(&written.object, &written.id),
            object_is: written.object_is.as_ref().map(|object| self.fixed("object_is", object)),
            windows: written.window.iter().map(|window| self.window(window, &written.id)).collect(),
            rows: written.rows.iter().filter_map(|rows| self.rows(rows, &written.id)).collect(),
            doubts: written
                .doubt
                .iter()
                .filter_map(|doubt| self.pattern("doubt", Some(&doubt.pattern)).map(|pattern| (pattern, doubt.why.clone())))
                .collect(),
            actions: written.action.iter().map(|action| self.action(action, &written.id)).collect(),
        }
    }

    fn places(&mut self, written: &[WrittenPlace], layout: &Text) -> Vec<Place> {
        written.iter().filter_map(|place| self.place(place, layout)).collect()
    }

    fn place(&mut self, written: &WrittenPlace, layout: &Text) -> Option<Place> {
        let ways = [&written.label, &written.pattern, &written.subject, &written.from, &written.column, &written.sheet];
        let given: Vec<&Text> = ways.into_iter().flatten().collect();
        let [text] = given.as_slice() else {
            let at = given.get(1).copied().unwrap_or(layout);
            self.add(
                at,
                format!("a place of the layout {:?} must say one way to look, not {}", layout.get_ref(), given.len()),
                "give exactly one of `label`, `pattern`, `subject`, `from` with `until`, `column`, `sheet`",
            );
            return None;
        };
        let (key, how) = if written.label.is_some() {
            ("label", How::Label { regex: self.label(text), below: written.below })
        } else if written.pattern.is_some() {
            ("pattern", How::Text(self.regex(text)))
        } else if written.subject.is_some() {
            ("subject", How::Subject(self.regex(text)))
        } else if written.column.is_some() {
            ("column", How::Column(text.get_ref().clone()))
        } else if written.sheet.is_some() {
            ("sheet", How::Sheet(text.get_ref().clone()))
        } else if let Some(until) = &written.until {
            ("from", How::Between(self.regex(text), self.regex(until)))
        } else {
            self.add(text, "`from` without `until`".to_owned(), "say with `until` where the value ends, '\\n\\s*\\n' is an empty line");
            return None;
        };
        if let Some(until) = written.until.as_ref().filter(|_| written.from.is_none()) {
            self.add(until, "`until` without `from`".to_owned(), "say with `from` where the value begins");
        }
        Some(Place { how, take: self.pattern("take", written.take.as_ref()), mark: self.mark(key, text) })
    }

    /// A label at the start of a line or cell, `:` or the end of the cell behind it; emphasis and bullets around it do not count.
    fn label(&mut self, text: &Text) -> Regex {
        let words: Vec<String> = text.get_ref().split_whitespace().map(search::escaped).collect();
        let label = words.join(r"[ \t\u{a0}]+");
        let written = format!(r"(?:^|\|)[ \t\u{{a0}}*>•·_-]*{label}[ \t\u{{a0}}*_]*(?:[:：|][ \t\u{{a0}}*:|]*(?<value>[^\n|]*)|(?:\r?$))");
        self.compiled(&written).unwrap_or_else(|error| {
            self.add(text, format!("this label cannot be used: {error}"), "write the label as it stands in the mail, without the colon");
            nothing()
        })
    }

    fn window(&mut self, written: &WrittenWindow, layout: &Text) -> WindowPlaces {
        let stated = written.stated.as_ref().filter(|stated| *stated.get_ref());
        let ways = [!written.within.is_empty(), !written.start.is_empty(), stated.is_some()];
        if ways.into_iter().filter(|way| *way).count() != 1 {
            self.add(
                layout,
                "a window needs either `within`, `start` or `stated`".to_owned(),
                "use `within` for running text, `start` and `end` for labels, `stated = true` for letters in free words",
            );
        }
        WindowPlaces {
            role: written.role,
            former: written.former,
            within: self.places(&written.within, layout),
            stated: stated.map(|stated| self.fixed("stated", stated).mark),
            start: self.places(&written.start, layout),
            end: self.places(&written.end, layout),
            zone: self.places(&written.zone, layout),
            zone_is: written.zone_is.as_ref().and_then(|zone| self.zone(zone)),
            date: self.places(&written.date, layout),
        }
    }

    fn rows(&mut self, written: &WrittenRows, layout: &Text) -> Option<Rows> {
        let heads = |list: &[Text]| list.iter().map(|head| head.get_ref().clone()).collect::<Vec<_>>();
        let leading = written.pattern.as_ref().or(written.window.first()).or(written.start.first()).or(written.object.first());
        let Some(leading) = leading else {
            self.add(layout, "rows need a `pattern`, or heads of columns".to_owned(), "give `start` and `end`, `window` or `object`");
            return None;
        };
        let pattern = written.pattern.as_ref().map(|text| {
            let regex = self.regex(text);
            let known = ["start", "end", "window", "zone", "object", "impact"];
            let names = if self.patterns == Patterns::Unproved { regex.names() } else { Vec::new() };
            if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
                self.add(text, format!("the group {name:?} means nothing"), "name groups start, end, window, zone, object or impact");
            }
            regex
        });
        Some(Rows {
            mark: self.mark(if pattern.is_some() { "rows pattern" } else { "rows" }, leading),
            pattern,
            sheet: written.sheet,
            start: heads(&written.start),
            end: heads(&written.end),
            window: heads(&written.window),
            zone: heads(&written.zone),
            object: heads(&written.object),
            impact: heads(&written.impact),
            former: written.former,
            id: self.pattern("id", written.id.as_ref()),
            backup: self.pattern("backup", written.backup.as_ref()),
            duration: self.places(&written.duration, layout),
        })
    }

    fn action(&mut self, written: &WrittenAction, layout: &Text) -> ActionPlaces {
        ActionPlaces {
            text: self.places(&written.text, layout),
            by: self.places(&written.by, layout),
            consequence: self.places(&written.consequence, layout),
        }
    }
}

/// A pattern that finds nothing; stands in for a faulty one until all faults are known.
fn nothing() -> Regex {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test that names a faulty rule")]
    Regex::at_need(r"[^\s\S]", BY_LINES).unwrap()
}

fn longest_first<T>(words: impl Iterator<Item = (String, T)>) -> Vec<(String, T)> {
    let mut words: Vec<(String, T)> = words.collect();
    words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    words
}

/// The first 12 hex digits of the file's SHA-256.
fn version(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
