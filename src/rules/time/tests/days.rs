//! Days without clock times, missing years, and dates that the receipt or the weekday completes.

use super::check;

#[test]
fn whole_days() {
    let day = "2026-05-06 day > 2026-05-07 day";
    let days = "2026-05-04 day > 2026-05-07 day";
    check(
        "2026-04-01",
        &[
            ("on 6 May 2026", day),
            ("on Wednesday, May 6th", day),
            ("EOD 6th May", day),
            ("during US business hours on May 6, 2026", day),
            ("06.05.2026", day),
            ("am Mittwoch, den 6. Mai", day),
            ("le 6 mai 2026", day),
            ("el 6 de mayo de 2026", day),
            ("op woensdag 6 mei", day),
            ("6/5/2026", "2026-05-06 day > 2026-05-07 day or 2026-06-05 day > 2026-06-06 day !ambiguous-time"),
            ("13/5/2026", "2026-05-13 day > 2026-05-14 day"),
            ("2026-05-04 - 2026-05-06", days),
            ("2026-05-04 to 2026-05-06", days),
            ("4 - 6 May 2026", days),
            ("May 4–6, 2026", days),
            ("May 4 to May 6, 2026", days),
            ("4th to 6th of May 2026", days),
            ("between 4 May and 6 May 2026", days),
            ("Monday 4 to Wednesday 6 May 2026", days),
            ("Montag, 4. bis Mittwoch, 6. Mai 2026", days),
            ("between May 4 and 6, 2026", days),
            ("vom 4. bis 6. Mai 2026", days),
            ("vom 04. bis 06.05.2026", days),
            ("04.05. - 06.05.2026", days),
            ("04.-06.05.2026", days),
            ("du 4 au 6 mai 2026", days),
            ("del 4 al 6 de mayo de 2026", days),
            ("de 4 a 6 de maio de 2026", days),
            ("van 4 tot 6 mei 2026", days),
            ("Monday 4 May 2026 to Wednesday 6 May 2026", days),
            ("in May 2026", ""),
            ("week starting 4 May 2026", "2026-05-04 day > 2026-05-05 day"),
            ("29 February 2026", ""),
            ("31 April 2026 10:00 UTC", ""),
        ],
    );
}

#[test]
fn t07_a_missing_year() {
    check(
        "2026-12-28",
        &[
            ("Thursday 31 Dec 22:00 - Friday 1 Jan 04:00 UTC", "2026-12-31 22:00 > 2027-01-01 04:00"),
            ("31/12 22:00 - 01/01 04:00 UTC", "2026-12-31 22:00 > 2027-01-01 04:00"),
            ("31.12. 22:00 Uhr bis 01.01. 04:00 Uhr UTC", "2026-12-31 22:00 > 2027-01-01 04:00"),
            ("Dec 31, 2026 22:00 UTC - Jan 1 04:00 UTC", "2026-12-31 22:00 > 2027-01-01 04:00"),
            ("31 Dec 22:00 UTC - 1 Jan 2027 04:00 UTC", "2026-12-31 22:00 > 2027-01-01 04:00"),
            ("Jan 5, 22:00 UTC", "2027-01-05 22:00"),
            ("Tuesday, Jan 5, 22:00 UTC", "2027-01-05 22:00"),
            ("Wednesday, Jan 6, 22:00 UTC", "2027-01-06 22:00"),
            ("Monday, Jan 6, 22:00 UTC", "2027-01-06 22:00 !weekday-mismatch"),
            ("31 Dec 2026 - 2 Jan 2027", "2026-12-31 day > 2027-01-03 day"),
            ("30 Dec to 2 Jan", "2026-12-30 day > 2027-01-03 day"),
            ("29 Feb 10:00 UTC", ""),
        ],
    );
    check(
        "2027-01-02",
        &[
            ("31 Dec 22:00 UTC", "2026-12-31 22:00"),
            ("5 Jan 22:00 UTC", "2027-01-05 22:00"),
            ("20 Dec 22:00 UTC", "2027-12-20 22:00 or 2026-12-20 22:00 !ambiguous-time"),
            ("Sunday 20 Dec 22:00 UTC", "2026-12-20 22:00"),
        ],
    );
    check("2028-02-20", &[("29 Feb 10:00 UTC", "2028-02-29 10:00"), ("29 Feb 2028 10:00 UTC", "2028-02-29 10:00")]);
}
