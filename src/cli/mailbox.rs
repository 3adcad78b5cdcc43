//! Old mail on disk, only read: a Maildir, a folder of .eml files, or an mbox file; each mail with the instant at which it arrived.
//!
//! First every mail is found and its head read, then each is read by itself when its turn comes: of the bodies one is in memory at a time.

mod mbox;

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    mail,
    maildir::{self, Content},
};

/// Largest mail that is read.
pub(super) const MAX_MAIL_BYTES: u64 = 25 * 1024 * 1024;
/// The head of a mail is looked for in as many bytes.
const MAX_HEAD_BYTES: usize = 256 * 1024;
/// Bytes that tell an mbox file from a mail.
const MBOX_SIGN: &[u8] = b"From ";

/// Where a mail lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A file of its own.
    File(PathBuf),
    /// A part of an mbox file: number of the file, first byte and length.
    Part { number: u64, offset: u64, length: u64 },
}

/// What says when a mail arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dated {
    /// Its topmost Received header.
    Received,
    /// Its Date header.
    Date,
    /// The file's time, or the separator line of the mbox.
    Store,
    /// Nothing: it is taken to have come with the mail before it.
    Nothing,
}

/// A mail that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// When it arrived, UTC.
    pub(super) at: DateTime<Utc>,
    /// What says so.
    pub(super) dated: Dated,
    place: Place,
}

/// Everything that a path holds, in order of arrival.
#[derive(Debug)]
pub(super) struct Mailbox {
    root: PathBuf,
    /// The mails, oldest first.
    pub(super) entries: Vec<Entry>,
    /// What could not be read, with the reason.
    pub(super) unreadable: Vec<String>,
    mbox: Option<File>,
}

impl Mailbox {
    /// Finds every mail below a path. `now` bounds what can be believed of their dates.
    ///
    /// # Errors
    /// When there is no such path, it cannot be read, or holds no mail in a form that is known.
    pub(super) fn open(root: &Path, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let about = fs::metadata(root).with_context(|| format!("{} cannot be read", root.display()))?;
        let mut mailbox = Self { root: root.to_owned(), entries: Vec::new(), unreadable: Vec::new(), mbox: None };
        if about.is_dir() && root.join("cur").is_dir() && root.join("new").is_dir() {
            let files = maildir::list(root)?.into_iter().map(|entry| entry.path).collect();
            mailbox.files(files, now);
        } else if about.is_dir() {
            let files = eml_files(root, |folder, error| mailbox.unreadable.push(format!("{}: {error}", folder.display())));
            anyhow::ensure!(
                !files.is_empty() || !mailbox.unreadable.is_empty(),
                "{} holds no mail: neither *.eml files nor the folders cur and new of a Maildir; an mbox is named as the file it is",
                root.display()
            );
            mailbox.files(files, now);
        } else if begins_as_mbox(root).with_context(|| format!("{} cannot be read", root.display()))? {
            let file = File::open(root).with_context(|| format!("{} cannot be read", root.display()))?;
            for part in mbox::parts(&file).with_context(|| format!("{} cannot be read", root.display()))? {
                let before = mailbox.entries.last().map(|entry| entry.at);
                let (at, dated) = arrived_at(&part.head, part.separated_at, before, now);
                let place = Place::Part { number: part.number, offset: part.offset, length: part.length };
                mailbox.entries.push(Entry { at, dated, place });
            }
            mailbox.mbox = Some(file);
        } else {
            mailbox.files(vec![root.to_owned()], now);
        }
        mailbox.entries.sort_by_key(|entry| entry.at);
        Ok(mailbox)
    }

    /// The path as it was named.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Name of a mail, for people: below the path that was named.
    pub(super) fn name(&self, entry: &Entry) -> String {
        match &entry.place {
            Place::File(path) => match path.strip_prefix(&self.root) {
                Ok(inner) if inner != Path::new("") => inner.display().to_string(),
                _ => path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            },
            Place::Part { number, .. } => format!("mail {number}"),
        }
    }

