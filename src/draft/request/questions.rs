//! What a person must answer first, with the exact words that do.

use super::{RequestFacts, deadline};
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::main_windows;
use crate::model::{AffectedService, Maintenance, Question, Status};

pub(super) fn asked(question: &Question, facts: &RequestFacts<'_>, clock: &StaffClock<'_>) -> Vec<String> {
    match question {
        Question::Windows(readings) => {
            let words: Vec<String> = (1..=readings.len()).map(|number| format!("\"window {number}\"")).collect();
            let first = match readings.len() {
                1 => "The time is in doubt. If this is right, answer".to_owned(),
                count => format!("The time can be read in {count} ways. Answer"),
            };
            let mut lines = vec![format!("{first} {}.{}", or(&words), deadline(facts, clock))];
            for (number, windows) in readings.iter().enumerate() {
                let spans: Vec<String> = windows.iter().map(|window| clock.span(window)).collect();
                lines.push(format!("  {}  {}", number + 1, spans.join("; ")));
            }
            lines.push(format!("Or: {} | irrelevant | mine | help", example(facts)));
            lines.push("Nothing is sent before that; the notice then comes for your approval.".to_owned());
            lines
        }
        Question::NoWindow => {
            let mut lines = vec!["No date and time could be read with certainty. Please look at the provider's mail.".to_owned()];
            if let Some(watch) = &facts.maintenance.said.watch {
                lines.push(format!("All it says of the time: \"{}\"", one_line(watch, 200)));
            }
            lines.push(format!("Answer \"{}\" with the right times, or \"irrelevant\" if there is nothing to act on.", example(facts)));
            lines.push("Or: mine | help".to_owned());
            lines
        }
        Question::Services(services) => {
            let objects: Vec<String> =
                facts.maintenance.said.objects.iter().take(5).map(|object| one_line(&object.object_id, 60)).collect();
            let why = match objects.as_slice() {
                [] => "The mail does not say what is touched.".to_owned(),
                named => format!("The mail names what services.toml does not know ({}).", named.join(", ")),
            };
            let mut lines = vec![format!(
                "{why} Which of these? Answer \"services 1 3\", \"services all\" or \"services none\".{}",
                deadline(facts, clock)
            )];
            lines.extend(numbered(services).iter().map(|line| format!("  {line}")));
            lines.push("Or: irrelevant | mine | help".to_owned());
            lines
        }
        Question::SameAs(earlier) => {
            let words: Vec<String> = earlier.iter().map(|one| format!("\"same as {}\"", one.id)).collect();
            let mut lines = vec![match ending(facts.maintenance) {
                Some(what) if words.len() == 1 => format!("A mail says {what}. Is it this one? Answer {}.", or(&words)),
                Some(what) => format!("A mail says {what} and not of which. Answer {}.", or(&words)),
                None => format!(
                    "Is it one that was announced before, or another one? Answer {} or \"new\".{}",
                    or(&words),
                    deadline(facts, clock)
                ),
            }];
            for one in earlier {
                let spans: Vec<String> = one.windows.iter().map(|window| clock.span(window)).collect();
                let spans = if spans.is_empty() { "no time stated".to_owned() } else { spans.join("; ") };
                lines.push(format!("  {}  {spans}: {}", one.id, one_line(&one.what, 120)));
            }
            lines.push("Or: irrelevant | mine | help".to_owned());
            lines
        }
        Question::Notify(why) => vec![
            format!("{} Answer \"notify\" to draft a notice all the same.", one_line(why, 300)),
            "Or: irrelevant | reject WHY | mine | help".to_owned(),
        ],
        Question::NobodyToTell(why) => vec![
            format!("Nobody would be told: {}", one_line(why, 300)),
            match ending(facts.maintenance) {
                Some(_) => "Answer: same as FW-12 | irrelevant | mine | help".to_owned(),
                None => "Answer: services 1 2 | irrelevant | reject WHY | mine | help. Or complete the inventory.".to_owned(),
            },
        ],
    }
}

/// What a mail says of the end of something: `CANCELLED`; none where it announces.
pub(super) fn ending(maintenance: &Maintenance) -> Option<&'static str> {
    match maintenance.said.status {
        _ if maintenance.said.retracted => Some("SENT IN ERROR"),
        Some(Status::Cancelled) => Some("CANCELLED"),
        Some(Status::Completed) => Some("COMPLETED"),
        Some(Status::InProcess) => Some("STARTED"),
        Some(Status::Rescheduled) => Some("MOVED"),
        _ => None,
    }
}

/// The form of a window as typed, with a day near by.
fn example(facts: &RequestFacts<'_>) -> String {
    let day = main_windows(facts.maintenance).next().map_or(facts.now, |window| window.start);
    format!("window {} 04:00 to 12:00 UTC", day.format("%Y-%m-%d"))
}

pub(super) fn numbered(services: &[AffectedService]) -> Vec<String> {
    let line = |(number, service): (usize, &AffectedService)| {
        let parts = if service.parts.is_empty() { String::new() } else { format!(": {}", service.parts.join(", ")) };
        let internal = if service.internal { " (internal)" } else { "" };
        format!("{} {}{internal}{}", number + 1, one_line(&service.name, 100), one_line(&parts, 200))
    };
    services.iter().enumerate().map(line).collect()
}

fn or(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
