//! Hostile approvals: mails made to look like an approver's yes. Each begins as a genuine one under a key that a real name server serves,
//! then one trick is played; none is accepted, and none brings a mail to anybody who is no listed approver.
//!
//! The genuine ones, in every layout that mail programs and servers make of them, are accepted: else these tests could not fail.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail the test")]

mod checks;
mod controls;
mod guesses;
pub(crate) mod letter;
mod mutations;
mod replays;
mod results;
mod senders;
mod words;

use chrono::{DateTime, Utc};
use forewarn::approval::{self, Token};
use forewarn::desk::{self, Arrival, Desk};
use forewarn::dns::Dns;
use forewarn::draft::Templates;
use forewarn::mail::{self, prescan};
use forewarn::model::{
    AuthFact, AuthMode, Decision, DkimCheck, Draft, DraftId, DraftState, Effects, Inventory, Irrelevance, Known, Mail, MailId, Maintenance,
    OutboxKind, Outcome, Policy, Reading, ReplyOutcome, Request, RequestAbout, RequestFlavour, Verdict, Zones,
};
use forewarn::rules::{self, Options, RuleSet};
use forewarn::{config, dkim};
use std::fs;
use tempfile::TempDir;

use self::letter::{Letter, Signer};
use crate::mailserver::names::Names;

const SAM: &str = "sam@harborlight.example";
const INES: &str = "ines@harborlight.example";
const OURS: &str = "forewarn@harborlight.example";
const DOMAIN: &str = "harborlight.example";
const AUTHSERV: &str = "mx.harborlight.example";
const PROVIDER: &str = "Northfield Cloud <notices@northfield.example>";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The modes under which every case is played.
fn modes() -> [AuthMode; 3] {
    [AuthMode::Dkim, AuthMode::Authserv(AUTHSERV.to_owned()), AuthMode::M365Internal]
}

/// The company of the fixtures with three requests to each of two approvers: an overtaken and a current one about FW-1, one about FW-2.
struct Stage {
    policy: Policy,
    inventory: Inventory,
    templates: Templates,
    zones: Zones,
    key: Vec<u8>,
    requests: Vec<Request>,
    drafts: Vec<Draft>,
    maintenances: Vec<Maintenance>,
    /// What a mail is taken for that is no answer.
    nothing: Reading,
    now: DateTime<Utc>,
    dns: Dns,
    keys: Keys,
    _names: Names,
    _folder: TempDir,
}

/// Who signs.
struct Keys {
    /// The company, under a key in full force.
    ours: Signer,
    /// The same company under a key in test mode, one for other services than mail, and one that was taken back.
    testing: Signer,
    not_for_mail: Signer,
    revoked: Signer,
    /// A part of the company, the provider, an outsider, and outsiders with names like the company's.
    part: Signer,
    provider: Signer,
    outsider: Signer,
    look_alike: Signer,
    parent: Signer,
    longer: Signer,
}

impl Keys {
    fn new() -> Self {
        Self {
            ours: Signer::new("s1", DOMAIN),
            testing: Signer::new("testing", DOMAIN),
            not_for_mail: Signer::new("reports", DOMAIN),
            revoked: Signer::new("revoked", DOMAIN),
            part: Signer::new("s1", "lists.harborlight.example"),
            provider: Signer::new("s1", "northfield.example"),
            outsider: Signer::new("s1", "evil.example"),
            look_alike: Signer::new("s1", "harborl1ght.example"),
            parent: Signer::new("s1", "example"),
            longer: Signer::new("s1", "harborlight.example.evil.example"),
        }
    }

    fn records(&self) -> Vec<(String, String)> {
        let plain = [&self.ours, &self.part, &self.provider, &self.outsider, &self.look_alike, &self.parent, &self.longer];
        let mut records: Vec<(String, String)> = plain.iter().map(|signer| (signer.name(), signer.record(""))).collect();
        records.push((self.testing.name(), self.testing.record("t=y; ")));
        records.push((self.not_for_mail.name(), self.not_for_mail.record("s=tlsrpt; ")));
        records.push((self.revoked.name(), "v=DKIM1; k=ed25519; p=".to_owned()));
        // The outsider lets everybody sign for it, and says that the company lets it (RFC 6541).
        records.push(("harborlight.example._atps.evil.example".to_owned(), "v=ATPS1".to_owned()));
        records.push(("evil.example._atps.harborlight.example".to_owned(), "v=ATPS1".to_owned()));
        records
    }
}

