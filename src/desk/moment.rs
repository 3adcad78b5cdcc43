//! What follows from a moment: reminders, escalations, alarms, the first contact's summary, and drafts that are asked for anew.

use chrono::{DateTime, Utc};

use crate::{
    agenda::{self, Due},
    desk::{
        Desk, Plan, absence, answer, blind, bundle, canary, night,
        propose::{Proposed, alarm_text, put, request, request_row},
        trouble,
    },
    model::{
        AgendaFacts, Change, Content, Draft, DraftId, DraftState, Effects, Known, Maintenance, OutboxKind, Outgoing, Remark, RequestAbout,
        RequestFlavour,
    },
};

/// Carries out what is due, the digest excepted: that is read from other facts.
#[must_use]
pub fn moment(desk: &Desk<'_>, facts: &AgendaFacts, due: &[Due], now: DateTime<Utc>) -> Effects {
    let pairs = || facts.open.iter().chain(&facts.rehearsed).chain(&facts.undelivered_drafts);
    let drafts = facts.approved.iter().map(|(draft, _)| draft).chain(pairs().map(|(draft, _)| draft));
    let known = Known {
        maintenances: pairs().map(|(_, maintenance)| maintenance.clone()).collect(),
        drafts: drafts.cloned().collect(),
        told: facts.approved.iter().flat_map(|(_, told)| told.clone()).collect(),
        next_draft: facts.next_draft,
        ..Known::default()
    };
    let mut plan = Plan::new(desk, &known, now);
    for due in due {
        carry_out(&mut plan, facts, due);
    }
    plan.done()
}

fn carry_out(plan: &mut Plan<'_>, facts: &AgendaFacts, due: &Due) {
    match due {
        Due::Blind(account, since) => {
            let why = facts.accounts.iter().find(|one| one.account == *account).and_then(|one| one.failing.clone()).unwrap_or_default();
            let why = if why.is_empty() { "no look at it came to an end, and none failed: restart Forewarn".to_owned() } else { why };
            let text = format!(
                "Forewarn cannot read the mailbox {account} since {}: {why}\nNotices may be waiting there unread.",
                since.format("%F %H:%MZ")
            );
            let key = format!("blind:{account}:{}", since.timestamp());
            // By both paths: one of them may reach nobody.
            trouble::blind(plan, &key, account, &text);
            plan.alarm(key, text);
        }
        Due::BlindAsExpected(window) => blind::as_expected(plan, window),
        Due::Back(window) => {
            if let Some(near) = facts.near.iter().find(|near| near.maintenance.id == window.maintenance) {
                blind::back(plan, near, window);
            }
        }
        Due::Stuck => trouble::stuck(plan, &facts.stuck),
        Due::Held(why) => trouble::held(plan, why),
        Due::Refused => trouble::refused(plan, &facts.stuck),
        Due::Unreached => trouble::unreached(plan, &facts.unreached),
        Due::Quarantined => trouble::quarantined(plan, &facts.quarantined),
        Due::Vanished => trouble::vanished(plan, &facts.vanished),
        Due::Unchecked => trouble::unchecked(plan, &facts.unchecked),
        Due::Undelivered => trouble::undelivered(plan, facts),
        Due::Guessed(domain, count) => trouble::guessed(plan, domain, *count),
        Due::Canary(key) => canary::send(plan, key),
        Due::CanaryLost => canary::lost(plan, facts),
        Due::Summary(account) => summary(plan, account),
        Due::Digest(_) | Due::Daily(_) => {}
        Due::Night(id, ..) | Due::Act(id, ..) | Due::Again(id) => {
            if let Some(near) = facts.near.iter().find(|near| near.maintenance.id == *id) {
                night::told(plan, facts, near, due);
            }
        }
        // Staff heard at approval what goes out; that all of it arrived is no news (W27).
        Due::Sent(draft) => plan.effects.told_done.push(*draft),
        Due::Ask(ids) => {
            let drafts: Vec<(Draft, Maintenance)> =
                ids.iter().filter_map(|id| facts.open.iter().find(|(draft, _)| draft.id == *id)).cloned().collect();
            bundle::asked(plan, &drafts);
        }
        Due::Remind(id, _) if let Some((draft, _)) = still_together(facts, *id) => bundle::reminded(plan, &facts.open, draft),
        Due::AskAnew(id)
        | Due::Expire(id)
        | Due::Wake(id)
        | Due::Remind(id, _)
        | Due::Escalate(id)
        | Due::Unattended(id)
        | Due::Alarm(id, _) => {
            if let Some((draft, maintenance)) = facts.open.iter().chain(&facts.rehearsed).find(|(one, _)| one.id == *id) {
                on_draft(plan, draft, maintenance, due);
            }
        }
    }
}

