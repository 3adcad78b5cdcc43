//! Decisions in the same moment (A06, A08): each looks at what is known and commits, and all orders of these steps are played on a real
//! store. Whoever was overtaken decides anew, as the service does. Whatever leaves is of the revision that is current and approved.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail the test")]

use std::collections::BTreeMap;

use forewarn::desk::{self, Arrival, Desk};
use forewarn::draft::Templates;
use forewarn::model::{Content, Decision, Effects, MailId, MaintenanceId, OutboxId, OutboxKind, OutboxState, Reading, RequestFlavour};
use forewarn::rules::{self, Options, RuleSet};
use forewarn::store::{Listing, OutboxFilter, Place, Store, StoreError};

use super::*;

/// Text of the key file, which is the key.
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What somebody does in two steps: looks, then acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    /// An approver says a word.
    Says(&'static str, &'static str),
    /// The provider moves the window, or calls the work off.
    Reschedules,
    Cancels,
    /// The rows that are due are taken, then leave.
    Sends,
}

const YES: Move = Move::Says(SAM, "approve");
const YES_TOO: Move = Move::Says(INES, "approve");
const YES_AGAIN: Move = Move::Says(SAM, "ok");
const NO: Move = Move::Says(INES, "reject");
const EDIT: Move = Move::Says(INES, "edit\nWe replace a part of the machine.");
const STOP: Move = Move::Says(INES, "stop");
const HOLD: Move = Move::Says(INES, "hold");

/// One who moves.
struct Mover {
    mail: Option<(MailId, Mail, Reading)>,
    effects: Option<Effects>,
    taken: Vec<OutboxId>,
}

struct Table<'a> {
    world: &'a World,
    rules: RuleSet,
    templates: Templates,
    mails: u32,
    games: u32,
    overtaken: u32,
    left: u32,
}

impl<'a> Table<'a> {
    fn new(world: &'a World) -> Self {
        Self {
            world,
            rules: RuleSet::embedded(),
            templates: Templates::new(Vec::new()).unwrap(),
            mails: 0,
            games: 0,
            overtaken: 0,
            left: 0,
        }
    }

    fn store(&self) -> &'a Store {
        self.world.service().store()
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    /// Lists a mail and keeps its bytes.
    async fn keep(&mut self, raw: &str) -> (MailId, Mail, Reading) {
        self.mails += 1;
        let raw = raw.replace('\n', "\r\n").into_bytes();
        let place = Place { account: "noc".into(), folder: "INBOX".into(), generation: "race".into() };
        let listing = Listing { uid: self.mails.to_string(), arrived_at: self.now(), ..Listing::default() };
        self.store().list(&place, vec![listing], self.now()).await.unwrap();
        let id = self.store().unstored("noc", 1).await.unwrap()[0].mail;
        self.store().keep(id, raw.clone(), self.now()).await.unwrap();
        let mail = mail::parse(&raw);
        let reading = rules::read(&self.rules, self.world.service().zones(), &mail, self.now(), Options { calendars: true });
        (id, mail, reading)
    }

    async fn look(&self, (id, mail, reading): &(MailId, Mail, Reading)) -> Effects {
        let service = self.world.service();
        let (policy, inventory) = (&service.config().policy, service.inventory());
        let known = self.store().known_for(&desk::keys(policy, &inventory, mail, reading), self.now()).await.unwrap();
        let desk = Desk { policy, inventory: &inventory, templates: &self.templates, zones: service.zones(), key: KEY };
        let arrival = Arrival { mail: *id, arrived_at: self.now(), backlog: false };
        desk::decide(&desk, &known, &arrival, mail, reading, self.now())
    }

    /// Commits what was decided, or decides anew until it stands.
    async fn commit(&mut self, mail: &(MailId, Mail, Reading), mut effects: Effects) {
        loop {
            match self.store().commit(Some(mail.0), &effects, self.now()).await {
                Err(StoreError::Overtaken(_)) => {
                    self.overtaken += 1;
                    effects = self.look(mail).await;
                }
                done => return done.unwrap(),
            }
        }
    }

    /// A mail is dealt with alone.
    async fn alone(&mut self, raw: &str) {
        let mail = self.keep(raw).await;
        let effects = self.look(&mail).await;
        self.commit(&mail, effects).await;
    }

