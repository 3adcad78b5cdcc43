//! The forms in which providers write times.

use super::{
    DateOrder, NaiveDate, Tz, at, between, check, context, difference, duration_minutes, one, report, shown, statements, united, zones,
};
use super::{ProblemKind, TimeContext};

#[test]
fn iso_like() {
    check(
        "2024-01-01",
        &[
            ("2024-08-13 18:00:00 GMT", "2024-08-13 18:00"),
            ("2024-08-13T18:00:00Z", "2024-08-13 18:00"),
            ("2024-08-13T18:00Z", "2024-08-13 18:00"),
            ("20240813T180000Z", "2024-08-13 18:00"),
            ("2024-08-13T18:00:00-05:00", "2024-08-13 23:00"),
            ("2024-08-13T18:00:00+02:00", "2024-08-13 16:00"),
            ("2024-08-13T18:00:00.000Z", "2024-08-13 18:00"),
            ("2024-12-05 20:55:00 +0000 UTC", "2024-12-05 20:55"),
            ("2024-01-31 18:00:00+00:00 UTC", "2024-01-31 18:00"),
            ("2024-03-11 4:00 UTC", "2024-03-11 04:00"),
            ("2024/03/11 04:00 UTC", "2024-03-11 04:00"),
            ("2024-03-11 04:00 -0500", "2024-03-11 09:00"),
            ("2024-03-11 04:00 (UTC+0200)", "2024-03-11 02:00"),
            ("2024-03-11 04:00 UTC+1", "2024-03-11 03:00"),
            ("2024-03-11 04:00 (UTC+05:30)", "2024-03-10 22:30"),
            ("2024-07-13 at 22:00 SGT (UTC/GMT +8)", "2024-07-13 14:00"),
            ("2024-05-20 07:00 GMT (Greenwich Mean Time)", "2024-05-20 07:00"),
            ("2024-05-20 01:00 MDT (Mountain Daylight Time)", "2024-05-20 07:00"),
            ("2024-03-08 2:00:00 PM UTC - asset", "2024-03-08 14:00"),
            ("between 2024-08-11 08:00:00 UTC and 2024-08-11 10:00:00 UTC", "2024-08-11 08:00 > 2024-08-11 10:00"),
            ("After 2024-06-21 21:00 UTC your instance", "2024-06-21 21:00"),
            ("2024-07-18 between 07:30 and 11:45 UTC", "2024-07-18 07:30 > 2024-07-18 11:45"),
            ("2024-11-20 23:00:00 GMT to 2024-11-22 05:00:00 GMT", "2024-11-20 23:00 > 2024-11-22 05:00"),
            ("2024-11-09 04:00:00 - 2024-11-09 10:00:00 GMT", "2024-11-09 04:00 > 2024-11-09 10:00"),
            ("2024-Nov-09 04:00 UTC", "2024-11-09 04:00"),
            ("2024/11/14 02:00 ~ 2024/11/14 02:30 UTC", "2024-11-14 02:00 > 2024-11-14 02:30"),
            ("2024年5月20日 16:00 ～ 18:00 JST", "2024-05-20 07:00 > 2024-05-20 09:00"),
            ("2024年5月20日(月) 16時30分 ～ 5月21日(火) 2時00分 JST", "2024-05-20 07:30 > 2024-05-20 17:00"),
            ("２０２４-０５-２０ １６：００ UTC", "2024-05-20 16:00"),
        ],
    );
}

