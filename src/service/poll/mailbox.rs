//! A mailbox on a server → ledger. The ledger alone says what was read: no flag and no date does, and none is changed.
//!
//! One connection an account. A pass asks each folder whether it changed, lists what is above the highest uid that was ever listed, fetches
//! what is new, and then, as long as it is not time to look again, fetches from the past. Once an hour everything that a folder holds is
//! compared with the ledger; what only that finds is a defect, and counted. A folder whose uids begin anew (UIDVALIDITY, RFC 9051
//! section 2.3.1.1, or a UIDNEXT that went back) is a new generation, listed whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::{BATCH, MAX_MAIL_BYTES, too_large};
use crate::{
    config::{ImapConfig, SecretError},
    imap::{Envelope, Folder, FolderState, Imap, ImapError, Role},
    model::MailId,
    service::{Service, credentials, failpoint},
    store::{Kept, Listing, Place, StoreError, ToFetch},
};

/// Time between two comparisons of a whole folder with the ledger.
const SWEEP_EVERY: TimeDelta = TimeDelta::hours(1);
/// Envelopes asked for in one command.
const ENVELOPES: usize = 200;
/// Mails up to this size are fetched several at a time.
const SMALL_BYTES: u32 = 128 * 1024;
/// Bytes asked for in one command.
const AT_ONCE_BYTES: u32 = 1024 * 1024;
/// What is kept of a mail that is too large.
const HEAD_BYTES: u32 = 64 * 1024;

/// What is remembered of a mailbox between two passes.
#[derive(Default)]
pub(super) struct Remembered {
    connection: Option<Connection>,
    /// What each folder said when it was last listed.
    looked: BTreeMap<String, FolderState>,
    swept_at: Option<DateTime<Utc>>,
}

/// A connection and the folder that is open on it.
struct Connection {
    imap: Imap,
    open: Option<String>,
}

/// Why a pass ended early.
enum Fault {
    Server(ImapError),
    Secret(SecretError),
    /// What the server says does not fit together, a sentence.
    Contradiction(String),
    Store(StoreError),
}

impl From<ImapError> for Fault {
    fn from(error: ImapError) -> Self {
        Self::Server(error)
    }
}

impl From<SecretError> for Fault {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Service {
    /// One pass over a mailbox; gives whether mail of the past waits to be fetched at once, or why the pass failed.
    pub(super) async fn poll_mailbox(
        &self,
        account: &str,
        config: &ImapConfig,
        remembered: &mut Remembered,
        stop: &watch::Receiver<bool>,
    ) -> Result<Result<bool, String>, StoreError> {
        let kept = remembered.connection.is_some();
        let mut passed = self.pass(account, config, remembered, stop).await;
        if kept && matches!(&passed, Err(Fault::Server(error)) if !error.is_permanent()) {
            // Servers close connections on which nothing happens; that is no failure before a new one fails.
            passed = self.pass(account, config, remembered, stop).await;
        }
        match passed {
            Ok(more) => Ok(Ok(more)),
            Err(Fault::Store(error)) => Err(error),
            Err(Fault::Server(error)) => Ok(Err(error.to_string())),
            Err(Fault::Secret(error)) => Ok(Err(error.to_string())),
            Err(Fault::Contradiction(why)) => Ok(Err(why)),
        }
    }

    async fn pass(
        &self,
        account: &str,
        config: &ImapConfig,
        remembered: &mut Remembered,
        stop: &watch::Receiver<bool>,
    ) -> Result<bool, Fault> {
        // It goes back only when all went well: after an error nobody knows what the next answer would belong to.
        let mut connection = match remembered.connection.take() {
            Some(connection) => connection,
            None => {
                let credentials = credentials(&config.login).await?;
                Connection { imap: Imap::open(&config.server, &credentials).await?, open: None }
            }
        };
        let began = self.clock.now();
        let folders = connection.imap.folders().await?;
        let sweep = remembered.swept_at.is_none_or(|at| began - at >= SWEEP_EVERY);
        let mut refused = None;
        for folder in watched(config, &folders)? {
            if *stop.borrow() {
                return Ok(false);
            }
            match self.look(account, &mut connection, folder, sweep, &mut remembered.looked).await {
                // One folder that the server does not open keeps no other back.
                Err(Fault::Server(error)) if error.leaves_connection() => {
                    refused.get_or_insert(format!("{}: {error}; where it holds no mail, name the others with `folders`", folder.name));
                }
                looked => looked?,
            }
        }
        if sweep {
            remembered.swept_at = Some(began);
        }
        let more = self.fetch_new(account, config, &mut connection, &folders, stop).await?;
        remembered.connection = Some(connection);
        refused.map_or(Ok(more), |why| Err(Fault::Contradiction(why)))
    }

