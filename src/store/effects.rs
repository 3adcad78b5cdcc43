//! The one place where what the core wants becomes so: everything of one decision in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::model::{DraftState, Effects, MailId};
use crate::store::values::seconds;
use crate::store::{Store, StoreError, alarms, drafts, facts, learnt, ledger, maintenances, outbox, settle};

impl Store {
    /// Carries out the effects of one mail, or (without a mail) of one moment of the agenda: all of them or none.
    ///
    /// A mail that has ended is refused, so a pass that was killed and is repeated cannot act twice. Effects that rest on a
    /// state which has changed since are refused as [`StoreError::Overtaken`]: ask `known_for` again and decide again.
    ///
    /// # Errors
    /// As said; also when the effects contradict the schema or a guard (a defect), or the store fails. Nothing is kept then.
    pub async fn commit(&self, mail: Option<MailId>, effects: &Effects, now: DateTime<Utc>) -> Result<(), StoreError> {
        let effects = effects.clone();
        self.write(move |tx| commit(tx, mail, &effects, now)).await
    }
}

fn commit(tx: &Connection, mail: Option<MailId>, effects: &Effects, now: DateTime<Utc>) -> Result<(), StoreError> {
    if mail.is_some() != effects.outcome.is_some() {
        return Err(StoreError::refused("a mail ends with exactly one outcome, and only a mail has one"));
    }
    for (row, seen) in &effects.rests_on {
        outbox::must_wait_or_not(tx, *row, *seen)?;
    }
    if let (Some(mail), Some(outcome)) = (mail, &effects.outcome) {
        ledger::end(tx, mail, outcome, effects.reading.as_ref(), now)?;
    }
    facts::count_commit(tx, effects.as_of)?;
    let mut repeats = 0;
    for maintenance in &effects.maintenances {
        repeats += u64::from(maintenances::save(tx, maintenance, mail, now)?);
    }
    if repeats > 0 {
        facts::add_repeats(tx, repeats)?;
    }
    for draft in &effects.drafts {
        drafts::save(tx, draft, &effects.decisions, now)?;
    }
    for (draft, by) in &effects.voided {
        drafts::void(tx, *draft, by, now)?;
    }
    for decision in &effects.decisions {
        drafts::save_decision(tx, decision)?;
    }
    for taught in &effects.learnt {
        learnt::save(tx, taught, now)?;
    }
    for settled in &effects.settled {
        settle::settle(tx, settled, &effects.decisions, now)?;
    }
    for (address, absence) in &effects.away {
        facts::set_away(tx, address, *absence, now)?;
    }
    for request in &effects.requests {
        drafts::save_request(tx, request)?;
    }
    for outgoing in &effects.outgoing {
        outbox::enqueue(tx, outgoing, now)?;
    }
    for alarm in &effects.alarms {
        alarms::raise(tx, alarm, now)?;
    }
    for account in &effects.first_contact_started {
        tx.execute("UPDATE account SET started = 1 WHERE account = ?1", [account])?;
    }
    if let Some(key) = &effects.canary_back {
        facts::canary_came_back(tx, key, now)?;
    }
    for mail in effects.told_quarantined.iter().chain(&effects.told_vanished).chain(&effects.told_unchecked) {
        tx.execute("UPDATE mail SET told_at = ?2 WHERE id = ?1", params![mail.0, seconds(now)])?;
    }
    for row in &effects.told_undelivered {
        tx.execute("UPDATE outbox SET told_at = ?2 WHERE id = ?1", params![row.0, seconds(now)])?;
    }
    for draft in &effects.told_done {
        tx.execute("UPDATE draft SET told_at = ?2 WHERE id = ?1", params![draft.0, seconds(now)])?;
    }
    // Last, when every mail of a draft is in the outbox: one that has none left to send is done.
    let approved: BTreeSet<_> = effects.drafts.iter().filter(|draft| draft.state == DraftState::Approved).map(|draft| draft.id).collect();
    for draft in approved {
        drafts::finish_if_ended(tx, draft, now)?;
    }
    Ok(())
}
