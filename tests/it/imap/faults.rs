//! What servers do wrong after sign-in: silence, broken literals, lies, answers to what nobody asked.

use forewarn::imap::{FolderState, Imap, ImapError};
use std::process::Command;

use super::{MAIL, inbox, opened, password, short};
use crate::fakes::imap::{FakeImap, Instead, Mailbox, Step, UidNext, send, signed_in};

/// Misbehaves once for the next FETCH.
fn for_fetch(fake: &FakeImap, instead: Instead) {
    fake.change(|mailbox| mailbox.instead.push(("UID FETCH".into(), instead)));
}

fn raw(bytes: &str) -> Instead {
    Instead::Send(bytes.as_bytes().to_vec())
}

#[tokio::test]
async fn i01_a_cut_at_any_byte_gives_an_error_or_the_truth() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL, b"Subject: two\r\n\r\n{500000000}\r\n", b"Subject: three\r\n\r\n"]));
    async fn session(fake: &FakeImap) -> Result<Vec<(u32, Vec<u8>)>, ImapError> {
        let mut imap = Imap::open_within(&fake.server(), &password(), short()).await?;
        imap.examine(&inbox()).await?;
        let uids = imap.uids(1).await?;
        let bodies = imap.small_bodies(&uids, 4096).await?;
        imap.close().await;
        Ok(bodies)
    }
    let whole = session(&fake).await.unwrap();
    assert_eq!((whole.len(), &whole[0].1[..]), (3, MAIL));
    let length = fake.sent();
    let (mut failed, mut good_bye) = (0, 0);
    for cut in 0..length {
        fake.change(|mailbox| mailbox.cut_after = Some(cut));
        match session(&fake).await {
            // The good-bye alone was cut.
            Ok(bodies) => {
                assert_eq!(bodies, whole, "cut after {cut} bytes");
                good_bye += 1;
            }
            Err(error) => {
                assert!(!error.is_permanent() && !error.leaves_connection(), "cut after {cut} bytes: {error}");
                failed += 1;
            }
        }
    }
    assert_eq!((failed + good_bye, good_bye), (length, "* BYE bye\r\nF7 OK done\r\n".len()));
}

#[tokio::test]
async fn i02_a_bye_within_a_literal_is_no_body() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    let mut imap = opened(&fake).await;
    for_fetch(&fake, raw("* 1 FETCH (UID 1 BODY[]<0> {400}\r\nFrom: x\r\n* BYE shutting down\r\n"));
    fake.change(|mailbox| mailbox.instead.push(("LOGOUT".into(), Instead::Close)));
    // The literal never fills; the server goes.
    let fetched = tokio::join!(imap.small_bodies(&[1], 4096), async {
        while !fake.commands().last().is_some_and(|command| command.starts_with("UID FETCH")) {
            tokio::task::yield_now().await;
        }
        fake.hang_up();
    });
    assert!(matches!(fetched.0, Err(ImapError::Lost { .. })), "{fetched:?}");
    assert!(matches!(imap.uids(1).await, Err(ImapError::Lost { .. })), "and the connection stays given up");
    assert_eq!(opened(&fake).await.small_bodies(&[1], 4096).await.unwrap(), [(1, MAIL.to_vec())]);
    let mut imap = opened(&fake).await;
    for_fetch(&fake, raw("* BYE [UNAVAILABLE] work on the store\r\n"));
    let error = imap.small_bodies(&[1], 4096).await.unwrap_err();
    assert!(matches!(&error, ImapError::Unavailable { text, .. } if text.contains("work on the store")), "{error}");
}

#[tokio::test]
async fn i03_silence_ends_the_connection() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    fake.script(vec![Step::Silence]);
    fake.script([signed_in(), vec![Step::Silence]].concat());
    let open = || async { Imap::open_within(&fake.server(), &password(), short()).await };
    assert!(matches!(open().await, Err(ImapError::Silent { .. })), "no greeting");
    assert!(matches!(open().await.unwrap().folders().await, Err(ImapError::Silent { .. })), "after sign-in");
    let mut imap = open().await.unwrap();
    imap.examine(&inbox()).await.unwrap();
    fake.change(|mailbox| mailbox.instead.push(("UID FETCH".into(), raw("* 1 FETCH (UID 1 BODY[]<0> {400}\r\nFrom: x\r\n"))));
    assert!(matches!(imap.part(1, 0, 4096).await, Err(ImapError::Silent { .. })), "within a literal");
    // A server that only says that it is there: each line breaks the silence, none ends the command.
    let still = std::iter::repeat_n([send("* OK Still here\r\n"), Step::Pause(std::time::Duration::from_millis(100))], 40).flatten();
    fake.script([signed_in(), still.collect()].concat());
    let mut imap = open().await.unwrap();
    assert!(matches!(imap.folders().await, Err(ImapError::Silent { .. })), "talking without an answer");
}

