//! A linear look at the raw bytes that refuses what would hurt the parser: size, header blocks, parts, nesting.
//!
//! The parser recurses into nested messages and dies of a full stack, which no `catch_unwind` sees; it also keeps every part in memory.
//! So everything that makes it recurse or grow is counted here first, over a superset of what it would accept: a header block is searched for
//! words, not parsed, so that a spelling which only one of the two understands does not slip through.

use std::fmt;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Largest mail, in bytes.
pub const MAX_MAIL_BYTES: usize = 25_000_000;
/// Largest header block of a mail or a part, in bytes.
pub const MAX_HEADER_BLOCK_BYTES: usize = 256_000;
/// Longest physical line within a header block, in bytes.
pub const MAX_HEADER_LINE_BYTES: usize = 64_000;
/// Most header fields in one block.
pub const MAX_HEADERS: usize = 1_000;
/// Most encoded words (RFC 2047) in all header blocks together.
pub const MAX_ENCODED_WORDS: usize = 5_000;
/// Most parts: lines that are a declared boundary.
pub const MAX_PARTS: usize = 500;
/// Deepest nesting of multiparts.
pub const MAX_MULTIPART_DEPTH: usize = 20;
/// Deepest nesting of messages within messages.
pub const MAX_MESSAGE_DEPTH: usize = 5;
/// Most lines that open like a boundary, declared or not: bounds what a boundary hidden from this scan could do.
pub const MAX_BOUNDARY_LIKE_LINES: usize = 50_000;
/// Most lines anywhere that open like a content type: each level that the parser could recurse into needs one.
pub const MAX_CONTENT_TYPES: usize = 2_000;
/// Most header blocks that name a message type.
pub const MAX_MESSAGES: usize = 200;

