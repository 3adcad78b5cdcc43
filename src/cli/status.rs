//! `forewarn status`: whether every mail is accounted for, and whether anything is stuck.

use super::view::{ALERT, At, GOOD, HEAD, aligned, ask, folded, to_stdout};
use crate::config::Config;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::counted;
use crate::model::{AccountFacts, Draft, FirstContact, LedgerCounts, Maintenance, Mode, OutboxKind, OutboxRow, OutboxState, Policy, Zones};
use crate::store::OutboxFilter;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// Print whether every mail is accounted for and whether anything is stuck
///
/// Every mail that was ever listed is in exactly one place, and the counts prove it:
///
///   listed = stored + vanished + waiting
///   stored = ended (each with one named outcome) + pending
///
/// Exit code 1 when the counts do not add up, or when something is stuck: an
/// account that cannot be read, notices held after a backup, rules that cannot
/// be used, a mail of the last seven days that failed or of which nobody knows
/// whether it arrived, a draft past the time by which it should be out. Else 0,
/// so that a monitoring system can run it; 2 when it could not be found out.
///
///   forewarn status                  for people
///   forewarn status >/dev/null || …  for a monitoring system
///
/// Changes nothing and works beside a running service.
#[derive(Args, Clone, Debug, Default)]
#[command(verbatim_doc_comment)]
pub struct StatusArgs {
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

impl StatusArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The store cannot be read, or the output is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let well = to_stdout(|out| self.show(config, out))?;
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Whether all is well.
    pub(super) fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<bool> {
        let now = self.at.now();
        let zones = crate::zones::newest();
        let facts = ask(config, async |store| {
            let agenda = store.agenda_facts(now).await?;
            let mut drafts = BTreeMap::new();
            for (draft, _) in store.drafts(true).await? {
                *drafts.entry(draft.state.name()).or_default() += 1;
            }
            let mut undelivered = store.outbox(OutboxFilter::State(OutboxState::Failed)).await?;
            undelivered.extend(store.outbox(OutboxFilter::State(OutboxState::Unknown)).await?);
            // A mail whose case is asked about by a draft is that draft's matter.
            let is_asked = |case| agenda.open.iter().any(|(_, maintenance)| Some(maintenance.id) == case);
            let queue = store.queue().await?.iter().filter(|item| !is_asked(item.maintenance)).count();
            Ok(Facts {
                counts: store.counts().await?,
                accounts: agenda.accounts,
                configured: config.inboxes.iter().map(|inbox| inbox.account.clone()).collect(),
                open: agenda.open,
                last_mode: agenda.last_mode,
                drafts,
                outbox: store.outbox_counts().await?,
                undelivered,
                queue,
                recovered: agenda.recovered,
                held: agenda.held,
                rules: crate::service::rules(config.rules_dir.as_deref()).err().map(|error| error.to_string()),
            })
        })?;
        Ok(print(out, &facts, &config.policy, &zones, now)?)
    }
}

/// A mail that failed longer ago is counted, but no longer called stuck.
const FAILED_LATELY: TimeDelta = TimeDelta::days(7);

/// A service polls every few minutes; a round by hand or by a timer at least every hour.
const READ_LATELY: TimeDelta = TimeDelta::hours(1);

/// Everything that is shown.
struct Facts {
    counts: LedgerCounts,
    accounts: Vec<AccountFacts>,
    configured: Vec<String>,
    open: Vec<(Draft, Maintenance)>,
    last_mode: Option<Mode>,
    drafts: BTreeMap<&'static str, u64>,
    outbox: BTreeMap<(OutboxKind, OutboxState), u64>,
    undelivered: Vec<OutboxRow>,
    queue: usize,
    recovered: u64,
    /// Why notices are held.
    held: Option<String>,
    /// Why the rules that lie there now cannot be used.
    rules: Option<String>,
}

