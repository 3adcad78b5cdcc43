//! `forewarn rules check --show`: a mail as it is read, with what each pattern took marked in it; and differences side by side.

use super::super::view::WIDTH;
use crate::mail::{self, prescan};
use crate::model::Reading;
use crate::rules::check::Finding;
use crate::rules::{self, Options, RuleSet, locate, outcome};
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use clap::ValueEnum;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

/// When marks are colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Wherever the output goes.
    Always,
    /// Nowhere.
    Never,
}

/// What was taken, and the name of its field beside it.
const TAKEN: Style = AnsiColor::Black.on_default().bg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));
const NAME: Style = AnsiColor::Cyan.on_default().bold();

/// Prints the reading text of a mail with numbers of lines, what was taken marked, and below it what took it.
///
/// # Errors
/// The mail cannot be read, or the output is closed.
pub(super) fn show(rules: &RuleSet, path: &Path, color: Color) -> anyhow::Result<()> {
    let raw = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    prescan::prescan(&raw).map_err(|refusal| anyhow::anyhow!("{}: {refusal}", path.display()))?;
    let mail = mail::parse(&raw);
    let at = rules::arrived_at(&mail, chrono::DateTime::UNIX_EPOCH);
    let reading = rules::read(rules, &crate::zones::newest(), &mail, at, Options::default());
    let choice = match color {
        Color::Auto => anstream::AutoStream::choice(&std::io::stdout()),
        Color::Always => anstream::ColorChoice::AlwaysAnsi,
        Color::Never => anstream::ColorChoice::Never,
    };
    let mut out = anstream::AutoStream::new(std::io::stdout(), choice).lock();
    print(&mut out, &mail, &reading, choice != anstream::ColorChoice::Never)?;
    Ok(out.flush()?)
}

fn print(out: &mut impl Write, mail: &crate::model::Mail, reading: &Reading, coloured: bool) -> anyhow::Result<()> {
    let text = locate::reading_text(mail);
    let mut marks: Vec<(Range<usize>, String)> = Vec::new();
    let mut below: Vec<String> = Vec::new();
    for evidence in &reading.evidence {
        let spot = locate::spot(mail, &text, evidence);
        let place = spot.as_ref().map_or("nowhere as it stands", |spot| spot.place.as_str());
        below.push(format!("{:<14} {place}: {} by {}", evidence.field, seen(&evidence.quote), evidence.pattern.as_deref().unwrap_or("-")));
        if let Some((_, range)) = spot.and_then(|spot| spot.at) {
            match marks.iter_mut().find(|(known, _)| *known == range) {
                Some((_, fields)) if fields.split(", ").any(|field| field == evidence.field) => {}
                Some((_, fields)) => {
                    fields.push_str(", ");
                    fields.push_str(&evidence.field);
                }
                None => marks.push((range, evidence.field.clone())),
            }
        }
    }
    marks.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let rule = reading.rule.as_ref().map_or("no rule", |rule| rule.name.as_str());
    writeln!(out, "{}, read by {rule}", outcome(reading))?;
    writeln!(out, "    subject  {}", seen(&mail.subject))?;
    let mut start = 0;
    let mut from = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let end = start + line.len();
        write!(out, "{number:>5}  ")?;
        for (range, field) in marks.iter().filter(|(range, _)| range.start >= start && range.start < end) {
            // What lies within a mark, or overlaps it, is named below alone.
            if range.start < from {
                continue;
            }
            let inner = range.end.min(end);
            write!(out, "{}", seen(text.get(from.max(start)..range.start).unwrap_or_default()))?;
            let taken = seen(text.get(range.start..inner).unwrap_or_default());
            if coloured {
                write!(out, "{TAKEN}{taken}{TAKEN:#} {NAME}{field}{NAME:#}")?;
            } else {
                write!(out, "[{field}: {taken}]")?;
            }
            from = inner;
        }
        writeln!(out, "{}", seen(text.get(from.max(start)..end).unwrap_or_default()).trim_end())?;
        (start, from) = (end, from.max(start));
    }
    writeln!(out)?;
    for line in below {
        writeln!(out, "{line}")?;
    }
    for problem in &reading.problems {
        writeln!(out, "{}: {} ({})", if problem.blocking { "DOUBT" } else { "note" }, seen(&problem.detail), problem.field)?;
    }
    Ok(())
}

/// Text of a stranger's: nothing in it steers the terminal.
fn seen(text: &str) -> String {
    text.trim_end_matches(['\n', '\r'])
        .chars()
        .map(|sign| {
            if sign == '\t' || sign == '\n' {
                ' '
            } else if sign.is_control() {
                '\u{fffd}'
            } else {
                sign
            }
        })
        .collect()
}

/// The lines of a finding: differing values in two columns, or below each other where they are too wide for that.
pub(super) fn details(finding: &Finding) -> Vec<String> {
    let room = (WIDTH - 12) / 2;
    if finding.differences.is_empty() {
        return finding.detail.lines().map(str::to_owned).collect();
    }
    let row = |want: &str, have: &str| format!("{want:<room$}  {have}").trim_end().to_owned();
    let mut lines = vec![row("expected", "read")];
    for (want, have) in &finding.differences {
        let (want, have) = (shown(want), shown(have));
        if want.chars().count() <= room && have.chars().count() <= room {
            lines.push(row(&want, &have));
        } else {
            lines.push(want);
            lines.push(row("", &have));
        }
    }
    lines
}

fn shown(side: &str) -> String {
    if side.is_empty() { "-".to_owned() } else { seen(side) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::check::Fault;

    #[test]
    fn differences_stand_side_by_side() {
        let differences =
            vec![("status = Cancelled".to_owned(), "status = Confirmed".to_owned()), (String::new(), "object \"x\"".to_owned())];
        let finding = Finding { fault: Fault::Wrong, of: "a/b".to_owned(), detail: String::new(), differences };
        assert_eq!(
            details(&finding),
            [
                "expected                            read",
                "status = Cancelled                  status = Confirmed",
                "-                                   object \"x\"",
            ]
        );
    }
}
