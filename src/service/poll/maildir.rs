//! A Maildir → ledger. When its folders have not changed since the last complete pass they are not listed again.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::SystemTime,
};

use tokio::sync::watch;

use super::{BATCH, MAX_MAIL_BYTES, too_large};
use crate::{
    maildir::{self, Content, Entry, MaildirError},
    service::Service,
    store::{Kept, Listing, Place, StoreError},
};

/// A Maildir has one generation, because its names are never used again.
const GENERATION: &str = "maildir";

/// What a look at a Maildir came to.
struct Fetched {
    /// The last file that could not be read.
    fault: Option<MaildirError>,
    /// Whether nothing was left for later.
    whole: bool,
}

impl Service {
    /// One pass over a Maildir.
    pub(super) async fn poll_maildir(
        &self,
        account: &str,
        root: &Path,
        seen: &mut Option<Vec<SystemTime>>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Result<(), MaildirError>, StoreError> {
        let now = self.clock.now();
        let state = maildir::state(root, now);
        let unchanged = state.is_some() && *seen == state;
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
            *seen = Some(state);
        }
        Ok(Ok(()))
    }

    /// Keeps the bytes of everything that is listed and not stored. A file that cannot be read, and one that was moved since it was
    /// listed, stays listed and is tried again; only what a listing lacks has vanished.
    async fn fetch(&self, account: &str, entries: &[Entry], stop: &watch::Receiver<bool>) -> Result<Fetched, StoreError> {
        let by_name: BTreeMap<(&str, &str), &Entry> =
            entries.iter().map(|entry| ((entry.folder.as_str(), entry.uid.as_str()), entry)).collect();
        let mut fetched = Fetched { fault: None, whole: true };
        let mut tried = BTreeSet::new();
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
                        self.store.refuse(item.mail, &too_large(size), head, now).await?;
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
