//! What the commands that show things share: the store beside a running service, the time, and lines of one width.

use super::block_on;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::outgoing::one_line;
use crate::store::{Store, StoreError};
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;
use std::io::{StdoutLock, Write as _};

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
        self.clock().now()
    }

    /// A clock that stands at the time given, else the system's.
    #[must_use]
    pub fn clock(self) -> Clock {
        self.now.map_or(Clock::System, Clock::fixed)
    }
}

/// Runs a command that shows something, with standard output as what it writes to, and empties what is held back at the end.
///
/// # Errors
/// Those of the command, or an output that is closed.
pub(super) fn to_stdout<T>(show: impl FnOnce(&mut Output) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut out = anstream::stdout().lock();
    let shown = show(&mut out)?;
    out.flush()?;
    Ok(shown)
}

/// Standard output; colours go only to a terminal.
pub(super) type Output = anstream::AutoStream<StdoutLock<'static>>;

/// Reads an instant of the command line: `2026-03-01T00:00:00Z`.
pub(super) fn instant(text: &str) -> anyhow::Result<DateTime<Utc>> {
    Ok(DateTime::parse_from_rfc3339(text).context("write it like 2026-03-01T00:00:00Z")?.to_utc())
}

/// Asks the store that the configuration names, whether or not the service runs; changes nothing in it.
///
/// # Errors
/// There is no such store, it is damaged or of another version, or the question fails.
pub(super) fn ask<T>(config: &Config, question: impl AsyncFnOnce(&Store) -> Result<T, StoreError>) -> anyhow::Result<T> {
    block_on(async {
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

    /// The view commands over a real store that holds one mail and its draft.
    #[test]
    fn every_command_shows_what_the_store_holds() {
        use crate::cli::{drafts::DraftsArgs, queue::QueueArgs, status::StatusArgs, windows::WindowsArgs};
        use crate::model::{Effects, Outcome};
        use crate::store::{Listing, Place};
        use sample::{at, draft, maintenance, plain};

        let folder = tempfile::tempdir().unwrap();
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forewarn.toml");
        let config = Config { store: folder.path().join("forewarn.sqlite"), ..crate::config::load(&fixtures).unwrap() };
        let now = At { now: Some(at("2020-09-07T12:00:00Z")) };
        let missing = QueueArgs { at: now }.show(&config, &mut Vec::new()).unwrap_err();
        assert!(missing.to_string().starts_with("there is no store at"), "{missing}");

        let arrived = at("2020-09-05T14:00:00Z");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&config.store).unwrap();
            store.account_seen("noc", arrived).await.unwrap();
            store.good_pass("noc", at("2020-09-07T11:59:00Z")).await.unwrap();
            let place = Place { account: "noc".into(), folder: "INBOX".into(), generation: "1".into() };
            store.list(&place, vec![Listing { uid: "1".into(), arrived_at: arrived, ..Listing::default() }], arrived).await.unwrap();
            let mail = store.unstored("noc", 1).await.unwrap().pop().unwrap().mail;
            store.keep(mail, b"Subject: x\r\n\r\ny".to_vec(), arrived).await.unwrap();
            store.next_to_consider(arrived).await.unwrap().unwrap();
            let effects = Effects {
                outcome: Some(Outcome::Extracted),
                maintenances: vec![crate::model::Maintenance { mail, ..maintenance() }],
                drafts: vec![draft()],
                ..Effects::default()
            };
            store.commit(Some(mail), &effects, arrived).await.unwrap();
            store.close().await;
        });

        let shown = |show: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            show(&mut out);
            plain(&out)
        };
        let status = shown(&|out| assert!(StatusArgs { at: now }.show(&config, out).unwrap()));
        assert!(status.contains("1  = 1 stored + 0 vanished + 0 waiting") && status.contains("1 draft to decide"), "{status}");
        let windows = shown(&|out| WindowsArgs { at: now, ..WindowsArgs::default() }.show(&config, out).unwrap());
        assert!(windows.contains("FW-12   Northfield Cloud: Data Center Maintenance (Hypervisor)\n          Mail\n"), "{windows}");
        assert!(windows.contains("NOT TOLD: v1 waits for approval"), "{windows}");
        let later = WindowsArgs { from: Some("2020-09-11".into()), to: None, at: now };
        assert!(shown(&|out| later.show(&config, out).unwrap()).starts_with("0 windows"));
        let list = shown(&|out| DraftsArgs::default().show(&config, out).unwrap());
        assert!(list.starts_with("FW-12 v1  proposed"), "{list}");
        let one = shown(&|out| DraftsArgs { maintenance: Some(draft().maintenance), all: false }.show(&config, out).unwrap());
        assert!(one.contains("Subject: Mail: maintenance on Sep 9\n\nDear customer,"), "{one}");
        let none = DraftsArgs { maintenance: Some(crate::model::MaintenanceId(99)), all: false }.show(&config, &mut Vec::new());
        assert!(none.unwrap_err().to_string().starts_with("FW-99 has no draft"));
        let queue = shown(&|out| QueueArgs { at: now }.show(&config, out).unwrap());
        assert!(queue.contains("1 thing waits") && queue.contains("approve | edit"), "{queue}");
    }

    #[test]
    fn a_time_is_read_or_refused_with_an_example() {
        assert_eq!(instant("2026-03-01T01:00:00+01:00").unwrap().to_rfc3339(), "2026-03-01T00:00:00+00:00");
        assert!(instant("tomorrow").unwrap_err().to_string().contains("2026-03-01T00:00:00Z"));
    }
}
