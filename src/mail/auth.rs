//! Facts about who sent a mail → whether that counts (RFC 6376, RFC 8601). Unnamed headers can lower trust, never raise it.

use std::fmt;

use crate::model::{AuthFact, AuthMode, DkimCheck, DkimSignature, Mail};

/// Why a sender is not proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproved {
    /// It is not, a sentence.
    Not(String),
    /// It cannot be said just now, because a key could not be asked for; a sentence.
    NotYet(String),
}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Not(why) | Self::NotYet(why) => f.write_str(why),
        }
    }
}

/// Whether the one From address of a mail is proved under a mode: the proof's name, or why not.
///
/// `dkim`: a signature of exactly the From domain over From and the whole body holds, as the shell checked it. `authserv:<id>`: only the
/// topmost Authentication-Results counts and only if it is of exactly that id; it must say `dmarc=pass` for the From domain, or
/// `dkim=pass` with `header.d` equal to it, or `auth=pass` with the From address itself as `smtp.auth` (RFC 8601 section 2.7.4: the
/// author signed in to that server). `m365-internal`: the one `X-MS-Exchange-Organization-AuthAs` says `Internal`; Exchange Online's
/// header firewall takes that field out of mail from outside. `token-only` proves nothing and is named so.
///
/// # Errors
/// What is missing.
pub fn proof(mail: &Mail, mode: &AuthMode) -> Result<String, Unproved> {
    let Some(author) = mail.author() else { return Err(Unproved::Not("the mail has not exactly one sender".to_owned())) };
    match mode {
        AuthMode::TokenOnly => Ok("token-only".to_owned()),
        AuthMode::Dkim => signed_by_the_author(mail).map(|signature| format!("dkim:{}/{}", signature.domain, signature.selector)),
        AuthMode::M365Internal => match exchange_words(mail).as_slice() {
            [word] if word.eq_ignore_ascii_case("internal") => Ok("m365-internal".to_owned()),
            [] => Err(Unproved::Not("Exchange Online does not say where it came from".to_owned())),
            [word] => Err(Unproved::Not(format!("Exchange Online says that it came as “{word}”, not from inside"))),
            _ => Err(Unproved::Not("two headers say where it came from".to_owned())),
        },
        AuthMode::Authserv(id) => match top_results(mail) {
            None => Err(Unproved::Not(format!("no Authentication-Results of {id} stands in the mail"))),
            Some(top) if passed(top, id, &author.address) => Ok(format!("authserv:{id}")),
            Some(_) => Err(Unproved::Not(format!(
                "{id} does not say that {} passed DMARC or DKIM, or that {} signed in",
                author.domain(),
                author.address
            ))),
        },
    }
}

/// Whether a kept proof is of this mode.
#[must_use]
pub fn is_of(mode: &AuthMode, proof: &str) -> bool {
    match mode {
        AuthMode::TokenOnly => proof == "token-only",
        AuthMode::M365Internal => proof == "m365-internal",
        AuthMode::Dkim => proof.starts_with("dkim:"),
        AuthMode::Authserv(id) => proof.strip_prefix("authserv:") == Some(id),
    }
}

/// Whether what proves the sender also covers one of these header fields (lower case) and the whole body: a signed mail that is sent again
/// with another field put in proves nothing about that field.
///
/// # Errors
/// A sentence that says what is not covered.
pub fn covers(mail: &Mail, mode: &AuthMode, fields: &[&str]) -> Result<(), String> {
    every_proof(mail, mode, |signature| {
        // What servers on the way write stands more than once, and only the lowest would be signed.
        if !fields.iter().any(|field| *field != "delivered-to" && signs(signature, field)) {
            return Err(format!("the signature of {} does not cover what ties the answer to its request", signature.domain));
        }
        if !signature.whole_body || signature.third_party || !signs(signature, "from") {
            return Err(format!("the signature of {} does not cover From and the whole text", signature.domain));
        }
        Ok(())
    })
}

