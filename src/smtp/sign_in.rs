//! AUTH (RFC 4954): PLAIN (RFC 4616) or LOGIN with a password, XOAUTH2 with a token. No secret leaves this file but to the server.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

use super::error::shown;
use super::talk::{Line, Reply, Talk};
use super::{SmtpError, Stage, hello::Offers};
use crate::tls::{Credentials, Secret};

/// Longest command line with its end (RFC 5321 section 4.5.3.1.4); a longer first answer goes on a line of its own (RFC 4954 section 4).
const COMMAND_BYTES: usize = 512;
/// A word of an answer that is at least so long and stands in a secret is a piece of it.
const PIECE_BYTES: usize = 8;

/// Signs in. The connection is protected, or does not leave this machine: `tls::connect` has seen to it.
pub(super) async fn sign_in(
    talk: &mut Talk,
    offers: &Offers,
    credentials: &Credentials,
    server: &str,
    limit: Duration,
) -> Result<(), SmtpError> {
    let (server, user) = (server.to_owned(), credentials.user.clone());
    let offered = if offers.auth.is_empty() { "it offers no sign-in".to_owned() } else { format!("it offers {}", offers.auth.join(", ")) };
    let answered = if let Some(answer) = credentials.xoauth2() {
        if !offers.signs_in_by("XOAUTH2") {
            return Err(SmtpError::TokenRefused { server, user, answer: shown(&offered) });
        }
        xoauth2(talk, &STANDARD.encode(answer.expose_secret()), limit).await
    } else if offers.signs_in_by("PLAIN") {
        let answer = credentials.plain().map(|answer| STANDARD.encode(answer.expose_secret())).unwrap_or_default();
        at_once(talk, "PLAIN", &answer, limit).await
    } else if offers.signs_in_by("LOGIN") {
        login(talk, credentials, limit).await
    } else {
        return Err(SmtpError::PasswordSignInOff { server, user, answer: shown(&offered) });
    };
    let lost = |why: String| SmtpError::Later { stage: Stage::SignIn, code: None, answer: without_secrets(&why, credentials) };
    let reply = answered.map_err(lost)?;
    let answer = shown(&without_secrets(&format!("{} {}", reply.code, reply.raw), credentials));
    match (reply.code, &credentials.secret) {
        (235, _) => Ok(()),
        (502 | 504, Secret::Password(_)) => Err(SmtpError::PasswordSignInOff { server, user, answer }),
        (500..600, Secret::Password(_)) if is_switched_off(&answer) => Err(SmtpError::PasswordSignInOff { server, user, answer }),
        (500..600, Secret::Password(_)) => Err(SmtpError::PasswordRefused { server, user, answer }),
        (500..600, Secret::Token(_)) => Err(SmtpError::TokenRefused { server, user, answer }),
        (400..500, _) => Err(SmtpError::Later { stage: Stage::SignIn, code: Some(reply.code), answer }),
        _ => Err(SmtpError::Later { stage: Stage::SignIn, code: None, answer: format!("{server} answers {answer}") }),
    }
}

/// The command with its first answer, which is on the same line where it fits.
async fn at_once(talk: &mut Talk, mechanism: &str, answer: &str, limit: Duration) -> Result<Reply, String> {
    let command = format!("AUTH {mechanism} {answer}");
    if command.len().saturating_add(2) <= COMMAND_BYTES {
        return talk.ask(Line(&command), limit).await;
    }
    let reply = talk.ask(Line(&format!("AUTH {mechanism}")), limit).await?;
    if reply.code == 334 { talk.ask(Line(answer), limit).await } else { Ok(reply) }
}

/// A refused token is explained in a challenge, which an empty line answers
/// (<https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>). Only its status is kept: the rest may be anything.
async fn xoauth2(talk: &mut Talk, answer: &str, limit: Duration) -> Result<Reply, String> {
    let reply = at_once(talk, "XOAUTH2", answer, limit).await?;
    if reply.code != 334 {
        return Ok(reply);
    }
    let status = status(&reply.raw);
    let mut last = talk.ask(Line(""), limit).await?;
    if let Some(status) = status {
        last.raw = format!("{}; status {status}", last.raw);
    }
    Ok(last)
}

