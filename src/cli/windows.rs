//! `forewarn windows`: what is coming, on what of ours it falls, and who was told.

use super::view::{ALERT, At, HEAD, ask, folded, instant, to_stdout};
use crate::config::Config;
use crate::inventory::{affected, provider_for};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::{counted, listed, main_windows, short_services};
use crate::model::{
    Draft, DraftState, Inventory, Keys, Kind, Local, Maintenance, OutboxState, Question, Role, Status, Told, Window, Zones,
};
use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

/// List the windows ahead: when, who does what, which of our services, and whether customers were told
///
///   forewarn windows                                       the next 90 days
///   forewarn windows --from 2026-03-01 --to 2026-04-01     March
///
/// Each window is shown in the zone of staff and in UTC. Maintenances that are
/// announced without a date stand at the end.
#[derive(Args, Clone, Debug, Default)]
#[command(verbatim_doc_comment)]
pub struct WindowsArgs {
    /// Begin with this day in the zone of staff, or this instant; now when left out
    #[arg(long, value_name = "DAY|TIME")]
    pub from: Option<String>,
    /// End before this day or instant; 90 days after the beginning when left out
    #[arg(long, value_name = "DAY|TIME")]
    pub to: Option<String>,
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

impl WindowsArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A day that is none, a store that cannot be read, an output that is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        to_stdout(|out| self.show(config, out))?;
        Ok(ExitCode::SUCCESS)
    }

    pub(super) fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let zones = crate::zones::newest();
        let bound = |text: &Option<String>| text.as_deref().map(|text| bound(&zones, config.policy.zone, text)).transpose();
        let from = bound(&self.from)?.unwrap_or_else(|| self.at.now());
        let to = bound(&self.to)?.unwrap_or_else(|| from + AHEAD);
        anyhow::ensure!(from < to, "the end is not after the beginning");
        let facts = ask(config, async |store| {
            let dated = store.maintenances(from, to).await?;
            let undated: Vec<Maintenance> = store.digest_facts().await?.maintenances.into_iter().filter(waits_for_a_date).collect();
            let numbers = dated.iter().chain(&undated).map(|maintenance| maintenance.id).collect();
            let known = store.known_for(&Keys { maintenances: numbers, ..Keys::default() }, from).await?;
            Ok(Facts { dated, undated, drafts: known.drafts, told: known.told })
        })?;
        Ok(print(out, &facts, &config.inventory, &StaffClock::new(&zones, config.policy.zone), (from, to))?)
    }
}

/// How far it is looked when no end is given.
const AHEAD: TimeDelta = TimeDelta::days(90);

/// Everything that is shown.
struct Facts {
    dated: Vec<Maintenance>,
    undated: Vec<Maintenance>,
    drafts: Vec<Draft>,
    told: Vec<Told>,
}

/// A day of the zone of staff, or an instant.
pub(super) fn bound(zones: &Zones, zone: Tz, text: &str) -> anyhow::Result<DateTime<Utc>> {
    let Ok(day) = text.parse::<NaiveDate>() else {
        return instant(text).with_context(|| format!("{text:?} is neither a day like 2026-03-01 nor an instant"));
    };
    // A day begins an hour late where clocks go forward at midnight.
    let begins = [0, 1].into_iter().filter_map(|hour| NaiveTime::from_hms_opt(hour, 0, 0)).find_map(|time| {
        match zones.resolve(zone, day.and_time(time)) {
            Local::One(at) | Local::Twice(at, _) => Some(at),
            Local::Never | Local::Unknown => None,
        }
    });
    begins.with_context(|| format!("{day} has no beginning in {}", zone.name()))
}

fn waits_for_a_date(maintenance: &Maintenance) -> bool {
    let ended = matches!(maintenance.status, Status::Cancelled | Status::Completed);
    main_windows(maintenance).next().is_none() && maintenance.closed.is_none() && !ended && maintenance.kind != Some(Kind::Incident)
}

fn print(
    out: &mut impl Write,
    facts: &Facts,
    inventory: &Inventory,
    clock: &StaffClock<'_>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> std::io::Result<()> {
    let mut windows: Vec<(&Window, &Maintenance)> = facts
        .dated
        .iter()
        .flat_map(|maintenance| maintenance.said.windows.iter().map(move |window| (window, maintenance)))
        .filter(|(window, _)| window.start < to && window.end.unwrap_or(window.start) >= from)
        .collect();
    windows.sort_by_key(|(window, maintenance)| (window.start, maintenance.id));
    writeln!(out, "{HEAD}{} from {} to {}{HEAD:#}", counted(windows.len(), "window"), clock.full(from), clock.full(to))?;
    for (window, maintenance) in windows {
        let role = if window.role == Role::Backup { "backup: " } else { "" };
        writeln!(out, "\n{}", folded(role, &clock.span(window)).join("\n"))?;
        block(out, facts, inventory, maintenance, window.status)?;
    }
    if !facts.undated.is_empty() {
        writeln!(out, "\n{HEAD}Without a date{HEAD:#}")?;
        for maintenance in &facts.undated {
            let words = maintenance
                .said
                .watch
                .as_deref()
                .map_or("no time could be read".to_owned(), |words| format!("\"{}\"", one_line(words, 70)));
            writeln!(out, "\n{words}")?;
            block(out, facts, inventory, maintenance, None)?;
        }
    }
    Ok(())
}