/// Whether the first line that is read is the one that was signed: a signature covers the body, and rarely what says how to read it.
///
/// # Errors
/// A sentence for the sender.
pub fn reads_as_signed(mail: &Mail, mode: &AuthMode) -> Result<(), String> {
    every_proof(mail, mode, |signature| {
        if mail.body_fits_type || signs(signature, "content-type") && signs(signature, "content-transfer-encoding") {
            return Ok(());
        }
        Err("the text of your reply does not begin as its headers say, and your mail server does not sign those".to_owned())
    })
}

/// Judges what proves the sender: one signature that holds is enough where we check them. Where another server vouches, which of the
/// signatures it means is not known, so all that it may mean must do; one that was put in cannot take the genuine one away.
fn every_proof(mail: &Mail, mode: &AuthMode, judge: impl Fn(&DkimSignature) -> Result<(), String>) -> Result<(), String> {
    match mode {
        AuthMode::TokenOnly | AuthMode::M365Internal => Ok(()),
        AuthMode::Dkim => {
            let mut failure = Err("no signature covers the answer".to_owned());
            for signature in aligned(mail).filter(|signature| holds(signature)) {
                failure = judge(signature);
                if failure.is_ok() {
                    break;
                }
            }
            failure
        }
        AuthMode::Authserv(_) => related(mail).try_for_each(judge),
    }
}

/// Whether a provider's mail is proved: never where two readers may see two senders in it, and never under `token-only`, because its sender has no token. Inside an Exchange tenant a provider
/// is a stranger, so its own signature counts there.
///
/// # Errors
/// Why it is not.
pub fn provider_proof(mail: &Mail, mode: &AuthMode) -> Result<String, Unproved> {
    if let Some(fault) = mail.header_faults.first() {
        return Err(Unproved::Not(format!("its headers are not those of an honest mail: {fault}")));
    }
    match mode {
        AuthMode::TokenOnly => Err(Unproved::Not("nothing checks senders here".to_owned())),
        AuthMode::M365Internal => proof(mail, &AuthMode::Dkim),
        AuthMode::Dkim | AuthMode::Authserv(_) => proof(mail, mode),
    }
}

/// Whether a check says outright that somebody else wrote in this domain's name; a sentence. A mail without any word on it is no such.
#[must_use]
pub fn denied(mail: &Mail, mode: &AuthMode) -> Option<String> {
    let domain = mail.author()?.domain();
    if provider_proof(mail, mode).is_ok() {
        return None;
    }
    let failed = |signature: &DkimSignature| match &signature.check {
        DkimCheck::Fail(why) => Some(format!("the signature of {domain} does not hold: {why}")),
        _ => None,
    };
    match mode {
        AuthMode::Dkim | AuthMode::M365Internal => aligned(mail).find_map(failed),
        AuthMode::Authserv(id) => {
            let top = top_results(mail)?;
            let fails = |word: &str| says(top, id, &[(word, "header.from=", domain), (word, "header.d=", domain)]);
            (fails("dmarc=fail") || fails("dkim=fail")).then(|| format!("{id} says that the mail is not from {domain}"))
        }
        AuthMode::TokenOnly => None,
    }
}

fn signed_by_the_author(mail: &Mail) -> Result<&DkimSignature, Unproved> {
    let domain = mail.author().map_or("", |author| author.domain());
    if let Some(signature) = aligned(mail).find(|signature| holds(signature)) {
        return Ok(signature);
    }
    let mut why = Unproved::Not(format!("it carries no signature of {domain}"));
    for signature in aligned(mail) {
        why = match &signature.check {
            DkimCheck::NotYet(why) => {
                return Err(Unproved::NotYet(format!("the key of {}._domainkey.{domain} cannot be had: {why}", signature.selector)));
            }
            DkimCheck::Fail(why) => Unproved::Not(format!("the signature of {domain} does not hold: {why}")),
            DkimCheck::Unchecked => Unproved::Not(format!("the signature of {domain} was not checked")),
            DkimCheck::Pass => Unproved::Not(format!("the signature of {domain} does not cover From and the whole text")),
        };
    }
    Err(why)
}

