//! Words of staff that settle a doubt: they change what is known and approve nothing. By mail and on the command line alike.

use crate::{
    approval::Verb,
    desk::{
        Plan, absence, answer,
        carry_on::carry_on,
        form, incident, propose,
        reply::{Answered, is_overtaken, renew, renew_as, unclear},
        source::Source,
        teach,
    },
    inventory,
    lifecycle::By,
    model::{
        CORRECTION, Change, Decision, Done, DraftState, Evidence, EvidenceSource, Habit, HistoryLine, Kind, Learnt, Maintenance,
        MaintenanceId, Notification, OURSELVES, Precision, Problem, ProblemKind, Question, RESOLVED, ReplyOutcome, Role, Settling, Status,
        Update, Window,
    },
    rules::time::{self, TimeContext},
};

/// Carries out a settling word; none for every other word. A word that does not fit gets help, or says why on the command line.
pub(super) fn settle(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Option<ReplyOutcome> {
    Some(match word(plan, reply)? {
        Ok(outcome) => outcome,
        Err(why) => unclear(plan, reply, &why),
    })
}

/// Carries out a settling word; none for every other word.
///
/// # Errors
/// A sentence that says what does not fit and what would.
pub(super) fn word(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Option<Result<ReplyOutcome, String>> {
    let done = match reply.verb {
        Verb::SameAs(id) => same_as(plan, reply, *id),
        Verb::New => another(plan, reply),
        Verb::Notify => notify(plan, reply),
        Verb::Gone(object) => teach::gone(plan, reply, object),
        Verb::Never(sender) => teach::never(plan, reply, sender),
        Verb::Provider(id) => teach::provider(plan, reply, id),
        Verb::RulePlease => teach::rule_please(plan, reply),
        Verb::Away(text) => absence::announced(plan, reply, text),
        Verb::Back => {
            absence::ended(plan, reply);
            Ok(())
        }
        Verb::Done => done(plan, reply),
        Verb::Stands(status) => stands(plan, reply, *status),
        Verb::Update(text) => update(plan, reply, text),
        Verb::Window(text) if decided(plan, reply) => moved(plan, reply, text),
        Verb::Services(text) if decided(plan, reply) && !text.eq_ignore_ascii_case("none") => other_services(plan, reply, text),
        Verb::Correct(text) => correct(plan, reply, text),
        Verb::Irrelevant | Verb::Window(_) | Verb::Services(_) | Verb::Drop(_) => {
            if is_overtaken(plan, reply) {
                let newest = plan.drafts_of(reply.maintenance.id).pop();
                if reply.from.is_none() {
                    return Some(Err("the draft was overtaken meanwhile; look at it with `forewarn drafts`".to_owned()));
                }
                answer::superseded(plan, reply, newest.as_ref());
                return Some(Ok(ReplyOutcome::Superseded));
            }
            current(plan, reply)
        }
        _ => return None,
    };
    Some(done.map(|()| ReplyOutcome::Accepted))
}

/// Whether the draft that is answered is the newest, was approved, and nothing came after it: a word about the time is then a change.
fn decided(plan: &Plan<'_>, reply: &Answered<'_>) -> bool {
    is_newest(plan, reply) && matches!(reply.draft.state, DraftState::Approved | DraftState::Done)
}

fn is_newest(plan: &Plan<'_>, reply: &Answered<'_>) -> bool {
    plan.drafts_of(reply.maintenance.id).pop().is_some_and(|newest| newest.id == reply.draft.id)
}

/// The maintenance's next revision, with a line of history that names who changed what.
pub(super) fn next(plan: &Plan<'_>, reply: &Answered<'_>, what: &str) -> Maintenance {
    let mut next = reply.maintenance.clone();
    next.revision += 1;
    next.history.push(HistoryLine { at: plan.now, text: format!("{what} by {}", reply.by()) });
    next
}

/// A word about the draft that is current and undecided.
fn current(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Result<(), String> {
    let (settling, next, habit) = match reply.verb {
        Verb::Irrelevant => (Settling::Irrelevant, closed(plan, reply, "called irrelevant", "irrelevant"), Some("irrelevant".to_owned())),
        Verb::Services(text) if text.eq_ignore_ascii_case("none") => {
            let next = closed(plan, reply, "said to touch nothing of ours", "touches nothing of ours");
            (Settling::Irrelevant, next, Some("services none".to_owned()))
        }
        Verb::Window(text) => window(plan, reply, text)?,
        Verb::Services(text) => services(plan, reply, text)?,
        Verb::Drop(name) => drop_name(plan, reply, name)?,
        _ => return Err("that word does not work here".to_owned()),
    };
    reply.record(plan, Decision::Settle(settling));
    if let Some(words) = habit {
        remember(plan, reply, words);
    }
    if next.closed.is_some() {
        close(plan, reply, next);
    } else {
        renew(plan, reply, next);
    }
    Ok(())
}

fn closed(plan: &Plan<'_>, reply: &Answered<'_>, what: &str, why: &str) -> Maintenance {
    let mut next = next(plan, reply, what);
    next.closed = Some(format!("{why}, says {}", reply.by()));
    next.closed_by = Some(reply.by().to_owned());
    next
}

/// Nothing is to be done about it: what waits falls away, and every approver hears it.
pub(super) fn close(plan: &mut Plan<'_>, reply: &Answered<'_>, next: Maintenance) {
    plan.void_drafts(next.id, next.closed.as_deref().unwrap_or("closed"));
    answer::closed(plan, reply);
    plan.keep(next);
}

/// The next mail of this form proposes the same words.
fn remember(plan: &mut Plan<'_>, reply: &Answered<'_>, words: String) {
    let case = &reply.maintenance;
    plan.effects.learnt.push(Learnt::Habit(Habit {
        form: form(&case.provider, &case.sender, &case.subject),
        words,
        by: reply.by().to_owned(),
        at: plan.now,
        maintenance: case.id,
    }));
}

/// It is one that was known before: what its mail says is said of that one, and the person vouches for it.
fn same_as(plan: &mut Plan<'_>, reply: &Answered<'_>, id: MaintenanceId) -> Result<(), String> {
    let case = &reply.maintenance;
    let Some(before) = plan.known.maintenances.iter().find(|known| known.id == id).cloned() else {
        return Err(format!("there is no {id}"));
    };
    if before.id == case.id || before.same_as.is_some() {
        return Err(format!("{id} cannot be it; name one that was announced before"));
    }
    if before.provider != case.provider {
        return Err(format!("{id} is of another provider ({})", before.provider));
    }
    if case.closed.is_some()
        || !plan.drafts_of(case.id).iter().all(|draft| draft.state.open() || matches!(draft.state, DraftState::Void(_)))
    {
        return Err(format!("{} is decided already, so it stays one of its own", case.id));
    }
    reply.record(plan, Decision::Settle(Settling::SameAs(id)));
    let mut merged = next(plan, reply, &format!("said to be the same as {id}"));
    merged.closed = Some(format!("the same as {id}, says {}", reply.by()));
    merged.closed_by = Some(reply.by().to_owned());
    merged.same_as = Some(id);
    plan.void_drafts(case.id, &format!("the same as {id}, says {}", reply.by()));
    let source = Source::case(plan, case, reply.by());
    plan.keep(merged);
    let asked = plan.effects.outgoing.len();
    carry_on(plan, &source, &before, By::Person, &case.said);
    if plan.effects.outgoing.len() == asked {
        answer::joined(plan, reply, &before);
    }
    Ok(())
}

/// It is none of those known before.
fn another(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Result<(), String> {
    if reply.maintenance.perhaps.is_empty() {
        return Err("nobody asked whether it is new".to_owned());
    }
    if is_overtaken(plan, reply) {
        return Err("its draft was overtaken or decided meanwhile".to_owned());
    }
    reply.record(plan, Decision::Settle(Settling::New));
    let mut next = next(plan, reply, "called another one");
    next.perhaps.clear();
    renew(plan, reply, next);
    Ok(())
}

/// Customers are told although it is below their thresholds, or only an internal service is touched.
fn notify(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Result<(), String> {
    if reply.maintenance.notify {
        return Err("everybody is told already".to_owned());
    }
    if is_overtaken(plan, reply) {
        return Err("its draft was overtaken or decided meanwhile".to_owned());
    }
    reply.record(plan, Decision::Settle(Settling::Notify));
    let mut next = next(plan, reply, "everybody to be told");
    next.notify = true;
    renew(plan, reply, next);
    Ok(())
}

/// What a person knows by another way than mail: it is called off, has begun, is over.
fn stands(plan: &mut Plan<'_>, reply: &Answered<'_>, status: Status) -> Result<(), String> {
    let before = &reply.maintenance;
    if before.closed.is_some() || before.status == status {
        return Err(format!("{} stands so already", before.id));
    }
    let said = Notification { status: Some(status), stamp: Some(plan.now), ..Notification::default() };
    let mut about = before.clone();
    if before.kind == Some(Kind::Incident) && status == Status::Completed {
        about.updates.push(Update { at: plan.now, text: RESOLVED.to_owned(), by: Some(reply.by().to_owned()) });
    }
    said_so(plan, reply, &about, Settling::Stands(status), &said);
    Ok(())
}

/// What was ours to do is done. Where nothing was, the word is about the work itself.
fn done(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Result<(), String> {
    let case = &reply.maintenance;
    let open: Vec<Done> = case
        .said
        .actions
        .iter()
        .filter(|action| !case.is_done(action))
        .map(|action| Done { text: action.text.clone(), by: action.by, who: reply.by().to_owned() })
        .collect();
    if open.is_empty() {
        return if case.said.actions.is_empty() {
            stands(plan, reply, Status::Completed)
        } else {
            Err("everything that was to be done is; if the work itself is over, the word is completed".to_owned())
        };
    }
    reply.record(plan, Decision::Settle(Settling::Done));
    let what: Vec<&str> = open.iter().map(|done| done.text.as_str()).collect();
    let mut next = case.clone();
    next.history.push(HistoryLine { at: plan.now, text: format!("done, says {}: {}", reply.by(), what.join("; ")) });
    let text = format!("Done, says {}: {}. Nobody is reminded of it any more.", reply.by(), what.join("; "));
    next.done.extend(open);
    plan.keep(next);
    answer::taught(plan, reply, &text);
    Ok(())
}

/// Another time, by a person, after what stood was approved.
fn moved(plan: &mut Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(), String> {
    let windows = written_windows(plan, text)?;
    let said =
        Notification { windows: windows.clone(), status: Some(Status::Rescheduled), stamp: Some(plan.now), ..Notification::default() };
    let mut about = reply.maintenance.clone();
    let states_a_time = |text: &String| {
        let context =
            TimeContext { zones: plan.desk.zones, arrived_at: plan.now, zone: Some(plan.desk.policy.zone), order: None, date: None };
        !time::statements(text, &context).is_empty()
    };
    // A text of our own that states the old time does not hold any more.
    if about.provider == OURSELVES && about.said.description.as_ref().is_some_and(states_a_time) {
        about.said.description = None;
    }
    said_so(plan, reply, &about, Settling::Windows(windows), &said);
    Ok(())
}

/// The text that was sent is set right, for those who have it.
fn correct(plan: &mut Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(), String> {
    if !is_newest(plan, reply) || reply.draft.state.open() || propose::told(plan, &reply.maintenance, true).is_empty() {
        return Err("nothing of this draft was sent that could be corrected; an undecided text is changed with edit".to_owned());
    }
    let text = text.trim().to_owned();
    if text == reply.draft.paragraphs.trim() {
        return Err("the text you sent is the text that was approved".to_owned());
    }
    reply.record(plan, Decision::Edit(text.clone()));
    let mut next = next(plan, reply, "text corrected after sending");
    next.edited = Some(text);
    set_right(plan, reply, next, CORRECTION);
    Ok(())
}

/// Other services than those that were told: who is not touched hears that, who is touched and heard nothing gets a first notice.
fn other_services(plan: &mut Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(), String> {
    let (settling, next, _) = services(plan, reply, text)?;
    reply.record(plan, Decision::Settle(settling));
    set_right(plan, reply, next, "services");
    Ok(())
}

/// Asks anew about what differs from the notices that left; where none has left it is the change that it was.
fn set_right(plan: &mut Plan<'_>, reply: &Answered<'_>, next: Maintenance, field: &str) {
    let nobody_has_it = propose::told(plan, &next, false).is_empty();
    let change = if nobody_has_it { reply.draft.change.clone() } else { Change::Updated { fields: vec![field.to_owned()] } };
    renew_as(plan, reply, next, &change);
}

/// A person's word is heard as a mail is, and vouched for.
fn said_so(plan: &mut Plan<'_>, reply: &Answered<'_>, about: &Maintenance, settling: Settling, said: &Notification) {
    reply.record(plan, Decision::Settle(settling));
    let source = Source::person(plan, &reply.maintenance, reply.by());
    let asked = plan.effects.outgoing.len();
    carry_on(plan, &source, about, By::Reference, said);
    if plan.effects.outgoing.len() == asked {
        answer::noted(plan, reply);
    }
}

/// What happened in an outage, in words for customers.
fn update(plan: &mut Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(), String> {
    let before = &reply.maintenance;
    if before.kind != Some(Kind::Incident) {
        return Err("only an outage has updates; change the text of a notice with edit".to_owned());
    }
    if before.closed.is_some() {
        return Err(format!("{} is closed", before.id));
    }
    reply.record(plan, Decision::Settle(Settling::Update(text.to_owned())));
    let mut next = next(plan, reply, "update written");
    next.updates.push(Update { at: plan.now, text: text.to_owned(), by: Some(reply.by().to_owned()) });
    let change = if plan.told(next.id, true).is_empty() { Change::New } else { Change::Updated { fields: vec!["update".to_owned()] } };
    incident::asked_anew(plan, next, &change, reply.by());
    Ok(())
}

fn window(plan: &Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(Settling, Maintenance, Option<String>), String> {
    let readings = reply.draft.questions.iter().find_map(|question| match question {
        Question::Windows(readings) => Some(readings),
        _ => None,
    });
    let (settling, windows, habit) = match (text.trim().parse::<usize>(), readings) {
        (Ok(number), Some(readings)) => {
            let chosen = number.checked_sub(1).and_then(|index| readings.get(index));
            let chosen = chosen.ok_or_else(|| format!("there is no reading {number}; they are numbered 1 to {}", readings.len()))?;
            (Settling::Reading(number), chosen.clone(), Some(format!("window {number}")))
        }
        (Ok(_), None) => return Err("there are no numbered readings; write the window: window 2020-09-10 04:00 to 12:00 UTC".to_owned()),
        (Err(_), _) => {
            let windows = written_windows(plan, text)?;
            (Settling::Windows(windows.clone()), windows, None)
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
    Ok((settling, next, habit))
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
pub(super) fn written_windows(plan: &Plan<'_>, text: &str) -> Result<Vec<Window>, String> {
    let read = |zone| {
        let context = TimeContext { zones: plan.desk.zones, arrived_at: plan.now, zone, order: None, date: None };
        time::united(time::statements(text, &context))
    };
    let mut statements = read(None);
    // Letters that several zones use mean staff's own where it is one of them.
    let letters = |problem: &Problem| problem.blocking && problem.problem == ProblemKind::AmbiguousTime;
    if statements.iter().flat_map(|statement| &statement.problems).any(letters) {
        statements = read(Some(plan.desk.policy.zone));
    }
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

fn services(plan: &Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(Settling, Maintenance, Option<String>), String> {
    let asked = reply.draft.questions.iter().find_map(|question| match question {
        Question::Services(list) => Some(list),
        _ => None,
    });
    let list = asked.unwrap_or(&reply.draft.services);
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("and")).collect();
    let settling = if words.len() == 1 && words.iter().any(|word| word.eq_ignore_ascii_case("all")) {
        Settling::AllServices
    } else {
        // A number stands in the list as it was shown; an id is the same in every list.
        let number =
            |word: &&str| word.parse::<usize>().ok().or_else(|| Some(1 + list.iter().position(|one| one.id.eq_ignore_ascii_case(word))?));
        let numbers: Option<Vec<usize>> = words.iter().map(number).collect();
        let numbers = numbers.ok_or_else(|| "name services by their numbers: services 1 3, or services all".to_owned())?;
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
    let habit = format!("services {}", chosen.join(" "));
    next.chosen_services = Some(chosen);
    Ok((settling, next, Some(habit)))
}

fn drop_name(plan: &Plan<'_>, reply: &Answered<'_>, name: &str) -> Result<(Settling, Maintenance, Option<String>), String> {
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
    Ok((Settling::Drop(id), next, None))
}
