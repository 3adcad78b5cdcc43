//! The four promises, held against the whole service: a real store, a Maildir on either side, a clock that is set.
//!
//! Each test tells how a promise could be broken and shows that it is not; `promises/random.rs` plays many weeks at random and asks
//! after each step.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::PathBuf,
};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::{
    clock::Clock,
    config, mail,
    model::{Draft, DraftState, Mail, Maintenance, Outcome},
    service::{self, Round, Service},
};
use tempfile::TempDir;

mod fate;
mod mailbox;
mod proof;
mod race;
mod random;
mod submission;
mod watch;
mod year;

const SAM: &str = "sam@harborlight.example";
const INES: &str = "ines@harborlight.example";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The world of the demo, in live mode, with a service that can be stopped and started.
struct World {
    dir: TempDir,
    clock: Clock,
    running: Option<(Service, File)>,
    seen: BTreeSet<PathBuf>,
    mails: u32,
    canary_every: Option<TimeDelta>,
}

/// A mail that left.
#[derive(Clone)]
struct Out {
    to: String,
    mail: Mail,
    bytes: Vec<u8>,
}

impl Out {
    fn text(&self) -> &str {
        self.mail.plain.as_ref().map_or("", |body| body.fresh.as_str())
    }
}

impl World {
    /// Begins a quarter of an hour before the instant, with an empty inbox. Each change replaces a line of the configuration.
    async fn new(start: &str, changes: &[(&str, &str)]) -> Self {
        let mut world = Self::closed(start, changes);
        world.open().await;
        world.round().await;
        world.clock.set(at(start));
        world
    }

