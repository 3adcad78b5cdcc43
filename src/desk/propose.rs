//! Maintenance → draft, questions and requests: the one place in which approvers are asked.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    approval,
    desk::{Desk, Plan, blind, bundle, collision, questions},
    draft::{self, AnswerFacts, NoticeFacts},
    inventory, lifecycle,
    model::{
        Affected, Change, Content, Draft, DraftId, DraftState, HistoryLine, Kind, Mailbox, Maintenance, Mode, OutboxKind, Outgoing,
        Question, Recipient, Remark, Request, RequestAbout, RequestFlavour, Status, Told, Variant, Window,
    },
};

/// What proposing a change came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proposed {
    /// Approvers are asked.
    Asked(DraftId),
    /// Only internal services are touched: staff see it in the digest, nobody else is told (W18).
    Internal,
    /// Only objects that were given back are named (W17).
    Retired,
    /// Nobody was told, so there is nothing to follow.
    NobodyTold,
}

/// Whether a question keeps `approve` from counting. Every question does: what is in doubt is never sent.
pub(crate) fn blocks_sending(draft: &Draft) -> bool {
    !draft.questions.is_empty() || draft.variants.is_empty()
}

/// Proposes a change of a maintenance and keeps it as it then stands: closed where it only names what was given back.
pub(super) fn put(plan: &mut Plan<'_>, mut maintenance: Maintenance, change: &Change, extra: Vec<Remark>) -> Proposed {
    let proposed = propose(plan, &maintenance, change, extra);
    match proposed {
        Proposed::Retired => maintenance.closed = Some("only names what was given back".to_owned()),
        Proposed::Internal => {
            let text = "touches internal services only: nobody is written to".to_owned();
            maintenance.history.push(HistoryLine { at: plan.now, text });
        }
        Proposed::Asked(_) | Proposed::NobodyTold => {}
    }
    plan.keep(maintenance);
    proposed
}