    /// Lists a folder that has changed since it was last looked at, or of which the server does not say.
    async fn look(
        &self,
        account: &str,
        connection: &mut Connection,
        folder: &Folder,
        sweep: bool,
        looked: &mut BTreeMap<String, FolderState>,
    ) -> Result<(), Fault> {
        let state = connection.state(folder).await?;
        let whole = state.uid_validity.is_some() && state.uid_next.is_some() && state.messages.is_some();
        if sweep || !whole || looked.get(&folder.name) != Some(&state) {
            self.list_folder(account, connection, folder, sweep).await?;
            looked.insert(folder.name.clone(), state);
        }
        Ok(())
    }

    /// Enters what a folder holds and the ledger does not list: what lies above the highest uid listed; in a sweep, everything.
    async fn list_folder(&self, account: &str, connection: &mut Connection, folder: &Folder, sweep: bool) -> Result<(), Fault> {
        let state = connection.open(folder).await?;
        let place = self.place(account, folder, &state).await?;
        let highest = self.store.highest_uid(&place).await?;
        let highest = highest.map_or(0, |uid| u32::try_from(uid).unwrap_or(u32::MAX));
        let from = if sweep { 1 } else { highest.saturating_add(1) };
        let uids = connection.imap.uids(from).await?;
        let missing = self.store.not_listed(&place, uids).await?;
        let recovered = missing.iter().filter(|uid| **uid <= highest).count();
        if recovered > 0 {
            tracing::error!(account, folder = folder.name, recovered, "the hourly sweep found mails that no pass had listed");
            self.store.add_recovered(u64::try_from(recovered).unwrap_or(u64::MAX)).await?;
        }
        for some in missing.chunks(ENVELOPES) {
            let now = self.clock.now();
            let mut envelopes: BTreeMap<u32, Envelope> =
                connection.envelopes(some).await?.into_iter().map(|envelope| (envelope.uid, envelope)).collect();
            let listings = some.iter().map(|uid| match envelopes.remove(uid) {
                Some(envelope) => Listing {
                    uid: uid.to_string(),
                    arrived_at: envelope.arrived_at.unwrap_or(now),
                    sender: envelope.sender,
                    subject: envelope.subject,
                },
                // It is there all the same, or was a moment ago.
                None => Listing { uid: uid.to_string(), arrived_at: now, ..Listing::default() },
            });
            self.store.list_part(&place, listings.collect(), now).await?;
        }
        self.store.list(&place, Vec::new(), self.clock.now()).await?;
        if !missing.is_empty() {
            failpoint::passed("uid-listed");
        }
        Ok(())
    }

    /// The place of a folder as it is now: the newest generation, or the next one where its uids begin anew.
    async fn place(&self, account: &str, folder: &Folder, state: &FolderState) -> Result<Place, StoreError> {
        let validity = state.uid_validity.map_or_else(|| "none".to_owned(), |validity| validity.to_string());
        let place = |generation: String| Place { account: account.to_owned(), folder: folder.name.clone(), generation };
        let Some(newest) = self.store.newest_generation(account, &folder.name).await? else { return Ok(place(validity)) };
        let (base, number) = newest.split_once('/').unwrap_or((&newest, "1"));
        if base != validity {
            tracing::warn!(account, folder = folder.name, "the uids of a folder begin anew; it is listed whole");
            return Ok(place(validity));
        }
        let known = place(newest.clone());
        let highest = self.store.highest_uid(&known).await?;
        match (state.uid_next, highest) {
            // Every uid ever given lies below UIDNEXT.
            (Some(next), Some(highest)) if u64::from(next) <= highest => {
                tracing::warn!(account, folder = folder.name, "a folder gives uids anew under the same UIDVALIDITY; it is listed whole");
                let number = number.parse::<u32>().unwrap_or(1).saturating_add(1);
                Ok(place(format!("{validity}/{number}")))
            }
            _ => Ok(known),
        }
    }