    fn window(&self, days: i64) -> String {
        let day = self.now() + TimeDelta::days(days + 3 * i64::from(self.games % 100));
        format!("{} 04:00 UTC to {} 12:00 UTC", day.format("%F"), day.format("%F"))
    }

    /// A new maintenance that is asked about.
    async fn asked(&mut self) -> MaintenanceId {
        self.games += 1;
        let raw = self.provider(SUBJECT, &host(&format!("NF-{}", self.games), "mail01", &self.window(20)));
        self.alone(&raw).await;
        MaintenanceId(self.games.into())
    }

    fn provider(&self, subject: &str, body: &str) -> String {
        format!(
            "Message-ID: <p{}@northfield.example>\nFrom: Northfield Cloud <notices@northfield.example>\nTo: noc@harborlight.example\n\
             Subject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain\n\n{body}\n",
            self.mails
        )
    }

    /// An answer to the newest request there is at this moment.
    async fn answer(&self, about: MaintenanceId, who: &str, words: &str) -> String {
        let maintenance = self.store().maintenance(about).await.unwrap().unwrap();
        let draft = self.newest(about).await;
        let service = self.world.service();
        let (policy, inventory) = (&service.config().policy, service.inventory());
        let desk = Desk { policy, inventory: &inventory, templates: &self.templates, zones: service.zones(), key: KEY };
        let to = policy.approvers.iter().find(|one| one.mailbox.address == who).unwrap();
        let request = desk::request(&desk, &draft, &maintenance, &to.mailbox, &RequestFlavour::First, true, self.now()).unwrap();
        let request = mail::parse(&request.bytes);
        format!(
            "Message-ID: <r{}@harborlight.example>\nFrom: <{who}>\nTo: <{}>\nSubject: Re: {}\n\n{words}\n",
            self.mails, request.reply_to[0].address, request.subject
        )
    }

    async fn newest(&self, about: MaintenanceId) -> Draft {
        let drafts = self.store().drafts(true).await.unwrap();
        let of = drafts.into_iter().map(|(draft, _)| draft).filter(|draft| draft.maintenance == about);
        of.max_by_key(|draft| draft.revision).unwrap()
    }

    async fn mover(&mut self, what: Move, about: MaintenanceId) -> Mover {
        let raw = match what {
            Move::Says(who, words) => Some(self.answer(about, who, words).await),
            Move::Reschedules => {
                let body = format!(
                    "Hello,\n\nReference: NF-{}\nServer: mail01\nReason: parts\nPrevious window: {}\nNew maintenance window: {}",
                    about.0,
                    self.window(20),
                    self.window(21)
                );
                Some(self.provider("Maintenance rescheduled for your server mail01", &body))
            }
            Move::Cancels => {
                Some(self.provider("Maintenance cancelled", &format!("Hello,\n\nReference: NF-{}\nServer: mail01\n", about.0)))
            }
            Move::Sends => None,
        };
        let mail = match raw {
            Some(raw) => Some(self.keep(&raw).await),
            None => None,
        };
        Mover { mail, effects: None, taken: Vec::new() }
    }

    /// The first step, then the second.
    async fn step(&mut self, mover: &mut Mover) {
        match (&mover.mail, mover.effects.take()) {
            (Some(mail), None) => mover.effects = Some(self.look(mail).await),
            (Some(mail), Some(effects)) => self.commit(mail, effects).await,
            (None, _) if mover.taken.is_empty() => mover.taken = self.take().await,
            (None, _) => {
                for id in std::mem::take(&mut mover.taken) {
                    self.leave(id).await;
                }
            }
        }
    }

    /// Everything that is due after the second thoughts.
    async fn take(&self) -> Vec<OutboxId> {
        let mut taken = Vec::new();
        while let Some(row) = self.store().claim(self.now() + TimeDelta::minutes(5)).await.unwrap() {
            taken.push(row.id);
        }
        taken
    }

