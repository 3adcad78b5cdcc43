//! What a change says, and who reads of it: thresholds, those for whom nothing changes, windows side by side.

use forewarn::draft::below_threshold;
use forewarn::inventory::affected;
use forewarn::model::{Affected, AffectedObject, Change, Impact, Maintenance, Precision, Status, Variant, Window};

use super::world::{inventory, maintenance, policy, window};
use super::{Facts, before, draft, notices, notices_with, page, roll_out, sent, to};

fn addresses(variants: &[Variant]) -> Vec<&str> {
    let mut all: Vec<&str> =
        variants.iter().flat_map(|variant| &variant.recipients).map(|recipient| recipient.mailbox.address.as_str()).collect();
    all.sort_unstable();
    all
}

fn fields(names: &[&str]) -> Change {
    Change::Updated { fields: names.iter().map(|name| (*name).to_owned()).collect() }
}

/// What the change says to a reader, without the head's and foot's lines.
fn said(variants: &[Variant], address: &str) -> String {
    page(to(variants, address))
}

#[test]
fn of_several_windows_the_one_that_moved_is_shown() {
    let nights = |days: &[u32]| -> Vec<Window> {
        days.iter().map(|day| window(&format!("2020-09-{day}T04:00:00Z"), &format!("2020-09-{day}T06:00:00Z"))).collect()
    };
    let changed = |from: &[u32], now: &[u32]| {
        let mut moved = maintenance();
        moved.said.windows = nights(now);
        said(&notices(&moved, &Change::Rescheduled { from: nights(from) }, &policy(), &before()), "office@bakery.example")
    };
    let pages = [changed(&[10, 11], &[10, 12]), changed(&[10, 11], &[10]), changed(&[10], &[10, 11])];
    insta::assert_snapshot!(pages.join("\n==========\n\n"));
}

#[test]
fn a_long_roll_out_narrowed_is_news_of_the_exact_time() {
    let mut narrowed = roll_out();
    let told = sent(&draft(&roll_out(), Change::New, notices(&roll_out(), &Change::New, &policy(), &[])));
    narrowed.said.windows = vec![window("2020-09-20T05:00:00Z", "2020-09-20T07:00:00Z")];
    let change = fields(&["date", "expected downtime"]);
    narrowed.said.expected_downtime_minutes = Some(10);
    let exact = notices(&narrowed, &change, &policy(), &told);
    narrowed.said.windows[0].precision = Precision::Day;
    let day = notices(&narrowed, &change, &policy(), &told);
    assert!(!page(&day).contains("exact time") && page(&day).contains("Changed since our last notice: the times"));
    insta::assert_snapshot!(said(&exact, "rui@clinica.example"));
}

#[test]
fn what_was_announced_in_error_is_said_so() {
    let mut retracted = maintenance();
    retracted.status = Status::Cancelled;
    retracted.said.retracted = true;
    let all = notices(&retracted, &Change::Retracted, &policy(), &before());
    insta::assert_snapshot!(said(&all, "office@bakery.example"));
    assert!(all.iter().all(|variant| variant.calendar.as_ref().is_some_and(|calendar| calendar.contains("METHOD:CANCEL\r\n"))));
}

#[test]
fn who_reads_the_same_as_before_is_not_written_to_again() {
    // web01 comes to it: the bakery has mail only, and both have what they had; Acme and the clinic have web as well.
    let mut more = maintenance();
    more.said.objects.push(AffectedObject { object_id: "web01".to_owned(), impact: Impact::Unstated });
    let all = notices(&more, &fields(&["objects"]), &policy(), &before());
    assert_eq!(addresses(&all), ["ana@acme.example", "lee@harbor.example", "rui@clinica.example"], "lee was never reached");
    assert!(to(&all, "lee@harbor.example")[0].subject.starts_with("Data Center Maintenance"), "a first notice");
    // Another effect on web01 alone.
    more.said.objects[1].impact = Impact::NoImpact;
    let told = sent(&draft(&more, Change::New, all.clone()));
    let told: Vec<Variant> = told.into_iter().chain(before()).collect();
    more.said.objects[0].impact = Impact::Degraded;
    let worse = notices(&more, &fields(&["impact"]), &policy(), &told);
    assert!(addresses(&worse).contains(&"office@bakery.example"), "their own effect is another");
    // The downtime stands in everybody's mail.
    let mut longer = maintenance();
    longer.said.expected_downtime_minutes = Some(45);
    let all = notices(&longer, &fields(&["objects", "expected downtime"]), &policy(), &before());
    assert!(addresses(&all).contains(&"office@bakery.example"));
    // A move that never went out: what they were told is not what is so.
    let mut moved = more.clone();
    moved.said.objects[0].impact = Impact::Unstated;
    moved.said.windows = vec![window("2020-09-12T04:00:00Z", "2020-09-12T06:00:00Z")];
    let all = notices(&moved, &fields(&["objects"]), &policy(), &before());
    assert!(addresses(&all).contains(&"office@bakery.example"));
}

