//! `forewarn run` and `forewarn once`.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use clap::Args;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    block_on,
    log::log,
    view::{At, folded, to_stdout},
    words,
};
use crate::{alarm, clock::Clock, config::Config, service};

/// Run the service: read the inboxes, ask approvers, send what they approved, remind, send the digest
///
///   forewarn run                        with forewarn.toml of this folder
///   forewarn --config /etc/forewarn/forewarn.toml run
///
/// Runs until SIGTERM or Ctrl-C, and then stops between two mails. Everything is
/// in the store: it may be killed at any moment and goes on where it was. Start
/// it with your supervisor, one process a store; a second one is refused.
///
/// Exit code 0 after it was told to stop, 1 when the store cannot be read or
/// written (the alarm command is run; start it again), 2 when it could not start.
///
/// Logs go to standard error; `FOREWARN_LOG=debug` says more,
/// `FOREWARN_LOG=warn` less. What stands in the mails is never logged.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct RunArgs {}

/// Do one round and stop: read what is new, do what is due, send what may leave
///
///   forewarn once                              for a timer, or to try things out
///   forewarn once --now 2026-03-01T08:00:00Z   as if it were then
///
/// Exit code 0 when all is well, 1 when something went wrong that is tried again
/// (a mailbox that cannot be read, a mail that cannot leave), 2 when it could
/// not start: wrong configuration, or the service runs on the same store.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct OnceArgs {
    /// The time it is taken to be
    #[command(flatten)]
    pub at: At,
}

impl RunArgs {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// When it cannot start, or the store fails.
    pub fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        log();
        let (alarm_command, store) = (config.policy.alarm_command.clone(), config.store.clone());
        block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let (service, _lock) = match service::open(config, Clock::System).await {
                Ok(opened) => opened,
                Err(error) if error.may_pass() => return Ok(stopped(alarm_command.as_deref(), &store, &error).await),
                Err(error) => return Err(error.into()),
            };
            let (stop, told) = watch::channel(false);
            let signals = async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tracing::info!("forewarn was told to stop and finishes what it has begun");
                stop.send_replace(true);
                std::future::pending::<()>().await;
            };
            let done = tokio::select! {
                done = service.run(told) => done,
                () = signals => Ok(()),
            };
            // What was written lies in the one file then: whoever copies it while nothing runs copies all of it.
            service.store().clone().close().await;
            match done {
                Ok(()) => Ok(ExitCode::SUCCESS),
                Err(error) => Ok(stopped(alarm_command.as_deref(), &store, &error).await),
            }
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
            let (service, _lock) = service::open(config, self.at.clock()).await?;
            let round = service.once().await?;
            service.store().clone().close().await;
            for fault in &round.faults {
                writeln!(anstream::stderr(), "forewarn: {fault}").unwrap_or_default();
            }
            to_stdout(|out| {
                for (mail, outcome) in &round.considered {
                    for line in folded(&format!("mail {:<6} ", mail.0), &words::outcome(outcome)) {
                        writeln!(out, "{line}")?;
                    }
                }
                Ok(writeln!(out, "{} considered, {} sent, {} alarms", round.considered.len(), round.sent, round.alarms)?)
            })?;
            Ok(if round.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
        })
    }
}

/// Time between two alarms of a service that cannot run on its store, while its supervisor starts it again and again.
const STOPPED_AGAIN: Duration = Duration::from_secs(600);

/// The store cannot be used: a person hears of it by the one path that needs neither store nor disk, and the supervisor tries again.
async fn stopped(alarm_command: Option<&[String]>, store: &Path, error: &(dyn std::error::Error + Send + Sync)) -> ExitCode {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        why = format!("{why}: {deeper}");
        cause = deeper.source();
    }
    tracing::error!(why, "forewarn cannot go on and ends; its supervisor starts it again");
    writeln!(anstream::stderr(), "forewarn: {why}").unwrap_or_default();
    let text = format!(
        "Forewarn stopped: {why}\nNothing is sent and no notice is read until this is mended; what has come lies in the mailbox.\n\
         Look at the disk of {}.",
        store.display()
    );
    // The time of a file that is there can be set on a full disk, too.
    let mark = File::options().write(true).open(store.with_extension("lock")).ok();
    let now = Clock::System.now();
    let told = mark.as_ref().and_then(|mark| SystemTime::from(now).duration_since(mark.metadata().ok()?.modified().ok()?).ok());
    if told.is_some_and(|ago| ago < STOPPED_AGAIN) {
        return ExitCode::FAILURE;
    }
    let Some(argv) = alarm_command else {
        tracing::error!("forewarn.toml names no alarm command, so nobody is told of this");
        return ExitCode::FAILURE;
    };
    match alarm::raise(argv, &text).await {
        // Where the time cannot be set, the alarm comes again: rather that than none.
        Ok(()) => drop(mark.map(|mark| mark.set_modified(SystemTime::from(now)))),
        Err(error) => tracing::error!(%error, "the alarm did not get out"),
    }
    ExitCode::FAILURE
}