/// Why a mail is not given to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No bytes at all.
    Empty,
    /// More than [`MAX_MAIL_BYTES`].
    TooLarge {
        /// The size found, in bytes.
        bytes: usize,
    },
    /// A header block above [`MAX_HEADER_BLOCK_BYTES`].
    HeaderBlock,
    /// A header line above [`MAX_HEADER_LINE_BYTES`].
    HeaderLine,
    /// More than [`MAX_HEADERS`] fields in a block.
    Headers,
    /// More than [`MAX_ENCODED_WORDS`].
    EncodedWords,
    /// More than [`MAX_PARTS`] parts.
    Parts,
    /// Multiparts nested deeper than [`MAX_MULTIPART_DEPTH`].
    MultipartDepth,
    /// Messages nested deeper than [`MAX_MESSAGE_DEPTH`], or more than [`MAX_MESSAGES`] of them.
    MessageDepth,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the mail is empty"),
            Self::TooLarge { bytes } => write!(f, "the mail has {bytes} bytes, more than {MAX_MAIL_BYTES}"),
            Self::HeaderBlock => write!(f, "a header block has more than {MAX_HEADER_BLOCK_BYTES} bytes"),
            Self::HeaderLine => write!(f, "a header line has more than {MAX_HEADER_LINE_BYTES} bytes"),
            Self::Headers => write!(f, "a header block has more than {MAX_HEADERS} fields"),
            Self::EncodedWords => write!(f, "the headers hold more than {MAX_ENCODED_WORDS} encoded words"),
            Self::Parts => write!(f, "the mail has more than {MAX_PARTS} parts"),
            Self::MultipartDepth => write!(f, "parts are nested deeper than {MAX_MULTIPART_DEPTH}"),
            Self::MessageDepth => write!(f, "messages are nested deeper than {MAX_MESSAGE_DEPTH}, or there are more than {MAX_MESSAGES}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Passes a mail on to the parser, or says why not. One pass, memory bounded by the depth limits.
///
/// # Errors
/// The first limit that the mail breaks.
pub fn prescan(raw: &[u8]) -> Result<(), Refusal> {
    if raw.is_empty() {
        return Err(Refusal::Empty);
    }
    if raw.len() > MAX_MAIL_BYTES {
        return Err(Refusal::TooLarge { bytes: raw.len() });
    }
    Scan::default().message(raw, 0)
}

/// What is counted over the whole mail, encoded messages within it included.
#[derive(Default)]
struct Scan {
    parts: usize,
    boundary_like: usize,
    content_types: usize,
    encoded_words: usize,
    messages: usize,
}

/// An open multipart.
struct Level {
    boundary: Vec<u8>,
    /// How many messages were open around it.
    message_depth: usize,
    /// Whether its parts are messages unless they say otherwise (RFC 2046 section 5.1.5).
    digest: bool,
}

/// The header block being read.
#[derive(Default)]
struct Block {
    bytes: usize,
    fields: usize,
    /// The block in lower case, white space and line ends left out, for looking up words.
    squeezed: Vec<u8>,
    /// The same of the content type's field alone.
    content_type: Vec<u8>,
    in_content_type: bool,
    /// The block as it stands, for the boundary, which is case sensitive.
    exact: Vec<u8>,
}

/// How the body of an encoded message is packed.
#[derive(Clone, Copy)]
enum Packing {
    Base64,
    QuotedPrintable,
}

impl Scan {
    fn message(&mut self, raw: &[u8], message_depth: usize) -> Result<(), Refusal> {
        let mut levels: Vec<Level> = Vec::new();
        let mut message_depth = message_depth;
        let mut block = Some(Block::default());
        let mut packed: Option<(Packing, usize)> = None;
        let mut at = 0;
        for line in raw.split_inclusive(|&byte| byte == b'\n') {
            let (start, end) = (at, at + line.len());
            at = end;
            let text = line.trim_ascii_end();
            if text.starts_with(b"--") {
                self.boundary_like += 1;
                if self.boundary_like > MAX_BOUNDARY_LIKE_LINES {
                    return Err(Refusal::Parts);
                }
                if let Some((level, closes)) = boundary_of(&levels, text) {
                    if let Some((packing, from)) = packed.take() {
                        self.packed(packing, raw.get(from..start).unwrap_or_default(), message_depth)?;
                    }
                    self.parts += 1;
                    if self.parts > MAX_PARTS {
                        return Err(Refusal::Parts);
                    }
                    levels.truncate(if closes { level } else { level + 1 });
                    if let Some(open) = levels.last() {
                        message_depth = open.message_depth;
                    }
                    block = if closes { None } else { Some(Block::default()) };
                    continue;
                }
            }
            if text.get(..12).is_some_and(|head| head.eq_ignore_ascii_case(b"content-type")) {
                self.content_types += 1;
                if self.content_types > MAX_CONTENT_TYPES {
                    return Err(Refusal::Parts);
                }
            }
            let Some(open) = block.as_mut() else { continue };
            if !text.is_empty() {
                self.header_line(open, line)?;
                continue;
            }
            let found = block.take().unwrap_or_default();
            let in_digest = levels.last().is_some_and(|open| open.digest && open.message_depth == message_depth);
            let is_message = found.names_message() || in_digest && !found.says(b"content-type:");
            if is_message {
                self.messages += 1;
                if self.messages > MAX_MESSAGES {
                    return Err(Refusal::MessageDepth);
                }
            }
            if let Some(boundary) = found.boundary() {
                if levels.len() >= MAX_MULTIPART_DEPTH {
                    return Err(Refusal::MultipartDepth);
                }
                levels.push(Level { boundary, message_depth, digest: found.says(b"multipart/digest") });
            } else if is_message {
                message_depth += 1;
                if message_depth > MAX_MESSAGE_DEPTH {
                    return Err(Refusal::MessageDepth);
                }
                match found.packing() {
                    Some(packing) => packed = Some((packing, end)),
                    None => block = Some(Block::default()),
                }
            }
        }
        if let Some((packing, from)) = packed {
            self.packed(packing, raw.get(from..).unwrap_or_default(), message_depth)?;
        }
        Ok(())
    }

    /// A message packed in base64 or quoted-printable is unpacked and scanned like one that stands open: the parser follows it too.
    fn packed(&mut self, packing: Packing, body: &[u8], message_depth: usize) -> Result<(), Refusal> {
        let unpacked = match packing {
            Packing::Base64 => base64_decode(body),
            Packing::QuotedPrintable => quoted_printable_decode(body),
        };
        match unpacked {
            Some(unpacked) => self.message(&unpacked, message_depth),
            None => self.message(body, message_depth),
        }
    }

    fn header_line(&mut self, block: &mut Block, line: &[u8]) -> Result<(), Refusal> {
        if line.len() > MAX_HEADER_LINE_BYTES {
            return Err(Refusal::HeaderLine);
        }
        block.bytes += line.len();
        if block.bytes > MAX_HEADER_BLOCK_BYTES {
            return Err(Refusal::HeaderBlock);
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            block.fields += 1;
            if block.fields > MAX_HEADERS {
                return Err(Refusal::Headers);
            }
        }
        self.encoded_words += line.windows(2).filter(|pair| pair == b"=?").count();
        if self.encoded_words > MAX_ENCODED_WORDS {
            return Err(Refusal::EncodedWords);
        }
        let solid = line.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase);
        let begun = block.squeezed.len();
        block.squeezed.extend(solid);
        let solid = block.squeezed.get(begun..).unwrap_or_default();
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            block.in_content_type = solid.starts_with(b"content-type");
        }
        if block.in_content_type {
            block.content_type.extend_from_slice(solid);
        }
        block.exact.extend(line.iter().copied().filter(|&byte| byte != b'\r' && byte != b'\n'));
        Ok(())
    }
}

