//! Windows and the objects that they hold for: from labels and running text, from tables, sheets and lists.

use super::Reader;
use crate::model::{AffectedObject, EvidenceSource, Impact, Problem, ProblemKind, Role, Table, Window};
use crate::rules::compile::Rows;
use crate::rules::former;
use crate::rules::generic;
use crate::rules::place::{self, Grid, Mark, Pattern};
use crate::rules::search::Captures;
use crate::rules::time;
use crate::rules::windows::{self, Stated};

/// How many rows of one mail are looked at.
const ROWS_CAP: usize = 5_000;

/// What belongs together in a mail: a maintenance.
#[derive(Clone, Default)]
pub(super) struct Block {
    pub(super) windows: Vec<Stated>,
    pub(super) objects: Vec<AffectedObject>,
    /// The block's own references.
    pub(super) ids: Vec<String>,
}

impl Block {
    /// The block with those of its windows marked former that the mail leaves, where others remain.
    pub(super) fn without(mut self, left: &[Window]) -> Self {
        let is_left = |one: &Stated| match one.statement.readings.as_slice() {
            [(start, end)] => left.iter().any(|window| window.start == *start && window.end == *end),
            _ => false,
        };
        if self.windows.iter().any(|one| !one.former && !is_left(one)) {
            for one in &mut self.windows {
                one.former = one.former || is_left(one);
            }
        }
        self
    }
}

impl Reader<'_, '_> {
    /// One block, unless different objects have different times.
    pub(super) fn blocks(&mut self, watched: bool) -> Vec<Block> {
        let layout = self.layout;
        let mut base = Block::default();
        for places in &layout.windows {
            let (stated, problems, used) = windows::stated(places, self.provider, self.view, self.context);
            for mark in used {
                self.trace.uses(Some(&mark), &self.provider.file);
            }
            for place in [&places.within, &places.start, &places.end].into_iter().flatten() {
                self.trace.uses(place.take.as_ref().map(|take| &take.mark), &self.provider.file);
            }
            if !stated.is_empty() {
                for (field, places) in [("end", &places.end), ("zone", &places.zone), ("date", &places.date)] {
                    drop(self.all(field, places));
                }
            }
            base.windows.extend(stated);
            // Words instead of a time make a watch item, not a doubt.
            self.problems.extend(problems.into_iter().filter(|problem| !(watched && problem.problem == ProblemKind::Missing)));
        }
        for object_id in self.all("object", &layout.object).iter().flat_map(|named| generic::ids_alike(named)) {
            add(&mut base.objects, AffectedObject { object_id, impact: Impact::Unstated });
        }
        let mut blocks = vec![base];
        let mut pairs: Vec<(Stated, AffectedObject)> = Vec::new();
        for part in self.parts() {
            pairs.extend(part.pairs);
            // A table of windows below a table of objects opens the next block of the mail.
            if !part.windows.is_empty() && blocks.last().is_some_and(|block| !block.objects.is_empty() && layout.object.is_empty()) {
                blocks.push(Block::default());
            }
            if let Some(block) = blocks.last_mut() {
                block.windows.extend(part.windows);
                block.ids.extend(part.id.filter(|id| !block.ids.contains(id)));
                for object in part.objects {
                    for object_id in generic::ids_alike(&object.object_id) {
                        add(&mut block.objects, AffectedObject { object_id, impact: object.impact });
                    }
                }
            }
        }
        let mut merged = united(blocks);
        if !pairs.is_empty() {
            self.unpaired(&mut merged, &pairs);
            merged.extend(paired(pairs));
        }
        let looked = !layout.object.is_empty() || layout.rows.iter().any(|rows| !rows.object.is_empty());
        if looked && layout.object_is.is_none() && merged.iter().all(|block| block.objects.is_empty()) {
            self.unnamed(&mut merged);
        }
        if let Some(everything) = &layout.object_is {
            for block in merged.iter_mut().filter(|block| block.objects.is_empty()) {
                block.objects.push(AffectedObject { object_id: everything.value.clone(), impact: Impact::Unstated });
                self.means("object", &everything.mark);
            }
        }
        merged
    }

    /// The rule does not find the objects that it looks for: those under other labels and heads stand in, and staff are told.
    fn unnamed(&mut self, merged: &mut [Block]) {
        let others = generic::labelled_objects(self.view.mail);
        if others.is_empty() {
            return;
        }
        let names: Vec<&str> = others.iter().take(5).map(|object| object.object_id.as_str()).collect();
        let detail = format!("the rule does not find its objects; under another label or head stand {}", names.join(", "));
        self.problems.push(Problem::new(ProblemKind::Missing, "objects", detail));
        if let [only] = merged {
            let mark = Mark::unwritten("objects under another label or head");
            for object in others {
                self.saw("object", &object.object_id, &EvidenceSource::Text, &mark);
                add(&mut only.objects, object);
            }
        }
    }