/// Drafts a change and asks every approver. `extra` are remarks of the caller's.
pub(super) fn propose(plan: &mut Plan<'_>, maintenance: &Maintenance, change: &Change, extra: Vec<Remark>) -> Proposed {
    let desk = plan.desk;
    let maintenance = &as_after(maintenance, change);
    let affected = inventory::affected(desk.inventory, maintenance, &collision::beside(plan, maintenance.id));
    // Who is told of a change must have heard of what it changes: rows that this decision takes back told nobody. Of an end rather one too many.
    let mut rows = told(plan, maintenance, true);
    rows.retain(|row| change.reduces() || !plan.takes_back(row));
    // What is in doubt is looked at by a person, and those who were told before are told what became of it.
    let settled = rows.is_empty() && !maintenance.problems.iter().any(|problem| problem.blocking);
    if settled && affected.services.is_empty() && affected.unknown_objects.is_empty() && !affected.retired_objects.is_empty() {
        return Proposed::Retired;
    }
    let mut questions = questions::questions(plan, maintenance, &affected, change, !rows.is_empty());
    let internal = !affected.services.is_empty() && affected.services.iter().all(|service| service.internal) && !maintenance.notify;
    if settled && questions.is_empty() && internal {
        return Proposed::Internal;
    }
    let mut remarks = remarks(plan, maintenance, &affected, change);
    let decide_before = blind::decide_before(desk, &affected, lifecycle::span(&maintenance.said.windows).0);
    if !change.reduces() {
        remarks.extend(blind::remarks(plan, &affected, decide_before));
    }
    remarks.extend(extra);
    let name = public_name(desk, maintenance);
    let emergency = emergency(plan, maintenance);
    let paragraphs = match &emergency {
        Some(outage) => draft::emergency_paragraphs(maintenance, outage.as_ref(), &name, &affected.services),
        None if matches!(change, Change::Extended { .. }) => draft::extended_paragraphs(maintenance, &name, &affected.services),
        None => draft::paragraphs(maintenance, &name, &affected.services),
    };
    let rehearsal = desk.policy.mode == Mode::Rehearsal;
    let revision = plan.drafts_of(maintenance.id).iter().map(|draft| draft.revision).max().unwrap_or(0) + 1;
    let mut variants = Vec::new();
    if questions.is_empty() {
        let told = told_before(plan, maintenance, &rows);
        let below = if change.reduces() { Vec::new() } else { draft::below_threshold(maintenance, &affected, &told) };
        let facts = NoticeFacts {
            templates: desk.templates,
            policy: desk.policy,
            zones: desk.zones,
            maintenance,
            change,
            affected: &affected,
            provider_public_name: &name,
            paragraphs: &paragraphs,
            rehearsal,
            told: &told,
            revision,
            proposed_at: plan.now,
            emergency: emergency.is_some(),
        };
        match draft::variants(&facts) {
            Ok(made) => variants = made,
            Err(error) => questions.push(Question::NobodyToTell(format!("the notice could not be written: {error}"))),
        }
        if variants.is_empty() && questions.is_empty() {
            if change.reduces() {
                return Proposed::NobodyTold;
            }
            questions.push(match below.as_slice() {
                // Those who know of it read the same as before.
                [] if !told.is_empty() => return Proposed::NobodyTold,
                [] => Question::NobodyToTell("no customer with a contact has the services that are touched".to_owned()),
                names => Question::Notify(draft::untold(maintenance, &affected, names)),
            });
        } else if !below.is_empty() {
            let text = format!("below their threshold, not told: {}; answer notify to tell them", below.join(", "));
            remarks.push(Remark { label: "NOTE".to_owned(), text });
        }
    }
    if maintenance.edited.is_some() && variants.iter().any(|variant| variant.language != "en") {
        let text = "who reads another language gets your text as you wrote it".to_owned();
        remarks.push(Remark { label: "NOTE".to_owned(), text });
    }
    let collides = collision::others(&affected);
    let services = match questions.iter().find_map(|question| if let Question::Services(list) = question { Some(list) } else { None }) {
        Some(list) => list.clone(),
        None => affected.services,
    };
    let (starts_at, ends_at) = lifecycle::span(&possible_windows(maintenance, &questions));
    let mut draft = Draft {
        // Frozen with the rest: what is approved goes where the request said. A rehearsal reaches nobody else.
        publish: desk.policy.notices.publish_dir.is_some() && !rehearsal && !variants.is_empty(),
        copy_to: desk.policy.notices.copy_to.clone().filter(|_| !rehearsal && !variants.is_empty()),
        offsets: draft::offsets(&variants, &maintenance.said.windows, desk.policy.zone, desk.zones),
        collides,
        id: plan.new_draft(),
        maintenance: maintenance.id,
        revision,
        maintenance_revision: maintenance.revision,
        change: change.clone(),
        mode: desk.policy.mode,
        paragraphs,
        content_hash: draft::content_hash(&variants),
        variants,
        services,
        remarks,
        questions,
        proposed_at: plan.now,
        asked_at: Some(plan.now),
        reminders: 0,
        ask_at: None,
        bundle: Vec::new(),
        votes: Vec::new(),
        author: None,
        send_by: send_by(desk, starts_at, decide_before, plan.now),
        starts_at,
        ends_at,
        state: DraftState::Proposed,
    };
    let id = draft.id;
    draft.ask_at = if is_urgent(desk, &draft, maintenance, plan.now) { None } else { bundle::ask_at(plan, maintenance, &draft) };
    if draft.ask_at.is_some() {
        draft.asked_at = None;
    } else {
        ask(plan, maintenance, &draft);
    }
    plan.keep_draft(draft);
    Proposed::Asked(id)
}

/// In place of a draft for a maintenance that never had one: nothing is asked by it, and its revision is 0.
pub(super) fn no_draft(desk: &Desk<'_>, maintenance: &Maintenance, now: DateTime<Utc>) -> Draft {
    let (starts_at, ends_at) = lifecycle::span(&maintenance.said.windows);
    Draft {
        id: DraftId(0),
        maintenance: maintenance.id,
        revision: 0,
        maintenance_revision: maintenance.revision,
        change: Change::New,
        mode: desk.policy.mode,
        paragraphs: String::new(),
        variants: Vec::new(),
        services: Vec::new(),
        remarks: Vec::new(),
        questions: Vec::new(),
        proposed_at: now,
        asked_at: None,
        reminders: 0,
        ask_at: None,
        bundle: Vec::new(),
        votes: Vec::new(),
        author: None,
        send_by: None,
        starts_at,
        ends_at,
        publish: false,
        copy_to: None,
        offsets: Vec::new(),
        collides: Vec::new(),
        content_hash: String::new(),
        state: DraftState::Proposed,
    }
}

