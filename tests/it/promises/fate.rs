//! What becomes of a mail after it left: bounces, reports, and notices of which nobody knows.

use chrono::TimeDelta;
use forewarn::model::{Decision, DraftId, Mail, OutboxKind, OutboxRow, OutboxState, Outcome, ReplyOutcome};
use forewarn::store::{OutboxFilter, Recovered};

use super::{ALARMS, INES, Out, SAM, SUBJECT, WINDOW, World, host};

const DANA: &str = "dana@orchardfinch.example";
const LEE: &str = "lee@orchardfinch.example";
const KATRIN: &str = "katrin@bakery-meyer.example";

impl World {
    /// A notice is approved; gives what customers got.
    async fn told_by_sam() -> (Self, Vec<Out>) {
        let mut world = Self::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
        world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
        world.sam("FW-1", "approve").await;
        world.later(5).await;
        let told = world.told();
        (world, told)
    }

    /// A notice is approved and its time has come, but nothing has left.
    async fn about_to_tell() -> Self {
        let mut world = Self::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
        world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
        world.sam("FW-1", "approve").await;
        world.out();
        world.clock.advance(TimeDelta::minutes(5));
        world
    }

    /// The next mail to somebody ends in a state, as if a server had answered so.
    async fn ends(&self, to: &str, state: OutboxState, answer: &str) {
        let store = self.service().store();
        let row = loop {
            let row = store.claim(self.now()).await.unwrap().unwrap();
            assert!(store.dot_pending(row.id, self.now()).await.unwrap());
            if row.outgoing.to.address == to {
                break row;
            }
            store.ended(row.id, OutboxState::Sent, None, None, self.now()).await.unwrap();
        };
        store.ended(row.id, state, Some(answer.to_owned()), None, self.now()).await.unwrap();
    }

    async fn row(&self, to: &str) -> OutboxRow {
        let rows = self.service().store().outbox(OutboxFilter::Draft(DraftId(1))).await.unwrap();
        rows.into_iter().find(|row| row.outgoing.kind == OutboxKind::Notice && row.outgoing.to.address == to).unwrap()
    }

    /// A server's report (RFC 3464) on a mail.
    fn report(&self, message_id: &str, envelope: &str, recipient: &str, action: &str, status: &str) -> String {
        let raw = self.mail("Mail Delivery System <MAILER-DAEMON@mx.harborlight.example>", "Delivery Status Notification", "", "BODY");
        let body = format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nA report.\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.harborlight.example\n{envelope}\n\
             Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} no such user here\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\n\n--b--"
        );
        raw.replace("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nBODY", &body)
    }

    /// The mail to somebody bounces.
    async fn bounces(&mut self, out: &Out) {
        let id = out.mail.message_id.clone().unwrap();
        let raw = self.report(&id, "", &out.to, "failed", "5.1.1");
        assert_eq!(self.arrives(&raw).await, Outcome::Bounce);
    }
}

fn to<'a>(out: &'a [Out], who: &str) -> &'a Out {
    out.iter().find(|out| out.to == who).unwrap()
}

fn starting<'a>(out: &'a [Out], who: &str, subject: &str) -> Option<&'a Out> {
    out.iter().find(|out| out.to == who && out.mail.subject.contains(subject))
}

fn message_id(mail: &Mail) -> &str {
    mail.message_id.as_deref().unwrap()
}

#[tokio::test]
async fn w28_one_contact_of_two_that_bounces_is_a_line_of_the_digest_and_no_mail() {
    let (mut world, told) = World::told_by_sam().await;
    world.bounces(to(&told, DANA)).await;
    let row = world.row(DANA).await;
    assert_eq!((row.state, row.answer.as_deref()), (OutboxState::Failed, Some("bounced: 5.1.1 no such user here")));
    world.later(1).await;
    assert_eq!(world.out().len(), 0, "another contact has it");
    world.at("2020-09-07T12:00:01Z").await;
    let out = world.out();
    let digest = starting(&out, SAM, "Mon Sep 7").unwrap();
    assert!(
        digest.text().contains("1 bounced: Orchard & Finch Law <dana@orchardfinch.example>, another contact has it"),
        "{}",
        digest.text()
    );
}

