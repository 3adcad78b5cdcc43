//! Rows and cells → lines and a full grid. Each row is judged for itself: a row of data is one line, a row that lays out a page is read in order.

use crate::model::Table;

use super::flow::{Flow, Piece};

/// Widest grid.
const MAX_COLUMNS: usize = 100;
/// Most rows that one cell spans.
const MAX_ROWSPAN: usize = 500;
/// Most bytes that spans may copy within one table.
const MAX_COPIED_BYTES: usize = 500_000;
/// A cell with more lines than this lays out a page.
const MAX_CELL_LINES: usize = 40;

/// What the tag of a cell or of a row says.
#[derive(Clone, Default)]
pub(super) struct Look {
    /// It says that it is a head: `th`, or a class that has the word.
    pub(super) head: bool,
    /// Its own background; none where it has none or a white one.
    pub(super) tint: Option<String>,
}

/// What a cell's tag says.
pub(super) struct Cell {
    pub(super) colspan: usize,
    pub(super) rowspan: usize,
    pub(super) look: Look,
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
    look: Look,
}

impl<F> Grid<F> {
    pub(super) fn open_row(&mut self, look: Look) {
        let head = look.head || self.in_head;
        self.rows.push(Row { cells: Vec::new(), look: Look { head, ..look } });
    }

    pub(super) fn push(&mut self, cell: Cell, flow: F) {
        if self.rows.is_empty() {
            self.open_row(Look::default());
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

/// A row of data, placed.
struct DataRow {
    cells: Vec<Placed>,
    /// Where its line goes among the pieces.
    at: usize,
    head: bool,
    bold: bool,
    tint: Option<String>,
}

/// The lines of a table in reading order, and the table itself where it is one of data: two columns at least, and a row with two cells filled.
pub(super) fn read(grid: Grid<Flow>, index: usize) -> (Vec<Piece>, Option<Table>) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rows: Vec<DataRow> = Vec::new();
    let mut lent: Vec<Option<Lent>> = Vec::new();
    let mut copied = 0;
    for row in grid.rows {
        if lays_out(&row) {
            for (_, flow) in row.cells {
                pieces.extend(flow.pieces);
            }
            continue;
        }
        // The line is written once the empty columns are known; its place is kept now.
        let at = pieces.len();
        pieces.push(Piece::Line(String::new()));
        let (head, bold, tint) = (is_head(&row), is_bold(&row), tint(&row));
        let cells = place(row, &mut lent, &mut copied);
        if cells.iter().any(|cell| !cell.text.is_empty()) {
            rows.push(DataRow { cells, at, head, bold, tint });
        }
    }
    drop_idle_columns(&mut rows);
    for row in &rows {
        if let Some(piece) = pieces.get_mut(row.at) {
            *piece = Piece::Line(line(&row.cells));
        }
    }
    let is_data = rows.iter().any(|row| row.cells.iter().filter(|cell| !cell.text.is_empty() && !cell.from_left).count() > 1);
    let table = is_data.then(|| Table {
        head_rows: head_rows(&rows),
        rows: rows.into_iter().map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect(),
    });
    let mut whole = if table.is_some() { vec![Piece::Gap, Piece::Table(index)] } else { Vec::new() };
    whole.extend(pieces.into_iter().filter(|piece| !matches!(piece, Piece::Line(line) if line.is_empty())));
    if table.is_some() {
        whole.push(Piece::Gap);
    }
    (whole, table)
}

fn is_filled(flow: &Flow) -> bool {
    flow.pieces.iter().any(|piece| matches!(piece, Piece::Line(_)))
}

fn is_head(row: &Row<Flow>) -> bool {
    row.look.head
        || row.cells.iter().any(|(_, flow)| is_filled(flow)) && row.cells.iter().all(|(cell, flow)| cell.look.head || !is_filled(flow))
}

fn is_bold(row: &Row<Flow>) -> bool {
    row.cells.iter().filter(|(_, flow)| is_filled(flow)).count() > 1 && row.cells.iter().all(|(_, flow)| !flow.has_plain)
}

/// The one background of all filled cells.
fn tint(row: &Row<Flow>) -> Option<String> {
    let mut tints =
        row.cells.iter().filter(|(_, flow)| is_filled(flow)).map(|(cell, _)| cell.look.tint.as_ref().or(row.look.tint.as_ref()));
    let first = tints.next()??;
    tints.all(|tint| tint == Some(first)).then(|| first.clone())
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

/// Takes out columns that hold nothing in any row, or nothing but the sign between a label and its value.
fn drop_idle_columns(rows: &mut [DataRow]) {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut used = vec![false; width];
    for row in rows.iter() {
        for (used, cell) in used.iter_mut().zip(&row.cells) {
            *used |= !matches!(cell.text.as_str(), "" | ":" | "|" | "：") && !cell.from_left;
        }
    }
    for row in rows {
        let mut used = used.iter();
        row.cells.retain(|_| used.next().copied().unwrap_or(false));
    }
}

/// Rows at the top that say they are heads; else one row that stands out from those below by bold type or by its background.
fn head_rows(rows: &[DataRow]) -> usize {
    let marked = rows.iter().take_while(|row| row.head).count();
    if marked > 0 {
        return if marked < rows.len() { marked } else { 0 };
    }
    let Some((first, below)) = rows.split_first() else { return 0 };
    let bold = first.bold && below.first().is_some_and(|next| !next.bold);
    let tinted = first.tint.is_some() && !below.is_empty() && below.iter().all(|row| row.tint != first.tint);
    let wide = first.cells.iter().filter(|cell| !cell.text.is_empty()).count() > 1;
    usize::from(wide && (bold || tinted))
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
