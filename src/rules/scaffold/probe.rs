//! Where a mail states what the generic reader found in it: candidates for places, each tried by running it, the plainest form first.
//!
//! A place is taken only if the rule with it reads what is sought; nothing is written down because it looks right.

use crate::model::{AffectedObject, Mail, Notification, Problem, ProblemKind, Reading, Role, Status, Window};
use crate::rules::compile::{self, Provider};
use crate::rules::extract::{self, Trace};
use crate::rules::place::View;
use crate::rules::search::{self, Regex};
use crate::rules::time::{self, TimeContext};
use crate::rules::{Options, words};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Most candidates that are tried for one value: each is a whole reading.
const MOST: usize = 400;
/// Most labels that are looked at.
const LABELS: usize = 300;

/// A mail, and the rule under trial for it.
pub(super) struct Probe<'a> {
    pub(super) mail: &'a Mail,
    pub(super) view: View<'a>,
    pub(super) context: TimeContext<'a>,
    /// What stands above the layout in the rule file.
    pub(super) head: String,
    /// The layout as far as it is written: its name and how it is recognised.
    pub(super) layout: String,
    /// What is sought.
    pub(super) goal: &'a Reading,
}

/// A label with what follows it.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    pub(super) label: String,
    pub(super) value: String,
    below: bool,
}

impl Labelled {
    fn place(&self, take: &str) -> String {
        let below = if self.below { ", below = true" } else { "" };
        format!("{{ label = {}{below}{take} }}", quoted(&self.label))
    }
}

static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^[\s>*•·_-]*([^\s:：|][^:：|\n]{0,58}?)[ \t*_]*[:：][ \t*_]*(\S[^\n]*)?$"));

