//! Personal data out of a sample: names, addresses, numbers and hosts become invented ones of the same shape, the same each time.
//!
//! It must never change a time, or the sample would prove something else. What looks like a name and cannot be told from other words stays:
//! the author reads the sample before it is shared, and is told so.

use crate::model::{Mail, Mailbox, Notification};
use crate::rules::search::Regex;
use crate::rules::time::{self, TimeContext};
use crate::rules::words;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What replaces what.
#[derive(Debug, Default)]
pub(super) struct Mask {
    /// Names as they stand in the mail, the longest first, and what stands for them.
    names: Vec<(String, String)>,
    /// Words of times.
    times: BTreeSet<String>,
    /// The provider's own references: their letters are the form by which they are known.
    references: Vec<String>,
    /// The provider's domains; their hosts stay below them.
    domains: Vec<String>,
    /// Whether numbers and ids are replaced too.
    ids: bool,
}

/// Greetings and what introduces a person.
static GREETED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(
        r"(?m)^[ \t]*(?:[Dd]ear|[Hh]ello|[Hh]i|[Gg]ood (?:day|morning|afternoon)|[Ss]ehr geehrte[r]?(?: Herr| Frau)?|[Hh]allo|[Gg]uten Tag|[Bb]onjour|[Ee]stimad[oa]|[Hh]ola|[Bb]este|[Gg]eachte|[Pp]rezado)[ \t]+([^\n,:!]{2,60})[,:!]?[ \t]*$",
    )
});
/// The line below a closing formula.
static SIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(
        r"(?m)^[ \t]*(?:[Kk]ind|[Bb]est|[Ww]arm|[Mm]any)?[ \t]*(?:[Rr]egards|[Tt]hanks|[Tt]hank you|[Ss]incerely|[Cc]heers|[Mm]it freundlichen Gr[üu](?:ß|ss)en|[Cc]ordialement|[Ss]aludos|[Mm]et vriendelijke groet)[,.!]?[ \t]*\n\s*([A-Z][\w.'-]+(?: [A-Z][\w.'-]+){1,2})[ \t]*$",
    )
});
/// Labels whose value names a customer or a person.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?m)(?:^|\||[.,;] )[ \t*•-]*(?:customer|client|company|account manager|account|contact|engineer|technician|prepared by|requested by|end user|organi[sz]ation|kunde|firma|ansprechpartner|compte|cliente|klant)(?:[ -]?(?:name|person|nr\.?|number|no\.?|id))?[ \t*]*[:|][ \t*:|]*([^\n|,;<(]{2,80})",
    )
});
static FOUND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?P<mail>[\w.+%-]+@[\w-]+(?:\.[\w-]+)+)|(?P<url>https?://[^\s<>|)\]]+)|(?P<six>\b(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4})(?:/\d{1,3})?\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?:/\d{1,3})?)|(?P<four>\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)|(?P<street>\b\d{1,5},? (?-i:(?:[A-Z][\w.'-]*,? ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Way|Court|Parkway|Pkwy)\b)\.?|(?-i:[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|straat|laan))\s+\d{1,4}[a-z]?\b|\b\d{1,4},? (?:rue|avenue|boulevard|calle|via|rua) [^\n,|]{3,40})|(?P<phone>(?:\+|\b00)\d[\d ()/.-]{6,}\d|\(\d{2,5}\)[ \d/-]{5,}\d|(?:tel|phone|call|fax|hotline|telefon|t[ée]l)[^\d\n|]{0,15}\d[\d /().-]{5,}\d)|(?P<host>\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.){1,6}[a-z]{2,12}\b)|(?P<id>[\w][\w./#:-]*[\w]|\w)",
    )
});
/// Shapes that are times, sizes and sites, never personal.
static PLAIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[t_-]?\d{1,2}[:.]\d{2}.*)?|\d{1,2}[-/. ]?[a-zäûé]{3,10}\.?[-/. ]?(?:\d{2}|\d{4})|[a-z]{3,9}[-/.]\d{1,2}(?:[-/.]\d{2,4})?|\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ap]m|z|h|hrs)?(?:[-/].*)?|20\d{6}(?:t\d{4,6}z?)?|\d{4}-\d{2}-\d{2}t.*|(?:utc|gmt)[+-]?\d{1,2}(?::?\d{2})?|\d{1,4}(?:st|nd|rd|th|am|pm|h|hr|hrs|min|mins|ms|s|g|ge|gb|gbps|gbe|m|mb|mbps|tb|km|kv|kva|w|u|x\d+)|[a-z]{2,4}\d{1,2}|ipv[46]|v\d+(?:\.\d+)*|\d{1,4})$",
    )
});

