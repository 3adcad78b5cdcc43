//! What notices and requests say of a maintenance: what kind of work it is, its title, how bad it may be for whom.

use super::german;
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::one_line;
use crate::model::{AffectedService, Impact, Kind, Maintenance, OURSELVES};

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

/// Who does the work, as a notice says it: our provider, or ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Voice {
    /// `Our Data Center Provider`, `We`.
    pub(super) who: String,
    /// Whether we do it ourselves.
    pub(super) own: bool,
}

impl Voice {
    pub(super) fn of(maintenance: &Maintenance, public_name: &str) -> Self {
        let own = is_own(maintenance);
        let name = one_line(public_name, 60);
        let who = if own {
            "We".to_owned()
        } else if name.is_empty() {
            "Our provider".to_owned()
        } else {
            format!("Our {name}")
        };
        Self { who, own }
    }

    /// Within a sentence: `our Data Center Provider`, `we`.
    pub(super) fn within(&self) -> String {
        let mut chars = self.who.chars();
        chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
    }

    pub(super) fn has(&self) -> &'static str {
        if self.own { "have" } else { "has" }
    }

    pub(super) fn is(&self) -> &'static str {
        if self.own { "are" } else { "is" }
    }

    pub(super) fn its(&self) -> &'static str {
        if self.own { "our" } else { "its" }
    }
}

/// Whether it is work or an outage of our own.
pub(super) fn is_own(maintenance: &Maintenance) -> bool {
    maintenance.provider == OURSELVES
}

/// The title of planned work: the rule's or what staff wrote, else one made of the provider's public name and the kind of work.
pub(super) fn title(maintenance: &Maintenance, public_name: &str, emergency: bool, language: Language) -> String {
    let said = &maintenance.said;
    let given = said.title.as_deref().or(said.summary.as_deref().filter(|_| is_own(maintenance)));
    let given = given.map(|title| one_line(title, 100));
    if language == Language::German {
        return german::title(maintenance, given.as_deref(), emergency);
    }
    if let Some(title) = given.filter(|title| !title.is_empty()) {
        return title;
    }
    let name = one_line(public_name, 60);
    let base = name.strip_suffix("Provider").or_else(|| name.strip_suffix("provider")).unwrap_or(&name).trim();
    let base = if base.is_empty() { "Provider" } else { base };
    let capital = if is_own(maintenance) { String::new() } else { base.split(' ').map(capitalised).collect::<Vec<_>>().join(" ") };
    let kind = match (maintenance.kind, emergency) {
        (Some(Kind::Incident), _) => return format!("{capital} Outage").trim().to_owned(),
        (_, true) => "Emergency Maintenance",
        (_, false) => "Maintenance",
    };
    let whole = format!("{capital} {kind}");
    match Work::of(maintenance).label() {
        Some(label) => format!("{} ({label})", whole.trim()),
        None => whole.trim().to_owned(),
    }
}

pub(super) fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The worst that the named services may feel after redundancy; where that is not known, what the objects that carry them suffer, else what
/// the provider says of the whole. What no customer sees counts only where they see nothing of it.
pub(super) fn impact_on(maintenance: &Maintenance, services: &[AffectedService]) -> Impact {
    let said = &maintenance.said;
    let worst = |impacts: &mut dyn Iterator<Item = Impact>| impacts.max_by_key(|impact| impact.severity());
    let of_object = |id: &String| {
        let own = worst(&mut said.objects.iter().filter(|object| object.object_id == *id).map(|object| object.impact));
        own.filter(|impact| *impact != Impact::Unstated).unwrap_or(said.impact)
    };
    let felt = |service: &AffectedService| match service.impact {
        Impact::Unstated => worst(&mut service.objects.iter().map(of_object)).unwrap_or(said.impact),
        after_redundancy => after_redundancy,
    };
    let seen = worst(&mut services.iter().filter(|service| !service.internal).map(felt));
    seen.or_else(|| worst(&mut services.iter().map(felt))).unwrap_or(said.impact)
}