/// What came of a mail.
#[derive(Debug)]
struct Result {
    outcome: Outcome,
    /// The decisions that were carried out.
    decisions: Vec<(Option<DraftId>, Decision)>,
    /// Whether anything but a mail to staff follows: a decision, a notice, a draft, a maintenance.
    acts: bool,
    written_to: Vec<String>,
}

impl Stage {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let fixture = |name: &str| fs::read_to_string(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let text = fixture("forewarn.toml").replace("mode = \"rehearsal\"", "mode = \"live\"");
        fs::write(folder.path().join("forewarn.toml"), text).unwrap();
        fs::write(folder.path().join("services.toml"), fixture("services.toml")).unwrap();
        let config = config::load(&folder.path().join("forewarn.toml")).map_err(|report| report.to_string()).unwrap();
        let keys = Keys::new();
        let records = keys.records();
        let records: Vec<(&str, &str)> = records.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let names = Names::alone(&records);
        let (rules, zones, now) = (RuleSet::embedded(), forewarn::zones::newest(), at("2020-09-05T15:00:00Z"));
        let letter = mail::parse(b"Subject: hello\r\n\r\nhello\r\n");
        let nothing = rules::read(&rules, &zones, &letter, now, Options::default());
        assert_eq!(nothing.verdict, Verdict::Irrelevant(Irrelevance::NoSign));
        let mut stage = Self {
            policy: config.policy,
            inventory: config.inventory,
            templates: Templates::new(Vec::new()).unwrap(),
            zones,
            nothing,
            key: vec![7; 32],
            requests: Vec::new(),
            drafts: Vec::new(),
            maintenances: Vec::new(),
            now,
            dns: Dns::new(Some(names.address)).unwrap(),
            keys,
            _names: names,
            _folder: folder,
        };
        stage.notice(&rules, "NF-1", "mail01", "2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC");
        stage.notice(&rules, "NF-2", "mail01", "2020-09-17 04:00 UTC to 2020-09-17 12:00 UTC");
        stage.notice(&rules, "NF-1", "mail01", "2020-09-11 04:00 UTC to 2020-09-11 12:00 UTC");
        let states: Vec<(i64, u32, bool)> = stage.drafts.iter().map(|one| (one.maintenance.0, one.revision, one.state.open())).collect();
        assert_eq!(states, [(1, 1, false), (2, 1, true), (1, 2, true)]);
        assert_eq!(stage.requests.len(), 6, "two approvers are asked three times");
        stage
    }

    /// A provider's notice comes in.
    fn notice(&mut self, rules: &RuleSet, reference: &str, server: &str, window: &str) {
        let raw = format!(
            "Message-ID: <{reference}-{}@northfield.example>\r\nFrom: {PROVIDER}\r\nTo: noc@{DOMAIN}\r\n\
             Subject: Scheduled maintenance for your server {server}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\
             Hello,\r\n\r\nReference: {reference}\r\nServer: {server}\r\nReason: replacement of a degraded host\r\n\
             Maintenance window: {window}\r\n\r\nNothing is to be done on your side.\r\n",
            self.drafts.len()
        );
        let mail = mail::parse(raw.as_bytes());
        let reading = rules::read(rules, &self.zones, &mail, self.now, Options { calendars: true });
        let mut known = self.known(&mail);
        known.maintenances = self.maintenances.clone();
        known.drafts = self.drafts.clone();
        let effects = desk::decide(&self.desk(&self.policy), &known, &self.arrival(), &mail, &reading, self.now);
        self.take(effects);
    }

    fn take(&mut self, effects: Effects) {
        for new in effects.maintenances {
            self.maintenances.retain(|old| old.id != new.id);
            self.maintenances.push(new);
        }
        for (id, why) in effects.voided {
            let draft = self.drafts.iter_mut().find(|draft| draft.id == id).unwrap();
            draft.state = DraftState::Void(why);
        }
        for new in effects.drafts {
            self.drafts.retain(|old| old.id != new.id);
            self.drafts.push(new);
        }
        self.requests.extend(effects.requests);
    }

    fn desk<'a>(&'a self, policy: &'a Policy) -> Desk<'a> {
        Desk { policy, inventory: &self.inventory, templates: &self.templates, zones: &self.zones, key: &self.key }
    }

