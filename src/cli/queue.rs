//! `forewarn queue`: what waits for a person, and what to answer.

use super::drafts::{brief, reach};
use super::view::{ALERT, At, HEAD, ask, folded, to_stdout};
use crate::config::Config;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::counted;
use crate::model::{AccountFacts, Draft, DraftState, FirstContact, Maintenance, Question, QueueItem};
use chrono::{DateTime, Utc};
use clap::Args;
use std::io::Write;
use std::process::ExitCode;

/// List what waits for a person, the most urgent first, and what to answer
///
///   forewarn queue
///
/// Answers are given by replying to the request mail that every approver got;
/// here nothing can be decided. A mail that could not be read surely stands here
/// with what is in doubt.
#[derive(Args, Clone, Debug, Default)]
#[command(verbatim_doc_comment)]
pub struct QueueArgs {
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

impl QueueArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The store cannot be read, or the output is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        to_stdout(|out| self.show(config, out))?;
        Ok(ExitCode::SUCCESS)
    }

    pub(super) fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let zones = crate::zones::newest();
        let facts = ask(config, async |store| {
            let agenda = store.agenda_facts(self.at.now()).await?;
            Ok(Facts { open: agenda.open, accounts: agenda.accounts, held_back: agenda.held_back.len(), mails: store.queue().await? })
        })?;
        Ok(print(out, facts, &StaffClock::new(&zones, config.policy.zone), self.at.now())?)
    }
}

/// Everything that is shown.
struct Facts {
    open: Vec<(Draft, Maintenance)>,
    accounts: Vec<AccountFacts>,
    held_back: usize,
    mails: Vec<QueueItem>,
}

fn print(out: &mut impl Write, mut facts: Facts, clock: &StaffClock<'_>, now: DateTime<Utc>) -> std::io::Result<()> {
    // Without a date it is unknown how soon it is: that comes first.
    facts.open.sort_by_key(|(draft, maintenance)| (draft.send_by.or(draft.starts_at), maintenance.id));
    let alone: Vec<&QueueItem> =
        facts.mails.iter().filter(|item| facts.open.iter().all(|(_, maintenance)| Some(maintenance.id) != item.maintenance)).collect();
    let asked: Vec<&AccountFacts> = facts.accounts.iter().filter(|account| account.first_contact == FirstContact::Asked).collect();
    let count = facts.open.len() + alone.len() + asked.len();
    if count == 0 {
        return writeln!(out, "Nothing waits for a person.");
    }
    let verb = if count == 1 { "waits" } else { "wait" };
    writeln!(out, "{HEAD}{} {verb} for a person.{HEAD:#} Answer by replying to the request mail.", counted(count, "thing"))?;
    for account in asked {
        writeln!(out, "\n{HEAD}The past of {} is read{HEAD:#}", one_line(&account.account, 40))?;
        let waiting = counted(facts.held_back, "maintenance");
        lines(out, &[("answer", format!("start ({waiting} ahead are drafted then)"))])?;
    }
    for (draft, maintenance) in &facts.open {
        writeln!(out, "\n{HEAD}{} v{}  {}{HEAD:#}", maintenance.id, draft.revision, brief(draft, maintenance, clock, 30))?;
        lines(out, &draft_facts(draft, maintenance, clock, now))?;
    }
    for item in alone {
        let case = item.maintenance.map_or(String::new(), |id| format!("{id}, "));
        writeln!(out, "\n{HEAD}{case}mail {} from {}{HEAD:#}", item.mail.0, one_line(&item.from, 50))?;
        lines(
            out,
            &[
                ("subject", item.subject.clone()),
                ("arrived", clock.full(item.arrived_at)),
                ("why", item.why.clone()),
                ("to do", "look at the mail itself in its mailbox; nobody else will".to_owned()),
            ],
        )?;
    }
    Ok(())
}

fn lines(out: &mut impl Write, facts: &[(&str, String)]) -> std::io::Result<()> {
    for (label, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
        let (on, off) = if *label == "LATE" { (format!("{ALERT}"), format!("{ALERT:#}")) } else { (String::new(), String::new()) };
        for line in folded(&format!("  {label:<9}"), text) {
            writeln!(out, "{on}{line}{off}")?;
        }
    }
    Ok(())
}

fn draft_facts(draft: &Draft, maintenance: &Maintenance, clock: &StaffClock<'_>, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let mut facts = vec![("mail", format!("{}: {}", maintenance.sender, maintenance.subject))];
    match draft.send_by {
        Some(by) if by <= now => facts.push(("LATE", format!("should have been out by {}", clock.full(by)))),
        Some(by) => facts.push(("send by", clock.full(by))),
        None => {}
    }
    if let DraftState::Held(until) = draft.state {
        facts.push(("held", format!("until {}", clock.full(until))));
    }
    facts.extend(maintenance.owner.as_ref().map(|owner| ("owner", format!("{owner} has it"))));
    facts.extend(maintenance.problems.iter().filter(|problem| problem.blocking).map(|problem| ("doubt", problem.detail.clone())));
    for question in &draft.questions {
        asked(question, clock, &mut facts);
    }
    if draft.questions.is_empty() {
        facts.push(("reaches", reach(draft)));
        facts.push(("answer", "approve | edit | reject WHY | hold until DAY | drop NAME | mine".to_owned()));
    }
    facts
}

