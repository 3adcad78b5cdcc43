//! Mails that can be taken apart, changed and signed.

use base64::Engine as _;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::{Canonicalization, DkimSigner};

/// A mail as fields in order and a body; lines end in CRLF.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Letter {
    pub(crate) fn new(fields: &[(&str, &str)]) -> Self {
        Self { fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), body: String::new() }
    }

    pub(crate) fn with_body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// The value of a field that is there.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        &found.ok_or(name).unwrap().1
    }

    /// Another value for a field that is there, or a new field at the end.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// A field above all others.
    pub(crate) fn on_top(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    /// A field below all others.
    pub(crate) fn below(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let head: String = self.fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{head}\r\n{}", self.body).into_bytes()
    }

    /// Signed over these fields.
    pub(crate) fn signed(self, signer: &Signer, fields: &[&str]) -> Self {
        self.signed_as(signer, fields, |signing| signing)
    }

    /// Signed with other choices.
    pub(crate) fn signed_as(self, signer: &Signer, fields: &[&str], choose: impl FnOnce(Signing) -> Signing) -> Self {
        let signing = DkimSigner::from_key(signer.key());
        let signing = signing.domain(signer.domain.as_str()).selector(signer.selector.as_str()).headers(fields.iter().copied());
        let relaxed = Canonicalization::Relaxed;
        let signing = choose(signing.header_canonicalization(relaxed).body_canonicalization(relaxed));
        let header = signing.sign(&self.bytes()).unwrap().to_header();
        let (name, value) = header.trim_end().split_once(": ").unwrap();
        self.on_top(name, value)
    }
}

/// A signature in the making.
pub(crate) type Signing = DkimSigner<Ed25519Key, mail_auth::dkim::Done>;

/// What Forewarn's own answers of good mail programs have signed, all of it.
pub(crate) const ALL: &[&str] = &[
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];
/// As two large hosts sign.
pub(crate) const AS_MICROSOFT: &[&str] = &["from", "date", "subject", "message-id", "content-type", "mime-version"];
pub(crate) const AS_GOOGLE: &[&str] = &["mime-version", "from", "date", "message-id", "subject", "to", "in-reply-to", "references"];
/// What ties the answer to its request is left out.
pub(crate) const LITTLE: &[&str] = &["from", "date", "message-id"];

/// A domain's key.
pub(crate) struct Signer {
    selector: String,
    pub(crate) domain: String,
    pkcs8: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(selector: &str, domain: &str) -> Self {
        Self { selector: selector.to_owned(), domain: domain.to_owned(), pkcs8: Ed25519Key::generate_pkcs8().unwrap() }
    }

    /// The same key under another name.
    pub(crate) fn named(&self, selector: &str, domain: &str) -> Self {
        Self { selector: selector.to_owned(), domain: domain.to_owned(), pkcs8: self.pkcs8.clone() }
    }

    fn key(&self) -> Ed25519Key {
        Ed25519Key::from_pkcs8_der(&self.pkcs8).unwrap()
    }

    /// The name of its record.
    pub(crate) fn name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// Its record, with more tags.
    pub(crate) fn record(&self, more: &str) -> String {
        let key = base64::engine::general_purpose::STANDARD.encode(self.key().public_key());
        format!("v=DKIM1; k=ed25519; {more}p={key}")
    }
}