    /// Reads a mail.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(&self, entry: &Entry) -> anyhow::Result<Content> {
        match &entry.place {
            Place::File(path) => Ok(maildir::read(path, MAX_MAIL_BYTES)?),
            Place::Part { offset, length, .. } => {
                let file = self.mbox.as_ref().context("the mbox is open as long as its mails are read")?;
                mbox::read(file, *offset, *length).with_context(|| format!("{} cannot be read", self.root.display()))
            }
        }
    }

    fn files(&mut self, files: Vec<PathBuf>, now: DateTime<Utc>) {
        for path in files {
            match head(&path) {
                Ok((head, modified)) => {
                    let before = self.entries.last().map(|entry| entry.at);
                    let (at, dated) = arrived_at(&head, modified, before, now);
                    self.entries.push(Entry { at, dated, place: Place::File(path) });
                }
                Err(error) => self.unreadable.push(format!("{}: {error}", path.display())),
            }
        }
    }
}

/// Every `*.eml` below a folder, in byte order of the path. A folder that cannot be read is told and left out.
pub(super) fn eml_files(root: &Path, mut unreadable: impl FnMut(&Path, &io::Error)) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                unreadable(&folder, &error);
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            // A link to a folder is not followed: it could lead back.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml")) {
                found.push(path);
            }
        }
    }
    found.sort_by(|left, right| left.as_os_str().as_encoded_bytes().cmp(right.as_os_str().as_encoded_bytes()));
    found
}

fn begins_as_mbox(path: &Path) -> io::Result<bool> {
    let mut first = Vec::new();
    File::open(path)?.take(5).read_to_end(&mut first)?;
    Ok(first == MBOX_SIGN)
}

/// The headers of a file, and the file's time.
fn head(path: &Path) -> io::Result<(Vec<u8>, Option<DateTime<Utc>>)> {
    let file = File::open(path)?;
    let modified = file.metadata()?.modified().ok().map(DateTime::from);
    let mut head = Vec::new();
    let mut reader = file.take(u64::try_from(MAX_HEAD_BYTES).unwrap_or(u64::MAX));
    let mut chunk = [0; 8192];
    loop {
        let count = reader.read(&mut chunk)?;
        let seen = head.len().saturating_sub(3);
        head.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if let Some(end) = head_end(head.get(seen..).unwrap_or_default()) {
            head.truncate(seen + end);
            return Ok((head, modified));
        }
        if count == 0 {
            return Ok((head, modified));
        }
    }
}

/// Where the empty line after the headers begins.
fn head_end(bytes: &[u8]) -> Option<usize> {
    let crlf = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let lf = bytes.windows(2).position(|two| two == b"\n\n");
    crlf.into_iter().chain(lf).min()
}