    fn closed(start: &str, changes: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["in/new", "in/cur", "in/tmp", "out"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("forewarn.key"), "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n").unwrap();
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir.path().join("forewarn.key"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(dir.path().join("services.toml"), include_str!("../../fixtures/services.toml")).unwrap();
        let world = Self {
            dir,
            clock: Clock::fixed(at(start) - TimeDelta::minutes(15)),
            running: None,
            seen: BTreeSet::new(),
            mails: 0,
            canary_every: None,
        };
        let mut all = vec![("mode = \"rehearsal\"", "mode = \"live\"")];
        all.extend_from_slice(changes);
        world.configure(include_str!("../../fixtures/forewarn.toml"), &all);
        world
    }

    fn configure(&self, text: &str, changes: &[(&str, &str)]) {
        let mut text = text.to_owned();
        let alarms = self.dir.path().join("alarms").display().to_string();
        for (old, new) in changes {
            assert!(text.contains(old), "the configuration has no {old}");
            text = text.replacen(old, &new.replace("ALARMS", &alarms), 1);
        }
        fs::write(self.dir.path().join("forewarn.toml"), text).unwrap();
    }

    /// Changes the configuration; the service has to be opened anew.
    fn change(&self, old: &str, new: &str) {
        let text = fs::read_to_string(self.dir.path().join("forewarn.toml")).unwrap();
        self.configure(&text, &[(old, new)]);
    }

    async fn open(&mut self) {
        let mut config = config::load(&self.dir.path().join("forewarn.toml")).map_err(|report| report.to_string()).unwrap();
        config.policy.canary_every = self.canary_every;
        self.running = Some(service::open(config, self.clock.clone()).await.unwrap());
    }

    /// Stops the service as a kill would: nothing is finished.
    async fn stop(&mut self) {
        if let Some((service, lock)) = self.running.take() {
            service.store().clone().close().await;
            drop(lock);
        }
    }

    async fn restart(&mut self) {
        self.stop().await;
        self.open().await;
    }

    fn service(&self) -> &Service {
        &self.running.as_ref().unwrap().0
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn round(&self) -> Round {
        let round = self.service().once().await.unwrap();
        assert!(self.service().store().counts().await.unwrap().adds_up());
        round
    }

    /// Sets the clock and does a round.
    async fn at(&self, time: &str) -> Round {
        self.clock.set(at(time));
        self.round().await
    }

    async fn later(&self, minutes: i64) -> Round {
        self.clock.advance(TimeDelta::minutes(minutes));
        self.round().await
    }

    fn put(&mut self, raw: &str) -> String {
        self.mails += 1;
        let name = format!("{:04}.mail", self.mails);
        let temporary = self.dir.path().join("in/tmp").join(&name);
        fs::write(&temporary, raw.replace('\n', "\r\n")).unwrap();
        let arrived = std::time::SystemTime::from(self.now());
        File::options().write(true).open(&temporary).unwrap().set_modified(arrived).unwrap();
        fs::rename(&temporary, self.dir.path().join("in/new").join(&name)).unwrap();
        name
    }

    /// A mail arrives and is considered.
    async fn arrives(&mut self, raw: &str) -> Outcome {
        self.put(raw);
        let round = self.round().await;
        round.considered.last().map(|(_, outcome)| outcome.clone()).unwrap()
    }

    /// A host notice of the demo's provider.
    fn notice(&self, subject: &str, body: &str) -> String {
        self.mail("Northfield Cloud <notices@northfield.example>", subject, "", body)
    }

    fn mail(&self, from: &str, subject: &str, headers: &str, body: &str) -> String {
        format!(
            "Message-ID: <m{}-{}@test.example>\nFrom: {from}\nTo: noc@harborlight.example\nSubject: {subject}\nDate: {}\n{headers}\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n",
            self.mails,
            self.now().timestamp(),
            self.now().to_rfc2822(),
        )
    }

    /// Every mail that left since the last look, in order of recipient and subject.
    fn out(&mut self) -> Vec<Out> {
        let mut found = Vec::new();
        for recipient in fs::read_dir(self.dir.path().join("out")).unwrap() {
            let recipient = recipient.unwrap();
            for file in fs::read_dir(recipient.path().join("new")).unwrap() {
                let path = file.unwrap().path();
                if self.seen.insert(path.clone()) {
                    let bytes = fs::read(&path).unwrap();
                    found.push(Out { to: recipient.file_name().to_string_lossy().into_owned(), mail: mail::parse(&bytes), bytes });
                }
            }
        }
        found.sort_by(|a, b| (&a.to, &a.mail.subject).cmp(&(&b.to, &b.mail.subject)));
        found
    }

    /// What left to customers since the last look.
    fn told(&mut self) -> Vec<Out> {
        self.out().into_iter().filter(|out| !out.to.ends_with("harborlight.example")).collect()
    }

    /// The newest request to somebody about a maintenance.
    fn request(&self, who: &str, about: &str) -> Mail {
        let mut newest: Option<Mail> = None;
        for file in fs::read_dir(self.dir.path().join("out").join(who).join("new")).unwrap() {
            let mail = mail::parse(&fs::read(file.unwrap().path()).unwrap());
            let is_request = mail.message_id.as_deref().is_some_and(|id| id.starts_with("fw."));
            let later = newest.as_ref().is_none_or(|seen| (mail.date, revision(&mail)) > (seen.date, revision(seen)));
            if is_request && later && mail.subject.contains(about) {
                newest = Some(mail);
            }
        }
        newest.ok_or_else(|| format!("{who} has no request about {about}")).unwrap()
    }

    /// An answer to a request as a mail client writes it.
    fn answer(&self, from: &str, request: &Mail, text: &str) -> String {
        format!(
            "Message-ID: <reply-{}-{}@harborlight.example>\nFrom: <{from}>\nTo: <{}>\nSubject: Re: {}\nIn-Reply-To: <{}>\nDate: {}\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n",
            self.mails,
            self.now().timestamp(),
            request.reply_to.first().map_or("forewarn@harborlight.example", |to| to.address.as_str()),
            request.subject,
            request.message_id.as_deref().unwrap_or_default(),
            self.now().to_rfc2822(),
        )
    }

    /// Sam answers the newest request about a maintenance.
    async fn sam(&mut self, about: &str, text: &str) -> Outcome {
        let raw = self.answer(SAM, &self.request(SAM, about), text);
        self.arrives(&raw).await
    }

    async fn maintenances(&self) -> Vec<Maintenance> {
        self.service().store().maintenances(self.now() - TimeDelta::days(400), self.now() + TimeDelta::days(400)).await.unwrap()
    }

    async fn drafts(&self) -> Vec<(Draft, Maintenance)> {
        self.service().store().drafts(true).await.unwrap()
    }

    async fn open_drafts(&self) -> Vec<(Draft, Maintenance)> {
        self.service().store().drafts(false).await.unwrap()
    }

    fn alarms(&self) -> String {
        fs::read_to_string(self.dir.path().join("alarms")).unwrap_or_default()
    }
}

/// The change of the configuration by which alarms are written into a file.
const ALARMS: (&str, &str) = ("[outbox]", "[alarm]\ncommand = [\"/bin/sh\", \"-c\", \"cat >> ALARMS\"]\n\n[outbox]");

/// `v3` of a request's subject.
fn revision(mail: &Mail) -> u32 {
    let mut words = mail.subject.split_whitespace().filter_map(|word| word.strip_prefix('v')?.parse().ok());
    words.next_back().unwrap_or(0)
}

/// The body of a host notice.
fn host(reference: &str, server: &str, window: &str) -> String {
    format!(
        "Hello,\n\nReference: {reference}\nServer: {server}\nReason: replacement of a degraded host\nMaintenance window: {window}\n\nNothing is to be done on your side."
    )
}

const WINDOW: &str = "2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC";
const SUBJECT: &str = "Scheduled maintenance for your server mail01";

fn outcome_name(outcome: &Outcome) -> &'static str {
    outcome.name()
}

#[tokio::test]
async fn a_draft_can_be_decided_after_the_provider_says_that_it_began() {
    let mut world = World::new("2020-09-09T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    world.clock.set(at("2020-09-10T04:05:00Z"));
    let begun = calendar("NF-1", "IN-PROCESS", "mail01");
    let raw = world.mail("Northfield Cloud <notices@northfield.example>", "Maintenance has begun", "", "unused");
    let raw = raw.replace("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nunused", &begun);
    world.arrives(&raw).await;
    assert_eq!(world.maintenances().await.len(), 1);
    assert_eq!(outcome_name(&world.sam("FW-1", "approve").await), "reply");
    world.later(5).await;
    assert!(!world.told().is_empty(), "{:?}", world.drafts().await.iter().map(|(draft, _)| draft.state.clone()).collect::<Vec<_>>());
}

/// A calendar part after the BCOP, as a whole body with its headers.
fn calendar(id: &str, status: &str, object: &str) -> String {
    format!(
        "Content-Type: text/calendar; method=PUBLISH; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nBEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//t//EN\n\
         METHOD:PUBLISH\nBEGIN:VEVENT\nSUMMARY:Work\nUID:{id}@northfield.example\nDTSTART:20200910T040000Z\nDTEND:20200910T120000Z\n\
         X-MAINTNOTE-PROVIDER:northfield.example\nX-MAINTNOTE-ACCOUNT:1\nX-MAINTNOTE-MAINTENANCE-ID:{id}\nX-MAINTNOTE-OBJECT-ID:{object}\n\
         X-MAINTNOTE-IMPACT:OUTAGE\nX-MAINTNOTE-STATUS:{status}\nEND:VEVENT\nEND:VCALENDAR"
    )
}

#[tokio::test]
async fn t11_an_emergency_that_has_begun_is_asked_and_alarmed() {
    for window in ["2020-09-10 04:00 UTC", "2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC"] {
        let mut world = World::new("2020-09-10T04:10:00Z", &[ALARMS]).await;
        world.arrives(&world.notice("Emergency maintenance for your server mail01", &host("NF-1", "mail01", window))).await;
        let all = world.maintenances().await;
        assert_eq!(world.open_drafts().await.len(), 1, "{window}: {all:#?}");
        assert!(world.alarms().contains("FW-1"), "{window}: {}", world.alarms());
    }
}

#[tokio::test]
async fn t11_a_live_mail_that_is_read_after_its_window_is_told_to_staff() {
    let mut world = World::new("2020-09-09T15:00:00Z", &[]).await;
    world.put(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW)));
    world.at("2020-09-10T13:00:00Z").await;
    let out = world.out();
    assert!(out.iter().any(|out| out.to == SAM && out.mail.subject.contains("FW-1")), "{}", out.len());
}

