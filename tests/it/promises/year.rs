//! A year: 52 Mondays with restarts, days of silence and both changes of clocks; in its first quarter 40 maintenances without trouble.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Weekday};
use forewarn::model::Zones;

use super::{SAM, World, at, host};

/// Hours between two looks at the world.
const STEP: i64 = 12;
const SERVERS: [&str; 3] = ["mail01", "web01", "web02"];

/// Whether the machine is off: a weekend and the Monday after it, four times a year.
fn is_off(hour: i64) -> bool {
    let day = hour / 24;
    day % 84 >= 40 && day % 84 < 43
}

#[tokio::test]
async fn t10_w27_a_year_brings_fifty_two_digests_and_a_quarter_of_forty_works_little_mail() {
    // A Monday, after that week's digest.
    let start = at("2020-08-31T12:30:00Z");
    let mut world =
        World::new("2020-08-31T12:30:00Z", &[("[outbox]", "[on_call]\nturns = [\"Nadia <nadia@harborlight.example>\"]\n\n[outbox]")]).await;
    let (mut made, mut waits) = (0_i64, Vec::new());
    let mut mails: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    let (mut digests, mut staff) = (Vec::new(), BTreeMap::<String, u32>::new());
    let mut notices = 0;
    for hour in (STEP..=52 * 7 * 24).step_by(usize::try_from(STEP).unwrap()) {
        world.clock.set(start + TimeDelta::hours(hour));
        if is_off(hour) {
            world.stop().await;
            continue;
        }
        if world.running.is_none() {
            world.open().await;
        } else if hour % (STEP * 13) == 0 {
            world.restart().await;
        }
        // 40 works in 13 weeks, each announced nine days ahead.
        if made < 40 && hour >= made * 54 {
            made += 1;
            let server = SERVERS[usize::try_from(made).unwrap() % SERVERS.len()];
            // A look falls into the hour before it begins.
            let begin = world.now() + TimeDelta::days(9) + TimeDelta::minutes(30);
            let window =
                format!("{} UTC to {} UTC", begin.format("%Y-%m-%d %H:%M"), (begin + TimeDelta::hours(2)).format("%Y-%m-%d %H:%M"));
            let body = host(&format!("NF-{}", 6000 + made), server, &window);
            world.put(&world.notice(&format!("Scheduled maintenance for your server {server}"), &body));
            waits.push(made);
        }
        world.round().await;
        for case in std::mem::take(&mut waits) {
            let about = format!("[FW-{case} ");
            if world.open_drafts().await.iter().any(|(draft, _)| draft.maintenance.0 == case) {
                world.sam(&about, "approve").await;
                world.clock.advance(TimeDelta::minutes(5));
                world.round().await;
            }
        }
        for out in world.out() {
            if !out.to.ends_with("@harborlight.example") {
                notices += 1;
                continue;
            }
            if out.mail.subject.contains(" ahead, ") {
                if out.to == SAM {
                    digests.push((world.now(), out));
                }
                continue;
            }
            if hour <= 13 * 7 * 24 {
                *staff.entry(out.to.clone()).or_default() += 1;
            }
            if let Some(case) = out.mail.subject.split("[FW-").nth(1).and_then(|rest| rest.split([' ', ']']).next()) {
                *mails.entry(case.to_owned()).or_default().entry(out.to.clone()).or_default() += 1;
            }
        }
    }
    assert_eq!(digests.len(), 52, "one a week, whatever happened");
    let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded");
    for ((now, out), week) in digests.iter().zip(1..) {
        let local = zones.local(chrono_tz::America::Chicago, *now).0;
        let late = is_off((*now - start).num_hours() - STEP) || is_off((*now - start).num_hours() - 2 * STEP);
        assert!(chrono::Datelike::weekday(&local) == Weekday::Mon || late, "digest {week} came {local}");
        assert!(out.text().contains("0 unaccounted"), "digest {week}: {}", out.text());
        assert!(out.mail.html.is_some(), "digest {week}");
    }
    assert_eq!(mails.len(), 40, "each work was asked about");
    let most = mails.values().flat_map(|of| of.iter().filter(|(who, _)| !who.starts_with("nadia"))).map(|(_, count)| *count).max();
    assert!(most <= Some(3), "{mails:#?}");
    // A day and an hour before each, but for those whose time fell into the days of silence.
    let on_call: u32 = mails.values().filter_map(|of| of.get("nadia@harborlight.example")).sum();
    assert!((76..=80).contains(&on_call), "{on_call}: {mails:#?}");
    assert!(notices >= 40);
    println!("a quarter with 40 works: {staff:?} mails besides 13 digests; at most {most:?} a work and approver; {notices} notices");
}
