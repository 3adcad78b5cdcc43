//! What is told when something of ours does not work: mail that cannot be read or sent, by mail and, where mail itself may be dead, by the
//! alarm command. Words are `draft`'s where they are more than a line.

use std::collections::BTreeSet;

use crate::{
    desk::{
        Plan,
        answer::{approvers, bare, case, find, rendered},
        plan::Thread,
        propose::request_row,
    },
    draft::{self, NotReached},
    model::{AgendaFacts, Draft, DraftId, Fate, MailId, OutboxId, OutboxKind, OutboxState, QueueItem, RequestAbout, StuckMail, Unreached},
};

/// To every approver: mail that was put aside unread.
pub(super) fn quarantined(plan: &mut Plan<'_>, items: &[QueueItem]) {
    let ids: Vec<MailId> = items.iter().map(|item| item.mail).collect();
    let rendered = draft::quarantined(plan.desk.policy, plan.desk.zones, items);
    for to in approvers(plan) {
        let key = format!("quarantined:{}:{}", ids.first().map_or(0, |id| id.0), to.address);
        plan.write(OutboxKind::Alarm, key, &to, rendered.clone(), Thread::default());
    }
    plan.effects.told_quarantined.extend(ids);
}

/// To every approver: live mail that somebody took away before it was read.
pub(super) fn vanished(plan: &mut Plan<'_>, items: &[QueueItem]) {
    let rendered = draft::vanished(plan.desk.policy, plan.desk.zones, items);
    for to in approvers(plan) {
        let key = format!("vanished:{}:{}:{}", items.first().map_or(0, |item| item.mail.0), plan.now.timestamp(), to.address);
        plan.write(OutboxKind::Alarm, key, &to, rendered.clone(), Thread::default());
    }
    plan.effects.told_vanished.extend(items.iter().map(|item| item.mail));
}

/// To every approver, and by the second path: answers that wait because their sender cannot be checked.
pub(super) fn unchecked(plan: &mut Plan<'_>, items: &[QueueItem]) {
    let first = items.first().map_or(0, |item| item.mail.0);
    let rendered = draft::unchecked(plan.desk.policy, plan.desk.zones, items);
    plan.alarm(format!("unchecked:{first}"), format!("{}\nforewarn status shows it.", rendered.subject));
    for to in approvers(plan) {
        plan.write(OutboxKind::Alarm, format!("unchecked:{first}:{}", to.address), &to, rendered.clone(), Thread::default());
    }
    plan.effects.told_unchecked.extend(items.iter().map(|item| item.mail));
}

/// To every approver, at most once an hour: somebody tries tokens.
pub(super) fn guessed(plan: &mut Plan<'_>, domain: &str, count: usize) {
    let domain = if domain.is_empty() { "an unnamed domain" } else { domain };
    let lines = [
        format!("Forewarn got {count} answers from {domain} within an hour that name no request of ours. None of them counted."),
        "Nobody guesses a token; but if you do not know why these mails come, have your mail server refuse them.".to_owned(),
    ];
    let hour = plan.now.timestamp().div_euclid(3600);
    to_approvers(plan, &format!("guessed:{hour}"), "Somebody answers requests that there are not", &lines);
}

fn to_approvers(plan: &mut Plan<'_>, key: &str, subject: &str, lines: &[String]) {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    for to in approvers(plan) {
        plan.write(OutboxKind::Alarm, format!("{key}:{}", to.address), &to, bare(subject.to_owned(), &lines), Thread::default());
    }
}

/// To every approver: customers none of whose addresses took a notice, and notices of which nobody knows. One contact of several that
/// fails is a line of the digest (W28).
pub(super) fn undelivered(plan: &mut Plan<'_>, facts: &AgendaFacts) {
    let fresh: BTreeSet<OutboxId> = facts.undelivered.iter().copied().collect();
    let drafts: BTreeSet<DraftId> =
        facts.fates.iter().filter(|fate| fresh.contains(&fate.told.outbox)).map(|fate| fate.told.draft).collect();
    for id in drafts {
        let fates: Vec<&Fate> = facts.fates.iter().filter(|fate| fate.told.draft == id).collect();
        let first = fates.iter().map(|fate| fate.told.outbox).find(|row| fresh.contains(row)).map_or(0, |row| row.0);
        let Some((found, maintenance)) = find(plan, id) else {
            plan.alarm(format!("undelivered:{first}"), "notices were not delivered; look with forewarn status".to_owned());
            continue;
        };
        let is_fresh = |fate: &&Fate| fresh.contains(&fate.told.outbox);
        let unknown: Vec<Fate> =
            fates.iter().copied().filter(is_fresh).filter(|fate| fate.told.state == OutboxState::Unknown).cloned().collect();
        let lost = not_reached(&found, &fates, &fresh);
        for to in approvers(plan) {
            let thread = case(plan, &maintenance);
            let at = plan.now.timestamp();
            if !lost.is_empty() {
                let rendered = rendered(plan, &found, &maintenance, &to, |facts| draft::not_reached(facts, &lost));
                plan.write(OutboxKind::Alarm, format!("not-reached:{first}:{at}:{}", to.address), &to, rendered, thread.clone());
            }
            if !unknown.is_empty() {
                // The words of this mail work by its reader's code, also for who became an approver after the request.
                plan.effects.requests.push(request_row(plan.desk, RequestAbout::Draft(id), found.revision, &to.address, plan.now));
                let rendered = rendered(plan, &found, &maintenance, &to, |facts| draft::unknown(facts, &unknown));
                plan.write(OutboxKind::Alarm, format!("unknown:{first}:{at}:{}", to.address), &to, rendered, thread);
            }
        }
    }
    plan.effects.told_undelivered.extend(fresh);
}

