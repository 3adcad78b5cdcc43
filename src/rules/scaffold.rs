//! A mail that no rule knows → a rule that reads it, and a sample of it without personal data: `forewarn rules new`.
//!
//! It works from what the generic reader found in the mail, and takes a place into the rule only if the rule then reads just that. What it
//! could not place it says. It must never claim that a value is right: the author compares the expected values with the mail.

mod mask;
mod probe;
mod recognise;
mod sample;
mod sender;

use super::check::{self, Sample};
use super::place::View;
use super::time::{DateOrder, TimeContext};
use super::{Options, RuleSet, arrived_at, outcome, words};
use crate::mail;
use crate::model::{Impact, Mail, ProblemKind, Reading, Verdict, Zones};
use chrono::{DateTime, Utc};
use mask::Mask;
use probe::{Probe, literal, quoted};
use recognise::{first_words, mark_of, recognised};
use sender::Sender;

/// What is to be written for a mail.
#[derive(Clone, Debug)]
pub struct Scaffold {
    /// Id of the provider.
    pub provider: String,
    /// The rule file that knows the provider already.
    pub file: Option<String>,
    /// What a new rule file begins with: provider, name and domains.
    pub head: String,
    /// The layout, to stand below the head or at the end of a file that exists.
    pub layout: String,
    /// The rule's name: `provider/layout`.
    pub rule: String,
    /// The sample.
    pub sample: Vec<u8>,
    /// What stands beside it.
    pub expected: String,
    /// What could not be placed, and what must be looked at; a sentence each.
    pub notes: Vec<String>,
    /// Labels of the mail that the rule does not look at.
    pub unused: Vec<String>,
    /// Whether the rule reads the sample as the generic reader did, and nothing is to be mended.
    pub proven: bool,
}

/// Why nothing is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Needless {
    /// A rule reads it.
    #[error("no rule is needed: {0} reads this mail already ({1})")]
    Known(String, &'static str),
    /// Calendar notices are read from any sender.
    #[error("no rule is needed: its calendar part (X-MAINTNOTE) is read from any sender")]
    Calendar,
    /// It announces nothing.
    #[error(
        "nothing announces a maintenance in this mail ({0}), so there is nothing to read; a provider's mail that must be named irrelevant gets an [[irrelevant]] entry by hand"
    )]
    NoSign(&'static str),
    /// Nobody is named as its sender.
    #[error("the mail names no sender, so no provider can be told")]
    NoSender,
}

