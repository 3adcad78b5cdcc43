//! Outages, the emergency window inside one, and work of our own: as a customer reads them, and what staff are asked.

use forewarn::inventory::affected;
use forewarn::model::{
    AffectedObject, Change, Impact, Kind, Maintenance, MaintenanceId, OURSELVES, Phase, Remark, RequestFlavour, Status, Update, Variant,
};

use super::world::{at, inventory, maintenance, policy, window};
use super::{Facts, asked, draft, notices, notices_with, page, sent, to};

/// An outage as a provider reports it, with nothing but the objects.
fn outage() -> Maintenance {
    let mut outage = maintenance();
    outage.kind = Some(Kind::Incident);
    outage.first_seen_at = at("2021-06-08T22:52:00Z");
    outage.subject = "We are investigating an issue".to_owned();
    outage.said.windows.clear();
    outage.said.summary = None;
    outage.said.objects = ["web01", "mail01"].map(|id| AffectedObject { object_id: id.to_owned(), impact: Impact::Outage }).to_vec();
    outage.said.phase = Some(Phase::Investigating);
    outage
}

fn update(at_: &str, text: &str) -> Update {
    Update { at: at(at_), text: text.to_owned(), by: None }
}

/// The same, some hours on, over midnight in Chicago.
fn later() -> Maintenance {
    let mut later = outage();
    later.said.windows = vec![window("2021-06-08T22:39:00Z", "")];
    later.said.phase = Some(Phase::Monitoring);
    later.updates = vec![
        update("2021-06-09T04:55:00Z", "Web sites and services are coming back online."),
        update("2021-06-08T22:39:00Z", "Multiple failures in our web services."),
        update("2021-06-08T23:20:00Z", "Our Data Center Provider is looking\nfor the cause."),
        update("2021-06-09T05:20:00Z", "Our Data Center Provider is watching the result."),
    ];
    later
}

fn over() -> Maintenance {
    let mut over = later();
    over.status = Status::Completed;
    over.said.windows = vec![window("2021-06-08T22:39:00Z", "2021-06-09T06:10:00Z")];
    over.updates.push(update("2021-06-09T06:10:00Z", "All services work again."));
    over
}

fn updated() -> Change {
    Change::Updated { fields: vec!["phase".to_owned(), "updates".to_owned()] }
}

fn before() -> Vec<Variant> {
    sent(&draft(&outage(), Change::New, notices(&outage(), &Change::New, &policy(), &[])))
}

#[test]
fn an_outage_its_updates_and_its_end() {
    let first = notices(&outage(), &Change::New, &policy(), &[]);
    let second = notices(&later(), &updated(), &policy(), &before());
    let third = notices(&over(), &Change::Completed, &policy(), &before());
    let pages = [
        page(to(&first, "rui@clinica.example")),
        page(to(&first, "office@bakery.example")),
        page(to(&second, "ana@acme.example")),
        page(to(&second, "rui@clinica.example")),
        page(to(&third, "ana@acme.example")),
    ];
    insta::assert_snapshot!(pages.join("\n==========\n\n"));
    assert!(first.iter().chain(&second).all(|variant| variant.calendar.is_none()), "nobody plans an outage");
}

