//! `forewarn erase`: takes a customer's names and addresses out of the store.

use super::block_on;
use super::history::resolve;
use super::view::{At, folded, to_stdout};
use crate::config::Config;
use crate::inventory::with_learnt;
use crate::mail::outgoing::phrases::counted;
use crate::mail::{self, prescan};
use crate::model::{Erased, Erasure, Inventory, Policy, Recipient};
use crate::record::customer;
use crate::store::{Mentions, Store};
use clap::Args;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

/// Take a customer's names and addresses out of the store for good
///
///   forewarn erase "Bakery Meyer"          what would go; exits 2
///   forewarn erase "Bakery Meyer" --yes    erase it
///
/// Drafts, notices, decisions and history keep their place and their number, with
/// `erased` where a name or an address stood; the mails that were sent to them are
/// emptied, their answers given up. Refused while a mail to them waits or a draft
/// about them is not decided. The file is written anew, so nothing is left in it.
/// What Forewarn cannot erase is listed at the end.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct EraseArgs {
    /// The customer: id, name or address
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Really erase; nothing brings it back
    #[arg(long)]
    pub yes: bool,
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

impl EraseArgs {
    /// Runs the command; exits 2 where nothing was erased.
    ///
    /// # Errors
    /// There is no such customer, mail to them waits, the store fails, or the output is closed.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let erased = to_stdout(|out| self.show(config, out))?;
        Ok(if erased { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }

    /// Writes what the command prints; gives whether it was erased.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub fn show(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<bool> {
        block_on(async {
            let store = Store::open_existing(&config.store)?;
            let done = self.with(config, &store, out).await;
            store.close().await;
            done
        })
    }

    async fn with(&self, config: &Config, store: &Store, out: &mut impl Write) -> anyhow::Result<bool> {
        let now = self.at.now();
        let written_to = store.written_to().await?;
        let inventory = with_learnt(config.inventory.clone(), &store.learnt().await?);
        let id = match resolve(&self.customer, &inventory, &written_to) {
            Ok(id) => id,
            Err(error) => match store.erased_at(self.customer.trim()).await? {
                Some(at) => anyhow::bail!("{:?} was erased on {}", self.customer.trim(), at.format("%Y-%m-%d %H:%M UTC")),
                None => return Err(error),
            },
        };
        let name = customer(&inventory, &id).map_or_else(|| id.clone(), |known| known.name.clone());
        let (erasure, shared) = erasure(&id, &inventory, &written_to, &config.policy);
        let obstacles = store.keeps_from_erasure(&erasure, now).await?;
        if !obstacles.is_empty() {
            anyhow::bail!("{name} cannot be erased yet: {}; decide it, or let it leave, and try again", obstacles.join("; "));
        }
        let counted = store.erase(&erasure, mentions(&erasure), self.yes, now).await?;
        let title = if self.yes { "is erased from the store" } else { "would be erased; nothing was changed, --yes does it" };
        writeln!(out, "{name} ({id}) {title}:")?;
        for line in lines(&erasure, counted) {
            say(out, &line)?;
        }
        writeln!(out, "\nWhat stays, because Forewarn cannot or must not erase it:")?;
        for line in stays(config, &inventory, &id, &shared) {
            say(out, &line)?;
        }
        Ok(self.yes)
    }
}

fn say(out: &mut impl Write, line: &str) -> std::io::Result<()> {
    folded("  - ", line).into_iter().enumerate().try_for_each(|(number, line)| {
        // Only the first line carries the mark.
        if number == 0 { writeln!(out, "{line}") } else { writeln!(out, "    {}", line.trim_start()) }
    })
}

