//! Who reads of a change, and in which form: by what they were told before, what of theirs is touched, and their threshold.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::{NoticeFacts, worst};
use crate::draft::calendar::{self, Entry};
use crate::draft::words::impact_on;
use crate::mail::outgoing::instants::Instants;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::listed;
use crate::model::{
    Affected, AffectedCustomer, AffectedService, CalendarForm, Change, Draft, ERASED, Impact, Maintenance, OutboxState, Recipient, Told,
    Variant,
};

/// The form that a recipient gets, by what they know already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// Knows nothing of it.
    First,
    /// Knows an earlier state.
    Update,
    /// Knows it, and it is over in one way or another, or has begun.
    Closing,
    /// Knows it, and is not touched any more.
    Released,
}

impl Form {
    /// Whether the work is off, or off for the reader.
    pub(super) fn is_off(self, change: &Change) -> bool {
        match self {
            Self::Released => true,
            Self::Closing => matches!(change, Change::Cancelled | Change::Retracted),
            Self::First | Self::Update => false,
        }
    }
}

/// One address with everything that decides what it reads.
#[derive(Clone, Debug)]
pub(super) struct Addressee {
    pub(super) recipient: Recipient,
    /// Names of the customers, in the inventory's order.
    pub(super) names: Vec<String>,
    pub(super) form: Form,
    pub(super) zone: Tz,
    pub(super) language: String,
    pub(super) services: Vec<AffectedService>,
    pub(super) impact: Impact,
    /// The calendar entries of it that they have and that are to be cancelled.
    pub(super) has: Vec<Entry>,
    /// Ids of the customers where a machine reads them (BCOP); else empty, so that customers share a notice.
    pub(super) account: Vec<String>,
}

/// Addressees that agree in this read the same mail.
pub(super) type Sameness = (Form, &'static str, String, u8, Vec<AffectedService>, Vec<String>, Vec<Entry>, Vec<String>);

impl Addressee {
    pub(super) fn sameness(&self) -> Sameness {
        let names = if self.names.len() > 1 { self.names.clone() } else { Vec::new() };
        let (zone, language) = (self.zone.name(), self.language.clone());
        (self.form, zone, language, self.impact.severity(), self.services.clone(), names, self.has.clone(), self.account.clone())
    }
}

/// What went out of earlier drafts, newest state for each address: rows that failed or were taken back do not count, and
/// rows of the rehearsal count in rehearsal only.
#[must_use]
pub fn told(drafts: &[Draft], rows: &[Told], rehearsal: bool) -> Vec<Variant> {
    let out: BTreeSet<(i64, &str)> = rows
        .iter()
        .filter(|row| row.address != ERASED && row.rehearsal == rehearsal)
        .filter(|row| !matches!(row.state, OutboxState::Failed | OutboxState::Cancelled))
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

/// Everybody who is written to of a change.
pub(super) fn addressees(facts: &NoticeFacts<'_>) -> Vec<Addressee> {
    let mut all = forms(facts);
    for addressee in &mut all {
        let entries = std::mem::take(&mut addressee.has);
        addressee.has = calendar::relevant(facts, entries, addressee.form.is_off(facts.change));
    }
    if facts.policy.notices.calendar == CalendarForm::Bcop {
        all.iter_mut().for_each(|addressee| addressee.account.clone_from(&addressee.recipient.customers));
    }
    all
}

fn forms(facts: &NoticeFacts<'_>) -> Vec<Addressee> {
    match facts.change {
        Change::Cancelled | Change::Started | Change::Completed | Change::Retracted => told_before(facts, Form::Closing, &|_| true),
        Change::New | Change::Rescheduled { .. } | Change::Updated { .. } | Change::Extended { .. } => {
            let mut all = touched(facts);
            all.retain(|addressee| addressee.form != Form::Update || shows(facts, addressee));
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
                services: still(facts, form, &variant.services),
                impact: variant.impact,
                has: variant.calendar.as_deref().map(calendar::entries).unwrap_or_default(),
                account: Vec::new(),
            });
        }
    }
    all
}

/// Of the services that somebody was told of those that it still is about: some may have been split off since.
fn still(facts: &NoticeFacts<'_>, form: Form, told: &[AffectedService]) -> Vec<AffectedService> {
    let touched = |service: &&AffectedService| facts.affected.services.iter().any(|one| one.id == service.id);
    let rest: Vec<AffectedService> = told.iter().filter(touched).cloned().collect();
    if form != Form::Closing || rest.is_empty() { told.to_vec() } else { rest }
}

