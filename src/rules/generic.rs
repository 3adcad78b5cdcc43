//! Reads mail that no rule knows: calendar part first, then labelled fields, tables, prose. Always goes in front of a person.
//!
//! What it finds is a proposal: every reading carries `NoRule`, which blocks. It never calls a mail irrelevant that holds a sign
//! (`rules::sign`), and never those of a known sender.

mod actions;
mod calendar;
mod fields;
mod named;
mod objects;
mod opinion;
mod prose;
mod references;
mod running;
mod tables;
mod topics;
mod windows;

use super::sign;
use super::time::{self, Statement, TimeContext};
use super::words::{self, rank};
use crate::model::{
    Action, AffectedObject, Evidence, EvidenceSource, Impact, Irrelevance, Kind, Mail, Notification, Precision, Problem, ProblemKind,
    Reading, Role, RuleRef, Status, Verdict, Window,
};
use fields::Forms;
pub(in crate::rules) use opinion::{certain_windows, told};
use opinion::{forwarded, notice_beside_window};
use topics::Topic;
use windows::{Stated, Times};

/// Reads a mail without any rule. `calendars` says whether calendar parts count, `known_sender` whether the sender's domain is a provider's:
/// a known provider's mail is never irrelevant for want of a sign.
#[must_use]
pub fn read(mail: &Mail, context: &TimeContext<'_>, calendars: bool, known_sender: bool) -> Reading {
    let mut found = Found::default();
    let mut reading = Reading {
        verdict: Verdict::Unread,
        rule: Some(RuleRef { name: "generic".to_owned(), version: String::new() }),
        provider: None,
        own_sender: false,
        kind: None,
        found: Vec::new(),
        evidence: Vec::new(),
        problems: vec![Problem::new(ProblemKind::NoRule, "rule", "no rule knows this layout; what was found must be looked at")],
    };
    let sign = sign::sign(mail) || !known_sender && notice_beside_window(mail, context);
    if !known_sender && !sign {
        reading.verdict = Verdict::Irrelevant(Irrelevance::NoSign);
        reading.problems.clear();
        return reading;
    }
    let (forms, is_cut) = bounded_forms(mail);
    if is_cut {
        let detail = format!("of the running text the first {MOST_PROSE} bytes were read");
        found.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "mail", detail) });
    }
    if calendars {
        reading.found = calendar::read(&mail.calendars, context, &mut found);
    }
    if reading.found.is_empty() {
        let (kind, list) = of_text(mail, &forms, context, &mut found);
        reading.kind = kind;
        reading.found = list;
    } else {
        reading.kind = Some(Kind::Maintenance);
        for notification in &mut reading.found {
            complete(notification, mail, &forms);
        }
    }
    // A known sender's mail without a sign tells of a maintenance only if a window stands in it.
    if !sign && reading.found.iter().all(|notification| notification.windows.is_empty()) {
        reading.kind = None;
        reading.found.clear();
    }
    if !reading.found.is_empty() {
        reading.verdict = Verdict::Notice;
    }
    reading.evidence = found.evidence;
    for problem in found.problems {
        if !reading.problems.contains(&problem) {
            reading.problems.push(problem);
        }
    }
    reading
}

/// Most running text that is looked at, in bytes: dozens of patterns pass over it, and those with word bounds are slow where letters have accents.
const MOST_PROSE: usize = 100_000;

/// The forms of a mail, and whether its running text was cut.
fn bounded_forms(mail: &Mail) -> (Forms, bool) {
    let mut forms = fields::forms(mail);
    let whole = forms.prose.len();
    let end = forms.prose.floor_char_boundary(MOST_PROSE);
    forms.prose.truncate(end);
    (forms, end < whole)
}

/// Evidence and doubts as they are gathered.
#[derive(Debug, Default)]
struct Found {
    evidence: Vec<Evidence>,
    problems: Vec<Problem>,
}

/// Most entries of evidence: a table of thousands needs no line each.
const MOST_EVIDENCE: usize = 300;

impl Found {
    fn saw(&mut self, field: &str, source: EvidenceSource, quote: &str, pattern: &str) {
        if self.evidence.len() < MOST_EVIDENCE {
            let quote = quote.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
            self.evidence.push(Evidence { field: field.to_owned(), source, quote, pattern: Some(pattern.to_owned()) });
        }
    }
}

