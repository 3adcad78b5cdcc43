//! `forewarn postmortem`: a draft for staff, from the record, in the form in which the house writes one. It invents nothing: where a thing
//! is not known it says so in square brackets, and customers' names stand only in the part that staff delete.

use super::drafts::number;
use super::view::{At, ask, to_stdout};
use crate::config::Config;
use crate::inventory::{affected, provider_for, with_learnt};
use crate::mail::outgoing::instants::{Instants, StaffClock};
use crate::mail::outgoing::phrases::{counted, listed, main_windows};
use crate::mail::outgoing::{clean, one_line};
use crate::model::{Case, Inventory, Kind, Maintenance, MaintenanceId, Policy, Status, Window};
use crate::record::{Event, Missed, What, events, missed, title};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, ValueEnum};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::ExitCode;

/// Draft a post-mortem of a maintenance or an outage from the record, for you to complete
///
///   forewarn postmortem FW-12
///   forewarn postmortem FW-12 --format markdown > post-mortem.md
///
/// What is in square brackets is yours to write: the apology, what customers
/// felt, and everything that the store does not know. The last part is for you
/// alone and names customers: delete it. Nothing is sent and nothing is changed.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct PostmortemArgs {
    /// The maintenance, as requests and subjects name it
    #[arg(value_name = "FW-12", value_parser = number)]
    pub maintenance: MaintenanceId,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: PostmortemFormat,
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

/// How a post-mortem is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PostmortemFormat {
    /// For a mail.
    #[default]
    Text,
    /// For a web site.
    Markdown,
}

/// How far ahead other windows are looked for.
const AHEAD: TimeDelta = TimeDelta::days(90);

/// Everything that it is written from.
struct Facts<'a> {
    case: &'a Case,
    others: &'a [Maintenance],
    inventory: &'a Inventory,
    policy: &'a Policy,
    clock: &'a StaffClock<'a>,
    instants: &'a Instants<'a>,
    now: DateTime<Utc>,
}

impl PostmortemArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// There is no such maintenance, the store cannot be read, or the output is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        to_stdout(|out| self.show(config, out))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes what the command prints.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let zones = crate::zones::newest();
        let now = self.at.now();
        let (case, others, learnt) = ask(config, async |store| {
            Ok((store.case(self.maintenance).await?, store.maintenances(now, now + AHEAD).await?, store.learnt().await?))
        })?;
        let id = self.maintenance;
        let case =
            case.ok_or_else(|| anyhow::anyhow!("there is no {id}; `forewarn windows` and `forewarn drafts --all` list those there are"))?;
        let inventory = with_learnt(config.inventory.clone(), &learnt);
        let policy = &config.policy;
        let facts = Facts {
            case: &case,
            others: &others,
            inventory: &inventory,
            policy,
            clock: &StaffClock::new(&zones, policy.zone),
            instants: &Instants::new(&zones, policy.zone, &policy.notices),
            now,
        };
        Ok(write!(out, "{}", clean(&written(&facts, self.format)))?)
    }
}

/// The marks of a format.
struct Page {
    markdown: bool,
    text: String,
}

impl Page {
    fn title(&mut self, text: &str) {
        self.text.push_str(&if self.markdown { format!("# {text}\n") } else { format!("{text}\n") });
    }

    fn head(&mut self, text: &str) {
        self.text.push_str(&if self.markdown { format!("\n## {text}\n\n") } else { format!("\n{text}:\n\n") });
    }

    fn paragraph(&mut self, text: &str) {
        self.text.push_str(&format!("\n{text}\n"));
    }

    fn point(&mut self, depth: usize, text: &str) {
        let mark = if self.markdown { "-" } else { "•" };
        self.text.push_str(&format!("{}{mark} {text}\n", "  ".repeat(if self.markdown { depth } else { depth + 1 })));
    }

    fn span(&mut self, facts: &Facts<'_>, window: &Window) {
        // Two spaces end a line in Markdown.
        let end_of_line = if self.markdown { "  " } else { "" };
        self.text.push_str(&format!("\nStart: {}{end_of_line}\nEnd: {}\n", facts.instants.start(window), facts.instants.end(window)));
    }
}

