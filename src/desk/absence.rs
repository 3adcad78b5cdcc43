//! Who is away: an approver's automatic answer says so, until they write again (W25).
//!
//! It decides nothing and takes nothing from anybody: whoever is away is asked all the same. The others hear at once that the decision is
//! theirs; where nobody is left, the agenda calls those to whom undecided drafts go, and the alarm command.

use std::collections::BTreeSet;

use crate::{
    desk::{
        Plan,
        answer::{approvers, case, find, rendered},
        moment::escalate,
        propose::alarm_text,
    },
    draft,
    mail::outgoing::shown,
    model::{Approver, Draft, Mail, Maintenance, OutboxKind, RequestAbout},
};

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
    plan.effects.away.push((away.mailbox.address.clone(), true));
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
        plan.effects.away.push((writer.mailbox.address.clone(), false));
    }
}

/// Every approver is away: those to whom undecided drafts go are written to now, and the alarm command is run once a draft.
pub(super) fn unattended(plan: &mut Plan<'_>, draft: &Draft, maintenance: &Maintenance) {
    escalate(plan, draft);
    let text = format!("Every approver is away, say their automatic answers.\n{}", alarm_text(plan, draft, maintenance));
    plan.alarm(format!("all-away:{}", draft.id.0), text);
}