#[tokio::test]
async fn w28_when_every_contact_of_a_customer_bounced_staff_are_told_whom_to_call() {
    let (mut world, told) = World::told_by_sam().await;
    world.bounces(to(&told, DANA)).await;
    assert_eq!(world.out().len(), 0);
    world.later(60).await;
    world.bounces(to(&told, LEE)).await;
    let out = world.out();
    assert_eq!(out.iter().map(|out| out.to.as_str()).collect::<Vec<_>>(), [INES, SAM]);
    let mail = to(&out, SAM);
    assert!(mail.mail.subject.starts_with("Orchard & Finch Law NOT REACHED: Wed Sep 9 11PM: Mail [FW-1 v1 "), "{}", mail.mail.subject);
    for part in [DANA, LEE, "bounced: 5.1.1 no such user here", "Managed Mail Services", "Wed Sep 9 11:00 PM", "no telephone number is in"]
    {
        assert!(mail.text().contains(part), "{part}: {}", mail.text());
    }
    world.later(10).await;
    assert_eq!(world.out().len(), 0, "told once, and nothing is sent again");
    // The only contact of another customer has a number.
    world.bounces(to(&told, KATRIN)).await;
    assert!(to(&world.out(), SAM).text().contains("+49 30 5550 0141"));
}

#[tokio::test]
async fn w28_a_refusal_at_sending_follows_the_same_rule() {
    let mut world = World::about_to_tell().await;
    world.ends(DANA, OutboxState::Failed, "550 5.1.1 no such user").await;
    world.round().await;
    assert!(starting(&world.out(), SAM, "NOT REACHED").is_none(), "Lee has it");
    let mut world = World::about_to_tell().await;
    world.ends(KATRIN, OutboxState::Failed, "550 5.1.1 no such user").await;
    world.round().await;
    let out = world.out();
    let mail = starting(&out, SAM, "NOT REACHED").unwrap();
    assert!(mail.text().contains("katrin@bakery-meyer.example: 550 5.1.1 no such user"), "{}", mail.text());
}

#[tokio::test]
async fn a09_a_report_that_fits_no_mail_of_ours_changes_nothing_and_is_not_answered() {
    let (mut world, told) = World::told_by_sam().await;
    let (id, row) = (message_id(&to(&told, DANA).mail).to_owned(), world.row(DANA).await);
    for raw in [
        world.report(&id, "", "else@orchardfinch.example", "failed", "5.1.1"),
        world.report("never@harborlight.example", "Original-Envelope-Id: fw-99999\n", DANA, "failed", "5.1.1"),
        world.report("never@harborlight.example", "Original-Envelope-Id: fx-1\n", DANA, "failed", "5.1.1"),
        world.report(&id, "", DANA, "vanished", "5.1.1"),
        world
            .report(&id, "", DANA, "delivered", "2.0.0")
            .replace("MAILER-DAEMON@mx", "dana@mx")
            .replace("report-type=delivery-status; ", ""),
    ] {
        world.clock.advance(TimeDelta::seconds(1));
        world.arrives(&raw).await;
        assert_eq!(world.row(DANA).await, row);
    }
    world.later(10).await;
    let out = world.out();
    assert!(out.iter().all(|out| out.to.ends_with("harborlight.example") && !out.mail.subject.contains("NOT")), "{}", out.len());
}

#[tokio::test]
async fn the_envelope_id_ties_a_report_whose_mail_got_another_message_id() {
    let (mut world, _) = World::told_by_sam().await;
    let envelope = format!("Original-Envelope-Id: fw-{}\n", world.row(DANA).await.id.0);
    let delayed = world.report("0100017@relay.example", &envelope, DANA, "delayed", "4.4.1");
    assert_eq!(world.arrives(&delayed).await, Outcome::Bounce);
    let row = world.row(DANA).await;
    assert_eq!(
        (row.state, row.answer.as_deref()),
        (OutboxState::Sent, Some("delayed: 4.4.1 550 4.4.1 no such user here".replace("550 4.4.1 ", "").as_str()))
    );
    world.clock.advance(TimeDelta::hours(5));
    let failed = world.report("0100017@relay.example", &envelope, DANA, "failed", "4.4.7");
    world.arrives(&failed).await;
    assert_eq!(world.row(DANA).await.state, OutboxState::Failed);
}

#[tokio::test]
async fn a_request_that_bounces_is_told_to_the_other_approvers_and_never_goes_round() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[ALARMS]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    let requests = world.out();
    world.bounces(to(&requests, INES)).await;
    let out = world.out();
    assert_eq!(out.iter().map(|out| out.to.as_str()).collect::<Vec<_>>(), [SAM]);
    assert!(out[0].mail.subject.contains(INES) && out[0].text().contains("bounced: 5.1.1"), "{}", out[0].text());
    assert!(world.alarms().contains("Mend the address ines@harborlight.example"), "{}", world.alarms());
    // That word comes back too: the alarm command says so, and no mail about it goes to the address that bounced before.
    world.bounces(&out[0]).await;
    assert_eq!(world.out().len(), 0);
    assert!(world.alarms().contains("Mend the address sam@harborlight.example"), "{}", world.alarms());
}

