//! A small invented world for the golden mails: one provider, two services, four customers in three zones.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use forewarn::model::{
    AffectedObject, AgendaPlan, Approver, AuthMode, Contact, ContactKind, Customer, DigestPlan, Evidence, EvidenceSource, Impact,
    Inventory, Kind, MailId, Mailbox, Maintenance, MaintenanceId, Mode, NoticeForm, Notification, ObjectMatch, Part, Policy, Provider,
    Service, StandsOn, Window, ZoneOrder, Zones,
};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

pub(crate) fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: name.to_owned(), address: address.to_owned() }
}

pub(crate) fn zones() -> Zones {
    Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded")
}

pub(crate) fn policy() -> Policy {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    Policy {
        mode: Mode::Live,
        rehearsal_to: Some(mailbox("", "rehearsal@lakeside.example")),
        organisation: "Lakeside IT".to_owned(),
        from: mailbox("Lakeside IT notices", "notices@lakeside.example"),
        support: mailbox("Lakeside IT support", "support@lakeside.example"),
        zone: Tz::America__Chicago,
        approvers: vec![
            Approver { mailbox: mailbox("Sam Reed", "sam@lakeside.example"), aliases: Vec::new(), zone: None },
            Approver { mailbox: mailbox("Kim Ode", "kim@lakeside.example"), aliases: Vec::new(), zone: None },
        ],
        stands_on: Vec::new(),
        on_call: None,
        escalation: vec![mailbox("Front desk", "desk@lakeside.example")],
        auth: AuthMode::Authserv("mx.lakeside.example".to_owned()),
        approvals: 1,
        plus_addresses: true,
        undo: TimeDelta::minutes(2),
        notices: NoticeForm {
            copy_to: None,
            publish_dir: None,
            remind_before: None,
            tell_started: false,
            calendar: forewarn::model::CalendarForm::Plain,
            zone_order: ZoneOrder::UtcFirst,
            weekday: false,
            closing: "If you have questions or concerns, please feel free to contact us.".to_owned(),
            closing_de: String::new(),
            signature: "— Lakeside IT Team".to_owned(),
        },
        digest: DigestPlan {
            weekday: Weekday::Mon,
            time: time(7),
            to: vec![mailbox("", "staff@lakeside.example")],
            days_ahead: 14,
            daily: false,
        },
        agenda: AgendaPlan {
            bundle_within: TimeDelta::zero(),
            holidays: Vec::new(),
            remind_every: TimeDelta::hours(12),
            escalate_before: TimeDelta::hours(12),
            urgent_within: TimeDelta::hours(8),
            send_before: TimeDelta::hours(24),
            day_starts: time(8),
            day_ends: time(18),
        },
        alarm_command: None,
        backlog_bytes_a_day: 1 << 30,
        canary_every: None,
    }
}

pub(crate) fn inventory() -> Inventory {
    let on = |object: &str| StandsOn {
        redundant: None,
        provider: "example-hosting".to_owned(),
        object: ObjectMatch::Exact(object.to_owned()),
        aliases: Vec::new(),
        places: Vec::new(),
        retired: false,
    };
    let part = |name: &str| Part { name: name.to_owned(), stands_on: Vec::new() };
    let service = |id: &str, name: &str, parts: &[&str], object: &str, internal| Service {
        needs: Vec::new(),
        id: id.to_owned(),
        name: name.to_owned(),
        parts: parts.iter().map(|name| part(name)).collect(),
        stands_on: vec![on(object)],
        internal,
    };
    let contact = |name: &str, address: &str, phone: &str| Contact {
        mailbox: mailbox(name, address),
        kinds: vec![ContactKind::Maintenance, ContactKind::Incident],
        phone: Some(phone.to_owned()),
    };
    let customer = |id: &str, name: &str, zone, services: &[&str], contacts: Vec<Contact>| Customer {
        min_impact: None,
        id: id.to_owned(),
        name: name.to_owned(),
        zone,
        language: "en".to_owned(),
        services: services.iter().map(|id| (*id).to_owned()).collect(),
        notice_days: None,
        mail_on: None,
        contacts,
    };
    Inventory {
        never: Vec::new(),
        providers: vec![Provider {
            id: "example-hosting".to_owned(),
            name: "Example Hosting".to_owned(),
            public_name: "Data Center Provider".to_owned(),
            domains: vec!["hosting.example".to_owned()],
        }],
        services: vec![
            service("web", "Managed Web Services", &[], "web01", false),
            service("mail", "Managed Mail Services", &["Webmail", "Send & Receiving"], "mail01", false),
            service("batch", "Batch runner", &[], "batch02", true),
        ],
        customers: vec![
            customer(
                "acme",
                "Acme Dental",
                Tz::America__Chicago,
                &["web", "mail"],
                vec![contact("Ana Roy", "ana@acme.example", "555-0101")],
            ),
            customer(
                "bakery",
                "Bakery Meyer",
                Tz::America__Chicago,
                &["mail"],
                vec![contact("", "office@bakery.example", "555-0102"), contact("Ana Roy", "ana@acme.example", "555-0101")],
            ),
            customer("harbor", "Harbor Law", Tz::UTC, &["mail"], vec![contact("Lee", "lee@harbor.example", "555-0103")]),
            customer(
                "clinica",
                "Clínica Sol",
                Tz::America__Sao_Paulo,
                &["web", "mail"],
                vec![contact("Rui", "rui@clinica.example", "555-0104")],
            ),
        ],
    }
}

pub(crate) fn window(start: &str, end: &str) -> Window {
    Window {
        start: at(start),
        end: (!end.is_empty()).then(|| at(end)),
        role: forewarn::model::Role::Main,
        status: None,
        zone: Some("UTC".to_owned()),
        as_written: String::new(),
        precision: forewarn::model::Precision::Minute,
    }
}

/// The host migration that was missed in September 2020, as a provider might announce it.
pub(crate) fn maintenance() -> Maintenance {
    let evidence = |field: &str, quote: &str| Evidence {
        field: field.to_owned(),
        source: EvidenceSource::Text,
        quote: quote.to_owned(),
        pattern: None,
    };
    Maintenance {
        kind: Some(Kind::Maintenance),
        rule: Some("example-hosting/host".to_owned()),
        evidence: vec![evidence("start", "2020-09-10 04:00 UTC"), evidence("end", "2020-09-10 12:00 UTC"), evidence("object", "mail01")],
        thread: vec!["notice-1@hosting.example".to_owned()],
        subject: "Upcoming maintenance on the host of mail01".to_owned(),
        sender: "Example Hosting <support@hosting.example>".to_owned(),
        ..Maintenance::opened(
            MaintenanceId(1042),
            MailId(7),
            "example-hosting",
            Notification {
                impact: Impact::Unstated,
                windows: vec![window("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z")],
                objects: vec![AffectedObject { object_id: "mail01".to_owned(), impact: Impact::Unstated }],
                summary: Some("moves mail01 to a new host: live, powered off if that fails".to_owned()),
                ..Notification::default()
            },
            at("2020-09-05T15:00:00Z"),
        )
    }
}