    fn arrival(&self) -> Arrival {
        Arrival { mail: MailId(99), arrived_at: self.now, backlog: false }
    }

    /// What the store would find for a mail: the requests by their hashes, and all of their maintenances.
    fn known(&self, mail: &Mail) -> Known {
        let keys = desk::keys(&self.policy, &self.inventory, mail, &self.nothing);
        let named = |request: &&Request| keys.token_hashes.contains(&request.token_hash) || keys.code_hashes.contains(&request.code_hash);
        let requests: Vec<Request> = self.requests.iter().filter(named).cloned().collect();
        let asked = |draft: &&Draft| requests.iter().any(|request| request.about == RequestAbout::Draft(draft.id));
        let touched: Vec<_> = self.drafts.iter().filter(asked).map(|draft| draft.maintenance).collect();
        Known {
            maintenances: self.maintenances.iter().filter(|one| touched.contains(&one.id)).cloned().collect(),
            drafts: self.drafts.iter().filter(|draft| touched.contains(&draft.maintenance)).cloned().collect(),
            requests,
            next_maintenance: i64::try_from(self.maintenances.len()).unwrap() + 1,
            next_draft: i64::try_from(self.drafts.len()).unwrap() + 1,
            ..Known::default()
        }
    }

    fn draft(&self, maintenance: i64, revision: u32) -> &Draft {
        self.drafts.iter().find(|draft| draft.maintenance.0 == maintenance && draft.revision == revision).unwrap()
    }

    fn token(&self, maintenance: i64, revision: u32, approver: &str) -> Token {
        approval::token(&self.key, &RequestAbout::Draft(self.draft(maintenance, revision).id), revision, approver)
    }

    /// The request as it leaves.
    fn request(&self, maintenance: i64, revision: u32, approver: &str) -> Vec<u8> {
        let draft = self.draft(maintenance, revision);
        let about = self.maintenances.iter().find(|one| one.id == draft.maintenance).unwrap();
        let to = self.policy.approvers.iter().find(|one| one.mailbox.address == approver).unwrap();
        desk::request(&self.desk(&self.policy), draft, about, &to.mailbox, &RequestFlavour::First, true, self.now).unwrap().bytes
    }

    /// A reply to a request as a mail program writes it.
    fn reply(&self, from: &str, maintenance: i64, revision: u32, approver: &str, text: &str) -> Letter {
        let request = mail::parse(&self.request(maintenance, revision, approver));
        let id = request.message_id.clone().unwrap();
        let quoted: String = request.text().lines().map(|line| format!("> {line}\r\n")).collect();
        Letter::new(&[
            ("Message-ID", &format!("<{}-{maintenance}-{revision}.1@laptop.harborlight.example>", from.len())),
            ("Date", "Sat, 5 Sep 2020 10:00:00 -0500"),
            ("From", &format!("Sam Okafor <{from}>")),
            ("To", &format!("Harborlight Forewarn <{}>", request.reply_to[0].address)),
            ("Subject", &format!("Re: {}", request.subject)),
            ("In-Reply-To", &format!("<{id}>")),
            ("References", &format!("<case.1@harborlight.example> <{id}>")),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ])
        .with_body(&format!("{text}\r\n\r\nSam\r\n\r\nOn Sat, 5 Sep 2020 at 10:00, Harborlight Forewarn wrote:\r\n{quoted}"))
    }

    /// Sam's yes to the current request about FW-1, not signed yet.
    fn yes(&self) -> Letter {
        self.reply(SAM, 1, 2, SAM, "approve")
    }

    /// Takes a mail in as the service does.
    async fn take_in(&self, mode: &AuthMode, raw: &[u8], server: Server) -> Result {
        let raw = match mode {
            AuthMode::Authserv(_) => [self.server_says(raw, server).await.as_bytes(), raw].concat(),
            _ => raw.to_vec(),
        };
        if prescan::prescan(&raw).is_err() {
            return Result::of(desk::quarantine("refused"));
        }
        let mut mail = mail::parse(&raw);
        if *mode == AuthMode::Dkim {
            dkim::settle(&self.dns, &raw, &mut mail).await;
        }
        self.decide(mode, &mail)
    }

    fn decide(&self, mode: &AuthMode, mail: &Mail) -> Result {
        let policy = Policy { auth: mode.clone(), ..self.policy.clone() };
        Result::of(desk::decide(&self.desk(&policy), &self.known(mail), &self.arrival(), mail, &self.nothing, self.now))
    }

