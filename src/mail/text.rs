//! Characters of reading text: what cannot be seen is taken out, every space is a space, so that rules see what a person sees.

/// One character of reading text; none where nothing is to be seen (zero-width, soft hyphen, direction marks, controls).
pub(super) fn seen(character: char) -> Option<char> {
    match character {
        '\t' | '\n' => Some(character),
        '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        other if other.is_control() => None,
        other => Some(other),
    }
}

/// Lines of a plain text body: line ends of every kind, characters as in [`seen`], white space at line ends gone, never two empty lines together.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let clean: String = line.trim_end_matches('\r').chars().map(|c| if c == '\r' { '\n' } else { c }).filter_map(seen).collect();
        for line in clean.split('\n') {
            let line = line.trim_end();
            if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
                lines.push(line.to_owned());
            }
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Lines that lost a sign within, which a reader does not see: what they say may be split or joined by it. As [`lines`] gives them.
pub(super) fn patched(text: &str) -> Vec<String> {
    let is_sign = |sign: char| seen(sign).is_none() && sign != '\r';
    let within = |line: &&str| line.trim_matches(|sign: char| sign.is_whitespace() || is_sign(sign)).contains(is_sign);
    text.split('\n').filter(within).flat_map(lines).collect()
}

/// White space folded to single spaces, characters as in [`seen`].
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().filter_map(seen) {
        if !character.is_whitespace() {
            folded.push(character);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether something that cannot be seen stands between two Latin letters: the word that is read may not be the one that was written.
pub(super) fn hides_in_words(text: &str) -> bool {
    let (mut before, mut hidden) = (' ', ' ');
    text.chars().any(|after| {
        let hides = before.is_ascii_alphabetic() && after.is_ascii_alphabetic() && !hidden.is_whitespace() && seen(hidden).is_none();
        (before, hidden) = (hidden, after);
        hides
    })
}

/// Whether a text holds a mark that reverses reading direction: what is seen and what is read may differ.
pub(super) fn turns_direction(text: &str) -> bool {
    text.contains(['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_go_and_spaces_are_spaces() {
        assert_eq!(folded(" Sta\u{ad}rt:\u{a0}\u{a0}10\u{200b}:00\u{feff}\r\n\tUTC\u{1b} "), "Start: 10:00 UTC");
        assert_eq!(lines("a  b \r\n\r\n\r\nc\rd\n\n"), ["a  b", "", "c", "d"]);
        assert!(hides_in_words("app\u{200b}rove") && hides_in_words("o\u{0}k") && !hides_in_words("approve\u{feff}\r\n"));
        assert!(turns_direction("\u{202e}abc"));
        assert!(!turns_direction("abc"));
    }
}
