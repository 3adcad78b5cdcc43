//! Two buttons wide enough for a thumb. They open an answer that is already written; the address stands nowhere in the text.

use std::fmt::Write;

use crate::mail::outgoing::html::escaped;
use crate::model::Mailbox;

/// Approve (where it is offered, with what it does: `tell 14 customers`) and reject. No label is by itself a word that decides,
/// because a client may quote the labels into the answer.
pub(super) fn both(reply_to: &Mailbox, subject: &str, approve: Option<String>) -> String {
    let mut out = String::from("<div style=\"margin:0 0 1em\">\n");
    if let Some(deed) = approve {
        out.push_str(&button(reply_to, subject, "approve", &format!("Approve: {deed}"), "#1a7f37"));
    }
    out.push_str(&button(reply_to, subject, "reject ", "Reject: tell nobody", "#b42318"));
    out.push_str("</div>\n");
    out
}

fn button(reply_to: &Mailbox, subject: &str, word: &str, label: &str, colour: &str) -> String {
    let link = format!("mailto:{}?subject={}&body={}", encoded(&reply_to.address), encoded(&format!("Re: {subject}")), encoded(word));
    format!(
        "<p style=\"margin:0 0 12px\"><a href=\"{}\" style=\"display:block;max-width:20em;padding:16px;border-radius:8px;\
         background:{colour};color:#fff;font-size:18px;font-weight:bold;text-align:center;text-decoration:none\">{}</a></p>\n",
        escaped(&link),
        escaped(label)
    )
}

/// Percent-encoding of a mailto URI (RFC 6068 section 2); `@` may stay.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@') {
            out.push(char::from(byte));
        } else {
            // Writing to a String never fails.
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
    }
    out
}
