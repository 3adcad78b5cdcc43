//! Rows and cells → lines and a full grid. Each row is judged for itself: a row of data is one line, a row that lays out a page is read in order.

use crate::model::Table;

use super::{Flow, Piece};

/// Widest grid.
const MAX_COLUMNS: usize = 100;
/// Most rows that one cell spans.
const MAX_ROWSPAN: usize = 500;
/// Most bytes that spans may copy within one table.
const MAX_COPIED_BYTES: usize = 500_000;
/// A cell with more lines than this lays out a page.
const MAX_CELL_LINES: usize = 40;

/// What a cell's tag says.
pub(super) struct Cell {
    pub(super) colspan: usize,
    pub(super) rowspan: usize,
    pub(super) head: bool,
    pub(super) hidden: bool,
}

/// A table while it is read.
pub(super) struct Grid<F> {
    rows: Vec<Row<F>>,
    pub(super) in_head: bool,
}

impl<F> Default for Grid<F> {
    fn default() -> Self {
        Self { rows: Vec::new(), in_head: false }
    }
}

struct Row<F> {
    cells: Vec<(Cell, F)>,
    in_head: bool,
}

impl<F> Grid<F> {
    pub(super) fn open_row(&mut self) {
        self.rows.push(Row { cells: Vec::new(), in_head: self.in_head });
    }

    pub(super) fn push(&mut self, cell: Cell, flow: F) {
        if self.rows.is_empty() {
            self.open_row();
        }
        if let Some(row) = self.rows.last_mut()
            && !cell.hidden
        {
            row.cells.push((cell, flow));
        }
    }
}

/// A cell in its place.
#[derive(Clone, Default)]
struct Placed {
    text: String,
    /// Filled from the cell to the left.
    from_left: bool,
}

/// Text that a spanning cell lends to the rows below.
struct Lent {
    rows: usize,
    placed: Placed,
}

/// The lines of a table in reading order, and the table itself where it is one of data: two columns at least, and a row with two cells filled.
pub(super) fn read(grid: Grid<Flow>, index: usize) -> (Vec<Piece>, Option<Table>) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rows: Vec<Vec<Placed>> = Vec::new();
    let mut lines_at: Vec<(usize, usize)> = Vec::new();
    let mut heads: Vec<bool> = Vec::new();
    let mut bold: Vec<bool> = Vec::new();
    let mut lent: Vec<Option<Lent>> = Vec::new();
    let mut copied = 0;
    let marked_at = pieces.len();
    pieces.push(Piece::Gap);
    pieces.push(Piece::Table(index));
    for row in grid.rows {
        if lays_out(&row) {
            for (_, flow) in row.cells {
                pieces.extend(flow.pieces);
            }
            continue;
        }
        let filled = |flow: &Flow| flow.pieces.iter().any(|piece| matches!(piece, Piece::Line(_)));
        heads.push(
            row.in_head
                || row.cells.iter().any(|(_, flow)| filled(flow)) && row.cells.iter().all(|(cell, flow)| cell.head || !filled(flow)),
        );
        bold.push(row.cells.iter().filter(|(_, flow)| filled(flow)).count() > 1 && row.cells.iter().all(|(_, flow)| !flow.has_plain));
        let placed = place(row, &mut lent, &mut copied);
        // The line is written once the empty columns are known; its place is kept now.
        lines_at.push((pieces.len(), rows.len()));
        pieces.push(Piece::Gap);
        rows.push(placed);
    }
    pieces.push(Piece::Gap);
    drop_empty_columns(&mut rows);
    let head_rows = head_rows(&heads, &bold);
    for (at, row) in &lines_at {
        let line = rows.get(*row).map(|row| line(row)).unwrap_or_default();
        if let Some(piece) = pieces.get_mut(*at) {
            *piece = Piece::Line(line);
        }
    }
    pieces.retain(|piece| !matches!(piece, Piece::Line(line) if line.is_empty()));
    let is_data = rows.iter().any(|row| row.iter().filter(|cell| !cell.text.is_empty() && !cell.from_left).count() > 1);
    if !is_data {
        pieces.retain(|piece| !matches!(piece, Piece::Table(at) if *at == index));
        if let Some(piece) = pieces.get_mut(marked_at) {
            *piece = Piece::Line(String::new());
        }
        pieces.retain(|piece| !matches!(piece, Piece::Line(line) if line.is_empty()));
        return (pieces, None);
    }
    let mut kept_heads = head_rows;
    let mut table = Table::default();
    for (at, row) in rows.into_iter().enumerate() {
        if row.iter().all(|cell| cell.text.is_empty()) {
            if at < head_rows {
                kept_heads -= 1;
            }
            continue;
        }
        table.rows.push(row.into_iter().map(|cell| cell.text).collect());
    }
    table.head_rows = kept_heads;
    (pieces, Some(table))
}

