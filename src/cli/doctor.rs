//! `forewarn doctor`: whether it really works here. It signs in, sends, receives and asks, and names the cause and the mend of each finding.

mod approver;
mod machine;
mod postage;
mod records;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::view::{ALERT, GOOD, HEAD, folded, to_stdout};
use super::{block_on, check};
use crate::config::{self, Config, InboxKind, Severity, SinkConfig};
use crate::imap::Imap;
use crate::service::credentials;
use crate::smtp::Smtp;
use crate::{clock::Clock, heartbeat};

/// Really sign in, send, receive and ask, and name the cause and mend of each finding
///
///   forewarn doctor
///   forewarn doctor --wait 300      for a mail server that takes its time
///   forewarn doctor --approver sam@example.net
///                                   asks one approver for an answer, and says
///                                   whether it counts
///
/// Looks at this machine (clock, zone data, permissions, disk), signs in to each
/// mailbox and to the server that takes mail, sends itself a test mail with a
/// forged Authentication-Results header and sees what arrives, and asks for the
/// SPF, DKIM and DMARC records of the From domain. Writes to nobody else but the
/// approver named, and nothing into the store; works beside a running service.
///
/// Exit code 0 when all is well, 1 when something needs attention, 2 when the
/// configuration does not hold.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct DoctorArgs {
    /// Seconds to wait for the test mail [default: 120], or for an approver's answer [default: 900]
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Send this approver a test request, wait for the answer and say whether it counts
    #[arg(long, value_name = "ADDRESS")]
    pub approver: Option<String>,
    /// Ask this name server instead of the machine's
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub dns: Option<SocketAddr>,
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// As it should be.
    Well(String),
    /// It works, but hardly as it is meant.
    Doubtful(String),
    /// It does not work, with the mend.
    Broken(String),
}

impl DoctorArgs {
    /// Looks at everything, and prints each finding as it is made.
    ///
    /// # Errors
    /// An output that is closed; everything else is printed.
    pub fn run(&self, config_path: &Path) -> anyhow::Result<ExitCode> {
        let config = match config::load(config_path) {
            Ok(config) => config,
            Err(report) => {
                to_stdout(|out| Ok(writeln!(out, "{}", report.render(true))?))?;
                return Ok(ExitCode::from(2));
            }
        };
        let broken = to_stdout(|out| block_on(self.look(&config, out)))?;
        Ok(ExitCode::from(u8::from(broken > 0)))
    }

    /// The number of things that need attention.
    async fn look(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<usize> {
        let mut report = Report { out, attention: 0 };
        let clock = Clock::System;
        let zones = crate::zones::newest();
        report.part("CONFIGURATION AND MACHINE")?;
        for (severity, text) in check::surroundings(config, &zones) {
            report.say(if severity == Severity::Error { Finding::Broken(text) } else { Finding::Doubtful(text) })?;
        }
        for finding in machine::findings(config, &zones, clock.now()) {
            report.say(finding)?;
        }

        report.part("MAILBOXES")?;
        for inbox in &config.inboxes {
            report.say(match &inbox.kind {
                InboxKind::Maildir { path } => match crate::maildir::list(path) {
                    Ok(mails) => Finding::Well(format!("{}: the Maildir {} holds {} mails", inbox.account, path.display(), mails.len())),
                    Err(error) => Finding::Broken(format!("{}: {error}", inbox.account)),
                },
                InboxKind::Imap(imap) => match mailbox(imap).await {
                    Ok(text) => Finding::Well(format!("{}: {text}", inbox.account)),
                    Err(why) => Finding::Broken(format!("{}: {why}", inbox.account)),
                },
            })?;
        }

        report.part("SENDING")?;
        let sends = match &config.outbox {
            SinkConfig::Maildir { path } => {
                report.say(Finding::Well(format!(
                    "mail leaves through the folder {}; who carries it from there is not seen",
                    path.display()
                )))?;
                None
            }
            SinkConfig::Smtp(smtp) => match submission(config, smtp).await {
                Ok(()) => {
                    report.say(Finding::Well(format!("signed in to {}", smtp.server)))?;
                    Some(smtp)
                }
                Err(why) => {
                    report.say(Finding::Broken(why))?;
                    None
                }
            },
        };
        let arrived = match sends {
            Some(smtp) => {
                writeln!(report.out, "     a test mail is on its way to {} …", config.policy.from.address)?;
                report.out.flush()?;
                let arrived =
                    postage::test_mail(config, smtp, &clock, Duration::from_secs(self.wait.unwrap_or(120)), self.dns, &mut report);
                arrived.await?
            }
            None => None,
        };

        if let (Some(address), Some(smtp)) = (&self.approver, sends) {
            report.part("THE APPROVER'S ANSWER")?;
            approver::trial(config, smtp, address, Duration::from_secs(self.wait.unwrap_or(900)), self.dns, &mut report).await?;
        }

        report.part("RECORDS OF THE FROM DOMAIN")?;
        for finding in records::findings(config.policy.from.domain(), arrived.as_ref(), self.dns).await {
            report.say(finding)?;
        }

        report.part("THE SECOND PATH")?;
        report.say(match &config.policy.alarm_command {
            // Running it would wake somebody.
            Some(argv) => Finding::Well(format!("alarms go to {} (not run now)", argv.first().map_or("", String::as_str))),
            None => Finding::Doubtful(
                "no alarm command: when mail itself is dead, nobody hears of it\n  help: [alarm] command = [\"/usr/local/bin/page\"]"
                    .to_owned(),
            ),
        })?;
        if let Some(url) = &config.heartbeat_url {
            report.say(match heartbeat::ping(url).await {
                Ok(()) => Finding::Well("the heartbeat's address answers".to_owned()),
                Err(why) => Finding::Broken(format!("the heartbeat's ping failed: {why}")),
            })?;
        }
        writeln!(report.out)?;
        match report.attention {
            0 => writeln!(report.out, "{GOOD}All is well.{GOOD:#}")?,
            1 => writeln!(report.out, "{ALERT}One thing needs attention.{ALERT:#}")?,
            more => writeln!(report.out, "{ALERT}{more} things need attention.{ALERT:#}")?,
        }
        Ok(report.attention)
    }
}

/// Findings on their way out.
struct Report<'a, W: Write> {
    out: &'a mut W,
    attention: usize,
}

