//! Senders that cannot be checked just now, and senders that guess.

use super::*;
use crate::hostile::letter::{ALL, Letter, Signer};
use crate::mailserver::names::Names;

impl World {
    /// Sam's answer as his mail server signs it.
    fn signed(&self, signer: &Signer, text: &str) -> String {
        let raw = self.answer(SAM, &self.request(SAM, "FW-1"), text);
        let (head, body) = raw.split_once("\n\n").unwrap();
        let fields: Vec<(&str, &str)> = head.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let letter = Letter::new(&fields).with_body(&body.replace('\n', "\r\n")).signed(signer, ALL);
        String::from_utf8(letter.bytes()).unwrap().replace("\r\n", "\n")
    }

    async fn pending(&self) -> u64 {
        self.service().store().counts().await.unwrap().pending
    }
}

#[tokio::test]
async fn a15_an_answer_waits_while_nobody_can_be_asked_for_its_key_and_then_counts() {
    let signer = Signer::new("s1", "harborlight.example");
    let (name, record) = (signer.name(), signer.record(""));
    let mut names = Names::alone(&[(&name, &record)]);
    let auth = format!("auth = \"dkim\"\nname_server = \"{}\"", names.address);
    let change = ("auth = \"token-only\"\ni_accept_forgery_risk = true", auth.as_str());
    let mut world = World::new("2020-09-05T15:00:00Z", &[change, ALARMS]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    names.fail();
    let yes = world.signed(&signer, "approve");
    world.put(&yes);
    // SERVFAIL, then silence: neither is a no.
    assert_eq!(world.round().await.considered, []);
    names.end();
    for _ in 0..2 {
        assert_eq!(world.later(2).await.considered, []);
        assert_eq!(world.pending().await, 1, "status counts it as pending");
    }
    assert_eq!(world.open_drafts().await[0].0.state, DraftState::Proposed);
    assert!(!world.alarms().contains("NOT CHECKED"), "not at once");
    world.later(8).await;
    world.later(1).await;
    assert!(world.alarms().contains("NOT CHECKED: 1 answer waits"), "{}", world.alarms());
    let told: Vec<String> = world.out().into_iter().filter(|out| out.mail.subject.starts_with("NOT CHECKED")).map(|out| out.to).collect();
    assert_eq!(told, [INES, SAM], "once, by mail too");
    assert_eq!(world.told().len(), 0);

    names.serve(&[(&name, &record)]);
    let round = world.later(2).await;
    assert_eq!(round.considered.iter().map(|(_, outcome)| outcome.name()).collect::<Vec<_>>(), ["reply"]);
    assert_eq!(world.pending().await, 0);
    world.later(5).await;
    assert!(!world.told().is_empty(), "customers are told");
}

#[tokio::test]
async fn a15_an_answer_whose_key_never_comes_does_not_count_after_two_days() {
    let signer = Signer::new("s1", "harborlight.example");
    let mut names = Names::alone(&[]);
    names.fail();
    let auth = format!("auth = \"dkim\"\nname_server = \"{}\"", names.address);
    let change = ("auth = \"token-only\"\ni_accept_forgery_risk = true", auth.as_str());
    let mut world = World::new("2020-09-05T15:00:00Z", &[change]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    let yes = world.signed(&signer, "approve");
    world.put(&yes);
    assert_eq!(world.round().await.considered, []);
    assert_eq!(world.later(47 * 60).await.considered, []);
    let round = world.later(62).await;
    assert_eq!(round.considered.last().unwrap().1, Outcome::Reply(forewarn::model::ReplyOutcome::Unauthenticated));
    world.later(10).await;
    assert_eq!(world.told().len(), 0);
    assert_eq!(world.open_drafts().await.len(), 1, "it can still be approved");
}

#[tokio::test]
async fn a14_who_guesses_is_told_to_staff_once_an_hour_and_never_answered() {
    let mut world = World::new("2020-09-05T15:00:00Z", &[]).await;
    world.arrives(&world.notice(SUBJECT, &host("NF-1", "mail01", WINDOW))).await;
    world.out();
    for number in 0..45 {
        let headers = format!("In-Reply-To: <fw.{number:026}@harborlight.example>\n");
        let raw = world.mail("Eve <eve@evil.example>", &format!("Re: [FW-1 v1 {number:04}-0000]"), &headers, "approve");
        assert_eq!(world.arrives(&raw).await, Outcome::Reply(forewarn::model::ReplyOutcome::UnknownToken), "{number}");
        if number == 19 {
            world.round().await;
            assert_eq!(world.out().len(), 0, "so many may be a mistake");
        }
    }
    world.later(2).await;
    let told: Vec<(String, String)> = world.out().into_iter().map(|out| (out.to.clone(), out.text().to_owned())).collect();
    assert_eq!(told.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), [INES, SAM]);
    assert!(told[0].1.contains("answers from evil.example within an hour"), "{told:?}");
    world.later(61).await;
    assert_eq!(world.out().len(), 0, "nothing more, when nothing more comes");
}
