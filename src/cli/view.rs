//! What the commands that show things share: the store beside a running service, the time, and lines of one width.

use crate::config::Config;
use crate::mail::outgoing::one_line;
use crate::store::{Store, StoreError};
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;

/// Columns of a terminal that nobody has widened.
pub(super) const WIDTH: usize = 80;

/// What a person should look at.
pub(super) const ALERT: Style = AnsiColor::Red.on_default().bold();
/// What is as it should be.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What begins a part.
pub(super) const HEAD: Style = Style::new().bold();

#[cfg(test)]
pub(super) mod sample;

/// The time that a command takes for now.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct At {
    /// Take this time for now, like 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub now: Option<DateTime<Utc>>,
}

impl At {
    /// The time given, else that of the system's clock.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        self.now.unwrap_or_else(|| crate::clock::Clock::System.now())
    }
}

pub(super) fn instant(text: &str) -> anyhow::Result<DateTime<Utc>> {
    Ok(DateTime::parse_from_rfc3339(text).context("write it like 2026-03-01T00:00:00Z")?.to_utc())
}

/// Asks the store that the configuration names, whether or not the service runs; changes nothing in it.
///
/// # Errors
/// There is no such store, it is damaged or of another version, or the question fails.
pub(super) fn ask<T>(config: &Config, question: impl AsyncFnOnce(&Store) -> Result<T, StoreError>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no runtime for the store")?;
    runtime.block_on(async {
        let store = Store::open_existing(&config.store)?;
        let answer = question(&store).await;
        store.close().await;
        Ok(answer?)
    })
}

/// Rows with every column but the last padded to its widest cell, two spaces between, no space at a line's end.
pub(super) fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate().take(row.len().saturating_sub(1)) {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", widths.get(column).copied().unwrap_or(0))).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Words in lines of at most [`WIDTH`] columns, each after the first below `lead`; what a stranger wrote cannot steer the terminal.
pub(super) fn folded(lead: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = lead.to_owned();
    let mut empty = true;
    for word in one_line(text, usize::MAX).split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(lead.chars().count())));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [vec!["a".to_owned(), "ä-b".to_owned(), "last".to_owned()], vec!["long".to_owned(), String::new(), String::new()]];
        assert_eq!(aligned(&rows), ["a     ä-b  last", "long"]);
    }

    #[test]
    fn long_text_is_folded_below_its_lead_and_cannot_steer_the_terminal() {
        let text = "the password was refused \u{1b}[2J three times since the provider changed its rules for application passwords";
        assert_eq!(
            folded("  ! ", text),
            ["  ! the password was refused [2J three times since the provider changed its", "    rules for application passwords"]
        );
        assert_eq!(folded("x ", ""), ["x "]);
    }

    #[test]
    fn a_time_is_read_or_refused_with_an_example() {
        assert_eq!(instant("2026-03-01T01:00:00+01:00").unwrap().to_rfc3339(), "2026-03-01T00:00:00+00:00");
        assert!(instant("tomorrow").unwrap_err().to_string().contains("2026-03-01T00:00:00Z"));
    }
}
