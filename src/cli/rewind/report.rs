//! The journal and what the store came to → the report as values: what would have been told, and what would have been missed and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::journal::{Journal, NOTHING_KNOWN, Note, Told};
use crate::{
    inventory, lifecycle,
    mail::outgoing::{one_line, phrases::counted},
    model::{DraftId, DraftState, HistoryLine, Inventory, Kind, Maintenance, MaintenanceId, Policy, Status, Window},
};

/// Names of one kind that are listed.
pub(super) const MOST_LISTED: usize = 40;

/// The report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) about: About,
    pub(super) mails: Mails,
    pub(super) providers: Vec<ProviderLine>,
    /// Mails that would have left, by what they are.
    pub(super) would_have_left: BTreeMap<&'static str, u64>,
    /// In order of time.
    pub(super) maintenances: Vec<Line>,
    pub(super) missed: Missed,
    /// What to do next, sentences.
    pub(super) next: Vec<String>,
}

/// What was looked at, and how.
#[derive(Debug, Serialize)]
pub(super) struct About {
    pub(super) mailbox: String,
    pub(super) configuration: Option<String>,
    pub(super) inventory: Option<String>,
    pub(super) counts: [usize; 3],
    pub(super) zone: String,
    pub(super) zone_from: &'static str,
    /// Arrival of the first and the last mail, UTC.
    pub(super) first: DateTime<Utc>,
    pub(super) last: DateTime<Utc>,
    /// How staff were played.
    pub(super) how: &'static str,
}

/// The mails.
#[derive(Debug, Default, Serialize)]
pub(super) struct Mails {
    pub(super) read: u64,
    /// By outcome; they add up to `read`.
    pub(super) outcomes: BTreeMap<&'static str, u64>,
    /// Outside the days asked for.
    pub(super) outside: u64,
    /// Placed by the file's time, and placed beside their neighbour.
    pub(super) by_file_time: Vec<String>,
    pub(super) undated: Vec<String>,
    pub(super) unreadable: Vec<String>,
}

/// What one provider wrote.
#[derive(Debug, Serialize)]
pub(super) struct ProviderLine {
    pub(super) provider: String,
    pub(super) in_inventory: bool,
    pub(super) mails: u64,
    pub(super) outcomes: BTreeMap<&'static str, u64>,
    /// Objects named, with how many mails name them.
    pub(super) objects: Vec<(String, u64)>,
}

/// One maintenance or incident.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) id: MaintenanceId,
    pub(super) provider: String,
    pub(super) title: String,
    pub(super) kind: Option<Kind>,
    pub(super) status: Status,
    pub(super) windows: Vec<Window>,
    /// Arrival of the first mail, UTC.
    pub(super) announced: DateTime<Utc>,
    /// Hours from then to the first window of the first announcement that is known; negative where it had begun.
    pub(super) hours_ahead: Option<i64>,
    pub(super) mails: usize,
    pub(super) services: Vec<String>,
    pub(super) told: Vec<Told>,
    pub(super) history: Vec<(DateTime<Utc>, String)>,
    pub(super) asked: Vec<Asked>,
    /// Why nobody is told, where that is so.
    pub(super) nobody: Option<String>,
}

/// A question, and whether it would still have been open.
#[derive(Debug, Serialize)]
pub(super) struct Asked {
    pub(super) at: DateTime<Utc>,
    pub(super) questions: Vec<String>,
    /// Until the end: no later mail answered it.
    pub(super) open: bool,
}

/// What would have been missed, or known late.
#[derive(Debug, Default, Serialize)]
pub(super) struct Missed {
    /// A person would have had to answer, and nothing would have been sent before.
    pub(super) waits: Vec<Waiting>,
    /// Announced when it had begun or was over.
    pub(super) after_start: Vec<Late>,
    /// Announced later than the house promises or wants.
    pub(super) short: Vec<Late>,
    /// By provider: objects that no service stands on, with the number of mails.
    pub(super) unknown_objects: BTreeMap<String, Vec<(String, u64)>>,
    pub(super) services_without_customer: BTreeSet<String>,
    pub(super) customers_without_contact: BTreeSet<String>,
    /// By provider: forms that no rule reads, with the number of mails and one of them.
    pub(super) forms: BTreeMap<String, Vec<(String, u64, String)>>,
    /// Put aside unread.
    pub(super) quarantined: Vec<Note>,
}

