//! Every reason why a customer was not told is said, from one real case that is changed in one respect each.

use forewarn::mail::outgoing::instants::StaffClock;
use forewarn::model::{AffectedObject, Case, Decision, DraftState, Impact, Inventory, MaintenanceId, OutboxState, Question, Settling};
use forewarn::record::{Whose, concerned, events, fate};
use forewarn::store::Store;

use super::{Played, later};

/// The case of a story whose notice went to everybody, and the inventory.
fn told() -> (Case, Inventory) {
    let played = Played::of("w28-bounces");
    let config = played.config();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let case = runtime.block_on(async {
        let store = Store::open_existing(&config.store).unwrap();
        let case = store.case(MaintenanceId(1)).await.unwrap().unwrap();
        store.close().await;
        case
    });
    (case, config.inventory)
}

/// Why Bakery Meyer was not told; empty where they were.
fn why(case: &Case, inventory: &Inventory) -> String {
    let zones = forewarn::zones::newest();
    let clock = StaffClock::new(&zones, chrono_tz::Tz::America__Chicago);
    let whose = Whose::new("meyer", inventory, std::slice::from_ref(case));
    fate(case, inventory, &whose, &clock).why_not.join(" | ")
}

fn meyer(inventory: &mut Inventory) -> &mut forewarn::model::Customer {
    inventory.customers.iter_mut().find(|customer| customer.id == "meyer").unwrap()
}

#[test]
fn w35_each_reason_is_said() {
    let (case, inventory) = told();
    assert_eq!(why(&case, &inventory), "", "they were told");
    // Nothing was ever drafted or sent.
    let mut bare = case.clone();
    bare.drafts.clear();
    bare.rows.clear();
    bare.decisions.clear();

    let mut changed = inventory.clone();
    meyer(&mut changed).contacts.clear();
    assert_eq!(why(&bare, &changed), "services.toml names no contact of theirs for maintenances");

    let mut changed = inventory.clone();
    meyer(&mut changed).min_impact = Some(Impact::Outage);
    let mut degraded = bare.clone();
    degraded.maintenance.said.impact = Impact::Degraded;
    assert_eq!(why(&degraded, &changed), "a degraded service is below their threshold");

    let mut unmapped = bare.clone();
    let object = AffectedObject { object_id: "db77".into(), impact: Impact::Outage };
    unmapped.maintenance.said.objects = vec![object.clone()];
    unmapped.revisions.iter_mut().for_each(|(_, revision)| revision.said.objects = vec![object.clone()]);
    assert_eq!(why(&unmapped, &inventory), "not mapped: services.toml does not know db77");
    let all = concerned(&unmapped, &inventory);
    assert!(all.len() > 5 && all.iter().all(|one| !one.surely), "nobody can tell whom it touches: {all:?}");

    let mut closed = bare.clone();
    closed.maintenance.closed = Some("irrelevant, says sam@harborlight.example".into());
    assert_eq!(why(&closed, &inventory), "it was closed: irrelevant, says sam@harborlight.example");
    closed.maintenance.closed = Some("over when first read".into());
    closed.maintenance.closed_by = Some("ines@harborlight.example".into());
    assert_eq!(why(&closed, &inventory), "it was closed: over when first read (by ines@harborlight.example)");

    let mut past = bare.clone();
    past.maintenance.held_back = true;
    assert_eq!(why(&past, &inventory), "it came with the mailbox's past, and nobody answered \"start\"");

    let mut chosen = bare.clone();
    chosen.maintenance.chosen_services = Some(vec!["link".into()]);
    assert_eq!(why(&chosen, &inventory), "staff chose the services that are touched (link), and they have none of them");

    let mut late = bare.clone();
    let start = late.maintenance.said.windows[0].start;
    late.mails[0].done_at = Some(start + chrono::TimeDelta::hours(3));
    assert!(why(&late, &inventory).starts_with("it was read too late: Thu Sep 10, 2:00 AM CDT, "), "{}", why(&late, &inventory));
    late.mails[0].arrived_at = start + chrono::TimeDelta::minutes(5);
    assert_eq!(why(&late, &inventory), "the announcement came too late: Wed Sep 9, 11:05 PM CDT, when the window had begun");

    assert_eq!(why(&bare, &inventory), "the store does not say why", "nothing is made up");
}

#[test]
fn w35_a_draft_that_did_not_leave_says_what_held_it() {
    let (case, inventory) = told();
    let with = |state: DraftState| {
        let mut case = case.clone();
        case.rows.clear();
        case.drafts[0].0.state = state;
        case
    };
    let until = "2020-09-08T14:00:00Z".parse().unwrap();
    let mut held = with(DraftState::Held(until));
    held.decisions[0].decision = Decision::Hold(until);
    assert_eq!(why(&held, &inventory), "sam@harborlight.example holds v1 until Tue Sep 8, 9:00 AM CDT");
    assert_eq!(why(&with(DraftState::Proposed), &inventory), "nobody has decided on v1 since Tue Sep 1, 10:05 AM CDT");
    assert_eq!(why(&with(DraftState::Expired), &inventory), "nobody decided on v1 before its windows were over");
    assert_eq!(why(&with(DraftState::Approved), &inventory), "v1 was approved, but no mail of it was made for them");

    let mut asked = with(DraftState::Expired);
    asked.drafts[0].0.variants.clear();
    asked.drafts[0].0.questions = vec![Question::NoWindow];
    assert_eq!(why(&asked, &inventory), "nobody answered before its windows were over: when it is");

    let mut unknown = case.clone();
    for sent in &mut unknown.rows {
        if sent.row.outgoing.to.address == "katrin@bakery-meyer.example" {
            (sent.row.state, sent.row.answer) = (OutboxState::Unknown, Some("the connection was lost".into()));
        }
    }
    assert_eq!(why(&unknown, &inventory), "nobody knows whether it reached katrin@bakery-meyer.example: the connection was lost");

    let mut gone = inventory.clone();
    gone.customers.retain(|customer| customer.id != "meyer");
    let mut nobody = case.clone();
    nobody.rows.clear();
    nobody.drafts.clear();
    assert_eq!(why(&nobody, &gone), "services.toml does not know them any more");
}

#[test]
fn w35_one_customers_page_says_nothing_of_another() {
    let (mut case, inventory) = told();
    case.decisions[0].decision = Decision::Settle(Settling::Drop("willow".into()));
    case.maintenance.history.push(forewarn::model::HistoryLine {
        at: "2020-09-02T00:00:00Z".parse().unwrap(),
        text: "Priya Raman <priya@lakesidedental.example> answered: “Thanks”".into(),
    });
    let zones = forewarn::zones::newest();
    let clock = StaffClock::new(&zones, chrono_tz::Tz::America__Chicago);
    let page = |id: &str| {
        let whose = Whose::new(id, &inventory, std::slice::from_ref(&case));
        events(&case, Some(&whose), &clock, later().now.unwrap()).into_iter().map(|event| event.text).collect::<Vec<_>>().join("\n")
    };
    for other in ["willow", "priya", "lakeside", "orchard", "tidewater"] {
        assert!(!page("meyer").to_lowercase().contains(other), "{other} in\n{}", page("meyer"));
    }
    assert!(page("lakeside").contains("priya@lakesidedental.example> answered") && page("willow").contains(": drop willow"));
}
