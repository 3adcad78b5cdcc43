//! An approved notice as Markdown, for a page of the house's own (W33): the same words, one file a revision.

use chrono_tz::Tz;

use crate::model::Variant;

/// The widest of the notices, rather in the zone of staff and in English; none where there is none.
#[must_use]
pub fn markdown(variants: &[Variant], zone: Tz) -> Option<String> {
    // What is for several customers behind one address names them.
    let public = |variant: &&Variant| variant.recipients.iter().all(|recipient| recipient.customers.len() < 2);
    let rank = |variant: &&Variant| (public(variant), variant.services.len(), variant.language == "en", variant.zone == zone);
    // Of equals the first.
    let chosen = variants.iter().rev().max_by_key(rank)?;
    let mut blocks = chosen.text.split("\n\n").map(|block| block.trim_end().trim_start_matches('\n')).filter(|block| !block.is_empty());
    let mut out = format!("# {}\n", escaped(&blocks.next()?.split_whitespace().collect::<Vec<_>>().join(" ")));
    for block in blocks {
        out.push('\n');
        let lines: Vec<&str> = block.lines().map(str::trim_end).collect();
        let bullets = lines.iter().all(|line| line.trim_start().starts_with('•'));
        for (place, line) in lines.iter().enumerate() {
            let written = match line.trim_start().strip_prefix('•').filter(|_| bullets) {
                Some(item) => {
                    let depth = line.len() - line.trim_start().len();
                    format!("{}- {}", if depth > 2 { "  " } else { "" }, escaped(item.trim()))
                }
                // A line that goes on keeps its end.
                None if place + 1 < lines.len() => format!("{}  ", escaped(line.trim_start())),
                None => escaped(line.trim_start()),
            };
            out.push_str(&written);
            out.push('\n');
        }
    }
    Some(out)
}

/// Text in which no character means anything to Markdown (section 2.4 of its common form).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (place, char) in text.char_indices() {
        let special = matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&')
            || place == 0 && matches!(char, '#' | '-' | '+' | '=' | '~' | '|');
        if special {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_markup() {
        assert_eq!(escaped("# no heading, *no* [link](x) <b> & more"), "\\# no heading, \\*no\\* \\[link\\](x) \\<b\\> \\& more");
        assert_eq!(escaped("2020-09-10 @ 04:00 UTC"), "2020-09-10 @ 04:00 UTC");
    }
}
