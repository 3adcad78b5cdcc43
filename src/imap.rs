//! Reads mail from an IMAP server (RFC 9051, RFC 3501), and changes nothing there: folders are opened with EXAMINE, bodies are read with
//! BODY.PEEK, no flag is set and nothing is moved or deleted.
//!
//! What a server says is a claim. A command has succeeded only when its own answer says OK; of the answers to FETCH only those count that
//! carry a UID which was asked for and what was asked; sizes are bounded before memory is set aside; every wait has an end. ENVELOPE,
//! BODYSTRUCTURE and BINARY are never asked for: one answer of theirs that the library cannot read ends the session.

mod error;
mod folders;
mod guard;
mod sign_in;
mod talk;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_imap::imap_proto::{AttributeValue, MailboxDatum, MessageSection, Response, ResponseCode, SectionPath, StatusAttribute};
use chrono::{DateTime, Utc};

pub use error::ImapError;
pub use folders::{Folder, Role};
use folders::{listed, quoted};
use sign_in::{Capabilities, refused};
pub use talk::Deadlines;
use talk::{Reply, Talk};

use crate::model::Server;
use crate::tls::Credentials;

/// Longest time that a good-bye may take.
const GOOD_BYE: Duration = Duration::from_secs(3);
/// More folders than any mailbox has.
const FOLDERS: usize = 10_000;
/// More messages than any mailbox has.
const MESSAGES: usize = 4_000_000;
/// Longest sender or subject that is kept of a message whose body is not there.
const HEADER_BYTES: usize = 300;

/// A signed-in connection that only reads.
///
/// After an error the connection is to be dropped unless [`ImapError::leaves_connection`] says otherwise; commands on a broken one fail.
#[derive(Debug)]
pub struct Imap {
    talk: Talk,
    able: Capabilities,
}

/// What a server says of a folder; none where it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FolderState {
    /// Its generation: UIDs mean the same as long as it stays.
    pub uid_validity: Option<u32>,
    /// The UID that the next message will have, at least.
    pub uid_next: Option<u32>,
    /// How many messages are in it.
    pub messages: Option<u32>,
}

/// A message as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its number in the folder.
    pub uid: u32,
    /// Its size in bytes as the server claims; the largest `u32` where it claims none, or more than that.
    pub size: u64,
    /// When the server got it, UTC.
    pub arrived_at: Option<DateTime<Utc>>,
    /// The From line as it is written, unfolded and cut to 300 bytes; empty for none.
    pub sender: String,
    /// The Subject line likewise.
    pub subject: String,
}

impl Imap {
    /// Connects and signs in.
    ///
    /// # Errors
    /// When the server cannot be reached or believed, or does not let us in.
    pub async fn open(server: &Server, credentials: &Credentials) -> Result<Self, ImapError> {
        Self::open_within(server, credentials, Deadlines::default()).await
    }

    /// The same, with other deadlines than usual.
    ///
    /// # Errors
    /// As [`Imap::open`].
    pub async fn open_within(server: &Server, credentials: &Credentials, deadlines: Deadlines) -> Result<Self, ImapError> {
        let (talk, able) = sign_in::open(server, credentials, deadlines).await?;
        Ok(Self { talk, able })
    }

