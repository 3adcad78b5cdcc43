//! `forewarn replay`.

use std::{io::Write, process::ExitCode};

use clap::Args;

use super::{
    block_on,
    view::{folded, to_stdout},
};
use crate::{
    config::Config,
    mail::{self, prescan},
    model::{MailId, Outcome, RawMail, Reading, Verdict},
    rules::{self, Options},
    service,
    store::Store,
    zones,
};

/// Mails read in one batch.
const PAGE: u32 = 100;

/// Print what the present rules would read differently in stored mail
///
///   forewarn replay             every stored mail
///   forewarn replay --waiting   those that wait for a person
///   forewarn replay --apply     and have these considered again
///
/// After you wrote or mended a rule: each mail is read again, and those that
/// would now be read differently are printed. Nothing is changed. --apply lets
/// those that still wait for a person be considered again by the service, as if
/// they had just arrived.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct ReplayArgs {
    /// Only mails that wait for a person
    #[arg(long)]
    pub waiting: bool,
    /// Have those that wait, and are read differently now, considered again
    #[arg(long)]
    pub apply: bool,
}

impl ReplayArgs {
    /// Reads every stored mail again.
    ///
    /// # Errors
    /// When there is no store, it fails, or the rules do not hold.
    pub fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        to_stdout(|out| block_on(self.replay(config, out)))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn replay(&self, config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
        let store = Store::open_existing(&config.store)?;
        let (rules, zones) = (service::rules(config.rules_dir.as_deref())?, zones::newest());
        let (mut read, mut differ, mut again, mut given_up) = (0_u64, 0_u64, 0_u64, 0_u64);
        let mut after = MailId(0);
        loop {
            let page = store.mails_for_replay(self.waiting || self.apply, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.mail;
            for stored in page {
                let raw = match store.mail_raw(stored.mail).await? {
                    RawMail::Kept(raw) => raw,
                    RawMail::GivenUp => {
                        given_up += 1;
                        continue;
                    }
                    RawMail::NeverKept => continue,
                };
                if prescan::prescan(&raw).is_err() {
                    continue;
                }
                read += 1;
                let mail = mail::parse(&raw);
                let now = rules::read(&rules, &zones, &mail, rules::arrived_at(&mail, stored.arrived_at), Options { calendars: true });
                let before = stored.reading.as_ref();
                if before.is_some_and(|before| same(before, &now)) {
                    continue;
                }
                differ += 1;
                let before = before.map_or_else(|| "not read".to_owned(), words);
                let id = format!("mail {:<6} ", stored.mail.0);
                for line in [(id.as_str(), &mail.subject), ("   was    ", &before), ("   is     ", &words(&now))]
                    .into_iter()
                    .flat_map(|(lead, text)| folded(lead, text))
                {
                    writeln!(out, "{line}")?;
                }
                if self.apply && matches!(stored.outcome, Outcome::NeedsPerson(_) | Outcome::Quarantined(_)) {
                    store.reconsider(stored.mail).await?;
                    again += 1;
                }
            }
        }
        store.close().await;
        let considered = if self.apply { format!(", {again} are considered again") } else { String::new() };
        writeln!(out, "{read} read again, {differ} differ{considered}")?;
        if given_up > 0 {
            writeln!(out, "{given_up} cannot be read again: their bytes were given up ([retention] in forewarn.toml)")?;
        }
        Ok(())
    }
}

fn same(a: &Reading, b: &Reading) -> bool {
    a.verdict == b.verdict && a.found == b.found && a.problems == b.problems && a.provider == b.provider
}

fn words(reading: &Reading) -> String {
    let rule = reading.rule.as_ref().map_or("no rule", |rule| rule.name.as_str());
    match &reading.verdict {
        Verdict::Irrelevant(why) => format!("irrelevant ({why:?}), {rule}"),
        Verdict::Automatic => "automatic".to_owned(),
        Verdict::Bounce => "a bounce".to_owned(),
        Verdict::Notice | Verdict::Unread => {
            let windows: Vec<String> = reading
                .found
                .iter()
                .flat_map(|said| &said.windows)
                .map(|window| {
                    let end = window.end.map_or_else(|| "no end".to_owned(), |end| end.format("%F %H:%MZ").to_string());
                    format!("{} to {end}", window.start.format("%F %H:%MZ"))
                })
                .collect();
            let doubt =
                reading.problems.iter().find(|problem| problem.blocking).map_or(String::new(), |problem| format!("; {}", problem.detail));
            let windows = if windows.is_empty() { "no window".to_owned() } else { windows.join(", ") };
            format!("{windows}, {rule}{doubt}")
        }
    }
}
