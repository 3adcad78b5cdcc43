//! Mails that are written at the moment they leave: requests, because the store holds no token, and customers' mail on its way to support.

use chrono::{DateTime, Utc};

use crate::{
    approval::{self, Token},
    desk::{Desk, plan::case_thread},
    draft::{self, FirstContactFacts, RequestFacts},
    mail::outgoing::{Attachment, Rendered, UnsendableMail, Written, freeze},
    model::{AgendaFacts, Draft, FrozenMail, Letter, Mailbox, Maintenance, RequestAbout, RequestFlavour},
};

/// Writes a request on a draft for one approver, a reminder of it, or its escalation. `tried` says whether some answer has counted before.
///
/// # Errors
/// When an address cannot be written to.
pub fn request(
    desk: &Desk<'_>,
    draft: &Draft,
    maintenance: &Maintenance,
    to: &Mailbox,
    flavour: &RequestFlavour,
    tried: bool,
    now: DateTime<Utc>,
) -> Result<FrozenMail, UnsendableMail> {
    // An escalation is no question to an approver: it carries no token, so nothing can be decided from it.
    let escalation = *flavour == RequestFlavour::Escalation;
    let token = (!escalation).then(|| approval::token(desk.key, &RequestAbout::Draft(draft.id), draft.revision, &to.address));
    let reply_to = token.as_ref().map_or_else(|| desk.policy.from.clone(), |token| reply_address(desk, token));
    let rendered = draft::request(&RequestFacts {
        draft,
        maintenance,
        policy: desk.policy,
        inventory: desk.inventory,
        zones: desk.zones,
        now,
        code: token.as_ref().map_or("", |token| token.code.as_str()),
        reply_to: &reply_to,
        flavour: flavour.clone(),
        tried,
    });
    let unique = match flavour {
        RequestFlavour::First => "0".to_owned(),
        RequestFlavour::Reminder(number) => format!("{number}"),
        RequestFlavour::Escalation => format!("e{}", draft.id.0),
    };
    written(desk, to, reply_to, rendered, token.as_ref(), &unique, Some(case_thread(maintenance.id, &desk.policy.from)), now)
}

/// Writes a request on several drafts for one approver, or a reminder of it.
///
/// # Errors
/// When an address cannot be written to.
pub fn bundle(
    desk: &Desk<'_>,
    drafts: &[(Draft, Maintenance)],
    to: &Mailbox,
    flavour: &RequestFlavour,
    now: DateTime<Utc>,
) -> Result<FrozenMail, UnsendableMail> {
    let about = RequestAbout::Bundle(drafts.iter().map(|(draft, _)| draft.id).collect());
    let token = approval::token(desk.key, &about, 0, &to.address);
    let reply_to = reply_address(desk, &token);
    let rendered = draft::bundle_request(&super::bundle::facts(desk, drafts, &token.code, &reply_to, flavour.clone(), now));
    let unique = if let RequestFlavour::Reminder(number) = flavour { number.to_string() } else { "0".to_owned() };
    let case = drafts.first().map(|(_, maintenance)| case_thread(maintenance.id, &desk.policy.from));
    written(desk, to, reply_to.clone(), rendered, Some(&token), &unique, case, now)
}

/// Writes the summary of an account's first contact for one approver.
///
/// # Errors
/// When an address cannot be written to.
pub fn first_contact(
    desk: &Desk<'_>,
    facts: &AgendaFacts,
    account: &str,
    to: &Mailbox,
    now: DateTime<Utc>,
) -> Result<FrozenMail, UnsendableMail> {
    let token = approval::token(desk.key, &RequestAbout::FirstContact(account.to_owned()), 0, &to.address);
    let rendered = draft::first_contact(&FirstContactFacts {
        account,
        outcomes: &facts.backlog_outcomes,
        held_back: &facts.held_back,
        vanished: facts.backlog_vanished,
        policy: desk.policy,
        inventory: desk.inventory,
        zones: desk.zones,
        now,
        code: &token.code,
    });
    written(desk, to, reply_address(desk, &token), rendered, Some(&token), "0", None, now)
}

/// Writes a trial for one approver.
///
/// # Errors
/// When an address cannot be written to.
pub fn trial(desk: &Desk<'_>, to: &Mailbox, now: DateTime<Utc>) -> Result<FrozenMail, UnsendableMail> {
    let token = approval::token(desk.key, &RequestAbout::Trial, 0, &to.address);
    let rendered = super::trial::written(desk.policy, &token.code);
    // Each trial is a mail of its own.
    written(desk, to, reply_address(desk, &token), rendered, Some(&token), &now.timestamp().to_string(), None, now)
}

/// Largest original that goes with a letter: encoded it still passes common servers. The text stands in the letter in any case.
const MOST_ORIGINAL_BYTES: usize = 10_000_000;

/// Writes the letter with which a customer's mail goes to support; the original goes with it where its bytes are kept and it is not too
/// large.
///
/// # Errors
/// When an address cannot be written to.
pub fn handed_on(desk: &Desk<'_>, letter: &Letter, original: Option<&[u8]>, to: &Mailbox) -> Result<FrozenMail, UnsendableMail> {
    let original = original.filter(|raw| !raw.is_empty() && raw.len() <= MOST_ORIGINAL_BYTES);
    freeze(&Written {
        from: desk.policy.from.clone(),
        to: to.clone(),
        reply_to: letter.reply_to.clone(),
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        html: None,
        message_id: letter.message_id.clone(),
        in_reply_to: letter.in_reply_to.clone(),
        references: letter.references.clone(),
        date: letter.date,
        extra: Vec::new(),
        attachments: original.map(Attachment::mail).into_iter().collect(),
    })
}

#[expect(clippy::too_many_arguments, reason = "the two kinds of letter share all of it, and a struct for one call would say no more")]
fn written(
    desk: &Desk<'_>,
    to: &Mailbox,
    reply_to: Mailbox,
    rendered: Rendered,
    token: Option<&Token>,
    unique: &str,
    case: Option<String>,
    now: DateTime<Utc>,
) -> Result<FrozenMail, UnsendableMail> {
    let domain = desk.policy.from.domain();
    // Relays replace Message-IDs and keep References: the token stands in both.
    let carrier = token.map(|token| format!("fw.{}@{domain}", token.text));
    let message_id = match token {
        Some(token) => format!("fw.{}.{unique}@{domain}", token.text),
        None => format!("fwe.{unique}.{}@{domain}", approval::hash(&to.address).chars().take(12).collect::<String>()),
    };
    freeze(&Written {
        from: desk.policy.from.clone(),
        to: to.clone(),
        reply_to: Some(reply_to),
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        message_id,
        in_reply_to: case.clone(),
        references: case.into_iter().chain(carrier).collect(),
        date: now,
        extra: Vec::new(),
        attachments: Vec::new(),
    })
}

/// The address to which answers to a request go: with the token where plus addresses reach us.
fn reply_address(desk: &Desk<'_>, token: &Token) -> Mailbox {
    let from = &desk.policy.from;
    match from.address.split_once('@') {
        Some((local, domain)) if desk.policy.plus_addresses => {
            Mailbox { name: from.name.clone(), address: format!("{local}+{}@{domain}", token.text) }
        }
        _ => from.clone(),
    }
}
