//! Inboxes → ledger: what is listed is entered first, then its bytes are kept. Nothing in an inbox is changed.

mod mailbox;
mod maildir;

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::{
    config::{InboxConfig, InboxKind},
    service::{Service, jittered},
    store::StoreError,
};

/// Mails fetched in one batch.
const BATCH: u32 = 200;
/// Largest mail that is kept; a larger one is quarantined with its head.
const MAX_MAIL_BYTES: u64 = 25 * 1024 * 1024;
/// Time between two looks at a Maildir: one in which nothing has changed costs the times of its folders and no more.
const MAILDIR_EVERY: Duration = Duration::from_secs(5);
/// Longest time between two tries of an inbox that fails.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// What is remembered of an inbox between two looks; losing it costs work, never a mail.
#[derive(Default)]
pub(super) struct Inbox {
    /// When the folders of a Maildir last changed, as of the last complete pass.
    maildir: Option<Vec<SystemTime>>,
    /// The connection to a mailbox and what its folders looked like.
    mailbox: mailbox::Remembered,
    /// Looks that failed since the last good one.
    failures: u32,
    /// Whether mail of the past waits to be fetched.
    more: bool,
}

impl Inbox {
    /// How long to wait before the next look: longer and longer while it fails, not at all while the past is being read.
    pub(super) fn wait(&self, config: &InboxConfig) -> Duration {
        let every = match &config.kind {
            InboxKind::Maildir { .. } => MAILDIR_EVERY,
            InboxKind::Imap(imap) => imap.poll_every,
        };
        match self.failures {
            0 if self.more => Duration::ZERO,
            0 => every,
            // Jitter, so that not every client of a server that comes back asks in the same moment.
            failures => jittered(every.saturating_mul(1 << failures.min(6)).min(LONGEST_WAIT.max(every))),
        }
    }
}

impl Service {
    /// Passes over an inbox until nothing of it may be read any more today; gives what went wrong.
    pub(super) async fn poll_through(&self, config: &InboxConfig, stop: &watch::Receiver<bool>) -> Result<Option<String>, StoreError> {
        let mut inbox = Inbox::default();
        loop {
            let fault = self.poll(config, &mut inbox, stop).await?;
            if fault.is_some() || !inbox.more {
                return Ok(fault);
            }
        }
    }

    /// One pass over an inbox. One that fails is a fault, told by the agenda when it lasts.
    pub(super) async fn poll(
        &self,
        config: &InboxConfig,
        inbox: &mut Inbox,
        stop: &watch::Receiver<bool>,
    ) -> Result<Option<String>, StoreError> {
        let account = config.account.as_str();
        let began: DateTime<Utc> = self.clock.now();
        let passed = match &config.kind {
            InboxKind::Maildir { path } => {
                self.poll_maildir(account, path, &mut inbox.maildir, stop).await?.map(|()| false).map_err(|error| error.to_string())
            }
            InboxKind::Imap(imap) => self.poll_mailbox(account, imap, &mut inbox.mailbox, stop).await?,
        };
        match passed {
            // Not read whole.
            _ if *stop.borrow() => Ok(None),
            Ok(more) => {
                (inbox.failures, inbox.more) = (0, more);
                self.store.good_pass(account, began).await?;
                self.heart.good_pass(account, began);
                Ok(None)
            }
            Err(error) => {
                inbox.failures = inbox.failures.saturating_add(1);
                tracing::warn!(account, error, "an inbox could not be read; it is tried again");
                self.store.failing(account, &error, began).await?;
                Ok(Some(format!("{account}: {error}")))
            }
        }
    }
}

/// Why a mail is not kept.
pub(super) fn too_large(size: u64) -> String {
    format!("{size} bytes are more than the {MAX_MAIL_BYTES} that are read")
}
