//! One connection of the fake submission server.

use super::{At, Does, Fault, Shared, Taken};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forewarn::clock::Clock;
use forewarn::model::Security;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;

/// Serves every client until it is dropped.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        let number = {
            let mut heard = shared.heard.lock().unwrap();
            heard.push(Vec::new());
            heard.len() - 1
        };
        let session = Session { io: Io::Plain(stream), read: Vec::new(), number, shared: Arc::clone(&shared), mails: 0, user: None };
        // A client that leaves early is no fault of the server.
        tokio::spawn(async move { drop(session.serve().await) });
    }
}

enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Gone,
}

impl Io {
    fn stream(&mut self) -> io::Result<&mut (dyn Stream + '_)> {
        match self {
            Self::Plain(stream) => Ok(stream),
            Self::Tls(stream) => Ok(stream.as_mut()),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Session {
    io: Io,
    read: Vec<u8>,
    number: usize,
    shared: Arc<Shared>,
    mails: usize,
    user: Option<String>,
}

impl Session {
    async fn serve(mut self) -> io::Result<()> {
        if self.shared.security == Security::Implicit {
            self.begin_tls().await?;
        }
        self.answer(At::Greeting, "", "220 fake.example ESMTP").await?;
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let line = self.line().await?;
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let upper = line.to_ascii_uppercase();
            match upper.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => {
                    self.answer(At::Ehlo, "", &self.greeting()).await?;
                }
                "STARTTLS" => {
                    self.answer(At::StartTls, "", "220 2.0.0 go ahead").await?;
                    self.begin_tls().await?;
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" if self.demands_sign_in() && self.user.is_none() => self.say("530 5.7.0 authentication required").await?,
                "MAIL" => {
                    (from, to) = (path(&line), Vec::new());
                    self.answer(At::Mail, "", "250 2.1.0 sender ok").await?;
                }
                "RCPT" => {
                    let recipient = path(&line);
                    if self.answer(At::Rcpt, &recipient, "250 2.1.5 recipient ok").await? {
                        to.push(recipient);
                    }
                }
                "DATA" if to.is_empty() => self.say("503 5.5.1 no recipient").await?,
                "DATA" => {
                    let recipient = to.concat();
                    if self.answer(At::Data, &recipient, "354 end with a dot").await? {
                        self.mail(std::mem::take(&mut from), std::mem::take(&mut to)).await?;
                    }
                }
                "RSET" => {
                    to.clear();
                    self.say("250 2.0.0 forgotten").await?;
                }
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.say("500 5.5.2 what").await?,
            }
        }
    }

    fn demands_sign_in(&self) -> bool {
        self.shared.password.is_some() || self.shared.token.is_some()
    }

    fn greeting(&self) -> String {
        let mut offers = self.shared.offers.clone();
        let is_protected = matches!(self.io, Io::Tls(_));
        if self.shared.security == Security::StartTls && !is_protected {
            offers.push("STARTTLS".to_owned());
        } else if self.demands_sign_in() && !offers.iter().any(|offer| offer.starts_with("AUTH")) {
            let password = self.shared.password.as_ref().map(|_| " PLAIN LOGIN").unwrap_or_default();
            let token = self.shared.token.as_ref().map(|_| " XOAUTH2").unwrap_or_default();
            offers.push(format!("AUTH{password}{token}"));
        }
        let offers = offers.iter().map(|offer| format!("250-{offer}\r\n")).collect::<String>();
        format!("250-fake.example\r\n{offers}250 HELP")
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        if let Some(fault) = self.strikes(At::Auth, "") {
            if matches!(fault.does, Does::Says(_)) && line.starts_with("AUTH XOAUTH2") {
                // A refused token: the challenge of the fault is answered with an empty line.
                self.misbehave(fault).await?;
                let answer = self.line().await?;
                return self.say(if answer == b"\r\n" { "535 5.7.8 no" } else { "501 5.5.2 an empty line was expected" }).await;
            }
            self.misbehave(fault).await?;
            return Ok(());
        }
        let mut words = line.split(' ').skip(1);
        let (mechanism, first) = (words.next().unwrap_or_default().to_owned(), words.next().map(str::to_owned));
        let answer = match (mechanism.as_str(), first) {
            ("LOGIN", _) => {
                let user = self.challenge("VXNlcm5hbWU6").await?;
                format!("\0{user}\0{}", self.challenge("UGFzc3dvcmQ6").await?)
            }
            (_, Some(first)) => decoded(&first),
            (_, None) => self.challenge("").await?,
        };
        let granted = match mechanism.as_str() {
            "XOAUTH2" => {
                self.shared.token.as_ref().filter(|(user, token)| answer == format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"))
            }
            _ => self.shared.password.as_ref().filter(|(user, password)| answer.ends_with(&format!("\0{user}\0{password}"))),
        };
        let Some((user, _)) = granted.cloned() else { return self.say("535 5.7.8 authentication failed").await };
        let mailbox = answer.split('\0').next().filter(|mailbox| mechanism == "PLAIN" && !mailbox.is_empty());
        self.user = Some(mailbox.map_or(user, str::to_owned));
        self.say("235 2.7.0 welcome").await
    }

    async fn challenge(&mut self, text: &str) -> io::Result<String> {
        self.say(&format!("334 {text}")).await?;
        let line = self.line().await?;
        Ok(decoded(String::from_utf8_lossy(&line).trim_end()))
    }

    /// Reads a mail up to CRLF, dot, CRLF, and nothing else ends it.
    async fn mail(&mut self, from: String, to: Vec<String>) -> io::Result<()> {
        let recipient = to.concat();
        let (mut bytes, mut wire) = (Vec::new(), Vec::new());
        loop {
            let line = self.line().await?;
            wire.extend_from_slice(&line);
            if line == b".\r\n" {
                break;
            }
            if wire.len() == line.len()
                && let Some(fault) = self.strikes(At::Body, &recipient)
            {
                self.misbehave(fault).await?;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let fault = self.strikes(At::Dot, &recipient);
        let answers = fault.as_ref().is_none_or(|fault| matches!(fault.does, Does::Nothing));
        if answers || fault.as_ref().is_some_and(|fault| fault.keeps) {
            let taken = Taken { from, to, bytes, wire, user: self.user.clone(), at: Clock::System.now() };
            self.shared.mails.lock().unwrap().push(taken);
            self.mails += 1;
        }
        if let Some(fault) = fault {
            self.misbehave(fault).await?;
        }
        if answers { self.say(&format!("250 2.0.0 taken as {}", self.mails)).await } else { Ok(()) }
    }

    /// Answers as it should, or as a fault demands; whether it did as it should.
    async fn answer(&mut self, at: At, recipient: &str, answer: &str) -> io::Result<bool> {
        if let Some(fault) = self.strikes(at, recipient) {
            if let Does::Nothing = fault.does {
                tokio::time::sleep(fault.waits).await;
            } else {
                let says_yes = matches!(&fault.does, Does::Says(text) if text.starts_with(b"2") || text.starts_with(b"354"));
                self.misbehave(fault).await?;
                return Ok(says_yes);
            }
        }
        self.say(answer).await?;
        Ok(true)
    }

    fn strikes(&self, at: At, recipient: &str) -> Option<Fault> {
        let mut faults = self.shared.faults.lock().unwrap();
        let strikes = |fault: &&mut Fault| {
            let meant = fault.to.as_ref().is_none_or(|to| to == recipient);
            fault.at == at && meant && fault.times > 0 && self.mails >= fault.after_mails
        };
        let fault = faults.iter_mut().find(strikes)?;
        fault.times = fault.times.saturating_sub(usize::from(fault.times != usize::MAX));
        Some(fault.clone())
    }

    async fn misbehave(&mut self, fault: Fault) -> io::Result<()> {
        tokio::time::sleep(fault.waits).await;
        match fault.does {
            Does::Nothing => return Ok(()),
            Does::Says(text) => return self.say_bytes(&text).await,
            Does::SaysTwice(first, second) => {
                self.say_bytes(&first).await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
                return self.say_bytes(&second).await;
            }
            Does::SaysAndCloses(text) => self.say_bytes(&text).await?,
            Does::Closes => {}
            Does::Resets => match &self.io {
                Io::Plain(stream) => stream.set_zero_linger()?,
                Io::Tls(stream) => stream.get_ref().0.set_zero_linger()?,
                Io::Gone => {}
            },
            Does::IsSilent => while self.io.stream()?.read(&mut [0; 1024]).await? > 0 {},
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    async fn begin_tls(&mut self) -> io::Result<()> {
        let (Io::Plain(stream), Some(tls)) = (std::mem::replace(&mut self.io, Io::Gone), &self.shared.tls) else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.io = Io::Tls(Box::new(tls.accept(stream).await?));
        self.hear(b"*tls*\r\n");
        Ok(())
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.say_bytes(text.as_bytes()).await
    }

    async fn say_bytes(&mut self, text: &[u8]) -> io::Result<()> {
        let stream = self.io.stream()?;
        stream.write_all(&[text, b"\r\n"].concat()).await?;
        stream.flush().await
    }

    fn hear(&self, bytes: &[u8]) {
        if let Some(heard) = self.shared.heard.lock().unwrap().get_mut(self.number) {
            heard.extend_from_slice(bytes);
        }
    }

    /// The next line with its end, CRLF alone.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\r\n") {
                return Ok(self.read.drain(..end + 2).collect());
            }
            let mut space = vec![0; 65_536];
            let some = self.io.stream()?.read(&mut space).await?;
            if some == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            space.truncate(some);
            self.hear(&space);
            self.read.extend(space);
        }
    }
}

/// What stands between `<` and `>`.
fn path(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path.to_owned()).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap_or_default()).unwrap_or_default()
}