#[tokio::test]
async fn what_cannot_be_read_asks_even_in_a_known_thread() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let first = world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW));
    let id = first.lines().next().unwrap().trim_start_matches("Message-ID: ").to_owned();
    world.arrives(&first).await;
    world.sam("FW-1", "approve").await;
    world.later(10).await;
    world.out();
    let headers = format!("In-Reply-To: {id}\n");
    let raw = world.mail(
        "Northfield Cloud <notices@northfield.example>",
        "Re: your server",
        &headers,
        "Hello,\n\nwe could not get the parts in time, so our maintenance window will be some other night. More soon.",
    );
    assert_eq!(outcome_name(&world.arrives(&raw).await), "needs-person");
    let out = world.out();
    assert!(
        out.iter().any(|out| out.to == SAM && out.mail.message_id.as_deref().unwrap_or_default().starts_with("fw.")),
        "nobody was asked"
    );
}

#[tokio::test]
async fn what_was_closed_unasked_comes_back_with_news() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let cancelled = "Hello,\n\nReference: NF-9\nServer: mail01\nMaintenance window: 2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC\n";
    world.arrives(&world.notice("Maintenance cancelled", cancelled)).await;
    world.later(60).await;
    let moved = "Hello,\n\nReference: NF-9\nServer: mail01\nReason: parts\nPrevious window: 2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC\n\
                 New maintenance window: 2020-09-12 04:00 UTC to 2020-09-12 12:00 UTC";
    world.arrives(&world.notice("Maintenance rescheduled for your server mail01", moved)).await;
    assert_eq!(world.open_drafts().await.len(), 1, "{:#?}", world.maintenances().await);
}

