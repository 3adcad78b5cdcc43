//! Where in a text something stands that was quoted from it: white space may differ, and of a long quote the beginning is enough.

use std::ops::Range;

/// Where the quote stands first.
#[must_use]
pub fn find(text: &str, quote: &str) -> Option<Range<usize>> {
    all(text, quote).into_iter().next()
}

/// Every place where the quote stands; where it stands nowhere whole, those of as many of its first words as do.
#[must_use]
pub fn all(text: &str, quote: &str) -> Vec<Range<usize>> {
    let (flat, offsets) = folded(text);
    let words: Vec<&str> = quote.split_whitespace().collect();
    // A statement may be put together from two cells: its beginning then shows where it stands.
    let enough = |count: usize| count == words.len() || count >= 2 || words.first().is_some_and(|word| word.len() >= 6);
    for count in (1..=words.len().min(60)).rev().filter(|count| enough(*count)) {
        let part = words.get(..count).unwrap_or_default().join(" ");
        let found: Vec<Range<usize>> = flat
            .match_indices(&part)
            .filter_map(|(at, _)| {
                let start = *offsets.get(at)?;
                let last = *offsets.get(at + part.len() - 1)?;
                let end = text.get(last..)?.chars().next().map_or(last, |sign| last + sign.len_utf8());
                Some(start..text.ceil_char_boundary(end))
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The text with every run of white space as one blank, and for each of its bytes where it stood.
fn folded(text: &str) -> (String, Vec<usize>) {
    let mut flat = String::with_capacity(text.len());
    let mut offsets = Vec::with_capacity(text.len());
    let mut blank = false;
    for (at, sign) in text.char_indices() {
        if sign.is_whitespace() {
            if !blank {
                flat.push(' ');
                offsets.push(at);
            }
            blank = true;
        } else {
            flat.push(sign);
            offsets.extend(std::iter::repeat_n(at, sign.len_utf8()));
            blank = false;
        }
    }
    (flat, offsets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_quoted() {
        let text = "Start:  5 May\n  06:00 Zürich\nEnd | 5 May 08:00\n";
        let at = |quote: &str| all(text, quote).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(at("5 May 06:00 Zürich"), ["5 May\n  06:00 Zürich"]);
        assert_eq!(at("5 May"), ["5 May", "5 May"]);
        assert_eq!(at("5 May 08:00 UTC"), ["5 May 08:00"], "the beginning is enough");
        assert_eq!(at("nowhere"), Vec::<String>::new());
        assert_eq!(at(""), Vec::<String>::new());
    }
}
