//! Connections to a server of ours: TCP, TLS from the first byte, or TLS after a plain beginning; and what we sign in with.
//!
//! TLS is never optional: a certificate that is not trusted ends the connection before anything is said. Plain text goes to this machine
//! alone. A server that sends anything between its word to begin TLS and the handshake is not believed (<https://nostarttls.secvuln.info>):
//! those bytes could come from anybody on the way.

mod credentials;
mod trust;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::model::{Security, Server};
pub use credentials::{Credentials, Secret};

/// Longest that connecting, or the handshake, may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// Longest line that is read before TLS.
const PLAIN_LINE_BYTES: usize = 4096;

/// Why no connection came about. Each names the host and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Plain text is asked for to another machine.
    #[error("{0} is not this machine: write tls = \"implicit\" or \"starttls\"; plain text is for localhost alone")]
    NotLoopback(String),
    /// The name does not lead to an address.
    #[error("the host {host} cannot be found ({error}): mend its name in forewarn.toml, or the machine's DNS")]
    NoSuchHost {
        /// The name.
        host: String,
        /// The system's reason.
        error: io::Error,
    },
    /// Nobody listens, or the way is cut.
    #[error("{server} cannot be reached: {error}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// The system's reason.
        error: io::Error,
    },
    /// No answer in time.
    #[error("{server} did not answer within {} seconds", DEADLINE.as_secs())]
    TimedOut {
        /// Host and port.
        server: String,
    },
    /// The certificate is not trusted.
    #[error("the certificate of {server} is not trusted: {why}")]
    Certificate {
        /// Host and port.
        server: String,
        /// What is wrong with it and what to do.
        why: String,
    },
    /// The handshake failed for another reason.
    #[error("no TLS with {server}: {why}")]
    Tls {
        /// Host and port.
        server: String,
        /// Why, and what to do.
        why: String,
    },
    /// The file of certificate authorities cannot be used.
    #[error("{}: {why}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Bytes came between the word to begin TLS and the handshake, or the server took part in something else.
    #[error("{server} is not believed: {why}; somebody on the way may be tampering with the connection")]
    Tampered {
        /// Host and port.
        server: String,
        /// What was seen.
        why: &'static str,
    },
}

/// A connection, protected as its server demands.
#[derive(Debug)]
pub enum Wire {
    /// Plain text, to this machine.
    Plain(TcpStream),
    /// TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Opens a connection on which the protocol's greeting is read next; for [`Security::StartTls`] it is still plain, and [`upgrade`]
/// must follow before anything that matters is said or believed.
///
/// # Errors
/// When the host is not found or not reached in 30 seconds, or its certificate is not trusted.
pub async fn connect(server: &Server) -> Result<Wire, ConnectError> {
    if server.security == Security::Plain && !server.is_loopback() {
        return Err(ConnectError::NotLoopback(server.host.clone()));
    }
    let stream = tcp(server).await?;
    match server.security {
        Security::Implicit => handshake(server, stream).await,
        Security::StartTls | Security::Plain => Ok(Wire::Plain(stream)),
    }
}

/// Begins TLS on a plain connection, after the server has said that it is ready. The caller has read that word with [`plain_line`], so that
/// no byte behind it was taken.
///
/// # Errors
/// When bytes wait before the handshake, or the certificate is not trusted.
pub async fn upgrade(server: &Server, wire: Wire) -> Result<Wire, ConnectError> {
    let tampered = |why| ConnectError::Tampered { server: server.to_string(), why };
    let Wire::Plain(stream) = wire else { return Err(tampered("TLS was to begin twice")) };
    match stream.try_read(&mut [0; 1]) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => handshake(server, stream).await,
        Ok(0) => Err(ConnectError::Unreachable { server: server.to_string(), error: io::ErrorKind::UnexpectedEof.into() }),
        Ok(_) => Err(tampered("bytes were sent before the TLS handshake")),
        Err(error) => Err(ConnectError::Unreachable { server: server.to_string(), error }),
    }
}

/// Reads one line, byte by byte and no further, without its end.
///
/// # Errors
/// When the connection ends, the line is longer than 4 kB, or nothing comes within 30 seconds.
pub async fn plain_line(server: &Server, wire: &mut Wire) -> Result<String, ConnectError> {
    let lost = |error| ConnectError::Unreachable { server: server.to_string(), error };
    let read = async {
        let mut line = Vec::new();
        loop {
            match wire.read_u8().await? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()),
                _ if line.len() >= PLAIN_LINE_BYTES => return Err(io::Error::new(io::ErrorKind::InvalidData, "the line has no end")),
                byte => line.push(byte),
            }
        }
    };
    timeout(DEADLINE, read).await.map_err(|_| ConnectError::TimedOut { server: server.to_string() })?.map_err(lost)
}

async fn tcp(server: &Server) -> Result<TcpStream, ConnectError> {
    let name = || server.to_string();
    let connecting = async {
        let host = server.host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((host, server.port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|error| ConnectError::NoSuchHost { host: server.host.clone(), error })?.collect();
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in addresses {
            // Plain text leaves this machine for no name that only sounds like it.
            if server.security == Security::Plain && !address.ip().is_loopback() {
                return Err(ConnectError::NotLoopback(server.host.clone()));
            }
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Without it each small command waits 40 ms for the answer to the last.
                    stream.set_nodelay(true).map_err(|error| ConnectError::Unreachable { server: name(), error })?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(ConnectError::Unreachable { server: name(), error: last })
    };
    timeout(DEADLINE, connecting).await.map_err(|_| ConnectError::TimedOut { server: name() })?
}

async fn handshake(server: &Server, stream: TcpStream) -> Result<Wire, ConnectError> {
    let config = trust::client_config(server.ca_file.as_deref())?;
    let host = server.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|_| ConnectError::Tls {
        server: server.to_string(),
        why: "its name is no host name: mend it in forewarn.toml".to_owned(),
    })?;
    let shaking = TlsConnector::from(Arc::new(config)).connect(name, stream);
    match timeout(DEADLINE, shaking).await {
        Err(_) => Err(ConnectError::TimedOut { server: server.to_string() }),
        Ok(Err(error)) => Err(trust::explained(server, &error)),
        Ok(Ok(stream)) => Ok(Wire::Tls(Box::new(stream))),
    }
}

impl Wire {
    /// The other side's address.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Plain(stream) => stream.peer_addr(),
            Self::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
