//! Properties: what is rendered reads back; garbage never panics; long text takes linear time.

use super::{between, context, duration_minutes, statements, united, zones};
use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;

const ZONES: [Tz; 11] = [
    Tz::America__Chicago,
    Tz::America__New_York,
    Tz::America__Los_Angeles,
    Tz::America__Sao_Paulo,
    Tz::America__Vancouver,
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::Europe__Dublin,
    Tz::Asia__Jerusalem,
    Tz::Australia__Sydney,
    Tz::Pacific__Auckland,
];

#[test]
fn a_time_with_its_offset_reads_back_around_every_change_of_clocks() {
    let zones = zones();
    let context = context(&zones, "2026-01-01");
    let midnight = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let mut changes = 0;
    for zone in ZONES {
        for hours in 0..24 * 366 {
            let before = midnight + Duration::hours(hours);
            let offset = |at| zones.local(zone, at).0.offset().local_minus_utc();
            if offset(before) == offset(before + Duration::hours(1)) {
                continue;
            }
            changes += 1;
            for minutes in (-180..=180).step_by(30) {
                let at = before + Duration::minutes(minutes);
                let local = zones.local(zone, at).0;
                for form in ["%Y-%m-%d %H:%M %z", "%Y-%m-%dT%H:%M:%S%:z", "%d %B %Y %I:%M %p (UTC%:z)", "%H:%M %z %d-%b-%Y"] {
                    let text = local.format(form).to_string();
                    let read = statements(&text, &context);
                    assert_eq!(read.len(), 1, "{text}");
                    assert_eq!(read[0].readings, [(at, None)], "{text} in {zone}");
                    assert!(read[0].problems.is_empty(), "{text}: {:?}", read[0].problems);
                }
                // By the zone's name alone, the instant is among the readings, and a doubt is said where there are two.
                let text = format!("{} {zone}", local.format("%Y-%m-%d %H:%M"));
                let read = statements(&text, &context);
                assert!(read[0].readings.contains(&(at, None)), "{text}");
                assert_eq!(read[0].readings.len() > 1, !read[0].problems.is_empty(), "{text}");
            }
        }
    }
    assert!(changes >= 16, "{changes}");
}

#[test]
fn a_megabyte_of_digits_and_colons_is_read_in_time() {
    let zones = zones();
    let context = context(&zones, "2024-01-01");
    let lines = ["12:34:56 ", "2024-05-05 10:00 - ", "10/11/2024|", "Mon Tue UTC 5 - ", "((((((1", "May 5 to ", "~~10:00 ", "for 5 and "];
    for line in lines {
        let text = format!("{}\n", line.repeat(1000 / line.len())).repeat(1000);
        let started = cpu_time();
        assert!(statements(&text, &context).len() < text.len());
        let used = cpu_time().saturating_sub(started);
        assert!(used < std::time::Duration::from_secs(4), "{line:?} took {used:?}");
    }
    let long = "12:34 5 May 2024 UTC ".repeat(50_000);
    assert_eq!(statements(&long, &context), []);
}

/// Time that this thread has run: a busy machine does not fail the test.
fn cpu_time() -> std::time::Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0);
    std::time::Duration::from_nanos(nanos)
}

const SEEDS: [&str; 12] = [
    "Start: 6 May 2026 22:00 UTC\nEnd: 7 May 2026 04:00 UTC",
    "25-Sep-2026 00:01 to 25-Sep-2026 05:00 ( Pacific )",
    "8/12/2026 2:00:00 am GMT | 8/12/2026 | 3:00 PM | Eastern",
    "FRIDAY, 02 JUL 10:00 - SATURDAY, 03 JUL 24:00 (UTC+05:30)",
    "2026-01-31T18:00:00+00:00 UTC for 1h30",
    "2026年5月20日(水) 16時30分 ～ 18:00 JST",
    "Le 3 juin 2026 de 22h00 à 23h30, heure locale",
    "each night from 22:00 to 04:00 UTC, 2 May 2026 to 30 May 2026",
    "~~10 Nov 2026 22:00~~ midnight noon 12 AM -0500 Etc/GMT+5",
    "31/12/99 23:59:60 99999999999999999999 00000000 20261301T250000Z",
    "29 Feb 2026, 30 Feb, 0 May, May 0, 0000-00-00 00:00, 12:60 UTC-99:99",
    "between 8.00 und 16.00 Uhr (MEZ) zwischen dem 01.02. und 31.12.2099",
];

#[test]
fn garbage_never_panics() {
    let zones = zones();
    let context = context(&zones, "2026-01-01");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for round in 0..1500 {
        let mut text: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
        for _ in 0..=random(6) {
            let at = random(text.len());
            match random(5) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, [':', '-', '/', '9', '\n', '|', ' ', '(', '~', 'T', 'é', '日'][random(12)]),
                2 => {
                    let other = random(text.len());
                    text.swap(at, other);
                }
                3 => text.truncate(at.max(1)),
                _ => text.extend(SEEDS[random(SEEDS.len())].chars().skip(random(20)).take(random(30)).collect::<Vec<char>>()),
            }
            if text.is_empty() {
                text.push('1');
            }
        }
        let text: String = text.into_iter().collect();
        let read = statements(&text, &context);
        for statement in &read {
            assert!(text.get(statement.at.clone()).is_some(), "{text:?}");
            assert!(statement.readings.iter().all(|(start, end)| end.is_none_or(|end| end > *start)), "{text:?}: {statement:?}");
            assert!(statement.readings.len() < 2 || statement.problems.iter().any(|doubt| doubt.blocking), "{text:?}: {statement:?}");
            assert!(!statement.readings.is_empty() || !statement.problems.is_empty(), "{text:?}");
        }
        assert!(united(read).len() <= text.len());
        let (head, tail) = text.split_at(text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at));
        if let Some(statement) = between(head, Some(tail), &context) {
            assert!(head.get(statement.at.clone()).is_some(), "{head:?}");
        }
        assert!(duration_minutes(&text).is_none_or(|minutes| minutes > 0));
    }
}
