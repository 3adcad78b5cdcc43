//! Who is away: an approver's automatic answer says so, until they write again (W25).
//!
//! It decides nothing and takes nothing from anybody: whoever is away is asked all the same. The others hear at once that the decision is
//! theirs; where nobody is left, the agenda calls those to whom undecided drafts go, and the alarm command.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, NaiveTime};

use crate::{
    desk::{
        Plan,
        answer::{self, approvers, case, find, rendered},
        moment::escalate,
        propose::alarm_text,
        reply::Answered,
    },
    draft,
    mail::outgoing::shown,
    model::{Absence, Approver, Decision, Draft, Mail, Maintenance, OutboxKind, RequestAbout, Settling},
};

/// Longest absence that is believed, in days.
const MOST_DAYS: i64 = 366;

/// The approver at whose address a mail was written.
pub(super) fn writer<'a>(plan: &Plan<'a>, mail: &Mail) -> Option<&'a Approver> {
    let author = mail.author()?;
    plan.desk.policy.approvers.iter().find(|approver| {
        std::iter::once(&approver.mailbox.address).chain(&approver.aliases).any(|known| known.eq_ignore_ascii_case(&author.address))
    })
}

/// Takes down that an approver is away, and tells the others about each undecided draft that was answered so: once a draft and person.
pub(super) fn noted(plan: &mut Plan<'_>, mail: &Mail) {
    let Some(away) = writer(plan, mail).filter(|_| mail.away) else { return };
    let about: BTreeSet<_> = plan
        .known
        .requests
        .iter()
        .filter(|request| request.approver.eq_ignore_ascii_case(&away.mailbox.address))
        .filter_map(|request| if let RequestAbout::Draft(id) = request.about { Some(id) } else { None })
        .collect();
    // Without a request of theirs anybody could say so.
    if about.is_empty() {
        return;
    }
    plan.effects.away.push((away.mailbox.address.clone(), Absence::Automatic));
    let text = format!("{} is away, says an automatic answer. The decision is with you.", shown(&away.mailbox));
    let mut present = approvers(plan);
    present.retain(|to| to.address != away.mailbox.address && !plan.known.away.contains(&to.address));
    for id in about {
        let Some((open, maintenance)) = find(plan, id).filter(|(open, _)| open.state.open()) else { continue };
        for to in &present {
            let rendered = rendered(plan, &open, &maintenance, to, |facts| draft::noted(facts, &text));
            let thread = case(plan, &maintenance);
            plan.write(OutboxKind::Answer, format!("away:{}:{}:{}", open.id.0, away.mailbox.address, to.address), to, rendered, thread);
        }
    }
}

/// Whoever writes is back.
pub(super) fn back(plan: &mut Plan<'_>, mail: &Mail) {
    if let Some(writer) = writer(plan, mail).filter(|writer| plan.known.away.contains(&writer.mailbox.address)) {
        plan.effects.away.push((writer.mailbox.address.clone(), Absence::Wrote));
    }
}

/// `away 12-20..01-06`: whole days in staff's zone. They are asked all the same, and hear back what was understood.
///
/// # Errors
/// A sentence that says how it is written.
pub(super) fn announced(plan: &mut Plan<'_>, reply: &Answered<'_>, text: &str) -> Result<(), String> {
    let desk = plan.desk;
    let today = desk.zones.local(desk.policy.zone, plan.now).0.date_naive();
    let why = || format!("“{text}” names no two days; write away 12-20..01-06, or away 2026-12-20..2027-01-06");
    let (first, last) = text.split_once("..").and_then(|(first, last)| days(first.trim(), last.trim(), today)).ok_or_else(why)?;
    if last < first || last < today || (last - first).num_days() > MOST_DAYS {
        return Err(format!("{first} to {last} is no absence that is still ahead"));
    }
    let midnight = |day: NaiveDate| desk.zones.next_valid(desk.policy.zone, day.and_time(NaiveTime::MIN)).ok_or_else(why);
    let (from, until) = (midnight(first)?, midnight(last.succ_opt().ok_or_else(why)?)?);
    plan.effects.away.push((reply.by().to_owned(), Absence::Between(from, until)));
    reply.record(plan, Decision::Settle(Settling::Away(Some((first, last)))));
    let shown = |day: NaiveDate| day.format("%a %b %-d, %Y").to_string();
    let text = format!(
        "{} is away from {} to {}, both days included. Requests still go there; turns on call fall to the next, and where every approver is away the alarm is raised at once. An answer \"back\" ends it.",
        reply.by(),
        shown(first),
        shown(last)
    );
    answer::taught(plan, reply, &text);
    Ok(())
}

/// `back`.
pub(super) fn ended(plan: &mut Plan<'_>, reply: &Answered<'_>) {
    plan.effects.away.push((reply.by().to_owned(), Absence::Back));
    reply.record(plan, Decision::Settle(Settling::Away(None)));
    answer::taught(plan, reply, &format!("{} is back.", reply.by()));
}

/// Two days with their years; without years the last is the next such day, and the first the one before it.
fn days(first: &str, last: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    if let (Ok(first), Ok(last)) = (first.parse(), last.parse()) {
        return Some((first, last));
    }
    let of_year = |text: &str, year: i32| {
        let (month, day) = text.split_once('-')?;
        NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
    };
    let last = (0..=1).filter_map(|more| of_year(last, today.year() + more)).find(|day| *day >= today)?;
    let first = (0..=1).filter_map(|less| of_year(first, last.year() - less)).find(|day| *day <= last)?;
    Some((first, last))
}

/// Every approver is away: those to whom undecided drafts go are written to now, and the alarm command is run once a draft.
pub(super) fn unattended(plan: &mut Plan<'_>, draft: &Draft, maintenance: &Maintenance) {
    escalate(plan, draft);
    let text = format!("Every approver is away, say they or their mailboxes.\n{}", alarm_text(plan, draft, maintenance));
    plan.alarm(format!("all-away:{}", draft.id.0), text);
}
