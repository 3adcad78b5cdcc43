//! Why a mail was not handed over, by what the caller does next: try again, sign in otherwise, give up, or ask a person.

use std::fmt;

use crate::tls::ConnectError;

/// Most characters of a server's answer that are kept.
const ANSWER_CHARS: usize = 200;

/// Where in the conversation something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The greeting, EHLO and STARTTLS.
    Connect,
    /// AUTH.
    SignIn,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA and the text of the mail.
    Data,
    /// The dot that ends the mail.
    Dot,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "at the greeting",
            Self::SignIn => "at sign-in",
            Self::Mail => "at MAIL",
            Self::Rcpt => "at RCPT",
            Self::Data => "at DATA",
            Self::Dot => "at the final dot",
        })
    }
}

/// Why a mail was not handed over. Of every variant but [`Unknown`](Self::Unknown) it is certain that no server took the mail.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// No connection, or none that can be trusted: try again later.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server refuses the user or the password.
    #[error("{server} refuses the password of {user} ({answer}): check the user and the password in forewarn.toml")]
    PasswordRefused {
        /// Host and port.
        server: String,
        /// Who wanted to sign in.
        user: String,
        /// What the server said.
        answer: String,
    },
    /// The server takes no password at all.
    #[error(
        "{server} takes no password from {user} ({answer}): let its administrator allow SMTP sign-in (\"authenticated SMTP\") for this mailbox, or sign in with a token"
    )]
    PasswordSignInOff {
        /// Host and port.
        server: String,
        /// Who wanted to sign in.
        user: String,
        /// What the server said.
        answer: String,
    },
    /// The server refuses the token, or takes none.
    #[error(
        "{server} refuses the OAuth token of {user} ({answer}): see that it is fresh, that it may send mail, and that it is for this mailbox"
    )]
    TokenRefused {
        /// Host and port.
        server: String,
        /// Who wanted to sign in.
        user: String,
        /// What the server said.
        answer: String,
    },
    /// The server wants a sign-in first.
    #[error("{server} sends nothing without a sign-in ({answer}): write user and password in forewarn.toml")]
    SignInNeeded {
        /// Host and port.
        server: String,
        /// What the server said.
        answer: String,
    },
    /// The user may not send from that address.
    #[error("{server} does not let us send as {from} ({answer}): give the user the right to send as that mailbox")]
    MayNotSendAs {
        /// Host and port.
        server: String,
        /// The sender's address.
        from: String,
        /// What the server said.
        answer: String,
    },
    /// Not accepted for now: it is safe to try again.
    #[error("not accepted {stage} for now: {answer}")]
    Later {
        /// Where.
        stage: Stage,
        /// The code of the answer (4xx; at the greeting 5xx too); none where the connection broke or the server fell silent.
        code: Option<u16>,
        /// What the server said or did, for people.
        answer: String,
    },
    /// Refused for good.
    #[error("refused {stage}: {answer}")]
    Refused {
        /// Where.
        stage: Stage,
        /// The code, 5xx.
        code: u16,
        /// What the server said.
        answer: String,
    },
    /// The final dot may have left and no answer came: nobody knows whether the mail was taken.
    #[error("nobody knows whether the mail was taken: {why}")]
    Unknown {
        /// What happened, for people.
        why: String,
    },
    /// The mail or an address must not go on the wire; nothing was sent.
    #[error("the mail cannot be sent: {0}")]
    Unsendable(String),
}

impl SmtpError {
    /// Whether the connection is of no further use.
    #[must_use]
    pub fn breaks_connection(&self) -> bool {
        match self {
            Self::Later { stage: Stage::Connect | Stage::SignIn, .. } => true,
            Self::Later { code, .. } => matches!(code, None | Some(421)),
            Self::Refused { .. } | Self::Unsendable(_) | Self::MayNotSendAs { .. } | Self::SignInNeeded { .. } => false,
            _ => true,
        }
    }

    /// Whether every other mail would meet the same: the connection, the greeting or the sign-in failed, not this mail.
    #[must_use]
    pub fn is_about_the_server(&self) -> bool {
        match self {
            Self::Later { stage, .. } => matches!(stage, Stage::Connect | Stage::SignIn),
            Self::Refused { .. } | Self::Unknown { .. } | Self::Unsendable(_) => false,
            _ => true,
        }
    }
}

/// A server's words as they may be shown: cut, on one line.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.trim().chars().take(ANSWER_CHARS) {
        if letter.is_control() { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    shown
}
