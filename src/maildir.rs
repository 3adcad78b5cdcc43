//! Maildir folders: one as an inbox that is only read, one as a place where sent mail goes.
//!
//! As an inbox no file is moved, renamed or written, so no flag changes. As a sink each mail is put in place once: it is written into
//! `tmp` first, so that after a crash it can be told whether it was moved to `new`, even when somebody has taken it away since.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use ring::digest;

/// A mail's place in a Maildir.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `INBOX`, or the name of a Maildir++ folder below it (`Junk`).
    pub folder: String,
    /// The base name up to the flags: stays when a client moves the file from `new` to `cur`.
    pub uid: String,
    /// Where the file is now.
    pub path: PathBuf,
    /// The file's time, UTC.
    pub arrived_at: DateTime<Utc>,
}

/// What reading a mail gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The whole message.
    Whole(Vec<u8>),
    /// It is larger than the cap: its size, and the first 64 kB.
    TooLarge(u64, Vec<u8>),
    /// It is gone.
    Gone,
}

/// Why a Maildir could not be used.
#[derive(Debug, thiserror::Error)]
pub enum MaildirError {
    /// The folder is not there or is no Maildir.
    #[error("{0} is no Maildir: {1} is missing; create it with `mkdir -p {0}/new {0}/cur {0}/tmp`, or mend the path in forewarn.toml")]
    NotThere(PathBuf, PathBuf),
    /// Something of it could not be read or written.
    #[error("{0} cannot be read or written: {1}")]
    Io(PathBuf, io::Error),
}

/// Folders that are never watched.
const NOT_WATCHED: [&str; 6] = ["sent", "drafts", "trash", "sent items", "deleted items", "deleted messages"];

/// Lists every mail below a Maildir, its Maildir++ folders included (all but Sent, Drafts and Trash), in order of folder and name.
///
/// # Errors
/// When the folder is no Maildir or cannot be read.
pub fn list(root: &Path) -> Result<Vec<Entry>, MaildirError> {
    let mut entries = Vec::new();
    list_folder(root, "INBOX", &mut entries)?;
    for entry in read_dir(root)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(folder) = name.strip_prefix('.').filter(|folder| !folder.is_empty() && *folder != ".") else { continue };
        if entry.path().join("cur").is_dir() && !NOT_WATCHED.contains(&folder.to_lowercase().as_str()) {
            list_folder(&entry.path(), folder, &mut entries)?;
        }
    }
    entries.sort_by(|a, b| (&a.folder, &a.uid).cmp(&(&b.folder, &b.uid)));
    Ok(entries)
}

fn list_folder(path: &Path, folder: &str, entries: &mut Vec<Entry>) -> Result<(), MaildirError> {
    for part in ["new", "cur"] {
        let place = path.join(part);
        if !place.is_dir() {
            return Err(MaildirError::NotThere(path.to_owned(), place));
        }
        for entry in read_dir(&place)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            // Gone between listing and looking: another client moved it; the next pass sees it under its new name.
            let Ok(about) = fs::metadata(entry.path()) else { continue };
            if name.starts_with('.') || !about.is_file() {
                continue;
            }
            let arrived_at = about.modified().map_or(DateTime::UNIX_EPOCH, DateTime::<Utc>::from);
            let uid = name.split(":2,").next().unwrap_or(&name).to_owned();
            entries.push(Entry { folder: folder.to_owned(), uid, path: entry.path(), arrived_at });
        }
    }
    Ok(())
}

fn read_dir(path: &Path) -> Result<Vec<fs::DirEntry>, MaildirError> {
    let fail = |error| MaildirError::Io(path.to_owned(), error);
    fs::read_dir(path).map_err(fail)?.collect::<Result<_, _>>().map_err(fail)
}

/// When each watched folder last changed, in order; none where that cannot be told, or where a folder changed so recently that a further
/// change could carry the same time.
#[must_use]
pub fn state(root: &Path, now: DateTime<Utc>) -> Option<Vec<SystemTime>> {
    let mut folders = vec![root.to_owned()];
    folders.extend(read_dir(root).ok()?.into_iter().map(|entry| entry.path()).filter(|path| path.join("cur").is_dir()));
    folders.sort();
    let parts = folders.iter().flat_map(|folder| ["new", "cur"].map(|part| folder.join(part)));
    let times: Vec<SystemTime> = parts.map(|part| fs::metadata(part).and_then(|about| about.modified())).collect::<Result<_, _>>().ok()?;
    let settled = SystemTime::from(now).checked_sub(Duration::from_secs(2))?;
    times.iter().all(|time| *time < settled).then_some(times)
}

/// Reads a mail, at most `cap_bytes` of it.
///
/// # Errors
/// When the file is there but cannot be read.
pub fn read(path: &Path, cap_bytes: u64) -> Result<Content, MaildirError> {
    let fail = |error| MaildirError::Io(path.to_owned(), error);
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::Gone),
        other => other.map_err(fail)?,
    };
    let size = file.metadata().map_err(fail)?.len();
    let limit = if size > cap_bytes { 64 * 1024 } else { cap_bytes };
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(fail)?;
    Ok(if size > cap_bytes { Content::TooLarge(size, bytes) } else { Content::Whole(bytes) })
}

