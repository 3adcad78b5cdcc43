//! A layout of a rule and a mail → what the mail says, with the line each value came from.

use super::Options;
use super::compile::{Layout, Provider, Rows};
use super::place::{self, Grid, Mark, Pattern, Place, View};
use super::time::{self, TimeContext};
use super::windows::{self, Stated};
use super::words;
use crate::model::{
    Action, AffectedObject, CalendarTime, Evidence, EvidenceSource, Impact, Kind, Notification, Precision, Problem, ProblemKind, Reading,
    Role, RuleRef, Status, Table, Verdict, Window,
};
use chrono::TimeDelta;
use regex::Captures;
use std::collections::BTreeSet;

/// The patterns that took part in a reading, by rule file.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// File and pattern.
    pub(super) used: BTreeSet<(String, Mark)>,
}

impl Trace {
    pub(super) fn uses(&mut self, mark: Option<&Mark>, file: &str) {
        self.used.extend(mark.map(|mark| (file.to_owned(), mark.clone())));
    }
}

/// How many rows of one mail are looked at.
const ROWS_CAP: usize = 5_000;

/// Reads a mail by a layout that matched it.
pub(super) fn read(
    provider: &Provider,
    layout: &Layout,
    view: &View<'_>,
    context: &TimeContext<'_>,
    options: Options,
    trace: &mut Trace,
) -> Reading {
    trace.uses(layout.subject.as_ref().map(|pattern| &pattern.mark), &provider.file);
    trace.uses(layout.text.as_ref().map(|pattern| &pattern.mark), &provider.file);
    let mut reader = Reader { provider, layout, view, context, trace, evidence: Vec::new(), problems: Vec::new() };
    let shared = reader.shared();
    let mut found = Vec::new();
    for (stated, objects) in reader.groups(shared.watch.is_some()) {
        for one in &stated {
            reader.saw("start", &one.statement.as_written, &one.source, &one.mark);
        }
        let settled = windows::settled(&stated, layout.tolerance_minutes);
        reader.problems.extend(settled.problems);
        found.push(Notification { windows: settled.windows, readings: settled.readings, objects, ..shared.clone() });
    }
    reader.judge(&found, options);
    let (evidence, problems) = (reader.evidence, reader.problems);
    let rule = RuleRef { name: format!("{}/{}", provider.id, layout.id), version: provider.version.clone() };
    Reading {
        verdict: Verdict::Notice,
        rule: Some(rule),
        provider: Some(provider.id.clone()),
        kind: Some(layout.kind),
        found,
        evidence,
        problems: distinct(problems),
    }
}

fn distinct(problems: Vec<Problem>) -> Vec<Problem> {
    let mut out: Vec<Problem> = Vec::new();
    for problem in problems {
        if !out.contains(&problem) {
            out.push(problem);
        }
    }
    out
}

struct Reader<'a, 'm> {
    provider: &'a Provider,
    layout: &'a Layout,
    view: &'a View<'m>,
    context: &'a TimeContext<'a>,
    trace: &'a mut Trace,
    evidence: Vec<Evidence>,
    problems: Vec<Problem>,
}

type Group = (Vec<Stated>, Vec<AffectedObject>);

impl Reader<'_, '_> {
    fn saw(&mut self, field: &str, quote: &str, source: &EvidenceSource, mark: &Mark) {
        self.trace.uses(Some(mark), &self.provider.file);
        let quote = quote.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
        let pattern = Some(format!("{}:{} {}", self.provider.file, mark.line, mark.shown));
        let entry = Evidence { field: field.to_owned(), source: source.clone(), quote, pattern };
        if !self.evidence.contains(&entry) {
            self.evidence.push(entry);
        }
    }

    fn all(&mut self, field: &str, places: &[Place]) -> Vec<String> {
        let values = place::first(places, self.view);
        for value in &values {
            self.saw(field, &value.text, &value.source, &value.mark);
        }
        for place in places.iter().filter(|place| values.iter().any(|value| value.mark == place.mark)) {
            self.trace.uses(place.take.as_ref().map(|take| &take.mark), &self.provider.file);
        }
        values.into_iter().map(|value| value.text).collect()
    }

