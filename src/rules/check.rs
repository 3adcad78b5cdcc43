//! The proof of rules by samples: the same code is `forewarn rules check` and a test of this package.
//!
//! It demands of every rule a sample, of every pattern a sample that uses it, of every sample exactly one rule with exactly the values
//! that stand beside it, and of ordinary mail that no rule claims it.

use super::{Options, RuleSet, arrived_at, outcome, place::View, read_traced};
use crate::mail;
use crate::model::{Impact, Kind, Notification, Precision, ProblemKind, Reading, Role, Status, Verdict, Window, Zones};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A sample as the shell read it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Folder and name: `zayo/two-nights`; those in the folder `none` must not be claimed by any rule.
    pub name: String,
    /// The message.
    pub raw: Vec<u8>,
    /// The file beside it with the expected values; none where there is none.
    pub expected: Option<String>,
}

/// What is wrong with a rule or a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No rule reads the sample, or the rule has no sample, or the sample no expectation.
    Missing,
    /// A rule claims ordinary mail.
    Noisy,
    /// The values are others than expected.
    Wrong,
    /// No sample uses the pattern.
    Unused,
    /// Several rules claim the sample.
    TwoRules,
}

impl Fault {
    /// The word that is printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Noisy => "noisy",
            Self::Wrong => "wrong",
            Self::Unused => "unused",
            Self::TwoRules => "two-rules",
        }
    }
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub fault: Fault,
    /// The sample, rule or pattern.
    pub of: String,
    /// What was found, over several lines where values differ.
    pub detail: String,
    /// Where values differ: what is expected and what was read, side by side; empty where one side has nothing.
    pub differences: Vec<(String, String)>,
}

/// What the check found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Names of the samples that are right.
    pub right: Vec<String>,
    /// What is to be mended.
    pub findings: Vec<Finding>,
}

/// What a sample must be read as. What is left out must not be found.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    outcome: String,
    rule: Option<String>,
    kind: Option<Kind>,
    provider: Option<String>,
    problems: Vec<ProblemKind>,
    maintenance: Vec<ExpectedMaintenance>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ExpectedMaintenance {
    id: Option<String>,
    aliases: Vec<String>,
    account: Option<String>,
    status: Option<Status>,
    impact: Option<Impact>,
    windows: Vec<String>,
    former: Vec<String>,
    objects: Vec<String>,
    downtime: Option<u32>,
    actions: Vec<String>,
    title: Option<String>,
    summary: Option<String>,
    watch: Option<String>,
}

/// Checks rules against samples.
#[must_use]
pub fn check(rules: &RuleSet, zones: &Zones, samples: &[Sample]) -> Report {
    let mut report = Report::default();
    let mut used = BTreeSet::new();
    let mut sampled = BTreeSet::new();
    for sample in samples {
        let mail = mail::parse(&sample.raw);
        let (reading, trace) = read_traced(rules, zones, &mail, arrived_at(&mail, DateTime::UNIX_EPOCH), Options::default());
        used.extend(trace.used);
        for provider in &rules.providers {
            let view = View::new(&mail, true);
            let marks = provider.marks.iter().filter(|mark| super::seen(mark, &view));
            used.extend(marks.map(|mark| (provider.file.clone(), mark.mark.clone())));
        }
        sampled.extend(reading.rule.as_ref().map(|rule| rule.name.clone()));
        match judged(sample, &reading) {
            None => report.right.push(sample.name.clone()),
            Some((fault, detail, differences)) => report.findings.push(Finding { fault, of: sample.name.clone(), detail, differences }),
        }
    }
    for listed in rules.list().into_iter().filter(|listed| !sampled.contains(&listed.name)) {
        let detail = format!("{}: no sample is read by this rule", listed.file);
        report.findings.push(Finding { fault: Fault::Missing, of: listed.name, detail, differences: Vec::new() });
    }
    for provider in &rules.providers {
        for mark in provider.every_mark() {
            if !used.contains(&(provider.file.clone(), mark.clone())) {
                let of = format!("{}:{}", provider.file, mark.line);
                let detail = format!("no sample uses {}", mark.shown);
                report.findings.push(Finding { fault: Fault::Unused, of, detail, differences: Vec::new() });
            }
        }
    }
    report.findings.sort_by(|left, right| (left.fault, &left.of).cmp(&(right.fault, &right.of)));
    report
}

