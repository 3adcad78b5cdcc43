//! The service against a submission server that refuses, throttles, breaks off and forgets (fault rows S…, W28, W38): every contact has
//! one copy, or staff know of whom it is not known.

use std::collections::BTreeMap;
use std::fs;

use chrono::TimeDelta;
use forewarn::mail;
use forewarn::model::{Content, DraftId, Mail, OutboxKind, OutboxRow, OutboxState, Outcome, ReplyOutcome};
use forewarn::store::OutboxFilter;

use super::{ALARMS, INES, SAM, SUBJECT, WINDOW, World, at, host};
use crate::fakes::smtp::{At, FakeSmtp, Fault, Plan};

const START: &str = "2020-09-05T15:00:00Z";
/// Katrin is the only contact of her customer, Dana and Lee are of the same.
const KATRIN: &str = "katrin@bakery-meyer.example";
const DANA: &str = "dana@orchardfinch.example";
/// Whoever is told of mail01.
const CONTACTS: [&str; 8] = [
    "ada@willowstreet.example",
    DANA,
    "duty@tidewater-obs.example",
    "joana@ipanema-cafes.example",
    KATRIN,
    "lee@orchardfinch.example",
    "priya@lakesidedental.example",
    "tom@hammerrowe.example",
];

/// A world whose outbox is a submission server.
struct Sending {
    world: World,
    server: FakeSmtp,
}

impl Sending {
    /// A notice is approved and its time has come, but nothing of it has left.
    async fn about_to_tell(plan: Plan) -> Self {
        Self::about_to_tell_signed_in(plan, None).await
    }

    async fn about_to_tell_signed_in(plan: Plan, password: Option<&str>) -> Self {
        let server = plan.start();
        let world = World::closed(START, &[ALARMS]);
        let port = server.server().port;
        let mut outbox = format!("smtp = \"127.0.0.1:{port}\"\ntls = \"none\"\nmails_a_minute = 10000\ncanary_hours = 0\n");
        if let Some(password) = password {
            let file = world.dir.path().join("password");
            fs::write(&file, password).unwrap();
            outbox += &format!("user = \"forewarn\"\npassword_command = [\"/bin/cat\", \"{}\"]\n", file.display());
        }
        world.change("maildir = \"out\"", &outbox);
        let mut sending = Self { world, server };
        sending.world.open().await;
        sending.world.round().await;
        sending.world.clock.set(at(START));
        sending.world.arrives(&sending.world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
        let request = sending.newest(SAM, "OK? [FW-1").unwrap();
        assert_eq!(sending.replies(SAM, &request, "approve").await, Outcome::Reply(ReplyOutcome::Accepted));
        sending.world.clock.advance(TimeDelta::minutes(5));
        assert_eq!(sending.copies().values().sum::<usize>(), 0, "nothing has left yet");
        sending
    }

    /// An approver answers a mail of ours, a moment after whatever was last.
    async fn replies(&mut self, who: &str, mail: &Mail, text: &str) -> Outcome {
        self.world.clock.advance(TimeDelta::seconds(1));
        let raw = self.world.answer(who, mail, text);
        self.world.arrives(&raw).await
    }

    /// The newest mail to somebody with these words in its subject.
    fn newest(&self, who: &str, words: &str) -> Option<Mail> {
        let mut mails = self.taken_by(who).into_iter().map(|bytes| mail::parse(&bytes));
        mails.rfind(|mail| mail.subject.contains(words))
    }

    fn taken_by(&self, who: &str) -> Vec<Vec<u8>> {
        self.server.mails().into_iter().filter(|taken| taken.to == [who]).map(|taken| taken.bytes).collect()
    }

    /// How many mails each contact has.
    fn copies(&self) -> BTreeMap<&'static str, usize> {
        CONTACTS.into_iter().map(|contact| (contact, self.taken_by(contact).len())).collect()
    }

    async fn rows(&self) -> Vec<OutboxRow> {
        let rows = self.world.service().store().outbox(OutboxFilter::Draft(DraftId(1))).await.unwrap();
        rows.into_iter().filter(|row| row.outgoing.kind == OutboxKind::Notice).collect()
    }