fn written(facts: &Facts<'_>, format: PostmortemFormat) -> String {
    let mut page = Page { markdown: format == PostmortemFormat::Markdown, text: String::new() };
    let found = missed(facts.case, facts.inventory, facts.clock);
    let services = services(facts);
    let name = if services.is_empty() { "[Service]".to_owned() } else { listed(&services) };
    page.title(&format!("{name} Outage - Post-Mortem"));
    page.paragraph("[Apology: in your own words.]");
    what_happened(&mut page, facts, &found, &name);
    timeline(&mut page, facts);
    told(&mut page, facts, &found);
    upcoming(&mut page, facts);
    page.paragraph("[What you change, so that it does not happen again.]");
    let notices = &facts.policy.notices;
    for text in [&notices.closing, &notices.signature] {
        if !text.trim().is_empty() {
            page.paragraph(text.trim());
        }
    }
    for_staff(&mut page, &found);
    page.text
}

/// What of ours it fell on: as the newest draft says, else by the inventory as it is.
fn services(facts: &Facts<'_>) -> Vec<String> {
    let drafted = facts.case.drafts.iter().rev().map(|(draft, _)| &draft.services).find(|services| !services.is_empty()).cloned();
    let all = drafted.unwrap_or_else(|| affected(facts.inventory, &facts.case.maintenance, &[]).services);
    all.into_iter().filter(|service| !service.internal).map(|service| service.name).collect()
}

fn provider(facts: &Facts<'_>) -> String {
    provider_for(facts.inventory, &facts.case.maintenance.provider).map_or_else(|| "provider".to_owned(), |known| known.public_name.clone())
}

fn what_happened(page: &mut Page, facts: &Facts<'_>, found: &Missed, name: &str) {
    let maintenance = &facts.case.maintenance;
    page.head("What Happened");
    page.text.push_str(&format!("[What customers felt of {name}, and from when to when: Forewarn does not know.]\n"));
    page.paragraph(&announcement(facts, found));
    let mains: Vec<&Window> = main_windows(maintenance).collect();
    if mains.is_empty() {
        page.paragraph("[The window: no mail of the provider's states one.]");
    } else {
        let what = if maintenance.status == Status::Cancelled {
            "The window, which was called off, was"
        } else {
            "The maintenance window was scheduled for"
        };
        page.paragraph(&format!("{what}:"));
        mains.iter().for_each(|window| page.span(facts, window));
    }
    if let Some((_, first)) = facts.case.revisions.first()
        && main_windows(first).next().is_some()
        && !main_windows(first).map(|window| (window.start, window.end)).eq(mains.iter().map(|window| (window.start, window.end)))
    {
        page.paragraph("It was first announced for:");
        main_windows(first).for_each(|window| page.span(facts, window));
    }
    match maintenance.said.description.as_deref().map(|text| one_line(text, 600)).filter(|text| !text.is_empty()) {
        Some(text) => page.paragraph(&format!("Our {} wrote: “{text}”", provider(facts))),
        None => page.paragraph(&format!("[What our {} did: its mails do not say more than the subject.]", provider(facts))),
    }
    page.paragraph("[Why this took the service down.]");
}

/// Which announcement was missed, and why.
fn announcement(facts: &Facts<'_>, found: &Missed) -> String {
    let case = facts.case;
    let kind = if case.maintenance.kind == Some(Kind::Incident) { "report" } else { "announcement" };
    let Some(first) = case.mails.first() else {
        return format!("[No {kind} of the provider's is kept.]");
    };
    let came = facts.instants.minute(first.arrived_at);
    let revision = case.revisions.first().map_or(&case.maintenance, |(_, revision)| revision);
    let mut text = format!("The {kind} of our {} came on {came} (“{}”).", provider(facts), one_line(&revision.subject, 120));
    if first.done_at.is_none() {
        text.push_str(" It has not been read yet.");
    }
    let all = found.concerned();
    if found.never.is_empty() && found.late.is_empty() && found.change.is_empty() {
        text.push_str(&match all {
            0 => " As far as the inventory knows it concerned no customer.".to_owned(),
            _ => format!(" No {kind} was missed: {} told before the window began.", were(all)),
        });
        return text;
    }
    if !found.never.is_empty() {
        let count = found.never.values().flatten().collect::<BTreeSet<_>>().len();
        let missed = if count == all { "It was missed" } else { "It did not reach everybody" };
        text.push_str(&format!(" {missed}: {count} of {} never heard of it. {}.", counted(all, "customer"), reasons(&found.never)));
    }
    if !found.late.is_empty() {
        text.push_str(&format!(" {} told only when the window had begun.", were(found.late.len())));
    }
    if !found.change.is_empty() {
        let count = found.change.values().flatten().collect::<BTreeSet<_>>().len();
        text.push_str(&format!(
            " A later change, or a copy of the notice, did not reach {}. {}.",
            counted(count, "customer"),
            reasons(&found.change)
        ));
    }
    text
}

