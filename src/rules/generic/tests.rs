mod forms;
mod unseen;

use super::*;
use crate::model::{BodyText, CalendarEvent, CalendarProperty, CalendarTime, Table, Zones};
use chrono::{DateTime, Utc};

fn zones() -> Zones {
    Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn mail(subject: &str, body: &str) -> Mail {
    Mail { subject: subject.to_owned(), plain: Some(BodyText { fresh: body.to_owned(), ..BodyText::default() }), ..Mail::default() }
}

fn reading(mail: &Mail) -> Reading {
    let zones = zones();
    let context = TimeContext { zones: &zones, arrived_at: at("2031-05-01T10:00:00Z"), zone: None, order: None, date: None };
    read(mail, &context, true, true)
}

/// One line for a reading: status, impact, windows, id, objects.
fn told(reading: &Reading) -> Vec<String> {
    let time = |at: DateTime<Utc>| at.format("%d/%H:%M").to_string();
    let one = |note: &Notification| {
        let windows: Vec<String> = note
            .windows
            .iter()
            .map(|window| {
                let backup = if window.role == Role::Backup { "backup " } else { "" };
                let day = if window.precision == Precision::Day { " day" } else { "" };
                format!("{backup}{}-{}{day}", time(window.start), window.end.map(time).unwrap_or_default())
            })
            .collect();
        let objects: Vec<&str> = note.objects.iter().map(|object| object.object_id.as_str()).collect();
        format!(
            "{} {:?} [{}] {} ({})",
            note.status.map_or("-".to_owned(), |status| format!("{status:?}")),
            note.impact,
            windows.join(", "),
            note.maintenance_id.as_deref().unwrap_or("-"),
            objects.join(", ")
        )
    };
    reading.found.iter().map(one).collect()
}

#[test]
fn reads_labelled_fields_tables_and_prose() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "Planned maintenance NW-203118",
            "Start: 2031-05-14 22:00 UTC\nEnd: 2031-05-15 04:00 UTC\nTicket Number: CHG0042\nCircuit ID: GN-118\nImpact: Hard Down - up to 5 min\nPosted: 2031-05-01 09:00 UTC",
            &["Confirmed Outage [14/22:00-15/04:00] CHG0042 (GN-118)"],
        ),
        (
            "Maintenance notice",
            "Start Date: 14-May-2031 14:00 UTC End Date: 14-May-2031 20:00 UTC Duration: 6 hours Event Type: Planned Event\n\nTraffic may see increased latency.",
            &["- Degraded [14/14:00-14/20:00] - ()"],
        ),
        (
            "Scheduled maintenance",
            "Reference number\nPN118811\n\nStart time\nWednesday, 14 May 2031 15:00:00 (UTC)\n\nEnd time\nWednesday, 14 May 2031 22:00:00 (UTC)\n\nExpected impact\nLoss of redundancy",
            &["Confirmed ReducedRedundancy [14/15:00-14/22:00] PN118811 ()"],
        ),
        (
            "Works",
            "We carry out planned maintenance from Wed, 14 May 2031 08:00:00 GMT to Wed, 14 May 2031 14:00:00 GMT for 6 hours.\nYour services listed below may become unavailable.\n\nabc-0001\nabc-0002\n\nRegards",
            &["- Outage [14/08:00-14/14:00] - (abc-0001, abc-0002)"],
        ),
        (
            "Your maintenance windows",
            "Your servers are rebooted in these windows:\n\n* 2031-05-14 03:00 UTC - kvm1181\n* 2031-05-15 06:00 UTC - kvm1182\n\nThey cannot be altered, postponed, or rescheduled.",
            &["- Outage [14/03:00-] - (kvm1181)", "- Outage [15/06:00-] - (kvm1182)"],
        ),
        (
            "Maintenance rescheduled",
            "The maintenance has been rescheduled from 2031-05-12 01:00 - 03:00 UTC to 2031-05-14 01:00 - 03:00 UTC.",
            &["Rescheduled Unstated [14/01:00-14/03:00] - ()"],
        ),
        (
            "Maintenance update",
            "Start: ~~2031-05-12 01:00 UTC~~ 2031-05-14 01:00 UTC\nEnd: ~~2031-05-12 03:00 UTC~~ 2031-05-14 03:00 UTC",
            &["Rescheduled Unstated [14/01:00-14/03:00] - ()"],
        ),
        (
            "Emergency maintenance",
            "Work window: 2031-05-14 01:00 - 03:00 UTC\nBackup window: 2031-05-15 01:00 - 03:00 UTC",
            &["- Unstated [14/01:00-14/03:00, backup 15/01:00-15/03:00] - ()"],
        ),
        (
            "Wartungsarbeiten",
            "Am 14.05.2031 von 02:00 bis 05:00 Uhr MESZ kommt es zu kurzen Unterbrechungen.",
            &["- Outage [14/00:00-14/03:00] - ()"],
        ),
        (
            "Core maintenance",
            "Completed\nThe scheduled maintenance has been completed.\nPosted May 14, 2031 - 22:21 UTC\n\nScheduled\nStart Time: 17:00 UTC May 14, 2031\nEnd Time: 23:00 UTC May 14, 2031\nPosted May 02, 2031 - 20:23 UTC",
            &["Completed Unstated [14/17:00-14/23:00] - ()"],
        ),
        ("Re: Scheduled Maintenance", "The scheduled maintenance of your servers has been cancelled.", &["Cancelled Unstated [] - ()"]),
        (
            "Retirement",
            "Your instance i-0aa118811 will be terminated after 2031-05-14 21:00 UTC.",
            &["- Outage [14/21:00-] - (i-0aa118811)"],
        ),
        (
            "Move of your servers",
            "The servers will be moved in the week starting 14th May 2031; the expected downtime is 4 hours. Details will be communicated.",
            &["- Outage [14/00:00-15/00:00 day] - ()"],
        ),
        ("Power work", "On May 14 from 9am to 3pm the power in the hall is off for planned maintenance.", &["Confirmed Unstated [] - ()"]),
        ("Maintenance", "The maintenance will take place this [day], [date] from [time] to [time].", &[]),
        ("Onderhoudsvenster", "Elke nacht van woensdag op donderdag is er een onderhoudsvenster met korte onderbrekingen.", &[]),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(subject, body, want)| (subject, told(&reading(&mail(subject, body))), want))
        .filter(|(_, have, want)| have != *want)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn reads_tables_with_a_head() {
    let rows = |rows: &[&[&str]]| rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect::<Vec<Vec<String>>>();
    let zoned = Table {
        rows: rows(&[
            &["Start date", "Start date", "End date", "End date", "Time Zone"],
            &["5/14/2031", "3:00 AM", "5/14/2031", "9:00 AM", "Eastern"],
            &["5/14/2031", "7:00 AM", "5/14/2031", "1:00 PM", "GMT"],
        ]),
        head_rows: 1,
    };
    let circuits = Table {
        rows: rows(&[
            &["Services affected", "Circuit ID", "Customer ref", "Impact"],
            &["Wavelength", "NL-118", "A", "300 mins"],
            &["Wavelength", "NL-119", "B", "At risk"],
        ]),
        head_rows: 1,
    };
    let html = BodyText { fresh: "Planned maintenance notification".to_owned(), ..BodyText::default() };
    let mail = Mail { subject: "Planned maintenance".to_owned(), html: Some(html), tables: vec![zoned, circuits], ..Mail::default() };
    let reading = reading(&mail);
    assert_eq!(told(&reading), ["Confirmed Unstated [14/07:00-14/13:00] - (NL-118, NL-119)"]);
    let impacts: Vec<Impact> = reading.found.iter().flat_map(|note| &note.objects).map(|object| object.impact).collect();
    assert_eq!(impacts, [Impact::Outage, Impact::ReducedRedundancy]);
}

