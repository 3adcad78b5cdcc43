//! The record of one maintenance for scripts: one object.

use super::{Page, text::status};
use crate::model::{Content, LedgerMail, Mode};
use crate::record::{Whose, concerned, events, fate, notices, subject_for, title};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

pub(super) fn page(page: &Page<'_>) -> Value {
    let maintenance = &page.case.maintenance;
    let windows = maintenance
        .said
        .windows
        .iter()
        .map(|window| json!({ "start": utc(window.start), "end": window.end.map(utc), "role": window.role }));
    let customers = match page.whose {
        Some(whose) => vec![customer(page, whose)],
        None => concerned(page.case, page.inventory)
            .into_iter()
            .filter(|one| one.surely)
            .map(|one| customer(page, &Whose::new(&one.id, page.inventory, std::slice::from_ref(page.case))))
            .collect(),
    };
    let events = events(page.case, page.whose, page.clock, page.now).into_iter();
    let events =
        events.map(|event| json!({ "at": utc(event.at), "local": page.clock.full(event.at), "what": event.what, "revision": event.revision, "text": event.text }));
    let mails = page.case.mails.iter().map(mail);
    json!({
        "maintenance": maintenance.id.to_string(), "provider": maintenance.provider, "title": title(maintenance),
        "maintenance_id": maintenance.said.maintenance_id, "status": status(maintenance.status),
        "windows": windows.collect::<Vec<_>>(), "customers": customers, "mails": mails.collect::<Vec<_>>(),
        "notices": copies(page), "events": events.collect::<Vec<_>>(),
    })
}

/// Mails of which no maintenance was made, as one more object.
pub(super) fn made_nothing(mails: &[&LedgerMail]) -> Value {
    json!({ "maintenance": null, "mails": mails.iter().map(|one| mail(one)).collect::<Vec<_>>() })
}

fn mail(mail: &LedgerMail) -> Value {
    json!({
        "mail": mail.mail.0, "arrived_at": utc(mail.arrived_at), "read_at": mail.done_at.map(utc), "from": mail.sender, "subject": mail.subject,
        "outcome": mail.outcome.as_ref().map(crate::model::Outcome::name),
        "rule": mail.reading.as_ref().and_then(|reading| reading.rule.as_ref()).map(|rule| &rule.name),
        "bytes": if mail.kept { "kept" } else { "given-up" },
    })
}

fn customer(page: &Page<'_>, whose: &Whose) -> Value {
    let fate = fate(page.case, page.inventory, whose, page.clock);
    let copies = fate.copies.iter().map(|copy| json!({ "revision": copy.revision, "address": copy.address, "at": utc(copy.at) }));
    json!({ "id": whose.id, "name": whose.name, "told": !fate.copies.is_empty(), "copies": copies.collect::<Vec<_>>(), "why_not": fate.why_not })
}

fn copies(page: &Page<'_>) -> Vec<Value> {
    let copy = |(sent, draft): (&crate::model::SentMail, &crate::model::Draft)| {
        let row = &sent.row;
        let mut copy = json!({
            "revision": draft.revision, "rehearsal": draft.mode == Mode::Rehearsal, "to": row.outgoing.to.address,
            "subject": subject_for(draft, &row.outgoing.to.address), "state": row.state.name(), "changed_at": utc(row.changed_at),
            "answer": row.answer, "accepted_at": sent.accepted.as_ref().map(|(at, _)| utc(*at)),
            "accepted": sent.accepted.as_ref().map(|(_, answer)| answer),
        });
        if let (Content::Frozen(mail), Some(fields)) = (&row.outgoing.content, copy.as_object_mut()) {
            fields.insert("message_id".to_owned(), json!(mail.message_id));
            if page.bytes {
                // What we send is ASCII, so nothing is lost.
                fields.insert("bytes".to_owned(), json!(String::from_utf8_lossy(&mail.bytes)));
            }
        }
        copy
    };
    notices(page.case, page.whose).into_iter().map(copy).collect()
}

fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
