//! Attached comma-separated values (RFC 4180) → sheets. UTF-8 or UTF-16; comma, semicolon or tab, whichever the first line has most of.
//!
//! Workbooks are read in [`xlsx`].

#[cfg(test)]
mod pack;
pub(super) mod xlsx;

use crate::model::Sheet;

use super::text::folded;

/// Most cells of one sheet.
const MAX_CELLS: usize = 200_000;

/// Reads a csv attachment; of one longer than `most` bytes the first rows, and what is lost of it.
pub(super) fn csv(name: &str, bytes: &[u8], most: usize) -> (Sheet, Option<String>) {
    let cut = bytes.len() > most;
    let text = decoded(bytes.get(..most).unwrap_or(bytes));
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().max_by_key(|sign| (first.matches(*sign).count(), *sign == ',')).unwrap_or(',');
    let (rows, more) = rows(&text, separator);
    let lost = cut || more;
    (Sheet { name: name.to_owned(), rows }, lost.then(|| format!("the sheet {name} of {} bytes was cut", bytes.len())))
}

fn decoded(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(order).collect();
        String::from_utf16_lossy(&units)
    };
    // Half of the bytes of Latin text in UTF-16 are nought, with or without a byte order mark.
    let noughts = |odd: usize| bytes.iter().take(400).skip(odd).step_by(2).filter(|byte| **byte == 0).count() > bytes.len().min(400) / 4;
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ if noughts(1) => wide(bytes, u16::from_le_bytes),
        _ if noughts(0) => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
    }
}

/// The rows, and whether there are more than are kept.
fn rows(text: &str, separator: char) -> (Vec<Vec<String>>, bool) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell, mut quoted, mut cells): (Vec<String>, String, bool, usize) = (Vec::new(), String::new(), false, 0);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                row.push(folded(&std::mem::take(&mut cell)));
                cells += row.len();
                rows.push(std::mem::take(&mut row));
                if cells > MAX_CELLS {
                    return (rows, true);
                }
            }
            other if other == separator && !quoted => row.push(folded(&std::mem::take(&mut cell))),
            other => cell.push(other),
        }
    }
    row.push(folded(&cell));
    rows.push(row);
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    (rows, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_quotes_and_wide_characters_are_read() {
        let wide: Vec<u8> = "\u{feff}Circuit\tStart\r\nAB-1\t\"10:00\nUTC\"\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let table: Vec<(&[u8], Vec<Vec<&str>>)> = vec![
            (b"a,b\r\n\"1,5\",\"say \"\"x\"\"\"\r\n\r\n", vec![vec!["a", "b"], vec!["1,5", "say \"x\""]]),
            (b"a;b,c\n1;2", vec![vec!["a;b", "c"], vec!["1;2"]]),
            (b"a;b;c\n1;2;3", vec![vec!["a", "b", "c"], vec!["1", "2", "3"]]),
            (&wide, vec![vec!["Circuit", "Start"], vec!["AB-1", "10:00 UTC"]]),
            (b"", vec![]),
        ];
        for (bytes, expected) in table {
            assert_eq!(
                csv("x.csv", bytes, 1_000),
                (
                    Sheet {
                        name: "x.csv".to_owned(),
                        rows: expected.into_iter().map(|row| row.into_iter().map(str::to_owned).collect()).collect()
                    },
                    None
                )
            );
        }
    }

    #[test]
    fn what_is_cut_of_a_sheet_is_said() {
        let (sheet, lost) = csv("x.csv", "a,b\n".repeat(MAX_CELLS / 2 + 2).as_bytes(), 1_000_000);
        assert_eq!((sheet.rows.len(), lost.is_some()), (MAX_CELLS / 2 + 1, true));
        let (sheet, lost) = csv("x.csv", b"a,b\nc,d\ne,f\n", 8);
        assert_eq!((sheet.rows.len(), lost.is_some()), (2, true));
    }
}