/// When a mail arrived: topmost Received, else Date, else what the store says; whatever lies in the future or before mail as we know it is
/// not believed.
fn arrived_at(head: &[u8], stored: Option<DateTime<Utc>>, before: Option<DateTime<Utc>>, now: DateTime<Utc>) -> (DateTime<Utc>, Dated) {
    let earliest = DateTime::UNIX_EPOCH + TimeDelta::days(20 * 365);
    let believed = |at: &DateTime<Utc>| *at >= earliest && *at <= now + TimeDelta::days(1);
    let mail = mail::parse(head);
    let said = [(mail.received, Dated::Received), (mail.date, Dated::Date), (stored, Dated::Store)];
    let said = said.into_iter().find_map(|(at, dated)| Some((at.filter(believed)?, dated)));
    said.unwrap_or((before.unwrap_or(earliest), Dated::Nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_arrival_is_received_then_date_then_the_store_and_the_future_is_not_believed() {
        let (now, file) = (at("2026-01-01T00:00:00Z"), Some(at("2025-06-01T00:00:00Z")));
        let received = "Received: from a by b; Tue, 1 Sep 2020 15:04:00 +0000\n";
        let date = "Date: Tue, 1 Sep 2020 15:00:00 +0000\n";
        let future = "Date: Tue, 1 Sep 2099 15:00:00 +0000\n";
        let check = |head: &str, stored, expected: &str, dated| {
            assert_eq!(arrived_at(head.as_bytes(), stored, None, now), (at(expected), dated), "{head}");
        };
        check(&format!("{received}{date}"), file, "2020-09-01T15:04:00Z", Dated::Received);
        check(date, file, "2020-09-01T15:00:00Z", Dated::Date);
        check(future, file, "2025-06-01T00:00:00Z", Dated::Store);
        check("Subject: x\n", file, "2025-06-01T00:00:00Z", Dated::Store);
        let before = Some(at("2020-09-02T00:00:00Z"));
        assert_eq!(arrived_at(b"Subject: x\n", None, before, now), (at("2020-09-02T00:00:00Z"), Dated::Nothing));
    }

    #[test]
    fn a_folder_is_read_in_order_of_arrival_and_a_maildir_by_its_folders() {
        let dir = tempfile::tempdir().unwrap();
        let mail = |day: u32| format!("Date: Tue, {day} Sep 2020 15:00:00 +0000\r\nSubject: {day}\r\n\r\nx\r\n");
        fs::create_dir_all(dir.path().join("eml/sub")).unwrap();
        fs::write(dir.path().join("eml/a.eml"), mail(8)).unwrap();
        fs::write(dir.path().join("eml/sub/b.EML"), mail(1)).unwrap();
        fs::write(dir.path().join("eml/notes.txt"), mail(1)).unwrap();
        let now = at("2026-01-01T00:00:00Z");
        let mailbox = Mailbox::open(&dir.path().join("eml"), now).unwrap();
        let names: Vec<String> = mailbox.entries.iter().map(|entry| mailbox.name(entry)).collect();
        assert_eq!(names, ["sub/b.EML", "a.eml"]);
        assert_eq!(mailbox.read(&mailbox.entries[1]).unwrap(), Content::Whole(mail(8).into_bytes()));

        for part in ["box/new", "box/cur", "box/tmp", "box/.Junk/cur", "box/.Junk/new", "box/.Sent/cur", "box/.Sent/new"] {
            fs::create_dir_all(dir.path().join(part)).unwrap();
        }
        fs::write(dir.path().join("box/cur/1.x:2,S"), mail(3)).unwrap();
        fs::write(dir.path().join("box/.Junk/new/2.x"), mail(2)).unwrap();
        fs::write(dir.path().join("box/.Sent/cur/3.x:2,S"), mail(1)).unwrap();
        let mailbox = Mailbox::open(&dir.path().join("box"), now).unwrap();
        let names: Vec<String> = mailbox.entries.iter().map(|entry| mailbox.name(entry)).collect();
        assert_eq!(names, [".Junk/new/2.x", "cur/1.x:2,S"]);

        fs::create_dir(dir.path().join("none")).unwrap();
        assert!(Mailbox::open(&dir.path().join("none"), now).unwrap_err().to_string().contains("holds no mail"));
        assert!(Mailbox::open(&dir.path().join("absent"), now).unwrap_err().to_string().contains("cannot be read"));
    }

    #[test]
    fn a_mail_over_the_cap_is_not_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big.eml");
        fs::write(&path, "Date: Tue, 1 Sep 2020 15:00:00 +0000\n\n").unwrap();
        File::options().write(true).open(&path).unwrap().set_len(MAX_MAIL_BYTES + 1).unwrap();
        let mailbox = Mailbox::open(&path, at("2026-01-01T00:00:00Z")).unwrap();
        assert!(matches!(mailbox.read(&mailbox.entries[0]).unwrap(), Content::TooLarge(_, head) if head.len() <= 64 * 1024));
    }
}
