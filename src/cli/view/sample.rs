//! One maintenance with its draft, for the tests of the commands that show them.

use crate::model::{
    AffectedService, Change, Draft, DraftId, DraftState, Impact, Kind, MailId, Mailbox, Maintenance, MaintenanceId, Mode, Notification,
    Recipient, Variant, Window,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub(in crate::cli) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(in crate::cli) fn window(start: &str, end: &str) -> Window {
    Window {
        start: at(start),
        end: Some(at(end)),
        role: crate::model::Role::Main,
        status: None,
        zone: None,
        as_written: String::new(),
        precision: crate::model::Precision::Minute,
    }
}

/// Mail, by Northfield Cloud, in the night of Wednesday September 9, 2020, Central time.
pub(in crate::cli) fn maintenance() -> Maintenance {
    Maintenance {
        kind: Some(Kind::Maintenance),
        subject: "Maintenance of \u{1b}[31mmail01".into(),
        sender: "noc@northfield.example".into(),
        ..Maintenance::opened(
            MaintenanceId(12),
            MailId(3),
            "northfield",
            Notification {
                windows: vec![window("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z")],
                title: Some("Data Center Maintenance (Hypervisor)".into()),
                objects: vec![crate::model::AffectedObject { object_id: "mail01".into(), impact: Impact::Outage }],
                ..Notification::default()
            },
            at("2020-09-05T14:00:00Z"),
        )
    }
}

pub(in crate::cli) fn service(name: &str) -> AffectedService {
    AffectedService {
        impact: Impact::Unstated,
        id: name.to_lowercase(),
        name: format!("Managed {name} Services"),
        parts: Vec::new(),
        internal: false,
        objects: Vec::new(),
    }
}

/// To two addresses of two customers, to be sent by Tuesday 11 PM, Central time.
pub(in crate::cli) fn draft() -> Draft {
    let recipient = |id: &str| Recipient {
        customers: vec![id.to_owned()],
        mailbox: Mailbox { name: String::new(), address: format!("office@{id}.example") },
    };
    Draft {
        publish: false,
        copy_to: None,
        offsets: Vec::new(),
        collides: Vec::new(),
        id: DraftId(7),
        maintenance: MaintenanceId(12),
        revision: 1,
        maintenance_revision: 1,
        change: Change::New,
        mode: Mode::Live,
        paragraphs: String::new(),
        variants: vec![Variant {
            calendar: None,
            reminder: None,
            services: vec![service("Mail")],
            zone: Tz::America__Chicago,
            language: "en".into(),
            impact: Impact::Outage,
            recipients: vec![recipient("lakeside"), recipient("meyer")],
            subject: "Mail: maintenance on Sep 9".into(),
            text: "Dear customer,\n\nmail01 moves.\n".into(),
            html: String::new(),
        }],
        services: vec![service("Mail")],
        remarks: Vec::new(),
        questions: Vec::new(),
        proposed_at: at("2020-09-05T14:01:00Z"),
        asked_at: None,
        reminders: 0,
        ask_at: None,
        bundle: Vec::new(),
        votes: Vec::new(),
        author: None,
        send_by: Some(at("2020-09-09T04:00:00Z")),
        starts_at: Some(at("2020-09-10T04:00:00Z")),
        ends_at: Some(at("2020-09-10T12:00:00Z")),
        content_hash: "0badc0de".into(),
        state: DraftState::Proposed,
    }
}

/// What was printed, without colour.
pub(in crate::cli) fn plain(printed: &[u8]) -> String {
    anstream::adapter::strip_str(std::str::from_utf8(printed).unwrap()).to_string()
}
