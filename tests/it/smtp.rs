//! The SMTP client against a server that misbehaves: what a mail's fate is said to be is what became of it.

mod breaks;
mod refusals;
mod sign_in;
mod tampering;
mod wire;

use crate::fakes::smtp::FakeSmtp;
use forewarn::smtp::{Patience, Smtp, SmtpError, Stage};
use std::time::Duration;

const HELLO: &str = "client.example";
const FROM: &str = "noc@harbor.example";
const TO: &str = "sam@customer.example";
const MAIL: &[u8] = b"From: noc@harbor.example\r\nTo: sam@customer.example\r\nSubject: maintenance\r\n\r\nHello\r\n";

/// Deadlines that no healthy answer on this machine misses.
fn patient() -> Patience {
    within(Duration::from_secs(20))
}

/// Deadlines for a server that is known to fall silent.
fn impatient() -> Patience {
    within(Duration::from_millis(300))
}

fn within(limit: Duration) -> Patience {
    Patience { hello: limit, mail: limit, rcpt: limit, data: limit, block: limit, dot: limit, farewell: limit }
}

async fn open(fake: &FakeSmtp) -> Result<Smtp, SmtpError> {
    Smtp::open_within(&fake.server(), None, HELLO, patient()).await
}

async fn hand_over(smtp: &mut Smtp, to: &str, bytes: &[u8]) -> Result<String, SmtpError> {
    smtp.offer(FROM, to, bytes, "notice:17").await?;
    smtp.deliver(bytes).await
}

/// One mail from the beginning to the end.
async fn send(fake: &FakeSmtp, patience: Patience) -> Result<String, SmtpError> {
    let mut smtp = Smtp::open_within(&fake.server(), None, HELLO, patience).await?;
    hand_over(&mut smtp, TO, MAIL).await
}

/// What is checked of an error: what the caller does next, where, and the code.
fn fate(error: &SmtpError) -> (&'static str, Option<Stage>, Option<u16>) {
    match error {
        SmtpError::Connect(_) => ("connect", None, None),
        SmtpError::PasswordRefused { .. } => ("password refused", None, None),
        SmtpError::PasswordSignInOff { .. } => ("password sign-in off", None, None),
        SmtpError::TokenRefused { .. } => ("token refused", None, None),
        SmtpError::SignInNeeded { .. } => ("sign-in needed", None, None),
        SmtpError::MayNotSendAs { .. } => ("may not send as", None, None),
        SmtpError::Later { stage, code, .. } => ("later", Some(*stage), *code),
        SmtpError::Refused { stage, code, .. } => ("refused", Some(*stage), Some(*code)),
        SmtpError::Unknown { .. } => ("unknown", None, None),
        SmtpError::Unsendable(_) => ("unsendable", None, None),
    }
}
