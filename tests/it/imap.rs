//! The faults of IMAP servers, against the client: each row of the fault matrix that needs no service. Real sockets, scripted servers.

mod faults;
mod sign_in;

use forewarn::imap::{Deadlines, Envelope, Folder, FolderState, Imap, ImapError, Role};
use forewarn::tls::{Credentials, Secret};
use std::time::Duration;

use crate::certificates::Authority;
use crate::fakes::imap::{FakeImap, Mailbox};

const MAIL: &[u8] =
    b"From: Lumen NOC\r\n <noc@lumen.example>\r\nTo: noc@harbor.example\r\nSubject: Work on Friday\r\n\r\nFive minutes.\r\n";

fn password() -> Credentials {
    Credentials { user: "noc@harbor.example".into(), mailbox: None, secret: Secret::Password("s3cret".into()) }
}

fn token() -> Credentials {
    Credentials { secret: Secret::Token("t0ken".into()), ..password() }
}

/// Short enough for a test, long enough for a busy machine.
fn short() -> Deadlines {
    Deadlines { silence: Duration::from_millis(300), command: Duration::from_millis(1500) }
}

fn inbox() -> Folder {
    Folder { name: "INBOX".into(), wire: "INBOX".into(), role: None }
}

async fn opened(fake: &FakeImap) -> Imap {
    let mut imap = Imap::open(&fake.server(), &password()).await.unwrap();
    imap.examine(&inbox()).await.unwrap();
    imap
}

#[tokio::test]
async fn a_mailbox_is_read_and_nothing_in_it_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let fake = FakeImap::start(&Authority::new(dir.path()), Mailbox::of(&[MAIL, b"Subject: bare\r\n\r\n"]));
    fake.change(|mailbox| {
        mailbox.deliver("Gel&APY-schte Objekte", MAIL);
        mailbox.deliver("Bulk \"x\"", MAIL);
        mailbox.deliver("Zap", MAIL);
        mailbox.folders.get_mut("Zap").unwrap().attributes = "\\HasNoChildren \\Junk".into();
        let parent = crate::fakes::imap::Folder { attributes: "\\Noselect".into(), ..mailbox.inbox().clone() };
        mailbox.folders.insert("[Mail]".into(), parent);
    });
    let mut imap = Imap::open(&fake.server(), &password()).await.unwrap();
    let folders = imap.folders().await.unwrap();
    let names: Vec<_> = folders.iter().map(|folder| (folder.name.as_str(), folder.role)).collect();
    assert_eq!(names, [("Bulk \"x\"", None), ("Gelöschte Objekte", Some(Role::Trash)), ("INBOX", None), ("Zap", Some(Role::Junk))]);
    let state = FolderState { uid_validity: Some(1), uid_next: Some(2), messages: Some(1) };
    assert_eq!(imap.status(&folders[1]).await.unwrap(), state);
    let state = FolderState { uid_validity: Some(1), uid_next: Some(3), messages: Some(2) };
    assert_eq!(imap.examine(&inbox()).await.unwrap(), state);
    assert_eq!(imap.uids(1).await.unwrap(), [1, 2]);
    assert_eq!(imap.uids(9).await.unwrap(), [0_u32; 0], "`9:*` names the last message, which is below 9");
    assert!(imap.exists(2).await.unwrap() && !imap.exists(3).await.unwrap());
    let first = Envelope {
        uid: 1,
        size: MAIL.len() as u64,
        arrived_at: Some("2026-11-24T19:00:00Z".parse().unwrap()),
        sender: "Lumen NOC <noc@lumen.example>".into(),
        subject: "Work on Friday".into(),
    };
    let envelopes = imap.envelopes(&[2, 1, 7]).await.unwrap();
    assert_eq!((&envelopes[0], envelopes[1].subject.as_str(), envelopes.len()), (&first, "bare", 2));
    assert_eq!(imap.small_bodies(&[1, 7], 4096).await.unwrap(), [(1, MAIL.to_vec())]);
    assert_eq!(imap.part(1, 0, 10).await.unwrap().unwrap(), &MAIL[..10]);
    assert_eq!(imap.part(1, 10, 4096).await.unwrap().unwrap(), &MAIL[10..]);
    assert_eq!(imap.part(1, 4096, 10).await.unwrap().unwrap(), b"");
    assert_eq!(imap.part(7, 0, 10).await.unwrap(), None);
    imap.examine(&folders[0]).await.unwrap();
    imap.close().await;
    let said = fake.commands().join("\n");
    assert!(said.contains(r#"EXAMINE "Bulk \"x\"""#) && said.ends_with("LOGOUT"), "{said}");
    for changing in ["SELECT", "STORE", "EXPUNGE", "CLOSE", "MOVE", "BODY[", "BINARY"] {
        assert!(!said.contains(changing), "{said}");
    }
}

#[tokio::test]
async fn a_missing_folder_and_a_refusal_leave_the_connection() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    let mut imap = opened(&fake).await;
    let notices = Folder { name: "Notices".into(), wire: "Notices".into(), role: None };
    for error in [imap.examine(&notices).await.unwrap_err(), imap.status(&notices).await.unwrap_err()] {
        assert!(matches!(error, ImapError::FolderMissing { .. }) && error.is_permanent() && error.leaves_connection(), "{error}");
    }
    let broken = Folder { wire: "a\r\nF9 DELETE INBOX".into(), ..notices };
    assert!(matches!(imap.examine(&broken).await, Err(ImapError::FolderName { .. })));
    imap.examine(&inbox()).await.unwrap();
    let no = |words: &str| crate::fakes::imap::Instead::Send(format!("{{tag}} {words}\r\n").into_bytes());
    fake.change(|mailbox| {
        mailbox.instead = vec![
            ("UID SEARCH".into(), no("NO [SERVERBUG] sorry")),
            ("UID SEARCH".into(), no("BAD what")),
            ("UID FETCH".into(), no("NO some messages could not be read")),
        ];
    });
    assert!(matches!(imap.uids(1).await, Err(ImapError::Unavailable { .. })), "a refusal is no empty folder");
    assert!(matches!(imap.uids(1).await, Err(ImapError::Refused { .. })));
    let error = imap.small_bodies(&[1], 100).await.unwrap_err();
    assert!(error.to_string().contains("refused UID FETCH (some messages could not be read)") && !error.is_permanent(), "{error}");
    assert_eq!(imap.uids(1).await.unwrap(), [1]);
    assert_eq!(fake.connections(), 1);
}
