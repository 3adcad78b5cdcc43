//! Table-driven: text, receipt, and what is read. A reading is `start > end`, readings are parted by ` or `, statements by ` ; `,
//! a day's by `day`; problems follow as `!kind`.

use super::{DateOrder, Statement, TimeContext, between, declared, duration_minutes, statements, united};
use crate::model::{Precision, ProblemKind, Zones};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

mod dates;
mod days;
mod decoys;
mod forms;
mod languages;
mod properties;
mod recurring;
mod spans;
mod statements;
mod transitions;
mod zone_names;
mod zones;

fn zones() -> Zones {
    Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded")
}

fn at(text: &str) -> DateTime<Utc> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn context<'a>(zones: &'a Zones, arrived: &str) -> TimeContext<'a> {
    TimeContext { zones, arrived_at: at(arrived), zone: None, order: None, date: None }
}

/// Numbers that look random and are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

fn shown(statements: &[Statement]) -> String {
    statements.iter().map(one).collect::<Vec<_>>().join(" ; ")
}

fn one(statement: &Statement) -> String {
    let form = if statement.precision == Precision::Day { "%Y-%m-%d day" } else { "%Y-%m-%d %H:%M" };
    let time = |time: DateTime<Utc>| {
        let text = time.format(form).to_string();
        if time.format("%S").to_string() == "00" { text } else { time.format("%Y-%m-%d %H:%M:%S").to_string() }
    };
    let readings: Vec<String> =
        statement.readings.iter().map(|(start, end)| end.map_or(time(*start), |end| format!("{} > {}", time(*start), time(end)))).collect();
    let mut kinds: Vec<ProblemKind> = statement.problems.iter().map(|problem| problem.problem).collect();
    kinds.sort();
    kinds.dedup();
    let problems: String = kinds.iter().map(|kind| format!(" !{}", serde_json::to_string(kind).unwrap().trim_matches('"'))).collect();
    format!("{}{problems}", readings.join(" or "))
}

/// Reads a text and says where it was read otherwise than expected.
fn difference(context: &TimeContext<'_>, input: &str, expected: &str) -> Option<String> {
    let read = shown(&statements(input, context));
    (read != expected).then(|| format!("{input:?}\n  expected {expected}\n      read {read}\n"))
}

fn check(arrived: &str, cases: &[(&str, &str)]) {
    let zones = zones();
    let context = context(&zones, arrived);
    report(cases.iter().filter_map(|(input, expected)| difference(&context, input, expected)));
}

fn report(differences: impl Iterator<Item = String>) {
    let all: Vec<String> = differences.collect();
    assert!(all.is_empty(), "{} read otherwise:\n{}", all.len(), all.join(""));
}

#[test]
fn a_zone_that_holds_for_all_times_is_told() {
    let zones = zones();
    let context = context(&zones, "2026-01-15");
    let said = |text: &str| declared(text, &context);
    assert_eq!(said("Please note that all times are in CET."), Some("CET".to_owned()));
    assert_eq!(said("Time zone: UTC"), Some("UTC".to_owned()));
    assert_eq!(said("From time to time we work at night."), None);
    assert_eq!(said("All times are in CET. All times are in UTC."), None);
}
