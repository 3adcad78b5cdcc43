//! Hands mails over to a submission server (RFC 5321, RFC 6409), one recipient a transaction.
//!
//! What counts is the final dot. Before it nothing was sent, and everything may be tried again; once it may have left and no answer came,
//! nobody knows, and [`SmtpError::Unknown`] says so. Nothing here tries again by itself, and no byte of a mail is changed.
//! Of lettre its commands and the reading of answers are used, over our own connection: its STARTTLS believes what came before TLS, its
//! timeouts end with connecting, and its errors do not tell a break before DATA from one after the dot.

mod dialogue;
mod error;
mod hello;
mod sendable;
mod sign_in;
mod talk;

use std::mem;
use std::time::Duration;

use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter, RcptParameter};

pub use error::{SmtpError, Stage};
use hello::Offers;
use talk::{Reply, Talk};

use crate::model::Server;
use crate::tls::Credentials;

/// How long each stage may take (RFC 5321 section 4.5.3.2; Postfix's values where they are longer or shorter).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The greeting with the answer to EHLO, and each answer of AUTH.
    pub hello: Duration,
    /// The answer to MAIL.
    pub mail: Duration,
    /// The answer to RCPT.
    pub rcpt: Duration,
    /// The answer to DATA.
    pub data: Duration,
    /// Writing one block of a mail's text.
    pub block: Duration,
    /// The answer to the final dot.
    pub dot: Duration,
    /// The answer to RSET and QUIT.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            hello: seconds(60),
            mail: seconds(300),
            rcpt: seconds(300),
            data: seconds(120),
            block: seconds(180),
            dot: seconds(600),
            farewell: seconds(10),
        }
    }
}

/// A connection on which mails are handed over, one recipient a transaction.
///
/// A call that is dropped before it ends leaves the connection closed.
pub struct Smtp {
    state: State,
    server: String,
    offers: Offers,
    patience: Patience,
    from: String,
}

enum State {
    /// A transaction may begin.
    Ready(Talk),
    /// The server waits for the text of a mail.
    Offered(Talk),
    /// Closed, or in the middle of a call.
    Ended,
}

impl Smtp {
    /// Connects, says EHLO as `hello`, and signs in. Without TLS nothing is said to another machine.
    ///
    /// # Errors
    /// The server is not reached or not trusted, does not greet, or refuses the sign-in; none of it is a mail's own failure.
    pub async fn open(server: &Server, credentials: Option<&Credentials>, hello: &str) -> Result<Self, SmtpError> {
        Self::open_within(server, credentials, hello, Patience::default()).await
    }