/// The customer mails by which people know of a maintenance: its own, and of one that was split off those of the whole, except to whom
/// the rest of the whole still touches.
pub(super) fn told(plan: &Plan<'_>, maintenance: &Maintenance, queued_too: bool) -> Vec<Told> {
    let mut rows = plan.told(maintenance.id, queued_too);
    if let Some(whole) = split_from(plan, maintenance) {
        let moved = moved_with(plan, &whole, maintenance);
        rows.extend(plan.told(whole.id, queued_too).into_iter().filter(|row| moved.contains(&row.address.to_lowercase())));
    }
    rows
}

/// Addresses, in small letters, of those for whom the split part is a move: it touches them, and the rest touches none of the same
/// services. For the others it is another window.
fn moved_with(plan: &Plan<'_>, rest: &Maintenance, part: &Maintenance) -> BTreeSet<String> {
    let (rest, part) = (inventory::affected(plan.desk.inventory, rest, &[]), inventory::affected(plan.desk.inventory, part, &[]));
    let shared =
        |id: &String| part.services.iter().any(|service| service.id == *id) && rest.services.iter().any(|service| service.id == *id);
    let moved = part.customers.iter().filter(|customer| !customer.services.iter().any(shared));
    moved.flat_map(|customer| &customer.contacts).map(|contact| contact.mailbox.address.to_lowercase()).collect()
}

/// What those who know of a maintenance were told last. Whose share of it was split off knows it no more; the calendar entry of who is
/// touched by the rest as well stays theirs.
fn told_before(plan: &Plan<'_>, maintenance: &Maintenance, rows: &[Told]) -> Vec<Variant> {
    let mut told = draft::told(&earlier_drafts(plan, maintenance), rows, plan.desk.policy.mode == Mode::Rehearsal);
    let moved = |recipient: &Recipient| recipient.customers.iter().all(|id| maintenance.moved_away.contains(id));
    told.iter_mut().for_each(|variant| variant.recipients.retain(|recipient| !moved(recipient)));
    if let Some(whole) = split_from(plan, maintenance) {
        let rest = inventory::affected(plan.desk.inventory, &whole, &[]);
        let stays = |recipient: &&Recipient| recipient.customers.iter().any(|id| rest.customers.iter().any(|customer| customer.id == *id));
        let apart = |variant: Variant| {
            let (both, only): (Vec<Recipient>, Vec<Recipient>) = variant.recipients.iter().cloned().partition(|one| stays(&one));
            [Variant { recipients: both, calendar: None, ..variant.clone() }, Variant { recipients: only, ..variant }]
        };
        told = told.into_iter().flat_map(apart).collect();
    }
    told.retain(|variant| !variant.recipients.is_empty());
    told
}

/// The maintenance that this one was split from; none for an emergency window inside an outage.
fn split_from(plan: &Plan<'_>, maintenance: &Maintenance) -> Option<Maintenance> {
    let id = maintenance.part_of?;
    let mut newest = plan.effects.maintenances.iter().rev().chain(&plan.known.maintenances);
    newest.find(|one| one.id == id).filter(|one| one.kind != Some(Kind::Incident)).cloned()
}

/// The drafts of a maintenance, those of the whole that it was split from first.
fn earlier_drafts(plan: &Plan<'_>, maintenance: &Maintenance) -> Vec<Draft> {
    let whole = split_from(plan, maintenance).map(|whole| plan.drafts_of(whole.id)).unwrap_or_default();
    whole.into_iter().chain(plan.drafts_of(maintenance.id)).collect()
}