/// What is done, and what of ours it touches, below the line that says when.
fn block(
    out: &mut impl Write,
    facts: &Facts,
    inventory: &Inventory,
    maintenance: &Maintenance,
    status: Option<Status>,
) -> std::io::Result<()> {
    let said = &maintenance.said;
    let provider = provider_for(inventory, &maintenance.provider).map_or(maintenance.provider.as_str(), |provider| provider.name.as_str());
    let title = said.title.as_deref().or(said.summary.as_deref()).unwrap_or(&maintenance.subject);
    let mark = match status.unwrap_or(maintenance.status) {
        Status::Cancelled => " [cancelled]",
        Status::Completed => " [completed]",
        Status::InProcess => " [under way]",
        Status::Tentative => " [not confirmed yet]",
        Status::Confirmed | Status::Rescheduled => "",
    };
    for line in folded(&format!("  {:<8}", maintenance.id.to_string()), &format!("{provider}: {}{mark}", one_line(title, 120))) {
        writeln!(out, "{line}")?;
    }
    let touched = affected(inventory, maintenance, &[]);
    let asked = newest(maintenance, &facts.drafts).and_then(|draft| {
        draft.questions.iter().find_map(|question| match question {
            Question::Services(services) => Some(services.len()),
            _ => None,
        })
    });
    let services = match (asked, touched.services.as_slice()) {
        (Some(count), _) => format!("not stated; staff are asked which of {}", counted(count, "service")),
        (None, []) => "nothing of ours".to_owned(),
        (None, some) if touched.unstated => format!("not stated; {} may be touched", counted(some.len(), "service")),
        (None, some) => short_services(some.iter().map(|service| service.name.as_str()), 60),
    };
    let (alert, told) = told(maintenance, &facts.drafts, &facts.told);
    writeln!(out, "  {:<8}{services}", "")?;
    let (on, off) = if alert { (format!("{ALERT}"), format!("{ALERT:#}")) } else { (String::new(), String::new()) };
    for line in folded(&format!("  {:<8}", ""), &told) {
        writeln!(out, "{on}{line}{off}")?;
    }
    Ok(())
}

/// The newest draft that was not overtaken.
fn newest<'a>(maintenance: &Maintenance, drafts: &'a [Draft]) -> Option<&'a Draft> {
    drafts.iter().rfind(|draft| draft.maintenance == maintenance.id && !matches!(draft.state, DraftState::Void(_)))
}

