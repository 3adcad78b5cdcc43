//! `forewarn demo`: the user's own story, September 2020, told with the real pipeline, a fixed clock and folders instead of servers.

pub mod script;
pub mod stage;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;

use super::{block_on, scratch::Scratch, view::to_stdout};

const STORY: &str = include_str!("../../fixtures/demo/story.txt");
const MAILS: [(&str, &str); 7] = [
    ("01-host.eml", include_str!("../../fixtures/demo/01-host.eml")),
    ("02-invoice.eml", include_str!("../../fixtures/demo/02-invoice.eml")),
    ("03-newsletter.eml", include_str!("../../fixtures/demo/03-newsletter.eml")),
    ("04-fleet.eml", include_str!("../../fixtures/demo/04-fleet.eml")),
    ("05-internal.eml", include_str!("../../fixtures/demo/05-internal.eml")),
    ("06-unknown-form.eml", include_str!("../../fixtures/demo/06-unknown-form.eml")),
    ("07-host-moved.eml", include_str!("../../fixtures/demo/07-host-moved.eml")),
];

/// Tell a provider's story with the real thing: nothing to set up, no server, no network
///
///   forewarn demo               in a scratch folder that goes again
///   forewarn demo --keep DIR    everything stays in DIR to be looked at
///
/// A hosting provider announces three maintenances within days, one of them
/// between an invoice and a newsletter. Forewarn reads the mails, asks the staff
/// of an invented company, takes their answers, writes to customers, and mails
/// the weekly digest. Only the clock and the people are made up.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct DemoArgs {
    /// Leave everything in this folder (absent or empty): configuration, store, every mail in and out
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

impl DemoArgs {
    /// Plays the story.
    ///
    /// # Errors
    /// When the folder is not empty or cannot be written, or the story does not come out as told.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.keep {
            Some(dir) => {
                let mut there = fs::read_dir(dir).into_iter().flatten();
                anyhow::ensure!(there.next().is_none(), "{} is not empty; name a folder that is absent or empty", dir.display());
                fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
                play(dir)?;
                to_stdout(|out| {
                    Ok(writeln!(
                        out,
                        "\nEverything is in {0}; the story ends on 2020-09-08, so try:\n  forewarn --config {0}/forewarn.toml status --now 2020-09-08T14:20:00Z",
                        dir.display()
                    )?)
                })?;
            }
            None => {
                let dir = Scratch::new("demo")?;
                play(dir.path())?;
                to_stdout(|out| {
                    Ok(writeln!(out, "\nforewarn demo --keep DIR leaves every mail, the configuration and the store to look at.")?)
                })?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn play(dir: &Path) -> anyhow::Result<()> {
    block_on(async {
        let file = |name: &str| {
            let found = MAILS.iter().find(|(known, _)| *known == name).context("the story names a mail that is not embedded")?;
            Ok(found.1.to_owned())
        };
        stage::play(dir, stage::Voice::Aloud, script::steps(STORY)?, file).await
    })
}
