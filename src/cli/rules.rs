//! `forewarn rules`: proves rules by their samples, lists them, and begins new ones.

mod new;
mod show;

use super::view::{HEAD, ask, to_stdout};
use crate::model::MailId;
use crate::rules::RuleSet;
use crate::rules::check::{self, Sample};
use crate::service::{self, OpenError};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prove rules by their samples, list them, or begin a new one
///
///   forewarn rules list                        the built-in ones
///   forewarn rules check                       those, by fixtures/mail
///   forewarn rules check rules --samples mine  your own, by your own mails
///   forewarn rules new MAIL.eml                begin a rule and its sample
///
/// How a rule is written: rules/README.md.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct RulesArgs {
    /// What to do
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What `forewarn rules` does.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesCommand {
    /// Prove that every rule reads its samples exactly, and nothing else
    ///
    ///   forewarn rules check                        the built-in rules
    ///   forewarn rules check rules --samples mine   a folder of your own
    ///   forewarn rules check rules --show mail.eml  what each pattern takes of a mail
    ///
    /// Demands a sample of every rule, of every pattern a sample that uses it, of
    /// every sample exactly one rule with exactly the values beside it, and of the
    /// mail in the folder `none` that no rule claims it. Exit code 1 when something
    /// is to be mended, 2 when a rule file or a sample cannot be read.
    #[command(verbatim_doc_comment)]
    Check {
        /// Folder with rule files; the built-in rules are checked when left out
        dir: Option<PathBuf>,
        /// Folder with samples: PROVIDER/CASE.eml with the expected values in PROVIDER/CASE.toml beside it
        #[arg(long, default_value = "fixtures/mail", value_name = "DIR")]
        samples: PathBuf,
        /// Instead, print this mail as it is read, with what each pattern took marked in it
        #[arg(long, value_name = "MAIL.eml")]
        show: Option<PathBuf>,
        /// When the marks are colours; else they are written as [field: text]
        #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
        color: show::Color,
    },
    /// Write a rule and a sample for a mail that no rule reads
    ///
    ///   forewarn rules new mail.eml
    ///   forewarn rules new mail.eml --rules rules --samples samples
    ///   forewarn rules new second.eml --append      another layout of a provider
    ///   forewarn rules new --stored 17 --case plan  a mail that the service has read
    ///
    /// Writes DIR/PROVIDER.toml, and below the samples PROVIDER/CASE.eml, in which
    /// names, addresses, numbers and hosts are replaced by invented ones, with the
    /// values that the rule reads in it beside it. Says what it could not place.
    /// No file is ever overwritten. A layout for a provider that has a rule file is
    /// printed, or appended to the file with --append. Exit code 0 when the rule and
    /// sample were written or printed, 2 when nothing could be written.
    #[command(verbatim_doc_comment)]
    New {
        /// The mail
        #[arg(value_name = "MAIL.eml", required_unless_present = "stored", conflicts_with = "stored")]
        mail: Option<PathBuf>,
        /// A mail of the store, by the number that `queue` and the answer to `rule please` give
        #[arg(long, value_name = "NUMBER", requires = "case")]
        stored: Option<i64>,
        /// Folder of your own rule files (`rules_dir`)
        #[arg(long, default_value = "rules", value_name = "DIR")]
        rules: PathBuf,
        /// Folder of the samples
        #[arg(long, default_value = "fixtures/mail", value_name = "DIR")]
        samples: PathBuf,
        /// Name of the sample; that of the mail's file when left out
        #[arg(long, value_name = "CASE")]
        case: Option<String>,
        /// Append the layout to the file of a provider that has one
        #[arg(long)]
        append: bool,
    },
    /// Print every rule with its file and version
    ///
    ///   forewarn rules list          the built-in rules
    ///   forewarn rules list rules    those of a folder
    #[command(verbatim_doc_comment)]
    List {
        /// Folder with rule files; the built-in rules are listed when left out
        dir: Option<PathBuf>,
    },
}

/// A mail as the store keeps it.
fn stored_mail(config: &Path, number: i64) -> anyhow::Result<Vec<u8>> {
    let config = super::load(config)?;
    let raw = ask(&config, async |store| store.mail_raw(MailId(number)).await)?.kept();
    raw.with_context(|| format!("the store holds no mail {number}; `forewarn queue` names those that wait"))
}

