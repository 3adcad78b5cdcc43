//! `forewarn.toml` and `services.toml` → policy and inventory, with every fault of both at once.
//!
//! A fault names file, line and column, what is wrong and what to do. A value that cannot be taken as it stands is refused here and
//! never repaired in silence: what is wrong with a recipient must not first be found at night.

mod fault;
mod places;
mod policy;
mod secret;
mod services;
mod value;
mod written;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;

use crate::model::{Inventory, Policy, Retention, Server};
pub use fault::{Fault, Report, Severity};
pub use secret::{SecretError, SecretSource, approval_key};
pub(crate) use value::nearest;

/// Everything that the two files say, checked. Paths are joined to the configuration's folder.
#[derive(Clone, Debug)]
pub struct Config {
    /// How the service behaves.
    pub policy: Policy,
    /// What we run, on what, for whom.
    pub inventory: Inventory,
    /// The store's file.
    pub store: PathBuf,
    /// Where mail is read.
    pub inboxes: Vec<InboxConfig>,
    /// Where mail leaves.
    pub outbox: SinkConfig,
    /// Folder of rules that stand beside the embedded ones; a file of the same name replaces one.
    pub rules_dir: Option<PathBuf>,
    /// Folder of templates that stand in for embedded ones of the same name.
    pub templates_dir: Option<PathBuf>,
    /// Whom the keys of DKIM signatures are asked of; none for this machine's name servers.
    pub name_server: Option<SocketAddr>,
    /// Where the key of approval tokens lies.
    pub key: SecretSource,
    /// Address on the web that is asked for after each complete good pass; whoever watches it knows when that ends.
    pub heartbeat_url: Option<String>,
    /// How long the bytes of mails are kept.
    pub retention: Retention,
    /// The inventory's file.
    pub services_file: PathBuf,
    /// What is allowed but hardly meant.
    pub warnings: Report,
}

/// A place in which mail arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxConfig {
    /// Its name in the ledger; must stay the same, or everything in it counts as new.
    pub account: String,
    /// What kind of place.
    pub kind: InboxKind,
    /// Which mail is looked for in it.
    pub reads: Vec<Reads>,
}

/// What kind of place mail arrives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InboxKind {
    /// A folder with `cur` and `new`.
    Maildir {
        /// The folder.
        path: PathBuf,
    },
    /// A mailbox on a server.
    Imap(ImapConfig),
}

/// A mailbox on a server, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapConfig {
    /// The server.
    pub server: Server,
    /// Who signs in.
    pub login: Login,
    /// Folders as people see them; empty for all but Sent, Drafts and Trash.
    pub folders: Vec<String>,
    /// Time between two looks.
    pub poll_every: Duration,
}

/// Who signs in to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user whose password or token it is.
    pub user: String,
    /// The mailbox, where it is another than the user's own.
    pub mailbox: Option<String>,
    /// What proves it.
    pub by: LoginBy,
}

/// What proves who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginBy {
    /// A password.
    Password(SecretSource),
    /// A command that prints an OAuth access token, asked at each sign-in; argv.
    Token(Vec<String>),
}

/// Which mail is looked for in an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Provider mail.
    Providers,
    /// Replies of staff and customers, bounces.
    Replies,
}

/// What kind of place mail leaves by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkConfig {
    /// A folder in which every mail out is put as a file.
    Maildir {
        /// The folder.
        path: PathBuf,
    },
    /// A server that takes mail for submission (RFC 6409).
    Smtp(SmtpConfig),
}

/// A server for submission, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpConfig {
    /// The server.
    pub server: Server,
    /// Who signs in; none on this machine alone.
    pub login: Option<Login>,
    /// Notices and digests handed over a minute, at most; what is for staff at once does not wait for it.
    pub mails_a_minute: u32,
    /// Hours between two test mails of Forewarn to itself; 0 for none.
    pub canary_hours: u32,
}

/// Reads the configuration and the inventory that it names.
///
/// # Errors
/// Every fault of both files, warnings among them; a file that cannot be read or is no TOML is one.
pub fn load(path: &Path) -> Result<Config, Report> {
    let mut report = Report::default();
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let Some(text) = report.open(path, "run `forewarn init` to write one, or name one with --config") else { return Err(report) };
    let written = policy::read(&text, &folder, &mut report);
    let services_file = folder.join(&written.services);
    let services = report.open(&services_file, "name the inventory's file with `services = \"…\"` in the configuration");
    let inventory = services.and_then(|text| services::read(&text, written.zone, &written.own_addresses, &mut report));
    if let Some(inventory) = &inventory {
        policy::check_stands_on(&text, &written.stands_on, inventory, &mut report);
    }
    report.sort();
    if report.has_errors() {
        return Err(report);
    }
    match (written.settled, inventory) {
        (Some(settled), Some(inventory)) => Ok(Config {
            policy: settled.policy,
            inventory,
            store: settled.store,
            inboxes: settled.inboxes,
            outbox: settled.outbox,
            rules_dir: settled.rules_dir,
            templates_dir: settled.templates_dir,
            name_server: settled.name_server,
            key: settled.key,
            heartbeat_url: settled.heartbeat_url,
            retention: settled.retention,
            services_file,
            warnings: report,
        }),
        _ => Err(report),
    }
}

/// Reads an inventory by itself, without the configuration that names it; gives it with what is allowed but hardly meant. Customers without
/// a zone of their own have `zone`.
///
/// # Errors
/// Every fault of the file, warnings among them; a file that cannot be read or is no TOML is one.
pub fn load_inventory(path: &Path, zone: Tz, own_addresses: &[String]) -> Result<(Inventory, Report), Report> {
    let mut report = Report::default();
    let source = report.open(path, "name the inventory's file with --services");
    let inventory = source.and_then(|text| services::read(&text, zone, own_addresses, &mut report));
    report.sort();
    match inventory {
        Some(inventory) if !report.has_errors() => Ok((inventory, report)),
        _ => Err(report),
    }
}

#[cfg(test)]
mod tests;
