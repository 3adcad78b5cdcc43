//! Stories as text: what arrives, what people answer, and when. The demo and the story tests are told from the same form.
//!
//! One command a line; a command's text may go on in lines that begin with two spaces.
//! `title TEXT`, `say TEXT`, `before FILE` (ahead of the first `at`), `config LINE` (after the first `at` the service is started anew with
//! it; `{dir}` is the story's folder, `\n` begins another line), `at INSTANT TEXT`, `mail FILE` (several, with spaces between, arrive together), `reply WHO FW-1` with the answer below (`FW-1 v1` for an earlier
//! revision, `FW start` for a first contact), `answer WHO FILE FW-1` with a whole mail in whose text `{to}`, `{subject}` and `{message-id}`
//! stand for those of the mail that is answered, `write WHO SUBJECT` with a mail of their own to Forewarn below,
//! `settle FW-1 WORDS` on the command line, `services FILE` (ahead of the first `at`: another inventory; later the service is started anew with it), `round`, `whole` (from now on every mail out is printed, each text once) and `brief` (subjects
//! only, again), `show mail WHO` (the newest, to its last line), `show request WHO`, `show notices`, `show digest WHO`, `show file NAME`, `ledger`.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};

/// One command of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A heading.
    Title(String),
    /// A sentence of the narrator's.
    Say(String),
    /// A line of the configuration is replaced: `mode = "live"`. In the middle of a story the service is started anew with it.
    Config(String),
    /// A mail lies in the inbox before the service sees it for the first time.
    Before(String),
    /// The clock is set.
    At(DateTime<Utc>, String),
    /// A mail arrives, or several at once.
    Mail(Vec<String>),
    /// Somebody answers the newest request that they got about a maintenance: who, `FW-1`, what they write.
    Reply(String, String, String),
    /// Somebody's mail program answers in a form of its own: who got the mail, the file with the answer, a part of the mail's reference.
    Answer(String, String, String),
    /// Somebody of staff writes to Forewarn by themselves: who, subject, text.
    Write(String, String, String),
    /// The admin settles something on the command line: `FW-1`, words.
    Settle(String, String),
    /// The inventory is another one.
    Services(String),
    /// The service does a round.
    Round,
    /// From now on mails out are printed with their text.
    Whole,
    /// From now on mails out are printed by their subjects.
    Brief,
    /// The newest mail to somebody is printed, what stands below a quote or marker included.
    ShowMail(String),
    /// The newest request to somebody is printed.
    ShowRequest(String),
    /// The notices of this moment are printed.
    ShowNotices,
    /// The newest digest to somebody is printed.
    ShowDigest(String),
    /// A file of the story's folder is printed.
    ShowFile(String),
    /// The ledger and the queue are printed.
    Ledger,
}

/// Reads a story.
///
/// # Errors
/// Names the line that is no command.
pub fn steps(text: &str) -> anyhow::Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut body = Vec::new();
        while let Some((_, next)) = lines.next_if(|(_, next)| next.starts_with("  ") || next.trim().is_empty()) {
            body.push(next.trim_start_matches("  "));
        }
        let body = body.join("\n").trim().to_owned();
        steps.push(step(line, body).with_context(|| format!("line {}: {line}", number + 1))?);
    }
    Ok(steps)
}

fn step(line: &str, body: String) -> anyhow::Result<Step> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim().to_owned();
    Ok(match word {
        "title" => Step::Title(rest),
        "say" => Step::Say(rest),
        "config" => Step::Config(rest),
        "before" => Step::Before(rest),
        "at" => {
            let (time, text) = rest.split_once(' ').unwrap_or((&rest, ""));
            Step::At(DateTime::parse_from_rfc3339(time).context("no instant")?.to_utc(), text.to_owned())
        }
        "mail" => Step::Mail(rest.split_whitespace().map(str::to_owned).collect()),
        "reply" => {
            let (who, about) = rest.split_once(' ').context("reply WHO FW-n")?;
            Step::Reply(who.to_owned(), about.to_owned(), body)
        }
        "answer" => {
            let (who, rest) = rest.split_once(' ').context("answer WHO FILE FW-n")?;
            let (file, about) = rest.split_once(' ').context("answer WHO FILE FW-n")?;
            Step::Answer(who.to_owned(), file.to_owned(), about.to_owned())
        }
        "write" => {
            let (who, subject) = rest.split_once(' ').unwrap_or((&rest, ""));
            Step::Write(who.to_owned(), subject.to_owned(), body)
        }
        "settle" => {
            let (about, words) = rest.split_once(' ').context("settle FW-n WORDS")?;
            Step::Settle(about.to_owned(), words.to_owned())
        }
        "services" => Step::Services(rest),
        "round" => Step::Round,
        "whole" => Step::Whole,
        "brief" => Step::Brief,
        "ledger" => Step::Ledger,
        "show" => match rest.split_once(' ').unwrap_or((&rest, "")) {
            ("mail", who) => Step::ShowMail(who.to_owned()),
            ("request", who) => Step::ShowRequest(who.to_owned()),
            ("notices", _) => Step::ShowNotices,
            ("digest", who) => Step::ShowDigest(who.to_owned()),
            ("file", name) => Step::ShowFile(name.to_owned()),
            _ => bail!("show what?"),
        },
        _ => bail!("no such command"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_read() {
        let text = "# a comment\nconfig mode = \"live\"\nat 2020-09-01T15:05:00Z A notice\nreply sam@x.example FW-1\n  edit\n\n  New words.\n\nround\n";
        let at = "2020-09-01T15:05:00Z".parse().unwrap();
        let expected = vec![
            Step::Config("mode = \"live\"".into()),
            Step::At(at, "A notice".into()),
            Step::Reply("sam@x.example".into(), "FW-1".into(), "edit\n\nNew words.".into()),
            Step::Round,
        ];
        assert_eq!(steps(text).unwrap(), expected);
        assert!(steps("fly").unwrap_err().to_string().contains("line 1"));
    }
}
