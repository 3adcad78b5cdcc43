//! Forms of dates and clock times beyond the usual: joined, dotted, by letters, by odd blanks and dashes.

use super::check;

#[test]
fn machine_forms() {
    let at = "2026-05-06 22:00";
    check(
        "2026-04-01",
        &[
            ("2026-05-06 22:00:00.000000+00:00", at),
            ("2026-05-06T22:00:00,5Z", at),
            ("20260506T2200Z", at),
            ("2026-05-06 22h00 UTC", at),
            ("2026-05-06_22:00 UTC", at),
            ("2026-05-06@22:00 UTC", at),
            ("2026-05-06, 22:00 UTC", at),
            ("2026-05-06 (Wed) 22:00 UTC", at),
            ("2026.05.06 22:00 UTC", at),
            ("2026-5-6 9:05 UTC", "2026-05-06 09:05"),
            ("2026/5/6 9:05 UTC", "2026-05-06 09:05"),
            ("2026-05-06 10:00:00 PM UTC", at),
            ("2026-05-06T22:00+0000", at),
            ("2026-05-06T17:00-05", at),
            ("2026-05-07T00:00+02", at),
            ("06-MAY-2026 22:00:00 UTC", at),
            ("06-May-26 10.00 PM UTC", at),
            ("6/May/26 22:00 UTC", at),
            ("06MAY26 2200Z", at),
            ("06MAY2026 2200 UTC", at),
            ("6May2026 22:00 UTC", at),
            ("May6,2026 22:00 UTC", at),
            ("May-06-2026 22:00 UTC", at),
            ("Wed May 6 22:00:00 UTC 2026", at),
            ("Wed May  6 22:00:00 2026 UTC", at),
            ("Wed, 6 May 2026 22:00:00 +0000 (UTC)", at),
            ("Wed, 6 May 2026 22:00:00 GMT", at),
            ("Wednesday, May 06, 2026 10:00:00 PM (UTC)", at),
            ("2026-05-06 22:00:00 UTC+00:00", at),
            ("05/06/2026 10:00:00 PM UTC (mm/dd/yyyy)", at),
            ("2026-05-06T22:00:00Z/2026-05-07T04:00:00Z", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("2026-05-06T22:00:00Z/PT6H", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("20260506T220000Z/20260507T040000Z", "2026-05-06 22:00 > 2026-05-07 04:00"),
        ],
    );
}

#[test]
fn written_forms() {
    let at = "2026-05-06 22:00";
    check(
        "2026-04-01",
        &[
            ("6\u{a0}May\u{a0}2026 22:00\u{202f}UTC", at),
            ("6 May 2026 10:00\u{202f}PM UTC", at),
            ("6 May 2026 10.00pm UTC", at),
            ("6 May 2026 10.30 a.m. UTC", "2026-05-06 10:30"),
            ("6 May 2026 22:00hrs UTC", at),
            ("6 May 2026 22.00hrs UTC", at),
            ("6 May 2026 22:00 Hrs (UTC)", at),
            ("6 May 2026 2200Z", at),
            ("6 May 2026 22:00Z", at),
            ("6 May 2026 22Z", at),
            ("6 May 2026 10 P.M. UTC", at),
            ("6 May 2026 10 pm. UTC", at),
            ("6 May 2026 10:00 P M UTC", at),
            ("May 6th '26 22:00 UTC", at),
            ("the 6th of May, 2026, at 22:00 UTC", at),
            ("6. May 2026 22:00 UTC", at),
            ("Wed. 6 May 2026 22:00 UTC", at),
            ("Weds 6 May 2026 22:00 UTC", at),
            ("Wednesday (6 May 2026) at 22:00 UTC", at),
            ("22:00 UTC (6 May 2026)", at),
            ("22:00 UTC, Wednesday, May 6th, 2026", at),
            ("22:00 (UTC) on the 6th of May 2026", at),
            ("10 PM (EDT) Tuesday 5th May 2026", "2026-05-06 02:00"),
            ("at 10 o'clock pm UTC on 6 May 2026", at),
            ("6 May 2026 at 22:00 hours UTC", at),
            ("6 May 2026 at 22h UTC", at),
            ("6 May 2026 at exactly 22:00 UTC", at),
            ("6 May 2026 @ 22:00 UTC", at),
            ("6 May 2026 ~22:00 UTC", at),
            ("6 May 2026 22 UTC", at),
            ("6 May 2026, ca. 22:00 UTC", at),
            ("6 May 2026; 22:00 UTC", at),
            ("6 May 2026 – 22:00 UTC", at),
            ("6 May 2026 / 22:00 UTC", at),
            ("6 May 2026 | 22:00 | UTC", at),
            ("Date: 6 May 2026 | Time: 22:00 | Time zone: UTC", at),
            ("6-May 22:00 UTC", at),
            ("06.05 22:00 UTC", ""),
            ("22:00 06.05.2026 UTC", at),
        ],
    );
}

#[test]
fn joined_ranges() {
    let window = "2026-05-06 22:00 > 2026-05-07 04:00";
    check(
        "2026-04-01",
        &[
            ("2200-0400hrs UTC 6 May 2026", window),
            ("2200hrs to 0400hrs UTC on 6 May 2026", window),
            ("2200-0400 UTC, 6 May 2026", window),
            ("6 May 2026 2200-0400 UTC", window),
            ("6 May 2026 2200Z-0400Z", window),
            ("6 May 2026 22:00Z - 04:00Z", window),
            ("6 May 2026 22:00\u{2011}04:00 UTC", window),
            ("6 May 2026 22:00\u{2012}04:00 UTC", window),
            ("6 May 2026 22:00\u{2015}04:00 UTC", window),
            ("6 May 2026 22:00 -- 04:00 UTC", window),
            ("6 May 2026 22:00 ... 04:00 UTC", window),
            ("6 May 2026 22:00 … 04:00 UTC", window),
            ("6 May 2026 22:00 => 04:00 UTC", window),
            ("6 May 2026 22:00 to: 04:00 UTC", window),
            ("6 May 2026 (22:00 to 04:00 UTC)", window),
            ("6 May 2026 [22:00-04:00 UTC]", window),
            ("6 May 2026 10pm – 4am UTC", window),
            ("6 May 2026 10PM-4AM UTC", window),
            ("6 May 2026 10:00PM UTC-4:00AM UTC", window),
            ("6th May 2026 – 22:00 to 7th May 2026 – 04:00 (UTC)", window),
            ("22:00 6 May 2026 - 04:00 7 May 2026 UTC", window),
            ("22:00 UTC 6 May - 04:00 UTC 7 May 2026", window),
            ("6 May 22:00 - 7 May 04:00 2026 UTC", window),
            ("06.05. 22:00 - 07.05.2026 04:00 UTC", window),
            ("6/7 May 2026 22:00-04:00 UTC", window),
            ("Wed 6 May 22:00 - Thu 7 May 04:00 UTC", window),
            ("2026-05-06 22:00 UTC -> 2026-05-07 04:00 UTC", window),
            ("6 May 2026 22:00 UTC\n-\n7 May 2026 04:00 UTC", window),
            ("6 May 2026 22:00 UTC\nto\n7 May 2026 04:00 UTC", window),
            ("6 May 2026 22:00:00 UTC to 7 May 2026 04:00:00 UTC (6h)", window),
        ],
    );
}

#[test]
fn spoken_ranges() {
    let window = "2026-05-06 22:00 > 2026-05-07 04:00";
    check(
        "2026-04-01",
        &[
            ("May 6, 2026, 8pm to midnight EDT", "2026-05-07 00:00 > 2026-05-07 04:00"),
            ("from noon until 3 p.m. Eastern on May 6, 2026", "2026-05-06 16:00 > 2026-05-06 19:00"),
            ("May 6, 2026 from 12:00 noon - 1:00 PM UTC", "2026-05-06 12:00 > 2026-05-06 13:00"),
            ("from 11:00 PM Tuesday, May 5, 2026 to 5:00 AM Wednesday, May 6, 2026 CDT", "2026-05-06 04:00 > 2026-05-06 10:00"),
            ("Tuesday May 5 11:00 PM - Wednesday May 6 5:00 AM Central", "2026-05-06 04:00 > 2026-05-06 10:00"),
            ("Tuesday, May 5th at 11 PM through Wednesday, May 6th at 5 AM, Eastern Time", "2026-05-06 03:00 > 2026-05-06 09:00"),
            ("starting 6 May 2026 at 22:00 UTC until approximately 04:00 UTC on 7 May", window),
            ("beginning at 22:00 UTC on 6 May 2026 and concluding at 04:00 UTC on 7 May 2026", window),
            ("will commence on 6 May 2026 at 22:00 UTC and is scheduled to be completed by 04:00 UTC on 7 May 2026", window),
            ("begins 22:00 UTC on May 6, 2026, and finishes no later than 04:00 UTC on May 7, 2026", window),
            ("Starting: Wed 6 May 2026 22:00 UTC Ending: Thu 7 May 2026 04:00 UTC", window),
            ("Start: 2026-05-06T22:00:00Z / End: 2026-05-07T04:00:00Z", window),
            ("from 22:00 UTC on 6 May 2026 for a period of six hours", window),
            ("at 22:00 UTC on 6 May 2026 and should take approximately 6 hours", window),
            ("6 May 2026 22:00 UTC (approx. 6 hrs)", window),
            ("6 May 2026 22:00 UTC + 6h", window),
            ("Start 6 May 2026 22:00 UTC and finish before 7 May 2026 04:00 UTC", window),
            ("Between 6 May 2026 22:00 UTC and no later than 7 May 2026 04:00 UTC", window),
            ("6 May 2026 22:00 UTC – 6 hours", window),
            ("6 May 2026 22:00 UTC, Duration: 6 hours", window),
            ("6 May 2026 22:00 UTC\nDuration: 6 hours", window),
            ("Start | 6 May 2026 22:00 UTC\nDuration | 6 hours", window),
            ("6 May 2026 from 10 to 11 UTC", "2026-05-06 10:00 > 2026-05-06 11:00"),
            ("6 May 2026 22-23 UTC", "2026-05-06 22:00 > 2026-05-06 23:00"),
            ("6 May 2026 between 10 and 11:30 pm UTC", "2026-05-06 22:00 > 2026-05-06 23:30"),
            ("for 6 hours from 22:00 UTC on 6 May 2026", window),
            ("a 6-hour window starting at 22:00 UTC on 6 May 2026", window),
            ("6 May 2026 22:00 UTC until further notice", "2026-05-06 22:00"),
            ("6 May 2026 22:00 UTC until tbd", "2026-05-06 22:00"),
            ("after 22:00 UTC on 6 May 2026", "2026-05-06 22:00"),
            ("no earlier than 22:00 UTC on 6 May 2026", "2026-05-06 22:00"),
            // Who asks for deadlines knows that these are no starts.
            ("before 22:00 UTC on 6 May 2026", "2026-05-06 22:00"),
            ("no later than 6 May 2026 22:00 UTC", "2026-05-06 22:00"),
            (
                "The window closes at 04:00 UTC on 7 May 2026 after opening at 22:00 UTC on 6 May 2026",
                "2026-05-07 04:00 ; 2026-05-06 22:00",
            ),
        ],
    );
}

#[test]
fn labels_and_columns() {
    let window = "2026-05-06 22:00 > 2026-05-07 04:00";
    check(
        "2026-04-01",
        &[
            ("Date: 2026-05-06 Start: 22:00 End: 04:00 UTC", window),
            ("Date: May 6, 2026\nStart Time: 22:00 UTC\nEnd Time: 04:00 UTC", window),
            ("Start Date: 6 May 2026\nStart Time: 22:00\nEnd Date: 7 May 2026\nEnd Time: 04:00\nTimezone: UTC", window),
            ("Start Date: 6 May 2026\nEnd Date: 7 May 2026\nStart Time: 22:00 UTC\nEnd Time: 04:00 UTC", window),
            ("Start date/time: 2026-05-06 22:00 UTC\nEnd date/time: 2026-05-07 04:00 UTC", window),
            ("Scheduled Start: 6 May 2026 22:00 (UTC)\nScheduled End: 7 May 2026 04:00 (UTC)", window),
            ("Planned Start Time (UTC): 2026-05-06 22:00:00\nPlanned End Time (UTC): 2026-05-07 04:00:00", window),
            ("Maintenance Window Start: 06-May-2026 22:00 UTC\n\nMaintenance Window End: 07-May-2026 04:00 UTC", window),
            ("START: 2026-05-06 22:00 UTC | END: 2026-05-07 04:00 UTC", window),
            ("Start (UTC) | End (UTC)\n2026-05-06 22:00 | 2026-05-07 04:00", window),
            ("Date | Time (UTC)\n2026-05-06 | 22:00 - 04:00", window),
            ("Start Date | Start Time | End Date | End Time | Time zone\n2026-05-06 | 22:00 | 2026-05-07 | 04:00 | UTC", window),
            ("Start Date (UTC) | Start Time | End Date (UTC) | End Time\n2026-05-06 | 22:00 | 2026-05-07 | 04:00", window),
            ("Site | Start UTC | End UTC\nDC1 | 2026-05-06 22:00 | 2026-05-07 04:00", window),
            ("Start (UTC) | End (CEST)\n2026-05-06 22:00 | 2026-05-07 06:00", window),
            ("From | 2026-05-06 22:00 UTC\nTo | 2026-05-07 04:00 UTC", window),
            ("Start time: 22:00 UTC, 6 May 2026\nEnd time: 04:00 UTC, 7 May 2026", window),
            ("Day: Wednesday, May 6, 2026\nWindow: 10:00 PM - 4:00 AM UTC", window),
            ("When: May 6, 2026 22:00 - May 7, 2026 04:00 UTC", window),
            ("Time Zone: (UTC) Coordinated Universal Time\nStart: 2026-05-06 22:00\nEnd: 2026-05-07 04:00", window),
            ("Start: 2026-05-06 22:00\nEnd: 2026-05-07 04:00\n(all times UTC)", window),
            ("Start: 2026-05-06 22:00\nEnd: 2026-05-07 04:00\nAll times are expressed in Coordinated Universal Time (UTC).", window),
            ("Start: 2026-05-06 22:00\nEnd: 2026-05-07 04:00\nTimes are in GMT", window),
            ("Start: 2026-05-06 22:00\nEnd: 2026-05-07 04:00\nZone: UTC", window),
        ],
    );
}