fn of_text(mail: &Mail, forms: &Forms, context: &TimeContext<'_>, found: &mut Found) -> (Option<Kind>, Vec<Notification>) {
    let whole = format!("{}\n{}", mail.subject, forms.prose);
    if prose::is_template(&whole) {
        let detail = "the mail holds unfilled placeholders: it announces nothing yet";
        found.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
        return (None, Vec::new());
    }
    let forwarded = forwarded(mail);
    let (owned, times);
    let forms = match &forwarded {
        Some(inner) => {
            owned = bounded_forms(inner).0;
            &owned
        }
        None => forms,
    };
    times = windows::windows(&mail.subject, forms, context);
    let whole = format!("{}\n{}", mail.subject, forms.prose);
    let ahead = times.stated.iter().any(|one| one.statement.readings.iter().any(|(start, _)| *start > context.arrived_at));
    let mut note = Notification {
        organizer: mail
            .original_sender
            .as_ref()
            .or_else(|| mail.author())
            .map(|mailbox| mailbox.address.clone())
            .filter(|address| !address.is_empty()),
        stamp: mail.date,
        summary: Some(prose::summary(&mail.subject)).filter(|summary| !summary.is_empty()),
        description: prose::description(forms),
        ..Notification::default()
    };
    status_and_impact(mail, forms, &mut note, found);
    names(mail, forms, &mut note, found);
    let kind = words::kind(&whole);
    if kind.as_ref().is_some_and(|said| said.value == Kind::Incident) && !ahead {
        if let Some(said) = kind {
            found.saw("kind", EvidenceSource::Text, whole.get(said.at).unwrap_or_default(), "incident words");
        }
        note.status = None;
        return (Some(Kind::Incident), vec![note]);
    }
    note.actions = actions::actions(&forms.prose, &times, context);
    for action in &note.actions {
        found.saw("action", EvidenceSource::Text, &action.text, "something to do before a time");
    }
    let mut list = with_windows(note, &times, context, found);
    not_yet(mail, forms, &mut list, context);
    let list = match list.as_slice() {
        [only] if only.windows.is_empty() => without_window(only.clone(), &whole, &times, found),
        _ => list,
    };
    (list.first().map(|_| Kind::Maintenance), list)
}

/// What a text asks of us before an instant that it names.
pub(super) fn deadlines(prose: &str, context: &TimeContext<'_>) -> Vec<Action> {
    let mut asked = actions::actions(prose, &Times::default(), context);
    asked.retain(|action| action.by.is_some_and(|by| by > context.arrived_at));
    asked
}

/// A sentence that calls the work of another day done or begun speaks of other work: "the test release was completed on 8 October".
fn not_yet(mail: &Mail, forms: &Forms, list: &mut [Notification], context: &TimeContext<'_>) {
    let done = |status: Status| matches!(status, Status::Completed | Status::InProcess);
    let labelled = forms.fields.iter().filter(|field| field.topic == Topic::Status).filter_map(|field| words::status(&field.value));
    let plain = words::status(&mail.subject).into_iter().chain(labelled).map(|said| said.value);
    let plain = plain.reduce(|best, next| if rank(next) > rank(best) { next } else { best });
    let Some(said) = words::status(&forms.prose).filter(|said| done(said.value) && !plain.is_some_and(done)) else { return };
    let sentence = words::sentences(&forms.prose).into_iter().find(|range| range.contains(&said.at.start)).unwrap_or(said.at);
    let days: Vec<_> = time::statements(forms.prose.get(sentence).unwrap_or_default(), context)
        .iter()
        .flat_map(|one| one.readings.iter().map(|(start, _)| start.date_naive()))
        .collect();
    for note in list.iter_mut() {
        let own = |window: &Window| days.iter().any(|day| (window.start.date_naive() - *day).num_days().abs() <= 1);
        let other = !note.windows.is_empty() && !days.is_empty() && !note.windows.iter().any(own);
        if other && note.status.is_some_and(done) {
            note.status = plain.or(Some(Status::Confirmed));
        }
    }
}

