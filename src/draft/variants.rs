//! The distinct mails of a change, each with those who get it.

mod wording;

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::templates::{TemplateFault, Templates};
use super::words::impact_on;
use crate::mail::outgoing::phrases::{listed, severity};
use crate::mail::outgoing::{clean, html, one_line, shown};
use crate::model::{
    Affected, AffectedService, Change, Draft, ERASED, Impact, Mailbox, Maintenance, OutboxState, Policy, Recipient, Told, Variant, Zones,
};

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
    /// What earlier notices of this maintenance went out, and to whom (`told`).
    pub told: &'a [Variant],
}

/// The form that a recipient gets, by what they know already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// Knows nothing of it.
    First,
    /// Knows an earlier state.
    Update,
    /// Knows it, and it is over in one way or another, or has begun.
    Closing,
    /// Knows it, and is not touched any more.
    Released,
}

/// One address with everything that decides what it reads.
#[derive(Clone, Debug)]
struct Addressee {
    recipient: Recipient,
    /// Names of the customers, in the inventory's order.
    names: Vec<String>,
    form: Form,
    zone: Tz,
    language: String,
    services: Vec<AffectedService>,
    impact: Impact,
}

/// Addressees that agree in this read the same mail.
type Sameness = (Form, &'static str, String, u8, Vec<AffectedService>, Vec<String>);

impl Addressee {
    fn sameness(&self) -> Sameness {
        let names = if self.names.len() > 1 { self.names.clone() } else { Vec::new() };
        (self.form, self.zone.name(), self.language.clone(), severity(self.impact), self.services.clone(), names)
    }
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
    groups.into_values().map(|group| variant(facts, group)).collect()
}

/// What went out of earlier drafts, newest state for each address: rows that failed or were taken back do not count, and
/// rows of the rehearsal count in rehearsal only.
#[must_use]
pub fn told(drafts: &[Draft], rows: &[Told], rehearsal: bool) -> Vec<Variant> {
    let out: BTreeSet<(i64, &str)> = rows
        .iter()
        .filter(|row| {
            row.address != ERASED && row.rehearsal == rehearsal && !matches!(row.state, OutboxState::Failed | OutboxState::Cancelled)
        })
        .map(|row| (row.draft.0, row.address.as_str()))
        .collect();
    let mut seen = BTreeSet::new();
    let mut found: Vec<Variant> = Vec::new();
    for draft in drafts.iter().rev() {
        for variant in &draft.variants {
            let mut kept = variant.clone();
            kept.recipients.retain(|recipient| {
                let reached = out.contains(&(draft.id.0, recipient.mailbox.address.as_str()));
                reached && seen.insert((recipient.mailbox.address.clone(), recipient.customers.clone()))
            });
            if !kept.recipients.is_empty() {
                found.push(kept);
            }
        }
    }
    found
}

fn addressees(facts: &NoticeFacts<'_>) -> Vec<Addressee> {
    match facts.change {
        Change::Cancelled | Change::Started | Change::Completed | Change::Retracted => told_before(facts, Form::Closing, &|_| true),
        Change::New | Change::Rescheduled { .. } | Change::Updated { .. } | Change::Extended { .. } => {
            let mut all = touched(facts);
            let affected: BTreeSet<&str> = facts.affected.customers.iter().map(|customer| customer.id.as_str()).collect();
            let gone = |recipient: &Recipient| {
                let customers = &recipient.customers;
                let dropped = |id: &String| facts.maintenance.dropped.iter().any(|dropped| dropped.eq_ignore_ascii_case(id));
                !customers.iter().any(|id| affected.contains(id.as_str()) || dropped(id))
            };
            all.extend(told_before(facts, Form::Released, &gone));
            all
        }
        Change::Unchanged | Change::Stale => Vec::new(),
    }
}

fn told_before(facts: &NoticeFacts<'_>, form: Form, wanted: &dyn Fn(&Recipient) -> bool) -> Vec<Addressee> {
    let mut all = Vec::new();
    for variant in facts.told {
        for recipient in variant.recipients.iter().filter(|recipient| wanted(recipient)) {
            all.push(Addressee {
                recipient: recipient.clone(),
                names: Vec::new(),
                form,
                zone: variant.zone,
                language: variant.language.clone(),
                services: variant.services.clone(),
                impact: variant.impact,
            });
        }
    }
    all
}

fn touched(facts: &NoticeFacts<'_>) -> Vec<Addressee> {
    let mut by_address: BTreeMap<String, Addressee> = BTreeMap::new();
    for customer in &facts.affected.customers {
        for contact in &customer.contacts {
            let entry = by_address.entry(contact.mailbox.address.to_ascii_lowercase()).or_insert_with(|| Addressee {
                recipient: Recipient { customers: Vec::new(), mailbox: contact.mailbox.clone() },
                names: Vec::new(),
                form: Form::First,
                zone: customer.zone,
                language: customer.language.clone(),
                services: Vec::new(),
                impact: Impact::NoImpact,
            });
            if !entry.recipient.customers.contains(&customer.id) {
                entry.recipient.customers.push(customer.id.clone());
                entry.names.push(one_line(&customer.name, 80));
            }
        }
    }
    let has: BTreeMap<&str, &[String]> =
        facts.affected.customers.iter().map(|customer| (customer.id.as_str(), customer.services.as_slice())).collect();
    let mut all: Vec<Addressee> = by_address.into_values().collect();
    for addressee in &mut all {
        let theirs: Vec<AffectedService> = facts
            .affected
            .services
            .iter()
            .filter(|service| !service.internal)
            .filter(|service| {
                addressee.recipient.customers.iter().any(|id| has.get(id.as_str()).is_some_and(|ids| ids.contains(&service.id)))
            })
            .cloned()
            .collect();
        addressee.impact = impact_on(facts.maintenance, &theirs);
        addressee.services = theirs;
        if knows(facts, &addressee.recipient) && *facts.change != Change::New {
            addressee.form = Form::Update;
        }
    }
    all.retain(|addressee| !addressee.services.is_empty());
    // What is felt by nobody is said of all services at once, as the house does: no list, hence no distinction by service.
    if severity(worst(facts)) == 0 {
        all.iter_mut().for_each(|addressee| addressee.services.clear());
    }
    all
}

fn knows(facts: &NoticeFacts<'_>, recipient: &Recipient) -> bool {
    let mut before = facts.told.iter().flat_map(|variant| &variant.recipients);
    if facts.rehearsal {
        before.any(|known| recipient.customers.iter().all(|id| known.customers.contains(id)))
    } else {
        before.any(|known| known.mailbox.address.eq_ignore_ascii_case(&recipient.mailbox.address))
    }
}

fn worst(facts: &NoticeFacts<'_>) -> Impact {
    impact_on(facts.maintenance, &facts.affected.services)
}

fn variant(facts: &NoticeFacts<'_>, group: Vec<Addressee>) -> Result<Variant, TemplateFault> {
    let Some(first) = group.first().cloned() else {
        return Err(TemplateFault { name: "notice.j2".to_owned(), line: None, detail: "there is nobody to write to".to_owned() });
    };
    let all: Vec<Recipient> = group.into_iter().map(|addressee| addressee.recipient).collect();
    let filled = wording::fill(facts, &first, &all);
    let subject = one_line(&facts.templates.render("subject", &first.language, &filled)?, 150);
    let text = tidy(&facts.templates.render("notice", &first.language, &filled)?);
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
        calendar: None,
    })
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