#[test]
fn day_first() {
    check(
        "2024-01-01",
        &[
            ("15-Aug-2024 07:01 UTC", "2024-08-15 07:01"),
            ("12-Feb-2024 09:00 (GMT)", "2024-02-12 09:00"),
            ("25-Sep-2024 00:01 to 25-Sep-2024 05:00 ( Pacific )", "2024-09-25 07:01 > 2024-09-25 12:00"),
            ("25-Sep-2024 07:00 to 25-Sep-2024 12:00 ( GMT )", "2024-09-25 07:00 > 2024-09-25 12:00"),
            ("01-Jun-2024 15:59:00(UTC) to 01-Jun-2024 22:00:00(UTC)", "2024-06-01 15:59 > 2024-06-01 22:00"),
            ("Wednesday 29-May-2024 21:00 UTC", "2024-05-29 21:00"),
            ("from Mon, 20 May 2024 08:00:00 GMT to Mon, 20 May 2024 14:00:00 GMT for 6 hours", "2024-05-20 08:00 > 2024-05-20 14:00"),
            ("Friday, 11 Oct 2024 15:00:00 (UTC)", "2024-10-11 15:00"),
            ("2 May 2024 14:00 UTC", "2024-05-02 14:00"),
            ("starting at 13 February 2024 23:10 UTC until 14 February 2024 23:10 UTC.", "2024-02-13 23:10 > 2024-02-14 23:10"),
            ("Backup MW: 16:00 UTC/28th November 2024 to 23:59 UTC/ 28th November 2024", "2024-11-28 16:00 > 2024-11-28 23:59"),
            ("2nd of May 2024 at 10:00 UTC", "2024-05-02 10:00"),
            ("20/12/2024 18:15 UTC to approximately 20/12/2024 18:35 UTC", "2024-12-20 18:15 > 2024-12-20 18:35"),
            ("22:00 13/10/2024 GMT", "2024-10-13 22:00"),
            ("01.11.2024 22:00 - 02.11.2024 06:00 UTC", "2024-11-01 22:00 > 2024-11-02 06:00"),
            ("Am Montag, den 4. März 2024 von 22:00 bis 23:30 Uhr MEZ", "2024-03-04 21:00 > 2024-03-04 22:30"),
            ("am 04.03.2024 zwischen 8.00 und 16.00 Uhr (MEZ)", "2024-03-04 07:00 > 2024-03-04 15:00"),
            ("am 04.03.2024 von 22 bis 23 Uhr (MEZ)", "2024-03-04 21:00 > 2024-03-04 22:00"),
            ("Le 3 juin 2024 de 22h00 à 23h30 CEST", "2024-06-03 20:00 > 2024-06-03 21:30"),
            ("le lundi 3 juin 2024 entre 1h et 5h (UTC)", "2024-06-03 01:00 > 2024-06-03 05:00"),
            ("3 de mayo de 2024, de 02:00 a 06:00 UTC", "2024-05-03 02:00 > 2024-05-03 06:00"),
            ("3 de maio de 2024 das 02:00 às 06:00 (BRT)", "2024-05-03 05:00 > 2024-05-03 09:00"),
            ("donderdag 6 juni 2024 tussen 01:00 en 05:00 uur CEST", "2024-06-05 23:00 > 2024-06-06 03:00"),
            ("22/Aug/2024 10:00 UTC", "2024-08-22 10:00"),
            ("22-Aug-24 10:00 UTC", "2024-08-22 10:00"),
        ],
    );
}

#[test]
fn month_first() {
    check(
        "2024-01-01",
        &[
            ("Aug 29, 2024 15:00 UTC", "2024-08-29 15:00"),
            ("August 29th, 2024 at 3pm UTC", "2024-08-29 15:00"),
            ("March 31, 2024 14:00 GMT", "2024-03-31 14:00"),
            ("17:00 UTC Feb 6, 2024", "2024-02-06 17:00"),
            ("In between Oct 29, 2024 04:00 UTC and Oct 29, 2024 22:00 UTC, your", "2024-10-29 04:00 > 2024-10-29 22:00"),
            ("Aug 17 2024 00:01 PDT - Aug 17 2024 06:01 PDT", "2024-08-17 07:01 > 2024-08-17 13:01"),
            ("May 6-7, 2024 22:00-06:00 UTC", "2024-05-06 22:00 > 2024-05-07 06:00"),
            ("Feb 06, 2024 - 22:21 UTC", "2024-02-06 22:21"),
            ("10/29/2024 3:00 AM GMT", "2024-10-29 03:00"),
            ("Thursday, August 29, 2024 from 10:00 PM to 11:30 PM PDT", "2024-08-30 05:00 > 2024-08-30 06:30"),
        ],
    );
}

#[test]
fn an_open_order_keeps_both_readings() {
    check(
        "2024-01-01",
        &[
            ("8/12/2024 2:00:00 am GMT", "2024-12-08 02:00 or 2024-08-12 02:00 !ambiguous-time"),
            ("22:00 12/10/2024 GMT", "2024-10-12 22:00 or 2024-12-10 22:00 !ambiguous-time"),
            ("Sat 12/10/2024 22:00 GMT", "2024-10-12 22:00"),
            ("12/10/2024 22:00 - 13/10/2024 02:00 GMT", "2024-10-12 22:00 > 2024-10-13 02:00"),
            ("06/8/24 22:00 GMT", "2024-08-06 22:00 or 2024-06-08 22:00 !ambiguous-time"),
            ("10: 00 - 11: 00 UTC, 13/05/24", "2024-05-13 10:00 > 2024-05-13 11:00"),
            ("26/11/2024 01:00 GMT. Also 03/12/2024 01:00 GMT", "2024-11-26 01:00 ; 2024-12-03 01:00"),
            ("05/05/2024 01:00 GMT", "2024-05-05 01:00"),
        ],
    );
}

