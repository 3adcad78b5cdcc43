//! The genuine ones, which must be accepted: else nothing that is refused says anything.

use forewarn::model::{AuthMode, Decision, Outcome, ReplyOutcome};

use super::letter::{ALL, AS_GOOGLE, AS_MICROSOFT, Letter};
use super::{AUTHSERV, INES, SAM, Server, Stage};

/// An answer of an approver, with what follows from it.
pub(super) struct Genuine {
    pub(super) what: String,
    pub(super) letter: Letter,
    pub(super) about: (i64, u32),
    pub(super) decision: Decision,
}

/// Every layout that mail programs, hosts and relays make of a yes, and some other words.
pub(super) fn genuine(stage: &Stage) -> Vec<Genuine> {
    let ours = &stage.keys.ours;
    let yes = |what: &str, letter: Letter| Genuine { what: what.to_owned(), letter, about: (1, 2), decision: Decision::Approve };
    let plain = stage.yes();
    let html = "<html><body><p>approve</p><blockquote type=\"cite\"><p>OK?</p></blockquote></body></html>";
    let alternative = format!(
        "--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\napprove\r\n\r\n> OK?\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b1--\r\n"
    );
    let parts = plain
        .clone()
        .set("Content-Type", "multipart/alternative; boundary=\"b1\"")
        .without("Content-Transfer-Encoding")
        .with_body(&alternative);
    let only = |keep: &str| {
        let mut letter = plain.clone();
        for name in ["To", "Subject", "In-Reply-To", "References"] {
            if name != keep {
                letter = match name {
                    "To" => letter.set("To", "<forewarn@harborlight.example>"),
                    "Subject" => letter.set("Subject", "Re: maintenance"),
                    _ => letter.without(name),
                };
            }
        }
        letter
    };
    let mut all = vec![
        yes("all signed", plain.clone().signed(ours, ALL)),
        yes("as Microsoft signs", plain.clone().signed(ours, AS_MICROSOFT)),
        yes("as Google signs, plain", plain.clone().signed(ours, AS_GOOGLE)),
        yes("as Google signs, two parts", parts.clone().signed(ours, AS_GOOGLE)),
        yes("as Microsoft signs, two parts", parts.clone().signed(ours, AS_MICROSOFT)),
        yes("signed twice", plain.clone().signed(ours, ALL).signed(&stage.keys.outsider, ALL)),
        yes("signed twice, the relay's by the same company", plain.clone().signed(ours, AS_MICROSOFT).signed(ours, ALL)),
        yes("a19 the plus-address alone", only("To").signed(ours, ALL)),
        yes("a19 the subject alone: the host drops plus-addresses, the relay replaced the Message-ID", only("Subject").signed(ours, ALL)),
        yes("a19 In-Reply-To alone", only("In-Reply-To").signed(ours, ALL)),
        yes("a19 References alone: the relay replaced the Message-ID", only("References").signed(ours, ALL)),
        yes("a19 the program drops References", plain.clone().without("References").signed(ours, ALL)),
        yes(
            "headers that servers on the way add",
            plain
                .clone()
                .signed(ours, ALL)
                .on_top("Received", "from a by b; Sat, 5 Sep 2020 15:00:00 +0000")
                .on_top("Delivered-To", "forewarn@harborlight.example"),
        ),
        yes("a subject in another language", plain.clone().set("Subject", &plain.get("Subject").replace("Re:", "AW:")).signed(ours, ALL)),
        yes("an alias of Sam's", plain.clone().set("From", "<sam.okafor@harborlight.example>").signed(ours, ALL)),
        yes("Sam in other letters", plain.clone().set("From", "<Sam@HarborLight.example>").signed(ours, ALL)),
        yes(
            "8-bit headers",
            plain.clone().set("From", &format!("S\u{e4}m Okafor <{SAM}>")).on_top("X-Note", "gr\u{fc}n").signed(ours, ALL),
        ),
        yes(
            "in base64",
            plain.clone().set("Content-Transfer-Encoding", "base64").with_body("YXBwcm92ZQ0KDQpTYW0NCg==\r\n").signed(ours, AS_GOOGLE),
        ),
        yes("HTML alone", plain.clone().set("Content-Type", "text/html; charset=utf-8").with_body(html).signed(ours, AS_GOOGLE)),
        yes("a big mail", plain.clone().with_body(&format!("approve\r\n\r\n{}", "> quoted\r\n".repeat(100_000))).signed(ours, ALL)),
        yes(
            "simple canonicalization",
            plain.clone().signed_as(ours, ALL, |signing| {
                let simple = mail_auth::dkim::Canonicalization::Simple;
                signing.header_canonicalization(simple).body_canonicalization(simple)
            }),
        ),
        yes("a field folded on the way", {
            let signed = plain.clone().signed(ours, ALL);
            let subject = signed.get("Subject").replacen(' ', "\r\n ", 1);
            signed.set("Subject", &subject)
        }),
    ];
    all.push(Genuine {
        what: "Ines says it".into(),
        letter: stage.reply(INES, 1, 2, INES, "ok to send").signed(ours, ALL),
        about: (1, 2),
        decision: Decision::Approve,
    });
    all.push(Genuine {
        what: "about FW-2".into(),
        letter: stage.reply(SAM, 2, 1, SAM, "approve").signed(ours, ALL),
        about: (2, 1),
        decision: Decision::Approve,
    });
    all.push(Genuine {
        what: "a no".into(),
        letter: stage.reply(SAM, 1, 2, SAM, "reject the window is wrong").signed(ours, ALL),
        about: (1, 2),
        decision: Decision::Reject("the window is wrong".into()),
    });
    all
}

#[tokio::test]
async fn a19_every_genuine_layout_is_accepted_and_does_what_it_says() {
    let stage = Stage::new();
    for one in genuine(&stage) {
        for mode in [AuthMode::Dkim, AuthMode::Authserv(AUTHSERV.to_owned())] {
            let raw = one.letter.bytes();
            let result = stage.take_in(&mode, &raw, Server::Honest).await;
            assert_eq!(result.outcome, Outcome::Reply(ReplyOutcome::Accepted), "{} under {mode:?}: {result:?}", one.what);
            let draft = stage.draft(one.about.0, one.about.1).id;
            assert_eq!(result.decisions, [(Some(draft), one.decision.clone())], "{}", one.what);
            // A Maildir keeps lines as a delivery agent of this machine wrote them.
            let bare: Vec<u8> = raw.iter().copied().filter(|byte| *byte != b'\r').collect();
            let result = stage.take_in(&mode, &bare, Server::Honest).await;
            assert!(result.accepted(), "{} with bare line feeds under {mode:?}: {result:?}", one.what);
        }
    }
}

#[tokio::test]
async fn a19_exchanges_word_inside_one_tenant_is_enough_in_its_mode() {
    let stage = Stage::new();
    let inside = stage.yes().on_top("X-MS-Exchange-Organization-AuthAs", "Internal");
    assert!(stage.take_in(&AuthMode::M365Internal, &inside.bytes(), Server::Honest).await.accepted());
}
