//! The report for people: what it rests on, the counts, each maintenance, what would have been missed, what to do next.

use std::io::Write;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::report::{Late, Line, MOST_LISTED, Mails, Missed, Report, Waiting, ahead};
use crate::{
    cli::view::{HEAD, aligned, folded},
    mail::outgoing::{
        instants::StaffClock,
        one_line,
        phrases::{counted, listed},
    },
    model::{Kind, Precision, Role, Status, Window, Zones},
};

/// Objects of a provider's that a line names.
const MOST_OBJECTS: usize = 8;

/// Prints the report.
///
/// # Errors
/// When the output is closed.
pub(super) fn print(report: &Report, zones: &Zones, zone: Tz, out: &mut impl Write) -> anyhow::Result<()> {
    let clock = StaffClock::new(zones, zone);
    let mut page = Page { out, clock };
    page.about(report)?;
    page.mails(report)?;
    page.providers(report)?;
    page.head(&format!("{} in order of time", counted(report.maintenances.len(), "maintenance")))?;
    for line in &report.maintenances {
        page.maintenance(line)?;
    }
    page.missed(report)?;
    page.head("What to do next")?;
    for (number, step) in report.next.iter().enumerate() {
        page.say(&format!("  {}. ", number + 1), step)?;
    }
    Ok(())
}

struct Page<'a, W> {
    out: &'a mut W,
    clock: StaffClock<'a>,
}

