//! `forewarn backup FILE` and `forewarn resume`: a whole copy of the store, and what becomes of notices after one was put back.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::view::{ask, folded, to_stdout};
use super::{block_on, view::At};
use crate::config::Config;
use crate::mail::outgoing::one_line;
use crate::store::Store;

/// Copy the store into a file while the service runs
///
///   forewarn backup /var/backups/forewarn-$(date +%F).sqlite
///
/// The copy is whole and checked, readable by its owner alone, and never written
/// over another file. Keep with it what it does not hold: forewarn.toml,
/// services.toml, your own rules and templates, and the key of the approval
/// tokens (forewarn.key), without which open requests cannot be answered.
///
/// Put back, it does not send again what has left since: notices are held until
/// `forewarn resume` is told what becomes of them.
///
/// Exit code 0 when the copy is there, 2 when it is not.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct BackupArgs {
    /// The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The time it is taken to be
    #[command(flatten)]
    at: At,
}

impl BackupArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The store cannot be read, or the file exists or cannot be written.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let now = self.at.now();
        ask(config, async |store| store.backup(&self.file, now).await)
            .with_context(|| format!("{} was not written", self.file.display()))?;
        let bytes = std::fs::metadata(&self.file)?.len();
        to_stdout(|out| Ok(writeln!(out, "{}: a whole copy of the store, {} kB", self.file.display(), bytes.div_ceil(1000))?))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Say what holds notices back after a backup was put back, and let them leave
///
///   forewarn resume           shows why, and what waits
///   forewarn resume --ask     the notices that wait may have left before: staff
///                             are asked about each, by mail (resend, assume-sent)
///   forewarn resume --send    none of them left before: they leave as they are
///
/// When in doubt, --ask: nothing is sent twice by it, and nothing is forgotten.
/// Requests, reminders and alarms were never held.
///
/// Exit code 0 when nothing is held (any more), 1 when something is.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct ResumeArgs {
    /// Ask staff about every notice that waits
    #[arg(long, conflicts_with = "send")]
    ask: bool,
    /// Send every notice that waits
    #[arg(long)]
    send: bool,
    /// The time it is taken to be
    #[command(flatten)]
    at: At,
}

impl ResumeArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let now = self.at.now();
        block_on(async {
            let store = Store::open_existing(&config.store)?;
            let held = store.held().await?;
            let Some(held) = held else {
                store.close().await;
                to_stdout(|out| Ok(writeln!(out, "Nothing holds notices back.")?))?;
                return Ok(ExitCode::SUCCESS);
            };
            let decided = self.ask || self.send;
            let done = if decided { Some(store.resume(self.ask, now).await?) } else { None };
            store.close().await;
            to_stdout(|out| {
                for line in folded("", &format!("Notices were held: {}.", held.why)) {
                    writeln!(out, "{line}")?;
                }
                for row in &held.waiting {
                    let what = format!("{}: waits since {}", one_line(&row.outgoing.to.address, 80), row.changed_at.format("%F %H:%MZ"));
                    for line in folded("  ", &what) {
                        writeln!(out, "{line}")?;
                    }
                }
                let said = match (done, self.ask) {
                    (None, _) if held.waiting.is_empty() => {
                        "None waits. `forewarn resume --ask` lets those leave that are approved from now on.".to_owned()
                    }
                    (None, _) => format!(
                        "{} of them may have left before. `forewarn resume --ask` has staff decide on each; `--send` sends them.",
                        if held.waiting.len() == 1 { "This one".to_owned() } else { format!("Each of the {}", held.waiting.len()) }
                    ),
                    (Some(0), _) => "Nothing waited. Notices leave again.".to_owned(),
                    (Some(_), true) => "Staff are asked about each by mail. Notices that are approved from now on leave again.".to_owned(),
                    (Some(_), false) => "They leave now.".to_owned(),
                };
                for line in folded("", &said) {
                    writeln!(out, "{line}")?;
                }
                Ok(())
            })?;
            Ok(ExitCode::from(u8::from(!decided)))
        })
    }
}
