//! `forewarn drafts`: what waits for approval, and the bytes that approval covers.

use super::view::{HEAD, aligned, ask, folded, to_stdout};
use crate::config::Config;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::{counted, main_windows, short_services};
use crate::mail::outgoing::{clean, one_line, shown};
use crate::model::{Draft, DraftId, DraftState, Maintenance, MaintenanceId, Mode, OutboxKind, OutboxRow};
use crate::store::OutboxFilter;
use anyhow::Context as _;
use clap::Args;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

/// List drafts, or show one with the bytes that customers get
///
///   forewarn drafts              those that wait for a decision
///   forewarn drafts --all        every draft there ever was
///   forewarn drafts FW-12        the newest draft of a maintenance: each mail,
///                                who gets it, what became of every copy
///   forewarn drafts FW-12 --all  its earlier revisions too
///
/// Nothing can be approved here: only the reply of a listed approver decides.
#[derive(Args, Clone, Debug, Default)]
#[command(verbatim_doc_comment)]
pub struct DraftsArgs {
    /// The maintenance, as requests and subjects name it
    #[arg(value_name = "FW-12", value_parser = number)]
    pub maintenance: Option<MaintenanceId>,
    /// Decided and overtaken ones too
    #[arg(long)]
    pub all: bool,
}

impl DraftsArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// There is no such draft, the store cannot be read, or the output is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        to_stdout(|out| self.show(config, out))?;
        Ok(ExitCode::SUCCESS)
    }

    pub(super) fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let zones = crate::zones::newest();
        let clock = StaffClock::new(&zones, config.policy.zone);
        match self.maintenance {
            None => list(out, &ask(config, async |store| store.drafts(self.all).await)?, &clock)?,
            Some(id) => {
                let (mut drafts, rows) = ask(config, async |store| {
                    let mut drafts = store.drafts(true).await?;
                    drafts.retain(|(draft, _)| draft.maintenance == id);
                    let mut rows = Vec::new();
                    for (draft, _) in &drafts {
                        rows.extend(store.outbox(OutboxFilter::Draft(draft.id)).await?);
                    }
                    Ok((drafts, rows))
                })?;
                anyhow::ensure!(!drafts.is_empty(), "{id} has no draft; `forewarn drafts --all` lists those there are");
                if !self.all {
                    drafts.drain(..drafts.len().saturating_sub(1));
                }
                for (draft, maintenance) in &drafts {
                    show(out, draft, maintenance, &rows, &clock)?;
                }
            }
        }
        Ok(())
    }
}

/// `FW-12` or `12`.
pub(super) fn number(text: &str) -> anyhow::Result<MaintenanceId> {
    let digits = text.strip_prefix("FW-").or_else(|| text.strip_prefix("fw-")).unwrap_or(text);
    Ok(MaintenanceId(digits.parse().context("write it like FW-12")?))
}

fn list(out: &mut impl Write, drafts: &[(Draft, Maintenance)], clock: &StaffClock<'_>) -> std::io::Result<()> {
    let row = |(draft, maintenance): &(Draft, Maintenance)| {
        let by = draft.send_by.filter(|_| draft.state.open()).map_or(String::new(), |by| format!("by {}", clock.brief(by)));
        vec![
            format!("{} v{}", maintenance.id, draft.revision),
            draft.state.name().to_owned(),
            brief(draft, maintenance, clock, 16),
            reach(draft),
            by,
        ]
    };
    for line in aligned(&drafts.iter().map(row).collect::<Vec<_>>()) {
        writeln!(out, "{line}")?;
    }
    if drafts.is_empty() {
        writeln!(out, "No draft waits for a decision.")?;
    }
    Ok(())
}

/// `Wed Sep 9 11PM: Mail`.
pub(super) fn brief(draft: &Draft, maintenance: &Maintenance, clock: &StaffClock<'_>, services: usize) -> String {
    let start = draft.starts_at.or_else(|| main_windows(maintenance).next().map(|window| window.start));
    let time = start.map_or("No date".to_owned(), |at| clock.brief(at));
    let services = short_services(draft.services.iter().map(|service| service.name.as_str()), services);
    if services.is_empty() { time } else { format!("{time}: {services}") }
}

/// `14 customers`.
pub(super) fn reach(draft: &Draft) -> String {
    let recipients = draft.variants.iter().flat_map(|variant| &variant.recipients);
    counted(recipients.flat_map(|recipient| &recipient.customers).collect::<BTreeSet<_>>().len(), "customer")
}