/// What is wrong, in words, and the values that differ.
type Judged = (Fault, String, Vec<(String, String)>);

fn judged(sample: &Sample, reading: &Reading) -> Option<Judged> {
    let rule = reading.rule.as_ref().map(|rule| rule.name.as_str()).filter(|rule| *rule != "generic");
    if reading.problems.iter().any(|problem| problem.problem == ProblemKind::TwoRules) {
        let detail =
            reading.problems.iter().filter(|problem| problem.problem == ProblemKind::TwoRules).map(|problem| problem.detail.as_str());
        return Some((Fault::TwoRules, detail.collect(), Vec::new()));
    }
    if sample.name.split('/').next() == Some("none") {
        return rule.map(|rule| (Fault::Noisy, format!("{rule} claims ordinary mail"), Vec::new()));
    }
    let Some(text) = &sample.expected else {
        return Some((Fault::Missing, "no file with the expected values stands beside the sample".to_owned(), Vec::new()));
    };
    let expected: Expected = match toml::from_str(text) {
        Ok(expected) => expected,
        Err(error) => return Some((Fault::Wrong, format!("the expected values cannot be read: {error}"), Vec::new())),
    };
    if expected.rule.is_some() && rule.is_none() {
        return Some((Fault::Missing, "no rule reads this mail".to_owned(), Vec::new()));
    }
    let (want, have) = (expected.lines(), self::expected(reading).lines());
    let differences = side_by_side(&want, &have);
    let line = |(want, have): &(String, String)| match (want.is_empty(), have.is_empty()) {
        (true, _) => format!("    read {have}"),
        (_, true) => format!("expected {want}"),
        _ => format!("expected {want}\n    read {have}"),
    };
    let detail = differences.iter().map(line).collect::<Vec<_>>().join("\n");
    (!differences.is_empty()).then_some((Fault::Wrong, detail, differences))
}

/// What is expected beside what was read of the same key, without what both say.
fn side_by_side(want: &[String], have: &[String]) -> Vec<(String, String)> {
    let key = |line: &str| line.split(['=', '"']).next().unwrap_or_default().to_owned();
    let mut read: Vec<&String> = have.iter().filter(|line| !want.contains(line)).collect();
    let mut pairs = Vec::new();
    for line in want.iter().filter(|line| !have.contains(line)) {
        let beside = read.iter().position(|other| key(other) == key(line)).map(|at| read.remove(at));
        pairs.push((line.clone(), beside.cloned().unwrap_or_default()));
    }
    pairs.extend(read.into_iter().map(|line| (String::new(), line.clone())));
    pairs
}

impl Expected {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("outcome = {:?}", self.outcome)];
        lines.extend(self.rule.iter().map(|rule| format!("rule = {rule:?}")));
        lines.extend(self.provider.iter().map(|provider| format!("provider = {provider:?}")));
        lines.extend(self.kind.map(|kind| format!("kind = {kind:?}")));
        lines.extend(problem_lines(self.problems.iter().copied()));
        for (index, one) in self.maintenance.iter().enumerate() {
            lines.extend(one.lines().into_iter().map(|line| format!("maintenance {}: {line}", index + 1)));
        }
        lines
    }
}

impl ExpectedMaintenance {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("windows = {:?}", self.windows)];
        let mut text = |key: &str, value: &Option<String>| lines.extend(value.iter().map(|value| format!("{key} = {value:?}")));
        text("id", &self.id);
        text("account", &self.account);
        text("title", &self.title);
        text("summary", &self.summary);
        text("watch", &self.watch);
        lines.extend(self.former.iter().map(|window| format!("former {window:?}")));
        lines.extend(self.aliases.iter().map(|alias| format!("alias {alias:?}")));
        lines.extend(self.status.map(|status| format!("status = {status:?}")));
        lines.extend(self.impact.map(|impact| format!("impact = {impact:?}")));
        lines.extend(self.objects.iter().map(|object| format!("object {object:?}")));
        lines.extend(self.downtime.map(|minutes| format!("downtime = {minutes}")));
        lines.extend(self.actions.iter().map(|action| format!("action {action:?}")));
        lines
    }
}