#[test]
fn always_goes_in_front_of_a_person() {
    let reading = reading(&mail("Planned maintenance", "Start: 2031-05-14 22:00 UTC\nEnd: 2031-05-15 04:00 UTC"));
    assert_eq!((&reading.verdict, reading.kind, reading.blocked()), (&Verdict::Notice, Some(Kind::Maintenance), true));
    assert!(reading.problems.iter().any(|problem| problem.problem == ProblemKind::NoRule));
    assert!(reading.evidence.iter().any(|evidence| evidence.field == "start" && evidence.quote.contains("2031-05-14")));
}

#[test]
fn a_stranger_without_a_sign_is_irrelevant_a_known_sender_is_not() {
    let zones = zones();
    let context = TimeContext { zones: &zones, arrived_at: at("2031-05-01T10:00:00Z"), zone: None, order: None, date: None };
    let lunch = mail("Lunch", "At 12:30 on 3 May?");
    assert_eq!(read(&lunch, &context, true, false).verdict, Verdict::Irrelevant(Irrelevance::NoSign));
    let known = read(&lunch, &context, true, true);
    assert_eq!((&known.verdict, known.blocked()), (&Verdict::Unread, true));
}

#[test]
fn incidents_have_no_windows() {
    let body =
        "We are currently investigating a network outage in AMS-2 that began on 30 April 2031 at 03:10 UTC. Servers are unreachable.";
    let reading = reading(&mail("Unplanned outage in AMS-2", body));
    assert_eq!(reading.kind, Some(Kind::Incident));
    assert!(reading.found.iter().all(|note| note.windows.is_empty()));
}

