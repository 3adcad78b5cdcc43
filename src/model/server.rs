//! A mail server to talk to: where it is, and how the connection is protected.

use std::path::PathBuf;

/// How a connection to a server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314: IMAP port 993, submission port 465).
    Implicit,
    /// Plain text at first, then TLS before anything is said (IMAP port 143, submission port 587).
    StartTls,
    /// No protection; to this machine alone.
    Plain,
}

/// A server of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Host name, which its certificate must carry, or an IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// PEM file of the certificate authorities that are trusted for it, in place of the system's.
    pub ca_file: Option<PathBuf>,
}

impl Server {
    /// Whether the host is this machine: `localhost` or an address of the loopback range.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