/// Writes a rule and a sample for a mail. `now` judges a missing year where the mail has no date of its own.
///
/// # Errors
/// When no rule is needed or none can be written, with the reason.
pub fn scaffold(rules: &RuleSet, zones: &Zones, raw: &[u8], case: &str, now: DateTime<Utc>) -> Result<Scaffold, Needless> {
    let mail = mail::parse(raw);
    let at = arrived_at(&mail, now);
    let context = TimeContext { zones, arrived_at: at, zone: None, order: None, date: None };
    let reading = super::read(rules, zones, &mail, at, Options::default());
    match (&reading.rule, &reading.verdict) {
        (Some(rule), _) if rule.name == super::CALENDAR => return Err(Needless::Calendar),
        (Some(rule), _) if rule.name != "generic" => return Err(Needless::Known(rule.name.clone(), outcome(&reading))),
        (_, Verdict::Irrelevant(_) | Verdict::Automatic | Verdict::Bounce) => return Err(Needless::NoSign(outcome(&reading))),
        _ => {}
    }
    let sender = Sender::of(rules, &mail).ok_or(Needless::NoSender)?;
    let mut notes = Vec::new();
    if sender.forwarded {
        notes.push(format!("the mail was forwarded: make sure that {} is the provider's domain", sender.domain));
    }
    let domains = sender.known.map_or(vec![sender.domain.clone()], |known| known.domains.clone());
    let few = mail.text().chars().count() < 300;
    let below = [&mail.plain, &mail.html].into_iter().flatten().any(|body| !body.quoted.trim().is_empty());
    let is_quoted = few && below;
    let whole = View::new(&mail, is_quoted).text;
    let from = format!("notices@{}", sender.domain);
    let generic = |mail: &Mail| super::generic::read(mail, &context, true, true);
    let goal = generic(&mail);
    // Ids are replaced where that changes no time; else names and addresses alone.
    let made = [true, false].into_iter().map(|ids| {
        let mask = Mask::of(&mail, &whole, &goal.found, &domains, &context, ids);
        sample::sample(&mail, &mask, &from, &format!("{}-{case}", sender.id), at, is_quoted)
    });
    let samples: Vec<Vec<u8>> = made.collect();
    let same = |raw: &&Vec<u8>| {
        let other = generic(&mail::parse(raw));
        probe::same_windows(&other, &goal)
            && probe::status(&other) == probe::status(&goal)
            && probe::names(&other).len() == probe::names(&goal).len()
    };
    let chosen = samples.iter().position(|raw| same(&raw));
    let sample = samples.into_iter().nth(chosen.unwrap_or(0)).unwrap_or_default();
    match chosen {
        Some(0) => {}
        Some(_) => {
            notes
                .push("ids and numbers stand in the sample as they are: with others it reads differently; replace them by hand".to_owned());
        }
        None => notes.push("the sample reads differently from the mail: compare the two".to_owned()),
    }
    if !mail.calendars.is_empty() {
        notes.push("the calendar part is not in the sample".to_owned());
    }
    notes.extend(mail.unread_attachments.iter().map(|name| format!("the attachment {name:?} is not read")));
    let masked = mail::parse(&sample);
    let written = layout(&masked, &context, &sender, is_quoted, &mut notes);
    let source = Source { rules, zones, mail: &mail, goal: &goal };
    Ok(proved(&source, &sender, &written, sample, case, notes))
}

/// A layout under way.
struct Written {
    id: String,
    body: String,
    windows: String,
    /// The zone that the whole file needs.
    zone: String,
    notes: Vec<String>,
    unused: Vec<String>,
}