fn touched(facts: &NoticeFacts<'_>) -> Vec<Addressee> {
    let mut by_address: BTreeMap<String, Addressee> = BTreeMap::new();
    for customer in facts.affected.customers.iter().filter(|customer| is_told(facts.maintenance, facts.affected, facts.told, customer)) {
        for contact in &customer.contacts {
            let entry = by_address.entry(contact.mailbox.address.to_ascii_lowercase()).or_insert_with(|| Addressee {
                recipient: Recipient { customers: Vec::new(), mailbox: contact.mailbox.clone() },
                names: Vec::new(),
                form: Form::First,
                zone: customer.zone,
                language: customer.language.clone(),
                services: Vec::new(),
                impact: Impact::NoImpact,
                has: Vec::new(),
                account: Vec::new(),
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
        if let Some(before) = before(facts, &addressee.recipient) {
            addressee.has = before.calendar.as_deref().map(calendar::entries).unwrap_or_default();
            if *facts.change != Change::New {
                addressee.form = Form::Update;
            }
        }
    }
    let everybody = facts.maintenance.notify && facts.affected.services.iter().all(|service| service.internal);
    all.retain(|addressee| !addressee.services.is_empty() || everybody);
    // What is felt by nobody is said of all services at once, as the house does: no list, hence no distinction by service.
    if worst(facts).severity() == 0 {
        all.iter_mut().for_each(|addressee| addressee.services.clear());
    }
    all
}

/// The newest notice that a recipient got of it.
fn before<'a>(facts: &NoticeFacts<'a>, recipient: &Recipient) -> Option<&'a Variant> {
    let same = |known: &Recipient| {
        if facts.rehearsal {
            recipient.customers.iter().all(|id| known.customers.contains(id))
        } else {
            known.mailbox.address.eq_ignore_ascii_case(&recipient.mailbox.address)
        }
    };
    facts.told.iter().find(|variant| variant.recipients.iter().any(same))
}

/// Whether a change shows in the mail of somebody who was told before. Other objects, or another effect on somebody else, do not.
fn shows(facts: &NoticeFacts<'_>, addressee: &Addressee) -> bool {
    let Change::Updated { fields } = facts.change else { return true };
    let elsewhere = fields.iter().all(|field| matches!(field.as_str(), "objects" | "redundancy" | "impact"));
    let Some(before) = before(facts, &addressee.recipient).filter(|_| elsewhere) else { return true };
    let seen = |services: &[AffectedService]| -> Vec<(String, Vec<String>)> {
        services.iter().map(|service| (service.name.clone(), service.parts.clone())).collect()
    };
    let instants = Instants::new(facts.zones, addressee.zone, &facts.policy.notices).in_language(&addressee.language);
    // An earlier change of the windows may never have been sent.
    let stated = facts.maintenance.said.windows.iter().all(|window| {
        before.text.contains(&instants.start(window)) && (window.end.is_none() || before.text.contains(&instants.end(window)))
    });
    !stated || before.impact.severity() != addressee.impact.severity() || seen(&before.services) != seen(&addressee.services)
}

/// Customers who would be told but for their threshold, by name: nobody of theirs was told before, and what they have suffers less.
#[must_use]
pub fn below_threshold(maintenance: &Maintenance, affected: &Affected, told: &[Variant]) -> Vec<String> {
    let left_out = |customer: &&AffectedCustomer| !customer.contacts.is_empty() && !is_told(maintenance, affected, told, customer);
    affected.customers.iter().filter(left_out).map(|customer| one_line(&customer.name, 80)).collect()
}

/// Why nobody is told unless a person says `notify`: a sentence that names whom it would be told.
#[must_use]
pub fn untold(maintenance: &Maintenance, affected: &Affected, below: &[String]) -> String {
    let names = listed(below);
    if impact_on(maintenance, &affected.services) == Impact::ReducedRedundancy {
        return format!("Only redundancy is lost, for {names}: nobody is told of that by default.");
    }
    format!("It is below the threshold of {names}: nobody is told by default.")
}

/// Without a threshold everything is told but lost redundancy alone. What the provider does not state may be an outage.
fn is_told(maintenance: &Maintenance, affected: &Affected, told: &[Variant], customer: &AffectedCustomer) -> bool {
    let knows = || told.iter().flat_map(|variant| &variant.recipients).any(|recipient| recipient.customers.contains(&customer.id));
    let theirs: Vec<AffectedService> =
        affected.services.iter().filter(|service| customer.services.contains(&service.id)).cloned().collect();
    let own = impact_on(maintenance, &theirs);
    let enough = match customer.min_impact {
        None => own != Impact::ReducedRedundancy,
        Some(_) if own == Impact::Unstated => true,
        Some(least) => own.severity() >= least.severity(),
    };
    enough || maintenance.notify || knows()
}
