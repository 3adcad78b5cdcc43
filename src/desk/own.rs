//! What staff announce by themselves: a mail with the subject `new: TITLE` opens a maintenance of our own, `outage: TITLE` an outage.
//!
//! Labelled lines are taken at their word (`Start:`, `End:`, `When:`, `Services:`, `Downtime:`); the rest is the text for customers. Times
//! without a zone are staff's zone. Nothing is approved by it: the draft is asked for as any other.

use chrono::{DateTime, Utc};

use crate::{
    approval,
    desk::{Arrival, Plan, notice, propose::put, source::Source},
    mail::{auth, outgoing::phrases::short_service, reply},
    model::{
        Change, Impact, Inventory, Kind, Mail, Mailbox, Notification, OURSELVES, Problem, Reading, Remark, ReplyOutcome, Role, Service,
        Update, Window,
    },
    rules::time::{self, TimeContext},
};

/// Opens what an approver announces; none where the mail is no such announcement.
pub(super) fn announced(plan: &mut Plan<'_>, arrival: &Arrival, mail: &Mail, reading: &Reading) -> Option<ReplyOutcome> {
    let (kind, title) = headline(mail)?;
    let to_us = |to: &Mailbox| to.address.eq_ignore_ascii_case(&plan.desk.policy.from.address);
    if !mail.recipients().any(to_us) {
        // What colleagues write to each other is no announcement, though it lies in the same mailbox.
        return None;
    }
    if approval::automatic(mail).is_some() || !mail.header_faults.is_empty() {
        return None;
    }
    let auth = &plan.desk.policy.auth;
    if auth::proof(mail, auth).is_err() || auth::covers(mail, auth, &["subject"]).is_err() || auth::reads_as_signed(mail, auth).is_err() {
        return Some(ReplyOutcome::Unauthenticated);
    }
    let reply = reply::reply(mail);
    let written = Written::read(&format!("{}\n{}", reply.line, reply.below));
    let by = mail.author().map(|author| author.address.clone()).unwrap_or_default();
    let (said, problems) = said(plan, &written, kind, &title, reading);
    let source = Source::own(arrival, mail, kind, problems);
    let mut maintenance = notice::blank(plan, &source, OURSELVES, said);
    if let Some(line) = maintenance.history.last_mut() {
        line.text = format!("announced by {by}");
    }
    let (chosen, unknown) = services(plan.desk.inventory, &written);
    maintenance.chosen_services = (!chosen.is_empty() && unknown.is_empty()).then_some(chosen);
    if kind == Kind::Incident {
        let at = maintenance.said.windows.first().map_or(plan.now, |window| window.start.min(plan.now));
        maintenance.said.windows.clear();
        let text = if written.text.is_empty() { title } else { written.text.clone() };
        maintenance.updates.push(Update { at, text, by: Some(by) });
    }
    let remarks = unknown.iter().map(|name| {
        let names: Vec<&str> = plan.desk.inventory.services.iter().map(|service| service.name.as_str()).collect();
        Remark { label: "DOUBT".to_owned(), text: format!("there is no service “{name}”; there are {}", names.join(", ")) }
    });
    let remarks = remarks.collect();
    put(plan, maintenance, &Change::New, remarks);
    Some(ReplyOutcome::Accepted)
}

/// `new: Webmail upgrade` and `outage: Mail`, of a mail that answers nothing.
fn headline(mail: &Mail) -> Option<(Kind, String)> {
    let (word, title) = mail.subject.split_once(':')?;
    let kind = match word.trim().to_ascii_lowercase().as_str() {
        "new" => Kind::Maintenance,
        "outage" => Kind::Incident,
        _ => return None,
    };
    (!title.trim().is_empty()).then(|| (kind, title.trim().to_owned()))
}

/// The labelled lines of a mail, and what stands between them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written {
    start: Option<String>,
    end: Option<String>,
    when: Option<String>,
    services: Option<String>,
    downtime: Option<String>,
    text: String,
}

impl Written {
    fn read(body: &str) -> Self {
        let mut written = Self::default();
        let mut text = Vec::new();
        for line in body.lines() {
            let labelled = line.split_once(':').map(|(label, value)| (label.trim().to_lowercase(), value.trim().to_owned()));
            let place = labelled.as_ref().and_then(|(label, value)| {
                let place = match label.as_str() {
                    "start" | "begin" | "from" => &mut written.start,
                    "end" | "until" => &mut written.end,
                    "when" | "window" | "time" => &mut written.when,
                    "service" | "services" | "affected service" | "affected services" | "affects" => &mut written.services,
                    "downtime" | "expected downtime" => &mut written.downtime,
                    _ => return None,
                };
                (place.is_none() && !value.is_empty()).then_some((place, value))
            });
            match place {
                Some((place, value)) => *place = Some(value.clone()),
                None => text.push(line.trim_end()),
            }
        }
        written.text = text.join("\n").trim().to_owned();
        written
    }

    /// The words of the time: labelled, else all of the text.
    fn time(&self) -> String {
        match (&self.when, &self.start, &self.end) {
            (Some(when), ..) => when.clone(),
            (None, Some(start), Some(end)) => format!("{start} to {end}"),
            (None, Some(start), None) => start.clone(),
            (None, None, _) => self.text.clone(),
        }
    }
}

