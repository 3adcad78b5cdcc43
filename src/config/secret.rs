//! Where secrets come from: a file of ours alone, a command, or systemd's credentials. A secret never appears in any text of ours.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// Longest secret that is read.
const LONGEST_BYTES: u64 = 64 << 10;
/// How long a command may take: 100 waits of 100 ms.
const COMMAND_WAITS: u32 = 100;
const COMMAND_WAIT: Duration = Duration::from_millis(100);
/// 32 random bytes in base64 without padding; in hex they are 64.
const SHORTEST_KEY: usize = 43;

/// Where a secret lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file that only its owner may read.
    File(PathBuf),
    /// A command whose standard output it is; argv.
    Command(Vec<String>),
    /// A file below `$CREDENTIALS_DIRECTORY` (systemd `LoadCredential=`).
    Credential(String),
}

/// Why a secret cannot be had. Never holds any of it.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file is not there or cannot be read.
    #[error("cannot read the secret in {path}: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// Others may read the file.
    #[error("{path} can be read by others than its owner (mode {mode:o}): run `chmod 600 {path}`, and replace the secret if others use this machine", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file belongs to somebody else.
    #[error("{path} belongs to another user (uid {uid}): run `chown` to make it the service's own", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The owner.
        uid: u32,
    },
    /// The command failed or took too long.
    #[error("the command `{program}` gave no secret: {why}")]
    Command {
        /// Its first word.
        program: String,
        /// What happened; never its output.
        why: String,
    },
    /// systemd passed no credentials.
    #[error("$CREDENTIALS_DIRECTORY is not set: start by systemd with `LoadCredential={name}:/path`, or use a key file")]
    NoCredentials {
        /// Name of the credential.
        name: String,
    },
    /// What was read is no secret.
    #[error("the secret from {from} is not usable: {why}")]
    Unusable {
        /// Where it came from.
        from: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// The key of approval tokens: at least 32 random bytes in hex or base64, used as the text it is.
///
/// # Errors
/// When the source cannot be read, is open to others, or holds too short a key.
pub fn approval_key(source: &SecretSource) -> Result<SecretString, SecretError> {
    let key = source.resolve()?;
    let text = key.expose_secret();
    let unusable = |why| Err(SecretError::Unusable { from: source.to_string(), why });
    if text.contains(char::is_whitespace) {
        return unusable("it must be one word: run `openssl rand -hex 32`");
    }
    let hex = text.chars().all(|letter| letter.is_ascii_hexdigit());
    let kinds = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    if text.len() < if hex { 64 } else { SHORTEST_KEY } || kinds < 8 {
        return unusable("it must be 32 random bytes or more in hex or base64: run `openssl rand -hex 32`");
    }
    Ok(key)
}

impl SecretSource {
    /// Reads the secret, without white space at its ends.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or its file is open to others.
    pub fn resolve(&self) -> Result<SecretString, SecretError> {
        let bytes = match self {
            Self::File(path) => contents(path, guarded)?,
            Self::Command(argv) => output(argv)?,
            Self::Credential(name) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
                let folder = folder.ok_or_else(|| SecretError::NoCredentials { name: name.clone() })?;
                // systemd guards the folder, and may give the file a group.
                contents(&PathBuf::from(folder).join(name), |_, _| Ok(()))?
            }
        };
        let unusable = |why| SecretError::Unusable { from: self.to_string(), why };
        let text = String::from_utf8(bytes).map_err(|_| unusable("it is no UTF-8 text"))?;
        let text = text.trim();
        if text.is_empty() {
            return Err(unusable("it is empty"));
        }
        Ok(SecretString::from(text))
    }
}

impl std::fmt::Display for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Command(argv) => write!(f, "the command `{}`", argv.first().map_or("", String::as_str)),
            Self::Credential(name) => write!(f, "$CREDENTIALS_DIRECTORY/{name}"),
        }
    }
}