    fn one(&mut self, field: &str, places: &[Place]) -> Option<String> {
        self.all(field, places).into_iter().next().map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What holds for every maintenance of the mail.
    fn shared(&mut self) -> Notification {
        let layout = self.layout;
        let maintenance_id = self.one("maintenance_id", &layout.maintenance_id);
        if maintenance_id.is_none() && !layout.maintenance_id.is_empty() {
            self.problems.push(Problem::new(ProblemKind::Missing, "maintenance_id", "the reference that the rule looks for is not stated"));
        }
        let mut aliases = self.all("alias", &layout.alias);
        aliases.sort();
        aliases.dedup();
        aliases.retain(|alias| Some(alias) != maintenance_id.as_ref());
        let impact = match layout.impact_is {
            Some(impact) => impact,
            None => self.all("impact", &layout.impact).iter().filter_map(|text| self.impact_of(text)).max().unwrap_or_default(),
        };
        let downtime = self.all("downtime", &layout.downtime);
        let minutes = |text: &String| words::downtime_minutes(text).map(|said| said.value).or_else(|| time::duration_minutes(text));
        Notification {
            maintenance_id,
            aliases,
            account: self.one("account", &layout.account),
            status: self.status(),
            impact,
            expected_downtime_minutes: downtime.iter().filter_map(minutes).max(),
            actions: self.actions(),
            summary: self.one("summary", &layout.summary),
            title: layout.title.clone(),
            description: self.all("description", &layout.description).into_iter().next(),
            watch: self.one("watch", &layout.watch),
            ..Notification::default()
        }
    }

    fn impact_of(&self, text: &str) -> Option<Impact> {
        let lower = text.to_lowercase();
        let own = self.provider.impact_words.iter().find(|(word, _)| lower.contains(word)).map(|(_, impact)| *impact);
        own.or_else(|| words::impact(text).map(|said| said.value))
    }

    /// The status announced; where several places speak, the gravest word counts: cancelled wins.
    fn status(&mut self) -> Option<Status> {
        let layout = self.layout;
        let texts = if layout.status.is_empty() {
            vec![self.view.mail.subject.clone()]
        } else {
            layout.status.iter().flat_map(|place| self.all("status", std::slice::from_ref(place))).collect()
        };
        let of = |text: &String| {
            let lower = text.to_lowercase();
            let own = self.provider.status_words.iter().find(|(word, _)| lower.contains(word)).map(|(_, status)| *status);
            own.or_else(|| words::status(text).map(|said| said.value))
        };
        let said = texts.iter().filter_map(of).max_by_key(|status| rank(*status));
        match layout.status_is {
            Some(Status::Confirmed) => said.filter(|said| *said == Status::Cancelled).or(Some(Status::Confirmed)),
            Some(fixed) => Some(fixed),
            None => said,
        }
    }

    fn actions(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        let layout = self.layout;
        for places in &layout.actions {
            let Some(text) = self.one("action", &places.text) else { continue };
            let deadline = self.one("action", &places.by);
            let by = deadline.and_then(|deadline| {
                let statement = time::statements(&deadline, self.context).into_iter().next()?;
                self.problems.extend(statement.problems.iter().map(|problem| Problem { field: "action".to_owned(), ..problem.clone() }));
                match statement.readings.as_slice() {
                    [(by, _)] => Some(*by),
                    _ => None,
                }
            });
            actions.push(Action { text, by, consequence: self.one("action", &places.consequence) });
        }
        actions
    }

    /// Windows and the objects they hold for: one group, unless different objects have different times.
    fn groups(&mut self, watched: bool) -> Vec<Group> {
        let layout = self.layout;
        let mut base: Group = (Vec::new(), Vec::new());
        for places in &layout.windows {
            let (stated, problems, used) = windows::stated(places, self.provider, self.view, self.context);
            for mark in used {
                self.trace.uses(Some(&mark), &self.provider.file);
            }
            for place in [&places.within, &places.start, &places.end].into_iter().flatten() {
                self.trace.uses(place.take.as_ref().map(|take| &take.mark), &self.provider.file);
            }
            base.0.extend(stated);
            // Words instead of a time make a watch item, not a doubt.
            self.problems.extend(problems.into_iter().filter(|problem| !(watched && problem.problem == ProblemKind::Missing)));
        }
        for object_id in self.all("object", &layout.object) {
            add(&mut base.1, AffectedObject { object_id, impact: Impact::Unstated });
        }
        let mut groups = vec![base];
        let mut pairs: Vec<(Stated, AffectedObject)> = Vec::new();
        for part in self.parts() {
            pairs.extend(part.pairs);
            // A table of windows below a table of objects opens the next block of the mail.
            if !part.windows.is_empty() && groups.last().is_some_and(|(_, objects)| !objects.is_empty() && layout.object.is_empty()) {
                groups.push((Vec::new(), Vec::new()));
            }
            if let Some((windows, objects)) = groups.last_mut() {
                windows.extend(part.windows);
                part.objects.into_iter().for_each(|object| add(objects, object));
            }
        }
        let mut merged = united(groups);
        if !pairs.is_empty() {
            merged.retain(|(windows, _)| !windows.is_empty());
            merged.extend(paired(pairs));
        }
        if let Some(everything) = &layout.object_is {
            for (_, objects) in merged.iter_mut().filter(|(_, objects)| objects.is_empty()) {
                objects.push(AffectedObject { object_id: everything.clone(), impact: Impact::Unstated });
            }
        }
        merged
    }

    /// What each table, sheet and list says, in reading order.
    fn parts(&mut self) -> Vec<Part> {
        let layout = self.layout;
        let mut parts = Vec::new();
        let mut cursor = 0;
        for table in &self.view.mail.tables {
            for rows in layout.rows.iter().filter(|rows| !rows.sheet && rows.pattern.is_none()) {
                parts.extend(self.table(rows, table, &EvidenceSource::Text, &mut cursor));
            }
        }
        for sheet in &self.view.mail.sheets {
            let table = Table { rows: sheet.rows.clone(), head_rows: 0 };
            for rows in layout.rows.iter().filter(|rows| rows.sheet) {
                parts.extend(self.table(rows, &table, &EvidenceSource::Attachment(sheet.name.clone()), &mut 0));
            }
        }
        for rows in &layout.rows {
            let Some(pattern) = &rows.pattern else { continue };
            let hits: Vec<Captures<'_>> = pattern.captures_iter(&self.view.text).take(ROWS_CAP).collect();
            let mut part = Part::default();
            for hit in hits {
                let group = |name: &str| hit.name(name).map_or("", |value| place::clean(value.as_str())).to_owned();
                let at = hit.get(0).map_or(0, |all| all.start());
                let row = Row {
                    start: group("start"),
                    end: group("end"),
                    window: group("window"),
                    zone: group("zone"),
                    object: group("object"),
                    impact: group("impact"),
                    at,
                };
                self.row(rows, &row, &EvidenceSource::Text, &mut part);
            }
            parts.push(part);
        }
        parts
    }

    fn table(&mut self, rows: &Rows, table: &Table, source: &EvidenceSource, cursor: &mut usize) -> Option<Part> {
        fn heads(list: &[String]) -> Vec<&str> {
            list.iter().map(String::as_str).collect()
        }
        let needed: Vec<Vec<&str>> =
            [&rows.window, &rows.start, &rows.object].into_iter().filter(|list| !list.is_empty()).map(|list| heads(list)).collect();
        let grid = Grid::find(table, needed.first()?)?;
        if !needed.iter().all(|list| grid.has(list)) {
            return None;
        }
        let mut part = Part::default();
        for line in grid.rows().take(ROWS_CAP) {
            let cell = |list: &[String]| line.cell(&heads(list));
            let mut row = Row {
                start: cell(&rows.start),
                end: cell(&rows.end),
                window: cell(&rows.window),
                zone: cell(&rows.zone),
                object: cell(&rows.object),
                impact: cell(&rows.impact),
                at: 0,
            };
            let lead = if row.start.is_empty() { &row.window } else { &row.start };
            if !lead.is_empty()
                && let Some(found) = self.view.text.get(*cursor..).and_then(|rest| rest.find(lead.as_str()))
            {
                row.at = *cursor + found;
                *cursor = row.at + lead.len();
            }
            self.row(rows, &row, source, &mut part);
        }
        Some(part)
    }

    fn row(&mut self, rows: &Rows, row: &Row, source: &EvidenceSource, part: &mut Part) {
        let after = |pattern: &Pattern| pattern.regex.find(&self.view.text).is_some_and(|hit| hit.start() < row.at);
        let role = if rows.backup.as_ref().is_some_and(after) { Role::Backup } else { Role::Main };
        if role == Role::Backup {
            self.trace.uses(rows.backup.as_ref().map(|pattern| &pattern.mark), &self.provider.file);
        }
        let zoned = |text: &str| if row.zone.is_empty() { text.to_owned() } else { format!("{text} {}", row.zone) };
        let duration = || self.view_first(&rows.duration);
        let statement = if !row.start.is_empty() {
            let end = Some(zoned(&row.end)).filter(|_| !row.end.is_empty()).or_else(duration);
            let read = time::between(&zoned(&row.start), end.as_deref(), self.context);
            if read.is_none() && row.start.chars().any(|sign| sign.is_ascii_digit()) {
                let detail = format!("the row holds no time that can be read: {:?}", row.start);
                self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
            }
            read
        } else if !row.window.is_empty() {
            time::statements(&zoned(&row.window), self.context).into_iter().next()
        } else {
            None
        };
        if statement.is_some() && row.end.is_empty() {
            for place in place::first(&rows.duration, self.view) {
                self.trace.uses(Some(&place.mark), &self.provider.file);
            }
        }
        let object = Some(row.object.trim())
            .filter(|object| !place::blank(object))
            .map(|object| AffectedObject { object_id: object.to_owned(), impact: self.impact_of(&row.impact).unwrap_or_default() });
        if let Some(object) = &object {
            self.saw("object", &object.object_id, source, &rows.mark);
            if !row.impact.is_empty() {
                self.saw("impact", &row.impact, source, &rows.mark);
            }
        }
        let stated = statement.map(|statement| Stated { statement, role, mark: rows.mark.clone(), source: source.clone() });
        match (stated, object) {
            (Some(stated), Some(object)) => part.pairs.push((stated, object)),
            (Some(stated), None) => part.windows.push(stated),
            (None, Some(object)) => part.objects.push(object),
            (None, None) => {}
        }
    }

    fn view_first(&self, places: &[Place]) -> Option<String> {
        place::first(places, self.view).into_iter().next().map(|value| value.text)
    }

    /// The doubts that only the whole shows.
    fn judge(&mut self, found: &[Notification], options: Options) {
        let windows: Vec<Window> = found.iter().flat_map(|notification| notification.windows.iter().cloned()).collect();
        let status = found.first().and_then(|notification| notification.status);
        let over = matches!(status, Some(Status::Cancelled | Status::Completed));
        let watched = found.iter().any(|notification| notification.watch.is_some());
        let doubted = self.problems.iter().any(|problem| problem.blocking && matches!(problem.field.as_str(), "start" | "zone" | "end"));
        if windows.is_empty() && !over && !watched && !doubted && self.layout.kind == Kind::Maintenance {
            let detail = "the rule knows this mail, but no window stands where the rule looks";
            self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
        }
        for (pattern, why) in &self.layout.doubts {
            if super::seen(pattern, self.view) {
                self.trace.uses(Some(&pattern.mark), &self.provider.file);
                self.problems.push(Problem::new(ProblemKind::Conflict, "windows", why.clone()));
            }
        }
        if self.layout.subject_times && !windows.is_empty() {
            let tolerance = self.layout.tolerance_minutes;
            let other = time::statements(&self.view.mail.subject, self.context)
                .into_iter()
                .find(|statement| !statement.readings.is_empty() && !windows::agrees(statement, &windows, tolerance));
            if let Some(other) = other {
                let detail = format!("the subject states {:?}, the text another window", other.as_written);
                self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
            }
        }
        if options.calendars && !windows.is_empty() {
            self.compare_with_calendar(&windows);
        }
        // A cancellation in a sentence where the rule does not look must not pass as an announcement.
        let fresh = self.view.mail.text();
        let fresh = fresh.get(..fresh.floor_char_boundary(place::TEXT_CAP_BYTES)).unwrap_or_default();
        if !over
            && self.layout.status_is.is_none()
            && let Some(said) = words::status(fresh).filter(|said| said.value == Status::Cancelled)
        {
            let quote = fresh.get(said.at).unwrap_or_default();
            let detail = format!("the text says {quote:?}, which the rule does not expect there");
            self.problems.push(Problem::new(ProblemKind::Conflict, "status", detail));
        }
        for window in &windows {
            let long = window.end.is_some_and(|end| end - window.start > TimeDelta::days(31));
            let far = (window.start - self.context.arrived_at).abs() > TimeDelta::days(400);
            if long || far {
                let detail =
                    format!("the window {:?} is {}", window.as_written, if long { "longer than a month" } else { "more than a year away" });
                self.problems.push(Problem::new(ProblemKind::Implausible, "start", detail));
            }
        }
    }

    fn compare_with_calendar(&mut self, windows: &[Window]) {
        let starts: Vec<_> = self
            .view
            .mail
            .calendars
            .iter()
            .filter_map(|event| match event.start.as_ref()? {
                CalendarTime::Utc(at) => Some(*at),
                CalendarTime::Zoned(at, zone) if zone == "UTC" => Some(at.and_utc()),
                _ => None,
            })
            .collect();
        let known = |start| windows.iter().any(|window| window.start == start && window.precision == Precision::Minute);
        if let Some(other) = starts.first().filter(|_| !starts.iter().any(|start| known(*start))) {
            let detail = format!("the calendar part starts at {other}, the text states another window");
            self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
    }
}

/// Cancelled wins over all, then what is over, then what moves.
fn rank(status: Status) -> u8 {
    match status {
        Status::Confirmed => 0,
        Status::Tentative => 1,
        Status::InProcess => 2,
        Status::Rescheduled => 3,
        Status::Completed => 4,
        Status::Cancelled => 5,
    }
}

#[derive(Default)]
struct Part {
    windows: Vec<Stated>,
    objects: Vec<AffectedObject>,
    pairs: Vec<(Stated, AffectedObject)>,
}

struct Row {
    start: String,
    end: String,
    window: String,
    zone: String,
    object: String,
    impact: String,
    at: usize,
}

fn add(objects: &mut Vec<AffectedObject>, object: AffectedObject) {
    match objects.iter_mut().find(|known| known.object_id == object.object_id) {
        Some(known) => known.impact = known.impact.max(object.impact),
        None => objects.push(object),
    }
}

/// Blocks of windows and objects: a block without objects belongs to the one before, blocks with the same objects are one.
fn united(groups: Vec<Group>) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    for (windows, objects) in groups {
        let same = out.iter_mut().find(|(_, known)| *known == objects);
        if let Some((known, _)) = same {
            known.extend(windows);
        } else if objects.is_empty() && !out.is_empty() {
            out.iter_mut().last().into_iter().for_each(|(known, _)| known.extend(windows.clone()));
        } else {
            out.push((windows, objects));
        }
    }
    out
}

/// Objects with their own windows: those with the same windows go together.
fn paired(pairs: Vec<(Stated, AffectedObject)>) -> Vec<Group> {
    let mut of_object: Vec<Group> = Vec::new();
    for (stated, object) in pairs {
        match of_object.iter_mut().find(|(_, objects)| objects.iter().any(|known| known.object_id == object.object_id)) {
            Some((windows, objects)) => {
                windows.push(stated);
                add(objects, object);
            }
            None => of_object.push((vec![stated], vec![object])),
        }
    }
    let key = |windows: &[Stated]| {
        let mut key: Vec<_> = windows.iter().map(|stated| (stated.statement.readings.clone(), stated.role)).collect();
        key.sort();
        key.dedup();
        key
    };
    let mut out: Vec<Group> = Vec::new();
    for (windows, objects) in of_object {
        match out.iter_mut().find(|(known, _)| key(known) == key(&windows)) {
            Some((_, known)) => known.extend(objects),
            None => out.push((windows, objects)),
        }
    }
    out
}
