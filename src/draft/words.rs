//! Words that notices and requests share: what kind of work it is, how bad it may be, how long, how many.

use chrono::TimeDelta;

use crate::mail::outgoing::one_line;
use crate::model::{AffectedService, Impact, Kind, Maintenance, Role, Status, Window};

/// What the provider works on, as far as its words tell. It only picks the clause that customers read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Migration,
    Hypervisor,
    Tooling,
    Power,
    Cooling,
    Storage,
    Network,
    Software,
    General,
}

/// Stems of words, the more particular first: a host migration is also server work.
const STEMS: [(Work, &[&str]); 8] = [
    (Work::Migration, &["migrat", "new host", "evacuat", "relocat"]),
    (Work::Hypervisor, &["hypervisor", "host maintenance", "host node", "compute node", "virtualization", "virtualisation", "host update"]),
    (
        Work::Tooling,
        &[
            "tooling",
            "control panel",
            "control plane",
            "cloud panel",
            "dashboard",
            "management portal",
            "customer portal",
            "api maintenance",
        ],
    ),
    (Work::Power, &["power", " ups ", "generator", "electric", "breaker", "switchgear", " pdu "]),
    (Work::Cooling, &["cooling", "chiller", "crac", "hvac"]),
    (Work::Storage, &["storage", " san ", "volume cluster", "disk array"]),
    (
        Work::Network,
        &[
            "network", "router", "routing", "switch", "fiber", "fibre", "optical", "circuit", "backbone", "transit", "uplink", "splice",
            "cable", "peering",
        ],
    ),
    (Work::Software, &["software", "firmware", "patch", "upgrade", "update", "kernel"]),
];

impl Work {
    /// Reads the title first, then the summary, the subject, and the long description last: the earlier is the nearer to the point.
    pub(super) fn of(maintenance: &Maintenance) -> Self {
        let said = &maintenance.said;
        [said.title.as_deref(), said.summary.as_deref(), Some(maintenance.subject.as_str()), said.description.as_deref()]
            .into_iter()
            .flatten()
            .find_map(Self::in_text)
            .unwrap_or(Self::General)
    }

    fn in_text(text: &str) -> Option<Self> {
        let words: String =
            text.chars().take(4000).map(|char| if char.is_alphanumeric() { char.to_ascii_lowercase() } else { ' ' }).collect();
        let spaced = format!(" {} ", words.split_whitespace().collect::<Vec<_>>().join(" "));
        STEMS.iter().find(|(_, stems)| stems.iter().any(|stem| begins_a_word(&spaced, stem))).map(|(work, _)| *work)
    }

    /// What stands in parentheses behind a title that no rule gives.
    pub(super) fn label(self) -> Option<&'static str> {
        match self {
            Self::Migration => Some("Host"),
            Self::Hypervisor => Some("Hypervisor"),
            Self::Tooling => Some("Internal Tooling"),
            Self::Power => Some("Power"),
            Self::Cooling => Some("Cooling"),
            Self::Storage => Some("Storage"),
            Self::Network => Some("Network"),
            Self::Software | Self::General => None,
        }
    }
}

fn begins_a_word(spaced: &str, stem: &str) -> bool {
    if stem.starts_with(' ') { spaced.contains(stem) } else { spaced.contains(&format!(" {stem}")) }
}

/// The title of a notice: the rule's, else one made of the provider's public name and the kind.
pub(super) fn title(maintenance: &Maintenance, public_name: &str) -> String {
    if let Some(title) = maintenance.said.title.as_deref().map(|title| one_line(title, 100)).filter(|title| !title.is_empty()) {
        return title;
    }
    let name = one_line(public_name, 60);
    let base = name.strip_suffix("Provider").or_else(|| name.strip_suffix("provider")).unwrap_or(&name).trim();
    let base = if base.is_empty() { "Provider" } else { base };
    let mut capital = base.split(' ').map(capitalised).collect::<Vec<_>>().join(" ");
    if maintenance.kind == Some(Kind::Incident) {
        capital.push_str(" Outage");
        return capital;
    }
    capital.push_str(" Maintenance");
    match Work::of(maintenance).label() {
        Some(label) => format!("{capital} ({label})"),
        None => capital,
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// How bad an impact is; what nobody states is taken for an outage all but in name.
pub(super) fn severity(impact: Impact) -> u8 {
    match impact {
        Impact::NoImpact => 0,
        Impact::ReducedRedundancy => 1,
        Impact::Degraded => 2,
        Impact::Unstated => 3,
        Impact::Outage => 4,
    }
}

/// The worst that the named services may feel: the impact of the objects that carry them, else that of the whole maintenance.
pub(super) fn impact_on(maintenance: &Maintenance, services: &[AffectedService]) -> Impact {
    let said = &maintenance.said;
    let of_object = |id: &String| {
        let own =
            said.objects.iter().filter(|object| object.object_id == *id).map(|object| object.impact).max_by_key(|impact| severity(*impact));
        own.filter(|impact| *impact != Impact::Unstated).unwrap_or(said.impact)
    };
    services.iter().flat_map(|service| &service.objects).map(of_object).max_by_key(|impact| severity(*impact)).unwrap_or(said.impact)
}

/// `30 minutes`, `1 hour`, `2 hours 15 minutes`.
pub(super) fn minutes_in_words(minutes: u32) -> String {
    let unit = |count: u32, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    match (minutes / 60, minutes % 60) {
        (0, rest) => unit(rest, "minute"),
        (hours, 0) => unit(hours, "hour"),
        (hours, rest) => format!("{} {}", unit(hours, "hour"), unit(rest, "minute")),
    }
}

/// `8 hours`, `45 minutes`, `18 days`: the length of a window.
pub(super) fn length_in_words(length: TimeDelta) -> String {
    let minutes = length.num_minutes().max(0);
    if minutes >= 72 * 60 {
        let days = minutes / (24 * 60);
        return format!("{days} days");
    }
    minutes_in_words(u32::try_from(minutes).unwrap_or(u32::MAX))
}

/// `1 customer`, `14 customers`.
pub(super) fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The windows in which work is planned: main ones that are not called off.
pub(super) fn main_windows(maintenance: &Maintenance) -> impl Iterator<Item = &Window> {
    maintenance.said.windows.iter().filter(|window| window.role == Role::Main && window.status != Some(Status::Cancelled))
}

/// A window longer than three days is a roll-out: nobody knows yet which night is ours.
pub(super) fn long_roll_out(maintenance: &Maintenance) -> bool {
    let mut mains = main_windows(maintenance);
    let (Some(window), None) = (mains.next(), mains.next()) else { return false };
    window.end.is_some_and(|end| end - window.start > TimeDelta::days(3))
}
