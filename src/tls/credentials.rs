//! What we sign in with. Neither secret is ever printed.

use secrecy::{ExposeSecret as _, SecretString};

/// A secret, by how it is used.
#[derive(Clone, Debug)]
pub enum Secret {
    /// A password.
    Password(SecretString),
    /// An OAuth access token, for XOAUTH2.
    Token(SecretString),
}

/// Who signs in, to which mailbox.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user whose password or token it is.
    pub user: String,
    /// The mailbox, where it is another than the user's own (a shared one).
    pub mailbox: Option<String>,
    /// Password or token.
    pub secret: Secret,
}

impl Credentials {
    /// The answer of SASL XOAUTH2, not yet in base64: the mailbox stands for the user, the token says who asks
    /// (<https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>).
    /// None for a password.
    #[must_use]
    pub fn xoauth2(&self) -> Option<SecretString> {
        match &self.secret {
            Secret::Token(token) => {
                let user = self.mailbox.as_deref().unwrap_or(&self.user);
                Some(format!("user={user}\u{1}auth=Bearer {}\u{1}\u{1}", token.expose_secret()).into())
            }
            Secret::Password(_) => None,
        }
    }

    /// The answer of SASL PLAIN (RFC 4616), not yet in base64: mailbox, user, password. None for a token.
    #[must_use]
    pub fn plain(&self) -> Option<SecretString> {
        match &self.secret {
            Secret::Password(password) => {
                let mailbox = self.mailbox.as_deref().unwrap_or_default();
                Some(format!("{mailbox}\0{}\0{}", self.user, password.expose_secret()).into())
            }
            Secret::Token(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_mailbox_is_named_beside_the_user() {
        let with = |secret| Credentials { user: "sam@harbor.example".into(), mailbox: Some("noc@harbor.example".into()), secret };
        let plain = with(Secret::Password("s3cret".into()));
        assert_eq!(plain.plain().unwrap().expose_secret(), "noc@harbor.example\0sam@harbor.example\0s3cret");
        assert!(plain.xoauth2().is_none());
        let token = with(Secret::Token("abc".into()));
        assert_eq!(token.xoauth2().unwrap().expose_secret(), "user=noc@harbor.example\u{1}auth=Bearer abc\u{1}\u{1}");
        assert!(token.plain().is_none());
        assert!(!format!("{plain:?}{token:?}").contains("s3cret") && !format!("{token:?}").contains("abc"), "no secret is printed");
    }
}