impl<W: Write> Page<'_, W> {
    fn say(&mut self, lead: &str, text: &str) -> anyhow::Result<()> {
        for line in folded(lead, text) {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn head(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "\n{HEAD}{text}{HEAD:#}")?)
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        self.clock.local(at).format("%F").to_string()
    }

    fn about(&mut self, report: &Report) -> anyhow::Result<()> {
        let about = &report.about;
        writeln!(
            self.out,
            "{HEAD}Rewind of {}: {} to {}{HEAD:#}",
            one_line(&about.mailbox, 60),
            self.day(about.first),
            self.day(about.last)
        )?;
        let [providers, services, customers] = about.counts;
        let inventory = match &about.inventory {
            Some(file) => {
                format!("{file}, {}, {}, {}", counted(providers, "provider"), counted(services, "service"), counted(customers, "customer"))
            }
            None => "none: nothing can be mapped to services and customers".to_owned(),
        };
        self.say("inventory      ", &inventory)?;
        let policy = about.configuration.clone().unwrap_or_else(|| "none; values that most houses have".to_owned());
        self.say("configuration  ", &policy)?;
        self.say("times          ", &format!("{} ({})", about.zone, about.zone_from))?;
        writeln!(self.out)?;
        self.say("", about.how)
    }

    fn mails(&mut self, report: &Report) -> anyhow::Result<()> {
        let mails = &report.mails;
        self.head(&format!("{} read", counted(size(mails.read), "mail")))?;
        let rows: Vec<Vec<String>> =
            mails.outcomes.iter().map(|(name, count)| vec![format!("  {count}"), outcome(name).to_owned()]).collect();
        for row in aligned(&rows) {
            writeln!(self.out, "{row}")?;
        }
        if mails.outside > 0 {
            self.say("  ", &format!("{} of other days were left out; what they announced is not known here", mails.outside))?;
        }
        self.times(mails)?;
        for fault in mails.unreadable.iter().take(MOST_LISTED) {
            self.say("  ! ", &format!("cannot be read: {fault}"))?;
        }
        let (nagging, left): (Vec<_>, Vec<_>) = report
            .would_have_left
            .iter()
            .partition(|(name, _)| name.starts_with("alarms") || matches!(**name, "reminders" | "escalations"));
        let words = |left: Vec<(&&str, &u64)>| listed(&left.iter().map(|(name, count)| numbered(name, **count)).collect::<Vec<_>>());
        if !left.is_empty() {
            self.say("  ", &format!("Would have left: {}.", words(left)))?;
        }
        if !nagging.is_empty() {
            self.say("  ", &format!("And because nobody answered the questions, at least {}.", words(nagging)))?;
        }
        Ok(())
    }

    fn times(&mut self, mails: &Mails) -> anyhow::Result<()> {
        for (files, why) in [
            (&mails.by_file_time, "with neither Received nor Date: placed at the time of the file or separator"),
            (&mails.undated, "with no time at all: placed beside the mail before"),
        ] {
            if !files.is_empty() {
                let names: Vec<String> = files.iter().take(5).map(|file| one_line(file, 60)).collect();
                let more = if files.len() > 5 { ", …" } else { "" };
                self.say("  ! ", &format!("{} {why} ({}{more})", counted(files.len(), "mail"), names.join(", ")))?;
            }
        }
        Ok(())
    }

    fn providers(&mut self, report: &Report) -> anyhow::Result<()> {
        self.head(&counted(report.providers.len(), "provider"))?;
        for line in report.providers.iter().take(MOST_LISTED * 2) {
            let outcomes: Vec<String> = line.outcomes.iter().map(|(name, count)| format!("{count} {name}")).collect();
            let stranger = if line.in_inventory || report.about.inventory.is_none() { "" } else { " (not in the inventory)" };
            let text = format!("{}{stranger}: {} = {}", line.provider, counted(size(line.mails), "mail"), outcomes.join(" + "));
            self.say("  ", &text)?;
            if report.about.inventory.is_none() && !line.objects.is_empty() {
                self.say("    names ", &objects(&line.objects))?;
            }
        }
        let rest = report.providers.len().saturating_sub(MOST_LISTED * 2);
        if rest > 0 {
            self.say("  ", &format!("and {rest} more; --format json lists them all"))?;
        }
        Ok(())
    }

    fn windows(&mut self, lead: &str, windows: &[Window]) -> anyhow::Result<()> {
        for window in windows.iter().take(6) {
            let backup = if window.role == Role::Backup { "backup: " } else { "" };
            let cancelled = if window.status == Some(Status::Cancelled) { " (called off)" } else { "" };
            let day = match window.precision {
                Precision::Day => window.start.format("%F").to_string(),
                Precision::Minute => self.day(window.start),
            };
            self.say(lead, &format!("{backup}{day}  {}{cancelled}", self.clock.span(window)))?;
        }
        if windows.len() > 6 {
            self.say(lead, &format!("and {} more windows", windows.len() - 6))?;
        }
        Ok(())
    }

    fn maintenance(&mut self, line: &Line) -> anyhow::Result<()> {
        let kind = if line.kind == Some(Kind::Incident) { "outage report: " } else { "" };
        let status = match line.status {
            Status::Cancelled => " [cancelled]",
            Status::Completed => " [completed]",
            _ => "",
        };
        self.say(&format!("  {:<7}", line.id.to_string()), &format!("{}: {kind}{}{status}", line.provider, line.title))?;
        self.windows("         ", &line.windows)?;
        let ahead = line.hours_ahead.map(|hours| format!(", {}", ahead(hours))).unwrap_or_default();
        let mails = if line.mails > 1 { format!("; {} about it", counted(line.mails, "mail")) } else { String::new() };
        self.say("         ", &format!("announced {}{ahead}{mails}", self.day(line.announced)))?;
        for (at, text) in &line.history {
            self.say("         ", &format!("{}  {text}", self.day(*at)))?;
        }
        for told in &line.told {
            let services = if told.services.is_empty() { String::new() } else { format!(" of {}", listed(&told.services)) };
            let customers = counted(told.customers.len(), "customer");
            let start = told.starts_at.map(|at| format!(" for {}", self.clock.brief(at))).unwrap_or_default();
            let text = format!("told {}: {customers}{services} ({}{start})", self.day(told.at), told.what);
            self.say("         ", &text)?;
        }
        for asked in line.asked.iter().filter(|asked| !asked.questions.is_empty()) {
            let open = if asked.open { "" } else { " (a later mail answered it)" };
            self.say("         ", &format!("you would have been asked {}: {}{open}", self.day(asked.at), asked.questions.join("; ")))?;
        }
        if let Some(nobody) = &line.nobody {
            self.say("         ", &format!("nobody told: {nobody}"))?;
        }
        Ok(())
    }

    fn missed(&mut self, report: &Report) -> anyhow::Result<()> {
        let missed = &report.missed;
        self.head("Missed or late")?;
        if missed.is_empty() {
            return self.say("  ", "Nothing: every notice was read, mapped and early enough.");
        }
        self.part("announced after they began", &missed.after_start, late)?;
        self.part("announced too late", &missed.short, late)?;
        if !missed.waits.is_empty() {
            self.say("  ", &format!("{} waited for a person, and no customer was told before that", counted(missed.waits.len(), "case")))?;
            for waiting in missed.waits.iter().take(MOST_LISTED) {
                self.waiting(waiting)?;
            }
            if missed.waits.len() > MOST_LISTED {
                self.say("    ", &format!("and {} more; --format json lists them all", missed.waits.len() - MOST_LISTED))?;
            }
        }
        self.gaps(missed)
    }

    fn waiting(&mut self, waiting: &Waiting) -> anyhow::Result<()> {
        let lead = format!("    {:<7}", waiting.id.to_string());
        let mail = waiting.mail.as_ref();
        let about = mail.map_or_else(
            || waiting.provider.clone(),
            |mail| format!("{}  {} “{}” ({})", self.day(mail.at), waiting.provider, one_line(&mail.subject, 80), one_line(&mail.file, 60)),
        );
        self.say(&lead, &about)?;
        if let Some(why) = &waiting.why {
            self.say("           why: ", why)?;
        }
        self.say("           asked: ", &waiting.questions.join("; "))?;
        self.windows("           found: ", &waiting.windows)?;
        for (number, windows) in waiting.readings.iter().enumerate() {
            let reading = if waiting.readings.len() > 1 { format!("reading {}", number + 1) } else { "found".to_owned() };
            self.windows(&format!("           {reading}: "), windows)?;
        }
        if !waiting.objects.is_empty() {
            let named: Vec<(String, u64)> = waiting.objects.iter().map(|id| (id.clone(), 1)).collect();
            self.say("           names: ", &objects(&named))?;
        }
        Ok(())
    }

    fn gaps(&mut self, missed: &Missed) -> anyhow::Result<()> {
        for (provider, ids) in &missed.unknown_objects {
            self.say("  ", &format!("{} of {provider} that no service stands on: {}", counted(ids.len(), "object"), objects(ids)))?;
        }
        self.part("of the services touched without a customer", &missed.services_without_customer, |name| (*name).clone())?;
        self.part("of the customers touched without a contact for it", &missed.customers_without_contact, |name| (*name).clone())?;
        if !missed.forms.is_empty() {
            let all: u64 = missed.forms.values().flatten().map(|(_, count, _)| *count).sum();
            self.say("  ", &format!("{} in a form that no rule reads", counted(size(all), "mail")))?;
            for (provider, forms) in &missed.forms {
                for (form, count, file) in forms.iter().take(MOST_LISTED) {
                    self.say(&format!("    {count:>4}  "), &format!("{provider}: “{form}” ({})", one_line(file, 60)))?;
                }
            }
        }
        self.part("mails put aside unread", &missed.quarantined, |note| format!("{}: {}", one_line(&note.file, 60), note.why))
    }

    fn part<'x, T: 'x>(&mut self, what: &str, all: impl IntoIterator<Item = &'x T>, text: impl Fn(&T) -> String) -> anyhow::Result<()> {
        let lines: Vec<String> = all.into_iter().map(text).collect();
        if lines.is_empty() {
            return Ok(());
        }
        self.say("  ", &format!("{} {what}:", lines.len()))?;
        for line in lines.iter().take(MOST_LISTED) {
            self.say("    ", line)?;
        }
        if lines.len() > MOST_LISTED {
            self.say("    ", &format!("and {} more; --format json lists them all", lines.len() - MOST_LISTED))?;
        }
        Ok(())
    }
}

