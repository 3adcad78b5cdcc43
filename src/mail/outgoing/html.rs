//! HTML derived from plain text: readable on a phone, nothing to fetch, no style sheet.

use std::fmt::Write;

/// Escapes text for HTML content and quoted attributes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A page from a notice's text: the first line is the heading, empty lines part paragraphs, `•` lines become lists.
#[must_use]
pub fn from_text(text: &str) -> String {
    let mut out = String::from(HEAD);
    body(&mut out, text);
    out.push_str(FOOT);
    out
}

/// A page from the texts of several notices, each under its heading, with a line above and one below.
#[must_use]
pub fn from_texts(above: &str, texts: &[&str], below: &str) -> String {
    let mut out = String::from(HEAD);
    paragraph(&mut out, above);
    for text in texts {
        out.push_str(RULE);
        body(&mut out, text);
    }
    out.push_str(RULE);
    for block in below.split("\n\n").filter(|block| !block.trim().is_empty()) {
        paragraph(&mut out, block);
    }
    out.push_str(FOOT);
    out
}

/// The first block is the heading.
fn body(out: &mut String, text: &str) {
    let mut blocks = text.split("\n\n").map(str::trim_end).map(|block| block.trim_start_matches('\n')).filter(|block| !block.is_empty());
    if let Some(title) = blocks.next() {
        push(out, format_args!("<h2 style=\"font-size:1.25em;margin:0 0 1em\">{}</h2>\n", lines(title)));
    }
    for block in blocks {
        if block.lines().all(|line| line.trim_start().starts_with('•')) {
            list(out, block);
        } else {
            paragraph(out, block);
        }
    }
}

/// A page that keeps a staff mail's lines, with ready-made HTML above it. What wraps on a phone goes on below where its words began, not
/// below its label.
#[must_use]
pub fn framed(above: &str, text: &str) -> String {
    // Tables of ours are wider than a notice's lines.
    let mut out = format!("{}{above}", HEAD.replace("max-width:40em", "max-width:56em"));
    let lines: Vec<&str> = text.lines().collect();
    for block in lines.chunk_by(|one, other| hang(one) == hang(other)) {
        let hang = block.first().map_or(0, |line| hang(line));
        let indent = if hang == 0 { String::new() } else { format!(";padding-left:{hang}ch;text-indent:-{hang}ch") };
        // A line of its own each: only the first of a block hangs.
        let per_block = if hang == 0 { block.len() } else { 1 };
        for lines in block.chunks(per_block.max(1)) {
            // A newline right behind the tag does not count (HTML 13.1.2.5), so an empty first line needs one of its own.
            let style = format!("margin:0;white-space:pre-wrap;font-family:Menlo,Consolas,monospace;font-size:14px{indent}");
            push(&mut out, format_args!("<pre style=\"{style}\">\n{}\n</pre>\n", escaped(&lines.join("\n"))));
        }
    }
    out.push_str(FOOT);
    out
}

/// How many characters stand before the words of a line: a label (`WHEN   `), an indent, the number or sign of a list.
fn hang(line: &str) -> usize {
    let label = line.get(..7).filter(|label| label.ends_with(' ') && label.starts_with(|c: char| c.is_ascii_uppercase()));
    if label.is_some_and(|label| label.chars().all(|c| c.is_ascii_uppercase() || c == ' ')) {
        return 7;
    }
    let spaces = line.len() - line.trim_start_matches(' ').len();
    let rest = line.get(spaces..).unwrap_or_default();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = rest.get(digits..).unwrap_or_default();
    match after.len() - after.trim_start_matches(' ').len() {
        gap @ 1..=3 if digits > 0 && (spaces > 0 || gap > 1) => spaces + digits + gap,
        _ if rest.starts_with(['-', '+', '|']) && rest.get(1..2) == Some(" ") => spaces + 2,
        _ if rest.is_empty() => 0,
        _ => spaces.min(8),
    }
}

const HEAD: &str = "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n\
    <body style=\"font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.4;color:#222;max-width:40em\">\n";
const FOOT: &str = "</body>\n</html>\n";

const RULE: &str = "<hr style=\"border:0;border-top:1px solid #999;margin:1.5em 0\">\n";

fn paragraph(out: &mut String, block: &str) {
    push(out, format_args!("<p style=\"margin:0 0 1em\">{}</p>\n", lines(block)));
}

fn lines(block: &str) -> String {
    block.lines().map(|line| escaped(line.trim_end())).collect::<Vec<_>>().join("<br>\n")
}

/// A bullet indented by more than its predecessor opens a list within it; two levels are all that notices have.
fn list(out: &mut String, block: &str) {
    let outer = block.lines().next().map_or(0, indent);
    let (mut open, mut nested) = (false, false);
    out.push_str("<ul style=\"margin:0 0 1em\">\n");
    for line in block.lines() {
        let item = escaped(line.trim_start().trim_start_matches('•').trim());
        let inner = open && indent(line) > outer;
        match (nested, inner) {
            (false, true) => out.push_str("\n<ul>\n"),
            (true, false) => out.push_str("</ul>\n</li>\n"),
            (false, false) if open => out.push_str("</li>\n"),
            _ => {}
        }
        if inner {
            push(out, format_args!("<li>{item}</li>\n"));
        } else {
            push(out, format_args!("<li>{item}"));
        }
        (open, nested) = (true, inner);
    }
    out.push_str(if nested { "</ul>\n</li>\n</ul>\n" } else { "</li>\n</ul>\n" });
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|char| *char == ' ').count()
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String never fails.
    out.write_fmt(text).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wraps_goes_on_below_its_words() {
        let hangs = [
            ("WHEN   Wed Sep 9", 7),
            ("FOR US nothing to do", 7),
            ("       the second value", 7),
            (" 1  Wed Sep 9 11:00 PM", 4),
            ("12  Wed Sep 9 11:00 PM", 4),
            ("2 windows in 14 days.", 0),
            ("    Mail may go DOWN", 4),
            ("  - Subject: old", 4),
            ("Answer \"approve\" to tell 14 customers.", 0),
            ("", 0),
            ("Ärger   mit Umlauten", 0),
        ];
        for (line, expected) in hangs {
            assert_eq!(hang(line), expected, "{line:?}");
        }
    }
}
