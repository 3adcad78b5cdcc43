//! Stored values in the words of the record.

use crate::mail::outgoing::phrases::listed;
use crate::mail::outgoing::{instants::StaffClock, one_line};
use crate::model::{Change, Decision, Irrelevance, LedgerMail, Outcome, Question, Settling, Status, Window};

/// What was read in a mail, and how it ended.
pub(super) fn read(mail: &LedgerMail, clock: &StaffClock<'_>) -> String {
    let outcome = match &mail.outcome {
        None => "not read yet".to_owned(),
        Some(Outcome::Extracted) => "read".to_owned(),
        Some(Outcome::NeedsPerson(why)) => format!("put in front of a person: {}", one_line(why, 150)),
        Some(Outcome::Irrelevant(why)) => format!("taken for irrelevant: {}", irrelevance(why)),
        Some(Outcome::Quarantined(why)) => format!("not readable: {}", one_line(why, 150)),
        Some(Outcome::Duplicate(of)) => format!("the same bytes as mail {}", of.0),
        Some(other) => other.name().to_owned(),
    };
    let Some(reading) = &mail.reading else { return format!("mail {} was {outcome}", mail.mail.0) };
    let rule = reading.rule.as_ref().map_or_else(|| "without a rule".to_owned(), |rule| format!("by rule {}", rule.name));
    let said: Vec<String> = reading
        .found
        .iter()
        .map(|said| {
            let windows: Vec<String> = said.windows.iter().map(|window: &Window| clock.span(window)).collect();
            let status = match said.status {
                Some(Status::Cancelled) => "cancelled",
                Some(Status::Completed) => "completed",
                Some(Status::InProcess) => "under way",
                Some(Status::Rescheduled) => "moved",
                Some(Status::Tentative) => "not confirmed yet",
                Some(Status::Confirmed) | None => "",
            };
            let windows = if windows.is_empty() { "no window".to_owned() } else { windows.join(", ") };
            if status.is_empty() { windows } else { format!("{status}, {windows}") }
        })
        .collect();
    let doubts: Vec<String> =
        reading.problems.iter().filter(|problem| problem.blocking).map(|problem| one_line(&problem.detail, 150)).collect();
    let said = if said.is_empty() { "nothing was found in it".to_owned() } else { format!("it says {}", said.join("; ")) };
    let doubts = if doubts.is_empty() { String::new() } else { format!("; in doubt: {}", doubts.join("; ")) };
    format!("mail {} was {outcome}, {rule}: {said}{doubts}", mail.mail.0)
}

fn irrelevance(why: &Irrelevance) -> String {
    match why {
        Irrelevance::Rule(why) => one_line(why, 150),
        Irrelevance::NoSign => "no sign of a notice".to_owned(),
        Irrelevance::Retired => "it names only what was given back".to_owned(),
        Irrelevance::Person(who) => format!("says {who}"),
    }
}

pub(super) fn change(change: &Change) -> String {
    match change {
        Change::New => "new".to_owned(),
        Change::Rescheduled { .. } => "moved".to_owned(),
        Change::Updated { fields } => format!("changed: {}", fields.join(", ")),
        Change::Cancelled => "cancelled".to_owned(),
        Change::Started => "begun".to_owned(),
        Change::Extended { .. } => "takes longer".to_owned(),
        Change::Completed => "completed".to_owned(),
        Change::Retracted => "sent in error".to_owned(),
        Change::Unchanged => "nothing changed".to_owned(),
        Change::Stale => "an older mail".to_owned(),
    }
}

pub(super) fn asked(question: &Question) -> String {
    match question {
        Question::Windows(readings) => format!("which of {} readings of the window holds", readings.len()),
        Question::NoWindow => "when it is".to_owned(),
        Question::Services(services) => {
            let names: Vec<String> = services.iter().map(|service| service.name.clone()).collect();
            format!("which services are touched: {}", listed(&names))
        }
        Question::NobodyToTell(why) | Question::Notify(why) => one_line(why, 200),
        Question::SameAs(earlier) => {
            let ids: Vec<String> = earlier.iter().map(|one| one.id.to_string()).collect();
            format!("whether it is {} or another one", ids.join(" or "))
        }
    }
}

pub(super) fn decided(decision: &Decision, clock: &StaffClock<'_>) -> String {
    match decision {
        Decision::Approve => "approve".to_owned(),
        Decision::Trial => "an answer to try whether answers count".to_owned(),
        Decision::Vote => "approve (others must, too)".to_owned(),
        Decision::Reject(why) if why.is_empty() => "reject".to_owned(),
        Decision::Reject(why) => format!("reject: {}", one_line(why, 200)),
        Decision::Edit(_) => "edit the text".to_owned(),
        Decision::Hold(until) => format!("hold until {}", clock.full(*until)),
        Decision::Stop => "stop".to_owned(),
        Decision::Mine => "mine".to_owned(),
        Decision::Settle(settling) => settled(settling, clock),
        Decision::Start => "start".to_owned(),
        Decision::Resend => "resend".to_owned(),
        Decision::AssumeSent => "assume-sent".to_owned(),
    }
}

fn settled(settling: &Settling, clock: &StaffClock<'_>) -> String {
    match settling {
        Settling::Reading(number) => format!("window {number}"),
        Settling::Windows(windows) => {
            let windows: Vec<String> = windows.iter().map(|window| clock.span(window)).collect();
            format!("window {}", windows.join(", "))
        }
        Settling::Services(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            format!("services {}", numbers.join(" "))
        }
        Settling::AllServices => "services all".to_owned(),
        Settling::Drop(name) => format!("drop {}", one_line(name, 80)),
        Settling::Irrelevant => "irrelevant".to_owned(),
        Settling::SameAs(id) => format!("same as {id}"),
        Settling::New => "new".to_owned(),
        Settling::Done => "done".to_owned(),
        Settling::Away(Some((first, last))) => format!("away {first}..{last}"),
        Settling::Away(None) => "back".to_owned(),
        Settling::Notify => "notify".to_owned(),
        Settling::Gone(object) => format!("gone {}", one_line(object, 80)),
        Settling::Never(sender) => format!("never {}", one_line(sender, 80)),
        Settling::Provider(provider) => format!("provider {}", one_line(provider, 80)),
        Settling::RulePlease => "rule please".to_owned(),
        Settling::Stands(status) => match status {
            Status::Cancelled => "cancelled".to_owned(),
            Status::Completed => "completed".to_owned(),
            Status::InProcess => "under way".to_owned(),
            Status::Tentative | Status::Confirmed | Status::Rescheduled => "confirmed".to_owned(),
        },
        Settling::Update(text) => format!("update: {}", one_line(text, 200)),
    }
}