#[tokio::test]
async fn w17_a_server_given_back_and_one_in_use_in_the_next_mail() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice("Scheduled maintenance for your server web03", &host("NF-3", "web03", WINDOW))).await;
    assert_eq!(world.open_drafts().await.len(), 0);
    world.later(60).await;
    world.arrives(&world.notice("Scheduled maintenance for your server web03", &host("NF-3", "mail01", WINDOW))).await;
    assert_eq!(world.open_drafts().await.len(), 1);
}

#[tokio::test]
async fn w01_the_first_look_is_summed_up_and_start_drafts_it() {
    let mut world = World::closed("2020-09-05T15:00:00Z", &[]);
    let old = world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW));
    world.put(&old);
    world.open().await;
    world.round().await;
    world.later(1).await;
    let out = world.out();
    let summary = out.iter().find(|out| out.to == SAM).expect("no summary");
    assert!(summary.mail.subject.contains("First look"), "{}", summary.mail.subject);
    assert_eq!(world.drafts().await.len(), 0);
    world.later(1).await;
    assert_eq!(world.out().len(), 0, "the summary is sent once");
    let raw = world.answer(SAM, &summary.mail, "start");
    assert_eq!(world.arrives(&raw).await, Outcome::Reply(forewarn::model::ReplyOutcome::Accepted));
    assert_eq!(world.open_drafts().await.len(), 1);
}

#[tokio::test]
async fn a_new_mail_about_what_waits_for_start_is_not_held_back() {
    let mut world = World::closed("2020-09-05T15:00:00Z", &[]);
    let old = world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW));
    world.put(&old);
    world.open().await;
    world.round().await;
    world.later(60).await;
    let moved = "Hello,\n\nReference: NF-1\nServer: mail01\nReason: parts\nPrevious window: 2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC\n\
                 New maintenance window: 2020-09-12 04:00 UTC to 2020-09-12 12:00 UTC";
    world.arrives(&world.notice("Maintenance rescheduled for your server mail01", moved)).await;
    assert_eq!(world.open_drafts().await.len(), 1);
}

#[tokio::test]
async fn a_zone_in_doubt_stays_in_doubt_when_another_mail_says_nothing_of_the_time() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let doubtful = host("NF-1", "mail01", "2020-09-10 04:00 to 2020-09-10 12:00");
    world.arrives(&world.notice(SUBJECT, &doubtful)).await;
    let first = world.open_drafts().await;
    assert!(!first[0].0.questions.is_empty(), "{:#?}", first[0].0.questions);
    world.later(60).await;
    let tentative = "Hello,\n\nReference: NF-1\nServer: mail01, web01\nReason: replacement of a degraded host and of another";
    world.arrives(&world.notice(SUBJECT, tentative)).await;
    for (draft, maintenance) in world.open_drafts().await {
        assert!(!draft.questions.is_empty(), "{:?} {:#?}", draft.variants.len(), maintenance.said.windows);
    }
}