    async fn row(&self, to: &str) -> OutboxRow {
        self.rows().await.into_iter().find(|row| row.outgoing.to.address == to).unwrap()
    }

    /// The server behaves, and the time of every retry passes.
    async fn heals(&mut self) {
        self.server.heal();
        for _ in 0..4 {
            self.world.later(3).await;
        }
    }

    /// Every contact but these has one copy and its row is sent; these have as many as is said.
    #[track_caller]
    fn each_has_one_but(&self, but: &[(&str, usize)], why: &str) {
        for (contact, copies) in self.copies() {
            let due = but.iter().find(|(who, _)| *who == contact).map_or(1, |(_, copies)| *copies);
            assert_eq!(copies, due, "{contact}, {why}");
        }
    }
}

#[tokio::test]
async fn s01_trouble_before_the_dot_is_tried_again_and_brings_one_copy() {
    let stages = [At::Greeting, At::Ehlo, At::Mail, At::Rcpt, At::Data].into_iter();
    let for_all = stages.map(|stage| (stage, None));
    let for_one = [At::Rcpt, At::Data].into_iter().map(|stage| (stage, Some(KATRIN)));
    for (stage, one) in for_all.chain(for_one) {
        let fault = || one.map_or_else(|| Fault::at(stage), |one| Fault::at(stage).to(one));
        let ways = [fault().says("451 4.3.0 not now"), fault().says_and_closes("421 4.3.2 going down"), fault().closes(), fault().resets()];
        for fault in ways {
            let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
            let why = format!("{fault:?}");
            sending.server.add(fault);
            let round = sending.world.round().await;
            assert!(!round.faults.is_empty(), "{why}");
            for row in sending.rows().await {
                let to = row.outgoing.to.address.as_str();
                if one.is_none_or(|one| one == to) {
                    // Of a server that cannot be used at all not every row is tried.
                    let untried = row.state == OutboxState::Queued && matches!(stage, At::Greeting | At::Ehlo);
                    assert!(untried || row.state == OutboxState::Retry, "{to} is {:?}, {why}", row.state);
                } else {
                    assert_eq!(row.state, OutboxState::Sent, "{to}, {why}");
                }
            }
            let retried = sending.rows().await.iter().filter(|row| row.state == OutboxState::Retry).count();
            assert!(retried > 0, "{why}");
            let so_far: usize = sending.copies().values().sum();
            assert_eq!(so_far, if one.is_some() { 7 } else { 0 }, "{why}");
            sending.world.restart().await;
            sending.heals().await;
            sending.each_has_one_but(&[], &why);
            assert!(sending.rows().await.iter().all(|row| row.state == OutboxState::Sent), "{why}");
        }
    }
}

#[tokio::test]
async fn s01_w28_a_refused_recipient_has_failed_and_is_told_where_nobody_else_was_reached() {
    let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
    sending.server.add(Fault::at(At::Rcpt).to(KATRIN).says("550 5.1.1 no such user"));
    sending.server.add(Fault::at(At::Rcpt).to(DANA).says("550 5.1.1 no such user"));
    sending.world.round().await;
    sending.world.round().await;
    for row in sending.rows().await {
        let refused = [KATRIN, DANA].contains(&row.outgoing.to.address.as_str());
        assert_eq!(row.state, if refused { OutboxState::Failed } else { OutboxState::Sent }, "{}", row.outgoing.to.address);
    }
    let told = sending.newest(SAM, "NOT REACHED").expect("staff are told whom to call");
    let text = &told.plain.as_ref().unwrap().fresh;
    assert!(text.contains("katrin@bakery-meyer.example: refused at RCPT: 550 5.1.1 no such user"), "{text}");
    assert!(!text.contains(DANA), "Lee has it: {text}");
    sending.heals().await;
    sending.each_has_one_but(&[(KATRIN, 0), (DANA, 0)], "what was refused is not tried again");
}

