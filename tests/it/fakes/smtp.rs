//! A submission server that takes mails into memory and misbehaves where it is told to (RFC 5321).
//!
//! `FakeSmtp::start()` takes everything in plain text. `FakeSmtp::with()` is its long form; a [`Fault`] may be added at any time.
//! It runs on a thread of its own, so that synchronous tests and other processes can use it, and ends when it is dropped.

mod session;

use crate::certificates::Authority;
use chrono::{DateTime, Utc};
use forewarn::model::{Security, Server};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring::default_provider};

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// In place of the 220.
    Greeting,
    Ehlo,
    StartTls,
    /// At the AUTH command itself.
    Auth,
    Mail,
    Rcpt,
    Data,
    /// When the first line of a mail's text has come.
    Body,
    /// When the final dot has come.
    Dot,
}

/// What the server does in place of its answer.
#[derive(Clone, Debug)]
enum Does {
    /// Answers as it should; for a fault that only waits.
    Nothing,
    /// Writes these bytes; a CRLF is added.
    Says(Vec<u8>),
    /// Writes the first bytes, and the second ones a moment later: two segments.
    SaysTwice(Vec<u8>, Vec<u8>),
    /// Writes these bytes and closes.
    SaysAndCloses(Vec<u8>),
    Closes,
    /// Ends the connection with an RST.
    Resets,
    /// Says nothing more and waits for the client to leave.
    IsSilent,
}

/// One misbehaviour: `Fault::at(At::Rcpt).to("sam@example.net").times(2).says("450 4.7.1 greylisted")`.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    at: At,
    to: Option<String>,
    after_mails: usize,
    times: usize,
    waits: Duration,
    keeps: bool,
    does: Does,
}

impl Fault {
    /// Strikes every time, unless it is told otherwise.
    pub(crate) fn at(at: At) -> Self {
        Self { at, to: None, after_mails: 0, times: usize::MAX, waits: Duration::ZERO, keeps: false, does: Does::Nothing }
    }

    /// For this recipient alone; from RCPT on.
    pub(crate) fn to(mut self, address: &str) -> Self {
        self.to = Some(address.to_owned());
        self
    }

    /// So often only, then never again.
    pub(crate) fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Only on a connection that has handed over so many mails: a throttle.
    pub(crate) fn after_mails(mut self, mails: usize) -> Self {
        self.after_mails = mails;
        self
    }

    /// Waits before it does what it does.
    pub(crate) fn waits(mut self, pause: Duration) -> Self {
        self.waits = pause;
        self
    }

    /// At the dot: takes the mail all the same.
    pub(crate) fn keeps(mut self) -> Self {
        self.keeps = true;
        self
    }

    pub(crate) fn says(mut self, answer: impl AsRef<[u8]>) -> Self {
        self.does = Does::Says(answer.as_ref().to_owned());
        self
    }

    pub(crate) fn says_twice(mut self, first: &str, second: &str) -> Self {
        self.does = Does::SaysTwice(first.into(), second.into());
        self
    }

    pub(crate) fn says_and_closes(mut self, answer: impl AsRef<[u8]>) -> Self {
        self.does = Does::SaysAndCloses(answer.as_ref().to_owned());
        self
    }

    pub(crate) fn closes(mut self) -> Self {
        self.does = Does::Closes;
        self
    }

    pub(crate) fn resets(mut self) -> Self {
        self.does = Does::Resets;
        self
    }

    pub(crate) fn falls_silent(mut self) -> Self {
        self.does = Does::IsSilent;
        self
    }
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The sender of MAIL; empty for the null sender.
    pub(crate) from: String,
    /// The one recipient or several.
    pub(crate) to: Vec<String>,
    /// As written: dots unstuffed, the final dot cut off.
    pub(crate) bytes: Vec<u8>,
    /// As it came, with the final dot.
    pub(crate) wire: Vec<u8>,
    /// Who had signed in.
    pub(crate) user: Option<String>,
    /// When the final dot had come.
    pub(crate) at: DateTime<Utc>,
}

/// How a server is made.
pub(crate) struct Plan {
    security: Security,
    offers: Vec<String>,
    password: Option<(String, String)>,
    token: Option<(String, String)>,
    names: Vec<&'static str>,
    until: i32,
    port: u16,
    faults: Vec<Fault>,
}

