//! Attached workbooks (ECMA-376, `.xlsx`) → sheets. A workbook is a zip of XML: everything is unpacked and counted once before it is read, so that
//! no declared size and no bomb is believed.
//!
//! calamine 0.38 reserves memory for as many texts as `uniqueCount` claims, and an allocation that fails ends the process: what a workbook
//! claims is therefore compared with what it holds. Never runs formulas, never follows links.

use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Cell, DataRef, ExcelDateTime, Reader as _, Style, Xlsx};
use chrono::{NaiveDate, TimeDelta, Timelike as _};
use zip::ZipArchive;

use crate::model::Sheet;

use super::super::text::folded;
use super::MAX_CELLS;

/// Largest workbook as attached, in bytes.
const MAX_PACKED_BYTES: usize = 4_000_000;
/// Most bytes of all files in it together, unpacked.
const MAX_UNPACKED_BYTES: usize = 8_000_000;
/// Most files in it.
const MAX_FILES: usize = 1_000;
/// Most sheets read.
const MAX_SHEETS: usize = 20;
/// Most bytes of the texts of all cells: one text may be shared by many.
const MAX_TEXT_BYTES: usize = 2_000_000;
/// Columns beyond this one are not read; nobody states a circuit there.
const MAX_COLUMNS: u32 = 200;

/// Whether bytes begin as a zip does.
pub(in super::super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads a workbook: one sheet a worksheet with something in it, each with the attachment's name.
///
/// # Errors
/// Why it was not read.
pub(in super::super) fn sheets(name: &str, bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    // Whatever the readers of zip and XML assert, the mail around the workbook is still read.
    let read = catch_unwind(AssertUnwindSafe(|| {
        counted(bytes)?;
        workbook(name, bytes)
    }));
    read.unwrap_or_else(|_| Err("it could not be taken apart".to_owned()))
}

/// Unpacks every file once and keeps nothing: sizes are those found, never those declared.
fn counted(bytes: &[u8]) -> Result<(), String> {
    let too_large = |what: &str| Err(format!("it holds more than {what}"));
    if !is_zip(bytes) {
        return Err("it is no workbook".to_owned());
    }
    if bytes.len() > MAX_PACKED_BYTES {
        return too_large(&format!("{MAX_PACKED_BYTES} bytes"));
    }
    let marks = |mark: &[u8; 4]| bytes.windows(4).filter(|window| window == mark).count();
    // Long directories (zip64) are for archives that no mail carries; they could declare any number of files.
    if marks(b"PK\x06\x06") + marks(b"PK\x06\x07") > 0 || marks(b"PK\x01\x02") > MAX_FILES {
        return too_large(&format!("{MAX_FILES} files"));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("it could not be opened: {error}"))?;
    let mut left = MAX_UNPACKED_BYTES;
    let mut content = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| format!("it could not be opened: {error}"))?;
        let is_xml = file.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with(".xml"));
        content.clear();
        let limit = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut content).map_err(|error| format!("it could not be unpacked: {error}"))?;
        left = left.checked_sub(content.len()).ok_or_else(|| format!("it holds more than {MAX_UNPACKED_BYTES} bytes when unpacked"))?;
        if is_xml && claims_too_much(&content) {
            return Err("it claims more texts than it holds".to_owned());
        }
    }
    Ok(())
}

/// Whether a number of texts is declared that the file cannot hold. XML in another encoding than UTF-8 could hide it, and counts as such.
fn claims_too_much(xml: &[u8]) -> bool {
    const NAME: &[u8] = b"uniqueCount";
    if std::str::from_utf8(xml).is_err() || xml.iter().any(|&byte| byte < 0x20 && !byte.is_ascii_whitespace()) {
        return true;
    }
    xml.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME).any(|(at, _)| {
        let value = xml.get(at + NAME.len()..).unwrap_or_default().iter();
        let digits = value.skip_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'' | b'+' | b'0'));
        let claimed =
            digits.take_while(|byte| byte.is_ascii_digit()).take(12).fold(0_u64, |sum, &digit| sum * 10 + u64::from(digit - b'0'));
        // The shortest text is `<si/>`.
        claimed > u64::try_from(xml.len()).unwrap_or(0) / 5
    })
}