    /// What stands beside rows that bind times and objects: objects of those rows are said already, others have no time.
    fn unpaired(&mut self, merged: &mut Vec<Block>, pairs: &[(Stated, AffectedObject)]) {
        for block in merged.iter_mut() {
            block.objects.retain(|object| !pairs.iter().any(|(_, known)| known.object_id == object.object_id));
            if block.windows.is_empty() && !block.objects.is_empty() {
                let names: Vec<&str> = block.objects.iter().take(5).map(|object| object.object_id.as_str()).collect();
                let detail = format!("no time stands beside {}", names.join(", "));
                self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
            }
        }
        merged.retain(|block| !block.windows.is_empty() || !block.objects.is_empty());
    }

    /// What each table, sheet and list says, in reading order.
    fn parts(&mut self) -> Vec<Part> {
        let layout = self.layout;
        let mut parts = Vec::new();
        let mut cursor = 0;
        for table in &self.view.mail.tables {
            for rows in layout.rows.iter().filter(|rows| !rows.sheet && rows.pattern.is_none()) {
                parts.extend(self.table(rows, table, &EvidenceSource::Text, &mut cursor));
            }
        }
        for sheet in &self.view.mail.sheets {
            let table = Table { rows: sheet.rows.clone(), head_rows: 0 };
            for rows in layout.rows.iter().filter(|rows| rows.sheet) {
                parts.extend(self.table(rows, &table, &EvidenceSource::Attachment(sheet.name.clone()), &mut 0));
            }
        }
        for rows in &layout.rows {
            let Some(pattern) = &rows.pattern else { continue };
            let hits: Vec<Captures<'_>> = pattern.captures_iter(&self.view.text).take(ROWS_CAP).collect();
            let mut part = Part::default();
            for hit in hits {
                let group = |name: &str| hit.name(name).map_or("", |value| place::clean(value.as_str())).to_owned();
                let at = hit.get(0).map_or(0, |all| all.start());
                let row = Row {
                    start: group("start"),
                    end: group("end"),
                    window: group("window"),
                    zone: group("zone"),
                    object: group("object"),
                    impact: group("impact"),
                    at,
                };
                self.row(rows, &row, &EvidenceSource::Text, &mut part);
            }
            parts.push(part);
        }
        parts
    }

    fn table(&mut self, rows: &Rows, table: &Table, source: &EvidenceSource, cursor: &mut usize) -> Option<Part> {
        fn heads(list: &[String]) -> Vec<&str> {
            list.iter().map(String::as_str).collect()
        }
        let needed: Vec<Vec<&str>> =
            [&rows.window, &rows.start, &rows.object].into_iter().filter(|list| !list.is_empty()).map(|list| heads(list)).collect();
        let grid = Grid::find(table, needed.first()?)?;
        if !needed.iter().all(|list| grid.has(list)) {
            return None;
        }
        let mut part = Part::default();
        let above = *cursor;
        for line in grid.rows().take(ROWS_CAP) {
            let cell = |list: &[String]| line.cell(&heads(list));
            let mut row = Row {
                start: cell(&rows.start),
                end: cell(&rows.end),
                window: cell(&rows.window),
                zone: cell(&rows.zone),
                object: cell(&rows.object),
                impact: cell(&rows.impact),
                at: 0,
            };
            let lead = if row.start.is_empty() { &row.window } else { &row.start };
            if !lead.is_empty()
                && let Some(found) = self.view.text.get(*cursor..).and_then(|rest| rest.find(lead.as_str()))
            {
                row.at = *cursor + found;
                *cursor = row.at + lead.len();
            }
            self.row(rows, &row, source, &mut part);
            if part.id.is_none() && row.at >= above && row.at > 0 {
                part.id = self.reference_above(rows, row.at);
            }
        }
        Some(part)
    }

    /// The reference of the block that a table stands in: the last one above it.
    fn reference_above(&mut self, rows: &Rows, at: usize) -> Option<String> {
        let pattern = rows.id.as_ref()?;
        let above = self.view.text.get(..at)?;
        let hit = pattern.regex.captures_iter(above).last()?;
        let id = place::clean(hit.name("value").or_else(|| hit.get(0))?.as_str()).to_owned();
        self.saw("maintenance_id", &id, &EvidenceSource::Text, &pattern.mark);
        Some(id)
    }