/// A draft whole: what it is, each mail byte for byte, and what became of each copy.
fn show(out: &mut impl Write, draft: &Draft, maintenance: &Maintenance, rows: &[OutboxRow], clock: &StaffClock<'_>) -> std::io::Result<()> {
    writeln!(out, "{HEAD}{} v{}: {}{HEAD:#}", maintenance.id, draft.revision, one_line(&maintenance.subject, 60))?;
    let mut facts = vec![
        ("state", state(draft, clock)),
        ("proposed", clock.full(draft.proposed_at)),
        ("mode", if draft.mode == Mode::Live { "live" } else { "rehearsal" }.to_owned()),
        ("content", draft.content_hash.clone()),
    ];
    facts.extend(draft.send_by.map(|by| ("send by", clock.full(by))));
    facts.extend(draft.remarks.iter().map(|remark| ("remark", format!("{} {}", remark.label, remark.text))));
    for (label, text) in &facts {
        for line in folded(&format!("  {label:<10}"), text) {
            writeln!(out, "{line}")?;
        }
    }
    for (place, variant) in draft.variants.iter().enumerate() {
        writeln!(out, "\n{HEAD}=== notice {} of {}, times in {} ==={HEAD:#}", place + 1, draft.variants.len(), variant.zone.name())?;
        for recipient in &variant.recipients {
            writeln!(out, "To: {}{}", shown(&recipient.mailbox), copy(draft.id, &recipient.mailbox.address, rows, clock))?;
        }
        writeln!(out, "Subject: {}\n\n{}", one_line(&variant.subject, usize::MAX), clean(&variant.text).trim_end())?;
    }
    if draft.variants.is_empty() {
        writeln!(out, "\n  There is no notice yet: `forewarn queue` says what is asked.")?;
    }
    writeln!(out)
}

fn state(draft: &Draft, clock: &StaffClock<'_>) -> String {
    let name = draft.state.name();
    match &draft.state {
        DraftState::Held(until) => format!("{name} until {}", clock.full(*until)),
        DraftState::Rejected(why) => format!("{name}: {why}"),
        DraftState::Void(by) => format!("{name}: overtaken by {by}"),
        DraftState::Proposed | DraftState::Approved | DraftState::Expired | DraftState::Done => name.to_owned(),
    }
}

/// What became of the copy for an address; empty while there is none.
fn copy(draft: DraftId, address: &str, rows: &[OutboxRow], clock: &StaffClock<'_>) -> String {
    let row = rows.iter().find(|row| {
        let outgoing = &row.outgoing;
        outgoing.kind == OutboxKind::Notice && outgoing.draft == Some(draft) && outgoing.to.address.eq_ignore_ascii_case(address)
    });
    row.map_or(String::new(), |row| {
        let answer = row.answer.as_deref().map_or(String::new(), |answer| format!(": {}", one_line(answer, 200)));
        format!("\n    {} {}{answer}", row.state.name(), clock.full(row.changed_at))
    })
}

#[cfg(test)]
mod tests {
    use super::super::view::sample::{at, draft, maintenance, plain};
    use super::*;
    use crate::model::{Content, FrozenMail, OutboxId, OutboxState, Outgoing};
    use chrono_tz::Tz;

    #[test]
    fn a_list_stands_in_columns() {
        let zones = crate::zones::newest();
        let clock = StaffClock::new(&zones, Tz::America__Chicago);
        let done = Draft { revision: 11, state: DraftState::Done, ..draft() };
        let mut out = Vec::new();
        list(&mut out, &[(draft(), maintenance()), (done, maintenance())], &clock).unwrap();
        assert_eq!(
            plain(&out),
            "\
FW-12 v1   proposed  Wed Sep 9 11PM: Mail  2 customers  by Tue Sep 8 11PM
FW-12 v11  done      Wed Sep 9 11PM: Mail  2 customers
"
        );
    }

    #[test]
    fn a_draft_shows_every_byte_and_what_became_of_each_copy() {
        let zones = crate::zones::newest();
        let clock = StaffClock::new(&zones, Tz::America__Chicago);
        let draft = Draft { state: DraftState::Approved, ..draft() };
        let to = draft.variants[0].recipients[1].mailbox.clone();
        let row = OutboxRow {
            id: OutboxId(1),
            outgoing: Outgoing {
                kind: OutboxKind::Notice,
                key: "notice:7".into(),
                to,
                draft: Some(draft.id),
                with: None,
                not_before: at("2020-09-07T12:00:00Z"),
                content: Content::Frozen(FrozenMail { message_id: "a@b".into(), bytes: Vec::new() }),
            },
            state: OutboxState::Sent,
            attempts: 1,
            changed_at: at("2020-09-07T12:03:00Z"),
            answer: Some("250 ok\u{7}".into()),
        };
        let mut out = Vec::new();
        show(&mut out, &draft, &maintenance(), &[row], &clock).unwrap();
        assert_eq!(
            plain(&out),
            "\
FW-12 v1: Maintenance of [31mmail01
  state     approved
  proposed  Sat Sep 5, 9:01 AM CDT
  mode      live
  content   0badc0de
  send by   Tue Sep 8, 11:00 PM CDT

=== notice 1 of 1, times in America/Chicago ===
To: office@lakeside.example
To: office@meyer.example
    sent Mon Sep 7, 7:03 AM CDT: 250 ok
Subject: Mail: maintenance on Sep 9

Dear customer,

mail01 moves.

"
        );
    }

    #[test]
    fn a_maintenance_is_named_as_in_a_subject() {
        for text in ["FW-12", "fw-12", "12"] {
            assert_eq!(number(text).unwrap(), MaintenanceId(12));
        }
        assert!(number("v12").unwrap_err().to_string().contains("FW-12"));
    }
}
