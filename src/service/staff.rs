//! Mails to staff that no decision makes: the digest, and what the service itself has to say.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    agenda::Due,
    desk, digest, draft,
    mail::outgoing::{Attachment, Rendered, UnsendableMail, Written, freeze},
    model::{Alarm, Content, DigestFacts, Effects, Inventory, Mailbox, OutboxKind, Outgoing, Policy, Zones},
    service::Service,
    store::StoreError,
};

impl Service {
    /// Makes the digests that are due.
    pub(super) async fn digests(&self, due: &[Due], now: DateTime<Utc>) -> Result<(), StoreError> {
        // The digest tells what stands after everything else that was due.
        if let Some(day) = due.iter().find_map(|due| if let Due::Digest(day) = due { Some(*day) } else { None }) {
            let facts = self.store.digest_facts().await?;
            match digest_rows(&facts, &self.config.policy, &self.zones, &self.inventory(), &format!("digest:{day}"), now) {
                Ok(outgoing) => self.store.commit(None, &Effects { outgoing, ..Effects::default() }, now).await?,
                Err(error) => {
                    tracing::error!(%error, "the digest could not be written; mend [digest] in forewarn.toml");
                    let text = format!("The digest of {day} could not be written: {error}. Mend [digest] in forewarn.toml.");
                    let alarms = vec![Alarm { key: format!("digest:{day}"), text }];
                    self.store.commit(None, &Effects { alarms, ..Effects::default() }, now).await?;
                }
            }
            self.store.digest_made(now).await?;
        }
        if let Some(day) = due.iter().find_map(|due| if let Due::Daily(day) = due { Some(*day) } else { None }) {
            let facts = self.store.digest_facts().await?;
            let (policy, inventory) = (&self.config.policy, self.inventory());
            let rows = for_each_reader(policy, &[], &format!("daily:{day}"), now, |zone| {
                digest::brief(&facts, policy, &self.zones, &inventory, zone, now)
            });
            match rows {
                Ok(outgoing) => self.store.commit(None, &Effects { outgoing, ..Effects::default() }, now).await?,
                // The weekly one says so by the alarm.
                Err(error) => tracing::error!(%error, "the short digest could not be written; mend [digest] in forewarn.toml"),
            }
            self.store.daily_made(day).await?;
        }
        Ok(())
    }
}

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
    for_each_reader(policy, calendar.as_slice(), key, now, |zone| Some(digest::compose(facts, policy, zones, inventory, zone, now)))
}

/// The rows of a digest as each reader's zone wants it; none for those for whom there is nothing in it.
fn for_each_reader(
    policy: &Policy,
    attachments: &[Attachment],
    key: &str,
    now: DateTime<Utc>,
    write: impl Fn(Tz) -> Option<Rendered>,
) -> Result<Vec<Outgoing>, UnsendableMail> {
    let written = policy.digest.to.iter().filter_map(|to| Some((to, write(zone_of(policy, to))?)));
    written.map(|(to, rendered)| staff_row(policy, OutboxKind::Digest, to, &rendered, attachments.to_vec(), key, now)).collect()
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