#[tokio::test]
async fn i03_a_slow_answer_is_no_silence() {
    let fake = FakeImap::plain(Mailbox::default());
    let answer = vec![
        Step::Expect("UID SEARCH"),
        send("* SEA"),
        Step::Pause(std::time::Duration::from_millis(200)),
        send("RCH 1"),
        Step::Pause(std::time::Duration::from_millis(200)),
        send(" 2\r\n"),
        Step::Pause(std::time::Duration::from_millis(200)),
        send("{tag} OK done\r\n"),
    ];
    fake.script([signed_in(), answer].concat());
    let mut imap = Imap::open_within(&fake.server(), &password(), short()).await.unwrap();
    assert_eq!(imap.uids(1).await.unwrap(), [1, 2]);
}

/// Run by [`i08_a_lying_literal_takes_no_memory`] in a process of its own, in which nothing else takes memory.
#[tokio::test]
async fn i08_child() {
    if std::env::var_os("FOREWARN_I08").is_none() {
        return;
    }
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().trim_end_matches(" kB").parse::<u64>().unwrap()
        };
        line("VmHWM:")
    };
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    opened(&fake).await.small_bodies(&[1], 4096).await.unwrap();
    let before = resident();
    for announced in ["{500000000}", "{500000000+}", "~{500000000}", "{18446744073709551615}", "{99999999999999999999999}"] {
        let mut imap = opened(&fake).await;
        for_fetch(&fake, raw(&format!("* 1 FETCH (UID 1 BODY[]<0> {announced}\r\nabc")));
        let error = imap.small_bodies(&[1], 4096).await.unwrap_err();
        assert!(matches!(error, ImapError::Oversized { .. }) && !error.is_permanent(), "{announced}: {error}");
    }
    assert_eq!(opened(&fake).await.small_bodies(&[1], 4096).await.unwrap(), [(1, MAIL.to_vec())], "the next connection has it");
    let grown = resident() - before;
    println!("grown by {grown} kB");
    assert!(grown < 32 * 1024, "grown by {grown} kB");
}

#[test]
fn i08_a_lying_literal_takes_no_memory() {
    let arguments = ["--exact", "imap::faults::i08_child", "--nocapture"];
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).env("FOREWARN_I08", "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("grown by"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn i09_literal8_ends_the_session_cleanly_and_nul_is_kept() {
    let fake = FakeImap::plain(Mailbox::of(&[b"Subject: x\r\n\r\na\0b\r\n"]));
    for odd in ["~{3}\r\na\0b)\r\n", "{3+}\r\nabc)\r\n"] {
        let mut imap = opened(&fake).await;
        for_fetch(&fake, raw(&format!("* 1 FETCH (UID 1 BODY[]<0> {odd}{{tag}} OK done\r\n")));
        let error = imap.small_bodies(&[1], 4096).await.unwrap_err();
        assert!(matches!(error, ImapError::Garbled { .. }), "{error}");
        let text = error.to_string();
        assert!(text.chars().count() < 300 && !text.contains(char::is_control), "{text:?}");
        let mut next = opened(&fake).await;
        assert_eq!(next.small_bodies(&[1], 4096).await.unwrap(), [(1, b"Subject: x\r\n\r\na\0b\r\n".to_vec())]);
    }
    assert!(!fake.commands().iter().any(|command| command.contains("BINARY")));
}

#[tokio::test]
async fn answers_that_make_the_library_panic_end_the_connection_alone() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    for odd in ["* 1 FETCH (UID 1 INTERNALDATE NIL)\r\n", "* OK [ALERT]\u{e9}\r\n"] {
        let mut imap = opened(&fake).await;
        for_fetch(&fake, raw(odd));
        assert!(matches!(imap.envelopes(&[1]).await, Err(ImapError::Garbled { .. })), "{odd}");
        assert!(matches!(imap.uids(1).await, Err(ImapError::Lost { .. })));
    }
}

#[tokio::test]
async fn i16_uids_come_in_order_and_zero_is_refused() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    let mut imap = opened(&fake).await;
    let search = |answer: &str| {
        fake.change(|mailbox| mailbox.instead = vec![("UID SEARCH".into(), raw(answer))]);
    };
    search("* SEARCH 9 3 7 3\r\n* SEARCH 5 9\r\n{tag} OK done\r\n");
    assert_eq!(imap.uids(5).await.unwrap(), [5, 7, 9]);
    search("{tag} OK nothing found\r\n");
    assert_eq!(imap.uids(1).await.unwrap(), [0_u32; 0]);
    search("* SEARCH 4 0\r\n{tag} OK done\r\n");
    let error = imap.uids(1).await.unwrap_err();
    assert!(matches!(error, ImapError::UidZero { .. }) && error.is_permanent() && error.leaves_connection(), "{error}");
    search("* SEARCH 4294967296\r\n{tag} OK done\r\n");
    assert!(matches!(imap.uids(1).await, Err(ImapError::Garbled { .. })), "no number of 32 bits");
}

