//! How providers write clock times, ranges and lengths, and what is none.

use super::{NaiveDate, TimeContext, between, check, context, difference, duration_minutes, one, report, zones};

#[test]
fn t04_clocks() {
    let cases = [
        ("04:00", "04:00"),
        ("4:00", "04:00"),
        ("4:00:00", "04:00"),
        ("3pm", "15:00"),
        ("3 PM", "15:00"),
        ("3 p.m.", "15:00"),
        ("3:30 p.m.", "15:30"),
        ("3:30pm", "15:30"),
        ("11:59:00 PM", "23:59"),
        ("12:00 AM", "00:00"),
        ("12:00AM", "00:00"),
        ("12:30 am", "00:30"),
        ("12:00 PM", "12:00"),
        ("12 noon", "12:00"),
        ("12:00 noon", "12:00"),
        ("noon", "12:00"),
        ("00:00", "00:00"),
        ("0600", "06:00"),
        ("0600h", "06:00"),
        ("0600 hrs", "06:00"),
        ("06:00 hrs", "06:00"),
        ("06:00h", "06:00"),
        ("18:00 PM", "18:00"),
        ("17h30", "17:30"),
        ("23:59:59", "23:59:59"),
        ("8.00 Uhr", "08:00"),
        ("8 Uhr", "08:00"),
        ("8 Uhr 30", "08:30"),
        ("20.00 uur", "20:00"),
        ("20:00 uur", "20:00"),
        ("kl. 20.00", "20:00"),
        ("7a", "07:00"),
        ("10 o'clock", ""),
    ];
    let zones = zones();
    let context = context(&zones, "2024-01-01");
    report(cases.iter().filter_map(|(clock, expected)| {
        let expected = if expected.is_empty() { "2024-05-06 day > 2024-05-07 day".to_owned() } else { format!("2024-05-06 {expected}") };
        difference(&context, &format!("On 6 May 2024 at {clock} UTC we work."), &expected)
    }));
    check(
        "2024-01-01",
        &[
            ("6 May 2024 24:00 UTC", "2024-05-07 00:00"),
            ("6 May 2024 2400h UTC", "2024-05-07 00:00"),
            ("6 May 2024 20:00 - 24:00 UTC", "2024-05-06 20:00 > 2024-05-07 00:00"),
            ("6 May 2024 from 8pm to midnight UTC", "2024-05-06 20:00 > 2024-05-07 00:00"),
            ("6 May 2024 at midnight UTC", "2024-05-06 00:00 or 2024-05-07 00:00 !ambiguous-time"),
            (
                "between midnight and 4:00AM UTC on 6 May 2024",
                "2024-05-06 00:00 > 2024-05-06 04:00 or 2024-05-07 00:00 > 2024-05-07 04:00 !ambiguous-time",
            ),
            ("6 May 2024 18:00 AM UTC", "2024-05-06 18:00 or 2024-05-06 06:00 !ambiguous-time"),
            ("6 May 2024 0:30 PM UTC", "2024-05-06 12:30 or 2024-05-06 00:30 !ambiguous-time"),
            ("6 May 2024 2:00 - 5:00 PM UTC", "2024-05-06 14:00 > 2024-05-06 17:00"),
            ("6 May 2024 10 - 2 PM UTC", "2024-05-06 10:00 > 2024-05-06 14:00"),
            ("6 May 2024 7-9pm UTC", "2024-05-06 19:00 > 2024-05-06 21:00"),
            ("6 May 2024 11pm-1am UTC", "2024-05-06 23:00 > 2024-05-07 01:00"),
            ("6 May 2024 2:00 PM - 5:00 UTC", "2024-05-06 14:00 > 2024-05-06 17:00"),
            ("6 May 2024 10 PM - 6:00 UTC", "2024-05-06 22:00 > 2024-05-07 06:00"),
            ("6 May 2024 10 AM - 11:00 UTC", "2024-05-06 10:00 > 2024-05-06 11:00 or 2024-05-06 10:00 > 2024-05-06 23:00 !ambiguous-time"),
            ("6 May 2024 25:00 UTC", "2024-05-06 day > 2024-05-07 day"),
        ],
    );
}

