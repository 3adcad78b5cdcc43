//! Where a statement about a maintenance comes from: a provider's mail, or a person who knows better.

use chrono::{DateTime, Utc};

use crate::{
    desk::{
        Arrival, Plan, provider_of,
        sender::{self, Standing},
    },
    model::{AuthMode, Evidence, EvidenceSource, Kind, Mail, MailId, Maintenance, Problem, Reading, Remark},
};

/// Everything of a statement but what it says.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The provider's mail; none for a person's word.
    pub(super) mail: Option<MailId>,
    /// When it came, UTC.
    pub(super) at: DateTime<Utc>,
    /// When its writer says it was written, UTC; the arrival where nothing says it.
    pub(super) written_at: DateTime<Utc>,
    /// Whether it was there before the first contact.
    pub(super) backlog: bool,
    /// Maintenance or incident.
    pub(super) kind: Option<Kind>,
    rule: Option<String>,
    pub(super) problems: Vec<Problem>,
    evidence: Vec<Evidence>,
    pub(super) subject: String,
    sender: String,
    pub(super) message_ids: Vec<String>,
    /// Whether its sender is proved, or a person vouches for it.
    pub(super) verified: bool,
    /// Whether something says that it is from somebody else than it claims.
    pub(super) contradicted: bool,
    /// Whether anything checks senders here: where nothing does, that one is not proved says nothing about it.
    checked: bool,
    /// Whether it was read without doubt.
    pub(super) sure: bool,
    several_senders: bool,
    /// The approver whose word it is.
    pub(super) person: Option<String>,
}

impl Source {
    /// A provider's mail as it was read.
    pub(super) fn mail(plan: &Plan<'_>, arrival: &Arrival, mail: &Mail, reading: &Reading) -> Self {
        let sender = mail.original_sender.as_ref().or_else(|| mail.from.first());
        let sender = sender.map(|sender| sender.address.clone()).unwrap_or_default();
        let standing = sender::standing(plan.desk, mail, reading, &provider_of(plan.desk.inventory, mail, reading));
        let mut problems = reading.problems.clone();
        problems.extend(standing.problem(&sender));
        Self {
            mail: Some(arrival.mail),
            at: arrival.arrived_at,
            // A stamp from the future would make everything that follows it look old.
            written_at: mail.date.unwrap_or(arrival.arrived_at).min(arrival.arrived_at),
            backlog: arrival.backlog,
            kind: reading.kind,
            rule: reading.rule.as_ref().map(|rule| rule.name.clone()),
            problems,
            evidence: reading.evidence.clone(),
            subject: mail.subject.clone(),
            sender,
            message_ids: mail.message_id.iter().cloned().collect(),
            verified: standing == Standing::Proved,
            contradicted: matches!(standing, Standing::Contradicted(_)),
            checked: plan.desk.policy.auth != AuthMode::TokenOnly,
            sure: reading.sure(),
            several_senders: mail.from.len() > 1,
            person: None,
        }
    }

    /// The mail of a case that a person says is about another maintenance: they vouch for it.
    pub(super) fn case(plan: &Plan<'_>, case: &Maintenance, person: &str) -> Self {
        Self {
            mail: Some(case.mail),
            at: plan.now,
            written_at: case.said.stamp.unwrap_or(case.first_seen_at),
            backlog: false,
            kind: case.kind,
            rule: case.rule.clone(),
            problems: case.problems.clone(),
            evidence: case.evidence.clone(),
            subject: case.subject.clone(),
            sender: case.sender.clone(),
            message_ids: case.thread.clone(),
            verified: true,
            contradicted: false,
            checked: true,
            sure: true,
            several_senders: false,
            person: Some(person.to_owned()),
        }
    }

    /// A mail of staff's own, who announce something by themselves.
    pub(super) fn own(arrival: &Arrival, mail: &Mail, kind: Kind, problems: Vec<Problem>) -> Self {
        let sender = mail.author().map(|author| author.address.clone()).unwrap_or_default();
        Self {
            mail: Some(arrival.mail),
            at: arrival.arrived_at,
            written_at: arrival.arrived_at,
            backlog: false,
            kind: Some(kind),
            rule: None,
            problems,
            evidence: Vec::new(),
            subject: mail.subject.clone(),
            person: Some(sender.clone()),
            sender,
            message_ids: mail.message_id.iter().cloned().collect(),
            verified: true,
            contradicted: false,
            checked: true,
            sure: true,
            several_senders: false,
        }
    }

    /// What a person knows by another way than mail: by telephone, from the provider's page.
    pub(super) fn person(plan: &Plan<'_>, about: &Maintenance, person: &str) -> Self {
        Self {
            mail: None,
            at: plan.now,
            written_at: plan.now,
            backlog: false,
            kind: about.kind,
            rule: None,
            problems: Vec::new(),
            evidence: vec![Evidence {
                field: "status".to_owned(),
                source: EvidenceSource::Person(person.to_owned()),
                quote: String::new(),
                pattern: None,
            }],
            subject: about.subject.clone(),
            sender: about.sender.clone(),
            message_ids: Vec::new(),
            verified: true,
            contradicted: false,
            checked: true,
            sure: true,
            several_senders: false,
            person: Some(person.to_owned()),
        }
    }

    /// Whether what it would take away from what customers hear is asked of a person first, and nothing is changed by it until then.
    pub(super) fn asks_first(&self, takes_away: bool) -> bool {
        self.person.is_none() && !self.verified && (self.contradicted || self.checked && takes_away)
    }

    /// The same statement, not believed by itself: a person is asked.
    pub(super) fn doubted(&self) -> Self {
        Self { verified: false, ..self.clone() }
    }

    /// The same statement as far as it is about another kind of thing.
    pub(super) fn of_kind(&self, kind: Kind) -> Self {
        Self { kind: Some(kind), ..self.clone() }
    }

    /// The rule that read it.
    pub(super) fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// Writes into a maintenance what hangs on the statement's mail; a person's word leaves that as it is.
    pub(super) fn mark(&self, maintenance: &mut Maintenance) {
        self.tie(maintenance);
        let Some(mail) = self.mail else { return };
        maintenance.mail = mail;
        maintenance.kind = self.kind.or(maintenance.kind);
        maintenance.rule.clone_from(&self.rule);
        maintenance.problems.clone_from(&self.problems);
        maintenance.evidence.clone_from(&self.evidence);
        maintenance.subject.clone_from(&self.subject);
        maintenance.sender.clone_from(&self.sender);
    }

    /// Puts the mail into the maintenance's thread.
    pub(super) fn tie(&self, maintenance: &mut Maintenance) {
        let new: Vec<String> = self.message_ids.iter().filter(|id| !maintenance.thread.contains(id)).cloned().collect();
        maintenance.thread.extend(new);
    }

    /// What staff should know of the sender.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        if self.verified || !self.several_senders {
            return Vec::new();
        }
        vec![Remark { label: "DOUBT".to_owned(), text: "the mail names several senders".to_owned() }]
    }
}
