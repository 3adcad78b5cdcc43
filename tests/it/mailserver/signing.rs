//! DKIM keys: what Exim signs staff mail with, and the record that says so.

use super::{MailServer, padded};
use std::fs;

/// An RSA key of 2048 bits that signs for nothing but these tests.
const RSA: &str = include_str!("signing.pem");
/// Its public half, as a name server gives it.
const RSA_PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAo9VZ5dakjBeslbAV4HU4CCi0r3ankb8elmSfKWzbJvFFIHuk6cEz/4S9rQd9SSEJ6NhbPfH43kn4ebrm79N7hsCh+bC5J00zT6z2TiTlmsdEF1TA/8849OrpxOtK93i6VvxA4TA6iztfE16decK9tmiZlpTstG2v7XWjHHn2RF9/AlME7J9AM75ENlG6nwPSP5GluWW4RbbC0WwSzb9VEu0+apJYrCCYWLy0Oyo4ObHRnE9gdQn4wGehDIWkUKI7UjJZMjuvMQNYp4fNRmCpXMTe/S0elO3i6dPJ1/PzLa35BEbRtLXMuqIaJethYl+Kk4AQb/W/f3KCQU8Y/+BaFwIDAQAB";

/// What signs.
#[derive(Clone, Copy)]
pub(crate) enum Signing {
    Rsa,
    /// A new key.
    Ed25519,
}

impl MailServer {
    /// From now on staff mail is signed with this selector; gives the key's record for the name server.
    pub(crate) fn sign(&self, selector: &str, how: Signing) -> String {
        let (key, record) = match how {
            Signing::Rsa => (RSA.to_owned(), format!("v=DKIM1; k=rsa; p={RSA_PUBLIC}")),
            Signing::Ed25519 => ed25519(),
        };
        let folder = self.path("dkim");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("key"), key).unwrap();
        fs::write(folder.join("selector"), selector).unwrap();
        self.hand_over(&folder);
        record
    }

    /// From now on nothing is signed.
    pub(crate) fn sign_nothing(&self) {
        fs::remove_file(self.path("dkim/key")).unwrap();
    }
}

/// A new key as PEM (RFC 8410), and its record (RFC 8463).
fn ed25519() -> (String, String) {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};
    let mut seed = [0; 32];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut seed).unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", padded(&[head.as_slice(), &seed].concat()));
    (pem, format!("v=DKIM1; k=ed25519; p={}", padded(pair.public_key().as_ref())))
}
