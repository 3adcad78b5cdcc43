//! Outbox → a server for submission. Several connections, of which one is kept for what staff wait for: a server that is silent on one
//! mail holds up no alarm, no request and no other recipient.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::try_join_all;
use tokio::{sync::watch, time::Instant};

use crate::{
    config::{SinkConfig, SmtpConfig},
    model::{FrozenMail, OutboxKind, OutboxRow, OutboxState},
    service::{Service, credentials, failpoint, grace, jittered, wait},
    smtp::{Smtp, SmtpError},
    store::StoreError,
};

/// A connection and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Alarms, requests and answers.
    Staff,
    /// Everything.
    Any,
}

/// The connections that are used at a time: servers allow few for a mailbox (Microsoft 365: three).
pub(super) const LANES: [Lane; 3] = [Lane::Staff, Lane::Any, Lane::Any];

/// Attempts after which a mail to staff whose fate is unknown is left so. Until then rather twice than never.
const STAFF_ATTEMPTS: u32 = 3;
/// Time until a mail is tried again when the server itself could not be used.
const SERVER_AGAIN: Duration = Duration::from_secs(60);
/// Time until a refusal that is often no real one is tried once more.
const DOUBTFUL_AGAIN: Duration = Duration::from_secs(600);

/// The pace of notices and digests (W38). What is for staff at once does not wait for it.
#[derive(Debug)]
pub(super) struct Pace {
    step: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn of(sink: &SinkConfig) -> Self {
        let step = match sink {
            SinkConfig::Maildir { .. } => Duration::ZERO,
            SinkConfig::Smtp(smtp) => Duration::from_secs(60) / smtp.mails_a_minute.max(1),
        };
        Self { step, next: Mutex::default() }
    }

    /// Takes the next slot; where it is not free yet, how long until it is.
    fn take(&self) -> Result<(), Duration> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match *next {
            Some(at) if at > now => Err(at - now),
            _ => {
                *next = Some(now + self.step);
                Ok(())
            }
        }
    }

    /// Gives a slot back that was not used.
    fn give_back(&self) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How an attempt ended, and whether the next mail would meet the same.
struct Ended {
    state: OutboxState,
    answer: String,
    again_in: Option<Duration>,
    server_is_at_fault: bool,
}

impl Service {
    /// Sends everything that may leave now, over all lanes; gives how many were accepted.
    pub(super) async fn submit_all(
        &self,
        smtp: &SmtpConfig,
        faults: &mut Vec<String>,
        stop: &watch::Receiver<bool>,
    ) -> Result<usize, StoreError> {
        let rounds = try_join_all(LANES.map(|lane| self.lane_round(smtp, lane, stop.clone()))).await?;
        Ok(rounds
            .into_iter()
            .map(|(sent, said)| {
                faults.extend(said);
                sent
            })
            .sum())
    }

    pub(super) async fn lane_loop(
        &self,
        smtp: &SmtpConfig,
        lane: Lane,
        mut stop: watch::Receiver<bool>,
        mut new_rows: watch::Receiver<()>,
    ) -> Result<(), StoreError> {
        while !*stop.borrow() {
            let (_, faults) = self.lane_round(smtp, lane, stop.clone()).await?;
            let at_most = if faults.is_empty() { self.until_next().await? } else { super::LOOK_EVERY };
            wait(&mut stop, Some(&mut new_rows), at_most).await;
        }
        Ok(())
    }

    /// One connection's worth: everything that may leave now. A server that cannot be used ends it, so that no other row is tried in vain.
    async fn lane_round(&self, smtp: &SmtpConfig, lane: Lane, mut stop: watch::Receiver<bool>) -> Result<(usize, Vec<String>), StoreError> {
        let (mut sent, mut faults, mut connection) = (0, Vec::new(), None);
        while !*stop.borrow() {
            let Some(row) = self.next_row(lane, &mut stop).await? else { break };
            let Some(mail) = self.written(&row, &mut faults).await? else { continue };
            let Some(ended) = self.hand_over(smtp, &mut connection, &row, &mail, &mut stop).await? else { continue };
            if ended.state == OutboxState::Sent {
                sent += 1;
                self.sent(&row, Some(ended.answer)).await?;
                continue;
            }
            let now = self.clock.now();
            let again = ended.again_in.map(|wait| now + TimeDelta::from_std(jittered(wait)).unwrap_or(TimeDelta::hours(1)));
            faults.push(format!("mail {} to {}: {}", row.id.0, row.outgoing.to.address, ended.answer));
            // What a server answers to one mail names its recipient; what is wrong with the server itself does not.
            let why = ended.server_is_at_fault.then_some(ended.answer.as_str());
            tracing::warn!(outbox.id = row.id.0, state = ended.state.name(), why, "a mail was not accepted");
            self.store.ended(row.id, ended.state, Some(ended.answer), again, now).await?;
            if ended.server_is_at_fault {
                break;
            }
        }
        if let Some(connection) = connection {
            connection.quit().await;
        }
        Ok((sent, faults))
    }

    /// The next row for a lane; notices and digests only when their pace allows it, for which this waits.
    async fn next_row(&self, lane: Lane, stop: &mut watch::Receiver<bool>) -> Result<Option<OutboxRow>, StoreError> {
        if lane == Lane::Staff {
            return self.store.claim_for_staff(self.clock.now()).await;
        }
        while !*stop.borrow() {
            match self.pace.take() {
                Ok(()) => {
                    let row = self.claim().await?;
                    if !row.as_ref().is_some_and(|row| is_paced(row.outgoing.kind)) {
                        self.pace.give_back();
                    }
                    return Ok(row);
                }
                Err(left) => {
                    if let Some(row) = self.store.claim_for_staff(self.clock.now()).await? {
                        return Ok(Some(row));
                    }
                    wait(stop, None, left).await;
                }
            }
        }
        Ok(None)
    }

