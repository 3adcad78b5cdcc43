//! The loops: poll the inboxes, consider what is new, do what is due, send what may leave. The only place that sees core and shell.
//!
//! A mail's way: listed → stored → pre-scan and parse (on a thread of its own) → `rules::read` → `store.known_for` → `desk::decide` →
//! `store.commit`, one transaction. A moment's way: `store.agenda_facts` → `agenda::due` → `desk::moment` → `store.commit`. A row's way:
//! `store.claim` → written if it is a request → `store.dot_pending` → sink → `store.ended`. Whatever fails is written down and tried again;
//! a mail that fails never blocks the next.

mod collision;
mod consider;
mod failpoint;
mod heart;
mod open;
pub mod past;
mod poll;
mod publish;
mod reload;
mod send;
mod staff;
mod submission;

use std::{
    sync::{Arc, OnceLock, PoisonError, RwLock, atomic::AtomicBool},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use ring::rand::{SecureRandom as _, SystemRandom};
use sd_notify::NotifyState;
use tokio::sync::watch;

use crate::{
    agenda::{self, Due},
    alarm,
    clock::Clock,
    config::{Config, InboxConfig, Login, LoginBy, SecretError, SecretSource, SinkConfig},
    desk::{self, Desk},
    dns::Dns,
    draft::Templates,
    inventory,
    model::{AgendaFacts, Alarm, Effects, Inventory, MaintenanceId, OwnWindow, Zones},
    store::{Store, StoreError},
    tls::{Credentials, Secret},
};
pub use open::{OpenError, beside, open, rules, rules_alone, templates};
pub use staff::digest_rows;

/// Mails considered in one pass before the agenda has its turn.
const MAILS_A_PASS: usize = 200;
/// Time between two looks at the agenda and the outbox.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// How long what was begun may go on after the service was told to stop: servers may be silent for longer than a supervisor waits.
const GRACE: Duration = Duration::from_secs(20);

/// Everything that a pass works with.
pub struct Service {
    config: Config,
    /// The inventory of the configuration with what staff taught by their answers; made anew when they teach more.
    inventory: RwLock<Arc<Inventory>>,
    store: Store,
    rules: Arc<reload::Rules>,
    zones: Arc<Zones>,
    templates: Templates,
    key: Vec<u8>,
    clock: Clock,
    /// Whom the keys of signatures are asked of; none where no signature is checked here.
    dns: Option<Dns>,
    heart: heart::Heart,
    /// Whether a maintenance changed since collisions were looked for; at the start nobody knows.
    moved: AtomicBool,
    /// Windows in which what Forewarn stands on may be down, as the last look at the agenda knew them.
    own_windows: RwLock<Vec<OwnWindow>>,
    /// Since when the loops run; never in a single round, between which any time may pass.
    running_since: OnceLock<DateTime<Utc>>,
    pace: submission::Pace,
}

/// What one round came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Mails considered, with their outcomes' names.
    pub considered: Vec<(crate::model::MailId, crate::model::Outcome)>,
    /// Mails sent.
    pub sent: usize,
    /// Alarms raised.
    pub alarms: usize,
    /// What went wrong, sentences for people; empty where all is well.
    pub faults: Vec<String>,
}