/// Customers whose every notice failed, the last of them just now; of a rehearsal, the mails themselves.
fn not_reached(draft: &Draft, fates: &[&Fate], fresh: &BTreeSet<OutboxId>) -> Vec<NotReached> {
    let failed = |fate: &&&Fate| fate.told.state == OutboxState::Failed;
    let is_fresh = |fate: &&Fate| fresh.contains(&fate.told.outbox) && fate.told.state == OutboxState::Failed;
    let (rehearsed, real): (Vec<&Fate>, Vec<&Fate>) =
        fates.iter().filter(|fate| fate.told.state != OutboxState::Cancelled).partition(|fate| fate.told.rehearsal);
    let recipients = || draft.variants.iter().flat_map(|variant| &variant.recipients);
    let customers: BTreeSet<&String> = recipients().flat_map(|recipient| &recipient.customers).collect();
    let of = |customer: &String| -> Vec<&Fate> {
        let addresses: BTreeSet<&str> = recipients()
            .filter(|recipient| recipient.customers.contains(customer))
            .map(|recipient| recipient.mailbox.address.as_str())
            .collect();
        real.iter().copied().filter(|fate| addresses.contains(fate.told.address.as_str())).collect()
    };
    let mut lost: Vec<NotReached> = customers
        .into_iter()
        .map(|customer| (customer, of(customer)))
        .filter(|(_, theirs)| theirs.iter().any(is_fresh) && theirs.iter().all(|fate| failed(&fate)))
        .map(|(customer, theirs)| NotReached { customer: Some(customer.clone()), tried: theirs.into_iter().cloned().collect() })
        .collect();
    let rehearsed: Vec<Fate> = rehearsed.into_iter().filter(is_fresh).cloned().collect();
    if !rehearsed.is_empty() {
        lost.push(NotReached { customer: None, tried: rehearsed });
    }
    lost
}

/// To every approver: a mailbox cannot be read.
pub(super) fn blind(plan: &mut Plan<'_>, key: &str, account: &str, text: &str) {
    for to in approvers(plan) {
        let rendered = bare(format!("BLIND: Forewarn cannot read {account}"), &[text]);
        plan.write(OutboxKind::Alarm, format!("{key}:{}", to.address), &to, rendered, Thread::default());
    }
}

/// To every approver, and by the second path, once: notices are held until a person has looked.
pub(super) fn held(plan: &mut Plan<'_>, why: &str) {
    let text = format!(
        "{why}. Customer notices are held, so that nothing is sent twice; requests and alarms go out.\n\
         What may have left is asked about once the admin has run, on the machine of Forewarn: forewarn resume"
    );
    let key = format!("held:{why}");
    for to in approvers(plan) {
        let rendered = bare("HELD: no customer notice leaves".to_owned(), &[&text]);
        plan.write(OutboxKind::Alarm, format!("{key}:{}", to.address), &to, rendered, Thread::default());
    }
    plan.alarm(key, text);
}

/// By the second path: mail of ours does not get out. Once for each mail that has waited longest.
pub(super) fn stuck(plan: &mut Plan<'_>, mails: &[StuckMail]) {
    let waiting: Vec<&StuckMail> = mails.iter().filter(|mail| mail.state == OutboxState::Retry).collect();
    let Some(oldest) = waiting.iter().min_by_key(|mail| (mail.since, mail.outbox)) else { return };
    let text = format!(
        "Look at the outgoing mail server: Forewarn cannot send mail since {}: {}\n{} wait, requests and notices among them; forewarn status names them.",
        oldest.since.format("%F %H:%MZ"),
        oldest.answer.as_deref().unwrap_or("no answer"),
        if waiting.len() == 1 { "1 mail".to_owned() } else { format!("{} mails", waiting.len()) },
    );
    plan.alarm(format!("stuck:{}", oldest.outbox.0), text);
}

/// Mail to staff that was refused for good, or came back: by the second path, and by mail to every other approver.
pub(super) fn refused(plan: &mut Plan<'_>, mails: &[StuckMail]) {
    for mail in mails.iter().filter(|mail| mail.state != OutboxState::Retry) {
        let asked = plan.desk.policy.approvers.iter().any(|approver| approver.mailbox.address.eq_ignore_ascii_case(&mail.to));
        let text = format!(
            "Mend the address {} in forewarn.toml{}: a mail to it did not get out.\n{}",
            mail.to,
            if asked { "; until then they are not asked" } else { "" },
            mail.answer.as_deref().unwrap_or("no answer")
        );
        let key = format!("refused:{}", mail.outbox.0);
        // Word of a word that came back would go round for ever where no address works.
        if !mail.key.starts_with("refused:") {
            for to in approvers(plan).into_iter().filter(|to| !to.address.eq_ignore_ascii_case(&mail.to)) {
                let rendered = bare(format!("NOT DELIVERED: a mail to {}", mail.to), &[&text]);
                plan.write(OutboxKind::Alarm, format!("{key}:{}", to.address), &to, rendered, Thread::default());
            }
        }
        plan.alarm(key, text);
        plan.effects.told_undelivered.push(mail.outbox);
    }
}

/// To every approver: the alarm command fails, so what it should say is said here.
pub(super) fn unreached(plan: &mut Plan<'_>, alarms: &[Unreached]) {
    for Unreached { alarm, error, .. } in alarms {
        let why = format!("The alarm command fails: {}. It is tried again each minute.", error.as_deref().unwrap_or("no answer"));
        for to in approvers(plan) {
            let rendered = bare("ALARM, which the alarm command could not raise".to_owned(), &[&alarm.text, &why]);
            plan.write(OutboxKind::Alarm, format!("unreached:{}:{}", alarm.key, to.address), &to, rendered, Thread::default());
        }
    }
}