#[tokio::test]
async fn services_chosen_for_nothing_named_do_not_outrank_named_ones() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let unnamed = format!("Hello,\n\nReference: NF-1\nReason: parts\nMaintenance window: {WINDOW}");
    world.arrives(&world.notice(SUBJECT, &unnamed)).await;
    world.sam("FW-1", "services 1").await;
    let (draft, _) = world.open_drafts().await.pop().unwrap();
    let chosen: Vec<String> = draft.services.iter().map(|service| service.id.clone()).collect();
    assert_eq!(chosen.len(), 1);
    world.later(60).await;
    let other = if chosen == ["web"] { "mail01" } else { "web01" };
    world.arrives(&world.notice(SUBJECT, &host("NF-1", other, WINDOW))).await;
    let (draft, _) = world.open_drafts().await.pop().unwrap();
    assert!(draft.services.iter().all(|service| !chosen.contains(&service.id)), "{:?}", draft.services);
}

#[tokio::test]
async fn w04_what_was_decided_in_rehearsal_is_asked_anew_in_live() {
    for wait in [1, 10] {
        let mut world = World::new("2020-09-05T15:00:00Z", &[("mode = \"live\"", "mode = \"rehearsal\"")]).await;
        world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
        world.sam("FW-1", "approve").await;
        world.later(wait).await;
        assert!(world.told().is_empty());
        world.change("mode = \"rehearsal\"", "mode = \"live\"");
        world.restart().await;
        world.later(30).await;
        assert!(world.told().is_empty(), "nothing from rehearsal is sent");
        let open = world.open_drafts().await;
        assert_eq!(open.len(), 1, "after {wait} minutes");
        world.sam("FW-1", "approve").await;
        world.later(5).await;
        assert!(!world.told().is_empty());
    }
}

#[tokio::test]
async fn a_brake_to_rehearsal_and_back_loses_no_notice() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    world.sam("FW-1", "approve").await;
    world.change("mode = \"live\"", "mode = \"rehearsal\"");
    world.restart().await;
    world.later(30).await;
    assert!(world.told().is_empty());
    world.change("mode = \"rehearsal\"", "mode = \"live\"");
    world.restart().await;
    world.later(30).await;
    assert!(world.told().is_empty());
    assert_eq!(world.open_drafts().await.len(), 1);
}

#[tokio::test]
async fn one_reference_for_two_works_of_one_mail_stays_two() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let both = format!("{}\nEND", events("NF-7")).replace("\nEND", "");
    for _ in 0..2 {
        let raw = world.mail("Northfield Cloud <notices@northfield.example>", "Two works", "", "unused");
        let raw = raw.replace("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nunused", &both);
        world.arrives(&raw).await;
        world.later(60).await;
    }
    let all = world.maintenances().await;
    let starts: BTreeSet<_> = all.iter().flat_map(|one| one.said.windows.iter().map(|window| window.start)).collect();
    assert_eq!(starts.len(), 2, "{:#?}", all.iter().map(|one| &one.said).collect::<Vec<_>>());
}

/// Two events under one reference: mail01 on the 10th, web01 on the 12th.
fn events(id: &str) -> String {
    let one = calendar(id, "CONFIRMED", "mail01");
    let event = one.get(one.find("BEGIN:VEVENT").unwrap()..one.find("END:VCALENDAR").unwrap()).unwrap().to_owned();
    let second = event.replace("20200910", "20200912").replace("mail01", "web01").replace(&format!("UID:{id}"), &format!("UID:{id}b"));
    one.replace("END:VCALENDAR", &format!("{second}END:VCALENDAR"))
}

#[tokio::test]
async fn i13_a_mail_that_a_client_marks_read_meanwhile_is_not_lost() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let name = world.put(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW)));
    let (new, cur) = (world.dir.path().join("in/new").join(&name), world.dir.path().join("in/cur").join(format!("{name}:2,S")));
    // Listed, and moved before its bytes were read.
    let place = forewarn::store::Place { account: "noc".into(), folder: "INBOX".into(), generation: "maildir".into() };
    let listing = forewarn::store::Listing { uid: name.clone(), arrived_at: world.now(), ..forewarn::store::Listing::default() };
    world.service().store().list(&place, vec![listing], world.now()).await.unwrap();
    let mail = world.service().store().unstored("noc", 1).await.unwrap()[0].mail;
    world.service().store().vanished(mail).await.unwrap();
    fs::rename(new, cur).unwrap();
    world.later(1).await;
    assert_eq!(world.open_drafts().await.len(), 1);
}

