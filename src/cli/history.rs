//! `forewarn history`: what happened in a maintenance and who was told, for whoever says "nobody told us".

mod json;
mod text;

use super::drafts::number;
use super::view::{At, ask, to_stdout};
use super::windows::bound;
use crate::config::{Config, nearest};
use crate::inventory::{affected, is_known_sender, with_learnt};
use crate::mail::outgoing::instants::StaffClock;
use crate::model::{Case, Inventory, LedgerMail, Maintenance, MaintenanceId, Recipient};
use crate::record::{Whose, concerned, customer, stands_on};
use chrono::{DateTime, Utc};
use clap::{ArgGroup, Args, ValueEnum};
use std::io::Write;
use std::process::ExitCode;

/// Tell what happened in a maintenance: mails received, how they were read, who was asked, who decided, what was sent to whom, and why not
///
///   forewarn history FW-12                          one maintenance, everybody
///   forewarn history --customer "Bakery Meyer"      everything that touched them
///   forewarn history --customer meyer --service mail --from 2020-09-01 --to 2020-10-01
///   forewarn history FW-12 --customer meyer --bytes   with the mails as sent
///   forewarn history FW-12 --format json            one object a line, for scripts
///
/// One record a maintenance, on a page that can be printed. A customer is named
/// by id, name or address; times are theirs and UTC. One whom services.toml does
/// not know any more is found by the id in old drafts. Mails of their providers of
/// which nothing was made stand at the end. Nothing is changed.
#[derive(Args, Clone, Debug, Default)]
#[command(verbatim_doc_comment, group(ArgGroup::new("which").required(true).multiple(true).args(["maintenance", "customer"])))]
pub struct HistoryArgs {
    /// The maintenance, as requests and subjects name it
    #[arg(value_name = "FW-12", value_parser = number)]
    pub maintenance: Option<MaintenanceId>,
    /// Only what concerns this customer: id, name or address
    #[arg(long, value_name = "NAME")]
    pub customer: Option<String>,
    /// Only what touches this service: id or name
    #[arg(long, value_name = "NAME", requires = "customer")]
    pub service: Option<String>,
    /// Windows and mails from this day in the zone of staff, or this instant; from the first mail when left out
    #[arg(long, value_name = "DAY|TIME", conflicts_with = "maintenance")]
    pub from: Option<String>,
    /// Windows and mails before this day or instant; without an end when left out
    #[arg(long, value_name = "DAY|TIME", conflicts_with = "maintenance")]
    pub to: Option<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: HistoryFormat,
    /// Print every mail that was sent, whole
    #[arg(long)]
    pub bytes: bool,
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

/// How a record is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// For people.
    #[default]
    Text,
    /// One object a maintenance and line.
    Json,
}

/// One record to be printed.
struct Page<'a> {
    case: &'a Case,
    inventory: &'a Inventory,
    whose: Option<&'a Whose>,
    clock: &'a StaffClock<'a>,
    now: DateTime<Utc>,
    bytes: bool,
}

impl HistoryArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A customer, service, maintenance or day that is none, a store that cannot be read, an output that is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        to_stdout(|out| self.show(config, out))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes what the command prints.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let zones = crate::zones::newest();
        let day = |text: &Option<String>| text.as_deref().map(|text| bound(&zones, config.policy.zone, text)).transpose();
        let from = day(&self.from)?.unwrap_or(DateTime::UNIX_EPOCH);
        let to = day(&self.to)?.unwrap_or_else(|| self.at.now() + chrono::TimeDelta::days(36_500));
        anyhow::ensure!(from < to, "the end is not after the beginning");
        let (cases, learnt, written_to, unmade) = ask(config, async |store| {
            let cases = match self.maintenance {
                Some(id) => store.case(id).await?.into_iter().collect(),
                None => store.cases(from, to).await?,
            };
            let unmade = if self.maintenance.is_none() { store.made_nothing(from, to).await? } else { Vec::new() };
            Ok((cases, store.learnt().await?, store.written_to().await?, unmade))
        })?;
        if let Some(id) = self.maintenance {
            anyhow::ensure!(!cases.is_empty(), "there is no {id}; `forewarn windows` and `forewarn drafts --all` list those there are");
        }
        let inventory = with_learnt(config.inventory.clone(), &learnt);
        let whose = self.customer.as_deref().map(|name| resolve(name, &inventory, &written_to)).transpose()?;
        let whose = whose.map(|id| Whose::new(&id, &inventory, &cases));
        let service = self.service.as_deref().map(|name| service(name, &inventory)).transpose()?;
        let zone = whose.as_ref().and_then(|whose| customer(&inventory, &whose.id)).map_or(config.policy.zone, |known| known.zone);
        let clock = StaffClock::new(&zones, zone);
        let now = self.at.now();
        let touched = |case: &&Case| {
            let theirs =
                whose.as_ref().is_none_or(|whose| concerned(case, &inventory).iter().any(|one| one.id.eq_ignore_ascii_case(&whose.id)));
            theirs && service.as_ref().is_none_or(|service| touches(case, &inventory, service))
        };
        let mut found = cases.iter().filter(touched).peekable();
        if found.peek().is_none()
            && self.format == HistoryFormat::Text
            && let Some(whose) = &whose
        {
            let of = self.maintenance.map_or_else(|| "Nothing that the store holds of that time".to_owned(), |id| id.to_string());
            writeln!(out, "{of} concerned {}, as services.toml and the drafts say.", whose.name)?;
        }
        let mut first = true;
        for case in found {
            let page = Page { case, inventory: &inventory, whose: whose.as_ref(), clock: &clock, now, bytes: self.bytes };
            match self.format {
                HistoryFormat::Text => {
                    if !first {
                        writeln!(out, "\n")?;
                    }
                    text::page(out, &page, zone)?;
                }
                HistoryFormat::Json => writeln!(out, "{}", json::page(&page))?,
            }
            first = false;
        }
        let theirs = |mail: &&LedgerMail| whose.as_ref().is_none_or(|whose| is_of_a_provider_of(mail, &inventory, &whose.id));
        let unmade: Vec<&LedgerMail> = unmade.iter().filter(theirs).collect();
        match self.format {
            _ if unmade.is_empty() => {}
            HistoryFormat::Text => text::made_nothing(out, &unmade, &clock)?,
            HistoryFormat::Json => writeln!(out, "{}", json::made_nothing(&unmade))?,
        }
        Ok(())
    }
}

