//! The distinct mails of a change, each with those who get it.

mod audience;
mod outage;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use self::audience::{Addressee, Form, Sameness, addressees};
pub use self::audience::{below_threshold, told, untold};
use super::calendar::{self, Reader};
use super::templates::{Shown, TemplateFault, Templates};
use super::words::impact_on;
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::phrases::{listed, long_roll_out, main_windows};
use crate::mail::outgoing::{clean, html, one_line, shown};
use crate::model::{Affected, Change, Impact, Kind, Mailbox, Maintenance, Policy, Precision, Recipient, Reminder, Variant, Zones};

/// Everything that notices are written from.
#[derive(Clone, Copy, Debug)]
pub struct NoticeFacts<'a> {
    /// Templates.
    pub templates: &'a Templates,
    /// Form of notices, rehearsal address.
    pub policy: &'a Policy,
    /// Zone rules.
    pub zones: &'a Zones,
    /// The maintenance.
    pub maintenance: &'a Maintenance,
    /// What changed.
    pub change: &'a Change,
    /// Whom it touches.
    pub affected: &'a Affected,
    /// The provider's name for customers: `Data Center Provider`.
    pub provider_public_name: &'a str,
    /// The editable paragraphs.
    pub paragraphs: &'a str,
    /// Whether notices go to the rehearsal address.
    pub rehearsal: bool,
    /// What earlier notices of this maintenance went out, and to whom, the newest first (`told`).
    pub told: &'a [Variant],
    /// Number of the draft among those of its maintenance, from 1: calendar entries count by it.
    pub revision: u32,
    /// When it is proposed, UTC.
    pub proposed_at: DateTime<Utc>,
    /// Whether it is an emergency window inside an outage.
    pub emergency: bool,
}

/// Writes the notices of a change. An address gets one copy, whatever the number of customers behind it. What cancels,
/// starts or completes goes to exactly those who were told; who is newly touched by a change gets a first notice; who is no
/// longer touched is told so.
///
/// # Errors
/// The fault of a template that cannot be rendered.
pub fn variants(facts: &NoticeFacts<'_>) -> Result<Vec<Variant>, TemplateFault> {
    let mut groups: BTreeMap<Sameness, Vec<Addressee>> = BTreeMap::new();
    for addressee in addressees(facts) {
        groups.entry(addressee.sameness()).or_default().push(addressee);
    }
    let mut variants = groups.into_values().map(|group| variant(facts, group)).collect::<Result<Vec<Variant>, TemplateFault>>()?;
    // The text that staff may change is English: what they see first holds it.
    variants.sort_by_key(|variant| Language::of(&variant.language));
    Ok(variants)
}

fn worst(facts: &NoticeFacts<'_>) -> Impact {
    impact_on(facts.maintenance, &facts.affected.services)
}

fn variant(facts: &NoticeFacts<'_>, group: Vec<Addressee>) -> Result<Variant, TemplateFault> {
    let Some(first) = group.first().cloned() else {
        return Err(TemplateFault { name: "notice.j2".to_owned(), line: None, detail: "there is nobody to write to".to_owned() });
    };
    let all: Vec<Recipient> = group.into_iter().map(|addressee| addressee.recipient).collect();
    let body = wording::fill(facts, &first, &all);
    let (stem, head) = if facts.maintenance.kind == Some(Kind::Incident) {
        ("outage", outage::head(facts, &first, &body))
    } else {
        ("notice", body.clone())
    };
    let subject = one_line(&facts.templates.render("subject", &first.language, &head)?, 150);
    let text = tidy(&facts.templates.render(stem, &first.language, &body)?);
    let reader = Reader {
        services: &first.services,
        impact: first.impact,
        customers: &first.account,
        has: &first.has,
        language: Language::of(&first.language),
        is_off: first.form.is_off(facts.change),
    };
    let calendar = calendar::calendar(facts, &reader);
    let reminder = reminder(facts, &first, &all)?;
    let recipients = if facts.rehearsal { vec![rehearsed(facts.policy, &all)] } else { all };
    Ok(Variant {
        services: first.services,
        zone: first.zone,
        language: first.language,
        impact: first.impact,
        recipients,
        subject: if facts.rehearsal { format!("[REHEARSAL] {subject}") } else { subject },
        html: html::from_text(&text),
        text,
        calendar,
        reminder,
    })
}

/// What the same readers get shortly before the first window: the notice as whoever hears of it for the first time reads it. None where the
/// house sends none, and where the notice itself leaves so late that it would only be repeated.
fn reminder(facts: &NoticeFacts<'_>, first: &Addressee, all: &[Recipient]) -> Result<Option<Reminder>, TemplateFault> {
    let Some(before) = facts.policy.notices.remind_before else { return Ok(None) };
    let planned = matches!(facts.change, Change::New | Change::Rescheduled { .. } | Change::Updated { .. });
    let start = main_windows(facts.maintenance).filter(|window| window.precision == Precision::Minute).map(|window| window.start).min();
    let Some(start) = start.filter(|start| *start - facts.proposed_at >= before * 2) else { return Ok(None) };
    let told = planned && matches!(first.form, Form::First | Form::Update) && !long_roll_out(facts.maintenance);
    if !told || facts.emergency || facts.maintenance.kind == Some(Kind::Incident) {
        return Ok(None);
    }
    let facts = NoticeFacts { change: &Change::New, ..*facts };
    let reader = Addressee { form: Form::First, ..first.clone() };
    let body = wording::fill(&facts, &reader, all);
    let body = Shown { prefix: Language::of(&reader.language).pick("REMINDER: ", "ERINNERUNG: ").to_owned(), ..body };
    let subject = one_line(&facts.templates.render("subject", &reader.language, &body)?, 150);
    let text = tidy(&facts.templates.render("notice", &reader.language, &body)?);
    let subject = if facts.rehearsal { format!("[REHEARSAL] {subject}") } else { subject };
    Ok(Some(Reminder { at: start - before, subject, html: html::from_text(&text), text }))
}

fn rehearsed(policy: &Policy, recipients: &[Recipient]) -> Recipient {
    let customers: BTreeSet<String> = recipients.iter().flat_map(|recipient| recipient.customers.iter().cloned()).collect();
    Recipient { customers: customers.into_iter().collect(), mailbox: rehearsal_address(policy).clone() }
}

/// A rehearsal without its address still never reaches a customer.
fn rehearsal_address(policy: &Policy) -> &Mailbox {
    policy.rehearsal_to.as_ref().unwrap_or(&policy.from)
}

fn rehearsal(policy: &Policy, recipients: &[Recipient]) -> String {
    let mut lines = vec!["REHEARSAL: no customer gets this mail. Live it would go to:".to_owned()];
    lines.extend(recipients.iter().map(|recipient| {
        if recipient.mailbox.address == rehearsal_address(policy).address {
            format!("  the contacts of {}", listed(&recipient.customers))
        } else {
            format!("  {} ({})", shown(&recipient.mailbox), listed(&recipient.customers))
        }
    }));
    lines.join("\n")
}

/// At most one empty line in a row, none at the ends, no space at a line's end: a template's author need not count them.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in clean(text).lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        out.push_str(line);
        out.push('\n');
        empty = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
