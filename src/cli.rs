//! The command line.

pub mod check;
pub mod drafts;
pub mod extract;
pub mod init;
pub mod queue;
pub mod rules;
pub mod status;
mod view;
pub mod windows;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Reads data-center maintenance mail, drafts the customer notices, has staff approve them by mail, and sends what was approved
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what provider mails say
    Extract(extract::ExtractArgs),
    /// Prove rules by their samples, or list them
    Rules(rules::RulesArgs),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What stopped the command, for a person.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Extract(args) => args.run(),
            Command::Rules(args) => args.run(),
        }
    }
}
