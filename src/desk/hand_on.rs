//! A customer's answer to a notice: it goes to support, the original with it, and is listed under the maintenance. It is never a decision (W29).

use crate::{
    desk::{
        Arrival, Plan,
        answer::{bare, case, find, rendered},
        plan::message_id,
    },
    draft,
    mail::outgoing::{check_address, one_line, shown},
    model::{Content, HistoryLine, Letter, Mail, OutboxKind, Outgoing},
};

/// Hands an answer on as it was written. Support's own answers in the same thread stay where they are: they would come back for ever.
pub(super) fn hand_on(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail) {
    let from = mail.author().cloned().unwrap_or_default();
    let support = plan.desk.policy.support.clone();
    let found = plan.known.answers_notice.and_then(|id| find(plan, id));
    if let Some((_, maintenance)) = &found {
        let mut maintenance = maintenance.clone();
        let text = format!("{} answered: “{}”", shown(&from), one_line(&mail.subject, 120));
        maintenance.history.push(HistoryLine { at: plan.now, text });
        plan.keep(maintenance);
    }
    if from.address.eq_ignore_ascii_case(&support.address) {
        return;
    }
    let (rendered, mut thread) = match found {
        Some((found, maintenance)) => {
            (rendered(plan, &found, &maintenance, &support, |facts| draft::customer_reply(facts, &from, mail)), case(plan, &maintenance))
        }
        None => (bare(format!("Customer answer: {}", mail.subject), &[mail.text()]), Default::default()),
    };
    // Whoever answers this answers the customer. The thread is ours alone: named in it, the notice would make support's answer look like
    // a customer's.
    thread.reply_to = mail.reply_to.first().cloned().or(Some(from)).filter(|to| check_address(to).is_ok());
    let key = format!("answer:{}:{}", arrival.mail.0, support.address);
    let letter = Letter {
        subject: rendered.subject,
        text: rendered.text,
        message_id: message_id(&key, &plan.desk.policy.from),
        in_reply_to: thread.in_reply_to,
        references: thread.references,
        reply_to: thread.reply_to,
        date: plan.now,
    };
    let not_before = plan.now;
    let content = Content::HandedOn { original: arrival.mail, letter };
    plan.effects.outgoing.push(Outgoing { kind: OutboxKind::Answer, key, to: support, content, not_before, draft: None, with: None });
}
