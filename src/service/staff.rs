//! Mails to staff that no decision makes: the digest, and what the service itself has to say.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    desk, digest, draft,
    mail::outgoing::{Attachment, Rendered, UnsendableMail, Written, freeze},
    model::{Content, DigestFacts, Inventory, Mailbox, OutboxKind, Outgoing, Policy, Zones},
};

/// The outbox rows of a digest, one a reader, under a key that makes it once.
///
/// # Errors
/// When an address cannot be written to.
pub fn digest_rows(
    facts: &DigestFacts,
    policy: &Policy,
    zones: &Zones,
    inventory: &Inventory,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Outgoing>, UnsendableMail> {
    let entries = digest::entries(facts, policy, zones, inventory, now);
    let calendar = (!entries.is_empty()).then(|| Attachment::calendar(&draft::staff_calendar(policy, &entries, now)));
    let mut rows = Vec::new();
    for to in &policy.digest.to {
        let rendered = digest::compose(facts, policy, zones, inventory, zone_of(policy, to), now);
        let attachments = calendar.iter().cloned().collect();
        rows.push(staff_row(policy, OutboxKind::Digest, to, &rendered, attachments, key, now)?);
    }
    Ok(rows)
}

/// The outbox rows of a short digest; none where there is nothing to say.
///
/// # Errors
/// When an address cannot be written to.
pub(super) fn brief_rows(
    facts: &DigestFacts,
    policy: &Policy,
    zones: &Zones,
    inventory: &Inventory,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Outgoing>, UnsendableMail> {
    let mut rows = Vec::new();
    for to in &policy.digest.to {
        let reader = zone_of(policy, to);
        if let Some(rendered) = digest::brief(facts, policy, zones, inventory, reader, now) {
            rows.push(staff_row(policy, OutboxKind::Digest, to, &rendered, Vec::new(), key, now)?);
        }
    }
    Ok(rows)
}

/// The zone in which somebody of staff reads.
fn zone_of(policy: &Policy, reader: &Mailbox) -> Tz {
    let known = policy.approvers.iter().find(|one| one.mailbox.address.eq_ignore_ascii_case(&reader.address));
    known.and_then(|one| one.zone).unwrap_or(policy.zone)
}

/// The outbox rows of one mail to several of the staff.
pub(super) fn staff_rows(
    policy: &Policy,
    kind: OutboxKind,
    readers: &[Mailbox],
    rendered: &Rendered,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Outgoing>, UnsendableMail> {
    readers.iter().map(|to| staff_row(policy, kind, to, rendered, Vec::new(), key, now)).collect()
}

fn staff_row(
    policy: &Policy,
    kind: OutboxKind,
    to: &Mailbox,
    rendered: &Rendered,
    attachments: Vec<Attachment>,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Outgoing, UnsendableMail> {
    let key = format!("{key}:{}", to.address);
    let mail = freeze(&Written {
        from: policy.from.clone(),
        to: to.clone(),
        reply_to: None,
        subject: rendered.subject.clone(),
        text: rendered.text.clone(),
        html: rendered.html.clone(),
        message_id: desk::message_id(&key, &policy.from),
        in_reply_to: None,
        references: Vec::new(),
        date: now,
        extra: Vec::new(),
        attachments,
    })?;
    Ok(Outgoing { kind, key, to: to.clone(), content: Content::Frozen(mail), not_before: now, draft: None, with: None })
}