/// The id of the customer that a person means.
///
/// # Errors
/// There is none; those of a similar name are named.
pub(super) fn resolve(name: &str, inventory: &Inventory, written_to: &[Recipient]) -> anyhow::Result<String> {
    let wanted = name.trim().to_lowercase();
    let is = |text: &str| text.to_lowercase() == wanted;
    let known = inventory
        .customers
        .iter()
        .find(|customer| is(&customer.id) || is(&customer.name) || customer.contacts.iter().any(|contact| is(&contact.mailbox.address)));
    if let Some(known) = known {
        return Ok(known.id.clone());
    }
    let by_id = written_to.iter().flat_map(|recipient| &recipient.customers).find(|id| is(id));
    let by_address =
        || written_to.iter().find(|recipient| is(&recipient.mailbox.address)).and_then(|recipient| recipient.customers.first());
    if let Some(id) = by_id.or_else(by_address) {
        return Ok(id.clone());
    }
    let names = || {
        let known = inventory.customers.iter().flat_map(|customer| [customer.name.as_str(), customer.id.as_str()]);
        known.chain(written_to.iter().flat_map(|recipient| &recipient.customers).map(String::as_str))
    };
    let close = nearest(name.trim(), names()).or_else(|| names().find(|known| known.to_lowercase().contains(&wanted)));
    match close {
        Some(close) => anyhow::bail!("there is no customer {name:?}; did you mean {close:?}?"),
        None => anyhow::bail!("there is no customer {name:?}, neither in services.toml nor in a draft"),
    }
}

/// The id of the service that a person means.
fn service(name: &str, inventory: &Inventory) -> anyhow::Result<String> {
    let wanted = name.trim().to_lowercase();
    let known = inventory.services.iter().find(|service| service.id.to_lowercase() == wanted || service.name.to_lowercase() == wanted);
    if let Some(known) = known {
        return Ok(known.id.clone());
    }
    let names = inventory.services.iter().flat_map(|service| [service.name.as_str(), service.id.as_str()]);
    match nearest(name.trim(), names) {
        Some(close) => anyhow::bail!("there is no service {name:?}; did you mean {close:?}?"),
        None => anyhow::bail!("there is no service {name:?} in services.toml"),
    }
}

/// Whether a mail came from a provider on which something of a customer's stands.
fn is_of_a_provider_of(mail: &LedgerMail, inventory: &Inventory, id: &str) -> bool {
    let domain = mail.sender.rsplit_once('@').map_or("", |(_, domain)| domain.trim_end_matches('>'));
    let provider = is_known_sender(inventory, domain);
    customer(inventory, id).zip(provider).is_some_and(|(known, provider)| stands_on(inventory, known, &provider.id))
}

/// Whether a maintenance touches a service, by what was drafted or by the inventory as it is; what is not mapped may touch any.
fn touches(case: &Case, inventory: &Inventory, service: &str) -> bool {
    let drafted = case.drafts.iter().flat_map(|(draft, _)| {
        draft.services.iter().chain(draft.variants.iter().flat_map(|variant| &variant.services)).map(|service| &service.id)
    });
    let found = affected(inventory, &Maintenance { dropped: Vec::new(), ..case.maintenance.clone() }, &[]);
    let mapped = found.services.iter().map(|service| &service.id);
    drafted.chain(mapped).any(|id| id.eq_ignore_ascii_case(service)) || !found.unknown_objects.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_known_by_id_name_address_or_an_old_draft() {
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forewarn.toml");
        let inventory = crate::config::load(&fixtures).unwrap().inventory;
        let mailbox = crate::model::Mailbox { name: String::new(), address: "old@gone.example".to_owned() };
        let written_to = [Recipient { customers: vec!["gone-since".to_owned()], mailbox }];
        for name in ["meyer", "BAKERY meyer", "Katrin@bakery-meyer.example"] {
            assert_eq!(resolve(name, &inventory, &written_to).unwrap(), "meyer");
        }
        for name in ["Gone-Since", "old@gone.example"] {
            assert_eq!(resolve(name, &inventory, &written_to).unwrap(), "gone-since");
        }
        let fault = |name: &str| resolve(name, &inventory, &written_to).unwrap_err().to_string();
        assert_eq!(fault("Bakery Meier"), "there is no customer \"Bakery Meier\"; did you mean \"Bakery Meyer\"?");
        assert_eq!(fault("bakery"), "there is no customer \"bakery\"; did you mean \"Bakery Meyer\"?");
        assert!(fault("zzzzzzzz").ends_with("neither in services.toml nor in a draft"));
        assert_eq!(service("Managed Mail services", &inventory).unwrap(), "mail");
        assert!(service("mial", &inventory).unwrap_err().to_string().ends_with("did you mean \"mail\"?"));
    }
}