#[test]
fn missing_years_and_dates() {
    check(
        "2024-04-18",
        &[
            ("Scheduled for Apr 26, 18:00 - 22:00 UTC", "2024-04-26 18:00 > 2024-04-26 22:00"),
            (
                "Scheduled for Nov 4th, 09:00 UTC - Nov 5th, 09:00 UTC",
                "2024-11-04 09:00 > 2024-11-05 09:00 or 2023-11-04 09:00 > 2023-11-05 09:00 !ambiguous-time",
            ),
            ("May 4th, 09:00 UTC - May 5th, 09:00 UTC", "2024-05-04 09:00 > 2024-05-05 09:00"),
            ("03:00 Sunday, Apr 28–15:00 Sunday, Apr 28 (UTC)", "2024-04-28 03:00 > 2024-04-28 15:00"),
            ("Friday April 26th 08:00 PM South Africa Standard Time", "2024-04-26 18:00"),
            ("(04/26-20:00 to 04/27-04:00 UTC)", "2024-04-26 20:00 > 2024-04-27 04:00"),
            ("Friday, 26 April, 0600 GMT - 1200 GMT", "2024-04-26 06:00 > 2024-04-26 12:00"),
            ("Started at 9pm PDT on 4/24.", "2024-04-25 04:00"),
            ("FRIDAY, 26 APR 10:00 - FRIDAY, 26 APR 15:00 UTC", "2024-04-26 10:00 > 2024-04-26 15:00"),
            (
                "Dec 7, 12:00 AM ET – Dec 9, 12:00 AM ET",
                "2024-12-07 05:00 > 2024-12-09 05:00 or 2023-12-07 05:00 > 2023-12-09 05:00 !ambiguous-time",
            ),
        ],
    );
    check(
        "2024-12-20",
        &[
            ("28 Dec 10:00 UTC", "2024-12-28 10:00"),
            ("3 Jan 10:00 UTC", "2025-01-03 10:00"),
            ("Dec 31 22:00 UTC - Jan 1 04:00 UTC", "2024-12-31 22:00 > 2025-01-01 04:00"),
            ("19 Dec 10:00 UTC", "2024-12-19 10:00"),
        ],
    );
    check("2024-12-28", &[("3 Jan 10:00 UTC", "2025-01-03 10:00")]);
}

