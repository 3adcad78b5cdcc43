//! More names of zones, and what several of them side by side mean.

use super::{check, context, difference, report, zones};

#[test]
fn names_of_the_world() {
    let cases = [
        ("Eastern Daylight Time (EDT)", "14:00"),
        ("US/Eastern", "14:00"),
        ("US/Pacific", "17:00"),
        ("GMT+2", "08:00"),
        ("GMT-0400", "14:00"),
        ("GMT -04:00", "14:00"),
        ("UTC+05:45", "04:15"),
        ("UTC\u{2212}5", "15:00"),
        ("UTC \u{2013} 5", "15:00"),
        ("+0530", "04:30"),
        ("GMT+5:30", "04:30"),
        ("UTC+0", "10:00"),
        ("UTC±0", "10:00"),
        ("UTC+00:00", "10:00"),
        ("GMT+0", "10:00"),
        ("UTC-0", "10:00"),
        ("Z (UTC)", "10:00"),
        ("(Zulu)", "10:00"),
        ("UTC/Zulu", "10:00"),
        ("Universal Time", "10:00"),
        ("U.T.C.", "10:00"),
        ("CEST (UTC+2)", "08:00"),
        ("CEST/UTC+2", "08:00"),
        ("CEST = UTC+2", "08:00"),
        ("(CEST, UTC+2)", "08:00"),
        ("(UTC+2, CEST)", "08:00"),
        ("CET/CEST", "08:00"),
        ("MEZ/MESZ", "08:00"),
        ("PST/PDT", "17:00"),
        ("Pacific (PDT)", "17:00"),
        ("Pacific Time (US & Canada)", "17:00"),
        ("Eastern Time (US & Canada)", "14:00"),
        ("(ET)", "14:00"),
        ("ET (New York)", "14:00"),
        ("US Pacific", "17:00"),
        ("U.S. Eastern Time", "14:00"),
        ("Pacific Daylight", "17:00"),
        ("PDT (UTC-7)", "17:00"),
        ("PDT / UTC-7", "17:00"),
        ("AEST (UTC+10)", "00:00"),
        ("ACST", "00:30"),
        ("WIB", "03:00"),
        ("PHT", "02:00"),
        ("PKT", "05:00"),
        ("NPT", "04:15"),
        ("ICT", "03:00"),
        ("MYT", "02:00"),
        ("WAT", "09:00"),
        ("CAT", "08:00"),
        ("EAT", "07:00"),
        ("TRT", "07:00"),
        ("MSK (UTC+3)", "07:00"),
        ("ART", "13:00"),
        ("COT", "15:00"),
        ("PET", "15:00"),
        ("IST (Irish Standard Time)", "09:00"),
        ("IST (UTC+5:30)", "04:30"),
        ("IST (GMT+5:30)", "04:30"),
        ("IST (Israel Daylight Time)", ""),
        ("CST (UTC+8)", "02:00"),
        ("CST (China Standard Time)", "02:00"),
        ("China Standard Time", "02:00"),
        ("Beijing Time", "02:00"),
        ("Beijing time (UTC+8)", "02:00"),
        ("BST (UTC+1)", "09:00"),
        ("GMT+1 (BST)", "09:00"),
        ("BST (GMT+1)", "09:00"),
        ("Arabia Standard Time", "07:00"),
        ("Arabian Standard Time", "06:00"),
        ("Gulf Standard Time", "06:00"),
        ("HAE", "14:00"),
        ("heure de l'Est", "14:00"),
        ("heure de Paris", "08:00"),
        ("heure de Montréal", "14:00"),
        ("hora de México", "16:00"),
        ("hora de Chile", "14:00"),
        ("hora de Argentina", "13:00"),
        ("hora peninsular", "08:00"),
        ("hora de Lisboa", "09:00"),
        ("Nederlandse tijd", "08:00"),
        ("ora italiana", "08:00"),
        ("日本時間", "01:00"),
        ("北京时间", "02:00"),
        ("London time", "09:00"),
        ("Frankfurt time", "08:00"),
        ("Berlin time", "08:00"),
        ("local time Frankfurt", "08:00"),
        ("Chicago, IL local time", "15:00"),
        ("local time (Ashburn, VA)", "14:00"),
        ("local time at Frankfurt", "08:00"),
        ("Europe/London time", "09:00"),
        ("Europe/London (BST)", "09:00"),
        ("America/Sao_Paulo (UTC-03:00)", "13:00"),
        ("Asia/Kolkata", "04:30"),
        ("Australia/Lord_Howe", "23:30"),
        ("AUS Eastern Standard Time", "00:00"),
        ("Tokyo Standard Time", "01:00"),
        ("GMT Standard Time", "09:00"),
        ("Korea Standard Time", "01:00"),
        ("Swiss time", "08:00"),
        ("Irish time", "09:00"),
        ("Atlantic Daylight Time", "13:00"),
        ("ADT", "13:00"),
        ("NDT", "12:30"),
        ("HST", "20:00"),
        ("AKDT", "18:00"),
    ];
    let zones = zones();
    let context = context(&zones, "2024-01-01");
    report(cases.iter().filter(|(_, expected)| !expected.is_empty()).filter_map(|(zone, expected)| {
        // Hours that are the day before's.
        let day = if matches!(*expected, "22:00" | "23:30") { 2 } else { 3 };
        difference(&context, &format!("Start: 3 July 2024 10:00 {zone}"), &format!("2024-07-0{day} {expected}"))
    }));
}