fn status(challenge: &str) -> Option<String> {
    let json = STANDARD.decode(challenge.trim()).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&json).ok()?;
    let status = value.get("status")?;
    let text = status.as_str().map_or_else(|| status.to_string(), str::to_owned);
    (text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(text)
}

/// LOGIN asks for the user, then for the password (<https://datatracker.ietf.org/doc/html/draft-murchison-sasl-login-00>). It has no place
/// for a mailbox beside the user: the sender of MAIL names it.
async fn login(talk: &mut Talk, credentials: &Credentials, limit: Duration) -> Result<Reply, String> {
    let Secret::Password(password) = &credentials.secret else { return Err("LOGIN is for passwords".to_owned()) };
    let mut reply = talk.ask(Line("AUTH LOGIN"), limit).await?;
    for answer in [credentials.user.as_str(), password.expose_secret()] {
        if reply.code != 334 {
            break;
        }
        reply = talk.ask(Line(&STANDARD.encode(answer)), limit).await?;
    }
    Ok(reply)
}

/// Exchange Online: `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant`, or `basic
/// authentication is disabled`, or `user is locked by your organization's security defaults policy`; 5.7.139 alone may be a wrong password
/// (<https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission>).
fn is_switched_off(answer: &str) -> bool {
    let answer = answer.to_ascii_lowercase();
    answer.contains("authentication is disabled") || answer.contains("security defaults policy")
}

/// Some servers repeat what they do not understand, or a piece of it.
fn without_secrets(answer: &str, credentials: &Credentials) -> String {
    let (Secret::Password(secret) | Secret::Token(secret)) = &credentials.secret;
    let whole = credentials.plain().or_else(|| credentials.xoauth2());
    let whole = whole.map(|whole| STANDARD.encode(whole.expose_secret())).unwrap_or_default();
    let secrets = [whole, STANDARD.encode(secret.expose_secret()), secret.expose_secret().to_owned()];
    let mut answer = answer.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        answer = answer.replace(secret, "***");
    }
    let is_piece = |word: &&str| word.len() >= PIECE_BYTES && secrets.iter().any(|secret| secret.contains(word));
    let words = answer.split_inclusive(char::is_whitespace);
    words.map(|word| if is_piece(&word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric())) { "*** " } else { word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_repeats_a_secret_is_masked() {
        let of = |secret| Credentials { user: "sam".into(), mailbox: None, secret };
        let password = of(Secret::Password("hunter2 hunter2".into()));
        let plain = STANDARD.encode("\0sam\0hunter2 hunter2");
        for answer in ["hunter2 hunter2", &plain, plain.get(..12).unwrap(), &STANDARD.encode("hunter2 hunter2")] {
            let shown = without_secrets(&format!("500 what is \"{answer}\"?"), &password);
            assert!(shown.starts_with("500 what is ") && shown.contains("***") && !shown.contains(answer), "{shown}");
        }
        let token = of(Secret::Token("ya29.a0AfH6SMBx".repeat(20).into()));
        assert_eq!(without_secrets("535 ya29.a0AfH6SMBx refused", &token), "535 *** refused");
        assert_eq!(without_secrets("535 no", &token), "535 no");
    }

    #[test]
    fn of_a_challenge_its_status_alone_is_kept() {
        let challenge = |json: &str| status(&STANDARD.encode(json));
        assert_eq!(challenge(r#"{"status":"401","schemes":"bearer","scope":"https://mail.example/"}"#).as_deref(), Some("401"));
        assert_eq!(challenge(r#"{"status":400}"#).as_deref(), Some("400"));
        assert_eq!(challenge(r#"{"status":"<b>\r\n"}"#), None);
        assert_eq!(status("no base64"), None);
    }
}
