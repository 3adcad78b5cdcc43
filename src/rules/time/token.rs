//! Text → tokens: numbers, words, marks, line ends, each with its bytes. Dashes, colons and spaces of all kinds become plain ones.

use std::ops::Range;

/// Lines longer than this hold no statement of a person; they are passed over.
const MAX_LINE_BYTES: usize = 10_000;

/// Stands for `~~`, with which the reading text marks what was struck out.
pub(super) const STRUCK: char = '≁';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number { value: u64, digits: usize },
    Word,
    Mark(char),
    Line,
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As written.
    pub(super) text: &'a str,
    /// In lower case; empty unless a word.
    pub(super) lower: String,
    pub(super) at: Range<usize>,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut list = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if content.len() <= MAX_LINE_BYTES {
            line_tokens(content, offset, &mut list);
        }
        if line.len() > content.len() {
            let end = offset + line.len();
            let at = offset + content.len()..end;
            list.push(Token { kind: Kind::Line, text: text.get(at.clone()).unwrap_or_default(), lower: String::new(), at, spaced: true });
        }
        offset += line.len();
    }
    list
}

fn line_tokens<'a>(line: &'a str, offset: usize, list: &mut Vec<Token<'a>>) {
    let mut spaced = true;
    let mut characters = line.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let mut end = start + character.len_utf8();
        let kind = if let Some(digit) = digit(character) {
            let (mut value, mut digits) = (digit, 1);
            while let Some((_, next)) = characters.peek().copied()
                && let Some(more) = self::digit(next)
            {
                characters.next();
                value = value.saturating_mul(10).saturating_add(more);
                digits += 1;
                end += next.len_utf8();
            }
            Kind::Number { value, digits }
        } else if character.is_alphabetic() {
            if !stands_alone(character) {
                while let Some((_, next)) = characters.peek().copied()
                    && (next.is_alphabetic() || next == '_' || is_combining(next))
                    && !stands_alone(next)
                {
                    characters.next();
                    end += next.len_utf8();
                }
            }
            Kind::Word
        } else {
            // `~~` marks what is struck out: it parts, it joins nothing.
            if character == '~' && characters.peek().is_some_and(|(_, next)| *next == '~') {
                characters.next();
                end += 1;
                list.push(Token {
                    kind: Kind::Mark(STRUCK),
                    text: line.get(start..end).unwrap_or_default(),
                    lower: String::new(),
                    at: offset + start..offset + end,
                    spaced,
                });
                spaced = true;
                continue;
            }
            match mark(character) {
                Mark::Space => {
                    spaced = true;
                    continue;
                }
                Mark::Nothing => continue,
                Mark::Plain(plain) => Kind::Mark(plain),
            }
        };
        let text = line.get(start..end).unwrap_or_default();
        let lower = if kind == Kind::Word { text.to_lowercase() } else { String::new() };
        list.push(Token { kind, text, lower, at: offset + start..offset + end, spaced });
        spaced = false;
    }
}

enum Mark {
    Space,
    Nothing,
    Plain(char),
}

fn mark(character: char) -> Mark {
    match character {
        // Emphasis and quoting of plain-text mail part nothing.
        '*' | '`' | '"' | '“' | '”' | '„' | '«' | '»' | '_' => Mark::Space,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{fe0f}' => Mark::Nothing,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Mark::Plain('-'),
        '~' | '〜' | '～' | '…' | '→' | '⇒' | '➔' | '➜' => Mark::Plain('~'),
        '：' | '∶' | '﹕' => Mark::Plain(':'),
        '／' | '⁄' => Mark::Plain('/'),
        '（' => Mark::Plain('('),
        '）' => Mark::Plain(')'),
        '，' | '、' => Mark::Plain(','),
        '。' | '．' => Mark::Plain('.'),
        '｜' | '│' | '┃' | '║' => Mark::Plain('|'),
        '’' | '‘' | '´' => Mark::Plain('\''),
        '＋' => Mark::Plain('+'),
        '＠' => Mark::Plain('@'),
        other if other.is_whitespace() || other.is_control() => Mark::Space,
        other => Mark::Plain(other),
    }
}

fn digit(character: char) -> Option<u64> {
    let wide = u32::from(character).checked_sub(u32::from('０')).filter(|value| *value < 10);
    character.to_digit(10).or(wide).map(u64::from)
}

fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// Han characters and ordinal signs are words by themselves: 2021年5月20日, 2º.
fn stands_alone(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | 'º' | 'ª')
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    #[test]
    fn tokens_keep_their_bytes() {
        let text = "Zürich 08：30 – 9h\u{a0}(UTC)\r\nx";
        let list = tokens(text);
        for token in &list {
            assert_eq!(text.get(token.at.clone()), Some(token.text));
        }
        let kinds: Vec<String> = list.iter().map(|token| format!("{:?}", token.kind)).collect();
        assert_eq!(kinds.len(), 12, "{kinds:?}");
        assert!(list.iter().any(|token| token.kind == Kind::Mark('-')));
    }

    #[test]
    fn long_lines_are_passed_over() {
        let text = format!("{}\n12:00", "1:".repeat(6000));
        assert_eq!(tokens(&text).len(), 4);
    }
}
