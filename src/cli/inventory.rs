//! `forewarn inventory`: a first inventory out of old mail, and out of tables that a house has already.

mod import;
mod propose;
mod table;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};

use super::{
    block_on,
    mailbox::Mailbox,
    scratch::Scratch,
    view::{folded, to_stdout},
};
use crate::{
    clock::Clock,
    config,
    mail::{self, outgoing::phrases::counted, prescan},
    maildir::Content,
    model::{MailId, Zones},
    rules::{self, Options, RuleSet},
    service,
    store::Store,
    zones,
};
use propose::Proposal;

/// Stack of the thread that reads mails, as for the service.
const STACK_BYTES: usize = 64 << 20;
/// Stored mails read in one batch.
const PAGE: u32 = 100;

/// Write a first services.toml out of old mail, or out of tables
///
///   forewarn inventory propose Maildir/ > services.toml
///   forewarn inventory import services.csv customers.csv > services.toml
///
/// Both print to standard output and write into no file.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct InventoryArgs {
    #[command(subcommand)]
    command: InventoryCommand,
}

// Without comments on the variants: one would stand in the help instead of what the command says of itself.
#[derive(Clone, Debug, Subcommand)]
enum InventoryCommand {
    Propose(ProposeArgs),
    Import(ImportArgs),
}

/// Write down the providers of old mail and the objects that they name
///
///   forewarn inventory propose Maildir/ old.mbox > services.toml
///   forewarn inventory propose > proposed.toml      from the stored mails
///
/// Providers whose mails a rule reads stand there as they are. Everything else
/// is a comment: what was named, how often, when last. Take the comment signs
/// away, put each object below the service that stands on it, add customers;
/// `forewarn check` then names what is missing.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct ProposeArgs {
    /// Maildirs, folders (every *.eml below), mbox files, mails; without one the mails of the configuration's store
    #[arg(value_name = "MAILBOX")]
    pub mailboxes: Vec<PathBuf>,
}

/// Turn tables (CSV) into the blocks of services.toml
///
///   forewarn inventory import services.csv customers.csv contacts.csv
///   forewarn inventory import --kind contacts people.csv
///
/// The first row names the columns, in any order; comma, semicolon or tab
/// between them; UTF-8 or Latin-1. A row is one object, customer or contact;
/// rows with the same service or customer belong together. Case, spaces, - and _
/// of a column's name do not count.
///
///   services   service, name, part, provider, object, prefix, glob, region,
///              aliases, internal, retired
///   customers  customer, name, zone, language, services, notice days, contact,
///              email, phone, kinds
///   contacts   customer, name, email, phone, kinds
///
/// Several values in one cell (services, aliases, kinds) have | between them.
/// What a table holds is told by its columns, or by --kind. Every fault is named
/// with file, line and column, all at once; then nothing is printed.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct ImportArgs {
    /// The tables
    #[arg(required = true, value_name = "FILE.csv")]
    pub files: Vec<PathBuf>,
    /// What the tables hold, where the columns do not tell
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
}

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Services and what they stand on.
    Services,
    /// Customers, with a contact each where there is one.
    Customers,
    /// Contacts of customers.
    Contacts,
}

impl InventoryArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When what is named cannot be read, or a table does not hold.
    pub fn run(self, config: &Path) -> anyhow::Result<ExitCode> {
        match self.command {
            InventoryCommand::Propose(args) => args.run(config),
            InventoryCommand::Import(args) => args.run(),
        }
    }
}

impl ProposeArgs {
    fn run(&self, config: &Path) -> anyhow::Result<ExitCode> {
        // One thread for all mails, with the stack that the parser needs.
        let done = std::thread::scope(|scope| {
            let work = || if self.mailboxes.is_empty() { from_store(config) } else { self.read_mailboxes() };
            Ok::<_, std::io::Error>(std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?.join())
        });
        let proposal = done.context("no thread to read mail")?.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        anyhow::ensure!(proposal.mails > 0, "there is no mail to read");
        to_stdout(|out| Ok(write!(out, "{}", proposal.services_toml())?))?;
        let said = format!(
            "{} read, {} found; complete what stands there and run `forewarn check`",
            counted(proposal.mails, "mail"),
            counted(proposal.providers.len(), "provider")
        );
        for line in folded("forewarn: ", &said) {
            writeln!(std::io::stderr(), "{line}").unwrap_or_default();
        }
        Ok(ExitCode::SUCCESS)
    }

    fn read_mailboxes(&self) -> anyhow::Result<Proposal> {
        let (rules, zones) = (RuleSet::embedded(), zones::newest());
        let mut proposal = Proposal::default();
        for path in &self.mailboxes {
            let mailbox = Mailbox::open(path, Clock::System.now())?;
            for entry in &mailbox.entries {
                if let Content::Whole(raw) = mailbox.read(entry)? {
                    take(&mut proposal, &rules, &zones, &raw, entry.at);
                }
            }
            anyhow::ensure!(mailbox.unreadable.is_empty(), "cannot be read: {}", mailbox.unreadable.join(", "));
        }
        Ok(proposal)
    }
}

fn from_store(config: &Path) -> anyhow::Result<Proposal> {
    let config = super::load(config)?;
    block_on(async {
        let store = Store::open_existing(&config.store)?;
        let (rules, zones) = (service::rules(config.rules_dir.as_deref())?, zones::newest());
        let mut proposal = Proposal::default();
        let mut after = MailId(0);
        loop {
            let page = store.mails_for_replay(false, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.mail;
            for stored in page {
                if let Some(raw) = store.mail_raw(stored.mail).await?.kept() {
                    take(&mut proposal, &rules, &zones, &raw, stored.arrived_at);
                }
            }
        }
        store.close().await;
        Ok(proposal)
    })
}

fn take(proposal: &mut Proposal, rules: &RuleSet, zones: &Zones, raw: &[u8], arrived_at: chrono::DateTime<chrono::Utc>) {
    if prescan::prescan(raw).is_err() {
        return;
    }
    let mail = mail::parse(raw);
    let reading = rules::read(rules, zones, &mail, rules::arrived_at(&mail, arrived_at), Options { calendars: true });
    proposal.take(&mail, &reading, arrived_at);
}

impl ImportArgs {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let mut faults = Vec::new();
        let mut tables = Vec::new();
        for path in &self.files {
            match table::read(path, self.kind) {
                Ok(table) => tables.push(table),
                Err(mut found) => faults.append(&mut found),
            }
        }
        if faults.is_empty() {
            let written = import::services_toml(&tables, &mut faults);
            // What the configuration's own reader says of the blocks is said of the cells that they came from.
            let scratch = Scratch::new("import")?;
            let path = scratch.path().join("services.toml");
            std::fs::write(&path, written.text())?;
            let read = config::load_inventory(&path, chrono_tz::Tz::UTC, &[]);
            if let Err(report) = &read {
                faults.extend(report.faults().iter().filter_map(|fault| import::traced(fault, &written, &tables)));
            }
            if faults.is_empty() {
                to_stdout(|out| Ok(write!(out, "{}", written.text())?))?;
                return Ok(ExitCode::SUCCESS);
            }
        }
        faults.sort();
        faults.dedup();
        let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::bail!("nothing was written; {} to mend\n{}", counted(faults.len(), "fault"), shown.join("\n"));
    }
}
