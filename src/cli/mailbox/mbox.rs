//! An mbox file → its mails (RFC 4155, and the mboxrd form that adds and takes one `>` before quoted `From ` lines).
//!
//! A separator is a line that begins with `From `, stands at the start or after an empty line, carries a date, and is followed by a header.
//! The file is read line by line; of a line only the beginning is kept, of a mail only its head.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom},
};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{MAX_HEAD_BYTES, MAX_MAIL_BYTES, MBOX_SIGN};
use crate::maildir::Content;

/// Bytes of a line that are kept.
const LINE_BYTES: usize = 4096;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 * 1024;
/// Bytes of a mail over the cap that are kept.
const HEAD_KEPT_BYTES: u64 = 64 * 1024;

/// One mail of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// Its first byte, after the separator.
    pub(super) offset: u64,
    /// Its length, the empty line before the next separator left out.
    pub(super) length: u64,
    /// Its headers, as far as they are short enough.
    pub(super) head: Vec<u8>,
    /// What the separator says of its arrival, UTC.
    pub(super) separated_at: Option<DateTime<Utc>>,
}

/// Finds the mails.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn parts(file: &File) -> io::Result<Vec<Part>> {
    let mut reader = BufReader::with_capacity(CHUNK_BYTES, file);
    reader.seek(SeekFrom::Start(0))?;
    let mut parts: Vec<Part> = Vec::new();
    let (mut line, mut next) = (Vec::new(), Vec::new());
    let mut offset = 0_u64;
    let mut in_head = false;
    // The start of the file is as good as an empty line; how long that line is, it ends the mail before.
    let mut empty: Option<u64> = Some(0);
    let mut length = next_line(&mut reader, &mut line)?;
    while length > 0 {
        let following = next_line(&mut reader, &mut next)?;
        if let Some(before) = empty
            && let Some(separated_at) = separator(&line, &next)
        {
            if let Some(last) = parts.last_mut() {
                last.length = (offset - last.offset).saturating_sub(before);
            }
            let number = u64::try_from(parts.len()).unwrap_or(u64::MAX).saturating_add(1);
            parts.push(Part { number, offset: offset + length, length: 0, head: Vec::new(), separated_at });
            in_head = true;
            empty = None;
        } else {
            let is_empty = matches!(line.as_slice(), b"\n" | b"\r\n");
            empty = is_empty.then_some(length);
            in_head &= !is_empty;
            if let Some(last) = parts.last_mut().filter(|last| in_head && last.head.len() + line.len() <= MAX_HEAD_BYTES) {
                last.head.extend_from_slice(&line);
            }
        }
        offset += length;
        length = following;
        std::mem::swap(&mut line, &mut next);
    }
    if let Some(last) = parts.last_mut() {
        last.length = (offset - last.offset).saturating_sub(empty.unwrap_or(0));
    }
    Ok(parts)
}

/// Reads one mail, with one `>` taken from before each quoted `From `.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn read(mut file: &File, offset: u64, length: u64) -> io::Result<Content> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    if length > MAX_MAIL_BYTES {
        file.take(HEAD_KEPT_BYTES).read_to_end(&mut bytes)?;
        return Ok(Content::TooLarge(length, bytes));
    }
    file.take(length).read_to_end(&mut bytes)?;
    Ok(Content::Whole(unquoted(&bytes)))
}

/// Reads a line of any length and keeps its beginning; gives its whole length, nought at the end of the file.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let mut length = 0_u64;
    loop {
        let chunk = reader.fill_buf()?;
        let end = chunk.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        let taken = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        let room = LINE_BYTES.saturating_sub(line.len());
        line.extend_from_slice(taken.get(..room.min(taken.len())).unwrap_or_default());
        let count = taken.len();
        length = length.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        reader.consume(count);
        if end.is_some() || count == 0 {
            return Ok(length);
        }
    }
}

