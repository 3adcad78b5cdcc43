//! Replies to requests: tokens that name the question and the person, and the words that decide.
//!
//! Two things are always needed: the token of that approver's request, and the sender proved to be that approver.
//! Nothing here sends or stores; `desk` turns a decision into effects.

mod token;
mod verb;

pub use token::{Carrier, Token, canary_tag, carriers, hash, token};
pub use verb::{Verb, numbered, verb};

use crate::{
    mail::{auth, reply},
    model::{Approver, Automatic, Mail, Policy, ReplyOutcome, Request, RequestAbout},
};

/// A reply that may be acted upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The request that it answers.
    pub request: Request,
    /// What was said.
    pub verb: Verb,
    /// Of a request on several drafts: the numbers of those that it was said of.
    pub numbers: Vec<usize>,
    /// How the sender was proved.
    pub proof: String,
}

/// A reply that decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub outcome: ReplyOutcome,
    /// The request that it names, where exactly one is.
    pub request: Option<Request>,
    /// Why, as a sentence for the rightful approver or the log.
    pub detail: String,
    /// Whether the sender may be answered: only a proved approver ever is.
    pub answerable: bool,
}

/// Judges a mail that carries a token or code of ours. Takes the requests that the store found for the carriers, in any order.
///
/// The order of the checks is that of the trust rules: header hygiene, one request, the right sender, proof, then the verb. No failure
/// before the proof ever mails the sender.
///
/// # Errors
/// The reason for which nothing is decided.
pub fn judge(policy: &Policy, mail: &Mail, requests: &[Request]) -> Result<Accepted, Box<Refused>> {
    let refuse = |outcome, request: Option<&Request>, detail: &str, answerable| {
        Err(Box::new(Refused { outcome, request: request.cloned(), detail: detail.to_owned(), answerable }))
    };
    let Some(author) = mail.author() else {
        return refuse(ReplyOutcome::Ambiguous, None, "the reply has not exactly one sender", false);
    };
    if let Some(fault) = mail.header_faults.first() {
        // Where it is known whose answer it would be, that approver hears of it: an honest one must not believe that it counted.
        let named = requests.first().filter(|first| requests.iter().all(|other| other.token_hash == first.token_hash));
        let detail = format!("its headers are not those of an honest mail: {fault}");
        return refuse(ReplyOutcome::Ambiguous, named, &detail, false);
    }
    let Some(request) = requests.first() else {
        return refuse(ReplyOutcome::UnknownToken, None, "the token is none of ours", false);
    };
    if requests.iter().any(|other| other.token_hash != request.token_hash) {
        return refuse(ReplyOutcome::Ambiguous, None, "the reply names several requests", false);
    }
    let approver = policy.approvers.iter().find(|approver| approver.mailbox.address.eq_ignore_ascii_case(&request.approver));
    if !approver.is_some_and(|approver| is_address_of(approver, &author.address)) {
        let detail = format!("a reply with your token came from {}; only answers from your listed address count", author.address);
        return refuse(ReplyOutcome::WrongSender, Some(request), &detail, false);
    }
    let carriers = carriers(mail, &policy.from);
    let fields: Vec<&str> = carriers.iter().filter(|(_, carrier)| carrier.names(request)).map(|(field, _)| *field).collect();
    let proof = auth::proof(mail, &policy.auth).map_err(|why| why.to_string());
    let proof = match proof.and_then(|proof| auth::covers(mail, &policy.auth, &fields).map(|()| proof)) {
        Ok(proof) => proof,
        Err(why) => {
            let detail = format!("somebody wrote in your name: {why}");
            return refuse(ReplyOutcome::Unauthenticated, Some(request), &detail, false);
        }
    };
    let reply = reply::reply(mail);
    if mail.hidden_in_words {
        return refuse(ReplyOutcome::Unclear, Some(request), "your reply holds characters that cannot be seen inside its words", true);
    }
    if reply.parts_differ {
        return refuse(ReplyOutcome::Unclear, Some(request), "the text and the HTML of your reply begin with different words", true);
    }
    let said = match &request.about {
        RequestAbout::Bundle(drafts) => numbered(&reply, drafts.len()),
        _ => verb(&reply).map(|verb| (verb, Vec::new())),
    };
    match said {
        Some(_) if let Err(why) = auth::reads_as_signed(mail, &policy.auth) => refuse(ReplyOutcome::Unclear, Some(request), &why, true),
        Some((verb, numbers)) => Ok(Accepted { request: request.clone(), verb, numbers, proof }),
        None => {
            let shown: String = reply.line.chars().take(60).collect();
            let detail = if shown.is_empty() {
                "your reply has no text above the quote".to_owned()
            } else {
                format!("“{shown}” is none of the words that work")
            };
            refuse(ReplyOutcome::Unclear, Some(request), &detail, true)
        }
    }
}

/// Whether a machine wrote the mail: then it never decides anything.
#[must_use]
pub fn automatic(mail: &Mail) -> Option<Automatic> {
    mail.automatic.or(mail.machine_sent.then_some(Automatic::Reply))
}

fn is_address_of(approver: &Approver, address: &str) -> bool {
    std::iter::once(&approver.mailbox.address).chain(&approver.aliases).any(|known| known.eq_ignore_ascii_case(address))
}
