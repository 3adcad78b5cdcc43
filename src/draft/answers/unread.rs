//! Mails that Forewarn could not read: staff look at them themselves.

use super::plain;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::phrases::counted;
use crate::mail::outgoing::{Rendered, one_line};
use crate::model::{Policy, QueueItem, Zones};

/// Mails that were not opened because they may do harm: staff look at them in the mailbox itself.
#[must_use]
pub fn quarantined(policy: &Policy, zones: &Zones, items: &[QueueItem]) -> Rendered {
    let clock = StaffClock::new(zones, policy.zone);
    let mut lines =
        vec!["Not read, because reading could do harm. Please look in the mailbox whether they announce a maintenance:".to_owned()];
    for item in items {
        lines.push(String::new());
        lines.push(format!("FROM   {}", one_line(&item.from, 120)));
        lines.push(format!("ABOUT  {}", one_line(&item.subject, 160)));
        lines.push(format!("CAME   {}", clock.full(item.arrived_at)));
        lines.push(format!("WHY    {}", one_line(&item.why, 200)));
    }
    let subject = format!("Look yourself: {} not read", counted(items.len(), "mail"));
    plain(subject, &lines)
}

/// Answers of staff that decide nothing yet, because no name server gives the key of their signature.
#[must_use]
pub fn unchecked(policy: &Policy, zones: &Zones, items: &[QueueItem]) -> Rendered {
    let clock = StaffClock::new(zones, policy.zone);
    let mut lines = vec![
        "These answers decide nothing yet: the key of their signature cannot be asked for. It is tried again and again.".to_owned(),
        "Look at the name server of Forewarn's machine, and at the records of the sender's domain.".to_owned(),
    ];
    for item in items.iter().take(LISTED) {
        lines.push(String::new());
        lines.push(format!("FROM   {}", one_line(&item.from, 120)));
        lines.push(format!("ABOUT  {}", one_line(&item.subject, 160)));
        lines.push(format!("CAME   {}", clock.full(item.arrived_at)));
    }
    plain(format!("NOT CHECKED: {} waits for a name server", counted(items.len(), "answer")), &lines)
}

/// Mails that somebody deleted or moved before they were read: each envelope, and where it lay.
#[must_use]
pub fn vanished(policy: &Policy, zones: &Zones, items: &[QueueItem]) -> Rendered {
    let clock = StaffClock::new(zones, policy.zone);
    let mut lines = vec![
        "Somebody deleted or moved these before Forewarn had read them. Please look in the trash and other folders".to_owned(),
        "whether one of them announces a maintenance; moved back, it is read.".to_owned(),
    ];
    let stated = |text: &str, max: usize| if text.trim().is_empty() { "not known".to_owned() } else { one_line(text, max) };
    for item in items.iter().take(LISTED) {
        lines.push(String::new());
        lines.push(format!("FROM   {}", stated(&item.from, 120)));
        lines.push(format!("ABOUT  {}", stated(&item.subject, 160)));
        lines.push(format!("CAME   {}", clock.full(item.arrived_at)));
        lines.push(format!("LAY IN {}", one_line(&item.why, 120)));
    }
    if let Some(rest) = items.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
        lines.extend([String::new(), format!("and {rest} more")]);
    }
    plain(format!("Look yourself: {} gone unread", counted(items.len(), "mail")), &lines)
}

/// At most so many envelopes of one mail; the rest is counted.
const LISTED: usize = 50;
