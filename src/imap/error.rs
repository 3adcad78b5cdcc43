//! Why the mailbox cannot be read, in words that say what to do, and which words of a server mean which (RFC 5530, and what large
//! providers write in its place).

use crate::tls::ConnectError;

/// Longest text of a server that is repeated.
const TEXT_CHARS: usize = 200;

/// Why the mailbox cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// No connection, or none that is to be believed.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server does not begin TLS.
    #[error("{server} does not begin TLS ({text}), and nothing is said without: use its port for TLS (993) with tls = \"implicit\"")]
    NoStartTls {
        /// Host and port.
        server: String,
        /// The server's words.
        text: String,
    },
    /// User or password is wrong.
    #[error("{server} refuses the password ({text}): mend the user or the password of the mailbox")]
    PasswordRefused {
        /// Host and port.
        server: String,
        /// The server's words.
        text: String,
    },
    /// The token is not accepted.
    #[error("{server} refuses the access token ({text}): it has expired, or lacks the scope for IMAP; look at what fetches it")]
    TokenRefused {
        /// Host and port.
        server: String,
        /// The server's words.
        text: String,
    },
    /// Passwords are not accepted at all.
    #[error("{server} does not let a password sign in ({text}): use an access token (XOAUTH2) or an app password, or have it switched on")]
    PasswordsOff {
        /// Host and port.
        server: String,
        /// The server's words, or what it lacks.
        text: String,
    },
    /// Tokens are not accepted at all.
    #[error("{server} does not offer XOAUTH2: sign in with a password there")]
    TokensOff {
        /// Host and port.
        server: String,
    },
    /// Signed in, but not let into this mailbox.
    #[error(
        "{server} knows the user but does not open the mailbox ({text}): give the user full access to it, and wait an hour for it to take effect"
    )]
    NoAccess {
        /// Host and port.
        server: String,
        /// The server's words.
        text: String,
    },
    /// The folder is not there.
    #[error("the folder {folder:?} is not on {server}: mend its name, or create it there")]
    FolderMissing {
        /// Host and port.
        server: String,
        /// The folder, for people.
        folder: String,
    },
    /// The name cannot be sent.
    #[error("the folder name {folder:?} holds a line break or a NUL and cannot be asked for: rename it on {server}")]
    FolderName {
        /// Host and port.
        server: String,
        /// The folder, for people.
        folder: String,
    },
    /// It will not serve us now.
    #[error("{server} is not available now ({text}); too many connections to it, or work on it")]
    Unavailable {
        /// Host and port.
        server: String,
        /// The server's words.
        text: String,
    },
    /// A command was refused for a reason of its own; the connection can still be used.
    #[error("{server} refused {command} ({text})")]
    Refused {
        /// Host and port.
        server: String,
        /// First words of the command.
        command: String,
        /// The server's words.
        text: String,
    },
    /// A message without an identity: it cannot be kept track of.
    #[error("{server} lists a message with UID 0, which no message can have: its index is broken; have it rebuilt")]
    UidZero {
        /// Host and port.
        server: String,
    },
    /// More than was asked for, or without end.
    #[error("{server} {why}; the connection was ended")]
    Oversized {
        /// Host and port.
        server: String,
        /// What it does.
        why: String,
    },
    /// An answer that is no IMAP.
    #[error("{server} answered what cannot be read: {text}")]
    Garbled {
        /// Host and port.
        server: String,
        /// The beginning of it.
        text: String,
    },
    /// No answer in time.
    #[error("{server} stopped answering")]
    Silent {
        /// Host and port.
        server: String,
    },
    /// The connection ended.
    #[error("the connection to {server} ended ({text})")]
    Lost {
        /// Host and port.
        server: String,
        /// The server's last words, or the system's.
        text: String,
    },
}

