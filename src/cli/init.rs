//! `forewarn init`: a commented pair of files, a key and two folders to begin with.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::view::to_stdout;
use anyhow::{Context as _, bail};
use clap::Args;
use ring::rand::{SecureRandom as _, SystemRandom};

const FOREWARN: &str = include_str!("../config/forewarn.toml");
const SERVICES: &str = include_str!("../config/services.toml");
/// Random bytes in the key of approval tokens.
const KEY_BYTES: usize = 32;

/// Write a commented configuration to begin with
///
///   forewarn init forewarn      into this folder, which is made
///   forewarn init               into the present one
///
/// Writes forewarn.toml, services.toml, the key of approval tokens and the
/// Maildirs in/ and out/. Nothing that is there is overwritten. It begins in
/// rehearsal: no customer is written to.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct InitArgs {
    /// Folder to write into; made if it is missing
    #[arg(default_value = ".", value_name = "DIR")]
    pub dir: PathBuf,
}

impl InitArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A file that is there already, or a folder that cannot be written.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        begin(&self.dir)?;
        to_stdout(|out| Ok(writeln!(out, "{}", next_steps(&self.dir))?))?;
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) fn begin(dir: &Path) -> anyhow::Result<()> {
    let key = format!("{}\n", new_key()?);
    let files = [("forewarn.toml", FOREWARN, false), ("services.toml", SERVICES, false), ("forewarn.key", key.as_str(), true)];
    let there: Vec<String> =
        files.iter().map(|(name, ..)| dir.join(name)).filter(|path| path.exists()).map(|path| path.display().to_string()).collect();
    if !there.is_empty() {
        bail!("nothing was written, because this is there already: {}; name another folder: forewarn init DIR", there.join(", "));
    }
    for folder in ["in/new", "in/cur", "in/tmp", "out"] {
        let path = dir.join(folder);
        fs::create_dir_all(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
    }
    for (name, text, secret) in files {
        let path = dir.join(name);
        write_new(&path, text, secret).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn write_new(path: &Path, text: &str, secret: bool) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn new_key() -> anyhow::Result<String> {
    let mut bytes = [0_u8; KEY_BYTES];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| anyhow::anyhow!("this system gives no random bytes, so no key can be made"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn next_steps(dir: &Path) -> String {
    let here = dir == Path::new(".");
    let option = if here { String::new() } else { format!(" --config {}", dir.join("forewarn.toml").display()) };
    let at = |name: &str| if here { name.to_owned() } else { dir.join(name).display().to_string() };
    format!(
        "Wrote {}, {}, the key {} and the folders {} and {}.

Next:
  1. Put your names, addresses and zone into forewarn.toml; what you run, on
     what and for whom into services.toml.
  2. forewarn check{option}
  3. Put a provider's mail into {}, then
     forewarn once{option}
     Requests, notices and digests then lie in {}.
     It is a rehearsal: no customer is written to.
  4. Name your mailbox and the server that takes your mail in forewarn.toml; then
     forewarn doctor{option}
     signs in, mails itself and says what to mend.
  5. Keep the key out of version control, and keep a copy: without it no open
     request can be answered.",
        at("forewarn.toml"),
        at("services.toml"),
        at("forewarn.key"),
        at("in"),
        at("out"),
        at("in/new"),
        at("out"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, approval_key};
    use crate::model::{AuthMode, Mode};

    #[test]
    fn what_it_writes_is_sound_and_in_rehearsal() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("new");
        begin(&dir).unwrap();
        let config = config::load(&dir.join("forewarn.toml")).unwrap_or_else(|report| panic!("{report}"));
        assert!(config.warnings.faults().is_empty(), "{}", config.warnings);
        assert_eq!((config.policy.mode, &config.policy.auth), (Mode::Rehearsal, &AuthMode::TokenOnly));
        assert!(approval_key(&config.key).is_ok());
    }

    #[test]
    fn two_keys_are_never_the_same() {
        assert_ne!(new_key().unwrap(), new_key().unwrap());
    }

    #[test]
    fn refuses_to_overwrite_and_then_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("services.toml"), "mine").unwrap();
        let error = begin(folder.path()).unwrap_err().to_string();
        assert!(error.contains("services.toml"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("services.toml")).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn says_every_default_that_the_configuration_has() {
        // A line that is commented out must still be right: uncommented, the file is read without a fault.
        let folder = tempfile::tempdir().unwrap();
        begin(folder.path()).unwrap();
        for name in ["rules", "templates", "page"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let shown = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if (rest.contains(" = ") || rest.starts_with('[')) && !rest.starts_with([' ', 'k']) => rest.to_owned(),
            _ => line.to_owned(),
        };
        let text = FOREWARN.lines().map(shown).collect::<Vec<_>>().join("\n");
        assert!(text.contains("\n[alarm]\ncommand"));
        let path = folder.path().join("forewarn.toml");
        fs::write(&path, text).unwrap();
        let config = config::load(&path).unwrap_or_else(|report| panic!("{report}"));
        assert!(config.policy.alarm_command.is_some() && config.rules_dir.is_some() && config.templates_dir.is_some());
    }
}
