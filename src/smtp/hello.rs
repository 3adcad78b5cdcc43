//! The beginning of a connection: what the server offers in its answer to EHLO (RFC 5321 section 4.1.1.1), and STARTTLS (RFC 3207).

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::error::shown;
use super::talk::{Reply, Talk};
use super::{SmtpError, Stage};
use crate::model::{Security, Server};
use crate::tls::{self, ConnectError, Wire};

/// Most lines of an answer before TLS.
const PLAIN_LINES: usize = 100;

/// What the server offers, as far as we use it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// 8BITMIME (RFC 6152).
    pub(super) eight_bit: bool,
    /// DSN (RFC 3461).
    pub(super) dsn: bool,
    /// SIZE (RFC 1870).
    pub(super) size: bool,
    /// The ways to sign in (RFC 4954), upper case.
    pub(super) auth: Vec<String>,
    starttls: bool,
}

impl Offers {
    /// Reads the lines of an answer, each with its code.
    fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut offers = Self::default();
        // The first line greets.
        for line in lines.skip(1) {
            // Old servers write `AUTH=LOGIN`.
            let text = line.get(4..).unwrap_or_default().to_ascii_uppercase().replace("AUTH=", "AUTH ");
            let mut words = text.split_whitespace();
            match words.next() {
                Some("8BITMIME") => offers.eight_bit = true,
                Some("DSN") => offers.dsn = true,
                Some("SIZE") => offers.size = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("AUTH") => offers.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        offers
    }

    /// Whether the server offers a way to sign in.
    pub(super) fn signs_in_by(&self, mechanism: &str) -> bool {
        self.auth.iter().any(|offered| offered == mechanism)
    }
}

/// Connects, protects the connection, reads the greeting and says EHLO.
pub(super) async fn open(server: &Server, hello: &str, limit: Duration) -> Result<(Talk, Offers), SmtpError> {
    let mut wire = tls::connect(server).await?;
    let mut greeting = "";
    if server.security == Security::StartTls {
        let beginning = begin_tls(server, wire, hello);
        wire = timeout(limit, beginning).await.map_err(|_| ConnectError::TimedOut { server: server.to_string() })??;
        greeting = "220 after STARTTLS no greeting comes\r\n";
    }
    let (talk, lines) = Talk::open(wire, greeting, hello, &server.to_string(), limit).await?;
    Ok((talk, Offers::read(lines.lines())))
}

/// Asks for TLS and for nothing else. What the server offered in plain text is forgotten: anybody on the way could have written it.
async fn begin_tls(server: &Server, mut wire: Wire, hello: &str) -> Result<Wire, SmtpError> {
    let no_tls = |why: String| SmtpError::Connect(ConnectError::Tls { server: server.to_string(), why });
    expect(server, 220, &plain_answer(server, &mut wire).await?)?;
    plain_command(server, &mut wire, &format!("EHLO {hello}\r\n")).await?;
    let lines = plain_answer(server, &mut wire).await?;
    expect(server, 250, &lines)?;
    if !Offers::read(lines.iter().map(String::as_str)).starttls {
        return Err(no_tls("it does not offer STARTTLS, and nothing is said without TLS; if the port is one for TLS from the first byte: tls = \"implicit\"".to_owned()));
    }
    plain_command(server, &mut wire, "STARTTLS\r\n").await?;
    let lines = plain_answer(server, &mut wire).await?;
    let reply = Reply::from_lines(&lines);
    match reply.code {
        220 => Ok(tls::upgrade(server, wire).await?),
        500..600 => Err(no_tls(format!("it refuses STARTTLS ({})", reply.text))),
        _ => expect(server, 220, &lines).and(Err(no_tls("its answer to STARTTLS cannot be read".to_owned()))),
    }
}

fn expect(server: &Server, code: u16, lines: &[String]) -> Result<(), SmtpError> {
    let reply = Reply::from_lines(lines);
    if reply.code == code {
        return Ok(());
    }
    let code = (400..600).contains(&reply.code).then_some(reply.code);
    Err(SmtpError::Later { stage: Stage::Connect, code, answer: format!("{server} answers {}", shown(&lines.join(" "))) })
}

async fn plain_answer(server: &Server, wire: &mut Wire) -> Result<Vec<String>, SmtpError> {
    let mut lines = Vec::new();
    while lines.len() < PLAIN_LINES {
        let line = tls::plain_line(server, wire).await?;
        let more = line.as_bytes().get(3) == Some(&b'-');
        lines.push(line);
        if !more {
            return Ok(lines);
        }
    }
    Err(SmtpError::Later { stage: Stage::Connect, code: None, answer: format!("the answer of {server} has no end") })
}

async fn plain_command(server: &Server, wire: &mut Wire, command: &str) -> Result<(), SmtpError> {
    let lost = |error| ConnectError::Unreachable { server: server.to_string(), error };
    wire.write_all(command.as_bytes()).await.map_err(lost)?;
    Ok(wire.flush().await.map_err(lost)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_in_any_case_and_form() {
        let lines = "250-mx.example 8BITMIME\r\n250-8bitmime\r\n250-AUTH PLAIN XOAUTH2\r\n250-AUTH=LOGIN\r\n250-size 1000\r\n250 DSN\r\n";
        let auth = ["PLAIN", "XOAUTH2", "LOGIN"].map(str::to_owned).to_vec();
        assert_eq!(Offers::read(lines.lines()), Offers { eight_bit: true, dsn: true, size: true, auth, starttls: false });
        assert_eq!(Offers::read("250 STARTTLS".lines()), Offers::default(), "the first line is no offer");
        assert!(Offers::read(["250-x", "250 starttls"].into_iter()).starttls);
    }
}
