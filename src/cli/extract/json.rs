//! The JSON that `extract` prints: a contract that scripts read, kept apart from the nouns so that these may change.

use super::Read;
use crate::model::{AffectedObject, EvidenceSource, Impact, Notification, Precision, Reading, Role, Status, Window};
use crate::rules::{check::word, locate, outcome};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// One mail as one object.
#[must_use]
pub(super) fn mail(file: &str, read: &Read) -> Value {
    match read {
        Read::Read(reading, mail) => {
            let text = locate::reading_text(mail);
            let mut maintenances: Vec<Value> = reading.found.iter().map(maintenance).collect();
            if !matches!(reading.verdict, crate::model::Verdict::Notice) {
                maintenances.clear();
            }
            json!({
                "file": file,
                "outcome": outcome(reading),
                "kind": reading.kind,
                "provider": reading.provider,
                "rule": reading.rule.as_ref().map(|rule| rule.name.as_str()),
                "rule_version": reading.rule.as_ref().map(|rule| rule.version.as_str()).filter(|version| !version.is_empty()),
                "reason": reason(reading),
                "maintenances": maintenances,
                "problems": reading.problems.iter().map(|problem| json!({
                    "problem": problem.problem, "blocking": problem.blocking, "field": problem.field, "detail": problem.detail,
                })).collect::<Vec<_>>(),
                "evidence": reading.evidence.iter().map(|evidence| json!({
                    "field": evidence.field, "source": source(&evidence.source), "quote": evidence.quote, "pattern": evidence.pattern,
                    "place": locate::spot(mail, &text, evidence).map(|spot| spot.place),
                })).collect::<Vec<_>>(),
            })
        }
        Read::Quarantined(why) => json!({
            "file": file, "outcome": "quarantined", "kind": null, "provider": null, "rule": null, "rule_version": null, "reason": why,
            "maintenances": [], "problems": [], "evidence": [],
        }),
    }
}

/// Why a mail announces nothing, in words.
pub(super) fn reason(reading: &Reading) -> Option<String> {
    use crate::model::{Irrelevance, Verdict};
    match &reading.verdict {
        Verdict::Irrelevant(Irrelevance::Rule(reason)) => Some(reason.clone()),
        Verdict::Irrelevant(Irrelevance::NoSign) => Some("no sign of a maintenance, and no provider that is known".to_owned()),
        Verdict::Irrelevant(Irrelevance::Retired) => Some("only objects that were given back are named".to_owned()),
        Verdict::Irrelevant(Irrelevance::Person(who)) => Some(format!("{who} said so")),
        _ => None,
    }
}

fn maintenance(notification: &Notification) -> Value {
    json!({
        "maintenance_id": notification.maintenance_id,
        "aliases": notification.aliases,
        "account": notification.account,
        "uid": notification.uid,
        "status": notification.status.unwrap_or(Status::Confirmed),
        "impact": stated(notification.impact),
        "windows": notification.windows.iter().map(window).collect::<Vec<_>>(),
        "readings": notification.readings.iter().map(|windows| windows.iter().map(window).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "objects": notification.objects.iter().map(|object| json!({
            "object_id": object.object_id, "impact": stated(object.impact).or(stated(notification.impact)),
        })).collect::<Vec<_>>(),
        "expected_downtime_minutes": notification.expected_downtime_minutes,
        "actions": notification.actions.iter().map(|action| json!({
            "text": action.text, "by": action.by.map(iso), "consequence": action.consequence,
        })).collect::<Vec<_>>(),
        "title": notification.title,
        "summary": notification.summary,
        "description": notification.description,
        "organizer": notification.organizer,
        "sequence": notification.sequence,
        "stamp": notification.stamp.map(iso),
        "watch": notification.watch,
    })
}

fn window(window: &Window) -> Value {
    json!({
        "start": iso(window.start),
        "end": window.end.map(iso),
        "role": window.role,
        "precision": window.precision,
        "status": window.status,
        "zone": window.zone,
        "as_written": window.as_written,
    })
}

/// The records of the mails that were read surely, one a window, and how many windows have no place in them.
pub(super) fn records(read: &Read) -> (Vec<Value>, usize) {
    let Read::Read(reading, _) = read else { return (Vec::new(), 0) };
    let mut records = Vec::new();
    let mut skipped = 0;
    if outcome(reading) != "extracted" {
        return (records, skipped);
    }
    for notification in &reading.found {
        for window in &notification.windows {
            let Some(end) = window.end.filter(|_| window.precision == Precision::Minute) else {
                skipped += 1;
                continue;
            };
            let circuit = |object: &AffectedObject| {
                let impact = stated(object.impact).or(stated(notification.impact)).unwrap_or("OUTAGE");
                json!({ "circuit_id": object.object_id, "impact": impact })
            };
            let status = match window.role {
                Role::Backup => Status::Tentative,
                Role::Main => window.status.or(notification.status).unwrap_or(Status::Confirmed),
            };
            records.push(json!({
                "provider": reading.provider,
                "account": notification.account,
                "maintenance_id": notification.maintenance_id,
                "status": status,
                "circuits": notification.objects.iter().map(circuit).collect::<Vec<_>>(),
                "start": window.start.timestamp(),
                "end": end.timestamp(),
                "stamp": notification.stamp.map(|stamp| stamp.timestamp()),
                "organizer": notification.organizer,
                "uid": notification.uid,
                "sequence": notification.sequence,
                "summary": notification.summary,
            }));
        }
    }
    (records, skipped)
}

fn stated(impact: Impact) -> Option<&'static str> {
    Some(impact).filter(|impact| *impact != Impact::Unstated).map(word)
}

fn source(source: &EvidenceSource) -> String {
    match source {
        EvidenceSource::Subject => "subject".to_owned(),
        EvidenceSource::Text => "text".to_owned(),
        EvidenceSource::Calendar => "calendar".to_owned(),
        EvidenceSource::Attachment(name) => format!("attachment {name}"),
        EvidenceSource::Person(address) => format!("person {address}"),
    }
}

pub(super) fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
