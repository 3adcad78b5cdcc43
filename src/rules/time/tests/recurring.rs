//! Windows on several days: each day its own where the text says so, a doubt where it does not.

use super::check;

#[test]
fn daily_clock_times_inside_a_span_of_days() {
    let three_nights = "2026-05-04 22:00 > 2026-05-05 04:00 ; 2026-05-05 22:00 > 2026-05-06 04:00 ; 2026-05-06 22:00 > 2026-05-07 04:00";
    let three_days = "2026-05-04 10:00 > 2026-05-04 12:00 ; 2026-05-05 10:00 > 2026-05-05 12:00 ; 2026-05-06 10:00 > 2026-05-06 12:00";
    let pacific = "2026-05-02 14:00 > 2026-05-03 02:00 ; 2026-05-03 14:00 > 2026-05-04 02:00 ; 2026-05-04 14:00 > 2026-05-05 02:00";
    check(
        "2026-04-01",
        &[
            ("7am-7pm PDT daily between May 2 and May 4, 2026", pacific),
            ("7am-7pm PDT daily between May 2 and May 4", pacific),
            ("between May 2 and May 4, 7am-7pm PDT daily", pacific),
            ("May 2 through May 4 from 7a – 7p PDT daily.", pacific),
            (
                "beginning on 5/13 through 5/14 from 7a – 7p PDT daily.",
                "2026-05-13 14:00 > 2026-05-14 02:00 ; 2026-05-14 14:00 > 2026-05-15 02:00",
            ),
            ("begins on Saturday, May 2nd and runs through Monday, May 4th between the hours of 7am-7pm PDT.", pacific),
            ("nightly from 22:00 to 04:00 UTC, 4-6 May 2026", three_nights),
            ("nightly from 22:00 to 04:00 UTC from 4 May 2026 to 6 May 2026", three_nights),
            ("every night between 22:00 and 04:00 UTC from 4 to 6 May 2026", three_nights),
            ("4 May 2026 - 6 May 2026, 22:00 - 04:00 UTC each night", three_nights),
            ("From 4 May to 6 May 2026, every day between 10:00 and 12:00 UTC", three_days),
            ("May 4 - May 6, 2026, 10:00 - 12:00 UTC each day", three_days),
            ("daily from 10:00 to 12:00 UTC from 4 May 2026 through 6 May 2026", three_days),
            ("4 May 2026 through 6 May 2026, daily, 10:00 UTC to 12:00 UTC", three_days),
            ("from 4 May 2026 to 6 May 2026 between the hours of 10:00 and 12:00 UTC", three_days),
            ("10:00 - 12:00 UTC every day, 4 May 2026 to 6 May 2026", three_days),
            ("May 4-6, 2026 | 10:00 - 12:00 UTC daily", three_days),
            ("täglich von 22:00 bis 04:00 Uhr UTC, 4. bis 6. Mai 2026", three_nights),
            ("vom 04.05.2026 bis 06.05.2026 jeweils von 22:00 bis 04:00 Uhr UTC", three_nights),
            ("vom 4. bis 6. Mai 2026, täglich 10:00 - 12:00 Uhr UTC", three_days),
            ("du 4 au 6 mai 2026, chaque nuit de 22h00 à 04h00 UTC", three_nights),
            ("du 4 mai 2026 au 6 mai 2026, tous les jours de 10h à 12h UTC", three_days),
            ("del 4 al 6 de mayo de 2026, todas las noches de 22:00 a 04:00 UTC", three_nights),
            ("de 4 a 6 de maio de 2026, todos os dias das 10h às 12h UTC", three_days),
            ("van 4 t/m 6 mei 2026 dagelijks tussen 10:00 en 12:00 uur UTC", three_days),
        ],
    );
}

