//! The mail to ourselves: it shows that mail goes out and comes back, which no error would show.

use chrono::{DateTime, Utc};

use crate::{
    approval::canary_tag,
    desk::{
        Plan,
        answer::{approvers, bare},
        plan::Thread,
    },
    mail::outgoing::{Written, freeze, instants::StaffClock},
    model::{AgendaFacts, Content, Mail, Mailbox, OutboxKind, OutboxState, Outgoing},
};

/// The Message-ID of the mail with this key (`canary:2020-09-07T12`); nobody without our key can make it.
fn message_id(key: &[u8], of: &str, from: &Mailbox) -> String {
    let hour = of.trim_start_matches("canary:");
    format!("canary.{hour}.{}@{}", canary_tag(key, hour), from.domain())
}

/// The key of the mail to ourselves that this one is; none where it is another, or forged.
pub(super) fn came_back(plan: &Plan<'_>, mail: &Mail) -> Option<String> {
    let id = mail.message_id.as_ref()?;
    let (hour, _) = id.strip_prefix("canary.")?.split_once('.')?;
    let key = format!("canary:{hour}");
    (*id == message_id(plan.desk.key, &key, &plan.desk.policy.from)).then_some(key)
}

/// Writes one.
pub(super) fn send(plan: &mut Plan<'_>, key: &str) {
    let from = plan.desk.policy.from.clone();
    let written = Written {
        from: from.clone(),
        to: from.clone(),
        reply_to: None,
        subject: format!("Forewarn test mail {}", key.trim_start_matches("canary:")),
        text: "Forewarn writes to itself to see that mail goes out and comes back. Nobody needs to read this.\n".to_owned(),
        html: None,
        message_id: message_id(plan.desk.key, key, &from),
        in_reply_to: None,
        references: Vec::new(),
        date: plan.now,
        extra: Vec::new(),
        attachments: Vec::new(),
    };
    match freeze(&written) {
        Ok(mail) => plan.effects.outgoing.push(Outgoing {
            kind: OutboxKind::Canary,
            key: key.to_owned(),
            to: from,
            content: Content::Frozen(mail),
            not_before: plan.now,
            draft: None,
            with: None,
        }),
        Err(error) => {
            plan.alarm(format!("unsendable:{key}"), format!("Mend `from` in forewarn.toml: the test mail cannot be written: {error}"));
        }
    }
}

/// By both paths, once a mail: it did not get out, or did not come back.
pub(super) fn lost(plan: &mut Plan<'_>, facts: &AgendaFacts) {
    let Some((key, made_at, state, _)) = facts.canary.newest.clone() else { return };
    let text = in_words(plan, made_at, state);
    let key = format!("canary-lost:{key}");
    for to in approvers(plan) {
        let rendered = bare("TEST MAIL LOST: mail of Forewarn may not go out or come in".to_owned(), &[&text]);
        plan.write(OutboxKind::Alarm, format!("{key}:{}", to.address), &to, rendered, Thread::default());
    }
    plan.alarm(key, text);
}

fn in_words(plan: &Plan<'_>, made_at: DateTime<Utc>, state: OutboxState) -> String {
    let policy = plan.desk.policy;
    let made = StaffClock::new(plan.desk.zones, policy.zone).full(made_at);
    if state == OutboxState::Sent {
        format!(
            "Write to {} and see where your mail stays: Forewarn's test mail of {made} was accepted and has not come back.\n\
             Answers to requests and providers' notices may be lost on the same way.",
            policy.from.address
        )
    } else {
        format!(
            "Look at the outgoing mail server: Forewarn's test mail of {made} could not be sent in 15 minutes.\n\
             Requests and notices may wait too; forewarn status names them."
        )
    }
}
