//! Text in reading order while it is collected: lines, gaps between them, and marks that keep their place.

use super::super::text::seen;
use super::tags::Style;
use super::{HtmlText, MAX_QUOTES, MAX_VEILED};
use crate::model::Table;

/// A piece of the text in order. Marks stand between lines, so that they keep their place when a cell's pieces move up.
pub(super) enum Piece {
    Line(String),
    Gap,
    QuoteBegins(usize),
    QuoteEnds(usize),
    Table(usize),
}

/// Text being collected: of the body, or of one cell.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) pieces: Vec<Piece>,
    pub(super) line: String,
    /// The open line ends in an unclosed `~~`.
    struck: bool,
    /// The open line holds something that a reader may not see, or a sign was taken out of it.
    veils: bool,
    /// A sign was taken out of the open line where it ends so far.
    cut: bool,
    /// Closed lines of that kind.
    pub(super) veiled: Vec<String>,
    /// Some text stood outside bold.
    pub(super) has_plain: bool,
}

impl Flow {
    pub(super) fn text(&mut self, text: &str, style: Style) {
        for sign in text.chars() {
            let Some(character) = seen(sign) else {
                self.cut |= !self.line.is_empty();
                continue;
            };
            if character == '\n' && style.pre {
                self.end_line();
            } else if character.is_whitespace() {
                if style.pre || !self.line.is_empty() && !self.line.ends_with(' ') {
                    self.line.push(if style.pre { character } else { ' ' });
                }
            } else {
                if style.struck != self.struck {
                    self.turn_strike();
                }
                self.has_plain |= !style.bold;
                self.veils |= self.cut || style.veiled || style.small || !style.colours.stand_out();
                self.cut = false;
                self.line.push(character);
            }
        }
    }

    fn turn_strike(&mut self) {
        if self.struck {
            let space = self.line.ends_with(' ');
            self.line.truncate(self.line.trim_end().len());
            self.line.push_str(if space { "~~ " } else { "~~" });
        } else {
            self.line.push_str("~~");
        }
        self.struck = !self.struck;
    }

    pub(super) fn end_line(&mut self) {
        if self.struck {
            self.turn_strike();
        }
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if std::mem::take(&mut self.veils) && self.veiled.len() <= MAX_VEILED {
            self.veiled.push(line.to_owned());
        }
        self.cut = false;
        if !line.is_empty() {
            self.pieces.push(Piece::Line(line.to_owned()));
        }
    }

    /// A space, where text stands before it on the line.
    pub(super) fn space(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    /// Opens the line of a described term again, for its description to follow.
    pub(super) fn reopen_term(&mut self) {
        self.end_line();
        if let Some(Piece::Line(term)) = self.pieces.pop_if(|last| matches!(last, Piece::Line(_))) {
            let colon = if term.ends_with([':', '?', '.', '-']) { "" } else { ":" };
            self.line = format!("{term}{colon} ");
        }
    }

    /// `<br>`: ends the line, or leaves a gap where none is open.
    pub(super) fn break_line(&mut self) {
        if self.line.trim_end().is_empty() {
            self.gap();
        } else {
            self.end_line();
        }
    }

    pub(super) fn gap(&mut self) {
        self.end_line();
        if !matches!(self.pieces.last(), None | Some(Piece::Gap)) {
            self.pieces.push(Piece::Gap);
        }
    }
}

/// Pieces → lines with the places of tables and quotes.
pub(super) fn laid_out(pieces: Vec<Piece>, mut tables: Vec<Option<Table>>) -> HtmlText {
    let mut out = HtmlText::default();
    let mut begun: Vec<Option<usize>> = vec![None; MAX_QUOTES];
    for piece in pieces {
        match piece {
            Piece::Line(line) => out.lines.push(line),
            Piece::Gap => {
                if out.lines.last().is_some_and(|last| !last.is_empty()) {
                    out.lines.push(String::new());
                }
            }
            Piece::QuoteBegins(quote) => {
                if let Some(place) = begun.get_mut(quote) {
                    *place = Some(out.lines.len());
                }
            }
            Piece::QuoteEnds(quote) => {
                if let Some(from) = begun.get_mut(quote).and_then(Option::take) {
                    out.quotes.push(from..out.lines.len());
                }
            }
            Piece::Table(index) => {
                if let Some(table) = tables.get_mut(index).and_then(Option::take) {
                    out.tables.push((out.lines.len(), table));
                }
            }
        }
    }
    while out.lines.last().is_some_and(String::is_empty) {
        out.lines.pop();
    }
    out.quotes.extend(begun.into_iter().flatten().map(|from| from..usize::MAX));
    out.quotes.sort_by_key(|range| range.start);
    out
}
