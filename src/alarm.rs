//! The second path to a person: runs the alarm command with the text on its standard input.

use std::{process::Stdio, time::Duration};

use tokio::{io::AsyncWriteExt, process::Command, time::timeout};

/// How long the command may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// Why an alarm did not get out.
#[derive(Debug, thiserror::Error)]
pub enum AlarmError {
    /// The command could not be started.
    #[error("alarm command {0:?} could not be started: {1}")]
    Start(String, std::io::Error),
    /// The command ended with a failure.
    #[error("alarm command {0:?} ended with {1}")]
    Failed(String, std::process::ExitStatus),
    /// The command took too long.
    #[error("alarm command {0:?} took more than 30 seconds and was ended")]
    Slow(String),
    /// The argv is empty.
    #[error("alarm command is empty")]
    Empty,
}

/// Runs the command (argv, no shell) with the text on its standard input and waits for success.
///
/// # Errors
/// When it cannot be started, fails, or takes more than 30 seconds. The text stands in no error.
pub async fn raise(argv: &[String], text: &str) -> Result<(), AlarmError> {
    let [program, arguments @ ..] = argv else { return Err(AlarmError::Empty) };
    let start_failed = |error| AlarmError::Start(program.clone(), error);
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(start_failed)?;
    let input = child.stdin.take();
    let talk = async {
        if let Some(mut input) = input {
            // A command that does not read its input has still been called.
            drop(input.write_all(text.as_bytes()).await);
            drop(input);
        }
        child.wait().await
    };
    let status = timeout(DEADLINE, talk).await.map_err(|_| AlarmError::Slow(program.clone()))?.map_err(start_failed)?;
    if status.success() { Ok(()) } else { Err(AlarmError::Failed(program.clone(), status)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_text_reaches_the_command_and_failures_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("heard");
        let argv = |script: &str| vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
        raise(&argv(&format!("cat > {}", file.display())), "mail01 at 04:00").await.unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mail01 at 04:00");
        assert!(matches!(raise(&argv("exit 3"), "x").await, Err(AlarmError::Failed(..))));
        assert!(matches!(raise(&["/no/such/command".to_owned()], "x").await, Err(AlarmError::Start(..))));
        assert!(matches!(raise(&[], "x").await, Err(AlarmError::Empty)));
    }
}
