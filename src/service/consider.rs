//! One mail after the other: bytes → reading → decision → one transaction.

use std::{
    sync::{Arc, atomic::Ordering, mpsc},
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use crate::{
    desk::{self, Arrival},
    dkim,
    mail::{self, auth, prescan},
    model::{Decision, Effects, Known, Mail, MailId, Outcome, Reading, ToConsider, Zones},
    rules::{self, Options, RuleSet},
    service::{Service, failpoint},
    store::StoreError,
};

/// Stack of the thread that parses and reads: the parser's recursion is bounded by the pre-scan, this is the second guard.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Longest that reading one mail may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// Time between two tries to ask for a key.
const CHECK_AGAIN: TimeDelta = TimeDelta::seconds(20);
/// Longest that an answer waits for the key of its sender.
const CHECK_UNTIL: TimeDelta = TimeDelta::hours(48);
/// Attempts after which a mail is put aside.
const MAX_ATTEMPTS: u32 = 2;

impl Service {
    /// Considers at most `limit` mails, none once `stop` says so; gives each with its outcome.
    pub(super) async fn consider(&self, limit: usize, stop: &watch::Receiver<bool>) -> Result<Vec<(MailId, Outcome)>, StoreError> {
        self.refresh_rules().await?;
        let mut considered = Vec::new();
        let mut reader = self.reader();
        while considered.len() < limit && !*stop.borrow() {
            let now = self.clock.now();
            let Some(item) = self.store.next_to_consider(now).await? else { break };
            let id = item.mail;
            if let Some(outcome) = self.consider_one(&mut reader, item, now).await? {
                tracing::info!(mail.id = id.0, outcome = outcome.name(), "a mail was considered");
                considered.push((id, outcome));
            }
        }
        Ok(considered)
    }

    /// A reader with the rules in force.
    pub(super) fn reader(&self) -> Reader {
        Reader { rules: self.rules.in_force(), zones: Arc::clone(&self.zones), thread: None }
    }

    /// None where the attempt failed and the mail comes again.
    async fn consider_one(&self, reader: &mut Reader, item: ToConsider, now: DateTime<Utc>) -> Result<Option<Outcome>, StoreError> {
        let (id, arrived_at, backlog) = (item.mail, item.arrived_at, item.backlog);
        let effects = if item.attempts >= MAX_ATTEMPTS {
            desk::quarantine("reading it failed twice; it is kept as it came")
        } else {
            match reader.read(item.raw, arrived_at).await {
                Apart::Refused(why) => desk::quarantine(&why),
                Apart::Died => {
                    tracing::error!(mail.id = id.0, "reading a mail failed; it is tried once more, then put aside");
                    return Ok(None);
                }
                Apart::Read(mut mail, reading, raw) => {
                    let arrival = Arrival { mail: id, arrived_at, backlog };
                    if let Some(until) = self.check_sender(&arrival, &mut mail, &reading, &raw, now).await? {
                        self.store.wait(id, now + CHECK_AGAIN, until).await?;
                        return Ok(None);
                    }
                    let effects = self.decide(&arrival, &mail, &reading, now).await?;
                    return Ok(Some(effects.outcome.unwrap_or(Outcome::Extracted)));
                }
            }
        };
        self.store.commit(Some(id), &effects, now).await?;
        Ok(effects.outcome)
    }

    /// Puts into the mail what the check of its signatures came to, where that is asked for. Gives until when it is to wait, where a key
    /// could not be asked for and a person's word hangs on it: neither a yes nor a no is made of that.
    async fn check_sender(
        &self,
        arrival: &Arrival,
        mail: &mut Mail,
        reading: &Reading,
        raw: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Some(dns) = &self.dns else { return Ok(None) };
        let wanted = desk::needs_proof(&self.config.policy, mail, reading);
        if wanted == desk::Proof::Needless {
            return Ok(None);
        }
        dkim::settle(dns, raw, mail).await;
        let later = matches!(auth::proof(mail, &self.config.policy.auth), Err(auth::Unproved::NotYet(_)));
        if wanted != desk::Proof::ForAWord || !later {
            return Ok(None);
        }
        let until = self.store.waits_until(arrival.mail).await?.unwrap_or(arrival.arrived_at.max(now) + CHECK_UNTIL);
        tracing::warn!(mail.id = arrival.mail.0, "the sender of an answer cannot be checked just now; it waits");
        Ok((until > now).then_some(until))
    }

    /// Decides on what is known and commits; decides anew where a command beside the service changed it in between.
    /// Gives what was committed.
    pub(super) async fn decide(
        &self,
        arrival: &Arrival,
        mail: &Mail,
        reading: &Reading,
        now: DateTime<Utc>,
    ) -> Result<Effects, StoreError> {
        let inventory = self.inventory();
        let keys = desk::keys(&self.config.policy, &inventory, mail, reading);
        loop {
            let known = Known { silent_until: self.silent_until(now), ..self.store.known_for(&keys, now).await? };
            let effects = desk::decide(&self.desk(&inventory), &known, arrival, mail, reading, now);
            match self.store.commit(Some(arrival.mail), &effects, now).await {
                Err(StoreError::Overtaken { .. }) => {}
                done => {
                    done?;
                    if !effects.learnt.is_empty() {
                        self.learn().await?;
                    }
                    if !effects.maintenances.is_empty() || !effects.learnt.is_empty() {
                        self.moved.store(true, Ordering::Relaxed);
                    }
                    if effects.decisions.iter().any(|record| matches!(record.decision, Decision::Approve)) {
                        failpoint::passed("approval-committed");
                    }
                    if !effects.drafts.is_empty() {
                        failpoint::passed("effects-committed");
                    }
                    return Ok(effects);
                }
            }
        }
    }
}

/// What became of reading a mail on a thread of its own.
pub(super) enum Apart {
    Read(Box<Mail>, Box<Reading>, Vec<u8>),
    Refused(String),
    /// The thread died or overran its time. A thread cannot be ended from outside; an overrunning one is left behind, at most twice a mail.
    Died,
}

/// Reads mails on a thread of its own, which goes on from mail to mail: the working memory of the rules' patterns stays with it, and goes
/// when the pass ends. After a death or an overrun the next mail gets a new thread.
pub(super) struct Reader {
    rules: Arc<RuleSet>,
    zones: Arc<Zones>,
    thread: Option<mpsc::Sender<Task>>,
}

struct Task {
    raw: Vec<u8>,
    received_at: DateTime<Utc>,
    done: oneshot::Sender<Apart>,
}

impl Reader {
    pub(super) async fn read(&mut self, raw: Vec<u8>, received_at: DateTime<Utc>) -> Apart {
        let Some(thread) = self.thread.take().or_else(|| self.start()) else { return Apart::Died };
        let (done, result) = oneshot::channel();
        if thread.send(Task { raw, received_at, done }).is_err() {
            return Apart::Died;
        }
        match timeout(DEADLINE, result).await {
            Ok(Ok(apart)) => {
                self.thread = Some(thread);
                apart
            }
            // Nothing more is sent to it: an overrunning thread ends after its mail.
            _ => Apart::Died,
        }
    }

    fn start(&self) -> Option<mpsc::Sender<Task>> {
        let (sender, tasks) = mpsc::channel::<Task>();
        let (rules, zones) = (Arc::clone(&self.rules), Arc::clone(&self.zones));
        let work = move || {
            for task in tasks {
                // Nobody waits any more for what overran its time.
                drop(task.done.send(read(&rules, &zones, task.raw, task.received_at)));
            }
        };
        thread::Builder::new().name("read".to_owned()).stack_size(STACK_BYTES).spawn(work).is_ok().then_some(sender)
    }
}

fn read(rules: &RuleSet, zones: &Zones, raw: Vec<u8>, received_at: DateTime<Utc>) -> Apart {
    if let Err(refusal) = prescan::prescan(&raw) {
        return Apart::Refused(refusal.to_string());
    }
    failpoint::reading(&raw);
    let mail = mail::parse(&raw);
    let arrived_at = rules::arrived_at(&mail, received_at);
    let reading = rules::read(rules, zones, &mail, arrived_at, Options { calendars: true });
    Apart::Read(Box::new(mail), Box::new(reading), raw)
}
