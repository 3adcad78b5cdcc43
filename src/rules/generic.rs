//! Reads mail that no rule knows: calendar part first, then labelled fields, tables, prose. Always goes in front of a person.
//!
//! What it finds is a proposal: every reading carries `NoRule`, which blocks. It never calls a mail irrelevant that holds a sign
//! (`rules::sign`), and never those of a known sender.

mod actions;
mod calendar;
mod fields;
mod named;
mod objects;
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
    AffectedObject, Evidence, EvidenceSource, Impact, Irrelevance, Kind, Mail, Notification, Precision, Problem, ProblemKind, Reading,
    Role, RuleRef, Status, Verdict, Window,
};
use fields::Forms;
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

/// The windows with a start and an end that a mail's text surely states, whatever a rule reads in it: the second opinion on that rule.
/// Former windows, days, and what can be read in two ways are left out.
#[must_use]
pub(super) fn certain_windows(mail: &Mail, context: &TimeContext<'_>) -> Vec<Window> {
    let inner = forwarded(mail);
    let (forms, _) = bounded_forms(inner.as_ref().unwrap_or(mail));
    let stated = windows::windows(&mail.subject, &forms, context).stated;
    let current = stated.into_iter().filter(|one| !one.former).map(|one| one.statement).collect();
    let certain = time::united(current).into_iter().filter(|statement| {
        statement.precision == Precision::Minute
            && statement.readings.len() == 1
            && !statement.problems.iter().any(|problem| problem.blocking)
    });
    certain.filter_map(|statement| window(&statement, Role::Main, 0)).filter(|window| window.end.is_some()).collect()
}

/// How far above a window the phrase may stand that says what it is for, in bytes.
const NOTICE_ABOVE: usize = 500;

/// A longer text is not searched whole for the phrase before its windows are: that would take longer than they do.
const SEARCHED_WHOLE: usize = 50_000;

/// More windows ahead than these are not looked at one by one; a person does.
const MOST_AHEAD: usize = 100;

/// A newsletter may carry one notice among its offers: a phrase of notices shortly above a window that lies ahead.
fn notice_beside_window(mail: &Mail, context: &TimeContext<'_>) -> bool {
    let text = mail.text();
    if text.len() <= SEARCHED_WHOLE && !sign::speaks_of_notice(text) {
        return false;
    }
    let above = |window: &Window| {
        let begin: String = window.as_written.chars().take(16).collect();
        let at = text.find(&begin)?;
        text.get(text.floor_char_boundary(at.saturating_sub(NOTICE_ABOVE))..at)
    };
    let ahead = |window: &Window| {
        let length = window.end.map_or(0, |end| (end - window.start).num_hours());
        window.start > context.arrived_at && length <= 72
    };
    let mut windows = certain_windows(mail, context);
    windows.retain(ahead);
    windows.len() > MOST_AHEAD || windows.iter().any(|window| above(window).is_some_and(sign::speaks_of_notice))
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
    let list = with_windows(note, &times, context, found);
    let list = match list.as_slice() {
        [only] if only.windows.is_empty() => without_window(only.clone(), &whole, &times, found),
        _ => list,
    };
    (list.first().map(|_| Kind::Maintenance), list)
}

/// A mail whose own words are few carries its notice below them: a bare forward, or a body that is quoted whole.
fn forwarded(mail: &Mail) -> Option<Mail> {
    let fresh = mail.text().trim();
    if fresh.chars().count() >= 300 || words::status(fresh).is_some_and(|said| said.value != Status::Confirmed) || !time_like(fresh) {
        let quoted = [&mail.plain, &mail.html].into_iter().flatten().any(|body| !body.quoted.trim().is_empty());
        let few = fresh.chars().count() < 300 && words::status(fresh).is_none_or(|said| said.value == Status::Confirmed);
        if !(few && quoted) {
            return None;
        }
        let mut inner = mail.clone();
        for body in [&mut inner.plain, &mut inner.html].into_iter().flatten() {
            let below = body.quoted.lines().map(|line| line.trim_start_matches(['>', ' '])).collect::<Vec<_>>().join("\n");
            body.fresh = format!("{}\n\n{below}", body.fresh);
        }
        return Some(inner);
    }
    None
}

fn time_like(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 6
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
        impacts.extend(words::impact(&format!("{}: {}", field.label, field.value)).map(|one| (one.value, field.value.clone())));
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
    for object_id in named::self_named(&forms.prose, &references) {
        let held = note.objects.iter().any(|known| known.object_id.contains(&object_id));
        if !held && !forms.listed.iter().any(|listed| listed.rows.iter().flatten().any(|cell| cell.contains(&object_id))) {
            note.objects.push(AffectedObject { object_id, impact: Impact::Unstated });
        }
    }
    if note.objects.is_empty() {
        let places = objects::places(&mail.subject, &forms.prose).into_iter();
        note.objects = places.map(|object_id| AffectedObject { object_id, impact: Impact::Unstated }).collect();
    }
    for object in &mut note.objects {
        if let Some((_, said)) = forms.pairs.iter().find(|(label, _)| *label == object.object_id) {
            object.impact = objects::felt(said);
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

/// Where a statement can be read in several ways, the one of a sane length and near the mail's arrival is shown first; all stay open.
fn likeliest_first(mut statement: Statement, context: &TimeContext<'_>) -> Statement {
    let starts = || statement.readings.iter().map(|(start, _)| *start);
    // Two zones of the same letters are hours apart: the grammar's order holds there.
    if starts().max().zip(starts().min()).is_some_and(|(last, first)| (last - first).num_hours() < 48) {
        return statement;
    }
    statement.readings.sort_by_key(|(start, end)| {
        let long = end.is_some_and(|end| (end - *start).num_days() > 7);
        (long, (*start - context.arrived_at).num_days().abs())
    });
    statement
}

/// Most readings of one notification that are shown.
const MOST_READINGS: usize = 4;

fn fill(note: &mut Notification, group: &[&Stated], context: &TimeContext<'_>, found: &mut Found) {
    let mut statements: Vec<(Statement, Role)> = Vec::new();
    for role in [Role::Main, Role::Backup] {
        let of_role: Vec<Statement> =
            group.iter().filter(|one| one.role == role).map(|one| likeliest_first(one.statement.clone(), context)).collect();
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
