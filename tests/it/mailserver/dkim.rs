//! How Exim signs what staff hand in (RFC 6376).

use super::{MailServer, padded};
use ring::signature::KeyPair as _;
use std::fs;

/// An RSA key of 2048 bits, known to everybody, and what is published of it.
const RSA: &str = include_str!("dkim.pem");
const RSA_PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtUzevytSfZuZkMVq54MDyNz8zLXJoYgzoF59diz7yR732/Nom5ZZmREtoBaWZdMS411dCeadGZAdO3cgC/HUQ4Nmp7W4RJ27+doFdExTDsx8Vbgg0aUjm27fUGGCTF7hF25RwfOY2jO3k3Jwxh6QcH2DTgwheoHHKUT+y+GhQ0yYhSe6iakVLRnhsp8asUIjd5lyZOrVj8D9s520c+MiobOAacEqpDcZ3DDs9nZl2WW1z38/eW1ebhvgkpXFLuuh+HYH7/JCSX5qi9SDzddEyaXLbPH4QKIMXVdJm1CYPiMSBlDpeizveCaRQiWQ8HJck4q9NZNzZ9s6xfheMMB4hwIDAQAB";

/// What a test chooses; the rest is as every host does it.
pub(crate) struct Signing<'a> {
    pub(crate) domain: &'a str,
    pub(crate) selector: &'a str,
    pub(crate) key: &'a Key,
    pub(crate) hash: &'a str,
    pub(crate) headers: &'a str,
    /// For how many seconds a signature is good.
    pub(crate) seconds: &'a str,
}

impl<'a> Signing<'a> {
    pub(crate) fn with(selector: &'a str, key: &'a Key) -> Self {
        let headers = "From:To:Subject:Date:Message-ID:In-Reply-To:References:MIME-Version:Content-Type:Content-Transfer-Encoding";
        Self { domain: super::DOMAIN, selector, key, hash: "sha256", headers, seconds: "604800" }
    }
}

/// A key: what Exim reads, and the record that is published.
pub(crate) struct Key {
    private: String,
    pub(crate) record: String,
}

impl Key {
    pub(crate) fn rsa() -> Self {
        Self { private: RSA.to_owned(), record: format!("v=DKIM1; k=rsa; p={RSA_PUBLIC}") }
    }

    /// A new one (RFC 8463).
    pub(crate) fn ed25519() -> Self {
        let pkcs8 = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        let pair = ring::signature::Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        // The seed alone, as every library reads it (RFC 8410 section 7).
        let seed = pkcs8.as_ref().get(16..48).unwrap();
        let plain = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20], seed].concat();
        Self {
            private: format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", padded(&plain)),
            record: format!("v=DKIM1; k=ed25519; p={}", padded(pair.public_key().as_ref())),
        }
    }
}

impl MailServer {
    /// Signs from now on what staff hand in.
    pub(crate) fn sign(&self, signing: &Signing<'_>) {
        let folder = self.path("dkim");
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [
            ("key", signing.key.private.as_str()),
            ("selector", signing.selector),
            ("hash", signing.hash),
            ("headers", signing.headers),
            ("seconds", signing.seconds),
            ("domain", signing.domain),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        self.hand_over(&folder);
    }
}