/// Everything that names a customer, and the addresses that others have as well. Addresses of the house are nobody's.
fn erasure(id: &str, inventory: &Inventory, written_to: &[Recipient], policy: &Policy) -> (Erasure, BTreeSet<String>) {
    let is = |one: &String| one.eq_ignore_ascii_case(id);
    let known = customer(inventory, id);
    let contacts = known.iter().flat_map(|known| &known.contacts).map(|contact| &contact.mailbox);
    let written = written_to.iter().filter(|recipient| recipient.customers.iter().any(is)).map(|recipient| &recipient.mailbox);
    let mut names: BTreeSet<String> = known.iter().map(|known| known.name.clone()).collect();
    let mut addresses = BTreeSet::new();
    let others =
        inventory.customers.iter().filter(|other| !is(&other.id)).flat_map(|other| &other.contacts).map(|contact| &contact.mailbox);
    let others =
        others.chain(written_to.iter().filter(|recipient| !recipient.customers.iter().all(is)).map(|recipient| &recipient.mailbox));
    let others: BTreeSet<String> = others.map(|mailbox| mailbox.address.to_lowercase()).collect();
    let house = [&policy.from, &policy.support];
    let house = house.into_iter().chain(&policy.rehearsal_to).chain(&policy.escalation).chain(&policy.digest.to);
    let house = house.chain(policy.approvers.iter().map(|approver| &approver.mailbox)).map(|mailbox| mailbox.address.to_lowercase());
    let house: BTreeSet<String> =
        house.chain(policy.approvers.iter().flat_map(|approver| &approver.aliases).map(|alias| alias.to_lowercase())).collect();
    let mut shared = BTreeSet::new();
    for mailbox in contacts.chain(written) {
        let address = mailbox.address.to_lowercase();
        if house.contains(&address) {
            continue;
        }
        if others.contains(&address) {
            shared.insert(address);
            continue;
        }
        addresses.insert(address);
        // A name of one word (`Office`) may be any word of a mail.
        if mailbox.name.trim().contains(' ') {
            names.insert(mailbox.name.trim().to_owned());
        }
    }
    (Erasure { id: id.to_owned(), names, addresses }, shared)
}

/// Whether a mail names them, in its headers or in what can be read in it.
fn mentions(erasure: &Erasure) -> Mentions {
    let words: Vec<String> = erasure.names.iter().chain(&erasure.addresses).map(|word| word.to_lowercase()).collect();
    Box::new(move |bytes| {
        let names = |text: &str| {
            let text = text.to_lowercase();
            words.iter().any(|word| text.contains(word.as_str()))
        };
        if names(&String::from_utf8_lossy(bytes)) {
            return true;
        }
        if prescan::prescan(bytes).is_err() {
            return false;
        }
        let mail = mail::parse(bytes);
        let bodies = mail.plain.iter().chain(&mail.html).flat_map(|body| [body.fresh.as_str(), body.quoted.as_str()]);
        bodies.chain([mail.subject.as_str()]).any(names)
    })
}

fn lines(erasure: &Erasure, counted_rows: Erased) -> Vec<String> {
    let Erased { drafts, maintenances, decisions, notices, other_mails, answers } = counted_rows;
    let addresses = if erasure.addresses.is_empty() {
        "no address".to_owned()
    } else {
        erasure.addresses.iter().cloned().collect::<Vec<_>>().join(", ")
    };
    vec![
        format!(
            "their names and {addresses}, in {}, {} and {}",
            counted(drafts, "draft"),
            counted(maintenances, "maintenance"),
            counted(decisions, "decision")
        ),
        format!("the text of {} to them; when each was sent stays", counted(notices, "mail")),
        format!("the text of {} to staff and others that named them", counted(other_mails, "mail")),
        format!("the text of {} from them or about them", counted(answers, "mail")),
    ]
}

fn stays(config: &Config, inventory: &Inventory, id: &str, shared: &BTreeSet<String>) -> Vec<String> {
    let mut stays = Vec::new();
    if customer(inventory, id).is_some() {
        stays.push(format!("{}: take the customer out, or they are written to again", config.services_file.display()));
    }
    if !shared.is_empty() {
        let addresses: Vec<String> = shared.iter().cloned().collect();
        stays.push(format!("{}: another customer has it as well", addresses.join(", ")));
    }
    stays.push("the mails of providers, and your approvers' answers with what they quote, until [retention] gives them up".to_owned());
    stays.push("the mailboxes that Forewarn reads and writes to: it deletes no mail there".to_owned());
    stays.push(format!("copies of the store and backups of {}, and the logs of your mail server", config.store.display()));
    stays
}
