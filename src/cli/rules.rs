//! `forewarn rules`: proves rules by their samples, and lists them.

use crate::rules::check::{self, Sample};
use crate::rules::{RuleFault, RuleSet};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prove rules by their samples, or list them
#[derive(Args, Clone, Debug)]
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
    /// Demands a sample of every rule, of every pattern a sample that uses it, of every sample exactly one rule with exactly the values
    /// beside it, and of the mail in the folder `none` that no rule claims it. Exit code 1 when something is to be mended.
    Check {
        /// Folder with rule files; the built-in rules are checked when left out
        dir: Option<PathBuf>,
        /// Folder with samples: PROVIDER/CASE.eml with the expected values in PROVIDER/CASE.toml beside it
        #[arg(long, default_value = "fixtures/mail", value_name = "DIR")]
        samples: PathBuf,
    },
    /// Print every rule with its file and version
    List {
        /// Folder with rule files; the built-in rules are listed when left out
        dir: Option<PathBuf>,
    },
}

impl RulesArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A folder that cannot be read, a rule file with faults, or an output that is closed.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout().lock();
        match self.command {
            RulesCommand::List { dir } => {
                for rule in load(dir.as_deref())?.list() {
                    let note = rule.irrelevant.map_or(String::new(), |reason| format!("  irrelevant: {reason}"));
                    writeln!(out, "{:<32} {} {}{note}", rule.name, rule.version, rule.file)?;
                }
                Ok(ExitCode::SUCCESS)
            }
            RulesCommand::Check { dir, samples } => {
                let rules = load(dir.as_deref())?;
                let samples = samples_of(&samples)?;
                let report = check::check(&rules, &crate::zones::newest(), &samples);
                for finding in &report.findings {
                    writeln!(out, "{:<9} {}", finding.fault.word(), finding.of)?;
                    for line in finding.detail.lines() {
                        writeln!(out, "          {line}")?;
                    }
                }
                writeln!(
                    out,
                    "{} rules, {} samples: {} ok, {} to mend",
                    rules.list().len(),
                    samples.len(),
                    report.right.len(),
                    report.findings.len()
                )?;
                Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
        }
    }
}

/// The built-in rules, those of a folder, or none at all for the word `none`.
///
/// # Errors
/// The folder cannot be read or a file in it has faults; all of them are named.
pub fn load(dir: Option<&Path>) -> anyhow::Result<RuleSet> {
    let Some(dir) = dir else { return Ok(RuleSet::embedded()) };
    if dir == Path::new("none") {
        return Ok(RuleSet::none());
    }
    let files = rule_files(dir)?;
    RuleSet::from_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(RuleFault::to_string).collect();
        anyhow::anyhow!("the rules in {} cannot be used\n{}", dir.display(), lines.join("\n"))
    })
}

/// Name and text of every `*.toml` in a folder, by name.
fn rule_files(dir: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in entries(dir)? {
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
    }
    anyhow::ensure!(!files.is_empty(), "{} holds no rule file (*.toml); `--rules none` uses no rules", dir.display());
    Ok(files)
}

/// Every sample below a folder: `PROVIDER/CASE.eml` and what stands beside it.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn samples_of(dir: &Path) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for provider in entries(dir)?.into_iter().filter(|path| path.is_dir()) {
        for path in entries(&provider)?.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml")) {
            let raw = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let beside = path.with_extension("toml");
            let expected = if beside.exists() {
                Some(std::fs::read_to_string(&beside).with_context(|| format!("{} cannot be read", beside.display()))?)
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
    let read = std::fs::read_dir(dir).with_context(|| format!("the folder {} cannot be read", dir.display()))?;
    let mut paths: Vec<PathBuf> = read.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}
