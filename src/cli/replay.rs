//! `forewarn replay`.

use std::process::ExitCode;

use clap::Args;

use super::block_on;
use crate::{
    config::Config,
    mail::{self, prescan},
    model::{MailId, Outcome, Reading, Verdict},
    rules::{self, Options},
    service,
    store::Store,
    zones,
};

/// Mails read in one batch.
const PAGE: u32 = 100;

/// Print what the present rules would read differently in stored mail
///
/// After you wrote or mended a rule: every stored mail is read again, and each that would now be read differently is printed. Nothing
/// is changed. --apply lets those that still wait for a person be considered again by the service, as if they had just arrived.
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
        block_on(async {
            let store = Store::open_existing(&config.store)?;
            let (rules, zones) = (service::rules(config.rules_dir.as_deref())?, zones::newest());
            let (mut read, mut differ, mut again) = (0_u64, 0_u64, 0_u64);
            let mut after = MailId(0);
            loop {
                let page = store.mails_for_replay(self.waiting || self.apply, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.mail;
                for stored in page {
                    let Some(raw) = store.mail_raw(stored.mail).await? else { continue };
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
                    anstream::println!("mail {:<6} {}", stored.mail.0, one_line(&mail.subject));
                    anstream::println!("   was    {}", before.map_or_else(|| "not read".to_owned(), words));
                    anstream::println!("   is     {}", words(&now));
                    if self.apply && matches!(stored.outcome, Outcome::NeedsPerson(_) | Outcome::Quarantined(_)) {
                        store.reconsider(stored.mail).await?;
                        again += 1;
                    }
                }
            }
            anstream::println!(
                "{read} read again, {differ} differ{}",
                if self.apply { format!(", {again} are considered again") } else { String::new() }
            );
            Ok(ExitCode::SUCCESS)
        })
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

fn one_line(subject: &str) -> String {
    subject.chars().filter(|c| !c.is_control()).take(70).collect()
}
