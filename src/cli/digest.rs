//! `forewarn digest`.

use std::{io::Write as _, process::ExitCode};

use clap::Args;

use super::{
    block_on,
    view::{At, to_stdout},
};
use crate::{config::Config, mail::outgoing::phrases::counted, model::Effects, service, store::Store, zones};

/// Print the weekly digest as of now, or send it
///
///   forewarn digest                              as it would read now
///   forewarn digest --now 2026-03-01T08:00:00Z   as of another moment
///   forewarn digest --send                       one more, out of turn
///
/// The service sends it by itself once a week; printing changes nothing. --send
/// puts one more into the outbox: the running service sends it within a minute,
/// else the next `forewarn once`.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct DigestArgs {
    /// Send it to everybody in `to` of the digest's part of the configuration
    #[arg(long)]
    pub send: bool,
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

impl DigestArgs {
    /// Prints or sends.
    ///
    /// # Errors
    /// When there is no store, or it fails.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        block_on(async {
            let now = self.at.now();
            let store = Store::open_existing(&config.store)?;
            let facts = store.digest_facts().await?;
            let (zones, inventory) = (zones::newest(), &config.inventory);
            let said = if self.send {
                let key = format!("digest:asked:{}", now.timestamp());
                let rows = service::digest_rows(&facts, &config.policy, &zones, inventory, &key, now)?;
                let count = rows.len();
                store.commit(None, &Effects { outgoing: rows, ..Effects::default() }, now).await?;
                format!("{} in the outbox; `forewarn run` sends them within a minute, else `forewarn once`", counted(count, "digest"))
            } else {
                let rendered = crate::digest::compose(&facts, &config.policy, &zones, inventory, config.policy.zone, now);
                format!("Subject: {}\n\n{}", rendered.subject, rendered.text.trim_end())
            };
            store.close().await;
            to_stdout(|out| Ok(writeln!(out, "{said}")?))?;
            Ok(ExitCode::SUCCESS)
        })
    }
}
