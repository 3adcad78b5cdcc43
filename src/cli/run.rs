//! `forewarn run` and `forewarn once`.

use std::{io::IsTerminal as _, process::ExitCode};

use chrono::{DateTime, Utc};
use clap::Args;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing_subscriber::EnvFilter;

use super::{block_on, clock, instant};
use crate::{clock::Clock, config::Config, service};

/// Run the service: read the inboxes, ask approvers, send what they approved, remind, send the digest
///
/// Runs until SIGTERM or Ctrl-C, and then stops between two mails. Everything is in the store: it may be killed at any moment and
/// goes on where it was. Logs go to standard error; `FOREWARN_LOG=debug` says more. Start it with your supervisor, one process a store.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct RunArgs {}

/// Do one round: read what is new, do what is due, send what may leave
///
/// For cron, or for trying out. Exit code 0 when all is well, 1 when something went wrong (a mailbox that cannot be read, a mail that
/// cannot leave), 2 when it could not start.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct OnceArgs {
    /// Act as if it were this time, for trying out, like 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub now: Option<DateTime<Utc>>,
}

impl RunArgs {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// When it cannot start, or the store fails.
    pub fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        log();
        block_on(async {
            let (service, _lock) = service::open(config, Clock::System).await?;
            let (stop, stopped) = watch::channel(false);
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let signals = async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tracing::info!("forewarn was told to stop and finishes what it has begun");
                stop.send_replace(true);
                std::future::pending::<()>().await;
            };
            tokio::select! {
                done = service.run(stopped) => done?,
                () = signals => {}
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

impl OnceArgs {
    /// Does one round and says what it came to.
    ///
    /// # Errors
    /// When it cannot start, or the store fails.
    pub fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        log();
        block_on(async {
            let (service, _lock) = service::open(config, clock(self.now)).await?;
            let round = service.once().await?;
            for (mail, outcome) in &round.considered {
                anstream::println!("mail {:<6} {}", mail.0, crate::cli::words::outcome(outcome));
            }
            anstream::println!("{} considered, {} sent, {} alarms", round.considered.len(), round.sent, round.alarms);
            for fault in &round.faults {
                anstream::eprintln!("forewarn: {fault}");
            }
            Ok(if round.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
        })
    }
}

/// Logs go to standard error. Libraries that would write mail or passwords at trace level stay silent whatever is asked for.
fn log() {
    let wanted = std::env::var("FOREWARN_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::new(format!("warn,forewarn={wanted},async_imap=off,imap_proto=off,lettre=off"));
    // A second start in one process (tests) keeps the first subscriber.
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    );
}