/// A mail that is written and durable in `tmp`, where nobody who reads the Maildir sees it.
#[derive(Debug)]
pub struct Prepared {
    temporary: PathBuf,
    target: PathBuf,
}

/// Writes a mail for the Maildir of its recipient below `root`. Its file name comes from `key`, which no other mail has.
///
/// # Errors
/// When a folder or file cannot be written; then nothing of the mail is in `new`.
pub fn prepare(root: &Path, recipient: &str, key: &str, bytes: &[u8]) -> Result<Prepared, MaildirError> {
    let prepared = place_of(root, recipient, key);
    for place in ["tmp", "new", "cur"].map(|part| root.join(folder_name(recipient)).join(part)) {
        fs::create_dir_all(&place).map_err(|error| MaildirError::Io(place, error))?;
    }
    let fail = |error| MaildirError::Io(prepared.temporary.clone(), error);
    let mut file = File::create(&prepared.temporary).map_err(fail)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fail)?;
    Ok(prepared)
}

impl Prepared {
    /// Puts the mail in place, at once and whole.
    ///
    /// # Errors
    /// When it cannot be moved, or it is not known whether that will last.
    pub fn place(self) -> Result<PathBuf, MaildirError> {
        let fail = |error| MaildirError::Io(self.target.clone(), error);
        fs::rename(&self.temporary, &self.target).map_err(fail)?;
        let folder = self.target.parent().unwrap_or(&self.target);
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)?;
        Ok(self.target)
    }

    /// Gives it up.
    pub fn discard(self) {
        // What stays in `tmp` is seen by nobody.
        fs::remove_file(self.temporary).unwrap_or_default();
    }
}

/// Whether a mail that was once prepared was put in place; none where that cannot be told any more. A process that was killed leaves
/// the file in `tmp` if, and only if, it did not get so far.
#[must_use]
pub fn was_placed(root: &Path, recipient: &str, key: &str) -> Option<bool> {
    let place = place_of(root, recipient, key);
    place.target.parent()?.is_dir().then(|| !place.temporary.exists())
}

fn place_of(root: &Path, recipient: &str, key: &str) -> Prepared {
    let (maildir, name) = (root.join(folder_name(recipient)), file_name(key));
    Prepared { temporary: maildir.join("tmp").join(&name), target: maildir.join("new").join(&name) }
}

/// The recipient's address as the name of a folder: nothing that leads out of the root.
fn folder_name(recipient: &str) -> String {
    let safe: String =
        recipient.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() || "@._+-".contains(c) { c } else { '_' }).collect();
    if safe.starts_with('.') { format!("_{safe}") } else { safe }
}

fn file_name(key: &str) -> String {
    let sum = digest::digest(&digest::SHA256, key.as_bytes());
    let hex: String = sum.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.forewarn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_is_only_read() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(list(dir.path()), Err(MaildirError::NotThere(..))));
        for part in ["new", "cur", "tmp", ".Junk/new", ".Junk/cur", ".Sent/new", ".Sent/cur"] {
            fs::create_dir_all(dir.path().join(part)).unwrap();
        }
        for (file, text) in
            [("new/1.a", "one"), ("cur/2.b:2,S", "two"), (".Junk/cur/3.c:2,", "three"), (".Sent/cur/4.d:2,S", "four"), ("new/.hidden", "x")]
        {
            fs::write(dir.path().join(file), text).unwrap();
        }
        let entries = list(dir.path()).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| (entry.folder.as_str(), entry.uid.as_str())).collect();
        assert_eq!(names, [("INBOX", "1.a"), ("INBOX", "2.b"), ("Junk", "3.c")]);
        assert_eq!(read(&entries[1].path, 100).unwrap(), Content::Whole(b"two".to_vec()));
        assert_eq!(read(&entries[1].path, 2).unwrap(), Content::TooLarge(3, b"two".to_vec()));
        assert_eq!(read(&dir.path().join("new/none"), 2).unwrap(), Content::Gone);
        assert_eq!(list(dir.path()).unwrap(), entries);
    }

    #[test]
    fn a_mail_is_put_in_place_whole_and_inside_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let to = "../Kim@Acme.example";
        assert_eq!(was_placed(dir.path(), to, "notice:1"), None);
        let prepared = prepare(dir.path(), to, "notice:1", b"hello").unwrap();
        let new = dir.path().join("_.._kim@acme.example/new");
        assert_eq!(fs::read_dir(&new).unwrap().count(), 0, "nobody sees it yet");
        assert_eq!(was_placed(dir.path(), to, "notice:1"), Some(false));
        let placed = prepared.place().unwrap();
        assert!(placed.starts_with(&new), "{placed:?}");
        assert_eq!(fs::read(&placed).unwrap(), b"hello");
        assert_eq!(was_placed(dir.path(), "../kim@acme.example", "notice:1"), Some(true));
        fs::remove_file(placed).unwrap();
        assert_eq!(was_placed(dir.path(), to, "notice:1"), Some(true), "whoever reads the Maildir has taken it");
        prepare(dir.path(), to, "notice:2", b"hello").unwrap().discard();
        assert_eq!(fs::read_dir(new.with_file_name("tmp")).unwrap().count(), 0);
    }
}