/// A draft that was asked about with others, of which one more is undecided.
fn still_together(facts: &AgendaFacts, id: DraftId) -> Option<&(Draft, Maintenance)> {
    let of = facts.open.iter().find(|(draft, _)| draft.id == id && !draft.bundle.is_empty())?;
    let waits = |other: &Draft| other.bundle == of.0.bundle && other.state == DraftState::Proposed && other.id != id;
    facts.open.iter().any(|(other, _)| waits(other)).then_some(of)
}

fn on_draft(plan: &mut Plan<'_>, draft: &Draft, maintenance: &Maintenance, due: &Due) {
    match due {
        Due::AskAnew(_) if draft.mode == plan.desk.policy.mode => by_new_clocks(plan, draft, maintenance),
        Due::AskAnew(_) => {
            plan.void_drafts(maintenance.id, "made in another mode");
            if draft.change.reduces() {
                return;
            }
            let text = "asked anew because the mode changed: what was approved in rehearsal told nobody".to_owned();
            // Nobody heard of an earlier state either: there is nothing to update.
            put(plan, maintenance.clone(), &Change::New, vec![Remark { label: "NOTE".to_owned(), text }]);
        }
        Due::Expire(_) => {
            plan.keep_draft(Draft { state: DraftState::Expired, ..draft.clone() });
            answer::expired(plan, draft, maintenance);
        }
        Due::Wake(_) => {
            remind(plan, draft, draft.reminders + 1);
        }
        Due::Remind(_, number) => remind(plan, draft, *number),
        Due::Escalate(_) => escalate(plan, draft),
        Due::Unattended(_) => absence::unattended(plan, draft, maintenance),
        Due::Alarm(_, number) if !draft.change.reduces() => {
            // What is urgent by now leaves its bundle: it is asked about by itself.
            if !draft.bundle.is_empty() {
                for approver in &plan.desk.policy.approvers {
                    request(plan, draft, &approver.mailbox, "first", RequestFlavour::First);
                }
            }
            let text = alarm_text(plan, draft, maintenance);
            plan.alarm(agenda::urgent_key(draft, *number), text);
        }
        _ => {}
    }
}

/// Asks anew about a draft whose local times were written by clocks that have changed since (T08).
pub(super) fn by_new_clocks(plan: &mut Plan<'_>, draft: &Draft, maintenance: &Maintenance) {
    plan.void_drafts(maintenance.id, "the rules of a time zone changed since");
    let text = "asked anew because the rules of a time zone changed since: compare the times with the provider's mail".to_owned();
    if let Proposed::Asked(id) = put(plan, maintenance.clone(), &draft.change, vec![Remark { label: "NOTE".to_owned(), text }]) {
        plan.credit(id, draft.author.as_deref());
    }
}

fn remind(plan: &mut Plan<'_>, draft: &Draft, number: u32) {
    plan.keep_draft(Draft { state: DraftState::Proposed, asked_at: Some(plan.now), reminders: number, ..draft.clone() });
    for approver in &plan.desk.policy.approvers {
        request(plan, draft, &approver.mailbox, &format!("reminder:{number}"), RequestFlavour::Reminder(number));
    }
}

/// Writes to those to whom undecided drafts go, once a draft.
pub(super) fn escalate(plan: &mut Plan<'_>, draft: &Draft) {
    for to in &plan.desk.policy.escalation {
        request(plan, draft, to, "escalation", RequestFlavour::Escalation);
    }
}

fn summary(plan: &mut Plan<'_>, account: &str) {
    for approver in &plan.desk.policy.approvers {
        let address = &approver.mailbox.address;
        let about = RequestAbout::FirstContact(account.to_owned());
        plan.effects.requests.push(request_row(plan.desk, about, 0, address, plan.now));
        plan.effects.outgoing.push(Outgoing {
            kind: OutboxKind::Request,
            key: format!("first-contact:{account}:{address}"),
            to: approver.mailbox.clone(),
            content: Content::FirstContact { account: account.to_owned(), approver: address.clone() },
            not_before: plan.now,
            draft: None,
            with: None,
        });
    }
}
