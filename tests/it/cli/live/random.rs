//! Killed at random, again and again, while mails come, are answered and lead to notices.
//!
//! `FOREWARN_KILLS=300 FOREWARN_MAILS=2000 FOREWARN_WORKS=50` for the long form (each work tells eight contacts).

use super::{CONTACTS, FOREWARN, Live, NOC, Running, SAM, notice, reply, reply_to, until};
use crate::cli::sample;
use chrono::TimeDelta;
use forewarn::clock::Clock;
use forewarn::model::{OutboxKind, OutboxState};
use forewarn::store::{OutboxFilter, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The notice of another work on mail01: its own day, its own reference.
fn work(index: usize) -> String {
    let day = Clock::System.now() + TimeDelta::days(10);
    let other = day + TimeDelta::days(i64::try_from(index).unwrap());
    let date = |day: chrono::DateTime<chrono::Utc>| day.format("%Y-%m-%d").to_string();
    notice().replace(&date(day), &date(other)).replace("48213", &(50_000 + index).to_string())
}

/// Numbers that look random and are the same in every run.
struct Dice(u32);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % limit
    }
}

#[test]
fn s05_killed_at_random_nothing_is_lost_and_nothing_is_there_twice() {
    let (kills, mails, works) = (number("FOREWARN_KILLS", 12), number("FOREWARN_MAILS", 60), number("FOREWARN_WORKS", 4));
    let live = Live::two_accounts();
    live.world.edit("forewarn.toml", "mails_a_minute = 600", "mails_a_minute = 6000");
    live.run().stop();
    let ordinary: Vec<String> = ["02-invoice.eml", "03-newsletter.eml"].map(|name| sample(&format!("demo/{name}"))).to_vec();
    let mut dice = Dice(20_200_909);
    let (mut came, mut announced, mut killed) = (0, 0, 0);
    let mut answered: BTreeSet<String> = BTreeSet::new();
    let answer_new = |answered: &mut BTreeSet<String>| {
        for request in live.server.inbox(SAM).iter().filter(|mail| mail.subject.contains("OK? [FW-")) {
            // `FW-12 v1`: what was asked anew is answered anew.
            let about = request.subject.rsplit('[').next().unwrap().split(' ').take(2).collect::<Vec<_>>().join(" ");
            if answered.insert(about) {
                live.server.submit(SAM, &[&reply_to(request)], reply(SAM, request, "approve")).unwrap();
            }
        }
    };
    while killed < kills {
        let running = Running::start(&live.world, None);
        // A share of all that is to come, spread over the kills.
        while came < mails && came * kills < mails * (killed + 1) {
            let text = ordinary[came % ordinary.len()]
                .replace("Message-ID: <", &format!("Message-ID: <{came}."))
                .replace("\n\n", &format!("\n\nNo. {came}\n"));
            live.server.deliver("news@willowstreet.example", &[NOC], text).unwrap();
            came += 1;
        }
        while announced < works && announced * kills < works * (killed + 1) {
            live.provider_writes(NOC, &work(announced));
            announced += 1;
        }
        answer_new(&mut answered);
        std::thread::sleep(Duration::from_millis(u64::from(300 + dice.below(2_500))));
        drop(running);
        killed += 1;
    }
    let running = Running::start(&live.world, None);
    for _ in 0..20 {
        answer_new(&mut answered);
        if answered.len() >= works
            && live.server.held(SAM).iter().all(|held| {
                !held.mail().subject.contains("OK? [FW-") || answered.iter().any(|about| held.mail().subject.contains(about.as_str()))
            })
        {
            break;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    let listed = format!("listed {0} = {0} stored + 0 vanished + 0 waiting", mails + works + answered.len());
    live.status_says(&listed);
    let asked: BTreeSet<&str> = answered.iter().filter_map(|about| about.split(' ').next()).collect();
    assert_eq!(asked.len(), works, "every work was asked about");
    let unsent = || {
        live.world
            .run(&["status"])
            .out
            .lines()
            .filter(|line| line.contains("notices") && (line.contains("queued") || line.contains("retry")))
            .count()
    };
    for _ in 0..10 {
        if unsent() == 0 {
            break;
        }
        std::thread::sleep(Duration::from_secs(5));
    }
    until("no notice waits", || unsent() == 0);
    running.stop();

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let rows = runtime.block_on(async {
        let store = Store::open_existing(&live.world.path("forewarn.sqlite")).unwrap();
        let mut rows = store.outbox(OutboxFilter::Newest(100_000)).await.unwrap();
        rows.retain(|row| row.outgoing.kind == OutboxKind::Notice);
        store.close().await;
        rows
    });
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for contact in CONTACTS {
        for held in live.server.held(contact) {
            *copies.entry(held.mail().message_id.unwrap()).or_default() += 1;
        }
    }
    let mut unknown = 0;
    for row in &rows {
        let forewarn::model::Content::Frozen(mail) = &row.outgoing.content else { panic!("a notice is frozen") };
        let count = copies.remove(&mail.message_id).unwrap_or(0);
        match row.state {
            OutboxState::Sent => assert_eq!(count, 1, "{} to {}", row.outgoing.key, row.outgoing.to.address),
            OutboxState::Unknown => {
                unknown += 1;
                assert!(count <= 1, "{} is there {count} times", row.outgoing.key);
            }
            other => panic!("{} is {}", row.outgoing.key, other.name()),
        }
    }
    // A mail that two kills hit while it was read is put aside, as one that kills its reader is, and staff look at it: nothing is lost in silence.
    let aside = live.server.inbox(SAM).iter().filter(|mail| mail.subject.starts_with("Look yourself: ")).count();
    let told = rows.len() / CONTACTS.len();
    assert_eq!(rows.len() % CONTACTS.len(), 0, "of each work all or none");
    assert!(told <= works && told + aside >= works, "{told} of {works} works, {aside} mails put aside: {answered:?}");
    assert!(copies.is_empty(), "notices that no row knows of: {copies:?}");
    assert!(unknown <= kills * 2, "{unknown} unknown after {kills} kills over two connections");
    eprintln!(
        "{kills} kills, {mails} mails, {} notices: {} sent, {unknown} unknown; {aside} times staff were told to look themselves",
        rows.len(),
        rows.len() - unknown
    );
    assert!(live.server.held(FOREWARN).len() >= works);
}
