//! Where mail arrives and leaves as written → servers, folders, and what we sign in with.

use std::path::Path;
use std::time::Duration;

use super::secret::SecretSource;
use super::value;
use super::written::Table;
use super::{ImapConfig, InboxConfig, InboxKind, Login, LoginBy, Reads, SinkConfig, SmtpConfig};
use crate::model::{Security, Server};

/// Ports of RFC 8314 and RFC 9051, by protocol and protection.
const IMAP_PORTS: (u16, u16) = (993, 143);
const SUBMISSION_PORTS: (u16, u16) = (465, 587);

/// What the keys of one secret come to.
pub(super) enum Given {
    Nothing,
    One(SecretSource),
    /// A fault, which is noted.
    Wrong,
}

/// A secret from a file, a command or a credential: one of the three keys.
pub(super) fn secret(table: &Table<'_>, folder: &Path, keys: [&'static str; 3]) -> Given {
    let [file_key, command_key, credential_key] = keys;
    let file = table.text(file_key).map(|path| SecretSource::File(folder.join(path)));
    let command = command(table, command_key).map(SecretSource::Command);
    let credential = table.read(credential_key, value::id).map(SecretSource::Credential);
    let given: Vec<&str> = keys.into_iter().filter(|key| table.has(key)).collect();
    match given.as_slice() {
        [] => Given::Nothing,
        [_] => file.or(command).or(credential).map_or(Given::Wrong, Given::One),
        [first, second, ..] => {
            table.notes.error(table.span_of(second), format!("both `{first}` and `{second}` are set"), "keep one of them");
            Given::Wrong
        }
    }
}

pub(super) fn command(table: &Table<'_>, key: &'static str) -> Option<Vec<String>> {
    let argv = table.get(key).map(|_| table.texts(key))?;
    let absolute = argv.first().is_some_and(|program| Path::new(program).is_absolute());
    if !absolute {
        let help = "write a list that begins with the program's full path: [\"/usr/local/bin/wake\", \"noc\"]; no shell reads it";
        table.notes.error(table.span_of(key), format!("`{key}` names no program by its full path"), help);
        return None;
    }
    Some(argv)
}

pub(super) fn inboxes(root: &Table<'_>, folder: &Path) -> Vec<InboxConfig> {
    let tables = root.tables("inbox");
    let mut inboxes: Vec<InboxConfig> = Vec::new();
    for table in &tables {
        let account = table.read_required("account", "\"noc\"", value::id);
        if let Some(account) = &account
            && inboxes.iter().any(|known| known.account == *account)
        {
            let help = "give each inbox its own name, and never rename one: its mail would count as new";
            table.notes.error(table.span_of("account"), format!("two inboxes are called \"{account}\""), help);
        }
        let kind = inbox_kind(table, folder);
        let reads = table
            .list("reads", |word| value::choice("kind of mail", word, &[("providers", Reads::Providers), ("replies", Reads::Replies)]));
        let reads: Vec<Reads> = match reads {
            Some(reads) => reads.into_iter().map(|(reads, _)| reads).collect(),
            None => vec![Reads::Providers, Reads::Replies],
        };
        if let (Some(account), Some(kind)) = (account, kind) {
            inboxes.push(InboxConfig { account, kind, reads });
        }
    }
    let is_list = root.get("inbox").is_none_or(|value| value.get_ref().is_array());
    if tables.is_empty() && is_list {
        root.notes.error(root.span_of("inbox"), "there is no inbox", "add [[inbox]] with `account`, and `imap` or `maildir`");
    } else if inboxes.len() == tables.len() && is_list {
        for (reads, word, what) in [(Reads::Providers, "providers", "provider mail"), (Reads::Replies, "replies", "replies of approvers")] {
            if !inboxes.iter().any(|inbox| inbox.reads.contains(&reads)) {
                let help = format!("add \"{word}\" to the `reads` of one inbox");
                root.notes.error(tables.first().map_or(0..0, |table| table.span_of("reads")), format!("no inbox is read for {what}"), help);
            }
        }
    }
    tables.into_iter().for_each(Table::finish);
    inboxes
}

pub(super) fn outbox(root: &Table<'_>, folder: &Path) -> Option<SinkConfig> {
    let Some(table) = root.table("outbox") else {
        if root.get("outbox").is_none() {
            root.notes.error(0..0, "there is no [outbox]", "add [outbox] with `smtp = \"mail.example.net\"`, or `maildir = \"out\"`");
        }
        return None;
    };
    let sink = one_of(&table, "smtp", "maildir", "\"mail.example.net\"").and_then(|kind| match kind {
        "maildir" => Some(SinkConfig::Maildir { path: folder.join(table.text("maildir")?) }),
        _ => {
            let server = server(&table, folder, "smtp", SUBMISSION_PORTS);
            let login = if has_login(&table) { login(&table, folder).map(Some) } else { no_login(&table, server.as_ref()) };
            let mails_a_minute = table.number("mails_a_minute", 1..=10_000, "mails").unwrap_or(60);
            let canary_hours = table.number("canary_hours", 0..=168, "hours").unwrap_or(24);
            Some(SinkConfig::Smtp(SmtpConfig { server: server?, login: login?, mails_a_minute, canary_hours }))
        }
    });
    table.finish();
    sink
}

