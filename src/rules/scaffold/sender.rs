//! Who sent a mail: the provider's id, name and domain, also where somebody forwarded it.

use crate::model::Mail;
use crate::rules::compile::Provider;
use crate::rules::{RuleSet, words};

/// Who sent the mail, and the provider of that domain.
pub(super) struct Sender<'r> {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) known: Option<&'r Provider>,
    pub(super) forwarded: bool,
}

impl<'r> Sender<'r> {
    /// The sender, by the mail's headers or by those of the mail that it forwards.
    pub(super) fn of(rules: &'r RuleSet, mail: &Mail) -> Option<Self> {
        let known = rules.by_sender(mail);
        let inner = inner_sender(mail).filter(|_| known.is_none());
        let author = mail.original_sender.as_ref().or_else(|| mail.from.first());
        let (name, domain) = match (&inner, author) {
            (Some((name, domain)), _) => (name.clone(), domain.clone()),
            (None, Some(author)) => (author.name.clone(), author.domain().to_owned()),
            (None, None) => return None,
        };
        let known = known.or_else(|| rules.providers.iter().find(|provider| provider.domains.contains(&domain)));
        let base = base(&domain);
        let id: String = base.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' }).collect();
        let id = id.trim_matches('-').to_owned();
        let role = |word: &&str| !ROLES.contains(&word.to_lowercase().trim_matches(|sign: char| !sign.is_alphanumeric()));
        let named: Vec<&str> = name.split_whitespace().filter(role).collect();
        let name = if named.is_empty() || named.len() > 5 { capital(base) } else { named.join(" ") };
        if id.is_empty() || domain.is_empty() {
            return None;
        }
        let id = known.map_or(id, |known| known.id.clone());
        let name = known.map_or(name, |known| known.name.clone());
        Some(Self { id, name, domain, known, forwarded: inner.is_some() })
    }
}

const ROLES: [&str; 20] = [
    "noc",
    "support",
    "maintenance",
    "notification",
    "notifications",
    "notices",
    "notice",
    "noreply",
    "no-reply",
    "team",
    "operations",
    "service",
    "services",
    "alerts",
    "change",
    "planned",
    "works",
    "customer",
    "via",
    "status",
];

/// The sender that a forward names in its text.
fn inner_sender(mail: &Mail) -> Option<(String, String)> {
    let forwarded = words::pattern(r"^\s*(?:fwd?|wg|tr|rv|enc|doorst)\s*:").is_some_and(|regex| regex.is_match(&mail.subject));
    let whole = [&mail.plain, &mail.html].into_iter().flatten().map(|body| format!("{}\n{}", body.fresh, body.quoted)).collect::<String>();
    let from = words::pattern(r"(?m)^[\s>*]*(?:from|von|de|van)\s*:\*?\s*([^<\n@]*?)\s*[<(\[]?(?:mailto:)?[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")?;
    let hit = from.captures(&whole).filter(|_| forwarded)?;
    Some((hit.get(1)?.as_str().trim_matches(['"', ' ']).to_owned(), hit.get(2)?.as_str().to_lowercase()))
}

/// The name in a domain: `acme` of `noc.acme.co.uk`.
fn base(domain: &str) -> &str {
    let parts: Vec<&str> = domain.split('.').collect();
    let second = ["co", "com", "net", "org", "ac", "gov"];
    let back = if parts.len() > 2 && parts.get(parts.len() - 2).is_some_and(|part| second.contains(part)) { 3 } else { 2 };
    parts.get(parts.len().saturating_sub(back)).copied().unwrap_or(domain)
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map_or(String::new(), |first| first.to_uppercase().chain(signs).collect())
}