impl Block {
    fn says(&self, words: &[u8]) -> bool {
        contains(&self.squeezed, words)
    }

    /// Comments may stand between the words of a content type (RFC 2045 section 5.1), so there the words alone are enough.
    fn names_message(&self) -> bool {
        let kind = |words: &[u8]| contains(&self.content_type, words);
        self.says(b"message/rfc822") || self.says(b"multipart/digest") || kind(b"message") && (kind(b"rfc822") || kind(b"global"))
    }

    fn packing(&self) -> Option<Packing> {
        if self.says(b"base64") {
            Some(Packing::Base64)
        } else if self.says(b"quoted-printable") {
            Some(Packing::QuotedPrintable)
        } else {
            None
        }
    }

    /// The value of `boundary=`, quoted or not; of RFC 2231's `boundary*0*=` too.
    fn boundary(&self) -> Option<Vec<u8>> {
        const NAME: &[u8] = b"boundary";
        let lower = self.exact.to_ascii_lowercase();
        let mut found = lower.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
        found.find_map(|(at, _)| {
            let rest = self.exact.get(at + NAME.len()..)?;
            let equals = rest.iter().position(|&byte| byte == b'=')?;
            let (between, value) = (rest.get(..equals)?, rest.get(equals + 1..)?.trim_ascii_start());
            if !between.iter().all(|byte| byte.is_ascii_whitespace() || byte.is_ascii_digit() || *byte == b'*') {
                return None;
            }
            let value = match value.strip_prefix(b"\"") {
                Some(quoted) => quoted.split(|&byte| byte == b'"').next()?,
                None => value.split(|&byte| byte == b';' || byte.is_ascii_whitespace()).next()?,
            };
            let value = value.trim_ascii_end();
            (!value.is_empty()).then(|| value.to_vec())
        })
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window == words)
}