/// The layout that reads the sample, as far as one was found.
fn layout(mail: &Mail, context: &TimeContext<'_>, sender: &Sender<'_>, is_quoted: bool, notes: &mut Vec<String>) -> Written {
    let goal = super::generic::read(mail, context, true, true);
    let subject = recognised(&mail.subject);
    let id = layout_id(&subject, sender);
    let head = head_of(sender, mail, is_quoted);
    let mut lead = format!("\n[[layout]]\nid = {}\n", quoted(&id));
    if let Some(subject) = &subject {
        lead.push_str(&format!("subject = {}\n", quoted(subject)));
    }
    if is_quoted {
        lead.push_str("quoted = true\n");
    }
    let known = sender.known.map(|known| (known.zone, known.order)).unwrap_or_default();
    let context = TimeContext { zone: known.0, order: known.1, ..*context };
    let view = View::new(mail, is_quoted);
    let trial = if subject.is_some() { lead.clone() } else { format!("{lead}text = '.'\n") };
    let mut probe = Probe { mail, view, context, head, layout: trial, goal: &goal };
    let mut todo = Vec::new();
    let mut windows = probe.windows().unwrap_or_default();
    let mut zone = String::new();
    if windows.is_empty()
        && sender.known.is_none()
        && let Some(stated) = probe.goal_zone()
    {
        // A zone that stands in a head of a table is one that the rule must say.
        zone = format!("zone = {}\n", quoted(stated.name()));
        let bare = std::mem::take(&mut probe.head);
        probe.head = format!("{bare}{zone}");
        windows = probe.windows().unwrap_or_default();
        if windows.is_empty() {
            probe.head = bare;
            zone.clear();
        }
    }
    if windows.is_empty() {
        let said = if goal.found.iter().any(|one| !one.windows.is_empty()) { "could not be placed" } else { "was not found in the mail" };
        todo.push(format!("the window {said}: say where it stands with [[layout.window]] or [[layout.rows]]"));
    }
    // Two layouts of one provider often share their subject; what the first place looks for is a mark of this one.
    let text = mark_of(&windows, &probe.view.text)
        .filter(|mark| words::pattern(&format!("(?m){mark}")).is_some_and(|regex| regex.is_match(&probe.view.text)));
    let text = text.or_else(|| subject.is_none().then(|| first_words(&probe.view.text)));
    if let Some(text) = text {
        lead.push_str(&format!("text = {}\n", quoted(&text)));
        probe.layout.clone_from(&lead);
    }
    let mut body = lead;
    let mut values = String::new();
    values.push_str(&named_values(&probe, &goal, &windows, &mut todo));
    let full = |values: &str, windows: &str| format!("{values}{windows}");
    values.push_str(&meanings(&probe, &goal, &full(&values, &windows), &mut todo));
    if let Some(found) = probe.objects(&full(&values, &windows)) {
        let before = found.split("\n[[").next().unwrap_or_default().to_owned();
        windows = found.get(before.len()..).unwrap_or_default().to_owned();
        values = before;
    }
    let read = probe.read(&full(&values, &windows));
    let missed: Vec<String> = read.map_or(Vec::new(), |read| probe::names(&goal).difference(&probe::names(&read)).cloned().collect());
    if !missed.is_empty() {
        todo.push(format!("affected objects that could not be placed: {}", missed.join(", ")));
    } else if probe::names(&goal).is_empty() {
        todo.push("no affected object was found: add `object`, or `object_is = \"everything\"` where the mail means all".to_owned());
    }
    todo.extend(
        goal.found
            .iter()
            .flat_map(|said| &said.actions)
            .map(|action| format!("something to do was found and is not in the rule ([[layout.action]]): {}", action.text)),
    );
    for problem in goal.problems.iter().filter(|problem| problem.blocking && problem.problem != ProblemKind::NoRule) {
        todo.push(format!("a doubt of the generic reader: {}", problem.detail));
    }
    if goal.problems.iter().any(|problem| problem.problem == ProblemKind::UnknownZone) {
        todo.push("no zone is stated: write zone = \"…\" at the top only where the provider's mails prove it".to_owned());
    }
    body.push_str(&values);
    let is_unused = |label: &str| {
        let written = [r"'", "\""].into_iter().any(|quote| format!("{body}{windows}").contains(&format!("{quote}{label}{quote}")));
        !written && [":", " |", ": |"].into_iter().any(|end| probe.view.text.contains(&format!("{label}{end}")))
    };
    let unused = probe.labels().into_iter().map(|one| one.label).filter(|label| is_unused(label)).take(15).collect();
    notes.extend(todo.iter().cloned());
    Written { id, body, windows, zone, notes: todo, unused }
}

fn named_values(probe: &Probe<'_>, goal: &Reading, windows: &str, todo: &mut Vec<String>) -> String {
    let mut values = String::new();
    let Some(said) = goal.found.first() else { return values };
    if let Some(id) = &said.maintenance_id {
        match probe.value("maintenance_id", id, windows, |said| said.maintenance_id.clone()) {
            Some(place) => values.push_str(&place),
            None => todo.push(format!("the reference {id:?} could not be placed")),
        }
    }
    if let Some(account) = &said.account {
        match probe.value("account", account, windows, |said| said.account.clone()) {
            Some(place) => values.push_str(&place),
            None => todo.push(format!("the account {account:?} could not be placed")),
        }
    }
    let reasons = ["reason", "description", "summary", "purpose", "details", "grund", "motif", "motivo", "reden"];
    let labels = probe.labels();
    let reason = labels.iter().find(|one| {
        let lower = one.label.to_lowercase();
        reasons.iter().any(|word| lower.contains(word)) && one.value.split_whitespace().count() >= 2
    });
    if let Some(reason) = reason {
        let value = reason.value.split_whitespace().collect::<Vec<_>>().join(" ");
        values.push_str(&probe.value("summary", &value, windows, |said| said.summary.clone()).unwrap_or_default());
    }
    values
}