impl Probe<'_> {
    /// The layout with this below it, read; none where it does not compile.
    pub(super) fn read(&self, below: &str) -> Option<Reading> {
        let provider: Provider =
            compile::compile("probe.toml", &format!("{}\n{}{below}", self.head, self.layout), compile::Patterns::Unproved).ok()?;
        let layout = provider.layouts.first()?;
        let context = TimeContext { zone: provider.zone, order: provider.order, ..self.context };
        Some(extract::read(&provider, layout, &self.view, &context, Options::default(), &mut Trace::default()))
    }

    /// The first of the candidates with which a reading fits.
    fn first(&self, candidates: impl IntoIterator<Item = String>, fits: impl Fn(&Reading) -> bool) -> Option<String> {
        candidates.into_iter().take(MOST).find(|below| self.read(below).is_some_and(|reading| fits(&reading)))
    }

    /// Every label of the text with what follows it: on its line, in the next cell, or on the line below.
    pub(super) fn labels(&self) -> Vec<Labelled> {
        let mut found: Vec<Labelled> = Vec::new();
        let lines: Vec<&str> = self.view.text.lines().collect();
        let mut push = |label: &str, value: &str, below: bool| {
            let label = label.trim().trim_matches(['*', '_']).trim().trim_end_matches([':', '：']).trim();
            let clock = label.ends_with(|sign: char| sign.is_ascii_digit()) && value.starts_with(|sign: char| sign.is_ascii_digit());
            let named = label.chars().any(char::is_alphabetic)
                && ![", ", ". ", "; "].iter().any(|sign| label.contains(sign))
                && label.split_whitespace().count() <= 9;
            if !clock && named && !value.trim().is_empty() && found.len() < LABELS && !found.iter().any(|known| known.label == label) {
                found.push(Labelled { label: label.to_owned(), value: value.trim().to_owned(), below });
            }
        };
        for (at, line) in lines.iter().enumerate() {
            let next = || lines.iter().skip(at + 1).map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
            if line.contains('|') {
                let cells: Vec<&str> = line.split('|').map(str::trim).filter(|cell| !cell.is_empty() && *cell != ":").collect();
                for pair in cells.windows(2) {
                    if let [label, value] = pair {
                        push(label, value, false);
                    }
                }
            } else if let Some(hit) = LABEL.as_ref().and_then(|regex| regex.captures(line)) {
                let label = hit.get(1).map_or("", |label| label.as_str());
                match hit.get(2) {
                    Some(value) => push(label, value.as_str(), false),
                    None => push(label, next(), true),
                }
            } else if line.split_whitespace().count() <= 6 && !line.ends_with(['.', ',', '!', '?']) {
                push(line, next(), true);
            }
        }
        found
    }

    // Windows.

    /// Where the windows stand: rows of a table, labels, or running text.
    pub(super) fn windows(&self) -> Option<String> {
        let goal = self.goal;
        if goal.found.iter().all(|said| said.windows.is_empty()) {
            return None;
        }
        let fits = |reading: &Reading| same_windows(reading, goal) && no_new_doubt(reading, goal);
        let paired = |reading: &Reading| fits(reading) && same_pairs(reading, goal);
        let rows = self.rows(true);
        self.first(rows.iter().cloned(), paired)
            .or_else(|| self.first(self.by_labels(Role::Main), fits))
            .or_else(|| self.first(rows.iter().cloned(), fits))
            .or_else(|| self.first(self.in_prose(), fits))
            .or_else(|| self.one_by_one())
    }

    /// The zone of the windows that were found, where it is one.
    pub(super) fn goal_zone(&self) -> Option<chrono_tz::Tz> {
        let mut zones = self.goal.found.iter().flat_map(|said| &said.windows).map(|window| window.zone.as_deref());
        let first = zones.next()??;
        let zone = match first.trim_matches(['(', ')', ' ']).to_uppercase().as_str() {
            "UTC" | "GMT" | "Z" => Some(chrono_tz::UTC),
            _ => first.parse().ok(),
        };
        zone.filter(|_| zones.all(|zone| zone == Some(first)))
    }

    /// Each window by a place of its own.
    fn one_by_one(&self) -> Option<String> {
        let all: Vec<&Window> = self.goal.found.iter().flat_map(|said| &said.windows).collect();
        if all.len() < 2 || self.goal.found.len() > 1 {
            return None;
        }
        let mut blocks: BTreeSet<String> = BTreeSet::new();
        for window in all {
            let fits = |reading: &Reading| {
                let have: Vec<&Window> = reading.found.iter().flat_map(|said| &said.windows).collect();
                matches!(have.as_slice(), [one] if (one.start, one.end) == (window.start, window.end))
            };
            blocks.insert(self.first(self.by_labels(window.role), fits)?);
        }
        let joined: String = blocks.into_iter().collect();
        self.first([joined], |reading| same_windows(reading, self.goal) && no_new_doubt(reading, self.goal))
    }

    fn by_labels(&self, role: Role) -> Vec<String> {
        let labels = self.labels();
        let timed: Vec<&Labelled> = labels.iter().filter(|one| self.holds_time(&one.value)).collect();
        let role = if role == Role::Backup { "role = \"backup\"\n" } else { "" };
        let block = |places: String, more: &str| format!("\n[[layout.window]]\n{role}{places}\n{more}");
        let mut candidates: Vec<String> = timed.iter().map(|one| block(format!("within = [{}]", one.place("")), "")).collect();
        let pairs = || {
            timed.iter().enumerate().flat_map(|(at, start)| {
                let lengths = labels.iter().filter(|one| time::duration_minutes(&one.value).is_some());
                timed.iter().skip(at + 1).copied().chain(lengths).map(move |end| (*start, end))
            })
        };
        let both = |start: &Labelled, end: &Labelled| format!("start = [{}]\nend = [{}]", start.place(""), end.place(""));
        candidates.extend(pairs().take(120).map(|(start, end)| block(both(start, end), "")));
        // A zone or a day that stands under a label of its own.
        let zones = labels.iter().filter(|one| self.is_zone(&one.value)).map(|one| format!("zone = [{}]\n", one.place("")));
        let days = labels
            .iter()
            .filter(|one| one.value.chars().filter(char::is_ascii_digit).count() >= 5)
            .map(|one| format!("date = [{}]\n", one.place("")));
        // The zone that a label names, as in "Start (UTC)", which the rule must say.
        let said = self.goal_zone().map(|zone| format!("zone_is = {}\n", quoted(zone.name())));
        let more: Vec<String> = zones.chain(said).chain(days).take(6).collect();
        for more in &more {
            candidates.extend(timed.iter().map(|one| block(format!("within = [{}]", one.place("")), more)));
            candidates.extend(pairs().take(20).map(|(start, end)| block(both(start, end), more)));
        }
        candidates
    }

    /// Windows that stand in sentences or in the subject, between the words around them.
    fn in_prose(&self) -> Vec<String> {
        let mut candidates = Vec::new();
        let within = |place: String| format!("\n[[layout.window]]\nwithin = [{place}]\n");
        for window in self.goal.found.iter().flat_map(|said| &said.windows) {
            let Some(at) = crate::rules::locate::find(&self.view.text, &window.as_written) else { continue };
            let line_start = self.view.text.get(..at.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
            let before: Vec<&str> = self.view.text.get(line_start..at.start).unwrap_or_default().split_whitespace().collect();
            for count in [3, 2, 4, 1] {
                let words: Vec<&str> = before.iter().rev().take(count).copied().collect();
                let telling = words.iter().any(|word| word.chars().all(char::is_alphabetic));
                if words.len() < count || !telling {
                    continue;
                }
                let lead = words.iter().rev().map(|word| any_id(word)).collect::<Vec<_>>().join(r"\s+");
                for value in [r"[^\n]+?(?:\. |\.?$)", r"[^\n]+"] {
                    candidates.push(within(format!("{{ pattern = {} }}", quoted(&format!(r"{lead}\s+(?<value>{value})")))));
                }
                candidates.push(within(format!("{{ from = {}, until = '\\.\\s|\\.$|\\n\\s*\\n' }}", quoted(&format!(r"{lead}\s")))));
                candidates.push(within(format!("{{ from = {}, until = '\\n\\s*\\n' }}", quoted(&format!(r"{lead}\s")))));
            }
            // The line above a line that begins with the time.
            let above = self.view.text.get(..line_start).unwrap_or_default().lines().rev().find(|line| !line.trim().is_empty());
            if let Some(above) =
                above.map(str::trim).filter(|line| !line.chars().any(|sign| sign.is_ascii_digit()) && line.chars().count() < 90)
            {
                let lead = literal(above.trim_matches(['*', ' ']));
                candidates.push(within(format!("{{ from = {}, until = '\\n\\s*\\n' }}", quoted(&format!(r"{lead}[* ]*\s*")))));
            }
        }
        candidates.push(within(r"{ subject = '\b(?<value>\d.*)' }".to_owned()));
        candidates
    }

    /// Tables whose heads stand over times and objects; `timed` says whether times are sought in them.
    fn rows(&self, timed: bool) -> Vec<String> {
        let mut candidates = Vec::new();
        let tables =
            self.mail.tables.iter().map(|table| (&table.rows, false)).chain(self.mail.sheets.iter().map(|sheet| (&sheet.rows, true)));
        for (rows, sheet) in tables {
            for (at, head) in rows.iter().take(3).enumerate() {
                let below: Vec<&Vec<String>> = rows.iter().skip(at + 1).take(200).collect();
                let is_head = head.iter().filter(|cell| !cell.trim().is_empty()).count() >= 2
                    && !head.iter().any(|cell| cell.chars().filter(char::is_ascii_digit).count() >= 3);
                if below.is_empty() || !is_head {
                    continue;
                }
                let column = |holds: &dyn Fn(&str) -> bool| -> Vec<&str> {
                    let mut heads: Vec<&str> = Vec::new();
                    for (index, name) in head.iter().enumerate() {
                        let some = below.iter().any(|row| row.get(index).is_some_and(|cell| holds(cell)));
                        if some && !name.trim().is_empty() && !heads.contains(&name.as_str()) {
                            heads.push(name);
                        }
                    }
                    heads
                };
                let objects: Vec<&AffectedObject> = self.goal.found.iter().flat_map(|said| &said.objects).collect();
                let of_objects = column(&|cell| objects.iter().any(|object| cell.contains(&object.object_id)));
                let of_impact = column(&|cell| words::impact(cell).is_some());
                let of_times = if timed { column(&|cell| self.holds_time(cell)) } else { Vec::new() };
                let of_zones = if timed { column(&|cell| self.is_zone(cell)) } else { Vec::new() };
                let key = |key: &str, head: &str| format!("{key} = [{}]\n", quoted(head));
                let mut times: Vec<String> = Vec::new();
                for (index, start) in of_times.iter().enumerate() {
                    times.extend(of_times.iter().skip(index + 1).map(|end| format!("{}{}", key("start", start), key("end", end))));
                }
                times.extend(of_times.iter().map(|head| key("window", head)));
                times.extend(of_times.iter().map(|head| key("start", head)));
                if !timed {
                    times.push(String::new());
                }
                for time in &times {
                    for object in of_objects.iter().map(|head| key("object", head)).chain(timed.then(String::new)) {
                        let impacts = of_impact.iter().map(|head| key("impact", head)).filter(|_| !object.is_empty());
                        for impact in impacts.chain([String::new()]) {
                            for zone in std::iter::once(String::new()).chain(of_zones.iter().map(|head| key("zone", head))) {
                                let sheet = if sheet { "sheet = true\n" } else { "" };
                                candidates.push(format!("\n[[layout.rows]]\n{sheet}{time}{zone}{object}{impact}"));
                            }
                        }
                    }
                }
            }
        }
        candidates
    }

    fn holds_time(&self, text: &str) -> bool {
        let civil = TimeContext { zone: self.context.zone.or(Some(chrono_tz::UTC)), ..self.context };
        text.chars().any(|sign| sign.is_ascii_digit())
            && (!time::statements(text, &civil).is_empty() || time::between(text, None, &civil).is_some())
    }

    fn is_zone(&self, text: &str) -> bool {
        text.chars().count() <= 60
            && text.split_whitespace().count() <= 6
            && time::between(&format!("2030-01-15 10:00 {text}"), None, &self.context).is_some_and(|one| one.zone_stated)
            && time::statements(text, &self.context).is_empty()
    }

    // The other values, each below the windows that were found.

    /// Where the affected objects stand.
    pub(super) fn objects(&self, windows: &str) -> Option<String> {
        let goal = names(self.goal);
        if goal.is_empty() || self.read(windows).is_some_and(|reading| names(&reading) == goal) {
            return None;
        }
        let before = windows.split("\n[[").next().unwrap_or_default();
        let below = windows.get(before.len()..).unwrap_or_default();
        let fits = |reading: &Reading| names(reading) == goal;
        let list = |place: String| format!("object = [{place}]\n");
        let labels = self.labels();
        let takes = ["", r", take = '[^,;\s]+'", r", take = '[^,;]+'", r", take = '[^\s(]+'"];
        let held = |one: &&Labelled| goal.iter().any(|name| one.value.contains(name.as_str()));
        let mut candidates: Vec<String> =
            labels.iter().filter(held).flat_map(|one| takes.iter().map(|take| list(one.place(take)))).collect();
        for table in &self.mail.tables {
            let heads = table.rows.iter().take(3).flatten().filter(|head| !head.trim().is_empty());
            candidates.extend(heads.map(|head| list(format!("{{ column = {} }}", quoted(head)))));
        }
        let tabled = self.rows(false).into_iter().map(|rows| format!("{below}{rows}"));
        // A list below the line that announces it.
        for name in goal.iter().take(1) {
            let Some(at) = crate::rules::locate::find(&self.view.text, name) else { continue };
            let lead = self.view.text.get(..at.start).unwrap_or_default();
            let above = lead.lines().rev().skip(1).map(str::trim).find(|line| !line.is_empty());
            for line in above.into_iter().filter(|line| line.chars().count() < 120 && !line.chars().any(|sign| sign.is_ascii_digit())) {
                for take in [r"^[\s*•·-]*(?<value>[^\n]*\S)", r"^[\s*•·-]*(?<value>\S+)", r"[^,;\s]+"] {
                    candidates.push(list(format!(
                        "{{ from = {}, until = '\\n\\s*\\n', take = '{take}' }}",
                        quoted(&format!(r"{}\s*", literal(line)))
                    )));
                }
            }
        }
        for name in &goal {
            // The letters of an object are its own, and the sample's are invented: only the words before it count.
            let form = if name.contains(char::is_whitespace) { continue } else { r"[\w./:-]*\w" };
            candidates.extend(self.around(name, form).into_iter().map(list));
        }
        let whole = candidates.iter().map(|places| format!("{before}{places}{below}"));
        let found = self.first(whole.clone(), fits).or_else(|| self.first(tabled.map(|below| format!("{before}{below}")), fits));
        // Where no place finds all of them, the one that finds most and nothing else.
        let part = || {
            let some = |below: String| {
                let have = names(&self.read(&below)?);
                (!have.is_empty() && have.is_subset(&goal)).then_some((have.len(), below))
            };
            whole.take(MOST).filter_map(some).max_by_key(|(count, _)| *count).map(|(_, below)| below)
        };
        found.or_else(part)
    }

    /// A place for a value that stands as it is sought: by its label, in the subject, or between words.
    pub(super) fn value(&self, key: &str, value: &str, windows: &str, have: impl Fn(&Notification) -> Option<String>) -> Option<String> {
        let holds = |one: &&Labelled| one.value.contains(value);
        let mut places: Vec<String> = Vec::new();
        for one in self.labels().iter().filter(holds) {
            places.push(one.place(""));
            places.push(one.place(&format!(", take = {}", quoted(&shape(value)))));
        }
        places.extend(self.around(value, &shape(value)));
        let fits = |reading: &Reading| {
            !reading.found.is_empty()
                && reading.found.iter().all(|said| have(said).as_deref() == Some(value))
                && no_new_doubt(reading, self.goal)
        };
        let found = self.first(places.iter().map(|place| format!("{key} = [{place}]\n{windows}")), fits)?;
        found.strip_suffix(windows).map(str::to_owned)
    }

    /// A place of words that mean something: by its label, else the words themselves.
    pub(super) fn meaning(
        &self,
        key: &str,
        quotes: &[(bool, String)],
        windows: &str,
        means: impl Fn(&str) -> bool,
        fits: impl Fn(&Reading) -> bool,
    ) -> Option<String> {
        let mut places: Vec<String> = self.labels().iter().filter(|one| means(&one.value)).map(|one| one.place("")).collect();
        for (subject, quote) in quotes {
            let words: Vec<String> = quote.split_whitespace().take(8).map(generalised).collect();
            let where_ = if *subject { "subject" } else { "pattern" };
            places.push(format!("{{ {where_} = {} }}", quoted(&words.join(r"\s+"))));
        }
        let found = self.first(places.iter().map(|place| format!("{key} = [{place}]\n{windows}")), fits)?;
        found.strip_suffix(windows).map(str::to_owned)
    }

    /// Patterns for a value in the subject, and in the text behind the words before it.
    fn around(&self, value: &str, form: &str) -> Vec<String> {
        let mut places = Vec::new();
        if let Some(before) = self.mail.subject.find(value).and_then(|at| self.mail.subject.get(..at)) {
            let lead = before
                .split_whitespace()
                .next_back()
                .filter(|word| word.chars().all(|sign| sign.is_alphabetic() || sign == '#' || sign == ':'));
            places.push(format!("{{ subject = {} }}", quoted(&format!(r"\b(?<value>{form})"))));
            places.extend(lead.map(|lead| format!("{{ subject = {} }}", quoted(&format!(r"{}\s*(?<value>{form})", literal(lead))))));
            places.push(format!("{{ subject = {} }}", quoted(&format!("(?<value>{form})"))));
        }
        if let Some(at) = crate::rules::locate::find(&self.view.text, value) {
            let line = self.view.text.get(..at.start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
            let words: Vec<String> = line.split_whitespace().rev().take(2).map(any_id).collect();
            let lead = words.iter().rev().cloned().collect::<Vec<_>>().join(r"\s+");
            if !lead.is_empty() {
                places.push(format!("{{ pattern = {} }}", quoted(&format!(r"{lead}\s+(?<value>{form})"))));
                places.push(format!("{{ pattern = {} }}", quoted(&format!(r"{lead}\s*(?<value>{form})"))));
            }
            let bare = form.chars().filter(|sign| sign.is_alphabetic()).count() >= 4 && form.contains(r"\d+");
            places.extend(bare.then(|| format!("{{ pattern = {} }}", quoted(&format!(r"\b(?<value>{form})")))));
        }
        places
    }
}

/// A text as a pattern that a person can read: blanks may be any white space.
pub(super) fn literal(text: &str) -> String {
    let word = |word: &str| -> String {
        let sign = |sign: char| {
            let plain =
                sign.is_alphanumeric() || matches!(sign, '-' | '/' | '_' | ':' | ',' | '\'' | '&' | '#' | '@' | '%' | '=' | '!' | '"');
            if plain {
                sign.to_string()
            } else if sign.is_ascii_punctuation() {
                format!("\\{sign}")
            } else {
                search::escaped(&sign.to_string())
            }
        };
        word.chars().map(sign).collect()
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(r"\s+")
}

/// The form of an id: its letters stay, its digits may be any.
fn shape(value: &str) -> String {
    let mut out = String::new();
    let mut digits = false;
    for sign in value.chars() {
        if sign.is_ascii_digit() {
            if !digits {
                out.push_str(r"\d+");
            }
        } else {
            out.push_str(&literal(&sign.to_string()));
            if sign.is_whitespace() {
                out.push_str(r"\s+");
            }
        }
        digits = sign.is_ascii_digit();
    }
    out
}

/// A word that leads to a value: one that holds digits is another in the next mail.
fn any_id(word: &str) -> String {
    if word.chars().any(|sign| sign.is_ascii_digit()) { r"\S+".to_owned() } else { literal(word) }
}

/// A word of a pattern: digits may be any, punctuation at its end none.
fn generalised(word: &str) -> String {
    shape(word.trim_end_matches(['.', ',', ';', '!']))
}

/// A text as TOML: without backslashes to think of wherever that can be.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains(['\'', '\n']) && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            sign if sign.is_control() => write!(out, "\\u{:04x}", u32::from(sign)).unwrap_or_default(),
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

type Bounds = (i64, Option<i64>, Role);

fn bounds(said: &Notification) -> BTreeSet<Bounds> {
    said.windows.iter().map(|window| (window.start.timestamp(), window.end.map(|end| end.timestamp()), window.role)).collect()
}

/// Whether two readings state the same windows, of whatever.
pub(super) fn same_windows(one: &Reading, other: &Reading) -> bool {
    let all = |reading: &Reading| reading.found.iter().flat_map(bounds).collect::<BTreeSet<_>>();
    all(one) == all(other)
}

/// Whether two readings state the same windows of the same objects.
fn same_pairs(one: &Reading, other: &Reading) -> bool {
    let pairs = |reading: &Reading| {
        let pair =
            |said: &Notification| (bounds(said), said.objects.iter().map(|object| object.object_id.clone()).collect::<BTreeSet<_>>());
        reading.found.iter().map(pair).collect::<BTreeSet<_>>()
    };
    pairs(one) == pairs(other)
}

/// The objects of a reading.
pub(super) fn names(reading: &Reading) -> BTreeSet<String> {
    reading.found.iter().flat_map(|said| &said.objects).map(|object| object.object_id.clone()).collect()
}

/// The status, where one that is not stated is confirmed.
pub(super) fn status(reading: &Reading) -> Option<Status> {
    reading.found.first().map(|said| said.status.unwrap_or(Status::Confirmed))
}

/// Whether a reading blocks on nothing that the generic one did not.
pub(super) fn no_new_doubt(reading: &Reading, goal: &Reading) -> bool {
    let known = |problem: &Problem| goal.problems.iter().any(|other| other.problem == problem.problem);
    !reading.problems.iter().any(|problem| problem.blocking && problem.problem != ProblemKind::NoRule && !known(problem))
}
