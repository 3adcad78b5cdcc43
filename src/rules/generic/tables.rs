//! Tables of a mail: those of its HTML, of text drawn with bars, of text aligned in columns; label and value cells, head rows with rows of values.

use super::fields::{Forms, Listed, MOST, labelled, push};
use super::topics::{Topic, topic};
use crate::model::Table;

/// A row without blanks and empty cells, to know it again in the text.
pub(super) fn squeezed(row: &str) -> String {
    row.split('|').map(|cell| cell.split_whitespace().collect::<String>()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("|")
}

/// Tables drawn in text, `A | B`: runs of such lines, drawn borders between them. Their lines are taken out of the text; a bar in a lone line
/// of prose draws no table.
pub(super) fn piped(lines: &mut Vec<&str>) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut kept = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for line in lines.iter().copied().chain([""]) {
        if line.contains(" |") || line.trim_start().starts_with('|') || is_border(line) && !run.is_empty() {
            run.push(line);
            continue;
        }
        let drawn = run.iter().filter(|line| line.contains('|') && !is_border(line)).count();
        let label = |line: &&str| line.trim().trim_matches('|').split('|').next().is_some_and(|cell| topic(cell).is_some());
        if drawn > 1 || run.first().is_some_and(|line| line.trim_start().starts_with('|') || label(line)) {
            tables.extend(of_run(&run));
        } else {
            kept.append(&mut run);
        }
        run.clear();
        if !is_border(line) {
            kept.push(line);
        }
    }
    kept.pop();
    *lines = kept;
    tables
}

/// The tables of one run of drawn lines: another number of cells is another table that follows at once.
fn of_run(run: &[&str]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in run.iter().filter(|line| !is_border(line)) {
        let cells: Vec<String> = line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        if cells.len() > 2 && rows.last().is_some_and(|before| before.len() != cells.len() && before.len() > 1) {
            tables.push(Table { rows: std::mem::take(&mut rows), head_rows: 0 });
        }
        rows.push(cells);
    }
    tables.push(Table { rows, head_rows: 0 });
    tables
}

/// Whether a line only draws: `+------+----+`, `---------  ------`.
pub(super) fn is_border(line: &str) -> bool {
    let line = line.trim();
    line.chars().count() >= 3 && line.chars().all(|char| "-=+|_ :".contains(char)) && line.contains(['-', '=', '_'])
}

/// Tables whose columns are set apart by tabs or by two blanks and more, under a head of known labels. Their lines are taken out of the text.
pub(super) fn aligned(lines: &mut Vec<&str>) -> Vec<Table> {
    let mut found = Vec::new();
    let mut kept: Vec<&str> = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index).copied() {
        index += 1;
        let head = columns(line);
        let labels: Vec<String> = head.iter().map(|(_, cell)| (*cell).to_owned()).collect();
        if head.len() < 2 || line.contains(':') || !is_head(&labels, false) {
            kept.push(line);
            continue;
        }
        let mut rows = vec![labels];
        let mut next = index;
        while let Some(below) = lines.get(next).copied().filter(|below| !below.trim().is_empty()) {
            next += 1;
            if is_border(below) {
                continue;
            }
            let cells = columns(below);
            if cells.len() < 2 {
                next -= 1;
                break;
            }
            rows.push(under(&head, &cells));
        }
        if rows.len() > 1 {
            found.push(Table { rows, head_rows: 1 });
            index = next;
        } else {
            kept.push(line);
        }
    }
    *lines = kept;
    found
}

/// The cells of a line with the place where each begins, in characters; a tab parts, and so do two blanks.
fn columns(line: &str) -> Vec<(usize, &str)> {
    let mut cells = Vec::new();
    let mut at = 0;
    for (part, separator) in line.split_inclusive('\t').flat_map(|tabbed| {
        let ends = tabbed.ends_with('\t');
        let pieces: Vec<&str> = tabbed.trim_end_matches('\t').split("  ").collect();
        let last = pieces.len().saturating_sub(1);
        pieces
            .into_iter()
            .enumerate()
            .map(move |(index, piece)| (piece, if index < last { 2 } else { usize::from(ends) }))
            .collect::<Vec<_>>()
    }) {
        let cell = part.trim();
        if !cell.is_empty() {
            let lead = part.chars().count() - part.trim_start().chars().count();
            cells.push((at + lead, cell));
        }
        at += part.chars().count() + separator;
    }
    cells
}

