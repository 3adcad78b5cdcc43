//! What old mails name → a services.toml to complete: providers that a rule knows as they are, everything else as comments.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;

use crate::{
    desk, inventory,
    mail::outgoing::{one_line, phrases::counted},
    model::{Inventory, Mail, Reading, Verdict},
};

/// What was not named for so long before the newest mail looks as if it was given back.
const LONG_UNNAMED: TimeDelta = TimeDelta::days(365);
/// Longest name of an object that is written down.
const LONGEST: usize = 200;

/// What the mails name.
#[derive(Debug, Default)]
pub(super) struct Proposal {
    /// Mails read.
    pub(super) mails: usize,
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
    /// By id.
    pub(super) providers: BTreeMap<String, Named>,
}

/// What is known of a provider.
#[derive(Debug, Default)]
pub(super) struct Named {
    name: String,
    /// Whether a rule knows it; else all that is known is a sender.
    by_rule: bool,
    domains: BTreeSet<String>,
    notices: usize,
    last: Option<DateTime<Utc>>,
    objects: BTreeMap<String, Object>,
}

#[derive(Debug, Default)]
struct Object {
    /// As it was written last.
    written: String,
    notices: usize,
    last: Option<DateTime<Utc>>,
}

impl Proposal {
    /// Takes what a mail names.
    pub(super) fn take(&mut self, mail: &Mail, reading: &Reading, at: DateTime<Utc>) {
        self.mails += 1;
        (self.first, self.last) = (self.first.map_or(Some(at), |first| Some(first.min(at))), self.last.max(Some(at)));
        let names_something = reading.found.iter().any(|said| !said.objects.is_empty() || !said.windows.is_empty());
        let notice = reading.verdict == Verdict::Notice || reading.verdict == Verdict::Unread && names_something;
        let name = desk::provider_of(&Inventory::default(), mail, reading);
        if !notice || name.is_empty() {
            return;
        }
        let provider = self.providers.entry(id(&name)).or_default();
        provider.by_rule |= reading.provider.is_some();
        provider.name = one_line(&name, 100);
        let sender = mail.original_sender.as_ref().or_else(|| mail.from.first());
        provider.domains.extend(sender.map(|sender| sender.domain().to_owned()).filter(|domain| is_domain(domain)));
        provider.notices += 1;
        provider.last = provider.last.max(Some(at));
        let named: BTreeSet<String> =
            reading.found.iter().flat_map(|said| &said.objects).map(|object| one_line(&object.object_id, LONGEST)).collect();
        for written in named.into_iter().filter(|written| !written.is_empty() && written != inventory::EVERYTHING) {
            // Case and white space do not count, as in the inventory.
            let key: String = written.to_lowercase().split_whitespace().collect();
            let object = provider.objects.entry(key).or_default();
            object.notices += 1;
            object.last = object.last.max(Some(at));
            object.written = written;
        }
    }

    /// The file.
    pub(super) fn services_toml(&self) -> String {
        let day = |at: Option<DateTime<Utc>>| at.map(|at| at.format("%F").to_string()).unwrap_or_default();
        let mut out = format!(
            "# What {} of {} to {} name. Nothing is mapped yet: take the comment signs away,\n\
             # put each object below the service that stands on it, and add your customers.\n\
             # `forewarn check` names what is missing; then try `forewarn rewind MAILBOX --services services.toml`.\n",
            counted(self.mails, "mail"),
            day(self.first),
            day(self.last)
        );
        for (id, provider) in &self.providers {
            let sign = if provider.by_rule { "" } else { "# " };
            let what = if provider.by_rule { "" } else { "; no rule knows this sender: is it a provider of yours?" };
            out.push_str(&format!("\n# {}, the last on {}{what}\n", counted(provider.notices, "notice"), day(provider.last)));
            let domains: Vec<String> = provider.domains.iter().map(|domain| quoted(domain)).collect();
            for line in [
                "[[provider]]".to_owned(),
                format!("id = {}", quoted(id)),
                format!("name = {}", quoted(&provider.name)),
                "public_name = \"Data Center Provider\"".to_owned(),
                format!("domains = [{}]", domains.join(", ")),
            ] {
                out.push_str(&format!("{sign}{line}\n"));
            }
            self.objects(id, provider, &mut out);
        }
        out.push_str(CUSTOMER);
        out
    }

    fn objects(&self, id: &str, provider: &Named, out: &mut String) {
        if provider.objects.is_empty() {
            out.push_str("# Its mails name no object: write what you have there, or `fleet = true` for everything of it.\n");
        }
        out.push_str(&format!("#\n# [[service]]\n# id = {}\n# name = \"Managed … Services\"\n", quoted(&format!("{id}-service"))));
        let mut objects: Vec<&Object> = provider.objects.values().collect();
        objects.sort_by(|a, b| b.notices.cmp(&a.notices).then_with(|| a.written.cmp(&b.written)));
        for object in objects {
            let last = object.last.map(|at| at.format("%F").to_string()).unwrap_or_default();
            let (kind, key) = kind(&object.written);
            let retired = self.last.zip(object.last).is_some_and(|(newest, last)| newest - last > LONG_UNNAMED);
            let old = if retired { "; not named for a year: given back?" } else { "" };
            out.push_str(&format!("#\n# {kind}, in {}, the last on {last}{old}\n", counted(object.notices, "notice")));
            out.push_str(&format!("# [[service.stands_on]]\n# provider = {}\n# {key} = {}\n", quoted(id), quoted(&object.written)));
            if retired {
                out.push_str("# retired = true\n");
            }
        }
        if provider.objects.is_empty() {
            out.push_str(&format!("#\n# [[service.stands_on]]\n# provider = {}\n# fleet = true\n", quoted(id)));
        }
    }
}