#[tokio::test]
async fn s02_what_is_unknown_is_told_at_once_and_never_sent_again_by_itself() {
    let mut world = World::about_to_tell().await;
    let store = world.service().store().clone();
    let row = store.claim(world.now()).await.unwrap().unwrap();
    assert!(store.dot_pending(row.id, world.now()).await.unwrap());
    let address = row.outgoing.to.address.clone();
    assert_eq!(store.recover(world.now()).await.unwrap(), Recovered { retried: 0, unknown: 1 });
    world.round().await;
    let out = world.out();
    let mail = starting(&out, SAM, "UNKNOWN").unwrap();
    for part in [
        address.as_str(),
        "Forewarn never sends it again by itself",
        "\"resend\"",
        "\"assume-sent\"",
        "the program stopped at the final dot",
        "10:05 AM",
    ] {
        assert!(mail.text().contains(part), "{part}: {}", mail.text());
    }
    // Days, restarts and every look at the agenda bring no second copy and no second mail about it.
    for hours in [1, 24, 48] {
        world.restart().await;
        world.later(hours * 60).await;
        assert_eq!(store_recovered(&world).await, Recovered::default());
        assert_eq!(world.row(&address).await.state, OutboxState::Unknown);
        let out = world.out();
        assert!(out.iter().all(|out| out.to != address && !out.mail.subject.contains("UNKNOWN")));
    }
}

async fn store_recovered(world: &World) -> Recovered {
    world.service().store().recover(world.now()).await.unwrap()
}

#[tokio::test]
async fn s02_resend_sends_the_same_bytes_again_and_is_on_record() {
    let mut world = World::about_to_tell().await;
    world.ends(KATRIN, OutboxState::Unknown, "no answer to the final dot").await;
    world.round().await;
    let before = world.row(KATRIN).await;
    let out = world.out();
    let asked = starting(&out, SAM, "UNKNOWN").unwrap().clone();
    // Another's word, and a word that is none, change nothing.
    let forged = world.answer("mallory@evil.example", &asked.mail, "resend");
    assert_eq!(world.arrives(&forged).await, Outcome::Reply(ReplyOutcome::WrongSender));
    world.clock.advance(TimeDelta::seconds(1));
    let unclear = world.answer(SAM, &asked.mail, "please resend it");
    assert_eq!(world.arrives(&unclear).await, Outcome::Reply(ReplyOutcome::Unclear));
    assert_eq!(world.row(KATRIN).await, before);
    world.out();
    world.clock.advance(TimeDelta::seconds(1));
    let said = world.answer(SAM, &asked.mail, "resend");
    assert_eq!(world.arrives(&said).await, Outcome::Reply(ReplyOutcome::Accepted));
    let out = world.out();
    let again = to(&out, KATRIN);
    let forewarn::model::Content::Frozen(frozen) = &before.outgoing.content else { panic!("a notice is frozen") };
    assert_eq!((message_id(&again.mail), &again.bytes), (frozen.message_id.as_str(), &frozen.bytes));
    assert_eq!(out.iter().filter(|out| !out.to.ends_with("harborlight.example")).count(), 1, "nobody else gets anything");
    assert!(starting(&out, INES, "Sent again").is_some());
    let after = world.row(KATRIN).await;
    assert_eq!((after.state, after.attempts), (OutboxState::Sent, before.attempts + 1));
    let decisions = world.service().store().decisions(DraftId(1)).await.unwrap();
    assert!(decisions.iter().any(|record| record.decision == Decision::Resend && record.by == SAM));
    // Said twice, it does nothing more, and says how the notices ended.
    world.clock.advance(TimeDelta::minutes(1));
    let twice = world.answer(SAM, &asked.mail, "resend");
    assert_eq!(world.arrives(&twice).await, Outcome::Reply(ReplyOutcome::Superseded));
    let out = world.out();
    assert_eq!(out.len(), 1);
    assert!(out[0].text().contains("katrin@bakery-meyer.example: sent"), "{}", out[0].text());
}

