//! Writes `\w`, `\d` and `\p{L}` of a pattern out as classes that are small in memory, before it is compiled.
//!
//! Unicode's own tables cost: its words are nearly 800 ranges of characters, some 2,000 states of a compiled pattern wherever `\w` stands, and
//! all patterns together held 48 MB for them. The classes here have few ranges and the same characters of every script that mail is
//! likely to be written in; where they differ, a rare sign of a rare script counts as a letter, and most scripts beyond the basic plane do
//! not. They must never lose a letter, a combining accent or a digit that people write. Great ranges leave out a hole before those with
//! capitals: a range in which a letter has two cases is walked through sign by sign whenever a pattern is compiled. `\b` keeps Unicode's tables: it has no states of its own.
//! Source: UTS #18, annex C (what `\w` is); the test compares with the tables of the pattern library.

/// What `\w` is, without the brackets.
const WORD: &str = concat!(
    r"0-9A-Za-z_\u{aa}\u{b5}\u{ba}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{2c1}\u{2c6}-\u{2d1}\u{300}-\u{373}\u{376}-\u{37d}\u{37f}-\u{481}",
    r"\u{483}-\u{559}\u{560}-\u{588}\u{591}-\u{5bd}\u{5bf}-\u{5f2}\u{610}-\u{61a}\u{620}-\u{669}\u{66e}-\u{6d3}\u{6d5}-\u{963}",
    r"\u{966}-\u{1fff}\u{200c}\u{200d}\u{203f}\u{2040}\u{20d0}-\u{20f0}\u{2126}\u{212a}\u{212b}\u{2160}-\u{2188}\u{2c00}-\u{2dff}",
    r"\u{3005}-\u{3007}\u{3021}-\u{302f}\u{3031}-\u{3035}\u{3041}-\u{309f}\u{30a1}-\u{30fa}\u{30fc}-\u{31ff}\u{3400}-\u{a62b}\u{a640}-\u{abf9}\u{ac00}-\u{d7ff}",
    r"\u{f900}-\u{fdfb}\u{fe00}-\u{fe0f}\u{fe70}-\u{fefc}\u{ff10}-\u{ff19}\u{ff21}-\u{ff3a}\u{ff3f}\u{ff41}-\u{ff5a}\u{ff66}-\u{ffdc}",
    r"\u{11000}-\u{1189f}\u{1d400}-\u{1d7ff}\u{1e900}-\u{1e95f}\u{20000}-\u{323af}\u{e0100}-\u{e01ef}",
);

/// What `\p{L}` is, without the brackets: words without digits, underscores and accents that stand apart.
const LETTER: &str = concat!(
    r"A-Za-z\u{aa}\u{b5}\u{ba}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{2c1}\u{2c6}-\u{2d1}\u{370}-\u{373}\u{376}-\u{37d}\u{37f}-\u{481}",
    r"\u{48a}-\u{559}\u{560}-\u{588}\u{5d0}-\u{5f2}\u{620}-\u{64a}\u{66e}-\u{66f}\u{671}-\u{6d3}\u{6d5}\u{6fa}-\u{6ff}\u{710}-\u{963}",
    r"\u{971}-\u{1fff}\u{2126}\u{212a}\u{212b}\u{2c00}-\u{2dff}\u{3005}\u{3006}\u{3031}-\u{3035}\u{3041}-\u{3096}\u{309d}-\u{309f}",
    r"\u{30a1}-\u{30fa}\u{30fc}-\u{31ff}\u{3400}-\u{a62b}\u{a640}-\u{abf9}\u{ac00}-\u{d7ff}\u{f900}-\u{fdfb}\u{fe70}-\u{fefc}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}",
    r"\u{ff66}-\u{ffdc}\u{11000}-\u{1189f}\u{1d400}-\u{1d7ff}\u{1e900}-\u{1e95f}\u{20000}-\u{323af}",
);

/// What `\d` is, without the brackets: the digits that times and numbers are read from, and their wide forms in East Asian text.
const DIGIT: &str = r"0-9\u{ff10}-\u{ff19}";