    /// Lists the folders that can be opened.
    ///
    /// # Errors
    /// When the server refuses, or the connection fails.
    pub async fn folders(&mut self) -> Result<Vec<Folder>, ImapError> {
        let marks = self.able.contains("SPECIAL-USE") && self.able.contains("LIST-EXTENDED");
        let command = if marks { r#"LIST "" "*" RETURN (SPECIAL-USE)"# } else { r#"LIST "" "*""# };
        let mut folders: Vec<Folder> = Vec::new();
        let mut seen = BTreeSet::new();
        self.done(command, |response| {
            if let Response::MailboxData(MailboxDatum::List(data)) = response
                && let Some(folder) = listed(data)
                && folders.len() < FOLDERS
                && seen.insert(folder.wire.clone())
            {
                folders.push(folder);
            }
        })
        .await?;
        Ok(folders)
    }

    /// Asks for a folder's state without opening it. Not for the folder that is open (RFC 9051 section 6.3.11): open that again instead.
    ///
    /// # Errors
    /// When there is no such folder, or the connection fails. A server that says nothing gives no error but no values.
    pub async fn status(&mut self, folder: &Folder) -> Result<FolderState, ImapError> {
        let mut state = FolderState::default();
        let command = format!("STATUS {} (MESSAGES UIDNEXT UIDVALIDITY)", self.sendable(folder)?);
        let reply = self
            .talk
            .command(&command, |response| {
                let Response::MailboxData(MailboxDatum::Status { status, .. }) = response else { return };
                for attribute in status {
                    match attribute {
                        StatusAttribute::Messages(count) => state.messages = Some(*count),
                        StatusAttribute::UidNext(uid) => state.uid_next = Some(*uid),
                        StatusAttribute::UidValidity(validity) => state.uid_validity = Some(*validity),
                        _ => {}
                    }
                }
            })
            .await?;
        self.opened(folder, "STATUS", reply).map(|()| state)
    }

    /// Opens a folder for reading.
    ///
    /// # Errors
    /// When there is no such folder, or the connection fails.
    pub async fn examine(&mut self, folder: &Folder) -> Result<FolderState, ImapError> {
        let mut state = FolderState::default();
        let command = format!("EXAMINE {}", self.sendable(folder)?);
        let reply = self
            .talk
            .command(&command, |response| match response {
                Response::MailboxData(MailboxDatum::Exists(count)) => state.messages = Some(*count),
                Response::Data { outcome, .. } => match outcome.code {
                    Some(ResponseCode::UidNext(uid)) => state.uid_next = Some(uid),
                    Some(ResponseCode::UidValidity(validity)) => state.uid_validity = Some(validity),
                    _ => {}
                },
                _ => {}
            })
            .await?;
        self.opened(folder, "EXAMINE", reply).map(|()| state)
    }

    /// Lists the UIDs of the open folder from `from` on, ascending, each once.
    ///
    /// # Errors
    /// When the server lists UID 0 or refuses, or the connection fails.
    pub async fn uids(&mut self, from: u32) -> Result<Vec<u32>, ImapError> {
        // `n:*` also names the last message where all are below n (RFC 9051 section 9, seq-range).
        let found = self.search(&format!("{from}:*")).await?;
        Ok(found.into_iter().filter(|uid| *uid >= from).collect())
    }

    /// Whether a message is still in the open folder.
    ///
    /// # Errors
    /// As [`Imap::uids`].
    pub async fn exists(&mut self, uid: u32) -> Result<bool, ImapError> {
        Ok(self.search(&uid.to_string()).await?.contains(&uid))
    }

    async fn search(&mut self, set: &str) -> Result<BTreeSet<u32>, ImapError> {
        let mut found = BTreeSet::new();
        self.done(&format!("UID SEARCH UID {set}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response
                && found.len() < MESSAGES
            {
                found.extend(uids);
            }
        })
        .await?;
        if found.contains(&0) {
            return Err(ImapError::UidZero { server: self.talk.server() });
        }
        if found.len() >= MESSAGES {
            return Err(ImapError::Oversized { server: self.talk.server(), why: "lists more messages than a mailbox can have".to_owned() });
        }
        Ok(found)
    }

    /// Reads size, time, sender and subject of some hundred messages at most. A message that the server says nothing of is missing.
    ///
    /// # Errors
    /// When the server refuses, or the connection fails.
    pub async fn envelopes(&mut self, uids: &[u32]) -> Result<Vec<Envelope>, ImapError> {
        const ITEMS: &str = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]<0.2048>)";
        let mut found = BTreeMap::new();
        self.fetch(uids, ITEMS, |uid, attributes| {
            let head = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::BodySection { section: Some(SectionPath::Full(MessageSection::Header)), data, .. } => data.as_deref(),
                _ => None,
            });
            let Some(head) = head else { return };
            let size = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::Rfc822Size(size) => Some(*size),
                _ => None,
            });
            let arrived_at = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::InternalDate(date) => internal_date(date),
                _ => None,
            });
            found.entry(uid).or_insert_with(|| Envelope {
                uid,
                size: u64::from(size.unwrap_or(u32::MAX)),
                arrived_at,
                sender: header(head, "From"),
                subject: header(head, "Subject"),
            });
        })
        .await?;
        Ok(found.into_values().collect())
    }

    /// Reads the first `cap_bytes` of several messages. A message whose bytes did not come is missing; `cap_bytes` in all is far below the
    /// 4 MiB beyond which an answer is refused.
    ///
    /// # Errors
    /// When the server refuses, or the connection fails. Servers refuse the whole command when one message of it cannot be read.
    pub async fn small_bodies(&mut self, uids: &[u32], cap_bytes: u32) -> Result<Vec<(u32, Vec<u8>)>, ImapError> {
        let mut found = BTreeMap::new();
        self.fetch(uids, &format!("(UID BODY.PEEK[]<0.{cap_bytes}>)"), |uid, attributes| {
            if let Some(bytes) = body(attributes, 0, cap_bytes) {
                found.entry(uid).or_insert(bytes);
            }
        })
        .await?;
        Ok(found.into_iter().collect())
    }

    /// Reads `length` bytes of a message from `offset` on; fewer where it ends, none where the server sends no body for that UID.
    ///
    /// # Errors
    /// When the server refuses, or the connection fails.
    pub async fn part(&mut self, uid: u32, offset: u32, length: u32) -> Result<Option<Vec<u8>>, ImapError> {
        let mut found = None;
        self.fetch(&[uid], &format!("(UID BODY.PEEK[]<{offset}.{length}>)"), |_, attributes| {
            found = found.take().or_else(|| body(attributes, offset, length));
        })
        .await?;
        Ok(found)
    }

    /// Ends the connection; what goes wrong with that matters to nobody.
    pub async fn close(self) {
        self.talk.end(GOOD_BYE).await;
    }

    /// Hands over the answers that carry a UID which was asked for.
    async fn fetch(&mut self, uids: &[u32], items: &str, mut each: impl FnMut(u32, &[AttributeValue<'_>]) + Send) -> Result<(), ImapError> {
        let asked: BTreeSet<u32> = uids.iter().copied().filter(|uid| *uid > 0).collect();
        if asked.is_empty() {
            return Ok(());
        }
        self.done(&format!("UID FETCH {} {items}", set(&asked)), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let uid = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::Uid(uid) => Some(*uid),
                _ => None,
            });
            if let Some(uid) = uid.filter(|uid| asked.contains(uid)) {
                each(uid, attributes);
            }
        })
        .await
    }

    async fn done(&mut self, command: &str, each: impl FnMut(&Response<'_>) + Send) -> Result<(), ImapError> {
        match self.talk.command(command, each).await? {
            Reply::Done => Ok(()),
            Reply::Refused(text) => {
                let verb: Vec<&str> = command.split(' ').take(if command.starts_with("UID ") { 2 } else { 1 }).collect();
                Err(refused(self.talk.server(), &verb.join(" "), text))
            }
        }
    }

    fn sendable(&self, folder: &Folder) -> Result<String, ImapError> {
        quoted(&folder.wire).ok_or_else(|| ImapError::FolderName { server: self.talk.server(), folder: folder.name.clone() })
    }

    fn opened(&self, folder: &Folder, command: &str, reply: Reply) -> Result<(), ImapError> {
        match reply {
            Reply::Done => Ok(()),
            Reply::Refused(text) if error::is_missing(&text) => {
                Err(ImapError::FolderMissing { server: self.talk.server(), folder: folder.name.clone() })
            }
            Reply::Refused(text) => Err(refused(self.talk.server(), command, text)),
        }
    }
}

