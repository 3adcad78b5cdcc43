//! What is being decided: the knowledge at hand and the effects so far.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    desk::Desk,
    mail::outgoing::{Attachment, Rendered, Written, freeze},
    model::{
        Alarm, Content, Draft, DraftId, DraftState, Effects, Known, Mailbox, Maintenance, MaintenanceId, Mode, OutboxKind, OutboxState,
        Outgoing, Told,
    },
};

/// A decision in the making.
pub struct Plan<'a> {
    /// What it is made with.
    pub desk: &'a Desk<'a>,
    /// What is known.
    pub known: &'a Known,
    /// The instant, UTC.
    pub now: DateTime<Utc>,
    /// What follows so far.
    pub effects: Effects,
    /// Whether what is drafted now belongs together: it is asked about in one request.
    pub as_one: bool,
    next_maintenance: i64,
    next_draft: i64,
}

impl<'a> Plan<'a> {
    /// Begins with nothing decided.
    #[must_use]
    pub fn new(desk: &'a Desk<'a>, known: &'a Known, now: DateTime<Utc>) -> Self {
        Self {
            desk,
            known,
            now,
            effects: Effects::default(),
            as_one: false,
            next_maintenance: known.next_maintenance,
            next_draft: known.next_draft,
        }
    }

    /// The same plan at another desk, for a part of the decision; its work comes back by `hand_back` and `take_back`.
    pub fn at_desk<'b>(&mut self, desk: &'b Desk<'b>) -> Plan<'b>
    where
        'a: 'b,
    {
        let effects = std::mem::take(&mut self.effects);
        let as_one = self.as_one;
        Plan {
            desk,
            known: self.known,
            now: self.now,
            effects,
            as_one,
            next_maintenance: self.next_maintenance,
            next_draft: self.next_draft,
        }
    }

    /// What was decided at the other desk, with the next numbers.
    #[must_use]
    pub fn hand_back(self) -> (Effects, i64, i64) {
        (self.effects, self.next_maintenance, self.next_draft)
    }

    /// Takes what was decided at another desk.
    pub fn take_back(&mut self, (effects, next_maintenance, next_draft): (Effects, i64, i64)) {
        (self.effects, self.next_maintenance, self.next_draft) = (effects, next_maintenance, next_draft);
    }

    /// When what is approved now leaves: after the time in which it can be taken back, and not while what Forewarn stands on may be down.
    #[must_use]
    pub fn leaves_at(&self) -> DateTime<Utc> {
        let at = self.now + self.desk.policy.undo;
        self.known.silent_until.map_or(at, |until| until.max(at))
    }

    /// The next number for a maintenance.
    pub fn new_maintenance(&mut self) -> MaintenanceId {
        let id = MaintenanceId(self.next_maintenance);
        self.next_maintenance += 1;
        id
    }

    /// The next number for a draft.
    pub fn new_draft(&mut self) -> DraftId {
        let id = DraftId(self.next_draft);
        self.next_draft += 1;
        id
    }