#[test]
fn several_named_days_with_one_pair_of_clock_times() {
    let three = "2026-05-03 22:00 > 2026-05-04 02:00 ; 2026-05-04 22:00 > 2026-05-05 02:00 ; 2026-05-05 22:00 > 2026-05-06 02:00";
    let two = "2026-05-06 01:00 > 2026-05-06 05:00 ; 2026-05-07 01:00 > 2026-05-07 05:00";
    let apart = "2026-05-06 22:00 > 2026-05-07 04:00 ; 2026-05-13 22:00 > 2026-05-14 04:00";
    check(
        "2026-04-01",
        &[
            ("on 3, 4 and 5 May 2026 between 22:00 and 02:00 UTC", three),
            ("on 3, 4, and 5 May between 22:00 and 02:00 UTC", three),
            ("on May 3, 4 and 5, 2026 between 22:00 and 02:00 UTC", three),
            ("on May 3rd, 4th and 5th, 2026 from 10pm to 2am UTC", three),
            ("May 3, May 4 and May 5, 2026 from 10pm to 2am UTC", three),
            ("Sunday 3 May, Monday 4 May and Tuesday 5 May 2026, 22:00 - 02:00 UTC", three),
            ("between 22:00 and 02:00 UTC on 3, 4 and 5 May 2026", three),
            ("3 May 2026, 4 May 2026 and 5 May 2026 from 22:00 to 02:00 UTC", three),
            ("6 May and 7 May 2026, 01:00 to 05:00 UTC", two),
            ("on 6 and 7 May 2026 from 01:00 to 05:00 UTC", two),
            ("May 6 & 7, 2026 from 01:00 to 05:00 UTC", two),
            ("06.05.2026 und 07.05.2026, 01:00 - 05:00 Uhr UTC", two),
            ("2026-05-06 and 2026-05-07, 01:00 - 05:00 UTC", two),
            ("01:00 - 05:00 UTC on 6 May 2026 and 7 May 2026", two),
            ("6 May 2026 and 13 May 2026 between 22:00 and 04:00 UTC", apart),
            ("on 6 and 13 May 2026, 22:00 - 04:00 UTC", apart),
            ("Tuesdays 5 and 12 May 2026, 02:00-04:00 UTC", "2026-05-05 02:00 > 2026-05-05 04:00 ; 2026-05-12 02:00 > 2026-05-12 04:00"),
            (
                "5 or 6 May 2026, 02:00 - 04:00 UTC",
                "2026-05-05 02:00 > 2026-05-05 04:00 !ambiguous-time ; 2026-05-06 02:00 > 2026-05-06 04:00 !ambiguous-time",
            ),
            ("nights of 3, 4 and 5 May 2026, 22:00-02:00 UTC", three),
            ("Sunday 3, Monday 4 and Tuesday 5 May 2026, 22:00-02:00 UTC", three),
            ("Wednesday 6 and Thursday 7 May 2026, 01:00 - 05:00 UTC", two),
            // The night between two days, or two nights.
            (
                "on 6 and 7 May 2026 from 22:00 to 04:00 UTC",
                "2026-05-06 22:00 > 2026-05-07 04:00 !ambiguous-time ; 2026-05-07 22:00 > 2026-05-08 04:00 !ambiguous-time",
            ),
        ],
    );
}

