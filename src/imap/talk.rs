//! One connection's commands and answers: each command has its own tag, and nothing has succeeded before the answer with that tag says OK.
//!
//! Of the library only the reading of responses is used. Its helpers take a refusal or a broken connection for an empty success (FETCH,
//! SEARCH, LIST, NOOP), and what it writes it also logs, passwords included. Every wait has an end: so long without a byte, and so long
//! for a whole command, so that a server which only says that it is still there does not hold us.

use std::io;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_imap::Client;
use async_imap::imap_proto::{Outcome, Response, ResponseCode, Status};
use futures_util::FutureExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::error::{ImapError, Meaning, meaning, shown};
use super::guard::Guard;
use crate::tls::{ConnectError, Wire};

/// How often a server may ask on in one sign-in.
const QUESTIONS: usize = 4;

/// How long a server is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Half of the longest silence: the connection ends when two such spells have passed without a byte, at the latest.
    pub silence: Duration,
    /// Longest time for one command and its whole answer.
    pub command: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { silence: Duration::from_secs(45), command: Duration::from_secs(300) }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(super) enum Reply {
    /// OK.
    Done,
    /// NO or BAD, and the server's words, as they may be shown.
    Refused(String),
}

/// What one response means for the command.
enum Step {
    More,
    Asked,
    Ended(Reply),
}

/// A connection.
#[derive(Debug)]
pub(super) struct Talk {
    client: Client<Guard<Wire>>,
    server: String,
    deadlines: Deadlines,
    tags: u32,
    /// An answer was not read to its end, so nothing more can be told apart.
    broken: bool,
}

impl Talk {
    pub(super) fn new(wire: Wire, server: String, deadlines: Deadlines) -> Self {
        Self { client: Client::new(Guard::new(wire)), server, deadlines, tags: 0, broken: false }
    }

    pub(super) fn server(&self) -> String {
        self.server.clone()
    }

    /// Waits for the greeting. One that says we are signed in already speaks of somebody else.
    pub(super) async fn greeting(&mut self) -> Result<(), ImapError> {
        let server = self.server();
        self.response(|response| match response {
            Response::Data { status: Status::Ok, outcome } => {
                alert(&server, outcome);
                Ok(())
            }
            Response::Data { status: Status::PreAuth, .. } => {
                Err(ConnectError::Tampered { server, why: "it says that we are signed in before we were" }.into())
            }
            Response::Data { status: Status::Bye, outcome } => Err(ended(&server, &words(outcome))),
            other => Err(garbled(&server, &format!("no greeting: {other:?}"))),
        })
        .await?
    }

