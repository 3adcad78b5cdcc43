//! What one provider announces within minutes is one request (W11): it is put together here, and its answers are taken apart again, each
//! part decided as if it had been asked about alone. Who is touched by several gets one mail.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    approval::{self, Accepted, Verb},
    desk::{
        Arrival, Desk, Plan, answer,
        propose::{answerable, ask, request},
        reply::{Answered, act_on, frozen, help, notice_key, thread_of},
    },
    draft::{self, BundleFacts},
    mail::outgoing::{
        Rendered,
        instants::StaffClock,
        phrases::{counted, ranges},
    },
    model::{
        Change, Content, Draft, DraftId, DraftState, Kind, Mail, Mailbox, Maintenance, MaintenanceId, Mode, OURSELVES, OutboxKind,
        OutboxState, Outgoing, ReplyOutcome, Request, RequestAbout, RequestFlavour, Variant,
    },
};

/// Most drafts of one request.
const MOST: usize = 40;

/// When a draft that is about to be proposed is to be asked about, where it may wait for others of its provider: a first announcement
/// that is neither urgent nor in doubt.
pub(super) fn ask_at(plan: &Plan<'_>, maintenance: &Maintenance, draft: &Draft) -> Option<DateTime<Utc>> {
    let within = plan.desk.policy.agenda.bundle_within;
    let before = plan.drafts_of(maintenance.id).pop();
    let fresh = match &before {
        None => draft.change == Change::New && maintenance.part_of.is_none(),
        Some(before) => before.waits_to_be_asked() || plan.as_one,
    };
    let in_doubt = maintenance.problems.iter().any(|problem| problem.blocking)
        || maintenance.is_contradicted()
        || draft.remarks.iter().any(|remark| remark.label == "DOUBT");
    let may = fresh
        && within > chrono::TimeDelta::zero()
        && draft.questions.is_empty()
        && !in_doubt
        && maintenance.kind != Some(Kind::Incident)
        && maintenance.provider != OURSELVES;
    may.then(|| if plan.as_one { plan.now } else { plan.now + within })
}

/// Asks about drafts that waited: one by itself, several in one request.
pub(super) fn asked(plan: &mut Plan<'_>, drafts: &[(Draft, Maintenance)]) {
    for part in drafts.chunks(MOST) {
        let ids: Vec<DraftId> = part.iter().map(|(draft, _)| draft.id).collect();
        for (draft, maintenance) in part {
            let bundle = if part.len() > 1 { ids.clone() } else { Vec::new() };
            let draft = Draft { asked_at: Some(plan.now), bundle, ..draft.clone() };
            if part.len() == 1 {
                ask(plan, maintenance, &draft);
            } else {
                // Each may be asked about alone later: the words of those requests count as well.
                answerable(plan, &RequestAbout::Draft(draft.id), draft.revision);
            }
            plan.keep_draft(draft);
        }
        if part.len() > 1 {
            answerable(plan, &RequestAbout::Bundle(ids.clone()), 0);
            put(plan, &ids, &RequestFlavour::First);
        }
    }
}

/// Reminds of the drafts of a bundle that are still undecided, all in one mail; once, though each of them is due.
pub(super) fn reminded(plan: &mut Plan<'_>, open: &[(Draft, Maintenance)], of: &Draft) {
    if plan.effects.drafts.iter().any(|draft| draft.id == of.id) {
        return;
    }
    let waiting = || open.iter().map(|(draft, _)| draft).filter(|one| one.bundle == of.bundle && one.state == DraftState::Proposed);
    let number = waiting().map(|draft| draft.reminders).max().unwrap_or(0) + 1;
    for draft in waiting() {
        plan.keep_draft(Draft { asked_at: Some(plan.now), reminders: number, ..draft.clone() });
    }
    put(plan, &of.bundle, &RequestFlavour::Reminder(number));
}

