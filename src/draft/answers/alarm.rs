//! The text for the alarm command: three lines that fit a text message, what to do first.

use chrono::{DateTime, Utc};

use super::AnswerFacts;
use crate::inventory::provider_for;
use crate::mail::outgoing::instants::StaffClock;
use crate::mail::outgoing::one_line;
use crate::mail::outgoing::phrases::{counted, effect, minutes_in_words, short_services};
use crate::model::Kind;

/// Says that a window starts soon, or has begun, and nobody has decided. Three lines, LF.
#[must_use]
pub fn alarm(facts: &AnswerFacts<'_>, now: DateTime<Utc>) -> String {
    let (draft, maintenance) = (facts.draft, facts.maintenance);
    let clock = StaffClock::new(facts.zones, facts.policy.zone);
    let (customers, _) = super::reach(draft);
    let services = short_services(draft.services.iter().map(|service| service.name.as_str()), 40);
    let services = if services.is_empty() { "unknown services".to_owned() } else { services };
    let provider = provider_for(facts.inventory, &maintenance.provider).map_or(maintenance.provider.as_str(), |provider| &provider.name);
    let when = match (draft.starts_at, draft.ends_at) {
        (_, Some(end)) if end <= now => format!("was over {}", clock.full(end)),
        (Some(start), _) if start <= now => format!("has BEGUN {}", clock.full(start)),
        (Some(start), _) => {
            let minutes = u32::try_from((start - now).num_minutes()).unwrap_or(u32::MAX);
            format!("starts {}, in {}", clock.full(start), minutes_in_words(minutes))
        }
        (None, _) if maintenance.kind == Some(Kind::Incident) => "is going on".to_owned(),
        (None, _) => "at a time that could not be read".to_owned(),
    };
    let impact = super::super::words::impact_on(maintenance, &draft.services);
    let told = if customers == 0 { "Nobody is told.".to_owned() } else { format!("{} not told.", counted(customers, "customer")) };
    format!(
        "{} {}: answer the request in your mail, \"approve\" or \"mine\".\n{services} {}: {when}.\n{told} {}: {}\n",
        maintenance.id,
        if draft.questions.is_empty() { "needs a decision" } else { "is UNCLEAR" },
        effect(impact),
        one_line(provider, 60),
        one_line(maintenance.said.summary.as_deref().unwrap_or(&maintenance.subject), 120)
    )
}