/// `2 requests to approvers`, `1 request to approvers`.
fn numbered(name: &str, count: u64) -> String {
    let (first, rest) = name.split_once(' ').map_or((name, String::new()), |(first, rest)| (first, format!(" {rest}")));
    format!("{}{rest}", counted(size(count), first.trim_end_matches('s')))
}

fn late(late: &Late) -> String {
    format!("{}  {}: {}", late.id, late.what, late.why)
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn objects(objects: &[(String, u64)]) -> String {
    let shown = objects.iter().take(MOST_OBJECTS).map(|(id, count)| {
        let id = one_line(id, 60);
        if *count > 1 { format!("{id} ({count} times)") } else { id }
    });
    let mut shown: Vec<String> = shown.collect();
    if objects.len() > MOST_OBJECTS {
        shown.push(format!("and {} more", objects.len() - MOST_OBJECTS));
    }
    shown.join(", ")
}

/// What an outcome means to somebody who reads it for the first time.
fn outcome(name: &str) -> &str {
    match name {
        "extracted" => "extracted: a rule read a notice surely",
        "needs-person" => "needs-person: a person would have been asked",
        "irrelevant" => "irrelevant: ordinary mail, nothing to act on",
        "automatic" => "automatic: answers of machines, and our own mail",
        "bounce" => "bounce: delivery reports",
        "duplicate" => "duplicate: the same bytes as an earlier mail",
        "quarantined" => "quarantined: put aside unread, staff are told",
        "customer-reply" => "customer-reply: answers to our notices",
        "reply" => "reply: answers of staff",
        other => other,
    }
}