    fn row(&mut self, rows: &Rows, row: &Row, source: &EvidenceSource, part: &mut Part) {
        let after = |pattern: &Pattern| pattern.regex.find(&self.view.text).is_some_and(|hit| hit.start() < row.at);
        let role = if rows.backup.as_ref().is_some_and(after) { Role::Backup } else { Role::Main };
        if role == Role::Backup {
            self.trace.uses(rows.backup.as_ref().map(|pattern| &pattern.mark), &self.provider.file);
        }
        let zoned = |text: &str| {
            let text = former::unstruck(text);
            if row.zone.is_empty() { text } else { format!("{text} {}", row.zone) }
        };
        let duration = || self.view_first(&rows.duration);
        let mut stated: Vec<(time::Statement, bool)> = Vec::new();
        if !row.start.is_empty() {
            let end = Some(zoned(&row.end)).filter(|_| !row.end.is_empty()).or_else(duration);
            let read = time::between(&zoned(&row.start), end.as_deref(), self.context);
            if read.is_none() && !rows.former && row.start.chars().any(|sign| sign.is_ascii_digit()) {
                let detail = format!("the row holds no time that can be read: {:?}", row.start);
                self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
            }
            if let Some(statement) = read {
                self.problems.extend(windows::endless(&statement, Some(&row.end), !rows.end.is_empty()).filter(|_| !rows.former));
                stated.push((statement, rows.former));
            }
            let left = time::between(&former::struck(&row.start), Some(&former::struck(&row.end)), self.context);
            stated.extend(left.filter(|_| row.start.contains("~~")).map(|statement| (statement, true)));
        } else if !row.window.is_empty() {
            let zone = if row.zone.is_empty() { String::new() } else { format!(" {}", row.zone) };
            let parted = former::parted(&format!("{}{zone}", row.window), self.context);
            if parted.current.is_empty() && !rows.former && row.window.chars().filter(char::is_ascii_digit).count() > 2 {
                let detail = format!("the row holds no time that can be read: {:?}", row.window);
                self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
            }
            stated.extend(parted.current.into_iter().map(|statement| (statement, rows.former)));
            stated.extend(parted.former.into_iter().map(|statement| (statement, true)));
        }
        if !stated.is_empty() && row.end.is_empty() {
            for place in place::first(&rows.duration, self.view) {
                self.trace.uses(Some(&place.mark), &self.provider.file);
            }
        }
        let object = Some(row.object.trim()).filter(|object| !place::blank(object)).map(|object| AffectedObject {
            object_id: place::bare(object).to_owned(),
            impact: self.impact_of(&row.impact).unwrap_or_default(),
        });
        if let Some(object) = &object {
            self.saw("object", &object.object_id, source, &rows.mark);
            if !row.impact.is_empty() {
                self.saw("impact", &row.impact, source, &rows.mark);
            }
        }
        let none = stated.is_empty();
        let objects = || object.iter().flat_map(several);
        for (statement, former) in stated {
            let one = Stated { statement, role, former, mark: rows.mark.clone(), source: source.clone() };
            match &object {
                Some(_) => part.pairs.extend(objects().map(|object| (one.clone(), object))),
                None => part.windows.push(one),
            }
        }
        if none {
            part.objects.extend(objects());
        }
    }
}

#[derive(Default)]
struct Part {
    windows: Vec<Stated>,
    objects: Vec<AffectedObject>,
    pairs: Vec<(Stated, AffectedObject)>,
    id: Option<String>,
}

struct Row {
    start: String,
    end: String,
    window: String,
    zone: String,
    object: String,
    impact: String,
    at: usize,
}

/// The objects of a cell that lists several ids: `441770014, 441770015`. Only ids are parted, no names with a comma in them.
fn several(object: &AffectedObject) -> Vec<AffectedObject> {
    let parts: Vec<&str> = object.object_id.split([',', ';']).map(place::bare).collect();
    let ids = parts.iter().all(|part| part.chars().any(|sign| sign.is_ascii_digit()) && !part.contains(' '));
    if parts.len() < 2 || !ids {
        return vec![object.clone()];
    }
    parts.into_iter().map(|part| AffectedObject { object_id: part.to_owned(), impact: object.impact }).collect()
}

fn add(objects: &mut Vec<AffectedObject>, mut object: AffectedObject) {
    object.object_id = place::bare(&object.object_id).to_owned();
    match objects.iter_mut().find(|known| known.object_id == object.object_id) {
        Some(known) => known.impact = known.impact.max(object.impact),
        None => objects.push(object),
    }
}

/// A block without objects belongs to the one before; blocks with the same objects are one.
fn united(blocks: Vec<Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for block in blocks {
        let same = out.iter().position(|known| known.objects == block.objects);
        let before = out.len().checked_sub(1).filter(|_| block.objects.is_empty());
        match same.or(before).and_then(|index| out.get_mut(index)) {
            Some(known) => {
                known.windows.extend(block.windows);
                known.ids.extend(block.ids);
            }
            None => out.push(block),
        }
    }
    out
}

/// Objects with their own windows: those with the same windows go together.
fn paired(pairs: Vec<(Stated, AffectedObject)>) -> Vec<Block> {
    let mut of_object: Vec<Block> = Vec::new();
    for (stated, object) in pairs {
        match of_object.iter_mut().find(|block| block.objects.iter().any(|known| known.object_id == object.object_id)) {
            Some(block) => {
                block.windows.push(stated);
                add(&mut block.objects, object);
            }
            None => of_object.push(Block { windows: vec![stated], objects: vec![object], ids: Vec::new() }),
        }
    }
    let key = |block: &Block| {
        let mut key: Vec<_> = block.windows.iter().map(|stated| (stated.statement.readings.clone(), stated.role, stated.former)).collect();
        key.sort();
        key.dedup();
        key
    };
    let mut out: Vec<Block> = Vec::new();
    for block in of_object {
        match out.iter_mut().find(|known| key(known) == key(&block)) {
            Some(known) => known.objects.extend(block.objects),
            None => out.push(block),
        }
    }
    out
}