/// Prints everything; whether all is well.
fn print(out: &mut impl Write, facts: &Facts, policy: &Policy, zones: &Zones, now: DateTime<Utc>) -> std::io::Result<bool> {
    let clock = StaffClock::new(zones, policy.zone);
    writeln!(out, "{}", folded(&format!("Forewarn {}, ", env!("CARGO_PKG_VERSION")), &mode(policy)).join("\n"))?;
    writeln!(out, "{}; time zones {}", clock.full(now), zones.version())?;
    part(out, "MAILS", &ledger(&facts.counts))?;
    if facts.recovered > 0 {
        writeln!(
            out,
            "  {} found by the hourly sweep alone: a defect, please report it",
            counted(usize::try_from(facts.recovered).unwrap_or(usize::MAX), "mail")
        )?;
    }
    part(out, "ACCOUNTS", &accounts(facts, &clock))?;
    part(out, "DRAFTS", &drafts(facts))?;
    part(out, "OUTBOX", &outbox(&facts.outbox))?;
    let waiting = facts.open.len() + facts.queue;
    writeln!(out, "\n{HEAD}FOR A PERSON{HEAD:#}\n  {}", if waiting == 0 { "nothing".to_owned() } else { waiting_for(facts) })?;
    let stuck = stuck(facts, policy, &clock, now);
    writeln!(out)?;
    if stuck.is_empty() {
        writeln!(out, "{GOOD}All is well: every mail is accounted for, nothing is stuck.{GOOD:#}")?;
    } else {
        writeln!(out, "{ALERT}{} to look at{ALERT:#}", counted(stuck.len(), "thing"))?;
        for line in stuck.iter().flat_map(|text| folded("  ! ", text)) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(stuck.is_empty())
}

fn waiting_for(facts: &Facts) -> String {
    let drafts = counted(facts.open.len(), "draft");
    let mails = counted(facts.queue, "mail");
    format!("{drafts} to decide, {mails} to look at: `forewarn queue`")
}

fn part(out: &mut impl Write, head: &str, rows: &[Vec<String>]) -> std::io::Result<()> {
    writeln!(out, "\n{HEAD}{head}{HEAD:#}")?;
    for line in aligned(rows) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn mode(policy: &Policy) -> String {
    match (policy.mode, &policy.rehearsal_to) {
        (Mode::Live, _) => "LIVE: approved notices go to customers".to_owned(),
        (Mode::Rehearsal, Some(to)) => format!("rehearsal: approved notices go to {}", to.address),
        (Mode::Rehearsal, None) => "rehearsal: no customer is written to".to_owned(),
    }
}

fn ledger(counts: &LedgerCounts) -> Vec<Vec<String>> {
    let ended: u64 = counts.outcomes.values().sum();
    let sum = |name: &str, all: u64, is: String| vec![name.to_owned(), format!("{all:>6}"), is];
    let mut rows = vec![
        sum("listed", counts.listed, format!("= {} stored + {} vanished + {} waiting", counts.stored, counts.vanished, counts.waiting)),
        sum("stored", counts.stored, format!("= {ended} ended + {} pending", counts.pending)),
    ];
    let mut outcomes: Vec<(&String, &u64)> = counts.outcomes.iter().collect();
    outcomes.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
    rows.extend(outcomes.into_iter().map(|(name, number)| vec![String::new(), format!("{number:>6}"), name.clone()]));
    rows
}

fn accounts(facts: &Facts, clock: &StaffClock<'_>) -> Vec<Vec<String>> {
    let row = |account: &AccountFacts| {
        let read = account.last_good_pass_at.map_or("never read whole".to_owned(), |at| format!("read {}", clock.full(at)));
        let failing = account.failing_since.map_or(String::new(), |since| format!(", FAILING since {}", clock.full(since)));
        let first = match account.first_contact {
            FirstContact::Reading if account.backlog_left > 0 => {
                format!(", {} of {} old mails left", account.backlog_left, account.backlog)
            }
            FirstContact::Asked => ", waits for \"start\"".to_owned(),
            FirstContact::Reading | FirstContact::Started => String::new(),
        };
        vec![one_line(&account.account, 30), format!("{read}{failing}{first}")]
    };
    let unread = |name: &String| vec![one_line(name, 30), "never read".to_owned()];
    let unseen = facts.configured.iter().filter(|name| facts.accounts.iter().all(|account| account.account != **name));
    facts.accounts.iter().map(row).chain(unseen.map(unread)).collect()
}

fn drafts(facts: &Facts) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = facts.drafts.iter().map(|(state, number)| vec![format!("{number:>6}"), (*state).to_owned()]).collect();
    if rows.is_empty() {
        rows.push(vec!["none yet".to_owned()]);
    }
    rows
}

fn outbox(counts: &BTreeMap<(OutboxKind, OutboxState), u64>) -> Vec<Vec<String>> {
    use OutboxKind::{Alarm, Answer, Canary, Copy, Digest, Notice, Reminder, Request};
    let kinds = [Alarm, Request, Answer, Notice, Reminder, Copy, Digest, Canary].into_iter().filter_map(|kind| {
        let states: Vec<String> = counts
            .iter()
            .filter(|((of, _), number)| *of == kind && **number > 0)
            .map(|((_, state), number)| format!("{number} {}", state.name()))
            .collect();
        (!states.is_empty()).then(|| vec![format!("{}s", kind_word(kind)), states.join(", ")])
    });
    let rows: Vec<Vec<String>> = kinds.collect();
    if rows.is_empty() { vec![vec!["empty".to_owned()]] } else { rows }
}

fn kind_word(kind: OutboxKind) -> &'static str {
    match kind {
        OutboxKind::Alarm => "alarm mail",
        OutboxKind::Request => "request",
        OutboxKind::Answer => "answer",
        OutboxKind::Notice => "notice",
        OutboxKind::Reminder => "reminder",
        OutboxKind::Copy => "copy of notice",
        OutboxKind::Digest => "digest",
        OutboxKind::Canary => "test mail",
    }
}

