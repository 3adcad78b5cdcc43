//! Answers that must not count, and the same answers honestly made, which must.
//!
//! Each case is tried under both ways of proof that look at mail: our own check of DKIM, and the word of a server that checks leniently
//! (any signature that holds makes it say that DKIM and DMARC passed). None may approve, and nobody but a listed approver may be written to.

mod cases;
mod court;
mod mutations;

use court::{Court, KIM, SAM, USUAL};

/// Fails unless a mail approves nothing and brings no stranger a mail.
#[track_caller]
fn refused(court: &Court, name: &str, mail: &str) {
    for (mode, heard) in ["dkim", "authserv"].iter().zip(court.hear(mail.as_bytes())) {
        assert!(!heard.approved, "{name} approves under {mode}:\n{mail}");
        let strangers: Vec<&String> = heard.written_to.iter().filter(|to| ![SAM, KIM].contains(&to.as_str())).collect();
        assert!(strangers.is_empty(), "{name} under {mode} writes to {strangers:?}");
    }
}

#[track_caller]
fn accepted(court: &Court, name: &str, mail: &str) {
    for (mode, heard) in ["dkim", "authserv"].iter().zip(court.hear(mail.as_bytes())) {
        assert!(heard.proved && heard.approved, "{name} does not approve under {mode}:\n{mail}");
    }
}

#[test]
fn a19_honest_answers_approve_by_whatever_carrier_is_left() {
    let court = Court::new();
    let mail = court.answer("approve");
    accepted(&court, "as it should be", &court.usual(&mail));
    let without = |field: &str| mail.lines().filter(|line| !line.starts_with(field)).map(|line| format!("{line}\r\n")).collect::<String>();
    accepted(&court, "the client drops References", &court.usual(&without("References:")));
    accepted(&court, "the client drops In-Reply-To too", &court.usual(&without("In-Reply-To:").replace("References:", "X-Refs:")));
    let token = court.token(SAM, 1).text;
    let plain = mail.replace(&format!("notices+{token}@"), "notices@");
    accepted(&court, "the host does not do plus addresses", &court.usual(&plain));
    accepted(
        &court,
        "a relay replaced our Message-ID",
        &court.usual(&mail.replace(&format!("<fw.{token}.0@lakeside.example>"), "<ses-1@relay.example>")),
    );
    accepted(&court, "the subject is all that is signed", &court.signed("lakeside.example", "From:Subject:Date", &mail));
    let only_subject = plain.replace("In-Reply-To: <fw.", "X-A: <").replace("References: <fw.", "X-B: <");
    accepted(&court, "the code in the subject is all that is left", &court.usual(&only_subject));
    accepted(&court, "lines end in LF", &court.usual(&mail).replace("\r\n", "\n"));
    accepted(&court, "another signature stands beside it", &court.signed("evil.example", USUAL, &court.usual(&mail)));
    accepted(&court, "Kim for herself", &court.usual(&court.answer_of(KIM, &court.token(KIM, 1), "ok")));
    let multipart = mail.replace(
        "Content-Type: text/plain; charset=utf-8\r\n\r\n",
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n",
    );
    accepted(&court, "a multipart", &court.usual(&format!("{multipart}\r\n--b--\r\n")));
}
