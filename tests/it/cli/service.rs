//! `forewarn run`: real processes, the system's clock, signals.

use super::{World, ended, sample, signal, until};
use std::fs;
use std::process::Child;

use forewarn::clock::Clock;

/// The fixture's notice, of the present and for ten days from now.
pub(super) fn notice() -> String {
    let now = Clock::System.now();
    let day = (now + chrono::TimeDelta::days(10)).format("%Y-%m-%d").to_string();
    sample("demo/01-host.eml").replace("2020-09-10", &day).replace("Tue, 01 Sep 2020 15:02:11 +0000", &now.to_rfc2822())
}

/// The service, ended with its test whatever becomes of that.
pub(super) struct Running(pub(super) Option<Child>);

impl Running {
    pub(super) fn start(world: &World) -> Self {
        let running = Self(Some(world.start(&["run"])));
        until("the inbox was read", || world.run(&["status"]).code == Some(0));
        running
    }

    pub(super) fn stop(mut self, name: &str) -> super::Ran {
        let child = self.0.take().unwrap();
        signal(&child, name);
        ended(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

#[test]
fn a_mail_that_falls_in_is_asked_about_within_seconds_and_sigterm_ends_it() {
    let world = World::harborlight();
    world.edit("forewarn.toml", "undo_seconds = 120", "undo_seconds = 0");
    let running = Running::start(&world);
    world.drop_mail("notice", notice());
    until("both approvers are asked", || world.out().len() == 2);
    world.answer("reply", "sam@harborlight.example", "FW-1", "approve");
    until("eight notices have left", || world.notices().len() == 8);

    let second = world.run(&["run"]);
    second.complains(2, &["another forewarn runs on", "forewarn.sqlite", "forewarn status"]);
    world.run(&["once"]).complains(2, &["another forewarn runs on"]);
    world.run(&["queue"]).exits(0);

    let ran = running.stop("TERM");
    assert!(ran.err.contains("told to stop"), "{}", ran.err);
    ran.exits(0);
    // What is logged says nothing of what stands in mails, nor to whom they go.
    let status = world.run(&["status"]).exits(0);
    assert!(status.contains("All is well") && status.contains("notices   8 sent"), "{status}");
    assert!(world.run(&["once"]).exits(0).ends_with("0 considered, 0 sent, 0 alarms\n"), "the lock is given back");
}

#[test]
fn ctrl_c_ends_it_too_and_the_log_names_nobody() {
    let world = World::harborlight();
    let running = Running::start(&world);
    world.drop_mail("notice", notice());
    until("both approvers are asked", || world.out().len() == 2);
    let ran = running.stop("INT");
    for secret in ["harborlight.example", "mail01", "NF-48213", "Scheduled maintenance"] {
        assert!(!ran.err.contains(secret), "{secret} is logged:\n{}", ran.err);
    }
    ran.exits(0);
}

#[test]
fn with_hundreds_of_mails_before_it_sigterm_is_still_obeyed_at_once() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    for number in 0..400 {
        let mail = sample("demo/03-newsletter.eml").replace("Message-ID: <", &format!("Message-ID: <{number}."));
        world.drop_mail(&format!("{number}"), mail);
    }
    let child = world.start(&["run"]);
    until("it considers", || world.run(&["status"]).out.contains("irrelevant"));
    signal(&child, "TERM");
    ended(child).exits(0);
    let status = world.run(&["status"]).out;
    assert!(status.contains("listed     400  = "), "{status}");
    let considered = |text: &str| -> u64 {
        let line = text.lines().find(|line| line.ends_with("irrelevant")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert!(considered(&status) < 400, "stopped in the middle: {status}");
    world.run(&["once"]).exits(0);
    assert_eq!(considered(&world.run(&["status"]).exits(0)), 400, "and nothing is lost");
}

#[test]
fn a_log_that_nobody_reads_any_more_does_not_end_it() {
    let world = World::harborlight();
    let mut running = Running::start(&world);
    let child = running.0.as_mut().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    world.drop_mail("notice", notice());
    until("both approvers are asked", || world.out().len() == 2);
    running.stop("TERM").exits(0);
}

#[test]
fn an_inbox_that_comes_later_is_read_without_a_restart() {
    let world = World::harborlight();
    fs::rename(world.path("in"), world.path("elsewhere")).unwrap();
    let running = Running(Some(world.start(&["run"])));
    until("the account fails", || world.run(&["status"]).out.contains("Account noc cannot be read"));
    fs::rename(world.path("elsewhere"), world.path("in")).unwrap();
    until("the account is read", || world.run(&["status"]).code == Some(0));
    running.stop("TERM").exits(0);
}

#[test]
fn the_supervisor_hears_that_it_is_ready_alive_and_stopping() {
    let world = World::harborlight();
    let socket = std::os::unix::net::UnixDatagram::bind(world.path("notify")).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let mut command = world.command(&["run"]);
    command.env("NOTIFY_SOCKET", world.path("notify")).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let running = Running(Some(command.spawn().unwrap()));
    let hear = || {
        let mut bytes = [0; 500];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let ready = hear();
    assert!(ready.contains("READY=1") && ready.contains("STATUS=reading the inboxes"), "{ready}");
    let alive = hear();
    assert!(alive.contains("WATCHDOG=1") && alive.contains("STATUS=running"), "{alive}");
    running.stop("TERM").exits(0);
    let last = std::iter::repeat_with(hear).find(|text| !text.contains("WATCHDOG=1")).unwrap();
    assert!(last.contains("STOPPING=1"), "{last}");
}

#[test]
fn the_heartbeat_is_pinged_after_good_passes_and_not_while_an_inbox_fails() {
    use std::io::{Read as _, Write as _};
    let world = World::harborlight();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = fs::read_to_string(world.path("forewarn.toml")).unwrap();
    let address = listener.local_addr().unwrap();
    fs::write(world.path("forewarn.toml"), format!("{text}\n[alarm]\nheartbeat_url = \"http://{address}/beat\"\n")).unwrap();
    fs::rename(world.path("in"), world.path("elsewhere")).unwrap();
    let running = Running(Some(world.start(&["run"])));
    until("the account fails", || world.run(&["status"]).out.contains("Account noc cannot be read"));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "no ping while the inbox cannot be read");
    fs::rename(world.path("elsewhere"), world.path("in")).unwrap();
    let mut pinged = None;
    until("it is pinged", || {
        pinged = listener.accept().ok();
        pinged.is_some()
    });
    let (mut stream, _) = pinged.unwrap();
    stream.set_nonblocking(false).unwrap();
    let mut bytes = [0; 500];
    let length = stream.read(&mut bytes).unwrap();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert!(bytes[..length].starts_with(b"GET /beat HTTP/1.1"));
    running.stop("TERM").exits(0);
}

/// The fixture's rule, taught an invented provider's sender and words.
pub(super) fn rule_of_acme() -> String {
    let rule = fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/northfield.toml")).unwrap();
    let rule = rule.replace("northfield.example", "acme-colo.example").replace("provider = \"northfield\"", "provider = \"acme\"");
    rule.replace("Maintenance window", "We work from")
}

/// A notice of a provider that no shipped rule knows.
pub(super) fn notice_of_acme(notice: &str) -> String {
    notice
        .replace("northfield.example", "acme-colo.example")
        .replace("Northfield Cloud", "Acme Colo")
        .replace("Maintenance window: ", "We work from: ")
        .replace("NF-48213", "NF-48999")
}

/// Mail01 stands at the invented provider.
pub(super) fn mail01_stands_at_acme(world: &World) {
    let acme = "[[provider]]\nid = \"acme\"\nname = \"Acme Colo\"\npublic_name = \"Colo\"\ndomains = [\"acme-colo.example\"]\n\n[[service]]\nid = \"web\"";
    world.edit("services.toml", "[[service]]\nid = \"web\"", acme);
    world.edit("services.toml", "provider = \"northfield\"\nobject = \"mail01\"", "provider = \"acme\"\nobject = \"mail01\"");
}

#[test]
fn rules_change_under_a_running_service_and_a_faulty_file_is_told_once() {
    let world = World::harborlight();
    fs::create_dir(world.path("rules")).unwrap();
    mail01_stands_at_acme(&world);
    world.edit("forewarn.toml", "store = ", "rules_dir = \"rules\"\nstore = ");
    let running = Running::start(&world);
    let about_rules =
        || world.out().into_iter().filter(|(_, mail)| mail.subject.starts_with("RULES: ")).map(|(_, mail)| mail).collect::<Vec<_>>();

    // A faulty file: the shipped rules go on reading, and each approver is told, with file and line.
    fs::write(world.path("rules/acme.toml"), rule_of_acme().replace("domains = ", "domain = ")).unwrap();
    until("both approvers are told of the fault", || about_rules().len() == 2);
    let told = about_rules();
    let text = &told[0].plain.as_ref().unwrap().fresh;
    assert!(text.contains("acme.toml:") && text.contains("unknown field `domain`") && text.contains("rules/README.md"), "{text}");
    let status = world.run(&["status"]).exits(1);
    assert!(status.contains("The rules were changed") && status.contains("acme.toml:"), "{status}");
    world.drop_mail("known", notice().replace("mail01", "web01"));
    until("the shipped rules still read", || world.run(&["status"]).out.contains("1  extracted"));

    // Mended while it runs: told once, and the next mail of that provider is read by the new rule.
    fs::write(world.path("rules/acme.toml"), rule_of_acme()).unwrap();
    until("both approvers are told that it is well again", || about_rules().len() == 4);
    world.drop_mail("acme", notice_of_acme(&notice()));
    until("the new provider's notice was considered", || world.run(&["status"]).out.contains("2  extracted"));
    assert_eq!(about_rules().len(), 4, "told once each");
    let ran = running.stop("TERM");
    assert_eq!(ran.err.matches("changed rules are in force").count(), 1, "{}", ran.err);
    assert_eq!(ran.err.matches("changed rules cannot be used").count(), 1, "{}", ran.err);
    ran.exits(0);
}