#[tokio::test]
async fn s01_a_server_that_wants_nobody_or_refuses_the_password_fails_no_mail() {
    let refusals = [
        (Fault::at(At::Greeting).says("554 5.3.2 no service here"), "554"),
        (Fault::at(At::Greeting).says_and_closes("554 5.7.1 your address is listed"), "554"),
        (Fault::at(At::Mail).says("550 5.7.60 SMTP; Client does not have permissions to send as this sender"), "send as"),
    ];
    for (fault, words) in refusals {
        let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
        sending.server.add(fault);
        for _ in 0..5 {
            let round = sending.world.later(2).await;
            assert!(round.faults.iter().any(|fault| fault.contains(words)), "{round:?}");
            let states: Vec<_> = sending.rows().await.iter().map(|row| row.state).collect();
            assert!(states.iter().all(|state| matches!(state, OutboxState::Queued | OutboxState::Retry)), "{states:?}");
        }
        assert!(sending.world.alarms().contains("554") || sending.world.alarms().contains("send as"), "{}", sending.world.alarms());
        sending.heals().await;
        sending.each_has_one_but(&[], words);
    }

    let plan = FakeSmtp::with().password("forewarn", "right");
    let mut sending = Sending::about_to_tell_signed_in(plan, Some("right")).await;
    let file = sending.world.dir.path().join("password");
    fs::write(&file, "wrong").unwrap();
    for _ in 0..3 {
        let round = sending.world.later(2).await;
        assert!(round.faults.iter().any(|fault| fault.contains("refuses the password of forewarn")), "{round:?}");
        assert!(!format!("{round:?}").contains("wrong"), "the password is not told");
    }
    assert!(sending.rows().await.iter().all(|row| matches!(row.state, OutboxState::Queued | OutboxState::Retry)));
    fs::write(&file, "right").unwrap();
    sending.heals().await;
    sending.each_has_one_but(&[], "after the password was mended");
}

