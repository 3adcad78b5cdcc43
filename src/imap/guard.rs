//! What stands between the server's bytes and the library: it lets nothing pass that would make the library hold more than a few MiB.
//!
//! The library sets memory aside as the server announces it, up to 512 MiB. So a line's end is looked at before the library sees it:
//! `{n}` there announces n bytes to come (RFC 9051 section 4.3). In text for people (`* OK …`, a tagged answer) it announces nothing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest literal; nothing is ever asked for in larger pieces than 1 MiB.
pub(super) const LITERAL_BYTES: usize = 4 << 20;
/// Longest response with its literals; a SEARCH answer of a million messages fits.
pub(super) const RESPONSE_BYTES: usize = 8 << 20;
/// As much of a line's beginning as says what it is.
const HEAD_BYTES: usize = 16;
/// As much of a line's end as holds an announcement.
const TAIL_BYTES: usize = 40;

/// A stream whose incoming side is watched.
#[derive(Debug)]
pub(super) struct Guard<S> {
    inner: S,
    scan: Scan,
    received: u64,
}

impl<S> Guard<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, scan: Scan::default(), received: 0 }
    }

    /// How many bytes have come.
    pub(super) fn received(&self) -> u64 {
        self.received
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        // A server that hides an announcement inside what the guard takes for a literal makes the library ask for too much at once.
        if buf.remaining() > RESPONSE_BYTES * 2 {
            return Poll::Ready(Err(refused("announces more than was asked for")));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut guard.inner).poll_read(cx, buf))?;
        let fresh = buf.filled().get(before..).unwrap_or_default();
        guard.received = guard.received.saturating_add(u64::try_from(fresh.len()).unwrap_or(u64::MAX));
        Poll::Ready(guard.scan.pass(fresh))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Where in a response the stream stands.
#[derive(Debug, Default)]
struct Scan {
    /// Bytes of the current literal that are still to come.
    literal_left: usize,
    /// Bytes of the current response.
    response: usize,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Scan {
    fn pass(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let in_literal = self.literal_left > 0;
            let ends = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at.saturating_add(1));
            let length = if in_literal { self.literal_left.min(bytes.len()) } else { ends };
            let (piece, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
            bytes = rest;
            self.response = self.response.saturating_add(piece.len());
            if self.response > RESPONSE_BYTES {
                return Err(refused("sends a line without end"));
            }
            if in_literal {
                self.literal_left = self.literal_left.saturating_sub(piece.len());
                continue;
            }
            let room = HEAD_BYTES.saturating_sub(self.head.len());
            self.head.extend(piece.iter().take(room));
            self.tail.extend(piece.iter().skip(piece.len().saturating_sub(TAIL_BYTES)));
            self.tail.drain(..self.tail.len().saturating_sub(TAIL_BYTES));
            if piece.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> io::Result<()> {
        let announced = announced(&self.tail);
        self.tail.clear();
        match announced {
            // The library may see a literal in the code of a text; so the size is refused there too.
            Some(bytes) if bytes > LITERAL_BYTES => return Err(refused("announces more than was asked for")),
            Some(bytes) if !is_text(&self.head) => self.literal_left = bytes,
            _ => {
                self.head.clear();
                self.response = 0;
            }
        }
        // An empty literal has no bytes to wait for: the response goes on with the next one.
        Ok(())
    }
}

/// The size that a line's end announces: `{n}`, `{n+}` or `~{n}`; the largest for one that fits no number.
fn announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let start = line.iter().rposition(|byte| !byte.is_ascii_digit())?;
    let (before, digits) = line.split_at_checked(start.saturating_add(1))?;
    (before.ends_with(b"{") && !digits.is_empty())
        .then(|| std::str::from_utf8(digits).ok()?.parse().ok())
        .map(|size| size.unwrap_or(usize::MAX))
}

/// Whether a line that begins so holds text for people.
fn is_text(head: &[u8]) -> bool {
    let Some(data) = head.strip_prefix(b"* ") else { return true };
    let word: Vec<u8> = data.iter().take_while(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_uppercase).collect();
    matches!(word.as_slice(), b"OK" | b"NO" | b"BAD" | b"BYE" | b"PREAUTH")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentence of the refusal, whole and byte by byte.
    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        let whole = Scan::default().pass(bytes).err().map(|error| error.to_string());
        let mut scan = Scan::default();
        let single = bytes.iter().find_map(|byte| scan.pass(&[*byte]).err()).map(|error| error.to_string());
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
        assert_eq!(whole.as_deref(), expected, "{shown}");
        assert_eq!(single.as_deref(), expected, "byte by byte: {shown}");
    }

    #[test]
    fn i08_an_announcement_beyond_the_cap_is_refused_at_the_lines_end() {
        let much = Some("announces more than was asked for");
        check(b"* 1 FETCH (UID 1 BODY[] {500000000}\r\n", much);
        check(b"* 1 FETCH (UID 1 BODY[] {500000000+}\r\n", much);
        check(b"* 1 FETCH (UID 1 BODY[] ~{500000000}\r\n", much);
        check(b"* 1 FETCH (UID 1 BODY[] {18446744073709551615}\r\n", much);
        check(b"* 1 FETCH (UID 1 BODY[] {99999999999999999999999999}\r\n", much);
        check(b"* OK [BADCHARSET ({500000000}\r\n", much);
        check(b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc FLAGS () X {500000000}\r\n", much);
        check(b"* 1 FETCH (UID 1 BODY[] {0}\r\n X {500000000}\r\n", much);
    }

    #[test]
    fn text_that_looks_like_an_announcement_passes() {
        check(b"* 1 FETCH (UID 1 BODY[] {26}\r\nsee BODY[] {500000000}\r\n\r\n)\r\nF1 OK done\r\n", None);
        // No literal in text for people: the next line is a line again.
        check(b"* OK see {5}\r\n* 1 FETCH (UID 1 BODY[] {2}\r\nab)\r\nF1 OK {7}\r\n* SEARCH 1\r\n", None);
        check(b"+ {3}\r\n* SEARCH 1 2\r\n", None);
    }

    #[test]
    fn a_response_without_end_is_refused() {
        let endless = Some("sends a line without end");
        let mut line = b"* SEARCH".to_vec();
        line.resize(RESPONSE_BYTES + 1, b'1');
        check(&line, endless);
        let mut literals = b"* 1 FETCH (".to_vec();
        for _ in 0..3 {
            literals.extend_from_slice(format!("X {{{LITERAL_BYTES}}}\r\n").as_bytes());
            literals.resize(literals.len() + LITERAL_BYTES, b'x');
        }
        check(&literals, endless);
    }
}
