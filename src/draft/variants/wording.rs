//! What one notice says: its title and times, and the sentences that are ours and not to be edited.

use super::super::templates::{Shown, ShownService, ShownWindow};
use super::super::words::{is_own, title};
use super::super::{german, paragraphs};
use super::{Addressee, Form, NoticeFacts, outage, rehearsal, worst};
use crate::mail::outgoing::instants::Instants;
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::phrases::{counted, long_roll_out, main_windows};
use crate::mail::outgoing::{clean, one_line};
use crate::model::{AffectedService, CORRECTION, Change, Impact, Kind, Maintenance, Precision, Recipient, Role, Status, Window};

pub(super) fn fill(facts: &NoticeFacts<'_>, reader: &Addressee, recipients: &[Recipient]) -> Shown {
    let maintenance = facts.maintenance;
    let form = &facts.policy.notices;
    let language = Language::of(&reader.language);
    let instants = Instants::new(facts.zones, reader.zone, form).in_language(&reader.language);
    let incident = maintenance.kind == Some(Kind::Incident);
    let paragraphs = if reader.form == Form::Released {
        let what = if incident { language.pick("outage", "Störung") } else { language.pick("maintenance", "Wartung") };
        match language {
            Language::English => format!("This {what} no longer affects the services below. They will run as usual."),
            Language::German => format!("Diese {what} betrifft die unten genannten Dienste nicht mehr. Sie laufen wie gewohnt."),
        }
    } else if language == Language::German && paragraphs::written(maintenance).is_none() {
        german::paragraphs(maintenance, facts.change, facts.emergency, &facts.affected.services)
    } else {
        clean(facts.paragraphs).trim().to_owned()
    };
    let closed = match reader.form {
        Form::Closing => !matches!(facts.change, Change::Started),
        Form::Released => true,
        Form::First | Form::Update => false,
    };
    let shown = Shown {
        emergency: facts.emergency && reader.form != Form::Released && !closed,
        start: String::new(),
        end: String::new(),
        timeline_heading: String::new(),
        timeline: Vec::new(),
        promise: String::new(),
        prefix: prefix(facts.change, reader.form, language).to_owned(),
        title: title(maintenance, facts.provider_public_name, facts.emergency, language),
        when: when(maintenance, &instants, language),
        rehearsal: if facts.rehearsal { rehearsal(facts.policy, recipients) } else { String::new() },
        windows: windows(facts, reader.form, &instants, language),
        notes: notes(facts, reader, &instants, language),
        paragraphs,
        expectation: if closed { String::new() } else { lesser(reader.impact, worst(facts), language) },
        heading: match (closed, reader.services.len()) {
            (false, 0 | 1) => language.pick("Affected Service", "Betroffener Dienst"),
            (false, _) => language.pick("Affected Service", "Betroffene Dienste"),
            (true, 1) => language.pick("Service", "Dienst"),
            (true, _) => language.pick("Services", "Dienste"),
        }
        .to_owned(),
        services: reader.services.iter().map(shown_service).collect(),
        closing: clean(language.pick(&form.closing, &form.closing_de)).trim().to_owned(),
        signature: clean(&form.signature).trim().to_owned(),
    };
    if incident { outage::body(facts, reader, shown) } else { shown }
}

fn shown_service(service: &AffectedService) -> ShownService {
    ShownService { name: one_line(&service.name, 120), parts: service.parts.iter().map(|part| one_line(part, 120)).collect() }
}

fn prefix(change: &Change, form: Form, language: Language) -> &'static str {
    match (form, change) {
        (Form::First, _) => "",
        (Form::Update | Form::Released, _) => language.pick("UPDATED: ", "AKTUALISIERT: "),
        (Form::Closing, Change::Started) => language.pick("STARTED: ", "BEGONNEN: "),
        (Form::Closing, Change::Completed) => language.pick("COMPLETED: ", "ABGESCHLOSSEN: "),
        (Form::Closing, _) => language.pick("CANCELLED: ", "ABGESAGT: "),
    }
}

/// The days for the subject: `Sep 9`, `Sep 9 and Sep 16`, `Sep 13 - Oct 1`.
fn when(maintenance: &Maintenance, instants: &Instants<'_>, language: Language) -> String {
    let mains: Vec<&Window> = main_windows(maintenance).collect();
    let long = long_roll_out(maintenance);
    match mains.as_slice() {
        [] => maintenance.said.windows.first().map_or_else(String::new, |window| instants.short_day(window, window.start)),
        [window] if long => {
            let end = window.end.unwrap_or(window.start);
            let last = if window.precision == Precision::Day { end - chrono::TimeDelta::seconds(1) } else { end };
            format!("{} - {}", instants.short_day(window, window.start), instants.short_day(window, last))
        }
        several => {
            let mut days: Vec<String> = several.iter().map(|window| instants.short_day(window, window.start)).collect();
            days.dedup();
            match days.as_slice() {
                [first, _, _, rest @ ..] if !rest.is_empty() => match language {
                    Language::English => format!("{first} and {}", counted(days.len() - 1, "more night")),
                    Language::German => format!("{first} und {} weitere Nächte", days.len() - 1),
                },
                few => language.listed(few),
            }
        }
    }
}