/// The body of an answer that begins where it was asked to, at most as long as asked.
fn body(attributes: &[AttributeValue<'_>], offset: u32, length: u32) -> Option<Vec<u8>> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section: None, index, data: Some(data) } if index.unwrap_or(0) == offset => {
            Some(data.iter().copied().take(usize::try_from(length).unwrap_or(usize::MAX)).collect())
        }
        _ => None,
    })
}

/// UIDs as a set, neighbours as a range.
fn set(uids: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let ranges: Vec<String> =
        ranges.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}:{last}") }).collect();
    ranges.join(",")
}

/// `17-Jul-1996 02:44:25 -0700`, the day of one digit after a space.
fn internal_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z").ok().map(|at| at.with_timezone(&Utc))
}

/// The first header of a name, unfolded and cut.
fn header(head: &[u8], name: &str) -> String {
    let head = String::from_utf8_lossy(head);
    let mut value: Option<String> = None;
    for line in head.lines() {
        match &mut value {
            Some(value) if line.starts_with([' ', '\t']) => value.push_str(line),
            Some(_) => break,
            None => {
                let field = line.split_once(':').filter(|(field, _)| field.trim_end().eq_ignore_ascii_case(name));
                value = field.map(|(_, text)| text.to_owned());
            }
        }
    }
    let value = value.unwrap_or_default();
    let value = value.trim();
    let end = (0..=HEADER_BYTES.min(value.len())).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
    value.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_cut() {
        let head = b"from: =?utf-8?q?N=C3=B6c?=\r\n <noc@lumen.example>\r\nX: y\r\nSUBJECT:Work\r\n\ton Friday\r\nSubject: second\r\n\r\n";
        assert_eq!(header(head, "From"), "=?utf-8?q?N=C3=B6c?= <noc@lumen.example>");
        assert_eq!(header(head, "Subject"), "Work\ton Friday");
        assert_eq!(header(b"Subject: x", "From"), "");
        let long = format!("Subject: {}", "é".repeat(400));
        assert_eq!(header(long.as_bytes(), "Subject").len(), 300);
    }

    #[test]
    fn sets_are_short_and_dates_are_read() {
        assert_eq!(set(&[1, 2, 3, 5, 8, 9, u32::MAX].into()), "1:3,5,8:9,4294967295");
        assert_eq!(internal_date(" 7-Jul-2026 02:44:25 -0700").unwrap().to_rfc3339(), "2026-07-07T09:44:25+00:00");
        assert_eq!(internal_date("yesterday"), None);
    }
}
