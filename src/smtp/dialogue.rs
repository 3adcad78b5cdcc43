//! The stream below lettre's connection: hands it a server's answers one line at a time, and keeps what lettre does not tell.
//!
//! Commands and answers must alternate. lettre keeps bytes that came too much and takes them for the answer to its next command; here
//! they end the connection before the next byte is written. Nothing here grows with what the server sends.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::tls::Wire;

/// Longest line of an answer with its end: lettre's own limit, which it looks at only when it has read the whole line.
const LINE_BYTES: usize = 1000;
/// Most that is kept of one answer, for the words of EHLO.
const ANSWER_BYTES: usize = 16_384;

/// What the two sides of the stream tell each other.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The lines of the last answer, with their codes.
    answer: Mutex<String>,
    /// What the server said before it was asked.
    unasked: Mutex<Option<String>>,
    /// Blocks of a mail's text that were begun.
    blocks: AtomicUsize,
    /// The next bytes are the final dot.
    dot_is_next: AtomicBool,
    /// Bytes of the final dot were handed to the connection.
    dot_has_left: AtomicBool,
}

impl Seen {
    pub(super) fn answer(&self) -> String {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn unasked(&self) -> Option<String> {
        self.unasked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn begin_mail(&self) {
        self.dot_is_next.store(false, Ordering::SeqCst);
        self.dot_has_left.store(false, Ordering::SeqCst);
    }

    pub(super) fn end_mail(&self) {
        self.dot_is_next.store(false, Ordering::SeqCst);
    }

    pub(super) fn count_block(&self) {
        self.blocks.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn dot_comes(&self) {
        self.dot_is_next.store(true, Ordering::SeqCst);
    }

    pub(super) fn blocks(&self) -> usize {
        self.blocks.load(Ordering::SeqCst)
    }

    pub(super) fn dot_is_next(&self) -> bool {
        self.dot_is_next.load(Ordering::SeqCst)
    }

    pub(super) fn dot_has_left(&self) -> bool {
        self.dot_has_left.load(Ordering::SeqCst)
    }
}

/// A connection as lettre sees it.
pub(super) struct Dialogue {
    wire: Wire,
    /// Bytes of the server that were not handed on.
    heard: Vec<u8>,
    /// The rest of the line that is being handed on.
    line: Vec<u8>,
    seen: Arc<Seen>,
}

impl Dialogue {
    /// `greeting` is handed on before the server's own words: after STARTTLS no second greeting comes, and lettre waits for one.
    pub(super) fn new(wire: Wire, greeting: &str) -> (Self, Arc<Seen>) {
        let seen = Arc::new(Seen::default());
        (Self { wire, heard: greeting.as_bytes().to_vec(), line: Vec::new(), seen: Arc::clone(&seen) }, seen)
    }

    /// Takes what has come; the number of bytes, none at the end of the connection.
    fn poll_hear(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0; LINE_BYTES];
        let mut buf = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.wire).poll_read(cx, &mut buf))?;
        self.heard.extend_from_slice(buf.filled());
        Poll::Ready(Ok(buf.filled().len()))
    }

    /// Moves the next whole line into `line`, in the one form that lettre reads: `250` alone is an answer too (RFC 5321 section 4.2), and
    /// an answer in another script than UTF-8, or one that ends its lines in LF, is an answer all the same.
    fn next_line(&mut self) -> io::Result<bool> {
        let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') else {
            if self.heard.len() >= LINE_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of the answer has no end"));
            }
            return Ok(false);
        };
        let raw: Vec<u8> = self.heard.drain(..=end).collect();
        let mut text = String::from_utf8(raw)
            .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect());
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
        if text.len() == 3 {
            text.push(' ');
        }
        text.push_str("\r\n");
        let mut answer = self.seen.answer.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.len() < ANSWER_BYTES {
            answer.push_str(&text);
        }
        self.line = text.into_bytes();
        Ok(true)
    }

    /// Sees that the server has not spoken, nor left, since its last answer.
    fn poll_quiet(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.line.is_empty() && self.heard.is_empty() {
            match self.poll_hear(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Ok(0)) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server had closed it")),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Err(error),
            }
        }
        let words = String::from_utf8_lossy(&[self.line.as_slice(), &self.heard].concat()).into_owned();
        *self.seen.unasked.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        Err(io::Error::new(io::ErrorKind::InvalidData, "the server spoke before it was asked"))
    }
}

impl AsyncRead for Dialogue {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.line.is_empty() {
            if !this.next_line()? && ready!(this.poll_hear(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        let some = this.line.len().min(buf.remaining());
        let taken: Vec<u8> = this.line.drain(..some).collect();
        buf.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Dialogue {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.poll_quiet(cx)?;
        this.seen.answer.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if this.seen.dot_is_next() {
            this.seen.dot_has_left.store(true, Ordering::SeqCst);
        }
        Pin::new(&mut this.wire).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Dialogue {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.wire.peer_addr()
    }
}

impl fmt::Debug for Dialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialogue")
    }
}
