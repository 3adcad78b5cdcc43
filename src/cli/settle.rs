//! `forewarn settle FW-12 WORDS`: the words that settle a doubt, for whoever sits at the machine. They never approve anything.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::{block_on, view::At};
use crate::{
    config::Config,
    model::MaintenanceId,
    service::{self, Service},
};

/// Settle a doubt with the words that a reply to the request would use
///
///   forewarn settle FW-12 services 1 3
///   forewarn settle FW-12 window 2020-09-10 04:00 to 12:00 UTC
///   forewarn settle FW-13 same as FW-12
///   forewarn settle FW-14 irrelevant
///
/// Words: window N or TEXT, services 1 3, drop NAME, irrelevant, same as FW-12,
/// new, notify, gone OBJECT, never SENDER, provider ID, rule please, cancelled,
/// started, completed, update TEXT.
/// Nothing is approved here: the draft that follows is asked for by mail, and
/// only an approver's answer sends it.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct SettleArgs {
    /// The maintenance, as `forewarn queue` names it
    #[arg(value_name = "FW-12", value_parser = case)]
    about: MaintenanceId,
    /// The words
    #[arg(required = true, num_args = 1.., trailing_var_arg = true)]
    words: Vec<String>,
    /// The time it is taken to be
    #[command(flatten)]
    at: At,
}

impl SettleArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The words do not fit, with what would; or the store cannot be written.
    pub fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        let said = block_on(async {
            let service = service::beside(config, self.at.clock()).await?;
            let said = settle(&service, self.about, &self.words.join(" ")).await;
            service.store().clone().close().await;
            said
        })?;
        anstream::println!("{said}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads `FW-12`, `fw-12` or `12`.
pub(super) fn case(text: &str) -> anyhow::Result<MaintenanceId> {
    let upper = text.to_ascii_uppercase();
    let number = upper.strip_prefix("FW-").unwrap_or(&upper).parse();
    number.map(MaintenanceId).map_err(|_| anyhow::anyhow!("write it like FW-12"))
}

/// Settles something about a maintenance; gives what became of it, a sentence.
///
/// # Errors
/// The words do not fit, with what would; or the store fails.
pub async fn settle(service: &Service, about: MaintenanceId, words: &str) -> anyhow::Result<String> {
    match service.settled(about, words).await? {
        Ok(said) => Ok(said),
        Err(why) => bail!("nothing changed: {why}"),
    }
}