/// What a separator says of the arrival; none where the line is none. `- ` and words without a date stand for a sender alone.
fn separator(line: &[u8], next: &[u8]) -> Option<Option<DateTime<Utc>>> {
    let rest = line.strip_prefix(MBOX_SIGN)?;
    let rest = String::from_utf8_lossy(rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let has_time = words.iter().any(|word| word.split(':').count() >= 2 && word.starts_with(|c: char| c.is_ascii_digit()));
    (is_header(next) && (has_time || words.len() <= 1)).then(|| date(&words))
}

/// `Tue Sep  1 15:00:00 2020`, with an offset before or after the year or without one, which is UTC (RFC 4155).
fn date(words: &[&str]) -> Option<DateTime<Utc>> {
    let at = words.iter().position(|word| word.split(':').count() >= 2 && word.starts_with(|c: char| c.is_ascii_digit()))?;
    let (month, day) = (words.get(at.checked_sub(2)?)?, words.get(at.checked_sub(1)?)?);
    let clock = words.get(at)?;
    let clock = if clock.split(':').count() == 2 { format!("{clock}:00") } else { (*clock).to_owned() };
    let after: Vec<&str> = words.iter().skip(at + 1).copied().collect();
    let year = after.iter().find(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let offset = after.iter().find(|word| word.starts_with(['+', '-'])).copied().unwrap_or("+0000");
    let text = format!("{month} {day} {year} {clock}");
    let zoned = DateTime::parse_from_str(&format!("{text} {offset}"), "%b %d %Y %H:%M:%S %z").ok().map(|at| at.to_utc());
    zoned.or_else(|| NaiveDateTime::parse_from_str(&text, "%b %d %Y %H:%M:%S").ok().map(|at| at.and_utc()))
}

/// Whether a line begins a header field (RFC 5322 section 2.2), or is the quoted separator that some programs put there.
fn is_header(line: &[u8]) -> bool {
    let name = line.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    line.starts_with(b">From ") || (name > 0 && line.get(name) == Some(&b':'))
}

fn unquoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        let is_quoted = quotes > 0 && line.get(quotes..).is_some_and(|rest| rest.starts_with(MBOX_SIGN));
        out.extend_from_slice(if is_quoted { line.get(1..).unwrap_or_default() } else { line });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let found: Vec<(String, Option<String>)> = parts(&file)
            .unwrap()
            .into_iter()
            .map(|part| {
                let Content::Whole(bytes) = read(&file, part.offset, part.length).unwrap() else { panic!("not whole") };
                (String::from_utf8(bytes).unwrap(), part.separated_at.map(|at| at.format("%FT%TZ").to_string()))
            })
            .collect();
        let expected: Vec<(String, Option<String>)> =
            expected.iter().map(|(text, at)| ((*text).to_owned(), at.map(str::to_owned))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn mails_are_told_apart_by_their_separators_and_by_nothing_else() {
        check(
            "From noc@x.example Tue Sep  1 15:00:00 2020\nSubject: a\n\nFrom here on it is down.\n\nFrom Monday 10:00 on\nit is up\n\n\
             >From Tuesday\n>>From us\n\nFrom noc@x.example Wed Sep  2 15:00:00 2020 +0200\nSubject: b\n\nb\n",
            &[
                (
                    "Subject: a\n\nFrom here on it is down.\n\nFrom Monday 10:00 on\nit is up\n\nFrom Tuesday\n>From us\n",
                    Some("2020-09-01T15:00:00Z"),
                ),
                ("Subject: b\n\nb\n", Some("2020-09-02T13:00:00Z")),
            ],
        );
        check(
            "From - Tue Sep 01 15:00 2020\r\nA: b\r\n\r\nx\r\n\r\nFrom 12@xxx Wed Sep 02 01:00:00 +0000 2020\r\nA: c\r\n\r\n",
            &[("A: b\r\n\r\nx\r\n", Some("2020-09-01T15:00:00Z")), ("A: c\r\n", Some("2020-09-02T01:00:00Z"))],
        );
        check("From x\nA: b\n\n\nFrom y\nA: c\n", &[("A: b\n\n", None), ("A: c\n", None)]);
        check("no mbox at all\n", &[]);
    }

    #[test]
    fn a_long_line_is_passed_over_in_little_memory() {
        let long = "x".repeat(3 * CHUNK_BYTES);
        check(&format!("From x\nA: b\n\n{long}\n\nFrom y\nA: c\n\nz"), &[(&format!("A: b\n\n{long}\n"), None), ("A: c\n\nz", None)]);
        let mut line = Vec::new();
        let read = next_line(&mut BufReader::with_capacity(64, long.as_bytes()), &mut line).unwrap();
        assert_eq!((read, line.len()), (u64::try_from(long.len()).unwrap(), LINE_BYTES));
    }
}