fn workbook(name: &str, bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    let broken = |error: calamine::XlsxError| format!("it could not be read: {error}");
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut sheets = Vec::new();
    let (mut cells, mut text_bytes) = (0, 0);
    for title in book.sheet_names().into_iter().take(MAX_SHEETS) {
        // A chart is a sheet without cells.
        let Ok(mut reader) = book.worksheet_cells_reader(&title) else { continue };
        let clocks: Vec<Clock> = reader.styles().iter().map(Clock::of).collect();
        let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(broken)? {
            let text = written(&cell, clocks.get(style).copied().unwrap_or(Clock::Unknown));
            cells += 1;
            text_bytes += text.len();
            if cells > MAX_CELLS || text_bytes > MAX_TEXT_BYTES {
                return Err(format!("it holds more than {MAX_CELLS} cells or {MAX_TEXT_BYTES} bytes of text"));
            }
            put(&mut rows, cell.get_position(), text);
        }
        rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
        rows.sort_by_key(|(at, _)| *at);
        if !rows.is_empty() {
            sheets.push(Sheet { name: name.to_owned(), rows: rows.into_iter().map(|(_, row)| row).collect() });
        }
    }
    Ok(sheets)
}

/// Places a cell. Cells come row by row; a row stated twice is two rows.
fn put(rows: &mut Vec<(u32, Vec<String>)>, (row, column): (u32, u32), text: String) {
    if text.is_empty() || column >= MAX_COLUMNS {
        return;
    }
    if rows.last().is_none_or(|(last, _)| *last != row) {
        rows.push((row, Vec::new()));
    }
    let (Some((_, cells)), Ok(column)) = (rows.last_mut(), usize::try_from(column)) else { return };
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    if let Some(place) = cells.get_mut(column) {
        *place = text;
    }
}

/// What a cell's number format shows of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// A date alone.
    DateOnly,
    /// A time of day alone.
    TimeOnly,
    Both,
    Unknown,
}

impl Clock {
    /// Letters in quotes and brackets of a format code are text, colours or languages; `m` is minutes beside `h` or `s`.
    fn of(style: &Style) -> Self {
        let Some(format) = &style.number_format else { return Self::Unknown };
        let (mut bare, mut closes) = (String::new(), None);
        for sign in format.format_code.chars().map(|sign| sign.to_ascii_lowercase()) {
            match (closes, sign) {
                (Some(end), _) if sign == end => closes = None,
                (Some(_), _) => {}
                (None, '"') => closes = Some('"'),
                (None, '[') => closes = Some(']'),
                (None, _) => bare.push(sign),
            }
        }
        match (bare.contains(['y', 'd']), bare.contains(['h', 's'])) {
            (true, true) => Self::Both,
            (true, false) => Self::DateOnly,
            (false, true) => Self::TimeOnly,
            (false, false) => Self::Unknown,
        }
    }
}

