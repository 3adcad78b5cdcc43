//! Tables → the blocks of services.toml. Each line knows the cell that it came from, so that a fault of the inventory is named there.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{
    Kind,
    propose::quoted,
    table::{Column as C, Fault, Place, Row, Table},
};
use crate::config;

/// The file, line by line, with where each line came from.
#[derive(Debug, Default)]
pub(super) struct Written {
    lines: Vec<(String, Option<Place>)>,
}

impl Written {
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|(line, _)| format!("{line}\n")).collect()
    }

    fn head(&mut self, line: &str, row: &Row<'_>, column: C) {
        if !self.lines.is_empty() {
            self.lines.push((String::new(), None));
        }
        self.lines.push((line.to_owned(), Some(row.place(column))));
    }

    fn raw(&mut self, key: &str, value: &str, row: &Row<'_>, column: C) {
        self.lines.push((format!("{key} = {value}"), Some(row.place(column))));
    }

    fn text_of(&mut self, key: &str, value: &str, row: &Row<'_>, column: C) {
        self.raw(key, &quoted(value), row, column);
    }

    fn list_of(&mut self, key: &str, values: &[&str], row: &Row<'_>, column: C) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        self.raw(key, &format!("[{}]", values.join(", ")), row, column);
    }
}

/// Writes every block; what the tables themselves get wrong is added to `faults`.
pub(super) fn services_toml(tables: &[Table], faults: &mut Vec<Fault>) -> Written {
    let mut out = Written::default();
    let rows = |kind: Kind| tables.iter().filter(move |table| table.kind == kind).flat_map(Table::rows).collect::<Vec<_>>();
    let (services, customers, contacts) = (rows(Kind::Services), rows(Kind::Customers), rows(Kind::Contacts));
    providers(&services, &mut out);
    for (id, rows) in together(&services, C::Service, "service", faults) {
        service(id, &rows, &mut out, faults);
    }
    let mut by_customer = together(&contacts, C::Customer, "customer", faults);
    for (id, rows) in together(&customers, C::Customer, "customer", faults) {
        let mine = by_customer.iter().position(|(other, _)| other.eq_ignore_ascii_case(id));
        let contacts = mine.map(|number| by_customer.remove(number).1).unwrap_or_default();
        customer(id, &rows, &mut out, faults);
        contacts.iter().for_each(|row| contact(row, C::Name, &mut out, faults));
    }
    for (id, rows) in by_customer {
        let Some(first) = rows.first() else { continue };
        if !customers.is_empty() {
            let help = "add the customer, or mend the id";
            faults.push(first.fault(C::Customer, format!("no table has the customer \"{id}\""), help));
            continue;
        }
        out.head("[[customer]]", first, C::Customer);
        out.text_of("id", id, first, C::Customer);
        out.text_of("name", id, first, C::Customer);
        // Which they have stands in the file that has the customer.
        out.list_of("services", &[], first, C::Customer);
        rows.iter().for_each(|row| contact(row, C::Name, &mut out, faults));
    }
    out
}

/// A fault of the blocks as one of the cell that they came from; none where what is missing may stand in the file that they are meant for.
pub(super) fn traced(fault: &config::Fault, written: &Written, tables: &[Table]) -> Option<Fault> {
    let has = |kind: Kind| tables.iter().any(|table| table.kind == kind);
    let elsewhere = fault.message.starts_with("there is no service") && !has(Kind::Services);
    if fault.severity == config::Severity::Warning || elsewhere {
        return None;
    }
    let (line, _) = fault.at.unwrap_or((1, 1));
    // What a block lacks is said of its first line.
    let known = written.lines.iter().take(line).rev().find_map(|(_, place)| place.clone());
    let place = known.or_else(|| written.lines.iter().find_map(|(_, place)| place.clone()))?;
    Some(Fault { place, what: fault.message.clone(), help: fault.help.clone() })
}

/// Rows with the same id, in the order in which the ids come first; case does not count.
fn together<'a>(rows: &[Row<'a>], column: C, what: &str, faults: &mut Vec<Fault>) -> Vec<(&'a str, Vec<Row<'a>>)> {
    let mut found: Vec<(&'a str, Vec<Row<'a>>)> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let Some(id) = row.get(column) else {
            faults.push(row.fault(column, format!("the row names no {what}"), format!("fill the column `{what}` with a short id")));
            continue;
        };
        let number = *numbers.entry(id.to_lowercase()).or_insert(found.len());
        match found.get_mut(number) {
            Some((_, rows)) => rows.push(*row),
            None => found.push((id, vec![*row])),
        }
    }
    found
}

/// The first value of a column among rows of one thing; others that differ are faults.
fn agreed<'a>(rows: &[Row<'a>], column: C, faults: &mut Vec<Fault>) -> Option<(&'a str, Row<'a>)> {
    let mut said = rows.iter().filter_map(|row| Some((row.get(column)?, *row)));
    let first = said.next()?;
    for (other, row) in said.filter(|(other, _)| *other != first.0) {
        faults.push(row.fault(
            column,
            format!("\"{other}\" here, \"{}\" in a row before", first.0),
            "make them the same, or leave it empty",
        ));
    }
    Some(first)
}