fn windows(facts: &NoticeFacts<'_>, form: Form, instants: &Instants<'_>, language: Language) -> Vec<ShownWindow> {
    let now = &facts.maintenance.said.windows;
    let own = is_own(facts.maintenance);
    match (facts.change, form) {
        (Change::Rescheduled { from } | Change::Extended { from }, Form::Update) if !from.is_empty() => {
            let same = |one: &Window, other: &Window| one.start == other.start && one.end == other.end && one.role == other.role;
            let parted = |these: &[Window], those: &[Window], stays: bool| -> Vec<Window> {
                these.iter().filter(|one| those.iter().any(|other| same(one, other)) == stays).cloned().collect()
            };
            let (mut gone, new, stay) = (parted(from, now, false), parted(now, from, false), parted(now, from, true));
            gone.retain(|window| window.role == Role::Main);
            let (was, is) = match (gone.is_empty(), new.is_empty()) {
                (true, _) => ("", language.pick("New:", "Neu:")),
                (_, true) => (language.pick("No longer planned:", "Nicht mehr geplant:"), ""),
                _ => language.pick(("Was:", "Now:"), ("Bisher:", "Neu:")),
            };
            let mut all = pairs(&gone, was, own, instants, language);
            all.extend(pairs(&new, is, own, instants, language));
            all.extend(pairs(&stay, language.pick("As before:", "Wie bisher:"), own, instants, language));
            all
        }
        _ => pairs(now, "", own, instants, language),
    }
}

fn pairs(windows: &[Window], heading: &str, own: bool, instants: &Instants<'_>, language: Language) -> Vec<ShownWindow> {
    let mut last = "";
    windows
        .iter()
        .map(|window| {
            let role = match (window.role, window.status) {
                (_, Some(Status::Cancelled)) => language.pick("Cancelled:", "Abgesagt:"),
                (_, Some(Status::Completed)) => language.pick("Completed:", "Abgeschlossen:"),
                (Role::Backup, _) => language.pick(
                    "Backup window, used only if the work cannot be done before:",
                    "Ausweichfenster, nur falls die Arbeiten vorher nicht möglich sind:",
                ),
                (Role::Main, _) => heading,
            };
            let shown = if role == last { "" } else { role };
            last = role;
            let end = if own && window.end.is_none() {
                language.pick("not known yet", "noch nicht bekannt").to_owned()
            } else {
                instants.end(window)
            };
            ShownWindow { heading: shown.to_owned(), start: instants.start(window), end }
        })
        .collect()
}

fn notes(facts: &NoticeFacts<'_>, reader: &Addressee, instants: &Instants<'_>, language: Language) -> Vec<String> {
    let say = |english: &str, german: &str| language.pick(english, german).to_owned();
    let windows = &facts.maintenance.said.windows;
    let mut notes: Vec<String> = Vec::new();
    if let (Change::Updated { fields }, Form::Update) = (facts.change, reader.form) {
        let mut fields = fields.clone();
        // Until now there was a roll-out, a day or a vague word: that the time is exact is the news.
        let exact = !windows.is_empty() && windows.iter().all(|window| window.precision == Precision::Minute);
        if exact && !long_roll_out(facts.maintenance) && fields.iter().any(|field| field == "date") {
            notes.push(say("We now have the exact time of this maintenance.", "Der genaue Zeitpunkt dieser Wartung steht jetzt fest."));
            fields.retain(|field| !matches!(field.as_str(), "date" | "start" | "end"));
        }
        if fields.iter().any(|field| field == CORRECTION) {
            notes.push(say(
                "This corrects our last notice; please go by this one.",
                "Diese Mitteilung berichtigt unsere letzte; bitte richten Sie sich nach dieser.",
            ));
        }
        let changed = changed(&fields, language);
        if !changed.is_empty() {
            let before = say("Changed since our last notice", "Geändert seit unserer letzten Mitteilung");
            notes.push(format!("{before}: {}.", language.listed(&changed)));
        }
    }
    if windows.iter().any(|window| window.precision == Precision::Day) {
        let whose = if is_own(facts.maintenance) {
            say("We know the dates only, not yet the times.", "Wir kennen bisher nur die Tage, noch nicht die Uhrzeiten.")
        } else {
            say("The provider states dates only, no times.", "Der Anbieter nennt nur Tage, keine Uhrzeiten.")
        };
        notes.push(whose);
    }
    for note in windows.iter().filter_map(|window| instants.changeover(window)) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    if reader.names.len() > 1 {
        notes.push(format!("{} {}.", say("This notice is for", "Diese Mitteilung gilt für"), language.listed(&reader.names)));
    }
    notes
}

/// The fields of a change in the customers' words; those that they never saw are left out.
fn changed(fields: &[String], language: Language) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for field in fields {
        let word = match field.as_str() {
            "date" | "windows" | "start" | "end" | "backup window" => ("the times", "die Zeiten"),
            "impact" | "redundancy" | "expected downtime" | "expected_downtime_minutes" | "expected_downtime" | "downtime" => {
                ("the expected downtime", "der erwartete Ausfall")
            }
            "objects" | "services" => ("the affected services", "die betroffenen Dienste"),
            "status" => ("the status", "der Status"),
            "title" | "summary" | "description" => ("the description", "die Beschreibung"),
            _ => continue,
        };
        let word = language.pick(word.0, word.1);
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// What a reader is told whose services are touched less than the shared paragraphs say.
fn lesser(own: Impact, worst: Impact, language: Language) -> String {
    if own.severity() >= worst.severity() {
        return String::new();
    }
    let (english, german) = match own {
        Impact::NoImpact => ("we expect no downtime for them.", "wir erwarten für sie keinen Ausfall."),
        Impact::ReducedRedundancy => (
            "we expect no downtime for them, but less redundancy than usual.",
            "wir erwarten für sie keinen Ausfall, aber weniger Redundanz als sonst.",
        ),
        Impact::Degraded => ("they may be slower than usual.", "sie können langsamer sein als sonst."),
        Impact::Outage | Impact::Unstated => return String::new(),
    };
    match language {
        Language::English => format!("Your services are touched less than that: {english}"),
        Language::German => format!("Ihre Dienste sind weniger betroffen: {german}"),
    }
}
