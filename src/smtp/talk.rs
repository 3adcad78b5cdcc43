//! Commands and answers over lettre's connection, each with its deadline (lettre itself waits for ever).

use std::fmt::{self, Display};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::dialogue::{Dialogue, Seen};
use super::error::shown;
use super::{Patience, SmtpError, Stage};
use crate::tls::Wire;

/// Most of a mail's text that is written at once, and for which one deadline runs.
const BLOCK_BYTES: usize = 65_536;

/// An answer of the server.
#[derive(Debug)]
pub(super) struct Reply {
    /// Its code; 0 where there is none.
    pub(super) code: u16,
    /// Code and text, for people.
    pub(super) text: String,
    /// The text alone, as it came.
    pub(super) raw: String,
}

impl Reply {
    fn new(code: u16, raw: String) -> Self {
        Self { code, text: shown(&format!("{code} {raw}")), raw }
    }

    /// An answer that was read before TLS.
    pub(super) fn from_lines(lines: &[String]) -> Self {
        let code = lines.last().and_then(|line| line.get(..3)).and_then(|code| code.parse().ok()).unwrap_or(0);
        let texts: Vec<&str> = lines.iter().filter_map(|line| line.get(4..)).collect();
        Self::new(code, texts.join(" "))
    }

    /// Whether the code begins with a 2.
    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.code)
    }
}

/// A command line.
pub(super) struct Line<'a>(pub(super) &'a str);

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\r\n", self.0)
    }
}

/// A connection on which commands are given.
pub(super) struct Talk {
    connection: AsyncSmtpConnection,
    seen: Arc<Seen>,
    server: String,
}

impl Talk {
    /// Reads the greeting, says EHLO; gives the lines of the answer too.
    pub(super) async fn open(wire: Wire, greeting: &str, hello: &str, server: &str, limit: Duration) -> Result<(Self, String), SmtpError> {
        let (dialogue, seen) = Dialogue::new(wire, greeting);
        let client = ClientId::Domain(hello.to_owned());
        let opening = AsyncSmtpConnection::connect_with_transport(Box::new(dialogue), &client);
        let (code, answer) = match timeout(limit, opening).await {
            Ok(Ok(connection)) => {
                let lines = seen.answer();
                return Ok((Self { connection, seen, server: server.to_owned() }, lines));
            }
            Ok(Err(error)) => match refusal(&error) {
                Some(reply) => (Some(reply.code), format!("{server} answers {}", reply.text)),
                None => (None, failure(server, &seen, &error)),
            },
            Err(_) => (None, silent(server, limit)),
        };
        Err(SmtpError::Later { stage: Stage::Connect, code, answer })
    }

    /// Gives one command and reads its answer, whatever it is.
    ///
    /// # Errors
    /// The connection broke, the answer cannot be read, or none came in time: in words for people. The connection is of no further use.
    pub(super) async fn ask(&mut self, command: impl Display, limit: Duration) -> Result<Reply, String> {
        match timeout(limit, self.connection.command(command)).await {
            Ok(result) => self.reply(result),
            Err(_) => Err(silent(&self.server, limit)),
        }
    }

    /// Writes the text of a mail and the final dot and reads the answer.
    ///
    /// # Errors
    /// As [`ask`](Self::ask); [`dot_has_left`](Self::dot_has_left) tells whether the server may have the whole mail.
    pub(super) async fn mail(&mut self, bytes: &[u8], patience: &Patience) -> Result<Reply, String> {
        // lettre writes CRLF, dot, CRLF behind the text; the mail's own last CRLF is the first of these.
        let text = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let seen = Arc::clone(&self.seen);
        seen.begin_mail();
        let result = {
            let mut sending = pin!(self.connection.message_iter(Blocks { rest: text, seen: &seen }));
            loop {
                let (before, limit) = (seen.blocks(), if seen.dot_is_next() { patience.dot } else { patience.block });
                match timeout(limit, &mut sending).await {
                    Ok(result) => break Ok(result),
                    // A deadline runs anew for each block, and for the answer.
                    Err(_) if seen.blocks() != before => {}
                    Err(_) => break Err(silent(&self.server, limit)),
                }
            }
        };
        seen.end_mail();
        self.reply(result?)
    }

    /// Whether bytes of the final dot were handed to the connection.
    pub(super) fn dot_has_left(&self) -> bool {
        self.seen.dot_has_left()
    }

    fn reply(&self, result: Result<Response, Error>) -> Result<Reply, String> {
        match result {
            Ok(response) => Ok(Reply::new(response.code().into(), response.message().collect::<Vec<_>>().join(" "))),
            Err(error) => refusal(&error).ok_or_else(|| failure(&self.server, &self.seen, &error)),
        }
    }
}

/// The text in blocks. lettre asks for the next one when the last was written and flushed, and writes the final dot when there is no
/// more: so the moment at which the dot comes is known to the byte, and what breaks before it is safe to send again.
struct Blocks<'a> {
    rest: &'a [u8],
    seen: &'a Seen,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.seen.count_block();
        if self.rest.is_empty() {
            self.seen.dot_comes();
            return None;
        }
        let (block, rest) = self.rest.split_at_checked(BLOCK_BYTES).unwrap_or((self.rest, &[]));
        self.rest = rest;
        Some(block)
    }
}

/// The answer behind an error of lettre's, where it was a 4xx or 5xx.
fn refusal(error: &Error) -> Option<Reply> {
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    error.status().map(|code| Reply::new(code.into(), text))
}

fn failure(server: &str, seen: &Seen, error: &Error) -> String {
    let answer = seen.answer();
    if let Some(words) = seen.unasked() {
        format!("{server} said \"{}\" before it was asked", shown(&words))
    } else if !error.is_response() {
        let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        format!("the connection to {server} broke ({})", shown(&why))
    } else if answer.is_empty() {
        format!("{server} closed the connection without an answer")
    } else {
        format!("the answer of {server} cannot be read: \"{}\"", shown(&answer))
    }
}

fn silent(server: &str, limit: Duration) -> String {
    format!("{server} was silent for {} seconds", limit.as_secs_f32())
}
