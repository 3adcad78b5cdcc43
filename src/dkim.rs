//! Checks the DKIM signatures of a mail against the domain name system (RFC 6376), stricter than the standard asks.
//!
//! The library verifies; the keys are asked for here, because it takes keys in test mode for good ones and asks without a bound.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::Instant;

use hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::{DomainKey, VerifySignature as _};
use mail_auth::{AuthenticatedMessage, DkimResult, Error, MessageAuthenticator, Parameters, ResolverCache, Txt};

use crate::dns::Dns;
use crate::mail::headers::claim;
use crate::model::{AuthFact, DkimCheck, DkimSignature, Mail};

/// Most signatures of one domain that are checked in a mail.
const MAX_SIGNATURES: usize = 5;

/// Checks the signatures of one domain in a raw mail; those of other domains prove nothing here and are left out.
///
/// A signature passes where it verifies under a key that is in full force: no test mode (`t=y`), not SHA-1 (RFC 8301), RSA of 1024 bits at
/// least, not expired, not cut short by `l=`. A key that nobody could be asked for is [`DkimCheck::NotYet`].
async fn check(dns: &Dns, raw: &[u8], domain: &str) -> Vec<DkimSignature> {
    if has_bare_return(raw) {
        // The library leaves it out of what is hashed, and we read a new line there: anybody could put it into a signed text.
        return Vec::new();
    }
    // A delivery agent of this machine may have put bare line feeds in place of what was signed (RFC 6376 section 5.3).
    let with_returns = (!raw.contains(&b'\r')).then(|| raw.split_inclusive(|byte| *byte == b'\n').flat_map(line).collect::<Vec<u8>>());
    let raw = with_returns.as_deref().unwrap_or(raw);
    // Not from what mail-parser reads: of headers alone it does not say where the body begins.
    let Some(message) = AuthenticatedMessage::parse_with_opts(raw, None, true) else { return Vec::new() };
    // Too long or broken signatures are errors of the message, not signatures of it: they stay what they were, unchecked.
    let ours = |header: &&mail_auth::common::headers::Header<'_, mail_auth::dkim::Signature>| header.header.d.eq_ignore_ascii_case(domain);
    let mut keys = Keys::default();
    for header in message.dkim_headers.iter().filter(ours).take(MAX_SIGNATURES) {
        let name = header.header.domain_key();
        let answer = match dns.txt(&name).await {
            Ok(records) => key(&records),
            Err(error) => Key::NotYet(error.to_string()),
        };
        keys.0.insert(name, answer);
    }
    let Some(authenticator) = LIBRARY.as_ref() else { return Vec::new() };
    let parameters = Parameters::new(&message).with_txt_cache(&keys);
    let outputs = authenticator.verify_dkim(parameters).await;
    let mut checked = Vec::new();
    for output in &outputs {
        let Some(signature) = output.signature().filter(|signature| signature.d.eq_ignore_ascii_case(domain)) else { continue };
        let Some(key) = keys.0.get(&signature.domain_key()) else { continue };
        let check = match (output.result(), key) {
            (_, Key::NotYet(why)) if !matches!(output.result(), DkimResult::Neutral(_)) => DkimCheck::NotYet(why.clone()),
            (_, Key::Refused(why)) => DkimCheck::Fail((*why).to_owned()),
            (DkimResult::Pass, Key::Good(_)) if signature.a == Algorithm::RsaSha1 => DkimCheck::Fail("it is made with SHA-1".to_owned()),
            (DkimResult::Pass, Key::Good(_)) => DkimCheck::Pass,
            (DkimResult::Neutral(why) | DkimResult::Fail(why) | DkimResult::PermError(why) | DkimResult::TempError(why), _) => {
                DkimCheck::Fail(words(why))
            }
            (DkimResult::Pass | DkimResult::None, _) => DkimCheck::Fail("it does not verify".to_owned()),
        };
        checked.push(DkimSignature { check, ..claim(signature) });
    }
    checked
}

/// The library, which is never let ask anybody.
static LIBRARY: LazyLock<Option<MessageAuthenticator>> =
    LazyLock::new(|| MessageAuthenticator::new(ResolverConfig::default(), ResolverOpts::default()).ok());

/// A line that ended in a bare line feed, as it is sent.
fn line(line: &[u8]) -> impl Iterator<Item = u8> {
    let (text, end): (_, &[u8]) = line.strip_suffix(b"\n").map_or((line, b""), |text| (text, b"\r\n"));
    text.iter().chain(end).copied()
}

