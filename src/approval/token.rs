//! Tokens: stateless HMACs that name request and approver; the store holds only their hashes.

use ring::{digest, hmac};

use crate::model::{Mail, Mailbox, Request, RequestAbout};

/// Crockford's base 32, lower case: mail systems fold the case of local parts.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN_LENGTH: usize = 26;
const CODE_LENGTH: usize = 8;
/// Most carriers that a mail may have.
const MAX_CARRIERS: usize = 40;

/// What makes a reply count: the token for addresses and Message-IDs, the code for subjects.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// 26 characters, 128 bits.
    pub text: String,
    /// 8 characters as `7kq2-m9xd`, 40 bits.
    pub code: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The token of one request: `HMAC-SHA-256(key, what ‖ revision ‖ approver)`, 128 bits. The same values give the same token.
#[must_use]
pub fn token(key: &[u8], about: &RequestAbout, revision: u32, approver: &str) -> Token {
    let what = match about {
        RequestAbout::Draft(draft) => format!("draft\0{}", draft.0),
        RequestAbout::Bundle(drafts) => {
            let ids: Vec<String> = drafts.iter().map(|draft| draft.0.to_string()).collect();
            format!("bundle\0{}", ids.join(","))
        }
        RequestAbout::Trial => "trial".to_owned(),
        RequestAbout::FirstContact(account) => format!("first-contact\0{account}"),
    };
    let message = format!("forewarn-approve/1\0{what}\0{revision}\0{}", approver.to_lowercase());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
    let text = base32(tag.as_ref().iter().copied().take(16), TOKEN_LENGTH);
    let code = base32(tag.as_ref().iter().copied().skip(16).take(5), CODE_LENGTH);
    let (front, back) = code.split_at_checked(4).unwrap_or((&code, ""));
    Token { code: format!("{front}-{back}"), text }
}

/// The part of a mail to ourselves that nobody else can make: an HMAC of its hour, 128 bits.
#[must_use]
pub fn canary_tag(key: &[u8], hour: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), format!("forewarn-canary/1\0{hour}").as_bytes());
    base32(tag.as_ref().iter().copied().take(16), TOKEN_LENGTH)
}

/// SHA-256 of a token or code, hex, under a name of its own.
#[must_use]
pub fn hash(token: &str) -> String {
    let sum = digest::digest(&digest::SHA256, format!("forewarn-approve/1\0{token}").as_bytes());
    sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a mail carries of ours, in one of its header fields.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    /// A token, in a recipient's address (`forewarn+TOKEN@…`) or a Message-ID (`fw.TOKEN@…`, `fw.TOKEN.2@…`).
    Token(String),
    /// A code in the subject, `[FW-12 v1 7kq2-m9xd]`.
    Code(String),
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Token(_)) { "Token(..)" } else { "Code(..)" })
    }
}

impl Carrier {
    /// SHA-256 of the token or code, hex.
    #[must_use]
    pub fn hash(&self) -> String {
        match self {
            Self::Token(secret) | Self::Code(secret) => hash(secret),
        }
    }

    /// Whether it names a request.
    #[must_use]
    pub fn names(&self, request: &Request) -> bool {
        match self {
            Self::Token(_) => self.hash() == request.token_hash,
            Self::Code(_) => self.hash() == request.code_hash,
        }
    }
}

