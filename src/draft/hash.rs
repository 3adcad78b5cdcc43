//! What an approval approves: everything that was shown, and to whom it goes.

use ring::digest::{Context, SHA256};

use crate::model::Variant;

/// SHA-256, hex, over all variants. Neither the order of variants nor that of recipients counts; every other byte does.
#[must_use]
pub fn content_hash(variants: &[Variant]) -> String {
    let mut encoded: Vec<Vec<u8>> = variants.iter().map(encode).collect();
    encoded.sort();
    let mut context = Context::new(&SHA256);
    context.update(b"forewarn variants 1");
    for variant in &encoded {
        context.update(&length(variant.len()));
        context.update(variant);
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each field behind its length, so that no two variants share an encoding.
fn encode(variant: &Variant) -> Vec<u8> {
    let mut out = Vec::new();
    let mut field = |text: &str| {
        out.extend_from_slice(&length(text.len()));
        out.extend_from_slice(text.as_bytes());
    };
    let mut list = |items: &[&str]| {
        field(&items.len().to_string());
        items.iter().for_each(|item| field(item));
    };
    list(&[variant.zone.name(), &variant.language, &format!("{:?}", variant.impact), &variant.subject, &variant.text, &variant.html]);
    list(&[&variant.services.len().to_string(), &variant.recipients.len().to_string()]);
    for service in &variant.services {
        list(&[&service.id, &service.name, if service.internal { "internal" } else { "" }]);
        list(&service.parts.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let mut recipients: Vec<_> = variant.recipients.iter().collect();
    recipients.sort_by(|one, other| (&one.mailbox.address, &one.customers).cmp(&(&other.mailbox.address, &other.customers)));
    for recipient in recipients {
        list(&[&recipient.mailbox.address, &recipient.mailbox.name]);
        list(&recipient.customers.iter().map(String::as_str).collect::<Vec<_>>());
    }
    // Last and only where there is one: a draft without keeps the hash that it always had.
    if let Some(calendar) = &variant.calendar {
        list(&[calendar]);
    }
    if let Some(reminder) = &variant.reminder {
        list(&["reminder", &reminder.at.to_rfc3339(), &reminder.subject, &reminder.text, &reminder.html]);
    }
    out
}

fn length(bytes: usize) -> [u8; 8] {
    u64::try_from(bytes).unwrap_or(u64::MAX).to_be_bytes()
}