    /// Keeps the bytes of what is listed and not stored: all that is new, then of the past until it is time to look again. Gives whether
    /// more of the past waits.
    async fn fetch_new(
        &self,
        account: &str,
        config: &ImapConfig,
        connection: &mut Connection,
        folders: &[Folder],
        stop: &watch::Receiver<bool>,
    ) -> Result<bool, Fault> {
        let began = self.clock.now();
        let look_again = TimeDelta::from_std(config.poll_every).unwrap_or(TimeDelta::MAX);
        // What could not be had stands in front of the others, and is not asked for again in this pass.
        let mut left: BTreeSet<MailId> = BTreeSet::new();
        let mut refused = None;
        while !*stop.borrow() {
            let limit = BATCH.saturating_add(u32::try_from(left.len()).unwrap_or(u32::MAX));
            let waiting: Vec<ToFetch> =
                self.store.unstored(account, limit).await?.into_iter().filter(|item| !left.contains(&item.mail)).collect();
            let Some(first) = waiting.first().cloned() else { break };
            let now = self.clock.now();
            let mut allowed = u64::MAX;
            if first.backlog {
                let today = self.store.backlog_bytes_today(account, now.date_naive()).await?;
                allowed = self.config.policy.backlog_bytes_a_day.saturating_sub(today);
                if allowed == 0 {
                    break;
                }
                if now - began >= look_again {
                    return Ok(true);
                }
            }
            let together = waiting.into_iter().filter(|item| item.place == first.place && item.backlog == first.backlog);
            for item in self.fetch_some(connection, folders, together.collect(), allowed).await? {
                refused
                    .get_or_insert_with(|| format!("the server lists uid {} in {} but does not hand it out", item.uid, item.place.folder));
                left.insert(item.mail);
            }
        }
        match refused {
            Some(why) if !*stop.borrow() => Err(Fault::Contradiction(why)),
            _ => Ok(false),
        }
    }

    /// Keeps mails of one folder, in this order, until so many bytes are had; gives those that could not be had though the server has them.
    async fn fetch_some(
        &self,
        connection: &mut Connection,
        folders: &[Folder],
        items: Vec<ToFetch>,
        allowed_bytes: u64,
    ) -> Result<Vec<ToFetch>, Fault> {
        let Some(place) = items.first().map(|item| item.place.clone()) else { return Ok(Vec::new()) };
        let Some(folder) = folders.iter().find(|folder| folder.name == place.folder) else {
            for item in items {
                tracing::warn!(account = place.account, mail.id = item.mail.0, "a mail went with its folder before it was read");
                self.store.vanished(item.mail).await?;
            }
            return Ok(Vec::new());
        };
        let state = connection.open(folder).await?;
        if self.place(&place.account, folder, &state).await? != place {
            // The next look lists the new generation and knows what became of these.
            return Err(Fault::Contradiction(format!("the uids of {} began anew while it was read", folder.name)));
        }
        let items: Vec<(u32, ToFetch)> = items.into_iter().filter_map(|item| Some((item.uid.parse().ok()?, item))).collect();
        let uids: Vec<u32> = items.iter().map(|(uid, _)| *uid).collect();
        let sizes: BTreeMap<u32, u64> =
            connection.envelopes(&uids).await?.into_iter().map(|envelope| (envelope.uid, envelope.size)).collect();
        let (mut left, mut asked_bytes) = (Vec::new(), 0_u64);
        let mut group: Vec<(u32, u64, ToFetch)> = Vec::new();
        for (uid, item) in items {
            if asked_bytes >= allowed_bytes {
                break;
            }
            let Some(size) = sizes.get(&uid).copied() else {
                if connection.imap.exists(uid).await? {
                    left.push(item);
                } else {
                    tracing::warn!(account = place.account, mail.id = item.mail.0, "a mail went before it was read");
                    self.store.vanished(item.mail).await?;
                }
                continue;
            };
            asked_bytes = asked_bytes.saturating_add(size);
            if size >= u64::from(SMALL_BYTES) {
                left.extend(self.keep_whole(connection, &item, uid, Vec::new(), size).await?);
                continue;
            }
            if group.iter().map(|(_, size, _)| size).sum::<u64>() + size > u64::from(AT_ONCE_BYTES) {
                left.extend(self.keep_small(connection, std::mem::take(&mut group)).await?);
            }
            group.push((uid, size, item));
        }
        left.extend(self.keep_small(connection, group).await?);
        Ok(left)
    }

    /// Keeps small mails of the open folder in one transaction.
    async fn keep_small(&self, connection: &mut Connection, group: Vec<(u32, u64, ToFetch)>) -> Result<Vec<ToFetch>, Fault> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let uids: Vec<u32> = group.iter().map(|(uid, ..)| *uid).collect();
        let (mut whole, mut left) = (Vec::new(), Vec::new());
        let mut bodies: BTreeMap<u32, Vec<u8>> = match connection.imap.small_bodies(&uids, SMALL_BYTES).await {
            // One mail that the server cannot hand out keeps no other back.
            Err(error) if error.leaves_connection() => {
                for (uid, size, item) in group {
                    left.extend(self.keep_whole(connection, &item, uid, Vec::new(), size).await?);
                }
                return Ok(left);
            }
            bodies => bodies?.into_iter().collect(),
        };
        for (uid, size, item) in group {
            match bodies.remove(&uid) {
                // The stated size was too small: there may be more of it.
                Some(body) if u32::try_from(body.len()).is_ok_and(|length| length >= SMALL_BYTES) => {
                    left.extend(self.keep_whole(connection, &item, uid, body, size).await?);
                }
                Some(body) => {
                    note_size(&item, size, body.len());
                    whole.push((item.mail, body));
                }
                None => left.push(item),
            }
        }
        if !whole.is_empty() {
            let mails: Vec<MailId> = whole.iter().map(|(mail, _)| *mail).collect();
            for (mail, kept) in mails.iter().zip(self.store.keep_all(whole, self.clock.now()).await?) {
                if let Kept::Duplicate(of) = kept {
                    tracing::info!(mail.id = mail.0, of = of.0, "a mail was a duplicate of another");
                }
            }
            failpoint::passed("raw-stored");
        }
        Ok(left)
    }

