//! The bytes of mails: packed, unpacked, and the two headers that people are shown.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::{MailId, RawMail};
use crate::store::StoreError;

/// The most bytes that are kept of a mail over that cap, for people.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// The most characters of a From or Subject that are shown.
pub(super) const ENVELOPE_CHARS: usize = 200;

/// Speed over size: the level that costs about as much time as the write.
const ZSTD_LEVEL: i32 = 3;

/// Keeps bytes once; gives their row.
pub(super) fn put_raw(tx: &Connection, sha256: &str, bytes: &[u8]) -> Result<i64, StoreError> {
    let packed = zstd::bulk::compress(bytes, ZSTD_LEVEL).map_err(|error| StoreError::Io(error.into()))?;
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO raw (sha256, length, packed) VALUES (?1, ?2, ?3) ON CONFLICT (sha256) DO NOTHING",
        params![sha256, length, packed],
    )?;
    Ok(tx.query_row("SELECT id FROM raw WHERE sha256 = ?1", [sha256], |row| row.get(0))?)
}

/// Keeps bytes again that were given up.
pub(super) fn keep_again(tx: &Connection, raw: i64, bytes: &[u8]) -> Result<(), StoreError> {
    let packed = zstd::bulk::compress(bytes, ZSTD_LEVEL).map_err(|error| StoreError::Io(error.into()))?;
    tx.execute("UPDATE raw SET packed = ?2, look_at = 0 WHERE id = ?1 AND length(packed) = 0", params![raw, packed])?;
    Ok(())
}

/// The bytes of a mail.
pub(in crate::store) fn raw_of(tx: &Connection, mail: MailId) -> Result<RawMail, StoreError> {
    let row: Option<(i64, Vec<u8>)> = tx
        .query_row("SELECT r.length, r.packed FROM mail m JOIN raw r ON r.id = m.raw WHERE m.id = ?1", [mail.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((length, packed)) = row else { return Ok(RawMail::NeverKept) };
    // A frame of zstd is never empty, that of no bytes neither.
    if packed.is_empty() {
        return Ok(RawMail::GivenUp);
    }
    let what = || format!("the bytes of mail {}", mail.0);
    let capacity = usize::try_from(length).map_err(|error| StoreError::unreadable(what(), error))?;
    zstd::bulk::decompress(&packed, capacity).map(RawMail::Kept).map_err(|error| StoreError::unreadable(what(), error))
}

/// The first header of that name as it stands, unfolded and cut to what a person needs; empty where there is none. Only for
/// showing: what a mail says is read by the core.
pub(super) fn header(raw: &[u8], name: &str) -> String {
    let head = raw.get(..raw.len().min(HEAD_BYTES)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let mut lines = head
        .lines()
        .take_while(|line| !line.is_empty())
        .skip_while(|line| !line.split_once(':').is_some_and(|(before, _)| before.trim_end().eq_ignore_ascii_case(name)));
    let Some((_, first)) = lines.next().and_then(|line| line.split_once(':')) else { return String::new() };
    let folded = lines.take_while(|line| line.starts_with([' ', '\t']));
    let words = std::iter::once(first).chain(folded).flat_map(str::split_whitespace);
    let text = words.collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| !c.is_control()).take(ENVELOPE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn a_header_is_unfolded_and_ends_with_the_head() {
        let cases: [(&[u8], &str, &str); 6] = [
            (b"From: noc@lux.example\r\nSubject: one\r\n two\r\nTo: x\r\n\r\nFrom: body", "subject", "one two"),
            (b"from : Lux <noc@lux.example>\nSUBJECT:\tx\n\n", "from", "Lux <noc@lux.example>"),
            (b"To: x\r\n\r\nSubject: in the body\r\n", "subject", ""),
            (b"Subject: \x1b[31mred\x07\r\n\r\n", "subject", "[31mred"),
            (b"", "from", ""),
            (b"Subject: caf\xe9\r\n\r\n", "subject", "caf\u{fffd}"),
        ];
        for (raw, name, expected) in cases {
            assert_eq!(header(raw, name), expected, "{}", String::from_utf8_lossy(raw));
        }
    }
}
