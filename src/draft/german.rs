//! The editable paragraphs in German: the sentences of `paragraphs.rs`, for customers with `language = "de"`. The provider is "unser
//! Anbieter", whatever its public name.

use super::words::{Work, capitalised, impact_on, is_own};
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::phrases::{long_roll_out, main_windows};
use crate::model::{AffectedService, Change, Impact, Kind, Maintenance, Phase, Status};

/// The paragraphs of a notice that no person wrote; LF.
pub(super) fn paragraphs(maintenance: &Maintenance, change: &Change, emergency: bool, services: &[AffectedService]) -> String {
    let own = is_own(maintenance);
    let (who, has) = if own { ("Wir", "haben") } else { ("Unser Anbieter", "hat") };
    if maintenance.kind == Some(Kind::Incident) {
        return incident(maintenance, own, services);
    }
    let expectation = || expectation(maintenance, own, services);
    if matches!(change, Change::Extended { .. }) {
        let needs = if own { "brauchen" } else { "braucht" };
        return format!("{who} {needs} für diese Wartung mehr Zeit als geplant.\n\n{}", expectation());
    }
    match maintenance.status {
        Status::Cancelled if maintenance.said.retracted => format!(
            "Diese Wartung wurde irrtümlich angekündigt; es finden keine Arbeiten statt.\n\n{}",
            as_usual(maintenance, services, "laufen wie gewohnt")
        ),
        Status::Cancelled => {
            let where_to = within_the_window(maintenance).trim_start();
            let none = if where_to.is_empty() {
                "Es finden keine Arbeiten statt.".to_owned()
            } else {
                format!("{} finden keine Arbeiten statt.", capitalised(where_to))
            };
            format!("{who} {has} diese Wartung abgesagt. {none}\n\n{}", as_usual(maintenance, services, "laufen wie gewohnt"))
        }
        Status::Completed => {
            format!("{who} {has} diese Wartung abgeschlossen.\n\n{}", as_usual(maintenance, services, "sollten wieder wie gewohnt laufen"))
        }
        Status::InProcess => format!("{who} {has} mit dieser Wartung begonnen.\n\n{}", expectation()),
        Status::Tentative | Status::Confirmed | Status::Rescheduled => {
            let will = if own { "werden" } else { "wird" };
            let at = if emergency { " im unten genannten Notfall-Wartungsfenster" } else { within_the_window(maintenance) };
            let mut first = format!("{who} {will}{at} {}.", doing(maintenance, own));
            if maintenance.status == Status::Tentative {
                first.push_str(if own { " Wir haben" } else { " Der Anbieter hat" });
                first.push_str(" diese Wartung noch nicht bestätigt.");
            }
            if long_roll_out(maintenance) {
                first.push_str(" Ein genaueres Datum oder eine Uhrzeit kennen wir noch nicht; wir melden uns, sobald wir mehr wissen.");
            }
            format!("{first}\n\n{}", expectation())
        }
    }
}

fn incident(maintenance: &Maintenance, own: bool, services: &[AffectedService]) -> String {
    let (who, has, whom) = if own { ("Wir", "haben", "uns") } else { ("Unser Anbieter", "hat", "unserem Anbieter") };
    match maintenance.status {
        Status::Completed => {
            let usual = as_usual(maintenance, services, "sollten wieder wie gewohnt laufen");
            return format!("{who} {has} diese Störung behoben.\n\n{usual}");
        }
        Status::Cancelled => {
            let usual = as_usual(maintenance, services, "sollten wie gewohnt laufen");
            return if maintenance.said.retracted {
                format!("Diese Störung wurde irrtümlich gemeldet.\n\n{usual}")
            } else {
                format!("{who} {has} diese Störungsmeldung zurückgezogen.\n\n{usual}")
            };
        }
        _ => {}
    }
    let doing = match maintenance.said.phase {
        Some(Phase::Investigating) => format!("Bei {whom} liegt eine Störung vor; die Ursache wird gesucht."),
        Some(Phase::Identified) => format!("Die Ursache der Störung bei {whom} ist gefunden; an der Behebung wird gearbeitet."),
        Some(Phase::Monitoring) => format!("Die Ursache der Störung bei {whom} ist beseitigt; das Ergebnis wird beobachtet."),
        None => format!("Bei {whom} liegt eine Störung vor; an der Behebung wird gearbeitet."),
    };
    let felt = match (maintenance.said.phase, impact_on(maintenance, services)) {
        (_, Impact::NoImpact) => "Unsere Dienste sind nicht betroffen.",
        (_, Impact::ReducedRedundancy) => "Unsere Dienste laufen; sie haben weniger Redundanz als sonst.",
        (Some(Phase::Monitoring), _) => "Die unten genannten Dienste sollten zurückkommen; sie können zeitweise noch unterbrochen sein.",
        (_, Impact::Degraded) => "Die unten genannten Dienste können bis zur Behebung langsam oder zeitweise unterbrochen sein.",
        (_, Impact::Outage | Impact::Unstated) => "Die unten genannten Dienste können bis zur Behebung nicht verfügbar sein.",
    };
    format!("{doing}\n\n{felt}")
}

