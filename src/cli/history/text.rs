//! The record of one maintenance for people: a page that can be printed.

use super::Page;
use crate::cli::view::{ALERT, HEAD, folded};
use crate::inventory::provider_for;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::counted;
use crate::mail::outgoing::{clean, shown};
use crate::model::{Content, LedgerMail, Role, Status};
use crate::record::{Fate, Whose, concerned, events, fate, notices, title, unmade};
use chrono_tz::Tz;
use std::io::Write;

pub(super) fn page(out: &mut impl Write, page: &Page<'_>, zone: Tz) -> std::io::Result<()> {
    let maintenance = &page.case.maintenance;
    let provider =
        provider_for(page.inventory, &maintenance.provider).map_or(maintenance.provider.as_str(), |provider| provider.name.as_str());
    for line in folded("", &format!("{} {provider}: {}", maintenance.id, title(maintenance))) {
        writeln!(out, "{HEAD}{line}{HEAD:#}")?;
    }
    let mut facts: Vec<(&str, String)> = Vec::new();
    if let Some(whose) = page.whose {
        facts.push(("for", format!("{} ({})", whose.name, whose.id)));
    }
    facts.extend(maintenance.said.maintenance_id.iter().map(|id| ("number", format!("{id} at the provider"))));
    for window in &maintenance.said.windows {
        facts.push((if window.role == Role::Backup { "backup" } else { "window" }, page.clock.span(window)));
    }
    if maintenance.said.windows.is_empty() {
        facts.push(("window", maintenance.said.watch.as_ref().map_or("none is known".to_owned(), |words| format!("“{words}”"))));
    }
    facts.push(("status", status(maintenance.status).to_owned()));
    facts.push(("times", format!("UTC and {}", zone.name())));
    for (label, text) in &facts {
        say(out, label, text, false)?;
    }
    match page.whose {
        Some(whose) => told(out, page, whose, None)?,
        None => everybody(out, page)?,
    }
    writeln!(out)?;
    let mut last = String::new();
    for event in events(page.case, page.whose, page.clock, page.now) {
        let at = format!("  {}  {}", event.at.format("%Y-%m-%d %H:%M UTC"), page.clock.full(event.at));
        if at != last {
            writeln!(out, "{at}")?;
        }
        last = at;
        for (number, line) in folded("      ", &event.text).into_iter().enumerate() {
            // What hangs over belongs to the line before.
            writeln!(out, "{}{line}", if number == 0 { "" } else { "  " })?;
        }
    }
    if page.bytes {
        mails(out, page)?;
    }
    Ok(())
}

fn say(out: &mut impl Write, label: &str, text: &str, alert: bool) -> std::io::Result<()> {
    let (on, off) = if alert { (format!("{ALERT}"), format!("{ALERT:#}")) } else { (String::new(), String::new()) };
    for line in folded(&format!("  {label:<9} "), text) {
        writeln!(out, "{on}{line}{off}")?;
    }
    Ok(())
}

/// Whether one customer was told, and why not.
fn told(out: &mut impl Write, page: &Page<'_>, whose: &Whose, name: Option<&str>) -> std::io::Result<()> {
    let Fate { copies, why_not } = fate(page.case, page.inventory, whose, page.clock);
    let lead = name.map_or(String::new(), |name| format!("{name}: "));
    for copy in &copies {
        let at = format!("{} ({})", page.clock.full(copy.at), copy.at.format("%Y-%m-%d %H:%M UTC"));
        say(out, "TOLD", &format!("{lead}v{} to {} on {at}", copy.revision, copy.address), false)?;
    }
    for why in &why_not {
        say(out, if copies.is_empty() { "NOT TOLD" } else { "BUT" }, &format!("{lead}{why}"), true)?;
    }
    Ok(())
}

fn everybody(out: &mut impl Write, page: &Page<'_>) -> std::io::Result<()> {
    let all = concerned(page.case, page.inventory);
    for one in all.iter().filter(|one| one.surely) {
        let whose = Whose::new(&one.id, page.inventory, std::slice::from_ref(page.case));
        told(out, page, &whose, Some(&one.name))?;
    }
    let unsure = all.iter().filter(|one| !one.surely).count();
    if unsure > 0 {
        let unknown = crate::inventory::affected(page.inventory, &page.case.maintenance, &[]).unknown_objects.join(", ");
        let text = format!(
            "services.toml does not know {unknown}: {} have something at this provider and may be touched",
            counted(unsure, "customer")
        );
        say(out, "UNSURE", &text, true)?;
    }
    if all.is_empty() {
        say(out, "NOBODY", "no customer is touched, as services.toml stands now", false)?;
    }
    Ok(())
}

/// The mails as they were sent.
fn mails(out: &mut impl Write, page: &Page<'_>) -> std::io::Result<()> {
    for (sent, draft) in notices(page.case, page.whose) {
        let Content::Frozen(mail) = &sent.row.outgoing.content else { continue };
        let to = shown(&sent.row.outgoing.to);
        writeln!(
            out,
            "\n{HEAD}=== v{} to {to}: {}, {} ==={HEAD:#}",
            draft.revision,
            sent.row.state.name(),
            counted(mail.bytes.len(), "byte")
        )?;
        if mail.bytes.is_empty() {
            writeln!(out, "They were erased.")?;
        }
        writeln!(out, "{}", clean(&String::from_utf8_lossy(&mail.bytes)).trim_end())?;
    }
    Ok(())
}

/// Mails of which no maintenance was made.
pub(super) fn made_nothing(out: &mut impl Write, mails: &[&LedgerMail], clock: &StaffClock<'_>) -> std::io::Result<()> {
    writeln!(out, "\n{HEAD}Of {} no maintenance was made:{HEAD:#}", counted(mails.len(), "mail"))?;
    for mail in mails {
        writeln!(out, "  {}  {}", mail.arrived_at.format("%Y-%m-%d %H:%M UTC"), clock.full(mail.arrived_at))?;
        for line in folded("      ", &unmade(mail, clock)) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Tentative => "not confirmed yet",
        Status::Confirmed | Status::Rescheduled => "confirmed",
        Status::InProcess => "under way",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
    }
}
