//! The past, lived through again: mails are given to the real service one after the other at the instants at which they arrived.
//!
//! No mailbox is read here and nothing leaves: a row of the outbox ends as sent without being handed to anybody. Staff are played in one
//! way: whatever may be approved is approved at once by an answer with the token, and questions stay open until they are put away.

use chrono::{DateTime, Utc};
use ring::digest;

use super::{OpenError, Service, consider, open};
use crate::{
    approval,
    clock::Clock,
    config::Config,
    desk::{self, Arrival, blocks_sending},
    maildir::Content,
    model::{
        AuthMode, Content as Letter, Draft, DraftId, Effects, Mail, MailId, OutboxKind, OutboxState, Outcome, Reading, ReplyOutcome,
        RequestAbout, RequestFlavour,
    },
    store::{Kept, Listing, Place, StoreError},
};

/// Mails read one after the other before the working memory of the rules' patterns is given back.
const MAILS_A_READER: u32 = 2_000;

/// A service that lives through the past.
pub struct Past {
    service: Service,
    reader: consider::Reader,
    read: u32,
    clock: Clock,
    place: Place,
    /// Where the answers of staff arrive.
    staff: Place,
    number: u64,
}

/// What became of a mail.
#[derive(Debug)]
pub struct Came {
    /// Its number in the ledger.
    pub id: MailId,
    /// The mail and what was read in it; none where it was not read.
    pub read: Option<(Box<Mail>, Box<Reading>)>,
    /// Its one end.
    pub outcome: Outcome,
    /// What followed from it.
    pub effects: Effects,
    /// What left then.
    pub left: Left,
}

/// What would have left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Left {
    /// Mails, by kind and key.
    pub mails: Vec<(OutboxKind, String)>,
    /// Texts of alarms.
    pub alarms: Vec<String>,
    /// Drafts that were approved.
    pub approved: Vec<Draft>,
    /// Drafts on which a question must be answered first: they wait.
    pub waits: Vec<Draft>,
    /// Drafts that were asked about too late to be approved.
    pub too_late: Vec<Draft>,
}

impl Left {
    fn and(&mut self, more: Self) {
        self.mails.extend(more.mails);
        self.alarms.extend(more.alarms);
        self.approved.extend(more.approved);
        self.waits.extend(more.waits);
        self.too_late.extend(more.too_late);
    }
}

impl Past {
    /// Opens the service on a new store, at an instant before the first mail. The configuration's store must be a new file; its inboxes and
    /// its outbox are not touched.
    ///
    /// # Errors
    /// When rules, templates or the key do not hold, or the store cannot be made.
    pub async fn open(config: Config, at: DateTime<Utc>) -> Result<Self, OpenError> {
        let clock = Clock::fixed(at);
        let service = open::open_passing(config, clock.clone()).await?;
        let place = |account: &str| Place { account: account.to_owned(), folder: "INBOX".to_owned(), generation: "past".to_owned() };
        let reader = service.reader();
        let past = Self { service, reader, read: 0, clock, place: place("past"), staff: place("staff"), number: 0 };
        // A complete pass over an empty mailbox: nothing that comes later is taken for old mail.
        for account in [&past.place.account, &past.staff.account] {
            past.service.store.good_pass(account, at).await?;
        }
        past.service.store.digest_made(at).await?;
        Ok(past)
    }