#[tokio::test]
async fn i16_a_server_that_says_little_is_no_error() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    fake.change(|mailbox| {
        mailbox.empty_status = true;
        mailbox.inbox().uid_next = UidNext::Untold;
        mailbox.inbox().highest_mod_seq = None;
    });
    let mut imap = Imap::open(&fake.server(), &password()).await.unwrap();
    assert_eq!(imap.status(&inbox()).await.unwrap(), FolderState::default());
    let state = FolderState { uid_validity: Some(1), uid_next: None, messages: Some(1) };
    assert_eq!(imap.examine(&inbox()).await.unwrap(), state);
    fake.change(|mailbox| mailbox.inbox().uid_next = UidNext::Says(1));
    assert_eq!(imap.examine(&inbox()).await.unwrap().uid_next, Some(1));
    fake.change(|mailbox| mailbox.inbox().mails.get_mut(&1).unwrap().hidden = true);
    assert_eq!(imap.uids(1).await.unwrap(), [0_u32; 0]);
    fake.change(|mailbox| {
        let mail = mailbox.inbox().mails.get_mut(&1).unwrap();
        (mail.hidden, mail.claimed_size, mail.arrived) = (false, Some(5_000_000_000), "never".into());
    });
    let envelope = imap.envelopes(&[1]).await.unwrap().remove(0);
    assert_eq!((envelope.size, envelope.arrived_at), (u64::from(u32::MAX), None));
}

#[tokio::test]
async fn i18_only_the_asked_uid_with_its_body_counts() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL, MAIL, MAIL]));
    let mut imap = opened(&fake).await;
    let wrong = "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n* 9 FETCH (UID 9 BODY[]<0> {3}\r\nnew)\r\n* 3 FETCH (BODY[]<0> {2}\r\n??)\r\n\
                 * 2 FETCH (UID 2 BODY[]<0> {3}\r\none)\r\n* 2 FETCH (UID 2 BODY[]<0> {3}\r\ntwo)\r\n* 3 FETCH (UID 3 BODY[]<0> NIL)\r\n\
                 * 12 EXISTS\r\n* 1 FETCH (UID 1 BODY[TEXT] {4}\r\ntext)\r\n{tag} OK done\r\n";
    for_fetch(&fake, raw(wrong));
    assert_eq!(imap.small_bodies(&[1, 2, 3], 4096).await.unwrap(), [(2, b"one".to_vec())]);
    for_fetch(&fake, raw(wrong));
    assert_eq!(imap.part(1, 0, 4096).await.unwrap(), None);
    for_fetch(&fake, raw("* 1 FETCH (UID 1 BODY[]<0> {3}\r\nnot)\r\n{tag} OK done\r\n"));
    assert_eq!(imap.part(1, 4096, 4096).await.unwrap(), None, "another part than was asked for");
    for_fetch(&fake, raw("* 1 FETCH (UID 1 BODY[] {9}\r\nthe whole)\r\n{tag} OK done\r\n"));
    assert_eq!(imap.part(1, 0, 3).await.unwrap().unwrap(), b"the", "no more than was asked for");
    for_fetch(&fake, raw("* 2 FETCH (UID 2 RFC822.SIZE 9)\r\n* 1 FETCH (UID 1 FLAGS ())\r\n{tag} OK done\r\n"));
    assert_eq!(imap.envelopes(&[1, 2]).await.unwrap(), [], "an answer without the header is no envelope");
    for_fetch(&fake, Instead::First(b"* 2 EXPUNGE\r\n* 7 FETCH (FLAGS ())\r\n".to_vec()));
    assert_eq!(imap.small_bodies(&[1, 2, 3], 4096).await.unwrap().len(), 3, "and what is retried comes");
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn an_answer_to_another_command_ends_the_connection() {
    let fake = FakeImap::plain(Mailbox::of(&[MAIL]));
    for odd in ["F1 OK done\r\n", "+ go on\r\n"] {
        let mut imap = opened(&fake).await;
        fake.change(|mailbox| mailbox.instead.push(("UID SEARCH".into(), raw(odd))));
        assert!(matches!(imap.uids(1).await, Err(ImapError::Garbled { .. })), "{odd}");
    }
    let mut imap = opened(&fake).await;
    fake.change(|mailbox| mailbox.instead.push(("UID SEARCH".into(), Instead::Silence)));
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(100), imap.uids(1)).await;
    assert!(given_up.is_err() && matches!(imap.uids(1).await, Err(ImapError::Lost { .. })), "whoever stops waiting has given it up");
}