/// Whether a row holds parts of a page rather than values: another table, a quoted mail, or a block of many lines beside no label.
fn lays_out(row: &Row<Flow>) -> bool {
    let lines = |flow: &Flow| flow.pieces.iter().filter(|piece| matches!(piece, Piece::Line(_))).count();
    let marked = |flow: &Flow| flow.pieces.iter().any(|piece| !matches!(piece, Piece::Line(_) | Piece::Gap));
    let filled = row.cells.iter().filter(|(_, flow)| lines(flow) > 0).count();
    let most = row.cells.iter().map(|(_, flow)| lines(flow)).max().unwrap_or(0);
    row.cells.iter().any(|(_, flow)| marked(flow))
        || filled == 1 && most > 1
        || most > MAX_CELL_LINES
        || row.cells.iter().any(|(_, flow)| labels(flow) > 1)
}

/// How many lines of a cell carry an own label: `Start: 10:00`.
fn labels(flow: &Flow) -> usize {
    let labelled = |line: &str| {
        line.split_once(": ").is_some_and(|(label, value)| {
            label.len() <= 40 && !value.is_empty() && label.chars().all(|c| c.is_alphabetic() || " /-()".contains(c))
        })
    };
    flow.pieces.iter().filter(|piece| matches!(piece, Piece::Line(line) if labelled(line))).count()
}

fn place(row: Row<Flow>, lent: &mut Vec<Option<Lent>>, copied: &mut usize) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    for (cell, flow) in row.cells {
        take_lent(&mut placed, lent, copied);
        let text = text(flow);
        for step in 0..cell.colspan.clamp(1, MAX_COLUMNS) {
            if placed.len() >= MAX_COLUMNS {
                break;
            }
            let text = if step == 0 || fits(&text, copied) { text.clone() } else { String::new() };
            let here = Placed { text, from_left: step > 0 };
            if cell.rowspan > 1 {
                let column = placed.len();
                if lent.len() <= column {
                    lent.resize_with(column + 1, || None);
                }
                if let Some(place) = lent.get_mut(column) {
                    *place = Some(Lent { rows: cell.rowspan.min(MAX_ROWSPAN) - 1, placed: here.clone() });
                }
            }
            placed.push(here);
        }
    }
    take_lent(&mut placed, lent, copied);
    placed
}

/// Fills the next places from cells above that span down to here.
fn take_lent(placed: &mut Vec<Placed>, lent: &mut [Option<Lent>], copied: &mut usize) {
    while let Some(place) = lent.get_mut(placed.len()) {
        let Some(from) = place else { break };
        let fits = fits(&from.placed.text, copied);
        placed.push(if fits { from.placed.clone() } else { Placed::default() });
        from.rows -= 1;
        if from.rows == 0 {
            *place = None;
        }
    }
}

fn fits(text: &str, copied: &mut usize) -> bool {
    *copied += text.len();
    *copied <= MAX_COPIED_BYTES
}

fn text(flow: Flow) -> String {
    let mut text = String::new();
    for piece in flow.pieces {
        if let Piece::Line(line) = piece {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(line.split_whitespace().collect::<Vec<_>>().join(" ").as_str());
        }
    }
    text
}

fn drop_empty_columns(rows: &mut [Vec<Placed>]) {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut used = vec![false; width];
    for row in rows.iter() {
        for (used, cell) in used.iter_mut().zip(row) {
            *used |= !cell.text.is_empty() && !cell.from_left;
        }
    }
    for row in rows {
        let mut used = used.iter();
        row.retain(|_| used.next().copied().unwrap_or(false));
    }
}

/// Rows at the top of `th` cells only; else one row wholly in bold above one that is not.
fn head_rows(heads: &[bool], bold: &[bool]) -> usize {
    let marked = heads.iter().take_while(|head| **head).count();
    if marked > 0 {
        return if marked < heads.len() { marked } else { 0 };
    }
    usize::from(matches!(bold, [true, false, ..]))
}

fn line(row: &[Placed]) -> String {
    let cells: Vec<&str> = row.iter().filter(|cell| !cell.from_left).map(|cell| cell.text.as_str()).collect();
    let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let cells: Vec<&str> = cells.into_iter().take(filled).collect();
    match cells.iter().filter(|cell| !cell.is_empty()).count() {
        0 | 1 => cells.concat(),
        _ => cells.join(" | "),
    }
}