    /// The service with its store.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// A mail arrives.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn arrives(&mut self, at: DateTime<Utc>, content: Content) -> Result<Came, StoreError> {
        self.clock.set(at);
        let place = self.place.clone();
        let (id, raw) = match content {
            Content::Whole(raw) => match self.entered(&place, at, &raw).await? {
                (id, Kept::New) => (id, raw),
                (id, Kept::Duplicate(of)) => return Ok(Came::ended(id, Outcome::Duplicate(of))),
            },
            Content::TooLarge(size, head) => {
                let id = self.listed(&place, at).await?;
                let why = super::poll::too_large(size);
                self.service.store.refuse(id, &why, head, at).await?;
                return Ok(Came::ended(id, Outcome::Quarantined(why)));
            }
            Content::Gone => {
                let id = self.listed(&place, at).await?;
                let why = "it went while the mailbox was read".to_owned();
                self.service.store.refuse(id, &why, Vec::new(), at).await?;
                return Ok(Came::ended(id, Outcome::Quarantined(why)));
            }
        };
        let (effects, read) = self.considered(id, at, raw).await?;
        self.service.collisions().await?;
        let left = self.leave().await?;
        let outcome = effects.outcome.clone().unwrap_or(Outcome::Extracted);
        Ok(Came { id, read, outcome, effects, left })
    }

    /// Time passes up to an instant: what is due then is done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn passes(&mut self, to: DateTime<Utc>) -> Result<Left, StoreError> {
        self.clock.set(to);
        for account in [&self.place.account, &self.staff.account] {
            self.service.store.good_pass(account, to).await?;
        }
        self.service.agenda().await?;
        self.service.collisions().await?;
        self.leave().await
    }

    /// A question that nobody answered is put away, where it is still open: as nothing to act on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_away(&mut self, draft: DraftId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.clock.set(now);
        let Some(draft) = self.service.store.draft(draft).await?.filter(|draft| draft.state.open()) else { return Ok(false) };
        self.answered(&draft, "irrelevant", now).await
    }

    /// Closes the store.
    pub async fn close(self) {
        self.service.store.clone().close().await;
    }

    async fn listed(&mut self, place: &Place, at: DateTime<Utc>) -> Result<MailId, StoreError> {
        self.number += 1;
        let listing = Listing { uid: self.number.to_string(), arrived_at: at, ..Listing::default() };
        self.service.store.list_part(place, vec![listing], at).await?;
        let listed = self.service.store.unstored(&place.account, 1).await?;
        listed.first().map(|item| item.mail).ok_or(StoreError::Closed)
    }

    /// Enters a mail in the ledger. What is kept of it is its sum: the bytes stay where they are, and the same bytes are known again.
    async fn entered(&mut self, place: &Place, at: DateTime<Utc>, raw: &[u8]) -> Result<(MailId, Kept), StoreError> {
        let id = self.listed(place, at).await?;
        let sum: String = digest::digest(&digest::SHA256, raw).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = self.service.store.keep(id, format!("X-Sum: {sum}\r\n\r\n").into_bytes(), at).await?;
        Ok((id, kept))
    }

    async fn considered(
        &mut self,
        id: MailId,
        at: DateTime<Utc>,
        raw: Vec<u8>,
    ) -> Result<(Effects, Option<(Box<Mail>, Box<Reading>)>), StoreError> {
        self.read += 1;
        if self.read > MAILS_A_READER {
            (self.reader, self.read) = (self.service.reader(), 0);
        }
        let effects = match self.reader.read(raw, at).await {
            consider::Apart::Read(mail, reading, _) => {
                let arrival = Arrival { mail: id, arrived_at: at, backlog: false };
                let effects = self.service.decide(&arrival, &mail, &reading, at).await?;
                return Ok((effects, Some((mail, reading))));
            }
            consider::Apart::Refused(why) => desk::quarantine(&why),
            consider::Apart::Died => desk::quarantine("reading it failed"),
        };
        self.service.store.commit(Some(id), &effects, at).await?;
        Ok((effects, None))
    }

    /// Ends every row that may leave and every alarm, and approves what a request that left asks for, until nothing is left.
    async fn leave(&mut self) -> Result<Left, StoreError> {
        let now = self.clock.now();
        let mut left = Left::default();
        loop {
            let mut asked = Vec::new();
            let mut turned = false;
            while let Some((id, alarm)) = self.service.store.next_alarm(now).await? {
                self.service.store.alarm_ended(id, true, None, None, now).await?;
                left.alarms.push(alarm.text);
            }
            while let Some(row) = self.service.store.claim(now).await? {
                turned = true;
                if !self.service.store.dot_pending(row.id, now).await? {
                    continue;
                }
                self.service.store.ended(row.id, OutboxState::Sent, None, None, now).await?;
                if let Letter::Request { draft, flavour: RequestFlavour::First, .. } = row.outgoing.content {
                    asked.push(draft);
                }
                left.mails.push((row.outgoing.kind, row.outgoing.key));
            }
            asked.dedup();
            for draft in asked {
                let Some(draft) = self.service.store.draft(draft).await? else { continue };
                if !draft.state.open() {
                    continue;
                }
                if blocks_sending(&draft) {
                    left.waits.push(draft);
                } else {
                    left.and(self.approve(draft, now).await?);
                }
            }
            if !turned {
                return Ok(left);
            }
        }
    }

    /// The first approver answers `approve`.
    async fn approve(&mut self, draft: Draft, now: DateTime<Utc>) -> Result<Left, StoreError> {
        let mut left = Left::default();
        if self.answered(&draft, "approve", now).await? {
            left.approved.push(draft);
        } else {
            left.too_late.push(draft);
        }
        Ok(left)
    }

    /// The first approver answers the request on a draft with a word; gives whether that counted.
    async fn answered(&mut self, draft: &Draft, word: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let policy = &self.service.config.policy;
        let Some(approver) = policy.approvers.first().map(|approver| approver.mailbox.address.clone()) else { return Ok(false) };
        let token = approval::token(&self.service.key, &RequestAbout::Draft(draft.id), draft.revision, &approver);
        let vouched = match &policy.auth {
            AuthMode::Authserv(server) => format!("Authentication-Results: {server}; auth=pass smtp.auth={approver}\r\n"),
            AuthMode::TokenOnly | AuthMode::Dkim | AuthMode::M365Internal => String::new(),
        };
        let raw = format!(
            "{vouched}From: <{approver}>\r\nTo: <{to}>\r\nSubject: {word}\r\nMessage-ID: <{number}@rewind.invalid>\r\n\
             In-Reply-To: <fw.{token}@rewind.invalid>\r\nDate: {date}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{word}\r\n",
            to = policy.from.address,
            number = self.number,
            token = token.text,
            date = now.to_rfc2822(),
        )
        .into_bytes();
        let place = self.staff.clone();
        let (id, _) = self.entered(&place, now, &raw).await?;
        let (effects, _) = self.considered(id, now, raw).await?;
        Ok(effects.outcome == Some(Outcome::Reply(ReplyOutcome::Accepted)))
    }
}

impl Came {
    fn ended(id: MailId, outcome: Outcome) -> Self {
        Self { id, read: None, outcome, effects: Effects::default(), left: Left::default() }
    }
}