/// What was known late.
#[derive(Debug, Serialize)]
pub(super) struct Late {
    pub(super) id: MaintenanceId,
    /// Provider and title.
    pub(super) what: String,
    pub(super) why: String,
}

/// What waits for a person.
#[derive(Debug, Serialize)]
pub(super) struct Waiting {
    pub(super) id: MaintenanceId,
    /// The mail that would have been asked about.
    pub(super) mail: Option<Note>,
    pub(super) provider: String,
    pub(super) questions: Vec<String>,
    /// Why it was in doubt, where it was.
    pub(super) why: Option<String>,
    /// How the time can be read, where that is in doubt.
    pub(super) readings: Vec<Vec<Window>>,
    /// What was found all the same.
    pub(super) windows: Vec<Window>,
    pub(super) objects: Vec<String>,
}

impl Missed {
    /// Whether nothing would have been missed.
    pub(super) fn is_empty(&self) -> bool {
        self.waits.is_empty()
            && self.after_start.is_empty()
            && self.short.is_empty()
            && self.unknown_objects.is_empty()
            && self.services_without_customer.is_empty()
            && self.customers_without_contact.is_empty()
            && self.forms.is_empty()
            && self.quarantined.is_empty()
    }
}

/// What the report is made of.
pub(super) struct Facts<'a> {
    pub(super) journal: &'a Journal,
    /// Every maintenance as it stood at the end, with the windows that its first revision had.
    pub(super) maintenances: &'a [(Maintenance, Vec<Window>)],
    /// How the drafts that waited stood at the end.
    pub(super) drafts: &'a BTreeMap<DraftId, DraftState>,
    pub(super) inventory: &'a Inventory,
    pub(super) policy: &'a Policy,
    pub(super) mapped: bool,
}