impl Mask {
    /// What is to be replaced in a mail. `ids` says whether numbers and ids are.
    pub(super) fn of(mail: &Mail, text: &str, found: &[Notification], domains: &[String], context: &TimeContext<'_>, ids: bool) -> Self {
        let mut mask = Self { ids, domains: domains.to_vec(), ..Self::default() };
        for said in found {
            mask.references.extend(said.maintenance_id.iter().chain(&said.aliases).cloned());
        }
        for line in std::iter::once(mail.subject.as_str()).chain(text.lines()) {
            for statement in time::statements(line, context) {
                mask.times.extend(statement.as_written.split_whitespace().map(|word| trimmed(word).to_owned()));
            }
        }
        let captured = |regex: &Option<Regex>| -> Vec<String> {
            let hits = regex.iter().flat_map(|regex| regex.captures_iter(text));
            hits.filter_map(|hit| hit.get(1)).map(|hit| hit.as_str().trim().to_owned()).collect()
        };
        for name in captured(&GREETED).into_iter().chain(captured(&SIGNED)) {
            mask.person(&name);
        }
        let people: Vec<&Mailbox> =
            mail.recipients().chain(mail.from.iter().filter(|from| !domains.iter().any(|own| own == from.domain()))).collect();
        for mailbox in people {
            mask.person(&mailbox.name);
            let base = mailbox.domain().split('.').rev().nth(1).unwrap_or_default();
            if base.chars().count() >= 4 && !["mail", "example", "gmail", "outlook"].contains(&base) {
                mask.name(base, "customer");
            }
        }
        for name in captured(&NAMED) {
            // In a row of heads the next head stands beside "Customer".
            let is_head = name.to_lowercase().split_whitespace().any(|word| HEADS.contains(&word));
            if !is_head && !name.chars().any(|sign| sign.is_ascii_digit()) && name.contains(char::is_alphabetic) {
                let named = name.split_whitespace().count();
                let person = (2..=3).contains(&named)
                    && !name.to_lowercase().split_whitespace().any(|word| COMPANY.contains(&word.trim_end_matches('.')));
                if person { mask.person(&name) } else { mask.name(&name, "Example Customer") }
            }
        }
        mask.names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        mask
    }

    fn person(&mut self, name: &str) {
        let words: Vec<&str> = name.split_whitespace().collect();
        let ordinary = |word: &&str| ORDINARY.contains(&word.to_lowercase().trim_matches(['.', ',']));
        if !words.is_empty()
            && words.len() <= 4
            && !words.iter().any(ordinary)
            && name.starts_with(char::is_uppercase)
            && !name.contains('@')
        {
            self.name(name, if words.len() == 1 { "Alex" } else { "Alex Morgan" });
        }
    }