fn were(count: usize) -> String {
    format!("{} {}", counted(count, "customer"), if count == 1 { "was" } else { "were" })
}

/// The reasons with how many customers each held for; addresses are left out, because every customer reads this.
fn reasons(by_reason: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (why, names) in by_reason {
        *counts.entry(without_addresses(why)).or_default() += names.len();
    }
    let all: Vec<String> = counts.into_iter().map(|(why, count)| format!("{why} ({})", counted(count, "customer"))).collect();
    format!("Why: {}", all.join("; "))
}

/// A sentence with `an address` where one stood; those of staff go as well.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.contains('@') { word.replace(bare, "[address]") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn timeline(page: &mut Page, facts: &Facts<'_>) {
    page.head(&format!("Timeline of Events (times in {})", facts.policy.zone.name()));
    let mut days: Vec<(String, Vec<String>)> = Vec::new();
    for (at, text) in lines(facts) {
        let local = facts.clock.local(at);
        let day = local.format("%B %-d, %Y").to_string();
        let line = format!("{} {}: {text}", local.format("%-I:%M%p"), facts.clock.letters(at));
        match days.last_mut() {
            Some((last, lines)) if *last == day => lines.push(line),
            _ => days.push((day, vec![line])),
        }
    }
    for (day, lines) in &days {
        page.point(0, day);
        lines.iter().for_each(|line| page.point(1, line));
    }
    let over = main_windows(&facts.case.maintenance).next().is_some();
    let completed = facts.case.maintenance.status == Status::Completed;
    if over && !completed {
        page.point(0, "[When the work really began and ended: the provider has not said that it is completed.]");
    }
    page.point(0, "[What your own monitoring saw, and what you did.]");
}

/// What happened, for everybody to read: notices are counted, customers' answers left out.
fn lines(facts: &Facts<'_>) -> Vec<(DateTime<Utc>, String)> {
    let mut lines: Vec<(DateTime<Utc>, String)> = Vec::new();
    let mut notices: BTreeMap<(What, DateTime<Utc>), usize> = BTreeMap::new();
    for Event { at, what, text, .. } in events(facts.case, None, facts.clock, facts.now) {
        match what {
            What::Sent | What::Bounced | What::NotSent => {
                // The minute is what is shown, so it is what they are counted by.
                let minute = at - TimeDelta::seconds(at.timestamp().rem_euclid(60));
                *notices.entry((what, minute)).or_default() += 1;
            }
            What::Noted if text.contains(" answered: ") => {}
            What::Decided => {
                let said = text.split(" (by mail ").next().unwrap_or(&text);
                lines.push((at, said.strip_suffix(" (on the command line)").unwrap_or(said).to_owned()));
            }
            What::Arrived => {
                let subject = text.split_once(": “").map_or(text.as_str(), |(_, subject)| subject.trim_end_matches('”'));
                lines.push((at, format!("our {} wrote: “{subject}”", provider(facts))));
            }
            What::Read => lines.push((at, without_rule(&text))),
            _ => lines.push((at, text)),
        }
    }
    lines.extend(
        facts
            .case
            .maintenance
            .updates
            .iter()
            .filter(|update| update.at <= facts.now)
            .map(|update| (update.at, one_line(&update.text, 300))),
    );
    lines.extend(notices.into_iter().map(|((what, at), count)| {
        let mails = counted(count, "notice");
        let text = match what {
            What::Sent => format!("{mails} sent to customers"),
            What::Bounced => format!("{mails} came back"),
            _ => format!("{mails} did not leave, or nobody knows whether they arrived"),
        };
        (at, text)
    }));
    // Stable: what has one time stays in the order of the record.
    lines.sort_by_key(|(at, _)| *at);
    lines
}