/// Makes the report.
pub(super) fn report(facts: &Facts<'_>, about: About, mails: Mails) -> Report {
    let mut missed = Missed::default();
    let mut lines = Vec::new();
    let mut unknown: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (maintenance, first) in facts.maintenances {
        let affected = inventory::affected(facts.inventory, maintenance, &[]);
        if facts.mapped && maintenance.closed.is_none() {
            missed.services_without_customer.extend(affected.services_without_customer.iter().cloned());
            missed.customers_without_contact.extend(affected.customers_without_contact.iter().cloned());
            let known = inventory::provider_for(facts.inventory, &maintenance.provider).is_some();
            if known && maintenance.rule.is_some() {
                unknown.entry(&maintenance.provider).or_default().extend(affected.unknown_objects.iter().map(|id| one_line(id, 120)));
            }
        }
        let line = line(facts, maintenance, first, &affected.services.iter().map(|one| one.name.clone()).collect::<Vec<_>>());
        late(facts, &line, &mut missed);
        waiting(facts, maintenance, &line, &mut missed);
        // What was only asked about, and never understood, stands among what waits.
        if maintenance.kind.is_some() || !maintenance.said.windows.is_empty() {
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| (lifecycle::span(&line.windows).0.unwrap_or(line.announced), line.id));
    for (provider, tally) in &facts.journal.providers {
        if let Some(objects) = unknown.get(provider.as_str()).filter(|objects| !objects.is_empty()) {
            let counted = objects.iter().map(|id| (id.clone(), tally.objects.get(id).map_or(1, |(count, _)| *count)));
            missed.unknown_objects.insert(provider.clone(), most(counted.collect()));
        }
        if !tally.forms.is_empty() {
            let mut forms: Vec<(String, u64, String)> =
                tally.forms.iter().map(|(form, (count, file))| (form.clone(), *count, file.clone())).collect();
            forms.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            missed.forms.insert(provider.clone(), forms);
        }
    }
    missed.quarantined.clone_from(&facts.journal.quarantined);
    let providers = providers(facts.journal);
    let next = next(facts, &missed, &providers);
    Report { about, mails, providers, would_have_left: facts.journal.left.clone(), maintenances: lines, missed, next }
}

fn line(facts: &Facts<'_>, maintenance: &Maintenance, first: &[Window], services: &[String]) -> Line {
    let case = facts.journal.cases.get(&maintenance.id);
    let said = &maintenance.said;
    let title = said.title.as_deref().or(said.summary.as_deref()).unwrap_or(&maintenance.subject);
    let still = |id: &DraftId| {
        let unanswered = facts.drafts.get(id).is_some_and(|state| state.open() || *state == DraftState::Expired);
        unanswered || facts.journal.put_away.contains(id)
    };
    // Without an inventory it goes without saying.
    let worth = |question: &&String| facts.mapped || question.as_str() != NOTHING_KNOWN;
    let asked: Vec<Asked> = case
        .iter()
        .flat_map(|case| &case.waits)
        .map(|waits| Asked { at: waits.at, questions: waits.questions.iter().filter(worth).cloned().collect(), open: still(&waits.draft) })
        .collect();
    let told: Vec<Told> = case.map(|case| case.told.clone()).unwrap_or_default();
    let nobody = (told.is_empty() && asked.is_empty()).then(|| match &maintenance.closed {
        Some(why) => why.clone(),
        None if case.is_some_and(|case| !case.too_late.is_empty()) => "it was over when staff were asked".to_owned(),
        None => maintenance.history.last().map_or_else(|| "nothing of it called for a notice".to_owned(), |line| line.text.clone()),
    });
    Line {
        id: maintenance.id,
        provider: maintenance.provider.clone(),
        title: one_line(title, 120),
        kind: maintenance.kind,
        status: maintenance.status,
        windows: said.windows.clone(),
        announced: maintenance.first_seen_at,
        hours_ahead: lifecycle::span(first)
            .0
            .or(lifecycle::span(&said.windows).0)
            .map(|start| (start - maintenance.first_seen_at).num_seconds().div_euclid(3600)),
        mails: case.map_or(0, |case| case.mails.len()),
        services: services.to_vec(),
        told,
        history: history(
            maintenance,
            case.is_some_and(|case| case.waits.iter().any(|waits| facts.journal.put_away.contains(&waits.draft))),
        ),
        asked,
        nobody,
    }
}

/// What changed since it was announced; what happened several times in a row stands once.
fn history(maintenance: &Maintenance, put_away: bool) -> Vec<(DateTime<Utc>, String)> {
    let mut lines: Vec<(DateTime<Utc>, String, usize)> = Vec::new();
    // That a question was put away is our doing.
    let ours = |line: &&HistoryLine| !(put_away && line.text.contains("irrelevant"));
    for line in maintenance.history.iter().skip(1).filter(ours) {
        match lines.last_mut() {
            Some((_, text, count)) if *text == line.text => *count += 1,
            _ => lines.push((line.at, line.text.clone(), 1)),
        }
    }
    let words = |(at, text, count): (DateTime<Utc>, String, usize)| (at, if count > 1 { format!("{text} ({count} times)") } else { text });
    lines.into_iter().map(words).collect()
}

fn late(facts: &Facts<'_>, line: &Line, missed: &mut Missed) {
    let too_late = facts.journal.cases.get(&line.id).is_some_and(|case| !case.too_late.is_empty());
    let touches = !facts.mapped || !line.services.is_empty() || !line.asked.is_empty() || too_late;
    let Some(hours) = line.hours_ahead.filter(|_| touches && line.kind != Some(Kind::Incident)) else { return };
    let wanted = facts.policy.agenda.send_before;
    let ahead = ahead(hours);
    let entry = |why| Late { id: line.id, what: format!("{}: {}", line.provider, one_line(&line.title, 60)), why };
    if hours < 0 {
        missed.after_start.push(entry(format!("announced {ahead}")));
    } else if let Some(first) = line.told.first().filter(|first| !first.late.is_empty()) {
        missed.short.push(entry(first.late.join("; ")));
    } else if TimeDelta::hours(hours) < wanted {
        missed.short.push(entry(format!("announced {ahead}; notices should be out {} before", counted_hours(wanted.num_hours()))));
    }
}

fn waiting(facts: &Facts<'_>, maintenance: &Maintenance, line: &Line, missed: &mut Missed) {
    let Some(case) = facts.journal.cases.get(&maintenance.id) else { return };
    let last = case.waits.iter().zip(&line.asked).rev().find(|(_, asked)| asked.open);
    let Some((waits, asked)) = last else { return };
    if !facts.mapped && waits.only_mapping {
        return;
    }
    let mail = case.mails.iter().rev().find(|note| note.at <= waits.at).or(case.mails.first()).cloned();
    let doubt = maintenance.problems.iter().find(|problem| problem.blocking).map(|problem| one_line(&problem.detail, 300));
    let why = mail.as_ref().map(|mail| mail.why.clone()).filter(|why| !why.is_empty()).or(doubt);
    let objects: Vec<String> = maintenance.said.objects.iter().map(|object| one_line(&object.object_id, 120)).collect();
    let unmapped = || waits.only_mapping.then(|| nothing_found(facts, maintenance, &objects).to_owned());
    let why = why.or_else(unmapped);
    missed.waits.push(Waiting {
        id: maintenance.id,
        mail,
        provider: maintenance.provider.clone(),
        questions: asked.questions.clone(),
        why,
        windows: if waits.readings.is_empty() { maintenance.said.windows.clone() } else { Vec::new() },
        readings: waits.readings.clone(),
        objects,
    });
}

/// Why nothing was found in the inventory.
fn nothing_found(facts: &Facts<'_>, maintenance: &Maintenance, objects: &[String]) -> &'static str {
    if inventory::provider_for(facts.inventory, &maintenance.provider).is_none() {
        "the inventory does not have this provider"
    } else if objects.is_empty() {
        "the mail names no object"
    } else {
        "no service with a customer stands on what the mail names"
    }
}

fn providers(journal: &Journal) -> Vec<ProviderLine> {
    let mut lines: Vec<ProviderLine> = journal
        .providers
        .iter()
        .map(|(provider, tally)| ProviderLine {
            provider: provider.clone(),
            in_inventory: tally.known,
            mails: tally.outcomes.values().sum(),
            outcomes: tally.outcomes.clone(),
            objects: most(tally.objects.iter().map(|(id, (count, _))| (id.clone(), *count)).collect()),
        })
        .collect();
    lines.sort_by(|a, b| (b.in_inventory, b.mails).cmp(&(a.in_inventory, a.mails)).then_with(|| a.provider.cmp(&b.provider)));
    lines
}

/// The most frequent first.
fn most(mut counted: Vec<(String, u64)>) -> Vec<(String, u64)> {
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counted
}

/// What to do next, in the order in which it helps most.
fn next(facts: &Facts<'_>, missed: &Missed, providers: &[ProviderLine]) -> Vec<String> {
    let mut next = Vec::new();
    if !facts.mapped {
        next.push(
            "Write an inventory: `forewarn inventory propose MAILBOX > services.toml` writes down what these mails name; complete it with your \
             services and customers, then run this again with `--services services.toml`."
                .to_owned(),
        );
    }
    let strangers: Vec<&str> =
        providers.iter().filter(|line| facts.mapped && !line.in_inventory).map(|line| line.provider.as_str()).collect();
    if !strangers.is_empty() {
        next.push(format!(
            "Add [[provider]] for those that you buy from: {}. Mail of the others is left to the generic reader.",
            shown(&strangers)
        ));
    }
    let unknown: usize = missed.unknown_objects.values().map(Vec::len).sum();
    if unknown > 0 {
        next.push(format!(
            "Add {} to services.toml, or mark what was given back with `retired = true`; `forewarn inventory propose MAILBOX` writes them out.",
            counted(unknown, "unknown object")
        ));
    }
    let forms: usize = missed.forms.values().map(Vec::len).sum();
    if forms > 0 {
        next.push(format!(
            "Write rules for {}, the most frequent first: `forewarn rules new MAIL.eml` writes a first one; each then needs no person any more.",
            counted(forms, "form")
        ));
    }
    if !missed.services_without_customer.is_empty() {
        next.push("Give each service a customer, or `internal = true`.".to_owned());
    }
    if !missed.customers_without_contact.is_empty() {
        next.push("Give each customer a contact with kind `maintenance`.".to_owned());
    }
    if facts.mapped && next.is_empty() {
        next.push("Nothing: set it up with `forewarn init`, and let it run in rehearsal.".to_owned());
    }
    next
}

fn shown(names: &[&str]) -> String {
    let rest = names.len().saturating_sub(MOST_LISTED);
    let first: Vec<&str> = names.iter().take(MOST_LISTED).copied().collect();
    if rest == 0 { first.join(", ") } else { format!("{} and {rest} more", first.join(", ")) }
}

/// `7 days ahead`, `5 hours ahead`, `2 hours after it began`.
pub(super) fn ahead(hours: i64) -> String {
    if hours < 0 { format!("{} after it began", counted_hours(-hours)) } else { format!("{} ahead", counted_hours(hours)) }
}

fn counted_hours(hours: i64) -> String {
    let (number, one) = if hours >= 48 { (hours / 24, "day") } else { (hours, "hour") };
    counted(usize::try_from(number).unwrap_or_default(), one)
}