    /// A row leaves, if it may: at this moment it must be what people approved, and current.
    async fn leave(&mut self, id: OutboxId) {
        let store = self.store();
        if !store.dot_pending(id, self.now()).await.unwrap() {
            return;
        }
        let row = store.outbox(OutboxFilter::Id(id)).await.unwrap().remove(0);
        if row.outgoing.kind == OutboxKind::Notice {
            self.left += 1;
            let draft = store.draft(row.outgoing.draft.unwrap()).await.unwrap().unwrap();
            let maintenance = store.maintenance(draft.maintenance).await.unwrap().unwrap();
            assert_eq!(draft.state, DraftState::Approved, "{row:?}");
            // A cancellation that nobody proved takes nothing back by itself: people are asked, and what was approved stands until then.
            let newest = self.newest(draft.maintenance).await;
            assert!(newest.id == draft.id || newest.change.reduces(), "draft {} is current, not {}", newest.id.0, draft.id.0);
            if newest.id == draft.id {
                assert_eq!(draft.maintenance_revision, maintenance.revision, "the maintenance has moved on");
            }
            let decisions = store.decisions(draft.id).await.unwrap();
            assert!(decisions.iter().any(|record| record.decision == Decision::Approve), "nobody approved it");
            let frozen = if let Content::Frozen(frozen) = &row.outgoing.content { Some(frozen) } else { None };
            let subject = mail::parse(&frozen.unwrap().bytes).subject;
            assert!(draft.variants.iter().any(|variant| variant.subject == subject), "{subject}");
        }
        store.ended(id, OutboxState::Sent, None, None, self.now()).await.unwrap();
    }

    /// Plays moves in one order, lets everything leave, and looks at what stands.
    async fn play(&mut self, approved_before: bool, moves: &[Move], order: &[usize]) {
        let about = self.asked().await;
        if approved_before {
            let yes = self.answer(about, SAM, "approve").await;
            self.alone(&yes).await;
        }
        let mut movers = Vec::new();
        for what in moves {
            movers.push(self.mover(*what, about).await);
        }
        for who in order {
            let mut mover = movers.swap_remove(*who);
            self.step(&mut mover).await;
            movers.push(mover);
            let last = movers.len() - 1;
            movers.swap(*who, last);
        }
        for id in self.take().await {
            self.leave(id).await;
        }
        self.judge(about, &format!("{moves:?} in the order {order:?}, approved before: {approved_before}")).await;
    }

    async fn judge(&self, about: MaintenanceId, game: &str) {
        let mut sent: BTreeMap<(i64, String), u32> = BTreeMap::new();
        let drafts = self.store().drafts(true).await.unwrap();
        for draft in drafts.into_iter().map(|(draft, _)| draft).filter(|draft| draft.maintenance == about) {
            let decisions = self.store().decisions(draft.id).await.unwrap();
            let yes = decisions.iter().filter(|record| record.decision == Decision::Approve).count();
            assert!(yes <= 1, "{game}: approved {yes} times");
            let rows = self.store().outbox(OutboxFilter::Draft(draft.id)).await.unwrap();
            let notices: Vec<_> = rows.iter().filter(|row| row.outgoing.kind == OutboxKind::Notice).collect();
            let recipients: usize = draft.variants.iter().map(|variant| variant.recipients.len()).sum();
            assert_eq!(notices.len(), recipients * yes, "{game}: one set of rows for one yes");
            for row in notices.iter().filter(|row| row.state == OutboxState::Sent) {
                *sent.entry((draft.id.0, row.outgoing.to.address.clone())).or_default() += 1;
            }
        }
        assert!(sent.values().all(|count| *count == 1), "{game}: {sent:?}");
        assert!(self.store().counts().await.unwrap().adds_up(), "{game}");
    }
}

/// Every order of two steps of each.
fn orders(movers: usize) -> Vec<Vec<usize>> {
    fn go(left: &mut [usize], so_far: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if left.iter().all(|count| *count == 0) {
            all.push(so_far.clone());
        }
        for who in 0..left.len() {
            if left[who] > 0 {
                left[who] -= 1;
                so_far.push(who);
                go(left, so_far, all);
                so_far.pop();
                left[who] += 1;
            }
        }
    }
    let mut all = Vec::new();
    go(&mut vec![2; movers], &mut Vec::new(), &mut all);
    all
}

/// Plays games of one kind in a world of their own; gives how many were decided anew, and how many notices left.
async fn games(before: bool, moves: &[Move], every: usize) -> (u32, u32) {
    let world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let mut table = Table::new(&world);
    for order in orders(moves.len()).into_iter().step_by(every) {
        table.play(before, moves, &order).await;
    }
    (table.overtaken, table.left)
}