#[test]
fn a_span_of_days_with_clock_times_may_mean_each_day() {
    check(
        "2026-04-01",
        &[
            ("2 May 2026 to 4 May 2026, 7am to 7pm UTC", "2026-05-02 07:00 > 2026-05-04 19:00 !ambiguous-time"),
            ("4-8 May 2026 from 00:00 to 06:00 UTC", "2026-05-04 00:00 > 2026-05-08 06:00 !ambiguous-time"),
            ("22:00 to 04:00 UTC, 4 May 2026 to 8 May 2026", "2026-05-04 22:00 > 2026-05-08 04:00 !ambiguous-time"),
            // A night has two days.
            ("6-7 May 2026 22:00 - 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6 May 2026 to 7 May 2026, 22:00 - 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("nights of 5/6 and 6/7 May 2026, 22:00 - 04:00 UTC", "2026-05-06 22:00 > 2026-05-07 04:00 !ambiguous-time"),
            ("22:00 - 04:00 UTC on 6/7 May 2026", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6-8 May 2026 22:00 UTC", "2026-05-06 22:00 !ambiguous-time"),
            ("6 May 22:00 - 8 May 04:00 UTC daily", "2026-05-06 22:00 > 2026-05-08 04:00 !ambiguous-time"),
            ("6/7 May 2026 at 22:00 UTC", "2026-05-06 22:00"),
            ("6 May 2026 until 22:00 UTC", "2026-05-06 day > 2026-05-07 day !missing"),
            ("from 2 May 2026 07:00 UTC to 4 May 2026 19:00 UTC", "2026-05-02 07:00 > 2026-05-04 19:00"),
        ],
    );
}

#[test]
fn nights_and_the_day_after() {
    check(
        "2026-04-01",
        &[
            ("overnight Friday May 8 to Saturday May 9, 2026, 10pm to 4am UTC", "2026-05-08 22:00 > 2026-05-09 04:00"),
            ("overnight from Friday 8 May 22:00 to Saturday 9 May 04:00 UTC", "2026-05-08 22:00 > 2026-05-09 04:00"),
            ("the night of Friday 8 May to Saturday 9 May 2026 between 22:00 and 04:00 UTC", "2026-05-08 22:00 > 2026-05-09 04:00"),
            ("6 May 2026, 22:00 – 04:00 (+1 day) UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6 May 2026 22:00 - 04:00 (+1) UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6 May 2026 22:00 - 04:00+1 UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6 May 2026 from 22:00 to 04:00 (next day) UTC", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6 May 2026 from 22:00 UTC to 04:00 UTC the following day", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6 May 2026 14:00 UTC to 10:00 UTC the next day", "2026-05-06 14:00 > 2026-05-07 10:00"),
            ("6 May 2026 from 10:00 UTC to 11:00 UTC the next day", "2026-05-06 10:00 > 2026-05-07 11:00"),
            ("6 May 2026 from 10 PM UTC until 4 AM the next morning", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6. Mai 2026 22:00 Uhr UTC bis 04:00 Uhr am Folgetag", "2026-05-06 22:00 > 2026-05-07 04:00"),
            ("6. Mai 2026 14:00 Uhr UTC bis 10:00 Uhr am nächsten Tag", "2026-05-06 14:00 > 2026-05-07 10:00"),
            ("Friday 8 May 2026 22:00 UTC until Monday 06:00 UTC", "2026-05-08 22:00 > 2026-05-11 06:00"),
            ("from Friday 22:00 to Monday 11 May 2026 06:00 UTC", "2026-05-08 22:00 > 2026-05-11 06:00"),
            ("Saturday 9 May 2026 00:00 to Sunday 24:00 UTC", "2026-05-09 00:00 > 2026-05-11 00:00"),
            (
                "In the weekend of 9 and 10 May. The whole weekend (from Saturday 00:00 to Sunday 24:00 UTC) is at risk.",
                "2026-05-09 day > 2026-05-11 day ; 2026-05-09 00:00 > 2026-05-11 00:00",
            ),
            (
                "In the weekend of 9 and 10 May we work on the network. It will last long. During the whole weekend (from Saturday 00:00 to Sunday 24:00 UTC) services may fail.",
                "2026-05-09 day > 2026-05-11 day ; 2026-05-09 00:00 > 2026-05-11 00:00",
            ),
            (
                "Move on 9 May and on 16 May. It will take long, and everything is off from Saturday 00:00 to Sunday 24:00 UTC.",
                "2026-05-09 day > 2026-05-10 day ; 2026-05-16 day > 2026-05-17 day",
            ),
            (
                "the 9th of May is a day of work for all of us here; it begins Saturday 22:00 to Sunday 04:00 UTC",
                "2026-05-09 day > 2026-05-10 day ; 2026-05-09 22:00 > 2026-05-10 04:00",
            ),
            ("Wednesday 6 May 2026: from 22:00 to 23:00 UTC", "2026-05-06 22:00 > 2026-05-06 23:00"),
        ],
    );
}

#[test]
fn several_windows_in_one_text() {
    check(
        "2026-04-01",
        &[
            (
                "6 May 2026 22:00-23:00 UTC and 7 May 2026 22:00-23:00 UTC",
                "2026-05-06 22:00 > 2026-05-06 23:00 ; 2026-05-07 22:00 > 2026-05-07 23:00",
            ),
            (
                "Primary: 6 May 2026 22:00 - 7 May 2026 04:00 UTC; Backup: 13 May 2026 22:00 - 14 May 2026 04:00 UTC",
                "2026-05-06 22:00 > 2026-05-07 04:00 ; 2026-05-13 22:00 > 2026-05-14 04:00",
            ),
            (
                "2026-05-06 22:00 - 23:00 UTC\n2026-05-07 22:00 - 23:00 UTC\n2026-05-08 22:00 - 23:00 UTC",
                "2026-05-06 22:00 > 2026-05-06 23:00 ; 2026-05-07 22:00 > 2026-05-07 23:00 ; 2026-05-08 22:00 > 2026-05-08 23:00",
            ),
            (
                "Night 1: 6 May 2026 22:00 - 04:00 UTC, Night 2: 8 May 2026 22:00 - 04:00 UTC",
                "2026-05-06 22:00 > 2026-05-07 04:00 ; 2026-05-08 22:00 > 2026-05-09 04:00",
            ),
            (
                "Wednesday 6 May 2026: 10:00-11:00 UTC, Thursday 7 May 2026: 12:00-13:00 UTC",
                "2026-05-06 10:00 > 2026-05-06 11:00 ; 2026-05-07 12:00 > 2026-05-07 13:00",
            ),
            (
                "on 6 May 2026 from 10:00 to 11:00 and from 14:00 to 15:00 UTC",
                "2026-05-06 10:00 > 2026-05-06 11:00 ; 2026-05-06 14:00 > 2026-05-06 15:00",
            ),
            ("6 May 2026 10:00-11:00 UTC and 14:00-15:00 UTC", "2026-05-06 10:00 > 2026-05-06 11:00 ; 2026-05-06 14:00 > 2026-05-06 15:00"),
            ("postponed from 6 May 2026 22:00 UTC to 13 May 2026 22:00 UTC", "2026-05-06 22:00 ; 2026-05-13 22:00"),
            (
                "~~Start: 6 May 2026 22:00 UTC~~ Start: 13 May 2026 22:00 UTC\nEnd: 14 May 2026 04:00 UTC",
                "2026-05-06 22:00 ; 2026-05-13 22:00 > 2026-05-14 04:00",
            ),
            (
                "~~6 May 2026 22:00 - 23:00 UTC~~ 13 May 2026 22:00 - 23:00 UTC",
                "2026-05-06 22:00 > 2026-05-06 23:00 ; 2026-05-13 22:00 > 2026-05-13 23:00",
            ),
        ],
    );
}
