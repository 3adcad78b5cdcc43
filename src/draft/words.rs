//! What notices and requests say of a maintenance: what kind of work it is, its title, how bad it may be for whom.

use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::severity;
use crate::model::{AffectedService, Impact, Kind, Maintenance};

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
    /// That something is updated says little, so any more particular word in the first three goes before it.
    pub(super) fn of(maintenance: &Maintenance) -> Self {
        let said = &maintenance.said;
        let near = || [said.title.as_deref(), said.summary.as_deref(), Some(maintenance.subject.as_str())].into_iter().flatten();
        let particular = |work: &Self| *work != Self::Software;
        near()
            .filter_map(Self::in_text)
            .find(particular)
            .or_else(|| near().find_map(Self::in_text))
            .or_else(|| said.description.as_deref().and_then(Self::in_text))
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

/// The worst that the named services may feel after redundancy; where that is not known, what the provider says of the whole. What no
/// customer sees counts only where they see nothing of it.
pub(super) fn impact_on(maintenance: &Maintenance, services: &[AffectedService]) -> Impact {
    let said = maintenance.said.impact;
    let felt = |service: &AffectedService| if service.impact == Impact::Unstated { said } else { service.impact };
    let seen = services.iter().filter(|service| !service.internal).map(felt).max_by_key(|impact| severity(*impact));
    seen.or_else(|| services.iter().map(felt).max_by_key(|impact| severity(*impact))).unwrap_or(said)
}
