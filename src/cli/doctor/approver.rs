//! The trial of an approver: a real request, a real answer, and what makes it count (W05).

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::postage::{found, own_mailbox};
use super::{Finding, Report, open_submission};
use crate::approval::{self, Refused};
use crate::clock::Clock;
use crate::config::{Config, ImapConfig, SmtpConfig, approval_key};
use crate::desk::{self, Desk};
use crate::dkim;
use crate::dns::Dns;
use crate::imap::{Imap, ImapError};
use crate::model::{AuthMode, Mail, Mailbox, Request};
use crate::service::credentials;

/// Time between two looks for the answer.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Sends the trial to an approver, waits for the answer, and says whether it counts and by what, or why not.
pub(super) async fn trial<W: Write>(
    config: &Config,
    smtp: &SmtpConfig,
    address: &str,
    wait: Duration,
    dns: Option<SocketAddr>,
    report: &mut Report<'_, W>,
) -> anyhow::Result<()> {
    let is = |known: &&Mailbox| known.address.eq_ignore_ascii_case(address);
    let Some(approver) = config.policy.approvers.iter().map(|approver| &approver.mailbox).find(is) else {
        let known: Vec<&str> = config.policy.approvers.iter().map(|approver| approver.mailbox.address.as_str()).collect();
        let text = format!("{address} is no approver\n  help: there are {}; aliases get no requests", known.join(", "));
        return report.say(Finding::Broken(text));
    };
    let Some(own) = own_mailbox(config) else {
        return report.say(Finding::Doubtful("no mailbox on a server is read for replies, so no answer can be waited for".to_owned()));
    };
    let minutes = wait.as_secs().div_ceil(60);
    writeln!(report.out, "     {} gets a test request and has {minutes} minutes to answer \"ok\" …", approver.address)?;
    report.out.flush()?;
    report.say(match there_and_back(config, smtp, own, approver, wait, dns).await {
        Ok(Ok(proof)) => Finding::Well(format!("the answer of {} counts, by {proof}", approver.address)),
        Ok(Err(refused)) => Finding::Broken(format!(
            "the answer of {} does not count: {}\n  help: {}",
            approver.address,
            refused.detail,
            mend(&config.policy.auth)
        )),
        Err(why) => Finding::Broken(why),
    })
}

fn mend(mode: &AuthMode) -> &'static str {
    match mode {
        AuthMode::Dkim => {
            "does the mail server that takes this approver's mail sign it with DKIM, under exactly the domain of their address?"
        }
        AuthMode::Authserv(_) => "does the server named in auth = \"authserv:…\" check this approver's mail, and name itself so?",
        AuthMode::M365Internal => "is this approver's mailbox in the same tenant of Exchange Online?",
        AuthMode::TokenOnly => "answers must come from the address that stands in forewarn.toml",
    }
}

async fn there_and_back(
    config: &Config,
    smtp: &SmtpConfig,
    own: &ImapConfig,
    approver: &Mailbox,
    wait: Duration,
    dns: Option<SocketAddr>,
) -> Result<Result<String, Box<Refused>>, String> {
    let said = |error: ImapError| error.to_string();
    let key = approval_key(&config.key).map_err(|error| error.to_string())?.expose_secret().as_bytes().to_vec();
    let templates = crate::service::templates(config.templates_dir.as_deref()).map_err(|error| error.to_string())?;
    let zones = crate::zones::newest();
    let desk = Desk { policy: &config.policy, inventory: &config.inventory, templates: &templates, zones: &zones, key: &key };
    let now = Clock::System.now();
    let letter = desk::trial(&desk, approver, now).map_err(|error| format!("the test request cannot be written: {error}"))?;
    let request = desk::trial_request(&desk, &approver.address, now);
    let names = match config.policy.auth {
        AuthMode::Dkim => Some(Dns::new(dns.or(config.name_server)).map_err(|error| error.to_string())?),
        _ => None,
    };
    let credentials = credentials(&own.login).await.map_err(|error| error.to_string())?;
    let mut imap = Imap::open(&own.server, &credentials).await.map_err(said)?;
    let folders = imap.folders().await.map_err(said)?;
    let mut next = BTreeMap::new();
    for folder in &folders {
        next.insert(folder.wire.clone(), imap.examine(folder).await.map_err(said)?.uid_next.unwrap_or(1));
    }
    let mut submission = open_submission(config, smtp).await?;
    let from = &config.policy.from.address;
    submission.offer(from, &approver.address, &letter.bytes, "doctor").await.map_err(|error| error.to_string())?;
    submission.deliver(&letter.bytes).await.map_err(|error| error.to_string())?;
    submission.quit().await;
    let began = tokio::time::Instant::now();
    let answers = |mail: &Mail| is_answer(config, &request, mail);
    while began.elapsed() < wait {
        for folder in &folders {
            let Some((raw, _)) = found(&mut imap, folder, &mut next, answers).await.map_err(said)? else { continue };
            let mut mail = crate::mail::parse(&raw);
            if let Some(names) = &names {
                dkim::settle(names, &raw, &mut mail).await;
            }
            imap.close().await;
            return Ok(approval::judge(&config.policy, &mail, std::slice::from_ref(&request)).map(|accepted| accepted.proof));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(format!(
        "no answer of {} arrived within {} seconds\n  help: did the test request reach them, spam folder included? --wait gives them more time",
        approver.address,
        wait.as_secs()
    ))
}

/// Whether a mail answers the trial; the trial itself, as a copy may lie in our own mailbox, does not.
fn is_answer(config: &Config, request: &Request, mail: &Mail) -> bool {
    let from_us = mail.from.iter().any(|from| from.address.eq_ignore_ascii_case(&config.policy.from.address));
    !from_us && approval::automatic(mail).is_none() && {
        approval::carriers(mail, &config.policy.from).iter().any(|(_, carrier)| carrier.names(request))
    }
}