impl ImapError {
    /// Whether it stays until a person does something; what is not permanent is worth another try.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Connect(error) => match error {
                ConnectError::NoSuchHost { .. } | ConnectError::Unreachable { .. } | ConnectError::TimedOut { .. } => false,
                ConnectError::NotLoopback(_)
                | ConnectError::Certificate { .. }
                | ConnectError::Tls { .. }
                | ConnectError::CaFile { .. }
                | ConnectError::Tampered { .. } => true,
            },
            Self::NoStartTls { .. }
            | Self::PasswordRefused { .. }
            | Self::TokenRefused { .. }
            | Self::PasswordsOff { .. }
            | Self::TokensOff { .. }
            | Self::NoAccess { .. }
            | Self::FolderMissing { .. }
            | Self::FolderName { .. }
            | Self::UidZero { .. } => true,
            Self::Unavailable { .. }
            | Self::Refused { .. }
            | Self::Oversized { .. }
            | Self::Garbled { .. }
            | Self::Silent { .. }
            | Self::Lost { .. } => false,
        }
    }

    /// Whether the connection can still be used after it.
    #[must_use]
    pub fn leaves_connection(&self) -> bool {
        matches!(
            self,
            Self::FolderMissing { .. } | Self::FolderName { .. } | Self::Refused { .. } | Self::NoAccess { .. } | Self::UidZero { .. }
        )
    }
}

/// Text of a server as it may be shown: cut, and with its control characters escaped.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.trim().chars().take(TEXT_CHARS) {
        // Marks of direction would turn the line around that quotes them.
        let hidden = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if letter.is_control() || hidden { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    if text.trim().chars().nth(TEXT_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Unavailable,
    PasswordsOff,
    NoAccess,
    Missing,
    Other,
}

/// Marks of each meaning, in small letters; the first that occurs decides. Texts: RFC 5530, Exchange Online, Gmail, Dovecot, Cyrus, Courier.
const MARKS: [(&str, Meaning); 26] = [
    ("[unavailable]", Meaning::Unavailable),
    ("[limit]", Meaning::Unavailable),
    ("[inuse]", Meaning::Unavailable),
    ("[serverbug]", Meaning::Unavailable),
    ("too many", Meaning::Unavailable),
    ("maximum number of connections", Meaning::Unavailable),
    ("temporar", Meaning::Unavailable),
    ("try again later", Meaning::Unavailable),
    ("basicauthblocked", Meaning::PasswordsOff),
    ("basic authentication is", Meaning::PasswordsOff),
    ("basic auth is", Meaning::PasswordsOff),
    ("application-specific password", Meaning::PasswordsOff),
    ("app password", Meaning::PasswordsOff),
    ("web login required", Meaning::PasswordsOff),
    ("[privacyrequired]", Meaning::PasswordsOff),
    ("[authorizationfailed]", Meaning::NoAccess),
    ("[noperm]", Meaning::NoAccess),
    ("authenticated but not connected", Meaning::NoAccess),
    ("permission denied", Meaning::NoAccess),
    ("not authorized to", Meaning::NoAccess),
    ("[nonexistent]", Meaning::Missing),
    ("doesn't exist", Meaning::Missing),
    ("does not exist", Meaning::Missing),
    ("unknown mailbox", Meaning::Missing),
    ("unknown folder", Meaning::Missing),
    ("no such", Meaning::Missing),
];

/// What a refusal means, by its code and its words.
pub(super) fn meaning(text: &str) -> Meaning {
    let text = text.to_lowercase();
    MARKS.iter().find(|(mark, _)| text.contains(mark)).map_or(Meaning::Other, |(_, meaning)| *meaning)
}

/// Whether a refusal says that a folder is not there.
pub(super) fn is_missing(text: &str) -> bool {
    meaning(text) == Meaning::Missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_servers_are_understood() {
        for (text, expected) in [
            ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", Meaning::Other),
            ("AUTHENTICATE failed.", Meaning::Other),
            (
                "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
                Meaning::PasswordsOff,
            ),
            ("[UNAVAILABLE] Temporary authentication failure.", Meaning::Unavailable),
            ("[ALERT] Too many simultaneous connections. (Failure)", Meaning::Unavailable),
            ("[LIMIT] Maximum number of connections from user+IP exceeded", Meaning::Unavailable),
            ("User is authenticated but not connected.", Meaning::NoAccess),
            ("LOGIN failed. BasicAuthBlocked", Meaning::PasswordsOff),
            ("Mailbox doesn't exist: Notices", Meaning::Missing),
            ("[NONEXISTENT] Unknown Mailbox: Notices (Failure)", Meaning::Missing),
        ] {
            assert_eq!(meaning(text), expected, "{text}");
        }
    }

    #[test]
    fn n5_text_of_a_server_is_cut_and_escaped() {
        assert_eq!(shown("\u{1b}]0;owned\u{7} a\r\nb \u{202e}c"), "\\u{1b}]0;owned\\u{7} a\\r\\nb \\u{202e}c");
        assert_eq!(shown(&"é".repeat(500)).chars().count(), 201);
    }
}