impl Service {
    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The zone rules.
    #[must_use]
    pub fn zones(&self) -> &Zones {
        &self.zones
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The inventory with everything that staff taught until now.
    #[must_use]
    pub fn inventory(&self) -> Arc<Inventory> {
        Arc::clone(&self.inventory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes into the inventory what staff taught.
    async fn learn(&self) -> Result<(), StoreError> {
        let learnt = inventory::with_learnt(self.config.inventory.clone(), &self.store.learnt().await?);
        *self.inventory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(learnt);
        Ok(())
    }

    fn desk<'a>(&'a self, inventory: &'a Inventory) -> Desk<'a> {
        Desk { policy: &self.config.policy, inventory, templates: &self.templates, zones: &self.zones, key: &self.key }
    }

    /// Settles something about a maintenance by words of the command line: what became of it, or why nothing did, a sentence.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settled(&self, about: MaintenanceId, words: &str) -> Result<Result<String, String>, StoreError> {
        self.learn().await?;
        let (inventory, now) = (self.inventory(), self.clock.now());
        loop {
            let known = self.store.known_for(&desk::command_keys(about, words), now).await?;
            let (effects, said) = match desk::command(&self.desk(&inventory), &known, about, words, now) {
                Ok(done) => done,
                Err(why) => return Ok(Err(why)),
            };
            match self.store.commit(None, &effects, now).await {
                Err(StoreError::Overtaken { .. }) => {}
                done => {
                    done?;
                    self.collisions().await?;
                    return Ok(Ok(said));
                }
            }
        }
    }

    /// One round of each loop: poll, consider everything that is new, do what is due, raise alarms, send what may leave.
    ///
    /// # Errors
    /// When the store fails; an inbox or a recipient that fails is a fault of the round.
    pub async fn once(&self) -> Result<Round, StoreError> {
        let mut round = Round::default();
        let (_running, stop) = watch::channel(false);
        for inbox in &self.config.inboxes {
            round.faults.extend(self.poll_through(inbox, &stop).await?);
        }
        loop {
            let considered = self.consider(MAILS_A_PASS, &stop).await?;
            let empty = considered.is_empty();
            round.considered.extend(considered);
            if empty {
                break;
            }
        }
        self.collisions().await?;
        self.agenda().await?;
        round.alarms += self.raise_alarms(&mut round.faults).await?;
        round.sent += self.send(&mut round.faults, &stop).await?;
        Ok(round)
    }

    /// Runs the loops until `stop` says so, each with deadlines of its own, so that a silent server holds up no other: one for each inbox,
    /// one that considers mail and does what is due, one for alarms, and those that send. A mail that is being fetched or considered and a
    /// row that is being sent are finished first.
    ///
    /// # Errors
    /// When the store fails: the process then ends, so that its supervisor starts it anew on a store that is checked.
    pub async fn run(&self, stop: watch::Receiver<bool>) -> Result<(), StoreError> {
        let (new_mail, new_rows) = (watch::Sender::new(()), watch::Sender::new(()));
        self.running_since.get_or_init(|| self.clock.now());
        if !self.config.policy.stands_on.is_empty() {
            // Before anything is sent it must be known whether now is a time to send.
            self.facts().await?;
        }
        heart::tell(&[NotifyState::Ready, NotifyState::Status("reading the inboxes")]);
        let pollers = try_join_all(self.config.inboxes.iter().map(|inbox| self.poller(inbox, stop.clone(), &new_mail)));
        let desk = self.desk_loop(stop.clone(), new_mail.subscribe(), &new_rows);
        let alarms = self.alarm_loop(stop.clone(), new_rows.subscribe());
        let heartbeat = async {
            self.heartbeat(stop.clone()).await;
            Ok(())
        };
        match &self.config.outbox {
            SinkConfig::Maildir { path } => {
                let sender = self.maildir_loop(path, stop.clone(), new_rows.subscribe());
                tokio::try_join!(pollers, desk, alarms, heartbeat, sender)?;
            }
            SinkConfig::Smtp(smtp) => {
                let lanes = submission::LANES.map(|lane| self.lane_loop(smtp, lane, stop.clone(), new_rows.subscribe()));
                tokio::try_join!(pollers, desk, alarms, heartbeat, try_join_all(lanes))?;
            }
        }
        heart::tell(&[NotifyState::Stopping]);
        Ok(())
    }

    async fn poller(&self, config: &InboxConfig, mut stop: watch::Receiver<bool>, new_mail: &watch::Sender<()>) -> Result<(), StoreError> {
        let mut inbox = poll::Inbox::default();
        while !*stop.borrow() {
            let mut stopped = stop.clone();
            // What is broken off here is committed or not; the next start goes on from there.
            tokio::select! {
                polled = self.poll(config, &mut inbox, &stop) => drop(polled?),
                () = grace(&mut stopped) => return Ok(()),
            }
            new_mail.send_replace(());
            wait(&mut stop, None, inbox.wait(config)).await;
        }
        Ok(())
    }

    async fn desk_loop(
        &self,
        mut stop: watch::Receiver<bool>,
        mut new_mail: watch::Receiver<()>,
        new_rows: &watch::Sender<()>,
    ) -> Result<(), StoreError> {
        while !*stop.borrow() {
            let considered = self.consider(MAILS_A_PASS, &stop).await?;
            self.collisions().await?;
            self.agenda().await?;
            new_rows.send_replace(());
            // This loop reads everything and writes everything: as long as it turns, what is stuck elsewhere is told.
            heart::tell(&[NotifyState::Watchdog, NotifyState::Status("running")]);
            if considered.len() < MAILS_A_PASS {
                wait(&mut stop, Some(&mut new_mail), LOOK_EVERY).await;
            }
        }
        Ok(())
    }

    async fn alarm_loop(&self, mut stop: watch::Receiver<bool>, mut new_rows: watch::Receiver<()>) -> Result<(), StoreError> {
        while !*stop.borrow() {
            let mut faults = Vec::new();
            self.raise_alarms(&mut faults).await?;
            for fault in faults {
                tracing::warn!(fault, "an alarm did not get out and is tried again");
            }
            wait(&mut stop, Some(&mut new_rows), LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Does what is due at this moment.
    async fn agenda(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let given_up = self.store.give_up(self.config.retention, now).await?;
        if given_up > 0 {
            tracing::info!(mails = given_up, "the text of old mails was given up");
        }
        let facts = self.facts().await?;
        let unpublished = self.publish(&facts);
        let mut due = agenda::due(&facts, &self.config.policy, &self.zones, now);
        if !unpublished.is_empty() {
            // What could not be written is not over yet.
            due.retain(|due| !matches!(due, Due::Sent(id) if unpublished.iter().any(|(draft, _)| draft == id)));
            let alarms = unpublished.into_iter().map(|(_, alarm)| alarm).collect();
            self.store.commit(None, &Effects { alarms, ..Effects::default() }, now).await?;
        }
        if due.is_empty() {
            return Ok(());
        }
        if !self.carry_out(&facts, &due, now).await? {
            return Ok(());
        }
        self.digests(&due, now).await
    }

    /// Commits what follows from what is due; false where the state changed in between, so that the next look decides anew. Where the
    /// store refuses the whole, each thing is tried by itself: one that is wrong keeps none of the others back.
    async fn carry_out(&self, facts: &AgendaFacts, due: &[Due], now: DateTime<Utc>) -> Result<bool, StoreError> {
        let inventory = self.inventory();
        match self.store.commit(None, &desk::moment(&self.desk(&inventory), facts, due, now), now).await {
            Ok(()) => return Ok(true),
            Err(StoreError::Overtaken { .. }) => return Ok(false),
            Err(StoreError::Refused(error)) => tracing::error!(%error, "what was due contradicts the store; each is tried by itself"),
            Err(error) => return Err(error),
        }
        for one in due {
            let facts = self.facts().await?;
            match self.store.commit(None, &desk::moment(&self.desk(&inventory), &facts, std::slice::from_ref(one), now), now).await {
                Ok(()) | Err(StoreError::Overtaken { .. }) => {}
                Err(StoreError::Refused(error)) => {
                    tracing::error!(due = ?one, %error, "what was due could not be done");
                    let alarm =
                        Alarm { key: format!("defect:{one:?}"), text: format!("Forewarn could not do what was due ({one:?}): {error}") };
                    self.store.commit(None, &Effects { alarms: vec![alarm], ..Effects::default() }, now).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Raises the alarms that wait. Without a command an alarm is logged, and mail alone tells staff.
    async fn raise_alarms(&self, faults: &mut Vec<String>) -> Result<usize, StoreError> {
        let mut raised = 0;
        while let Some((id, alarm)) = self.store.next_alarm(self.clock.now()).await? {
            let Some(argv) = &self.config.policy.alarm_command else {
                tracing::error!(alarm.key, "an alarm was raised, but forewarn.toml names no alarm command");
                self.store.alarm_ended(id, true, Some("no alarm command".to_owned()), None, self.clock.now()).await?;
                continue;
            };
            let now = self.clock.now();
            match alarm::raise(argv, &alarm.text).await {
                Ok(()) => {
                    raised += 1;
                    self.store.alarm_ended(id, true, None, None, now).await?;
                }
                Err(error) => {
                    faults.push(error.to_string());
                    let again = now + chrono::TimeDelta::minutes(1);
                    self.store.alarm_ended(id, false, Some(error.to_string()), Some(again), now).await?;
                }
            }
        }
        Ok(raised)
    }

    /// The facts of the agenda, for commands and letters.
    async fn facts(&self) -> Result<AgendaFacts, StoreError> {
        let facts = self.store.agenda_facts(self.clock.now()).await?;
        let own_windows = desk::own_windows(&self.desk(&self.inventory()), &facts.near);
        self.own_windows.write().unwrap_or_else(PoisonError::into_inner).clone_from(&own_windows);
        Ok(AgendaFacts {
            own_windows,
            running_since: self.running_since.get().copied(),
            watched: self.config.inboxes.iter().map(|inbox| inbox.account.clone()).collect(),
            ..facts
        })
    }
}

/// What a login signs in with, read anew each time: a token is good for an hour.
///
/// # Errors
/// When the file, command or credential gives no secret.
pub async fn credentials(login: &Login) -> Result<Credentials, SecretError> {
    let (source, by_token) = match &login.by {
        LoginBy::Password(source) => (source.clone(), false),
        LoginBy::Token(argv) => (SecretSource::Command(argv.clone()), true),
    };
    let name = source.to_string();
    let read = tokio::task::spawn_blocking(move || source.resolve()).await;
    let secret = read.map_err(|_| SecretError::Unusable { from: name, why: "reading it broke off" })??;
    let secret = if by_token { Secret::Token(secret) } else { Secret::Password(secret) };
    Ok(Credentials { user: login.user.clone(), mailbox: login.mailbox.clone(), secret })
}

/// Waits until it is time, the bell rings, or the service stops.
async fn wait(stop: &mut watch::Receiver<bool>, bell: Option<&mut watch::Receiver<()>>, at_most: Duration) {
    let rung = async {
        match bell {
            // A bell that is gone never rings; time passes all the same.
            Some(bell) => match bell.changed().await {
                Ok(()) => {}
                Err(_) => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = tokio::time::sleep(at_most) => {}
        () = rung => {}
        _ = stop.changed() => {}
    }
}

/// Ends some time after the service was told to stop.
async fn grace(stop: &mut watch::Receiver<bool>) {
    // An error says that nobody can stop it any more.
    if stop.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(GRACE).await;
}

/// A duration, shorter or longer by up to a tenth.
fn jittered(duration: Duration) -> Duration {
    let mut byte = [0_u8; 1];
    match SystemRandom::new().fill(&mut byte) {
        Ok(()) => duration.mul_f64(0.9 + f64::from(byte[0]) / 1280.0),
        // No jitter, and no harm.
        Err(_) => duration,
    }
}