fn has_bare_return(raw: &[u8]) -> bool {
    raw.windows(2).any(|pair| matches!(pair, [b'\r', other] if *other != b'\n')) || raw.ends_with(b"\r")
}

/// Puts into a parsed mail what the check of its author's signatures came to, in place of what they claim. Does nothing to a mail that has
/// not exactly one author.
pub async fn settle(dns: &Dns, raw: &[u8], mail: &mut Mail) {
    let Some(domain) = mail.author().map(|author| author.domain().to_owned()) else { return };
    let checked = check(dns, raw, &domain).await;
    // What was not checked stays as it claims: cut short by `l=`, or one too many.
    let still = |fact: &AuthFact| match fact {
        AuthFact::Signature(claimed) => !checked.iter().any(|one| DkimSignature { check: DkimCheck::Unchecked, ..one.clone() } == *claimed),
        _ => true,
    };
    mail.auth.retain(still);
    mail.auth.extend(checked.into_iter().map(AuthFact::Signature));
}

/// A key as it is published.
enum Key {
    Good(Arc<DomainKey>),
    Refused(&'static str),
    NotYet(String),
}

/// Judges the TXT records of a key's name.
fn key(records: &[String]) -> Key {
    let mut refused = "there is no key of that name";
    for record in records {
        let tag =
            |name: &str| record.split(';').find_map(|tag| tag.trim().strip_prefix(name)?.trim_start().strip_prefix('=').map(str::trim));
        match DomainKey::parse(record.as_bytes()) {
            // What is signed in test mode is to be treated as unsigned (RFC 6376 section 3.6.1).
            Ok(_) if tag("t").is_some_and(|flags| flags.split(':').any(|flag| flag.trim().eq_ignore_ascii_case("y"))) => {
                refused = "its key is in test mode (t=y)";
            }
            Ok(_) if tag("h").is_some_and(|hashes| !hashes.split(':').any(|hash| hash.trim().eq_ignore_ascii_case("sha256"))) => {
                refused = "its key is not for SHA-256";
            }
            Ok(_) if tag("s").is_some_and(|services| !services.split(':').any(|one| matches!(one.trim(), "*" | "email"))) => {
                refused = "its key is not for mail";
            }
            Ok(key) => return Key::Good(Arc::new(key)),
            Err(_) if tag("p") == Some("") => refused = "its key was taken back",
            Err(_) => refused = "its key cannot be read",
        }
    }
    Key::Refused(refused)
}

fn words(error: &Error) -> String {
    use mail_auth::dkim::DkimError;
    match error {
        Error::Dkim(DkimError::FailedBodyHashMatch) => "the text was changed after signing".to_owned(),
        Error::Dkim(DkimError::SignatureExpired) => "it has expired".to_owned(),
        Error::Crypto(_) => "the signed headers were changed, or another key signed".to_owned(),
        other => other.to_string(),
    }
}

/// The keys that were asked for; every other name has no record, so that the library asks nobody by itself.
#[derive(Default)]
struct Keys(BTreeMap<String, Key>);

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let known = self.0.iter().find(|(known, _)| <Box<str> as Borrow<Q>>::borrow(&known.as_str().into()) == name);
        Some(match known {
            Some((_, Key::Good(key))) => Txt::DomainKey(Arc::clone(key)),
            _ => Txt::Error(Error::Dns(mail_auth::DnsError::InvalidRecordType)),
        })
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a02_only_a_key_in_full_force_is_one() {
        let p = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        let of = |record: &str| match key(&[record.to_owned()]) {
            Key::Good(_) => "good",
            Key::Refused(why) => why,
            Key::NotYet(_) => "not yet",
        };
        assert_eq!(of(&format!("v=DKIM1; k=ed25519; p={p}")), "good");
        assert_eq!(of(&format!("v=DKIM1; k=ed25519; t=s; p={p}")), "good");
        assert_eq!(of(&format!("v=DKIM1; k=ed25519; t = y:s; p={p}")), "its key is in test mode (t=y)");
        assert_eq!(of(&format!("v=DKIM1; k=ed25519; h=sha1; p={p}")), "its key is not for SHA-256");
        assert_eq!(of(&format!("v=DKIM1; k=ed25519; s=tlsrpt; p={p}")), "its key is not for mail");
        assert_eq!(of(&format!("v=DKIM1; k=ed25519; s=tlsrpt:email; p={p}")), "good");
        assert_eq!(of("v=DKIM1; p="), "its key was taken back");
        assert_eq!(of("v=spf1 -all"), "its key cannot be read");
        assert!(matches!(key(&[]), Key::Refused("there is no key of that name")));
    }
}
