//! Workbooks for tests: a zip of just the files that a reader needs.

use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// What stands in the one worksheet.
pub(crate) struct Cells<'a> {
    /// `<row>` elements.
    pub(crate) rows: &'a str,
    /// The `<sst>` element.
    pub(crate) strings: &'a str,
}

/// A workbook of one sheet. Style 1 shows date and time, 2 a date, 3 a time of day.
pub(crate) fn workbook(cells: &Cells<'_>) -> Vec<u8> {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let files = [
        (
            "_rels/.rels",
            format!(
                "<Relationships><Relationship Id=\"r1\" Type=\"{relation}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relation}\"><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"r1\" Type=\"{relation}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>\
                 <xf numFmtId=\"164\"/><xf numFmtId=\"14\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/sharedStrings.xml", cells.strings.to_owned()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{}</sheetData></worksheet>", cells.rows)),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, SimpleFileOptions::default()).expect("a file can be added");
        archive.write_all(content.as_bytes()).expect("a file can be packed");
    }
    archive.finish().expect("the archive can be closed").into_inner()
}
