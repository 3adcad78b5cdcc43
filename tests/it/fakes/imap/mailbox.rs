//! The little mailbox: folders with mails, and the commands that our client uses.

use std::collections::BTreeMap;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Link;

/// What it holds, who may read it, and how it misbehaves.
#[derive(Clone)]
pub(crate) struct Mailbox {
    /// Who may sign in.
    pub(crate) user: String,
    pub(crate) password: String,
    /// For XOAUTH2; none when it takes no tokens.
    pub(crate) token: Option<String>,
    /// Mailboxes of others that the user may read.
    pub(crate) shared: Vec<String>,
    /// The next attempts to sign in are refused with these words.
    pub(crate) refuse_sign_in: Vec<String>,
    /// What it says it can do.
    pub(crate) capabilities: String,
    pub(crate) folders: BTreeMap<String, Folder>,
    /// STATUS gives an empty list.
    pub(crate) empty_status: bool,
    /// Each new connection is cut after so many bytes.
    pub(crate) cut_after: Option<usize>,
    /// Misbehaves once for the next command that begins so.
    pub(crate) instead: Vec<(String, Instead)>,
}

/// What it does in place of a command's answer.
#[derive(Clone)]
pub(crate) enum Instead {
    /// Sends these bytes; `{tag}` stands for the tag.
    Send(Vec<u8>),
    /// Sends these bytes, then answers.
    First(Vec<u8>),
    /// Says nothing more.
    Silence,
    /// Closes the connection.
    Close,
}

#[derive(Clone)]
pub(crate) struct Folder {
    /// As LIST shows them: `\Junk`.
    pub(crate) attributes: String,
    pub(crate) uid_validity: u32,
    pub(crate) uid_next: UidNext,
    /// Never raised by itself; none for NOMODSEQ.
    pub(crate) highest_mod_seq: Option<u64>,
    pub(crate) mails: BTreeMap<u32, Mail>,
}

/// What it says of the next UID.
#[derive(Clone, Copy)]
pub(crate) enum UidNext {
    /// One more than the highest there ever was.
    True(u32),
    Says(u32),
    Untold,
}

#[derive(Clone)]
pub(crate) struct Mail {
    pub(crate) bytes: Vec<u8>,
    /// INTERNALDATE.
    pub(crate) arrived: String,
    /// Not listed yet, though it has its UID.
    pub(crate) hidden: bool,
    /// RFC822.SIZE where it is not the truth.
    pub(crate) claimed_size: Option<u64>,
}

impl Default for Mailbox {
    fn default() -> Self {
        let inbox = Folder {
            attributes: String::new(),
            uid_validity: 1,
            uid_next: UidNext::True(1),
            highest_mod_seq: Some(7),
            mails: BTreeMap::new(),
        };
        Self {
            user: "noc@harbor.example".into(),
            password: "s3cret".into(),
            token: None,
            shared: Vec::new(),
            refuse_sign_in: Vec::new(),
            capabilities: "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2".into(),
            folders: [("INBOX".to_owned(), inbox)].into(),
            empty_status: false,
            cut_after: None,
            instead: Vec::new(),
        }
    }
}

impl Mailbox {
    /// An inbox with these mails, UIDs from 1 on.
    pub(crate) fn of(mails: &[&[u8]]) -> Self {
        let mut mailbox = Self::default();
        for bytes in mails {
            mailbox.deliver("INBOX", bytes);
        }
        mailbox
    }

    /// Puts a mail into a folder, which is made when it is not there; gives its UID.
    pub(crate) fn deliver(&mut self, folder: &str, bytes: &[u8]) -> u32 {
        let empty = Folder {
            attributes: String::new(),
            uid_validity: 1,
            uid_next: UidNext::True(1),
            highest_mod_seq: Some(7),
            mails: BTreeMap::new(),
        };
        let folder = self.folders.entry(folder.to_owned()).or_insert(empty);
        let highest = folder.mails.keys().next_back().copied().unwrap_or(0);
        let uid = if let UidNext::True(next) = folder.uid_next { next.max(highest + 1) } else { highest + 1 };
        if let UidNext::True(next) = &mut folder.uid_next {
            *next = uid + 1;
        }
        let mail = Mail { bytes: bytes.to_vec(), arrived: "24-Nov-2026 20:00:00 +0100".into(), hidden: false, claimed_size: None };
        folder.mails.insert(uid, mail);
        uid
    }

    /// The inbox.
    pub(crate) fn inbox(&mut self) -> &mut Folder {
        self.folders.get_mut("INBOX").unwrap()
    }
}

impl Folder {
    fn seen(&self) -> Vec<(u32, &Mail)> {
        self.mails.iter().filter(|(_, mail)| !mail.hidden).map(|(uid, mail)| (*uid, mail)).collect()
    }

    fn next(&self) -> Option<u32> {
        match self.uid_next {
            UidNext::True(next) => Some(next),
            UidNext::Says(says) => Some(says),
            UidNext::Untold => None,
        }
    }
}