/// What a person must look at, a sentence each with what to do.
fn stuck(facts: &Facts, policy: &Policy, clock: &StaffClock<'_>, now: DateTime<Utc>) -> Vec<String> {
    let mut found = Vec::new();
    if !facts.counts.adds_up() {
        found.push("The counts of mails do not add up: a mail may be lost. Keep the store and report this defect.".to_owned());
    }
    if let Some(why) = &facts.held {
        found.push(format!("No customer notice leaves: {why}. Look with `forewarn resume`."));
    }
    if let Some(why) = &facts.rules {
        found.push(format!("The rules were changed and a running service goes on with those before: {why}"));
    }
    for name in &facts.configured {
        let known = facts.accounts.iter().find(|account| account.account == *name);
        match known.map(|account| (&account.failing, account.last_good_pass_at)) {
            Some((Some(why), _)) => found.push(format!("Account {name} cannot be read: {why}")),
            Some((None, Some(at))) if now - at > READ_LATELY => {
                found.push(format!("Account {name} was last read {}: does `forewarn run` run?", clock.full(at)));
            }
            Some((None, Some(_))) => {}
            Some((None, None)) | None => found.push(format!("Account {name} was never read whole: start `forewarn run`.")),
        }
    }
    let lately = |row: &&OutboxRow| now - row.changed_at < FAILED_LATELY && row.outgoing.kind != OutboxKind::Canary;
    for row in facts.undelivered.iter().filter(lately) {
        let answer = row.answer.as_deref().map_or(String::new(), |answer| format!(": {answer}"));
        let what = match row.state {
            OutboxState::Unknown => "may or may not have arrived; answer resend or assume-sent",
            _ => "was refused for good",
        };
        found.push(format!("A {} to {} {what}{answer}", kind_word(row.outgoing.kind), row.outgoing.to.address));
    }
    for (draft, maintenance) in &facts.open {
        if let Some(by) = draft.send_by.filter(|by| *by <= now) {
            found.push(format!(
                "{} v{} waits for a decision and was due {}: `forewarn queue`",
                maintenance.id,
                draft.revision,
                clock.full(by)
            ));
        }
    }
    if facts.last_mode.is_some_and(|last| last != policy.mode) {
        found.push("The mode has changed since the service last ran; restart it. What was approved before is not sent.".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::view::sample::{at, draft, maintenance, plain};
    use super::*;
    use crate::model::{Content, FrozenMail, Mailbox, OutboxId, Outgoing};
    use chrono_tz::Tz;

    fn well() -> Facts {
        let noc = AccountFacts {
            account: "noc".into(),
            first_contact: FirstContact::Started,
            backlog: 0,
            backlog_left: 0,
            last_good_pass_at: Some(at("2020-09-07T11:59:00Z")),
            failing: None,
            failing_since: None,
        };
        let outcomes = [("extracted".to_owned(), 3), ("irrelevant".to_owned(), 12)].into();
        Facts {
            counts: LedgerCounts { listed: 18, stored: 16, vanished: 1, waiting: 1, pending: 1, outcomes },
            accounts: vec![noc],
            configured: vec!["noc".into()],
            open: vec![(draft(), maintenance())],
            last_mode: Some(Mode::Rehearsal),
            drafts: [("done", 2), ("proposed", 1)].into(),
            outbox: [((OutboxKind::Notice, OutboxState::Sent), 36), ((OutboxKind::Notice, OutboxState::Unknown), 1)].into(),
            undelivered: Vec::new(),
            queue: 0,
            recovered: 0,
            held: None,
            rules: None,
        }
    }

    fn printed(facts: &Facts) -> (bool, String) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forewarn.toml");
        let policy = crate::config::load(&folder).unwrap().policy;
        assert_eq!(policy.zone, Tz::America__Chicago);
        let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "2026f, embedded");
        let mut out = Vec::new();
        let well = print(&mut out, facts, &policy, &zones, at("2020-09-07T12:00:00Z")).unwrap();
        (well, plain(&out))
    }

    #[test]
    fn all_is_well_is_said_only_where_it_is() {
        let (well, text) = printed(&well());
        assert!(well);
        assert_eq!(
            text.replace(env!("CARGO_PKG_VERSION"), "VERSION"),
            "\
Forewarn VERSION, rehearsal: approved notices go to rehearsal@harborlight.example
Mon Sep 7, 7:00 AM CDT; time zones 2026f, embedded

MAILS
  listed      18  = 16 stored + 1 vanished + 1 waiting
  stored      16  = 15 ended + 1 pending
              12  irrelevant
               3  extracted

ACCOUNTS
  noc  read Mon Sep 7, 6:59 AM CDT

DRAFTS
       2  done
       1  proposed

OUTBOX
  notices  36 sent, 1 unknown

FOR A PERSON
  1 draft to decide, 0 mails to look at: `forewarn queue`

All is well: every mail is accounted for, nothing is stuck.
"
        );
    }

    #[test]
    fn each_thing_that_is_stuck_is_named_and_fails_the_command() {
        let check = |change: &dyn Fn(&mut Facts), expected: &str| {
            let mut facts = well();
            change(&mut facts);
            let (well, text) = printed(&facts);
            let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(!well && folded.contains(&format!("1 thing to look at ! {expected}")), "{expected}\n{text}");
        };
        check(&|facts| facts.counts.waiting = 0, "The counts of mails do not add up");
        check(&|facts| facts.counts.pending = 0, "The counts of mails do not add up");
        check(
            &|facts| facts.held = Some("this store is a backup of today".into()),
            "No customer notice leaves: this store is a backup of today.",
        );
        check(&|facts| facts.accounts[0].failing = Some("password refused".into()), "Account noc cannot be read: password refused");
        check(
            &|facts| facts.rules = Some("the rules in rules cannot be used\nacme.toml:6:11: this pattern cannot be used".into()),
            "The rules were changed and a running service goes on with those before: the rules in rules cannot be used acme.toml:6:11:",
        );
        check(&|facts| facts.accounts[0].last_good_pass_at = None, "Account noc was never read whole");
        check(&|facts| facts.accounts.clear(), "Account noc was never read whole");
        let early = Some(at("2020-09-07T10:59:00Z"));
        check(&|facts| facts.accounts[0].last_good_pass_at = early, "Account noc was last read Mon Sep 7, 5:59 AM CDT");
        check(
            &|facts| facts.open[0].0.send_by = Some(at("2020-09-07T12:00:00Z")),
            "FW-12 v1 waits for a decision and was due Mon Sep 7, 7:00 AM CDT",
        );
        check(&|facts| facts.last_mode = Some(Mode::Live), "The mode has changed since the service last ran");
        let lost = |state: OutboxState, changed: &str| OutboxRow {
            id: OutboxId(1),
            outgoing: Outgoing {
                kind: OutboxKind::Notice,
                key: "notice:7".into(),
                to: Mailbox { name: String::new(), address: "office@meyer.example".into() },
                draft: None,
                with: None,
                not_before: at("2020-09-07T11:00:00Z"),
                content: Content::Frozen(FrozenMail { message_id: "a@b".into(), bytes: Vec::new() }),
            },
            state,
            attempts: 1,
            changed_at: at(changed),
            answer: Some("550 no such user".into()),
        };
        let failed = lost(OutboxState::Failed, "2020-09-07T11:00:00Z");
        check(&|facts| facts.undelivered.push(failed.clone()), "A notice to office@meyer.example was refused for good: 550 no such user");
        let unknown = lost(OutboxState::Unknown, "2020-09-07T11:00:00Z");
        check(&|facts| facts.undelivered.push(unknown.clone()), "A notice to office@meyer.example may or may not have arrived");
        let mut facts = well();
        facts.undelivered.push(lost(OutboxState::Failed, "2020-08-31T11:00:00Z"));
        assert!(printed(&facts).0, "an old failure is counted, not stuck");
    }
}