/// A mail to Katrin whose fate is unknown, and what Sam is told of it; the others have theirs.
async fn unknown(fault: Fault, kept: usize) -> (Sending, Mail) {
    let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
    sending.server.add(fault);
    sending.world.round().await;
    assert_eq!(sending.row(KATRIN).await.state, OutboxState::Unknown);
    // The next look at what is due, no time later.
    sending.world.round().await;
    for who in [SAM, INES] {
        let told = sending.newest(who, "UNKNOWN").unwrap();
        let text = &told.plain.as_ref().unwrap().fresh;
        for part in [KATRIN, "\"resend\"", "\"assume-sent\"", "127.0.0.1"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    // The server behaves again, and nothing is sent again by itself.
    sending.server.heal();
    for minutes in [1, 5, 60, 24 * 60] {
        sending.world.restart().await;
        sending.world.later(minutes).await;
        sending.world.round().await;
        sending.each_has_one_but(&[(KATRIN, kept)], "unknown is never sent again by itself");
        assert_eq!(sending.row(KATRIN).await.state, OutboxState::Unknown);
    }
    let told = sending.taken_by(SAM).iter().filter(|bytes| mail::parse(bytes).subject.contains("UNKNOWN")).count();
    assert_eq!(told, 1, "told once");
    let told = sending.newest(SAM, "UNKNOWN").unwrap();
    (sending, told)
}

#[tokio::test]
async fn s02_lost_after_the_dot_is_unknown_and_resend_brings_the_same_bytes_once() {
    for fault in [Fault::at(At::Dot).to(KATRIN).closes(), Fault::at(At::Dot).to(KATRIN).resets()] {
        let (mut sending, told) = unknown(fault, 0).await;
        let before = sending.row(KATRIN).await;
        assert_eq!(sending.replies(SAM, &told, "resend").await, Outcome::Reply(ReplyOutcome::Accepted));
        let got = sending.taken_by(KATRIN);
        let Content::Frozen(frozen) = &before.outgoing.content else { panic!("a notice is frozen") };
        assert_eq!(got, [frozen.bytes.as_slice()], "the bytes that were approved");
        assert_eq!(mail::parse(&got[0]).message_id.as_ref(), Some(&frozen.message_id));
        let after = sending.row(KATRIN).await;
        assert_eq!((after.state, after.attempts), (OutboxState::Sent, before.attempts + 1));
        assert_eq!(sending.replies(SAM, &told, "resend").await, Outcome::Reply(ReplyOutcome::Superseded));
        sending.heals().await;
        sending.each_has_one_but(&[], "sent again once");
    }
}

#[tokio::test]
async fn s02_assume_sent_closes_it_and_sends_nothing() {
    let (mut sending, _) = unknown(Fault::at(At::Dot).to(KATRIN).closes(), 0).await;
    let told = sending.newest(INES, "UNKNOWN").unwrap();
    assert_eq!(sending.replies(INES, &told, "assume-sent").await, Outcome::Reply(ReplyOutcome::Accepted));
    assert_eq!(sending.row(KATRIN).await.state, OutboxState::Sent);
    sending.heals().await;
    sending.each_has_one_but(&[(KATRIN, 0)], "assumed to be there");
}

#[tokio::test]
async fn s02_a_resend_that_is_lost_again_is_unknown_again() {
    let (mut sending, told) = unknown(Fault::at(At::Dot).to(KATRIN).closes(), 0).await;
    sending.server.add(Fault::at(At::Dot).to(KATRIN).closes());
    assert_eq!(sending.replies(SAM, &told, "resend").await, Outcome::Reply(ReplyOutcome::Accepted));
    assert_eq!(sending.row(KATRIN).await.state, OutboxState::Unknown);
    sending.heals().await;
    sending.each_has_one_but(&[(KATRIN, 0)], "not by itself");
    let told = sending.taken_by(SAM).iter().filter(|bytes| mail::parse(bytes).subject.contains("UNKNOWN")).count();
    assert_eq!(told, 2, "told anew");
}

#[tokio::test]
async fn s03_taken_and_then_broken_off_is_unknown_and_there_once() {
    for fault in [Fault::at(At::Dot).to(KATRIN).keeps().closes(), Fault::at(At::Dot).to(KATRIN).keeps().resets()] {
        let (mut sending, told) = unknown(fault, 1).await;
        assert_eq!(sending.replies(SAM, &told, "assume-sent").await, Outcome::Reply(ReplyOutcome::Accepted));
        sending.heals().await;
        sending.each_has_one_but(&[], "one copy after all");
    }
}

#[tokio::test]
async fn s03_a_mail_to_staff_is_rather_there_twice_than_never() {
    let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
    sending.server.add(Fault::at(At::Dot).to(INES).times(1).keeps().closes());
    sending.world.arrives(&sending.world.notice("Maintenance for web01", &host("NF-2", "web01", WINDOW))).await;
    sending.heals().await;
    let requests: Vec<_> =
        sending.taken_by(INES).iter().map(|bytes| mail::parse(bytes)).filter(|mail| mail.subject.contains("FW-2")).collect();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].message_id, requests[1].message_id, "a mail client sees that it is the same");
}

#[tokio::test]
async fn s04_a_full_or_greylisting_mailbox_gets_its_one_copy_later() {
    for (stage, answer) in [
        (At::Rcpt, "450 4.7.1 greylisted, come back"),
        (At::Rcpt, "452 4.2.2 mailbox full"),
        (At::Rcpt, "451-4.7.1 please\r\n451 4.7.1 wait"),
        (At::Dot, "452 4.3.1 insufficient system storage"),
    ] {
        let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
        sending.server.add(Fault::at(stage).to(KATRIN).times(2).says(answer));
        sending.world.round().await;
        let row = sending.row(KATRIN).await;
        assert_eq!((row.state, row.attempts), (OutboxState::Retry, 1), "{answer}");
        sending.each_has_one_but(&[(KATRIN, 0)], answer);
        sending.world.round().await;
        assert_eq!(sending.row(KATRIN).await.attempts, 1, "not at once");
        sending.world.later(2).await;
        let row = sending.row(KATRIN).await;
        assert_eq!((row.state, row.attempts), (OutboxState::Retry, 2), "{answer}");
        sending.world.later(4).await;
        sending.each_has_one_but(&[], answer);
        sending.heals().await;
        sending.each_has_one_but(&[], answer);
    }
}