/// The cells of a row below the head's: in order where their numbers agree, else each under the head that begins nearest.
fn under(head: &[(usize, &str)], cells: &[(usize, &str)]) -> Vec<String> {
    if head.len() == cells.len() {
        return cells.iter().map(|(_, cell)| (*cell).to_owned()).collect();
    }
    let mut row = vec![String::new(); head.len()];
    for (at, cell) in cells {
        let nearest = head.iter().enumerate().min_by_key(|(_, (start, _))| start.abs_diff(*at)).map(|(index, _)| index);
        if let Some(place) = nearest.and_then(|index| row.get_mut(index)) {
            if !place.is_empty() {
                place.push(' ');
            }
            place.push_str(cell);
        }
    }
    row
}

/// Dots that lead from a label to its value become a colon: `START ....... 12 JUN`. Where they do, a capital label may end in one dot.
pub(super) fn without_leaders(text: &str) -> std::borrow::Cow<'_, str> {
    let parted = |line: &str, dots: &str| {
        let (label, value) = line.split_once(dots)?;
        let value = value.trim_start_matches('.');
        let fits = label.trim().chars().count() >= 2
            && label.split_whitespace().count() <= 5
            && label.chars().all(|char| char.is_alphabetic() || " ()/#-".contains(char))
            && value.starts_with([' ', ':', '\t']);
        fits.then(|| format!("{}: {}", label.trim(), value.trim_start_matches([' ', ':', '\t'])))
    };
    if text.lines().filter(|line| parted(line, "...").is_some()).take(2).count() < 2 {
        return text.into();
    }
    let capital = |line: &str| line.split('.').next().is_some_and(|label| !label.chars().any(char::is_lowercase));
    let line = |line: &str| parted(line, "..").or_else(|| parted(line, ".").filter(|_| capital(line))).unwrap_or_else(|| line.to_owned());
    text.lines().map(line).collect::<Vec<_>>().join("\n").into()
}

pub(super) fn of_table(table: &Table, forms: &mut Forms) {
    let head = table.rows.iter().take(3).enumerate().find(|(index, row)| is_head(row, *index < table.head_rows));
    let wide = table.rows.iter().any(|row| filled(row).len() > 2);
    if let Some(fields) = transposed(table) {
        for (label, value) in fields {
            if let Some(topic) = topic(&label) {
                push(&mut forms.fields, topic, &label, &value);
            }
        }
        return;
    }
    // Two columns are label and value, unless the first row is nothing but labels and the next nothing but values.
    let values = |row: &[String]| filled(row).iter().all(|cell| topic(cell).is_none() && cell.chars().any(|char| char.is_ascii_digit()));
    let under = |at: usize| table.rows.get(at + 1).is_some_and(|row| values(row));
    if let Some((at, head)) = head
        && (wide || table.head_rows > 0 || under(at))
        && table.rows.len() > at + 1
    {
        let rows = table.rows.iter().skip(at + 1).filter(|row| filled(row).len() > 1 || head.len() == 1).cloned().collect();
        let topics = with_objects(head.iter().map(|cell| topic(cell)).collect(), &table.rows, at + 1);
        forms.listed.push(Listed { topics, labels: head.clone(), rows });
        return;
    }
    let lines: Vec<String> = table
        .rows
        .iter()
        .filter(|row| filled(row).len() == 1)
        .filter_map(|row| filled(row).first().map(|cell| (*cell).to_owned()))
        .collect();
    labelled(&lines, &mut forms.fields);
    forms.prose.push('\n');
    forms.prose.push_str(&lines.join("\n"));
    for row in &table.rows {
        // Label and value, pairwise: `ASN | 1 | Peer | 2` too; a lone ":" is a border.
        let cells: Vec<&str> = filled(row).into_iter().filter(|cell| *cell != ":").collect();
        for pair in cells.chunks(2) {
            let [label, value] = pair else { continue };
            let label = label.trim_end_matches([':', ' ', '*']);
            match topic(label) {
                Some(topic) => push(&mut forms.fields, topic, label, value),
                None if forms.pairs.len() < MOST => forms.pairs.push((label.to_owned(), (*value).to_owned())),
                None => {}
            }
        }
    }
}