/// Some of the games; `FOREWARN_RACES=all` plays every pair, and three in every order, which takes minutes.
#[tokio::test]
async fn a06_a08_in_every_order_one_decision_stands_and_nothing_stale_leaves() {
    let all = std::env::var_os("FOREWARN_RACES").is_some();
    let open = [YES, YES_TOO, YES_AGAIN, NO, EDIT, HOLD, Move::Reschedules, Move::Cancels];
    let approved = [Move::Sends, STOP, Move::Reschedules, Move::Cancels, YES_AGAIN];
    let (mut overtaken, mut left) = (0, 0);
    for (before, moves) in [(false, open.as_slice()), (true, approved.as_slice())] {
        for (at, one) in moves.iter().enumerate().take(if all { moves.len() } else { 1 }) {
            for other in &moves[at + 1..] {
                let played = games(before, &[*one, *other], 1).await;
                (overtaken, left) = (overtaken + played.0, left + played.1);
            }
        }
    }
    for (before, moves) in [(false, [YES, EDIT, Move::Reschedules]), (true, [STOP, Move::Reschedules, Move::Sends])] {
        let played = games(before, &moves, if all { 1 } else { 7 }).await;
        (overtaken, left) = (overtaken + played.0, left + played.1);
    }
    assert!(overtaken > 30, "some are overtaken: {overtaken}");
    assert!(left > 200, "some leave: {left}");
    eprintln!("{overtaken} decided anew, {left} notices left");
}

#[tokio::test]
async fn a06_two_readers_of_one_answer_carry_it_out_once() {
    let world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let mut table = Table::new(&world);
    let about = table.asked().await;
    let yes = table.answer(about, SAM, "approve").await;
    let mail = table.keep(&yes).await;
    let (one, other) = (table.look(&mail).await, table.look(&mail).await);
    table.store().commit(Some(mail.0), &one, table.now()).await.unwrap();
    let second = table.store().commit(Some(mail.0), &other, table.now()).await;
    assert!(matches!(second, Err(StoreError::AlreadyDone(_))), "{second:?}");
    table.judge(about, "two readers").await;
}

#[tokio::test]
async fn a07_a_yes_to_what_was_overtaken_sends_nothing_and_says_so() {
    let ways: [(&str, &[Move]); 6] = [
        ("edited", &[EDIT]),
        ("rescheduled", &[Move::Reschedules]),
        ("cancelled", &[Move::Cancels]),
        ("rejected", &[NO]),
        ("approved by another", &[YES_TOO]),
        ("approved and stopped", &[YES_TOO, STOP]),
    ];
    let world = World::new("2020-09-05T15:00:00Z", &[]).await;
    let mut table = Table::new(&world);
    for (way, moves) in ways {
        let about = table.asked().await;
        let first = table.newest(about).await;
        let late = table.answer(about, SAM, "approve").await;
        for what in moves {
            let mover = table.mover(*what, about).await;
            let mail = mover.mail.unwrap();
            let effects = table.look(&mail).await;
            table.commit(&mail, effects).await;
        }
        let before: Vec<OutboxId> = notices(&table, first.id).await;
        let mail = table.keep(&late).await;
        let effects = table.look(&mail).await;
        assert_eq!(effects.outcome, Some(Outcome::Reply(forewarn::model::ReplyOutcome::Superseded)), "{way}");
        assert!(effects.decisions.is_empty() && effects.drafts.is_empty(), "{way}");
        assert_eq!(effects.outgoing.iter().map(|row| row.to.address.as_str()).collect::<Vec<_>>(), [SAM], "{way}: Sam is told");
        table.commit(&mail, effects).await;
        assert_eq!(notices(&table, first.id).await, before, "{way}: not one row more");
        table.judge(about, way).await;
    }
}

async fn notices(table: &Table<'_>, draft: forewarn::model::DraftId) -> Vec<OutboxId> {
    let rows = table.store().outbox(OutboxFilter::Draft(draft)).await.unwrap();
    rows.into_iter().filter(|row| row.outgoing.kind == OutboxKind::Notice).map(|row| row.id).collect()
}