/// A cell as a person reads it; dates in ISO order, without a zone since none is stated.
fn written(cell: &Cell<DataRef<'_>>, clock: Clock) -> String {
    match cell.get_value() {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => folded(text),
        DataRef::SharedString(text) => folded(text),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(at) => date(at, clock),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Rounded to the second: a fraction of a day is seldom exact.
fn date(at: &ExcelDateTime, clock: Clock) -> String {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let day = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    let exact = day.and_then(|day| day.and_hms_milli_opt(u32::from(hour), u32::from(minute), u32::from(second), u32::from(milli)));
    let Some(rounded) = exact.and_then(|exact| exact.checked_add_signed(TimeDelta::milliseconds(500))) else {
        return at.as_f64().to_string();
    };
    let day = rounded.format("%Y-%m-%d");
    let time = rounded.format(if rounded.second() == 0 { "%H:%M" } else { "%H:%M:%S" });
    let clock = match clock {
        // Without a format a whole day shows no clock, and less than a day no date.
        Clock::Unknown if at.as_f64() < 1.0 => Clock::TimeOnly,
        Clock::Unknown if at.as_f64().fract() == 0.0 => Clock::DateOnly,
        clock => clock,
    };
    match clock {
        Clock::DateOnly => day.to_string(),
        Clock::TimeOnly => time.to_string(),
        Clock::Both | Clock::Unknown => format!("{day} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::sheet::pack::{self, Cells};

    fn read(cells: &str, strings: &str) -> Result<Vec<Vec<String>>, String> {
        let found = sheets("list.xlsx", &pack::workbook(&Cells { rows: cells, strings }))?;
        Ok(found.into_iter().flat_map(|sheet| sheet.rows).collect())
    }

    #[test]
    fn cells_are_read_as_a_person_sees_them() {
        let rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"inlineStr\"><is><t> AB &amp;\nC </t></is></c></row>\
            <row r=\"3\"><c r=\"A3\"><v>7700123</v></c><c r=\"B3\" s=\"1\"><v>46071.1666666667</v></c><c r=\"C3\" s=\"2\"><v>46071</v></c>\
            <c r=\"D3\" s=\"3\"><v>0.9583333</v></c><c r=\"E3\" t=\"b\"><v>1</v></c><c r=\"F3\" t=\"e\"><v>#N/A</v></c><c r=\"G3\"><v>1.5</v></c></row>";
        let found =
            read(rows, "<sst uniqueCount=\"1\"><si><r><t>Circuit</t></r><r><t xml:space=\"preserve\"> ID</t></r></si></sst>").unwrap();
        assert_eq!(
            found,
            [vec!["Circuit ID", "", "AB & C"], vec!["7700123", "2026-02-18 04:00", "2026-02-18", "23:00", "TRUE", "", "1.5"],]
        );
    }

    #[test]
    fn m03_what_a_workbook_claims_is_not_believed() {
        let cell = "<row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>far</t></is></c></row>\
            <row r=\"1048575\"><c r=\"A1048575\" t=\"inlineStr\"><is><t>near</t></is></c></row>";
        assert_eq!(read(cell, "<sst/>").unwrap(), [["near"]], "a far cell makes no grid");
        for claim in ["\"4294967295\"", "'4294967295'", " = \"18446744073709551615\"", "=\"+0099999999999\""] {
            let claim = if claim.starts_with(['"', '\'']) { format!("={claim}") } else { claim.to_owned() };
            let found = read(cell, &format!("<sst count=\"1\" uniqueCount{claim}><si><t>x</t></si></sst>"));
            assert_eq!(found.unwrap_err(), "it claims more texts than it holds", "{claim}");
        }
        let many = "<row><c t=\"inlineStr\"><is><t>x</t></is></c></row>".repeat(200_000);
        assert!(read(&many, "<sst/>").unwrap_err().contains("when unpacked"));
        let many = "<row><c><v>1</v></c></row>".repeat(220_000);
        assert!(read(&many, "<sst/>").unwrap_err().contains("cells"));
        let long = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(500_000));
        assert!(read(&"<row><c t=\"s\"><v>0</v></c></row>".repeat(10), &long).unwrap_err().contains("bytes of text"));
        let endless = pack::workbook(&Cells { rows: &" ".repeat(512_000_000 / 8), strings: "<sst/>" });
        assert!(sheets("x.xlsx", &endless).unwrap_err().contains("when unpacked"));
    }

    #[test]
    fn m03_broken_workbooks_are_refused() {
        let whole = pack::workbook(&Cells { rows: "<row><c t=\"inlineStr\"><is><t>x</t></is></c></row>", strings: "<sst/>" });
        assert_eq!(sheets("x.xlsx", &whole).unwrap().len(), 1);
        for length in (0..whole.len()).step_by(7) {
            let cut = whole.get(..length).unwrap();
            assert!(sheets("x.xlsx", cut).is_err(), "{length}");
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xff;
            if let Ok(found) = sheets("x.xlsx", &changed) {
                assert!(found.len() <= 1);
            }
        }
        assert!(sheets("x.xlsx", b"").is_err());
        assert!(sheets("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").is_err());
    }
}
