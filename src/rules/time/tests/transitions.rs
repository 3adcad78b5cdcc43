//! Properties over every change of clocks of many zones, and over random instants: what is rendered reads back; gaps and folds are said.

use super::{Seeded, TimeContext, zones};
use crate::model::{Local, ProblemKind, Zones};
use crate::rules::time::statements;
use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Zones of all kinds: both hemispheres, half and quarter hours, shifts by half an hour, a lost day, rules given up or taken back.
const ZONES: [Tz; 52] = [
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::Africa__Johannesburg,
    Tz::Africa__Juba,
    Tz::Africa__Windhoek,
    Tz::America__Anchorage,
    Tz::America__Argentina__Buenos_Aires,
    Tz::America__Asuncion,
    Tz::America__Caracas,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Halifax,
    Tz::America__Havana,
    Tz::America__Los_Angeles,
    Tz::America__Mexico_City,
    Tz::America__Montevideo,
    Tz::America__New_York,
    Tz::America__Nuuk,
    Tz::America__Phoenix,
    Tz::America__Santiago,
    Tz::America__Sao_Paulo,
    Tz::America__St_Johns,
    Tz::America__Tijuana,
    Tz::America__Vancouver,
    Tz::Antarctica__Troll,
    Tz::Asia__Almaty,
    Tz::Asia__Amman,
    Tz::Asia__Beirut,
    Tz::Asia__Dhaka,
    Tz::Asia__Gaza,
    Tz::Asia__Jerusalem,
    Tz::Asia__Kathmandu,
    Tz::Asia__Kolkata,
    Tz::Asia__Pyongyang,
    Tz::Asia__Shanghai,
    Tz::Asia__Tehran,
    Tz::Asia__Tokyo,
    Tz::Australia__Adelaide,
    Tz::Australia__Lord_Howe,
    Tz::Australia__Perth,
    Tz::Australia__Sydney,
    Tz::Europe__Berlin,
    Tz::Europe__Dublin,
    Tz::Europe__Istanbul,
    Tz::Europe__Kyiv,
    Tz::Europe__Lisbon,
    Tz::Europe__London,
    Tz::Europe__Moscow,
    Tz::Pacific__Apia,
    Tz::Pacific__Auckland,
    Tz::Pacific__Chatham,
    Tz::Pacific__Fiji,
];

/// A change of clocks: when, and the offsets before and after, in seconds east.
struct Change {
    at: DateTime<Utc>,
    before: i32,
    after: i32,
}

fn changes(zone: Tz) -> Vec<Change> {
    let rules = jiff::tz::TimeZoneDatabase::bundled().get(zone.name()).unwrap();
    let first = jiff::civil::date(2000, 1, 1).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let last = jiff::civil::date(2041, 1, 1).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let mut before = rules.to_offset(first).seconds();
    let mut all = Vec::new();
    for transition in rules.following(first).take_while(|transition| transition.timestamp() < last) {
        let after = transition.offset().seconds();
        if after != before {
            all.push(Change { at: DateTime::from_timestamp(transition.timestamp().as_second(), 0).unwrap(), before, after });
        }
        before = after;
    }
    all
}

fn received(zones: &Zones, at: DateTime<Utc>) -> TimeContext<'_> {
    TimeContext { zones, arrived_at: at, zone: None, order: None, date: None }
}

fn east(at: DateTime<Utc>, seconds: i32) -> NaiveDateTime {
    (at + Duration::seconds(i64::from(seconds))).naive_utc()
}

/// What a local time in a zone is read as: its instants and its doubts.
fn read(zones: &Zones, zone: Tz, local: NaiveDateTime, form: &str) -> (Vec<DateTime<Utc>>, Vec<ProblemKind>) {
    let text = format!("{} {zone}", local.format(form));
    let found = statements(&text, &received(zones, local.and_utc()));
    assert_eq!(found.len(), 1, "{text}");
    assert!(found[0].zone_stated, "{text}");
    (found[0].readings.iter().map(|(start, _)| *start).collect(), found[0].problems.iter().map(|doubt| doubt.problem).collect())
}

