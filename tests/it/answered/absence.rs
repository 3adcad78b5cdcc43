//! Whoever is away is asked all the same, the others hear of it at once, and nobody is left alone with it (W25).

use super::{Court, INES, Outcome, ReplyOutcome, SAM};

const RUTH: &str = "ruth@harborlight.example";

fn out_of_office(number: u32, who: &str) -> String {
    format!(
        "Message-ID: <away-{number}@client.example>\nFrom: <{who}>\nTo: <{{to}}>\nSubject: Automatic reply: {{subject}}\n\
         In-Reply-To: <{{message-id}}>\nAuto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n\nOK\n\nI am out of the office until September 14.\n"
    )
}

fn word(number: u32, who: &str, said: &str) -> String {
    format!(
        "Message-ID: <word-{number}@client.example>\nFrom: <{who}>\nTo: <{{to}}>\nSubject: Re: {{subject}}\nIn-Reply-To: <{{message-id}}>\n\n{said}\n"
    )
}

async fn answers(court: &Court, number: u32, who: &str, raw: String) -> Outcome {
    court.arrives(&format!("answer-{number}"), &court.filled_for(who, raw.as_bytes())).await
}

async fn away(court: &Court) -> Vec<String> {
    court.service.store().agenda_facts(chrono::DateTime::UNIX_EPOCH).await.unwrap().away.into_iter().collect()
}

#[tokio::test]
async fn w25_an_absence_is_told_to_the_others_once_a_request_and_ends_with_the_next_mail() {
    let court = Court::new().await;
    let (sams, ines) = (court.got(SAM).len(), court.got(INES).len());
    assert_eq!(answers(&court, 1, SAM, out_of_office(1, SAM)).await, Outcome::Automatic);
    assert_eq!(away(&court).await, [SAM]);
    let told = court.got(INES);
    assert_eq!(told.len(), ines + 1);
    let text = told.iter().find_map(|mail| mail.plain.as_ref().filter(|body| body.fresh.contains("is away"))).unwrap();
    assert!(text.fresh.contains("Sam Okafor") && text.fresh.contains("The decision is with you"), "{}", text.fresh);
    assert_eq!(answers(&court, 2, SAM, out_of_office(2, SAM)).await, Outcome::Automatic);
    assert_eq!((court.got(SAM).len(), court.got(INES).len()), (sams, ines + 1), "once, and never to the one who is away");
    assert!(court.got(RUTH).is_empty() && court.alarms().is_empty(), "Ines is there");
    assert_eq!(answers(&court, 3, SAM, word(3, SAM, "Sorry, what is this about?")).await, Outcome::Reply(ReplyOutcome::Unclear));
    assert_eq!(away(&court).await, Vec::<String>::new(), "whoever writes is back");
    assert_eq!(answers(&court, 4, INES, out_of_office(4, INES)).await, Outcome::Automatic);
    assert_eq!(away(&court).await, [INES]);
    assert!(court.got(RUTH).is_empty() && court.alarms().is_empty(), "Sam is there");
    assert_eq!(answers(&court, 5, SAM, word(5, SAM, "approve")).await, Outcome::Reply(ReplyOutcome::Accepted));
}

#[tokio::test]
async fn w25_when_everybody_is_away_the_escalation_and_the_alarm_come_at_once_and_once() {
    let court = Court::new().await;
    answers(&court, 1, SAM, out_of_office(1, SAM)).await;
    let ines = court.got(INES).len();
    answers(&court, 2, INES, out_of_office(2, INES)).await;
    assert_eq!(away(&court).await, [INES, SAM]);
    assert_eq!(court.got(INES).len(), ines);
    assert_eq!(court.got(RUTH).len(), 1, "the escalation does not wait for its hour");
    assert_eq!(court.alarms().matches("Every approver is away").count(), 1, "{}", court.alarms());
    for number in 3..6 {
        answers(&court, number, SAM, out_of_office(number, SAM)).await;
    }
    assert_eq!(court.got(RUTH).len(), 1);
    assert_eq!(court.alarms().matches("Every approver is away").count(), 1);
}

#[tokio::test]
async fn w25_nobody_is_away_by_a_mail_that_answers_no_request_of_theirs() {
    let court = Court::new().await;
    // A stranger with Sam's token; Sam without any; Ines by Sam's request.
    let stranger = court.filled(out_of_office(1, "eve@elsewhere.example").as_bytes());
    let untied = out_of_office(2, SAM).replace("{subject}", "lunch").replace("In-Reply-To: <{message-id}>\n", "");
    let untied = untied.replace("{to}", "forewarn@harborlight.example");
    let others = court.filled_for(SAM, out_of_office(3, INES).as_bytes());
    for raw in [stranger, untied.into_bytes(), others] {
        let effects = court.effects(&court.read(&raw)).await;
        assert_eq!(effects.outcome, Some(Outcome::Automatic));
        assert!(effects.away.is_empty() && effects.outgoing.is_empty(), "{}", String::from_utf8_lossy(&raw));
    }
}