/// Reads a file that passes the guard; the guard sees the very file that is read.
fn contents(path: &Path, guard: impl Fn(&Path, &fs::Metadata) -> Result<(), SecretError>) -> Result<Vec<u8>, SecretError> {
    let unreadable = |error| SecretError::Unreadable { path: path.to_path_buf(), error };
    let file = fs::File::open(path).map_err(unreadable)?;
    guard(path, &file.metadata().map_err(unreadable)?)?;
    let mut bytes = Vec::new();
    file.take(LONGEST_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(unix)]
fn guarded(path: &Path, file: &fs::Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::MetadataExt;
    if file.mode() & 0o077 != 0 {
        return Err(SecretError::Open { path: path.to_path_buf(), mode: file.mode() & 0o777 });
    }
    // The owner of our own process, where the system tells it; root may hold a secret for us.
    match fs::metadata("/proc/self") {
        Ok(own) if file.uid() != own.uid() && file.uid() != 0 => Err(SecretError::Foreign { path: path.to_path_buf(), uid: file.uid() }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn guarded(_path: &Path, _file: &fs::Metadata) -> Result<(), SecretError> {
    Ok(())
}

fn output(argv: &[String]) -> Result<Vec<u8>, SecretError> {
    let program = argv.first().cloned().unwrap_or_default();
    let failed = |why: String| SecretError::Command { program: program.clone(), why };
    let arguments = argv.get(1..).unwrap_or_default();
    let mut child = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let pipe = child.stdout.take();
    // Read beside the wait: a full pipe would hold the command up for ever.
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map(|pipe| pipe.take(LONGEST_BYTES).read_to_end(&mut bytes)).transpose().map(|_| bytes)
    });
    for _ in 0..COMMAND_WAITS {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => {
                return match reader.join() {
                    Ok(Ok(bytes)) => Ok(bytes),
                    _ => Err(failed("its output could not be read".to_owned())),
                };
            }
            Ok(Some(status)) => return Err(failed(status.to_string())),
            Ok(None) => thread::sleep(COMMAND_WAIT),
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    let killed = child.kill().and_then(|()| child.wait());
    Err(failed(if killed.is_ok() { "it took longer than 10 seconds".to_owned() } else { "it hangs and cannot be ended".to_owned() }))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const KEY: &str = "6f1d0c5a9be2473810fa64d7c3b2958e6f1d0c5a9be2473810fa64d7c3b2958e";

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, SecretSource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, SecretSource::File(path))
    }

    #[test]
    fn takes_a_key_that_only_its_owner_reads() {
        let (_folder, source) = file(&format!("{KEY}\n"), 0o600);
        assert_eq!(approval_key(&source).unwrap().expose_secret(), KEY);
        let (_folder, base64) = file("mJ4nO0mQqkB1Yw2xk0m3m4Jv7cS0sJm0kq3q9Zc1x8A=", 0o400);
        assert!(approval_key(&base64).is_ok());
    }

    #[test]
    fn refuses_a_file_open_to_others_and_says_what_to_do() {
        for mode in [0o640, 0o604, 0o644, 0o660] {
            let (_folder, source) = file(KEY, mode);
            let error = source.resolve().unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{error}");
            assert!(!error.contains(KEY));
        }
    }

    #[test]
    fn refuses_short_and_even_keys_without_showing_them() {
        for text in
            ["hunter2hunter2", "", &"a".repeat(64), KEY.get(..62).unwrap(), "two words that are long enough to be a key by themselves"]
        {
            let (_folder, source) = file(text, 0o600);
            let error = approval_key(&source).unwrap_err();
            assert!(text.is_empty() || !format!("{error} {error:?}").contains(text), "{error}");
        }
    }

    #[test]
    fn runs_a_command_and_never_shows_its_output() {
        let argv = |words: &[&str]| SecretSource::Command(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(argv(&["/bin/echo", KEY]).resolve().unwrap().expose_secret(), KEY);
        let error = argv(&["/bin/sh", "-c", "echo canary-4711; exit 3"]).resolve().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary-4711"), "{error}");
        assert!(argv(&["/nowhere/at/all"]).resolve().is_err());
    }
}
