//! Killed in the middle, again and again: nothing is lost, nothing is sent twice.

use super::{World, sample};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use forewarn::clock::Clock;
use forewarn::mail;
use forewarn::model::Mail;

/// Numbers that look random and are the same in every run.
struct Dice(u32);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u64::from(self.0 >> 8) % limit
    }
}

/// A world behind whose outbox mail software carries every mail away, so that nothing is seen to be there already.
struct Carried {
    world: World,
    mails: Vec<(String, Mail)>,
    dice: Dice,
    killed: u32,
}

impl Carried {
    fn carry(&mut self) {
        for (to, file) in self.world.in_place() {
            self.mails.push((to, mail::parse(&fs::read(&file).unwrap())));
            fs::remove_file(&file).unwrap();
        }
    }

    /// Starts a round and kills it: at any moment, or right when a mail appears in the outbox.
    fn kill_a_round(&mut self, now: &str, whole: Duration) {
        let mut child = self.world.start(&["once", "--now", now]);
        if self.dice.below(2) == 0 {
            std::thread::sleep(Duration::from_micros(self.dice.below(u64::try_from(whole.as_micros()).unwrap() + 1)));
        } else {
            while self.world.in_place().is_empty() && child.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
        }
        child.kill().unwrap();
        let status = child.wait_with_output().unwrap().status;
        self.killed += u32::from(status.signal() == Some(9));
        self.carry();
    }

    fn requests(&self, about: &str) -> Vec<&Mail> {
        let asks = format!("OK? [{about} ");
        self.mails
            .iter()
            .filter(|(to, mail)| to == "sam@harborlight.example" && mail.subject.contains(&asks))
            .map(|(_, mail)| mail)
            .collect()
    }
}

#[test]
fn each_customer_gets_one_copy_however_often_it_is_killed() {
    let mut carried = Carried { world: World::harborlight(), mails: Vec::new(), dice: Dice(20_200_901), killed: 0 };
    let began = Clock::System.now();
    carried.world.once("2020-09-01T15:00:00Z").exits(0);
    let whole = (Clock::System.now() - began).to_std().unwrap();

    // Each mail meets one death while it may be read: at the second it would be put aside (M02).
    for name in ["01-host.eml", "02-invoice.eml", "03-newsletter.eml", "05-internal.eml"] {
        carried.world.drop_mail(name, sample(&format!("demo/{name}")));
        carried.kill_a_round("2020-09-01T15:05:00Z", whole);
        carried.world.once("2020-09-01T15:06:00Z").exits(0);
        carried.carry();
    }
    for about in ["FW-1", "FW-2"] {
        let requests = carried.requests(about);
        assert_eq!(requests.len(), 1, "one request about {about}");
        carried.world.answer_to(requests[0], about, "sam@harborlight.example", "approve");
        carried.kill_a_round("2020-09-01T15:10:00Z", whole);
        carried.world.once("2020-09-01T15:11:00Z").exits(0);
        carried.carry();
    }
    assert!(carried.mails.iter().all(|(to, _)| to.ends_with("@harborlight.example")), "no notice before its time");
    for _ in 0..12 {
        carried.kill_a_round("2020-09-01T15:15:00Z", whole);
    }
    // A row that was put off for an hour at the most is due as well.
    carried.world.once("2020-09-01T16:30:00Z").exits(0);
    carried.carry();
    assert!(carried.killed >= 7, "{} rounds were really killed", carried.killed);

    let mut copies: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for (to, mail) in carried.mails.iter().filter(|(to, _)| !to.ends_with("@harborlight.example")) {
        *copies.entry((to.as_str(), mail.subject.as_str())).or_default() += 1;
    }
    // Eight addresses stand behind the mail server, nine behind the control panel's services.
    assert_eq!(copies.len(), 17, "{copies:#?}");
    assert!(copies.values().all(|count| *count == 1), "{copies:#?}");

    let status = carried.world.run(&["status", "--now", "2020-09-01T16:31:00Z"]).exits(0);
    assert!(status.contains("listed       6  = 6 stored + 0 vanished + 0 waiting"), "{status}");
    assert!(status.contains("notices   17 sent") && status.contains("All is well"), "{status}");
    let mut twice: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, mail) in &carried.mails {
        *twice.entry(mail.message_id.as_deref().unwrap()).or_default() += 1;
    }
    assert!(twice.values().all(|count| *count == 1), "no mail twice, to staff neither: {twice:#?}");
}
