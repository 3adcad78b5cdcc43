//! Guessed tokens and codes (A14), where nothing but the token counts.

use forewarn::model::{AuthMode, Mail, Mailbox, Outcome, ReplyOutcome};

use super::mutations::Numbers;
use super::{OURS, SAM, Stage};

const GUESSES: usize = 100_000;
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[test]
fn a14_a_hundred_thousand_guesses_of_tokens_and_codes_find_nothing() {
    let stage = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async { Stage::new() });
    let known = stage.token(1, 2, SAM);
    let mut numbers = Numbers(0x5eed_a14a_14a1_4a14);
    let mailbox = |address: String| Mailbox { name: String::new(), address };
    let (local, domain) = OURS.split_once('@').unwrap();
    for round in 0..GUESSES {
        let mut guess = |length: usize, near: &str| {
            let mut text: Vec<u8> = near.bytes().filter(|byte| *byte != b'-').collect();
            // Half of them differ from a true one in a sign or two.
            let changes = if round % 4 < 2 { length } else { 1 + numbers.below(2) };
            let first = numbers.below(length);
            for change in 0..changes {
                let place = if changes == length { change } else { (first + change) % length };
                let before = text[place];
                while text[place] == before {
                    text[place] = LETTERS[numbers.below(LETTERS.len())];
                }
            }
            String::from_utf8(text).unwrap()
        };
        let mut mail = Mail { from: vec![mailbox(SAM.to_owned())], ..Mail::default() };
        mail.plain = Some(forewarn::model::BodyText { fresh: "approve".into(), ..Default::default() });
        if round % 2 == 0 {
            let token = guess(26, &known.text);
            mail.to = vec![mailbox(format!("{local}+{token}@{domain}"))];
            mail.references = vec![format!("fw.{token}@{domain}")];
        } else {
            let code = guess(8, &known.code);
            let (front, back) = code.split_at(4);
            mail.subject = format!("Re: [FW-1 v2 {front}-{back}]");
        }
        let result = stage.decide(&AuthMode::TokenOnly, &mail);
        assert!(!result.accepted(), "round {round}: {result:?}");
        assert_eq!(result.outcome, Outcome::Reply(ReplyOutcome::UnknownToken), "round {round}");
        assert!(result.strangers().is_empty(), "round {round}");
    }
}
