//! Tokens: stateless HMACs that name request and approver; the store holds only their hashes.

use ring::{digest, hmac};

use crate::model::{Mail, Mailbox, RequestAbout};

/// Crockford's base 32, lower case: mail systems fold the case of local parts.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN_LENGTH: usize = 26;
const CODE_LENGTH: usize = 8;

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

/// What a mail carries of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carriers {
    /// Tokens in recipient addresses (`forewarn+TOKEN@…`) and Message-IDs (`fw.TOKEN@…`, `fw.TOKEN.2@…`).
    pub tokens: Vec<String>,
    /// Codes in the subject, `[FW-12 v1 7kq2-m9xd]`.
    pub codes: Vec<String>,
}

impl Carriers {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.codes.is_empty()
    }
}

/// Finds every carrier in a mail: To, In-Reply-To, References, Subject. `own` is the address that we write from.
#[must_use]
pub fn carriers(mail: &Mail, own: &Mailbox) -> Carriers {
    let own_local = own.address.split_once('@').map_or("", |(local, _)| local).to_lowercase();
    let from_address = |address: &str| {
        let (local, domain) = address.split_once('@')?;
        let (base, token) = local.rsplit_once('+')?;
        (domain.eq_ignore_ascii_case(own.domain()) && base.eq_ignore_ascii_case(&own_local)).then(|| token.to_lowercase())
    };
    let from_id = |id: &str| id.split_once('@').and_then(|(local, _)| local.strip_prefix("fw.")?.split('.').next()).map(str::to_lowercase);
    let addresses = mail.to.iter().filter_map(|mailbox| from_address(&mailbox.address));
    let ids = mail.in_reply_to.iter().chain(&mail.references).filter_map(|id| from_id(id));
    let mut tokens: Vec<String> = addresses.chain(ids).filter(|token| is_base32(token, TOKEN_LENGTH)).collect();
    tokens.sort();
    tokens.dedup();
    let mut codes: Vec<String> = mail.subject.split('[').skip(1).filter_map(|part| code_of(part.split(']').next()?)).collect();
    codes.sort();
    codes.dedup();
    Carriers { tokens, codes }
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
        let found = carriers(&with(format!("Forewarn+{}@harbor.example", made.text.to_uppercase()), String::new(), String::new()), &own());
        assert_eq!(found.tokens, std::slice::from_ref(&made.text));
        let found =
            carriers(&with(String::new(), format!("fw.{}@harbor.example", made.text), format!("Re: x [FW-7 v1 {}]", made.code)), &own());
        assert_eq!((found.tokens, found.codes), (vec![made.text.clone()], vec![made.code.clone()]));
        assert!(
            carriers(&with(format!("other+{}@harbor.example", made.text), "x@y".into(), "[ticket 7kq2-m9xd]".into()), &own()).is_empty()
        );
        assert!(carriers(&with("forewarn+short@harbor.example".into(), String::new(), "[FW-1 v1]".into()), &own()).is_empty());
    }
}