fn providers(services: &[Row<'_>], out: &mut Written) {
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    for row in services {
        let Some(id) = row.get(C::Provider) else { continue };
        if seen.insert(id.to_lowercase(), ()).is_none() {
            out.head("[[provider]]", row, C::Provider);
            out.text_of("id", id, row, C::Provider);
            out.text_of("name", id, row, C::Provider);
            out.lines.push(("# domains = [\"…\"]    the domains of its senders, where no rule knows its mails".to_owned(), None));
        }
    }
}

fn service(id: &str, rows: &[Row<'_>], out: &mut Written, faults: &mut Vec<Fault>) {
    let Some(first) = rows.first() else { return };
    out.head("[[service]]", first, C::Service);
    out.text_of("id", id, first, C::Service);
    let (name, row) = agreed(rows, C::Name, faults).unwrap_or((id, *first));
    out.text_of("name", name, &row, C::Name);
    if let Some((value, row)) = agreed(rows, C::Internal, faults)
        && let Some(true) = flag(value, &row, C::Internal, faults)
    {
        out.raw("internal", "true", &row, C::Internal);
    }
    // What the whole service stands on comes first: a part's block ends it.
    for row in rows.iter().filter(|row| row.get(C::Part).is_none()) {
        stands_on("[[service.stands_on]]", row, out, faults);
    }
    let parts: Vec<Row<'_>> = rows.iter().filter(|row| row.get(C::Part).is_some()).copied().collect();
    for (name, rows) in together(&parts, C::Part, "part", faults) {
        let Some(first) = rows.first() else { continue };
        out.head("[[service.part]]", first, C::Part);
        out.text_of("name", name, first, C::Part);
        rows.iter().for_each(|row| stands_on("[[service.part.stands_on]]", row, out, faults));
    }
}

fn stands_on(head: &str, row: &Row<'_>, out: &mut Written, faults: &mut Vec<Fault>) {
    let named = [C::Object, C::Prefix, C::Glob, C::Region].into_iter().find(|column| row.get(*column).is_some());
    let (provider, named) = match (row.get(C::Provider), named) {
        // A row that only names the service.
        (None, None) => return,
        (None, Some(column)) => {
            faults.push(row.fault(column, "the row names an object, but no provider", "fill the column `provider`"));
            return;
        }
        (Some(_), None) => {
            faults.push(row.fault(C::Provider, "the row names a provider, but no object", "fill `object`, `prefix`, `glob` or `region`"));
            return;
        }
        (Some(provider), Some(named)) => (provider, named),
    };
    out.head(head, row, named);
    out.text_of("provider", provider, row, C::Provider);
    for (column, key) in [(C::Object, "object"), (C::Prefix, "prefix"), (C::Glob, "glob"), (C::Region, "region")] {
        if let Some(value) = row.get(column) {
            // One address is an object like another.
            let key = if column == C::Prefix && value.parse::<IpAddr>().is_ok() { "object" } else { key };
            out.text_of(key, value, row, column);
        }
    }
    let aliases = row.several(C::Aliases);
    if !aliases.is_empty() {
        out.list_of("aliases", &aliases, row, C::Aliases);
    }
    if let Some(true) = row.get(C::Retired).and_then(|value| flag(value, row, C::Retired, faults)) {
        out.raw("retired", "true", row, C::Retired);
    }
}

fn flag(value: &str, row: &Row<'_>, column: C, faults: &mut Vec<Fault>) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "yes" | "true" | "1" | "x" => Some(true),
        "no" | "false" | "0" => Some(false),
        _ => {
            faults.push(row.fault(column, format!("\"{value}\" is neither yes nor no"), "write yes or no"));
            None
        }
    }
}

fn customer(id: &str, rows: &[Row<'_>], out: &mut Written, faults: &mut Vec<Fault>) {
    let Some(first) = rows.first() else { return };
    out.head("[[customer]]", first, C::Customer);
    out.text_of("id", id, first, C::Customer);
    let (name, row) = agreed(rows, C::Name, faults).unwrap_or((id, *first));
    out.text_of("name", name, &row, C::Name);
    for (column, key) in [(C::Zone, "zone"), (C::Language, "language")] {
        if let Some((value, row)) = agreed(rows, column, faults) {
            out.text_of(key, value, &row, column);
        }
    }
    let mut services: Vec<&str> = Vec::new();
    for row in rows {
        services.extend(row.several(C::Services).into_iter().filter(|one| !services.contains(one)).collect::<Vec<_>>());
    }
    if let Some(row) = rows.iter().find(|row| row.get(C::Services).is_some()) {
        out.list_of("services", &services, row, C::Services);
    }
    if let Some((days, row)) = agreed(rows, C::NoticeDays, faults) {
        match days.parse::<u32>() {
            Ok(days) => out.raw("notice_days", &days.to_string(), &row, C::NoticeDays),
            Err(_) => faults.push(row.fault(C::NoticeDays, format!("\"{days}\" is no number of days"), "write 7, or leave it empty")),
        }
    }
    for row in rows.iter().filter(|row| row.get(C::Email).is_some() || row.get(C::Contact).is_some()) {
        contact(row, C::Contact, out, faults);
    }
}

fn contact(row: &Row<'_>, name: C, out: &mut Written, faults: &mut Vec<Fault>) {
    let Some(address) = row.get(C::Email) else {
        faults.push(row.fault(C::Email, "the contact has no mail address", "fill the column `email`, or delete the row"));
        return;
    };
    out.head("[[customer.contact]]", row, C::Email);
    out.text_of("name", row.get(name).unwrap_or(address), row, name);
    out.text_of("address", address, row, C::Email);
    if let Some(phone) = row.get(C::Phone) {
        out.text_of("phone", phone, row, C::Phone);
    }
    let kinds = row.several(C::Kinds);
    if !kinds.is_empty() {
        out.list_of("kinds", &kinds, row, C::Kinds);
    }
}