fn meanings(probe: &Probe<'_>, goal: &Reading, written: &str, todo: &mut Vec<String>) -> String {
    let mut values = String::new();
    let Some(now) = probe.read(written) else { return values };
    let Some(said) = goal.found.first() else { return values };
    let quotes = |field: &str| -> Vec<(bool, String)> {
        let of = goal.evidence.iter().filter(|evidence| evidence.field == field);
        of.map(|evidence| (evidence.source == crate::model::EvidenceSource::Subject, evidence.quote.clone())).collect()
    };
    let wanted = probe::status(goal);
    if probe::status(&now) != wanted {
        let means = |value: &str| words::status(value).map(|said| said.value) == wanted;
        match probe.meaning("status", &quotes("status"), written, means, |read| probe::status(read) == wanted) {
            Some(place) => values.push_str(&place),
            None => todo.push("the status could not be placed: say where its words stand with `status`".to_owned()),
        }
    }
    let felt = |reading: &Reading| reading.found.iter().map(|said| said.impact).max().unwrap_or_default();
    let impact = felt(goal);
    if impact != Impact::Unstated && felt(&now) != impact {
        let means = |value: &str| words::impact(value).is_some_and(|said| said.value == impact);
        match probe.meaning("impact", &quotes("impact"), written, means, |read| felt(read) == impact) {
            Some(place) => values.push_str(&place),
            None => todo.push("the impact could not be placed: say where its words stand with `impact`".to_owned()),
        }
    }
    if let Some(minutes) = said.expected_downtime_minutes {
        let means = |value: &str| super::time::duration_minutes(value) == Some(minutes);
        let fits = |read: &Reading| read.found.first().and_then(|said| said.expected_downtime_minutes) == Some(minutes);
        match probe.meaning("downtime", &quotes("downtime"), written, means, fits) {
            Some(place) => values.push_str(&place),
            None => todo.push(format!("the expected downtime of {minutes} minutes could not be placed")),
        }
    }
    values
}

/// What a rule file of a new provider begins with.
fn head_of(sender: &Sender<'_>, mail: &Mail, is_quoted: bool) -> String {
    if let Some(known) = sender.known {
        let zone = known.zone.map_or(String::new(), |zone| format!("zone = {:?}\n", zone.name()));
        let order = match known.order {
            Some(DateOrder::DayFirst) => "date_order = 'day-first'\n",
            Some(DateOrder::MonthFirst) => "date_order = 'month-first'\n",
            None => "",
        };
        let domains = known.domains.iter().map(|domain| quoted(domain)).collect::<Vec<_>>().join(", ");
        return format!("provider = {}\nname = {}\ndomains = [{domains}]\n{zone}{order}", quoted(&known.id), quoted(&known.name));
    }
    let mut head = format!("provider = {}\nname = {}\ndomains = [{}]\n", quoted(&sender.id), quoted(&sender.name), quoted(&sender.domain));
    // Forwarded mail is known by the provider's name alone.
    let mark = format!(r"\b{}\b", literal(&sender.name));
    let view = View::new(mail, true);
    let seen = words::pattern(&mark).is_some_and(|regex| regex.is_match(&mail.subject) || regex.is_match(&view.text));
    if seen && (is_quoted || sender.name.chars().count() >= 5) {
        head.push_str(&format!("marks = [{}]\n", quoted(&mark)));
    }
    head
}

fn layout_id(subject: &Option<String>, sender: &Sender<'_>) -> String {
    let wanted = subject.as_deref().map_or("notice", |subject| {
        let lower = subject.to_lowercase();
        ["cancel", "resched", "complet", "emergency"].into_iter().find(|word| lower.contains(word)).map_or("planned", |word| match word {
            "cancel" => "cancelled",
            "resched" => "rescheduled",
            "complet" => "completed",
            other => other,
        })
    });
    let taken = |id: &str| {
        sender
            .known
            .is_some_and(|known| known.layouts.iter().any(|layout| layout.id == id) || known.irrelevant.iter().any(|entry| entry.id == id))
    };
    (1..).map(|number| if number == 1 { wanted.to_owned() } else { format!("{wanted}-{number}") }).find(|id| !taken(id)).unwrap_or_default()
}

