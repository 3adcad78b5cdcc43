//! What people answer and what machines answer, read and decided on as the service would: mails under `fixtures/replies` and
//! `fixtures/automatic`, each with what must come of it in an index beside them.
//!
//! The world is made once: a notice came, and both approvers were asked. Each mail is decided on in that state and nothing is committed.

#![expect(clippy::indexing_slicing, reason = "helpers of tests fail the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::approval::{self, Verb};
use forewarn::clock::Clock;
use forewarn::desk::{self, Arrival, Desk};
use forewarn::draft::Templates;
use forewarn::mail::{self, prescan, reply};
use forewarn::model::{Decision, Effects, Known, Mail, MailId, OutboxKind, Outcome, Reading, ReplyOutcome, Zones};
use forewarn::rules::{self, Options, RuleSet};
use forewarn::service::{self, Service};
use forewarn::{config, zones};
use tempfile::TempDir;

mod absence;
mod automatic;
mod loops;
mod mutated;
mod people;

const SAM: &str = "sam@harborlight.example";
const INES: &str = "ines@harborlight.example";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Both approvers asked about one notice.
struct Court {
    dir: TempDir,
    clock: Clock,
    service: Service,
    zones: Zones,
    templates: Templates,
    /// What the rules say of every one of these mails: nothing.
    reading: Reading,
    now: DateTime<Utc>,
    /// The newest request that each of them got.
    requests: BTreeMap<&'static str, Mail>,
}

