//! A layout of a rule and a mail → what the mail says, with the line each value came from.

mod blocks;
mod judge;

use super::Options;
use super::compile::{Layout, Provider};
use super::former;
use super::generic;
use super::place::{self, Mark, Place, View};
use super::time::{self, TimeContext};
use super::windows;
use super::words::{self, rank};
use crate::model::{
    Action, Evidence, EvidenceSource, Impact, Notification, Problem, ProblemKind, Reading, RuleRef, Status, Verdict, Window,
};
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
    let blocks = reader.blocks(shared.watch.is_some());
    let several = blocks.len() > 1;
    let left = reader.left_in_text();
    let mut found = Vec::new();
    for block in blocks {
        for one in &block.windows {
            let field = if one.former { "former" } else { "start" };
            reader.saw(field, &one.statement.as_written, &one.source, &one.mark);
        }
        // "previously planned for X and now for Y": where the rule finds both, the words before X say which one is left.
        let block = block.without(&left);
        let settled = windows::settled(&block.windows, layout.tolerance_minutes);
        reader.problems.extend(settled.problems);
        let mut former = windows::left(block.windows.iter().filter(|one| one.former).map(|one| one.statement.clone()).collect());
        former.extend(left.iter().filter(|window| !former.iter().any(|known| known.start == window.start)).cloned().collect::<Vec<_>>());
        let mut one = Notification { windows: settled.windows, readings: settled.readings, objects: block.objects, ..shared.clone() };
        one.former_windows = former;
        one.named(block.ids, several);
        // Where every object states its own, what is said of the whole or of another block's objects counts for nothing.
        if let Some(worst) = one.objects.iter().map(|object| object.impact).max().filter(|_| one.all_objects_felt()) {
            one.impact = worst;
        }
        found.push(one);
    }
    reader.rescheduled(&mut found);
    reader.judge(&found, options);
    let (evidence, problems) = (reader.evidence, reader.problems);
    let rule = RuleRef { name: format!("{}/{}", provider.id, layout.id), version: provider.version.clone() };
    Reading {
        verdict: Verdict::Notice,
        rule: Some(rule),
        provider: Some(provider.id.clone()),
        own_sender: false,
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

    /// Evidence for what the layout itself means: the words by which the mail was recognised.
    fn means(&mut self, field: &str, mark: &Mark) {
        let (text, subject) = (self.view.text.as_str(), self.view.mail.subject.as_str());
        let hit = |pattern: &Option<place::Pattern>, of: &str| {
            pattern.as_ref().and_then(|pattern| pattern.regex.find(of)).map(|hit| hit.as_str().to_owned())
        };
        let seen = hit(&self.layout.text, text).map(|quote| (quote, EvidenceSource::Text));
        let seen = seen.or_else(|| hit(&self.layout.subject, subject).map(|quote| (quote, EvidenceSource::Subject)));
        if let Some((quote, source)) = seen {
            self.saw(field, &quote, &source, mark);
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
        let mut maintenance_id = self.one("maintenance_id", &layout.maintenance_id).map(|id| place::bare(&id).to_owned());
        if maintenance_id.is_none() && !layout.maintenance_id.is_empty() {
            // A label that the provider renamed: what names the mail in its subject or under another label of references.
            maintenance_id = generic::reference(self.view.mail);
            let detail = match &maintenance_id {
                Some(id) => {
                    let mark = Mark::unwritten("a reference in the subject or under another label");
                    self.saw("maintenance_id", id, &EvidenceSource::Text, &mark);
                    format!("the rule does not find its reference; {id:?} stands in the subject or under another label")
                }
                None => "the reference that the rule looks for is not stated".to_owned(),
            };
            self.problems.push(Problem::new(ProblemKind::Missing, "maintenance_id", detail));
        }
        let mut aliases = self.all("alias", &layout.alias);
        aliases.sort();
        aliases.dedup();
        aliases.retain(|alias| Some(alias) != maintenance_id.as_ref());
        let impact = match &layout.impact_is {
            Some(fixed) => {
                self.means("impact", &fixed.mark);
                fixed.value
            }
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
        let columns = layout.status.iter().filter(|place| matches!(place.how, place::How::Column(_) | place::How::Sheet(_)));
        let rows: Vec<BTreeSet<String>> =
            columns.map(|place| place::values(place, self.view).into_iter().map(|row| row.text.to_lowercase()).collect()).collect();
        if let Some(rows) = rows.iter().find(|rows| rows.len() > 1) {
            let said = rows.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            self.problems.push(Problem::new(ProblemKind::Conflict, "status", format!("the rows are not of one status: {said}")));
        }
        let of = |text: &String| {
            let lower = text.to_lowercase();
            let own = self.provider.status_words.iter().find(|(word, _)| lower.contains(word)).map(|(_, status)| *status);
            own.or_else(|| words::status(text).map(|said| said.value))
        };
        let said = texts.iter().filter_map(of).max_by_key(|status| rank(*status));
        let Some(fixed) = &layout.status_is else {
            // A move is told in a sentence, mostly; an end of the maintenance there is a doubt (`judge`).
            let text = self.view.text.clone();
            let moved = words::status(&text).filter(|moved| moved.value == Status::Rescheduled);
            return match (said, moved) {
                (None | Some(Status::Confirmed), Some(moved)) => {
                    let mark = Mark::unwritten("words of a move");
                    self.saw("status", text.get(moved.at).unwrap_or_default(), &EvidenceSource::Text, &mark);
                    Some(Status::Rescheduled)
                }
                _ => said,
            };
        };
        if fixed.value == Status::Confirmed && said == Some(Status::Cancelled) {
            return said;
        }
        self.means("status", &fixed.mark);
        Some(fixed.value)
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
        if actions.is_empty() {
            // No layout foresees everything that is asked of us: a sentence with a deadline is read all the same.
            actions = generic::deadlines(&self.view.text, self.context);
            let mark = Mark::unwritten("something to do before a time");
            for action in &actions {
                self.saw("action", &action.text, &EvidenceSource::Text, &mark);
            }
        }
        actions
    }

    fn view_first(&self, places: &[Place]) -> Option<String> {
        place::first(places, self.view).into_iter().next().map(|value| value.text)
    }

    /// The windows that the running text calls former, wherever it does.
    fn left_in_text(&mut self) -> Vec<Window> {
        if !former::hinted(&self.view.text) {
            return Vec::new();
        }
        let left = windows::left(former::parted(&self.view.text, self.context).former);
        let mark = Mark::unwritten("words that call a window former");
        for window in &left {
            self.saw("former", &window.as_written, &EvidenceSource::Text, &mark);
        }
        left
    }

    /// A mail that names the window it leaves moves the maintenance, also where no word says so.
    fn rescheduled(&mut self, found: &mut [Notification]) {
        for one in found.iter_mut().filter(|one| !one.windows.is_empty()) {
            let moved = one.former_windows.iter().any(|left| !one.windows.iter().any(|window| window.start == left.start));
            let open = matches!(one.status, None | Some(Status::Confirmed | Status::Tentative)) && self.layout.status_is.is_none();
            if moved && open {
                one.status = Some(Status::Rescheduled);
            }
        }
    }
}

impl Notification {
    /// Takes the references of a block: its own name where the mail holds several, else other names of the one.
    fn named(&mut self, mut ids: Vec<String>, several: bool) {
        if several && let Some(own) = (!ids.is_empty()).then(|| ids.remove(0)) {
            self.maintenance_id = Some(own);
        }
        ids.retain(|id| Some(id) != self.maintenance_id.as_ref() && !self.aliases.contains(id));
        self.aliases.extend(ids);
    }

    fn all_objects_felt(&self) -> bool {
        self.objects.iter().all(|object| object.impact != Impact::Unstated)
    }
}