#[tokio::test]
async fn s04_a_doubtful_refusal_is_tried_once_more() {
    for (times, ends) in [(1, OutboxState::Sent), (2, OutboxState::Failed)] {
        let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
        sending.server.add(Fault::at(At::Rcpt).to(KATRIN).times(times).says("550 5.5.0 something went wrong"));
        sending.world.round().await;
        assert_eq!(sending.row(KATRIN).await.state, OutboxState::Retry);
        sending.world.later(8).await;
        assert_eq!(sending.row(KATRIN).await.attempts, 1, "a moment's trouble takes ten minutes");
        sending.world.later(4).await;
        let row = sending.row(KATRIN).await;
        assert_eq!((row.state, row.attempts), (ends, 2));
        sending.heals().await;
        let copies = usize::from(ends == OutboxState::Sent);
        sending.each_has_one_but(&[(KATRIN, copies)], "tried twice");
        assert_eq!(sending.newest(SAM, "NOT REACHED").is_some(), ends == OutboxState::Failed);
    }
}

#[tokio::test]
async fn w38_a_throttle_is_waited_for() {
    // So many mails a connection: another connection is made.
    let sending = Sending::about_to_tell(FakeSmtp::with()).await;
    sending.server.add(Fault::at(At::Mail).after_mails(2).says_and_closes("421 4.7.0 too many mails on this connection"));
    let round = sending.world.round().await;
    assert!(round.faults.is_empty(), "{round:?}");
    sending.each_has_one_but(&[], "two a connection");

    // So many mails an hour: later, whatever the stage.
    for stage in [At::Greeting, At::Mail, At::Rcpt, At::Dot] {
        let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
        sending.server.add(Fault::at(stage).says_and_closes("421 4.7.0 too many mails this hour"));
        for _ in 0..3 {
            sending.world.later(2).await;
            let states: Vec<_> = sending.rows().await.iter().map(|row| row.state).collect();
            assert!(states.iter().all(|state| matches!(state, OutboxState::Queued | OutboxState::Retry)), "{stage:?}: {states:?}");
        }
        sending.heals().await;
        sending.heals().await;
        sending.each_has_one_but(&[], "when the hour is over");
    }
}

#[tokio::test]
async fn alarms_leave_before_requests_and_those_before_notices() {
    let mut sending = Sending::about_to_tell(FakeSmtp::with()).await;
    sending.server.add(Fault::at(At::Dot).to(KATRIN).closes());
    for contact in CONTACTS.into_iter().filter(|contact| *contact != KATRIN) {
        sending.server.add(Fault::at(At::Rcpt).to(contact).says("450 4.7.1 greylisted"));
    }
    sending.world.round().await;
    assert_eq!(sending.copies().values().sum::<usize>(), 0);
    sending.server.heal();
    let connections = sending.server.heard().len();
    sending.world.put(&sending.world.notice("Maintenance for web01", &host("NF-2", "web01", WINDOW)));
    let round = sending.world.later(3).await;
    assert_eq!(round.sent, 2 + 2 + 7, "what is unknown, the new requests and the notices wait together: {round:?}");

    let rows = sending.world.service().store().outbox(OutboxFilter::Newest(100)).await.unwrap();
    let kinds: BTreeMap<String, OutboxKind> = rows.iter().map(|row| (row.id.0.to_string(), row.outgoing.kind)).collect();
    let mut seen = Vec::new();
    for heard in sending.server.heard().iter().skip(connections) {
        let ids = heard.lines().filter_map(|line| line.split_once("ENVID=fw-"));
        let order: Vec<OutboxKind> = ids.map(|(_, id)| kinds[id.split(' ').next().unwrap()]).collect();
        assert!(
            order.is_sorted_by_key(|kind| match kind {
                OutboxKind::Alarm => 0,
                OutboxKind::Request => 1,
                OutboxKind::Notice => 2,
                other => panic!("{other:?}"),
            }),
            "{order:?}"
        );
        seen.extend(order);
    }
    assert_eq!(seen.len(), 11);
}
