//! What a person wrote in answer to one of our mails: the first line that counts, and the text below it.
//!
//! The verb is read only from the first non-empty line of the fresh text, before any quote; a mistake in cutting can lose a verb
//! (the sender then gets help) but never invent one. Source: trust rules of approval by mail; real clients' habits (W21).

use crate::model::{BodyText, Mail};

/// First marker line around the editable paragraphs of a request.
pub const EDIT_BEGIN: &str = "--- you may change the text from here ---";
/// Second marker line.
pub const EDIT_END: &str = "--- to here ---";

/// A person's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// First non-empty fresh line, banners skipped; empty where there is none.
    pub line: String,
    /// The fresh lines below it, up to a signature.
    pub below: String,
    /// The text between the edit markers, wherever it stands, quote marks removed; none where the markers are missing.
    pub between_markers: Option<String>,
    /// Whether the plain and the HTML part begin with different words: then nothing in it counts.
    pub parts_differ: bool,
}

/// Reads a reply. Takes a parsed mail; never fails.
#[must_use]
pub fn reply(mail: &Mail) -> Reply {
    // What was forwarded is somebody else's word.
    let own = |body: &BodyText| if body.no_own_word { split("") } else { split(&body.fresh) };
    let plain = mail.plain.as_ref().map(own);
    let html = mail.html.as_ref().map(own);
    let parts_differ = match (&plain, &html) {
        (Some((a, _)), Some((b, _))) => folded(a) != folded(b),
        _ => false,
    };
    let between_markers =
        [&mail.plain, &mail.html].into_iter().flatten().find_map(|body| between_markers(&format!("{}\n{}", body.fresh, body.quoted)));
    let (line, below) = plain.or(html).unwrap_or_default();
    Reply { line, below, between_markers, parts_differ }
}

/// Lines that mail systems and phones put into a mail and no person wrote.
pub(super) fn is_banner(line: &str) -> bool {
    let lower = line.to_lowercase();
    let starts = [
        "[external",
        "external email",
        "external:",
        "caution:",
        "caution -",
        "warning: external",
        "this email originated",
        "this message originated",
        "achtung:",
        "vorsicht:",
    ];
    // A long rule of underscores is where Outlook begins to quote.
    let rule = line.chars().filter(|c| *c == '_').count() >= 16;
    let stray = !is_signature(line) && !rule && lower.chars().all(|c| !c.is_alphanumeric());
    stray
        || starts.iter().any(|banner| lower.starts_with(banner))
        || lower.contains("originated from outside")
        || lower.contains("do not click links")
}

fn is_signature(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    line.trim_end() == "--"
        || lower.starts_with("sent from my ")
        || lower.starts_with("get outlook for ")
        || lower.starts_with("von meinem ")
        || lower.starts_with("envoyé de ")
        || lower.starts_with("sent from outlook")
}

fn split(fresh: &str) -> (String, String) {
    let mut lines = fresh.lines().map(str::trim).skip_while(|line| line.is_empty() || is_banner(line));
    let line = lines.next().filter(|line| !is_signature(line) && !line.starts_with('>')).unwrap_or_default().to_owned();
    let below: Vec<&str> = lines.take_while(|line| !is_signature(line)).collect();
    (line, below.join("\n").trim().to_owned())
}

fn folded(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn unquoted(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some(inner) = rest.strip_prefix('>') {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    rest
}

fn between_markers(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(unquoted).collect();
    let begin = lines.iter().position(|line| line.trim() == EDIT_BEGIN)?;
    let end = lines.iter().skip(begin + 1).position(|line| line.trim() == EDIT_END)?;
    let inner: Vec<&str> = lines.iter().skip(begin + 1).take(end).map(|line| line.trim_end()).collect();
    Some(inner.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, quoted: &str) -> Mail {
        Mail { plain: Some(BodyText { fresh: text.into(), quoted: quoted.into(), ..BodyText::default() }), ..Mail::default() }
    }

    #[test]
    fn the_first_line_is_the_persons_own() {
        for (text, line) in [
            ("approve\n", "approve"),
            ("\n\n  Approved, thanks \n\nSam", "Approved, thanks"),
            ("[EXTERNAL] Caution: do not click links\napprove\n", "approve"),
            ("CAUTION: This email originated from outside.\n\nok\nGet Outlook for iOS\n", "ok"),
            ("Get Outlook for iOS\n", ""),
            ("-- \nSam\n", ""),
            ("> approve\n", ""),
            ("👍\n", ""),
        ] {
            assert_eq!(reply(&plain(text, "")).line, line, "{text:?}");
        }
    }

    #[test]
    fn edited_text_is_found_between_quoted_markers() {
        let quoted = format!("> head\n> {EDIT_BEGIN}\n> We move the server.\n>\n> Short outage.\n> {EDIT_END}\n> tail");
        assert_eq!(reply(&plain("edit\n", &quoted)).between_markers.as_deref(), Some("We move the server.\n\nShort outage."));
        assert_eq!(reply(&plain("edit\n", "> nothing")).between_markers, None);
    }

    #[test]
    fn parts_that_begin_differently_are_seen() {
        let mut mail = plain("reject\n", "");
        mail.html = Some(BodyText { fresh: "approve".into(), ..BodyText::default() });
        assert!(reply(&mail).parts_differ);
        mail.html = Some(BodyText { fresh: "Reject".into(), ..BodyText::default() });
        assert!(!reply(&mail).parts_differ);
    }
}
