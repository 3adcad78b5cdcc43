//! Facts about who sent a mail → whether that counts (RFC 8601). Unnamed headers can lower trust, never raise it.

use crate::model::{AuthFact, AuthMode, Mail};

/// Whether the one From address of a mail is proved under a mode: the proof's name, or why not, as a sentence.
///
/// `authserv:<id>`: only the topmost Authentication-Results counts and only if it is of exactly that id; it must say `dmarc=pass` for the
/// From domain, or `dkim=pass` with `header.d` equal to it, or `auth=pass` with the From address itself as `smtp.auth` (RFC 8601
/// section 2.7.4: the author signed in to that server). `token-only` proves nothing and is named so.
///
/// # Errors
/// A sentence that says what is missing.
pub fn proof(mail: &Mail, mode: &AuthMode) -> Result<String, String> {
    match mode {
        AuthMode::TokenOnly => Ok("token-only".to_owned()),
        AuthMode::Authserv(id) => {
            let Some(author) = mail.author() else { return Err("the mail has not exactly one sender".to_owned()) };
            let Some(AuthFact::Results(top)) = mail.auth.first() else {
                return Err(format!("no Authentication-Results of {id} stands in the mail"));
            };
            if passed(top, id, &author.address) {
                Ok(format!("authserv:{id}"))
            } else {
                Err(format!("{id} does not say that {} passed DMARC or DKIM, or that {} signed in", author.domain(), author.address))
            }
        }
    }
}

/// Whether a provider's mail is proved: never under `token-only`, because its sender has no token.
#[must_use]
pub fn provider_verified(mail: &Mail, mode: &AuthMode) -> bool {
    *mode != AuthMode::TokenOnly && proof(mail, mode).is_ok()
}

fn passed(header: &str, id: &str, address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let bare = without_comments(header);
    let mut parts = bare.split(';').map(str::trim);
    let named = parts.next().and_then(|first| first.split_whitespace().next());
    if domain.is_empty() || !named.is_some_and(|name| name.eq_ignore_ascii_case(id)) {
        return false;
    }
    parts.any(|part| {
        let words: Vec<String> = part.split_whitespace().map(str::to_ascii_lowercase).collect();
        let says = |name: &str, value: &str| words.iter().any(|word| word.strip_prefix(name) == Some(value));
        match words.first().map(String::as_str) {
            Some("dmarc=pass") => says("header.from=", domain),
            Some("dkim=pass") => says("header.d=", domain),
            Some("auth=pass") => says("smtp.auth=", &address),
            _ => false,
        }
    })
}

/// The header without comments (RFC 5322 section 3.2.2): forged verdicts hide there. Quoted strings are kept whole.
fn without_comments(header: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_u32, false, false);
    for c in header.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            '\r' | '\n' => out.push(' '),
            _ if depth == 0 && !quoted => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mailbox;

    fn check(headers: &[&str], accepted: bool) {
        let mail = Mail {
            from: vec![Mailbox { name: String::new(), address: "sam@harbor.example".into() }],
            auth: headers.iter().map(|header| AuthFact::Results((*header).to_owned())).collect(),
            ..Mail::default()
        };
        assert_eq!(proof(&mail, &AuthMode::Authserv("mx.harbor.example".into())).is_ok(), accepted, "{headers:?}");
    }

    #[test]
    fn a05_only_the_topmost_header_of_the_named_server_counts() {
        check(&["mx.harbor.example; dmarc=pass header.from=harbor.example"], true);
        check(&["MX.harbor.example 1;\r\n dkim=pass (2048 bit) header.d=harbor.example"], true);
        check(&[], false);
        check(&["other.example; dmarc=pass header.from=harbor.example"], false);
        check(&["other.example; none", "mx.harbor.example; dmarc=pass header.from=harbor.example"], false);
        check(&["mx.harbor.example; dmarc=fail header.from=harbor.example"], false);
        check(&["mx.harbor.example; none (; dmarc=pass header.from=harbor.example)"], false);
        check(&["mx.harbor.example; dkim=pass header.d=evil.example"], false);
        check(&["mx.harbor.example; spf=pass smtp.mailfrom=harbor.example"], false);
        check(&["mx.harbor.example; auth=pass (plain) smtp.auth=Sam@harbor.example"], true);
        check(&["mx.harbor.example; auth=pass smtp.auth=kim@harbor.example"], false);
        check(&["mx.harbor.example; auth=pass smtp.auth=sam"], false);
        check(&["mx.harbor.example; auth=fail smtp.auth=sam@harbor.example"], false);
        check(&["x(mx.harbor.example; dmarc=pass header.from=harbor.example"], false);
    }
}
