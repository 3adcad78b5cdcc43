//! Any bytes as an attached sheet → its rows → the reading of the mail that carries it. The first byte says what they are: `c` a csv, `z` a
//! workbook as attached, `x` the XML of a workbook (worksheet, texts and styles, parted by 0xFF), which is packed first: a mutated zip seldom opens.
#![no_main]

use chrono::DateTime;
use forewarn::rules::{self, Options, RuleSet};
use forewarn::{mail, model::Zones, zones};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write as _};
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::embedded);
static ZONES: LazyLock<Zones> = LazyLock::new(zones::newest);

const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

fn packed(xml: &[u8]) -> Vec<u8> {
    let mut files = xml.split(|byte| *byte == 0xff);
    let mut next = || files.next().unwrap_or_default().to_vec();
    let (sheet, texts, styles) = (next(), next(), next());
    let relations = |kind: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"r1\" Type=\"{RELATION}/{kind}\" Target=\"{target}\"/></Relationships>").into_bytes()
    };
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATION}\"><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let files = [
        ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml")),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(name, stored).expect("a file can be added");
        archive.write_all(&content).expect("a file can be packed");
    }
    archive.finish().expect("the archive can be closed").into_inner()
}

// Loading is not the first mail's time.
fuzz_target!(
    init: {
        LazyLock::force(&RULES);
        LazyLock::force(&ZONES);
    },
    |input: &[u8]| {
    let Some((what, rest)) = input.split_first() else { return };
    let (name, bytes) = match what {
        b'c' => ("list.csv", rest.to_vec()),
        b'z' => ("list.xlsx", rest.to_vec()),
        b'x' => ("list.xlsx", packed(rest)),
        _ => return,
    };
    let head = format!(
        "From: noc@carrier.example\r\nSubject: Planned maintenance\r\nContent-Type: application/octet-stream; name={name}\r\n\
         Content-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    );
    let raw = [head.as_bytes(), &bytes].concat();
    let parsed = mail::parse(&raw);
    let cells: usize = parsed.sheets.iter().flat_map(|sheet| &sheet.rows).flatten().map(String::len).sum();
    assert!(cells <= 20 * bytes.len() + 2_000_000, "cells grew from {} to {cells} bytes", bytes.len());
    let reading = rules::read(&RULES, &ZONES, &parsed, DateTime::UNIX_EPOCH, Options::default());
    assert!(!rules::outcome(&reading).is_empty());
});