impl RulesArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A folder that cannot be read, a rule file with faults, or an output that is closed.
    pub fn run(self, config: &Path) -> anyhow::Result<ExitCode> {
        match self.command {
            RulesCommand::List { dir } => {
                let rules = load(dir.as_deref())?;
                to_stdout(|out| list(&rules, out))?;
                Ok(ExitCode::SUCCESS)
            }
            RulesCommand::New { mail, stored, rules, samples, case, append } => {
                let raw = match (&mail, stored) {
                    (Some(mail), _) => fs::read(mail).with_context(|| format!("{} cannot be read", mail.display()))?,
                    (None, number) => stored_mail(config, number.unwrap_or_default())?,
                };
                let name = mail.unwrap_or_else(|| PathBuf::from(format!("mail {}", stored.unwrap_or_default())));
                new::New { mail: name, raw, rules, samples, case, append }.run()
            }
            RulesCommand::Check { dir, show: Some(mail), color, .. } => {
                show::show(&load(dir.as_deref())?, &mail, color)?;
                Ok(ExitCode::SUCCESS)
            }
            RulesCommand::Check { dir, samples, .. } => {
                let rules = load(dir.as_deref())?;
                let samples = samples_of(&samples)?;
                let well = to_stdout(|out| prove(&rules, &samples, out))?;
                Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
        }
    }
}

/// Prints the rules below the file that they stand in.
fn list(rules: &RuleSet, out: &mut impl Write) -> anyhow::Result<()> {
    let mut file = String::new();
    for rule in rules.list() {
        if rule.file != file {
            file.clone_from(&rule.file);
            writeln!(out, "{HEAD}{file}{HEAD:#}  {}", rule.version)?;
        }
        let note = rule.irrelevant.map_or(String::new(), |reason| format!("irrelevant: {reason}"));
        writeln!(out, "{}", format!("  {:<26}  {note}", rule.name).trim_end())?;
    }
    Ok(())
}

/// Proves the rules and prints what is to be mended; whether all is well.
fn prove(rules: &RuleSet, samples: &[Sample], out: &mut impl Write) -> anyhow::Result<bool> {
    let report = check::check(rules, &crate::zones::newest(), samples);
    for finding in &report.findings {
        writeln!(out, "{:<9} {}", finding.fault.word(), finding.of)?;
        for line in show::details(finding) {
            writeln!(out, "          {line}")?;
        }
    }
    let (right, wrong) = (report.right.len(), report.findings.len());
    writeln!(out, "{} rules, {} samples: {right} ok, {wrong} to mend", rules.list().len(), samples.len())?;
    Ok(report.findings.is_empty())
}

/// The built-in rules, those of a folder instead of them, or none at all for the word `none`.
///
/// # Errors
/// The folder cannot be read or a file in it has faults; all of them are named.
pub fn load(dir: Option<&Path>) -> Result<RuleSet, OpenError> {
    match dir {
        None => Ok(RuleSet::embedded()),
        Some(dir) if dir == Path::new("none") => Ok(RuleSet::none()),
        Some(dir) => service::rules_alone(dir),
    }
}

/// Every sample below a folder: `PROVIDER/CASE.eml` and what stands beside it.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn samples_of(dir: &Path) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for provider in entries(dir)?.into_iter().filter(|path| path.is_dir()) {
        for path in entries(&provider)?.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml")) {
            let raw = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let beside = path.with_extension("toml");
            let expected = if beside.exists() {
                Some(fs::read_to_string(&beside).with_context(|| format!("{} cannot be read", beside.display()))?)
            } else {
                None
            };
            let folder = provider.file_name().unwrap_or_default().to_string_lossy();
            let case = path.file_stem().unwrap_or_default().to_string_lossy();
            samples.push(Sample { name: format!("{folder}/{case}"), raw, expected });
        }
    }
    Ok(samples)
}

fn entries(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = fs::read_dir(dir).with_context(|| format!("the folder {} cannot be read", dir.display()))?;
    let mut paths: Vec<PathBuf> = read.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}
