//! The store on real files: what is promised of it holds, also across a killed process.

mod ledger;
mod outbox;
mod retention;
mod safety;
mod schema;

use chrono::{DateTime, TimeDelta, Utc};
use forewarn::model::{
    AffectedObject, Change, Content, Decision, DecisionRecord, Draft, DraftId, DraftState, Effects, FrozenMail, Impact, Kind, MailId,
    Mailbox, Maintenance, MaintenanceId, Mode, Notification, OutboxKind, Outcome, Outgoing, Precision, Role, Window,
};
use forewarn::store::{Kept, Listing, Place, Store};
use tempfile::TempDir;

/// A scratch folder and the store in it.
struct Scratch {
    folder: TempDir,
    store: Store,
}

impl Scratch {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("forewarn.db")).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("forewarn.db")
    }

    /// A live mail with these bytes, kept and ready to be considered.
    async fn kept(&self, bytes: &str) -> MailId {
        self.store.good_pass("noc", now()).await.unwrap();
        let listing = Listing { uid: (bytes.len() * 1000 + self.listed().await).to_string(), arrived_at: now(), ..Listing::default() };
        self.store.list(&inbox(), vec![listing], now()).await.unwrap();
        let mail = self.store.unstored("noc", 10).await.unwrap().pop().unwrap().mail;
        assert_eq!(self.store.keep(mail, bytes.as_bytes().to_vec(), now()).await.unwrap(), Kept::New);
        mail
    }

    async fn listed(&self) -> usize {
        usize::try_from(self.store.counts().await.unwrap().listed).unwrap()
    }

    /// A maintenance with one draft, asked for and not decided.
    async fn proposed(&self, id: i64, subject: &str) -> (MailId, Draft) {
        let mail = self.kept(subject).await;
        let draft = draft(id, id, 1);
        let effects = Effects { drafts: vec![draft.clone()], ..notice(mail, maintenance(id, 1, mail)) };
        self.store.commit(Some(mail), &effects, now()).await.unwrap();
        (mail, draft)
    }

    /// Approves a draft by a mail of its own; its notices go to these addresses.
    async fn approve(&self, draft: &Draft, to: &[&str]) -> Draft {
        let mail = self.kept(&format!("approve {} {}", draft.id.0, draft.revision)).await;
        let approved = Draft { state: DraftState::Approved, ..draft.clone() };
        let effects = Effects {
            outcome: Some(Outcome::Reply(forewarn::model::ReplyOutcome::Accepted)),
            drafts: vec![approved.clone()],
            decisions: vec![decision(draft.id, mail, Decision::Approve)],
            outgoing: to.iter().map(|to| notice_to(draft.id, to)).collect(),
            ..Effects::default()
        };
        self.store.commit(Some(mail), &effects, now()).await.unwrap();
        approved
    }

    /// Approves several drafts by one mail; what they say to an address is one mail.
    async fn approve_together(&self, drafts: &[&Draft], to: &str) {
        let mail = self.kept("approve together").await;
        let first = notice_to(drafts.first().unwrap().id, to);
        let part = |draft: &&Draft| {
            let own = notice_to(draft.id, to);
            let with = (own.key != first.key).then(|| first.key.clone());
            Outgoing { content: first.content.clone(), with, ..own }
        };
        let effects = Effects {
            outcome: Some(Outcome::Reply(forewarn::model::ReplyOutcome::Accepted)),
            drafts: drafts.iter().map(|draft| Draft { state: DraftState::Approved, ..(*draft).clone() }).collect(),
            decisions: drafts.iter().map(|draft| decision(draft.id, mail, Decision::Approve)).collect(),
            outgoing: drafts.iter().map(part).collect(),
            ..Effects::default()
        };
        self.store.commit(Some(mail), &effects, now()).await.unwrap();
    }

    async fn state_of(&self, draft: DraftId) -> DraftState {
        self.store.draft(draft).await.unwrap().unwrap().state
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    at("2031-03-04T10:00:00Z")
}

fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn inbox() -> Place {
    Place { account: "noc".into(), folder: "INBOX".into(), generation: "7".into() }
}

fn listings(numbers: std::ops::Range<u32>) -> Vec<Listing> {
    numbers
        .map(|n| Listing {
            uid: n.to_string(),
            arrived_at: now() - TimeDelta::days(100) + TimeDelta::hours(n.into()),
            ..Listing::default()
        })
        .collect()
}

fn window(start: &str, end: &str) -> Window {
    Window {
        start: at(start),
        end: Some(at(end)),
        role: Role::Main,
        status: None,
        zone: None,
        as_written: start.into(),
        precision: Precision::Minute,
    }
}

pub(crate) fn maintenance(id: i64, revision: u32, mail: MailId) -> Maintenance {
    Maintenance {
        revision,
        kind: Some(Kind::Maintenance),
        rule: Some("lux/planned".into()),
        thread: vec![format!("mail-{id}@lux.example")],
        subject: "Planned work".into(),
        sender: "noc@lux.example".into(),
        ..Maintenance::opened(
            MaintenanceId(id),
            mail,
            "lux",
            Notification {
                maintenance_id: Some(format!("LUX-{id}")),
                windows: vec![window("2031-03-10T01:00:00Z", "2031-03-10T05:00:00Z")],
                objects: vec![AffectedObject { object_id: format!("circuit-{id}"), impact: Impact::Outage }],
                ..Notification::default()
            },
            now(),
        )
    }
}

pub(crate) fn draft(id: i64, maintenance: i64, revision: u32) -> Draft {
    Draft {
        publish: false,
        copy_to: None,
        offsets: Vec::new(),
        collides: Vec::new(),
        id: DraftId(id),
        maintenance: MaintenanceId(maintenance),
        revision,
        maintenance_revision: revision,
        change: Change::New,
        mode: Mode::Live,
        paragraphs: "A router is replaced.".into(),
        variants: Vec::new(),
        services: Vec::new(),
        remarks: Vec::new(),
        questions: Vec::new(),
        proposed_at: now(),
        asked_at: None,
        ask_at: None,
        bundle: Vec::new(),
        reminders: 0,
        votes: Vec::new(),
        author: None,
        send_by: None,
        starts_at: Some(at("2031-03-10T01:00:00Z")),
        ends_at: Some(at("2031-03-10T05:00:00Z")),
        content_hash: format!("{id:064}"),
        state: DraftState::Proposed,
    }
}

fn notice(_: MailId, maintenance: Maintenance) -> Effects {
    Effects { outcome: Some(Outcome::Extracted), maintenances: vec![maintenance], ..Effects::default() }
}

fn decision(draft: DraftId, mail: MailId, decision: Decision) -> DecisionRecord {
    DecisionRecord { draft: Some(draft), by: "sam@msp.example".into(), decision, mail: Some(mail), at: now(), proof: "token-only".into() }
}

fn frozen(kind: OutboxKind, key: &str, to: &str, draft: Option<DraftId>) -> Outgoing {
    let mail = FrozenMail { message_id: format!("{key}@msp.example"), bytes: format!("Subject: {key}\r\n\r\n").into_bytes() };
    let to = Mailbox { name: String::new(), address: to.into() };
    Outgoing { kind, key: key.into(), to, content: Content::Frozen(mail), not_before: now(), draft, with: None }
}

fn notice_to(draft: DraftId, to: &str) -> Outgoing {
    frozen(OutboxKind::Notice, &format!("notice:{}:{to}", draft.0), to, Some(draft))
}
