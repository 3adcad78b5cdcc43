//! The log: what is written, at which level, and each record on one line.

use std::io::{IsTerminal as _, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// What is logged. Only a level can be asked for, and of Forewarn alone: more would let a directive for a library's module through.
fn filter(wanted: Option<&str>) -> EnvFilter {
    let wanted = wanted.and_then(|level| level.trim().parse().ok()).unwrap_or(LevelFilter::INFO);
    EnvFilter::new(format!("warn,forewarn={wanted},async_imap=off,imap_proto=off,lettre=off"))
}

/// Logs go to standard error. Libraries that would write mail or passwords at trace level stay silent whatever is asked for.
pub(super) fn log() {
    let filter = filter(std::env::var("FOREWARN_LOG").ok().as_deref());
    // A second start in one process (tests) keeps the first subscriber.
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(|| OneLine(std::io::stderr()))
            .with_ansi(std::io::stderr().is_terminal())
            // Whoever reads the log may go; complaining about it on the same standard error would end the service.
            .log_internal_errors(false)
            .try_init(),
    );
}

/// Writes each record as one line: whatever stands in it that could begin another one, or move a terminal's cursor, is escaped.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, record: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(record);
        let (text, end) = text.strip_suffix('\n').map_or((text.as_ref(), ""), |text| (text, "\n"));
        let coloured = std::io::stderr().is_terminal();
        let mut line = String::with_capacity(text.len() + 1);
        for c in text.chars() {
            // Colours of our own begin with an escape; only a terminal gets them.
            if c.is_control() && !(coloured && c == '\u{1b}') { line.extend(c.escape_default()) } else { line.push(c) }
        }
        line.push_str(end);
        self.0.write_all(line.as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o03_a_record_is_one_line_whatever_stands_in_it() {
        let mut out = OneLine(Vec::new());
        out.write_all("INFO a subject \n{\"level\":\"INFO\"} \u{1b}[2J\r\u{85}\n".as_bytes()).unwrap();
        let line = String::from_utf8(out.0).unwrap();
        assert_eq!(line, "INFO a subject \\n{\"level\":\"INFO\"} \\u{1b}[2J\\r\\u{85}\n");
    }

    #[test]
    fn o02_libraries_that_log_passwords_stay_silent_whatever_is_asked_for() {
        for (wanted, level) in [
            (None, "info"),
            (Some("debug"), "debug"),
            (Some("TRACE"), "trace"),
            (Some("trace,async_imap::imap_stream=trace"), "info"),
            (Some("async_imap=trace"), "info"),
        ] {
            let filter = filter(wanted).to_string();
            let mut directives: Vec<&str> = filter.split(',').collect();
            directives.sort_unstable();
            let forewarn = format!("forewarn={level}");
            assert_eq!(directives, ["async_imap=off", &forewarn, "imap_proto=off", "lettre=off", "warn"], "{wanted:?}");
        }
    }
}
