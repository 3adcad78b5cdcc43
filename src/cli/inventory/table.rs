//! A table (RFC 4180) → rows of cells that know where they stand. UTF-8 or Latin-1; comma, semicolon or tab, whichever the head has most of.

use std::{
    fmt,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use csv::{ReaderBuilder, StringRecord};

use super::Kind;

/// Largest table that is read.
const MAX_BYTES: u64 = 16 << 20;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Service,
    Name,
    Part,
    Provider,
    Object,
    Prefix,
    Glob,
    Region,
    Aliases,
    Internal,
    Retired,
    Customer,
    Zone,
    Language,
    Services,
    NoticeDays,
    Contact,
    Email,
    Phone,
    Kinds,
}

use Column as C;

/// The columns of a kind with the heads by which they are known; the first is the one that is documented. Case, spaces, `_` and `-` do not count.
fn columns(kind: Kind) -> &'static [(Column, &'static [&'static str])] {
    match kind {
        Kind::Services => &[
            (C::Service, &["service", "serviceid", "id"]),
            (C::Name, &["name", "servicename"]),
            (C::Part, &["part"]),
            (C::Provider, &["provider", "supplier"]),
            (C::Object, &["object", "host", "server", "vm", "circuit"]),
            (C::Prefix, &["prefix", "ip", "network", "address"]),
            (C::Glob, &["glob"]),
            (C::Region, &["region", "site"]),
            (C::Aliases, &["aliases", "alias"]),
            (C::Internal, &["internal"]),
            (C::Retired, &["retired"]),
        ],
        Kind::Customers => &[
            (C::Customer, &["customer", "customerid", "id"]),
            (C::Name, &["name", "company", "customername"]),
            (C::Zone, &["zone", "timezone", "tz"]),
            (C::Language, &["language", "lang"]),
            (C::Services, &["services", "service"]),
            (C::NoticeDays, &["noticedays", "notice"]),
            (C::Contact, &["contact", "contactname", "person"]),
            (C::Email, &["email", "mail", "address", "emailaddress"]),
            (C::Phone, &["phone", "telephone", "tel"]),
            (C::Kinds, &["kinds", "kind"]),
        ],
        Kind::Contacts => &[
            (C::Customer, &["customer", "customerid", "company"]),
            (C::Name, &["name", "contact", "contactname", "person"]),
            (C::Email, &["email", "mail", "address", "emailaddress"]),
            (C::Phone, &["phone", "telephone", "tel"]),
            (C::Kinds, &["kinds", "kind"]),
        ],
    }
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    /// From 1.
    pub(super) line: u64,
    /// Number from 1 and head of the column; none where the row is meant.
    pub(super) column: Option<(usize, String)>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) what: String,
    pub(super) help: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.place.file.display(), self.place.line)?;
        if let Some((number, head)) = &self.place.column {
            write!(f, ", column {number} ({head})")?;
        }
        write!(f, ": {}; {}", self.what, self.help)
    }
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) kind: Kind,
    file: PathBuf,
    /// Of each column what it holds, and its head as written.
    heads: Vec<(Column, String)>,
    rows: Vec<(u64, StringRecord)>,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table,
    line: u64,
    record: &'a StringRecord,
}

impl Table {
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }
}

impl<'a> Row<'a> {
    /// The cell of a column without white space at its ends; none where it is empty or there is no such column.
    pub(super) fn get(&self, column: Column) -> Option<&'a str> {
        let number = self.table.heads.iter().position(|(known, _)| *known == column)?;
        self.record.get(number).map(str::trim).filter(|cell| !cell.is_empty())
    }

    /// The values of a cell with `|` between them.
    pub(super) fn several(&self, column: Column) -> Vec<&'a str> {
        self.get(column).into_iter().flat_map(|cell| cell.split('|')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// Where a cell stands; the row where there is no such column.
    pub(super) fn place(&self, column: Column) -> Place {
        let head = self.table.heads.iter().position(|(known, _)| *known == column);
        let column = head.and_then(|number| Some((number + 1, self.table.heads.get(number)?.1.clone())));
        Place { file: self.table.file.clone(), line: self.line, column }
    }

    pub(super) fn fault(&self, column: Column, what: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault { place: self.place(column), what: what.into(), help: help.into() }
    }
}

/// Reads a table.
///
/// # Errors
/// Every fault of its form.
pub(super) fn read(path: &Path, kind: Option<Kind>) -> Result<Table, Vec<Fault>> {
    let whole = |what: String, help: &str| {
        let place = Place { file: path.to_owned(), line: 1, column: None };
        vec![Fault { place, what, help: help.to_owned() }]
    };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| whole(format!("cannot be read: {error}"), "name a table that is there"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(whole("the table is larger than 16 MiB".to_owned(), "split it"));
    }
    parse(path, &decoded(&bytes), kind)
}

/// UTF-8, with or without its mark, else Latin-1.
fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect())
}

