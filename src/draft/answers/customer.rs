//! A customer's answer on its way to support.

use super::{AnswerFacts, clock, plain, quoted};
use crate::draft::request::{head, reference};
use crate::mail::outgoing::phrases::listed;
use crate::mail::outgoing::{Rendered, one_line, shown};
use crate::model::{Mail, Mailbox};

/// Longest text that is handed on, in characters; a person's answer is far below it.
const MAX_TEXT: usize = 100_000;

/// A customer's answer that came to us instead of support, passed on as written below its envelope.
#[must_use]
pub fn customer_reply(facts: &AnswerFacts<'_>, from: &Mailbox, mail: &Mail) -> Rendered {
    let customers: Vec<String> = facts
        .inventory
        .customers
        .iter()
        .filter(|customer| customer.contacts.iter().any(|contact| contact.mailbox.address.eq_ignore_ascii_case(&from.address)))
        .map(|customer| one_line(&customer.name, 80))
        .collect();
    let who = if customers.is_empty() { String::new() } else { format!(" ({})", listed(&customers)) };
    let mut lines = vec![
        format!("{}{who} answered the notice of {}. Nobody has replied yet.", shown(from), facts.maintenance.id),
        format!("Their subject: {}", one_line(&mail.subject, 200)),
        String::new(),
    ];
    lines.extend(quoted(&written(mail)));
    if !mail.unread_attachments.is_empty() {
        let names: Vec<String> = mail.unread_attachments.iter().take(20).map(|name| one_line(name, 80)).collect();
        lines.extend([String::new(), format!("Attached to it, to be found in the mailbox alone: {}", listed(&names))]);
    }
    let subject = format!(
        "Customer answer: {} {}",
        head(&clock(facts), facts.draft, facts.maintenance),
        reference(facts.maintenance, facts.draft, "")
    );
    plain(subject, &lines)
}

/// Everything that was written: what is quoted too, because some people answer between the lines.
fn written(mail: &Mail) -> String {
    let body = mail.plain.as_ref().or(mail.html.as_ref());
    let all = body.map_or_else(String::new, |body| format!("{}\n\n{}", body.fresh.trim_end(), body.quoted));
    if all.chars().count() <= MAX_TEXT {
        return all;
    }
    format!("{}\n(cut here; the whole lies in the mailbox)", all.chars().take(MAX_TEXT).collect::<String>())
}
