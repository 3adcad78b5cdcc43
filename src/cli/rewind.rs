//! `forewarn rewind`: an old inbox, read as if it arrived day by day, with the real service on a store of its own.
//!
//! Nothing is sent, no mailbox, store or server of the configuration is touched; what is written is the report, and a scratch folder that
//! goes again.

mod journal;
mod report;
mod setting;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::{
    block_on,
    mailbox::{Dated, Mailbox},
    scratch::Scratch,
    view::to_stdout,
};
use crate::{
    clock::Clock,
    mail::outgoing::phrases::counted,
    model::{Draft, DraftId, DraftState, Policy, Zones},
    service::past::{Left, Past},
};
use journal::Journal;
use report::{About, Facts, Mails, Report};
use setting::Setting;

/// How staff are played, as the report says on top.
const HOW: &str = "The mails were given to Forewarn one by one, each at the time it arrived, with the inventory as it is now. Every \
                   draft without an open question was approved at once, so that later changes reach those who were told; questions \
                   stayed open until their window was over, those without one for two weeks. Nothing was sent.";
/// Time after the last mail in which what was announced comes to its end.
const AFTERMATH: TimeDelta = TimeDelta::days(14);
/// How long a question stays open after its window, or without one.
const QUESTIONS_STAY: TimeDelta = TimeDelta::days(14);
/// In a longer silence only what is planned is looked at, not every day of it.
const LONGEST_SILENCE_DAYS: usize = 45;
/// The hour of staff's day at which the agenda is looked at.
const DAILY_AT: u32 = 9;

/// Read an old inbox as if it arrived day by day, and report what would have happened
///
///   forewarn rewind Maildir/ --services services.toml
///   forewarn rewind takeout.mbox --services services.toml --report 2025.txt
///   forewarn rewind saved-mails/ --from 2025-01-01 --to 2025-06-30
///
/// MAILBOX is a Maildir, a folder with .eml files or an mbox file. The report
/// says what would have been drafted, for whom and how long ahead, and what
/// would have been missed and why. Nothing is sent, no mailbox is changed.
///
/// All it needs is an inventory; without one it lists the providers and what
/// they name. A forewarn.toml is used where there is one: its policy, rules and
/// templates, never its store, mailboxes or servers.
///
/// Exit code 0: nothing would have been missed; 1: see the report; 2: it could
/// not run.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct RewindArgs {
    /// A Maildir, a folder (every *.eml below it), an mbox file, or one mail
    #[arg(value_name = "MAILBOX")]
    pub mailbox: PathBuf,
    /// The inventory, instead of the configuration's
    #[arg(long, value_name = "FILE")]
    pub services: Option<PathBuf>,
    /// Zone of staff, like America/Chicago; else the configuration's, else that of most customers
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<Tz>,
    /// First day, like 2025-01-01
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    pub to: Option<NaiveDate>,
    /// Write the report to this new file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// The forms of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