#[test]
fn clocks() {
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
fn weekdays_prove_or_contradict() {
    check(
        "2026-01-01",
        &[
            ("Monday 11 May 2026 10:00 UTC", "2026-05-11 10:00"),
            ("Tuesday 11 May 2026 10:00 UTC", "2026-05-11 10:00 !weekday-mismatch"),
            ("Thursday 05/11/2026 10:00 UTC", "2026-11-05 10:00"),
            ("Monday 05/11/2026 10:00 UTC", "2026-05-11 10:00"),
            ("Sunday 05/11/2026 10:00 UTC", "2026-11-05 10:00 or 2026-05-11 10:00 !weekday-mismatch"),
            ("05/11/2026 (Monday) 10:00 UTC", "2026-05-11 10:00"),
            ("Mo., 11. Mai 2026, 10:00 Uhr MESZ", "2026-05-11 08:00"),
            ("lunes 11 de mayo de 2026 a las 10:00 UTC", "2026-05-11 10:00"),
            ("segunda-feira, 11 de maio de 2026, 10:00 UTC", "2026-05-11 10:00"),
            ("maandag 11 mei 2026 om 10:00 UTC", "2026-05-11 10:00"),
            ("Saturday 22:00 - Sunday 17 May 2026 06:00 UTC", "2026-05-16 22:00 > 2026-05-17 06:00"),
            ("Saturday 16 May 2026 22:00 - Sunday 06:00 UTC", "2026-05-16 22:00 > 2026-05-17 06:00"),
        ],
    );
}

#[test]
fn t06_a_declared_order_decides() {
    let zones = zones();
    let day_first = TimeContext { order: Some(DateOrder::DayFirst), ..context(&zones, "2026-01-01") };
    let month_first = TimeContext { order: Some(DateOrder::MonthFirst), ..context(&zones, "2026-01-01") };
    let cases = [
        ("10/11/2026 10:00 UTC", "2026-11-10 10:00", "2026-10-11 10:00"),
        ("31/10/2026 10:00 UTC", "2026-10-31 10:00", "2026-10-31 10:00"),
        ("10/31/2026 10:00 UTC", "2026-10-31 10:00", "2026-10-31 10:00"),
        ("2026/10/11 10:00 UTC", "2026-10-11 10:00", "2026-10-11 10:00"),
        ("10.11.2026 10:00 UTC", "2026-11-10 10:00", "2026-11-10 10:00"),
        ("10-11-2026 10:00 UTC", "2026-11-10 10:00", "2026-10-11 10:00"),
        ("10/11/26 10:00 UTC", "2026-11-10 10:00", "2026-10-11 10:00"),
    ];
    report(cases.iter().filter_map(|(input, expected, _)| difference(&day_first, input, expected)));
    report(cases.iter().filter_map(|(input, _, expected)| difference(&month_first, input, expected)));
    check(
        "2026-01-01",
        &[("dd/mm/yyyy: 10/11/2026 10:00 UTC", "2026-11-10 10:00"), ("10/11/2026 10:00 UTC (mm/dd/yyyy)", "2026-10-11 10:00")],
    );
}

#[test]
fn ranges() {
    let cases = [
        ("from 6 May 2026 22:00 UTC to 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC until 7 May 2026 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC till 7 May 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ("6 May 2026 22:00 UTC through 7 May 2026 04:00", "2026-05-06 22:00 > 2026-05-07 04:00"),
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
            ("2 May 2026 to 4 May 2026, 7am to 7pm UTC", "2026-05-02 07:00 > 2026-05-04 19:00"),
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
fn one_window_said_twice_is_one() {
    let cases = [
        (
            "25-Sep-2026 00:01 to 25-Sep-2026 05:00 ( Eastern )\n25-Sep-2026 04:01 to 25-Sep-2026 09:00 ( GMT )",
            "2026-09-25 04:01 > 2026-09-25 09:00",
        ),
        (
            "2026-11-21 04:30 IST to 2026-11-22 10:30 IST\n2026-11-20 23:00 GMT to 2026-11-22 05:00 GMT",
            "2026-11-20 23:00 > 2026-11-22 05:00",
        ),
        ("10/11/2026 22:00 GMT. That is 10 November 2026 22:00 GMT", "2026-11-10 22:00"),
        ("On 10/11/2026. 10 November 2026 22:00 GMT", "2026-11-10 22:00"),
        ("10 November 2026. Window: 10 November 2026 22:00 - 23:00 GMT", "2026-11-10 22:00 > 2026-11-10 23:00"),
        ("10 November 2026 22:00 GMT. 10 November 2026 22:00 - 23:00 GMT", "2026-11-10 22:00 > 2026-11-10 23:00"),
        ("10 November 2026 22:00 - 23:00\n10 November 2026 22:00 - 23:00 GMT", "2026-11-10 22:00 > 2026-11-10 23:00"),
        ("Local: 10 May 2026 12:00 - 14:00\nUTC: 10 May 2026 10:00 - 12:00", "2026-05-10 10:00 > 2026-05-10 12:00"),
        (
            "10 Nov 2026 22:00 - 23:00 GMT; 10 Nov 2026 22:00 - 23:30 GMT",
            "2026-11-10 22:00 > 2026-11-10 23:00 or 2026-11-10 22:00 > 2026-11-10 23:30 !conflict",
        ),
        (
            "10 Jul 2026 00:01 - 05:00 Eastern; 10 Jul 2026 05:01 - 10:00 GMT",
            "2026-07-10 04:01 > 2026-07-10 09:00 or 2026-07-10 05:01 > 2026-07-10 10:00 !conflict",
        ),
        (
            "10 Nov 2026 22:00 - 23:00 GMT; 11 Nov 2026 22:00 - 23:00 GMT",
            "2026-11-10 22:00 > 2026-11-10 23:00 ; 2026-11-11 22:00 > 2026-11-11 23:00",
        ),
        ("10 Jan 2026 02:00 CDT = 10 Jan 2026 07:00 UTC", "2026-01-10 07:00"),
    ];
    let zones = zones();
    let context = context(&zones, "2026-01-01");
    report(cases.iter().filter_map(|(input, expected)| {
        let read = shown(&united(statements(input, &context)));
        (read != *expected).then(|| format!("{input:?}\n  expected {expected}\n      read {read}\n"))
    }));
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
fn a_statement_keeps_its_place_and_zone() {
    let zones = zones();
    let context = context(&zones, "2026-01-01");
    let text = "Würde: 10 Nov 2026 22:00 – 23:00 (GMT), danke";
    let all = statements(text, &context);
    assert_eq!(all.len(), 1);
    assert_eq!(text.get(all[0].at.clone()), Some("10 Nov 2026 22:00 – 23:00 (GMT)"));
    assert_eq!(all[0].zone.as_deref(), Some("GMT"));
    assert!(all[0].zone_stated);
    let declared = TimeContext { zone: Some(Tz::Europe__Berlin), ..context };
    let all = statements("10 Nov 2026 22:00", &declared);
    assert_eq!(all[0].zone.as_deref(), Some("Europe/Berlin"));
    assert!(!all[0].zone_stated && all[0].problems.is_empty());
    assert!(
        statements("10 Nov 2026 22:00", &context)[0]
            .problems
            .iter()
            .any(|doubt| doubt.blocking && doubt.problem == ProblemKind::UnknownZone)
    );
    assert_eq!(at("2026-01-01"), context.arrived_at);
}