fn holds(signature: &DkimSignature) -> bool {
    signature.check == DkimCheck::Pass && signs(signature, "from") && signature.whole_body && !signature.third_party
}

fn signs(signature: &DkimSignature, field: &str) -> bool {
    signature.signed.iter().any(|signed| signed == field)
}

/// The signatures of exactly the From domain.
fn aligned(mail: &Mail) -> impl Iterator<Item = &DkimSignature> {
    let domain = mail.author().map(|author| author.domain().to_ascii_lowercase()).filter(|domain| !domain.is_empty());
    mail.auth.iter().filter_map(move |fact| match fact {
        AuthFact::Signature(signature) if Some(&signature.domain) == domain.as_ref() => Some(signature),
        _ => None,
    })
}

/// The signatures of domains with the From domain's two last labels: DMARC takes a parent's, a child's or a sister's for the author's
/// (RFC 7489 section 3.1.1).
fn related(mail: &Mail) -> impl Iterator<Item = &DkimSignature> {
    let ends = |domain: &str| {
        let mut labels = domain.rsplit('.').map(str::to_ascii_lowercase);
        (labels.next(), labels.next())
    };
    let author = mail.author().map(|author| ends(author.domain()));
    mail.auth.iter().filter_map(move |fact| match fact {
        AuthFact::Signature(signature) if Some(ends(&signature.domain)) == author => Some(signature),
        _ => None,
    })
}

fn top_results(mail: &Mail) -> Option<&str> {
    mail.auth.iter().find_map(|fact| if let AuthFact::Results(text) = fact { Some(text.as_str()) } else { None })
}

fn exchange_words(mail: &Mail) -> Vec<&str> {
    mail.auth.iter().filter_map(|fact| if let AuthFact::ExchangeAuthAs(word) = fact { Some(word.trim()) } else { None }).collect()
}

fn passed(header: &str, id: &str, address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    !domain.is_empty()
        && says(
            header,
            id,
            &[("dmarc=pass", "header.from=", domain), ("dkim=pass", "header.d=", domain), ("auth=pass", "smtp.auth=", &address)],
        )
}

/// Whether an Authentication-Results of this server holds one of these verdicts: the result, and a property with its value. One that
/// cannot be taken apart in one way only, or that judges DMARC twice, says nothing: what a sender chose was written into it.
fn says(header: &str, id: &str, verdicts: &[(&str, &str, &str)]) -> bool {
    let Some(bare) = without_comments(header) else { return false };
    let mut parts = bare.split(';').map(str::trim);
    let named = parts.next().and_then(|first| first.split_whitespace().next());
    if !named.is_some_and(|name| name.eq_ignore_ascii_case(id)) {
        return false;
    }
    let parts: Vec<Vec<String>> = parts.map(|part| part.split_whitespace().map(str::to_ascii_lowercase).collect()).collect();
    let first = |words: &[String]| words.first().cloned().unwrap_or_default();
    if parts.iter().filter(|words| first(words).starts_with("dmarc=")).count() > 1 {
        return false;
    }
    parts.iter().any(|words| {
        verdicts.iter().any(|(result, property, value)| {
            let mut properties = words.iter().filter_map(|word| word.strip_prefix(property));
            first(words) == *result && properties.next().is_some_and(|found| found == *value) && properties.next().is_none()
        })
    })
}

/// The header without comments (RFC 5322 section 3.2.2): forged verdicts hide there. Quoted strings are left out whole. What is glued to a
/// word leaves a mark on it: `header.d=harbor.example(.evil.example` is no `harbor.example`. None where a comment or a quote does not end.
fn without_comments(header: &str) -> Option<String> {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_u32, false, false);
    for c in header.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        let outside = depth == 0 && !quoted;
        match c {
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            '\r' | '\n' if outside => out.push(' '),
            _ if outside => out.push(c),
            _ => {}
        }
        if outside && matches!(c, '\\' | '"' | '(') && out.ends_with(|last: char| !last.is_whitespace() && last != ';') {
            out.push(c);
        }
    }
    (depth == 0 && !quoted).then_some(out)
}

#[cfg(test)]
mod tests;