impl Court {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["in/new", "in/cur", "in/tmp", "out"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        use std::os::unix::fs::PermissionsExt as _;
        let key = dir.path().join("forewarn.key");
        fs::write(&key, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(dir.path().join("services.toml"), include_str!("../../fixtures/services.toml")).unwrap();
        let text = include_str!("../../fixtures/forewarn.toml").replace("mode = \"rehearsal\"", "mode = \"live\"").replace(
            "[outbox]",
            &format!("[alarm]\ncommand = [\"/bin/sh\", \"-c\", \"cat >> {}\"]\n\n[outbox]", dir.path().join("alarms").display()),
        );
        fs::write(dir.path().join("forewarn.toml"), text).unwrap();
        let mut config = config::load(&dir.path().join("forewarn.toml")).map_err(|report| report.to_string()).unwrap();
        config.policy.canary_every = None;
        let begun = at("2020-09-01T14:50:00Z");
        let clock = Clock::fixed(begun);
        let (service, _) = service::open(config, clock.clone()).await.unwrap();
        drop(service.once().await.unwrap());
        clock.set(at("2020-09-01T15:05:00Z"));
        let notice = include_str!("../../fixtures/stories/mail/host-web01.eml").replace('\n', "\r\n");
        put(dir.path(), "notice", notice.as_bytes(), at("2020-09-01T15:05:00Z"));
        let round = service.once().await.unwrap();
        assert_eq!(round.considered.len(), 1, "{round:?}");
        let requests = [SAM, INES].map(|who| {
            let found = files(&dir.path().join("out").join(who).join("new"));
            (who, mail::parse(&fs::read(found.first().unwrap()).unwrap()))
        });
        let (zones, now) = (zones::newest(), at("2020-09-01T15:10:00Z"));
        let reading = rules::read(&RuleSet::embedded(), &zones, &mail::parse(b"Subject: lunch\n\nlunch\n"), now, Options::default());
        Self {
            service,
            zones,
            reading,
            templates: Templates::new(Vec::new()).unwrap(),
            now,
            requests: requests.into_iter().collect(),
            dir,
            clock,
        }
    }

    /// The mail of a fixture: an answer to the request that Sam got.
    fn filled(&self, fixture: &[u8]) -> Vec<u8> {
        self.filled_for(SAM, fixture)
    }

    fn filled_for(&self, who: &str, fixture: &[u8]) -> Vec<u8> {
        let request = &self.requests[who];
        let to = request.reply_to.first().unwrap();
        let mut raw = fixture.to_vec();
        for (place, value) in [
            ("{to}", to.address.as_str()),
            ("{subject}", request.subject.as_str()),
            ("{message-id}", request.message_id.as_deref().unwrap()),
        ] {
            raw = replaced(&raw, place.as_bytes(), value.as_bytes());
        }
        raw
    }

    fn read(&self, raw: &[u8]) -> Mail {
        assert!(prescan::prescan(raw).is_ok(), "{}", String::from_utf8_lossy(raw));
        mail::parse(raw)
    }

    async fn known(&self, mail: &Mail) -> Known {
        let config = self.service.config();
        let keys = desk::keys(&config.policy, &config.inventory, mail, &self.reading);
        self.service.store().known_for(&keys, self.now).await.unwrap()
    }

    /// What follows from a mail, given what is known; nothing is committed.
    fn decided(&self, known: &Known, mail: &Mail) -> Effects {
        let config = self.service.config();
        let desk = Desk {
            policy: &config.policy,
            inventory: &config.inventory,
            templates: &self.templates,
            zones: &self.zones,
            key: b"0123456789abcdef0123456789abcdef",
        };
        let arrival = Arrival { mail: MailId(99), arrived_at: self.now, backlog: false };
        desk::decide(&desk, known, &arrival, mail, &self.reading, self.now)
    }

    /// A mail arrives in the mailbox and the service does a round.
    async fn arrives(&self, name: &str, raw: &[u8]) -> Outcome {
        self.clock.advance(TimeDelta::minutes(1));
        put(self.dir.path(), name, raw, self.clock.now());
        let round = self.service.once().await.unwrap();
        assert_eq!(round.faults, Vec::<String>::new());
        round.considered.first().map(|(_, outcome)| outcome.clone()).unwrap()
    }

    /// Mails that somebody got so far.
    fn got(&self, who: &str) -> Vec<Mail> {
        let dir = self.dir.path().join("out").join(who).join("new");
        if dir.exists() { files(&dir).iter().map(|path| mail::parse(&fs::read(path).unwrap())).collect() } else { Vec::new() }
    }

    fn alarms(&self) -> String {
        fs::read_to_string(self.dir.path().join("alarms")).unwrap_or_default()
    }

    async fn effects(&self, mail: &Mail) -> Effects {
        self.decided(&self.known(mail).await, mail)
    }
}

fn put(dir: &Path, name: &str, raw: &[u8], arrived_at: DateTime<Utc>) {
    let path = dir.join("in/tmp").join(name);
    fs::write(&path, raw).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(arrived_at.into()).unwrap();
    fs::rename(path, dir.join("in/new").join(format!("{name}.mail"))).unwrap();
}

/// Whether a customer would be written to.
fn approves(effects: &Effects) -> bool {
    effects.decisions.iter().any(|record| matches!(record.decision, Decision::Approve))
        || effects.outgoing.iter().any(|mail| mail.kind == OutboxKind::Notice)
}

/// The verb that a mail says, as the index writes it.
fn said(mail: &Mail) -> String {
    let reply = reply::reply(mail);
    if reply.parts_differ || mail.hidden_in_words {
        return "help".to_owned();
    }
    let with = |word: &str, rest: &str| format!("{word} {}", rest.replace('\n', " / ").replace("/  /", "/ /")).trim_end().to_owned();
    match approval::verb(&reply) {
        None | Some(Verb::Help) => "help".to_owned(),
        Some(Verb::Approve) => "approve".to_owned(),
        Some(Verb::Stop) => "stop".to_owned(),
        Some(Verb::Mine) => "mine".to_owned(),
        Some(Verb::Irrelevant) => "irrelevant".to_owned(),
        Some(Verb::Reject(why)) => with("reject", &why),
        Some(Verb::Edit(text)) => with("edit", &text),
        Some(Verb::Hold(day)) => with("hold", &day.map(|day| format!("until {day}")).unwrap_or_default()),
        Some(Verb::Services(which)) => with("services", &which),
        Some(Verb::Drop(name)) => with("drop", &name),
        Some(Verb::SameAs(case)) => with("same as", &case.to_string()),
        Some(other) => format!("{other:?}"),
    }
}

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

/// Every fixture of a folder with what the index says of it. A mail that the index leaves out, or an entry without a mail, fails.
fn indexed(folder: &str) -> Vec<(String, Vec<u8>, String)> {
    let root = fixtures(folder);
    let index = fs::read_to_string(root.join("index.txt")).unwrap();
    let entries: Vec<(String, String)> = index
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(": ").map(|(file, what)| (file.to_owned(), what.to_owned())).unwrap())
        .collect();
    let mut there = Vec::new();
    for client in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        there.extend(files(&client).iter().map(|path| path.strip_prefix(&root).unwrap().display().to_string()));
    }
    there.sort();
    let mut named: Vec<String> = entries.iter().map(|(file, _)| file.clone()).collect();
    named.sort();
    assert_eq!(named, there, "the index of fixtures/{folder} and its mails");
    entries.into_iter().map(|(file, what)| (file.clone(), fs::read(root.join(&file)).unwrap(), what)).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn replaced(raw: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