fn put(plan: &mut Plan<'_>, drafts: &[DraftId], flavour: &RequestFlavour) {
    // The first draft may stand in several bundles, one after the other; the same ones are asked about once.
    let all: Vec<String> = drafts.iter().map(|draft| draft.0.to_string()).collect();
    let name = match flavour {
        RequestFlavour::Reminder(number) => format!("reminder:{number}"),
        RequestFlavour::First | RequestFlavour::Escalation => "first".to_owned(),
    };
    for approver in &plan.desk.policy.approvers {
        let address = &approver.mailbox.address;
        plan.effects.outgoing.push(Outgoing {
            kind: OutboxKind::Request,
            key: format!("bundle:{}:{address}:{name}", all.join(",")),
            to: approver.mailbox.clone(),
            content: Content::Bundle { drafts: drafts.to_vec(), approver: address.clone(), flavour: flavour.clone() },
            not_before: plan.now,
            draft: None,
            with: None,
        });
    }
}

/// What became of one draft of a bundle by an answer.
enum Became {
    Approved,
    Voted,
    Rejected,
    Held(DateTime<Utc>),
    Taken,
    TakenBack,
    Asked,
    Nothing(&'static str),
}

/// Carries out an answer to a request on several drafts, and answers it once.
pub(super) fn answered(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, accepted: &Accepted, drafts: &[DraftId]) -> ReplyOutcome {
    let members: Vec<(Draft, Maintenance)> = drafts.iter().filter_map(|id| answer::find(plan, *id)).collect();
    if members.len() != drafts.len() {
        help(plan, arrival, mail, &accepted.request, "the drafts it is about are not in the store any more");
        return ReplyOutcome::Superseded;
    }
    let word = &accepted.verb;
    let numbers: Vec<usize> = match word {
        // What is taken back is taken back in whole mails.
        Verb::Stop => (1..=members.len()).collect(),
        // About the person, not about the drafts.
        Verb::Away(_) | Verb::Back => vec![1],
        Verb::Approve | Verb::Reject(_) | Verb::Hold(_) | Verb::Mine | Verb::Open => accepted.numbers.clone(),
        Verb::Help => return not_here(plan, arrival, mail, accepted, "you asked for help"),
        _ => return not_here(plan, arrival, mail, accepted, "that word is about one: answer open with its number, then say it there"),
    };
    let (answers_before, mut became) = (plan.effects.outgoing.len(), Vec::new());
    for (number, (draft, maintenance)) in (1..).zip(&members).filter(|(number, _)| numbers.contains(number)) {
        let reply = Answered {
            from: Some((arrival, mail, accepted)),
            by: &accepted.request.approver,
            verb: word,
            proof: &accepted.proof,
            draft: draft.clone(),
            maintenance: maintenance.clone(),
        };
        became.push((number, one(plan, &reply)));
    }
    if matches!(word, Verb::Away(_) | Verb::Back) {
        return ReplyOutcome::Accepted;
    }
    // One answer in the place of one for each; what was asked anew or is to be sent stays.
    let mut place = 0;
    plan.effects.outgoing.retain(|outgoing| {
        place += 1;
        place <= answers_before || outgoing.kind != OutboxKind::Answer
    });
    let approved: Vec<(Draft, MaintenanceId)> = (1..)
        .zip(&members)
        .filter(|(number, _)| became.iter().any(|(one, what)| one == number && matches!(what, Became::Approved)))
        .map(|(_, (draft, maintenance))| (draft.clone(), maintenance.id))
        .collect();
    // What cannot be put together leaves each by itself.
    let each = || approved.iter().flat_map(|(draft, _)| &draft.variants).map(|variant| variant.recipients.len()).sum();
    let mails = as_one(plan, &approved).unwrap_or_else(|_| each());
    said(plan, arrival, mail, accepted, &members, &became, mails);
    let did = |what: &Became| !matches!(what, Became::Nothing(_));
    if became.iter().any(|(_, what)| did(what)) { ReplyOutcome::Accepted } else { ReplyOutcome::Superseded }
}

fn one(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Became {
    let id = reply.draft.id;
    if *reply.verb == Verb::Open {
        if !reply.draft.state.open() {
            return Became::Nothing("decided or changed meanwhile");
        }
        let to = Mailbox { name: String::new(), address: reply.by().to_owned() };
        let mail = reply.from.map_or(0, |(arrival, ..)| arrival.mail.0);
        request(plan, &reply.draft, &to, &format!("open:{mail}"), RequestFlavour::First);
        return Became::Asked;
    }
    plan.as_one = true;
    let outcome = act_on(plan, reply);
    plan.as_one = false;
    let now = plan.effects.drafts.iter().rev().find(|draft| draft.id == id).map(|draft| draft.state.clone());
    match (reply.verb, outcome, now) {
        (Verb::Mine, ReplyOutcome::Accepted, _) => Became::Taken,
        (Verb::Stop, ReplyOutcome::Accepted, _) => Became::TakenBack,
        (Verb::Stop, _, _) if reply.draft.state == DraftState::Done => Became::Nothing("left already"),
        (Verb::Stop, ..) => Became::Nothing("not approved, so nothing was on its way"),
        (_, ReplyOutcome::Accepted, Some(DraftState::Approved)) => Became::Approved,
        (_, ReplyOutcome::Accepted, Some(DraftState::Proposed)) => Became::Voted,
        (_, ReplyOutcome::Accepted, Some(DraftState::Rejected(_))) => Became::Rejected,
        (_, ReplyOutcome::Accepted, Some(DraftState::Held(until))) => Became::Held(until),
        (_, ReplyOutcome::Superseded, _) => Became::Nothing("decided or changed meanwhile"),
        _ => Became::Nothing("that did not work for it; answer open with its number to see why"),
    }
}

fn not_here(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, accepted: &Accepted, why: &str) -> ReplyOutcome {
    help(plan, arrival, mail, &accepted.request, why);
    ReplyOutcome::Unclear
}

/// Gives everybody who gets several of these notices one mail with theirs; how many mails leave in all.
///
/// # Errors
/// Where such a mail cannot be written; then each notice leaves by itself.
fn as_one(plan: &mut Plan<'_>, approved: &[(Draft, MaintenanceId)]) -> Result<usize, String> {
    let mut by_address: BTreeMap<String, Vec<(String, Mailbox, MaintenanceId, &Variant)>> = BTreeMap::new();
    for (draft, maintenance) in approved {
        let each = draft.variants.iter().flat_map(|variant| variant.recipients.iter().map(move |recipient| (variant, recipient)));
        let has_it = |address: &str| {
            let of = plan.known.told.iter().filter(|told| told.draft == draft.id && told.address == address);
            of.into_iter().any(|told| told.state != OutboxState::Cancelled)
        };
        for (index, (variant, recipient)) in each.enumerate().filter(|(_, (_, recipient))| !has_it(&recipient.mailbox.address)) {
            let key = notice_key(draft, &index.to_string(), &recipient.mailbox.address);
            let mailbox = recipient.mailbox.clone();
            // A rehearsal goes to one address, whoever it is for: there each comes by itself.
            let whose = if draft.mode == Mode::Live { mailbox.address.to_lowercase() } else { key.clone() };
            by_address.entry(whose).or_default().push((key, mailbox, *maintenance, variant));
        }
    }
    let mails = by_address.len();
    for parts in by_address.into_values().filter(|parts| parts.len() > 1) {
        let Some((key, to, ..)) = parts.first().cloned() else { continue };
        let notices: Vec<&Variant> = parts.iter().map(|(.., variant)| *variant).collect();
        let about: BTreeSet<MaintenanceId> = parts.iter().map(|(_, _, maintenance, _)| *maintenance).collect();
        let whole = draft::together(&notices, &plan.desk.policy.notices);
        let content = Rendered { subject: whole.subject, text: whole.text, html: Some(whole.html) };
        let mail = frozen(plan, &key, &to, &about, content, whole.calendar.as_deref())?;
        for outgoing in plan.effects.outgoing.iter_mut().filter(|outgoing| parts.iter().any(|(one, ..)| *one == outgoing.key)) {
            outgoing.content = Content::Frozen(mail.clone());
            outgoing.with = (outgoing.key != key).then(|| key.clone());
        }
    }
    Ok(mails)
}

/// One answer to every approver: what became of which.
fn said(
    plan: &mut Plan<'_>,
    arrival: &Arrival,
    mail: &Mail,
    accepted: &Accepted,
    members: &[(Draft, Maintenance)],
    became: &[(usize, Became)],
    mails: usize,
) {
    let by = accepted.request.approver.as_str();
    let staff = StaffClock::new(plan.desk.zones, plan.desk.policy.zone);
    let clock = |at| staff.full(at);
    let which = |is: fn(&Became) -> bool| -> Vec<usize> { became.iter().filter(|(_, what)| is(what)).map(|(number, _)| *number).collect() };
    let mut lines = Vec::new();
    let mut words = Vec::new();
    let mut say = |word: &'static str, numbers: &[usize], line: String| {
        if !numbers.is_empty() {
            words.push(word);
            lines.push(line);
        }
    };
    let approved = which(|what| matches!(what, Became::Approved));
    let leaves_at = clock(plan.leaves_at());
    say(
        "Approved",
        &approved,
        format!(
            "Approved by {by}: {}. {} leave at {leaves_at}. Until then an answer \"stop\" takes everything back.",
            ranges(&approved),
            counted(mails, "mail")
        ),
    );
    let voted = which(|what| matches!(what, Became::Voted));
    let needed = plan.desk.policy.approvals;
    say("Approval noted", &voted, format!("{by} approved {}. {needed} of you must; nobody is told before.", ranges(&voted)));
    let rejected = which(|what| matches!(what, Became::Rejected));
    say("Rejected", &rejected, format!("Rejected by {by}: {}. Nobody is told of them.", ranges(&rejected)));
    let taken = which(|what| matches!(what, Became::Taken));
    say("Taken", &taken, format!("{by} has {}.", ranges(&taken)));
    let back = which(|what| matches!(what, Became::TakenBack));
    say("Stopped", &back, format!("Stopped by {by}: {}. What had not left is taken back and asked about anew.", ranges(&back)));
    let alone = which(|what| matches!(what, Became::Asked));
    say("On its way", &alone, format!("The request of {} by itself is under way to you.", ranges(&alone)));
    for (number, what) in became {
        match what {
            Became::Held(until) => say("Held", &[*number], format!("{number} is held until {}.", clock(*until))),
            Became::Nothing(why) => say("Nothing changed", &[*number], format!("{number}: nothing changed; {why}.")),
            _ => {}
        }
    }
    let still: Vec<usize> = (1..)
        .zip(members)
        .filter(|(_, (draft, _))| {
            plan.drafts_of(draft.maintenance).iter().any(|now| now.id == draft.id && now.state == DraftState::Proposed)
        })
        .map(|(number, _)| number)
        .collect();
    if !still.is_empty() {
        lines.push(format!("Not decided: {}.", ranges(&still)));
    }
    let word = words.first().copied().unwrap_or("Nothing changed");
    // The others hear of what was decided, not of a request that was sent again or of a word that changed nothing.
    let only_theirs = !alone.is_empty() || became.iter().all(|(_, what)| matches!(what, Became::Nothing(_)));
    let readers = if only_theirs { vec![Mailbox { name: String::new(), address: by.to_owned() }] } else { answer::approvers(plan) };
    for to in readers {
        let rendered = with_code(plan, &accepted.request, members, &to.address, |facts| draft::bundle_answer(facts, word, &lines));
        let thread =
            if to.address == by { thread_of(mail) } else { members.first().map(|(_, one)| answer::case(plan, one)).unwrap_or_default() };
        plan.write(OutboxKind::Answer, format!("answer:{}:{}", arrival.mail.0, to.address), &to, rendered, thread);
    }
}

/// A mail about a bundle with the short code of its reader's request.
pub(super) fn with_code(
    plan: &Plan<'_>,
    request: &Request,
    drafts: &[(Draft, Maintenance)],
    reader: &str,
    write: impl Fn(&BundleFacts<'_>) -> Rendered,
) -> Rendered {
    let desk = plan.desk;
    let token = approval::token(desk.key, &request.about, 0, reader);
    write(&facts(desk, drafts, &token.code, &desk.policy.from, RequestFlavour::First, plan.now))
}

/// What a mail about a bundle is written from.
pub(super) fn facts<'a>(
    desk: &Desk<'a>,
    drafts: &'a [(Draft, Maintenance)],
    code: &'a str,
    reply_to: &'a Mailbox,
    flavour: RequestFlavour,
    now: DateTime<Utc>,
) -> BundleFacts<'a> {
    BundleFacts { drafts, policy: desk.policy, inventory: desk.inventory, zones: desk.zones, now, code, reply_to, flavour }
}
