//! A fake IMAP server: a little mailbox that answers truly, and scripts or hooks by which it does not.
//!
//! `FakeImap::start(&authority, mailbox)` speaks TLS, `FakeImap::plain(mailbox)` does not. Each connection takes the next script of
//! `script`, or serves the mailbox when none is left. `change` alters the mailbox at any time; its `instead` and `cut_after` misbehave.
//! `commands` is what clients said. Threads of its own, so any runtime will do; all of them end when it is dropped.

mod mailbox;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use forewarn::model::{Security, Server};
pub(crate) use mailbox::{Folder, Instead, Mail, Mailbox, UidNext};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificates::{Authority, Issued};

/// One step of a connection's script.
#[derive(Clone)]
pub(crate) enum Step {
    /// Sends bytes in one segment; `{tag}` stands for the tag of the last command.
    Send(Vec<u8>),
    /// Reads a line, which without its tag must begin so.
    Expect(&'static str),
    /// Begins TLS.
    StartTls,
    /// Waits.
    Pause(Duration),
    /// Says nothing more, until the client goes.
    Silence,
    /// Goes on as the mailbox does with a client that has signed in.
    Serve,
}

/// Sends text.
pub(crate) fn send(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

/// What a signed-in client is told before its first command: greeting, capabilities, LOGIN, capabilities.
pub(crate) fn signed_in() -> Vec<Step> {
    let able = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done\r\n";
    vec![
        send("* OK ready\r\n"),
        Step::Expect("CAPABILITY"),
        send(able),
        Step::Expect("LOGIN"),
        send("{tag} OK in\r\n"),
        Step::Expect("CAPABILITY"),
        send(able),
    ]
}

/// A running server. Dropping it ends it, and fails the test when a script was not followed.
pub(crate) struct FakeImap {
    port: u16,
    security: Security,
    ca_file: Option<PathBuf>,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    tls: Option<Arc<ServerConfig>>,
    security: Security,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    mailbox: Mailbox,
    scripts: VecDeque<Vec<Step>>,
    commands: Vec<String>,
    faults: Vec<String>,
    connections: usize,
    sent: usize,
    streams: Vec<TcpStream>,
    over: bool,
}

impl FakeImap {
    /// Speaks TLS from the first byte, with a certificate for `localhost` of this authority.
    pub(crate) fn start(authority: &Authority, mailbox: Mailbox) -> Self {
        Self::presenting(authority.issue(&["localhost"]), Some(authority.file.clone()), Security::Implicit, mailbox)
    }

    /// Speaks plain text.
    pub(crate) fn plain(mailbox: Mailbox) -> Self {
        Self::listen(None, None, Security::Plain, mailbox)
    }

    /// Presents any certificate; clients are told to trust the authorities of `ca_file`.
    pub(crate) fn presenting(issued: Issued, ca_file: Option<PathBuf>, security: Security, mailbox: Mailbox) -> Self {
        let chain = vec![CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        Self::listen(Some(Arc::new(config)), ca_file, security, mailbox)
    }

    fn listen(tls: Option<Arc<ServerConfig>>, ca_file: Option<PathBuf>, security: Security, mailbox: Mailbox) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { tls, security, state: Mutex::new(State { mailbox, ..State::default() }) });
        let ours = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || accept(&listener, &ours));
        Self { port, security, ca_file, shared, accepting: Some(accepting) }
    }

    /// The next connection without a script follows this one.
    pub(crate) fn script(&self, steps: Vec<Step>) {
        self.state().scripts.push_back(steps);
    }

    /// How a client finds it.
    pub(crate) fn server(&self) -> Server {
        Server { host: "localhost".into(), port: self.port, security: self.security, ca_file: self.ca_file.clone() }
    }

    /// Alters the mailbox.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut Mailbox) -> R) -> R {
        change(&mut self.state().mailbox)
    }

    /// Every line that clients sent, without its tag.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.state().commands.clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state().connections
    }

    /// How many bytes the last connection was sent.
    pub(crate) fn sent(&self) -> usize {
        self.state().sent
    }

    /// Ends every connection.
    pub(crate) fn hang_up(&self) {
        for stream in self.state().streams.drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }
}

