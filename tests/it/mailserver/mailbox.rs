//! Dovecot's mailboxes, looked at on disk and changed behind the back of whoever reads them by IMAP.

use super::{MailServer, Programs, search_path, soon};
use forewarn::mail;
use forewarn::model::Mail;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A mail in a mailbox, as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// `INBOX`, or another folder's name.
    pub(crate) folder: String,
    /// Its file's name before the flags.
    pub(crate) name: String,
    /// Letters of the flags (`S` seen, `R` answered, `F` flagged, `T` deleted, `D` draft, small letters keywords).
    pub(crate) flags: String,
    /// The whole mail.
    pub(crate) bytes: Vec<u8>,
}

impl Held {
    /// The mail as Forewarn reads it.
    pub(crate) fn mail(&self) -> Mail {
        mail::parse(&self.bytes)
    }
}

impl MailServer {
    /// Where a user's mail lies.
    pub(crate) fn maildir(&self, user: &str) -> PathBuf {
        self.path("mail").join(user.to_lowercase()).join("Maildir")
    }

    /// A folder of a user's mail.
    fn folder(&self, user: &str, folder: &str) -> PathBuf {
        let maildir = self.maildir(user);
        if folder == "INBOX" { maildir } else { maildir.join(format!(".{}", folder.replace('/', "."))) }
    }

    /// Every mail in every folder of a user, in order of arrival; nothing where no mail ever came.
    pub(crate) fn held(&self, user: &str) -> Vec<Held> {
        let maildir = self.maildir(user);
        let mut found = in_folder(&maildir, "INBOX");
        for entry in fs::read_dir(&maildir).into_iter().flatten() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(folder) = name.strip_prefix('.').filter(|_| maildir.join(&name).is_dir()) {
                found.extend(in_folder(&maildir.join(&name), folder));
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// The mails in a user's INBOX, read.
    pub(crate) fn inbox(&self, user: &str) -> Vec<Mail> {
        self.held(user).iter().filter(|held| held.folder == "INBOX").map(Held::mail).collect()
    }

    /// Everybody who has a mailbox.
    pub(crate) fn users(&self) -> Vec<String> {
        let mut users: Vec<String> =
            fs::read_dir(self.path("mail")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        users.sort();
        users
    }

    /// Waits until a user holds as many mails; thirty seconds at most.
    #[track_caller]
    pub(crate) fn await_mails(&self, user: &str, count: usize) -> Vec<Held> {
        let came = soon(Duration::from_secs(30), || Some(self.held(user)).filter(|held| held.len() >= count));
        assert!(came.is_some(), "{user} does not hold {count} mails: {:?}", self.inbox(user));
        came.unwrap()
    }

    /// Puts mails into a folder on disk, past Exim and LMTP; the folder is made where it is missing.
    pub(crate) fn put<M: AsRef<[u8]>>(&self, user: &str, folder: &str, mails: impl IntoIterator<Item = M>) {
        let place = self.folder(user, folder);
        let new = !place.exists();
        for part in ["tmp", "cur", "new"] {
            fs::create_dir_all(place.join(part)).unwrap();
        }
        if folder != "INBOX" {
            fs::write(place.join("maildirfolder"), "").unwrap();
        }
        if new {
            // The home above it as well.
            self.hand_over(self.maildir(user).parent().unwrap());
        }
        for mail in mails {
            let (file, path) = tempfile::Builder::new().prefix("1.").tempfile_in(place.join("tmp")).unwrap().keep().unwrap();
            drop(file);
            fs::write(&path, mail).unwrap();
            self.hand_over(&path);
            fs::rename(&path, place.join("new").join(path.file_name().unwrap())).unwrap();
        }
    }

    /// Forgets every UID of a folder: its UIDVALIDITY changes.
    pub(crate) fn renumber(&self, user: &str, folder: &str) {
        // The index knows the old ones too.
        for entry in fs::read_dir(self.folder(user, folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if name == "dovecot-uidlist" || name.starts_with("dovecot.index") {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    /// What `doveadm` prints: `flags add`, `move`, `expunge`, `mailbox delete` and the like, as another client would do it.
    #[track_caller]
    pub(crate) fn doveadm(&self, arguments: &[&str]) -> String {
        let programs = Programs::find(&search_path()).unwrap();
        let mut command = self.account.command(&programs.doveadm);
        command.arg("-c").arg(self.path("dovecot.conf")).args(arguments).current_dir(self.folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "doveadm {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn in_folder(path: &Path, folder: &str) -> Vec<Held> {
    let mut found = Vec::new();
    for part in ["new", "cur"] {
        for entry in fs::read_dir(path.join(part)).into_iter().flatten() {
            let entry = entry.unwrap();
            let file = entry.file_name().into_string().unwrap();
            let (name, flags) = file.split_once(":2,").unwrap_or((&file, ""));
            // Gone between listing and reading: a session moved it to `cur`, where it is found next.
            if let Ok(bytes) = fs::read(entry.path()) {
                found.push(Held { folder: folder.to_owned(), name: name.to_owned(), flags: flags.to_owned(), bytes });
            }
        }
    }
    found
}
