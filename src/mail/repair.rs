//! Text of parts whose transfer encoding is broken (RFC 2045 section 6.7, 6.8): what decodes is decoded, the rest stands as it is.

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::{HeaderName, HeaderValue, MessagePart, MimeHeaders};

/// Decodes a text part leniently.
pub(super) fn text(part: &MessagePart<'_>, raw: &[u8]) -> Option<String> {
    let bytes = bytes(part, raw)?;
    let charset = part.content_type().and_then(|kind| kind.attribute("charset")).and_then(|charset| charset_decoder(charset.as_bytes()));
    Some(charset.map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), |decode| decode(&bytes)))
}

/// The bytes of a part, its transfer encoding undone leniently and its charset not touched.
pub(super) fn bytes(part: &MessagePart<'_>, raw: &[u8]) -> Option<Vec<u8>> {
    let (from, to) = (usize::try_from(part.offset_body).ok()?, usize::try_from(part.offset_end).ok()?);
    let body = raw.get(from..to)?;
    let encoding = part.headers.iter().rev().find(|header| header.name == HeaderName::ContentTransferEncoding).map(|header| &header.value);
    let encoding = match encoding {
        Some(HeaderValue::Text(encoding)) => encoding.trim().to_ascii_lowercase(),
        _ => String::new(),
    };
    Some(match encoding.as_str() {
        "quoted-printable" => quoted_printable(body),
        "base64" => base64(body),
        _ => body.to_vec(),
    })
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let trimmed = line.trim_ascii_end();
        let (text, soft) = match trimmed.strip_suffix(b"=") {
            Some(text) => (text, true),
            None => (trimmed, false),
        };
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            let decoded = after.split_at_checked(2).filter(|_| byte == b'=').and_then(|(pair, after)| Some((hex(pair)?, after)));
            let (byte, after) = decoded.unwrap_or((byte, after));
            bytes.push(byte);
            rest = after;
        }
        if !soft && line.ends_with(b"\n") {
            bytes.push(b'\n');
        }
    }
    bytes
}

fn hex(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()))?, 16).ok()
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3);
    let (mut word, mut bits) = (0_u32, 0_u32);
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (word, bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        word = (word << 6 | u32::from(value)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.extend((word >> bits).to_le_bytes().first());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_keep_what_is_readable() {
        assert_eq!(quoted_printable(b"a=3Db=ZZ c=\r\nd=E2=9C=93 \r\n100=\n"), "a=b=ZZ cd✓\n100".as_bytes());
        assert_eq!(base64(b"SGVs\r\n!!bG8=\r\nIQ=="), b"Hello!");
    }
}