impl Drop for FakeImap {
    fn drop(&mut self) {
        {
            let mut state = self.state();
            state.over = true;
            for stream in state.streams.drain(..) {
                drop(stream.shutdown(Shutdown::Both));
            }
        }
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        drop(self.accepting.take().map(JoinHandle::join));
        let faults = std::mem::take(&mut self.state().faults);
        assert!(faults.is_empty() || std::thread::panicking(), "{}", faults.join("\n"));
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut serving: Vec<JoinHandle<()>> = Vec::new();
    while let Ok((stream, _)) = listener.accept() {
        let script = {
            let mut state = shared.state.lock().unwrap();
            if state.over {
                break;
            }
            state.streams.push(stream.try_clone().unwrap());
            state.connections += 1;
            state.sent = 0;
            state.scripts.pop_front()
        };
        serving.retain(|thread| !thread.is_finished());
        let shared = Arc::clone(shared);
        serving.push(std::thread::spawn(move || {
            stream.set_nodelay(true).unwrap();
            let number = stream.peer_addr();
            let mut link = Link { wire: Wire::Plain(stream.try_clone().unwrap()), shared: Arc::clone(&shared), sent: 0, cut: None };
            // The client's end of the connection is what the tests look at.
            drop(link.serve(script));
            drop(link.wire.flush());
            drop(stream.shutdown(Shutdown::Both));
            shared.state.lock().unwrap().streams.retain(|other| other.peer_addr().ok() != number.as_ref().ok().copied());
        }));
    }
    for thread in serving {
        drop(thread.join());
    }
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// One connection.
struct Link {
    wire: Wire,
    shared: Arc<Shared>,
    sent: usize,
    cut: Option<usize>,
}

impl Link {
    fn serve(&mut self, script: Option<Vec<Step>>) -> io::Result<()> {
        self.cut = self.shared.state.lock().unwrap().mailbox.cut_after;
        if self.shared.security == Security::Implicit {
            self.begin_tls()?;
        }
        match script {
            Some(steps) => self.follow(&steps),
            None => mailbox::serve(self, false),
        }
    }

    fn follow(&mut self, steps: &[Step]) -> io::Result<()> {
        let mut tag = String::new();
        for step in steps {
            match step {
                Step::Send(bytes) => self.send(&mailbox::tagged(bytes, &tag))?,
                Step::Expect(expected) => {
                    let line = self.line()?;
                    let (own, command) = line.split_once(' ').unwrap_or(("", &line));
                    // An answer to a question has no tag.
                    let begins = command.starts_with(expected) || line.starts_with(expected);
                    tag = own.to_owned();
                    if !begins {
                        self.shared.state.lock().unwrap().faults.push(format!("expected {expected:?}, got {line:?}"));
                        return Ok(());
                    }
                }
                Step::StartTls => self.begin_tls()?,
                Step::Pause(pause) => std::thread::sleep(*pause),
                Step::Silence => self.silence()?,
                Step::Serve => mailbox::serve(self, true)?,
            }
        }
        Ok(())
    }

    fn begin_tls(&mut self) -> io::Result<()> {
        let (Wire::Plain(stream), Some(config)) = (&self.wire, &self.shared.tls) else { return Err(io::ErrorKind::Unsupported.into()) };
        let mut stream = stream.try_clone()?;
        let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        self.wire = Wire::Tls(Box::new(StreamOwned::new(connection, stream)));
        Ok(())
    }

    /// Sends, up to the byte after which the connection is cut.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let left = self.cut.map_or(bytes.len(), |cut| cut.saturating_sub(self.sent).min(bytes.len()));
        let now = &bytes[..left];
        match &mut self.wire {
            Wire::Plain(stream) => stream.write_all(now)?,
            Wire::Tls(stream) => stream.write_all(now)?,
        }
        self.wire.flush()?;
        self.sent += left;
        self.shared.state.lock().unwrap().sent = self.sent;
        if left < bytes.len() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Reads a line byte by byte, and keeps it as a command.
    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            let read = match &mut self.wire {
                Wire::Plain(stream) => stream.read(&mut byte)?,
                Wire::Tls(stream) => stream.read(&mut byte)?,
            };
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            line.push(byte[0]);
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let command = line.split_once(' ').map_or(line.as_str(), |(_, command)| command).to_owned();
        self.shared.state.lock().unwrap().commands.push(command);
        Ok(line)
    }

    fn silence(&mut self) -> io::Result<()> {
        loop {
            self.line()?;
        }
    }
}