#[tokio::test]
async fn s02_a_report_or_a_word_closes_what_was_unknown() {
    let mut world = World::about_to_tell().await;
    world.ends(KATRIN, OutboxState::Unknown, "no answer to the final dot").await;
    world.round().await;
    let asked = starting(&world.out(), SAM, "UNKNOWN").unwrap().clone();
    let row = world.row(KATRIN).await;
    let report = world.report("x@y.example", &format!("Original-Envelope-Id: fw-{}\n", row.id.0), KATRIN, "relayed", "2.0.0");
    world.arrives(&report).await;
    let row = world.row(KATRIN).await;
    assert_eq!((row.state, row.answer.as_deref()), (OutboxState::Sent, Some("relayed: 2.0.0 no such user here")));
    world.clock.advance(TimeDelta::minutes(1));
    let late = world.answer(SAM, &asked.mail, "resend");
    assert_eq!(world.arrives(&late).await, Outcome::Reply(ReplyOutcome::Superseded));
    let out = world.out();
    assert_eq!(out.len(), 1, "no customer gets it again");
    assert!(out[0].text().contains("a report or a colleague settled it"), "{}", out[0].text());

    let mut world = World::about_to_tell().await;
    world.ends(KATRIN, OutboxState::Unknown, "no answer to the final dot").await;
    world.round().await;
    let asked = starting(&world.out(), INES, "UNKNOWN").unwrap().clone();
    let said = world.answer(INES, &asked.mail, "assume-sent");
    assert_eq!(world.arrives(&said).await, Outcome::Reply(ReplyOutcome::Accepted));
    assert_eq!(world.row(KATRIN).await.state, OutboxState::Sent);
    world.later(10).await;
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn s02_resend_does_not_bring_back_what_was_overtaken() {
    let mut world = World::about_to_tell().await;
    world.ends(KATRIN, OutboxState::Unknown, "no answer to the final dot").await;
    world.round().await;
    let asked = starting(&world.out(), SAM, "UNKNOWN").unwrap().clone();
    let moved = "Hello,\n\nReference: NF-1\nServer: mail01\nReason: parts\nPrevious window: 2020-09-10 04:00 UTC to 2020-09-10 12:00 UTC\n\
                 New maintenance window: 2020-09-12 04:00 UTC to 2020-09-12 12:00 UTC";
    world.arrives(&world.notice("Maintenance rescheduled for your server mail01", moved)).await;
    world.out();
    let said = world.answer(SAM, &asked.mail, "resend");
    assert_eq!(world.arrives(&said).await, Outcome::Reply(ReplyOutcome::Superseded));
    assert_eq!(world.row(KATRIN).await.state, OutboxState::Unknown);
    let out = world.out();
    assert!(out.len() == 1 && out[0].text().contains("v2 came after it"), "{}", out[0].text());
    // Who may have got the first notice gets the update.
    world.sam("FW-1 v2", "approve").await;
    world.later(5).await;
    assert!(world.told().iter().any(|out| out.to == KATRIN));
}

#[tokio::test]
async fn w29_an_answer_is_handed_on_whole_and_supports_own_answer_does_not_come_back() {
    let (mut world, told) = World::told_by_sam().await;
    let notice = to(&told, KATRIN).clone();
    let answer = |world: &World, from: &str, text: &str| {
        world.answer(from, &notice.mail, text).replace("To: <support@harborlight.example>", "To: <forewarn@harborlight.example>")
    };
    let raw = answer(
        &world,
        KATRIN,
        "Maintenance window: 2020-09-20 04:00 UTC to 2020-09-20 05:00 UTC?\n\nstop\n\nOn Sat wrote:\n> Start: 2020-09-10\n\nThat hour is bad.",
    );
    assert_eq!(world.arrives(&raw).await, Outcome::CustomerReply);
    let out = world.out();
    assert_eq!(out.iter().map(|out| out.to.as_str()).collect::<Vec<_>>(), ["support@harborlight.example"]);
    for part in ["| Maintenance window: 2020-09-20 04:00 UTC", "| stop", "| > Start: 2020-09-10", "| That hour is bad."] {
        assert!(out[0].text().contains(part), "{part}: {}", out[0].text());
    }
    assert_eq!(out[0].mail.reply_to[0].address, KATRIN, "whoever answers it answers the customer");
    let sent = String::from_utf8(out[0].bytes.clone()).unwrap().replace("\r\n", "\n");
    let (_, original) =
        sent.split_once("Content-Type: message/rfc822\nContent-Disposition: attachment; filename=\"original.eml\"\n").unwrap();
    let (_, original) = original.split_once("\n\n").unwrap();
    assert!(original.starts_with(&raw.replace("\r\n", "\n")), "unchanged: {original}");
    let notice_id = message_id(&notice.mail);
    assert!(!out[0].mail.references.iter().any(|id| id == notice_id), "an acknowledgement of support's would come back as a customer's");
    let maintenance = world.maintenances().await.pop().unwrap();
    assert!(maintenance.history.last().unwrap().text.starts_with("katrin@bakery-meyer.example answered"), "{:?}", maintenance.history);
    assert_eq!((world.maintenances().await.len(), world.open_drafts().await.len()), (1, 0), "no window, no decision");
    // Support answers all: that is no news for support.
    world.clock.advance(TimeDelta::minutes(1));
    let own = answer(&world, "support@harborlight.example", "Dear Katrin, we ask the provider.");
    assert_eq!(world.arrives(&own).await, Outcome::CustomerReply);
    world.later(5).await;
    assert_eq!(world.out().len(), 0);
}