fn filled(row: &[String]) -> Vec<&str> {
    let mut cells: Vec<&str> = Vec::new();
    for cell in row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        // A spanning cell stands in every place that it covers.
        if cells.last() != Some(&cell) {
            cells.push(cell);
        }
    }
    cells
}

/// A head row: several cells, known labels among them, none that looks like a value.
fn is_head(row: &[String], marked: bool) -> bool {
    let cells = filled(row);
    let known = cells.iter().filter(|cell| topic(cell).is_some()).count();
    let values = cells.iter().filter(|cell| cell.chars().filter(char::is_ascii_digit).count() >= 3).count();
    values == 0
        && known > 0
        && (cells.len() > 2 && known * 3 >= cells.len()
            || marked && cells.len() > 1
            || cells.len() == 2 && known == 2 && !cells.iter().any(|cell| cell.ends_with(':')))
}

/// A table whose columns are the former and the new state of its rows: ` | Previous | New` over `Start | … | …`. Labels with their values, column by
/// column.
fn transposed(table: &Table) -> Option<Vec<(String, String)>> {
    let (head, rows) = table.rows.split_first()?;
    let first = |row: &[String]| row.first().map(|cell| cell.trim().to_owned()).unwrap_or_default();
    let timed = rows.iter().any(|row| matches!(topic(&first(row)), Some(Topic::Start | Topic::Window)));
    let states = head.iter().skip(1).any(|cell| topic(&format!("{} start", cell.trim())) == Some(Topic::Former));
    if !first(head).is_empty() || head.len() < 3 || !timed || !states {
        return None;
    }
    let cells = (1..head.len()).flat_map(|column| rows.iter().map(move |row| (column, row)));
    let field = |(column, row): (usize, &Vec<String>)| {
        let value = row.get(column)?.trim();
        (!value.is_empty()).then(|| (format!("{} {}", head.get(column).map_or("", |cell| cell.trim()), first(row)), value.to_owned()))
    };
    Some(cells.filter_map(field).collect())
}

/// In a table of times whose head names no objects, the column that holds nothing but names is theirs: `Gateway | Region | Start | End`.
fn with_objects(mut topics: Vec<Option<Topic>>, rows: &[Vec<String>], from: usize) -> Vec<Option<Topic>> {
    let timed = topics.iter().any(|topic| matches!(topic, Some(Topic::Start | Topic::Window)));
    if !timed || topics.contains(&Some(Topic::Objects)) || rows.len() <= from {
        return topics;
    }
    let name = |cell: &str| {
        let cell = cell.trim();
        cell.chars().count() >= 2
            && !cell.contains(' ')
            && cell.chars().any(char::is_alphabetic)
            && (cell.starts_with('.') || cell.chars().any(|char| char.is_ascii_digit()) && cell.contains(['-', '.', '/', '_']))
    };
    let all = |index: usize| rows.iter().skip(from).all(|row| row.get(index).is_some_and(|cell| name(cell)));
    let site = |index: usize| {
        rows.iter()
            .skip(from)
            .all(|row| row.get(index).is_some_and(|cell| (2..=12).contains(&cell.trim().chars().count()) && !cell.trim().contains(' ')))
    };
    let free = topics.iter().enumerate().position(|(index, topic)| topic.is_none() && all(index));
    let place = || topics.iter().position(|topic| *topic == Some(Topic::Place)).filter(|index| site(*index));
    if let Some(index) = free.or_else(place)
        && let Some(topic) = topics.get_mut(index)
    {
        *topic = Some(Topic::Objects);
    }
    topics
}