/// Which open multipart a line is a boundary of, and whether it closes it. The innermost wins.
fn boundary_of(levels: &[Level], line: &[u8]) -> Option<(usize, bool)> {
    let name = line.strip_prefix(b"--")?;
    levels.iter().enumerate().rev().find_map(|(level, open)| {
        let rest = name.strip_prefix(open.boundary.as_slice())?;
        Some((level, rest.starts_with(b"--")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn nested_messages(levels: usize) -> Vec<u8> {
        "Content-Type: message/rfc822\r\n\r\n".repeat(levels).into_bytes()
    }

    fn nested_multiparts(levels: usize) -> Vec<u8> {
        (0..levels)
            .map(|level| format!("Content-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n"))
            .collect::<String>()
            .into_bytes()
    }

    fn base64(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut packed = String::new();
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
            for place in 0..4_usize {
                let index = usize::try_from(word >> (18 - 6 * place) & 63).unwrap();
                packed.push(if place <= chunk.len() { char::from(ALPHABET[index]) } else { '=' });
            }
        }
        packed
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test measures that a refusal is quick")]
    fn m01_bombs_are_refused_at_once() {
        let packed =
            format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", base64(&nested_messages(40_000)));
        let bombs: Vec<(&str, Vec<u8>, Refusal)> = vec![
            ("nested messages", nested_messages(50_000), Refusal::MessageDepth),
            ("nested messages in base64", packed.into_bytes(), Refusal::MessageDepth),
            ("nested multiparts", nested_multiparts(100_000), Refusal::MultipartDepth),
            (
                "empty parts",
                [b"Content-Type: multipart/mixed; boundary=b\n\n".as_slice(), "--b\n\n".repeat(3_000_000).as_bytes()].concat(),
                Refusal::Parts,
            ),
            ("headers", "A: b\r\n".repeat(1_000_000).into_bytes(), Refusal::Headers),
            ("one header", [b"Subject: ".as_slice(), &vec![b'a'; 20_000_000]].concat(), Refusal::HeaderLine),
            ("one folded header", ["Subject: a\r\n".as_bytes(), " b\r\n".repeat(1_000_000).as_bytes()].concat(), Refusal::HeaderBlock),
            ("encoded words", ["Subject:".as_bytes(), "=?utf-8?q?a?=\r\n ".repeat(1_000_000).as_bytes()].concat(), Refusal::EncodedWords),
            ("comments", [b"From: ".as_slice(), &vec![b'('; 1_000_000]].concat(), Refusal::HeaderLine),
            ("size", vec![b'\n'; MAX_MAIL_BYTES + 1], Refusal::TooLarge { bytes: MAX_MAIL_BYTES + 1 }),
            ("nothing", Vec::new(), Refusal::Empty),
        ];
        for (name, raw, expected) in bombs {
            let begun = Instant::now();
            let found = if name == "empty parts" { prescan(raw.get(..MAX_MAIL_BYTES.min(raw.len())).unwrap()) } else { prescan(&raw) };
            assert_eq!(found, Err(expected), "{name}");
            assert!(begun.elapsed() < Duration::from_secs(3), "{name} took {:?}", begun.elapsed());
        }
    }

    #[test]
    fn ordinary_nesting_passes() {
        assert_eq!(prescan(&nested_messages(MAX_MESSAGE_DEPTH)), Ok(()));
        assert_eq!(prescan(&nested_multiparts(MAX_MULTIPART_DEPTH)), Ok(()));
        let chain = format!("Content-Type: multipart/digest; boundary=d\n\n--d\n\n{}", "Content-Type: message/rfc822\n\n".repeat(6));
        assert_eq!(prescan(chain.as_bytes()), Err(Refusal::MessageDepth), "a digest's parts are messages");
        let digest: String = (0..100).map(|_| "--d\n\nSubject: one\n\ntext\n").collect();
        assert_eq!(prescan(format!("Content-Type: multipart/digest; boundary=d\n\n{digest}--d--\n").as_bytes()), Ok(()));
        let rules = format!("Subject: log\n\n{}", "-----------------------------\n".repeat(2_000));
        assert_eq!(prescan(rules.as_bytes()), Ok(()), "dashed lines are no parts");
    }

    #[test]
    fn a_boundary_is_found_however_it_is_written() {
        for head in ["boundary=b1", "boundary=\"b1\"", "\r\n\tBOUNDARY = \"b1\"; x=y", "charset=x; boundary*0*=b1"] {
            let raw = format!("Content-Type: multipart/mixed; {head}\r\n\r\n{}", "--b1\r\n\r\n".repeat(MAX_PARTS + 1));
            assert_eq!(prescan(raw.as_bytes()), Err(Refusal::Parts), "{head}");
        }
    }

    #[test]
    fn a_refusal_is_a_sentence() {
        assert_eq!(Refusal::Parts.to_string(), "the mail has more than 500 parts");
    }
}