    fn name(&mut self, name: &str, instead: &str) {
        if name.chars().count() >= 3 && !self.names.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            self.names.push((name.to_owned(), instead.to_owned()));
        }
    }

    /// The text with everything replaced.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, instead) in &self.names {
            let escaped = super::super::search::escaped(name);
            if let Some(regex) = words::pattern(&format!(r"\b{escaped}\b")) {
                text = replaced(&regex, &text, |_, _| instead.clone());
            }
        }
        let Some(found) = FOUND.as_ref() else { return text };
        replaced(found, &text, |group, hit| match group {
            "mail" => self.address(hit),
            "url" => self.url(hit),
            "six" => {
                if hit.contains(|sign: char| sign.is_ascii_alphabetic()) || hit.contains("::") {
                    six(hit)
                } else {
                    self.id(hit)
                }
            }
            "four" => four(hit),
            "street" => "1 Example Street".to_owned(),
            "phone" => phone(hit),
            "host" => self.host(hit),
            _ => self.id(hit),
        })
    }

    fn own(&self, domain: &str) -> Option<&String> {
        let domain = domain.to_lowercase();
        self.domains.iter().find(|own| domain == **own || domain.ends_with(&format!(".{own}")))
    }

    fn address(&self, address: &str) -> String {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let role = ["noc", "support", "info", "maintenance", "notifications", "noreply", "no-reply", "change", "service"];
        let local = role.into_iter().find(|role| local.to_lowercase().contains(role)).unwrap_or("alex.morgan");
        format!("{local}@{}", self.own(domain).map_or("customer.example", |_| "provider.example"))
    }

    fn url(&self, url: &str) -> String {
        let host = url.split("://").nth(1).unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
        format!("https://{}/page", if self.own(host).is_some() { "portal.provider.example" } else { "www.customer.example" })
    }

    fn host(&self, host: &str) -> String {
        let (name, top) = host.rsplit_once('.').unwrap_or((host, ""));
        // "e.g", "Ltd.We" and "file.pdf" are no hosts.
        let is_host = name.chars().any(char::is_alphabetic)
            && (name.contains('.')
                || ["com", "net", "org", "io", "de", "eu", "uk", "fr", "nl", "es", "br", "cloud", "example"].contains(&top))
            && name.split('.').all(|part| part.len() >= 2 || part.parse::<u8>().is_ok());
        if !is_host || host.ends_with(".example") {
            return host.to_owned();
        }
        let first = name.split('.').next().unwrap_or_default();
        let zone = self.own(host).map_or("customer.example", |_| "provider.example");
        if name.contains('.') { format!("{}.{zone}", shaped(first, false)) } else { zone.to_owned() }
    }

    fn id(&self, token: &str) -> String {
        let digits = token.chars().filter(char::is_ascii_digit).count();
        let letters = token.chars().filter(|sign| sign.is_alphabetic()).count();
        let plain = PLAIN.as_ref().is_some_and(|regex| regex.is_match(token)) || self.times.contains(trimmed(token));
        // Months beside digits are dates of a form that is not in the list.
        let lower = token.to_lowercase();
        let dated = MONTHS.iter().any(|month| lower.split(|sign: char| !sign.is_alphabetic()).any(|word| word.starts_with(month)));
        if !self.ids || digits < 2 || plain || dated || (letters == 0 && digits < 5) {
            return token.to_owned();
        }
        let reference = self.references.iter().any(|known| known.contains(token) || token.contains(known.as_str()));
        shaped(token, reference)
    }
}

const COMPANY: [&str; 24] = [
    "inc",
    "ltd",
    "llc",
    "gmbh",
    "ag",
    "sa",
    "bv",
    "b.v",
    "corp",
    "co",
    "limited",
    "hosting",
    "networks",
    "network",
    "services",
    "group",
    "systems",
    "cloud",
    "it",
    "solutions",
    "technologies",
    "telecom",
    "managed",
    "university",
];

const HEADS: [&str; 27] = [
    "circuit",
    "id",
    "ids",
    "name",
    "number",
    "service",
    "services",
    "location",
    "product",
    "bandwidth",
    "impact",
    "start",
    "end",
    "date",
    "time",
    "order",
    "status",
    "type",
    "site",
    "address",
    "device",
    "window",
    "reference",
    "duration",
    "ticket",
    "port",
    "notes",
];