/// The world's customers with these thresholds, in the inventory's order.
fn with_thresholds(maintenance: &Maintenance, least: [Option<Impact>; 4]) -> Affected {
    let mut touched = affected(&inventory(), maintenance, &[]);
    for customer in &mut touched.customers {
        customer.min_impact = inventory().customers.iter().zip(least).find(|(known, _)| known.id == customer.id).unwrap().1;
    }
    touched
}

#[test]
fn w30_who_suffers_less_than_their_threshold_is_left_out_and_named() {
    let form = policy();
    let told_of = |impact: Impact, least: [Option<Impact>; 4], notify: bool, told: &[Variant], change: &Change| {
        let mut work = maintenance();
        work.said.impact = impact;
        work.said.objects[0].impact = impact;
        work.notify = notify;
        let touched = with_thresholds(&work, least);
        let all = notices_with(&Facts::new(&work, change, &form, told), &touched, None);
        let reached: Vec<String> = addresses(&all).iter().map(|address| (*address).to_owned()).collect();
        (reached, below_threshold(&work, &touched, told))
    };
    let none = [None; 4];
    let outage = [Some(Impact::Outage), Some(Impact::Degraded), None, None];
    let (reached, out) = told_of(Impact::Degraded, outage, false, &[], &Change::New);
    assert_eq!(reached, ["ana@acme.example", "lee@harbor.example", "office@bakery.example", "rui@clinica.example"]);
    assert_eq!(out, ["Acme Dental"], "Ana still hears of it as a contact of the bakery's");
    assert_eq!(told_of(Impact::Unstated, outage, false, &[], &Change::New).1, [""; 0], "it may be an outage");
    let (reached, out) = told_of(Impact::ReducedRedundancy, none, false, &[], &Change::New);
    assert_eq!((reached.len(), out.len()), (0, 4), "lost redundancy alone is told to nobody");
    let (reached, out) = told_of(Impact::ReducedRedundancy, none, true, &[], &Change::New);
    assert_eq!((reached.len(), out.len()), (4, 0), "but a person may say so");
    let wants = [Some(Impact::ReducedRedundancy), None, None, None];
    assert_eq!(told_of(Impact::ReducedRedundancy, wants, false, &[], &Change::New).0, ["ana@acme.example"]);
    assert_eq!(told_of(Impact::NoImpact, none, false, &[], &Change::New).0.len(), 4, "the house tells of work without effect");
    // Who was told before hears of every change.
    let (reached, out) = told_of(Impact::ReducedRedundancy, none, false, &before(), &fields(&["impact"]));
    assert_eq!(reached, ["ana@acme.example", "office@bakery.example", "rui@clinica.example"]);
    assert_eq!(out, ["Harbor Law"], "whose notice never left");
}

#[test]
fn w28_one_address_at_two_customers_gets_one_mail_that_names_both() {
    let all = notices(&maintenance(), &Change::New, &policy(), &[]);
    let ana: Vec<&Variant> =
        all.iter().filter(|variant| variant.recipients.iter().any(|one| one.mailbox.address == "ana@acme.example")).collect();
    assert_eq!(ana.len(), 1);
    assert!(ana[0].text.contains("This notice is for Acme Dental and Bakery Meyer."), "{}", ana[0].text);
}