/// Finds every carrier in a mail, with the header field (lower case) in which it stands; none in a mail that has more than any answer has. `own` is the address that we write from.
#[must_use]
pub fn carriers(mail: &Mail, own: &Mailbox) -> Vec<(&'static str, Carrier)> {
    let own_local = own.address.split_once('@').map_or("", |(local, _)| local).to_lowercase();
    let from_address = |address: &str| {
        let (local, domain) = address.split_once('@')?;
        let (base, token) = local.rsplit_once('+')?;
        (domain.eq_ignore_ascii_case(own.domain()) && base.eq_ignore_ascii_case(&own_local)).then(|| token.to_lowercase())
    };
    let from_id = |id: &str| id.split_once('@').and_then(|(local, _)| local.strip_prefix("fw.")?.split('.').next()).map(str::to_lowercase);
    let addresses = |field, mailboxes: &[Mailbox]| -> Vec<(&'static str, String)> {
        mailboxes.iter().filter_map(|mailbox| from_address(&mailbox.address)).map(|token| (field, token)).collect()
    };
    let ids = |field, ids: &[String]| -> Vec<(&'static str, String)> {
        ids.iter().filter_map(|id| from_id(id)).map(|token| (field, token)).collect()
    };
    let mut tokens = addresses("to", &mail.to);
    tokens.extend(addresses("cc", &mail.cc));
    tokens.extend(addresses("delivered-to", &mail.delivered_to));
    tokens.extend(ids("in-reply-to", &mail.in_reply_to));
    tokens.extend(ids("references", &mail.references));
    let tokens =
        tokens.into_iter().filter(|(_, token)| is_base32(token, TOKEN_LENGTH)).map(|(field, token)| (field, Carrier::Token(token)));
    let codes = mail.subject.split('[').skip(1).filter_map(|part| code_of(part.split(']').next()?));
    let mut found: Vec<_> = tokens.chain(codes.map(|code| ("subject", Carrier::Code(code)))).collect();
    found.sort();
    found.dedup();
    // An answer carries a handful; what carries more guesses.
    if found.len() > MAX_CARRIERS { Vec::new() } else { found }
}

/// `FW-12 v1 7kq2-m9xd` → `7kq2-m9xd`; the first contact's `FW start 7kq2-m9xd` likewise.
fn code_of(tag: &str) -> Option<String> {
    let mut words = tag.split_whitespace();
    if !words.next()?.to_ascii_uppercase().starts_with("FW") {
        return None;
    }
    let code = words.last()?.to_lowercase();
    let (front, back) = code.split_once('-')?;
    (is_base32(front, 4) && is_base32(back, 4)).then_some(code)
}

fn is_base32(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

fn base32(bytes: impl Iterator<Item = u8>, length: usize) -> String {
    let (mut out, mut buffer, mut bits) = (String::new(), 0_u32, 0_u32);
    let push = |out: &mut String, index: u32| {
        let letter = usize::try_from(index & 31).ok().and_then(|index| ALPHABET.get(index));
        out.push(letter.map_or('0', |byte| char::from(*byte)));
    };
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(&mut out, buffer >> bits);
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(&mut out, buffer << (5 - bits));
    }
    out.truncate(length);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DraftId;

    fn own() -> Mailbox {
        Mailbox { name: String::new(), address: "forewarn@harbor.example".into() }
    }

    #[test]
    fn a_token_names_draft_revision_and_person() {
        let about = RequestAbout::Draft(DraftId(7));
        let one = token(b"key", &about, 1, "sam@harbor.example");
        assert_eq!((one.text.len(), one.code.len()), (26, 9));
        assert_eq!(one, token(b"key", &about, 1, "Sam@harbor.example"));
        for other in [
            token(b"key", &about, 2, "sam@harbor.example"),
            token(b"key", &about, 1, "kim@harbor.example"),
            token(b"kez", &about, 1, "sam@harbor.example"),
            token(b"key", &RequestAbout::Draft(DraftId(8)), 1, "sam@harbor.example"),
        ] {
            assert!(one.text != other.text && one.code != other.code);
        }
    }

    #[test]
    fn a19_any_carrier_is_found_and_strangers_are_not() {
        let made = token(b"key", &RequestAbout::Draft(DraftId(7)), 1, "sam@harbor.example");
        let with = |to: String, reference: String, subject: String| Mail {
            to: vec![Mailbox { name: String::new(), address: to }],
            references: vec![reference],
            subject,
            ..Mail::default()
        };
        let (token, code) = (Carrier::Token(made.text.clone()), Carrier::Code(made.code.clone()));
        let found = carriers(&with(format!("Forewarn+{}@harbor.example", made.text.to_uppercase()), String::new(), String::new()), &own());
        assert_eq!(found, [("to", token.clone())]);
        let found =
            carriers(&with(String::new(), format!("fw.{}@harbor.example", made.text), format!("Re: x [FW-7 v1 {}]", made.code)), &own());
        assert_eq!(found, [("references", token), ("subject", code)]);
        let stranger = with(format!("other+{}@harbor.example", made.text), "x@y".into(), "[ticket 7kq2-m9xd]".into());
        assert!(carriers(&stranger, &own()).is_empty());
        assert!(carriers(&with("forewarn+short@harbor.example".into(), String::new(), "[FW-1 v1]".into()), &own()).is_empty());
    }
}
