//! AUTH: each way in, each way to be refused under its name, and no secret where people read.

use super::{HELLO, MAIL, TO, fate, hand_over, patient};
use crate::fakes::smtp::{At, FakeSmtp, Fault, Plan};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forewarn::model::Security;
use forewarn::smtp::{Smtp, SmtpError};
use forewarn::tls::{Credentials, Secret};

fn password(user: &str, password: &str) -> Credentials {
    Credentials { user: user.into(), mailbox: None, secret: Secret::Password(password.into()) }
}

fn token(user: &str, token: &str) -> Credentials {
    Credentials { user: user.into(), mailbox: None, secret: Secret::Token(token.into()) }
}

async fn open(fake: &FakeSmtp, credentials: &Credentials) -> Result<Smtp, SmtpError> {
    Smtp::open_within(&fake.server(), Some(credentials), HELLO, patient()).await
}

fn offering(auth: &str) -> Plan {
    FakeSmtp::with().offers(&[auth]).password("sam", "s3cret pässword").token("sam", "ya29.token")
}

#[tokio::test]
async fn each_way_to_sign_in_works() {
    let long = "ya29.".to_owned() + &"long".repeat(600);
    let shared = |credentials: Credentials| Credentials { mailbox: Some("noc@harbor.example".into()), ..credentials };
    let pass = || password("sam", "s3cret pässword");
    for security in [Security::Plain, Security::StartTls, Security::Implicit] {
        for (fake, credentials, user) in [
            (offering("AUTH PLAIN LOGIN"), pass(), "sam"),
            (offering("AUTH LOGIN"), pass(), "sam"),
            (offering("auth login plain"), shared(pass()), "noc@harbor.example"),
            (offering("AUTH LOGIN"), shared(pass()), "sam"),
            (offering("AUTH PLAIN XOAUTH2"), token("sam", "ya29.token"), "sam"),
            (FakeSmtp::with().token("noc@harbor.example", "ya29.token"), shared(token("sam", "ya29.token")), "noc@harbor.example"),
            (FakeSmtp::with().token("sam", &long), token("sam", &long), "sam"),
        ] {
            let fake = fake.security(security).start();
            let mut smtp = open(&fake, &credentials).await.unwrap();
            hand_over(&mut smtp, TO, MAIL).await.unwrap();
            smtp.quit().await;
            assert_eq!(fake.mails()[0].user.as_deref(), Some(user), "{security:?}");
            let heard = fake.heard().concat();
            let (before, after) = heard.split_once("*tls*\r\n").unwrap_or(("", &heard));
            assert!(!before.contains("AUTH") && after.contains("AUTH"), "{security:?}: {heard}");
            assert!(heard.lines().all(|line| !line.starts_with("AUTH ") || line.len() <= 510), "RFC 4954 section 4: {heard}");
        }
    }
}

#[tokio::test]
async fn each_refusal_has_its_name_and_shows_no_secret() {
    let challenge = format!("334 {}", STANDARD.encode(r#"{"status":"401","schemes":"bearer","scope":"https://mail.example/"}"#));
    let echo = format!("535 5.7.8 cannot use {} and {}", STANDARD.encode("\0sam\0s3cret pässword"), STANDARD.encode("s3cret pässword"));
    let off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled";
    let pass = || password("sam", "s3cret pässword");
    let access = || token("sam", "ya29.token");
    for (fake, credentials, name, words) in [
        (offering("AUTH PLAIN"), password("sam", "wrong one"), "password refused", "535 5.7.8"),
        (offering("AUTH LOGIN"), password("sam", "wrong one"), "password refused", "535 5.7.8"),
        (offering("AUTH PLAIN").fault(Fault::at(At::Auth).says(&echo)), pass(), "password refused", "cannot use ***"),
        (
            offering("AUTH PLAIN")
                .fault(Fault::at(At::Auth).says("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.")),
            pass(),
            "password refused",
            "incorrect",
        ),
        (offering("AUTH LOGIN").fault(Fault::at(At::Auth).says(off)), pass(), "password sign-in off", "SMTP sign-in"),
        (offering("AUTH PLAIN").fault(Fault::at(At::Auth).says("504 5.5.4 no")), pass(), "password sign-in off", "504"),
        (offering("AUTH XOAUTH2"), pass(), "password sign-in off", "XOAUTH2"),
        (offering("AUTH"), pass(), "password sign-in off", "offers no sign-in"),
        (offering("AUTH XOAUTH2"), token("sam", "ya29.stale"), "token refused", "535"),
        (offering("AUTH XOAUTH2").fault(Fault::at(At::Auth).says(&challenge)), access(), "token refused", "status 401"),
        (offering("AUTH PLAIN LOGIN"), access(), "token refused", "PLAIN, LOGIN"),
    ] {
        let fake = fake.security(Security::StartTls).start();
        let error = open(&fake, &credentials).await.err().unwrap();
        let (shown, debug) = (error.to_string(), format!("{error:?}"));
        assert_eq!(fate(&error).0, name, "{shown}");
        assert!(shown.contains(words), "{shown} should say {words}");
        assert!(shown.contains("sam") && shown.contains("localhost:"), "who and where: {shown}");
        for secret in ["s3cret", "wrong one", "ya29", &STANDARD.encode("s3cret pässword"), &STANDARD.encode("\0sam\0s3cret pässword")] {
            assert!(!shown.contains(secret) && !debug.contains(secret), "{debug}");
        }
        assert!(error.is_about_the_server() && error.breaks_connection(), "no notice fails because of it: {shown}");
    }
}
