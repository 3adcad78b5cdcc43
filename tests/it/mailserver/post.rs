//! Mail handed to Exim: as a provider does it, and as a member of staff who signs in.

use super::{MailServer, PASSWORD, padded};
use forewarn::model::Security;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring::default_provider};

impl MailServer {
    /// Hands in a mail from outside, without a login; the answer that refused it, if one did.
    pub(crate) fn deliver(&self, from: &str, to: &[&str], mail: impl AsRef<[u8]>) -> Result<(), String> {
        let mut talk = Talk::begin(tcp(self.ports.smtp))?;
        talk.say("EHLO mail.provider.example", 250)?;
        talk.hand_in(from, to, mail.as_ref())
    }

    /// Hands in a mail as somebody who has signed in, over TLS; the answer that refused it, if one did.
    pub(crate) fn submit(&self, who: &str, to: &[&str], mail: impl AsRef<[u8]>) -> Result<(), String> {
        self.submit_over(Security::Implicit, who, PASSWORD, who, to, mail)
    }

    /// The same with every choice: the port, the password, the sender of the envelope.
    pub(crate) fn submit_over(
        &self,
        security: Security,
        who: &str,
        password: &str,
        from: &str,
        to: &[&str],
        mail: impl AsRef<[u8]>,
    ) -> Result<(), String> {
        let mut stream = tcp(self.submission(security).port);
        if security == Security::StartTls {
            let mut talk = Talk::begin(stream)?;
            talk.say("EHLO laptop.example", 250)?;
            talk.say("STARTTLS", 220)?;
            stream = talk.stream.into_inner();
        }
        let mut talk = Talk { stream: BufReader::new(self.encrypted(stream)) };
        if security == Security::Implicit {
            talk.expect(220)?;
        }
        talk.say("EHLO laptop.example", 250)?;
        talk.say("AUTH LOGIN", 334)?;
        talk.say(&padded(who.as_bytes()), 334)?;
        talk.say(&padded(password.as_bytes()), 235)?;
        talk.hand_in(from, to, mail.as_ref())
    }

    fn encrypted(&self, stream: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.ca_file()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
        StreamOwned::new(connection, stream)
    }
}

fn tcp(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// One SMTP session (RFC 5321).
struct Talk<S> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Talk<S> {
    fn begin(stream: S) -> Result<Self, String> {
        let mut talk = Self { stream: BufReader::new(stream) };
        talk.expect(220)?;
        Ok(talk)
    }

    /// Sends a line; the answer must have this code.
    fn say(&mut self, line: &str, code: u16) -> Result<(), String> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        self.expect(code)
    }

    /// Reads an answer whole.
    fn expect(&mut self, code: u16) -> Result<(), String> {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            std::io::BufRead::read_line(&mut self.stream, &mut line).unwrap();
            answer.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        if answer.starts_with(&code.to_string()) { Ok(()) } else { Err(answer.trim_end().to_owned()) }
    }

    fn hand_in(&mut self, from: &str, to: &[&str], mail: &[u8]) -> Result<(), String> {
        self.say(&format!("MAIL FROM:<{from}>"), 250)?;
        for address in to {
            self.say(&format!("RCPT TO:<{address}>"), 250)?;
        }
        self.say("DATA", 354)?;
        // Line ends and dots as section 4.5.2 wants them.
        let mut bytes = Vec::new();
        for line in mail.strip_suffix(b"\n").unwrap_or(mail).split(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                bytes.push(b'.');
            }
            bytes.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            bytes.extend_from_slice(b"\r\n");
        }
        self.stream.get_mut().write_all(&bytes).unwrap();
        self.say(".", 250)?;
        self.say("QUIT", 221)
    }
}