/// The mail that all begins with, and what the generic reader found in it.
#[derive(Clone, Copy)]
struct Source<'a> {
    rules: &'a RuleSet,
    zones: &'a Zones,
    mail: &'a Mail,
    goal: &'a Reading,
}

/// The rule with the sample run through `rules check`, and what that says.
fn proved(source: &Source<'_>, sender: &Sender<'_>, written: &Written, sample: Vec<u8>, case: &str, mut notes: Vec<String>) -> Scaffold {
    let Source { rules, zones, mail: original, goal } = *source;
    let masked = mail::parse(&sample);
    let head = format!("{}{}", head_of(sender, &masked, written.body.contains("\nquoted = true")), written.zone);
    if !written.zone.is_empty() {
        notes.push("the zone is said at the top, for all mails of the provider: a head of the table names it".to_owned());
    }
    let mut comments: String =
        written.notes.iter().map(|note| format!("# TODO {}\n", note.split_whitespace().collect::<Vec<_>>().join(" "))).collect();
    let rule = format!("{}/{}", sender.id, written.id);
    let layout = |comments: &str| format!("\n{comments}{}{}", written.body.trim_start(), written.windows);
    let alone = RuleSet::from_files([("rule.toml", format!("{head}{}", layout(&comments)).as_str())]).unwrap_or_default();
    let at = arrived_at(&masked, DateTime::UNIX_EPOCH);
    let reading = super::read(&alone, zones, &masked, at, Options::default());
    let expected = check::expectation(&reading);
    let name = format!("{}/{case}", sender.id);
    let one = Sample { name, raw: sample.clone(), expected: Some(expected.clone()) };
    let report = check::check(&alone, zones, &[one]);
    let fits = reading.rule.as_ref().is_some_and(|read| read.name == rule);
    for finding in &report.findings {
        notes.push(format!("rules check says {} of {}: {}", finding.fault.word(), finding.of, finding.detail));
    }
    if reading.blocked() {
        let doubts: Vec<&str> = reading.problems.iter().filter(|problem| problem.blocking).map(|problem| problem.detail.as_str()).collect();
        notes.push(format!("with this rule such a mail still goes to a person: {}", doubts.join("; ")));
    }
    // The sample is invented: the rule must read the mail itself as well.
    let real = super::read(&alone, zones, original, arrived_at(original, at), Options::default());
    let same = probe::same_windows(&real, &reading)
        && probe::status(&real) == probe::status(&reading)
        && (probe::names(&reading).len() < probe::names(goal).len() || probe::names(&real) == probe::names(goal));
    if !same {
        notes.push(
            "the rule reads the mail itself differently from the sample: look with extract --explain, and mend its patterns".to_owned(),
        );
    }
    if let Some(known) = sender.known {
        let others = rules.providers.iter().filter(|provider| provider.id == known.id);
        let claimed = others.flat_map(|provider| &provider.layouts).any(|layout| layout.matches(&View::new(&masked, layout.quoted)));
        if claimed {
            notes.push("another layout of this provider claims the mail too: make them exclude each other".to_owned());
        }
    }
    if comments.is_empty() {
        comments = "# Look at each expected value beside the sample before you trust this.\n".to_owned();
    }
    let proven = fits && same && report.findings.is_empty() && written.notes.is_empty() && !reading.blocked();
    let layout = layout(&comments);
    Scaffold {
        provider: sender.id.clone(),
        file: sender.known.map(|known| known.file.clone()),
        head,
        layout,
        rule,
        sample,
        expected: format!("# Masked by rules new: look for names that remain, and compare every value with the sample.\n{expected}"),
        notes,
        unused: written.unused.clone(),
        proven,
    }
}