/// A notice without a readable window is one still if it changes something or says when it will be known.
fn without_window(mut note: Notification, whole: &str, times: &Times, found: &mut Found) -> Vec<Notification> {
    note.watch = prose::watch(whole);
    let unread = times.stated.iter().find(|one| !one.former);
    let changes = matches!(note.status, Some(Status::Cancelled | Status::Completed | Status::Rescheduled | Status::InProcess));
    if prose::recurs(whole) && unread.is_none() {
        return Vec::new();
    }
    if let Some(stated) = unread {
        note.watch.get_or_insert_with(|| stated.statement.as_written.clone());
    }
    if let Some(watch) = &note.watch {
        found.saw("watch", EvidenceSource::Text, watch, "words of a time that is no window");
    }
    let work = words::kind(whole).is_some_and(|said| said.value == Kind::Maintenance);
    if changes || note.watch.is_some() || work && note.impact != Impact::Unstated {
        if !changes {
            found.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", "no window can be read") });
        }
        vec![note]
    } else {
        Vec::new()
    }
}

/// Fills what a calendar event leaves open from the text.
fn complete(note: &mut Notification, mail: &Mail, forms: &Forms) {
    if note.objects.is_empty() {
        note.objects = objects::of_tables(forms);
    }
    if note.objects.is_empty() {
        // An invitation names what it is about in its own words.
        let words = [note.summary.as_deref(), note.description.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let names = objects::of_prose(&mail.subject, &format!("{words}\n{}", forms.prose)).into_iter();
        note.objects = names.map(|object_id| AffectedObject { object_id, impact: Impact::Unstated }).collect();
        objects::without_doubles(&mut note.objects);
    }
    if note.organizer.is_none() {
        note.organizer = mail.author().map(|mailbox| mailbox.address.clone());
    }
    if note.maintenance_id.is_none() {
        note.maintenance_id = references_of(mail, forms).into_iter().next();
    }
}

fn status_and_impact(mail: &Mail, forms: &Forms, note: &mut Notification, found: &mut Found) {
    let fields = |topic: Topic| forms.fields.iter().filter(move |field| field.topic == topic);
    let mut said: Vec<(Status, EvidenceSource, String)> = Vec::new();
    if let Some(one) = words::status(&mail.subject) {
        said.push((one.value, EvidenceSource::Subject, mail.subject.get(one.at).unwrap_or_default().to_owned()));
    }
    for field in fields(Topic::Status) {
        said.extend(words::status(&field.value).map(|one| (one.value, EvidenceSource::Text, field.value.clone())));
    }
    if let Some(one) = words::status(&forms.prose) {
        said.push((one.value, EvidenceSource::Text, forms.prose.get(one.at).unwrap_or_default().to_owned()));
    }
    if let Some((status, source, quote)) = said.into_iter().reduce(|best, next| if rank(next.0) > rank(best.0) { next } else { best }) {
        found.saw("status", source, &quote, "status words");
        note.status = Some(status);
    }
    let mut impacts = Vec::new();
    let mut stated: Vec<_> = fields(Topic::Impact).chain(fields(Topic::Downtime)).collect();
    // "Impact" alone says what is felt; longer labels qualify or explain.
    stated.sort_by_key(|field| (field.topic == Topic::Downtime, field.label.split_whitespace().count()));
    for field in stated {
        // What is felt stands first, what may come of it after.
        let first = field.value.split_inclusive(". ").next().unwrap_or_default();
        let said =
            words::impact(&format!("{}: {first}", field.label)).or_else(|| words::impact(&format!("{}: {}", field.label, field.value)));
        impacts.extend(said.map(|one| (one.value, field.value.clone())));
    }
    if impacts.is_empty() {
        impacts.extend(words::impact(&forms.prose).map(|one| (one.value, forms.prose.get(one.at).unwrap_or_default().to_owned())));
    }
    if let Some((impact, quote)) = impacts.into_iter().next() {
        found.saw("impact", EvidenceSource::Text, &quote, "impact words");
        note.impact = impact;
    }
    let downtime =
        fields(Topic::Downtime).find_map(|field| time::duration_minutes(&field.value).map(|minutes| (minutes, field.value.clone())));
    let downtime = downtime
        .or_else(|| words::downtime_minutes(&forms.prose).map(|one| (one.value, forms.prose.get(one.at).unwrap_or_default().to_owned())));
    if let Some((minutes, quote)) = downtime {
        found.saw("downtime", EvidenceSource::Text, &quote, "downtime words");
        note.expected_downtime_minutes = Some(minutes);
    }
}

/// The mail's own references; a forward without any has those of the subject that it forwards.
fn references_of(mail: &Mail, forms: &Forms) -> Vec<String> {
    let inner = references::inner_subject(mail.text());
    let subject = inner.map_or(mail.subject.clone(), |inner| format!("{} / {inner}", mail.subject));
    references::references(&subject, &forms.prose, &forms.fields)
}

/// The reference that a mail gives itself in its subject or under a label, for a rule whose own label is not there.
pub(super) fn reference(mail: &Mail) -> Option<String> {
    references_of(mail, &fields::forms(mail)).into_iter().next()
}

/// The objects that stand under labels and heads of columns, for a rule whose own are not there.
pub(super) fn labelled_objects(mail: &Mail) -> Vec<AffectedObject> {
    let forms = fields::forms(mail);
    let mut found = objects::of_tables(&forms);
    if found.is_empty() {
        found = objects::of_fields(&forms).into_iter().map(|object_id| AffectedObject { object_id, impact: Impact::Unstated }).collect();
    }
    // Heads of a table whose columns are lost are no objects.
    found.retain(|object| topics::topic(&object.object_id).is_none() && object.object_id.chars().any(|char| char.is_ascii_digit()));
    found
}

/// Ids that stand side by side in one cell are several objects: `CIR000482 CIR000483`.
pub(super) fn ids_alike(cell: &str) -> Vec<String> {
    objects::split_ids(cell)
}

fn names(mail: &Mail, forms: &Forms, note: &mut Notification, found: &mut Found) {
    note.account = forms.fields.iter().find(|field| field.topic == Topic::Account).map(|field| field.value.clone());
    if let Some(account) = &note.account {
        found.saw("account", EvidenceSource::Text, account, "account label");
    }
    note.objects = objects::of_tables(forms);
    if note.objects.is_empty() {
        let mut list = objects::of_fields(forms);
        for object in objects::of_prose(&mail.subject, &forms.prose) {
            if !list.contains(&object) {
                list.push(object);
            }
        }
        note.objects = list.into_iter().map(|object_id| AffectedObject { object_id, impact: Impact::Unstated }).collect();
    }
    let references = references_of(mail, forms);
    note.objects
        .retain(|object| !references.iter().any(|id| id.eq_ignore_ascii_case(&object.object_id)) || forms.names_object(&object.object_id));
    objects::without_doubles(&mut note.objects);
    for object_id in named::self_named(&forms.prose, &references) {
        let held = note.objects.iter().any(|known| known.object_id.contains(&object_id));
        if !held && !forms.listed.iter().any(|listed| listed.rows.iter().flatten().any(|cell| cell.contains(&object_id))) {
            note.objects.push(AffectedObject { object_id, impact: Impact::Unstated });
        }
    }
    if note.objects.is_empty() {
        let places = objects::places(&mail.subject, forms).into_iter();
        note.objects = places.map(|object_id| AffectedObject { object_id, impact: Impact::Unstated }).collect();
    }
    for object in &mut note.objects {
        if let Some((_, said)) = forms.pairs.iter().find(|(label, _)| *label == object.object_id) {
            object.impact = objects::felt(said);
        }
    }
    for (object_id, impact) in objects::felt_by_each(forms, &note.objects) {
        if let Some(object) = note.objects.iter_mut().find(|object| object.object_id == object_id) {
            object.impact = impact;
        }
    }
    // A subject often names the circuit beside the ticket.
    let mut references = references.into_iter().filter(|id| !note.objects.iter().any(|object| object.object_id == *id));
    note.maintenance_id = references.next();
    note.aliases = references.collect();
    if let Some(id) = &note.maintenance_id {
        found.saw("maintenance_id", EvidenceSource::Text, id, "reference label or subject token");
    }
    for object in &note.objects {
        found.saw("object", EvidenceSource::Text, &object.object_id, "object label, column or list");
    }
}

fn with_windows(note: Notification, times: &Times, context: &TimeContext<'_>, found: &mut Found) -> Vec<Notification> {
    let (former, current): (Vec<&Stated>, Vec<&Stated>) = times.stated.iter().partition(|one| one.former);
    let mut note = note;
    note.former_windows = former.iter().filter_map(|one| window(&one.statement, Role::Main, 0)).collect();
    if !note.former_windows.is_empty() && note.status.is_none_or(|status| rank(status) < rank(Status::Rescheduled)) {
        note.status = Some(Status::Rescheduled);
    }
    let mut groups: Vec<(Vec<String>, Vec<&Stated>)> = Vec::new();
    if apart(&current) {
        for one in current {
            match groups.iter_mut().find(|(_, list)| list.iter().any(|other| other.statement.readings == one.statement.readings)) {
                Some((objects, list)) => {
                    objects.extend(one.objects.iter().cloned());
                    list.push(one);
                }
                None => groups.push((one.objects.clone(), vec![one])),
            }
        }
    } else {
        let mut listed: Vec<String> = Vec::new();
        for object in current.iter().flat_map(|one| &one.objects) {
            if !listed.contains(object) {
                listed.push(object.clone());
            }
        }
        for object_id in listed {
            if !note.objects.iter().any(|known| known.object_id == object_id) {
                note.objects.push(AffectedObject { object_id, impact: Impact::Unstated });
            }
        }
        groups.push((Vec::new(), current));
    }
    let several = groups.len() > 1;
    let mut list = Vec::new();
    for (objects, group) in groups {
        let mut one = note.clone();
        if several {
            let own = |object_id: &String| {
                let known = note.objects.iter().find(|known| known.object_id == *object_id);
                known.cloned().unwrap_or_else(|| AffectedObject { object_id: object_id.clone(), impact: Impact::Unstated })
            };
            one.objects = objects.iter().map(own).collect();
        }
        fill(&mut one, &group, context, found);
        list.push(one);
    }
    list
}

/// Whether every window stands with its own objects: then they are separate maintenances.
fn apart(current: &[&Stated]) -> bool {
    let different = current
        .iter()
        .any(|one| current.iter().any(|other| other.statement.readings != one.statement.readings && other.objects != one.objects));
    different && current.iter().all(|one| !one.objects.is_empty() && one.role == Role::Main)
}

/// Most readings of one notification that are shown.
const MOST_READINGS: usize = 4;

fn fill(note: &mut Notification, group: &[&Stated], context: &TimeContext<'_>, found: &mut Found) {
    let mut statements: Vec<(Statement, Role)> = Vec::new();
    for role in [Role::Main, Role::Backup] {
        let of_role: Vec<Statement> =
            group.iter().filter(|one| one.role == role).map(|one| time::likeliest_first(one.statement.clone(), context)).collect();
        statements.extend(time::united(of_role).into_iter().map(|statement| (statement, role)));
    }
    for (statement, role) in &statements {
        let field = if *role == Role::Backup { "backup start" } else { "start" };
        found.saw(field, EvidenceSource::Text, &statement.as_written, "a window as stated");
        found.problems.extend(statement.problems.iter().cloned());
        if let Some(shown) = window(statement, *role, 0)
            && (shown.start - context.arrived_at).num_days().abs() > 400
        {
            let detail = format!("the window starts {} but the mail arrived {}", shown.start, context.arrived_at);
            found.problems.push(Problem::new(ProblemKind::Implausible, "start", detail));
        }
    }
    // A local time of an unknown zone is no instant: it is told as written, never as if it were UTC.
    let unzoned = |statement: &Statement| {
        statement.precision == Precision::Minute && statement.problems.iter().any(|problem| problem.problem == ProblemKind::UnknownZone)
    };
    if let Some((statement, _)) = statements.iter().find(|(statement, _)| unzoned(statement)) {
        note.watch = Some(statement.as_written.clone());
    }
    statements.retain(|(statement, _)| !unzoned(statement));
    let most = statements.iter().map(|(statement, _)| statement.readings.len()).max().unwrap_or_default().min(MOST_READINGS);
    let reading = |index: usize| -> Vec<Window> {
        let mut list: Vec<Window> = Vec::new();
        for (statement, role) in &statements {
            let shown = window(statement, *role, index.min(statement.readings.len().saturating_sub(1)));
            list.extend(shown.filter(|one| !list.iter().any(|known| (known.start, known.end) == (one.start, one.end))));
        }
        list
    };
    let readings: Vec<Vec<Window>> = (0..most.max(1)).map(reading).collect();
    note.windows = readings.first().cloned().unwrap_or_default();
    if readings.len() > 1 {
        note.readings = readings;
    }
}

fn window(statement: &Statement, role: Role, index: usize) -> Option<Window> {
    let (start, end) = *statement.readings.get(index)?;
    let precision = if statement.precision == Precision::Day { Precision::Day } else { Precision::Minute };
    Some(Window { start, end, role, status: None, zone: statement.zone.clone(), as_written: statement.as_written.clone(), precision })
}

#[cfg(test)]
mod tests;
