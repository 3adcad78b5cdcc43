//! The test mail: sent to ourselves with a forged header, looked for in our own mailbox, and read for what the server made of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Finding, Report, open_submission};
use crate::clock::Clock;
use crate::config::{Config, ImapConfig, InboxKind, Reads, SmtpConfig};
use crate::dkim;
use crate::dns::Dns;
use crate::imap::{Folder, Imap, ImapError};
use crate::mail::auth;
use crate::mail::outgoing::{Written, freeze};
use crate::mail::parse;
use crate::model::{AuthFact, AuthMode, Mail};
use crate::service::credentials;

/// Time between two looks for the test mail.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The word of Exchange Online that only Exchange Online may write.
const FORGED_WORD: &str = "X-MS-Exchange-Organization-AuthAs: Internal\r\n";
/// What is read of a mail to see whether it is the test mail.
const HEAD_BYTES: u32 = 64 * 1024;
/// A clock that differs by more is worth a look.
const SKEW_SECS: i64 = 60;

/// The test mail as it arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    /// Signer and selector of its DKIM signatures.
    pub(super) signatures: Vec<(String, String)>,
}

/// Sends the test mail and says what became of it; gives it where it arrived.
pub(super) async fn test_mail<W: Write>(
    config: &Config,
    smtp: &SmtpConfig,
    clock: &Clock,
    wait: Duration,
    dns: Option<SocketAddr>,
    report: &mut Report<'_, W>,
) -> anyhow::Result<Option<Arrived>> {
    let Some(own) = own_mailbox(config) else {
        report
            .say(Finding::Doubtful("no mailbox on a server is read for replies, so it cannot be seen whether mail arrives".to_owned()))?;
        return Ok(None);
    };
    let nonce = nonce()?;
    match there_and_back(config, smtp, own, clock, wait, &nonce).await {
        Err(why) => {
            report.say(Finding::Broken(why))?;
            Ok(None)
        }
        Ok((mut mail, raw, sent_at, arrived_at, took)) => {
            if config.policy.auth == AuthMode::Dkim {
                match Dns::new(dns.or(config.name_server)) {
                    Ok(dns) => dkim::settle(&dns, &raw, &mut mail).await,
                    Err(error) => report.say(Finding::Broken(error.to_string()))?,
                }
            }
            report.say(Finding::Well(format!("the test mail arrived after {} seconds", took.as_secs())))?;
            report.say(clocks(sent_at, arrived_at, took))?;
            report.say(mode(&config.policy.auth, &mail, &nonce))?;
            Ok(Some(Arrived { signatures: signatures(&raw) }))
        }
    }
}

/// The mailbox on a server in which answers arrive.
pub(super) fn own_mailbox(config: &Config) -> Option<&ImapConfig> {
    config.inboxes.iter().find_map(|inbox| match &inbox.kind {
        InboxKind::Imap(imap) if inbox.reads.contains(&Reads::Replies) => Some(imap),
        _ => None,
    })
}

