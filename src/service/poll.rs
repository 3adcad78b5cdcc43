//! Inboxes → ledger: what is listed is entered first, then its bytes are kept. Nothing in an inbox is changed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use tokio::sync::watch;

use crate::{
    config::InboxKind,
    maildir::{self, Content, Entry, MaildirError},
    service::Service,
    store::{Kept, Listing, Place, StoreError},
};

/// Mails fetched in one batch.
const BATCH: u32 = 200;
/// Largest mail that is kept; a larger one is quarantined with its head.
const MAX_MAIL_BYTES: u64 = 25 * 1024 * 1024;

/// A Maildir has one generation, because its names are never used again.
const GENERATION: &str = "maildir";

/// When the folders of each Maildir last changed, as of the last complete pass: an unchanged folder is not listed again.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<BTreeMap<PathBuf, Vec<SystemTime>>>);

/// What a look at one inbox came to.
struct Fetched {
    /// The last file that could not be read.
    fault: Option<MaildirError>,
    /// Whether nothing was left for later.
    whole: bool,
}

impl Service {
    /// One pass over every inbox. An inbox that fails is a fault, told by the agenda when it lasts; the others are read.
    pub(super) async fn poll(&self, stop: &watch::Receiver<bool>) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        for inbox in &self.config.inboxes {
            let InboxKind::Maildir { path } = &inbox.kind else { continue };
            let now = self.clock.now();
            match self.poll_maildir(&inbox.account, path, stop).await? {
                // Not read whole.
                _ if *stop.borrow() => break,
                Ok(()) => self.store.good_pass(&inbox.account, now).await?,
                Err(error) => {
                    tracing::warn!(account = inbox.account, %error, "an inbox could not be read; it is tried again");
                    self.store.failing(&inbox.account, &error.to_string(), now).await?;
                    faults.push(format!("{}: {error}", inbox.account));
                }
            }
        }
        Ok(faults)
    }

    async fn poll_maildir(&self, account: &str, root: &Path, stop: &watch::Receiver<bool>) -> Result<Result<(), MaildirError>, StoreError> {
        let now = self.clock.now();
        let state = maildir::state(root, now);
        let unchanged = {
            let seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.is_some() && seen.get(root) == state.as_ref()
        };
        let (mut fault, mut whole) = (None, true);
        if !unchanged {
            let entries = match maildir::list(root) {
                Ok(entries) => entries,
                Err(error) => return Ok(Err(error)),
            };
            let mut by_folder: BTreeMap<String, Vec<Listing>> = BTreeMap::from([("INBOX".to_owned(), Vec::new())]);
            for entry in &entries {
                let listing = Listing { uid: entry.uid.clone(), arrived_at: entry.arrived_at, ..Listing::default() };
                by_folder.entry(entry.folder.clone()).or_default().push(listing);
            }
            for (folder, listings) in by_folder {
                let place = Place { account: account.to_owned(), folder, generation: GENERATION.to_owned() };
                self.store.list(&place, listings, now).await?;
            }
            let fetched = self.fetch(account, &entries, stop).await?;
            (fault, whole) = (fetched.fault, fetched.whole);
        }
        if let Some(error) = fault {
            return Ok(Err(error));
        }
        // What was left for later is looked for again, though no folder changes by it.
        if let Some(state) = state.filter(|_| whole) {
            self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).insert(root.to_owned(), state);
        }
        Ok(Ok(()))
    }

    /// Keeps the bytes of everything that is listed and not stored. A file that cannot be read, and one that was moved since it was
    /// listed, stays listed and is tried again; only what a listing lacks has vanished.
    async fn fetch(&self, account: &str, entries: &[Entry], stop: &watch::Receiver<bool>) -> Result<Fetched, StoreError> {
        let by_name: BTreeMap<(&str, &str), &Entry> =
            entries.iter().map(|entry| ((entry.folder.as_str(), entry.uid.as_str()), entry)).collect();
        let mut fetched = Fetched { fault: None, whole: true };
        let mut tried = std::collections::BTreeSet::new();
        let mut left = 0;
        loop {
            // What could not be read stands in front of the others.
            let batch = self.store.unstored(account, BATCH + left).await?;
            let fresh: Vec<_> = batch.into_iter().filter(|item| tried.insert(item.mail)).collect();
            if fresh.is_empty() {
                return Ok(fetched);
            }
            for item in fresh {
                if *stop.borrow() {
                    return Ok(Fetched { whole: false, ..fetched });
                }
                let now = self.clock.now();
                if item.backlog
                    && self.store.backlog_bytes_today(account, now.date_naive()).await? >= self.config.policy.backlog_bytes_a_day
                {
                    return Ok(Fetched { whole: false, ..fetched });
                }
                let read = match by_name.get(&(item.place.folder.as_str(), item.uid.as_str())) {
                    Some(entry) => maildir::read(&entry.path, MAX_MAIL_BYTES),
                    None => {
                        self.store.vanished(item.mail).await?;
                        continue;
                    }
                };
                match read {
                    Ok(Content::Whole(raw)) => {
                        if let Kept::Duplicate(of) = self.store.keep(item.mail, raw, now).await? {
                            tracing::info!(mail.id = item.mail.0, of = of.0, "a mail was a duplicate of another");
                        }
                    }
                    Ok(Content::TooLarge(size, head)) => {
                        let why = format!("{size} bytes are more than the {MAX_MAIL_BYTES} that are read");
                        self.store.refuse(item.mail, &why, head, now).await?;
                    }
                    Ok(Content::Gone) => {
                        left += 1;
                        fetched.whole = false;
                    }
                    Err(error) => {
                        left += 1;
                        fetched.fault = Some(error);
                    }
                }
            }
        }
    }
}