impl<W: Write> Report<'_, W> {
    fn part(&mut self, name: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "\n{HEAD}{name}{HEAD:#}")?)
    }

    fn say(&mut self, finding: Finding) -> anyhow::Result<()> {
        let (word, style, text) = match finding {
            Finding::Well(text) => ("ok", GOOD, text),
            Finding::Doubtful(text) => ("look", ALERT, text),
            Finding::Broken(text) => ("FAIL", ALERT, text),
        };
        self.attention += usize::from(word != "ok");
        let mut lead = format!("{word:<4} ");
        for line in text.lines() {
            for line in folded(&lead, line.trim()) {
                match line.strip_prefix(word) {
                    Some(rest) => writeln!(self.out, "{style}{word}{style:#}{rest}")?,
                    None => writeln!(self.out, "{line}")?,
                }
            }
            lead = "     ".to_owned();
        }
        Ok(self.out.flush()?)
    }
}

/// Signs in and looks around; what was seen.
async fn mailbox(config: &config::ImapConfig) -> Result<String, String> {
    let credentials = credentials(&config.login).await.map_err(|error| error.to_string())?;
    let mut imap = Imap::open(&config.server, &credentials).await.map_err(|error| error.to_string())?;
    let folders = imap.folders().await.map_err(|error| error.to_string())?;
    let names: Vec<&str> = folders.iter().map(|folder| folder.name.as_str()).collect();
    let missing: Vec<&str> =
        config.folders.iter().map(String::as_str).filter(|name| !names.iter().any(|there| there.eq_ignore_ascii_case(name))).collect();
    if !missing.is_empty() {
        return Err(format!("there is no folder {}; there are {}\n  help: mend `folders`", missing.join(", "), names.join(", ")));
    }
    let mut mails = 0_u64;
    for folder in &folders {
        mails += u64::from(imap.status(folder).await.map_err(|error| error.to_string())?.messages.unwrap_or(0));
    }
    imap.close().await;
    let number = folders.len();
    Ok(format!("signed in to {}; {number} folders, {mails} mails: {}", config.server, names.join(", ")))
}

async fn submission(config: &Config, smtp: &config::SmtpConfig) -> Result<(), String> {
    open_submission(config, smtp).await?.quit().await;
    Ok(())
}

/// A connection on which mail may be handed over.
async fn open_submission(config: &Config, smtp: &config::SmtpConfig) -> Result<Smtp, String> {
    let credentials = match &smtp.login {
        Some(login) => Some(credentials(login).await.map_err(|error| error.to_string())?),
        None => None,
    };
    Smtp::open(&smtp.server, credentials.as_ref(), config.policy.from.domain()).await.map_err(|error| error.to_string())
}
