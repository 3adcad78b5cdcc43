//! A customer's answer to a notice: it goes to support and is listed under the maintenance. It is never a decision (W29).

use crate::{
    desk::{
        Arrival, Plan,
        answer::{bare, case, find, rendered},
    },
    draft,
    mail::outgoing::{check_address, one_line, shown},
    model::{HistoryLine, Mail, OutboxKind},
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
    plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, support.address), &support, rendered, thread);
}
