//! Folders: their names on the wire and for people, and what each is for.
//!
//! Sources: modified UTF-7 (RFC 3501 section 5.1.3), special uses (RFC 6154). Where a server does not mark the use, the usual name in
//! English, German, French, Spanish, Dutch or Portuguese tells it.

use async_imap::imap_proto::{MailboxListData, NameAttribute};
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A folder that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name, for people and the ledger.
    pub name: String,
    /// Its name as the server knows it, in modified UTF-7 or UTF-8; it is sent back quoted.
    pub wire: String,
    /// What it is for, where that is known.
    pub role: Option<Role>,
}

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Copies of what was sent.
    Sent,
    /// What is being written.
    Drafts,
    /// What was deleted.
    Trash,
    /// What is thought to be unwanted.
    Junk,
    /// What was put away.
    Archive,
    /// Every message once more.
    All,
}

/// The last part of a folder's name, in small letters, for each use.
const NAMES: [(Role, &[&str]); 6] = [
    (
        Role::Sent,
        &[
            "sent",
            "sent items",
            "sent mail",
            "sent messages",
            "gesendet",
            "gesendete objekte",
            "gesendete elemente",
            "gesendete nachrichten",
            "envoyés",
            "éléments envoyés",
            "messages envoyés",
            "objets envoyés",
            "enviados",
            "elementos enviados",
            "mensajes enviados",
            "verzonden",
            "verzonden items",
            "verzonden berichten",
            "itens enviados",
            "mensagens enviadas",
            "enviadas",
            "e-mails enviados",
        ],
    ),
    (Role::Drafts, &["drafts", "draft", "entwürfe", "entwurf", "brouillons", "borradores", "concepten", "rascunhos"]),
    (
        Role::Trash,
        &[
            "trash",
            "bin",
            "deleted",
            "deleted items",
            "deleted messages",
            "papierkorb",
            "gelöschte objekte",
            "gelöschte elemente",
            "gelöschte nachrichten",
            "corbeille",
            "éléments supprimés",
            "messages supprimés",
            "papelera",
            "elementos eliminados",
            "prullenbak",
            "prullenmand",
            "verwijderde items",
            "lixeira",
            "lixo",
            "itens eliminados",
            "itens excluídos",
        ],
    ),
    (
        Role::Junk,
        &[
            "junk",
            "junk mail",
            "junk e-mail",
            "junk email",
            "spam",
            "bulk mail",
            "junk-e-mail",
            "spamverdacht",
            "unerwünscht",
            "unerwünschte werbung",
            "courrier indésirable",
            "indésirables",
            "pourriel",
            "correo no deseado",
            "no deseado",
            "ongewenste e-mail",
            "ongewenst",
            "lixo eletrônico",
            "lixo eletrónico",
            "lixo electrónico",
        ],
    ),
    (Role::Archive, &["archive", "archives", "archiv", "archivo", "archivos", "archief", "arquivo", "arquivo morto"]),
    (Role::All, &["all mail", "alle nachrichten", "tous les messages", "todos", "alle berichten", "todos os e-mails", "todo o correio"]),
];

/// One line of LIST; none for what cannot be opened.
pub(super) fn listed(data: &MailboxListData<'_>) -> Option<Folder> {
    let mut role = None;
    for attribute in &data.name_attributes {
        role = match attribute {
            NameAttribute::NoSelect => return None,
            NameAttribute::Extension(word) if word.eq_ignore_ascii_case("\\NonExistent") => return None,
            NameAttribute::Sent => Some(Role::Sent),
            NameAttribute::Drafts => Some(Role::Drafts),
            NameAttribute::Trash => Some(Role::Trash),
            NameAttribute::Junk => Some(Role::Junk),
            NameAttribute::Archive => Some(Role::Archive),
            NameAttribute::All => Some(Role::All),
            _ => role,
        };
    }
    let wire = unquoted(&data.name);
    let name = decoded(&wire);
    if wire == "INBOX" {
        return Some(Folder { name, wire, role: None });
    }
    let delimiter = data.delimiter.as_deref().map(unquoted).filter(|delimiter| !delimiter.is_empty());
    let last = delimiter.as_deref().and_then(|delimiter| name.rsplit(delimiter).next()).unwrap_or(&name).to_lowercase();
    let by_name = || NAMES.iter().find(|(_, names)| names.contains(&last.as_str())).map(|(role, _)| *role);
    Some(Folder { role: role.or_else(by_name), name, wire })
}