/// What the mail says, with the doubts about its time.
fn said(plan: &Plan<'_>, written: &Written, kind: Kind, title: &str, reading: &Reading) -> (Notification, Vec<Problem>) {
    let context = TimeContext { zones: plan.desk.zones, arrived_at: plan.now, zone: Some(plan.desk.policy.zone), order: None, date: None };
    let statements = time::united(time::statements(&written.time(), &context));
    let problems: Vec<Problem> =
        statements.iter().flat_map(|statement| statement.problems.iter()).filter(|problem| problem.blocking).cloned().collect();
    let window = |(start, end): (DateTime<Utc>, Option<DateTime<Utc>>), statement: &time::Statement| Window {
        start,
        end,
        role: Role::Main,
        status: None,
        zone: statement.zone.clone(),
        as_written: statement.as_written.clone(),
        precision: statement.precision,
    };
    let first = |statement: &time::Statement| Some(window(*statement.readings.first()?, statement));
    let windows: Vec<Window> = statements.iter().filter_map(first).collect();
    let readings = match statements.as_slice() {
        [one] if one.readings.len() > 1 => one.readings.iter().map(|reading| vec![window(*reading, one)]).collect(),
        _ => Vec::new(),
    };
    let downtime = match &written.downtime {
        Some(text) => minutes(text),
        None => reading.found.iter().find_map(|found| found.expected_downtime_minutes).or_else(|| downtime(&written.text)),
    };
    let said = Notification {
        windows,
        readings,
        impact: if kind == Kind::Incident { Impact::Outage } else { Impact::Unstated },
        expected_downtime_minutes: downtime,
        title: Some(title.to_owned()),
        summary: Some(title.to_owned()),
        description: (!written.text.is_empty()).then(|| written.text.clone()),
        stamp: Some(plan.now),
        ..Notification::default()
    };
    (said, problems)
}

/// The length in a sentence of free text that speaks of being away.
fn downtime(text: &str) -> Option<u32> {
    const AWAY: [&str; 5] = ["downtime", " away", "unavailable", "unreachable", " down "];
    let sentences = text.split_inclusive(['.', '\n']).map(str::to_lowercase);
    let about = |sentence: &String| AWAY.iter().any(|word| sentence.contains(word));
    sentences.filter(about).find_map(|sentence| {
        let from = sentence.find(" for ").or_else(|| sentence.find("about ")).or_else(|| sentence.find("less than ")).unwrap_or(0);
        minutes(sentence.get(from..).unwrap_or_default())
    })
}

/// `30 minutes`, `less than 10 min`, `1 hour`, `1.5 h` in minutes; none for other words.
fn minutes(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let Ok(number) = digits.parse::<f64>() else { continue };
        let unit = word.strip_prefix(digits).filter(|unit| !unit.is_empty()).or_else(|| words.peek().copied()).unwrap_or("min");
        let whole = match unit.chars().next() {
            Some('h') => number * 60.0,
            Some('m') => number,
            _ => return None,
        };
        return format!("{:.0}", whole.clamp(0.0, 100_000.0)).parse().ok();
    }
    None
}

/// Ids of the services that the mail names, by id, name or part, and the names that mean none.
fn services(inventory: &Inventory, written: &Written) -> (Vec<String>, Vec<String>) {
    let Some(list) = &written.services else {
        let text = written.text.to_lowercase();
        let named = |service: &&Service| text.contains(&service.name.to_lowercase());
        return (inventory.services.iter().filter(named).map(|service| service.id.clone()).collect(), Vec::new());
    };
    if list.trim().eq_ignore_ascii_case("all") {
        let open = inventory.services.iter().filter(|service| !service.internal);
        return (open.map(|service| service.id.clone()).collect(), Vec::new());
    }
    let (mut chosen, mut unknown) = (Vec::new(), Vec::new());
    for name in list.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()) {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        let means = |service: &&Service| {
            is(&service.id) || is(&service.name) || is(&short_service(&service.name)) || service.parts.iter().any(|part| is(&part.name))
        };
        match inventory.services.iter().find(means) {
            Some(service) if !chosen.contains(&service.id) => chosen.push(service.id.clone()),
            Some(_) => {}
            None => unknown.push(name.to_owned()),
        }
    }
    (chosen, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_lines_and_the_text_between_them() {
        let body = "Start: 2022-08-17 17:00 CDT\nEnd: 2022-08-17 18:00 CDT\nServices: mail, Webmail\nDowntime: about 30 minutes\n\nWe upgrade it.\nNote: mail flows on.";
        let written = Written::read(body);
        assert_eq!(written.time(), "2022-08-17 17:00 CDT to 2022-08-17 18:00 CDT");
        assert_eq!(written.services.as_deref(), Some("mail, Webmail"));
        assert_eq!(written.text, "We upgrade it.\nNote: mail flows on.");
    }

    #[test]
    fn downtimes() {
        let cases = [
            ("30 minutes", Some(30)),
            ("less than 10 min", Some(10)),
            ("1 hour", Some(60)),
            ("1.5 h", Some(90)),
            ("90min", Some(90)),
            ("none", None),
            ("2 days", None),
        ];
        for (text, expected) in cases {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }
}
