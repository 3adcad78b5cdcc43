//! `forewarn doctor` against real servers: what it finds well, and each cause named with its mend.

use super::{AUTHSERV, Live, SAM};

/// What doctor says, white space folded, and its exit code.
fn doctor(live: &Live, dns: &str) -> (Option<i32>, String) {
    let ran = live.world.run(&["doctor", "--wait", "20", "--dns", dns]);
    (ran.code, ran.out.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn doctor_signs_in_sends_receives_and_asks_and_names_cause_and_mend() {
    let live = Live::two_accounts();
    live.world.edit("forewarn.toml", "[outbox]", "[alarm]\ncommand = [\"/bin/true\"]\n\n[outbox]");
    let names =
        live.server.names(&[("harborlight.example", "v=spf1 ip4:192.0.2.1 -all"), ("_dmarc.harborlight.example", "v=DMARC1; p=none")]);
    let (code, said) = doctor(&live, &names.address.to_string());
    for part in [
        "ok noc: signed in to localhost:",
        "folders, 0 mails: ",
        "ok signed in to localhost:",
        "ok the test mail arrived after ",
        "ok this machine's clock agrees with the mail server's",
        &format!("ok approvals can be proved: {AUTHSERV} vouches for the sender, and a forged header does not count"),
        "ok SPF: v=spf1 ip4:192.0.2.1 -all",
        "look DKIM: the test mail arrived unsigned",
        "ok DMARC: v=DMARC1; p=none",
        "ok alarms go to /bin/true (not run now)",
        "One thing needs attention.",
    ] {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert_eq!(code, Some(1), "an unsigned mail is worth a look");
    assert!(live.server.inbox(SAM).is_empty(), "nobody else is written to");

    // Another name than the server's own: an approval would be refused, and doctor says so before one is.
    live.world.edit("forewarn.toml", &format!("authserv:{AUTHSERV}"), "authserv:mail.harborlight.example");
    live.world.edit("forewarn.toml", "user = \"noc@", "user = \"locked@");
    live.world.edit("forewarn.toml", "mails_a_minute", "password_command = [\"/bin/false\"]\nmails_a_minute");
    let (code, said) = doctor(&live, "127.0.0.1:1");
    assert!(said.contains("both `password_file` and `password_command` are set") && code == Some(2), "{code:?} {said}");
    live.world.edit("forewarn.toml", "password_command = [\"/bin/false\"]\n", "");
    let (code, said) = doctor(&live, "127.0.0.1:1");
    for part in [
        "FAIL noc: ",
        "refuses the password",
        "mend the user or the password",
        "FAIL an approval that came like the test mail would not count",
        &format!("there are those of {AUTHSERV}"),
        "name the server in auth = \"authserv:…\" as it names itself",
        "look the records of harborlight.example could not be asked for",
    ] {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert_eq!(code, Some(1));
}

#[test]
fn o01_the_daily_test_mail_goes_out_and_comes_back() {
    let live = Live::two_accounts();
    live.world.edit("forewarn.toml", "canary_hours = 0", "canary_hours = 24");
    let running = live.run();
    let held = live.server.await_mails(super::FOREWARN, 1);
    assert!(held[0].mail().message_id.unwrap().starts_with("canary."), "{:?}", held[0].mail());
    live.status_says("1 automatic");
    running.stop();
    assert_eq!(live.server.held(super::FOREWARN).len(), 1, "one a day");
}