/// The pattern with its classes written out. Letters of both cases stand in each, so that one that stands alone need not be told to take either:
/// the compiler would look up the other case of every sign of it.
pub(super) fn written_out(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    let mut depth = 0_usize;
    while let Some(at) = rest.find(['\\', '[', ']']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix('\\') {
            // Letters are looked for first: `\p` alone says nothing.
            let known =
                [("w", "", WORD), ("W", "^", WORD), ("d", "", DIGIT), ("D", "^", DIGIT), ("p{L}", "", LETTER), ("P{L}", "^", LETTER)];
            if let Some((left, not, class)) = known.iter().find_map(|(name, not, class)| Some((after.strip_prefix(name)?, not, class))) {
                if depth == 0 {
                    out.extend(["(?-i:[", not, class, "])"]);
                } else {
                    out.extend(["[", not, class, "]"]);
                }
                rest = left;
            } else {
                // The escaped sign goes with its backslash, so that `\\w` stays a backslash and a w.
                let mut signs = after.chars();
                out.push('\\');
                out.extend(signs.next());
                rest = signs.as_str();
            }
        } else if let Some(after) = from.strip_prefix(']') {
            depth = depth.saturating_sub(1);
            out.push(']');
            rest = after;
        } else {
            // A bracket that closes at once is a sign of the class.
            let opening = ["[^]", "[]", "[^", "["].into_iter().find(|opening| from.starts_with(opening)).unwrap_or("[");
            depth += 1;
            out.push_str(opening);
            rest = from.strip_prefix(opening).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{DIGIT, LETTER, WORD, written_out};
    use regex::Regex;

    fn class(written: &str) -> Regex {
        let class = if written.starts_with("(?") { written.to_owned() } else { format!("[{written}]") };
        Regex::new(&format!("^{class}$")).unwrap()
    }

    fn differing(ours: &str, theirs: &str, signs: impl Iterator<Item = char>) -> Vec<char> {
        let (ours, theirs) = (class(ours), class(theirs));
        let mut text = String::new();
        signs
            .filter(|sign| {
                text.clear();
                text.push(*sign);
                ours.is_match(&text) != theirs.is_match(&text)
            })
            .collect()
    }

    /// Latin with its accents, Greek, Cyrillic, the punctuation and symbols of everybody, and the letters of East Asia.
    fn of_mail() -> impl Iterator<Item = char> {
        [
            '\0'..='\u{2c5}',
            '\u{300}'..='\u{36f}',
            '\u{391}'..='\u{3a1}',
            '\u{3a3}'..='\u{3f5}',
            '\u{400}'..='\u{52f}',
            '\u{2010}'..='\u{203e}',
            '\u{20a0}'..='\u{20bf}',
        ]
        .into_iter()
        .chain(['\u{2190}'..='\u{24b5}', '\u{2500}'..='\u{2bff}', '\u{3000}'..='\u{3020}', '\u{3041}'..='\u{3096}'])
        .chain([
            '\u{30a0}'..='\u{30ff}',
            '\u{3400}'..='\u{4dbf}',
            '\u{4e00}'..='\u{9fff}',
            '\u{ac00}'..='\u{d7a3}',
            '\u{ff01}'..='\u{ff9f}',
        ])
        .chain(['\u{1f300}'..='\u{1faff}'])
        .flatten()
    }

    #[test]
    fn the_letters_and_signs_of_mail_are_those_of_unicode() {
        assert_eq!(differing(WORD, r"\w", of_mail()), Vec::<char>::new());
        assert_eq!(differing(LETTER, r"\p{L}", of_mail()), Vec::<char>::new());
        assert_eq!(differing(DIGIT, r"\d", of_mail()), Vec::<char>::new());
    }

    #[test]
    fn no_letter_is_lost() {
        let (ours, theirs) = (class(LETTER), class(r"\p{L}"));
        let lost: Vec<char> = ('\u{80}'..=char::MAX)
            .filter(|sign| {
                let text = sign.to_string();
                theirs.is_match(&text) && !ours.is_match(&text)
            })
            .collect();
        // Signs of phonetics and numbers, and scripts beyond the basic plane, most of them dead.
        let rare = |sign: &char| {
            let number = u32::from(*sign);
            matches!(number, 0x2c6..=0x2ff | 0x374 | 0x6e5..=0x6ef | 0x2071..=0x214e | 0x2183..=0x2184 | 0x2e2f | 0x303b..=0x303c)
                || matches!(number, 0x10000..=0x10fff | 0x118a0..=0x1d3ff | 0x1df00..=0x1eebb)
        };
        let missed: Vec<String> = lost.iter().filter(|sign| !rare(sign)).map(|sign| format!("{:x}", u32::from(*sign))).collect();
        assert_eq!(missed, Vec::<String>::new());
        let word = class(WORD);
        assert!(
            ('\u{80}'..=char::MAX).all(|sign| !ours.is_match(&sign.to_string()) || word.is_match(&sign.to_string())),
            "a letter is in words"
        );
    }

    #[test]
    fn only_classes_are_written_out() {
        assert_eq!(written_out(r"a\\w\b[x\]]\n\p{Lu}"), r"a\\w\b[x\]]\n\p{Lu}");
        assert_eq!(written_out(r"[\d.]\D"), format!("[[{DIGIT}].](?-i:[^{DIGIT}])"));
        assert_eq!(written_out(r"\w\p{L}"), format!("(?-i:[{WORD}])(?-i:[{LETTER}])"));
        assert_eq!(written_out(r"[]\d][^]\d][a[b]\d]\]\d"), r"[][0]][^][0]][a[b][0]]\](?-i:[0])".replace('0', DIGIT));
        assert!(Regex::new(&written_out(r"(?i)^[\w.-]+\W\d\D\p{L}\P{L}$")).unwrap().is_match("a.ß-x 7xÄ."));
    }

    #[test]
    fn both_cases_of_each_letter_stand_in_a_class() {
        // U+0345 is a mark; that Unicode pairs it with a small iota makes it no letter.
        let all = || ('\0'..=char::MAX).filter(|sign| *sign != '\u{345}');
        for written in [WORD, LETTER] {
            assert_eq!(differing(&format!("(?i:[{written}])"), &format!("(?-i:[{written}])"), all()), Vec::<char>::new());
        }
    }
}