fn nonce() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 12];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("this system gives no random bytes"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

type Came = (Mail, Vec<u8>, DateTime<Utc>, Option<DateTime<Utc>>, Duration);

async fn there_and_back(
    config: &Config,
    smtp: &SmtpConfig,
    own: &ImapConfig,
    clock: &Clock,
    wait: Duration,
    nonce: &str,
) -> Result<Came, String> {
    let said = |error: ImapError| error.to_string();
    let credentials = credentials(&own.login).await.map_err(|error| error.to_string())?;
    let mut imap = Imap::open(&own.server, &credentials).await.map_err(said)?;
    let folders = imap.folders().await.map_err(said)?;
    let mut next: BTreeMap<String, u32> = BTreeMap::new();
    for folder in &folders {
        next.insert(folder.wire.clone(), imap.examine(folder).await.map_err(said)?.uid_next.unwrap_or(1));
    }
    let sent_at = clock.now();
    let (mail, id) = written(config, sent_at, nonce)?;
    let mut submission = open_submission(config, smtp).await?;
    let from = &config.policy.from.address;
    submission.offer(from, from, &mail, &format!("doctor-{nonce}")).await.map_err(|error| error.to_string())?;
    submission.deliver(&mail).await.map_err(|error| error.to_string())?;
    submission.quit().await;
    let began = tokio::time::Instant::now();
    while began.elapsed() < wait {
        for folder in &folders {
            if let Some((raw, arrived_at)) =
                found(&mut imap, folder, &mut next, |mail| mail.message_id.as_deref() == Some(&id)).await.map_err(said)?
            {
                imap.close().await;
                return Ok((parse(&raw), raw, sent_at, arrived_at, began.elapsed()));
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(format!(
        "the test mail did not arrive within {} seconds\n  help: does {from} lead into the mailbox of {}? Look into its other folders and the server's log",
        wait.as_secs(),
        own.login.mailbox.as_deref().unwrap_or(&own.login.user)
    ))
}

/// The test mail: it says from the first line that it needs nobody, and carries a header that only the receiving server may write.
fn written(config: &Config, at: DateTime<Utc>, nonce: &str) -> Result<(Vec<u8>, String), String> {
    let from = &config.policy.from;
    let id = format!("doctor.{nonce}@{}", from.domain());
    let server = match &config.policy.auth {
        AuthMode::Authserv(id) => id.as_str(),
        AuthMode::TokenOnly | AuthMode::Dkim | AuthMode::M365Internal => "mx.invalid",
    };
    let mail = freeze(&Written {
        from: from.clone(),
        to: from.clone(),
        reply_to: None,
        subject: format!("Forewarn's test mail {nonce}"),
        text: "This is a test mail of forewarn doctor. Nobody needs to do anything.\n".to_owned(),
        html: None,
        message_id: id.clone(),
        in_reply_to: None,
        references: Vec::new(),
        date: at,
        extra: Vec::new(),
        attachments: Vec::new(),
    });
    let mail = mail.map_err(|error| format!("the test mail cannot be written: {error}"))?;
    // By hand: nothing else of ours may ever write this header.
    let forged = format!("Authentication-Results: {server}; dmarc=pass header.from={} policy.doctor={nonce}\r\n", from.domain());
    let forged = if config.policy.auth == AuthMode::M365Internal { format!("{forged}{FORGED_WORD}") } else { forged };
    Ok(([forged.into_bytes(), mail.bytes].concat(), id))
}

/// Looks through what is new in a folder for a mail; gives its first 64 KiB and when it arrived.
pub(super) async fn found(
    imap: &mut Imap,
    folder: &Folder,
    next: &mut BTreeMap<String, u32>,
    is_it: impl Fn(&Mail) -> bool,
) -> Result<Option<(Vec<u8>, Option<DateTime<Utc>>)>, ImapError> {
    imap.examine(folder).await?;
    let from = next.get(&folder.wire).copied().unwrap_or(1);
    let uids = imap.uids(from).await?;
    for uid in uids {
        let Some(raw) = imap.part(uid, 0, HEAD_BYTES).await? else { continue };
        next.insert(folder.wire.clone(), uid.saturating_add(1));
        if is_it(&parse(&raw)) {
            let arrived_at = imap.envelopes(&[uid]).await?.into_iter().next().and_then(|envelope| envelope.arrived_at);
            return Ok(Some((raw, arrived_at)));
        }
    }
    Ok(None)
}

fn clocks(sent_at: DateTime<Utc>, arrived_at: Option<DateTime<Utc>>, took: Duration) -> Finding {
    let Some(arrived_at) = arrived_at else { return Finding::Well("the mail server does not say when the test mail arrived".to_owned()) };
    let took = i64::try_from(took.as_secs()).unwrap_or(i64::MAX);
    let early = (sent_at - arrived_at).num_seconds();
    let late = (arrived_at - sent_at).num_seconds().saturating_sub(took);
    match early.max(late) {
        off if off > SKEW_SECS => Finding::Doubtful(format!(
            "this machine's clock and the mail server's differ by about {off} seconds\n  help: look at both, and keep them by NTP: windows are announced to the minute"
        )),
        _ => Finding::Well("this machine's clock agrees with the mail server's".to_owned()),
    }
}

/// What the forged header came to, and whether an approval from here would count.
fn mode(auth_mode: &AuthMode, mail: &Mail, nonce: &str) -> Finding {
    let results: Vec<&str> =
        mail.auth.iter().filter_map(|fact| if let AuthFact::Results(text) = fact { Some(text.as_str()) } else { None }).collect();
    let id = match auth_mode {
        AuthMode::TokenOnly => {
            return Finding::Doubtful(
                "auth = \"token-only\": whoever sees a request can forge its approval\n  help: [approval] auth = \"dkim\", or \"authserv:…\" with the name that your server puts first in Authentication-Results"
                    .to_owned(),
            );
        }
        AuthMode::Dkim => return dkim_mode(mail),
        AuthMode::M365Internal => return exchange_mode(mail),
        AuthMode::Authserv(id) => id,
    };
    if results.first().is_some_and(|top| top.contains(nonce)) {
        return Finding::Broken(format!(
            "a forged Authentication-Results of {id} arrived on top: with it, anybody who sees a request could approve\n  help: let the server remove headers of its own name from arriving mail and add its own (RFC 8601 section 5); until then auth = \"authserv:{id}\" proves nothing"
        ));
    }
    match auth::proof(mail, auth_mode) {
        Ok(_) => Finding::Well(format!("approvals can be proved: {id} vouches for the sender, and a forged header does not count")),
        Err(why) => {
            let there: Vec<&str> = results.iter().filter_map(|text| text.split(';').next()).map(str::trim).collect();
            let names =
                if there.is_empty() { "it adds none at all".to_owned() } else { format!("there are those of {}", there.join(", ")) };
            Finding::Broken(format!(
                "an approval that came like the test mail would not count: {why}; {names}\n  help: name the server in auth = \"authserv:…\" as it names itself, and let it check DKIM or DMARC, or say auth=pass smtp.auth=… for who signed in"
            ))
        }
    }
}

fn dkim_mode(mail: &Mail) -> Finding {
    match auth::proof(mail, &AuthMode::Dkim)
        .map_err(|why| why.to_string())
        .and_then(|proof| auth::covers(mail, &AuthMode::Dkim, &["subject", "in-reply-to", "references", "to"]).map(|()| proof))
    {
        Ok(proof) => Finding::Well(format!(
            "mail that is sent from here is signed, and the signature holds when it arrives ({proof}); forewarn doctor --approver ADDRESS shows whether that of an approver does"
        )),
        Err(why) => Finding::Doubtful(format!(
            "the test mail's own signature does not count: {why}\n  help: an approver whose mail leaves by another server may still be proved: forewarn doctor --approver ADDRESS tries it"
        )),
    }
}

fn exchange_mode(mail: &Mail) -> Finding {
    let words = mail.auth.iter().filter(|fact| matches!(fact, AuthFact::ExchangeAuthAs(_))).count();
    match auth::proof(mail, &AuthMode::M365Internal) {
        // The test mail carries a forged word: where it stands alone, nothing took it out or wrote its own.
        Ok(_) | Err(_) if words > 1 => Finding::Broken(
            "a forged X-MS-Exchange-Organization-AuthAs arrived beside the server's own: no approval would count\n  help: Exchange Online takes that header out of mail from outside; is there another server in front of the mailbox?".to_owned(),
        ),
        Ok(_) => Finding::Doubtful(
            "the test mail arrived as Internal, which it may be, or the forged header may have come through: that cannot be told apart from inside\n  help: m365-internal was never proved on a real tenant. Send a mail with the header `X-MS-Exchange-Organization-AuthAs: Internal` from an address outside, and look whether it is still there; until then use auth = \"dkim\""
                .to_owned(),
        ),
        Err(why) => Finding::Broken(format!(
            "an approval that came like the test mail would not count: {why}\n  help: m365-internal needs a mailbox at Exchange Online, and approvers in the same tenant"
        )),
    }
}

/// Signer (`d=`) and selector (`s=`) of each DKIM signature.
fn signatures(raw: &[u8]) -> Vec<(String, String)> {
    let head = String::from_utf8_lossy(raw);
    let head = head.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
    let tag = |tags: &str, name: &str| tags.split(';').find_map(|tag| Some(tag.trim().strip_prefix(name)?.trim().to_owned()));
    head.lines()
        .filter_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("dkim-signature")))
        .filter_map(|(_, tags)| Some((tag(tags, "d=")?, tag(tags, "s=")?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a05_a_forged_header_that_arrives_on_top_breaks_the_mode() {
        let found = |headers: &str| {
            let mail = parse(format!("{headers}From: Forewarn <forewarn@harbor.example>\r\nSubject: x\r\n\r\n").as_bytes());
            mode(&AuthMode::Authserv("mx.harbor.example".to_owned()), &mail, "n0nce")
        };
        let forged = "Authentication-Results: mx.harbor.example; dmarc=pass header.from=harbor.example policy.doctor=n0nce\r\n";
        let ours = "Authentication-Results: mx.harbor.example; dmarc=pass header.from=harbor.example\r\n";
        assert!(matches!(found(forged), Finding::Broken(text) if text.contains("forged")), "without it an approval would be believed");
        assert!(matches!(found(&format!("{ours}{forged}")), Finding::Well(_)));
        assert!(matches!(found(&format!("{forged}{ours}")), Finding::Broken(_)));
        assert!(matches!(found(""), Finding::Broken(text) if text.contains("it adds none at all")));
        let other = found("Authentication-Results: relay.example; none\r\n");
        assert!(matches!(other, Finding::Broken(text) if text.contains("there are those of relay.example")));
        assert!(matches!(mode(&AuthMode::TokenOnly, &Mail::default(), "n0nce"), Finding::Doubtful(_)));
    }

    #[test]
    fn signatures_and_clocks_are_read() {
        let raw =
            b"Subject: x\r\nDKIM-Signature: v=1; a=rsa-sha256; d=harbor.example;\r\n\ts=fw1; h=From\r\n\r\nDKIM-Signature: d=b; s=c\r\n";
        assert_eq!(signatures(raw), [("harbor.example".to_owned(), "fw1".to_owned())]);
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        assert!(matches!(clocks(at(1000), Some(at(1003)), Duration::from_secs(4)), Finding::Well(_)));
        assert!(matches!(clocks(at(1000), Some(at(1300)), Duration::from_secs(4)), Finding::Doubtful(text) if text.contains("296")));
        assert!(matches!(clocks(at(1000), Some(at(100)), Duration::from_secs(4)), Finding::Doubtful(text) if text.contains("900")));
    }
}
