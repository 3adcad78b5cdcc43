//! `forewarn rules new`: reads one mail, writes a rule and a sample, and never over a file that exists.

use super::super::view::{folded, to_stdout};
use crate::clock::Clock;
use crate::mail::prescan;
use crate::rules::scaffold::{self, Scaffold};
use crate::rules::{RuleSet, shipped};
use crate::service;
use anyhow::{Context as _, bail};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What was asked for.
pub(super) struct New {
    /// The mail's file, or what stands for its name.
    pub(super) mail: PathBuf,
    /// The mail.
    pub(super) raw: Vec<u8>,
    pub(super) rules: PathBuf,
    pub(super) samples: PathBuf,
    pub(super) case: Option<String>,
    pub(super) append: bool,
}

impl New {
    /// Writes the files and says what is left to do.
    ///
    /// # Errors
    /// The mail cannot be read or needs no rule, or a file exists already.
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let raw = &self.raw;
        prescan::prescan(raw).map_err(|refusal| anyhow::anyhow!("{}: {refusal}", self.mail.display()))?;
        let rules = if self.rules.is_dir() { service::rules(Some(&self.rules))? } else { RuleSet::embedded() };
        let case = self.case()?;
        let made = scaffold::scaffold(&rules, &crate::zones::newest(), raw, &case, Clock::System.now())?;
        to_stdout(|out| self.write(&made, &case, out))?;
        Ok(ExitCode::SUCCESS)
    }

    /// The name of the sample, as the names of samples are.
    fn case(&self) -> anyhow::Result<String> {
        let wanted = self.case.clone().or_else(|| self.mail.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        let folded: String = wanted
            .unwrap_or_default()
            .chars()
            .map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' })
            .collect();
        let case = folded.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        if case.is_empty() { bail!("name the sample: --case planned") } else { Ok(case) }
    }

    fn write(&self, made: &Scaffold, case: &str, out: &mut impl Write) -> anyhow::Result<()> {
        let beside = self.samples.join(&made.provider);
        let (eml, toml) = (beside.join(format!("{case}.eml")), beside.join(format!("{case}.toml")));
        let (file, old) = self.rule_file(made)?;
        let is_new = made.file.is_none();
        if is_new && file.exists() {
            bail!("{} exists, and the sender's domain does not stand in it: add the domain there, or move the file away", file.display());
        }
        for path in [&eml, &toml] {
            if path.exists() {
                bail!("{} exists and is not overwritten: name the sample with --case", path.display());
            }
        }
        let text = if is_new { format!("{}{}", made.head, made.layout) } else { format!("{}\n{}", old.trim_end(), made.layout) };
        if is_new || self.append {
            // What is written must hold, whatever stands in the file already.
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            RuleSet::from_files([(name.as_str(), text.as_str())]).map_err(|faults| {
                anyhow::anyhow!(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")).context("the rule would not hold")
            })?;
        }
        let mut line = |lead: &str, text: &str| -> anyhow::Result<()> {
            for line in folded(lead, text) {
                writeln!(out, "{line}")?;
            }
            Ok(())
        };
        fs::create_dir_all(&beside).with_context(|| format!("{} cannot be made", beside.display()))?;
        create(&eml, &made.sample)?;
        create(&toml, made.expected.as_bytes())?;
        if is_new {
            fs::create_dir_all(&self.rules).with_context(|| format!("{} cannot be made", self.rules.display()))?;
            create(&file, text.as_bytes())?;
            line("wrote    ", &file.display().to_string())?;
        } else if self.append {
            replace(&file, &text)?;
            line("appended ", &format!("the layout {} to {}", made.rule, file.display()))?;
        }
        line("wrote    ", &eml.display().to_string())?;
        line("wrote    ", &toml.display().to_string())?;
        for note in &made.notes {
            line("LOOK     ", note)?;
        }
        if !made.unused.is_empty() {
            line("unused   ", &format!("the rule does not look at these labels: {}", made.unused.join("; ")))?;
        }
        if made.proven {
            line("ok       ", &format!("{} reads the sample, and the sample uses every pattern of it", made.rule))?;
        }
        line("next     ", "look through the sample for names that remain, and compare each expected value with the mail")?;
        line("next     ", &format!("forewarn rules check {} --samples {}", self.rules.display(), self.samples.display()))?;
        if !is_new && !self.append {
            writeln!(out, "\nTo append to {} (--append does):\n{}", file.display(), made.layout)?;
        }
        Ok(())
    }

    /// The file that the rule stands in, and what stands in it now: for a shipped provider a copy of the shipped file, which replaces it.
    fn rule_file(&self, made: &Scaffold) -> anyhow::Result<(PathBuf, String)> {
        let file = self.rules.join(made.file.clone().unwrap_or_else(|| format!("{}.toml", made.provider)));
        let old = match &made.file {
            None => String::new(),
            Some(_) if file.exists() => fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?,
            Some(name) => shipped(name).unwrap_or_default().to_owned(),
        };
        Ok((file, old))
    }
}

/// Writes a file that does not exist yet.
fn create(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// Puts a longer text in the place of a file, at once: a service that runs reads the folder.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let fail = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(fail)?;
    }
    let beside = path.with_extension("toml.new");
    fs::write(&beside, text).with_context(fail)?;
    fs::rename(&beside, path).with_context(fail)
}