#[test]
fn ranges() {
    let cases = [
        ("from 6 May 2026 22:00 UTC to 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC until 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC till 7 May 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC through 7 May 2026 04:00", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("rescheduled from 6 May 2026 22:00 UTC to 7 May 2026 22:00 UTC", "2026-05-06 22:00 ; 2026-05-07 22:00"),
        (
            "has been moved from the original date 6 May 2026 22:00 - 23:00 UTC to 7 May 2026 22:00 - 23:00 UTC",
            "2026-05-06 22:00 > 2026-05-06 23:00 ; 2026-05-07 22:00 > 2026-05-07 23:00",
        ),
        ("was re-scheduled from 6 May 2026 22:00 to 23:00 UTC", "2026-05-06 22:00 > 2026-05-06 23:00"),
        ("is rescheduled and runs from 6 May 2026 22:00 UTC to 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 — 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 -> 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 → 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 / 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("2026-05-06 22:00/2026-05-07 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("22:00 - 04:00 UTC on 6 May 2026", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("22:00 on 6 May 2026 to 04:00 on 7 May 2026 (UTC)", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("will start on 6 May 2026 at 22:00 UTC and is expected to end at 04:00 UTC on 7 May 2026", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("begins 6 May 2026 22:00 UTC, ending 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC for 6 hours", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("starting 6 May 2026 22:00 UTC for approximately 6 hours", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC, lasting 6 hours", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC (duration: 360 minutes)", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC and will last up to six hours", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Start: 6 May 2026 22:00 UTC\nEnd: 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Start time: 6 May 2026 22:00 UTC, End time: 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Start\n6 May 2026 22:00 UTC\nEnd\n7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Start | 6 May 2026 22:00\nEnd | 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Beginn: 06.05.2026 22:00 UTC\nEnde: 07.05.2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Début : 6 mai 2026 22h00 UTC\nFin : 7 mai 2026 04h00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Inicio: 6 de mayo de 2026, 22:00 UTC\nFin: 7 de mayo de 2026, 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Aanvang: 6 mei 2026 22:00 UTC\nEinde: 7 mei 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("From: 6 May 2026 22:00 UTC\nTo: 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Date: 6 May 2026\nTime: 22:00 - 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("Time: 22:00 - 04:00 UTC\nDate: 6 May 2026", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 | 22:00 | 04:00 | UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC | 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("2026-05-06 | 22:00 - 04:00 | UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("from 6 May 2026\n22:00 UTC to 7 May 2026\n04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6-7 May 2026, 22:00 - 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("the night of May 6th to 7th, 2026, 22:00 - 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 BRT - 7 May 2026 04:00 UTC", "2026-05-07 01:00 > 2026-05-07 04:00"),
        ("between 22:00 UTC on 6 May 2026 and 04:00 UTC on 7 May 2026", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("zwischen dem 06.05.2026 22:00 Uhr und dem 07.05.2026 04:00 Uhr UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
    ];
    check("2026-04-01", &cases);
    check(
        "2026-04-01",
        &[
            ("6 May 2026 22:00 UTC. On 9 May 2026 04:00 UTC", "2026-05-06 22:00 ; 2026-05-09 04:00"),
            ("* 6 May 2026 22:00 UTC\n- 7 May 2026 22:00 UTC", "2026-05-06 22:00 ; 2026-05-07 22:00"),
            (
                "6 May 2026 22:00 - 23:00 UTC, 7 May 2026 22:00 - 23:00 UTC",
                "2026-05-06 22:00 > 2026-05-06 23:00 ; 2026-05-07 22:00 > 2026-05-07 23:00",
            ),
            ("The work lasts until 7 May 2026 04:00 UTC", ""),
            ("6 May 2026 to 8 May 2026", "2026-05-06 day > 2026-05-09 day"),
            ("6 to 8 May 2026", "2026-05-06 day > 2026-05-09 day"),
            (
                "2 May 2026 to 4 May 2026, 7am to 7pm UTC daily",
                "2026-05-02 07:00 > 2026-05-02 19:00 ; 2026-05-03 07:00 > 2026-05-03 19:00 ; 2026-05-04 07:00 > 2026-05-04 19:00",
            ),
            (
                "each night from 22:00 to 04:00 UTC, 2 May 2026 to 3 May 2026",
                "2026-05-02 22:00 > 2026-05-03 04:00 ; 2026-05-03 22:00 > 2026-05-04 04:00",
            ),
            ("~~6 May 2026 22:00 UTC~~ 7 May 2026 22:00 UTC", "2026-05-06 22:00 ; 2026-05-07 22:00"),
        ],
    );
}

#[test]
fn t05_ends_before_starts() {
    check(
        "2026-01-01",
        &[
            ("10 May 2026 23:00 – 05:00 UTC", "2026-05-10 23:00 > 2026-05-11 05:00"),
            ("10 May 2026 18:00 – 06:00 UTC", "2026-05-10 18:00 > 2026-05-11 06:00"),
            ("10 May 2026 17:00 – 06:00 UTC", "2026-05-10 17:00 !ends-before-start"),
            ("10 May 2026 05:00 – 05:00 UTC", "2026-05-10 05:00 !ends-before-start"),
            ("10 May 2026 23:00 – 10 May 2026 05:00 UTC", "2026-05-10 23:00 !ends-before-start"),
            ("11 May 2026 23:00 – 10 May 2026 05:00 UTC", "2026-05-11 23:00 !ends-before-start"),
            ("12 May 2026 - 10 May 2026", "2026-05-12 day !ends-before-start"),
            ("10 May 2026 10:00 - 11 Aug 2026 10:00 UTC", "2026-05-10 10:00 > 2026-08-11 10:00 !implausible"),
            ("10 May 2029 10:00 UTC", "2029-05-10 10:00 !implausible"),
        ],
    );
}

#[test]
fn a_date_of_the_mail_completes_clock_times() {
    let zones = zones();
    let context = TimeContext { date: NaiveDate::from_ymd_opt(2026, 12, 31), ..context(&zones, "2026-12-20") };
    let cases = [
        ("22:00 - 23:00 UTC", "2026-12-31 22:00 > 2026-12-31 23:00"),
        ("THURSDAY, 31 DEC 22:00 - FRIDAY, 01 JAN 02:00 UTC", "2026-12-31 22:00 > 2027-01-01 02:00"),
        ("Friday 00:00 to Saturday 24:00 UTC", "2027-01-01 00:00 > 2027-01-03 00:00"),
    ];
    report(cases.iter().filter_map(|(input, expected)| difference(&context, input, expected)));
}

#[test]
fn two_fields() {
    let zones = zones();
    let context = context(&zones, "2026-04-01");
    let cases = [
        ("2026-05-06 22:00 UTC", Some("2026-05-07 04:00 UTC"), "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("2026-05-06 22:00", Some("2026-05-07 04:00 UTC"), "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("2026-05-06 22:00 UTC", Some("04:00"), "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("2026-05-06 22:00 UTC", Some("6 hours"), "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("2026-05-06 22:00 UTC", Some("tbd"), "2026-05-06 22:00"),
        ("2026-05-06 22:00 UTC", None, "2026-05-06 22:00"),
        ("20260506 2200 UTC", Some("20260507 0400"), "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("0600 UTC 13/5/2026", Some("0800 UTC"), "2026-05-13 06:00 > 2026-05-13 08:00"),
        ("13/05/2026 22:00 UTC", Some("14/05/2026 04:00 UTC"), "2026-05-13 22:00 > 2026-05-14 04:00"),
        ("05/06/2026 22:00 UTC", Some("14/06/2026 04:00 UTC"), "2026-06-05 22:00 > 2026-06-14 04:00"),
        ("2026-05-06", Some("2026-05-08"), "2026-05-06 day > 2026-05-09 day"),
        ("2026-05-06 22:00 - 23:00 UTC", None, "2026-05-06 22:00 > 2026-05-06 23:00"),
    ];
    report(cases.iter().filter_map(|(start, end, expected)| {
        let read = between(start, *end, &context).map_or(String::from("none"), |statement| one(&statement));
        (read != *expected).then(|| format!("{start:?} {end:?}\n  expected {expected}\n      read {read}\n"))
    }));
    assert_eq!(between("to be announced", Some("2026-05-06 22:00 UTC"), &context), None);
}

#[test]
fn lengths() {
    let cases = [
        ("6 hours", 360),
        ("6 hrs", 360),
        ("6h", 360),
        ("2-hour", 120),
        ("2-hour window", 120),
        ("1h30", 90),
        ("1h 30m", 90),
        ("2h30m", 150),
        ("2h30min", 150),
        ("approx. 1h", 60),
        ("2 hrs 15 mins", 135),
        ("anderthalb Stunden", 90),
        ("1 h", 60),
        ("jusqu'à 4 heures", 240),
        ("0:45 hours", 45),
        ("1 hour 30 minutes", 90),
        ("1 hour and 30 minutes", 90),
        ("1:30 hours", 90),
        ("1.5 hours", 90),
        ("1,5 Stunden", 90),
        ("30 min", 30),
        ("30min.", 30),
        ("up to 5 minutes", 5),
        ("<60 sec", 1),
        ("90 seconds", 2),
        ("4-8 hours", 480),
        ("between 4 and 8 hours", 480),
        ("<8 hours (between 4 and 8 hours)", 480),
        ("eight (8) hours", 480),
        ("an hour", 60),
        ("half an hour", 30),
        ("halbe Stunde", 30),
        ("eine halbe Stunde", 30),
        ("2 Stunden", 120),
        ("30 Minuten", 30),
        ("deux heures", 120),
        ("2 horas", 120),
        ("2 uur", 120),
        ("3 days", 4320),
        ("2 x 30 minutes", 60),
        ("PT6H", 360),
        ("PT1H30M", 90),
        ("P1DT2H", 1560),
        ("02:30", 150),
        ("02:30:00", 150),
    ];
    report(cases.iter().filter_map(|(text, expected)| {
        let read = duration_minutes(text);
        (read != Some(*expected)).then(|| format!("{text:?}\n  expected {expected}\n      read {read:?}\n"))
    }));
    for none in ["", "tbd", "soon", "5 racks", "2026-05-06"] {
        assert_eq!(duration_minutes(none), None, "{none}");
    }
}

#[test]
fn what_is_no_time() {
    let cases = [
        "Ticket CHG-2026-05-06-001 and INC0010502026",
        "Address 10.10.2026.3 and 192.168.0.1/24, version 1.2.3",
        "from 40G to 100G, 29.99 / month, 24/7 support",
        "call 1.866.236.2824 or 0800.169.1646",
        "We may 5 times restart. In 2026 and 2027.",
        "Item 10: 20 racks, 2001:db8:12:34::56, aa:bb:12:34:56:78",
        "10 out of 12 servers; set 5 to 10",
        "the hours are 7am to 7pm",
        "99.999% uptime, 12/24 ports, 3/4 of racks",
        "{{start}} to {{end}} UTC",
    ];
    let none: Vec<(&str, &str)> = cases.iter().map(|case| (*case, "")).collect();
    check("2026-04-01", &none);
}
