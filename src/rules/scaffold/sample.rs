//! A mail → a sample of it: the same reading text and tables without personal data, in the plainest message that holds them.

use super::mask::Mask;
use crate::model::{Mail, Table};
use chrono::{DateTime, Utc};
use std::fmt::Write as _;

/// The message, as it is written into the sample's file. `quoted` says whether the text below a forward counts.
pub(super) fn sample(mail: &Mail, mask: &Mask, from: &str, case: &str, at: DateTime<Utc>, quoted: bool) -> Vec<u8> {
    let subject = mask.apply(&mail.subject);
    let fresh = mail.text();
    let html = mail.html.as_ref().is_some_and(|body| body.fresh == fresh) && !mail.tables.is_empty();
    let mut text = String::new();
    let mut kind = "plain";
    if html {
        kind = "html";
        text = format!("<html><body>\n{}</body></html>\n", html_of(fresh, &mail.tables, mask));
    } else {
        text.push_str(&mask.apply(fresh));
    }
    if quoted {
        let body = [&mail.plain, &mail.html].into_iter().flatten().find(|body| !body.quoted.trim().is_empty());
        for line in mask.apply(body.map_or("", |body| body.quoted.as_str())).lines() {
            text.push_str("\n> ");
            text.push_str(line.trim_start_matches(['>', ' ']));
        }
    }
    let mut head = String::new();
    let domain = from.rsplit_once('@').map_or("provider.example", |(_, domain)| domain);
    write!(
        head,
        "Message-ID: <{case}@{domain}>\nFrom: {from}\nTo: noc@customer.example\nSubject: {}\nDate: {}\nMIME-Version: 1.0\n",
        header(&subject),
        at.to_rfc2822()
    )
    .unwrap_or_default();
    let body = format!("Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n", text.trim_end());
    if mail.sheets.is_empty() {
        return format!("{head}{body}").into_bytes();
    }
    let mut message = format!("{head}Content-Type: multipart/mixed; boundary=\"part\"\n\n--part\n{body}");
    for (number, sheet) in (1..).zip(&mail.sheets) {
        let rows: Vec<String> =
            sheet.rows.iter().map(|row| row.iter().map(|cell| csv(&mask.apply(cell))).collect::<Vec<_>>().join(",")).collect();
        write!(
            message,
            "--part\nContent-Type: text/csv; charset=utf-8\nContent-Disposition: attachment; filename=\"list{number}.csv\"\n\n{}\n",
            rows.join("\n")
        )
        .unwrap_or_default();
    }
    message.push_str("--part--\n");
    message.into_bytes()
}

/// A header in ASCII alone (RFC 2047), in words of at most 75 characters.
fn header(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let encoded = |chunk: &String| {
        chunk.bytes().fold(String::new(), |mut word, byte| {
            write!(word, "={byte:02X}").unwrap_or_default();
            word
        })
    };
    let mut chunks = vec![String::new()];
    for sign in text.chars() {
        match chunks.last_mut() {
            Some(last) if last.len() + sign.len_utf8() <= 20 => last.push(sign),
            _ => chunks.push(sign.to_string()),
        }
    }
    chunks.iter().map(|chunk| format!("=?utf-8?Q?{}?=", encoded(chunk))).collect::<Vec<_>>().join("\n ")
}

fn csv(cell: &str) -> String {
    if cell.contains(['"', ',', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// The reading text as HTML: rows of tables where they stand in the text, and every other line a line.
fn html_of(text: &str, tables: &[Table], mask: &Mask) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    let mut at = 0;
    for table in tables {
        let Some(first) = table.rows.iter().find_map(|row| row.iter().find(|cell| !cell.trim().is_empty())) else { continue };
        let rest = lines.get(at..).unwrap_or_default();
        let Some(before) = rest.iter().position(|line| line.contains('|') && line.contains(first.as_str())) else {
            continue;
        };
        plain_lines(rest.get(..before).unwrap_or_default(), mask, &mut out);
        let rows = rest.get(before..).unwrap_or_default().iter().take_while(|line| line.contains('|')).count();
        at += before + rows.min(table.rows.len());
        out.push_str("<table>\n");
        for (number, row) in table.rows.iter().enumerate() {
            let cell = if number < table.head_rows { "th" } else { "td" };
            out.push_str("<tr>");
            for one in row {
                write!(out, "<{cell}>{}</{cell}>", shown(one, mask)).unwrap_or_default();
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</table>\n");
    }
    plain_lines(lines.get(at..).unwrap_or_default(), mask, &mut out);
    out
}

fn plain_lines(lines: &[&str], mask: &Mask, out: &mut String) {
    for paragraph in lines.split(|line| line.trim().is_empty()).filter(|paragraph| !paragraph.is_empty()) {
        let shown: Vec<String> = paragraph.iter().map(|line| shown(line, mask)).collect();
        writeln!(out, "<p>{}</p>", shown.join("<br>\n")).unwrap_or_default();
    }
}

/// Text for HTML, with what is struck through marked as such.
fn shown(text: &str, mask: &Mask) -> String {
    let text = mask.apply(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    let pieces: Vec<&str> = text.split("~~").collect();
    if pieces.len().is_multiple_of(2) {
        return text;
    }
    pieces.iter().enumerate().map(|(at, piece)| if at % 2 == 1 { format!("<s>{piece}</s>") } else { (*piece).to_owned() }).collect()
}
