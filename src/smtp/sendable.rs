//! What may go on the wire (RFC 5321 sections 2.3.8, 4.5.2 and 4.5.3.1). Bytes are refused here, never repaired: they are frozen.

use lettre::Address;

use super::SmtpError;

/// Longest line without its CRLF (RFC 5321 section 4.5.3.1.6).
const LINE_BYTES: usize = 998;
/// Longest envelope id (RFC 3461 section 4.4), before it is encoded.
const ENVELOPE_ID_BYTES: usize = 100;

/// Looks for what another server would read otherwise than we do: a bare CR or LF, which hides a second mail
/// (<https://sec-consult.com/blog/detail/smtp-smuggling-spoofing-e-mails-worldwide/>), NUL, and lines that are cut on the way.
pub(super) fn check_bytes(bytes: &[u8], eight_bit: bool) -> Result<(), SmtpError> {
    let no = |line: usize, why: &str| Err(SmtpError::Unsendable(format!("line {line} of the mail {why}")));
    if bytes.is_empty() {
        return Err(SmtpError::Unsendable("the mail is empty".to_owned()));
    }
    for (place, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = place.saturating_add(1);
        let text = match line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r")) {
            Some(Some(text)) => text,
            Some(None) => return no(number, "ends in LF without CR"),
            None => return no(number, "has no end"),
        };
        if text.contains(&b'\r') {
            return no(number, "holds a CR without LF");
        }
        if text.contains(&0) {
            return no(number, "holds a NUL");
        }
        if text.len() > LINE_BYTES {
            return no(number, "is longer than 998 bytes");
        }
        if !eight_bit && !text.is_ascii() {
            return no(number, "is not ASCII, and the server does not take 8BITMIME");
        }
    }
    Ok(())
}

/// An address of the envelope. The configuration has refused odd ones long before; this is the last look before the wire.
pub(super) fn address(text: &str) -> Result<Address, SmtpError> {
    let no = |why: &str| SmtpError::Unsendable(format!("the address {text:?} {why}"));
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(no("holds a space, a control character or a letter beyond ASCII"));
    }
    if text.contains(['<', '>', '"', ',', ';', '\\', '(', ')']) || text.matches('@').count() != 1 {
        return Err(no("is not one plain mailbox"));
    }
    if text.len() > 254 || text.find('@').is_some_and(|local| local > 64) {
        return Err(no("is longer than RFC 5321 allows"));
    }
    text.parse().map_err(|_| no("is no mail address"))
}

/// The sender; an empty one is the null sender of automatic answers (`MAIL FROM:<>`).
pub(super) fn sender(text: &str) -> Result<Option<Address>, SmtpError> {
    if text.is_empty() { Ok(None) } else { address(text).map(Some) }
}

/// The id by which a bounce names the mail.
pub(super) fn check_envelope_id(text: &str) -> Result<(), SmtpError> {
    if !text.is_empty() && text.len() <= ENVELOPE_ID_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(SmtpError::Unsendable(format!("the envelope id {text:?} is not 1 to 100 printable ASCII characters")))
}

/// The name in EHLO.
pub(super) fn check_hello(text: &str) -> Result<(), SmtpError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    if !text.is_empty() && text.len() <= 255 && text.bytes().all(plain) {
        return Ok(());
    }
    Err(SmtpError::Unsendable(format!("the name {text:?} for EHLO is no host name")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s12_bytes_that_two_servers_could_read_differently_are_refused() {
        let long = [vec![b'x'; 999], b"\r\n".to_vec()].concat();
        for (bytes, why) in [
            (&b""[..], "empty"),
            (b"a\r\n\n.\r\nMAIL FROM:<evil@x.example>\r\n", "LF without CR"),
            (b"a\n.\n", "LF without CR"),
            (b"a\r\n.\r", "no end"),
            (b"a\rb\r\n", "CR without LF"),
            (b"a\r\r\n", "CR without LF"),
            (b"a\0b\r\n", "NUL"),
            (b"a\r\nb", "no end"),
            (&long, "998"),
            ("ü\r\n".as_bytes(), "8BITMIME"),
        ] {
            let error = check_bytes(bytes, false).unwrap_err().to_string();
            assert!(error.contains(why), "{error} should say {why}");
        }
        check_bytes(&long[1..], false).unwrap();
        check_bytes("ü\r\n.\r\n..\r\n".as_bytes(), true).unwrap();
    }

    #[test]
    fn s11_addresses_that_would_be_read_otherwise_are_refused() {
        let long = format!("{}@example.net", "a".repeat(300));
        for text in [
            "",
            "sam",
            "a@b.example, c@d.example",
            "a@b.example\r\nRCPT TO:<x@y.example>",
            "säm@example.net",
            "sam@bäckerei.example",
            "\"sam lee\"@example.net",
            "sam@@example.net",
            "a b@example.net",
            "sam@example.net>",
            "sam@example.net> SIZE=1",
            "@example.net",
            &long,
        ] {
            assert!(address(text).is_err(), "{text:?}");
        }
        for text in ["sam@example.net", "o'neil+fw@mail.xn--bckerei-5wa.example"] {
            assert_eq!(address(text).unwrap().to_string(), text);
        }
        assert!(sender("").unwrap().is_none() && sender("\n").is_err());
        check_envelope_id("notice:17:sam@example.net").unwrap();
        assert!(check_envelope_id("a b").is_err() && check_envelope_id("").is_err() && check_envelope_id("ü").is_err());
        check_hello("[127.0.0.1]").unwrap();
        assert!(check_hello("a\r\nQUIT").is_err() && check_hello("").is_err());
    }
}
