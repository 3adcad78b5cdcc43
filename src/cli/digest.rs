//! `forewarn digest`.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;

use super::{block_on, clock, instant};
use crate::{config::Config, model::Effects, service, store::Store, zones};

/// Print the weekly digest as of now, or send it
///
/// The service sends it by itself once a week; printing changes nothing. --send puts one more into the outbox, out of turn: the
/// running service sends it within a minute, `forewarn once` at once.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct DigestArgs {
    /// Send it to everybody in `to` of the digest's part of the configuration
    #[arg(long)]
    pub send: bool,
    /// Print it as of this time, like 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub now: Option<DateTime<Utc>>,
}

impl DigestArgs {
    /// Prints or sends.
    ///
    /// # Errors
    /// When there is no store, or it fails.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        block_on(async {
            let now = clock(self.now).now();
            let store = Store::open_existing(&config.store)?;
            let facts = store.digest_facts().await?;
            let rendered = crate::digest::compose(&facts, &config.policy, &zones::newest(), &config.inventory, now);
            if self.send {
                let rows = service::digest_rows(&config.policy, &rendered, &format!("digest:asked:{}", now.timestamp()), now)?;
                let count = rows.len();
                store.commit(None, &Effects { outgoing: rows, ..Effects::default() }, now).await?;
                anstream::println!("{count} digests are in the outbox");
            } else {
                anstream::println!("Subject: {}\n\n{}", rendered.subject, rendered.text);
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}