    /// The header that the company's server writes on top.
    async fn server_says(&self, raw: &[u8], server: Server) -> String {
        let said = match server {
            Server::Spoke => return String::new(),
            Server::Fooled => format!("dmarc=pass header.from={DOMAIN}"),
            Server::Honest if prescan::prescan(raw).is_ok() => {
                let mut mail = mail::parse(raw);
                dkim::settle(&self.dns, raw, &mut mail).await;
                verdict(&mail)
            }
            Server::Honest => "none".to_owned(),
        };
        let end = if raw.contains(&b'\r') { "\r\n" } else { "\n" };
        format!("Authentication-Results: {AUTHSERV}; {said}{end}")
    }
}

/// The verdict on a mail whose signatures were checked.
fn verdict(mail: &Mail) -> String {
    let passes = mail.auth.iter().find_map(|fact| match fact {
        AuthFact::Signature(signature) if signature.check == DkimCheck::Pass => Some(signature.domain.clone()),
        _ => None,
    });
    let from = mail.author().map_or("unknown", |author| author.domain());
    passes.map_or_else(
        || format!("dkim=none; dmarc=fail header.from={from}"),
        |domain| format!("dkim=pass header.d={domain}; dmarc=pass header.from={from}"),
    )
}

impl Result {
    fn of(effects: Effects) -> Self {
        let notices = effects.outgoing.iter().any(|row| row.kind == OutboxKind::Notice);
        Self {
            acts: notices || !effects.decisions.is_empty() || !effects.drafts.is_empty() || !effects.maintenances.is_empty(),
            outcome: effects.outcome.unwrap(),
            decisions: effects.decisions.into_iter().map(|record| (record.draft, record.decision)).collect(),
            written_to: effects.outgoing.into_iter().map(|row| row.to.address).collect(),
        }
    }

    fn accepted(&self) -> bool {
        self.acts || self.outcome == Outcome::Reply(ReplyOutcome::Accepted)
    }

    /// Addresses of no listed approver that are written to.
    fn strangers(&self) -> Vec<&String> {
        self.written_to.iter().filter(|to| ![SAM, INES].contains(&to.as_str())).collect()
    }
}

/// One hostile mail.
struct Case {
    /// The kind, with the row of the fault table.
    kind: &'static str,
    /// The trick.
    trick: String,
    raw: Vec<u8>,
    server: Server,
}

/// What the company's mail server writes on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    /// What the signatures are worth.
    Honest,
    /// That it is of the company: it falls for the trick.
    Fooled,
    /// Nothing more: its words are in the mail.
    Spoke,
}

impl Case {
    fn new(kind: &'static str, trick: impl Into<String>, letter: &Letter) -> Self {
        Self::raw(kind, trick, letter.bytes())
    }

    fn raw(kind: &'static str, trick: impl Into<String>, raw: Vec<u8>) -> Self {
        Self { kind, trick: trick.into(), raw, server: Server::Honest }
    }

    fn fooling_the_server(mut self) -> Self {
        self.server = Server::Fooled;
        self
    }

    fn with_its_own_results(mut self) -> Self {
        self.server = Server::Spoke;
        self
    }
}

/// Every written case.
fn cases(stage: &Stage) -> Vec<Case> {
    [senders::cases(stage), checks::cases(stage), replays::cases(stage), results::cases(stage), words::cases(stage)]
        .into_iter()
        .flatten()
        .collect()
}

#[tokio::test]
async fn a01_a02_a03_a04_a05_a10_a11_a12_a16_a17_no_written_trick_is_accepted_or_answered() {
    let stage = Stage::new();
    let cases = cases(&stage);
    let mut kinds: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let mut failures = Vec::new();
    for case in &cases {
        *kinds.entry(case.kind).or_default() += 1;
        for mode in modes() {
            let result = stage.take_in(&mode, &case.raw, case.server).await;
            if result.accepted() || !result.strangers().is_empty() {
                failures.push(format!("{} {} under {mode:?}: {result:?}", case.kind, case.trick));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.join("\n"));
    assert!(cases.len() >= 60, "{}", cases.len());
    eprintln!("{} written cases under {} modes: 0 accepted, 0 strangers written to; {kinds:?}", cases.len(), modes().len());
}