const CUSTOMER: &str = r#"
# Who is told. A block a customer, below it a block a contact.
# [[customer]]
# id = "short-name"
# name = "Name for staff"
# zone = "America/Chicago"
# services = ["id-of-a-service"]
# notice_days = 7
#
# [[customer.contact]]
# name = "Kim Lee"
# address = "kim@customer.example"
"#;

/// A name as an id: letters, digits, `-`, `_` and `.`.
fn id(name: &str) -> String {
    let mapped: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let words: Vec<&str> = mapped.split('-').filter(|word| !word.is_empty()).collect();
    let id: String = words.join("-").chars().take(64).collect();
    if id.is_empty() { "provider".to_owned() } else { id }
}

fn is_domain(text: &str) -> bool {
    text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
}

/// What an object is as far as its name tells, and the key under which the inventory takes it.
fn kind(object: &str) -> (&'static str, &'static str) {
    if object.parse::<IpAddr>().is_ok() {
        return ("an address", "object");
    }
    if let Ok(net) = object.parse::<IpNet>() {
        return ("a prefix", if net.addr() == net.network() { "prefix" } else { "object" });
    }
    let labels: Vec<&str> = object.split('.').collect();
    let label = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let letters = object.chars().any(|c| c.is_ascii_alphabetic());
    let digits = object.chars().any(|c| c.is_ascii_digit());
    if labels.len() > 1 && letters && labels.iter().all(label) {
        return ("a host", "object");
    }
    let plain = object.chars().take_while(char::is_ascii_lowercase).count();
    if plain > 1 && digits && labels.len() == 1 && !object.contains([' ', '/']) {
        return ("a host or machine", "object");
    }
    if digits { ("a circuit or another id", "object") } else { ("a place or product", "object") }
}

/// A TOML string. What JSON escapes TOML reads alike; control characters, which it does not, are gone.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::String(one_line(text, usize::MAX)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AffectedObject, Impact, Mailbox, Notification};

    fn take(proposal: &mut Proposal, provider: Option<&str>, domain: &str, objects: &[&str], at: &str) {
        let objects = objects.iter().map(|id| AffectedObject { object_id: (*id).to_owned(), impact: Impact::Unstated }).collect();
        let reading = Reading {
            verdict: Verdict::Notice,
            rule: None,
            provider: provider.map(str::to_owned),
            own_sender: false,
            kind: None,
            found: vec![Notification { objects, ..Notification::default() }],
            evidence: Vec::new(),
            problems: Vec::new(),
        };
        let from = vec![Mailbox { name: String::new(), address: format!("noc@{domain}") }];
        proposal.take(&Mail { from, ..Mail::default() }, &reading, at.parse().unwrap());
    }

    #[test]
    fn objects_stand_by_provider_the_most_frequent_first_and_old_ones_are_marked() {
        let mut proposal = Proposal::default();
        take(&mut proposal, Some("acme"), "acme.example", &["old07", "web01"], "2024-01-01T00:00:00Z");
        take(&mut proposal, Some("acme"), "mail.acme.example", &["WEB01", "203.0.113.0/28", "everything"], "2025-06-01T00:00:00Z");
        take(&mut proposal, None, "stranger.example", &["a \"b\""], "2025-06-02T00:00:00Z");
        let text = proposal.services_toml();
        let document: toml::Table = text.parse().unwrap();
        let providers = document["provider"].as_array().unwrap();
        assert_eq!(providers.len(), 1, "a stranger is a comment: {text}");
        assert_eq!(providers[0]["domains"].as_array().unwrap().len(), 2);
        assert!(
            text.contains("in 2 notices, the last on 2025-06-01\n# [[service.stands_on]]\n# provider = \"acme\"\n# object = \"WEB01\""),
            "{text}"
        );
        assert!(text.contains(
            "not named for a year: given back?\n# [[service.stands_on]]\n# provider = \"acme\"\n# object = \"old07\"\n# retired = true"
        ));
        assert!(text.contains("# prefix = \"203.0.113.0/28\"") && !text.contains("everything\""), "{text}");
        let uncommented: String = text
            .lines()
            .filter_map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ") || rest.starts_with("[[")))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(uncommented.parse::<toml::Table>().is_ok(), "{uncommented}");
    }

    #[test]
    fn kinds_are_told_as_far_as_a_name_tells() {
        let check = |object: &str, expected: (&str, &str)| assert_eq!(kind(object), expected, "{object}");
        check("203.0.113.7", ("an address", "object"));
        check("2001:db8::/32", ("a prefix", "prefix"));
        check("web01.acme.example", ("a host", "object"));
        check("web01", ("a host or machine", "object"));
        check("AB/1234/XY", ("a circuit or another id", "object"));
        check("Frankfurt", ("a place or product", "object"));
        assert_eq!((id("NTT (AS2914)"), id("ö")), ("NTT-AS2914".to_owned(), "provider".to_owned()));
    }
}
