//! How providers write zones, and what letters leave open.

use super::{TimeContext, Tz, check, context, difference, report, zones};

#[test]
fn zones_as_written() {
    let cases = [
        ("UTC", "10:00"),
        ("Utc", "10:00"),
        ("utc", "10:00"),
        ("GMT", "10:00"),
        ("Z", "10:00"),
        ("GMT/UTC", "10:00"),
        ("UTC/GMT", "10:00"),
        ("( GMT )", "10:00"),
        ("(UTC)", "10:00"),
        ("UTC time", "10:00"),
        ("Zulu", "10:00"),
        ("+0000", "10:00"),
        ("+00:00", "10:00"),
        ("+0200", "08:00"),
        ("+02:00", "08:00"),
        ("-0500", "15:00"),
        ("-05:00", "15:00"),
        ("UTC+2", "08:00"),
        ("UTC +2", "08:00"),
        ("UTC+02:00", "08:00"),
        ("UTC-5", "15:00"),
        ("(UTC -05:00)", "15:00"),
        ("GMT+5:30", "04:30"),
        ("(UTC/GMT +8)", "02:00"),
        ("CEST", "08:00"),
        ("MESZ", "08:00"),
        ("(CEST)", "08:00"),
        ("cest", "08:00"),
        ("EDT", "14:00"),
        ("CDT", "15:00"),
        ("MDT", "16:00"),
        ("PDT", "17:00"),
        ("ET", "14:00"),
        ("CT", "15:00"),
        ("MT", "16:00"),
        ("PT", "17:00"),
        ("Eastern", "14:00"),
        ("( Pacific )", "17:00"),
        ("Central Time", "15:00"),
        ("US Central Time", "15:00"),
        ("Eastern Time (EDT)", "14:00"),
        ("Eastern Daylight Time", "14:00"),
        ("Pacific Daylight Time", "17:00"),
        ("EST/EDT", "14:00"),
        ("Central European Summer Time", "08:00"),
        ("Central European Time", "08:00"),
        ("British Summer Time", "09:00"),
        ("BST (British Summer Time)", "09:00"),
        ("UK time", "09:00"),
        ("South Africa Standard Time", "08:00"),
        ("SAST", "08:00"),
        ("Singapore Standard Time", "02:00"),
        ("SGT", "02:00"),
        ("HKT", "02:00"),
        ("JST", "01:00"),
        ("KST", "01:00"),
        ("AEST", "00:00"),
        ("AWST", "02:00"),
        ("NZST", "22:00"),
        ("BRT", "13:00"),
        ("Brasilia Time", "13:00"),
        ("IST (India Standard Time)", "04:30"),
        ("India Standard Time", "04:30"),
        ("MSK", "07:00"),
        ("EEST", "07:00"),
        ("W. Europe Standard Time", "08:00"),
        ("Romance Standard Time", "08:00"),
        ("America/Chicago", "15:00"),
        ("(Europe/Berlin)", "08:00"),
        ("America/Argentina/Buenos_Aires", "13:00"),
        ("Etc/GMT+5", "15:00"),
        ("local time, Chicago", "15:00"),
        ("local time (Chicago)", "15:00"),
        ("Chicago local time", "15:00"),
        ("local time in Hong Kong", "02:00"),
        ("(local time in New York)", "14:00"),
        ("São Paulo time", "13:00"),
        ("hora de Brasília", "13:00"),
    ];
    let zones = zones();
    let context = context(&zones, "2024-01-01");
    report(cases.iter().filter_map(|(zone, expected)| {
        let day = if *expected == "22:00" { 2 } else { 3 };
        difference(&context, &format!("Start: 3 July 2024 10:00 {zone}"), &format!("2024-07-0{day} {expected}"))
    }));
    check(
        "2024-01-01",
        &[
            ("UTC 2024-05-06 10:00", "2024-05-06 10:00"),
            ("Start (UTC): 2024-05-06 10:00", "2024-05-06 10:00"),
            ("Start Time (UTC) | 2024-05-06 10:00", "2024-05-06 10:00"),
            ("Time (GMT):\n2024-05-06 10:00 - 12:00", "2024-05-06 10:00 > 2024-05-06 12:00"),
            ("Start (UTC): 2024-05-06 10:00 CEST", "2024-05-06 08:00"),
            ("2024-05-06 10:00 UTC - 12:00 UTC", "2024-05-06 10:00 > 2024-05-06 12:00"),
            ("2024-05-06 10:00 UTC-12:00 UTC", "2024-05-06 10:00 > 2024-05-06 12:00"),
            ("2024-05-06 10:00-12:00 UTC", "2024-05-06 10:00 > 2024-05-06 12:00"),
            ("2024-05-06 10:00:00-12:00:00 UTC", "2024-05-06 10:00 > 2024-05-06 12:00"),
            ("2024-05-06 10:00+02:00", "2024-05-06 08:00"),
            ("2024-05-06 10:00 +0100 UTC", "2024-05-06 09:00 or 2024-05-06 10:00 !conflict"),
            ("2024-05-06 10:00 CEST (UTC+1)", "2024-05-06 08:00 or 2024-05-06 09:00 !conflict"),
            ("2024-05-06 10:00\nAll times are in UTC.", "2024-05-06 10:00"),
            ("Time zone: CEST\n2024-05-06 10:00", "2024-05-06 08:00"),
            ("schedule in UTC timezone: 2024-05-06 10:00", "2024-05-06 10:00"),
            ("All times UTC. Some times are in CET.\n2024-05-06 10:00", "2024-05-06 10:00 !unknown-zone"),
            ("2024-05-06 10:00", "2024-05-06 10:00 !unknown-zone"),
            ("2024-05-06 10:00 local time", "2024-05-06 10:00 !unknown-zone"),
            (
                "Local: 2024-05-06 12:00 - 14:00\nUTC: 2024-05-06 10:00 - 12:00",
                "2024-05-06 12:00 > 2024-05-06 14:00 !unknown-zone ; 2024-05-06 10:00 > 2024-05-06 12:00",
            ),
            ("le 6 mai 2024, 10:00 et est prévu", "2024-05-06 10:00 !unknown-zone"),
            ("am 6. Mai 2024 um 10:00 ist Wartung", "2024-05-06 10:00 !unknown-zone"),
        ],
    );
}