    /// Hands one mail over; none where it was taken back at the last moment.
    async fn hand_over(
        &self,
        config: &SmtpConfig,
        connection: &mut Option<Smtp>,
        row: &OutboxRow,
        mail: &FrozenMail,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Option<Ended>, StoreError> {
        let envelope_id = format!("fw-{}", row.id.0);
        let (from, to) = (self.config.policy.from.address.as_str(), row.outgoing.to.address.as_str());
        // One time for all of it, however slow each answer is.
        let mut grace = pin!(grace(stop));
        let stopped = || later("the program was stopped before the mail was accepted".to_owned(), SERVER_AGAIN);
        let mut smtp = loop {
            let reused = connection.is_some();
            let mut smtp = match connection.take() {
                Some(smtp) => smtp,
                None => {
                    let opened = tokio::select! {
                        opened = self.submission(config) => opened,
                        () = &mut grace => return Ok(Some(stopped())),
                    };
                    match opened {
                        Ok(smtp) => smtp,
                        Err(answer) => return Ok(Some(at_fault(answer))),
                    }
                }
            };
            let offered = tokio::select! {
                offered = smtp.offer(from, to, &mail.bytes, &envelope_id) => offered,
                () = &mut grace => return Ok(Some(stopped())),
            };
            match offered {
                Ok(()) => break smtp,
                // Servers end a connection after some mails or some time; nothing of this mail was accepted.
                Err(error) if reused && error.breaks_connection() => {}
                Err(error) => {
                    if smtp.is_usable() {
                        *connection = Some(smtp);
                    }
                    return Ok(Some(judged(row, &error)));
                }
            }
        };
        // Asked again right before the mail counts: its draft may have been overtaken meanwhile.
        if !self.store.dot_pending(row.id, self.clock.now()).await? {
            smtp.abandon();
            return Ok(None);
        }
        if row.outgoing.kind == OutboxKind::Notice {
            failpoint::passed("dot-pending");
        }
        let delivered = tokio::select! {
            delivered = smtp.deliver(&mail.bytes) => delivered,
            () = &mut grace => Err(SmtpError::Unknown { why: "the program was stopped while the server had not answered".to_owned() }),
        };
        if smtp.is_usable() {
            *connection = Some(smtp);
        }
        Ok(Some(match delivered {
            Ok(answer) => {
                if row.outgoing.kind == OutboxKind::Notice {
                    failpoint::passed("accepted");
                }
                Ended { state: OutboxState::Sent, answer, again_in: None, server_is_at_fault: false }
            }
            Err(error @ SmtpError::Unknown { .. }) => {
                let known = judged(row, &error);
                // Staff are shown these words when they have to decide.
                Ended { answer: format!("{}: {}", config.server, known.answer), ..known }
            }
            Err(error) => judged(row, &error),
        }))
    }

    async fn submission(&self, config: &SmtpConfig) -> Result<Smtp, String> {
        let credentials = match &config.login {
            Some(login) => Some(credentials(login).await.map_err(|error| error.to_string())?),
            None => None,
        };
        let hello = self.config.policy.from.domain();
        Smtp::open(&config.server, credentials.as_ref(), hello).await.map_err(|error| error.to_string())
    }
}

fn is_paced(kind: OutboxKind) -> bool {
    !matches!(kind, OutboxKind::Alarm | OutboxKind::Request | OutboxKind::Answer)
}

fn at_fault(answer: String) -> Ended {
    Ended { server_is_at_fault: true, ..later(answer, SERVER_AGAIN) }
}

fn later(answer: String, again_in: Duration) -> Ended {
    Ended { state: OutboxState::Retry, answer, again_in: Some(again_in), server_is_at_fault: false }
}

fn ended(state: OutboxState, answer: String) -> Ended {
    Ended { state, answer, again_in: None, server_is_at_fault: false }
}

/// What an error means for a row: 4xx and breaks before the final dot are tried again, 5xx have failed, and what was lost after the dot is
/// known to nobody.
fn judged(row: &OutboxRow, error: &SmtpError) -> Ended {
    let answer = error.to_string();
    match error {
        error if error.is_about_the_server() => at_fault(answer),
        SmtpError::Refused { answer: said, .. } if row.attempts <= 1 && said.contains("5.5.0") => {
            // Some servers say this of a moment's trouble.
            later(answer, DOUBTFUL_AGAIN)
        }
        SmtpError::Refused { .. } | SmtpError::Unsendable(_) => ended(OutboxState::Failed, answer),
        SmtpError::Unknown { .. } if row.outgoing.kind.is_outward() || row.attempts >= STAFF_ATTEMPTS => {
            ended(OutboxState::Unknown, answer)
        }
        _ => later(answer, back_off(row.attempts)),
    }
}

/// 1, 2, 4, 8, 16, then 30 minutes.
fn back_off(attempts: u32) -> Duration {
    Duration::from_secs(60 * (1_u64 << attempts.saturating_sub(1).min(5)).min(30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w38_waits_grow_to_half_an_hour() {
        let minutes: Vec<u64> = (1..=8).map(|attempts| back_off(attempts).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn w38_the_pace_is_kept_and_an_unused_slot_given_back() {
        let pace = Pace { step: Duration::from_secs(2), next: Mutex::default() };
        assert_eq!(pace.take(), Ok(()));
        assert_eq!(pace.take(), Err(Duration::from_secs(2)));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(pace.take(), Ok(()));
        pace.give_back();
        assert_eq!(pace.take(), Ok(()));
    }
}
