//! The command line: arguments as typed; each command's module runs what is meant.

pub mod check;
pub mod demo;
pub mod digest;
pub mod drafts;
pub mod extract;
pub mod init;
pub mod queue;
pub mod replay;
pub mod rules;
pub mod run;
pub mod status;
mod view;
pub mod windows;
pub mod words;

use std::{path::PathBuf, process::ExitCode};

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};

use crate::{
    clock::Clock,
    config::{self, Config},
};

/// Reads data-center maintenance mail, drafts the customer notices, has staff approve them by mail, and sends what was approved
///
/// See it work:      forewarn demo
/// Try your own mail: forewarn extract mail.eml
/// Set it up:        forewarn init DIR, edit two files, forewarn check, forewarn run
#[derive(Debug, Parser)]
#[command(version, about, verbatim_doc_comment, max_term_width = 100)]
pub struct Cli {
    /// The configuration
    #[arg(long, global = true, value_name = "FILE", default_value = "forewarn.toml")]
    pub config: PathBuf,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell a provider's story with the real thing, in two seconds and without any setting up
    Demo(demo::DemoArgs),
    /// Write a commented configuration to begin with
    Init(init::InitArgs),
    /// Run the service: read, ask, send, remind
    Run(run::RunArgs),
    /// Do one round of everything and stop
    Once(run::OnceArgs),
    /// Prove configuration, inventory, rules and templates
    Check(check::CheckArgs),
    /// Print what provider mails say
    Extract(extract::ExtractArgs),
    /// Prove rules by their samples, or list them
    Rules(rules::RulesArgs),
    /// Print what the present rules would read differently in stored mail
    Replay(replay::ReplayArgs),
    /// List maintenance windows
    Windows(windows::WindowsArgs),
    /// List drafts, or show one as customers would get it
    Drafts(drafts::DraftsArgs),
    /// List what waits for a person
    Queue(queue::QueueArgs),
    /// Print the weekly digest as of now, or send it
    Digest(digest::DigestArgs),
    /// Print the counts that must add up, and what is stuck
    Status(status::StatusArgs),
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
            Command::Extract(args) => args.run(),
            Command::Rules(args) => args.run(),
            Command::Replay(args) => args.run(&load(&path)?),
            Command::Windows(args) => args.run(&load(&path)?),
            Command::Drafts(args) => args.run(&load(&path)?),
            Command::Queue(args) => args.run(&load(&path)?),
            Command::Digest(args) => args.run(&load(&path)?),
            Command::Status(args) => args.run(&load(&path)?),
        }
    }
}

/// Reads the configuration, or says every fault of it.
fn load(path: &std::path::Path) -> anyhow::Result<Config> {
    config::load(path).map_err(|report| anyhow::anyhow!("the configuration does not hold\n{report}"))
}

/// The system's clock, or the instant that was asked for.
fn clock(now: Option<DateTime<Utc>>) -> Clock {
    now.map_or(Clock::System, Clock::fixed)
}

/// Reads an instant of the command line: `2026-03-01T00:00:00Z`.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|_| format!("{text} is no instant; write one like 2026-03-01T00:00:00Z"))
}

/// A runtime for a command: one thread is enough beside those that the store and the reader have.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
