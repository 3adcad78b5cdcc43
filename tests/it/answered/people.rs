//! People's answers: read right, or answered with help; never misread as an approval.

use super::{Court, OutboxKind, Outcome, ReplyOutcome, approves, indexed, said};

#[tokio::test]
async fn a13_w21_answers_of_every_client_are_read_right_or_answered_with_help() {
    let court = Court::new().await;
    let (mut faults, mut misread, mut right, mut helped) = (Vec::new(), Vec::new(), 0, 0);
    for (file, raw, expected) in indexed("replies") {
        let mail = court.read(&court.filled(&raw));
        let effects = court.effects(&mail).await;
        let (read, outcome) = (said(&mail), effects.outcome.clone().unwrap());
        if approves(&effects) && expected != "approve" {
            misread.push(file.clone());
        }
        let help = effects.outgoing.iter().filter(|mail| mail.kind == OutboxKind::Answer).count() == 1
            && outcome == Outcome::Reply(ReplyOutcome::Unclear)
            && effects.decisions.is_empty();
        let so = read == expected
            && match expected.as_str() {
                "help" => help,
                "approve" => approves(&effects) && outcome == Outcome::Reply(ReplyOutcome::Accepted),
                _ => !approves(&effects) && matches!(outcome, Outcome::Reply(_)),
            };
        if so && expected == "help" {
            helped += 1;
        } else if so {
            right += 1;
        } else {
            faults.push(format!("{file}: {expected:?} is read as {read:?}, {outcome:?}, {} mails", effects.outgoing.len()));
        }
    }
    println!("{right} read right, {helped} answered with help");
    assert_eq!(misread, Vec::<String>::new(), "misread as an approval");
    assert!(faults.is_empty(), "{}\n{} faults", faults.join("\n"), faults.len());
    assert!(right >= 120 && helped >= 60, "{right} {helped}");
}

/// What tempts: the word stands where nobody sees it, or is another one.
#[tokio::test]
async fn a10_a11_a12_no_trap_is_taken_for_a_word() {
    let court = Court::new().await;
    let traps: Vec<_> =
        indexed("replies").into_iter().filter(|(file, _, expected)| file.starts_with("traps/") && expected == "help").collect();
    assert!(traps.len() > 100, "{}", traps.len());
    for (file, raw, _) in traps {
        let effects = court.effects(&court.read(&court.filled(&raw))).await;
        assert!(effects.decisions.is_empty() && !approves(&effects), "{file}: {:?}", effects.decisions);
        assert_eq!(effects.outcome, Some(Outcome::Reply(ReplyOutcome::Unclear)), "{file}");
    }
}