#[test]
fn t01_letters_of_the_other_half_of_the_year() {
    check(
        "2026-01-01",
        &[
            ("10 Jan 2026 02:00 CDT", "2026-01-10 07:00 or 2026-01-10 08:00 !ambiguous-time"),
            ("9pm PST 24 Aug 2026", "2026-08-25 05:00 or 2026-08-25 04:00 !ambiguous-time"),
            ("10 Jan 2026 02:00 CEST", "2026-01-10 00:00 or 2026-01-10 01:00 !ambiguous-time"),
            ("10 Jul 2026 02:00 CET", "2026-07-10 01:00 or 2026-07-10 00:00 !ambiguous-time"),
            ("10 Jul 2026 02:00 Pacific Standard Time", "2026-07-10 10:00 or 2026-07-10 09:00 !ambiguous-time"),
            ("10 Jan 2026 02:00 British Summer Time", "2026-01-10 01:00 or 2026-01-10 02:00 !ambiguous-time"),
            ("10 Jan 2026 02:00 - 04:00 CDT", "2026-01-10 07:00 > 2026-01-10 09:00 or 2026-01-10 08:00 > 2026-01-10 10:00 !ambiguous-time"),
        ],
    );
}

#[test]
fn t02_letters_with_several_meanings() {
    check(
        "2026-01-01",
        &[
            ("10 Jan 2026 02:00 CST", "2026-01-10 08:00 or 2026-01-09 18:00 !ambiguous-time"),
            ("10 Jul 2026 02:00 BST", "2026-07-10 01:00 or 2026-07-09 20:00 !ambiguous-time"),
            ("10 Jan 2026 02:00 IST", "2026-01-09 20:30 or 2026-01-10 00:00 or 2026-01-10 01:00 or 2026-01-10 02:00 !ambiguous-time"),
            ("10 Jul 2026 02:00 EST", "2026-07-10 07:00 or 2026-07-10 06:00 or 2026-07-09 16:00 !ambiguous-time"),
        ],
    );
    let zones = zones();
    let declared = [
        (Tz::America__Chicago, "10 Jan 2026 02:00 CST", "2026-01-10 08:00"),
        (Tz::Asia__Shanghai, "10 Jan 2026 02:00 CST", "2026-01-09 18:00"),
        (Tz::America__New_York, "10 Jan 2026 02:00 CST", "2026-01-10 08:00"),
        (Tz::America__New_York, "10 Jan 2026 02:00 EST", "2026-01-10 07:00"),
        (Tz::America__New_York, "10 Jul 2026 02:00 EST", "2026-07-10 07:00 or 2026-07-10 06:00 !ambiguous-time"),
        (Tz::Asia__Kolkata, "10 Jan 2026 02:00 IST", "2026-01-09 20:30"),
        (Tz::Europe__Dublin, "10 Jul 2026 02:00 IST", "2026-07-10 01:00"),
        (Tz::Asia__Jerusalem, "10 Jan 2026 02:00 IST", "2026-01-10 00:00"),
        (Tz::Europe__London, "10 Jul 2026 02:00 BST", "2026-07-10 01:00"),
        (Tz::Asia__Dhaka, "10 Jul 2026 02:00 BST", "2026-07-09 20:00"),
        (Tz::UTC, "10 Jan 2026 02:00 CST", "2026-01-10 08:00 or 2026-01-09 18:00 !ambiguous-time"),
        (Tz::America__Phoenix, "10 Jul 2026 02:00 MST", "2026-07-10 09:00"),
        (Tz::Europe__Berlin, "10 Jul 2026 02:00", "2026-07-10 00:00"),
        (Tz::Europe__Berlin, "10 Jul 2026 02:00 UTC", "2026-07-10 02:00"),
        (Tz::Europe__Berlin, "10 Jul 2026 02:00 local time", "2026-07-10 00:00"),
        (Tz::UTC, "10 Jul 2026 02:00 local time", "2026-07-10 02:00 !unknown-zone"),
    ];
    report(declared.iter().filter_map(|(zone, input, expected)| {
        difference(&TimeContext { zone: Some(*zone), ..context(&zones, "2026-01-01") }, input, expected)
    }));
}

#[test]
fn t03_hours_that_clocks_skip_or_repeat() {
    check(
        "2026-01-01",
        &[
            ("2026-03-08 02:30 America/Chicago", " !nonexistent-time"),
            ("2026-03-08 02:30 CT", " !nonexistent-time"),
            ("2026-11-01 01:30 CT", "2026-11-01 06:30 or 2026-11-01 07:30 !ambiguous-time"),
            ("2026-11-01 01:30 CDT", "2026-11-01 06:30"),
            ("2026-11-01 01:30 America/Chicago (UTC-06:00)", "2026-11-01 07:30"),
            ("2026-11-01 01:30 -0600", "2026-11-01 07:30"),
            ("2026-10-25 02:30 Europe/Berlin", "2026-10-25 00:30 or 2026-10-25 01:30 !ambiguous-time"),
            ("2026-03-29 02:30 Europe/Berlin", " !nonexistent-time"),
            ("2026-10-31 23:00 - 2026-11-01 06:00 CT", "2026-11-01 04:00 > 2026-11-01 12:00"),
            ("2026-11-25 01:00 America/Vancouver", "2026-11-25 08:00"),
        ],
    );
}
