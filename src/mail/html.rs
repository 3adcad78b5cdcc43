//! HTML → reading text that keeps tables: one linear pass over html5gum's tokens with our own stack and table grid.
//!
//! No tree is built (tree builders are quadratic on nested elements), depth is bounded, nothing is fetched. What a person does not
//! see (`display:none`, scripts, styles, `alt` texts) is not read; what is struck out is marked `~~so~~`, since providers strike the old time.

mod flow;
mod grid;
mod looks;
mod tags;

use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use crate::model::Table;

use flow::{Flow, Piece, laid_out};
use grid::{Cell, Grid};
use tags::{Role, Style, StyleSheet, attribute, css, look, quoting, role, stands_apart, styled_role, tight};

/// Deepest stack of open elements; what is nested deeper is read as text of the element above.
const MAX_DEPTH: usize = 256;
/// Most tables within tables.
const MAX_TABLE_DEPTH: usize = 40;
/// Most tables kept for one body.
const MAX_TABLES: usize = 1_000;
/// Longest `<style>` block looked at, in bytes.
const MAX_STYLE_BYTES: usize = 200_000;
/// Most lines kept that a reader may not see.
const MAX_VEILED: usize = 50;
/// Most quoted places told apart.
const MAX_QUOTES: usize = 64;

/// An HTML body as lines of reading text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct HtmlText {
    /// Lines, white space folded; never two empty ones together. A row of a data table is one line, its cells joined by ` | `.
    pub(super) lines: Vec<String>,
    /// Tables with the line they begin at.
    pub(super) tables: Vec<(usize, Table)>,
    /// Lines that a mail client marked as quoted, in order of their begin.
    pub(super) quotes: Vec<Range<usize>>,
    /// What a reader may not see of it.
    pub(super) veiled: Veiled,
}

/// Lines that a reader may not see.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Veiled {
    /// The first of them.
    pub(super) lines: Vec<String>,
    /// It cannot be told which.
    pub(super) any: bool,
}

/// Reads a whole HTML body.
pub(super) fn read(html: &str) -> HtmlText {
    walk(html, false)
}

/// Reads text that holds a few tags but is laid out by its line ends.
pub(super) fn read_preformatted(text: &str) -> HtmlText {
    walk(text, true)
}

struct Open {
    name: Box<[u8]>,
    style: Style,
    quote: Option<usize>,
    role: Role,
    apart: bool,
}

/// A table being collected, and its cell while one is open.
struct Frame {
    index: usize,
    grid: Grid<Flow>,
    cell: Option<(Cell, Flow)>,
}

struct Walk {
    base: Flow,
    frames: Vec<Frame>,
    stack: Vec<Open>,
    /// Elements open beyond `MAX_DEPTH`.
    beyond: usize,
    tables: Vec<Option<Table>>,
    quotes: usize,
    pre: bool,
    sheet: StyleSheet,
    /// Lines of closed cells that a reader may not see.
    veiled: Vec<String>,
    /// A `<dt>` was closed and nothing stood since.
    term_closed: bool,
}

fn walk(html: &str, pre: bool) -> HtmlText {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut walk = Walk {
        base: Flow::default(),
        frames: Vec::new(),
        stack: Vec::new(),
        beyond: 0,
        tables: Vec::new(),
        quotes: 0,
        pre,
        sheet: StyleSheet::default(),
        veiled: Vec::new(),
        term_closed: false,
    };
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let token: Result<_, Infallible> = token;
        match token {
            Ok(Token::StartTag(tag)) => walk.start(&tag),
            Ok(Token::EndTag(tag)) => walk.end(tag.name.as_slice()),
            Ok(Token::String(text)) => walk.text(&String::from_utf8_lossy(text.value.as_slice())),
            Ok(Token::Comment(_) | Token::Doctype(_) | Token::Error(_)) | Err(_) => {}
        }
    }
    walk.pop_to(0);
    walk.base.end_line();
    walk.veiled.append(&mut walk.base.veiled);
    let any = walk.sheet.obscures || walk.veiled.len() > MAX_VEILED;
    walk.veiled.truncate(MAX_VEILED);
    HtmlText { veiled: Veiled { lines: walk.veiled, any }, ..laid_out(walk.base.pieces, walk.tables) }
}

