//! `forewarn extract`: prints what mails say. Writes nothing, needs no store, inventory or configuration.

pub mod json;
mod text;

use crate::cli::mailbox::eml_files;
use crate::clock::Clock;
use crate::mail;
use crate::model::{Kind, Mail, Problem, ProblemKind, Reading, Verdict, Zones};
use crate::rules::{self, Options, RuleSet};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Print what provider mails say: windows, objects, status and impact, or the doubts about them
///
/// Nothing is written and nothing is sent. Try it on your own mail before you set
/// anything up:
///
///   forewarn extract mail.eml                    one mail, for people
///   forewarn extract --explain mail.eml          and where each value stands
///   forewarn extract --format json inbox/ | jq   a folder, one line a mail
///
/// A mail is `extracted` only if a rule knows its layout and nothing in it is in
/// doubt. What needs a person is printed with what was found. Exit code 0 when
/// every PATH was read, whatever came out; 2 otherwise.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct ExtractArgs {
    /// Mails: files, folders (every *.eml below) or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print: for people, one JSON object a mail, or the record shape of circuit-maintenance tooling
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show for each value the rule, its pattern and the line of the mail
    #[arg(long)]
    pub explain: bool,
    /// The time that judges a missing year where a mail has neither Received nor Date, like 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = super::view::instant)]
    pub now: Option<DateTime<Utc>>,
    /// Read rules from this folder instead of the built-in ones; `none` uses no rules at all
    #[arg(long, value_name = "DIR|none")]
    pub rules: Option<PathBuf>,
    /// Ignore calendar parts
    #[arg(long)]
    pub no_calendar: bool,
}

/// The forms of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a mail and line.
    Json,
    /// Records as NetBox and Nautobot tooling takes them, one JSON object a window and line.
    CircuitMaintenance,
}

/// What became of one mail.
#[derive(Debug)]
pub(super) enum Read {
    /// It was read, from what stands in the mail.
    Read(Box<Reading>, Box<Mail>),
    /// It is refused before reading, with the reason.
    Quarantined(String),
}

impl ExtractArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A rule folder that cannot be used, or an output that is closed.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        // One thread for all mails: the working memory of the rules' patterns goes on from mail to mail.
        let done = std::thread::scope(|scope| {
            Ok::<_, std::io::Error>(std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || self.read_all())?.join())
        });
        done.context("no thread to read mail")?.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn read_all(&self) -> anyhow::Result<ExitCode> {
        let rules = super::rules::load(self.rules.as_deref())?;
        let zones = crate::zones::newest();
        let now = self.now.unwrap_or_else(|| Clock::System.now());
        let options = Options { calendars: !self.no_calendar };
        let mut out = anstream::stdout().lock();
        let mut whole = true;
        let mut left_out = 0;
        for path in &self.paths {
            for file in mails(path, &mut whole) {
                let raw = match bytes(&file) {
                    Ok(raw) => raw,
                    Err(error) => {
                        complain(&file, &error);
                        whole = false;
                        continue;
                    }
                };
                let read = read(&rules, &zones, &raw, now, options);
                let name = file.display().to_string();
                match self.format {
                    Format::Text => text::print(&mut out, &name, &read, self.explain)?,
                    Format::Json => writeln!(out, "{}", json::mail(&name, &read))?,
                    Format::CircuitMaintenance => {
                        let (records, skipped) = json::records(&read);
                        left_out += skipped;
                        for record in records {
                            writeln!(out, "{record}")?;
                        }
                    }
                }
            }
        }
        out.flush()?;
        if left_out > 0 {
            writeln!(std::io::stderr(), "{left_out} windows without an end or a clock time were left out")?;
        }
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }
}

/// A mail above the cap is not read into memory; one byte more than the cap tells.
const SIZE_CAP_BYTES: u64 = 25_000_000;

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(SIZE_CAP_BYTES + 1).read_to_end(&mut raw)?;
    } else {
        std::fs::File::open(path)?.take(SIZE_CAP_BYTES + 1).read_to_end(&mut raw)?;
    }
    Ok(raw)
}

/// The mails that a path names: itself, or every `*.eml` below it in byte order of the relative path.
fn mails(path: &Path, whole: &mut bool) -> Vec<PathBuf> {
    if path == Path::new("-") || !path.is_dir() {
        return vec![path.to_owned()];
    }
    eml_files(path, |folder, error| {
        complain(folder, error);
        *whole = false;
    })
}

fn complain(path: &Path, error: &std::io::Error) {
    let line = format!("forewarn: {} cannot be read: {error}", path.display());
    // Nowhere is left to report to when standard error is closed.
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}

/// How much stack the parser gets: it recurses into nested messages.
const STACK_BYTES: usize = 64 << 20;

/// Reads one mail; whatever goes wrong in it, the other mails are still read.
fn read(rules: &RuleSet, zones: &Zones, raw: &[u8], now: DateTime<Utc>, options: Options) -> Read {
    if let Err(refusal) = mail::prescan::prescan(raw) {
        return Read::Quarantined(refusal.to_string());
    }
    let work = || {
        let mail = mail::parse(raw);
        let mail = if options.calendars { mail } else { Mail { calendars: Vec::new(), ..mail } };
        let reading = rules::read(rules, zones, &mail, rules::arrived_at(&mail, now), options);
        (reading, mail)
    };
    // Nothing that a panic leaves half done is used again, save working memory of patterns, which is written anew for each search.
    let (reading, mail) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        let detail = format!("reading this mail failed: {}", said.unwrap_or_else(|| "for an unknown reason".to_owned()));
        let reading = Reading {
            verdict: Verdict::Unread,
            rule: None,
            provider: None,
            own_sender: false,
            kind: None::<Kind>,
            found: Vec::new(),
            evidence: Vec::new(),
            problems: vec![Problem::new(ProblemKind::NoRule, "mail", detail)],
        };
        (reading, Mail::default())
    });
    Read::Read(Box::new(reading), Box::new(mail))
}
