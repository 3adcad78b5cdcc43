//! Mail that no person wrote: nothing of it is acted on, none of it is answered, and an absence is known as one.

use std::collections::BTreeMap;

use super::{Court, INES, Outcome, SAM, approves, indexed};

#[tokio::test]
async fn a09_automatic_mail_decides_nothing_and_is_not_answered() {
    let court = Court::new().await;
    let mut faults = Vec::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (file, raw, expected) in indexed("automatic") {
        let mail = court.read(&court.filled(&raw));
        let effects = court.effects(&mail).await;
        let outcome = effects.outcome.clone().unwrap();
        let acted = !effects.decisions.is_empty() || !effects.drafts.is_empty() || !effects.maintenances.is_empty() || approves(&effects);
        let answered = effects.outgoing.iter().any(|mail| mail.to.address == SAM) || !effects.requests.is_empty();
        let told: Vec<&str> = effects.outgoing.iter().map(|mail| mail.to.address.as_str()).collect();
        let away = effects.away == [(SAM.to_owned(), forewarn::model::Absence::Automatic)];
        let so = match expected.as_str() {
            "bounce" => outcome == Outcome::Bounce && told.is_empty() && !away,
            "absence" => outcome == Outcome::Automatic && away && told == [INES],
            _ => outcome == Outcome::Automatic && told.is_empty() && !away,
        };
        *kinds.entry(file.split('/').next().unwrap().to_owned()).or_default() += 1;
        if acted || answered || !so {
            faults.push(format!("{file}: {expected} is {outcome:?}, away {away}, acted {acted}, tells {told:?}"));
        }
    }
    println!("{kinds:?}");
    assert!(faults.is_empty(), "{}\n{} faults", faults.join("\n"), faults.len());
    assert!(kinds.values().sum::<usize>() >= 80);
}

/// What is said of a mail does not hang on the words "Re:" and the like: the same mails with the verb alone and a person's subject count.
#[tokio::test]
async fn a09_the_same_words_of_a_person_count() {
    let court = Court::new().await;
    for subject in
        ["Re: {subject}", "AW: {subject}", "RE: [EXTERNAL] {subject}", "{subject}", "Antw: {subject}", "SV: {subject}", "回复: {subject}"]
    {
        let raw = format!(
            "Message-ID: <1@client.example>\nFrom: Sam <{SAM}>\nTo: <{{to}}>\nSubject: {subject}\nIn-Reply-To: <{{message-id}}>\n\
             X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\n\nOK\n"
        );
        let effects = court.effects(&court.read(&court.filled(raw.as_bytes()))).await;
        assert!(approves(&effects), "{subject}: {:?}", effects.outcome);
    }
}
