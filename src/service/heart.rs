//! Signs of life to the outside: a ping after complete good passes, systemd's watchdog.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sd_notify::NotifyState;
use tokio::sync::watch;

use super::{Service, wait};
use crate::heartbeat;

/// Shortest time between two pings.
const PING_EVERY: Duration = Duration::from_secs(60);

/// When each inbox was last read completely, by this process.
#[derive(Debug, Default)]
pub(super) struct Heart(Mutex<BTreeMap<String, DateTime<Utc>>>);

impl Heart {
    pub(super) fn good_pass(&self, account: &str, at: DateTime<Utc>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned(), at);
    }

    /// Whether each of these inboxes was read completely since an instant.
    fn beats(&self, mut accounts: impl Iterator<Item = impl AsRef<str>>, since: DateTime<Utc>) -> bool {
        let good = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.all(|account| good.get(account.as_ref()).is_some_and(|at| *at >= since))
    }
}

impl Service {
    /// Pings the outside after each complete good pass over all inboxes, at most once a minute, until the service stops. A ping that fails
    /// is logged and no more: whoever watches notices.
    pub(super) async fn heartbeat(&self, mut stop: watch::Receiver<bool>) {
        let Some(url) = &self.config.heartbeat_url else { return };
        let mut since = self.clock.now();
        while !*stop.borrow() {
            let now = self.clock.now();
            if self.heart.beats(self.config.inboxes.iter().map(|inbox| &inbox.account), since) {
                since = now;
                if let Err(why) = heartbeat::ping(url).await {
                    tracing::warn!(why, "the heartbeat's ping failed; it is tried again after the next pass");
                }
                wait(&mut stop, None, PING_EVERY).await;
            } else {
                wait(&mut stop, None, Duration::from_secs(1)).await;
            }
        }
    }
}

/// Tells systemd, where it listens; a supervisor that does not is no failure.
pub(super) fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the supervisor could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_beats_when_every_inbox_was_read() {
        let (heart, at) = (Heart::default(), |second| DateTime::from_timestamp(second, 0).unwrap());
        heart.good_pass("noc", at(100));
        assert!(heart.beats(["noc"].iter(), at(100)) && !heart.beats(["noc"].iter(), at(101)));
        assert!(!heart.beats(["noc", "replies"].iter(), at(0)));
        heart.good_pass("replies", at(50));
        assert!(heart.beats(["noc", "replies"].iter(), at(50)) && !heart.beats(["noc", "replies"].iter(), at(60)));
    }
}