impl RewindArgs {
    /// Runs the command. `config` is the configuration as named, or the usual name of one.
    ///
    /// # Errors
    /// When a file cannot be used, or no mail is found.
    pub fn run(&self, config: &Path) -> anyhow::Result<ExitCode> {
        let usual = config == Path::new("forewarn.toml");
        let config = (!usual || config.exists()).then_some(config);
        // Before the long work, so that it is not in vain.
        let file = self.report.as_ref().map(|path| Ok::<_, anyhow::Error>((path, new_file(path)?))).transpose()?;
        let made = self.make(config);
        if made.is_err()
            && let Some((path, _)) = &file
        {
            // It was made a moment ago and is empty.
            std::fs::remove_file(path).unwrap_or_default();
        }
        let (report, zones) = made?;
        match file {
            Some((path, file)) => {
                // Colours are for a terminal.
                let mut plain = anstream::StripStream::new(file);
                self.write(&report, &zones, &mut plain)
                    .and_then(|()| Ok(plain.into_inner().sync_all()?))
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
            None => to_stdout(|out| self.write(&report, &zones, out))?,
        }
        let missed = !report.missed.is_empty() || (report.about.inventory.is_none() && !report.maintenances.is_empty());
        Ok(if missed { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    fn write(&self, report: &Report, zones: &Zones, out: &mut impl Write) -> anyhow::Result<()> {
        match self.format {
            Format::Text => text::print(report, zones, self.zone_of(report), out),
            Format::Json => Ok(writeln!(out, "{}", serde_json::to_string_pretty(report)?)?),
        }
    }

    fn zone_of(&self, report: &Report) -> Tz {
        self.zone.or_else(|| report.about.zone.parse().ok()).unwrap_or(Tz::UTC)
    }

    fn make(&self, config: Option<&Path>) -> anyhow::Result<(Report, Zones)> {
        let scratch = Scratch::new("rewind")?;
        let setting = setting::setting(&scratch.path().join("house"), config, self.services.as_deref(), self.zone)?;
        let mut mailbox = Mailbox::open(&self.mailbox, Clock::System.now())?;
        let zones = crate::zones::newest();
        let outside = self.keep_days(&mut mailbox, &zones, setting.config.policy.zone)?;
        // An interrupt ends the work, and the scratch folder goes.
        block_on(async {
            tokio::select! {
                made = rewind(&setting, &mailbox, outside) => made,
                () = interrupted() => anyhow::bail!("interrupted; nothing was left behind"),
            }
        })
        .map(|report| (report, zones))
    }

    /// Leaves out what came before or after the days asked for; gives how many.
    fn keep_days(&self, mailbox: &mut Mailbox, zones: &Zones, zone: Tz) -> anyhow::Result<u64> {
        let midnight = |day: NaiveDate| zones.next_valid(zone, day.and_time(NaiveTime::MIN));
        let from = self.from.map(|day| midnight(day).context("--from is no day")).transpose()?;
        let to = self.to.map(|day| day.succ_opt().and_then(midnight).context("--to is no day")).transpose()?;
        let before = mailbox.entries.len();
        mailbox.entries.retain(|entry| from.is_none_or(|from| entry.at >= from) && to.is_none_or(|to| entry.at < to));
        anyhow::ensure!(!mailbox.entries.is_empty(), "{} holds no mail of these days ({before} of others)", self.mailbox.display());
        Ok(u64::try_from(before.saturating_sub(mailbox.entries.len())).unwrap_or(u64::MAX))
    }
}

fn new_file(path: &Path) -> anyhow::Result<File> {
    File::create_new(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => anyhow::anyhow!("{} is there already; name a new file for the report", path.display()),
        _ => anyhow::anyhow!("{} cannot be written: {error}", path.display()),
    })
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut waits = [SignalKind::interrupt(), SignalKind::terminate()].into_iter().filter_map(|kind| signal(kind).ok());
    match (waits.next(), waits.next()) {
        (Some(mut one), Some(mut other)) => {
            tokio::select! { _ = one.recv() => {}, _ = other.recv() => {} }
        }
        _ => std::future::pending().await,
    }
}

async fn rewind(setting: &Setting, mailbox: &Mailbox, outside: u64) -> anyhow::Result<Report> {
    let (first, last) = match (mailbox.entries.first(), mailbox.entries.last()) {
        (Some(first), Some(last)) => (first.at, last.at),
        _ => anyhow::bail!("there is no mail to read"),
    };
    let began = Clock::System.now();
    let mut past = Past::open(setting.config.clone(), first - TimeDelta::minutes(5)).await?;
    let mut mails = Mails { outside, unreadable: mailbox.unreadable.clone(), ..Mails::default() };
    let mut journal = Journal::default();
    let mut agenda = Agenda::default();
    let mut now = first;
    let progress = Progress { all: mailbox.entries.len(), aloud: io::stderr().is_terminal() };
    for (number, entry) in mailbox.entries.iter().enumerate() {
        live_until(&mut past, &mut journal, &mut agenda, now, entry.at).await?;
        now = entry.at;
        let file = mailbox.name(entry);
        match entry.dated {
            Dated::Store => mails.by_file_time.push(file.clone()),
            Dated::Nothing => mails.undated.push(file.clone()),
            Dated::Received | Dated::Date => {}
        }
        match mailbox.read(entry) {
            Ok(content) => {
                let came = past.arrives(entry.at, content).await?;
                agenda.take(&came.left, &setting.config.policy, entry.at);
                journal.arrived(&setting.config.inventory, &file, entry.at, &came);
            }
            Err(error) => mails.unreadable.push(format!("{file}: {error:#}")),
        }
        progress.say(number + 1, entry.at);
    }
    let end = agenda.due.last().copied().unwrap_or(last).clamp(last + AFTERMATH, last + TimeDelta::days(120));
    live_until(&mut past, &mut journal, &mut agenda, last, end).await?;
    progress.done(Clock::System.now() - began);
    mails.read = journal.mails;
    mails.outcomes.clone_from(&journal.outcomes);
    let about = about(setting, mailbox, first, last);
    let report = closed(setting, &past, &journal, about, mails).await?;
    past.close().await;
    Ok(report)
}

/// Asks the store how everything stands at the end.
async fn closed(setting: &Setting, past: &Past, journal: &Journal, about: About, mails: Mails) -> anyhow::Result<Report> {
    let store = past.service().store();
    let mut maintenances = Vec::new();
    let mut drafts: BTreeMap<_, DraftState> = BTreeMap::new();
    for (id, case) in &journal.cases {
        let Some(maintenance) = store.maintenance(*id).await? else { continue };
        let first = store.revisions(*id).await?.into_iter().next().map(|first| first.said.windows).unwrap_or_default();
        maintenances.push((maintenance, first));
        for waits in &case.waits {
            if let Some(draft) = store.draft(waits.draft).await? {
                drafts.insert(draft.id, draft.state);
            }
        }
    }
    let facts = Facts {
        journal,
        maintenances: &maintenances,
        drafts: &drafts,
        inventory: &setting.config.inventory,
        policy: &setting.config.policy,
        mapped: setting.has_inventory(),
    };
    Ok(report::report(&facts, about, mails))
}

fn about(setting: &Setting, mailbox: &Mailbox, first: DateTime<Utc>, last: DateTime<Utc>) -> About {
    let inventory = &setting.config.inventory;
    About {
        mailbox: mailbox.root().display().to_string(),
        configuration: setting.policy_from.clone(),
        inventory: setting.services_from.clone().filter(|_| setting.has_inventory()),
        counts: [inventory.providers.len(), inventory.services.len(), inventory.customers.len()],
        zone: setting.config.policy.zone.name().to_owned(),
        zone_from: setting.zone_from,
        first,
        last,
        how: HOW,
    }
}

/// The agenda is looked at once a day, and whenever something about an undecided draft is due.
#[derive(Debug, Default)]
struct Agenda {
    due: BTreeSet<DateTime<Utc>>,
    /// Questions, and when they are put away: most end with their window, but not those about no time or about the past.
    unanswered: BTreeSet<(DateTime<Utc>, DraftId)>,
}

impl Agenda {
    fn take(&mut self, left: &Left, policy: &Policy, now: DateTime<Utc>) {
        for draft in &left.waits {
            self.due.extend(moments(draft, policy));
            let over = draft.ends_at.or(draft.starts_at).unwrap_or(now).max(now);
            self.unanswered.insert((over + QUESTIONS_STAY, draft.id));
        }
    }
}

fn moments(draft: &Draft, policy: &Policy) -> impl Iterator<Item = DateTime<Utc>> {
    let start = draft.starts_at;
    let before = [policy.agenda.escalate_before, policy.agenda.urgent_within, TimeDelta::zero()];
    let ends = draft.ends_at.or(start.map(|start| start + TimeDelta::days(1))).map(|end| end + TimeDelta::minutes(1));
    before.into_iter().filter_map(move |before| Some(start? - before)).chain(ends)
}

/// Time passes from one mail to the next.
async fn live_until(
    past: &mut Past,
    journal: &mut Journal,
    agenda: &mut Agenda,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> anyhow::Result<()> {
    let planned: BTreeSet<DateTime<Utc>> = agenda.due.range(from..to).copied().collect();
    agenda.due = agenda.due.split_off(&to);
    let policy = past.service().config().policy.clone();
    let moments: BTreeSet<DateTime<Utc>> = daily(past.service().zones(), policy.zone, from, to).into_iter().chain(planned).collect();
    for moment in moments {
        while let Some((at, draft)) = agenda.unanswered.first().copied().filter(|(at, _)| *at <= moment) {
            agenda.unanswered.remove(&(at, draft));
            if past.put_away(draft, moment).await? {
                journal.put_away.insert(draft);
            }
        }
        let left = past.passes(moment).await?;
        agenda.take(&left, &policy, moment);
        journal.left(moment, &left);
    }
    Ok(())
}

/// Nine o'clock of each day between two instants; of a long silence its first days.
fn daily(zones: &Zones, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let first = zones.local(zone, from).0.date_naive();
    let at = NaiveTime::from_hms_opt(DAILY_AT, 0, 0).unwrap_or_default();
    first
        .iter_days()
        .take(LONGEST_SILENCE_DAYS)
        .filter_map(|day| zones.next_valid(zone, day.and_time(at)))
        .skip_while(|moment| *moment < from)
        .take_while(|moment| *moment < to)
        .collect()
}

/// Says on standard error how far the work is.
struct Progress {
    all: usize,
    aloud: bool,
}

impl Progress {
    fn say(&self, done: usize, at: DateTime<Utc>) {
        let every = if self.aloud { 200 } else { 5_000 };
        if done.is_multiple_of(every) {
            self.write(&format!("{done} of {} mails read, up to {}", self.all, at.format("%F")));
        }
    }

    fn done(&self, took: TimeDelta) {
        let seconds = took.as_seconds_f64();
        self.write(&format!("{} read in {seconds:.0} seconds", counted(self.all, "mail")));
    }

    fn write(&self, text: &str) {
        let (before, after) = if self.aloud { ("\r", if text.ends_with("seconds") { "   \n" } else { "" }) } else { ("", "\n") };
        // Nobody may be listening any more; the work goes on.
        write!(io::stderr(), "{before}forewarn: {text}{after}").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_agenda_is_looked_at_at_nine_of_each_day_and_a_long_silence_is_cut() {
        let zones = crate::zones::newest();
        let days = |from: &str, to: &str| daily(&zones, Tz::America__Chicago, at(from), at(to));
        // Clocks go forward on March 8.
        assert_eq!(days("2020-03-07T15:00:01Z", "2020-03-09T14:00:01Z"), [at("2020-03-08T14:00:00Z"), at("2020-03-09T14:00:00Z")]);
        assert!(days("2020-03-07T15:00:01Z", "2020-03-07T20:00:00Z").is_empty());
        // Nine o'clock of the first local day is past.
        assert_eq!(days("2010-01-01T00:00:00Z", "2020-01-01T00:00:00Z").len(), LONGEST_SILENCE_DAYS - 1);
    }

    #[test]
    fn how_long_ahead_is_said_in_hours_or_days() {
        let said = [-25, 0, 1, 47, 48, 200].map(report::ahead);
        assert_eq!(said, ["25 hours after it began", "0 hours ahead", "1 hour ahead", "47 hours ahead", "2 days ahead", "8 days ahead"]);
    }
}