/// The maintenance as a change makes it: an unproved mail changes what a notice says, not yet what is known.
fn as_after(maintenance: &Maintenance, change: &Change) -> Maintenance {
    let status = match change {
        Change::Cancelled | Change::Retracted => Status::Cancelled,
        Change::Completed => Status::Completed,
        _ => maintenance.status,
    };
    let mut after = Maintenance { status, ..maintenance.clone() };
    after.said.retracted |= *change == Change::Retracted;
    after
}

/// Whether it is the emergency window of an outage, and that outage where it is at hand; else the mail must call it one.
fn emergency(plan: &Plan<'_>, maintenance: &Maintenance) -> Option<Option<Maintenance>> {
    let whole = maintenance.part_of.filter(|_| maintenance.kind != Some(Kind::Incident))?;
    let mut at_hand = plan.effects.maintenances.iter().chain(&plan.known.maintenances).chain(&plan.known.ahead);
    match at_hand.find(|other| other.id == whole) {
        Some(outage) => (outage.kind == Some(Kind::Incident)).then(|| Some(outage.clone())),
        None => {
            let said = [maintenance.said.title.as_ref(), maintenance.said.summary.as_ref(), Some(&maintenance.subject)];
            said.into_iter().flatten().any(|text| text.to_lowercase().contains("emergency")).then_some(None)
        }
    }
}

/// The windows in every reading that is still possible: none of them may pass unseen.
fn possible_windows(maintenance: &Maintenance, questions: &[Question]) -> Vec<Window> {
    let asked = questions.iter().filter_map(|question| if let Question::Windows(readings) = question { Some(readings) } else { None });
    maintenance.said.windows.iter().chain(asked.flatten().flatten()).cloned().collect()
}

/// Puts a request to every approver, and raises the alarm where the window is near (W13).
pub(super) fn ask(plan: &mut Plan<'_>, maintenance: &Maintenance, draft: &Draft) {
    let desk = plan.desk;
    answerable(plan, &RequestAbout::Draft(draft.id), draft.revision);
    for approver in &desk.policy.approvers {
        request(plan, draft, &approver.mailbox, "first", RequestFlavour::First);
    }
    if is_urgent(desk, draft, maintenance, plan.now) {
        let text = alarm_text(plan, draft, maintenance);
        plan.alarm(crate::agenda::urgent_key(draft, 0), text);
    }
}

/// Puts a request on a draft into the outbox, once a key.
pub(super) fn request(plan: &mut Plan<'_>, draft: &Draft, to: &Mailbox, key: &str, flavour: RequestFlavour) {
    plan.effects.outgoing.push(Outgoing {
        kind: OutboxKind::Request,
        key: format!("request:{}:{}:{key}", draft.id.0, to.address),
        to: to.clone(),
        content: Content::Request { draft: draft.id, approver: to.address.clone(), flavour },
        not_before: plan.now,
        draft: Some(draft.id),
        with: None,
    });
}

/// From now on the answer of every approver to this question is known.
pub(super) fn answerable(plan: &mut Plan<'_>, about: &RequestAbout, revision: u32) {
    let rows = plan.desk.policy.approvers.iter();
    let rows = rows.map(|approver| request_row(plan.desk, about.clone(), revision, &approver.mailbox.address, plan.now));
    plan.effects.requests.extend(rows);
}

/// The alarm's three lines.
pub(super) fn alarm_text(plan: &Plan<'_>, draft: &Draft, maintenance: &Maintenance) -> String {
    let desk = plan.desk;
    let facts = AnswerFacts { draft, maintenance, policy: desk.policy, inventory: desk.inventory, zones: desk.zones, code: "" };
    draft::alarm(&facts, plan.now)
}

/// The row by which a reply is known: hashes only.
pub(super) fn request_row(desk: &Desk<'_>, about: RequestAbout, revision: u32, approver: &str, now: DateTime<Utc>) -> Request {
    let token = approval::token(desk.key, &about, revision, approver);
    Request {
        about,
        approver: approver.to_owned(),
        token_hash: approval::hash(&token.text),
        code_hash: approval::hash(&token.code),
        made_at: now,
        helped: 0,
    }
}