impl Walk {
    fn flow(&mut self) -> &mut Flow {
        match self.frames.iter_mut().rev().find_map(|frame| frame.cell.as_mut()) {
            Some((_, flow)) => flow,
            None => &mut self.base,
        }
    }

    fn style(&self) -> Style {
        self.stack.last().map_or(Style { pre: self.pre, ..Style::default() }, |open| open.style)
    }

    fn text(&mut self, text: &str) {
        let style = self.style();
        if self.stack.last().is_some_and(|open| *open.name == *b"style") {
            if text.len() <= MAX_STYLE_BYTES {
                self.sheet.read(text);
            }
        } else if !style.hidden && !style.tiny {
            self.term_closed &= text.trim().is_empty();
            self.flow().text(text, style);
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        let css = css(tag);
        self.close_implied(name, role(name));
        let role = self.effective_role(styled_role(name, &css));
        let style = self.style().within(tag, name, &self.sheet);
        match name {
            b"br" if !style.hidden => self.flow().break_line(),
            b"hr" if !style.hidden => self.flow().gap(),
            _ => {}
        }
        if role == Role::Void {
            return;
        }
        if self.stack.len() >= MAX_DEPTH {
            self.beyond += 1;
            if role != Role::Inline {
                self.flow().end_line();
            }
            return;
        }
        let apart = role == Role::Inline && !css.is_empty() && stands_apart(&css);
        match role {
            _ if name == b"dd" && self.term_closed && !style.hidden => self.flow().reopen_term(),
            Role::Inline if apart => self.flow().space(),
            Role::Block => self.flow().end_line(),
            Role::Paragraph if tight(tag) => self.flow().end_line(),
            Role::Paragraph => self.flow().gap(),
            Role::Table => self.open_table(),
            Role::Row => self.with_grid(|grid| grid.open_row(look(tag, name))),
            Role::Cell => self.open_cell(tag, name, style),
            _ => {}
        }
        let (quote, to_the_end) = quoting(tag, name);
        let mut kept = None;
        if quote && self.quotes < MAX_QUOTES {
            let id = self.quotes;
            self.quotes += 1;
            let flow = self.flow();
            flow.end_line();
            flow.pieces.push(Piece::QuoteBegins(id));
            kept = (!to_the_end).then_some(id);
        }
        self.with_section(name, true);
        self.term_closed &= matches!(name, b"div");
        self.stack.push(Open { name: name.into(), style, quote: kept, role, apart });
    }

    fn end(&mut self, name: &[u8]) {
        if self.beyond > 0 {
            self.beyond -= 1;
            if role(name) != Role::Inline {
                self.flow().end_line();
            }
            return;
        }
        if name == b"p" && !self.stack.iter().any(|open| *open.name == *name) {
            return;
        }
        let inside = |role: Role| matches!(role, Role::Cell | Role::Table);
        let bound = match role(name) {
            Role::Table => |_| false,
            Role::Section | Role::Row | Role::Cell => |role: Role| role == Role::Table,
            _ => inside,
        };
        let mut found = None;
        for (place, open) in self.stack.iter().enumerate().rev() {
            if *open.name == *name {
                found = Some(place);
                break;
            }
            if bound(open.role) {
                break;
            }
        }
        if let Some(place) = found {
            self.pop_to(place);
        }
    }

    /// What HTML lets writers leave open: a paragraph before a block, an item before an item, a cell before a cell.
    fn close_implied(&mut self, name: &[u8], role: Role) {
        let closes: &[&[u8]] = match name {
            b"li" => &[b"li"],
            b"dt" | b"dd" => &[b"dt", b"dd"],
            b"td" | b"th" => &[b"td", b"th"],
            b"tr" => &[b"tr"],
            b"thead" | b"tbody" | b"tfoot" => &[b"thead", b"tbody", b"tfoot"],
            _ if matches!(role, Role::Block | Role::Paragraph) => &[b"p"],
            _ => return,
        };
        if self.beyond > 0 {
            return;
        }
        let mut found = None;
        for (place, open) in self.stack.iter().enumerate().rev() {
            if closes.contains(&&*open.name) {
                found = Some(place);
                break;
            }
            let stop = match role {
                Role::Cell | Role::Row | Role::Section => open.role == Role::Table,
                _ => matches!(open.role, Role::Cell | Role::Table) || matches!(&*open.name, b"ul" | b"ol" | b"dl"),
            };
            if stop {
                break;
            }
        }
        if let Some(place) = found {
            self.pop_to(place);
        }
    }

    fn pop_to(&mut self, depth: usize) {
        while self.stack.len() > depth {
            let Some(open) = self.stack.pop() else { break };
            if let Some(quote) = open.quote {
                let flow = self.flow();
                flow.end_line();
                flow.pieces.push(Piece::QuoteEnds(quote));
            }
            if *open.name == *b"dt" && !open.style.hidden {
                self.flow().end_line();
                self.term_closed = true;
            }
            match open.role {
                Role::Inline if open.apart => self.flow().space(),
                Role::Block | Role::Paragraph => self.flow().end_line(),
                Role::Cell => self.close_cell(),
                Role::Table => self.close_table(),
                Role::Section => self.with_section(&open.name, false),
                _ => {}
            }
        }
    }

    fn with_grid(&mut self, act: impl FnOnce(&mut Grid<Flow>)) {
        if let Some(frame) = self.frames.last_mut() {
            act(&mut frame.grid);
        }
    }

    fn with_section(&mut self, name: &[u8], opens: bool) {
        if name == b"thead" {
            self.with_grid(|grid| grid.in_head = opens);
        }
    }

    /// A table nested too deep and a cell or row without a table are blocks of text.
    fn effective_role(&self, role: Role) -> Role {
        let cell_open = self.frames.last().map(|frame| frame.cell.is_some());
        match (role, cell_open) {
            (Role::Table, _) if self.frames.len() >= MAX_TABLE_DEPTH => Role::Block,
            (Role::Section | Role::Row | Role::Cell, None | Some(true)) => Role::Block,
            (role, _) => role,
        }
    }

    fn open_table(&mut self) {
        self.flow().end_line();
        let index = self.tables.len();
        self.tables.push(None);
        self.frames.push(Frame { index, grid: Grid::default(), cell: None });
    }

    fn open_cell(&mut self, tag: &StartTag<()>, name: &[u8], style: Style) {
        let span = |key: &[u8]| attribute(tag, key).and_then(|value| value.trim().parse::<usize>().ok()).unwrap_or(1);
        let cell = Cell { colspan: span(b"colspan"), rowspan: span(b"rowspan"), look: look(tag, name), hidden: style.hidden };
        if let Some(frame) = self.frames.last_mut() {
            frame.cell = Some((cell, Flow::default()));
        }
    }

    fn close_cell(&mut self) {
        if let Some(frame) = self.frames.last_mut()
            && let Some((cell, mut flow)) = frame.cell.take()
        {
            flow.end_line();
            self.veiled.append(&mut flow.veiled);
            self.veiled.truncate(MAX_VEILED + 1);
            frame.grid.push(cell, flow);
        }
    }

    fn close_table(&mut self) {
        self.close_cell();
        let Some(frame) = self.frames.pop() else { return };
        let (mut pieces, table) = grid::read(frame.grid, frame.index);
        if let Some(place) = self.tables.get_mut(frame.index)
            && frame.index < MAX_TABLES
        {
            *place = table;
        }
        let flow = self.flow();
        flow.end_line();
        flow.pieces.append(&mut pieces);
    }
}

#[cfg(test)]
mod tests;