fn as_usual(maintenance: &Maintenance, services: &[AffectedService], how: &str) -> String {
    let listed = impact_on(maintenance, services).severity() > 0;
    format!("{} {how}.", if listed { "Die unten genannten Dienste" } else { "Alle Dienste" })
}

fn within_the_window(maintenance: &Maintenance) -> &'static str {
    match maintenance.said.windows.len() {
        0 => "",
        1 => " im oben genannten Wartungsfenster",
        _ => " in den oben genannten Wartungsfenstern",
    }
}

fn doing(maintenance: &Maintenance, own: bool) -> String {
    let ours = |ours: &'static str, theirs: &'static str| if own { ours } else { theirs };
    match Work::of(maintenance) {
        Work::Hypervisor | Work::Software if long_roll_out(maintenance) => {
            format!("Aktualisierungen auf allen {} Servern einspielen", ours("unseren", "seinen"))
        }
        Work::Migration if own => "unsere Dienste auf neue Server umziehen".to_owned(),
        Work::Migration => "Server, auf denen unsere Dienste laufen, auf neue Hosts umziehen".to_owned(),
        Work::Hypervisor => "die Server aktualisieren, auf denen unsere Dienste laufen".to_owned(),
        Work::Tooling => {
            "interne Werkzeuge aktualisieren; in dieser Zeit können wir Server unserer Kunden nur eingeschränkt verwalten".to_owned()
        }
        Work::Power => format!("Wartungsarbeiten an {} Stromversorgung durchführen", ours("unserer", "seiner")),
        Work::Cooling => format!("Wartungsarbeiten an {} Kühlung durchführen", ours("unserer", "seiner")),
        Work::Storage => format!("Wartungsarbeiten an {} Speichersystemen durchführen", ours("unseren", "seinen")),
        Work::Network => format!("Wartungsarbeiten an {} Netz durchführen", ours("unserem", "seinem")),
        Work::Software => format!("{} Systeme aktualisieren", ours("unsere", "seine")),
        Work::General => "Wartungsarbeiten durchführen".to_owned(),
    }
}

fn expectation(maintenance: &Maintenance, own: bool, services: &[AffectedService]) -> String {
    let none = "Wir erwarten durch dieses Wartungsfenster keinen Ausfall unserer Dienste.";
    if !services.is_empty() && services.iter().all(|service| service.internal) {
        return none.to_owned();
    }
    let whole = match main_windows(maintenance).count() {
        0 => "während der gesamten Wartung",
        1 => "während des gesamten Wartungsfensters",
        _ => "während der gesamten Wartungsfenster",
    };
    match (impact_on(maintenance, services), maintenance.said.expected_downtime_minutes) {
        (Impact::NoImpact, _) | (_, Some(0)) => none.to_owned(),
        (Impact::ReducedRedundancy, _) => {
            "Wir erwarten durch dieses Wartungsfenster keinen Ausfall. Die unten genannten Dienste laufen mit weniger Redundanz als sonst."
                .to_owned()
        }
        (Impact::Degraded | Impact::Outage | Impact::Unstated, Some(minutes)) => {
            format!("Wir erwarten für die folgenden Dienste einen Ausfall von weniger als {}:", Language::German.minutes(minutes))
        }
        (Impact::Degraded, None) => {
            "Wir erwarten keinen oder nur einen kurzen Ausfall. Die unten genannten Dienste können langsamer sein als sonst.".to_owned()
        }
        (Impact::Outage | Impact::Unstated, None) => {
            let figure = if own { "." } else { "; der Anbieter nennt keine Dauer." };
            format!("Die unten genannten Dienste können {whole} nicht verfügbar sein{figure}")
        }
    }
}

/// The title: what staff wrote of work of our own, else the kind of work.
pub(super) fn title(maintenance: &Maintenance, given: Option<&str>, emergency: bool) -> String {
    if let Some(title) = given.filter(|title| is_own(maintenance) && !title.is_empty()) {
        return title.to_owned();
    }
    let kind = match (maintenance.kind, emergency) {
        (Some(Kind::Incident), _) => return "Störung".to_owned(),
        (_, true) => "Notfallwartung",
        (_, false) => "Wartung",
    };
    let label = match Work::of(maintenance) {
        Work::Migration | Work::Hypervisor => "Server",
        Work::Tooling => "interne Werkzeuge",
        Work::Power => "Stromversorgung",
        Work::Cooling => "Kühlung",
        Work::Storage => "Speicher",
        Work::Network => "Netz",
        Work::Software | Work::General => return kind.to_owned(),
    };
    format!("{kind} ({label})")
}