fn inbox_kind(table: &Table<'_>, folder: &Path) -> Option<InboxKind> {
    if one_of(table, "imap", "maildir", "\"imap.example.net\"")? == "maildir" {
        return Some(InboxKind::Maildir { path: folder.join(table.text("maildir")?) });
    }
    let server = server(table, folder, "imap", IMAP_PORTS);
    let login = login(table, folder);
    let folders = table.texts("folders");
    if table.has("folders") && folders.is_empty() {
        let help = "name folders as your mail client shows them, or delete the line: all but Sent, Drafts and Trash are read then";
        table.notes.error(table.span_of("folders"), "`folders` names no folder", help);
    }
    let poll_every = Duration::from_secs(u64::from(table.number("poll_seconds", 1..=600, "seconds").unwrap_or(20)));
    Some(InboxKind::Imap(ImapConfig { server: server?, login: login?, folders, poll_every }))
}

/// Which of two keys is there; a fault where none or both are.
fn one_of(table: &Table<'_>, first: &'static str, second: &'static str, example: &str) -> Option<&'static str> {
    match (table.get(first).is_some(), table.get(second).is_some()) {
        (true, false) => Some(first),
        (false, true) => Some(second),
        (true, true) => {
            table.notes.error(table.span_of(second), format!("both `{first}` and `{second}` are set"), "keep one of them");
            Some(first)
        }
        (false, false) => {
            table.missing(first, &format!("{example}`, or `{second} = \"…\""));
            None
        }
    }
}

/// The server of a key: `host` or `host:port`, with the protection beside it.
fn server(table: &Table<'_>, folder: &Path, key: &'static str, ports: (u16, u16)) -> Option<Server> {
    let protections = [("implicit", Security::Implicit), ("starttls", Security::StartTls), ("none", Security::Plain)];
    let security =
        if table.has("tls") { table.read("tls", |word| value::choice("protection", word, &protections)) } else { Some(Security::Implicit) };
    let written = table.read(key, value::host);
    let ca_file = table.text("ca_file").map(|path| folder.join(path));
    if let Some(path) = ca_file.as_ref().filter(|path| !path.is_file()) {
        let help = "name the PEM file of the authority that signed the server's certificate, or delete the line: the system's count then";
        table.notes.error(table.span_of("ca_file"), format!("`ca_file` names no file: {}", path.display()), help);
    }
    let ((host, port), security) = (written?, security?);
    let usual = if security == Security::Implicit { ports.0 } else { ports.1 };
    let server = Server { host, port: port.unwrap_or(usual), security, ca_file };
    if security == Security::Plain && !server.is_loopback() {
        let help = "write \"implicit\" or \"starttls\": unprotected mail goes to this machine (localhost) alone";
        table.notes.error(table.span_of("tls"), format!("`tls = \"none\"` to another machine, {}", server.host), help);
        return None;
    }
    Some(server)
}

const PASSWORD: [&str; 3] = ["password_file", "password_command", "password_credential"];

fn has_login(table: &Table<'_>) -> bool {
    ["user", "mailbox", "token_command"].into_iter().chain(PASSWORD).any(|key| table.has(key))
}

/// Nobody is signed in: only where nobody else could come.
fn no_login(table: &Table<'_>, server: Option<&Server>) -> Option<Option<Login>> {
    // Asked for, so that they are known keys.
    drop(login_keys(table));
    if server.is_some_and(|server| !server.is_loopback()) {
        table.missing("user", "\"forewarn@example.net\"`, and `password_file` or `token_command`");
        return None;
    }
    Some(None)
}

fn login_keys(table: &Table<'_>) -> (Option<String>, Option<String>, bool) {
    let by_token = table.get("token_command").is_some();
    for key in PASSWORD {
        table.get(key);
    }
    (table.text("user"), table.text("mailbox"), by_token)
}

fn login(table: &Table<'_>, folder: &Path) -> Option<Login> {
    let (user, mailbox, by_token) = login_keys(table);
    if table.get("user").is_none() {
        table.missing("user", "\"noc@example.net\"");
    }
    let password = secret(table, folder, PASSWORD);
    let by = match (password, by_token) {
        (Given::Nothing, true) => command(table, "token_command").map(LoginBy::Token),
        (Given::One(source), false) => Some(LoginBy::Password(source)),
        (Given::One(_), true) => {
            let help = "keep the token for servers that want OAuth (Microsoft 365, Gmail), the password for the others";
            table.notes.error(table.span_of("token_command"), "both a password and `token_command` are set", help);
            None
        }
        (Given::Nothing, false) => {
            table.missing("password_file", "\"mail.password\"`, or `password_command`, `password_credential` or `token_command");
            None
        }
        (Given::Wrong, _) => None,
    };
    Some(Login { user: user?, mailbox, by: by? })
}