/// A question with its numbered answers, and the words that settle it.
fn asked(question: &Question, clock: &StaffClock<'_>, facts: &mut Vec<(&'static str, String)>) {
    match question {
        Question::Windows(readings) => {
            facts.push(("asked", "which of these times is meant?".to_owned()));
            for (number, windows) in (1..).zip(readings) {
                let spans: Vec<String> = windows.iter().map(|window| clock.span(window)).collect();
                facts.push(("", format!("{number}  {}", spans.join("; "))));
            }
            facts.push(("answer", "window NUMBER | window 2026-03-01 04:00 to 08:00 UTC | irrelevant".to_owned()));
        }
        Question::NoWindow => {
            facts.push(("asked", "when is it? No time could be read with certainty".to_owned()));
            facts.push(("answer", "window 2026-03-01 04:00 to 08:00 UTC | irrelevant".to_owned()));
        }
        Question::Services(services) => {
            facts.push(("asked", "which of these services does it touch?".to_owned()));
            facts.extend((1..).zip(services).map(|(number, service)| ("", format!("{number}  {}", service.name))));
            facts.push(("answer", "services 1 3 | services all | irrelevant".to_owned()));
        }
        Question::SameAs(earlier) => {
            let names: Vec<String> = earlier.iter().map(|one| one.id.to_string()).collect();
            facts.push(("asked", format!("is it {} moved, or another one?", names.join(" or "))));
            facts.push(("answer", "same as FW-12 | new | irrelevant".to_owned()));
        }
        Question::Notify(why) => {
            facts.push(("asked", why.clone()));
            facts.push(("answer", "notify | irrelevant".to_owned()));
        }
        Question::NobodyToTell(why) => {
            facts.push(("asked", format!("nobody would be told: {why}")));
            facts.push(("answer", "services 1 2 | irrelevant | reject WHY, or complete the inventory".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::sample::{at, draft, maintenance, plain, service, window};
    use super::*;
    use crate::model::{MailId, MaintenanceId, Problem, ProblemKind};

    fn printed(facts: Facts) -> String {
        let zones = crate::zones::newest();
        let mut out = Vec::new();
        print(&mut out, facts, &StaffClock::new(&zones, chrono_tz::Tz::America__Chicago), at("2020-09-09T05:00:00Z")).unwrap();
        plain(&out)
    }

    #[test]
    fn an_empty_queue_says_so() {
        let facts = Facts { open: Vec::new(), accounts: Vec::new(), held_back: 0, mails: Vec::new() };
        assert_eq!(printed(facts), "Nothing waits for a person.\n");
    }

    #[test]
    fn what_waits_is_shown_with_the_words_that_settle_it() {
        let mut doubtful = maintenance();
        doubtful.id = MaintenanceId(13);
        doubtful.problems = vec![Problem::new(ProblemKind::AmbiguousTime, "start", "CST is of two zones")];
        doubtful.owner = Some("sam@harborlight.example".into());
        let mut asking = draft();
        asking.maintenance = doubtful.id;
        asking.send_by = None;
        asking.starts_at = None;
        asking.questions = vec![
            Question::Windows(vec![
                vec![window("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z")],
                vec![window("2020-09-09T16:00:00Z", "2020-09-10T00:00:00Z")],
            ]),
            Question::Services(vec![service("Mail"), service("Web")]),
        ];
        let item = |id: i64, case: Option<MaintenanceId>| QueueItem {
            mail: MailId(id),
            why: "the mail is nested too deeply".into(),
            from: "x@strange.example".into(),
            subject: "y".into(),
            arrived_at: at("2020-09-08T05:00:00Z"),
            maintenance: case,
        };
        let facts = Facts {
            open: vec![(draft(), maintenance()), (asking, doubtful)],
            accounts: Vec::new(),
            held_back: 0,
            mails: vec![item(4, Some(MaintenanceId(13))), item(5, None)],
        };
        assert_eq!(
            printed(facts),
            "\
3 things wait for a person. Answer by replying to the request mail.

FW-13 v1  Wed Sep 9 11PM: Mail
  mail     noc@northfield.example: Maintenance of [31mmail01
  owner    sam@harborlight.example has it
  doubt    CST is of two zones
  asked    which of these times is meant?
           1 Wed Sep 9 11:00 PM - Thu Sep 10 7:00 AM CDT (Sep 10 04:00-12:00
           UTC)
           2 Wed Sep 9 11:00 AM - 7:00 PM CDT (Sep 9 16:00 - Sep 10 00:00 UTC)
  answer   window NUMBER | window 2026-03-01 04:00 to 08:00 UTC | irrelevant
  asked    which of these services does it touch?
           1 Managed Mail Services
           2 Managed Web Services
  answer   services 1 3 | services all | irrelevant

FW-12 v1  Wed Sep 9 11PM: Mail
  mail     noc@northfield.example: Maintenance of [31mmail01
  LATE     should have been out by Tue Sep 8, 11:00 PM CDT
  reaches  2 customers
  answer   approve | edit | reject WHY | hold until DAY | drop NAME | mine

mail 5 from x@strange.example
  subject  y
  arrived  Tue Sep 8, 12:00 AM CDT
  why      the mail is nested too deeply
  to do    look at the mail itself in its mailbox; nobody else will
"
        );
    }
}
