//! `forewarn doctor` against real servers: what it finds well, and each cause named with its mend.

use super::super::Ran;
use super::{AUTHSERV, Live, SAM, notice, reply, reply_to, until};

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

#[test]
fn w05_an_approvers_answer_shows_whether_it_counts() {
    let live = Live::two_accounts();
    let names = live.server.names(&[]);
    let dns = names.address.to_string();
    let try_it = |who: &str, answer: Option<(&str, &str)>| {
        let running = live.world.start(&["doctor", "--wait", "30", "--dns", &dns, "--approver", who]);
        if let Some((from, text)) = answer {
            let asks = || live.server.inbox(who).into_iter().rfind(|mail| mail.subject.contains("[FW trial "));
            until("the approver is asked", || asks().is_some());
            let trial = asks().unwrap();
            live.server.submit(from, &[&reply_to(&trial)], reply(from, &trial, text)).unwrap();
        }
        let ran = Ran::of(running.wait_with_output().unwrap());
        (ran.code, ran.out.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (_, said) = try_it(SAM, Some((SAM, "ok")));
    assert!(said.contains(&format!("ok the answer of {SAM} counts, by authserv:{AUTHSERV}")), "{said}");
    let (code, said) = try_it("nobody@harborlight.example", None);
    assert!(said.contains("FAIL nobody@harborlight.example is no approver") && code == Some(1), "{said}");

    // The service sees the same answer, keeps that it counted, and requests do not warn any more.
    let running = live.run();
    until("Sam hears that it counts", || live.server.inbox(SAM).iter().any(|mail| mail.subject == "Your answers count"));
    live.provider_writes(super::NOC, &notice());
    let request = live.request(SAM, "FW-1");
    assert!(!request.text().contains("No answer has counted here yet"), "{}", request.text());
    running.stop();
    live.world.edit("forewarn.toml", "authserv:", "authserv:other.");
    let (_, said) = try_it(super::INES, Some((super::INES, "ok")));
    assert!(said.contains(&format!("FAIL the answer of {} does not count: somebody wrote in your name: ", super::INES)), "{said}");
    assert!(said.contains("does the server named in auth"), "{said}");
}