#[tokio::test]
async fn o01_a_blind_inbox_is_told_by_mail_and_by_alarm() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
    fs::rename(world.dir.path().join("in"), world.dir.path().join("gone")).unwrap();
    world.later(1).await;
    world.later(11).await;
    world.later(1).await;
    assert!(world.alarms().contains("cannot read the mailbox noc"), "{}", world.alarms());
    assert!(world.out().iter().any(|out| out.to == SAM), "mail still works, so it says so too");
}

#[tokio::test]
async fn o01_an_outbox_that_is_stuck_is_told_by_alarm() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
    fs::remove_dir_all(world.dir.path().join("out")).unwrap();
    fs::write(world.dir.path().join("out"), "no folder").unwrap();
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    for _ in 0..14 {
        world.later(1).await;
    }
    assert!(world.alarms().contains("mail"), "a request that cannot leave is told by the second path: {:?}", world.alarms());
}

#[tokio::test]
async fn a_change_that_leaves_internal_services_only_releases_those_told() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    world.sam("FW-1", "approve").await;
    world.later(10).await;
    assert!(!world.told().is_empty());
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "API", WINDOW))).await;
    assert_eq!(world.open_drafts().await.len(), 1, "those told are asked about");
}

#[tokio::test]
async fn a_cancellation_that_is_refused_brings_back_what_was_asked() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    world.sam("FW-1", "approve").await;
    world.later(10).await;
    let moved = "Hello,\n\nReference: NF-1\nServer: mail01\nReason: parts\nPrevious window: 2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC\n\
                 New maintenance window: 2020-09-12 04:00 UTC to 2020-09-12 12:00 UTC";
    world.arrives(&world.notice("Maintenance rescheduled for your server mail01", moved)).await;
    world.later(10).await;
    world.arrives(&world.notice("Maintenance cancelled", "Hello,\n\nReference: NF-1\nServer: mail01\n")).await;
    world.later(10).await;
    world.sam("FW-1", "reject that mail is forged").await;
    let open = world.open_drafts().await;
    assert_eq!(
        open.len(),
        1,
        "{:#?}",
        world.drafts().await.iter().map(|(d, _)| (d.revision, d.change.clone(), d.state.clone())).collect::<Vec<_>>()
    );
    assert!(matches!(open[0].0.change, forewarn::model::Change::Rescheduled { .. }));
    assert_eq!(open[0].0.state, DraftState::Proposed);
}

#[tokio::test]
async fn an_approver_whose_token_is_unknown_is_told() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    let raw = world.answer(SAM, &world.request(SAM, "FW-1"), "approve");
    world.stop().await;
    let key = world.dir.path().join("forewarn.sqlite");
    for file in fs::read_dir(world.dir.path()).unwrap() {
        let path = file.unwrap().path();
        if path.to_string_lossy().starts_with(&*key.to_string_lossy()) {
            fs::remove_file(path).unwrap();
        }
    }
    for file in fs::read_dir(world.dir.path().join("in/new")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    world.open().await;
    world.round().await;
    world.out();
    world.clock.advance(TimeDelta::minutes(30));
    world.arrives(&raw).await;
    let out = world.out();
    assert!(out.iter().any(|out| out.to == SAM), "Sam believes that it is approved");
    assert!(!out.iter().any(|out| out.text().is_empty() || out.bytes.is_empty() || out.to == INES));
}

