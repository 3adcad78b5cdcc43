//! Whether a provider's mail is from whom it claims: proved, not proved, or contradicted. It is never dropped for that.

use idna::domain_to_unicode;

use crate::{
    desk::Desk,
    inventory,
    mail::auth,
    model::{AuthMode, Mail, Mailbox, Problem, ProblemKind, Reading},
};

/// What is known of a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Checked, and an address of that provider's.
    Proved,
    /// Nothing proves it, and why; none where nothing checks senders here.
    NotProved(Option<String>),
    /// Something says that it is somebody else, a sentence.
    Contradicted(String),
}

impl Standing {
    /// What staff read of it.
    pub(super) fn problem(&self, sender: &str) -> Option<Problem> {
        match self {
            Self::Proved => None,
            Self::NotProved(None) => Some(Problem::new(ProblemKind::Unauthenticated, "sender", format!("{sender} is not proved"))),
            Self::NotProved(Some(why)) => {
                Some(Problem::new(ProblemKind::Unauthenticated, "sender", format!("{sender} is not proved: {why}")))
            }
            Self::Contradicted(why) => {
                Some(Problem::new(ProblemKind::Contradicted, "sender", format!("the sender is contradicted: {why}")))
            }
        }
    }
}

/// Judges the sender of a provider's mail. `provider` is the one that it was taken for.
///
/// Proved is who passes the check of the configured mode and writes from a domain of that provider's, as the inventory or the rules list
/// it. Contradicted is whose check fails outright, unless a list or forwarder handed the mail on, whose name shows another address than
/// its own, and whose domain only looks like a known one.
pub(super) fn standing(desk: &Desk<'_>, mail: &Mail, reading: &Reading, provider: &str) -> Standing {
    let mode = &desk.policy.auth;
    if let Some(why) = pretends(desk, mail) {
        return Standing::Contradicted(why);
    }
    if let Some(why) = auth::denied(mail, mode).filter(|_| !mail.handed_on) {
        return Standing::Contradicted(why);
    }
    if *mode == AuthMode::TokenOnly {
        return Standing::NotProved(None);
    }
    if let Some(original) = &mail.original_sender {
        return Standing::NotProved(Some(format!("a list or forwarder wrote it anew for {}", original.address)));
    }
    let domain = mail.author().map_or("", Mailbox::domain);
    let own = provider.eq_ignore_ascii_case(domain)
        || reading.own_sender && reading.provider.as_deref() == Some(provider)
        || inventory::is_known_sender(desk.inventory, domain).is_some_and(|known| known.id == provider);
    match auth::provider_proof(mail, mode) {
        Ok(_) if own => Standing::Proved,
        Ok(_) => Standing::NotProved(Some(format!("{domain} is no domain of {provider} that we know; list it in services.toml if it is"))),
        Err(why) if mail.handed_on => Standing::NotProved(Some(format!("a list or forwarder handed it on ({why})"))),
        Err(why) => Standing::NotProved(Some(why.to_string())),
    }
}

/// Whether a mail shows itself as from somebody else than it is: by its name, or by a domain that looks like a known one.
fn pretends(desk: &Desk<'_>, mail: &Mail) -> Option<String> {
    let author = mail.author()?;
    let domain = author.domain();
    // Lists write "noc@provider.example via list" when they put their own address into From.
    if let Some(shown) = shown_address(&author.name).filter(|_| !mail.handed_on)
        && !shown.domain().eq_ignore_ascii_case(domain)
        && !is_below(domain, shown.domain())
        && !is_below(shown.domain(), domain)
    {
        return Some(format!("its name shows {}, but it was sent from {}", shown.address, author.address));
    }
    let listed = desk.inventory.providers.iter().flat_map(|provider| &provider.domains);
    let known = inventory::is_known_sender(desk.inventory, domain).is_some();
    let shape = shape(domain);
    let twin = listed.into_iter().find(|listed| !known && self::shape(listed) == shape);
    twin.map(|twin| format!("{domain} looks like {twin}, but is another domain"))
}

/// An address in a display name; it never stands for one.
fn shown_address(name: &str) -> Option<Mailbox> {
    let word = name.split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c)).find(|word| {
        word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
    })?;
    Some(Mailbox { name: String::new(), address: word.to_lowercase() })
}

fn is_below(domain: &str, above: &str) -> bool {
    domain.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'))
}

/// How a domain looks: its labels in Unicode (RFC 5891), with letters of other scripts and digits as the Latin letters that they look like
/// (after Unicode Technical Standard 39, as far as it is about Latin, Cyrillic and Greek).
fn shape(domain: &str) -> String {
    let (unicode, _) = domain_to_unicode(&domain.to_lowercase());
    let plain: String = unicode.chars().filter_map(looks_like).collect();
    plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

fn looks_like(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' | 'ɑ' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'Ь' | 'ь' | 'в' => 'b',
        'с' | 'ϲ' | 'ç' | 'ć' | 'č' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'є' | 'è' | 'é' | 'ê' | 'ë' | 'ε' => 'e',
        'ɡ' => 'g',
        'һ' | 'н' => 'h',
        'і' | 'ї' | 'ı' | 'ι' | 'ì' | 'í' | 'î' | 'ï' | 'i' | '1' | 'l' | 'ӏ' | '|' => 'l',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'п' | 'η' | 'ñ' | 'ń' => 'n',
        'о' | 'ο' | 'σ' | 'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' | 'ɼ' => 'r',
        'ѕ' | 'ş' | 'š' | '5' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ц' | 'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ν' | 'ѵ' => 'v',
        'ѡ' | 'ω' | 'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' => 'y',
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => return None,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_compared_by_how_it_looks() {
        for twin in ["nоrthfield.example", "n0rthfield.example", "northfleld.example", "northfi\u{200b}eld.example"] {
            let wire = idna::domain_to_ascii(twin).unwrap();
            assert_eq!(shape(&wire), shape("northfield.example"), "{wire}");
            let shaped = shape(twin);
            assert_eq!(shaped, shape("northfield.example"), "{twin}");
        }
        for other in ["northfields.example", "northfield.test", "southfield.example", "north-field.example"] {
            assert_ne!(shape(other), shape("northfield.example"), "{other}");
        }
    }

    #[test]
    fn an_address_in_a_name_is_seen() {
        let of = |name: &str| shown_address(name).map(|mailbox| mailbox.address);
        assert_eq!(of("Northfield <NOC@northfield.example>").as_deref(), Some("noc@northfield.example"));
        assert_eq!(of("noc@northfield.example via list").as_deref(), Some("noc@northfield.example"));
        assert_eq!(of("Northfield NOC"), None);
        assert_eq!(of("@home: a@b"), None);
        assert!(is_below("mail.northfield.example", "northfield.example") && !is_below("evilnorthfield.example", "northfield.example"));
    }
}