/// A reading in the form of an expectation.
fn expected(reading: &Reading) -> Expected {
    Expected {
        outcome: outcome(reading).to_owned(),
        rule: reading.rule.as_ref().map(|rule| rule.name.clone()),
        kind: reading.kind,
        // Where a rule is named the provider is said already.
        provider: reading.provider.clone().filter(|provider| {
            reading.rule.as_ref().is_none_or(|rule| rule.name.split('/').next() != Some(provider))
                && !matches!(reading.verdict, Verdict::Irrelevant(_))
        }),
        problems: reading.problems.iter().map(|problem| problem.problem).collect(),
        maintenance: reading.found.iter().map(maintenance).collect(),
    }
}

/// The file that must stand beside a sample for a reading to be right.
#[must_use]
pub fn expectation(reading: &Reading) -> String {
    fn key(out: &mut String, name: &str, value: &impl serde::Serialize) {
        // A text, a word or a list of texts is written alike in JSON and TOML.
        let value = serde_json::to_string(value).unwrap_or_default();
        if !matches!(value.as_str(), "null" | "[]") {
            out.push_str(&format!("{name} = {value}\n"));
        }
    }
    let expected = expected(reading);
    let mut out = String::new();
    key(&mut out, "outcome", &expected.outcome);
    key(&mut out, "rule", &expected.rule);
    key(&mut out, "kind", &expected.kind);
    key(&mut out, "provider", &expected.provider);
    key(&mut out, "problems", &expected.problems.iter().collect::<BTreeSet<_>>());
    for one in &expected.maintenance {
        out.push_str("\n[[maintenance]]\n");
        key(&mut out, "id", &one.id);
        key(&mut out, "aliases", &one.aliases);
        key(&mut out, "account", &one.account);
        key(&mut out, "status", &one.status);
        key(&mut out, "impact", &one.impact);
        key(&mut out, "windows", &one.windows);
        key(&mut out, "former", &one.former);
        key(&mut out, "objects", &one.objects);
        key(&mut out, "downtime", &one.downtime);
        key(&mut out, "actions", &one.actions);
        key(&mut out, "title", &one.title);
        key(&mut out, "summary", &one.summary);
        key(&mut out, "watch", &one.watch);
    }
    out
}

fn problem_lines(problems: impl Iterator<Item = ProblemKind>) -> Vec<String> {
    let sorted: BTreeSet<ProblemKind> = problems.collect();
    sorted.into_iter().map(|problem| format!("problem {problem:?}")).collect()
}

fn maintenance(notification: &Notification) -> ExpectedMaintenance {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let stated = |window: &Window| {
        let mut text = format!("{} / {}", instant(window.start), window.end.map_or("open".to_owned(), instant));
        if window.precision == Precision::Day {
            text.push_str(" day");
        }
        if window.role == Role::Backup {
            text.push_str(" backup");
        }
        text
    };
    let objects = notification.objects.iter().map(|object| match object.impact {
        impact if impact == Impact::Unstated || impact == notification.impact => object.object_id.clone(),
        impact => format!("{}: {}", object.object_id, word(impact)),
    });
    let actions = notification.actions.iter().map(|action| match action.by {
        Some(by) => format!("{} by {}", action.text, instant(by)),
        None => action.text.clone(),
    });
    ExpectedMaintenance {
        id: notification.maintenance_id.clone(),
        aliases: notification.aliases.clone(),
        account: notification.account.clone(),
        // As `extract` prints it: a status that is not stated is confirmed.
        status: Some(notification.status.unwrap_or(Status::Confirmed)),
        impact: Some(notification.impact).filter(|impact| *impact != Impact::Unstated),
        windows: notification.windows.iter().map(stated).collect(),
        former: notification.former_windows.iter().map(stated).collect(),
        objects: objects.collect(),
        downtime: notification.expected_downtime_minutes,
        actions: actions.collect(),
        title: notification.title.clone(),
        summary: notification.summary.clone(),
        watch: notification.watch.clone(),
    }
}

/// The impact as rule files and `extract` write it.
#[must_use]
pub fn word(impact: Impact) -> &'static str {
    match impact {
        Impact::NoImpact => "NO-IMPACT",
        Impact::ReducedRedundancy => "REDUCED-REDUNDANCY",
        Impact::Degraded => "DEGRADED",
        Impact::Outage => "OUTAGE",
        Impact::Unstated => "UNSTATED",
    }
}