#[test]
fn deadlines_become_actions() {
    let body = "Planned maintenance starting at 2031-05-14 23:10 UTC until 2031-05-15 23:10 UTC. Please redeploy your machines before 2031-05-12 20:00 UTC.";
    let reading = reading(&mail("Planned maintenance", body));
    assert_eq!(told(&reading), ["Confirmed Unstated [14/23:10-15/23:10] - ()"]);
    let by: Vec<_> = reading.found.iter().flat_map(|note| &note.actions).map(|action| action.by).collect();
    assert_eq!(by, [Some(at("2031-05-12T20:00:00Z"))]);
}

#[test]
fn calendar_events_come_first_unless_left_out() {
    let property = |name: &str, value: &str| CalendarProperty { name: name.to_owned(), value: value.to_owned(), parameters: Vec::new() };
    let event = CalendarEvent {
        start: Some(CalendarTime::Utc(at("2031-05-14T01:00:00Z"))),
        end: Some(CalendarTime::Utc(at("2031-05-14T03:00:00Z"))),
        extra: vec![
            property("X-MAINTNOTE-MAINTENANCE-ID", "WO-118"),
            property("X-MAINTNOTE-OBJECT-ID", "NL-118"),
            property("X-MAINTNOTE-STATUS", "TENTATIVE"),
            property("X-MAINTNOTE-IMPACT", "NO-IMPACT"),
        ],
        ..CalendarEvent::default()
    };
    let mut mail = mail("Planned maintenance", "Start: 2031-05-15 01:00 UTC");
    mail.calendars = vec![event];
    assert_eq!(told(&reading(&mail)), ["Tentative NoImpact [14/01:00-14/03:00] WO-118 (NL-118)"]);
    let zones = zones();
    let context = TimeContext { zones: &zones, arrived_at: at("2031-05-01T10:00:00Z"), zone: None, order: None, date: None };
    assert_eq!(told(&read(&mail, &context, false, true)), ["Confirmed Unstated [15/01:00-] - ()"]);
}

#[test]
fn a_hostile_body_takes_bounded_work() {
    let line = "maintenance cancelled 2031-05-14 01:00 - 03:00 UTC server1 ";
    let long = mail("Planned maintenance", &line.repeat(2_000));
    let many = mail("Planned maintenance", &format!("{line}\n").repeat(4_000));
    assert!(reading(&long).found.len() <= 500 && reading(&many).found.len() <= 500);
}

#[test]
fn of_the_ordinary_mail_at_most_one_is_asked_about() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/inbox");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    assert!(names.len() >= 300, "{}", names.len());
    let zones = zones();
    let asked: Vec<_> = names
        .iter()
        .filter(|path| {
            let mail = crate::mail::parse(&std::fs::read(path).unwrap());
            let arrived_at = mail.date.unwrap_or_else(|| at("2031-05-01T10:00:00Z"));
            let context = TimeContext { zones: &zones, arrived_at, zone: None, order: None, date: None };
            mail.automatic.is_none() && read(&mail, &context, true, false).verdict != Verdict::Irrelevant(Irrelevance::NoSign)
        })
        .collect();
    assert!(asked.len() <= 1, "{asked:#?}");
}