/// The library leaves the backslashes of a quoted name in place and does not say that it was quoted. A name in which each backslash stands
/// before a backslash or a quote, and each quote behind a backslash, was.
fn unquoted(name: &str) -> String {
    let mut plain = String::new();
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(escaped @ ('\\' | '"')) => plain.push(escaped),
                _ => return name.to_owned(),
            },
            '"' => return name.to_owned(),
            other => plain.push(other),
        }
    }
    plain
}

/// A string in quotes; none for one that cannot stand in them (RFC 9051 section 4.3).
pub(super) fn quoted(text: &str) -> Option<String> {
    let sendable = !text.contains(['\r', '\n', '\0']);
    sendable.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Modified UTF-7 as text; a name that is none stays as it is.
fn decoded(wire: &str) -> String {
    let config = GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::RequireNone);
    // Some writers leave bits behind the last letter.
    let base64 = GeneralPurpose::new(&base64::alphabet::IMAP_MUTF7, config.with_decode_allow_trailing_bits(true));
    let (mut text, mut rest) = (String::new(), wire);
    while let Some((plain, shifted)) = rest.split_once('&') {
        text.push_str(plain);
        let Some((coded, after)) = shifted.split_once('-') else { return wire.to_owned() };
        rest = after;
        if coded.is_empty() {
            text.push('&');
            continue;
        }
        let Ok(bytes) = base64.decode(coded) else { return wire.to_owned() };
        let (units, odd) = bytes.as_chunks::<2>();
        let letters: Result<String, _> = char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect();
        match letters {
            Ok(letters) if odd.is_empty() => text.push_str(&letters),
            _ => return wire.to_owned(),
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_for_people_and_sent_as_they_were() {
        for (wire, name) in [
            ("Entw&APw-rfe", "Entwürfe"),
            ("Q&A", "Q&A"),
            ("Q&-A", "Q&A"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("&2D3cmQ-", "\u{1f499}"),
            ("&2D0-", "&2D0-"),
            ("Entwürfe", "Entwürfe"),
        ] {
            assert_eq!(decoded(wire), name);
        }
        assert_eq!(quoted("a\\b\"c").unwrap(), r#""a\\b\"c""#);
        for name in ["a\rb", "a\nb", "a\0b"] {
            assert_eq!(quoted(name), None);
        }
    }

    #[test]
    fn the_use_is_told_by_mark_or_by_name() {
        let folder = |attributes: Vec<NameAttribute<'static>>, name: &'static str| {
            listed(&MailboxListData { name_attributes: attributes, delimiter: Some("/".into()), name: name.into() })
        };
        let role = |attributes, name| folder(attributes, name).unwrap().role;
        assert_eq!(role(vec![NameAttribute::Junk], "Zap"), Some(Role::Junk));
        assert_eq!(role(vec![], "INBOX/Gel&APY-schte Objekte"), Some(Role::Trash));
        assert_eq!(role(vec![], "[Gmail]/All Mail"), Some(Role::All));
        assert_eq!(role(vec![], "&AMk-l&AOk-ments envoy&AOk-s"), Some(Role::Sent));
        assert_eq!(role(vec![], "Notices"), None);
        assert_eq!(role(vec![NameAttribute::All], "INBOX"), None, "the inbox is watched whatever else is said of it");
        assert_eq!(folder(vec![NameAttribute::NoSelect], "[Gmail]"), None);
        assert_eq!(folder(vec![NameAttribute::Extension("\\NonExistent".into())], "gone"), None);
        assert_eq!(folder(vec![], r#"say \"hi\" \\ now"#).unwrap().wire, r#"say "hi" \ now"#);
        assert_eq!(folder(vec![], r#"a"b"#).unwrap().wire, r#"a"b"#);
    }
}