    /// Keeps one mail, fetched in parts, of which the first may be there already. One that is too large is put aside with its head.
    async fn keep_whole(
        &self,
        connection: &mut Connection,
        item: &ToFetch,
        uid: u32,
        mut body: Vec<u8>,
        stated: u64,
    ) -> Result<Option<ToFetch>, Fault> {
        let asked = if stated > MAX_MAIL_BYTES { HEAD_BYTES } else { AT_ONCE_BYTES };
        loop {
            let offset = u32::try_from(body.len()).unwrap_or(u32::MAX);
            let part = match connection.imap.part(uid, offset, asked).await {
                Err(error) if error.leaves_connection() => return Ok(Some(item.clone())),
                part => part?,
            };
            let Some(part) = part else {
                // Whoever has nothing behind the last byte may say so by sending nothing.
                if body.is_empty() {
                    return Ok(Some(item.clone()));
                }
                break;
            };
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            body.extend(part);
            let so_far = u64::try_from(body.len()).unwrap_or(u64::MAX);
            if so_far > MAX_MAIL_BYTES || stated > MAX_MAIL_BYTES {
                let why = too_large(stated.max(so_far));
                self.store.refuse(item.mail, &why, body, self.clock.now()).await?;
                return Ok(None);
            }
            if length < asked {
                break;
            }
        }
        note_size(item, stated, body.len());
        self.store.keep(item.mail, body, self.clock.now()).await?;
        failpoint::passed("raw-stored");
        Ok(None)
    }
}

impl Connection {
    /// What a folder says of itself: EXAMINE where it is open, because STATUS is not meant for that one (RFC 9051 section 6.3.11).
    async fn state(&mut self, folder: &Folder) -> Result<FolderState, ImapError> {
        if self.open.as_ref() == Some(&folder.wire) { self.open(folder).await } else { self.imap.status(folder).await }
    }

    /// Sizes and envelopes; where the server refuses them together, each by itself, and without those that it refuses then.
    async fn envelopes(&mut self, uids: &[u32]) -> Result<Vec<Envelope>, ImapError> {
        match self.imap.envelopes(uids).await {
            Err(error) if error.leaves_connection() => {}
            envelopes => return envelopes,
        }
        let mut found = Vec::new();
        for uid in uids {
            match self.imap.envelopes(&[*uid]).await {
                Err(error) if error.leaves_connection() => {}
                envelopes => found.extend(envelopes?),
            }
        }
        Ok(found)
    }

    async fn open(&mut self, folder: &Folder) -> Result<FolderState, ImapError> {
        self.open = None;
        let state = self.imap.examine(folder).await?;
        self.open = Some(folder.wire.clone());
        Ok(state)
    }
}

/// The folders that are read: those named, or all but Sent, Drafts and Trash.
fn watched<'a>(config: &ImapConfig, folders: &'a [Folder]) -> Result<Vec<&'a Folder>, Fault> {
    if config.folders.is_empty() {
        let ours = |folder: &&Folder| !matches!(folder.role, Some(Role::Sent | Role::Drafts | Role::Trash));
        return Ok(folders.iter().filter(ours).collect());
    }
    let find = |name: &String| {
        let is =
            |folder: &&Folder| folder.name == *name || (name.eq_ignore_ascii_case("inbox") && folder.name.eq_ignore_ascii_case("inbox"));
        folders.iter().find(is).ok_or_else(|| {
            let there: Vec<&str> = folders.iter().map(|folder| folder.name.as_str()).collect();
            Fault::Contradiction(format!("there is no folder {name}: mend `folders` in forewarn.toml; there are {}", there.join(", ")))
        })
    };
    config.folders.iter().map(find).collect()
}

/// Some servers reckon sizes; the bytes that came are what counts.
fn note_size(item: &ToFetch, stated: u64, got: usize) {
    if u64::try_from(got).ok() != Some(stated) {
        tracing::debug!(mail.id = item.mail.0, stated, got, "a mail has another size than its server stated");
    }
}