const MONTHS: [&str; 14] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "okt"];

const ORDINARY: [&str; 44] = [
    "customer",
    "customers",
    "client",
    "clients",
    "all",
    "team",
    "sir",
    "madam",
    "partner",
    "partners",
    "valued",
    "colleague",
    "colleagues",
    "everyone",
    "support",
    "noc",
    "network",
    "operations",
    "operation",
    "service",
    "services",
    "center",
    "centre",
    "management",
    "change",
    "maintenance",
    "sirs",
    "user",
    "users",
    "subscriber",
    "damen",
    "herren",
    "kunde",
    "kunden",
    "cliente",
    "clientes",
    "client(e)",
    "there",
    "and",
    "und",
    "desk",
    "group",
    "technical",
    "planned",
];

fn trimmed(word: &str) -> &str {
    word.trim_matches(|sign: char| !sign.is_alphanumeric())
}

/// Every match replaced by what a function says of the group that matched.
fn replaced(regex: &Regex, text: &str, mut instead: impl FnMut(&str, &str) -> String) -> String {
    let names = ["mail", "url", "six", "four", "street", "phone", "host", "id"];
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for hit in regex.captures_iter(text) {
        let Some(all) = hit.get(0) else { continue };
        let group = names.into_iter().find(|name| hit.name(name).is_some()).unwrap_or_default();
        out.push_str(text.get(from..all.start()).unwrap_or_default());
        out.push_str(&instead(group, all.as_str()));
        from = all.end();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// A number of this text, the same each time (FNV-1a).
fn number(text: &str) -> u32 {
    text.bytes().fold(2_166_136_261, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(16_777_619))
}

/// Another text of the same shape: digits for digits, vowels for vowels. With `lettered` the letters stay.
fn shaped(token: &str, lettered: bool) -> String {
    const VOWELS: [char; 4] = ['a', 'e', 'i', 'o'];
    const CONSONANTS: [char; 12] = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'r', 's', 't', 'v'];
    let mut seed = number(token);
    let mut pick = |of: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(seed >> 16).unwrap_or_default() % of.max(1)
    };
    let mut other = |sign: char| -> char {
        let lower = sign.to_ascii_lowercase();
        let one = match lower {
            '0' => return '0',
            '1'..='9' => char::from_digit(u32::try_from(pick(9)).unwrap_or_default() + 1, 10).unwrap_or('7'),
            _ if lettered || !sign.is_ascii_alphabetic() => return sign,
            'a' | 'e' | 'i' | 'o' | 'u' => VOWELS.get(pick(VOWELS.len())).copied().unwrap_or('a'),
            _ => CONSONANTS.get(pick(CONSONANTS.len())).copied().unwrap_or('n'),
        };
        if sign.is_ascii_uppercase() { one.to_ascii_uppercase() } else { one }
    };
    token.chars().map(&mut other).collect()
}

/// An address of the documentation ranges (RFC 5737).
fn four(address: &str) -> String {
    let seed = number(address);
    let net = ["192.0.2", "198.51.100", "203.0.113"].get(usize::try_from(seed % 3).unwrap_or_default()).copied().unwrap_or("192.0.2");
    format!("{net}.{}", seed / 3 % 254 + 1)
}

/// An address of the documentation range (RFC 3849), with its length of prefix.
fn six(address: &str) -> String {
    let prefix = address.split_once('/').map_or(String::new(), |(_, length)| format!("/{length}"));
    format!("2001:db8::{:x}{prefix}", number(address) % 65_000 + 1)
}

/// The same shape with a number that nobody has.
fn phone(number: &str) -> String {
    let mut invented = "15550100".chars().cycle();
    number.chars().map(|sign| if sign.is_ascii_digit() { invented.next().unwrap_or('0') } else { sign }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!([&GREETED, &SIGNED, &NAMED, &FOUND, &PLAIN].iter().all(|one| one.is_some()));
    }
}
