//! Properties: what is rendered reads back; garbage never panics; long text takes linear time.

use super::{Seeded, between, context, duration_minutes, statements, united, zones};

#[test]
fn long_text_of_digits_and_colons_is_read_in_time() {
    let zones = zones();
    let context = context(&zones, "2024-01-01");
    let lines = ["12:34:56 ", "2024-05-05 10:00 - ", "10/11/2024|", "Mon Tue UTC 5 - ", "((((((1", "May 5 to ", "~~10:00 ", "for 5 and "];
    for line in lines {
        let text = format!("{}\n", line.repeat(1000 / line.len())).repeat(300);
        let started = cpu_time();
        assert!(statements(&text, &context).len() < text.len());
        let used = cpu_time().saturating_sub(started);
        assert!(used < std::time::Duration::from_millis(2500), "{line:?} took {used:?}");
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

const SEEDS: [&str; 22] = [
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
    "on 3, 4 and 5 May 2026 between 22:00 and 02:00 UTC",
    "vom 4. bis 6. Mai 2026, täglich 22.00 - 04.00 Uhr MESZ",
    "Site | Start (UTC) | End (CEST)\nDC1 | 2026-05-06 22:00 | 2026-05-07 06:00",
    "2026年5月6日(水) 午後10時 ～ 翌4:00 (日本時間)",
    "6 May 2026 10:00-11:00 and 14:00-15:00 UTC the next day (+1 day)",
    "for 6 hours from 22:00 UTC on 6/7 May 2026 - PT6H",
    "04.-06.05.2026 jeweils 22 bis 2 Uhr, 30/31.12. und 01.01.",
    "Saturday 00:00 to Sunday 24:00, 9 and 10 May; before 22h heure de l'Est",
    "beginning on 2/28 through 3/1 from 7a – 7p PST daily, EST5EDT, U.S. Eastern Time",
    "Wed May  6 22:00:00 2026 UTC – 5, GMT -04:00 ... 06MAY26 2200Z",
    "between 8.00 und 16.00 Uhr (MEZ) zwischen dem 01.02. und 31.12.2099",
];

#[test]
fn garbage_never_panics() {
    let zones = zones();
    let context = context(&zones, "2026-01-01");
    let mut seeded = Seeded::new(0x9e37_79b9_7f4a_7c15);
    let mut random = |below| seeded.below(below);
    for round in 0..6000 {
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
