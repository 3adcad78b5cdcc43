//! What the words of a mail say beyond any layout: that an earlier notice was sent in error, and how far a provider is with an outage.
//!
//! Rules and the generic reader need not know of it: this looks at the fresh text of every mail after them. It never makes an announcement
//! of a mail that holds none.

mod outage;
mod retraction;

use crate::model::{Kind, Mail, Notification, Problem, ProblemKind, Reading, Status};
use outage::{Stage, newest};
use retraction::is_retraction;

/// Text that is looked at; what a provider says of the whole stands near the top.
const MAX_CHARS: usize = 20_000;

/// Marks what the words say in a reading.
pub(super) fn mark(reading: &mut Reading, mail: &Mail) {
    if reading.found.is_empty() {
        return;
    }
    let sentences = sentences(&format!("{}\n\n{}", mail.subject, mail.text()));
    if is_retraction(&sentences) {
        let mut doubts = false;
        for said in &mut reading.found {
            doubts |= !retract(said);
        }
        if doubts {
            // That nothing happens, and when it does: nobody may choose between the two.
            let detail = "the mail says that a notice was sent in error, and states a time: does it take place?";
            reading.problems.push(Problem::new(ProblemKind::Conflict, "status", detail));
        }
    }
    if reading.kind == Some(Kind::Incident) {
        let newest = newest(&sentences);
        reading.found.iter_mut().for_each(|said| stand(said, newest));
    }
}

/// Whether it could be retracted: what states a time, and not that it is called off, contradicts itself.
fn retract(said: &mut Notification) -> bool {
    let called_off = said.status == Some(Status::Cancelled);
    let may = called_off || said.windows.is_empty() && said.status.is_none();
    if may {
        said.retracted = true;
        said.status = Some(Status::Cancelled);
    }
    may
}

fn stand(said: &mut Notification, newest: Option<Stage>) {
    match newest {
        Some(Stage::Over) if matches!(said.status, None | Some(Status::Tentative | Status::Confirmed)) => {
            said.status = Some(Status::Completed);
        }
        Some(Stage::Goes(phase)) => said.phase = Some(phase),
        _ => {}
    }
}

/// The text in small letters, white space folded, cut at full stops and empty lines; a line break within a sentence is a space.
fn sentences(text: &str) -> Vec<String> {
    let lower: String = text.chars().take(MAX_CHARS).flat_map(char::to_lowercase).collect();
    let paragraphs = lower.split("\n\n").flat_map(|paragraph| paragraph.split_inclusive(['.', '!', '?']));
    paragraphs.map(|sentence| sentence.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|sentence| !sentence.is_empty()).collect()
}

fn any(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| sentence.contains(word))
}

/// Whether a word of the list begins a word of the sentence.
fn any_word(sentence: &str, words: &[&str]) -> bool {
    let spaced = format!(" {sentence}");
    words.iter().any(|word| spaced.contains(&format!(" {word}")))
}

#[cfg(test)]
mod tests;