#[test]
fn t03_every_change_of_clocks_of_many_zones() {
    let zones = zones();
    let (mut gaps, mut folds) = (0, 0);
    for zone in ZONES {
        for change in changes(zone) {
            let middle = change.at + Duration::seconds(i64::from((change.after - change.before).abs()) / 2);
            if change.after > change.before {
                gaps += 1;
                let skipped = east(middle, change.before);
                assert_eq!(
                    read(&zones, zone, skipped, "%Y-%m-%d %H:%M:%S"),
                    (vec![], vec![ProblemKind::NonexistentTime]),
                    "{skipped} {zone}"
                );
            } else {
                folds += 1;
                let twice = east(middle, change.after);
                let both = [change.before, change.after].map(|offset| (twice - Duration::seconds(i64::from(offset))).and_utc());
                assert_eq!(
                    read(&zones, zone, twice, "%d %B %Y %H:%M:%S"),
                    (both.to_vec(), vec![ProblemKind::AmbiguousTime]),
                    "{twice} {zone}"
                );
            }
            // Three hours before and after, clocks show each time once.
            for (at, offset) in [(change.at - Duration::hours(3), change.before), (change.at + Duration::hours(3), change.after)] {
                let local = east(at, offset);
                assert_eq!(read(&zones, zone, local, "%a, %b %-d, %Y, %-I:%M %p"), (vec![at], vec![]), "{local} {zone}");
                let fixed = FixedOffset::east_opt(offset).unwrap().from_utc_datetime(&at.naive_utc());
                for form in ["%Y-%m-%dT%H:%M:%S%:z", "%H:%M %z %d-%b-%Y", "%d.%m.%Y %H:%M Uhr (UTC%:z)"] {
                    let text = fixed.format(form).to_string();
                    let found = statements(&text, &received(&zones, at));
                    assert_eq!(found.len(), 1, "{text}");
                    assert_eq!((found[0].readings.as_slice(), found[0].problems.len()), ([(at, None)].as_slice(), 0), "{text}");
                }
            }
        }
    }
    assert!(gaps > 1200 && folds > 1200, "{gaps} gaps, {folds} folds");
}

#[test]
fn a_window_across_a_change_of_clocks_has_its_true_length() {
    let zones = zones();
    for zone in ZONES {
        for change in changes(zone).iter().filter(|change| (change.after - change.before).abs() <= 7200) {
            let (start, end) = (change.at - Duration::hours(3), change.at + Duration::hours(4));
            let (from, to) = (east(start, change.before), east(end, change.after));
            let text = format!("{} to {} {zone}", from.format("%d %b %Y %H:%M"), to.format("%d %b %Y %H:%M"));
            let found = statements(&text, &received(&zones, start));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].readings.as_slice(), found[0].problems.len()), ([(start, Some(end))].as_slice(), 0), "{text}");
        }
    }
}

/// Dates and clock times that leave no doubt, of several countries.
const DATES: [&str; 9] =
    ["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%-d. %B %Y", "%d-%b-%Y", "%B %-d, %Y", "%A, %b %-d, %Y", "%a %d %b %Y", "%d.%m.%Y"];
const CLOCKS: [&str; 6] = ["%H:%M", "%H:%M:%S", "%-I:%M %p", "%I:%M%P", "%Hh%M", "%H:%M Uhr"];
const JOINS: [&str; 6] = [" - ", " to ", " – ", " until ", " bis ", " / "];

#[test]
fn random_instants_read_back_in_every_form() {
    let zones = zones();
    let mut random = Seeded::new(0x2545_f491_4f6c_dd1d);
    let origin = NaiveDate::from_ymd_opt(2000, 1, 2).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let mut doubtful = 0;
    for _ in 0..6000 {
        let zone = ZONES[random.below(ZONES.len())];
        let start = origin + Duration::minutes(i64::try_from(random.below(40 * 365 * 24 * 60)).unwrap());
        let end = start + Duration::minutes(i64::try_from(1 + random.below(4 * 24 * 60)).unwrap());
        let (date, clock) = (DATES[random.below(DATES.len())], CLOCKS[random.below(CLOCKS.len())]);
        let context = received(&zones, start);
        let (from, to) = (zones.local(zone, start).0, zones.local(zone, end).0);
        let form = if random.below(2) == 0 { format!("{date} {clock}") } else { format!("{clock} {date}") };
        let by_name = random.below(2) == 0;
        let zoned = |at: &DateTime<FixedOffset>| {
            if by_name { format!("{} {zone}", at.format(&form)) } else { format!("{} (UTC{})", at.format(&form), at.format("%:z")) }
        };
        let join = JOINS[random.below(JOINS.len())];
        let text = match random.below(3) {
            0 => format!("from {}{join}{}", zoned(&from), zoned(&to)),
            1 => format!("Start: {}\nEnd: {}", zoned(&from), zoned(&to)),
            _ => format!("between {} and {}", zoned(&from), zoned(&to)),
        };
        let found = statements(&text, &context);
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        assert!(found[0].readings.contains(&(start, Some(end))), "{text:?}: {found:?}");
        let folded = |at: DateTime<Utc>| matches!(zones.resolve(zone, zones.local(zone, at).0.naive_local()), Local::Twice(..));
        let doubt = by_name && (folded(start) || folded(end));
        doubtful += usize::from(doubt);
        assert_eq!(found[0].problems.is_empty(), !doubt, "{text:?}: {found:?}");
        assert!(found[0].readings.iter().all(|(start, end)| end.is_none_or(|end| end > *start)), "{text:?}");
        assert!(text.get(found[0].at.clone()).is_some(), "{text:?}");
    }
    assert!(doubtful < 60, "{doubtful}");
}