    /// Sends a command and hands every response to `each` until the one that ends it.
    pub(super) async fn command(&mut self, command: &str, each: impl FnMut(&Response<'_>) + Send) -> Result<Reply, ImapError> {
        self.exchange(command, None, each).await
    }

    /// Sends AUTHENTICATE, and the answer when it is asked for. A further question is the server's word of refusal; an empty line has it
    /// say so.
    pub(super) async fn authenticate(&mut self, mechanism: &str, answer: &str) -> Result<Reply, ImapError> {
        self.exchange(&format!("AUTHENTICATE {mechanism}"), Some(answer), |_| {}).await
    }

    async fn exchange(&mut self, command: &str, answer: Option<&str>, each: impl FnMut(&Response<'_>) + Send) -> Result<Reply, ImapError> {
        if self.broken {
            return Err(ImapError::Lost { server: self.server(), text: "it was given up before".to_owned() });
        }
        // So it stays when the caller stops waiting for us.
        self.broken = true;
        let ended = timeout(self.deadlines.command, self.talk(command, answer, each)).await;
        let ended = ended.unwrap_or_else(|_| Err(ImapError::Silent { server: self.server() }));
        self.broken = ended.is_err();
        ended
    }

    async fn talk(&mut self, command: &str, answer: Option<&str>, mut each: impl FnMut(&Response<'_>)) -> Result<Reply, ImapError> {
        self.tags = self.tags.saturating_add(1);
        let own = format!("F{}", self.tags);
        self.send(&format!("{own} {command}")).await?;
        let server = self.server();
        let mut questions = 0_usize;
        loop {
            let step = self
                .response(|response| match response {
                    Response::Done { tag, status, outcome } if tag.0 == own => {
                        alert(&server, outcome);
                        Ok(Step::Ended(if *status == Status::Ok { Reply::Done } else { Reply::Refused(words(outcome)) }))
                    }
                    Response::Done { tag, .. } => Err(garbled(&server, &format!("an answer to {}, which was not asked", tag.0))),
                    // A server says BYE when it is asked to end.
                    Response::Data { status: Status::Bye, outcome } if command != "LOGOUT" => Err(ended(&server, &words(outcome))),
                    Response::Continue(_) => Ok(Step::Asked),
                    other => {
                        if let Response::Data { outcome, .. } = other {
                            alert(&server, outcome);
                        }
                        each(other);
                        Ok(Step::More)
                    }
                })
                .await??;
            match step {
                Step::More => {}
                Step::Ended(reply) => return Ok(reply),
                Step::Asked => {
                    let line = match (answer, questions) {
                        (Some(answer), 0) => answer,
                        (Some(_), 1..QUESTIONS) => "",
                        _ => return Err(garbled(&server, "it asks on where there is nothing to ask")),
                    };
                    questions = questions.saturating_add(1);
                    self.send(line).await?;
                }
            }
        }
    }

    async fn send(&mut self, line: &str) -> Result<(), ImapError> {
        let server = self.server();
        let wire = self.client.get_mut();
        let sending = async {
            wire.write_all(format!("{line}\r\n").as_bytes()).await?;
            wire.flush().await
        };
        match timeout(self.deadlines.silence, sending).await {
            Err(_) => Err(ImapError::Silent { server }),
            Ok(Err(error)) => Err(ImapError::Lost { server, text: error.to_string() }),
            Ok(Ok(())) => Ok(()),
        }
    }

    async fn response<R>(&mut self, see: impl FnOnce(&Response<'_>) -> R) -> Result<R, ImapError> {
        loop {
            let before = self.client.get_ref().received();
            // Some answers make the library panic: `INTERNALDATE NIL`, and a text that follows its code without a space.
            let reading = AssertUnwindSafe(self.client.read_response()).catch_unwind();
            match timeout(self.deadlines.silence, reading).await {
                // Reading goes on where it stopped: what has come stays in the library's buffer.
                Err(_) if self.client.get_ref().received() > before => {}
                Err(_) => return Err(ImapError::Silent { server: self.server() }),
                Ok(Err(_)) => return Err(self.garbled("the library gave up on it")),
                Ok(Ok(Ok(Some(response)))) => return Ok(see(response.parsed())),
                Ok(Ok(Ok(None))) => return Err(ImapError::Lost { server: self.server(), text: "the server closed it".to_owned() }),
                Ok(Ok(Err(error))) => return Err(self.read_failed(&error)),
            }
        }
    }

    fn read_failed(&self, error: &io::Error) -> ImapError {
        match error.kind() {
            io::ErrorKind::InvalidData if error.get_ref().is_some_and(|inner| !inner.is::<tokio_rustls::rustls::Error>()) => {
                ImapError::Oversized { server: self.server(), why: error.to_string() }
            }
            io::ErrorKind::Other => self.garbled(&error.to_string()),
            _ => ImapError::Lost { server: self.server(), text: shown(&error.to_string()) },
        }
    }

    pub(super) fn garbled(&self, text: &str) -> ImapError {
        garbled(&self.server, text)
    }

    /// Says good-bye; nobody waits long for the answer.
    pub(super) async fn end(mut self, patience: Duration) {
        drop(timeout(patience, self.command("LOGOUT", |_| {})).await);
        drop(timeout(patience, self.client.get_mut().shutdown()).await);
    }
}

fn garbled(server: &str, text: &str) -> ImapError {
    ImapError::Garbled { server: server.to_owned(), text: shown(text) }
}

/// The server's words, code included where the library left it there.
fn words(outcome: &Outcome<'_>) -> String {
    let text = outcome.information.as_deref().unwrap_or("without a word");
    // The library takes some codes away; this one says more than its text.
    if outcome.code == Some(ResponseCode::Alert) { shown(&format!("[ALERT] {text}")) } else { shown(text) }
}

/// The server ends the connection of its own accord.
pub(super) fn ended(server: &str, text: &str) -> ImapError {
    let (server, text) = (server.to_owned(), text.to_owned());
    if meaning(&text) == Meaning::Unavailable { ImapError::Unavailable { server, text } } else { ImapError::Lost { server, text } }
}

/// What a server wants a person to see (RFC 9051 section 7.1).
fn alert(server: &str, outcome: &Outcome<'_>) {
    if outcome.code == Some(ResponseCode::Alert) {
        let text = shown(outcome.information.as_deref().unwrap_or_default());
        tracing::warn!(server, text, "The mail server had something to say to people");
    }
}