#[test]
fn the_timeline_is_a_list_within_a_list_on_a_phone() {
    let all = notices(&later(), &updated(), &policy(), &before());
    let (_, timeline) = to(&all, "ana@acme.example")[0].html.split_once("Timeline of Events").unwrap();
    insta::assert_snapshot!(timeline.lines().take(14).collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_outage_that_was_no_outage_or_has_another_name() {
    let mut error = outage();
    error.said.retracted = true;
    error.status = Status::Cancelled;
    let mut own = outage();
    own.provider = OURSELVES.to_owned();
    own.chosen_services = Some(vec!["web".to_owned()]);
    own.said.title = Some("Outage: SDN Controller Unavailable".to_owned());
    own.said.description = Some(
        "During a normal maintenance window our controller went offline for upgrades, however it failed to start.\n\nWe are recovering it."
            .to_owned(),
    );
    let own = notices(&own, &Change::New, &policy(), &[]);
    let pages =
        [page(to(&notices(&error, &Change::Retracted, &policy(), &before()), "ana@acme.example")), page(to(&own, "ana@acme.example"))];
    insta::assert_snapshot!(pages.join("\n==========\n\n"));
}

#[test]
fn titles_are_made_of_the_services() {
    let subject = |names: &[&str]| {
        let mut other = inventory();
        let mut service = other.services[0].clone();
        other.services.clear();
        for name in names {
            (service.id, service.name) = ((*name).to_owned(), (*name).to_owned());
            other.services.push(service.clone());
        }
        other.customers[0].services = names.iter().map(|name| (*name).to_owned()).collect();
        let (incident, change) = (outage(), Change::New);
        let all = notices_with(&Facts::new(&incident, &change, &policy(), &[]), &affected(&other, &incident, &[]), None);
        format!("{} / {}", all[0].subject, all[0].text.lines().next().unwrap_or_default())
    };
    assert_eq!(subject(&["Managed Mail Services"]), "OUTAGE: Mail Service: Jun 8 / Mail Service Outage");
    assert_eq!(
        subject(&["Managed Web Services", "Online Invoice & Billing System"]),
        "OUTAGE: Web and Online Invoice & Billing System: Jun 8 / Web and Online Invoice & Billing System Outage"
    );
    assert_eq!(
        subject(&["Managed Web Services", "Managed Mail Services", "A", "B"]),
        "OUTAGE: Web, Mail and 2 More Services: Jun 8 / Web, Mail and 2 More Services Outage"
    );
}

#[test]
fn an_emergency_window_inside_an_outage() {
    let mut window_ = maintenance();
    window_.part_of = Some(MaintenanceId(7));
    window_.said.windows = vec![window("2021-08-14T05:00:00Z", "2021-08-14T09:00:00Z")];
    window_.said.summary = Some("Emergency work on core switches".to_owned());
    window_.said.impact = Impact::Degraded;
    window_.said.objects = vec![AffectedObject { object_id: "web01".to_owned(), impact: Impact::Degraded }];
    let mut stable = outage();
    stable.said.phase = Some(Phase::Monitoring);
    let (form, change) = (policy(), Change::New);
    let facts = Facts::new(&window_, &change, &form, &[]);
    let written = |outage: &Maintenance| notices_with(&facts, &affected(&inventory(), &window_, &[]), Some(outage));
    let pages = [page(to(&written(&stable), "ana@acme.example")), page(to(&written(&outage()), "ana@acme.example"))];
    insta::assert_snapshot!(pages.join("\n==========\n\n"));
}

#[test]
fn work_of_our_own_is_said_by_us() {
    let own = |title: &str, description: Option<&str>| {
        let mut own = maintenance();
        own.provider = OURSELVES.to_owned();
        own.said.summary = None;
        own.said.title = Some(title.to_owned());
        own.said.description = description.map(str::to_owned);
        own.chosen_services = Some(vec!["web".to_owned(), "mail".to_owned()]);
        own
    };
    let text = "We will be upgrading our webmail interface. This upgrade will not affect mail delivery to your mailboxes.\n\nWe expect about 30 minutes of downtime to the webmail interface during this upgrade process.";
    let webmail = own("Webmail Upgrade", Some(text));
    let mut server = own("Server Maintenance", None);
    server.said.expected_downtime_minutes = Some(30);
    let mut open = own("Move to new servers", None);
    open.status = Status::Tentative;
    open.said.windows = vec![window("2020-09-10T04:00:00Z", "")];
    let told = sent(&draft(&webmail, Change::New, notices(&webmail, &Change::New, &policy(), &[])));
    let mut cancelled = webmail.clone();
    cancelled.status = Status::Cancelled;
    let ana = "ana@acme.example";
    let pages = [
        page(to(&notices(&webmail, &Change::New, &policy(), &[]), ana)),
        page(to(&notices(&server, &Change::New, &policy(), &[]), ana)),
        page(to(&notices(&open, &Change::New, &policy(), &[]), ana)),
        page(to(&notices(&cancelled, &Change::Cancelled, &policy(), &told), ana)),
    ];
    insta::assert_snapshot!(pages.join("\n==========\n\n"));
}

#[test]
fn requests_of_an_outage() {
    let request = |incident: &Maintenance, change: Change, told: &[Variant]| {
        let mut variants = notices(incident, &change, &policy(), told);
        variants.truncate(1);
        let mut made = draft(incident, change, variants);
        made.send_by = None;
        made.remarks = vec![Remark {
            label: "CANNOT".to_owned(),
            text: "tell Harbor Law: no contact in services.toml. Write to them yourself, or add one".to_owned(),
        }];
        asked(&made, incident, RequestFlavour::First)
    };
    let first = request(&outage(), Change::New, &[]);
    assert!(first.starts_with("Subject: OUTAGE: "), "{first}");
    let all = [first, request(&later(), updated(), &before()), request(&over(), Change::Completed, &before())];
    insta::assert_snapshot!(all.join("\n==========\n\n"));
}
