//! Faults in files that people write, shown with the line and a caret.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

/// Largest file that is read; an inventory of ten thousand customers has a tenth of it.
const LARGEST_FILE_BYTES: u64 = 16 << 20;
/// Faults shown; a file with more is broken in one way many times.
const MOST_SHOWN: usize = 60;

/// Whether a fault stops the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Stops the start.
    Error,
    /// Allowed, hardly meant.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether it stops the start.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The file.
    pub file: PathBuf,
    /// Line and column from 1; none where the whole file is meant.
    pub at: Option<(usize, usize)>,
    /// In bytes; none where the whole file is meant.
    span: Option<Range<usize>>,
}

/// Everything that is wrong, with the text to show it in. Values of secret-looking keys are masked in that text.
#[derive(Clone, Debug, Default)]
pub struct Report {
    faults: Vec<Fault>,
    sources: Vec<Source>,
}

/// A file as read, and where to note what is wrong with it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Report {
    /// The faults, by file and place.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether something stops the start.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.faults.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// Everything with lines and carets, coloured or plain.
    #[must_use]
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let mut shown: Vec<String> = self.faults.iter().take(MOST_SHOWN).map(|fault| self.render_one(fault, &renderer)).collect();
        if self.faults.len() > MOST_SHOWN {
            shown.push(format!("… and {} more", self.faults.len() - MOST_SHOWN));
        }
        shown.join("\n\n")
    }

    fn render_one(&self, fault: &Fault, renderer: &Renderer) -> String {
        let level = match fault.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let path = fault.file.to_string_lossy().into_owned();
        let title = level.primary_title(fault.message.clone());
        let help = Level::HELP.message(normalize_untrusted_str(&fault.help));
        let lines = self.sources.iter().find(|source| source.path == fault.file).and_then(|source| lines(&source.text, fault));
        let group: Group<'_> = match lines {
            Some((text, first, span)) => {
                title.element(Snippet::source(text).line_start(first).path(path).annotation(AnnotationKind::Primary.span(span)))
            }
            None => title.element(Origin::path(path)),
        };
        renderer.render(&[group.element(help)])
    }

    /// Reads a file and keeps its text for the carets; a file that cannot be read becomes a fault with this help where it is missing.
    pub(super) fn open(&mut self, path: &Path, help_if_missing: &str) -> Option<Source> {
        match read(path) {
            Ok(text) => {
                let source = Source { path: path.to_path_buf(), text };
                self.sources.push(source.clone());
                Some(source)
            }
            Err(error) => {
                let missing = error.kind() == std::io::ErrorKind::NotFound;
                let help = if missing { help_if_missing } else { "make it a readable UTF-8 text file" };
                self.faults.push(Fault {
                    severity: Severity::Error,
                    message: format!("cannot read this file: {error}"),
                    help: help.to_owned(),
                    file: path.to_path_buf(),
                    at: None,
                    span: None,
                });
                None
            }
        }
    }

    pub(super) fn note(&mut self, source: &Source, severity: Severity, span: Range<usize>, message: String, help: String) {
        self.faults.push(Fault { severity, message, help, file: source.path.clone(), at: None, span: Some(span) });
    }

    /// Puts the faults in order and gives each its line and column.
    pub(super) fn sort(&mut self) {
        let Self { faults, sources } = self;
        let file = |fault: &Fault| sources.iter().position(|source| source.path == fault.file);
        faults.sort_by_key(|fault| (file(fault), fault.span.as_ref().map(|span| span.start), fault.severity));
        for source in sources {
            let line_starts: Vec<usize> = [0].into_iter().chain(source.text.match_indices('\n').map(|(end, _)| end + 1)).collect();
            for fault in faults.iter_mut().filter(|fault| fault.file == source.path) {
                fault.at = fault.span.as_ref().map(|span| place(&source.text, &line_starts, span.start));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Report {}

fn read(path: &Path) -> std::io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST_FILE_BYTES {
        return Err(std::io::Error::other(format!("larger than {LARGEST_FILE_BYTES} bytes")));
    }
    fs::read_to_string(path)
}

/// The lines in which a fault lies, masked, with the number of the first and the span inside them. Not the whole file: a renderer
/// looks at all it gets.
fn lines(text: &str, fault: &Fault) -> Option<(String, usize, Range<usize>)> {
    let (line, _) = fault.at?;
    let span = fault.span.clone()?;
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |end| end + 1);
    let end = text.get(span.end..)?.find('\n').map_or(text.len(), |length| span.end + length);
    Some((masked(text.get(start..end)?), line, span.start - start..span.end - start))
}

fn place(text: &str, line_starts: &[usize], at: usize) -> (usize, usize) {
    let line = line_starts.partition_point(|start| *start <= at);
    let start = line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
    (line, text.get(start..at).unwrap_or_default().chars().count() + 1)
}

/// The text with the values of secret-looking keys starred out, byte for byte, so that spans still hold.
fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.split_once('=') {
            Some((key, value)) if looks_secret(key) => {
                shown.push_str(key);
                shown.push('=');
                for letter in value.chars() {
                    if letter.is_ascii_whitespace() {
                        shown.push(letter);
                    } else {
                        shown.extend(std::iter::repeat_n('*', letter.len_utf8()));
                    }
                }
            }
            _ => shown.push_str(line),
        }
    }
    shown
}

fn looks_secret(key: &str) -> bool {
    let key = key.trim().trim_matches('"').to_ascii_lowercase();
    ["pass", "secret", "token", "credential"].iter().any(|word| key.contains(word)) || key.ends_with("key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_secrets_without_moving_anything() {
        let text = "smtp_password = \"hünter2\"\nkey_file = \"k\"\napi_key = \"x y\"\n";
        let shown = masked(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "smtp_password = **********\nkey_file = \"k\"\napi_key = ** **\n");
    }

    #[test]
    fn counts_lines_and_columns_from_one() {
        let starts = [0, 2, 6];
        let at = |at| place("a\nüb\n", &starts, at);
        assert_eq!([at(0), at(2), at(4), at(6)], [(1, 1), (2, 1), (2, 2), (3, 1)]);
    }
}
