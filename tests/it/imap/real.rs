//! The client against a real Dovecot: what the fake server takes for granted holds there.

use forewarn::clock::Clock;
use forewarn::imap::{Imap, ImapError, Role};
use forewarn::model::Security;
use forewarn::tls::{Credentials, Secret};

use super::inbox;
use crate::mailserver::{MailServer, PASSWORD, READER};

const NOC: &str = "noc@harborlight.example";

#[tokio::test]
async fn a_real_server_is_read_without_a_trace() {
    let server = MailServer::start();
    let large = format!("Subject: large\r\n\r\n{}", "0123456789abcde\n".repeat(100_000));
    let nul = b"Subject: =?utf-8?q?N=C3=B6c?=\nFrom: a@b.example\n\na\0b {500000000}\n".to_vec();
    server.put(NOC, "INBOX", [nul, large.into_bytes()]);
    server.put(NOC, "Junk", ["Subject: unwanted\r\n\r\n"]);
    let now = Clock::System.now().timestamp();
    let own = |secret| Credentials { user: NOC.into(), mailbox: None, secret };
    let ways = [
        own(Secret::Password(PASSWORD.into())),
        own(Secret::Token(MailServer::token(NOC, now + 3600).into())),
        Credentials { user: READER.0.into(), mailbox: Some(NOC.into()), secret: Secret::Password(READER.1.into()) },
    ];
    for (credentials, security) in ways.iter().zip([Security::Implicit, Security::StartTls, Security::Implicit]) {
        let mut imap = Imap::open(&server.imap(security), credentials).await.unwrap();
        let folders = imap.folders().await.unwrap();
        let junk = folders.iter().find(|folder| folder.name == "Junk").unwrap();
        assert_eq!((junk.role, imap.status(junk).await.unwrap().messages), (Some(Role::Junk), Some(1)));
        let state = imap.examine(&inbox()).await.unwrap();
        assert_eq!((state.messages, state.uid_next, state.uid_validity.is_some()), (Some(2), Some(3), true));
        assert_eq!((imap.uids(1).await.unwrap(), imap.uids(7).await.unwrap()), (vec![1, 2], vec![]));
        // Which of the two comes first is Dovecot's choice.
        let mut envelopes = imap.envelopes(&[1, 2, 3]).await.unwrap();
        envelopes.sort_by_key(|envelope| envelope.size);
        let subjects: Vec<&str> = envelopes.iter().map(|envelope| envelope.subject.as_str()).collect();
        assert_eq!(subjects, ["=?utf-8?q?N=C3=B6c?=", "large"]);
        assert!(envelopes.iter().all(|envelope| envelope.arrived_at.is_some()));
        let bodies = imap.small_bodies(&[1, 2], 64).await.unwrap();
        assert!(bodies.len() == 2 && bodies.iter().any(|(uid, bytes)| *uid == envelopes[1].uid && bytes.len() == 64), "{bodies:?}");
        let mut whole = Vec::new();
        while let Some(part) =
            imap.part(envelopes[1].uid, u32::try_from(whole.len()).unwrap(), 1 << 20).await.unwrap().filter(|part| !part.is_empty())
        {
            whole.extend(part);
        }
        assert_eq!(u64::try_from(whole.len()).unwrap(), envelopes[1].size);
        assert!(whole.ends_with(b"0123456789abcde\r\n"));
        let notices = forewarn::imap::Folder { name: "Notices".into(), wire: "Notices".into(), role: None };
        assert!(matches!(imap.examine(&notices).await, Err(ImapError::FolderMissing { .. })));
        imap.close().await;
    }
    assert!(server.held(NOC).iter().all(|held| held.flags.is_empty()), "no flag was set");
    let refused = |credentials: Credentials| {
        let place = server.imap(Security::Implicit);
        async move { Imap::open(&place, &credentials).await.unwrap_err() }
    };
    assert!(matches!(refused(own(Secret::Password("wrong".into()))).await, ImapError::PasswordRefused { .. }));
    assert!(matches!(refused(own(Secret::Token(MailServer::token(NOC, now - 3600).into()))).await, ImapError::TokenRefused { .. }));
}
