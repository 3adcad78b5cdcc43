//! What becomes of several statements of a mail.

use super::{ProblemKind, TimeContext, Tz, at, context, report, shown, statements, united, zones};

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
