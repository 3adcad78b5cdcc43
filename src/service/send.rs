//! Outbox → sink: alarms, requests, answers, notices, digests, in that order, each once.

use chrono::TimeDelta;
use tokio::sync::watch;

use crate::{
    config::SinkConfig,
    desk, maildir,
    model::{Content, FrozenMail, OutboxRow, OutboxState},
    service::Service,
    store::{OutboxFilter, StoreError},
};

/// Readers of Maildirs clean `tmp` of files that are older (<https://cr.yp.to/proto/maildir.html>); until then an absent file is one that
/// was moved.
const TMP_IS_KEPT: TimeDelta = TimeDelta::hours(36);

impl Service {
    /// Sends every row that may leave now, none once `stop` says so; gives how many were accepted.
    pub(super) async fn send(&self, faults: &mut Vec<String>, stop: &watch::Receiver<bool>) -> Result<usize, StoreError> {
        let mut sent = 0;
        while !*stop.borrow() {
            let Some(row) = self.store.claim(self.clock.now()).await? else { break };
            let mail = match self.written(&row).await? {
                Ok(mail) => mail,
                Err(why) => {
                    faults.push(format!("{}: {why}", row.outgoing.key));
                    self.store.ended(row.id, OutboxState::Failed, Some(why), None, self.clock.now()).await?;
                    continue;
                }
            };
            let SinkConfig::Maildir { path } = &self.config.outbox else { break };
            let prepared = maildir::prepare(path, &row.outgoing.to.address, &row.outgoing.key, &mail.bytes);
            // Asked again right before anybody can see the mail: its draft may have been overtaken meanwhile.
            if !self.store.dot_pending(row.id, self.clock.now()).await? {
                if let Ok(prepared) = prepared {
                    prepared.discard();
                }
                continue;
            }
            let now = self.clock.now();
            match prepared.and_then(maildir::Prepared::place) {
                Ok(_) => {
                    sent += 1;
                    self.store.ended(row.id, OutboxState::Sent, None, None, now).await?;
                    tracing::info!(outbox.id = row.id.0, kind = ?row.outgoing.kind, "a mail was sent");
                }
                Err(error) => {
                    faults.push(error.to_string());
                    let again = now + TimeDelta::minutes(i64::from(row.attempts.clamp(1, 30)));
                    self.store.ended(row.id, OutboxState::Retry, Some(error.to_string()), Some(again), now).await?;
                }
            }
        }
        Ok(sent)
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

    /// The bytes of a row: frozen ones as they are, letters written now because the store holds no token.
    async fn written(&self, row: &OutboxRow) -> Result<Result<FrozenMail, String>, StoreError> {
        let (desk, now) = (self.desk(), self.clock.now());
        let letter = match &row.outgoing.content {
            Content::Frozen(mail) => return Ok(Ok(mail.clone())),
            Content::Request { draft, flavour, .. } => {
                let Some(draft) = self.store.draft(*draft).await? else { return Ok(Err("its draft is not in the store".to_owned())) };
                let Some(maintenance) = self.store.maintenance(draft.maintenance).await? else {
                    return Ok(Err("its maintenance is not in the store".to_owned()));
                };
                desk::request(&desk, &draft, &maintenance, &row.outgoing.to, flavour, now)
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
