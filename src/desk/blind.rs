//! What Forewarn itself stands on (W19): the windows in which it may neither read nor send, what staff must know of them before, and its
//! word that it is back.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    agenda::own_key,
    desk::{
        Desk, Plan,
        answer::{approvers, bare, case},
    },
    inventory,
    mail::outgoing::{instants::StaffClock, phrases::listed},
    model::{Affected, AffectedService, Impact, Maintenance, Near, OutboxKind, OwnWindow, Remark, Status},
};

/// Longest window in which everything waits: of a roll-out over days nobody knows the hour.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// So long before the window the last notice should leave.
const MARGIN: TimeDelta = TimeDelta::minutes(10);

/// The windows of what is near in which what Forewarn stands on may be down: those that are on, have an end, and are no roll-outs.
#[must_use]
pub fn own_windows(desk: &Desk<'_>, near: &[Near]) -> Vec<OwnWindow> {
    if desk.policy.stands_on.is_empty() {
        return Vec::new();
    }
    let on = |maintenance: &&Maintenance| !matches!(maintenance.status, Status::Cancelled | Status::Completed);
    let mut found = Vec::new();
    for maintenance in near.iter().map(|near| &near.maintenance).filter(on) {
        if stands_on(desk, &inventory::affected(desk.inventory, maintenance, &[])).is_empty() {
            continue;
        }
        for window in maintenance.said.windows.iter().filter(|window| !matches!(window.status, Some(Status::Cancelled | Status::Completed)))
        {
            if let Some(end) = window.end.filter(|end| *end - window.start <= LONGEST) {
                found.push(OwnWindow { maintenance: maintenance.id, start: window.start, end });
            }
        }
    }
    found
}

/// Names of the services that Forewarn stands on and that may be down.
fn stands_on(desk: &Desk<'_>, affected: &Affected) -> Vec<String> {
    let own = |id: &str| desk.policy.stands_on.iter().any(|one| one.eq_ignore_ascii_case(id));
    affected.services.iter().filter(|service| own(&service.id) && may_be_down(service)).map(|service| service.name.clone()).collect()
}

fn may_be_down(service: &AffectedService) -> bool {
    service.impact.severity() > Impact::ReducedRedundancy.severity()
}

/// Until when a notice about it must be approved to leave before its window; none where it touches nothing that Forewarn stands on.
pub(super) fn decide_before(desk: &Desk<'_>, affected: &Affected, starts_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    (!stands_on(desk, affected).is_empty()).then_some(starts_at? - desk.policy.undo - MARGIN)
}

/// What staff should know before: that Forewarn goes silent with it, and which customers cannot read their mail then.
pub(super) fn remarks(plan: &Plan<'_>, affected: &Affected, decide_before: Option<DateTime<Utc>>) -> Vec<Remark> {
    let desk = plan.desk;
    let mut texts = Vec::new();
    if let Some(before) = decide_before.filter(|before| *before > plan.now) {
        let (own, before) = (listed(&stands_on(desk, affected)), StaffClock::new(desk.zones, desk.policy.zone).full(before));
        texts.push(format!("Forewarn itself stands on {own}: decide before {before}; in the window no notice leaves"));
    }
    let down = |id: &str| affected.services.iter().any(|service| service.id.eq_ignore_ascii_case(id) && may_be_down(service));
    let unreachable = affected.customers.iter().filter(|customer| customer.mail_on.as_deref().is_some_and(down)).count();
    if unreachable > 0 {
        let all = affected.customers.len();
        texts.push(format!("{unreachable} of {all} read their mail on it: no contact with them during the window"));
    }
    texts.into_iter().map(|text| Remark { label: "NOTE".to_owned(), text }).collect()
}

/// To every approver and by the second path, once a window: a mailbox cannot be read, as was to be expected.
pub(super) fn as_expected(plan: &mut Plan<'_>, window: &OwnWindow) {
    let until = StaffClock::new(plan.desk.zones, plan.desk.policy.zone).full(window.end);
    let text = format!(
        "Blind as expected until {until}: {} touches what Forewarn stands on.\nNothing is to be done. After that a mail says that it reads and sends again; without it, look.",
        window.maintenance
    );
    let key = own_key(window, "blind");
    for to in approvers(plan) {
        let rendered = bare(format!("Blind as expected until {until} ({})", window.maintenance), &[&text]);
        plan.write(OutboxKind::Alarm, format!("{key}{}", to.address), &to, rendered, Default::default());
    }
    plan.alarm(key, text);
}

/// To every approver, once a window: every mailbox was read since, and this mail proves that mail leaves.
pub(super) fn back(plan: &mut Plan<'_>, near: &Near, window: &OwnWindow) {
    let ended = StaffClock::new(plan.desk.zones, plan.desk.policy.zone).full(window.end);
    let first =
        format!("The window of {} ended {ended}. Every mailbox was read since, and this mail shows that mail leaves.", window.maintenance);
    for to in approvers(plan) {
        let rendered =
            bare(format!("Back: Forewarn reads and sends again ({})", window.maintenance), &[&first, "Notices that were held leave now."]);
        let thread = case(plan, &near.maintenance);
        plan.write(OutboxKind::Answer, format!("{}{}", own_key(window, "back"), to.address), &to, rendered, thread);
    }
}
