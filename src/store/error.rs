//! What can go wrong with the store, by what the caller does next.

use std::error::Error;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::model::MailId;

/// Why the store did not do what it was asked. Nothing of the call was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file: say where it was looked for and end.
    #[error("there is no store at {}: start the service once, or name the file that it uses", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else: never write to it.
    #[error("{} is not a store of forewarn ({detail}): name another file, or move this one away", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What was seen.
        detail: String,
    },
    /// A newer program wrote it: never write to it.
    #[error("{} was written by a newer forewarn (store version {found}, this one knows {known}): run the newer one, or restore a backup made before the upgrade", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// An older program wrote it and the service has not run since.
    #[error("{} has the older store version {found} (this forewarn writes {known}): start the service once, it brings the store up to date", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version needed.
        known: i64,
    },
    /// The file could not be opened.
    #[error("cannot open the store {}", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The content is damaged: stop sending, restore a backup.
    #[error("the store is damaged ({detail}): stop the service and restore a backup")]
    Damaged {
        /// What was found.
        detail: String,
    },
    /// Another process held the store for too long: try again.
    #[error("another process holds the store: try again")]
    Busy,
    /// Disk or memory failed: stop, so that the next start checks the store.
    #[error("the store cannot be read or written")]
    Io(#[source] Box<dyn Error + Send + Sync>),
    /// A value that contradicts the schema or the store itself: a defect of the program, to be shown to a person.
    #[error("the store refused a value")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// A value in the store cannot be read any more.
    #[error("{what} in the store cannot be read")]
    Unreadable {
        /// Which value.
        what: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The mail has ended: the effects were carried out before. Drop them.
    #[error("mail {} has ended before", .0.0)]
    AlreadyDone(MailId),
    /// The mail is not where the call needs it.
    #[error("mail {} is not {needed}", mail.0)]
    WrongState {
        /// The mail.
        mail: MailId,
        /// What it would have to be.
        needed: &'static str,
    },
    /// The effects rest on a state that has changed since: ask again what is known and decide again.
    #[error("decided on a state that has changed since: {0}")]
    Overtaken(String),
    /// More bytes than a mail may have.
    #[error("the mail has {length} bytes, at most {cap} are kept")]
    TooLarge {
        /// Its length.
        length: usize,
        /// The most that is kept.
        cap: usize,
    },
    /// The store's thread has ended.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    pub(super) fn cannot_open(path: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::CannotOpen { path: path.to_owned(), source: source.into() }
    }

    pub(super) fn unreadable(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreadable { what: what.into(), source: source.into() }
    }

    pub(super) fn refused(detail: impl Into<String>) -> Self {
        Self::Refused(detail.into().into())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { detail: error.to_string() },
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => Self::Refused(Box::new(error)),
            Some(_) => Self::Io(Box::new(error)),
            None => Self::unreadable("a value", error),
        }
    }
}
