//! HTML → reading text that keeps tables: one linear pass over html5gum's tokens with our own stack and table grid.
//!
//! No tree is built (tree builders are quadratic on nested elements), depth is bounded, nothing is fetched. What a person does not
//! see (`display:none`, scripts, styles, `alt` texts) is not read; what is struck out is marked `~~so~~`, since providers strike the old time.

mod grid;
mod tags;

use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use crate::model::Table;

use super::text::seen;
use grid::{Cell, Grid};
use tags::{Role, Style, attribute, look, quoting, role, tight};

/// Deepest stack of open elements; what is nested deeper is read as text of the element above.
const MAX_DEPTH: usize = 256;
/// Most tables within tables.
const MAX_TABLE_DEPTH: usize = 40;
/// Most tables kept for one body.
const MAX_TABLES: usize = 1_000;
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
}

/// Reads a whole HTML body.
pub(super) fn read(html: &str) -> HtmlText {
    walk(html, false)
}

/// Reads text that holds a few tags but is laid out by its line ends.
pub(super) fn read_preformatted(text: &str) -> HtmlText {
    walk(text, true)
}

/// A piece of the text in order. Marks stand between lines, so that they keep their place when a cell's pieces move up.
enum Piece {
    Line(String),
    Gap,
    QuoteBegins(usize),
    QuoteEnds(usize),
    Table(usize),
}

/// Text being collected: of the body, or of one cell.
#[derive(Default)]
struct Flow {
    pieces: Vec<Piece>,
    line: String,
    /// The open line ends in an unclosed `~~`.
    struck: bool,
    /// Some text stood outside bold.
    has_plain: bool,
}