/// Bytes with `{tag}` filled in.
pub(super) fn tagged(bytes: &[u8], tag: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(5).position(|window| window == b"{tag}") {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(tag.as_bytes());
        rest = &rest[at + 5..];
    }
    out.extend_from_slice(rest);
    out
}

/// Answers commands until the client goes.
pub(super) fn serve(link: &mut Link, mut signed_in: bool) -> io::Result<()> {
    let mut open: Option<String> = None;
    if !signed_in {
        link.send(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")?;
    }
    loop {
        let line = link.line()?;
        let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
        let instead = {
            let mut state = link.shared.state.lock().unwrap();
            let at = state.mailbox.instead.iter().position(|(prefix, _)| command.starts_with(prefix.as_str()));
            at.map(|at| state.mailbox.instead.remove(at).1)
        };
        match instead {
            Some(Instead::Send(bytes)) => {
                link.send(&tagged(&bytes, tag))?;
                continue;
            }
            Some(Instead::First(bytes)) => link.send(&tagged(&bytes, tag))?,
            Some(Instead::Silence) => return link.silence(),
            Some(Instead::Close) => return Ok(()),
            None => {}
        }
        if let Some(mechanism) = command.strip_prefix("AUTHENTICATE ") {
            signed_in = authenticate(link, tag, mechanism)?;
            continue;
        }
        let (answer, over) = {
            let mut state = link.shared.state.lock().unwrap();
            answer(&mut state.mailbox, command, &mut signed_in, &mut open)
        };
        link.send(&tagged(&answer, tag))?;
        if over {
            return Ok(());
        }
    }
}

fn authenticate(link: &mut Link, tag: &str, mechanism: &str) -> io::Result<bool> {
    link.send(b"+ \r\n")?;
    let answer = STANDARD.decode(link.line()?).unwrap_or_default();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (known, may_read, refusal) = {
        let mut state = link.shared.state.lock().unwrap();
        let mailbox = &mut state.mailbox;
        let refusal = (!mailbox.refuse_sign_in.is_empty()).then(|| mailbox.refuse_sign_in.remove(0));
        let (whose, known) = if mechanism == "XOAUTH2" {
            let token = mailbox.token.as_ref().map(|token| format!("\u{1}auth=Bearer {token}\u{1}\u{1}"));
            let whose = token.and_then(|token| answer.strip_suffix(&token)?.strip_prefix("user=").map(str::to_owned));
            (whose.clone().unwrap_or_default(), whose.is_some())
        } else {
            let [whose, user, password] = answer.split('\0').collect::<Vec<_>>().try_into().unwrap_or_default();
            (whose.to_owned(), user == mailbox.user && password == mailbox.password)
        };
        (known, whose.is_empty() || whose == mailbox.user || mailbox.shared.contains(&whose), refusal)
    };
    let refusal = match (refusal, known, may_read) {
        (Some(words), ..) => words,
        (_, true, true) => {
            link.send(format!("{tag} OK in\r\n").as_bytes())?;
            return Ok(true);
        }
        (_, true, false) => "[AUTHORIZATIONFAILED] not your mailbox".to_owned(),
        (_, false, _) => "[AUTHENTICATIONFAILED] AUTHENTICATE failed.".to_owned(),
    };
    if mechanism == "XOAUTH2" {
        let why = STANDARD.encode(r#"{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}"#);
        link.send(format!("+ {why}\r\n").as_bytes())?;
        link.line()?;
    }
    link.send(format!("{tag} NO {refusal}\r\n").as_bytes())?;
    Ok(false)
}

/// The answer to a command, and whether it is the last.
fn answer(mailbox: &mut Mailbox, command: &str, signed_in: &mut bool, open: &mut Option<String>) -> (Vec<u8>, bool) {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    let done = |mut text: String| {
        text.push_str("{tag} OK done\r\n");
        (text.into_bytes(), false)
    };
    let no = |text: &str| (format!("{{tag}} {text}\r\n").into_bytes(), false);
    match verb {
        "CAPABILITY" => done(format!("* CAPABILITY {}\r\n", mailbox.capabilities)),
        "LOGOUT" => (b"* BYE bye\r\n{tag} OK done\r\n".to_vec(), true),
        "LOGIN" => {
            if !mailbox.refuse_sign_in.is_empty() {
                return no(&format!("NO {}", mailbox.refuse_sign_in.remove(0)));
            }
            let words = quoted_words(rest);
            *signed_in = words == [mailbox.user.clone(), mailbox.password.clone()];
            if *signed_in { done(String::new()) } else { no("NO [AUTHENTICATIONFAILED] wrong") }
        }
        _ if !*signed_in => no("BAD sign in first"),
        "LIST" => {
            let line = |(name, folder): (&String, &Folder)| {
                format!("* LIST ({}) \"/\" \"{}\"\r\n", folder.attributes, name.replace('\\', "\\\\").replace('"', "\\\""))
            };
            done(mailbox.folders.iter().map(line).collect())
        }
        "STATUS" | "EXAMINE" => {
            let name = quoted_words(rest).first().cloned().unwrap_or_default();
            let Some(folder) = mailbox.folders.get(&name) else { return no("NO Mailbox doesn't exist") };
            let (count, validity, next) = (folder.seen().len(), folder.uid_validity, folder.next());
            if verb == "STATUS" {
                let next = next.map(|next| format!(" UIDNEXT {next}")).unwrap_or_default();
                let list = if mailbox.empty_status { String::new() } else { format!("MESSAGES {count}{next} UIDVALIDITY {validity}") };
                return done(format!("* STATUS \"{name}\" ({list})\r\n"));
            }
            let next = next.map(|next| format!("* OK [UIDNEXT {next}] next\r\n")).unwrap_or_default();
            let mod_seq = folder.highest_mod_seq.map_or("[NOMODSEQ]".to_owned(), |mod_seq| format!("[HIGHESTMODSEQ {mod_seq}]"));
            *open = Some(name);
            let counts = format!("* FLAGS (\\Seen)\r\n* {count} EXISTS\r\n* 0 RECENT\r\n");
            let codes = format!("* OK [UIDVALIDITY {validity}] valid\r\n{next}* OK {mod_seq} seq\r\n");
            (format!("{counts}{codes}{{tag}} OK [READ-ONLY] open\r\n").into_bytes(), false)
        }
        "UID" => {
            let Some(folder) = open.as_ref().and_then(|name| mailbox.folders.get(name)) else { return no("BAD open a folder first") };
            let words: Vec<&str> = rest.splitn(3, ' ').collect();
            match words.as_slice() {
                ["SEARCH", "UID", set] => {
                    let uids: Vec<String> = chosen(folder, set).iter().map(|(_, uid, _)| format!(" {uid}")).collect();
                    done(format!("* SEARCH{}\r\n", uids.concat()))
                }
                ["FETCH", set, items] => {
                    let mut out: Vec<u8> =
                        chosen(folder, set).iter().flat_map(|(number, uid, mail)| fetched(*number, *uid, mail, items)).collect();
                    out.extend_from_slice(b"{tag} OK done\r\n");
                    (out, false)
                }
                _ => no("BAD what?"),
            }
        }
        _ => no("BAD what?"),
    }
}

/// Sequence number, UID and mail for each message of a set of UIDs. `n:*` names the last one too where all are below n.
fn chosen<'a>(folder: &'a Folder, set: &str) -> Vec<(usize, u32, &'a Mail)> {
    let seen = folder.seen();
    let last = seen.last().map_or(0, |(uid, _)| *uid);
    let number = |text: &str| if text == "*" { last } else { text.parse().unwrap_or(0) };
    let ranges: Vec<(u32, u32)> = set
        .split(',')
        .map(|range| {
            let (from, to) = range.split_once(':').unwrap_or((range, range));
            let (from, to) = (number(from), number(to));
            (from.min(to), from.max(to))
        })
        .collect();
    let within = |uid: u32| ranges.iter().any(|(from, to)| (*from..=*to).contains(&uid));
    (1..).zip(seen).filter(|(_, (uid, _))| within(*uid)).map(|(number, (uid, mail))| (number, uid, mail)).collect()
}

fn fetched(number: usize, uid: u32, mail: &Mail, items: &str) -> Vec<u8> {
    let mut out = format!("* {number} FETCH (UID {uid}").into_bytes();
    if items.contains("RFC822.SIZE") {
        let size = mail.claimed_size.unwrap_or(mail.bytes.len() as u64);
        out.extend_from_slice(format!(" RFC822.SIZE {size}").as_bytes());
    }
    if items.contains("INTERNALDATE") {
        out.extend_from_slice(format!(" INTERNALDATE \"{}\"", mail.arrived).as_bytes());
    }
    if let Some((section, partial)) = items.split_once("BODY.PEEK[").and_then(|(_, rest)| rest.split_once("]<")) {
        let (offset, length) = partial.trim_end_matches([')', '>']).split_once('.').unwrap();
        let (offset, length): (usize, usize) = (offset.parse().unwrap(), length.parse().unwrap());
        let whole = if section.is_empty() { mail.bytes.clone() } else { head(&mail.bytes) };
        let piece = &whole[offset.min(whole.len())..(offset + length).min(whole.len())];
        out.extend_from_slice(format!(" BODY[{section}]<{offset}> {{{}}}\r\n", piece.len()).as_bytes());
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(b")\r\n");
    out
}

/// From and Subject of a mail, with the empty line.
fn head(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (mut out, mut wanted) = (String::new(), false);
    for line in text.split('\n').take_while(|line| !line.is_empty()) {
        let lower = line.to_ascii_lowercase();
        if !line.starts_with([' ', '\t']) {
            wanted = lower.starts_with("from:") || lower.starts_with("subject:");
        }
        if wanted {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    out.push_str("\r\n");
    out.into_bytes()
}

/// The quoted strings of a line.
fn quoted_words(line: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, &mut word) {
            ('"', None) => word = Some(String::new()),
            ('"', Some(_)) => words.extend(word.take()),
            ('\\', Some(word)) => word.extend(letters.next()),
            (other, Some(word)) => word.push(other),
            (_, None) => {}
        }
    }
    words
}
