//! Signatures of a real mail server under keys of a real name server (A02).

use super::{CONTACTS, Live, Mail, NOC, SAM, notice, reply, reply_to};
use crate::mailserver::AUTHSERV;
use crate::mailserver::dkim::{Key, Signing};
use crate::mailserver::names::Names;
use forewarn::dns::Dns;
use forewarn::model::AuthMode;
use forewarn::{dkim, mail};
use std::collections::BTreeMap;

/// Takes what Exim signed before Forewarn sees it.
const CAPTURE: &str = "capture@harborlight.example";
const INBOX: &str = "forewarn@harborlight.example";

impl Live {
    /// Senders are proved by their signatures alone.
    fn with_keys_of(names: &Names) -> Self {
        let live = Self::two_accounts();
        let (before, after) =
            (format!("auth = \"authserv:{AUTHSERV}\"\n"), format!("auth = \"dkim\"\nname_server = \"{}\"\n", names.address));
        live.world.edit("forewarn.toml", &before, &after);
        live
    }

    /// What Exim makes of Sam's yes, held back on its way.
    fn signed_yes(&self, request: &Mail) -> String {
        let before = self.server.held(CAPTURE).len();
        self.server.submit(SAM, &[CAPTURE], reply(SAM, request, "approve")).unwrap();
        let held = self.server.await_mails(CAPTURE, before + 1);
        let held = held.iter().max_by_key(|held| held.mail().message_id).unwrap();
        let raw = String::from_utf8(held.bytes.clone()).unwrap().replace("\r\n", "\n");
        // What the mailbox wrote on top goes.
        let (_, below) = raw.split_once("DKIM-Signature:").ok_or(&raw).unwrap();
        format!("DKIM-Signature:{below}")
    }
}

/// Why the sender of a mail is not proved.
fn unproved(names: &Names, raw: &str) -> String {
    let raw = raw.replace('\n', "\r\n");
    let mut mail = mail::parse(raw.as_bytes());
    let dns = Dns::new(Some(names.address)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(dkim::settle(&dns, raw.as_bytes(), &mut mail));
    mail::auth::proof(&mail, &AuthMode::Dkim).unwrap_err().to_string()
}

#[test]
fn a02_exims_signatures_count_in_full_force_alone_and_a_new_key_takes_over() {
    let (rsa, new) = (Key::rsa(), Key::ed25519());
    let (old_name, new_name) = ("s1._domainkey.harborlight.example", "s2._domainkey.harborlight.example");
    let mut names = Names::alone(&[(old_name, rsa.record.as_str())]);
    let live = Live::with_keys_of(&names);
    let good = Signing::with("s1", &rsa);
    live.server.sign(&good);
    let running = live.run();
    live.provider_writes(NOC, &notice());
    let request = live.request(SAM, "FW-1");
    let yes = live.signed_yes(&request);
    assert!(yes.contains("a=rsa-sha256") && yes.contains("d=harborlight.example"), "{yes}");
    let mut stored = 1;
    let mut refused = |names: &Names, why: &str, raw: &str| {
        assert_eq!(unproved(names, raw), why);
        live.server.deliver(SAM, &[INBOX], raw).unwrap();
        stored += 1;
        live.status_says(&format!("stored {stored} = {stored} ended + 0 pending"));
        assert!(live.world.run(&["queue"]).exits(0).contains("FW-1"), "{why}");
        assert_eq!(live.notices(), BTreeMap::new(), "{why}");
    };
    let changed = |from: &str, to: &str| {
        assert!(yes.contains(from), "{from}");
        yes.replacen(from, to, 1)
    };
    let unsigned = format!("Received:{}", yes.split_once("\nReceived:").unwrap().1);
    let does_not_hold = |why: &str| format!("the signature of harborlight.example does not hold: {why}");
    refused(&names, &does_not_hold("the text was changed after signing"), &changed("\napprove\n", "\nApprove\n"));
    let other_key = does_not_hold("the signed headers were changed, or another key signed");
    refused(&names, &other_key, &changed("Subject: Re: ", "Subject: RE: "));
    refused(&names, "it carries no signature of harborlight.example", &unsigned);
    for (why, signing) in [
        ("it carries no signature of harborlight.example", Signing { domain: "evil.example", ..Signing::with("s1", &rsa) }),
        (
            "the signature of harborlight.example does not cover From and the whole text",
            Signing { headers: "To:Subject:Date:Message-ID", ..Signing::with("s1", &rsa) },
        ),
        (&does_not_hold("it is made with SHA-1"), Signing { hash: "sha1", ..Signing::with("s1", &rsa) }),
        (&does_not_hold("there is no key of that name"), Signing::with("s2", &new)),
        (&does_not_hold("it has expired"), Signing { seconds: "0", ..Signing::with("s1", &rsa) }),
    ] {
        live.server.sign(&signing);
        refused(&names, why, &live.signed_yes(&request));
    }
    names.serve(&[(old_name, &rsa.record.replace("k=rsa;", "k=rsa; t=y;"))]);
    refused(&names, &does_not_hold("its key is in test mode (t=y)"), &changed("Received:", "Received:  "));
    names.serve(&[(old_name, new.record.as_str())]);
    refused(&names, &other_key, &changed("Received:", "Received: \t"));
    // The keys change: what the old one signed is worth nothing any more, what the new one signs counts.
    names.serve(&[(new_name, new.record.as_str())]);
    refused(&names, &does_not_hold("there is no key of that name"), &changed("Received:", "Received:   "));
    let told = |live: &Live| live.server.inbox(SAM).iter().filter(|mail| mail.subject.starts_with("Not accepted: ")).count();
    assert_eq!(told(&live), 1, "Sam is told, and not with every mail of an hour");
    live.server.sign(&Signing::with("s2", &new));
    live.server.sign(&Signing::with("s2", &new));
    live.server.submit(SAM, &[&reply_to(&request)], reply(SAM, &request, "approve")).unwrap();
    live.await_notices(CONTACTS.len());
    live.status_says("notices 8 sent").exits(0);
    live.each_contact_has_one();
    running.stop();
}