impl Plan {
    /// With TLS, for `localhost`.
    pub(crate) fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// In place of `8BITMIME`, `SIZE 10000000`, `DSN` and what belongs to the sign-in.
    pub(crate) fn offers(mut self, offers: &[&str]) -> Self {
        self.offers = offers.iter().map(|offer| (*offer).to_owned()).collect();
        self
    }

    /// Demands a sign-in, by PLAIN or LOGIN.
    pub(crate) fn password(mut self, user: &str, password: &str) -> Self {
        self.password = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Demands a sign-in, by XOAUTH2.
    pub(crate) fn token(mut self, user: &str, token: &str) -> Self {
        self.token = Some((user.to_owned(), token.to_owned()));
        self
    }

    /// What the certificate says.
    pub(crate) fn certificate(mut self, name: &'static str, until: i32) -> Self {
        (self.names, self.until) = (vec![name], until);
        self
    }

    /// In place of any free one: a server that comes back.
    pub(crate) fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    pub(crate) fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Listens.
    pub(crate) fn start(self) -> FakeSmtp {
        let dir = tempfile::tempdir().unwrap();
        let (tls, ca_file) = if self.security == Security::Plain { (None, None) } else { self.tls(&dir) };
        let shared = Arc::new(Shared {
            security: self.security,
            offers: self.offers,
            password: self.password,
            token: self.token,
            tls,
            faults: Mutex::new(self.faults),
            mails: Mutex::default(),
            heard: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = std::sync::mpsc::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
                bound.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    () = session::accept(listener, for_thread) => {}
                    _ = stopped => {}
                }
            });
        });
        FakeSmtp { address: address.recv().unwrap(), ca_file, shared, stop: Some(stop), thread: Some(thread), _dir: dir }
    }

    fn tls(&self, dir: &TempDir) -> (Option<TlsAcceptor>, Option<PathBuf>) {
        let authority = Authority::new(dir.path());
        let issued = authority.issue_until(&self.names, self.until);
        let chain = vec![CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        (Some(TlsAcceptor::from(Arc::new(config))), Some(authority.file))
    }
}

/// What the sessions and the test share.
struct Shared {
    security: Security,
    offers: Vec<String>,
    password: Option<(String, String)>,
    token: Option<(String, String)>,
    tls: Option<TlsAcceptor>,
    faults: Mutex<Vec<Fault>>,
    mails: Mutex<Vec<Taken>>,
    heard: Mutex<Vec<Vec<u8>>>,
}

/// A server that listens until it is dropped.
pub(crate) struct FakeSmtp {
    address: SocketAddr,
    ca_file: Option<PathBuf>,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _dir: TempDir,
}

impl FakeSmtp {
    /// Takes every mail in plain text and asks for no sign-in.
    pub(crate) fn start() -> Self {
        Self::with().start()
    }

    /// The same, to be told more.
    pub(crate) fn with() -> Plan {
        Plan {
            security: Security::Plain,
            offers: ["8BITMIME", "SIZE 10000000", "DSN"].map(str::to_owned).to_vec(),
            password: None,
            token: None,
            names: vec!["localhost", "127.0.0.1"],
            until: 2099,
            port: 0,
            faults: Vec::new(),
        }
    }

    /// Where it is, for the client.
    pub(crate) fn server(&self) -> Server {
        Server { host: "localhost".into(), port: self.address.port(), security: self.shared.security, ca_file: self.ca_file.clone() }
    }

    /// Misbehaves from now on.
    pub(crate) fn add(&self, fault: Fault) {
        self.shared.faults.lock().unwrap().push(fault);
    }

    /// Behaves from now on.
    pub(crate) fn heal(&self) {
        self.shared.faults.lock().unwrap().clear();
    }

    /// The mails that were taken.
    pub(crate) fn mails(&self) -> Vec<Taken> {
        self.shared.mails.lock().unwrap().clone()
    }

    /// What the clients said, a connection each; `*tls*` on a line of its own marks a handshake.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.shared.heard.lock().unwrap().iter().map(|heard| String::from_utf8_lossy(heard).into_owned()).collect()
    }
}

impl Drop for FakeSmtp {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
