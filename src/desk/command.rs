//! The settling words on the command line: the same words with the same effect as by mail, said by whoever sits at the machine.

use chrono::{DateTime, Utc};

use crate::{
    approval,
    desk::{Desk, Plan, propose, reply::Answered, settle},
    mail::reply::Reply,
    model::{Effects, Keys, Known, Maintenance, MaintenanceId},
};

/// Who decided, in the record.
const BY: &str = "the command line";

/// What the store is asked for before [`command`].
#[must_use]
pub fn command_keys(about: MaintenanceId, words: &str) -> Keys {
    let mut maintenances = vec![about];
    maintenances.extend(super::named_cases(words));
    Keys { maintenances, ..Keys::default() }
}

/// What follows from a settling word about a maintenance, with a sentence on what became of it. Nothing is approved by it.
///
/// # Errors
/// A sentence that says what does not fit and what would.
pub fn command(desk: &Desk<'_>, known: &Known, about: MaintenanceId, words: &str, now: DateTime<Utc>) -> Result<(Effects, String), String> {
    let reply = Reply { line: words.trim().to_owned(), below: String::new(), between_markers: None, parts_differ: false };
    let help = "the words are: window N or TEXT, services 1 3, drop NAME, irrelevant, same as FW-12, new, notify, gone OBJECT, never SENDER, \
                provider ID, rule please, cancelled, started, completed, update TEXT";
    let verb = approval::verb(&reply).ok_or_else(|| format!("“{}” is none of the words that settle; {help}", reply.line))?;
    let Some(maintenance) = known.maintenances.iter().find(|one| one.id == about).cloned() else {
        return Err(format!("there is no {about}; `forewarn queue` and `forewarn windows` show what there is"));
    };
    let mut plan = Plan::new(desk, known, now);
    let newest = plan.drafts_of(about).pop();
    let draft = newest.unwrap_or_else(|| propose::no_draft(desk, &maintenance, now));
    let reply = Answered { from: None, by: BY, verb: &verb, proof: BY, draft, maintenance };
    settle::word(&mut plan, &reply).unwrap_or_else(|| Err(format!("that is decided by answering the request mail, never here; {help}")))?;
    let effects = plan.done();
    let said = sentence(&effects, &reply.maintenance);
    Ok((effects, said))
}

fn sentence(effects: &Effects, before: &Maintenance) -> String {
    if let Some(draft) = effects.drafts.iter().find(|draft| draft.state.open()) {
        let waits = if draft.questions.is_empty() { "waits for approval" } else { "has a question left" };
        return format!("{} v{} {waits}; its request is under way to every approver.", draft.maintenance, draft.revision);
    }
    let closed = effects.maintenances.iter().find(|one| one.id == before.id).and_then(|one| one.closed.as_ref());
    match closed {
        Some(why) => format!("{} is closed: {why}.", before.id),
        None => format!("Noted for {}; nobody is asked for it.", before.id),
    }
}
