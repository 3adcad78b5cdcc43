//! Words of staff that settle a doubt: they change what is known and approve nothing.

use crate::{
    approval::Verb,
    desk::{Plan, reply::Answered},
    inventory,
    model::{Decision, Evidence, EvidenceSource, HistoryLine, Maintenance, Precision, ProblemKind, Question, Role, Settling, Window},
    rules::time::{self, TimeContext},
};

/// The maintenance's next revision, with a line of history that names who changed what.
pub(super) fn next(plan: &Plan<'_>, reply: &Answered<'_>, what: &str) -> Maintenance {
    let mut next = reply.maintenance.clone();
    next.revision += 1;
    next.history.push(HistoryLine { at: plan.now, text: format!("{what} by {}", reply.by()) });
    next
}

/// Reads a settling word against the draft it answers: the decision and the maintenance after it.
///
/// # Errors
/// A sentence that says what does not fit and what would.
pub(super) fn settled(plan: &Plan<'_>, reply: &Answered<'_>, verb: &Verb) -> Result<(Decision, Maintenance), String> {
    let (settling, next) = match verb {
        Verb::Irrelevant => {
            let mut next = next(plan, reply, "called irrelevant");
            next.closed = Some(format!("irrelevant, says {}", reply.by()));
            next.closed_by = Some(reply.by().to_owned());
            (Settling::Irrelevant, next)
        }
        Verb::Window(text) => window(plan, reply, text)?,
        Verb::Services(text) if text.eq_ignore_ascii_case("none") => {
            let mut next = next(plan, reply, "said to touch nothing of ours");
            next.closed = Some(format!("touches nothing of ours, says {}", reply.by()));
            next.closed_by = Some(reply.by().to_owned());
            (Settling::Irrelevant, next)
        }
        Verb::Services(text) => services(plan, reply, text)?,
        Verb::Drop(name) => drop_name(plan, reply, name)?,
        _ => return Err("that word does not work here".to_owned()),
    };
    Ok((Decision::Settle(settling), next))
}

fn window(plan: &Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(Settling, Maintenance), String> {
    let readings = reply.draft.questions.iter().find_map(|question| match question {
        Question::Windows(readings) => Some(readings),
        _ => None,
    });
    let (settling, windows) = match (text.trim().parse::<usize>(), readings) {
        (Ok(number), Some(readings)) => {
            let chosen = number.checked_sub(1).and_then(|index| readings.get(index));
            let chosen = chosen.ok_or_else(|| format!("there is no reading {number}; they are numbered 1 to {}", readings.len()))?;
            (Settling::Reading(number), chosen.clone())
        }
        (Ok(_), None) => return Err("there are no numbered readings; write the window: window 2020-09-10 04:00 to 12:00 UTC".to_owned()),
        (Err(_), _) => {
            let windows = written_windows(plan, text)?;
            (Settling::Windows(windows.clone()), windows)
        }
    };
    let mut next = next(plan, reply, "window settled");
    next.said.windows = windows;
    next.said.readings.clear();
    next.said.watch = None;
    next.evidence.push(Evidence {
        field: "window".to_owned(),
        source: EvidenceSource::Person(reply.by().to_owned()),
        quote: text.chars().take(200).collect(),
        pattern: None,
    });
    next.problems.retain(|problem| !(problem.blocking && is_about_time(problem.problem)));
    Ok((settling, next))
}

/// Doubts that a person ends by naming the window.
pub(super) fn is_about_time(problem: ProblemKind) -> bool {
    matches!(
        problem,
        ProblemKind::AmbiguousTime
            | ProblemKind::NonexistentTime
            | ProblemKind::UnknownZone
            | ProblemKind::WeekdayMismatch
            | ProblemKind::EndsBeforeStart
            | ProblemKind::Conflict
            | ProblemKind::Missing
    )
}

/// Windows that a person wrote; UTC unless they name another zone, never a guess.
fn written_windows(plan: &Plan<'_>, text: &str) -> Result<Vec<Window>, String> {
    let context = TimeContext { zones: plan.desk.zones, arrived_at: plan.now, zone: None, order: None, date: None };
    let statements = time::united(time::statements(text, &context));
    if statements.is_empty() {
        return Err(format!("“{text}” is no window that I understand; write window 2020-09-10 04:00 to 12:00 UTC"));
    }
    statements
        .into_iter()
        .map(|statement| {
            if let Some(problem) = statement.problems.iter().find(|problem| problem.blocking) {
                return Err(format!("“{text}”: {}", problem.detail));
            }
            let (start, end) = *statement.readings.first().ok_or_else(|| format!("“{text}” holds no time"))?;
            Ok(Window {
                start,
                end,
                role: Role::Main,
                status: None,
                zone: statement.zone,
                as_written: statement.as_written,
                precision: Precision::Minute,
            })
        })
        .collect()
}

fn services(plan: &Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(Settling, Maintenance), String> {
    let asked = reply.draft.questions.iter().find_map(|question| match question {
        Question::Services(list) => Some(list),
        _ => None,
    });
    let list = asked.unwrap_or(&reply.draft.services);
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("and")).collect();
    let settling = if words.len() == 1 && words.iter().any(|word| word.eq_ignore_ascii_case("all")) {
        Settling::AllServices
    } else {
        let numbers: Result<Vec<usize>, _> = words.iter().map(|word| word.parse::<usize>()).collect();
        let numbers = numbers.map_err(|_| "name services by their numbers: services 1 3, or services all".to_owned())?;
        if numbers.is_empty() || numbers.iter().any(|number| *number == 0 || *number > list.len()) {
            return Err(format!("services are numbered 1 to {}", list.len()));
        }
        Settling::Services(numbers)
    };
    let chosen: Vec<String> = match &settling {
        Settling::Services(numbers) => {
            numbers.iter().filter_map(|number| list.get(number.checked_sub(1)?)).map(|service| service.id.clone()).collect()
        }
        _ => list.iter().map(|service| service.id.clone()).collect(),
    };
    let mut next = next(plan, reply, "services chosen");
    next.chosen_services = Some(chosen);
    Ok((settling, next))
}

fn drop_name(plan: &Plan<'_>, reply: &Answered<'_>, name: &str) -> Result<(Settling, Maintenance), String> {
    let affected = inventory::affected(plan.desk.inventory, &reply.maintenance, &[]);
    let is = |id: &str, full: &str| id.eq_ignore_ascii_case(name) || full.eq_ignore_ascii_case(name);
    let customer = affected.customers.iter().find(|customer| is(&customer.id, &customer.name)).map(|customer| customer.id.clone());
    let service = || affected.services.iter().find(|service| is(&service.id, &service.name)).map(|service| service.id.clone());
    let id = customer.or_else(service).ok_or_else(|| {
        let names: Vec<&str> = affected.customers.iter().map(|customer| customer.name.as_str()).collect();
        format!("“{name}” is not among those who would be told: {}", names.join(", "))
    })?;
    let mut next = next(plan, reply, &format!("{id} dropped"));
    next.dropped.push(id.clone());
    Ok((Settling::Drop(id), next))
}