/// Whether a window starts so soon that mail alone is not enough, and is not over; an outage that is reported is going on (W14).
fn is_urgent(desk: &Desk<'_>, draft: &Draft, maintenance: &Maintenance, now: DateTime<Utc>) -> bool {
    if maintenance.kind == Some(Kind::Incident) && draft.starts_at.is_none() {
        return !draft.change.reduces();
    }
    let near = draft.starts_at.is_some_and(|start| start - now <= desk.policy.agenda.urgent_within);
    near && draft.ends_at.or(draft.starts_at).is_some_and(|end| end > now) && !draft.change.reduces()
}

/// `latest` is the time until which it can leave before its window, where that is earlier than the start.
fn send_by(desk: &Desk<'_>, starts_at: Option<DateTime<Utc>>, latest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let start = starts_at?;
    let wanted = start - desk.policy.agenda.send_before;
    let latest = latest.filter(|latest| *latest > now).unwrap_or(start);
    Some(if wanted > now { wanted } else { latest })
}

pub(super) fn public_name(desk: &Desk<'_>, maintenance: &Maintenance) -> String {
    inventory::provider_for(desk.inventory, &maintenance.provider)
        .map_or_else(|| "Provider".to_owned(), |provider| provider.public_name.clone())
}

fn remarks(plan: &Plan<'_>, maintenance: &Maintenance, affected: &Affected, change: &Change) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = collision::remarks(affected).collect();
    let mut say = |label: &str, text: String| remarks.push(Remark { label: label.to_owned(), text });
    for problem in maintenance.problems.iter().filter(|problem| problem.blocking) {
        say("DOUBT", problem.detail.clone());
    }
    if !affected.unknown_objects.is_empty() {
        say("NOTE", format!("not in services.toml: {}", affected.unknown_objects.join(", ")));
    }
    if !affected.retired_objects.is_empty() {
        say("NOTE", format!("given back, but still named: {}", affected.retired_objects.join(", ")));
    }
    if !affected.customers_without_contact.is_empty() {
        let names = affected.customers_without_contact.join(", ");
        say("CANNOT", format!("tell {names}: no contact in services.toml. Write to them yourself, or add one"));
    }
    if !affected.services_without_customer.is_empty() {
        say("NOTE", format!("nobody has {}", affected.services_without_customer.join(", ")));
    }
    // Only a new start can come too late: a longer end or another word of it cannot be told sooner.
    let starts_anew = matches!(change, Change::New | Change::Rescheduled { .. });
    if let Some(start) = lifecycle::span(&maintenance.said.windows).0.filter(|_| starts_anew) {
        let days = (start - plan.now).num_days();
        for customer in &affected.customers {
            if let Some(promised) = customer.notice_days.filter(|promised| i64::from(*promised) > days) {
                say("LATE", format!("{} is promised {}, gets {}", customer.name, count(i64::from(promised)), count(days.max(0))));
            }
        }
    }
    if let Some(habit) = &plan.known.habit
        && *change == Change::New
    {
        let day = plan.desk.zones.local(plan.desk.policy.zone, habit.at).0.format("%b %-d");
        say("LAST", format!("{} answered \"{}\" to such a mail on {day} ({})", habit.by, habit.words, habit.maintenance));
    }
    let also = also(plan, maintenance);
    if !also.is_empty() {
        say("ALSO", also);
    }
    remarks
}

fn count(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// Other windows ahead, at most three: `Sun Sep 13 Data Center Maintenance (Hypervisor)`.
fn also(plan: &Plan<'_>, maintenance: &Maintenance) -> String {
    let mut ahead: Vec<(DateTime<Utc>, String)> = plan
        .known
        .ahead
        .iter()
        .filter(|other| other.id != maintenance.id && other.status != Status::Cancelled && other.closed.is_none())
        .filter_map(|other| {
            let start = lifecycle::span(&other.said.windows).0?;
            let title = other.said.title.as_deref().or(other.said.summary.as_deref()).unwrap_or(&other.subject);
            Some((start, title.to_owned()))
        })
        .collect();
    ahead.sort();
    let day = |at: DateTime<Utc>| plan.desk.zones.local(plan.desk.policy.zone, at).0.format("%a %b %-d").to_string();
    let shown: Vec<String> = ahead.iter().take(3).map(|(start, title)| format!("{} {title}", day(*start))).collect();
    shown.join("; ")
}