#[test]
fn zones_that_leave_a_doubt() {
    check(
        "2026-04-01",
        &[
            ("6 Jul 2026 10:00 AEDT", "2026-07-05 23:00 or 2026-07-06 00:00 !ambiguous-time"),
            ("6 Jul 2026 10:00 GST", "2026-07-06 06:00 or 2026-07-06 00:00 !ambiguous-time"),
            ("6 Jul 2026 10:00 AST", "2026-07-06 14:00 or 2026-07-06 13:00 or 2026-07-06 07:00 !ambiguous-time"),
            ("6 Jul 2026 10:00 site time", "2026-07-06 10:00 !unknown-zone"),
            ("6 Jul 2026 10:00 (local)", "2026-07-06 10:00 !unknown-zone"),
            ("6 Jul 2026 10:00 LT", "2026-07-06 10:00 !unknown-zone"),
            ("6 Jul 2026 10:00 XYZT", "2026-07-06 10:00 !unknown-zone"),
            ("6 Jul 2026 10:00 UTC (12:00 CEST)", "2026-07-06 10:00"),
            ("6 Jul 2026 10:00 - 11:00 UTC (12:00 - 13:00 CEST)", "2026-07-06 10:00 > 2026-07-06 11:00"),
            ("6 Jul 2026 12:00 CEST / 10:00 UTC", "2026-07-06 10:00"),
            ("6 Jul 2026 10:00 UTC / 12:00 CEST", "2026-07-06 10:00"),
            ("6 Jul 2026 10:00 EST5EDT", "2026-07-06 14:00"),
            ("6 Jul 2026 10:00 GMT+15", "2026-07-06 10:00"),
        ],
    );
}

#[test]
fn zones_in_brackets_and_on_the_next_line() {
    check(
        "2026-01-15",
        &[
            ("24-Mar-2026 22:00 to 25-Mar-2026 04:00 ( Central European )", "2026-03-24 21:00 > 2026-03-25 03:00"),
            ("30-Mar-2026 22:00 to 31-Mar-2026 04:00 ( Eastern European )", "2026-03-30 19:00 > 2026-03-31 01:00"),
            ("30-Mar-2026 22:00 to 31-Mar-2026 04:00 ( London )", "2026-03-30 21:00 > 2026-03-31 03:00"),
            ("30 Mar 2026 10:00 PM (Paris)", "2026-03-30 20:00"),
            ("30 Mar 2026 22:00 UTC (London)", "2026-03-30 22:00"),
            ("14 avril 2026 de 23h00 à 05h00 (heure de\nParis)", "2026-04-14 21:00 > 2026-04-15 03:00"),
            ("Sunday, November 1, 2026, 12:30 AM EDT to 3:00 AM EST", "2026-11-01 04:30 > 2026-11-01 08:00"),
            ("Start: March 8, 2026 1:30 AM EST\nEnd: March 8, 2026 4:00 AM EDT", "2026-03-08 06:30 > 2026-03-08 08:00"),
            ("Tuesday, May 5, 2026, 5:00 AM (0500) UTC to 9:00 AM (0900) UTC", "2026-05-05 05:00 > 2026-05-05 09:00"),
        ],
    );
}

#[test]
fn nights_whose_hours_are_those_of_the_morning() {
    check(
        "2026-01-15",
        &[
            (
                "in de nacht van dinsdag 10 op woensdag 11 maart 2026, tussen 02:00 en 05:00 uur (CET)",
                "2026-03-11 01:00 > 2026-03-11 04:00",
            ),
            ("in the night from 10 to 11 March 2026 between 02:00 and 05:00 UTC", "2026-03-11 02:00 > 2026-03-11 05:00"),
            ("w nocy z 5 na 6 lutego 2026 r., w godzinach 23:00-5:00 (CET)", "2026-02-05 22:00 > 2026-02-06 04:00"),
            ("The work is postponed until 9 March 2026 22:00 UTC", "2026-03-09 22:00"),
            ("The window has been extended until 2026-03-04 12:00 GMT", "2026-03-04 12:00"),
            ("Your account is valid until 2026-03-04 12:00 GMT", ""),
        ],
    );
}
