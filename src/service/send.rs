//! Outbox → sink: alarms, requests, answers, notices, digests, in that order, each once.

use std::{path::Path, sync::PoisonError, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::{
    config::SinkConfig,
    desk,
    mail::auth,
    maildir,
    model::{Content, FrozenMail, OutboxKind, OutboxRow, OutboxState},
    service::{LOOK_EVERY, Service, failpoint, wait},
    store::{OutboxFilter, StoreError},
};

/// Readers of Maildirs clean `tmp` of files that are older (<https://cr.yp.to/proto/maildir.html>); until then an absent file is one that
/// was moved.
const TMP_IS_KEPT: TimeDelta = TimeDelta::hours(36);

/// A row that is due is not looked for more often than this.
const SHORTEST_LOOK: Duration = Duration::from_millis(250);

impl Service {
    /// Until when no notice leaves because what Forewarn stands on may be down (W19); none where nothing of it is worked on.
    pub(super) fn silent_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let windows = self.own_windows.read().unwrap_or_else(PoisonError::into_inner);
        windows.iter().filter(|window| window.start <= now && now < window.end).map(|window| window.end).max()
    }

    /// Takes the next row that may leave.
    pub(super) async fn claim(&self) -> Result<Option<OutboxRow>, StoreError> {
        let now = self.clock.now();
        if self.silent_until(now).is_some() { self.store.claim_for_staff(now).await } else { self.store.claim(now).await }
    }

    /// Sends every row that may leave now, none once `stop` says so; gives how many were accepted.
    pub(super) async fn send(&self, faults: &mut Vec<String>, stop: &watch::Receiver<bool>) -> Result<usize, StoreError> {
        match &self.config.outbox {
            SinkConfig::Maildir { path } => self.send_to_maildir(path, faults, stop).await,
            SinkConfig::Smtp(smtp) => self.submit_all(smtp, faults, stop).await,
        }
    }

    pub(super) async fn maildir_loop(
        &self,
        root: &Path,
        mut stop: watch::Receiver<bool>,
        mut new_rows: watch::Receiver<()>,
    ) -> Result<(), StoreError> {
        while !*stop.borrow() {
            let mut faults = Vec::new();
            self.send_to_maildir(root, &mut faults, &stop).await?;
            for fault in faults {
                tracing::warn!(fault, "a mail did not get out and is tried again");
            }
            let at_most = self.until_next().await?;
            wait(&mut stop, Some(&mut new_rows), at_most).await;
        }
        Ok(())
    }

    /// How long nothing will be due, at most the time between two looks.
    pub(super) async fn until_next(&self) -> Result<Duration, StoreError> {
        if self.silent_until(self.clock.now()).is_some() {
            return Ok(LOOK_EVERY);
        }
        let due = self.store.next_due().await?;
        let left = due.map(|at| (at - self.clock.now()).to_std().unwrap_or(SHORTEST_LOOK));
        Ok(left.map_or(LOOK_EVERY, |left| left.clamp(SHORTEST_LOOK, LOOK_EVERY)))
    }

    async fn send_to_maildir(&self, root: &Path, faults: &mut Vec<String>, stop: &watch::Receiver<bool>) -> Result<usize, StoreError> {
        let mut sent = 0;
        while !*stop.borrow() {
            let Some(row) = self.claim().await? else { break };
            let Some(mail) = self.written(&row, faults).await? else { continue };
            let prepared = maildir::prepare(root, &row.outgoing.to.address, &row.outgoing.key, &mail.bytes);
            // Asked again right before anybody can see the mail: its draft may have been overtaken meanwhile.
            if !self.store.dot_pending(row.id, self.clock.now()).await? {
                if let Ok(prepared) = prepared {
                    prepared.discard();
                }
                continue;
            }
            match prepared.and_then(maildir::Prepared::place) {
                Ok(_) => {
                    sent += 1;
                    self.sent(&row, None).await?;
                }
                Err(error) => {
                    faults.push(error.to_string());
                    let now = self.clock.now();
                    let again = now + TimeDelta::minutes(i64::from(row.attempts.clamp(1, 30)));
                    self.store.ended(row.id, OutboxState::Retry, Some(error.to_string()), Some(again), now).await?;
                }
            }
        }
        Ok(sent)
    }

    /// Notes that a row was accepted by whoever takes our mail.
    pub(super) async fn sent(&self, row: &OutboxRow, answer: Option<String>) -> Result<(), StoreError> {
        self.store.ended(row.id, OutboxState::Sent, answer, None, self.clock.now()).await?;
        tracing::info!(outbox.id = row.id.0, kind = ?row.outgoing.kind, "a mail was sent");
        match row.outgoing.kind {
            OutboxKind::Request => failpoint::passed("request-sent"),
            OutboxKind::Notice => failpoint::passed("notice-sent"),
            _ => {}
        }
        Ok(())
    }

    /// Settles what a killed process left between the two: the Maildir itself tells whether the mail was put in place. What it cannot
    /// tell any more is left for [`Store::recover`](crate::store::Store::recover), which makes it unknown.
    pub(super) async fn settle(&self) -> Result<(), StoreError> {
        let SinkConfig::Maildir { path } = &self.config.outbox else { return Ok(()) };
        let now = self.clock.now();
        for row in self.store.outbox(OutboxFilter::State(OutboxState::DotPending)).await? {
            let lately = now - row.changed_at < TMP_IS_KEPT;
            match maildir::was_placed(path, &row.outgoing.to.address, &row.outgoing.key) {
                Some(true) if lately => self.store.ended(row.id, OutboxState::Sent, None, None, now).await?,
                Some(false) => {
                    let why = "the program stopped before the mail was in place".to_owned();
                    self.store.ended(row.id, OutboxState::Retry, Some(why), Some(now), now).await?;
                }
                Some(true) | None => {}
            }
        }
        Ok(())
    }

    /// The bytes of a claimed row. Where they cannot be written the row has failed, and none come back.
    pub(super) async fn written(&self, row: &OutboxRow, faults: &mut Vec<String>) -> Result<Option<FrozenMail>, StoreError> {
        match self.letter(row).await? {
            Ok(mail) => Ok(Some(mail)),
            Err(why) => {
                faults.push(format!("{}: {why}", row.outgoing.key));
                self.store.ended(row.id, OutboxState::Failed, Some(why), None, self.clock.now()).await?;
                Ok(None)
            }
        }
    }

    /// Whether an answer has counted before under the proof that is asked for now.
    pub(super) async fn answers_count(&self) -> Result<bool, StoreError> {
        Ok(self.store.newest_proof().await?.is_some_and(|proof| auth::is_of(&self.config.policy.auth, &proof)))
    }

    /// Frozen bytes as they are; letters are written now because the store holds no token.
    async fn letter(&self, row: &OutboxRow) -> Result<Result<FrozenMail, String>, StoreError> {
        let (inventory, now) = (self.inventory(), self.clock.now());
        let desk = self.desk(&inventory);
        let letter = match &row.outgoing.content {
            Content::Frozen(mail) => return Ok(Ok(mail.clone())),
            Content::Request { draft, flavour, .. } => {
                let Some(draft) = self.store.draft(*draft).await? else { return Ok(Err("its draft is not in the store".to_owned())) };
                let Some(maintenance) = self.store.maintenance(draft.maintenance).await? else {
                    return Ok(Err("its maintenance is not in the store".to_owned()));
                };
                let tried = self.answers_count().await?;
                desk::request(&desk, &draft, &maintenance, &row.outgoing.to, flavour, tried, now)
            }
            Content::Bundle { drafts, flavour, .. } => {
                let mut found = Vec::new();
                for id in drafts {
                    let draft = self.store.draft(*id).await?;
                    let maintenance = match &draft {
                        Some(draft) => self.store.maintenance(draft.maintenance).await?,
                        None => None,
                    };
                    let Some(pair) = draft.zip(maintenance) else { return Ok(Err("one of its drafts is not in the store".to_owned())) };
                    found.push(pair);
                }
                desk::bundle(&desk, &found, &row.outgoing.to, flavour, now)
            }
            Content::HandedOn { original, letter } => {
                let raw = self.store.mail_raw(*original).await?.kept();
                desk::handed_on(&desk, letter, raw.as_deref(), &row.outgoing.to)
            }
            Content::FirstContact { account, .. } => desk::first_contact(&desk, &self.facts().await?, account, &row.outgoing.to, now),
        };
        match letter {
            Ok(mail) => {
                self.store.rendered(row.id, &mail.message_id).await?;
                Ok(Ok(mail))
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}
