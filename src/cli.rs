//! The command line: arguments as typed; each command's module runs what is meant.

pub mod backup;
pub mod check;
pub mod demo;
pub mod digest;
pub mod doctor;
pub mod drafts;
pub mod erase;
pub mod extract;
pub mod history;
pub mod init;
pub mod inventory;
mod log;
mod mailbox;
pub mod postmortem;
pub mod queue;
pub mod replay;
pub mod rewind;
pub mod rules;
pub mod run;
mod scratch;
pub mod settle;
pub mod status;
pub mod view;
pub mod windows;
pub mod words;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::config::{self, Config};
use crate::inventory::with_learnt;

/// Reads data-center maintenance mail, drafts the customer notices, has staff approve them by mail, and sends what was approved
///
/// See it work:         forewarn demo
/// Try your own mail:   forewarn extract mail.eml
/// Try last year's:     forewarn rewind MAILBOX --services services.toml
/// Set it up:           forewarn init DIR, edit two files, forewarn check,
///                      forewarn once, forewarn run
///
/// `forewarn COMMAND --help` explains a command with examples.
///
/// Exit codes: 0 fine, 1 something needs attention (check, doctor, once, rewind,
/// status, rules check), 2 wrong use, a faulty configuration, or it could not run.
#[derive(Debug, Parser)]
#[command(version, about, verbatim_doc_comment, max_term_width = 80)]
pub struct Cli {
    /// The configuration
    #[arg(long, global = true, value_name = "FILE", default_value = "forewarn.toml")]
    pub config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

// Without comments on the variants: one would stand in the help instead of what the command says of itself.
#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Init(init::InitArgs),
    Run(run::RunArgs),
    Once(run::OnceArgs),
    Check(check::CheckArgs),
    Doctor(doctor::DoctorArgs),
    Extract(extract::ExtractArgs),
    Rules(rules::RulesArgs),
    Replay(replay::ReplayArgs),
    Rewind(rewind::RewindArgs),
    Inventory(inventory::InventoryArgs),
    Windows(windows::WindowsArgs),
    Drafts(drafts::DraftsArgs),
    Queue(queue::QueueArgs),
    Settle(settle::SettleArgs),
    History(history::HistoryArgs),
    Postmortem(postmortem::PostmortemArgs),
    Erase(erase::EraseArgs),
    Digest(digest::DigestArgs),
    Status(status::StatusArgs),
    Backup(backup::BackupArgs),
    Resume(backup::ResumeArgs),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What stopped the command, for a person.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let path = self.config;
        match self.command {
            Command::Demo(args) => args.run(),
            Command::Init(args) => args.run(),
            Command::Run(args) => args.run(load(&path)?),
            Command::Once(args) => args.run(load(&path)?),
            Command::Check(args) => args.run(&path),
            Command::Doctor(args) => args.run(&path),
            Command::Extract(args) => args.run(),
            Command::Rules(args) => args.run(&path),
            Command::Replay(args) => args.run(&load(&path)?),
            Command::Rewind(args) => args.run(&path),
            Command::Inventory(args) => args.run(&path),
            Command::Windows(args) => args.run(&load_taught(&path)?),
            Command::Drafts(args) => args.run(&load_taught(&path)?),
            Command::Queue(args) => args.run(&load_taught(&path)?),
            Command::Settle(args) => args.run(load(&path)?),
            Command::History(args) => args.run(&load_taught(&path)?),
            Command::Postmortem(args) => args.run(&load_taught(&path)?),
            Command::Erase(args) => args.run(&load_taught(&path)?),
            Command::Digest(args) => args.run(&load_taught(&path)?),
            Command::Status(args) => args.run(&load(&path)?),
            Command::Backup(args) => args.run(&load(&path)?),
            Command::Resume(args) => args.run(&load(&path)?),
        }
    }
}

/// Reads the configuration, or says every fault of it.
fn load(path: &Path) -> anyhow::Result<Config> {
    config::load(path).map_err(|report| anyhow::anyhow!("the configuration does not hold\n{report}"))
}

/// The configuration for commands that show things: its inventory with what staff taught since. Where there is no store yet, as written.
fn load_taught(path: &Path) -> anyhow::Result<Config> {
    let mut config = load(path)?;
    let taught = view::ask(&config, async |store| store.learnt().await);
    // A store that is missing or does not open is told by the command itself.
    if let Ok(taught) = taught {
        config.inventory = with_learnt(config.inventory, &taught);
    }
    Ok(config)
}

/// A runtime for a command: one thread is enough beside those that the store and the reader have.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