    /// Is [`open`](Self::open) with other deadlines.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_within(
        server: &Server,
        credentials: Option<&Credentials>,
        hello: &str,
        patience: Patience,
    ) -> Result<Self, SmtpError> {
        sendable::check_hello(hello)?;
        let (mut talk, offers) = hello::open(server, hello, patience.hello).await?;
        let server = server.to_string();
        if let Some(credentials) = credentials {
            sign_in::sign_in(&mut talk, &offers, credentials, &server, patience.hello).await?;
        }
        Ok(Self { state: State::Ready(talk), server, offers, patience, from: String::new() })
    }

    /// Says MAIL, RCPT and DATA, up to the server's 354. Nothing of the mail counts yet. An empty `from` is the null sender. Where the
    /// server offers DSN, bounces are asked for under `envelope_id` (RFC 3461).
    ///
    /// # Errors
    /// The mail may not go on the wire, or is not accepted. After a refusal the connection is ready for another mail, if
    /// [`is_usable`](Self::is_usable) says so.
    pub async fn offer(&mut self, from: &str, to: &str, bytes: &[u8], envelope_id: &str) -> Result<(), SmtpError> {
        sendable::check_bytes(bytes, self.offers.eight_bit)?;
        sendable::check_envelope_id(envelope_id)?;
        let (sender, recipient) = (sendable::sender(from)?, sendable::address(to)?);
        let State::Ready(mut talk) = mem::replace(&mut self.state, State::Ended) else { return Err(self.ended(Stage::Mail)) };
        from.clone_into(&mut self.from);
        let (patience, dsn) = (self.patience, self.offers.dsn);

        let reply = talk.ask(Mail::new(sender, self.mail_parameters(bytes, envelope_id)), patience.mail).await;
        match self.accepted(Stage::Mail, reply, Reply::is_good) {
            Ok(()) => {}
            Err(error) => return self.keep(talk, error),
        }
        let notify = dsn.then(|| RcptParameter::Other { keyword: "NOTIFY".to_owned(), value: Some("FAILURE".to_owned()) });
        let reply = talk.ask(Rcpt::new(recipient, notify.into_iter().collect()), patience.rcpt).await;
        if let Err(error) = self.accepted(Stage::Rcpt, reply, Reply::is_good) {
            return self.reset(talk, error).await;
        }
        let reply = talk.ask(Data, patience.data).await;
        if let Err(error) = self.accepted(Stage::Data, reply, |reply| reply.code == 354) {
            return self.reset(talk, error).await;
        }
        self.state = State::Offered(talk);
        Ok(())
    }

    /// Writes the mail that was offered, and the final dot: the caller has made durable that it may leave. Gives the server's answer.
    ///
    /// # Errors
    /// [`SmtpError::Unknown`] when the dot may have left and no answer came; with every other error no server took the mail.
    pub async fn deliver(&mut self, bytes: &[u8]) -> Result<String, SmtpError> {
        let State::Offered(mut talk) = mem::replace(&mut self.state, State::Ended) else { return Err(self.ended(Stage::Data)) };
        sendable::check_bytes(bytes, self.offers.eight_bit)?;
        let answered = talk.mail(bytes, &self.patience).await;
        match answered {
            Ok(reply) if reply.is_good() => {
                self.state = State::Ready(talk);
                Ok(reply.text)
            }
            Ok(reply) if (400..600).contains(&reply.code) => self.keep(talk, self.refusal(Stage::Dot, reply)),
            Ok(reply) => Err(SmtpError::Unknown { why: format!("{} answered the final dot with {}", self.server, reply.text) }),
            Err(why) if talk.dot_has_left() => Err(SmtpError::Unknown { why: format!("after the final dot: {why}") }),
            // Every byte before the dot was written and flushed on its own, and no byte of the dot was handed on: what the server holds
            // has no end, and it must throw it away (RFC 5321 section 4.1.1.4).
            Err(answer) => Err(SmtpError::Later { stage: Stage::Data, code: None, answer }),
        }
    }

    /// Breaks off after the 354 without the dot: the connection is closed, so that nothing was sent (RFC 5321 section 4.1.1.4).
    pub fn abandon(self) {
        drop(self);
    }

    /// Whether another transaction may follow on this connection.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }

    /// Ends the connection; politely where nothing is pending.
    pub async fn quit(self) {
        if let State::Ready(mut talk) = self.state {
            // Its answer changes nothing.
            drop(talk.ask(Quit, self.patience.farewell).await);
        }
    }

    fn mail_parameters(&self, bytes: &[u8], envelope_id: &str) -> Vec<MailParameter> {
        let other = |keyword: &str, value: &str| MailParameter::Other { keyword: keyword.to_owned(), value: Some(value.to_owned()) };
        let mut parameters = Vec::new();
        if !bytes.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if self.offers.size {
            parameters.push(MailParameter::Size(bytes.len()));
        }
        if self.offers.dsn {
            parameters.extend([other("RET", "HDRS"), other("ENVID", envelope_id)]);
        }
        parameters
    }

    fn accepted(&self, stage: Stage, reply: Result<Reply, String>, good: fn(&Reply) -> bool) -> Result<(), SmtpError> {
        match reply {
            Ok(reply) if good(&reply) => Ok(()),
            Ok(reply) => Err(self.refusal(stage, reply)),
            Err(answer) => Err(SmtpError::Later { stage, code: None, answer }),
        }
    }

    fn refusal(&self, stage: Stage, reply: Reply) -> SmtpError {
        let (server, answer) = (self.server.clone(), reply.text);
        match reply.code {
            530 => SmtpError::SignInNeeded { server, answer },
            500..600 if is_about_the_sender(&answer) => SmtpError::MayNotSendAs { server, from: self.from.clone(), answer },
            code @ 500..600 => SmtpError::Refused { stage, code, answer },
            code @ 400..500 => SmtpError::Later { stage, code: Some(code), answer },
            // An answer that fits to no command of ours: the two sides do not speak of the same any more.
            _ => SmtpError::Later { stage, code: None, answer: format!("{server} answers {answer}") },
        }
    }

    /// Keeps the connection, unless the error broke it.
    fn keep<T>(&mut self, talk: Talk, error: SmtpError) -> Result<T, SmtpError> {
        if !error.breaks_connection() {
            self.state = State::Ready(talk);
        }
        Err(error)
    }

    /// Takes the transaction back, so that the next one can begin.
    async fn reset<T>(&mut self, mut talk: Talk, error: SmtpError) -> Result<T, SmtpError> {
        if !error.breaks_connection() && talk.ask(Rset, self.patience.farewell).await.is_ok_and(|reply| reply.is_good()) {
            self.state = State::Ready(talk);
        }
        Err(error)
    }

    fn ended(&self, stage: Stage) -> SmtpError {
        SmtpError::Later { stage, code: None, answer: format!("the connection to {} is not open for this", self.server) }
    }
}

/// Whether a refusal says that the user may not send from that address: then no other mail would leave either.
///
/// Exchange Online: `550 5.7.60 SMTP; Client does not have permissions to send as this sender`, `554 5.2.252 SendAsDenied; … not allowed to
/// send as …`; Postfix: `553 5.7.1 <…>: Sender address rejected: not owned by user …`.
fn is_about_the_sender(answer: &str) -> bool {
    let answer = answer.to_ascii_lowercase();
    [
        " 5.7.60 ",
        "sendasdenied",
        "not allowed to send as",
        "permissions to send as",
        "sender address rejected: not owned by user",
        "sender address rejected: not logged in",
    ]
    .iter()
    .any(|words| answer.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_the_sender_are_told_from_those_of_a_mail() {
        for answer in [
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            "554 5.2.252 SendAsDenied; sam@harbor.example not allowed to send as noc@harbor.example; STOREDRV.Submission.Exception",
            "553 5.7.1 <noc@harbor.example>: Sender address rejected: not owned by user sam",
        ] {
            assert!(is_about_the_sender(answer), "{answer}");
        }
        for answer in ["550 5.1.1 no such user", "554 5.7.1 spam", "553 5.1.7 Sender address rejected: bad syntax"] {
            assert!(!is_about_the_sender(answer), "{answer}");
        }
    }
}