impl Flow {
    fn text(&mut self, text: &str, style: Style) {
        for character in text.chars().filter_map(seen) {
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

    fn end_line(&mut self) {
        if self.struck {
            self.turn_strike();
        }
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if !line.is_empty() {
            self.pieces.push(Piece::Line(line.to_owned()));
        }
    }

    /// `<br>`: ends the line, or leaves a gap where none is open.
    fn break_line(&mut self) {
        if self.line.trim_end().is_empty() {
            self.gap();
        } else {
            self.end_line();
        }
    }

    fn gap(&mut self) {
        self.end_line();
        if !matches!(self.pieces.last(), None | Some(Piece::Gap)) {
            self.pieces.push(Piece::Gap);
        }
    }
}

struct Open {
    name: Box<[u8]>,
    style: Style,
    quote: Option<usize>,
    role: Role,
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
}

fn walk(html: &str, pre: bool) -> HtmlText {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut walk = Walk { base: Flow::default(), frames: Vec::new(), stack: Vec::new(), beyond: 0, tables: Vec::new(), quotes: 0, pre };
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
    laid_out(walk.base.pieces, walk.tables)
}

/// Pieces → lines with the places of tables and quotes.
fn laid_out(pieces: Vec<Piece>, mut tables: Vec<Option<Table>>) -> HtmlText {
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
        if !style.hidden {
            self.flow().text(text, style);
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        self.close_implied(name, role(name));
        let role = self.effective_role(name);
        let style = self.style().within(tag, name);
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
        match role {
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
        self.stack.push(Open { name: name.into(), style, quote: kept, role });
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
            match open.role {
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
    fn effective_role(&self, name: &[u8]) -> Role {
        let cell_open = self.frames.last().map(|frame| frame.cell.is_some());
        match (role(name), cell_open) {
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
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        read(html).lines.join("\n")
    }

    #[test]
    fn text_reads_as_a_person_sees_it() {
        let table = [
            ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
            ("a&nbsp;&nbsp;b &amp; c&#43;d &lt;e&gt;", "a b & c+d <e>"),
            ("<div>a<div>b</div>c</div>", "a\nb\nc"),
            ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
            ("<p class=MsoNormal>Start: 1</p><p class=MsoNormal>End: 2</p>", "Start: 1\nEnd: 2"),
            ("<b>Start:</b> <s>10:00</s> 11:00", "Start: ~~10:00~~ 11:00"),
            ("<span style='text-decoration: line-through'>old</span> new", "~~old~~ new"),
            ("a<span style='display: none'>secret</span>b<style>p{}</style><script>1<2</script><title>t</title>", "ab"),
            ("<head><title>t</title><meta x><div>no end of the head</div>", "no end of the head"),
            ("<div hidden>x<p>y</p></div>z<img alt='approve'>", "z"),
            ("<pre>a  b\nc</pre>", "a  b\nc"),
            ("<a href='https://x.example/'>Details</a>", "Details"),
            ("1\n2 \r\n 3", "1 2 3"),
            ("<p>unclosed <b>bold <p>next", "unclosed bold\n\nnext"),
            ("", ""),
        ];
        for (html, expected) in table {
            assert_eq!(text(html), expected, "{html}");
        }
    }

    fn grid(html: &str) -> Vec<(usize, Vec<Vec<String>>)> {
        read(html).tables.into_iter().map(|(_, table)| (table.head_rows, table.rows)).collect()
    }

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn data_tables_are_lines_and_full_grids() {
        let html = "<p>Before</p><table><thead><tr><th rowspan=2>Circuit</th><th colspan=2>Window</th></tr><tr><th>Start</th><th>End</th></tr></thead>\
            <tbody><tr><td rowspan=2>AB-1</td><td>10:00</td><td>11:00</td></tr><tr><td>12:00</td><td><p>13:00</p><p>UTC</p></td></tr></tbody></table>After";
        assert_eq!(
            text(html),
            "Before\n\nCircuit | Window\nCircuit | Start | End\nAB-1 | 10:00 | 11:00\nAB-1 | 12:00 | 13:00 UTC\n\nAfter"
        );
        let expected = rows(&[
            &["Circuit", "Window", "Window"],
            &["Circuit", "Start", "End"],
            &["AB-1", "10:00", "11:00"],
            &["AB-1", "12:00", "13:00 UTC"],
        ]);
        assert_eq!(grid(html), [(2, expected)]);
        assert_eq!(read(html).tables.first().map(|(line, _)| *line), Some(2));
    }

    #[test]
    fn labels_and_values_stay_apart() {
        let html = "<table><tr><td>Start:<td>10:00<tr><td>End<td>&nbsp;:&nbsp;</td><td>12:00</table>";
        assert_eq!(text(html), "Start: | 10:00\nEnd | : | 12:00");
        let html =
            "<table><tr><td><b>Start</b></td><td> : </td><td>10:00</td></tr><tr><td><b>End</b></td><td>:</td><td>12:00</td></tr></table>";
        assert_eq!(text(html), "Start | 10:00\nEnd | 12:00");
        assert_eq!(grid(html), [(0, rows(&[&["Start", "10:00"], &["End", "12:00"]]))]);
    }

    #[test]
    fn tables_that_lay_out_a_page_are_read_in_order() {
        let html = "<table><tr><td><img alt=logo></td><td>Planned work</td></tr><tr><td colspan=2><p>Dear customer</p><p>Below:</p>\
            <table><tr><th>Circuit</th><th>Impact</th></tr><tr><td>AB-1</td><td>Outage</td></tr></table><p>Bye</p></td></tr></table>";
        assert_eq!(text(html), "Planned work\nDear customer\n\nBelow:\n\nCircuit | Impact\nAB-1 | Outage\n\nBye");
        assert_eq!(grid(html), [(1, rows(&[&["Circuit", "Impact"], &["AB-1", "Outage"]]))]);
        let columns = "<table><tr><td>Start: 10:00<br>End: 12:00</td><td>Phone: 1<br>Mail: 2</td></tr></table>";
        assert_eq!(text(columns), "Start: 10:00\nEnd: 12:00\nPhone: 1\nMail: 2");
        assert!(read(columns).tables.is_empty());
    }

    #[test]
    fn heads_are_known_by_type_class_and_background() {
        for (row, cell) in [
            ("<tr>", "<td><b>"),
            ("<tr class=tableHeader>", "<td>"),
            ("<tr bgcolor='#003366'>", "<td>"),
            ("<tr>", "<td style='background: navy'>"),
        ] {
            let html = format!("<table>{row}{cell}Circuit</td>{cell}Impact</td></tr><tr><td>AB-1</td><td>None</td></tr></table>");
            assert_eq!(read(&html).tables.first().map(|(_, table)| table.head_rows), Some(1), "{row}{cell}");
        }
        let striped = "<table><tr bgcolor=gray><td>A<td>1<tr><td>B<td>2<tr bgcolor=gray><td>C<td>3</table>";
        assert_eq!(read(striped).tables.first().map(|(_, table)| table.head_rows), Some(0));
    }

    #[test]
    fn quoted_places_are_marked() {
        let html = "<div>approve</div><div class='gmail_quote'><div>On x wrote:</div><blockquote>old</blockquote></div><div>below</div>";
        assert_eq!(read(html).quotes.first(), Some(&(1..3)));
        assert_eq!(read("ok<div id=divRplyFwdMsg>From: x</div><div>old</div>").quotes.first(), Some(&(1..usize::MAX)));
        assert!(read("ok<blockquote>indented</blockquote>").quotes.is_empty());
        assert_eq!(
            read("<table><tr><td>ok</td><td><blockquote type=cite>old</blockquote></td></tr></table>").quotes.first(),
            Some(&(1..2))
        );
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test measures that reading stays linear")]
    fn hostile_markup_is_read_in_linear_time() {
        let deep = 250_000;
        let table = [
            ("<div>".repeat(deep / 5), "nested div"),
            ("<table><tr><td>".repeat(deep / 15), "nested tables"),
            ("<p><b><i>".repeat(deep / 9), "unclosed"),
            ("</div></p></td>".repeat(deep / 15), "stray ends"),
            (format!("<table>{}", "<tr><td rowspan=65000 colspan=1000>x".repeat(deep / 35)), "spans"),
            (format!("<table><tr>{}", "<td rowspan=9 colspan=99>abcdefghij".repeat(5_000)), "wide"),
            (format!("<div {}>x</div>", "a=b ".repeat(deep / 4)), "attributes"),
            ("<div class=gmail_quote>x".repeat(deep / 24), "quotes"),
            ("<s>a</s>".repeat(deep / 8), "strikes"),
            ("&amp;".repeat(deep / 5), "entities"),
            ("x".repeat(2_000_000), "one line"),
        ];
        for (html, name) in table {
            let begun = std::time::Instant::now();
            let read = read(&html);
            assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{name} took {:?}", begun.elapsed());
            assert!(read.lines.iter().map(String::len).sum::<usize>() < 20_000_000, "{name}");
        }
    }
}