    /// Every draft of a maintenance in its newest state, those of this decision included, oldest first.
    #[must_use]
    pub fn drafts_of(&self, maintenance: MaintenanceId) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = Vec::new();
        for draft in self.known.drafts.iter().chain(&self.effects.drafts).filter(|draft| draft.maintenance == maintenance) {
            match drafts.iter_mut().find(|seen| seen.id == draft.id) {
                Some(seen) => *seen = draft.clone(),
                None => drafts.push(draft.clone()),
            }
        }
        for draft in &mut drafts {
            if let Some((_, why)) = self.effects.voided.iter().find(|(id, _)| *id == draft.id) {
                draft.state = DraftState::Void(why.clone());
            }
        }
        drafts.sort_by_key(|draft| draft.revision);
        drafts
    }

    /// The customer mails of a maintenance that have left or may have left; `queued_too` adds those that are about to.
    /// Mails of a rehearsal told nobody once the mode is live.
    #[must_use]
    pub fn told(&self, maintenance: MaintenanceId, queued_too: bool) -> Vec<Told> {
        let counts = |told: &&Told| {
            let left = told.may_have_arrived && told.state != OutboxState::Failed
                || match told.state {
                    OutboxState::Sent | OutboxState::Unknown | OutboxState::DotPending => true,
                    OutboxState::Talking | OutboxState::Queued | OutboxState::Retry => queued_too,
                    OutboxState::Failed | OutboxState::Cancelled => false,
                };
            left && told.maintenance == maintenance && told.rehearsal == (self.desk.policy.mode == Mode::Rehearsal)
        };
        self.known.told.iter().filter(counts).cloned().collect()
    }

    /// Whether this decision takes a mail back that has not left.
    #[must_use]
    pub fn takes_back(&self, told: &Told) -> bool {
        let waits = matches!(told.state, OutboxState::Queued | OutboxState::Retry) && !told.may_have_arrived;
        waits && self.effects.voided.iter().any(|(draft, _)| *draft == told.draft)
    }

    /// Overtakes every draft of a maintenance that is not ended: open ones, and approved ones with mails that have not left.
    pub fn void_drafts(&mut self, maintenance: MaintenanceId, why: &str) {
        for draft in self.drafts_of(maintenance) {
            if draft.state.open() || draft.state == DraftState::Approved {
                self.effects.drafts.retain(|new| new.id != draft.id);
                self.effects.voided.push((draft.id, why.to_owned()));
            }
        }
    }

    /// Takes a maintenance into the effects; a newer state of the same one replaces the earlier.
    pub fn keep(&mut self, maintenance: Maintenance) {
        self.effects.maintenances.retain(|kept| kept.id != maintenance.id);
        self.effects.maintenances.push(maintenance);
    }

    /// Takes a draft into the effects; a newer state of the same one replaces the earlier.
    pub fn keep_draft(&mut self, draft: Draft) {
        self.effects.drafts.retain(|kept| kept.id != draft.id);
        self.effects.drafts.push(draft);
    }

    /// Names whose word made a draft of these effects: of several approvals theirs is none.
    pub fn credit(&mut self, id: DraftId, author: Option<&str>) {
        for draft in self.effects.drafts.iter_mut().filter(|draft| draft.id == id) {
            draft.author = author.map(str::to_owned);
        }
    }

    /// Puts a mail to staff into the outbox. What cannot be sent becomes an alarm: it must not end in silence.
    pub fn write(&mut self, kind: OutboxKind, key: String, to: &Mailbox, rendered: Rendered, thread: Thread) {
        self.write_with(kind, key, to, rendered, thread, Vec::new());
    }

    /// The same with what goes with it.
    pub fn write_with(
        &mut self,
        kind: OutboxKind,
        key: String,
        to: &Mailbox,
        rendered: Rendered,
        thread: Thread,
        attachments: Vec<Attachment>,
    ) {
        let policy = self.desk.policy;
        let message_id = message_id(&key, &policy.from);
        let written = Written {
            from: policy.from.clone(),
            to: to.clone(),
            reply_to: thread.reply_to,
            subject: rendered.subject,
            text: rendered.text,
            html: rendered.html,
            message_id,
            in_reply_to: thread.in_reply_to,
            references: thread.references,
            date: self.now,
            extra: Vec::new(),
            attachments,
        };
        match freeze(&written) {
            Ok(mail) => self.effects.outgoing.push(Outgoing {
                kind,
                key,
                to: to.clone(),
                content: Content::Frozen(mail),
                not_before: self.now,
                draft: None,
                with: None,
            }),
            Err(error) => self.alarm(format!("unsendable:{key}"), format!("a mail to {} could not be written: {error}", to.address)),
        }
    }

    /// What follows, with what it rests on: the last commit, and the rows of the outbox.
    #[must_use]
    pub fn done(mut self) -> Effects {
        let voided = |draft: &&Draft| self.effects.voided.iter().any(|(id, _)| *id == draft.id);
        let touched: BTreeSet<MaintenanceId> =
            self.effects.drafts.iter().chain(self.known.drafts.iter().filter(voided)).map(|draft| draft.maintenance).collect();
        let rows = self.known.told.iter().filter(|told| touched.contains(&told.maintenance));
        self.effects.as_of = self.known.as_of;
        self.effects.rests_on = rows.map(|told| (told.outbox, told.state)).collect();
        self.effects
    }

    /// Raises an alarm by the second path, once a key.
    pub fn alarm(&mut self, key: String, text: String) {
        self.effects.alarms.push(Alarm { key, text });
    }
}

/// The thread that a mail belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// Message-ID that is answered.
    pub in_reply_to: Option<String>,
    /// Earlier Message-IDs, oldest first.
    pub references: Vec<String>,
    /// Who answers go to, where it is somebody else than Forewarn.
    pub reply_to: Option<Mailbox>,
}

/// The Message-ID of a mail of ours, from its key in the outbox: the same mail has the same one for ever.
#[must_use]
pub fn message_id(key: &str, from: &Mailbox) -> String {
    let sum = crate::approval::hash(&format!("message\0{key}"));
    let short: String = sum.chars().take(24).collect();
    format!("fwm.{short}@{}", from.domain())
}

/// The root of the thread in which all mails to staff about one maintenance stand.
#[must_use]
pub(super) fn case_thread(maintenance: MaintenanceId, from: &Mailbox) -> String {
    format!("fw-case-{}@{}", maintenance.0, from.domain())
}