fn parse(path: &Path, text: &str, kind: Option<Kind>) -> Result<Table, Vec<Fault>> {
    let first = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|sign| (first.bytes().filter(|byte| byte == sign).count(), *sign == b','));
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator.unwrap_or(b',')).from_reader(text.as_bytes());
    let (mut faults, mut rows) = (Vec::new(), Vec::new());
    let at = |line: u64, column: Option<(usize, String)>| Place { file: path.to_owned(), line, column };
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(1, csv::Position::line);
                if record.iter().any(|cell| !cell.trim().is_empty()) {
                    rows.push((line, record));
                }
            }
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                faults.push(Fault {
                    place: at(line, None),
                    what: format!("this is no table: {error}"),
                    help: "mend the quotes".to_owned(),
                });
                break;
            }
        }
    }
    if rows.is_empty() {
        faults.push(Fault {
            place: at(1, None),
            what: "the table is empty".to_owned(),
            help: "its first row names the columns".to_owned(),
        });
        return Err(faults);
    }
    let (head_line, head) = rows.remove(0);
    let plain = |cell: &str| cell.trim().to_lowercase().replace([' ', '_', '-'], "");
    let names: Vec<String> = head.iter().map(plain).collect();
    let Some(kind) = kind.or_else(|| guessed(&names)) else {
        let what = "the columns do not tell whether these are services, customers or contacts".to_owned();
        faults.push(Fault {
            place: at(head_line, None),
            what,
            help: "say it with --kind, or see `forewarn inventory import --help`".to_owned(),
        });
        return Err(faults);
    };
    let mut heads: Vec<(Column, String)> = Vec::new();
    for (number, (name, written)) in names.iter().zip(head.iter()).enumerate() {
        let place = || at(head_line, Some((number + 1, written.trim().to_owned())));
        let known = columns(kind).iter().find(|(_, heads)| heads.contains(&name.as_str()));
        match known {
            None => {
                let documented: Vec<&str> = columns(kind).iter().filter_map(|(_, heads)| heads.first().copied()).collect();
                let help = format!("rename or delete it; known are {}", documented.join(", "));
                faults.push(Fault { place: place(), what: "this column is not known".to_owned(), help });
            }
            Some((column, _)) if heads.iter().any(|(taken, _)| taken == column) => {
                let what = "another column holds the same".to_owned();
                faults.push(Fault {
                    place: place(),
                    what,
                    help: "delete one of the two; several values in one cell have | between them".to_owned(),
                });
            }
            Some((column, _)) => heads.push((*column, written.trim().to_owned())),
        }
    }
    for (line, record) in &rows {
        if record.len() > head.len() {
            let what = format!("the row has {} cells, the head {}", record.len(), head.len());
            faults.push(Fault { place: at(*line, None), what, help: "put a cell that holds the separator in quotes".to_owned() });
        }
    }
    if faults.is_empty() { Ok(Table { kind, file: path.to_owned(), heads, rows }) } else { Err(faults) }
}

/// What a table holds, by columns that only one kind has.
fn guessed(names: &[String]) -> Option<Kind> {
    let has = |one_of: &[&str]| names.iter().any(|name| one_of.contains(&name.as_str()));
    if has(&["provider", "supplier", "object", "host", "server", "vm", "circuit", "prefix", "glob"]) {
        Some(Kind::Services)
    } else if has(&["zone", "timezone", "tz", "services", "noticedays", "language"]) {
        Some(Kind::Customers)
    } else if has(&["email", "mail", "emailaddress", "address"]) && has(&["customer", "customerid", "company"]) {
        Some(Kind::Contacts)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separator_mark_and_letters_are_told_from_the_file() {
        let cells = |bytes: &[u8]| -> Vec<Vec<String>> {
            let table = parse(Path::new("x.csv"), &decoded(bytes), None).unwrap();
            table
                .rows()
                .map(|row| [C::Customer, C::Name, C::Zone].map(|one| row.get(one).unwrap_or_default().to_owned()).to_vec())
                .collect()
        };
        let expected = vec![vec!["a".to_owned(), "Café; Bar".to_owned(), "UTC".to_owned()]];
        assert_eq!(cells("\u{feff}Customer,Name,Time Zone\r\na,Café; Bar,UTC\r\n".as_bytes()), expected);
        assert_eq!(cells(b"customer;name;zone\na;\"Caf\xe9; Bar\";UTC\n;;\n"), expected);
        assert_eq!(cells("customer\tname\tzone\n a \tCafé; Bar\tUTC".as_bytes()), expected);
    }

    #[test]
    fn every_fault_of_the_form_is_named_at_once_with_its_place() {
        let faults = parse(Path::new("x.csv"), "customer,zone,colour,tz\na,UTC,red,UTC\nb,UTC,x,x,x\n", None).unwrap_err();
        let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert!(
            shown[0].starts_with("x.csv:1, column 3 (colour): this column is not known; rename or delete it; known are customer, name")
        );
        assert!(shown[1].starts_with("x.csv:1, column 4 (tz): another column holds the same"));
        assert!(shown[2].starts_with("x.csv:3: the row has 5 cells, the head 4"));
        assert!(parse(Path::new("x.csv"), "a,b\n", None).unwrap_err()[0].to_string().contains("--kind"));
        assert!(parse(Path::new("x.csv"), "", None).unwrap_err()[0].to_string().contains("empty"));
    }
}
