//! From nothing to a signed-in connection: TLS first, then what the server can do, then who we are.
//!
//! Nothing is believed that was said before TLS, and no password or token leaves before it. Sources: RFC 9051 sections 6.2 and 11.1,
//! RFC 8314, RFC 4616 (PLAIN), <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol> (XOAUTH2).

use std::collections::BTreeSet;
use std::time::Duration;

use async_imap::imap_proto::{Capability, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::error::{ImapError, Meaning, meaning, shown};
use super::folders::quoted;
use super::talk::{Deadlines, Reply, Talk, ended};
use crate::model::{Security, Server};
use crate::tls::{ConnectError, Credentials, Secret, Wire, connect, plain_line, upgrade};

/// Lines that may stand before the answer to STARTTLS.
const LINES_BEFORE_TLS: usize = 16;
/// Longest time for writing one line.
const WRITE: Duration = Duration::from_secs(30);

/// What a server can do, in capital letters, `AUTH=` included.
pub(super) type Capabilities = BTreeSet<String>;

/// Connects and signs in; gives what the server can do now.
pub(super) async fn open(server: &Server, credentials: &Credentials, deadlines: Deadlines) -> Result<(Talk, Capabilities), ImapError> {
    let wire = connect(server).await?;
    let mut talk = if server.security == Security::StartTls {
        // After it no greeting comes.
        Talk::new(started_tls(server, wire).await?, server.to_string(), deadlines)
    } else {
        let mut talk = Talk::new(wire, server.to_string(), deadlines);
        talk.greeting().await?;
        talk
    };
    let offered = capabilities(&mut talk).await?;
    sign_in(&mut talk, credentials, &offered).await?;
    // They differ once we are signed in (RFC 9051 section 6.2.2).
    let able = capabilities(&mut talk).await?;
    Ok((talk, able))
}

/// Byte by byte, so that nothing is taken from behind the word to begin.
async fn started_tls(server: &Server, mut wire: Wire) -> Result<Wire, ImapError> {
    let greeting = plain_line(server, &mut wire).await?;
    let word = greeting.split_whitespace().nth(1).unwrap_or_default().to_ascii_uppercase();
    match word.as_str() {
        "OK" if greeting.starts_with("* ") => {}
        "PREAUTH" => {
            return Err(ConnectError::Tampered { server: server.to_string(), why: "it says that we are signed in before TLS began" }.into());
        }
        "BYE" => return Err(ended(&server.to_string(), &shown(greeting.trim_start_matches("* ")))),
        _ => return Err(ImapError::Garbled { server: server.to_string(), text: shown(&greeting) }),
    }
    let lost = |error: std::io::Error| ImapError::Lost { server: server.to_string(), text: error.to_string() };
    let sent = timeout(WRITE, wire.write_all(b"S1 STARTTLS\r\n")).await;
    sent.map_err(|_| ImapError::Silent { server: server.to_string() })?.map_err(lost)?;
    for _ in 0..LINES_BEFORE_TLS {
        let line = plain_line(server, &mut wire).await?;
        let Some(answer) = line.strip_prefix("S1 ") else { continue };
        if answer.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("OK")) {
            return Ok(upgrade(server, wire).await?);
        }
        return Err(ImapError::NoStartTls { server: server.to_string(), text: shown(answer) });
    }
    Err(ImapError::NoStartTls { server: server.to_string(), text: "it speaks of other things".to_owned() })
}

async fn capabilities(talk: &mut Talk) -> Result<Capabilities, ImapError> {
    let mut found = Capabilities::new();
    let reply = talk
        .command("CAPABILITY", |response| {
            if let Response::Capabilities(list) = response {
                found = list.iter().map(capability).collect();
            }
        })
        .await?;
    match reply {
        Reply::Done if !found.is_empty() => Ok(found),
        Reply::Done => Err(talk.garbled("it does not say what it can do")),
        Reply::Refused(text) => Err(refused(talk.server(), "CAPABILITY", text)),
    }
}

fn capability(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
        Capability::Atom(word) => word.to_ascii_uppercase(),
    }
}

async fn sign_in(talk: &mut Talk, credentials: &Credentials, offered: &Capabilities) -> Result<(), ImapError> {
    let server = talk.server();
    let reply = match &credentials.secret {
        Secret::Token(_) => {
            if !offered.contains("AUTH=XOAUTH2") {
                return Err(ImapError::TokensOff { server });
            }
            let answer = credentials.xoauth2().map(|answer| STANDARD.encode(answer.expose_secret())).unwrap_or_default();
            talk.authenticate("XOAUTH2", &answer).await?
        }
        Secret::Password(password) => {
            if let Some(why) = passwords_off(offered) {
                return Err(ImapError::PasswordsOff { server, text: why.to_owned() });
            }
            let password = password.expose_secret();
            let user = &credentials.user;
            if password.contains('\0') || user.contains('\0') {
                return Err(ImapError::PasswordRefused { server, text: "it holds a NUL, which cannot be sent".to_owned() });
            }
            let simple = credentials.mailbox.is_none() && password.is_ascii() && user.is_ascii();
            match (quoted(user), quoted(password)) {
                (Some(user), Some(password)) if simple => talk.command(&format!("LOGIN {user} {password}"), |_| {}).await?,
                _ if !offered.contains("AUTH=PLAIN") => {
                    let text = "it does not offer PLAIN, which another user's mailbox and letters beyond ASCII need".to_owned();
                    return Err(ImapError::PasswordsOff { server, text });
                }
                _ => {
                    let answer = credentials.plain().map(|answer| STANDARD.encode(answer.expose_secret())).unwrap_or_default();
                    talk.authenticate("PLAIN", &answer).await?
                }
            }
        }
    };
    let Reply::Refused(text) = reply else { return Ok(()) };
    Err(match (meaning(&text), &credentials.secret) {
        (Meaning::Unavailable, _) => ImapError::Unavailable { server, text },
        (Meaning::NoAccess, _) => ImapError::NoAccess { server, text },
        (Meaning::PasswordsOff, Secret::Password(_)) => ImapError::PasswordsOff { server, text },
        (_, Secret::Password(_)) => ImapError::PasswordRefused { server, text },
        (_, Secret::Token(_)) => ImapError::TokenRefused { server, text },
    })
}

/// Why no password is sent; none when one may be.
fn passwords_off(offered: &Capabilities) -> Option<&'static str> {
    if offered.contains("LOGINDISABLED") {
        return Some("it says LOGINDISABLED");
    }
    let mut ways = offered.iter().filter_map(|word| word.strip_prefix("AUTH=")).peekable();
    (ways.peek().is_some() && ways.all(|way| matches!(way, "XOAUTH2" | "OAUTHBEARER"))).then_some("it offers tokens alone")
}

/// A refusal after sign-in.
pub(super) fn refused(server: String, command: &str, text: String) -> ImapError {
    match meaning(&text) {
        Meaning::Unavailable => ImapError::Unavailable { server, text },
        Meaning::NoAccess => ImapError::NoAccess { server, text },
        Meaning::PasswordsOff | Meaning::Missing | Meaning::Other => ImapError::Refused { server, command: command.to_owned(), text },
    }
}