/// Whether customers were told, in words, and whether somebody should see to it.
fn told(maintenance: &Maintenance, drafts: &[Draft], told: &[Told]) -> (bool, String) {
    let reached = |rehearsal: bool| -> BTreeSet<&str> {
        let rows =
            told.iter().filter(|row| row.maintenance == maintenance.id && row.state == OutboxState::Sent && row.rehearsal == rehearsal);
        rows.map(|row| row.address.as_str()).collect()
    };
    let before = reached(false).len();
    let Some(draft) = newest(maintenance, drafts) else {
        let why = maintenance.closed.as_deref().map(|why| format!("closed: {why}"));
        let held_back = maintenance.held_back.then(|| "from before the first contact: drafted when staff answer \"start\"".to_owned());
        return (false, why.or(held_back).unwrap_or_else(|| "nobody to tell".to_owned()));
    };
    let to_tell: BTreeSet<&str> =
        draft.variants.iter().flat_map(|variant| &variant.recipients).map(|recipient| recipient.mailbox.address.as_str()).collect();
    let rehearsed = reached(true).len();
    let copies = |state: &str| {
        let mut said = vec![format!(
            "told {before} of {}{state}",
            if to_tell.len() == 1 { "1 address".to_owned() } else { format!("{} addresses", to_tell.len()) }
        )];
        if rehearsed > 0 {
            said.push(format!("{rehearsed} in rehearsal only"));
        }
        listed(&said)
    };
    let earlier = match before {
        0 => String::new(),
        1 => "; 1 was told of an earlier state".to_owned(),
        several => format!("; {several} were told of an earlier state"),
    };
    match &draft.state {
        DraftState::Proposed if draft.questions.is_empty() => (true, format!("NOT TOLD: v{} waits for approval{earlier}", draft.revision)),
        DraftState::Proposed => (true, format!("NOT TOLD: v{} waits for an answer{earlier}", draft.revision)),
        DraftState::Held(until) => (true, format!("NOT TOLD: held until {}{earlier}", until.format("%Y-%m-%d %H:%M UTC"))),
        DraftState::Approved => (false, copies(", the rest is on its way")),
        DraftState::Done => (before + rehearsed < to_tell.len(), copies("")),
        DraftState::Rejected(why) => (false, format!("not told, rejected: {}{earlier}", one_line(why, 60))),
        DraftState::Expired => (true, format!("NOT TOLD: nobody decided in time{earlier}")),
        DraftState::Void(_) => (false, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::sample::{at, draft, maintenance, plain, service};
    use super::*;
    use crate::model::{DraftId, MaintenanceId, OutboxId};

    fn copy(address: &str, state: OutboxState, rehearsal: bool) -> Told {
        Told {
            draft: DraftId(7),
            maintenance: MaintenanceId(12),
            outbox: OutboxId(1),
            address: address.into(),
            message_id: String::new(),
            state,
            rehearsal,
            may_have_arrived: false,
        }
    }

    #[test]
    fn each_window_says_when_who_what_and_whether_customers_know() {
        let mut watch = maintenance();
        watch.id = MaintenanceId(14);
        watch.said.windows.clear();
        watch.said.watch = Some("during the week".into());
        let services = vec![service("Mail"), service("Web")];
        let asking = Draft { maintenance: watch.id, questions: vec![Question::NoWindow, Question::Services(services)], ..draft() };
        let facts = Facts { dated: vec![maintenance()], undated: vec![watch], drafts: vec![draft(), asking], told: Vec::new() };
        let zones = crate::zones::newest();
        let mut out = Vec::new();
        let span = (at("2020-09-07T12:00:00Z"), at("2020-12-06T12:00:00Z"));
        print(&mut out, &facts, &Inventory::default(), &StaffClock::new(&zones, Tz::America__Chicago), span).unwrap();
        assert_eq!(
            plain(&out),
            "\
1 window from Mon Sep 7, 7:00 AM CDT to Sun Dec 6, 6:00 AM CST

Wed Sep 9 11:00 PM - Thu Sep 10 7:00 AM CDT (Sep 10 04:00-12:00 UTC)
  FW-12   northfield: Data Center Maintenance (Hypervisor)
          nothing of ours
          NOT TOLD: v1 waits for approval

Without a date

\"during the week\"
  FW-14   northfield: Data Center Maintenance (Hypervisor)
          not stated; staff are asked which of 2 services
          NOT TOLD: v1 waits for an answer
"
        );
    }

    #[test]
    fn told_counts_addresses_that_really_got_it() {
        let check = |state: DraftState, rows: &[Told], expected: (bool, &str)| {
            let found = told(&maintenance(), &[Draft { state, ..draft() }], rows);
            assert_eq!((found.0, found.1.as_str()), expected);
        };
        let one = copy("office@meyer.example", OutboxState::Sent, false);
        let other = copy("office@lakeside.example", OutboxState::Sent, false);
        check(DraftState::Proposed, std::slice::from_ref(&one), (true, "NOT TOLD: v1 waits for approval; 1 was told of an earlier state"));
        check(DraftState::Held(at("2020-09-08T14:00:00Z")), &[], (true, "NOT TOLD: held until 2020-09-08 14:00 UTC"));
        check(DraftState::Approved, std::slice::from_ref(&one), (false, "told 1 of 2 addresses, the rest is on its way"));
        check(DraftState::Done, &[one.clone(), other.clone()], (false, "told 2 of 2 addresses"));
        check(DraftState::Done, &[one.clone(), Told { state: OutboxState::Unknown, ..other }], (true, "told 1 of 2 addresses"));
        let rehearsed = [copy("office@meyer.example", OutboxState::Sent, true), copy("office@lakeside.example", OutboxState::Sent, true)];
        check(DraftState::Done, &rehearsed, (false, "told 0 of 2 addresses and 2 in rehearsal only"));
        check(DraftState::Rejected("not ours".into()), &[], (false, "not told, rejected: not ours"));
        check(DraftState::Expired, &[], (true, "NOT TOLD: nobody decided in time"));
        check(DraftState::Void("v2".into()), &[], (false, "nobody to tell"));
    }

    #[test]
    fn a_day_begins_in_the_zone_of_staff() {
        let zones = crate::zones::newest();
        let begins = |zone: Tz, text: &str| bound(&zones, zone, text).map(|at| at.to_rfc3339());
        assert_eq!(begins(Tz::America__Chicago, "2020-09-10").unwrap(), "2020-09-10T05:00:00+00:00");
        assert_eq!(begins(Tz::America__Sao_Paulo, "2018-11-04").unwrap(), "2018-11-04T03:00:00+00:00", "clocks skip midnight");
        assert_eq!(begins(Tz::UTC, "2020-09-10T05:00:00+02:00").unwrap(), "2020-09-10T03:00:00+00:00");
        assert!(format!("{:#}", begins(Tz::UTC, "next week").unwrap_err()).contains("2026-03-01"));
    }
}
