//! What a notice of an outage says beside its paragraphs: a title made of the services, since when, and what happened in the reader's zone.

use chrono::{DateTime, Utc};

use super::NoticeFacts;
use super::audience::{Addressee, Form};
use crate::draft::templates::{Shown, ShownDay};
use crate::draft::words::{is_own, title};
use crate::mail::outgoing::instants::Instants;
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::{listed, short_service};
use crate::model::{AffectedService, Change, Maintenance, RESOLVED, Status, Update};

/// The body's values.
pub(super) fn body(facts: &NoticeFacts<'_>, reader: &Addressee, shown: Shown) -> Shown {
    let (maintenance, instants) = (facts.maintenance, instants(facts, reader));
    let over = matches!(maintenance.status, Status::Completed | Status::Cancelled) || reader.form == Form::Released;
    let window = maintenance.said.windows.first();
    let language = Language::of(&reader.language);
    let reported = if is_own(maintenance) {
        language.pick("when we noticed it", "als wir sie bemerkten")
    } else {
        language.pick("when our provider reported it", "als unser Anbieter sie meldete")
    };
    let ended = || maintenance.updates.last().filter(|_| maintenance.status == Status::Completed && over);
    let end = match window.filter(|window| over && window.end.is_some()) {
        Some(window) => instants.end(window),
        None => ended().map_or_else(String::new, |last| instants.minute(last.at)),
    };
    let (zone, timeline) = timeline(&maintenance.updates, &instants, language);
    let (core, staff) = core(facts, &reader.services);
    Shown {
        prefix: if reader.form == Form::First { String::new() } else { prefix(facts, reader).to_owned() },
        title: match (staff, core.is_empty()) {
            (true, _) => format!("{}: {core}", language.pick("Outage", "Störung")),
            (false, true) => title(maintenance, facts.provider_public_name, false, language),
            (false, false) if language == Language::German => format!("Störung: {core}"),
            (false, false) => format!("{core} Outage"),
        },
        start: match window {
            Some(window) => instants.start(window),
            None => match began(maintenance) {
                Some(at) => instants.minute(at),
                None => format!("{} ({reported})", instants.minute(reported_at(maintenance))),
            },
        },
        end,
        windows: Vec::new(),
        timeline_heading: if timeline.is_empty() {
            String::new()
        } else {
            format!("{} {zone})", language.pick("Timeline of Events (Time in", "Verlauf (Zeiten in"))
        },
        timeline,
        promise: match language {
            _ if over => String::new(),
            Language::English => "When additional information is provided, we will publish updates here.".to_owned(),
            Language::German => "Sobald wir mehr wissen, melden wir uns wieder.".to_owned(),
        },
        ..shown
    }
}

/// The subject's values: a first notice begins with OUTAGE and needs not say it again.
pub(super) fn head(facts: &NoticeFacts<'_>, reader: &Addressee, body: &Shown) -> Shown {
    let instants = instants(facts, reader);
    let maintenance = facts.maintenance;
    let when = match maintenance.said.windows.first() {
        Some(window) => instants.short_day(window, window.start),
        None => instants.short_moment(began(maintenance).unwrap_or_else(|| reported_at(maintenance))),
    };
    let (core, _) = core(facts, &reader.services);
    let first = reader.form == Form::First && !core.is_empty();
    Shown { prefix: prefix(facts, reader).to_owned(), title: if first { core } else { body.title.clone() }, when, ..body.clone() }
}

/// When an outage was reported: the first line of its timeline, else when its mail came.
fn reported_at(maintenance: &Maintenance) -> DateTime<Utc> {
    maintenance.updates.first().map_or(maintenance.first_seen_at, |update| update.at)
}

/// When an outage of our own began, where staff said it: the first event lies before their mail.
fn began(maintenance: &Maintenance) -> Option<DateTime<Utc>> {
    let first = maintenance.updates.first().map(|update| update.at)?;
    (is_own(maintenance) && first < maintenance.first_seen_at).then_some(first)
}

fn instants<'a>(facts: &NoticeFacts<'a>, reader: &Addressee) -> Instants<'a> {
    Instants::new(facts.zones, reader.zone, &facts.policy.notices).in_language(&reader.language)
}

fn prefix(facts: &NoticeFacts<'_>, reader: &Addressee) -> &'static str {
    let language = Language::of(&reader.language);
    match (reader.form, facts.change) {
        (Form::First, _) => language.pick("OUTAGE: ", "STÖRUNG: "),
        (Form::Closing, Change::Completed) => language.pick("RESOLVED: ", "BEHOBEN: "),
        (Form::Closing, Change::Cancelled | Change::Retracted) => language.pick("CANCELLED: ", "ZURÜCKGEZOGEN: "),
        _ => language.pick("UPDATED: ", "AKTUALISIERT: "),
    }
}

/// `Web and Mail Service`, or what staff or a rule call it, and whether they do. Empty where neither is known.
fn core(facts: &NoticeFacts<'_>, services: &[AffectedService]) -> (String, bool) {
    let said = &facts.maintenance.said;
    let given = said.title.as_deref().map(|title| one_line(title, 100)).unwrap_or_default();
    let bare = given.strip_prefix("Outage:").or_else(|| given.strip_prefix("OUTAGE:")).unwrap_or(&given).trim();
    if !bare.is_empty() {
        return (bare.to_owned(), true);
    }
    let short: Vec<String> = services.iter().map(|service| one_line(&short_service(&service.name), 40)).collect();
    let core = match short.as_slice() {
        [] => String::new(),
        [first, second, rest @ ..] if rest.len() > 1 => format!("{first}, {second} and {} More Services", rest.len()),
        few => {
            let all_shortened = few.iter().zip(services).all(|(short, service)| *short != one_line(&service.name, 40));
            format!("{}{}", listed(few), if all_shortened { " Service" } else { "" })
        }
    };
    (core, false)
}

/// What we say by ourselves in a timeline in the reader's language; what people wrote stays as it is.
fn own_words(text: &str, language: Language) -> &str {
    if text == RESOLVED { language.pick(RESOLVED, "Die Störung ist behoben.") } else { text }
}

/// The days with what happened on each, and the zone that the times are in.
fn timeline(updates: &[Update], instants: &Instants<'_>, language: Language) -> (String, Vec<ShownDay>) {
    let mut ordered: Vec<&Update> = updates.iter().collect();
    ordered.sort_by_key(|update| update.at);
    let mut days: Vec<ShownDay> = Vec::new();
    for update in &ordered {
        let (day, line) =
            (instants.long_day(update.at), format!("{}: {}", instants.clock(update.at), one_line(own_words(&update.text, language), 400)));
        match days.last_mut() {
            Some(last) if last.day == day => last.lines.push(line),
            _ => days.push(ShownDay { day, lines: vec![line] }),
        }
    }
    let instants_of: Vec<DateTime<Utc>> = ordered.iter().map(|update| update.at).collect();
    (instants.zone_in_force(&instants_of), days)
}