/// `mail 1 was read, by rule northfield/host: it says …` without what only staff understand.
fn without_rule(text: &str) -> String {
    let text = text.strip_prefix("mail ").map_or(text, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start());
    let Some((what, rest)) = text.split_once(", by rule ").or_else(|| text.split_once(", without a rule")) else {
        return format!("it {text}");
    };
    rest.split_once(": it says ").map_or_else(|| format!("it {what}"), |(_, said)| format!("it {what}: {said}"))
}

fn told(page: &mut Page, facts: &Facts<'_>, found: &Missed) {
    page.head("What Customers Were Told");
    let mut any = false;
    for (draft, _) in &facts.case.drafts {
        let sent = facts.case.rows.iter().filter(|sent| sent.row.outgoing.draft == Some(draft.id));
        let times: Vec<DateTime<Utc>> = sent
            .filter(|sent| sent.row.outgoing.kind == crate::model::OutboxKind::Notice && draft.mode == crate::model::Mode::Live)
            .filter_map(|sent| sent.accepted.as_ref().map(|(at, _)| *at))
            .collect();
        let Some(first) = times.iter().min() else { continue };
        let subjects: BTreeSet<String> = draft.variants.iter().map(|variant| format!("“{}”", one_line(&variant.subject, 120))).collect();
        let subjects: Vec<String> = subjects.into_iter().take(3).collect();
        page.point(
            0,
            &format!(
                "{}: {} to {}",
                facts.instants.minute(*first),
                listed(&subjects),
                if times.len() == 1 { "1 address".to_owned() } else { format!("{} addresses", times.len()) }
            ),
        );
        any = true;
    }
    if !any {
        page.point(0, "Nothing: no notice of it left.");
    }
    let all = found.concerned();
    if all > 0 {
        page.point(0, &format!("{} of {} knew before the window began.", found.in_time.len(), counted(all, "customer")));
    }
}

fn upcoming(page: &mut Page, facts: &Facts<'_>) {
    page.head("Other Upcoming Windows");
    let mut ahead: Vec<(DateTime<Utc>, String)> = facts
        .others
        .iter()
        .filter(|other| other.id != facts.case.maintenance.id && other.closed.is_none())
        .filter(|other| !matches!(other.status, Status::Cancelled | Status::Completed))
        .filter(|other| affected(facts.inventory, other, &[]).services.iter().any(|service| !service.internal))
        .flat_map(|other| main_windows(other).filter(|window| window.start > facts.now).map(move |window| (window.start, title(other))))
        .collect();
    ahead.sort();
    ahead.dedup();
    for (start, title) in &ahead {
        page.point(0, &format!("{} ({}) - {title}", facts.clock.local(*start).format("%B %-d, %Y"), facts.clock.letters(*start)));
    }
    if ahead.is_empty() {
        page.point(0, "None that is known.");
    }
}

/// Names, for staff alone.
fn for_staff(page: &mut Page, found: &Missed) {
    page.head("[For you alone: delete this part before it goes out]");
    let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    for (why, who) in &found.never {
        page.point(0, &format!("Never told: {}: {why}", names(who)));
    }
    for who in found.late.keys() {
        page.point(0, &format!("Told late: {who}"));
    }
    for (why, who) in &found.change {
        page.point(0, &format!("Told, but: {}: {why}", names(who)));
    }
    if !found.in_time.is_empty() {
        page.point(0, &format!("Told in time: {}", names(&found.in_time)));
    }
    if found.unsure > 0 {
        page.point(0, &format!("Perhaps touched, nobody can tell: {}", counted(found.unsure, "customer")));
    }
    if found.concerned() == 0 && found.unsure == 0 {
        page.point(0, "No customer is concerned, as services.toml stands now.");
    }
}