#[tokio::test]
async fn a08_what_left_while_it_was_decided_is_decided_anew() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    world.sam("FW-1", "approve").await;
    let store = world.service().store().clone();
    let rows = store.outbox(forewarn::store::OutboxFilter::Draft(forewarn::model::DraftId(1))).await.unwrap();
    let row = rows.iter().find(|row| row.outgoing.kind == forewarn::model::OutboxKind::Notice).unwrap().id;
    let effects = forewarn::model::Effects {
        voided: vec![(forewarn::model::DraftId(1), "cancelled by the provider".into())],
        rests_on: vec![(row, forewarn::model::OutboxState::Queued)],
        ..forewarn::model::Effects::default()
    };
    world.later(5).await;
    let overtaken = store.commit(None, &effects, world.now()).await;
    assert!(matches!(overtaken, Err(forewarn::store::StoreError::Overtaken(_))), "{overtaken:?}");
}

#[tokio::test]
async fn an_alarm_command_that_fails_is_told_by_mail() {
    let failing = ("[outbox]", "[alarm]\ncommand = [\"/bin/false\"]\n\n[outbox]");
    let mut world = World::new("2020-09-10T02:00:00Z", &[failing]).await;
    world.arrives(&world.notice("Emergency maintenance for your server mail01", &host("NF-1", "mail01", WINDOW))).await;
    for _ in 0..12 {
        world.later(1).await;
    }
    assert!(world.out().iter().any(|out| out.to == SAM && out.mail.subject.starts_with("ALARM")));
}

#[tokio::test]
async fn mail_to_staff_that_was_refused_is_told_to_the_others() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
    world.put(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW)));
    world.round().await;
    world.clock.advance(TimeDelta::days(1));
    let store = world.service().store().clone();
    let reminder = forewarn::model::Effects {
        outgoing: vec![forewarn::model::Outgoing {
            kind: forewarn::model::OutboxKind::Request,
            key: "request:1:again".into(),
            to: forewarn::model::Mailbox { name: String::new(), address: INES.into() },
            content: forewarn::model::Content::Request {
                draft: forewarn::model::DraftId(1),
                approver: INES.into(),
                flavour: forewarn::model::RequestFlavour::Reminder(1),
            },
            not_before: world.now(),
            draft: Some(forewarn::model::DraftId(1)),
            with: None,
        }],
        ..forewarn::model::Effects::default()
    };
    store.commit(None, &reminder, world.now()).await.unwrap();
    let row = store.claim(world.now()).await.unwrap().unwrap();
    store.ended(row.id, forewarn::model::OutboxState::Failed, Some("550 no such user".into()), None, world.now()).await.unwrap();
    world.round().await;
    assert!(world.out().iter().any(|out| out.to == SAM && out.mail.subject.contains(INES)));
    assert!(world.alarms().contains(INES), "{}", world.alarms());
}

#[tokio::test]
async fn a_reference_in_other_letters_is_the_same() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1a", "mail01", WINDOW))).await;
    world.clock.advance(TimeDelta::minutes(30));
    world.arrives(&world.notice("Maintenance cancelled", "Hello,\n\nReference: NF-1A\nServer: mail01\n")).await;
    let all = world.drafts().await;
    assert!(all.iter().all(|(_, maintenance)| maintenance.id.0 == 1), "{}", all.len());
    assert_eq!(all.len(), 2, "asked anew, with the doubt on top");
}

#[tokio::test]
async fn a_notice_that_a_list_rewrote_to_our_address_is_read() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let headers = "X-Original-Sender: notices@northfield.example\n";
    let raw = world.mail("Northfield via noc <forewarn@harborlight.example>", SUBJECT, headers, &host("NF-1", "mail01", WINDOW));
    assert_eq!(world.arrives(&raw).await.name(), "extracted");
    let own = world.mail("Forewarn <forewarn@harborlight.example>", SUBJECT, "", &host("NF-2", "mail01", WINDOW));
    assert_eq!(world.arrives(&own).await.name(), "automatic");
}

#[tokio::test]
async fn what_has_no_window_is_escalated_too() {
    let mut world = World::new("2020-09-07T15:00:00Z", &[]).await;
    let body = "Hello,\n\nthere will be maintenance on the power of hall 2 one of these days, we will tell you when. Our maintenance window is not fixed.";
    world.arrives(&world.mail("Northfield Cloud <notices@northfield.example>", "Power works ahead", "", body)).await;
    assert_eq!(world.open_drafts().await.len(), 1);
    for _ in 0..5 {
        world.later(12 * 60).await;
    }
    assert!(world.out().iter().any(|out| out.to.starts_with("ruth@")), "nobody answered for two days");
}
